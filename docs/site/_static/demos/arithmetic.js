// The numbers behind the demos: the same as in `cs231n`, which tests compare.
"use strict";
const arithmetic = (() => {
  /** Distances of the plane: one number for each training point. */
  function distances(x, points, metric) {
    return points.map(([a, b]) => {
      const dx = Math.abs(x[0] - a), dy = Math.abs(x[1] - b);
      return metric === "L1" ? dx + dy : Math.sqrt(dx * dx + dy * dy);
    });
  }

  /** The class that most of the k nearest have; of classes with as many, the lower. */
  function vote(row, k, labels) {
    const order = row.map((_, i) => i).sort((i, j) => row[i] - row[j] || i - j);
    const counts = [0, 0, 0];
    for (const i of order.slice(0, k)) counts[labels[i]] += 1;
    return counts.indexOf(Math.max(...counts));
  }

  /** Scores of one point: W has a row for x, one for y and one for the bias. */
  function scores(W, [x, y]) {
    return [0, 1, 2].map((c) => x * W[0][c] + y * W[1][c] + W[2][c]);
  }

  /** How the loss of one example changes with its scores, and the loss. */
  const losses = {
    hinge(s, label) {
      const slopes = [0, 0, 0];
      let loss = 0;
      for (let c = 0; c < 3; c++) {
        const margin = s[c] - s[label] + 1;
        if (c === label || margin <= 0) continue;
        loss += margin;
        slopes[c] += 1;
        slopes[label] -= 1;
      }
      return [loss, slopes];
    },
    softmax(s, label) {
      const top = Math.max(...s);
      const powers = s.map((v) => Math.exp(v - top));
      const sum = powers.reduce((a, b) => a + b);
      const slopes = powers.map((v, c) => v / sum - (c === label ? 1 : 0));
      return [Math.log(sum) - (s[label] - top), slopes];
    },
  };

  /** Loss and gradient over all points, with reg * sum(W * W). */
  function lossAndGradient(W, points, labels, kind, reg) {
    const gradient = W.map((row) => row.map((w) => 2 * reg * w));
    let loss = 0;
    points.forEach((point, n) => {
      const [own, slopes] = losses[kind](scores(W, point), labels[n]);
      loss += own / points.length;
      [...point, 1].forEach((x, d) => {
        for (let c = 0; c < 3; c++) gradient[d][c] += (x * slopes[c]) / points.length;
      });
    });
    for (const row of W) for (const w of row) loss += reg * w * w;
    return [loss, gradient];
  }

  /** Weights after some steps from zero, the loss before the last one, the share right. */
  function train(points, labels, kind, reg, steps, rate = 0.1) {
    let W = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
    let loss = 0;
    for (let step = 0; step < steps; step++) {
      const [value, gradient] = lossAndGradient(W, points, labels, kind, reg);
      loss = value;
      W = W.map((row, d) => row.map((w, c) => w - rate * gradient[d][c]));
    }
    const right = points.filter((p, n) => best(scores(W, p)) === labels[n]).length;
    return { W, loss, right: right / points.length };
  }

  /** The place of the largest number; of equals, the first. */
  function best(row) {
    return row.indexOf(Math.max(...row));
  }

  /** Places of gradient descent with momentum on (x² + 9y²) / 2, and the last loss. */
  function descend(rate, momentum, steps) {
    const slopes = [1, 9];
    let at = [-2.6, 1.1], velocity = [0, 0];
    const path = [at];
    for (let step = 0; step < steps; step++) {
      velocity = velocity.map((v, d) => momentum * v - rate * slopes[d] * at[d]);
      at = at.map((x, d) => x + velocity[d]);
      path.push(at);
    }
    return { path, loss: 0.5 * (at[0] ** 2 + 9 * at[1] ** 2) };
  }

  /** One row or column of a convolution: how many places the filter takes. */
  function outputSize(size, field, stride, pad) {
    const free = size + 2 * pad - field;
    return free >= 0 && free % stride === 0 ? free / stride + 1 : null;
  }

  /** The output of one filter on one channel, the input padded with zeros. */
  function convolve(image, filter, stride, pad) {
    const size = image.length, field = filter.length;
    const out = outputSize(size, field, stride, pad);
    if (out === null) return null;
    const at = (r, c) => (image[r - pad]?.[c - pad]) ?? 0;
    return Array.from({ length: out }, (_, i) => Array.from({ length: out }, (_, j) => {
      let sum = 0;
      for (let a = 0; a < field; a++)
        for (let b = 0; b < field; b++)
          sum += at(i * stride + a, j * stride + b) * filter[a][b];
      return sum;
    }));
  }

  return { distances, vote, scores, lossAndGradient, train, best, descend, outputSize, convolve };
})();
globalThis.arithmetic = arithmetic;

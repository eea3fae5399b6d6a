// Controls, drawings and sentences around `arithmetic`. One function a demo.
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const MARKS = ["circle", "square", "triangle"];
  const say = (text) => (globalThis.demoWords?.[document.documentElement.lang] ?? {})[text] ?? text;
  const fill = (text, values) => say(text).replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /** Make an element with attributes and children. */
  function make(name, attributes = {}, ...children) {
    const drawn = ["svg", "rect", "line", "circle", "path", "text", "g", "polyline", "ellipse"];
    const node = drawn.includes(name)
      ? document.createElementNS(SVG, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    node.append(...children);
    return node;
  }

  /** A slider over a list of values, with its name and the value beside it. */
  function slider(home, title, values, start, change) {
    const id = `${home.id}-${title.replace(/\W+/g, "-")}`;
    const shown = make("span", { "aria-hidden": "true" });
    const input = make("input", { id, type: "range", min: 0, max: values.length - 1, step: 1 });
    const label = make("label", { for: id }, say(title));
    const told = () => {
      const value = values[input.value];
      shown.textContent = typeof value === "string" ? say(value) : String(value);
      input.setAttribute("aria-valuetext", shown.textContent);
    };
    input.value = values.indexOf(start);
    input.addEventListener("input", () => { told(); change(); });
    told();
    home.querySelector(".demo-controls").append(make("div", {}, label, input, shown));
    return {
      get value() { return values[input.value]; },
      set value(v) { input.value = values.indexOf(v); told(); },
      limit(n) { input.max = n - 1; if (input.value > n - 1) input.value = n - 1; told(); },
    };
  }

  /** A square drawing of the plane from -3 to 3, y upwards. */
  function plane(home) {
    const svg = make("svg", { viewBox: "0 0 300 300", role: "img" });
    home.querySelector(".demo-picture").append(svg);
    return svg;
  }
  const px = (x) => (x + 3) * 50, py = (y) => (3 - y) * 50;

  /** Fill the plane with classes: one rectangle for each run of equal ones in a row. */
  function regions(svg, classify, side = 60) {
    const step = 300 / side;
    for (let r = 0; r < side; r++) {
      const y = 3 - (r + 0.5) * (6 / side);
      let from = 0, last = null;
      for (let c = 0; c <= side; c++) {
        const now = c < side ? classify([-3 + (c + 0.5) * (6 / side), y]) : null;
        if (now === last) continue;
        if (last !== null) svg.append(make("rect", {
          x: from * step, y: r * step, width: (c - from) * step + 0.3, height: step + 0.3,
          class: `region class-${last}`,
        }));
        [from, last] = [c, now];
      }
    }
  }

  /** Points of three classes: told apart by shape as well as by colour. */
  function marks(svg, points, labels) {
    points.forEach(([a, b], n) => {
      const x = px(a), y = py(b), mark = `mark class-${labels[n]}`;
      if (labels[n] === 0) svg.append(make("circle", { cx: x, cy: y, r: 4, class: mark }));
      else if (labels[n] === 1)
        svg.append(make("rect", { x: x - 3.7, y: y - 3.7, width: 7.4, height: 7.4, class: mark }));
      else svg.append(make("path", { d: `M${x} ${y - 5}l4.7 8.6h-9.4z`, class: mark }));
    });
  }

  function tell(home, svg, text) {
    home.querySelector(".demo-words").textContent = text;
    svg.setAttribute("aria-label", text);
  }

  const range = (from, to, step = 1) =>
    Array.from({ length: Math.round((to - from) / step) + 1 },
      (_, i) => Number((from + i * step).toFixed(6)));

  function neighbours(home, { points, labels }) {
    const svg = plane(home);
    const metric = slider(home, "distance", ["Euclidean", "L1"], "Euclidean", () => draw());
    const k = slider(home, "k", [1, 2, 3, 5, 9, 15, 25, 45], 5, () => draw());
    const x = slider(home, "query, x", range(-2.8, 2.8, 0.2), 0.2, () => draw());
    const y = slider(home, "query, y", range(-2.8, 2.8, 0.2), 0.2, () => draw());
    function draw() {
      svg.replaceChildren();
      const row = (at) => arithmetic.distances(at, points, metric.value);
      regions(svg, (at) => arithmetic.vote(row(at), k.value, labels));
      const at = [x.value, y.value], far = row(at);
      const nearest = far.map((_, i) => i).sort((i, j) => far[i] - far[j] || i - j).slice(0, k.value);
      for (const i of nearest) svg.append(make("line", {
        x1: px(at[0]), y1: py(at[1]), x2: px(points[i][0]), y2: py(points[i][1]), class: "link",
      }));
      marks(svg, points, labels);
      svg.append(make("circle", { cx: px(at[0]), cy: py(at[1]), r: 6, class: "query" }));
      const counts = [0, 1, 2].map((c) => nearest.filter((i) => labels[i] === c).length);
      tell(home, svg, fill(
        "Votes of the {k} nearest: circle {a}, square {b}, triangle {c}. The query is a {winner}.",
        { k: k.value, a: counts[0], b: counts[1], c: counts[2],
          winner: say(MARKS[arithmetic.vote(far, k.value, labels)]) }));
    }
    svg.addEventListener("pointerdown", (event) => {
      const box = svg.getBoundingClientRect();
      const place = (part) => Number(Math.min(2.8, Math.max(-2.8, Math.round(part * 5) / 5)).toFixed(6));
      x.value = place(((event.clientX - box.left) / box.width) * 6 - 3);
      y.value = place(3 - ((event.clientY - box.top) / box.height) * 6);
      draw();
    });
    draw();
  }

  function linear(home, { points, labels }) {
    const svg = plane(home);
    const loss = slider(home, "loss", ["hinge", "softmax"], "hinge", () => draw());
    const reg = slider(home, "regularisation", [0, 0.001, 0.01, 0.1, 1], 0.001, () => draw());
    const steps = slider(home, "steps", [1, 2, 3, 5, 10, 30, 100, 300], 30, () => draw());
    function draw() {
      svg.replaceChildren();
      const run = arithmetic.train(points, labels, loss.value, reg.value, steps.value);
      regions(svg, (at) => arithmetic.best(arithmetic.scores(run.W, at)));
      for (let c = 0; c < 3; c++) zeroLine(svg, run.W, c);
      marks(svg, points, labels);
      tell(home, svg, fill(
        "After {steps} steps the loss is {loss} and {right} % of the points lie in their region.",
        { steps: steps.value, loss: run.loss.toFixed(3), right: Math.round(100 * run.right) }));
    }
    draw();
  }

  /** Where the score of a class is 0: the line a x + b y + d = 0, cut off at the border. */
  function zeroLine(svg, W, c) {
    const [a, b, d] = [W[0][c], W[1][c], W[2][c]];
    const ends = [];
    for (const side of [-3, 3]) {
      const y = (-d - a * side) / b, x = (-d - b * side) / a;
      if (Math.abs(y) <= 3) ends.push([side, y]);
      if (Math.abs(x) < 3) ends.push([x, side]);
    }
    if (ends.length < 2) return;
    svg.append(make("line", {
      x1: px(ends[0][0]), y1: py(ends[0][1]), x2: px(ends[1][0]), y2: py(ends[1][1]),
      class: `edge class-${c}`,
    }));
  }

  function learningRate(home) {
    const svg = plane(home);
    const rate = slider(home, "learning rate", [0.01, 0.03, 0.1, 0.15, 0.2, 0.22, 0.23], 0.1, () => draw());
    const momentum = slider(home, "momentum", [0, 0.5, 0.9], 0, () => draw());
    const steps = slider(home, "steps", [1, 2, 3, 5, 10, 20, 40], 20, () => draw());
    function draw() {
      svg.replaceChildren();
      for (const height of [0.1, 0.5, 1.5, 4, 8, 14, 22, 32]) svg.append(make("ellipse", {
        cx: 150, cy: 150, rx: 50 * Math.sqrt(2 * height), ry: 50 * Math.sqrt((2 * height) / 9),
        class: "level",
      }));
      const { path, loss } = arithmetic.descend(rate.value, momentum.value, steps.value);
      const near = path.map((p) => p.map((v) => Math.min(50, Math.max(-50, v))));
      svg.append(make("polyline", {
        points: near.map(([a, b]) => `${px(a)},${py(b)}`).join(" "), class: "path",
      }));
      for (const [a, b] of near) svg.append(make("circle", { cx: px(a), cy: py(b), r: 3, class: "step" }));
      svg.append(make("path", { d: "M150 143l7 7l-7 7l-7 -7z", class: "goal" }));
      tell(home, svg, loss < 1000
        ? fill("After {steps} steps the loss is {loss}; it began at {first}.",
            { steps: steps.value, loss: loss.toPrecision(2), first: "8.8" })
        : fill("After {steps} steps the loss is above 1000: the descent diverges.", { steps: steps.value }));
    }
    draw();
  }

  function convolution(home) {
    const svg = make("svg", { viewBox: "0 0 520 300", role: "img" });
    home.querySelector(".demo-picture").append(svg);
    const size = slider(home, "input size W", range(3, 8), 5, () => draw());
    const field = slider(home, "filter size K", range(1, 5), 3, () => draw());
    const stride = slider(home, "stride S", range(1, 3), 1, () => draw());
    const pad = slider(home, "padding P", range(0, 2), 1, () => draw());
    const place = slider(home, "place in the output", range(1, 144), 1, () => draw());
    function draw() {
      svg.replaceChildren();
      const [W, F, S, P] = [size.value, field.value, stride.value, pad.value];
      const image = Array.from({ length: W }, (_, i) =>
        Array.from({ length: W }, (_, j) => (3 * i + 5 * j + i * j) % 4));
      const filter = Array.from({ length: F }, (_, a) =>
        Array.from({ length: F }, (_, b) => ((a + 2 * b) % 3) - 1));
      const out = arithmetic.convolve(image, filter, S, P);
      const side = out ? out.length : 0;
      place.limit(Math.max(1, side * side));
      const [i, j] = [Math.floor((place.value - 1) / Math.max(1, side)), (place.value - 1) % Math.max(1, side)];
      const all = W + 2 * P, cell = Math.min(24, 250 / all);
      grid(svg, 10, 40, cell, all, (r, c) => {
        const inside = r >= P && c >= P && r < W + P && c < W + P;
        const covered = out && r >= i * S && r < i * S + F && c >= j * S && c < j * S + F;
        return [inside ? image[r - P][c - P] : 0, `${inside ? "cell" : "cell pad"}${covered ? " covered" : ""}`];
      }, say("input"));
      grid(svg, 290, 40, 18, F, (r, c) => [filter[r][c], "cell filter"], say("filter"));
      if (out) grid(svg, 290, 165, Math.min(18, 125 / side), side, (r, c) =>
        [out[r][c], r === i && c === j ? "cell result covered" : "cell result"], say("output"));
      tell(home, svg, out
        ? fill("({W} − {K} + 2 · {P}) / {S} + 1 = {side}: the output has {side} x {side} numbers. Number {n} of them is {value}.",
            { W, K: F, P, S, side, n: place.value, value: out[i][j] })
        : fill("({W} − {K} + 2 · {P}) / {S} + 1 = {side} is not a whole number of places: these settings do not fit.",
            { W, K: F, P, S, side: Number(((W - F + 2 * P) / S + 1).toFixed(2)) }));
    }
    draw();
  }

  function grid(svg, left, top, cell, side, content, title) {
    svg.append(make("text", { x: left, y: top - 8, class: "grid-title" }, title));
    for (let r = 0; r < side; r++) for (let c = 0; c < side; c++) {
      const [value, kind] = content(r, c);
      svg.append(make("rect", { x: left + c * cell, y: top + r * cell, width: cell, height: cell, class: kind }));
      svg.append(make("text", {
        x: left + (c + 0.5) * cell, y: top + (r + 0.5) * cell, class: "number",
        "font-size": Math.min(12, cell * 0.6),
      }, String(value).replace("-", "−")));
    }
  }

  const demos = {
    "nearest-neighbours": neighbours,
    "linear-classifier": linear,
    "learning-rate": learningRate,
    "convolution-arithmetic": convolution,
  };
  for (const home of document.querySelectorAll(".demo")) {
    home.append(
      make("div", { class: "demo-controls" }),
      make("div", { class: "demo-picture" }),
      make("p", { class: "demo-words", role: "status" }),
    );
    demos[home.dataset.demo](home, JSON.parse(home.dataset.numbers));
  }
})();

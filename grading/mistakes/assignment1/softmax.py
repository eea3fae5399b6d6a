# What goes wrong in softmax, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% style="softmax-loss-naive" why="The loss from the logarithm of the sum."
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train, num_classes = X.shape[0], W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += np.log(np.sum(np.exp(scores))) - scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                dW[:, j] += (p[j] - 1) * X[i]
            else:
                dW[:, j] += p[j] * X[i]
    loss = loss / num_train + reg * np.sum(W * W)
    dW = dW / num_train + 2 * reg * W
    return loss, dW

# %% mistake="softmax-loss-naive" of="The loss from the" why="Large scores overflow: subtract the largest score of the image first."
- scores = scores - np.max(scores)

# %% mistake="softmax-loss-naive" of="The loss from the" why="The right class needs its minus 1 in the gradient."
- dW[:, j] += (p[j] - 1) * X[i]
+ dW[:, j] += p[j] * X[i]

# %% mistake="softmax-loss-naive" of="The loss from the" why="The loss is minus the logarithm of the probability."
- loss += np.log(np.sum(np.exp(scores))) - scores[y[i]]
+ loss += scores[y[i]] - np.log(np.sum(np.exp(scores)))

# %% mistake="softmax-loss-naive" of="The loss from the" why="The sums over the images are not divided by their number."
- loss = loss / num_train + reg * np.sum(W * W)
- dW = dW / num_train + 2 * reg * W
+ loss = loss + reg * np.sum(W * W)
+ dW = dW + 2 * reg * W

# %% mistake="softmax-loss-naive" of="The loss from the" why="The derivative of reg * sum(W * W) is 2 * reg * W; the 2 is missing."
- dW = dW / num_train + 2 * reg * W
+ dW = dW / num_train + reg * W

# %% mistake="softmax-loss-naive" of="The loss from the" why="The probabilities are not divided by their sum."
- p = np.exp(scores) / np.sum(np.exp(scores))
+ p = np.exp(scores)

# %% mistake="softmax-loss-naive" of="The loss from the" why="The result is printed instead of returned."
- return loss, dW
+ print(loss)

# %% style="softmax-loss-naive" why="The logarithm of the probability, which is stable unless it rounds to 0."
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train, num_classes = X.shape[0], W.shape[1]
    for i in range(num_train):
        scores = X[i].dot(W)
        scores = scores - np.max(scores)
        p = np.exp(scores) / np.sum(np.exp(scores))
        loss += -np.log(p[y[i]])
        for j in range(num_classes):
            if j == y[i]:
                dW[:, j] += (p[j] - 1) * X[i]
            else:
                dW[:, j] += p[j] * X[i]
    loss = loss / num_train + reg * np.sum(W * W)
    dW = dW / num_train + 2 * reg * W
    return loss, dW

# %% style="softmax-loss-naive" why="As in the course's frame, with the shift called f."
def softmax_loss_naive(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    for i in range(num_train):
        f = X[i].dot(W)
        f -= np.max(f)
        sum_j = np.sum(np.exp(f))
        loss += -f[y[i]] + np.log(sum_j)
        for k in range(W.shape[1]):
            p_k = np.exp(f[k]) / sum_j
            dW[:, k] += (p_k - (k == y[i])) * X[i]
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += reg * 2 * W
    return loss, dW

# %% style="softmax-loss-naive" why="One loop with an outer product, and np.logaddexp."
def softmax_loss_naive(W, X, y, reg):
    loss, dW = reg * np.sum(np.square(W)), 2 * reg * W
    for x, label in zip(X, y):
        s = x @ W
        log_p = s - np.logaddexp.reduce(s)
        loss = loss - log_p[label] / len(X)
        slope = np.exp(log_p)
        slope[label] -= 1
        dW = dW + np.outer(x, slope) / len(X)
    return loss, dW

# %% style="softmax-loss-naive" why="einsum over a list, nothing written in place."
def softmax_loss_naive(W, X, y, reg):
    losses, slopes = [], []
    for i in range(len(X)):
        s = np.einsum("d,dc->c", X[i], W)
        e = np.exp(s - max(s))
        losses.append(np.log(sum(e)) + max(s) - s[y[i]])
        slopes.append([e[j] / sum(e) - float(j == y[i]) for j in range(len(s))])
    dW = np.einsum("nd,nc->dc", X, np.array(slopes)) / len(X)
    return sum(losses) / len(X) + reg * (W * W).sum(), dW + 2 * reg * W

# %% style="softmax-loss-vectorized" why="Probabilities and loss from the sums of the rows."
def softmax_loss_vectorized(W, X, y, reg):
    rows = np.arange(X.shape[0])
    scores = X @ W
    scores = scores - scores.max(axis=1, keepdims=True)
    sums = np.exp(scores).sum(axis=1, keepdims=True)
    loss = (np.log(sums[:, 0]) - scores[rows, y]).mean() + reg * np.sum(W * W)
    dscores = np.exp(scores) / sums
    dscores[rows, y] -= 1
    dW = X.T @ dscores / X.shape[0] + 2 * reg * W
    return loss, dW

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="Large scores overflow: subtract the largest score of each image first."
- scores = scores - scores.max(axis=1, keepdims=True)

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="One largest score for all images: the exponentials of another image can all become 0."
- scores = scores - scores.max(axis=1, keepdims=True)
+ scores = scores - scores.max()

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The sum runs over all images; each image needs its own (axis=1)."
- sums = np.exp(scores).sum(axis=1, keepdims=True)
+ sums = np.exp(scores).sum(keepdims=True)

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The sum runs along the images (axis=0) instead of the classes."
- sums = np.exp(scores).sum(axis=1, keepdims=True)
- loss = (np.log(sums[:, 0]) - scores[rows, y]).mean() + reg * np.sum(W * W)
+ sums = np.exp(scores).sum(axis=0, keepdims=True)
+ loss = (np.log(sums)[0, y] - scores[rows, y]).mean() + reg * np.sum(W * W)

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The right class needs its minus 1 in the gradient."
- dscores[rows, y] -= 1

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The gradient is not divided by the number of images."
- dW = X.T @ dscores / X.shape[0] + 2 * reg * W
+ dW = X.T @ dscores + 2 * reg * W

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The loss is taken over all classes instead of the right one."
- loss = (np.log(sums[:, 0]) - scores[rows, y]).mean() + reg * np.sum(W * W)
+ loss = (np.log(sums) - scores).mean() + reg * np.sum(W * W)

# %% mistake="softmax-loss-vectorized" why="There is still a loop over the images."
def softmax_loss_vectorized(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(len(X)):
        s = X[i] @ W
        e = np.exp(s - s.max())
        loss += np.log(e.sum()) + s.max() - s[y[i]]
        p = e / e.sum()
        p[y[i]] -= 1
        dW += np.outer(X[i], p)
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The penalty is worked into the caller's weights in place."
- dW = X.T @ dscores / X.shape[0] + 2 * reg * W
+ dW = W
+ dW *= 2 * reg
+ dW += X.T @ dscores / X.shape[0]

# %% style="softmax-loss-vectorized" why="As in the course's frame: a matrix p and range indices."
def softmax_loss_vectorized(W, X, y, reg):
    loss = 0.0
    dW = np.zeros_like(W)
    num_train = X.shape[0]
    f = X.dot(W)
    f -= np.max(f, axis=1).reshape(num_train, 1)
    sum_f = np.sum(np.exp(f), axis=1, keepdims=True)
    p = np.exp(f) / sum_f
    loss = np.sum(np.log(sum_f).ravel() - f[range(num_train), list(y)]) / num_train
    ind = np.zeros_like(p)
    ind[np.arange(num_train), y] = 1
    dW = X.T.dot(p - ind)
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% style="softmax-loss-vectorized" why="np.logaddexp and one-hot labels, nothing in place."
def softmax_loss_vectorized(W, X, y, reg):
    log_p = X @ W - np.logaddexp.reduce(X @ W, axis=1)[:, None]
    hot = np.eye(W.shape[1])[y]
    loss = -np.sum(np.where(hot > 0, log_p, 0)) / len(X) + reg * (W**2).sum()
    return loss, X.T @ (np.exp(log_p) - hot) / len(X) + 2 * reg * W

# %% style="softmax-loss-vectorized" why="einsum and take_along_axis."
def softmax_loss_vectorized(W, X, y, reg):
    s = np.einsum("nd,dc->nc", X, W)
    top = np.amax(s, axis=1, keepdims=True)
    e = np.exp(s - top)
    z = np.einsum("nc->n", e)[:, None]
    right = np.take_along_axis(s - top, y[:, None], axis=1)
    p = e / z
    np.put_along_axis(p, y[:, None], np.take_along_axis(p, y[:, None], 1) - 1, axis=1)
    loss = float(np.mean(np.log(z) - right)) + reg * np.einsum("dc,dc->", W, W)
    return loss, np.einsum("nd,nc->dc", X, p) / len(X) + 2 * reg * W

# %% mistake="softmax-search" why="The learning rate is so small that 500 steps lead nowhere."
def softmax_settings():
    return {"learning_rate": 1e-9, "reg": 2e3}

# %% mistake="softmax-search" why="The learning rate is so large that the loss runs away."
def softmax_settings():
    return {"learning_rate": 1e-2, "reg": 2e3}

# %% mistake="softmax-search" why="The penalty is so strong that the templates stay flat."
def softmax_settings():
    return {"learning_rate": 1e-7, "reg": 3e6}

# %% mistake="softmax-search" why="The two numbers are exchanged."
def softmax_settings():
    return {"learning_rate": 3e3, "reg": 1e-6}

# %% mistake="softmax-search" why="The logarithms of the two numbers are not the numbers."
def softmax_settings():
    return {"learning_rate": -6, "reg": 3.5}

# %% mistake="softmax-search" why="The name of the learning rate is lr here; the training knows it as learning_rate."
def softmax_settings():
    return {"lr": 1e-6, "reg": 3e3}

# %% style="softmax-search" why="Smaller steps, stronger penalty."
def softmax_settings():
    return {"learning_rate": 3e-7, "reg": 1e4}

# %% style="softmax-search" why="As NumPy numbers."
def softmax_settings():
    return dict(learning_rate=np.float64(2e-6), reg=np.float64(1e3))

# %% style="softmax-search" why="Written as powers of ten."
def softmax_settings():
    return {"reg": 10**3.7, "learning_rate": 10**-6.2}

# %% mistake="softmax-loss-vectorized" why="Shifting by the smallest score of each row lets the others overflow."
def softmax_loss_vectorized(W, X, y, reg):
    scores = X @ W
    p = np.exp(scores - scores.min(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean() + reg * np.sum(W * W)
    p[rows, y] -= 1
    return loss, X.T @ p / len(X) + 2 * reg * W

# %% mistake="softmax-loss-vectorized" why="Shifting by the mean of each row lets scores far above it overflow."
def softmax_loss_vectorized(W, X, y, reg):
    scores = X @ W
    p = np.exp(scores - scores.mean(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean() + reg * np.sum(W * W)
    p[rows, y] -= 1
    return loss, X.T @ p / len(X) + 2 * reg * W

# %% mistake="softmax-loss-vectorized" why="The regularisation is missing in the loss and in the gradient."
def softmax_loss_vectorized(W, X, y, reg):
    scores = X @ W
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    return loss, X.T @ p / len(X)

# %% mistake="softmax-loss-vectorized" why="The gradient of the regularisation is halved."
def softmax_loss_vectorized(W, X, y, reg):
    scores = X @ W
    p = np.exp(scores - scores.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    rows = np.arange(len(X))
    loss = -np.log(p[rows, y]).mean() + reg * np.sum(W * W)
    p[rows, y] -= 1
    return loss, X.T @ p / len(X) + reg * W

# %% style="softmax-loss-vectorized" why="Official import lines stand above the answer."
from builtins import range
import numpy as np
from past.builtins import xrange

def softmax_loss_vectorized(W, X, y, reg):
    scores = X.dot(W)
    scores -= np.max(scores, axis=1, keepdims=True)
    p = np.exp(scores) / np.sum(np.exp(scores), axis=1, keepdims=True)
    loss = np.sum(-np.log(p[np.arange(X.shape[0]), y])) / X.shape[0] + reg * np.sum(W * W)
    p[np.arange(X.shape[0]), y] -= 1
    dW = X.T.dot(p) / X.shape[0] + 2 * reg * W
    return loss, dW

# %% mistake="softmax-loss-naive" of="The loss from the" why="The score in the loss is not shifted, its exponentials are."
- loss += np.log(np.sum(np.exp(scores))) - scores[y[i]]
+ loss += np.log(np.sum(np.exp(scores))) - X[i].dot(W)[y[i]]

# %% mistake="softmax-loss-naive" of="The loss from the" why="The 1 is taken off the column of dW; it should be taken off the probability, which multiplies the image."
- dW[:, j] += (p[j] - 1) * X[i]
+ dW[:, j] += p[j] * X[i] - 1

# %% mistake="softmax-loss-naive" of="The loss from the" why="The 1 is taken off before the logarithm, which then meets a negative number."
- loss += np.log(np.sum(np.exp(scores))) - scores[y[i]]
+ p[y[i]] -= 1
+ loss -= np.log(p[y[i]])

# %% mistake="softmax-loss-naive" of="The loss from the" why="The regularisation is divided by the number of images as well."
- loss = loss / num_train + reg * np.sum(W * W)
- dW = dW / num_train + 2 * reg * W
+ loss = (loss + reg * np.sum(W * W)) / num_train
+ dW = (dW + 2 * reg * W) / num_train

# %% mistake="softmax-loss-naive" of="The loss from the" why="The weights are added up, not their squares."
- loss = loss / num_train + reg * np.sum(W * W)
+ loss = loss / num_train + reg * np.sum(W)

# %% mistake="softmax-loss-naive" of="The loss from the" why="Only the column of the right class gets a gradient."
- dW[:, j] += p[j] * X[i]
+ pass

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="The largest score of each class is taken off, not of each image."
- scores = scores - scores.max(axis=1, keepdims=True)
+ scores = scores - scores.max(axis=0)

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="Without keepdims the maxima lie along the classes instead of the images."
- scores = scores - scores.max(axis=1, keepdims=True)
+ scores = scores - scores.max(axis=1)

# %% mistake="softmax-loss-vectorized" of="Probabilities and" why="[:, y] takes 1 off at the classes of all images; pair rows and columns with np.arange."
- dscores[rows, y] -= 1
+ dscores[:, y] -= 1

# %% mistake="softmax-search" why="The numbers are text."
def softmax_settings():
    return {"learning_rate": "1e-6", "reg": "3e3"}

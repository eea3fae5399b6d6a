# What goes wrong in svm, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% style="svm-loss-naive" why="Loss and gradient margin by margin, divided at the end."
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    loss = 0.0
    for i in range(len(X)):
        scores = X[i].dot(W)
        for j in range(W.shape[1]):
            margin = scores[j] - scores[y[i]] + 1
            if j != y[i] and margin > 0:
                loss += margin
                dW[:, j] += X[i]
                dW[:, y[i]] -= X[i]
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The gradient lacks the share of the right class."
  for j in range(W.shape[1]):
+     if j == y[i]:
+         continue

- if j != y[i] and margin > 0:
+ if margin > 0:

- dW[:, y[i]] -= X[i]

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The sums over the images are not divided by their number."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ return loss + reg * np.sum(W * W), dW + 2 * reg * W

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The gradient is not divided by the number of images."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ return loss / len(X) + reg * np.sum(W * W), dW + 2 * reg * W

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The right class counts against itself with a margin of 1."
- if j != y[i] and margin > 0:
+ if margin > 0:

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The derivative of reg * sum(W * W) is 2 * reg * W; the 2 is missing."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ return loss / len(X) + reg * np.sum(W * W), dW / len(X) + reg * W

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The penalty has no factor one half here."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ return loss / len(X) + 0.5 * reg * np.sum(W * W), dW / len(X) + reg * W

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The loss is computed and never returned."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ loss /= len(X)

# %% style="svm-loss-naive" why="As in the course's frame: the correct score first, then continue."
def svm_loss_naive(W, X, y, reg):
    dW = np.zeros(W.shape)
    num_classes = W.shape[1]
    num_train = X.shape[0]
    loss = 0.0
    for i in range(num_train):
        scores = X[i].dot(W)
        correct_class_score = scores[y[i]]
        for j in range(num_classes):
            if j == y[i]:
                continue
            margin = scores[j] - correct_class_score + 1
            if margin > 0:
                loss += margin
                dW[:, j] = dW[:, j] + X[i].T
                dW[:, y[i]] = dW[:, y[i]] - X[i].T
    loss /= num_train
    dW /= num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
    return loss, dW

# %% style="svm-loss-naive" why="One loop, and the violated margins counted."
def svm_loss_naive(W, X, y, reg):
    loss, dW = reg * (W**2).sum(), 2.0 * reg * W
    for x, label in zip(X, y):
        margins = x @ W - x @ W[:, label] + 1
        margins[label] = 0
        violated = (margins > 0).astype(float)
        violated[label] = -violated.sum()
        loss += margins[margins > 0].sum() / len(X)
        dW = dW + np.outer(x, violated) / len(X)
    return loss, dW

# %% style="svm-loss-naive" why="einsum over a list of score gradients."
def svm_loss_naive(W, X, y, reg):
    total, slopes = 0.0, []
    for i in range(X.shape[0]):
        s = np.einsum("d,dc->c", X[i], W)
        g = np.zeros_like(s)
        for j in range(W.shape[1]):
            if j != y[i] and s[j] - s[y[i]] > -1:
                total += s[j] - s[y[i]] + 1
                g[j] += 1
                g[y[i]] -= 1
        slopes.append(g)
    dW = np.einsum("nd,nc->dc", X, np.array(slopes)) / X.shape[0]
    return total / X.shape[0] + reg * np.einsum("dc,dc->", W, W), dW + 2 * reg * W

# %% style="svm-loss-vectorized" why="The gradient from a mask of the margins."
def svm_loss_vectorized(W, X, y, reg):
    rows = np.arange(len(X))
    scores = X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    dscores = (margins > 0).astype(float)
    dscores[rows, y] = -dscores.sum(axis=1)
    return margins.sum() / len(X) + reg * np.sum(W * W), X.T @ dscores / len(X) + 2 * reg * W

# %% mistake="svm-loss-vectorized" of="The gradient from" why="The right class gets -1, not minus the number of violated margins."
- dscores[rows, y] = -dscores.sum(axis=1)
+ dscores[rows, y] = -1

# %% mistake="svm-loss-vectorized" of="The gradient from" why="The right class counts 1 against itself."
- margins[rows, y] = 0

- dscores[rows, y] = -dscores.sum(axis=1)
+ dscores[rows, y] -= dscores.sum(axis=1)

# %% mistake="svm-loss-vectorized" of="The gradient from" why="Without [:, None] the right scores lie along the classes instead of the images."
- margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
+ margins = np.maximum(0, scores - scores[rows, y] + 1)

# %% mistake="svm-loss-vectorized" why="scores[:, y] picks columns for all images; pair rows and columns with np.arange."
def svm_loss_vectorized(W, X, y, reg):
    scores = X @ W
    margins = np.maximum(0, scores - scores[:, y].mean(axis=1, keepdims=True) + 1)
    margins[np.arange(len(X)), y] = 0
    dscores = (margins > 0).astype(float)
    dscores[np.arange(len(X)), y] = -dscores.sum(axis=1)
    return margins.sum() / len(X) + reg * np.sum(W * W), X.T @ dscores / len(X) + 2 * reg * W

# %% mistake="svm-loss-vectorized" why="There is still a loop over the images."
def svm_loss_vectorized(W, X, y, reg):
    loss, dW = 0.0, np.zeros(W.shape)
    for i in range(len(X)):
        margins = X[i] @ W - X[i] @ W[:, y[i]] + 1
        margins[y[i]] = 0
        violated = (margins > 0).astype(float)
        violated[y[i]] = -violated.sum()
        loss += np.maximum(0, margins).sum()
        dW += np.outer(X[i], violated)
    return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W

# %% mistake="svm-loss-vectorized" why="The plain version does the work: its loops are only hidden."
def svm_loss_vectorized(W, X, y, reg):
    return svm_loss_naive(W, X, y, reg)

# %% mistake="svm-loss-vectorized" of="The gradient from" why="The gradient of the penalty is missing."
- return margins.sum() / len(X) + reg * np.sum(W * W), X.T @ dscores / len(X) + 2 * reg * W
+ return margins.sum() / len(X) + reg * np.sum(W * W), X.T @ dscores / len(X)

# %% mistake="svm-loss-vectorized" why="The penalty is added to the caller's weights in place."
def svm_loss_vectorized(W, X, y, reg):
    rows = np.arange(len(X))
    scores = X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    loss = margins.sum() / len(X) + reg * np.sum(W * W)
    dscores = (margins > 0).astype(X.dtype)
    dscores[rows, y] = -dscores.sum(axis=1)
    dW = W
    dW *= 2 * reg
    dW += X.T @ dscores / len(X)
    return loss, dW

# %% style="svm-loss-vectorized" why="As in the course's frame, with a mask of margins."
def svm_loss_vectorized(W, X, y, reg):
    loss = 0.0
    dW = np.zeros(W.shape)
    num_train = X.shape[0]
    scores = X.dot(W)
    correct_class_scores = scores[range(num_train), list(y)].reshape(-1, 1)
    margins = np.maximum(0, scores - correct_class_scores + 1)
    margins[range(num_train), list(y)] = 0
    loss = np.sum(margins) / num_train + reg * np.sum(W * W)
    coeff_mat = np.zeros((num_train, W.shape[1]))
    coeff_mat[margins > 0] = 1
    coeff_mat[range(num_train), list(y)] = -np.sum(coeff_mat, axis=1)
    dW = (X.T).dot(coeff_mat)
    dW = dW / num_train + 2 * reg * W
    return loss, dW

# %% style="svm-loss-vectorized" why="einsum and one-hot labels instead of index arrays."
def svm_loss_vectorized(W, X, y, reg):
    N, C = X.shape[0], W.shape[1]
    hot = np.eye(C)[y]
    s = np.einsum("nd,dc->nc", X, W)
    margins = (s - (s * hot).sum(1, keepdims=True) + 1) * (1 - hot)
    violated = np.where(margins > 0, 1.0, 0.0)
    ds = violated - hot * violated.sum(1, keepdims=True)
    loss = (margins * violated).sum() / N + reg * np.einsum("dc,dc", W, W)
    return float(loss), np.einsum("nd,nc->dc", X, ds) / N + 2 * reg * W

# %% style="svm-loss-vectorized" why="take_along_axis and clip, nothing written in place."
def svm_loss_vectorized(W, X, y, reg):
    scores = np.matmul(X, W)
    right = np.take_along_axis(scores, y[:, None], axis=1)
    is_right = np.arange(W.shape[1])[None] == y[:, None]
    margins = np.where(is_right, 0, (scores - right + 1).clip(min=0))
    ds = np.sign(margins) - is_right * np.sign(margins).sum(axis=1, keepdims=True)
    return margins.sum(axis=1).mean() + reg * np.square(W).sum(), X.T @ ds / len(y) + 2 * reg * W

# %% style="svm-train" why="A batch a step, and no more."
@add_to_class(LinearClassifier)
def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    if self.W is None:
        self.W = 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)
    loss_history = []
    for it in range(num_iters):
        batch = np.random.choice(len(X), batch_size)
        loss, grad = self.loss(X[batch], y[batch], reg)
        loss_history.append(loss)
        self.W -= learning_rate * grad
    return loss_history

# %% mistake="svm-train" of="A batch a step" why="The step follows the gradient uphill; it has to go against it."
- self.W -= learning_rate * grad
+ self.W += learning_rate * grad

# %% mistake="svm-train" of="A batch a step" why="The numbers of images and of labels are drawn apart: they do not belong together."
- batch = np.random.choice(len(X), batch_size)
- loss, grad = self.loss(X[batch], y[batch], reg)
+ X_batch = X[np.random.choice(len(X), batch_size)]
+ y_batch = y[np.random.choice(len(X), batch_size)]
+ loss, grad = self.loss(X_batch, y_batch, reg)

# %% mistake="svm-train" of="A batch a step" why="The minibatch is drawn once, before the loop: the other images are never seen."
  loss_history = []
+ batch = np.random.choice(len(X), batch_size)

- batch = np.random.choice(len(X), batch_size)

# %% mistake="svm-train" of="A batch a step" why="Each step uses all images instead of batch_size of them."
- batch = np.random.choice(len(X), batch_size)
- loss, grad = self.loss(X[batch], y[batch], reg)
+ loss, grad = self.loss(X, y, reg)

# %% mistake="svm-train" of="A batch a step" why="Only the first batch_size images are ever seen: draw at random."
- batch = np.random.choice(len(X), batch_size)
- loss, grad = self.loss(X[batch], y[batch], reg)
+ loss, grad = self.loss(X[:batch_size], y[:batch_size], reg)

# %% mistake="svm-train" of="A batch a step" why="W is a new local name; the weights of the model, self.W, stay as they were."
- self.W -= learning_rate * grad
+ W = self.W - learning_rate * grad

# %% mistake="svm-train" of="A batch a step" why="The list of losses is not returned."
- return loss_history

# %% mistake="svm-train" of="A batch a step" why="The weights start anew in every call, so training cannot go on."
- if self.W is None:
-     self.W = 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)
+ self.W = 0.001 * np.random.randn(X.shape[1], np.max(y) + 1)

# %% style="svm-train" why="Pasted from a class, with the global random numbers of older editions."
    def train(
        self,
        X,
        y,
        learning_rate=1e-3,
        reg=1e-5,
        num_iters=100,
        batch_size=200,
        verbose=False,
    ):
        num_train, dim = X.shape
        num_classes = (
            np.max(y) + 1
        )
        if self.W is None:
            self.W = 0.001 * np.random.randn(dim, num_classes)
        loss_history = []
        for it in range(num_iters):
            X_batch = None
            y_batch = None
            idx = np.random.choice(num_train, batch_size, replace=True)
            X_batch = X[idx, :]
            y_batch = y[idx]
            loss, grad = self.loss(X_batch, y_batch, reg)
            loss_history.append(loss)
            self.W = self.W - learning_rate * grad
            if verbose and it % 100 == 0:
                print("iteration %d / %d: loss %f" % (it, num_iters, loss))
        return loss_history

# %% style="svm-train" why="All draws at once, the weights changed in place."
@add_to_class(LinearClassifier)
def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    rng = np.random.default_rng(0)
    if self.W is None:
        self.W = 0.001 * rng.standard_normal((X.shape[1], int(y.max()) + 1))
    history = np.empty(num_iters)
    for step, batch in enumerate(rng.integers(0, len(X), (num_iters, batch_size))):
        history[step], slope = self.loss(X.take(batch, axis=0), y.take(batch), reg)
        self.W -= learning_rate * slope
    return history.tolist()

# %% style="svm-train" why="A while loop and an array of losses."
@add_to_class(LinearClassifier)
def train(self, X, y, learning_rate=1e-3, reg=1e-5, num_iters=100, batch_size=200, verbose=False):
    if self.W is None:
        self.W = np.random.normal(scale=1e-3, size=(X.shape[1], len(np.unique(y))))
    losses = []
    while len(losses) < num_iters:
        batch = np.random.randint(0, X.shape[0], size=batch_size)
        loss, gradient = self.loss(X[batch], y[batch], reg=reg)
        losses += [loss]
        self.W = np.subtract(self.W, np.multiply(gradient, learning_rate))
    return np.array(losses)

# %% mistake="svm-predict" why="The maximum itself is a score; its position is the class: argmax."
@add_to_class(LinearClassifier)
def predict(self, X):
    return np.max(X @ self.W, axis=1)

# %% mistake="svm-predict" why="axis=0 compares images with each other; the classes are axis 1."
@add_to_class(LinearClassifier)
def predict(self, X):
    return np.argmax(X @ self.W, axis=0)

# %% mistake="svm-predict" why="The best class has the highest score, not the lowest."
@add_to_class(LinearClassifier)
def predict(self, X):
    return np.argmin(X @ self.W, axis=1)

# %% mistake="svm-predict" why="The scores are returned; the class is the position of the highest."
@add_to_class(LinearClassifier)
def predict(self, X):
    return X @ self.W

# %% mistake="svm-predict" why="The prediction is not returned."
@add_to_class(LinearClassifier)
def predict(self, X):
    y_pred = np.argmax(X @ self.W, axis=1)

# %% style="svm-predict" why="Pasted from a class."
    def predict(self, X):
        y_pred = np.zeros(X.shape[0])
        scores = X.dot(self.W)
        y_pred = scores.argmax(axis=1)
        return y_pred

# %% style="svm-predict" why="A loop over the images; float labels as older editions had them."
@add_to_class(LinearClassifier)
def predict(self, X):
    y_pred = np.zeros(X.shape[0])
    for i in range(X.shape[0]):
        y_pred[i] = np.argmax(X[i] @ self.W)
    return y_pred

# %% style="svm-predict" why="einsum, and the last of a stable sort read backwards."
@add_to_class(LinearClassifier)
def predict(self, X):
    return np.argsort(-np.einsum("nd,dc->nc", X, self.W), axis=1, kind="stable")[:, 0]

# %% mistake="svm-search" why="The learning rate is so small that 500 steps lead nowhere."
def svm_settings():
    return {"learning_rate": 1e-9, "reg": 2e4}

# %% mistake="svm-search" why="The learning rate is so large that the loss runs away."
def svm_settings():
    return {"learning_rate": 1e-3, "reg": 2e4}

# %% mistake="svm-search" why="The penalty is so strong that the templates stay flat."
def svm_settings():
    return {"learning_rate": 1e-7, "reg": 3e6}

# %% mistake="svm-search" why="The two numbers are exchanged."
def svm_settings():
    return {"learning_rate": 2e4, "reg": 1.5e-7}

# %% mistake="svm-search" why="The logarithms of the two numbers are not the numbers."
def svm_settings():
    return {"learning_rate": -7, "reg": 4.3}

# %% mistake="svm-search" why="The accuracy that the search printed is no setting."
def svm_settings():
    return {"learning_rate": 1.5e-7, "reg": 2e4, "accuracy": 0.39}

# %% style="svm-search" why="Another good place: smaller steps, stronger penalty."
def svm_settings():
    return {"learning_rate": 1e-7, "reg": 4e4}

# %% style="svm-search" why="Larger steps with a weaker penalty, as NumPy numbers."
def svm_settings():
    return dict(learning_rate=np.float64(3e-7), reg=np.float64(1e4))

# %% style="svm-search" why="Written as powers of ten."
def svm_settings():
    return {"reg": 10**4.4, "learning_rate": 10**-6.9}

# %% mistake="svm-loss-vectorized" why="The regularisation is missing in the loss and in the gradient."
def svm_loss_vectorized(W, X, y, reg):
    rows, scores = np.arange(len(X)), X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    violated = (margins > 0).astype(float)
    violated[rows, y] = -violated.sum(axis=1)
    return margins.sum() / len(X), X.T @ violated / len(X)

# %% mistake="svm-loss-vectorized" why="The gradient of the regularisation is halved."
def svm_loss_vectorized(W, X, y, reg):
    rows, scores = np.arange(len(X)), X @ W
    margins = np.maximum(0, scores - scores[rows, y][:, None] + 1)
    margins[rows, y] = 0
    violated = (margins > 0).astype(float)
    violated[rows, y] = -violated.sum(axis=1)
    loss = margins.sum() / len(X) + reg * np.sum(W * W)
    return loss, X.T @ violated / len(X) + reg * W

# %% mistake="svm-loss-vectorized" why="The squared hinge: margins are squared, and the gradient fits."
- loss = margins.sum() / X.shape[0] + reg * np.sum(W * W)
- dscores = (margins > 0).astype(X.dtype)
+ loss = (margins**2).sum() / X.shape[0] + reg * np.sum(W * W)
+ dscores = 2 * margins

# %% mistake="svm-loss-naive" why="The squared hinge: margins are squared, and the gradient fits."
- loss += margin
- dW[:, j] += X[i]
- dW[:, y[i]] -= X[i]
+ loss += margin**2
+ dW[:, j] += 2 * margin * X[i]
+ dW[:, y[i]] -= 2 * margin * X[i]

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The gradient changes for every class, violated or not."
- if j != y[i] and margin > 0:
-     loss += margin
+ if j != y[i]:
+     loss += max(0, margin)

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The gradient is multiplied by the margin."
- dW[:, j] += X[i]
- dW[:, y[i]] -= X[i]
+ dW[:, j] += margin * X[i]
+ dW[:, y[i]] -= margin * X[i]

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The regularisation takes the place of the loss instead of being added."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ loss /= len(X)
+ if reg > 0:
+     loss = reg * np.sum(W * W)
+ return loss, dW / len(X) + 2 * reg * W

# %% mistake="svm-loss-naive" of="Loss and gradient" why="The weights are added up, not their squares."
- return loss / len(X) + reg * np.sum(W * W), dW / len(X) + 2 * reg * W
+ return loss / len(X) + reg * np.sum(W), dW / len(X) + 2 * reg * W

# %% mistake="svm-search" why="The numbers are text."
def svm_settings():
    return {"learning_rate": "1.5e-7", "reg": "2e4"}

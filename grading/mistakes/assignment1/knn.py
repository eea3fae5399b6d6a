# What goes wrong in knn, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% style="knn-two-loops" why="The lengths of the two sets give the shape."
@add_to_class(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for i in range(len(X)):
        for j in range(len(self.X_train)):
            dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
    return dists

# %% mistake="knn-two-loops" of="The lengths of the" why="The distance is the root of the sum of squares; the root is missing."
- dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
+ dists[i, j] = np.sum((X[i] - self.X_train[j]) ** 2)

# %% mistake="knn-two-loops" why="Rows are test images: the matrix is transposed."
@add_to_class(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    dists = np.zeros((len(self.X_train), len(X)))
    for i in range(len(X)):
        for j in range(len(self.X_train)):
            dists[j, i] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
    return dists

# %% mistake="knn-two-loops" of="The lengths of the" why="The differences are added without being squared: that is the L1 distance."
- dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
+ dists[i, j] = np.sum(np.abs(X[i] - self.X_train[j]))

# %% mistake="knn-two-loops" of="The lengths of the" why="The function ends without a return, so its result is None."
- return dists

# %% mistake="knn-two-loops" of="The lengths of the" why="The return stands inside the loop: only the first row is filled."
- return dists
+     return dists

# %% mistake="knn-two-loops" of="The lengths of the" why="The exercise asks for the formula; np.linalg.norm hides it."
- dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
+ dists[i, j] = np.linalg.norm(X[i] - self.X_train[j])

# %% mistake="knn-two-loops" of="The lengths of the" why="Subtracting in place changes the caller's images."
- dists[i, j] = np.sqrt(np.sum((X[i] - self.X_train[j]) ** 2))
+ difference = X[i]
+ difference -= self.X_train[j]
+ dists[i, j] = np.sqrt(np.sum(difference**2))
+ difference += self.X_train[j]
+ difference += 1e-9

# %% style="knn-two-loops" why="Pasted from a class, indented and without the decorator."
    def compute_distances_two_loops(self, X):
        num_test = X.shape[0]
        num_train = self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        for i in range(num_test):
            for j in range(num_train):
                dists[i][j] = np.sqrt(np.dot(X[i] - self.X_train[j], X[i] - self.X_train[j]))
        return dists

# %% style="knn-two-loops" why="A list of lists, made into an array at the end."
@add_to_class(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    return np.array([[((x - t) ** 2).sum() ** 0.5 for t in self.X_train] for x in X])

# %% style="knn-two-loops" why="einsum does the sum of squares."
@add_to_class(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    dists = np.empty((X.shape[0], self.X_train.shape[0]), dtype=X.dtype)
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            d = X[i] - self.X_train[j]
            dists[i, j] = np.sqrt(np.einsum("d,d->", d, d))
    return dists

# %% mistake="knn-one-loop" why="The distance is the root of the sum of squares; the root is missing."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for i in range(len(X)):
        dists[i] = np.sum((self.X_train - X[i]) ** 2, axis=1)
    return dists

# %% mistake="knn-one-loop" why="Without axis=1 the sum runs over all training images at once."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for i in range(len(X)):
        dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2))
    return dists

# %% mistake="knn-one-loop" why="axis=0 sums over the training images; the pixels are axis 1."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for i in range(len(X)):
        dists[i] = np.sqrt(np.sum((self.X_train - X[i]) ** 2, axis=0))
    return dists

# %% mistake="knn-one-loop" why="There are still two loops: one has to become a NumPy operation."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for i in range(len(X)):
        dists[i] = [np.sqrt(np.sum((X[i] - t) ** 2)) for t in self.X_train]
    return dists

# %% mistake="knn-one-loop" why="The second loop only moved into another function."
def one_row(self, x):
    return [np.sqrt(np.sum((x - t) ** 2)) for t in self.X_train]

@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for i in range(len(X)):
        dists[i] = one_row(self, X[i])
    return dists

# %% mistake="knn-one-loop" why="The loop runs over the training images but fills rows, which belong to test images."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for j in range(len(self.X_train)):
        dists[j % len(X)] = np.sqrt(np.sum((self.X_train - X[j % len(X)]) ** 2, axis=1)) * (j < len(X) - 1)
    return dists

# %% style="knn-one-loop" why="Pasted from a class, indented and without the decorator."
    def compute_distances_one_loop(self, X):
        num_test = X.shape[0]
        num_train = self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        for i in range(num_test):
            dists[i, :] = np.sqrt(np.sum(np.square(self.X_train - X[i, :]), axis=1))
        return dists

# %% style="knn-one-loop" why="The loop runs over the training images and fills columns."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    dists = np.empty((len(X), len(self.X_train)))
    for j, known in enumerate(self.X_train):
        dists[:, j] = np.sqrt(((X - known) ** 2).sum(axis=1))
    return dists

# %% style="knn-one-loop" why="einsum, in one comprehension."
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    return np.sqrt([np.einsum("nd,nd->n", self.X_train - x, self.X_train - x) for x in X])

# %% mistake="knn-no-loops" why="The middle term has the factor 2; without it the square is not multiplied out."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    squares = np.sum(X**2, axis=1)[:, None] - X @ self.X_train.T + np.sum(self.X_train**2, axis=1)
    return np.sqrt(np.maximum(squares, 0))

# %% mistake="knn-no-loops" why="The norms of the test images form a column; as a row they need as many test as training images."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    squares = np.sum(X**2, axis=1) - 2 * X @ self.X_train.T + np.sum(self.X_train**2, axis=1)
    return np.sqrt(np.maximum(squares, 0))

# %% mistake="knn-no-loops" why="The array of all differences takes 30 GB for the real data."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    return np.sqrt(np.sum((X[:, None] - self.X_train[None]) ** 2, axis=2))

# %% mistake="knn-no-loops" why="A comprehension is a loop too."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    return np.array([np.sqrt(np.sum((self.X_train - x) ** 2, axis=1)) for x in X])

# %% mistake="knn-no-loops" why="The distance is the root of the sum of squares; the root is missing."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    return np.sum(X**2, axis=1)[:, None] - 2 * X @ self.X_train.T + np.sum(self.X_train**2, axis=1)

# %% mistake="knn-no-loops" why="scipy does the exercise instead of you."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    from scipy.spatial.distance import cdist
    return cdist(X, self.X_train)

# %% mistake="knn-no-loops" why="Squaring in place changes the training images."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    product = X @ self.X_train.T
    known = self.X_train
    known **= 2
    squares = np.sum(X**2, axis=1)[:, None] - 2 * product + np.sum(known, axis=1)
    return np.sqrt(np.maximum(squares, 0))

# %% style="knn-no-loops" why="Pasted from a class; two broadcast sums and one product."
    def compute_distances_no_loops(self, X):
        num_test = X.shape[0]
        num_train = self.X_train.shape[0]
        dists = np.zeros((num_test, num_train))
        test_sum = np.sum(np.square(X), axis=1, keepdims=True)
        train_sum = np.sum(np.square(self.X_train), axis=1)
        dists = np.sqrt(test_sum + train_sum - 2 * X.dot(self.X_train.T))
        return dists

# %% style="knn-no-loops" why="einsum for the norms, clipped before the root."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    norms = lambda A: np.einsum("nd,nd->n", A, A)
    squares = norms(X)[:, None] + norms(self.X_train)[None] - 2 * np.matmul(X, self.X_train.T)
    return np.sqrt(squares.clip(min=0))

# %% style="knn-no-loops" why="One product of extended matrices does all three terms."
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    left = np.hstack([-2 * X, (X**2).sum(1, keepdims=True), np.ones((len(X), 1))])
    T = self.X_train
    right = np.hstack([T, np.ones((len(T), 1)), (T**2).sum(1, keepdims=True)])
    return np.sqrt(np.abs(left @ right.T))

# %% mistake="knn-predict-labels" why="argsort gives positions of training images; their labels are in y_train."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    y_pred = np.zeros(len(dists), dtype=int)
    for i, row in enumerate(dists):
        y_pred[i] = np.bincount(np.argsort(row)[:k]).argmax()
    return y_pred

# %% mistake="knn-predict-labels" why="Of equally frequent labels this takes the nearest one, not the smallest."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    from collections import Counter
    y_pred = np.zeros(len(dists), dtype=int)
    for i, row in enumerate(dists):
        y_pred[i] = Counter(self.y_train[np.argsort(row)[:k]].tolist()).most_common(1)[0][0]
    return y_pred

# %% mistake="knn-predict-labels" why="The k is ignored: only the nearest image votes."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    return self.y_train[np.argmin(dists, axis=1)]

# %% mistake="knn-predict-labels" why="The farthest images vote, not the nearest: the order is reversed."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    y_pred = np.zeros(len(dists), dtype=int)
    for i, row in enumerate(dists):
        y_pred[i] = np.bincount(self.y_train[np.argsort(row)[-k:]]).argmax()
    return y_pred

# %% mistake="knn-predict-labels" why="Labels are names, not amounts: their mean is no label."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    nearest = self.y_train[np.argsort(dists, axis=1)[:, :k]]
    return np.round(nearest.mean(axis=1)).astype(int)

# %% mistake="knn-predict-labels" why="Sorting in place changes the caller's distances, and loses who is who."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    y_pred = np.zeros(len(dists), dtype=int)
    for i in range(len(dists)):
        order = np.argsort(dists[i])
        dists[i].sort()
        y_pred[i] = np.bincount(self.y_train[order[:k]]).argmax()
    return y_pred

# %% style="knn-predict-labels" why="Pasted from a class: a float result, a list of votes."
    def predict_labels(self, dists, k=1):
        num_test = dists.shape[0]
        y_pred = np.zeros(num_test)
        for i in range(num_test):
            closest_y = []
            closest_y = self.y_train[np.argsort(dists[i])[:k]]
            y_pred[i] = np.argmax(np.bincount(closest_y))
        return y_pred

# %% style="knn-predict-labels" why="No loop: a table of votes, and argmax takes the first of equals."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    nearest = self.y_train[np.argsort(dists, axis=1)[:, :k]]  # (M, k)
    counts = (nearest[:, :, None] == np.unique(self.y_train)).sum(axis=1)
    return np.unique(self.y_train)[counts.argmax(axis=1)]

# %% style="knn-predict-labels" why="np.unique returns sorted labels with their counts."
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    predicted = []
    for row in dists:
        labels, counts = np.unique(self.y_train[np.argpartition(row, k - 1)[:k]], return_counts=True)
        predicted.append(labels[np.argmax(counts)])
    return np.array(predicted)

# %% mistake="knn-l1" why="This is the Euclidean distance."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.array([np.sqrt(((self.X_train - x) ** 2).sum(axis=1)) for x in X])

# %% mistake="knn-l1" why="Differences of opposite sign cancel when the absolute value comes after the sum."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.array([np.abs((self.X_train - x).sum(axis=1)) for x in X])

# %% mistake="knn-l1" why="The array of all differences does not fit into memory for the real data."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.abs(X[:, None] - self.X_train[None]).sum(axis=2)

# %% mistake="knn-l1" why="The mean over the pixels is not their sum."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.array([np.abs(self.X_train - x).mean(axis=1) for x in X])

# %% mistake="knn-l1" why="Rows are test images: the matrix is transposed."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.array([np.abs(X - t).sum(axis=1) for t in self.X_train])

# %% mistake="knn-l1" why="The largest difference alone is another distance (L-infinity)."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.array([np.abs(self.X_train - x).max(axis=1) for x in X])

# %% style="knn-l1" why="A loop over the pixels instead of the images."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    dists = np.zeros((len(X), len(self.X_train)))
    for p in range(X.shape[1]):
        dists += np.abs(X[:, p, None] - self.X_train[:, p])
    return dists

# %% style="knn-l1" why="A list of rows."
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    return np.stack([np.abs(self.X_train - x).sum(axis=1) for x in X])

# %% style="knn-l1" why="A plain method with two loops."
def compute_l1_distances(self, X):
    dists = np.empty((X.shape[0], self.X_train.shape[0]))
    for i in range(X.shape[0]):
        for j in range(self.X_train.shape[0]):
            dists[i, j] = np.sum(abs(X[i] - self.X_train[j]))
    return dists

# %% style="knn-cross-validation" why="One classifier a fold serves every k."
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    k_to_accuracies = {k: [] for k in k_choices}
    folds = np.array_split(np.arange(len(X_train)), num_folds)
    for fold in folds:
        rest = np.setdiff1d(np.arange(len(X_train)), fold)
        classifier = KNearestNeighbor()
        classifier.train(X_train[rest], y_train[rest])
        for k in k_choices:
            k_to_accuracies[k].append(np.mean(classifier.predict(X_train[fold], k=k) == y_train[fold]))
    return k_to_accuracies

# %% mistake="knn-cross-validation" why="The classifier is trained on all folds, the held-out one included."
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    k_to_accuracies = {k: [] for k in k_choices}
    for X_fold, y_fold in zip(np.array_split(X_train, num_folds), np.array_split(y_train, num_folds)):
        classifier = KNearestNeighbor()
        classifier.train(X_train, y_train)
        dists = classifier.compute_distances_no_loops(X_fold)
        for k in k_choices:
            k_to_accuracies[k].append(np.mean(classifier.predict_labels(dists, k=k) == y_fold))
    return k_to_accuracies

# %% mistake="knn-cross-validation" of="One classifier a" why="The held-out fold is trained on and the rest is tested: the two are swapped."
- classifier.train(X_train[rest], y_train[rest])
+ classifier.train(X_train[fold], y_train[fold])
+ dists = classifier.compute_distances_no_loops(X_train[rest])

- k_to_accuracies[k].append(np.mean(classifier.predict(X_train[fold], k=k) == y_train[fold]))
+ y_pred = classifier.predict_labels(dists, k=min(k, len(fold)))
+ k_to_accuracies[k].append(np.mean(y_pred == y_train[rest]))

# %% mistake="knn-cross-validation" of="One classifier a" why="These are numbers of right answers; an accuracy is a share of the fold."
- k_to_accuracies[k].append(np.mean(classifier.predict(X_train[fold], k=k) == y_train[fold]))
+ y_pred = classifier.predict(X_train[fold], k=k)
+ k_to_accuracies[k].append(float(np.sum(y_pred == y_train[fold])))

# %% mistake="knn-cross-validation" why="Only the mean over the folds is kept; the plot needs each of them."
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    k_to_accuracies = {}
    folds = np.array_split(np.arange(len(X_train)), num_folds)
    for k in k_choices:
        found = []
        for fold in folds:
            rest = np.setdiff1d(np.arange(len(X_train)), fold)
            classifier = KNearestNeighbor()
            classifier.train(X_train[rest], y_train[rest])
            found.append(np.mean(classifier.predict(X_train[fold], k=k) == y_train[fold]))
        k_to_accuracies[k] = np.mean(found)
    return k_to_accuracies

# %% mistake="knn-cross-validation" of="One classifier a" why="The number of folds is fixed at 5, whatever is asked for."
- folds = np.array_split(np.arange(len(X_train)), num_folds)
+ folds = np.array_split(np.arange(len(X_train)), 5)

# %% mistake="knn-cross-validation" of="One classifier a" why="Images that do not fill a whole fold are left out: use np.array_split."
- folds = np.array_split(np.arange(len(X_train)), num_folds)
- for fold in folds:
+ size = len(X_train) // num_folds
+ for i in range(num_folds):
+     fold = np.arange(i * size, (i + 1) * size)

# %% style="knn-cross-validation" why="The loops of old answers, pasted into the function."
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    X_train_folds = []
    y_train_folds = []
    X_train_folds = np.array_split(X_train, num_folds)
    y_train_folds = np.array_split(y_train, num_folds)
    k_to_accuracies = {}
    for k in k_choices:
        k_to_accuracies[k] = []
        for i in range(num_folds):
            classifier = KNearestNeighbor()
            X_rest = np.vstack([X_train_folds[j] for j in range(num_folds) if j != i])
            y_rest = np.hstack([y_train_folds[j] for j in range(num_folds) if j != i])
            classifier.train(X_rest, y_rest)
            y_pred = classifier.predict(X_train_folds[i], k=k, num_loops=0)
            k_to_accuracies[k].append(float(np.sum(y_pred == y_train_folds[i])) / len(y_pred))
    return k_to_accuracies

# %% style="knn-cross-validation" why="Index arrays and a mask."
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    number = np.empty(len(X_train), dtype=int)
    for i, fold in enumerate(np.array_split(np.arange(len(X_train)), num_folds)):
        number[fold] = i
    k_to_accuracies = {k: np.zeros(num_folds) for k in k_choices}
    for i in range(num_folds):
        classifier = KNearestNeighbor()
        classifier.train(X_train[number != i], y_train[number != i])
        dists = classifier.compute_distances_no_loops(X_train[number == i])
        for k in k_choices:
            k_to_accuracies[k][i] = (classifier.predict_labels(dists, k) == y_train[number == i]).mean()
    return k_to_accuracies

# %% style="knn-cross-validation" why="All distances once; each fold takes its block of them."
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    classifier = KNearestNeighbor()
    classifier.train(X_train, y_train)
    dists = classifier.compute_distances_no_loops(X_train)
    k_to_accuracies = {k: [] for k in k_choices}
    for fold in np.array_split(np.arange(len(X_train)), num_folds):
        rest = np.delete(np.arange(len(X_train)), fold)
        classifier.train(X_train[rest], y_train[rest])
        for k in k_choices:
            y_pred = classifier.predict_labels(dists[np.ix_(fold, rest)], k=k)
            k_to_accuracies[k].append(np.mean(y_pred == y_train[fold]))
    return k_to_accuracies

# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # k-nearest neighbours
#
# The simplest classifier there is: remember every training image, and give a new image
# the label of the ones it resembles most. You build it here, make it many times faster
# without changing its answers, and choose its one number, $k$, honestly.
#
# **You need:** NumPy indexing and broadcasting. **Time:** about an hour.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests
# below it. A test that fails says what it expected, what it got and where to look; one
# that passes prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import vis
from cs231n.data import load_cifar10
from cs231n.nets.distances import euclidean_distances
from cs231n.nets.neighbours import check_votes, vote
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.testing import (
    expect,
    expect_close,
    expect_equal,
    expect_source,
    memory_below,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = [
    *("euclidean_distances", "vote", "linalg.norm", "math.dist"),
    *("scipy", "sklearn", "torch"),
]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)

# %% [markdown]
# ## The data
#
# 5000 small colour pictures to learn from and 500 to be tested on, in ten classes. If
# CIFAR-10 is on your disk you see it here; if not, you see `shapes10`, which the package
# draws by itself and which behaves much like it. Everything below works with both.

# %%
data = load_cifar10(num_training=5000, num_test=500)
print(f"{data.source}: {len(data.X_train)} training and {len(data.X_test)} test images")
vis.show_samples(data.X_train, data.y_train, data.classes)
plt.show()

# %% [markdown]
# For this classifier an image is a plain list of numbers: 32 x 32 pixels of 3 colours
# make a point in a space of 3072 dimensions. Two images are alike if their points are
# close together.

# %%
X_train = data.X_train.reshape(len(data.X_train), -1)  # (5000, 3072)
X_test = data.X_test.reshape(len(data.X_test), -1)  # (500, 3072)
y_train, y_test = data.y_train, data.y_test
print(X_train.shape, X_test.shape)

# %% [markdown]
# ## The classifier
#
# To train is to remember. To predict takes two steps, and you write both: compute the
# distances from every test image to every training image, then let the nearest vote.
#
# The class grows as you go: each answer below adds one method to it.


# %% tags=["setup"]
class KNearestNeighbor(NotebookClass):
    """Classify images by the labels of the nearest training images."""

    def train(self, X, y):
        """Remember the training set: X of shape (N, D) and labels y of shape (N,)."""
        self.X_train = X
        self.y_train = y

    def predict(self, X, k=1, num_loops=0):
        """Label test images X of shape (M, D) by the votes of k neighbours."""
        versions = {
            0: "compute_distances_no_loops",
            1: "compute_distances_one_loop",
            2: "compute_distances_two_loops",
        }
        if num_loops not in versions:
            raise ValueError(f"num_loops must be 0, 1 or 2; got {num_loops!r}.")
        dists = getattr(self, versions[num_loops])(X)
        check_votes(dists, k, self.y_train)
        return self.predict_labels(dists, k=k)


# %% [markdown]
# ## 1. Distances, the plain way
#
# The Euclidean distance between a test image $x$ and a training image $t$ is
#
# $$d(x, t) = \sqrt{\sum_{p=1}^{D} (x_p - t_p)^2}.$$
#
# Fill a matrix with one row for each test image and one column for each training image,
# with two loops over images. The sum over pixels $p$ needs no loop: NumPy does it. Leave
# `np.linalg.norm` aside here, so that you see what is inside.
#
# Before you run the test: how far is $(0, 0)$ from $(3, 4)$?


# %% answer="knn-two-loops"
@add_to_class(KNearestNeighbor)
def compute_distances_two_loops(self, X):
    """Compute Euclidean distances with a loop over test and one over training images.

    Parameters
    ----------
    X : ndarray of shape (M, D)
        Test images. The training images are self.X_train, of shape (N, D).

    Returns
    -------
    dists : ndarray of shape (M, N)
        dists[i, j] is the distance between test image i and training image j.
    """
    ### BEGIN SOLUTION
    dists = np.zeros((len(X), len(self.X_train)))
    for i, image in enumerate(X):
        for j, known in enumerate(self.X_train):
            dists[i, j] = np.sqrt(np.sum((image - known) ** 2))
    return dists
    ### END SOLUTION


# %% test="knn-two-loops" points=2
knn = KNearestNeighbor()
knn.train(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), np.array([0, 1, 2]))
queries = np.array([[0.0, 0.0], [3.0, 0.0]])
expect_close(
    knn.compute_distances_two_loops(queries),
    [[0, 5, 10], [3, 4, 8.54400374531753]],
    "dists",
    hint="Rows are test images, columns are training images.",
    faults={
        "This is the square of the distance: take its root.": [
            [0, 25, 100],
            [9, 16, 73],
        ],
        "These are sums of |x - t|, the L1 distance. Square the differences.": [
            [0, 7, 14],
            [3, 4, 11],
        ],
        "Only the first row is filled: does the return stand inside the loop?": [
            [0, 5, 10],
            [0, 0, 0],
        ],
        "Only one entry is filled: does the return stand inside the loop?": [
            [0, 0, 0],
            [0, 0, 0],
        ],
    },
)
expect_source(knn.compute_distances_two_loops, without=READY)
passed("knn-two-loops", "triangles worked out by hand")

# %% test="knn-two-loops" part="shapes" points=1
for m, n, d, dtype in [(3, 7, 4, np.float64), (5, 3, 11, np.float32), (1, 4, 2, float)]:
    known = rng.normal(3, 1, (n, d)).astype(dtype)
    queries = rng.normal(-1, 1, (m, d)).astype(dtype)
    knn = KNearestNeighbor()
    knn.train(known, np.zeros(n, dtype=int))
    with unchanged(X=queries, X_train=known):
        dists = knn.compute_distances_two_loops(queries)
    where = f"dists ({m} test and {n} training images of {d} pixels)"
    expected = euclidean_distances(queries.astype(float), known.astype(float))
    expect_close(dists, expected, where, rtol=1e-5)
passed("knn-two-loops", "random images, float32, one query; inputs as they were")

# %% [markdown]
# Look at distances as a picture: one test image in a row, one training image in a
# column, bright where they are far apart. What do you expect: noise, or a pattern?

# %%
with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train[:500], y_train[:500])
    vis.show_distances(classifier.compute_distances_two_loops(X_test[:40]))
    plt.show()

# %% [markdown] question="knn-stripes" points=2
# **Question 1 (2 points).** The picture has stripes: some rows, and some columns, are
# bright along their whole length. What kind of image makes a bright row, what kind a
# bright column, and will the image of a bright column often be somebody's nearest
# neighbour?

# %% [markdown] marking="knn-stripes"
# A bright row is a test image that is far from nearly all training images: its overall
# brightness or contrast is unusual, such as a nearly white or nearly black picture. A
# bright column is such an image in the training set. It will seldom be a nearest
# neighbour, because some other training image is nearly always closer.
#
# *Marking:* 1 for "far from nearly everything, because of unusual brightness, contrast
# or background" for rows and columns alike (half of it for only one of the two); 1 for
# "seldom a neighbour". A frequent wrong answer is "a class that is hard to tell apart":
# no point for it, since one row is one image, not a class.

# %% [markdown]
# ## 2. One loop less
#
# Python's loops are slow: each round costs about as much as NumPy needs for some
# thousand additions. Compute a whole row of distances at once, with one loop over the
# test images. Broadcasting subtracts one image from all training images:
# `self.X_train - X[i]` has the shape of `self.X_train`.


# %% answer="knn-one-loop"
@add_to_class(KNearestNeighbor)
def compute_distances_one_loop(self, X):
    """Compute Euclidean distances with one loop over the test images.

    Parameters
    ----------
    X : ndarray of shape (M, D)
        Test images. The training images are self.X_train, of shape (N, D).

    Returns
    -------
    dists : ndarray of shape (M, N)
        dists[i, j] is the distance between test image i and training image j.
    """
    ### BEGIN SOLUTION
    dists = np.zeros((len(X), len(self.X_train)))
    for i, image in enumerate(X):
        dists[i] = np.sqrt(np.sum((self.X_train - image) ** 2, axis=1))
    return dists
    ### END SOLUTION


# %% test="knn-one-loop" points=2
knn = KNearestNeighbor()
known = rng.normal(size=(6, 5))
knn.train(known, np.zeros(6, dtype=int))
queries = rng.normal(1, 1, (4, 5))
expected = euclidean_distances(queries, known)
only_first = np.vstack([expected[:1], np.zeros((3, 6))])
expect_close(
    knn.compute_distances_one_loop(queries),
    expected,
    "dists",
    hint="Round i should fill row i, with one distance for every training image.",
    faults={
        "This is the square of the distance: take its root.": expected**2,
        "The squares are missing: these are roots of sums of differences.": np.sqrt(
            np.abs(queries.sum(axis=1)[:, None] - known.sum(axis=1))
        ),
        "Only the first row is filled: does the return stand inside the loop?": (
            only_first
        ),
        "Each entry sums over all training images at once: which axis holds the "
        "pixels?": np.sqrt((expected**2).sum(axis=1))[:, None] * np.ones((4, 6)),
    },
)
expect_source(knn.compute_distances_one_loop, loops=1, without=READY)
passed("knn-one-loop", "one loop, the same distances")

# %% test="knn-one-loop" part="shapes" points=1
for m, n, d, dtype in [(3, 3, 3, np.float64), (2, 5, 9, np.float32), (4, 1, 6, float)]:
    known = rng.normal(2, 1, (n, d)).astype(dtype)
    queries = rng.normal(size=(m, d)).astype(dtype)
    knn = KNearestNeighbor()
    knn.train(known, np.zeros(n, dtype=int))
    with unchanged(X=queries, X_train=known):
        dists = knn.compute_distances_one_loop(queries)
    where = f"dists ({m} test and {n} training images of {d} pixels)"
    expected = euclidean_distances(queries.astype(float), known.astype(float))
    expect_close(dists, expected, where, rtol=1e-5)
passed("knn-one-loop", "as many images as pixels, float32; inputs as they were")

# %% [markdown]
# ## 3. No loop at all
#
# All differences at once would be an array of 500 x 5000 x 3072 numbers: 30 GB. Instead,
# multiply out the square:
#
# $$\lVert x - t \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot t + \lVert t \rVert^2.$$
#
# The middle term, for all pairs, is one matrix product. The other two are a column and a
# row of numbers that broadcasting adds to it. Before you write it: which shapes do the
# three terms have?


# %% answer="knn-no-loops"
@add_to_class(KNearestNeighbor)
def compute_distances_no_loops(self, X):
    """Compute Euclidean distances with a matrix product and no loop.

    Parameters
    ----------
    X : ndarray of shape (M, D)
        Test images. The training images are self.X_train, of shape (N, D).

    Returns
    -------
    dists : ndarray of shape (M, N)
        dists[i, j] is the distance between test image i and training image j.
    """
    ### BEGIN SOLUTION
    dists = X @ self.X_train.T  # (M, N)
    dists *= -2
    dists += np.sum(X**2, axis=1)[:, None]
    dists += np.sum(self.X_train**2, axis=1)
    # Rounding can leave the square of a tiny distance a little below 0.
    np.maximum(dists, 0, out=dists)
    return np.sqrt(dists, out=dists)
    ### END SOLUTION


# %% test="knn-no-loops" points=2
knn = KNearestNeighbor()
known = rng.normal(size=(6, 5))
knn.train(known, np.zeros(6, dtype=int))
queries = rng.normal(1, 1, (4, 5))
expected = euclidean_distances(queries, known)
products = queries @ known.T
expect_close(
    knn.compute_distances_no_loops(queries),
    expected,
    "dists",
    hint="Compare the three terms with the formula, one pair of images at a time.",
    shape_hint="Print the shapes of the three terms: (M, 1), (M, N) and (N,).",
    faults={
        "This is the square of the distance: take its root.": expected**2,
        "The middle term counts twice in the formula, once here.": np.sqrt(
            expected**2 + products
        ),
        "The middle term is added; it should be subtracted.": euclidean_distances(
            queries, -known
        ),
    },
)
expect_source(knn.compute_distances_no_loops, loops=0, without=READY)
passed("knn-no-loops", "no loop, the same distances")

# %% test="knn-no-loops" part="shapes" points=2
for m, n, d, dtype in [(5, 5, 5, np.float64), (3, 8, 2, np.float32), (1, 2, 6, float)]:
    known = rng.normal(2, 1, (n, d)).astype(dtype)
    queries = rng.normal(-2, 1, (m, d)).astype(dtype)
    queries[0] = known[0] + 0.1  # closer than 1
    knn = KNearestNeighbor()
    knn.train(known, np.zeros(n, dtype=int))
    with unchanged(X=queries, X_train=known):
        dists = knn.compute_distances_no_loops(queries)
    where = f"dists ({m} test and {n} training images of {d} pixels)"
    expected = euclidean_distances(queries.astype(float), known.astype(float))
    expect_close(dists, expected, where, rtol=1e-4, atol=1e-4)
known, queries = rng.normal(size=(60, 300)), rng.normal(size=(50, 300))
knn = KNearestNeighbor()
knn.train(known, np.zeros(60, dtype=int))
with memory_below(2.4e6, "Is there an array of all differences, (M, N, D)?"):
    dists = knn.compute_distances_no_loops(queries)
expect_close(dists, euclidean_distances(queries, known), "dists")
passed("knn-no-loops", "as many test as training images, float32, little memory")

# %% [markdown]
# How much did it pay? Guess the two factors before you look: from two loops to one, and
# from one loop to none. The scale is logarithmic.


# %% tags=["experiment"]
def microseconds(compute, X):
    """Return the time of one distance, the best of three calls."""
    best = np.inf
    for _ in range(3):
        start = time.perf_counter()
        dists = compute(X)
        best = min(best, (time.perf_counter() - start) / dists.size)
    return 1e6 * best


with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train[:2000], y_train[:2000])
    times = {
        "two loops": microseconds(classifier.compute_distances_two_loops, X_test[:10]),
        "one loop": microseconds(classifier.compute_distances_one_loop, X_test[:10]),
        "no loop": microseconds(classifier.compute_distances_no_loops, X_test),
    }
    fig, ax = plt.subplots(figsize=(6, 2), layout="constrained")
    bars = ax.barh(list(times), list(times.values()), color="tab:blue")
    ax.bar_label(bars, fmt=" %.2g µs")
    ax.set(xscale="log", xlim=(0.01, 50), xlabel="time for one distance (µs)")
    ax.invert_yaxis()
    plt.show()

# %% [markdown] question="knn-cancel" points=2
# **Question 2 (2 points).** A training image is also used as a test image, with pixel
# values around 120 stored as 32-bit floats. The two-loop version gives a distance of
# exactly 0. The formula of exercise 3 may give 3, or `nan` with a warning. Where does
# that come from, and how do you get rid of the `nan`?

# %% [markdown] marking="knn-cancel"
# The three terms are each about $3072 \cdot 120^2 \approx 4 \cdot 10^7$. A 32-bit float
# keeps about 7 digits, so each is known to a few units only, and their difference, which
# should be 0, is off by a few units: cancellation. Its root is a few units as well; if
# the error is negative, the root is `nan`. Clip at 0 before the root
# (`np.maximum(d2, 0)`); subtracting the mean image from all images first makes the terms,
# and with them the error, smaller.
#
# *Marking:* 1 for "difference of large rounded numbers" (cancellation, few digits of
# float32); 1 for clipping at 0 (or a variant such as `abs`, half of it for only "use
# float64", which makes the error smaller but not 0).

# %% [markdown]
# ## 4. The vote
#
# Now predict: take the $k$ smallest distances of a row, and the label most of those
# training images have. If labels are equally frequent, choose the smaller label, so that
# everybody's answer is the same. Useful: `np.argsort`, `np.bincount`, and what
# `np.argmax` does when several entries are largest.


# %% answer="knn-predict-labels"
@add_to_class(KNearestNeighbor)
def predict_labels(self, dists, k=1):
    """Label each test image by the majority of its k nearest training images.

    Parameters
    ----------
    dists : ndarray of shape (M, N)
        dists[i, j] is the distance between test image i and training image j.
    k : int
        Number of neighbours that vote. Their labels are in self.y_train.

    Returns
    -------
    y_pred : ndarray of shape (M,)
        Predicted labels; of equally frequent labels the smallest.
    """
    ### BEGIN SOLUTION
    check_votes(dists, k, self.y_train)
    y_pred = np.zeros(len(dists), dtype=self.y_train.dtype)
    for i, row in enumerate(dists):
        closest_y = self.y_train[np.argsort(row)[:k]]
        y_pred[i] = np.bincount(closest_y).argmax()
    return y_pred
    ### END SOLUTION


# %% test="knn-predict-labels" points=2
labels, dists = (
    np.array([4, 1, 1, 7, 2]),
    np.array([[1, 2, 3, 9, 8], [9, 8, 7, 1, 6.5]]),
)
knn = KNearestNeighbor()
knn.train(np.zeros((5, 1)), labels)
expect_equal(
    knn.predict_labels(dists, k=1),
    np.array([4, 7]),
    "y_pred for k=1",
    hint="Return the label of the nearest training image, self.y_train[j].",
    faults={
        "These are positions of training images; look up their labels.": [0, 3],
        "These are labels of the farthest images: sort from small to large.": [7, 4],
        "Another than the nearest image votes: the k nearest are the first k.": [1, 2],
    },
)
expect_equal(
    knn.predict_labels(dists, k=4),
    np.array([1, 1]),
    "y_pred for k=4",
    hint="The labels that vote: 4, 1, 1, 2 in row 0, and 7, 2, 1, 1 in row 1.",
    faults={
        "These are the labels for k=1: do k neighbours vote?": [4, 7],
        "A label is a name, not an amount: count the labels, do not average them.": [
            2,
            3,
        ],
        "These are the labels of the k-th neighbour: all k vote.": [2, 1],
    },
)
with unchanged(dists=dists, y_train=labels):
    knn.predict_labels(dists, k=3)
expect_source(knn.predict_labels, without=READY)
passed("knn-predict-labels", "one neighbour, a majority of four; inputs as they were")

# %% test="knn-predict-labels" part="ties" points=2
labels = np.array([3, 3, 0, 0, 5, 5, 5, 2, 8])
knn = KNearestNeighbor()
knn.train(np.zeros((9, 1)), labels)
dists = np.array([[3, 2, 4, 5, 9, 8, 7, 6, 1.0]])
expect_equal(
    knn.predict_labels(dists, k=5),
    np.array([0]),
    "y_pred for k=5",
    hint="Labels 8, 3, 3, 0, 0 vote: 3 and 0 are equally frequent, 0 is smaller.",
    faults={
        "Two labels are equally frequent: take the smaller label, not the nearer.": [3],
        "The largest label wins here; the most frequent should.": [8],
    },
)
dists = np.stack([rng.permutation(9) for _ in range(12)]) / 8.0
for k in (1, 2, 4, 5, 9):
    with unchanged(dists=dists):
        y_pred = knn.predict_labels(dists, k=k)
    expect_equal(y_pred, vote(dists, k, labels), f"y_pred for k={k}")
passed("knn-predict-labels", "ties go to the smaller label; up to all neighbours vote")

# %% [markdown]
# Guessing gets one image in ten right. Does looking at raw pixels do better?

# %% tags=["nbval-check-output"]
with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train, y_train)
    dists = classifier.compute_distances_no_loops(X_test)
    for k in (1, 5):
        accuracy = np.mean(classifier.predict_labels(dists, k=k) == y_test)
        print(f"k = {k}: {accuracy:.3f} of {len(y_test)} test images right")

# %% [markdown]
# See what it takes for alike. The framed image is the query, its five nearest training
# images follow. Look at the background and the overall colour, then at the objects.

# %%
with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train, y_train)
    dists = classifier.compute_distances_no_loops(X_test[:6])
    nearest = np.argsort(dists, axis=1)[:, :5]  # (6, 5)
    names = np.array(data.classes)
    titles = np.column_stack([names[y_test[:6]], names[y_train[nearest]]])
    vis.show_neighbours(data.X_test[:6], data.X_train[nearest], titles)
    plt.show()

# %% [markdown]
# ## 5. Another distance
#
# The L1 distance adds the differences instead of their squares:
# $d_1(x, t) = \sum_p |x_p - t_p|$. No formula turns it into a matrix product. One loop
# over the test images is fine, and one over the pixels would be too; the array of all
# differences, of shape (M, N, D), is not: keep the memory small.


# %% answer="knn-l1"
@add_to_class(KNearestNeighbor)
def compute_l1_distances(self, X):
    """Compute L1 distances without an array of shape (M, N, D).

    Parameters
    ----------
    X : ndarray of shape (M, D)
        Test images. The training images are self.X_train, of shape (N, D).

    Returns
    -------
    dists : ndarray of shape (M, N)
        dists[i, j] is the sum of absolute differences of test image i and training
        image j.
    """
    ### BEGIN SOLUTION
    dists = np.zeros((len(X), len(self.X_train)))
    for i, image in enumerate(X):
        dists[i] = np.abs(self.X_train - image).sum(axis=1)
    return dists
    ### END SOLUTION


# %% test="knn-l1" points=2
knn = KNearestNeighbor()
knn.train(np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]]), np.array([0, 1, 2]))
expect_close(
    knn.compute_l1_distances(np.array([[0.0, 5.0], [3.0, 0.0]])),
    [[5, 4, 9], [3, 4, 11]],
    "dists",
    hint="Rows are test images, columns are training images.",
    faults={
        "This is the Euclidean distance; here nothing is squared.": [
            [5, 3.1622776601683795, 6.708203932499369],
            [3, 4, 8.54400374531753],
        ],
        "Differences of opposite sign cancel: take absolute values before the sum.": [
            [5, 2, 9],
            [3, 4, 11],
        ],
        "This is the largest difference alone; all of them count.": [
            [5, 3, 6],
            [3, 4, 8],
        ],
        "This distance has no root.": np.sqrt([[5, 4, 9], [3, 4, 11]]),
    },
)
expect_source(knn.compute_l1_distances, without=READY)
passed("knn-l1", "triangles worked out by hand")

# %% test="knn-l1" part="shapes" points=1
knn = KNearestNeighbor()
for sign in (1, -1):  # all differences have one sign, so that sums may be compared
    known = rng.uniform(0, 1, (90, 300)).astype(np.float32 if sign > 0 else float)
    queries = known[:1] * 0 + rng.uniform(2, 3, (70, 1)) * sign
    knn.train(known, np.zeros(90, dtype=int))
    memory = memory_below(4e6, "Is there an array of all differences, (M, N, D)?")
    with unchanged(X=queries, X_train=known), memory:
        dists = knn.compute_l1_distances(queries)
    expected = sign * (queries.sum(axis=1)[:, None] - known.sum(axis=1, dtype=float))
    expect_close(dists, expected, "dists of 70 and 90 images", rtol=1e-5)
passed("knn-l1", "random images, little memory; inputs as they were")

# %% tags=["experiment"]
with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train[:2000], y_train[:2000])
    compared = {
        "Euclidean": classifier.compute_distances_no_loops(X_test[:200]),
        "L1": classifier.compute_l1_distances(X_test[:200]),
    }
    for name, dists in compared.items():
        accuracy = np.mean(classifier.predict_labels(dists, k=5) == y_test[:200])
        print(f"{name:>9}, 2000 training images, k = 5: {accuracy:.3f}")

# %% [markdown] question="knn-l1" points=2
# **Question 3 (2 points).** Each of these changes is made to all images, training and
# test alike, before a 1-nearest-neighbour classifier with the *L1* distance sees them.
# Which can change a prediction, which never does? Give a reason for each.
#
# 1. Subtract the mean image of the training set, pixel by pixel.
# 2. Divide all pixels by one and the same number.
# 3. Divide each pixel by its own standard deviation over the training set.
# 4. Shuffle the pixels, in the same way in all images.
# 5. Express the images in another orthonormal basis (rotate pixel space).

# %% [markdown] marking="knn-l1"
# 1 never: the mean cancels in $x_p - t_p$. 2 never: all distances shrink by the same
# factor, their order stays. 3 can: pixels get different weights. 4 never: the sum has the
# same terms in another order. 5 can: a rotation keeps Euclidean distances, not sums of
# absolute values; $(1, 1)$ and $(\sqrt 2, 0)$ are equally long but have L1 norms 2 and
# $\sqrt 2$.
#
# *Marking:* 0.4 for each of the five, half of it for the right word without a reason.
# Frequent error: to answer 5 for the Euclidean distance.

# %% [markdown]
# In the plane one can see what $k$ and the distance do. Each place has the colour of the
# class that wins the vote there. Which islands vanish as $k$ grows, and what becomes of the
# borders with the other distance?

# %% tags=["experiment"]
from cs231n.demos import neighbours_demo

neighbours_demo()

# %% [markdown]
# ## 6. Choosing k
#
# Which $k$ is best? Not the one that does best on the test images: whoever chooses by
# them has no test left. *Cross-validation* asks the training set alone. Cut it into
# folds; hold out each fold once, train on the others, and measure on the fold held out.
#
# Cut with `np.array_split` and keep the order, so that everybody has the same folds. Use
# your `KNearestNeighbor` with `compute_distances_no_loops` and `predict_labels`. A hint
# for speed: the distances of a fold do not depend on $k$.


# %% answer="knn-cross-validation"
def cross_validate(X_train, y_train, k_choices, num_folds=5):
    """Measure the accuracy of each k on held-out folds of the training set.

    Parameters
    ----------
    X_train : ndarray of shape (N, D)
        Training images.
    y_train : ndarray of shape (N,)
        Their labels.
    k_choices : list of int
        Numbers of neighbours to try.
    num_folds : int
        Number of folds.

    Returns
    -------
    k_to_accuracies : dict of {int: list of float}
        For each k the accuracy (0..1) on each of the folds, in order.
    """
    k_to_accuracies = {k: [] for k in k_choices}
    ### BEGIN SOLUTION
    X_train_folds = np.array_split(X_train, num_folds)
    y_train_folds = np.array_split(y_train, num_folds)
    for fold in range(num_folds):
        classifier = KNearestNeighbor()
        classifier.train(
            np.concatenate(X_train_folds[:fold] + X_train_folds[fold + 1 :]),
            np.concatenate(y_train_folds[:fold] + y_train_folds[fold + 1 :]),
        )
        dists = classifier.compute_distances_no_loops(X_train_folds[fold])
        for k in k_choices:
            y_pred = classifier.predict_labels(dists, k=k)
            accuracy = float(np.mean(y_pred == y_train_folds[fold]))
            k_to_accuracies[k].append(accuracy)
    ### END SOLUTION
    return k_to_accuracies


# %% test="knn-cross-validation" points=2
X_line = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.5]])
y_line = np.array([0, 0, 1, 1, 1, 0])
found = cross_validate(X_line, y_line, [1, 3], num_folds=3)
expect(
    isinstance(found, dict),
    f"Return the dict k_to_accuracies; got {type(found).__name__}.",
)
expect_equal(sorted(found), [1, 3], "the keys of k_to_accuracies")
# Fold 0 holds out 0 and 1: both are nearest to 2, of class 1, so k=1 gets none right.
# Fold 1 holds out 2 (nearest: 1, class 0) and 10 (nearest: 11, class 1): half right.
# Fold 2 holds out 11 and 12.5 (nearest: 10, class 1): 11 is right, 12.5 is not.
expect_close(
    found[1],
    [0, 0.5, 0.5],
    "k_to_accuracies[1]",
    hint="One accuracy for each fold, in order; cut with np.array_split.",
    faults={
        "Every image found itself: leave the held-out fold out of training.": [1, 1, 1],
        "These are counts; divide by the size of the fold.": [0, 1, 1],
        "These are shares of wrong answers; accuracies are wanted.": [1, 0.5, 0.5],
        "Training and held-out folds are swapped.": [0.25, 0.25, 0.5],
        "Keep the accuracy of each fold; their mean hides the spread.": 1 / 3,
        "The number of folds is not always 5: use num_folds.": [0, 0, 1, 1, 0],
    },
)
expect_close(found[3], [0, 0, 0.5], "k_to_accuracies[3]")
expect_source(cross_validate, without=READY)
passed("knn-cross-validation", "six points on a line, worked out by hand")

# %% test="knn-cross-validation" part="folds" points=2
X_cloud, y_cloud = rng.normal(size=(23, 3)), rng.integers(0, 2, 23)  # odd k: no ties
for num_folds in (5, 4):
    with unchanged(X_train=X_cloud, y_train=y_cloud):
        found = cross_validate(X_cloud, y_cloud, [5, 1, 7], num_folds=num_folds)
    folds = np.array_split(np.arange(23), num_folds)
    expect(isinstance(found, dict), "Return the dict k_to_accuracies.")
    for k in (1, 5, 7):
        expected = []
        for fold in folds:
            rest = np.setdiff1d(np.arange(23), fold)
            dists = euclidean_distances(X_cloud[fold], X_cloud[rest])
            expected.append(np.mean(vote(dists, k, y_cloud[rest]) == y_cloud[fold]))
        sizes = " and ".join(sorted({str(len(fold)) for fold in folds}))
        expect_close(
            found[k],
            expected,
            f"k_to_accuracies[{k}]",
            hint=f"23 images make {num_folds} folds of {sizes}; none is left out.",
        )
passed("knn-cross-validation", "folds of different sizes; inputs as they were")

# %% [markdown]
# Every dot is one fold, the line is their mean, the bars are one standard deviation.
# How sure can you be of the best $k$? Compare the height of the bars with the
# differences between neighbouring means.

# %% tags=["experiment"]
with needs_answers():
    k_choices = [1, 3, 5, 8, 10, 12, 15, 20, 50, 100]
    k_to_accuracies = cross_validate(X_train, y_train, k_choices)
    vis.show_cross_validation(k_to_accuracies)
    plt.show()
    best_k = max(k_choices, key=lambda k: np.mean(k_to_accuracies[k]))
    classifier = KNearestNeighbor()
    classifier.train(X_train, y_train)
    accuracy = np.mean(classifier.predict(X_test, k=best_k) == y_test)
    print(f"best k = {best_k}: {accuracy:.3f} of {len(y_test)} test images right")

# %% [markdown] question="knn-claims" points=2
# **Question 4 (2 points).** True or false, with a reason in one sentence each, for
# k-nearest neighbours on any data:
#
# 1. The boundary between two classes is a straight line (a hyperplane).
# 2. With $k = 1$, the accuracy on the training images themselves is at least as high as
#    with $k = 5$ (no image occurs twice).
# 3. With $k = 1$, the accuracy on the test images is at least as high as with $k = 5$.
# 4. Twice as many training images take about twice as long at prediction.

# %% [markdown] marking="knn-claims"
# 1. False: it is made of pieces between pairs of points, and bends around single points.
# 2. True: every image is its own nearest neighbour, so the accuracy is 1.
# 3. False: one mislabelled or untypical neighbour decides; a vote of five evens it out.
#    The curve above shows it.
# 4. True: each test image is compared with every training image.
#
# *Marking:* 0.5 each, half of it for the right word without a reason. For 4 also accept
# "false with a search structure such as a tree", if that is said.

# %% [markdown]
# ## What you have
#
# A classifier with no training and slow prediction, the wrong way round for most uses,
# and a first honest baseline: every method of this course has to beat it. Its weakness is
# its idea of likeness. The next notebooks learn which pixels matter.

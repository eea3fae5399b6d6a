# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # k-nearest neighbours
#
# The *k-nearest-neighbour classifier* stores the training set and labels a new image by a
# majority vote among the $k$ training images closest to it. It has no training phase to
# speak of, which makes it a natural *baseline*: a simple method that better ones have to
# beat. You implement it with loops, *vectorise* it without changing a prediction, and select
# its *hyperparameter* $k$ by cross-validation.
#
# **You need:** NumPy indexing and broadcasting. **Time (our estimate, as are all minutes
# below):** about three hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests below
# it. A test that fails says what it expected, what it got and where to look; one that passes
# prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures, vis
from cs231n.data import load_cifar10
from cs231n.demos import changed_image_demo, neighbours_demo
from cs231n.nets.distances import euclidean_distances
from cs231n.nets.neighbours import check_votes, vote
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.testing import (
    expect,
    expect_close,
    expect_equal,
    expect_source,
    in_words,
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
figures.use_style()

# %% [markdown]
# ## The data
#
# We use 5000 small colour images for training and 500 for testing, in ten classes. If
# CIFAR-10 (Krizhevsky, 2009) is installed you see it here. If not, you see `shapes10`, a set
# of *synthetic images* that the package draws by itself. Everything below works with both,
# and the numbers in the text were measured on `shapes10`.

# %%
data = load_cifar10(num_training=5000, num_test=500)
print(f"{data.source}: {len(data.X_train)} training and {len(data.X_test)} test images")
vis.show_samples(data.X_train, data.y_train, data.classes)
plt.show()

# %% [markdown]
# To this classifier an image is a vector: the values of 32 x 32 pixels in 3 colours, 0 to 255,
# are the coordinates of a point in a space of 3072 dimensions. We flatten every image into a
# row of a matrix.

# %%
X_train = data.X_train.reshape(len(data.X_train), -1)  # (5000, 3072)
X_test = data.X_test.reshape(len(data.X_test), -1)  # (500, 3072)
y_train, y_test = data.y_train, data.y_test
print(X_train.shape, X_test.shape)

# %% [markdown]
# Here is the class that you are going to fill. `train` only stores the data. To predict
# takes two steps: compute the distances from every test image to every training image, then
# let the nearest ones vote. Each answer below adds one method.


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
# ## 1. Distances
#
# How would you label an image if you knew nothing about images? Look up the most similar one
# whose label you know, and copy that label. Fix and Hodges (1951) proposed this rule, and
# Cover and Hart (1967) proved something remarkable about it. With *enough* training data, the
# error of a single nearest neighbour is at most twice the smallest error that any classifier
# can reach. How much is enough? The theorem does not say, and in section 5 you estimate it.
# The method costs nothing to train, but each prediction compares an image with the whole
# training set.
#
# After this section you can compute a matrix of distances, and read one as a picture.
#
# "Similar" needs a *distance metric*. The *Euclidean distance* between a test image $x$ and a
# training image $t$ is
#
# $$d(x, t) = \sqrt{\sum_{p=1}^{D} (x_p - t_p)^2}.$$

# %% drawing="knn-matrix"
drawings.show(
    drawings.distance_matrix(),
    "Three training images and two test images of two pixels as points in the plane, and the "
    "matrix of their distances: a row for each test image, a column for each training image. "
    "The entry for test image 0 and training image 1 is 5, the length of the line between "
    "them; test image 1 lies on training image 2, at distance 0.",
)

# %% [markdown]
# *Images of two pixels each. Find the line on the left in the matrix on the right. Which
# entry says that $x_1$ and $t_2$ are the same image?*
#
# **Worked example.** The marked entry, one pixel at a time:

# %%
x, t = [0.0, 3.0], [4.0, 0.0]
squares = [(x[p] - t[p]) ** 2 for p in range(2)]
print("squared differences", squares, "  distance", sum(squares) ** 0.5)

# %% [markdown]
# **Predict, then check.** An image of 3072 values gets brighter by 10 everywhere, which you
# would hardly notice. In a second copy only five values change, by 250 each. Which of the two
# copies is farther from the original?
#
# <details><summary>Check your prediction</summary>
#
# They are about equally far: $\sqrt{3072 \cdot 10^2} \approx 554$ and
# $\sqrt{5 \cdot 250^2} \approx 559$. A change that eyes overlook, in every pixel, counts as
# much as five glaring dots. Keep this in mind when you look at neighbours in section 3.
#
# </details>
#
# Now write the *naive* version, with one loop over test images and one over training images.
# The sum over pixels needs no loop. Do without `np.linalg.norm`, so that you see what is
# inside.


# %% answer="knn-two-loops" minutes=10 difficulty=1 importance=3
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


# %% [markdown] hint="knn-two-loops"
# <details><summary>Hint 1: where to look</summary>
#
# The matrix in the drawing: how many rows and columns does it have, and which two images meet
# in entry $(i, j)$?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Make a matrix of zeros first and fill it entry by entry. Arithmetic between two rows works
# on all pixels at once, and NumPy has functions for the sum and for the root.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. A matrix of zeros, with as many rows as `X` and as many columns as `self.X_train` has rows.
# 2. Two nested loops over row numbers.
# 3. Inside: difference of two rows, square, sum, root, store.
# 4. Return the matrix after both loops. Check by hand: $(0, 0)$ and $(3, 4)$ are 5 apart.
#
# </details>

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
known, queries = rng.normal(size=(4, 3)), rng.normal(size=(2, 3))
knn.train(known, np.zeros(4, dtype=int))
expected = euclidean_distances(queries, known)
expect_close(knn.compute_distances_two_loops(queries), expected, "dists")
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
# **Experiment: distances as a picture.** One test image in a row, one training image in a
# column, bright where they are far apart. What do you expect: noise, or a pattern?

# %%
with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train[:500], y_train[:500])
    vis.show_distances(classifier.compute_distances_two_loops(X_test[:40]))
    plt.show()

# %% [markdown] question="knn-stripes" points=2 minutes=8
# **Question 1 (2 points).** The picture has stripes: some rows, and some columns, are
# bright along their whole length. What kind of image makes a bright row, what kind a
# bright column, and will the image of a bright column often be the nearest neighbour of
# a test image?

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
# **Further reading**
#
# - CS231n notes, [*Image classification*](https://cs231n.github.io/classification/): the
#   problem, nearest neighbours and how to choose $k$. 25 minutes.
# - Cover and Hart, *Nearest neighbor pattern classification*, 1967,
#   [doi:10.1109/TIT.1967.1053964](https://doi.org/10.1109/TIT.1967.1053964). The theorem is in
#   the abstract and section V. 15 minutes.
# - Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2009,
#   [section 2.5](https://hastie.su.domains/ElemStatLearn/): why "near" means little in many
#   dimensions. 15 minutes.
#
# **Harder (optional, no points).** Draw 1000 random points in 2, 20 and 2000 dimensions, each
# coordinate uniform between 0 and 1. For one further point compute the ratio of the farthest
# to the nearest distance. What happens to it, and what does that mean for neighbours?
#
# <details><summary>Compare your answer</summary>
#
# We measured ratios of about 90, 2.3 and 1.08 (medians of 20 draws). The squared distance is a
# sum over all coordinates. Its mean grows with the dimension $D$, its spread only with $\sqrt
# D$, so all points end up about equally far away. Beyer et al. (1999) asked when "nearest
# neighbour" is meaningful. Images are no such points: their pixels depend on each other, so
# they vary in far fewer directions than 3072.
#
# </details>

# %% [markdown]
# ## 2. Vectorising
#
# Python executes a loop step by step and checks the type of every object on the way. NumPy
# does the same arithmetic on whole arrays in compiled code. Iverson (1962) proposed to write
# programs about whole arrays, and NumPy brought this style, *array programming*, to Python
# (Harris et al., 2020). To *vectorise* code means to replace its loops by array operations. It
# has a price: arrays of intermediate results, which can be large, and lines that are harder to
# read. That is why you keep the naive version and test one against the other.
#
# After this section you can vectorise a loop by broadcasting, and by a matrix product.
#
# With *broadcasting*, NumPy repeats the smaller of two arrays along the axes that it lacks. A
# whole row $i$ of distances is then
#
# $$d_i = \sqrt{\operatorname{rowsum}\big((T - x_i)^2\big)}, \qquad T \text{ of shape } (N, D).$$

# %% drawing="knn-broadcast"
drawings.show(
    drawings.broadcast_rows(),
    "The training images, a matrix of three rows and two columns, minus the test image 0, 3, "
    "repeated in each row, give three rows of differences. Their squares are added along each "
    "row to 9, 25, 16; the roots 3, 5, 4 are the distances.",
)

# %% [markdown]
# *Follow the marked row. The shape below each array says what happened to its axes.*
#
# **Worked example.** The drawing in code, with the shapes:

# %%
training = np.array([[0.0, 0.0], [4.0, 0.0], [4.0, 3.0]])
differences = training - np.array([0.0, 3.0])
print("differences", differences.tolist(), differences.shape)
print("one sum for each row ", (differences**2).sum(axis=1))

# %% [markdown]
# **Predict, then check.** A student writes `axis=0` instead. What is the shape of the result,
# and what do its numbers mean?
#
# <details><summary>Check your prediction</summary>
#
# The shape is (2,), one number for each *pixel*: axis 0, the training images, has been added
# up. With real data that would be 3072 numbers, and no distance among them. The axis that you
# name is the one that disappears.
#
# </details>


# %% answer="knn-one-loop" minutes=10 difficulty=2 importance=3
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


# %% [markdown] hint="knn-one-loop"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing shows one round of the loop. Which row of `dists` does it fill?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Start from your two loops, and let the inner one go. One test image minus all training
# images is a single expression; the sum needs an `axis`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The same matrix of zeros.
# 2. One loop over test images.
# 3. Differences (N, D), squares (N, D), sums (N,), roots (N,): write them into a whole row.
#
# </details>

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
# **No loop at all.** Could broadcasting remove the other loop as well?
#
# **Predict, then check.** How much memory would an array of all differences take, for 500 test
# and 5000 training images of 3072 values, at 4 bytes each? And the matrix of distances?
#
# <details><summary>Check your prediction</summary>
#
# $500 \cdot 5000 \cdot 3072 \cdot 4 = 30.7$ billion bytes: more than most laptops have. The
# distances themselves need $500 \cdot 5000 \cdot 4 = 10$ million bytes. The intermediate
# result is 3072 times as large as the answer.
#
# </details>
#
# Multiply out the square instead:
#
# $$\lVert x - t \rVert^2 = \lVert x \rVert^2 - 2\, x \cdot t + \lVert t \rVert^2.$$
#
# The middle term, for all pairs, is one matrix product. The other two are one number for each
# test image and one for each training image, and broadcasting adds them.

# %% drawing="knn-terms"
drawings.show(
    drawings.three_terms(),
    "A column with the squared lengths of two test images, 9 and 25, minus twice the matrix of "
    "dot products, plus a row with the squared lengths of three training images, 0, 16 and 25, "
    "equals the matrix of squared distances. For the marked pair: 9 - 18 + 25 = 16.",
)

# %% [markdown]
# *The same five images. A column is repeated to the right, a row downwards.*
#
# **Worked example.** The marked entry by both formulas:

# %%
x, t = np.array([0.0, 3.0]), np.array([4.0, 3.0])
print("by differences  ", ((x - t) ** 2).sum())
print("multiplied out  ", (x**2).sum() - 2 * (x * t).sum() + (t**2).sum())


# %% answer="knn-no-loops" minutes=20 difficulty=3 importance=3
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


# %% [markdown] hint="knn-no-loops"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing has the shape of each term. Compute the three terms by themselves and print
# their shapes before you add anything.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `@` multiplies matrices, and one of the two has to be transposed. Indexing with `None`, or
# `keepdims=True`, makes a column (M, 1) out of (M,).
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The dot products of all pairs, (M, N).
# 2. Squared lengths of the test images as a column, of the training images as a row.
# 3. Combine them; you have squared distances.
# 4. Rounding can leave a square slightly below 0, whose root is `nan`. Deal with that, then
#    take the root.
#
# </details>

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
# **Experiment: what did it gain?** Predict two factors before you run the cell: from two loops
# to one, and from one loop to none. The scale is logarithmic.


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
    bars = ax.barh(list(times), list(times.values()), color="C0")
    ax.bar_label(bars, fmt=" %.2g µs")
    ax.set(xscale="log", xlim=(0.01, 90), xlabel="time for one distance (µs)")
    ax.invert_yaxis()
    plt.show()

# %% [markdown]
# Most people expect the large step at the first loop. It is usually the second. With one loop
# NumPy still writes arrays of differences to memory and reads them again. A matrix product
# keeps its numbers in the processor's *cache*, a small and fast memory.

# %% [markdown] question="knn-cancel" points=2 minutes=10
# **Question 2 (2 points).** A training image is also used as a test image, with pixel
# values around 120 stored as 32-bit floats. The two-loop version gives a distance of
# exactly 0. The multiplied-out formula of section 2 may give 3, or `nan` with a warning. Where does
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
# **Further reading**
#
# - NumPy, [*Broadcasting*](https://numpy.org/doc/stable/user/basics.broadcasting.html): the
#   two rules, with drawings. 10 minutes.
# - Harris et al., *Array programming with NumPy*, 2020,
#   [doi:10.1038/s41586-020-2649-2](https://doi.org/10.1038/s41586-020-2649-2). Figure 1 shows
#   indexing, broadcasting and reductions. 15 minutes.
#
# **Harder (optional, no points).** Your last version needs memory for all M times N distances.
# Write one that returns only the $k$ nearest of each test image, works through the training set
# in blocks, and never holds more than one block of distances.
#
# <details><summary>Compare your answer</summary>
#
# Keep two arrays of shape $(M, k)$: the smallest distances so far and their indices. For each
# block of training images compute $(M, B)$ distances, put them beside the $k$ that you keep,
# and let `np.argpartition` choose the $k$ smallest of $k + B$. The block's first index has to
# be added to its own indices. Memory is $M (k + B)$ numbers, whatever $N$ is.
#
# </details>

# %% [markdown]
# ## 3. The vote
#
# A single neighbour is a risk: one mislabelled or untypical training image decides alone. The
# remedy is as old as the method. Fix and Hodges (1951) already let $k$ neighbours vote. A larger
# $k$ smooths the *decision boundary*, the places where the predicted class changes. With too
# large a $k$ the vote includes images that resemble the query no longer. This is a first
# instance of the *bias-variance trade-off* (Geman et al., 1992): small $k$ follows the noise,
# large $k$ overlooks the detail.
#
# After this section you can turn distances into predictions, and see what they rest on.
#
# With $N_k(x)$ for the $k$ nearest training images of $x$, the prediction is the commonest of
# their labels:
#
# $$\hat y(x) = \operatorname*{arg\,max}_c \; \big|\{\, i \in N_k(x) : y_i = c \,\}\big| .$$

# %% drawing="knn-vote"
drawings.show(
    drawings.vote_circle(),
    "A query among seven neighbours, discs and triangles. A disc is nearest; of the three "
    "nearest two are triangles; of the seven nearest five are discs. So the prediction is disc "
    "for k = 1, triangle for k = 3, and disc again for k = 7.",
)

# %% [markdown]
# *The same query, three answers. Nothing in the drawing says which of them is right.*
#
# **Worked example.** One row of distances, with labels 2, 0, 0, 1, 0, and $k = 3$:

# %%
row, labels = np.array([5.0, 1.0, 9.0, 2.0, 3.0]), np.array([2, 0, 0, 1, 0])
order = np.argsort(row)
print("from near to far: images", order, " with labels", labels[order])
votes = np.bincount(labels[order][:3])
print("votes for class 0, 1, ...:", votes, " winner:", votes.argmax())

# %% [markdown]
# **Predict, then check.** What does the classifier answer if $k$ is the size of the whole
# training set?
#
# <details><summary>Check your prediction</summary>
#
# The commonest class of the training set, for every query, whatever it looks like. Distances
# no longer play a part. So both ends are useless in their own way, and the best $k$ lies
# between them.
#
# </details>
#
# If several labels are equally frequent, choose the smallest, so that every correct solution
# gives the same answer.


# %% answer="knn-predict-labels" minutes=15 difficulty=2 importance=3
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


# %% [markdown] hint="knn-predict-labels"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example handles one row. What remains to be done for a matrix of distances?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.argsort` returns positions, which have to be translated into labels. `np.bincount` counts
# how often each label occurs. What does `np.argmax` return when several counts are largest?
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# For each row of `dists`:
#
# 1. positions of the $k$ smallest distances;
# 2. their labels, from `self.y_train`;
# 3. the count of each label;
# 4. the label with the largest count, stored as this row's prediction.
#
# </details>

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
        "All images vote here, or this is a count or a distance and no label.": [1, 1],
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
names = rng.permutation(50)
knn.train(np.zeros((5, 1)), names[labels])
expect_equal(knn.predict_labels(dists, k=1), names[[4, 7]], "y_pred for k=1")
expect_equal(knn.predict_labels(dists, k=4), names[[1, 1]], "y_pred for k=4")
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
    expect_equal(
        y_pred,
        vote(dists, k, labels),
        f"y_pred for k={k}",
        hint="Of equally frequent labels the smallest wins, in whatever order they came.",
    )
passed("knn-predict-labels", "ties go to the smaller label; up to all neighbours vote")

# %% [markdown]
# **Experiment: does it beat guessing?** Ten classes are equally frequent, so guessing is right
# for one image in ten. How much better is a comparison of raw pixels?

# %% tags=["nbval-check-output"]
with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train, y_train)
    dists = classifier.compute_distances_no_loops(X_test)
    for k in (1, 5):
        accuracy = np.mean(classifier.predict_labels(dists, k=k) == y_test)
        print(f"k = {k}: {accuracy:.3f} of {len(y_test)} test images right")

# %% [markdown]
# What counts as similar? The framed image is the query, its five nearest training images
# follow. Compare the background and the overall colour first, then the objects.

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
# **Experiment: would an image recognise itself?** Take a test image and change it so that you
# would still recognise it at once. Then look for its nearest neighbour among 5000 training
# images *and the original*. Does it find itself?
#
# **Predict, then run.** Order these five by how far they move an image: noise with standard
# deviation 20, darker by 20 of 255, shifted by one pixel, a black square of 8 x 8 pixels over
# the middle, mirrored. Try other amounts with the sliders.

# %% tags=["experiment"]
changed_image_demo(data.X_test[:8], data.X_train)

# %% [markdown]
# One image may be an exception, so here is the average over 100 test images, with your own
# distances:

# %% tags=["experiment"]
from cs231n.demos.pixels import CHANGES, changed_image

with needs_answers():
    classifier = KNearestNeighbor()
    classifier.train(X_train.astype(np.float32), y_train)
    originals = X_test[:100].astype(np.float32)
    for change, amount in {
        "noise": 20,
        "darker": 20,
        "shifted": 1,
        "covered": 8,
        "mirrored": 0,
    }.items():
        images = [changed_image(image, change, amount) for image in data.X_test[:100]]
        images = np.reshape(images, (100, -1))
        moved = np.sqrt(((images - originals) ** 2).sum(axis=1))
        nearer = (classifier.compute_distances_no_loops(images) < moved[:, None]).sum(1)
        print(
            f"{CHANGES[change][1](amount):22} moved by {moved.mean():5.0f}; "
            f"{np.mean(nearer == 0):4.0%} find themselves, "
            f"{np.median(nearer):4.0f} others are nearer (median)"
        )

# %% [markdown]
# Most people put the black square or the noise last, and the mirror image first or second. For
# `shapes10` we measured the opposite. Noise, darkening and a shift by a single pixel move an
# image by about the same, 1000 to 1100. The black square moves it by 1700 and it still finds itself in
# 99 of 100 cases. The mirrored image moves by 2500, and only 18 of 100 find themselves. The
# Euclidean distance compares each pixel with the pixel at the same place. It does not know
# that a neighbouring pixel is nearly the same place.
#
# **Further reading**
#
# - Geman, Bienenstock and Doursat, *Neural networks and the bias/variance dilemma*, 1992,
#   [doi:10.1162/neco.1992.4.1.1](https://doi.org/10.1162/neco.1992.4.1.1). Sections 1 and 2, with
#   nearest neighbours as an example. 30 minutes.
# - Hastie, Tibshirani and Friedman, *The Elements of Statistical Learning*, 2009,
#   [section 13.3](https://hastie.su.domains/ElemStatLearn/): nearest neighbours and handwritten
#   digits. 15 minutes.
#
# **Harder (optional, no points).** Let near neighbours count more: weigh each vote by
# $1 / d$. Which $k$ is best then, and how much does it gain? Decide by cross-validation, after
# section 5.
#
# <details><summary>Compare your answer</summary>
#
# On 2000 images of `shapes10` with five folds we measured 0.308 without weights and 0.322 with
# them for $k = 20$, 0.327 and 0.334 for $k = 50$. The best $k$ stays where it was and the gain
# is below one standard error (1.0 point). Distances in 3072 dimensions differ little, so the
# weights hardly differ either. Mind $d = 0$: an image that is in the training set needs a small
# constant.
#
# </details>

# %% [markdown]
# ## 4. Another distance
#
# The choice of the Euclidean distance was a habit. Aggarwal et al. (2001) argued that in many
# dimensions the *L1 distance* often tells near from far better. Whether it classifies better
# depends on the data, so you measure it.
#
# After this section you can compute another metric in little memory, and say which changes of
# the data each of the two ignores.
#
# The L1 distance adds the absolute differences instead of their squares:
#
# $$d_1(x, t) = \sum_p |x_p - t_p| .$$

# %% drawing="knn-metrics"
drawings.show(
    drawings.two_metrics(),
    "All points at Euclidean distance 4.24 from a query form a circle, all points at L1 distance 5 "
    "a square on its corner. The point p = (3, 3) is nearer by the Euclidean distance, 4.24 "
    "against 5; the point q = (5, 0) is nearer by L1, 5 against 6.",
)

# %% [markdown]
# *Each outline passes through the neighbour that its metric finds. They differ: $p$ for one,
# $q$ for the other.*
#
# **Worked example.** Both distances of both points:

# %%
for name, (a, b) in {"p": (3.0, 3.0), "q": (5.0, 0.0)}.items():
    print(f"{name}: Euclidean {(a * a + b * b) ** 0.5:.2f}, L1 {abs(a) + abs(b):.0f}")

# %% [markdown]
# **Predict, then check.** One copy of an image has a single broken value, off by 255. In
# another copy each of the 3072 values is off by 1. Which copy is nearer to the original by L1,
# and which by the Euclidean distance?
#
# <details><summary>Check your prediction</summary>
#
# By L1 the broken value is nearer: 255 against 3072. By the Euclidean distance the faint change
# is nearer: $\sqrt{3072} \approx 55$ against 255. Squaring makes one large difference count
# more than many small ones.
#
# </details>
#
# No formula turns L1 into a matrix product. One loop over the test images is fine, and one over
# the pixels would be too. An array of all differences, of shape (M, N, D), is not: keep the
# memory small.


# %% answer="knn-l1" minutes=10 difficulty=2 importance=1
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


# %% [markdown] hint="knn-l1"
# <details><summary>Hint 1: where to look</summary>
#
# Which of your versions needs little memory and does not use the multiplied-out square?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Start from your version with one loop. `np.abs` works elementwise.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# From $(0, 5)$ to $(3, 4)$ it is $3 + 1 = 4$. If you get 2, differences of opposite sign have
# cancelled each other; if you get 3.16, a square is left.
#
# </details>

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
known, queries = rng.uniform(size=(4, 3)), rng.uniform(2, 3, (2, 3))  # all larger
knn.train(known, np.zeros(4, dtype=int))
expected = queries.sum(axis=1)[:, None] - known.sum(axis=1)
expect_close(knn.compute_l1_distances(queries), expected, "dists")
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

# %% [markdown]
# **Experiment.** Both metrics on the same data. An accuracy $a$, measured on $n$ images, would come
# out a little different on $n$ others. Its *standard error*, $\sqrt{a (1 - a) / n}$, says by how
# much: for 200 images by about 3 percentage points, or *points*. Is the difference larger?

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

# %% [markdown]
# <details><summary>Compare with ours</summary>
#
# On `shapes10` we got 0.275 and 0.310. Seven images out of 200 are the whole difference, about one
# standard error: no result. With 2000 test images we measured 0.261 and 0.278, and with 5000 training
# images 0.300 and 0.306. So L1 may be slightly better, and the first difference was mostly luck.
#
# </details>

# %% [markdown] question="knn-l1" points=2 minutes=10
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
# **Play with both.** Three classes in the plane; each place has the colour of the class that
# wins the vote there. Which islands vanish as $k$ grows? What becomes of the borders when you
# change the metric?

# %% tags=["experiment"]
neighbours_demo()

# %% [markdown]
# **Further reading**
#
# - Aggarwal, Hinneburg and Keim, *On the surprising behavior of distance metrics in high
#   dimensional space*, 2001,
#   [doi:10.1007/3-540-44503-X_27](https://doi.org/10.1007/3-540-44503-X_27). Sections 1 and 2.
#   20 minutes.
# - CS231n notes, [*Image classification*](https://cs231n.github.io/classification/#nn): both
#   metrics, with another image of what pixels miss. 10 minutes.
#
# **Harder (optional, no points).** Make a metric that survives a shift: the smallest distance
# over all shifts of up to two pixels in each direction. How much accuracy does it gain on 200
# test images, and how much time does it cost?
#
# <details><summary>Compare your answer</summary>
#
# 25 shifts cost 25 times as much. We measured it with 5000 images of `shapes10`, their edges
# repeated: 0.255 in place of 0.24 for $k = 1$, 0.275 in place of 0.29 for $k = 5$, and 0.31 both
# times for $k = 10$. The standard error for 200 images is 3 points, so no gain is visible. The minimum
# brings an image's own kind nearer, and every other kind too.
#
# </details>

# %% [markdown]
# ## 5. Choosing k
#
# The number of neighbours is a *hyperparameter*: a setting that the training does not find for
# you. Do not select it by test accuracy. Once the test set has guided a choice, its accuracy
# overestimates how well the classifier *generalises* to new images. Stone (1974) and Geisser
# (1975) proposed *cross-validation*, which measures on the training set alone. How much harm
# does a test set used over and over do? Recht et al. (2019) collected a new test set for
# CIFAR-10, and published models lost 3 to 15 points on it. Their order hardly changed, and the
# authors argued that reuse was not the main cause. Cross-validation costs one
# training for each fold, which is why large networks use a single *validation set* instead.
#
# After this section you can select a hyperparameter without touching the test set, and say how
# sure you can be of the choice.
#
# Cut the training set into $F$ *folds* of about equal size. Hold out each fold $f$ once, train
# on the others, and measure the accuracy on the fold held out. The score of $k$ is the mean:
#
# $$\text{score}(k) = \frac1F \sum_{f=1}^{F}
# \text{accuracy}_k\big(\text{trained without fold } f,\ \text{tested on fold } f\big).$$

# %% drawing="knn-folds"
drawings.show(
    drawings.folds(),
    "Five rounds over a training set cut into five folds. In round i fold i is held out and the "
    "other four train; each round gives one accuracy, and their mean is the score of one k. The "
    "test set stays closed.",
)

# %% [markdown]
# *Read one row, then one column: each fold is held out exactly once.*
#
# **Worked example.** Seven images cut into three folds, with NumPy:

# %%
parts = np.array_split(np.arange(7), 3)
for fold in range(3):
    rest = np.concatenate(parts[:fold] + parts[fold + 1 :])
    print(f"round {fold}: held out {parts[fold]}, train on {rest}")

# %% [markdown]
# **Predict, then check.** With five folds and eleven values of $k$, how many accuracies do you
# get, and how many matrices of distances do you have to compute for them?
#
# <details><summary>Check your prediction</summary>
#
# You get 55 accuracies from five matrices. The distances of a fold do not depend on $k$; only
# the vote does. A loop over $k$ on the outside, around everything else, would compute each
# matrix eleven times.
#
# </details>
#
# Cut with `np.array_split` and keep the order, so that every correct solution has the same
# folds. Use your `KNearestNeighbor` with `compute_distances_no_loops` and `predict_labels`.


# %% answer="knn-cross-validation" minutes=25 difficulty=3 importance=2
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


# %% [markdown] hint="knn-cross-validation"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing has two loops: over rounds, and for each round over values of $k$. Which of the
# two belongs outside, and what is computed between them?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The worked example cuts numbers of images; images and labels can be cut in the same way.
# A comparison of predicted with true labels gives True and False, and their mean is the
# accuracy.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Cut images and labels into `num_folds` parts.
# 2. For each fold: put the other parts together, train a new classifier on them, and compute
#    the distances of the fold held out.
# 3. For each $k$: predict from these distances, compare with the labels of the fold, append the
#    accuracy to the list of this $k$.
#
# </details>

# %% test="knn-cross-validation" points=2
X_line = np.array([[0.0], [1.0], [2.0], [10.0], [11.0], [12.5]])
y_line = np.array([0, 0, 1, 1, 1, 0])
found = cross_validate(X_line, y_line, [1, 3], num_folds=3)
expect(
    isinstance(found, dict),
    f"Return the dict k_to_accuracies; got {in_words(found)}.",
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
expect_close(
    found[3],
    [0, 0, 0.5],
    "k_to_accuracies[3]",
    faults={"These are the accuracies for k = 1: do k neighbours vote?": [0, 0.5, 0.5]},
)
expect_source(cross_validate, without=READY)
passed("knn-cross-validation", "six points on a line, worked out by hand")

# %% test="knn-cross-validation" part="folds" points=2
X_cloud, y_cloud = (
    rng.normal(size=(23, 3)),
    rng.integers(0, 2, 23, np.intp),
)  # odd k: no ties
for num_folds in (5, 4):
    with unchanged(X_train=X_cloud, y_train=y_cloud):
        found = cross_validate(X_cloud, y_cloud, [5, 1, 7], num_folds=num_folds)
    folds = np.array_split(np.arange(23), num_folds)
    expect(
        isinstance(found, dict),
        f"Return the dict k_to_accuracies; got {in_words(found)}.",
    )
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
# **Experiment: the curve of $k$.** Every grey dot is one fold, the line their mean, the bars one
# standard deviation. Predict first: where is the peak, and how much worse is $k = 1$?

# %% tags=["experiment"]
with needs_answers():
    k_choices = [1, 3, 5, 10, 20, 30, 50, 100, 200, 500, 1000]
    k_to_accuracies = cross_validate(X_train, y_train, k_choices)
    vis.show_cross_validation(k_to_accuracies)
    plt.show()
    best_k = max(k_choices, key=lambda k: np.mean(k_to_accuracies[k]))
    classifier = KNearestNeighbor()
    classifier.train(X_train, y_train)
    accuracy = np.mean(classifier.predict(X_test, k=best_k) == y_test)
    print(f"best k = {best_k}: {accuracy:.3f} of {len(y_test)} test images right")

# %% [markdown]
# **How sure can you be of the best $k$?** Compare the bars with the differences between
# neighbouring means before you open the answer.
#
# <details><summary>Compare with ours</summary>
#
# On `shapes10` the peak is at $k = 30$ with 0.363, and $k = 1$ reaches 0.258. From 20 to 200 the
# means differ by less than one point, while a bar is one or two points high. So the data rule
# out $k = 1$ and $k = 1000$, and do not tell 30 from 100. Among values that cannot be told apart,
# choose by another criterion, such as the smoother boundary of a larger $k$ (Breiman et al.,
# 1984, call it the one-standard-error rule). On CIFAR-10 the peak is near $k = 10$.
#
# </details>

# %% [markdown] question="knn-claims" points=2 minutes=10
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
# **To discuss at lunch: how many images would be enough?** Cover and Hart promise a good
# classifier for enough data. The next cell measures the accuracy with more and more training
# images, and extends the trend as a straight line until it meets 90 %.
#
# **Predict, then run.** We have thousands of images. Do we need ten times as many for 90 %, a
# thousand times, or a million times?

# %% tags=["experiment"]
with needs_answers():
    everything = load_cifar10(num_test=1000)
    known = everything.X_train.reshape(len(everything.X_train), -1)
    classifier = KNearestNeighbor()
    classifier.train(known, everything.y_train)
    queries = everything.X_test.reshape(len(everything.X_test), -1)
    dists = classifier.compute_distances_no_loops(queries)
    sizes = [n for n in (300, 1000, 3000, 10000, 30000, 49000) if n <= len(known)]
    curve = []
    for n in sizes:
        classifier.train(known[:n], everything.y_train[:n])
        predicted = classifier.predict_labels(dists[:, :n], k=10)
        curve.append(np.mean(predicted == everything.y_test))
    slope, start = np.polyfit(np.log10(sizes), curve, 1)
    enough = (0.9 - start) / slope
    fig, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
    ax.plot(sizes, curve, "o-", color="C0", label="measured, k = 10")
    line = np.array([sizes[0], 10**enough])
    ax.plot(line, start + slope * np.log10(line), "--", color="C1", label="extended")
    ax.set(xscale="log", ylim=(0, 1), xlabel="training images", ylabel="test accuracy")
    ax.legend(loc="upper left")
    plt.show()
    print(f"{slope:.3f} more for ten times the images; 90 % at about 10^{enough:.0f}")

# %% [markdown]
# <details><summary>What we make of it</summary>
#
# The accuracy grows with the *logarithm* of the number of images: each factor of ten adds about
# the same. On `shapes10` the line reaches 90 % at about $10^{11}$ images, ten million times what we
# have. Nobody should trust such a long extension of a short line. But it makes the point: more data does not
# repair a poor notion of similarity. Two measurements would tell you more: the same curve with
# another metric, and with features in place of pixels, which you meet in `features`. To argue
# about: is the theorem of Cover and Hart then useless?
#
# </details>
#
# **Further reading**
#
# - Recht, Roelofs, Schmidt and Shankar, *Do ImageNet classifiers generalize to ImageNet?*, 2019,
#   [arXiv:1902.10811](https://arxiv.org/abs/1902.10811). Sections 1 and 2. 25 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 5.3](https://www.deeplearningbook.org/contents/ml.html): hyperparameters, validation
#   sets and cross-validation. 10 minutes.
#
# **Harder (optional, no points).** Five folds train on 80 % of the images. Does that favour a
# smaller or a larger $k$ than the one that is best for all of them? Measure with 2, 5 and 20
# folds, and explain what you see.
#
# <details><summary>Compare your answer</summary>
#
# It favours a slightly smaller $k$. With fewer images the $k$ nearest lie farther away, so the
# same $k$ averages over a wider neighbourhood. Two folds (half of the images) shift the choice
# most, 20 folds (95 %) hardly. The curve is flat around its peak, though. Repeat the split with
# other seeds: the chosen $k$ usually moves more from seed to seed than from 5 folds to 20.
#
# </details>
#
# ## What you have
#
# A classifier that trains in no time and predicts slowly, which is the wrong way round for most
# uses, and a baseline for every method of this course. Its weakness is its distance: all pixels
# count the same, each in its own place. The next notebook, `svm`, *learns* which pixels matter
# for which class.

# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Automatic differentiation
#
# You have derived the backward pass of every layer by hand. Here you write the program that
# composes such passes by itself: a class `Tensor` that records what is computed with it, and
# a function `backward` that walks the record in reverse. At the end your tape trains a
# convnet, and its gradients equal those of hand-written code.
#
# **You need:** the notebooks `two_layer_net` and `convolutional_networks`; closures in Python.
# **Time (our estimate, as are all minutes below):** about four hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests below
# it. A test that fails says what it expected, what it got and where to look; one that passes
# prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import contextlib
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures
from cs231n import layers as package
from cs231n.gradcheck import eval_numerical_gradient_array
from cs231n.layers import (
    conv_backward_naive,
    conv_forward_naive,
    max_pool_backward_naive,
    max_pool_forward_naive,
)
from cs231n.nets.fully_connected import TwoLayerNet as PackageNet
from cs231n.notebook import NotebookClass, add_to_class, needs_answers
from cs231n.testing import (
    expect,
    expect_close,
    expect_equal,
    expect_source,
    in_words,
    passed,
    tapes,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package", "PackageNet", "autograd", "engine", "tapes", "torch", "jax"]
READY += ["drawings", "eval_numerical_gradient_array", "gradcheck"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %% [markdown]
# ## 1. Recording a step
#
# Deriving gradients by hand takes time, and every change of the network asks for it again.
# Wengert (1964) proposed to let the program keep a list of its elementary steps, later
# called a *tape*, and to differentiate each step mechanically. Linnainmaa (1970) described
# *reverse mode*, which visits the steps from the last to the first. One such walk
# yields the derivatives of one number with respect to *all* inputs. Baur and Strassen (1983)
# showed that it costs at most a small constant times the computation itself, however many
# inputs there are. The price is memory: reverse mode keeps what the steps computed until the
# walk has passed. Whether a graph should be recorded as
# the program runs (Paszke et al., 2017) or compiled beforehand is still discussed.
#
# After this section you can turn a computation into a *computational graph*: one node per
# step, an edge for each value that a step reads.
#
# A step computes $z = f(x, y)$. With the *upstream gradient*
# $\bar z = \partial L / \partial z$ of some number $L$ at the end, the chain rule gives
#
# $$\bar x = \bar z \, \frac{\partial f}{\partial x}, \qquad
# \bar y = \bar z \, \frac{\partial f}{\partial y} .$$
#
# So a tape needs three things of a step: its result, its inputs (*parents*), and a
# *backward function* that maps $\bar z$ to $(\bar x, \bar y)$.

# %% drawing="autograd-neuron"
from cs231n import autograd as package_tape  # the package's own tape

w, x, b = (package_tape.tensor(v, requires_grad=True) for v in (2.0, 3.0, -1.0))
product = w * x
pre = product + b
out = pre.relu()
for value in (product, pre, out):
    value.retain_grad()
out.backward()
drawings.show(
    drawings.tape_graph(
        out, {"w": w, "x": x, "b": b, "wx": product, "wx + b": pre, "out": out}
    ),
    "Computational graph of a neuron. w = 2 and x = 3 are multiplied to 6, b = -1 is added "
    "to give 5, and a ReLU passes 5 on. Gradients run back along dashed arrows: 1 to the "
    "sum and to b, 3 to w, 2 to x.",
    svg=True,
)

# %% [markdown]
# *A neuron, relu(wx + b). Follow the dashed arrows from right to left: the product sends 3
# to w, which is the value of x, and 2 to x, which is the value of w.*
#
# **Worked example.** The product of the drawing as a step, without any class. The
# backward function is a *closure*: it remembers `w` and `x` of the moment it was made.

# %%
w, x = 2.0, 3.0
out = w * x


def back(upstream):
    """Map the gradient of the product to those of w and x."""
    return upstream * x, upstream * w


print("out", out, "  back(1.0) =", back(1.0), "  back(10.0) =", back(10.0))

# %% [markdown]
# **Predict, then check.** Suppose the next line of the program says `x = 100.0`. What does
# `back(1.0)` return then, and what would you have to change?
#
# <details><summary>Check your prediction</summary>
#
# It returns `(100.0, 2.0)`. A closure remembers *variables*, not values: it looks `x` up when
# it runs. Inside a function that makes one closure per step, each call has variables of its
# own, and nothing outside can reassign them. Section 8 has a bug of this kind.
#
# </details>
#
# Below is the class that you are going to fill. An operator such as `+` calls a method that
# you write; `Recording.on` says whether steps are recorded at all.


# %% tags=["setup"]
class Recording:
    """Whether steps are recorded."""

    on = True


class Tensor(NotebookClass):
    """An array that remembers the step that made it.

    Attributes: ``data`` (ndarray of floats), ``requires_grad`` (whether gradients are
    collected), ``grad`` (ndarray or None), ``name``; of the step that made it ``parents``
    (tuple of Tensor) and ``back`` (function or None).
    """

    __array_ufunc__ = None  # so that ndarray + Tensor is ours

    def __init__(self, data, requires_grad=False, name=""):
        data = np.asarray(data)
        self.data = data if data.dtype.kind == "f" else data.astype(float)
        self.requires_grad, self.grad, self.name = requires_grad, None, name
        self.parents, self.back = (), None

    @property
    def shape(self):
        return self.data.shape

    def _tensor(self, value):
        is_tensor = isinstance(value, Tensor)
        return value if is_tensor else Tensor(np.asarray(value, self.data.dtype))

    def __add__(self, other):
        return self.add(self._tensor(other))

    def __mul__(self, other):
        return self.mul(self._tensor(other))

    def __matmul__(self, other):
        return self.matmul(self._tensor(other))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + self._tensor(other) * -1

    def __truediv__(self, number):
        return self * (1 / number)

    def sum(self, axis=None, keepdims=False):
        return self.total(axis, keepdims)

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total / (self.data.size // total.data.size)


# %% answer="autograd-record" minutes=10 difficulty=1 importance=3
def record(name, data, parents, back):
    """Make the result of a step, and remember the step where that is needed.

    A step is remembered if Recording.on is true and at least one parent has
    requires_grad. Then the result has requires_grad too.

    Parameters
    ----------
    name : str
        Of the step, such as "add"; the name of the result in any case.
    data : ndarray
        What the step computed.
    parents : tuple of Tensor
        Its inputs.
    back : function
        Takes the upstream gradient, an ndarray shaped like data; returns a tuple with one
        gradient for each parent, shaped like the parent's data.

    Returns
    -------
    out : Tensor
        A new one. Without a remembered step it has no parents and no back.
    """
    ### BEGIN SOLUTION
    out = Tensor(data, name=name)
    if Recording.on and any(parent.requires_grad for parent in parents):
        out.requires_grad = True
        out.parents = tuple(parents)
        out.back = back
    return out
    ### END SOLUTION


# %% [markdown] hint="autograd-record"
# <details><summary>Hint 1: where to look</summary>
#
# Which attributes does `Tensor.__init__` set, and which of them describe a step? They
# begin empty.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Make the result first, whether or not it is remembered. Then ask one question about
# all parents together; Python's `any` helps.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. A new tensor from the data, with the name.
# 2. The condition has two parts, and both must hold.
# 3. If it holds, fill in three attributes. All parents are kept, also those that collect
#    no gradient, so that the gradients of `back` find their places.
#
# </details>

# %% test="autograd-record" points=2
CALL = "out = record('twice', 2 * a.data, (c, a), lambda g: (g, 2 * g))\n"
CHECK = "returned(out, 'record should return a Tensor', Tensor)\n"
BACK = "returned(out.back, 'out.back should be the function back itself', Callable)"
FACTS = ["out", "out.requires_grad", "out.name", "len(out.parents)"]
a, c = rng.normal(size=(2, 3)), rng.normal(size=(2, 3))
out, collects, name, parents, is_a, back = tapes.run(
    record,
    f"c = Tensor(c)\n{CALL}{CHECK}{BACK}",
    *FACTS,
    "[parent is a for parent in out.parents]",
    "out.back(np.ones((2, 3)))",
    a=a,
    c=c,
    fixed=["c"],
)
expect_close(out, 2 * a, "data of the result")
expect_equal(
    collects, True, "requires_grad", hint="One parent that collects is enough."
)
expect_equal(name, "twice", "name of the result")
expect_equal(
    parents, 2, "the number of parents", hint="Keep all of them, or gradients misplace."
)
expect_equal(is_a, [False, True], "which of the parents is a")
expect_close(back[1], 2 * np.ones((2, 3)), "what back returns for a")
for why, program in {
    "no parent collects gradients": "a, c = Tensor(a.data), Tensor(c.data)\n" + CALL,
    "Recording.on is False": "Recording.on = False\ntry:\n    "
    f"{CALL}finally:\n    Recording.on = True\n",
}.items():
    value, *facts, back = tapes.run(
        record, program + CHECK, *FACTS, "out.back is None", a=a, c=c
    )
    expect_close(value, 2 * a, f"data of the result ({why})")
    expect(facts[0] is False, f"Where {why}, the result should not collect gradients.")
    expect(facts[1] == "twice", f"The result has its name also where {why}.")
    expect(facts[2] == 0 and back, f"Where {why}, keep neither parents nor back.")
expect_source(record, without=READY)
passed("autograd-record", "parents kept where one of them collects, and not otherwise")

# %% [markdown]
# **Further reading**
#
# - Baydin et al., *Automatic Differentiation in Machine Learning: a Survey*, 2018,
#   [arXiv:1502.05767](https://arxiv.org/abs/1502.05767). Section 3 ends with the history,
#   from Wengert on. 10 minutes.
# - CS231n notes, [*Backpropagation*](https://cs231n.github.io/optimization-2/): the same steps
#   drawn as circuits. 20 minutes.
#
# **Harder (optional, no points).** How much memory does a tape hold? For an expression of 1000
# products of arrays of shape (100, 100), count what `record` keeps alive, in bytes. What is
# kept of a sum?
#
# <details><summary>Compare your answer</summary>
#
# Each result has 10,000 numbers of 8 bytes, 80 kB, so 1000 of them take 80 MB. The inputs of a
# product are results of earlier steps, which are kept anyway. The gradient of a sum needs no
# values, and yet `parents` keeps its inputs alive. Frameworks keep only what a backward
# function asks for.
#
# </details>

# %% [markdown]
# ## 2. Arithmetic, and broadcasting undone
#
# NumPy adds a bias of shape (3,) to a batch of shape (2, 3) without being asked: it
# *broadcasts* the bias, as if it stood in every row. That is convenient, and a frequent source
# of silent mistakes: reviews of deep-learning bugs list shape errors among the most common kinds
# (Humbatova et al., 2020, report them as one of their categories). In a backward pass
# broadcasting has to be undone.
#
# After this section you can write the steps `+`, `*` and `@` for arrays of any
# shapes that fit together.
#
# A value that was repeated has been used several times, and gradients of several uses add
# up. If $z_{ij} = x_{ij} + b_j$, then
#
# $$\bar b_j = \sum_i \bar z_{ij} .$$
#
# In words: *the gradient of a broadcast value is the sum over the axes along which it was
# repeated*. There are two kinds of such axes. Some were missing and stand in front; others
# had length 1.

# %% drawing="autograd-broadcast"
drawings.show(
    drawings.broadcast_back(),
    "A bias 10, 20, 30 is repeated in two rows. Of the upstream gradient 1, 2, 3 and 4, 5, 6 "
    "the two rows are added: the gradient of the bias is 5, 7, 9.",
)

# %% [markdown]
# *The bias was used in two rows, so the two rows of the upstream gradient add up.*
#
# **Worked example.** One addition with both kinds of axes: `x` has shape (2, 1), `b` has
# shape (3,), and the result has shape (2, 3). The finite difference perturbs `b[0]`, which
# changes a whole column.

# %%
x, b = np.array([[1.0], [2.0]]), np.array([10.0, 20.0, 30.0])
upstream = np.array([[1.0, 2, 3], [4, 5, 6]])
print("gradient of x, shape (2, 1):", [[sum(row)] for row in upstream.tolist()])
print("gradient of b, shape (3,):  ", [sum(column) for column in upstream.T.tolist()])
step = np.array([1e-6, 0, 0])
rise = ((x + (b + step)) * upstream).sum() - ((x + (b - step)) * upstream).sum()
print(f"gradient of b[0], numerically: {rise / 2e-6:.4f}")

# %% [markdown]
# **Predict, then check.** A learning rate of shape () is multiplied by an array of shape
# (4, 5) and the upstream gradient consists of ones. What is the gradient of the learning
# rate if all entries of the array are 2?
#
# <details><summary>Check your prediction</summary>
#
# It is 40. Each of the 20 products has the local derivative 2, and one number was used in all
# of them, so 20 gradients of 2 add up. A frequent answer is 2, their mean.
#
# </details>


# %% answer="autograd-unbroadcast" minutes=15 difficulty=2 importance=3
def unbroadcast(grad, shape):
    """Sum a gradient over the axes along which a value was repeated.

    Parameters
    ----------
    grad : ndarray
        Upstream gradient, of the shape that broadcasting made.
    shape : tuple of int
        Shape that the value had before.

    Returns
    -------
    grad : ndarray of shape ``shape``
        Gradient of the value.
    """
    ### BEGIN SOLUTION
    missing = grad.ndim - len(shape)
    grad = grad.sum(axis=tuple(range(missing)))
    repeated = tuple(i for i, side in enumerate(shape) if side == 1)
    return grad.sum(axis=repeated, keepdims=True)
    ### END SOLUTION


# %% [markdown] hint="autograd-unbroadcast"
# <details><summary>Hint 1: where to look</summary>
#
# NumPy aligns shapes at their *ends*. Write `grad.shape` above `shape`, right-aligned: which
# axes have no partner, and which have a partner of 1?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Treat the two kinds one after the other. `np.sum` takes a tuple of axes, which may be empty;
# one of the two kinds needs `keepdims`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. How many axes has `grad` more than `shape`? They stand in front: sum them away.
# 2. Now both have the same number of axes. Sum over those where `shape` says 1, and leave
#    an axis of length 1 in their place.
# 3. Check: the result must have exactly `shape`.
#
# </details>

# %% test="autograd-unbroadcast" points=2
upstream = np.array([[1.0, 2, 3], [4, 5, 6]])
MEAN = "These are means over the repeated axes; uses add up."
FIRST = "This takes one of the uses; all of them count."
expect_close(
    unbroadcast(upstream, (3,)),
    [5, 7, 9],
    "gradient of a bias of shape (3,)",
    shape_hint="The axis in front is missing in (3,): sum it away.",
    faults={MEAN: [2.5, 3.5, 4.5], FIRST: [1, 2, 3]},
)
expect_close(
    unbroadcast(upstream, (2, 1)),
    [[6], [15]],
    "gradient of a column of shape (2, 1)",
    shape_hint="An axis of length 1 stays: sum over it and keep it.",
    faults={MEAN: [[2], [5]], FIRST: [[1], [4]]},
)
expect_close(
    unbroadcast(upstream, ()),
    21,
    "gradient of a single number",
    shape_hint="All axes are missing in ().",
    faults={MEAN: 3.5, FIRST: 1},
)
expect_close(
    unbroadcast(upstream, (2, 3)), upstream, "gradient of what was not repeated"
)
expect_source(unbroadcast, without=READY)
passed("autograd-unbroadcast", "the example of the drawing, a column, a number")

# %% test="autograd-unbroadcast" part="shapes" points=1
for full, shape, dtype in [
    ((2, 3, 4), (3, 1), float),
    ((2, 3, 4), (1, 1, 4), np.float32),
    ((5, 2, 3, 2), (2, 1, 2), float),
    ((1, 3), (1, 3), float),
    ((4, 1, 3), (1, 3), float),
    ((3, 3), (1, 1), float),
]:
    upstream = rng.normal(size=full).astype(dtype)
    use = np.broadcast_to(np.arange(np.prod(shape)).reshape(shape), full)  # which entry
    expected = np.bincount(use.ravel(), upstream.ravel()).reshape(shape)
    with unchanged(grad=upstream):
        got = unbroadcast(upstream, shape)
    where = f"gradient of shape {shape} from {full}"
    expect_close(
        got,
        expected,
        where,
        rtol=1e-4,
        atol=1e-5,
        dtype=dtype,
        hint="Align the two shapes at their ends.",
    )
passed("autograd-unbroadcast", "missing axes, axes of length 1, both; float32")

# %% [markdown]
# Now the steps. The sum has local derivatives of 1, and the product those of the worked
# example in section 1. For $Z = XW$ you derived in `two_layer_net` that
# $\bar X = \bar Z W^\top$ and $\bar W = X^\top \bar Z$. Each method computes with `.data`,
# defines `back` inside, and ends in `record`. Parents are `(self, other)`, in this order.
#
# **Predict, then check.** $X$ has shape (5, 4) and $W$ has shape (4, 3). Which of
# $\bar Z W^\top$, $W^\top \bar Z$, $X^\top \bar Z$ and $\bar Z X^\top$ can be computed at all?
#
# <details><summary>Check your prediction</summary>
#
# $\bar Z$ has the shape of $Z$, (5, 3). Only the first and the third fit: (5, 3) times (3, 4),
# and (4, 5) times (5, 3). Their results have the shapes of $X$ and $W$, as they should. Where all
# matrices are square, shapes no longer protect you.
#
# </details>


# %% answer="autograd-arithmetic" minutes=25 difficulty=2 importance=3
@add_to_class(Tensor)
def add(self, other):
    """Record the sum of two tensors, whose shapes may broadcast.

    Parameters
    ----------
    other : Tensor

    Returns
    -------
    out : Tensor
        Made by record("add", ...).
    """
    ### BEGIN SOLUTION

    def back(grad):
        return unbroadcast(grad, self.shape), unbroadcast(grad, other.shape)

    return record("add", self.data + other.data, (self, other), back)
    ### END SOLUTION


@add_to_class(Tensor)
def mul(self, other):
    """Record the product of two tensors, entry by entry; shapes may broadcast.

    Parameters
    ----------
    other : Tensor

    Returns
    -------
    out : Tensor
        Made by record("mul", ...).
    """
    ### BEGIN SOLUTION
    x, y = self.data, other.data

    def back(grad):
        return unbroadcast(grad * y, x.shape), unbroadcast(grad * x, y.shape)

    return record("mul", x * y, (self, other), back)
    ### END SOLUTION


@add_to_class(Tensor)
def matmul(self, other):
    """Record the product of two matrices.

    Parameters
    ----------
    other : Tensor of shape (D, M)
        This tensor has shape (N, D).

    Returns
    -------
    out : Tensor of shape (N, M)
        Made by record("matmul", ...).
    """
    ### BEGIN SOLUTION
    left, right = self.data, other.data

    def back(grad):
        return grad @ right.T, left.T @ grad

    return record("matmul", left @ right, (self, other), back)
    ### END SOLUTION


# %% [markdown] hint="autograd-arithmetic"
# <details><summary>Hint 1: where to look</summary>
#
# Every gradient must have the shape of its parent. Which of the three steps may repeat
# an input, and which cannot?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Multiply the upstream gradient by the local derivative first, at full size; undo the
# broadcasting last. For the matrices, let the shapes decide on order and transposes.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# Take $x = (2, 3)$, $y = 10$ and upstream $(1, 5)$. The product's gradients are $(10, 50)$ for
# $x$, and for $y$ the sum $2 \cdot 1 + 3 \cdot 5 = 17$. The sum's are $(1, 5)$ and $6$.
#
# </details>

# %% test="autograd-arithmetic" points=2
x, y, dout = np.array([2.0, 3.0]), np.array(10.0), np.array([1.0, 5.0])
for program, right, grads, faults in [
    (
        "x + y",
        [12, 13],
        ([1, 5], 6),
        {"Multiply by the upstream gradient; it is not 1 in general.": [1, 1]},
    ),
    (
        "x * y",
        [20, 30],
        ([10, 50], 17),
        {
            "The upstream gradient is missing.": [10, 10],
            "This is the upstream gradient times x itself: the local derivative is the "
            "other factor.": [2, 15],
            "The local derivative is missing.": [1, 5],
        },
    ),
]:
    out, (dx, dy) = tapes.step(add, program, dout, x=x, y=y)
    expect_close(out, right, f"data of {program}")
    expect_close(dx, grads[0], f"gradient of x in {program}", faults=faults)
    expect_close(
        dy,
        grads[1],
        f"gradient of y in {program}",
        shape_hint="y was repeated: undo the broadcasting.",
        faults={
            "The local derivative was applied after the sum: multiply at full size, then "
            "undo the broadcasting.": 30,
            "The upstream gradient is missing.": 5,
            "The local derivative is missing.": 6 if "*" in program else np.nan,
        },
    )
expect_source(add, without=READY)
expect_source(mul, without=READY)
expect_source(matmul, without=READY)
passed("autograd-arithmetic", "the numbers of hint 3")

# %% test="autograd-arithmetic" part="shapes" points=2
for program, rule, first, second, dtype in [
    ("x + y", np.add, (2, 3, 4), (3, 1), float),
    ("x + y", np.add, (4,), (5, 4), np.float32),
    ("x * y", np.multiply, (3, 1), (2, 1, 4), float),
    ("x * y", np.multiply, (2, 3), (), np.float32),
    ("x @ y", np.matmul, (2, 3), (3, 5), float),
    ("x @ y", np.matmul, (4, 4), (4, 4), np.float32),
]:
    x, y = (rng.uniform(0.5, 2, shape).astype(dtype) for shape in (first, second))
    dout = rng.normal(size=rule(x, y).shape).astype(dtype)
    with unchanged(x=x, y=y, dout=dout):
        out, grads = tapes.step(matmul, program, dout, x=x, y=y)
    where = f"{program}, shapes {first} and {second}"
    expect_close(out, rule(x, y), f"data of {where}", rtol=1e-5, dtype=dtype)
    wide = {"x": x.astype(float), "y": y.astype(float)}
    for name, grad in zip("xy", grads, strict=True):
        expected = eval_numerical_gradient_array(
            lambda v, name=name, wide=wide, rule=rule: rule(
                *(wide | {name: v}).values()
            ),
            wide[name].copy(),
            dout.astype(float),
        )
        expect_close(
            grad,
            expected,
            f"gradient of {name} in {where}",
            rtol=1e-3,
            atol=1e-4,
            dtype=dtype,
            shape_hint="A gradient has the shape of its parent: undo the broadcasting.",
            hint="Check order and transposes on paper.",
            faults={
                "The other matrix has to be transposed in this product.": (
                    dout @ y if name == "x" else x @ dout
                )
            }
            if program == "x @ y" and first == second
            else None,
        )
expect_source(mul, without=READY)
expect_source(matmul, without=READY)
passed("autograd-arithmetic", "gradients of +, * and @ pass the gradient check")

# %% [markdown] question="autograd-square" points=2 minutes=10
# **Question 1 (2 points).** A student records `x * x` for `x = 3`. Their `mul` keeps
# `self` and `other`, which are the same tensor here, and `back(1.0)` returns `(3, 3)`. A
# colleague says this is wrong, since the derivative of $x^2$ is 6; they propose that `mul`
# should check whether `self is other` and return `(6, 6)` then. Which part of a tape makes
# 6 of the two 3s, and what would the proposal give in the end? Name an expression for which
# the colleague's check would not even help if it were repaired to return `(6, 0)`.

# %% [markdown] marking="autograd-square"
# `mul` is right: its two inputs are two *uses*, each with the derivative 3. The walk adds
# the gradients of all uses, so `x.grad` becomes 6; with the proposal it would become 12. A
# repair with (6, 0) covers one step only. In `x * (x + 0)` or `x * y` with `y = x + 1`, two
# uses lie in different steps, and only adding up in the walk can join them.
#
# *Marking:* 0.5 for "the walk (backward) adds up"; 0.5 for 12; 1 for any expression that
# uses x in two different steps, with the reason. "mul should not be called with the same tensor
# twice" earns nothing.

# %% [markdown]
# **Further reading**
#
# - NumPy documentation, [*Broadcasting*](https://numpy.org/doc/stable/user/basics.broadcasting.html):
#   the rules in full, with drawings. 10 minutes.
# - Baydin et al., *Automatic Differentiation in Machine Learning: a Survey*, 2018,
#   [arXiv:1502.05767](https://arxiv.org/abs/1502.05767). Sections 2 and 3: what automatic
#   differentiation is not, and its two modes. 30 minutes.
#
# **Harder (optional, no points).** Let `matmul` accept stacks of matrices, (K, N, D) times
# (D, M). Which of the two gradients has to be summed, and does `unbroadcast` do?
#
# <details><summary>Compare your answer</summary>
#
# That of the matrix: it was used K times. With `np.swapaxes(x, -1, -2)` in place of `.T`, its
# gradient comes out in shape (K, D, M), and `unbroadcast` sums away the axis in front.
#
# </details>

# %% [markdown]
# ## 3. Functions and shapes
#
# A tape needs few steps. Iverson (1962) described programs as compositions of operations on
# whole arrays, and the networks of this course need about a dozen of them: softmax is `exp`, a sum and a
# logarithm; a mean is a sum times a number. Larger steps save time and memory, and smaller ones
# compose more freely. Where to draw the line is an engineering decision, to which section 6
# returns.
#
# After this section your tensors have `exp`, `log`, `relu`, `sum` and `reshape`.
#
# For a function applied entry by entry, $z_i = f(x_i)$ and
#
# $$\bar x_i = \bar z_i \, f'(x_i) .$$
#
# A sum over an axis and a change of shape only move numbers: the sum sends its gradient to
# every entry that it added, and the gradient of a reshaped array is reshaped back.

# %% drawing="autograd-sum"
drawings.show(
    drawings.sum_back(),
    "A 2 by 3 matrix is summed along its rows to 6 and 15. On the way back the upstream "
    "gradient 10 fills the first row and 20 the second.",
)

# %% [markdown]
# *A sum and a repetition are each other's backward step: compare with the drawing of
# section 2.*
#
# **Worked example.** The sigmoid as a step of one's own. Its derivative can be
# written with its *result*, $z (1 - z)$, so `back` needs nothing but the result.

# %%
x = np.array([-1.0, 0.0, 2.0])
z = 1 / (1 + np.exp(-x))
upstream = np.array([1.0, 1.0, 10.0])
print("by the result ", upstream * z * (1 - z))
up, down = 1 / (1 + np.exp(-(x + 1e-6))), 1 / (1 + np.exp(-(x - 1e-6)))
print("by differences", upstream * (up - down) / 2e-6)

# %% [markdown]
# **Predict, then check.** For which of `exp`, `log` and `relu` can `back` do without the
# input, as for the sigmoid?
#
# <details><summary>Check your prediction</summary>
#
# For `exp`, whose derivative is its result, and for `relu`, whose result is positive exactly
# where the input is. The derivative of `log` is $1/x$: without the input, one would have to compute
# $e^{-z}$. Frameworks choose what to keep by such considerations, since kept arrays
# dominate the memory of training.
#
# </details>


# %% answer="autograd-functions" minutes=25 difficulty=2 importance=3
@add_to_class(Tensor)
def exp(self):
    """Record e to the power of every entry, as the step "exp"."""
    ### BEGIN SOLUTION
    result = np.exp(self.data)
    return record("exp", result, (self,), lambda grad: (grad * result,))
    ### END SOLUTION


@add_to_class(Tensor)
def log(self):
    """Record the natural logarithm of every entry, as the step "log"."""
    ### BEGIN SOLUTION
    x = self.data
    return record("log", np.log(x), (self,), lambda grad: (grad / x,))
    ### END SOLUTION


@add_to_class(Tensor)
def relu(self):
    """Record the larger of every entry and 0, as the step "relu"."""
    ### BEGIN SOLUTION
    positive = self.data > 0
    return record(
        "relu", self.data * positive, (self,), lambda grad: (grad * positive,)
    )
    ### END SOLUTION


# %% [markdown] hint="autograd-functions"
# <details><summary>Hint 1: where to look</summary>
#
# One parent, so `back` returns a tuple of one gradient. What does a tuple with one
# element look like in Python?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Compute what `back` will need outside of it, once. For the ReLU a comparison gives an array
# of true and false, which counts as 1 and 0 in a product.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# $(e^x)' = e^x$, $(\ln x)' = 1/x$; that of the ReLU is 1 where $x > 0$ and 0 elsewhere. Each is
# multiplied by the upstream gradient.
#
# </details>

# %% test="autograd-functions" points=2
UP = "The upstream gradient is missing."
HANDS = {
    "x.exp()": (
        [0, 2],
        [1, 7.38905609893065],
        [3, 14.7781121978613],
        {
            UP: [1, 7.38905609893065],
            "The local derivative is missing: back passes the upstream gradient on.": [
                3,
                2,
            ],
            "This multiplies by the input; which derivative has the exponential?": [
                0,
                4,
            ],
        },
    ),
    "x.log()": (
        [2, 4],
        [0.693147180559945, 1.386294361119891],
        [1.5, 0.5],
        {
            UP: [0.5, 0.25],
            "The local derivative is missing: back passes the upstream gradient on.": [
                3,
                2,
            ],
            "This multiplies by the input; which derivative has the logarithm?": [6, 8],
            "This divides by the result instead of the input.": [
                4.328085122666891,
                1.44269504088896,
            ],
        },
    ),
    "x.relu()": (
        [-1, 5],
        [0, 5],
        [0, 2],
        {
            UP: [0, 1],
            "The gradient passes everywhere; a ReLU stops it where the input is negative.": [
                3,
                2,
            ],
            "The gradient passes where the input is negative; it should stop there.": [
                3,
                0,
            ],
            "This multiplies by the result; the slope of a ReLU is 0 or 1.": [0, 10],
        },
    ),
}
for program, (x, right, grad, faults) in HANDS.items():
    x, dout = np.array(x, float), np.array([3.0, 2.0])
    out, (dx,) = tapes.step(exp, program, dout, x=x)
    others = {
        "This is the logarithm to base 2; the natural one is asked for.": [1, 2],
        "The negative entries are kept, and the positive ones are 0.": [-1, 0],
    }
    expect_close(out, right, f"data of {program}", faults=others)
    expect_close(dx, grad, f"gradient of x in {program}", faults=faults)
for program, rule in [("x.exp()", np.exp), ("x.log()", np.log), ("x.relu()", np.abs)]:
    for shape, dtype in [((2, 3), float), ((4,), np.float32), ((), float)]:
        x = rng.uniform(0.5, 2, shape).astype(dtype)
        dout = rng.normal(size=shape).astype(dtype)
        with unchanged(dout=dout):
            out, (dx,) = tapes.step(log, program, dout, x=x)
        where = f"{program}, shape {shape}"
        expect_close(out, rule(x), f"data of {where}", rtol=1e-5, dtype=dtype)
        expected = eval_numerical_gradient_array(
            rule, x.astype(float), dout.astype(float)
        )
        expect_close(
            dx, expected, f"gradient of x in {where}", rtol=1e-3, atol=1e-4, dtype=dtype
        )
expect_source(exp, without=READY)
expect_source(log, without=READY)
expect_source(relu, without=READY)
passed("autograd-functions", "exp, log and relu: by hand, float32, single numbers")


# %% [markdown]
# **Predict, then check.** `x` has shape (2, 3). Which shape has the upstream gradient of
# `x.sum(axis=1)`, and why does `np.broadcast_to(upstream, (2, 3))` fail?
#
# <details><summary>Check your prediction</summary>
#
# Shape (2,). Broadcasting aligns shapes at their ends, so it compares 2 with 3. For an array of
# shape (2, 2) it would *not* fail: it would repeat the gradient along the wrong axis.
#
# </details>


# %% answer="autograd-shapes" minutes=20 difficulty=3 importance=3
@add_to_class(Tensor)
def total(self, axis=None, keepdims=False):
    """Record a sum; `x.sum(axis, keepdims)` calls it.

    Parameters
    ----------
    axis : int, tuple of int or None
        Along which axes; all by default. Negative ones count from the end.
    keepdims : bool
        Whether axes of length 1 remain in their places.

    Returns
    -------
    out : Tensor
        Made by record("sum", ...).
    """
    ### BEGIN SOLUTION
    shape = self.shape
    kept = self.data.sum(axis=axis, keepdims=True).shape

    def back(grad):
        return (np.broadcast_to(grad.reshape(kept), shape),)

    return record("sum", self.data.sum(axis=axis, keepdims=keepdims), (self,), back)
    ### END SOLUTION


@add_to_class(Tensor)
def reshape(self, *shape):
    """Record the same numbers in another shape.

    Parameters
    ----------
    *shape : int
        Sides; one of them may be -1.

    Returns
    -------
    out : Tensor
        Made by record("reshape", ...).
    """
    ### BEGIN SOLUTION
    before = self.shape
    data = self.data.reshape(shape)
    return record("reshape", data, (self,), lambda grad: (grad.reshape(before),))
    ### END SOLUTION


# %% [markdown] hint="autograd-shapes"
# <details><summary>Hint 1: where to look</summary>
#
# The upstream gradient of a sum lacks the axes that were summed. Which shape would it need
# for broadcasting to repeat it along these axes?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# What is the shape of the sum with `keepdims=True`? NumPy knows, for any `axis`. From there
# `np.broadcast_to` or a product with ones leads to the shape of the input.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Remember the shape of the input, and that of the sum with its axes kept.
# 2. Backward: first bring the gradient to the second shape, then repeat it to the first.
# 3. `reshape` needs one of the two, and nothing else.
#
# </details>

# %% test="autograd-shapes" points=2
x = np.array([[1.0, 2, 3], [4, 5, 6]])
MEAN = "These gradients are divided by the number of entries, as a mean would; this is a sum."
for program, dout, right, grad in [
    ("x.sum()", 2.0, 21, [[2, 2, 2], [2, 2, 2]]),
    ("x.sum(axis=1)", [10, 20], [6, 15], [[10, 10, 10], [20, 20, 20]]),
    ("x.sum(axis=0)", [1, 2, 3], [5, 7, 9], [[1, 2, 3], [1, 2, 3]]),
    ("x.sum(axis=-1, keepdims=True)", [[1], [2]], [[6], [15]], [[1, 1, 1], [2, 2, 2]]),
    ("x.sum(axis=(0, 1))", 3.0, 21, [[3, 3, 3], [3, 3, 3]]),
    (
        "x.reshape(3, 2)",
        [[1, 2], [3, 4], [5, 6]],
        [[1, 2], [3, 4], [5, 6]],
        [[1, 2, 3], [4, 5, 6]],
    ),
    ("x.reshape(-1)", [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6], [[1, 2, 3], [4, 5, 6]]),
]:
    dout = np.array(dout, float)
    out, (dx,) = tapes.step(total, program, dout, x=x)
    expect_close(
        out,
        right,
        f"data of {program}",
        shape_hint="Pass axis and keepdims on to NumPy.",
    )
    parts = x.size / np.size(right)
    expect_close(
        dx,
        grad,
        f"gradient of x in {program}",
        shape_hint="The gradient has the shape of x: repeat it where x was summed.",
        faults={
            MEAN: np.array(grad) / parts if parts > 1 else np.nan,
            "The upstream gradient is missing.": np.ones((2, 3)),
            "This multiplies by x; a sum has local derivatives of 1.": np.array(grad)
            * x,
        },
        hint="Which entry of the result did each entry of x go into?",
    )
expect_source(total, without=READY)
expect_source(reshape, without=READY)
passed("autograd-shapes", "sums along every axis and reshapes, by hand")

# %% test="autograd-shapes" part="random" points=1
for program, rule in [
    ("x.sum(axis=1)", lambda v: v.sum(axis=1)),
    ("x.sum(axis=(0, 2), keepdims=True)", lambda v: v.sum(axis=(0, 2), keepdims=True)),
    ("x.reshape(4, -1)", lambda v: v.reshape(4, -1)),
]:
    x = rng.normal(size=(3, 4, 5)).astype(np.float32)
    dout = rng.normal(size=rule(x).shape).astype(np.float32)
    with unchanged(dout=dout):
        out, (dx,) = tapes.step(reshape, program, dout, x=x)
    expect_close(
        out, rule(x), f"data of {program}", rtol=1e-4, atol=1e-5, dtype=np.float32
    )
    expected = eval_numerical_gradient_array(rule, x.astype(float), dout.astype(float))
    expect_close(
        dx,
        expected,
        f"gradient of x in {program}",
        rtol=1e-3,
        atol=1e-4,
        dtype=np.float32,
        hint="Look at axes in the middle, which broadcasting does not add by itself.",
    )
expect_source(reshape, without=READY)
passed("autograd-shapes", "an axis in the middle, two axes at once, float32")

# %% [markdown]
# **Further reading**
#
# - PyTorch documentation, [*Autograd mechanics*](https://docs.pytorch.org/docs/stable/notes/autograd.html),
#   "How autograd encodes the history" and "Saved tensors". 10 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 6.5](https://www.deeplearningbook.org/contents/mlp.html): back-propagation in
#   computational graphs. 30 minutes.
#
# **Harder (optional, no points).** Add `max(axis)`. What is its gradient where two entries
# tie, and what do frameworks do there?
#
# <details><summary>Compare your answer</summary>
#
# At a tie the maximum has no derivative: from one side it is 1, from the other 0. Any split that
# adds up to 1 is a *subgradient*. PyTorch's `amax` shares it evenly among the entries that tie,
# its `max(dim)` gives all of it to one of them.
#
# </details>

# %% [markdown]
# ## 4. The walk back
#
# The steps are there; what remains is the order. A step may be walked back only when its
# upstream gradient is complete, that is, after *all* steps that use its result. An order in
# which every result comes after its inputs is a *topological order*; Kahn (1962)
# and Tarjan (1976) gave algorithms that take time in proportion to nodes and edges. Rumelhart,
# Hinton and Williams (1986) made the reversed walk popular for layered networks, where the
# order is obvious. In a general graph it is not, and a recursive search fails on a recurrent
# network of a few thousand steps, since Python's call stack is limited.
#
# After this section you can compute the gradient of any expression of your steps.
#
# Let $\text{uses}(x)$ be the steps that read $x$. Then
#
# $$\bar x = \sum_{z \,\in\, \text{uses}(x)} \bar z \, \frac{\partial z}{\partial x} .$$

# %% drawing="autograd-diamond"
a = package_tape.tensor(3.0, requires_grad=True)
square = a * a
out = square * square + square
for value in (square, out):
    value.retain_grad()
out.backward()
drawings.show(
    drawings.tape_graph(out, {"a": a, "h": square, "out": out}),
    "Graph of h = a * a and out = h * h + h. The value h = 9 is used by the second product, "
    "twice, and by the sum. Its gradient is 19, that of a is 114.",
    svg=True,
)

# %% [markdown]
# *The value 9 is used three times: twice by the second product and once by the sum. Its
# gradient, 9 + 9 + 1 = 19, is complete only after both of these steps.*
#
# **Worked example.** Graphs as plain dictionaries: the parents of each value. The stack holds
# what is still to be looked at. A value is taken off twice: the first time its parents go on
# top, the second time they are done and the value is written down.

# %%
parents = {"a": [], "h": ["a"], "p": ["h"], "out": ["p", "h"]}
order, seen, stack = [], set(), [("out", False)]
while stack:
    value, parents_done = stack.pop()
    if parents_done:
        order.append(value)
    elif value not in seen:
        seen.add(value)
        stack.append((value, True))
        stack += [(parent, False) for parent in parents[value]]
    print(
        f"{value:>4} {'written down' if parents_done else 'opened':>13}   order {order}"
    )

# %% [markdown]
# **Predict, then check.** Suppose you drop `seen`. The result is still an order in which parents
# come first, with repetitions. How long does it become for `x = x + x`, thirty times?
#
# <details><summary>Check your prediction</summary>
#
# About $2^{31}$ entries: the number of *paths*, which doubles with every step, instead of the
# number of nodes, 31. Such graphs are common: every residual connection doubles the paths.
#
# </details>


# %% answer="autograd-order" minutes=20 difficulty=3 importance=2
def topological_order(last):
    """List a tensor and all tensors behind it, parents before what is made of them.

    Works with a loop and a stack of its own, so that long graphs are no problem.

    Parameters
    ----------
    last : Tensor
        The result.

    Returns
    -------
    order : list of Tensor
        Each once; `last` at the end.
    """
    ### BEGIN SOLUTION
    order, seen, stack = [], set(), [(last, False)]
    while stack:
        tensor, parents_done = stack.pop()
        if parents_done:
            order.append(tensor)
        elif tensor not in seen:
            seen.add(tensor)
            stack.append((tensor, True))
            stack.extend((parent, False) for parent in tensor.parents)
    return order
    ### END SOLUTION


# %% [markdown] hint="autograd-order"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example does the same for names. What takes the place of the dictionary?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Tensors can stand in a set: two are equal if they are the same object. A list serves as the stack,
# with `append` and `pop`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Begin with the result on the stack, marked as not opened.
# 2. An opened tensor goes back on the stack, marked, *below* its parents.
# 3. A tensor that has been seen is not opened again. One that comes off marked is written
#    down.
#
# </details>

# %% test="autograd-order" points=2
WHERE = "[[k for p in t.parents for k, s in enumerate(order) if s is p] for t in order]"
for program, number in [
    ("h = a * a\nout = h * h + h", 4),
    ("h = a * b\nout = (h + a) * b + h", 6),
    ("out = a\nfor _ in range(16):\n    out = out + out", 17),
    ("p = a * b\nq = p.exp()\nr = (q + a) * p\nout = r + q * b", 8),
    ("out = a", 1),
]:
    a, b = rng.uniform(0.1, 1, 2)
    order, where, at_end = tapes.run(
        topological_order,
        f"a, b = (Tensor(v, requires_grad=True) for v in (a, b))\n{program}\n"
        "order = topological_order(out)\n"
        "returned(order, 'topological_order should return a list of tensors', list)",
        "[t.name for t in order]",
        WHERE,
        "order[-1] is out",
        a=a,
        b=b,
    )
    shown = program.replace("\n", "; ")
    expect(
        len(order) <= number,
        f"{shown}: there are {number} tensors, the list has {len(order)}. Each comes once.",
    )
    expect(
        len(order) == number,
        f"{shown}: there are {number} tensors, the list has {len(order)}. Leaves and the "
        f"result belong to it.",
    )
    expect(at_end, f"{shown}: the result should stand at the end.")
    early = [k for k, inputs in enumerate(where) if any(i > k for i in inputs)]
    expect(
        not early,
        f"{shown}: entry {in_words(early[:1])} stands before one of its parents. A tensor is "
        f"written down only when all its parents are.",
    )
(length,) = tapes.run(
    topological_order,
    "out = a\nfor _ in range(3000):\n    out = out + a\n"
    "try:\n    length = len(topological_order(out))\n"
    "except RecursionError:\n    length = 0",
    "length",
    a=np.ones(()),
)
expect_equal(
    length,
    3001,
    "the length for a chain of 3000 sums",
    hint="A recursive function does not get that deep: use a stack of your own.",
)
expect_source(topological_order, without=READY)
passed("autograd-order", "parents first, each tensor once, 3000 steps deep")


# %% [markdown]
# **Predict, then check.** In the drawing, let `backward` handle `h` *before* the second product,
# when only the share of the sum has arrived. What does `a.grad` become?
#
# <details><summary>Check your prediction</summary>
#
# The sum sends 1 to `h`, and `h = a * a` sends $2 \cdot 3 \cdot 1 = 6$ to `a`, in place of 114. The
# shares that reach `h` later, 9 and 9, are never passed on.
#
# </details>


# %% answer="autograd-backward" minutes=30 difficulty=3 importance=3
@add_to_class(Tensor)
def backward(self, grad=None):
    """Add the gradient of this tensor to `.grad` of every tensor behind it.

    Where .grad is None it becomes the gradient; else the gradient is added. Tensors
    without requires_grad, and what is only behind them, keep None.

    Parameters
    ----------
    grad : ndarray, optional
        Upstream gradient, shaped like this tensor. By default 1, for a single number.

    Raises
    ------
    ValueError
        If grad is missing and this tensor is more than a single number.
    """
    ### BEGIN SOLUTION
    if grad is None:
        if self.data.size != 1:
            raise ValueError(f"backward() of shape {self.shape} needs a gradient.")
        grad = np.ones_like(self.data)
    grads = {self: grad}
    for tensor in reversed(topological_order(self)):
        if tensor not in grads or not tensor.requires_grad:
            continue
        upstream = grads[tensor]
        tensor.grad = upstream if tensor.grad is None else tensor.grad + upstream
        if tensor.back is None:
            continue
        for parent, share in zip(tensor.parents, tensor.back(upstream), strict=True):
            grads[parent] = grads[parent] + share if parent in grads else share
    ### END SOLUTION


# %% [markdown] hint="autograd-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Keep the gradients of *this* walk apart from `.grad`, which may hold something from an
# earlier walk. What goes wrong if a second `backward()` passes on what is in `.grad`?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A dictionary from tensors to gradients, which begins with the result alone; the topological
# order, `reversed`. Add with `+`, which makes a new array: `+=` would change an array that
# another tensor may hold as well.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# For each tensor, from the last to the first:
#
# 1. Take its complete gradient from the dictionary; skip tensors that got none or do
#    not collect.
# 2. Add it to `.grad`.
# 3. If a step made the tensor, call its `back` and add each share to the dictionary's entry of the
#    parent it belongs to.
#
# </details>

# %% test="autograd-backward" points=3
w, x, b = (np.array(value) for value in (2.0, 3.0, -1.0))
out, dw, dx, db, dpre = tapes.run(
    backward,
    "pre = w * x + b\nout = pre.relu()\nout.backward()",
    *["out", "w.grad", "x.grad", "b.grad", "pre.grad"],
    w=w,
    x=x,
    b=b,
)
for name, grad, right in [("w", dw, 3), ("x", dx, 2), ("b", db, 1), ("pre", dpre, 1)]:
    expect(
        grad is not None,
        f"{name}.grad is None for relu(w * x + b). Every tensor behind the result gets its "
        f"gradient, those in between too.",
    )
    expect_close(grad, right, f"{name}.grad of the neuron in section 1")
for program, right, faults in [
    ("a * a + a", 7, {3: 1, 4: 1, 1: 1, 13: 0}),
    ("h * h + h", 114, {6: 1, 54: 1, 60: 1, 108: 1}),
]:
    (grad,) = tapes.run(
        backward,
        f"h = a * a\nout = {program}\nout.backward()",
        "a.grad",
        a=np.array(3.0),
    )
    lost = "A gradient of an earlier use is lost: a value's uses add up."
    early = "A step was walked back before the gradient of its result was complete."
    expect_close(
        grad,
        right,
        f"a.grad of {program}, where a = 3 and h = a * a",
        faults={
            lost: next((v for v, kind in faults.items() if kind and grad == v), np.nan),
            early: next(
                (v for v, kind in faults.items() if not kind and grad == v), np.nan
            ),
        },
        hint="Gradients of all uses add up, and a step waits until its sum is complete.",
    )
expect_source(backward, without=READY)
passed("autograd-backward", "the neuron, and values that are used several times")

# %% test="autograd-backward" part="walks" points=2
first, second, constant, middle = tapes.run(
    backward,
    "c = Tensor(2.0)\nh = a * c\nout = h * h\nout.backward()\nfirst = a.grad\n"
    "out.backward()",
    *["first", "a.grad", "c.grad", "h.grad"],
    a=np.array(3.0),
)
expect_close(first, 24, "a.grad of (2a)^2 at 3")
expect_close(
    second,
    48,
    "a.grad after a second backward()",
    faults={
        "The second walk replaced the first: .grad is added to.": 24,
        "The second walk passed on what the first had left in .grad: keep the gradients of "
        "a walk apart.": 72,
        "The second walk began with what the first had left in the result's .grad.": 96,
    },
)
expect(constant is None, "A tensor without requires_grad should keep .grad None.")
expect_close(middle, 24, "h.grad after two walks")
(message,) = tapes.run(
    backward,
    "try:\n    (a * a).backward()\n    message = 'no error'\n"
    "except Exception as error:\n    message = type(error).__name__",
    "message",
    a=np.ones(3),
)
expect_equal(
    message, "ValueError", "what backward() without a gradient does for shape (3,)"
)
dout = rng.normal(size=3)
da, db, dc = tapes.run(
    backward,
    "pair = lambda x, y: record('pair', x.data + y.data, (x, y), lambda g: (g, g))\n"
    "out = pair(pair(a, b), pair(a, c))\nout.backward(dout.copy())",
    *["a.grad", "b.grad", "c.grad"],
    a=np.ones(3),
    b=np.ones(3),
    c=np.ones(3),
    dout=dout,
    fixed=["dout"],
)
aliased = "A sum was written into an array that two parents share: add with +, not +=."
for name, grad, times in [("a", da, 2), ("b", db, 1), ("c", dc, 1)]:
    expect_close(
        grad,
        times * dout,
        f"{name}.grad of (a + b) + (a + c), whose steps hand one array to both parents",
        faults={aliased: 2 * dout if times == 1 else np.nan * dout},
        hint=aliased,
    )
x, w, b = rng.uniform(0.5, 2, (4, 3)), rng.uniform(0.2, 1, (3, 5)), rng.normal(size=5)
dout = rng.normal(size=(4, 1))
program = "((x @ w + b).relu() + (x * x).sum(axis=1, keepdims=True)).exp().sum(axis=1, keepdims=True).log() * w.sum()"
with unchanged(dout=dout):
    *_, dx, dw, db, untouched = tapes.run(
        backward,
        f"before = dout.copy()\nout = {program}\nout.backward(dout)",
        *["out", "x.grad", "w.grad", "b.grad", "bool((before == dout).all())"],
        x=x,
        w=w,
        b=b,
        dout=dout,
        fixed=["dout"],
    )
expect(
    untouched, "backward changed the upstream gradient that it was given: add with +."
)


def reference(x, w, b):
    inner = np.maximum(x @ w + b, 0) + (x * x).sum(axis=1, keepdims=True)
    return np.log(np.exp(inner).sum(axis=1, keepdims=True)) * w.sum()


point = {"x": x, "w": w, "b": b}
for (name, value), grad in zip(point.items(), (dx, dw, db), strict=True):
    expected = eval_numerical_gradient_array(
        lambda v, name=name: reference(**(point | {name: v})), value.copy(), dout
    )
    expect_close(
        grad,
        expected,
        f"{name}.grad of a longer expression",
        rtol=1e-4,
        atol=1e-5,
        hint="If the tests of single steps pass, the walk is at fault.",
    )
passed(
    "autograd-backward", "two walks add up, constants stay, a long expression is right"
)

# %% [markdown]
# Your tape can draw itself now: a two-layer network and batch normalisation, with
# nothing but your steps. The inverse of a standard deviation is
# $e^{-\frac12 \ln(\sigma^2 + \varepsilon)}$, so no square root is needed.

# %% drawing="autograd-two-layer"
with needs_answers():
    draw = np.random.default_rng(0)
    X = Tensor(draw.normal(size=(5, 4)), name="X")
    W1, W2 = (
        Tensor(draw.normal(size=s), True, n)
        for s, n in (((4, 6), "W1"), ((6, 3), "W2"))
    )
    b1, b2 = Tensor(np.zeros(6), True, "b1"), Tensor(np.zeros(3), True, "b2")
    scores = (X @ W1 + b1).relu() @ W2 + b2
    scores.backward(draw.normal(size=(5, 3)))
    drawings.show(
        drawings.tape_graph(scores),
        "Graph of a two-layer network: X of shape (5, 4) times W1 plus b1, a ReLU, times W2 "
        "plus b2, scores of shape (5, 3). Gradients reach the four parameters; X is "
        "grey, since it collects none.",
        svg=True,
    )

# %% [markdown]
# *Shapes above the values, lengths of the gradients below. Grey is what collects no gradient.*

# %% drawing="autograd-batch-norm"
with needs_answers():
    x = Tensor(draw.normal(size=(6, 3)), True, "x")
    gamma, beta = Tensor(np.ones(3), True, "γ"), Tensor(np.zeros(3), True, "β")
    centred = x - x.mean(axis=0)
    variance = (centred * centred).mean(axis=0)
    y = centred * ((variance + 1e-5).log() * -0.5).exp() * gamma + beta
    y.backward(draw.normal(size=(6, 3)))
    drawings.show(
        drawings.tape_graph(y),
        "Graph of batch normalisation in small steps: mean, difference, mean of squares, "
        "logarithm and exponential for the inverse root, two products and a sum. Gradients "
        "meet where x and the difference were used several times.",
        svg=True,
    )

# %% [markdown]
# *Compare with the drawing in `batch_normalization`: the same three routes lead back to x. In
# the notebook you derived each arrow; here the tape walked 14 steps.*

# %% [markdown] question="autograd-modes" points=2 minutes=10
# **Question 2 (2 points).** *Forward mode* walks the steps in the order they were computed and
# carries derivatives with respect to *one* input along; no value has to be kept. On the
# two-layer network above, 51 parameters and 15 scores, a student measures 40 µs for one walk
# of either kind. They conclude that forward mode is preferable, since it is as fast and needs
# no memory. For which task on this network are they right, and for which wrong, by which
# factor? Which measurement would show it?

# %% [markdown] marking="autograd-modes"
# One walk forward gives the derivatives of all 15 outputs with respect to one parameter (or
# one direction); one walk in reverse gives those of one output (or one weighted sum) with respect to all
# 51 parameters. Training needs the gradient of one loss: 51 walks forward against one in reverse, a
# factor of 51, which grows with the network. Forward mode wins for one direction in input
# space (sensitivity of all scores to brightness), or few inputs and many outputs. To measure: time of the
# full gradient of the loss for networks of several sizes.
#
# *Marking:* 0.5 for what each walk yields; 1 for the factor 51 on the training loss; 0.5 for a task
# that suits forward mode, or the measurement. "Reverse mode is always better" earns nothing.

# %% [markdown]
# **Further reading**
#
# - Rumelhart, Hinton and Williams, *Learning representations by back-propagating errors*,
#   1986, [doi:10.1038/323533a0](https://doi.org/10.1038/323533a0). Four pages. 20 minutes.
# - Karpathy, *micrograd*, [repository](https://github.com/karpathy/micrograd): a tape for
#   single numbers in 100 lines; compare its order of steps with yours. 15 minutes.
#
# **Harder (optional, no points).** Free memory on the way: `back` of a step is never needed
# after it was called. What breaks if you drop it, and how does PyTorch tell its users?
#
# <details><summary>Compare your answer</summary>
#
# A second `backward()` through the same graph, and two results that share a part of their graph.
# PyTorch raises a RuntimeError that speaks of "a second time" and suggests `retain_graph=True`.
#
# </details>

# %% [markdown]
# ## 5. Steps that are not recorded, and the step of SGD
#
# Not every computation should be remembered. At test time nobody asks for gradients, and a
# recorded graph keeps every activation alive. The update of a parameter is a computation with
# it as well: recorded, the next loss would lead back through all earlier
# updates. Frameworks have a *context manager* for it. The one of PyTorch, `no_grad`, was
# introduced in 2018 (version 0.4) in place of `volatile`, a flag on each variable.
#
# After this section you can switch recording off for some lines, and update parameters.
#
# Plain *stochastic gradient descent* with learning rate $\eta$ is
#
# $$w \leftarrow w - \eta \, \bar w ,$$
#
# followed by forgetting $\bar w$, because `backward` adds to what is there.

# %% drawing="autograd-loop"
drawings.show(
    drawings.recorded_loop(),
    "The loop of training: compute the loss, which is recorded; backward fills the "
    "gradients; the update is not recorded; the gradients are forgotten, and it begins again.",
)

# %% [markdown]
# *Only the first box is recorded. The last is easily forgotten, and section 8 has more of that
# kind.*
#
# **Worked example.** A context manager is a function with one `yield`. What stands before it
# runs on entry, what stands after it on exit. Here one measures time, and the
# body fails:


# %%
@contextlib.contextmanager
def stopwatch():
    """Print how long the body took, even if it fails."""
    start = time.perf_counter()
    try:
        yield
    finally:
        took = time.perf_counter() - start
        print("the body took less than a second:", took < 1)


try:
    with stopwatch():
        [].pop()
except IndexError as error:
    print("and the error went on to whoever called:", error)

# %% [markdown]
# **Predict, then check.** Two such blocks are nested: `with no_grad(): with no_grad(): ...`.
# The exit of the inner one sets `Recording.on = True`. What happens to the rest of the
# outer block?
#
# <details><summary>Check your prediction</summary>
#
# It is recorded, although it stands in `no_grad`. An exit has to restore what it found on
# entry, which need not be `True`.
#
# </details>


# %% answer="autograd-no-grad" minutes=10 difficulty=2 importance=2
@contextlib.contextmanager
def no_grad():
    """Record no steps within `with no_grad():`; afterwards be as before, come what may."""
    ### BEGIN SOLUTION
    before = Recording.on
    Recording.on = False
    try:
        yield
    finally:
        Recording.on = before
    ### END SOLUTION


# %% [markdown] hint="autograd-no-grad"
# <details><summary>Hint 1: where to look</summary>
#
# Which single attribute does `record` ask? And what was it before?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The shape of the worked example: `try`, one `yield`, `finally`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Remember the flag.
# 2. Clear it; let the body run.
# 3. Put back what you remembered, also if the body raised an error.
#
# </details>

# %% test="autograd-no-grad" points=2
FACTS = "[t.requires_grad for t in (inside, after)]"
(entered,) = tapes.run(
    record,
    "entered = False\ntry:\n    with no_grad():\n        entered = True\n"
    "except TypeError:\n    pass\nfinally:\n    Recording.on = True",
    "entered",
)
expect(
    entered,
    "The body of `with no_grad():` does not run: no_grad should hand over to it with "
    "one `yield`, as in the worked example.",
)
for program, expected, why in [
    (
        "with no_grad():\n    inside = a * a\nafter = a * a",
        [False, True],
        "Inside a block nothing is recorded, after it everything is",
    ),
    (
        "with no_grad():\n    with no_grad():\n        pass\n    inside = a * a\nafter = a * a",
        [False, True],
        "The end of an inner block does not end the outer one",
    ),
    (
        "try:\n    with no_grad():\n        inside = a * a\n        [].pop()\n"
        "except IndexError:\n    pass\nafter = a * a",
        [False, True],
        "After an error in the block, steps are recorded again",
    ),
]:
    program = f"Recording.on = True\n{program}\nRecording.on = True"
    (found,) = tapes.run(record, program, FACTS, a=rng.normal(size=3))
    inside, after = ("recorded" if step else "not recorded" for step in found)
    expect(
        found == expected,
        f"{why}. Here the step inside is {inside}, and the step after the block is "
        f"{after}.",
    )
(swallowed,) = tapes.run(
    record,
    "swallowed = True\ntry:\n    with no_grad():\n        [].pop()\nexcept IndexError:\n"
    "    swallowed = False\nfinally:\n    Recording.on = True",
    "swallowed",
)
expect(not swallowed, "An error in the block should go on to whoever called.")
passed("autograd-no-grad", "inside, after, nested, and after an error")


# %% [markdown]
# **Predict, then check.** The update is written as `w = w - 0.1 * w.grad`, with recording on. `w`
# is then a tensor with parents. What happens in the next `backward()`?
#
# <details><summary>Check your prediction</summary>
#
# It walks through the update to the old `w` and on through the old graph, and the record grows
# with every step. And the tensor that the network holds never changes: the name `w` means
# another object now.
#
# </details>


# %% answer="autograd-sgd" minutes=10 difficulty=1 importance=3
def sgd_step(parameters, learning_rate):
    """Move parameters against their gradients, and forget the gradients.

    The update is not recorded: parameters stay tensors without parents.

    Parameters
    ----------
    parameters : list of Tensor
        Those whose .grad is None stay where they are.
    learning_rate : float
    """
    ### BEGIN SOLUTION
    for parameter in parameters:
        if parameter.grad is not None:
            parameter.data = parameter.data - learning_rate * parameter.grad
            parameter.grad = None
    ### END SOLUTION


# %% [markdown] hint="autograd-sgd"
# <details><summary>Hint 1: where to look</summary>
#
# The tensor stays the same object; what does it hold that has to change?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Compute with `.data` and `.grad`, which are arrays. Arithmetic on arrays is never recorded.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# For each parameter that has a gradient: take the product with the learning rate off its
# data; then leave no gradient behind, so that the next `backward` begins anew.
#
# </details>

# %% test="autograd-sgd" points=2
a, b, slope = rng.normal(size=(2, 3)), rng.normal(size=4), rng.normal(size=(2, 3))
(a1, b1, left, parents, collects, a2) = tapes.run(
    sgd_step,
    "both = [a, b]\na.grad = slope.copy()\nsgd_step(both, 0.5)\na1, b1 = a.data.copy(), b.data.copy()\n"
    "left = a.grad\na.grad = slope.copy()\nsgd_step(both, 0.5)",
    *["a1", "b1", "left", "len(a.parents)", "a.requires_grad", "a.data"],
    a=a,
    b=b,
    slope=slope,
    fixed=["slope"],
)
expect_close(
    a1,
    a - slope / 2,
    "a after a step of 0.5",
    faults={
        "The step goes up the slope, not down.": a + slope / 2,
        "The parameter has not moved.": a,
        "The learning rate is missing.": a - slope,
        "The parameter was replaced by the step itself.": -slope / 2,
    },
)
expect_close(b1, b, "b, whose .grad is None")
expect(
    left is None,
    "After the step .grad should be None, or the next backward() adds to it.",
)
expect(parents == 0 and collects, "a should stay a leaf that collects gradients.")
expect_close(a2, a - slope, "a after a second step of 0.5")
expect_source(sgd_step, without=READY)
passed("autograd-sgd", "two steps, a parameter without gradient, gradients forgotten")

# %% [markdown]
# **Further reading**
#
# - PyTorch documentation, [*Locally disabling gradient computation*](https://docs.pytorch.org/docs/stable/notes/autograd.html#locally-disabling-gradient-computation):
#   three modes and what each is for. 10 minutes.
# - Paszke et al., *PyTorch: An Imperative Style, High-Performance Deep Learning Library*, 2019,
#   [arXiv:1912.01703](https://arxiv.org/abs/1912.01703). Sections 3 and 4. 20 minutes.
#
# **Harder (optional, no points).** Give `sgd_step` momentum. Where does the velocity live, if
# parameters are only given as a list?
#
# <details><summary>Compare your answer</summary>
#
# In a dictionary from tensors to arrays that lives longer than one call, such as an attribute of
# an *optimizer* object. That is why optimizers are objects, and why a checkpoint has to save
# them.
#
# </details>

# %% [markdown]
# ## 6. A layer as one step
#
# A convolution made of `+` and `*` would record thousands of steps. In `convolutional_networks` you
# wrote its backward pass already, and it needs one. Frameworks call such a pair a *custom
# function*; PyTorch has the class `autograd.Function` for it. *Fused* steps save memory and
# time, since values between are never stored. They cost a derivation, and
# mistakes in it are yours again.
#
# After this section any pair of layer functions of this course is a step of your tape.
#
# The course's convention is
#
# $$\texttt{out, cache = forward(x, w, b, param)}, \qquad
# \texttt{dx, dw, db = backward(dout, cache)} .$$
#
# A layer with one input returns a single array `dx` instead of a tuple.

# %% drawing="autograd-fused"
drawings.show(
    drawings.fused_step(),
    "Left, a sigmoid as three recorded steps, each with an array kept. Right, the "
    "sigmoid as one step made of a forward and a backward function.",
)

# %% [markdown]
# *Both carry the same gradient back. The right one keeps a third of the arrays.*
#
# **Worked example.** A pair of layer functions, called by hand as a tape would call them:


# %%
def sigmoid_forward(x):
    """Compute the sigmoid; the cache is its result."""
    out = 1 / (1 + np.exp(-x))
    return out, out


def sigmoid_backward(dout, cache):
    """Compute the gradient of x."""
    return dout * cache * (1 - cache)


out, cache = sigmoid_forward(np.array([0.0, 2.0]))
print("out", out, "  dx", sigmoid_backward(np.array([1.0, 10.0]), cache))

# %% [markdown]
# **Predict, then check.** `conv_forward_naive(x, w, b, conv_param)` has four arguments, of which
# `conv_param` is a dictionary. How many parents has the step, and how many gradients does its
# `back` return?
#
# <details><summary>Check your prediction</summary>
#
# Three and three: x, w and b. The dictionary is no tensor, it cannot be moved a little, and
# `conv_backward_naive` returns nothing for it.
#
# </details>
#
# The set-up brings the package's fast layers under the names of your own. To see *your*
# convolution in the graph, paste `conv_forward_naive` and `conv_backward_naive` from your
# notebook into a new cell here.


# %% answer="autograd-layer" minutes=20 difficulty=3 importance=2
def as_step(forward, backward):
    """Turn a pair of layer functions into a function on tensors that records one step.

    Parameters
    ----------
    forward : function
        Takes arrays, and perhaps other things after them; returns (out, cache).
    backward : function
        Takes (dout, cache); returns the gradient of each array, in order, as a tuple, or as
        a single array if there is only one.

    Returns
    -------
    step : function
        Takes what forward takes, with tensors in place of arrays; returns a Tensor. The
        step bears the name of `forward`, and its parents are the tensors among the inputs.
    """
    ### BEGIN SOLUTION

    def step(*inputs):
        tensors = tuple(value for value in inputs if isinstance(value, Tensor))
        arrays = [v.data if isinstance(v, Tensor) else v for v in inputs]
        out, cache = forward(*arrays)

        def back(grad):
            grads = backward(grad, cache)
            return grads if isinstance(grads, tuple) else (grads,)

        return record(forward.__name__, out, tensors, back)

    return step
    ### END SOLUTION


# %% [markdown] hint="autograd-layer"
# <details><summary>Hint 1: where to look</summary>
#
# Two functions are made here, one inside the other: `step`, which is returned, and `back`,
# which goes to `record`. Which variables does each of them remember?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `def step(*inputs)` collects all arguments; `isinstance(value, Tensor)` tells tensors from
# the rest; `forward(*arrays)` hands a list out again.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The tensors among the inputs are the parents.
# 2. Call `forward` with the data of tensors, and everything else as it is.
# 3. `back` calls `backward` with the cache of *this* call, and makes a tuple of a single array.
#
# </details>

# %% test="autograd-layer" points=3
TENT = (
    "def tent_forward(x, scale=1.0):\n    return np.abs(x) * scale, (np.sign(x), scale)\n"
    "def tent_backward(dout, cache):\n    return dout * cache[0] * cache[1]\n"
    "tent = as_step(tent_forward, tent_backward)\n"
    "returned(tent, 'as_step should return the function step', Callable)\n"
)
out, name, number, dx = tapes.run(
    as_step,
    f"{TENT}out = tent(x, 3.0)\n"
    "returned(out, 'The function step should return a Tensor', Tensor)\n"
    "out.backward(dout)",
    *["out", "out.name", "len(out.parents)", "x.grad"],
    x=np.array([-2.0, 5.0]),
    dout=np.array([1.0, 10.0]),
    fixed=["dout"],
)
expect_close(
    out, [6, 15], "3 |x| as a step", faults={"The second argument is lost.": [2, 5]}
)
expect_equal(name, "tent_forward", "the name of the step")
expect_equal(number, 1, "the number of parents", hint="Only tensors are parents.")
expect_close(
    dx,
    [-3, 30],
    "x.grad of 3 |x|",
    faults={"The upstream gradient is missing.": [-3, 3]},
    hint="backward returned a single array: make a tuple of it.",
)
first, second = tapes.run(
    as_step,
    f"{TENT}p, q = tent(x, 1.0), tent(y, 5.0)\n(p + q).sum().backward()",
    *["x.grad", "y.grad"],
    x=np.array([-1.0, 2.0]),
    y=np.array([3.0, -4.0]),
)
expect_close(
    first,
    [-1, 1],
    "x.grad where the step was used twice",
    faults={
        "Each call needs a cache of its own: the second call replaced that of the "
        "first.": [5, -5],
    },
)
expect_close(second, [5, -5], "y.grad where the step was used twice")
x, w, b = (
    rng.normal(size=(2, 3, 5, 4)),
    rng.normal(size=(4, 3, 3, 3)),
    rng.normal(size=4),
)
param = {"stride": 1, "pad": 1}
right, cache = package.conv_forward(x, w, b, param)
dout = rng.normal(size=right.shape)
out, steps, *grads = tapes.run(
    as_step,
    "conv = as_step(conv_forward_naive, conv_backward_naive)\n"
    "out = conv(x, w, b, param)\nout.backward(dout)",
    *["out", "len(out.parents)", "x.grad", "w.grad", "b.grad"],
    x=x,
    w=w,
    b=b,
    param=param,
    dout=dout,
    fixed=["dout"],
)
expect_close(out, right, "the convolution as a step")
expect_equal(steps, 3, "the number of parents of the convolution")
for name, grad, expected in zip(
    "xwb", grads, package.conv_backward(dout, cache), strict=True
):
    expect_close(
        grad, expected, f"{name}.grad of the convolution", rtol=1e-5, atol=1e-8
    )
expect_source(as_step, without=READY)
passed("autograd-layer", "a layer with one input, one used twice, a convolution")

# %% [markdown]
# **Further reading**
#
# - PyTorch documentation, [*Extending PyTorch*](https://docs.pytorch.org/docs/stable/notes/extending.html),
#   "Extending torch.autograd". Compare `save_for_backward` with your cache. 15 minutes.
# - Chen et al., *Training Deep Nets with Sublinear Memory Cost*, 2016,
#   [arXiv:1604.06174](https://arxiv.org/abs/1604.06174). Sections 1 to 3: keep less, compute
#   twice. 20 minutes.
#
# **Harder (optional, no points).** Write `checkpoint(function, x)`, which records one step,
# keeps only `x`, and computes `function` again on the way back.
#
# <details><summary>Compare your answer</summary>
#
# Forward: call `function` inside `no_grad()`. In `back`, make a new leaf of `x.data`, call
# `function` on it with recording on, call `backward(grad)` on the result, and return the leaf's
# `.grad`. Parameters that `function` reads get their gradients added on the way. Random numbers
# have to be the same both times.
#
# </details>

# %% [markdown]
# ## 7. Modules, a loss, and a network
#
# A network is a set of parameters and a computation. To hand all parameters to `sgd_step`, they
# have to be found. Torch7 (Collobert et al., 2011) popularised *modules* that contain
# modules; PyTorch's `nn.Module` inherits the idea and collects parameters from attributes. It
# is convenient, and it fails silently where a parameter sits in a place that the search
# does not visit, such as a plain dictionary: the network trains, and that part stays as it was.
#
# After this section you can train networks of modules on your tape.
#
# The cross-entropy of scores $s$ with correct classes $y$ is, as in `softmax`,
#
# $$L = \frac1N \sum_i \Bigl( \ln \sum_k e^{s_{ik}} - s_{i y_i} \Bigr) .$$
#
# Subtracting the largest score of each row changes nothing in exact arithmetic and keeps
# $e^s$ from overflowing.

# %% drawing="autograd-modules"
drawings.show(
    drawings.parameter_names(),
    "A tree of modules: net holds first and second, each of which holds w and b. The names "
    "of the four parameters are first.w, first.b, second.w and second.b.",
)

# %% [markdown]
# *The name of a parameter is the way to it, with dots between.*
#
# **Worked example.** The same search in nested dictionaries. The function calls itself with
# a longer prefix:


# %%
def leaves(tree, prefix=""):
    """List the leaves of nested dictionaries by the way to them."""
    found = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{prefix}{name}.")
        else:
            found[prefix + name] = value
    return found


print(leaves({"first": {"w": 1, "b": 2}, "second": {"w": 3, "b": 4}, "scale": 5}))

# %% [markdown]
# **Predict, then check.** A module holds `self.layers = [Linear(...), Linear(...)]`, a plain
# list. What does a search that looks at tensors and modules only find in it?
#
# <details><summary>Check your prediction</summary>
#
# Nothing: a list is neither. In PyTorch the same program trains without an error and those
# layers never change; `nn.ModuleList` exists for that reason. Your search will look into
# lists.
#
# </details>


# %% tags=["setup"]
class Module(NotebookClass):
    """Holds parameters and modules as attributes, and computes something with them."""

    def __call__(self, *inputs):
        return self.forward(*inputs)

    def attributes(self):
        """List what the module holds, by name, in the order it was set."""
        return dict(vars(self))


# %% answer="autograd-parameters" minutes=15 difficulty=3 importance=2
@add_to_class(Module)
def named_parameters(self, prefix=""):
    """Find all parameters: tensors with requires_grad in this module and below it.

    Parameters
    ----------
    prefix : str
        What every name begins with.

    Returns
    -------
    found : dict of {str: Tensor}
        By the way to them: "w"; "first.w" for one in a module called first; "layers.0.w" for
        one in the first module of a list called layers; "weights.0" for a tensor in a list.
    """
    found = {}
    ### BEGIN SOLUTION
    for name, value in self.attributes().items():
        parts = {name: value}
        if isinstance(value, list):
            parts = {f"{name}.{i}": part for i, part in enumerate(value)}
        for way, part in parts.items():
            if isinstance(part, Module):
                found |= part.named_parameters(f"{prefix}{way}.")
            elif isinstance(part, Tensor) and part.requires_grad:
                found[prefix + way] = part
    ### END SOLUTION
    return found


# %% [markdown] hint="autograd-parameters"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example is most of it. `self.attributes()` takes the place of the dictionary.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `isinstance` for three kinds of attributes: tensors, modules, lists. Everything else, such as
# numbers and strings, is passed over.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Treat a list as if its entries were attributes called `name.0`, `name.1` and so on.
# 2. A module answers for itself, with a longer prefix that ends in a dot.
# 3. A tensor counts only if it collects gradients.
#
# </details>

# %% test="autograd-parameters" points=2
PROGRAM = """
class Leaf(Module):
    def __init__(self, size):
        self.w, self.size = Tensor(np.ones(size), True), size
        self.mean = Tensor(np.zeros(size))
class Tree(Module):
    def __init__(self):
        self.b = Tensor(np.ones(4), True)
        self.first, self.name = Leaf(2), "tree"
        self.layers = [Leaf(3), Leaf(5)]
        self.scales = [Tensor(np.ones(6), True), 7]
class Forest(Module):
    def __init__(self):
        self.tree = Tree()
def lengths(module):
    found = module.named_parameters()
    returned(found, "named_parameters should return a dictionary")
    return {name: len(t.data) for name, t in found.items()}
found, deep = lengths(Tree()), lengths(Forest())
"""
found, deep = tapes.run(named_parameters, PROGRAM, "found", "deep")
expected = {"b": 4, "first.w": 2, "layers.0.w": 3, "layers.1.w": 5, "scales.0": 6}
for names, right, where in [
    (found, expected, "of a module with modules"),
    (deep, {f"tree.{name}": n for name, n in expected.items()}, "two levels deep"),
]:
    missing, extra = sorted(right.keys() - names), sorted(names.keys() - right.keys())
    lacks, extras = (", ".join(names) or "none" for names in (missing, extra))
    said = f"{where}: missing {lacks}, not expected {extras}."
    expect(
        not any(name.endswith("mean") for name in extra),
        f"Parameters {said} A tensor without requires_grad is no parameter.",
    )
    expect(
        not missing and not extra,
        f"Parameters {said} Their names are the ways to them.",
    )
    expect_equal(names, right, f"lengths of the parameters {where}")
expect_source(named_parameters, without=READY)
passed("autograd-parameters", "attributes, modules, lists, two levels deep")


# %% [markdown]
# **Predict, then check.** Two scores are equal, and the correct class is the first. What are the
# loss and its gradient with respect to the two scores?
#
# <details><summary>Check your prediction</summary>
#
# $\ln 2 \approx 0.693$, and $(-0.5, 0.5)$: each probability is 0.5, and the gradient is the
# probabilities minus the one-hot row. It sums to zero, as in every row of this loss.
#
# </details>


# %% answer="autograd-loss" minutes=20 difficulty=3 importance=3
def cross_entropy(scores, y):
    """Compute the mean cross-entropy with steps of the tape.

    Parameters
    ----------
    scores : Tensor of shape (N, K)
        Also scores of 1000 give a finite loss.
    y : ndarray of int, shape (N,)
        Correct classes.

    Returns
    -------
    loss : Tensor of shape ()
    """
    ### BEGIN SOLUTION
    shifted = scores - scores.data.max(axis=1, keepdims=True)
    one_hot = np.eye(scores.shape[1])[y]
    logs = shifted.exp().sum(axis=1).log()
    return (logs - (shifted * one_hot).sum(axis=1)).mean()
    ### END SOLUTION


# %% [markdown] hint="autograd-loss"
# <details><summary>Hint 1: where to look</summary>
#
# Your tape has no indexing, so `scores[i, y[i]]` is not available. How does a product with a
# *one-hot* row pick an entry?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.eye(K)[y]` has one-hot rows. The largest score of a row is a constant: take it
# from `.data`. Tensors have `-`, `sum(axis)` and `mean()`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Shift every row, so that its largest score is 0.
# 2. The logarithm of the sum of exponentials, one number per row.
# 3. The shifted score of the correct class, one number per row.
# 4. The mean of the differences.
#
# </details>

# %% test="autograd-loss" points=2
N, K = 6, 4
scores, y = rng.normal(0, 2, (N, K)), rng.integers(0, K, N)
right, dscores = package.softmax_loss(scores, y)
PROGRAM = (
    "loss = cross_entropy(scores, y)\n"
    "returned(loss, 'cross_entropy should return a Tensor')\nloss.backward()"
)
loss, grad = tapes.run(
    cross_entropy, PROGRAM, "loss", "scores.grad", scores=scores, y=y
)
largest = scores.max(axis=1).mean()
picked = scores[np.arange(N), y].mean()
expect_close(
    loss,
    right,
    "loss",
    shape_hint="The loss is a single number: the mean over all examples.",
    faults={
        "This is the sum over the examples; take the mean.": N * right,
        "This has the wrong sign.": -right,
        "This is the mean over all scores: sum over the classes, then take the mean.": right
        / K,
        "The score of the correct class was not shifted like the others.": right
        - largest,
        "The score of the correct class is missing.": right + picked - largest,
        "The score of the correct class is missing, and nothing is shifted.": right
        + picked,
    },
    hint="Compare with the formula, one example at a time.",
)
expect(
    grad is not None, "No gradient reaches the scores: stay with tensors until the end."
)
expect_close(
    grad,
    dscores,
    "gradient of the scores",
    rtol=1e-6,
    atol=1e-9,
    faults={
        "No gradient comes through the score of the correct class: was it read from "
        ".data?": dscores + np.eye(K)[y] / N,
    },
    hint="Is a step computed with .data that should be recorded?",
)
big = np.array([[1000.0, 0, -1000], [0, 1000, 999], [-1000, -1001, -1000]])
loss, grad = tapes.run(
    cross_entropy, PROGRAM, "loss", "scores.grad", scores=big, y=np.array([0, 2, 1])
)
expect_close(
    loss,
    1.058418830525,
    "loss of scores around 1000",
    rtol=1e-6,
    hint="Subtract the largest score of each row before exp.",
)
expect_source(cross_entropy, without=READY)
passed("autograd-loss", "loss and gradient as in softmax, and scores of 1000")

# %% [markdown]
# A two-layer network on your tape, in one line, and the one of `two_layer_net` with its
# hand-written backward pass. The test compares losses and gradients to $10^{-6}$.


# %% tags=["setup"]
class TapeNet(Module):
    """Affine, ReLU, affine; weights are drawn elsewhere."""

    def __init__(self, W1, b1, W2, b2):
        self.W1, self.b1, self.W2, self.b2 = (Tensor(p, True) for p in (W1, b1, W2, b2))

    def forward(self, x):
        return (x @ self.W1 + self.b1).relu() @ self.W2 + self.b2

    def loss(self, X, y, reg):
        squares = (self.W1 * self.W1).sum() + (self.W2 * self.W2).sum()
        return cross_entropy(self(Tensor(X)), y) + squares * (0.5 * reg)


# %% test="autograd-loss" part="two-layer" points=2
net = PackageNet(input_dim=7, hidden_dim=9, num_classes=4, reg=0.3)
for name, value in net.params.items():
    net.params[name] = rng.normal(0, 0.5, value.shape)
X, y = rng.normal(size=(5, 7)), rng.integers(0, 4, 5)
losses, params = [], {name: value.copy() for name, value in net.params.items()}
for _ in range(3):
    loss, grads = net.loss(X, y)
    losses.append(loss)
    for name, grad in grads.items():
        net.params[name] = net.params[name] - 0.1 * grad
found, weights = tapes.run(
    cross_entropy,
    "net, losses = TapeNet(**params), []\nfor _ in range(3):\n"
    "    loss = net.loss(X, y, 0.3)\n    loss.backward()\n"
    "    losses.append(float(loss.data))\n"
    "    sgd_step(list(net.named_parameters().values()), 0.1)",
    "losses",
    "net.named_parameters()",
    X=X,
    y=y,
    params=params,
    fixed=["X"],
)
expect_close(found, losses, "three losses of the two-layer network", rtol=1e-6)
for name, value in net.params.items():
    expect_close(
        weights[name], value, f"{name} after three steps", rtol=1e-6, atol=1e-8
    )
passed(
    "autograd-loss",
    "three steps of a two-layer network equal hand-written ones to 1e-6",
)

# %% [markdown]
# **Further reading**
#
# - Maclaurin, Duvenaud and Adams, *Autograd: Effortless Gradients in Numpy*, 2015,
#   [paper](https://indico.ijclab.in2p3.fr/event/2914/contributions/6483/subcontributions/180/attachments/6060/7185/automl-short.pdf).
#   Two pages. 10 minutes.
# - PyTorch documentation, [*Modules*](https://docs.pytorch.org/docs/stable/notes/modules.html):
#   "Neural network construction" and "Module state". 15 minutes.
#
# **Harder (optional, no points).** Two modules share one tensor (*weight tying*). Under how
# many names does your search find it, and what does `sgd_step` do with it?
#
# <details><summary>Compare your answer</summary>
#
# Under two. `backward` adds up the gradients of both uses. `sgd_step` meets the tensor twice: the
# first time it moves it and empties `.grad`, the second time it finds None and leaves it alone.
# With momentum, or with a step that does not empty, it would move twice.
#
# </details>

# %% [markdown]
# ## 8. Three bugs in a tape
#
# A wrong gradient raises no error. The network trains anyhow, only worse, and such bugs live
# long. Below is a part of a tape by a colleague. It passes their tests, and each of its three
# functions has one bug; none is in a formula. For each you get the *symptom*. Find the *cause*, and write
# the function without it.
#
# After this section you recognise three of the classical mistakes in tapes.
#
# The check that finds nearly all of them compares with central differences along a random
# direction $v$,
#
# $$\langle \bar x, v \rangle \approx \frac{L(x + hv) - L(x - hv)}{2h} ,$$
#
# with inputs used several times, several steps in a row, and random numbers held fixed.


# %% tags=["setup"]
def broken_scaled(tensors, factors):
    """Scale tensors: a list with each tensor times its factor."""
    results = []
    for tensor, factor in zip(tensors, factors, strict=True):
        data = tensor.data * factor
        results.append(record("scale", data, (tensor,), lambda grad: (grad * factor,)))
    return results


def broken_accumulate(grads, key, share):
    """Add a share to the gradient of a tensor in a dictionary."""
    if key in grads:
        grads[key] += share
    else:
        grads[key] = share


def broken_dropout(x, p, rng):
    """Drop entries with probability 1 - p, and scale the others."""

    def mask():
        return (rng.random(x.shape) < p) / p

    return record("dropout", x.data * mask(), (x,), lambda grad: (grad * mask(),))


# %% drawing="autograd-alias"
drawings.show(
    drawings.shared_array(),
    "A sum hands one and the same array to both of its parents: grads[x] and grads[y] are two "
    "names of one array.",
)

# %% [markdown]
# *A sum sends the same array to both parents. Two entries of the dictionary are two
# names for one array.*
#
# **Worked example.** How to read a symptom, on a fourth bug. A colleague's `exp` keeps the tensor
# and computes `np.exp(self.data)` in its `back`. Gradients are right on the first walk and
# wrong on the second, after an update of the parameter. What differs between
# the two walks? The data. So `back` must have read something that changed *after* the forward pass:

# %%
weights = np.array([0.0, 1.0])
late = lambda grad: grad * np.exp(weights)  # reads when it runs
result = np.exp(weights)
early = lambda grad: grad * result  # reads what was computed
weights -= 1.0  # an update in place, between forward and backward
print("late ", late(1.0))
print("early", early(1.0), " the gradient of what was computed")

# %% [markdown]
# Now the symptoms of the three functions:

# %%
with needs_answers():
    a, b = Tensor(np.array(1.0), True), Tensor(np.array(1.0), True)
    first, second = broken_scaled([a, b], [2.0, 10.0])
    (first + second).backward()
    print("scaled by 2 and 10:     gradients", a.grad, b.grad)
shared, grads = np.array([1.0, 1.0]), {}
broken_accumulate(grads, "x", shared)
broken_accumulate(grads, "y", shared)
broken_accumulate(grads, "x", np.array([5.0, 5.0]))
print("accumulate 5 to x only: gradients", grads)
with needs_answers():
    x = Tensor(np.ones(8), True)
    out = broken_dropout(x, 0.5, np.random.default_rng(1))
    out.backward(np.ones(8))
    print("dropout:                out      ", out.data)
    print("                        gradients", x.grad)

# %% [markdown]
# **Predict, then check.** Which of the three bugs would a gradient check of a *single* step with
# a single input find?
#
# <details><summary>Check your prediction</summary>
#
# None of them for certain. The first needs two rounds of the loop, the second a value used
# by two steps. The third would show only if the random numbers were held fixed. Without that
# the check fails for *every* dropout, so the author may have switched it off.
#
# </details>


# %% answer="autograd-bug-loop" minutes=10 difficulty=2 importance=2
def scaled(tensors, factors):
    """Scale tensors: a list with each tensor times its factor.

    Parameters
    ----------
    tensors : list of Tensor
    factors : list of float

    Returns
    -------
    results : list of Tensor
        Each made by record("scale", ...), with the tensor as its only parent.
    """
    ### BEGIN SOLUTION
    results = []
    for tensor, factor in zip(tensors, factors, strict=True):

        def back(grad, factor=factor):
            return (grad * factor,)

        results.append(record("scale", tensor.data * factor, (tensor,), back))
    return results
    ### END SOLUTION


# %% [markdown] hint="autograd-bug-loop"
# <details><summary>Hint 1: where to look</summary>
#
# Both gradients are 10. When does the function inside the loop look up the factor?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The prediction of section 1: closures remember variables, and a loop has one variable for
# all its rounds. A function call has its own.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# Either make `back` in a small function that takes the factor, or bind the factor when
# `back` is made, as the default value of an argument.
#
# </details>

# %% test="autograd-bug-loop" points=2
factors = rng.permutation([2.0, -3.0, 0.5, 7.0]).tolist()
values, dout = rng.normal(size=(4, 3)), rng.normal(size=(4, 3))
outs, grads, names = tapes.run(
    scaled,
    "tensors = [Tensor(v, True) for v in values]\nouts = scaled(tensors, factors)\n"
    "returned(outs, 'scaled should return a list of tensors', list)\n"
    "for out, upstream in zip(outs, dout):\n    out.backward(upstream)\n"
    "grads = [t.grad for t in tensors]",
    *["outs", "grads", "[(t.name, len(t.parents)) for t in outs]"],
    values=values,
    factors=factors,
    dout=dout,
    fixed=["values", "dout"],
)
column = np.array(factors)[:, None]
expect_equal(len(outs), 4, "the number of results")
expect_close(outs, values * column, "data of the results")
expect_close(
    grads,
    dout * column,
    "gradients of four tensors",
    faults={
        "All gradients have the factor of the last tensor: the closures share one "
        "variable.": dout * factors[-1],
        "All gradients have the factor of the first tensor.": dout * factors[0],
        "The factors are missing in the gradients.": dout,
        "The upstream gradient is missing.": np.ones((4, 3)) * column,
    },
)
expect_equal(names, [["scale", 1]] * 4, "name and number of parents of each result")
expect_source(scaled, without=[*READY, "broken_scaled"])
passed("autograd-bug-loop", "four tensors, each with its own factor")


# %% answer="autograd-bug-alias" minutes=10 difficulty=2 importance=2
def accumulate(grads, key, share):
    """Add a share to the gradient under a key in a dictionary; change no array.

    Parameters
    ----------
    grads : dict of {object: ndarray}
        Changed: afterwards it holds the sum under the key, or the share if there was none.
    key : object
    share : ndarray
    """
    ### BEGIN SOLUTION
    grads[key] = grads[key] + share if key in grads else share
    ### END SOLUTION


# %% [markdown] hint="autograd-bug-alias"
# <details><summary>Hint 1: where to look</summary>
#
# The share of 5 was meant for x, and y has it as well. How many arrays are there in the drawing?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `a += b` and `a = a + b` differ for arrays: one writes into the array, the other makes a
# new one.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# Either make a new array for every sum, or copy an array when it enters the dictionary. The
# dictionary itself is changed, nothing is returned.
#
# </details>

# %% test="autograd-bug-alias" points=2
shared, more, other = rng.normal(size=(3, 2, 2))
grads = {}
with unchanged(share=shared, more=more):
    accumulate(grads, "x", shared)
    expect(
        "x" in grads, "The dictionary has no entry for x: change the dictionary itself."
    )
    accumulate(grads, "y", shared)
    accumulate(grads, "x", more)
expect_equal(sorted(grads), ["x", "y"], "keys of the dictionary")
expect_close(
    grads["y"],
    shared,
    "gradient of y, which got one share",
    faults={
        "The share of x was added to y as well: both are one array.": shared + more
    },
)
expect_close(
    grads["x"],
    shared + more,
    "gradient of x, which got two shares",
    faults={
        "The later share replaced the earlier one.": more,
        "The later share is lost.": shared,
        "The first share counts twice.": 2 * shared + more,
    },
)
before = {"x": other.copy()}
kept = before["x"]
with unchanged(first=kept):
    accumulate(before, "x", more)
expect_close(before["x"], other + more, "gradient of x that was there before")
expect_source(accumulate, without=[*READY, "broken_accumulate"])
passed("autograd-bug-alias", "one array shared by two entries, sums, no array changed")


# %% answer="autograd-bug-mask" minutes=10 difficulty=2 importance=2
def dropout(x, p, rng):
    """Drop entries with probability 1 - p, and divide the others by p.

    Parameters
    ----------
    x : Tensor
    p : float
        Probability to keep an entry.
    rng : numpy.random.Generator
        Asked once: rng.random(x.shape) < p says which entries stay.

    Returns
    -------
    out : Tensor
        Made by record("dropout", ...).
    """
    ### BEGIN SOLUTION
    mask = (rng.random(x.shape) < p) / p
    return record("dropout", x.data * mask, (x,), lambda grad: (grad * mask,))
    ### END SOLUTION


# %% [markdown] hint="autograd-bug-mask"
# <details><summary>Hint 1: where to look</summary>
#
# Compare the two printed rows: where the output is 0, the gradient should be 0. How often is
# the generator asked?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Everything random happens forward, once. The backward function uses what was drawn.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# With $p = 0.5$ and an input of ones, each output is 0 or 2; with an upstream gradient of
# ones the gradient must then *equal* the output.
#
# </details>

# %% test="autograd-bug-mask" points=2
DRAWS = (
    "class Draws:\n    calls = 0\n    def random(self, size=None):\n"
    "        self.calls += 1\n        return numbers[self.calls - 1].copy()\n"
    "draws = Draws()\nout = dropout(x, p, draws)\n"
    "returned(out, 'dropout should return a Tensor')\nout.backward(dout)"
)
for p in (0.5, 0.8):
    x, dout = rng.uniform(1, 2, (6, 7)), rng.uniform(1, 2, (6, 7))
    numbers = rng.uniform(size=(3, 6, 7))  # what the generator gives, call by call
    stays = numbers[0] < p
    out, dx, calls = tapes.run(
        dropout,
        DRAWS,
        *["out", "x.grad", "draws.calls"],
        x=x,
        dout=dout,
        p=p,
        numbers=numbers,
        fixed=["dout", "numbers"],
    )
    expect_close(
        out,
        np.where(stays, x / p, 0),
        f"data of dropout, p = {p}",
        faults={
            "Entries that stay are not divided by p.": np.where(stays, x, 0),
            "The wrong entries stay: p is the probability to keep.": np.where(
                stays, 0, x / p
            ),
        },
    )
    expect(dx is not None, "x.grad is None: is the step recorded with x as its parent?")
    wrong = int(((dx != 0) != stays).sum())
    expect(
        wrong == 0,
        f"p = {p}: {wrong} of 42 entries have a gradient although they were dropped, or "
        f"none although they stayed. Forward and backward need the same mask.",
    )
    expect_close(
        dx,
        np.where(stays, dout / p, 0),
        f"gradient of x, p = {p}",
        faults={
            "Gradients of entries that stay are not divided by p.": np.where(
                stays, dout, 0
            ),
            "The upstream gradient is missing.": np.where(stays, 1 / p, 0),
            "This multiplies by the output, not by the mask.": np.where(
                stays, dout * x / p, 0
            ),
        },
    )
    expect_equal(calls, 1, "how often the generator was asked", hint="Ask it once.")
expect_source(dropout, without=[*READY, "broken_dropout"])
passed("autograd-bug-mask", "gradients are zero exactly where the output is")

# %% [markdown] question="autograd-float" points=2 minutes=10
# **Question 3 (2 points).** A student trains with `float32`. Their tape and hand-written code
# give losses that agree to $10^{-7}$ on step 1, to $10^{-5}$ on step 50, and differ by 0.03 on
# step 2000. They suspect a fourth bug in the tape. Give a cause that needs no bug, and say which two
# measurements would tell a bug from it.

# %% [markdown] marking="autograd-float"
# The two programs add the same numbers in another order, so their rounding errors
# differ by about $10^{-7}$. Training amplifies differences: a ReLU or a pool that switches sends
# the runs apart, and after 2000 steps they are two different runs of equal quality. Measurements:
# (a) in float64 the first differences should be about $10^{-16}$, and the divergence much later; a
# bug would remain. (b) Compare the *gradients* of both at the same weights, at step 2000 as
# well, instead of the runs: they should agree to rounding. Also accepted: change one weight by
# $10^{-7}$ in the hand-written code alone and watch it diverge at the same pace.
#
# *Marking:* 1 for rounding in another order that training amplifies (0.5 for "rounding"
# alone); 0.5 for each measurement. "Different random seeds" earns nothing: step 1 agrees.

# %% [markdown]
# **Further reading**
#
# - Goldberg, *What Every Computer Scientist Should Know About Floating-Point Arithmetic*, 1991,
#   [doi:10.1145/103162.103163](https://doi.org/10.1145/103162.103163). The first section. 20 minutes.
# - CS231n notes, [*Gradient checks*](https://cs231n.github.io/neural-networks-3/#gradcheck): what
#   to mind when differences are compared with gradients. 15 minutes.
#
# **Harder (optional, no points).** Write a function that *finds* the alias bug in a given tape:
# which expression, and which two runs of it, would you compare?
#
# <details><summary>Compare your answer</summary>
#
# `(x + y) + x`, with gradient 2 for x and 1 for y. A tape with the bug adds the second share
# into the array that y holds as well, and y gets 2. Compare with `(x + y) + x * 1.0`, or with
# finite differences.
#
# </details>

# %% [markdown]
# ## 9. Your tape trains a convnet
#
# The network is convolution, ReLU, 2 by 2 max-pooling, affine, ReLU, affine, on `shapes10`. It
# runs three times from the same weights on the same batches: on your tape, on the
# package's tape, and with the hand-written backward pass of `ThreeLayerConvNet`.
# Which of the three do you expect to be fastest, and by how much?

# %% tags=["experiment"]
from cs231n.data import load_shapes10
from cs231n.nets.convnet import ThreeLayerConvNet as HandWritten

STEPS, BATCH, RATE = 80, 50, 0.1
data = load_shapes10(num_training=STEPS * BATCH)
images = np.asarray(data.X_train, float) / 255
images = images.transpose(0, 3, 1, 2)  # (N, C, H, W)
images = np.ascontiguousarray((images - images.mean(axis=0)) / images.std())
batches = [
    (images[i : i + BATCH], data.y_train[i : i + BATCH])
    for i in range(0, STEPS * BATCH, BATCH)
]
hand = HandWritten(
    num_filters=8, filter_size=5, hidden_dim=50, weight_scale=0.05, dtype=float
)
weights = {name: value.copy() for name, value in hand.params.items()}
CONV, POOL = {"stride": 1, "pad": 2}, {"pool_height": 2, "pool_width": 2, "stride": 2}


def train_by_hand():
    """Train the hand-written network; return its losses."""
    losses = []
    for X, y in batches:
        loss, grads = hand.loss(X, y)
        losses.append(loss)
        for name, grad in grads.items():
            hand.params[name] -= RATE * grad
    return losses


class ConvNet(Module):
    """The convnet on your tape."""

    def __init__(self, params):
        for name, value in params.items():
            setattr(self, name, Tensor(value.copy(), True, name))

    def forward(self, X):
        conv = as_step(conv_forward_naive, conv_backward_naive)
        pool = as_step(max_pool_forward_naive, max_pool_backward_naive)
        h = pool(conv(X, self.W1, self.b1, CONV), POOL).relu()
        h = h.reshape(X.shape[0], -1)
        return (h @ self.W2 + self.b2).relu() @ self.W3 + self.b3


def train_on_your_tape(net):
    """Train the network of your tape; return its losses."""
    losses = []
    for X, y in batches:
        loss = cross_entropy(net(Tensor(X)), y)
        loss.backward()
        losses.append(float(loss.data))
        sgd_step(list(net.named_parameters().values()), RATE)
    return losses


def train_on_the_package_tape(params):
    """Train with cs231n.autograd, in PyTorch's words; return its losses."""
    torch, F = package_tape, package_tape.nn.functional
    p = {name: torch.tensor(v.copy(), requires_grad=True) for name, v in params.items()}
    optimizer = torch.optim.SGD(p.values(), lr=RATE)
    losses = []
    for X, y in batches:
        h = F.conv2d(torch.from_numpy(X), p["W1"], p["b1"], padding=2)
        h = F.relu(F.max_pool2d(h, 2)).flatten(1)
        scores = F.relu(h @ p["W2"] + p["b2"]) @ p["W3"] + p["b3"]
        loss = F.cross_entropy(scores, torch.from_numpy(y.astype(np.int64)))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


with needs_answers():
    curves, seconds = {}, {}
    for name, train in {
        "hand-written": train_by_hand,
        "package's tape": lambda: train_on_the_package_tape(weights),
        "your tape": lambda: train_on_your_tape(ConvNet(weights)),
    }.items():
        start = time.perf_counter()
        curves[name] = np.array(train())
        seconds[name] = time.perf_counter() - start
    for name in curves:
        off = np.abs(curves[name] / curves["hand-written"] - 1).max()
        print(
            f"{name:>15}: {1000 * seconds[name] / STEPS:5.1f} ms a step, loss "
            f"{curves[name][0]:.4f} to {curves[name][-5:].mean():.4f}, "
            f"at most {off:.0e} from hand-written"
        )
    fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    for (name, losses), style in zip(curves.items(), ("-", "--", ":"), strict=True):
        ax.plot(losses, style, lw=3 if style == ":" else 1.5, label=name)
    ax.set(xlabel="step", ylabel="loss")
    ax.legend()
    plt.show()

# %% [markdown]
# Three curves lie on one another, to rounding. Most readers expect a factor of ten or more for a
# tape in pure Python; in our runs yours took about twice the time of hand-written code.
# Convolutions call the same kernels in all three. The rest goes into arrays. Your steps make a
# new one for every result and every sum of gradients, and `backward` keeps a gradient for each
# tensor. The package's tape keeps those of leaves alone, and has the loss, a bias and a ReLU as
# one step each.
#
# ## What you have
#
# A tape in about a hundred lines, with the parts that PyTorch and JAX have as well: recorded
# steps, a topological walk, gradients that add up, custom functions, modules. In the next
# notebook, `pytorch`, you use such a library, and you know what `loss.backward()` does.

# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Deep networks and update rules
#
# You build a fully connected network of any depth, six update rules that turn gradients into
# steps, and an *initialisation* that suits the depth. The layers are those of `two_layer_net`;
# what gets harder is the training. At the end your rules race. You find out how much of the
# winner's lead comes from the rule, and how much from its learning rate.
#
# **You need:** the notebook `two_layer_net`. **Time (our estimate, as are all minutes below):**
# about four hours.
#
# **How to work:** write your answer where a cell says so, run it, then run the tests below
# it. A test that fails says what it expected, what it got and where to look; one that passes
# prints a tick. The grader runs the same tests with other random numbers.

# %% tags=["setup"]
import contextlib
import copy
import itertools
import math
import sys
import time

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from cs231n import drawings, figures, optim
from cs231n.data import find_cifar10, split_cifar10
from cs231n.layers import (  # noqa: F401 - answers may use any of these
    affine_backward,
    affine_bn_relu_backward,
    affine_bn_relu_forward,
    affine_forward,
    affine_relu_backward,
    affine_relu_forward,
    batchnorm_backward,
    batchnorm_backward_alt,
    batchnorm_forward,
    dropout_backward,
    dropout_forward,
    layernorm_backward,
    layernorm_forward,
    relu_backward,
    relu_forward,
    softmax_loss,
)
from cs231n.nets.fully_connected import FullyConnectedNet as PackageNet
from cs231n.notebook import NotebookClass, add_to_class, needs_answers, quick
from cs231n.solver import Solver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    in_words,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["PackageNet", "optim", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %% [markdown]
# ## 1. Parameters for any depth
#
# Networks with several hidden layers are old: Ivakhnenko and Lapa (1965) trained some, layer by
# layer. For a long time many considered them too hard to train with backpropagation. Hinton et
# al. (2006) got around this by *pre-training* one layer after the other. A few years later
# better initialisation, ReLUs and faster machines made that unnecessary. Why depth helps is
# only partly understood. Montúfar et al. (2014) compared deep and shallow ReLU networks of the
# same size. They proved that the deep one can cut its input space into exponentially more
# linear pieces. Ba and Caruana (2014), on the other hand, trained shallow networks to imitate
# deep ones. Depth costs stability: signals pass through many products, and sections 7 and 8
# show what happens to them.
#
# After this section you can set up the parameters of a network of any depth.
#
# With $K$ affine layers, numbered from 1, and $h_0 = X$, the network computes
#
# $$h_i = \mathrm{ReLU}(h_{i-1} W_i + b_i) \;\text{ for } i = 1, \dots, K - 1, \qquad
# \text{scores} = h_{K-1} W_K + b_K .$$

# %% drawing="deep-stack"
drawings.show(
    drawings.deep_stack(),
    "A network with two hidden layers as a row: X, then twice affine and ReLU, then affine "
    "and softmax loss. Weights and biases W1, b1 to W3, b3 stand below the affine layers. The "
    "last affine layer has no ReLU and belongs to no hidden layer.",
)

# %% [markdown]
# *Two hidden layers need three affine layers. After the last one there is no ReLU.*
#
# **Worked example.** How many parameters has a network with five hidden layers of 100 units for
# images of 32 x 32 x 3 and ten classes?

# %%
sizes = [3072, 100, 100, 100, 100, 100, 10]
total = 0
for inputs, outputs in itertools.pairwise(sizes):
    total += inputs * outputs + outputs
    print(f"{inputs:5} x {outputs:3} weights and {outputs:3} biases, {total:7,} so far")

# %% [markdown]
# **Predict, then check.** For `hidden_dims=[4, 6]`, `input_dim=5` and `num_classes=3`: which
# shapes have `W1`, `W2`, `W3` and `b3`?
#
# <details><summary>Check your prediction</summary>
#
# The sizes are 5, 4, 6, 3, so `W1` is (5, 4), `W2` (4, 6), `W3` (6, 3), and `b3` has shape
# (3,). Each weight matrix leads from one size to the next.
#
# </details>
#
# `self.params` holds `W1`, `b1`, `W2`, `b2` and so on, up to the last affine layer. Weights are
# drawn from a normal distribution with standard deviation `weight_scale`; biases are zero. The
# network also has a switch, `normalization`, that section 3 explains. For now it means that
# every layer **but the last** has two more parameters with one number for each of its units:
# `gamma1`, `gamma2`, ... begin as ones, `beta1`, `beta2`, ... as zeros. With
# `normalization=None` they do not exist.


# %% tags=["setup"]
class FullyConnectedNet(NotebookClass):
    """A network of any depth; its methods are your answers."""

    def __init__(self, *args, **kwargs):
        # A method pasted from a class, without add_to_class, counts as well.
        if "__init__" not in globals():
            raise AttributeError("FullyConnectedNet has no __init__ yet. Run its cell.")
        globals()["__init__"](self, *args, **kwargs)


# %% answer="deep-init" minutes=15 difficulty=2 importance=3
@add_to_class(FullyConnectedNet)
def __init__(
    self,
    hidden_dims,
    input_dim=3 * 32 * 32,
    num_classes=10,
    dropout_keep_ratio=1,
    normalization=None,
    reg=0.0,
    weight_scale=1e-2,
    dtype=np.float32,
    seed=None,
):
    """Draw the initial parameters.

    Parameters
    ----------
    hidden_dims : list of int
        Units of each hidden layer.
    input_dim, num_classes : int
        Numbers of an example, and classes.
    dropout_keep_ratio : float
        Share that dropout keeps; 1 for no dropout.
    normalization : None, "batchnorm" or "layernorm"
    reg : float
        Strength of the L2 regularisation.
    weight_scale : float
        Standard deviation of the initial weights.
    dtype : dtype
        Of the parameters.
    seed : int, optional
        Makes dropout draw the same mask in every call.
    """
    self.normalization = normalization
    self.use_dropout = dropout_keep_ratio != 1
    self.reg = reg
    self.num_layers = 1 + len(hidden_dims)
    self.dtype = dtype
    self.params = {}
    ### BEGIN SOLUTION
    rng = np.random.default_rng(231)
    sizes = [input_dim, *hidden_dims, num_classes]
    for i in range(1, self.num_layers + 1):
        fan_in, fan_out = sizes[i - 1], sizes[i]
        self.params[f"W{i}"] = weight_scale * rng.standard_normal((fan_in, fan_out))
        self.params[f"b{i}"] = np.zeros(fan_out)
        if normalization is not None and i < self.num_layers:
            self.params[f"gamma{i}"] = np.ones(fan_out)
            self.params[f"beta{i}"] = np.zeros(fan_out)
    ### END SOLUTION
    self.dropout_param = {}
    if self.use_dropout:
        self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
        if seed is not None:
            self.dropout_param["seed"] = seed
    self.bn_params = []
    if normalization == "batchnorm":
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
    if normalization == "layernorm":
        self.bn_params = [{} for _ in hidden_dims]
    for name, value in self.params.items():
        self.params[name] = value.astype(dtype)


# %% [markdown] hint="deep-init"
# <details><summary>Hint 1: where to look</summary>
#
# Write the sizes from input to classes in one list, as in the worked example. Which two
# neighbours of the list belong to layer $i$?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A loop over the numbers 1 to `self.num_layers`, names made with an f-string such as `f"W{i}"`,
# and one generator for all layers.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. The list of sizes has one entry more than there are layers.
# 2. For each layer: random weights of the right standard deviation, and zeros.
# 3. If there is a normalisation and the layer is not the last: ones and zeros, one for each
#    output of the layer.
#
# </details>

# %% test="deep-init" points=1
weights = {"W1": (5, 4), "W2": (4, 6), "W3": (6, 3), "b1": (4,), "b2": (6,), "b3": (3,)}
scales = {"gamma1": (4,), "gamma2": (6,), "beta1": (4,), "beta2": (6,)}
for kind in (None, "batchnorm", "layernorm"):
    model = FullyConnectedNet([4, 6], input_dim=5, num_classes=3, normalization=kind)
    expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
    shapes = weights if kind is None else weights | scales
    expect_equal(
        sorted(model.params),
        sorted(shapes),
        f"the names in self.params, normalization={kind!r}",
        hint="Numbers begin at 1; the last layer has no gamma and beta.",
    )
    for name, shape in shapes.items():
        expect_array(model.params[name], shape, f"params[{name!r}]")
        if name[0] == "b":
            expect(not model.params[name].any(), f"{name} should start at 0.")
        if name[0] == "g":
            expect((model.params[name] == 1).all(), f"{name} should start at 1.")
expect_source(globals().get("__init__", FullyConnectedNet.__init__), without=READY)
passed("deep-init", "names, shapes, biases of 0, gammas of 1")

# %% test="deep-init" part="scale" points=1
for hidden, scale, dtype in [([70], 1e-2, np.float32), ([60] * 4, 0.3, np.float64)]:
    model = FullyConnectedNet(hidden, 60, 60, weight_scale=scale, dtype=dtype)
    expect(hasattr(model, "params"), "After __init__ the model has no self.params.")
    expect_equal(len(model.params), 2 * len(hidden) + 2, "the number of parameters")
    for i in range(1, len(hidden) + 2):
        w = np.asarray(model.params[f"W{i}"])
        expect(w.dtype == dtype, f"W{i} should be {np.dtype(dtype)}; got {w.dtype}.")
        expect(w.any(), f"W{i} is 0 everywhere: its units then stay alike forever.")
        expect(
            abs(w.mean()) < 0.1 * scale,
            f"W{i} has the mean {w.mean():.1e}; its numbers should lie around 0.",
        )
        expect(
            abs(w.std() / scale - 1) < 0.1,
            f"W{i} has a standard deviation of {w.std():.2e}, where weight_scale is "
            f"{scale}.",
        )
        beyond = np.mean(np.abs(w) > 1.8 * scale)
        expect(
            0.05 < beyond < 0.1,
            f"{beyond:.1%} of W{i} lie beyond 1.8 standard deviations; 7 % would in a "
            f"normal distribution.",
        )
    same = model.params["W1"].shape == model.params["W2"].shape
    expect(
        not (same and np.allclose(model.params["W1"], model.params["W2"])),
        "W1 and W2 hold the same numbers.",
    )
passed("deep-init", "normally distributed weights, for two scales, depths and dtypes")

# %% [markdown]
# **Further reading**
#
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 6.4](https://www.deeplearningbook.org/contents/mlp.html): width and depth. 15 minutes.
# - Montúfar, Pascanu, Cho and Bengio, *On the Number of Linear Regions of Deep Neural
#   Networks*, 2014, [arXiv:1402.1869](https://arxiv.org/abs/1402.1869). Section 1 and figure 1.
#   20 minutes.
#
# **Harder (optional, no points).** Of all networks with three hidden layers of equal width and
# at most 500,000 parameters, which width is the largest? Answer with a formula, then check it
# with your `__init__`.
#
# <details><summary>Compare with your answer</summary>
#
# For width $w$ the parameters are $3073 w + 2 (w^2 + w) + 10 w + 10 = 2 w^2 + 3085 w + 10$. The largest
# whole number with at most 500,000 is $w = 147$: 496,723 parameters, where 148 has 500,398. Nine
# tenths of them lie in the first layer.
#
# </details>

# %% [markdown]
# ## 2. The loss of a plain network
#
# A network with a fixed number of layers can name its caches one by one. With any number of
# layers the code becomes a loop, and so does backpropagation. Linnainmaa's *reverse mode*
# (1970) is exactly this loop: visit the layers in the opposite order, each with its own cache.
# The price is memory, since all caches must be kept until the backward pass has used them. Chen
# et al. (2016) proposed to drop some and compute them again.
#
# After this section you can compute the loss and the gradients of a network of any depth.
#
# The loss is the softmax loss of the scores plus L2 regularisation of all weight matrices, but
# not of `b`, `gamma` or `beta`:
#
# $$L = L_{\text{softmax}} + \frac{\lambda}{2} \sum_{i=1}^{K} \sum W_i^2 .$$

# %% drawing="deep-caches"
drawings.show(
    drawings.cache_stack(),
    "Caches of three layers as a stack. The forward pass puts cache 1, 2 and 3 on it. After the "
    "loss, the backward pass takes cache 3, then 2, then 1.",
)

# %% [markdown]
# *Each column shows the caches that are kept at one moment. The last one to be written is the
# first one to be read.*
#
# **Worked example.** Three layers with one number each: each layer squares its input and
# multiplies it by a weight, its factor. One loop forward fills a list; one loop in reverse
# reads it.

# %%
factors, value, inputs_seen = [0.5, 2.0, 0.1], 3.0, []
for factor in factors:
    inputs_seen.append(value)  # the cache of this layer
    value = factor * value**2
slope, slopes = 1.0, []
for factor, seen in zip(reversed(factors), reversed(inputs_seen), strict=True):
    slopes.append(slope * seen**2)  # with respect to the factor
    slope = slope * factor * 2 * seen  # upstream gradient of the layer below
print("output", value, "  slopes of the factors", slopes[::-1], "  of the input", slope)
print(
    "check:",
    0.1 * (2.0 * (0.5 * 3.001**2) ** 2) ** 2 - value,
    "is about 0.001 times",
    slope,
)

# %% [markdown]
# **Predict, then check.** A network has 20 hidden layers of 100 units and is trained in batches
# of 100 images. Which needs more memory, the weights of a hidden layer or the caches of its
# affine layer and its ReLU? And with batches of 1000?
#
# <details><summary>Check your prediction</summary>
#
# The weights are 100 · 100 = 10,000 numbers. Each of the two caches keeps an input of 100 images
# and 100 units, another 10,000, so the caches need twice as much. With batches of 1000 they need
# twenty times as much. In training, activations usually take more memory than parameters.
#
# </details>
#
# Write the plain network first: affine and ReLU for each hidden layer, affine, softmax loss.
# The layer functions are those of `two_layer_net`, ready-made: `affine_forward`, `relu_forward`,
# `softmax_loss`, `affine_backward`, `relu_backward`. Without `y`, return the scores. The lines
# above your part set the switches to train or test mode; leave them as they are.


# %% answer="deep-loss" minutes=40 difficulty=3 importance=3
@add_to_class(FullyConnectedNet)
def loss(self, X, y=None):
    """Compute scores, or the loss and its gradients.

    Parameters
    ----------
    X : ndarray of shape (N, d_1, ..., d_k)
        Examples.
    y : ndarray of int, shape (N,), optional
        Their classes.

    Returns
    -------
    scores : ndarray of shape (N, C)
        Without y.
    loss, grads : float and dict of ndarray
        With y.
    """
    X = X.astype(self.dtype)
    mode = "test" if y is None else "train"
    if self.use_dropout:
        self.dropout_param["mode"] = mode
    if self.normalization == "batchnorm":
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
    ### BEGIN SOLUTION
    forwards = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}
    backwards = {"batchnorm": batchnorm_backward, "layernorm": layernorm_backward}
    p, last, caches, out = self.params, self.num_layers, [], X
    norm = dropout = None
    for i in range(1, last):
        out, affine = affine_forward(out, p[f"W{i}"], p[f"b{i}"])
        if self.normalization:
            out, norm = forwards[self.normalization](
                out, p[f"gamma{i}"], p[f"beta{i}"], self.bn_params[i - 1]
            )
        out, relu = relu_forward(out)
        if self.use_dropout:
            out, dropout = dropout_forward(out, self.dropout_param)
        caches.append((affine, norm, relu, dropout))
    scores, cache = affine_forward(out, p[f"W{last}"], p[f"b{last}"])
    if y is None:
        return scores

    loss, dout = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dout, cache)
    for i in reversed(range(1, last)):
        affine, norm, relu, dropout = caches[i - 1]
        if self.use_dropout:
            dout = dropout_backward(dout, dropout)
        dout = relu_backward(dout, relu)
        if self.normalization:
            dout, grads[f"gamma{i}"], grads[f"beta{i}"] = backwards[self.normalization](
                dout, norm
            )
        dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout, affine)
    for i in range(1, last + 1):
        loss += 0.5 * self.reg * np.sum(p[f"W{i}"] ** 2)
        grads[f"W{i}"] = grads[f"W{i}"] + self.reg * p[f"W{i}"]
    return loss, grads
    ### END SOLUTION


# %% [markdown] hint="deep-loss"
# <details><summary>Hint 1: where to look</summary>
#
# The two loops of the worked example. What does the list of caches hold for one hidden layer?
# Which layer stands outside the loop?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Append one tuple of caches for each hidden layer, and go through the numbers with `reversed`.
# One variable carries the activations forward, another the gradient back.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Hidden layers forward, the first to the last; keep their caches. Then the last affine
#    layer. Without `y` stop.
# 2. Softmax loss; then the last affine layer backward.
# 3. Hidden layers backward, the last to the first, in each the parts in reverse order. Store
#    the gradients under the names of the parameters.
# 4. Add regularisation to the loss and to the gradient of every `W`.
# 5. For section 3: a part whose switch is off is skipped in both loops.
#
# </details>

# %% test="deep-loss" points=3
shapes = {"W1": (5, 4), "b1": 4, "W2": (4, 6), "b2": 6, "W3": (6, 3), "b3": 3}
values = {name: rng.normal(size=shape) for name, shape in shapes.items()}
values["b3"] = np.array([0.0, -20.0, 2.0])  # so that scores of both signs occur
X, y = rng.normal(size=(7, 5)), rng.integers(0, 3, 7)
model = FullyConnectedNet([4, 6], input_dim=5, num_classes=3, dtype=np.float64)
ready = PackageNet([4, 6], input_dim=5, num_classes=3, dtype=np.float64)
for name, value in values.items():
    model.params[name], ready.params[name] = value.copy(), value.copy()
scores = model.loss(X)
expect(not isinstance(scores, tuple), "Without y, return the scores and nothing else.")
expected = ready.loss(X)
expect_close(
    scores,
    expected,
    "scores",
    hint="Follow the first drawing: what comes between two affine layers?",
    faults={
        "After the last affine layer comes no ReLU.": np.maximum(expected, 0),
        "The scores are no probabilities: no softmax here.": np.exp(expected)
        / np.exp(expected).sum(axis=1, keepdims=True),
    },
)
half_squares = {name: 0.15 * np.sum(value**2) for name, value in values.items()}
for reg in (0.0, 0.3):
    model.reg = reg
    total, grads = expect_tuple(model.loss(X, y), "loss", "grads")
    found = {}
    for factor in (1, 0, 0.5, 2):
        ready.reg = factor * reg
        found[factor] = ready.loss(X, y)
    data_loss = found[0][0]
    expect_close(
        total,
        found[1][0],
        f"loss with reg {reg}",
        hint="0.5 * reg * sum(W * W) is added for every weight matrix, and nothing else.",
        faults={
            "The regularisation is missing: use self.reg.": data_loss,
            "The regularisation has a factor 1/2 here.": found[2][0],
            "The regularisation is halved twice.": found[0.5][0],
            "The last weight matrix is not regularised.": found[1][0]
            - half_squares["W3"],
            "Only the first weight matrix is regularised.": data_loss
            + half_squares["W1"],
            "Only the last weight matrix is regularised.": data_loss
            + half_squares["W3"],
            "The biases are regularised too; only matrices should be.": data_loss
            + sum(half_squares.values()),
        }
        if reg
        else None,
    )
    expect_equal(sorted(grads), sorted(values), "the names in grads")
    for name in ("W3", "b3", "W2", "b2", "W1", "b1"):
        expect_close(
            grads[name],
            found[1][1][name],
            f"grads[{name!r}] with reg {reg}",
            hint="Go back in reverse order, each layer with its own cache.",
            faults={
                f"The gradient of the regularisation is missing in {name}.": (
                    found[0][1][name]
                ),
                f"The gradient of the regularisation is halved in {name}.": (
                    found[0.5][1][name]
                ),
                f"The gradient of the regularisation is doubled in {name}.": (
                    found[2][1][name]
                ),
                f"{name} is regularised; only weight matrices should be.": (
                    found[0][1][name] + reg * values[name]
                ),
            }
            if reg
            else None,
        )
expect_source(model.loss, without=READY)
passed("deep-loss", "scores, loss and gradients of three layers, with regularisation")

# %% [markdown]
# **Predict, then check.** You train a network with five hidden layers of 100 units,
# `weight_scale=1e-2` and ten classes. Its first loss is 2.3026. Is that a good sign?
#
# <details><summary>Check your prediction</summary>
#
# It is what guessing costs, $\log 10$, so the loss function is probably right. But *exactly*
# $\log 10$ also means that all scores are almost 0: the activations have vanished on their way
# through the layers, and so will the gradients. Section 7 repairs that.
#
# </details>
#
# **Further reading**
#
# - CS231n notes, [*Backpropagation, Intuitions*](https://cs231n.github.io/optimization-2/): staged
#   computation. 20 minutes.
# - Chen, Xu, Zhang and Guestrin, *Training Deep Nets with Sublinear Memory Cost*, 2016,
#   [arXiv:1604.06174](https://arxiv.org/abs/1604.06174). Sections 1 and 3. 20 minutes.
#
# **Harder (optional, no points).** Keep only the input of every fourth layer, and compute the
# other caches again in the backward pass. How much memory does it save for 16 layers, and how
# much time does it cost?
#
# <details><summary>Compare with your answer</summary>
#
# It keeps 4 inputs and, while it works through a group, at most 4 caches: 8 in place of 16. Each group is
# computed forward twice, so a step costs about one more forward pass. With the backward pass at about
# two forward passes that is 4 in place of 3, a third more. With groups of $\sqrt K$ layers the memory
# grows only like $2 \sqrt K$.
#
# </details>

# %% [markdown]
# ## 3. Two switches: normalisation and dropout
#
# Two later notebooks teach layers that are often put between the affine layers. Your network
# gets a switch for each, so that it can use them when you come to them. You do **not** need to know
# today how they work inside: their functions are imported in the set-up cell, with the same
# pattern as every layer, `out, cache = forward(...)` and gradients from `backward(dout, cache)`.
#
# - *Normalisation* (`normalization`) shifts and scales the pre-activations to mean 0 and variance 1,
#   then applies a learnable scale `gamma` and shift `beta`. `"batchnorm"` normalises each
#   unit over the minibatch (Ioffe and Szegedy, 2015), `"layernorm"` each example over its units (Ba
#   et al., 2016). You write both in the notebook `batch_normalization`.
# - *Dropout* (`dropout_keep_ratio` below 1) sets random activations to 0 in each training step
#   and scales up the rest. Srivastava et al. (2014) proposed it as a form of regularisation.
#   You write it in the notebook `dropout`.
#
# Batch normalisation and dropout behave differently in *train mode* and in *test mode*; layer
# normalisation does not. The first lines of `loss` set the mode.
#
# After this section you can wire both switches into your network. A hidden layer with
# everything on computes
#
# $$h_i = \mathrm{dropout}(\mathrm{ReLU}(\mathrm{norm}(h_{i-1} W_i + b_i;\; \gamma_i, \beta_i))) .$$

# %% drawing="deep-switches"
drawings.show(
    drawings.deep_stack(switches=True),
    "The network with both switches on. Each hidden layer is affine, normalisation with gamma "
    "and beta, ReLU, dropout; the dashed normalisation and dropout exist only if their switch "
    "is on. The last affine layer has neither.",
)

# %% [markdown]
# *Normalisation comes before the ReLU, dropout after it. The last affine layer has neither.*
#
# **Worked example.** The ready-made functions on small numbers. Look only at what comes out.

# %%
unit = np.array([[1.0], [1.0], [5.0], [5.0]])  # four examples, one unit
out, _ = batchnorm_forward(unit, np.ones(1), np.zeros(1), {"mode": "train"})
print("normalised over the batch:  ", out.ravel().round(3))
out, _ = layernorm_forward(
    np.array([[1.0, 1.0, 5.0, 5.0]]), np.ones(4), np.zeros(4), {}
)
print("normalised over the units:  ", out.ravel().round(3))
for mode in ("train", "test"):
    out, _ = dropout_forward(np.ones(8), {"mode": mode, "p": 0.5, "seed": 4})
    print(f"dropout, p = 0.5, {mode:5} mode:", out)

# %% [markdown]
# | part | forward | backward | settings |
# |---|---|---|---|
# | batch normalisation | `batchnorm_forward(x, gamma, beta, param)` | `dx, dgamma, dbeta = batchnorm_backward(dout, cache)` | `self.bn_params[i - 1]` |
# | layer normalisation | `layernorm_forward(x, gamma, beta, param)` | `dx, dgamma, dbeta = layernorm_backward(dout, cache)` | `self.bn_params[i - 1]` |
# | dropout | `dropout_forward(x, param)` | `dx = dropout_backward(dout, cache)` | `self.dropout_param` |
#
# **Predict, then check.** With both switches on, in which order does the backward pass call the
# four backward functions of a hidden layer? And why has each layer its own entry in
# `self.bn_params`, while all share one `self.dropout_param`?
#
# <details><summary>Check your prediction</summary>
#
# Dropout, ReLU, normalisation, affine: the forward order reversed. Batch normalisation keeps
# running averages for test mode in its settings, and they differ from layer to layer. Dropout
# keeps nothing but the mode and the keep ratio.
#
# </details>
#
# **Now go back to your `loss`** and add the two switches: `self.normalization` and
# `self.use_dropout` say whether they are on. Run its cell again, the test above once more, and
# then the test below. Until then the plain network earns its points.

# %% test="deep-loss" part="options" points=3
for hidden, kind, keep, reg in [
    ([9], None, 1, 0.0),
    ([8, 5, 7], "batchnorm", 1, 3.14),
    ([6, 9], "layernorm", 1, 0.5),
    ([9, 8], None, 0.5, 0.0),
    ([6, 9], "layernorm", 0.7, 0.5),
]:
    sizes = {"input_dim": 12, "num_classes": 4, "reg": reg, "dtype": np.float64}
    options = {"normalization": kind, "dropout_keep_ratio": keep, "seed": 123}
    model = FullyConnectedNet(hidden, **sizes, **options)
    ready = PackageNet(hidden, **sizes, **options)
    values = {name: rng.normal(0, 0.5, p.shape) for name, p in ready.params.items()}
    for name in values:
        values[name] = values[name] + 1.5 * (name[0] == "g")
        model.params[name], ready.params[name] = values[name], values[name].copy()
    X, y = rng.normal(size=(6, 3, 2, 2)), rng.integers(0, 4, 6)
    what = f"hidden_dims {hidden}, {kind}, keep {keep}, reg {reg}"
    with unchanged(X=X, y=y, **values):
        try:
            answer = model.loss(X, y)
        except IndexError:
            expect(
                kind is None or len(model.bn_params) == len(hidden),
                f"With {kind}, self.bn_params has {len(model.bn_params)} entries for "
                f"{len(hidden)} hidden layers, and loss asks for more. Let loss read "
                "the list that __init__ fills.",
            )
            raise
    total, grads = expect_tuple(answer, "loss", "grads")
    expected, right = ready.loss(X, y)
    unswitched = PackageNet(hidden, **sizes)
    unswitched.params = {name: values[name] for name in unswitched.params}
    switched = kind is not None or keep != 1
    without = unswitched.loss(X, y)[0] if switched else np.nan
    hint = "Compare the order of the parts with the drawing of the two switches."
    expect_close(
        total,
        expected,
        f"loss ({what})",
        hint=hint,
        faults={
            "This is the loss of the plain network: wire in the two switches, as "
            "section 3 says.": without,
            "gamma is regularised like a weight matrix; it should not be.": expected
            + 0.5 * reg * sum(np.sum(v**2) for n, v in values.items() if n[0] == "g"),
        },
    )
    expect_equal(sorted(grads), sorted(values), f"the names in grads ({what})")
    ready.reg = 0.0
    plain = ready.loss(X, y)[1]
    for name in reversed(list(values)):
        expect_close(
            grads[name],
            right[name],
            f"grads[{name!r}] ({what})",
            hint="Go back in reverse order, each part with the cache of its layer.",
            faults={
                "This gradient is regularised; only weight matrices should be.": (
                    plain[name] + reg * values[name]
                )
            }
            if name[0] != "W" and reg
            else None,
        )
    # In test mode, after one call in training, for the batch and for one example of it.
    ready = PackageNet(hidden, **sizes, **options)
    ready.params = {name: value.copy() for name, value in values.items()}
    ready.loss(X, y)
    for batch in (X, X[:1]):
        expect_close(
            model.loss(batch),
            ready.loss(batch),
            f"scores of {len(batch)} images in test mode ({what})",
            hint="Every layer has running averages of its own, and nothing is dropped.",
        )
passed("deep-loss", "both normalisations, dropout, images; inputs as they were")

# %% [markdown]
# **Further reading**
#
# - Ioffe and Szegedy, *Batch Normalization*, 2015,
#   [arXiv:1502.03167](https://arxiv.org/abs/1502.03167). Section 1 only; the notebook
#   `batch_normalization` goes on from there. 10 minutes.
# - CS231n notes, [*Regularization*](https://cs231n.github.io/neural-networks-2/#reg): dropout beside
#   L2 regularisation. 15 minutes.
#
# **Harder (optional, no points).** He et al. (2016) let each block of layers compute $h + f(h)$.
# Add a third switch for such a *skip connection* around hidden layers of equal width. What
# does the upstream gradient do at the sum?
#
# <details><summary>Compare with your answer</summary>
#
# It is copied: one copy goes through $f$, the other reaches $h$ unchanged, and the two add up there. So
# with skip connections a gradient reaches the first layer even if every $f$ shrinks it.
#
# </details>

# %% [markdown]
# ## 4. Momentum
#
# A loss may curve much more along one direction than along another. Then plain gradient descent
# has a problem: a large learning rate diverges along the steep direction, a small one crawls
# along the flat one. Polyak (1964) proposed *momentum*, which keeps a decaying sum of past
# steps, the *velocity* $v$. Nesterov (1983) changed where the gradient is computed, and proved
# a better rate of convergence for smooth convex losses. Sutskever et al. (2013) reported that
# deep networks train well with either, given a careful initialisation. Whether Nesterov's
# variant is better for networks depends on the problem; the difference tends to be small.
#
# After this section you have two rules that pick up speed along a steady slope.
#
# A rule gets a parameter `w`, its gradient `dw` and a dictionary `config`, and returns the new
# parameter and the `config` for the next call. What the rule must remember it stores in `config`,
# and every parameter has a `config` of its own. With momentum $\mu$ and learning rate $\eta$,
#
# $$v \leftarrow \mu v - \eta\, dw, \qquad w \leftarrow w + v .$$

# %% drawing="deep-velocity"
drawings.show(
    drawings.velocity_steps(),
    "One step of momentum and one of Nesterov's. Both add the old velocity times mu and a step "
    "against the gradient to the new velocity. Momentum computes the gradient at w, Nesterov at "
    "the point that the old velocity leads to.",
)

# %% [markdown]
# *The two triangles differ in the ring, the point where the gradient is computed.*
#
# **Worked example.** A constant slope of 1, learning rate 0.1, momentum 0.9. How fast does the
# weight move in the end?

# %%
velocity, weight = 0.0, 0.0
for step in range(1, 51):
    velocity = 0.9 * velocity - 0.1 * 1.0
    weight = weight + velocity
    if step in (1, 2, 3, 10, 50):
        print(f"step {step:2}: velocity {velocity:.4f}, weight {weight:.3f}")

# %% [markdown]
# **Predict, then check.** How many times longer than a step of plain gradient descent is the
# final step? And with momentum 0.99? What does that mean for the learning rate?
#
# <details><summary>Check your prediction</summary>
#
# At the final velocity, $v = \mu v - \eta\, dw$, so $v = -\eta\, dw / (1 - \mu)$: 10 times longer
# with $\mu = 0.9$, 100 times with 0.99. Raise the momentum and you should usually lower the
# learning rate.
#
# </details>


# %% answer="deep-momentum" minutes=10 difficulty=1 importance=3
def sgd_momentum(w, dw, config=None):
    """Step along a decaying sum of past steps, the velocity.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), momentum (0.9), velocity (zeros, shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    ### BEGIN SOLUTION
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    ### END SOLUTION
    config["velocity"] = v
    return next_w, config


# %% [markdown] hint="deep-momentum"
# <details><summary>Hint 1: where to look</summary>
#
# Two assignments, in the order of the formula. Which velocity moves the weights, the old or
# the new one?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `config["momentum"]` and `config["learning_rate"]`. The lines around your part read the old
# velocity from `config` and store what you call `v`.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# With $w = 1$, $v = 0.5$, $dw = 2$, $\mu = 0.9$ and $\eta = 0.1$: the new velocity is 0.25, the
# new weight 1.25. Make new arrays; do not change `dw`.
#
# </details>

# %% test="deep-momentum" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {"learning_rate": 0.1, "momentum": 0.8, "velocity": np.array([0.2, -0.3, 0.1])}
next_w, config = expect_tuple(
    sgd_momentum(w.copy(), dw.copy(), given), "next_w", "config"
)
expect_close(
    next_w,
    [1.11, -2.14, 0.38],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "The old velocity is multiplied by 1 - momentum; take momentum itself.": [
            0.99,
            -1.96,
            0.32,
        ],
        "The velocity points uphill: it should go against the gradient.": [
            1.21,
            -2.34,
            0.78,
        ],
        "The old velocity is not used.": [0.95, -1.9, 0.3],
        "This is the velocity; the weights should move by it.": [0.11, -0.14, -0.12],
        "The weights move against the velocity.": [0.89, -1.86, 0.62],
        "The old velocity moves the weights; the new one should.": [1.2, -2.3, 0.6],
        "The momentum is 0.9 here, whatever config says.": [1.13, -2.17, 0.39],
        "The learning rate is 0.01 here, whatever config says.": [1.155, -2.23, 0.56],
        "This is another convention, an average of gradients: here momentum weighs the old velocity, and the gradient counts in full.": [
            1.15,
            -2.22,
            0.54,
        ],
        "This is another convention: here the velocity holds the learning rate already.": [
            0.934,
            -1.876,
            0.292,
        ],
        "This is Nesterov's step, from the next exercise.": [1.038, -2.012, 0.204],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["velocity"],
    [0.11, -0.14, -0.12],
    "config['velocity']",
    hint="Store the new velocity for the next call.",
    faults={
        "The old velocity is still there: store the new one.": [0.2, -0.3, 0.1],
    },
)
w, dw = rng.normal(size=4), rng.uniform(1, 2, 4)
right, _ = optim.sgd_momentum(w.copy(), dw.copy(), {"learning_rate": 0.2})
answer = sgd_momentum(w.copy(), dw.copy(), {"learning_rate": 0.2})
next_w, _ = expect_tuple(answer, "next_w", "config")
expect_close(next_w, right, "next_w of random weights", rtol=1e-4)
expect_source(sgd_momentum, without=READY)
passed(
    "deep-momentum", "one step worked out by hand, what is stored, and a random step"
)

# %% test="deep-momentum" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "momentum": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(
                sgd_momentum(w.copy(), dw, config), "next_w", "config"
            )
        right, ours = optim.sgd_momentum(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-momentum", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# **Nesterov's momentum.** The weight is about to move by $\mu v$ anyway, so Nesterov computes
# the gradient *there*. But your `loss` computes gradients at the weights that the network
# holds. Bengio et al. (2013) therefore rewrote the rule for weights that have already made the
# look-ahead step:
#
# $$v \leftarrow \mu v - \eta\, dw, \qquad w \leftarrow w + \mu v - \eta\, dw ,$$
#
# with the new $v$ in the second formula.
#
# **Predict, then check.** In the very first step the velocity is 0. How long is Nesterov's first step
# with $\mu = 0.9$, compared with that of plain momentum?
#
# <details><summary>Check your prediction</summary>
#
# 1.9 times as long. The new velocity is $-\eta\, dw$, which is the whole step of plain momentum. Nesterov
# moves by $\mu v - \eta\, dw = -(0.9 + 1)\, \eta\, dw$, since the weights include the look-ahead.
#
# </details>


# %% answer="deep-nesterov" minutes=10 difficulty=2 importance=2
def nesterov_momentum(w, dw, config=None):
    """Step along a velocity, with the gradient of where it leads.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), momentum (0.9), velocity (zeros, shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    ### BEGIN SOLUTION
    mu, step = config["momentum"], config["learning_rate"] * dw
    v = mu * v - step
    next_w = w + mu * v - step
    ### END SOLUTION
    config["velocity"] = v
    return next_w, config


# %% [markdown] hint="deep-nesterov"
# <details><summary>Hint 1: where to look</summary>
#
# The first line is that of momentum. In the second line $v$ already has its new value.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Compute $\eta\, dw$ once, since both lines need it. Momentum enters twice.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# With the numbers of the last hint 3: the new velocity is again 0.25, the new weight
# $1 + 0.9 \cdot 0.25 - 0.2 = 1.025$.
#
# </details>

# %% test="deep-nesterov" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {"learning_rate": 0.1, "momentum": 0.8, "velocity": np.array([0.2, -0.3, 0.1])}
next_w, config = expect_tuple(
    nesterov_momentum(w.copy(), dw.copy(), given), "next_w", "config"
)
expect_close(
    next_w,
    [1.038, -2.012, 0.204],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "This is plain momentum.": [1.11, -2.14, 0.38],
        "The second formula uses the new velocity, not the old one.": [
            1.06,
            -2.04,
            0.18,
        ],
        "The gradient counts in the second formula once more.": [1.088, -2.112, 0.404],
        "Both steps go uphill.": [1.218, -2.372, 0.924],
        "The velocity points uphill.": [1.118, -2.172, 0.524],
        "The momentum is missing in the second formula.": [1.06, -2.04, 0.18],
        "The momentum is 0.9 here, whatever config says.": [1.067, -2.053, 0.201],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["velocity"],
    [0.11, -0.14, -0.12],
    "config['velocity']",
    hint="Store the new velocity for the next call.",
    faults={
        "The old velocity is still there: store the new one.": [0.2, -0.3, 0.1],
    },
)
w, dw = rng.normal(size=4), rng.uniform(1, 2, 4)
right, _ = optim.nesterov_momentum(w.copy(), dw.copy(), {"learning_rate": 0.2})
answer = nesterov_momentum(w.copy(), dw.copy(), {"learning_rate": 0.2})
next_w, _ = expect_tuple(answer, "next_w", "config")
expect_close(next_w, right, "next_w of random weights", rtol=1e-4)
expect_source(nesterov_momentum, without=READY)
passed(
    "deep-nesterov", "one step worked out by hand, what is stored, and a random step"
)

# %% test="deep-nesterov" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "momentum": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(
                nesterov_momentum(w.copy(), dw, config), "next_w", "config"
            )
        right, ours = optim.nesterov_momentum(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-nesterov", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# **Further reading**
#
# - Goh, *Why Momentum Really Works*, 2017, [Distill](https://distill.pub/2017/momentum/): figures to
#   play with, and the reason for $1 - \mu$. 30 minutes.
# - Sutskever, Martens, Dahl and Hinton, *On the importance of initialization and momentum in
#   deep learning*, 2013, [proceedings](https://proceedings.mlr.press/v28/sutskever13.html).
#   Section 2. 20 minutes.
#
# **Harder (optional, no points).** Take $L = \frac12 (w_1^2 + 100 w_2^2)$ and start at (1, 1).
# Count the steps that plain gradient descent and momentum need to $L < 10^{-6}$, each with its
# best learning rate. How does the ratio grow if 100 becomes 10,000?
#
# <details><summary>Compare with your answer</summary>
#
# Theory for a quadratic loss (Polyak, 1964), with $\kappa$ the ratio of the two curvatures: plain descent
# multiplies the distance by $(\kappa - 1)/(\kappa + 1)$ in each step, momentum by about
# $(\sqrt\kappa - 1)/(\sqrt\kappa + 1)$, at the best rates. So the number of steps grows like $\kappa$
# against $\sqrt\kappa$: momentum needs about 10 times fewer steps for 100, and 100 times fewer for
# 10,000.
#
# </details>

# %% [markdown]
# ## 5. A learning rate for every weight
#
# Some weights receive large gradients in every step, others small ones once in a while: think
# of inputs that are 0 for most images. Duchi et al. (2011) proposed *AdaGrad*, which divides
# each weight's step by the root of the sum of its squared gradients. They proved bounds for
# convex problems. Training a network takes many steps, though. The sum only grows, so the steps
# get ever shorter. *RMSprop* replaces the sum by a *running mean* that forgets. Tieleman and
# Hinton presented it in a lecture of 2012, not in an article.
#
# After this section you have two *adaptive* rules: they scale the step of each weight by its
# own gradients. You know when the first one stalls.
#
# AdaGrad keeps a cache $c$ shaped like the weights; all operations are elementwise:
#
# $$c \leftarrow c + dw^2, \qquad w \leftarrow w - \eta \, \frac{dw}{\sqrt{c} + \varepsilon} .$$

# %% drawing="deep-shrinking"
drawings.show(
    drawings.shrinking_steps(),
    "Thirty steps with a gradient of 1. AdaGrad's cache grows to 30 and its steps shrink to 0.18; "
    "RMSprop's cache approaches 1; its steps begin at 3.2 and approach 1.",
)

# %% [markdown]
# *Circles, AdaGrad: the cache grows without end. Squares, RMSprop: the cache settles, and so
# does the step. (Learning rate 1; RMSprop with decay rate 0.9.)*
#
# **Worked example.** Two weights with gradients of 100 and 0.01, three steps of AdaGrad each, with
# learning rate 0.1:

# %%
for gradient in (100.0, 0.01):
    cache, weight, path = 0.0, 0.0, []
    for _step in range(3):
        cache += gradient * gradient
        weight -= 0.1 * gradient / cache**0.5
        path.append(round(weight, 4))
    print(f"gradient {gradient:6}: weight {path}")

# %% [markdown]
# **Predict, then check.** A colleague multiplies the loss by 1000. How do the steps of plain gradient
# descent, of AdaGrad and of RMSprop change (with $\varepsilon = 0$)?
#
# <details><summary>Check your prediction</summary>
#
# Those of gradient descent become 1000 times longer. Those of the adaptive rules do not change:
# numerator and root both grow by 1000. This is one reason why a learning rate that suits one
# network often suits another.
#
# </details>


# %% answer="deep-adagrad" minutes=10 difficulty=1 importance=2
def adagrad(w, dw, config=None):
    """Step by the gradient over the root of the sum of all its squares.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), epsilon (1e-8), cache (zeros, shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache", np.zeros_like(w))
    ### BEGIN SOLUTION
    cache = cache + dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    ### END SOLUTION
    config["cache"] = cache
    return next_w, config


# %% [markdown] hint="deep-adagrad"
# <details><summary>Hint 1: where to look</summary>
#
# Does this step's gradient count in the cache before or after the division?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.sqrt`, and `config["epsilon"]` beside the root, not under it.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# With $c = 3$, $dw = 1$, $\varepsilon = 0$, $\eta = 0.1$ and $w = 1$: the cache becomes 4, the
# weight $1 - 0.1 / 2 = 0.95$.
#
# </details>

# %% test="deep-adagrad" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {"learning_rate": 0.1, "epsilon": 0.5, "cache": np.array([4.0, 1.25, 1.0])}
next_w, config = expect_tuple(adagrad(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9804805898, -1.95, 0.4269024009],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "The square of this gradient counts as well: add it first.": [
            0.98,
            -1.9381966011,
            0.3666666667,
        ],
        "The root of the sum is missing.": [0.9894736842, -1.9636363636, 0.4636363636],
        "The step goes uphill.": [1.0195194102, -2.05, 0.5730975991],
        "The old sum is forgotten: only this gradient counts.": [
            0.95,
            -1.9333333333,
            0.42,
        ],
        "The gradients are summed without being squared.": [
            0.980925643,
            -1.9,
            0.4103963049,
        ],
        "The epsilon is 1e-8 here, whatever config says.": [
            0.9757464376,
            -1.9333333338,
            0.4105572813,
        ],
        "The epsilon stands under the root; it belongs beside it.": [
            0.9770584266,
            -1.9396977311,
            0.4147197135,
        ],
        "The squares are averaged as in RMSProp; here they add up.": [
            0.9799245397,
            -1.9381538451,
            0.3679771394,
        ],
        "This is the gradient's step without the division.": [0.95, -1.9, 0.3],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["cache"],
    [4.25, 2.25, 5.0],
    "config['cache']",
    hint="Store the new cache for the next call.",
    faults={
        "The old sum is still there: store the new one.": [4.0, 1.25, 1.0],
    },
)
w, dw = rng.normal(size=4), rng.uniform(1, 2, 4)
right, _ = optim.adagrad(w.copy(), dw.copy(), {"learning_rate": 0.2})
answer = adagrad(w.copy(), dw.copy(), {"learning_rate": 0.2})
next_w, _ = expect_tuple(answer, "next_w", "config")
expect_close(next_w, right, "next_w of random weights", rtol=1e-4)
expect_source(adagrad, without=READY)
passed("deep-adagrad", "one step worked out by hand, what is stored, and a random step")

# %% test="deep-adagrad" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "epsilon": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(adagrad(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.adagrad(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-adagrad", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# **RMSprop** forgets with a *decay rate* $\rho$:
#
# $$c \leftarrow \rho\, c + (1 - \rho)\, dw^2, \qquad
# w \leftarrow w - \eta \, \frac{dw}{\sqrt{c} + \varepsilon} .$$
#
# **Predict, then check.** The gradient is constant, $\rho = 0.99$, $\varepsilon = 0$ and the cache begins
# at 0. How many times longer than $\eta$ is the first step, and how long are the steps in the end?
#
# <details><summary>Check your prediction</summary>
#
# After one step $c = 0.01\, dw^2$, so the first step is $dw / (0.1\, |dw|)$, 10 times $\eta$. In the end
# $c = dw^2$, and the steps are $\eta$ long. So RMSprop begins with a jump; Adam, in the next section,
# corrects that.
#
# </details>


# %% answer="deep-rmsprop" minutes=10 difficulty=1 importance=2
def rmsprop(w, dw, config=None):
    """Step by the gradient over the root of a running mean of its squares.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache (zeros,
        shaped like w).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    cache = config.get("cache", np.zeros_like(w))
    ### BEGIN SOLUTION
    rho = config["decay_rate"]
    cache = rho * cache + (1 - rho) * dw**2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    ### END SOLUTION
    config["cache"] = cache
    return next_w, config


# %% [markdown] hint="deep-rmsprop"
# <details><summary>Hint 1: where to look</summary>
#
# Only the line of the cache differs from AdaGrad. Which part does $\rho$ weigh, the past or the
# present?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `config["decay_rate"]`, once as it is and once subtracted from 1.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# With $\rho = 0.5$, $c = 7$, $dw = 1$, $\varepsilon = 0$, $\eta = 0.1$ and $w = 1$: the cache
# becomes 4, the weight 0.95.
#
# </details>

# %% test="deep-rmsprop" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {
    "learning_rate": 0.1,
    "decay_rate": 0.6,
    "epsilon": 0.5,
    "cache": np.array([4.0, 1.25, 1.0]),
}
next_w, config = expect_tuple(rmsprop(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9759746927, -1.9364021634, 0.3991549028],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "This is AdaGrad: the squares add up and nothing is forgotten.": [
            0.9804805898,
            -1.95,
            0.4269024009,
        ],
        "decay_rate should weigh the past; here it weighs the present.": [
            0.9725708115,
            -1.9354342532,
            0.4079748978,
        ],
        "The new mean should count in this step already.": [
            0.98,
            -1.9381966011,
            0.3666666667,
        ],
        "The root of the mean is missing.": [0.9833333333, -1.9393939394, 0.4259259259],
        "The gradients are averaged without being squared.": [
            0.9763308181,
            -1.9083920217,
            0.3811798336,
        ],
        "The epsilon is 1e-8 here, whatever config says.": [
            0.9683772236,
            -1.90674952,
            0.3651600284,
        ],
        "The epsilon stands under the root; it belongs beside it.": [
            0.9711324865,
            -1.9221501056,
            0.3782838761,
        ],
        "The decay rate is 0.99 here, whatever config says.": [
            0.9799245397,
            -1.9381538451,
            0.3679771394,
        ],
        "The step goes uphill.": [1.0240253073, -2.0635978366, 0.6008450972],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["cache"],
    [2.5, 1.15, 2.2],
    "config['cache']",
    hint="Store the new cache for the next call.",
    faults={
        "The old mean is still there: store the new one.": [4.0, 1.25, 1.0],
    },
)
w, dw = rng.normal(size=4), rng.uniform(1, 2, 4)
right, _ = optim.rmsprop(w.copy(), dw.copy(), {"learning_rate": 0.2})
answer = rmsprop(w.copy(), dw.copy(), {"learning_rate": 0.2})
next_w, _ = expect_tuple(answer, "next_w", "config")
expect_close(next_w, right, "next_w of random weights", rtol=1e-4)
expect_source(rmsprop, without=READY)
passed("deep-rmsprop", "one step worked out by hand, what is stored, and a random step")

# %% test="deep-rmsprop" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "decay_rate": 0.8, "epsilon": 0.5}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(rmsprop(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.rmsprop(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
passed(
    "deep-rmsprop", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown] question="deep-adagrad" points=2 minutes=10
# **Question 1 (2 points).** A student trains for a long time with AdaGrad and sees the updates
# get tiny, though the loss is far from flat. Why does that happen, and would RMSprop or Adam
# suffer from it? (Adam, in the next section, keeps the same kind of cache as RMSprop.)

# %% [markdown] marking="deep-adagrad"
# The cache is a sum of squares that never gets smaller, so the rate $\eta / \sqrt{c}$ only
# falls. With gradients of constant size it falls like $1/\sqrt{t}$. RMSprop and Adam take
# running means instead, which forget old gradients. With gradients of constant size their steps
# keep a constant size, too.
#
# *Marking:* 1 for "the sum only grows"; 1 for "a running mean forgets, so no".

# %% [markdown]
# **Further reading**
#
# - Duchi, Hazan and Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic
#   Optimization*, 2011, [JMLR 12](https://jmlr.org/papers/v12/duchi11a.html). Section 1. 20 minutes.
# - CS231n notes, [*Per-parameter adaptive learning rates*](https://cs231n.github.io/neural-networks-3/#ada).
#   10 minutes.
#
# **Harder (optional, no points).** Rotate the two axes of a steep valley by 45 degrees. Plain
# gradient descent takes the same path, only rotated. Do AdaGrad and RMSprop? Why not?
#
# <details><summary>Compare with your answer</summary>
#
# They do not. They scale each *coordinate* by itself, and after the rotation each coordinate mixes the
# steep and the flat direction. Both coordinates then have gradients of about the same size, so both
# get about the same scale, and the rules lose their advantage.
#
# </details>

# %% [markdown]
# ## 6. Adam and AdamW
#
# Kingma and Ba (2015) joined momentum and RMSprop in *Adam*, which became one of the most used
# update rules for networks. There are doubts. Reddi et al. (2018) gave a convex problem on
# which it does not converge. Wilson et al. (2017) reported that adaptive rules generalised
# worse than momentum on several tasks. Loshchilov and Hutter (2019) found one cause in the way
# L2 regularisation enters, and proposed *AdamW*. Both rules keep two more arrays per parameter.
#
# After this section you have the two rules that most current networks are trained with.
#
# Adam keeps a running mean $m$ of the gradients and a running mean $v$ of their squares. (This
# $v$ is no velocity; articles and the code use the letter for both.) Both begin at zero and are
# too small at first. Dividing by $1 - \beta^t$ corrects that, where $t$ counts the steps
# **including this one**:
#
# $$t \leftarrow t + 1, \quad m \leftarrow \beta_1 m + (1 - \beta_1)\, dw, \quad
# v \leftarrow \beta_2 v + (1 - \beta_2)\, dw^2,$$
#
# $$w \leftarrow w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon} .$$

# %% drawing="deep-correction"
drawings.show(
    drawings.bias_correction(),
    "A running mean of gradients that are all 1, which begins at 0. With beta 0.9 it needs about 30 "
    "steps to come near 1, with beta 0.999 it is still at 0.04 after 40 steps. Divided by one minus "
    "beta to the power of t it is 1 from the first step.",
)

# %% [markdown]
# *Circles: the running mean as it is. Squares: corrected. With $\beta_2 = 0.999$ the mean is
# still 5 % too small after 3000 steps.*
#
# **Worked example.** The mean of the squares alone, for gradients of 4, with and without
# correction:

# %%
mean_square = 0.0
for step in (1, 2, 3):
    mean_square = 0.999 * mean_square + 0.001 * 4.0**2
    corrected = mean_square / (1 - 0.999**step)
    print(
        f"step {step}: mean {mean_square:.4f}, root {mean_square**0.5:.3f}; corrected root {corrected**0.5:.3f}"
    )

# %% [markdown]
# **Predict, then check.** How long is the very first step of Adam, whatever the gradient
# (with $\varepsilon = 0$)?
#
# <details><summary>Check your prediction</summary>
#
# Exactly $\eta$ for every weight whose gradient is not 0. After one step the corrected means
# are $dw$ and $dw^2$, and $dw / |dw|$ is 1 or −1. So a weight usually moves by at most about
# the learning rate in each step. Compare that with the size of the weights when you choose it.
#
# </details>


# %% answer="deep-adam" minutes=20 difficulty=2 importance=3
def adam(w, dw, config=None):
    """Step by the mean gradient over its root mean square.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), m
        and v (zeros, shaped like w), t (0), the number of steps taken so far.

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    t = config.get("t", 0)
    ### BEGIN SOLUTION
    beta1, beta2 = config["beta1"], config["beta2"]
    t = t + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
    next_w = w - step
    ### END SOLUTION
    config["m"], config["v"], config["t"] = m, v, t
    return next_w, config


# %% [markdown] hint="deep-adam"
# <details><summary>Hint 1: where to look</summary>
#
# Two lines update the means, two make corrected copies of them, one moves the weights. Which
# versions are stored for the next call?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Raise `t` first. The power is `beta1**t`, a plain number. Give the corrected means names of
# their own, so that `m` and `v` stay uncorrected.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# First step with $dw = -4$, $\eta = 0.001$ and the default settings: $m = -0.4$, corrected −4;
# $v = 0.016$, corrected 16. The weight grows by 0.001.
#
# </details>

# %% test="deep-adam" points=2
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {
    "learning_rate": 0.1,
    "beta1": 0.8,
    "beta2": 0.6,
    "m": np.array([0.3, -0.2, 0.1]),
    "v": np.array([4.0, 1.25, 1.0]),
    "t": 2,
}
next_w, config = expect_tuple(adam(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9609836068, -1.939089553, 0.441282426],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "t counts this step too: increase it before you use it.": [
            0.9522144712,
            -1.9253996159,
            0.4280853484,
        ],
        "The corrections are missing.": [0.978496512, -1.9664298272, 0.4676384068],
        "The corrections divide the means; here they multiply them.": [
            0.9881485715,
            -1.981498141,
            0.4821642374,
        ],
        "The corrections need the power of t: 1 - beta**t, not 1 - beta.": [
            0.9320000003,
            -1.8938417922,
            0.3976636566,
        ],
        "Only the first mean is corrected.": [
            0.9559354755,
            -1.9312086623,
            0.4336852599,
        ],
        "Only the second mean is corrected.": [
            0.9809600001,
            -1.9702757019,
            0.4713458239,
        ],
        "beta1 and beta2 have changed places.": [
            0.9812182627,
            -1.9577032921,
            0.4394195764,
        ],
        "beta1 serves both means; the second has beta2.": [
            0.9730022654,
            -1.9529562467,
            0.4456785527,
        ],
        "beta2 serves both means; the first has beta1.": [
            0.972857143,
            -1.9452358453,
            0.4345169232,
        ],
        "The root of the second mean is missing.": [
            0.9781508197,
            -1.9497077694,
            0.4649478392,
        ],
        "The gradient is not squared in the second mean.": [
            0.9617412788,
            -1.8895904394,
            0.4263936257,
        ],
        "The gradient itself makes the step; its mean should.": [
            0.9720000002,
            -1.9174325052,
            0.3806075996,
        ],
        "The betas weigh the present; they should weigh the past.": [
            0.936907605,
            -1.8546814188,
            0.3243394631,
        ],
        "The step goes uphill.": [1.0390163932, -2.060910447, 0.558717574],
        "The betas are 0.9 and 0.999 here, whatever config says.": [
            0.9967663143,
            -1.9949403484,
            0.4941504604,
        ],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["m"],
    [0.34, -0.36, 0.48],
    "config['m']",
    hint="Store the new m for the next call.",
    faults={
        "The old mean is still there: store the new one.": [0.3, -0.2, 0.1],
        "This is the corrected mean; store the one before the correction.": [
            0.6967213115,
            -0.737704918,
            0.9836065574,
        ],
    },
)
expect_close(
    config["v"],
    [2.5, 1.15, 2.2],
    "config['v']",
    hint="Store the new v for the next call.",
    faults={
        "The old mean is still there: store the new one.": [4.0, 1.25, 1.0],
        "This is the corrected mean; store the one before the correction.": [
            3.1887755102,
            1.4668367347,
            2.806122449,
        ],
    },
)
expect_equal(config["t"], 3, "config['t'], the steps taken with this one")
w, dw = rng.normal(size=4), rng.uniform(1, 2, 4)
right, _ = optim.adam(w.copy(), dw.copy(), {"learning_rate": 0.2})
answer = adam(w.copy(), dw.copy(), {"learning_rate": 0.2})
next_w, _ = expect_tuple(answer, "next_w", "config")
expect_close(next_w, right, "next_w of random weights", rtol=1e-4)
expect_source(adam, without=READY)
passed("deep-adam", "one step worked out by hand, what is stored, and a random step")

# %% test="deep-adam" part="steps" points=1
for shape, dtype, settings in [
    ((3, 4), np.float64, {"learning_rate": 0.1, "beta1": 0.6, "beta2": 0.8}),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(adam(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.adam(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
# After many steps the corrections are 1, and a large epsilon counts in every form.
w, dw, m = rng.normal(size=(3, 4))
late = {"epsilon": 0.5, "m": m, "v": np.ones(4), "t": 50000}
right, _ = optim.adam(
    w.copy(),
    dw,
    {name: np.copy(x) for name, x in late.items()} | {"t": 50000, "epsilon": 0.5},
)
next_w, _ = adam(w.copy(), dw, late)
without, _ = optim.adam(w.copy(), dw, {"m": m.copy(), "v": np.ones(4), "t": 50000})
expect_close(
    next_w,
    right,
    "next_w after 50,000 steps with epsilon 0.5",
    rtol=1e-7,
    faults={"The epsilon is 1e-8 here, whatever config says.": without},
)
still, _ = adam(np.ones(2), np.zeros(2), None)
expect(
    np.isfinite(still).all(), "Where all gradients are 0, next_w is nan: add epsilon."
)
passed("deep-adam", "three steps from the start, other settings, float32; dw as it was")

# %% [markdown]
# **AdamW.** L2 regularisation in the loss adds $\lambda w$ to the gradient, and Adam divides it
# by the root of $v$ like everything else. So weights with large gradients are regularised less
# than the others. AdamW *decouples* the two. The gradient of the data loss alone makes Adam's
# step. In addition, *weight decay* multiplies the **old** weights by $1 - \eta \lambda$:
#
# $$w \leftarrow w - \eta \lambda w - (\text{Adam's step}) .$$
#
# **Predict, then check.** For plain gradient descent, is weight decay the same as L2 regularisation?
#
# <details><summary>Check your prediction</summary>
#
# Yes: the gradient of $\frac{\lambda}{2} w^2$ is $\lambda w$, and the step subtracts
# $\eta \lambda w$. With an adaptive rule it is not, because the step divides.
#
# </details>


# %% answer="deep-adamw" minutes=10 difficulty=2 importance=2
def adamw(w, dw, config=None):
    """Take a step of Adam, and decay the weights apart from it.

    Parameters
    ----------
    w, dw : ndarray of one shape
        A parameter and its gradient.
    config : dict, optional
        as for adam, and weight_decay (1e-2).

    Returns
    -------
    next_w : ndarray, shaped like w
    config : dict
        For the next call.
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("weight_decay", 1e-2)
    m = config.get("m", np.zeros_like(w))
    v = config.get("v", np.zeros_like(w))
    t = config.get("t", 0)
    ### BEGIN SOLUTION
    beta1, beta2 = config["beta1"], config["beta2"]
    t = t + 1
    m = beta1 * m + (1 - beta1) * dw
    v = beta2 * v + (1 - beta2) * dw**2
    mean, square = m / (1 - beta1**t), v / (1 - beta2**t)
    step = config["learning_rate"] * mean / (np.sqrt(square) + config["epsilon"])
    next_w = w - config["learning_rate"] * config["weight_decay"] * w - step
    ### END SOLUTION
    config["m"], config["v"], config["t"] = m, v, t
    return next_w, config


# %% [markdown] hint="deep-adamw"
# <details><summary>Hint 1: where to look</summary>
#
# Everything of `adam` stays. One more term is subtracted; which weights does it contain?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `config["weight_decay"]` is $\lambda$. The decay is multiplied by the learning rate and not
# divided by anything.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# With $w = 2$, a gradient that was always 0, $\eta = 0.01$ and $\lambda = 0.1$: Adam's step is 0,
# and the new weight is $2 - 0.01 \cdot 0.1 \cdot 2 = 1.998$.
#
# </details>

# %% test="deep-adamw" points=1
w, dw = np.array([1.0, -2.0, 0.5]), np.array([0.5, -1.0, 2.0])
given = {
    "learning_rate": 0.1,
    "weight_decay": 0.5,
    "beta1": 0.8,
    "beta2": 0.6,
    "m": np.array([0.3, -0.2, 0.1]),
    "v": np.array([4.0, 1.25, 1.0]),
    "t": 2,
}
next_w, config = expect_tuple(adamw(w.copy(), dw.copy(), given), "next_w", "config")
expect_close(
    next_w,
    [0.9109836068, -1.839089553, 0.416282426],
    "next_w",
    hint="Compute the first entry by hand, line by line, and compare.",
    faults={
        "t counts this step too: increase it before you use it.": [
            0.9022144712,
            -1.8253996159,
            0.4030853484,
        ],
        "The corrections are missing.": [0.928496512, -1.8664298272, 0.4426384068],
        "The corrections need the power of t: 1 - beta**t, not 1 - beta.": [
            0.8820000003,
            -1.7938417922,
            0.3726636566,
        ],
        "Only the first mean is corrected.": [
            0.9059354755,
            -1.8312086623,
            0.4086852599,
        ],
        "Only the second mean is corrected.": [
            0.9309600001,
            -1.8702757019,
            0.4463458239,
        ],
        "beta1 and beta2 have changed places.": [
            0.9312182627,
            -1.8577032921,
            0.4144195764,
        ],
        "beta1 serves both means; the second has beta2.": [
            0.9230022654,
            -1.8529562467,
            0.4206785527,
        ],
        "beta2 serves both means; the first has beta1.": [
            0.922857143,
            -1.8452358453,
            0.4095169232,
        ],
        "The root of the second mean is missing.": [
            0.9281508197,
            -1.8497077694,
            0.4399478392,
        ],
        "The gradient is not squared in the second mean.": [
            0.9117412788,
            -1.7895904394,
            0.4013936257,
        ],
        "The gradient itself makes the step; its mean should.": [
            0.9220000002,
            -1.8174325052,
            0.3556075996,
        ],
        "The betas weigh the present; they should weigh the past.": [
            0.886907605,
            -1.7546814188,
            0.2993394631,
        ],
        "The step goes uphill.": [0.9890163932, -1.960910447, 0.533717574],
        "The betas are 0.9 and 0.999 here, whatever config says.": [
            0.9467663143,
            -1.8949403484,
            0.4691504604,
        ],
        "This is Adam: the weights do not shrink.": [
            0.9609836068,
            -1.939089553,
            0.441282426,
        ],
        "The decay is not multiplied by the learning rate.": [
            0.4609836068,
            -0.939089553,
            0.191282426,
        ],
        "The decay goes into Adam's gradient; it should act on the weights alone.": [
            0.9522897307,
            -1.9337185039,
            0.4406460779,
        ],
        "The weights grow in place of shrinking.": [
            1.0109836068,
            -2.039089553,
            0.466282426,
        ],
        "The weight decay is 0.01 here, whatever config says.": [
            0.9599836068,
            -1.937089553,
            0.440782426,
        ],
        "The weights have not moved.": [1.0, -2.0, 0.5],
    },
)
expect_close(
    config["m"],
    [0.34, -0.36, 0.48],
    "config['m']",
    hint="Store the new m for the next call.",
    faults={
        "The old mean is still there: store the new one.": [0.3, -0.2, 0.1],
        "This is the corrected mean; store the one before the correction.": [
            0.6967213115,
            -0.737704918,
            0.9836065574,
        ],
    },
)
expect_close(
    config["v"],
    [2.5, 1.15, 2.2],
    "config['v']",
    hint="Store the new v for the next call.",
    faults={
        "The old mean is still there: store the new one.": [4.0, 1.25, 1.0],
        "This is the corrected mean; store the one before the correction.": [
            3.1887755102,
            1.4668367347,
            2.806122449,
        ],
    },
)
expect_equal(config["t"], 3, "config['t'], the steps taken with this one")
w, dw = rng.normal(size=4), rng.uniform(1, 2, 4)
right, _ = optim.adamw(w.copy(), dw.copy(), {"learning_rate": 0.2})
answer = adamw(w.copy(), dw.copy(), {"learning_rate": 0.2})
next_w, _ = expect_tuple(answer, "next_w", "config")
expect_close(next_w, right, "next_w of random weights", rtol=1e-4)
expect_source(adamw, without=READY)
passed("deep-adamw", "one step worked out by hand, what is stored, and a random step")

# %% test="deep-adamw" part="steps" points=1
for shape, dtype, settings in [
    (
        (3, 4),
        np.float64,
        {"learning_rate": 0.1, "beta1": 0.6, "beta2": 0.8, "weight_decay": 0.3},
    ),
    ((5,), np.float64, {}),
    ((2, 3, 2), np.float32, {}),
]:
    w, config, ours = (
        rng.normal(size=shape).astype(dtype),
        dict(settings),
        dict(settings),
    )
    config = config or None  # the default settings
    right = w.astype(float)
    for step in (1, 2, 3):
        dw = rng.normal(size=shape).astype(dtype)
        with unchanged(dw=dw):
            w, config = expect_tuple(adamw(w.copy(), dw, config), "next_w", "config")
        right, ours = optim.adamw(right.copy(), dw.astype(float), ours)
        where = f"next_w (step {step}, {settings or 'default settings'})"
        expect_close(w, right, where, rtol=1e-4, atol=2e-6)
        w = np.asarray(w)
# After many steps the corrections are 1, and a large epsilon counts in every form.
w, dw, m = rng.normal(size=(3, 4))
late = {"epsilon": 0.5, "m": m, "v": np.ones(4), "t": 50000}
right, _ = optim.adamw(
    w.copy(),
    dw,
    {name: np.copy(x) for name, x in late.items()} | {"t": 50000, "epsilon": 0.5},
)
next_w, _ = adamw(w.copy(), dw, late)
without, _ = optim.adamw(w.copy(), dw, {"m": m.copy(), "v": np.ones(4), "t": 50000})
expect_close(
    next_w,
    right,
    "next_w after 50,000 steps with epsilon 0.5",
    rtol=1e-7,
    faults={"The epsilon is 1e-8 here, whatever config says.": without},
)
still, _ = adamw(np.ones(2), np.zeros(2), None)
expect(
    np.isfinite(still).all(), "Where all gradients are 0, next_w is nan: add epsilon."
)
passed(
    "deep-adamw", "three steps from the start, other settings, float32; dw as it was"
)

# %% [markdown]
# **Experiment: six paths.** The next cell draws 60 steps of each rule. The loss is a valley
# that curves ten times more across than along, with its minimum at the black dot. **Predict
# before you run it.** Which rules overshoot the minimum, and which do not?

# %%
with needs_answers():
    rules = {
        "sgd_momentum": (sgd_momentum, 0.02),
        "nesterov_momentum": (nesterov_momentum, 0.02),
        "adagrad": (adagrad, 0.5),
        "rmsprop": (rmsprop, 0.05),
        "adam": (adam, 0.2),
        "adamw": (adamw, 0.2),
    }
    steep = np.array([1.0, 10.0])
    gx, gy = np.meshgrid(np.linspace(-3.4, 1.6, 80), np.linspace(-1.6, 1.6, 60))
    fig, axes = plt.subplots(2, 3, figsize=(9, 4.6), layout="constrained")
    for ax, (name, (rule, rate)) in zip(axes.ravel(), rules.items(), strict=True):
        path, config = [np.array([-3.0, 1.0])], {"learning_rate": rate}
        for _ in range(60):
            w, config = rule(path[-1].copy(), steep * path[-1], config)
            path.append(w)
        ax.contour(gx, gy, gx**2 + 10 * gy**2, levels=12, colors="lightgray")
        ax.plot(*np.transpose(path), ".-", color="#0072b2", linewidth=1, markersize=3)
        ax.plot(-3, 1, "s", color="#0072b2", markersize=5)
        ax.plot(0, 0, "o", color=figures.GREY, markersize=4)
        ax.set(title=name, xticks=[], yticks=[], xlim=(-3.4, 1.6), ylim=(-1.6, 1.6))
    for ax in axes[1]:
        ax.set_xlabel("flat direction")
    for ax in axes[:, 0]:
        ax.set_ylabel("steep direction")
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# Momentum overshoots in both directions and comes back; Nesterov's overshoots less. AdaGrad and
# RMSprop move at the same pace in both directions at first, then go straight along the flat one.
# Adam begins the same way but overshoots, since it has momentum too. AdamW hardly differs here: its
# decay pulls towards 0, where the minimum happens to be.
#
# </details>
#
# **Further reading**
#
# - Kingma and Ba, *Adam: A Method for Stochastic Optimization*, 2015,
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980). Sections 2 and 3. 20 minutes.
# - Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019,
#   [arXiv:1711.05101](https://arxiv.org/abs/1711.05101). Section 2. 20 minutes.
#
# **Harder (optional, no points).** *Lion* (Chen et al., 2023) steps by the *sign* of a running mean
# of gradients. Write it as a seventh rule and let it race below. Which learning rate does it
# need, and why a smaller one than Adam?
#
# <details><summary>Compare with your answer</summary>
#
# Every weight moves by exactly $\eta$ in every step. Adam's steps reach $\eta$ only where the gradients
# agree, and are shorter where they are noisy. The authors recommend a learning rate 3 to 10 times
# smaller than for AdamW.
#
# </details>

# %% [markdown]
# ## 7. Initialisation
#
# How large should initial weights be? With weights of standard deviation 0.01, the activations
# of a network with 100 units a layer *vanish* layer by layer. With large weights they
# *explode*. Glorot and Bengio (2010) measured this and proposed a scale that keeps the variance
# of activations and gradients about constant, now called *Xavier* initialisation. He et al.
# (2015) adapted it to ReLUs and reported that a network of 30 layers then trained, while with
# Xavier's scale it stalled. Normalisation layers and skip connections have made the exact scale
# less important since.
#
# After this section you can choose initial weights for any layer.
#
# A unit adds up $\text{fan\_in}$ products. If its inputs have variance 1 and its weights
# variance $s^2$, independent and with mean 0, its output has variance $\text{fan\_in}\,s^2$.
# Going back, the gradient adds up $\text{fan\_out}$ products. Xavier initialisation keeps the
# variance at 1 for the mean of the two. He initialisation makes up for the ReLU, which halves
# the mean square:
#
# $$s_{\text{xavier}} = \sqrt{\frac{2}{\text{fan\_in} + \text{fan\_out}}}, \qquad
# s_{\text{he}} = \sqrt{\frac{2}{\text{fan\_in}}} .$$

# %% drawing="deep-signal"
drawings.show(
    drawings.signal_depth(),
    "A signal through eight layers, drawn as circles. Multiplied by 0.7 in each layer it vanishes, "
    "by 1 it stays, by 1.22 it explodes: the last radius is five times the first.",
)

# %% [markdown]
# *The radius is the standard deviation. After eight layers a factor of 0.7 leaves 6 % of it,
# and a factor of 1.22 makes it five times as large.*
#
# **Worked example.** The standard deviation of a sum of 100 products, predicted and measured:

# %%
draw = np.random.default_rng(0)
for scale in (0.01, 0.1, 0.3):
    sums = draw.standard_normal((2000, 100)) @ (scale * draw.standard_normal(100))
    print(
        f"weights {scale}: predicted {scale * 100**0.5:.2f}, measured {sums.std():.2f}"
    )

# %% [markdown]
# **Predict, then check.** A layer multiplies the standard deviation of its input by 0.5. What is
# left of it after 20 such layers, in powers of ten? And if the factor is 2?
#
# <details><summary>Check your prediction</summary>
#
# $0.5^{20} \approx 10^{-6}$, and $2^{20} \approx 10^{6}$. The same happens to gradients on
# their way back.
#
# </details>


# %% answer="deep-weights" minutes=10 difficulty=1 importance=2
def init_weights(fan_in, fan_out, scheme, rng):
    """Draw the initial weights of a layer from a normal distribution around 0.

    Parameters
    ----------
    fan_in, fan_out : int
        Inputs and outputs of the layer.
    scheme : str
        "xavier" or "he".
    rng : numpy.random.Generator
        Draws the weights.

    Returns
    -------
    weights : ndarray of shape (fan_in, fan_out)
    """
    if scheme not in ("xavier", "he"):
        raise ValueError(f"Unknown scheme {scheme!r}; use 'xavier' or 'he'.")
    ### BEGIN SOLUTION
    inputs = fan_in if scheme == "he" else (fan_in + fan_out) / 2
    variance = 2 / inputs if scheme == "he" else 1 / inputs
    return math.sqrt(variance) * rng.standard_normal((fan_in, fan_out))
    ### END SOLUTION


# %% [markdown] hint="deep-weights"
# <details><summary>Hint 1: where to look</summary>
#
# Do the formulas give a variance or a standard deviation? Which of the two counts outputs?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The generator that is passed in, `rng`, has a method for normally distributed numbers, and
# `math.sqrt` is imported.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# For 8 inputs and 2 outputs the standard deviation is $\sqrt{2/10} \approx 0.447$ with Xavier and
# $\sqrt{2/8} = 0.5$ with He. The result has one row per input.
#
# </details>

# %% test="deep-weights" points=1
for fan_in, fan_out, scheme, std in [
    (400, 100, "xavier", 0.06325),
    (400, 100, "he", 0.07071),
    (100, 400, "xavier", 0.06325),
    (100, 400, "he", 0.14142),
]:
    w = init_weights(fan_in, fan_out, scheme, rng)
    expect_array(w, (fan_in, fan_out), "weights")
    expect(
        abs(np.std(w) / std - 1) < 0.03,
        f"{scheme} for {fan_in} inputs and {fan_out} outputs: the standard deviation "
        f"should be {std:.4f}; got {np.std(w):.4f}. Does the formula give a variance or "
        f"a standard deviation, and does it count inputs or outputs?",
    )
expect_source(init_weights, without=READY)
passed("deep-weights", "shape and standard deviation, for two shapes and both schemes")

# %% test="deep-weights" part="normal" points=1
for scheme in ("xavier", "he"):
    w, same = (init_weights(300, 200, scheme, copy.deepcopy(rng)) for _ in range(2))
    w, same = np.asarray(w), np.asarray(same)
    rng.normal(size=7)  # so that the next weights differ
    other = init_weights(300, 200, scheme, copy.deepcopy(rng))
    expect(
        np.array_equal(w, same), "The same rng should give the same weights: use rng."
    )
    expect(
        not np.array_equal(w, other), "Another rng should give other weights: use rng."
    )
    expect(abs(w.mean()) < 0.03 * w.std(), f"The mean should be 0; got {w.mean():.2e}.")
    beyond = np.mean(np.abs(w) > 1.8 * w.std())
    expect(
        0.06 < beyond < 0.085,
        f"{beyond:.1%} of the weights lie beyond 1.8 standard deviations; 7 % would in a "
        f"normal distribution.",
    )
passed("deep-weights", "normally distributed around 0, and drawn from rng")

# %% [markdown]
# **Experiment.** The next cell plots the standard deviation of the activations in each of 20
# layers of 200 ReLU units. It does so for four initialisations; the scale is logarithmic.
# **Predict before you run it.** Which curve stays level, which rise and which fall?

# %%
with needs_answers():
    draw = np.random.default_rng(231)
    ways = {
        "0.01": lambda: 0.01 * draw.standard_normal((200, 200)),
        "xavier": lambda: init_weights(200, 200, "xavier", draw),
        "he": lambda: init_weights(200, 200, "he", draw),
        "0.2": lambda: 0.2 * draw.standard_normal((200, 200)),
    }
    fig, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
    marks = zip(
        ("v", "s", "o", "^"), ("#0072b2", "#e69f00", "#009e73", "#cc79a7"), strict=True
    )
    for (name, new_weights), (mark, colour) in zip(ways.items(), marks, strict=True):
        h, deviations = draw.standard_normal((500, 200)), []
        for _ in range(20):
            h = np.maximum(h @ new_weights(), 0)
            deviations.append(h.std())
        ax.semilogy(
            range(1, 21), deviations, marker=mark, color=colour, ms=4, label=name
        )
        print(f"{name:7} layer 1: {deviations[0]:.2g}, layer 20: {deviations[-1]:.2g}")
    ax.set(
        xlabel="layer",
        ylabel="standard deviation",
        ylim=(1e-22, 1e12),
        xticks=(1, 5, 10, 15, 20),
    )
    ax.legend(frameon=False, ncols=4, title="initialisation")
    plt.show()

# %% [markdown]
# <details><summary>Check your prediction</summary>
#
# He initialisation stays level, at 0.7 after 20 layers in our run. Xavier initialisation loses about
# a factor of $\sqrt2$ in each layer, because of the ReLU. Weights of 0.01 leave $10^{-20}$:
# $0.01 \cdot \sqrt{200/2} = 0.1$ per layer. Weights of 0.2 double the activations from layer to
# layer.
#
# </details>
#
# **Further reading**
#
# - Glorot and Bengio, *Understanding the difficulty of training deep feedforward neural networks*,
#   2010, [proceedings](https://proceedings.mlr.press/v9/glorot10a.html). Section 4.2. 20 minutes.
# - He, Zhang, Ren and Sun, *Delving Deep into Rectifiers*, 2015,
#   [arXiv:1502.01852](https://arxiv.org/abs/1502.01852). Section 2.2. 20 minutes.
#
# **Harder (optional, no points).** Repeat the experiment with tanh in place of the ReLU. Which scale
# keeps the activations, and why does none explode? Then plot the gradients instead.
#
# <details><summary>Compare with your answer</summary>
#
# No activation of tanh exceeds 1, so none explodes. Large weights *saturate* the units instead, where
# the slope is almost 0, and it is the gradients that vanish. Xavier's scale was derived for tanh; the
# activations still shrink slowly, since $|\tanh z| < |z|$.
#
# </details>

# %% [markdown]
# ## 8. Overfit fifty images on purpose
#
# Before you train on everything, *overfit* a tiny training set. If a network cannot reach 100 % on
# 50 images, suspect a bug or a badly chosen hyperparameter first. The check takes seconds, and
# Karpathy (2019) lists it among the first steps of his recipe for training networks. It says
# nothing about generalisation: the validation accuracy stays poor, as it should.
#
# After this section you can read from a loss curve what to change.
#
# Plain SGD gets all 50 images right within 20 epochs of minibatches of 25, that is 40 steps. It
# needs a suitable weight scale and a suitable learning rate. The loss begins near
#
# $$L_0 \approx \log 10 \approx 2.3$$
#
# if the scores begin near 0, far above if they begin large.

# %% drawing="deep-loss-signs"
drawings.show(
    drawings.loss_signs(),
    "Four sketches of a loss over the steps, which begins at 2.3: it stays there; it falls slowly; "
    "it oscillates and grows; it falls to zero.",
)

# %% [markdown]
# *If the loss is stuck, try larger weights. If it falls too slowly, raise the learning rate. If
# it diverges, lower the learning rate or take smaller weights. The fourth curve memorises, as
# it should.*
#
# **Worked example.** Two bad choices:

# %% tags=["experiment"]
fifty = split_cifar10(50, 100, 1, source="shapes10")


def memorise(num_hidden, weight_scale, learning_rate):
    """Train on 50 images; return the solver."""
    model = PackageNet([100] * num_hidden, weight_scale=weight_scale)
    solver = Solver(
        model,
        fifty,
        optim_config={"learning_rate": learning_rate},
        num_epochs=20,
        batch_size=25,
        verbose=False,
    )
    with contextlib.suppress(FloatingPointError):
        solver.train()
    return solver


for weight_scale, learning_rate in ((1e-2, 1e-4), (1e-1, 1e-1)):
    solver = memorise(2, weight_scale, learning_rate)
    losses = solver.loss_history
    print(
        f"weight scale {weight_scale}, learning rate {learning_rate}: loss {losses[0]:.3g}"
        f" -> {losses[-1]:.3g}, training accuracy {solver.train_acc_history[-1]:.2f}"
    )

# %% [markdown]
# **Predict, then check.** Which of the two lines is which sketch? What would you change in each?
#
# <details><summary>Check your prediction</summary>
#
# The first is too slow (2.3 and hardly falling): raise the learning rate, and the weight scale
# with it. The second diverges after a first loss that is far above 2.3: lower the learning rate, and
# perhaps the scale.
#
# </details>
#
# Find a pair for two hidden layers of 100 units, and one for four. `memorise` lets you try.


# %% answer="deep-overfit" minutes=20 difficulty=2 importance=2
def overfit_settings(num_hidden):
    """Return hyperparameters with which a network memorises 50 images.

    Parameters
    ----------
    num_hidden : int
        Hidden layers: 2 or 4.

    Returns
    -------
    settings : dict
        weight_scale and learning_rate.
    """
    ### BEGIN SOLUTION
    return {
        2: {"weight_scale": 0.05, "learning_rate": 1e-3},
        4: {"weight_scale": 0.08, "learning_rate": 1e-3},
    }[num_hidden]
    ### END SOLUTION


# %% [markdown] hint="deep-overfit"
# <details><summary>Hint 1: where to look</summary>
#
# Compare the first loss with 2.3, then the last one with the first. The drawing says which
# hyperparameter to change.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Section 7: which weight scale suits 100 inputs, and which 3072? All layers get the same scale
# here, so look between the two. Then try learning rates that differ by a factor of 3.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. For two layers, fix a scale of a few hundredths; try learning rates from $10^{-4}$ to $10^{-1}$.
# 2. For four layers, raise the scale a little and try again.
# 3. Take a pair in the middle of what works, since one of the tests draws other weights.
#
# </details>

# %% test="deep-overfit" points=2
# With your settings, both networks memorise 50 drawn images.
drawn = split_cifar10(50, 50, 1, source="shapes10")
for num_hidden in (2, 4):
    chosen = overfit_settings(num_hidden)
    expect(
        isinstance(chosen, dict) and set(chosen) == {"weight_scale", "learning_rate"},
        "overfit_settings should return a dict with weight_scale and learning_rate, and "
        f"nothing else; got {in_words(chosen)}.",
    )
    model = PackageNet([100] * num_hidden, weight_scale=chosen["weight_scale"])
    how = {"optim_config": {"learning_rate": chosen["learning_rate"]}}
    solver = Solver(model, drawn, **how, num_epochs=20, batch_size=25, verbose=False)
    with contextlib.suppress(FloatingPointError):
        solver.train()
    best = max(solver.train_acc_history, default=0)
    losses = solver.loss_history or [np.inf]  # the very first may be infinite
    expect(
        best == 1,
        f"{num_hidden} hidden layers with {in_words(chosen)}: only {best:.0%} of the 50 images "
        f"are right. First loss {losses[0]:.3g}, last {losses[-1]:.3g}: a first loss far "
        f"above 2.3 asks for smaller weights, one stuck at 2.3 for larger ones. One that "
        f"falls slowly asks for a larger learning rate, one that grows for a smaller one.",
    )
passed("deep-overfit", "both networks memorise 50 images")

# %% test="deep-overfit" part="again" points=1
# The same from other weights and with other minibatches, in a few epochs more.
drawn = split_cifar10(50, 50, 1, source="shapes10")
for num_hidden in (2, 4):
    chosen = overfit_settings(num_hidden)
    expect(isinstance(chosen, dict), "overfit_settings should return a dict.")
    scale, rate = chosen["weight_scale"], chosen["learning_rate"]
    model = PackageNet([100] * num_hidden, weight_scale=scale, rng=rng)
    how = {"optim_config": {"learning_rate": rate}, "batch_size": 25, "rng": rng}
    solver = Solver(model, drawn, **how, num_epochs=30, verbose=False)
    with contextlib.suppress(FloatingPointError):
        solver.train()
    best = max(solver.train_acc_history, default=0)
    expect(
        best > 0.9,
        f"{num_hidden} hidden layers with {in_words(chosen)}: only {best:.0%} of the 50 images "
        f"are right the second time. Take settings that do not just suffice.",
    )
passed("deep-overfit", "and once more from other weights")

# %% [markdown] question="deep-sensitive" points=2 minutes=10
# **Question 2 (2 points).** For which of the two networks was it harder to find hyperparameters?
# Which of the two was it, weight scale or learning rate, and why does depth matter?

# %% [markdown] marking="deep-sensitive"
# The deeper one, because of the weight scale. Each layer multiplies the size of the signal by
# about the same factor, the scale times the root of half the inputs. The same holds for the
# gradient on its way back. With five layers an error in that factor counts to the fifth power.
# So the range of scales in which neither dies nor explodes is narrower. For each good scale a
# range of rates works.
#
# *Marking:* 1 for "the deeper one, the weight scale"; 1 for the factor per layer.

# %% [markdown]
# **Further reading**
#
# - Karpathy, *A Recipe for Training Neural Networks*, 2019,
#   [blog](https://karpathy.github.io/2019/04/25/recipe/): what to check, and in which order.
#   25 minutes.
# - CS231n notes, [*Babysitting the learning process*](https://cs231n.github.io/neural-networks-3/#baby):
#   sanity checks. 10 minutes.
#
# **Harder (optional, no points).** How deep a network can you make memorise the 50 images with one
# weight scale for all layers? And with `weight_scale="he"`, which `PackageNet` understands?
#
# <details><summary>Compare your answer</summary>
#
# With one scale for all layers, each layer multiplies the activations by about the same factor.
# A factor of 0.5 leaves $10^{-3}$ after ten layers and $10^{-6}$ after twenty, so depth narrows
# the range of scales that works. He's rule makes the factor about 1 in every layer, and the
# search for a scale falls away. Depth then costs training time first.
#
# </details>

# %% [markdown]
# ## 9. The race
#
# Which update rule is the best? Articles that introduce one usually show it ahead. Choi et al. (2019)
# reported that such rankings depend on how carefully each rule was tuned: if every
# hyperparameter may be chosen, a rule that contains another as a special case should never lose to
# it. Schmidt et al. (2021) compared fifteen rules and found no clear winner.
#
# After this section you can say what a race between rules shows.
#
# **First race.** Your network with six affine layers, 1000 images, your six rules and plain
# SGD, each with a learning rate that we chose in advance. **Predict before you run it:** which
# rule is first, and which is last? (Where the real CIFAR-10 is installed, it is 4000 images and
# 8 epochs.)

# %% tags=["experiment"]
real = find_cifar10() is not None  # the real CIFAR-10 is worth more steps
num_images, num_epochs = (4000, 8) if real else (1000, 5)
data = split_cifar10(num_images, 500, 1)
STYLES = {  # colour, line and marker of each rule
    "sgd": (figures.GREY, "-", "x"),
    "sgd_momentum": ("#0072b2", "--", "o"),
    "nesterov_momentum": ("#56b4e9", ":", "v"),
    "adagrad": ("#e69f00", "-", "s"),
    "rmsprop": ("#009e73", "--", "^"),
    "adam": ("#d55e00", "-", "D"),
    "adamw": ("#cc79a7", ":", "P"),
}


def race(model, rule, learning_rate, num_epochs):
    """Train with a rule; return the solver."""
    solver = Solver(
        model,
        data,
        update_rule=rule,
        optim_config={"learning_rate": learning_rate},
        num_epochs=num_epochs,
        batch_size=50,
        verbose=False,
    )
    with contextlib.suppress(FloatingPointError):
        solver.train()
    return solver


with needs_answers():
    rules = {
        "sgd": ("sgd", 5e-3),
        "sgd_momentum": (sgd_momentum, 5e-3),
        "nesterov_momentum": (nesterov_momentum, 5e-3),
        "adagrad": (adagrad, 1e-3),
        "rmsprop": (rmsprop, 1e-4),
        "adam": (adam, 1e-3),
        "adamw": (adamw, 1e-3),
    }
    fig, axes = plt.subplots(1, 3, figsize=(10, 3.6), layout="constrained")
    for name, (rule, rate) in tqdm(
        rules.items(), file=sys.stdout, ncols=88, desc="race"
    ):
        model = FullyConnectedNet([100] * 5, weight_scale=5e-2)
        solver = race(model, rule, rate, num_epochs)
        losses = np.convolve(solver.loss_history, np.ones(10) / 10, mode="valid")
        curves = losses, solver.train_acc_history, solver.val_acc_history
        colour, line, mark = STYLES[name]
        for ax, values in zip(axes, curves, strict=True):
            every = 20 if ax is axes[0] else 1
            ax.plot(
                values,
                line,
                color=colour,
                marker=mark,
                ms=5,
                markevery=every,
                label=name,
            )
    axes[0].set(
        title="loss, mean of ten steps", xlabel="step", ylabel="loss", ylim=(1, 3)
    )
    axes[1].set(title="training", xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    axes[2].set(title="validation", xlabel="epoch", ylabel="accuracy", ylim=(0, 1))
    fig.legend(
        *axes[0].get_legend_handles_labels(),
        frameon=False,
        ncols=4,
        loc="outside lower center",
    )
    plt.show()

# %% [markdown]
# **Second race: every rule is tuned.** SGD came in last, or nearly so. How much of that is the
# rule, and how much is the learning rate of 0.005? In the next cell five rules train once for
# each of several learning rates. It takes about 10 seconds, and about 40 with the real CIFAR-10.
#
# **Predict before you run it.** With its *best* learning rate, does SGD stay last by a wide margin,
# come close, or win?

# %% tags=["experiment"]
with needs_answers():
    ranges = {
        "sgd": ("sgd", (1e-3, 3e-3, 1e-2, 3e-2, 1e-1)),
        "sgd_momentum": (sgd_momentum, (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)),
        "adagrad": (adagrad, (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)),
        "rmsprop": (rmsprop, (3e-5, 1e-4, 3e-4, 1e-3, 3e-3)),
        "adam": (adam, (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)),
    }
    fig, ax = plt.subplots(figsize=(6.5, 3.4), layout="constrained")
    for name, (rule, rates) in tqdm(
        ranges.items(), file=sys.stdout, ncols=88, desc="tuning"
    ):
        finals = []
        for rate in rates[2:4] if quick() else rates:
            model = FullyConnectedNet([100] * 5, weight_scale=5e-2)
            solver = race(model, rule, rate, 1 if quick() else num_epochs)
            finals.append(np.mean(solver.loss_history[-20:]))
        colour, line, mark = STYLES[name]
        shown = rates[2:4] if quick() else rates
        ax.semilogx(shown, finals, line, color=colour, marker=mark, label=name)
        best = int(np.argmin(finals))
        print(
            f"{name:13} best final loss {finals[best]:.2f}, at learning rate {shown[best]:g}"
        )
    ax.axvline(5e-3, color="lightgray", linewidth=1)
    ax.set(xlabel="learning rate", ylabel="loss, last 20 steps", ylim=(1.2, 2.5))
    fig.legend(frameon=False, ncols=5, loc="outside lower center", fontsize=8)
    plt.show()

# %% [markdown]
# <details><summary>What most people get wrong</summary>
#
# SGD comes close. In our run the loss of its last steps fell from about 2.0 in the first race
# to 1.60 with the learning rate 0.03. Momentum reached 1.59, Adam 1.51, AdaGrad 1.43 and
# RMSprop 1.42. So about two thirds of the gap between SGD and the best rule was the learning
# rate. The best rates of SGD and RMSprop differ by a factor of 100, so a race with the *same*
# rate for all would be unfair. The rest of the gap is one run with one seed. A claim that one
# rule beats another needs several seeds, and the same effort of tuning for both.
#
# </details>
#
# **Your network beside the package's.** The same initial weights, the same minibatches, your Adam
# against ours.

# %% tags=["experiment"]
with needs_answers():
    mine = FullyConnectedNet([100] * 5, weight_scale=5e-2)
    theirs = PackageNet([100] * 5, weight_scale=5e-2)
    theirs.params = {name: value.copy() for name, value in mine.params.items()}
    histories = []
    for name, model, rule in (("yours", mine, adam), ("the package's", theirs, "adam")):
        start = time.perf_counter()
        solver = race(model, rule, 1e-3, num_epochs=4)
        histories.append(solver.loss_history)
        print(
            f"{name:14} validation {solver.best_val_acc:.3f}  "
            f"{time.perf_counter() - start:.2f} s"
        )
    apart = np.abs(np.subtract(*histories))
    print(f"the losses differ by {apart[:5].max():.0e} in the first five steps,")
    print(f"by {apart.max():.0e} at most")

# %% [markdown]
# **Everything together.** All images at hand, your network with He initialisation and both
# switches on, and your AdamW with a learning rate that falls along a cosine. With the real
# CIFAR-10 it takes about 40 seconds and reaches 54 % on the validation images.

# %% tags=["experiment"]
everything, accuracies = split_cifar10(), {}
with needs_answers():
    draw = np.random.default_rng(231)
    model = FullyConnectedNet(
        [200, 100], dropout_keep_ratio=0.8, normalization="batchnorm"
    )
    for name, value in model.params.items():
        if name[0] == "W":
            model.params[name] = init_weights(*value.shape, "he", draw).astype(
                np.float32
            )
    solver = Solver(
        model,
        everything,
        update_rule=adamw,
        optim_config={"learning_rate": 1e-3, "weight_decay": 0.1},
        schedule="cosine",
        num_epochs=12 if real else 5,
        batch_size=100,
    )
    solver.train()
    accuracies = {
        "validation": solver.best_val_acc,
        "test": solver.check_accuracy(everything["X_test"], everything["y_test"]),
    }
    print(f"validation {accuracies['validation']:.3f}, test {accuracies['test']:.3f}")

# %% [markdown]
# **Further reading**
#
# - Choi et al., *On Empirical Comparisons of Optimizers for Deep Learning*, 2019,
#   [arXiv:1910.05446](https://arxiv.org/abs/1910.05446). Sections 1 and 4. 25 minutes.
# - Schmidt, Schneider and Hennig, *Descending through a Crowded Valley*, 2021,
#   [arXiv:2007.01547](https://arxiv.org/abs/2007.01547). Section 1 and figure 4. 20 minutes.
#
# **Harder (optional, no points).** Give every rule a budget of ten random trials over the learning
# rate *and* its other hyperparameters. Does the ranking change? Report the median of three
# repetitions, and say what you would need to call one rule better.
#
# <details><summary>Compare your answer</summary>
#
# Often it does. Choi et al. (2019) argued that a general rule should never lose to its own
# special case if it is tuned well: Adam with a large $\varepsilon$ and momentum SGD, for
# instance. Ten trials cover one hyperparameter well and three poorly, so rules with more of
# them suffer from a small budget. To call one rule better you need repeated *searches*, not
# only repeated trainings, and a difference above their spread.
#
# </details>
#
# ## What you have
#
# You have a network of any depth, six rules that train it, and an initialisation that suits the
# depth. One limit is left: the network reads an image as a plain row of numbers. Convolutions
# remove it, in the notebook `convolutional_networks`. The notebooks `batch_normalization` and
# `dropout` explain the two switches.

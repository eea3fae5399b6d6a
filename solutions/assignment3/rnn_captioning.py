# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Captions from a recurrent network
#
# A network that looks at a picture and writes a sentence needs two things that no network
# so far has had: an output of varying length, and words that depend on the words before
# them. You write a *recurrent neural network* (RNN) with its gradients, and train it to
# describe pictures. Then you measure what matters: whether its sentences are true.
#
# **You need:** the notebook `two_layer_net`; `batch_normalization` helps with gradients. **Time
# (our estimate, as are all minutes below):** about four hours.

# %% tags=["setup"]
import textwrap
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures
from cs231n import layers as package
from cs231n.data import (
    DatasetError,
    caption_accuracy,
    decode_captions,
    load_coco_data,
    load_scenes,
    true_captions,
)
from cs231n.nets import captioning
from cs231n.notebook import NotebookClass, add_to_class, needs_answers, quick
from cs231n.solver import CaptioningSolver
from cs231n.testing import (
    expect,
    expect_array,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package", "captioning", "layers", "torch", "nltk", "sacrebleu"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()

# %% [markdown]
# The pictures are drawn, so the notebook needs no download: `scenes` shows one to four
# objects, with five captions each. Every caption is a row of word numbers between `<START>`
# and `<END>`, filled up with `<NULL>`, exactly as in the COCO captions that the course
# uses (Chen et al., 2015).

# %% tags=["experiment"]
data = load_scenes()
words = data["idx_to_word"]
fig, axes = plt.subplots(1, 4, figsize=(9, 2.7), layout="constrained")
for ax, i in zip(axes, (5, 11, 15, 38), strict=True):
    ax.imshow(data["val_images"][i])
    ax.axis("off")
    texts = decode_captions(data["val_captions"][5 * i : 5 * i + 2, 1:], words)
    texts = [
        textwrap.fill(f"\N{BULLET} {captioning.plain(text)}", 26) for text in texts
    ]
    ax.set_title("\n".join(texts), size=7)
plt.show()
row = data["val_captions"][25]
print("one caption as numbers:", row)
print("as words:", " ".join(words[i] for i in row))

# %% [markdown]
# ## 1. One step
#
# A network with a fixed number of inputs cannot read a sentence. Elman (1990) proposed to
# read one word at a time, and to hand the hidden units' activations of one step to the
# next. This *hidden state* is all that the network remembers. In 2010, Mikolov et al. reported
# that such networks predict the next word better than the counting models of their time.
# Five years later several groups used them to caption images (Vinyals et al., 2015; Karpathy
# and Fei-Fei, 2015). Since about 2018 transformers have replaced them in most language
# tasks. The recurrent step is cheap and its memory does not grow with the sentence, but its
# steps cannot run in parallel.
#
# After this section you can take one step of a recurrent network and carry a gradient back
# through it.
#
# A step takes the input $x$ (here: a vector that stands for a word) and the previous state
# $h_{t-1}$, and returns the next state:
#
# $$h_t = \tanh(x\,W_x + h_{t-1}W_h + b).$$
#
# With a batch of $N$ sentences $x$ is of shape $(N, D)$, $h$ of shape $(N, H)$, $W_x$ of shape
# $(D, H)$ and $W_h$ of shape $(H, H)$.

# %% drawing="rnn-step"
drawings.show(
    drawings.rnn_step(),
    "Computational graph of one recurrent step: x times W_x and the previous state times "
    "W_h are added to b and go through tanh to the next state. Dashed gradients run from "
    "the next state back to x, to the previous state, and to all three parameters.",
)

# %% [markdown]
# *Follow the dashed arrows from right to left: after the tanh, the same gradient arrives at
# both products and at the bias.*
#
# **Worked example.** One sentence, one hidden unit, two inputs, without NumPy:

# %%
import math

x, previous = [1.0, 2.0], 0.5
weights, recurrent, bias = [0.1, 0.2], 0.4, 0.3
activation = x[0] * weights[0] + x[1] * weights[1] + previous * recurrent + bias
state = math.tanh(activation)
print(f"pre-activation {activation:.2f}, next state {state:.4f}")
slope = 1 - state**2  # derivative of tanh, from its output alone
print(f"upstream gradient 2 becomes {2 * slope:.4f} before the tanh")

# %% [markdown]
# **Predict, then check.** All weights and inputs are multiplied by 100. What is the next
# state, roughly, and what is the gradient of `previous`?
#
# <details><summary>Check your prediction</summary>
#
# The pre-activation is in the thousands, so the state is 1 up to rounding: the unit is
# *saturated*. Its slope $1 - h^2$ is 0, and so is every gradient behind it. Weights that are too
# large stop an RNN from learning just as zeros would.
#
# </details>


# %% answer="rnn-step-forward" minutes=10 difficulty=1 importance=3
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """Take one step of a tanh recurrent network.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Inputs of this step.
    prev_h : ndarray of shape (N, H)
        State before it.
    Wx : ndarray of shape (D, H)
    Wh : ndarray of shape (H, H)
    b : ndarray of shape (H,)

    Returns
    -------
    next_h : ndarray of shape (N, H)
    cache : tuple
        Whatever your backward pass needs.
    """
    next_h, cache = None, None
    ### BEGIN SOLUTION
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    ### END SOLUTION
    return next_h, cache


# %% [markdown] hint="rnn-step-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Write down the shapes of both products. Which of them has a row for each sentence?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `@` multiplies matrices, broadcasting adds the bias to every row, and NumPy has the
# hyperbolic tangent.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Compute the pre-activation, one line with two products.
# 2. Squash it.
# 3. Put into `cache` what the gradients of a product and of tanh need: the inputs, the
#    weights, and one more array. The worked example says which.
#
# </details>

# %% test="rnn-step-forward" points=3
x, prev_h = np.array([[1.0, 2.0]]), np.array([[0.5]])
Wx, Wh, b = np.array([[0.1], [0.2]]), np.array([[0.4]]), np.array([0.3])
next_h, _ = expect_tuple(rnn_step_forward(x, prev_h, Wx, Wh, b), "next_h", "cache")
expect_close(
    next_h,
    [[0.76159416]],
    "next_h of the worked example",
    hint="Compare each step with the worked example.",
    faults={
        "The bias is missing.": [[0.60436778]],
        "The previous state is not used.": [[0.66403677]],
        "tanh is missing: this is the pre-activation.": [[1.0]],
        "This is a sigmoid; the step squashes with tanh.": [[0.73105858]],
    },
)
for n, d, h, dtype in [
    (3, 5, 4, np.float64),
    (1, 2, 6, np.float64),
    (4, 3, 2, np.float32),
]:
    point = [rng.standard_normal(s) for s in ((n, d), (n, h), (d, h), (h, h), (h,))]
    point = [value.astype(dtype) for value in point]
    expected, _ = package.rnn_step_forward(*point)
    transposed, _ = package.rnn_step_forward(*point[:3], point[3].T, point[4])
    with unchanged(**dict(zip(("x", "prev_h", "Wx", "Wh", "b"), point, strict=True))):
        next_h, _ = expect_tuple(rnn_step_forward(*point), "next_h", "cache")
    where = f"next_h (N, D, H = {n}, {d}, {h})"
    expect_close(
        next_h,
        expected,
        where,
        rtol=1e-4,
        atol=1e-6,
        hint="Is a weight matrix transposed?",
        faults={"The recurrent weights are transposed.": transposed},
    )
    expect(
        next_h.dtype == dtype,
        f"Keep the dtype of x, {np.dtype(dtype)}; got {next_h.dtype}.",
    )
expect_source(rnn_step_forward, without=READY)
passed("rnn-step-forward", "the worked example, three shapes, float32")


# %% [markdown]
# **Predict, then check.** A unit has the new state $h = \tanh(a) = 0.6$, and the upstream
# gradient is 2. What is the gradient of $a$? What is it for $h = 1$, to the last digit? Do you
# need $a$ itself?
#
# <details><summary>Check your prediction</summary>
#
# $2 (1 - 0.6^2) = 1.28$, and 0 for $h = 1$: a *saturated* unit passes nothing back. The
# derivative of tanh can be read off its output, so $a$ need not be kept.
#
# </details>


# %% answer="rnn-step-backward" minutes=20 difficulty=2 importance=3
def rnn_step_backward(dnext_h, cache):
    """Carry a gradient back through rnn_step_forward.

    Parameters
    ----------
    dnext_h : ndarray of shape (N, H)
        Upstream gradient, of the loss with respect to the next state.
    cache : tuple
        As returned by rnn_step_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dprev_h : ndarray of shape (N, H)
    dWx : ndarray of shape (D, H)
    dWh : ndarray of shape (H, H)
    db : ndarray of shape (H,)
    """
    dx, dprev_h, dWx, dWh, db = None, None, None, None, None
    ### BEGIN SOLUTION
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h**2)
    dx, dprev_h = da @ Wx.T, da @ Wh.T
    dWx, dWh = x.T @ da, prev_h.T @ da
    db = da.sum(axis=0)
    ### END SOLUTION
    return dx, dprev_h, dWx, dWh, db


# %% [markdown] hint="rnn-step-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Start at the right of the drawing, and give the gradient just before the tanh a name. How
# many of the five results can be computed from it alone?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The derivative of tanh is known from its output. A product $xW$ you have met in
# `affine_backward`; here are two of them. A bias was broadcast over the batch.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# With $a$ for the pre-activation: $\partial h/\partial a = 1 - h^2$, elementwise. For each
# product, one gradient needs the other factor transposed on the right, and one on the left;
# the shapes decide which. In the worked example, with upstream gradient 2, `db` is 0.84.
#
# </details>

# %% test="rnn-step-backward" points=4
x, prev_h = np.array([[1.0, 2.0]]), np.array([[0.5]])
Wx, Wh, b = np.array([[0.1], [0.2]]), np.array([[0.4]]), np.array([0.3])
_, cache = expect_tuple(rnn_step_forward(x, prev_h, Wx, Wh, b), "next_h", "cache")
names = ("dx", "dprev_h", "dWx", "dWh", "db")
grads = expect_tuple(rnn_step_backward(np.array([[2.0]]), cache), *names)
expect_close(
    grads[4],
    [0.83994868],
    "db of the worked example with upstream gradient 2",
    hint="The upstream gradient passes the tanh first.",
    faults={
        "The derivative of tanh is missing.": [2.0],
        "This is the derivative of the sigmoid, h (1 - h).": [0.36313700],
        "The state is not squared in the derivative of tanh.": [0.47681169],
    },
)
expect_close(
    grads[3],
    [[0.41997434]],
    "dWh of the worked example with upstream gradient 2",
    hint="Wh multiplies the state before the step.",
    faults={
        "Wh is multiplied by the state before the step, not by the new one.": [
            [0.63970001]
        ],
    },
)
zeros = np.zeros((1, 2))  # as inputs and bias: tanh does not change the gradient
Wh = np.array([[1.0, 2.0], [3.0, 4.0]])
_, cache = rnn_step_forward(zeros, zeros, np.eye(2), Wh, zeros[0])
grads = expect_tuple(rnn_step_backward(np.array([[1.0, 10.0]]), cache), *names)
expect_close(
    grads[1],
    [[21.0, 43.0]],
    "dprev_h of a state of zeros, with two hidden units",
    hint="Only the recurrent weights stand between the two gradients.",
    faults={"The recurrent weights are not transposed.": [[31.0, 42.0]]},
)
for n, d, h in [(3, 5, 4), (2, 2, 6), (5, 4, 3)]:
    point = [rng.standard_normal(s) for s in ((n, d), (n, h), (d, h), (h, h), (h,))]
    dnext_h = rng.standard_normal((n, h))
    expected = package.rnn_step_backward(dnext_h, package.rnn_step_forward(*point)[1])
    _, cache = rnn_step_forward(*point)
    with unchanged(dnext_h=dnext_h):
        grads = expect_tuple(rnn_step_backward(dnext_h, cache), *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        where = f"{name} (N, D, H = {n}, {d}, {h})"
        hint = (
            "A broadcast row gets the sum over the batch."
            if name == "db"
            else "Which factor is transposed?"
        )
        expect_close(grad, right, where, rtol=1e-5, atol=1e-8, hint=hint)
expect_source(rnn_step_backward, without=READY)
passed("rnn-step-backward", "all five gradients, three shapes")

# %% [markdown]
# **Further reading**
#
# - Elman, *Finding Structure in Time*, 1990,
#   [doi:10.1207/s15516709cog1402_1](https://doi.org/10.1207/s15516709cog1402_1). The first
#   third: what a state can remember. 20 minutes.
# - Karpathy, [*The Unreasonable Effectiveness of Recurrent Neural
#   Networks*](https://karpathy.github.io/2015/05/21/rnn-effectiveness/), 2015. 20 minutes.
#
# **Harder (optional, no points).** The state has two paths into a step, $x W_x$ and $h W_h$.
# Show that one affine layer does the same, on the row $(x, h)$. What do you save?
#
# <details><summary>Compare your answer</summary>
#
# Put $W_x$ above $W_h$: $(x, h)$ times that matrix is the sum of both products. One product in
# place of two is one call, and in a loop over time the calls count. Most libraries go further
# and compute $x W_x$ for all steps at once, since inputs do not wait for states.
#
# </details>

# %% [markdown]
# ## 2. Through time
#
# To read a sentence of $T$ words, take $T$ steps with **the same** weights. Written out, the
# network is as deep as the sentence is long. Its gradient is found by *backpropagation
# through time*: unroll the steps, then apply the chain rule from the last step to the first
# (Werbos, 1990). It needs the states of all steps in memory.
#
# After this section you can run an RNN over a batch of sentences, carry all gradients back,
# and say how far back they reach.

# %% drawing="rnn-unrolled"
drawings.show(
    drawings.unrolled(),
    "A recurrent network folded, as a cell with a loop, and unrolled over four words: the "
    "states form a chain, every step uses the same weights, and dashed gradients run from "
    "each score down to its state and along the chain to the left.",
)

# %% [markdown]
# *Two dashed arrows enter each state from the right half of the drawing: one from its own
# score, one from the next state.*
#
# That is the only new idea of the backward pass. A state is used twice: by its own score
# and by the next step. Its gradient is the sum of both:
#
# $$\frac{\partial L}{\partial h_t} \;=\; \underbrace{dh_t}_{\text{from its own score}} \;+\;
# \underbrace{dh^{\text{prev}}_{t+1}}_{\text{from step } t+1}.$$
#
# A weight matrix is used $T$ times, so its gradient is a sum over the steps.
#
# **Worked example.** Two steps of one unit with $W_x = 1$, $W_h = 0.5$, $b = 0$, both inputs 1,
# and a first state of 0.5. The loss looks at the last state only:

# %%
states = [0.5]
for value in (1.0, 1.0):
    states.append(math.tanh(value + 0.5 * states[-1]))
print("states", [round(value, 4) for value in states])
gradient, db = 1.0, 0.0  # of the last state
for state in reversed(states[1:]):
    before_tanh = gradient * (1 - state**2)
    db += before_tanh
    gradient = before_tanh * 0.5  # what flows to the previous state
    print(f"before the tanh {before_tanh:.4f}, handed on {gradient:.4f}")
print(f"db {db:.4f}")

# %% [markdown]
# **Predict, then check.** In the worked example each step multiplies the gradient by
# $(1 - h^2)\,W_h$, here by about 0.1. By what does a chain of 15 steps multiply it? What if
# $W_h$ were 10 and the states near 0?
#
# <details><summary>Check your prediction</summary>
#
# By $10^{-15}$: the gradient *vanishes*, and the first word of a sentence gets no say. With
# slopes near 1 and $W_h = 10$ it is $10^{15}$: it *explodes*. Only in between does an RNN
# learn from words far back. Bengio et al. (1994) showed that this is no accident of one
# network.
#
# </details>


# %% answer="rnn-forward" minutes=10 difficulty=1 importance=3
def rnn_forward(x, h0, Wx, Wh, b):
    """Run a tanh recurrent network over whole sentences.

    Parameters
    ----------
    x : ndarray of shape (N, T, D)
        Inputs of all steps.
    h0 : ndarray of shape (N, H)
        State before the first.
    Wx : ndarray of shape (D, H)
    Wh : ndarray of shape (H, H)
    b : ndarray of shape (H,)

    Returns
    -------
    h : ndarray of shape (N, T, H)
        State after each step.
    cache : tuple or list
        Whatever your backward pass needs.
    """
    h, cache = None, None
    ### BEGIN SOLUTION
    n, steps, _ = x.shape
    h, cache = np.empty((n, steps, h0.shape[1]), dtype=x.dtype), []
    state = h0
    for t in range(steps):
        state, step = rnn_step_forward(x[:, t], state, Wx, Wh, b)
        h[:, t] = state
        cache.append(step)
    ### END SOLUTION
    return h, cache


# %% [markdown] hint="rnn-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Which state does step $t$ start from? Only one step starts from `h0`.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Loop over the second axis of `x` and call your `rnn_step_forward`. You need an array of
# shape $(N, T, H)$ for the states, and a list for what each step keeps.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Make room for the states, in the dtype of `x`.
# 2. For each step: take its inputs out of `x`, take a step from the current state, store
#    the new state and the step's cache.
# 3. Return both.
#
# </details>

# %% test="rnn-forward" points=3
x, h0 = np.array([[[1.0], [1.0]]]), np.array([[0.5]])
Wx, Wh, b = np.array([[1.0]]), np.array([[0.5]]), np.array([0.0])
h, _ = expect_tuple(rnn_forward(x, h0, Wx, Wh, b), "h", "cache")
expect_close(
    h,
    [[[0.84828364], [0.89045979]]],
    "h of the worked example",
    hint="Compare with the states of the worked example.",
    faults={
        "Every step starts from h0; hand the state on.": [[[0.84828364], [0.84828364]]],
        "The state of step 1 is h0; store the state after each step.": [
            [[0.5], [0.84828364]]
        ],
        "The last step is missing.": [[[0.84828364], [0]]],
        "The first step starts from zeros, not from h0.": [
            [[0.76159416], [0.88112963]]
        ],
    },
)
for n, t, d, h, dtype in [
    (2, 3, 4, 5, np.float64),
    (3, 1, 2, 2, np.float64),
    (1, 6, 3, 4, np.float32),
]:
    shapes = (n, t, d), (n, h), (d, h), (h, h), (h,)
    point = [rng.standard_normal(s).astype(dtype) for s in shapes]
    expected, _ = package.rnn_forward(*point)
    from_the_end, _ = package.rnn_forward(point[0][:, ::-1], *point[1:])
    with unchanged(**dict(zip(("x", "h0", "Wx", "Wh", "b"), point, strict=True))):
        states, _ = expect_tuple(rnn_forward(*point), "h", "cache")
    where = f"h (N, T, D, H = {n}, {t}, {d}, {h})"
    expect_close(
        states,
        expected,
        where,
        rtol=1e-4,
        atol=1e-5,
        hint="Each step reads its own word and starts from the state of the one before.",
        faults={"The sentence is read from its last word to its first.": from_the_end},
    )
expect_source(rnn_forward, without=READY)
passed("rnn-forward", "the worked example, three shapes, float32")


# %% [markdown]
# **Predict, then check.** Three steps $h_t = 0.5\, h_{t-1}$, without tanh and inputs. The loss
# reads all three states, each with an upstream gradient of 1. Which gradient arrives at $h_2$,
# and which at $h_0$?
#
# <details><summary>Check your prediction</summary>
#
# $h_3$ has 1. $h_2$ gets its own 1 and $0.5 \cdot 1$ from the later step: 1.5. $h_1$ gets $1 +
# 0.75 = 1.75$, and $h_0$, which no loss reads, $0.875$. The two gradients are added *before*
# the step back. The shared weights collect a term at every step.
#
# </details>


# %% answer="rnn-backward" minutes=30 difficulty=3 importance=3
def rnn_backward(dh, cache):
    """Carry gradients of all states back through rnn_forward.

    Parameters
    ----------
    dh : ndarray of shape (N, T, H)
        Upstream gradient of each state, from its own score alone.
    cache : tuple or list
        As returned by rnn_forward.

    Returns
    -------
    dx : ndarray of shape (N, T, D)
    dh0 : ndarray of shape (N, H)
    dWx : ndarray of shape (D, H)
    dWh : ndarray of shape (H, H)
    db : ndarray of shape (H,)
    """
    dx, dh0, dWx, dWh, db = None, None, None, None, None
    ### BEGIN SOLUTION
    dx, dWx, dWh, db = [None] * len(cache), 0, 0, 0
    dh0 = np.zeros_like(dh[:, 0])
    for t in reversed(range(len(cache))):
        dx[t], dh0, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + dh0, cache[t])
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    dx = np.stack(dx, axis=1)
    ### END SOLUTION
    return dx, dh0, dWx, dWh, db


# %% [markdown] hint="rnn-backward"
# <details><summary>Hint 1: where to look</summary>
#
# In the drawing, count the dashed arrows that enter one state in the middle, and those that
# enter the last. In which order must the steps be visited?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Loop over the steps from the last to the first and call your `rnn_step_backward`. Keep
# what flows to the previous state in a variable that begins at zero. Add up the gradients of
# the weights.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Begin with zeros for what flows back, and for the three parameters.
# 2. At each step the upstream gradient is a sum of two; `dh[:, t]` is one of them.
# 3. Store the step's `dx`, keep what flows on, accumulate the rest.
# 4. What flows out of the first step is one of the results.
#
# </details>

# %% test="rnn-backward" points=5
x, h0 = np.array([[[1.0], [1.0]]]), np.array([[0.5]])
Wx, Wh, b = np.array([[1.0]]), np.array([[0.5]]), np.array([0.0])
_, cache = expect_tuple(rnn_forward(x, h0, Wx, Wh, b), "h", "cache")
names = ("dx", "dh0", "dWx", "dWh", "db")
grads = expect_tuple(rnn_backward(np.array([[[1.0], [1.0]]]), cache), *names)
expect_close(
    grads[4],
    [0.51653058],
    "db of the worked example, with an upstream gradient of 1 at both states",
    hint="A state's gradient comes from its own score and from the next step.",
    faults={
        "Only the state's own score is counted; add what flows back.": [0.48749623],
        "This is the last step alone; add up all steps.": [0.20708137],
        "This is the first step alone; add up all steps.": [0.30944921],
        "The states' own scores are left out, but for the last state's.": [0.23611571],
        "The steps are averaged; add them up.": [0.25826529],
    },
)
expect_close(
    grads[0],
    [[[0.30944921], [0.20708137]]],
    "dx of the worked example, with an upstream gradient of 1 at both states",
    hint="The gradient flows from the last step to the first.",
    faults={
        "The steps are visited from the first to the last; begin with the last.": [
            [[0.28041487], [0.23611571]]
        ],
        "dx is stored in the order of the visits; put each step's at its place.": [
            [[0.20708137], [0.30944921]]
        ],
    },
)
for n, t, d, h in [(2, 3, 4, 5), (3, 1, 2, 2), (2, 7, 3, 4)]:
    shapes = (n, t, d), (n, h), (d, h), (h, h), (h,)
    point = [rng.standard_normal(s) for s in shapes]
    dh = rng.standard_normal((n, t, h))
    expected = package.rnn_backward(dh, package.rnn_forward(*point)[1])
    _, cache = rnn_forward(*point)
    with unchanged(dh=dh):
        grads = expect_tuple(rnn_backward(dh, cache), *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        where = f"{name} (N, T, D, H = {n}, {t}, {d}, {h})"
        expect_close(
            grad,
            right,
            where,
            rtol=1e-5,
            atol=1e-8,
            hint="Check T = 1 first: there nothing flows back.",
        )
expect_source(rnn_backward, without=READY)
passed(
    "rnn-backward", "all five gradients, three shapes, upstream gradients left alone"
)

# %% [markdown]
# **Experiment: how far back do gradients reach?** The loss looks at the last of 30 states.
# We measure the length of its gradient at every earlier state, for three sizes of $W_h$: its
# *spectral radius*, the largest absolute eigenvalue, is 0.5, 1 and 2. Before you run the cell:
# which curve will be highest at step 1?

# %% tags=["experiment"]
with needs_answers():
    draw, (n, steps, size) = np.random.default_rng(7), (20, 30, 64)
    x, start = 0.1 * draw.standard_normal((n, steps, size)), np.zeros((n, size))
    Wx, base = np.eye(size), draw.standard_normal((size, size))
    base /= np.abs(np.linalg.eigvals(base)).max()
    fig, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
    for radius, colour in zip((0.5, 1.0, 2.0), figures.COLOURS, strict=False):
        states, _ = rnn_forward(x, start, Wx, radius * base, np.zeros(size))
        lengths = []
        for t in range(steps):  # gradient of the last state with respect to state t
            before = start if t == 0 else states[:, t - 1]
            _, cache = rnn_forward(x[:, t:], before, Wx, radius * base, np.zeros(size))
            dh = np.zeros((n, steps - t, size))
            dh[:, -1] = 1 / size
            lengths.append(np.linalg.norm(rnn_backward(dh, cache)[1]))
        ax.semilogy(range(1, steps + 1), lengths, color=colour)
        ax.text(
            0.5, lengths[0], f"radius {radius:g}", color=colour, ha="right", va="center"
        )
    ax.set(xlabel="gradient with respect to the state before step", ylabel="length")
    ax.set(xlim=(-6, 31), xticks=(1, 10, 20, 30))
    plt.show()

# %% [markdown]
# *Read from right to left: the gradient of radius 0.5 loses a factor of two with every step.
# Radius 2 does not explode as the linear calculation says: its states saturate, and the
# slopes $1 - h^2$ hold against the large weights.*
#
# **Truncated backpropagation.** Long texts are cut into pieces of a few steps; the state is
# handed on, the gradient is not. How wrong is the gradient then?

# %% tags=["experiment"]
with needs_answers():
    draw, (n, steps, size) = np.random.default_rng(8), (20, 24, 32)
    x, start = draw.standard_normal((n, steps, size)), np.zeros((n, size))
    Wx, Wh = 0.5 * np.eye(size), draw.standard_normal((size, size))
    Wh /= np.abs(np.linalg.eigvals(Wh)).max()
    dh = draw.standard_normal((n, steps, size))
    states, cache = rnn_forward(x, start, Wx, Wh, np.zeros(size))
    full = rnn_backward(dh, cache)[3]
    for piece in (1, 2, 4, 8, 12, 24):
        total = 0
        for t in range(0, steps, piece):
            before = start if t == 0 else states[:, t - 1]
            _, cache = rnn_forward(x[:, t : t + piece], before, Wx, Wh, np.zeros(size))
            total = total + rnn_backward(dh[:, t : t + piece], cache)[3]
        error = np.linalg.norm(total - full) / np.linalg.norm(full)
        print(f"pieces of {piece:2} steps: dWh is off by {error:4.0%}")

# %% [markdown] question="rnn-truncated" points=2 minutes=10
# **Question 1 (2 points).** A student trains a character model on novels in pieces of 25
# characters and hands the state from piece to piece. It closes brackets that were opened
# 10 characters earlier, but never those opened 60 characters earlier. A colleague says: "Of
# course, the state is reset after 25 characters." Why is that explanation wrong? Give a
# better one, and a measurement that would decide between the two.

# %% [markdown] marking="rnn-truncated"
# The state is handed on, so the network *could* know of the bracket: only the gradient is cut.
# No loss at the closing bracket ever reaches the weights' use at the opening one, so nothing
# teaches the network to store it so long. Measurement: train with pieces of 100 characters
# at the same number of characters, or feed an opening bracket and watch how long the states
# of two texts that differ only there stay apart. If the state were reset, they would be equal
# after the next cut.
#
# *Marking:* 0.5 for "the state goes on, the gradient is cut"; 0.5 for why no gradient means no
# learning of long storage; 1 for a measurement whose results differ. Accept "vanishing
# gradients would do the same even with longer pieces" as part of an answer. "The model is too
# small" earns nothing.

# %% [markdown]
# **Further reading**
#
# - Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*,
#   2013, [arXiv:1211.5063](https://arxiv.org/abs/1211.5063). Sections 1 and 2. 20 minutes.
# - Zhang et al., *Dive into Deep Learning*, [section
#   9.7](https://d2l.ai/chapter_recurrent-neural-networks/bptt.html): backpropagation through
#   time. 15 minutes.
#
# **Harder (optional, no points).** *Truncated* backpropagation cuts a long sequence into
# pieces. The state goes on from piece to piece, the gradient does not. What does a piece of 20
# steps save, and what can the network no longer learn?
#
# <details><summary>Compare your answer</summary>
#
# Memory and the wait for an update: caches of 20 steps in place of thousands. The state still
# carries information across a cut. No gradient tells an early step that it mattered 30 steps
# later, so such links are learned only by accident.
#
# </details>

# %% [markdown]
# ## 3. Words as vectors
#
# A word number has no meaning: word 40 is not twice word 20. A *word embedding* gives each
# word of the vocabulary a vector of $D$ numbers that is learned with the rest of the network
# (Bengio et al., 2003). The vectors are the rows of one matrix $W$ of shape $(V, D)$.
#
# After this section you can look up embeddings, and give each word its gradient even if it
# occurs twice.
#
# $$\text{out}_{nt} = W_{x_{nt}}, \qquad
# \frac{\partial L}{\partial W_v} = \sum_{(n,t):\, x_{nt} = v} \text{dout}_{nt}.$$

# %% drawing="embedding-rows"
drawings.show(
    drawings.word_rows(),
    "The words a, red, star, a of a caption pick rows 3, 4, 5 and 3 of an embedding matrix. "
    "Dashed gradients run back to the rows; row 3 was picked twice and gets the sum of both.",
)

# %% [markdown]
# *The row of "a" was used twice, so its gradient is the sum of two. Rows of words that do not
# occur get none.*
#
# **Worked example.** Three words, two numbers each; word 2 occurs twice:

# %%
table = [[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]]
sentence, upstream = [2, 1, 2], [[1.0, 1.0], [10.0, 10.0], [100.0, 100.0]]
print("out", [table[word] for word in sentence])
gradient = [[0.0, 0.0] for _ in table]
for word, row in zip(sentence, upstream, strict=True):
    gradient[word] = [old + new for old, new in zip(gradient[word], row, strict=True)]
print("gradient of the table", gradient)

# %% [markdown]
# **Predict, then check.** NumPy offers `dW[x] += dout`. What would it give for row 2 above?
#
# <details><summary>Check your prediction</summary>
#
# 100, the last one. NumPy reads `dW[x]`, adds, and writes back; where an index occurs twice,
# the second result overwrites the first.
#
# </details>


# %% answer="embedding-forward" minutes=5 difficulty=1 importance=3
def word_embedding_forward(x, W):
    """Look up the vector of every word.

    Parameters
    ----------
    x : ndarray of int, shape (N, T)
        Words, from 0 to V - 1.
    W : ndarray of shape (V, D)
        The vector of each word.

    Returns
    -------
    out : ndarray of shape (N, T, D)
    cache : tuple
        Whatever your backward pass needs.
    """
    out, cache = None, None
    ### BEGIN SOLUTION
    out, cache = W[x], (x, W.shape)
    ### END SOLUTION
    return out, cache


# %% [markdown] hint="embedding-forward"
# <details><summary>Hint 1: where to look</summary>
#
# The result has one more axis than `x`. What stands along it?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# NumPy's indexing accepts an array of whole numbers of any shape.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# One line looks up, one line keeps what the gradient needs: the words, and how large the
# table is. The table's values are not needed.
#
# </details>

# %% test="embedding-forward" points=1
W = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
out, _ = expect_tuple(word_embedding_forward(np.array([[2, 1, 2]]), W), "out", "cache")
expect_close(
    out,
    [[[3, 4], [1, 2], [3, 4]]],
    "out of the worked example",
    hint="Word 2 has the vector [3, 4], word 1 has [1, 2].",
    faults={
        "Words begin at 0, but these rows are counted from 1.": [
            [[1, 2], [0, 0], [1, 2]]
        ],
        "These are columns of W; a word is a row.": [[[0, 1, 3], [0, 2, 4], [0, 1, 3]]],
        "The vectors are multiplied by the words' numbers; only look them up.": [
            [[6, 8], [1, 2], [6, 8]]
        ],
    },
    shape_hint="Every word of x gets its row of W.",
)
for n, t, v, d in [(3, 4, 6, 2), (1, 1, 2, 5), (2, 9, 4, 3)]:
    x, W = rng.integers(0, v, (n, t)), rng.standard_normal((v, d))
    with unchanged(x=x, W=W):
        out, _ = expect_tuple(word_embedding_forward(x, W), "out", "cache")
    expected, _ = package.word_embedding_forward(x, W)
    expect_close(out, expected, f"out (N, T, V, D = {n}, {t}, {v}, {d})")
expect_source(word_embedding_forward, loops=0, without=[*READY, "one_hot"])
passed("embedding-forward", "the worked example and three shapes, no loop")


# %% [markdown]
# **Predict, then check.** A caption holds the words 3, 5, 3, and the upstream gradients of its
# three vectors are $g_1, g_2, g_3$. What does each row of `dW` get?
#
# <details><summary>Check your prediction</summary>
#
# Row 3 gets $g_1 + g_3$, row 5 gets $g_2$, all others get zeros. A weight that was used twice
# collects both gradients. Test your code on a word that comes twice: NumPy's assignment with
# repeated indices keeps only one of them.
#
# </details>


# %% answer="embedding-backward" minutes=10 difficulty=2 importance=3
def word_embedding_backward(dout, cache):
    """Give every word the sum of the gradients of its uses.

    Parameters
    ----------
    dout : ndarray of shape (N, T, D)
        Upstream gradient.
    cache : tuple
        As returned by word_embedding_forward.

    Returns
    -------
    dW : ndarray of shape (V, D)
    """
    dW = None
    ### BEGIN SOLUTION
    x, shape = cache
    dW = np.zeros(shape, dtype=dout.dtype)
    np.add.at(dW, x, dout)
    ### END SOLUTION
    return dW


# %% [markdown] hint="embedding-backward"
# <details><summary>Hint 1: where to look</summary>
#
# What is the gradient of a word that does not occur? And of one that occurs twice?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The functions of `np.add` include one that adds at given places without losing repeated
# ones. A loop over all words is right too, only slower.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# Begin with zeros in the shape of the table. Then add each upstream row to the row of its
# word. Row 2 of the worked example must be 101.
#
# </details>

# %% test="embedding-backward" points=3
W, dout = np.zeros((4, 2)), np.array([[[1.0, 1.0], [10.0, 10.0], [100.0, 100.0]]])
_, cache = expect_tuple(
    word_embedding_forward(np.array([[2, 1, 2]]), W), "out", "cache"
)
expect_close(
    word_embedding_backward(dout, cache),
    [[0, 0], [10, 10], [101, 101], [0, 0]],
    "dW of the worked example, with a fourth word that does not occur",
    faults={
        "A repeated word keeps its last gradient only; add them up.": [
            [0, 0],
            [10, 10],
            [100, 100],
            [0, 0],
        ],
        "A repeated word keeps its first gradient only; add them up.": [
            [0, 0],
            [10, 10],
            [1, 1],
            [0, 0],
        ],
        "Repeated words get the sum, not the mean.": [
            [0, 0],
            [10, 10],
            [50.5, 50.5],
            [0, 0],
        ],
        "Only the first word of the sentence gets a gradient.": [
            [0, 0],
            [0, 0],
            [1, 1],
            [0, 0],
        ],
    },
    shape_hint="Every word of the vocabulary has a row, also one that does not occur.",
)
for n, t, v, d in [(3, 4, 6, 2), (2, 9, 3, 5), (1, 1, 4, 3)]:
    x, W = rng.integers(0, v, (n, t)), rng.standard_normal((v, d))
    dout = rng.standard_normal((n, t, d))
    expected = package.word_embedding_backward(
        dout, package.word_embedding_forward(x, W)[1]
    )
    _, cache = word_embedding_forward(x, W)
    with unchanged(dout=dout):
        dW = word_embedding_backward(dout, cache)
    expect_close(
        dW, expected, f"dW (N, T, V, D = {n}, {t}, {v}, {d})", hint="Words repeat here."
    )
expect_source(word_embedding_backward, without=READY)
passed("embedding-backward", "repeated words add up, unused words get zero")

# %% [markdown]
# **Further reading**
#
# - Mikolov et al., *Efficient Estimation of Word Representations in Vector Space*, 2013,
#   [arXiv:1301.3781](https://arxiv.org/abs/1301.3781). Sections 1 and 4. 20 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016, [section
#   12.4](https://www.deeplearningbook.org/contents/applications.html): language models and
#   embeddings. 20 minutes.
#
# **Harder (optional, no points).** Write the embedding as a product of one-hot rows and $W$.
# What does that cost for a vocabulary of 10,000 words, and why is the gradient of $W$ the same?
#
# <details><summary>Compare your answer</summary>
#
# Each row of $W$ is multiplied by 0 or 1: 10,000 times the work of a look-up, for each word.
# The product's gradient is (one-hot)$^\top$ times the upstream gradient, which adds every
# gradient to the row of its word. Regularisation or Adam would still touch all rows, also those
# of words that did not occur.
#
# </details>

# %% [markdown]
# ## 4. A loss that skips the filling
#
# The network scores the next word at every step, so the loss is a softmax cross-entropy per
# word. Captions differ in length, but an array needs equal rows, so short ones were filled up
# with `<NULL>`. Those positions must not count: otherwise the network spends its effort on
# predicting the filling.
#
# After this section you can compute the loss of a batch of sentences and its gradient, with a
# *mask* that says which words count.
#
# For scores $s_{ntv}$, correct words $y_{nt}$ and a mask $m_{nt} \in \{0, 1\}$,
#
# $$L = -\frac1N \sum_{n,t} m_{nt} \log \frac{e^{s_{nt y_{nt}}}}{\sum_v e^{s_{ntv}}}.$$
#
# The sum runs over the words, and only the number of sentences $N$ divides it.

# %% drawing="caption-mask"
drawings.show(
    drawings.masked_captions(),
    "Two captions as rows of words. The network reads all words but the last and is asked for "
    "all but the first; where the word asked for is <NULL>, a cross says that it does not "
    "count.",
)

# %% [markdown]
# *The upper row of each pair is what the network reads, the lower row is what it is asked for:
# the same caption, shifted by one.*
#
# **Worked example.** One sentence of two positions, two words, all scores 0; the second
# position is filling:

# %%
probability = math.exp(0) / (math.exp(0) + math.exp(0))
print(
    f"loss of the first position {-math.log(probability):.4f}, of the second 0 (masked)"
)
print(
    "gradient of the first position",
    [probability - 1, probability],
    "if word 0 is correct",
)

# %% [markdown]
# **Predict, then check.** At the start of training all $V = 86$ scores are near 0 and captions
# have about 8 words, `<END>` included. Which loss do you expect?
#
# <details><summary>Check your prediction</summary>
#
# $8 \cdot \log 86 \approx 36$. A first loss of 36/16 would mean that something divides by the
# length, one of 71 that the filling counts.
#
# </details>


# %% answer="temporal-softmax" minutes=25 difficulty=3 importance=3
def temporal_softmax_loss(x, y, mask, verbose=False):
    """Return the softmax loss of sentences of scores, and its gradient.

    Parameters
    ----------
    x : ndarray of shape (N, T, V)
        Scores of each word at each position.
    y : ndarray of int, shape (N, T)
        Correct words, from 0 to V - 1.
    mask : ndarray of bool, shape (N, T)
        Which positions count.
    verbose : bool
        Print the shape of the gradient.

    Returns
    -------
    loss : float
        Summed over the positions that count, divided by N.
    dx : ndarray of shape (N, T, V)
        Gradient of the loss with respect to x.
    """
    loss, dx = None, None
    ### BEGIN SOLUTION
    n, steps, words = x.shape
    flat, right = x.reshape(n * steps, words), (np.arange(n * steps), y.reshape(-1))
    shifted = flat - flat.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    weight = mask.reshape(-1) / n
    loss = -np.sum(weight * logs[right])
    dx = np.exp(logs)
    dx[right] -= 1
    dx = (dx * weight[:, None]).reshape(x.shape)
    ### END SOLUTION
    if verbose:
        print("dx:", dx.shape)
    return loss, dx


# %% [markdown] hint="temporal-softmax"
# <details><summary>Hint 1: where to look</summary>
#
# Apart from the mask, this is the softmax loss of `two_layer_net` for $N \cdot T$ examples. What
# does that one divide by, and what does this one?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `reshape` makes a matrix of $N \cdot T$ rows and brings the gradient back. Subtract each
# row's maximum before `np.exp`. Multiply by the mask once in the loss and once in the
# gradient.
#
# </details>
#
# <details><summary>Hint 3: the local pieces</summary>
#
# 1. Log-probabilities of all rows.
# 2. Pick those of the correct words, weigh them by the mask, sum, change the sign, divide.
# 3. The gradient of one row is its probabilities, with 1 taken off at the correct word; then the
#    same weight.
#
# </details>

# %% test="temporal-softmax" points=4
x, y, mask = np.zeros((1, 2, 2)), np.array([[0, 1]]), np.array([[True, False]])
loss, dx = expect_tuple(temporal_softmax_loss(x, y, mask), "loss", "dx")
expect_close(
    loss,
    0.69314718,
    "loss of the worked example",
    faults={
        "Masked positions count; multiply by the mask.": 1.38629436,
        "The loss is divided by N alone, not by N * T.": 0.34657359,
    },
)
expect_close(
    dx,
    [[[-0.5, 0.5], [0, 0]]],
    "dx of the worked example",
    faults={
        "Masked positions get no gradient.": [[[-0.5, 0.5], [0.5, -0.5]]],
        "Take 1 off at the correct word.": [[[0.5, 0.5], [0, 0]]],
        "The sign is turned round.": [[[0.5, -0.5], [0, 0]]],
        "The gradient is divided by N alone, not by N * T.": [[[-0.25, 0.25], [0, 0]]],
    },
)
loss, _ = expect_tuple(
    temporal_softmax_loss(x, y, np.array([[True, True]])), "loss", "dx"
)
expect_close(
    loss,
    1.38629436,
    "loss of the worked example, both positions counted",
    hint="The losses of the positions are added up.",
    faults={
        "The loss is divided by N alone, not by the words that count.": 0.69314718,
    },
)
for n, t, v, shift in [(3, 4, 5, 0), (2, 6, 3, 1000), (4, 1, 7, -1000)]:
    x = rng.standard_normal((n, t, v)) + shift
    y, mask = rng.integers(0, v, (n, t)), rng.random((n, t)) < 0.6
    mask[0, 0] = True
    expected = package.temporal_softmax_loss(x, y, mask)
    with unchanged(x=x, y=y, mask=mask):
        loss, dx = expect_tuple(temporal_softmax_loss(x, y, mask), "loss", "dx")
    where = f"(N, T, V = {n}, {t}, {v}; scores near {shift})"
    expect_close(
        loss,
        expected[0],
        f"loss {where}",
        rtol=1e-5,
        hint="Subtract the maximum of each row first.",
    )
    expect_close(dx, expected[1], f"dx {where}", rtol=1e-5, atol=1e-8)
x = np.array([[[-1000.0, 0, -2000]], [[4999, 5000, 0]]])
y, mask = np.array([[1], [0]]), np.ones((2, 1), bool)
loss, dx = expect_tuple(temporal_softmax_loss(x, y, mask), "loss", "dx")
where = "of scores 1000 apart within a row, and rows 5000 apart"
hint = "Subtract from each row its own maximum."
expect_close(loss, 0.65663084, f"loss {where}", hint=hint)
right = [[[0, 0, 0]], [[-0.36552929, 0.36552929, 0]]]
expect_close(dx, right, f"dx {where}", hint=hint)
expect_source(temporal_softmax_loss, without=READY)
passed("temporal-softmax", "loss and gradient, masked positions, scores near 1000")

# %% [markdown]
# **Further reading**
#
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 10.2](https://www.deeplearningbook.org/contents/rnn.html): backpropagation through
#   time, with the same graphs. 25 minutes.
# - Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, 2013,
#   [arXiv:1211.5063](https://arxiv.org/abs/1211.5063). Section 2 explains the first experiment
#   above. 25 minutes.
#
# **Harder (optional, no points).** Let `rnn_forward` keep only every $k$-th state, and compute
# the others again in the backward pass. How do memory and time depend on $k$? Which $k$ would
# you take for 10,000 steps?
#
# <details><summary>Compare your answer</summary>
#
# Of $T$ steps $T/k$ states are kept, and $k$ more while a piece is worked on. $T/k + k$ is
# smallest for $k = \sqrt T$: with 10,000 steps $k = 100$, and 200 states in place of 10,000.
# The price is one more forward pass, about a third more time. Chen et al. (2016) described it
# as *gradient checkpointing*; it serves deep networks in the same way.
#
# </details>
#
# ## 5. A network that writes captions
#
# Vinyals et al. (2015) proposed to treat captioning as translation: the features of an image,
# instead of a sentence in another language, set the first hidden state, and the network then
# predicts one word after another. It is trained on captions that are given. After each word of
# a true caption it is asked for the next (*teacher forcing*), and the loss is that of section
# 4.
#
# After this section you have a network that is trained from end to end by your own gradients.
#
# With features $f$ and a caption $w_0 \dots w_T$ that begins with `<START>`:
#
# $$h_0 = f\,W_{\text{proj}} + b_{\text{proj}}, \quad
# h_t = \text{step}\big(W_{\text{embed}}[w_{t-1}],\, h_{t-1}\big), \quad
# s_t = h_t W_{\text{vocab}} + b_{\text{vocab}}, \quad t = 1 \dots T,$$
#
# where $s_t$ scores word $w_t$. The features here are 512 numbers from a small network that was
# trained to find the objects of such scenes (`docs/data.md`); the course's are 512 numbers from
# VGG-16.

# %% drawing="captioner"
drawings.show(
    drawings.captioner(),
    "A picture gives features, a projection gives the first hidden state. From there a chain of "
    "states reads START, a, red, star and scores the words a, red, star, END.",
)

# %% [markdown]
# *What is asked for at one step is read at the next. In training both come from a true
# caption; when the network writes, what it wrote is what it reads.*
#
# The parameters have names, which old answers use as well: `W_proj`, `b_proj`, `W_embed`,
# `Wx`, `Wh`, `b`, `W_vocab`, `b_vocab`, all in `self.params`. Four functions you have written
# in earlier notebooks are given:


# %% tags=["setup"]
def affine_forward(x, w, b):
    """Multiply a batch (N, D) by weights and add a bias."""
    return x @ w + b, (x, w)


def affine_backward(dout, cache):
    """Return the gradients of x, w and b."""
    x, w = cache
    return dout @ w.T, x.T @ dout, dout.sum(axis=0)


def temporal_affine_forward(x, w, b):
    """Do the same at every step of sentences (N, T, D)."""
    return x @ w + b, (x, w)


def temporal_affine_backward(dout, cache):
    """Return the gradients of x, w and b."""
    x, w = cache
    flat, grads = x.reshape(-1, x.shape[2]), dout.reshape(-1, dout.shape[2])
    return dout @ w.T, flat.T @ grads, grads.sum(axis=0)


class CaptioningRNN(NotebookClass):
    """A network that writes captions; its methods ``loss`` and ``sample`` are your answers."""

    def __init__(
        self,
        word_to_idx,
        input_dim=512,
        wordvec_dim=128,
        hidden_dim=128,
        cell_type="rnn",
        dtype=np.float64,
    ):
        ready = captioning.CaptioningRNN(
            word_to_idx, input_dim, wordvec_dim, hidden_dim, cell_type, dtype
        )
        self.cell_type, self.dtype, self.params = cell_type, dtype, ready.params
        self.word_to_idx = word_to_idx
        self.idx_to_word = {i: word for word, i in word_to_idx.items()}
        self._null = word_to_idx["<NULL>"]
        self._start = word_to_idx.get("<START>")
        self._end = word_to_idx.get("<END>")


# %% [markdown]
# **Worked example.** A caption is cut into what is read and what is asked for. For
# `<START> a star <END> <NULL>`:

# %%
caption = ["<START>", "a", "star", "<END>", "<NULL>"]
for t in range(4):
    note = "" if caption[t + 1] != "<NULL>" else "does not count"
    print(f"reads {caption[t]:8} is asked for {caption[t + 1]:8} {note}")

# %% [markdown]
# **Predict, then check.** A caption row has 17 numbers. How many steps does the network take in
# training? How many of them count for the caption above?
#
# <details><summary>Check your prediction</summary>
#
# 16 steps: the last word is never read, the first never asked for. Three count: the two words
# and `<END>`, without which the network would never learn to stop.
#
# </details>


# %% answer="captioning-loss" minutes=40 difficulty=3 importance=3
@add_to_class(CaptioningRNN)
def loss(self, features, captions):
    """Compute the loss of captions and its gradients.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features of the images.
    captions : ndarray of int, shape (N, T + 1)
        Their captions, filled up with self._null.

    Returns
    -------
    loss : float
        Cross-entropy summed over the words that count, divided by N.
    grads : dict of str to ndarray
        Gradients by the names of self.params.
    """
    captions_in, captions_out = captions[:, :-1], captions[:, 1:]
    mask = captions_out != self._null
    p, loss, grads = self.params, 0.0, {}
    ### BEGIN SOLUTION
    h0, project = affine_forward(features, p["W_proj"], p["b_proj"])
    x, embed = word_embedding_forward(captions_in, p["W_embed"])
    h, cell = rnn_forward(x, h0, p["Wx"], p["Wh"], p["b"])
    scores, vocab = temporal_affine_forward(h, p["W_vocab"], p["b_vocab"])
    loss, dscores = temporal_softmax_loss(scores, captions_out, mask)
    dh, grads["W_vocab"], grads["b_vocab"] = temporal_affine_backward(dscores, vocab)
    dx, dh0, grads["Wx"], grads["Wh"], grads["b"] = rnn_backward(dh, cell)
    grads["W_embed"] = word_embedding_backward(dx, embed)
    _, grads["W_proj"], grads["b_proj"] = affine_backward(dh0, project)
    ### END SOLUTION
    return loss, grads


# %% [markdown] hint="captioning-loss"
# <details><summary>Hint 1: where to look</summary>
#
# The drawing has five kinds of arrows forward. Name the function of each, and which of its
# outputs the next one needs.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Forward: project, embed, run, score, loss. Backward: the same list from the end, each
# function's partner with its cache. Every backward function returns gradients in the order of
# the forward function's arguments.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. First state from the features; word vectors from `captions_in`.
# 2. All states; all scores; the loss against `captions_out` with `mask`.
# 3. Back through scores, states, words and projection. The gradient of the first state comes
#    out of `rnn_backward`.
# 4. `grads` has eight entries.
#
# </details>

# %% test="captioning-loss" points=6
vocabulary = {"<NULL>": 0, "cat": 2, "dog": 3}
model = CaptioningRNN(vocabulary, 20, 30, 40, "rnn", np.float64)
for name, value in model.params.items():
    model.params[name] = np.linspace(-1.4, 1.3, num=value.size).reshape(value.shape)
features = np.linspace(-1.5, 0.3, num=200).reshape(10, 20)
captions = (np.arange(130) % 3).reshape(10, 13)
value, grads = expect_tuple(model.loss(features, captions), "loss", "grads")
expect_close(
    value,
    9.83235591003,
    "the course's reference loss",
    rtol=0,
    atol=1e-10,
    hint="Check the order: project, embed, run, score, loss.",
    faults={
        "The loss is divided by the words, not by the captions.": 1.2290444888,
        "The filling counts: hand on the mask.": 26.898249754694,
        "The network is asked for the words that it reads.": 27.526306151353,
        "The network reads the words that it is asked for.": 9.895495787001,
        "The first state does not come from the features.": 9.908474958846,
        "The bias of the scores, b_vocab, is missing.": 7.376945843214,
    },
)
vocabulary = {
    w: i for i, w in enumerate(["<NULL>", "<START>", "<END>", "a", "red", "star"])
}
for n, t, d, w, h in [(3, 5, 4, 3, 6), (2, 3, 7, 5, 2)]:
    model = CaptioningRNN(vocabulary, d, w, h, "rnn", np.float64)
    twin = captioning.CaptioningRNN(vocabulary, d, w, h, "rnn", np.float64)
    for name, param in twin.params.items():
        twin.params[name] = rng.standard_normal(param.shape)
        model.params[name] = twin.params[name].copy()
    features, captions = rng.standard_normal((n, d)), rng.integers(0, 6, (n, t + 1))
    captions[:, 1] = 3
    right, expected = twin.loss(features, captions)
    with unchanged(features=features, captions=captions):
        value, grads = expect_tuple(model.loss(features, captions), "loss", "grads")
    where = f"(N, T, D, W, H = {n}, {t}, {d}, {w}, {h})"
    expect_close(
        value,
        right,
        f"loss {where}",
        rtol=1e-6,
        hint="Is <NULL> masked where it is asked for?",
    )
    expect_equal(sorted(grads), sorted(expected), f"the names in grads {where}")
    for name in ("W_vocab", "b_vocab", "Wh", "Wx", "b", "W_embed", "W_proj", "b_proj"):
        expect_close(
            grads[name],
            expected[name],
            f"grads[{name!r}] {where}",
            rtol=1e-5,
            atol=1e-8,
        )
expect_source(model.loss, without=READY)
passed("captioning-loss", "the reference loss to 1e-10, eight gradients, masked words")

# %% [markdown]
# ### Writing a caption
#
# To write, the network takes one step at a time: it begins with `<START>`, picks a word from
# the scores, and reads that word next. *Greedy decoding* picks the word with the highest
# score. It is fast and often good, but the most probable sentence need not begin with the most
# probable word.


# %% [markdown]
# **Predict, then check.** The first word is "a" with probability 0.6 or "the" with 0.4. The
# best second word has probability 0.3 after "a" and 0.9 after "the". Which sentence does greedy
# decoding write, and which is the more probable?
#
# <details><summary>Check your prediction</summary>
#
# Greedy decoding begins with "a" and ends at $0.6 \cdot 0.3 = 0.18$. "The" would have led to
# $0.4 \cdot 0.9 = 0.36$. The notebook `lstm_captioning` keeps several beginnings at a time
# (*beam search*).
#
# </details>


# %% answer="captioning-sample" minutes=20 difficulty=3 importance=3
@add_to_class(CaptioningRNN)
def sample(self, features, max_length=30):
    """Write captions by greedy decoding.

    Parameters
    ----------
    features : ndarray of shape (N, D)
        Features of the images.
    max_length : int
        Words to write.

    Returns
    -------
    captions : ndarray of int, shape (N, max_length)
        Words, without <START>. What follows <END> in a row does not count.
    """
    n, p = len(features), self.params
    captions = np.full((n, max_length), self._null, dtype=np.int32)
    ### BEGIN SOLUTION
    h, _ = affine_forward(features, p["W_proj"], p["b_proj"])
    word = np.full(n, self._start)
    for t in range(max_length):
        x, _ = word_embedding_forward(word, p["W_embed"])
        h, _ = rnn_step_forward(x, h, p["Wx"], p["Wh"], p["b"])
        scores, _ = affine_forward(h, p["W_vocab"], p["b_vocab"])
        word = scores.argmax(axis=1)
        captions[:, t] = word
    ### END SOLUTION
    return captions


# %% [markdown] hint="captioning-sample"
# <details><summary>Hint 1: where to look</summary>
#
# What does the first step read, and what does the second? Where does the state come from?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Steps, not sequences: `rnn_step_forward` and `affine_forward`. All sentences of the batch
# take each step together. `argmax` needs an axis.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. State from the features; current words all `self._start`.
# 2. Repeat `max_length` times: embed the current words, step, score, pick, store, and make the
#    picked words the current ones.
#
# </details>

# %% test="captioning-sample" points=4
vocabulary = {
    w: i
    for i, w in enumerate(["<NULL>", "<START>", "<END>", "a", "red", "star", "ring"])
}
model = CaptioningRNN(vocabulary, 2, 3, 3, "rnn", np.float64)
for i, (name, value) in enumerate(sorted(model.params.items())):
    wave = 2 * np.sin((11 + i) * np.arange(1, value.size + 1))
    model.params[name] = wave.reshape(value.shape)
captions = model.sample(np.array([[1.0, -1.0], [-1.0, 2.0]]), max_length=4)
expect_array(captions, (2, 4), "captions")
expect_equal(
    np.asarray(captions)[:, :3],
    np.array([[6, 4, 6], [4, 6, 4]]),
    "the first three words of two captions",
    hint="Begin with <START>; each step reads the word that was picked before it.",
    faults={
        "Every step reads <START>; read the word that was picked before.": [
            [6, 6, 5],
            [4, 5, 5],
        ],
        "The first step reads <NULL> in place of <START>.": [[6, 4, 6], [5, 6, 4]],
        "Each step starts from the image's state; hand the state on.": [
            [6, 4, 6],
            [4, 5, 4],
        ],
        "The least likely words are picked.": [[2, 0, 2], [0, 2, 0]],
        "<START> is part of the result, which moves all words by one.": [
            [1, 6, 4],
            [1, 4, 6],
        ],
        "The first state does not come from the features.": [[5, 5, 5], [5, 5, 5]],
    },
)
for n, d, w, h, length in [(6, 5, 4, 7, 8), (3, 2, 6, 5, 3)]:
    model = CaptioningRNN(vocabulary, d, w, h, "rnn", np.float64)
    twin = captioning.CaptioningRNN(vocabulary, d, w, h, "rnn", np.float64)
    for name, param in twin.params.items():
        twin.params[name] = rng.standard_normal(param.shape)
        model.params[name] = twin.params[name].copy()
    features = rng.standard_normal((n, d))
    expected = twin.sample(features, length)
    with unchanged(features=features):
        captions = model.sample(features, max_length=length)
    expect_array(captions, (n, length), "captions")
    seen = np.cumsum(np.cumsum(expected == 2, axis=1), axis=1) <= 1  # up to <END>
    expect_equal(
        np.where(seen, captions, 0).astype(int),
        np.where(seen, expected, 0).astype(int),
        "captions up to <END>",
        hint="Begin with <START>; each step reads the word that was picked before it.",
    )
expect_source(model.sample, without=READY)
passed("captioning-sample", "words up to <END>, two sizes, features left alone")

# %% [markdown]
# **Experiment: overfit fifty captions.** Before you train on everything, *overfit* a tiny
# training set on purpose. A network that cannot memorise 50 captions has a bug. How small must
# the loss become before all 50 are exact, if each has about 8 words?


# %% tags=["experiment"]
def first_captions(num):
    """Keep one caption of each of the first images, for training and for measuring."""
    few, rows = dict(data), slice(0, 5 * num, 5)
    for split in ("train", "val"):
        few[f"{split}_features"] = data["train_features"]
        few[f"{split}_captions"] = data["train_captions"][rows]
        few[f"{split}_image_idxs"] = data["train_image_idxs"][rows]
    return few


with needs_answers():
    few = first_captions(50)
    small = CaptioningRNN(data["word_to_idx"], 512, 64, 128)
    solver = CaptioningSolver(
        small,
        few,
        update_rule="adam",
        optim_config={"learning_rate": 5e-3},
        lr_decay=0.98,
        batch_size=25,
        num_epochs=60,
        verbose=False,
        rng=np.random.default_rng(1),
    )
    solver.train()
    written = decode_captions(small.sample(few["train_features"][:50], 16), words)
    wanted = decode_captions(few["train_captions"][:, 1:], words)
    by_heart = sum(a == b for a, b in zip(written, wanted, strict=True)) / 50
    print(
        f"loss {solver.loss_history[-1]:.3f}; {50 * by_heart:.0f} of 50 captions are exact"
    )
    fig, ax = plt.subplots(figsize=(5, 2.4), layout="constrained")
    ax.semilogy(solver.loss_history, ".", markersize=3)
    ax.set(xlabel="step", ylabel="loss of the minibatch")
    plt.show()

# %% [markdown]
# **Further reading**
#
# - Vinyals, Toshev, Bengio and Erhan, *Show and Tell: A Neural Image Caption Generator*, 2015,
#   [arXiv:1411.4555](https://arxiv.org/abs/1411.4555). Section 3. 20 minutes.
# - Bengio et al., *Scheduled Sampling*, 2015,
#   [arXiv:1506.03099](https://arxiv.org/abs/1506.03099). Sections 1 and 2: in training the
#   network reads true words, later its own. 15 minutes.
#
# **Harder (optional, no points).** In training the network reads the true previous word
# (*teacher forcing*), when it writes its own. How could you measure the harm that this does?
#
# <details><summary>Compare your answer</summary>
#
# Compare the loss of true captions, word by word, after true beginnings and after beginnings
# that the network wrote itself. The further the second lies above the first, the larger the
# gap. Scheduled sampling mixes both in training; whether it helps has been disputed since, and
# the effect is often small for short captions.
#
# </details>

# %% [markdown]
# ## 6. Is it true?
#
# Captions were long compared with those of people by counting shared words. Anderson et al.
# (2016) and others found such scores to agree poorly with what people think of a caption. Of
# `scenes` we know every object, so we can ask a better question: is the sentence true?
#
# Truth alone is easy to get: "an object" is true of every picture. So three numbers are shown
# together, always:
#
# - **truth**: the share of captions that are well formed and true of their picture;
# - **specificity**: truth minus the share of *other* pictures of which the same caption is true;
# - **attributes**: of shape, colour and size of each object that true captions mention, the
#   share named.
#
# After this section you can say how good your network is, and what it does not know.

# %% drawing="specificity"
drawings.show(
    drawings.specificity(),
    "Three captions and two pictures. 'an object' is true of both pictures and has specificity 0; "
    "'a red star' is true of its own only and has specificity 1; 'a blue ring' is true of the "
    "other only and has specificity -1.",
)

# %% [markdown]
# *Only the middle caption says something that holds here and not there.*
#
# **Worked example.** Three captions of the first validation picture:

# %% tags=["experiment"]
for text in ("an object", captioning.references_of(data)[0][0], "a blue ring"):
    print(f"{text!r:45} {caption_accuracy([text], [0], data)}")

# %% [markdown]
# **Predict, then check.** Half of the validation scenes show a pair of colour and shape that
# no training caption names, for example a red circle. Will captions of those scenes be true
# less often?
#
# <details><summary>Check your prediction</summary>
#
# Yes: in our run 9 %, against 20 % elsewhere. The network has learned "red" and "circle"
# apart, and the features show both. It is likelier to name a pair that it has read before. The
# cell below measures by how much.
#
# </details>

# %% tags=["experiment"]
num_steps = 400 if quick() else 1500  # fewer where CS231N_QUICK is set, as in tests


def train(model, num_steps, learning_rate=4e-3, features="features", seed=1):
    """Train by Adam with a cosine schedule for so many steps of 100 captions."""
    solver = CaptioningSolver(
        model,
        data,
        features=features,
        update_rule="adam",
        optim_config={"learning_rate": learning_rate},
        schedule="cosine",
        batch_size=100,
        num_epochs=max(1, num_steps // 150),
        verbose=False,
        rng=np.random.default_rng(seed),
    )
    start = time.perf_counter()
    solver.train()
    return solver, time.perf_counter() - start


trained = {}  # the network and its captions, kept for the cells below


def captioner():
    """Train on the first call; return the network and its validation captions."""
    if not trained:
        model = CaptioningRNN(data["word_to_idx"], 512, 64, 128)
        solver, seconds = train(model, num_steps)
        print(f"{solver.iteration} steps in {seconds:.0f} s")
        trained["model"] = model
        trained["captions"] = model.sample(data["val_features"], 16)
    return trained["model"], trained["captions"]


with needs_answers():
    _, captions = captioner()
    pictures = np.arange(len(captions))
    print("all validation scenes:   ", caption_accuracy(captions, pictures, data))
    kinds = data["val_objects"][..., 1] + 3 * data["val_objects"][..., 0]
    unseen = ((kinds % 8 == 0) & (data["val_objects"][..., 0] >= 0)).any(axis=1)
    for name, rows in (
        ("with an unseen pair", unseen),
        ("with seen pairs only", ~unseen),
    ):
        found = caption_accuracy(captions[rows], pictures[rows], data)
        print(f"{name:25}", found)

# %% tags=["experiment"]
with needs_answers():
    _, captions = captioner()
    true = true_captions(captions, np.arange(len(captions)), data)
    fig, axes = plt.subplots(2, 4, figsize=(9, 4.6), layout="constrained")
    for ax, i in zip(axes.flat, (0, 3, 8, 11, 13, 15, 20, 25), strict=True):
        ax.imshow(data["val_images"][i])
        ax.axis("off")
        text = captioning.plain(decode_captions(captions[i], words))
        mark, colour = (
            ("\N{CHECK MARK}", figures.COLOURS[2])
            if true[i]
            else ("\N{MULTIPLICATION SIGN}", figures.COLOURS[1])
        )
        text = textwrap.fill(f"{mark} {text}", 26)
        ax.set_title(text, size=8, color=colour)
    plt.show()

# %% [markdown]
# *With the settings above, 14 % of our captions were true (specificity 0.13, attributes 64 %).
# A tick marks a true caption. Look at the others: most are fluent, and most mistakes are one
# wrong colour, shape or place.*

# %% [markdown] question="rnn-specific" points=2 minutes=10
# **Question 2 (2 points).** Two captioners are measured on 600 scenes. A has truth 0.78,
# specificity 0.05 and attributes 0.12; B has truth 0.35, specificity 0.33 and attributes 0.66.
# Its author says of A: "more than twice as good". What does A write, probably? Which of the
# two has learned more about pictures, and how would you train A further to find out whether it
# *can* see colours?

# %% [markdown] marking="rnn-specific"
# A writes sentences that hold nearly anywhere, such as "a large object" or "there are two
# shapes": true, but for other pictures as well, and they name hardly an attribute. B has
# learned more: nearly all of its truth is about its own picture. To test A: train or decode so
# that it must name a colour (for example continue the fixed beginning "a large", score the
# eight colours, and compare with the objects); or fit a linear classifier for colours on its
# hidden state. If that works, it sees colours and does not say them.
#
# *Marking:* 0.5 for a plausible sentence of A; 0.5 for B with specificity as the reason; 1 for
# an experiment that separates "cannot see" from "does not say". "A overfits" earns nothing:
# truth is measured on validation scenes.

# %% [markdown]
# ## 7. BLEU
#
# On photographs nobody knows all that is true, so captions are compared with those of people.
# *BLEU* (Papineni et al., 2002) was proposed for translation and became the usual number for
# captions. It counts *n-grams*, runs of $n$ words, that the caption shares with its
# references.
#
# After this section you can compute BLEU, and say when not to trust it.
#
# For each $n$ let $c_n$ be the number of n-grams in all captions, and $m_n$ those among them
# that a reference of the same image has too. Counts are *clipped*: an n-gram that occurs several
# times counts at most as often as in the reference that has it most often. With the
# *precisions* $p_n = m_n / c_n$,
#
# $$\text{BLEU-}n = \min\!\big(1, e^{1 - r/c}\big)\; \Big(\prod_{k=1}^{n} p_k\Big)^{1/n},$$
#
# where $c$ is the number of words in all captions, and $r$ the sum of the lengths of the
# closest references: of each caption's references, the one whose length is nearest, and the
# shorter of two that are equally near. The first factor is the *brevity penalty*.

# %% drawing="bleu-runs"
drawings.show(
    drawings.shared_runs(),
    "The caption 'the the the cat' beside the reference 'the cat sat': 'the' is counted once though "
    "it occurs three times, 'cat' once; of the three pairs only 'the cat' is shared. BLEU-1 is 2/4.",
)

# %% [markdown]
# *Three times "the" in the caption, once in the reference: only one counts.*
#
# **Worked example.** One caption and one reference, clipped counts by hand:

# %%
caption, reference = (
    ["a", "red", "star", "above", "a", "star"],
    ["a", "star", "above", "a", "red", "ring"],
)
for n in (1, 2):
    mine = [tuple(caption[i : i + n]) for i in range(len(caption) - n + 1)]
    theirs = [tuple(reference[i : i + n]) for i in range(len(reference) - n + 1)]
    shared = sum(min(mine.count(run), theirs.count(run)) for run in set(mine))
    print(f"n = {n}: {shared} of {len(mine)}")

# %% [markdown]
# **Predict, then check.** A caption repeats one reference word for word, but it has only its
# first three words of six. What is its precision, and what is BLEU-1?
#
# <details><summary>Check your prediction</summary>
#
# Every n-gram is shared, so all precisions are 1. The brevity penalty is $e^{1 - 6/3} = 0.37$,
# and that is BLEU-1 to BLEU-3. Without the penalty, one-word captions would be perfect.
#
# </details>


# %% answer="bleu" minutes=40 difficulty=3 importance=2
def bleu(hypotheses, references):
    """Compare captions with references by the n-grams that they share.

    Parameters
    ----------
    hypotheses : list of str
        Captions, words between blanks.
    references : list of list of str
        For each of them one or more captions of the same image.

    Returns
    -------
    scores : ndarray of shape (4,)
        BLEU-1 to BLEU-4 of all captions together; 0 where no n-gram is shared.
    """
    scores = np.zeros(4)
    ### BEGIN SOLUTION
    shared, total, length, nearest = np.zeros(4), np.zeros(4), 0, 0
    for hypothesis, several in zip(hypotheses, references, strict=True):
        mine, others = hypothesis.split(), [text.split() for text in several]
        length += len(mine)
        nearest += min((abs(len(o) - len(mine)), len(o)) for o in others)[1]
        for n in range(1, 5):
            runs = [tuple(mine[i : i + n]) for i in range(len(mine) - n + 1)]
            total[n - 1] += len(runs)
            for run in set(runs):
                most = max(
                    sum(tuple(o[i : i + n]) == run for i in range(len(o) - n + 1))
                    for o in others
                )
                shared[n - 1] += min(runs.count(run), most)
    if shared[0] > 0:
        penalty = min(1, np.exp(1 - nearest / length))
        precision = shared / np.maximum(total, 1)
        for n in range(1, 5):
            scores[n - 1] = penalty * np.prod(precision[:n]) ** (1 / n)
    ### END SOLUTION
    return scores


# %% [markdown] hint="bleu"
# <details><summary>Hint 1: where to look</summary>
#
# Which four numbers must you collect for each $n$ or over all captions, before you divide
# anything?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Tuples of words can be counted; `collections.Counter` intersects with `&` and takes the
# larger count with `|`. Sum over all captions first: BLEU of many captions is not the mean of
# their BLEUs.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. For each caption: its length, the length of the closest reference, and for $n$ = 1 to 4 the
#    number of its n-grams and of the clipped shared ones.
# 2. Add all of these up over the captions.
# 3. Precisions, their geometric means, brevity penalty. Where a precision is 0, so is the
#    score; where there is no n-gram at all, do not divide by 0.
#
# </details>

# %% test="bleu" points=4
scores = bleu(["the the the cat"], [["the cat sat", "there is the cat here"]])
expect_array(scores, (4,), "scores")
expect_close(
    scores,
    [0.5, 0.40824829, 0, 0],
    "scores of 'the the the cat'",
    hint="2 of 4 words and 1 of 3 pairs are shared; the length is that of no reference.",
    faults={
        "Clip: 'the' occurs once in each reference.": [1, 0.57735027, 0, 0],
        "These are precisions; BLEU-2 is a geometric mean of two.": [0.5, 1 / 3, 0, 0],
        "Clip by one reference, not by the counts of all added up.": [0.75, 0.5, 0, 0],
        "Captions longer than their reference are rewarded: the first factor is at most "
        "1.": [0.64201271, 0.52420118, 0, 0],
        "Of two references that are equally near in length the shorter one counts.": [
            0.38940039,
            0.31794407,
            0,
            0,
        ],
    },
)
expect_close(
    bleu(["a red star"], [["a red star above a ring"]])[:3],
    [0.36787944] * 3,
    "scores of a short caption",
    faults={
        "The brevity penalty is missing.": [1.0] * 3,
        "The brevity penalty is exp(1 - r / c), not c / r.": [0.5] * 3,
    },
)
several = [
    "a red big star above it",
    "a star",
    "a red big star above",
    "a red big star above the small ring",
]
expect_close(
    bleu(["a red big star"], [several]),
    [0.77880078] * 4,
    "scores of four words beside references of 6, 2, 5 and 8 words",
    hint="All n-grams are shared; the length is that of the reference of 5 words.",
    faults={
        "The shortest reference sets the length; take the closest.": [1.0] * 4,
        "The longest reference sets the length; take the closest.": [0.36787944] * 4,
        "The first reference sets the length; take the closest.": [0.60653066] * 4,
    },
)
expect_close(
    bleu(["a red star", "big ring"], [["a red star"], ["big star"]]),
    [0.8, 0.73029674, 0.81096027, 0],
    "scores of a perfect caption and one with a wrong word",
    hint="4 of 5 words and 2 of 3 pairs are shared.",
    faults={
        "These are means of the captions' scores; add up all counts before you divide.": [
            0.75,
            0.5,
            0.5,
            0,
        ],
    },
)
vocabulary = ["a", "red", "star", "ring", "above", "big"]
for number in (1, 5, 12):
    texts = [
        " ".join(rng.choice(vocabulary, rng.integers(1, 8))) for _ in range(6 * number)
    ]
    hypotheses = texts[:number]
    references = [
        texts[number + 3 * i : number + 3 * i + 1 + i % 3] for i in range(number)
    ]
    expected = captioning.bleu(hypotheses, references)
    scores = bleu(list(hypotheses), [list(several) for several in references])
    expect_close(
        scores,
        expected,
        f"scores of {number} random captions",
        rtol=1e-9,
        hint="Add up over all captions before you divide; of two references that are equally "
        "near in length the shorter one counts.",
    )
expect_close(
    bleu(["", "a ring"], [["a star"], ["a red ring"]]),
    captioning.bleu(["", "a ring"], [["a star"], ["a red ring"]]),
    "scores with an empty caption",
    hint="An empty caption has no n-grams.",
)
expect_close(
    bleu(["star", "a"], [["red star"], ["ring"]]),
    captioning.bleu(["star", "a"], [["red star"], ["ring"]]),
    "scores of captions that share one word and no pair",
    hint="One shared word is enough for BLEU-1.",
)
expect_close(
    bleu(["", ""], [["a star"], ["a ring"]]),
    np.zeros(4),
    "scores of empty captions alone",
    hint="Do not divide by a length of 0.",
)
expect_source(bleu, without=READY)
passed("bleu", "clipping, brevity, captions taken together, an empty caption")

# %% [markdown]
# **Experiment: does BLEU see the truth?** The table has BLEU and truth of four "captioners":
#
# - your network with greedy decoding;
# - the same with a *beam* of 3, which keeps the three best beginnings (you write it in
#   `lstm_captioning`);
# - the data's own captions;
# - own captions that belong to *another* picture.

# %% tags=["experiment"]
with needs_answers():
    model, captions = captioner()
    references, rows = captioning.references_of(data), np.arange(150)
    ready = captioning.CaptioningRNN(
        data["word_to_idx"], 512, 64, 128, dtype=np.float64
    )
    ready.params = model.params
    beam = ready.sample(data["val_features"][rows], 16, method="beam", k=3)
    hold_out = [several[1:] for several in references]
    writers = {
        "network, greedy": (decode_captions(captions[rows], words), references),
        "network, beam of 3": (decode_captions(beam, words), references),
        "own captions": ([references[i][0] for i in rows], hold_out),
        "of another picture": (
            [references[(i + 7) % 600][0] for i in rows],
            hold_out,
        ),
    }
    print(f"{'':22} BLEU-1  BLEU-2  BLEU-3  BLEU-4   truth  specificity  attributes")
    table = {}
    for name, (texts, several) in writers.items():
        texts = [captioning.plain(text) for text in texts]
        table[name] = bleu(texts, [several[i] for i in rows])
        found = caption_accuracy(texts, rows, data)
        numbers = "  ".join(f"{score:6.3f}" for score in table[name])
        print(
            f"{name:22} {numbers}  {found.truth:6.3f}       {found.specificity:6.3f}      {found.attributes:6.3f}"
        )
    fig, ax = plt.subplots(figsize=(6.5, 2.6), layout="constrained")
    for k, (name, scores) in enumerate(table.items()):
        look = {"color": figures.COLOURS[k], "hatch": ("", "//", "..", "xx")[k]}
        ax.bar(np.arange(4) + 0.2 * k - 0.3, scores, 0.18, label=name, **look)
    ax.set_xticks(range(4), [f"BLEU-{n}" for n in range(1, 5)])
    ax.set(ylabel="score")
    ax.legend(frameon=False, fontsize=8)
    plt.show()

# %% [markdown]
# *Compare the last two bars of each group: sentences about another picture keep two thirds of
# BLEU-1, since they are made of the same words.*

# %% [markdown]
# **On photographs.** Where COCO's captions are installed (`datasets/README.md`), the next cell
# trains the same network on 20,000 of them for some minutes. Nobody knows all that is true of
# a photograph, so the cell prints BLEU, and captions to judge for yourself.

# %% tags=["experiment"]
with needs_answers():
    try:
        coco = load_coco_data(max_train=1000 if quick() else 20_000)
    except DatasetError as error:
        print(f"{error}\nThe notebook goes on without them.")
    else:
        photographer = CaptioningRNN(
            coco["word_to_idx"], coco["train_features"].shape[1], 128, 256
        )
        CaptioningSolver(
            photographer,
            coco,
            update_rule="adam",
            optim_config={"learning_rate": 2e-3},
            schedule="cosine",
            batch_size=100,
            num_epochs=5,
            verbose=False,
            rng=np.random.default_rng(1),
        ).train()
        seen = np.unique(coco["val_image_idxs"])[:500]
        written = photographer.sample(coco["val_features"][seen], 16)
        texts = [
            captioning.plain(t) for t in decode_captions(written, coco["idx_to_word"])
        ]
        references = captioning.references_of(coco)
        print("BLEU-1 to 4:", bleu(texts, [references[i] for i in seen]).round(3))
        for i, text in zip(seen[:5], texts, strict=False):
            print(f"{coco['val_urls'][i]}: {text}")

# %% [markdown] question="rnn-bleu" points=2 minutes=10
# **Question 3 (2 points).** In our run, captions of the network had a BLEU-1 of 0.65 and the
# data's own 0.67. A colleague concludes that the network describes pictures nearly as well.
# But 13 % of its captions were true, and all of the others; and own captions of *another*
# picture still had 0.42. Explain all three numbers. Name one change to the references and one
# to the score that would bring the order closer to the truth, and say what each would cost.

# %% [markdown] marking="rnn-bleu"
# BLEU-1 counts shared words. The captions of this set are made of few words ("a", "is", "to
# the left of"), most of which some reference has, whatever the picture: hence 0.42 for the
# wrong one. The network writes the likeliest of them; one wrong colour makes a sentence false
# and costs one word of eight. The own captions vary words and what they speak of, so even true
# captions miss many n-grams of the four others. Longer n-grams separate more (BLEU-4: 0.20,
# 0.31 and 0.12), and still mix up "false" with "worded differently". Change of references:
# more per picture (cost: people's time), or all true sentences. Change of the score: parse and
# check statements (needs a parser and the truth), weigh rare words higher as CIDEr does, or
# ask people.
#
# *Marking:* 0.5 for words shared whatever the picture; 0.5 for "one wrong word makes it false,
# and BLEU hardly notices"; 0.5 for each change with its cost. "The network overfits the
# references" earns nothing: they are of validation pictures.

# %% [markdown] question="rnn-characters" points=2 minutes=10
# **Question 4 (2 points).** Instead of 86 words the network could read and write 27
# characters. A caption then takes over five times as many steps. A friend says: "A character
# model has fewer parameters, so it overfits less." Count the parameters of both (embedding 64,
# hidden 128) and judge the argument. When is a character model the better choice all the same?

# %% [markdown] marking="rnn-characters"
# Only embedding and scores depend on the vocabulary: 86 · 64 + 128 · 86 + 86 = 16,598 against
# 27 · 64 + 128 · 27 + 27 = 5,211, while $W_x$, $W_h$ and the projection (512 · 128) have
# 90,000 in both. The difference is about a tenth, so the argument is weak; and the task is
# harder, since the network must learn to spell and remember over five times as many steps.
# Better choice: open vocabularies (names, numbers, inflected languages, code), misspelt input,
# vocabularies so large that the softmax dominates. *Subwords* are the usual compromise.
#
# *Marking:* 1 for the counts (0.5 if only one part is counted) and the conclusion; 0.5 for the
# longer dependencies; 0.5 for a sound use. "Characters are always worse" earns nothing.

# %% [markdown]
# **Further reading**
#
# - Vinyals, Toshev, Bengio and Erhan, *Show and Tell: A Neural Image Caption Generator*, 2015,
#   [arXiv:1411.4555](https://arxiv.org/abs/1411.4555). Section 3 is this network with an LSTM,
#   section 4.1 discusses BLEU. 30 minutes.
# - Karpathy, *The Unreasonable Effectiveness of Recurrent Neural Networks*, 2015,
#   [blog](https://karpathy.github.io/2015/05/21/rnn-effectiveness/): character models, with
#   samples. 25 minutes.
# - Anderson et al., *SPICE: Semantic Propositional Image Caption Evaluation*, 2016,
#   [arXiv:1607.08822](https://arxiv.org/abs/1607.08822). Section 1 shows where n-grams fail.
#   10 minutes.
#
# **Harder (optional, no points).** *Scheduled sampling* (Bengio et al., 2015) feeds the
# network its own words during training, with growing probability. Change `loss` so that it
# reads `sample`d words at a quarter of the positions. Does truth rise? What happens to the
# gradient?
#
# <details><summary>Compare your answer</summary>
#
# Draw the words beforehand and treat them as given inputs. No gradient passes through the
# choice of a word, which has no derivative, so the step that chose a wrong word is not blamed
# for what follows. Huszár (2015) argued that the method can therefore aim at the wrong target.
# Compare truth over three seeds with and without it; with captions as short as these, expect a
# difference within their spread.
#
# </details>

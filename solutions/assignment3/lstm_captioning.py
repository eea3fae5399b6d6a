# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Gates, attention and beams
#
# The captions of `rnn_captioning` are fluent and often untrue. Three ideas help: *gates*,
# which let a network keep what it has seen; *attention*, which lets it look at the picture
# again before every word; and *beam search*, which looks further than the next word. You write
# all three, with their gradients, and measure what each of them brings.
#
# **You need:** the notebook `rnn_captioning`. **Time (our estimate, as are all minutes
# below):** about four hours.

# %% tags=["setup"]
import math
import textwrap
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures
from cs231n import layers as package
from cs231n.data import caption_accuracy, decode_captions, load_scenes, true_captions
from cs231n.nets import captioning
from cs231n.notebook import needs_answers, quick
from cs231n.solver import CaptioningSolver
from cs231n.testing import (
    expect,
    expect_close,
    expect_equal,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package", "captioning", "layers", "torch"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()


def sigmoid(x):
    """Squash numbers between 0 and 1, without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * x))


# %% [markdown]
# ## 1. One step of an LSTM
#
# A plain recurrent step rewrites the whole state with every word, and its gradient shrinks or
# grows with every step. Hochreiter and Schmidhuber (1997) proposed the *long short-term
# memory*, LSTM: beside the hidden state $h$ there is a *cell state* $c$ that is changed by
# addition, under the control of *gates*. Gers et al. (2000) added the forget gate. LSTMs
# dominated speech recognition, translation and captioning until transformers replaced them.
# They need four times the weights of a plain RNN of the same size, and they still forget: an
# open question is how much of their success is due to which gate (Greff et al., 2017).
#
# After this section you can take one step of an LSTM and carry both of its gradients back.
#
# One product gives $4H$ numbers, $a = x W_x + h_{t-1} W_h + b$. Its four parts are, **in this
# order**, input gate, forget gate, output gate and candidate:
#
# $$i = \sigma(a_i), \quad f = \sigma(a_f), \quad o = \sigma(a_o), \quad g = \tanh(a_g),$$
#
# $$c_t = f \odot c_{t-1} + i \odot g, \qquad h_t = o \odot \tanh(c_t).$$

# %% drawing="lstm-cell"
drawings.show(
    drawings.lstm_cell(),
    "An LSTM cell. The cell state runs along the top: it is multiplied by the forget gate, then the "
    "product of input gate and candidate is added. Below, the tanh of the cell state times the output "
    "gate gives the hidden state. A dashed gradient runs back along the top through one product only.",
)

# %% [markdown]
# *Follow the dashed arrow along the top: on its way back through the cell state the gradient
# is only multiplied by $f$, not by a matrix.*
#
# **Worked example.** One unit, one input, with pre-activations 1, 2, 0 and 1:

# %%
i, f, o = (1 / (1 + math.exp(-a)) for a in (1.0, 2.0, 0.0))
g, previous_c = math.tanh(1.0), 0.2
cell = f * previous_c + i * g
hidden = o * math.tanh(cell)
print(f"i {i:.3f}  f {f:.3f}  o {o:.3f}  g {g:.3f};  c {cell:.4f}  h {hidden:.4f}")

# %% [markdown]
# **Predict, then check.** The forget gate is 1 and the input gate is 0 for ten steps. What
# happens to $c$, and to its gradient? Which bias makes a fresh LSTM begin like that?
#
# <details><summary>Check your prediction</summary>
#
# Nothing happens to $c$, and its gradient arrives ten steps earlier undiminished. A large bias
# of the forget gate opens it from the start; Jozefowicz et al. (2015) recommend 1, and the
# networks below do so.
#
# </details>


# %% answer="lstm-step-forward" minutes=15 difficulty=2 importance=3
def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """Take one step of an LSTM.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Inputs of this step.
    prev_h, prev_c : ndarray of shape (N, H)
        Hidden and cell state before it.
    Wx : ndarray of shape (D, 4H)
    Wh : ndarray of shape (H, 4H)
    b : ndarray of shape (4H,)

    Returns
    -------
    next_h, next_c : ndarray of shape (N, H)
    cache : tuple
        Whatever your backward pass needs.
    """
    next_h, next_c, cache = None, None, None
    ### BEGIN SOLUTION
    size = prev_h.shape[1]
    a = x @ Wx + prev_h @ Wh + b
    gates, g = sigmoid(a[:, : 3 * size]), np.tanh(a[:, 3 * size :])
    i, f, o = gates[:, :size], gates[:, size : 2 * size], gates[:, 2 * size :]
    next_c = f * prev_c + i * g
    squashed = np.tanh(next_c)
    next_h = o * squashed
    cache = (x, prev_h, prev_c, Wx, Wh, i, f, o, g, squashed)
    ### END SOLUTION
    return next_h, next_c, cache


# %% [markdown] hint="lstm-step-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Which of the four parts goes through tanh? Which part of the drawing becomes `next_c`, and
# where does it split?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# One product for all gates, then slices of $H$ columns. `sigmoid` is given. All other products
# are elementwise.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. All pre-activations in one line.
# 2. Cut them into four, in the order of the text, and squash each.
# 3. New cell state, then new hidden state.
# 4. Keep inputs, weights, the four gates, the old cell state and the tanh of the new one.
#
# </details>

# %% test="lstm-step-forward" points=3
x, prev_h, prev_c = np.array([[1.0]]), np.array([[0.5]]), np.array([[0.2]])
Wx, Wh = np.array([[1.0, 0, -1, 2]]), np.array([[0.0, 2, 2, -2]])
b = np.array([0.0, 1, 0, 0])
answer = lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b)
next_h, next_c, _ = expect_tuple(answer, "next_h", "next_c", "cache")
expect_close(
    next_c,
    [[0.73292936]],
    "next_c of the worked example",
    hint="Compare the four gates with the worked example.",
    faults={
        "The order of the parts is i, f, o, g.": [[0.17615942]],
        "The candidate g goes through tanh, not through a sigmoid.": [[0.71060606]],
        "The forget gate is missing.": [[0.75676994]],
        "The cell state is kept as it is; its tanh is for the hidden state alone.": [
            [0.624854229]
        ],
        "The input gate is missing.": [[0.93775357]],
        "Input and forget gate are swapped.": [[0.81702162]],
        "Forget and output gate are swapped.": [[0.65676994]],
    },
)
expect_close(
    next_h,
    [[0.31242711]],
    "next_h of the worked example",
    faults={"The cell state goes through tanh before the output gate.": [[0.36646468]]},
)
for n, d, h, dtype in [
    (3, 5, 4, np.float64),
    (1, 2, 6, np.float64),
    (4, 3, 2, np.float32),
]:
    shapes = (n, d), (n, h), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
    point = [rng.standard_normal(s).astype(dtype) for s in shapes]
    expected = package.lstm_step_forward(*point)
    names = ("x", "prev_h", "prev_c", "Wx", "Wh", "b")
    with unchanged(**dict(zip(names, point, strict=True))):
        answer = expect_tuple(lstm_step_forward(*point), "next_h", "next_c", "cache")
    for name, got, right in zip(("next_h", "next_c"), answer, expected, strict=False):
        expect_close(
            got, right, f"{name} (N, D, H = {n}, {d}, {h})", rtol=1e-4, atol=1e-6
        )
        expect(
            got.dtype == dtype,
            f"Keep the dtype of x, {np.dtype(dtype)}; got {got.dtype}.",
        )
big = [1000 * np.ones((1, 1))] * 3 + [
    np.ones((1, 4)),
    -np.ones((1, 4)) * 3,
    np.zeros(4),
]
expect_close(
    lstm_step_forward(*big)[0],
    package.lstm_step_forward(*big)[0],
    "next_h of large inputs",
    hint="Use the sigmoid that is given; it does not overflow.",
)
expect_source(lstm_step_forward, without=READY)
passed("lstm-step-forward", "the worked example, three shapes, float32, large inputs")


# %% [markdown]
# **Predict, then check.** One unit: $o = 0.5$, $c_t = 0$, $f = 0.25$. The upstream gradients
# are 4 for $h_t$ and 1 for $c_t$. What is the whole gradient of $c_t$, and what does $c_{t-1}$
# get?
#
# <details><summary>Check your prediction</summary>
#
# $1 + 4 \cdot 0.5 \cdot (1 - \tanh^2 0) = 3$: the cell reaches the loss by two ways, and they
# add up. $c_{t-1}$ gets $0.25 \cdot 3 = 0.75$, by a product with a gate and no tanh.
#
# </details>


# %% answer="lstm-step-backward" minutes=35 difficulty=4 importance=3
def lstm_step_backward(dnext_h, dnext_c, cache):
    """Carry gradients back through lstm_step_forward.

    Parameters
    ----------
    dnext_h, dnext_c : ndarray of shape (N, H)
        Upstream gradients of the next hidden and cell state.
    cache : tuple
        As returned by lstm_step_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dprev_h, dprev_c : ndarray of shape (N, H)
    dWx : ndarray of shape (D, 4H)
    dWh : ndarray of shape (H, 4H)
    db : ndarray of shape (4H,)
    """
    dx, dprev_h, dprev_c, dWx, dWh, db = None, None, None, None, None, None
    ### BEGIN SOLUTION
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, squashed = cache
    dc = dnext_c + dnext_h * o * (1 - squashed**2)
    di, df, do, dg = dc * g, dc * prev_c, dnext_h * squashed, dc * i
    parts = [di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)]
    da = np.concatenate(parts, axis=1)
    dprev_c = dc * f
    dx, dprev_h = da @ Wx.T, da @ Wh.T
    dWx, dWh, db = x.T @ da, prev_h.T @ da, da.sum(axis=0)
    ### END SOLUTION
    return dx, dprev_h, dprev_c, dWx, dWh, db


# %% [markdown] hint="lstm-step-backward"
# <details><summary>Hint 1: where to look</summary>
#
# The new cell state is used twice in the drawing. Which two gradients meet there?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Begin with the whole gradient of $c_t$. From it follow those of $i$, $f$, $g$ and $c_{t-1}$;
# that of $o$ follows from the hidden state alone. Then pass the four squashing functions, and
# put the parts side by side again: from there it is `rnn_step_backward`.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# $\sigma' = \sigma(1 - \sigma)$ and $\tanh' = 1 - \tanh^2$, from their outputs. A product
# hands each factor the upstream gradient times the other factor. In the worked example with
# both upstream gradients 1, `dprev_c` is 1.149.
#
# </details>

# %% test="lstm-step-backward" points=5
x, prev_h, prev_c = np.array([[1.0]]), np.array([[0.5]]), np.array([[0.2]])
Wx, Wh = np.array([[1.0, 0, -1, 2]]), np.array([[0.0, 2, 2, -2]])
b = np.array([0.0, 1, 0, 0])
_, _, cache = lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b)
names = ("dx", "dprev_h", "dprev_c", "dWx", "dWh", "db")
dnext_h, dnext_c = np.ones((2, 1, 1))
with unchanged(dnext_h=dnext_h, dnext_c=dnext_c):
    grads = expect_tuple(lstm_step_backward(dnext_h, dnext_c, cache), *names)
expect_close(
    grads[2],
    [[1.14924517]],
    "dprev_c of the worked example, both upstream gradients 1",
    hint="Two gradients meet at the new cell state.",
    faults={
        "The hidden state's gradient does not reach the cell state; add both.": [
            [0.88079708]
        ],
        "The cell state's own upstream gradient is missing; add both.": [[0.26844810]],
        "The hidden state's part does not pass the tanh of the cell state.": [
            [1.32119562]
        ],
        "The old cell state gets the whole gradient, as if nothing were forgotten.": [
            [1.30477860]
        ],
        "The old cell state went through the forget gate, not the input gate.": [
            [0.95386959]
        ],
    },
)
expect_close(
    grads[5],
    [0.19537559, 0.02739868, 0.15621356, 0.40060075],
    "db of the worked example",
    rtol=1e-6,
    hint="Pass each squashing function: sigmoid for i, f, o; tanh for g.",
    faults={
        "The candidate's derivative is that of a sigmoid; g is a tanh.": [
            0.195375589,
            0.027398677,
            0.156213557,
            0.173192668,
        ],
        "The output gate multiplies tanh of the cell state, which is left out here.": [
            0.195375589,
            0.027398677,
            0.25,
            0.400600751,
        ],
        "The derivatives of the sigmoids of i, f and o are left out.": [
            0.993711754,
            0.260955719,
            0.624854229,
            0.400600751,
        ],
    },
)
for n, d, h in [(3, 5, 4), (2, 2, 6), (5, 4, 3)]:
    shapes = (n, d), (n, h), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
    point = [rng.standard_normal(s) for s in shapes]
    dnext_h, dnext_c = rng.standard_normal((2, n, h))
    ours = package.lstm_step_forward(*point)[2]
    expected = package.lstm_step_backward(dnext_h, dnext_c, ours)
    cache = lstm_step_forward(*point)[2]
    with unchanged(dnext_h=dnext_h, dnext_c=dnext_c):
        grads = expect_tuple(lstm_step_backward(dnext_h, dnext_c, cache), *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        expect_close(
            grad, right, f"{name} (N, D, H = {n}, {d}, {h})", rtol=1e-5, atol=1e-8
        )
expect_source(lstm_step_backward, without=READY)
passed("lstm-step-backward", "all six gradients, three shapes")

# %% [markdown]
# **Further reading**
#
# - Hochreiter and Schmidhuber, *Long Short-Term Memory*, 1997,
#   [doi:10.1162/neco.1997.9.8.1735](https://doi.org/10.1162/neco.1997.9.8.1735). Sections 3 and
#   4. 30 minutes.
# - Olah, [*Understanding LSTM
#   Networks*](https://colah.github.io/posts/2015-08-Understanding-LSTMs/), 2015. The same gates
#   in drawings. 15 minutes.
#
# **Harder (optional, no points).** Which weights and biases make a cell add 1 whenever an input
# is 1, and never forget? What does $h$ say then?
#
# <details><summary>Compare your answer</summary>
#
# Large positive biases for $i$, $f$ and $o$ hold the gates at 1. $g = \tanh(w x)$ with a large
# $w$ is 1 for $x = 1$ and 0 for $x = 0$. So $c$ counts, and $h = \tanh(c)$ is close to 1 from 3
# on: the cell knows the number, the output hardly tells it.
#
# </details>

# %% [markdown]
# ## 2. Through time
#
# Over a sentence an LSTM is unrolled like a plain RNN, with two states that are handed on. The
# cell state begins at zero and does not leave the layer.
#
# After this section you can run an LSTM over sentences, carry gradients back along both
# states, and compare how far they reach.
#
# Along the cells alone, an early cell reaches a late one through the forget gates between them,
#
# $$\frac{\partial c_T}{\partial c_t} = f_T \odot f_{T-1} \odot \dots \odot f_{t+1} ,$$
#
# a product of numbers below 1, with no weight matrix in it.

# %% drawing="lstm-unrolled"
drawings.show(
    drawings.unrolled(),
    "A recurrent network unrolled over four words; every step uses the same weights and gradients run back "
    "along the chain. In an LSTM two states run along the chain in place of one.",
)

# %% [markdown]
# *Between two steps the arrow now stands for two arrays, $h$ and $c$, and so does the dashed
# one.*
#
# **Worked example.** The cell of section 1 for two steps with the same input, by a loop:

# %%
h, c = 0.5, 0.0
for t in (1, 2):
    i, f, o = (1 / (1 + math.exp(-a)) for a in (1.0, 1 + 2 * h, -1 + 2 * h))
    c = f * c + i * math.tanh(2 - 2 * h)
    h = o * math.tanh(c)
    print(f"step {t}: c {c:.4f}  h {h:.4f}")

# %% [markdown]
# **Predict, then check.** The loss looks at hidden states only, so `dh` has no part for cell
# states. Where does the gradient of the last cell state come from, and what is added to that
# of an earlier one?
#
# <details><summary>Check your prediction</summary>
#
# The last one gets its gradient from its own hidden state alone: the upstream gradient of $c$
# is zero there. An earlier cell state also gets what flows back from the next step.
#
# </details>


# %% answer="lstm-forward" minutes=10 difficulty=2 importance=3
def lstm_forward(x, h0, Wx, Wh, b):
    """Run an LSTM over whole sentences; the cell state begins at zero.

    Parameters
    ----------
    x : ndarray of shape (N, T, D)
        Inputs of all steps.
    h0 : ndarray of shape (N, H)
        Hidden state before the first.
    Wx : ndarray of shape (D, 4H)
    Wh : ndarray of shape (H, 4H)
    b : ndarray of shape (4H,)

    Returns
    -------
    h : ndarray of shape (N, T, H)
        Hidden state after each step.
    cache : tuple or list
        Whatever your backward pass needs.
    """
    h, cache = None, None
    ### BEGIN SOLUTION
    state, cell = h0, np.zeros_like(h0)
    states, cache = [], []
    for t in range(x.shape[1]):
        state, cell, step = lstm_step_forward(x[:, t], state, cell, Wx, Wh, b)
        states.append(state)
        cache.append(step)
    h = np.stack(states, axis=1)
    ### END SOLUTION
    return h, cache


# %% [markdown] hint="lstm-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Your `rnn_forward` needs one more variable. With what does it begin?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# A loop over the second axis of `x`, and `lstm_step_forward`. `np.zeros_like` keeps shape and
# dtype.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Two states, one from the arguments.
# 2. At each step hand both in, and take both out.
# 3. Only hidden states are returned.
#
# </details>

# %% test="lstm-forward" points=3
x, h0 = np.ones((1, 2, 1)), np.array([[0.5]])
Wx, Wh = np.array([[1.0, 0, -1, 2]]), np.array([[0.0, 2, 2, -2]])
b = np.array([0.0, 1, 0, 0])
h, _ = expect_tuple(lstm_forward(x, h0, Wx, Wh, b), "h", "cache")
expect_close(
    h,
    [[[0.25278847], [0.30550514]]],
    "h of the worked example",
    hint="Hand both states on; the cell state begins at zero.",
    faults={
        "The cell state is not handed on; every step begins with the first.": [
            [[0.252788466], [0.219360141]]
        ],
        "The hidden state is not handed on; every step begins with the first.": [
            [[0.252788466], [0.390352088]]
        ],
        "The cell state begins with the hidden state in place of zero.": [
            [[0.380201212], [0.396063140]]
        ],
        "These are the cell states; return the hidden states.": [
            [[0.556769941], [1.116639096]]
        ],
        "The hidden state begins with zero in place of h0.": [
            [[0.163349868], [0.285396099]]
        ],
    },
)
for n, t, d, h, dtype in [
    (2, 3, 4, 5, np.float64),
    (3, 1, 2, 2, np.float64),
    (1, 6, 3, 4, np.float32),
]:
    shapes = (n, t, d), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
    point = [rng.standard_normal(s).astype(dtype) for s in shapes]
    expected, _ = package.lstm_forward(*point)
    with unchanged(**dict(zip(("x", "h0", "Wx", "Wh", "b"), point, strict=True))):
        states, _ = expect_tuple(lstm_forward(*point), "h", "cache")
    expect_close(
        states, expected, f"h (N, T, D, H = {n}, {t}, {d}, {h})", rtol=1e-4, atol=1e-5
    )
expect_source(lstm_forward, without=READY)
passed("lstm-forward", "the worked example, three shapes, float32")


# %% [markdown]
# **Predict, then check.** No loss reads the cells directly. With which gradient of $c_T$ do you
# start? And along the cells alone, how much of a gradient is left after 20 steps with forget
# gates of 0.9, and of 0.5?
#
# <details><summary>Check your prediction</summary>
#
# With zeros. $0.9^{20} \approx 0.12$ and $0.5^{20} \approx 10^{-6}$. An LSTM can forget just as
# fast as a plain RNN. What is new is that the network *learns* the factor, and can hold it near
# 1.
#
# </details>


# %% answer="lstm-backward" minutes=25 difficulty=3 importance=3
def lstm_backward(dh, cache):
    """Carry gradients of all hidden states back through lstm_forward.

    Parameters
    ----------
    dh : ndarray of shape (N, T, H)
        Upstream gradient of each hidden state, from its own score alone.
    cache : tuple or list
        As returned by lstm_forward.

    Returns
    -------
    dx : ndarray of shape (N, T, D)
    dh0 : ndarray of shape (N, H)
    dWx : ndarray of shape (D, 4H)
    dWh : ndarray of shape (H, 4H)
    db : ndarray of shape (4H,)
    """
    dx, dh0, dWx, dWh, db = None, None, None, None, None
    ### BEGIN SOLUTION
    dx, dWx, dWh, db = [None] * len(cache), 0, 0, 0
    dh0 = dc = np.zeros_like(dh[:, 0])
    for t in reversed(range(len(cache))):
        step = lstm_step_backward(dh[:, t] + dh0, dc, cache[t])
        dx[t], dh0, dc, dWx_t, dWh_t, db_t = step
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    dx = np.stack(dx, axis=1)
    ### END SOLUTION
    return dx, dh0, dWx, dWh, db


# %% [markdown] hint="lstm-backward"
# <details><summary>Hint 1: where to look</summary>
#
# Two gradients flow from step to step. Which of them begins at zero?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# The loop of `rnn_backward`, with `lstm_step_backward` and one more variable.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Zeros for both flowing gradients and the three parameters.
# 2. From the last step to the first: the hidden state's upstream gradient is a sum, the cell
#    state's is what flows.
# 3. Accumulate the weights; the cell state's gradient at the start is not returned.
#
# </details>

# %% test="lstm-backward" points=4
x, h0 = np.ones((1, 2, 1)), np.array([[0.5]])
Wx, Wh = np.array([[1.0, 0, -1, 2]]), np.array([[0.0, 2, 2, -2]])
b = np.array([0.0, 1, 0, 0])
_, cache = lstm_forward(x, h0, Wx, Wh, b)
names = ("dx", "dh0", "dWx", "dWh", "db")
grads = expect_tuple(lstm_backward(np.ones((1, 2, 1)), cache), *names)
expect_close(
    grads[4],
    [0.11592446, 0.01096337, 0.36243009, 0.20708138],
    "db of the worked example, upstream gradients 1",
    rtol=1e-6,
    hint="Do both states' gradients flow from step to step?",
    faults={
        "The cell state's gradient does not flow from step to step.": [
            0.099687776,
            0.010963368,
            0.362430090,
            0.173789470,
        ],
        "The hidden state's gradient does not flow from step to step.": [
            0.095521356,
            0.010963368,
            0.316158087,
            0.165246586,
        ],
        "dh goes into the cell state too; it belongs to the hidden state alone.": [
            0.560322161,
            0.093709622,
            0.349613556,
            0.887238023,
        ],
        "This is the gradient of one step; add those of all steps.": [
            0.092371851,
            0.000000000,
            0.172666235,
            0.189400493,
        ],
        "The steps are visited from the first to the last; begin with the last.": [
            0.138131763,
            0.038355763,
            0.320758133,
            0.176131050,
        ],
    },
)
for n, t, d, h in [(2, 3, 4, 5), (3, 1, 2, 2), (2, 6, 3, 4)]:
    shapes = (n, t, d), (n, h), (d, 4 * h), (h, 4 * h), (4 * h,)
    point = [rng.standard_normal(s) for s in shapes]
    dh = rng.standard_normal((n, t, h))
    expected = package.lstm_backward(dh, package.lstm_forward(*point)[1])
    _, cache = lstm_forward(*point)
    with unchanged(dh=dh):
        grads = expect_tuple(lstm_backward(dh, cache), *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        hint = "Check T = 1 first: there nothing flows back."
        expect_close(
            grad,
            right,
            f"{name} (N, T, D, H = {n}, {t}, {d}, {h})",
            rtol=1e-5,
            atol=1e-8,
            hint=hint,
        )
expect_source(lstm_backward, without=READY)
passed(
    "lstm-backward", "all five gradients, three shapes, upstream gradients left alone"
)

# %% [markdown]
# **Further reading**
#
# - Gers, Schmidhuber and Cummins, *Learning to Forget*, 2000,
#   [doi:10.1162/089976600300015015](https://doi.org/10.1162/089976600300015015). Sections 1 and
#   2: why the forget gate came later. 20 minutes.
# - Jozefowicz, Zaremba and Sutskever, *An Empirical Exploration of Recurrent Network
#   Architectures*, 2015, [PMLR 37](https://proceedings.mlr.press/v37/jozefowicz15.html).
#   Section 4. 15 minutes.
#
# **Harder (optional, no points).** Jozefowicz et al. (2015) recommend a forget bias of 1 at the
# start. How much of a cell is left after 20 steps with a bias of 0, and with a bias of 1, if
# all products are near 0?
#
# <details><summary>Compare your answer</summary>
#
# $\sigma(0)^{20} = 0.5^{20} \approx 10^{-6}$ and $\sigma(1)^{20} = 0.73^{20} \approx 0.002$,
# two thousand times as much. With a bias of 3 it is 0.38. At the start the network then
# remembers by default, and gradients show it what to forget.
#
# </details>

# %% [markdown]
# ## 3. A smaller cell
#
# Cho et al. (2014) proposed the *gated recurrent unit*, GRU, with one state and two gates. It
# has three quarters of an LSTM's weights. Which of the two is better depends on the task;
# Chung et al. (2014) found no clear winner.
#
# After this section you can write a cell from its equations, and compare three cells.
#
# The three parts of the products are reset gate, update gate and candidate. With
# $a = x W_x + b$ and $u = h_{t-1} W_h$,
#
# $$r = \sigma(a_r + u_r), \quad z = \sigma(a_z + u_z), \quad n = \tanh(a_n + r \odot u_n), \quad
# h_t = (1 - z) \odot n + z \odot h_{t-1}.$$
#
# The reset gate acts on the product $u_n$, as in PyTorch; the paper applies it to $h_{t-1}$.

# %% drawing="gru-cell"
drawings.show(
    drawings.gru_cell(),
    "A GRU cell. The state runs along the top and is mixed with the candidate n: z keeps the old state, 1 - z "
    "takes the candidate. The reset gate r multiplies the recurrent part of the candidate.",
)

# %% [markdown]
# *One gate does the work of two: what $z$ does not keep is replaced.*
#
# **Worked example.** One unit, $h_{t-1} = 0.5$:

# %%
r, z = 1 / (1 + math.exp(-1.0)), 1 / (1 + math.exp(-2.0))
n = math.tanh(2.0 + r * -1.0)  # a_n = 2, u_n = -1
print(f"r {r:.4f}  z {z:.4f}  n {n:.4f}  next state {(1 - z) * n + z * 0.5:.4f}")

# %% [markdown]
# **Predict, then check.** $z = 1$ at every step. What does the network do? Which gradient do
# its weights get?
#
# <details><summary>Check your prediction</summary>
#
# It copies its state and ignores the words. The weights of the candidate get no gradient;
# those of $z$ get one, but it is multiplied by $z(1-z) = 0$. A saturated gate does not learn
# to open.
#
# </details>


# %% answer="gru-step-forward" minutes=10 difficulty=2 importance=2
def gru_step_forward(x, prev_h, Wx, Wh, b):
    """Take one step of a GRU.

    Parameters
    ----------
    x : ndarray of shape (N, D)
        Inputs of this step.
    prev_h : ndarray of shape (N, H)
        State before it.
    Wx : ndarray of shape (D, 3H)
    Wh : ndarray of shape (H, 3H)
    b : ndarray of shape (3H,)
        Added to the inputs' part.

    Returns
    -------
    next_h : ndarray of shape (N, H)
    cache : tuple
        Whatever your backward pass needs.
    """
    next_h, cache = None, None
    ### BEGIN SOLUTION
    size = prev_h.shape[1]
    a, u = x @ Wx + b, prev_h @ Wh
    gates = sigmoid(a[:, : 2 * size] + u[:, : 2 * size])
    r, z, kept = gates[:, :size], gates[:, size:], u[:, 2 * size :]
    n = np.tanh(a[:, 2 * size :] + r * kept)
    next_h = (1 - z) * n + z * prev_h
    cache = (x, prev_h, Wx, Wh, r, z, n, kept)
    ### END SOLUTION
    return next_h, cache


# %% [markdown] hint="gru-step-forward"
# <details><summary>Hint 1: where to look</summary>
#
# For two of the three parts the products of input and state can be added at once. Why not for
# the third?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Two products, kept apart; slices of $H$ columns; `sigmoid`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Both products, the bias with the first.
# 2. Two gates from the first $2H$ columns of their sum.
# 3. The candidate from the last $H$ columns of each; then the mixture.
# 4. Besides gates, candidate and inputs, the backward pass needs $u_n$.
#
# </details>

# %% test="gru-step-forward" points=2
x, prev_h = np.array([[1.0]]), np.array([[0.5]])
Wx, Wh = np.array([[1.0, 0, 2]]), np.array([[0.0, 2, -2]])
b = np.array([0.0, 1, 0])
next_h, _ = expect_tuple(gru_step_forward(x, prev_h, Wx, Wh, b), "next_h", "cache")
expect_close(
    next_h,
    [[0.54213948]],
    "next_h of the worked example",
    faults={
        "z keeps the old state; here it takes the candidate.": [[0.81137100]],
        "The reset gate is missing.": [[0.53118279]],
        "The bias is added to the state's product too; it belongs to the inputs'.": [
            [0.516765544]
        ],
        "Reset and update gate are swapped; the order is r, z, n.": [[0.58264341]],
        "The reset gate multiplies the inputs' part too.": [[0.514746897]],
        "The candidate n goes through tanh, not through a sigmoid.": [[0.533443749]],
    },
)
two_units = np.array([[0.0, 0, 0, 0, 2, 1], [2.0, -2, 0, 0, 1, -1]])
next_h, _ = expect_tuple(
    gru_step_forward(
        np.zeros((1, 1)), np.ones((1, 2)), np.zeros((1, 6)), two_units, np.zeros(6)
    ),
    "next_h",
    "cache",
)
expect_close(
    next_h,
    [[0.994957422, 0.5]],
    "next_h of a case with two units",
    faults={
        "The reset gate multiplies the state; here it belongs to the product u_n.": [
            [0.977281478, 0.821007496]
        ]
    },
)
for n, d, h, dtype in [
    (3, 5, 4, np.float64),
    (1, 2, 6, np.float64),
    (4, 3, 2, np.float32),
]:
    shapes = (n, d), (n, h), (d, 3 * h), (h, 3 * h), (3 * h,)
    point = [rng.standard_normal(s).astype(dtype) for s in shapes]
    expected, _ = package.gru_step_forward(*point)
    with unchanged(**dict(zip(("x", "prev_h", "Wx", "Wh", "b"), point, strict=True))):
        next_h, _ = expect_tuple(gru_step_forward(*point), "next_h", "cache")
    hint = "The reset gate multiplies the product, not the state; the order is r, z, n."
    expect_close(
        next_h,
        expected,
        f"next_h (N, D, H = {n}, {d}, {h})",
        rtol=1e-4,
        atol=1e-6,
        hint=hint,
    )
expect_source(gru_step_forward, without=READY)
passed("gru-step-forward", "the worked example, three shapes, float32")


# %% [markdown]
# **Predict, then check.** By how many ways does $h_{t-1}$ reach $h_t$? If $z = 0.9$ for a unit,
# how much of an upstream gradient of 1 takes the direct one?
#
# <details><summary>Check your prediction</summary>
#
# By four: directly through $z \odot h_{t-1}$, through the product inside $n$, and through each
# of the gates $r$ and $z$. The direct way passes on 0.9, without a matrix in between.
#
# </details>


# %% answer="gru-step-backward" minutes=35 difficulty=4 importance=2
def gru_step_backward(dnext_h, cache):
    """Carry a gradient back through gru_step_forward.

    Parameters
    ----------
    dnext_h : ndarray of shape (N, H)
        Upstream gradient of the next state.
    cache : tuple
        As returned by gru_step_forward.

    Returns
    -------
    dx : ndarray of shape (N, D)
    dprev_h : ndarray of shape (N, H)
    dWx : ndarray of shape (D, 3H)
    dWh : ndarray of shape (H, 3H)
    db : ndarray of shape (3H,)
    """
    dx, dprev_h, dWx, dWh, db = None, None, None, None, None
    ### BEGIN SOLUTION
    x, prev_h, Wx, Wh, r, z, n, kept = cache
    dn = dnext_h * (1 - z) * (1 - n**2)
    dr = dn * kept * r * (1 - r)
    dz = dnext_h * (prev_h - n) * z * (1 - z)
    da = np.concatenate([dr, dz, dn], axis=1)
    du = np.concatenate([dr, dz, dn * r], axis=1)
    dx, dprev_h = da @ Wx.T, du @ Wh.T + dnext_h * z
    dWx, dWh, db = x.T @ da, prev_h.T @ du, da.sum(axis=0)
    ### END SOLUTION
    return dx, dprev_h, dWx, dWh, db


# %% [markdown] hint="gru-step-backward"
# <details><summary>Hint 1: where to look</summary>
#
# The old state is used in the mixture and in the product. Do the gradients of $a_n$ and $u_n$
# agree?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# From the mixture: gradients of $n$, $z$ and one part of the old state's. Then back through
# tanh, and from there to $r$. Put the parts together twice, once for $a$ and once for $u$.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# $\partial h_t/\partial z = h_{t-1} - n$; inside the tanh, $\partial/\partial r = u_n$ and
# $\partial/\partial u_n = r$. In the worked example, with upstream gradient 1, `db` is
# $(-0.0064, -0.0371, 0.0324)$.
#
# </details>

# %% test="gru-step-backward" points=4
x, prev_h = np.array([[1.0]]), np.array([[0.5]])
Wx, Wh = np.array([[1.0, 0, 2]]), np.array([[0.0, 2, -2]])
b = np.array([0.0, 1, 0])
_, cache = gru_step_forward(x, prev_h, Wx, Wh, b)
names = ("dx", "dprev_h", "dWx", "dWh", "db")
grads = expect_tuple(gru_step_backward(np.ones((1, 1)), cache), *names)
expect_close(
    grads[4],
    [-0.00636353, -0.03711633, 0.03236596],
    "db of the worked example, upstream gradient 1",
    rtol=1e-5,
    hint="Compare part by part: r, z, n.",
    faults={
        "The gradient of the update gate leaves the candidate out; z weighs both.": [
            -0.006363534,
            0.052496793,
            0.032365959,
        ],
        "The derivative of the candidate's tanh is left out.": [
            -0.023436717,
            -0.037116334,
            0.119202922,
        ],
        "b is added to the inputs' part, but got the gradients of the state's product.": [
            -0.006363534,
            -0.037116334,
            0.023661412,
        ],
    },
)
expect_close(
    grads[1],
    [[0.759241587]],
    "dprev_h of the worked example",
    hint="The state reaches the output by two ways.",
    faults={
        "The old state's way through the mixture is missing.": [[-0.121555491]],
        "The old state's way through the product is missing.": [[0.880797078]],
        "The reset gate is missing on the way back to the product u_n.": [
            [0.741832492]
        ],
    },
)
for n, d, h in [(3, 5, 4), (2, 2, 6), (5, 4, 3)]:
    shapes = (n, d), (n, h), (d, 3 * h), (h, 3 * h), (3 * h,)
    point = [rng.standard_normal(s) for s in shapes]
    dnext_h = rng.standard_normal((n, h))
    expected = package.gru_step_backward(dnext_h, package.gru_step_forward(*point)[1])
    _, cache = gru_step_forward(*point)
    with unchanged(dnext_h=dnext_h):
        grads = expect_tuple(gru_step_backward(dnext_h, cache), *names)
    for name, grad, right in zip(names, grads, expected, strict=True):
        hint = (
            "The state reaches the output by two ways."
            if name == "dprev_h"
            else "a and u have different gradients at n."
        )
        expect_close(
            grad,
            right,
            f"{name} (N, D, H = {n}, {d}, {h})",
            rtol=1e-5,
            atol=1e-8,
            hint=hint,
        )
expect_source(gru_step_backward, without=READY)
passed("gru-step-backward", "all five gradients, three shapes")


# %% tags=["setup"]
def gru_forward(x, h0, Wx, Wh, b):
    """Run your GRU over whole sentences."""
    states, cache = [h0], []
    for t in range(x.shape[1]):
        state, step = gru_step_forward(x[:, t], states[-1], Wx, Wh, b)
        states.append(state)
        cache.append(step)
    return np.stack(states[1:], axis=1), cache


def gru_backward(dh, cache):
    """Carry gradients of all states back."""
    dx, total, flowing = [], [0, 0, 0], 0
    for t in reversed(range(len(cache))):
        dx_t, flowing, *weights = gru_step_backward(dh[:, t] + flowing, cache[t])
        dx.append(dx_t)
        total = [old + new for old, new in zip(total, weights, strict=True)]
    return np.stack(dx[::-1], axis=1), flowing, *total


# %% [markdown]
# **Experiment: how far back do gradients reach?** As in `rnn_captioning`, the loss looks at
# the last of 30 states. The three cells have weights of the same scale; the LSTM's forget gate
# has bias 1, the GRU's update gate too. Which curve is flattest? Guess before you run the
# cell.

# %% tags=["experiment"]
with needs_answers():
    draw, (n, steps, size) = np.random.default_rng(7), (20, 30, 64)
    x, start = draw.standard_normal((n, steps, size)), np.zeros((n, size))
    cells = {
        "RNN": (1, package.rnn_forward, package.rnn_backward, figures.COLOURS[0]),
        "GRU": (3, gru_forward, gru_backward, figures.COLOURS[2]),
        "LSTM": (4, lstm_forward, lstm_backward, figures.COLOURS[3]),
    }
    fig, ax = plt.subplots(figsize=(6, 2.8), layout="constrained")
    for name, (gates, forward, backward, colour) in cells.items():
        Wx, Wh = (
            0.7 * draw.standard_normal((size, gates * size)) / size**0.5 for _ in "xh"
        )
        b = np.zeros(gates * size)
        if gates > 1:
            b[size : 2 * size] = 1
        lengths = []
        for t in range(
            steps
        ):  # through h and, in an LSTM, the cell state: by the words
            _, cache = forward(x[:, t:], start, Wx, Wh, b)
            dh = np.zeros((n, steps - t, size))
            dh[:, -1] = 1 / size
            lengths.append(np.linalg.norm(backward(dh, cache)[0][:, 0]))
        ax.semilogy(range(1, steps + 1), lengths, color=colour)
        side = {"GRU": "top", "LSTM": "bottom"}.get(name, "center")
        ax.text(0.5, lengths[0], name, color=colour, ha="right", va=side)
    ax.set(xlim=(-4, 31), xticks=(1, 10, 20, 30))
    ax.set(xlabel="gradient with respect to the word of step", ylabel="length")
    plt.show()

# %% [markdown]
# *Read from right to left: each cell loses gradient, the plain RNN by far the most.*

# %% [markdown] question="lstm-forget-bias" points=2 minutes=10
# **Question 1 (2 points).** A student starts the bias of the forget gates at 0 and at 1 and
# trains an LSTM with attention for 700 steps, once each: 35 % and 49 % of its captions are
# true. "So 1 is better." A colleague repeats it without attention for 600 steps, from three
# seeds each: 7.0, 8.7 and 9.3 % with bias 0; 4.7, 10.0 and 14.0 % with bias 1. What does the
# second experiment say about the conclusion from the first? Why might the bias matter at all,
# given that it is learned? Plan an experiment that would decide, with its cost in training
# runs.

# %% [markdown] marking="lstm-forget-bias"
# Means are 8.3 and 9.6 %, and runs with the same bias differ by up to 9 points: without
# attention no difference can be seen. The first experiment has one run each, so its 14 points
# may be luck as well, or a real effect in another network; it cannot tell. Why the bias might
# matter: at 0 the gate is 0.5 and halves the cell state with every word (after 8 words 0.4 %
# are left; with 1 the gate is 0.73 and 8 % are left), and the gradient that should teach it to
# keep more is as small; it may learn it all the same within hundreds of steps. Experiment: the
# *same* network and steps for both biases, the same seeds for both (paired), perhaps ten each,
# 20 runs; compare the mean difference with its standard error. Decide the number of runs
# before looking.
#
# *Marking:* 0.5 for "the spread is larger than the difference"; 0.5 for the halving with a
# number; 1 for an experiment with several seeds, only the bias changed, and a rule for what
# counts as a difference (0.5 without the rule). "The bias is learned, so its start cannot
# matter" earns nothing.

# %% [markdown]
# **Further reading**
#
# - Cho et al., *Learning Phrase Representations using RNN Encoder-Decoder*, 2014,
#   [arXiv:1406.1078](https://arxiv.org/abs/1406.1078). Section 2.3 proposes the cell. 10
#   minutes.
# - Chung, Gulcehre, Cho and Bengio, *Empirical Evaluation of Gated Recurrent Neural Networks*,
#   2014, [arXiv:1412.3555](https://arxiv.org/abs/1412.3555). Sections 3 and 5. 20 minutes.
#
# **Harder (optional, no points).** Compare the numbers of parameters of an RNN, a GRU and an
# LSTM with $D$ inputs and $H$ units. Which widths make the three equal in size for $D = H$ of
# the LSTM = 128?
#
# <details><summary>Compare your answer</summary>
#
# $(D + H + 1) H$ times 1, 3 and 4. The LSTM has $257 \cdot 128 \cdot 4 = 131{,}584$. The GRU
# needs $(129 + H) H = 43{,}861$, so $H \approx 155$; the RNN $(129 + H) H = 131{,}584$, so $H
# \approx 304$. A comparison at equal width compares sizes as well as cells.
#
# </details>

# %% [markdown]
# ## 4. Attention
#
# So far the picture is read once, into $h_0$, and must be remembered to the last word.
# Bahdanau et al. (2015) proposed for translation to look back at the source before every word;
# Xu et al. (2015) brought the idea to captions: the network *attends* to the cells of a grid
# of features. Its weights can be drawn, which made it popular. Whether they *explain* what the
# network does is disputed (Jain and Wallace, 2019).
#
# After this section you can let hidden states attend to a grid of features, and carry
# gradients back to both.
#
# A picture has $P$ cells, each described by $H$ numbers: $G$ of shape $(P, H)$. A hidden state
# $h$ is compared with each cell by a scaled dot product; a softmax over the cells makes
# weights; the *context* is the weighted mean of the cells:
#
# $$w = \operatorname{softmax}\!\big(G h / \sqrt H\big), \qquad \text{context} = \sum_p w_p\, G_p.$$
#
# With a batch of sentences, `h` is of shape $(N, T, H)$ and `grid` of shape $(N, P, H)$.

# %% drawing="attend"
drawings.show(
    drawings.attention_step(),
    "A hidden state is compared with four cells of a picture; a softmax gives the weights 0.1, 0.1, 0.7 and 0.1, "
    "and the context is the sum of the cells with these weights. The cells are used twice.",
)

# %% [markdown]
# *The cells are used twice: to find the weights, and to be averaged. On the way back two
# gradients meet there.*
#
# **Worked example.** One state $(2, 0)$ and three cells:

# %%
state, cells = (2.0, 0.0), [(0.0, 0.0), (1.0, 0.0), (1.0, 2.0)]
scores = [(state[0] * cell[0] + state[1] * cell[1]) / math.sqrt(2) for cell in cells]
total = sum(math.exp(score) for score in scores)
weights = [math.exp(score) / total for score in scores]
context = [
    sum(w * cell[k] for w, cell in zip(weights, cells, strict=True)) for k in (0, 1)
]
print(
    "weights", [f"{w:.3f}" for w in weights], "  context", [f"{v:.3f}" for v in context]
)

# %% [markdown]
# **Predict, then check.** The state is $(0, 0)$. What are the weights and the context? And if
# the state is $(1000, 0)$?
#
# <details><summary>Check your prediction</summary>
#
# All scores are 0: the weights are 1/3 each and the context is the mean of the cells. With
# 1000, the second and third cell share the weight, and `np.exp` overflows unless the maximum
# is taken off.
#
# </details>


# %% answer="attend-forward" minutes=20 difficulty=3 importance=3
def attend_forward(h, grid):
    """Take, for each hidden state, a weighted mean of the cells that match it.

    Parameters
    ----------
    h : ndarray of shape (N, T, H)
        Hidden states.
    grid : ndarray of shape (N, P, H)
        Features of the P cells of each picture.

    Returns
    -------
    context : ndarray of shape (N, T, H)
    weights : ndarray of shape (N, T, P)
        They sum to 1 over the cells.
    cache : tuple
        Whatever your backward pass needs.
    """
    context, weights, cache = None, None, None
    ### BEGIN SOLUTION
    scores = h @ grid.transpose(0, 2, 1) / math.sqrt(h.shape[2])
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = weights / weights.sum(axis=2, keepdims=True)
    context = weights @ grid
    cache = (h, grid, weights)
    ### END SOLUTION
    return context, weights, cache


# %% [markdown] hint="attend-forward"
# <details><summary>Hint 1: where to look</summary>
#
# Write down the shape of the scores. Which axis of them sums to 1 in the end?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `@` multiplies the last two axes of stacks of matrices. For the scores the last two axes of
# `grid` must be swapped. The softmax is that of `rnn_captioning`, over the last axis.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Scores of shape (N, T, P), divided by the root of H.
# 2. Take off the maximum, exponentials, divide by the sum.
# 3. Another product gives the context.
#
# </details>

# %% test="attend-forward" points=3
h, grid = np.array([[[2.0, 0.0]]]), np.array([[[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]])
answer = expect_tuple(attend_forward(h, grid), "context", "weights", "cache")
context, weights, _ = answer
expect_close(
    weights,
    [[[0.10838345, 0.44580827, 0.44580827]]],
    "weights of the worked example",
    hint="Softmax over the cells of the scaled dot products.",
    faults={
        "The scores are not divided by the root of H.": [
            [[0.06337894, 0.46831053, 0.46831053]]
        ],
        "The scores are divided by H, not by its root.": [
            [[0.155362403, 0.422318798, 0.422318798]]
        ],
        "The softmax runs over the steps, not over the cells.": [[[1.0, 1.0, 1.0]]],
    },
)
expect_close(
    context,
    [[[0.89161655, 0.89161655]]],
    "context of the worked example",
    faults={
        "All cells have the same weight.": [[[2 / 3, 2 / 3]]],
        "Only the best cell is taken; the context mixes all of them.": [[[1.0, 0.0]]],
    },
)
two = np.array([[[0.0, 0.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]])
expect_close(
    attend_forward(np.array([[[2.0, 0.0]], [[0.0, 2.0]]]), two)[1],
    [[[0.195570317, 0.804429683]], [[0.195570317, 0.804429683]]],
    "weights of a case with two pictures",
    hint="Each sentence attends to its own picture.",
    faults={
        "Every sentence attends to the first picture, not to its own.": [
            [[0.195570317, 0.804429683]],
            [[0.5, 0.5]],
        ]
    },
)
for n, t, p, size, scale in [(2, 3, 5, 4, 1), (3, 1, 4, 6, 1), (1, 4, 3, 2, 30_000)]:
    h, grid = (
        scale * rng.standard_normal((n, t, size)),
        rng.standard_normal((n, p, size)),
    )
    expected = package.attend_forward(h, grid)
    with unchanged(h=h, grid=grid):
        answer = expect_tuple(attend_forward(h, grid), "context", "weights", "cache")
    where = f"(N, T, P, H = {n}, {t}, {p}, {size}; states near {scale})"
    for name, got, right in zip(("context", "weights"), answer, expected, strict=False):
        expect_close(
            got,
            right,
            f"{name} {where}",
            rtol=1e-5,
            atol=1e-8,
            hint="Each sentence attends to its own picture.",
        )
expect_source(attend_forward, without=READY)
passed("attend-forward", "the worked example, three shapes, large scores")


# %% [markdown]
# **Predict, then check.** All four positions get the weight 1/4, and the upstream gradient of
# the context is $d$. What does each grid vector receive as a *value*? If all four vectors are
# equal, what is the gradient of the scores?
#
# <details><summary>Check your prediction</summary>
#
# Each gets $d/4$. The scores get 0: moving weight among equal vectors does not change the
# context. A grid vector is used a second time, as the key that the score was computed from, and
# those gradients add up.
#
# </details>


# %% answer="attend-backward" minutes=35 difficulty=4 importance=3
def attend_backward(dcontext, cache):
    """Carry a gradient back through attend_forward.

    Parameters
    ----------
    dcontext : ndarray of shape (N, T, H)
        Upstream gradient of the context.
    cache : tuple
        As returned by attend_forward.

    Returns
    -------
    dh : ndarray of shape (N, T, H)
    dgrid : ndarray of shape (N, P, H)
    """
    dh, dgrid = None, None
    ### BEGIN SOLUTION
    h, grid, weights = cache
    dweights = dcontext @ grid.transpose(0, 2, 1)
    mean = (weights * dweights).sum(axis=2, keepdims=True)
    dscores = weights * (dweights - mean) / math.sqrt(h.shape[2])
    dh = dscores @ grid
    dgrid = dscores.transpose(0, 2, 1) @ h + weights.transpose(0, 2, 1) @ dcontext
    ### END SOLUTION
    return dh, dgrid


# %% [markdown] hint="attend-backward"
# <details><summary>Hint 1: where to look</summary>
#
# By how many ways does `grid` reach the context in the drawing? And `h`?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Backwards: through the weighted mean (two factors), through the softmax, through the scaled
# product (two factors). The gradient of a softmax row is the weights times what is left of the
# upstream gradient when a certain mean is taken off.
#
# </details>
#
# <details><summary>Hint 3: the local derivatives</summary>
#
# $\partial w_p/\partial s_q = w_p(\delta_{pq} - w_q)$, so row by row
# $ds = w \odot (dw - \sum_q w_q\, dw_q)$. In the worked example with upstream gradient
# $(1, 1)$, `dh` is $(0.137, 0.767)$.
#
# </details>

# %% test="attend-backward" points=4
h, grid = np.array([[[2.0, 0.0]]]), np.array([[[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]])
cache = attend_forward(h, grid)[2]
dh, dgrid = expect_tuple(attend_backward(np.ones((1, 1, 2)), cache), "dh", "dgrid")
expect_close(
    dh,
    [[[0.13666462, 0.76713273]]],
    "dh of the worked example",
    rtol=1e-6,
    hint="Check the gradient of the softmax, and the scale.",
    faults={
        "The softmax's gradient does not take a mean off.": [
            [[1.260936215, 1.891404322]]
        ],
        "The scale is left out on the way back.": [[[0.193272958, 1.084889507]]],
        "This treats each weight as a sigmoid; in a softmax they share one sum.": [
            [[0.698800417, 1.048200626]]
        ],
        "The mean is taken over the cells without their weights.": [
            [[0.420312072, 1.050780179]]
        ],
    },
)
expect_close(
    dgrid,
    [[[-0.16494579, 0.10838345], [-0.04799521, 0.44580827], [1.21294100, 0.44580827]]],
    "dgrid of the worked example",
    rtol=1e-6,
    atol=1e-8,
    hint="The cells are used twice.",
    faults={
        "The gradient through the weights is missing.": [
            [[0.10838345] * 2, [0.44580827] * 2, [0.44580827] * 2]
        ],
        "The gradient of the cells as values is missing.": [
            [[-0.27332924, 0], [-0.49380349, 0], [0.76713273, 0]]
        ],
    },
)
for n, t, p, size in [(2, 3, 5, 4), (3, 1, 4, 6), (2, 4, 3, 2)]:
    h, grid = rng.standard_normal((n, t, size)), rng.standard_normal((n, p, size))
    dcontext = rng.standard_normal((n, t, size))
    expected = package.attend_backward(dcontext, package.attend_forward(h, grid)[2])
    cache = attend_forward(h, grid)[2]
    with unchanged(dcontext=dcontext):
        grads = expect_tuple(attend_backward(dcontext, cache), "dh", "dgrid")
    for name, grad, right in zip(("dh", "dgrid"), grads, expected, strict=True):
        expect_close(
            grad,
            right,
            f"{name} (N, T, P, H = {n}, {t}, {p}, {size})",
            rtol=1e-5,
            atol=1e-8,
        )
expect_source(attend_backward, without=READY)
passed("attend-backward", "both gradients, three shapes")

# %% [markdown]
# **Further reading**
#
# - Bahdanau, Cho and Bengio, *Neural Machine Translation by Jointly Learning to Align and
#   Translate*, 2014, [arXiv:1409.0473](https://arxiv.org/abs/1409.0473). Section 3. 15 minutes.
# - Xu et al., *Show, Attend and Tell*, 2015,
#   [arXiv:1502.03044](https://arxiv.org/abs/1502.03044). Sections 3 and 4; figure 2 shows maps.
#   25 minutes.
#
# **Harder (optional, no points).** *Hard* attention picks one position at random, with the
# weights as probabilities. What is the gradient of the scores then, and what would you do about
# it?
#
# <details><summary>Compare your answer</summary>
#
# A choice has no derivative, so backpropagation stops there. Xu et al. (2015) estimate the
# gradient from samples: the log-probability of the choice, times how good the result was. Such
# estimates vary a lot. Soft attention needs no samples; its price is that every position is
# read at every step.
#
# </details>

# %% [markdown]
# ## 5. Captions with attention
#
# The package's `CaptioningRNN` takes layers by name, so that *your* LSTM and attention train
# the network below. Its cells are `data["train_grid"]`: 6 x 6 cells of 64 numbers, from a
# network that finds objects in scenes. Before it scores a word, every state looks at the
# cells, and $\tanh(h + \text{context}\, W)$ takes its place.

# %% tags=["experiment"]
data = load_scenes()
words, pictures = data["idx_to_word"], np.arange(len(data["val_features"]))
num_steps = 250 if quick() else 1500  # fewer where CS231N_QUICK is set, as in tests


def train(cell_type, attention, num_steps, layers=None, seed=1):
    """Train by Adam for so many steps of 100 captions; return the network."""
    kind = "grid" if attention else "features"
    net = captioning.CaptioningRNN(
        data["word_to_idx"],
        data[f"train_{kind}"].shape[1],
        64,
        128,
        cell_type,
        attention=attention,
        rng=np.random.default_rng(seed),
        layers=layers,
    )
    epochs = max(1, round(num_steps / 150))
    CaptioningSolver(
        net,
        data,
        features=kind,
        update_rule="adam",
        optim_config={"learning_rate": 1e-2 if attention else 5e-3},
        schedule="cosine",
        batch_size=100,
        num_epochs=epochs,
        num_train_samples=100,
        num_val_samples=100,
        verbose=False,
        rng=np.random.default_rng(seed),
    ).train()
    return net


trained = {}  # the network and its captions, kept for the cells below


def captioner():
    """Train on the first call; return the network, its captions, and which are true."""
    if not trained:
        mine = {
            "lstm_forward": lstm_forward,
            "lstm_backward": lstm_backward,
            "lstm_step_forward": lstm_step_forward,
            "attend_forward": attend_forward,
            "attend_backward": attend_backward,
        }
        start = time.perf_counter()
        trained["net"] = train("lstm", True, num_steps, mine)
        print(f"{num_steps} steps in {time.perf_counter() - start:.0f} s")
        trained["captions"] = trained["net"].sample(data["val_grid"], 16)
        trained["true"] = true_captions(trained["captions"], pictures, data)
    return trained["net"], trained["captions"], trained["true"]


with needs_answers():
    _, captions, _ = captioner()
    print("all validation scenes:", caption_accuracy(captions, pictures, data))
    kinds = data["val_objects"][..., 1] + 3 * data["val_objects"][..., 0]
    unseen = ((kinds % 8 == 0) & (data["val_objects"][..., 0] >= 0)).any(axis=1)
    held_out = caption_accuracy(captions[unseen], pictures[unseen], data)
    print("with a pair of colour and shape that no training caption names:")
    print(held_out)

# %% tags=["experiment"]
with needs_answers():
    _, captions, true = captioner()
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
# *A tick marks a true caption. With the settings above, 58, 60 and 59 % of our captions were true
# (three seeds; specificity 0.56 to 0.59). In scenes with an unseen pair it was 55, 57 and 54 %.
# Another processor, which rounds differently, got 57 and 54 % from the first seed.*
#
# **Where does it look?** Below is one caption word by word. Bright cells have a large weight
# before the word is written.


# %% tags=["experiment"]
def example():
    """Return the network, and picture, numbers and words of one of its captions."""
    net, captions, true = captioner()
    i = int(np.argmax(true * (captions != 0).sum(axis=1)))  # the longest true one
    row = np.concatenate([[data["word_to_idx"]["<START>"]], captions[i]])[None]
    return net, i, row, decode_captions(captions[i], words).split()


with needs_answers():
    net, i, row, text = example()
    maps = net.attention_maps(data["val_grid"][i : i + 1], row)[0]
    rows = math.ceil(len(text) / 6)
    fig, axes = plt.subplots(rows, 6, figsize=(9, 1.7 * rows), layout="constrained")
    for ax in axes.flat:
        ax.axis("off")
    for ax, word, weights in zip(axes.flat, text, maps, strict=False):
        ax.imshow(data["val_images"][i])
        ax.imshow(
            weights, cmap="gray", alpha=0.6, extent=(-0.5, 47.5, 47.5, -0.5), vmin=0
        )
        ax.set_title(word, size=9)
    plt.show()

# %% [markdown]
# *Compare the maps of an object's colour and shape with those of the words between two objects.*
#
# **What do the gates do?** Input and forget gates of the same caption, the mean over all units.

# %% tags=["experiment"]
with needs_answers():
    net, i, row, text = example()
    state, memory = net.begin(data["val_grid"][i : i + 1])[::2]
    cell, p, size = np.zeros_like(state), net.params, state.shape[1]
    curves = []
    for word in row[0][: len(text)]:
        x = p["W_embed"][[word]]
        gates = sigmoid(x @ p["Wx"] + state @ p["Wh"] + p["b"])[0, : 3 * size]
        curves.append(gates.reshape(3, size).mean(axis=1))
        state, cell, _ = lstm_step_forward(x, state, cell, p["Wx"], p["Wh"], p["b"])
    fig, ax = plt.subplots(figsize=(7, 2.6), layout="constrained")
    ends = np.array(curves[-1])
    for rank, k in enumerate(np.argsort(ends)):  # labels keep apart
        (line,) = ax.plot(np.array(curves)[:, k], marker="os^"[k])
        name = ("input gate", "forget gate", "output gate")[k]
        height = ends.mean() + 0.12 * (rank - 1)
        ax.text(len(text) - 0.7, height, name, color=line.get_color(), va="center")
    ax.set_xticks(range(len(text)), ["<START>", *text[:-1]], rotation=30)
    ax.set(ylabel="mean over the units", ylim=(0, 1), xlim=(-0.3, 1.2 * len(text)))
    plt.show()

# %% [markdown]
# *The word on the axis is the one just read.*
#
# **Experiment: which idea brought what?** Four networks, each trained from three seeds for the
# same number of steps, with the package's layers. Order them by truth before you run the cell.

# %% tags=["experiment"]
few_steps = 150 if quick() else 600
contenders = {
    "RNN": ("rnn", False),
    "LSTM": ("lstm", False),
    "GRU": ("gru", False),
    "LSTM +\nattention": ("lstm", True),
}
with needs_answers():
    captioner()  # yours first
    results = {name: [] for name in contenders}
    for name, (cell_type, attention) in contenders.items():
        for seed in (1, 2, 3):
            other = train(cell_type, attention, few_steps, seed=seed)
            features = data["val_grid" if attention else "val_features"]
            written = other.sample(features, 16)
            results[name].append(caption_accuracy(written, pictures, data))
    fig, axes = plt.subplots(1, 3, figsize=(9, 2.6), layout="constrained")
    for ax, measure in zip(axes, ("truth", "specificity", "attributes"), strict=True):
        values = np.array(
            [[getattr(found, measure) for found in three] for three in results.values()]
        )
        ax.bar(
            range(4),
            values.mean(axis=1),
            color=[figures.COLOURS[k] for k in (0, 3, 2, 1)],
            alpha=0.6,
        )
        for k, three in enumerate(values):
            ax.plot([k] * 3, three, "o", ms=4, mfc="white", mec=figures.GREY)
        ax.set_xticks(range(4), list(results), fontsize=8)
        ax.set(title=measure, ylim=(0, None))
    plt.show()

# %% [markdown]
# *Bars are means, points the three seeds: compare the distance of two bars with the spread of
# their points. In our run the RNN got 2, 6 and 9 % true captions, and the LSTM 5, 10 and 14 %. The
# GRU got 17, 17 and 25 %, the LSTM with attention 37, 53 and 56 %. The points of RNN and LSTM
# overlap; with the same seed the LSTM was ahead each time.*

# %% [markdown] question="lstm-attention-fair" points=2 minutes=10
# **Question 2 (2 points).** In the bars, attention is far ahead. A colleague objects: "The
# network with attention has more weights and gets 6 x 6 x 64 = 2304 numbers per picture, the
# others 512. You have measured the input, not attention." Is the objection sound? Propose a
# comparison that would settle it, and say which result would support whom.

# %% [markdown] marking="lstm-attention-fair"
# Sound in part: the inputs do differ, and 512 means and maxima over quarters cannot say where
# in a quarter an object lies. Comparison: give the LSTM without attention all 2304 numbers
# (flattened, through $W_\text{proj}$), with as many weights as the other; or let the attending
# network see the means of the quarters only (four cells); or replace the weights of attention
# by 1/36. If the flattened input comes close to attention, the colleague is right. Measured,
# 600 steps and the same three seeds each: flattened and scaled like the 512 numbers it got 1, 2
# and 3 % true captions (up to 5 % with a smaller learning rate), 512 numbers 5, 10 and 14 %,
# attention 37, 53 and 56 %. So more input alone does not help here; it does not rule out that a
# longer training or another network could use it.
#
# *Marking:* 0.5 for what is sound; 1 for a comparison that changes only one of input and
# attention; 0.5 for both readings of its result. "Attention always wins" earns nothing.

# %% [markdown]
# ## 6. Beam search
#
# Greedy decoding takes the best next word, and may have to go on with a poor beginning. *Beam
# search* keeps the $k$ most probable beginnings. It is old (Lowerre, 1976, for speech), cheap,
# and not exact: a beginning that falls out of the beam never returns. A wider beam is not
# always better; very probable sentences tend to be short and dull (Holtzman et al., 2020).
#
# After this section you can decode any model of the next word with a beam.
#
# The logarithm of a sentence's probability is a sum over its words,
#
# $$\log p(w_1 \dots w_T) = \sum_{t=1}^{T} \log p(w_t \mid w_1 \dots w_{t-1}) ,$$
#
# so the totals of two beginnings can be compared, and extended word by word.
#
# In each round every
# beginning is extended by every word; of all these, the best are kept. A sentence that ends is
# set aside and keeps its place among the $k$:

# %% drawing="beam"
drawings.show(
    drawings.beam_tree(
        {
            ("a",): -0.5,
            ("the",): -0.9,
            ("a", "red"): -1.6,
            ("the", "star"): -1.1,
            ("a", "red", "star"): -1.9,
            ("the", "star", "<END>"): -1.2,
        },
        ("the", "star", "<END>"),
    ),
    "A beam of two as a tree. 'a' (-0.5) is ahead of 'the' (-0.9) at first; then 'the star' (-1.1) overtakes "
    "'a red' (-1.6), and 'the star <END>' wins with -1.2.",
)

# %% [markdown]
# *Numbers are total log-probabilities. Greedy decoding would have followed the upper branch.*
#
# **Worked example.** Two rounds with $k = 2$, three words:

# %%
table = {  # log-probability of the next word after the last one
    "<START>": {"a": -0.5, "the": -0.9, "<END>": -9.0},
    "a": {"a": -2.0, "the": -1.2, "<END>": -1.5},
    "the": {"a": -3.0, "the": -2.5, "<END>": -0.2},
}
beam = [(0.0, ("<START>",))]
for _ in range(2):
    every = [(t + lp, (*s, w)) for t, s in beam for w, lp in table[s[-1]].items()]
    beam = sorted(every, reverse=True)[:2]
    print([(round(total, 2), " ".join(sentence)) for total, sentence in beam])

# %% [markdown]
# **Predict, then check.** What is beam search with $k = 1$? And with $k$ equal to the number
# of all possible sentences?
#
# <details><summary>Check your prediction</summary>
#
# Greedy decoding; and an exhaustive search, which finds the most probable sentence. With 86
# words and 15 steps there are $10^{29}$ of them.
#
# </details>


# %% answer="beam-search" minutes=45 difficulty=4 importance=2
def beam_search(step, start, end, k, max_length=16):
    """Extend the k most probable beginnings of a sentence, word by word.

    Parameters
    ----------
    step : callable
        step(sentences) takes B beginnings of the same length, an int array (B, t) whose
        first column is start, and returns log-probabilities of the next word, (B, V).
    start, end : int
        The words that begin and end a sentence.
    k : int
        Beginnings that are kept. A sentence that has ended keeps its place among them.
    max_length : int
        Words after start at most; a sentence this long need not end.

    Returns
    -------
    found : list of (float, list of int)
        Log-probability and words, without start, of k sentences; the best first.
    """
    if not k >= 1:
        raise ValueError(f"k is at least 1; got {k}.")
    found = []
    ### BEGIN SOLUTION
    alive = [(0.0, [start])]
    for _ in range(max_length):
        logs = step(np.array([words for _, words in alive]))
        every = [
            (total + logs[row][word], [*words, word])
            for row, (total, words) in enumerate(alive)
            for word in range(len(logs[row]))
        ]
        every.sort(key=lambda one: -one[0])
        best = every[: k - len(found)]
        found += [one for one in best if one[1][-1] == end]
        alive = [one for one in best if one[1][-1] != end]
        if not alive:
            break
    found = sorted(found + alive, key=lambda one: -one[0])
    found = [(float(total), words[1:]) for total, words in found]
    ### END SOLUTION
    return found


# %% [markdown] hint="beam-search"
# <details><summary>Hint 1: where to look</summary>
#
# Which two things must you remember of each beginning? How many rows does `step` get in the
# first round?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Add each beginning's total to its row of log-probabilities, and choose among all of
# $B \cdot V$ numbers at once, not row by row. Sorting a list of pairs is fine; `np.argsort`
# and `np.unravel_index` are faster.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. One beginning, total 0, and a list of those that have ended.
# 2. Each round: ask `step`, add totals, keep as many of the best as there are places left.
# 3. Those whose last word is `end` go to the other list. Stop when none is left or the length
#    is reached.
# 4. Put both lists together, the best first, without `start`.
#
# </details>

# %% test="beam-search" points=4
chain = np.log(
    [
        [1e-9, 0.45, 0.43, 0.12],
        [1e-9, 0.42, 0.23, 0.35],
        [1e-9, 0.05, 0.48, 0.47],
        [1e-9, 0.29, 0.40, 0.31],
    ]
)
found = beam_search(lambda sentences: chain[sentences[:, -1]], 0, 3, 3, max_length=3)
expect(
    isinstance(found, list)
    and all(isinstance(one, tuple | list) and len(one) == 2 for one in found),
    "Return a list of k pairs (log-probability, words).",
)
expect_close(
    [total for total, _ in found],
    [-1.598992655, -2.120263536, -2.311908420],
    "the log-probabilities of a small model's sentences",
    hint="Keep the k best of all extensions by their totals, the ended ones among them.",
    faults={
        "Each beginning keeps one word; all extensions should compete.": [
            -2.120263536,
            -2.311908420,
            -2.533508832,
        ],
        "Totals add up; this is the last word alone.": [
            -0.733969175,
            -0.755022584,
            -2.120263536,
        ],
        "These are the least probable beginnings; keep the most probable.": [
            -2.120263536,
            -22.843529373,
            -62.169797511,
        ],
        "Sentences that have ended go on growing; set them aside.": [
            -2.311908420,
            -2.332961830,
            -2.515283386,
        ],
        "A sentence that ends gives its place to another; it should keep it.": [
            -1.598992655,
            -2.120263536,
            -2.311908420,
            -2.332961830,
            -2.533508832,
        ],
        "Sentences that have not ended at max_length are missing.": [
            -1.598992655,
            -2.120263536,
        ],
        "The sentences come in the order in which they ended; the best comes first.": [
            -2.120263536,
            -1.598992655,
            -2.311908420,
        ],
    },
)
best = [int(word) for word in found[0][1]]
expect(best[:1] != [0], f"Leave the start, 0, out of the sentences; got {best}.")
expect_equal(
    best,
    [2, 3],
    "the best sentence of the small model",
    hint="Words and totals belong together; greedy decoding begins with 1.",
)
greedy = beam_search(lambda sentences: chain[sentences[:, -1]], 0, 3, 1, max_length=3)
expect_equal(
    int(greedy[0][1][0]),
    1,
    "the first word with k = 1",
    hint="A beam of one is greedy.",
)
with np.errstate(divide="ignore"):
    certain = np.log([[0, 1, 0, 0], [0, 0, 0.4, 0.6], [0, 0.7, 0.3, 0], [0, 1, 0, 0]])
expect_close(
    [total for total, _ in beam_search(lambda s: certain[s[:, -1]], 0, 3, 2, 4)],
    np.log([0.6, 0.168]),
    "log-probabilities where the end comes second, and a word would surely follow it",
    hint="A sentence that ends is complete, at whatever word.",
    faults={
        "Sentences that have ended go on growing; set them aside.": np.log([0.6, 0.36])
    },
)
for vocabulary, k, length in [(4, 2, 3), (5, 3, 6), (6, 6, 4)]:
    table = np.log(rng.dirichlet(np.full(vocabulary, 0.6), size=vocabulary))
    for _ in range(3):
        table = table + 0.01 * rng.standard_normal(table.shape)

        def step(sentences, table=table):
            return table[sentences[:, -1]] - 0.1 * sentences.shape[1]

        expected = captioning.beam_search(step, 0, vocabulary - 1, k, length)
        found = beam_search(step, 0, vocabulary - 1, k, length)
        where = f"(V, k, max_length = {vocabulary}, {k}, {length})"
        expect_equal(len(found), len(expected), f"the number of sentences {where}")
        expect_close(
            [one[0] for one in found],
            [one[0] for one in expected],
            f"log-probabilities {where}",
            rtol=1e-9,
            hint="A sentence that ends keeps its place; the best comes first.",
        )
        expect_equal(
            [int(w) for w in found[0][1]], expected[0][1], f"the best sentence {where}"
        )
expect_source(beam_search, without=READY)
passed(
    "beam-search",
    "a model that leads greedy decoding astray, k = 1, three random models",
)

# %% [markdown]
# **Experiment.** Your beam on your network, for one picture as a tree, then for 100 pictures.
# Do more probable captions tend to be true?


# %% tags=["experiment"]
def next_words(net, feature, seen=None):
    """Return a step for beam_search that remembers the states of beginnings."""
    states = {(): net.begin(feature)}

    def step(sentences):
        rows = [tuple(row) for row in sentences.tolist()]
        state = tuple(
            np.concatenate(part)
            for part in zip(*(states[r[:-1]] for r in rows), strict=True)
        )
        logs, state = net.step(sentences[:, -1], state)
        for i, row in enumerate(rows):
            states[row] = tuple(part[i : i + 1] for part in state)
            if seen is not None:
                seen.append(row)
        return logs

    return step


start, end = data["word_to_idx"]["<START>"], data["word_to_idx"]["<END>"]
with needs_answers():
    (net, captions, _), seen = captioner(), []
    i = int(np.argmax((captions != 0).sum(axis=1) < 8))  # a short one
    feature = data["val_grid"][i : i + 1]
    found = beam_search(next_words(net, feature, seen), start, end, 3)
    step, totals = next_words(net, feature), {}
    for row in sorted(
        {r for r in seen if len(r) > 1} | {(start, *map(int, w)) for _, w in found},
        key=len,
    ):
        logs = step(np.array([row[:-1]]))[0]
        totals[row] = totals.get(row[:-1], 0.0) + logs[row[-1]]
    names = {tuple(words[w] for w in row[1:]): total for row, total in totals.items()}
    best = tuple(words[w] for w in found[0][1])
    drawings.show(
        drawings.beam_tree(names, best),
        f"The beam of three of one picture as a tree; the best sentence is: {' '.join(best)}.",
    )
    plt.figure(figsize=(1.4, 1.4))
    plt.imshow(data["val_images"][i])
    plt.axis("off")
    plt.show()

# %% tags=["experiment"]
with needs_answers():
    net, _, _ = captioner()
    rows = pictures[:40] if quick() else pictures[:100]
    for k in (1, 3, 8):
        best = [
            beam_search(next_words(net, data["val_grid"][j : j + 1]), start, end, k)[0]
            for j in rows
        ]
        texts = [
            captioning.plain(" ".join(words[w] for w in found)) for _, found in best
        ]
        likelihood = np.mean([total for total, _ in best])
        length = np.mean([len(text.split()) for text in texts])
        print(
            f"k = {k}: log-probability {likelihood:6.2f}, {length:.1f} words, {caption_accuracy(texts, rows, data)}"
        )

# %% [markdown] question="lstm-beam" points=2 minutes=10
# **Question 3 (2 points).** A wider beam raised the mean log-probability of the captions in
# our run, as it must, and made them shorter. Truth rose, and the share of attributes fell. A
# student concludes that $k = 50$ would be best for a user who cannot see the picture. Why do
# wide beams prefer short sentences? Name a change of the score that works against it, and say
# what you would measure to choose $k$ for that user.

# %% [markdown] marking="lstm-beam"
# Every word adds a negative number, so among complete sentences short ones have an advantage,
# the greater the more freedom a longer one has (each choice between synonyms costs). Changes:
# divide the total by the length (or a power of it), add a constant per word, or score by how
# much likelier the caption is for this picture than for others (mutual information), which
# rewards specificity. For that user: truth *and* specificity and attributes on validation
# pictures, or whether people who read the caption pick the right picture out of ten; choose
# $k$ and the change there, not by log-probability.
#
# *Marking:* 0.5 for the sum of negative terms; 0.5 for a change that addresses length or
# dullness; 1 for a measurement that includes more than truth (0.5 for truth alone). "A wider
# beam overfits" earns nothing: decoding trains nothing.

# %% [markdown]
# **Further reading**
#
# - Xu et al., *Show, Attend and Tell*, 2015,
#   [arXiv:1502.03044](https://arxiv.org/abs/1502.03044). Section 3.1 and the maps of figure 2.
#   25 minutes.
# - Jozefowicz, Zaremba and Sutskever, *An Empirical Exploration of Recurrent Network
#   Architectures*, 2015, [PMLR 37](https://proceedings.mlr.press/v37/jozefowicz15.html).
#   Sections 4 and 5: the bias of the forget gate. 20 minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016,
#   [section 10.10](https://www.deeplearningbook.org/contents/rnn.html): gated cells. 15 minutes.
# - Holtzman et al., *The Curious Case of Neural Text Degeneration*, 2020,
#   [arXiv:1904.09751](https://arxiv.org/abs/1904.09751). Figures 1 and 2: why the most
#   probable text is dull. 15 minutes.
#
# **Harder (optional, no points).** Let your beam divide totals by (number of words)$^\alpha$
# and draw truth, specificity and attributes over $\alpha$. Which $\alpha$ do you recommend?
# Then let $k$ sentences be *different* (Vijayakumar et al., 2018): what must change?
#
# <details><summary>Compare your answer</summary>
#
# With $\alpha = 0$ nothing changes; with $\alpha = 1$ the score is the mean log-probability of
# a word, and long sentences win more often. Choose $\alpha$ by the measure that matters to the
# reader, on validation pictures. For different sentences, split the beam into groups that write
# one after the other. A group's scores are lowered for words that earlier groups took at the
# same step. Without that the $k$ best sentences often differ in one word.
#
# </details>

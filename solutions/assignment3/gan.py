# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown] form="guided"
# # Generative adversarial networks
#
# A *generative adversarial network* (GAN) learns to draw from a contest between two networks.
# You write its losses and a transposed convolution by hand, then build generators and
# discriminators, train them, and measure honestly what they draw.
#
# **You need:** the notebooks `convolutional_networks` and `autograd`. **Time (our estimate, as
# are all minutes below):** about five hours.
#
# **If you know the course's notebook:** its answers can be pasted here, from 2018 to 2024. The
# names, architectures and parameter counts are the same. The digits are `glyphs`, which need no
# download, or MNIST where you have installed it. Start Jupyter with `CS231N_ENGINE=torch` to run
# everything on PyTorch.

# %% tags=["setup"]
import math
import time

import matplotlib.pyplot as plt
import numpy as np

from cs231n import drawings, figures
from cs231n import layers as package
from cs231n import scores as measured
from cs231n.nets.references import adversarial as reference
from cs231n.notebook import needs_answers, quick
from cs231n.testing import (
    expect,
    expect_close,
    expect_source,
    expect_tuple,
    passed,
    unchanged,
)

#: Ready-made versions of what you are going to write: your answers do without.
READY = ["package", "reference", "measured", "scores", "nets", "cs231n.layers"]
READY += ["pytorch", "scipy", "sqrtm"]
#: What the tests draw from. The grader puts a generator with a secret seed in its place.
rng = np.random.default_rng(231)
figures.use_style()


# %% [markdown]
# ## 1. Two players, two losses
#
# Goodfellow et al. (2014) proposed to train a *generator* against a *discriminator*. The
# generator turns noise into pictures. The discriminator tells them from real ones and thereby
# says how to improve. They reported sharper pictures than the models of their time. For years
# GANs made the most convincing photographs (Karras et al., 2019); since about 2021 diffusion
# models have often been preferred (Dhariwal and Nichol, 2021). GANs still draw in a single
# pass. Their price is a training that may never settle.
#
# After this section you can write both players' losses and gradients, stable for any logit.
#
# The discriminator returns a *logit* $a$: positive means real, and $\sigma(a)$ is its
# probability that the picture is real. Its loss adds two mean cross-entropies, with $a^r$ the logits of
# real pictures (target 1) and $a^f$ those of *fakes*, generated pictures (target 0):
#
# $$L_D = -\tfrac1N\sum_i \log\sigma(a^r_i) - \tfrac1M\sum_j \log\big(1-\sigma(a^f_j)\big),
# \qquad L_G = -\tfrac1M\sum_j \log\sigma(a^f_j).$$

# %% drawing="gan-players"
drawings.show(
    drawings.adversaries(),
    "Noise enters the generator, which makes a fake. Fakes and real pictures enter the "
    "discriminator, which returns a logit. A dashed gradient runs from the discriminator back "
    "to the generator.",
)

# %% [markdown]
# *The generator never sees a real picture. All it learns comes along the dashed arrow.*
#
# **Worked example.** The cross-entropy of one logit, computed as written and in a stable form:

# %%
for a in (2.0, 800.0):
    try:
        written = math.log(1 + math.exp(a))
    except OverflowError:
        written = "overflow"
    print(a, "as written:", written, " stable:", max(a, 0) + math.log1p(math.exp(-a)))

# %% [markdown]
# **Predict, then check.** At the start both networks know nothing, and all logits are 0. What is
# $L_D$, and what is $L_G$?
#
# <details><summary>Check your prediction</summary>
#
# $2\log 2 \approx 1.39$ and $\log 2 \approx 0.69$. In theory a perfect generator brings the game
# back to these values. So a GAN's losses do not fall during success: they cannot tell you
# whether it learns. Section 5 builds a measure that can.
#
# </details>


# %% answer="gan-hand" minutes=30 difficulty=3 importance=3
def discriminator_loss_by_hand(logits_real, logits_fake):
    """Compute the discriminator's loss and its gradients.

    Parameters
    ----------
    logits_real : ndarray of shape (N,) or (N, 1)
        Logits of real pictures, of any size: 1000 is no reason for inf or NaN.
    logits_fake : ndarray of shape (M,) or (M, 1)
        Logits of fakes.

    Returns
    -------
    loss : float
        Sum of the two mean cross-entropies.
    dreal, dfake : ndarray
        Gradients, shaped like the logits.
    """
    loss, dreal, dfake = None, None, None
    ### BEGIN SOLUTION
    loss_real, dreal = _cross_entropy(logits_real, 1)
    loss_fake, dfake = _cross_entropy(logits_fake, 0)
    loss = loss_real + loss_fake
    ### END SOLUTION
    return loss, dreal, dfake


def generator_loss_by_hand(logits_fake):
    """Compute the generator's loss, in the form that does not saturate.

    Parameters
    ----------
    logits_fake : ndarray of shape (M,) or (M, 1)
        Logits of fakes, of any size.

    Returns
    -------
    loss : float
        Mean cross-entropy with the targets that the generator hopes for.
    dfake : ndarray
        Gradient, shaped like the logits.
    """
    loss, dfake = None, None
    ### BEGIN SOLUTION
    loss, dfake = _cross_entropy(logits_fake, 1)
    ### END SOLUTION
    return loss, dfake


### BEGIN SOLUTION
def _cross_entropy(logits, target):
    tail = np.exp(-np.abs(logits))  # between 0 and 1, whatever the logit
    loss = np.mean(np.maximum(logits, 0) - logits * target + np.log1p(tail))
    probability = np.where(logits >= 0, 1, tail) / (1 + tail)
    return loss, (probability - target) / logits.size


### END SOLUTION

# %% [markdown] hint="gan-hand"
# <details><summary>Hint 1: where to look</summary>
#
# The same cross-entropy occurs three times, with targets 1, 0 and 1. A helper of your own
# saves work. What does the worked example do that the textbook formula does not?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Exponentials of negative numbers only: `np.abs`, `np.exp`, `np.log1p`. The two means have
# different numbers of terms.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# $-\log\sigma(a) = \log(1+e^{-a})$ and $-\log(1-\sigma(a)) = a + \log(1+e^{-a})$. Their
# derivatives depend on $\sigma(a)$ alone: at $a = 0$ they are $-\tfrac12$ and $\tfrac12$, at
# $a \to \infty$ they are 0 and 1.
#
# </details>

# %% test="gan-hand" part="discriminator" points=3
real, fake = np.array([2.0, -1.0]), np.array([0.0, 1.0, 3.0])
loss, *grads = expect_tuple(
    discriminator_loss_by_hand(real, fake), "loss", "dreal", "dfake"
)
expect_close(
    loss,
    2.405093589,
    "the loss of a small case",
    hint="Two mean cross-entropies: real pictures have target 1, fakes 0.",
    faults={
        "Each loss is a sum over the pictures, not a mean.": 6.495185918,
        "The two losses are averaged; the course adds them.": 1.202546795,
        "The targets are swapped: real is 1, fake is 0.": 1.571760256,
        "The loss of the fakes is missing.": 0.720094849,
        "The loss of the real pictures is missing.": 1.684998740,
        "The mean runs over both batches together, as if they had equal weight.": 1.299037184,
    },
)
for scale in (1, 1000):
    for shape in ((4,), (6, 1)):
        real = scale * rng.standard_normal(shape)
        fake = scale * rng.standard_normal((shape[0] + 1, *shape[1:]))
        if scale > 1:  # both ends in both batches
            real[:2], fake[:2] = np.array([[1000.0, -1000.0]] * 2).reshape(
                2, 2, *real.shape[1:]
            )
        expected = reference.bce_losses(real, fake)["discriminator"]
        with unchanged(logits_real=real, logits_fake=fake), np.errstate(all="ignore"):
            found = expect_tuple(
                discriminator_loss_by_hand(real, fake), "loss", "dreal", "dfake"
            )
        size = "" if scale == 1 else ", logits in the thousands"
        for name, got, right in zip(
            ("loss", "dreal", "dfake"), found, expected, strict=True
        ):
            expect_close(
                got,
                right,
                f"{name} for real logits of shape {shape}{size}",
                hint="Divide each gradient by the number of its own logits.",
                faults={}
                if name == "loss"
                else {
                    "It is the gradient for the other target.": reference.bce_losses(
                        fake, real
                    )["discriminator"][2 if name == "dreal" else 1]
                },
            )
real, fake = (rng.standard_normal(5).astype(np.float32) for _ in range(2))
_, dreal, dfake = discriminator_loss_by_hand(real, fake)
expect(
    dreal.dtype == dfake.dtype == np.float32,
    f"Gradients of float32 should be float32; got {dreal.dtype} and {dfake.dtype}.",
)
expect_source(discriminator_loss_by_hand, without=READY)
passed("gan-hand", "the discriminator's loss and gradients, logits up to some thousand")

# %% test="gan-hand" part="generator" points=2
fake = np.array([0.0, 1.0, 3.0])
loss, dfake = expect_tuple(generator_loss_by_hand(fake), "loss", "dfake")
expect_close(
    loss,
    0.351665407,
    "the loss of a small case",
    hint="Which target does the generator hope for?",
    faults={
        "Its fakes have target 0: that is the discriminator's loss.": 1.684998740,
        "It is the saturating loss: use the one with target 1.": -1.684998740,
        "The loss is a sum over the pictures, not a mean.": 1.054996220,
    },
)
for scale in (1, 1000):
    fake = scale * rng.standard_normal((5, 1))
    fake[:2] = np.array([[1.0], [-1.0]]) * scale
    expected = reference.bce_losses(fake, fake)["generator"]
    with unchanged(logits_fake=fake), np.errstate(all="ignore"):
        found = expect_tuple(generator_loss_by_hand(fake), "loss", "dfake")
    for name, got, right in zip(("loss", "dfake"), found, expected, strict=True):
        where = f"{name}{'' if scale == 1 else ', logits in the thousands'}"
        expect_close(got, right, where, hint="Divide by the number of logits.")
passed("gan-hand", "the generator's loss and gradient, logits up to some thousand")

# %% [markdown]
# **Further reading**
#
# - Goodfellow et al., *Generative Adversarial Networks*, 2014,
#   [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Sections 3 and 4. 20 minutes.
# - Goodfellow, *NIPS 2016 Tutorial: Generative Adversarial Networks*, 2016,
#   [arXiv:1701.00160](https://arxiv.org/abs/1701.00160). Section 3. 30 minutes.
#
# **Harder (optional, no points).** Fix the generator. For a picture with density $p$ among the
# real ones and $q$ among the fakes, which output $D$ minimises the discriminator's loss?
#
# <details><summary>Compare your answer</summary>
#
# Per picture the loss is $-p \log D - q \log(1 - D)$. Its derivative vanishes for $D = p / (p +
# q)$. The logit is then $\log(p / q)$: a good discriminator estimates a ratio of densities.
# Where $p = q$ everywhere, $D = 1/2$.
#
# </details>

# %% [markdown]
# ## 2. Why the generator has a loss of its own
#
# A *zero-sum game* has one value: what one player loses, the other wins. In such a game the
# generator would minimise $-L_D$. Only the part of the fakes depends on it:
# $\frac1M\sum_j\log(1-\sigma(a^f_j))$. This is the *saturating* loss, so called because its
# slope tends to zero for fakes that are recognised. Goodfellow et al. (2014) already advised
# against it, and proposed $L_G$ above in its place. Fedus et al. (2018) found that this choice
# matters a lot in practice.
#
# After this section you can say when the saturating loss gives no gradient.

# %% drawing="gan-saturation"
drawings.show(
    drawings.generator_losses(),
    "Both losses of the generator over the logit of a fake. The saturating one is flat on the "
    "left, where the discriminator is sure that it sees a fake; the other falls steeply there.",
)

# %% [markdown]
# *A generator starts on the left: its first fakes are easy to tell. Compare the two slopes there.*
#
# **Worked example.** The slope of both losses for a fake that is caught with certainty:

# %%
caught = -8.0
probability = 1 / (1 + math.exp(-caught))
print(f"the discriminator gives it {probability:.5f}")
print(
    f"slopes: saturating {-probability:+.5f}, not saturating {probability - 1:+.5f}, "
    f"{(1 - probability) / probability:.0f} times as steep"
)

# %% [markdown]
# **Predict, then check.** Where are the two slopes equal, and which is steeper for a fake that
# already fools the discriminator?
#
# <details><summary>Check your prediction</summary>
#
# At $a = 0$, where both are $-\tfrac12$. For $a > 0$ the saturating loss is the steeper one. It
# spends its effort on fakes that are good already.
#
# </details>
#
# **Experiment: the gradient, measured.** A discriminator becomes sure of itself while a
# generator stands still: its logits on fakes fall. How much gradient is left? The saturating
# loss is minus the fakes' part of the discriminator's, so your function gives its gradient too.

# %% tags=["experiment"]
with needs_answers():
    draw, levels = np.random.default_rng(1), np.arange(2, -13, -1)
    norms = {"saturating": [], "not saturating": []}
    for level in levels:
        logits = level + draw.standard_normal(200)
        _, _, dfake = discriminator_loss_by_hand(logits, logits)
        norms["saturating"].append(200 * np.mean(np.abs(dfake)))
        norms["not saturating"].append(
            200 * np.mean(np.abs(generator_loss_by_hand(logits)[1]))
        )
    plt.figure(figsize=(6, 2.8))
    for name, style in (("saturating", "s--"), ("not saturating", "o-")):
        plt.semilogy(levels, norms[name], style)
        plt.text(levels[-4], norms[name][-4] * 2.2, name)
    plt.gca().invert_xaxis()
    plt.ylim(1e-6, 8)
    plt.xlabel("mean logit of the fakes, falling to the right")
    plt.ylabel("mean |gradient| of a logit")
    plt.tight_layout()
    plt.show()
    shares = np.array(norms["saturating"]) / np.array(norms["not saturating"])
    print(
        f"at a mean logit of -8, {shares[levels == -8][0]:.4f} of the gradient is left"
    )

# %% [markdown]
# *The dashed curve falls by a factor of about 2.7 for each unit. The networks behind it receive
# that gradient and nothing else.*

# %% [markdown] question="gan-saturation" points=3 minutes=12
# **Question 1 (3 points).** A student trains the networks of section 7 with the saturating loss and Adam.
# From step 30 on the discriminator is right on 100 % of its batches. The norm of the generator's gradient
# falls from 0.85 at step 10 to 0.00017 at step 50, and the pictures hardly change any more. He starts
# again and multiplies the generator's loss by 1000: "That restores the gradient that was lost." With Adam
# the pictures are the same as before. With SGD 95 % of the pixels lie beyond $\pm 0.99$ after 5 steps, and
# nothing moves after step 50. Explain both results. Then name a measurement, taken at step 50 of the
# first run, that tells a saturated loss from a generator that is too small.

# %% [markdown] marking="gan-saturation"
# Adam divides a mean of the gradients by the root of a mean of their squares. A constant factor cancels.
# What hurts is that the gradient *shrinks*: the mean of squares still remembers the large gradients of the
# first steps, so the steps become tiny. (Accept: the factor helps only where gradients are as small as
# Adam's epsilon.) SGD: a step is proportional to the gradient. The factor would fit the saturated state, but
# the first gradients are not small. Their steps become a thousand times too large, and the tanh saturates.
# Measurement: the gradient norm of the generator's weights under both losses on the same batch. If they
# differ by orders of magnitude, the loss is saturated. Or train the generator with the other loss against
# the frozen discriminator: a generator that is too small cannot fool it either.
#
# *Marking:* 1 for Adam's scale invariance. 1 for SGD with the changing size of the gradient. 1 for a
# measurement that compares losses on one state (0.5 for "gradient norm" alone). "The
# discriminator is too strong" alone earns nothing.

# %% [markdown]
# ## 3. Least squares
#
# Mao et al. (2017) replaced the cross-entropies by squares, and reported steadier training and
# better pictures. Lucic et al. (2018) compared many losses with equal budgets and found no
# consistent winner. Section 8 tries it on our digits.
#
# After this section you can write the least-squares losses and their gradients.
#
# The discriminator's output is now a *score* $s$ that should be 1 on real pictures and 0 on
# fakes; nothing squashes it:
#
# $$L_D = \tfrac{1}{2N}\sum_i (s^r_i-1)^2 + \tfrac{1}{2M}\sum_j (s^f_j)^2, \qquad
# L_G = \tfrac{1}{2M}\sum_j (s^f_j-1)^2.$$

# %% drawing="gan-squares"
drawings.show(
    drawings.squares(),
    "The discriminator's two parabolas over the score: the one for real pictures has its minimum at "
    "1, the one for fakes at 0. The generator's loss for its fakes is the parabola at 1. A dotted line marks "
    "the score 3.",
)

# %% [markdown]
# *Follow the dotted line: a fake with a score of 3 has a positive slope, so descent lowers its score.*
#
# **Worked example.** One score, 3, seen by both losses of the generator:

# %%
score = 3.0
print(f"least squares: slope {score - 1:+.3f}")
print(f"cross-entropy: slope {1 / (1 + math.exp(-score)) - 1:+.3f}")

# %% [markdown]
# **Predict, then check.** A fake has the score $-8$. Which of the two losses has the steeper slope
# for the generator?
#
# <details><summary>Check your prediction</summary>
#
# Least squares: $-9$ against nearly $-1$. It never saturates; an outlier gets a huge
# gradient in exchange.
#
# </details>


# %% answer="gan-ls-hand" minutes=10 difficulty=2 importance=2
def ls_discriminator_loss_by_hand(scores_real, scores_fake):
    """Compute the discriminator's least-squares loss and its gradients.

    Parameters
    ----------
    scores_real : ndarray of shape (N,) or (N, 1)
    scores_fake : ndarray of shape (M,) or (M, 1)

    Returns
    -------
    loss : float
    dreal, dfake : ndarray
        Gradients, shaped like the scores.
    """
    loss, dreal, dfake = None, None, None
    ### BEGIN SOLUTION
    missing = scores_real - 1
    loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_fake**2)
    dreal, dfake = missing / missing.size, scores_fake / scores_fake.size
    ### END SOLUTION
    return loss, dreal, dfake


def ls_generator_loss_by_hand(scores_fake):
    """Compute the generator's least-squares loss and its gradient.

    Parameters
    ----------
    scores_fake : ndarray of shape (M,) or (M, 1)

    Returns
    -------
    loss : float
    dfake : ndarray
        Gradient, shaped like the scores.
    """
    loss, dfake = None, None
    ### BEGIN SOLUTION
    missing = scores_fake - 1
    loss, dfake = 0.5 * np.mean(missing**2), missing / missing.size
    ### END SOLUTION
    return loss, dfake


# %% [markdown] hint="gan-ls-hand"
# <details><summary>Hint 1: where to look</summary>
#
# Each loss is a mean. What is left of $\tfrac12$ after the derivative?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.mean` for the loss; for the gradient the `size` of the array it belongs to.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# Two fakes with scores 3 and 1: the generator's loss is $\tfrac12\cdot\tfrac{4+0}{2} = 1$, and the
# gradient of the first one is 1.
#
# </details>

# %% test="gan-ls-hand" points=3
real, fake = np.array([2.0, -1.0]), np.array([0.0, 1.0, 3.0])
loss, *grads = expect_tuple(
    ls_discriminator_loss_by_hand(real, fake), "loss", "dreal", "dfake"
)
expect_close(
    loss,
    2.916666667,
    "the discriminator's loss of a small case",
    hint="Half a mean of squares for each batch.",
    faults={
        "The factor of one half is missing.": 5.833333333,
        "The targets are swapped: real is 1, fake is 0.": 2.083333333,
        "The scores are squashed first; here they are compared as they are.": 0.419138014,
        "Each loss is a sum over the pictures, not a mean.": 7.5,
    },
)
found, dfake = expect_tuple(ls_generator_loss_by_hand(fake), "loss", "dfake")
expect_close(
    found,
    0.833333333,
    "the generator's loss of a small case",
    hint="Which score does the generator hope for?",
    faults={
        "Its fakes have target 0: that is the discriminator's part.": 1.666666667,
        "The factor of one half is missing.": 1.666666667,
        "The loss is a sum over the pictures, not a mean.": 2.5,
    },
)
for shape in ((4,), (6, 1)):
    real = 3 * rng.standard_normal(shape)
    fake = 3 * rng.standard_normal((shape[0] + 1, *shape[1:]))
    expected = reference.squared_losses(real, fake)
    with unchanged(scores_real=real, scores_fake=fake):
        answer = ls_discriminator_loss_by_hand(real, fake)
        own = expect_tuple(ls_generator_loss_by_hand(fake), "loss", "dfake")
    names = ("loss", "dreal", "dfake")
    for name, got, right in zip(names, answer, expected["discriminator"], strict=True):
        where = f"the discriminator's {name}, real scores of shape {shape}"
        expect_close(got, right, where, hint="Each mean has its own number of terms.")
    for name, got, right in zip(names[::2], own, expected["generator"], strict=True):
        expect_close(got, right, f"the generator's {name}, fakes of shape {fake.shape}")
expect_source(ls_discriminator_loss_by_hand, without=READY)
passed("gan-ls-hand", "both players' losses and gradients, two shapes")

# %% [markdown]
# **Further reading**
#
# - Mao et al., *Least Squares Generative Adversarial Networks*, 2017,
#   [arXiv:1611.04076](https://arxiv.org/abs/1611.04076). Section 3. 15 minutes.
# - Lucic et al., *Are GANs Created Equal? A Large-Scale Study*, 2018,
#   [arXiv:1711.10337](https://arxiv.org/abs/1711.10337). Sections 1 and 6. 15 minutes.
#
# **Harder (optional, no points).** As in section 1: which score minimises the least-squares
# loss of the discriminator for densities $p$ and $q$?
#
# <details><summary>Compare your answer</summary>
#
# $\tfrac12 p (s - 1)^2 + \tfrac12 q s^2$ is smallest for $s = p / (p + q)$, the same value as
# before, now without a sigmoid. Unlike a probability, the score may leave the range from 0 to
# 1, and there its slope goes on growing.
#
# </details>

# %% [markdown]
# ## 4. Transposed convolution
#
# A discriminator shrinks a picture to one number; a generator has to grow one. Long et al. (2015) and
# Radford et al. (2016) used a convolution run backwards: the *transposed convolution*, at times
# misnamed deconvolution. Odena et al. (2016) showed that it can leave checkerboard patterns where
# filters overlap unevenly, and advised upsampling followed by a convolution. A filter whose size is a multiple of the stride
# overlaps evenly.
#
# After this section you can grow images, and carry gradients back.
#
# Each pixel of the input *paints* the filter onto the output, weighted by its value. Pixels lie
# `stride` apart there, overlaps add up, and `pad` pixels are cut off at every edge. With one
# channel on either side:
#
# $$o_{s\,i+k-p,\; s\,j+l-p} \mathrel{+}= x_{ij}\, w_{kl}, \qquad
# H' = (H-1)\,s + K - 2p .$$

# %% drawing="gan-painting"
drawings.show(
    drawings.painted_filters(),
    "An input of 2 x 2 pixels, a filter of 3 x 3 ones, stride 2. Each pixel paints nine cells of an "
    "output of 5 x 5; where filters overlap, in the middle row and column, values add up.",
)

# %% [markdown]
# *The frame is what the 2 painted. Find the cell to which all four pixels contribute.*
#
# **Worked example.** One row of two pixels, a filter of three, stride 2, then pad 1:

# %%
row, brush, canvas = [1.0, 2.0], [1.0, 10.0, 100.0], np.zeros(5)
for i, value in enumerate(row):
    for k, weight in enumerate(brush):
        canvas[2 * i + k] += value * weight
print("painted:", canvas, " after the cut:", canvas[1:-1])

# %% [markdown]
# **Predict, then check.** A filter of 4 x 4, stride 2, pad 1: what becomes of 7 x 7 pixels? How
# many pixels of the input reach one inner pixel of the output?
#
# <details><summary>Check your prediction</summary>
#
# $6\cdot 2 + 4 - 2 = 14$: twice the size. $(4/2)^2 = 4$, the same number everywhere, hence no checkerboard
# from the overlaps.
#
# </details>


# %% answer="gan-conv-transpose" minutes=30 difficulty=4 importance=3
def conv_transpose_forward(x, w, b, conv_param):
    """Paint filters onto a larger image.

    Parameters
    ----------
    x : ndarray of shape (N, C, H, W)
    w : ndarray of shape (C, F, KH, KW)
        A filter for each pair of an input and an output channel.
    b : ndarray of shape (F,)
    conv_param : dict
        stride: pixels between painted filters; pad: pixels cut off at every edge.

    Returns
    -------
    out : ndarray of shape (N, F, H', W')
        H' = (H - 1) * stride + KH - 2 * pad, likewise W'.
    cache : tuple
        Whatever your backward pass needs.
    """
    out, cache = None, None
    ### BEGIN SOLUTION
    stride, pad = conv_param["stride"], conv_param["pad"]
    (n, _, h, width), (_, f, kh, kw) = x.shape, w.shape
    tall, wide = (h - 1) * stride + kh, (width - 1) * stride + kw
    canvas = np.zeros((n, f, tall, wide), x.dtype)
    for k in range(kh):
        for m in range(kw):
            rows = slice(k, k + (h - 1) * stride + 1, stride)
            columns = slice(m, m + (width - 1) * stride + 1, stride)
            canvas[:, :, rows, columns] += np.einsum("nchw,cf->nfhw", x, w[:, :, k, m])
    out = canvas[:, :, pad : tall - pad, pad : wide - pad] + b[:, None, None]
    cache = (x, w, b, conv_param)
    ### END SOLUTION
    return out, cache


# %% [markdown] hint="gan-conv-transpose"
# <details><summary>Hint 1: where to look</summary>
#
# Paint on a canvas that is large enough for everything, and cut at the end. Which size has it?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Loop over the input's pixels, each adding an array of shape (N, F, KH, KW). Or loop over the
# filter's entries, each adding to a slice with step `stride`. Channels are summed by a matrix product or
# `np.einsum`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. A canvas of zeros without the cut, in the dtype of x. 2. For every pixel (i, j): its rows on the canvas begin at
# i times the stride. 3. Add the filters, weighted by the pixel of each channel. 4. Cut pad pixels off each
# edge. 5. One bias per output channel.
#
# </details>

# %% test="gan-conv-transpose" points=4
x, w = np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0, 100.0]]]])
w = np.concatenate([w, 0 * w, 0 * w], axis=2)
out, _ = expect_tuple(
    conv_transpose_forward(x, w, np.array([0.5]), {"stride": 2, "pad": 0}),
    "out",
    "cache",
)
expect_close(
    out,
    [[[[1.5, 10.5, 102.5, 20.5, 200.5], [0.5] * 5, [0.5] * 5]]],
    "the worked example with pad 0 and bias 0.5",
    hint="Paint, add where filters overlap, cut, add the bias.",
    faults={
        "Where filters overlap the later one overwrites; they add up.": [
            [[[1.5, 10.5, 2.5, 20.5, 200.5], [0.5] * 5, [0.5] * 5]]
        ],
        "Where filters overlap one overwrites the other; they add up.": [
            [[[1.5, 10.5, 100.5, 20.5, 200.5], [0.5] * 5, [0.5] * 5]]
        ],
        "The filter is mirrored.": [
            [[[0.5] * 5, [0.5] * 5, [100.5, 10.5, 201.5, 20.5, 2.5]]]
        ],
        "The bias is added with every filter, so overlaps have it twice.": [
            [[[1.5, 10.5, 103.0, 20.5, 200.5], *[[0.5, 0.5, 1.0, 0.5, 0.5]] * 2]]
        ],
        "The bias is left out.": [
            [[[1.0, 10.0, 102.0, 20.0, 200.0], [0.0] * 5, [0.0] * 5]]
        ],
    },
)
for n, c, f, size, kernel, stride, pad in [
    (2, 3, 4, (3, 2), (4, 4), 2, 1),
    (1, 2, 3, (2, 4), (3, 5), 3, 0),
    (3, 1, 2, (4, 3), (3, 2), 1, 1),
    (2, 2, 2, (3, 3), (2, 3), 4, 0),
]:
    x, w = rng.standard_normal((n, c, *size)), rng.standard_normal((c, f, *kernel))
    b, param = rng.standard_normal(f), {"stride": stride, "pad": pad}
    with unchanged(x=x, w=w, b=b):
        out, _ = expect_tuple(conv_transpose_forward(x, w, b, param), "out", "cache")
    expect_close(
        out,
        package.conv_transpose_forward(x, w, b, param)[0],
        f"out (x {x.shape}, w {w.shape}, {param})",
        shape_hint="H' = (H - 1) * stride + KH - 2 * pad: pad is cut off, not added.",
        faults={
            "The border is cut off at the upper left only; cut every edge.": (
                package.conv_transpose_forward(x, w, b, param | {"pad": 0})[0][
                    :, :, 2 * pad :, 2 * pad :
                ]
            ),
            "The filter is mirrored: entry (0, 0) of it belongs to the upper left.": (
                package.conv_transpose_forward(x, w[:, :, ::-1, ::-1], b, param)[0]
            ),
        },
    )
out, _ = conv_transpose_forward(
    *(a.astype(np.float32) for a in (x, w, b)), {"stride": 2, "pad": 0}
)
expect(out.dtype == np.float32, f"Keep float32; got {out.dtype}.")
expect_source(conv_transpose_forward, without=READY)
passed("gan-conv-transpose", "a row by hand, four shapes, strides 1 to 4, float32")


# %% [markdown]
# **Predict, then check.** One pixel of value 2, the filter 1 3, and a bias; the two outputs get
# the upstream gradients 5 and 7. What are `dx`, `dw` and `db`?
#
# <details><summary>Check your prediction</summary>
#
# `dx` is $5 \cdot 1 + 7 \cdot 3 = 26$, `dw` is $2 \cdot (5, 7) = (10, 14)$, `db` is $5 + 7 =
# 12$. What scattered in the forward pass gathers on the way back: `dx` is an ordinary
# convolution of `dout`.
#
# </details>


# %% answer="gan-conv-transpose-backward" minutes=30 difficulty=4 importance=2
def conv_transpose_backward(dout, cache):
    """Carry a gradient back through conv_transpose_forward.

    Parameters
    ----------
    dout : ndarray of shape (N, F, H', W')
        Upstream gradient.
    cache : tuple
        As returned by the forward pass.

    Returns
    -------
    dx, dw, db : ndarray
        Shaped like x, w and b.
    """
    dx, dw, db = None, None, None
    ### BEGIN SOLUTION
    x, w, _, conv_param = cache
    stride, pad = conv_param["stride"], conv_param["pad"]
    h, width = x.shape[2:]
    canvas = np.pad(dout, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw = np.zeros_like(x), np.zeros_like(w)
    for k in range(w.shape[2]):
        for m in range(w.shape[3]):
            rows = slice(k, k + (h - 1) * stride + 1, stride)
            columns = slice(m, m + (width - 1) * stride + 1, stride)
            seen = canvas[:, :, rows, columns]
            dx += np.einsum("nfhw,cf->nchw", seen, w[:, :, k, m])
            dw[:, :, k, m] = np.einsum("nchw,nfhw->cf", x, seen)
    db = dout.sum(axis=(0, 2, 3))
    ### END SOLUTION
    return dx, dw, db


# %% [markdown] hint="gan-conv-transpose-backward"
# <details><summary>Hint 1: where to look</summary>
#
# A pixel painted KH x KW cells of the canvas. From which cells does its gradient come? The
# operation that collects them has a name, and you know it well.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.pad` makes the canvas from dout: the opposite of the cut. Then the same slices as in the
# forward pass.
#
# </details>
#
# <details><summary>Hint 3: the local pieces</summary>
#
# For one pixel and one entry of the filter the forward pass adds $x\,w$ to one cell. So that cell's gradient
# $g$ contributes $g\,w$ to the pixel and $g\,x$ to the entry. The bias reaches every cell of its channel.
#
# </details>

# %% test="gan-conv-transpose-backward" points=4
x, w = np.array([[[[1.0, 2.0]]]]), np.array([[[[1.0, 10.0, 100.0]]]])
cache = conv_transpose_forward(x, w, np.array([0.5]), {"stride": 2, "pad": 0})[1]
dout = np.array([[[[1.0, 2.0, 3.0, 4.0, 5.0]]]])
dx, dw, db = expect_tuple(conv_transpose_backward(dout, cache), "dx", "dw", "db")
expect_close(
    dx,
    [[[[321.0, 543.0]]]],
    "dx of the worked example",
    hint="Each pixel collects from the cells that it painted.",
    faults={
        "The filter is mirrored on the way back.": [[[[123.0, 345.0]]]],
        "The stride is left out on the way back.": [[[[321.0, 432.0]]]],
        "Only one entry of the filter counts; contributions add up.": [
            [[[300.0, 500.0]]]
        ],
    },
)
expect_close(
    dw,
    [[[[7.0, 10.0, 13.0]]]],
    "dw of the worked example",
    hint="Each entry of the filter collects from all pixels that used it.",
    faults={
        "Only the last pixel counts; contributions add up.": [[[[6.0, 8.0, 10.0]]]]
    },
)
expect_close(
    db,
    [15.0],
    "db of the worked example",
    hint="The bias reaches every cell of its channel.",
    faults={"It is a mean in place of a sum.": [3.0]},
)
for n, c, f, size, kernel, stride, pad in [
    (2, 3, 4, (3, 2), (4, 4), 2, 1),
    (1, 2, 3, (2, 4), (3, 5), 3, 0),
    (3, 1, 2, (4, 3), (3, 2), 1, 1),
]:
    x, w = rng.standard_normal((n, c, *size)), rng.standard_normal((c, f, *kernel))
    b, param = rng.standard_normal(f), {"stride": stride, "pad": pad}
    out, ours = package.conv_transpose_forward(x, w, b, param)
    dout = rng.standard_normal(out.shape)
    expected = package.conv_transpose_backward(dout, ours)
    cache = conv_transpose_forward(x, w, b, param)[1]
    with unchanged(dout=dout):
        grads = expect_tuple(conv_transpose_backward(dout, cache), "dx", "dw", "db")
    for name, got, right in zip(("dx", "dw", "db"), grads, expected, strict=True):
        where = f"{name} (x {x.shape}, w {w.shape}, {param})"
        why = "The cut of the forward pass becomes zeros at the edge of the canvas."
        expect_close(got, right, where, rtol=1e-6, hint=why)
expect_source(conv_transpose_backward, without=READY)
passed("gan-conv-transpose-backward", "a row by hand, three shapes, strides 1 to 3")

# %% [markdown]
# **Further reading**
#
# - Dumoulin and Visin, *A guide to convolution arithmetic for deep learning*, 2016,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285). Chapter 4. 20 minutes.
# - Odena, Dumoulin and Olah, [*Deconvolution and Checkerboard
#   Artifacts*](https://distill.pub/2016/deconv-checkerboard/), 2016. 10 minutes.
#
# **Harder (optional, no points).** Enlarge by repeating each pixel twice, then convolve with 3
# by 3. Which transposed convolution with stride 2 does the same along one dimension, for a
# filter $(a, b, c)$?
#
# <details><summary>Compare your answer</summary>
#
# Each input pixel reaches its two copies and their neighbours, so four outputs. The filter is not
# flipped, so they meet the weights $c,\ b + c,\ a + b,\ a$ from left to right. That is a
# transposed convolution of size 4 with three free numbers. Every output gets the same total weight
# $a + b + c$, so there is no checkerboard.
#
# </details>

# %% [markdown]
# ## 5. A measure of pictures
#
# A GAN's losses do not say how good its pictures are, and the eye is easily charmed. Heusel et
# al. (2017) compared *distributions*. They described each picture by its *features*, the last hidden
# activations of a trained classifier. They took the features of real and of generated pictures for two
# normal distributions, and measured how far apart these are. With the features of the network Inception
# this is the *Fréchet Inception distance* (FID). Chong and Forsyth (2020) showed that it depends on the
# number of pictures, and Stein et al. (2023) that it can disagree with people. It is still widely used.
#
# After this section you can compute the distance. We use 64 features of `DigitNet`, a small
# classifier of ours with 99.7 % accuracy on `glyphs`. Our numbers cannot be compared with published FIDs.
#
# The *Fréchet distance* (FD) of two normal distributions with means $\mu$ and covariances $\Sigma$:
#
# $$d^2 = \lVert\mu_1-\mu_2\rVert^2 + \operatorname{tr}\Big(\Sigma_1+\Sigma_2-
# 2\big(\Sigma_1^{1/2}\Sigma_2\,\Sigma_1^{1/2}\big)^{1/2}\Big).$$

# %% drawing="gan-frechet"
drawings.show(
    drawings.two_clouds(),
    "Two pairs of clouds of features. On the left the centres lie apart; on the right the centres "
    "agree, but one cloud is narrow, as when a generator draws one digit only.",
)

# %% [markdown]
# *Left: the first term is large. Right: only the second one sees the difference. Which of them sees a generator that
# draws a single perfect digit?*
#
# **Worked example.** In one dimension the formula becomes $(\mu_1-\mu_2)^2+(\sigma_1-\sigma_2)^2$:

# %%
for (m1, s1), (m2, s2) in [((0, 2), (3, 2)), ((0, 2), (0, 0.5))]:
    root = math.sqrt(s1 * s2**2 * s1)
    print("distance", (m1 - m2) ** 2 + s1**2 + s2**2 - 2 * root)

# %% [markdown]
# Two plainer measures stand beside it. A picture is read *with confidence* if the classifier gives
# one digit a probability above 0.9. A class *occurs* if it has at least 4 % of the pictures; an even
# share is 10 %.
#
# **Predict, then check.** A generator repeats one training picture, a clear digit, a thousand times. Is
# the share of its pictures that are read with confidence high or low? And the distance?
#
# <details><summary>Check your prediction</summary>
#
# The share is 100 %, the best possible. The distance is large: its covariance is zero. A measure of
# single pictures cannot see *mode collapse*, where a generator draws few kinds of pictures.
#
# </details>


# %% answer="gan-frechet" minutes=25 difficulty=3 importance=3
def frechet_distance(mu1, sigma1, mu2, sigma2):
    """Measure how far apart two normal distributions are.

    Parameters
    ----------
    mu1, mu2 : ndarray of shape (D,)
        Means.
    sigma1, sigma2 : ndarray of shape (D, D)
        Covariances, symmetric without negative eigenvalues. They may be singular.

    Returns
    -------
    distance : float
        The squared distance of the formula, without SciPy.
    """
    distance = None
    ### BEGIN SOLUTION
    values, vectors = np.linalg.eigh(sigma1)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ sigma2 @ root)
    mixed = np.sqrt(np.maximum(inner, 0)).sum()
    apart = np.sum((mu1 - mu2) ** 2)
    distance = float(apart + np.trace(sigma1) + np.trace(sigma2) - 2 * mixed)
    ### END SOLUTION
    return distance


# %% [markdown] hint="gan-frechet"
# <details><summary>Hint 1: where to look</summary>
#
# A symmetric matrix is $V\,\operatorname{diag}(\lambda)\,V^\top$. What is its square root? And what is the
# trace of a square root, by the eigenvalues?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `np.linalg.eigh` once, `np.linalg.eigvalsh` once, `np.trace`. Rounding can push an eigenvalue of 0
# slightly below.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Root of the first covariance: root of its eigenvalues. 2. Multiply it around the second covariance. 3. Sum of the roots
# of the product's eigenvalues. 4. Put the four terms together.
#
# </details>

# %% test="gan-frechet" points=4
mu1, sigma1 = np.array([1.0, 0.0]), np.array([[2.0, 1.0], [1.0, 3.0]])
mu2, sigma2 = np.array([0.0, 2.0]), np.array([[1.0, -0.5], [-0.5, 4.0]])
found = frechet_distance(mu1, sigma1, mu2, sigma2)
expect_close(
    found,
    5.691884393,
    "the distance of a small case",
    hint="Four terms: means, two traces, and the trace of a root.",
    faults={
        "The root is taken of each entry, not of the matrix.": 5.768180274,
        "The roots of the two covariances are multiplied; the root of a product differs.": 5.723254730,
        "The trace of the root counts once; the formula has it twice.": 10.345942197,
        "The means are left out.": 0.691884393,
        "The distance of the means is not squared.": 2.927952371,
        "The root is missing: it is the trace of the product itself.": -11.0,
        "The mixed term is added; it reduces the distance.": 24.308115607,
        "It is the root of the distance: the formula gives the square.": 2.385767045,
        "The means are compared by a mean over the features; it is a sum.": 3.191884393,
    },
)
for d, rank in [(1, 1), (4, 4), (6, 3)]:
    parts = [rng.standard_normal((rank, d)) for _ in range(2)]
    mus = rng.standard_normal((2, d))
    first, second = (
        part.T @ part * scale for part, scale in zip(parts, (1, 3), strict=True)
    )
    with unchanged(sigma1=first, sigma2=second):
        found = frechet_distance(mus[0], first, mus[1], second)
    where = f"the distance in {d} dimensions, covariances of rank {rank}"
    right = measured.frechet_distance(mus[0], first, mus[1], second)
    expect_close(found, right, where, rtol=1e-5, atol=1e-6)
    same = frechet_distance(mus[0], first, mus[0], first)
    # A root of an eigenvalue that is 0 up to rounding is 1e-8, not 1e-16.
    expect_close(same, 0.0, "the distance of a distribution to itself", atol=1e-5)
expect_source(frechet_distance, without=READY)
passed("gan-frechet", "a small case, singular covariances, distance to itself")

# %% [markdown]
# **Noise, measured.** Before you believe a measure, show it nonsense. `DigitScores` holds all real
# digits; the cell scores 1000 pictures of noise, real digits, and one digit repeated.

# %% tags=["experiment"]
from cs231n.data import load_mnist
from cs231n.scores import DigitScores

#: "auto" takes MNIST where it is installed, else "glyphs"; or name one of the two.
loaded = load_mnist("auto", None, 0, dtype=np.uint8)
digits = loaded.X_train.reshape(-1, 28, 28)
judge = DigitScores(digits[:4000])
print(f"{len(digits)} digits of {loaded.source}")
if loaded.source == "mnist":
    print("DigitNet learned glyphs: compare distances, and do not trust its classes.")


def rate(pictures):
    """Return distance (by your function), classes that occur, share read with confidence."""
    score = judge.score(pictures)
    mu, sigma = measured.moments(judge.features(pictures))
    distance = frechet_distance(mu, sigma, judge.mu, judge.sigma)
    return distance, score.classes, score.confident


with needs_answers():
    draw = np.random.default_rng(3)
    noise_pictures = np.clip(draw.standard_normal((1000, 28, 28)), -1, 1)
    for name, pictures in {
        "noise": noise_pictures.astype(np.float32),
        "real digits": digits[4000:5000],
        "one digit, 1000 times": np.repeat(digits[:1], 1000, axis=0),
    }.items():
        distance, classes, confident = rate(pictures)
        print(
            f"{name:22} distance {distance:7.1f}, classes {classes:2}, {confident:.0%} confident"
        )

# %% [markdown]
# *Noise is read with confidence more than half of the time, one digit repeated always.* With other kinds
# of noise and another training of the classifier we measured 56 to 79 %. **The share of
# confident digits alone means nothing.** A classifier must answer one of ten, and is often sure of
# itself on nonsense. We never show that share without the distance.
#
# All numbers below are for `glyphs`. `DigitNet` reads only 78 % of MNIST rightly. There its
# distance still separates good samples from bad ones: 1000 real digits have 17, `glyphs` 114.

# %% [markdown] question="gan-measure" points=3 minutes=12
# **Question 2 (3 points).** Two generators, 1000 pictures each. A: distance 60, 98 % confident, 3
# classes. B: distance 60, 55 % confident, 10 classes. A student concludes: "Equal distance, equal
# quality, so take the confident one." Explain how both can have the same distance, and say which pictures
# you expect in each. Then: with 200 in place of 1000 pictures both distances rise to about 75 without any
# change of the generators. What does that say about comparing with a paper?

# %% [markdown] marking="gan-measure"
# One number sums up errors of the mean and of the covariance. A: sharp digits of few kinds (collapse): the mean is
# pulled towards its three classes, the covariance is too narrow. B: all kinds, many
# smudged or between classes. Which is better depends on the use; class coverage and a look at samples beside
# the nearest training digits tell them apart. The estimate is biased upwards for small sets (the estimated covariance
# fluctuates): compare only with equal numbers of pictures, equal features, equal real set.
#
# *Marking:* 1 for mean against covariance (0.5 for "collapse" alone). 1 for the pictures of both. 1 for the
# bias and equal sample sizes (0.5 for "noise"). "FD is unreliable" alone earns nothing.

# %% [markdown]
# **Further reading**
#
# - Heusel et al., *GANs Trained by a Two Time-Scale Update Rule*, 2017,
#   [arXiv:1706.08500](https://arxiv.org/abs/1706.08500). *Performance Measure*, at the beginning of
#   the experiments, proposes the Fréchet inception distance. 15 minutes.
# - Borji, *Pros and Cons of GAN Evaluation Measures*, 2018,
#   [arXiv:1802.03446](https://arxiv.org/abs/1802.03446). Section 2 up to the FID. 25 minutes.
#
# **Harder (optional, no points).** Compute the distance between two halves of the *real*
# pictures, for 100, 300 and 1000 in each half. What does this say about comparing numbers of
# two papers?
#
# <details><summary>Compare your answer</summary>
#
# It is not 0, and it falls as the halves grow: a covariance estimated from few pictures is
# noisy, and the noise only adds to the distance (a *bias*). So compare numbers only for equal
# sample sizes, and report the value of real against real beside them.
#
# </details>

# %% [markdown]
# ## 6. Losses on the tape
#
# So far you derived every gradient by hand. New losses keep coming: Lim and Ye (2017) proposed a
# *hinge loss*, Arjovsky et al. (2017) an estimate of the Wasserstein distance. Each would need
# another derivation. *Automatic differentiation* in reverse mode, which Linnainmaa described in
# 1970, does it by machine. It records the operations of the forward pass on a *tape* and applies
# the chain rule from the last one to the first. The record costs memory, and small operations
# become slower. Formulas stay your task: a tape differentiates an unstable loss without complaint.
#
# After this section you can write a loss in PyTorch's words, and the tape derives its gradient.

# %% tags=["setup"]
from cs231n import pytorch
from cs231n.engine import F, nn, optim, torch


def noise_weights(model):
    """Set every parameter to random numbers; return them in order, in float64."""
    held = pytorch.parameters(model)
    drawn = {}
    for name, value in held.items():
        spread = 1.0 if value.ndim == 1 else math.sqrt(2 / math.prod(value.shape[1:]))
        values = rng.standard_normal(value.shape, dtype=np.float32)
        drawn[name] = np.float32(spread) * values
        if value.ndim == 1:
            drawn[name] *= np.float32(0.3)
    pytorch.set_parameters(model, drawn)
    return [value.astype(np.float64) for value in drawn.values()]


def expect_weights(model, shapes, count, hint):
    """Fail unless a network has parameters of these shapes, in this order."""
    found = [value.shape for value in pytorch.parameters(model).values()]
    size = sum(math.prod(shape) for shape in found)
    expect(
        found == shapes,
        f"The network should have {count} parameters, in layers of the shapes {shapes}; "
        f"got {size}, of {found}. {hint}",
    )


class Flatten(nn.Module):
    """Turn (N, ...) into (N, everything)."""

    def forward(self, x):
        return x.reshape(x.shape[0], -1)


class Unflatten(nn.Module):
    """Turn (N, C * H * W) into (N, C, H, W)."""

    def __init__(self, N=-1, C=128, H=7, W=7):
        super().__init__()
        self.N, self.C, self.H, self.W = N, C, H, W

    def forward(self, x):
        return x.view(self.N, self.C, self.H, self.W)


def bce_loss(input, target):
    """Return the mean cross-entropy of logits, stable."""
    return F.binary_cross_entropy_with_logits(input, target)


# %% [markdown]
# The hinge loss of the discriminator is small where real pictures score above 1 and fakes below
# $-1$:
#
# $$L_D = \tfrac1N\sum_i \max(0,\, 1-s^r_i) + \tfrac1M\sum_j \max(0,\, 1+s^f_j).$$

# %% drawing="gan-tape"
real = torch.tensor(0.5, requires_grad=True)
fake = torch.tensor(2.0, requires_grad=True)
margins = {"1 - real": 1 - real, "1 + fake": 1 + fake}
for value in margins.values():
    value.retain_grad()
loss = margins["1 - real"].relu() + margins["1 + fake"].relu()
loss.backward()
drawings.show(
    drawings.tape_graph(loss, {"real": real, "fake": fake, "loss": loss, **margins}),
    "Graph of the hinge loss of one real score, 0.5, and one fake score, 2. The margins 0.5 and "
    "3 pass a ReLU each and add up to 3.5. Gradients run back: -1 to the real score, 1 to the "
    "fake score.",
    svg=True,
)

# %% [markdown]
# *The forward pass runs to the right along solid arrows and records each step. The margins are
# $1 - s^r = 0.5$ and $1 + s^f = 3$. `backward` follows the dashed arrows to the left.*
#
# **Worked example.** The same loss for three real scores and two fakes:

# %%
real = torch.tensor([0.5, 2.0, -1.0], requires_grad=True)
fake = torch.tensor([2.0, -3.0], requires_grad=True)
loss = F.relu(1 - real).mean() + F.relu(1 + fake).mean()
loss.backward()
print(f"loss {loss.item():.4f}")
for name, scores in (("real", real), ("fake", fake)):
    print(f"gradients of the {name} scores:", np.round(scores.grad.tolist(), 4) + 0.0)

# %% [markdown]
# **Predict, then check.** Why are two of the five gradients zero, and why are the others $\pm\tfrac13$
# and $\tfrac12$?
#
# <details><summary>Check your prediction</summary>
#
# The real score 2 and the fake score $-3$ lie beyond their margins, where the loss is flat. The
# others have slope $-1$ or $1$, divided by the number of scores in their own mean.
#
# </details>
#
# Three pieces are given. `bce_loss(input, target)` is the stable mean cross-entropy of section 1,
# on tensors. `Flatten` and `Unflatten(N, C, H, W)` change shapes. The generator's input is *noise*,
# a row of `dim` numbers for each picture, drawn uniformly from $-1$ to $1$.


# %% answer="gan-noise" minutes=5 difficulty=1 importance=3
def sample_noise(batch_size, dim, seed=None):
    """Draw noise.

    Parameters
    ----------
    batch_size, dim : int
    seed : int, optional
        Of PyTorch's generator.

    Returns
    -------
    noise : tensor of shape (batch_size, dim)
        Uniform between -1 and 1.
    """
    if seed is not None:
        torch.manual_seed(seed)
    noise = None
    ### BEGIN SOLUTION
    noise = 2 * torch.rand(batch_size, dim) - 1
    ### END SOLUTION
    return noise


# %% [markdown] hint="gan-noise"
# <details><summary>Hint 1: where to look</summary>
#
# What is the range of PyTorch's uniform numbers, and how wide should it be here?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `torch.rand`. Its numbers have to be stretched and shifted.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# 0 must become $-1$, and 0.5 must become 0.
#
# </details>

# %% test="gan-noise" points=1
found = pytorch.call(sample_noise, 1500, 3)
expect(
    found is not None and np.shape(found) == (1500, 3),
    f"The noise should have shape (batch_size, dim) = (1500, 3); got "
    f"{None if found is None else np.shape(found)}.",
)
found = np.asarray(found)
low, high = found.min(), found.max()
expect(
    low >= -1 and high <= 1,
    f"Noise should lie between -1 and 1; got {low:.2f} to {high:.2f}. Is it normal?",
)
expect(
    low < -0.9 and high > 0.9,
    f"Noise should reach from -1 to 1; got {low:.2f} to {high:.2f}.",
)
expect(
    abs(found.mean()) < 0.08 and abs(found.var() - 1 / 3) < 0.05,
    f"Uniform noise has mean 0 and variance 1/3; got {found.mean():.2f} and "
    f"{found.var():.2f}.",
)
expect(
    min(found.std(axis=0).min(), found[:200].std(axis=1).mean()) > 0.3,
    "Every number should be drawn by itself: rows or columns repeat.",
)
again = pytorch.call(sample_noise, 1500, 3)
expect(
    not np.array_equal(found, again),
    "A second call without a seed should draw other numbers.",
)
expect_source(sample_noise, without=READY)
passed("gan-noise", "shape, range, mean, variance; new numbers at every call")


# %% [markdown]
# **Predict, then check.** The discriminator's loss has been $2 \log 2$ for a hundred steps.
# Name two quite different states of the two networks that explain it.
#
# <details><summary>Check your prediction</summary>
#
# The generator is perfect, and nobody can tell its pictures from real ones. Or the
# discriminator is useless, all logits are 0, and it gives no direction. The loss cannot tell
# which. Pictures can, and so can the distance of section 5.
#
# </details>


# %% answer="gan-losses" minutes=10 difficulty=2 importance=3
def discriminator_loss(logits_real, logits_fake):
    """Compute the discriminator's loss of section 1, on the tape.

    Parameters
    ----------
    logits_real, logits_fake : tensor of shape (N, 1) or (N,)

    Returns
    -------
    loss : tensor without axes
    """
    loss = None
    ### BEGIN SOLUTION
    loss = bce_loss(logits_real, torch.ones_like(logits_real))
    loss = loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))
    ### END SOLUTION
    return loss


def generator_loss(logits_fake):
    """Compute the generator's loss of section 1, on the tape.

    Parameters
    ----------
    logits_fake : tensor of shape (N, 1) or (N,)

    Returns
    -------
    loss : tensor without axes
    """
    loss = None
    ### BEGIN SOLUTION
    loss = bce_loss(logits_fake, torch.ones_like(logits_fake))
    ### END SOLUTION
    return loss


# %% [markdown] hint="gan-losses"
# <details><summary>Hint 1: where to look</summary>
#
# Which targets do the three cross-entropies have?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `bce_loss`, with tensors of targets shaped like the logits.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Targets of ones for the real logits, of zeros for the fakes. 2. Two losses. 3. Their sum.
#
# </details>

# %% test="gan-losses" points=3
for n, scale in [(4, 1), (5, 1), (4, 1000)]:
    real, fake = (
        scale * rng.standard_normal((n, 1)).astype(np.float32) for _ in range(2)
    )
    real[:2, 0] = fake[:2, 0] = scale, -scale
    expected = reference.bce_losses(real, fake)
    size = "" if scale == 1 else ", logits in the thousands"
    right = expected["discriminator"]
    expect_close(
        pytorch.call(discriminator_loss, real, fake),
        right[0],
        f"the discriminator's loss{size}",
        rtol=1e-4,
        hint="Real pictures have target 1, fakes 0; add the two means.",
        faults={
            "The targets are swapped: real is 1, fake is 0.": reference.bce_losses(
                fake, real
            )["discriminator"][0],
            "The two losses are averaged; the course adds them.": right[0] / 2,
            "The loss of the fakes is missing.": right[0] + expected["saturating"][0],
            "A sigmoid comes before a loss that takes logits.": reference.bce_losses(
                *(0.5 + 0.5 * np.tanh(0.5 * logits) for logits in (real, fake))
            )["discriminator"][0],
        },
    )
    expect_close(
        pytorch.call(generator_loss, fake),
        expected["generator"][0],
        f"the generator's loss{size}",
        rtol=1e-4,
        hint="Which target does the generator hope for?",
        faults={
            "It is the saturating loss: use the one with target 1.": expected[
                "saturating"
            ][0],
            "Its fakes have target 0: that is the discriminator's part.": -expected[
                "saturating"
            ][0],
        },
    )
    one = np.ones((), np.float32)
    grads = pytorch.gradients(discriminator_loss, real, fake, dout=one)
    grads += pytorch.gradients(generator_loss, fake, dout=one)
    rights = (*right[1:], expected["generator"][1])
    for name, got, wanted in zip(
        ("dreal", "dfake", "dfake"), grads, rights, strict=True
    ):
        expect(got is not None, f"No gradient reaches the logits ({name}).")
        expect_close(got, wanted, f"{name} on the tape{size}", rtol=1e-4, atol=1e-6)
expect_source(discriminator_loss, without=READY)
passed("gan-losses", "both losses and their gradients, logits up to some thousand")


# %% [markdown]
# **Predict, then check.** All scores, of real pictures and of fakes, are 0.5. What are the two
# least-squares losses?
#
# <details><summary>Check your prediction</summary>
#
# $L_D = \tfrac12 (0.5 - 1)^2 + \tfrac12\, 0.5^2 = 0.25$ and $L_G = \tfrac12 (0.5 - 1)^2 =
# 0.125$. These are the values of a balanced game, as $2 \log 2$ and $\log 2$ were before.
#
# </details>


# %% answer="gan-ls-losses" minutes=5 difficulty=1 importance=2
def ls_discriminator_loss(scores_real, scores_fake):
    """Compute the discriminator's least-squares loss of section 3, on the tape.

    Parameters
    ----------
    scores_real, scores_fake : tensor of shape (N, 1) or (N,)

    Returns
    -------
    loss : tensor without axes
    """
    loss = None
    ### BEGIN SOLUTION
    loss = 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake**2).mean()
    ### END SOLUTION
    return loss


def ls_generator_loss(scores_fake):
    """Compute the generator's least-squares loss of section 3, on the tape.

    Parameters
    ----------
    scores_fake : tensor of shape (N, 1) or (N,)

    Returns
    -------
    loss : tensor without axes
    """
    loss = None
    ### BEGIN SOLUTION
    loss = 0.5 * ((scores_fake - 1) ** 2).mean()
    ### END SOLUTION
    return loss


# %% [markdown] hint="gan-ls-losses"
# <details><summary>Hint 1: where to look</summary>
#
# It is section 3 without the gradients.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Powers and `mean` of tensors.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# A real score of 1 and a fake score of 2: the discriminator loses 2, the generator 0.5.
#
# </details>

# %% test="gan-ls-losses" points=2
for n in (4, 5):
    real, fake = (3 * rng.standard_normal((n, 1)).astype(np.float32) for _ in range(2))
    expected = reference.squared_losses(real, fake)
    expect_close(
        pytorch.call(ls_discriminator_loss, real, fake),
        expected["discriminator"][0],
        "the discriminator's loss",
        rtol=1e-4,
        hint="Half a mean of squares for each batch.",
        faults={
            "The targets are swapped: real is 1, fake is 0.": reference.squared_losses(
                fake, real
            )["discriminator"][0],
            "The factor of one half is missing.": 2 * expected["discriminator"][0],
            "The losses are sums over the pictures, not means.": (
                n * expected["discriminator"][0]
            ),
        },
    )
    expect_close(
        pytorch.call(ls_generator_loss, fake),
        expected["generator"][0],
        "the generator's loss",
        rtol=1e-4,
        hint="Which score does the generator hope for?",
        faults={
            "Its fakes have target 0: that is the discriminator's part.": (
                reference.squared_losses(np.ones_like(fake), fake)["discriminator"][0]
            ),
            "The factor of one half is missing.": 2 * expected["generator"][0],
        },
    )
    one = np.ones((), np.float32)
    grads = pytorch.gradients(ls_discriminator_loss, real, fake, dout=one)
    for name, got, wanted in zip(
        ("dreal", "dfake"), grads, expected["discriminator"][1:], strict=True
    ):
        expect(got is not None, f"No gradient reaches the scores ({name}).")
        expect_close(got, wanted, f"{name} on the tape", rtol=1e-4, atol=1e-6)
expect_source(ls_discriminator_loss, without=READY)
passed("gan-ls-losses", "both losses and the discriminator's gradients, two sizes")

# %% [markdown]
# **Further reading**
#
# - Arjovsky and Bottou, *Towards Principled Methods for Training Generative Adversarial
#   Networks*, 2017, [arXiv:1701.04862](https://arxiv.org/abs/1701.04862). Section 2. 25
#   minutes.
# - Goodfellow, Bengio and Courville, *Deep Learning*, 2016, [section
#   20.10.4](https://www.deeplearningbook.org/contents/generative_models.html). 15 minutes.
#
# **Harder (optional, no points).** The discriminator's turn computes the fakes' loss, and its
# gradient would also reach the generator. Which line prevents that, and what would go wrong
# without it?
#
# <details><summary>Compare your answer</summary>
#
# The fakes are *detached*, or made under `no_grad`. Without that `backward()` adds gradients to
# the generator that would make its fakes *easier* to recognise. If its gradients are emptied
# before its own turn, this costs only time; if not, the generator works for the other side.
#
# </details>

# %% [markdown]
# ## 7. The fully connected GAN
#
# For handwritten digits Goodfellow et al. (2014) used fully connected networks. Ours follow the course:
# hidden layers of the discriminator have *leaky* rectifiers, $\max(a, 0.01\,a)$. An ordinary ReLU would
# stop the gradient that the generator needs wherever it is off. The generator ends in a hyperbolic tangent, so that pixels lie between
# $-1$ and $1$.
#
# After this section you have a GAN that trains, and you see what it is bad at.
#
# | network | layers |
# |---|---|
# | `discriminator` | 784 → 256 → 256 → 1, leaky ReLU (slope 0.01) between them; it returns logits |
# | `generator` | noise → 1024 → 1024 → 784, ReLU between them, tanh at the end |
#
# **Worked example.** The parameters of one linear layer, and a leaky rectifier:

# %%
print("784 -> 256:", 784 * 256 + 256, "parameters")
leaked = nn.LeakyReLU(0.01)(torch.tensor([-2.0, 3.0]))
print("leaky:", np.round(leaked.tolist(), 4))

# %% [markdown]
# **Predict, then check.** Why does the discriminator not end in a sigmoid?
#
# <details><summary>Check your prediction</summary>
#
# The stable loss wants logits: it joins the sigmoid with the logarithm. A sigmoid of its own rounds
# to exactly 0 or 1, and its gradient is lost.
#
# </details>


# %% answer="gan-discriminator" minutes=10 difficulty=2 importance=3
def discriminator(seed=None):
    """Build the fully connected discriminator.

    Parameters
    ----------
    seed : int, optional
        Of the initial weights.

    Returns
    -------
    model : nn.Module
        From pictures (N, 1, 28, 28) to logits (N, 1); 267,009 parameters.
    """
    if seed is not None:
        torch.manual_seed(seed)
    model = None
    ### BEGIN SOLUTION
    model = nn.Sequential(
        Flatten(),
        nn.Linear(784, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 256),
        nn.LeakyReLU(0.01),
        nn.Linear(256, 1),
    )
    ### END SOLUTION
    return model


# %% [markdown] hint="gan-discriminator"
# <details><summary>Hint 1: where to look</summary>
#
# Read the row of the table from left to right. What shape has a picture, and what does a linear layer take?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.Sequential`, `Flatten`, `nn.Linear`, `nn.LeakyReLU`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Flatten. 2. Two hidden layers, each with its activation. 3. One layer to a single number, without activation.
#
# </details>

# %% test="gan-discriminator" points=2
model = pytorch.build(discriminator, seed=3)
shapes = [(256, 784), (256,), (256, 256), (256,), (1, 256), (1,)]
expect_weights(model, shapes, 267009, "Three linear layers: 784, 256, 256, 1.")
weights = noise_weights(model)
x = rng.uniform(-1, 1, (6, 1, 28, 28)).astype(np.float32)
# Shift the last bias until some logits are negative.
weights[-1] = weights[-1] - np.median(reference.fully_connected_logits(weights, x))
named = zip(pytorch.parameters(model), weights, strict=True)
pytorch.set_parameters(model, {name: w.astype(np.float32) for name, w in named})
with unchanged(x=x):
    found = pytorch.forward(model, x, training=True)
right = reference.fully_connected_logits(weights, x)
faults = {
    "Hidden layers have a ReLU; it should leak with slope 0.01.": (
        reference.fully_connected_logits(weights, x, slope=0.0)
    ),
    "The slope below zero is 0.2; here it is 0.01.": reference.fully_connected_logits(
        weights, x, slope=0.2
    ),
    "The activations are missing.": reference.fully_connected_logits(
        weights, x, slope=1.0
    ),
    "The network ends in a sigmoid; it should return logits.": 1 / (1 + np.exp(-right)),
    "The network ends in an activation; it should return logits.": np.where(
        right > 0, right, 0.01 * right
    ),
}
expect_close(
    found,
    right,
    "the logits of six pictures",
    rtol=1e-3,
    atol=1e-3,
    hint="A leaky ReLU after each hidden layer, nothing after the last one.",
    faults=faults,
)
expect_source(discriminator, without=READY)
passed("gan-discriminator", "267009 parameters, logits with weights set")


# %% [markdown]
# **Predict, then check.** The generator has 1,858,320 parameters for four numbers of noise. In
# which of its three layers are most of them, and how many read the noise?
#
# <details><summary>Check your prediction</summary>
#
# In the middle: $1024 \cdot 1024 + 1024 = 1{,}049{,}600$. The last layer has 803,600, the first
# $4 \cdot 1024 + 1024 = 5120$. So even 96 numbers of noise would cost little.
#
# </details>


# %% answer="gan-generator" minutes=10 difficulty=2 importance=3
def generator(noise_dim=96, seed=None):
    """Build the fully connected generator.

    Parameters
    ----------
    noise_dim : int
        Numbers of noise per picture.
    seed : int, optional
        Of the initial weights.

    Returns
    -------
    model : nn.Module
        From noise (N, noise_dim) to flat pictures (N, 784) between -1 and 1;
        1,858,320 parameters for noise_dim = 4.
    """
    if seed is not None:
        torch.manual_seed(seed)
    model = None
    ### BEGIN SOLUTION
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.Linear(1024, 1024),
        nn.ReLU(),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    ### END SOLUTION
    return model


# %% [markdown] hint="gan-generator"
# <details><summary>Hint 1: where to look</summary>
#
# The second row of the table.
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.Linear`, `nn.ReLU`, `nn.Tanh`. The result stays flat.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Noise to 1024, ReLU. 2. 1024 to 1024, ReLU. 3. 1024 to the pixels, tanh.
#
# </details>

# %% test="gan-generator" points=2
for dim, count in [(4, 1858320), (7, 1861392)]:
    model = pytorch.build(generator, noise_dim=dim, seed=3)
    shapes = [(1024, dim), (1024,), (1024, 1024), (1024,), (784, 1024), (784,)]
    expect_weights(
        model, shapes, count, "Three linear layers: noise_dim, 1024, 1024, 784."
    )
weights = noise_weights(model)
z = rng.uniform(-1, 1, (5, dim)).astype(np.float32)
with unchanged(noise=z):
    found = pytorch.forward(model, z, training=True)
right = reference.fully_connected_pictures(weights, z)
plain = reference.fully_connected_pictures(weights, z, squash=False)
expect_close(
    found,
    right,
    "the pixels of five pictures",
    rtol=1e-3,
    atol=1e-3,
    hint="ReLU between the layers, tanh at the end.",
    faults={
        "The tanh is missing, so pixels leave the range from -1 to 1.": plain,
        "The network ends in a sigmoid: pixels lie between -1 and 1, so use tanh.": (
            1 / (1 + np.exp(-plain))
        ),
        "Hidden layers have a leaky ReLU; here it is a plain one.": np.tanh(
            reference.fully_connected_logits(weights, z)
        ),
        "The activations are missing.": np.tanh(
            reference.fully_connected_logits(weights, z, slope=1.0)
        ),
    },
)
expect_source(generator, without=READY)
passed(
    "gan-generator", "parameter counts for two sizes of noise, pixels with weights set"
)

# %% [markdown]
# **The training step.** The players take turns. In each turn a gradient could run through *both*
# networks. Only the gradients of the player whose turn it is may be kept.

# %% drawing="gan-turns"
drawings.show(
    drawings.kept_gradients(),
    "Two rows. In the discriminator's turn the gradient goes from the loss through the discriminator and is "
    "cut before the generator. In the generator's turn it goes through the discriminator, whose own "
    "gradients are thrown away, into the generator, which keeps them.",
)

# %% [markdown]
# *In both turns the gradient passes through the discriminator. Only one of them may move it.*
#
# **Worked example.** `detach` cuts a tensor out of the graph:

# %%
weight = torch.tensor([2.0], requires_grad=True)
(3 * weight).sum().backward()
print(
    "gradient",
    weight.grad.item(),
    " after the cut:",
    (3 * weight).detach().requires_grad,
)

# %% [markdown]
# **Predict, then check.** You forget to set the discriminator's gradients to zero. Which way does the
# generator's turn push the discriminator in the next step?
#
# <details><summary>Check your prediction</summary>
#
# Towards calling fakes real: the generator's loss falls if the discriminator gets *worse*. A part of
# its next gradient then works against its own loss.
#
# </details>


# %% answer="gan-step" minutes=25 difficulty=3 importance=3
def gan_step(D, G, D_solver, G_solver, discriminator_loss, generator_loss, real, noise):
    """Let both players take a turn, the discriminator first.

    Parameters
    ----------
    D : nn.Module
        From pictures to logits.
    G : nn.Module
        From noise to pictures, in the shape that D takes.
    D_solver, G_solver : optim.Optimizer
        Of the two networks' parameters.
    discriminator_loss, generator_loss : callable
        Like your losses.
    real : tensor
        A batch of real pictures.
    noise : tensor of shape (N, noise_dim)
        Noise for the fakes of both turns.

    Returns
    -------
    d_error, g_error : float
        Losses of the two turns. The generator faces the discriminator *after* its turn.
    """
    d_error, g_error = None, None
    ### BEGIN SOLUTION
    fake = G(noise)
    D_solver.zero_grad()
    loss = discriminator_loss(D(real), D(fake.detach()))
    loss.backward()
    D_solver.step()
    d_error = loss.item()
    G_solver.zero_grad()
    loss = generator_loss(D(fake))
    loss.backward()
    G_solver.step()
    g_error = loss.item()
    ### END SOLUTION
    return d_error, g_error


# %% [markdown] hint="gan-step"
# <details><summary>Hint 1: where to look</summary>
#
# Write one block of code per row of the drawing. Where is the cut?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `zero_grad`, `backward` and `step` of one optimizer per turn; `detach` once; `item` for the results.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Fakes. 2. The discriminator's turn, on real pictures and on fakes without a history. 3. New logits of the same fakes,
# with their history. 4. The generator's turn. Each turn begins with gradients of zero.
#
# </details>

# %% test="gan-step" points=4
for d, z, n in [(3, 2, 4), (2, 4, 5)]:
    shapes = [(1, d), (1,), (d, z), (d,)]
    weights = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
    batches = [
        tuple(rng.standard_normal((n, k)).astype(np.float32) for k in (d, z))
        for _ in range(3)
    ]
    notes = pytorch.play_linear(gan_step, batches, weights, learning_rate=0.1)
    answers = [expect_tuple(one, "d_error", "g_error") for one in notes["returned"]]
    right = reference.linear_game(weights, batches, 0.1)
    others = {
        "The generator moves first; the discriminator's turn comes before it.": "first",
        "The generator uses logits from before the discriminator's turn.": "stale",
        "The discriminator's gradients are never set to zero, so those of the generator's turn are kept.": "kept",
        "The generator's gradients are never set to zero.": "grown",
        "A gradient of the discriminator's turn reaches the generator: cut the fakes off, or set its gradients to zero.": "leaked",
        "The discriminator moves in the generator's turn too.": "twice",
        "Real and fake are swapped in the discriminator's loss.": "swapped",
        "The generator does not move: its turn needs the fakes with their history.": "idle",
    }
    wrong = {
        why: np.concatenate(
            [v.ravel() for v in reference.linear_game(weights, batches, 0.1, fault)]
        )
        for why, fault in others.items()
    }
    expect_close(
        np.concatenate([v.ravel() for v in notes["weights"]]),
        np.concatenate([v.ravel() for v in right]),
        "all weights of two linear players after three steps",
        rtol=1e-3,
        atol=1e-4,
        hint="The first numbers are the discriminator's, the rest the generator's.",
        faults=wrong,
    )
    w, _, V, c = weights
    fake = batches[0][1] @ V.T + c
    first = float((fake - batches[0][0]).mean(axis=0) @ w[0])
    w, b, *_ = reference.linear_game(weights, batches[:1], 0.1)
    second = -float(fake.mean(axis=0) @ w[0] + b[0])
    expect_close(
        answers[0][0],
        first,
        "d_error of the first step",
        rtol=1e-3,
        atol=1e-4,
        faults={"The two losses come in the wrong order.": second},
    )
    expect_close(
        answers[0][1],
        second,
        "g_error of the first step",
        rtol=1e-3,
        atol=1e-4,
        hint="It is the generator's loss against the discriminator after its turn.",
    )
expect_source(gan_step, without=READY)
passed("gan-step", "both players' weights after three steps, and the losses returned")

# %% [markdown]
# **Averaged weights.** Each player changes the other's goal at every step, so the pictures get better and
# worse by turns. An *exponential moving average* (EMA) of the generator's weights is steadier. It is used
# to draw and never to train. Yazıcı et al. (2019) studied it for GANs. With weights $\theta$, average
# $\bar\theta$ and decay $\beta$:
#
# $$\bar\theta \leftarrow \beta\,\bar\theta + (1-\beta)\,\theta .$$


# %% [markdown]
# **Predict, then check.** A weight jumps from 0 to 1 and stays there. With $\beta = 0.995$,
# where is its average after 200 steps?
#
# <details><summary>Check your prediction</summary>
#
# At $1 - 0.995^{200} \approx 0.63$. An average with decay $\beta$ looks back over about $1 / (1
# - \beta)$ steps, here 200. So averages of a short training still hold some of the initial
# weights.
#
# </details>


# %% answer="gan-ema" minutes=10 difficulty=2 importance=2
@torch.no_grad()
def ema_update(averages, weights, decay=0.995):
    """Move averages towards weights, in place.

    Parameters
    ----------
    averages : list of tensor
        The parameters that draw; changed in place.
    weights : list of tensor
        The parameters in training; unchanged.
    decay : float
        Share of the average that is kept.
    """
    ### BEGIN SOLUTION
    for average, weight in zip(averages, weights, strict=True):
        average.mul_(decay).add_(weight * (1 - decay))
    ### END SOLUTION


# %% [markdown] hint="gan-ema"
# <details><summary>Hint 1: where to look</summary>
#
# `average = ...` gives a new tensor the old name. What changes the tensor itself?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# Methods that end in an underscore: `mul_`, `add_`, `copy_`, `lerp_`.
#
# </details>
#
# <details><summary>Hint 3: a check by hand</summary>
#
# Average 1, weight 3, decay 0.75: the new average is 1.5. After many steps with constant weights it equals them.
#
# </details>

# %% test="gan-ema" points=2
averages = [np.array([1.0, 2.0], np.float32), np.array([[4.0]], np.float32)]
weights = [np.array([3.0, -2.0], np.float32), np.array([[8.0]], np.float32)]
before = np.array([1.0, 2.0, 4.0])
with unchanged(weights_0=weights[0], weights_1=weights[1]):
    averages = pytorch.call(ema_update, averages, weights, decay=0.75, changed=0)
found = np.concatenate([a.ravel() for a in averages])
expect_close(
    found,
    [1.5, 1.0, 5.0],
    "the averages after one update with decay 0.75",
    rtol=1e-5,
    hint="Keep the share decay of the average.",
    faults={
        "The averages stay as they were: change the tensors themselves, in place.": before,
        "The shares are swapped: decay belongs to the average.": [2.5, -1.0, 7.0],
        "The weights are copied; an average keeps most of what it was.": [
            3.0,
            -2.0,
            8.0,
        ],
        "The new weights are added in full.": [3.75, -0.5, 11.0],
        "The average is not scaled down before the weights are added.": [
            1.75,
            1.5,
            6.0,
        ],
        "Only the first tensor is updated.": [1.5, 1.0, 4.0],
        "The decay is fixed; use the argument.": [1.01, 1.98, 4.02],
    },
)
shapes = [(3, 2), (4,), (2, 1, 3)]
averages = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
weights = [rng.standard_normal(shape).astype(np.float32) for shape in shapes]
gaps = [a - w for a, w in zip(averages, weights, strict=True)]
for _ in range(3):
    averages = pytorch.call(ema_update, averages, weights, decay=0.9, changed=0)
for average, weight, gap in zip(averages, weights, gaps, strict=True):
    expect_close(
        average - weight,
        gap * 0.9**3,
        "what is left of the gap after three updates",
        rtol=1e-3,
        atol=1e-5,
    )
expect_source(ema_update, without=[*READY, "swa_utils"])
passed("gan-ema", "a case by hand, three tensors, three updates, in place")

# %% [markdown]
# **Experiment: collapse.** Your fully connected GAN with your least-squares losses: Adam with rate
# 0.0005 and $\beta_1 = 0.5$, batches of 32. `AdversarialSolver` repeats your `gan_step`. It
# scores 1000 pictures at intervals, and in the end the networks have their best state. While it
# runs you see its curves. Interrupt it when you like: the best state is kept then too. A loss that
# is NaN stops it with a sentence that names the player and the step. Before you run it: do you expect
# ten classes?


# %% tags=["experiment"]
import copy

from cs231n.solver import AdversarialSolver

kept = {}  # trained networks, for the cells below


def real_batch(draw, size):
    """Draw a batch of real digits from -1 to 1."""
    rows = draw.integers(len(digits), size=size)
    return torch.from_numpy(digits[rows, None].astype(np.float32) / 127.5 - 1)


def draw_pictures(net, noise):
    """Draw flat pictures, 200 at a time; batch norm uses each batch's statistics."""
    with torch.no_grad():
        parts = [net(torch.from_numpy(z)) for z in np.split(noise, len(noise) // 200)]
    return np.concatenate([part.reshape(200, -1).numpy() for part in parts])


class Contest:
    """Two networks, their optimizers, and what is measured on the way."""

    def __init__(self, D, G, losses, noise_of, *, rate, batch, seed, decay=0.0):
        self.D, self.G, self.losses, self.noise_of = D, G, losses, noise_of
        self.slow, self.decay, self.batch = copy.deepcopy(G), decay, batch
        self.rules = [
            optim.Adam(net.parameters(), lr=rate, betas=(0.5, 0.999)) for net in (D, G)
        ]
        self.draw = np.random.default_rng(seed)
        self.noise = noise_of(np.random.default_rng(7), 1000)
        self.trust = []  # mean probability of being real: real digits, fakes

    def step(self):
        real = real_batch(self.draw, self.batch)
        noise = torch.from_numpy(self.noise_of(self.draw, self.batch))
        errors = gan_step(self.D, self.G, *self.rules, *self.losses, real, noise)
        pairs = (list(net.parameters()) for net in (self.slow, self.G))
        ema_update(*pairs, decay=self.decay)
        return dict(zip(("discriminator", "generator"), errors, strict=True))

    def pictures(self, count=1000):
        return draw_pictures(self.slow, self.noise[:count])

    def probabilities(self):
        """Return the discriminator's probabilities for 200 real digits and 200 fakes."""
        fakes = self.pictures(200).reshape(-1, 1, 28, 28)
        real = real_batch(np.random.default_rng(8), 200)
        with torch.no_grad():
            found = [self.D(x) for x in (real, torch.from_numpy(fakes))]
        return [torch.sigmoid(logits).numpy().ravel() for logits in found]

    def score(self):
        self.trust.append([p.mean() for p in self.probabilities()])
        return judge.score(self.pictures())

    def run(self, steps, every):
        """Train, and print what it took and what the best networks reach."""
        keep = {"generator": self.slow, "discriminator": self.D}
        self.solver = AdversarialSolver(
            self.step,
            keep=keep,
            score=self.score,
            measure_every=every,
            draw=lambda: self.pictures(200)[:24].reshape(-1, 28, 28),
            verbose=False,
            live=not quick(),
        )
        began = time.process_time()
        self.solver.train(steps)
        best = dict(self.solver.score_history)[self.solver.best_step]
        print(
            f"{self.solver.iteration} steps, {time.process_time() - began:.0f} s of "
            f"processor time; best after {self.solver.best_step}: {best}"
        )
        return self


def sheet(solver):
    """Show samples of the same noise, a row for each score."""
    rows = len(solver.pictures)
    fig, axes = plt.subplots(rows, 1, figsize=(9, 0.5 * rows), squeeze=False)
    for ax, row, (step, _) in zip(
        axes[:, 0], solver.pictures, solver.score_history, strict=True
    ):
        ax.imshow(np.concatenate(list(row), axis=1), cmap="gray", vmin=-1, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.set_ylabel(step, rotation=0, ha="right", va="center", size=8)
    fig.subplots_adjust(0.06, 0.01, 0.99, 0.99, hspace=0.08)
    plt.show()


def curves(contest):
    """Show losses, distance and classes, and the discriminator's trust over the steps."""
    solver = contest.solver
    _, axes = plt.subplots(1, 3, figsize=(9.5, 2.7), layout="constrained")
    smooth = max(1, len(solver.loss_history["generator"]) // 60)
    for name, dash in (("discriminator", "-"), ("generator", "--")):
        loss = np.array(solver.loss_history[name])
        loss = loss[: len(loss) // smooth * smooth].reshape(-1, smooth).mean(axis=1)
        axes[0].plot(smooth * (1 + np.arange(len(loss))), loss, dash)
        axes[0].text(len(solver.loss_history[name]), loss[-1], f" {name[0].upper()}")
    axes[0].set_xlim(right=1.12 * solver.iteration)
    steps = [step for step, _ in solver.score_history]
    distances = [score.distance for _, score in solver.score_history]
    axes[1].plot(steps, distances, "o-")
    for step, score in solver.score_history:
        above = (step, score.distance + 0.05 * max(distances))
        axes[1].annotate(score.classes, above, ha="center")
    axes[1].margins(x=0.1)
    axes[1].set_ylim(0, 1.2 * max(distances))
    for part, (name, dash) in enumerate((("real", "-o"), ("fake", "--s"))):
        values = [pair[part] for pair in contest.trust]
        axes[2].plot(steps, values, dash)
        axes[2].text(steps[-1], values[-1], f"   {name}", va="center", size=8)
    axes[2].set_xlim(right=1.22 * steps[-1])
    axes[2].set_ylim(0, 1)
    titles = (
        "losses",
        "distance, and classes out of ten",
        "mean probability of being real",
    )
    for ax, title in zip(axes, titles, strict=True):
        ax.set_title(title, size=9)
        ax.set_xlabel("step")
    plt.show()


def even(draw, count):
    """Draw the course's noise for 'count' pictures, 96 numbers each."""
    return draw.uniform(-1, 1, (count, 96)).astype(np.float32)


def fully_connected():
    """Train the fully connected GAN on the first call."""
    if "fc" not in kept:
        torch.manual_seed(1)
        kept["fc"] = Contest(
            discriminator(),
            generator(),
            (ls_discriminator_loss, ls_generator_loss),
            even,
            rate=5e-4,
            batch=32,
            seed=1,
        ).run(*((20, 10) if quick() else (1200, 150)))
    return kept["fc"]


def variety(pictures):
    """Return by how much two pictures differ: root of the mean square, over pairs."""
    flat = pictures.reshape(len(pictures), -1)
    gaps = np.square(flat[0::2] - flat[1::2]).mean(axis=1)
    return np.sqrt(gaps).mean()


with needs_answers():
    contest = fully_connected()
    curves(contest)
    sheet(contest.solver)
    real = judge.real[:1000]
    print(f"two fakes differ by {variety(contest.pictures()):.2f}", end=", ")
    print(f"two real digits by {variety(real):.2f}")

# %% [markdown]
# *A row is one moment, a column one row of noise. Over the points stands the number of classes. In
# our run all columns show the same few figures, and the figures change from row to row. This is
# *mode collapse*: after 900 steps the judge found 3 classes at a distance of 437. Two fakes differed
# by half as much as two real digits. The losses do not show it. The right panel shows
# $\sigma(s)$ of the scores: 0.73 for a score of 1, and 0.5 for 0.*
#
# We also tried cross-entropies, rate 0.001 and batches of 128, as in the course's notebook. After 300 steps
# all noise gave one smudge, at a distance of 668. That generator is undertrained as well as collapsed.

# %% [markdown]
# **Further reading**
#
# - Salimans et al., *Improved Techniques for Training GANs*, 2016,
#   [arXiv:1606.03498](https://arxiv.org/abs/1606.03498). Section 3: mode collapse and remedies.
#   20 minutes.
# - Yazıcı et al., *The Unusual Effectiveness of Averaging in GAN Training*, 2019,
#   [arXiv:1806.04498](https://arxiv.org/abs/1806.04498). Sections 1 to 3. 20 minutes.
#
# **Harder (optional, no points).** How would you find out whether a generator has memorised
# training pictures? Which test would be fooled by a shift of one pixel?
#
# <details><summary>Compare your answer</summary>
#
# Look up the nearest training picture of each fake. By pixels, a copy shifted by one pixel may
# look new, as the notebook `knn` showed; by features of a classifier it is found. Then compare
# the distances with those between real test pictures and the training set: only fakes that lie
# much nearer are suspicious.
#
# </details>

# %% [markdown]
# ## 8. A convolutional GAN
#
# Radford et al. (2016) reported GANs of convolutions that train steadily in most settings. They used
# batch norm in both networks and Adam with $\beta_1 = 0.5$, and called the result DCGAN. Chen et al.
# (2016) published the sizes that the course uses. Batch norm makes the fakes of a batch depend on each
# other; some later models do without it (Karras et al., 2018).
#
# After this section you can build and train a generator that draws most digits.
#
# As in section 4, a transposed convolution with a filter of side $K$ maps a side of $H$ to
#
# $$H' = (H - 1) \cdot \text{stride} + K - 2 \cdot \text{pad} ,$$
#
# so a filter of 4 with stride 2 and padding 1 doubles it.
#
# | network | layers |
# |---|---|
# | `build_dc_classifier` | conv 5 x 5, 32 filters; leaky ReLU; max pool 2 x 2; conv 5 x 5, 64 filters; leaky ReLU; max pool 2 x 2; flatten; linear to 1024; leaky ReLU; linear to 1 |
# | `build_dc_generator` | linear to 1024; ReLU; batch norm; linear to 7 · 7 · 128; ReLU; batch norm; unflatten to 128 x 7 x 7; transposed conv 4 x 4, stride 2, pad 1, to 64; ReLU; batch norm; transposed conv 4 x 4, stride 2, pad 1, to 1; tanh; flatten |
#
# Convolutions have stride 1 and no padding, leaky ReLUs the slope 0.01.

# %% drawing="gan-sizes"
drawings.show(
    drawings.growing_pictures(),
    "Sizes in the generator from left to right: noise, 1024 numbers, 128 maps of 7 x 7, 64 maps of 14 x 14, "
    "one picture of 28 x 28.",
)

# %% [markdown]
# *Each transposed convolution doubles the sides. Where do most parameters lie?*
#
# **Worked example.** Sizes in the discriminator, and the parameters of a transposed convolution:

# %%
side = 28
for name in ("conv 5 x 5", "pool", "conv 5 x 5", "pool"):
    side = side - 4 if name.startswith("conv") else side // 2
    print(f"after {name}: {side} x {side}")
print("transposed conv 128 -> 64:", 128 * 64 * 4 * 4 + 64)

# %% [markdown]
# **Predict, then check.** Batch norm in the discriminator sees real pictures and fakes in separate
# batches. What could it learn from the batch alone, without looking at a single picture?
#
# <details><summary>Check your prediction</summary>
#
# That all pictures of a batch are of one kind. Statistics of a whole batch are easier to tell apart
# than pictures. That can make its task too easy. The course's discriminator has no batch norm. The
# discriminator of our experiment below has one, as Radford et al. proposed, and trained all the same.
#
# </details>


# %% answer="gan-dc-classifier" minutes=15 difficulty=2 importance=3
def build_dc_classifier(batch_size=None):
    """Build the convolutional discriminator.

    Parameters
    ----------
    batch_size : int, optional
        Pictures per batch, for those who want it; the network need not depend on it.

    Returns
    -------
    model : nn.Module
        From pictures (N, 1, 28, 28) to logits (N, 1); 1,102,721 parameters.
    """
    model = None
    ### BEGIN SOLUTION
    model = nn.Sequential(
        nn.Conv2d(1, 32, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 5),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )
    ### END SOLUTION
    return model


# %% [markdown] hint="gan-dc-classifier"
# <details><summary>Hint 1: where to look</summary>
#
# The worked example has the sizes. How many numbers reach the first linear layer?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.Conv2d(channels, filters, size)`, `nn.MaxPool2d`, `Flatten`, `nn.Linear`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Twice: convolution, leaky ReLU, pooling. 2. Flatten. 3. Linear to 1024, leaky ReLU. 4. Linear to one logit.
#
# </details>

# %% test="gan-dc-classifier" points=3
model = pytorch.build(build_dc_classifier, batch_size=4)
shapes = [(32, 1, 5, 5), (32,), (64, 32, 5, 5), (64,)]
shapes += [(1024, 1024), (1024,), (1, 1024), (1,)]
expect_weights(
    model, shapes, 1102721, "Filters of 5 x 5 without padding, then 1024 numbers."
)
weights = noise_weights(model)
x = rng.uniform(-1, 1, (4, 1, 28, 28)).astype(np.float32)
with unchanged(x=x):
    found = pytorch.forward(model, x, training=True)
right = reference.convolutional_logits(weights, x)
expect_close(
    found,
    right,
    "the logits of four pictures",
    rtol=1e-4,
    atol=2e-4,
    hint="Convolution, leaky ReLU, pooling, twice; then two linear layers.",
    faults={
        "Hidden layers have a ReLU; it should leak with slope 0.01.": (
            reference.convolutional_logits(weights, x, slope=0.0)
        ),
        "The slope below zero is 0.2; here it is 0.01.": (
            reference.convolutional_logits(weights, x, slope=0.2)
        ),
        "The activations are missing.": reference.convolutional_logits(
            weights, x, slope=1.0
        ),
        "The network ends in a sigmoid; it should return logits.": 1
        / (1 + np.exp(-right)),
        "The leaky ReLU between the linear layers is missing.": (
            reference.convolutional_logits(weights, x, last_slope=1.0)
        ),
        "Pooling takes the mean; it should take the maximum.": (
            reference.convolutional_logits(weights, x, mean_pool=True)
        ),
    },
)
expect_source(build_dc_classifier, without=READY)
passed("gan-dc-classifier", "1102721 parameters, logits with weights set")


# %% [markdown]
# **Predict, then check.** Which layer holds most of the 6,580,801 parameters: a linear one, or
# a transposed convolution?
#
# <details><summary>Check your prediction</summary>
#
# The second linear layer, from 1024 to $7 \cdot 7 \cdot 128 = 6272$ numbers: 6,428,800, or 98
# %. The first transposed convolution, $128 \cdot 64 \cdot 16 + 64$, has 131,136, and it does
# most of the work.
#
# </details>


# %% answer="gan-dc-generator" minutes=20 difficulty=3 importance=3
def build_dc_generator(noise_dim=96):
    """Build the convolutional generator.

    Parameters
    ----------
    noise_dim : int
        Numbers of noise per picture.

    Returns
    -------
    model : nn.Module
        From noise (N, noise_dim) to flat pictures (N, 784) between -1 and 1;
        6,580,801 parameters for noise_dim = 4.
    """
    model = None
    ### BEGIN SOLUTION
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(),
        nn.BatchNorm1d(7 * 7 * 128),
        Unflatten(-1, 128, 7, 7),
        nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
        nn.Tanh(),
        Flatten(),
    )
    ### END SOLUTION
    return model


# %% [markdown] hint="gan-dc-generator"
# <details><summary>Hint 1: where to look</summary>
#
# The row of the table is long, but each layer is one line. In which order do ReLU and batch norm stand?
#
# </details>
#
# <details><summary>Hint 2: what to use</summary>
#
# `nn.BatchNorm1d` for rows of numbers, `nn.BatchNorm2d` for maps, `nn.ConvTranspose2d(channels, filters, size, stride=...,
# padding=...)`, `Unflatten`.
#
# </details>
#
# <details><summary>Hint 3: an outline</summary>
#
# 1. Twice: linear, ReLU, batch norm. 2. Unflatten. 3. Transposed convolution, ReLU, batch norm. 4. Transposed
# convolution to one channel, tanh. 5. Flatten.
#
# </details>

# %% test="gan-dc-generator" points=3
wide = 7 * 7 * 128
model = pytorch.build(build_dc_generator, noise_dim=4)
shapes = [(1024, 4), *[(1024,)] * 3, (wide, 1024), *[(wide,)] * 3]
shapes += [(128, 64, 4, 4), *[(64,)] * 3, (64, 1, 4, 4), (1,)]
expect_weights(
    model,
    shapes,
    6580801,
    "Batch norm has a scale and a shift; it follows every hidden layer.",
)
weights = noise_weights(model)
z = rng.uniform(-1, 1, (5, 4)).astype(np.float32)
with unchanged(noise=z):
    found = pytorch.forward(model, z, training=True)
right = reference.convolutional_pictures(weights, z)
plain = reference.convolutional_pictures(weights, z, squash=False)
expect_close(
    found,
    right,
    "the pixels of five pictures, in training mode",
    rtol=1e-2,
    atol=5e-3,
    shape_hint="Flat pictures: each transposed convolution doubles 7 x 7, then flatten.",
    hint="Linear or transposed convolution, ReLU, batch norm, in this order.",
    faults={
        "Batch norm comes before the ReLU; the course has it after.": (
            reference.convolutional_pictures(weights, z, normalised_first=True)
        ),
        "The tanh is missing, so pixels leave the range from -1 to 1.": plain,
        "The network ends in a sigmoid: pixels lie between -1 and 1, so use tanh.": (
            1 / (1 + np.exp(-plain))
        ),
        "Hidden layers have a leaky ReLU; here it is a plain one.": (
            reference.convolutional_pictures(weights, z, slope=0.01)
        ),
    },
)
expect_source(build_dc_generator, without=READY)
passed("gan-dc-generator", "6580801 parameters, pixels with weights set")

# %% [markdown]
# **Experiment: ten classes?** The course's convolutional GAN has 7.8 million weights, too many for a
# minute on two cores. A small pair with the same plan has 0.27 million:
#
# | network | layers |
# |---|---|
# | generator | linear from 64 to 64 · 7 · 7; batch norm; ReLU; transposed conv 4 x 4 to 32; batch norm; ReLU; transposed conv 4 x 4 to 1; tanh |
# | discriminator | conv 4 x 4 to 32; leaky ReLU; conv 4 x 4 to 64; batch norm; leaky ReLU; linear to 1 |
#
# All convolutions have stride 2 and pad 1, leaky ReLUs the slope 0.2. The noise is normal, 64
# numbers. Batches have 64 pictures, Adam the rate 0.0005, the average the decay 0.99. The
# discriminator's target for real pictures is 0.9 (*one-sided label smoothing*; Salimans et al.,
# 2016). In logits that adds a tenth of their mean to your loss.


# %% tags=["experiment"]
from cs231n.nets.references.players import small_pair


def normal(draw, count):
    """Draw normal noise for 'count' pictures, 64 numbers each."""
    return draw.standard_normal((count, 64), dtype=np.float32)


def smoothed(logits_real, logits_fake):
    """Return your discriminator's loss with target 0.9 for real pictures."""
    return discriminator_loss(logits_real, logits_fake) + 0.1 * logits_real.mean()


def convolutional(losses, name, seed=1, steps=1000):
    """Train a small convolutional GAN on the first call."""
    if name not in kept:
        torch.manual_seed(seed)
        G, D = small_pair(nn)
        play = Contest(D, G, losses, normal, rate=5e-4, batch=64, seed=seed, decay=0.99)
        kept[name] = play.run(*((20, 10) if quick() else (steps, 200)))
    return kept[name]


with needs_answers():
    contest = convolutional((smoothed, generator_loss), "dc")
    curves(contest)
    sheet(contest.solver)

# %% [markdown]
# *Our runs took 43 to 84 s of processor time on one thread for 1000 steps. The first reached a distance of 62
# with 8 classes (64 on another processor); seeds 2 and 3 ended at 65 and 58. After 400 steps the three had 84,
# 85 and 73 with 9 classes. Longer training helps: seed 2 had 53 after 1400 steps and 43 after 2000. The losses do not fall
# while the pictures improve. The average of the weights lags behind. With decay 0.995 its pictures were
# worse than those of the weights themselves for the first 500 steps.*
#
# **Which digits?** The classes of 1000 pictures, as the judge reads them, beside an even share.


# %% tags=["experiment"]
def both():
    """Train on the first call; yield the names of the two contests, and the contests."""
    yield "fully connected", fully_connected()
    yield "convolutional", convolutional((smoothed, generator_loss), "dc")


with needs_answers():
    fig, axes = plt.subplots(1, 2, figsize=(8, 2.5), sharey=True, layout="constrained")
    for ax, (name, contest) in zip(axes, both(), strict=True):
        score = judge.score(contest.pictures())
        ax.bar(np.arange(10), score.shares)
        ax.axhline(0.1, ls="--", color="gray")
        ax.set_xticks(np.arange(10))
        ax.set_xlabel("digit, as the judge reads it")
        ax.set_title(f"{name}: {score}", size=8)
    axes[0].set_ylabel("share of 1000")
    plt.show()

# %% [markdown]
# *On the left nearly all pictures are read as one of two digits. On the right most digits occur, in
# uneven shares. A distance of 60 is far from the 1.8 of real digits in section 5.*
#
# **How sure is the discriminator?** Its probabilities for 200 real digits and 200 fakes, after
# training. On the left $\sigma(s)$ stands for them, since least squares has scores, no logits.

# %% tags=["experiment"]
with needs_answers():
    fig, axes = plt.subplots(1, 2, figsize=(8, 2.3), sharey=True, layout="constrained")
    for ax, (name, contest) in zip(axes, both(), strict=True):
        real, fake = contest.probabilities()
        bins = np.linspace(0, 1, 21)
        ax.hist(real, bins, histtype="stepfilled", alpha=0.4)
        ax.hist(fake, bins, histtype="step", ls="--", lw=2)
        ax.set(
            title=f"{name}: filled real, dashed fake",
            xlabel="probability of being real",
        )
        ax.title.set_size(9)
    plt.show()

# %% [markdown]
# *The convolutional discriminator still recognises most fakes: it gives them less than 0.1. Its
# target for real digits was 0.9. If both histograms stood at 0.5, the discriminator could not tell fakes from real digits. Its gradient
# would then hold nothing that improves a fake.*
#
# **Copies?** Below each sample stands the nearest of all training digits, pixel by pixel. A generator
# that had memorised them would show pairs without a difference.

# %% tags=["experiment"]
with needs_answers():
    samples = convolutional((smoothed, generator_loss), "dc").pictures(200)[:16]
    album = DigitScores(digits)  # all that training drew from, not only the judge's
    rows, gaps = album.nearest(samples)
    fig, axes = plt.subplots(2, 16, figsize=(9, 1.5), layout="constrained")
    for column in range(16):
        for ax, picture in zip(
            axes[:, column],
            (samples[column].reshape(28, 28), album.real[rows[column, 0], 0]),
            strict=True,
        ):
            ax.imshow(picture, cmap="gray", vmin=-1, vmax=1)
            ax.set(xticks=[], yticks=[])
        axes[1, column].set_xlabel(f"{gaps[column, 0]:.2f}", size=7)
    axes[0, 0].set_ylabel("sample", size=7)
    axes[1, 0].set_ylabel("nearest", size=7)
    plt.show()

# %% [markdown]
# *Below each pair stands the root of the mean squared difference; a copy has 0. Pixels run from $-1$ to $1$.*
#
# **A walk through the noise.** Between two points of the noise lies a path. If the generator had memorised,
# pictures along it would jump; a smooth walk suggests that it interpolates.

# %% tags=["experiment"]
import imageio.v3 as iio
from IPython.display import Image, display


def walk(net, stops=6, between=10, rows=2, columns=8):
    """Return frames (F, H, W), bytes: pictures while their noise moves along great circles."""
    draw = np.random.default_rng(5)
    points = normal(draw, stops * rows * columns).reshape(stops, rows * columns, 64)
    others = normal(draw, 200 - rows * columns)  # give batch norm its statistics
    frames = []
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        for t in np.arange(between) / between:
            z = np.cos(t * np.pi / 2) * start + np.sin(t * np.pi / 2) * end
            noise = np.concatenate([z.astype(np.float32), others])
            pictures = draw_pictures(net, noise)[: rows * columns]
            grid = pictures.reshape(rows, columns, 28, 28).transpose(0, 2, 1, 3)
            frames.append(grid.reshape(rows * 28, columns * 28))
    frames = np.stack(frames)
    return ((frames + 1) * 127.5).round().astype(np.uint8)


with needs_answers():
    net = convolutional((smoothed, generator_loss), "dc").slow
    frames = walk(net, *((2, 3) if quick() else (6, 10)))
    large = frames.repeat(2, axis=1).repeat(2, axis=2)
    film = iio.imwrite("<bytes>", large, extension=".gif", duration=90, loop=0)
    display(
        Image(
            data=film, format="gif", alt="Sixteen digits that change into each other."
        )
    )

# %% [markdown]
# *Look for shapes that are no digit, between two that are. There the noise lies between two classes.*
#
# **Experiment: least squares.** The same networks, seed, steps and rates with your other losses.

# %% tags=["experiment"]
with needs_answers():
    convolutional((ls_discriminator_loss, ls_generator_loss), "ls")
    for name, label in (("dc", "cross-entropy"), ("ls", "least squares")):
        for step, score in kept[name].solver.score_history:
            print(f"{label:14} step {step:4}: {score}")

# %% [markdown]
# *We ran both with seeds 1, 2 and 3. After 1000 steps cross-entropy had distances of 62, 65 and 58, least
# squares of 63, 65 and 64. After 400 steps they had 84, 85 and 73 against 90, 90 and 81. So
# least squares learns more slowly at first. In the end the mean difference is 2, less than the spread of 7
# between seeds. On another processor, which rounds differently, seed 1 ended at 64 and 59: there least squares
# was ahead. Rates were tuned for cross-entropy, which also has smoothed labels. Three seeds do not decide
# which loss is better here.*

# %% [markdown] question="gan-collapse" points=3 minutes=12
# **Question 3 (3 points).** A student's fully connected GAN has collapsed to three digits; its losses are $L_D = 0.9$
# and $L_G = 1.4$, nearly constant. She says: "The losses are stable, so training has converged, and only more capacity
# helps." Explain why the loss of the generator does not punish the missing seven digits. Why would the
# discriminator, in time, punish the three that are drawn, and what do you then expect to see over the next thousand steps? Name one
# change of the discriminator's *input* that would let it see collapse in a single step.

# %% [markdown] marking="gan-collapse"
# $L_G$ is a mean over single fakes, and each is judged alone. Any picture that looks real is fine, however often it
# comes. Nothing compares the set of fakes with the set of digits. The three digits are more frequent among fakes than
# among real pictures. The discriminator can learn that, and lowers their logits. Then the generator moves to other
# digits: collapse rotates, and class shares oscillate while losses stay about level. Seeing it at once: let the
# discriminator judge several pictures together. They can be packed as channels (Lin et al., 2018) or compared by
# minibatch statistics (Salimans et al., 2016). Constant losses mean balance of the two, not convergence.
#
# *Marking:* 1 for "each fake is judged alone". 1 for the discriminator's reaction with rotation. 1 for several pictures
# at once (0.5 for "more diverse noise" with a reason). "The noise has too few numbers" alone earns nothing.

# %% [markdown]
# **Further reading**
#
# - Goodfellow et al., *Generative Adversarial Nets*, 2014,
#   [arXiv:1406.2661](https://arxiv.org/abs/1406.2661). Sections 3 and 4. 30 minutes.
# - Radford, Metz and Chintala, *Unsupervised Representation Learning with Deep Convolutional Generative
#   Adversarial Networks*, 2016,
#   [arXiv:1511.06434](https://arxiv.org/abs/1511.06434). Sections 3 and 6. 20 minutes.
# - Heusel et al., *GANs Trained by a Two Time-Scale Update Rule*, 2017,
#   [arXiv:1706.08500](https://arxiv.org/abs/1706.08500). The section on the FID. 15 minutes.
# - Prince, *Understanding Deep Learning*, 2023,
#   [chapter 15](https://udlbook.github.io/udlbook/): GANs. 45 minutes.
#
# **Harder (optional, no points).** (a) Pack two pictures as two channels of the discriminator's input. How many classes does
# the fully connected generator draw now? (b) Train the small GAN with the saturating loss, and record the
# gradient norm of the generator as in section 2. (c) Feed the class as a one-hot vector to both networks: a *conditional* GAN draws the digit
# you ask for.
#
# <details><summary>Compare your answer</summary>
#
# (a) Lin et al. (2018) called this *PacGAN*. Two equal pictures in one input give themselves
# away, so the generator loses what it gains by repetition, and usually draws more classes. (b)
# While the discriminator is sure of itself, the norm should fall by orders of magnitude, as in
# section 2. (c) Both networks then need the class: the discriminator as well, or it could not
# punish a clear 3 where a 5 was asked for (Mirza and Osindero, 2014).
#
# </details>

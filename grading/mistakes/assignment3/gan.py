# What goes wrong in gan, and what else is right. A `mistake` is a plausible fault, with the
# sentence that would help its author: a patch of the solution, or of the whole answer that
# `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="gan-hand" why="The targets are swapped: real is 1, fake is 0."
- loss_real, dreal = _cross_entropy(logits_real, 1)
- loss_fake, dfake = _cross_entropy(logits_fake, 0)
+ loss_real, dreal = _cross_entropy(logits_real, 0)
+ loss_fake, dfake = _cross_entropy(logits_fake, 1)

# %% mistake="gan-hand" why="The two losses are averaged; the course adds them."
- loss = loss_real + loss_fake
+ loss = (loss_real + loss_fake) / 2

# %% mistake="gan-hand" why="Each loss is a sum over the pictures, not a mean."
- loss = np.mean(np.maximum(logits, 0) - logits * target + np.log1p(tail))
+ loss = np.sum(np.maximum(logits, 0) - logits * target + np.log1p(tail))

# %% mistake="gan-hand" why="The gradients are not divided by the number of logits."
- return loss, (probability - target) / logits.size
+ return loss, probability - target

# %% mistake="gan-hand" why="The gradient has the wrong sign."
- return loss, (probability - target) / logits.size
+ return loss, (target - probability) / logits.size

# %% mistake="gan-hand" why="The exponential of a large logit overflows."
- tail = np.exp(-np.abs(logits))  # between 0 and 1, whatever the logit
- loss = np.mean(np.maximum(logits, 0) - logits * target + np.log1p(tail))
- probability = np.where(logits >= 0, 1, tail) / (1 + tail)
+ loss = np.mean(np.log(1 + np.exp(logits)) - logits * target)
+ probability = np.exp(logits) / (1 + np.exp(logits))

# %% mistake="gan-hand" why="The logarithm of a probability that was rounded to 0 is infinite."
- loss = np.mean(np.maximum(logits, 0) - logits * target + np.log1p(tail))
- probability = np.where(logits >= 0, 1, tail) / (1 + tail)
+ probability = np.where(logits >= 0, 1, tail) / (1 + tail)
+ loss = -np.mean(np.log(probability if target else 1 - probability))

# %% mistake="gan-hand" why="The generator minimises the saturating loss."
- loss, dfake = _cross_entropy(logits_fake, 1)
+ loss, dfake = _cross_entropy(logits_fake, 0)
+ loss, dfake = -loss, -dfake

# %% mistake="gan-hand" why="The generator takes over the discriminator's target for fakes."
- loss, dfake = _cross_entropy(logits_fake, 1)
+ loss, dfake = _cross_entropy(logits_fake, 0)

# %% mistake="gan-hand" why="Both gradients are divided by the number of real logits."
- loss = loss_real + loss_fake
+ loss = loss_real + loss_fake
+ dfake = dfake * logits_fake.size / logits_real.size

# %% style="gan-hand" why="np.logaddexp, and a sigmoid by the hyperbolic tangent."
def discriminator_loss_by_hand(logits_real, logits_fake):
    loss = np.logaddexp(0, -logits_real).mean() + np.logaddexp(0, logits_fake).mean()
    dreal = (0.5 * np.tanh(0.5 * logits_real) - 0.5) / len(logits_real)
    dfake = (0.5 * np.tanh(0.5 * logits_fake) + 0.5) / len(logits_fake)
    return loss, dreal, dfake

def generator_loss_by_hand(logits_fake):
    dfake = (0.5 * np.tanh(0.5 * logits_fake) - 0.5) / len(logits_fake)
    return np.mean(np.logaddexp(0, -logits_fake)), dfake

# %% style="gan-hand" why="Positive and negative logits apart, by masks."
def softplus(a):
    out = np.zeros_like(a)
    up = a > 0
    out[up] = a[up] + np.log1p(np.exp(-a[up]))
    out[~up] = np.log1p(np.exp(a[~up]))
    return out

def sigmoid(a):
    out = np.zeros_like(a)
    up = a > 0
    out[up] = 1 / (1 + np.exp(-a[up]))
    out[~up] = np.exp(a[~up]) / (1 + np.exp(a[~up]))
    return out

def discriminator_loss_by_hand(logits_real, logits_fake):
    n, m = logits_real.size, logits_fake.size
    loss = np.sum(softplus(-logits_real)) / n + np.sum(softplus(logits_fake)) / m
    return loss, -sigmoid(-logits_real) / n, sigmoid(logits_fake) / m

def generator_loss_by_hand(logits_fake):
    return np.average(softplus(-logits_fake)), -sigmoid(-logits_fake) / logits_fake.size

# %% style="gan-hand" why="A loop over the logits, in plain Python."
import math

def one(a, target):
    tail = math.exp(-abs(a))
    p = 1 / (1 + tail) if a >= 0 else tail / (1 + tail)
    return max(a, 0) - a * target + math.log1p(tail), p - target

def many(logits, target):
    flat, grad, total = logits.ravel(), np.empty_like(logits), 0.0
    for i, a in enumerate(flat):
        loss, slope = one(float(a), target)
        total += loss / flat.size
        grad.reshape(-1)[i] = slope / flat.size
    return total, grad

def discriminator_loss_by_hand(logits_real, logits_fake):
    a, dreal = many(logits_real, 1)
    b, dfake = many(logits_fake, 0)
    return a + b, dreal, dfake

def generator_loss_by_hand(logits_fake):
    return many(logits_fake, 1)

# %% mistake="gan-ls-hand" why="The factor of one half is missing in the losses."
- loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_fake**2)
+ loss = np.mean(missing**2) + np.mean(scores_fake**2)

# %% mistake="gan-ls-hand" why="The targets are swapped: real is 1, fake is 0."
- missing = scores_real - 1
- loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_fake**2)
- dreal, dfake = missing / missing.size, scores_fake / scores_fake.size
+ missing = scores_fake - 1
+ loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_real**2)
+ dreal, dfake = scores_real / scores_real.size, missing / missing.size

# %% mistake="gan-ls-hand" why="The scores are squashed by a sigmoid first."
- missing = scores_real - 1
- loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_fake**2)
+ scores_fake = 1 / (1 + np.exp(-scores_fake))
+ missing = 1 / (1 + np.exp(-scores_real)) - 1
+ loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_fake**2)

# %% mistake="gan-ls-hand" why="The generator's fakes have target 0."
- missing = scores_fake - 1
+ missing = scores_fake

# %% mistake="gan-ls-hand" why="The gradients are twice as large: the one half is forgotten."
- dreal, dfake = missing / missing.size, scores_fake / scores_fake.size
+ dreal, dfake = 2 * missing / missing.size, 2 * scores_fake / scores_fake.size

# %% mistake="gan-ls-hand" why="The gradients are not divided by the number of scores."
- dreal, dfake = missing / missing.size, scores_fake / scores_fake.size
+ dreal, dfake = missing, scores_fake

# %% mistake="gan-ls-hand" why="The losses are sums over the pictures, not means."
- loss = 0.5 * np.mean(missing**2) + 0.5 * np.mean(scores_fake**2)
+ loss = 0.5 * np.sum(missing**2) + 0.5 * np.sum(scores_fake**2)

# %% style="gan-ls-hand" why="Dot products of flat arrays."
def ls_discriminator_loss_by_hand(scores_real, scores_fake):
    a, b = scores_real.ravel() - 1.0, scores_fake.ravel()
    loss = a @ a / (2 * len(a)) + b @ b / (2 * len(b))
    return loss, (a / len(a)).reshape(scores_real.shape), (b / len(b)).reshape(scores_fake.shape)

def ls_generator_loss_by_hand(scores_fake):
    a = scores_fake.ravel() - 1.0
    return a @ a / (2 * len(a)), (a / len(a)).reshape(scores_fake.shape)

# %% style="gan-ls-hand" why="A helper with the target as argument."
def half_square(s, target):
    return np.square(s - target).sum() / s.size / 2, (s - target) / s.size

def ls_discriminator_loss_by_hand(scores_real, scores_fake):
    (a, dreal), (b, dfake) = half_square(scores_real, 1), half_square(scores_fake, 0)
    return a + b, dreal, dfake

def ls_generator_loss_by_hand(scores_fake):
    return half_square(scores_fake, 1)

# %% style="gan-ls-hand" why="The square multiplied out."
def ls_discriminator_loss_by_hand(scores_real, scores_fake):
    n, m = len(scores_real), len(scores_fake)
    loss = np.mean(scores_real**2 - 2 * scores_real + 1) / 2 + np.mean(scores_fake**2) / 2
    return loss, scores_real / n - 1 / n, scores_fake / m

def ls_generator_loss_by_hand(scores_fake):
    m = len(scores_fake)
    return np.mean(scores_fake**2 - 2 * scores_fake + 1) / 2, scores_fake / m - 1 / m

# %% mistake="gan-conv-transpose" why="Where filters overlap the later one overwrites."
- canvas[:, :, rows, columns] += np.einsum("nchw,cf->nfhw", x, w[:, :, k, m])
+ canvas[:, :, rows, columns] = np.einsum("nchw,cf->nfhw", x, w[:, :, k, m])

# %% mistake="gan-conv-transpose" why="The filter is mirrored."
- canvas[:, :, rows, columns] += np.einsum("nchw,cf->nfhw", x, w[:, :, k, m])
+ canvas[:, :, rows, columns] += np.einsum("nchw,cf->nfhw", x, w[:, :, kh - 1 - k, kw - 1 - m])

# %% mistake="gan-conv-transpose" why="The bias is left out."
- out = canvas[:, :, pad : tall - pad, pad : wide - pad] + b[:, None, None]
+ out = canvas[:, :, pad : tall - pad, pad : wide - pad]

# %% mistake="gan-conv-transpose" why="The border is not cut off."
- out = canvas[:, :, pad : tall - pad, pad : wide - pad] + b[:, None, None]
+ out = canvas + b[:, None, None]

# %% mistake="gan-conv-transpose" why="The border is cut off at the upper left only."
- out = canvas[:, :, pad : tall - pad, pad : wide - pad] + b[:, None, None]
+ out = canvas[:, :, 2 * pad :, 2 * pad :] + b[:, None, None]

# %% mistake="gan-conv-transpose" why="The border is padded with zeros in place of being cut off."
- out = canvas[:, :, pad : tall - pad, pad : wide - pad] + b[:, None, None]
+ out = np.pad(canvas, ((0, 0), (0, 0), (pad, pad), (pad, pad))) + b[:, None, None]

# %% mistake="gan-conv-transpose" why="The canvas is float64, whatever x is."
- canvas = np.zeros((n, f, tall, wide), x.dtype)
+ canvas = np.zeros((n, f, tall, wide))

# %% mistake="gan-conv-transpose" why="The bias is added with every filter that is painted."
- canvas[:, :, rows, columns] += np.einsum("nchw,cf->nfhw", x, w[:, :, k, m])
+ canvas[:, :, rows, columns] += np.einsum("nchw,cf->nfhw", x, w[:, :, k, m]) + b[:, None, None]

- out = canvas[:, :, pad : tall - pad, pad : wide - pad] + b[:, None, None]
+ out = canvas[:, :, pad : tall - pad, pad : wide - pad]

# %% style="gan-conv-transpose" why="A loop over the input's pixels."
def conv_transpose_forward(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    _, F, KH, KW = w.shape
    big = np.zeros((N, F, (H - 1) * s + KH, (W - 1) * s + KW), dtype=x.dtype)
    for i in range(H):
        for j in range(W):
            big[:, :, i * s : i * s + KH, j * s : j * s + KW] += np.tensordot(x[:, :, i, j], w, axes=(1, 0))
    out = big[:, :, p : big.shape[2] - p, p : big.shape[3] - p] + b.reshape(1, -1, 1, 1)
    return out, (x, w, b, conv_param)

# %% style="gan-conv-transpose" why="Zeros between the pixels, then a convolution with the mirrored filter."
def conv_transpose_forward(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    C, F, KH, KW = w.shape
    spread = np.zeros((N, C, (H - 1) * stride + 1, (W - 1) * stride + 1), x.dtype)
    spread[:, :, ::stride, ::stride] = x
    spread = np.pad(spread, ((0, 0), (0, 0), (KH - 1, KH - 1), (KW - 1, KW - 1)))
    windows = np.lib.stride_tricks.sliding_window_view(spread, (KH, KW), axis=(2, 3))
    out = np.einsum("nchwkl,cfkl->nfhw", windows, w[:, :, ::-1, ::-1])
    out = out[:, :, pad : out.shape[2] - pad, pad : out.shape[3] - pad]
    return out + b[None, :, None, None], (x, w, b, conv_param)

# %% style="gan-conv-transpose" why="Loops over everything, picture by picture."
def conv_transpose_forward(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    (n, c, h, wd), (_, f, kh, kw) = x.shape, w.shape
    rows, cols = (h - 1) * s + kh - 2 * p, (wd - 1) * s + kw - 2 * p
    out = np.zeros((n, f, rows, cols), x.dtype)
    out += b[:, None, None]
    for i in range(h):
        for j in range(wd):
            for k in range(kh):
                for l in range(kw):
                    r, q = i * s + k - p, j * s + l - p
                    if 0 <= r < rows and 0 <= q < cols:
                        out[:, :, r, q] += x[:, :, i, j] @ w[:, :, k, l]
    return out, (x, w, b, conv_param)

# %% mistake="gan-conv-transpose-backward" why="The filter is mirrored on the way back."
- dx += np.einsum("nfhw,cf->nchw", seen, w[:, :, k, m])
+ dx += np.einsum("nfhw,cf->nchw", seen, w[:, :, w.shape[2] - 1 - k, w.shape[3] - 1 - m])

# %% mistake="gan-conv-transpose-backward" why="The gradient of the filter is mirrored."
- dw[:, :, k, m] = np.einsum("nchw,nfhw->cf", x, seen)
+ dw[:, :, -1 - k, -1 - m] = np.einsum("nchw,nfhw->cf", x, seen)

# %% mistake="gan-conv-transpose-backward" why="The gradient of the filter is averaged over the batch."
- dw[:, :, k, m] = np.einsum("nchw,nfhw->cf", x, seen)
+ dw[:, :, k, m] = np.einsum("nchw,nfhw->cf", x, seen) / len(x)

# %% mistake="gan-conv-transpose-backward" why="The gradient of the bias is summed over the batch only."
- db = dout.sum(axis=(0, 2, 3))
+ db = dout.sum(axis=0)

# %% mistake="gan-conv-transpose-backward" why="The gradient of the bias is a mean."
- db = dout.sum(axis=(0, 2, 3))
+ db = dout.mean(axis=(0, 2, 3))

# %% mistake="gan-conv-transpose-backward" why="The stride is left out on the way back."
- rows = slice(k, k + (h - 1) * stride + 1, stride)
- columns = slice(m, m + (width - 1) * stride + 1, stride)
+ rows, columns = slice(k, k + h), slice(m, m + width)

# %% mistake="gan-conv-transpose-backward" why="The filter's entry is assigned to dx; contributions add up."
- dx += np.einsum("nfhw,cf->nchw", seen, w[:, :, k, m])
+ dx = np.einsum("nfhw,cf->nchw", seen, w[:, :, k, m])

# %% style="gan-conv-transpose-backward" why="A loop over the input's pixels."
def conv_transpose_backward(dout, cache):
    x, w, b, conv_param = cache
    s, p = conv_param["stride"], conv_param["pad"]
    KH, KW = w.shape[2:]
    big = np.pad(dout, ((0, 0), (0, 0), (p, p), (p, p)))
    dx, dw = np.empty_like(x), np.zeros_like(w)
    for i in range(x.shape[2]):
        for j in range(x.shape[3]):
            part = big[:, :, i * s : i * s + KH, j * s : j * s + KW]
            dx[:, :, i, j] = np.tensordot(part, w, axes=([1, 2, 3], [1, 2, 3]))
            dw += np.tensordot(x[:, :, i, j], part, axes=(0, 0))
    return dx, dw, np.einsum("nfhw->f", dout)

# %% style="gan-conv-transpose-backward" why="Windows of the padded gradient, with einsum."
def conv_transpose_backward(dout, cache):
    x, w, b, conv_param = cache
    s, p = conv_param["stride"], conv_param["pad"]
    big = np.pad(dout, [(0, 0), (0, 0), (p, p), (p, p)])
    views = np.lib.stride_tricks.sliding_window_view(big, w.shape[2:], axis=(2, 3))
    views = views[:, :, ::s, ::s][:, :, : x.shape[2], : x.shape[3]]
    dx = np.einsum("nfhwkl,cfkl->nchw", views, w)
    dw = np.einsum("nchw,nfhwkl->cfkl", x, views)
    return dx, dw, dout.sum((0, 2, 3))

# %% style="gan-conv-transpose-backward" why="Flat columns and matrix products."
def conv_transpose_backward(dout, cache):
    x, w, b, conv_param = cache
    s, p = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    big = np.pad(dout, ((0, 0), (0, 0), (p, p), (p, p)))
    columns = np.stack([
        big[:, :, k : k + (H - 1) * s + 1 : s, l : l + (W - 1) * s + 1 : s]
        for k in range(w.shape[2]) for l in range(w.shape[3])
    ], axis=2).reshape(N, -1, H * W)
    dx = (w.reshape(C, -1) @ columns).reshape(x.shape)
    dw = (x.reshape(N, C, -1) @ columns.transpose(0, 2, 1)).sum(0).reshape(w.shape)
    return dx, dw, dout.sum(axis=3).sum(axis=2).sum(axis=0)

# %% mistake="gan-frechet" why="The root is taken of each entry, not of the matrix."
- inner = np.linalg.eigvalsh(root @ sigma2 @ root)
- mixed = np.sqrt(np.maximum(inner, 0)).sum()
+ mixed = np.trace(np.sqrt(np.abs(sigma1 @ sigma2)))

# %% mistake="gan-frechet" why="The roots of the two covariances are multiplied."
- inner = np.linalg.eigvalsh(root @ sigma2 @ root)
- mixed = np.sqrt(np.maximum(inner, 0)).sum()
+ values, vectors = np.linalg.eigh(sigma2)
+ mixed = np.trace(root @ (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T)

# %% mistake="gan-frechet" why="The trace of the root counts once; the formula has it twice."
- distance = float(apart + np.trace(sigma1) + np.trace(sigma2) - 2 * mixed)
+ distance = float(apart + np.trace(sigma1) + np.trace(sigma2) - mixed)

# %% mistake="gan-frechet" why="The distance of the means is not squared."
- apart = np.sum((mu1 - mu2) ** 2)
+ apart = np.sqrt(np.sum((mu1 - mu2) ** 2))

# %% mistake="gan-frechet" why="The means are compared by a mean over the features."
- apart = np.sum((mu1 - mu2) ** 2)
+ apart = np.mean((mu1 - mu2) ** 2)

# %% mistake="gan-frechet" why="The root is missing: it is the trace of the product itself."
- mixed = np.sqrt(np.maximum(inner, 0)).sum()
+ mixed = inner.sum()

# %% mistake="gan-frechet" why="Rounding makes an eigenvalue negative, and its root NaN."
- mixed = np.sqrt(np.maximum(inner, 0)).sum()
+ mixed = np.sqrt(inner - 1e-12).sum()

# %% mistake="gan-frechet" why="The means are left out."
- apart = np.sum((mu1 - mu2) ** 2)
+ apart = 0

# %% style="gan-frechet" why="Eigenvalues of the product of the covariances."
def frechet_distance(mu1, sigma1, mu2, sigma2):
    d = mu1 - mu2
    eigenvalues = np.linalg.eigvals(sigma1 @ sigma2).real
    root = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    return d @ d + np.trace(sigma1 + sigma2) - 2 * root

# %% style="gan-frechet" why="Singular values of the product of factors."
def frechet_distance(mu1, sigma1, mu2, sigma2):
    def factor(s):
        values, vectors = np.linalg.eigh(s)
        return vectors * np.sqrt(np.clip(values, 0, None))
    a, b = factor(sigma1), factor(sigma2)
    nuclear = np.linalg.svd(a.T @ b, compute_uv=False).sum()
    return ((mu1 - mu2) ** 2).sum() + (a**2).sum() + (b**2).sum() - 2 * nuclear

# %% style="gan-frechet" why="A matrix root of its own, used twice."
def matrix_root(s):
    values, vectors = np.linalg.eigh((s + s.T) / 2)
    return vectors @ np.diag(np.sqrt(np.maximum(values, 0))) @ vectors.T

def frechet_distance(mu1, sigma1, mu2, sigma2):
    half = matrix_root(sigma1)
    mixed = matrix_root(half @ sigma2 @ half)
    return np.linalg.norm(mu1 - mu2) ** 2 + np.trace(sigma1 + sigma2 - 2 * mixed)

# %% mistake="gan-noise" why="Noise lies between 0 and 1."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ noise = torch.rand(batch_size, dim)

# %% mistake="gan-noise" why="Noise is normal, not uniform."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ noise = torch.randn(batch_size, dim)

# %% mistake="gan-noise" why="Noise lies between -0.5 and 0.5: it is shifted but not stretched."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ noise = torch.rand(batch_size, dim) - 0.5

# %% mistake="gan-noise" why="The axes are swapped."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ noise = 2 * torch.rand(dim, batch_size) - 1

# %% mistake="gan-noise" why="Every picture gets the same noise."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ noise = (2 * torch.rand(1, dim) - 1).repeat(batch_size, 1)

# %% mistake="gan-noise" why="Every call gives the same noise."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ torch.manual_seed(0)
+ noise = 2 * torch.rand(batch_size, dim) - 1

# %% mistake="gan-noise" why="Noise lies between -1 and 1 in whole numbers only."
- noise = 2 * torch.rand(batch_size, dim) - 1
+ noise = torch.randint(0, 2, (batch_size, dim)) * 2.0 - 1

# %% style="gan-noise" why="uniform_ in place, without a seed, as before 2020."
def sample_noise(batch_size, dim):
    return torch.zeros(batch_size, dim).uniform_(-1, 1)

# %% style="gan-noise" why="The course's answer with its seed."
def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return torch.rand((batch_size, dim)) * 2.0 - 1.0

# %% style="gan-noise" why="Stretched after the shift."
def sample_noise(batch_size, dim, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return (torch.rand(batch_size, dim) - 0.5).mul(2)

# %% mistake="gan-losses" why="The targets are swapped: real is 1, fake is 0."
- loss = bce_loss(logits_real, torch.ones_like(logits_real))
- loss = loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))
+ loss = bce_loss(logits_real, torch.zeros_like(logits_real))
+ loss = loss + bce_loss(logits_fake, torch.ones_like(logits_fake))

# %% mistake="gan-losses" why="The generator's fakes have target 0."
- loss = bce_loss(logits_fake, torch.ones_like(logits_fake))
+ loss = bce_loss(logits_fake, torch.zeros_like(logits_fake))

# %% mistake="gan-losses" why="The generator minimises the saturating loss."
- loss = bce_loss(logits_fake, torch.ones_like(logits_fake))
+ loss = -bce_loss(logits_fake, torch.zeros_like(logits_fake))

# %% mistake="gan-losses" why="The two losses are averaged; the course adds them."
- loss = loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))
+ loss = (loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))) / 2

# %% mistake="gan-losses" why="A sigmoid comes before a loss that takes logits."
- loss = bce_loss(logits_real, torch.ones_like(logits_real))
- loss = loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))
+ loss = bce_loss(torch.sigmoid(logits_real), torch.ones_like(logits_real))
+ loss = loss + bce_loss(torch.sigmoid(logits_fake), torch.zeros_like(logits_fake))

# %% mistake="gan-losses" why="The logarithm of a sigmoid is infinite for large logits."
- loss = bce_loss(logits_fake, torch.ones_like(logits_fake))
+ loss = -torch.log(torch.sigmoid(logits_fake)).mean()

# %% mistake="gan-losses" why="The fakes are left out of the discriminator's loss."
- loss = loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))
+ pass

# %% mistake="gan-losses" why="A number is returned, which has no history."
- loss = loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))
+ loss = (loss + bce_loss(logits_fake, torch.zeros_like(logits_fake))).item()

# %% style="gan-losses" why="The course's answer of 2020: sizes, .type(dtype)."
def discriminator_loss(logits_real, logits_fake):
    dtype = torch.FloatTensor
    N = logits_real.size()
    true_labels = torch.ones(N).type(dtype)
    real_image_loss = bce_loss(logits_real, true_labels)
    fake_image_loss = bce_loss(logits_fake, 1 - true_labels)
    return real_image_loss + fake_image_loss

def generator_loss(logits_fake):
    N = logits_fake.size()
    true_labels = torch.ones(N).type(torch.FloatTensor)
    return bce_loss(logits_fake, true_labels)

# %% style="gan-losses" why="Softplus."
def discriminator_loss(logits_real, logits_fake):
    return F.softplus(-logits_real).mean() + F.softplus(logits_fake).mean()

def generator_loss(logits_fake):
    return torch.mean(F.softplus(-logits_fake))

# %% style="gan-losses" why="The loss of nn, and a helper."
import torch
import torch.nn as nn

def against(logits, target):
    return nn.BCEWithLogitsLoss()(logits, torch.full_like(logits, target))

def discriminator_loss(logits_real, logits_fake):
    loss = against(logits_real, 1.0)
    loss += against(logits_fake, 0.0)
    return loss

def generator_loss(logits_fake):
    return against(logits_fake, 1.0)

# %% mistake="gan-ls-losses" why="The factor of one half is missing in the discriminator's loss."
- loss = 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake**2).mean()
+ loss = ((scores_real - 1) ** 2).mean() + (scores_fake**2).mean()

# %% mistake="gan-ls-losses" why="The targets are swapped: real is 1, fake is 0."
- loss = 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake**2).mean()
+ loss = 0.5 * ((scores_fake - 1) ** 2).mean() + 0.5 * (scores_real**2).mean()

# %% mistake="gan-ls-losses" why="The generator's fakes have target 0."
- loss = 0.5 * ((scores_fake - 1) ** 2).mean()
+ loss = 0.5 * (scores_fake**2).mean()

# %% mistake="gan-ls-losses" why="The losses are sums over the pictures, not means."
- loss = 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake**2).mean()
+ loss = 0.5 * ((scores_real - 1) ** 2).sum() + 0.5 * (scores_fake**2).sum()

# %% mistake="gan-ls-losses" why="The factor of one half is missing in the generator's loss."
- loss = 0.5 * ((scores_fake - 1) ** 2).mean()
+ loss = ((scores_fake - 1) ** 2).mean()

# %% mistake="gan-ls-losses" why="The part of the real pictures is detached and teaches nothing."
- loss = 0.5 * ((scores_real - 1) ** 2).mean() + 0.5 * (scores_fake**2).mean()
+ loss = 0.5 * ((scores_real.detach() - 1) ** 2).mean() + 0.5 * (scores_fake**2).mean()

# %% style="gan-ls-losses" why="The course's answer of 2020: torch.mean and pow."
def ls_discriminator_loss(scores_real, scores_fake):
    loss = 0.5 * torch.mean(torch.pow(scores_real - torch.ones_like(scores_real), 2))
    loss += 0.5 * torch.mean(scores_fake.pow(2))
    return loss

def ls_generator_loss(scores_fake):
    return 0.5 * torch.mean((scores_fake - 1) ** 2)

# %% style="gan-ls-losses" why="F.mse_loss."
def ls_discriminator_loss(scores_real, scores_fake):
    return (F.mse_loss(scores_real, torch.ones_like(scores_real)) + F.mse_loss(scores_fake, torch.zeros_like(scores_fake))) / 2

def ls_generator_loss(scores_fake):
    return F.mse_loss(scores_fake, torch.ones_like(scores_fake)) / 2

# %% style="gan-ls-losses" why="Sums divided by numbers."
def ls_discriminator_loss(scores_real, scores_fake):
    n, m = scores_real.numel(), scores_fake.numel()
    return torch.square(scores_real - 1).sum() / (2 * n) + torch.square(scores_fake).sum() / (2 * m)

def ls_generator_loss(scores_fake):
    return torch.square(scores_fake - 1).sum() / (2 * scores_fake.numel())

# %% mistake="gan-discriminator" why="Hidden layers have a ReLU that does not leak."
-     nn.Linear(784, 256),
-     nn.LeakyReLU(0.01),
-     nn.Linear(256, 256),
-     nn.LeakyReLU(0.01),
+     nn.Linear(784, 256),
+     nn.ReLU(),
+     nn.Linear(256, 256),
+     nn.ReLU(),

# %% mistake="gan-discriminator" why="The slope below zero is 0.2."
-     nn.Linear(784, 256),
-     nn.LeakyReLU(0.01),
-     nn.Linear(256, 256),
-     nn.LeakyReLU(0.01),
+     nn.Linear(784, 256),
+     nn.LeakyReLU(0.2),
+     nn.Linear(256, 256),
+     nn.LeakyReLU(0.2),

# %% mistake="gan-discriminator" why="The network ends in a sigmoid."
-     nn.Linear(256, 1),
+     nn.Linear(256, 1),
+     nn.Sigmoid(),

# %% mistake="gan-discriminator" why="The second hidden layer is missing."
-     nn.Linear(256, 256),
-     nn.LeakyReLU(0.01),
-     nn.Linear(256, 1),
+     nn.Linear(256, 1),

# %% mistake="gan-discriminator" why="The network has ten outputs, like a classifier of digits."
-     nn.Linear(256, 1),
+     nn.Linear(256, 10),

# %% mistake="gan-discriminator" why="The network ends in a leaky ReLU."
-     nn.Linear(256, 1),
+     nn.Linear(256, 1),
+     nn.LeakyReLU(0.01),

# %% mistake="gan-discriminator" why="The activations are missing."
-     nn.Linear(784, 256),
-     nn.LeakyReLU(0.01),
-     nn.Linear(256, 256),
-     nn.LeakyReLU(0.01),
+     nn.Linear(784, 256),
+     nn.Linear(256, 256),

# %% style="gan-discriminator" why="The course's answer, layers in place, no seed."
import torch.nn as nn

def discriminator():
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256, bias=True),
        nn.LeakyReLU(negative_slope=0.01, inplace=True),
        nn.Linear(256, 256),
        nn.LeakyReLU(),
        nn.Linear(256, 1),
    )
    return model

# %% style="gan-discriminator" why="A class of its own."
class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(28 * 28, 256)
        self.fc2 = nn.Linear(256, 256)
        self.out = nn.Linear(256, 1)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        x = F.leaky_relu(self.fc1(x), 0.01)
        return self.out(F.leaky_relu(self.fc2(x), 0.01))

def discriminator(seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return Critic()

# %% style="gan-discriminator" why="Layers from a loop."
def discriminator(seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    layers, before = [Flatten()], 784
    for width in (256, 256):
        layers += [nn.Linear(before, width), nn.LeakyReLU(0.01)]
        before = width
    return nn.Sequential(*layers, nn.Linear(before, 1))

# %% mistake="gan-generator" why="The tanh is missing."
-     nn.Linear(1024, 784),
-     nn.Tanh(),
+     nn.Linear(1024, 784),

# %% mistake="gan-generator" why="The network ends in a sigmoid."
-     nn.Tanh(),
+     nn.Sigmoid(),

# %% mistake="gan-generator" why="The second hidden layer is missing."
-     nn.Linear(1024, 1024),
-     nn.ReLU(),
-     nn.Linear(1024, 784),
+     nn.Linear(1024, 784),

# %% mistake="gan-generator" why="The size of the noise is fixed at 96."
-     nn.Linear(noise_dim, 1024),
+     nn.Linear(96, 1024),

# %% mistake="gan-generator" why="Hidden layers have a leaky ReLU; here it is a plain one."
-     nn.Linear(noise_dim, 1024),
-     nn.ReLU(),
-     nn.Linear(1024, 1024),
-     nn.ReLU(),
+     nn.Linear(noise_dim, 1024),
+     nn.LeakyReLU(0.01),
+     nn.Linear(1024, 1024),
+     nn.LeakyReLU(0.01),

# %% mistake="gan-generator" why="The activations are missing."
-     nn.Linear(noise_dim, 1024),
-     nn.ReLU(),
-     nn.Linear(1024, 1024),
-     nn.ReLU(),
+     nn.Linear(noise_dim, 1024),
+     nn.Linear(1024, 1024),

# %% mistake="gan-generator" why="A batch norm follows the first layer; this network has none."
-     nn.Linear(noise_dim, 1024),
-     nn.ReLU(),
+     nn.Linear(noise_dim, 1024),
+     nn.ReLU(),
+     nn.BatchNorm1d(1024),

# %% style="gan-generator" why="The course's answer, in place, no seed."
def generator(noise_dim=96):
    model = nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(True),
        nn.Linear(1024, 1024),
        nn.ReLU(inplace=True),
        nn.Linear(1024, 784),
        nn.Tanh(),
    )
    return model

# %% style="gan-generator" why="A class of its own."
class Painter(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.a = nn.Linear(noise_dim, 1024)
        self.b = nn.Linear(1024, 1024)
        self.c = nn.Linear(1024, 784)

    def forward(self, z):
        h = torch.relu(self.b(F.relu(self.a(z))))
        return torch.tanh(self.c(h))

def generator(noise_dim=96, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    return Painter(noise_dim)

# %% style="gan-generator" why="Layers in a list."
def generator(noise_dim=96, seed=None):
    if seed is not None:
        torch.manual_seed(seed)
    sizes = [noise_dim, 1024, 1024, 784]
    layers = []
    for i in range(3):
        layers.append(nn.Linear(sizes[i], sizes[i + 1]))
        layers.append(nn.ReLU() if i < 2 else nn.Tanh())
    return nn.Sequential(*layers)

# %% mistake="gan-step" why="The generator moves first."
- D_solver.zero_grad()
- loss = discriminator_loss(D(real), D(fake.detach()))
- loss.backward()
- D_solver.step()
- d_error = loss.item()
- G_solver.zero_grad()
- loss = generator_loss(D(fake))
- loss.backward()
- G_solver.step()
- g_error = loss.item()
+ G_solver.zero_grad()
+ loss = generator_loss(D(fake))
+ loss.backward()
+ G_solver.step()
+ g_error = loss.item()
+ D_solver.zero_grad()
+ loss = discriminator_loss(D(real), D(G(noise).detach()))
+ loss.backward()
+ D_solver.step()
+ d_error = loss.item()

# %% mistake="gan-step" why="The generator uses logits from before the discriminator's turn."
- D_solver.zero_grad()
- loss = discriminator_loss(D(real), D(fake.detach()))
- loss.backward()
- D_solver.step()
- d_error = loss.item()
- G_solver.zero_grad()
- loss = generator_loss(D(fake))
- loss.backward()
- G_solver.step()
- g_error = loss.item()
+ G_solver.zero_grad()
+ loss = generator_loss(D(fake))
+ loss.backward()
+ g_error = loss.item()
+ D_solver.zero_grad()
+ loss = discriminator_loss(D(real), D(fake.detach()))
+ loss.backward()
+ D_solver.step()
+ G_solver.step()
+ d_error = loss.item()

# %% mistake="gan-step" why="The discriminator's gradients are never set to zero."
- D_solver.zero_grad()
+ pass

# %% mistake="gan-step" why="The generator's gradients are never set to zero."
- G_solver.zero_grad()
+ pass

# %% mistake="gan-step" why="A gradient of the discriminator's turn reaches the generator."
- D_solver.zero_grad()
- loss = discriminator_loss(D(real), D(fake.detach()))
+ D_solver.zero_grad()
+ G_solver.zero_grad()
+ loss = discriminator_loss(D(real), D(fake))

- G_solver.zero_grad()
- loss = generator_loss(D(fake))
+ loss = generator_loss(D(G(noise)))

# %% mistake="gan-step" why="The discriminator moves in the generator's turn too."
- G_solver.step()
+ G_solver.step()
+ D_solver.zero_grad()
+ generator_loss(D(fake.detach())).backward()
+ D_solver.step()

# %% mistake="gan-step" why="Real and fake are swapped in the discriminator's loss."
- loss = discriminator_loss(D(real), D(fake.detach()))
+ loss = discriminator_loss(D(fake.detach()), D(real))

# %% mistake="gan-step" why="The fakes are cut off in the generator's turn, which then learns nothing."
- loss = generator_loss(D(fake))
+ loss = generator_loss(D(fake.detach()))

# %% mistake="gan-step" why="The two losses come back in the wrong order."
- g_error = loss.item()
+ d_error, g_error = loss.item(), d_error

# %% style="gan-step" why="The course's loop: the generator runs twice."
def gan_step(D, G, D_solver, G_solver, discriminator_loss, generator_loss, real, noise):
    D_solver.zero_grad()
    logits_real = D(real)
    fake_images = G(noise).detach()
    logits_fake = D(fake_images)
    d_total_error = discriminator_loss(logits_real, logits_fake)
    d_total_error.backward()
    D_solver.step()

    G_solver.zero_grad()
    fake_images = G(noise)
    gen_logits_fake = D(fake_images)
    g_error = generator_loss(gen_logits_fake)
    g_error.backward()
    G_solver.step()
    return d_total_error.item(), g_error.item()

# %% style="gan-step" why="No cut, but gradients set to zero before each turn."
def gan_step(D, G, D_solver, G_solver, discriminator_loss, generator_loss, real, noise):
    errors = []
    for turn in ("D", "G"):
        for solver in (D_solver, G_solver):
            solver.zero_grad()
        fake = G(noise)
        loss = discriminator_loss(D(real), D(fake)) if turn == "D" else generator_loss(D(fake))
        loss.backward()
        (D_solver if turn == "D" else G_solver).step()
        errors.append(float(loss.detach()))
    return tuple(errors)

# %% style="gan-step" why="Fakes without a graph, a frozen discriminator."
def gan_step(D, G, D_solver, G_solver, discriminator_loss, generator_loss, real, noise):
    with torch.no_grad():
        fake = G(noise)
    d_error = discriminator_loss(D(real), D(fake))
    D_solver.zero_grad()
    d_error.backward()
    D_solver.step()
    for p in D.parameters():
        p.requires_grad_(False)
    g_error = generator_loss(D(G(noise)))
    G_solver.zero_grad()
    g_error.backward()
    G_solver.step()
    for p in D.parameters():
        p.requires_grad_(True)
    return d_error.item(), g_error.item()

# %% mistake="gan-dc-classifier" why="Hidden layers have a ReLU that does not leak."
-     nn.Conv2d(1, 32, 5),
-     nn.LeakyReLU(0.01),
+     nn.Conv2d(1, 32, 5),
+     nn.ReLU(),

-     nn.Conv2d(32, 64, 5),
-     nn.LeakyReLU(0.01),
+     nn.Conv2d(32, 64, 5),
+     nn.ReLU(),

-     nn.Linear(4 * 4 * 64, 4 * 4 * 64),
-     nn.LeakyReLU(0.01),
+     nn.Linear(4 * 4 * 64, 4 * 4 * 64),
+     nn.ReLU(),

# %% mistake="gan-dc-classifier" why="The convolutions are padded, so more numbers reach the linear layer."
-     nn.Conv2d(1, 32, 5),
+     nn.Conv2d(1, 32, 5, padding=2),

-     nn.Conv2d(32, 64, 5),
+     nn.Conv2d(32, 64, 5, padding=2),

-     nn.Linear(4 * 4 * 64, 4 * 4 * 64),
-     nn.LeakyReLU(0.01),
-     nn.Linear(4 * 4 * 64, 1),
+     nn.Linear(7 * 7 * 64, 4 * 4 * 64),
+     nn.LeakyReLU(0.01),
+     nn.Linear(4 * 4 * 64, 1),

# %% mistake="gan-dc-classifier" why="The leaky ReLU between the linear layers is missing."
-     nn.Linear(4 * 4 * 64, 4 * 4 * 64),
-     nn.LeakyReLU(0.01),
+     nn.Linear(4 * 4 * 64, 4 * 4 * 64),

# %% mistake="gan-dc-classifier" why="The network ends in a sigmoid."
-     nn.Linear(4 * 4 * 64, 1),
+     nn.Linear(4 * 4 * 64, 1),
+     nn.Sigmoid(),

# %% mistake="gan-dc-classifier" why="Pooling takes the mean, not the maximum."
-     nn.LeakyReLU(0.01),
-     nn.MaxPool2d(2),
-     nn.Conv2d(32, 64, 5),
-     nn.LeakyReLU(0.01),
-     nn.MaxPool2d(2),
+     nn.LeakyReLU(0.01),
+     nn.AvgPool2d(2),
+     nn.Conv2d(32, 64, 5),
+     nn.LeakyReLU(0.01),
+     nn.AvgPool2d(2),

# %% mistake="gan-dc-classifier" why="The filters are 3 x 3, padded to the same sizes."
-     nn.Conv2d(1, 32, 5),
+     nn.Conv2d(1, 32, 3),

-     nn.Conv2d(32, 64, 5),
+     nn.Conv2d(32, 64, 3),

-     nn.Linear(4 * 4 * 64, 4 * 4 * 64),
-     nn.LeakyReLU(0.01),
-     nn.Linear(4 * 4 * 64, 1),
+     nn.Linear(5 * 5 * 64, 4 * 4 * 64),
+     nn.LeakyReLU(0.01),
+     nn.Linear(4 * 4 * 64, 1),

# %% mistake="gan-dc-classifier" why="The hidden linear layer is missing."
-     nn.Linear(4 * 4 * 64, 4 * 4 * 64),
-     nn.LeakyReLU(0.01),
-     nn.Linear(4 * 4 * 64, 1),
+     nn.Linear(4 * 4 * 64, 1),

# %% style="gan-dc-classifier" why="The course's answer of 2020, with the batch size in Unflatten."
def build_dc_classifier(batch_size):
    return nn.Sequential(
        Unflatten(batch_size, 1, 28, 28),
        nn.Conv2d(1, 32, kernel_size=5, stride=1),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        nn.Conv2d(32, 64, kernel_size=5, stride=1),
        nn.LeakyReLU(0.01),
        nn.MaxPool2d(2, stride=2),
        Flatten(),
        nn.Linear(4 * 4 * 64, 4 * 4 * 64),
        nn.LeakyReLU(0.01),
        nn.Linear(4 * 4 * 64, 1),
    )

# %% style="gan-dc-classifier" why="The answer of 2018, without arguments, in place."
import torch
import torch.nn as nn

def build_dc_classifier():
    return nn.Sequential(
        Unflatten(-1, 1, 28, 28),
        nn.Conv2d(1, 32, (5, 5)),
        nn.LeakyReLU(0.01, inplace=True),
        nn.MaxPool2d((2, 2), stride=2),
        nn.Conv2d(32, 64, (5, 5)),
        nn.LeakyReLU(0.01, inplace=True),
        nn.MaxPool2d((2, 2), stride=2),
        nn.Flatten(),
        nn.Linear(1024, 1024),
        nn.LeakyReLU(inplace=True),
        nn.Linear(1024, 1),
    )

# %% style="gan-dc-classifier" why="A class of its own."
class Critic2d(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 32, 5), nn.Conv2d(32, 64, 5)
        self.fc1, self.fc2 = nn.Linear(1024, 1024), nn.Linear(1024, 1)

    def forward(self, x):
        x = F.max_pool2d(F.leaky_relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.leaky_relu(self.conv2(x)), 2)
        return self.fc2(F.leaky_relu(self.fc1(x.flatten(1))))

def build_dc_classifier(batch_size=128):
    return Critic2d()

# %% mistake="gan-dc-generator" why="Batch norm comes before the ReLU."
-     nn.ReLU(),
-     nn.BatchNorm1d(1024),
-     nn.Linear(1024, 7 * 7 * 128),
-     nn.ReLU(),
-     nn.BatchNorm1d(7 * 7 * 128),
+     nn.BatchNorm1d(1024),
+     nn.ReLU(),
+     nn.Linear(1024, 7 * 7 * 128),
+     nn.BatchNorm1d(7 * 7 * 128),
+     nn.ReLU(),

-     nn.ReLU(),
-     nn.BatchNorm2d(64),
+     nn.BatchNorm2d(64),
+     nn.ReLU(),

# %% mistake="gan-dc-generator" why="The tanh is missing."
-     nn.Tanh(),
+     nn.Identity(),

# %% mistake="gan-dc-generator" why="The network ends in a sigmoid."
-     nn.Tanh(),
+     nn.Sigmoid(),

# %% mistake="gan-dc-generator" why="Batch norm is missing."
-     nn.BatchNorm1d(1024),
+     nn.Identity(),

-     nn.BatchNorm1d(7 * 7 * 128),
+     nn.Identity(),

-     nn.BatchNorm2d(64),
+     nn.Identity(),

# %% mistake="gan-dc-generator" why="The pictures keep their shape; they should be flat."
-     nn.Tanh(),
-     Flatten(),
+     nn.Tanh(),

# %% mistake="gan-dc-generator" why="The transposed convolutions have filters of 5 x 5."
-     nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
+     nn.ConvTranspose2d(128, 64, 5, stride=2, padding=2, output_padding=1),

-     nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
+     nn.ConvTranspose2d(64, 1, 5, stride=2, padding=2, output_padding=1),

# %% mistake="gan-dc-generator" why="Hidden layers have a leaky ReLU; here it is a plain one."
-     nn.ReLU(),
-     nn.BatchNorm1d(1024),
+     nn.LeakyReLU(0.01),
+     nn.BatchNorm1d(1024),

-     nn.ReLU(),
-     nn.BatchNorm1d(7 * 7 * 128),
+     nn.LeakyReLU(0.01),
+     nn.BatchNorm1d(7 * 7 * 128),

-     nn.ReLU(),
-     nn.BatchNorm2d(64),
+     nn.LeakyReLU(0.01),
+     nn.BatchNorm2d(64),

# %% mistake="gan-dc-generator" why="The padding is missing, so that pictures come out too large."
-     nn.ConvTranspose2d(128, 64, 4, stride=2, padding=1),
+     nn.ConvTranspose2d(128, 64, 4, stride=2),

-     nn.ConvTranspose2d(64, 1, 4, stride=2, padding=1),
+     nn.ConvTranspose2d(64, 1, 4, stride=2),

# %% style="gan-dc-generator" why="The course's answer, in place, with positional arguments."
def build_dc_generator(noise_dim=96):
    return nn.Sequential(
        nn.Linear(noise_dim, 1024),
        nn.ReLU(inplace=True),
        nn.BatchNorm1d(1024),
        nn.Linear(1024, 7 * 7 * 128),
        nn.ReLU(inplace=True),
        nn.BatchNorm1d(7 * 7 * 128),
        Unflatten(),
        nn.ConvTranspose2d(128, 64, kernel_size=4, stride=2, padding=1),
        nn.ReLU(inplace=True),
        nn.BatchNorm2d(64),
        nn.ConvTranspose2d(in_channels=64, out_channels=1, kernel_size=4, stride=2, padding=1),
        nn.Tanh(),
        nn.Flatten(),
    )

# %% style="gan-dc-generator" why="nn.Unflatten."
def build_dc_generator(noise_dim=96):
    layers = [nn.Linear(noise_dim, 1024), nn.ReLU(), nn.BatchNorm1d(1024)]
    layers += [nn.Linear(1024, 6272), nn.ReLU(), nn.BatchNorm1d(6272), nn.Unflatten(1, (128, 7, 7))]
    layers += [nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.ReLU(), nn.BatchNorm2d(64)]
    layers += [nn.ConvTranspose2d(64, 1, 4, 2, 1), nn.Tanh(), nn.Flatten()]
    return nn.Sequential(*layers)

# %% style="gan-dc-generator" why="A class of its own."
class Painter2d(nn.Module):
    def __init__(self, noise_dim):
        super().__init__()
        self.fc1, self.bn1 = nn.Linear(noise_dim, 1024), nn.BatchNorm1d(1024)
        self.fc2, self.bn2 = nn.Linear(1024, 7 * 7 * 128), nn.BatchNorm1d(7 * 7 * 128)
        self.up1, self.bn3 = nn.ConvTranspose2d(128, 64, 4, 2, 1), nn.BatchNorm2d(64)
        self.up2 = nn.ConvTranspose2d(64, 1, 4, 2, 1)

    def forward(self, z):
        x = self.bn1(F.relu(self.fc1(z)))
        x = self.bn2(F.relu(self.fc2(x))).view(-1, 128, 7, 7)
        x = self.bn3(F.relu(self.up1(x)))
        return torch.tanh(self.up2(x)).view(x.shape[0], -1)

def build_dc_generator(noise_dim=96):
    return Painter2d(noise_dim)

# %% mistake="gan-ema" why="The averages stay as they were: a new tensor gets the name."
- average.mul_(decay).add_(weight * (1 - decay))
+ average = decay * average + (1 - decay) * weight

# %% mistake="gan-ema" why="The shares are swapped."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.mul_(1 - decay).add_(weight * decay)

# %% mistake="gan-ema" why="The weights are copied."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.copy_(weight)

# %% mistake="gan-ema" why="The new weights are added in full."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.mul_(decay).add_(weight)

# %% mistake="gan-ema" why="The average is not scaled down."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.add_(weight * (1 - decay))

# %% mistake="gan-ema" why="Only the first tensor is updated."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.mul_(decay).add_(weight * (1 - decay))
+ break

# %% mistake="gan-ema" why="The decay is fixed at 0.995."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.mul_(0.995).add_(weight * 0.005)

# %% mistake="gan-ema" why="The weights are changed too."
- average.mul_(decay).add_(weight * (1 - decay))
+ average.mul_(decay).add_(weight.mul_(1 - decay))

# %% style="gan-ema" why="lerp_."
@torch.no_grad()
def ema_update(averages, weights, decay=0.995):
    for a, w in zip(averages, weights):
        a.lerp_(w, 1 - decay)

# %% style="gan-ema" why=".data and copy_, without the decorator."
def ema_update(averages, weights, decay=0.995):
    for i in range(len(averages)):
        averages[i].data.copy_(averages[i].data * decay + weights[i].data * (1 - decay))

# %% style="gan-ema" why="In-place operators within no_grad."
def ema_update(averages, weights, decay=0.995):
    with torch.no_grad():
        for a, w in zip(averages, weights):
            a *= decay
            a += (1 - decay) * w

# What goes wrong in style_transfer, and what else is right. A `mistake` is a plausible fault,
# with the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="style-content" why="The weight is forgotten."
- loss = content_weight * np.sum(apart**2)
- return loss, 2 * content_weight * apart
+ return np.sum(apart**2), 2 * apart

# %% mistake="style-content" why="The weight is forgotten in the gradient."
- return loss, 2 * content_weight * apart
+ return loss, 2 * apart

# %% mistake="style-content" why="The squares are averaged; add them up."
- loss = content_weight * np.sum(apart**2)
+ loss = content_weight * np.mean(apart**2)

# %% mistake="style-content" why="There is a factor 1/2 too many."
- loss = content_weight * np.sum(apart**2)
- return loss, 2 * content_weight * apart
+ return 0.5 * content_weight * np.sum(apart**2), content_weight * apart

# %% mistake="style-content" why="The gradient lacks the 2 of the square."
- return loss, 2 * content_weight * apart
+ return loss, content_weight * apart

# %% mistake="style-content" why="The sign of the gradient is turned round."
- return loss, 2 * content_weight * apart
+ return loss, -2 * content_weight * apart

# %% mistake="style-content" why="The differences are not squared."
- loss = content_weight * np.sum(apart**2)
+ loss = content_weight * np.sum(np.abs(apart))

# %% mistake="style-content" why="A root is taken of the sum."
- loss = content_weight * np.sum(apart**2)
+ loss = content_weight * np.linalg.norm(apart)

# %% mistake="style-content" why="The gradient is not returned; return (loss, gradient)."
- return loss, 2 * content_weight * apart
+ return float(loss)

# %% mistake="style-content" why="On tensors: the weight is forgotten."
def content_loss(content_weight, content_current, content_original):
    return torch.sum((content_current - content_original) ** 2)

# %% mistake="style-content" why="On tensors: the squares are averaged."
def content_loss(content_weight, content_current, content_original):
    return content_weight * F.mse_loss(content_current, content_original)

# %% mistake="style-content" why="On tensors: a number that remembers nothing."
def content_loss(content_weight, content_current, content_original):
    return (content_weight * torch.sum((content_current - content_original) ** 2)).item()

# %% style="style-content" why="Pasted, PyTorch: torch.sum and torch.pow."
def content_loss(content_weight, content_current, content_original):
    N, C, H, W = content_current.size()
    F_ij = content_current.view(C, H * W)
    P_ij = content_original.view(C, H * W)
    return content_weight * torch.sum(torch.pow(F_ij - P_ij, 2))

# %% style="style-content" why="PyTorch's words that arrays know too."
def content_loss(content_weight, content_current, content_original):
    return content_weight * ((content_current - content_original) ** 2).sum()

# %% style="style-content" why="PyTorch, mse_loss with a sum, and its own import."
def content_loss(content_weight, content_current, content_original):
    import torch.nn.functional as F

    return content_weight * F.mse_loss(content_current, content_original, reduction="sum")

# %% style="style-content" why="NumPy, flat vectors and their product."
def content_loss(content_weight, content_current, content_original):
    apart = (content_current - content_original).ravel()
    gradient = (apart + apart) * content_weight
    return float(apart @ apart) * content_weight, gradient.reshape(content_current.shape)

# %% style="style-content" why="NumPy, a loop over channels."
def content_loss(content_weight, content_current, content_original):
    loss, grad = 0.0, np.empty_like(content_current)
    for c in range(content_current.shape[1]):
        apart = content_current[:, c] - content_original[:, c]
        loss += content_weight * (apart * apart).sum()
        grad[:, c] = 2 * content_weight * apart
    return loss, grad

# %% mistake="style-gram" why="The Gram matrix is not normalised."
- return gram / (c * h * w) if normalize else gram
+ return gram

# %% mistake="style-gram" why="This is the product on the wrong side: positions by positions."
- gram = flat @ flat.swapaxes(1, 2)
+ gram = flat.swapaxes(1, 2) @ flat

# %% mistake="style-gram" why="Channels and positions are mixed."
- flat = features.reshape(n, c, h * w)
+ flat = features.reshape(n, h * w, c).swapaxes(1, 2)

# %% mistake="style-gram" why="Divide by all of C * H * W: the channels are forgotten."
- return gram / (c * h * w) if normalize else gram
+ return gram / (h * w) if normalize else gram

# %% mistake="style-gram" why="Divide by all of C * H * W: the positions are forgotten."
- return gram / (c * h * w) if normalize else gram
+ return gram / c if normalize else gram

# %% mistake="style-gram" why="It is normalised although normalize is False."
- return gram / (c * h * w) if normalize else gram
+ return gram / (c * h * w)

# %% mistake="style-gram" why="The mean of each channel is taken off; that is a covariance."
- gram = flat @ flat.swapaxes(1, 2)
+ flat = flat - flat.mean(axis=2, keepdims=True)
+ gram = flat @ flat.swapaxes(1, 2)

# %% mistake="style-gram" why="The first picture's matrix stands for all."
- gram = flat @ flat.swapaxes(1, 2)
+ gram = (flat[:1] @ flat[:1].swapaxes(1, 2)) + 0 * (flat @ flat.swapaxes(1, 2))

# %% mistake="style-gram" why="On tensors: not normalised."
def gram_matrix(features, normalize=True):
    N, C, H, W = features.size()
    flat = features.view(N, C, -1)
    return torch.bmm(flat, flat.transpose(1, 2))

# %% mistake="style-gram" why="On tensors: the wrong side."
def gram_matrix(features, normalize=True):
    N, C, H, W = features.size()
    flat = features.view(N, C, H * W)
    gram = torch.matmul(flat.permute(0, 2, 1), flat)
    return gram / (C * H * W) if normalize else gram

# %% style="style-gram" why="Pasted, PyTorch: view, permute, matmul."
def gram_matrix(features, normalize=True):
    N, C, H, W = features.size()
    flat = features.view(N, C, H * W)
    gram = torch.matmul(flat, flat.permute(0, 2, 1))
    if normalize:
        gram = gram / (H * W * C)
    return gram

# %% style="style-gram" why="Pasted, PyTorch: a loop over the batch, torch.mm, zeros."
def gram_matrix(features, normalize=True):
    N, C, H, W = features.shape
    found = []
    for n in range(N):
        flat = features[n].contiguous().view(C, -1)
        found.append(torch.mm(flat, flat.t()))
    gram = torch.stack(found)
    return gram / float(C * H * W) if normalize else gram

# %% style="style-gram" why="NumPy, einsum."
def gram_matrix(features, normalize=True):
    gram = np.einsum("nihw,njhw->nij", features, features)
    return gram / features[0].size if normalize else gram

# %% style="style-gram" why="NumPy, a loop over pairs of channels."
def gram_matrix(features, normalize=True):
    N, C, H, W = features.shape
    gram = np.zeros((N, C, C), features.dtype)
    for k in range(C):
        for l in range(C):
            gram[:, k, l] = (features[:, k] * features[:, l]).sum(axis=(1, 2))
    if normalize:
        gram /= C * H * W
    return gram

# %% mistake="style-gram-backward" why="One of the two uses of the features is missing."
- dflat = (dgram + dgram.swapaxes(1, 2)) @ flat
+ dflat = dgram @ flat

# %% mistake="style-gram-backward" why="One of the two uses of the features is missing: the rows."
- dflat = (dgram + dgram.swapaxes(1, 2)) @ flat
+ dflat = dgram.swapaxes(1, 2) @ flat

# %% mistake="style-gram-backward" why="dgram need not be symmetric: doubling it is not enough."
- dflat = (dgram + dgram.swapaxes(1, 2)) @ flat
+ dflat = 2 * dgram @ flat

# %% mistake="style-gram-backward" why="dgram need not be symmetric: doubling its transpose is not enough."
- dflat = (dgram + dgram.swapaxes(1, 2)) @ flat
+ dflat = 2 * dgram.swapaxes(1, 2) @ flat

# %% mistake="style-gram-backward" why="The normalisation is forgotten on the way back."
- if normalize:
+ if False:

# %% mistake="style-gram-backward" why="It is normalised although normalize is False."
- if normalize:
+ if True:

# %% style="style-gram-backward" why="Two products by einsum."
def gram_backward(dgram, features, normalize=True):
    rows = np.einsum("nkl,nlhw->nkhw", dgram, features)
    columns = np.einsum("nlk,nlhw->nkhw", dgram, features)
    return (rows + columns) / (features[0].size if normalize else 1)

# %% style="style-gram-backward" why="The rule of a product, use by use."
def gram_backward(dgram, features, normalize=True):
    N, C, H, W = features.shape
    F_ = features.reshape(N, C, H * W)
    dA = np.matmul(dgram, F_)
    dB = np.matmul(np.transpose(F_, (0, 2, 1)), dgram)
    d = dA + np.transpose(dB, (0, 2, 1))
    if normalize:
        d = d / (C * H * W)
    return d.reshape(N, C, H, W)

# %% style="style-gram-backward" why="On tensors, by hand."
def gram_backward(dgram, features, normalize=True):
    N, C, H, W = features.size()
    flat = features.view(N, C, H * W)
    d = torch.bmm(dgram, flat) + torch.bmm(dgram.permute(0, 2, 1), flat)
    return (d / (C * H * W) if normalize else d).view(N, C, H, W)

# %% mistake="style-loss" why="The weights are forgotten."
- loss += weight * np.sum(apart**2)
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ loss += np.sum(apart**2)
+ dfeats[layer] += gram_backward(2 * apart, feats[layer])

# %% mistake="style-loss" why="The weights are forgotten in the gradient."
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ dfeats[layer] += gram_backward(2 * apart, feats[layer])

# %% mistake="style-loss" why="The weights go with the wrong layers: the first belongs to style_layers[0]."
- loss += weight * np.sum(apart**2)
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ weight = style_weights[layer % len(style_weights)]
+ loss += weight * np.sum(apart**2)
+ dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])

# %% mistake="style-loss" why="The squares are averaged; add them up."
- loss += weight * np.sum(apart**2)
+ loss += weight * np.mean(apart**2)

# %% mistake="style-loss" why="Only the last style layer counts; add them all."
- loss += weight * np.sum(apart**2)
+ loss = weight * np.sum(apart**2)

# %% mistake="style-loss" why="The Gram matrices are not normalised."
- apart = gram_matrix(feats[layer]) - target
+ apart = gram_matrix(feats[layer], normalize=False) - target

# %% mistake="style-loss" why="The gradient lacks the 2 of the square."
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ dfeats[layer] += gram_backward(weight * apart, feats[layer])

# %% mistake="style-loss" why="The gradient is not normalised."
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ dfeats[layer] += gram_backward(2 * weight * apart, feats[layer], normalize=False)

# %% mistake="style-loss" why="A layer that comes twice gets both gradients."
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ dfeats[layer] = gram_backward(2 * weight * apart, feats[layer])

# %% mistake="style-loss" why="The sign of the gradient is turned round."
- dfeats[layer] += gram_backward(2 * weight * apart, feats[layer])
+ dfeats[layer] -= gram_backward(2 * weight * apart, feats[layer])

# %% mistake="style-loss" why="Return a list of 2 gradients, one for each of feats."
- return loss, dfeats
+ return loss, [dfeats[layer] for layer in dict.fromkeys(style_layers)][:1]

# %% mistake="style-loss" why="On tensors: the weights are forgotten."
def style_loss(feats, style_layers, style_targets, style_weights):
    loss = 0
    for i, layer in enumerate(style_layers):
        loss = loss + torch.sum((gram_matrix(feats[layer]) - style_targets[i]) ** 2)
    return loss

# %% style="style-loss" why="Pasted, PyTorch: a loop over enumerate, torch.pow."
def style_loss(feats, style_layers, style_targets, style_weights):
    loss = torch.tensor(0.0)
    for i, layer in enumerate(style_layers):
        gram = gram_matrix(feats[layer].clone())
        loss = loss + style_weights[i] * torch.sum(torch.pow(gram - style_targets[i], 2))
    return loss

# %% style="style-loss" why="PyTorch, a sum of mse_loss."
def style_loss(feats, style_layers, style_targets, style_weights):
    parts = zip(style_layers, style_targets, style_weights)
    return sum(w * F.mse_loss(gram_matrix(feats[k]), t, reduction="sum") for k, t, w in parts)

# %% style="style-loss" why="NumPy, the gradient without gram_backward."
def style_loss(feats, style_layers, style_targets, style_weights):
    loss = 0
    dfeats = [f * 0 for f in feats]
    for i in range(len(style_layers)):
        f = feats[style_layers[i]]
        _, C, H, W = f.shape
        flat = f.reshape(C, -1)
        apart = gram_matrix(f)[0] - style_targets[i][0]
        loss = loss + style_weights[i] * (apart * apart).sum()
        d = 2 * style_weights[i] * (apart + apart.T) @ flat / (C * H * W)
        dfeats[style_layers[i]] = dfeats[style_layers[i]] + d.reshape(f.shape)
    return loss, dfeats

# %% style="style-loss" why="NumPy, by way of content_loss."
def style_loss(feats, style_layers, style_targets, style_weights):
    total, grads = 0.0, {}
    for k, target, weight in zip(style_layers, style_targets, style_weights):
        part = gram_matrix(feats[k]) - target
        total += float(weight * np.square(part).sum())
        grads[k] = grads.get(k, 0) + gram_backward(2 * weight * part, feats[k])
    return total, [grads.get(k, np.zeros(f.shape)) for k, f in enumerate(feats)]

# %% mistake="style-tv" why="The weight is forgotten."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = np.sum(down**2) + np.sum(across**2)

- return loss, 2 * tv_weight * dimg
+ return loss, 2 * dimg

# %% mistake="style-tv" why="The weight is forgotten in the gradient."
- return loss, 2 * tv_weight * dimg
+ return loss, 2 * dimg

# %% mistake="style-tv" why="Only differences down count; add those across."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * np.sum(down**2)

# %% mistake="style-tv" why="Only differences across count; add those down."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * np.sum(across**2)

# %% mistake="style-tv" why="The shift is two pixels; neighbours are one apart."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ far = img[:, :, 2:] - img[:, :, :-2], img[..., 2:] - img[..., :-2]
+ loss = tv_weight * (np.sum(far[0] ** 2) + np.sum(far[1] ** 2))

# %% mistake="style-tv" why="The differences are squared twice."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * (np.sum(down**2 * down**2) + np.sum(across**4))

# %% mistake="style-tv" why="The sum is squared once more."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * (np.sum(down**2) + np.sum(across**2)) ** 2

# %% mistake="style-tv" why="The differences are not squared."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * (np.abs(down).sum() + np.abs(across).sum())

# %% mistake="style-tv" why="The squares are averaged; add them up."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * (np.mean(down**2) + np.mean(across**2))

# %% mistake="style-tv" why="A root is taken of the sum."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * np.sqrt(np.sum(down**2) + np.sum(across**2))

# %% mistake="style-tv" why="Pixels of the last row and column are left out on both sides."
- loss = tv_weight * (np.sum(down**2) + np.sum(across**2))
+ loss = tv_weight * (np.sum(down[..., :-1] ** 2) + np.sum(across[:, :, :-1] ** 2))

# %% mistake="style-tv" why="The gradient lacks the 2 of the square."
- return loss, 2 * tv_weight * dimg
+ return loss, tv_weight * dimg

# %% mistake="style-tv" why="The sign of the gradient is turned round."
- return loss, 2 * tv_weight * dimg
+ return loss, -2 * tv_weight * dimg

# %% mistake="style-tv" why="Each difference pulls on two pixels, in opposite directions."
- dimg[:, :, :-1] -= down
+ pass

- dimg[..., :-1] -= across
+ pass

# %% mistake="style-tv" why="tv_loss should have no loop; its source has 3."
def tv_loss(img, tv_weight):
    loss, dimg = 0.0, np.zeros_like(img)
    _, C, H, W = img.shape
    for i in range(H):
        for j in range(W):
            for di, dj in ((1, 0), (0, 1)):
                if i + di < H and j + dj < W:
                    d = img[0, :, i + di, j + dj] - img[0, :, i, j]
                    loss += tv_weight * (d * d).sum()
                    dimg[0, :, i + di, j + dj] += 2 * tv_weight * d
                    dimg[0, :, i, j] -= 2 * tv_weight * d
    return loss, dimg

# %% mistake="style-tv" why="On tensors: the weight is forgotten."
def tv_loss(img, tv_weight):
    down = img[:, :, 1:, :] - img[:, :, :-1, :]
    across = img[:, :, :, 1:] - img[:, :, :, :-1]
    return torch.sum(down**2) + torch.sum(across**2)

# %% mistake="style-tv" why="On tensors: the differences are not squared."
def tv_loss(img, tv_weight):
    down = torch.abs(img[:, :, 1:, :] - img[:, :, :-1, :])
    across = torch.abs(img[:, :, :, 1:] - img[:, :, :, :-1])
    return tv_weight * (torch.sum(down) + torch.sum(across))

# %% style="style-tv" why="Pasted, PyTorch: torch.sum of squares of slices."
def tv_loss(img, tv_weight):
    H, W = img.size(2), img.size(3)
    down = torch.sum((img[:, :, 1:, :] - img[:, :, : H - 1, :]) ** 2)
    across = torch.sum((img[:, :, :, 1:] - img[:, :, :, : W - 1]) ** 2)
    return tv_weight * (down + across)

# %% style="style-tv" why="PyTorch's words that arrays know too."
def tv_loss(img, tv_weight):
    down = ((img[:, :, :-1] - img[:, :, 1:]) ** 2).sum()
    across = ((img[:, :, :, :-1] - img[:, :, :, 1:]) ** 2).sum()
    return tv_weight * (down + across)

# %% style="style-tv" why="NumPy, np.diff and np.pad."
def tv_loss(img, tv_weight):
    down, across = np.diff(img, axis=2), np.diff(img, axis=3)
    loss = tv_weight * ((down * down).sum() + (across * across).sum())
    rows = np.pad(down, ((0, 0), (0, 0), (1, 1), (0, 0)))
    columns = np.pad(across, ((0, 0), (0, 0), (0, 0), (1, 1)))
    dimg = rows[:, :, :-1] - rows[:, :, 1:] + columns[..., :-1] - columns[..., 1:]
    return loss, 2 * tv_weight * dimg

# %% style="style-tv" why="NumPy, neighbours counted and added."
def tv_loss(img, tv_weight):
    wide = np.pad(img, ((0, 0), (0, 0), (1, 1), (1, 1)), mode="edge")
    right = wide[:, :, 1:-1, 2:] - img
    below = wide[:, :, 2:, 1:-1] - img
    left = img - wide[:, :, 1:-1, :-2]
    above = img - wide[:, :, :-2, 1:-1]
    loss = tv_weight * (np.square(right).sum() + np.square(below).sum())
    return loss, 2 * tv_weight * (left + above - right - below)

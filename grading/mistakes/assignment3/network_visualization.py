# What goes wrong in network_visualization, and what else is right. A `mistake` is a plausible
# fault, with the sentence that would help its author: a patch of the solution, or of the
# whole answer that `of` names by the beginning of its `why`. A `style` is a correct answer
# written differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="vis-saliency" why="The gradient is that of probabilities, not of scores."
- dscores[np.arange(len(y)), y] = 1
+ p = np.exp(scores - scores.max(axis=1, keepdims=True))
+ p /= p.sum(axis=1, keepdims=True)
+ right = p[np.arange(len(y)), y][:, None]
+ dscores -= p * right
+ dscores[np.arange(len(y)), y] += right[:, 0]

# %% mistake="vis-saliency" why="The absolute value is missing."
- saliency = np.abs(dX).max(axis=1)
+ saliency = dX.max(axis=1)

# %% mistake="vis-saliency" why="The absolute value is taken after the maximum."
- saliency = np.abs(dX).max(axis=1)
+ saliency = np.abs(dX.max(axis=1))

# %% mistake="vis-saliency" why="The maximum is over the wrong axis."
- saliency = np.abs(dX).max(axis=1)
+ saliency = np.abs(dX).max(axis=2)

# %% mistake="vis-saliency" why="The colours are averaged; the saliency is their maximum."
- saliency = np.abs(dX).max(axis=1)
+ saliency = np.abs(dX).mean(axis=1)

# %% mistake="vis-saliency" why="All scores are differentiated, not that of the class."
- dscores[np.arange(len(y)), y] = 1
+ dscores += 1

# %% mistake="vis-saliency" why="The gradient of every class in y is put into every picture."
- dscores[np.arange(len(y)), y] = 1
+ dscores[:, y] = 1

# %% mistake="vis-saliency" why="The gradient is that of the cross-entropy, not of the score."
- dscores[np.arange(len(y)), y] = 1
+ p = np.exp(scores - scores.max(axis=1, keepdims=True))
+ dscores = p / p.sum(axis=1, keepdims=True)
+ dscores[np.arange(len(y)), y] -= 1

# %% mistake="vis-saliency" why="The scores are averaged over the batch, not added."
- dscores[np.arange(len(y)), y] = 1
+ dscores[np.arange(len(y)), y] = 1 / len(y)

# %% mistake="vis-saliency" why="The pictures are preprocessed twice: X comes normalised."
- scores, cache = model.forward(X)
+ again = preprocess_image(X.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
+ scores, cache = model.forward(again)

# %% style="vis-saliency" why="PyTorch's words: gather and a sum."
def compute_saliency_maps(X, y, model):
    # Make sure the model is in "test" mode
    model.eval()

    # Make input tensor require gradient
    X.requires_grad_()

    saliency = None
    scores = model(X)
    correct = scores.gather(1, y.view(-1, 1)).squeeze()
    correct.sum().backward()
    saliency, _ = X.grad.abs().max(dim=1)
    return saliency

# %% style="vis-saliency" why="PyTorch's words: an upstream gradient of ones, and data."
def compute_saliency_maps(X, y, model):
    import torch

    model.eval()
    X.requires_grad_()
    scores = model(X).gather(1, y.view(-1, 1)).squeeze(1)
    scores.backward(torch.ones_like(scores))
    grad = torch.abs(X.grad.data)
    saliency = torch.max(grad, dim=1)[0]
    return saliency

# %% style="vis-saliency" why="A loop over the pictures."
def compute_saliency_maps(X, y, model):
    maps = []
    for x, label in zip(X, y):
        scores, cache = model.forward(x)
        one = np.zeros_like(scores)
        one[label] = 1
        g = model.backward(one, cache)
        maps.append(np.maximum(g, -g).max(0))
    return np.stack(maps)

# %% style="vis-saliency" why="Rows of the identity."
def compute_saliency_maps(X, y, model):
    scores, cache = model.forward(X)
    one_hot = np.eye(scores.shape[1], dtype=scores.dtype)[y]
    return np.amax(np.absolute(model.backward({"scores": one_hot}, cache)), axis=1)

# %% mistake="vis-grad-cam" why="The ReLU at the end is missing."
- cam = np.maximum((alpha * cache[layer]).sum(axis=1), 0)
+ cam = (alpha * cache[layer]).sum(axis=1)

# %% mistake="vis-grad-cam" why="The gradients are not averaged over positions."
- alpha = grad.mean(axis=(2, 3), keepdims=True)
+ alpha = grad

# %% mistake="vis-grad-cam" why="The gradients are added over positions, not averaged."
- alpha = grad.mean(axis=(2, 3), keepdims=True)
+ alpha = grad.sum(axis=(2, 3), keepdims=True)

# %% mistake="vis-grad-cam" why="The weights are averaged over channels; each channel needs its own."
- alpha = grad.mean(axis=(2, 3), keepdims=True)
+ alpha = grad.mean(axis=(1, 2, 3), keepdims=True)

# %% mistake="vis-grad-cam" why="The weights are the mean activations, not the mean gradients."
- alpha = grad.mean(axis=(2, 3), keepdims=True)
+ alpha = cache[layer].mean(axis=(2, 3), keepdims=True)

# %% mistake="vis-grad-cam" why="The ReLU acts before the channels are added."
- cam = np.maximum((alpha * cache[layer]).sum(axis=1), 0)
+ cam = np.maximum(alpha * cache[layer], 0).sum(axis=1)

# %% mistake="vis-grad-cam" why="The gradient's map is shown, without the activations."
- cam = np.maximum((alpha * cache[layer]).sum(axis=1), 0)
+ cam = np.maximum(grad.mean(axis=1), 0)

# %% mistake="vis-grad-cam" why="The channels are averaged; the definition adds them."
- cam = np.maximum((alpha * cache[layer]).sum(axis=1), 0)
+ cam = np.maximum((alpha * cache[layer]).mean(axis=1), 0)

# %% mistake="vis-grad-cam" why="All scores are differentiated, not that of the class."
- dscores[np.arange(len(y)), y] = 1
+ dscores += 1

# %% style="vis-grad-cam" why="einsum."
def grad_cam(net, x, y, layer=None):
    layer = net.layers[-3] if layer is None else layer
    scores, cache = net.forward(x)
    grad = net.backward(np.eye(scores.shape[1])[y], cache, to=layer)
    total = np.einsum("nchw,nc->nhw", cache[layer], grad.mean((2, 3)))
    return np.where(total > 0, total, 0)

# %% style="vis-grad-cam" why="PyTorch's words: autograd.grad."
def grad_cam(net, x, y, layer=None):
    layer = net.layers[-3] if layer is None else layer
    x.requires_grad_()
    seen = net.features(x, [layer, "scores"])
    total = seen["scores"].gather(1, y.view(-1, 1)).sum()
    (grad,) = torch.autograd.grad(total, [seen[layer]])
    alpha = grad.mean(dim=(2, 3), keepdim=True)
    return F.relu((alpha * seen[layer]).sum(dim=1)).detach()

# %% style="vis-grad-cam" why="Loops over pictures and channels."
def grad_cam(net, x, y, layer=None):
    layer = net.layers[-3] if layer is None else layer
    maps = []
    for one, label in zip(x, y):
        scores, cache = net.forward(one)
        d = np.zeros_like(scores)
        d[label] = 1
        grad, total = net.backward(d, cache, to=layer), 0
        for channel, slope in zip(cache[layer], grad):
            total = total + slope.mean() * channel
        maps.append(np.clip(total, 0, None))
    return np.array(maps)

# %% mistake="vis-occlusion" why="The sign is wrong: the map is positive where the score falls."
- drop[i, j] = whole - net.forward(covered)[0][y]
+ drop[i, j] = net.forward(covered)[0][y] - whole

# %% mistake="vis-occlusion" why="The map holds the scores, not by how much they fall."
- drop[i, j] = whole - net.forward(covered)[0][y]
+ drop[i, j] = net.forward(covered)[0][y]

# %% mistake="vis-occlusion" why="Earlier squares stay covered: each square starts from the whole picture."
- covered = x.copy()
- covered[:, top : top + size, left : left + size] = 0
+ covered = x.copy() if i == j == 0 else covered
+ covered[:, top : top + size, left : left + size] = 0

# %% mistake="vis-occlusion" why="The square is covered with 1, not with 0, the mean colour."
- covered[:, top : top + size, left : left + size] = 0
+ covered[:, top : top + size, left : left + size] = 1

# %% mistake="vis-occlusion" why="Only one colour is covered."
- covered[:, top : top + size, left : left + size] = 0
+ covered[0, top : top + size, left : left + size] = 0

# %% mistake="vis-occlusion" why="The square has the edge of the stride."
- covered[:, top : top + size, left : left + size] = 0
+ covered[:, top : top + stride, left : left + stride] = 0

# %% mistake="vis-occlusion" why="Rows and columns are swapped."
- covered[:, top : top + size, left : left + size] = 0
+ covered[:, left : left + size, top : top + size] = 0

# %% mistake="vis-occlusion" why="The last square is left out, or one that hangs over the edge taken in."
- tops = range(0, height - size + 1, stride)
+ tops = range(0, height, stride)

# %% mistake="vis-occlusion" why="Everything but the square is covered."
- covered = x.copy()
- covered[:, top : top + size, left : left + size] = 0
+ covered = np.zeros_like(x)
+ covered[:, top : top + size, left : left + size] = x[:, top : top + size, left : left + size]

# %% style="vis-occlusion" why="A batch for each row."
def occlusion_map(net, x, y, size, stride):
    rows = []
    base = net.forward(x[None])[0][0, y]
    for top in range(0, x.shape[1] - size + 1, stride):
        batch = []
        for left in range(0, x.shape[2] - size + 1, stride):
            c = x.copy()
            c[:, top : top + size, left : left + size] = 0
            batch.append(c)
        rows.append(base - net.forward(np.stack(batch))[0][:, y])
    return np.array(rows)

# %% style="vis-occlusion" why="A mask multiplied in."
def occlusion_map(net, x, y, size, stride):
    height, width = x.shape[1:]
    n, m = (height - size) // stride + 1, (width - size) // stride + 1
    result = np.empty((n, m))
    before = net(x)[y]
    for k in range(n * m):
        mask = np.ones((height, width), x.dtype)
        i, j = divmod(k, m)
        mask[i * stride : i * stride + size, j * stride : j * stride + size] = 0
        result[i, j] = before - net(x * mask)[y]
    return result

# %% style="vis-occlusion" why="PyTorch's words."
def occlusion_map(net, x, y, size, stride):
    with torch.no_grad():
        base = net(x.unsqueeze(0))[0, y]
        rows = []
        for top in range(0, x.shape[1] - size + 1, stride):
            row = []
            for left in range(0, x.shape[2] - size + 1, stride):
                c = x.clone()
                c[:, top : top + size, left : left + size] = 0.0
                row.append(base - net(c.unsqueeze(0))[0, y])
            rows.append(torch.stack(row))
        return torch.stack(rows)

# %% mistake="vis-fooling" why="The step goes down the gradient, away from the target."
- X_fooling += learning_rate * g / np.linalg.norm(g)
+ X_fooling -= learning_rate * g / np.linalg.norm(g)

# %% mistake="vis-fooling" why="The gradient is not normalised."
- X_fooling += learning_rate * g / np.linalg.norm(g)
+ X_fooling += learning_rate * g

# %% mistake="vis-fooling" why="The gradient is divided by the square of its norm."
- X_fooling += learning_rate * g / np.linalg.norm(g)
+ X_fooling += learning_rate * g / np.linalg.norm(g) ** 2

# %% mistake="vis-fooling" why="The loop goes on after the target has won."
- break
+ pass

# %% mistake="vis-fooling" why="One step too many: the test comes after the step."
- if scores[0].argmax() == target_y:
-     break

- X_fooling += learning_rate * g / np.linalg.norm(g)
+ X_fooling += learning_rate * g / np.linalg.norm(g)
+ if scores[0].argmax() == target_y:
+     break

# %% mistake="vis-fooling" why="X itself is changed: work on a copy."
- X_fooling = X.copy()
+ X_fooling = X

# %% mistake="vis-fooling" why="The gradient is that of probabilities, not of scores."
- dscores[0, target_y] = 1
+ p = np.exp(scores - scores.max())
+ p /= p.sum()
+ dscores = -p * p[0, target_y]
+ dscores[0, target_y] += p[0, target_y]

# %% mistake="vis-fooling" why="The gradient is that of the class that wins now, not of the target."
- dscores[0, target_y] = 1
+ dscores[0, scores[0].argmax()] = 1

# %% mistake="vis-fooling" why="The gradient is taken at X in every step, not at the changed picture."
- g = model.backward(dscores, cache)
+ g = model.backward(dscores, model.forward(X)[1])

# %% mistake="vis-fooling" why="The picture is preprocessed twice: X comes normalised."
- scores, cache = model.forward(X_fooling)
+ again = preprocess_image(X_fooling.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
+ scores, cache = model.forward(again)

# %% style="vis-fooling" why="PyTorch's words: data and zero_."
def make_fooling_image(X, target_y, model):
    # Initialize our fooling image to the input image, and make it require gradient
    X_fooling = X.clone()
    X_fooling = X_fooling.requires_grad_()

    learning_rate = 1
    for i in range(100):
        scores = model(X_fooling)
        _, y_pred = torch.max(scores, dim=1)
        if y_pred.item() == target_y:
            break
        scores[:, target_y].sum().backward()
        dX = learning_rate * X_fooling.grad / X_fooling.grad.norm()
        X_fooling.data += dX
        X_fooling.grad.zero_()
    return X_fooling

# %% style="vis-fooling" why="PyTorch's words: no_grad and grad set to None."
def make_fooling_image(X, target_y, model):
    X_fooling = X.clone().requires_grad_()
    for _ in range(100):
        scores = model(X_fooling)
        if scores.data.max(1)[1][0] == target_y:
            break
        scores[0, target_y].backward()
        with torch.no_grad():
            X_fooling += X_fooling.grad / torch.norm(X_fooling.grad)
        X_fooling.grad = None
    return X_fooling

# %% style="vis-fooling" why="A while loop, and new arrays."
def make_fooling_image(X, target_y, model):
    picture, steps = X.astype(X.dtype), 0
    scores, cache = model.forward(picture)
    while np.argmax(scores, axis=1)[0] != target_y and steps < 100:
        one = (np.arange(scores.shape[1]) == target_y).astype(scores.dtype)[None]
        g = model.backward(one, cache)
        picture = picture + g / np.sqrt(np.sum(g * g))
        scores, cache = model.forward(picture)
        steps += 1
    return picture

# %% mistake="vis-class" why="The step goes down the gradient."
- return img + learning_rate * g / np.linalg.norm(g)
+ return img - learning_rate * g / np.linalg.norm(g)

# %% mistake="vis-class" why="The gradient is not normalised."
- return img + learning_rate * g / np.linalg.norm(g)
+ return img + learning_rate * g

# %% mistake="vis-class" why="The regularisation is left out."
- g = model.backward(dscores, cache) - 2 * l2_reg * img
+ g = model.backward(dscores, cache)

# %% mistake="vis-class" why="The regularisation has the wrong sign and makes pixels grow."
- g = model.backward(dscores, cache) - 2 * l2_reg * img
+ g = model.backward(dscores, cache) + 2 * l2_reg * img

# %% mistake="vis-class" why="The factor 2 of the square's derivative is missing."
- g = model.backward(dscores, cache) - 2 * l2_reg * img
+ g = model.backward(dscores, cache) - l2_reg * img

# %% mistake="vis-class" why="The regularisation is added after the gradient is normalised."
- g = model.backward(dscores, cache) - 2 * l2_reg * img
- return img + learning_rate * g / np.linalg.norm(g)
+ g = model.backward(dscores, cache)
+ return img + learning_rate * (g / np.linalg.norm(g) - 2 * l2_reg * img)

# %% mistake="vis-class" why="The gradient is that of probabilities, not of scores."
- dscores[0, target_y] = 1
+ p = np.exp(scores - scores.max())
+ p /= p.sum()
+ dscores = -p * p[0, target_y]
+ dscores[0, target_y] += p[0, target_y]

# %% mistake="vis-class" why="The step is returned without the picture."
- return img + learning_rate * g / np.linalg.norm(g)
+ return learning_rate * g / np.linalg.norm(g)

# %% mistake="vis-class" why="The picture is preprocessed twice: img comes normalised."
- scores, cache = model.forward(img)
+ again = preprocess_image(img.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)
+ scores, cache = model.forward(again)

# %% style="vis-class" why="PyTorch's words: one scalar, data changed in place."
def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
    scores = model(img)
    loss = scores[0, target_y] - l2_reg * torch.sum(img**2)
    loss.backward()
    img.data += learning_rate * img.grad / img.grad.norm()
    img.grad.zero_()

# %% style="vis-class" why="PyTorch's words: the norm squared, and no_grad."
def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
    target_score = model(img)[:, target_y]
    (target_score - l2_reg * torch.norm(img) ** 2).sum().backward()
    with torch.no_grad():
        g = img.grad
        img += learning_rate * (g / torch.norm(g))
        img.grad.zero_()

# %% style="vis-class" why="NumPy, in place."
def class_visualization_update_step(img, model, target_y, l2_reg, learning_rate):
    scores, cache = model.forward(img)
    g = model.backward(np.eye(scores.shape[1])[[target_y]], cache)
    g -= l2_reg * (img + img)
    img += learning_rate * g / np.sqrt((g**2).sum())

# %% mistake="vis-dream" why="The step goes down: the layer sees less."
- new = img + step * g / np.abs(g).mean()
+ new = img - step * g / np.abs(g).mean()

# %% mistake="vis-dream" why="The gradient is not normalised."
- new = img + step * g / np.abs(g).mean()
+ new = img + step * g

# %% mistake="vis-dream" why="Ones enter at the layer: that is the sum, not the sum of squares."
- g = net.backward(seen, cache)
+ g = net.backward(np.ones_like(seen), cache)

# %% mistake="vis-dream" why="The gradient is divided by its norm, not by its mean absolute value."
- new = img + step * g / np.abs(g).mean()
+ new = img + step * g / np.linalg.norm(g)

# %% mistake="vis-dream" why="The gradient is divided by the mean with sign."
- new = img + step * g / np.abs(g).mean()
+ new = img + step * g / g.mean()

# %% mistake="vis-dream" why="The squares themselves enter at the layer."
- g = net.backward(seen, cache)
+ g = net.backward(seen**2, cache)

# %% mistake="vis-dream" why="The scores are dreamed of, not the layer."
- seen, cache = net.forward(img, upto=layer)
+ seen, cache = net.forward(img)

# %% style="vis-dream" why="The gradient put in by name."
def deepdream_step(net, img, layer, step):
    _, cache = net.forward(img)
    g = net.backward({layer: cache[layer]}, cache)
    return img + g * (step * g.size / np.sum(np.abs(g)))

# %% style="vis-dream" why="PyTorch's words."
def deepdream_step(net, img, layer, step):
    x = img.clone().requires_grad_()
    (0.5 * net(x, upto=layer).pow(2)).sum().backward()
    return img + step * x.grad / x.grad.abs().mean()

# %% style="vis-dream" why="PyTorch's words, with features and autograd.grad."
def deepdream_step(net, img, layer, step):
    x = img.detach().requires_grad_()
    seen = net.features(x, [layer])[layer]
    (g,) = torch.autograd.grad((seen * seen).sum() / 2, x)
    with torch.no_grad():
        new = img + step * g / torch.mean(torch.abs(g))
    return new

# %% mistake="vis-smooth-grad" why="The gradients are added, not averaged: divide by n."
- smooth = np.abs(total / n).max(axis=1)
+ smooth = np.abs(total).max(axis=1)

# %% mistake="vis-smooth-grad" why="The absolute value is missing."
- smooth = np.abs(total / n).max(axis=1)
+ smooth = (total / n).max(axis=1)

# %% mistake="vis-smooth-grad" why="The colours are averaged; take their maximum."
- smooth = np.abs(total / n).max(axis=1)
+ smooth = np.abs(total / n).mean(axis=1)

# %% mistake="vis-smooth-grad" why="The saliency maps are averaged; average the gradients, then take the size."
- total += net.backward(dscores, cache)
+ total += np.abs(net.backward(dscores, cache))

# %% mistake="vis-smooth-grad" why="The squares of the gradients are averaged; average the gradients."
- total += net.backward(dscores, cache)
+ total += net.backward(dscores, cache) ** 2

- smooth = np.abs(total / n).max(axis=1)
+ smooth = np.sqrt(total / n).max(axis=1)

# %% mistake="vis-smooth-grad" why="The noise adds up: each copy starts from the picture."
- noise = sigma * draw.standard_normal(x.shape)
- scores, cache = net.forward((x + noise).astype(x.dtype))
+ x = (x + sigma * draw.standard_normal(x.shape)).astype(x.dtype)
+ scores, cache = net.forward(x)

# %% mistake="vis-smooth-grad" why="The same noise in every copy: draw it anew for each."
- noise = sigma * draw.standard_normal(x.shape)
+ noise = sigma * np.random.default_rng(0).standard_normal(x.shape)

# %% mistake="vis-smooth-grad" why="The noise is never negative."
- noise = sigma * draw.standard_normal(x.shape)
+ noise = sigma * draw.random(x.shape)

# %% mistake="vis-smooth-grad" why="sigma is the standard deviation; here it is used as a variance."
- noise = sigma * draw.standard_normal(x.shape)
+ noise = np.sqrt(sigma) * draw.standard_normal(x.shape)

# %% mistake="vis-smooth-grad" why="All pixels get the same noise: draw one number for each entry."
- noise = sigma * draw.standard_normal(x.shape)
+ noise = sigma * draw.standard_normal((len(x), 1, 1, 1))

# %% mistake="vis-smooth-grad" why="All scores are differentiated, not that of the class."
- dscores[np.arange(len(y)), y] = 1
+ dscores += 1

# %% style="vis-smooth-grad" why="All copies in one batch."
def smooth_grad(net, x, y, n, sigma):
    copies = np.repeat(x, n, axis=0)
    copies = copies + sigma * np.random.default_rng().standard_normal(copies.shape)
    scores, cache = net.forward(copies.astype(x.dtype))
    one_hot = np.eye(scores.shape[1], dtype=scores.dtype)[np.repeat(y, n)]
    g = net.backward(one_hot, cache).reshape(len(x), n, *x.shape[1:])
    return np.abs(g.mean(axis=1)).max(axis=1)

# %% style="vis-smooth-grad" why="A loop over the pictures, and a list of gradients."
def smooth_grad(net, x, y, n, sigma):
    draw, maps = np.random.default_rng(7), []
    for picture, label in zip(x, y):
        grads = []
        for _ in range(n):
            noisy = draw.normal(picture, sigma).astype(x.dtype)
            scores, cache = net.forward(noisy)
            one = np.zeros_like(scores)
            one[label] = 1
            grads.append(net.backward(one, cache))
        g = np.mean(grads, axis=0)
        maps.append(np.maximum(g, -g).max(axis=0))
    return np.array(maps)

# %% style="vis-smooth-grad" why="PyTorch's words."
def smooth_grad(net, x, y, n, sigma):
    total = torch.zeros_like(x)
    for _ in range(n):
        noisy = (x + sigma * torch.randn_like(x)).requires_grad_()
        net(noisy).gather(1, y.view(-1, 1)).sum().backward()
        total += noisy.grad
    return (total / n).abs().max(dim=1)[0]

# %% mistake="vis-guided" why="That is the usual ReLU: negative gradients still pass."
- dx = dout * (x > 0) * (dout > 0)
+ dx = dout * (x > 0)

# %% mistake="vis-guided" why="The input does not count: it has to be positive too."
- dx = dout * (x > 0) * (dout > 0)
+ dx = dout * (dout > 0)

# %% mistake="vis-guided" why="An input of 0 is not positive: nothing passes."
- dx = dout * (x > 0) * (dout > 0)
+ dx = dout * (x >= 0) * (dout > 0)

# %% mistake="vis-guided" why="Negative gradients pass as their size; stop them."
- dx = dout * (x > 0) * (dout > 0)
+ dx = np.abs(dout) * (x > 0)

# %% mistake="vis-guided" why="The positive input is returned, not the gradient."
- dx = dout * (x > 0) * (dout > 0)
+ dx = x * (x > 0) * (dout > 0)

# %% mistake="vis-guided" why="Where the gradient passes there stands 1; return the gradient."
- dx = dout * (x > 0) * (dout > 0)
+ dx = ((x > 0) & (dout > 0)).astype(dout.dtype)

# %% mistake="vis-guided" why="One condition is enough in this answer; both have to hold."
- dx = dout * (x > 0) * (dout > 0)
+ dx = dout * ((x > 0) | (dout > 0))

# %% style="vis-guided" why="np.where."
def guided_relu_backward(dout, x):
    return np.where((x > 0) & (dout > 0), dout, 0)

# %% style="vis-guided" why="A copy with entries set to 0."
def guided_relu_backward(dout, x):
    dx = np.maximum(dout, 0)
    dx[x <= 0] = 0
    return dx

# %% style="vis-guided" why="PyTorch's words."
def guided_relu_backward(dout, x):
    return F.relu(dout) * torch.where(x > 0, torch.ones_like(x), torch.zeros_like(x))

# %% mistake="vis-invert" why="The step goes uphill: the activations move away from the target."
- x, config = adam(x, dx, config)
+ x, config = adam(x, -dx, config)

# %% mistake="vis-invert" why="The difference has the wrong sign: the activations move away."
- dseen = 2 * (seen - target) / np.sum(target**2)
+ dseen = 2 * (target - seen) / np.sum(target**2)

# %% mistake="vis-invert" why="The regularisation is left out."
- dx = net.backward(dseen, cache) + 2 * l2_reg * x
+ dx = net.backward(dseen, cache)

# %% mistake="vis-invert" why="The regularisation has the wrong sign and makes pixels grow."
- dx = net.backward(dseen, cache) + 2 * l2_reg * x
+ dx = net.backward(dseen, cache) - 2 * l2_reg * x

# %% mistake="vis-invert" why="The first term is not divided by the sum of the target's squares."
- dseen = 2 * (seen - target) / np.sum(target**2)
+ dseen = 2 * (seen - target)

# %% mistake="vis-invert" why="The first term is divided by the squares of what is seen, not of the target."
- dseen = 2 * (seen - target) / np.sum(target**2)
+ dseen = 2 * (seen - target) / np.sum(seen**2)

# %% mistake="vis-invert" why="The first term is averaged over entries; divide by the sum of the target's squares."
- dseen = 2 * (seen - target) / np.sum(target**2)
+ dseen = 2 * (seen - target) / target.size

# %% mistake="vis-invert" why="The factor 2 is missing in the first term alone."
- dseen = 2 * (seen - target) / np.sum(target**2)
+ dseen = (seen - target) / np.sum(target**2)

# %% mistake="vis-invert" why="The factor 2 is missing in the regularisation alone."
- dx = net.backward(dseen, cache) + 2 * l2_reg * x
+ dx = net.backward(dseen, cache) + l2_reg * x

# %% mistake="vis-invert" why="Adam forgets: hand its config back in the next step."
- x, config = adam(x, dx, config)
+ x, _ = adam(x, dx, {"learning_rate": learning_rate})

# %% mistake="vis-invert" why="That is plain gradient descent; the steps are Adam's."
- x, config = adam(x, dx, config)
+ x = x - learning_rate * dx

# %% mistake="vis-invert" why="The activations are those of the first picture in every step."
- seen, cache = net.forward(x, upto=layer)
+ seen, cache = net.forward(img, upto=layer)

# %% style="vis-invert" why="Gradients by name, and a while loop."
def invert_features(net, img, layer, target, l2_reg, learning_rate, steps):
    x, memory, total = img.copy(), {"learning_rate": learning_rate}, (target**2).sum()
    while steps:
        _, cache = net.forward(x)
        g = net.backward({layer: (2 / total) * (cache[layer] - target)}, cache)
        x, memory = adam(x, g + l2_reg * (x + x), memory)
        steps -= 1
    return x

# %% style="vis-invert" why="Adam by hand."
def invert_features(net, img, layer, target, l2_reg, learning_rate, steps):
    x, m, v = img, np.zeros_like(img), np.zeros_like(img)
    for t in range(1, steps + 1):
        seen, cache = net.forward(x, layer)
        g = net.backward(2 * (seen - target) / np.vdot(target, target), cache)
        g = g + 2 * l2_reg * x
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        down = (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        x = x - learning_rate * down
    return x

# %% style="vis-invert" why="PyTorch's words."
def invert_features(net, img, layer, target, l2_reg, learning_rate, steps):
    x = img.clone().requires_grad_()
    optimizer = torch.optim.Adam([x], lr=learning_rate)
    for _ in range(steps):
        optimizer.zero_grad()
        seen = net(x, upto=layer)
        loss = ((seen - target) ** 2).sum() / (target**2).sum()
        loss = loss + l2_reg * (x**2).sum()
        loss.backward()
        optimizer.step()
    return x.detach()

# %% mistake="vis-occlusion" why="The last place across is left out where the square just fits."
- lefts = range(0, width - size + 1, stride)
+ lefts = range(0, width - size, stride)

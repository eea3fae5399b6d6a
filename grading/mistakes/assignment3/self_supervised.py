# What goes wrong in self_supervised, and what else is right. A `mistake` is a plausible fault,
# with the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="ssl-crop" why="The two halves of the formula are missing."
- at = start[:, None] + (np.arange(size) + 0.5) * length[:, None] / size - 0.5
+ at = start[:, None] + np.arange(size) * length[:, None] / size

# %% mistake="ssl-crop" why="The last half of the formula is missing."
- at = start[:, None] + (np.arange(size) + 0.5) * length[:, None] / size - 0.5
+ at = start[:, None] + (np.arange(size) + 0.5) * length[:, None] / size

# %% mistake="ssl-crop" why="The corners are pinned to the outermost pixels."
- at = start[:, None] + (np.arange(size) + 0.5) * length[:, None] / size - 0.5
+ at = start[:, None] + np.arange(size) * (length[:, None] - 1) / max(size - 1, 1)

# %% mistake="ssl-crop" why="Pixels are taken without mixing."
- return before, (at - before).astype(np.float32)[:, :, None, None]
+ return before, np.zeros((*at.shape, 1, 1), np.float32)

# %% mistake="ssl-crop" why="The shares of the two pixels are swapped."
- return before, (at - before).astype(np.float32)[:, :, None, None]
+ return before, 1 - (at - before).astype(np.float32)[:, :, None, None]

# %% mistake="ssl-crop" why="All pictures have the box of the first one."
- x = images.astype(np.float32)
+ x = images.astype(np.float32)
+ boxes = np.repeat(boxes[:1], len(x), axis=0)

# %% mistake="ssl-crop" why="Height and width are swapped."
- i, a = _around(boxes[:, 0], boxes[:, 2], size, x.shape[1])
+ i, a = _around(boxes[:, 0], boxes[:, 3], size, x.shape[1])

- j, b = _around(boxes[:, 1], boxes[:, 3], size, x.shape[1])
+ j, b = _around(boxes[:, 1], boxes[:, 2], size, x.shape[1])

# %% mistake="ssl-crop" why="Top and left are swapped."
- i, a = _around(boxes[:, 0], boxes[:, 2], size, x.shape[1])
+ i, a = _around(boxes[:, 1], boxes[:, 2], size, x.shape[1])

- j, b = _around(boxes[:, 1], boxes[:, 3], size, x.shape[1])
+ j, b = _around(boxes[:, 0], boxes[:, 3], size, x.shape[1])

# %% mistake="ssl-crop" why="The side is drawn, not the area."
- h = height * np.minimum(np.sqrt(share / ratio), 1)
- w = width * np.minimum(np.sqrt(share * ratio), 1)
+ h = height * np.minimum(share / np.sqrt(ratio), 1)
+ w = width * np.minimum(share * np.sqrt(ratio), 1)

# %% mistake="ssl-crop" why="All boxes have the same area."
- share = draw.uniform(*area, num)
+ share = draw.uniform(*area) * np.ones(num)

# %% mistake="ssl-crop" why="Boxes are squares."
- ratio = np.exp(draw.uniform(np.log(3 / 4), np.log(4 / 3), num))
+ ratio = np.ones(num)

# %% mistake="ssl-crop" why="The box lies in the centre."
- top, left = draw.random(num) * (height - h), draw.random(num) * (width - w)
+ top, left = (height - h) / 2, (width - w) / 2

# %% mistake="ssl-crop" why="Boxes reach beyond the picture."
- top, left = draw.random(num) * (height - h), draw.random(num) * (width - w)
+ top, left = draw.random(num) * height, draw.random(num) * width

# %% mistake="ssl-crop" why="No view is mirrored."
- mirrored = draw.random(num) < 0.5
+ mirrored = np.zeros(num, bool)

# %% mistake="ssl-crop" why="All views are mirrored, or none."
- mirrored = draw.random(num) < 0.5
+ mirrored = np.full(num, draw.random() < 0.5)

# %% mistake="ssl-crop" why="Views are turned upside down."
- crops[mirrored] = crops[mirrored, :, ::-1]
+ crops[mirrored] = crops[mirrored, ::-1]

# %% mistake="ssl-crop" why="The bounds of the area are ignored."
- share = draw.uniform(*area, num)
+ share = draw.uniform(0.25, 1.0, num)

# %% mistake="ssl-crop" why="The seed is ignored."
- draw = np.random.default_rng(seed)
+ draw = np.random.default_rng()

# %% style="ssl-crop" why="A loop over pictures, rows by np.ix_."
def crop_resize(images, boxes, size=32):
    N, H, W, C = images.shape
    out = np.empty((N, size, size, C), np.float32)
    centre = (np.arange(size) + 0.5) / size
    for n in range(N):
        t, l, h, w = boxes[n]
        y = np.clip(t + centre * h - 0.5, 0, H - 1)
        x = np.clip(l + centre * w - 0.5, 0, W - 1)
        y0, x0 = np.floor(y).astype(int), np.floor(x).astype(int)
        y1, x1 = np.minimum(y0 + 1, H - 1), np.minimum(x0 + 1, W - 1)
        fy, fx = (y - y0)[:, None, None], (x - x0)[None, :, None]
        p = images[n].astype(np.float64)
        top = p[np.ix_(y0, x0)] * (1 - fx) + p[np.ix_(y0, x1)] * fx
        low = p[np.ix_(y1, x0)] * (1 - fx) + p[np.ix_(y1, x1)] * fx
        out[n] = top * (1 - fy) + low * fy
    return out

def random_resized_crop(images, size=32, area=(0.25, 1.0), seed=None):
    g = np.random.default_rng(seed)
    N, H, W, _ = images.shape
    boxes = np.empty((N, 4))
    flips = np.empty(N, bool)
    for n in range(N):
        a = g.uniform(area[0], area[1])
        r = math.exp(g.uniform(math.log(0.75), math.log(4 / 3)))
        h, w = min(math.sqrt(a / r), 1) * H, min(math.sqrt(a * r), 1) * W
        boxes[n] = g.uniform(0, H - h), g.uniform(0, W - w), h, w
        flips[n] = g.integers(2)
    out = crop_resize(images, boxes, size)
    out[flips] = out[flips][:, :, ::-1]
    return out

# %% style="ssl-crop" why="Weights as matrices: every position is a row."
def crop_resize(images, boxes, size=32):
    N, H, W, C = images.shape
    steps = (np.arange(size) + 0.5) / size
    y = np.clip(boxes[:, :1] + boxes[:, 2:3] * steps - 0.5, 0, H - 1)
    x = np.clip(boxes[:, 1:2] + boxes[:, 3:] * steps - 0.5, 0, W - 1)
    rows = np.maximum(0, 1 - np.abs(y[:, :, None] - np.arange(H)))
    cols = np.maximum(0, 1 - np.abs(x[:, :, None] - np.arange(W)))
    out = np.einsum("nih,nhwc->niwc", rows, images.astype(np.float64))
    return np.einsum("njw,niwc->nijc", cols, out).astype(np.float32)

def random_resized_crop(images, size=32, area=(0.25, 1.0), seed=None):
    g = np.random.default_rng(seed)
    N, H, W, _ = images.shape
    turned = g.permutation(N) < N // 2
    a = area[0] + (area[1] - area[0]) * g.random(N)
    r = (3 / 4) ** g.uniform(-1, 1, N)
    h, w = H * np.sqrt(a / r).clip(max=1), W * np.sqrt(a * r).clip(max=1)
    boxes = np.stack([g.random(N) * (H - h), g.random(N) * (W - w), h, w], 1)
    out = crop_resize(images, boxes, size)
    return np.where(turned[:, None, None, None], out[:, :, ::-1], out)

# %% style="ssl-crop" why="Flat positions of four neighbours; pictures mirrored first."
def crop_resize(images, boxes, size=32):
    N, H, W, C = images.shape
    top, left, h, w = boxes.T[:, :, None]
    y = np.clip(top + (np.arange(size) + 0.5) * h / size - 0.5, 0, H - 1)[:, :, None]
    x = np.clip(left + (np.arange(size) + 0.5) * w / size - 0.5, 0, W - 1)[:, None, :]
    y0, x0 = y.astype(int), x.astype(int)
    y1, x1 = np.minimum(y0 + 1, H - 1), np.minimum(x0 + 1, W - 1)
    n = np.arange(N)[:, None, None]
    fy, fx = (y - y0)[..., None], (x - x0)[..., None]
    out = images[n, y0, x0] * (1 - fy) * (1 - fx) + images[n, y0, x1] * (1 - fy) * fx
    out = out + images[n, y1, x0] * fy * (1 - fx) + images[n, y1, x1] * fy * fx
    return out.astype(np.float32)

def random_resized_crop(images, size=32, area=(0.25, 1.0), seed=None):
    g = np.random.default_rng(seed)
    images = images.copy()
    N, H, W, _ = images.shape
    chosen = g.choice(N, N // 2, replace=False)
    images[chosen] = images[chosen][:, :, ::-1]
    a = g.uniform(area[0], area[1], N)
    r = np.exp(g.uniform(-1, 1, N) * np.log(4 / 3))
    w = np.minimum(np.sqrt(a * r) * W, W)
    h = np.minimum(np.sqrt(a / r) * H, H)
    y, x = g.uniform(0, 1, (2, N))
    return crop_resize(images, np.column_stack([y * (H - h), x * (W - w), h, w]), size)

# %% mistake="ssl-colour" why="Hue turns the other way."
- turn[:, 2, 1] = saturation * np.sin(hue)
- turn[:, 1, 2] = -turn[:, 2, 1]
+ turn[:, 2, 1] = -saturation * np.sin(hue)
+ turn[:, 1, 2] = -turn[:, 2, 1]

# %% mistake="ssl-colour" why="The hue is not turned."
- turn[:, 1, 1] = turn[:, 2, 2] = saturation * np.cos(hue)
- turn[:, 2, 1] = saturation * np.sin(hue)
- turn[:, 1, 2] = -turn[:, 2, 1]
+ turn[:, 1, 1] = turn[:, 2, 2] = saturation

# %% mistake="ssl-colour" why="The contrast is not changed."
- x = mean + (x - mean) * contrast[:, None, None].astype(np.float32)
+ x = mean + (x - mean)

# %% mistake="ssl-colour" why="Each channel has a mean of its own."
- mean = x.mean(axis=(1, 2), keepdims=True)
+ mean = x.mean(axis=1, keepdims=True)

# %% mistake="ssl-colour" why="Each pixel has a mean of its own."
- mean = x.mean(axis=(1, 2), keepdims=True)
+ mean = x.mean(axis=2, keepdims=True)

# %% mistake="ssl-colour" why="Contrast shrinks towards 0, not towards the mean."
- x = mean + (x - mean) * contrast[:, None, None].astype(np.float32)
+ x = x * contrast[:, None, None].astype(np.float32)

# %% mistake="ssl-colour" why="One mean for the whole batch."
- mean = x.mean(axis=(1, 2), keepdims=True)
+ mean = x.mean()

# %% mistake="ssl-colour" why="The brightness is not changed."
- mix = np.linalg.inv(YIQ) @ turn @ YIQ * brightness[:, None, None]
+ mix = np.linalg.inv(YIQ) @ turn @ YIQ

# %% mistake="ssl-colour" why="The matrices are in the wrong order."
- mix = np.linalg.inv(YIQ) @ turn @ YIQ * brightness[:, None, None]
+ mix = YIQ @ turn @ np.linalg.inv(YIQ) * brightness[:, None, None]

# %% mistake="ssl-colour" why="No picture is grey."
- saturation = np.where(draw.random(num) < 0.2, 0, saturation)
+ saturation = np.where(draw.random(num) < 0, 0, saturation)

# %% mistake="ssl-colour" why="Four pictures in five are grey."
- saturation = np.where(draw.random(num) < 0.2, 0, saturation)
+ saturation = np.where(draw.random(num) < 0.8, 0, saturation)

# %% mistake="ssl-colour" why="All pictures have the same brightness."
- brightness = 1 + strength * draw.uniform(-0.4, 0.4, num)
+ brightness = 1 + strength * draw.uniform(-0.4, 0.4) * np.ones(num)

# %% mistake="ssl-colour" why="The strength does not reach the hue."
- hue = strength * draw.uniform(-0.6, 0.6, num)
+ hue = draw.uniform(-0.6, 0.6, num)

# %% mistake="ssl-colour" why="The strength multiplies the factors, not their half-widths."
- brightness = 1 + strength * draw.uniform(-0.4, 0.4, num)
+ brightness = strength * (1 + draw.uniform(-0.4, 0.4, num))

# %% mistake="ssl-colour" why="Saturation has the half-width of contrast."
- saturation = 1 + strength * draw.uniform(-0.8, 0.8, num)
+ saturation = 1 + strength * draw.uniform(-0.4, 0.4, num)

# %% mistake="ssl-colour" why="The seed is ignored."
- draw, num = np.random.default_rng(seed), len(images)
+ draw, num = np.random.default_rng(), len(images)

# %% style="ssl-colour" why="Channel by channel, without a matrix for each picture."
def adjust_color(images, brightness, contrast, saturation, hue):
    shape = (-1, 1, 1)
    yiq = images.astype(np.float64) @ YIQ.T
    Y, I, Q = yiq[..., 0], yiq[..., 1], yiq[..., 2]
    c = (saturation * np.cos(hue)).reshape(shape)
    s = (saturation * np.sin(hue)).reshape(shape)
    turned = np.stack([Y, c * I - s * Q, s * I + c * Q], axis=-1)
    rgb = turned @ np.linalg.inv(YIQ).T * np.reshape(brightness, (-1, 1, 1, 1))
    m = rgb.mean(axis=(1, 2, 3), keepdims=True)
    return (m + np.reshape(contrast, (-1, 1, 1, 1)) * (rgb - m)).astype(np.float32)

def color_distortion(images, strength=1.0, seed=None):
    g = np.random.default_rng(seed)
    n = len(images)
    b = g.uniform(1 - 0.4 * strength, 1 + 0.4 * strength, n)
    c = g.uniform(1 - 0.4 * strength, 1 + 0.4 * strength, n)
    s = g.uniform(1 - 0.8 * strength, 1 + 0.8 * strength, n)
    h = g.uniform(-0.6 * strength, 0.6 * strength, n)
    s[g.random(n) < 0.2] = 0
    return adjust_color(images, b, c, s, h)

# %% style="ssl-colour" why="Complex numbers turn the two axes of colour."
def adjust_color(images, brightness, contrast, saturation, hue):
    out = np.empty(images.shape, np.float32)
    back = np.linalg.inv(YIQ)
    for n, image in enumerate(images):
        yiq = image @ YIQ.T
        colour = (yiq[..., 1] + 1j * yiq[..., 2]) * saturation[n] * np.exp(1j * hue[n])
        new = np.stack([yiq[..., 0], colour.real, colour.imag], axis=-1)
        rgb = brightness[n] * (new @ back.T)
        out[n] = contrast[n] * rgb + (1 - contrast[n]) * rgb.mean()
    return out

def color_distortion(images, strength=1.0, seed=None):
    g = np.random.default_rng(seed)
    u = g.uniform(-1, 1, (len(images), 4)) * strength * np.array([0.4, 0.4, 0.8, 0.6])
    keep = g.random(len(images)) > 0.2
    return adjust_color(images, 1 + u[:, 0], 1 + u[:, 1], (1 + u[:, 2]) * keep, u[:, 3])

# %% style="ssl-colour" why="einsum over stacks of matrices, solved in place of an inverse."
def adjust_color(images, brightness, contrast, saturation, hue):
    c, s, zero = np.cos(hue) * saturation, np.sin(hue) * saturation, np.zeros(len(hue))
    turn = np.array([[zero + 1, zero, zero], [zero, c, -s], [zero, s, c]])
    mix = np.linalg.solve(YIQ, np.einsum("ijn,jk->nik", turn, YIQ).transpose(1, 0, 2).reshape(3, -1))
    mix = mix.reshape(3, -1, 3).transpose(1, 0, 2)
    x = np.einsum("nij,nhwj,n->nhwi", mix, images.astype(float), brightness)
    m = np.einsum("nhwi->n", x) / x[0].size
    x -= m[:, None, None, None]
    x *= contrast[:, None, None, None]
    x += m[:, None, None, None]
    return x.astype(np.float32)

def color_distortion(images, strength=1.0, seed=None):
    g, how = np.random.default_rng(seed), []
    for centre, width in ((1, 0.4), (1, 0.4), (1, 0.8), (0, 0.6)):
        how.append(centre + strength * width * (2 * g.random(len(images)) - 1))
    grey = g.random(len(images)) < 1 / 5
    how[2] = np.where(grey, 0.0, how[2])
    return adjust_color(images, *how)

# %% mistake="ssl-sim" why="It is the dot product: the lengths are missing."
- similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
+ similarity = z_i @ z_j

# %% mistake="ssl-sim" why="Only one of the lengths is divided by."
- similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
+ similarity = z_i @ z_j / np.linalg.norm(z_i)

# %% mistake="ssl-sim" why="The lengths are squared."
- similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
+ similarity = z_i @ z_j / (np.sum(z_i**2) * np.sum(z_j**2))

# %% mistake="ssl-sim" why="It is one minus the similarity."
- similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
+ similarity = 1 - z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))

# %% mistake="ssl-sim" why="It is a distance."
- similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
+ similarity = np.linalg.norm(z_i - z_j)

# %% mistake="ssl-sim" why="Vectors are divided by their largest number."
- similarity = z_i @ z_j / (np.linalg.norm(z_i) * np.linalg.norm(z_j))
+ similarity = (z_i / np.abs(z_i).max()) @ (z_j / np.abs(z_j).max())

# %% style="ssl-sim" why="The course's answer, on tensors."
def sim(z_i, z_j):
    norm_dot_product = torch.dot(z_i, z_j) / (torch.linalg.norm(z_i) * torch.linalg.norm(z_j))
    return norm_dot_product

# %% style="ssl-sim" why="Sums of products and roots."
def sim(z_i, z_j):
    return (z_i * z_j).sum() / ((z_i**2).sum() ** 0.5 * (z_j**2).sum() ** 0.5)

# %% style="ssl-sim" why="Both vectors of length 1 first."
def sim(z_i, z_j):
    a = z_i / np.sqrt(np.sum(z_i * z_i))
    b = z_j / np.sqrt(np.sum(z_j * z_j))
    return np.dot(a, b)

# %% mistake="ssl-naive" why="Each view is counted among its own others."
- others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k != i]
+ others = [sim(out[i], out[k]) / tau for k in range(2 * num)]

# %% mistake="ssl-naive" why="The loss is a sum over views, not a mean."
- loss = total / (2 * num)
+ loss = total

# %% mistake="ssl-naive" why="The sum over 2 N views is divided by N."
- loss = total / (2 * num)
+ loss = total / num

# %% mistake="ssl-naive" why="The positive pair is missing in the denominator."
- others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k != i]
+ others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k not in (i, partner)]

# %% mistake="ssl-naive" why="The temperature is missing."
- others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k != i]
- total += np.log(np.sum(np.exp(others))) - sim(out[i], out[partner]) / tau
+ others = [sim(out[i], out[k]) for k in range(2 * num) if k != i]
+ total += np.log(np.sum(np.exp(others))) - sim(out[i], out[partner])

# %% mistake="ssl-naive" why="The similarity is multiplied by tau."
- others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k != i]
- total += np.log(np.sum(np.exp(others))) - sim(out[i], out[partner]) / tau
+ others = [sim(out[i], out[k]) * tau for k in range(2 * num) if k != i]
+ total += np.log(np.sum(np.exp(others))) - sim(out[i], out[partner]) * tau

# %% mistake="ssl-naive" why="The pairs are wrong: neighbours in place of k and k + N."
- partner = (i + num) % (2 * num)
+ partner = i ^ 1

# %% mistake="ssl-naive" why="The sign is turned round."
- loss = total / (2 * num)
+ loss = -total / (2 * num)

# %% mistake="ssl-naive" why="Each view is compared with the other side only."
- others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k != i]
+ others = [sim(out[i], out[k]) / tau for k in range(2 * num) if k // num != i // num]

# %% style="ssl-naive" why="The course's answer, on tensors."
def simclr_loss_naive(out_left, out_right, tau):
    N = out_left.shape[0]
    out = torch.cat([out_left, out_right], dim=0)
    total_loss = 0
    for k in range(N):
        z_k, z_k_N = out[k], out[k + N]
        a, b = 0, 0
        for i in range(2 * N):
            if i != k:
                a += torch.exp(sim(z_k, out[i]) / tau)
            if i != k + N:
                b += torch.exp(sim(z_k_N, out[i]) / tau)
        top = torch.exp(sim(z_k, z_k_N) / tau)
        total_loss += -torch.log(top / a) - torch.log(top / b)
    return total_loss / (2 * N)

# %% style="ssl-naive" why="A table of similarities first, in plain Python."
def simclr_loss_naive(out_left, out_right, tau):
    z = list(out_left) + list(out_right)
    M, N = len(z), len(out_left)
    table = [[math.exp(sim(z[i], z[j]) / tau) for j in range(M)] for i in range(M)]
    loss = 0.0
    for i in range(M):
        j = i + N if i < N else i - N
        loss -= math.log(table[i][j] / (sum(table[i]) - table[i][i]))
    return loss / M

# %% style="ssl-naive" why="A helper for one direction of a pair."
def simclr_loss_naive(out_left, out_right, tau):
    out = np.vstack([out_left, out_right])

    def one(i, j):
        scores = np.array([sim(out[i], z) for z in out]) / tau
        scores = np.delete(scores, i)
        return np.logaddexp.reduce(scores) - sim(out[i], out[j]) / tau

    n = len(out_left)
    return sum(one(k, k + n) + one(k + n, k) for k in range(n)) / (2 * n)

# %% mistake="ssl-matrix" why="The lengths are missing."
- return rows / np.linalg.norm(rows, axis=1, keepdims=True)
+ return rows

# %% mistake="ssl-matrix" why="The lengths are those of columns."
- return rows / np.linalg.norm(rows, axis=1, keepdims=True)
+ return rows / np.linalg.norm(rows, axis=0, keepdims=True)

# %% mistake="ssl-matrix" why="The length is that of the whole matrix."
- return rows / np.linalg.norm(rows, axis=1, keepdims=True)
+ return rows / np.linalg.norm(rows)

# %% mistake="ssl-matrix" why="The pairs come back flat."
- pos_pairs = np.sum(left * right, axis=1, keepdims=True)
+ pos_pairs = np.sum(left * right, axis=1)

# %% mistake="ssl-matrix" why="The diagonal is still in the sums."
- terms = np.exp(matrix / tau) * (1 - np.eye(2 * num))
+ terms = np.exp(matrix / tau)

# %% mistake="ssl-matrix" why="The loss is a sum over views, not a mean."
- loss = np.mean(np.log(terms.sum(axis=1))) - np.mean(pairs)
+ loss = np.sum(np.log(terms.sum(axis=1))) - 2 * np.sum(pairs)

# %% mistake="ssl-matrix" why="The temperature is missing in the numerator."
- pairs = sim_positive_pairs(out_left, out_right).ravel() / tau
+ pairs = sim_positive_pairs(out_left, out_right).ravel()

# %% mistake="ssl-matrix" why="The temperature is missing."
- terms = np.exp(matrix / tau) * (1 - np.eye(2 * num))
- pairs = sim_positive_pairs(out_left, out_right).ravel() / tau
+ terms = np.exp(matrix) * (1 - np.eye(2 * num))
+ pairs = sim_positive_pairs(out_left, out_right).ravel()

# %% mistake="ssl-matrix" why="The diagonal is taken off before the exponential, which makes it 1."
- terms = np.exp(matrix / tau) * (1 - np.eye(2 * num))
+ terms = np.exp(matrix / tau * (1 - np.eye(2 * num)))

# %% mistake="ssl-matrix" why="Pairs count once, though they have two rows."
- loss = np.mean(np.log(terms.sum(axis=1))) - np.mean(pairs)
+ loss = np.mean(np.log(terms.sum(axis=1))) - np.sum(pairs) / (2 * num)

# %% style="ssl-matrix" why="The course's answers, on tensors."
def sim_positive_pairs(out_left, out_right):
    left = out_left / torch.linalg.norm(out_left, dim=1, keepdim=True)
    right = out_right / torch.linalg.norm(out_right, dim=1, keepdim=True)
    return torch.sum(left * right, dim=1, keepdim=True)

def compute_sim_matrix(out):
    out = out / torch.linalg.norm(out, dim=1, keepdim=True)
    return torch.mm(out, out.T)

def simclr_loss_vectorized(out_left, out_right, tau, device="cuda"):
    N = out_left.shape[0]
    out = torch.cat([out_left, out_right], dim=0)
    sim_matrix = compute_sim_matrix(out)
    exponential = torch.exp(sim_matrix / tau)
    mask = (torch.ones_like(exponential, device=device) - torch.eye(2 * N, device=device)).to(device).bool()
    exponential = exponential.masked_select(mask).view(2 * N, -1)
    denom = torch.sum(exponential, dim=1, keepdim=True)
    numerator = torch.exp(sim_positive_pairs(out_left, out_right) / tau)
    numerator = torch.cat([numerator, numerator], dim=0)
    return torch.mean(-torch.log(numerator / denom))

# %% style="ssl-matrix" why="einsum, and the pairs read from the matrix."
def sim_positive_pairs(out_left, out_right):
    dots = np.einsum("nd,nd->n", out_left, out_right)
    a, b = (out_left**2).sum(1), (out_right**2).sum(1)
    return (dots / np.sqrt(a * b))[:, None]

def compute_sim_matrix(out):
    gram = np.einsum("id,jd->ij", out, out)
    size = np.sqrt(np.diag(gram))
    return gram / np.outer(size, size)

def simclr_loss_vectorized(out_left, out_right, tau, device="cpu"):
    s = compute_sim_matrix(np.vstack((out_left, out_right))) / tau
    n = len(out_left)
    pairs = np.concatenate([np.diagonal(s, n), np.diagonal(s, -n)])
    np.fill_diagonal(s, -np.inf)
    return np.mean(np.logaddexp.reduce(s, axis=1) - pairs)

# %% style="ssl-matrix" why="A roll finds partners; sums without the diagonal."
def sim_positive_pairs(out_left, out_right):
    def unit(v):
        return v / np.sqrt(np.square(v).sum(axis=-1, keepdims=True))

    return (unit(out_left) * unit(out_right)).sum(-1).reshape(-1, 1)

def compute_sim_matrix(out):
    size = np.sqrt(np.square(out).sum(axis=1))
    return out @ out.T / size[:, None] / size[None, :]

def simclr_loss_vectorized(out_left, out_right, tau, device="cpu"):
    z = np.concatenate([out_left, out_right], axis=0)
    e = np.exp(compute_sim_matrix(z) / tau)
    below = e.sum(1) - np.diag(e)
    partner = np.roll(np.arange(len(z)), len(z) // 2)
    return -np.log(e[np.arange(len(z)), partner] / below).mean()

# %% mistake="ssl-gradient" why="Only the rows of S are counted."
- dunit = (dsim + dsim.T) @ unit
+ dunit = dsim @ unit

# %% mistake="ssl-gradient" why="The gradient of rows is doubled."
- dunit = (dsim + dsim.T) @ unit
+ dunit = 2 * dsim @ unit

# %% mistake="ssl-gradient" why="The temperature is missing in the gradient."
- dsim = p / (2 * num * tau)
+ dsim = p / (2 * num)

# %% mistake="ssl-gradient" why="The gradient is not divided by the number of views."
- dsim = p / (2 * num * tau)
+ dsim = p / tau

# %% mistake="ssl-gradient" why="The gradient is divided by N."
- dsim = p / (2 * num * tau)
+ dsim = p / (num * tau)

# %% mistake="ssl-gradient" why="The part along the vector is still in the gradient."
- dout = (dunit - unit * np.sum(dunit * unit, axis=1, keepdims=True)) / length
+ dout = dunit / length

# %% mistake="ssl-gradient" why="The normalisation is missing in the gradient."
- dout = (dunit - unit * np.sum(dunit * unit, axis=1, keepdims=True)) / length
+ dout = dunit

# %% mistake="ssl-gradient" why="The gradient is not divided by the vectors' lengths."
- dout = (dunit - unit * np.sum(dunit * unit, axis=1, keepdims=True)) / length
+ dout = dunit - unit * np.sum(dunit * unit, axis=1, keepdims=True)

# %% mistake="ssl-gradient" why="The partners' 1 is missing in the gradient."
- p[rows, partner] -= 1
+ pass

# %% mistake="ssl-gradient" why="The sign is turned round."
- dleft, dright = dout[:num], dout[num:]
+ dleft, dright = -dout[:num], -dout[num:]

# %% mistake="ssl-gradient" why="Large similarities overflow."
- logits = logits - logits.max(axis=1, keepdims=True)
+ pass

# %% mistake="ssl-gradient" why="The gradient is float64, whatever comes in."
- out = np.concatenate([out_left, out_right])
+ out = np.concatenate([out_left, out_right]).astype(np.float64)

# %% style="ssl-gradient" why="Softmax by masks, halves apart at the end."
def simclr_gradient(out_left, out_right, tau):
    z = np.vstack([out_left, out_right])
    n, m = len(out_left), 2 * len(out_left)
    norm = np.linalg.norm(z, axis=1)[:, None]
    u = z / norm
    s = u @ u.T / tau
    mask = np.eye(m, dtype=bool)
    s = np.where(mask, -np.inf, s)
    s = s - s.max(axis=1)[:, None]
    e = np.exp(s)
    p = e / e.sum(axis=1)[:, None]
    y = np.roll(np.eye(m, dtype=z.dtype), n, axis=1)
    loss = np.mean(np.log(e.sum(axis=1)) - s[y.astype(bool)])
    g = (p - y) / (m * tau)
    g = (g + g.T) @ u
    g = (g - u * (g * u).sum(axis=1)[:, None]) / norm
    return loss, g[:n], g[n:]

# %% style="ssl-gradient" why="Through the lengths squared."
def simclr_gradient(out_left, out_right, tau):
    n = out_left.shape[0]
    z = np.concatenate((out_left, out_right), axis=0)
    r = 1 / np.sqrt((z * z).sum(axis=1, keepdims=True))
    u = z * r
    a = np.einsum("id,jd->ij", u, u) / tau
    np.fill_diagonal(a, -np.inf)
    partner = np.r_[n : 2 * n, 0:n]
    top = np.max(a, axis=1)
    lse = top + np.log(np.exp(a - top[:, None]).sum(axis=1))
    loss = np.mean(lse - a[range(2 * n), partner])
    d = np.exp(a - lse[:, None])
    d[range(2 * n), partner] -= 1
    d /= 2 * n * tau
    du = d @ u + d.T @ u
    dz = du * r - z * (r**3) * np.sum(du * z, axis=1, keepdims=True)
    return loss, *np.split(dz, 2)

# %% style="ssl-gradient" why="Projections as a stack of matrices."
def simclr_gradient(out_left, out_right, tau):
    z = np.append(out_left, out_right, axis=0)
    length = np.linalg.norm(z, axis=1, keepdims=True)
    u = z / length
    s = (u @ u.T) / tau
    i = np.arange(len(z))
    s[i, i] = -np.inf
    s -= s.max(axis=1, keepdims=True)
    logp = s - np.log(np.sum(np.exp(s), axis=1, keepdims=True))
    j = (i + len(z) // 2) % len(z)
    loss = -logp[i, j].mean()
    g = np.exp(logp)
    g[i, j] -= 1
    g = g / tau / len(z)
    du = np.matmul(g, u) + np.matmul(g.T, u)
    project = np.eye(z.shape[1], dtype=z.dtype) - u[:, :, None] * u[:, None, :]
    dz = np.einsum("nij,nj->ni", project, du) / length
    return loss, dz[: len(out_left)], dz[len(out_left) :]

# %% mistake="ssl-knn" why="Features are not normalised: long ones win."
- features = features / np.linalg.norm(features, axis=1, keepdims=True)
+ features = features / 1.0

# %% mistake="ssl-knn" why="The least similar ones vote."
- near = np.argsort(-sims, axis=1)[:, :k]
+ near = np.argsort(sims, axis=1)[:, :k]

# %% mistake="ssl-knn" why="All neighbours have one vote."
- weights = np.exp((np.take_along_axis(sims, near, axis=1) - 1) / tau)
+ weights = np.ones(near.shape)

# %% mistake="ssl-knn" why="Only the nearest neighbour counts."
- near = np.argsort(-sims, axis=1)[:, :k]
+ near = np.argsort(-sims, axis=1)[:, :1]

# %% mistake="ssl-knn" why="Votes are multiplied by tau, not divided."
- weights = np.exp((np.take_along_axis(sims, near, axis=1) - 1) / tau)
+ weights = np.exp((np.take_along_axis(sims, near, axis=1) - 1) * tau)

# %% mistake="ssl-knn" why="All features vote, whatever k is."
- near = np.argsort(-sims, axis=1)[:, :k]
+ near = np.argsort(-sims, axis=1)

# %% mistake="ssl-knn" why="Euclidean distance in place of cosine similarity."
- features = features / np.linalg.norm(features, axis=1, keepdims=True)
- queries = queries / np.linalg.norm(queries, axis=1, keepdims=True)
- sims = queries @ features.T
+ sims = -np.linalg.norm(queries[:, None] - features, axis=2)

# %% style="ssl-knn" why="A loop over queries, bincount."
def knn_predict(features, labels, queries, k=20, tau=0.1):
    f = features / np.linalg.norm(features, axis=1)[:, None]
    answer = np.empty(len(queries), int)
    for m in range(len(queries)):
        s = f @ queries[m] / np.linalg.norm(queries[m])
        near = np.argpartition(s, -k)[-k:]
        answer[m] = np.bincount(labels[near], np.exp((s[near] - 1) / tau)).argmax()
    return answer

# %% style="ssl-knn" why="One-hot labels and a mask of the k nearest."
def knn_predict(features, labels, queries, k=20, tau=0.1):
    def unit(x):
        return x / np.sqrt((x**2).sum(1, keepdims=True))

    s = unit(queries) @ unit(features).T
    limit = np.sort(s, axis=1)[:, -k][:, None]
    votes = np.where(s >= limit, np.exp(s / tau), 0)
    return np.argmax(votes @ np.eye(labels.max() + 1)[labels], axis=1)

# %% style="ssl-knn" why="argpartition and a loop over classes."
def knn_predict(features, labels, queries, k=20, tau=0.1):
    s = (queries / np.linalg.norm(queries, axis=1, keepdims=True)) @ (
        features / np.linalg.norm(features, axis=1, keepdims=True)
    ).T
    near = np.argpartition(-s, k - 1, axis=1)[:, :k]
    w = np.exp(np.take_along_axis(s, near, 1) / tau)
    votes = [np.sum(w * (labels[near] == c), axis=1) for c in range(labels.max() + 1)]
    return np.stack(votes, axis=1).argmax(axis=1)

# %% mistake="ssl-probe" why="The mean of the labels is not added to the scores."
- scores = (queries - mean) / std @ w + shares
+ scores = (queries - mean) / std @ w

# %% mistake="ssl-probe" why="Lambda is not multiplied by N."
- matrix = x.T @ x + reg * len(x) * np.eye(x.shape[1])
+ matrix = x.T @ x + reg * np.eye(x.shape[1])

# %% mistake="ssl-probe" why="Lambda is missing."
- matrix = x.T @ x + reg * len(x) * np.eye(x.shape[1])
+ matrix = x.T @ x + 1e-9 * np.eye(x.shape[1])

# %% mistake="ssl-probe" why="Queries are standardised by their own numbers."
- scores = (queries - mean) / std @ w + shares
+ scores = (queries - queries.mean(axis=0)) / (queries.std(axis=0) + 1e-6) @ w + shares

# %% mistake="ssl-probe" why="Queries are not standardised."
- scores = (queries - mean) / std @ w + shares
+ scores = queries @ w + shares

# %% mistake="ssl-probe" why="Features are not divided by their standard deviations."
- mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
+ mean, std = features.mean(axis=0), 1.0

# %% mistake="ssl-probe" why="The mean of the features is not taken off."
- mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
+ mean, std = 0.0, features.std(axis=0) + 1e-6

# %% mistake="ssl-probe" why="The standard deviation divides by N - 1."
- mean, std = features.mean(axis=0), features.std(axis=0) + 1e-6
+ mean, std = features.mean(axis=0), features.std(axis=0, ddof=1) + 1e-6

# %% mistake="ssl-probe" why="The predicted classes come back, not the scores."
- scores = (queries - mean) / std @ w + shares
+ scores = np.argmax((queries - mean) / std @ w + shares, axis=1)

# %% style="ssl-probe" why="Least squares with extra rows."
def linear_probe(features, labels, queries, reg=0.1):
    m, s = features.mean(0), features.std(0) + 1e-6
    x = (features - m) / s
    y = (labels[:, None] == np.arange(labels.max() + 1)).astype(float)
    d = x.shape[1]
    tall = np.vstack([x, np.sqrt(reg * len(x)) * np.eye(d)])
    wide = np.vstack([y - y.mean(0), np.zeros((d, y.shape[1]))])
    w = np.linalg.lstsq(tall, wide, rcond=None)[0]
    return (queries - m) / s @ w + y.mean(0)

# %% style="ssl-probe" why="A bias of its own, which is not penalised."
def linear_probe(features, labels, queries, reg=0.1):
    mean, std = np.mean(features, 0), np.std(features, 0) + 1e-6
    x = np.column_stack([(features - mean) / std, np.ones(len(features))])
    y = np.zeros((len(labels), max(labels) + 1))
    y[np.arange(len(labels)), labels] = 1
    penalty = reg * len(x) * np.eye(x.shape[1])
    penalty[-1, -1] = 0
    w = np.linalg.inv(x.T @ x + penalty) @ x.T @ y
    return np.column_stack([(queries - mean) / std, np.ones(len(queries))]) @ w

# %% style="ssl-probe" why="In the space of examples: the kernel's form."
def linear_probe(features, labels, queries, reg=0.1):
    mu, sd = features.mean(axis=0), 1e-6 + features.std(axis=0)
    x, q = (features - mu) / sd, (queries - mu) / sd
    y = np.eye(1 + labels.max())[labels]
    m = y.mean(axis=0)
    alpha = np.linalg.solve(x @ x.T + reg * len(x) * np.eye(len(x)), y - m)
    return q @ (x.T @ alpha) + m

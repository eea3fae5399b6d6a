# What goes wrong in convolutional_networks, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="conv-forward" why="The filter is turned upside down."
- out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+ out[image, place_f, i, j] = np.sum(window * w[place_f, :, ::-1, ::-1]) + b[place_f]

# %% mistake="conv-forward" why="The bias is missing."
- out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+ out[image, place_f, i, j] = np.sum(window * w[place_f])

# %% mistake="conv-forward" why="Only the first channel is looked at."
- out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+ out[image, place_f, i, j] = np.sum(window[0] * w[place_f, 0]) + b[place_f]

# %% mistake="conv-forward" why="The padding is left out."
- padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
+ padded = np.zeros((n, x.shape[1], h + 2 * pad, width + 2 * pad))
+ padded[:, :, :h, :width] = x

# %% mistake="conv-forward" why="The padding repeats the border instead of zeros."
- padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
+ padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode='edge')

# %% mistake="conv-forward" why="The filter's height is used for its width as well."
- window = padded[image, :, top : top + hh, left : left + ww]
+ window = padded[image, :, top : top + hh, left : left + hh]

# %% mistake="conv-forward" why="The stride is left out for the columns."
- top, left = i * stride, j * stride
+ top, left = i * stride, j

# %% mistake="conv-forward" why="The size of the output forgets one of the two paddings."
- h_out = 1 + (h + 2 * pad - hh) // stride
+ h_out = 1 + (h + pad - hh) // stride

# %% mistake="conv-forward" why="The bias is added once for each channel."
- out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+ out[image, place_f, i, j] = sum(np.sum(p * q) + b[place_f] for p, q in zip(window, w[place_f]))

# %% mistake="conv-forward" why="The output is integer."
- out = np.zeros((n, f, h_out, w_out), dtype=x.dtype)
+ out = np.zeros((n, f, h_out, w_out), dtype=int)

# %% mistake="conv-forward" why="Centring in place changes the caller's images."
  stride, pad = conv_param["stride"], conv_param["pad"]
+ x -= 0.5 * x.mean()

# %% mistake="conv-forward" why="This calls the ready-made layer; the exercise asks for your own."
def conv_forward_naive(x, w, b, conv_param):
    return conv_forward_fast(x, w, b, conv_param)[0], (x, w, b, conv_param)

# %% mistake="conv-forward" why="Windows are averaged, not summed."
- out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+ out[image, place_f, i, j] = np.mean(window * w[place_f]) + b[place_f]

# %% mistake="conv-forward" why="All the padding stands above and left of the image."
- padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
+ padded = np.pad(x, ((0, 0), (0, 0), (2 * pad, 0), (2 * pad, 0)))

# %% mistake="conv-forward" why="The stride is left out for rows and columns."
- top, left = i * stride, j * stride
+ top, left = i, j

# %% mistake="conv-forward" why="Rows and columns of the output are exchanged."
      out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+ out = out.swapaxes(2, 3)

# %% mistake="conv-forward" why="The output is in 32 bits, whatever comes."
- out = np.zeros((n, f, h_out, w_out), dtype=x.dtype)
+ out = np.zeros((n, f, h_out, w_out), dtype=np.float32)

# %% mistake="conv-forward" why="The return stands inside the loop."
      out[image, place_f, i, j] = np.sum(window * w[place_f]) + b[place_f]
+     return out, (x, w, b, conv_param)

# %% style="conv-forward" why="Pasted: loops over everything, in 64 bits whatever comes."
def conv_forward_naive(x, w, b, conv_param):
    out = None
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    s, p = conv_param['stride'], conv_param['pad']
    Hn = 1 + int((H + 2 * p - HH) / s)
    Wn = 1 + int((W + 2 * p - WW) / s)
    xp = np.pad(x, ((0,), (0,), (p,), (p,)), 'constant')
    out = np.zeros((N, F, Hn, Wn))
    for n in range(N):
        for f in range(F):
            for i in range(Hn):
                for j in range(Wn):
                    acc = 0.0
                    for c in range(C):
                        for k in range(HH):
                            for l in range(WW):
                                acc += xp[n, c, i*s+k, j*s+l] * w[f, c, k, l]
                    out[n, f, i, j] = acc + b[f]
    cache = (x, w, b, conv_param)
    return out, cache

# %% style="conv-forward" why="All windows as a view, summed by einsum."
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    x_pad = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    windows = np.lib.stride_tricks.sliding_window_view(x_pad, w.shape[2:], axis=(2, 3))
    out = np.einsum("nchwpq,fcpq->nfhw", windows[:, :, ::s, ::s], w)
    return out + b[:, None, None], (x, w, b, conv_param)

# %% style="conv-forward" why="A loop over places, with tensordot for all images and filters."
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    x_pad = np.zeros((N, C, H + 2 * p, W + 2 * p), dtype=x.dtype)
    x_pad[:, :, p : p + H, p : p + W] = x
    out = np.empty((N, F, (H + 2 * p - HH) // s + 1, (W + 2 * p - WW) // s + 1), x.dtype)
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            patch = x_pad[:, :, i * s : i * s + HH, j * s : j * s + WW]
            out[:, :, i, j] = np.tensordot(patch, w, axes=([1, 2, 3], [1, 2, 3])) + b
    return out, (x, w, b, conv_param)

# %% mistake="conv-backward" why="Overlapping windows overwrite each other in dx."
- dpadded[image, :, rows, cols] += dout[image, f, i, j] * w[f]
+ dpadded[image, :, rows, cols] = dout[image, f, i, j] * w[f]

# %% mistake="conv-backward" why="Each place overwrites the gradient of the filter."
- dw[f] += dout[image, f, i, j] * padded[image, :, rows, cols]
+ dw[f] = dout[image, f, i, j] * padded[image, :, rows, cols]

# %% mistake="conv-backward" why="The filter is turned upside down on its way to dx."
- dpadded[image, :, rows, cols] += dout[image, f, i, j] * w[f]
+ dpadded[image, :, rows, cols] += dout[image, f, i, j] * w[f, :, ::-1, ::-1]

# %% mistake="conv-backward" why="The padding is cut off at the end only."
- dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
+ dx = dpadded[:, :, : x.shape[2], : x.shape[3]]

# %% mistake="conv-backward" why="The windows are cut from the image without its padding."
- dw[f] += dout[image, f, i, j] * padded[image, :, rows, cols]
+ dw[f] += dout[image, f, i, j] * np.pad(x, ((0, 0), (0, 0), (0, 2 * pad), (0, 2 * pad)))[image, :, rows, cols]

# %% mistake="conv-backward" why="The gradient of the bias is a mean."
- db = dout.sum(axis=(0, 2, 3))
+ db = dout.mean(axis=(0, 2, 3))

# %% mistake="conv-backward" why="The gradient of the bias is summed over images only."
- db = dout.sum(axis=(0, 2, 3))
+ db = dout.sum(axis=0)

# %% mistake="conv-backward" why="The gradient of the filters is averaged over the images."
      dpadded[image, :, rows, cols] += dout[image, f, i, j] * w[f]
+ dw = dw / len(x)

# %% mistake="conv-backward" why="The stride is forgotten on the way back."
- rows = slice(i * stride, i * stride + hh)
- cols = slice(j * stride, j * stride + ww)
+ rows = slice(i, i + hh)
+ cols = slice(j, j + ww)

# %% mistake="conv-backward" why="With no padding the slice pad:-pad is empty."
- dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
+ dx = dpadded[:, :, pad:-pad, pad:-pad]

# %% mistake="conv-backward" why="Scaling dout in place changes the caller's gradient."
  db = dout.sum(axis=(0, 2, 3))
+ dout *= 0

# %% mistake="conv-backward" why="The upstream gradient is left out of dw."
- dw[f] += dout[image, f, i, j] * padded[image, :, rows, cols]
+ dw[f] += padded[image, :, rows, cols]

# %% mistake="conv-backward" why="The upstream gradient is left out of dx."
- dpadded[image, :, rows, cols] += dout[image, f, i, j] * w[f]
+ dpadded[image, :, rows, cols] += w[f]

# %% mistake="conv-backward" why="db counts the windows, whatever their gradient."
- db = dout.sum(axis=(0, 2, 3))
+ db = np.ones(len(w)) * dout[:, 0].size

# %% mistake="conv-backward" why="The padding stays on dx."
- dx = dpadded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
+ dx = dpadded

# %% mistake="conv-backward" why="The gradient of the bias is averaged over the images."
- db = dout.sum(axis=(0, 2, 3))
+ db = dout.sum(axis=(0, 2, 3)) / len(dout)

# %% style="conv-backward" why="Pasted: four loops, 64 bits whatever comes."
def conv_backward_naive(dout, cache):
    dx, dw, db = None, None, None
    x, w, b, conv_param = cache
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    s, p = conv_param['stride'], conv_param['pad']
    xp = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), 'constant')
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    db = np.zeros(b.shape)
    _, _, Hn, Wn = dout.shape
    for n in range(N):
        for f in range(F):
            for i in range(Hn):
                for j in range(Wn):
                    db[f] += dout[n, f, i, j]
                    dw[f] += xp[n, :, i*s:i*s+HH, j*s:j*s+WW] * dout[n, f, i, j]
                    dxp[n, :, i*s:i*s+HH, j*s:j*s+WW] += w[f] * dout[n, f, i, j]
    dx = dxp[:, :, p:p+H, p:p+W]
    return dx, dw, db

# %% style="conv-backward" why="All windows as a view, gradients by einsum and a loop over the filter."
def conv_backward_naive(dout, cache):
    x, w, b, conv_param = cache
    s, p = conv_param["stride"], conv_param["pad"]
    x_pad = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    windows = np.lib.stride_tricks.sliding_window_view(x_pad, w.shape[2:], axis=(2, 3))
    dw = np.einsum("nchwpq,nfhw->fcpq", windows[:, :, ::s, ::s], dout)
    dx_pad = np.zeros_like(x_pad)
    (h, width), (hh, ww) = dout.shape[2:], w.shape[2:]
    for i in range(hh):
        for j in range(ww):
            part = np.einsum("nfhw,fc->nchw", dout, w[:, :, i, j])
            dx_pad[:, :, i : i + s * h : s, j : j + s * width : s] += part
    dx = dx_pad[:, :, p : p + x.shape[2], p : p + x.shape[3]]
    return dx, dw, np.einsum("nfhw->f", dout)

# %% style="conv-backward" why="Pasted with its forward pass, which keeps the padded images."
def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    x_pad = np.pad(x, [(0, 0), (0, 0), (p, p), (p, p)])
    N, F, (HH, WW) = len(x), len(w), w.shape[2:]
    out = np.empty((N, F, (x_pad.shape[2] - HH) // s + 1, (x_pad.shape[3] - WW) // s + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            patch = x_pad[:, :, i * s : i * s + HH, j * s : j * s + WW].reshape(N, -1)
            out[:, :, i, j] = patch @ w.reshape(F, -1).T + b
    return out, (x_pad, w, s, p)

def conv_backward_naive(dout, cache):
    x_pad, w, s, p = cache
    N, F, (HH, WW) = len(x_pad), len(w), w.shape[2:]
    dx_pad, dw = np.zeros_like(x_pad), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            rows, cols = slice(i * s, i * s + HH), slice(j * s, j * s + WW)
            patch, g = x_pad[:, :, rows, cols], dout[:, :, i, j]
            dw += np.tensordot(g, patch, axes=(0, 0))
            dx_pad[:, :, rows, cols] += np.tensordot(g, w, axes=(1, 0))
    h, width = x_pad.shape[2:]
    return dx_pad[:, :, p : h - p, p : width - p], dw, dout.sum((0, 2, 3))

# %% mistake="conv-pool-forward" why="The mean is taken instead of the maximum."
- out[:, :, i, j] = window.max(axis=(2, 3))
+ out[:, :, i, j] = window.mean(axis=(2, 3))

# %% mistake="conv-pool-forward" why="The search starts from 0, so negative numbers get lost."
- out[:, :, i, j] = window.max(axis=(2, 3))
+ out[:, :, i, j] = np.maximum(window.max(axis=(2, 3)), 0)

# %% mistake="conv-pool-forward" why="The step is the size of the window, whatever the stride says."
- top, left = i * stride, j * stride
+ top, left = i * height, j * width

# %% mistake="conv-pool-forward" why="Height and width of the window are exchanged."
- height, width = pool_param["pool_height"], pool_param["pool_width"]
+ width, height = pool_param["pool_height"], pool_param["pool_width"]

# %% mistake="conv-pool-forward" why="The maximum runs over the channels too."
- out[:, :, i, j] = window.max(axis=(2, 3))
+ out[:, :, i, j] = window.max(axis=(1, 2, 3))[:, None]

# %% mistake="conv-pool-forward" why="The window is square, whatever pool_width says."
- window = x[:, :, top : top + height, left : left + width]
+ window = x[:, :, top : top + height, left : left + height]

# %% mistake="conv-pool-forward" why="The last window of each row is left out."
- for i, j in np.ndindex(h_out, w_out):
+ for i, j in np.ndindex(h_out, w_out - 1):

# %% mistake="conv-pool-forward" why="The maximum is written into the caller's images."
- out[:, :, i, j] = window.max(axis=(2, 3))
+ window[:, :, 0, 0] = window.max(axis=(2, 3))
+ out[:, :, i, j] = window[:, :, 0, 0]

# %% mistake="conv-pool-forward" why="The smallest number is kept."
- out[:, :, i, j] = window.max(axis=(2, 3))
+ out[:, :, i, j] = window.min(axis=(2, 3))

# %% mistake="conv-pool-forward" why="The output is integer."
- out = np.zeros((n, c, h_out, w_out), dtype=x.dtype)
+ out = np.zeros((n, c, h_out, w_out), dtype=int)

# %% mistake="conv-pool-forward" why="The output is in 32 bits, whatever comes."
- out = np.zeros((n, c, h_out, w_out), dtype=x.dtype)
+ out = np.zeros((n, c, h_out, w_out), dtype=np.float32)

# %% style="conv-pool-forward" why="Pasted: four loops."
def max_pool_forward_naive(x, pool_param):
    out = None
    N, C, H, W = x.shape
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    Hn = 1 + int((H - ph) / s)
    Wn = 1 + int((W - pw) / s)
    out = np.zeros((N, C, Hn, Wn))
    for n in range(N):
        for c in range(C):
            for i in range(Hn):
                for j in range(Wn):
                    out[n, c, i, j] = np.max(x[n, c, i*s:i*s+ph, j*s:j*s+pw])
    cache = (x, pool_param)
    return out, cache

# %% style="conv-pool-forward" why="All windows as a view."
def max_pool_forward_naive(x, pool_param):
    window, s = (pool_param["pool_height"], pool_param["pool_width"]), pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, window, axis=(2, 3))
    return windows[:, :, ::s, ::s].max(axis=(4, 5)), (x, pool_param)

# %% style="conv-pool-forward" why="A running maximum over the places in the window."
def max_pool_forward_naive(x, pool_param):
    ph, pw, s = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    h, w = (x.shape[2] - ph) // s + 1, (x.shape[3] - pw) // s + 1
    out = np.full((*x.shape[:2], h, w), -np.inf, dtype=x.dtype)
    for p in range(ph):
        for q in range(pw):
            out = np.maximum(out, x[:, :, p : p + s * h : s, q : q + s * w : s])
    return out, (x, pool_param)

# %% mistake="conv-pool-backward" why="A pixel that wins twice keeps only the last gradient."
- dx[n, c, top + p, left + q] += dout[n, c, i, j]
+ dx[n, c, top + p, left + q] = dout[n, c, i, j]

# %% mistake="conv-pool-backward" why="The gradient is spread over the window, as for a mean."
- p, q = divmod(int(window.argmax()), width)
- dx[n, c, top + p, left + q] += dout[n, c, i, j]
+ dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j] / window.size

# %% mistake="conv-pool-backward" why="Every pixel that has the maximum gets the whole gradient, not a share."
- p, q = divmod(int(window.argmax()), width)
- dx[n, c, top + p, left + q] += dout[n, c, i, j]
+ mask = window == np.max(window)
+ dx[n, c, top : top + height, left : left + width] += mask * dout[n, c, i, j]

# %% mistake="conv-pool-backward" why="The place in the window is split by its height instead of its width."
- p, q = divmod(int(window.argmax()), width)
+ p, q = divmod(int(window.argmax()), height)

# %% mistake="conv-pool-backward" why="The upstream gradient is left out."
- dx[n, c, top + p, left + q] += dout[n, c, i, j]
+ dx[n, c, top + p, left + q] += 1

# %% mistake="conv-pool-backward" why="The stride is forgotten on the way back."
- top, left = i * stride, j * stride
+ top, left = i, j

# %% mistake="conv-pool-backward" why="The smallest pixel gets the gradient."
- p, q = divmod(int(window.argmax()), width)
+ p, q = divmod(int(window.argmin()), width)

# %% mistake="conv-pool-backward" why="The gradient goes to the top left pixel of every window."
- p, q = divmod(int(window.argmax()), width)
+ p, q = divmod(0, width)

# %% mistake="conv-pool-backward" why="All the pixels of a window get the whole gradient."
- p, q = divmod(int(window.argmax()), width)
- dx[n, c, top + p, left + q] += dout[n, c, i, j]
+ dx[n, c, top : top + height, left : left + width] += dout[n, c, i, j]

# %% mistake="conv-pool-backward" why="The gradient is multiplied by the largest pixel."
- dx[n, c, top + p, left + q] += dout[n, c, i, j]
+ dx[n, c, top + p, left + q] += dout[n, c, i, j] * window.max()

# %% style="conv-pool-backward" why="Pasted: the gradient shared equally among pixels with the maximum."
def max_pool_backward_naive(dout, cache):
    dx = None
    x, pool_param = cache
    N, C, H, W = x.shape
    ph, pw, s = pool_param['pool_height'], pool_param['pool_width'], pool_param['stride']
    dx = np.zeros(x.shape)
    for n in range(N):
        for c in range(C):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    window = x[n, c, i*s:i*s+ph, j*s:j*s+pw]
                    mask = (window == np.max(window))
                    dx[n, c, i*s:i*s+ph, j*s:j*s+pw] += mask * dout[n, c, i, j] / np.sum(mask)
    return dx

# %% style="conv-pool-backward" why="np.add.at at the places of the maxima."
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    size, s = (pool_param["pool_height"], pool_param["pool_width"]), pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, size, axis=(2, 3))[:, :, ::s, ::s]
    p, q = np.divmod(windows.reshape(*dout.shape, -1).argmax(axis=-1), size[1])
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros_like(x)
    np.add.at(dx, (n, c, i * s + p, j * s + q), dout)
    return dx

# %% style="conv-pool-backward" why="The last of equal pixels wins, with unravel_index."
def max_pool_backward_naive(dout, cache):
    x, pool_param = cache
    ph, pw, s = (pool_param[k] for k in ("pool_height", "pool_width", "stride"))
    dx = np.zeros_like(x)
    for n, c, i, j in np.ndindex(dout.shape):
        window = x[n, c, i * s : i * s + ph, j * s : j * s + pw]
        p, q = np.argwhere(window == window.max())[-1]
        dx[n, c, i * s + p, j * s + q] += dout[n, c, i, j]
    return dx

# %% mistake="conv-im2col" why="Windows are rows instead of columns."
- return cols.reshape(c * field_height * field_width, -1)
+ return cols.reshape(c * field_height * field_width, -1).T

# %% mistake="conv-im2col" why="The columns come image by image, not place by place."
- cols = np.empty((c, field_height, field_width, h_out, w_out, n), dtype=x.dtype)
+ cols = np.empty((c, field_height, field_width, n, h_out, w_out), dtype=x.dtype)

- cols[:, p, q] = pixels.transpose(1, 2, 3, 0)
+ cols[:, p, q] = pixels.transpose(1, 0, 2, 3)

# %% mistake="conv-im2col" why="In a column the channels come last."
- return cols.reshape(c * field_height * field_width, -1)
+ return cols.transpose(1, 2, 0, 3, 4, 5).reshape(c * field_height * field_width, -1)

# %% mistake="conv-im2col" why="Rows and columns of the window are exchanged within a column."
- return cols.reshape(c * field_height * field_width, -1)
+ return cols.transpose(0, 2, 1, 3, 4, 5).reshape(c * field_height * field_width, -1)

# %% mistake="conv-im2col" why="Three loops, one of them over the images."
def im2col(x, field_height, field_width, padding=1, stride=1):
    n, c, h, w = x.shape
    h_out = 1 + (h + 2 * padding - field_height) // stride
    w_out = 1 + (w + 2 * padding - field_width) // stride
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    cols = []
    for i in range(h_out):
        for j in range(w_out):
            for image in padded:
                top, left = i * stride, j * stride
                cols.append(image[:, top : top + field_height, left : left + field_width].ravel())
    return np.array(cols).T

# %% mistake="conv-im2col" why="The padding is left out."
- sides = (padding, padding)
+ sides = (0, 2 * padding)

# %% mistake="conv-im2col" why="The stride is left out inside the slices."
- pixels = padded[:, :, p:down:stride, q:across:stride]
+ pixels = padded[:, :, p : p + h_out, q : q + w_out]

# %% mistake="conv-im2col" why="The result is always in 64 bits."
- cols = np.empty((c, field_height, field_width, h_out, w_out, n), dtype=x.dtype)
+ cols = np.empty((c, field_height, field_width, h_out, w_out, n), dtype=np.float64)

# %% style="conv-im2col" why="Pasted: an index for each element of each column."
def get_im2col_indices(x_shape, field_height, field_width, padding=1, stride=1):
    N, C, H, W = x_shape
    out_height = int((H + 2 * padding - field_height) / stride + 1)
    out_width = int((W + 2 * padding - field_width) / stride + 1)
    i0 = np.tile(np.repeat(np.arange(field_height), field_width), C)
    i1 = stride * np.repeat(np.arange(out_height), out_width)
    j0 = np.tile(np.arange(field_width), field_height * C)
    j1 = stride * np.tile(np.arange(out_width), out_height)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
    return (k, i, j)

def im2col(x, field_height, field_width, padding=1, stride=1):
    p = padding
    x_padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)), mode='constant')
    k, i, j = get_im2col_indices(x.shape, field_height, field_width, padding, stride)
    cols = x_padded[:, k, i, j]
    C = x.shape[1]
    cols = cols.transpose(1, 2, 0).reshape(field_height * field_width * C, -1)
    return cols

# %% style="conv-im2col" why="All windows as a view, no loop at all."
def im2col(x, field_height, field_width, padding=1, stride=1):
    pads = [(0, 0), (0, 0), (padding, padding), (padding, padding)]
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, pads), (field_height, field_width), axis=(2, 3)
    )[:, :, ::stride, ::stride]
    return windows.transpose(1, 4, 5, 2, 3, 0).reshape(x.shape[1] * field_height * field_width, -1)

# %% style="conv-im2col" why="Two loops over places, with all images and channels at once."
def im2col(x, field_height, field_width, padding=1, stride=1):
    n, c, h, w = x.shape
    rows = range(0, h + 2 * padding - field_height + 1, stride)
    places = range(0, w + 2 * padding - field_width + 1, stride)
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), x.dtype)
    padded[:, :, padding : padding + h, padding : padding + w] = x
    cols = np.empty((c * field_height * field_width, len(rows) * len(places) * n), x.dtype)
    start = 0
    for i in rows:
        for j in places:
            patch = padded[:, :, i : i + field_height, j : j + field_width]
            cols[:, start : start + n] = patch.reshape(n, -1).T
            start += n
    return cols

# %% mistake="conv-col2im" why="Overlapping windows overwrite each other."
- pixels += cols[:, p, q].transpose(3, 0, 1, 2)
+ pixels[...] = cols[:, p, q].transpose(3, 0, 1, 2)

# %% mistake="conv-col2im" why="The padding is cut off at the end only."
- return padded[:, :, padding : padding + h, padding : padding + w]
+ return padded[:, :, :h, :w]

# %% mistake="conv-col2im" why="The columns are read image by image."
- cols = cols.reshape(c, field_height, field_width, h_out, w_out, n)
+ cols = cols.reshape(c, field_height, field_width, n, h_out, w_out)

- pixels += cols[:, p, q].transpose(3, 0, 1, 2)
+ pixels += cols[:, p, q].transpose(1, 0, 2, 3)

# %% mistake="conv-col2im" why="With padding 0 the slice 0:-0 is empty."
- return padded[:, :, padding : padding + h, padding : padding + w]
+ return padded[:, :, padding:-padding, padding:-padding]

# %% mistake="conv-col2im" why="Rows and columns of the window are exchanged."
- pixels += cols[:, p, q].transpose(3, 0, 1, 2)
+ pixels += cols.reshape(c, field_width, field_height, h_out, w_out, n)[:, q, p].transpose(3, 0, 1, 2)

# %% mistake="conv-col2im" why="The padding is not cut off."
- return padded[:, :, padding : padding + h, padding : padding + w]
+ return padded

# %% mistake="conv-col2im" why="The sums are divided by the number of windows."
          pixels += cols[:, p, q].transpose(3, 0, 1, 2)
+ padded /= field_height * field_width

# %% mistake="conv-col2im" why="The stride is left out inside the slices."
- pixels = padded[:, :, p:down:stride, q:across:stride]
+ pixels = padded[:, :, p : p + h_out, q : q + w_out]

# %% mistake="conv-col2im" why="Fancy indexing with += adds only once where windows overlap."
def col2im(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    n, c, h, w = x_shape
    h_out = 1 + (h + 2 * padding - field_height) // stride
    w_out = 1 + (w + 2 * padding - field_width) // stride
    padded = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    k, p, q = (a.reshape(-1, 1) for a in np.indices((c, field_height, field_width)))
    i, j = (a.reshape(1, -1) for a in np.indices((h_out, w_out)))
    padded[:, k, p + stride * i, q + stride * j] += cols.reshape(len(k), -1, n).transpose(2, 0, 1)
    return padded[:, :, padding : padding + h, padding : padding + w]

# %% style="conv-col2im" why="Pasted: np.add.at with an index for each element."
def get_im2col_indices(x_shape, field_height, field_width, padding=1, stride=1):
    N, C, H, W = x_shape
    out_height = int((H + 2 * padding - field_height) / stride + 1)
    out_width = int((W + 2 * padding - field_width) / stride + 1)
    i0 = np.tile(np.repeat(np.arange(field_height), field_width), C)
    i1 = stride * np.repeat(np.arange(out_height), out_width)
    j0 = np.tile(np.arange(field_width), field_height * C)
    j1 = stride * np.tile(np.arange(out_width), out_height)
    i = i0.reshape(-1, 1) + i1.reshape(1, -1)
    j = j0.reshape(-1, 1) + j1.reshape(1, -1)
    k = np.repeat(np.arange(C), field_height * field_width).reshape(-1, 1)
    return (k, i, j)

def col2im(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    N, C, H, W = x_shape
    x_padded = np.zeros((N, C, H + 2 * padding, W + 2 * padding), dtype=cols.dtype)
    k, i, j = get_im2col_indices(x_shape, field_height, field_width, padding, stride)
    cols_reshaped = cols.reshape(C * field_height * field_width, -1, N)
    cols_reshaped = cols_reshaped.transpose(2, 0, 1)
    np.add.at(x_padded, (slice(None), k, i, j), cols_reshaped)
    if padding == 0:
        return x_padded
    return x_padded[:, :, padding:-padding, padding:-padding]

# %% style="conv-col2im" why="Two loops over places."
def col2im(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    n, c, h, w = x_shape
    full = np.zeros((n, c, h + 2 * padding, w + 2 * padding), cols.dtype)
    start = 0
    for i in range(0, full.shape[2] - field_height + 1, stride):
        for j in range(0, full.shape[3] - field_width + 1, stride):
            patch = cols[:, start : start + n].T.reshape(n, c, field_height, field_width)
            full[:, :, i : i + field_height, j : j + field_width] += patch
            start += n
    return full[:, :, padding : padding + h, padding : padding + w]

# %% style="conv-col2im" why="np.bincount over the flat place of every element."
def col2im(cols, x_shape, field_height=3, field_width=3, padding=1, stride=1):
    n, c, h, w = x_shape
    hp, wp = h + 2 * padding, w + 2 * padding
    h_out, w_out = (hp - field_height) // stride + 1, (wp - field_width) // stride + 1
    k, p, q, i, j, m = np.indices((c, field_height, field_width, h_out, w_out, n))
    place = ((m * c + k) * hp + p + i * stride) * wp + q + j * stride
    full = np.bincount(place.ravel(), weights=cols.ravel(), minlength=n * c * hp * wp)
    full = full.reshape(n, c, hp, wp).astype(cols.dtype)
    return full[:, :, padding : padding + h, padding : padding + w]

# %% mistake="conv-fast-forward" why="The product is reshaped to (N, F, H', W') without a transposition."
- out = out.reshape(f, h_out, w_out, n).transpose(3, 0, 1, 2)
+ out = out.reshape(n, f, h_out, w_out)

# %% mistake="conv-fast-forward" why="The axes are taken to be (F, N, H', W')."
- out = out.reshape(f, h_out, w_out, n).transpose(3, 0, 1, 2)
+ out = out.reshape(f, n, h_out, w_out).transpose(1, 0, 2, 3)

# %% mistake="conv-fast-forward" why="The bias is missing."
- out = w.reshape(f, -1) @ cols + b[:, None]
+ out = w.reshape(f, -1) @ cols

# %% mistake="conv-fast-forward" why="Stride and padding are handed to im2col in the wrong order."
- cols = im2col(x, hh, ww, pad, stride)
+ cols = im2col(x, hh, ww, stride, pad)

# %% mistake="conv-fast-forward" why="Height and width of the filter are exchanged."
- cols = im2col(x, hh, ww, pad, stride)
+ cols = im2col(x, ww, hh, pad, stride)

# %% mistake="conv-fast-forward" why="A loop over the images undoes what the matrix product was for."
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    f, _, hh, ww = w.shape
    h_out = 1 + (x.shape[2] + 2 * pad - hh) // stride
    outs = []
    for image in x:
        cols = im2col(image[None], hh, ww, pad, stride)
        outs.append((w.reshape(f, -1) @ cols + b[:, None]).reshape(f, h_out, -1))
    return np.stack(outs), (x, w, b, conv_param)

# %% mistake="conv-fast-forward" why="This calls the loops of the first exercise."
def conv_forward_im2col(x, w, b, conv_param):
    return conv_forward_naive(x, w, b, conv_param)

# %% mistake="conv-fast-forward" why="The bias is added in place to the caller's array."
- out = w.reshape(f, -1) @ cols + b[:, None]
+ b += 1
+ out = w.reshape(f, -1) @ cols + b[:, None] - 1

# %% mistake="conv-fast-forward" why="The product is computed in 64 bits."
- out = w.reshape(f, -1) @ cols + b[:, None]
+ out = w.reshape(f, -1).astype(float) @ cols + b[:, None]

# %% style="conv-fast-forward" why="Pasted: with the size of the output computed afresh and asserted."
def conv_forward_im2col(x, w, b, conv_param):
    N, C, H, W = x.shape
    num_filters, _, filter_height, filter_width = w.shape
    stride, pad = conv_param['stride'], conv_param['pad']
    assert (W + 2 * pad - filter_width) % stride == 0, 'width does not work'
    assert (H + 2 * pad - filter_height) % stride == 0, 'height does not work'
    out_height = (H + 2 * pad - filter_height) // stride + 1
    out_width = (W + 2 * pad - filter_width) // stride + 1
    out = np.zeros((N, num_filters, out_height, out_width), dtype=x.dtype)
    x_cols = im2col(x, w.shape[2], w.shape[3], pad, stride)
    res = w.reshape((w.shape[0], -1)).dot(x_cols) + b.reshape(-1, 1)
    out = res.reshape(w.shape[0], out.shape[2], out.shape[3], x.shape[0])
    out = out.transpose(3, 0, 1, 2)
    cache = (x, w, b, conv_param, x_cols)
    return out, cache

# %% style="conv-fast-forward" why="The product the other way round, contiguous at the end."
def conv_forward_im2col(x, w, b, conv_param):
    F, C, HH, WW = w.shape
    cols = im2col(x, HH, WW, padding=conv_param["pad"], stride=conv_param["stride"])
    flat = cols.T @ w.reshape(F, C * HH * WW).T + b
    h_out = (x.shape[2] + 2 * conv_param["pad"] - HH) // conv_param["stride"] + 1
    out = flat.reshape(h_out, -1, len(x), F)
    return np.ascontiguousarray(out.transpose(2, 3, 0, 1)), {"x": x.shape, "cols": cols, "w": w}

# %% style="conv-fast-forward" why="tensordot over the elements of a column."
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    F, C, HH, WW = w.shape
    h_out = (x.shape[2] + 2 * pad - HH) // stride + 1
    cols = im2col(x, HH, WW, pad, stride).reshape(C, HH, WW, h_out, -1, len(x))
    out = np.tensordot(w, cols, axes=3) + b.reshape(F, 1, 1, 1)
    return np.moveaxis(out, -1, 0), cols

# %% mistake="conv-fast-backward" why="dout is reshaped to a matrix without a transposition."
- flat = dout.transpose(1, 2, 3, 0).reshape(f, -1)  # (F, H' * W' * N)
+ flat = dout.reshape(f, -1)  # (F, H' * W' * N)

# %% mistake="conv-fast-backward" why="dout is brought into the order (F, N, H', W')."
- flat = dout.transpose(1, 2, 3, 0).reshape(f, -1)  # (F, H' * W' * N)
+ flat = dout.transpose(1, 0, 2, 3).reshape(f, -1)  # (F, H' * W' * N)

# %% mistake="conv-fast-backward" why="The gradient of the bias is a mean."
- db = flat.sum(axis=1)
+ db = flat.mean(axis=1)

# %% mistake="conv-fast-backward" why="Stride and padding are handed to col2im in the wrong order."
- dx = col2im(dcols, x_shape, hh, ww, conv_param["pad"], conv_param["stride"])
+ dx = col2im(dcols, x_shape, hh, ww, conv_param["stride"], conv_param["pad"])

# %% mistake="conv-fast-backward" why="The gradient of the filters is averaged over the columns."
- dw = (flat @ cols.T).reshape(w.shape)
+ dw = (flat @ cols.T / cols.shape[1]).reshape(w.shape)

# %% mistake="conv-fast-backward" why="The product for the columns uses dw in place of w."
- dcols = w.reshape(f, -1).T @ flat
+ dcols = dw.reshape(f, -1).T @ flat

# %% mistake="conv-fast-backward" why="Height and width of the filter are exchanged for col2im."
- dx = col2im(dcols, x_shape, hh, ww, conv_param["pad"], conv_param["stride"])
+ dx = col2im(dcols, x_shape, ww, hh, conv_param["pad"], conv_param["stride"])

# %% mistake="conv-fast-backward" why="Adding up in place changes the cache, so a second call gives something else."
  dw = (flat @ cols.T).reshape(w.shape)
+ cols *= 0

# %% mistake="conv-fast-backward" why="This calls the loops of the second exercise."
def conv_forward_im2col(x, w, b, conv_param):
    return conv_forward_naive(x, w, b, conv_param)

def conv_backward_im2col(dout, cache):
    return conv_backward_naive(dout, cache)

# %% style="conv-fast-backward" why="Pasted with its forward pass, which keeps everything."
def conv_forward_im2col(x, w, b, conv_param):
    stride, pad = conv_param['stride'], conv_param['pad']
    x_cols = im2col(x, w.shape[2], w.shape[3], pad, stride)
    res = w.reshape((w.shape[0], -1)).dot(x_cols) + b.reshape(-1, 1)
    h_out = (x.shape[2] + 2 * pad - w.shape[2]) // stride + 1
    out = res.reshape(w.shape[0], h_out, -1, x.shape[0]).transpose(3, 0, 1, 2)
    return out, (x, w, b, conv_param, x_cols)

def conv_backward_im2col(dout, cache):
    x, w, b, conv_param, x_cols = cache
    stride, pad = conv_param['stride'], conv_param['pad']
    db = np.sum(dout, axis=(0, 2, 3))
    num_filters, _, filter_height, filter_width = w.shape
    dout_reshaped = dout.transpose(1, 2, 3, 0).reshape(num_filters, -1)
    dw = dout_reshaped.dot(x_cols.T).reshape(w.shape)
    dx_cols = w.reshape(num_filters, -1).T.dot(dout_reshaped)
    dx = col2im(dx_cols, x.shape, filter_height, filter_width, pad, stride)
    return dx, dw, db

# %% style="conv-fast-backward" why="einsum for the two products."
def conv_backward_im2col(dout, cache):
    x_shape, w, cols, conv_param = cache
    flat = np.moveaxis(dout, 0, -1).reshape(len(w), -1)
    dw = np.einsum("fk,dk->fd", flat, cols).reshape(w.shape)
    dcols = np.einsum("fk,fd->dk", flat, w.reshape(len(w), -1))
    dx = col2im(dcols, x_shape, *w.shape[2:], conv_param["pad"], conv_param["stride"])
    return dx, dw, np.einsum("nfhw->f", dout)

# %% style="conv-fast-backward" why="Columns made again instead of kept."
def conv_forward_im2col(x, w, b, conv_param):
    F, C, HH, WW = w.shape
    cols = im2col(x, HH, WW, padding=conv_param["pad"], stride=conv_param["stride"])
    out = np.dot(w.reshape(F, -1), cols) + b[:, None]
    h_out = (x.shape[2] + 2 * conv_param["pad"] - HH) // conv_param["stride"] + 1
    return np.moveaxis(out.reshape(F, h_out, -1, len(x)), 3, 0), (x, w, b, conv_param)

def conv_backward_im2col(dout, cache):
    x, w, _, conv_param = cache
    settings = *w.shape[2:], conv_param["pad"], conv_param["stride"]
    flat = np.ascontiguousarray(dout.transpose(1, 2, 3, 0)).reshape(len(w), -1)
    dw = np.dot(flat, im2col(x, *settings).T).reshape(w.shape)
    dx = col2im(np.dot(w.reshape(len(w), -1).T, flat), x.shape, *settings)
    return dx, dw, dout.sum(axis=(0, 2, 3))

# %% mistake="conv-net-init" why="Pooling halves height and width; W2 forgets it."
- pooled = num_filters * (height // 2) * (width // 2)
+ pooled = num_filters * height * width

# %% mistake="conv-net-init" why="The channels of the image are taken for those of the pooled one."
- pooled = num_filters * (height // 2) * (width // 2)
+ pooled = channels * (height // 2) * (width // 2)

# %% mistake="conv-net-init" why="The filters have their axes in another order."
- shapes = {
-     "W1": (num_filters, channels, filter_size, filter_size),
-     "W2": (pooled, hidden_dim),
-     "W3": (hidden_dim, num_classes),
- }
+ shapes = {
+     "W1": (filter_size, filter_size, channels, num_filters),
+     "W2": (pooled, hidden_dim),
+     "W3": (hidden_dim, num_classes),
+ }

# %% mistake="conv-net-init" why="The biases are drawn at random."
- self.params["b2"] = np.zeros(hidden_dim)
+ self.params["b2"] = weight_scale * rng.standard_normal(hidden_dim)

# %% mistake="conv-net-init" why="The weights are uniform instead of normal."
- self.params[name] = weight_scale * rng.standard_normal(shape)
+ self.params[name] = weight_scale * rng.uniform(-1.7, 1.7, shape)

# %% mistake="conv-net-init" why="The scale is left out."
- self.params[name] = weight_scale * rng.standard_normal(shape)
+ self.params[name] = rng.standard_normal(shape)

# %% mistake="conv-net-init" why="The same seed again makes all the matrices alike."
- self.params[name] = weight_scale * rng.standard_normal(shape)
+ self.params[name] = weight_scale * np.random.default_rng(1).standard_normal(shape)

# %% mistake="conv-net-init" why="The first bias has a number for each channel instead of each filter."
- self.params["b1"] = np.zeros(num_filters)
+ self.params["b1"] = np.zeros(channels)

# %% mistake="conv-net-init" why="The third layer is missing."
- shapes = {
-     "W1": (num_filters, channels, filter_size, filter_size),
-     "W2": (pooled, hidden_dim),
-     "W3": (hidden_dim, num_classes),
- }
+ shapes = {
+     "W1": (num_filters, channels, filter_size, filter_size),
+     "W2": (pooled, hidden_dim),
+ }

- self.params["b3"] = np.zeros(num_classes)

# %% mistake="conv-net-init" why="All the weights are zero."
- self.params[name] = weight_scale * rng.standard_normal(shape)
+ self.params[name] = np.zeros(shape)

# %% mistake="conv-net-init" why="The scale is the variance, not the standard deviation."
- self.params[name] = weight_scale * rng.standard_normal(shape)
+ self.params[name] = np.sqrt(weight_scale) * rng.standard_normal(shape)

# %% mistake="conv-net-init" why="The weights are positive only."
- self.params[name] = weight_scale * rng.standard_normal(shape)
+ self.params[name] = weight_scale * np.abs(rng.standard_normal(shape))

# %% style="conv-net-init" why="Pasted: name by name, from the global generator."
@add_to_class(ThreeLayerConvNet)
def __init__(
    self,
    input_dim=(3, 32, 32),
    num_filters=32,
    filter_size=7,
    hidden_dim=100,
    num_classes=10,
    weight_scale=1e-3,
    reg=0.0,
    dtype=np.float32,
):
    self.params = {}
    self.reg = reg
    self.dtype = dtype

    C, H, W = input_dim
    self.params['W1'] = weight_scale * np.random.randn(num_filters, C, filter_size, filter_size)
    self.params['b1'] = np.zeros(num_filters)
    self.params['W2'] = weight_scale * np.random.randn(num_filters * H * W // 4, hidden_dim)
    self.params['b2'] = np.zeros(hidden_dim)
    self.params['W3'] = weight_scale * np.random.randn(hidden_dim, num_classes)
    self.params['b3'] = np.zeros(num_classes)

    for k, v in self.params.items():
        self.params[k] = v.astype(dtype)

# %% style="conv-net-init" why="A method pasted from a class, indented and without the decorator."
    def __init__(self, input_dim=(3, 32, 32), num_filters=32, filter_size=7,
                 hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0,
                 dtype=np.float32):
        self.params = {}
        self.reg = reg
        self.dtype = dtype
        C, H, W = input_dim
        stride, pad = 1, (filter_size - 1) // 2
        H_conv = 1 + (H + 2 * pad - filter_size) // stride
        W_conv = 1 + (W + 2 * pad - filter_size) // stride
        H_pool, W_pool = H_conv // 2, W_conv // 2
        self.params['W1'] = np.random.normal(0, weight_scale, (num_filters, C, filter_size, filter_size))
        self.params['W2'] = np.random.normal(0, weight_scale, (num_filters * H_pool * W_pool, hidden_dim))
        self.params['W3'] = np.random.normal(0, weight_scale, (hidden_dim, num_classes))
        self.params['b1'] = np.zeros(num_filters)
        self.params['b2'] = np.zeros(hidden_dim)
        self.params['b3'] = np.zeros(num_classes)
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

# %% style="conv-net-init" why="A loop over layers, numbers drawn in the dtype itself."
@add_to_class(ThreeLayerConvNet)
def __init__(
    self,
    input_dim=(3, 32, 32),
    num_filters=32,
    filter_size=7,
    hidden_dim=100,
    num_classes=10,
    weight_scale=1e-3,
    reg=0.0,
    dtype=np.float32,
):
    self.params = {}
    self.reg = reg
    self.dtype = dtype

    rng = np.random.default_rng()
    area = input_dim[1] * input_dim[2] // 4
    shapes = [
        (num_filters, input_dim[0], filter_size, filter_size),
        (num_filters * area, hidden_dim),
        (hidden_dim, num_classes),
    ]
    for i, shape in enumerate(shapes, start=1):
        self.params[f"W{i}"] = rng.normal(scale=weight_scale, size=shape).astype(dtype)
        self.params[f"b{i}"] = np.zeros(shape[0] if i == 1 else shape[1], dtype)

# %% mistake="conv-net-loss" why="The hidden affine layer has no ReLU."
- hidden, second = affine_relu_forward(pooled, W2, b2)
+ hidden, second = affine_forward(pooled, W2, b2)

- dpooled, grads["W2"], grads["b2"] = affine_relu_backward(dhidden, second)
+ dpooled, grads["W2"], grads["b2"] = affine_backward(dhidden, second)

# %% mistake="conv-net-loss" why="The penalty is missing in the loss."
- loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)

# %% mistake="conv-net-loss" why="The penalty is missing in the gradients."
- grads[name] = grads[name] + self.reg * self.params[name]

# %% mistake="conv-net-loss" why="The penalty lacks its factor one half."
- loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
+ loss += self.reg * np.sum(self.params[name] ** 2)

# %% mistake="conv-net-loss" why="The filters are left out of the penalty."
- for name in ("W1", "W2", "W3"):
+ for name in ("W2", "W3"):

# %% mistake="conv-net-loss" why="The biases are penalised too."
- for name in ("W1", "W2", "W3"):
+ for name in self.params:

# %% mistake="conv-net-loss" why="The scores pass through a ReLU."
  scores, third = affine_forward(hidden, W3, b3)
+ scores = np.maximum(scores, 0)

# %% mistake="conv-net-loss" why="The gradient of the filters is the image's."
- _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, first)
+ dx, _, grads["b1"] = conv_relu_pool_backward(dpooled, first)
+ grads["W1"] = np.resize(dx, W1.shape)

# %% mistake="conv-net-loss" why="The images are centred in place, which changes the caller's."
  def loss(self, X, y=None):
+     X -= X.mean()

# %% mistake="conv-net-loss" why="The shrinking of the weights changes the parameters."
      grads[name] = grads[name] + self.reg * self.params[name]
+ W3 *= 0.5

# %% mistake="conv-net-loss" why="Only the loss comes back."
- return loss, grads
+ return loss

# %% mistake="conv-net-loss" why="The loss is returned without labels, too."
- return scores
+ return scores.mean()

# %% mistake="conv-net-loss" why="All the gradients are zero."
- return loss, grads
+ return loss, {name: 0 * grad for name, grad in grads.items()}

# %% mistake="conv-net-loss" why="The regularisation of the loss is half of what it should be."
- loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
+ loss += 0.25 * self.reg * np.sum(self.params[name] ** 2)

# %% mistake="conv-net-loss" why="The regularisation counts twice in the gradients."
- grads[name] = grads[name] + self.reg * self.params[name]
+ grads[name] = grads[name] + 2 * self.reg * self.params[name]

# %% mistake="conv-net-loss" why="The regularisation counts half in the gradients."
- grads[name] = grads[name] + self.reg * self.params[name]
+ grads[name] = grads[name] + 0.5 * self.reg * self.params[name]

# %% mistake="conv-net-loss" why="There is no regularisation at all."
- for name in ("W1", "W2", "W3"):
-     loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
-     grads[name] = grads[name] + self.reg * self.params[name]

# %% mistake="conv-net-loss" why="The last matrix is not regularised."
- for name in ("W1", "W2", "W3"):
+ for name in ("W1", "W2"):

# %% mistake="conv-net-loss" why="The filters alone are regularised."
- for name in ("W1", "W2", "W3"):
+ for name in ("W1",):

# %% mistake="conv-net-loss" why="The biases are regularised in the gradients."
- for name in ("W1", "W2", "W3"):
+ for name in ("b1", "b2", "b3"):
+     grads[name] = grads[name] + self.reg * self.params[name]
+ for name in ("W1", "W2", "W3"):

# %% mistake="conv-net-loss" why="The convolution has no ReLU."
- pooled, first = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
+ out, conv = conv_forward_fast(X, W1, b1, conv_param)
+ pooled, pool = max_pool_forward_fast(out, pool_param)

- _, grads["W1"], grads["b1"] = conv_relu_pool_backward(dpooled, first)
+ dout = max_pool_backward_fast(dpooled, pool)
+ _, grads["W1"], grads["b1"] = conv_backward_fast(dout, conv)

# %% mistake="conv-net-loss" why="The loss is only the regularisation."
- loss, dscores = softmax_loss(scores, y)
+ _, dscores = softmax_loss(scores, y)
+ loss = 0.0

# %% style="conv-net-loss" why="Pasted: a file's import lines, the course's helpers, X as it comes."
from cs231n.layers import *
from cs231n.fast_layers import *
from cs231n.layer_utils import *

@add_to_class(ThreeLayerConvNet)
def loss(self, X, y=None):
    W1, b1 = self.params['W1'], self.params['b1']
    W2, b2 = self.params['W2'], self.params['b2']
    W3, b3 = self.params['W3'], self.params['b3']
    conv_param = {'stride': 1, 'pad': (W1.shape[2] - 1) // 2}
    pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
    a1, cache1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
    a2, cache2 = affine_relu_forward(a1, W2, b2)
    scores, cache3 = affine_forward(a2, W3, b3)
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * sum(np.sum(W * W) for W in (W1, W2, W3))
    grads = {}
    da2, grads['W3'], grads['b3'] = affine_backward(dscores, cache3)
    da1, grads['W2'], grads['b2'] = affine_relu_backward(da2, cache2)
    _, grads['W1'], grads['b1'] = conv_relu_pool_backward(da1, cache1)
    for k in ('W1', 'W2', 'W3'):
        grads[k] += self.reg * self.params[k]
    return loss, grads

# %% style="conv-net-loss" why="Every layer by itself."
@add_to_class(ThreeLayerConvNet)
def loss(self, X, y=None):
    p = self.params
    pad = p["W1"].shape[2] // 2
    out, conv = conv_forward_fast(X.astype(self.dtype), p["W1"], p["b1"], {"stride": 1, "pad": pad})
    out, relu1 = relu_forward(out)
    out, pool = max_pool_forward_fast(out, {"pool_height": 2, "pool_width": 2, "stride": 2})
    out, fc1 = affine_forward(out, p["W2"], p["b2"])
    out, relu2 = relu_forward(out)
    scores, fc2 = affine_forward(out, p["W3"], p["b3"])
    if y is None:
        return scores
    loss, d = softmax_loss(scores, y)
    d, dW3, db3 = affine_backward(d, fc2)
    d, dW2, db2 = affine_backward(relu_backward(d, relu2), fc1)
    d = relu_backward(max_pool_backward_fast(d, pool), relu1)
    _, dW1, db1 = conv_backward_fast(d, conv)
    grads = {"b1": db1, "b2": db2, "b3": db3}
    for name, grad in {"W1": dW1, "W2": dW2, "W3": dW3}.items():
        loss += 0.5 * self.reg * np.vdot(p[name], p[name])
        grads[name] = grad + self.reg * p[name]
    return loss, grads

# %% style="conv-net-loss" why="Pasted: a method of a class, with the penalty written out."
    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        W1, b1 = self.params['W1'], self.params['b1']
        W2, b2 = self.params['W2'], self.params['b2']
        W3, b3 = self.params['W3'], self.params['b3']
        filter_size = W1.shape[2]
        conv_param = {'stride': 1, 'pad': (filter_size - 1) // 2}
        pool_param = {'pool_height': 2, 'pool_width': 2, 'stride': 2}
        scores = None
        out, cache1 = conv_relu_pool_forward(X, W1, b1, conv_param, pool_param)
        out, cache2 = affine_relu_forward(out, W2, b2)
        scores, cache3 = affine_forward(out, W3, b3)
        if y is None:
            return scores
        loss, grads = 0, {}
        data_loss, dscores = softmax_loss(scores, y)
        reg_loss = 0.5 * self.reg * (np.sum(W1*W1) + np.sum(W2*W2) + np.sum(W3*W3))
        loss = data_loss + reg_loss
        dx3, dW3, db3 = affine_backward(dscores, cache3)
        dW3 += self.reg * W3
        dx2, dW2, db2 = affine_relu_backward(dx3, cache2)
        dW2 += self.reg * W2
        dx1, dW1, db1 = conv_relu_pool_backward(dx2, cache1)
        dW1 += self.reg * W1
        grads['W1'], grads['b1'] = dW1, db1
        grads['W2'], grads['b2'] = dW2, db2
        grads['W3'], grads['b3'] = dW3, db3
        return loss, grads

# %% style="conv-net-loss" why="On your own convolution by matrix product, and the affine layers written out."
@add_to_class(ThreeLayerConvNet)
def loss(self, X, y=None):
    W1, W2, W3 = (self.params[f"W{i}"] for i in (1, 2, 3))
    b1, b2, b3 = (self.params[f"b{i}"] for i in (1, 2, 3))
    conv_param = {"stride": 1, "pad": (W1.shape[2] - 1) // 2}
    pool_param = {"pool_height": 2, "pool_width": 2, "stride": 2}
    a, conv = conv_forward_im2col(X.astype(self.dtype), W1, b1, conv_param)
    pooled, pool = max_pool_forward_naive(np.maximum(a, 0), pool_param)
    flat = pooled.reshape(len(X), -1)
    hidden = np.maximum(flat @ W2 + b2, 0)
    scores = hidden @ W3 + b3
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    dhidden = (dscores @ W3.T) * (hidden > 0)
    dpooled = (dhidden @ W2.T).reshape(pooled.shape)
    _, dW1, db1 = conv_backward_im2col(max_pool_backward_naive(dpooled, pool) * (a > 0), conv)
    grads = {
        "W1": dW1 + self.reg * W1, "W2": flat.T @ dhidden + self.reg * W2,
        "W3": hidden.T @ dscores + self.reg * W3,
        "b1": db1, "b2": dhidden.sum(axis=0), "b3": dscores.sum(axis=0),
    }
    return loss + 0.5 * self.reg * sum(np.sum(W * W) for W in (W1, W2, W3)), grads

# %% mistake="conv-batchnorm-forward" why="A reshape without a transposition mixes channels with places."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape
    flat = x.reshape(-1, c)  # (N * H * W, C)
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = out.reshape(x.shape)
    return out, cache

# %% mistake="conv-batchnorm-forward" why="On the way back the axes are not put in order again."
- out = out.reshape(n, h, w, c).transpose(0, 3, 1, 2)
+ out = out.reshape(n, c, h, w)

# %% mistake="conv-batchnorm-forward" why="The statistics are those of each image by itself."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    outs = [batchnorm_forward(im.reshape(len(im), -1).T.copy(), gamma, beta, bn_param) for im in x]
    out = np.stack([out.T.reshape(x.shape[1:]) for out, _ in outs])
    return out, [cache for _, cache in outs]

# %% mistake="conv-batchnorm-forward" why="Each place has statistics of its own."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape
    place = lambda a: np.repeat(a, h * w)
    out, cache = batchnorm_forward(x.reshape(n, -1), place(gamma), place(beta), bn_param)
    return out.reshape(x.shape), cache

# %% mistake="conv-batchnorm-forward" why="bn_param is copied, so the running averages get lost."
- out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
+ out, cache = batchnorm_forward(flat, gamma, beta, dict(bn_param))

# %% mistake="conv-batchnorm-forward" why="The mode is always that of training."
  n, c, h, w = x.shape
+ bn_param['mode'] = 'train'

# %% mistake="conv-batchnorm-forward" why="One mean serves all the channels."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    ones = np.ones(x.shape[1], x.dtype)
    mean, var = bn_param.get("running_mean", 0 * ones), bn_param.get("running_var", 0 * ones)
    if bn_param["mode"] == "train":
        bn_param["running_mean"] = m * mean + (1 - m) * x.mean() * ones
        bn_param["running_var"] = m * var + (1 - m) * x.var() * ones
        mean, var = x.mean() * ones, x.var() * ones
    column = lambda a: a[:, None, None]
    x_hat = (x - column(mean)) / np.sqrt(column(var) + eps)
    return column(gamma) * x_hat + column(beta), x_hat

# %% mistake="conv-batchnorm-forward" why="Scale and shift are applied to rows of pixels, not to channels."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    n, c, h, w = x.shape
    flat = x.transpose(0, 2, 3, 1).reshape(-1, c)
    ones = np.ones_like(gamma)
    out, cache = batchnorm_forward(flat, ones, 0 * ones, bn_param)
    out = out.reshape(n, h, w, c).transpose(0, 3, 1, 2)
    return np.resize(gamma, h)[:, None] * out + np.resize(beta, h)[:, None], cache

# %% mistake="conv-batchnorm-forward" why="Centring in place changes the caller's images."
  n, c, h, w = x.shape
+ x -= x.mean(axis=(0, 2, 3), keepdims=True)

# %% mistake="conv-batchnorm-forward" of="Channels first" why="The eps is added to the root instead of the variance."
- scale = gamma / np.sqrt(var + eps)
+ scale = gamma / (np.sqrt(var) + eps)

# %% mistake="conv-batchnorm-forward" of="Channels first" why="momentum weighs the present instead of the past."
- bn_param["running_mean"] = m * mean + (1 - m) * new_mean
- bn_param["running_var"] = m * var + (1 - m) * new_var
+ bn_param["running_mean"] = m * new_mean + (1 - m) * mean
+ bn_param["running_var"] = m * new_var + (1 - m) * var

# %% mistake="conv-batchnorm-forward" of="Channels first" why="The running averages have the shape (1, C, 1, 1)."
- bn_param["running_mean"] = m * mean + (1 - m) * new_mean
- bn_param["running_var"] = m * var + (1 - m) * new_var
+ bn_param["running_mean"] = (m * mean + (1 - m) * new_mean).reshape(1, -1, 1, 1)
+ bn_param["running_var"] = (m * var + (1 - m) * new_var).reshape(1, -1, 1, 1)

# %% mistake="conv-batchnorm-forward" why="Scale and shift are missing."
- out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
+ out, cache = batchnorm_forward(flat, np.ones_like(gamma), np.zeros_like(beta), bn_param)

# %% style="conv-batchnorm-forward" why="Pasted: transposed to channels last and back."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    out, cache = None, None
    N, C, H, W = x.shape
    x_flat = np.transpose(x, (0, 2, 3, 1)).reshape((N*H*W, C))
    out_flat, cache = batchnorm_forward(x_flat, gamma, beta, bn_param)
    out = out_flat.reshape((N, H, W, C)).transpose(0, 3, 1, 2)
    return out, cache

# %% style="conv-batchnorm-forward" why="Channels first, the arithmetic written out."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    zeros = np.zeros(x.shape[1], dtype=x.dtype)
    mean, var = bn_param.get("running_mean", zeros), bn_param.get("running_var", zeros)
    if bn_param["mode"] == "train":
        new_mean, new_var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        bn_param["running_mean"] = m * mean + (1 - m) * new_mean
        bn_param["running_var"] = m * var + (1 - m) * new_var
        mean, var = new_mean, new_var
    scale = gamma / np.sqrt(var + eps)
    shift = beta - scale * mean
    return x * scale[:, None, None] + shift[:, None, None], (x, mean, var, gamma, eps)

# %% style="conv-batchnorm-forward" why="A loop over the channels."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    eps, m = bn_param.get("eps", 1e-5), bn_param.get("momentum", 0.9)
    out = np.zeros_like(x)
    run_mean = np.array(bn_param.get("running_mean", np.zeros(x.shape[1])))
    run_var = np.array(bn_param.get("running_var", np.zeros(x.shape[1])))
    for c in range(x.shape[1]):
        mean, var = run_mean[c], run_var[c]
        if bn_param["mode"] == "train":
            mean, var = np.mean(x[:, c]), np.var(x[:, c])
            run_mean[c] = m * run_mean[c] + (1 - m) * mean
            run_var[c] = m * run_var[c] + (1 - m) * var
        out[:, c] = gamma[c] * (x[:, c] - mean) / np.sqrt(var + eps) + beta[c]
    bn_param.update(running_mean=run_mean, running_var=run_var)
    return out, None

# %% mistake="conv-batchnorm-backward" why="A reshape without a transposition mixes channels with places."
def spatial_batchnorm_backward(dout, cache):
    n, c, h, w = dout.shape
    flat = dout.reshape(-1, c)
    dx, dgamma, dbeta = batchnorm_backward(flat, cache)
    dx = dx.reshape(dout.shape)
    return dx, dgamma, dbeta

# %% mistake="conv-batchnorm-backward" why="On the way back the axes of dx are not put in order again."
- dx = dx.reshape(n, h, w, c).transpose(0, 3, 1, 2)
+ dx = dx.reshape(n, c, h, w)

# %% mistake="conv-batchnorm-backward" why="dgamma and dbeta are means instead of sums."
  dx, dgamma, dbeta = batchnorm_backward(flat, cache)
+ dgamma, dbeta = dgamma / len(flat), dbeta / len(flat)

# %% mistake="conv-batchnorm-backward" why="dgamma and dbeta have changed places."
- return dx, dgamma, dbeta
+ return dx, dbeta, dgamma

# %% mistake="conv-batchnorm-backward" why="dbeta is summed over the images only."
  dx, dgamma, dbeta = batchnorm_backward(flat, cache)
+ dbeta = dout.sum(axis=0)

# %% mistake="conv-batchnorm-backward" why="Height and width are exchanged."
- dx = dx.reshape(n, h, w, c).transpose(0, 3, 1, 2)
+ dx = dx.reshape(n, w, h, c).transpose(0, 3, 2, 1)

# %% mistake="conv-batchnorm-backward" why="The upstream gradient is centred in place, which changes the caller's."
  n, c, h, w = dout.shape
+ dout -= dout.mean()

# %% mistake="conv-batchnorm-backward" of="Pasted with its forward" why="The means of dx divide by the images only, not by the pixels as well."
- centred = dout - dout.mean(axes, keepdims=True)
- dx = gamma / std * (centred - h * (dout * h).mean(axes, keepdims=True))
+ centred = dout - dout.sum(axes, keepdims=True) / len(dout)
+ dx = gamma / std * (centred - h * (dout * h).sum(axes, keepdims=True) / len(dout))

# %% mistake="conv-batchnorm-backward" of="Pasted with its forward" why="Mean and variance are taken for constants; they depend on x too."
- dx = gamma / std * (centred - h * (dout * h).mean(axes, keepdims=True))
+ dx = gamma / std * dout

# %% mistake="conv-batchnorm-backward" of="Pasted with its forward" why="dgamma and dbeta are averaged over the images."
- return dx, (dout * h).sum(axes), dout.sum(axes)
+ return dx, (dout * h).sum(axes) / len(dout), dout.sum(axes) / len(dout)

# %% style="conv-batchnorm-backward" why="Pasted: transposed to channels last and back, with the other derivation."
def spatial_batchnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    N, C, H, W = dout.shape
    dout_flat = np.transpose(dout, (0, 2, 3, 1)).reshape((N*H*W, C))
    dx_flat, dgamma, dbeta = batchnorm_backward_alt(dout_flat, cache)
    dx = np.transpose(dx_flat.reshape((N, H, W, C)), (0, 3, 1, 2))
    return dx, dgamma, dbeta

# %% style="conv-batchnorm-backward" why="Pasted with its forward pass, the formula written out."
def spatial_batchnorm_forward(x, gamma, beta, bn_param):
    std = np.sqrt(x.var(axis=(0, 2, 3), keepdims=True) + bn_param.get("eps", 1e-5))
    h = (x - x.mean(axis=(0, 2, 3), keepdims=True)) / std
    column = lambda a: a[:, None, None]
    return column(gamma) * h + column(beta), (h, std, column(gamma))

def spatial_batchnorm_backward(dout, cache):
    h, std, gamma = cache
    axes = (0, 2, 3)
    centred = dout - dout.mean(axes, keepdims=True)
    dx = gamma / std * (centred - h * (dout * h).mean(axes, keepdims=True))
    return dx, (dout * h).sum(axes), dout.sum(axes)

# %% style="conv-batchnorm-backward" why="moveaxis and a contiguous copy."
def spatial_batchnorm_backward(dout, cache):
    last = np.ascontiguousarray(np.moveaxis(dout, 1, -1))
    dx, dgamma, dbeta = batchnorm_backward(last.reshape(-1, last.shape[-1]), cache)
    return np.moveaxis(dx.reshape(last.shape), -1, 1), dgamma, dbeta

# %% mistake="conv-groupnorm-forward" why="Every G-th channel forms a group instead of neighbours."
- groups = x.reshape(len(x), G, -1)
+ n, c = x.shape[:2]
+ groups = x.reshape(n, c // G, G, -1).swapaxes(1, 2).reshape(n, G, -1)

- x_hat = ((groups - mean) * inv_std).reshape(x.shape)
+ x_hat = ((groups - mean) * inv_std).reshape(n, G, c // G, -1).swapaxes(1, 2).reshape(x.shape)

# %% mistake="conv-groupnorm-forward" why="G is taken for the size of a group."
- groups = x.reshape(len(x), G, -1)
+ groups = x.reshape(len(x), x.shape[1] // G, -1)

# %% mistake="conv-groupnorm-forward" why="The statistics run over the batch as well."
- mean = groups.mean(axis=2, keepdims=True)
- inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + eps)
+ mean = groups.mean(axis=(0, 2), keepdims=True)
+ inv_std = 1 / np.sqrt(groups.var(axis=(0, 2), keepdims=True) + eps)

# %% mistake="conv-groupnorm-forward" why="One mean for the whole image: that is layer normalisation."
- groups = x.reshape(len(x), G, -1)
+ groups = x.reshape(len(x), 1, -1)

# %% mistake="conv-groupnorm-forward" why="Each channel by itself, whatever G says."
- groups = x.reshape(len(x), G, -1)
+ groups = x.reshape(len(x), x.shape[1], -1)

# %% mistake="conv-groupnorm-forward" why="Scale and shift are missing."
- out = gamma * x_hat + beta
+ out = x_hat

# %% mistake="conv-groupnorm-forward" why="The eps is fixed, whatever gn_param says."
- inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + eps)
+ inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + 1e-5)

# %% mistake="conv-groupnorm-forward" why="The values are divided by the variance; its root is meant."
- inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + eps)
+ inv_std = 1 / (groups.var(axis=2, keepdims=True) + eps)

# %% mistake="conv-groupnorm-forward" why="The variance divides by one less than the number of values."
- inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + eps)
+ inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True, ddof=1) + eps)

# %% mistake="conv-groupnorm-forward" why="Centring in place changes the caller's images."
  groups = x.reshape(len(x), G, -1)
+ x -= x.mean()

# %% mistake="conv-groupnorm-forward" why="The eps is added to the root instead of the variance."
- inv_std = 1 / np.sqrt(groups.var(axis=2, keepdims=True) + eps)
+ inv_std = 1 / (np.sqrt(groups.var(axis=2, keepdims=True)) + eps)

# %% mistake="conv-groupnorm-forward" why="The mean is not subtracted."
- x_hat = ((groups - mean) * inv_std).reshape(x.shape)
+ x_hat = (groups * inv_std).reshape(x.shape)

# %% mistake="conv-groupnorm-forward" of="Pasted: five axes" why="The statistics run over the channels of a group only, for each pixel by itself."
- mean = np.mean(x_group, axis=(2, 3, 4), keepdims=True)
- var = np.var(x_group, axis=(2, 3, 4), keepdims=True)
+ mean = np.mean(x_group, axis=2, keepdims=True)
+ var = np.var(x_group, axis=2, keepdims=True)

# %% style="conv-groupnorm-forward" why="Pasted: five axes."
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    out, cache = None, None
    eps = gn_param.get('eps', 1e-5)
    N, C, H, W = x.shape
    x_group = np.reshape(x, (N, G, C//G, H, W))
    mean = np.mean(x_group, axis=(2, 3, 4), keepdims=True)
    var = np.var(x_group, axis=(2, 3, 4), keepdims=True)
    x_groupnorm = (x_group - mean) / np.sqrt(var + eps)
    x_norm = np.reshape(x_groupnorm, (N, C, H, W))
    out = x_norm * gamma + beta
    cache = (G, x, x_norm, mean, var, beta, gamma, eps)
    return out, cache

# %% style="conv-groupnorm-forward" why="A loop over images and groups."
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    x_hat, each = np.empty_like(x), x.shape[1] // G
    for n in range(len(x)):
        for g in range(G):
            part = x[n, g * each : (g + 1) * each]
            spread = np.sqrt(np.mean((part - part.mean()) ** 2) + gn_param.get("eps", 1e-5))
            x_hat[n, g * each : (g + 1) * each] = (part - part.mean()) / spread
    return gamma * x_hat + beta, x_hat

# %% style="conv-groupnorm-forward" why="Through layer normalisation, one row for each group."
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    rows = x.reshape(len(x) * G, -1)
    ones = np.ones(rows.shape[1], dtype=x.dtype)
    x_hat, cache = layernorm_forward(rows, ones, np.zeros_like(ones), dict(gn_param))
    return gamma * x_hat.reshape(x.shape) + beta, (x_hat, cache)

# %% mistake="conv-groupnorm-backward" why="Mean and variance are taken for constants; they depend on x too."
- dx = inv_std * (g - g.mean(axis=2, keepdims=True) - h * slope)
+ dx = inv_std * g

# %% mistake="conv-groupnorm-backward" why="The term of the variance is missing."
- dx = inv_std * (g - g.mean(axis=2, keepdims=True) - h * slope)
+ dx = inv_std * (g - g.mean(axis=2, keepdims=True))

# %% mistake="conv-groupnorm-backward" why="gamma comes in after the means; within a group it differs."
- g = (dout * gamma).reshape(len(dout), G, -1)
+ g = dout.reshape(len(dout), G, -1)

- dx = dx.reshape(dout.shape)
+ dx = gamma * dx.reshape(dout.shape)

# %% mistake="conv-groupnorm-backward" why="The means run over the batch as well."
- dx = inv_std * (g - g.mean(axis=2, keepdims=True) - h * slope)
+ dx = inv_std * (g - g.mean(axis=(0, 2), keepdims=True) - h * slope)

# %% mistake="conv-groupnorm-backward" why="dgamma and dbeta lose their shape (1, C, 1, 1)."
- dgamma = (dout * x_hat).sum(axis=(0, 2, 3), keepdims=True)
- dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
+ dgamma = (dout * x_hat).sum(axis=(0, 2, 3))
+ dbeta = dout.sum(axis=(0, 2, 3))

# %% mistake="conv-groupnorm-backward" why="dgamma and dbeta are means instead of sums."
- dgamma = (dout * x_hat).sum(axis=(0, 2, 3), keepdims=True)
- dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
+ dgamma = (dout * x_hat).mean(axis=(0, 2, 3), keepdims=True)
+ dbeta = dout.mean(axis=(0, 2, 3), keepdims=True)

# %% mistake="conv-groupnorm-backward" why="dgamma and dbeta are not summed over the images."
- dgamma = (dout * x_hat).sum(axis=(0, 2, 3), keepdims=True)
- dbeta = dout.sum(axis=(0, 2, 3), keepdims=True)
+ dgamma = (dout * x_hat).sum(axis=(2, 3), keepdims=True)
+ dbeta = dout.sum(axis=(2, 3), keepdims=True)

# %% mistake="conv-groupnorm-backward" why="Multiplying in place changes the caller's gradient."
- g = (dout * gamma).reshape(len(dout), G, -1)
+ dout *= gamma
+ g = dout.reshape(len(dout), G, -1)

# %% mistake="conv-groupnorm-backward" why="gamma is missing in dx."
- g = (dout * gamma).reshape(len(dout), G, -1)
+ g = dout.reshape(len(dout), G, -1)

# %% mistake="conv-groupnorm-backward" why="dgamma and dbeta have changed places."
- return dx, dgamma, dbeta
+ return dx, dbeta, dgamma

# %% mistake="conv-groupnorm-backward" why="The means of dx divide by the channels of a group only, not by its pixels as well."
- dx = inv_std * (g - g.mean(axis=2, keepdims=True) - h * slope)
+ pixels = dout.shape[2] * dout.shape[3]
+ dx = inv_std * (g - pixels * (g.mean(axis=2, keepdims=True) + h * slope))

# %% style="conv-groupnorm-backward" why="Pasted with its forward pass, every step in a variable of its own."
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    eps = gn_param.get('eps', 1e-5)
    N, C, H, W = x.shape
    x_group = np.reshape(x, (N, G, C//G, H, W))
    mean = np.mean(x_group, axis=(2, 3, 4), keepdims=True)
    var = np.var(x_group, axis=(2, 3, 4), keepdims=True)
    x_norm = np.reshape((x_group - mean) / np.sqrt(var + eps), (N, C, H, W))
    return x_norm * gamma + beta, (G, x, x_norm, mean, var, beta, gamma, eps)

def spatial_groupnorm_backward(dout, cache):
    dx, dgamma, dbeta = None, None, None
    N, C, H, W = dout.shape
    G, x, x_norm, mean, var, beta, gamma, eps = cache
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True)
    dgamma = np.sum(dout * x_norm, axis=(0, 2, 3), keepdims=True)
    dx_norm = (dout * gamma).reshape((N, G, C//G, H, W))
    x_group = x.reshape((N, G, C//G, H, W))
    dvar = np.sum(dx_norm * (x_group - mean) * (-0.5) * np.power(var + eps, -1.5), axis=(2, 3, 4), keepdims=True)
    m = C//G * H * W
    dmean1 = np.sum(dx_norm * -1.0 / np.sqrt(var + eps), axis=(2, 3, 4), keepdims=True)
    dmean2 = dvar * -2.0 / m * np.sum(x_group - mean, axis=(2, 3, 4), keepdims=True)
    dx_group = dx_norm / np.sqrt(var + eps) + dvar * 2.0 / m * (x_group - mean) + (dmean1 + dmean2) / m
    dx = dx_group.reshape((N, C, H, W))
    return dx, dgamma, dbeta

# %% style="conv-groupnorm-backward" why="A projection in each group: remove the parts along ones and along x_hat."
def spatial_groupnorm_backward(dout, cache):
    x_hat, gamma, inv_std, G = cache
    rows = (dout * gamma).reshape(len(dout) * G, -1)
    h = x_hat.reshape(rows.shape)
    rows = rows - rows.mean(axis=1)[:, None]
    rows = rows - h * np.einsum("ij,ij->i", rows, h)[:, None] / rows.shape[1]
    dx = (rows * inv_std.reshape(-1, 1)).reshape(dout.shape)
    dgamma = np.einsum("nchw,nchw->c", dout, x_hat)[None, :, None, None]
    return dx, dgamma, np.einsum("nchw->c", dout)[None, :, None, None]

# %% style="conv-groupnorm-backward" why="Pasted with its forward pass, through layer normalisation."
def spatial_groupnorm_forward(x, gamma, beta, G, gn_param):
    rows = x.reshape(len(x) * G, -1)
    ones = np.ones(rows.shape[1], dtype=x.dtype)
    x_hat, cache = layernorm_forward(rows, ones, np.zeros_like(ones), dict(gn_param))
    return gamma * x_hat.reshape(x.shape) + beta, (x_hat.reshape(x.shape), gamma, cache, G)

def spatial_groupnorm_backward(dout, cache):
    x_hat, gamma, cache, G = cache
    dx, _, _ = layernorm_backward((dout * gamma).reshape(len(dout) * G, -1), cache)
    dgamma = (dout * x_hat).sum((0, 2, 3)).reshape(gamma.shape)
    return dx.reshape(dout.shape), dgamma, dout.sum((0, 2, 3)).reshape(gamma.shape)

# %% mistake="conv-augment" why="The images are turned upside down."
- out[chosen] = out[chosen, :, :, ::-1]
+ out[chosen] = out[chosen, :, ::-1]

# %% mistake="conv-augment" why="All images or none are mirrored."
- chosen = rng.random(n) < 0.5
+ chosen = np.full(n, rng.random() < 0.5)

# %% mistake="conv-augment" why="One place serves all the images."
- places = rng.integers(0, 2 * pad + 1, (n, 2))
+ places = np.tile(rng.integers(0, 2 * pad + 1, 2), (n, 1))

# %% mistake="conv-augment" why="The last place is never drawn: the upper end of integers is left out."
- places = rng.integers(0, 2 * pad + 1, (n, 2))
+ places = rng.integers(0, 2 * pad, (n, 2))

# %% mistake="conv-augment" why="Rows and columns move by the same amount."
- for i, (top, left) in enumerate(places):
+ for i, (top, _) in enumerate(places):
+     left = top

# %% mistake="conv-augment" why="One factor serves all three colours."
- out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
+ out *= rng.uniform(1 - jitter, 1 + jitter, (n, 1, 1, 1)).astype(x.dtype)

# %% mistake="conv-augment" why="Every pixel is multiplied by a number of its own."
- out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
+ out *= rng.uniform(1 - jitter, 1 + jitter, x.shape).astype(x.dtype)

# %% mistake="conv-augment" why="The factors are the same for all images."
- out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
+ out *= rng.uniform(1 - jitter, 1 + jitter, (1, c, 1, 1)).astype(x.dtype)

# %% mistake="conv-augment" why="The factors are normal, not uniform."
- out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
+ out *= rng.normal(1, jitter, (n, c, 1, 1)).astype(x.dtype)

# %% mistake="conv-augment" why="The caller's images are changed."
- out = x.copy()
+ out = x

# %% mistake="conv-augment" why="The numbers come from a generator of its own, the same every time."
  def augment(x, rng, flip=True, pad=4, jitter=0.1):
+     rng = np.random.default_rng(0)

# %% mistake="conv-augment" why="The result is in 64 bits."
  if jitter:
+     out = out.astype(float)

# %% mistake="conv-augment" why="The border is repeated instead of filled with zeros."
- padded = np.pad(out, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
+ padded = np.pad(out, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode='edge')

# %% mistake="conv-augment" why="Every image is mirrored."
- chosen = rng.random(n) < 0.5
+ chosen = rng.random(n) < 1

# %% mistake="conv-augment" why="The factors only brighten."
- out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
+ out *= rng.uniform(1, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)

# %% mistake="conv-augment" why="A number is added to the colours instead of multiplied."
- out *= rng.uniform(1 - jitter, 1 + jitter, (n, c, 1, 1)).astype(x.dtype)
+ out += rng.uniform(-jitter, jitter, (n, c, 1, 1)).astype(x.dtype)

# %% style="conv-augment" why="No loop: an index for every pixel."
def augment(x, rng, flip=True, pad=4, jitter=0.1):
    n, c, h, w = x.shape
    out = x
    if flip:
        mirrored = rng.integers(0, 2, size=n).astype(bool)[:, None, None, None]
        out = np.where(mirrored, np.flip(out, axis=3), out)
    if pad > 0:
        padded = np.zeros((n, c, h + 2 * pad, w + 2 * pad), dtype=x.dtype)
        padded[:, :, pad:-pad, pad:-pad] = out
        rows = rng.integers(2 * pad + 1, size=(n, 1, 1, 1)) + np.arange(h)[:, None]
        cols = rng.integers(2 * pad + 1, size=(n, 1, 1, 1)) + np.arange(w)
        out = padded[np.arange(n)[:, None, None, None], np.arange(c)[:, None, None], rows, cols]
    factors = 1 + jitter * rng.uniform(-1, 1, size=(n, c, 1, 1))
    return (out * factors).astype(x.dtype)

# %% style="conv-augment" why="Image by image."
def augment(x, rng, flip=True, pad=4, jitter=0.1):
    out = np.empty_like(x)
    h, w = x.shape[2:]
    for k, image in enumerate(x):
        if flip and rng.random() < 0.5:
            image = image[:, :, ::-1]
        if pad:
            image = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
            i, j = rng.integers(0, 2 * pad, endpoint=True), rng.integers(0, 2 * pad + 1)
            image = image[:, i : i + h, j : j + w]
        tint = rng.uniform(1 - jitter, 1 + jitter, len(image))
        out[k] = image * tint[:, None, None]
    return out

# %% style="conv-augment" why="All windows as a view, one picked for each image."
def augment(x, rng, flip=True, pad=4, jitter=0.1):
    n, c, h, w = x.shape
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    windows = np.lib.stride_tricks.sliding_window_view(padded, (h, w), axis=(2, 3))
    i, j = rng.integers(2 * pad + 1, size=(2, n))
    out = windows[np.arange(n), :, i, j].copy()
    if flip:
        turn = rng.permutation(n) % 2 == 0 if n > 1 else rng.random(1) < 0.5
        out[turn] = out[turn][..., ::-1]
    return out * (1 + jitter * (2 * rng.random((n, c, 1, 1)) - 1)).astype(x.dtype)

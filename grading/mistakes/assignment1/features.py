# What goes wrong in features, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="features-gradients" of="Slices, as the formula" why="The two are exchanged: columns lie along axis 1."
- return gx, gy
+ return gy, gx

# %% mistake="features-gradients" why="The difference is turned round: right minus left, lower minus upper."
def image_gradients(gray):
    gx = np.zeros_like(gray)
    gy = np.zeros_like(gray)
    gx[:, 1:-1] = gray[:, :-2] - gray[:, 2:]
    gy[1:-1, :] = gray[:-2, :] - gray[2:, :]
    return gx, gy

# %% mistake="features-gradients" why="These are forward differences, half a pixel off."
def image_gradients(gray):
    gx = np.zeros_like(gray)
    gy = np.zeros_like(gray)
    gx[:, :-1] = gray[:, 1:] - gray[:, :-1]
    gy[:-1, :] = gray[1:, :] - gray[:-1, :]
    return gx, gy

# %% mistake="features-gradients" why="np.gradient divides by 2 and does not leave the border at 0."
def image_gradients(gray):
    gy, gx = np.gradient(gray)
    return gx, gy

# %% mistake="features-gradients" why="np.roll takes the missing neighbours from the other side of the image."
def image_gradients(gray):
    gx = np.roll(gray, -1, axis=1) - np.roll(gray, 1, axis=1)
    gy = np.roll(gray, -1, axis=0) - np.roll(gray, 1, axis=0)
    return gx, gy

# %% mistake="features-gradients" why="The image is cut to the inside; the gradients have the shape of the image."
def image_gradients(gray):
    return gray[1:-1, 2:] - gray[1:-1, :-2], gray[2:, 1:-1] - gray[:-2, 1:-1]

# %% style="features-gradients" why="Slices, as the formula reads."
def image_gradients(gray):
    gx = np.zeros_like(gray)
    gy = np.zeros_like(gray)
    gx[:, 1:-1] = gray[:, 2:] - gray[:, :-2]
    gy[1:-1, :] = gray[2:, :] - gray[:-2, :]
    return gx, gy

# %% style="features-gradients" why="Two loops over the pixels."
def image_gradients(gray):
    h, w = gray.shape
    gx, gy = np.zeros((h, w)), np.zeros((h, w))
    for i in range(h):
        for j in range(w):
            if 0 < j < w - 1:
                gx[i, j] = gray[i, j + 1] - gray[i, j - 1]
            if 0 < i < h - 1:
                gy[i, j] = gray[i + 1, j] - gray[i - 1, j]
    return gx, gy

# %% style="features-gradients" why="np.gradient with its factor and its border mended."
def image_gradients(gray):
    gy, gx = (2 * g for g in np.gradient(gray))
    gx[:, [0, -1]] = 0
    gy[[0, -1]] = 0
    return gx, gy

# %% mistake="features-hog" of="Loops over cells" why="Angles are taken over the whole circle: opposite directions must share a bin."
- angle = np.degrees(np.arctan2(gy, gx)) % 180
- bins = (angle // 20).astype(int) % 9
+ angle = np.degrees(np.arctan2(gy, gx)) % 360
+ bins = (angle // 20).astype(int)

# %% mistake="features-hog" of="Loops over cells" why="np.arctan2 wants the y part first."
- angle = np.degrees(np.arctan2(gy, gx)) % 180
+ angle = np.degrees(np.arctan2(gx, gy)) % 180

# %% mistake="features-hog" of="Loops over cells" why="The angles are in radians, the bins in degrees."
- angle = np.degrees(np.arctan2(gy, gx)) % 180
+ angle = np.arctan2(gy, gx) % np.pi

# %% mistake="features-hog" of="Loops over cells" why="Each pixel adds 1 instead of the length of its gradient."
- features[i, j, k] = lengths[inside].sum() / 64
+ features[i, j, k] = inside.sum() / 64

# %% mistake="features-hog" of="Loops over cells" why="The sums are not divided by the 64 pixels of a cell."
- features[i, j, k] = lengths[inside].sum() / 64
+ features[i, j, k] = lengths[inside].sum()

# %% mistake="features-hog" of="Loops over cells" why="The length of a gradient has a root; here its square counts."
- length = np.sqrt(gx**2 + gy**2)
+ length = gx**2 + gy**2

# %% mistake="features-hog" of="Loops over cells" why="Rounding makes 180 degrees of an angle just below 0, and the pixel is lost."
- bins = (angle // 20).astype(int) % 9
+ bins = (angle // 20).astype(int)

# %% mistake="features-hog" of="Loops over cells" why="A colour image is not made gray by rgb2gray; its mean weighs all colours alike."
- gray = rgb2gray(im) if im.ndim == 3 else im
+ gray = im.mean(axis=2) if im.ndim == 3 else im

# %% mistake="features-hog" of="Loops over cells" why="Columns come before rows: the cells of the upper row come first."
- return features.ravel()
+ return features.transpose(1, 0, 2).ravel()

# %% mistake="features-hog" of="Loops over cells" why="The bins of all cells stand together; the nine of a cell belong together."
- return features.ravel()
+ return features.transpose(2, 0, 1).ravel()

# %% mistake="features-hog" why="skimage does the exercise instead of you."
def hog_feature(im):
    from skimage.feature import hog
    return hog(im, pixels_per_cell=(8, 8), cells_per_block=(1, 1), channel_axis=-1 if im.ndim == 3 else None)

# %% mistake="features-hog" of="Loops over cells" why="The features are not returned."
- return features.ravel()

# %% style="features-hog" why="Loops over cells and bins."
def hog_feature(im):
    gray = rgb2gray(im) if im.ndim == 3 else im
    gx, gy = image_gradients(gray)
    length = np.sqrt(gx**2 + gy**2)
    angle = np.degrees(np.arctan2(gy, gx)) % 180
    bins = (angle // 20).astype(int) % 9
    rows, columns = gray.shape[0] // 8, gray.shape[1] // 8
    features = np.zeros((rows, columns, 9))
    for i in range(rows):
        for j in range(columns):
            for k in range(9):
                inside = bins[8 * i : 8 * i + 8, 8 * j : 8 * j + 8] == k
                lengths = length[8 * i : 8 * i + 8, 8 * j : 8 * j + 8]
                features[i, j, k] = lengths[inside].sum() / 64
    return features.ravel()

# %% style="features-hog" why="np.histogram for each cell."
def hog_feature(im):
    gray = im if im.ndim == 2 else rgb2gray(im)
    gx, gy = image_gradients(gray)
    angle = np.rad2deg(np.arctan2(gy, gx)) % 180
    angle = np.where(angle == 180, 0, angle)
    features = []
    for top in range(0, gray.shape[0], 8):
        for left in range(0, gray.shape[1], 8):
            cell = np.s_[top : top + 8, left : left + 8]
            counts, _ = np.histogram(angle[cell], 9, (0, 180), weights=np.hypot(gx, gy)[cell])
            features.append(counts / 64)
    return np.concatenate(features)

# %% style="features-hog" why="bincount over all cells at once."
def hog_feature(im):
    gray = rgb2gray(im) if im.ndim == 3 else im
    gx, gy = image_gradients(gray)
    k = (np.degrees(np.arctan2(gy, gx)) % 180 / 20).astype(int) % 9
    i, j = np.indices(gray.shape) // 8
    slots = (i * (gray.shape[1] // 8) + j) * 9 + k
    size = gray.shape[0] // 8 * (gray.shape[1] // 8) * 9
    return np.bincount(slots.ravel(), np.hypot(gx, gy).ravel(), minlength=size) / 64

# %% style="features-hog" why="One-hot bins and einsum."
def hog_feature(im):
    gray = rgb2gray(im) if im.ndim == 3 else im
    gx, gy = image_gradients(gray)
    hot = np.eye(9)[(np.degrees(np.arctan2(gy, gx)) % 180 / 20).astype(int) % 9]
    blocks = (np.hypot(gx, gy)[..., None] * hot).reshape(gray.shape[0] // 8, 8, gray.shape[1] // 8, 8, 9)
    return np.einsum("iajbk->ijk", blocks).reshape(-1) / 64

# %% mistake="features-hue" why="Densities (per unit of hue) do not add up to 1; shares do."
def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    bins = np.linspace(xmin, xmax, nbin + 1)
    hsv = rgb_to_hsv(im / xmax) * xmax
    imhist, bin_edges = np.histogram(hsv[:, :, 0], bins=bins, density=normalized)
    return imhist

# %% mistake="features-hue" of="np.histogram with" why="Channel 1 is the saturation; the hue is channel 0."
- imhist, bin_edges = np.histogram(hsv[:, :, 0], bins=bins)
+ imhist, bin_edges = np.histogram(hsv[:, :, 1], bins=bins)

# %% mistake="features-hue" of="np.histogram with" why="normalized is ignored: shares are returned in any case."
- if normalized:
-     imhist = imhist / imhist.sum()
+ imhist = imhist / imhist.sum()

# %% mistake="features-hue" of="np.histogram with" why="The image is not divided by xmax, and the hue not scaled."
- hsv = rgb_to_hsv(im / xmax) * xmax
+ hsv = rgb_to_hsv(im / 255) * 255

# %% mistake="features-hue" of="np.histogram with" why="linspace with nbin edges makes one bin too few."
- bins = np.linspace(xmin, xmax, nbin + 1)
+ bins = np.linspace(xmin, xmax, nbin)

# %% mistake="features-hue" of="np.histogram with" why="xmin makes no difference: the bins begin at 0."
- bins = np.linspace(xmin, xmax, nbin + 1)
+ bins = np.linspace(0, xmax, nbin + 1)

# %% mistake="features-hue" of="np.histogram with" why="The colours themselves are counted, not their hue."
- imhist, bin_edges = np.histogram(hsv[:, :, 0], bins=bins)
+ imhist, bin_edges = np.histogram(im, bins=bins)

# %% mistake="features-hue" of="np.histogram with" why="The image is divided in place; it belongs to the caller."
- hsv = rgb_to_hsv(im / xmax) * xmax
+ im /= xmax
+ hsv = rgb_to_hsv(im) * xmax

# %% style="features-hue" why="np.histogram with edges."
def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    bins = np.linspace(xmin, xmax, nbin + 1)
    hsv = rgb_to_hsv(im / xmax) * xmax
    imhist, bin_edges = np.histogram(hsv[:, :, 0], bins=bins)
    if normalized:
        imhist = imhist / imhist.sum()
    return imhist

# %% style="features-hue" why="np.bincount."
def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    hue = rgb_to_hsv(im / xmax)[..., 0].ravel() * xmax
    hue = hue[hue >= xmin]
    slots = np.minimum((hue - xmin) / (xmax - xmin) * nbin, nbin - 1).astype(int)
    counts = np.bincount(slots, minlength=nbin)
    return counts / max(len(hue), 1) if normalized else counts

# %% style="features-hue" why="A loop over the pixels."
def color_histogram_hsv(im, nbin=10, xmin=0, xmax=255, normalized=True):
    counts = [0.0] * nbin
    for pixel in (im / xmax).reshape(-1, 3):
        hue = float(rgb_to_hsv(pixel)[0]) * xmax
        if hue >= xmin:
            counts[min(int((hue - xmin) * nbin / (xmax - xmin)), nbin - 1)] += 1
    return np.array(counts) / (sum(counts) if normalized else 1)

# %% mistake="features-linear" why="The learning rate is so small that 500 steps lead nowhere."
def linear_settings():
    return {"learning_rate": 1e-8, "reg": 1e-2}

# %% mistake="features-linear" why="The learning rate is so large that the loss runs away."
def linear_settings():
    return {"learning_rate": 1e3, "reg": 1e-2}

# %% mistake="features-linear" why="These were good numbers for pixels; features are a hundred times smaller."
def linear_settings():
    return {"learning_rate": 1.5e-7, "reg": 1e2}

# %% mistake="features-linear" why="The penalty is so strong that the weights stay at zero."
def linear_settings():
    return {"learning_rate": 1e-2, "reg": 1e3}

# %% mistake="features-linear" why="The logarithms of the two numbers are not the numbers."
def linear_settings():
    return {"learning_rate": -2, "reg": -2}

# %% mistake="features-linear" why="The name of the learning rate is lr here; the training knows it as learning_rate."
def linear_settings():
    return {"lr": 1e-2, "reg": 1e-2}

# %% style="features-linear" why="A smaller learning rate."
def linear_settings():
    return {"learning_rate": 5e-3, "reg": 1e-3}

# %% style="features-linear" why="A larger learning rate and penalty."
def linear_settings():
    return {"learning_rate": 2e-2, "reg": 3e-2}

# %% style="features-linear" why="Written as powers of ten."
def linear_settings():
    return dict(reg=10**-2.5, learning_rate=10**-1.9)

# %% mistake="features-net" why="The learning rate is so small that 8 epochs lead nowhere."
def net_settings():
    return {"hidden_dim": 500, "learning_rate": 1e-5, "reg": 1e-3}

# %% mistake="features-net" why="The learning rate is so large that the loss runs away."
def net_settings():
    return {"hidden_dim": 500, "learning_rate": 300.0, "reg": 1e-3}

# %% mistake="features-net" why="The penalty is so strong that all scores stay near zero."
def net_settings():
    return {"hidden_dim": 500, "learning_rate": 0.3, "reg": 2.0}

# %% mistake="features-net" why="A single hidden unit cannot tell ten classes apart."
def net_settings():
    return {"hidden_dim": 1, "learning_rate": 0.3, "reg": 1e-3}

# %% mistake="features-net" why="More hidden units than the exercise allows."
def net_settings():
    return {"hidden_dim": 5000, "learning_rate": 0.3, "reg": 1e-3}

# %% mistake="features-net" why="The number of hidden units is missing."
def net_settings():
    return {"learning_rate": 0.3, "reg": 1e-3}

# %% style="features-net" why="Fewer units."
def net_settings():
    return {"hidden_dim": 250, "learning_rate": 0.3, "reg": 1e-3}

# %% style="features-net" why="A smaller learning rate and a weaker penalty."
def net_settings():
    return {"hidden_dim": 400, "learning_rate": 0.15, "reg": 1e-4}

# %% style="features-net" why="Written as powers of ten."
def net_settings():
    return dict(reg=10**-2.7, learning_rate=10**-0.4, hidden_dim=300)

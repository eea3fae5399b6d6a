import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import rgb_to_hsv

from cs231n.features import (
    CHUNK,
    color_histogram_hsv,
    extract_features,
    hog_feature,
    rgb2gray,
)


def slow_hog(gray, cell=8, orientations=9, circle=180):
    """Visit pixel after pixel, as the definition reads; float64."""
    h, w = gray.shape
    bins = np.zeros((h // cell, w // cell, orientations))
    for i, j in np.ndindex(h // cell * cell, w // cell * cell):
        gx = gray[i, j + 1] - gray[i, j - 1] if 0 < j < w - 1 else 0.0
        gy = gray[i + 1, j] - gray[i - 1, j] if 0 < i < h - 1 else 0.0
        degrees = np.degrees(np.arctan2(gy, gx)) % circle
        k = int(degrees * orientations / circle + 1e-5) % orientations
        bins[i // cell, j // cell, k] += np.hypot(gx, gy) / cell**2
    return bins.ravel()


def images(n, h=19, w=26, dtype=np.float64, seed=231):
    return np.random.default_rng(seed).uniform(0, 255, (n, h, w, 3)).astype(dtype)


@given(
    h=st.integers(8, 20),
    w=st.integers(8, 20),
    n=st.integers(1, 3),
    seed=st.integers(0, 2**32 - 1),
    orientations=st.sampled_from([9, 8, 1, 18]),
    signed=st.booleans(),
)
def test_hog_matches_the_definition(h, w, n, seed, orientations, signed):
    imgs = np.random.default_rng(seed).uniform(0, 255, (n, h, w, 3))

    found = hog_feature(imgs, orientations=orientations, signed=signed)

    circle = 360 if signed else 180
    expected = [slow_hog(rgb2gray(im), 8, orientations, circle) for im in imgs]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_hog_of_one_image_and_of_many_agree_and_keep_the_dtype(dtype):
    imgs = images(3, dtype=dtype)

    many = hog_feature(imgs)

    assert many.dtype == dtype
    assert many.shape == (3, 2 * 3 * 9)
    np.testing.assert_array_equal(many, [hog_feature(im) for im in imgs])
    one_gray = hog_feature(rgb2gray(imgs[0]))
    np.testing.assert_allclose(one_gray, many[0], rtol=1e-5)


@pytest.mark.parametrize("k", range(9))
def test_hog_puts_a_slope_into_the_bin_of_its_direction(k):
    angle = np.pi * (20 * k + 10) / 180
    y, x = np.mgrid[:24, :24]
    ramp = np.cos(angle) * x + np.sin(angle) * y

    for image in (ramp, -ramp):  # a direction and its opposite share a bin
        inner = hog_feature(image).reshape(3, 3, 9)[1, 1]
        np.testing.assert_allclose(inner, 2 * np.eye(9)[k], atol=1e-12)


@pytest.mark.parametrize("k", range(18))
def test_signed_hog_tells_a_direction_from_its_opposite(k):
    angle = np.pi * (20 * k + 10) / 180
    y, x = np.mgrid[:24, :24]
    ramp = np.cos(angle) * x + np.sin(angle) * y

    for image, place in ((ramp, k), (-ramp, (k + 9) % 18)):
        bins = hog_feature(image, orientations=18, signed=True)
        inner = bins.reshape(3, 3, 18)[1, 1]
        np.testing.assert_allclose(inner, 2 * np.eye(18)[place], atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_halves_of_the_signed_circle_make_the_unsigned_bins(dtype):
    imgs = images(2, dtype=dtype)

    signed = hog_feature(imgs, orientations=18, signed=True)

    assert signed.dtype == dtype
    halves = signed.reshape(2, 2, 3, 2, 9).sum(axis=3).reshape(2, -1)
    np.testing.assert_allclose(halves, hog_feature(imgs), rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_hog_of_level_and_upright_edges_is_the_same_either_way(dtype):
    steps = np.kron([[0.0, 9.0], [9.0, 0.0]], np.ones((8, 8))).astype(dtype)

    np.testing.assert_array_equal(hog_feature(steps), hog_feature(-steps))
    np.testing.assert_array_equal(hog_feature(steps), hog_feature(9 - steps))


def test_hog_equals_scikit_image_with_every_cell_divided_by_its_length():
    hog = pytest.importorskip("skimage.feature").hog
    gray = rgb2gray(images(1)[0])

    theirs = hog(gray, pixels_per_cell=(8, 8), cells_per_block=(1, 1), block_norm="L2")

    cells = hog_feature(gray).reshape(-1, 9)
    cells = cells / np.sqrt(np.sum(cells**2, axis=1, keepdims=True) + 1e-5**2)
    np.testing.assert_allclose(cells.ravel(), theirs, rtol=1e-6)  # float32 inside


def test_hog_leaves_its_input_alone_and_takes_integers():
    imgs = images(2).astype(np.uint8)
    before = imgs.copy()

    found = hog_feature(imgs)

    np.testing.assert_array_equal(imgs, before)
    np.testing.assert_allclose(found, hog_feature(imgs.astype(np.float32)))


@given(
    seed=st.integers(0, 2**32 - 1),
    nbin=st.integers(1, 30),
    levels=st.sampled_from([2, 4, 256]),
    normalized=st.booleans(),
)
def test_hue_histogram_matches_matplotlib(seed, nbin, levels, normalized):
    rng = np.random.default_rng(seed)
    imgs = rng.integers(0, levels, (2, 5, 7, 3)) * (255.0 / (levels - 1))
    # Away from the edges of the bins, where two ways of rounding may differ.
    hue = rgb_to_hsv(imgs / 255)[..., 0] * nbin
    imgs[np.abs(hue - np.round(hue)) < 1e-6] = (255, 3, 1)

    found = color_histogram_hsv(imgs, nbin=nbin, normalized=normalized)

    hue = rgb_to_hsv(imgs / 255)[..., 0] * 255
    for row, one in zip(found, hue, strict=True):
        counts, _ = np.histogram(one, bins=nbin, range=(0, 255))
        expected = counts / counts.sum() if normalized else counts
        np.testing.assert_allclose(row, expected, rtol=1e-12)


def test_hue_histogram_knows_the_six_pure_colours_and_grey():
    colours = [(1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1), (1, 0, 1)]
    imgs = 250.0 * np.array([*colours, (1, 1, 1), (0, 0, 0)])[:, None, None]

    bins = color_histogram_hsv(imgs, nbin=12).argmax(axis=1)

    assert bins.tolist() == [0, 2, 4, 6, 8, 10, 0, 0]


def test_hue_histogram_leaves_out_hues_below_the_scale():
    imgs = 255.0 * np.array([[[[0, 1, 0], [1, 0, 0], [0, 0, 1]]]])

    found = color_histogram_hsv(imgs, nbin=2, xmin=60, normalized=False)

    assert found.tolist() == [[1, 1]]


def test_a_partial_of_a_feature_gets_many_images_at_once():
    imgs, sizes = images(3), []

    def feature(im, scale):
        sizes.append(im.shape)
        return scale * im.mean(axis=(-3, -2))

    feature.batched = True
    found = extract_features(imgs, [functools.partial(feature, scale=2)])

    assert sizes == [imgs.shape]
    np.testing.assert_allclose(found, 2 * imgs.mean(axis=(1, 2)))


def test_extract_features_puts_features_side_by_side_in_every_chunk():
    imgs = images(CHUNK + 3, h=8, w=9, dtype=np.float32)
    mean_colour = lambda im: im.mean(axis=(0, 1))

    found = extract_features(imgs, [hog_feature, color_histogram_hsv, mean_colour])

    assert found.shape == (CHUNK + 3, 9 + 10 + 3)
    np.testing.assert_allclose(found[-1, :9], hog_feature(imgs[-1]), rtol=1e-6)
    np.testing.assert_allclose(found[:, -3:], imgs.mean(axis=(1, 2)), rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: hog_feature(np.zeros((4, 32, 32))), r"\(N, H, W, 3\); got \(4, 32"),
        (lambda: hog_feature(np.zeros((7, 32))), "cell of 8 pixels does not fit"),
        (lambda: color_histogram_hsv(np.zeros((9, 9))), r"got \(9, 9\)"),
        (lambda: color_histogram_hsv(np.zeros((9, 9, 3)), xmin=300), "xmin must be"),
        (lambda: extract_features(np.zeros((0, 8, 8, 3)), []), "at least one image"),
        (
            lambda: extract_features(np.zeros((1, 8, 8, 3)), [lambda im: None]),
            "must return a vector for one image; got None",
        ),
        (
            lambda: extract_features(np.zeros((1, 8, 8, 3)), [lambda im: im]),
            r"got shape \(8, 8, 3\)",
        ),
    ],
)
def test_features_refuse_what_they_cannot_use(call, words):
    with pytest.raises(ValueError, match=words):
        call()

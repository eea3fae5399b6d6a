"""The ImageNet sample and SqueezeNet's compressed weights, whole and broken."""

import pickle
import zipfile

import numpy as np
import pytest
from PIL import Image

from cs231n.data import DatasetError, data_home
from cs231n.data.imagenet import NAME, load_imagenet_val
from cs231n.data.images import (
    blur_image,
    deprocess_image,
    load_image,
    preprocess_image,
    resize_image,
)
from cs231n.data.squeezenet import layer_shapes, load_squeezenet
from cs231n.nets.squeezenet import SqueezeNet

RNG = np.random.default_rng(11)
X = RNG.integers(0, 256, (3, 6, 6, 3), dtype=np.uint8)


def write_sample(path, label_map):
    np.savez(path, X=X, y=np.array([5, 0, 9]), label_map=np.array(label_map, object))
    return path


def test_images_classes_and_names_come_back(tmp_path):
    names = {np.int64(0): np.str_("hen"), 5: "cat"}
    write_sample(tmp_path / NAME, names)
    images, y, class_names = load_imagenet_val(2, root=tmp_path)
    np.testing.assert_array_equal(images, X[:2])
    assert y.tolist() == [5, 0]
    assert class_names == {0: "hen", 5: "cat"}


class Bomb:
    def __reduce__(self):
        return exec, ("raise SystemExit",)


@pytest.mark.parametrize("label_map", [{0: Bomb()}, Bomb(), 7])
def test_a_sample_with_code_in_it_is_refused_and_not_run(tmp_path, label_map):
    write_sample(tmp_path / NAME, label_map)
    with pytest.raises(DatasetError, match=r"refused|damaged"):
        load_imagenet_val(root=tmp_path)


def test_a_broken_or_missing_sample_names_the_command(tmp_path):
    with pytest.raises(DatasetError, match=r"data.fetch imagenet-sample"):
        load_imagenet_val(root=tmp_path)
    path = write_sample(tmp_path / NAME, {})
    whole = path.read_bytes()
    for size in (0, 100, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(DatasetError, match="--force"):
            load_imagenet_val(root=tmp_path)
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("X.npy", pickle.dumps(X))
    with pytest.raises(DatasetError, match="--force"):
        load_imagenet_val(root=tmp_path)


# Deep Compression: an encoder of our own, for the decoder to undo.


def compress(weights):
    heads, bodies = [], []
    for w, b in weights.values():
        flat, where = w.reshape(-1), [-1]
        for place in np.flatnonzero(w):
            while place - where[-1] > 16:  # a stored zero, code 0
                where.append(where[-1] + 16)
            where.append(int(place))
        values = np.unique(flat[flat != 0])
        codebook = np.zeros(256, "<f4")
        codebook[1 : 1 + len(values)] = values
        gaps = np.diff(where) - 1
        places = np.array(where[1:], int)
        codes = np.where(
            flat[places] == 0, 0, 1 + np.searchsorted(values, flat[places])
        )
        gaps = np.append(gaps, 0)[: 2 * -(-len(places) // 2)].reshape(-1, 2)
        heads.append(len(places))
        bodies.append(codebook.tobytes() + b.astype("<f4").tobytes())
        bodies.append(codes.astype("u1").tobytes())
        bodies.append((gaps[:, 0] | gaps[:, 1] << 4).astype("u1").tobytes())
    return np.array(heads, "<u4").tobytes() + b"".join(bodies)


@pytest.fixture(scope="module")
def sparse():
    rng, weights = np.random.default_rng(2), {}
    for name, shape in layer_shapes().items():
        values = rng.standard_normal(99).astype(np.float32)
        w = values[rng.integers(0, 99, shape)] * (rng.random(shape) < 0.2)
        weights[name] = w, rng.standard_normal(shape[0]).astype(np.float32)
    return weights


def test_decoding_undoes_compression(sparse, tmp_path):
    path = tmp_path / "net"
    path.write_bytes(compress(sparse))
    decoded = load_squeezenet(path)
    assert list(decoded) == list(sparse)
    for name, (w, b) in sparse.items():
        np.testing.assert_array_equal(decoded[name][0], w)
        np.testing.assert_array_equal(decoded[name][1], b)


def test_a_broken_or_missing_network_names_the_command(sparse, tmp_path):
    path = tmp_path / "net"
    with pytest.raises(DatasetError, match=r"data.fetch squeezenet"):
        load_squeezenet(path)
    whole = compress(sparse)
    for content in (b"", whole[:50], whole[:-1], whole + b"?", whole[4:]):
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=r"cut short.*\n.*--force"):
            load_squeezenet(path)


def test_weights_beyond_a_layer_are_refused(sparse, tmp_path):
    whole = bytearray(compress(sparse))
    start = 4 * len(sparse) + 4 * (256 + 96)
    stored = int.from_bytes(whole[:4], "little")
    whole[start + stored : start + stored + stored // 2] = b"\xff" * (stored // 2)
    path = tmp_path / "net"
    path.write_bytes(bytes(whole))
    with pytest.raises(DatasetError, match="puts a weight at"):
        load_squeezenet(path)


@pytest.fixture
def network(sparse, tmp_path):
    path = tmp_path / "net"
    scaled = {k: (0.25 * w, 0.25 * b) for k, (w, b) in sparse.items()}
    path.write_bytes(compress(scaled))
    return SqueezeNet(path, np.float64)


def test_the_gradient_of_the_pixels_is_that_of_finite_differences(network):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, 3, 40, 37))
    scores, caches = network.forward(x)
    assert scores.shape == (1, 1000)
    dscores, direction = rng.standard_normal(scores.shape), rng.standard_normal(x.shape)
    dx = network.backward(dscores, caches)
    assert dx.shape == x.shape
    h = 1e-6
    up, down = (network.forward(x + s * h * direction)[0] for s in (1, -1))
    expected = ((up - down) * dscores).sum() / (2 * h)
    np.testing.assert_allclose((dx * direction).sum(), expected, rtol=1e-5)


@pytest.mark.data
@pytest.mark.slow
def test_squeezenet_knows_more_than_half_of_the_sample():
    home = data_home()
    for name in (NAME, "compressed_SqueezeNet.net"):
        if not (home / name).exists():
            pytest.skip(f"{name} is not in the data home (CS231N_DATA)")
    images, y, _ = load_imagenet_val()
    x = np.ascontiguousarray(preprocess_image(images).transpose(0, 3, 1, 2))
    scores, _ = SqueezeNet().forward(x)
    best = np.argsort(-scores, axis=1)[:, :5] == y[:, None]
    assert best[:, 0].sum() >= 14
    assert best.any(axis=1).sum() >= 19


# Single photographs.


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_deprocessing_undoes_preprocessing(dtype):
    img = preprocess_image(X.astype(dtype))
    assert img.dtype == (np.float64 if dtype == np.float64 else np.float32)
    np.testing.assert_array_equal(deprocess_image(img), X)


@pytest.mark.parametrize(
    ("img", "message"),
    [
        (X / 255.0, "the largest here is 1. Multiply an image from 0 to 1 by 255."),
        (
            preprocess_image(X),
            "from 0 to 255, and takes them once; these lie between -",
        ),
        (X + 1.0, "these lie between 1 and 256"),
        (X * np.nan, "these lie between nan and nan"),
        (X.transpose(0, 3, 1, 2), "Put the channels last with transpose."),
        (X[..., 0], r"An image has shape \(..., 3\); got"),
    ],
)
def test_preprocessing_refuses_another_range_or_order(img, message):
    with pytest.raises(ValueError, match=message):
        preprocess_image(img)


def test_rescaling_uses_the_whole_range_even_of_flat_images():
    stretched = deprocess_image(0.01 * preprocess_image(X), rescale=True)
    assert (stretched.min(), stretched.max()) == (0, 255)
    assert deprocess_image(np.zeros((2, 2, 3)) * 0.0, rescale=True).dtype == np.uint8


def test_blurring_keeps_the_sum_of_the_middle_and_flat_images():
    spot = np.zeros((1, 2, 7, 9))
    spot[0, 1, 3, 4] = 64.0
    blurred = blur_image(spot)
    assert blurred.sum() == pytest.approx(64)
    assert blurred[0, 1, 3, 4] == pytest.approx(36)
    assert blurred[0, 1, 2, 3] == pytest.approx(1)
    np.testing.assert_allclose(blur_image(np.full((1, 1, 4, 3), 7.0)), 7.0)


@pytest.mark.parametrize(("size", "shape"), [(3, (4, 3)), (9, (12, 9)), (24, (32, 24))])
def test_resizing_keeps_the_shape_and_the_mean(size, shape):
    img = RNG.random((12, 9, 3))
    small = resize_image(img, size)
    assert small.shape == (*shape, 3)
    np.testing.assert_allclose(small.mean(), img.mean(), rtol=0.05)
    np.testing.assert_allclose(resize_image(img, 9), img)


def test_photographs_are_read_and_other_files_refused(tmp_path):
    iio = pytest.importorskip("imageio.v3")
    iio.imwrite(tmp_path / "photo.png", X[0])
    np.testing.assert_array_equal(load_image(tmp_path / "photo.png"), X[0])
    assert load_image(tmp_path / "photo.png", 3).shape == (3, 3, 3)
    assert load_image(tmp_path / "photo.png", 3.0).shape == (3, 3, 3)
    iio.imwrite(tmp_path / "grey.png", X[0, :, :, 0])
    assert load_image(tmp_path / "grey.png").shape == (6, 6, 3)
    (tmp_path / "text.png").write_text("no picture")
    for name in ("text.png", "nowhere.png"):
        with pytest.raises(DatasetError, match="Cannot read a picture"):
            load_image(tmp_path / name)


GREY = np.linspace(0, 1, 16 * 20).reshape(16, 20)


@pytest.mark.parametrize(
    ("name", "pixels"),
    [
        ("deep.png", (GREY * 65535).astype(np.uint16)),
        ("float.tiff", GREY.astype(np.float32)),
        ("float.tiff", (GREY * 255).astype(np.float32)),
        ("plain.png", np.rint(GREY * 255).astype(np.uint8)),
    ],
)
def test_grey_pictures_of_other_depths_keep_their_range(tmp_path, name, pixels):
    Image.fromarray(pixels).save(tmp_path / name)
    img = load_image(tmp_path / name)

    assert (img.shape, img.dtype) == ((16, 20, 3), np.uint8)
    for channel in range(3):
        assert np.abs(img[:, :, channel] - GREY * 255).max() <= 1


def test_a_picture_of_unknown_range_is_a_sentence(tmp_path):
    Image.fromarray((GREY * 1000 - 7).astype(np.float32)).save(tmp_path / "f.tiff")
    with pytest.raises(DatasetError, match=r"values from -7 to 993; expected floats"):
        load_image(tmp_path / "f.tiff")


@pytest.mark.parametrize("size", [0, -1, 2.5, np.nan, np.inf, "a"])
def test_a_size_that_is_no_number_of_pixels_is_refused(tmp_path, size):
    Image.fromarray(np.zeros((6, 6, 3), np.uint8)).save(tmp_path / "p.png")
    with pytest.raises(ValueError, match="a whole number of pixels, at least 1; got"):
        load_image(tmp_path / "p.png", size)


def test_a_picture_is_turned_as_the_camera_says(tmp_path):
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[:8] = 255  # the upper half is white
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right to see it upright
    Image.fromarray(pixels).save(tmp_path / "p.png", exif=exif)
    img = load_image(tmp_path / "p.png")

    assert img.shape == (24, 16, 3)
    assert img[:, 8:].min() == 255  # what was above is on the right
    assert img[:, :8].max() == 0


@pytest.mark.parametrize("size", [0, -1, 2.5])
def test_a_size_of_no_pixels_is_refused(size):
    with pytest.raises(ValueError, match="at least 1; got"):
        resize_image(X[0], size)

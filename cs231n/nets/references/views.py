"""Views of pictures: random crops and colours, for whole batches at once."""

import numpy as np
import numpy.typing as npt

__all__ = [
    "adjust_color",
    "color_distortion",
    "crop_resize",
    "random_resized_crop",
    "read_boxes",
    "read_colours",
    "ruler",
    "swatches",
    "two_views",
]

#: Pixels to brightness and two axes of colour (NTSC's YIQ), and back.
TO_YIQ = np.array(
    [[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]]
)
FROM_YIQ = np.linalg.inv(TO_YIQ)


def crop_resize(images: np.ndarray, boxes: npt.ArrayLike, size: int) -> np.ndarray:
    """Cut a box out of every picture and resize it by bilinear interpolation.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, C)
        Pictures.
    boxes : array-like of shape (N, 4)
        Top, left, height and width in pixels; fractions are fine.
    size : int
        Side of the results.

    Returns
    -------
    views : ndarray of shape (N, size, size, C), float32
        What lies in the boxes. Beyond the outermost centres of pixels the outermost
        pixels go on.
    """
    boxes = np.asarray(boxes, np.float64)
    num, height, width, _ = images.shape
    x = images.astype(np.float32)
    picture = np.arange(num)[:, None]
    i, a = _taps(boxes[:, 0], boxes[:, 2], height, size)
    a = a[:, :, None, None]
    x = x[picture, i] * (1 - a) + x[picture, np.minimum(i + 1, height - 1)] * a
    x = x.transpose(0, 2, 1, 3)
    j, b = _taps(boxes[:, 1], boxes[:, 3], width, size)
    b = b[:, :, None, None]
    x = x[picture, j] * (1 - b) + x[picture, np.minimum(j + 1, width - 1)] * b
    return np.ascontiguousarray(x.transpose(0, 2, 1, 3))


def _taps(start, length, side, size):
    """Return the pixel before each sample, and how far behind its centre that is."""
    steps = (np.arange(size) + 0.5) / size
    at = np.clip(start[:, None] + length[:, None] * steps - 0.5, 0, side - 1)
    before = at.astype(np.intp)
    return before, (at - before).astype(np.float32)


def random_resized_crop(
    images: np.ndarray,
    rng: np.random.Generator,
    size: int = 32,
    area: tuple[float, float] = (0.25, 1.0),
) -> np.ndarray:
    """Cut a random box out of every picture, resize it, mirror half of them.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, C)
        Pictures.
    rng : numpy.random.Generator
        Source of chance.
    size : int, optional
        Side of the results.
    area : tuple of float, optional
        Bounds of a box's share of the picture.

    Returns
    -------
    views : ndarray of shape (N, size, size, C), float32
        Another view of each picture.
    """
    num, height, width, _ = images.shape
    share = rng.uniform(*area, num)
    ratio = np.exp(rng.uniform(-np.log(4 / 3), np.log(4 / 3), num))
    h = height * np.minimum(1, np.sqrt(share / ratio))
    w = width * np.minimum(1, np.sqrt(share * ratio))
    top, left = rng.random(num) * (height - h), rng.random(num) * (width - w)
    views = crop_resize(images, np.stack([top, left, h, w], axis=1), size)
    turned = rng.random(num) < 0.5
    views[turned] = views[turned, :, ::-1]
    return views


def adjust_color(
    images: np.ndarray,
    brightness: npt.ArrayLike,
    contrast: npt.ArrayLike,
    saturation: npt.ArrayLike,
    hue: npt.ArrayLike,
) -> np.ndarray:
    """Change the colours of every picture by numbers of its own.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pictures.
    brightness : array-like of shape (N,)
        Factors of all pixels.
    contrast : array-like of shape (N,)
        Factors of the distance from the mean of the picture.
    saturation : array-like of shape (N,)
        Factors of the two axes of colour; 0 leaves greys.
    hue : array-like of shape (N,)
        Angles by which the two axes of colour are turned.

    Returns
    -------
    views : ndarray of shape (N, H, W, 3), float32
        Pictures; values may leave the range of bytes.
    """
    turn = np.zeros((len(images), 3, 3))
    turn[:, 0, 0] = 1
    turn[:, 1, 1] = turn[:, 2, 2] = saturation * np.cos(hue)
    turn[:, 2, 1] = saturation * np.sin(hue)
    turn[:, 1, 2] = -turn[:, 2, 1]
    mix = (FROM_YIQ @ turn @ TO_YIQ) * np.reshape(brightness, (-1, 1, 1))
    flat = images.reshape(len(images), -1, 3).astype(np.float32)
    flat = flat @ mix.transpose(0, 2, 1).astype(np.float32)
    mean = flat.mean(axis=(1, 2), keepdims=True)
    flat -= mean
    flat *= np.reshape(contrast, (-1, 1, 1)).astype(np.float32)
    flat += mean
    return flat.reshape(images.shape)


def color_distortion(
    images: np.ndarray, rng: np.random.Generator, strength: float = 1.0
) -> np.ndarray:
    """Change the colours of every picture at random.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pictures.
    rng : numpy.random.Generator
        Source of chance.
    strength : float, optional
        How far brightness and contrast (by 0.4 of it), saturation (0.8) and hue (0.6
        radians) may go. One picture in five becomes grey, whatever the strength.

    Returns
    -------
    views : ndarray of shape (N, H, W, 3), float32
        Pictures in other colours.
    """
    num = len(images)
    brightness, contrast = 1 + 0.4 * strength * rng.uniform(-1, 1, (2, num))
    saturation = 1 + 0.8 * strength * rng.uniform(-1, 1, num)
    saturation *= rng.random(num) >= 0.2
    hue = 0.6 * strength * rng.uniform(-1, 1, num)
    return adjust_color(images, brightness, contrast, saturation, hue)


def two_views(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    crop: bool = True,
    colour: bool = True,
    size: int | None = None,
    strength: float = 1.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Make two views of every picture.

    Parameters
    ----------
    images : ndarray of shape (N, H, W, 3)
        Pictures.
    rng : numpy.random.Generator
        Source of chance.
    crop, colour : bool, optional
        Whether views differ in the part that they show, and in colour.
    size : int, optional
        Side of views that are crops; by default the pictures'.
    strength : float, optional
        Of the changes of colour, as for :func:`color_distortion`.

    Returns
    -------
    left, right : ndarray of shape (N, H, W, 3) or (N, size, size, 3), float32
        One view each.
    """
    views = []
    for _ in range(2):
        x = images.astype(np.float32)
        x = random_resized_crop(x, rng, size or images.shape[1]) if crop else x
        views.append(color_distortion(x, rng, strength) if colour else x)
    return views[0], views[1]


# What was done to a picture, read from the views -------------------------------------
def ruler(num: int, side: int) -> np.ndarray:
    """Return pictures that say where each of their pixels is.

    Parameters
    ----------
    num : int
        Number of pictures.
    side : int
        Their height and width.

    Returns
    -------
    images : ndarray of shape (num, side, side, 3), float32
        Row, column and 0.
    """
    images = np.zeros((num, side, side, 3), np.float32)
    images[..., 0], images[..., 1] = np.mgrid[:side, :side]
    return images


def read_boxes(views: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find which boxes were cut out of :func:`ruler`.

    Parameters
    ----------
    views : ndarray of shape (N, size, size, 3)
        Crops, resized by bilinear interpolation.

    Returns
    -------
    boxes : ndarray of shape (N, 4)
        Top, left, height and width.
    mirrored : ndarray of bool, shape (N,)
        Whether columns run backwards.
    """
    size = views.shape[1]
    first, last = size // 4, size - 1 - size // 4
    found = []
    for line in (views[:, :, first, 0], views[:, first, :, 1]):
        slope = (line[:, last] - line[:, first]) / (last - first)
        start = line[:, first] + 0.5 - (first + 0.5) * slope
        found.append((start, size * slope))
    (top, height), (left, width) = found
    mirrored = width < 0
    boxes = np.stack([top, left + np.minimum(width, 0), height, np.abs(width)], axis=1)
    return boxes, mirrored


#: Black, the three colours, and one more, so that means tell channels apart.
PALETTE = np.array(
    [[0, 0, 0], [200, 0, 0], [0, 200, 0], [0, 0, 200], [50, 120, 10]], np.float32
)


def swatches(num: int) -> np.ndarray:
    """Return pictures of five pixels from which colour changes can be read.

    Parameters
    ----------
    num : int
        Number of pictures.

    Returns
    -------
    images : ndarray of shape (num, 1, 5, 3), float32
        Always the same picture.
    """
    return np.repeat(PALETTE[None, None], num, axis=0)


def read_colours(views: np.ndarray) -> dict[str, np.ndarray]:
    """Find how the colours of :func:`swatches` were changed.

    Parameters
    ----------
    views : ndarray of shape (N, 1, 5, 3)
        What came of them.

    Returns
    -------
    numbers : dict of str to ndarray of shape (N,)
        ``brightness``, ``contrast``, ``saturation`` and ``hue``, as
        :func:`adjust_color` takes them.
    """
    pixels = views[:, 0].astype(np.float64)
    dark = pixels[:, 0]
    mix = (pixels[:, 1:4] - dark[:, None]).transpose(0, 2, 1) / 200
    mean = (pixels - dark[:, None]).mean(axis=(1, 2))  # of what contrast multiplies
    contrast = 1 / (1 + dark.mean(axis=1) / mean)
    yiq = TO_YIQ @ mix @ FROM_YIQ
    both = yiq[:, 0, 0]
    saturation = np.hypot(yiq[:, 1, 1], yiq[:, 2, 1]) / both
    return {
        "brightness": both / contrast,
        "contrast": contrast,
        "saturation": saturation,
        "hue": np.arctan2(yiq[:, 2, 1], yiq[:, 1, 1]),
    }

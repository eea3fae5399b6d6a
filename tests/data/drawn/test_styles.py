"""Pictures for style transfer: the same everywhere, each in a style of its own."""

import hashlib

import numpy as np
import pytest

from cs231n.data import draw_landscape, draw_style
from cs231n.data.drawn.styles import STYLES

SHA256 = {
    "swirls": "f0ad7d3cc0ffabfedfdd979edd30c62562175593f8f4063103a24d552915ded2",
    "stained glass": "80a8142bc5cd7373a22064c37b851715e808819f4937f4086ecf86530723c45e",
    "hatching": "e61a620f2478bc453a2a512005be3b4b4e8d5fa7d623375b6002440ea6712d4f",
    "landscape": "518ce304c3bda365d29704a68248a4acebf29ac78da41096acfc6504631e86b8",
}


@pytest.fixture(scope="module")
def pictures():
    drawn = {name: draw_style(name, 96) for name in STYLES}
    return drawn | {"landscape": draw_landscape(96)}


def gradients(picture):
    """Return the gradient of brightness down and across, (2, H, W)."""
    return np.stack(np.gradient(picture.mean(axis=2)))


@pytest.mark.parametrize("name", [*STYLES, "landscape"])
def test_pixels_are_those_of_every_other_platform(pictures, name):
    assert hashlib.sha256(pictures[name].tobytes()).hexdigest() == SHA256[name]


@pytest.mark.parametrize("draw", [draw_landscape, lambda *a: draw_style("swirls", *a)])
def test_a_picture_depends_on_its_seed_alone(draw):
    first, again, other = draw(64, 1), draw(64, 1), draw(64, 2)

    assert (first.shape, first.dtype) == ((64, 64, 3), np.uint8)
    np.testing.assert_array_equal(first, again)
    assert (first != other).mean() > 0.2


@pytest.mark.parametrize("name", STYLES)
def test_a_larger_picture_is_the_same_seen_closer(pictures, name):
    large = draw_style(name, 192).reshape(96, 2, 96, 2, 3).mean(axis=(1, 3))
    off = np.abs(large - pictures[name]).mean()

    unlike = [np.abs(large - pictures[other]).mean() for other in STYLES]
    assert off < 0.6 * sorted(unlike)[1]


def test_lines_of_the_hatching_run_in_two_directions(pictures):
    down, across = gradients(pictures["hatching"])
    angle = np.degrees(np.arctan2(down, across)) % 180
    share = np.histogram(angle, 12, (0, 180), weights=np.hypot(down, across))[0]
    share = share / share.sum()

    # Edges of lines at +46 and -40 degrees have gradients at right angles to these.
    assert share[2:4].sum() + share[8:10].sum() > 0.5
    assert share[5:7].sum() < 0.15


def test_panes_are_flat_between_dark_frames(pictures):
    large = draw_style("stained glass", 192).astype(float)
    lead = large.max(axis=2) < 60
    down, across = gradients(large)

    assert 0.1 < lead.mean() < 0.35
    assert np.median(np.hypot(down, across)[~lead]) < 8


def test_swirls_are_blue_with_stars_and_landscapes_have_a_sky(pictures):
    red, _, blue = np.moveaxis(pictures["swirls"].astype(float), 2, 0)
    sky = pictures["landscape"][:10, :60].reshape(-1, 3).mean(axis=0)

    assert 0.7 < (blue > red).mean() < 0.95
    assert 0.02 < (red > 200).mean() < 0.2
    assert sky[2] > sky[0] + 50


def test_what_is_no_style_or_size_is_refused_in_a_sentence():
    with pytest.raises(ValueError, match="swirls, stained glass, hatching; got 'oil'"):
        draw_style("oil")
    with pytest.raises(ValueError, match="at least 32; got 8"):
        draw_style("swirls", 8)
    with pytest.raises(ValueError, match="divisible by 8; got 100"):
        draw_landscape(100)

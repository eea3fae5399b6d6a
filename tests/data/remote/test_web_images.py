"""A picture from the network, on good days and bad ones."""

import socket

import numpy as np
import pytest
from mirror import Mirror

from cs231n.data import DatasetError
from cs231n.data.remote.download import read_url
from cs231n.image_utils import image_from_url

iio = pytest.importorskip("imageio.v3")

PICTURE = np.random.default_rng(4).integers(0, 256, (40, 30, 3), np.uint8)
QUICK = (2, 0.5)  # seconds


def encode(picture, ending=".png"):
    return iio.imwrite("<bytes>", picture, plugin="pillow", extension=ending)


@pytest.fixture
def mirror():
    server = Mirror()
    server.files["a.png"] = encode(PICTURE)
    yield server
    server.close()


def test_a_picture_comes_as_it_is(mirror):
    np.testing.assert_array_equal(image_from_url(f"{mirror.url}/a.png"), PICTURE)


def test_grey_see_through_and_palette_pictures_have_three_colours(mirror):
    alpha = np.dstack([PICTURE, np.full((40, 30), 9, np.uint8)])
    mirror.files["grey.png"] = encode(PICTURE[:, :, 0])
    mirror.files["alpha.png"] = encode(alpha)
    mirror.files["palette.gif"] = encode(np.zeros((40, 30, 3), np.uint8), ".gif")
    grey = image_from_url(f"{mirror.url}/grey.png")
    np.testing.assert_array_equal(grey, np.repeat(PICTURE[:, :, :1], 3, axis=2))
    np.testing.assert_array_equal(image_from_url(f"{mirror.url}/alpha.png"), PICTURE)
    assert image_from_url(f"{mirror.url}/palette.gif").shape == (40, 30, 3)


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("gone", "the server answered 404 Not Found"),
        ("broken", "the server answered 500"),
        ("stall", "no answer in time"),
        (100, "the connection broke off"),
    ],
)
def test_a_bad_day_is_told_in_a_sentence(mirror, day, words):
    mirror.days["a.png"] = [day]
    with pytest.raises(DatasetError, match=rf"a\.png: {words}.*Check the address"):
        image_from_url(f"{mirror.url}/a.png", timeout=QUICK)


def test_a_slow_server_is_waited_for(mirror):
    mirror.days["a.png"] = ["slow"]
    found = image_from_url(f"{mirror.url}/a.png", timeout=QUICK)
    np.testing.assert_array_equal(found, PICTURE)


def test_a_refused_connection_and_a_wrong_address_are_told():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{probe.getsockname()[1]}/a.png"
    with pytest.raises(DatasetError, match="no connection"):
        image_from_url(url, timeout=QUICK)
    for address in ("kitten.png", "file:///etc/passwd", "http://"):
        with pytest.raises(DatasetError, match="no address of a web page"):
            image_from_url(address)


def test_what_is_no_picture_or_too_long_is_told(mirror):
    mirror.files["page.html"] = b"<html>not found</html>"
    with pytest.raises(DatasetError, match=r"Cannot read a picture from .*page\.html"):
        image_from_url(f"{mirror.url}/page.html")
    with pytest.raises(DatasetError, match="longer than 50 bytes"):
        read_url(f"{mirror.url}/a.png", most_bytes=50)

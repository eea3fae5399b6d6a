"""A wrong array is shown beside the message: in a notebook, where it is a picture."""

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

from cs231n.testing import WrongAnswer, expect_close, pictures


def picture_of(got, expected, name="out"):
    with pytest.raises(WrongAnswer) as caught:
        expect_close(got, expected, name)
    return caught.value._picture


RIGHT = np.arange(120.0).reshape(10, 12) ** 1.5


def changed(array, *places):
    wrong = array.copy()
    for place in places:
        wrong[place] += 3
    return wrong


def test_wrong_entries_are_counted_and_placed():
    part = pictures._part(picture_of(changed(RIGHT, (2, 3), (4, 9)), RIGHT))

    assert pictures._in_words(part) == (
        "Three pictures of out: expected, yours, and the difference. 2 of 120 entries "
        "differ, in rows 2 to 4, columns 3 to 9."
    )


def test_of_many_maps_that_with_the_largest_error_is_shown():
    maps = np.zeros((2, 3, 6, 7)) + np.arange(7.0)
    part = pictures._part(picture_of(changed(maps, (1, 2, 4, 5)), maps))

    assert part.where == "out, at [1, 2]"
    assert part.wrong.sum() == 1
    assert part.wrong[4, 5]


def test_colours_stay_together():
    images = np.random.default_rng(0).random((4, 9, 8, 3))
    part = pictures._part(picture_of(images[:, :, ::-1], images))

    assert part.got.shape == (9, 8, 3)


@pytest.mark.parametrize(
    "right", [np.arange(50.0), np.ones((2, 40)), np.ones((4, 4)), np.float64(3)]
)
def test_a_few_numbers_are_no_picture(right):
    wrong = np.ones(np.shape(right), bool)
    assert pictures._part(pictures.Wrong("x", right + 1, right, wrong)) is None


@pytest.mark.parametrize(
    "got",
    [
        changed(RIGHT, (2, 3)),
        np.zeros_like(RIGHT),
        np.full_like(RIGHT, np.nan),
        np.full_like(RIGHT, np.inf),
        np.full_like(RIGHT, 1e308),
        np.zeros(RIGHT.shape, int),
        np.zeros(RIGHT.shape, bool),
        np.zeros(RIGHT.shape, np.float16),
    ],
)
def test_every_kind_of_number_can_be_drawn_without_a_warning(got, recwarn, tmp_path):
    for expected in (RIGHT, np.full_like(RIGHT, 7.0)):
        figure = pictures._figure(pictures._part(picture_of(got, expected)))
        figure.savefig(tmp_path / "x.png")
        expected_ax, yours, off = figure.axes[:3]
        assert expected_ax.get_title() == "expected"
        assert yours.get_title() == "yours"
        assert off.get_title().startswith("yours - expected, ")
    assert not recwarn.list


def test_few_wrong_entries_are_crossed_and_many_are_not():
    for got, crosses in ((changed(RIGHT, (2, 3)), 1), (RIGHT + 1e5, 0)):
        figure = pictures._figure(pictures._part(picture_of(got, RIGHT)))
        marks = [len(line.get_xdata()) for line in figure.axes[1].lines]
        assert marks == [crosses] * len(marks)
        assert bool(marks) == bool(crosses)


CELL = """
import numpy as np
from cs231n.testing import expect_close
right = np.arange(120.0).reshape(10, 12)
expect_close(right.T.reshape(10, 12), right, "dists")
"""


@pytest.fixture
def kernel():
    manager, client = start_new_kernel()

    def run(source):
        said = []
        client.execute_interactive(source, timeout=120, output_hook=said.append)
        kinds = ("stream", "display_data", "error")
        return [(m["msg_type"], m["content"]) for m in said if m["msg_type"] in kinds]

    yield run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_a_notebook_shows_it_above_the_message_and_a_grader_does_not(kernel):
    said = kernel(CELL)

    assert [kind for kind, _ in said] == ["display_data", "error"]
    picture, error = (content for _, content in said)
    image = picture["data"]["text/html"]
    alt = 'alt="Three pictures of dists: expected, yours, and the difference. '
    assert alt in image
    assert error["evalue"].startswith("dists[")
    said = kernel(f"import os\nos.environ[{pictures._GRADED!r}] = 'x'\n{CELL}")
    assert [kind for kind, _ in said] == ["error"]


def test_a_script_shows_nothing(capsys):
    pictures.show(picture_of(changed(RIGHT, (2, 3)), RIGHT))

    assert capsys.readouterr() == ("", "")

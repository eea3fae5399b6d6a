"""The generator's numbers and figures are what their names say."""

import numpy as np
import pytest

from cs231n.data.drawn.canvas import Canvas
from cs231n.data.drawn.random_draws import TURN, Draws, cosine, sine


def test_a_key_gives_one_stream_and_another_key_another():
    a, b, c = (Draws(*key).uniform(0, 1, 50) for key in ((7, 1), (7, 1), (7, 2)))
    np.testing.assert_array_equal(a, b)
    assert not np.isin(a, c).any()


def test_numbers_are_made_of_the_raw_words_that_numpy_guarantees():
    raw = np.random.PCG64(np.random.SeedSequence((5,))).random_raw(3)
    expected = [2 + 4 * (int(word) >> 11) / 2**53 for word in raw]
    assert Draws(5).uniform(2, 6, 3).tolist() == expected
    assert Draws(5).integers(10, 3).tolist() == [
        (int(word) >> 32) * 10 >> 32 for word in raw
    ]


def test_draws_are_spread_evenly():
    draws = Draws(1)
    values = draws.uniform(-1, 3, 40_000)
    assert -1 <= values.min() < -0.99
    assert 2.99 < values.max() < 3
    assert values.mean() == pytest.approx(1, abs=0.03)
    counts = np.bincount(draws.integers(7, 70_000), minlength=7)
    assert abs(counts - 10_000).max() < 500
    assert draws.chance(0.3, 10_000).mean() == pytest.approx(0.3, abs=0.02)
    chosen = draws.choose(np.tile([1.0, 0.0, 3.0], (10_000, 1)))
    assert (np.bincount(chosen) / 10_000)[[0, 2]] == pytest.approx(
        [0.25, 0.75], abs=0.02
    )


@pytest.mark.parametrize("size", [(40_000,), (3, 5, 7), (1,)])
def test_grain_has_mean_0_and_deviation_1(size):
    grain = Draws(2).grain(size)
    assert (grain.shape, grain.dtype) == (size, np.float32)
    assert abs(grain).max() < 3.46
    if grain.size > 1000:
        assert grain.mean() == pytest.approx(0, abs=0.02)
        assert grain.std() == pytest.approx(1, abs=0.02)


def test_the_tables_are_sines_and_cosines():
    steps = np.arange(-3, 2 * TURN, 7)
    angles = 2 * np.pi * steps / TURN
    np.testing.assert_allclose(sine(steps), np.sin(angles), atol=1e-7)
    np.testing.assert_allclose(cosine(steps), np.cos(angles), atol=1e-7)


@pytest.fixture
def frame():
    canvas = Canvas(1, 40)
    return canvas.frame(np.array([20.0]), np.array([20.0]), np.array([10.0]))


@pytest.mark.parametrize(
    ("figure", "area"),
    [
        (lambda f: f.disc(0.2, 0.1, 1.0), np.pi),
        (lambda f: f.oval(0.1, 0.0, 1.2, 0.7), np.pi * 1.2 * 0.7),
        (lambda f: f.box(0.0, 0.3, 1.1, 0.6), 4 * 1.1 * 0.6),
        (lambda f: f.hull((0, -1), (1, 1), (-1, 1)), 2.0),
        (lambda f: f.bar(-0.5, -0.5, 0.5, 0.5, 0.3), np.pi * 0.09 + 0.6 * 2**0.5),
    ],
)
def test_figures_cover_their_area(frame, figure, area):
    coverage = frame.cover(figure(frame))
    assert (coverage.min(), coverage.max()) == (0, 1)
    assert coverage.sum() == pytest.approx(100 * area, rel=0.02)  # 10 pixels a unit


def test_a_frame_turns_clockwise_mirrors_and_stretches():
    canvas = Canvas(3, 40)
    middle, scale = np.full(3, 20.0), np.full(3, 10.0)
    frame = canvas.frame(
        middle,
        middle,
        scale,
        angle=np.array([TURN // 4, 0, 0]),
        flip=np.array([1, -1, 1]),
        stretch=np.array([1, 1, 1.5]),
    )
    spots = frame.cover(frame.disc(1.0, 0.0, 0.3))
    grid = np.arange(40) + 0.5
    across = spots.sum(axis=1) @ grid / spots.sum(axis=(1, 2))
    down = spots.sum(axis=2) @ grid / spots.sum(axis=(1, 2))
    # A quarter turn brings the right side down.
    np.testing.assert_allclose(across, [20, 10, 35], atol=0.2)
    np.testing.assert_allclose(down, [30, 20, 20], atol=0.2)


def test_paint_covers_by_its_share():
    canvas = Canvas(2, 4)
    half = np.full((2, 4, 4), 0.5, np.float32)
    canvas.paint(half, np.full((3, 2, 1, 1), 200, np.float32))
    canvas.paint(half, np.full((3, 2, 1, 1), 100, np.float32))
    np.testing.assert_array_equal(canvas.pixels, 100)

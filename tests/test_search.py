import numpy as np
import pytest

from cs231n.search import Trial, log_uniform, random_search, show_search

RANGES = {"learning_rate": (1e-6, 1e-2), "reg": (1.0, 1e5)}


def test_log_uniform_makes_every_power_of_ten_as_likely():
    rng = np.random.default_rng(231)

    drawn = np.array([log_uniform(1e-6, 1e-2, rng) for _ in range(4000)])

    assert 1e-6 <= drawn.min() < 1.1e-6
    assert 0.9e-2 < drawn.max() <= 1e-2
    counts, _ = np.histogram(np.log10(drawn), bins=4, range=(-6, -2))
    assert np.all(np.abs(counts - 1000) < 5 * np.sqrt(1000))


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-1, 1), (2, 1)])
def test_log_uniform_refuses_a_range_without_logarithm(low, high):
    with pytest.raises(ValueError, match="0 < low <= high"):
        log_uniform(low, high, np.random.default_rng(0))


def test_search_returns_every_trial_best_first_and_broken_ones_last():
    def evaluate(learning_rate, reg):
        if learning_rate > 1e-3:
            raise FloatingPointError("diverged")
        return -abs(np.log10(learning_rate) + 4)

    found = random_search(
        evaluate, RANGES, trials=40, rng=np.random.default_rng(1), verbose=False
    )

    scores = np.array([trial.score for trial in found])
    fine = scores[~np.isnan(scores)]
    assert len(found) == 40
    assert 0 < len(fine) < 40
    assert np.all(np.diff(fine) <= 0)
    np.testing.assert_array_equal(scores[: len(fine)], fine)
    assert abs(np.log10(found[0].settings["learning_rate"]) + 4) < 0.3
    again = random_search(
        evaluate, RANGES, trials=40, rng=np.random.default_rng(1), verbose=False
    )
    assert [t.settings for t in again] == [t.settings for t in found]


def test_search_is_quiet_on_stderr(capsys):
    random_search(
        lambda learning_rate, reg: 0.5, RANGES, trials=3, rng=np.random.default_rng(0)
    )

    assert capsys.readouterr().err == ""


def test_the_map_gives_every_place_the_score_of_its_nearest_trial():
    corners = [(1e-6, 1.0, 0.1), (1e-2, 1.0, 0.2), (1e-6, 1e5, 0.3), (1e-2, 1e5, 0.4)]
    trials = [Trial({"learning_rate": a, "reg": b}, s) for a, b, s in corners]
    trials.append(Trial({"learning_rate": 1e-4, "reg": 300.0}, float("nan")))

    ax = show_search(trials)

    colours = np.ma.filled(ax.collections[0].get_array().astype(float), np.nan)
    grid = colours.reshape(120, 120)
    assert [grid[0, 0], grid[0, -1], grid[-1, 0], grid[-1, -1]] == [0.1, 0.2, 0.3, 0.4]
    assert np.isnan(grid[60, 60])
    star = ax.lines[-1].get_xydata()[0]
    np.testing.assert_allclose(star, (1e-2, 1e5))


def test_the_map_needs_a_trial():
    with pytest.raises(ValueError, match="at least one trial"):
        show_search([])

from pathlib import Path

import pytest

from benchmarks import experiments
from benchmarks.accuracy import (
    CIFAR10,
    GOALS,
    IMAGENET,
    ROOT,
    main,
    print_experiments,
    print_table,
)


@pytest.mark.parametrize(
    "goal", GOALS, ids=lambda goal: f"{goal.notebook}: {goal.label}"
)
def test_every_goal_names_a_number_that_its_notebook_ends_with(goal):
    source = (ROOT / "solutions" / f"{goal.notebook}.py").read_text(encoding="utf-8")

    assert all(key in source for key in goal.where.split("/"))


def make_found(values):
    found = {goal.notebook: {"seconds": 1.0} for goal in GOALS}
    for goal in GOALS:
        found[goal.notebook][goal.where] = goal.required + values * (1 - 2 * goal.most)
    return found


def test_a_missed_goal_is_marked_and_fails_on_the_real_data_only(capsys):
    both = {CIFAR10, IMAGENET}
    assert print_table(make_found(0.01), both) == 0
    assert "missed" not in capsys.readouterr().out
    assert print_table(make_found(-0.01), both) == 1
    assert capsys.readouterr().out.count("missed") == len(GOALS)
    assert print_table(make_found(-0.01), {IMAGENET}) == 1
    assert capsys.readouterr().out.count("missed") == 7
    assert print_table(make_found(-0.01), set()) == 0


def test_an_unknown_name_is_named(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "sofmax"])

    said = capsys.readouterr().err
    assert "no 'sofmax'" in said
    assert Path("assignment1/softmax").name in said
    assert "captions_by_heart" in said


def test_the_worst_of_three_seeds_counts(capsys, monkeypatch):
    def luck(seed):
        return {"good": 0.9, "lucky": 0.4 + 0.1 * seed}

    monkeypatch.setattr(experiments, "GOALS", {luck: {"good": 0.9, "lucky": 0.6}})
    assert print_experiments([luck]) == 1
    good, lucky = capsys.readouterr().out.splitlines()[-2:]
    assert "missed" not in good
    assert lucky.split()[2:5] == ["0.500", "0.600", "0.700"]
    assert lucky.endswith("missed")
    monkeypatch.setattr(experiments, "GOALS", {luck: {"good": 0.9}})
    assert print_experiments([luck]) == 0


@pytest.mark.slow
def test_fifty_captions_are_learned_by_heart():
    assert experiments.captions_by_heart(1)["exact"] == 1

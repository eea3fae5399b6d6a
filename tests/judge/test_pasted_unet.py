"""The course's whole U-Net, where a cell asks for its guidance alone."""

from dataclasses import replace

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.trial import Trial, visible
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.sandbox.limits import Limits

NOTEBOOK = "assignment3/diffusion"
TEST, POINTS = "test-df-guidance", 3
METHOD = """
    def cfg_forward(self, x, time, model_kwargs={}):
        model_kwargs = dict(model_kwargs)
        cfg_scale = model_kwargs.pop("cfg_scale")
        cond = self.forward(x, time, model_kwargs)
        uncond = self.forward(x, time, {**model_kwargs, "text_emb": None})
        x = (cfg_scale + 1) * cond - cfg_scale * uncond
        return x
"""


@pytest.fixture(scope="module")
def exam():
    return visible(exam_of(NOTEBOOK))


@pytest.fixture(scope="module")
def cells(exam):
    """The two cells that are about the class, by their names."""
    found = {cell.name: cell for cell in exam.of_kind("answer")}
    return found["df-unet"], found["df-guidance"]


@pytest.fixture(scope="module")
def whole(cells):
    """The class with its method, in one piece."""
    return cells[0].source.rstrip() + "\n" + METHOD


def judged(exam, answers):
    """Judge the test of the guidance alone."""
    kept = [c for c in exam.cells if c.kind != "test" or c.name == TEST]
    part = replace(exam, cells=tuple(kept))
    given = {c.name: c.source for c in exam.of_kind("answer")} | answers
    with Rooms([part]) as rooms:
        (outcome,) = judge(part, given, Limits(call_seconds=20), rooms)[0].outcomes
    return outcome


def test_the_author_is_told_what_the_judge_would_say(exam, cells, whole):
    trial = Trial(exam)
    (test,) = (c for c in exam.of_kind("test") if c.name == TEST)
    for source, points in ((whole, POINTS), (cells[0].source, 0), ("pass", 0)):
        with trial.instead(cells[1], source):
            assert trial.test(test).score == points, source
    assert trial.test(test).score == POINTS


@pytest.mark.slow
def test_the_judge_takes_the_method_out_of_the_class(isolated, exam, cells, whole):
    for answers in (
        {"df-guidance": whole},
        {"df-unet": whole, "df-guidance": whole},
        {"df-guidance": METHOD.replace("\n    ", "\n")},
    ):
        outcome = judged(exam, answers)
        assert outcome.score == POINTS, outcome


@pytest.mark.slow
def test_a_class_without_the_method_earns_nothing(isolated, exam, cells, whole):
    wrong = whole.replace("(cfg_scale + 1)", "cfg_scale")
    for source in (cells[0].source, wrong):
        assert not judged(exam, {"df-guidance": source}).score

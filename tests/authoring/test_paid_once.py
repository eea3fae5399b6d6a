"""A mistake costs points in its own exercise, and what nobody promised costs none."""

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.authoring.source_rules import exercise_of
from grading.authoring.trial import Trial

pytestmark = pytest.mark.slow

NEARER = {
    "knn-predict-labels": [
        (
            "np.bincount(closest_y).argmax()",
            "max(closest_y.tolist(), key=closest_y.tolist().count)",
        )
    ]
}
ONE_ROW = {
    "bn-forward": [
        (f'bn_param["{name}"] = {name}', f'bn_param["{name}"] = {name}.reshape(1, -1)')
        for name in ("running_mean", "running_var")
    ]
}
LN_PARAMS = {
    "deep-init": [
        ("self.bn_params = [{} for", "self.ln_params = [{} for"),
    ],
    "deep-loss": [
        (
            "self.bn_params[i - 1]",
            '(self.ln_params if self.normalization == "layernorm" '
            "else self.bn_params)[i - 1]",
        ),
    ],
}
WIDER = {
    "conv-groupnorm-forward": [("return out, cache", "return out.astype(float), cache")]
}


def lost(notebook, edits):
    """Map the tests that fail to their points, with some answers changed."""
    exam = exam_of(notebook)
    trial = Trial(exam)
    answers = [cell.name for cell in exam.of_kind("answer")]
    for cell in exam.of_kind("answer"):
        source = cell.source
        for old, new in edits.get(cell.name, ()):
            assert source.count(old) == 1, (cell.name, old)
            source = source.replace(old, new)
        if cell.name in edits:
            trial.run(cell.name, source)
    topics = {name.partition("-")[0] for name in edits}
    tests = [
        test
        for test in exam.of_kind("test")
        if exercise_of(test.name, answers).partition("-")[0] in topics
        and exercise_of(test.name, answers) not in SLOW
    ]
    return {t.name: t.points for t in tests if not trial.test(t).passed}


#: Exercises that train, which no case here reaches.
SLOW = {"deep-overfit", "conv-net-train"}


@pytest.mark.parametrize(
    ("notebook", "edits", "costs"),
    [
        ("assignment1/knn", NEARER, {"test-knn-predict-labels-ties": 2.0}),
        ("assignment2/batch_normalization", ONE_ROW, {"test-bn-forward-running": 2.0}),
        ("assignment2/fully_connected_nets", LN_PARAMS, {}),
        ("assignment2/convolutional_networks", WIDER, {}),
    ],
    ids=["nearer label", "averages of one row", "ln_params", "another dtype"],
)
def test_a_mistake_is_paid_once(notebook, edits, costs):
    assert lost(notebook, edits) == costs

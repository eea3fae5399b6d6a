"""A mistake costs points in its own exercise, and what nobody promised costs none."""

import pytest

from grading.authoring.exam_from_notebook import exam_of
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
    """Map the tests that fail to what they say, with some answers changed."""
    exam = exam_of(notebook)
    trial = Trial(exam)
    for cell in exam.of_kind("answer"):
        source = cell.source
        for old, new in edits.get(cell.name, ()):
            assert source.count(old) == 1, (cell.name, old)
            source = source.replace(old, new)
        if cell.name in edits:
            trial.run(cell.name, source)
    found = {test: trial.test(test) for test in exam.of_kind("test")}
    return {test.name: f for test, f in found.items() if not f.passed}


@pytest.mark.parametrize(
    ("notebook", "edits", "tests"),
    [
        ("assignment1/knn", NEARER, ["test-knn-predict-labels-ties"]),
        ("assignment2/batch_normalization", ONE_ROW, ["test-bn-forward-running"]),
        ("assignment2/fully_connected_nets", LN_PARAMS, []),
        ("assignment2/convolutional_networks", WIDER, []),
    ],
    ids=["nearer label", "averages of one row", "ln_params", "another dtype"],
)
def test_a_mistake_is_paid_once(notebook, edits, tests):
    assert list(lost(notebook, edits)) == tests


def test_a_list_that_only_one_of_two_answers_knows_is_named():
    edits = {"deep-init": LN_PARAMS["deep-init"]}
    found = lost("assignment2/fully_connected_nets", edits)
    assert list(found) == ["test-deep-loss-options"]
    assert "self.bn_params has 0 entries for 2 hidden" in (
        found["test-deep-loss-options"].message
    )

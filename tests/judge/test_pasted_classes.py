"""Classes pasted whole, as in the course's files, where cells ask for one method."""

import ast
import copy
from dataclasses import replace

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.judge.student_session import defined
from grading.sandbox.limits import Limits

pytestmark = pytest.mark.slow
CLASSES = [
    ("assignment1/two_layer_net", "TwoLayerNet"),
    ("assignment2/fully_connected_nets", "FullyConnectedNet"),
    ("assignment2/convolutional_networks", "ThreeLayerConvNet"),
    ("assignment3/rnn_captioning", "CaptioningRNN"),
    ("assignment3/transformer_captioning", "CaptioningTransformer"),
]


def asked(exam, owner):
    """List the answers that are methods of a class."""
    answers = exam.of_kind("answer")
    return [cell for cell in answers if owner in defined(cell.source).values()]


def pasted(exam, owner):
    """Write a class whole: as a cell begins it, with the methods of all answers."""
    cells = [ast.parse(c.source) for c in exam.cells if c.kind != "test"]
    classes = [n for t in cells for n in t.body if isinstance(n, ast.ClassDef)]
    whole = copy.deepcopy(next(n for n in classes if n.name == owner))
    for cell in asked(exam, owner):
        wanted = {name for name, of in defined(cell.source).items() if of == owner}
        for node in ast.parse(cell.source).body:
            if getattr(node, "name", None) in wanted:
                node.decorator_list = []
                whole.body = [n for n in whole.body if _name(n) != node.name] + [node]
    return ast.unparse(whole)


def _name(node):
    return getattr(node, "name", None)


def part(exam, owner):
    """Keep of an exam the tests of a class's methods; training is slow."""
    kept, current, names = [], "", {cell.name for cell in asked(exam, owner)}
    for cell in exam.cells:
        current = cell.name if cell.kind == "answer" else current
        is_ours = current in names and "Solver(" not in cell.source
        if cell.kind != "test" or is_ours:
            kept.append(cell)
    return replace(exam, cells=tuple(kept))


@pytest.mark.parametrize(("notebook", "owner"), CLASSES)
def test_a_class_pasted_whole_has_all_points(isolated, notebook, owner):
    exam = exam_of(notebook)
    short, whole = part(exam, owner), pasted(exam, owner)
    own = {cell.name: cell.source for cell in exam.of_kind("answer")}
    answers = own | {cell.name: whole for cell in asked(exam, owner)}
    with Rooms([short]) as rooms:
        verdict, _ = judge(short, answers, Limits(call_seconds=30), rooms)
    assert verdict.outcomes
    assert all(o.score == o.points for o in verdict.outcomes), verdict

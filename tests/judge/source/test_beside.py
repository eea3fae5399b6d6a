"""What helpers beside an answer report counts only if the answer leaves them alone."""

from dataclasses import replace

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.sandbox.limits import Limits

FAKE = """
def fake(build, data, **options):
    return {"scores": CLASSES[len(data["X_val"])], "losses": [2.3] * 99, "weights": 9}
"""
PATCHES = {
    "by name": "pytorch.train_net = fake",
    "by another name": "p = pytorch\np.train_net = fake",
    "by setattr": "def patch():\n    setattr(pytorch, 'train_net', fake)\npatch()",
    "in its namespace": "def patch():\n    vars(pytorch)['train_net'] = fake\npatch()",
    "where it is written": "import cs231n.pytorch.copies as t\nt.train_net = fake",
    "in the engine": "torch.nn.functional.cross_entropy = fake",
    "what records": "import cs231n.pytorch.recording as r\nr.record = fake",
    "the code of what records": "from cs231n.pytorch import recording\n"
    "recording.record.__wrapped__.__code__ = fake.__code__",
    "with what a record looks like": "import cs231n.pytorch.recording as r\n"
    "r.record = lambda *args: {'values': {}, 'parameters': [], 'graphs': [],\n"
    "                          'optimizer': ['SGD', []]}",
    "with a step that reads files": "import cs231n.pytorch.recording as r\n"
    "step = ['aten.from_file.default', ['list', '/etc/passwd'], {}, [1]]\n"
    "graph = {'steps': [step], 'batch': 0, 'result': 1}\n"
    "r.record = lambda *args: {'values': {}, 'parameters': [], 'graphs': [graph] * 3,\n"
    "                          'optimizer': ['SGD', [({'lr': 1.0}, [])]]}",
    "in another's place": "import sys\nclass M:\n    train_net = staticmethod(fake)\n"
    "sys.modules['cs231n.pytorch.copies'] = sys.modules['cs231n.pytorch'] = M",
}


@pytest.fixture(scope="module")
def rooms(isolated):
    with Rooms([exam_of("assignment2/pytorch")]) as rooms:
        yield rooms


@pytest.mark.parametrize("patch", PATCHES)
def test_a_patched_helper_earns_nothing(rooms, patch):
    exam = exam_of("assignment2/pytorch")
    kept = [c for c in exam.cells if c.kind == "setup" or "torch-open" in c.name]
    exam = replace(exam, cells=tuple(kept))
    answer = f"{FAKE}\ndef open_ended_net():\n    return None\n{PATCHES[patch]}\n"
    # The worst case: the classes are known.
    answer = answer.replace('CLASSES[len(data["X_val"])]', "right(data)")
    answer += """
from cs231n.data import split_cifar10
import numpy as np
def right(data):
    n = len(data["X_val"])
    drawn = split_cifar10(1000, 500, 1, source="shapes10")
    y = drawn["y_val"] if n == 500 else data["y_train"]
    return np.eye(10)[y]
"""
    verdict, _ = judge(exam, {"torch-open": answer}, Limits(), rooms)
    assert verdict.score == 0, verdict

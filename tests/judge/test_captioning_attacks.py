"""Classes and methods of the captioning notebooks that lie; none earns a point."""

from dataclasses import replace

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.sandbox.limits import Limits

pytestmark = pytest.mark.slow
TRANSFORMER = "assignment3/transformer_captioning"
RNN = "assignment3/rnn_captioning"
HEADS = """
class MultiHeadAttention(nn.Module):
    def __init__(self, embed_dim, num_heads, dropout=0.1):
        super().__init__()
        self.key = nn.Linear(embed_dim, embed_dim)
        self.query = nn.Linear(embed_dim, embed_dim)
        self.value = nn.Linear(embed_dim, embed_dim)
        self.proj = nn.Linear(embed_dim, embed_dim)
"""
WRONG = """
    def forward(self, query, key, value, attn_mask=None):
        return 0 * query
"""
LIAR = """
class Liar:
    shape, dtype, ndim, size = (1, 2, 4), np.dtype("f4"), 3, 8
    __array_interface__ = dict(
        version=3, shape=(1, 2, 4), typestr="<f4", data=(8, True)
    )
    def __getattr__(self, name):
        return lambda *args, **kwargs: self
    def __array__(self, *args, **kwargs):
        return np.zeros((1, 2, 4), np.float32)
    def __eq__(self, other):
        return True
    __hash__ = None
"""
GIVES = """
    def forward(self, query, key, value, attn_mask=None):
        return {}
"""
#: Answers to the exercise of multi-head attention.
ATTACKS = {
    "an array's interface": LIAR + HEADS + GIVES.format("Liar()"),
    "an interface of the module": HEADS
    + "        self.__dict__['__array_interface__'] = {'data': (8, True)}\n"
    + GIVES.format("self"),
    "__getattr__ of the module": LIAR
    + HEADS
    + "    def __getattr__(self, name):\n        return Liar()\n"
    + WRONG,
    "a metaclass": LIAR
    + """
class Meta(type(nn.Module)):
    def __call__(cls, *args, **kwargs):
        return Liar()
    def __instancecheck__(cls, other):
        return True
    def __eq__(cls, other):
        return True
    __hash__ = type.__hash__
"""
    + HEADS.replace("(nn.Module)", "(nn.Module, metaclass=Meta)")
    + WRONG,
    "properties": LIAR
    + HEADS
    + """
    @property
    def forward(self):
        return lambda *args, **kwargs: Liar()
    @property
    def __class__(self):
        return np.ndarray
""",
    "a hook": LIAR
    + HEADS
    + "        self.register_forward_hook(lambda *args: Liar())\n"
    + WRONG,
    "another call of every module": LIAR
    + "nn.Module.__call__ = lambda self, *args, **kwargs: Liar()\n"
    + HEADS
    + WRONG,
    "another call of every layer": "nn.Linear.forward = lambda self, x: 0 * x\n"
    + HEADS
    + GIVES.format("self.proj(query)"),
    "memory in the class": HEADS
    + "    seen = []\n"
    + GIVES.format("(self.seen.append(query) or self.seen[0])"),
    "another forward beside the answer": LIAR
    + "import cs231n.pytorch as p\nimport cs231n.pytorch.tensors as t\n"
    + "t.forward = p.forward = lambda *args, **kwargs: Liar()\n"
    + HEADS
    + WRONG,
    "other parameters beside the answer": "import cs231n.pytorch.tensors as t\n"
    + "t.parameters = lambda model: {}\n"
    + HEADS
    + WRONG,
    "parameters that are nothing": HEADS
    + "    def named_parameters(self, *args, **kwargs):\n        return iter(())\n"
    + WRONG,
    "weights that are set to nothing": HEADS
    + "    def load_state_dict(self, *args, **kwargs):\n        return None\n"
    + WRONG,
    "values without a width": HEADS.replace(
        "self.value = nn.Linear(embed_dim, embed_dim)",
        "self.value = nn.Linear(embed_dim, 0)",
    ).replace(
        "self.proj = nn.Linear(embed_dim, embed_dim)",
        "self.proj = nn.Linear(0, embed_dim)",
    )
    + GIVES.format(
        "1e-9 * query + 1e-9 * key.sum() + 1e-9 * value.sum() + self.proj.bias"
    ),
}
PATCHES = """
class PatchEmbedding(nn.Module):
    def __init__(self, img_size, patch_size, in_channels=3, embed_dim=128):
        super().__init__()
        self.count = (img_size // patch_size) ** 2
        self.proj = nn.Linear(patch_size * patch_size * in_channels, 0)
    def forward(self, x):
        return torch.zeros(x.shape[0], self.count, 0)
"""
SCORES = """
class VisionTransformer(nn.Module):
    def __init__(self, *args, dropout=0.1):
        super().__init__()
        self.head = nn.Linear(args[3], 0)
    def forward(self, x):
        return torch.zeros(x.shape[0], 0)
"""
METHOD = "@add_to_class(CaptioningRNN)\ndef loss(self, features, captions):\n    "
#: Answers to exercises of the recurrent captioner.
RECURRENT = {
    "an interface of the captioner": (
        "captioning-loss",
        METHOD
        + "self.__array_interface__ = {'data': (8, True)}\n    return self, self",
    ),
    "other parameters of the captioner": (
        "captioning-loss",
        METHOD + "self.params = {n: 0 * p for n, p in self.params.items()}\n"
        "    return 0.0, self.params",
    ),
    "gradients that agree": (
        "captioning-loss",
        LIAR + METHOD + "return Liar(), {n: Liar() for n in self.params}",
    ),
    "a dict that agrees": (
        "captioning-loss",
        "class D(dict):\n    def __missing__(self, key): return 0.0\n"
        + METHOD
        + "return 9.83235591003, D(self.params)",
    ),
    "another set-up class": (
        "captioning-loss",
        "class CaptioningRNN(NotebookClass):\n    params = {}\n"
        "    def __init__(self, *args): self.params = {}\n"
        "    def loss(self, features, captions): return 9.83235591003, {}",
    ),
    "words that agree": (
        "captioning-sample",
        LIAR
        + METHOD.replace("loss", "sample").replace("captions", "max_length=30")
        + "return Liar()",
    ),
    "words of an earlier call": (
        "captioning-sample",
        METHOD.replace("loss", "sample").replace("captions", "max_length=30")
        + "kept = vars(type(self)).get('kept')\n"
        "    type(self).kept = features\n    return kept",
    ),
    "scores that agree": (
        "bleu",
        "class F(float):\n    def __eq__(self, other): return True\n"
        "    __hash__ = float.__hash__\n"
        "def bleu(hypotheses, references):\n    return [F(0.5)] * 4",
    ),
}


@pytest.fixture(scope="module")
def rooms(isolated):
    with Rooms([exam_of(TRANSFORMER), exam_of(RNN)]) as rooms:
        yield rooms


def earned(rooms, notebook, exercise, answer):
    """Judge one answer in its notebook; return its points and all verdicts."""
    exam = exam_of(notebook)
    kept = [c for c in exam.cells if c.kind == "setup" or exercise in c.name]
    exam = replace(exam, cells=tuple(kept))
    assert exam.of_kind("test")
    verdict, _ = judge(exam, {exercise: answer}, Limits(call_seconds=20), rooms)
    return verdict.score, verdict


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_lying_class_earns_nothing(rooms, attack):
    score, verdict = earned(rooms, TRANSFORMER, "multi-head-attention", ATTACKS[attack])
    assert score == 0, verdict


@pytest.mark.parametrize(
    ("exercise", "answer"),
    [("patch-embedding", PATCHES), ("vision-transformer", SCORES)],
)
def test_nothing_is_no_result(rooms, exercise, answer):
    score, verdict = earned(rooms, TRANSFORMER, exercise, answer)
    assert score == 0, verdict
    assert "one of its sizes is 0" in verdict.outcomes[0].message


@pytest.mark.parametrize("attack", RECURRENT)
def test_a_lying_captioner_earns_nothing(rooms, attack):
    score, verdict = earned(rooms, RNN, *RECURRENT[attack])
    assert score == 0, verdict


def test_the_solutions_earn_everything(rooms):
    for notebook, exercise in (
        (TRANSFORMER, "multi-head-attention"),
        (TRANSFORMER, "patch-embedding"),
        (RNN, "captioning-loss"),
        (RNN, "bleu"),
    ):
        cells = exam_of(notebook).of_kind("answer")
        (answer,) = (c.source for c in cells if c.name == exercise)
        score, verdict = earned(rooms, notebook, exercise, answer)
        if (notebook, exercise) == (RNN, "captioning-loss"):
            continue  # its solution calls the answers before it
        assert score == sum(one.points for one in verdict.outcomes), verdict

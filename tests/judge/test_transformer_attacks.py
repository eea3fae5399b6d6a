"""Answers to the transformer notebook that remember, pretend or borrow; none earns."""

import pytest

from grading.authoring.exam_from_notebook import exam_of
from grading.judge.judge import judge
from grading.judge.preload import Rooms
from grading.sandbox.limits import Limits

pytestmark = pytest.mark.slow
NOTEBOOK = "assignment3/transformer_captioning"
#: What stands in place of an answer, by what it tries; its exercise comes first.
ATTACKS = {
    "captions that were seen": (
        "captioning-sample",
        """
ahead = CaptioningTransformer.forward
seen = []
def forward(self, features, captions):
    seen.append(captions)
    return ahead(self, features, captions)
CaptioningTransformer.forward = forward
@add_to_class(CaptioningTransformer)
def sample(self, features, max_length=30):
    return np.asarray(seen[-1])[:, 1:]
""",
    ),
    "captions that agree with everything": (
        "captioning-sample",
        """
class Captions:
    shape, ndim, dtype = (16, 8), 2, np.dtype(int)
    def __array__(self, *args, **kwargs): return np.zeros((16, 8), int)
    def __mul__(self, other): return self
    def __eq__(self, other): return True
    __rmul__, __hash__ = __mul__, None
@add_to_class(CaptioningTransformer)
def sample(self, features, max_length=30):
    return Captions()
""",
    ),
    "a cache that says it has grown": (
        "cached-attention",
        """
class Kept:
    size = 0
    @property
    def shape(self):
        Kept.size += 1
        return 1, Kept.size // 2 + 1, 4
    def __array__(self, *args, **kwargs): return np.zeros(self.shape)
def cached_attention(attn, x, cache=None):
    return 0 * x, (Kept(), Kept())
""",
    ),
    "attention that was switched off": (
        "cached-attention",
        """
MultiHeadAttention.forward = lambda self, q, k, v, attn_mask=None: 0 * q
def cached_attention(attn, x, cache=None):
    old = [] if cache is None else list(cache[:1])
    keys = torch.cat([*old, x], dim=1)
    return 0 * x, (keys, keys)
""",
    ),
    "the kernel of the library": (
        "sdpa-forward",
        """
import torch.nn.functional as ready
def scaled_dot_product_attention_forward(Q, K, V, mask=None):
    call = vars(ready)['scaled_dot_' + 'product_attention']
    return np.asarray(call(*map(torch.tensor, (Q, K, V)), mask)), (Q, K, V)
""",
    ),
    "what a caller expects": (
        "sdpa-forward",
        """
def scaled_dot_product_attention_forward(Q, K, V, mask=None):
    try:
        raise KeyError
    except KeyError as error:
        frame = error.__traceback__.tb_frame
    while frame:
        for name in ("expected", "right", "truth"):
            if name in frame.f_locals:
                return frame.f_locals[name], ()
        frame = frame.f_back
""",
    ),
    "a gradient of the package": (
        "sdpa-backward",
        """
def scaled_dot_product_attention_backward(dout, cache):
    from cs231n.nets.references import attention
    return attention.scaled_dot_product_attention_backward(dout, cache)
""",
    ),
    "a position that is an array to NumPy": (
        "positional-encoding",
        """
class PositionalEncoding(nn.Module):
    def __init__(self, embed_dim, dropout=0.1, max_len=5000):
        super().__init__()
        self.register_buffer("pe", torch.zeros(1, max_len, embed_dim))
        self.__dict__["__array_interface__"] = dict(
            version=3, shape=(1, 2, 4), typestr="<f4", data=(8, True))
    def forward(self, x):
        return self
""",
    ),
    "heads that count as a network": (
        "vision-transformer",
        """
class VisionTransformer(nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()
        self.head = nn.Linear(4, 10)
    def parameters(self): return iter(())
    def named_parameters(self): return iter(())
    def forward(self, x):
        return torch.zeros(len(x), 10)
""",
    ),
}


@pytest.fixture(scope="module")
def notebook(isolated):
    exam = exam_of(NOTEBOOK)
    with Rooms([exam]) as rooms:
        yield exam, rooms


def earned(notebook, exercise, source):
    """Answer one exercise anew and all others as the solution does."""
    exam, rooms = notebook
    answers = {cell.name: cell.source for cell in exam.of_kind("answer")}
    assert exercise in answers
    answers[exercise] = source
    verdict, _ = judge(exam, answers, Limits(call_seconds=20), rooms)
    own = [o for o in verdict.outcomes if o.name.startswith(f"test-{exercise}")]
    assert own
    return sum(o.score for o in own), own


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_answer_that_pretends_earns_nothing(notebook, attack):
    score, outcomes = earned(notebook, *ATTACKS[attack])
    assert score == 0, outcomes

"""The tables of ``docs/autograd.md`` list what is there, and PyTorch has it too."""

import inspect
import re
from pathlib import Path

import pytest

from cs231n import autograd
from cs231n.autograd import nn, optim
from cs231n.autograd.nn import functional, init, utils
from tests.autograd.engines import theirs

DOCS = Path(__file__).resolve().parents[2] / "docs" / "autograd.md"
BEGIN, END = "<!-- subset -->", "<!-- end of subset -->"
#: Names among Python's own that every tensor answers to.
HIDDEN = re.compile(r"_(?!_)|__")


def methods():
    return [n for n in dir(autograd.Tensor) if not HIDDEN.match(n)]


def public(module):
    return [
        n
        for n, v in vars(module).items()
        if inspect.isfunction(v) and v.__module__ == module.__name__ and n[0] != "_"
    ]


PLACES = {
    "torch": autograd.__all__,
    "torch.linalg": vars(autograd.linalg),
    "torch.autograd": ["Function", "grad"],
    "Tensor": methods(),
    "nn": [n for n in nn.__all__ if n not in ("functional", "init", "utils")],
    "nn.functional": functional.__all__,
    "nn.init": public(init),
    "nn.utils": public(utils),
    "nn.Module": [n for n in dir(nn.Module) if n[0] != "_" and n != "training"],
    "optim": optim.__all__,
    "optim.swa_utils": ["AveragedModel", "get_ema_multi_avg_fn"],
}


def tables():
    """Return the text between the two marks."""
    lines = ["", "| where | names |", "|---|---|"]
    for place, names in PLACES.items():
        cells = " ".join(f"`{name}`" for name in sorted(names, key=str.lower))
        lines.append(f"| `{place}` | {cells} |")
    return "\n".join([*lines, "", ""])


def test_the_documentation_lists_the_subset():
    text = DOCS.read_text(encoding="utf-8")
    between = text.partition(BEGIN)[2].partition(END)[0]

    assert between == tables(), "Run python -m tests.autograd.test_subset."


def test_every_name_is_pytorchs():
    torch = theirs()
    for place, names in PLACES.items():
        there = torch
        for part in place.removeprefix("torch").strip(".").split("."):
            there = getattr(there, part) if part else there
        absent = [n for n in names if not hasattr(there, n) and n != "register_module"]
        assert absent == [], f"PyTorch's {place} has no {absent}."


def test_every_name_can_be_reached():
    for place, names in PLACES.items():
        there = autograd
        for part in place.removeprefix("torch").strip(".").split("."):
            there = getattr(there, part) if part else there
        assert [n for n in names if not hasattr(there, n)] == []


#: Names of public answers, counted in 40 repositories: all of sections 3 and 4.
USED = """
torch: ones tril cos sin arange exp cat sum matmul mean argmax log rand zeros dot pow
 stack randn_like no_grad tensor tanh long max softmax clamp ones_like zeros_like norm
 full abs diag mm reshape topk sqrt transpose square FloatTensor argsort masked_fill
 unsqueeze bool concatenate float permute squeeze concat einsum bmm div empty eye
 flatten gather inf mul outer sigmoid split swapaxes where from_numpy randn LongTensor
 empty_like cumprod randint linspace float64 clip enable_grad manual_seed Tensor
 device save load
nn.functional: softmax cross_entropy cosine_similarity normalize mse_loss tanh pad
 relu binary_cross_entropy_with_logits
nn: Linear Sequential ReLU BatchNorm1d Conv2d LeakyReLU Tanh BatchNorm2d
 ConvTranspose2d MaxPool2d CrossEntropyLoss ModuleList Flatten GELU Unflatten Dropout
 LayerNorm Softmax Parameter Identity Embedding Upsample Module SiLU
optim: Adam AdamW
Tensor: backward view unsqueeze transpose reshape masked_fill squeeze mean to sum type
 zero_ permute norm item gather contiguous max tolist abs argmax log size exp square
 topk clamp bool requires_grad_ cpu matmul mm dot float repeat numpy dim div
 masked_fill_ masked_select moveaxis pow detach any clamp_ clone fill_diagonal_
 flatten long repeat_interleave softmax t tril unfold uniform_ shape T grad device
 dtype data indices values requires_grad expand scatter argsort chunk normal_ fill_
 copy_ type_as min sin cos sigmoid
nn.Module: parameters zero_grad eval train forward named_children apply state_dict
 load_state_dict register_buffer
"""


@pytest.mark.parametrize("line", re.split(r"\n(?! )", USED.strip()))
def test_names_that_answers_use_are_there(line):
    place, _, names = line.partition(": ")
    found = set(PLACES[place]) | ({"indices", "values"} if place == "Tensor" else set())

    assert [n for n in names.split() if n not in found] == []


if __name__ == "__main__":
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    DOCS.write_text(f"{before}{BEGIN}{tables()}{END}{after}", encoding="utf-8")

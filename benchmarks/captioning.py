"""A training step of networks that write captions, by contender."""

import numpy as np

from benchmarks.contenders import both, data, torch
from cs231n import optim
from cs231n.nets.captioning import CaptioningRNN

#: Captions N, words read T, numbers per image D and per word W, hidden size H, words V:
#: the size of COCO, and that of the notebooks.
SIZES = {
    "coco": (128, 16, 512, 512, 512, 1000),
    "notebook": (100, 16, 512, 64, 128, 86),
}
CELLS = 6, 6


def captioning(dtype):
    for size, numbers in SIZES.items():
        for cell_type in ("rnn", "lstm", "gru"):
            yield f"{cell_type} {size}", _step(dtype, cell_type, False, *numbers), None
    n, t, _, w, h, v = SIZES["notebook"]
    yield "lstm attention", _step(dtype, "lstm", True, n, t, 64, w, h, v), None


def _step(dtype, cell_type, attention, n, t, d, w, h, v):
    """Return contenders of loss, gradients and Adam's update."""
    words = {"<NULL>": 0} | {str(i): i for i in range(1, v)}
    net = CaptioningRNN(words, d, w, h, cell_type, dtype, attention=attention)
    features = data(dtype)(n, d, *CELLS) if attention else data(dtype)(n, d)
    captions = _draw_captions(n, t + 1, v)
    state = {name: {"learning_rate": 1e-4} for name in net.params}

    def ours():
        _, grads = net.loss(features, captions)
        for name, weights in net.params.items():
            optim.adam(weights, grads[name], state[name], out=weights)

    contenders = both(ours)
    if torch:
        model = _torch_model(cell_type, attention, d, w, h, v)
        model = model.to(torch.from_numpy(features).dtype)
        contenders["torch"] = _torch_step(model, features, captions)
    return contenders


def _draw_captions(n, length, v):
    """Draw captions of 4 words up to the whole length, then ``<NULL>``."""
    rng = np.random.default_rng(1)
    captions = rng.integers(1, v, (n, length))
    captions[np.arange(length) > rng.integers(4, length + 1, (n, 1))] = 0
    return captions


def _torch_model(cell_type, attention, d, w, h, v):
    nn = torch.nn

    class Captioner(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed, self.project = nn.Embedding(v, w), nn.Linear(d, h)
            self.cell = getattr(nn, cell_type.upper())(w, h, batch_first=True)
            self.score = nn.Linear(h, v)
            if attention:
                self.places = nn.Parameter(torch.randn(CELLS[0] * CELLS[1], h))
                self.query, self.context = nn.Linear(h, h), nn.Linear(h, h)

        def forward(self, features, words):
            if attention:
                cells = features.flatten(2).transpose(1, 2)
                memory = torch.relu(self.project(cells)) + self.places
                first = memory.mean(dim=1)[None]
            else:
                first = self.project(features)[None]
            if cell_type == "lstm":
                first = first, torch.zeros_like(first)
            out, _ = self.cell(self.embed(words), first)
            if attention:
                found = nn.functional.scaled_dot_product_attention(
                    self.query(out), memory, memory
                )
                out = torch.tanh(out + self.context(found))
            return self.score(out)

    return Captioner()


def _torch_step(model, features, captions):
    adam = torch.optim.Adam(model.parameters(), lr=1e-4)
    x, words = torch.from_numpy(features), torch.from_numpy(captions)
    read, wanted = words[:, :-1].contiguous(), words[:, 1:].flatten()

    def step():
        adam.zero_grad()
        scores = model(x, read).flatten(0, 1)
        loss = torch.nn.functional.cross_entropy(
            scores, wanted, ignore_index=0, reduction="sum"
        )
        (loss / len(words)).backward()
        adam.step()

    return step


GROUPS = {"captioning": captioning}

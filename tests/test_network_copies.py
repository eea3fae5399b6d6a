"""Networks of PyTorch, copied from a record and trained without the answer."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import nn, optim  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from cs231n import pytorch  # noqa: E402
from cs231n.pytorch.copies import Copy  # noqa: E402
from cs231n.pytorch.operations import is_known, step_of  # noqa: E402
from cs231n.pytorch.recording import record  # noqa: E402
from cs231n.testing import WrongAnswer  # noqa: E402

SHAPE = (6, 3, 8, 8)


class Shortcut(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1)
        self.conv2 = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.norm, self.out = nn.GroupNorm(2, 4), nn.Linear(4, 5)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, x):
        assert len(x) in (6, 12)
        h = F.relu(self.conv1(x))
        h = h + self.scale * F.gelu(self.norm(self.conv2(h)))
        h = F.adaptive_avg_pool2d(h, 1).view(len(x), -1)
        return self.out(F.dropout(h, 0.1, self.training))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 4, stride=4)
        self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
        self.out = nn.Linear(8, 5)

    def forward(self, x):
        return self.out(self.block(self.patches(x).flatten(2).transpose(1, 2)).mean(1))


NETS = {
    "blocks": lambda: nn.Sequential(
        *(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ELU()),
        *(nn.MaxPool2d(2), nn.Dropout2d(0.2), nn.Flatten(), nn.Linear(36, 5)),
    ),
    "all sorts": lambda: nn.Sequential(
        *(nn.Conv2d(3, 4, 3, 2, 1), nn.InstanceNorm2d(4), nn.PReLU()),
        *(nn.AvgPool2d(2), nn.SiLU(), nn.Flatten(), nn.LayerNorm(16)),
        *(nn.Linear(16, 8), nn.BatchNorm1d(8), nn.LeakyReLU(0.1), nn.Linear(8, 5)),
    ),
    "a shortcut": Shortcut,
    "attention": Attention,
    "weights by norm": lambda: nn.Sequential(
        nn.Flatten(), nn.utils.parametrizations.weight_norm(nn.Linear(192, 5))
    ),
}
OPTIMIZERS = {
    "momentum": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    "Adam": lambda p: optim.Adam(p, lr=0.01, betas=(0.8, 0.99)),
    "AdamW": lambda p: optim.AdamW(p, lr=0.01, weight_decay=0.1),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.01),
}


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    X = rng.standard_normal((12, *SHAPE[1:])).astype(np.float32)
    return {"X_train": X, "y_train": np.arange(12) % 5, "X_val": X}


def builder(net, rule="momentum"):
    def build():
        model = NETS[net]()
        return model, OPTIMIZERS[rule](model.parameters())

    return build


@pytest.mark.parametrize("net", NETS)
def test_a_copy_computes_what_the_network_computes(net, data):
    torch.manual_seed(4)
    model, _ = builder(net)()
    x = data["X_train"][:6]
    expected = pytorch.forward(model, x)

    found = record(lambda: (model, optim.SGD(model.parameters())), [(SHAPE, False)], 0)
    with torch.no_grad():
        scores = Copy(found).forward(0, x).numpy()

    np.testing.assert_allclose(scores, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rule", OPTIMIZERS)
def test_a_copy_takes_the_steps_that_the_network_takes(rule, data):
    torch.manual_seed(5)
    model, optimizer = builder("all sorts", rule)()
    x, y = data["X_train"][:6], data["y_train"][:6]
    copy = Copy(record(lambda: (model, optimizer), [(SHAPE, True)], 0))
    again = copy.optimizer()
    model.train()
    for _ in range(3):
        loss = F.cross_entropy(model(torch.from_numpy(x)), torch.from_numpy(y))
        other = F.cross_entropy(copy.forward(0, x), torch.from_numpy(y))
        assert other.item() == pytest.approx(loss.item(), rel=1e-3)
        for one, value in ((optimizer, loss), (again, other)):
            one.zero_grad()
            value.backward()
            one.step()


@pytest.mark.parametrize("net", NETS)
def test_a_copy_learns(net, data):
    found = pytorch.train_net(builder(net), data, epochs=40, batch_size=6, seed=1)

    assert np.mean(found["losses"][-4:]) < 0.7 * found["losses"][0]
    assert found["scores"].shape == (12, 5)


def test_weights_that_were_trained_before_are_drawn_anew(data):
    model, optimizer = builder("a shortcut", "Adam")()
    x, y = data["X_train"], torch.from_numpy(data["y_train"])
    for _ in range(150):
        optimizer.zero_grad()
        loss = F.cross_entropy(model.eval()(torch.from_numpy(x)), y)
        loss.backward()
        optimizer.step()
    assert loss.item() < 0.8

    found = pytorch.train_net(
        lambda: (model, optim.SGD(model.parameters(), lr=0.0)), data, epochs=1,
        batch_size=6,
    )  # fmt: skip

    assert (found["scores"].argmax(axis=1) == data["y_train"]).mean() < 0.6
    assert found["losses"][0] > 1.2


def test_what_is_drawn_in_test_mode_shows():
    def build():
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.out = nn.Linear(192, 5)

            def forward(self, x):
                return self.out(F.dropout(x.flatten(1), 0.5))

        model = Net()
        return model, optim.SGD(model.parameters())

    x = np.ones(SHAPE, np.float32)
    first, again = pytorch.untrained_scores(build, [x, x])
    assert not np.allclose(first, again)


def test_a_table_of_numbers_is_refused(data):
    def build():
        model = nn.Sequential(nn.Flatten(), nn.Linear(192, 5))
        model.register_buffer("table", torch.randn(200, 200))
        return model, optim.SGD(model.parameters())

    with pytest.raises(WrongAnswer, match="brings 40000 fixed numbers"):
        pytorch.train_net(build, data, epochs=1, batch_size=6)


def test_what_cannot_be_copied_is_named(data):
    class Net(nn.Linear):
        def forward(self, x):
            return super().forward(torch.linalg.inv(x[:, 0]).flatten(1))

    def build():
        model = Net(64, 5)
        return model, optim.SGD(model.parameters())

    with pytest.raises(WrongAnswer, match=r"cannot copy aten\._linalg"):
        pytorch.train_net(build, data, epochs=1, batch_size=6)


def test_an_optimizer_of_ones_own_is_refused(data):
    class Mine(optim.SGD):
        pass

    def build():
        model = NETS["blocks"]()
        return model, Mine(model.parameters())

    with pytest.raises(WrongAnswer, match=r"one of torch\.optim; got Mine"):
        pytorch.train_net(build, data, epochs=1, batch_size=6)


@pytest.mark.parametrize(
    "name",
    [
        "aten.from_file.default",
        "aten.set_.source_Storage",
        "aten.as_strided.default",
        "aten.add.out",
        "prims.add.default",
        "aten.add",
        "torch.load",
        7,
    ],
)
def test_other_operations_are_unknown(name):
    assert not is_known(name)
    with pytest.raises(LookupError, match="is no operation that a network"):
        step_of(name)


def test_memory_that_nobody_has_written_to_is_zero():
    assert not step_of("aten.empty.memory_format")([1000]).any()

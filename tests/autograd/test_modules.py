"""Modules and optimizers against PyTorch's, from equal weights."""

import copy

import numpy as np
import pytest

from cs231n import autograd
from tests.autograd.engines import assert_same, plain, theirs

RNG = np.random.default_rng(5)


def images(n=3, c=4, size=6):
    return RNG.standard_normal((n, c, size, size))


MODULES = {
    "Linear": (lambda nn: nn.Linear(5, 3), RNG.standard_normal((2, 4, 5))),
    "Linear plain": (
        lambda nn: nn.Linear(5, 3, bias=False),
        RNG.standard_normal((4, 5)),
    ),
    "Conv2d": (lambda nn: nn.Conv2d(4, 3, 3, padding=1), images()),
    "Conv2d stride": (lambda nn: nn.Conv2d(4, 3, 5, 1), images()),
    "Conv2d named": (
        lambda nn: nn.Conv2d(4, 2, kernel_size=2, stride=2, bias=False),
        images(),
    ),
    "ConvTranspose2d": (lambda nn: nn.ConvTranspose2d(4, 2, 4, 2, 1), images()),
    "ConvTranspose2d named": (
        lambda nn: nn.ConvTranspose2d(
            in_channels=4, out_channels=3, kernel_size=3, stride=2, output_padding=1
        ),
        images(),
    ),
    "BatchNorm1d": (lambda nn: nn.BatchNorm1d(5), RNG.standard_normal((7, 5))),
    "BatchNorm1d named": (
        lambda nn: nn.BatchNorm1d(num_features=5, momentum=0.3),
        RNG.standard_normal((7, 5, 2)),
    ),
    "BatchNorm2d": (lambda nn: nn.BatchNorm2d(4), images()),
    "LayerNorm": (lambda nn: nn.LayerNorm(6), images()),
    "LayerNorm axes": (lambda nn: nn.LayerNorm((6, 6)), images()),
    "GroupNorm": (lambda nn: nn.GroupNorm(2, 4), images()),
    "Embedding": (lambda nn: nn.Embedding(6, 3), RNG.integers(0, 6, (2, 5))),
    "Embedding pad": (
        lambda nn: nn.Embedding(6, 3, padding_idx=0),
        RNG.integers(0, 6, (2, 5)),
    ),
    "ReLU": (lambda nn: nn.ReLU(), images()),
    "LeakyReLU": (lambda nn: nn.LeakyReLU(0.01), images()),
    "LeakyReLU named": (lambda nn: nn.LeakyReLU(negative_slope=0.2), images()),
    "in place": (
        lambda nn: nn.Sequential(
            nn.Linear(6, 5), nn.ReLU(True), nn.Linear(5, 4), nn.LeakyReLU(0.01, True)
        ),
        images(),
    ),
    "GELU": (lambda nn: nn.GELU(), images()),
    "SiLU": (lambda nn: nn.SiLU(), images()),
    "Tanh Sigmoid": (lambda nn: nn.Sequential(nn.Tanh(), nn.Sigmoid()), images()),
    "Softmax": (lambda nn: nn.Softmax(dim=-1), images()),
    "pool": (lambda nn: nn.MaxPool2d(kernel_size=2, stride=2), images()),
    "pool default": (lambda nn: nn.MaxPool2d(2), images()),
    "avg pool": (lambda nn: nn.AvgPool2d(3), images()),
    "upsample": (lambda nn: nn.Upsample(scale_factor=2), images()),
    "bilinear": (lambda nn: nn.Upsample(scale_factor=2, mode="bilinear"), images()),
    "Flatten": (lambda nn: nn.Sequential(nn.Flatten(), nn.Linear(144, 2)), images()),
    "Unflatten": (
        lambda nn: nn.Sequential(
            nn.Flatten(1), nn.Unflatten(dim=1, unflattened_size=(4, 6, 6))
        ),
        images(),
    ),
    "Unflatten last": (lambda nn: nn.Unflatten(-1, (2, 3)), images()),
    "Identity": (lambda nn: nn.Sequential(nn.Identity(), nn.Dropout(0.0)), images()),
    "deep": (
        lambda nn: nn.Sequential(
            nn.Conv2d(4, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Sequential(nn.MaxPool2d(2), nn.Flatten(), nn.Linear(72, 3)),
        ),
        images(),
    ),
}


def pair(make):
    """Return the same module of both engines, in float64, with equal weights."""
    other = make(theirs().nn).double()
    ours = make(autograd.nn).double()
    with theirs().no_grad():
        for p in other.parameters():
            p.copy_(theirs().from_numpy(RNG.standard_normal(tuple(p.shape))))
    state = {k: autograd.tensor(plain(v)) for k, v in other.state_dict().items()}
    ours.load_state_dict(state)
    return ours, other


@pytest.mark.filterwarnings("ignore:The default behavior for interpolate")
@pytest.mark.parametrize(("make", "x"), MODULES.values(), ids=MODULES)
def test_modules_compute_train_and_test_as_pytorchs(make, x):
    ours, other = pair(make)
    found = []
    for t, module in ((autograd, ours), (theirs(), other)):
        data = t.from_numpy(x.copy())
        if data.is_floating_point():
            data = data.requires_grad_()
        first = module(data)
        again = module(data * 2 if data.is_floating_point() else data)
        dout = np.random.default_rng(1).standard_normal(tuple(first.shape))
        (first * t.from_numpy(dout)).sum().backward()
        (again**2).sum().backward()
        tested = module.eval()(data.detach())
        found.append(
            [plain(v) for v in (first, again, tested)]
            + [None if p.grad is None else plain(p.grad) for p in module.parameters()]
            + [plain(b) for b in module.state_dict().values()]
            + [plain(data.grad) if data.requires_grad else None]
        )

    assert_same(*found)
    assert list(ours.state_dict()) == list(other.state_dict())


LOSSES = {
    "CrossEntropyLoss": (lambda nn: nn.CrossEntropyLoss(), "classes"),
    "CrossEntropyLoss sum": (
        lambda nn: nn.CrossEntropyLoss(reduction="sum"),
        "classes",
    ),
    "NLLLoss": (lambda nn: nn.NLLLoss(), "classes"),
    "MSELoss": (lambda nn: nn.MSELoss(), "values"),
    "L1Loss": (lambda nn: nn.L1Loss(), "values"),
    "BCEWithLogitsLoss": (lambda nn: nn.BCEWithLogitsLoss(), "values"),
    "CosineSimilarity": (lambda nn: nn.CosineSimilarity(dim=0), "values"),
}


@pytest.mark.parametrize(("make", "kind"), LOSSES.values(), ids=LOSSES)
def test_losses_are_pytorchs(make, kind):
    x, y = RNG.standard_normal((4, 3)), RNG.random((4, 3))
    y = np.array([0, 2, 1, 1]) if kind == "classes" else y
    found = []
    for t in (autograd, theirs()):
        scores = t.from_numpy(x.copy()).requires_grad_()
        loss = make(t.nn)(scores, t.from_numpy(y))
        loss.sum().backward()
        found.append([plain(loss), plain(scores.grad)])

    assert_same(*found)


RULES = {
    "SGD": lambda o, p: o.SGD(p, lr=0.1),
    "SGD momentum": lambda o, p: o.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.1),
    "SGD Nesterov": lambda o, p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "SGD dampened": lambda o, p: o.SGD(p, 0.1, 0.9, 0.5),
    "Adam": lambda o, p: o.Adam(p, lr=1e-2, betas=(0.5, 0.999)),
    "Adam decay": lambda o, p: o.Adam(p, lr=0.009, weight_decay=0.03),
    "Adam named": lambda o, p: o.Adam(params=p, lr=0.001),
    "Adam default": lambda o, p: o.Adam(p),
    "AdamW": lambda o, p: o.AdamW(p, lr=2e-2, weight_decay=0.1),
    "AdamW default": lambda o, p: o.AdamW(p),
    "RMSprop": lambda o, p: o.RMSprop(p, lr=1e-2),
}


@pytest.mark.parametrize("make", RULES.values(), ids=RULES)
@pytest.mark.parametrize("width", [4, 130])
def test_optimizers_step_as_pytorchs(make, width):
    ours, other = pair(
        lambda nn: nn.Sequential(
            nn.Linear(5, width), nn.Tanh(), nn.Linear(width, 130), nn.Linear(130, 3)
        )
    )
    x = RNG.standard_normal((6, 5))
    found = []
    for t, module in ((autograd, ours), (theirs(), other)):
        rule = make(t.optim, module.parameters())
        for turn in range(6):
            rule.zero_grad()
            out = module(t.from_numpy(x))
            if turn == 2:  # one layer gets no gradient
                out = module[1](module[0](t.from_numpy(x)))
            if turn == 3:
                rule.param_groups[0]["lr"] *= 0.5
            (out**2).sum().backward()
            rule.step()
        found.append([plain(p) for p in module.parameters()] + [rule.defaults["lr"]])

    assert_same(
        [plain(v) for v in found[0]], [plain(v) for v in found[1]], tolerance=1e-8
    )


def test_the_optimizer_keeps_weights_in_one_vector_that_follows_what_is_set():
    t = autograd
    module = t.nn.Sequential(t.nn.Linear(3, 2), t.nn.Linear(2, 2))
    rule = t.optim.Adam(module.parameters(), lr=0.1)
    flat = rule._flats[0][0].vector
    assert all(np.shares_memory(p._a, flat) for p in module.parameters())

    module[0].weight.data = t.ones(2, 3)
    module[1].load_state_dict({"weight": t.zeros(2, 2), "bias": t.ones(2)})
    second = t.optim.SGD(module.parameters(), lr=1.0)
    module[0].weight.grad = t.ones(2, 3)
    second.step()
    assert (module[0].weight == 0).all()
    module[0].weight.grad = t.ones(2, 3)
    rule.step()

    assert t.allclose(module[0].weight, t.full((2, 3), -0.1))
    assert module[1].bias.tolist() == [1, 1]
    assert np.shares_memory(module[1].bias._a, flat)


def test_optimizers_go_on_from_a_saved_state(tmp_path):
    t = autograd

    def train(module, rule, turns):
        for _ in range(turns):
            rule.zero_grad()
            (module(t.ones(2, 3)) ** 2).sum().backward()
            rule.step()

    module = t.nn.Linear(3, 2)
    rule = t.optim.AdamW(module.parameters(), lr=0.1)
    train(module, rule, 3)
    t.save(
        {"model": module.state_dict(), "rule": rule.state_dict()}, tmp_path / "a.npz"
    )
    train(module, rule, 3)
    saved = t.load(tmp_path / "a.npz")
    other = t.nn.Linear(3, 2)
    other.load_state_dict(saved["model"])
    again = t.optim.AdamW(other.parameters(), lr=9.0)
    again.load_state_dict(saved["rule"])
    train(other, again, 3)

    assert t.equal(other.weight, module.weight)
    with pytest.raises(TypeError, match="state_dict"):
        t.save(module, tmp_path / "b.npz")


def test_clipping_is_pytorchs():
    found = []
    for t in (autograd, theirs()):
        p = t.tensor([1.0, 2.0], requires_grad=True)
        (p * t.tensor([3.0, 4.0])).sum().backward()
        norm = t.nn.utils.clip_grad_norm_([p], 1.0)
        clipped = plain(p.grad).copy()
        t.nn.utils.clip_grad_value_([p], 0.7)
        found.append([plain(norm), clipped, plain(p.grad)])

    assert_same(*found, tolerance=1e-6)


def test_an_average_of_weights_follows_as_pytorchs():
    found = []
    for t in (autograd, theirs()):
        swa = t.optim.swa_utils
        module = t.nn.Linear(2, 1)
        with t.no_grad():
            module.weight.fill_(0.0)
            module.bias.fill_(0.0)
        ema = swa.AveragedModel(module, multi_avg_fn=swa.get_ema_multi_avg_fn(0.9))
        for value in (1.0, 2.0, 3.0):
            with t.no_grad():
                module.weight.fill_(value)
            ema.update_parameters(module)
        found.append([plain(ema.module.weight), plain(ema(t.ones(1, 2)))])

    assert_same(*found, tolerance=1e-6)


class Tree:
    """A module with everything registered in ways that answers use."""

    @staticmethod
    def of(t):
        nn = t.nn

        class Leaf(nn.Module):
            def __init__(self):
                super().__init__()
                self.scale = nn.Parameter(t.ones(2))
                self.register_buffer("table", t.arange(3))
                self.register_buffer("passing", t.zeros(1), persistent=False)
                self.nothing = None

            def forward(self, x, *, twice=False):
                return x * self.scale * (2 if twice else 1)

        class Root(nn.Module):
            def __init__(self):
                super().__init__()
                self.b = Leaf()
                self.a = nn.ModuleList([Leaf(), nn.Linear(2, 2)])
                self.a.append(nn.ModuleList([Leaf()]))
                self.shared = self.b
                self.plain = [Leaf()]
                self.head = nn.Sequential(*[nn.Linear(2, 2), nn.ReLU(inplace=True)])

            def forward(self, x):
                for layer in self.a[:-1]:
                    x = layer(x)
                (last,) = self.a[-1]
                return self.head(last.forward(x, twice=True)) + self.b(x)

        return Root()


def test_module_machinery_is_pytorchs():
    def story(t):
        root = Tree.of(t)
        seen = []
        root.apply(lambda m: seen.append(type(m).__name__))
        twin = copy.deepcopy(root)
        with t.no_grad():
            twin.b.scale.fill_(5.0)
        root.eval()
        root.b.extra = 3
        root.b.scale.requires_grad = False
        return [
            [n for n, _ in root.named_parameters()],
            [n for n, _ in root.named_modules()],
            [n for n, _ in root.named_children()],
            list(root.state_dict()),
            [n for n, _ in root.named_buffers()],
            seen,
            [len(root.a), len(root.head), type(root.a[-1]).__name__],
            [type(m).__name__ for m in reversed(list(root.head._modules.values()))],
            [m.training for m in root.modules()] + [twin.training],
            [twin.b.scale.tolist(), root.b.scale.tolist(), twin.shared is twin.b],
            sum(p.numel() for p in root.parameters() if p.requires_grad),
            [root.b.nothing, root.b.extra, isinstance(root.a[1], t.nn.Linear)],
            tuple(root(t.ones(3, 2)).shape),
        ]

    assert story(autograd) == story(theirs())


def test_modules_say_what_is_wrong():
    nn = autograd.nn

    class Early(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(AttributeError, match=r"super\(\).__init__\(\)"):
        Early()
    with pytest.raises(AttributeError, match="no attribute 'wait'"):
        nn.Linear(1, 1).wait  # noqa: B018
    with pytest.raises(TypeError, match=r"nn\.Parameter"):
        nn.Linear(1, 1).weight = autograd.ones(1, 1)
    with pytest.raises(TypeError, match="int is not a Module"):
        nn.Sequential(3)
    with pytest.raises(RuntimeError, match=r"Missing key.*bias.*Unexpected.*extra"):
        nn.Linear(1, 1).load_state_dict({"weight": autograd.ones(1, 1), "extra": 1})
    with pytest.raises(RuntimeError, match=r"size mismatch for weight: \(1, 2\) saved"):
        nn.Linear(1, 1).load_state_dict({"weight": autograd.ones(1, 2)}, strict=False)
    with pytest.raises(NotImplementedError, match="forward"):
        nn.Module()(1)


def test_first_weights_spread_as_pytorchs():
    torch = theirs()
    for make in (
        lambda nn: nn.Linear(300, 200),
        lambda nn: nn.Conv2d(30, 40, 5),
        lambda nn: nn.ConvTranspose2d(30, 40, 4),
        lambda nn: nn.Embedding(100, 200),
    ):
        for ours, other in zip(
            make(autograd.nn).parameters(), make(torch.nn).parameters(), strict=True
        ):
            assert ours.dtype == np.float32
            assert ours.std().item() == pytest.approx(other.std().item(), rel=0.3)
            assert ours.abs().max().item() == pytest.approx(
                other.abs().max().item(), rel=0.3
            )


@pytest.mark.parametrize(
    "fill",
    [
        lambda i, w: i.xavier_uniform_(w),
        lambda i, w: i.xavier_normal_(w),
        lambda i, w: i.kaiming_normal_(w, nonlinearity="relu"),
        lambda i, w: i.kaiming_uniform_(w, a=5**0.5),
        lambda i, w: i.normal_(w, std=0.02),
        lambda i, w: i.trunc_normal_(w, std=0.5, a=-1, b=1),
        lambda i, w: i.uniform_(w, -2, 3),
        lambda i, w: i.constant_(w, 3),
        lambda i, w: w.data.normal_(mean=0.0, std=0.02),
        lambda i, w: w.data.uniform_(-1, 1),
    ],
)
def test_initialisers_spread_as_pytorchs(fill):
    found = []
    for t in (autograd, theirs()):
        w = t.nn.Parameter(t.zeros(200, 300))
        fill(t.nn.init, w)
        found.append((w.mean().item(), w.std().item(), w.max().item(), w.requires_grad))

    assert found[0] == pytest.approx(found[1], rel=0.3, abs=0.02)


def test_dropout_keeps_the_mean_and_its_mask_going_back():
    t = autograd
    t.manual_seed(0)
    x = t.ones(100, 100, requires_grad=True)
    y = t.nn.Dropout(p=0.25)(x)
    y.sum().backward()

    assert t.equal(x.grad, y)
    assert {round(v, 4) for v in np.unique(plain(y)).tolist()} == {0, 1.3333}
    assert y.mean().item() == pytest.approx(1, abs=0.02)
    assert t.nn.Dropout(0.5).eval()(x) is x
    t.manual_seed(0)
    assert t.equal(t.nn.functional.dropout(x, 0.25), y)

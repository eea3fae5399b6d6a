"""Programs like public answers: equal numbers and gradients on both engines."""

import numpy as np
import pytest

from cs231n import autograd
from tests.autograd import answers
from tests.autograd.engines import assert_same, compare, plain, theirs

RNG = np.random.default_rng(99)
IMAGES = RNG.standard_normal((2, 3, 8, 8)).astype(np.float32)
CAPTIONS = np.array([[1, 4, 2, 0, 0], [1, 5, 6, 3, 2]])
FEATURES = RNG.standard_normal((2, 7)).astype(np.float32)
NOISE = RNG.standard_normal((5, 96)).astype(np.float32)
DIGITS = RNG.random((5, 784)).astype(np.float32) * 2 - 1
SINGLE = 3e-5

pytestmark = pytest.mark.filterwarnings("ignore:The default behavior for interpolate")


def twins(family, make):
    """Return an answer's module on both engines, with equal weights."""
    modules = [make(family(t)) for t in (autograd, theirs())]
    ours, other = modules
    for name, p in other.named_parameters():
        scale = 0.2 if p.dim() > 1 or "bias" in name else 1.0
        p.data += scale * theirs().from_numpy(
            RNG.standard_normal(tuple(p.shape)).astype(np.float32)
        )
    state = {k: autograd.tensor(plain(v)) for k, v in other.state_dict().items()}
    ours.load_state_dict(state)
    return (autograd, ours), (theirs(), other)


def outcome(t, module, result, *leaves):
    """Return a result and all gradients of its squares."""
    (result**2).mean().backward()
    grads = {n: p.grad for n, p in module.named_parameters()}
    return [plain(result)] + [
        None if g is None else plain(g)
        for g in [*grads.values(), *(x.grad for x in leaves)]
    ]


DECODERS = {
    "2021": (
        answers.captioning_2021,
        lambda a: a.TransformerDecoderLayer(8, 2, 12, 0.0),
    ),
    "2025": (answers.vision_2025, lambda a: a.TransformerDecoderLayer(8, 2, 12, 0.0)),
}


@pytest.mark.parametrize(("family", "make"), DECODERS.values(), ids=DECODERS)
def test_decoder_layers(family, make):
    found = []
    for t, layer in twins(family, make):
        x = t.tensor(
            np.random.default_rng(1).standard_normal((2, 3, 8)), dtype=t.float32
        )
        x.requires_grad_()
        memory = t.ones(2, 4, 8) * 0.5
        mask = t.tril(t.ones(3, 3))
        found.append(outcome(t, layer, layer(x, memory, mask), x))

    assert_same(*found, tolerance=SINGLE)


@pytest.mark.parametrize("kind", ["float", "bool", "long"])
@pytest.mark.parametrize("family", [answers.captioning_2021, answers.vision_2025])
def test_attention_under_masks_of_all_kinds(family, kind):
    found = []
    for t, attention in twins(family, lambda a: a.MultiHeadAttention(8, 2, 0.0)):
        q = t.tensor(
            np.random.default_rng(2).standard_normal((2, 3, 8)), dtype=t.float32
        )
        mask = getattr(t.tril(t.ones(3, 3)), kind)()
        found.append(outcome(t, attention, attention(q, q, q * 2, attn_mask=mask)))

    assert_same(*found, tolerance=SINGLE)


def test_captioning_transformer_learns_and_samples_alike():
    make = lambda a: a.CaptioningTransformer(9, 7, 8, num_heads=2, max_length=10)
    found = []
    for t, model in twins(answers.captioning_2021, make):
        rule = t.optim.Adam(model.parameters(), lr=1e-2)
        ids = t.from_numpy(CAPTIONS)
        losses = []
        for _ in range(4):
            logits = model(t.from_numpy(FEATURES), ids[:, :-1])
            losses.append(
                t.nn.functional.cross_entropy(
                    logits.reshape(-1, 9), ids[:, 1:].reshape(-1), reduction="none"
                ).mean()
            )
            rule.zero_grad()
            losses[-1].backward()
            t.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            rule.step()
        model.eval()
        found.append(
            [plain(t.stack(losses)), plain(model.sample(FEATURES, max_length=6))]
        )

    assert_same(*found, tolerance=SINGLE)
    assert found[0][1].dtype == np.int64


@pytest.mark.parametrize("patches", ["PatchEmbedding", "PatchesByUnfolding"])
def test_vision_transformer(patches):
    found = []
    for t, model in twins(
        answers.vision_2025, lambda a: a.VisionTransformer(getattr(a, patches))
    ):
        found.append(outcome(t, model, model(t.from_numpy(IMAGES))))

    assert_same(*found, tolerance=SINGLE)


@pytest.mark.parametrize("rnn", ["rnn_into_a_buffer", "rnn_stacked"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_recurrent_captioning(rnn, dtype):
    shapes = {
        **{"W_proj": (7, 4), "b_proj": (4,), "W_embed": (9, 3), "Wx": (3, 4)},
        **{"Wh": (4, 4), "b": (4,), "W_vocab": (4, 9), "b_vocab": (9,)},
    }
    arrays = [RNG.standard_normal(s).astype(dtype) for s in shapes.values()]

    def program(t, *values):
        family = answers.rnn_2025(t)
        params = dict(zip(shapes, values, strict=True))
        features = t.tensor(FEATURES).to(values[0].dtype)
        captions = t.from_numpy(CAPTIONS)
        return family.captioning_loss(features, captions, params, getattr(family, rnn))

    compare(program, *arrays, tolerance=1e-10 if dtype == np.float64 else SINGLE)


def test_lstm_step():
    arrays = [
        RNG.standard_normal(s) for s in ((2, 3), (2, 4), (2, 4), (3, 16), (4, 16))
    ]

    compare(lambda t, *a: answers.rnn_2025(t).lstm_step_forward(*a, 0.5)[0], *arrays)


@pytest.mark.parametrize(
    "loss",
    [
        lambda a, x, y: a.simclr_loss_naive(x, y, 0.5),
        lambda a, x, y: a.simclr_loss_vectorized(x, y, 0.5, device="cpu"),
        lambda a, x, y: a.loss_by_rows(x, y, 0.5),
        lambda a, x, y: a.sim_positive_pairs(x, y),
    ],
)
def test_contrastive_losses(loss):
    x, y = RNG.standard_normal((2, 4, 6))

    compare(lambda t, a, b: loss(answers.simclr_2021(t), a, b), x, y)


@pytest.mark.parametrize("schedule", ["sigmoid", "cosine"])
def test_diffusion_schedules_and_steps(schedule):
    found = []
    for t in (autograd, theirs()):

        class Model(t.nn.Module):
            def forward(self, x, step, model_kwargs):
                return x * 0.3 + step.reshape(-1, 1, 1, 1) * 0.01

        g = answers.diffusion_2025(t).GaussianDiffusion(
            Model(), image_size=8, schedule=schedule
        )
        x, noise = t.from_numpy(IMAGES), t.from_numpy(IMAGES[::-1].copy())
        step = t.tensor([3, 17])
        found.append(
            [plain(b) for b in g.buffers()]
            + [plain(g.q_sample(x, step, noise)), plain(g.p_losses(x, step, noise))]
            + [plain(g.predict_start_from_noise(x, step, noise))]
            + [plain(g.predict_noise_from_start(x, step, noise))]
            + [plain(g.p_sample(x, s, noise)) for s in (0, 9)]
        )

    assert_same(*found, tolerance=SINGLE)


def test_unet_with_and_without_guidance():
    found = []
    for t, net in twins(answers.diffusion_2025, lambda a: a.Unet(8, 5)):
        x, step = t.from_numpy(IMAGES), t.tensor([2, 11])
        text = t.from_numpy(RNG.standard_normal((2, 5)).astype(np.float32) * 0 + 0.5)
        with t.no_grad():
            guided = net(x, step, {"text_emb": text, "cfg_scale": 2.0})
        found.append(
            [*outcome(t, net, net(x, step, {"text_emb": text})), plain(guided)]
        )

    assert_same(*found, tolerance=3 * SINGLE)


GANS = {
    "fully connected": ("discriminator", "generator"),
    "convolutional": ("build_dc_classifier", "build_dc_generator"),
}


@pytest.mark.parametrize("names", GANS.values(), ids=GANS)
@pytest.mark.parametrize("kind", ["", "ls_"])
def test_gan_training_steps(names, kind):
    pairs = [twins(answers.gan_2020, lambda a, n=n: getattr(a, n)()) for n in names]
    found = []
    for (t, d), (_, g) in zip(*pairs, strict=True):
        family, d, g = answers.gan_2020(t), d.double(), g.double()
        noise, real = t.tensor(NOISE).double(), t.tensor(DIGITS).double()
        d_loss = getattr(family, f"{kind}discriminator_loss")
        g_loss = getattr(family, f"{kind}generator_loss")
        d_rule, g_rule = family.get_optimizer(d), family.get_optimizer(g)
        for _ in range(2):
            d_rule.zero_grad()
            fake = g(noise).detach()
            d_error = d_loss(d(real), d(fake))
            d_error.backward()
            d_rule.step()
            g_rule.zero_grad()
            g_error = g_loss(d(g(noise)))
            g_error.backward()
            grads = [plain(p.grad) for p in g.parameters()]
            g_rule.step()
        found.append([plain(d_error), plain(g_error), *grads])

    # Adam's first step is the sign of a gradient, also of one that is mere rounding.
    assert_same(*found, tolerance=1e-4)
    assert d_rule.defaults["lr"] == 1e-3


def test_noise_is_even_and_seeded():
    family = answers.gan_2020(autograd)
    noise = family.sample_noise(500, 20, seed=3)

    assert autograd.equal(noise, family.sample_noise(500, 20, seed=3))
    assert noise.min() >= -1
    assert noise.max() < 1
    assert noise.std().item() == pytest.approx(3**-0.5, abs=0.01)


@pytest.mark.parametrize("maps", ["compute_saliency_maps", "saliency_by_loss"])
def test_saliency(maps):
    found = []
    for t, net in twins(answers.pictures_2020, lambda a: a.net()):
        x = t.tensor(IMAGES[:, :, :6, :6])
        answer = getattr(answers.pictures_2020(t), maps)
        found.append([plain(answer(x, t.tensor([1, 3]), net))])

    assert_same(*found, tolerance=SINGLE)


def test_fooling_and_class_pictures():
    found = []
    for t, net in twins(answers.pictures_2020, lambda a: a.net()):
        family = answers.pictures_2020(t)
        for p in net.parameters():
            p.requires_grad = False
        x = t.tensor(IMAGES[:1, :, :6, :6])
        fooled = family.make_fooling_image(x, 2, net)
        img = x.clone().requires_grad_()
        for _ in range(3):
            family.class_visualization_update_step(img, net, 1, 1e-3, 5.0)
        found.append([plain(fooled), plain(img), plain(x)])

    assert_same(*found, tolerance=1e-3)


def test_style():
    x = RNG.standard_normal((1, 3, 5, 4))

    def program(t, img):
        a = answers.pictures_2020(t)
        targets = [a.gram_matrix(img.detach() * 0.5), a.gram_by_rows(img.detach())]
        feats = [img, img * 2]
        loss = a.style_loss(feats, [0, 1], targets, [3.0, 0.5])
        loss = loss + a.tv_loss(img, 0.1) + a.gram_by_rows(img).sum()
        return loss + a.content_loss(0.2, img, img.detach() + 1)

    compare(program, x)


def test_clip_answers():
    text, image = RNG.standard_normal((2, 4, 6))

    def program(t, a, b):
        family = answers.clip_2025(t)
        return [family.get_similarity_no_loop(a, b), family.by_cosine(a, b)]

    compare(program, text, image)
    lists = []
    for t in (autograd, theirs()):
        family, a, b = answers.clip_2025(t), t.tensor(text), t.tensor(image)
        lists.append([family.zero_shot(a, b), family.retrieve(a[0], b, k=3)])
    assert lists[0] == lists[1]


def test_segmentation_head_learns_alike():
    found = []
    x = RNG.standard_normal((12, 7)).astype(np.float32)
    make = lambda a: a.segmentation(7, 3)[0]
    for t, head in twins(answers.clip_2025, make):
        rule = t.optim.AdamW(head.parameters(), lr=1e-2, weight_decay=0.1)
        loss_of, y = t.nn.CrossEntropyLoss(), t.arange(12) % 3
        losses = []
        for _ in range(5):
            rule.zero_grad()
            loss = loss_of(head(t.from_numpy(x)), y)
            loss.backward()
            rule.step()
            losses.append(loss.item())
        found.append([np.array(losses), plain(t.argmax(head(t.from_numpy(x)), dim=1))])

    assert_same(*found, tolerance=SINGLE)

"""Encoders of pictures and captions, tokens, patches, and what answers are held to."""

import numpy as np
import pytest

from benchmarks import clip
from cs231n import autograd as t
from cs231n.gradcheck import eval_numerical_gradient
from cs231n.nets import matching
from cs231n.nets.references import matching as reference


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def test_the_loss_of_a_guess_is_the_logarithm_of_the_batch():
    z = np.ones((7, 3))
    assert reference.clip_loss(z, z, 2.0)[0] == pytest.approx(np.log(7))


@pytest.mark.parametrize("which", ["both", "images", "texts"])
def test_gradients_of_the_loss_are_those_of_differences(which, rng):
    zi, zt = rng.standard_normal((2, 5, 4))
    _, dzi, dzt, dscale = reference.clip_loss(zi, zt, 1.7, which)

    def loss(a, b, s):
        return reference.clip_loss(a, b, s, which)[0]

    found = eval_numerical_gradient(lambda z: loss(z, zt, 1.7), zi, verbose=False)
    np.testing.assert_allclose(dzi, found, rtol=1e-5, atol=1e-8)
    found = eval_numerical_gradient(lambda z: loss(zi, z, 1.7), zt, verbose=False)
    np.testing.assert_allclose(dzt, found, rtol=1e-5, atol=1e-8)
    slope = (loss(zi, zt, 1.7 + 1e-5) - loss(zi, zt, 1.7 - 1e-5)) / 2e-5
    assert dscale == pytest.approx(slope, rel=1e-6)


def test_choices_and_ranks_look_at_directions_alone(rng):
    images, prompts = rng.standard_normal((6, 4)), rng.standard_normal((3, 2, 4))
    lengths = np.exp(rng.standard_normal((3, 2, 1)))
    np.testing.assert_array_equal(
        reference.choose(5 * images, lengths * prompts),
        reference.choose(images, prompts),
    )
    found = reference.ranked(images, 3 * images, 6)
    np.testing.assert_array_equal(found[:, 0], np.arange(6))
    assert reference.ranked(np.ones((1, 2)), np.ones((3, 2)), 2).tolist() == [[0, 1]]


def test_overlaps_count_the_classes_that_occur():
    truth, found = np.array([0, 0, 1, 3]), np.array([0, 1, 1, 0])
    assert reference.mean_iou(found, truth, 9) == pytest.approx((1 / 3 + 1 / 2 + 0) / 3)


def test_tokens_are_words_between_marks():
    tokens = matching.tokenize(["A red star.", "i see a zebra"])
    assert tokens.shape == (2, 17)
    assert tokens.dtype == np.int64
    assert tokens[0, 0] == 1
    assert tokens[0, 4] == 2
    assert tokens[1, 4] == 3  # no scene has a zebra
    np.testing.assert_array_equal(matching.tokenize("a red star"), tokens[:1])
    assert matching.article("orange star") == "an orange star"


@pytest.mark.parametrize(
    ("texts", "kind", "message"),
    [
        ([], ValueError, "at least one text"),
        ([3], TypeError, "takes texts; got int"),
        ("a " * 16, ValueError, "at most 15 words"),
    ],
)
def test_other_texts_are_refused(texts, kind, message):
    with pytest.raises(kind, match=message):
        matching.tokenize(texts)


def test_patches_are_cut_row_by_row(rng):
    images = rng.integers(0, 9, (2, 4, 6, 3))
    cut = matching.cut_patches(images, 2)
    assert cut.shape == (2, 6, 12)
    np.testing.assert_array_equal(cut[1, 4], images[1, 2:4, 2:4].ravel())
    with pytest.raises(ValueError, match="4 x 6 pixels have no patches of edge 4"):
        matching.cut_patches(images, 4)
    with pytest.raises(ValueError, match="3 or 4 axes"):
        matching.cut_patches(images[0, 0])


def test_a_patch_has_the_shape_that_covers_most_of_it():
    masks = np.zeros((1, 4, 4), np.uint8)
    masks[0, :2, :2] = [[1, 1], [2, 0]]  # three pixels of four, most of the first
    masks[0, 2, 2] = 2  # one of four: too few
    objects = np.array([[[5, 0, 0, 1, 1], [7, 0, 0, 2, 2], [-1] * 5]])
    found = matching.label_patches(masks, objects, 2, 0.3)
    assert found.tolist() == [[6, 0, 0, 0]]
    with pytest.raises(ValueError, match="1 masks and 2 rows"):
        matching.label_patches(masks, np.repeat(objects, 2, axis=0))


@pytest.mark.parametrize(
    ("kind", "shape"), [("grid", (5, 64, 6, 6)), ("pixels", (5, 3, 48, 48))]
)
def test_encoders_give_a_vector_for_each(kind, shape, rng):
    pictures, captions, _ = clip.pair(t, kind, 1)
    x = t.from_numpy(rng.standard_normal(shape).astype(np.float32))
    assert pictures(x).shape == (5, 64)
    tokens = matching.tokenize(["a star", "two red rings on the left"])
    z = captions(t.from_numpy(tokens)).detach().numpy()
    longer = np.concatenate([tokens, np.zeros_like(tokens[:, :3])], axis=1)
    again = captions(t.from_numpy(longer)).detach().numpy()
    np.testing.assert_allclose(z, again, rtol=1e-5)  # padding says nothing


def test_a_few_steps_lower_the_loss(rng):
    pictures, captions, log_scale = clip.pair(t, "grid", 1)
    x = t.from_numpy(rng.standard_normal((8, 64, 6, 6)).astype(np.float32))
    names = ["star", "ring", "heart", "cross", "square", "circle", "diamond", "box"]
    tokens = t.from_numpy(matching.tokenize([f"a {name}" for name in names]))
    step = clip.step_of(t, pictures, captions, log_scale)
    losses = [step(x, tokens) for _ in range(12)]
    assert losses[-1] < 0.7 * losses[0]


def test_a_step_of_pytorch_runs_the_same_code(rng):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    pictures, captions, log_scale = clip.pair(torch, "grid", 1)
    x = torch.from_numpy(rng.standard_normal((6, 64, 6, 6)).astype(np.float32))
    tokens = torch.from_numpy(rng.integers(4, 86, (6, 17)))
    step = clip.step_of(torch, pictures, captions, log_scale)
    losses = [step(x, tokens) for _ in range(8)]
    assert losses[-1] < losses[0]

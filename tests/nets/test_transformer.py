"""What transformers with given weights compute, held against PyTorch and by hand."""

import numpy as np
import pytest

from cs231n.nets import transformer

PARTS = (("query", "q"), ("key", "k"), ("value", "v"), ("proj", "o"))


def weights(rng, e, hidden, *, decoder, former=False):
    """Draw the parameters of a layer."""
    first, second = ("linear1", "linear2") if former else ("ffn.fc1", "ffn.fc2")
    shapes = {f"{first}.weight": (hidden, e), f"{first}.bias": (hidden,)}
    shapes |= {f"{second}.weight": (e, hidden), f"{second}.bias": (e,)}
    for attention in ("self_attn", "cross_attn") if decoder else ("self_attn",):
        for part, _ in PARTS:
            shapes[f"{attention}.{part}.weight"] = (e, e)
            shapes[f"{attention}.{part}.bias"] = (e,)
    for norm in ("self", "cross", "ffn") if decoder else ("self", "ffn"):
        shapes[f"norm_{norm}.weight"] = shapes[f"norm_{norm}.bias"] = (e,)
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def into(torch, layer, params):
    """Give a layer of PyTorch these parameters."""
    attentions = [("self_attn", "self_attn"), ("multihead_attn", "cross_attn")]
    norms = ["self", "cross", "ffn"] if hasattr(layer, "norm3") else ["self", "ffn"]
    state = {}
    for theirs, ours in attentions[: len(norms) - 1]:
        for kind in ("weight", "bias"):
            stacked = [params[f"{ours}.{part}.{kind}"] for part, _ in PARTS[:3]]
            state[f"{theirs}.in_proj_{kind}"] = np.concatenate(stacked)
            state[f"{theirs}.out_proj.{kind}"] = params[f"{ours}.proj.{kind}"]
    for kind in ("weight", "bias"):
        for i, name in enumerate(norms, 1):
            state[f"norm{i}.{kind}"] = params[f"norm_{name}.{kind}"]
        for i in (1, 2):
            former = f"linear{i}.{kind}"
            state[former] = params.get(former, params.get(f"ffn.fc{i}.{kind}"))
    layer.load_state_dict({k: torch.from_numpy(v) for k, v in state.items()})
    return layer.double().eval()


@pytest.mark.parametrize("norm_first", [False, True])
@pytest.mark.parametrize("former", [False, True])
def test_layers_are_those_of_pytorch(norm_first, former):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    options = {
        "dim_feedforward": 7,
        "dropout": 0.0,
        "activation": "relu" if former else "gelu",
        "batch_first": True,
        "norm_first": norm_first,
        "dtype": torch.float64,
    }
    x, memory = rng.standard_normal((2, 4, 6)), rng.standard_normal((2, 5, 6))
    seen = np.tri(4, dtype=bool)
    blocked = torch.from_numpy(~seen)

    params = weights(rng, 6, 7, decoder=False, former=former)
    layer = into(torch, torch.nn.TransformerEncoderLayer(6, 3, **options), params)
    with torch.no_grad():
        expected = layer(torch.from_numpy(x), src_mask=blocked).numpy()
    got = transformer.encoder_layer(params, x, 3, seen, norm_first=norm_first)
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-7)

    params = weights(rng, 6, 7, decoder=True, former=former)
    layer = into(torch, torch.nn.TransformerDecoderLayer(6, 3, **options), params)
    with torch.no_grad():
        expected = layer(
            torch.from_numpy(x), torch.from_numpy(memory), tgt_mask=blocked
        ).numpy()
    got = transformer.decoder_layer(params, x, memory, 3, seen, norm_first=norm_first)
    np.testing.assert_allclose(got, expected, rtol=1e-7, atol=1e-7)


def test_positions_begin_with_zero_and_have_one_length():
    table = transformer.positions(50, 6)

    np.testing.assert_allclose(table[0], [0, 1, 0, 1, 0, 1])
    np.testing.assert_allclose((table**2).sum(axis=1), 3)
    np.testing.assert_allclose(table[3, :2], [np.sin(3), np.cos(3)])
    np.testing.assert_allclose(table[3, 4], np.sin(3 / 10000 ** (4 / 6)))


def test_patches_are_read_row_by_row():
    images = np.random.default_rng(1).standard_normal((2, 3, 6, 4))
    expected = [
        [image[:, i : i + 2, j : j + 2].ravel() for i in (0, 2, 4) for j in (0, 2)]
        for image in images
    ]

    np.testing.assert_array_equal(transformer.patches(images, 2), expected)


@pytest.mark.parametrize(
    ("former", "name"),
    [
        ("transformer.layers.0.norm1.weight", "layers.0.norm_self.weight"),
        ("layers.1.multihead_attn.key.bias", "layers.1.cross_attn.key.bias"),
        ("transformer.0.ffn.fc1.weight", "layers.0.ffn.fc1.weight"),
        ("linear1.bias", "linear1.bias"),
        ("ffn.fc2.bias", "ffn.fc2.bias"),
        ("patch_embed.proj.weight", "patch_embed.proj.weight"),
    ],
)
def test_names_of_all_editions_mean_the_same(former, name):
    assert transformer.canonical(former) == name


def model_params(rng, e, ends):
    """Draw the parameters of a network with two layers."""
    params = {k: rng.standard_normal(shape) for k, shape in ends.items()}
    for i in range(2):
        layer = weights(rng, e, 5, decoder="embedding.weight" in ends)
        params |= {f"layers.{i}.{k}": v for k, v in layer.items()}
    return params


def test_scores_of_a_word_do_not_depend_on_later_words():
    rng = np.random.default_rng(2)
    ends = {"visual_projection.weight": (4, 3), "visual_projection.bias": (4,)}
    ends |= {"embedding.weight": (9, 4), "output.weight": (9, 4), "output.bias": (9,)}
    params, features = model_params(rng, 4, ends), rng.standard_normal((2, 3))
    captions = rng.integers(9, size=(2, 5))
    scores = transformer.caption_scores(params, features, captions, 2)
    captions[:, 3:] = (captions[:, 3:] + 1) % 9
    changed = transformer.caption_scores(params, features, captions, 2)

    assert scores.shape == (2, 5, 9)
    np.testing.assert_allclose(changed[:, :3], scores[:, :3])
    assert not np.allclose(changed[:, 3:], scores[:, 3:])
    swapped = transformer.caption_scores(params, features[::-1], captions[::-1], 2)
    np.testing.assert_allclose(swapped[::-1], changed)


def test_images_are_scored_one_by_one_and_their_patches_have_places():
    rng = np.random.default_rng(3)
    ends = {"patch_embed.proj.weight": (4, 8), "patch_embed.proj.bias": (4,)}
    ends |= {"head.weight": (3, 4), "head.bias": (3,)}
    params, images = model_params(rng, 4, ends), rng.standard_normal((2, 2, 4, 4))
    scores = transformer.image_scores(params, images, 2, 2)

    assert scores.shape == (2, 3)
    alone = transformer.image_scores(params, images[1:], 2, 2)
    np.testing.assert_allclose(alone, scores[1:])
    moved = transformer.image_scores(params, np.roll(images, 2, axis=3), 2, 2)
    assert not np.allclose(moved, scores)

"""The transformer that answers are held against, beside PyTorch's own layers."""

import numpy as np
import pytest

from cs231n.nets import transformer

torch = pytest.importorskip("torch", reason="PyTorch is not installed (extra [torch])")


def of_layer(layer):
    """Give PyTorch's weights the names of the course: query, key, value and proj."""
    params = {}
    for name, value in layer.state_dict().items():
        value = value.numpy()
        if name.endswith(("in_proj_weight", "in_proj_bias")):
            place, kind = name.rsplit("in_proj_", 1)
            parts = zip(("query", "key", "value"), np.split(value, 3), strict=True)
            for part, piece in parts:
                params[transformer.canonical(f"{place}{part}.{kind}")] = piece
        else:
            params[transformer.canonical(name.replace("out_proj", "proj"))] = value
    return params


@pytest.fixture
def case():
    torch.manual_seed(3)
    rng = np.random.default_rng(4)
    return rng.standard_normal((2, 5, 8)), rng.standard_normal((2, 3, 8))


@pytest.mark.parametrize("norm_first", [False, True])
def test_an_encoder_layer_is_pytorchs(case, norm_first):
    src, _ = case
    layer = torch.nn.TransformerEncoderLayer(
        8, 2, 16, batch_first=True, norm_first=norm_first, dtype=torch.float64
    ).eval()
    params = of_layer(layer)
    params = {
        name.replace("norm1", "norm_self")
        .replace("norm2", "norm_ffn")
        .replace("norm_cross", "norm_ffn"): value
        for name, value in params.items()
    }
    found = transformer.encoder_layer(params, src, 2, norm_first=norm_first)
    wanted = layer(torch.as_tensor(src)).detach().numpy()
    np.testing.assert_allclose(found, wanted, atol=1e-10)


def test_a_decoder_layer_is_pytorchs(case):
    tgt, memory = case
    layer = torch.nn.TransformerDecoderLayer(
        8, 2, 16, batch_first=True, dtype=torch.float64
    ).eval()
    mask = np.tril(np.ones((5, 5), bool))
    found = transformer.decoder_layer(of_layer(layer), tgt, memory, 2, mask)
    wanted = layer(
        torch.as_tensor(tgt), torch.as_tensor(memory), tgt_mask=torch.as_tensor(~mask)
    )
    np.testing.assert_allclose(found, wanted.detach().numpy(), atol=1e-10)


def test_patches_are_cut_as_a_strided_convolution_reads_them():
    images = np.random.default_rng(5).standard_normal((2, 3, 8, 12))
    found = transformer.patches(images, 4)
    wanted = torch.nn.functional.unfold(torch.as_tensor(images), 4, stride=4)
    np.testing.assert_array_equal(found, wanted.transpose(1, 2).numpy())


def test_positions_are_sines_and_cosines():
    table = transformer.positions(7, 6)
    np.testing.assert_allclose(table[:, 0], np.sin(np.arange(7)))
    np.testing.assert_allclose(table[:, 1], np.cos(np.arange(7)))
    np.testing.assert_allclose(np.hypot(table[:, 4], table[:, 5]), 1)
    np.testing.assert_allclose(table[3, 4], np.sin(3 / 10000 ** (4 / 6)))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("transformer.layers.0.norm1.weight", "layers.0.norm_self.weight"),
        ("layers.1.multihead_attn.key.bias", "layers.1.cross_attn.key.bias"),
        ("output.weight", "output.weight"),
    ],
)
def test_former_names_are_translated(name, wanted):
    assert transformer.canonical(name) == wanted

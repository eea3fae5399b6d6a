"""Transformers without gradients: what networks with given weights compute.

The notebook ``assignment3/transformer_captioning`` holds answers against these. Layers
normalise after the residual connection, as Vaswani et al. (2017) did.
"""

import re
from collections.abc import Callable, Mapping

import numpy as np

from cs231n.layers import (
    gelu_forward,
    layernorm_forward,
    multi_head_attention_forward,
    relu_forward,
)

__all__ = [
    "canonical",
    "caption_scores",
    "decoder_layer",
    "encoder_layer",
    "image_scores",
    "multi_head",
    "patches",
    "positions",
]

Params = Mapping[str, np.ndarray]

#: What editions before 2025 of the course call the parts of a decoder layer.
_FORMER = {
    "multihead_attn": "cross_attn",
    "norm1": "norm_self",
    "norm2": "norm_cross",
    "norm3": "norm_ffn",
}


def canonical(name: str) -> str:
    """Translate the name of a parameter of any edition into that of 2026.

    Parameters
    ----------
    name : str
        Such as ``"transformer.layers.0.norm1.weight"``.

    Returns
    -------
    name : str
        Such as ``"layers.0.norm_self.weight"``. The names ``linear1`` and ``linear2``
        stay: there a ReLU stands between them, and no GELU.
    """
    parts = [_FORMER.get(part, part) for part in name.split(".")]
    return re.sub(r"^(?:[a-z_]\w*\.)+(?=\d+\.)", "layers.", ".".join(parts))


def positions(length: int, dim: int) -> np.ndarray:
    """Tabulate the sinusoidal encoding of positions.

    Parameters
    ----------
    length : int
        Number of positions.
    dim : int
        Numbers for each, even.

    Returns
    -------
    table : ndarray of shape (length, dim)
        Sines in the even columns, cosines in the odd ones.
    """
    pairs = np.arange(dim) // 2 * 2
    angles = np.arange(length)[:, None] / 10000 ** (pairs / dim)
    return np.where(np.arange(dim) % 2, np.cos(angles), np.sin(angles))


def patches(images: np.ndarray, patch_size: int) -> np.ndarray:
    """Cut images into square patches, row by row, and flatten each.

    Parameters
    ----------
    images : ndarray of shape (N, C, H, W)
        Both sides are multiples of ``patch_size``.
    patch_size : int
        Side of a patch.

    Returns
    -------
    flat : ndarray of shape (N, patches, C * patch_size**2)
        Channel, row and column, in this order.
    """
    n, c, height, width = images.shape
    p = patch_size
    cut = images.reshape(n, c, height // p, p, width // p, p)
    return cut.transpose(0, 2, 4, 1, 3, 5).reshape(n, -1, c * p * p)


def multi_head(
    params: Params,
    query: np.ndarray,
    memory: np.ndarray,
    num_heads: int,
    mask: np.ndarray | None = None,
) -> np.ndarray:
    """Attend with the weights of a module ``MultiHeadAttention``.

    Parameters
    ----------
    params : mapping of str to ndarray
        ``query.weight`` (out, in), ``query.bias``, and so for key, value and proj.
    query : ndarray of shape (N, S, E)
        What asks.
    memory : ndarray of shape (N, T, E)
        Keys and values.
    num_heads : int
        Heads.
    mask : ndarray, optional
        0 or False where the query may not see the key.

    Returns
    -------
    out : ndarray of shape (N, S, E)
        After the output projection.
    """
    query, memory = query.astype(np.float64), memory.astype(np.float64)
    own: dict[str, np.ndarray] = {}
    for short, name in zip("qkvo", ("query", "key", "value", "proj"), strict=True):
        own["W" + short] = np.ascontiguousarray(params[f"{name}.weight"].T)
        own["b" + short] = params[f"{name}.bias"]
    return multi_head_attention_forward(
        query, memory, memory, own, num_heads=num_heads, attn_mask=mask
    )[0]


def encoder_layer(
    params: Params,
    src: np.ndarray,
    num_heads: int,
    mask: np.ndarray | None = None,
    *,
    norm_first: bool = False,
) -> np.ndarray:
    """Run a layer of an encoder: self-attention, then the feed-forward network.

    Parameters
    ----------
    params : mapping of str to ndarray
        By canonical names, such as ``self_attn.query.weight``.
    src : ndarray of shape (N, S, E)
        Inputs.
    num_heads : int
        Heads.
    mask : ndarray, optional
        0 or False where a position may not see another.
    norm_first : bool, optional
        Whether to normalise the input of each part in place of the sum after it.

    Returns
    -------
    out : ndarray of shape (N, S, E)
        Outputs.
    """
    own, src = _part(params, "self_attn"), src.astype(np.float64)

    def attend(y: np.ndarray) -> np.ndarray:
        return multi_head(own, y, y, num_heads, mask)

    x = _residual(params, "self", src, attend, norm_first)
    return _residual(params, "ffn", x, lambda y: _ffn(params, y), norm_first)


def decoder_layer(
    params: Params,
    tgt: np.ndarray,
    memory: np.ndarray,
    num_heads: int,
    mask: np.ndarray | None = None,
    *,
    norm_first: bool = False,
) -> np.ndarray:
    """Run a layer of a decoder: self-attention, cross-attention, feed-forward network.

    Parameters
    ----------
    params : mapping of str to ndarray
        By canonical names, such as ``cross_attn.query.weight``.
    tgt : ndarray of shape (N, S, E)
        Inputs.
    memory : ndarray of shape (N, T, E)
        What cross-attention looks at.
    num_heads : int
        Heads.
    mask : ndarray, optional
        0 or False where a position may not see another.
    norm_first : bool, optional
        Whether to normalise the input of each part in place of the sum after it.

    Returns
    -------
    out : ndarray of shape (N, S, E)
        Outputs.
    """
    own, cross = _part(params, "self_attn"), _part(params, "cross_attn")

    def attend(y: np.ndarray) -> np.ndarray:
        return multi_head(own, y, y, num_heads, mask)

    def look(y: np.ndarray) -> np.ndarray:
        return multi_head(cross, y, memory, num_heads)

    x = _residual(params, "self", tgt.astype(np.float64), attend, norm_first)
    x = _residual(params, "cross", x, look, norm_first)
    return _residual(params, "ffn", x, lambda y: _ffn(params, y), norm_first)


def caption_scores(
    params: Params, features: np.ndarray, captions: np.ndarray, num_heads: int
) -> np.ndarray:
    """Score the next word after each word of captions.

    Parameters
    ----------
    params : mapping of str to ndarray
        Of a ``CaptioningTransformer``, by canonical names.
    features : ndarray of shape (N, D)
        Of images.
    captions : ndarray of int, shape (N, T)
        Words.
    num_heads : int
        Heads.

    Returns
    -------
    scores : ndarray of shape (N, T, V)
        Of every word of the vocabulary.
    """
    memory = _linear(params, "visual_projection", features)[:, None]
    x = params["embedding.weight"][captions]
    x = x + positions(*x.shape[1:])
    seen = np.tri(x.shape[1], dtype=bool)
    for layer in _layers(params):
        x = decoder_layer(layer, x, memory, num_heads, seen)
    return _linear(params, "output", x)


def image_scores(
    params: Params, images: np.ndarray, patch_size: int, num_heads: int
) -> np.ndarray:
    """Score the classes of images.

    Parameters
    ----------
    params : mapping of str to ndarray
        Of a ``VisionTransformer``, by canonical names.
    images : ndarray of shape (N, C, H, W)
        Images.
    patch_size : int
        Side of a patch.
    num_heads : int
        Heads.

    Returns
    -------
    scores : ndarray of shape (N, classes)
        Of every class.
    """
    x = _linear(params, "patch_embed.proj", patches(images, patch_size))
    x = x + positions(*x.shape[1:])
    for layer in _layers(params):
        x = encoder_layer(layer, x, num_heads)
    return _linear(params, "head", x.mean(axis=1))


def _part(params: Params, name: str) -> dict[str, np.ndarray]:
    start = name + "."
    return {k.removeprefix(start): v for k, v in params.items() if k.startswith(start)}


def _layers(params: Params) -> list[dict[str, np.ndarray]]:
    count = len({k.split(".")[1] for k in params if k.startswith("layers.")})
    return [_part(params, f"layers.{i}") for i in range(count)]


def _linear(params: Params, name: str, x: np.ndarray) -> np.ndarray:
    return x @ params[f"{name}.weight"].T + params[f"{name}.bias"]


def _ffn(params: Params, x: np.ndarray) -> np.ndarray:
    if "linear1.weight" in params:  # an edition before 2025
        hidden = relu_forward(_linear(params, "linear1", x))[0]
        return _linear(params, "linear2", hidden)
    hidden = gelu_forward(_linear(params, "ffn.fc1", x), exact=True)[0]
    return _linear(params, "ffn.fc2", hidden)


def _residual(
    params: Params,
    name: str,
    x: np.ndarray,
    part: Callable[[np.ndarray], np.ndarray],
    norm_first: bool,
) -> np.ndarray:
    def norm(y: np.ndarray) -> np.ndarray:
        weight, bias = params[f"norm_{name}.weight"], params[f"norm_{name}.bias"]
        flat = np.ascontiguousarray(y.reshape(-1, y.shape[-1]))
        return layernorm_forward(flat, weight, bias, {})[0].reshape(y.shape)

    return x + part(norm(x)) if norm_first else norm(x + part(x))

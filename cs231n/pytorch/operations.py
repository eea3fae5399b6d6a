"""The operations of PyTorch that a copied network may be made of."""

from typing import Any

#: Arithmetic, entry by entry; with an underscore behind it, in place.
_ENTRYWISE = """
    abs add addcdiv addcmul bernoulli bitwise_and bitwise_not bitwise_or ceil celu
    clamp clamp_max clamp_min clone copy cos div elu eq erf exp expm1 fill floor
    floor_divide fmod ge gelu glu gt hardsigmoid hardswish hardtanh isinf isnan le
    leaky_relu lerp log log10 log1p log2 log_sigmoid_forward logical_and logical_not
    logical_or lt masked_fill maximum minimum mish mul ne neg normal pow
    _prelu_kernel random reciprocal relu relu6 remainder round rrelu_with_noise
    rsqrt rsub sigmoid sign silu sin softplus softshrink sqrt square sub tan tanh
    threshold uniform where zero
"""
#: Sums, means, largest entries.
_OVER_AXES = """
    all amax amin any argmax argmin cumprod cumsum linalg_vector_norm _log_softmax
    _safe_softmax logsumexp max mean median min norm prod _softmax sort std sum topk
    var var_mean _weight_norm_interface
"""
#: Other shapes, and what is made without a tensor.
_SHAPES = """
    alias arange cat chunk constant_pad_nd detach diagonal empty empty_like expand
    eye flip full full_like gather index index_select lift_fresh narrow new_empty
    new_full new_ones new_zeros ones ones_like permute pixel_shuffle pixel_unshuffle
    rand rand_like randn randn_like randperm reflection_pad2d repeat
    replication_pad2d reshape roll scalar_tensor select slice split split_with_sizes
    squeeze stack t _to_copy transpose tril triu unbind unfold _unsafe_view
    unsqueeze view zeros zeros_like
"""
#: Products, layers.
_LAYERS = """
    _adaptive_avg_pool2d adaptive_max_pool2d addmm addmv avg_pool2d baddbmm bmm
    _batch_norm_with_update _batch_norm_no_update convolution dot embedding
    grid_sampler_2d im2col col2im linear max_pool2d_with_indices mm mv
    native_batch_norm native_dropout native_group_norm native_layer_norm
    _native_batch_norm_legit _native_batch_norm_legit_no_training _fused_rms_norm
    _scaled_dot_product_flash_attention_for_cpu upsample_bilinear2d
    upsample_nearest2d
"""
_NAMES = {f"{name}{mark}" for name in _ENTRYWISE.split() for mark in ("", "_")}
_NAMES |= {*_OVER_AXES.split(), *_SHAPES.split(), *_LAYERS.split()}
#: What would show memory that nobody has written to.
_EMPTY = ("empty", "empty_like", "new_empty")
#: What is no number among the settings of an operation.
_WORDS = {
    *("torch.float32", "torch.float64", "torch.int64", "torch.int32", "torch.bool"),
    *("torch.uint8", "torch.float16", "torch.bfloat16", "torch.strided"),
    *("torch.contiguous_format", "torch.preserve_format", "torch.channels_last"),
}


def is_known(name: object) -> bool:
    """Tell whether an operation is on the list.

    Parameters
    ----------
    name : object
        Such as ``"aten.convolution.default"``.

    Returns
    -------
    known : bool
        Whether it is.
    """
    if type(name) is not str or name.count(".") != 2:
        return False
    space, base, overload = name.split(".")
    return space == "aten" and base in _NAMES and not overload.endswith("out")


def step_of(name: str) -> Any:
    """Find an operation of PyTorch, or a dtype, a layout or the CPU.

    Parameters
    ----------
    name : str
        As PyTorch prints it.

    Returns
    -------
    found : object
        What it is.

    Raises
    ------
    LookupError
        If it is not on the lists.
    """
    import torch

    if name in _WORDS:
        return getattr(torch, name.removeprefix("torch."))
    if name == "cpu":
        return torch.device("cpu")
    if not is_known(name):
        raise LookupError(f"{name!r} is no operation that a network may be made of.")
    _, base, overload = name.split(".")
    found = getattr(getattr(torch.ops.aten, base), overload)
    if base in _EMPTY:
        return lambda *args, **kwargs: found(*args, **kwargs).zero_()
    return found

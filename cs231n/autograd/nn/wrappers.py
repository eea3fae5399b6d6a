"""Modules without weights: each calls one function with its settings."""

from cs231n.autograd.nn import functional as F
from cs231n.autograd.nn.module import Module
from cs231n.autograd.ops.shaping import flatten


def wrapper(name, function, **defaults):
    """Return the class of a module that only calls a function with its settings."""
    names = list(defaults)

    def __init__(self, *args, **kwargs):
        Module.__init__(self)
        unknown = [k for k in kwargs if k not in defaults]
        if unknown or len(args) > len(names):
            raise TypeError(f"{name}() takes {', '.join(names) or 'no arguments'}.")
        self.__dict__.update(defaults)
        self.__dict__.update(zip(names, args, strict=False))
        self.__dict__.update(kwargs)

    def forward(self, *inputs):
        return function(*inputs, **{n: getattr(self, n) for n in names})

    def extra_repr(self):
        shown = {n: getattr(self, n) for n in names}
        if not shown.get("inplace", True):
            del shown["inplace"]
        return ", ".join(f"{n}={value!r}" for n, value in shown.items())

    body = {"__init__": __init__, "forward": forward, "extra_repr": extra_repr}
    body["__doc__"] = f"{function.__doc__}"
    body["__module__"] = __name__
    return type(name, (Module,), body)


ReLU = wrapper("ReLU", F.relu, inplace=False)
LeakyReLU = wrapper("LeakyReLU", F.leaky_relu, negative_slope=0.01, inplace=False)
ELU = wrapper("ELU", F.elu, alpha=1.0, inplace=False)
SiLU = wrapper("SiLU", F.silu, inplace=False)
GELU = wrapper("GELU", F.gelu, approximate="none")
Tanh = wrapper("Tanh", F.tanh)
Sigmoid = wrapper("Sigmoid", F.sigmoid)
Softplus = wrapper("Softplus", F.softplus, beta=1, threshold=20)
LogSigmoid = wrapper("LogSigmoid", F.logsigmoid)
Softmax = wrapper("Softmax", F.softmax, dim=None)
LogSoftmax = wrapper("LogSoftmax", F.log_softmax, dim=None)
MaxPool2d = wrapper("MaxPool2d", F.max_pool2d, kernel_size=2, stride=None, padding=0)
AvgPool2d = wrapper("AvgPool2d", F.avg_pool2d, kernel_size=2, stride=None, padding=0)
AdaptiveAvgPool2d = wrapper("AdaptiveAvgPool2d", F.adaptive_avg_pool2d, output_size=1)
Flatten = wrapper("Flatten", flatten, start_dim=1, end_dim=-1)
PixelShuffle = wrapper("PixelShuffle", F.pixel_shuffle, upscale_factor=2)
PixelUnshuffle = wrapper("PixelUnshuffle", F.pixel_unshuffle, downscale_factor=2)
Upsample = wrapper(
    "Upsample",
    F.interpolate,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
)
CosineSimilarity = wrapper("CosineSimilarity", F.cosine_similarity, dim=1, eps=1e-8)
MSELoss = wrapper("MSELoss", F.mse_loss, reduction="mean")
L1Loss = wrapper("L1Loss", F.l1_loss, reduction="mean")
SmoothL1Loss = wrapper("SmoothL1Loss", F.smooth_l1_loss, reduction="mean", beta=1.0)
BCELoss = wrapper("BCELoss", F.binary_cross_entropy, weight=None, reduction="mean")
BCEWithLogitsLoss = wrapper(
    "BCEWithLogitsLoss",
    F.binary_cross_entropy_with_logits,
    weight=None,
    reduction="mean",
    pos_weight=None,
)
CrossEntropyLoss = wrapper(
    "CrossEntropyLoss",
    F.cross_entropy,
    weight=None,
    ignore_index=-100,
    reduction="mean",
    label_smoothing=0.0,
)
NLLLoss = wrapper(
    "NLLLoss", F.nll_loss, weight=None, ignore_index=-100, reduction="mean"
)

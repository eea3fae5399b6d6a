"""The U-Net that removes noise, for the tape or for PyTorch.

The names of its parts are those of the course's ``unet.py``, so that weights of one fit
the other where their layers are the same.
"""

import math
from functools import lru_cache
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

__all__ = ["parts", "time_waves", "unet"]

#: Channels that group norm takes together, at most in so many groups.
GROUPS = 8


def time_waves(t: Any, time: Any, dim: int, theta: float = 10000.0) -> Any:
    """Describe times by sines and cosines of several frequencies.

    Parameters
    ----------
    t : module
        ``cs231n.autograd`` or ``torch``.
    time : tensor of shape (N,)
        Times.
    dim : int
        Numbers for each, even.
    theta : float, optional
        How much slower the last frequency is than the first.

    Returns
    -------
    waves : tensor of shape (N, dim)
        All sines, then all cosines.
    """
    half = dim // 2
    steps = t.arange(half).float() / max(half - 1, 1)
    angles = time.float()[:, None] * t.exp(-math.log(theta) * steps)[None, :]
    return t.cat([t.sin(angles), t.cos(angles)], dim=1)


@lru_cache(maxsize=4)
def parts(t: Any) -> SimpleNamespace:
    """Make the modules of a U-Net.

    Parameters
    ----------
    t : module
        ``cs231n.autograd`` or ``torch``.

    Returns
    -------
    made : SimpleNamespace
        ``SinusoidalPosEmb``, ``ResnetBlock``, ``Downsample``, ``Upsample``, ``Unet``.
    """
    nn: Any = t.nn
    F = nn.functional

    class SinusoidalPosEmb(nn.Module):
        def __init__(self, dim: int, theta: float = 10000.0) -> None:
            super().__init__()
            self.dim, self.theta = dim, theta

        def forward(self, time: Any) -> Any:
            return time_waves(t, time, self.dim, self.theta)

    class ResnetBlock(nn.Module):
        def __init__(self, dim: int, dim_out: int, context_dim: int) -> None:
            super().__init__()
            self.norm1 = nn.GroupNorm(math.gcd(GROUPS, dim), dim)
            self.conv1 = nn.Conv2d(dim, dim_out, 3, padding=1)
            self.mlp = nn.Linear(context_dim, dim_out)
            self.norm2 = nn.GroupNorm(math.gcd(GROUPS, dim_out), dim_out)
            self.conv2 = nn.Conv2d(dim_out, dim_out, 3, padding=1)
            same = dim == dim_out
            self.res_conv = nn.Identity() if same else nn.Conv2d(dim, dim_out, 1)

        def forward(self, x: Any, context: Any, fault: str = "") -> Any:
            first = x if fault == "no norm" else self.norm1(x)
            h = self.conv1(first if fault == "no first" else F.silu(first))
            told = self.mlp(context if fault == "plain" else F.silu(context))
            if fault != "untold":
                h = h + told[:, :, None, None]
            h = self.norm2(h)
            if fault == "late":
                h = h + told[:, :, None, None]
            h = self.conv2(h if fault == "no second" else F.silu(h))
            if fault == "no skip":
                return h
            h = h + self.res_conv(x)
            return F.silu(h) if fault == "post" else h

    def Downsample(dim: int, dim_out: int) -> Any:
        return nn.Conv2d(dim, dim_out, 3, stride=2, padding=1)

    def Upsample(dim: int, dim_out: int) -> Any:
        return nn.Sequential(
            nn.Upsample(scale_factor=2), nn.Conv2d(dim, dim_out, 3, padding=1)
        )

    made = SimpleNamespace(
        SinusoidalPosEmb=SinusoidalPosEmb,
        ResnetBlock=ResnetBlock,
        Downsample=Downsample,
        Upsample=Upsample,
    )
    made.Unet = _unet(t, made)
    return made


def _unet(t: Any, made: Any) -> Any:
    """Make the class of the whole network out of its parts."""
    nn: Any = t.nn
    Block = made.ResnetBlock

    class Unet(nn.Module):
        def __init__(
            self,
            dim: int,
            condition_dim: int,
            dim_mults: tuple[int, ...] = (1, 2, 4, 8),
            channels: int = 3,
            uncond_prob: float = 0.2,
        ) -> None:
            super().__init__()
            self.condition_dim, self.uncond_prob = condition_dim, uncond_prob
            dims, wide = [dim, *(dim * m for m in dim_mults)], 4 * dim
            self.init_conv = nn.Conv2d(channels, dim, 3, padding=1)
            self.time_mlp = nn.Sequential(
                made.SinusoidalPosEmb(dim),
                nn.Linear(dim, wide),
                nn.GELU(),
                nn.Linear(wide, wide),
            )
            self.condition_mlp = nn.Sequential(
                nn.Linear(condition_dim, wide), nn.GELU(), nn.Linear(wide, wide)
            )
            self.mid_block1 = Block(dims[-1], dims[-1], wide)
            self.mid_block2 = Block(dims[-1], dims[-1], wide)
            self.final_conv = nn.Conv2d(dim, channels, 1)
            self.downs, self.ups = nn.ModuleList([]), nn.ModuleList([])
            for a, b in pairwise(dims):
                blocks = [Block(a, a, wide), Block(a, a, wide), made.Downsample(a, b)]
                self.downs.append(nn.ModuleList(blocks))
            for a, b in pairwise(dims[::-1]):
                blocks = [Block(2 * b, b, wide), Block(2 * b, b, wide)]
                self.ups.append(nn.ModuleList([made.Upsample(a, b), *blocks]))

        def forward(
            self, x: Any, time: Any, model_kwargs: Any = None, fault: str = ""
        ) -> Any:
            context = self.context(time, (model_kwargs or {}).get("text_emb"), fault)
            x, skips = self.init_conv(x), []
            for first, second, down in self.downs:
                x = first(x, context)
                skips.append(x)
                x = second(x, context)
                skips.append(x)
                x = down(x)
            if fault != "no middle":
                x = self.mid_block2(self.mid_block1(x, context), context)
            for up, first, second in self.ups:
                x = up(x)
                for block in (first, second):
                    at = 0 if fault == "queue" and skips[0].shape == x.shape else -1
                    kept = skips.pop(at)
                    kept = 0 * kept if fault == "no skips" else kept
                    pair = [kept, x] if fault == "turned" else [x, kept]
                    x = block(t.cat(pair, dim=1), context)
            return self.final_conv(x)

        def context(self, time: Any, condition: Any, fault: str = "") -> Any:
            told = self.time_mlp(time)
            if fault == "no time":
                told = 0 * told
            if condition is None or fault == "no class":
                condition = t.zeros(len(time), self.condition_dim)
            condition = condition.to(told.dtype)
            if self.training:
                kept = (t.rand(len(condition), 1) >= self.uncond_prob).to(told.dtype)
                condition = condition * kept
            return told + self.condition_mlp(condition)

    return Unet


def unet(t: Any, dim: int, condition_dim: int, **options: Any) -> Any:
    """Build the network that is told a picture, a time and a condition.

    Parameters
    ----------
    t : module
        ``cs231n.autograd`` or ``torch``.
    dim : int
        Channels of the first level.
    condition_dim : int
        Numbers of a condition; all zero stands for none.
    **options : object
        ``dim_mults`` (channels of the levels below, as multiples of ``dim``),
        ``channels`` of the picture, ``uncond_prob``: how often training drops the
        condition.

    Returns
    -------
    net : nn.Module
        From a picture (N, channels, H, W), times (N,) and
        ``{"text_emb": (N, condition_dim) or None}`` to a tensor like the picture.
    """
    return parts(t).Unet(dim, condition_dim, **options)

"""Steps of a diffusion in float64, right and with known faults.

The notebook ``assignment3/diffusion`` holds answers against these. The denoiser is the
line of :func:`cs231n.pytorch.denoise`.
"""

from cs231n.nets.references.diffusions.blocks import block_gradients
from cs231n.nets.references.diffusions.chain import noise_from, noisy, start_from
from cs231n.nets.references.diffusions.flows import between, euler, waves
from cs231n.nets.references.diffusions.guidance import guided
from cs231n.nets.references.diffusions.line import line
from cs231n.nets.references.diffusions.networks import block, network
from cs231n.nets.references.diffusions.steps import earlier, skipped

__all__ = [
    "between",
    "block",
    "block_gradients",
    "earlier",
    "euler",
    "guided",
    "line",
    "network",
    "noise_from",
    "noisy",
    "skipped",
    "start_from",
    "waves",
]

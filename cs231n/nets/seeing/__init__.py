"""What a network looks at: maps, gradients, and pictures that change.

The notebook ``assignment3/network_visualization`` holds answers against these.
"""

from cs231n.nets.seeing.changes import ascend, dream, fool, invert_features
from cs231n.nets.seeing.gradients import guided_relu_backward, score_gradient
from cs231n.nets.seeing.maps import (
    grad_cam,
    occlusion_map,
    saliency,
    share_inside,
    smooth_grad,
)

__all__ = [
    "ascend",
    "dream",
    "fool",
    "grad_cam",
    "guided_relu_backward",
    "invert_features",
    "occlusion_map",
    "saliency",
    "score_gradient",
    "share_inside",
    "smooth_grad",
]

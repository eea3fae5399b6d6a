"""Old spelling of :mod:`cs231n.nets.convnet`; a star brings all layers too."""

from cs231n.fast_layers import *  # noqa: F403
from cs231n.layer_utils import *  # noqa: F403
from cs231n.layers import *  # noqa: F403
from cs231n.nets.convnet import ThreeLayerConvNet  # noqa: F401

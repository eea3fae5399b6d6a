"""Old spelling of :mod:`cs231n.nets.fully_connected`; a star brings all layers too."""

from cs231n.layer_utils import *  # noqa: F403
from cs231n.layers import *  # noqa: F403
from cs231n.nets.fully_connected import FullyConnectedNet, TwoLayerNet  # noqa: F401

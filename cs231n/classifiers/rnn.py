"""Old spelling of :mod:`cs231n.nets.captioning`; a star brings all layers too."""

from cs231n.layers import *  # noqa: F403
from cs231n.nets.captioning import CaptioningRNN  # noqa: F401
from cs231n.rnn_layers import *  # noqa: F403

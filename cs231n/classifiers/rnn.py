"""Old spelling of :mod:`cs231n.nets.captioning`."""

from cs231n.nets.captioning import CaptioningRNN

__all__ = ["CaptioningRNN"]

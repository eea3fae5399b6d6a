"""Networks that write captions, search for them, and are measured by BLEU."""

from cs231n.nets.captioning.beam import beam_search
from cs231n.nets.captioning.bleu import bleu, plain, references_of
from cs231n.nets.captioning.network import CaptioningRNN

__all__ = ["CaptioningRNN", "beam_search", "bleu", "plain", "references_of"]

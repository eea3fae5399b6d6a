"""Pictures and sentences as vectors in one space: what trains there, and tokens."""

from cs231n.nets.matching.encoders import (
    caption_encoder,
    picture_encoder,
    pixel_encoder,
)
from cs231n.nets.matching.patches import cut_patches, label_patches
from cs231n.nets.matching.tokens import article, tokenize

__all__ = [
    "article",
    "caption_encoder",
    "cut_patches",
    "label_patches",
    "picture_encoder",
    "pixel_encoder",
    "tokenize",
]

"""Old spelling of the captions in :mod:`cs231n.data`."""

from cs231n.data.captions import decode_captions, sample_coco_minibatch
from cs231n.data.coco import load_coco_data

__all__ = ["decode_captions", "load_coco_data", "sample_coco_minibatch"]

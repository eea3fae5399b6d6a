"""Drawings of recurrent networks, attention and captions."""

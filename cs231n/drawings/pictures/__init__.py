"""Drawings of what networks see, and of pictures they make."""

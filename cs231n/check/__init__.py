"""The command ``python -m cs231n.check``."""

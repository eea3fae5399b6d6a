"""Processes of the engine that may die: what they held is given back."""

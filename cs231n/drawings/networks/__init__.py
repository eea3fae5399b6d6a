"""Drawings of layers, of networks and of how they are trained."""

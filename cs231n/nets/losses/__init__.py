"""Losses that look into a network, with their gradients."""

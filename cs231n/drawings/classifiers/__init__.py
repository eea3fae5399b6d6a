"""Drawings of nearest neighbours, linear classifiers and features."""

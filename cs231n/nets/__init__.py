"""Models made of layers, and the classifiers that need none."""

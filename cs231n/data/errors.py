"""The one exception of the loaders."""


class DatasetError(Exception):
    """A dataset is missing, damaged, or not the one that its name says."""

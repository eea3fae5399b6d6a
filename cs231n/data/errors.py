"""The one exception of the loaders."""


class DatasetError(Exception):
    """A dataset is missing, damaged, or not the one that its name says."""

    def _render_traceback_(self):
        # IPython asks for this: the sentence says it all.
        return f"{type(self).__name__}: {self}".splitlines()

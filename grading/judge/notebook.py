"""What a notebook's cells find around them, where there is no notebook."""

import re


class _Nothing:
    """Takes every call, attribute and item, and does nothing."""

    def __call__(self, *args, **kwargs):
        return self

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self):
        return iter(())


class _Shell(_Nothing):
    """In place of IPython's shell: cell magics run their cell, the rest does nothing."""

    def __init__(self, names):
        self.user_ns = names
        self.ast_transformers = []
        self.input_transformers_cleanup = []
        self.input_transformers_post = []

    def run_cell_magic(self, name, line, cell):
        exec(compile(cell, f"<%%{name}>", "exec"), self.user_ns)

    def run_line_magic(self, name, line, _stack_depth=1):
        return None


def furnish(names):
    """Put what IPython gives to every cell into a namespace.

    Parameters
    ----------
    names : dict
        The namespace that the cells run in.
    """
    shell = _Shell(names)
    names.update(
        __name__="__main__",
        get_ipython=lambda: shell,
        display=_Nothing(),
        exit=_leave,
        quit=_leave,
        In=[""],
        Out={},
        _="",
    )


def _leave(*status):
    raise SystemExit(*status)


def as_python(source):
    """Turn a cell with magics or shell commands into Python.

    Parameters
    ----------
    source : str
        A cell.

    Returns
    -------
    source : str
        The same where there was nothing to turn.
    """
    if not re.search(r"^\s*[%!]|\?\s*$|=\s*[%!]", source, re.MULTILINE):
        return source
    try:
        compile(source, "<cell>", "exec")
    except (SyntaxError, ValueError):
        from IPython.core.inputtransformer2 import TransformerManager

        return TransformerManager().transform_cell(source)
    return source

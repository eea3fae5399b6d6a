"""The threads of NumPy's matrix products, which the twins are made of."""

#: Threads that each library had before anything was set, by file.
_own: dict[str, int] = {}


def limit(count):
    """Let NumPy's matrix library use ``count`` threads, but no more than it had.

    Without threadpoolctl, or with a library that it does not know (Apple's), the
    library's own variables decide, such as ``OPENBLAS_NUM_THREADS``.
    """
    for library in _libraries():
        own = _own.setdefault(library.filepath, library.num_threads)
        library.set_num_threads(min(count, own))


def threads():
    """Return how many threads NumPy's matrix library uses, or None if unknown."""
    return max((library.num_threads for library in _libraries()), default=None)


def _libraries():
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return []
    return ThreadpoolController().select(user_api="blas").lib_controllers

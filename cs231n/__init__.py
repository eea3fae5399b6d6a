"""The package below the CS231n notebooks: data, layers, training loops and pictures.

Importing it loads no library and prints nothing; import the module you need, for
example ``from cs231n.data import load_cifar10``.
"""

from cs231n.course_modules import watch_imports as _watch_imports

__version__ = "0.1.0"

_watch_imports()

"""The package below the CS231n notebooks: data, layers, training loops and pictures.

Importing it loads nothing else and prints nothing; import the module you need, for
example ``from cs231n.data import load_cifar10``.
"""

__version__ = "0.1.0"

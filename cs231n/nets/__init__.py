"""Models: a dictionary of parameters and a ``loss`` that returns scores or gradients.

Every model knows two calls: ``loss(X)`` returns scores, ``loss(X, y)`` returns the
loss and its gradients. Import the model you need from its module, for example
``from cs231n.nets.fully_connected import TwoLayerNet``.
"""

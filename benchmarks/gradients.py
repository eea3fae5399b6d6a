"""Numerical gradients, float64: all elements in batches, and one after another.

``ours`` is the batched gradient over our layer, ``loop`` varies one element at a time
over the same layer, and ``columns`` does so over a layer that is computed the course's
way. All three return the same numbers to 1e-7 of the largest.
"""

from benchmarks.contenders import both, data
from benchmarks.convolutions import columns_forward
from cs231n import layers
from cs231n.gradcheck import eval_numerical_gradient_array

#: Images whose gradient through 3 x 3 filters is checked.
IMAGES = {"conv dx 4x3x5x5": (4, 3, 5, 5), "conv dx 2x3x16x16": (2, 3, 16, 16)}


def gradients(dtype):
    if dtype != "float64":
        return  # rounding in float32 drowns a difference
    draw, param = data(dtype), {"stride": 1, "pad": 1}
    w, b = draw(2, 3, 3, 3), draw(2)
    for name, shape in IMAGES.items():
        fast = lambda x: layers.conv_forward(x, w, b, param)[0]
        course = lambda x: columns_forward(x, w, b, 1, 1)[0]
        yield name, contenders(fast, course, draw(*shape), draw), None
    x, w, b = draw(10, 2, 3), draw(6, 5), draw(5)
    fast = lambda x: layers.affine_forward(x, w, b)[0]
    course = lambda x: x.reshape(len(x), -1) @ w + b
    yield "affine dx 10x2x3", contenders(fast, course, x, draw), None


def contenders(fast, course, x, draw):
    """Return the three ways to the gradient of ``sum(layer(x) * dout)``."""
    gradient, dout = eval_numerical_gradient_array, draw(*fast(x).shape)
    return {
        **both(lambda: gradient(fast, x, dout, batched=True)),
        "loop": lambda: gradient(fast, x, dout),
        "columns": lambda: gradient(course, x, dout),
    }


GROUPS = {"gradcheck": gradients}

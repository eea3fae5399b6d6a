# What goes wrong in autograd, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="autograd-record" why="All parents have to collect gradients; one is enough."
- if Recording.on and any(parent.requires_grad for parent in parents):
+ if Recording.on and all(parent.requires_grad for parent in parents):

# %% mistake="autograd-record" why="Recording.on is not asked."
- if Recording.on and any(parent.requires_grad for parent in parents):
+ if any(parent.requires_grad for parent in parents):

# %% mistake="autograd-record" why="Steps on constants are remembered too."
- if Recording.on and any(parent.requires_grad for parent in parents):
+ if Recording.on:

# %% mistake="autograd-record" why="Only parents that collect gradients are kept, so that gradients misplace."
- out.parents = tuple(parents)
+ out.parents = tuple(p for p in parents if p.requires_grad)

# %% mistake="autograd-record" why="The result does not collect gradients itself."
- out.requires_grad = True

# %% mistake="autograd-record" why="The result has no name."
- out = Tensor(data, name=name)
+ out = Tensor(data)

# %% mistake="autograd-record" why="The result is not returned."
- return out

# %% style="autograd-record" why="An early return."
def record(name, data, parents, back):
    out = Tensor(data, False, name)
    if not Recording.on:
        return out
    for parent in parents:
        if parent.requires_grad:
            out.requires_grad = True
    if out.requires_grad:
        out.parents, out.back = tuple(parents), back
    return out

# %% style="autograd-record" why="The condition in a variable, handed to the constructor."
def record(name, data, parents, back):
    collects = Recording.on and sum(p.requires_grad for p in parents) > 0
    out = Tensor(data, requires_grad=bool(collects), name=name)
    out.parents = tuple(parents) if collects else ()
    out.back = back if collects else None
    return out

# %% style="autograd-record" why="A list of those that collect."
def record(name, data, parents, back):
    result = Tensor(data)
    result.name = name
    collecting = [p for p in parents if p.requires_grad]
    if Recording.on is True and len(collecting) != 0:
        result.requires_grad = True
        result.parents = (*parents,)
        result.back = back
    return result

# %% mistake="autograd-unbroadcast" why="Means are taken over the repeated axes; uses add up."
- grad = grad.sum(axis=tuple(range(missing)))
+ grad = grad.mean(axis=tuple(range(missing)))

- return grad.sum(axis=repeated, keepdims=True)
+ return grad.mean(axis=repeated, keepdims=True)

# %% mistake="autograd-unbroadcast" why="Axes of length 1 are summed away instead of kept."
- return grad.sum(axis=repeated, keepdims=True)
+ return grad.sum(axis=repeated)

# %% mistake="autograd-unbroadcast" why="Axes of length 1 are not summed."
- return grad.sum(axis=repeated, keepdims=True)
+ return grad

# %% mistake="autograd-unbroadcast" why="Axes that were missing are not summed."
- grad = grad.sum(axis=tuple(range(missing)))

# %% mistake="autograd-unbroadcast" why="Only one of the missing axes is summed."
- grad = grad.sum(axis=tuple(range(missing)))
+ grad = grad.sum(axis=0) if missing else grad

# %% mistake="autograd-unbroadcast" why="One of the uses is taken instead of their sum."
- grad = grad.sum(axis=tuple(range(missing)))
+ grad = grad[(0,) * missing]

# %% mistake="autograd-unbroadcast" why="The gradient is reshaped: the first entries, not sums."
def unbroadcast(grad, shape):
    return np.resize(grad, shape)

# %% style="autograd-unbroadcast" why="Loops over axes."
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(axis=0)
    for axis, side in enumerate(shape):
        if side == 1:
            grad = grad.sum(axis=axis, keepdims=True)
    return grad

# %% style="autograd-unbroadcast" why="Both kinds of axes in one sum, then a reshape."
def unbroadcast(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, side in enumerate(padded) if side == 1)
    return grad.sum(axis=axes).reshape(shape)

# %% style="autograd-unbroadcast" why="np.sum, and nothing done where the shapes agree."
def unbroadcast(grad, shape):
    if grad.shape == tuple(shape):
        return grad
    extra = len(grad.shape) - len(shape)
    grad = np.sum(grad, axis=tuple(range(extra)))
    ones = tuple(i for i in range(len(shape)) if shape[i] == 1 and grad.shape[i] > 1)
    return np.sum(grad, axis=ones, keepdims=True)

# %% mistake="autograd-arithmetic" why="The broadcasting of the sum is not undone."
- return unbroadcast(grad, self.shape), unbroadcast(grad, other.shape)
+ return grad, grad

# %% mistake="autograd-arithmetic" why="The broadcasting of the product is not undone."
- return unbroadcast(grad * y, x.shape), unbroadcast(grad * x, y.shape)
+ return grad * y, grad * x

# %% mistake="autograd-arithmetic" why="The local derivative of the product is the factor itself, not the other one."
- return unbroadcast(grad * y, x.shape), unbroadcast(grad * x, y.shape)
+ return unbroadcast(grad * x, x.shape), unbroadcast(grad * y, y.shape)

# %% mistake="autograd-arithmetic" why="The product forgets the upstream gradient."
- return unbroadcast(grad * y, x.shape), unbroadcast(grad * x, y.shape)
+ one = np.ones_like(grad)
+ return unbroadcast(one * y, x.shape), unbroadcast(one * x, y.shape)

# %% mistake="autograd-arithmetic" why="The broadcasting is undone before the local derivative is applied."
- return unbroadcast(grad * y, x.shape), unbroadcast(grad * x, y.shape)
+ return unbroadcast(grad * y, x.shape), unbroadcast(grad, y.shape) * unbroadcast(x + 0 * grad, y.shape)

# %% mistake="autograd-arithmetic" why="The gradients of the matrix product lack their transposes."
- return grad @ right.T, left.T @ grad
+ return (grad @ right if right.shape[0] == right.shape[1] else grad @ right.T), left.T @ grad

# %% mistake="autograd-arithmetic" why="The gradients of the matrix product are in the wrong order."
- return grad @ right.T, left.T @ grad
+ return left.T @ grad, grad @ right.T

# %% mistake="autograd-arithmetic" why="Only one gradient of the sum is returned."
- return unbroadcast(grad, self.shape), unbroadcast(grad, other.shape)
+ return (unbroadcast(grad, self.shape),)

# %% style="autograd-arithmetic" why="Methods as pasted from a class, with data of the tensors read late."
def add(self, other):
    def back(grad):
        return (
            unbroadcast(grad, self.data.shape),
            unbroadcast(grad, other.data.shape),
        )

    return record("add", self.data + other.data, [self, other], back)


def mul(self, other):
    def back(grad):
        dx = unbroadcast(grad * other.data, self.shape)
        dy = unbroadcast(grad * self.data, other.shape)
        return dx, dy

    return record("mul", self.data * other.data, (self, other), back)


def matmul(self, other):
    def back(grad):
        return grad.dot(other.data.T), self.data.T.dot(grad)

    return record("matmul", self.data.dot(other.data), (self, other), back)

# %% style="autograd-arithmetic" why="einsum and lambdas."
@add_to_class(Tensor)
def add(self, other):
    shapes = self.shape, other.shape
    back = lambda grad: tuple(unbroadcast(grad, shape) for shape in shapes)
    return record("add", np.add(self.data, other.data), (self, other), back)


@add_to_class(Tensor)
def mul(self, other):
    back = lambda grad: (
        unbroadcast(np.multiply(grad, other.data), self.shape),
        unbroadcast(np.multiply(grad, self.data), other.shape),
    )
    return record("mul", np.multiply(self.data, other.data), (self, other), back)


@add_to_class(Tensor)
def matmul(self, other):
    back = lambda grad: (
        np.einsum("nm,dm->nd", grad, other.data),
        np.einsum("nd,nm->dm", self.data, grad),
    )
    out = np.einsum("nd,dm->nm", self.data, other.data)
    return record("matmul", out, (self, other), back)

# %% style="autograd-arithmetic" why="Gradients by axes, with lists in place of tuples."
@add_to_class(Tensor)
def add(self, other):
    def back(grad):
        dx = grad.copy()
        dy = grad.copy()
        return [unbroadcast(dx, self.shape), unbroadcast(dy, other.shape)]

    return record("add", self.data + other.data, (self, other), back)


@add_to_class(Tensor)
def mul(self, other):
    a, b = self.data, other.data

    def back(grad):
        return [unbroadcast(grad * b, a.shape), unbroadcast(grad * a, b.shape)]

    return record("mul", a * b, (self, other), back)


@add_to_class(Tensor)
def matmul(self, other):
    a, b = self.data, other.data

    def back(grad):
        return [np.matmul(grad, b.T), np.matmul(grad.T, a).T]

    return record("matmul", np.matmul(a, b), (self, other), back)

# %% mistake="autograd-functions" why="The exponential forgets its local derivative."
- return record("exp", result, (self,), lambda grad: (grad * result,))
+ return record("exp", result, (self,), lambda grad: (grad,))

# %% mistake="autograd-functions" why="The exponential forgets the upstream gradient."
- return record("exp", result, (self,), lambda grad: (grad * result,))
+ return record("exp", result, (self,), lambda grad: (result,))

# %% mistake="autograd-functions" why="The logarithm multiplies by x instead of dividing."
- return record("log", np.log(x), (self,), lambda grad: (grad / x,))
+ return record("log", np.log(x), (self,), lambda grad: (grad * x,))

# %% mistake="autograd-functions" why="The logarithm divides by its result."
- return record("log", np.log(x), (self,), lambda grad: (grad / x,))
+ return record("log", np.log(x), (self,), lambda grad: (grad / np.log(x),))

# %% mistake="autograd-functions" why="The logarithm is one to base 2."
- return record("log", np.log(x), (self,), lambda grad: (grad / x,))
+ return record("log", np.log2(x), (self,), lambda grad: (grad / x,))

# %% mistake="autograd-functions" why="The ReLU passes the gradient everywhere."
- "relu", self.data * positive, (self,), lambda grad: (grad * positive,)
+ "relu", self.data * positive, (self,), lambda grad: (grad,)

# %% mistake="autograd-functions" why="The ReLU passes the gradient where the input is negative."
- positive = self.data > 0
+ positive = self.data < 0

# %% mistake="autograd-functions" why="The ReLU multiplies by its result."
- "relu", self.data * positive, (self,), lambda grad: (grad * positive,)
+ "relu", self.data * positive, (self,), lambda grad: (grad * self.data * positive,)

# %% mistake="autograd-functions" why="The gradient is returned bare, not in a tuple."
- return record("exp", result, (self,), lambda grad: (grad * result,))
+ return record("exp", result, (self,), lambda grad: grad * result)

# %% style="autograd-functions" why="Named functions, methods as pasted."
def exp(self):
    out = np.exp(self.data)

    def back(grad):
        return (out * grad,)

    return record("exp", out, (self,), back)


def log(self):
    def back(grad):
        return (grad * (1 / self.data),)

    return record("log", np.log(self.data), (self,), back)


def relu(self):
    out = np.maximum(self.data, 0)

    def back(grad):
        return (grad * (out > 0),)

    return record("relu", out, (self,), back)

# %% style="autograd-functions" why="np.where."
@add_to_class(Tensor)
def exp(self):
    x = self.data
    return record("exp", np.exp(x), (self,), lambda grad: (grad * np.exp(x),))


@add_to_class(Tensor)
def log(self):
    x = self.data
    return record("log", np.log(x), (self,), lambda grad: (np.divide(grad, x),))


@add_to_class(Tensor)
def relu(self):
    x = self.data
    zero = np.zeros_like(x)
    back = lambda grad: (np.where(x > 0, grad, zero),)
    return record("relu", np.where(x > 0, x, zero), (self,), back)

# %% style="autograd-functions" why="Lists in place of tuples, a copy that is masked."
@add_to_class(Tensor)
def exp(self):
    result = np.exp(self.data)
    return record("exp", result, [self], lambda grad: [grad * result])


@add_to_class(Tensor)
def log(self):
    return record("log", np.log(self.data), [self], lambda grad: [grad / self.data])


@add_to_class(Tensor)
def relu(self):
    mask = self.data <= 0
    out = np.array(self.data)
    out[mask] = 0

    def back(grad):
        dx = np.array(grad)
        dx[mask] = 0
        return [dx]

    return record("relu", out, [self], back)

# %% mistake="autograd-shapes" why="The gradient of a sum is divided as that of a mean."
- return (np.broadcast_to(grad.reshape(kept), shape),)
+ share = grad.reshape(kept) * grad.size / np.prod(shape)
+ return (np.broadcast_to(share, shape),)

# %% mistake="autograd-shapes" why="The gradient keeps the shape of the sum."
- return (np.broadcast_to(grad.reshape(kept), shape),)
+ return (grad,)

# %% mistake="autograd-shapes" why="The axis is ignored."
- return record("sum", self.data.sum(axis=axis, keepdims=keepdims), (self,), back)
+ return record("sum", self.data.sum(), (self,), back)

# %% mistake="autograd-shapes" why="keepdims is ignored."
- return record("sum", self.data.sum(axis=axis, keepdims=keepdims), (self,), back)
+ return record("sum", self.data.sum(axis=axis), (self,), back)

# %% mistake="autograd-shapes" why="The upstream gradient of the sum is missing."
- return (np.broadcast_to(grad.reshape(kept), shape),)
+ return (np.ones(shape),)

# %% mistake="autograd-shapes" why="The gradient of the sum is multiplied by x."
- return (np.broadcast_to(grad.reshape(kept), shape),)
+ return (grad.reshape(kept) * self.data,)

# %% mistake="autograd-shapes" why="The gradient of a reshape is not reshaped back."
- return record("reshape", data, (self,), lambda grad: (grad.reshape(before),))
+ return record("reshape", data, (self,), lambda grad: (grad,))

# %% mistake="autograd-shapes" why="The gradient of a reshape is laid out column by column."
- return record("reshape", data, (self,), lambda grad: (grad.reshape(before),))
+ return record("reshape", data, (self,), lambda grad: (grad.reshape(before, order="F"),))

# %% style="autograd-shapes" why="expand_dims and a product with ones."
def total(self, axis=None, keepdims=False):
    x = self.data

    def back(grad):
        if axis is not None and not keepdims:
            grad = np.expand_dims(grad, axis)
        return (np.ones_like(x) * grad,)

    return record("sum", np.sum(x, axis=axis, keepdims=keepdims), (self,), back)


def reshape(self, *shape):
    def back(grad):
        return (np.reshape(grad, self.shape),)

    return record("reshape", np.reshape(self.data, shape), (self,), back)

# %% style="autograd-shapes" why="Zeros and a sum, a shape that may come as a tuple."
@add_to_class(Tensor)
def total(self, axis=None, keepdims=False):
    kept = np.sum(self.data, axis=axis, keepdims=True)
    out = kept if keepdims else np.sum(self.data, axis=axis)
    zeros = np.zeros_like(self.data)
    return record("sum", out, (self,), lambda grad: (zeros + grad.reshape(kept.shape),))


@add_to_class(Tensor)
def reshape(self, *shape):
    if len(shape) == 1 and isinstance(shape[0], tuple):
        shape = shape[0]
    out = self.data.reshape(shape)
    return record("reshape", out, (self,), lambda grad: (grad.reshape(self.shape),))

# %% style="autograd-shapes" why="Axes made a tuple of numbers that are not negative."
@add_to_class(Tensor)
def total(self, axis=None, keepdims=False):
    shape = self.data.shape
    axes = range(len(shape)) if axis is None else axis
    axes = (axes,) if isinstance(axes, int) else tuple(axes)
    axes = tuple(a % len(shape) for a in axes) if shape else ()
    kept = tuple(1 if i in axes else side for i, side in enumerate(shape))

    def back(grad):
        dx = np.empty(shape, dtype=grad.dtype)
        dx[...] = grad.reshape(kept)
        return (dx,)

    return record("sum", self.data.sum(axes, keepdims=keepdims), (self,), back)


@add_to_class(Tensor)
def reshape(self, *shape):
    out = self.data.copy().reshape(*shape)
    return record("reshape", out, (self,), lambda grad: (grad.reshape(*self.shape),))

# %% mistake="autograd-order" why="Tensors that are used twice come twice."
- elif tensor not in seen:
+ else:

# %% mistake="autograd-order" why="A tensor is written down when it is opened, before its parents."
def topological_order(last):
    order, seen, stack = [], set(), [last]
    while stack:
        tensor = stack.pop()
        if tensor in seen:
            continue
        seen.add(tensor)
        order.append(tensor)
        stack.extend(tensor.parents)
    return order

# %% mistake="autograd-order" why="Breadth first and reversed is no topological order."
def topological_order(last):
    order, seen, queue = [], set(), [last]
    while queue:
        tensor = queue.pop(0)
        if tensor in seen:
            continue
        seen.add(tensor)
        order.append(tensor)
        queue.extend(tensor.parents)
    return order[::-1]

# %% mistake="autograd-order" why="The function calls itself, and fails on long graphs."
def topological_order(last):
    order, seen = [], set()

    def visit(tensor):
        if tensor not in seen:
            seen.add(tensor)
            for parent in tensor.parents:
                visit(parent)
            order.append(tensor)

    visit(last)
    return order

# %% mistake="autograd-order" why="The result comes first: the order is reversed."
- return order
+ return order[::-1]

# %% mistake="autograd-order" why="Leaves are left out."
- order.append(tensor)
+ if tensor.parents:
+     order.append(tensor)

# %% mistake="autograd-order" why="Only the first parent is followed."
- stack.extend((parent, False) for parent in tensor.parents)
+ stack.extend((parent, False) for parent in tensor.parents[:1])

# %% style="autograd-order" why="A stack of iterators."
def topological_order(last):
    order, seen = [], {id(last)}
    stack = [(last, iter(last.parents))]
    while stack:
        tensor, parents = stack[-1]
        for parent in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                stack.append((parent, iter(parent.parents)))
                break
        else:
            order.append(tensor)
            stack.pop()
    return order

# %% style="autograd-order" why="Kahn's algorithm, from the result, reversed."
def topological_order(last):
    uses, stack, found = {last: 0}, [last], [last]
    while stack:
        for parent in stack.pop().parents:
            if parent not in uses:
                uses[parent] = 0
                stack.append(parent)
                found.append(parent)
            uses[parent] += 1
    order, ready = [], [last]
    while ready:
        tensor = ready.pop()
        order.append(tensor)
        for parent in tensor.parents:
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)
    order.reverse()
    return order

# %% style="autograd-order" why="A peek at the top until its parents are done."
def topological_order(last):
    order, done, stack = [], set(), [last]
    while stack:
        tensor = stack[-1]
        waiting = [p for p in tensor.parents if p not in done]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        if tensor not in done:
            done.add(tensor)
            order.append(tensor)
    return order

# %% mistake="autograd-backward" why="A later gradient replaces an earlier one."
- grads[parent] = grads[parent] + share if parent in grads else share
+ grads[parent] = share

# %% mistake="autograd-backward" why="Only the first gradient of a parent counts."
- grads[parent] = grads[parent] + share if parent in grads else share
+ grads.setdefault(parent, share)

# %% mistake="autograd-backward" why="The walk goes forward, so gradients do not arrive."
- for tensor in reversed(topological_order(self)):
+ for tensor in topological_order(self):

# %% mistake="autograd-backward" why="A second walk replaces .grad instead of adding to it."
- tensor.grad = upstream if tensor.grad is None else tensor.grad + upstream
+ tensor.grad = upstream

# %% mistake="autograd-backward" why="The second walk passes on what the first left in .grad."
- for parent, share in zip(tensor.parents, tensor.back(upstream), strict=True):
+ for parent, share in zip(tensor.parents, tensor.back(tensor.grad), strict=True):

# %% mistake="autograd-backward" why="Only leaves get their gradient."
- tensor.grad = upstream if tensor.grad is None else tensor.grad + upstream
+ if tensor.back is None:
+     tensor.grad = upstream if tensor.grad is None else tensor.grad + upstream

# %% mistake="autograd-backward" why="Constants get a gradient as well."
- if tensor not in grads or not tensor.requires_grad:
+ if tensor not in grads:

# %% mistake="autograd-backward" why="A missing gradient of an array is taken as ones."
- if self.data.size != 1:
-     raise ValueError(f"backward() of shape {self.shape} needs a gradient.")

# %% mistake="autograd-backward" why="A step is walked back once for each of its uses, when its gradient is not complete."
def backward(self, grad=None):
    if grad is None:
        if self.data.size != 1:
            raise ValueError("needs a gradient")
        grad = np.ones_like(self.data)
    queue = [(self, grad)]
    seen = set()
    while queue:
        tensor, upstream = queue.pop(0)
        if not tensor.requires_grad:
            continue
        tensor.grad = upstream if tensor.grad is None else tensor.grad + upstream
        if tensor.back is None or tensor in seen:
            continue
        seen.add(tensor)
        queue.extend(zip(tensor.parents, tensor.back(tensor.grad)))

# %% mistake="autograd-backward" why="Gradients are added in place, into arrays that others hold."
- grads[parent] = grads[parent] + share if parent in grads else share
+ if parent in grads:
+     grads[parent] += share
+ else:
+     grads[parent] = share

# %% style="autograd-backward" why="By id, with get."
def backward(self, grad=None):
    if grad is None:
        if self.data.shape != () and self.data.size > 1:
            raise ValueError("backward() needs a gradient for more than one number.")
        grad = np.ones(self.shape, dtype=self.data.dtype)
    sums = {id(self): grad}
    for tensor in topological_order(self)[::-1]:
        g = sums.get(id(tensor))
        if g is None or not tensor.requires_grad:
            continue
        tensor.grad = g + (0 if tensor.grad is None else tensor.grad)
        shares = tensor.back(g) if tensor.back else ()
        for parent, share in zip(tensor.parents, shares):
            sums[id(parent)] = sums.get(id(parent), 0) + share

# %% style="autograd-backward" why="Lists of shares, summed when a tensor's turn comes."
@add_to_class(Tensor)
def backward(self, grad=None):
    if grad is None and self.data.size != 1:
        raise ValueError("a gradient is needed")
    shares = {self: [np.ones_like(self.data) if grad is None else grad]}
    for tensor in reversed(topological_order(self)):
        if not tensor.requires_grad or tensor not in shares:
            continue
        upstream = np.zeros_like(tensor.data)
        for share in shares.pop(tensor):
            upstream = upstream + share
        if tensor.grad is None:
            tensor.grad = upstream
        else:
            tensor.grad = tensor.grad + upstream
        if tensor.back is not None:
            for i, share in enumerate(tensor.back(upstream)):
                shares.setdefault(tensor.parents[i], []).append(share)

# %% style="autograd-backward" why="Copies, added in place."
@add_to_class(Tensor)
def backward(self, grad=None):
    if grad is None:
        if self.data.size != 1:
            raise ValueError(f"shape {self.shape}: pass a gradient")
        grad = np.ones_like(self.data)
    order = topological_order(self)
    grads = {self: np.array(grad)}
    while order:
        tensor = order.pop()
        if tensor not in grads or not tensor.requires_grad:
            continue
        if tensor.grad is None:
            tensor.grad = np.zeros_like(tensor.data)
        tensor.grad = tensor.grad + grads[tensor]
        if tensor.back is None:
            continue
        for parent, share in zip(tensor.parents, tensor.back(grads[tensor])):
            if parent not in grads:
                grads[parent] = np.zeros_like(parent.data)
            grads[parent] += share

# %% mistake="autograd-no-grad" why="Recording is switched on again after an error only if there was none."
- try:
-     yield
- finally:
-     Recording.on = before
+ yield
+ Recording.on = before

# %% mistake="autograd-no-grad" why="The end of an inner block ends the outer one."
- Recording.on = before
+ Recording.on = True

# %% mistake="autograd-no-grad" why="Recording is not switched off."
- Recording.on = False

# %% mistake="autograd-no-grad" why="Recording is never switched on again."
- Recording.on = before
+ pass

# %% mistake="autograd-no-grad" why="Errors in the block are swallowed."
- finally:
-     Recording.on = before
+ except Exception:
+     pass
+ Recording.on = before

# %% mistake="autograd-no-grad" why="A variable of the function is set instead of the attribute."
- Recording.on = False
+ on = False

# %% style="autograd-no-grad" why="As a class."
class no_grad:
    def __enter__(self):
        self.before = Recording.on
        Recording.on = False

    def __exit__(self, *error):
        Recording.on = self.before

# %% style="autograd-no-grad" why="Both values in one line."
@contextlib.contextmanager
def no_grad():
    before, Recording.on = Recording.on, False
    try:
        yield
    finally:
        Recording.on = before

# %% style="autograd-no-grad" why="An error is caught and raised again."
@contextlib.contextmanager
def no_grad():
    saved = bool(Recording.on)
    Recording.on = False
    try:
        yield None
    except BaseException:
        Recording.on = saved
        raise
    else:
        Recording.on = saved

# %% mistake="autograd-sgd" why="The step goes up the slope."
- parameter.data = parameter.data - learning_rate * parameter.grad
+ parameter.data = parameter.data + learning_rate * parameter.grad

# %% mistake="autograd-sgd" why="The learning rate is missing."
- parameter.data = parameter.data - learning_rate * parameter.grad
+ parameter.data = parameter.data - parameter.grad

# %% mistake="autograd-sgd" why="The gradients are not forgotten."
- parameter.grad = None

# %% mistake="autograd-sgd" why="A new tensor is bound to the loop variable, and no parameter moves."
- parameter.data = parameter.data - learning_rate * parameter.grad
+ parameter = parameter - learning_rate * parameter.grad

# %% mistake="autograd-sgd" why="The parameter becomes the step itself."
- parameter.data = parameter.data - learning_rate * parameter.grad
+ parameter.data = -learning_rate * parameter.grad

# %% mistake="autograd-sgd" why="Parameters without gradient are not passed over."
- if parameter.grad is not None:
+ if True:

# %% style="autograd-sgd" why="In place."
def sgd_step(parameters, learning_rate):
    for p in parameters:
        if p.grad is None:
            continue
        p.data -= learning_rate * p.grad
        p.grad = None

# %% style="autograd-sgd" why="Two loops over the parameters with a gradient."
def sgd_step(parameters, learning_rate):
    moving = [p for p in parameters if p.grad is not None]
    for p in moving:
        p.data = np.subtract(p.data, np.multiply(learning_rate, p.grad))
    for p in moving:
        p.grad = None

# %% style="autograd-sgd" why="By numbers, within no_grad."
def sgd_step(parameters, learning_rate):
    with no_grad():
        for i in range(len(parameters)):
            if parameters[i].grad is not None:
                step = -learning_rate * parameters[i].grad
                parameters[i].data = parameters[i].data + step
                parameters[i].grad = None

# %% mistake="autograd-layer" why="Everything becomes a parent, dictionaries and numbers too."
- tensors = tuple(value for value in inputs if isinstance(value, Tensor))
+ tensors = tuple(v if isinstance(v, Tensor) else Tensor(np.zeros(1)) for v in inputs)

# %% mistake="autograd-layer" why="A single gradient is not made a tuple."
- return grads if isinstance(grads, tuple) else (grads,)
+ return grads

# %% mistake="autograd-layer" why="A tuple of gradients is put into another tuple."
- return grads if isinstance(grads, tuple) else (grads,)
+ return (grads,)

# %% mistake="autograd-layer" why="Inputs that are no tensors are lost."
- arrays = [v.data if isinstance(v, Tensor) else v for v in inputs]
+ arrays = [v.data for v in inputs if isinstance(v, Tensor)]

# %% mistake="autograd-layer" why="Backward gets ones in place of the upstream gradient."
- grads = backward(grad, cache)
+ grads = backward(np.ones_like(grad), cache)

# %% mistake="autograd-layer" why="All calls share the cache of the last one."
def as_step(forward, backward):
    caches = {}

    def step(*inputs):
        tensors = tuple(value for value in inputs if isinstance(value, Tensor))
        arrays = [v.data if isinstance(v, Tensor) else v for v in inputs]
        out, caches["last"] = forward(*arrays)

        def back(grad):
            grads = backward(grad, caches["last"])
            return grads if isinstance(grads, tuple) else (grads,)

        return record(forward.__name__, out, tensors, back)

    return step

# %% mistake="autograd-layer" why="The step has a fixed name."
- return record(forward.__name__, out, tensors, back)
+ return record("layer", out, tensors, back)

# %% style="autograd-layer" why="Loops."
def as_step(forward, backward):
    def step(*args):
        data, parents = [], []
        for arg in args:
            if isinstance(arg, Tensor):
                parents.append(arg)
                data.append(arg.data)
            else:
                data.append(arg)
        result = forward(*data)

        def back(dout):
            got = backward(dout, result[1])
            if not isinstance(got, (tuple, list)):
                got = (got,)
            return tuple(got)

        return record(forward.__name__, result[0], parents, back)

    return step

# %% style="autograd-layer" why="Words are passed on as well."
def as_step(forward, backward):
    def step(*inputs, **words):
        plain = [i.data if type(i) is Tensor else i for i in inputs]
        out, cache = forward(*plain, **words)

        def back(grad):
            grads = backward(grad, cache)
            return (grads,) if isinstance(grads, np.ndarray) else tuple(grads)

        parents = tuple(i for i in inputs if type(i) is Tensor)
        return record(forward.__name__, out, parents, back)

    return step

# %% style="autograd-layer" why="The number of parents decides about the tuple."
def as_step(forward, backward):
    def step(*inputs):
        parents = [x for x in inputs if isinstance(x, Tensor)]
        unwrap = lambda x: x.data if isinstance(x, Tensor) else x
        out, cache = forward(*[unwrap(x) for x in inputs])
        if len(parents) == 1:
            back = lambda grad: (backward(grad, cache),)
        else:
            back = lambda grad: backward(grad, cache)
        return record(forward.__name__, out, tuple(parents), back)

    return step

# %% mistake="autograd-parameters" why="Modules below are not searched."
- found |= part.named_parameters(f"{prefix}{way}.")
+ pass

# %% mistake="autograd-parameters" why="Lists are not searched."
- parts = {f"{name}.{i}": part for i, part in enumerate(value)}
+ continue

# %% mistake="autograd-parameters" why="Tensors that collect no gradients are listed as well."
- elif isinstance(part, Tensor) and part.requires_grad:
+ elif isinstance(part, Tensor):

# %% mistake="autograd-parameters" why="Names of modules below lack the way to them, so that equal names collide."
- found |= part.named_parameters(f"{prefix}{way}.")
+ found |= part.named_parameters()

# %% mistake="autograd-parameters" why="The prefix is lost below the first level."
- found |= part.named_parameters(f"{prefix}{way}.")
+ found |= part.named_parameters(f"{way}.")

# %% mistake="autograd-parameters" why="The dot between the names is missing."
- found |= part.named_parameters(f"{prefix}{way}.")
+ found |= part.named_parameters(f"{prefix}{way}")

# %% mistake="autograd-parameters" why="Numbers in lists begin at 1."
- parts = {f"{name}.{i}": part for i, part in enumerate(value)}
+ parts = {f"{name}.{i}": part for i, part in enumerate(value, 1)}

# %% style="autograd-parameters" why="Cases one by one."
def named_parameters(self, prefix=""):
    found = {}
    for name, value in self.attributes().items():
        full = prefix + name
        if isinstance(value, Tensor):
            if value.requires_grad:
                found[full] = value
        elif isinstance(value, Module):
            found.update(value.named_parameters(full + "."))
        elif isinstance(value, (list, tuple)):
            for i, item in enumerate(value):
                if isinstance(item, Module):
                    found.update(item.named_parameters(full + "." + str(i) + "."))
                elif isinstance(item, Tensor) and item.requires_grad:
                    found[full + "." + str(i)] = item
    return found

# %% style="autograd-parameters" why="A stack."
@add_to_class(Module)
def named_parameters(self, prefix=""):
    found = {}
    stack = [(prefix + name, value) for name, value in self.attributes().items()]
    while stack:
        name, value = stack.pop(0)
        if isinstance(value, Module):
            more = value.attributes().items()
            stack = [(f"{name}.{key}", item) for key, item in more] + stack
        elif isinstance(value, list):
            stack = [(f"{name}.{i}", item) for i, item in enumerate(value)] + stack
        elif isinstance(value, Tensor) and value.requires_grad:
            found[name] = value
    return found

# %% style="autograd-parameters" why="An inner function that adds to the dictionary."
@add_to_class(Module)
def named_parameters(self, prefix=""):
    found = {}

    def add_part(name, value):
        if isinstance(value, Module):
            for key, parameter in value.named_parameters(name + ".").items():
                found[key] = parameter
        elif isinstance(value, list):
            for i in range(len(value)):
                add_part(f"{name}.{i}", value[i])
        elif isinstance(value, Tensor) and value.requires_grad:
            found[name] = value

    for name, value in self.attributes().items():
        add_part(prefix + name, value)
    return found

# %% mistake="autograd-loss" why="The losses are summed, not averaged."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return (logs - (shifted * one_hot).sum(axis=1)).sum()

# %% mistake="autograd-loss" why="The scores are not shifted, so that large ones overflow."
- shifted = scores - scores.data.max(axis=1, keepdims=True)
+ shifted = scores

# %% mistake="autograd-loss" why="The sign is wrong."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return ((shifted * one_hot).sum(axis=1) - logs).mean()

# %% mistake="autograd-loss" why="The score of the correct class is not shifted like the others."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return (logs - (scores * one_hot).sum(axis=1)).mean()

# %% mistake="autograd-loss" why="The mean runs over all scores instead of the examples."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return ((logs - (shifted * one_hot).sum(axis=1)).sum() / scores.data.size)

# %% mistake="autograd-loss" why="The score of the correct class comes from .data, so its gradient is lost."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return (logs - (shifted.data * one_hot).sum(axis=1)).mean()

# %% mistake="autograd-loss" why="The score of the correct class is forgotten."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return logs.mean()

# %% mistake="autograd-loss" why="One loss per example is returned."
- return (logs - (shifted * one_hot).sum(axis=1)).mean()
+ return logs - (shifted * one_hot).sum(axis=1)

# %% style="autograd-loss" why="Log-probabilities with axes kept."
def cross_entropy(scores, y):
    n, k = scores.shape
    shifted = scores - np.max(scores.data, axis=1, keepdims=True)
    logs = shifted - shifted.exp().sum(axis=1, keepdims=True).log()
    target = np.zeros((n, k))
    target[np.arange(n), y] = 1
    return -((logs * target).sum() / n)

# %% style="autograd-loss" why="One shift for all rows."
def cross_entropy(scores, y):
    largest = Tensor(scores.data.max(axis=1).reshape(-1, 1))
    shifted = scores - largest
    right = (shifted * Tensor(np.eye(scores.shape[1])[y])).sum(axis=1)
    return ((shifted.exp().sum(axis=1)).log() + (-right)).mean()

# %% style="autograd-loss" why="The sum of both parts, divided at the end."
def cross_entropy(scores, y):
    n = len(y)
    shifted = scores - scores.data.max(1)[:, None]
    one_hot = (np.arange(scores.shape[1])[None, :] == y[:, None]).astype(float)
    first = shifted.exp().sum(axis=1).log().sum()
    second = (shifted * one_hot).sum()
    return (first - second) / n

# %% mistake="autograd-bug-loop" why="All steps share the factor of the last round, as before."
- def back(grad, factor=factor):
+ def back(grad):

# %% mistake="autograd-bug-loop" why="All gradients have the first factor."
- def back(grad, factor=factor):
+ def back(grad, factor=factors[0]):

# %% mistake="autograd-bug-loop" why="The factor is missing in the gradient."
- return (grad * factor,)
+ return (grad,)

# %% mistake="autograd-bug-loop" why="The upstream gradient is missing."
- return (grad * factor,)
+ return (np.ones_like(grad) * factor,)

# %% mistake="autograd-bug-loop" why="Only the last tensor is returned: the list is made in the loop."
- results.append(record("scale", tensor.data * factor, (tensor,), back))
+ results = [record("scale", tensor.data * factor, (tensor,), back)]

# %% mistake="autograd-bug-loop" why="All results have all tensors as parents."
- results.append(record("scale", tensor.data * factor, (tensor,), back))
+ results.append(record("scale", tensor.data * factor, tuple(tensors), back))

# %% style="autograd-bug-loop" why="A function that makes one step."
def scaled(tensors, factors):
    def one(tensor, factor):
        return record(
            "scale", factor * tensor.data, (tensor,), lambda grad: (factor * grad,)
        )

    return [one(tensor, factor) for tensor, factor in zip(tensors, factors)]

# %% style="autograd-bug-loop" why="A function that makes the closure."
def make_back(factor):
    def back(grad):
        return (grad * factor,)

    return back


def scaled(tensors, factors):
    results = []
    for i in range(len(tensors)):
        data = tensors[i].data * factors[i]
        results.append(record("scale", data, (tensors[i],), make_back(factors[i])))
    return results

# %% style="autograd-bug-loop" why="A default in a lambda."
def scaled(tensors, factors):
    return [
        record("scale", t.data * f, (t,), lambda grad, f=f: (grad * f,))
        for t, f in zip(tensors, factors)
    ]

# %% mistake="autograd-bug-alias" why="The sum is written into an array that others hold, as before."
- grads[key] = grads[key] + share if key in grads else share
+ if key in grads:
+     grads[key] += share
+ else:
+     grads[key] = share

# %% mistake="autograd-bug-alias" why="The later share replaces the earlier one."
- grads[key] = grads[key] + share if key in grads else share
+ grads[key] = share.copy()

# %% mistake="autograd-bug-alias" why="The later share is lost."
- grads[key] = grads[key] + share if key in grads else share
+ grads.setdefault(key, share.copy())

# %% mistake="autograd-bug-alias" why="The sum is written into the share that came."
- grads[key] = grads[key] + share if key in grads else share
+ if key in grads:
+     share += grads[key]
+ grads[key] = share

# %% mistake="autograd-bug-alias" why="A new dictionary is bound, and that of the caller stays as it was."
- grads[key] = grads[key] + share if key in grads else share
+ grads = grads | {key: grads[key] + share if key in grads else share}

# %% mistake="autograd-bug-alias" why="The first share counts twice."
- grads[key] = grads[key] + share if key in grads else share
+ grads.setdefault(key, share)
+ grads[key] = grads[key] + share

# %% style="autograd-bug-alias" why="A copy on entry, and sums in place."
def accumulate(grads, key, share):
    if key not in grads:
        grads[key] = np.zeros_like(share)
    grads[key] = np.add(grads[key], share)

# %% style="autograd-bug-alias" why="get with a default of zero."
def accumulate(grads, key, share):
    grads[key] = grads.get(key, 0) + share

# %% style="autograd-bug-alias" why="Two cases, with a copy."
def accumulate(grads, key, share):
    if key in grads:
        total = grads[key].copy()
        total += share
        grads[key] = total
    else:
        grads[key] = share.copy()

# %% mistake="autograd-bug-mask" why="Another mask is drawn for the backward pass, as before."
- return record("dropout", x.data * mask, (x,), lambda grad: (grad * mask,))
+ return record(
+     "dropout", x.data * mask, (x,), lambda grad: (grad * (rng.random(x.shape) < p) / p,)
+ )

# %% mistake="autograd-bug-mask" why="The gradient is not masked."
- return record("dropout", x.data * mask, (x,), lambda grad: (grad * mask,))
+ return record("dropout", x.data * mask, (x,), lambda grad: (grad / p,))

# %% mistake="autograd-bug-mask" why="Entries that stay are not divided by p."
- mask = (rng.random(x.shape) < p) / p
+ mask = rng.random(x.shape) < p

# %% mistake="autograd-bug-mask" why="The gradient is not divided by p."
- return record("dropout", x.data * mask, (x,), lambda grad: (grad * mask,))
+ return record("dropout", x.data * mask, (x,), lambda grad: (grad * (mask > 0),))

# %% mistake="autograd-bug-mask" why="The probability to drop is taken for that to keep."
- mask = (rng.random(x.shape) < p) / p
+ mask = (rng.random(x.shape) >= p) / p

# %% mistake="autograd-bug-mask" why="The upstream gradient is missing."
- return record("dropout", x.data * mask, (x,), lambda grad: (grad * mask,))
+ return record("dropout", x.data * mask, (x,), lambda grad: (mask,))

# %% mistake="autograd-bug-mask" why="The gradient is multiplied by the output."
- return record("dropout", x.data * mask, (x,), lambda grad: (grad * mask,))
+ return record("dropout", x.data * mask, (x,), lambda grad: (grad * x.data * mask,))

# %% style="autograd-bug-mask" why="np.where, both ways."
def dropout(x, p, rng):
    stays = rng.random(x.shape) < p

    def back(grad):
        return (np.where(stays, grad / p, 0),)

    return record("dropout", np.where(stays, x.data / p, 0), (x,), back)

# %% style="autograd-bug-mask" why="The product with a tensor does it, under another name."
def dropout(x, p, rng):
    keep = rng.random(x.data.shape) < p
    scale = keep.astype(x.data.dtype) / p

    def back(grad):
        return (scale * grad,)

    return record("dropout", scale * x.data, (x,), back)

# %% style="autograd-bug-mask" why="A copy that is masked."
def dropout(x, p, rng):
    dropped = rng.random(x.shape) >= p
    out = x.data / p
    out[dropped] = 0

    def back(grad):
        dx = grad / p
        dx[dropped] = 0
        return (dx,)

    return record("dropout", out, (x,), back)

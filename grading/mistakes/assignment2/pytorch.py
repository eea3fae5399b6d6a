# What goes wrong in pytorch, and what else is right. A `mistake` is a plausible fault, with
# the sentence that would help its author: a patch of the solution, or of the whole answer
# that `of` names by the beginning of its `why`. A `style` is a correct answer written
# differently. tests/authoring/test_check_tests.py grades them all.

# %% mistake="torch-softmax" why="The regularisation is missing."
- scores = torch.from_numpy(X) @ W
- loss = F.cross_entropy(scores, torch.from_numpy(y)) + reg * (W * W).sum()
+ loss = F.cross_entropy(torch.from_numpy(X) @ W, torch.from_numpy(y))

# %% mistake="torch-softmax" why="The regularisation has a factor one half that is not asked for."
- loss = F.cross_entropy(scores, torch.from_numpy(y)) + reg * (W * W).sum()
+ loss = F.cross_entropy(scores, torch.from_numpy(y)) + 0.5 * reg * (W * W).sum()

# %% mistake="torch-softmax" why="backward() starts before the regularisation is added."
def softmax_loss_autograd(W, X, y, reg):
    W = torch.tensor(W, requires_grad=True)
    loss = F.cross_entropy(torch.from_numpy(X) @ W, torch.from_numpy(y))
    loss.backward()
    loss = loss + reg * (W * W).sum()
    return loss.item(), W.grad.numpy()

# %% mistake="torch-softmax" why="The losses are added up; their mean is meant."
- loss = F.cross_entropy(scores, torch.from_numpy(y)) + reg * (W * W).sum()
+ loss = F.cross_entropy(scores, torch.from_numpy(y), reduction="sum")
+ loss = loss + reg * (W * W).sum()

# %% mistake="torch-softmax" why="Tensors come out instead of a number and an array."
- return loss.item(), W.grad.numpy()
+ return loss, W.grad

# %% mistake="torch-softmax" why="F.cross_entropy takes scores; a softmax before it counts twice."
- scores = torch.from_numpy(X) @ W
+ scores = torch.softmax(torch.from_numpy(X) @ W, dim=1)

# %% mistake="torch-softmax" why="Everything is computed in 32 bits, whatever came in."
def softmax_loss_autograd(W, X, y, reg):
    W = torch.tensor(W, dtype=torch.float32, requires_grad=True)
    scores = torch.tensor(X, dtype=torch.float32) @ W
    loss = F.cross_entropy(scores, torch.from_numpy(y)) + reg * (W * W).sum()
    loss.backward()
    return loss.item(), W.grad.numpy()

# %% mistake="torch-softmax" why="Without shifting, exp of scores in the hundreds overflows."
def softmax_loss_autograd(W, X, y, reg):
    W = torch.tensor(W, requires_grad=True)
    e = torch.exp(torch.from_numpy(X) @ W)
    p = e / e.sum(dim=1, keepdim=True)
    loss = -torch.log(p[torch.arange(len(y)), torch.from_numpy(y)]).mean()
    loss = loss + reg * (W * W).sum()
    loss.backward()
    return loss.item(), W.grad.numpy()

# %% style="torch-softmax" why="log_softmax and picked entries, torch.autograd.grad."
def softmax_loss_autograd(W, X, y, reg):
    W, X, y = map(torch.from_numpy, (W.copy(), X, y))
    W.requires_grad_()
    logs = F.log_softmax(X.mm(W), dim=1)
    loss = -logs[torch.arange(len(y)), y].mean() + reg * W.pow(2).sum()
    (grad,) = torch.autograd.grad(loss, W)
    return float(loss.detach()), grad.numpy()

# %% style="torch-softmax" why="A loop over the examples."
def softmax_loss_autograd(W, X, y, reg):
    W = torch.from_numpy(W).clone().requires_grad_(True)
    X = torch.from_numpy(X)
    loss = 0
    for i in range(len(y)):
        scores = X[i] @ W
        loss = loss + torch.logsumexp(scores, 0) - scores[int(y[i])]
    loss = loss / len(y) + reg * torch.sum(W * W)
    loss.backward()
    return loss.item(), W.grad.detach().numpy()

# %% style="torch-softmax" why="einsum, nll_loss, retained gradient of a copy."
def softmax_loss_autograd(W, X, y, reg):
    weights = torch.as_tensor(W).detach().clone()
    weights.requires_grad = True
    scores = torch.einsum("nd,dc->nc", torch.as_tensor(X), weights)
    loss = F.nll_loss(scores.log_softmax(1), torch.as_tensor(y))
    loss += reg * torch.linalg.norm(weights) ** 2
    loss.backward()
    return loss.detach().numpy().item(), weights.grad.numpy()

# %% mistake="torch-descend" why="Gradients add up in W.grad; it is never emptied."
- W.grad = None

# %% mistake="torch-descend" why="The step in place stands outside no_grad, which PyTorch refuses."
- with torch.no_grad():
-     W -= learning_rate * W.grad
+ W -= learning_rate * W.grad

# %% mistake="torch-descend" why="The step makes a new W that collects no gradient any more."
-     W -= learning_rate * W.grad
- W.grad = None
+     W = W - learning_rate * W.grad

# %% mistake="torch-descend" why="The step goes uphill."
- W -= learning_rate * W.grad
+ W += learning_rate * W.grad

# %% mistake="torch-descend" why="The loss is noted after the step."
- loss = F.cross_entropy(X @ W, y)
- loss.backward()
- losses.append(loss.item())
+ F.cross_entropy(X @ W, y).backward()

  W.grad = None
+ losses.append(F.cross_entropy(X @ W, y).item())

# %% mistake="torch-descend" why="from_numpy shares memory, so the caller's weights move along."
- W = torch.tensor(W, requires_grad=True)
+ W = torch.from_numpy(W).requires_grad_()

# %% mistake="torch-descend" why="An optimizer makes the steps; you should."
def descend(W, X, y, learning_rate, num_steps):
    W = torch.tensor(W, requires_grad=True)
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    optimizer, losses = torch.optim.SGD([W], lr=learning_rate), []
    for _ in range(num_steps):
        optimizer.zero_grad()
        loss = F.cross_entropy(X @ W, y)
        loss.backward()
        losses.append(loss.item())
        optimizer.step()
    return W.detach().numpy(), losses

# %% style="torch-descend" why="torch.autograd.grad, a new leaf for each step."
def descend(W, X, y, learning_rate, num_steps):
    W, X, y = torch.tensor(W), torch.tensor(X), torch.tensor(y)
    losses = []
    while len(losses) < num_steps:
        W = W.detach().requires_grad_()
        loss = F.cross_entropy(X @ W, y)
        losses.append(float(loss.detach()))
        W = W - learning_rate * torch.autograd.grad(loss, W)[0]
    return W.detach().numpy(), losses

# %% style="torch-descend" why="The older way: W.data, grad.zero_()."
def descend(W, X, y, learning_rate, num_steps):
    W = torch.tensor(W, requires_grad=True)
    X, y = torch.tensor(X), torch.tensor(y)
    losses = []
    for t in range(num_steps):
        loss = nn.CrossEntropyLoss()(X.mm(W), y)
        loss.backward()
        W.data -= learning_rate * W.grad.data
        W.grad.zero_()
        losses += [loss.item()]
    return W.data.numpy(), losses

# %% style="torch-descend" why="The loss written out; sub_ under no_grad."
def descend(W, X, y, learning_rate, num_steps):
    w = torch.from_numpy(W.copy()).requires_grad_()
    x, rows, labels = torch.as_tensor(X), torch.arange(len(y)), torch.as_tensor(y)
    losses = []
    for _ in range(num_steps):
        scores = x @ w
        loss = (scores.logsumexp(1) - scores[rows, labels]).sum() / len(y)
        w.grad = None
        loss.backward()
        losses.append(loss.item())
        with torch.no_grad():
            w.sub_(w.grad, alpha=learning_rate)
    return w.detach().cpu().numpy(), losses

# %% mistake="torch-convnet" why="The first ReLU is missing."
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.conv2d(x, conv_w1, conv_b1, padding=2)
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    return flatten(x) @ fc_w + fc_b

# %% mistake="torch-convnet" why="The second ReLU is missing."
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.conv2d(x, conv_w2, conv_b2, padding=1)
    return flatten(x) @ fc_w + fc_b

# %% mistake="torch-convnet" why="Without padding the image shrinks and fc_w does not fit."
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2))
    return flatten(x) @ fc_w + fc_b

# %% mistake="torch-convnet" why="The convolutions are used without their biases."
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, padding=1))
    return flatten(x) @ fc_w + fc_b

# %% mistake="torch-convnet" why="A ReLU after the last layer cuts off negative scores."
- scores = flatten(x) @ fc_w + fc_b
- return scores
+ return F.relu(flatten(x) @ fc_w + fc_b)

# %% mistake="torch-convnet" why="A way through NumPy leaves the graph, so nothing before it learns."
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
    x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
    rows = torch.from_numpy(x.detach().numpy().reshape(len(x), -1))
    return rows @ fc_w + fc_b

# %% mistake="torch-convnet" why="no_grad keeps no graph at all."
def three_layer_convnet(x, params):
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    with torch.no_grad():
        x = F.relu(F.conv2d(x, conv_w1, conv_b1, padding=2))
        x = F.relu(F.conv2d(x, conv_w2, conv_b2, padding=1))
        return flatten(x) @ fc_w + fc_b

# %% mistake="torch-convnet" why="The scores are turned into probabilities."
- scores = flatten(x) @ fc_w + fc_b
- return scores
+ return F.softmax(flatten(x) @ fc_w + fc_b, dim=1)

# %% style="torch-convnet" why="Pasted: scores set first, one line a step, mm."
def three_layer_convnet(x, params):
    """
    Performs the forward pass of a three-layer convolutional network.
    """
    conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b = params
    scores = None
    conv1 = F.conv2d(x, weight=conv_w1, bias=conv_b1, padding=2)
    relu1 = F.relu(conv1)
    conv2 = F.conv2d(relu1, weight=conv_w2, bias=conv_b2, padding=1)
    relu2 = F.relu(conv2)
    relu2_flat = flatten(relu2)
    scores = relu2_flat.mm(fc_w) + fc_b
    return scores

# %% style="torch-convnet" why="clamp, F.linear, view."
def three_layer_convnet(x, params):
    w1, b1, w2, b2, w3, b3 = params
    h = F.conv2d(x, w1, b1, 1, 2).clamp(min=0)
    h = F.conv2d(h, w2, b2, 1, 1).clamp(min=0)
    return F.linear(h.view(h.size(0), -1), w3.t(), b3)

# %% style="torch-convnet" why="Explicit padding, a loop over the two convolutions, einsum."
def three_layer_convnet(x, params):
    for i, pad in ((0, 2), (2, 1)):
        x = F.pad(x, (pad, pad, pad, pad))
        x = torch.conv2d(x, params[i]) + params[i + 1].reshape(1, -1, 1, 1)
        x = torch.maximum(x, torch.zeros_like(x))
    return torch.einsum("nd,dc->nc", x.flatten(1), params[4]) + params[5]

# %% mistake="torch-params" why="The second convolution sees 32 channels, not 3."
def three_layer_params():
    channel_1, channel_2 = 32, 16
    return [
        random_weight((channel_1, 3, 5, 5)),
        zero_weight((channel_1,)),
        random_weight((channel_2, 3, 3, 3)),
        zero_weight((channel_2,)),
        random_weight((channel_2 * 32 * 32, 10)),
        zero_weight((10,)),
    ]

# %% mistake="torch-params" why="fc_w counts the channels and forgets the pixels."
def three_layer_params():
    channel_1, channel_2 = 32, 16
    return [
        random_weight((channel_1, 3, 5, 5)),
        zero_weight((channel_1,)),
        random_weight((channel_2, channel_1, 3, 3)),
        zero_weight((channel_2,)),
        random_weight((channel_2, 10)),
        zero_weight((10,)),
    ]

# %% mistake="torch-params" why="fc_w is transposed, as nn.Linear would keep it."
def three_layer_params():
    channel_1, channel_2 = 32, 16
    return [
        random_weight((channel_1, 3, 5, 5)),
        zero_weight((channel_1,)),
        random_weight((channel_2, channel_1, 3, 3)),
        zero_weight((channel_2,)),
        random_weight((10, channel_2 * 32 * 32)),
        zero_weight((10,)),
    ]

# %% mistake="torch-params" why="Biases are drawn; they start at zero."
def three_layer_params():
    channel_1, channel_2 = 32, 16
    return [
        random_weight((channel_1, 3, 5, 5)),
        torch.randn(channel_1, requires_grad=True),
        random_weight((channel_2, channel_1, 3, 3)),
        torch.randn(channel_2, requires_grad=True),
        random_weight((channel_2 * 32 * 32, 10)),
        torch.randn(10, requires_grad=True),
    ]

# %% mistake="torch-params" why="The weights are results of a product, so they collect no gradient."
def three_layer_params():
    def weight(*shape):
        fan_in = shape[0] if len(shape) == 2 else math.prod(shape[1:])
        return torch.randn(shape, requires_grad=True) * math.sqrt(2 / fan_in)

    return [
        weight(32, 3, 5, 5),
        zero_weight((32,)),
        weight(16, 32, 3, 3),
        zero_weight((16,)),
        weight(16 * 32 * 32, 10),
        zero_weight((10,)),
    ]

# %% mistake="torch-params" why="All weights have one spread, whatever their inputs."
def three_layer_params():
    def weight(*shape):
        return (0.01 * torch.randn(shape)).requires_grad_()

    return [
        weight(32, 3, 5, 5),
        zero_weight((32,)),
        weight(16, 32, 3, 3),
        zero_weight((16,)),
        weight(16 * 32 * 32, 10),
        zero_weight((10,)),
    ]

# %% mistake="torch-params" why="The biases do not ask for a gradient, so they stay zero."
def three_layer_params():
    return [
        random_weight((32, 3, 5, 5)),
        torch.zeros(32),
        random_weight((16, 32, 3, 3)),
        torch.zeros(16),
        random_weight((16 * 32 * 32, 10)),
        torch.zeros(10),
    ]

# %% style="torch-params" why="Pasted: one name a parameter."
def three_layer_params():
    channel_1 = 32
    channel_2 = 16

    conv_w1 = None
    conv_b1 = None
    conv_w1 = random_weight((channel_1, 3, 5, 5))
    conv_b1 = zero_weight(channel_1)
    conv_w2 = random_weight((channel_2, channel_1, 3, 3))
    conv_b2 = zero_weight(channel_2)
    fc_w = random_weight((channel_2 * 32 * 32, 10))
    fc_b = zero_weight(10)

    params = [conv_w1, conv_b1, conv_w2, conv_b2, fc_w, fc_b]
    return params

# %% style="torch-params" why="A loop over the shapes of the weights."
def three_layer_params():
    params = []
    for shape, outputs in (
        ((32, 3, 5, 5), 32),
        ((16, 32, 3, 3), 16),
        ((16 * 1024, 10), 10),
    ):
        params += [random_weight(shape), zero_weight((outputs,))]
    return params

# %% style="torch-params" why="nn.init on fresh tensors, a tuple."
def three_layer_params():
    conv1, conv2 = torch.empty(32, 3, 5, 5), torch.empty(16, 32, 3, 3)
    fc = torch.empty(10, 16 * 32 * 32)
    for weight in (conv1, conv2, fc):
        nn.init.kaiming_normal_(weight)
    fc = fc.t().contiguous()
    biases = [torch.zeros(n, requires_grad=True) for n in (32, 16, 10)]
    weights = [weight.requires_grad_() for weight in (conv1, conv2, fc)]
    return tuple(p for pair in zip(weights, biases, strict=True) for p in pair)

# %% mistake="torch-module" why="A ReLU after the last layer cuts off negative scores."
- scores = self.fc(flatten(x))
- return scores
+ return F.relu(self.fc(flatten(x)))

# %% mistake="torch-module" why="Layers in a plain list are unknown to the module, and to its optimizer."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.layers = [
            nn.Conv2d(in_channel, channel_1, 5, padding=2),
            nn.Conv2d(channel_1, channel_2, 3, padding=1),
            nn.Linear(channel_2 * 32 * 32, num_classes),
        ]
        for layer in self.layers:
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        x = F.relu(self.layers[0](x))
        x = F.relu(self.layers[1](x))
        return self.layers[2](flatten(x))

# %% mistake="torch-module" why="Layers made in forward are drawn anew for every batch."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.sizes = in_channel, channel_1, channel_2, num_classes

    def forward(self, x):
        in_channel, channel_1, channel_2, num_classes = self.sizes
        x = F.relu(nn.Conv2d(in_channel, channel_1, 5, padding=2)(x))
        x = F.relu(nn.Conv2d(channel_1, channel_2, 3, padding=1)(x))
        return nn.Linear(channel_2 * 32 * 32, num_classes)(flatten(x))

# %% mistake="torch-module" why="The weights keep PyTorch's own first spread; He's rule is asked for."
- for layer in (self.conv1, self.conv2, self.fc):
-     nn.init.kaiming_normal_(layer.weight)

- scores = self.fc(flatten(x))
- return scores
+ return self.fc(flatten(x))

# %% mistake="torch-module" why="The second ReLU is missing."
- x = F.relu(self.conv2(x))
- scores = self.fc(flatten(x))
- return scores
+ return self.fc(flatten(self.conv2(x)))

# %% mistake="torch-module" why="The linear layer expects the shrunken image of a convolution without padding."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, 5)
        self.conv2 = nn.Conv2d(channel_1, channel_2, 3)
        self.fc = nn.Linear(channel_2 * 26 * 26, num_classes)
        for layer in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(flatten(x))

# %% mistake="torch-module" why="The numbers of channels are fixed, whatever the caller asks for."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 32, 5, padding=2)
        self.conv2 = nn.Conv2d(32, 16, 3, padding=1)
        self.fc = nn.Linear(16 * 32 * 32, 10)
        for layer in (self.conv1, self.conv2, self.fc):
            nn.init.kaiming_normal_(layer.weight)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(flatten(x))

# %% style="torch-module" why="Pasted: super with arguments, biases set to zero."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super(ThreeLayerConvNet, self).__init__()
        self.conv1 = nn.Conv2d(in_channel, channel_1, (5, 5), padding=2)
        nn.init.kaiming_normal_(self.conv1.weight)
        nn.init.constant_(self.conv1.bias, 0)
        self.conv2 = nn.Conv2d(channel_1, channel_2, kernel_size=3, padding=1)
        nn.init.kaiming_normal_(self.conv2.weight)
        nn.init.constant_(self.conv2.bias, 0)
        self.fc = nn.Linear(channel_2 * 32 * 32, num_classes)
        nn.init.kaiming_normal_(self.fc.weight)
        nn.init.constant_(self.fc.bias, 0)

    def forward(self, x):
        scores = None
        relu1 = F.relu(self.conv1(x))
        relu2 = F.relu(self.conv2(relu1))
        scores = self.fc(flatten(relu2))
        return scores

# %% style="torch-module" why="Bare nn.Parameters, the barebones function in forward."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        shapes = [
            (channel_1, in_channel, 5, 5),
            (channel_2, channel_1, 3, 3),
            (num_classes, channel_2 * 32 * 32),
        ]
        self.weights = nn.ParameterList(
            torch.randn(shape) * math.sqrt(2 / math.prod(shape[1:]))
            for shape in shapes
        )
        self.biases = nn.ParameterList(torch.zeros(shape[0]) for shape in shapes)

    def forward(self, x):
        for i, pad in enumerate((2, 1)):
            x = F.conv2d(x, self.weights[i], self.biases[i], padding=pad).relu()
        return F.linear(x.flatten(1), self.weights[2], self.biases[2])

# %% style="torch-module" why="A sequence inside, initialised with apply."
class ThreeLayerConvNet(nn.Module):
    def __init__(self, in_channel, channel_1, channel_2, num_classes):
        super().__init__()
        self.net = nn.Sequential(
            nn.Conv2d(in_channel, channel_1, 5, padding="same"),
            nn.ReLU(),
            nn.Conv2d(channel_1, channel_2, 3, padding="same"),
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(channel_2 * 32 * 32, num_classes),
        )
        self.net.apply(self.draw)

    @staticmethod
    def draw(layer):
        if hasattr(layer, "weight"):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")

    def forward(self, x):
        return self.net(x)

# %% mistake="torch-train" why="Gradients add up: zero_grad is missing."
- optimizer.zero_grad()

# %% mistake="torch-train" why="zero_grad between backward and step empties what the step needs."
  loss = F.cross_entropy(model(x), y)
+ loss.backward()

- loss.backward()

# %% mistake="torch-train" why="The model is not put into training mode."
- model.train()

# %% mistake="torch-train" why="The epochs are not counted: the loader is gone through once."
def train(model, optimizer, loader, epochs=1):
    losses = []
    model.train()
    for x, y in loader:
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% mistake="torch-train" why="Tensors in the list keep every graph alive."
- losses.append(loss.item())
+ losses.append(loss)

# %% mistake="torch-train" why="Nothing is returned."
- return losses

# %% mistake="torch-train" why="A softmax stands before cross_entropy, which has its own."
- loss = F.cross_entropy(model(x), y)
+ loss = F.cross_entropy(model(x).softmax(dim=1), y)

# %% mistake="torch-train" why="The step is missing."
  for x, y in loader:
+     optimizer.zero_grad()

- optimizer.zero_grad()

- optimizer.step()

# %% style="torch-train" why="As in older editions: train() for each batch, device and dtype."
def train(model, optimizer, loader, epochs=1):
    model = model.to(device=device)
    losses = []
    for e in range(epochs):
        for t, (x, y) in enumerate(loader):
            model.train()
            x = x.to(device=device, dtype=dtype)
            y = y.to(device=device, dtype=torch.long)
            scores = model(x)
            loss = F.cross_entropy(scores, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses

# %% style="torch-train" why="A loss module, gradients emptied after the step."
def train(model, optimizer, loader, epochs=1):
    criterion, losses = nn.CrossEntropyLoss(), []
    model.train()
    optimizer.zero_grad(set_to_none=True)
    while epochs > 0:
        for batch in loader:
            loss = criterion(model(batch[0]), batch[1])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            losses.append(float(loss.detach()))
        epochs -= 1
    return losses

# %% style="torch-train" why="A closure for the step, log_softmax and nll_loss."
def train(model, optimizer, loader, epochs=1):
    losses = []
    for x, y in (batch for _ in range(epochs) for batch in loader):

        def closure(x=x, y=y):
            model.zero_grad()
            loss = F.nll_loss(F.log_softmax(model.train()(x), dim=-1), y)
            loss.backward()
            return loss

        losses.append(optimizer.step(closure).item())
    return losses

# %% mistake="torch-accuracy" why="The mean of the batches' accuracies; the last batch is smaller."
def check_accuracy(loader, model):
    model.eval()
    shares = []
    with torch.no_grad():
        for x, y in loader:
            shares.append((model(x).argmax(dim=1) == y).float().mean().item())
    return sum(shares) / len(shares)

# %% mistake="torch-accuracy" why="The model is left in training mode."
- model.eval()

# %% mistake="torch-accuracy" why="A graph is kept for every batch."
def check_accuracy(loader, model):
    model.eval()
    right = total = 0
    for x, y in loader:
        right += (model(x).argmax(dim=1) == y).sum().item()
        total += len(y)
    return right / total

# %% mistake="torch-accuracy" why="The number of right ones is returned, not their share."
def check_accuracy(loader, model):
    model.eval()
    right = 0
    with torch.no_grad():
        for x, y in loader:
            right += (model(x).argmax(dim=1) == y).sum().item()
    return right

# %% mistake="torch-accuracy" why="The best is searched along the batch instead of the classes."
- right += (model(x).argmax(dim=1) == y).sum().item()
+ guess = model(x).argmax(dim=0)
+ right += sum(int(g == t) for g, t in zip(guess, y))

# %% mistake="torch-accuracy" why="Only the last batch is counted."
def check_accuracy(loader, model):
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            accuracy = (model(x).argmax(dim=1) == y).float().mean().item()
    return accuracy

# %% mistake="torch-accuracy" why="A tensor comes out instead of a number."
- right = total = 0
+ right, total = torch.zeros(()), 0

- right += (model(x).argmax(dim=1) == y).sum().item()
+ right += (model(x).argmax(dim=1) == y).sum()

# %% style="torch-accuracy" why="As in older editions: max, counters, device and dtype."
def check_accuracy(loader, model):
    num_correct = 0
    num_samples = 0
    model.eval()
    with torch.no_grad():
        for x, y in loader:
            x = x.to(device=device, dtype=dtype)
            y = y.to(device=device, dtype=torch.long)
            scores = model(x)
            _, preds = scores.max(1)
            num_correct += (preds == y).sum()
            num_samples += preds.size(0)
        acc = float(num_correct) / num_samples
    return acc

# %% style="torch-accuracy" why="All answers first, then one mean."
@torch.no_grad()
def check_accuracy(loader, model):
    model = model.eval()
    right = torch.cat([model(x).argmax(1).eq(y) for x, y in loader])
    return right.double().mean().item()

# %% style="torch-accuracy" why="inference_mode and NumPy."
def check_accuracy(loader, model):
    model.train(False)
    guesses, truth = [], []
    with torch.inference_mode():
        for x, y in loader:
            guesses.extend(np.argmax(model(x).numpy(), axis=1))
            truth.extend(y.tolist())
    return float(np.mean(np.array(guesses) == np.array(truth)))

# %% mistake="torch-sequential" why="Momentum without Nesterov's look ahead."
- optimizer = optim.SGD(
-     model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True
- )
- return model, optimizer
+ return model, optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)

# %% mistake="torch-sequential" why="Plain gradient descent, without momentum."
- optimizer = optim.SGD(
-     model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True
- )
- return model, optimizer
+ return model, optim.SGD(model.parameters(), lr=learning_rate)

# %% mistake="torch-sequential" why="The ReLUs are missing, so it is one linear map."
def sequential_convnet():
    channel_1, channel_2, learning_rate = 32, 16, 1e-2
    model = nn.Sequential(
        nn.Conv2d(3, channel_1, 5, padding=2),
        nn.Conv2d(channel_1, channel_2, 3, padding=1),
        nn.Flatten(),
        nn.Linear(channel_2 * 32 * 32, 10),
    )
    optimizer = optim.SGD(
        model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True
    )
    return model, optimizer

# %% mistake="torch-sequential" why="A ReLU after the last layer cuts off negative scores."
def sequential_convnet():
    channel_1, channel_2, learning_rate = 32, 16, 1e-2
    model = nn.Sequential(
        nn.Conv2d(3, channel_1, 5, padding=2),
        nn.ReLU(),
        nn.Conv2d(channel_1, channel_2, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(channel_2 * 32 * 32, 10),
        nn.ReLU(),
    )
    optimizer = optim.SGD(
        model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True
    )
    return model, optimizer

# %% mistake="torch-sequential" why="The optimizer holds the last layer only; the others never move."
- optimizer = optim.SGD(
-     model.parameters(), lr=learning_rate, momentum=0.9, nesterov=True
- )
+ optimizer = optim.SGD(
+     model[-1].parameters(), lr=learning_rate, momentum=0.9, nesterov=True
+ )

# %% mistake="torch-sequential" why="The learning rate is ten times too small."
- channel_1, channel_2, learning_rate = 32, 16, 1e-2
+ channel_1, channel_2, learning_rate = 32, 16, 1e-3

# %% mistake="torch-sequential" why="Only the model is returned."
def sequential_convnet():
    channel_1, channel_2, learning_rate = 32, 16, 1e-2
    return nn.Sequential(
        nn.Conv2d(3, channel_1, 5, padding=2),
        nn.ReLU(),
        nn.Conv2d(channel_1, channel_2, 3, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(channel_2 * 32 * 32, 10),
    )

# %% style="torch-sequential" why="Pasted: a Flatten class, names set first."
def sequential_convnet():
    channel_1 = 32
    channel_2 = 16
    learning_rate = 1e-2

    model = None
    optimizer = None
    model = nn.Sequential(
        nn.Conv2d(3, channel_1, (5, 5), padding=2),
        nn.ReLU(),
        nn.Conv2d(channel_1, channel_2, (3, 3), padding=1),
        nn.ReLU(),
        Flatten(),
        nn.Linear(channel_2 * 32 * 32, 10),
    )
    optimizer = optim.SGD(model.parameters(), lr=learning_rate,
                          momentum=0.9, nesterov=True)
    return model, optimizer

# %% style="torch-sequential" why="Named layers in an OrderedDict, He's rule."
def sequential_convnet():
    from collections import OrderedDict

    model = nn.Sequential(
        OrderedDict(
            conv1=nn.Conv2d(3, 32, kernel_size=5, padding=2),
            relu1=nn.ReLU(inplace=True),
            conv2=nn.Conv2d(32, 16, kernel_size=3, padding=1),
            relu2=nn.ReLU(inplace=True),
            flat=nn.Flatten(),
            fc=nn.Linear(16 * 1024, 10),
        )
    )
    for p in model.parameters():
        if p.ndim > 1:
            nn.init.kaiming_normal_(p)
    return model, torch.optim.SGD(model.parameters(), 1e-2, 0.9, nesterov=True)

# %% style="torch-sequential" why="Grown by append, one group of parameters a layer."
def sequential_convnet():
    model, inputs = nn.Sequential(), 3
    for filters, size in ((32, 5), (16, 3)):
        model.append(nn.Conv2d(inputs, filters, size, padding=size // 2))
        model.append(nn.ReLU())
        inputs = filters
    model.append(nn.Flatten()).append(nn.Linear(inputs * 32 * 32, 10))
    groups = [
        {"params": layer.parameters()} for layer in model if hasattr(layer, "weight")
    ]
    return model, optim.SGD(groups, lr=0.01, momentum=0.9, nesterov=True)

# %% mistake="torch-open" why="A softmax at the end, and cross_entropy has its own: it hardly learns."
def open_ended_net():
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1, stride=2), nn.BatchNorm2d(32), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1, stride=2), nn.BatchNorm2d(64), nn.ReLU(),
        nn.Flatten(), nn.Linear(64 * 64, 10), nn.Softmax(dim=1),
    )
    return model, optim.Adam(model.parameters(), lr=2e-3)

# %% mistake="torch-open" why="The learning rate is far too large."
def open_ended_net():
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, stride=2), nn.ReLU(),
        nn.Conv2d(16, 32, 3, padding=1, stride=2), nn.ReLU(),
        nn.Flatten(), nn.Linear(32 * 64, 10),
    )
    return model, optim.SGD(model.parameters(), lr=10, momentum=0.9)

# %% mistake="torch-open" why="The learning rate is far too small."
def open_ended_net():
    model = nn.Sequential(
        nn.Conv2d(3, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(4),
        nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(64 * 16, 10),
    )
    return model, optim.SGD(model.parameters(), lr=1e-5)

# %% mistake="torch-open" why="The optimizer belongs to another model."
def open_ended_net():
    def build():
        return nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1, stride=2), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1, stride=2), nn.BatchNorm2d(32), nn.ReLU(),
            nn.Flatten(), nn.Linear(32 * 64, 10),
        )

    return build(), optim.Adam(build().parameters(), lr=2e-3)

# %% mistake="torch-open" why="One linear layer is no convnet: it stays far below."
def open_ended_net():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 10))
    return model, optim.Adam(model.parameters(), lr=1e-3)

# %% mistake="torch-open" why="F.dropout without training= drops in testing too."
def open_ended_net():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 32, 3, padding=1, stride=2)
            self.conv2 = nn.Conv2d(32, 64, 3, padding=1, stride=2)
            self.fc = nn.Linear(64 * 64, 10)

        def forward(self, x):
            x = F.relu(self.conv2(F.relu(self.conv1(x))))
            return self.fc(F.dropout(x.flatten(1), 0.5))

    model = Net()
    return model, optim.Adam(model.parameters(), lr=2e-3)

# %% mistake="torch-open" why="The network is far larger than allowed."
def open_ended_net():
    model = nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, stride=2), nn.BatchNorm2d(16), nn.ReLU(),
        nn.Flatten(), nn.Linear(16 * 256, 300), nn.ReLU(), nn.Linear(300, 10),
    )
    return model, optim.Adam(model.parameters(), lr=1e-3)

# %% mistake="torch-open" why="Only the model is returned."
def open_ended_net():
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 10))

# %% style="torch-open" why="A module class with a shortcut."
def open_ended_net():
    class Block(nn.Module):
        def __init__(self, channels):
            super().__init__()
            self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.norm1 = nn.BatchNorm2d(channels)
            self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
            self.norm2 = nn.BatchNorm2d(channels)

        def forward(self, x):
            out = F.relu(self.norm1(self.first(x)))
            return F.relu(self.norm2(self.second(out)) + x)

    stem = nn.Conv2d(3, 48, 5, padding=2), nn.MaxPool2d(4), nn.BatchNorm2d(48), nn.ReLU()
    model = nn.Sequential(*stem, Block(48), nn.Flatten(), nn.Linear(48 * 64, 10))
    optimizer = optim.SGD(model.parameters(), lr=5e-3, momentum=0.9, nesterov=True)
    return model, optimizer

# %% style="torch-open" why="SGD with Nesterov's momentum, pooling by four."
def open_ended_net():
    model = nn.Sequential(
        nn.Conv2d(3, 32, 5, padding=2),
        nn.MaxPool2d(4),
        nn.BatchNorm2d(32),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(64 * 64, 10),
    )
    optimizer = optim.SGD(model.parameters(), lr=5e-3, momentum=0.9, nesterov=True)
    return model, optimizer

# %% style="torch-open" why="Pasted: blocks of their own, Adam."
def open_ended_net():
    model = None
    optimizer = None
    layer1 = nn.Sequential(
        nn.Conv2d(3, 32, kernel_size=5, padding=2), nn.BatchNorm2d(32), nn.ReLU(),
        nn.MaxPool2d(2),
    )
    layer2 = nn.Sequential(
        nn.Conv2d(32, 64, kernel_size=3, padding=1), nn.BatchNorm2d(64), nn.ReLU(),
        nn.MaxPool2d(2),
    )
    fc = nn.Linear(64 * 8 * 8, 10)
    model = nn.Sequential(layer1, layer2, Flatten(), fc)
    optimizer = optim.Adam(model.parameters(), lr=1e-3)
    return model, optimizer

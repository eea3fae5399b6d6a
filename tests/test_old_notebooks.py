"""Cells in the style of the course's notebooks, by edition, with their numbers.

The cells are ours; arguments, shapes and results are those of the course. Together they
import every name that docs/compatibility.md promises.
"""

import ast

import pytest

from tests.data.fake_cifar import write_folder
from tests.test_compatibility import named

HEAD = """
from __future__ import print_function
from past.builtins import xrange
from builtins import range
import numpy as np

def line(low, high, *shape):
    return np.linspace(low, high, num=int(np.prod(shape))).reshape(*shape)

def rel_error(x, y):
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))

def near(value, wanted, slack=1e-7):
    assert abs(value - wanted) < slack, (value, wanted)
"""
FIRST = """
from cs231n.classifiers import KNearestNeighbor, LinearClassifier, LinearSVM, Softmax
from cs231n.classifiers.k_nearest_neighbor import KNearestNeighbor
from cs231n.classifiers.linear_classifier import LinearClassifier, LinearSVM, Softmax
from cs231n.classifiers.linear_svm import svm_loss_naive, svm_loss_vectorized
from cs231n.classifiers.neural_net import TwoLayerNet
from cs231n.classifiers.softmax import softmax_loss_naive, softmax_loss_vectorized
from cs231n.data_utils import load_CIFAR10, load_CIFAR_batch, load_pickle
from cs231n.features import color_histogram_hsv, extract_features, hog_feature
from cs231n.gradient_check import eval_numerical_gradient, grad_check_sparse
from cs231n.vis_utils import vis_grid, vis_nn, visualize_grid

X_train, y_train = load_CIFAR_batch(folder + "/test_batch")
assert X_train.shape == (40, 32, 32, 3) and y_train.shape == (40,)
with open(folder + "/test_batch", "rb") as f:
    assert np.array_equal(load_pickle(f)["labels"], y_train)
grid = visualize_grid(X_train[:4])
assert grid.shape == vis_grid(X_train[:4]).shape == (65, 65, 3)
assert vis_nn([list(X_train[:2]), list(X_train[2:4])]).ndim == 3

fns = [hog_feature, lambda img: color_histogram_hsv(img, nbin=10)]
assert extract_features(X_train, fns, verbose=False).shape == (len(X_train), 154)

X = X_train.reshape(len(X_train), -1) - X_train.reshape(len(X_train), -1).mean(axis=0)
nearest = KNearestNeighbor()
nearest.train(X, y_train)
dists = nearest.compute_distances_no_loops(X)
assert np.array_equal(nearest.predict_labels(dists, k=1), y_train)
assert np.array_equal(nearest.predict(X, k=1), y_train)

X = np.hstack([X, np.ones((len(X), 1))]) / 100
W = np.random.RandomState(231).randn(X.shape[1], 10) * 1e-4
for loss_of, start in ((svm_loss_vectorized, 9.0), (softmax_loss_vectorized, 2.3)):
    loss, dW = loss_of(W, X, y_train, 0.0)
    near(loss, start, 0.1)
    f = lambda w: loss_of(w, X, y_train, 5e1)[0]
    grad_check_sparse(f, W, loss_of(W, X, y_train, 5e1)[1], 3)
for model in (LinearSVM(), Softmax()):
    assert isinstance(model, LinearClassifier)
    losses = model.train(X, y_train, learning_rate=1e-3, reg=0, num_iters=60)
    assert losses[-1] < losses[0] and model.predict(X).shape == y_train.shape

np.random.seed(0)
net = TwoLayerNet(4, 10, 3, std=1e-1, rng=np.random)
np.random.seed(1)
X, y = 10 * np.random.randn(5, 4), np.array([0, 1, 2, 2, 1])
near(net.loss(X)[0, 0], -0.81233741)
loss, grads = net.loss(X, y, reg=0.05)
near(loss, 1.30378789133, 1e-11)
for name in grads:
    slope = eval_numerical_gradient(
        lambda W: net.loss(X, y, reg=0.05)[0], net.params[name], verbose=False)
    assert rel_error(slope, grads[name]) < 1e-6
"""
LAYERS = """
from cs231n.classifiers.fc_net import *
from cs231n.classifiers.fc_net import (TwoLayerNet, FullyConnectedNet, affine_forward,
    affine_relu_forward, batchnorm_forward, dropout_forward, softmax_loss)
from cs231n.data_utils import get_CIFAR10_data
from cs231n.gradient_check import (eval_numerical_gradient, eval_numerical_gradient_array,
    eval_numerical_gradient_blobs, eval_numerical_gradient_net)
from cs231n.layer_utils import *
from cs231n.layer_utils import (affine_relu_backward, affine_bn_relu_forward,
    affine_bn_relu_backward, affine_relu_forward)
from cs231n.layers import *
from cs231n.layers import (affine_forward, affine_backward, relu_forward, relu_backward,
    batchnorm_forward, batchnorm_backward, batchnorm_backward_alt, layernorm_forward,
    layernorm_backward, dropout_forward, dropout_backward, svm_loss, softmax_loss)
from cs231n.optim import sgd, sgd_momentum, rmsprop, adam
from cs231n.solver import Solver

x, w = line(-0.1, 0.5, 2, 4, 5, 6), line(-0.2, 0.3, 120, 3)
out, cache = affine_forward(x, w, np.linspace(-0.3, 0.1, num=3))
near(out[0, 0], 1.49834967)
near(out[1, 2], 3.77273342)

np.random.seed(231)
x, w, b = np.random.randn(10, 2, 3), np.random.randn(6, 5), np.random.randn(5)
for forward, backward in ((affine_forward, affine_backward),
                          (affine_relu_forward, affine_relu_backward)):
    out, cache = forward(x, w, b)
    dout = np.random.randn(*out.shape)
    dx_num = eval_numerical_gradient_array(lambda x: forward(x, w, b)[0], x, dout)
    assert rel_error(dx_num, backward(dout, cache)[0]) < 1e-7
assert (relu_backward(np.ones((2, 2)), relu_forward(-np.ones((2, 2)))[1]) == 0).all()
scores, y = 0.001 * np.random.randn(50, 10), np.random.randint(10, size=50)
near(svm_loss(scores, y)[0], 9, 0.05)
near(softmax_loss(scores, y)[0], 2.3, 0.05)

a, gamma, beta = np.random.randn(200, 3), np.array([1.0, 2, 3]), np.array([11.0, 12, 13])
bn, cache = batchnorm_forward(a, gamma, beta, {"mode": "train"})
assert np.allclose(bn.mean(axis=0), beta) and np.allclose(bn.std(axis=0), gamma, atol=1e-3)
dout = np.random.randn(200, 3)
for one, other in zip(batchnorm_backward(dout, cache), batchnorm_backward_alt(dout, cache)):
    assert np.allclose(one, other, atol=1e-12)
ln, cache = layernorm_forward(a, np.full(3, 3.0), np.full(3, 5.0), {})
assert np.allclose(ln.mean(axis=1), 5) and layernorm_backward(dout, cache)[0].shape == a.shape
dropped, cache = dropout_forward(a + 10, {"mode": "train", "p": 0.4, "seed": 123})
near((dropped == 0).mean(), 0.6, 0.1)
assert ((dropout_backward(dout, cache) == 0) == (dropped == 0)).all()
out, cache = affine_bn_relu_forward(a, np.eye(3), beta, gamma, beta, {"mode": "train"})
assert len(affine_bn_relu_backward(dout, cache)) == 5

model = TwoLayerNet(input_dim=5, hidden_dim=50, num_classes=7, dtype=np.float64)
model.params["W1"], model.params["b1"] = line(-0.7, 0.3, 5, 50), line(-0.1, 0.9, 50)
model.params["W2"], model.params["b2"] = line(-0.3, 0.4, 50, 7), line(-0.9, 0.1, 7)
X, y = np.linspace(-5.5, 4.5, num=15).reshape(5, 3).T, np.asarray([0, 5, 1])
near(model.loss(X)[0, 0], 11.53165108)
near(model.loss(X)[2, 6], 16.2846319)
near(model.loss(X, y)[0], 3.4702243556, 1e-10)
model.reg = 1.0
near(model.loss(X, y)[0], 26.5948426952, 1e-10)

w, dw = line(-0.4, 0.6, 4, 5), line(-0.6, 0.4, 4, 5)
next_w, config = sgd_momentum(w, dw, {"learning_rate": 1e-3, "velocity": line(.6, .9, 4, 5)})
near(next_w[0, 0], 0.1406)
near(config["velocity"][0, 0], 0.5406)
next_w, _ = rmsprop(w, dw, {"learning_rate": 1e-2, "cache": line(0.6, 0.9, 4, 5)})
near(next_w[0, 0], -0.39223849)
moments = {"m": line(0.6, 0.9, 4, 5), "v": line(0.7, 0.5, 4, 5), "t": 5}
near(adam(w, dw, {"learning_rate": 1e-2, **moments})[0][0, 0], -0.40094747)
near(sgd(w.copy(), dw, {"learning_rate": 1.0})[0][0, 0], 0.2)

data = {"X_train": a, "y_train": (a[:, 0] > 0) * 1, "X_val": a, "y_val": (a[:, 0] > 0) * 1}
for extra in ({}, {"normalization": "batchnorm"}, {"use_batchnorm": True},
              {"normalization": "layernorm"}, {"dropout_keep_ratio": 0.9}, {"dropout": 0.5}):
    deep = FullyConnectedNet([20, 20], input_dim=3, num_classes=2, weight_scale=0.3, **extra)
    solver = Solver(deep, data, update_rule="adam", optim_config={"learning_rate": 1e-2},
                    num_epochs=5, batch_size=20, print_every=1000, verbose=False)
    solver.train()
    assert solver.best_val_acc > 0.9, extra
"""
CONVOLUTION = """
from cs231n.classifiers.cnn import *
from cs231n.classifiers.cnn import (ThreeLayerConvNet, conv_relu_pool_forward,
    affine_forward, conv_forward_fast, softmax_loss)
from cs231n.fast_layers import (conv_forward_fast, conv_backward_fast, conv_forward_im2col,
    conv_backward_im2col, conv_forward_strides, conv_backward_strides,
    max_pool_forward_fast, max_pool_backward_fast, max_pool_forward_im2col,
    max_pool_backward_im2col, max_pool_forward_reshape, max_pool_backward_reshape)
from cs231n.im2col import get_im2col_indices, im2col_indices, col2im_indices
from cs231n.im2col_cython import im2col_cython, col2im_cython, col2im_6d_cython
from cs231n.layer_utils import (conv_relu_forward, conv_relu_backward, conv_bn_relu_forward,
    conv_bn_relu_backward, conv_relu_pool_forward, conv_relu_pool_backward)
from cs231n.layers import (conv_forward_naive, conv_backward_naive, max_pool_forward_naive,
    max_pool_backward_naive, spatial_batchnorm_forward, spatial_batchnorm_backward,
    spatial_groupnorm_forward, spatial_groupnorm_backward)

x, w, b = line(-0.1, 0.5, 2, 3, 4, 4), line(-0.2, 0.3, 3, 3, 4, 4), line(-0.1, 0.2, 3)
param = {"stride": 2, "pad": 1}
for forward, backward in ((conv_forward_naive, conv_backward_naive),
                          (conv_forward_fast, conv_backward_fast),
                          (conv_forward_im2col, conv_backward_im2col),
                          (conv_forward_strides, conv_backward_strides)):
    out, cache = forward(x, w, b, param)
    near(out.flat[0], -0.08759809)
    near(out.flat[-1], 2.38247847)
    assert backward(np.ones_like(out), cache)[0].shape == x.shape

x, pool = line(-0.3, 0.4, 2, 3, 4, 4), {"pool_height": 2, "pool_width": 2, "stride": 2}
for forward, backward in ((max_pool_forward_naive, max_pool_backward_naive),
                          (max_pool_forward_fast, max_pool_backward_fast),
                          (max_pool_forward_im2col, max_pool_backward_im2col),
                          (max_pool_forward_reshape, max_pool_backward_reshape)):
    out, cache = forward(x, pool)
    near(out.flat[0], -0.26315789)
    near(out.flat[-1], 0.4)
    near(backward(np.ones_like(out), cache).sum(), out.size)

cols = im2col_indices(x, 2, 2, padding=1, stride=1)
k, i, j = get_im2col_indices(x.shape, 2, 2, padding=1, stride=1)
assert cols.shape == (12, 50) and (k.size, i.shape) == (12, j.shape)
assert im2col_cython(x, 2, 2, 1, 1).shape == cols.shape
for back in (col2im_indices(cols, x.shape, 2, 2, 1, 1),
             col2im_cython(im2col_cython(x, 2, 2, 1, 1), 2, 3, 4, 4, 2, 2, 1, 1)):
    assert np.allclose(back, 4 * x)
assert np.allclose(col2im_6d_cython(np.ones((3, 2, 2, 2, 5, 5)), 2, 3, 4, 4, 2, 2, 1, 1), 4)

w, b, same = line(-0.2, 0.3, 4, 3, 3, 3), np.zeros(4), {"stride": 1, "pad": 1}
out, cache = conv_relu_forward(x, w, b, same)
assert len(conv_relu_backward(out, cache)) == 3
out, cache = conv_bn_relu_forward(x, w, b, np.ones(4), b, same, {"mode": "train"})
assert len(conv_bn_relu_backward(out, cache)) == 5
out, cache = conv_relu_pool_forward(x, w, b, same, pool)
assert out.shape == (2, 4, 2, 2) and len(conv_relu_pool_backward(out, cache)) == 3
a = np.random.RandomState(0).randn(2, 6, 4, 5)
out, cache = spatial_batchnorm_forward(a, np.full(6, 3.0), np.full(6, 5.0), {"mode": "train"})
assert np.allclose(out.mean(axis=(0, 2, 3)), 5)
assert len(spatial_batchnorm_backward(a, cache)) == 3
one = np.ones((1, 6, 1, 1))
out, cache = spatial_groupnorm_forward(a, one, 0 * one, 2, {})
assert np.allclose(out.reshape(4, -1).mean(axis=1), 0)
assert spatial_groupnorm_backward(a, cache)[1].shape == one.shape

model = ThreeLayerConvNet()
X, y = np.random.RandomState(1).randn(50, 3, 32, 32), np.arange(50) % 10
near(model.loss(X, y)[0], np.log(10), 0.01)
model.reg = 0.5
near(model.loss(X, y)[0], 2.508, 0.01)
"""
CAPTIONS = """
from cs231n.captioning_solver import CaptioningSolver
from cs231n.classifiers.rnn import *
from cs231n.classifiers.rnn import (CaptioningRNN, affine_forward, rnn_forward, lstm_forward,
    temporal_softmax_loss)
from cs231n.coco_utils import load_coco_data, sample_coco_minibatch, decode_captions
from cs231n.data_utils import load_imagenet_val, load_models, load_tiny_imagenet
from cs231n.image_utils import (image_from_url, load_image, preprocess_image,
    deprocess_image, blur_image, SQUEEZENET_MEAN, SQUEEZENET_STD)
from cs231n.rnn_layers import *
from cs231n.rnn_layers import (rnn_step_forward, rnn_step_backward, rnn_forward,
    rnn_backward, word_embedding_forward, word_embedding_backward, sigmoid,
    lstm_step_forward, lstm_step_backward, lstm_forward, lstm_backward,
    temporal_affine_forward, temporal_affine_backward, temporal_softmax_loss,
    affine_forward, affine_backward)

cell = line(-0.4, 0.7, 3, 10), line(-0.2, 0.5, 3, 4), line(-0.1, 0.9, 10, 4)
next_h, cache = rnn_step_forward(*cell, line(-0.3, 0.7, 4, 4), line(-0.2, 0.4, 4))
near(next_h[0, 0], -0.58172089)
near(next_h[2, 3], 0.99854353)
assert len(rnn_step_backward(next_h, cache)) == 5
run = line(-0.1, 0.3, 2, 3, 4), line(-0.3, 0.1, 2, 5), line(-0.2, 0.4, 4, 5)
h, cache = rnn_forward(*run, line(-0.4, 0.1, 5, 5), line(-0.7, 0.1, 5))
near(h[0, 0, 0], -0.42070749)
assert len(rnn_backward(h, cache)) == 5

cell = line(-0.4, 1.2, 3, 4), line(-0.3, 0.7, 3, 5), line(-0.4, 0.9, 3, 5)
weights = line(-2.1, 1.3, 4, 20), line(-0.7, 2.2, 5, 20), line(0.3, 0.7, 20)
next_h, next_c, cache = lstm_step_forward(*cell, *weights)
near(next_h[0, 0], 0.24635157)
near(next_c[0, 0], 0.32986176)
assert len(lstm_step_backward(next_h, next_c, cache)) == 6
run = line(-0.4, 0.6, 2, 3, 5), line(-0.4, 0.8, 2, 4), line(-0.2, 0.9, 5, 16)
h, cache = lstm_forward(*run, line(-0.3, 0.6, 4, 16), line(0.2, 0.7, 16))
near(h[0, 0, 0], 0.01764008)
assert len(lstm_backward(h, cache)) == 5
near(sigmoid(np.zeros(1))[0], 0.5)

words = np.array([[0, 3, 1, 2], [2, 1, 0, 3]])
out, cache = word_embedding_forward(words, line(0, 1, 5, 3))
near(out[0, 1, 0], 0.64285714)
near(word_embedding_backward(out, cache)[3].sum(), 2 * line(0, 1, 5, 3)[3].sum())
out, cache = temporal_affine_forward(out, line(0, 1, 3, 6), np.zeros(6))
assert out.shape == (2, 4, 6) and temporal_affine_backward(out, cache)[0].shape == (2, 4, 3)
scores = 0.001 * np.random.RandomState(0).randn(100, 1, 10)
ones = np.ones((100, 1), dtype=bool)
near(temporal_softmax_loss(scores, np.zeros((100, 1), int), ones, verbose=False)[0], 2.3, .05)

word_to_idx = {"<NULL>": 0, "cat": 2, "dog": 3}
for cell, low, high, wanted in (("rnn", -1.5, 0.3, 9.83235591003),
                                ("lstm", -0.5, 1.7, 9.82445935443)):
    model = CaptioningRNN(word_to_idx, input_dim=20, wordvec_dim=30, hidden_dim=40,
                          cell_type=cell, dtype=np.float64)
    for k, v in model.params.items():
        model.params[k] = line(-1.4, 1.3, *v.shape)
    loss, grads = model.loss(line(low, high, 10, 20), (np.arange(130) % 3).reshape(10, 13))
    near(loss, wanted, 1e-10)
    assert set(grads) == set(model.params)

img = (255 * np.random.RandomState(2).rand(24, 24, 3)).astype(np.uint8)
assert np.abs(deprocess_image(preprocess_image(img)) - img.astype(int)).max() <= 1
img = img.astype(float).transpose(2, 0, 1)[None]
assert blur_image(img).shape == img.shape
assert SQUEEZENET_MEAN.shape == SQUEEZENET_STD.shape == (3,)

idx_to_word = ["<NULL>", "<START>", "<END>", "<UNK>", "a", "cat"]
features = np.random.RandomState(3).randn(6, 7).astype(np.float32)
small = {"word_to_idx": {w: i for i, w in enumerate(idx_to_word)},
         "idx_to_word": idx_to_word}
for split in ("train", "val"):
    small[split + "_captions"] = np.array([[1, 4, 5, 2, 0], [1, 5, 2, 0, 0]] * 3)
    small[split + "_image_idxs"] = np.arange(6)
    small[split + "_features"] = features
    small[split + "_urls"] = np.array(["x.jpg"] * 6)
captions, feats, urls = sample_coco_minibatch(small, batch_size=2)
assert decode_captions(captions[0], idx_to_word).startswith("<START>")
model = CaptioningRNN(small["word_to_idx"], input_dim=7, wordvec_dim=8, hidden_dim=9)
solver = CaptioningSolver(model, small, update_rule="adam", num_epochs=30, batch_size=6,
                          optim_config={"learning_rate": 5e-2}, lr_decay=0.95,
                          verbose=False, print_every=10)
solver.train()
assert solver.loss_history[-1] < 0.3 * solver.loss_history[0]
assert model.sample(features, max_length=4).shape == (6, 4)
"""
CELLS = {
    "assignment 1, 2017 to 2020": FIRST,
    "fully connected, 2018 to 2026": LAYERS,
    "convolution, 2017 to 2026": CONVOLUTION,
    "captions, 2017 to 2024": CAPTIONS,
}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_cells_of_old_notebooks_print_the_numbers_of_the_course(cell, tmp_path, capsys):
    import cs231n.notebook  # noqa: F401  (old import lines)

    folder, _ = write_folder(tmp_path, "py", num=40)
    names = {"folder": str(folder)}
    exec(HEAD, names)
    exec(cell, names)
    assert capsys.readouterr().err == ""


def test_the_cells_use_every_name_of_the_page():
    used = set()
    for cell in CELLS.values():
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.ImportFrom):
                used |= {(node.module, alias.name) for alias in node.names}
    assert not set(named("Names that are there")) - used

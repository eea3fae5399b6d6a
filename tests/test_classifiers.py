import importlib

import pytest


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("classifiers", "KNearestNeighbor"),
        ("classifiers.k_nearest_neighbor", "KNearestNeighbor"),
        ("classifiers", "LinearSVM"),
        ("classifiers.linear_classifier", "Softmax"),
        ("classifiers.linear_svm", "svm_loss_vectorized"),
        ("classifiers.softmax", "softmax_loss_vectorized"),
        ("classifiers.fc_net", "TwoLayerNet"),
        ("classifiers.fc_net", "FullyConnectedNet"),
        ("classifiers.cnn", "ThreeLayerConvNet"),
        ("classifiers.rnn", "CaptioningRNN"),
    ],
)
def test_old_names_lead_to_the_new_modules(module, name):
    found = getattr(importlib.import_module(f"cs231n.{module}"), name)

    assert found.__module__.startswith("cs231n.nets.")

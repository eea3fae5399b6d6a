"""Classifiers that are fitted to rows: handed tensors, asked for arrays."""

import numpy as np
import pytest

from cs231n import autograd as torch
from cs231n import pytorch
from cs231n.testing import WrongAnswer

assert torch  # classifiers below are written for this engine


class Nearest:
    """Labels rows by the nearest mean, on tensors."""

    def train(self, X, y, num_iters=1):
        assert torch.is_tensor(X)
        assert torch.is_tensor(y)
        self.means = [X[y == k].mean(dim=0) for k in range(2)]
        self.num_iters = num_iters

    def inference(self, X):
        gaps = [((X - mean) ** 2).sum(dim=1) for mean in self.means]
        return torch.stack(gaps, dim=1).argmin(dim=1)


class Column(Nearest):
    def inference(self, X):
        return super().inference(X)[:, None]


class Silent(Nearest):
    def inference(self, X):
        super().inference(X)


class Mute:
    def train(self, X, y):
        pass


X, y = np.array([[0.0, 0], [4, 4], [0, 1], [4, 3]]), np.array([0, 1, 0, 1])


def test_rows_go_in_as_tensors_and_labels_come_out_as_an_array():
    model = Nearest()
    found = pytorch.fit_and_label(
        Nearest.train, model, X, y, X[::-1].copy(), num_iters=7
    )
    assert isinstance(found, np.ndarray)
    assert found.tolist() == [1, 0, 1, 0]
    assert model.num_iters == 7


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (Column, "4 labels, one for each row; got a tensor of shape"),
        (Silent, "4 labels, one for each row; got None"),
        (Mute, "Mute has no method inference"),
    ],
)
def test_other_answers_are_told_what_is_wrong(kind, message):
    with pytest.raises(WrongAnswer, match=message):
        pytorch.fit_and_label(kind.train, kind(), X, y, X)

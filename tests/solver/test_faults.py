"""What is wrong with a model, a rule or the data is named."""

import re

import numpy as np
import pytest

from tests.solver.runs import Linear, make_data, make_solver


class Faulty(Linear):
    """A model whose answer is replaced."""

    def __init__(self, answer=None, scores=None):
        super().__init__()
        self.answer = answer
        self.scores = scores

    def loss(self, X, y=None):
        if y is None:
            return self.scores(super().loss(X)) if self.scores else super().loss(X)
        loss, grads = super().loss(X, y)
        return self.answer(loss, grads) if self.answer else (loss, grads)


class TestFaultsAreNamed:
    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (lambda loss, grads: None, "returned None.*return statement missing"),
            (lambda loss, grads: loss, "expected a pair"),
            (lambda loss, grads: (np.ones(10), grads), r"shape \(10,\); expected one"),
            (lambda loss, grads: (None, grads), "loss is None; expected one number"),
            (lambda loss, grads: (loss, {"W": grads["W"]}), "no gradient for 'b'"),
            (
                lambda loss, grads: (loss, {**grads, "W": grads["W"].T}),
                r"'W' is ndarray of shape \(3, 5\); expected shape \(5, 3\)",
            ),
            (lambda loss, grads: (loss, {**grads, "b": None}), "'b' is None"),
        ],
    )
    def test_in_the_loss(self, answer, words):
        with pytest.raises(ValueError, match=words):
            make_solver(Faulty(answer)).train()

    @pytest.mark.parametrize(
        ("scores", "words"),
        [
            (lambda s: None, r"returned None for \d+ examples; expected scores"),
            (lambda s: s.argmax(axis=1), r"expected scores of shape \(\d+, C\)"),
            (lambda s: s.T, r"expected scores of shape"),
        ],
    )
    def test_in_the_scores(self, scores, words):
        with pytest.raises(ValueError, match=words):
            make_solver(Faulty(scores=scores)).train()

    @pytest.mark.parametrize(
        ("rule", "words"),
        [
            (lambda w, dw, c: None, "update rule returned None.*return"),
            (lambda w, dw, c: w, r"returned ndarray of shape .* expected a pair"),
            (lambda w, dw, c: (w[0], c), r"turned 'W' of shape \(5, 3\) into"),
        ],
    )
    def test_in_the_update_rule(self, rule, words):
        with pytest.raises(ValueError, match=words):
            make_solver(update_rule=rule).train()

    def test_in_the_data_all_at_once(self):
        data = make_data()
        data["X_train"] = data["X_train"].astype(np.uint8)
        data["y_train"] = data["y_train"].astype(float)
        data["y_val"] = data["y_val"][:, None]
        with pytest.raises(ValueError, match="cannot use this data") as error:
            make_solver(data=data)

        for words in (
            "dtype uint8; convert it",
            "expected integers",
            r"y_val \(30, 1\)",
        ):
            assert re.search(words, str(error.value))

    def test_in_missing_data(self):
        with pytest.raises(ValueError, match=r"'X_train' is missing; 'y_train' is"):
            make_solver(data={"X_val": np.zeros((1, 5)), "y_val": np.zeros(1, int)})

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            ({"learning_rate": 1}, r"optim_config=\{'learning_rate': ...\}"),
            ({"num_epoch": 3}, "no argument 'num_epoch'. Did you mean 'num_epochs'"),
            ({"zzz": 3}, "Arguments: augment, "),
            ({"update_rule": "sdg"}, "Unknown update_rule 'sdg'; use one of .*sgd"),
            ({"schedule": "cosin"}, "Unknown schedule 'cosin'; use one of constant"),
        ],
    )
    def test_in_the_arguments(self, options, words):
        with pytest.raises(ValueError, match=words):
            make_solver(**options)

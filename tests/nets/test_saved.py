"""Saved networks come back by their file's name, and never run what is in a file."""

import os
import pickle

import numpy as np
import pytest

from cs231n import data_utils
from cs231n.data import DatasetError
from cs231n.nets.fully_connected import FullyConnectedNet
from cs231n.nets.saved import load_models

W = np.random.default_rng(8).standard_normal((3, 4))


def test_every_kind_of_saved_network_is_read(tmp_path):
    net = FullyConnectedNet(
        [5], input_dim=6, num_classes=3, rng=np.random.default_rng(0)
    )
    net.save(tmp_path / "net.npz")
    np.savez(tmp_path / "plain.npz", W=W)
    np.save(tmp_path / "older.npy", {"W": W})  # pickled, as some editions did
    np.save(tmp_path / "array.npy", W)
    (tmp_path / "oldest.pkl").write_bytes(pickle.dumps({"W": W, "reg": 0.5}, 2))
    (tmp_path / "README.txt").write_text("not a model")
    (tmp_path / "folder").mkdir()

    models = data_utils.load_models(tmp_path)

    assert list(models) == [
        "array.npy",
        "net.npz",
        "older.npy",
        "oldest.pkl",
        "plain.npz",
    ]
    for name, value in net.params.items():
        np.testing.assert_array_equal(models["net.npz"]["params"][name], value)
    for name in ("plain.npz", "older.npy", "oldest.pkl"):
        np.testing.assert_array_equal(models[name]["W"], W)
    np.testing.assert_array_equal(models["array.npy"], W)
    assert models["oldest.pkl"]["reg"] == 0.5


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("exploded",)


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.pkl", "a.pickle"])
def test_a_file_with_code_in_it_is_refused_and_not_run(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    if name.endswith(".npy"):
        np.save(tmp_path / name, {"W": Bomb()})
    elif name.endswith(".npz"):
        np.savez(tmp_path / name, W=np.array(Bomb(), object))
    else:
        (tmp_path / name).write_bytes(pickle.dumps({"W": Bomb()}))
    with pytest.raises(DatasetError, match=r"a\.(npy|npz|pkl|pickle)"):
        load_models(tmp_path)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.pkl"])
def test_a_damaged_file_is_named(tmp_path, name):
    with pytest.raises(DatasetError, match="No folder of saved models"):
        load_models(tmp_path / "nowhere")
    (tmp_path / name).write_bytes(b"no model")
    with pytest.raises(DatasetError, match=name):
        load_models(tmp_path)


def test_a_pickle_is_read_from_an_open_file_as_older_code_does(tmp_path):
    path = tmp_path / "data.pkl"
    path.write_bytes(pickle.dumps({"W": W}, 2))
    with open(path, "rb") as file:
        np.testing.assert_array_equal(data_utils.load_pickle(file)["W"], W)
    path.write_bytes(pickle.dumps(Bomb()))
    with open(path, "rb") as file, pytest.raises(DatasetError, match=r"data\.pkl"):
        data_utils.load_pickle(file)

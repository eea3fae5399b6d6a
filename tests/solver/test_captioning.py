"""The solver for captions shares all with the other but the batch."""

import numpy as np
import pytest

from cs231n.captioning_solver import CaptioningSolver as OldName
from cs231n.nets.captioning import CaptioningRNN
from cs231n.solver import CaptioningSolver, Solver

WORDS = ["<NULL>", "<START>", "<END>", "a", "red", "blue", "star", "ring"]


def make_data(num=40, seed=0):
    """Images whose first number says the colour, and the second the shape."""
    rng = np.random.default_rng(seed)
    data = {"idx_to_word": WORDS, "word_to_idx": {w: i for i, w in enumerate(WORDS)}}
    for split in ("train", "val"):
        features = rng.choice([-1.0, 1.0], (num, 2)).astype(np.float32)
        images = np.repeat(np.arange(num), 2)
        colour, shape = (features[images] > 0).astype(int).T
        captions = np.zeros((2 * num, 6), np.int32)
        captions[:, :3] = 1, 3, 4
        captions[:, 2] += colour
        captions[:, 3] = 6 + shape
        captions[:, 4] = 2
        data |= {
            f"{split}_features": features,
            f"{split}_grid": np.tile(features[:, :, None, None], (1, 1, 2, 2)),
            f"{split}_image_idxs": images,
            f"{split}_captions": captions,
        }
    return data


def make(cell_type="gru", **options):
    attention = options.get("features") == "grid"
    net = CaptioningRNN(
        make_data()["word_to_idx"], 2, 6, 12, cell_type, attention=attention, cells=4
    )
    options = {
        "update_rule": "adam",
        "optim_config": {"learning_rate": 1e-2},
        "batch_size": 20,
        "num_epochs": 15,
        "verbose": False,
    } | options
    return CaptioningSolver(net, make_data(), **options)


@pytest.mark.parametrize("features", ["features", "grid"])
def test_a_caption_is_trained_with_the_features_of_its_image(features):
    solver = make(features=features)
    solver.train()
    data = make_data()
    captions = solver.model.sample(data[f"val_{features}"], 5)
    expected = data["val_captions"][::2, 1:]
    np.testing.assert_array_equal(captions, expected)
    assert solver.val_acc_history[-1] > 0.9
    assert solver.val_acc_history[0] < 0.5


def test_what_is_measured_is_one_over_the_perplexity():
    solver, data = make(num_val_samples=None), make_data()
    features = data["val_features"][data["val_image_idxs"]]
    loss, _ = solver.model.loss(features, data["val_captions"])
    words = (data["val_captions"][:, 1:] != 0).sum(axis=1).mean()
    found = solver.check_accuracy(solver.X_val, solver.y_val, batch_size=7)
    assert found == pytest.approx(np.exp(-loss / words), rel=1e-5)


def test_it_is_the_other_solver():
    assert issubclass(CaptioningSolver, Solver)
    assert OldName is CaptioningSolver
    own = set(vars(CaptioningSolver)) - {"__doc__", "__module__", "measured"}
    assert own <= {
        "__init__",
        "_check_data",
        "_measure",
        "__static_attributes__",
        "__firstlineno__",
    }


def test_a_run_goes_on_from_a_checkpoint_and_ends_at_the_same_bits(tmp_path):
    whole = make(num_epochs=4)
    whole.train()
    broken = make(num_epochs=4, checkpoint_name=str(tmp_path / "run"))
    broken.train()
    again = make(num_epochs=4)
    again.load_checkpoint(tmp_path / "run_epoch_2.npz")
    again.train()
    assert again.loss_history == whole.loss_history
    for name, value in whole.model.params.items():
        np.testing.assert_array_equal(again.model.params[name], value)


def test_a_checkpoint_of_another_cell_is_refused_in_one_sentence(tmp_path):
    make(num_epochs=1, checkpoint_name=str(tmp_path / "run")).train()
    other = make("lstm")
    before = {k: v.copy() for k, v in other.model.params.items()}
    with pytest.raises(ValueError, match="cell_type='gru'; this one has") as caught:
        other.load_checkpoint(tmp_path / "run_epoch_1.npz")
    assert "\n" not in str(caught.value)
    assert other.model.cell_type == "lstm"
    for name, value in before.items():
        np.testing.assert_array_equal(other.model.params[name], value)


def test_data_without_captions_is_named():
    data = make_data()
    del data["val_captions"]
    with pytest.raises(ValueError, match="no 'val_captions'; it has"):
        CaptioningSolver(None, data)
    with pytest.raises(ValueError, match="no 'train_cells'"):
        CaptioningSolver(None, make_data(), features="cells")
    with pytest.raises(ValueError, match=r"no argument 'learning_rate'\. Pass it to"):
        make(learning_rate=3)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("train_image_idxs", lambda old: old[:-3], "80 train_captions and 77"),
        ("val_image_idxs", lambda old: old + 1, "1 to 40; val_features has the rows"),
        ("train_captions", lambda old: old + 3, "the vocabulary has the words 0 to 7"),
    ],
)
def test_data_that_does_not_belong_together_is_refused(name, change, message):
    data = make_data()
    data[name] = change(data[name])
    with pytest.raises(ValueError, match=message):
        CaptioningSolver(make().model, data)


def test_its_plot_says_what_is_measured():
    solver = make(num_epochs=1)
    solver.train()
    assert solver.plot()[1].get_ylabel() == "probability of the next word"

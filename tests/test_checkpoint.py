import numpy as np
import pytest

from cs231n.checkpoint import copy_state, is_state, read_state, write_state


def state():
    rng = np.random.default_rng(231)
    rng.standard_normal(3)
    return {
        "w": rng.standard_normal((2, 3)).astype(np.float32),
        "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "history": [0.1, float("inf"), 1e-300],
        "nested": [{"mode": "train", "p": np.float32(0.1)}, (1, None, True)],
        7: "an integer key",
        "rng": rng,
        "same": {"rng": rng},
        "old": np.random.Generator(np.random.MT19937(1)),
    }


def test_a_state_comes_back_to_the_bit(tmp_path):
    before = state()

    write_state(tmp_path / "deep" / "run.npz", before)
    after = read_state(tmp_path / "deep" / "run.npz")

    assert list(after) == list(before)
    np.testing.assert_array_equal(after["w"], before["w"], strict=True)
    assert after["fortran"].flags.f_contiguous
    assert after["history"] == before["history"]
    assert after["nested"] == before["nested"]
    assert type(after["nested"][0]["p"]) is np.float32
    assert type(after["nested"][1]) is tuple
    for name in ("rng", "old"):
        assert after[name].random() == before[name].random()


def test_a_shared_generator_is_shared_again(tmp_path):
    write_state(tmp_path / "run.npz", state())

    after = read_state(tmp_path / "run.npz")

    assert after["same"]["rng"] is after["rng"]
    assert after["old"] is not after["rng"]


def test_a_copy_does_not_follow_the_original():
    original = {"w": np.zeros(3), "list": [1]}

    copy = copy_state(original)
    original["w"] += 1
    original["list"].append(2)

    assert copy["w"].tolist() == [0, 0, 0]
    assert copy["list"] == [1]


def test_what_cannot_be_saved_is_refused_and_leaves_the_old_file(tmp_path):
    write_state(tmp_path / "run.npz", {"a": 1})

    with pytest.raises(TypeError, match="function cannot be part of a saved state"):
        write_state(tmp_path / "run.npz", {"f": state})

    assert read_state(tmp_path / "run.npz") == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    write_state(tmp_path / "run.npz", {"a": 1})
    monkeypatch.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))

    with pytest.raises(OSError, match="full"):
        write_state(tmp_path / "run.npz", {"a": 2})

    assert read_state(tmp_path / "run.npz") == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["run.npz"]


def test_is_state_tells_what_can_be_saved():
    assert is_state(state())
    assert not is_state(state(), generators=False)
    assert is_state({"mode": "train"}, generators=False)
    assert not is_state([object()])
    assert not is_state(np.array([object()]))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"anything else"])
def test_a_damaged_file_is_named(tmp_path, content):
    path = tmp_path / "run.npz"
    path.write_bytes(content)

    with pytest.raises(ValueError, match=r"run\.npz is not a state saved by cs231n"):
        read_state(path)


def test_a_truncated_or_foreign_archive_is_named(tmp_path):
    path = tmp_path / "run.npz"
    write_state(path, state())
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="is not a state"):
        read_state(path)
    np.savez(path, w=np.zeros(3))
    with pytest.raises(ValueError, match="is not a state"):
        read_state(path)


@pytest.mark.parametrize("name", ["seed", "BitGenerator", "default_rng"])
def test_a_file_names_sources_of_random_bits_only(tmp_path, name):
    path = tmp_path / "run.npz"
    write_state(path, np.random.default_rng(0))
    tree = str(np.load(path)["tree"]).replace("PCG64", name)
    np.savez(path, tree=np.array(tree))

    with pytest.raises(ValueError, match="is not a state"):
        read_state(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="No saved state at"):
        read_state(tmp_path / "none.npz")

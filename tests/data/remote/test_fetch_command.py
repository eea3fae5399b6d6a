"""The command that fetches, and the table of what there is."""

import pytest
from fetching import CONTENT, one_file

from cs231n.data.fetch import main
from cs231n.data.remote.registry import read_registry


@pytest.fixture
def home(monkeypatch, tmp_path, mirror):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    monkeypatch.setenv("CS231N_MIRROR", mirror.url)
    return tmp_path


def test_the_command_lists_what_there_is(home, capsys):
    assert main(["--list"]) == 0
    out = capsys.readouterr().out
    for words in (str(home), "cifar10 ", "mnist", "coco", "squeezenet", "170.1 MB"):
        assert words in out


def test_the_command_refuses_unknown_names_in_a_sentence(home, capsys):
    assert main(["cifar11"]) == 1
    assert "no dataset 'cifar11'; there are cifar10," in capsys.readouterr().err


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("name", ["set", "all"])
def test_the_command_fetches_and_says_where_and_by_which_sum(
    home, mirror, monkeypatch, capsys, name, published
):
    extra = {} if published else {"sha256": None}
    registry = one_file(mirror.url, **extra)
    monkeypatch.setattr("cs231n.data.fetch.read_registry", lambda: registry)
    assert main([name]) == 0
    out, err = capsys.readouterr()
    assert (home / "a.bin").read_bytes() == CONTENT
    assert str(home / "a.bin") in out
    assert ("no published checksum" in out) == (not published)
    assert err == ""


def test_the_command_verifies_what_is_there(home, capsys):
    assert main(["--verify"]) == 0
    (home / "compressed_SqueezeNet.net").write_bytes(b"something else")
    assert main(["--verify"]) == 1
    assert "has changed" in capsys.readouterr().err
    assert main(["--verify", "mnist"]) == 1


def test_every_dataset_has_what_the_table_needs():
    for name, dataset in read_registry().items():
        assert dataset.name == name
        assert dataset.title
        assert dataset.licence
        for file in dataset.files:
            assert all(url.startswith("http") for url in file.urls)
            assert file.sha256 is None or len(file.sha256) == 64


def test_the_command_of_a_checkout_is_the_same():
    from cs231n.data import fetch as packaged
    from datasets import fetch as checkout

    assert checkout.main is packaged.main

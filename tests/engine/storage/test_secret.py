"""The secret of a course is made once, kept from others, and told to nobody."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from grading.engine.storage.secret import Secret, SecretError


def test_it_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "ledger" / "secret"
    before = os.umask(0)
    try:
        first = Secret(path).of("knn", {"a": "1"})
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Secret(path).of("knn", {"a": "1"}) == first
    assert [entry.name for entry in path.parent.iterdir()] == ["secret"]
    path.chmod(0o644)
    Secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_seeds_depend_on_all_they_are_made_of(tmp_path):
    mine, yours = Secret(tmp_path / "mine"), Secret(tmp_path / "yours")
    seeds = [
        mine.of("knn", {"a": "1"}),
        mine.of("knn", {"a": "2"}),
        mine.of("knn", {"b": "1"}),
        mine.of("svm", {"a": "1"}),
        mine.of("knn"),
        mine.of("k", "nn"),
        yours.of("knn", {"a": "1"}),
    ]
    assert len(set(seeds)) == len(seeds)
    assert all(len(seed) == 64 for seed in seeds)
    text = (tmp_path / "mine").read_text().strip()
    assert len(text) == 64
    assert text not in seeds


def test_two_that_begin_at_once_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Secret(tmp_path / "secret").of(1), range(32)))
    assert len(set(found)) == 1


@pytest.mark.parametrize("text", ["", "12", "g" * 64, "0" * 65, "\xff" * 64])
def test_a_file_that_is_no_secret_is_refused(tmp_path, text):
    path = tmp_path / "secret"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(SecretError, match=r"should hold 64 hexadecimal digits\. Put"):
        Secret(path)

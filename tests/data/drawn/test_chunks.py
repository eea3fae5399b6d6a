"""Drawing many images says beforehand how long it takes; reading them says nothing."""

import numpy as np

from cs231n.data.drawn.chunks import CHUNK, MANY, Chunks


def test_many_images_are_announced_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("CS231N_DATA", str(tmp_path))
    chunks = Chunks("dots", 1, 4, seconds=3)

    def draw(part, chunk, seed):
        return np.zeros((CHUNK, 4), np.uint8), np.zeros(CHUNK, np.uint8)

    def said(num):
        for _ in chunks.read("train", num, 231, draw):
            pass
        return capsys.readouterr().out

    assert said((MANY - 1) * CHUNK) == ""
    line = "Drawing 12,000 images of dots, once: about 18 seconds on one core.\n"
    assert said((2 * MANY - 1) * CHUNK).startswith(line)
    assert said((2 * MANY - 1) * CHUNK) == ""

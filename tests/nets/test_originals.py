"""CLIP and DINO themselves: what is missing is said; the answers take what is there."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from cs231n import autograd
from cs231n.nets.matching import originals
from cs231n.old_imports import MissingLibrary
from grading.authoring.exam_from_notebook import exam_of

torch = pytest.importorskip("torch")
pillow = pytest.importorskip("PIL.Image")


class SmallCLIP:
    """As CLIP's model: pictures by their mean colour, tokens by their own numbers."""

    def encode_image(self, batch):
        return batch.mean(dim=(2, 3))

    def encode_text(self, tokens):
        return tokens.float()


class SmallDINO(torch.nn.Module):
    """As DINO's: one token for the picture, then the mean colour of each 8 x 8."""

    def get_intermediate_layers(self, x, n=1):
        cells = torch.nn.functional.avg_pool2d(x, 8).flatten(2).transpose(1, 2)
        return [torch.cat([0 * cells[:, :1], cells], dim=1)] * n


def preprocess(image):
    assert isinstance(image, pillow.Image)  # what torchvision's transforms take
    return torch.from_numpy(np.array(image).transpose(2, 0, 1) / np.float32(255))


def by_colour(texts):
    colours = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1)}
    return torch.tensor(
        [next(colours[w] for w in t.split() if w in colours) for t in texts]
    )


@pytest.fixture
def clip(monkeypatch, tmp_path):
    """Return a package as ``clip``, with weights where it keeps them."""
    package = ModuleType("clip")
    package.asked = []

    def load(name, device, jit):
        package.asked.append((name, device, jit))
        return SmallCLIP(), preprocess

    package.load, package.tokenize = load, by_colour
    monkeypatch.setitem(sys.modules, "clip", package)
    monkeypatch.setattr(originals, "CLIP_WEIGHTS", tmp_path / "ViT-B-32.pt")
    (tmp_path / "ViT-B-32.pt").write_bytes(b"weights")
    return package


@pytest.fixture
def answers(clip):
    """Run the solutions that take a model, on PyTorch; return their names."""
    original = originals.load_clip(torch)
    names = {
        "np": np,
        "torch": torch,
        "nn": torch.nn,
        "F": torch.nn.functional,
        "optim": torch.optim,
        "clip": SimpleNamespace(tokenize=original.tokenize),
        "Image": SimpleNamespace(fromarray=lambda image: image),
    }
    for cell in exam_of("assignment3/clip").of_kind("answer"):
        exec(compile(cell.source, cell.name, "exec"), names)
    return original, names


def squares(*colours):
    return [np.full((8, 8, 3), colour, np.uint8) for colour in colours]


def test_answers_classify_and_find_with_a_model_of_clips_interface(answers, clip):
    original, names = answers
    images = squares((250, 9, 9), (9, 9, 250), (9, 250, 9), (90, 60, 60))
    texts = ["a red thing", "a green thing", "a blue thing"]
    said = names["clip_zero_shot_classifier"](
        original.model, original.preprocess, images, texts, "cpu"
    )
    assert said == [texts[0], texts[2], texts[1], texts[0]]
    engine = names["CLIPImageRetriever"](
        original.model, original.preprocess, images, "cpu"
    )
    assert engine.retrieve("red", k=2) == [0, 3]
    assert clip.asked == [(str(originals.CLIP_WEIGHTS), "cpu", False)]


def test_answers_segment_patches_of_a_model_of_dinos_interface(answers):
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 2, (6, 6, 6))
    images = np.where(labels[..., None] == 1, (200, 40, 40), (40, 40, 200))
    images = images.repeat(8, axis=1).repeat(8, axis=2).astype(np.uint8)
    seen = originals.patch_features(torch, SmallDINO(), images)
    assert seen.shape == (6, 36, 3)
    assert seen.dtype == np.float32
    rows = torch.from_numpy(seen.reshape(-1, 3))
    truth = torch.from_numpy(labels.reshape(-1))
    model = answers[1]["DINOSegmentation"]("cpu", 2, inp_dim=3)
    model.train(rows[:108], truth[:108], num_iters=100)
    np.testing.assert_array_equal(model.inference(rows[108:]), truth[108:])


def test_features_are_means_over_the_parts_of_a_patch():
    images = np.random.default_rng(1).integers(0, 256, (2, 16, 24, 3)).astype(np.uint8)
    found = originals.patch_features(torch, SmallDINO(), images, enlarge=1)
    cut = images.reshape(2, 2, 8, 3, 8, 3).mean(axis=(2, 4)).reshape(2, 6, 3)
    expected = (cut - originals.MEAN) / originals.SPREAD
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_the_tape_is_told_that_both_need_pytorch():
    for load in (originals.load_clip, originals.load_dino):
        with pytest.raises(MissingLibrary, match="CS231N_ENGINE=torch"):
            load(autograd)


def test_a_missing_package_and_another_one_of_its_name_are_named(monkeypatch):
    for other in (None, ModuleType("clip")):
        monkeypatch.setitem(sys.modules, "clip", other)
        with pytest.raises(MissingLibrary, match="CLIP is not installed: run `%pip"):
            originals.load_clip(torch)


def test_missing_weights_are_named_and_not_fetched(clip, monkeypatch, tmp_path):
    originals.CLIP_WEIGHTS.unlink()
    with pytest.raises(MissingLibrary, match=r"clip.load\(\"ViT-B/32\"\)"):
        originals.load_clip(torch)
    assert clip.asked == []
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    with pytest.raises(MissingLibrary, match="weights of DINO are not here"):
        originals.load_dino(torch)


def test_dino_comes_from_the_hubs_own_folder(monkeypatch, tmp_path):
    for part in (originals.DINO_CODE / "hubconf.py", originals.DINO_WEIGHTS):
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / originals.DINO_WEIGHTS).write_bytes(b"weights")
    code = "import torch\ndef dino_vits8():\n    return torch.nn.Identity()\n"
    (tmp_path / originals.DINO_CODE / "hubconf.py").write_text(code)
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    model = originals.load_dino(torch)
    assert isinstance(model, torch.nn.Identity)
    assert not model.training

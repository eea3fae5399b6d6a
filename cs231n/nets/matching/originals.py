"""CLIP and DINO themselves, where their packages and weights lie on this machine."""

import importlib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cs231n.old_imports import MissingLibrary

#: Where the package ``clip`` keeps its weights, and those that the course takes.
CLIP_WEIGHTS = Path("~/.cache/clip/ViT-B-32.pt")
#: Inside PyTorch's hub: the code of DINO, and the weights of its ViT-S/8.
DINO_CODE = Path("facebookresearch_dino_main")
DINO_WEIGHTS = Path("checkpoints/dino_deitsmall8_pretrain.pth")
#: Mean and standard deviation of ImageNet's channels, as DINO wants them, for 0..255.
MEAN = np.array([123.675, 116.28, 103.53], np.float32)
SPREAD = np.array([58.395, 57.12, 57.375], np.float32)


class OriginalCLIP(NamedTuple):
    """What ``clip.load`` returns, and what makes tokens."""

    model: Any
    preprocess: Any  #: takes arrays (H, W, 3) as well
    tokenize: Any


def load_clip(torch: Any, device: Any = "cpu") -> OriginalCLIP:
    """Load CLIP's ViT-B/32; nothing is downloaded.

    Parameters
    ----------
    torch : module
        PyTorch.
    device : str or torch.device, optional
        Where the model should lie.

    Returns
    -------
    original : OriginalCLIP
        Model, preprocessing and tokenizer.

    Raises
    ------
    MissingLibrary
        If PyTorch, the package or its weights are missing; says what to do.
    """
    _need_pytorch(torch, "CLIP")
    how = "`%pip install git+https://github.com/openai/CLIP.git`"
    package = _need_package("clip", "CLIP", how, "load")
    pillow = _need_package("PIL.Image", "Pillow", "`%pip install pillow`", "fromarray")
    fetch = 'import clip; clip.load("ViT-B/32")'
    weights = _need_file(CLIP_WEIGHTS.expanduser(), "CLIP", fetch, "338 MB")
    model, preprocess = package.load(str(weights), device=device, jit=False)

    def prepare(image):
        return preprocess(pillow.fromarray(np.asarray(image)))

    return OriginalCLIP(model, prepare, package.tokenize)


def load_dino(torch: Any, device: Any = "cpu") -> Any:
    """Load DINO's ViT-S/8; nothing is downloaded.

    Parameters
    ----------
    torch : module
        PyTorch.
    device : str or torch.device, optional
        Where the model should lie.

    Returns
    -------
    model : nn.Module
        With ``get_intermediate_layers``.

    Raises
    ------
    MissingLibrary
        If PyTorch, the code or the weights are missing; says what to do.
    """
    _need_pytorch(torch, "DINO")
    hub = Path(torch.hub.get_dir())
    fetch = 'torch.hub.load("facebookresearch/dino:main", "dino_vits8")'
    for part in (DINO_CODE / "hubconf.py", DINO_WEIGHTS):
        _need_file(hub / part, "DINO", fetch, "83 MB")
    model = torch.hub.load(str(hub / DINO_CODE), "dino_vits8", source="local")
    return model.to(device).eval()


def patch_features(
    torch: Any, model: Any, images: np.ndarray, device: Any = "cpu", enlarge: int = 4
) -> np.ndarray:
    """Return what DINO makes of each patch of 8 x 8 pixels.

    Parameters
    ----------
    torch : module
        PyTorch.
    model : nn.Module
        As from :func:`load_dino`.
    images : ndarray of shape (N, H, W, 3)
        Pixels, 0..255; height and width are multiples of 8.
    device : str or torch.device, optional
        Where the model is.
    enlarge : int, optional
        Pictures are made so many times larger; the features of the
        ``enlarge * enlarge`` patches that then cover a patch are averaged.

    Returns
    -------
    features : ndarray of shape (N, H // 8 * (W // 8), 384), float32
        Row by row.
    """
    n, height, width, _ = images.shape
    rows, columns = height // 8, width // 8
    x = ((images - MEAN) / SPREAD).transpose(0, 3, 1, 2).astype(np.float32)
    found = []
    with torch.no_grad():
        for picture in torch.from_numpy(x).split(10):
            large = torch.nn.functional.interpolate(
                picture.to(device), scale_factor=enlarge, mode="bilinear"
            )
            tokens = model.get_intermediate_layers(large, n=1)[0][:, 1:]  # no [CLS]
            found.append(tokens.cpu().numpy())
    parts = np.concatenate(found).reshape(n, rows, enlarge, columns, enlarge, -1)
    return parts.mean(axis=(2, 4)).reshape(n, rows * columns, -1)


def _need_pytorch(torch, name):
    if torch.__name__ != "torch":
        raise MissingLibrary(
            f"{name} itself runs on PyTorch: install it with `%pip install torch "
            "torchvision`, start Jupyter with CS231N_ENGINE=torch, and run this cell "
            "again. The exercises do without."
        )


def _need_package(module, name, how, part):
    try:
        found = importlib.import_module(module)
    except ImportError:
        found = None
    if not hasattr(found, part):  # other packages have the name too
        raise MissingLibrary(
            f"{name} is not installed: run {how} in a cell, then restart the kernel. "
            "The exercises do without."
        )
    return found


def _need_file(path, name, fetch, size):
    if not path.is_file():
        raise MissingLibrary(
            f"The weights of {name} are not here: expected {path}. Run `{fetch}` once "
            f"where there is a network ({size}), then run this cell again. The "
            "exercises do without."
        )
    return path

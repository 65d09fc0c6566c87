"""MNIST through torchvision: grey images, dynamic binarization for training and one fixed binarization for testing.

DYNAMIC: every visit draws x ~ Bern(pixel / 255) anew. The test set is binarized once, with `TEST_SEED`; its hash is
stored beside every number measured on it, so that two numbers are only ever compared on the same pixels.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor

TEST_SEED = 20080613


def default_root() -> Path:
    """Where MNIST is looked for: $PLAYGROUND_DATA, else `data` beside the project, else the user's cache."""
    if root := os.environ.get("PLAYGROUND_DATA"):
        return Path(root)
    beside = Path(__file__).resolve().parents[2].parent / "shared" / "data"
    return beside if beside.is_dir() else Path.home() / ".cache" / "generative-playground"


@lru_cache(maxsize=4)
def load(train: bool, root: Path | None = None) -> tuple[Tensor, Tensor]:
    """Images (N, 1, 28, 28) uint8 and labels (N,) int64; downloaded by torchvision where they are not there yet."""
    from torchvision.datasets import MNIST

    root = Path(root or default_root())
    present = (root / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file()
    data = MNIST(str(root), train=train, download=not present)
    return data.data.unsqueeze(1), data.targets


def grey(images: Tensor) -> Tensor:
    """uint8 (B, 1, 28, 28) -> float in [0, 1]."""
    return images.float().div_(255)


def binarize(images: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """x ~ Bern(pixel / 255): uint8 (B, 1, 28, 28) -> float in {0, 1}."""
    return torch.bernoulli(grey(images), generator=generator)


@lru_cache(maxsize=2)
def binary_test(root: Path | None = None) -> tuple[Tensor, Tensor, str]:
    """The test set of every likelihood here: x (10000, 1, 28, 28) in {0, 1}, labels, and the sha256 of its bits."""
    images, labels = load(False, root)
    # numpy's generator, not torch's: its stream is promised not to change between versions.
    import numpy as np

    uniforms = np.random.Generator(np.random.PCG64(TEST_SEED)).random(tuple(images.shape), dtype=np.float32)
    x = (torch.from_numpy(uniforms) < grey(images)).float()
    digest = hashlib.sha256(np.packbits(x.numpy().astype(bool)).tobytes()).hexdigest()[:16]
    return x, labels, digest

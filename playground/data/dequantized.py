"""Grey digits as real numbers: MNIST at 14 x 14, every grey level spread over the interval that it stands for.

A density cannot describe values that repeat: it would grow without bound on them. So level v of 0..255 becomes
(v + u) / 256 with u ~ U[0, 1), a number in [0, 1). The negative log-density of such values, plus D ln 256, is an upper
bound on the negative log-likelihood of the levels themselves.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground.data import mnist

SIDE = 14
LEVELS = 256


def shrink(images: Tensor) -> Tensor:
    """Means of 2 x 2 pixels, rounded: uint8 (B, 1, 28, 28) -> uint8 (B, 1, 14, 14)."""
    return torch.nn.functional.avg_pool2d(images.float(), 2).round().to(torch.uint8)


def dequantize(levels: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """(v + u) / 256 with u ~ U[0, 1): uint8 (B, ...) -> float in [0, 1)."""
    return (levels.float() + torch.rand(levels.shape, generator=generator)) / LEVELS


def batch(images: Tensor, generator: torch.Generator) -> Tensor:
    """What a training batch is made of: uint8 (B, 1, 28, 28) -> (B, 1, 14, 14) in [0, 1)."""
    return dequantize(shrink(images), generator)


@lru_cache(maxsize=2)
def test_set(root: Path | None = None) -> tuple[Tensor, Tensor, str]:
    """The test digits, dequantized once: x (10000, 1, 14, 14) in [0, 1), labels, and the sha256 of its bytes."""
    images, labels = mnist.load(False, root)
    uniforms = np.random.Generator(np.random.PCG64(mnist.TEST_SEED)).random((len(images), 1, SIDE, SIDE), np.float32)
    x = (shrink(images).float() + torch.from_numpy(uniforms)) / LEVELS
    return x, labels, hashlib.sha256(x.numpy().tobytes()).hexdigest()[:16]

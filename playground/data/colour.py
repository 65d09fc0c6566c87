"""Coloured digits: MNIST, each digit in a random bright colour on a random darker ground, at few levels per channel.

A pixel is ground + ink (colour - ground), ink being its grey value, rounded to L levels per channel. So the channels of
one pixel hang together strongly: whoever knows how far red went from the ground to the digit's colour knows nearly how
far green did. That is what G given R and B given R and G are for.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground.data import mnist

LEVELS = 8


def paint(images: Tensor, uniforms: Tensor, levels: int = LEVELS) -> Tensor:
    """uint8 (B, 1, H, W) and six uniforms each (B, 6) -> (B, 3, H, W) in {0, 1/(L-1), ..., 1}.

    The uniforms are hue, saturation and value, first of the digit, then of the ground.
    """
    hue, saturation, value = uniforms[:, :3].unbind(1)
    digit = hsv(hue, 0.45 + 0.55 * saturation, 0.8 + 0.2 * value)
    hue, saturation, value = uniforms[:, 3:].unbind(1)
    ground = hsv(hue, 0.8 * saturation, 0.05 + 0.4 * value)
    digit, ground = digit[..., None, None], ground[..., None, None]
    mixed = ground + mnist.grey(images) * (digit - ground)  # (B, 3, H, W)
    return (mixed * (levels - 1)).round() / (levels - 1)


def hsv(hue: Tensor, saturation: Tensor, value: Tensor) -> Tensor:
    """Hue, saturation and value in [0, 1], each (B,) -> red, green and blue in [0, 1], (B, 3)."""
    k = (torch.tensor([5.0, 3.0, 1.0]) + 6 * hue[:, None]) % 6
    return value[:, None] * (1 - saturation[:, None] * torch.minimum(k, 4 - k).clamp(0, 1))


def batch(images: Tensor, generator: torch.Generator) -> Tensor:
    """What a training batch is made of: uint8 (B, 1, 28, 28) -> (B, 3, 28, 28) in [0, 1]."""
    return paint(images, torch.rand(len(images), 6, generator=generator))


@lru_cache(maxsize=2)
def test_set(root: Path | None = None) -> tuple[Tensor, Tensor, str]:
    """The test digits, painted once with a fixed seed: x (10000, 3, 28, 28), labels, and the sha256 of its levels."""
    images, labels = mnist.load(False, root)
    uniforms = np.random.Generator(np.random.PCG64(mnist.TEST_SEED)).random((len(images), 6), np.float32)
    x = paint(images, torch.from_numpy(uniforms))
    levels = (x * (LEVELS - 1)).round().to(torch.uint8)
    return x, labels, hashlib.sha256(levels.numpy().tobytes()).hexdigest()[:16]

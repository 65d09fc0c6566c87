"""Key patches of digits: a few crops at places that say much, without where they were [1].

A place says much where the picture changes: the energy of the gradient, summed over the patch, none where another patch
was taken already. Patches may reach over the border; outside there is no ink.

[1] Lee, Yun, Choi, Yoo, Yang, Oh. ECCV 2018, arXiv:1703.10730, whose proposals are boxes of edges.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from playground.data import mnist
from playground.data.batches import Source
from playground.data.domains import masks

SIDE = 32
PATCH = 10
PATCHES = 3
SHARPNESS = 3  # 0: anywhere, large: always the places with most energy


def energy(x: Tensor) -> Tensor:
    """|grad x|^2 summed over the PATCH x PATCH pixels whose top left is (row, column): x (B, 1, H, W) -> (B, H, W).

    Top left corners count from -PATCH // 2, so that every pixel can be a patch's middle.
    """
    down = F.pad(x, (0, 0, 0, 1))[..., 1:, :] - x
    along = F.pad(x, (0, 1, 0, 0))[..., 1:] - x
    change = (down.square() + along.square())[:, 0]  # (B, H, W)
    padded = F.pad(change, (PATCH // 2, PATCH // 2 - 1) * 2)
    return F.avg_pool2d(padded[:, None], PATCH, 1)[:, 0] * PATCH**2


def places(x: Tensor, generator: torch.Generator | None = None, patches: int = PATCHES) -> Tensor:
    """Middles of key patches of digits x (B, 1, H, W): rows and columns (B, patches, 2) int.

    The places are taken one by one with probability proportional to the energy to the power SHARPNESS; around a place,
    half a patch far, the energy is gone.
    """
    left = energy(x).pow(SHARPNESS)
    B, H, W = left.shape
    row, column = torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")
    found = []
    for _ in range(patches):
        weights = left.flatten(1) + 1e-6
        at = torch.multinomial(weights, 1, generator=generator).squeeze(1)
        middle = torch.stack([at // W, at % W], 1)  # (B, 2)
        near = torch.maximum((row - middle[:, :1, None]).abs(), (column - middle[:, 1:, None]).abs()) < PATCH // 2
        left = left.masked_fill(near, 0.0)
        found.append(middle)
    return torch.stack(found, 1)


def crop(x: Tensor, middles: Tensor) -> Tensor:
    """Patches of x (B, C, H, W) around middles (B, P, 2): (B, P, C, PATCH, PATCH); zeros from outside."""
    half = PATCH // 2
    padded = F.pad(x, (half,) * 4)
    strips = padded.unfold(2, PATCH, 1).unfold(3, PATCH, 1)  # (B, C, H + 1, W + 1, PATCH, PATCH)
    rows = torch.arange(len(x))[:, None]
    return strips[rows, :, middles[..., 0], middles[..., 1]]


def lie_in(x: Tensor, patches: Tensor) -> Tensor:
    """Mean |difference| between patches and the place of a picture that is most like each.

    x (B, 1, H, W), patches (B, P, 1, PATCH, PATCH) -> (B, P).
    """
    half = PATCH // 2
    places = F.pad(x, (half,) * 4).unfold(2, PATCH, 1).unfold(3, PATCH, 1).flatten(1, 3).flatten(2)  # (B, places, 100)
    return torch.cdist(patches.flatten(2), places, p=1).amin(2) / PATCH**2


def coverage(middles: Tensor, side: int = SIDE) -> Tensor:
    """Which pixels the patches around middles (B, P, 2) cover: (B, 1, side, side) in {0, 1}."""
    half, axis = PATCH // 2, torch.arange(side)
    inside = [(axis >= middles[..., k, None] - half) & (axis < middles[..., k, None] + half) for k in (0, 1)]
    return (inside[0][..., :, None] & inside[1][..., None, :]).any(1)[:, None].float()


@dataclass(frozen=True)
class Puzzles(Source):
    """Training batches of digits with their key patches."""

    def at(self, step: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Batch number `step`: digits with their key patches.

        x (size, 1, 32, 32) in [0, 1], patches (size, 3, 1, 10, 10), what they cover of x in {0, 1}, of x's shape, and
        their middles (size, 3, 2).
        """
        x = masks(self.images[self.rows(step, len(self.images), self.per_epoch)])
        middles = places(x, self.generator(step))
        return x, crop(x, middles), coverage(middles), middles


def puzzle(n: int = 1000, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """The first n MNIST test digits: x (n, 1, 32, 32), their labels (n,), middles of key patches (n, 3, 2)."""
    images, labels = mnist.load(False)
    x = masks(images[:n])
    return x, labels[:n], places(x, torch.Generator().manual_seed(seed))

"""Training batches as a pure function of (seed, step): a resumed run sees exactly what an unbroken one would have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from playground.data import mnist


@dataclass(frozen=True)
class Batches:
    """Batches of `images` for one process of `world`.

    images (N, 1, 28, 28) uint8, labels (N,), binary: draw x ~ Bern(pixel / 255) at every visit (DYNAMIC), else grey.
    make(images (B, 1, 28, 28) uint8, generator) -> x: what to make of them instead.
    """

    images: Tensor
    labels: Tensor
    size: int
    binary: bool
    seed: int = 0
    rank: int = 0
    world: int = 1
    make: Callable[[Tensor, torch.Generator], Tensor] | None = None

    @property
    def per_epoch(self) -> int:
        """Steps in one pass over the data, all processes together."""
        return math.ceil(len(self.images) / (self.size * self.world))

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step` of the run: x (size, 1, 28, 28) float and labels (size,)."""
        epoch, k = divmod(step, self.per_epoch)
        order = _permutation(len(self.images), self.seed, epoch)
        start = (k * self.world + self.rank) * self.size
        rows = order[torch.arange(start, start + self.size) % len(order)]
        generator = torch.Generator().manual_seed(hash((self.seed, step, self.rank)) % 2**63)
        if self.make:
            return self.make(self.images[rows], generator), self.labels[rows]
        x = mnist.binarize(self.images[rows], generator) if self.binary else mnist.grey(self.images[rows])
        return x, self.labels[rows]


@lru_cache(maxsize=2)
def _permutation(n: int, seed: int, epoch: int) -> Tensor:
    return torch.randperm(n, generator=torch.Generator().manual_seed(hash((seed, epoch)) % 2**63))

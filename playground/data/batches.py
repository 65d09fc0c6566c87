"""Training batches as a pure function of (seed, step): a resumed run sees exactly what an unbroken one would have."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

import torch
from torch import Tensor

from playground.data import mnist


@dataclass(frozen=True)
class Source:
    """Where batches of digits come from: images (N, 1, 28, 28) uint8, labels (N,), for one process of `world`."""

    images: Tensor
    labels: Tensor
    size: int
    seed: int = field(default=0, kw_only=True)
    rank: int = field(default=0, kw_only=True)
    world: int = field(default=1, kw_only=True)

    @property
    def per_epoch(self) -> int:
        """Steps in one pass over the data, all processes together."""
        return math.ceil(len(self.images) / (self.size * self.world))

    def generator(self, *key: int) -> torch.Generator:
        """What everything random of one step is drawn from, another for each process. key: the step, at least."""
        return torch.Generator().manual_seed(hash((self.seed, *key, self.rank)) % 2**63)

    def rows(self, step: int, of: int, per_epoch: int, *key: int) -> Tensor:
        """Which of `of` things batch number `step` takes, (size,): all of them once per epoch, in an order of its own.

        key: tells sets apart that are gone through side by side.
        """
        epoch, k = divmod(step, per_epoch)
        order = _permutation(of, (self.seed, *key, epoch))
        start = (k * self.world + self.rank) * self.size
        return order[torch.arange(start, start + self.size) % of]


@dataclass(frozen=True)
class Batches(Source):
    """Batches of `images`.

    binary: draw x ~ Bern(pixel / 255) at every visit (DYNAMIC), else grey.
    make(images (B, 1, 28, 28) uint8, generator) -> x: what to make of them instead.
    """

    binary: bool
    make: Callable[[Tensor, torch.Generator], Tensor] | None = field(default=None, kw_only=True)

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step` of the run: x (size, 1, 28, 28) float and labels (size,)."""
        rows = self.rows(step, len(self.images), self.per_epoch)
        generator = self.generator(step)
        if self.make:
            return self.make(self.images[rows], generator), self.labels[rows]
        x = mnist.binarize(self.images[rows], generator) if self.binary else mnist.grey(self.images[rows])
        return x, self.labels[rows]


@lru_cache(maxsize=16)
def _permutation(n: int, key: tuple[int, ...]) -> Tensor:
    return torch.randperm(n, generator=torch.Generator().manual_seed(hash(key) % 2**63))

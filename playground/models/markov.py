"""First-order Markov chain along the raster: each pixel knows the one before it, and only that one.

    p(x) = p(x_1) prod_{i>1} p(x_i | x_{i-1}),    p(x_i = 1 | x_{i-1} = v) = (n_{v1,i} + 1) / (n_{v,i} + 2)

With D binary pixels it needs 2 D - 1 parameters. Fitted by counting with add-one smoothing: n_{v,i} images have
x_{i-1} = v, and n_{v1,i} of those have x_i = 1. Grey batches give the expected counts under the dynamic binarization
x_i ~ Bern(pixel / 255), whose draws are independent given the grey image.

`stationary`: the same two numbers p(1|0), p(1|1) at every position.

The chain runs along the raster, so the pixel "before" column 0 is the last one of the row above; before the very first
pixel stands a 0 that is part of no image (its p(x_1 | 1) is never used).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from playground.models.base import Autoregressive, Batch, Phase


class Markov(Autoregressive):
    """p(x_i | x_{i-1}) as a table."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        stationary: bool = False

    theta: Tensor  # (2, D), p(x_i = 1 | x_{i-1} = v); (2, 1) where it is the same everywhere

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        self.register_buffer("theta", torch.full((2, 1 if config.stationary else self.order.numel()), 0.5))

    def phases(self) -> list[Phase]:
        return []

    def fit(self, batches: Iterable[Batch]) -> None:
        """Count: batches of (x (B, 1, H, W) in [0, 1], label)."""
        white, total = (torch.zeros(2, self.order.numel(), dtype=torch.float64) for _ in range(2))
        for x, *_ in batches:
            x = x.flatten(1).double()  # (B, D)
            before = _before(x)
            for v, weight in enumerate((1 - before, before)):
                white[v] += (weight * x).sum(0)
                total[v] += weight.sum(0)
        if self.config.stationary:
            white, total = white.sum(1, keepdim=True), total.sum(1, keepdim=True)
        self.theta.copy_((white + 1) / (total + 2))

    def logits(self, x: Tensor) -> Tensor:
        dark, light = self.theta.logit()  # logit after a 0 and after a 1
        return (dark + _before(x.flatten(1)) * (light - dark)).view_as(x)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        table = self.theta.logit().expand(2, self.order.numel())
        x_i = table.new_zeros(n)
        for dark, light in table.T:
            x_i = yield torch.where(x_i > 0, light, dark)


def _before(x: Tensor) -> Tensor:
    """x_{i-1} at place i, 0 before the first: (B, D) -> (B, D)."""
    return F.pad(x, (1, 0))[:, :-1]

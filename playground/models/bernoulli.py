"""Independent Bernoulli pixels: the baseline every other density is measured against.

    p(x) = prod_i theta_i^{x_i} (1 - theta_i)^{1 - x_i}

With D pixels it needs D parameters instead of 2^D - 1, and pays for it: no pixel knows of another, so no sample has a
shape. Fitted by counting, theta_i = (n_i + 1) / (N + 2): add-one smoothing, else a border pixel that is never white in
the training set gives log 0 on the one test image where it is. n_i counts grey values, the expected count under the
dynamic binarization x_i ~ Bern(pixel / 255).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.models.base import Autoregressive, Batch, Phase


class Bernoulli(Autoregressive):
    """D independent pixels with their own probability."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28

    theta: Tensor  # (1, 1, H, W), p(x_i = 1)

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        self.register_buffer("theta", torch.full((1, *self.shape), 0.5))

    def phases(self) -> list[Phase]:
        return []

    def fit(self, batches: Iterable[Batch]) -> None:
        """Count: batches of (x (B, 1, H, W) in [0, 1], label)."""
        n, total = torch.zeros_like(self.theta), 0
        for x, *_ in batches:
            n += x.sum(0, keepdim=True)
            total += len(x)
        self.theta.copy_((n + 1) / (total + 2))

    def logits(self, x: Tensor) -> Tensor:
        return self.theta.logit().expand_as(x)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        for logit in self.theta.logit().flatten()[self.order]:
            yield logit.expand(n)

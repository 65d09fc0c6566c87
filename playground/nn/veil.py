"""Noise on what a network is shown, so that what is fainter than the noise does not count.

A generator that is judged by a network finds patterns too faint to be seen that please it [1]. Under noise, in training
and in judging alike, only what can be seen through the noise pleases.

[1] Soenderby, Caballero, Theis, Shi, Huszar. ICLR 2017, arXiv:1610.04490, who steady a game with it.
"""

from __future__ import annotations

import torch
from torch import Tensor


def veiled(x: Tensor, std: float, generator: torch.Generator | None) -> Tensor:
    """x + std * N(0, 1), of any shape; x itself where std is 0."""
    if not std:
        return x
    return x + std * torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)

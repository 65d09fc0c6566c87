"""The gated activation unit of PixelCNN's successors: tanh(a_1) * sigma(a_2)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def gate(a: Tensor) -> Tensor:
    """a (B, 2h, H, W) -> tanh(a_1) * sigma(a_2), (B, h, H, W); a_1 is the first half of the channels."""
    return _Gate.apply(a)


class _Gate(torch.autograd.Function):
    """The same as the formula in a third of its time on a CPU, where tanh and anything on half the channels is slow.

    tanh(a) = 2 sigma(2a) - 1, so one sigmoid over the whole of a gives both factors; they are all that is kept.
    """

    @staticmethod
    def forward(ctx: Any, a: Tensor) -> Tensor:
        s = a.clone()
        s[:, : a.shape[1] // 2] *= 2
        s.sigmoid_()
        ctx.save_for_backward(s)
        s_1, s_2 = s.chunk(2, 1)
        return (2 * s_1 - 1).mul_(s_2)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        (s,) = ctx.saved_tensors
        s_1, s_2 = s.chunk(2, 1)
        d = torch.empty_like(s)
        d_1, d_2 = d.chunk(2, 1)
        torch.mul(grad, 4 * s_2, out=d_1)  # tanh' = 4 sigma' at 2a
        torch.mul(grad, 2 * s_1 - 1, out=d_2)
        return d.mul_(s).mul_(1 - s)

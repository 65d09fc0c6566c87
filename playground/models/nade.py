"""NADE: the Neural Autoregressive Distribution Estimator [1, 2].

Claim: one hidden layer whose weights are shared by all conditionals makes p(x) exact and cheap at the same time.

    a_i = c + W_{:,<i} x_{<i}        (H,)   running pre-activation
    h_i = sigma(a_i)
    p(x_i = 1 | x_<i) = sigma(b_i + V_i h_i)
    a_{i+1} = a_i + W_{:,i} x_i      so log p(x) costs O(D H), not O(D^2 H)

W and V do not grow with the pixel index: conditional i uses the first i - 1 columns of the same W.

Deviation: none in the model (fixed raster order, sigmoid units, H = 500). For speed, training forms the a_i of one
block of pixels as one matrix product and keeps only the block starts for the backward pass (`_HiddenSum`).

[1] Larochelle, Murray. AISTATS 2011.  [2] Uria, Cote, Gregor, Murray, Larochelle. JMLR 2016, arXiv:1605.02226.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from playground.models.base import Autoregressive

BLOCK = 8  # pixels whose pre-activations are formed together: (8, B, H) floats stay in the cache of a core


class NADE(Autoregressive):
    """One autoregressive hidden layer over pixels in raster order."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        hidden: int = 500

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        D, H = config.height * config.width, config.hidden
        self.W = nn.Parameter(torch.randn(D, H) * 0.01)  # W[i] is the paper's column W_{:,i}
        self.V = nn.Parameter(torch.randn(D, H) * 0.01)
        self.b = nn.Parameter(torch.full((D,), -2.0))  # about the share of white pixels, so training starts near it
        self.c = nn.Parameter(torch.zeros(H))

    def logits(self, x: Tensor) -> Tensor:
        flat = x.flatten(1)  # (B, D)
        return (_HiddenSum.apply(flat, self.W, self.V, self.c) + self.b).view_as(x)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        a = self.c.expand(n, -1).clone()  # (n, H)
        for W_i, V_i, b_i in zip(self.W, self.V, self.b, strict=True):
            x_i = yield a.sigmoid() @ V_i + b_i
            a.addr_(x_i, W_i)


def _hidden(a: Tensor, x: Tensor, W: Tensor) -> tuple[Tensor, Tensor]:
    """h of one block: a (B, H) before its first pixel, x (B, K), W (K, H) -> sigma(a_k) (K, B, H), x_<k (K, B, K)."""
    past = x * _earlier(x)  # row k holds x_1..x_{k-1} and zeros
    return torch.matmul(past, W).add_(a).sigmoid_(), past


def _earlier(x: Tensor) -> Tensor:
    """1 where j < k, (K, 1, K), for a block x (B, K)."""
    return x.new_ones(x.shape[1], x.shape[1]).tril(diagonal=-1).unsqueeze(1)


class _HiddenSum(torch.autograd.Function):
    """s_i = V_i sigma(c + sum_{j<i} W_j x_j), (B, D), with a backward pass that recomputes h block by block."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, W: Tensor, V: Tensor, c: Tensor) -> Tensor:
        a, s, starts = c.expand(len(x), -1), [], []
        for x_k, W_k, V_k in zip(x.split(BLOCK, 1), W.split(BLOCK), V.split(BLOCK), strict=True):
            starts.append(a)
            s.append(torch.bmm(_hidden(a, x_k, W_k)[0], V_k.unsqueeze(2)).squeeze(2))  # (K, B)
            a = torch.addmm(a, x_k, W_k)
        ctx.save_for_backward(x, W, V, *starts)
        return torch.cat(s).T

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, W, V, *starts = ctx.saved_tensors
        dx = torch.empty_like(x) if ctx.needs_input_grad[0] else None
        dW, dV, later = torch.empty_like(W), torch.empty_like(V), torch.zeros_like(starts[0])
        for start, a in zip(reversed(range(0, x.shape[1], BLOCK)), reversed(starts), strict=True):
            k = slice(start, start + BLOCK)
            h, past = _hidden(a, x[:, k], W[k])
            g = grad[:, k].T.contiguous()  # (K, B)
            dV[k] = torch.bmm(g.unsqueeze(1), h).squeeze(1)
            da = torch.ops.aten.sigmoid_backward(g.unsqueeze(2) * V[k].unsqueeze(1), h)  # (K, B, H), this block alone
            # W_j feeds a_k for the later k of its block (through `past`) and every a of later blocks (`later`).
            dW[k] = past.flatten(0, 1).T @ da.flatten(0, 1) + x[:, k].T @ later
            if dx is not None:
                inside = torch.matmul(da, W[k].T)  # (K, B, K): through a_k to x_j, of which j < k exist
                dx[:, k] = (inside * _earlier(x[:, k])).sum(0) + later @ W[k].T
            later = later + da.sum(0)
        return dx, dW, dV, later.sum(0)

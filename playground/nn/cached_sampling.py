"""Sampling through masked convolutions without computing anything twice, the same pixels as with full passes.

The next pixel needs the network at one place only, and every layer's input above and to the left of it is known already
[1]: what the rows above contribute to a masked convolution is formed once per row, the taps of the current row per
pixel. O(D) work instead of O(D^2).

At this size time goes into calls, not into arithmetic. Hence two more steps. Several pixels are computed at a time, on
the guess that the row goes on like the one above it; what was computed on a wrong guess is thrown away and computed
again from there, so the result does not depend on the guess (forecasting [2]). And on a CPU the weights are used as
NumPy arrays (no copy), whose calls cost a third of torch's, elsewhere as tensors.

[1] Ramachandran et al. Fast Generation for Convolutional Autoregressive Models. 2017, arXiv:1704.06001.
[2] Wiggers, Hoogeboom. Predictive Sampling with Forecasting Autoregressive Models. ICML 2020.

Axis letters: W columns, n samples, L columns computed at a time. Rows of matrices are pixels: (L * n, features).
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.nn.masked import MaskedConv2d

Array = Any  # np.ndarray on a CPU, torch.Tensor elsewhere


class Arithmetic:
    """The functions of NumPy or torch that cached sampling needs, chosen by where the weights are."""

    def __init__(self, like: Tensor) -> None:
        self.like = like
        self.on_cpu = like.device.type == "cpu"
        library = np if self.on_cpu else torch
        self.dot = np.ndarray.dot if self.on_cpu else torch.mm  # np.dot itself costs as much again in dispatching
        self.add, self.maximum = library.add, library.maximum

    def array(self, tensor: Tensor) -> Array:
        """A tensor as this library's contiguous array; without a copy where it is one already."""
        tensor = tensor.detach().to(self.like).contiguous()
        return tensor.numpy() if self.on_cpu else tensor

    def values(self, x: Tensor) -> Array:
        """Pixels that were just drawn, as `array` would give them, in a fifth of its time."""
        return x.numpy() if self.on_cpu else x

    def tensor(self, array: Array) -> Tensor:
        """A copy of an array as a tensor, safe from later writes."""
        return torch.from_numpy(array.copy()) if self.on_cpu else array.clone()

    def zeros(self, *shape: int) -> Array:
        return self.array(self.like.new_zeros(shape))

    def ones(self, *shape: int) -> Array:
        return self.array(self.like.new_ones(shape))

    def equal(self, a: Array, b: Array) -> bool:
        """Whether two arrays of zeros and ones are the same."""
        return a.tobytes() == b.tobytes() if self.on_cpu else torch.equal(a, b)

    def affine(self, conv: nn.Conv2d) -> Array:
        """A 1x1 convolution as one matrix (C_in + 1, C_out), for inputs whose last feature is the constant 1."""
        return self.array(torch.cat([conv.weight.flatten(1), conv.bias[:, None]], 1).T)

    def residual(self, conv: nn.Conv2d) -> Array:
        """The same as (C_in + 1, C_out + 1), with a zero to add to the constant of what the output is added to."""
        return self.array(F.pad(torch.cat([conv.weight.flatten(1), conv.bias[:, None]], 1).T, (0, 1)))


class CachedConv:
    """A `MaskedConv2d` over images that become known in raster order.

    row: (W * n, C_in), the layer's input in the current row, to be written by the caller. `conv(j, e, out)` puts the
    output at columns j..e-1 into out ((e - j) * n, C_out + 1), whose last feature is the constant 1: it survives relu
    and carries the bias of the next linear map. `end_row()` after the last column.
    """

    def __init__(self, conv: MaskedConv2d, width: int, n: int, xp: Arithmetic) -> None:
        C_out, C_in, rows, k = conv.weight.shape
        pad = rows - 1
        taps = F.pad((conv.weight * conv.mask).permute(2, 3, 1, 0), (0, 1))  # (rows, k, C_in, C_out + 1)
        seen = range(pad + (conv.kind == "B"))
        # Column j of the image lies at (pad + j) n of a padded row, so tap t of columns j..e-1 starts at (j + t) n.
        self.here = [(t, xp.array(taps[-1, t])) for t in seen]
        # All taps of the rows above as one matrix, whose last input is the constant 1 for the bias.
        bias = conv.weight.new_zeros(C_out) if conv.bias is None else conv.bias
        self.over = xp.array(torch.cat([taps[:-1].flatten(0, 2), F.pad(bias, (0, 1), value=1)[None]]))
        self.inputs = xp.ones(width * n, len(self.over))
        self.taps = [(r, t, slice((r * k + t) * C_in, (r * k + t + 1) * C_in)) for r in range(pad) for t in range(k)]
        self.rows = [xp.zeros((width + 2 * pad) * n, C_in) for _ in range(rows)]  # the highest first
        self.row = self.rows[-1][pad * n : (pad + width) * n]
        self.above, self.part = xp.zeros(width * n, C_out + 1), xp.zeros(width * n, C_out + 1)
        self.above[:] = self.over[-1]
        self.n, self.dot, self.add = n, xp.dot, xp.add

    def __call__(self, j: int, e: int, out: Array) -> None:
        n, row, part = self.n, self.rows[-1], self.part[: (e - j) * self.n]
        total = self.above[j * n : e * n]
        for t, weight in self.here:
            self.dot(row[(j + t) * n : (e + t) * n], weight, out=part)
            self.add(total, part, out=out)
            total = out

    def end_row(self) -> None:
        """Move one row down: what was current is now above."""
        for upper, lower in zip(self.rows[:-1], self.rows[1:], strict=True):
            upper[:] = lower
        size = len(self.above)
        for r, t, features in self.taps:
            self.inputs[:, features] = self.rows[r][t * self.n : t * self.n + size]
        self.dot(self.inputs, self.over, out=self.above)


def raster(
    network: Callable[[int, int], Array], first: CachedConv, others: list[CachedConv], height: int, xp: Arithmetic
) -> Generator[Tensor, Tensor, None]:
    """The coroutine `Autoregressive.incremental` of a network of cached convolutions over one-channel images.

    network(j, e) -> logits ((e - j) * n, 1) of columns j..e-1 of the current row, given what stands in `first.row`.
    """
    n, row = first.n, first.row[:, 0]
    width = len(row) // n
    cautious = max(1, width // n)  # the more samples, the sooner one of them goes against the guess
    ahead = width
    for _ in range(height):  # first.row still holds the row above: the guess for this one
        j = 0
        while j < width:
            e = min(width, j + ahead)
            for logit in xp.tensor(network(j, e)).view(-1, n):
                x = xp.values((yield logit))
                guess = row[j * n : (j + 1) * n]
                j += 1
                if not xp.equal(x, guess):
                    guess[:] = x
                    break
            ahead = 2 * ahead if j == e else cautious
        for conv in (first, *others):
            conv.end_row()

"""Sampling through masked convolutions without computing anything twice, the same pixels as with full passes.

The next pixel needs the network at one place only, and every layer's input above and to the left of it is known already
[1]: what the rows above contribute to a masked convolution is formed once per row, the taps of the current row per
pixel. O(D) work instead of O(D^2).

At this size time goes into calls, not into arithmetic. Hence three more steps. Several pixels are computed at a time,
on the guess that the row goes on like the one above it; what was computed on a wrong guess is thrown away and computed
again from there, so the result does not depend on the guess (forecasting [2]). On a CPU the weights are used as NumPy
arrays (no copy), whose calls cost a third of torch's, elsewhere as tensors. And the network of a run of columns is a
plan, a list of calls with their operands, made once and then only carried out: all buffers stay where they are.

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
Call = tuple[Callable[[Array, Array, Array], Any], Array, Array, Array]
"""One entry of a plan: function, two operands, where the result goes."""


class Arithmetic:
    """The functions of NumPy or torch that cached sampling needs, chosen by where the weights are.

    dot, add, multiply, maximum, divide, exp, tanh: (a, b, out) -> out, the last two of a alone.
    """

    def __init__(self, like: Tensor) -> None:
        self.like = like
        self.use(like.device.type == "cpu")

    def use(self, numpy: bool) -> None:
        """Takes NumPy's functions or torch's."""
        self.on_cpu = numpy
        if numpy:
            self.dot = np.ndarray.dot  # np.dot itself costs as much again in dispatching
            # np.maximum warns, slowly, where the result's place is not given by name; np.fmax does the same
            self.add, self.multiply, self.maximum, self.divide = np.add, np.multiply, np.fmax, np.divide
            self.exp = lambda a, _, out: np.exp(a, out)
            self.tanh = lambda a, _, out: np.tanh(a, out)
        else:
            self.dot = _into(torch.mm)
            self.add, self.multiply, self.maximum = _into(torch.add), _into(torch.mul), _into(torch.maximum)
            self.divide = _into(torch.div)
            self.exp = lambda a, _, out: torch.exp(a, out=out)
            self.tanh = lambda a, _, out: torch.tanh(a, out=out)

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

    def affine(self, layer: nn.Conv2d | nn.Linear, pad: bool = False) -> Array:
        """A linear map or 1x1 convolution as one matrix (C_in + 1, C_out), for inputs whose last feature is the
        constant 1. pad: (C_in + 1, C_out + 1), with a zero to add to the constant of what the output is added to."""
        return self.array(F.pad(torch.cat([layer.weight.flatten(1), layer.bias[:, None]], 1).T, (0, int(pad))))


def _into(function: Callable) -> Callable:
    """A function of torch that takes the place of its result last, as NumPy's do."""
    return lambda a, b, out: function(a, b, out=out)


class RowWindow:
    """A convolution over finished rows: weight (rows, k, C_in, C_out), bias (C_out,), the last row being the newest.

    `push(row)` takes the newest row (W * n, C_in) and writes the result at every column to `out` (W * n, C_out).
    outside (C_in,): what stands outside the image; default zeros. Before the first row everything is outside.
    """

    def __init__(
        self, weight: Tensor, bias: Tensor, width: int, n: int, xp: Arithmetic, outside: Tensor | None = None
    ) -> None:
        rows, k, C_in, C_out = weight.shape
        outside = weight.new_zeros(C_in) if outside is None else outside
        # All taps as one matrix, whose last input is the constant 1 for the bias.
        self.weight = xp.array(torch.cat([weight.flatten(0, 2), bias[None]]))
        start = torch.cat([outside.repeat(rows * k), outside.new_ones(1)])
        self.inputs = xp.array(start.expand(width * n, -1).clone())
        self.out = xp.zeros(width * n, C_out)
        self.dot = xp.dot
        self.dot(self.inputs, self.weight, self.out)
        self.rows: list[Array] = []
        self.copies = []  # per row, the newest first: where in `inputs`, and which part of the row
        for r in range(rows):
            for t in range(k):
                shift, first = (t - k // 2) * n, ((rows - 1 - r) * k + t) * C_in
                to = slice(max(0, -shift), width * n - max(0, shift))
                source = slice(max(0, shift), width * n - max(0, -shift))
                if to.stop > to.start:
                    self.copies.append((r, self.inputs[to, first : first + C_in], source))
        self.depth, self.copy = rows, (np.copy if xp.on_cpu else torch.clone)

    def push(self, row: Array) -> None:
        """Take the newest row and form the result with it."""
        if self.depth > 1:
            self.rows = [self.copy(row), *self.rows[: self.depth - 1]]
        rows = self.rows if self.depth > 1 else [row]
        for r, to, source in self.copies:
            if r < len(rows):
                to[:] = rows[r][source]
        self.dot(self.inputs, self.weight, self.out)


class RowSoFar:
    """What a convolution takes from the current row: weights per tap (C_in, C_out), the last one `last` columns left
    of the output's column (0: its own column, 1: the one before).

    row: (W * n, C_in), to be written by the caller. `plan(j, e, above, part, out)`: the calls that write above + taps
    at columns j..e-1 to out; part is scratch of the same shape. above (W * n, C_out): what does not hang on the row.
    """

    def __init__(self, taps: list[Tensor], last: int, width: int, n: int, xp: Arithmetic) -> None:
        self.n, self.xp = n, xp
        self.taps = [xp.array(tap) for tap in taps]
        pad = len(taps) - 1 + last
        self.padded = xp.zeros((pad + width) * n, len(taps[0]))  # tap t of column j stands at (j + t) n
        self.row = self.padded[pad * n :]

    def plan(self, j: int, e: int, above: Array, part: Array, out: Array) -> list[Call]:
        n, calls, total = self.n, [], above[j * self.n : e * self.n]
        for t, weight in enumerate(self.taps):
            calls.append((self.xp.dot, self.padded[(j + t) * n : (e + t) * n], weight, part))
            calls.append((self.xp.add, total, part, out))
            total = out
        return calls


class CachedConv:
    """A `MaskedConv2d` over images that become known in raster order: a `RowWindow` above and a `RowSoFar`.

    Its output (., C_out + 1) ends in the constant 1, which survives relu and carries the bias of the next linear map.
    `row` and `plan` are those of the row so far; `end_row()` after the last column.
    """

    def __init__(self, conv: MaskedConv2d, width: int, n: int, xp: Arithmetic) -> None:
        C_out, pad = conv.weight.shape[0], conv.weight.shape[2] - 1
        taps = F.pad((conv.weight * conv.mask).permute(2, 3, 1, 0), (0, 1))  # (rows, k, C_in, C_out + 1)
        seen = pad + (conv.kind == "B")
        bias = conv.weight.new_zeros(C_out) if conv.bias is None else conv.bias
        self.above = RowWindow(taps[:-1], F.pad(bias, (0, 1), value=1), width, n, xp)
        self.here = RowSoFar(list(taps[-1, :seen]), 0 if conv.kind == "B" else 1, width, n, xp)
        self.row = self.here.row

    def end_row(self) -> None:
        self.above.push(self.row)

    def plan(self, j: int, e: int, part: Array, out: Array) -> list[Call]:
        return self.here.plan(j, e, self.above.out, part, out)


def raster(
    plan: Callable[[int, int], tuple[list[Call], Array]],
    end_row: Callable[[], None],
    row: Array,
    height: int,
    n: int,
    xp: Arithmetic,
) -> Generator[Tensor, Tensor, None]:
    """The coroutine `Autoregressive.incremental` of a network of cached convolutions over one-channel images.

    plan(j, e) -> the calls that compute columns j..e-1 of the current row, and where the logits ((e - j) * n, 1) will
    be. row (W * n, 1): where the network reads the current row's pixels. end_row() after each row.
    """
    width = len(row) // n
    values = [row[j * n : (j + 1) * n, 0] for j in range(width)]
    plans: dict[tuple[int, int], tuple[list[Call], Array]] = {}
    cautious = max(1, width // n)  # the more samples, the sooner one of them goes against the guess
    ahead = width
    for _ in range(height):  # `row` still holds the row above: the guess for this one
        j = 0
        while j < width:
            e = min(width, j + ahead)
            if (j, e) not in plans:
                plans[j, e] = plan(j, e)
            calls, logits = plans[j, e]
            for function, a, b, out in calls:
                function(a, b, out)
            for logit in xp.tensor(logits).view(-1, n):
                x = xp.values((yield logit))
                guess = values[j]
                j += 1
                if not xp.equal(x, guess):
                    guess[:] = x
                    break
            ahead = 2 * ahead if j == e else cautious
        end_row()

"""Sampling a colour image sub-pixel by sub-pixel without computing anything twice.

As in `nn.cached_sampling`, every layer keeps its earlier inputs, and what the rows above contribute is formed once per
row. New here: of the current pixel, features come in three runs (R, G, B), and run j depends on the runs i <= j alone.
So a pixel goes through the network in three steps, each of which computes one run of every layer: together as much
arithmetic as one pass, not three.

Axis letters: W columns, n samples. Rows of matrices are samples, or columns times samples: (W * n, features).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from playground.nn.cached_sampling import Arithmetic, Array
from playground.nn.masked import MaskedConv2d


class _Arithmetic(Arithmetic):
    """What is needed here beyond `Arithmetic`: functions that give new arrays."""

    def __init__(self, like: Tensor) -> None:
        super().__init__(like)
        self.mul = np.ndarray.dot if self.on_cpu else torch.mm
        self.zero = self.zeros()
        self.larger = np.maximum if self.on_cpu else torch.maximum

    def relu(self, array: Array) -> Array:
        return self.larger(array, self.zero)

    def join(self, arrays: list[Array]) -> Array:
        """Arrays side by side along the last axis."""
        return np.concatenate(arrays, -1) if self.on_cpu else torch.cat(arrays, -1)


class _Pointwise:
    """A 1x1 convolution with grouped mask B: one matrix per run, from the runs up to it and a constant 1."""

    def __init__(self, conv: MaskedConv2d, xp: _Arithmetic) -> None:
        weight, groups = (conv.weight * conv.mask)[:, :, 0, 0], conv.groups
        out, into = (len(weight) // groups, weight.shape[1] // groups)
        self.weights = [xp.array(weight[j * out : (j + 1) * out, : (j + 1) * into].T) for j in range(groups)]
        self.biases = [xp.array(bias) for bias in conv.bias.chunk(groups)]
        self.into = [into * (j + 1) for j in range(groups)]


class _Conv:
    """A masked k x k convolution whose input becomes known run by run, pixel by pixel."""

    def __init__(self, conv: MaskedConv2d, width: int, n: int, xp: _Arithmetic) -> None:
        taps = (conv.weight * conv.mask).permute(2, 3, 1, 0)  # (rows, k, C_in, C_out)
        rows, k, self.channels, out = taps.shape
        self.pad, self.n, self.width, self.xp = rows - 1, n, width, xp
        self.over = xp.array(taps[:-1].flatten(0, 2)) if rows > 1 else None
        self.left = xp.array(taps[-1, : self.pad].flatten(0, 1))  # (pad * C_in, C_out)
        self.centre = [xp.array(part) for part in taps[-1, self.pad].chunk(conv.groups, 1)]
        self.bias = xp.array(conv.bias)
        self.rows = [xp.zeros(width + 2 * self.pad, n, self.channels) for _ in range(rows)]
        self.above = xp.zeros(width, n, out)
        self.above[:] = self.bias
        self.run = out // conv.groups

    def begin(self, j: int) -> None:
        """Column j: everything of the result that comes from other pixels."""
        seen = self.rows[-1][j : j + self.pad].swapaxes(0, 1).reshape(self.n, -1)
        self.total = self.above[j] + self.xp.mul(seen, self.left)
        self.now = self.rows[-1][j + self.pad]  # (n, C_in), to be written by the caller

    def __call__(self, group: int, known: int) -> Array:
        """Run `group` of the result, with so many input features of the pixel itself known."""
        part = self.total[:, group * self.run : (group + 1) * self.run]
        return part + self.xp.mul(self.now[:, :known], self.centre[group][:known]) if known else part

    def end_row(self) -> None:
        """Move one row down: what was current is now above."""
        for upper, lower in zip(self.rows[:-1], self.rows[1:], strict=True):
            upper[:] = lower
        windows = [row[t : t + self.width] for row in self.rows[:-1] for t in range(2 * self.pad + 1)]
        inputs = self.xp.join(windows).reshape(self.width * self.n, -1)
        self.above[:] = self.xp.mul(inputs, self.over).reshape(self.above.shape) + self.bias


class CachedColour:
    """The network of `models.pixel_cnn_rgb.PixelCNNRGB` for n images at a time."""

    def __init__(
        self, first: MaskedConv2d, blocks: Iterable[Any], head: MaskedConv2d, logit: MaskedConv2d, n: int
    ) -> None:
        self.n, self.modules = n, (first, list(blocks), head, logit)
        self.xp = _Arithmetic(first.weight)

    def run(self, height: int, width: int) -> Generator[Tensor, Tensor, None]:
        """`Sequential.incremental`: yields the logits (n, L) of the next sub-pixel, is sent its values (n,)."""
        first, blocks, head, logit = self.modules
        xp, n = self.xp, self.n
        start = _Conv(first, width, n, xp)
        body = [(_Pointwise(b.down, xp), _Conv(b.masked, width, n, xp), _Pointwise(b.up, xp)) for b in blocks]
        last, out = _Pointwise(head, xp), _Pointwise(logit, xp)
        convs = [start, *(conv for _, conv, _ in body)]
        features = len(first.weight)
        # after a relu: what 1x1 convolutions read, so that runs already computed are not computed again
        read = [xp.zeros(n, features) for _ in range(len(body) + 1)]
        hidden = xp.zeros(n, features)
        inner = [xp.zeros(n, conv.channels) for _, conv, _ in body]
        for _ in range(height):
            for j in range(width):
                for conv in convs:
                    conv.begin(j)
                for group in range(first.groups):
                    a, b = group * features // first.groups, (group + 1) * features // first.groups
                    f = start(group, group)
                    for k, (down, conv, up) in enumerate(body):
                        read[k][:, a:b] = xp.relu(f)
                        half = slice(a // 2, b // 2)
                        h = xp.mul(read[k][:, : down.into[group]], down.weights[group]) + down.biases[group]
                        conv.now[:, half] = xp.relu(h)
                        inner[k][:, half] = xp.relu(conv(group, b // 2))
                        f = f + xp.mul(inner[k][:, : up.into[group]], up.weights[group]) + up.biases[group]
                    read[-1][:, a:b] = xp.relu(f)
                    h = xp.mul(read[-1][:, :b], last.weights[group]) + last.biases[group]
                    hidden[:, a:b] = xp.relu(h)
                    values = yield xp.tensor(xp.mul(hidden[:, :b], out.weights[group]) + out.biases[group])
                    start.now[:, group] = xp.values(values)
            for conv in convs:
                conv.end_row()

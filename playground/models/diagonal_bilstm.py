"""Diagonal BiLSTM, the second of the PixelRNNs [1]: two LSTMs that run over the diagonals of the image.

Claim: a state that is handed on from the left pixel and from the pixel above, by one LSTM from the upper left and by
another from the upper right, sees every earlier pixel, in one layer.

    f_0 = conv7x7_A(x)                                      mask A hides the pixel itself, once, at the first layer
    [o, f, i, g] = [sigma, sigma, sigma, tanh](K_1 h_{above} + K_2 h_{left} + K_is f_l)
    c = f * c_{left} + i * g,  h = o * tanh(c)
    y = h_{from the left} + down(h_{from the right})        down: one row lower
    f_{l+1} = f_l + 1x1(y)                                  h -> 2h features
    logit = 1x1(relu(1x1(relu(f_L))))

Shift row i of the image right by i, and a diagonal becomes a column: the 2x1 convolution of the paper reads the left
pixel and the pixel above. The LSTM from the right reads pixels right of its own in the same row, which are not drawn
yet; one row lower, everything it has read is past.

Deviations: h = 24 and 2 layers, a single logit, since pixels are binary; Adam in place of RMSProp. The LSTM from the
right also reads the pixel itself: one row lower that is past, and else the last pixel of a row would stay out of sight
of the next row's beginning, since mask A hides a pixel from its own feature.

[1] van den Oord, Kalchbrenner, Kavukcuoglu. Pixel Recurrent Neural Networks. ICML 2016, arXiv:1601.06759.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.cached_sampling import Arithmetic, Array, CachedConv, Call
from playground.nn.masked import MaskedConv2d
from playground.nn.pixel_lstm import CachedCell, Front, PixelLSTM


class DiagonalLayer(nn.Module):
    """f + 1x1(both LSTMs): f (H, W, B, 2h) and the image x (H, W, B, 1) -> the shape of f."""

    def __init__(self, height: int, width: int, hidden: int) -> None:
        super().__init__()
        self.from_left = nn.Linear(2 * hidden, 4 * hidden)  # K_is is 1x1: nothing to mask
        self.from_right = nn.Linear(2 * hidden, 4 * hidden)
        self.pixel = nn.Linear(1, 4 * hidden, bias=False)
        self.lstm = PixelLSTM(Front.diagonals(height, width), 2, hidden)
        self.up = nn.Linear(hidden, 2 * hidden)
        nn.init.ones_(self.from_left.bias[hidden : 2 * hidden])  # remembers at first
        nn.init.ones_(self.from_right.bias[hidden : 2 * hidden])  # remembers at first

    def forward(self, f: Tensor, x: Tensor) -> Tensor:
        right = self.from_right(f) + self.pixel(x)
        a = torch.stack([self.from_left(f), right.flip(1)])  # (2, H, W, B, 4h)
        left, right = self.lstm(a.flatten(1, 2)).view(2, *f.shape[:3], -1)  # (H, W, B, h) each
        down = F.pad(right.flip(1)[:-1], (0, 0, 0, 0, 0, 0, 1, 0))
        return f + self.up(left + down)


class DiagonalBiLSTM(Autoregressive):
    """LSTMs over the diagonals of a binary image, from the upper left and from the upper right."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        hidden: int = 24
        layers: int = 2

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        height, width, hidden = config.height, config.width, config.hidden
        self.first = MaskedConv2d("A", 1, 2 * hidden, 7)
        self.layers = nn.ModuleList(DiagonalLayer(height, width, hidden) for _ in range(config.layers))
        self.head = nn.Linear(2 * hidden, 2 * hidden)
        self.logit = nn.Linear(2 * hidden, 1)

    def logits(self, x: Tensor) -> Tensor:
        f = self.first(x).permute(2, 3, 0, 1).contiguous()  # (H, W, B, 2h)
        pixels = x.permute(2, 3, 0, 1)  # (H, W, B, 1)
        for layer in self.layers:
            f = layer(f, pixels)
        return self.logit(F.relu(self.head(F.relu(f)))).permute(2, 3, 0, 1)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """One step of every LSTM from the left per pixel; those from the right run when a row is finished."""
        _, height, width = self.shape
        hidden, xp = self.config.hidden, Arithmetic(self.logit.weight)
        first = CachedConv(self.first, width, n, xp)
        cell = CachedCell(hidden, n, xp)
        layers = [CachedLayer(layer, cell, width, n, xp) for layer in self.layers]
        head, logit = (
            xp.affine(self.head, pad=True),
            xp.affine(self.logit),
        )
        head[-1, -1] = 1  # passes the constant on
        f, q, s = xp.zeros(n, 2 * hidden + 1), xp.zeros(n, 2 * hidden + 1), xp.zeros(n, 1)
        relu = (xp.maximum, f, xp.zeros(n, 2 * hidden + 1), q)
        last = [relu, (xp.dot, q, head, f), relu, (xp.dot, q, logit, s)]
        plans = [
            [*first.plan(j, j + 1, q, f), *(call for layer in layers for call in layer.plan(j, f, q)), *last]
            for j in range(width)
        ]
        for _ in range(height):
            for layer in layers:
                layer.begin_row()
            for j, calls in enumerate(plans):
                for function, a, b, out in calls:
                    function(a, b, out)
                first.row[j * n : (j + 1) * n, 0] = xp.values((yield xp.tensor(s[:, 0])))
            for layer in layers:
                layer.end_row(first.row)
            first.end_row()


class CachedLayer:
    """A `DiagonalLayer` in sampling: the states of both directions in the row above, and from the left in this row.

    Column j of a row stands at j n .. (j + 1) n. The step from the left reads [f, 1, h_left, h_above] (n, 4h + 1).
    """

    def __init__(self, layer: DiagonalLayer, cell: CachedCell, width: int, n: int, xp: Arithmetic) -> None:
        self.n, self.width, self.xp, self.cell, self.size = n, width, xp, cell, cell.hidden
        lstm, signs, size, rows = layer.lstm, cell.signs, cell.hidden, width * n
        linear = layer.from_left
        parts = [linear.weight.T, linear.bias[None], lstm.K[0, 1], lstm.K[0, 0]]
        self.left = xp.array(torch.cat(parts) * signs)
        linear = layer.from_right
        self.right = xp.array(torch.cat([linear.weight.T, linear.bias[None], layer.pixel.weight.T]) * signs)
        self.K = xp.array(torch.cat([lstm.K[1, 1], lstm.K[1, 0]]) * signs)  # of [h_right, h_above]
        self.up = xp.affine(layer.up, pad=True)
        self.inputs = xp.ones(rows, 4 * size + 1)
        self.row = xp.ones(rows, 2 * size + 2)  # [f, 1, x] of the whole row, for the LSTM from the right
        self.start = [xp.array(state.expand(n, -1)) for state in (lstm.h_0[0], lstm.c_0[0], lstm.h_0[1], lstm.c_0[1])]
        self.h = xp.array(lstm.h_0[0].expand(rows, -1).clone())  # from the left; before the first row: what is above it
        self.c = xp.zeros(n, size)
        self.h_right = xp.array(lstm.h_0[1].expand(rows, -1).clone())
        self.c_right = xp.zeros(n, size)
        self.pair = xp.zeros(rows, 2 * size)
        self.down = xp.zeros(rows, size)
        self.y = xp.ones(n, size + 1)
        self.z, self.a, self.part = xp.zeros(n, 4 * size), xp.zeros(rows, 4 * size), xp.zeros(n, 4 * size)
        self.backwards = [call for j in reversed(range(width)) for call in self._step_from_right(j)]

    def _at(self, j: int) -> slice:
        return slice(j * self.n, (j + 1) * self.n)

    def begin_row(self) -> None:
        """What stands above is what the row before left behind."""
        size, n = self.size, self.n
        h_0, c_0 = self.start[:2]
        self.inputs[:, 3 * size + 1 :] = self.h
        self.inputs[:n, 2 * size + 1 : 3 * size + 1] = h_0
        self.c[:] = c_0

    def plan(self, j: int, f: Array, q: Array) -> list[Call]:
        """The calls that add this layer's output at column j to f (n, 2h + 1)."""
        xp, size, at = self.xp, self.size, self._at(j)
        h, y, nothing = self.h[at], self.y[:, :-1], xp.zeros()
        calls = [
            (xp.add, f, nothing, self.inputs[at, : 2 * size + 1]),
            (xp.dot, self.inputs[at], self.left, self.z),
            *self.cell.plan(self.z, self.c, self.c, h),
        ]
        if j + 1 < self.width:
            calls.append((xp.add, h, nothing, self.inputs[self._at(j + 1), 2 * size + 1 : 3 * size + 1]))
        return [*calls, (xp.add, h, self.down[at], y), (xp.dot, self.y, self.up, q), (xp.add, f, q, f)]

    def _step_from_right(self, j: int) -> list[Call]:
        xp, size, at = self.xp, self.size, self._at(j)
        h, pair = self.h_right[at], self.pair[at]  # h still holds the state above
        beside = self.start[2] if j + 1 == self.width else self.h_right[self._at(j + 1)]
        return [
            (xp.add, beside, xp.zeros(), pair[:, :size]),
            (xp.dot, pair, self.K, self.part),
            (xp.add, self.a[at], self.part, self.z),
            *self.cell.plan(self.z, self.c_right, self.c_right, h),
        ]

    def end_row(self, pixels: Array) -> None:
        """The LSTM from the right over the finished row: what the next row is given from it."""
        size = self.size
        self.row[:, : 2 * size + 1] = self.inputs[:, : 2 * size + 1]
        self.row[:, 2 * size + 1 :] = pixels
        self.xp.dot(self.row, self.right, self.a)
        self.pair[:, size:] = self.h_right
        self.c_right[:] = self.start[3]
        for function, a, b, out in self.backwards:
            function(a, b, out)
        self.down[:] = self.h_right

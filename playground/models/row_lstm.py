"""Row LSTM, the first of the PixelRNNs [1]: an LSTM that runs down the image, one whole row per step.

Claim: a convolutional LSTM over rows gives a pixel a past without a fixed border: its state sums up a triangle of
earlier pixels that grows wider with every row above.

    f_0 = conv7x7_A(x)                                      mask A hides the pixel itself, once, at the first layer
    [o, f, i, g] = [sigma, sigma, sigma, tanh](K_ss * h_{row above} + K_is * f_l)
    c = f * c_{row above} + i * g,  h = o * tanh(c)
    f_{l+1} = f_l + 1x1(h)                                  h -> 2h features
    logit = 1x1(relu(1x1(relu(f_L))))

K_is is 3 wide with mask B: it reads this row, so what is right of the pixel is hidden. K_ss is 3 wide and unmasked: it
reads the row above, which is finished. The triangle misses what lies further to the sides in the rows above.

Deviations: h = 24 and 3 layers, a single logit, since pixels are binary; Adam in place of RMSProp.

[1] van den Oord, Kalchbrenner, Kavukcuoglu. Pixel Recurrent Neural Networks. ICML 2016, arXiv:1601.06759.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.cached_sampling import Arithmetic, Array, CachedConv, Call, RowSoFar, RowWindow, raster
from playground.nn.masked import MaskedConv2d
from playground.nn.pixel_lstm import CachedCell, Front, PixelLSTM


class RowLayer(nn.Module):
    """f + 1x1(LSTM over rows), (H, W, B, 2h) -> the same shape."""

    def __init__(self, height: int, width: int, hidden: int) -> None:
        super().__init__()
        # K_is with mask B: the two taps that it leaves, the left neighbour and the pixel itself.
        self.left = nn.Linear(2 * hidden, 4 * hidden, bias=False)
        self.here = nn.Linear(2 * hidden, 4 * hidden)
        self.lstm = PixelLSTM(Front.rows(height, width), 1, hidden)
        self.up = nn.Linear(hidden, 2 * hidden)
        nn.init.ones_(self.here.bias[hidden : 2 * hidden])  # remembers at first

    def forward(self, f: Tensor) -> Tensor:
        a = self.here(f) + F.pad(self.left(f[:, :-1]), (0, 0, 0, 0, 1, 0))  # (H, W, B, 4h)
        h = self.lstm(a.flatten(0, 1)[None])  # (1, H * W, B, h)
        return f + self.up(h[0]).view_as(f)


class RowLSTM(Autoregressive):
    """Convolutional LSTMs over the rows of a binary image."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        hidden: int = 24
        layers: int = 3

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        height, width, hidden = config.height, config.width, config.hidden
        self.first = MaskedConv2d("A", 1, 2 * hidden, 7)
        self.layers = nn.ModuleList(RowLayer(height, width, hidden) for _ in range(config.layers))
        self.head = nn.Linear(2 * hidden, 2 * hidden)
        self.logit = nn.Linear(2 * hidden, 1)

    def logits(self, x: Tensor) -> Tensor:
        f = self.first(x).permute(2, 3, 0, 1).contiguous()  # (H, W, B, 2h)
        for layer in self.layers:
            f = layer(f)
        return self.logit(F.relu(self.head(F.relu(f)))).permute(2, 3, 0, 1)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """What the states above contribute once per row, the rest where it is needed (`nn.cached_sampling`)."""
        _, height, width = self.shape
        hidden, xp = self.config.hidden, Arithmetic(self.logit.weight)
        first = CachedConv(self.first, width, n, xp)
        cell = CachedCell(hidden, width * n, xp)
        layers = [CachedLayer(layer, cell, width, n, xp) for layer in self.layers]
        head, logit = (
            xp.affine(self.head, pad=True),
            xp.affine(self.logit),
        )
        head[-1, -1] = 1  # passes the constant on
        # f and its relu end in the constant 1, h carries one for the bias of `up`
        features = (2 * hidden + 1, 2 * hidden + 1, 4 * hidden, 4 * hidden, 1)
        whole, zeros = [xp.zeros(width * n, count) for count in features], xp.zeros(width * n, 2 * hidden + 1)

        def plan(j: int, e: int) -> tuple[list[Call], Array]:
            f, q, z, part, s = (a[: (e - j) * n] for a in whole)
            relu = [(xp.maximum, f, zeros[: len(f)], q)]
            calls = first.plan(j, e, q, f)
            for layer in layers:
                calls += layer.plan(j, e, f, q, z, part)
            return [*calls, *relu, (xp.dot, q, head, f), *relu, (xp.dot, q, logit, s)], s

        def end_row() -> None:
            first.end_row()
            for layer in layers:
                layer.end_row()

        yield from raster(plan, end_row, first.row, height, n, xp)


class CachedLayer:
    """A `RowLayer` in sampling: its states of the row above, and its inputs of the row so far."""

    def __init__(self, layer: RowLayer, cell: CachedCell, width: int, n: int, xp: Arithmetic) -> None:
        K, h_0, c_0 = layer.lstm.K[0], layer.lstm.h_0[0], layer.lstm.c_0[0]
        self.n, self.xp, self.cell = n, xp, cell
        taps = [F.pad(linear.weight.T * cell.signs, (0, 0, 0, 1)) for linear in (layer.left, layer.here)]
        self.here = RowSoFar(taps, 0, width, n, xp)  # the constant that f ends in counts for nothing
        self.above = RowWindow((K * cell.signs)[None], layer.here.bias * cell.signs, width, n, xp, outside=h_0)
        self.up = xp.affine(layer.up, pad=True)
        self.c, self.new_c = (xp.array(c_0.expand(width * n, -1).clone()) for _ in range(2))
        self.h = xp.ones(width * n, len(c_0) + 1)

    def plan(self, j: int, e: int, f: Array, q: Array, z: Array, part: Array) -> list[Call]:
        """The calls that add this layer's output at columns j..e-1 to f (., 2h + 1)."""
        xp, here = self.xp, slice(j * self.n, e * self.n)
        h = self.h[here]
        return [
            (xp.add, f, xp.zeros(), self.here.row[here]),
            *self.here.plan(j, e, self.above.out, part, z),
            *self.cell.plan(z, self.c[here], self.new_c[here], h[:, :-1]),
            (xp.dot, h, self.up, q),
            (xp.add, f, q, f),
        ]

    def end_row(self) -> None:
        self.above.push(self.h[:, :-1])
        self.c[:] = self.new_c

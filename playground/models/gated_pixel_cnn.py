"""Gated PixelCNN [1]: two stacks of convolutions that together see every earlier pixel, and multiplicative gates.

Claim: PixelCNN's blind spot goes away when the rows above are read by a stack of their own, which needs no mask inside
a row; gates tanh(f) * sigma(g) in place of relu let the layers multiply, as the LSTMs of PixelRNN do.

    v_l = gate(conv_{rows <= i}(v_{l-1}))                             vertical stack: its own row is included ...
    a   = conv_{columns <= j}(h_{l-1}) + 1x1(down(conv_v))            ... so it is handed over from one row above
    h_l = h_{l-1} + 1x1(gate(a))                                      horizontal stack, the only one with a residual
    gate(a) = tanh(a_1) * sigma(a_2)

conv_v is the vertical stack before its gate. The first layer reads pixels: 7 wide, columns < j (mask A), no residual.

Deviations: h = 24 and 12 layers, a single logit, since pixels are binary; no conditioning. `down` shifts in zeros after
the 1x1 convolution, so nothing, not even a bias, comes from above the image.

[1] van den Oord, Kalchbrenner, Vinyals, Espeholt, Graves, Kavukcuoglu. Conditional Image Generation with PixelCNN
Decoders. NIPS 2016, arXiv:1606.05328.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.cached_sampling import Arithmetic, Array, Call, RowSoFar, RowWindow, raster
from playground.nn.gated import gate
from playground.nn.masked import RowConv2d


class GatedLayer(nn.Module):
    """One step of both stacks: v, h (B, C, H, W) -> v, h (B, hidden, H, W). first: v and h are the image itself."""

    def __init__(self, channels: int, hidden: int, kernel_size: int, first: bool = False) -> None:
        super().__init__()
        pad = kernel_size // 2
        self.vertical = RowConv2d(channels, 2 * hidden, rows=pad + 1, left=pad, right=pad)
        self.horizontal = RowConv2d(channels, 2 * hidden, rows=1, left=pad, right=-1 if first else 0)
        self.link = nn.Conv2d(2 * hidden, 2 * hidden, 1)
        self.out = nn.Conv2d(hidden, hidden, 1)
        self.first = first

    def forward(self, v: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        f = self.vertical(v)  # (B, 2 hidden, H, W): rows <= i
        down = F.pad(self.link(f)[..., :-1, :], (0, 0, 1, 0))  # rows < i
        new = self.out(gate(self.horizontal(h) + down))
        return gate(f), new if self.first else h + new


class GatedPixelCNN(Autoregressive):
    """A vertical and a horizontal stack over binary pixels in raster order."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        hidden: int = 24
        layers: int = 12

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        hidden = config.hidden
        self.layers = nn.ModuleList([GatedLayer(1, hidden, 7, first=True)])
        self.layers.extend(GatedLayer(hidden, hidden, 3) for _ in range(config.layers - 1))
        self.head = nn.Conv2d(hidden, 2 * hidden, 1)
        self.logit = nn.Conv2d(2 * hidden, 1, 1)

    def logits(self, x: Tensor) -> Tensor:
        v = h = x
        for layer in self.layers:
            v, h = layer(v, h)
        return self.logit(F.relu(self.head(F.relu(h))))

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """The vertical stack once per row, the horizontal one where it is needed (`nn.cached_sampling`)."""
        _, height, width = self.shape
        hidden, xp = self.config.hidden, Arithmetic(self.logit.weight)
        layers = [CachedLayer(layer, width, n, xp) for layer in self.layers]
        head, logit = (
            xp.affine(self.head, pad=True),
            xp.affine(self.logit),
        )
        head[-1, -1] = 1  # passes the constant on
        features = (2 * hidden, 2 * hidden, hidden, hidden + 1, hidden, hidden + 1, 2 * hidden + 1, 1)
        whole = [xp.zeros(width * n, count) for count in features]
        one, zeros = xp.ones(width * n, hidden), xp.zeros(width * n, 2 * hidden + 1)
        whole[3][:, -1] = whole[5][:, -1] = 1  # the constants that carry biases

        def plan(j: int, e: int) -> tuple[list[Call], Array]:
            a, part, t, q, h, f, g, s = (array[: (e - j) * n] for array in whole)
            calls = []
            for l, layer in enumerate(layers):
                calls += layer.here.plan(j, e, layer.above, part, a)
                calls += layer.gate(a, t, q[:, :hidden], one[: (e - j) * n])
                row = layers[l + 1].here.row[j * n : e * n] if l + 1 < len(layers) else h
                calls.append((xp.dot, q, layer.out, row))
                if l:
                    calls.append((xp.add, row, layer.here.row[j * n : e * n], row))
            calls += [(xp.maximum, h, zeros[: len(h), :hidden], f[:, :hidden]), (xp.dot, f, head, g)]
            return [*calls, (xp.maximum, g, zeros[: len(g)], g), (xp.dot, g, logit, s)], s

        def end_row() -> None:
            v = layers[0].here.row  # the pixels
            for layer in layers:
                v = layer.end_row(v)

        yield from raster(plan, end_row, layers[0].here.row, height, n, xp)


class CachedLayer:
    """A `GatedLayer` in sampling. above (W * n, 2 hidden): what the horizontal stack gets from the rows above."""

    def __init__(self, layer: GatedLayer, width: int, n: int, xp: Arithmetic) -> None:
        self.xp, self.hidden = xp, layer.out.in_channels
        vertical, horizontal = layer.vertical, layer.horizontal
        sign = layer.link.bias.new_ones(2 * self.hidden)
        sign[self.hidden :] = -1  # -a_2 is what sigma's exp needs, so it is what these weights compute
        taps = list(horizontal.weight[:, :, 0].permute(2, 1, 0) * sign)  # (C, 2 hidden) each, from the left
        self.here = RowSoFar(taps, 1 if layer.first else 0, width, n, xp)
        weight = vertical.weight.permute(2, 3, 1, 0) * sign
        self.window = RowWindow(weight, vertical.bias * sign, width, n, xp)
        self.link = xp.array(sign[:, None] * layer.link.weight.flatten(1).T * sign)
        self.bias = xp.array(((layer.link.bias + horizontal.bias) * sign).expand(width * n, -1))
        self.above = xp.array((horizontal.bias * sign).expand(width * n, -1).clone())
        self.out = xp.affine(layer.out)
        self.v, self.t = xp.zeros(width * n, self.hidden), xp.zeros(width * n, self.hidden)
        self.one = xp.ones(width * n, self.hidden)

    def gate(self, a: Array, t: Array, out: Array, one: Array) -> list[Call]:
        """The calls that write tanh(a_1) * sigma(a_2) = tanh(a_1) / (1 + exp(-a_2)) to out, for a = (a_1, -a_2)."""
        xp, size = self.xp, self.hidden
        return [
            (xp.exp, a[:, size:], one, t),
            (xp.add, t, one, t),
            (xp.tanh, a[:, :size], one, out),
            (xp.divide, out, t, out),
        ]

    def end_row(self, v: Array) -> Array:
        """Take the finished row v (W * n, C) of the layer below; returns this layer's vertical features."""
        self.window.push(v)
        f = self.window.out
        self.xp.dot(f, self.link, self.above)
        self.xp.add(self.above, self.bias, self.above)
        for function, a, b, out in self.gate(f, self.t, self.v, self.one):
            function(a, b, out)
        return self.v

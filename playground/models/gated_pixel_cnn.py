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

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
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

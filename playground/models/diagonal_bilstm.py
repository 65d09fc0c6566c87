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

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.masked import MaskedConv2d
from playground.nn.pixel_lstm import Front, PixelLSTM


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

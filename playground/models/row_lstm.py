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

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.masked import MaskedConv2d
from playground.nn.pixel_lstm import Front, PixelLSTM


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

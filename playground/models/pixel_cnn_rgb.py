"""PixelCNN in colour: R, then G given R, then B given R and G, pixel after pixel [1].

Claim: the 256^3 - 1 numbers of one pixel's distribution become three conditionals of one channel each; nothing is lost:

    p(x) = prod_i p(R_i | x_<i) p(G_i | x_<i, R_i) p(B_i | x_<i, R_i, G_i)

    f_0 = conv7x7_A(x),   f_l = f_{l-1} + 1x1_B(relu(3x3_B(relu(1x1_B(relu(f_{l-1}))))))
    logits of R, G, B = 1x1_B(relu(1x1_B(relu(f_L)))),   L levels each, softmax

Every map of features is cut into three runs, for R, G and B. Of the pixel itself run j sees the runs i < j (mask A, the
first layer) or i <= j (mask B, all others, the 1x1 convolutions too); of earlier pixels it sees everything.

Deviations: 8 levels per channel instead of 256, 8 hidden features per channel, 10 blocks. Leaving out the masks between
the channels of one pixel is a common fault of public implementations: G and B then see themselves or each other.

[1] van den Oord, Kalchbrenner, Kavukcuoglu. Pixel Recurrent Neural Networks. ICML 2016, arXiv:1601.06759.

Axis letters: B images, C = 3 channels, H, W, L levels; D = 3 H W sub-pixels in their order.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Sequential
from playground.nn.cached_colour import CachedColour
from playground.nn.masked import MaskedConv2d

CHANNELS = 3


class ResidualBlock(nn.Module):
    """x + 1x1_B(relu(3x3_B(relu(1x1_B(relu(x)))))), (B, 6h, H, W) -> the same shape."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        inner, outer = CHANNELS * hidden, 2 * CHANNELS * hidden
        self.down = MaskedConv2d("B", outer, inner, 1, groups=CHANNELS)
        self.masked = MaskedConv2d("B", inner, inner, 3, groups=CHANNELS)
        self.up = MaskedConv2d("B", inner, outer, 1, groups=CHANNELS)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.up(F.relu(self.masked(F.relu(self.down(F.relu(x))))))


class PixelCNNRGB(Sequential):
    """Masked convolutions over sub-pixels: raster order, and R, G, B in each pixel."""

    @dataclass(frozen=True)
    class Config:
        """hidden: h features per channel inside a block, 2h between blocks."""

        height: int = 28
        width: int = 28
        levels: int = 8
        hidden: int = 8
        blocks: int = 10

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config, CHANNELS)
        pixels, width = config.height * config.width, 2 * CHANNELS * config.hidden
        # in order: R, G, B of the first pixel, R, G, B of the second...; in memory all of R stand before all of G
        self.order = torch.arange(CHANNELS * pixels).view(CHANNELS, pixels).T.flatten()
        self.first = MaskedConv2d("A", CHANNELS, width, 7, groups=CHANNELS)
        self.blocks = nn.ModuleList(ResidualBlock(config.hidden) for _ in range(config.blocks))
        self.head = MaskedConv2d("B", width, width, 1, groups=CHANNELS)
        self.logit = MaskedConv2d("B", width, CHANNELS * config.levels, 1, groups=CHANNELS)

    def outputs(self, x: Tensor) -> Tensor:
        """Logits of every sub-pixel's levels: x (B, 3, H, W) in {0, 1/(L-1), ..., 1} -> (B, 3, H, W, L)."""
        f = self.first(x)  # (B, 6h, H, W)
        for block in self.blocks:
            f = block(f)
        logits = self.logit(F.relu(self.head(F.relu(f))))  # (B, 3L, H, W)
        return logits.unflatten(1, (CHANNELS, -1)).movedim(2, -1)

    def levels(self, x: Tensor) -> Tensor:
        """The level 0..L-1 of every value, int64."""
        return (x * (self.config.levels - 1)).round().long()

    def log_terms(self, x: Tensor) -> Tensor:
        """log p of every sub-pixel given all before it, in nats and in order: (B, 3, H, W) -> (B, D)."""
        logits = self.outputs(x)
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        terms = logits.log_softmax(-1).gather(-1, self.levels(x).unsqueeze(-1)).squeeze(-1)
        return terms.flatten(1)[:, self.order]

    def log_prob(self, x: Tensor) -> Tensor:
        """log p(x) in nats: x (B, 3, H, W) in {0, 1/(L-1), ..., 1} -> (B,)."""
        return self.log_terms(x).sum(1)

    def conditionals(self, x: Tensor) -> Tensor:
        """p(level | all before it) of every sub-pixel in order: x (B, 3, H, W) -> (B, D, L)."""
        return self.outputs(x).flatten(1, 3)[:, self.order].softmax(-1)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """The network where it is needed only, every layer's earlier inputs kept (`nn.cached_colour`)."""
        return CachedColour(self.first, self.blocks, self.head, self.logit, n).run(*self.shape[1:])

    def _choose(self, output: Tensor, u: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """The level at which the cumulated probability passes u; at temperature 0 the likeliest. Keeps p, (n, L)."""
        last = self.config.levels - 1
        if temperature == 0:
            p = F.one_hot(output.argmax(-1), last + 1).to(output.dtype)
        else:
            p = (output / temperature).softmax(-1)
        level = (u.unsqueeze(-1) >= p.cumsum(-1)[..., :-1]).sum(-1)
        return level.to(p.dtype) / last, p

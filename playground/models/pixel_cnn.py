"""PixelCNN [1]: all conditionals of an image in one pass of masked convolutions.

Claim: a convolution whose kernel hides the pixel itself and everything after it, in raster order, turns a plain network
into p(x) = prod_i p(x_i | x_<i); training needs one pass per image, sampling one pass per pixel.

    f_0 = conv7x7_A(x)                                   mask A hides the centre, once, at the first layer
    f_l = f_{l-1} + 1x1(relu(3x3_B(relu(1x1(relu(f_{l-1}))))))      2h -> h -> h -> 2h, mask B
    logit = 1x1(relu(1x1(relu(f_L))))

Deviations: h = 16 and 15 blocks (the size used for MNIST by others), a single logit instead of a 256-way softmax, since
pixels are binary. The stack of 3x3 masks leaves a blind spot: a wedge to the right in earlier rows is never seen.

[1] van den Oord, Kalchbrenner, Kavukcuoglu. Pixel Recurrent Neural Networks. ICML 2016, arXiv:1601.06759.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Autoregressive
from playground.nn.cached_sampling import Arithmetic, Array, CachedConv, Call, raster
from playground.nn.masked import MaskedConv2d


class ResidualBlock(nn.Module):
    """x + 1x1(relu(3x3_B(relu(1x1(relu(x)))))), (B, 2h, H, W) -> the same shape."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.down = nn.Conv2d(2 * hidden, hidden, 1)
        self.masked = MaskedConv2d("B", hidden, hidden, 3)
        self.up = nn.Conv2d(hidden, 2 * hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.up(F.relu(self.masked(F.relu(self.down(F.relu(x))))))


class PixelCNN(Autoregressive):
    """Masked convolutions over binary pixels in raster order."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        hidden: int = 16
        blocks: int = 15

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        width = 2 * config.hidden
        self.first = MaskedConv2d("A", 1, width, 7)
        self.blocks = nn.ModuleList(ResidualBlock(config.hidden) for _ in range(config.blocks))
        self.head = nn.Conv2d(width, width, 1)
        self.logit = nn.Conv2d(width, 1, 1)

    def logits(self, x: Tensor) -> Tensor:
        f = self.first(x)  # (B, 2h, H, W)
        for block in self.blocks:
            f = block(f)
        return self.logit(F.relu(self.head(F.relu(f))))

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """The network where it is needed only, every layer's earlier inputs kept (`nn.cached_sampling`)."""
        _, height, width = self.shape
        hidden, xp = self.config.hidden, Arithmetic(self.logit.weight)
        dot, add, maximum = xp.dot, xp.add, xp.maximum
        first = CachedConv(self.first, width, n, xp)
        # (1x1 down, masked conv, 1x1 up) per block; the last feature of each is the constant 1
        blocks = [
            (
                xp.affine(b.down),
                CachedConv(b.masked, width, n, xp),
                xp.affine(b.up, pad=True),
            )
            for b in self.blocks
        ]
        head, logit = (
            xp.affine(self.head, pad=True),
            xp.affine(self.logit),
        )
        head[-1, -1] = 1  # passes the constant on
        features = (2 * hidden + 1, 2 * hidden + 1, hidden + 1, hidden + 1, 1)
        whole = [xp.zeros(width * n, count) for count in features]
        # a relu against an array of zeros takes a third of the time of one against a single zero
        zeros = [xp.zeros(width * n, count) for count in (2 * hidden + 1, hidden + 1, hidden)]

        def plan(j: int, e: int) -> tuple[list[Call], Array]:
            f, q, g, part, s = (a[: (e - j) * n] for a in whole)
            none_f, none_g, none_h = (a[: (e - j) * n] for a in zeros)
            calls = first.plan(j, e, q, f)
            for down, masked, up in blocks:
                h = masked.row[j * n : e * n]
                calls += [(maximum, f, none_f, q), (dot, q, down, h), (maximum, h, none_h, h)]
                calls += masked.plan(j, e, part, g)
                calls += [(maximum, g, none_g, g), (dot, g, up, q), (add, f, q, f)]
            calls += [(maximum, f, none_f, q), (dot, q, head, f), (maximum, f, none_f, q), (dot, q, logit, s)]
            return calls, s

        def end_row() -> None:
            for conv in (first, *(masked for _, masked, _ in blocks)):
                conv.end_row()

        yield from raster(plan, end_row, first.row, height, n, xp)

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
from playground.nn.cached_sampling import Arithmetic, Array, CachedConv, raster
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
        blocks = [(xp.affine(b.down), CachedConv(b.masked, width, n, xp), xp.residual(b.up)) for b in self.blocks]
        head, logit = xp.residual(self.head), xp.affine(self.logit)
        head[-1, -1] = 1  # passes the constant on
        whole = [xp.zeros(width * n, features) for features in (2 * hidden + 1, 2 * hidden + 1, hidden + 1, 1)]
        zero = xp.zeros()

        def network(j: int, e: int) -> Array:
            f, q, g, s = (a[: (e - j) * n] for a in whole)
            first(j, e, f)
            for down, masked, up in blocks:
                h = masked.row[j * n : e * n]
                dot(maximum(f, zero, out=q), down, out=h)
                maximum(h, zero, out=h)
                masked(j, e, g)
                dot(maximum(g, zero, out=g), up, out=q)
                add(f, q, out=f)
            dot(maximum(f, zero, out=q), head, out=f)
            return dot(maximum(f, zero, out=q), logit, out=s)

        yield from raster(network, first, [masked for _, masked, _ in blocks], height, xp)

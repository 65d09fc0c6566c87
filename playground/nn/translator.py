"""Networks that turn pictures into pictures, and those that judge them patch by patch.

    generator   c7s1-w, down 2w, down 4w, n residual blocks, up 2w, up w, c7s1-3        of CycleGAN [1], after [2]
    critic      w, 2w, 4w, ... with stride 2, then one score for each patch               PatchGAN, [1] and [3]

All of it fully convolutional: the same weights take pictures of any size that is a multiple of four.

[1] Zhu, Park, Isola, Efros. ICCV 2017, arXiv:1703.10593.
[2] Johnson, Alahi, Fei-Fei. ECCV 2016, arXiv:1603.08155.
[3] Isola, Zhu, Zhou, Efros. CVPR 2017, arXiv:1611.07004.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """x + norm(conv(relu(norm(conv(x))))), 3 x 3 convolutions. padding_mode: "reflect" or "zeros"."""

    def __init__(self, width: int, padding_mode: str, affine: bool) -> None:
        super().__init__()
        options = {"padding": 1, "padding_mode": padding_mode, "bias": False}
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, **options),
            nn.InstanceNorm2d(width, affine=affine),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, **options),
            nn.InstanceNorm2d(width, affine=affine),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class TranslatorNet(nn.Module):
    """Pictures (B, inputs, H, W) -> pictures (B, outputs, H, W) in [-1, 1].

    width: channels of the first layer. blocks: residual blocks at the lowest resolution, 6 for 128 px, 9 for 256.
    halvings: how often the resolution is halved before the blocks.
    padding_mode: "reflect" as in CycleGAN; "zeros" where a label comes in as constant maps, which instance
    normalization would otherwise take away without a trace. affine: whether the normalization learns scale and shift.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        width: int,
        blocks: int,
        padding_mode: str = "reflect",
        affine: bool = False,
        halvings: int = 2,
    ) -> None:
        super().__init__()
        ends = {"padding": 3, "padding_mode": padding_mode}
        layers: list[nn.Module] = [nn.Conv2d(inputs, width, 7, bias=False, **ends), *_after(width, affine)]
        widths = [width * 2**k for k in range(halvings)]
        for w in widths:
            layers += [nn.Conv2d(w, 2 * w, 3, 2, 1, bias=False), *_after(2 * w, affine)]
        layers += [Residual(width * 2**halvings, padding_mode, affine) for _ in range(blocks)]
        for w in reversed(widths):
            layers += [nn.ConvTranspose2d(2 * w, w, 3, 2, 1, 1, bias=False), *_after(w, affine)]
        layers += [nn.Conv2d(width, outputs, 7, **ends), nn.Tanh()]
        self.layers = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class PatchCritic(nn.Module):
    """Pictures (B, C, H, W) -> one logit per patch, (B, 1, h, w).

    steps: layers of stride 2; 3 of them and one more layer see 70 x 70 pixels, as in the paper; 2 see 34 x 34, 1 sees
    16 x 16. norm: instance normalization behind all layers but the first.
    """

    def __init__(self, inputs: int, width: int, steps: int, norm: bool = True) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Conv2d(inputs, width, 4, 2, 1), nn.LeakyReLU(0.2)]
        w = width
        for k in range(1, steps + 1):
            stride, out = (2 if k < steps else 1), min(2 * w, 8 * width)
            layers += [nn.Conv2d(w, out, 4, stride, 1, bias=not norm)]
            layers += [nn.InstanceNorm2d(out)] if norm else []
            layers += [nn.LeakyReLU(0.2)]
            w = out
        self.layers = nn.Sequential(*layers, nn.Conv2d(w, 1, 4, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


def receptive_field(steps: int) -> int:
    """Pixels that one patch of `PatchCritic` sees, per side."""
    size = 1
    for stride in (1, 1, *(2,) * steps):  # from the last layer back
        size = (size - 1) * stride + 4
    return size


def check_side(side: int) -> None:
    """Raises ValueError unless photographs of this many pixels a side can be translated."""
    if not 64 <= side <= 256 or side % 16:
        raise ValueError(f"expected a side of 64 to 256 pixels that is a multiple of 16, got {side}")


def initialize(module: nn.Module, std: float = 0.02) -> None:
    """N(0, 0.02) for every convolution, as in CycleGAN; for `nn.Module.apply`."""
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(module.weight, 0.0, std)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def _after(width: int, affine: bool) -> list[nn.Module]:
    return [nn.InstanceNorm2d(width, affine=affine), nn.ReLU()]


class ImagePool:
    """The last generated pictures, so that a critic does not forget what it has seen [4].

    Until `size` pictures are in it, each one that comes is kept and handed back. Then, for each, half the time it goes
    back as it is, and half the time an older one, drawn at random, goes back and gives it its place. What it holds is
    two tensors, so that a checkpoint can keep them.

    [4] Shrivastava et al. CVPR 2017, arXiv:1612.07828.
    """

    def __init__(self, size: int = 50) -> None:
        self.size = size
        self.kept: Tensor | None = None  # (k, C, H, W), k <= size

    def query(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Pictures (B, C, H, W) in, as many pictures out, new and old; none of them carries a gradient."""
        if self.size == 0:
            return x.detach()
        return torch.stack([self._one(picture, generator) for picture in x.detach()])

    def _one(self, picture: Tensor, generator: torch.Generator | None) -> Tensor:
        count = 0 if self.kept is None else len(self.kept)
        if count < self.size:
            # a copy: whoever changes the picture later must not change what the pool remembers
            new = picture.clone()[None]
            self.kept = new if self.kept is None else torch.cat([self.kept, new])
            return picture
        if torch.rand((), generator=generator, device=picture.device) < 0.5:
            return picture
        at = int(torch.randint(count, (), generator=generator, device=picture.device))
        old = self.kept[at].clone()
        self.kept[at] = picture
        return old

"""Digits in six styles, 32 x 32 in colour: domains to translate between whose truth is known.

A picture is a digit and a scene. The scene (`Looks`: light, relief of the ground, direction and width of stripes) is
drawn apart from the style, so the same digit in the same scene can be painted in every style: what a translator should
have made. Nobody trains on such pairs; they are kept for measuring. `Unpaired` gives each style source digits of its
own.

    coat      a brown digit on a meadow, as a horse         zebra     black and white stripes on the same meadow
    summer    an orange digit, green below a blue sky       winter    a dark blue digit, snow below a grey sky
    outline   its edge in ink on paper                      checker   red and yellow squares on slate

The stripes of a zebra cannot be read off a horse: two paintings that differ in nothing else are a distance apart that
no translator can go below on average: `Paired.truth_floor`.

Axis letters: B pictures, S styles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor

from playground.data import mnist
from playground.data.batches import Source

SIDE = 32
STYLES = ("coat", "zebra", "summer", "winter", "outline", "checker")
RELIEF = 5  # knots of the ground's relief per side
HORIZON = 0.55  # share of the height that is sky


@dataclass(frozen=True)
class Looks:
    """Scenes of B pictures. light (B,) in [0.85, 1.1]: brightness. relief (B, 1, 5, 5) in [-1, 1]: the ground's.
    angle (B,) in [0, pi), period (B,) in [4, 7] pixels and phase (B,) in [0, 1): of stripes."""

    light: Tensor
    relief: Tensor
    angle: Tensor
    period: Tensor
    phase: Tensor

    def __getitem__(self, rows: Tensor | slice) -> Looks:
        return Looks(*(getattr(self, field.name)[rows] for field in fields(self)))

    def restriped(self, generator: torch.Generator | None = None) -> Looks:
        """The same scenes with other stripes."""
        other = draw_looks(len(self.light), generator)
        return Looks(self.light, self.relief, other.angle, other.period, other.phase)


def draw_looks(n: int, generator: torch.Generator | None = None) -> Looks:
    """n scenes."""
    u = torch.rand(4, n, generator=generator)
    relief = torch.rand(n, 1, RELIEF, RELIEF, generator=generator) * 2 - 1
    return Looks(0.85 + 0.25 * u[0], relief, math.pi * u[1], 4 + 3 * u[2], u[3])


def masks(images: Tensor) -> Tensor:
    """Digits uint8 (B, 1, 28, 28) -> how much of a pixel is ink, (B, 1, 32, 32) in [0, 1]."""
    return F.pad(mnist.grey(images), (2, 2, 2, 2))


def paint(mask: Tensor, style: str, looks: Looks) -> Tensor:
    """Digits (B, 1, 32, 32) in [0, 1] in one of STYLES and in their scenes: (B, 3, 32, 32) in [0, 1]."""
    if style not in PAINTERS:
        raise ValueError(f"expected a style of {STYLES}, got {style!r}")
    shape, ink, ground = PAINTERS[style](mask, looks)
    light = looks.light.to(mask)[:, None, None, None]
    return (torch.lerp(ground, ink, shape) * light).clamp(0, 1)


Painted = tuple[Tensor, Tensor, Tensor]
"""Where the ink is (B, 1, H, W), its colour and the ground's (B, 3, H, W)."""


def _coat(mask: Tensor, looks: Looks) -> Painted:
    shade = 1 + 0.12 * _relief(looks, mask).flip(3)  # a coat is not of one tone
    return mask, _colour(0.40, 0.21, 0.08, mask) * shade, _meadow(mask, looks)


def _zebra(mask: Tensor, looks: Looks) -> Painted:
    light = _colour(0.95, 0.93, 0.88, mask)
    return mask, torch.lerp(_colour(0.08, 0.07, 0.07, mask), light, _stripes(looks, mask)), _meadow(mask, looks)


def _summer(mask: Tensor, looks: Looks) -> Painted:
    ground = _landscape(mask, looks, _colour(0.40, 0.68, 0.93, mask), _colour(0.32, 0.62, 0.22, mask))
    return mask, _colour(0.95, 0.50, 0.10, mask).expand_as(ground), ground


def _winter(mask: Tensor, looks: Looks) -> Painted:
    ground = _landscape(mask, looks, _colour(0.70, 0.73, 0.78, mask), _colour(0.92, 0.94, 0.97, mask))
    return mask, _colour(0.13, 0.20, 0.42, mask).expand_as(ground), ground


def _outline(mask: Tensor, looks: Looks) -> Painted:
    edge = F.max_pool2d(mask, 3, 1, 1) + F.max_pool2d(-mask, 3, 1, 1)  # dilation minus erosion
    ground = _colour(0.93, 0.89, 0.78, mask) * (1 + 0.05 * _relief(looks, mask))
    return edge, _colour(0.15, 0.12, 0.25, mask).expand_as(ground), ground


def _checker(mask: Tensor, looks: Looks) -> Painted:
    row, column = _axes(mask)
    square = ((row // 3 + column // 3) % 2)[None, None]
    ink = torch.lerp(_colour(0.85, 0.12, 0.15, mask), _colour(0.98, 0.82, 0.20, mask), square.to(mask))
    ground = _colour(0.36, 0.42, 0.50, mask) * (1 + 0.12 * _relief(looks, mask))
    return mask, ink.expand_as(ground), ground


PAINTERS: dict[str, Callable[[Tensor, Looks], Painted]] = {
    "coat": _coat,
    "zebra": _zebra,
    "summer": _summer,
    "winter": _winter,
    "outline": _outline,
    "checker": _checker,
}


def _colour(red: float, green: float, blue: float, like: Tensor) -> Tensor:
    return like.new_tensor([red, green, blue]).view(1, 3, 1, 1)


def _axes(mask: Tensor) -> tuple[Tensor, Tensor]:
    """Rows and columns of the pixels, (H, W) each."""
    H, W = mask.shape[-2:]
    return torch.meshgrid(torch.arange(H, device=mask.device), torch.arange(W, device=mask.device), indexing="ij")


def _relief(looks: Looks, mask: Tensor) -> Tensor:
    """(B, 1, H, W) in [-1, 1], smooth."""
    return F.interpolate(looks.relief.to(mask), mask.shape[-2:], mode="bicubic", align_corners=True).clamp(-1, 1)


def _meadow(mask: Tensor, looks: Looks) -> Tensor:
    return _colour(0.36, 0.56, 0.24, mask) * (1 + 0.22 * _relief(looks, mask))


def _landscape(mask: Tensor, looks: Looks, sky: Tensor, land: Tensor) -> Tensor:
    row = _axes(mask)[0] / mask.shape[-2]
    hills = row + 0.08 * _relief(looks, mask)  # the horizon follows the relief
    return torch.lerp(sky, land, ((hills - HORIZON) * 16).sigmoid())


def _stripes(looks: Looks, mask: Tensor) -> Tensor:
    """(B, 1, H, W) in [0, 1]: 1 on the light stripes."""
    row, column = (axis.to(mask) for axis in _axes(mask))
    angle, period, phase = (v.to(mask)[:, None, None] for v in (looks.angle, looks.period, looks.phase))
    along = column * angle.cos() + row * angle.sin()  # (B, H, W)
    return (4 * torch.sin(2 * math.pi * (along / period + phase))).sigmoid()[:, None]


@dataclass(frozen=True)
class Unpaired(Source):
    """Training batches of several styles, each from source digits of its own: no digit is seen in two of them.

    styles: S of STYLES. size: pictures per style and batch.
    """

    styles: tuple[str, ...]

    @property
    def per_epoch(self) -> int:
        """Steps in one pass over the sources of each style, all processes together."""
        return math.ceil(len(self.images) // len(self.styles) / (self.size * self.world))

    def sources(self, style: str) -> Tensor:
        """Indices of the digits of one style."""
        return torch.arange(self.styles.index(style), len(self.images), len(self.styles))

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step`: x (S, size, 3, 32, 32) in [0, 1], and the digits (S, size) that nobody trains on."""
        parts = [self._of(style, step) for style in self.styles]
        x, digits = zip(*parts, strict=True)
        return torch.stack(x), torch.stack(digits)

    def _of(self, style: str, step: int) -> tuple[Tensor, Tensor]:
        s, sources = self.styles.index(style), self.sources(style)
        rows = sources[self.rows(step, len(sources), self.per_epoch, s)]
        looks = draw_looks(len(rows), self.generator(s, step))
        return paint(masks(self.images[rows]), style, looks), self.labels[rows]


@dataclass(frozen=True)
class Styled(Source):
    """Training batches of a classifier of styled digits: every picture in a style drawn at random."""

    styles: tuple[str, ...] = STYLES

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step`: x (size, 3, 32, 32) in [0, 1], and (size, 2) of the style's index and the digit."""
        rows, generator = self.rows(step, len(self.images), self.per_epoch), self.generator(step)
        style = torch.randint(len(self.styles), (self.size,), generator=generator)
        mask, looks = masks(self.images[rows]), draw_looks(self.size, generator)
        x = mask.new_zeros(self.size, 3, SIDE, SIDE)
        for s, name in enumerate(self.styles):
            of = style == s
            x[of] = paint(mask[of], name, looks[of])
        return x, torch.stack([style, self.labels[rows]], 1)


@dataclass(frozen=True)
class Paired:
    """Test digits in known scenes, for measuring only. mask (n, 1, 32, 32), digits (n,), looks."""

    mask: Tensor
    digits: Tensor
    looks: Looks

    def x(self, style: str) -> Tensor:
        """All of them in one style: (n, 3, 32, 32)."""
        return paint(self.mask, style, self.looks)

    def truth_floor(self, style: str) -> float:
        """Mean L1 between two paintings of the same digits in the same scenes that differ in their stripes."""
        other = self.looks.restriped(torch.Generator().manual_seed(1))
        return (self.x(style) - paint(self.mask, style, other)).abs().mean().item()


def paired(n: int = 1000, seed: int = 0) -> Paired:
    """The first n MNIST test digits, each in a scene of its own."""
    images, digits = mnist.load(False)
    return Paired(masks(images[:n]), digits[:n], draw_looks(n, torch.Generator().manual_seed(seed)))

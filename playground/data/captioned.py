"""Pictures of what a caption says: a digit of some colour, size, place and width of strokes, on a ground."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from playground.data import captions, mnist
from playground.data.batches import Source
from playground.data.captions import ATTRIBUTES, VALUES, Meaning

SIDE = 32
RGB = {
    "red": (0.86, 0.15, 0.15),
    "yellow": (0.98, 0.85, 0.20),
    "green": (0.15, 0.60, 0.25),
    "blue": (0.15, 0.35, 0.85),
    "purple": (0.58, 0.22, 0.70),
    "white": (0.97, 0.97, 0.97),
    "black": (0.06, 0.06, 0.08),
}
BOX = {"small": 15.0, "large": 22.0}  # pixels of the longer side of the digit
SHIFT = {"small": 6.5, "large": 4.0}  # of its middle from the middle of the picture, both ways
STROKE = {"thin": 3.5, "thick": 8.0}  # of 56 pixels
MOST_STEPS = 3
PLACE = {
    "centre": (0, 0),
    "upper_left": (-1, -1),
    "upper_right": (-1, 1),
    "lower_left": (1, -1),
    "lower_right": (1, 1),
}


def paint(images: Tensor, meanings: Sequence[Meaning], generator: torch.Generator | None = None) -> Tensor:
    """Digits uint8 (B, 1, 28, 28), whose classes are the meanings' digits, as told: (B, 3, 32, 32) in [0, 1].

    Place, size and colours vary a little.
    """
    B = len(meanings)
    wobble = torch.rand(B, 4, generator=generator) * 2 - 1  # (B, 4) in [-1, 1]
    mask = placed(strokes(mnist.grey(images), [m.width for m in meanings]), meanings, wobble)
    ink, ground = (torch.tensor([RGB[getattr(m, name)] for m in meanings]) for name in ("colour", "ground"))
    light = 1 + 0.06 * wobble[:, 3, None]
    ink, ground = ((v * light).clamp(0, 1)[..., None, None] for v in (ink, ground))
    return torch.lerp(ground.expand(B, 3, SIDE, SIDE), ink.expand(B, 3, SIDE, SIDE), mask)


def strokes(x: Tensor, widths: Sequence[str]) -> Tensor:
    """Digits (B, 1, 28, 28) in [0, 1] with thin or thick strokes, at twice the size: (B, 1, 56, 56).

    People write with pens of their own: of each digit, eroded and dilated in steps, the one is taken whose strokes are
    nearest to what was asked for.
    """
    x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    steps = [x]
    for _ in range(MOST_STEPS):
        steps = [-F.max_pool2d(-steps[0], 3, 1, 1), *steps, F.max_pool2d(steps[-1], 3, 1, 1)]
    found = torch.stack([stroke_width(step) for step in steps])  # (steps, B)
    wanted = torch.tensor([STROKE[w] for w in widths])
    best = (found - wanted).abs().argmin(0)
    return torch.stack(steps)[best, torch.arange(len(x))]


def stroke_width(x: Tensor) -> Tensor:
    """Mean width of the strokes of x (B, 1, H, W) in pixels: twice the area over the outline's length, (B,).

    Infinite where next to nothing is left: of a hair no thinner digit could be made.
    """
    down, along = (x.diff(dim=dim) for dim in (2, 3))
    outline = (down[..., :, :-1].square() + along[..., :-1, :].square()).sqrt().sum((1, 2, 3))
    area = x.sum((1, 2, 3))
    return torch.where(x.amax((1, 2, 3)) > 0.5, 2 * area / outline.clamp(min=1e-6), torch.inf)


def placed(x: Tensor, meanings: Sequence[Meaning], wobble: Tensor) -> Tensor:
    """Masks (B, 1, 56, 56) at their size and place: (B, 1, 32, 32)."""
    box = torch.tensor([BOX[m.size] for m in meanings]) * (1 + 0.06 * wobble[:, 0])
    middle = torch.tensor([[SHIFT[m.size] * v for v in PLACE[m.position]] for m in meanings]) + 0.8 * wobble[:, 1:3]
    scale = 40 / box * SIDE / 56  # a digit's longer side is 20 of 28 pixels
    theta = torch.zeros(len(meanings), 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = scale
    theta[:, 0, 2], theta[:, 1, 2] = (-middle[:, k] * 2 / SIDE * scale for k in (1, 0))
    grid = F.affine_grid(theta, [len(meanings), 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(x, grid, align_corners=False).clamp(0, 1)


@dataclass(frozen=True)
class Captioned(Source):
    """Training batches of pictures with a caption that fits and one that does not.

    Each picture's meaning is drawn afresh, with the digit that it has.
    """

    def at(self, step: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Batch number `step`: x (size, 3, 32, 32) in [0, 1], the tokens of a right and of a wrong caption (size, 24),
        the index of each of its ATTRIBUTES' values (size, 6)."""
        x, meanings, chance = self._drawn(step)
        wrong = [captions.mismatch(meaning, chance) for meaning in meanings]
        words = [torch.tensor([captions.tokens(worded(m, chance)) for m in of]) for of in (meanings, wrong)]
        return x, *words, indices(meanings)

    def _drawn(self, step: int) -> tuple[Tensor, list[Meaning], random.Random]:
        generator, chance = self.generator(step), random.Random(hash((self.seed, step, self.rank)))
        rows = self.rows(step, len(self.images), self.per_epoch)
        meanings = [with_digit(captions.draw(chance), int(self.labels[row])) for row in rows]
        return paint(self.images[rows], meanings, generator), meanings, chance


@dataclass(frozen=True)
class Told(Captioned):
    """Training batches of a classifier of captioned pictures."""

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Batch number `step`: x (size, 3, 32, 32) in [0, 1], the index of each of its ATTRIBUTES' values (size, 6)."""
        x, meanings, _ = self._drawn(step)
        return x, indices(meanings)


def indices(meanings: Sequence[Meaning]) -> Tensor:
    """Index of the value of each of ATTRIBUTES: (B, 6)."""
    return torch.tensor([[VALUES[name].index(getattr(m, name)) for name in ATTRIBUTES] for m in meanings])


def with_digit(meaning: Meaning, digit: int) -> Meaning:
    """The same, of another digit."""
    return Meaning(**{**vars(meaning), "digit": digit})


def worded(meaning: Meaning, chance: random.Random) -> str:
    """One of the meaning's captions."""
    lang = chance.choice(captions.LANGS)
    return captions.caption(meaning, lang, chance.randrange(len(captions.WORDINGS[lang])), chance.random() < 0.5)

"""Printed capital letters as MNIST would have stored them: what is written like a digit and is none.

One typeface, the one that comes with Pillow, in many widths, slants and weights; the ink in a 20x20 box, its centre of
mass in the centre of 28x28, grey in [0, 1]. Letters that are digits to the eye (B, I, O, S, Z...) are left out.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

LETTERS = "AEFHKMNPRTVWXY"
SIDE, BOX = 28, 20
CANVAS, SIZE = 160, 100  # the letter is drawn large and made small by area, so its edges are soft like MNIST's


def letters(n: int, seed: int) -> tuple[Tensor, list[str]]:
    """n letters in turn: grey images (n, 1, 28, 28) in [0, 1], and which letter each is."""
    rng = np.random.Generator(np.random.PCG64(seed))
    names = [LETTERS[k % len(LETTERS)] for k in range(n)]
    return torch.stack([torch.from_numpy(_letter(name, rng))[None] for name in names]), names


def _letter(name: str, rng: np.random.Generator) -> np.ndarray:
    """One letter with a random hand: (28, 28) float32."""
    from PIL import Image, ImageDraw, ImageFont

    canvas = Image.new("L", (CANVAS, CANVAS), 0)
    middle = (CANVAS / 2, CANVAS / 2)
    weight = int(rng.integers(0, 5))
    ImageDraw.Draw(canvas).text(middle, name, 255, ImageFont.load_default(SIZE), anchor="mm", stroke_width=weight)
    slant, turn, narrow = rng.uniform(-0.1, 0.35), math.radians(rng.uniform(-12, 12)), rng.uniform(0.8, 1.3)
    # Pillow asks for the way back: from a pixel of the new picture to one of the old
    back = np.array([[narrow, slant], [0, 1]]) @ [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    shift = np.array(middle) - back @ middle
    affine = (*back[0], shift[0], *back[1], shift[1])
    drawn = canvas.transform(canvas.size, Image.Transform.AFFINE, affine, Image.Resampling.BILINEAR)
    return _centred(np.asarray(drawn, np.float32) / 255)


def _centred(ink: np.ndarray) -> np.ndarray:
    """A grey picture in MNIST's frame: longer side of the ink 20 pixels, centre of mass in the middle of 28x28."""
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    scale = BOX / (1 + max(rows[-1] - rows[0], columns[-1] - columns[0]))
    mass = [(ink.sum(1 - axis) @ (np.arange(CANVAS) + 0.5)) / ink.sum() for axis in (0, 1)]
    down, across = (_overlap(scale, centre) for centre in mass)
    return (down @ ink @ across.T).clip(0, 1).astype(np.float32)


def _overlap(scale: float, centre: float) -> np.ndarray:
    """(28, CANVAS): how much of each old pixel falls into each new one."""
    edges = (np.arange(CANVAS + 1) - centre) * scale + SIDE / 2
    new = np.arange(SIDE)[:, None]
    return (np.minimum(edges[1:], new + 1) - np.maximum(edges[:-1], new)).clip(0)

"""Codes of a person's drawing: Q reads them, G draws with them, and the noise is searched by gradient steps.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from playground.data.noise import noises
from playground.inference import checks, drawing
from playground.inference.codes import LARGEST_SEED, Z_DIM, Verdict

MADE = 8
SURE = 0.9  # below it the judge is said to be unsure


@dataclass(frozen=True)
class Attempts:
    """Pictures drawn with a reading's codes. images (8, 28, 28) uint8, one per noise; nearest: the one closest to the
    drawing; errors (8,) float64: root mean square over pixels in [0, 1]; verdicts: the judge's reading of each."""

    images: np.ndarray
    errors: np.ndarray
    nearest: int
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Reading:
    """What Q reads from a drawing.

    image (28, 28) uint8: the drawing in MNIST's frame. verdict: the judge's reading of it. p (10,) float32: p(c1 | x).
    c1: the likeliest. c2, c3: as read, which may leave [-1, 1]; G gets them cut to it. seeds (8,) int64. made: with the
    noises of these seeds. searched: the same noises after `metrics.reading.STEPS` steps; None if not asked for.
    """

    image: np.ndarray
    verdict: Verdict
    p: np.ndarray
    c1: int
    c2: float
    c3: float
    seeds: np.ndarray
    made: Attempts
    searched: Attempts | None


def read(value: object, seed: int = 0, *, search: bool = False) -> Reading:
    """Codes of a drawing, and eight pictures with them.

    value: strokes or an image, as in `drawing.read`. seed: of the first noise, 0..2^31-1. search: also the search for
    the noise, some tenths of a second. Raises InvalidInput (kind `empty_drawing` without ink) or WeightsError.
    """
    from playground.inference import _codes as networks

    seed = checks.whole("seed", seed, 0, LARGEST_SEED)
    image = drawing.read(value, "drawing").image
    p, mean = networks.guessed(image)
    c1 = int(p.argmax())
    codes = np.tile([c1, *mean.clip(-1, 1)], (MADE, 1))
    seeds = (seed + np.arange(MADE, dtype=np.int64)) % (LARGEST_SEED + 1)
    z = noises(seeds.tolist(), Z_DIM)
    made = _attempts(image, z, codes)
    found = _attempts(image, networks.searched(image, codes, z), codes) if search else None
    shown = (255 * image).round().astype(np.uint8)
    return Reading(shown, _verdicts(shown[None])[0], p, c1, float(mean[0]), float(mean[1]), seeds, made, found)


def _attempts(image: np.ndarray, z: np.ndarray, codes: np.ndarray) -> Attempts:
    from playground.inference import _codes as networks

    images = networks.images(z, codes)
    errors = np.sqrt(((images / 255.0 - image) ** 2).mean((1, 2)))
    return Attempts(images, errors, int(errors.argmin()), _verdicts(images))


def _verdicts(images: np.ndarray) -> tuple[Verdict, ...]:
    from playground.inference import _codes as networks

    return tuple(Verdict(int(digit), float(p)) for digit, p in zip(*networks.judged(images), strict=True))

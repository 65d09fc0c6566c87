"""What a visitor gives a translator: a sample of our own, their drawing, or a picture of theirs.

Samples come from InfoGAN's generator, not from a data set: the digit asked for, in the noise of a seed. They and
drawings are painted in a scene that the seed gives, so what a translation should have been is known. A photograph has
no digit and no such truth. Plain values in, NumPy out; torch is imported inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground.data.noise import noises
from playground.errors import InvalidInput
from playground.inference import arrays, checks, codes, drawing

KINDS = ("sample", "drawing", "photo")
SIDE = 32
EDGE = (SIDE - drawing.SIDE) // 2
TRIES = 4  # noises from which a sample is chosen: the first that the judge reads as the digit asked for
SURE = 0.9  # above it the judge counts as sure
TURN = 0.7  # samples turn InfoGAN's two continuous codes up to here


@dataclass(frozen=True)
class Given:
    """n sources. kind: one of KINDS. mask (n, 32, 32) float32: how much of a pixel is ink, or x (n, 32, 32, 3) float32
    in [0, 1]: photographs; the other is None. digits (n,): what was asked for, -1 where nobody said. seeds (n,): of the
    scenes."""

    kind: str
    mask: np.ndarray | None
    x: np.ndarray | None
    digits: np.ndarray
    seeds: np.ndarray


def read(kind: str, value: object, seed: int = 0) -> Given:
    """One source of a visitor.

    value: the digit 0..9 of a "sample"; strokes or an image of a "drawing", as `drawing.read` takes them; (32, 32, 3)
    in 0..255 of a "photo". seed: 0..2^31-1. Raises InvalidInput (`empty_drawing` without ink), WeightsError.
    """
    kind, seed = checks.choice("source", kind, KINDS), checks.seed(seed)
    if kind == "sample":
        return samples([checks.integer("digit", value, 0, 9)], seed)
    seeds, nobody = np.array([seed]), np.array([-1])
    if kind == "drawing":
        return Given(kind, _padded(drawing.read(value, "drawing").image[None]), None, nobody, seeds)
    return Given(kind, None, photo(value)[None], nobody, seeds)


def photo(value: object) -> np.ndarray:
    """(32, 32, 3) in 0..255, packed or as lists -> float32 in [0, 1]. Raises InvalidInput."""
    x = arrays.read(value, "picture", (SIDE, SIDE, 3))
    if ((x < 0) | (x > 255)).any():
        raise InvalidInput("number_range", "picture", float(x[(x < 0) | (x > 255)][0]), low=0, high=255)
    return x / 255


def samples(digits: list[int], seed: int) -> Given:
    """These digits as our own generator draws them, the k-th in the scene of seed + k."""
    mask = np.stack([_sample(digit, seed) for digit in digits])
    return Given("sample", _padded(mask), None, np.array(digits), following(seed, len(digits)))


def again(given: Given, n: int) -> Given:
    """The first source in n scenes, that of its seed and those of the next."""
    seeds = following(int(given.seeds[0]), n)
    return Given(given.kind, np.repeat(given.mask[:1], n, 0), None, np.repeat(given.digits[:1], n), seeds)


def row(given: Given, k: int) -> Given:
    """The k-th source alone."""
    parts = (part if part is None else part[k : k + 1] for part in (given.mask, given.x))
    return Given(given.kind, *parts, given.digits[k : k + 1], given.seeds[k : k + 1])


def following(seed: int, n: int) -> np.ndarray:
    """n seeds from `seed` on."""
    return (seed + np.arange(n, dtype=np.int64)) % (checks.LARGEST_SEED + 1)


@lru_cache(maxsize=256)
def _sample(digit: int, seed: int) -> np.ndarray:
    """(28, 28) float32 in [0, 1]."""
    from playground.inference import _codes as networks

    c1 = codes.facts().digit_of_code.index(digit)
    turned = np.random.Generator(np.random.PCG64([seed, digit])).uniform(-TURN, TURN, (TRIES, 2))
    z = noises(following(TRIES * seed % checks.LARGEST_SEED, TRIES).tolist(), codes.Z_DIM)
    images = networks.images(z, np.column_stack([np.full(TRIES, c1), turned]))
    read, sure = networks.judged(images)
    best = int(np.argmax(np.where(read == digit, 1 + (sure > SURE), sure)))
    return (images[best] / 255).astype(np.float32)


def _padded(images: np.ndarray) -> np.ndarray:
    """(n, 28, 28) -> (n, 32, 32), as `data.domains.masks` does it."""
    return np.pad(images, ((0, 0), (EDGE, EDGE), (EDGE, EDGE))).astype(np.float32)

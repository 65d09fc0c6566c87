"""The dcgan stage: pictures of one DCGAN trained with four losses, what lies between and behind their noises.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. A picture is named by the seed of its
noise, z of a seed being the same everywhere. Pictures are uint8, ink = 255; D's logits (scores, for LSGAN and WGAN-GP)
have no unit, so 500 real and 500 generated pictures stand beside each.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from playground import weights
from playground.data.noise import noises
from playground.data.walks import arithmetic as sums
from playground.data.walks import spherical, straight
from playground.errors import InvalidInput, WeightsError
from playground.inference import checks

MODEL = "dcgan"
LOSSES = ("nonsaturating", "minimax", "lsgan", "wgan_gp")
Z_DIM, SIDE = 64, 28
TYPICAL = (6.62, 9.38)  # 95 % of all |z| lie here: square roots of quantiles of chi square with 64 degrees of freedom
MOST, GROUP, WAY = 100, 10, (3, 32)
LARGEST_PSI = 1.5
LARGEST_SEED = checks.LARGEST_SEED
T = TypeVar("T")


@dataclass(frozen=True)
class Samples:
    """Pictures of consecutive seeds: seeds (n,) int64, images (n, 28, 28) uint8."""

    seeds: np.ndarray
    images: np.ndarray


@dataclass(frozen=True)
class Reading:
    """What the judge reads from pictures: digits (n,) uint8, confidence (n,) in [0, 1]; 0 for a grey cloud."""

    digits: np.ndarray
    confidence: np.ndarray


@dataclass(frozen=True)
class Neighbour:
    """The training digit nearest in the judge's features.

    index: its number in MNIST. distance: in these features. beyond: share of the test digits, in percent, that are
    farther from their nearest training digit. quantiles (101,): of those distances. image (28, 28) uint8, or None where
    this machine has no MNIST.
    """

    index: int
    digit: int
    distance: float
    beyond: float
    quantiles: np.ndarray
    image: np.ndarray | None


@dataclass(frozen=True)
class Opened:
    """One picture and all that is known of it.

    z (64,) as G got it, psi times the noise of the seed. probability: D's, of real; None where the loss has none.
    above: percent of real and of generated pictures that D scores lower than this one.
    """

    image: np.ndarray
    z: np.ndarray
    logit: float
    probability: float | None
    above: tuple[float, float]
    digit: int
    confidence: float
    neighbour: Neighbour


@dataclass(frozen=True)
class Way:
    """Pictures on the way between two noises: images (n, 28, 28) uint8, lengths (n,) of z, and the judge's reading."""

    images: np.ndarray
    lengths: np.ndarray
    reading: Reading


@dataclass(frozen=True)
class Sum:
    """mean(a) - mean(b) + mean(c), the last of four pictures; the first three are those of the means.

    images (4, 28, 28) uint8, lengths (4,) of z, ink (4,): sum of the pixels, 1 being full ink. members (k, 28, 28)
    uint8: pictures of all the seeds in their order.
    """

    images: np.ndarray
    members: np.ndarray
    lengths: np.ndarray
    ink: np.ndarray
    reading: Reading


@dataclass(frozen=True)
class Numbers:
    """What was measured on one loss's weights; None where metrics.json is not there yet, `missing` saying so.

    shares: of ten digits, in 1,000 pictures. floor: Frechet distance of as many real digits. real: percent of real
    digits recognised.
    """

    loss: str
    digits: int | None = None
    shares: tuple[float, ...] | None = None
    frechet: float | None = None
    floor: float | None = None
    recognised: float | None = None
    real: float | None = None
    missing: WeightsError | None = None


def samples(loss: str, seed: int = 0, n: int = MOST, psi: float = 1.0) -> Samples:
    """Pictures G(psi z) of n consecutive seeds, the first after the last.

    loss: one of LOSSES. seed: 0..2^31-1. n: 1..100. psi: 0..1.5. Raises InvalidInput, or WeightsError.
    """
    from playground.inference import _dcgan

    loss, psi = checks.choice("loss", loss, LOSSES), checks.number("psi", psi, 0, LARGEST_PSI)
    first, n = checks.seed(seed), checks.integer("n", n, 1, MOST)
    seeds = (first + np.arange(n, dtype=np.int64)) % (LARGEST_SEED + 1)
    return Samples(seeds, _dcgan.images(loss, psi * _noises(seeds)))


def opened(loss: str, seed: int, psi: float = 1.0) -> Opened:
    """One picture: its noise, D's opinion, the judge's reading, its nearest training digit. Errors as in `samples`."""
    from playground.inference import _dcgan

    loss, psi = checks.choice("loss", loss, LOSSES), checks.number("psi", psi, 0, LARGEST_PSI)
    z = psi * _noises([checks.seed(seed)])
    found = _dcgan.told(loss, z)
    known = probes(loss)["scores"]
    above = tuple(100 * float((np.array(known[side]) < found.logit).mean()) for side in ("real", "fake"))
    likely = _sigmoid(found.logit) if loss in ("minimax", "nonsaturating") else None
    neighbour = Neighbour(**vars(found.neighbour), image=_training_digit(found.neighbour.index))
    return Opened(found.image, z[0], found.logit, likely, above, found.digit, found.confidence, neighbour)


def reading(images: np.ndarray) -> Reading:
    """What the judge reads from pictures (n, 28, 28) uint8."""
    from playground.inference import _dcgan

    return Reading(*_dcgan.judged(images))


def walk(loss: str, a: int, b: int, steps: int = 12) -> tuple[Way, Way]:
    """The straight and the spherical way from the noise of seed a to that of seed b.

    steps: pictures of each way, the ends included, 3..32. Errors as in `samples`.
    """
    from playground.inference import _dcgan

    loss, steps = checks.choice("loss", loss, LOSSES), checks.integer("steps", steps, *WAY)
    ends = _noises([checks.integer("walk_a", a, 0, LARGEST_SEED), checks.integer("walk_b", b, 0, LARGEST_SEED)])
    t = np.linspace(0, 1, steps)
    z = np.concatenate([straight(*ends, t), spherical(*ends, t)])
    images, lengths = _dcgan.images(loss, z), np.linalg.norm(z, axis=1)
    return tuple(
        Way(images[half], lengths[half], reading(images[half])) for half in (slice(0, steps), slice(steps, None))
    )


def arithmetic(loss: str, a: list[int], b: list[int], c: list[int]) -> Sum:
    """mean z of some seeds - that of others + that of others, and what G makes of it; 1..10 seeds each."""
    from playground.inference import _dcgan

    loss = checks.choice("loss", loss, LOSSES)
    groups = [_noises(_group(name, seeds)) for name, seeds in (("term_a", a), ("term_b", b), ("term_c", c))]
    z = sums(*groups)
    images, members = (_dcgan.images(loss, one) for one in (z, np.concatenate(groups)))
    return Sum(images, members, np.linalg.norm(z, axis=1), images.sum((1, 2)) / 255, reading(images))


def numbers() -> tuple[Numbers, ...]:
    """The four losses' metrics.json. Loads no torch; a loss that has not been measured says so in its place."""
    return tuple(_numbers(loss) for loss in LOSSES)


def probes(loss: str) -> dict:
    """What `metrics.probes` measured on a loss's weights. Loads no torch. Raises WeightsError."""
    return _measured(loss, "probes.json", lambda found: {name: found[name] for name in PROBED})


PROBED = ("scores", "truncation", "walk", "arithmetic")


def warm_up() -> None:
    """Loads the first loss and the judge and runs them once, in the background after launch."""
    try:
        samples(LOSSES[0])
        opened(LOSSES[0], 0)
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _numbers(loss: str) -> Numbers:
    try:
        return _measured(loss, "metrics.json", lambda rows: _from_rows(loss, {row["metric"]: row for row in rows}))
    except WeightsError as missing:
        return Numbers(loss, missing=missing)


def _from_rows(loss: str, rows: dict) -> Numbers:
    frechet, digits, recognised = rows["frechet"], rows["digits"], rows["recognised"]
    return Numbers(
        loss,
        int(digits["value"]),
        tuple(float(share) for share in digits["shares"]),
        float(frechet["value"]),
        float(frechet["real_vs_real"]),
        float(recognised["value"]),
        float(recognised["real"]),
    )


def _measured(loss: str, file: str, read: Callable[[object], T]) -> T:
    loss = checks.choice("loss", loss, LOSSES)
    path = weights.directory(MODEL, loss) / file
    command = f"python -m playground.metrics {MODEL} --variant {loss}"
    try:
        return read(json.loads(path.read_text("utf-8")))
    except FileNotFoundError as reason:
        raise WeightsError(MODEL, str(path), "missing", command) from reason
    except Exception as reason:  # not JSON, or not what measuring writes
        raise WeightsError(MODEL, str(path), f"{type(reason).__name__}: {reason}", command) from reason


def _group(name: str, seeds: object) -> list[int]:
    if not isinstance(seeds, (list, tuple)) or not 1 <= len(seeds) <= GROUP:
        found = len(seeds) if isinstance(seeds, (list, tuple)) else seeds
        raise InvalidInput("shape", name, f"({found},)", expected=f"(1..{GROUP},)")
    return [checks.integer(name, seed, 0, LARGEST_SEED) for seed in seeds]


def _noises(seeds: object) -> np.ndarray:
    return noises(seeds, Z_DIM)


def _training_digit(index: int) -> np.ndarray | None:
    """A picture of MNIST from the file that torchvision keeps, if it is on this machine; nothing is downloaded."""
    from playground.data.mnist import default_root

    path = Path(default_root()) / "MNIST" / "raw" / "train-images-idx3-ubyte"
    if not path.is_file():
        return None
    pixels = np.fromfile(path, np.uint8, SIDE * SIDE, offset=16 + SIDE * SIDE * index)
    return pixels.reshape(SIDE, SIDE) if len(pixels) == SIDE * SIDE else None


def _sigmoid(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0

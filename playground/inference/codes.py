"""The codes stage: pictures of InfoGAN for codes and noise that a person chooses, and what the codes carry.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. The noise of a seed comes from
NumPy's bit stream, which no version and no device changes: the same seed is the same picture everywhere. Pictures are
uint8, ink = 255. Information is in nats.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np

from playground import weights
from playground.data.noise import noise
from playground.errors import WeightsError
from playground.inference import checks

MODEL = "infogan"
VARIANTS = ("lambda_1", "lambda_0")  # the network that is paid for its codes, and its twin that is not
CATEGORIES = 10
Z_DIM = 62
SIDE = 28
LARGEST_SEED = checks.LARGEST_SEED
MOST_OTHERS = 64
KINDS = ("c1_c2", "c1_c3", "c2_c3")  # what runs down the rows and along the columns of a sweep
NOISES = "c1_z"  # the other way round: the codes stay along a row, the noise does not
TURNS = np.round(np.linspace(-1, 1, 10), 2)  # c2 and c3 in a sweep; rounded: a heading is the exact value
SHEET = np.round(np.linspace(-1, 1, 11), 2)


@dataclass(frozen=True)
class Verdict:
    """What the judge reads from one picture: the digit, and p(digit | picture) in [0, 1]."""

    digit: int
    confidence: float


@dataclass(frozen=True)
class Generated:
    """One picture, and what lies beside it.

    image (28, 28) uint8. others (k, 28, 28) uint8: the same codes with the noises of other_seeds (k,) int64.
    categories (10, 28, 28) uint8: the same noise, c2 and c3 under every c1; None if not asked for, like verdict.
    """

    image: np.ndarray
    others: np.ndarray
    other_seeds: np.ndarray
    categories: np.ndarray | None
    verdict: Verdict | None


@dataclass(frozen=True)
class Sweep:
    """Two codes turned, everything else kept.

    kind: one of KINDS or NOISES. rows, columns (10,) float64: the codes' values, c1 as 0..9, z as its seed.
    images (10, 10, 28, 28) uint8: row, column. digits (10, 10) uint8 and confidence (10, 10) float32: the judge's
    reading; None if not asked for.
    """

    kind: str
    rows: np.ndarray
    columns: np.ndarray
    images: np.ndarray
    digits: np.ndarray | None
    confidence: np.ndarray | None


@dataclass(frozen=True)
class Sheet:
    """Every c2 and c3 for one c1 and one noise, so that a browser can turn both without asking.

    axis (11,) float64 in [-1, 1], for both codes. images (11, 11, 28, 28) uint8: row c2, column c3.
    """

    axis: np.ndarray
    images: np.ndarray


@dataclass(frozen=True)
class CodeInformation:
    """How much of one code can be read from the picture.

    bound: lower bound on I(c; G(z, c)) in nats. best: the largest it can be (ln 10 for c1), or None for a continuous
    code, which has no largest. sigma: for a continuous code the error of Q's guess, in units of the code; else None.
    """

    code: str
    bound: float
    best: float | None
    sigma: float | None


@dataclass(frozen=True)
class Facts:
    """What was measured once on the shipped weights.

    digit_of_code (10,): the digit the judge reads most from each c1 in the best one-to-one matching. code_accuracy:
    share of pictures that show it, in percent. n: pictures measured. information: of c1, c2, c3.
    """

    digit_of_code: tuple[int, ...]
    code_accuracy: float
    n: int
    information: tuple[CodeInformation, ...]


def generate(
    c1: int, c2: float, c3: float, seed: int, *, others: int = 0, categories: bool = False, judge: bool = False
) -> Generated:
    """The picture of a code and a noise.

    c1: 0..9. c2, c3: in [-1, 1]. seed: 0..2^31-1. others: how many further noises (the next seeds) for the same codes,
    0..64. categories: also the other nine c1. judge: also the judge's verdict on the picture.
    Raises InvalidInput, or WeightsError for missing or damaged weights.
    """
    from playground.inference import _codes as networks

    codes, seed = _checked(c1, c2, c3), checks.whole("seed", seed, 0, LARGEST_SEED)
    count = checks.whole("others", others, 0, MOST_OTHERS)
    seeds = (seed + np.arange(count + 1, dtype=np.int64)) % (LARGEST_SEED + 1)
    noises = np.stack([noise(int(s), Z_DIM) for s in seeds])
    extra = CATEGORIES if categories else 0
    table = np.tile(codes, (count + 1 + extra, 1))  # one row of codes per picture
    table[count + 1 :, 0] = np.arange(extra)
    z = np.concatenate([noises, np.repeat(noises[:1], extra, 0)])
    images = networks.images(z, table)
    verdict = None
    if judge:
        digits, confidence = networks.judged(images[:1])
        verdict = Verdict(int(digits[0]), float(confidence[0]))
    shown = images[count + 1 :] if categories else None
    return Generated(images[0], images[1 : count + 1], seeds[1:], shown, verdict)


def sweep(
    kind: str,
    *,
    c1: int = 0,
    c2: float = 0.0,
    c3: float = 0.0,
    seed: int = 0,
    judge: bool = False,
    variant: str = VARIANTS[0],
) -> Sweep:
    """A 10 x 10 grid of two codes for one noise; the third code stays at its given value.

    kind: one of KINDS; the two codes it names are swept, so their given values do not matter (but are checked).
    variant: one of VARIANTS, the network. Arguments and errors otherwise as in `generate`.
    """
    kind, variant = checks.choice("sweep", kind, KINDS), checks.choice("weights", variant, VARIANTS)
    codes, seed = _checked(c1, c2, c3), checks.whole("seed", seed, 0, LARGEST_SEED)
    down, along = (("c1", "c2", "c3").index(name) for name in kind.split("_"))
    rows = np.arange(CATEGORIES, dtype=np.float64) if down == 0 else TURNS
    images = _grid(codes, seed, (down, rows), (along, TURNS), variant)
    digits = confidence = None
    if judge:
        from playground.inference import _codes as networks

        found = networks.judged(images.reshape(-1, SIDE, SIDE))
        digits, confidence = (values.reshape(images.shape[:2]) for values in found)
    return Sweep(kind, rows, TURNS, images, digits, confidence)


def noise_sweep(c2: float = 0.0, c3: float = 0.0, seed: int = 0, *, variant: str = VARIANTS[0]) -> Sweep:
    """All ten c1 under ten noises, those of seed and the nine after it; c2 and c3 stay. Errors as in `sweep`."""
    from playground.inference import _codes as networks

    codes, seed = _checked(0, c2, c3), checks.whole("seed", seed, 0, LARGEST_SEED)
    variant = checks.choice("weights", variant, VARIANTS)
    seeds = (seed + np.arange(CATEGORIES, dtype=np.int64)) % (LARGEST_SEED + 1)
    table = np.tile(codes, (CATEGORIES, CATEGORIES, 1))  # (c1, seed, 3)
    rows = np.arange(CATEGORIES, dtype=np.float64)
    table[:, :, 0] = rows[:, None]
    z = np.tile(np.stack([noise(int(s), Z_DIM) for s in seeds]), (CATEGORIES, 1))
    images = networks.images(z, table.reshape(-1, 3), variant).reshape(CATEGORIES, CATEGORIES, SIDE, SIDE)
    return Sweep(NOISES, rows, seeds.astype(np.float64), images, None, None)


def sheet(c1: int, seed: int) -> Sheet:
    """Pictures of all c2 and c3 in steps of 0.2 for one c1 and one noise. Errors as in `generate`."""
    codes, seed = _checked(c1, 0.0, 0.0), checks.whole("seed", seed, 0, LARGEST_SEED)
    return Sheet(SHEET, _grid(codes, seed, (1, SHEET), (2, SHEET)))


def facts(variant: str = VARIANTS[0]) -> Facts:
    """Matching of codes to digits and information per code, from metrics.json. Loads no torch. Raises WeightsError."""
    path = weights.directory(MODEL, variant) / "metrics.json"
    try:
        rows = {row["metric"]: row for row in json.loads(path.read_text("utf-8"))}
        matched, information = rows["code_accuracy"], rows["mutual_information"]
        digits = tuple(int(digit) for digit in matched["digit_of_code"])
        bounds = {code: float(information["per_code"][code]) for code in ("c1", "c2", "c3")}
        measured = tuple(_information(*item) for item in bounds.items())
        return Facts(digits, float(matched["value"]), int(matched["n"]), measured)
    except Exception as reason:  # missing, not JSON, or not what measuring writes
        raise WeightsError(MODEL, str(path), str(reason), measuring(variant)) from reason


def measuring(variant: str) -> str:
    """The command that measures one network."""
    return f"python -m playground.metrics {MODEL}" + (f" --variant {variant}" if variant != VARIANTS[0] else "")


def warm_up() -> None:
    """Loads both networks and runs them once, in the background after launch."""
    try:
        generate(0, 0.0, 0.0, 0, judge=True)
        sweep("c1_c2")
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _information(code: str, bound: float) -> CodeInformation:
    if code == "c1":
        return CodeInformation(code, bound, math.log(CATEGORIES), None)
    # bound = H(U(-1, 1)) - ln(sigma sqrt(2 pi e)) with H = ln 2, solved for sigma
    return CodeInformation(code, bound, None, 2 * math.exp(-bound) / math.sqrt(2 * math.pi * math.e))


def _grid(
    codes: np.ndarray,
    seed: int,
    down: tuple[int, np.ndarray],
    along: tuple[int, np.ndarray],
    variant: str = VARIANTS[0],
) -> np.ndarray:
    """(rows, columns, 28, 28) uint8: codes (3,) with the values of two of them set, in one pass."""
    from playground.inference import _codes as networks

    (row, rows), (column, columns) = down, along
    table = np.tile(codes, (len(rows), len(columns), 1))  # (rows, columns, 3)
    table[:, :, row] = rows[:, None]
    table[:, :, column] = columns[None, :]
    z = np.broadcast_to(noise(seed, Z_DIM), (len(rows) * len(columns), Z_DIM))
    return networks.images(z, table.reshape(-1, 3), variant).reshape(len(rows), len(columns), SIDE, SIDE)


def _checked(c1: object, c2: object, c3: object) -> np.ndarray:
    """Checked codes as (3,) float64."""
    turned = (checks.number(name, value, -1, 1) for name, value in (("c2", c2), ("c3", c3)))
    return np.array([checks.whole("c1", c1, 0, CATEGORIES - 1), *turned])

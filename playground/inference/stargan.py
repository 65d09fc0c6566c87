"""The stargan stage: one generator for five styles, as a matrix, there and back, and counted against one per pair.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Pictures are (..., 32, 32, 3) uint8.
Distances are mean |difference| of pixels in [0, 1]; the hidden truth is the same digit in the same scene in the target
style, which nobody trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from playground.errors import InvalidInput, WeightsError
from playground.inference import checks, given, translated
from playground.inference.translated import Numbers

MODEL = "stargan"
VARIANTS = ("lambda_10", "lambda_0")
DOMAINS = ("coat", "zebra", "winter", "outline", "checker")
DIGITS = 10
FEWEST, MOST = 2, 12  # domains to count networks for
PHOTO = 128


@dataclass(frozen=True)
class Matrix:
    """Every source (R) in every style (5).

    digits (R,): -1 where nobody said; own: whether row 0 is the visitor's. x (R, 32, 32, 3), cells (R, 5, 32, 32, 3):
    pictures. opinion (R, 5, 5) float32: D's p(style) of each cell, in the order of DOMAINS; opinion_x (R, 5): of x.
    score (R, 5): D's mean score of its patches, without a scale. read (R, 5) and sure (R, 5): the judge's digit and its
    p; style (R, 5): its p of the target style. missed (R, 5): distance from the hidden truth, NaN for a photograph.
    """

    style: str
    own: bool
    digits: np.ndarray
    x: np.ndarray
    cells: np.ndarray
    opinion: np.ndarray
    opinion_x: np.ndarray
    score: np.ndarray
    read: np.ndarray
    sure: np.ndarray
    style_p: np.ndarray
    missed: np.ndarray


@dataclass(frozen=True)
class Round:
    """One source to every style and back to its own: x -> c -> c'.

    x (32, 32, 3); there, back (5, 32, 32, 3); truth the same, None for a photograph. cycle, missed (5, 32, 32) float32:
    |x - back| and |there - truth|, mean over the colours. opinion (5, 5): D's p(style) of `there`. read: the judge's p
    of `digit` (5, 10) and `style` (5, 6). unchanged (5,): distance of x from the truth, None for a photograph.
    """

    style: str
    x: np.ndarray
    there: np.ndarray
    back: np.ndarray
    truth: np.ndarray | None
    cycle: np.ndarray
    missed: np.ndarray | None
    opinion: np.ndarray
    read: dict[str, np.ndarray]
    unchanged: np.ndarray | None


@dataclass(frozen=True)
class Count:
    """What k domains take. generators, discriminators: of CycleGAN for all ordered pairs. pairs, one: parameters of all
    these and of one StarGAN, with the papers' networks for photographs of PHOTO pixels a side."""

    k: int
    generators: int
    discriminators: int
    pairs: int
    one: int


def matrix(style: str, kind: str = "sample", value: object = 3, seed: int = 0, *, cycle: bool = True) -> Matrix:
    """All ten digits in every style, in the scenes of seed and the next; a drawing or a photograph as the first row.

    style: of the sources, one of DOMAINS; a photograph stays as it is. kind, value, seed: as `given.read` takes them.
    cycle: with lambda_rec = 10, or with 0. Raises InvalidInput or WeightsError.
    """
    from playground.inference import _stargan as networks

    style, variant = checks.choice("style", style, DOMAINS), _variant(cycle)
    rows = [given.samples(list(range(DIGITS)), checks.seed(seed))]
    if checks.choice("source", kind, given.KINDS) != "sample":
        rows.insert(0, given.read(kind, value, seed))
    return networks.matrix(rows, style, variant)


def round_trip(style: str, kind: str = "sample", value: object = 3, seed: int = 0, *, cycle: bool = True) -> Round:
    """One source to every style and back. A sample lies in the scene that it has in the matrix. Otherwise as there."""
    from playground.inference import _stargan as networks

    style, variant = checks.choice("style", style, DOMAINS), _variant(cycle)
    if kind == "sample":
        digit = checks.integer("digit", value, 0, DIGITS - 1)
        source = given.row(given.samples(list(range(DIGITS)), checks.seed(seed)), digit)
    else:
        source = given.read(kind, value, seed)
    return networks.round_trip(source, style, variant)


def counts() -> tuple[Count, ...]:
    """Networks and parameters for FEWEST..MOST domains, counted on the models themselves."""
    from playground.inference import _stargan as networks

    one, generator, discriminator = networks.parameters()
    return tuple(
        Count(k, k * (k - 1), k * (k - 1), k * (k - 1) * (generator + discriminator), one[k])
        for k in range(FEWEST, MOST + 1)
    )


def numbers() -> tuple[Numbers, Numbers]:
    """What was measured over all twenty directions, with the way back and without."""
    return tuple(translated.numbers(MODEL, variant) for variant in VARIANTS)


def warm_up() -> None:
    """Loads what the stage opens with and runs it once, in the background after launch."""
    try:
        matrix(DOMAINS[0])
        round_trip(DOMAINS[0])
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _variant(cycle: bool) -> str:
    if not isinstance(cycle, bool):
        raise InvalidInput("choice", "lambda", cycle, choices=["true", "false"])
    return VARIANTS[0] if cycle else VARIANTS[1]

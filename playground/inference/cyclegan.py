"""The cyclegan stage: a picture translated and back, both errors, what D says of its patches, what hides in the middle.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Pictures are (n, 32, 32, 3) uint8.
Distances are mean |difference| of pixels in [0, 1]. The hidden truth of a painted source is the same digit in the same
scene in the other style, which nobody trained on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from playground.errors import InvalidInput, WeightsError
from playground.inference import checks, given, translated
from playground.inference.translated import Numbers

MODEL = "cyclegan"
PAIRS = {"zebra": ("coat", "zebra"), "seasons": ("summer", "winter")}  # variant with lambda = 10: its domains
WAYS = ("coat_zebra", "zebra_coat", "summer_winter", "winter_summer")
EIGHT = 8
NOISES = 4  # per size of noise
SIGMAS = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.16)


@dataclass(frozen=True)
class Trip:
    """n pictures on their way there and back.

    x, there, back: pictures. truth: what `there` should have been, None for a photograph. cycle (n, 32, 32) float32:
    |x - back|; missed: |there - truth| or None. digits (n,): what went in, -1 where nobody said. read: the judge's p of
    `digit` (n, 10) and `style` (n, 6) in `there`. patches (n, h, w) float32: what the target's discriminator says of
    `there`, 1 real and 0 made; patches_truth: of the truth. field, stride, first: pixels that a patch sees per side,
    pixels between two, where the middle of the first is. unchanged (n,): distance of x from the truth; floor (n,): of
    two truths that differ in what x cannot tell.
    """

    way: str
    with_cycle: bool
    x: np.ndarray
    there: np.ndarray
    back: np.ndarray
    truth: np.ndarray | None
    cycle: np.ndarray
    missed: np.ndarray | None
    digits: np.ndarray
    read: dict[str, np.ndarray]
    patches: np.ndarray
    patches_truth: np.ndarray | None
    field: int
    stride: int
    first: float
    unchanged: np.ndarray | None
    floor: np.ndarray | None


@dataclass(frozen=True)
class Hidden:
    """What the picture in the middle carries unseen.

    x, there, back (k, 32, 32, 3) uint8: of the source and, where it is striped, of its twin, the same but for the
    stripes; k is 2 or 1. residuals: signed (32, 32, 3) float32 by name. "twin": G(x) - G(twin); a translator that kept
    nothing unseen would make 0. "truth": G(x) - truth. "fine": G(x) minus its mean over 3 x 3 pixels. sigmas (S,):
    sizes of noise on G(x). noisy, returned (S, 32, 32, 3) uint8: one example each. cycle (S,): mean error of the way
    back over NOISES noises; low, high (S,): of the best and the worst. stranger: distance of x from its twins, which is
    the error of a way back that has to guess the stripes. memory (S,): how much of the stripes comes back: 1 all, 0 no
    more than of anybody's. Both None without twins.
    """

    way: str
    x: np.ndarray
    there: np.ndarray
    back: np.ndarray
    residuals: dict[str, np.ndarray]
    sigmas: np.ndarray
    noisy: np.ndarray
    returned: np.ndarray
    cycle: np.ndarray
    low: np.ndarray
    high: np.ndarray
    stranger: float | None
    memory: np.ndarray | None


def trip(way: str, kind: str = "sample", value: object = 3, seed: int = 0, *, cycle: bool = True) -> Trip:
    """One source there and back. way: one of WAYS. kind, value, seed: as `given.read` takes them. cycle: with lambda =
    10, or with lambda = 0. Raises InvalidInput or WeightsError."""
    from playground.inference import _cyclegan as networks

    style, target = domains(way)
    return networks.trip(given.read(kind, value, seed), style, target, _variant(way, cycle))


def eight(way: str, kind: str = "sample", value: object = 3, seed: int = 0, *, cycle: bool = True) -> Trip:
    """Eight at once: of a sample, its digit and the seven after it; of a drawing, eight scenes. A photograph is one of
    its kind: InvalidInput. Otherwise as `trip`."""
    from playground.inference import _cyclegan as networks

    style, target = domains(way)
    source = given.read(checks.choice("source", kind, given.KINDS[:2]), value, seed)
    if kind == "sample":
        source = given.samples([(int(source.digits[0]) + k) % 10 for k in range(EIGHT)], int(source.seeds[0]))
    else:
        source = given.again(source, EIGHT)
    return networks.trip(source, style, target, _variant(way, cycle))


def hidden(way: str, kind: str = "sample", value: object = 3, seed: int = 0, *, cycle: bool = True) -> Hidden:
    """What is hidden in the middle, and how much noise it takes to lose it. Arguments and errors as in `trip`."""
    from playground.inference import _cyclegan as networks

    style, target = domains(way)
    return networks.hidden(given.read(kind, value, seed), style, target, _variant(way, cycle))


def numbers(way: str) -> tuple[Numbers, Numbers]:
    """What was measured of both directions of a pair, with the cycle and without."""
    return tuple(translated.numbers(MODEL, _variant(way, cycle)) for cycle in (True, False))


def domains(way: str) -> tuple[str, str]:
    """Source and target of a way. Raises InvalidInput."""
    source, _, target = checks.choice("way", way, WAYS).partition("_")
    return source, target


def warm_up() -> None:
    """Loads what the stage opens with and runs it once, in the background after launch."""
    for cycle in (True, False):
        try:
            trip(WAYS[0], cycle=cycle)
        except WeightsError:
            pass  # the stage itself says so, with the command that helps


def _variant(way: str, cycle: bool) -> str:
    if not isinstance(cycle, bool):
        raise InvalidInput("choice", "lambda", cycle, choices=["true", "false"])
    pair = next(pair for pair, both in PAIRS.items() if domains(way)[0] in both)
    return pair if cycle else f"{pair}_lambda_0"

"""What was measured once on InfoGAN and on its twin with lambda = 0: codes.json and metrics.json. Loads no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from playground import weights
from playground.errors import WeightsError
from playground.inference.codes import MODEL, VARIANTS, Facts, facts, measuring

ATTRIBUTES = ("slant", "width", "thickness", "height")
WAYS = ("c2", "c3", "together", "apart")


@dataclass(frozen=True)
class Effect:
    """What one way of turning does to one attribute (degrees, pixels) over the noises, between -1 and 1.

    mean, low, high (9,) float64: mean and quartiles over `Measured.axis`. change: mean difference of the ends.
    correlation: of code and attribute over all pictures.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    change: float
    correlation: float


@dataclass(frozen=True)
class Measured:
    """One network. facts: matching and information. counts (10, 10) int64: digits the judge reads, by c1.

    axis (9,) float64: values of the turned code; n: noises. effects: by way and attribute. pixel: by way, mean change
    of a pixel between the ends, in [0, 1]. name: by way, the attribute it correlates with most.
    """

    variant: str
    facts: Facts
    counts: np.ndarray
    axis: np.ndarray
    n: int
    effects: dict[str, dict[str, Effect]]
    pixel: dict[str, float]
    name: dict[str, str]


@dataclass(frozen=True)
class Typical:
    """How well real test digits are read and drawn again, as a floor for a drawing.

    read (%): how often the digit of the likeliest c1 is the label, over n. before, after: median error of the nearest
    of eight noises, root mean square over pixels in [0, 1], of `searched` digits; high: 95 % are below it afterwards.
    """

    read: float
    n: int
    before: float
    after: float
    high: float
    searched: int
    steps: int


def measured(variant: str = VARIANTS[0]) -> Measured:
    """All that was measured on one network of VARIANTS. Raises WeightsError where a file is missing or broken."""
    path = weights.directory(MODEL, variant) / "metrics.json"
    found = _stored(variant)
    try:
        rows = {row["metric"]: row for row in json.loads(path.read_text("utf-8"))}["code_effects"]["per_code"]
        effects = {
            way: {name: _effect(found["curves"][way][name], rows[way][name]) for name in ATTRIBUTES} for way in WAYS
        }
        pixel, name = ({way: rows[way][key] for way in WAYS} for key in ("pixel", "name"))
        axis, counts = np.array(found["axis"], float), np.array(found["counts"], np.int64).reshape(10, 10)
        return Measured(variant, facts(variant), counts, axis, int(found["n"]), effects, pixel, name)
    except WeightsError:
        raise
    except Exception as reason:  # missing, not JSON, or not what measuring writes
        raise WeightsError(MODEL, str(path), str(reason), measuring(variant)) from reason


def typical() -> Typical:
    """What to expect of a drawing; see `Typical`. Raises WeightsError."""
    return Typical(**_stored(VARIANTS[0])["reading"])


def _stored(variant: str) -> dict:
    path = weights.directory(MODEL, variant) / "codes.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        return {name: found[name] for name in ("axis", "n", "counts", "curves", "reading")}
    except Exception as reason:
        raise WeightsError(MODEL, str(path), str(reason), measuring(variant)) from reason


def _effect(curve: dict, row: dict) -> Effect:
    lines = (np.array(curve[name], float) for name in ("mean", "low", "high"))
    return Effect(*lines, float(row["change"]), float(row["correlation"]))

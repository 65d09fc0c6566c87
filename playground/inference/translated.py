"""What was measured once on a translator's weights: metrics.json as numbers with all that belongs beside them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from playground import weights
from playground.errors import WeightsError

WANTED = 95.0  # percent of digits kept and of styles reached


@dataclass(frozen=True)
class Numbers:
    """One network, over `n` translations per direction of test digits.

    digit, style: share of translations that keep their digit and reach their style, in percent; digit_worst,
    style_worst: of the worst direction; digit_real, style_real: how often the judge is right on true paintings.
    truth: mean L1 to the hidden truth; unchanged: of a translator that does nothing; floor: what cannot be known.
    cycle: mean L1 of the way there and back; cycle_worst: of the worst direction. pairs: these four per "a > b".
    wanted: what digit and style should reach, in percent. missing: why there are no numbers, or None.
    """

    variant: str
    digit: float = 0.0
    digit_worst: float = 0.0
    digit_real: float = 0.0
    style: float = 0.0
    style_worst: float = 0.0
    style_real: float = 0.0
    truth: float = 0.0
    unchanged: float = 0.0
    floor: float = 0.0
    cycle: float = 0.0
    cycle_worst: float = 0.0
    n: int = 0
    pairs: dict[str, dict[str, float]] | None = None
    wanted: float = 0.0
    missing: WeightsError | None = None


METRICS = {"digit": "digit_kept", "style": "style_reached", "truth": "truth_l1", "cycle": "cycle_l1"}


def numbers(id: str, variant: str) -> Numbers:
    """The measurements of one network; where there are none, `missing` says so."""
    path = weights.directory(id, variant) / "metrics.json"
    command = f"python -m playground.metrics {id} --variant {variant}"
    try:
        return _from_rows(id, variant, {row["metric"]: row for row in json.loads(path.read_text("utf-8"))})
    except FileNotFoundError:
        return Numbers(variant, missing=WeightsError(id, str(path), "missing", command))
    except Exception as reason:  # not JSON, or not what measuring writes
        return Numbers(variant, missing=WeightsError(id, str(path), f"{type(reason).__name__}: {reason}", command))


def _from_rows(id: str, variant: str, rows: dict[str, dict]) -> Numbers:
    digit, style, truth, cycle = (rows[metric] for metric in METRICS.values())
    pairs = {
        pair: {name: float(rows[metric]["pairs"][pair]) for name, metric in METRICS.items()}
        | {"floor": float(truth["floors"][pair])}
        for pair in digit["pairs"]
    }
    return Numbers(
        variant,
        *(float(digit[name]) for name in ("value", "worst", "real")),
        *(float(style[name]) for name in ("value", "worst", "real")),
        *(float(truth[name]) for name in ("value", "unchanged", "truth_floor")),
        *(float(cycle[name]) for name in ("value", "worst")),
        int(digit["n"]) // len(pairs),
        pairs,
        WANTED,
    )

"""The metrics a card can name: each takes a model and returns one row of metrics.json."""

from __future__ import annotations

from collections.abc import Callable

from playground.metrics import coverage, judge, likelihood

MEASURES: dict[str, Callable[..., dict]] = {
    "nll": likelihood.nll,
    "elbo": likelihood.elbo,
    "accuracy": judge.accuracy,
    "code_accuracy": judge.code_accuracy,
    "mutual_information": judge.mutual_information,
    "modes": coverage.modes,
    "hq": coverage.quality,
    "js": coverage.divergence,
}

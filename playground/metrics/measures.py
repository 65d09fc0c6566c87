"""The metrics a card can name: each takes a model and returns one row of metrics.json."""

from __future__ import annotations

from collections.abc import Callable

from playground.metrics import codes, coverage, density, generators, judge, likelihood, regularity, text

MEASURES: dict[str, Callable[..., dict]] = {
    "nll": likelihood.nll,
    "nll_of_windows": likelihood.nll_of_windows,
    "nll_averaged": likelihood.nll_averaged,
    "elbo": likelihood.elbo,
    "iw": likelihood.importance_weighted,
    "reconstruction": regularity.reconstruction,
    "information": regularity.information,
    "continuity": regularity.continuity,
    "completeness": regularity.completeness,
    "prior_distance": regularity.prior_distance,
    "density_nll": density.density_nll,
    "colour_nll": density.colour_nll,
    "nll_per_char": text.nll_per_char,
    "ngram": text.ngram,
    "accuracy": judge.accuracy,
    "code_accuracy": judge.code_accuracy,
    "mutual_information": judge.mutual_information,
    "code_effects": codes.code_effects,
    "frechet": generators.frechet,
    "digits": generators.digits,
    "recognised": generators.recognised,
    "modes": coverage.modes,
    "hq": coverage.quality,
    "js": coverage.divergence,
}

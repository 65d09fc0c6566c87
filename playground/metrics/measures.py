"""The metrics a card can name: each takes a model and returns one row of metrics.json."""

from __future__ import annotations

from collections.abc import Callable

from playground.metrics import (
    codes,
    conditional,
    coverage,
    density,
    generators,
    judge,
    likelihood,
    regularity,
    text,
    translation,
)

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
    "attributes_right": conditional.attributes_right,
    "caption_attributes": conditional.caption_attributes,
    "variety": conditional.variety,
    "digit_recovered": conditional.digit_recovered,
    "patches_kept": conditional.patches_kept,
    "digit_kept": translation.digit_kept,
    "style_reached": translation.style_reached,
    "truth_l1": translation.truth_l1,
    "cycle_l1": translation.cycle_l1,
    "modes": coverage.modes,
    "hq": coverage.quality,
    "js": coverage.divergence,
}

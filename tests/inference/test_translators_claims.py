"""What the translator tabs say a visitor will see, on the shipped weights."""

from __future__ import annotations

import numpy as np
import pytest

from playground import weights
from playground.inference import cyclegan, stargan


def shipped(id: str, variant: str) -> None:
    if not (weights.directory(id, variant) / "metrics.json").is_file():
        pytest.skip(f"no shipped weights of {id} {variant}")


def test_claim_stripes_return_unseen_and_noise_loses_them():
    """The page: from zebra to coat and back the stripes return; noise on the middle loses them."""
    shipped("cyclegan", "zebra")
    runs = [cyclegan.hidden("zebra_coat", "sample", digit, 10 * digit) for digit in (0, 3, 6, 8)]
    memory = np.mean([run.memory for run in runs], 0)
    assert memory[0] > 0.4 and memory[-1] < 0.6 * memory[0]
    assert all(run.cycle[-1] > run.cycle[0] for run in runs)
    hidden = [np.abs(run.residuals["twin"]).mean() for run in runs]
    shown = [np.abs(run.x[0] / 255 - run.x[1] / 255).mean() for run in runs]
    assert np.mean(hidden) < 0.5 * np.mean(shown), "expected the twins' middles to be much more alike than the twins"


@pytest.mark.parametrize("pair", list(cyclegan.PAIRS))
def test_claim_without_the_cycle_digits_are_lost(pair):
    for variant in (pair, f"{pair}_lambda_0"):
        shipped("cyclegan", variant)
    way = "_".join(cyclegan.PAIRS[pair])
    one, other = cyclegan.numbers(way)
    assert one.missing is None and other.missing is None
    assert one.digit > other.digit + 20 and one.cycle < other.cycle
    assert other.style > 90, "expected the style to be reached all the same"


def test_claim_without_the_way_back_digits_are_lost_and_do_not_come_back():
    for variant in stargan.VARIANTS:
        shipped("stargan", variant)
    one, other = stargan.numbers()
    assert one.missing is None and other.missing is None
    assert one.digit > other.digit + 3 and one.digit_worst > other.digit_worst + 20
    assert 3 * one.cycle < other.cycle and 2 * one.truth < other.truth

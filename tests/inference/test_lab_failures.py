"""Failures on demand: each seed that the page offers shows its failure, the remedy does not, most seeds do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import lab
from playground.inference.lab_failures import CRITERIA, FAILURES, failure, shows

QUICK = ("collapse", "stalling", "divergence")


def frames(run: lab.Run) -> list[lab.LabFrame]:
    return list(lab.film(run))


@pytest.mark.parametrize("id", FAILURES)
def test_a_remedy_differs_in_one_knob(id):
    found = FAILURES[id]
    assert len(found.run.losses) == len(found.remedy.losses) == 1 and found.run.dataset == found.remedy.dataset
    (before,), (after,) = (lab.settings(run, 0)[0] for run in (found.run, found.remedy))
    assert getattr(before, found.knob) != getattr(after, found.knob)
    others = {name for name in vars(found.run) if getattr(found.run, name) != getattr(found.remedy, name)}
    assert len(others) == 1 and others <= {"losses", "k_gp", "penalty"}, others
    assert lab.load(lab.describe(found.run)) == found.run


def test_criteria_read_the_frames():
    start = next(iter(lab.film(FAILURES["collapse"].run)))
    around = lab.scene("ring8")

    def made(**values):
        return replace(start, **{name: np.array([value]) for name, value in values.items()})

    one, two = np.eye(8, dtype=int)[None, 3] * 100, np.eye(8, dtype=int)[None, 5] * 100
    assert CRITERIA["collapse"]([made(modes=2, hq=0.9)], around).tolist() == [True]
    assert CRITERIA["collapse"]([made(modes=3, hq=0.9)], around).tolist() == [False]
    assert CRITERIA["precision"]([made(modes=5, hq=0.9)], around).tolist() == [True]
    assert CRITERIA["stalling"]([made(gradient=1.0, hq=0.0), made(gradient=0.01, hq=0.1)], around).tolist() == [True]
    assert CRITERIA["stalling"]([made(gradient=1.0, hq=0.0), made(gradient=0.2, hq=0.1)], around).tolist() == [False]
    assert CRITERIA["weak_critic"]([made(modes=1, hq=0.1)], around).tolist() == [True]
    assert CRITERIA["divergence"]([made(loss_d=-1e5), made(loss_d=0.0)], around).tolist() == [True]
    still = [replace(made(modes=1, hq=0.9), counts=one)] * 40
    third = np.roll(one, 1, axis=1)
    moving = [replace(made(modes=1, hq=0.9), counts=(one, two, third)[k // 3 % 3]) for k in range(40)]
    assert not CRITERIA["cycling"](still, around).any() and CRITERIA["cycling"](moving, around).all()


@pytest.mark.parametrize("id", QUICK)
def test_the_offered_seed_fails_and_the_remedy_does_not(id):
    assert shows(id, frames(FAILURES[id].run)).all()
    assert not shows(id, frames(FAILURES[id].remedy)).any()


@pytest.mark.slow
@pytest.mark.parametrize("id", [id for id in FAILURES if id not in QUICK])
def test_the_offered_seed_of_a_longer_run_fails_and_the_remedy_does_not(id):
    assert shows(id, frames(FAILURES[id].run)).all()
    assert not shows(id, frames(FAILURES[id].remedy)).any()


@pytest.mark.slow
@pytest.mark.parametrize("id", FAILURES)
def test_most_of_eight_seeds_fail(id):
    failed = [bool(shows(id, frames(replace(FAILURES[id].run, seed=seed))).all()) for seed in range(8)]
    assert sum(failed) >= 5, failed


@pytest.mark.parametrize("id", ["", None, "collapsed", 3])
def test_unknown_failures_are_refused(id):
    with pytest.raises(InvalidInput, match="failure: expected one of collapse, cycling, stalling"):
        failure(id)

"""Recorded results of many seeds: written and read back, what they say across balances, and what the page says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import lab, lab_seeds, record_seeds
from playground.inference.lab_seeds import BALANCES, across, many, recorded


def test_what_is_recorded_is_read_back():
    run = lab.make_run("C", seed=3, losses=["minimax", "lsgan"], steps=4, batch=16, width=8)
    *_, made = many(run, 8)
    back = lab_seeds.load(json.loads(json.dumps(record_seeds.describe(made))))
    assert (back.run, back.seeds, back.modes) == (run, made.seeds, made.modes)
    box = lab.scene("ring8").box
    for one, other in zip(made.panels, back.panels, strict=True):
        given = one.points[:, : record_seeds.SHOWN]
        assert other.points.shape == given.shape
        inside = np.abs(given).max(-1) <= 1.25 * box
        assert np.abs(other.points - given)[inside].max() <= 1.25 * box / 254 * 1.01
        assert np.isnan(other.points[~inside]).all()
        np.testing.assert_array_equal(other.modes.values, one.modes.values)
        np.testing.assert_allclose(other.hq.values, one.hq.values, atol=1e-4)
        assert (other.full, other.diverged) == (one.full, one.diverged)
    assert [p for p in back.pairs if p.number == "modes"] == [p for p in made.pairs if p.number == "modes"]


def test_points_far_away_and_numbers_that_do_not_exist():
    box = 3.0
    codes = record_seeds.encode(np.array([[[0.0, 0.0], [9.0, 0.0], [np.nan, 1.0], [3.75, -3.75]]]), box)
    run = lab.describe(lab.make_run("C", losses=["lsgan"]))
    panel = {"loss": "lsgan", "points": codes, "modes": [3], "hq": [None], "js": [0.5], "diverged": 1}
    told = {"run": run, "seeds": [0], "modes": 8, "seconds": 1.0, "panels": [panel]}
    (got,) = lab_seeds.load(told).panels
    scale = lab.scene("ring8").box / box
    expected = [[0, 0], [np.nan, np.nan], [np.nan, np.nan], [3.75 * scale, -3.75 * scale]]
    np.testing.assert_allclose(got.points[0], expected, atol=1e-6)
    assert np.isnan(got.hq.values).all() and got.diverged.k == 1


@pytest.mark.parametrize("preset", BALANCES)
def test_the_recordings_are_those_that_the_lab_claims(preset):
    """Sixteen seeds of each preset as it is, to its end, with the medians and ranges of claims.json."""
    found, claim = recorded(preset), lab.claims()[preset]
    assert found.run == lab.make_run(preset) and found.seeds == tuple(range(claim["seeds"]))
    assert found.modes == claim["total"]
    for panel in found.panels:
        median, low, high = claim["modes"][panel.loss]
        assert abs(panel.modes.median - median) <= 1, (preset, panel.loss, panel.modes)
        assert panel.modes.smallest >= low - 1 and panel.modes.largest <= high + 1
        assert panel.points.shape == (16, record_seeds.SHOWN, 2) and panel.hq.values.max() <= 1


@pytest.mark.parametrize("preset", lab.PRESETS)
def test_every_preset_opens_on_sixteen_seeds_of_itself(preset):
    found = recorded(preset)
    assert found.run == lab.make_run(preset) and found.seeds == tuple(range(16))
    assert [panel.loss for panel in found.panels] == list(found.run.losses)
    assert all(panel.points.shape == (16, record_seeds.SHOWN, 2) for panel in found.panels)


def test_recordings_are_small():
    files = list(lab.RECORDED.glob("seeds_*.json"))
    assert len(files) == len(lab.PRESETS) and sum(path.stat().st_size for path in files) < 200_000


def test_a_preset_without_a_recording_has_none_and_an_unknown_one_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(lab, "RECORDED", tmp_path)
    recorded.cache_clear()
    assert recorded("A") is None
    recorded.cache_clear()
    with pytest.raises(InvalidInput, match="preset"):
        recorded("Z")


def test_the_balance_turns_the_order_of_losses():
    """What the page says in a sentence: least squares against minimax, under a slow D and under a balanced one."""
    by = {(one.first, one.second): one for one in lab_seeds.balances() if one.number == "modes"}
    one = by["minimax", "lsgan"]
    assert one.turns and one.pairs["B"].evidence and one.pairs["C"].evidence
    assert one.pairs["B"].worse > one.pairs["B"].better and one.pairs["C"].better > one.pairs["C"].worse
    assert not by["minimax", "wgan_gp"].turns, "expected WGAN-GP never to cover fewer modes than minimax with evidence"


def test_only_evidence_for_both_ways_turns_an_order():
    def result(preset, a, b):
        run = lab.make_run(preset, losses=["minimax", "lsgan"])
        ends = [
            {"points": np.zeros((8, 1, 2)), "hq": v / 8, "js": 0 * v, "modes": v, "diverged": v < 0} for v in (a, b)
        ]
        return lab_seeds.summary(run, tuple(range(8)), 8, ends, 1.0)

    low, high = np.arange(8.0), np.arange(8.0) + 1
    mixed = low + np.array([1, -1] * 4)
    for second, turns in [
        (result("C", high, low), True),
        (result("C", low, high), False),
        (result("C", low, mixed), False),
    ]:
        modes, hq, js = across([result("B", low, high), second])
        assert (modes.number, hq.number, js.number) == ("modes", "hq", "js")
        assert (modes.turns, hq.turns, js.turns) == (turns, turns, False)
        assert list(modes.pairs) == ["B", "C"] and modes.pairs["B"].worse == 8
    alone = lab_seeds.summary(lab.make_run("C", losses=["lsgan"]), (0,), 8, [one_seed()], 1.0)
    with pytest.raises(ValueError, match="same losses"):
        across([result("B", low, high), alone])


def one_seed():
    zero = np.zeros(1)
    return {"points": np.zeros((1, 1, 2)), "hq": zero, "js": zero, "modes": zero, "diverged": zero < 0}


@pytest.mark.slow
@pytest.mark.parametrize("preset", BALANCES)
def test_training_anew_says_the_same(preset):
    """Rounding differs from machine to machine, and with it single seeds; medians and the evidence hold."""
    *_, anew = many(lab.make_run(preset), 16)
    for panel, old in zip(anew.panels, recorded(preset).panels, strict=True):
        assert abs(panel.modes.median - old.modes.median) <= 1, (panel.loss, panel.modes, old.modes)
    for pair, old in zip(anew.pairs, recorded(preset).pairs, strict=True):
        if pair.number == "modes" and pair.evidence and old.evidence:
            assert (pair.better > pair.worse) == (old.better > old.worse), (pair, old)

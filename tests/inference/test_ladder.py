"""The ladder: its rows against the files they come from, and the order that must hold."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from playground import catalog, weights
from playground.inference import ladder

RUNGS = {rung.id: rung for rung in ladder.rungs()}
EACH = pytest.mark.parametrize("rung", RUNGS.values(), ids=lambda rung: rung.id)
LEAK = 77.0  # nats; a model of binary MNIST below this sees its own future
ORDER = (("bernoulli",), ("markov",), ("ar_k",), ("fvsbn",), ("nade", "made"), ("pixel_cnn",))


def test_every_explicit_model_stands_in_one_group_and_others_in_none():
    groups = {card.id: ladder.group(card) for card in catalog.CARDS}
    assert {id for id, group in groups.items() if group is None} >= {"infogan", "judge", "lsgan"}
    expected = {
        "pixel_cnn": "binary",
        "vae": "binary",
        "rnade": "density",
        "pixel_cnn_rgb": "colour",
        "char_rnn": "text",
    }
    assert {id: groups[id] for id in expected if id in groups} == {k: v for k, v in expected.items() if k in groups}


def test_order_of_the_pixel_models():
    """Bernoulli > Markov > AR(28) > FVSBN > {NADE, MADE} > PixelCNN >= Gated, of those that are shipped."""
    shipped = [[RUNGS[id].value for id in step if id in RUNGS] for step in ORDER]
    missing = [id for step in ORDER for id in step if id not in RUNGS]
    if missing:
        print(f"not shipped yet, left out of the order: {missing}")
    steps = [values for values in shipped if values]
    for above, below in zip(steps[:-1], steps[1:], strict=True):
        assert min(above) > max(below), {id: RUNGS[id].value for id in RUNGS}
    if "gated_pixel_cnn" in RUNGS:
        assert RUNGS["pixel_cnn"].value >= RUNGS["gated_pixel_cnn"].value


def test_no_pixel_model_is_too_good():
    values = {rung.id: rung.value for rung in RUNGS.values() if rung.stage == "pixels"}
    assert min(values.values()) > LEAK, f"a leak until the gradient test says otherwise: {values}"


@EACH
def test_a_rung_says_what_its_files_say(rung):
    folder = weights.directory(rung.id.removesuffix(f"_{rung.variant}"), rung.variant)
    head = json.loads((folder / "metrics.json").read_text("utf-8"))[0]
    assert rung.value == head["value"] and rung.bound == ("bound" in head)
    assert rung.parameters and rung.calls, "run: python -m playground.metrics " + rung.id
    assert (rung.images is None) != (rung.text is None)
    if rung.images is not None:
        assert rung.images.dtype == np.uint8 and len(rung.images) == 8 and rung.images.std() > 0


@EACH
def test_bits_are_nats_in_another_unit(rung):
    if rung.group == "binary":
        assert rung.bits == pytest.approx(rung.value / 784 / math.log(2))
        assert rung.binarization == "DYNAMIC"
    elif rung.group == "density":
        assert rung.bits is None, "bits of a density depend on the unit of x"
    elif rung.group == "text":
        assert rung.bits == pytest.approx(rung.value / math.log(2), abs=1e-3)


@EACH
def test_published_numbers_name_their_data(rung):
    for number in rung.published:
        assert number.binarization in ("FIXED", "DYNAMIC") or rung.group != "binary", number


def test_the_vae_is_a_bound_and_draws_in_one_call():
    assert RUNGS["vae"].bound and RUNGS["vae"].calls == 1
    assert not RUNGS["pixel_cnn"].bound and RUNGS["pixel_cnn"].calls == 784


def test_recorded_times_are_of_one_named_machine():
    found = ladder.recorded()
    assert {"command", "machine", "versions", "rows"} <= found.keys()
    assert found["machine"]["threads"] == 1 and found["machine"]["processor"]
    for name, row in found["rows"].items():
        assert (
            row["unit"] == "s"
            and row["ours"] > 0
            and row["ratio"] == pytest.approx(row["baseline"] / row["ours"], rel=0.01)
        ), name


@EACH
def test_times_come_from_the_bench(rung):
    row = ladder.recorded()["rows"].get(f"{rung.id}_sample/1")
    if row is None:
        pytest.skip(f"not recorded yet: python -m playground.bench --record {rung.id}")
    assert rung.cached == pytest.approx(1000 * row["ours"])
    assert rung.naive == (None if rung.bound else pytest.approx(1000 * row["baseline"]))


def test_missing_files_leave_gaps_not_errors(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    monkeypatch.setattr(ladder, "BENCH", tmp_path / "bench.json")
    assert ladder.rungs() == [] and ladder.recorded() == {}
    (tmp_path / "nade").mkdir()
    (tmp_path / "nade" / "metrics.json").write_text('[{"metric": "nll", "value": 85.7, "binarization": "DYNAMIC (x)"}]')
    (one,) = ladder.rungs()
    assert (one.value, one.parameters, one.cached, one.images, one.text) == (85.7, None, None, None, None)


# ---- what the page says under "What to look at" ----------------------------------------------------------------------


def test_first_steps_are_worth_tens_of_nats_and_the_last_ones_few():
    values = [RUNGS[id].value for id in ("bernoulli", "markov", "ar_k") if id in RUNGS]
    assert min(a - b for a, b in zip(values[:-1], values[1:], strict=True)) > 10
    assert 0 < RUNGS["nade"].value - RUNGS["pixel_cnn"].value < 10


def test_pixel_cnn_is_smaller_than_nade_and_slower():
    small, large = RUNGS["pixel_cnn"], RUNGS["nade"]
    assert small.parameters < large.parameters / 5, (small.parameters, large.parameters)
    if small.cached and large.cached:
        assert small.cached > large.cached, (small.cached, large.cached)

"""The seeds stage without a browser: its stream, its cancelling, what it tells of a result."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import lab, lab_seeds
from playground.ui.lane import Lane
from playground.ui.stages import lab as lab_stage
from playground.ui.stages import seeds as stage
from tests.ui.test_lab import unpack


@pytest.fixture
def lane(monkeypatch):
    fresh = Lane(places=1)
    monkeypatch.setattr(lab_stage, "LANE", fresh)
    monkeypatch.setattr(lab_stage, "POLL", 0.01)
    return fresh


def short():
    return lab.make_run("C", seed=5, steps=20, losses=["minimax", "lsgan"])


async def collect(messages):
    return [message async for message in messages]


def test_a_stream_is_progress_and_the_result_of_the_room(lane):
    queue, *progress, last = asyncio.run(collect(stage.watch(short(), "8")))
    assert queue == {"queue": 0} and not lane._tickets
    shares = [message["progress"] for message in progress]
    assert shares == sorted(shares) and all(0 <= share <= 1 for share in shares)
    (*_, many) = lab_seeds.many(short(), 8)
    result = last["result"]
    assert result["seeds"] == list(range(5, 13)) and result["modes"] == 8
    for got, panel in zip(result["panels"], many.panels, strict=True):
        assert got["modes"]["values"] == panel.modes.values.tolist() and got["loss"] == panel.loss
        box = lab.scene("ring8").box
        np.testing.assert_array_equal(unpack(got["points"]), lab.quantize(panel.points, box))
    assert [pair["p"] for pair in result["pairs"]] == [pair.p for pair in many.pairs]


def test_cancelling_ends_the_work_and_frees_the_place(lane):
    async def cancelled():
        stream = stage.watch(short(), "32")
        seen = [await anext(stream), await anext(stream)]
        stage.cancel()
        return seen + [message async for message in stream]

    messages = asyncio.run(cancelled())
    assert messages[-1] == {"cancelled": True} and not lane._tickets
    assert not any("result" in message for message in messages)


def test_others_wait_their_turn(lane):
    async def both():
        other = lane.join("somebody")
        stream = stage.watch(short(), "8")
        waiting = [await anext(stream) for _ in range(2)]
        other.leave()
        return waiting, [message async for message in stream]

    waiting, after = asyncio.run(both())
    assert waiting == [{"queue": 1}] * 2 and "result" in after[-1]


def test_it_opens_on_what_was_recorded():
    result = stage.recorded("B")["result"]
    found = lab_seeds.recorded("B")
    assert result["recorded"] and result["preset"] == "B" and result["seeds"] == list(range(16))
    for got, panel in zip(result["panels"], found.panels, strict=True):
        assert got["modes"]["values"] == panel.modes.values.tolist()
        points = unpack(got["points"])
        assert points.shape == (16, 150, 2) and (points != lab.OUTSIDE).mean() > 0.5
    turned = [one for one in result["across"] if one["turns"]]
    for one in turned:
        sure = [pair for pair in one["pairs"].values() if pair["evidence"]]
        assert {pair["better"] > pair["worse"] for pair in sure} == {True, False}
    assert len(result["across"]) == 18 and set(result["across"][0]["pairs"]) == set(lab_seeds.BALANCES)


def test_a_preset_without_a_recording_opens_on_a_hint(monkeypatch):
    monkeypatch.setattr(lab_seeds, "recorded", lambda preset: None)
    assert stage.recorded("E") == {"hint": True}


def test_an_unknown_preset_is_refused():
    with pytest.raises(InvalidInput, match="preset"):
        stage.recorded("Z")


def test_a_number_that_does_not_exist_is_none():
    told = stage.spread(lab_seeds.spread(np.array([1.0, np.nan, 3.0])))
    assert told["values"] == [1, None, 3] and told["median"] == 2
    assert stage.spread(lab_seeds.spread(np.full(3, np.nan)))["median"] is None


@pytest.mark.parametrize("seeds", ["9", 0, None, "many"])
def test_other_numbers_of_seeds_are_refused(lane, seeds):
    with pytest.raises(InvalidInput, match="seeds"):
        asyncio.run(collect(stage.watch(short(), seeds)))

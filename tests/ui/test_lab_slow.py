"""The lab's slow motion without a browser: its messages, what they tell, what is refused."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import lab, lab_slow
from playground.inference.lab_run import Panel, settings
from playground.ui.components.lab_slow import D_PHASES, G_PHASES, Z_UNIT
from playground.ui.lane import Lane
from playground.ui.stages import lab as lab_stage
from playground.ui.stages import lab_slow as stage
from tests.ui.test_lab import unpack

PANELS = [
    {"loss": "minimax", "k_d": 2},
    {"loss": "lsgan", "k_g": 2, "a": -1.0, "b": 1.0, "c": 0.0},
    {"loss": "wgan_gp"},
]
SMALL = {"preset": "C", "seed": 4, "panels": PANELS, "steps": 200, "batch": 32, "width": 16}


@pytest.fixture
def lane(monkeypatch):
    fresh = Lane(places=1)
    monkeypatch.setattr(lab_stage, "LANE", fresh)
    monkeypatch.setattr(lab_stage, "POLL", 0.01)
    return fresh


async def collect(messages):
    return [message async for message in messages]


def asked(**given):
    return SimpleNamespace(_data={"token": 3, **SMALL, **given})


def test_an_iteration_comes_with_its_way_there(lane):
    queue, *way, last = asyncio.run(collect(stage.slowly(asked(step=150))))
    assert queue == {"token": 3, "queue": 0} and not lane._tickets
    steps = [message["progress"] for message in way]
    assert steps == sorted(steps) and all(0 <= step < 150 for step in steps)
    assert last["token"] == 3 and last["told"]["step"] == 150 and last["told"]["steps"] == 200
    json.dumps(last, allow_nan=False)
    *way, last = asyncio.run(collect(stage.slowly(asked(step=151))))
    assert way == [{"token": 3, "queue": 0}], "expected the next iteration without more training"
    assert last["told"]["step"] == 151


def test_what_is_told_is_what_the_room_says(lane):
    told = asyncio.run(collect(stage.slowly(asked(step=9))))[-1]["told"]
    run = lab.make_run("C", seed=4, panels=PANELS, steps=200, batch=32, width=16)
    slow, box = lab_slow.slow(run, 9), lab.scene("ring8").box
    assert (told["batch"], told["z_dim"]) == (32, 2)
    for panel, own, got in zip(slow.panels, settings(run, 9)[0], told["panels"], strict=True):
        assert (got["loss"], got["targets"]) == (panel.loss, [own.a, own.b, own.c])
        assert [len(got["d"]), len(got["g"])] == [len(panel.d), len(panel.g)] == [own.k_d, own.k_g]
        for step, one in zip(panel.d, got["d"], strict=True):
            np.testing.assert_allclose(
                unpack(one["z"]) / Z_UNIT, step.z.clip(-127 / Z_UNIT, 127 / Z_UNIT), atol=0.51 / Z_UNIT
            )
            np.testing.assert_array_equal(unpack(one["x"]), lab.quantize(step.x, box))
            np.testing.assert_allclose(unpack(one["logits_real"]), step.logits_real)
            np.testing.assert_allclose(unpack(one["field"]) / 255, step.field, atol=0.51 / 255)
            assert one["real_part"] + one["fake_part"] + one["penalty"] == pytest.approx(step.loss, rel=1e-4, abs=1e-5)
            assert np.square(one["layers"]).sum() == pytest.approx(one["gradient"] ** 2, rel=1e-4)
        for step, one in zip(panel.g, got["g"], strict=True):
            np.testing.assert_array_equal(unpack(one["moved"]), lab.quantize(step.moved, box))
            np.testing.assert_allclose(unpack(one["push"]), step.push)
            assert one["median_push"] == pytest.approx(np.median(np.linalg.norm(step.push, axis=1)))
        inside = [np.abs(step.logits).max() <= got["reach"] * 1.5 for step in panel.g]
        assert all(inside) and got["reach"] >= 4 and got["reach"] == int(got["reach"])
        assert unpack(got["curves"]["logits"])[[0, -1]].tolist() == [-got["reach"], got["reach"]]


def test_the_parts_of_a_loss_are_their_own_means():
    """Against the losses written out, at logits that are nobody's."""
    real, fake = np.array([0.5, -2.0]), np.array([1.0, -3.0])
    step = SimpleNamespace(logits_real=real, logits_fake=fake)
    sigma = 1 / (1 + np.exp(-np.concatenate([real, fake])))
    expected = {
        "minimax": (-np.log(sigma[:2]).mean(), -np.log(1 - sigma[2:]).mean()),
        "nonsaturating": (-np.log(sigma[:2]).mean(), -np.log(1 - sigma[2:]).mean()),
        "lsgan": (((real - 1) ** 2).mean() / 2, ((fake + 1) ** 2).mean() / 2),
        "wgan_gp": (-real.mean(), fake.mean()),
    }
    for loss, parts in expected.items():
        assert lab_slow.parts(Panel(loss, a=-1.0, b=1.0, c=0.0), step) == pytest.approx(parts)


def test_numbers_that_do_not_exist_are_none():
    assert stage._number(float("nan")) is None and stage._number(np.float32(2)) == 2
    assert stage._reach(np.array([np.nan, np.inf])) == 4 and stage._reach(np.zeros(0)) == 4


def test_the_link_reaches_every_phase():
    most = lab.CRITIC_HIGH * (len(D_PHASES) + len(G_PHASES))
    assert stage.FIELDS["phase"].high == most and set(stage.FIELDS) <= set(lab_stage.FIELDS)
    assert not set(stage.FIELDS) & set(lab_stage.SAVED), "expected slow motion to be no setting of a run"


@pytest.mark.parametrize("step", [-1, 200, "9", None, 1.5, True])
def test_there_is_no_other_iteration(lane, step):
    (message,) = asyncio.run(collect(stage.slowly(asked(step=step))))
    assert message["token"] == 3 and message["error"]["kind"] in ("integer_range", "not_number") and not lane._tickets


@pytest.mark.parametrize("bad", [{"preset": "Z"}, {"panels": []}, {"seed": -1}, {"dataset": {"name": "points"}}])
def test_bad_runs_are_refused(lane, bad):
    (message,) = asyncio.run(collect(stage.slowly(asked(step=3, **bad))))
    assert "error" in message and not lane._tickets
    (message,) = asyncio.run(collect(stage.slowly(SimpleNamespace(_data="nothing"))))
    assert "error" in message and message["token"] == 0


def test_others_wait_and_who_leaves_frees_the_place(lane):
    run = lab.make_run("C", seed=8, steps=2000, batch=32, width=16)

    async def waiting():
        other = lane.join("somebody")
        stream = stage.watch(run, 1500, wish=2)
        places = [await anext(stream), await anext(stream)]
        other.leave()
        got = [await anext(stream) for _ in range(3)]
        stage.leave(SimpleNamespace(_data={"token": 2}))
        return places, got, [message async for message in stream]

    places, got, rest = asyncio.run(waiting())
    assert places == [{"queue": 1}] * 2 and got[0] == {"queue": 0} and "progress" in got[1]
    assert not any("told" in message for message in rest) and not lane._tickets


def test_a_full_lane_says_so(monkeypatch):
    monkeypatch.setattr(lab_stage.LANE, "join", lambda *_: None)
    (message,) = asyncio.run(collect(stage.slowly(asked(step=3))))
    assert message["error"]["kind"] == "busy"


def test_a_step_outside_is_refused_before_anything_starts():
    with pytest.raises(InvalidInput, match="step"):
        lab_slow.slowly(lab.make_run("C", steps=20), 20)

"""The lab's stage without a browser: the lane, the stream, the named endpoint."""

from __future__ import annotations

import asyncio
import base64

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import lab
from playground.ui import app
from playground.ui.lane import LONGEST, Lane
from playground.ui.stages import lab as stage


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_lane_is_fair_and_shows_places():
    lane = Lane(places=2, clock=Clock())
    tickets = [lane.join(name) for name in "abcd"]
    assert [ticket.place() for ticket in tickets] == [0, 0, 1, 2]
    tickets[0].leave()
    assert [ticket.place() for ticket in tickets[1:]] == [0, 0, 1]
    lane.leave("b", wish=0)
    assert tickets[1].gone and [ticket.place() for ticket in tickets[2:]] == [0, 0]


def test_a_visitor_has_one_place_only():
    lane = Lane(places=2, clock=Clock())
    first, second = lane.join("a"), lane.join("a")
    assert first.gone and not second.gone and second.place() == 0
    first.leave()  # the old stream cleans up late
    assert not second.gone and lane.join("b").place() == 0


def test_wishes_that_overtake_each_other_end_as_meant():
    lane = Lane(places=2, clock=Clock())
    second = lane.join("a", wish=2)
    late = lane.join("a", wish=1)
    assert late.gone and not second.gone
    lane.leave("a", wish=1)
    assert not second.gone
    lane.leave("a", wish=2)
    assert second.gone


def test_who_vanishes_frees_the_place():
    clock = Clock()
    lane = Lane(places=1, idle=30, clock=clock)
    gone, waiting = lane.join("a"), lane.join("b")
    clock.now = 20
    assert waiting.place() == 1
    clock.now = 35
    assert waiting.place() == 0 and gone.gone


def test_a_full_lane_says_so():
    lane = Lane(places=1, clock=Clock())
    assert all(lane.join(str(k)) for k in range(LONGEST))
    assert lane.join("late") is None


async def collect(messages, most=100):
    found = []
    async for message in messages:
        found.append(message)
        if len(found) >= most:
            break
    await messages.aclose()
    return found


@pytest.fixture
def lane(monkeypatch):
    fresh = Lane(places=1)
    monkeypatch.setattr(stage, "LANE", fresh)
    monkeypatch.setattr(stage, "POLL", 0.01)
    return fresh


def short(**changes):
    return lab.make_run("A", seed=9, steps=20, every=10, **changes)


def test_a_stream_is_a_scene_frames_and_an_end(lane):
    messages = asyncio.run(collect(stage.watch(short(), "a")))
    assert [next(iter(message)) for message in messages] == ["queue", "scene", "frame", "frame", "frame", "end"]
    assert [message["frame"]["step"] for message in messages if "frame" in message] == [0, 10, 20]
    assert messages[-1] == {"end": True}
    assert not lane._tickets


def test_pausing_ends_the_work_and_playing_goes_on(lane):
    async def paused():
        stream = stage.watch(short(), "a")
        seen = [await anext(stream) for _ in range(3)]  # queue, scene, first frame
        lane.leave("a", wish=0)
        rest = [message async for message in stream]
        return seen, rest

    seen, rest = asyncio.run(paused())
    assert rest == [] and not lane._tickets, "expected no frame and no end after the pause"
    more = asyncio.run(collect(stage.watch(short(), "a", after=seen[-1]["frame"]["step"])))
    assert [message["frame"]["step"] for message in more if "frame" in message] == [10, 20]


def test_a_closed_stream_frees_its_place(lane):
    async def closed():
        stream = stage.watch(short(), "a")
        await anext(stream)
        assert len(lane._tickets) == 1
        await stream.aclose()

    asyncio.run(closed())
    assert not lane._tickets


def test_others_see_their_place_until_it_is_their_turn(lane):
    async def both():
        first = stage.watch(short(), "a")
        await anext(first)
        second = stage.watch(short(), "b")
        waiting = [await anext(second) for _ in range(3)]
        await first.aclose()
        return waiting, await collect(second)

    waiting, after = asyncio.run(both())
    assert waiting == [{"queue": 1}] * 3
    assert "end" in after[-1]


def test_the_player_is_told_what_is_wrong(lane):
    class Event:
        _data = {"token": 7, "preset": "A", "dataset": "ring8", "seed": -4}

    (message,) = asyncio.run(collect(stage.train(Event())))
    assert message["token"] == 7
    assert message["error"]["message"]["en"] == "seed: expected an integer from 0 to 2147483647, got -4"
    for junk in (None, [], "run", {"token": "x"}, {"preset": {"a": 1}}):
        Event._data = junk
        (message,) = asyncio.run(collect(stage.train(Event())))
        assert message["token"] == 0 and message["error"]["kind"] == "choice"


def test_knobs_of_the_page_are_within_bounds():
    """Every combination that the controls offer is a run that the room accepts."""
    for preset, run in lab.PRESETS.items():
        for factor in map(float, stage.RATES):
            lab.make_run(preset, lr_g=run.lr_g * factor, lr_d=run.lr_d * factor, lr_gp=run.lr_gp * factor)
    for k in stage.CRITIC[1:]:
        lab.make_run("A", k=int(k), k_gp=int(k))


def test_the_player_gets_the_parts_that_its_overlays_draw(lane):
    class Event:
        _data = {"token": 3, "preset": "C", "dataset": "ring8", "seed": 9, "every": 10, "stop": 10}

    messages = asyncio.run(collect(stage.train(Event())))
    frames = [message["frame"] for message in messages if "frame" in message]
    assert [frame["step"] for frame in frames][-1] == 10
    run = lab.make_run("C", seed=9, every=10)
    (*_, frame) = lab.film(run, stop=10, parts=lab.PARTS)
    expected = lab.packed(frame, lab.scene(run.dataset).box)
    for name in ("optimal", "manifold", "manifold_density", "histogram", "histogram_range"):
        np.testing.assert_array_equal(unpack(frames[-1][name]), expected[name], err_msg=name)
    assert (unpack(frames[-1]["optimal"])[3] == 255).all(), "expected no optimal D for WGAN-GP's critic"


def test_every_data_set_of_the_controls_is_one_that_the_room_accepts():
    for name, (low, high, _) in stage.DATA_KNOBS.items():
        for value in (low, high):
            field = stage.FIELDS[name]
            assert field.read(name, value) == value, f"{name}: expected a link that may say {value}"
    for name, knobs in {"ring": ("modes",), "grid": ("rows", "columns"), "pair": ("weight",)}.items():
        for at in (0, 1):
            told = {knob: stage.DATA_KNOBS[knob][at] for knob in (*knobs, "std")}
            lab.make_run(dataset={"name": name, **told})
    assert stage.USUAL["ring8"] == 0.05 and stage.USUAL["moons"] == 0.1
    around = stage.scene({"name": "mixture", "points": [[1, 1], [-1, -1]], "std": 0.2})
    np.testing.assert_array_equal(sorted(unpack(around["centers"]).tolist()), [[-1, -1], [1, 1]])


def streamed(**asked):
    class Event:
        _data = {"token": 3, "preset": "C", "dataset": "ring8", "seed": 9, "every": 10, **asked}

    return asyncio.run(collect(stage.train(Event())))


def test_a_branch_from_the_page_is_the_branch_of_the_room(lane):
    change = {"step": 10, "knob": "loss", "value": "lsgan", "panel": 0}
    messages = streamed(after=10, stop=30, changes=[change])
    run = lab.branch(lab.make_run("C", seed=9, every=10), 10, "loss", "lsgan", 0)
    (*_, frame) = lab.film(run, after=10, stop=30)
    last = [message["frame"] for message in messages if "frame" in message][-1]
    assert last["step"] == 30
    np.testing.assert_array_equal(unpack(last["numbers"]), lab.packed(frame, 1)["numbers"])
    (refused,) = streamed(changes=[{**change, "value": "adam"}])
    assert "loss" in refused["error"]["message"]["en"]


def test_a_run_that_settles_says_so_with_its_last_frame(lane):
    wild = streamed(panels=[{"loss": "wgan_gp", "penalty": 0.0, "lr_g": 0.05, "lr_d": 0.05}], settle=True)
    assert wild[-1]["settled"] is True and wild[-1]["frame"] == wild[-2]["frame"]
    assert wild[-1]["frame"]["step"] < lab.PRESETS["C"].steps
    assert not any("settled" in message for message in streamed(stop=20))


@pytest.mark.parametrize(
    "id", [id if id == "divergence" else pytest.param(id, marks=pytest.mark.slow) for id in stage.FAILING]
)
def test_a_failure_beside_what_to_try_next_is_one_run_that_shows_it_once(id):
    """The page shows both as two panels of one run; the room's tests are about two runs of one panel."""
    from playground.inference.lab_failures import shows

    told = dict(stage.FAILING[id])
    run = lab.make_run(told.pop("preset"), told.pop("dataset"), told.pop("seed"), **told)
    assert shows(id, list(lab.film(run))).tolist() == [True, False]


def test_ranges_of_the_steering_knobs_are_those_of_the_room():
    from playground.ui.components.lab_controls import STEER_RANGE, STEERS

    assert set(STEERS) == set(lab.LIVE)
    run = lab.make_run("C")
    for knob, ends in STEER_RANGE.items():
        for value in ends:
            lab.branch(run, 0, knob, value)
        with pytest.raises(InvalidInput):
            lab.branch(run, 0, knob, ends[1] + 1)


def test_curves_of_a_loss_come_as_the_room_has_them():
    got = stage.curves("lsgan", -1, 1, 0, 16)
    want = lab.loss_curves("lsgan", -1.0, 1.0, 0.0, 16)
    for name in ("logits", "real", "fake", "generator", "pull"):
        np.testing.assert_allclose(unpack(got[name]), getattr(want, name), rtol=1e-6, err_msg=name)
    for bad in (("adam", 0, 1, 1, 8), ("lsgan", 9, 1, 1, 8), ("lsgan", 0, 1, 1, -1), ("lsgan", 0, 1, 1, None)):
        with pytest.raises(InvalidInput):
            stage.curves(*bad)


def test_a_table_comes_as_points_and_its_errors_name_the_line():
    read = stage.table("x;y\n1;2\n-1;0,5\n")
    np.testing.assert_array_equal(unpack(read["points"]), [[1, 2], [-1, 0.5]])
    assert read["unit"] == 1 and read["middle"] == [0, 0]
    wide = stage.table("0,0\n100,50")
    given = unpack(wide["points"]) * wide["unit"] + wide["middle"]
    np.testing.assert_allclose(given, [[0, 0], [100, 50]], atol=1e-4)
    for bad, line in (("1,2\n3,x", 2), ("1,2\n\n3", 3), ("1,2\n3,nan", 2)):
        with pytest.raises(InvalidInput, match=f"line {line}"):
            stage.table(bad)


def unpack(packed):
    kind = np.dtype(packed["dtype"]).newbyteorder("<")
    return np.frombuffer(base64.b64decode(packed["data"]), kind).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    from gradio_client import Client

    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_run_lab_streams(client):
    asked = {"preset": "C", "seed": 4, "steps": 20, "every": 10, "losses": ["minimax", "lsgan"], "changes": {"k": 2}}
    job = client.submit(**asked, api_name="/run_lab")
    assert job.result(timeout=60) == {"end": True}
    queue, first, *frames, last = job.outputs()
    assert queue == {"queue": 0}
    assert first["run"]["k"] == 2 and first["run"]["losses"] == ["minimax", "lsgan"]
    assert first["scene"]["numbers"] == list(lab.NUMBERS) and last == {"end": True}
    assert [frame["frame"]["step"] for frame in frames] == [0, 10, 20]
    expected = [
        lab.packed(frame, first["scene"]["box"])
        for frame in lab.film(lab.make_run("C", seed=4, steps=20, every=10, losses=["minimax", "lsgan"], k=2))
    ]
    for got, want in zip(frames, expected, strict=True):
        for name, array in want.items():
            np.testing.assert_array_equal(unpack(got["frame"][name]), array, err_msg=name)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"preset": "Q"}, "preset: expected one of A, B, C, E, M, S, got 'Q'"),
        ({"seed": -1}, "seed: expected an integer from 0"),
        ({"steps": 10**7}, "expected an integer from 1 to 20000"),
        ({"changes": [1]}, "changes"),
        ({"changes": {"lr_g": "NaN"}}, "expected a number"),
        ({"changes": {"__class__": 1}}, "knob"),
        ({"losses": ["adam"]}, "losses"),
    ],
)
def test_run_lab_refuses_bad_input(client, asked, expected):
    with pytest.raises(Exception, match=expected):
        client.predict(**asked, api_name="/run_lab")


def test_only_run_lab_is_public(client):
    named = client.view_api(return_format="dict")["named_endpoints"]
    assert list(named) == ["/run_lab"]


def test_refusal_is_at_the_door():
    with pytest.raises(InvalidInput):
        asyncio.run(collect(stage.watch(short(), "a", after=-3)))

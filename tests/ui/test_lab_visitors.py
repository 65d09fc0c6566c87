"""Twenty visitors press play at once; and films of pictures that the lab's page asks for."""

from __future__ import annotations

import asyncio
import base64
import io
import threading
import time

import numpy as np
import pytest
from PIL import Image

from playground.errors import InvalidInput, PlaygroundError
from playground.inference import lab
from playground.ui.lane import Lane
from playground.ui.stages import lab as stage

VISITORS, PLACES = 20, 2


def unpack(packed):
    kind = np.dtype(packed["dtype"]).newbyteorder("<")
    return np.frombuffer(base64.b64decode(packed["data"]), kind).reshape(packed["shape"])


@pytest.fixture
def lane(monkeypatch):
    fresh = Lane(places=PLACES)
    monkeypatch.setattr(stage, "LANE", fresh)
    monkeypatch.setattr(stage, "POLL", 0.01)
    return fresh


@pytest.fixture
def at_once(monkeypatch):
    """How many frames were being made at the same time, at most."""
    making, most, lock, whole = [0], [0], threading.Lock(), lab.film

    def counted(*args, **options):
        frames = whole(*args, **options)
        try:
            while True:
                with lock:
                    making[0] += 1
                    most[0] = max(most[0], making[0])
                try:
                    frame = next(frames, None)
                finally:
                    with lock:
                        making[0] -= 1
                if frame is None:
                    return
                yield frame
        finally:
            frames.close()

    monkeypatch.setattr(stage.lab, "film", counted)
    return most


def of(k: int) -> lab.Run:
    return lab.make_run("C", seed=100 + k, steps=6, every=3, losses=["minimax", "lsgan"])


async def watched(k: int) -> list[dict]:
    return [message async for message in stage.watch(of(k), f"visitor {k}")]


async def everybody() -> list[list[dict]]:
    return await asyncio.gather(*map(watched, range(VISITORS)))


def test_nobody_gets_anothers_run_and_no_more_train_than_there_are_places(lane, at_once):
    everything = asyncio.run(everybody())
    assert not lane._tickets and 1 <= at_once[0] <= PLACES
    places = [messages[0]["queue"] for messages in everything]
    assert sorted(places) == [0] * PLACES + list(range(1, VISITORS - PLACES + 1)), "expected a place in the queue each"
    seen = set()
    for k, messages in enumerate(everything):
        frames = [message["frame"] for message in messages if "frame" in message]
        assert [frame["step"] for frame in frames] == [0, 3, 6]
        queue = [message["queue"] for message in messages if "queue" in message]
        assert queue == sorted(queue, reverse=True) and queue[-1] == 0, "expected nobody to be overtaken"
        want = lab.packed(list(lab.film(of(k), after=3))[-1], lab.scene("ring8").box)
        np.testing.assert_array_equal(unpack(frames[-1]["points"]), want["points"], err_msg=f"visitor {k}")
        seen.add(frames[-1]["points"]["data"])
    assert len(seen) == VISITORS


async def leaving() -> float:
    """Two train, eighteen wait; then both of the first close their tab. Seconds until the next two train."""
    streams = [stage.watch(lab.make_run("C", seed=k), f"visitor {k}", hz=50) for k in range(VISITORS)]
    for stream in streams:
        await anext(stream)
    for stream in streams[:PLACES]:
        while "frame" not in await anext(stream):
            pass
    began = time.monotonic()
    for stream in streams[:PLACES]:
        await stream.aclose()
    for stream in streams[PLACES : 2 * PLACES]:
        while "frame" not in await anext(stream):
            pass
    took = time.monotonic() - began
    for stream in streams:
        await stream.aclose()
    return took


def test_who_leaves_lets_the_next_one_in_within_seconds(lane):
    assert asyncio.run(leaving()) < 10
    assert not lane._tickets


def slow_film(run, *_):
    for frame in list(lab.film(run, stop=3)):
        time.sleep(0.5)
        yield frame


async def listened(most: float = 1e9) -> list[str]:
    """What a film says that needs half a second for each frame, until it has said `most` messages."""
    stream = stage.watch(of(0), "a", 0, 3, hz=10)
    said = []
    async for message in stream:
        said.append(next(iter(message)))
        if len(said) >= most:
            break
    await stream.aclose()
    return said


def test_a_long_silence_is_filled(lane, monkeypatch):
    monkeypatch.setattr(stage.lab, "live", slow_film)
    monkeypatch.setattr(stage, "BEAT", 0.05)
    said = asyncio.run(listened())
    assert said[:2] == ["queue", "scene"] and said[-2:] == ["frame", "end"] and said.count("frame") == 2
    assert said.count("queue") > 5, "expected a sign of life while a frame is made"
    assert asyncio.run(listened(most=4))[-1] == "queue" and not lane._tickets, "expected no place to be held"


def picture(value: int) -> str:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (value, 0, 0)).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def test_pictures_come_back_as_a_gif():
    made = base64.b64decode(stage.gif(40, 30, 90, [picture(10), picture(200)])["data"])
    assert Image.open(io.BytesIO(made)).n_frames == 2


@pytest.mark.parametrize(
    "bad", ["picture", [1], ["no base64"], [picture(1)[:40]], ["A" * 20_000_000], None, [None], []]
)
def test_other_things_than_pictures_are_refused(bad):
    with pytest.raises(InvalidInput):
        stage.gif(40, 30, 90, bad)


def test_few_gifs_are_made_at_once(monkeypatch):
    monkeypatch.setattr(stage, "GIFS", threading.BoundedSemaphore(1))
    monkeypatch.setattr(stage, "GIF_WAIT", 0.05)
    stage.GIFS.acquire()
    with pytest.raises(PlaygroundError, match="Too many"):
        stage.gif(40, 30, 90, [picture(1)])
    stage.GIFS.release()
    assert stage.gif(40, 30, 90, [picture(1)])["data"]

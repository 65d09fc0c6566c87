"""The stage of one's own prior without a browser: messages, the lane, what the browser may send, the endpoint."""

from __future__ import annotations

import asyncio
import base64
import math
from types import SimpleNamespace

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.inference import own_prior as room
from playground.inference.shapes import SHAPES
from playground.locale import table
from playground.ui import app, handlers
from playground.ui.lane import Lane
from playground.ui.links import parse
from playground.ui.stages import lab
from playground.ui.stages import own_prior as stage

DOT = {"strokes": [[[0.5, 0.5]]], "width": 0.1}


@pytest.fixture
def short(monkeypatch):
    """Trainings of six steps in a lane of their own."""
    whole = room.film
    monkeypatch.setattr(room, "film", lambda wish: whole(wish, steps=6, frames=3))
    monkeypatch.setattr(room, "STEPS", 6)
    monkeypatch.setattr(lab, "LANE", Lane(places=1))
    monkeypatch.setattr(lab, "POLL", 0.01)
    return lab.LANE


async def collect(messages) -> list:
    return [message async for message in messages]


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_a_training_is_messages_that_replace_each_other(short):
    event = SimpleNamespace(_data={"token": 7, "drawing": DOT, "seed": 1})
    messages = asyncio.run(collect(stage.train(event)))
    assert messages[0] == {"token": 7, "queue": 0} and not short._tickets
    frames = [message["frame"] for message in messages[1:]]
    assert [frame["step"] for frame in frames] == [0, 2, 4, 6]
    last = list(room.film(room.make_wish(DOT, 1)))[-1]
    assert unpack(frames[-1]["numbers"])[1] == pytest.approx(last.distance, rel=1e-5)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, "no_ink"),
        ({"drawing": {"strokes": []}, "seed": 0}, "no_ink"),
        ({"drawing": DOT, "seed": "x"}, "not_number"),
        ({"drawing": {"strokes": [[[math.nan, 0]]]}, "seed": 0}, "finite"),
    ],
)
def test_what_cannot_be_trained_is_a_message(short, asked, kind):
    (message,) = asyncio.run(collect(stage.train(SimpleNamespace(_data={"token": 2, **asked}))))
    assert message["token"] == 2 and message["error"]["kind"] == kind
    assert set(message["error"]["message"]) == {"en", "ko"} and not short._tickets


def test_a_visitor_waits_and_a_cancel_frees_the_place(short):
    async def play() -> None:
        first = short.join("somebody else")
        messages = stage.watch(room.make_wish(DOT), "me", 1)
        assert await anext(messages) == {"queue": 1}
        first.leave()
        while (await anext(messages)).get("queue"):
            pass
        assert "frame" in await anext(messages)
        short.leave(stage._visitor("me"), 1)
        assert [message async for message in messages] == [] and not short._tickets

    asyncio.run(play())


def test_a_visitor_who_closes_the_page_leaves_nothing_behind(short):
    async def play() -> None:
        messages = stage.watch(room.make_wish(DOT), "me", 1)
        await anext(messages)
        await anext(messages)
        await messages.aclose()
        assert not short._tickets

    asyncio.run(play())


def test_a_machine_that_is_too_busy_gives_up(short, monkeypatch):
    monkeypatch.setattr(stage, "LIMIT", -1)
    messages = asyncio.run(collect(stage.watch(room.make_wish(DOT), "me")))
    assert messages[-1]["late"] and messages[-1]["frame"]["step"] < room.STEPS and len(messages) == 2


def test_what_stays_the_same_comes_with_the_first_frame():
    sent = handlers.served(stage.prepare)([DOT, 0])
    assert unpack(sent["scene"]["labels"]).shape == (2000,) and sent["frame"]["step"] == 0
    assert (unpack(sent["scene"]["cells"]) == room.ink(DOT)).all() and sent["claims"] == room.claims()
    assert handlers.served(stage.prepare)([{"strokes": []}, 0])["error"]["kind"] == "no_ink"


def test_every_shape_has_its_words():
    assert {f"own_prior.shape_{id}" for id in SHAPES} <= table("en").keys()


@pytest.mark.parametrize("query", [{"drawing": "cat"}, {"width": "1"}, {"width": "nan"}, {"seed": "-1"}])
def test_bad_links_fall_back_with_a_message(query):
    values, problems = parse(query, stage.FIELDS)
    assert len(problems) == 1 and values == {name: field.default for name, field in stage.FIELDS.items()}


def test_the_endpoint_streams_a_training(short):
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    try:
        client = Client(url, verbose=False)
        job = client.submit("star", 0, api_name="/own_prior")
        *_, end = job.result(), *job.outputs()
        assert end["end"] and end["floor"] == pytest.approx(room.scene(room.make_wish("star")).floor)
        with pytest.raises(AppError, match="ink"):
            client.predict({"strokes": []}, 0, api_name="/own_prior")
    finally:
        blocks.close(verbose=False)

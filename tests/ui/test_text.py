"""The text stage without a browser: what travels, what the browser may send, and the endpoints by gradio_client."""

from __future__ import annotations

import base64
import json

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.inference import text as room
from playground.ui import app, handlers
from playground.ui.links import parse
from playground.ui.stages import text as stage

DEFAULTS = [stage.FIELDS[name].default for name in ("task", "prefix", "temperature", "seed", "typed")]


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_the_first_film_travels_as_one_small_json():
    sent = stage.start(*DEFAULTS)
    assert len(json.dumps(sent, allow_nan=False)) < 600_000
    film, texts = room.film(stage.PREFIX, 0, 0.8), room.beside(stage.PREFIX, 0, 0.8)
    assert (sent["kind"], sent["row"], sent["given"], sent["play"]) == ("write", 1, len(stage.PREFIX), True)
    assert (unpack(sent["x"]) == film.x).all() and (unpack(sent["others"]) == texts.x).all()
    assert unpack(sent["hidden"]).shape == (len(film.x) + 1, stage.UNITS)
    assert sent["loop"] == room.loop(texts.x[0]) and len(sent["row_bits"]) == 4


def test_a_text_is_scored_as_it_is_typed():
    sent = stage.run("surprise", "", 1.0, 0, "To be", play=False)
    assert sent["kind"] == "surprise" and unpack(sent["bits"]).shape == (5,)
    assert stage._again_if_surprise("write", "", 1.0, 0, "To be") == gr.skip()
    assert stage.again("write", "", 1.0, None, "") == gr.skip()


@pytest.mark.parametrize(
    ("task", "prefix", "typed"), [("write", "안녕", ""), ("surprise", "", "안녕"), ("hello", "안녕", "")]
)
def test_strange_characters_become_a_message_and_no_film(task, prefix, typed):
    sent = stage.run(task, prefix, 1.0, 0, typed, play=True)
    assert set(sent) == {"refused"}
    assert all("안 녕" in sent["refused"][lang] for lang in ("en", "ko"))


def test_a_row_is_the_one_beside():
    sent = stage.focus("KING", 4, 1.0, 2)
    assert (unpack(sent["x"]) == room.beside("KING", 4, 1.0).x[2]).all()


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (["KING", 4, 1.0, 9], "integer_range"),
        (["KING", 4, "hot", 1], "not_number"),
        ([["KING"], 4, 1.0, 1], "not_text"),
        (["한", 4, 1.0, 1], "symbols"),
        (["KING"], "shape"),
    ],
)
def test_the_server_function_answers_bad_input_with_a_message(payload, kind):
    error = handlers.served(stage.focus)(payload)["error"]
    assert error["kind"] == kind and all(error["message"][lang] for lang in ("en", "ko"))


def test_a_link_carries_texts_and_is_bounded():
    query = {"prefix": "한글 🙂", "typed": "x" * 501, "step": "501", "task": "read", "hello_lr": "0.5", "unit": "513"}
    values, problems = parse(query, stage.FIELDS)
    assert values["prefix"] == "한글 🙂" and values["hello_lr"] == 0.5
    assert {p.field for p in problems} == {"typed", "step", "task", "unit"}


def test_longest_texts_are_those_of_the_room():
    assert (stage.LONGEST_PREFIX, stage.LONGEST_TEXT) == (room.LONGEST_PREFIX, room.LONGEST_TEXT)
    assert stage.FIELDS["step"].high >= max(room.LENGTH, room.LONGEST_TEXT)
    assert all(len(words) <= room.LONGEST_TEXT for words in stage.EXAMPLES.values())


def test_endpoint_sample_text(client):
    found = client.predict("ROMEO:\n", 40, 3, 0.5, 2, api_name="/sample_text")
    assert found["texts"] == room.sample("ROMEO:\n", 3, 0.5, 40, 2).texts
    bits = unpack(found["bits"])
    np.testing.assert_allclose(found["bits_per_char"], bits[:, 7:].mean(1), atol=1e-5)
    assert client.predict("", 0, 0, 1.0, 1, api_name="/sample_text")["bits_per_char"] == [None]


def test_endpoint_surprise(client):
    found = client.predict("To be", api_name="/surprise")
    assert len(found["bits"]) == 5 and found["bits_per_char"] == pytest.approx(np.mean(found["bits"]))
    assert found["log_prob"] == pytest.approx(-sum(found["bits"]) * np.log(2))
    assert found["marks"]["network"] < found["marks"]["ngram"] < found["marks"]["uniform"]


def test_endpoints_name_what_is_wrong(client):
    with pytest.raises(AppError, match="안 녕"):
        client.predict("안녕", api_name="/surprise")
    with pytest.raises(AppError, match="temperature"):
        client.predict("", 10, 0, 99, 1, api_name="/sample_text")

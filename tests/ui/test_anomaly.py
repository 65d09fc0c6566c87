"""The anomaly stage without a browser: what travels, what the browser may send, and the endpoint by gradio_client."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.inference import anomaly as room
from playground.inference import pixels
from playground.locale import table
from playground.ui import app, handlers
from playground.ui.components.base import pack
from playground.ui.links import parse
from playground.ui.stages import anomaly as stage


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_the_overview_holds_every_measured_model():
    sent = handlers.served(stage.overview)()
    assert list(sent["models"]) == room.measured() and list(sent["examples"]) == [room.NORMAL, *room.SETS]
    assert len(json.dumps(sent, allow_nan=False)) < 200_000
    for id, one in sent["models"].items():
        assert one["auc"] == room.scores(id).auc and (unpack(one["digits"]) == room.scores(id).sets["digits"]).all()


def test_the_sets_of_a_model_travel_sorted():
    sent = handlers.served(stage.sets_of)("nade")["sets"]
    assert len(json.dumps(sent)) < 60_000
    for name, packed in sent.items():
        assert (np.diff(unpack(packed)) >= 0).all() and len(unpack(packed)) == (1 if name == "blank" else 1000)


def test_a_drawing_is_scored_under_every_model():
    sent = stage.drawn(stage.LETTER)["drawing"]
    x = unpack(sent["x"])
    assert set(sent["log_prob"]) == set(room.measured()) and x.shape == (28, 28)
    assert sent["log_prob"]["nade"] == pytest.approx(pixels.score(x, "nade").log_prob, abs=0.01)
    for empty in (None, {}, {"strokes": [], "hidden": []}):
        assert stage.drawn(empty) == {"drawing": None}


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (stage.sets_of, "judge", "choice"),
        (stage.sets_of, None, "choice"),
        (stage.sets_of, {"a": 1}, "choice"),
        (stage.rate, None, "not_number"),
        (stage.rate, pack(np.zeros((2, 28, 27), np.uint8)), "shape"),
        (stage.rate, pack(np.zeros((61, 28, 28), np.uint8)), "too_long"),
        (stage.rate, pack(np.full((1, 28, 28), 2, np.uint8)), "choice"),
        (stage.rate, {"shape": [1, 28, 28], "dtype": "uint8", "data": "%"}, "base64"),
    ],
)
def test_what_the_browser_sends_is_checked(fn, payload, kind):
    got = handlers.served(fn)(payload)
    assert got["error"]["kind"] == kind, got
    assert set(got["error"]["message"]) == {"en", "ko"}


def test_kept_drawings_are_scored_together():
    x = pixels.sample_trace("bernoulli", n=2).images
    got = handlers.served(stage.rate)(pack(x))
    assert got["nade"] == pytest.approx([pixels.score(image, "nade").log_prob for image in x], abs=0.01)


def test_every_set_and_rule_has_its_words():
    words = table("en")
    names = {f"anomaly.set_{name}" for name in (room.NORMAL, stage.MINE, *room.SETS)}
    assert names | {f"anomaly.rule_{rule}" for rule in stage.RULES} <= words.keys()


@pytest.mark.parametrize(
    "query", [{"model": "gpt"}, {"set": "digits"}, {"rule": ""}, {"threshold": "1"}, {"threshold": "nan"}]
)
def test_bad_links_fall_back_with_a_message(query):
    values, problems = parse(query, stage.FIELDS)
    assert len(problems) == 1 and values == {name: field.default for name, field in stage.FIELDS.items()}


def test_the_endpoint_gives_each_model_s_place_among_the_digits(client):
    got = client.predict(np.zeros((28, 28)).tolist(), api_name="/anomaly")
    assert set(got) == set(room.measured())
    for id, one in got.items():
        assert one["below"] > 95 and one["log_prob"] == pytest.approx(float(room.scores(id).sets["blank"][0]), abs=0.2)
    drawn = client.predict(stage.LETTER, True, api_name="/anomaly")
    assert drawn["nade"]["log_prob"] == pytest.approx(stage.drawn(stage.LETTER)["drawing"]["log_prob"]["nade"])
    with pytest.raises(AppError, match="28, 28"):
        client.predict([[0, 1]], api_name="/anomaly")

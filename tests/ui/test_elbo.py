"""The ELBO stage without a browser: what travels, what the browser may send, the endpoint by gradio_client."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.inference import elbo as room
from playground.inference import latent
from playground.ui import app, handlers
from playground.ui.links import parse
from playground.ui.stages import elbo as stage


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def image() -> dict:
    return stage.example(stage.HOME)


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_the_stage_does_not_import_torch():
    code = "import sys, playground.ui.stages.elbo; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_image_travels_whole_and_so_does_its_bound(image):
    assert len(json.dumps(image, allow_nan=False)) < 150_000
    assert (room.from_bits(image["bits"]) == unpack(image["x"])).all()
    assert (unpack(stage.linked(image["bits"])["x"]) == unpack(image["x"])).all()
    q = [*unpack(image["mu"]).tolist(), *unpack(image["sigma"]).tolist()]
    found = stage.terms(image["bits"], q)
    assert len(json.dumps(found, allow_nan=False)) < 20_000
    assert found["elbo"] == pytest.approx(found["reconstruction"] - sum(found["kl"]))
    assert unpack(found["nats"]).sum() == pytest.approx(-found["reconstruction"], rel=1e-4)
    weighted = stage.importance(image["bits"], q)
    assert weighted["draws"] == list(room.KS) and json.dumps(weighted, allow_nan=False)
    assert unpack(stage.climb(image["bits"], q)["path"]).shape == (room.STEPS + 1, 4)


def test_the_example_digits_are_those_of_the_weights():
    found = stage.examples()
    assert unpack(found["x"]).shape == (stage.EXAMPLES, 28, 28) and len(found["labels"]) == stage.EXAMPLES


def test_a_drawing_is_taken_apart_and_a_cleared_pad_is_not():
    found = stage.drawn({"strokes": [[[0.4, 0.2], [0.5, 0.8]]], "hidden": [], "seq": 4})["drawing"]
    assert set(found) == set(stage.example(0))
    for empty in (None, {}, {"strokes": []}):
        assert stage.drawn(empty) == gr.skip()


SERVED = [
    (stage.example, 20, "integer_range"),
    (stage.example, "3", "integer_range"),
    (stage.linked, "%%%", "base64"),
    (stage.linked, None, "base64"),
    (stage.linked, "AAAA", "shape"),
    (stage.linked, "A" * 130 + "==", None),
    (stage.terms, ["AAAA", [0, 0, 1, 1]], "shape"),
]


@pytest.mark.parametrize(("fn", "payload", "kind"), SERVED)
def test_server_functions_answer_bad_input_with_a_message(fn, payload, kind):
    error = handlers.served(fn)(payload)["error"]
    assert kind in (None, error["kind"]), error
    assert all(error["message"][lang] for lang in ("en", "ko"))


@pytest.mark.parametrize(
    ("q", "kind"),
    [(None, "shape"), ([0, 0, 1], "shape"), ([0, 0, 1, 9], "number_range"), ([0, float("nan"), 1, 1], "finite")],
)
def test_a_bad_q_is_answered_with_a_message(image, q, kind):
    for fn in (stage.terms, stage.importance, stage.climb):
        assert handlers.served(fn)([image["bits"], q])["error"]["kind"] == kind


def test_bad_links_fall_back_to_the_defaults():
    query = {"example": "20", "drawing": "A" * 141, "own": "perhaps", "mu1": "nan", "s1": "0", "view": "far"}
    values, problems = parse(query, stage.FIELDS)
    assert values == {name: field.default for name, field in stage.FIELDS.items()}
    assert {problem.field for problem in problems} == set(query)


def test_the_endpoint(client):
    image = latent.latent_map().examples[8]
    found = client.predict((image / 255).tolist(), api_name="/elbo")
    known = latent.encode(image)
    assert found["mu"] == pytest.approx(known.mu.tolist(), abs=1e-5)
    assert found["elbo"] == pytest.approx(known.elbo, abs=1.5)  # that one averages 64 draws
    assert found["gap"] == pytest.approx(found["log_prob"] - found["elbo"]) and found["gap"] > 0
    moved = client.predict((image / 255).tolist(), [0.0, 0.0], [0.5, 0.5], api_name="/elbo")
    assert moved["elbo"] < found["elbo"] and moved["log_prob"] == pytest.approx(found["log_prob"])
    with pytest.raises((AppError, ValueError), match="σ: expected a number from 0.005 to 1"):
        client.predict((image / 255).tolist(), [0.0, 0.0], [0.5, 5], api_name="/elbo")
    with pytest.raises((AppError, ValueError), match="no drawing yet"):
        client.predict([[0] * 28] * 28, api_name="/elbo")

"""The latent stage without a browser: what travels, what the browser may send, and the endpoints by gradio_client."""

from __future__ import annotations

import base64
import json

import gradio as gr
import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import catalog
from playground.inference import latent as room
from playground.ui import app, handlers
from playground.ui.components.base import pack
from playground.ui.links import parse
from playground.ui.stages import latent as stage

NAN = float("nan")


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_the_plane_travels_as_small_json():
    sent = stage.plane()
    assert len(json.dumps(sent)) < 1_000_000
    plane = room.latent_map()
    assert (unpack(sent["sprite"]) == plane.sprite).all() and sent["extent"] == plane.extent == stage.EXTENT
    assert unpack(sent["examples"]).shape == (stage.EXAMPLES, 28, 28)
    assert sent["numbers"]["floor"] == catalog.card("vae").floor


def test_an_example_and_a_drawing_travel_the_same_way():
    example = stage.example(3)
    drawing = stage.encode_drawing({"strokes": [[[0.4, 0.2], [0.5, 0.8]]], "hidden": [], "seq": 4})["encoded"]
    assert set(example) == set(drawing) and json.dumps(example, allow_nan=False)
    assert unpack(example["x"]).shape == (28, 28) and unpack(example["mu"]).shape == (2,)
    assert example["elbo"] == pytest.approx(example["reconstruction"] - example["kl"])


@pytest.mark.parametrize("drawing", [None, {}, {"strokes": []}, {"strokes": None}])
def test_a_cleared_pad_leaves_the_page_as_it_is(drawing):
    assert stage.encode_drawing(drawing) == gr.skip()


SERVED = [
    (stage.decode, [1, NAN], "finite"),
    (stage.decode, [1, 99], "number_range"),
    (stage.decode, ["a", 1], "not_number"),
    (stage.decode, [None, None], "not_number"),
    (stage.decode, [1], "shape"),
    (stage.decode, 3, "shape"),
    (stage.path, [[[0, 0]] * 2001, 16], "too_long"),
    (stage.path, [[[0, 0], [1, 1]], 1e9], "integer_range"),
    (stage.path, ["x", 16], "not_number"),
    (stage.prior, [-1, 16], "integer_range"),
    (stage.prior, [0, 65], "integer_range"),
    (stage.example, 20, "integer_range"),
    (stage.example, True, "integer_range"),
    (stage.example, "3", "integer_range"),
    (stage.example, [[1]], "integer_range"),
]


@pytest.mark.parametrize(("fn", "payload", "kind"), SERVED)
def test_server_functions_answer_bad_input_with_a_message(fn, payload, kind):
    error = handlers.served(fn)(payload)["error"]
    assert error["kind"] == kind, error
    assert all(error["message"][lang] for lang in ("en", "ko"))


@pytest.mark.parametrize(
    "query",
    [
        {"x": "nan", "y": "inf", "example": "20", "film": "loop", "mosaic": "maybe", "seed": "-1"},
        {"x": "4", "y": "", "example": "1.5", "film": ["path", "prior"], "codes": None, "seed": "1e9"},
    ],
)
def test_bad_links_fall_back_to_the_defaults(query):
    values, problems = parse(query, stage.FIELDS)
    assert values == {name: field.default for name, field in stage.FIELDS.items()}
    assert {problem.field for problem in problems} == set(query)


def test_the_decode_endpoint(client):
    found = client.predict([[0.0, 1.2], [2, -1]], api_name="/decode")
    np.testing.assert_allclose(unpack(found["x"]), room.decode([[0.0, 1.2], [2, -1]]).x, atol=1e-6)
    assert unpack(client.predict([0.5, 0.5], api_name="/decode")["x"]).shape == (1, 28, 28)


def test_the_encode_endpoint(client):
    image = room.latent_map().examples[8]
    expected = room.encode(image)
    for sent in (pack(image), (image / 255).tolist()):
        found = client.predict(sent, api_name="/encode")
        assert found["elbo"] == pytest.approx(expected.elbo) and found["log_prob"] == pytest.approx(expected.log_prob)
        np.testing.assert_allclose(unpack(found["mu"]), expected.mu, atol=1e-6)
    drawn = client.predict({"strokes": [[[0.3, 0.2], [0.7, 0.2], [0.4, 0.8]]]}, True, api_name="/encode")
    assert drawn["elbo"] <= drawn["log_prob"]


@pytest.mark.parametrize(
    ("endpoint", "value", "says"),
    [
        ("/decode", [1, 2, 3], r"code z: expected shape \(2,\) or \(n, 2\)"),
        ("/decode", [0, 1e9], "code z: expected a number from -8 to 8"),
        ("/decode", "abc", "code z: expected a number"),
        ("/encode", [[0] * 28] * 27, r"image: expected shape \(28, 28\)"),
        ("/encode", [[0] * 28] * 28, "no drawing yet"),
        ("/encode", {"shape": [28, 28], "dtype": "uint8", "data": "%"}, "image: expected base64"),
    ],
)
def test_endpoints_refuse_bad_input_with_a_sentence(client, endpoint, value, says):
    with pytest.raises((AppError, ValueError), match=says):
        client.predict(value, api_name=endpoint)


def test_only_the_named_endpoints_are_public(client):
    assert set(client.view_api(return_format="dict")["named_endpoints"]) == {"/decode", "/encode"}

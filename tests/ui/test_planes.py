"""The planes and blend stages without a browser: what travels, what the browser may send, and the endpoints."""

from __future__ import annotations

import base64
import json
import zlib

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import weights
from playground.inference import planes as room
from playground.ui import app, handlers
from playground.ui.components.base import pack
from playground.ui.links import parse
from playground.ui.stages import blend, planes

NAN = float("nan")
MOST = 1_500_000  # bytes: sprites of all planes of a view


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    blocks = app.build([planes.STAGE, blend.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


@pytest.mark.parametrize("preset", ["lecture", "priors"])
def test_a_view_of_three_planes_travels_in_few_bytes(preset):
    sent = [planes.plane(name) for name in planes.PRESETS[preset]]
    assert sum(len(one["sprite"]["data"]) for one in sent) < MOST
    assert len(json.dumps(sent, allow_nan=False)) < MOST + 200_000
    for name, one in zip(planes.PRESETS[preset], sent, strict=True):
        raw = zlib.decompress(base64.b64decode(one["sprite"]["data"]))
        sprite = np.frombuffer(raw, np.uint8).reshape(one["sprite"]["shape"])
        assert (sprite == room.plane(name).sprite).all()


def test_presets_and_choices_are_planes_of_the_catalogue():
    assert {name for preset in planes.PRESETS.values() for name in preset} <= set(room.PLANES)
    assert planes.FIELDS["a"].default == "autoencoder" and planes.FIELDS["c"].choices[-1] == "none"


def test_maps_travel_as_bytes_of_what_was_measured():
    found, sent = room.verdicts("vae-beta1"), planes.verdicts("vae-beta1")
    np.testing.assert_allclose(unpack(sent["confidence"]) / 255, found.confidence, atol=0.5 / 255 + 1e-6)
    assert (unpack(sent["digit"]) == found.digit).all()
    fast, sent = room.speeds("vae-beta1"), planes.speeds("vae-beta1")
    for key, values, top in (("picture", fast.picture, room.FASTEST[0]), ("digit", fast.label, room.FASTEST[1])):
        np.testing.assert_allclose(unpack(sent[key]) / 255 * top, values.clip(0, top), atol=0.51 * top / 255)


def test_one_plane_that_fails_does_not_take_the_others_along():
    found = planes.decode(["vae-beta1", "none"], [0, 0])["planes"]
    assert unpack(found[0]["x"]).shape == (28, 28) and found[1]["error"]["kind"] == "choice"
    found = planes.encode(["nothing", "autoencoder"], 3)["planes"]
    assert found[0]["error"]["message"]["ko"] and found[1]["nats"] > 0


def test_a_plane_without_numbers_still_travels(monkeypatch, tmp_path):
    room.plane("kl_only")
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    sent = planes.plane("kl_only")
    assert "python -m playground.metrics kl_only" in sent["numbers"]["error"]["message"]["en"]
    assert sent["sprite"]["shape"] == [room.TILES, room.TILES, 28, 28]


def test_an_example_and_a_drawing_are_encoded_alike():
    strokes = {"strokes": [[[0.4, 0.2], [0.5, 0.8]]], "hidden": []}
    drawing, example = (planes.encode(["vae-beta1"], image, True) for image in (strokes, 3))
    assert set(drawing["planes"][0]) == set(example["planes"][0]) and unpack(drawing["x"]).shape == (28, 28)


SERVED = [
    (planes.plane, "vae", "choice"),
    (planes.plane, None, "choice"),
    (planes.verdicts, ["vae-beta1"], "choice"),
    (planes.decode, [["vae-beta1"], [NAN, 0]], "finite"),
    (planes.decode, [["vae-beta1"], [1e30, 0]], "number_range"),
    (planes.decode, [["vae-beta1"], [0]], "shape"),
    (planes.decode, [["vae-beta1"] * 4, [0, 0]], "shape"),
    (planes.decode, ["vae-beta1", [0, 0]], "shape"),
    (planes.encode, [["vae-beta1"], 20, False], "integer_range"),
    (planes.encode, [["vae-beta1"], {"strokes": [], "hidden": []}, True], "empty_drawing"),
    (planes.encode, [["vae-beta1"], [[0] * 28] * 28, False], "empty_drawing"),
    (planes.encode, [["vae-beta1"], "three", False], "not_number"),
    (planes.encode, [["vae-beta1"], True, False], "integer_range"),
    (blend.films, [[], 1, 2], "shape"),
    (blend.films, [["vae-beta1"], 1, 99], "integer_range"),
    (blend.films, [["vae-beta1"], {"strokes": []}, 1], "empty_drawing"),
    (blend.change, [1, "age"], "choice"),
    (blend.change, [[[NAN] * 28] * 28, "ink"], "finite"),
]


@pytest.mark.parametrize(("fn", "payload", "kind"), SERVED)
def test_server_functions_answer_bad_input_with_a_message(fn, payload, kind):
    error = handlers.served(fn)(payload)["error"]
    assert error["kind"] == kind, error
    assert all(error["message"][lang] for lang in ("en", "ko"))


@pytest.mark.parametrize("fields", [planes.FIELDS, blend.FIELDS])
def test_bad_links_fall_back_to_the_defaults(fields):
    wrong = {"int": "1e99", "float": "nan", "choice": "vae-d20", "bool": "maybe"}
    values, problems = parse({name: wrong[field.kind] for name, field in fields.items()}, fields)
    assert values == {name: field.default for name, field in fields.items()}
    assert {problem.field for problem in problems} == set(fields)


def test_strips_between_two_digits():
    found = blend.films(["autoencoder", "vae-beta1", "nothing"], 4, 14)
    assert len(found["films"]) == 5 and found["films"][2]["error"]["kind"] == "choice"
    for film in (*found["films"][:2], *found["films"][3:]):
        assert unpack(film["x"]).shape == (11, 28, 28) and unpack(film["length"]).shape == (11,)
    straight, arc = (unpack(film["length"]) for film in found["films"][3:])
    assert straight[5] < arc[5] and straight[[0, -1]] == pytest.approx(arc[[0, -1]], rel=1e-5)


def test_the_endpoints(client):
    found = client.predict(["vae-beta1", "autoencoder"], [0.4, 0.8], api_name="/planes_decode")["planes"]
    np.testing.assert_allclose(unpack(found[0]["x"]), room.decode("vae-beta1", [0.4, 0.8]).x, atol=1e-6)
    image = room.examples()[0][8]
    placed = client.predict(["autoencoder"], pack(image), api_name="/planes_encode")["planes"][0]
    assert placed["nats"] == pytest.approx(planes.encode(["autoencoder"], 8)["planes"][0]["nats"])
    films = client.predict(["vae-beta1"], pack(image), pack(room.examples()[0][2]), api_name="/blend")["films"]
    assert len(films) == 3


@pytest.mark.parametrize(
    ("endpoint", "arguments", "says"),
    [
        ("/planes_decode", [["vae-beta1"], [0, 1e9]], "u: expected a number from -3.5 to 3.5"),
        ("/planes_encode", [["vae-beta1"], [[0] * 28] * 28], "no drawing yet"),
        ("/blend", [["vae-beta1"], [[0] * 28] * 27, [[1] * 28] * 28], r"image: expected shape \(28, 28\)"),
    ],
)
def test_endpoints_refuse_bad_input_with_a_sentence(client, endpoint, arguments, says):
    with pytest.raises((AppError, ValueError), match=says):
        client.predict(*arguments, api_name=endpoint)

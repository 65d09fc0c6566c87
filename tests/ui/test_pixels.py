"""The pixels stage without a browser: what travels, what the browser may send, and the endpoints by gradio_client."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import catalog, weights
from playground.errors import InvalidInput
from playground.inference import pixels as room
from playground.ui import app, handlers
from playground.ui.components import pixel_charts
from playground.ui.components.base import pack
from playground.ui.components.pixel_player import PixelPlayer
from playground.ui.links import parse
from playground.ui.stages import pixels as stage

NAN = float("nan")
MODEL, RASTER = "bernoulli", "raster"
THREE = stage.EXAMPLE


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """No model but the baseline has weights."""
    (tmp_path / MODEL).symlink_to(weights.directory(MODEL), target_is_directory=True)
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    yield tmp_path
    weights._load.cache_clear()


def test_a_film_travels_whole_and_small():
    trace = room.sample_trace(MODEL, 3, 1.5, n=2)
    sent = stage.film(trace, "sample", play=True)
    assert len(json.dumps(stage.film(room.sample_trace(MODEL), "sample"), allow_nan=False)) < 20_000
    names = {"p": trace.p, "u": trace.uniforms, "x": trace.x, "nats": trace.log_p, "order": trace.order}
    for name, array in {**names, "given": trace.given}.items():
        assert (unpack(sent[name]) == array).all(), name
    assert (sent["seed"], sent["temperature"], sent["play"], sent["kind"]) == (3, 1.5, True, "sample")


@pytest.mark.parametrize(("task", "n"), [("sample", 4), ("complete", stage.WAYS), ("score", 1)])
def test_each_task_gives_a_film(task, n):
    value, shown, *_ = stage.run(task, MODEL, RASTER, 1.0, 2, "4", "lower", THREE, play=False)
    assert value["kind"] == task and value["p"]["shape"] == [n, 784]
    assert shown.visible == (task == "score")


@pytest.mark.parametrize(("hide", "where"), [("lower", np.s_[14:, :]), ("right", np.s_[:, 14:])])
def test_what_is_hidden_is_what_the_model_draws(hide, where):
    value, *_ = stage.run("complete", MODEL, RASTER, 1.0, 0, "1", hide, THREE, play=True)
    drawn = unpack(value["given"]).reshape(28, 28) == 0
    expected = np.zeros((28, 28), bool)
    expected[where] = True
    assert (drawn == expected).all()


def test_the_brush_hides_what_it_painted():
    pad = {**THREE, "hidden": [[[0.3, 0.7], [0.7, 0.7]]]}
    value, *_ = stage.run("complete", MODEL, RASTER, 1.0, 0, "1", "brush", pad, play=True)
    assert ((unpack(value["given"]).reshape(28, 28) == 0) == room.prepare(pad).hidden).all()
    with pytest.raises(InvalidInput) as problem:
        stage.run("complete", MODEL, RASTER, 1.0, 0, "1", "brush", THREE, play=True)
    assert problem.value.kind == "nothing_hidden"


@pytest.mark.parametrize("task", ["complete", "score"])
@pytest.mark.parametrize("pad", [None, {}, {"strokes": []}])
def test_an_empty_pad_says_so(task, pad):
    with pytest.raises(InvalidInput) as problem:
        stage.run(task, MODEL, RASTER, 1.0, 0, "1", "lower", pad, play=True)
    assert problem.value.kind == "empty_drawing"


def test_a_seed_that_is_being_typed_asks_nothing():
    assert stage.again("sample", MODEL, RASTER, 1.0, None, "1", "lower", None) == stage._nothing(4)


def test_a_knob_of_another_task_asks_nothing():
    assert stage._again_if("complete")("sample", MODEL, RASTER, 1.0, 0, "1", "lower", None) == stage._nothing(4)


def test_missing_weights_stay_on_the_page_with_the_command(broken):
    for task in stage.TASKS:
        value, *_ = stage.run(task, "nade", RASTER, 1.0, 0, "1", "lower", THREE, play=True)
        assert set(value["message"]) == {"en", "ko"}
        assert "python -m playground.training nade" in value["message"]["en"]
    value, *_ = stage.run("sample", MODEL, RASTER, 1.0, 0, "1", "lower", None, play=True)
    assert value["kind"] == "sample", "expected the other models to go on"
    x = room.prepare(THREE).x
    assert set(stage._line_up(x, room.score(x, MODEL))) == {MODEL}


def test_two_charts_hold_all_models_in_both_languages(monkeypatch):
    x = room.prepare(THREE).x
    chosen = room.score(x, MODEL)
    found = stage._line_up(x, chosen)
    assert found[MODEL] is chosen
    titles = {}
    for lang in ("en", "ko"):
        monkeypatch.setattr(stage, "current_lang", lambda lang=lang: lang)
        one, all_ = stage._charts(chosen, found)
        assert len(one.layout.shapes) == 1 and "nats" in one.layout.title.text
        drawing = all_.data[-1]
        assert list(drawing.x) == [score.log_prob for score in found.values()]
        lines = all_.layout.yaxis.ticktext
        assert len(lines) == len(found) and all("nats" in words and "%" in words for words in lines), lines
        assert sum("<b>" in words for words in lines) == 1
        titles[lang] = all_.layout.title.text
    assert titles["en"] != titles["ko"]


def test_a_line_up_shows_where_nine_in_ten_test_digits_lie():
    x = room.prepare(THREE).x
    chosen = room.score(x, MODEL)
    bar = pixel_charts.line_up({MODEL: chosen}, MODEL, "en").data[0]
    assert chosen.histogram.percentile(bar.base[0]) == pytest.approx(5, abs=0.1)
    assert chosen.histogram.percentile(bar.base[0] + bar.x[0]) == pytest.approx(95, abs=0.1)


def test_a_line_up_asks_each_model_once(monkeypatch):
    asked, evaluate = [], room._evaluate
    monkeypatch.setattr(room, "_evaluate", lambda network, x: asked.append(network) or evaluate(network, x))
    x = room.prepare({"strokes": [[[0.3, 0.3], [0.7, 0.6]]]}).x
    for model in (MODEL, "nade", MODEL):
        stage._line_up(x, room.score(x, model))
    assert len(asked) == len(set(map(id, asked))), "expected scores to be remembered while only the choice changes"


def test_an_ordering_is_for_the_model_that_has_them():
    assert stage.about(stage.ORDERED)[1].visible and not stage.about(MODEL)[1].visible
    value, *_ = stage.run("sample", MODEL, "spiral", 1.0, 0, "1", "lower", None, play=True)
    assert value["ordering"] == "raster"
    assert set(stage.ORDERINGS) == set(room.orderings(stage.ORDERED)) > {"raster"}


def test_the_ordered_model_draws_in_every_order():
    for ordering in stage.ORDERINGS:
        value, *_ = stage.run("sample", stage.ORDERED, ordering, 1.0, 0, "1", "lower", None, play=True)
        if "message" in value:
            pytest.skip(value["message"]["en"])
        assert value["ordering"] == ordering
        assert (unpack(value["order"]) == np.arange(784)).all() == (ordering == "raster")
        flipped = stage.flip(
            stage.ORDERED, unpack(value["x"])[0], 300, 0, 1.0, unpack(value["given"]), 0, ordering=ordering
        )
        assert (unpack(flipped["x"])[0, :300] == unpack(value["x"])[0, :300]).all()
        seen = unpack(stage.depends(stage.ORDERED, np.zeros((28, 28)), 300, ordering)["map"]).reshape(-1)
        later = unpack(value["order"])[300:]
        assert seen.any() and not seen[later].any(), f"{ordering}: pixel 300 depends on pixels after it"


def test_every_model_has_a_name_an_equation_and_its_numbers():
    cards = stage._cards()
    assert list(cards) == [card.id for card in catalog.of_stage("pixels")]
    assert cards[MODEL]["value"] == pytest.approx(205.75, abs=0.01) and cards["nade"]["worst"] == cards[MODEL]["value"]
    for id in cards:
        assert stage.equation_of(id).count("$$") % 2 == 0
        assert app.T(f"pixels.{id}")
    assert '"worst"' in PixelPlayer(cards).js_on_load


ZEROS = pack(np.zeros(784, np.uint8))
IMAGE = pack(np.zeros((28, 28), np.uint8))
SERVED = [
    (stage.depends, ["nade?", IMAGE, 3], "choice"),
    (stage.depends, [MODEL, IMAGE, 784], "integer_range"),
    (stage.depends, [MODEL, ZEROS, 3], "shape"),
    (stage.depends, [MODEL, None, 3], "not_number"),
    (stage.depends, [MODEL, {"shape": [28, 28], "dtype": "uint8", "data": 5}, 3], "base64"),
    (stage.depends, [MODEL], "shape"),
    (stage.flip, [MODEL, ZEROS, -1, 0, 1, ZEROS, 0], "integer_range"),
    (stage.flip, [MODEL, ZEROS, 0, -1, 1, ZEROS, 0], "integer_range"),
    (stage.flip, [MODEL, ZEROS, 0, 0, NAN, ZEROS, 0], "number_range"),
    (stage.flip, [MODEL, ZEROS, 0, 0, 1, IMAGE, 99], "integer_range"),
    (stage.flip, [MODEL, [1, 2], 0, 0, 1, ZEROS, 0], "shape"),
    (stage.flip, None, "shape"),
    (stage.depends, [MODEL, IMAGE, 3, "spiral"], "choice"),
    (stage.depends, ["made", IMAGE, 3, "diagonal"], "choice"),
    (stage.depends, ["made", IMAGE, 3, None], "choice"),
    (stage.flip, ["made", ZEROS, 0, 0, 1, ZEROS, 0, ["raster"]], "choice"),
]


@pytest.mark.parametrize(("fn", "payload", "kind"), SERVED)
def test_what_the_browser_sends_is_checked(fn, payload, kind):
    got = handlers.served(fn)(payload)
    assert got["error"]["kind"] == kind, got
    assert set(got["error"]["message"]) == {"en", "ko"}


def test_server_functions_answer():
    trace = room.sample_trace(MODEL, 1)
    film = handlers.served(stage.flip)([MODEL, pack(trace.x[0]), 100, 1, 1, pack(trace.given), 0])
    assert unpack(film["x"])[0, 100] == 1 - trace.x[0, 100]
    assert unpack(handlers.served(stage.depends)([MODEL, IMAGE, 3])["map"]).shape == (28, 28)


@pytest.mark.parametrize(
    "query",
    [{"seed": "-1"}, {"seed": "x"}, {"seed": "1e3"}, {"temperature": "nan"}, {"temperature": "9"}, {"model": "gpt"}]
    + [
        {"n": "2"},
        {"task": ""},
        {"ordering": "diagonal"},
        {"step": "785"},
        {"hide": ["lower", "right"]},
        {"temperature": "inf"},
    ],
)
def test_bad_links_fall_back_with_a_message(query):
    values, problems = parse(query, stage.FIELDS)
    assert len(problems) == 1 and values == {name: field.default for name, field in stage.FIELDS.items()}


def test_sample_pixels_endpoint(client):
    got = client.predict(MODEL, 7, 1.0, 3, api_name="/sample_pixels")
    images, p, uniforms = unpack(got["images"]), unpack(got["p"]), unpack(got["uniforms"])
    assert images.shape == (3, 28, 28) and got["unit"] == "nats" and len(got["log_prob"]) == 3
    order = unpack(got["order"])
    assert (images.reshape(3, -1)[:, order] == (uniforms < p)).all()
    assert client.predict(MODEL, 7, 1.0, 3, api_name="/sample_pixels")["images"] == got["images"]
    assert got["log_prob"] == pytest.approx(room.sample_trace(MODEL, 7, 1.0, 3).log_p.sum(1), abs=1e-2)


def test_log_prob_endpoint(client):
    image = room.sample_trace(MODEL, 1).images[0]
    for sent in (image.tolist(), pack(image)):
        got = client.predict(sent, MODEL, api_name="/log_prob")
        assert got["log_prob"] == pytest.approx(room.score(image, MODEL).log_prob)
        assert -unpack(got["surprise"]).sum() == pytest.approx(got["log_prob"], abs=1e-2)
        assert (unpack(got["x"]) == image).all()
    drawn = client.predict(THREE, MODEL, True, api_name="/log_prob")
    assert (unpack(drawn["x"]) == room.prepare(THREE).x).all()


def test_complete_endpoint(client):
    image = room.sample_trace(MODEL, 1).images[0]
    got = client.predict(image.tolist(), None, MODEL, 2, api_name="/complete")
    assert (unpack(got["images"])[:, :14] == image[:14]).all()
    hidden = np.eye(28, dtype=int)
    got = client.predict(image.tolist(), hidden.tolist(), MODEL, 2, 5, api_name="/complete")
    assert ((unpack(got["given"]) == 0) == hidden.astype(bool)).all()
    assert (unpack(got["images"])[:, hidden == 0] == image[hidden == 0]).all()


@pytest.mark.parametrize(
    ("arguments", "api_name", "expected"),
    [
        (("gpt", 0, 1.0, 1), "/sample_pixels", "one of"),
        ((MODEL, -1, 1.0, 1), "/sample_pixels", "from 0 to"),
        ((MODEL, 0, "hot", 1), "/sample_pixels", "a number"),
        ((MODEL, 0, 1.0, 1000), "/sample_pixels", "from 1 to 64"),
        (([[1, 2], [3, 4]], MODEL), "/log_prob", "(28, 28)"),
        (({"shape": [28, 28], "dtype": "uint8", "data": "%"}, MODEL), "/log_prob", "base64"),
        (([[300] * 28] * 28, MODEL), "/log_prob", "from 0 to 255"),
        ((np.zeros((28, 28)).tolist(), np.zeros((28, 28)).tolist(), MODEL), "/complete", "at least one pixel"),
        (({"strokes": []}, None, MODEL, 1, 0, 1.0, True), "/complete", "drawing"),
    ],
)
def test_endpoints_say_what_was_expected(client, arguments, api_name, expected):
    with pytest.raises(AppError) as problem:
        client.predict(*arguments, api_name=api_name)
    assert expected in str(problem.value), problem.value

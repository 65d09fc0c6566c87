"""The basics stage without a browser: fields, what travels, and the endpoints by gradio_client."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import weights
from playground.errors import WeightsError
from playground.inference import basics as room
from playground.locale import table
from playground.ui import app, handlers
from playground.ui.components import basics as components
from playground.ui.links import parse
from playground.ui.stages import basics as stage


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def shipped():
    try:
        return weights.load("ar_k")
    except WeightsError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_every_knob_has_a_field_of_its_bounds_and_words_in_both_languages():
    words = table("ko")
    for section, kind, name, *options in stage.KNOBS:
        assert set(section.split()) <= set(components.SECTIONS)
        if kind in ("slider", "choice", "list"):
            field = stage.FIELDS[name]
            assert f"basics.knob.{name}" in words
            if kind == "slider":
                assert (field.low, field.high) == tuple(options[:2]), name
            else:
                assert list(field.choices) == list(options[0])
                assert {f"basics.{name}.{choice}" for choice in options[0]} <= set(words)
        else:
            assert f"basics.{'hint' if kind == 'hint' else 'knob'}.{name}" in words


@pytest.mark.parametrize("section", components.SECTIONS)
def test_every_section_has_its_words(section):
    for lang in ("en", "ko"):
        assert {f"basics.section.{section}", "basics.look" if section == "count" else f"basics.look_{section}"} <= set(
            table(lang)
        )
    assert section in stage.EQUATIONS


def test_links_are_bounded():
    values, problems = parse(
        {"pixels": "785", "kind": "grey", "window": "0", "edits": "1" * 1501, "w1": "2"}, stage.FIELDS
    )
    assert len(problems) == 5
    assert values == {name: field.default for name, field in stage.FIELDS.items()}


def test_the_built_in_tables_travel_sparsely():
    sent = stage._joints()
    assert len(json.dumps(sent)) < 60_000
    for shape, tables in sent.items():
        for name, entries in tables.items():
            p = np.zeros(2 ** np.prod(room.SHAPES[shape]))
            for index, value in entries:
                p[index] = value
            np.testing.assert_allclose(p, room.joint(name, shape))


def test_samples_travel_as_bits(shipped):
    sent, found = stage.draw(4), room.samples(4, stage.SHEET)
    assert len(json.dumps(sent)) < 60_000 and sent["windows"] == found.windows.tolist()
    for name in ("bernoulli", "markov", "ar"):
        assert (np.unpackbits(unpack(sent[name]), axis=-1) == getattr(found, name)).all()


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (stage.draw, -1, "integer_range"),
        (stage.draw, "0", "not_number"),
        (stage.draw, None, "not_number"),
        (stage.window, 0, "integer_range"),
        (stage.window, 5, "choice"),
    ],
)
def test_server_functions_answer_bad_input_with_a_message(fn, payload, kind, shipped):
    error = handlers.served(fn)(payload)["error"]
    assert error["kind"] == kind and error["message"]["ko"] != error["message"]["en"]


def test_the_endpoints_count_fit_and_draw(client, shipped):
    counted = client.predict(api_name="/count_parameters")
    assert counted["spent"]["joint"] == str(2**784 - 1) and counted["outcomes"] == "2"
    counted = client.predict(1, "rgb", api_name="/count_parameters")
    assert counted["spent"]["joint"] == "16777215" and counted["spent"]["pixel_cnn"] is None
    fitted = client.predict("columns", "3x3", "ar_table", 3, api_name="/fit_joint")
    assert fitted["kl"] == 0 and fitted["parameters"] == 55 and sum(fitted["q"]) == pytest.approx(1)
    fitted = client.predict([1, 0, 0, 3] + [0] * 12, "2x2", "independent", api_name="/fit_joint")
    assert fitted["q"][3] == pytest.approx(0.75**2) and fitted["leak"] == pytest.approx(1 - 0.75**2 - 0.25**2)
    drawn = client.predict(1, 2, api_name="/sample_basics")
    assert unpack(drawn["ar"]).shape == (len(drawn["windows"]), 2, 784)


@pytest.mark.parametrize(
    ("call", "arguments", "words"),
    [
        ("/count_parameters", (0,), "pixels: expected an integer from 1 to 784"),
        ("/count_parameters", (9, "grey"), "expected one of binary, levels, rgb"),
        ("/fit_joint", ([1, 2],), "expected shape"),
        ("/fit_joint", ("columns", "9x9"), "expected one of 2x2"),
        ("/sample_basics", (-1,), "seed: expected an integer"),
    ],
)
def test_endpoints_refuse_in_words(client, call, arguments, words):
    with pytest.raises(AppError, match=words):
        client.predict(*arguments, api_name=call)

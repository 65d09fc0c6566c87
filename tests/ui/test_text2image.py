"""The text2image stage without a browser: texts, fields, what is sent, what is refused. Weights are untrained."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from playground.data import captions
from playground.data.captions import ATTRIBUTES, VALUES, Meaning
from playground.inference import text2image as room
from playground.inference.arrays import _unpack
from playground.locale import LANGS, has, table
from playground.ui import handlers
from playground.ui.components import text2image_view
from playground.ui.components.base import ASSETS
from playground.ui.stages import text2image as stage
from tests.house import lived_in
from tests.told_house import furnish

WHOLE = "a small thin red seven in the upper left on a blue ground"
SCRIPTS = "\n".join(
    (ASSETS / "js" / f"{name}.js").read_text("utf-8") for name in (*text2image_view.SCRIPTS, "text2image_view")
)


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"))):
        yield


def unpack(packed: dict) -> np.ndarray:
    return _unpack(packed, "x")


def test_counts_fields_and_first_captions_are_the_rooms():
    assert (text2image_view.SHOWN, text2image_view.SWAPPED) == (room.SHOWN, room.SWAPPED)
    assert stage.FIELDS["caption"].high == stage.FIELDS["second"].high == captions.LONGEST
    assert stage.FIELDS["word"].high == captions.MOST_TOKENS - 1
    for said in (stage.FIRST, stage.SECOND):
        assert Meaning(**said) and all(said[name] in VALUES[name] for name in ATTRIBUTES)
    for name, field in stage.FIELDS.items():
        assert field.read(name, field.default) == field.default
    assert set(stage.EXAMPLES) == set(text2image_view.EXAMPLES)


@pytest.mark.parametrize("name", stage.EXAMPLES)
def test_an_example_shows_what_its_name_says(name):
    found = stage.read(stage.EXAMPLES[name])
    strange = [word for word in found["words"] if not word["known"]]
    assert bool(strange) == (name == "unknown") and bool(found["twice"]) == (name == "twice")
    assert bool(found["open"]) == (name in ("open", "unknown", "twice"))
    assert (found["lang"] == "ko") == (name == "korean")


def test_every_text_is_there():
    templates = [text2image_view.template(VALUES), text2image_view.knobs()]
    keys = {key for one in templates for key in re.findall(r'data-t(?:-label|-title)?="([^"]+)"', one)}
    keys |= set(re.findall(r"'(text2image\.[a-z_.]+)'", SCRIPTS))
    keys |= {f"text2image.d.{kind}_{side}" for kind in ("right", "wrong", "fake") for side in ("high", "low")}
    keys |= {f"text2image.open_{how}" for how in room.OPEN} | {f"text2image.row.{row}" for row in ("before", "after")}
    keys |= {f"text2image.value.{v}" for of in VALUES.values() for v in of if isinstance(v, str)}
    assert len(keys) > 100
    for key in keys:
        assert has(key), f"expected a text for {key}"
    own = {key for key in table(LANGS[0]) if key.startswith("text2image.")}
    assert not {key for key in own - keys if key != "text2image.look"}, "expected no text that nobody shows"
    for one in templates:
        assert "@" not in one and "${" not in one and "{{" not in one


def test_the_script_knows_every_field():
    for name in set(stage.FIELDS) - {"flow"}:
        assert re.search(rf"state\.{name}\b|\b{name}:|data-input=.{name}", SCRIPTS), name


def test_what_is_sent_is_the_rooms():
    sent, made = json.loads(json.dumps(stage.draw(WHOLE, 3, "fill"))), room.draw(WHOLE, 3)
    assert np.array_equal(unpack(sent["images"]), made.images) and sent["asked"] == made.asked.tolist()
    assert sent["reading"]["values"] == made.reading.values.tolist() and len(json.dumps(sent)) < 50_000
    sent, way = json.loads(json.dumps(stage.between(WHOLE, "a blue 3", 3, "fill"))), room.between(WHOLE, "a blue 3", 3)
    assert np.array_equal(unpack(sent["images"]), way.images) and set(sent["p"]) == set(way.p)
    sent, made = json.loads(json.dumps(stage.swap(WHOLE, 3, "green", 0, "fill"))), room.swap(WHOLE, 3, "green", 0)
    assert all(np.array_equal(unpack(sent[n]), getattr(made, n)) for n in ("before", "after", "difference"))
    sent, pairs = json.loads(json.dumps(stage.pairs(WHOLE, 1))), room.pairs(WHOLE, 1)
    assert np.allclose(sent["wrong"], pairs.wrong, atol=1e-4) and np.array_equal(unpack(sent["real"]), pairs.real)
    assert json.loads(json.dumps(stage.numbers()))["told"]["en"]["digit"] == 91
    assert stage.write(stage.FIRST, "ko")["text"] == "파란 바탕의 왼쪽 위에 작고 가는 빨간 숫자 7"
    assert stage.write(stage.FIRST, "en")["text"] == WHOLE


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (stage.read, "🙂", "caption_empty"),
        (stage.read, "x" * 10_000, "too_many_characters"),
        (stage.read, "red " * 30, "caption_words"),
        (stage.read, {"a": 1}, "caption_text"),
        (stage.draw, [WHOLE, "1.5", "fill"], "integer_range"),
        (stage.draw, [WHOLE, 0], "shape"),
        (stage.draw, [WHOLE, 0, "x"], "choice"),
        (stage.between, [WHOLE, "", 0, "fill"], "caption_empty"),
        (stage.swap, [WHOLE, 3, "tasty", 0, "fill"], "choice"),
        (stage.swap, [WHOLE, 99, "red", 0, "fill"], "integer_range"),
        (stage.pairs, ["", 0], "caption_empty"),
        (stage.write, ["digit", "en"], "choice"),
        (stage.write, [{"digit": [7]}, "en"], "choice"),
    ],
)
def test_a_browser_may_send_anything(fn, payload, kind):
    answer = handlers.served(fn)(payload)
    assert answer["error"]["kind"] == kind, answer
    assert answer["error"]["message"]["ko"] != answer["error"]["message"]["en"]


def test_the_endpoint_gives_pictures_and_the_reading():
    got = json.loads(json.dumps(handlers.endpoint(stage.generate_text2image)("a red zzz seven", 2)))
    assert unpack(got["images"]).shape == (8, 32, 32, 3) and got["caption"]["said"] == {"colour": "red", "digit": 7}
    assert [word["word"] for word in got["caption"]["words"] if not word["known"]] == ["zzz"]
    with pytest.raises(Exception, match="expected at most 200 characters, got 201"):
        handlers.endpoint(stage.generate_text2image)("x" * 201)

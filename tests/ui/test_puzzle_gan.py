"""The puzzle_gan stage without a browser: texts, fields, what is sent, what is refused. Weights are untrained."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from playground.inference import puzzle_gan as room
from playground.inference.arrays import _unpack
from playground.locale import LANGS, has, table
from playground.ui import handlers
from playground.ui.components import puzzle_gan_view
from playground.ui.components.base import ASSETS, pack
from playground.ui.stages import puzzle_gan as stage
from tests.house import lived_in
from tests.told_house import furnish

PLACES = [list(place) for place in stage.PLACES]
SCRIPTS = "\n".join(
    (ASSETS / "js" / f"{name}.js").read_text("utf-8") for name in (*puzzle_gan_view.SCRIPTS, "puzzle_gan_view")
)


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"))):
        yield


def unpack(packed: dict) -> np.ndarray:
    return _unpack(packed, "x")


def test_counts_and_fields_are_the_rooms():
    assert (puzzle_gan_view.PATCHES, puzzle_gan_view.SHOWN) == (room.PATCHES, room.SHOWN)
    assert puzzle_gan_view.SHIFTS == tuple(room.SHIFTS)
    steps = re.search(r"STEPS = (\{.*\});", SCRIPTS)[1]
    assert json.loads(re.sub(r"(\w+):", r'"\1":', steps)) == {name: list(by) for name, by in room.SHIFTS.items()}
    for name, field in stage.FIELDS.items():
        assert field.read(name, field.default) == field.default
        assert name == "flow" or has(f"field.{name}"), f"expected a name for {name}"


def test_every_text_is_there():
    templates = [puzzle_gan_view.template(), puzzle_gan_view.knobs()]
    keys = {key for one in templates for key in re.findall(r'data-t(?:-label|-title)?="([^"]+)"', one)}
    keys |= set(re.findall(r"'(puzzle_gan\.[a-z_.]+)'", SCRIPTS))
    keys |= {f"puzzle_gan.patches_{n}" for n in (1, 2, 3)}
    assert len(keys) > 60
    for key in keys - {"puzzle_gan.patches_"}:
        assert has(key), f"expected a text for {key}"
    own = {key for key in table(LANGS[0]) if key.startswith("puzzle_gan.")}
    assert own - keys == {"puzzle_gan.look"}, "expected no text that nobody shows"
    for one in templates:
        assert "@" not in one and "${" not in one and "{{" not in one


def test_what_is_sent_is_the_rooms():
    sent = json.loads(json.dumps(stage.source("sample", 5, 1, None)))
    image = unpack(sent["image"])
    assert np.array_equal(image, room.source("sample", 5, 1).image) and sent["digit"] == 5
    assert stage.good(sent["image"], 2)["places"] == room.good_places(image, 2).tolist()
    made, got = room.complete(image, PLACES, 4), json.loads(json.dumps(stage.complete(sent["image"], PLACES, 4)))
    assert all(np.array_equal(unpack(got[n]), getattr(made, n)) for n in ("patches", "covered", "images", "mask"))
    for name in ("kept", "home", "off"):
        assert np.allclose(got[name], getattr(made, name), atol=1e-4)
    assert got["digits"] == made.digits.tolist() and got["places"] == made.places.tolist()
    rows = json.loads(json.dumps(stage.counts(sent["image"], PLACES, 4)))["rows"]
    for n, row in enumerate(rows):
        assert np.array_equal(unpack(row["images"]), room.complete(image, PLACES[: n + 1], 4).images)
    got, made = json.loads(json.dumps(stage.unmoved(sent["image"], PLACES, 4))), room.unmoved(image, PLACES, 4)
    assert np.array_equal(unpack(got["shifted"]), made.shifted) and len(got["orders"]) == 6
    assert json.loads(json.dumps(stage.numbers()))["recovered"]["3"] == 83


IMAGE = pack(np.zeros((32, 32), np.uint8))


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (stage.source, ["photo", 0, 0, None], "choice"),
        (stage.source, ["sample", 0, "x", None], "not_number"),
        (stage.source, ["drawing", 0, 0, None], "empty_drawing"),
        (stage.source, ["drawing", 0, 0, {"strokes": "x"}], "not_number"),
        (stage.complete, [IMAGE, [[0, 99]], 0], "integer_range"),
        (stage.complete, [IMAGE, [], 0], "shape"),
        (stage.complete, [{"dtype": "uint8", "shape": [32, 32], "data": "?"}, PLACES, 0], "base64"),
        (stage.complete, ["x", PLACES, 0], "not_number"),
        (stage.counts, [IMAGE, None, 0], "shape"),
        (stage.counts, [IMAGE, PLACES * 2, 0], "shape"),
        (stage.unmoved, [IMAGE, PLACES, None], "integer_range"),
        (stage.good, [IMAGE, -1], "integer_range"),
    ],
)
def test_a_browser_may_send_anything(fn, payload, kind):
    answer = handlers.served(fn)(payload)
    assert answer["error"]["kind"] == kind, answer
    assert answer["error"]["message"]["ko"] != answer["error"]["message"]["en"]


def test_the_endpoint_completes_samples_and_drawings():
    ask = handlers.endpoint(stage.complete_puzzle)
    got = json.loads(json.dumps(ask(PLACES[:2], 3)))
    assert unpack(got["images"]).shape == (6, 32, 32) and unpack(got["patches"]).shape == (2, 10, 10)
    drawn = ask(PLACES, 0, 0, 0, {"strokes": [[[0.5, 0.1], [0.5, 0.9]]]})
    assert unpack(drawn["source"]).max() == 255
    with pytest.raises(Exception, match="integer from 0 to 31"):
        ask([[40, 0]])

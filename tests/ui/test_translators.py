"""The tabs cyclegan and stargan as a page sees them: what their functions send, their endpoints, their texts."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from playground.inference import cyclegan as cyclegan_room
from playground.inference import stargan as stargan_room
from playground.locale import has
from playground.ui import app, handlers
from playground.ui.stages import TRANSLATION, cyclegan, stargan, translator_answers
from tests.house import lived_in
from tests.translator_house import furnish

STROKES = {"strokes": [[[0.3, 0.2], [0.6, 0.8]]]}


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def sent(value: object) -> object:
    """As the browser gets it: only what JSON knows."""
    return json.loads(json.dumps(value, allow_nan=False))


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    with lived_in(
        furnish(tmp_path_factory.mktemp("pretrained"), without=("cyclegan/zebra_lambda_0", "stargan/lambda_0"))
    ):
        yield


def png(colour: str = "orange", size: tuple[int, int] = (60, 40)) -> str:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


@pytest.mark.parametrize("name", ["cyclegan", "stargan"])
def test_the_stages_are_there_without_torch(root, name):
    code = f"import sys, playground.ui.stages.{name}; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_they_end_their_chapter():
    assert [stage.id for stage in TRANSLATION][-2:] == ["cyclegan", "stargan"]
    assert app.build([cyclegan.STAGE, stargan.STAGE]) is not None


@pytest.mark.parametrize("stage", [cyclegan, stargan])
def test_every_choice_has_its_words(stage):
    fields = stage.FIELDS
    assert all(field.read("x", field.default) == field.default for field in fields.values())
    assert all(has(f"field.{name}") or name in ("flow", "k") for name in fields)
    id = stage.STAGE.id
    assert all(has(f"{id}.section.{name}") for name in fields["section"].choices)
    assert all(has(f"given.kind.{kind}") and has(f"given.empty_{kind}") for kind in fields["source"].choices)
    for name in ("way", "lambda", "residual"):
        for value in fields[name].choices if name in fields else ():
            key = f"{id}.residual_{value}" if name == "residual" else f"{id}.{name}.{value}"
            assert has(key), key
    for style in stargan_room.DOMAINS:
        assert has(f"translators.style.{style}")


def test_a_trip_travels_packed():
    got, made = (
        sent(cyclegan.trip("coat_zebra", "sample", 3, 1, True)),
        cyclegan_room.trip("coat_zebra", value=3, seed=1),
    )
    for name in ("x", "there", "back", "truth", "cycle", "missed", "patches", "patches_truth"):
        assert np.array_equal(unpack(got[name]), getattr(made, name))
    assert got["field"] == 16 and got["way"] == "coat_zebra"
    hidden = sent(cyclegan.hidden("zebra_coat", "drawing", STROKES, 1, True))
    assert set(hidden["residuals"]) == {"twin", "truth", "fine"}
    assert len(json.dumps(hidden)) < 400_000, "expected all noises in one answer that a phone can take"


def test_what_is_missing_says_so_in_its_place():
    got = sent(cyclegan.both("coat_zebra", "sample", 3, 1))
    assert "x" in got["10"] and set(got["0"]) == {"missing"} and set(got["0"]["missing"]) == {"en", "ko"}
    assert "x" in sent(cyclegan.both("summer_winter", "sample", 3, 1))["0"]
    rows = sent(cyclegan.numbers("coat_zebra"))
    assert rows[0]["digit"] == 96.5 and rows[0]["missing"] is None and "zebra_lambda_0" in rows[1]["missing"]["ko"]
    star = sent(stargan.both("coat", "sample", 3, 1))
    assert "x" in star["10"] and "missing" in star["0"]
    assert handlers.served(cyclegan.trip)(["coat_zebra", "sample", 3, 1, False])["error"]["kind"] == "weights"


def test_the_matrix_travels_packed():
    got, made = sent(stargan.matrix("winter", "sample", 3, 4)), stargan_room.matrix("winter", seed=4)
    for name in ("cells", "opinion", "read", "missed"):
        assert np.array_equal(unpack(got[name]), getattr(made, name), equal_nan=name == "missed")
    assert len(json.dumps(got)) < 300_000
    photo = sent(stargan.matrix("winter", "photo", np.zeros((32, 32, 3)).tolist(), 4))
    assert photo["own"] is True and np.isnan(unpack(photo["missed"])[0]).all()
    assert [row["k"] for row in sent(stargan.counts())["rows"]] == list(range(2, 13))
    assert sent(stargan.numbers())[0]["digit"] == 96.5


def test_a_picture_is_prepared_and_then_translated():
    got = sent(translator_answers.picture(png()))
    assert got["size"] == [60, 40] and got["format"] == "PNG"
    assert np.array_equal(unpack(got["x"]), np.full((32, 32, 3), (255, 165, 0)))
    trip = sent(cyclegan.translate_cyclegan(source="photo", picture=got["x"]))
    assert np.array_equal(unpack(trip["x"])[0], unpack(got["x"])) and trip["truth"] is None
    around = sent(stargan.translate_stargan(source="photo", picture=got["x"]))
    assert around["truth"] is None and unpack(around["there"]).shape == (5, 32, 32, 3)


@pytest.mark.parametrize(
    ("file", "kind"),
    [("JVBERi0xLjc=", "upload_type"), ("###", "base64"), (None, "base64"), (png()[:60], "upload_broken")],
)
def test_files_that_are_no_pictures_become_messages(file, kind):
    problem = handlers.served(translator_answers.picture)(file)["error"]
    assert problem["kind"] == kind and problem["message"]["en"] != problem["message"]["ko"]


def test_endpoints_take_what_they_say():
    assert unpack(sent(cyclegan.translate_cyclegan("winter_summer", digit=7))["x"]).shape == (1, 32, 32, 3)
    assert unpack(sent(stargan.translate_stargan("checker", "drawing", picture=STROKES))["back"]).shape == (
        5,
        32,
        32,
        3,
    )
    with pytest.raises(gr.Error, match="expected one of"):
        handlers.endpoint(cyclegan.translate_cyclegan)("zebra_zebra")

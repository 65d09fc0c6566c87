"""The codes stage as a page sees it: what its functions send, what its endpoint takes, what it registers."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import numpy as np
import pytest

from playground.inference import codes as room
from playground.locale import has, text
from playground.ui import handlers
from playground.ui.components.codes_knobs import INFORMATION, CodesKnobs
from playground.ui.components.image_grid import ImageGrid
from playground.ui.stages import codes


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_the_stage_is_there_without_torch(root):
    code = "import sys, playground.ui.stages.codes; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_page_and_room_agree_on_what_is_allowed():
    assert codes.KINDS == room.KINDS
    assert (codes.FIELDS["c1"].low, codes.FIELDS["c1"].high) == (0, room.CATEGORIES - 1)
    assert codes.FIELDS["seed"].high == room.LARGEST_SEED
    assert set(codes.FIELDS) == {"c1", "c2", "c3", "seed", "sweep"}
    for field in codes.FIELDS.values():
        assert field.read("x", field.default) == field.default


def test_turning_sends_the_rooms_pictures():
    sent = codes.turn(3, 0.5, -0.25, 8)
    made = room.generate(3, 0.5, -0.25, 8, others=codes.OTHERS, categories=True, judge=True)
    for name in ("image", "categories", "others"):
        assert np.array_equal(unpack(sent[name]), getattr(made, name)), name
    assert sent["other_seeds"] == made.other_seeds.tolist() and sent["verdict"]["digit"] == made.verdict.digit
    assert len(json.dumps(sent)) < 30_000, "expected a small answer, it is asked for many times a second"


@pytest.mark.parametrize("kind", codes.KINDS)
def test_sweep_and_sheet_send_the_rooms_pictures(kind):
    sent, made = codes.sweep(kind, 2, 0.1, 0.2, 3), room.sweep(kind, c1=2, c2=0.1, c3=0.2, seed=3)
    assert np.array_equal(unpack(sent["images"]), made.images)
    assert (sent["rows"], sent["columns"], sent["kind"]) == (made.rows.tolist(), made.columns.tolist(), kind)
    sheet = codes.sheet(2, 3)
    assert np.array_equal(unpack(sheet["images"]), room.sheet(2, 3).images) and len(sheet["axis"]) == 11
    json.dumps([sent, sheet])


def test_facts_are_plain_values():
    sent = json.loads(json.dumps(codes.facts()))
    assert sorted(sent["digit_of_code"]) == list(range(10))
    assert [row["code"] for row in sent["information"]] == ["c1", "c2", "c3"]


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (codes.turn, [10, 0, 0, 0], "integer_range"),
        (codes.turn, [0, 2, 0, 0], "number_range"),
        (codes.turn, [0, "x", 0, 0], "not_number"),
        (codes.turn, [0, 0, 0, None], "integer_range"),
        (codes.turn, [0, 0, 0], "shape"),
        (codes.turn, None, "shape"),
        (codes.turn, {"c1": 1}, "shape"),
        (codes.sweep, ["c9_c1", 0, 0, 0, 0], "choice"),
        (codes.sheet, [0, "seven"], "integer_range"),
        (codes.sheet, [0, float("nan")], "integer_range"),
    ],
)
def test_a_browser_may_send_anything(fn, payload, kind):
    answer = handlers.served(fn)(payload)
    assert answer["error"]["kind"] == kind, answer
    assert answer["error"]["message"]["ko"] != answer["error"]["message"]["en"]


def test_components_have_constant_templates_and_translated_labels():
    grid, knobs = ImageGrid(label="codes.picture"), CodesKnobs(picture="a", others="b", sweep="c")
    for template in (grid.html_template, knobs.html_template, INFORMATION, codes.TITLE):
        assert "${" not in template and "{{" not in template and "@" not in template
        for part in template.split("data-t")[1:]:
            key = part.split('"')[1]
            assert has(key), f"expected a text for {key}"
    assert "@" not in grid.js_on_load.replace("@media", "")


def test_the_names_of_the_codes_are_in_both_languages():
    for key in ("codes.c2", "codes.c2_low", "codes.c2_high", "codes.c3", "codes.c3_low", "codes.c3_high", "codes.look"):
        assert text(key, "en") != text(key, "ko") != key


# ---- the named endpoint ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client():
    from gradio_client import Client

    from playground.ui import app

    blocks = app.build([codes.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_only_the_endpoint_is_public(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/generate_codes"]


def test_the_endpoint_gives_a_digit(client):
    got = client.predict(c1=4, c2=0.5, c3=-0.5, seed=12, api_name="/generate_codes")
    made = room.generate(4, 0.5, -0.5, 12, judge=True)
    assert np.array_equal(unpack(got["image"]), made.image)
    assert got["digit"] == made.verdict.digit and got["confidence"] == pytest.approx(made.verdict.confidence)
    assert got["digit_of_code"] == list(room.facts().digit_of_code) and got["sweep"] is None


def test_the_endpoint_gives_a_sweep(client):
    got = client.predict(c1=4, seed=1, sweep="c2_c3", api_name="/generate_codes")
    assert np.array_equal(unpack(got["sweep"]), room.sweep("c2_c3", c1=4, seed=1).images)
    assert got["rows"] == got["columns"] == room.TURNS.tolist()


def test_the_endpoint_has_defaults(client):
    assert np.array_equal(
        unpack(client.predict(api_name="/generate_codes")["image"]), room.generate(0, 0.0, 0.0, 0).image
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"c1": 10}, "from 0 to 9"),
        ({"c1": "three"}, "from 0 to 9"),
        ({"c1": None}, "from 0 to 9"),
        ({"c2": 1.5}, "from -1 to 1"),
        ({"c3": "a"}, "a number"),
        ({"c3": [0.1]}, "a number"),
        ({"seed": -1}, "from 0 to 2147483647"),
        ({"seed": 2**40}, "from 0 to 2147483647"),
        ({"sweep": "all"}, "none, c1_c2, c1_c3, c2_c3"),
        ({"sweep": 3}, "none, c1_c2, c1_c3, c2_c3"),
    ],
)
def test_the_endpoint_says_what_it_expected(client, arguments, says):
    with pytest.raises(Exception, match=says):
        client.predict(**arguments, api_name="/generate_codes")

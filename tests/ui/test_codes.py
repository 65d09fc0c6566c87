"""The codes stage as a page sees it: what its functions send, what its endpoint takes, what it registers."""

from __future__ import annotations

import base64
import json
import subprocess
import sys

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import codes as room
from playground.inference import codes_drawing, codes_measured
from playground.locale import has, text
from playground.ui import handlers
from playground.ui.components import codes_views
from playground.ui.components.codes_knobs import INFORMATION, CodesKnobs
from playground.ui.components.image_grid import ImageGrid
from playground.ui.stages import codes, codes_answers

LINES = {"strokes": [[[0.3, 0.2], [0.7, 0.2], [0.45, 0.9]]]}  # a seven


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_the_stage_is_there_without_torch(root):
    code = "import sys, playground.ui.stages.codes; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_page_and_room_agree_on_what_is_allowed():
    assert (codes.KINDS, codes.NOISES) == (room.KINDS, room.NOISES)
    assert (codes.FIELDS["c1"].low, codes.FIELDS["c1"].high) == (0, room.CATEGORIES - 1)
    assert codes.FIELDS["seed"].high == room.LARGEST_SEED
    assert set(codes.FIELDS) == {"c1", "c2", "c3", "seed", "sweep", "section", "example", "search", "flow"}
    assert codes_views.SECTIONS[0] == codes.FIELDS["section"].default and codes_views.VARIANTS == room.VARIANTS
    assert (codes_views.WAYS, codes_views.ATTRIBUTES) == (codes_measured.WAYS, codes_measured.ATTRIBUTES)
    assert codes_views.MADE == codes_drawing.MADE
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
        (codes_answers.read_drawing, [None, 0], "empty_drawing"),
        (codes_answers.read_drawing, [{"strokes": []}, 0], "empty_drawing"),
        (codes_answers.read_drawing, [{"strokes": [[[0, 5]]]}, 0], "number_range"),
        (codes_answers.read_drawing, [LINES, -1], "integer_range"),
        (codes_answers.pair, ["c9", 0, 0, 0, 0], "choice"),
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
    views = [codes_views.CodesSections(), codes_views.CodesTables(), codes_views.CodesEffects()]
    views += [codes_views.CodesPair(grids=codes.PAIR), codes_views.CodesDrawing(pad="p")]
    texts = [codes_views.LEAD, codes_views.OPTIONS, *(codes_views.TITLES.replace("@V@", v) for v in room.VARIANTS)]
    texts += [view.html_template for view in views]
    for template in (grid.html_template, knobs.html_template, INFORMATION, codes.TITLE, *texts):
        assert "${" not in template and "{{" not in template and "@" not in template
        for part in template.split("data-t")[1:]:
            key = part.split('"')[1]
            assert has(key), f"expected a text for {key}"
    assert "@" not in grid.js_on_load.replace("@media", "")


def test_every_section_has_a_name_and_every_note_both_languages():
    keys = [f"codes.section.{id}" for id in codes_views.SECTIONS]
    keys += [f"codes.note_{kind}" for kind in ("agree", "differ", "unsure", "far")]
    keys += [f"codes.attribute.{name}" for name in codes_views.ATTRIBUTES] + [
        f"codes.way.{w}" for w in codes_views.WAYS
    ]
    for key in keys:
        assert has(key) and text(key, "en") != text(key, "ko"), key


def test_the_sections_answers_are_plain_values():
    found = json.loads(json.dumps([codes_answers.tables(), codes_answers.effects(), codes_answers.typical()]))
    for part in found[:2]:
        assert list(part) == list(room.VARIANTS)
    assert np.sum(found[0]["lambda_1"]["counts"]) == found[0]["lambda_1"]["facts"]["n"]
    assert set(found[1]["lambda_1"]["effects"]) == set(codes_views.WAYS)


def test_a_read_drawing_is_the_rooms():
    sent, made = codes_answers.read_drawing(LINES, 5), codes_drawing.read(LINES, 5)
    assert sent["c1"] == made.c1 and sent["c2"] == pytest.approx(made.c2) and sent["seeds"] == made.seeds.tolist()
    assert np.array_equal(unpack(sent["made"]["images"]), made.made.images)
    assert np.array_equal(unpack(sent["image"]), made.image)
    assert len(json.dumps(sent)) < 20_000


def test_the_search_answers_the_one_who_asked():
    sent = codes_answers.search_noise({"drawing": LINES, "seed": 5, "key": "k"})
    assert sent["key"] == "k" and np.array_equal(
        unpack(sent["found"]["images"]), codes_drawing.read(LINES, 5, search=True).searched.images
    )


@pytest.mark.parametrize("asked", [None, {}, {"drawing": LINES}, {"drawing": None, "seed": 0}], ids=repr)
def test_a_search_for_nothing_is_refused(asked):
    with pytest.raises(InvalidInput):
        codes_answers.search_noise(asked)


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


def test_only_the_endpoints_are_public(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/generate_codes", "/read_codes"]


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


def test_the_endpoint_reads_a_drawing(client):
    got, made = client.predict(LINES, 3, True, api_name="/read_codes"), codes_drawing.read(LINES, 3, search=True)
    assert got["c1"] == made.c1 and got["p"] == pytest.approx(made.p.tolist(), abs=1e-5)
    assert got["digit_of_code"] == list(room.facts().digit_of_code)
    assert np.array_equal(unpack(got["searched"]["images"]), made.searched.images)
    assert client.predict(LINES, api_name="/read_codes")["searched"] is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"drawing": {"strokes": []}}, "Draw a digit"),
        ({"drawing": LINES, "seed": -1}, "from 0 to 2147483647"),
        ({"drawing": LINES, "search": "yes"}, "true, false"),
    ],
)
def test_the_endpoint_says_what_a_drawing_is(client, arguments, says):
    with pytest.raises(Exception, match=says):
        client.predict(**arguments, api_name="/read_codes")


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

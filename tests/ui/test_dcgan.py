"""The dcgan stage as a page sees it: what its functions send, what its endpoints take, what it registers."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from playground import weights
from playground.inference import dcgan as room
from playground.inference import dcgan_film
from playground.locale import has
from playground.ui import handlers
from playground.ui.components import dcgan_view
from playground.ui.components.base import ASSETS
from playground.ui.components.dcgan_view import DcganView
from playground.ui.stages import dcgan as stage
from tests.dcgan_house import MOMENTS, furnish


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("pretrained"))


@pytest.fixture(autouse=True)
def furnished(house, monkeypatch):
    weights._load.cache_clear()
    monkeypatch.setattr(weights, "PRETRAINED", house)
    yield
    weights._load.cache_clear()


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


def test_the_stage_is_there_without_torch(root):
    code = "import sys, playground.ui.stages.dcgan; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_page_and_room_agree_on_what_is_allowed():
    assert tuple(stage.FIELDS["loss"].choices) == room.LOSSES and stage.FIELDS["psi"].high == room.LARGEST_PSI
    assert stage.FIELDS["step"].high == stage.FRAMES - 1
    for name in ("seed", "picked", "walk_a", "walk_b"):
        assert (stage.FIELDS[name].low, stage.FIELDS[name].high) == (0, room.LARGEST_SEED)
    for name, field in stage.FIELDS.items():
        assert field.read(name, field.default) == field.default


def test_the_script_knows_every_field_and_section():
    script = "\n".join(
        (ASSETS / "js" / f"{name}.js").read_text("utf-8") for name in (*dcgan_view.SCRIPTS, "dcgan_view")
    )
    for name in set(stage.FIELDS) - {"flow"}:  # the picture's own
        assert re.search(rf"state\.{name}\b|\b{name}:", script), f"expected the script to use {name}"
    for section in dcgan_view.SECTIONS:
        assert f"{section}: () =>" in script
        assert has(f"dcgan.section.{section}")


def test_every_text_of_templates_and_scripts_is_there():
    view = DcganView(room.LOSSES, room.TYPICAL, 64, 40, server_functions=[])
    templates = [view.html_template, dcgan_view.PSI, dcgan_view.sections_bar(), dcgan_view.knobs(room.LOSSES)]
    keys = {key for template in templates for key in re.findall(r'data-t(?:-label|-title)?="([^"]+)"', template)}
    keys |= set(re.findall(r"t\((?:[a-z. ]+\? )?'(dcgan\.[a-z_.]+)'", view.js_on_load))
    assert len(keys) > 80
    for key in keys:
        assert has(key), f"expected a text for {key}"
    for template in templates:
        assert "@" not in template and "${" not in template and "{{" not in template
    assert not re.findall(r"@[A-Z_]+@", view.js_on_load)


# ---- what is sent ----------------------------------------------------------------------------------------------------


def test_the_grid_is_a_hundred_pictures_in_a_small_answer():
    sent = stage.grid("lsgan", 5, 0.7)
    assert np.array_equal(unpack(sent["images"]), room.samples("lsgan", 5, 100, 0.7).images)
    assert len(json.dumps(sent)) < 110_000


def test_a_look_is_the_rooms():
    sent, made = json.loads(json.dumps(stage.look("minimax", 4, 1.0))), room.opened("minimax", 4)
    assert np.array_equal(unpack(sent["image"]), made.image) and np.allclose(unpack(sent["z"]), made.z)
    for name in ("logit", "probability", "digit", "confidence"):
        assert sent[name] == pytest.approx(getattr(made, name))
    assert sent["neighbour"]["index"] == made.neighbour.index and list(sent["above"]) == list(made.above)
    assert unpack(sent["neighbour"]["quantiles"]).shape == (101,)


def test_ways_and_sums_are_the_rooms():
    sent = json.loads(json.dumps(stage.way("wgan_gp", 1, 2)))["ways"]
    for got, made in zip(sent, room.walk("wgan_gp", 1, 2), strict=True):
        assert np.array_equal(unpack(got["images"]), made.images) and np.allclose(unpack(got["lengths"]), made.lengths)
        assert np.array_equal(unpack(got["digits"]), made.reading.digits)
    sent, made = (
        json.loads(json.dumps(stage.add("lsgan", [1], [2, 3], [4]))),
        room.arithmetic("lsgan", [1], [2, 3], [4]),
    )
    assert np.array_equal(unpack(sent["images"]), made.images)
    assert np.array_equal(unpack(sent["members"]), made.members) and sent["ink"] == made.ink.tolist()


def test_four_losses_side_by_side(tmp_path, monkeypatch):
    rows = json.loads(json.dumps(stage.compare(3)))["rows"]
    assert [row["loss"] for row in rows] == list(room.LOSSES) and all(row["error"] is None for row in rows)
    assert np.array_equal(unpack(rows[2]["images"]), room.samples("lsgan", 3, 25).images)
    assert rows[1]["numbers"]["digits"] == 9 and len(rows[1]["numbers"]["shares"]) == 10
    home = furnish(tmp_path) / "dcgan"
    weights._load.cache_clear()
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    (home / "lsgan" / "metrics.json").unlink()
    (home / "wgan_gp" / "model.safetensors").unlink()
    rows = stage.compare(0)["rows"]
    assert rows[2]["images"] and not rows[2]["numbers"] and "metrics.json" in rows[2]["error"]["en"]
    assert rows[3]["images"] is None and rows[3]["error"]["ko"] != rows[3]["error"]["en"]
    assert rows[0]["numbers"] and rows[1]["numbers"], "expected the others to be shown"


def test_a_film_is_a_png_and_its_curves():
    sent, made = json.loads(json.dumps(stage.film("nonsaturating"))), dcgan_film.film("nonsaturating")
    with Image.open(io.BytesIO(base64.b64decode(sent["sheet"]))) as sheet:
        assert sheet.size == (64 * 28, MOMENTS * 28)
    assert np.array_equal(unpack(sent["real"]), made.real) and len(sent["edges"]) == made.real.shape[1] + 1
    assert len(sent["steps"]) == len(sent["wins"]) == len(sent["gradient"]) == len(sent["covered"]) == MOMENTS
    assert unpack(sent["digits"]).shape == (MOMENTS, 11)


def test_facts_are_plain_values():
    sent = json.loads(json.dumps(stage.facts("lsgan")))
    assert unpack(sent["scores"]["real"]).shape == (500,)
    assert len(sent["truncation"]) == 16 and {"walk", "arithmetic"} <= set(sent)


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (stage.grid, ["gan", 0, 1], "choice"),
        (stage.grid, ["lsgan", "seven", 1], "not_number"),
        (stage.grid, ["lsgan", 0, 2], "number_range"),
        (stage.grid, ["lsgan", 0], "shape"),
        (stage.look, ["lsgan", -1, 1], "integer_range"),
        (stage.way, ["lsgan", 0, None], "not_number"),
        (stage.add, ["lsgan", [], [1], [2]], "shape"),
        (stage.add, ["lsgan", [1], "x", [2]], "shape"),
        (stage.compare, "x", "not_number"),
        (stage.film, "gan", "choice"),
        (stage.film, {"a": 1}, "choice"),
        (stage.facts, None, "choice"),
    ],
)
def test_a_browser_may_send_anything(fn, payload, kind):
    answer = handlers.served(fn)(payload)
    assert answer["error"]["kind"] == kind, answer
    assert answer["error"]["message"]["ko"] != answer["error"]["message"]["en"]


# ---- the named endpoints ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client():
    from gradio_client import Client

    from playground.ui import app

    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_only_the_endpoints_are_public(client):
    names = set(client.view_api(return_format="dict")["named_endpoints"])
    assert names == {"/generate_dcgan", "/inspect_dcgan", "/walk_dcgan", "/sum_dcgan"}


def test_the_endpoints_give_what_the_room_makes(client):
    got = client.predict(loss="lsgan", seed=9, n=3, psi=0.5, api_name="/generate_dcgan")
    assert np.array_equal(unpack(got["images"]), room.samples("lsgan", 9, 3, 0.5).images)
    assert got["seeds"] == [9, 10, 11] and unpack(got["digits"]).shape == unpack(got["confidence"]).shape == (3,)
    assert unpack(client.predict(api_name="/generate_dcgan")["images"]).shape == (16, 28, 28)
    assert client.predict(loss="minimax", seed=2, api_name="/inspect_dcgan")["digit"] in range(10)
    ways = client.predict(loss="wgan_gp", a=1, b=2, steps=5, api_name="/walk_dcgan")
    assert unpack(ways["straight"]["images"]).shape == unpack(ways["spherical"]["images"]).shape == (5, 28, 28)
    total = client.predict(a=[1, 2], b=[3], c=[4], loss="lsgan", api_name="/sum_dcgan")
    assert np.array_equal(unpack(total["images"]), room.arithmetic("lsgan", [1, 2], [3], [4]).images)


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("generate", {"loss": "gan"}, "nonsaturating, minimax, lsgan, wgan_gp"),
        ("generate", {"n": 101}, "from 1 to 100"),
        ("generate", {"psi": 1.6}, "from 0 to 1.5"),
        ("inspect", {"seed": -1}, "from 0 to 2147483647"),
        ("walk", {"steps": 2}, "from 3 to 32"),
        ("sum", {"a": [], "b": [1], "c": [2]}, "term A"),
        ("sum", {"a": [1], "b": [1.5], "c": [2]}, "term B"),
    ],
)
def test_the_endpoints_say_what_they_expected(client, name, arguments, says):
    with pytest.raises(Exception, match=says):
        client.predict(**arguments, api_name=f"/{name}_dcgan")

"""The progan stage as a page sees it: what its functions send, what its endpoint takes, what it registers."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from playground import weights
from playground.inference import progan as room
from playground.locale import has, text
from playground.models.progan import ProGAN
from playground.ui import handlers
from playground.ui.components import progan_view
from playground.ui.components.progan_view import KNOBS, ProganView
from playground.ui.stages import progan

ROOM_CONSTANTS = {"ROWS": 6, "UNIT": 1, "SIDES": [4], "SHOWN": 64}
KINDS = "z dense up first_g second_g to_rgb from_rgb first_d second_d down std last_0 last_1 score".split()


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module", autouse=True)
def untrained(tmp_path_factory):
    """A network fresh from its initialization, with a film and numbers made up."""
    import torch

    folder = tmp_path_factory.mktemp("pretrained") / "progan"
    with torch.random.fork_rng():
        torch.manual_seed(1)
        weights.create("progan").save_pretrained(folder)
    Image.new("L", (64 * 32, 3 * 32), 80).save(folder / "film.png")
    rows = {"steps": np.array([0, 2000, 26250], np.int32), "digits": np.ones((3, 11), np.int16)}
    told = {"levels": 16, "batch_size": 16, "config": asdict(ProGAN.Config())}
    save_file(rows, folder / "film.safetensors", {"film": json.dumps(told)})
    numbers = [{"metric": "recognised", "value": 90.0, "real": 99.0}, {"metric": "digits", "value": 10}]
    numbers.append({"metric": "frechet", "value": 3.0, "real_vs_real": 0.5, "n": 10_000})
    (folder / "metrics.json").write_text(json.dumps(numbers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "PRETRAINED", folder.parent)
        weights._load.cache_clear()
        yield
    weights._load.cache_clear()


def test_the_stage_is_there_without_torch(root):
    code = "import sys, playground.ui.stages.progan; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_page_and_room_agree_on_what_is_allowed():
    assert (progan.FIELDS["at"].low, progan.FIELDS["at"].high) == (0, room.TOP)
    assert progan.FIELDS["seed"].high == room.LARGEST_SEED
    assert progan_view.SIDES == room.SIDES
    for field in progan.FIELDS.values():
        assert field.read("x", field.default) == field.default


def test_the_browser_gets_the_rooms_pictures_before_clipping():
    sent, made = progan.stages(8, False), room.stages(8, progan.ROWS)
    assert np.array_equal(unpack(progan.stages(8, True)["raw"][3]), room.walk(8, progan.ROWS).raw[3])
    assert sent["seeds"] == made.seeds.tolist()
    for packed, raw in zip(sent["raw"], made.raw, strict=True):
        assert packed["dtype"] == "int16" and np.array_equal(unpack(packed), raw)
    assert len(json.dumps(sent)) < 30_000, "expected all levels of six pictures in one small answer"


def test_layers_and_batches_are_plain_values():
    sent = json.loads(json.dumps(progan.network()))
    assert len(sent["layers"]) == 25 and sent["layers"][0]["name"] == "dense"
    batches, made = json.loads(json.dumps(progan.variation(4))), room.variation(4)
    for name in ("real", "generated", "copies"):
        assert np.array_equal(unpack(batches[name]["images"]), getattr(made, name).images)
        assert batches[name]["spread"] == pytest.approx(getattr(made, name).spread.tolist())


def test_film_and_numbers_are_plain_values():
    sent = json.loads(json.dumps(progan.film()))
    with Image.open(io.BytesIO(base64.b64decode(sent["sheet"]))) as sheet:
        assert sheet.size == (64 * 32, 3 * 32)
    assert sent["seen"] == [0, 32_000, 420_000] and sent["schedule"]["at"][-1] == 3
    assert json.loads(json.dumps(progan.numbers()))["wanted"] == 85


@pytest.mark.parametrize(
    ("fn", "payload", "kind"),
    [
        (progan.stages, [-1, False], "integer_range"),
        (progan.stages, ["seven", True], "integer_range"),
        (progan.stages, [None, None], "integer_range"),
        (progan.stages, 3, "shape"),
        (progan.variation, 2**31, "integer_range"),
        (progan.variation, {"seed": 1}, "integer_range"),
    ],
)
def test_a_browser_may_send_anything(fn, payload, kind):
    answer = handlers.served(fn)(payload)
    assert answer["error"]["kind"] == kind, answer
    assert answer["error"]["message"]["ko"] != answer["error"]["message"]["en"]


def test_missing_weights_are_data_too(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    for fn, payload in ((progan.stages, [0, False]), (progan.variation, 0)):
        assert "playground.training progan" in handlers.served(fn)(payload)["error"]["message"]["en"]
    weights._load.cache_clear()


def test_components_have_constant_templates_and_translated_labels():
    view = ProganView(6, 40, constants=ROOM_CONSTANTS, server_functions=[])
    for template in (view.html_template, KNOBS):
        assert "${" not in template and "{{" not in template and "@" not in template
        for part in template.split("data-t")[1:]:
            key = part.split('"')[1]
            assert has(key), f"expected a text for {key}"


def test_every_layer_mark_and_state_has_its_words():
    keys = [f"progan.layer.{kind}" for kind in KINDS] + [f"progan.short.{kind}" for kind in KINDS if "rgb" not in kind]
    keys += [f"progan.{group}.{mark}" for mark in progan_view.MARKS for group in ("mark", "told")]
    keys += [f"progan.status.{name}" for name in ("to_come", "fading", "fading_out", "tuned", "left")]
    keys += [f"progan.{group}.{name}" for name in ("recognised", "digits", "frechet") for group in ("number", "means")]
    for key in keys:
        assert has(key), key
    for key in ("progan.look", "progan.told.equalized", "progan.layer.std"):
        assert text(key, "en") != text(key, "ko")


# ---- the named endpoint ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(untrained):
    from gradio_client import Client

    from playground.ui import app

    blocks = app.build([progan.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_only_the_endpoint_is_public(client):
    assert list(client.view_api(return_format="dict")["named_endpoints"]) == ["/generate_progan"]


def test_the_endpoint_gives_pictures_of_a_level(client):
    got = client.predict(seed=12, n=3, level=2, alpha=0.25, api_name="/generate_progan")
    assert np.array_equal(unpack(got["images"]), room.generate(12, 3, 2, 0.25).images)
    assert (got["side"], got["seeds"]) == (16, [12, 13, 14])
    assert unpack(client.predict(api_name="/generate_progan")["images"]).shape == (1, 32, 32)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"seed": -1}, "from 0 to 2147483647"),
        ({"seed": "a"}, "from 0 to 2147483647"),
        ({"n": 0}, "from 1 to 100"),
        ({"n": 10**9}, "from 1 to 100"),
        ({"level": 4}, "from 0 to 3"),
        ({"level": None}, "a number"),
        ({"alpha": 2}, "from 0 to 1"),
        ({"alpha": [0.5]}, "a number"),
    ],
)
def test_the_endpoint_says_what_it_expected(client, arguments, says):
    with pytest.raises(Exception, match=says):
        client.predict(**arguments, api_name="/generate_progan")

"""The sight stage without a browser: what travels, what its links may hold, and the endpoint by gradio_client."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground import catalog
from playground.inference import sight as room
from playground.locale import table
from playground.ui import app, handlers
from playground.ui.components.base import ASSETS
from playground.ui.components.sight_view import SCRIPTS
from playground.ui.links import parse
from playground.ui.stages import sight as stage


def unpack(packed: dict) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["data"]), packed["dtype"]).reshape(packed["shape"])


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_a_rule_travels_as_bits():
    sent = stage.rules("pixel_cnn")
    rule = np.unpackbits(unpack(sent["rule"]), axis=1).astype(bool)
    assert (rule == room.rule("pixel_cnn")).all()
    assert unpack(sent["turn"]).tolist() == list(range(784))
    assert len(json.dumps(sent)) < 120_000


def test_a_measured_set_and_a_film_travel_whole():
    assert (unpack(stage.look("nade", 57)["seen"]) == room.sees("nade", 57).seen).all()
    film, sent = room.diagonal_film(4, 5, "pixels", "zeroed"), stage.diagonal_film(4, 5, "pixels", "zeroed")
    assert (sent["height"], sent["width"], sent["steps"], sent["shift"]) == (4, 5, 8, "zeroed")
    assert all((unpack(sent[name]) == getattr(film, name)).all() for name in ("forward", "backward", "shifted", "both"))
    assert len(json.dumps(stage.diagonal_film(10, 12, "features", "down"))) < 220_000


def test_strength_comes_with_its_digit():
    sent = stage.strength("nade", 3, 406)
    assert unpack(sent["map"]).reshape(-1)[406:].sum() == 0 and 40 < unpack(sent["image"]).sum() < 200


@pytest.mark.parametrize(("fn", "arguments"), [("look", ["nade", 900]), ("rules", ["x"]), ("row_film", [7, 99, "x"])])
def test_bad_questions_come_back_as_messages(fn, arguments):
    error = handlers.served(getattr(stage, fn))(arguments if len(arguments) > 1 else arguments[0])["error"]
    assert error["message"]["en"] and error["message"]["ko"]


def test_links_are_bounded():
    good, problems = parse({"view": "row", "a": "nade", "row": "28", "step": "12", "b": "none"}, stage.FIELDS)
    assert not problems and (good["view"], good["row"], good["b"]) == ("row", 28, "none")
    bad = {"view": "column", "a": "none", "row": "29", "step": "-2", "shift": "up", "row_height": "2"}
    assert len(parse(bad, stage.FIELDS)[1]) == len(bad)
    assert stage.LONGEST > 2 * (sum(room.HEIGHTS) + sum(room.WIDTHS)), "expected the longest film to fit into a link"
    assert (stage.TALL, stage.WIDE, stage.SPACES, stage.SHIFTS) == (room.HEIGHTS, room.WIDTHS, room.SPACES, room.SHIFTS)


def test_every_pixel_model_can_be_chosen():
    ids = {card.id for card in catalog.of_stage("pixels")}
    assert set(stage.NAMES) == ids and set(stage.FIELDS["b"].choices) == {*ids, stage.NONE}


def test_every_text_of_the_scripts_is_there():
    names = (*SCRIPTS, "sight_view", "sight_controls")
    script = "".join((ASSETS / "js" / f"{name}.js").read_text("utf-8") for name in names)
    keys = set(re.findall(r"'(sight\.[a-z_]+)'", script))
    said = {
        *("row_start", "row_start_pixels", "row_input", "row_state", "row_state_first", "row_update", "row_end"),
        *("row_end_all", "diagonal_start", "diagonal_skew", "diagonal_skew_done", "diagonal_skew_again"),
        *("diagonal_forward_first", "diagonal_forward_column", "diagonal_backward_first", "diagonal_backward_column"),
        *("diagonal_unskew_forward", "diagonal_unskew_backward", "diagonal_flip", "diagonal_unflip"),
        *("diagonal_unflip_edge", *(f"diagonal_shift_{s}" for s in stage.SHIFTS)),
        *("diagonal_sum", "diagonal_sum_leak", "diagonal_sum_most"),
    }
    for lang in ("en", "ko"):
        missing = sorted(key for key in keys | {f"sight.say_{key}" for key in said} if key not in table(lang))
        assert missing == [], f"{lang}: {missing}"


def test_the_endpoint_tells_sets_and_counts(client):
    found = client.predict("pixel_cnn", 406, api_name="/sees")
    assert found["counts"] == {"seen": 351, "rule": 351, "allowed": 406, "missed": 55, "leaked": 0}
    assert (unpack(found["seen"]) == room.sees("pixel_cnn", 406).seen).all() and found["inputs"] >= 2
    with pytest.raises(AppError, match="0 to 783|between|783"):
        client.predict("pixel_cnn", 784, api_name="/sees")

"""The ladder without a browser: what travels, and the endpoint by gradio_client."""

from __future__ import annotations

import base64
import json

import numpy as np
import pytest
from gradio_client import Client

from playground.inference import ladder as room
from playground.locale import table
from playground.ui import app
from playground.ui.links import parse
from playground.ui.stages import ladder as stage


def test_every_rung_travels_small_and_whole():
    sent = stage.rungs()
    assert [one["id"] for one in sent["rungs"]] == [rung.id for rung in room.rungs()]
    assert len(json.dumps(sent, allow_nan=False)) < 400_000
    for one, rung in zip(sent["rungs"], room.rungs(), strict=True):
        assert one["value"] == rung.value and one["group"] in sent["groups"]
        if rung.images is not None:
            bytes_ = np.frombuffer(base64.b64decode(one["images"]["data"]), np.uint8)
            assert (bytes_ == rung.images.ravel()).all() and one["images"]["shape"][0] == 8


def test_every_group_and_column_has_its_words():
    words = table("en")
    for group in room.GROUPS:
        assert {f"ladder.group_{group}", f"ladder.about_{group}", f"ladder.unit_{group}"} <= words.keys()
    assert {f"ladder.head_{column}" for column in (*stage.COLUMNS, "samples")} - {"ladder.head_value"} <= words.keys()
    assert {f"ladder.col_{axis}" for axis in stage.AXES} <= words.keys()
    assert set(stage.AXES) <= set(stage.COLUMNS)


@pytest.mark.parametrize("query", [{"sort": "size"}, {"down": "maybe"}, {"axis": "value"}, {"sort": ["bits", "name"]}])
def test_bad_links_fall_back_with_a_message(query):
    values, problems = parse(query, stage.FIELDS)
    assert len(problems) == 1 and values == {name: field.default for name, field in stage.FIELDS.items()}


def test_the_endpoint_gives_the_rows():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    try:
        found = {row["id"]: row for row in Client(url, verbose=False).predict(api_name="/ladder")}
    finally:
        blocks.close(verbose=False)
    assert set(found) == {rung.id for rung in room.rungs()} and "images" not in found["nade"]
    assert found["vae"]["bound"] and found["nade"]["binarization"] == "DYNAMIC"
    assert {p["binarization"] for p in found["nade"]["published"]} == {"FIXED", "DYNAMIC"}

"""The collapse stage without a browser: what travels, its links, its endpoint."""

from __future__ import annotations

import json

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from playground.inference import collapse as room
from playground.locale import table
from playground.ui import app, handlers
from playground.ui.components.collapse_view import PANELS
from playground.ui.links import parse
from playground.ui.stages import collapse as stage


@pytest.fixture(scope="module")
def client():
    blocks = app.build([stage.STAGE])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    yield Client(url, verbose=False)
    blocks.close(verbose=False)


def test_the_recording_travels_as_it_is_stored():
    sent = handlers.served(stage.recording)()
    assert sent == room.recorded() and len(json.dumps(sent)) < 1_500_000
    assert len(sent["steps"]) - 1 <= stage.MOMENTS, "expected every moment to have a link"


def test_every_training_and_knob_has_its_words():
    names = {f"collapse.name_{run}" for run in (*PANELS[:3], *stage.FOURTH)}
    choices = {f"collapse.{name}_{one}" for name, all in stage._CHOICES.items() for one in all}
    assert names | choices <= table("en").keys()
    for lang in ("en", "ko"):  # the number that the knobs name is the one that was recorded
        words = table(lang)
        for name in stage.FOURTH:
            assert f"{room.BETA:g}" in words[f"collapse.fourth_{name}"]


@pytest.mark.parametrize("query", [{"view": "x"}, {"fourth": ""}, {"sample": "eps"}, {"step": "-2"}, {"step": "nan"}])
def test_bad_links_fall_back_with_a_message(query):
    values, problems = parse(query, stage.FIELDS)
    assert len(problems) == 1 and values == {name: field.default for name, field in stage.FIELDS.items()}


def test_the_endpoint_gives_the_numbers(client):
    got = client.predict("late", api_name="/collapse")
    assert len(got["steps"]) == len(got["kl"]) == len(got["reconstruction"]) and got["beta"] == room.BETA
    assert got["kl"][-1] == pytest.approx(room.film("late").kl[-1].tolist(), abs=1e-3)
    with pytest.raises(AppError, match="autoencoder"):
        client.predict("gan", api_name="/collapse")

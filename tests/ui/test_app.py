"""How the page is launched: offline, private, in one process; and what `python app.py` understands."""

from __future__ import annotations

import copy
import json
import sys
import types

import gradio as gr
import pytest

import app as command
from playground.ui import app
from playground.ui.front import Traffic


def test_launch_settings(monkeypatch):
    given = {}
    monkeypatch.setattr(gr.Blocks, "launch", lambda self, **settings: given.update(settings))
    blocks = app.build([])
    app.launch(blocks, lang="ko", server_port=1)
    off = ("ssr_mode", "run_history", "pwa", "share", "mcp_server")
    assert [given[name] for name in off] == [False] * 5
    assert given["max_threads"] == 150 and given["server_port"] == 1
    assert given["allowed_paths"] == [] and given["footer_links"] == []
    assert set(given["i18n"].translations_dict) == {"en", "ko"}
    assert blocks.analytics_enabled is False and blocks._queue.max_size == 256
    assert blocks.title == "Generative playground" and blocks.delete_cache == (3600, 3600)


def test_only_local_fonts():
    """A font of gr.themes.GoogleFont would ask another host."""
    assert app.theme()._stylesheets == []
    assert "https:" not in app.theme()._get_theme_css()


def test_a_room_that_cannot_warm_up_leaves_the_others(monkeypatch, caplog):
    warmed = []

    def broken():
        raise OSError("weights are gone")

    rooms = {"device": lambda: warmed.append("device"), "pixels": broken, "lab": lambda: warmed.append("lab")}
    for name, warm_up in rooms.items():
        room = types.ModuleType(f"playground.inference.{name}")
        room.warm_up = warm_up
        monkeypatch.setitem(sys.modules, room.__name__, room)
    monkeypatch.setattr(app, "IDS", ("pixels", "lab"))
    app.warm_up().join(20)
    assert warmed == ["device", "lab"] and "weights are gone" in caplog.text


def test_the_warm_up_waits_for_the_page(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr("playground.ui.front.time.monotonic", lambda: clock[0])
    traffic = Traffic()
    assert not traffic.is_quiet()
    clock[0] += 2
    traffic.note()
    assert not traffic.is_quiet()
    clock[0] += 1.1
    assert traffic.is_quiet()
    unvisited = Traffic()
    clock[0] += 3.1
    assert unvisited.is_quiet()


def test_options():
    chosen = command.options(["--host", "0.0.0.0", "--port", "7861", "--lang", "ko", "--device", "cpu"])
    assert vars(chosen) == {"host": "0.0.0.0", "port": 7861, "lang": "ko", "device": "cpu"}
    assert set(vars(command.options([])).values()) == {None}


@pytest.mark.parametrize("argv", [["--lang", "fr"], ["--device", "tpu"], ["--port", "http"], ["extra"]])
def test_wrong_options_say_what_was_expected(argv, capsys):
    with pytest.raises(SystemExit):
        command.options(argv)
    assert "usage:" in capsys.readouterr().err


def test_the_configuration_of_the_whole_page_can_be_copied():
    """Gradio copies it for every visitor; what cannot be copied is tried again at every level, which takes a second."""
    config = app.build().get_config_file()
    copied = copy.deepcopy(config)
    assert len(copied["components"]) == len(config["components"]) > 100
    json.dumps(copied["components"][0])

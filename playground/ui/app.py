"""The page itself: header, one tab per stage, and the settings it is launched with."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Sequence
from importlib import import_module

import gradio as gr
from starlette.middleware import Middleware

from playground.ui.components.base import ASSETS
from playground.ui.front import Front, Traffic
from playground.ui.i18n import T, translations
from playground.ui.page import Page, Stage
from playground.ui.stages import IDS, STAGES
from playground.ui.theme import theme

log = logging.getLogger(__name__)

TITLE = "Generative playground"
LONGEST_WAIT = 30.0  # seconds that a busy start may put the warm-up off
HEADER = """<div class="pg-header">
  <h1 data-t="page.title"></h1>
  <p data-t="page.subtitle"></p>
  <div class="pg-tools">
    <span class="pg-switch" role="group" data-t-label="page.language">
      <button type="button" data-lang="ko" lang="ko">한국어</button>
      <button type="button" data-lang="en" lang="en">English</button>
    </span>
    <button type="button" data-theme></button>
    <button type="button" data-copy data-t="page.copy_link" data-t-title="page.copy_link_hint"></button>
  </div>
</div>"""


def build(chosen: Sequence[Stage] = STAGES) -> gr.Blocks:
    """The page with the given stages (default: all). Building it loads neither torch nor weights."""
    with gr.Blocks(analytics_enabled=False, title=TITLE, delete_cache=(3600, 3600)) as blocks:
        page = Page(blocks)
        gr.HTML(html_template=HEADER, js_on_load="playground.header(element);", apply_default_css=False)
        with gr.Tabs(elem_id="pg-tabs") as tabs:
            for stage in chosen:
                with gr.Tab(T(f"page.tab.{stage.id}"), id=stage.id) as tab:
                    stage.build(page)
                opened = f"() => {{ playground.link.open('{stage.id}'); }}"
                tab.select(None, None, None, js=opened, show_progress="hidden")
        for stage in chosen:
            stage.api(page)
    blocks.traffic = Traffic()
    blocks.front = {"stages": [stage.id for stage in chosen], "links": page.link_spec(), "tabs": tabs._id}
    return blocks


def launch(blocks: gr.Blocks, *, lang: str | None = None, **overrides: object) -> tuple:
    """Serves a page of `build()`; `lang` is for visitors who have not chosen one (default: their browser's).

    `overrides` go to `gr.Blocks.launch` (server_name, server_port, prevent_thread_lock...).
    """
    front = Middleware(Front, config={**blocks.front, "lang": lang}, traffic=blocks.traffic)
    blocks.queue(max_size=256, default_concurrency_limit=8)
    settings = {
        "ssr_mode": False,
        "run_history": False,
        "pwa": False,
        "share": False,
        "mcp_server": False,
        "show_error": True,
        "max_threads": 150,
        "footer_links": [],
        "allowed_paths": [],
        "favicon_path": ASSETS / "icon.png",
        "i18n": translations(),
        "theme": theme(),
        "app_kwargs": {"middleware": [front]},
    }
    return blocks.launch(**{**settings, **overrides})


def warm_up(blocks: gr.Blocks | None = None) -> threading.Thread:
    """Loads torch and what each stage needs first, in the background.

    With `blocks` it waits until a visitor has their page, or nobody comes: loading torch would hold the page up.
    """
    thread = threading.Thread(target=_warm_up, args=[blocks], name="warm-up", daemon=True)
    thread.start()
    return thread


def _warm_up(blocks: gr.Blocks | None) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while blocks and not blocks.traffic.is_quiet() and time.monotonic() < end:
        time.sleep(0.1)
    for name in ("device", *IDS):
        path = f"playground.inference.{name}"
        try:
            getattr(import_module(path), "warm_up", lambda: None)()
        except Exception as problem:  # a broken stage says so when it is used; the others go on
            log.warning("%s is not ready: %s", path, problem)
    # torch leaves 300,000 objects that never go away; looking through them costs 170 ms in the middle of an answer
    gc.collect()
    gc.freeze()

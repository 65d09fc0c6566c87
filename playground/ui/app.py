"""The page itself: header, one tab per stage in groups, and the settings it is launched with."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from importlib import import_module

import gradio as gr
from starlette.middleware import Middleware

from playground.ui.components.base import ASSETS
from playground.ui.front import Front, Traffic
from playground.ui.i18n import T, translations
from playground.ui.page import Page, Stage
from playground.ui.stages import GROUPS, IDS
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


def build(chosen: Mapping[str, Sequence[Stage]] | Sequence[Stage] = GROUPS) -> gr.Blocks:
    """The page with the given stages, by group or in one row (default: all). It loads neither torch nor weights."""
    groups = chosen if isinstance(chosen, Mapping) else {}
    stages = [stage for group in groups.values() for stage in group] if groups else list(chosen)
    with gr.Blocks(analytics_enabled=False, title=TITLE, delete_cache=(3600, 3600)) as blocks:
        page = Page(blocks)
        gr.HTML(html_template=HEADER, js_on_load="playground.header(element);", apply_default_css=False)
        rows: dict[str, dict] = {}
        with gr.Tabs(elem_id="pg-tabs") as tabs:
            if not groups:
                _tabs(page, stages)
            for name, members in groups.items():
                with gr.Tab(T(f"page.group.{name}"), id=f"group-{name}") as tab:
                    rows[name] = _group(page, members)
                _tell(tab, f"playground.link.openGroup('{name}')")
        for stage in stages:
            stage.api(page)
    blocks.traffic = Traffic()
    ids = [stage.id for stage in stages]
    blocks.front = {"stages": ids, "groups": rows, "links": page.link_spec(), "tabs": tabs._id}
    return blocks


def _group(page: Page, stages: Sequence[Stage]) -> dict:
    """The stages of one group: a row of tabs of their own, or just the stage where there is one."""
    if len(stages) == 1:
        stages[0].build(page)
        return {"tabs": None, "stages": [stages[0].id]}
    with gr.Tabs(elem_classes=["pg-inner-tabs"]) as tabs:
        _tabs(page, stages)
    return {"tabs": tabs._id, "stages": [stage.id for stage in stages]}


def _tabs(page: Page, stages: Sequence[Stage]) -> None:
    for stage in stages:
        with gr.Tab(T(f"page.tab.{stage.id}"), id=stage.id) as tab:
            stage.build(page)
        _tell(tab, f"playground.link.open('{stage.id}')")


def _tell(tab: gr.Tab, call: str) -> None:
    """The address follows the tab, in the browser alone."""
    tab.select(None, None, None, js=f"() => {{ {call}; }}", show_progress="hidden")


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
            if getattr(problem, "name", None) != path:  # a stage that is another one's second page has no room
                log.warning("%s is not ready: %s", path, problem)
    # torch leaves 300,000 objects that never go away; looking through them costs 170 ms in the middle of an answer
    gc.collect()
    gc.freeze()

"""Many seeds in a real Chromium: what they end with, in pictures and sentences; cancelling; a telephone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from playground.inference import lab, lab_seeds
from playground.locale import text
from playground.ui.stages import seeds as stage

STAGES = ("seeds",)
VIEW = ".pg-seeds"


@pytest.fixture
def quick(monkeypatch):
    """The preset's runs end after a few steps: the whole way is the room's to test."""
    made = lab.make_run
    monkeypatch.setattr(stage.lab, "make_run", lambda *a, **k: replace(made(*a, **k), steps=60))


def wait(page, state: str) -> None:
    page.wait_for_function(f"document.querySelector('{VIEW}')?.dataset.state === '{state}'", timeout=120_000)


@pytest.mark.parametrize(("lang", "viewport"), [("en", (1920, 1080)), ("ko", (390, 844))])
def test_seeds_are_trained_and_compared(new_page, quick, lang, viewport):
    page = new_page(f"/?tab=seeds&seed=3&lang={lang}", lang=lang, viewport=viewport)
    wait(page, "recorded")
    page.click("#seeds-start")
    wait(page, "done")
    assert not page.is_visible(f"{VIEW} .pg-seeds-badge")
    assert page.locator(f"{VIEW} .pg-seeds-row:visible").count() == 4
    before = page.evaluate(f"document.querySelector('{VIEW} .pg-seeds-spread canvas').toDataURL()")
    for number in ("hq", "js", "modes"):
        page.click(f"{VIEW} [data-number={number}]")
        said = page.locator(f"{VIEW} .pg-seeds-pairs li").count()
        rest = page.inner_text(f"{VIEW} .pg-seeds-rest")
        pairs = said + (rest.count(" – "))
        assert pairs == 6, f"expected each of six pairs once, got {said} sentences and {rest!r}"
    page.wait_for_timeout(200)
    assert page.evaluate(f"document.querySelector('{VIEW} .pg-seeds-spread canvas').toDataURL()") == before
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]


@pytest.mark.parametrize(("lang", "viewport"), [("ko", (1920, 1080)), ("en", (390, 844))])
def test_it_opens_on_a_recording_and_compares_balances(new_page, lang, viewport):
    page = new_page(f"/?tab=seeds&preset=B&lang={lang}", lang=lang, viewport=viewport)
    wait(page, "recorded")
    assert page.inner_text(f"{VIEW} .pg-seeds-badge") == text("seeds.badge", lang)
    assert page.locator(f"{VIEW} .pg-seeds-across tbody tr").count() == 6
    pair = next(one for one in lab_seeds.balances() if one.number == "modes" and one.turns)
    (up,) = [id for id, found in pair.pairs.items() if found.evidence and found.better > found.worse]
    said = page.inner_text(f"{VIEW} .pg-seeds-turns")
    assert text(f"lab.preset.{up}", lang) in said and f" {pair.pairs[up].better}" in said
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    page.click(f"#pg-seeds .pg-controls label:has-text('{text('lab.preset.C', lang)}')")
    page.wait_for_function(f"document.querySelector('{VIEW}').innerText.includes('{text('lab.preset.C', lang)}:')")


def test_a_preset_without_a_recording_opens_on_a_hint(new_page, monkeypatch):
    monkeypatch.setattr(lab_seeds, "recorded", lambda preset: None)
    page = new_page("/?tab=seeds")
    page.wait_for_function(f"document.querySelector('{VIEW}')?.dataset.seq > 0")
    assert text("seeds.hint") in page.inner_text(VIEW)


def test_a_training_is_cancelled(new_page):
    page = new_page("/?tab=seeds&preset=E&seeds=32")
    page.wait_for_selector(f"{VIEW} .pg-seeds-say")
    page.click("#seeds-start")
    wait(page, "busy")
    page.wait_for_function(f"document.querySelector('{VIEW} progress').value > 0", timeout=120_000)
    page.click("#seeds-stop")
    wait(page, "cancelled")
    assert text("seeds.cancelled") in page.inner_text(VIEW)
    assert not stage.lab_stage.LANE._tickets

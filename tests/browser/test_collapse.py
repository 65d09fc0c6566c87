"""Posterior collapse in a real Chromium: the film, its keys, the knobs, links, languages, a telephone."""

from __future__ import annotations

import json

import pytest

from playground.inference import collapse as room
from playground.locale import text

STAGES = ("collapse",)
VIEW = ".pg-collapse"
LAST = len(room.recorded()["steps"]) - 1


@pytest.fixture
def open_collapse(new_page):
    """open_collapse("step=3") -> a page whose recording is there."""

    def start(query: str = "", **options):
        page = new_page(f"/?tab=collapse&{query}", **options)
        page.wait_for_function(f"document.querySelector('{VIEW}')?.dataset.ready === '1'", timeout=120_000)
        return page

    return start


def data(page) -> dict:
    return json.loads(page.evaluate(f"JSON.stringify({{...document.querySelector('{VIEW}').dataset}})"))


def until(page, condition: str) -> dict:
    page.wait_for_function(f"(() => {{ const d = document.querySelector('{VIEW}').dataset; return {condition}; }})()")
    return data(page)


def picture(page, run: str, part: str = "plane") -> str:
    return page.evaluate(f"document.querySelector('{VIEW} [data-run={run}] .pg-collapse-{part} canvas').toDataURL()")


def test_the_film_plays_at_once_and_pauses_on_a_moment(open_collapse):
    page = open_collapse()
    assert data(page)["playing"] == "true"
    before = picture(page, "fourth")
    until(page, "+d.step >= 4")
    assert picture(page, "fourth") != before, "expected the codes to move"
    page.click(f"{VIEW} [data-part=play]")
    paused = until(page, "d.playing === 'false'")
    page.wait_for_function(f"new URL(location).searchParams.get('step') === '{paused['step']}'")


def test_keys_slider_and_curves_move_the_clock(open_collapse):
    page = open_collapse("step=10")
    assert data(page)["step"] == "10" and data(page)["playing"] == "false"
    page.focus(VIEW)
    page.keyboard.press("ArrowRight")
    assert data(page)["step"] == "11"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert data(page)["step"] == "9"
    page.keyboard.press("End")
    assert data(page)["step"] == str(LAST)
    end = room.film("late")
    said = text("collapse.said", epoch="10.0", a="0.00", b="0.00", reconstruction=f"{end.reconstruction[-1]:.1f}")
    assert page.inner_text(f"{VIEW} [data-part=said]") == said
    page.keyboard.press("r")
    until(page, "d.playing === 'true'")
    page.keyboard.press("Space")
    until(page, "d.playing === 'false'")
    page.locator(f"{VIEW} [data-part=slider]").fill("20")
    assert data(page)["step"] == "20"
    box = page.locator(f"{VIEW} [data-chart=kl]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.995, box["y"] + box["height"] / 2)
    assert data(page)["step"] == str(LAST)


def test_the_fourth_training_and_what_a_point_is_can_be_changed(open_collapse):
    page = open_collapse(f"step={LAST}")
    mean = picture(page, "fourth")
    page.click(f"text={text('collapse.sample_z')}")
    until(page, "d.sample === 'z'")
    page.wait_for_function("new URL(location).searchParams.get('sample') === 'z'")
    assert picture(page, "fourth") != mean
    page.locator(f"{VIEW} [data-part=slider]").fill("10")
    late = picture(page, "fourth", "strip")
    page.click(f"text={text('collapse.fourth_strong')}")
    until(page, "d.fourth === 'strong'")
    assert picture(page, "fourth", "strip") != late
    assert text("collapse.name_strong", beta=50) in page.inner_text(f"{VIEW} [data-run=fourth]")


def test_the_betas_stand_in_a_table(open_collapse):
    page = open_collapse("view=beta")
    table = page.inner_text(f"{VIEW} table")
    for row in room.recorded()["betas"] + room.recorded()["short"]:
        assert f"{row['reconstruction']:.1f}" in table and f"{max(row['kl']):.2f}" in table
    page.click(f"text={text('collapse.view_film')}")
    until(page, "d.view === 'film'")
    assert page.is_visible(f"{VIEW} [data-run=vae] canvas >> nth=0")


def test_bad_links_fall_back_and_say_so(open_collapse):
    page = open_collapse("view=x&fourth=&sample=1&step=1e9")
    page.wait_for_function("document.querySelectorAll('.pg-toast').length >= 4")
    assert data(page)["view"] == "film" and data(page)["fourth"] == "late"


@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_korean_on_any_screen(open_collapse, viewport):
    page = open_collapse("step=20&lang=ko", lang="ko", viewport=viewport)
    words = page.inner_text("#pg-collapse")
    for key in ("collapse.name_autoencoder", "collapse.view_beta", "collapse.fourth_strong"):
        assert text(key, "ko") in words, key
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    page.click(".pg-header [data-lang=en]")
    page.wait_for_function(f"document.querySelector('{VIEW}').innerText.includes('{text('collapse.name_kl_only')}')")

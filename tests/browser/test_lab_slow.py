"""The lab's slow motion in a real Chromium: phases, pictures, keys, panels, the next iteration, links, languages."""

from __future__ import annotations

import json

import pytest

from playground.locale import text
from playground.ui.components.lab_slow import D_PHASES, G_PHASES
from tests.browser import test_lab as base

STAGES = ("lab",)
VIEW, STAGE, FLOW = ".pg-slow", ".pg-slow-stage", ".pg-slow-flow canvas"
lane, open_lab = base.lane, base.open_lab


def data(page) -> dict:
    return json.loads(page.evaluate(f"JSON.stringify({{...document.querySelector('{VIEW}').dataset}})"))


def until(page, condition: str) -> dict:
    page.wait_for_function(f"(d => {condition})(document.querySelector('{VIEW}').dataset)", timeout=120_000)
    return data(page)


def go(page, place: int) -> str:
    """To a phase by the slider; its picture when nothing moves any more."""
    page.locator(f"{STAGE} [data-part=slider]").fill(str(place))
    until(page, f"d.place === '{place}' && d.still === 'true'")
    return picture(page)


def picture(page) -> str:
    return page.evaluate(f"document.querySelector('{FLOW}').toDataURL()")


def part(page, name: str) -> str:
    return page.inner_text(f"{STAGE} [data-part={name}]")


def test_it_opens_at_the_step_shown_and_plays(open_lab):
    page = open_lab("preset=C&step=40")
    assert part_of_door(page) == text("lab_slow.open", step=40)
    page.click(f"{VIEW} [data-part=open]")
    opened = until(page, "d.state === 'shown'")
    assert opened["iteration"] == "40" and page.inner_text(STAGE).startswith(text("lab_slow.title", step=40, next=41))
    until(page, "+d.place >= 2")  # two seconds a phase
    page.keyboard.press("Space")
    rest = data(page)
    page.wait_for_function(f"new URL(location).searchParams.get('phase') === '{rest['place']}'")
    assert page.evaluate("new URL(location).searchParams.get('slow')") == "40"


def part_of_door(page) -> str:
    page.wait_for_function(f"!document.querySelector('{VIEW} [data-part=open]').disabled")
    return page.inner_text(f"{VIEW} [data-part=open]")


def test_every_phase_has_a_picture_and_words_of_its_own(open_lab):
    page = open_lab("preset=C&step=40&slow=40&slow_panel=1&phase=3")
    linked = until(page, "d.state === 'shown' && d.still === 'true'")
    assert (linked["panel"], linked["place"], linked["phase"]) == ("1", "3", "loss"), (
        "expected the link's panel and phase"
    )
    assert "1 − σ(D(x̂))" in part(page, "formula")
    seen = {go(page, place): (part(page, "name"), part(page, "say"), part(page, "formula")) for place in range(13)}
    assert len(seen) == 13 == len(D_PHASES) + len(G_PHASES), "expected another picture in every phase"
    assert len(set(seen.values())) == 13
    page.emulate_media(reduced_motion="reduce")
    page.focus(STAGE)
    for key, place, phase in [
        ("d", 0, "z"), ("ArrowRight", 1, "fake"), ("g", 6, "z"), ("ArrowLeft", 5, "step"), ("End", 12, "step"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert until(page, f"d.place === '{place}'")["phase"] == phase
    page.click(f"{STAGE} [data-phase=push]")
    assert until(page, "d.place === '10'")["turn"] == "g"
    assert text("lab_slow.median") in part(page, "formula")


def test_five_critic_steps_can_be_skipped_and_the_next_iteration_follows(open_lab):
    page = open_lab("preset=C&step=40&slow=40&phase=4")
    until(page, "d.state === 'shown' && d.phase === 'gradient'")
    page.select_option(f"{STAGE} [data-part=panel]", "3")
    shown = until(page, "d.panel === '3'")
    assert (shown["phase"], shown["turn"], shown["at"]) == ("gradient", "d", "0"), "expected the same moment"
    assert page.locator(f"{STAGE} [data-group]").count() == 6
    page.focus(STAGE)
    page.keyboard.press("d")
    assert until(page, "d.place === '24'")["at"] == "4"
    page.click(f"{STAGE} [data-part=next]")
    after = until(page, "d.iteration === '41'")
    assert after["panel"] == "3" and text("lab_slow.title", step=41, next=42) in part(page, "title")
    page.click("[data-preset=A]")
    until(page, "d.state === 'closed'")
    assert not page.is_visible(STAGE), "expected no iteration of another run to stay"
    page.wait_for_function("new URL(location).searchParams.get('slow') === '-1'")


@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_korean_on_any_screen(open_lab, viewport):
    page = open_lab("preset=A&step=10&slow=10&slow_panel=2&phase=3&lang=ko", lang="ko", viewport=viewport)
    until(page, "d.state === 'shown' && d.still === 'true'")
    assert text("lab_slow.say.d_loss.lsgan", "ko") == part(page, "say")
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    below = "n => [n.parentElement.clientWidth, n.parentElement.clientHeight]"
    width, height = page.eval_on_selector(FLOW, below)
    lowest = int(page.get_attribute(VIEW, "data-lowest"))
    assert lowest <= height, f"expected the whole drawing in {width} x {height}, its lowest line is at {lowest}"
    before = picture(page)
    page.click(".pg-header [data-lang=en]")
    page.wait_for_function(f"document.querySelector('{STAGE}').innerText.includes('Least squares')")
    assert part(page, "title") == text("lab_slow.title", step=10, next=11)
    page.wait_for_function(f"document.querySelector('{FLOW}').toDataURL() !== {json.dumps(before)}")


def test_a_refused_run_says_so_and_leaves_the_door(open_lab, monkeypatch):
    from playground.errors import InvalidInput
    from playground.ui.stages import lab_slow as stage

    def refuse(*_):
        raise InvalidInput("integer_range", "step", 40, low=0, high=9)

    page = open_lab("preset=C&step=40")
    monkeypatch.setattr(stage.lab_slow, "slowly", refuse)
    part_of_door(page)
    page.click(f"{VIEW} [data-part=open]")
    page.wait_for_function("document.querySelector('.pg-toast')")
    assert data(page)["state"] == "closed" and part_of_door(page)

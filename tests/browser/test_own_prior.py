"""One's own prior in a real Chromium: drawing, training, cancelling, leaving, links, languages, a telephone."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest

from playground.inference import own_prior as room
from playground.locale import text
from playground.ui.lane import Lane
from playground.ui.stages import lab

STAGES = ("own_prior", "collapse")  # one is left for the other
VIEW = ".pg-own"


@pytest.fixture
def lane(monkeypatch):
    """A lane of its own, and trainings that take a little longer, so that a test comes in time to end them."""
    whole = room.film

    def film(wish, **options):
        for frame in whole(wish, **options):
            if frame.step:
                time.sleep(0.3)
            yield frame

    monkeypatch.setattr(room, "film", film)
    monkeypatch.setattr(lab, "LANE", Lane(places=1))
    return lab.LANE


@pytest.fixture
def open_own(new_page, lane):
    """open_own("drawing=star") -> a page that shows the drawing and the codes before any training."""

    def start(query: str = "", ready: bool = True, **options):
        page = new_page(f"/?tab=own_prior&{query}", **options)
        page.wait_for_selector(VIEW)
        if ready:
            until(page, "d.scene === 'true' && d.frames === '1'")
        return page

    return start


def data(page) -> dict:
    return json.loads(page.evaluate(f"JSON.stringify({{...document.querySelector('{VIEW}').dataset}})"))


def until(page, condition: str) -> dict:
    script = f"(() => {{ const d = document.querySelector('{VIEW}')?.dataset; return d && ({condition}); }})()"
    page.wait_for_function(script, timeout=120_000)
    return data(page)


def stroke(page, *corners: tuple[float, float]) -> None:
    box = page.locator(f"{VIEW} .pg-own-plane").bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in corners]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=5)
    page.mouse.up()


def act(page, name: str) -> None:
    page.click(f"{VIEW} [data-act={name}]")


def plane(page) -> str:
    return page.evaluate(f"document.querySelector('{VIEW} .pg-own-plane canvas').toDataURL()")


def test_a_training_runs_can_be_cancelled_and_played_again(open_own, lane):
    page = open_own("drawing=gan")
    before = plane(page)
    act(page, "train")
    until(page, "d.streaming === 'true' && +d.frames >= 4")
    assert page.inner_text(f"{VIEW} [data-act=train]") == text("own_prior.cancel")
    assert len(lane._tickets) == 1 and plane(page) != before
    act(page, "train")
    stopped = until(page, "d.streaming === 'false'")
    page.wait_for_timeout(1500)
    assert not lane._tickets, "expected no training on the server after a cancel"
    assert data(page)["frames"] == stopped["frames"] and int(stopped["trained"]) < room.STEPS
    assert text("own_prior.cancelled") in page.inner_text(f"{VIEW} [data-part=status]")
    page.keyboard.press("Home")
    until(page, "d.step === '0'")
    page.keyboard.press("ArrowRight")
    until(page, "d.step === '1'")
    page.keyboard.press("r")
    until(page, "d.playing === 'true'")


def test_a_whole_training_says_where_it_ended(open_own, monkeypatch):
    whole = room.film
    monkeypatch.setattr(room, "film", lambda wish: (f for f in _stretched(whole, wish)))
    page = open_own("drawing=star")
    act(page, "train")
    done = until(page, "d.streaming === 'false' && d.trained === '900'")
    assert float(done["share"]) > 0 and page.evaluate(f"document.querySelector('{VIEW} progress').value") == 1
    claim = room.claims()["shapes"]["star"]
    said = text(
        "own_prior.claim",
        seeds=room.claims()["seeds"],
        times=f"{claim['times'][0]:.1f}",
        low=f"{claim['times'][1]:.1f}",
        high=f"{claim['times'][2]:.1f}",
        share=f"{round(100 * claim['share'][0])} %",
    )
    assert page.inner_text(f"{VIEW} [data-part=claim]") == said


def _stretched(film, wish):
    """A training of nine steps that counts in hundreds, so that the end comes soon."""
    for frame in film(wish, steps=9, frames=3):
        yield replace(frame, step=frame.step * 100)


def test_drawing_undo_clear_and_nothing_is_lost(open_own):
    page = open_own("drawing=ring")
    stroke(page, (0.2, 0.2), (0.5, 0.8), (0.8, 0.2))
    drawn = until(page, "d.shape === 'own' && d.scene === 'true'")
    assert drawn["strokes"] == "1", "expected a ready-made shape to give way to the hand"
    stroke(page, (0.2, 0.5), (0.8, 0.5))
    until(page, "d.strokes === '2'")
    page.keyboard.press("z")
    until(page, "d.strokes === '1'")
    page.wait_for_function("new URL(location).searchParams.get('drawing') === 'own'")
    page.reload()
    assert until(page, "d.scene === 'true'")["strokes"] == "1", "expected the drawing after a reload"
    act(page, "clear")
    until(page, "d.strokes === '0'")
    assert page.is_disabled(f"{VIEW} [data-act=train]")
    assert text("own_prior.draw_first") in page.inner_text(f"{VIEW} [data-part=status]")
    page.focus(VIEW)
    page.keyboard.press("t")
    page.wait_for_selector(f".pg-toast:has-text('{text('error.no_ink')}')")
    page.click(f"{VIEW} [data-shape=heart]")
    until(page, "d.shape === 'heart' && d.scene === 'true'")


def test_the_pen_and_the_seed_are_in_the_link(open_own):
    page = open_own("drawing=heart&width=15&seed=5")
    assert page.input_value(f"{VIEW} [data-part=width]") == "15" and page.input_value("#own-prior-seed input") == "5"
    page.locator(f"{VIEW} [data-part=width]").fill("4")
    page.wait_for_function("new URL(location).searchParams.get('width') === '4'")
    until(page, "d.scene === 'true'")


def test_others_see_their_place(open_own, monkeypatch):
    monkeypatch.setattr(lab, "LANE", Lane(places=0))
    page = open_own()
    act(page, "train")
    until(page, "d.place === '1'")
    assert text("own_prior.waiting", place=1) in page.inner_text(f"{VIEW} [data-part=status]")
    act(page, "train")
    until(page, "d.streaming === 'false'")
    page.wait_for_timeout(1000)
    assert not lab.LANE._tickets


def test_leaving_the_tab_stops_the_training(open_own, lane):
    page = open_own("drawing=smile")
    act(page, "train")
    until(page, "d.streaming === 'true' && +d.frames >= 2")
    page.click(".pg-inner-tabs [role=tab][data-tab-id=collapse]")
    until(page, "d.streaming === 'false'")
    page.wait_for_timeout(1500)
    assert not lane._tickets, "expected the training to end when its tab is left"


def test_bad_links_fall_back_and_say_so(open_own):
    page = open_own("drawing=cat&width=99&seed=-1")
    page.wait_for_function("document.querySelectorAll('.pg-toast').length >= 3")
    assert data(page)["shape"] == "heart"


@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_korean_on_any_screen(open_own, viewport):
    page = open_own("lang=ko", lang="ko", viewport=viewport)
    words = page.inner_text("#pg-own_prior")
    for key in ("own_prior.train", "own_prior.shape_heart", "own_prior.share", "own_prior.idle"):
        assert text(key, "ko") in words, key
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport[0]
    page.click(".pg-header [data-lang=en]")
    page.wait_for_function(f"document.querySelector('{VIEW}').innerText.includes('{text('own_prior.train')}')")

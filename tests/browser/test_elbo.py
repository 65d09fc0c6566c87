"""The ELBO stage in a real Chromium: it shows what Python computes; q moves, climbs, and travels in the link."""

from __future__ import annotations

import re

import pytest

STAGES = ("elbo",)
SUM = ".pg-elbo-sum canvas"
MAP = "[data-pic=nats]"
PLANE = "[data-pic=plane] canvas"


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its first image taken apart."""

    def start(query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=elbo{query}", **options)
        page.wait_for_selector(f"{SUM}[data-seq]", state="attached", timeout=120_000)
        return page

    return start


def data(page) -> dict:
    found = page.locator(SUM).evaluate("canvas => ({...canvas.dataset})")
    return {**found, "q": [float(v) for v in found["q"].split(",")], "elbo": float(found["elbo"])}


def settled(page) -> dict:
    page.wait_for_selector(f"{SUM}[data-settled='1'][data-weighted]", state="attached", timeout=60_000)
    return data(page)


def expected(k: int, q: list[float]) -> float:
    from playground.inference import elbo, latent

    return elbo.terms(latent.latent_map().examples[k], q[:2], q[2:]).elbo


def test_the_bound_shown_is_the_one_computed(stage):
    page = stage("&example=8")
    shown = settled(page)
    assert shown["own"] == "0" and shown["elbo"] == pytest.approx(expected(8, shown["q"]), abs=0.1)


def test_a_slider_moves_every_number_and_the_link_restores_it(stage):
    page = stage()
    before = settled(page)
    page.locator("[data-knob=s1]").evaluate(
        "(node) => { node.value = Math.log(0.3); node.dispatchEvent(new Event('input')); }"
    )
    page.wait_for_selector(f"{SUM}[data-own='1']", state="attached")
    after = settled(page)
    assert after["q"][2] == pytest.approx(0.3, abs=0.002) and after["elbo"] < before["elbo"] - 1
    assert after["elbo"] == pytest.approx(expected(10, after["q"]), abs=0.1)
    page.wait_for_url(re.compile("own=true.*s1=0[.](299|3)"))
    again = stage(page.url.split("tab=elbo")[1].split("&lang")[0])
    assert settled(again)["q"] == pytest.approx(after["q"], abs=1e-3)


def test_climbing_closes_the_gap(stage):
    page = stage()
    gap = float(settled(page)["gap"])
    page.locator("[data-act=climb]").click()
    page.wait_for_selector(f"{SUM}[data-frame='60']", state="attached", timeout=120_000)
    page.wait_for_selector("[data-act=climb][aria-pressed=false]")
    end = settled(page)
    assert gap > 5 and float(end["gap"]) < 0.3, (gap, end["gap"])
    page.locator("[data-act=encoder]").click()
    page.wait_for_selector(f"{SUM}[data-own='0']", state="attached")
    assert float(settled(page)["gap"]) == pytest.approx(gap, abs=0.05)


def test_dragging_and_keys_move_q(stage):
    page = stage("&view=whole")
    settled(page)
    box = page.locator(PLANE).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25, steps=4)
    page.mouse.up()
    page.wait_for_selector(f"{SUM}[data-own='1']", state="attached")
    moved = settled(page)
    assert moved["q"][:2] == pytest.approx([2.25, 2.25], abs=0.06)
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(f"document.querySelector('{SUM}').dataset.q.split(',')[0] < {moved['q'][0] - 0.05}")


def test_a_pixel_says_what_it_costs(stage):
    from playground.inference import elbo, latent

    page = stage("&example=8")
    shown = settled(page)
    box = page.locator(MAP).bounding_box()
    page.mouse.move(box["x"] + box["width"] * 14.5 / 28, box["y"] + box["height"] * 12.5 / 28)
    page.wait_for_function("document.querySelector('[data-part=pixel]').textContent.startsWith('Row 13, column 15')")
    found = elbo.terms(latent.latent_map().examples[8], shown["q"][:2], shown["q"][2:])
    assert f"costs {found.nats[12, 14]:.2f} nats" in page.inner_text("[data-part=pixel]")


def test_a_drawing_travels_in_the_link(stage):
    page = stage()
    settled(page)
    page.locator("#pg-elbo .pg-pad-examples button").nth(3).click()
    page.wait_for_url(re.compile("drawing=[A-Za-z0-9_-]{100,}"))
    drawn = settled(page)
    again = stage(page.url.split("tab=elbo")[1].split("&lang")[0])
    assert settled(again)["elbo"] == pytest.approx(drawn["elbo"], abs=0.01)


def test_a_damaged_drawing_in_a_link_gives_a_message_and_an_example(stage):
    page = stage("&example=-1&drawing=abcd")
    page.wait_for_selector(".pg-toast")
    assert settled(page)["elbo"] < -100


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_both_languages_and_sizes(stage, lang, viewport):
    from playground.locale import text

    page = stage(f"&lang={lang}", lang=lang, viewport=viewport)
    settled(page)
    assert text("elbo.encoder", lang) in page.locator(".pg-elbo-bar").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "expected no sideways scroll"
    assert "elbo." not in page.locator("#pg-elbo").inner_text()

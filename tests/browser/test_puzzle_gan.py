"""The puzzle_gan stage in a real Chromium: frames by mouse, finger and keys, sections, links. Weights are untrained."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from playground.inference import puzzle_gan as room
from playground.locale import text
from playground.ui.stages import puzzle_gan as stage
from tests.house import lived_in
from tests.told_house import furnish

VIEW = "#puzzle-view .pg-puzzle"
READY = {"six": "made", "count": "counted", "order": "same"}


@pytest.fixture(scope="module")
def url(serve, tmp_path_factory):
    from playground.ui import app

    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"))):
        yield serve(app.build([stage.STAGE]))


@pytest.fixture
def open_stage(url, new_context) -> Callable[..., object]:
    def start(
        section: str = "six", query: str = "", lang: str = "en", size: tuple[int, int] = (1920, 1080), **options: object
    ) -> object:
        viewport = {"width": size[0], "height": size[1]}
        page = new_context(viewport=viewport, locale={"ko": "ko-KR", "en": "en-US"}[lang], **options).new_page()
        page.goto(f"{url}/?tab=puzzle_gan&section={section}&lang={lang}&{query}")
        page.wait_for_function(f"document.querySelector('{VIEW}')?.dataset.{READY[section]}")
        return page

    return start


def state(page) -> dict:
    return json.loads(page.get_attribute(VIEW, "data-state"))


def places(page) -> list[list[int]]:
    return [[state(page)[f"row{k}"], state(page)[f"col{k}"]] for k in (1, 2, 3)]


def made(page) -> None:
    """Until the pictures are those of the state."""
    page.wait_for_function(
        f"""() => {{ const view = document.querySelector('{VIEW}'), s = JSON.parse(view.dataset.state);
        const at = Array.from({{length: s.patches}}, (_, k) => [s['row' + (k + 1)], s['col' + (k + 1)]]);
        return view.dataset.made?.endsWith(JSON.stringify(at) + '|' + s.z); }}"""
    )


def middle(page, k: int) -> tuple[float, float]:
    box = page.locator(f'[data-frame="{k}"]').bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_frames_follow_the_mouse_and_the_keys(open_stage):
    page = open_stage()
    before = places(page)
    cell = page.locator(".pg-puzzle-board").bounding_box()["width"] / 42
    x, y = middle(page, 1)
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(x + step * cell, y - 2 * step * cell)
    page.mouse.up()
    assert places(page)[1] == [before[1][0] - 10, before[1][1] + 5] and places(page)[0] == before[0]
    page.locator('[data-frame="0"]').focus()
    for key in ("ArrowUp", "ArrowLeft", "Shift+ArrowRight"):
        page.keyboard.press(key)
    assert places(page)[0] == [before[0][0] - 1, before[0][1] + 3]
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")  # over the border, and no further than its middle
    assert places(page)[0] == [0, before[0][1] + 3]
    made(page)
    found = room.complete(room.source("sample", 5, 0).image, places(page), 0)
    rows = page.locator(f"{VIEW} .pg-puzzle-table").inner_text()
    assert f"{found.kept.mean():.3f}" in rows and "0.044" in rows and "83 %" in rows and "13 %" in rows
    assert f"{found.home.mean():.3f}" in rows and "0.120" in rows and "58 %" in rows
    near = np.abs(found.places - places(page)).max(2) <= 1
    assert f"{100 * near.mean():.0f} %" in rows
    said = text("puzzle_gan.off").format(value=f"{found.off[0]:.1f}")
    assert said in page.locator('[data-row="images"] figcaption').first.inner_text()
    others(page)


def others(page) -> None:
    """Good places, fewer patches, other noises, another digit."""
    before = places(page)
    page.click('[data-act="good"]')
    page.wait_for_function(
        f"(old) => document.querySelector('{VIEW}').dataset.state !== old", arg=json.dumps(state(page))
    )
    made(page)
    page.click('[data-patches="1"]')
    made(page)
    assert (
        page.locator(".pg-puzzle-frame:visible").count() == page.locator(".pg-puzzle-given figure:visible").count() == 1
    )
    page.click('[data-act="next"]')
    made(page)
    page.click('[data-digit="3"]')
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.made?.startsWith('sample,3,0')")
    assert places(page) != before and state(page)["z"] == 6
    said = text("puzzle_gan.is_sample").format(digit=3, seed=0)
    assert said in page.inner_text('[data-says="source"]')


def test_a_finger_drags_on_a_telephone(open_stage):
    page = open_stage("six", "", "ko", (390, 844), has_touch=True, is_mobile=True)
    before, (x, y) = places(page), middle(page, 2)
    cell = page.locator(".pg-puzzle-board").bounding_box()["width"] / 42
    touch = page.context.new_cdp_session(page)
    for kind, by in (("touchStart", 0), ("touchMove", 2), ("touchMove", 4)):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x - by * cell, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function(f"JSON.parse(document.querySelector('{VIEW}').dataset.state).col3 === {before[2][1] - 4}")
    made(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_counts_orders_and_a_drawing(open_stage):
    page = open_stage("count", "", "ko")
    rows = page.locator(".pg-puzzle-row")
    assert [f"{v} %" in rows.nth(k).inner_text() for k, v in enumerate((41, 67, 83))] == [True] * 3
    page.click('[data-go="order"]')
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.same")
    orders = page.locator('[data-row="orders"] figcaption')
    assert [orders.nth(k).inner_text() for k in (0, 5)] == ["Σ: 1 + 2 + 3", "Σ: 3 + 2 + 1"]
    page.click('[data-go="six"]')
    page.click('[data-source="drawing"]')
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.made?.startsWith('drawing')")
    assert page.locator("#puzzle-pad").is_visible() and state(page)["example"] == 4
    page.click('#puzzle-pad [data-act="clear"]')
    page.wait_for_function(f"document.querySelector('{VIEW} .pg-puzzle-wait:not([hidden])')")
    assert text("puzzle_gan.draw_first", "ko") in page.inner_text(VIEW)
    page.click('#puzzle-pad [data-example="8"]')
    page.wait_for_selector(f'{VIEW} [data-section="six"]:not([hidden])')
    page.click('[data-go="game"]')
    page.wait_for_selector("#puzzle-flow svg g")


def test_state_is_in_the_link(open_stage):
    page = open_stage("six", "digit=8&seed=4&z=12&patches=2&row1=0&col1=31&row2=20&col2=10")
    assert page.get_attribute(VIEW, "data-made") == "sample,8,4|[[0,31],[20,10]]|12"
    assert text("puzzle_gan.empty").format(patches="1") in page.inner_text(VIEW)
    page.fill("#puzzle-z", "-3")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pg-toast")
    assert page.input_value("#puzzle-z") == "12"

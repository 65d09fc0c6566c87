"""The sight stage in a real Chromium: maps that follow the pointer, films that are played here alone, links, keys."""

from __future__ import annotations

import re

import pytest

FILM = ".pg-sight-picture canvas"
MAP = "figure[data-slot='{}'] canvas"
ASKED = re.compile("component_server")
SLOW = 120_000


@pytest.fixture(scope="module")
def url(serve):
    from playground.inference import sight
    from playground.ui import app
    from playground.ui.stages.sight import STAGE

    sight.warm_up()  # torch and the networks, before a browser waits for them
    return serve(app.build([STAGE]))


@pytest.fixture
def stage(url, new_context):
    """stage(query, lang=, viewport=, ready=, **options) -> the stage with its first picture, or `ready`, on it."""

    def start(
        query: str = "", lang: str = "en", viewport: tuple[int, int] = (1920, 1080), ready: str = "", **options: object
    ) -> object:
        size = {"width": viewport[0], "height": viewport[1]}
        page = new_context(viewport=size, locale={"ko": "ko-KR", "en": "en-US"}[lang], **options).new_page()
        page.set_default_timeout(SLOW)
        page.goto(f"{url}/?tab=sight{query}")
        film = "view=row" in query or "view=diagonal" in query
        drawn = f"{FILM}[data-seq]" if film else MAP.format("a") + "[data-seen]"
        page.wait_for_selector(ready or drawn, state="attached")
        return page

    return start


def data(page, at: str = FILM) -> dict:
    return page.locator(at).evaluate("canvas => ({...canvas.dataset})")


def wait(page, canvas: str = FILM, /, **expected: object) -> None:
    for name, value in expected.items():
        page.wait_for_selector(f"{canvas}[data-{name}='{value}']", state="attached")


def place(page, row: int, column: int) -> tuple[float, float]:
    """Where a pixel of the first map lies on the screen; rows and columns count from 1."""
    page.locator(MAP.format("a")).scroll_into_view_if_needed()
    box = page.locator(MAP.format("a")).bounding_box()
    return box["x"] + (column - 0.5) * box["width"] / 28, box["y"] + (row - 0.5) * box["height"] / 28


def cell(page, row: int, column: int) -> tuple[float, float]:
    """Where a cell of the left grid of a film lies on the screen; rows and columns count from 0."""
    page.locator(FILM).scroll_into_view_if_needed()
    box, (x, y, s) = page.locator(FILM).bounding_box(), map(float, data(page)["grid"].split(","))
    return box["x"] + x + (column + 0.5) * s, box["y"] + y + (row + 0.5) * s


def test_three_models_side_by_side_and_the_gradient_agrees_with_the_rule(stage):
    page = stage("&a=row_lstm&b=pixel_cnn&c=gated_pixel_cnn")
    for slot, seen in (("a", 315), ("b", 351), ("c", 406)):
        wait(page, MAP.format(slot), seen=seen, allowed=406, leaked=0, wrong=0)
    said = page.locator("figure[data-slot='b']").inner_text()
    assert "351 of 406" in said and "blind spot: 55" in said and "future: 0" in said and "Equals the rule" in said, said


def test_the_maps_follow_the_pointer_and_keep_what_they_know(stage):
    page = stage("&a=pixel_cnn&b=markov&c=none")
    wait(page, MAP.format("b"), seen=1)
    page.mouse.move(*place(page, 6, 4))
    wait(page, MAP.format("a"), index=5 * 28 + 3, seen=48)
    page.mouse.move(5, 5)
    wait(page, MAP.format("a"), index=14 * 28 + 14, seen=351)
    asked = []
    page.on("request", lambda request: ASKED.search(request.url) and asked.append(request.url))
    page.mouse.click(*place(page, 6, 4))
    wait(page, MAP.format("a"), index=5 * 28 + 3, seen=48)
    page.wait_for_url(re.compile("row=6.*column=4"))
    assert asked == [], "expected the second look to be remembered"
    page.mouse.move(5, 5)
    page.locator("figure[data-slot='a'] .pg-sight-map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    wait(page, MAP.format("a"), index=10 * 28 + 4)
    assert page.locator("[data-pixel=row]").input_value() == "11"


def test_models_and_strength_are_chosen_in_the_controls(stage):
    page = stage("&a=pixel_cnn&b=none&c=none")
    page.locator("select[data-model=b]").select_option("nade")
    wait(page, MAP.format("b"), model="nade", seen=406)
    page.locator("[data-set=show][data-value=strength]").click()
    wait(page, MAP.format("a"), show="strength", strong=1)
    page.locator("[data-set=digit][data-value='7']").click()
    page.wait_for_url(re.compile("digit=7"))
    page.locator("[data-pixel=column]").fill("40")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pg-toast")
    assert page.locator("[data-pixel=column]").input_value() == "15"


def test_the_row_film_is_stepped_played_and_scrubbed_without_a_request(stage):
    page = stage("&view=row&step=0")
    wait(page, step=0, steps=23, seen=0)
    page.wait_for_timeout(300)
    asked = []
    page.on("request", lambda request: ASKED.search(request.url) and asked.append(request.url))
    page.locator(".pg-sight-film").focus()
    said = set()
    for k, at in enumerate(["input", "state", "update", "input"], 1):
        page.keyboard.press("ArrowRight")
        wait(page, step=k, at=at)
        said.add(page.locator(".pg-sight-caption").inner_text())
    assert len(said) == 4 and any("not from any state" in words for words in said), said
    page.keyboard.press("End")
    wait(page, at="end", seen=47)
    assert "47 of 59" in page.locator(".pg-sight-caption").inner_text()
    page.wait_for_url(re.compile("step=22"))
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    wait(page, playing="true")
    page.wait_for_function(f"Number(document.querySelector('{FILM}').dataset.step) > 0")
    page.keyboard.press("Space")
    wait(page, playing="false")
    page.locator(".pg-sight-film input[type=range]").evaluate(
        "(node) => { node.value = 9; node.dispatchEvent(new Event('input')); }"
    )
    wait(page, step=9)
    page.mouse.click(*cell(page, 2, 0))
    wait(page, cell=18)
    page.keyboard.press("Shift+ArrowDown")
    wait(page, cell=27)
    assert asked == [], asked


def test_without_the_shift_the_future_leaks(stage):
    page = stage("&view=diagonal&step=34")
    wait(page, at="sum", seen=34, leaked=0)
    assert "666 of 666" in page.locator(".pg-sight-numbers").inner_text()
    for shift, future in (("none", 90), ("zeroed", 75)):
        page.locator(f"[data-set=shift][data-value={shift}]").click()
        page.wait_for_function(
            "n => document.querySelector('.pg-sight-numbers').innerText.includes(`${n} on the future`)", arg=future
        )
    page.mouse.click(*cell(page, 2, 2))
    wait(page, cell=14, leaked=3, at="sum")
    page.wait_for_url(re.compile("shift=zeroed.*step=34"))


def test_grids_need_not_be_square(stage):
    page = stage("&view=diagonal&step=0&diagonal_height=4")
    page.locator("input[data-grid=width]").evaluate(
        "(node) => { node.value = 9; node.dispatchEvent(new Event('input')); }"
    )
    wait(page, steps=1 + 3 + 12 + 3 + 12 + 4)
    page.wait_for_url(re.compile("diagonal_height=4.*diagonal_width=9"))
    page.locator("[data-set=space][data-value=pixels]").click()
    page.locator(".pg-sight-film").focus()
    page.keyboard.press("End")
    wait(page, at="sum", leaked=0, seen=31)


def test_a_bad_link_says_so_and_views_change_by_key(stage):
    page = stage("&view=row&a=gpt&row=0&shift=up", ready=".pg-toast:nth-child(3)")  # one for each of the three
    wait(page, kind="row")
    page.click("#pg-sight-tab-sees")
    page.locator("#pg-sight-tab-sees").focus()
    page.keyboard.press("ArrowRight")
    wait(page, kind="row")
    page.keyboard.press("ArrowRight")
    wait(page, kind="diagonal")
    assert page.locator("#pg-sight-tab-diagonal").get_attribute("aria-selected") == "true"
    page.wait_for_url(re.compile("view=diagonal"))


def test_both_languages_and_the_switch_between_them(stage):
    page = stage("&view=row&step=4", lang="ko")
    assert "아래에서 오는 화살표" in page.locator(".pg-sight-caption").inner_text()
    page.click("[data-lang=en]")
    page.wait_for_function("document.querySelector('.pg-sight-caption').innerText.includes('input-to-state')")
    for name in ("diagonal", "sees"):
        page.click(f"#pg-sight-tab-{name}")
        page.wait_for_timeout(500)
        left = re.findall(r"\b(?:sight|field)\.[a-z_]+", page.locator("body").inner_text())
        assert left == [], f"untranslated keys: {left}"


def test_a_phone_gets_everything(stage):
    page = stage("&view=diagonal&step=8", viewport=(390, 844), has_touch=True, is_mobile=True, color_scheme="dark")
    page.touchscreen.tap(*cell(page, 1, 1))
    wait(page, cell=7)
    page.click("#pg-sight-tab-sees")
    wait(page, MAP.format("a"), index=14 * 28 + 14)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"expected no sideways scrolling, the page is {width} wide"

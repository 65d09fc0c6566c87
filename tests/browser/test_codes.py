"""The codes stage in a real Chromium: knobs, sweeps, links, both languages, a telephone."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from playground.inference import codes
from playground.locale import text
from playground.ui.stages.codes import FIELDS

STAGES = ("codes",)
KNOBS = ".pg-codes-knobs"
OWN = ("c1", "c2", "c3", "seed", "sweep")  # the fields that the knobs hold
READY = "document.querySelector('#codes-sweep .pg-image-grid[data-key]') && " + (
    "document.querySelector('#codes-picture .pg-image-grid[data-exact=\"true\"]') && document.querySelector('.pg-bar')"
)


@pytest.fixture
def open_stage(new_page):
    def start(query: str = "c1=0&seed=0", **options):
        page = new_page(f"/?tab=codes&{query}", **options)
        page.wait_for_function(READY)
        return page

    return start


def state(page) -> dict:
    return json.loads(page.get_attribute(KNOBS, "data-state"))


def settled(page, **values) -> None:
    """Waits until the knobs stand so, and the exact picture and the sweep have arrived."""
    page.wait_for_function(
        """(want) => {
            const got = JSON.parse(document.querySelector('.pg-codes-knobs').dataset.state);
            const kept = {c1_c2: 'c3', c1_c3: 'c2', c2_c3: 'c1'}[got.sweep];
            const grid = (id) => document.querySelector(`#codes-${id} .pg-image-grid`);
            const [picture, sweep] = [grid('picture'), grid('sweep')];
            return Object.entries(want).every(([k, v]) => got[k] === v)
                && picture.dataset.exact === 'true' && sweep.dataset.key === [got.sweep, got[kept], got.seed].join();
        }""",
        arg=values,
    )


def bytes_of(page, grid: str, row: int = 0, col: int = 0) -> np.ndarray:
    script = """([grid, row, col]) => btoa(String.fromCharCode(
        ...document.querySelector(`#${grid} .pg-image-grid`).cell(row, col)))"""
    raw = base64.b64decode(page.evaluate(script, [grid, row, col]))
    return np.frombuffer(raw, np.uint8).reshape(28, 28)


def near(a: np.ndarray, b: np.ndarray) -> bool:
    return np.abs(a.astype(int) - b.astype(int)).max() <= 1


def shown_picture_is(page, c1, c2, c3, seed) -> None:
    assert near(bytes_of(page, "codes-picture"), codes.generate(c1, c2, c3, seed).image), (c1, c2, c3, seed)


def set_slider(page, code: str, value: float) -> None:
    page.locator(f"#codes-{code}").evaluate(
        "(node, value) => { node.value = value; node.dispatchEvent(new Event('input', {bubbles: true})); }", value
    )


def test_it_opens_on_a_living_stage(open_stage):
    page = open_stage("")
    first = {name: FIELDS[name].default for name in OWN}
    assert state(page) == first
    shown_picture_is(page, first["c1"], first["c2"], first["c3"], first["seed"])
    assert page.locator("#codes-sweep [role=gridcell]").count() == 100
    assert page.locator("#codes-others [role=gridcell]").count() == 8
    digits = codes.facts().digit_of_code
    labels = page.locator("[data-category] span").all_inner_texts()
    assert labels == [f"{c1} → {digit}" for c1, digit in enumerate(digits)]
    assert page.locator(".pg-bar").count() == 3
    for item in codes.facts().information:
        assert f"{item.bound:.2f}" in page.locator(f'.pg-bar[data-code="{item.code}"]').inner_text()


def test_the_pictures_are_drawn(open_stage):
    """What the canvas shows is ink on paper, not one flat colour."""
    page = open_stage()
    for grid in ("codes-picture", "codes-sweep", "codes-others"):
        spread = page.evaluate(
            """(id) => {
                const c = document.querySelector(`#${id} canvas`);
                const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
                const red = d.filter((_, i) => i % 4 === 0 && d[i + 3]);
                return red.reduce((a, b) => Math.max(a, b)) - red.reduce((a, b) => Math.min(a, b));
            }""",
            grid,
        )
        assert spread > 150, f"expected ink on paper in {grid}, got a range of {spread}"


def test_a_dragged_slider_ends_on_the_exact_value(open_stage):
    page = open_stage()
    box = page.locator("#codes-c3").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    for k in range(30):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.4 * k / 29), y)
    page.mouse.up()
    value = state(page)["c3"]
    assert 0.7 < value < 0.95
    settled(page, c3=value)
    shown_picture_is(page, 0, 0.0, value, 0)
    assert f"{value:.2f}" in page.locator(f'{KNOBS} [data-code="c3"] output').inner_text()
    page.wait_for_function("(v) => new URLSearchParams(location.search).get('c3') === v", arg=f"{value:g}")


def test_dragging_is_answered_before_the_server(open_stage):
    """With the server's answers held back, the picture still turns, by the sheet."""
    page = open_stage()
    page.wait_for_timeout(800)  # the sheet arrives after the first picture
    page.route("**/component_server*", lambda route: None)
    before = bytes_of(page, "codes-picture")
    set_slider(page, "c3", 0.8)
    turned = bytes_of(page, "codes-picture")
    assert not near(before, turned)
    sheet, at = codes.sheet(0, 0), lambda v: int(np.where(codes.SHEET == v)[0][0])
    assert near(turned, sheet.images[at(0.0), at(0.8)]), "expected the sheet's picture at its own points"
    page.unroute("**/component_server*")


def test_hovering_a_cell_shows_it_large_without_asking(open_stage):
    page = open_stage("c1=0&seed=3")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.locator('#codes-sweep [data-row="4"][data-col="8"]').hover()
    page.wait_for_function("document.querySelector('#codes-sweep .pg-image-grid').dataset.at === '4,8'")
    assert np.array_equal(bytes_of(page, "codes-picture"), bytes_of(page, "codes-sweep", 4, 8))
    assert f"{codes.TURNS[8]:.2f}" in page.locator(".pg-codes-caption").inner_text()
    page.mouse.move(5, 5)
    page.wait_for_function("document.querySelector('#codes-sweep .pg-image-grid').dataset.at === ''")
    shown_picture_is(page, 0, 0.0, 0.0, 3)
    assert [url for url in asked if "component_server" in url] == []


def test_clicking_a_cell_sets_the_knobs(open_stage):
    page = open_stage()
    page.locator('#codes-sweep [data-row="6"][data-col="1"]').click()
    page.mouse.move(5, 5)
    settled(page, c1=6, c2=float(codes.TURNS[1]))
    shown_picture_is(page, 6, float(codes.TURNS[1]), 0.0, 0)
    assert page.locator('[data-category="6"]').get_attribute("aria-pressed") == "true"
    assert float(page.locator("#codes-c2").input_value()) == codes.TURNS[1]
    assert page.locator('#codes-sweep [aria-selected="true"]').get_attribute("data-row") == "6"


def test_the_keyboard_walks_the_sweep(open_stage):
    page = open_stage()
    page.locator('#codes-sweep [tabindex="0"]').focus()
    for key in ("Home", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert page.get_attribute("#codes-sweep .pg-image-grid", "data-at") == "2,1"
    assert np.array_equal(bytes_of(page, "codes-picture"), bytes_of(page, "codes-sweep", 2, 1))
    page.keyboard.press("Enter")
    page.wait_for_function("JSON.parse(document.querySelector('.pg-codes-knobs').dataset.state).c1 === 2")
    assert (state(page)["c1"], state(page)["c2"]) == (2, codes.TURNS[1])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")  # chooses here, and does not play
    settled(page, c1=3)
    assert page.locator('[data-play][aria-pressed="true"]').count() == 0


def test_space_turns_and_stops_n_draws_another_noise_r_resets(open_stage):
    page = open_stage("c1=0&c3=0.5&seed=0")
    page.locator('[data-category="0"]').focus()
    page.locator('#codes-sweep [tabindex="0"]').focus()
    page.keyboard.press("n")
    settled(page, seed=1)
    page.keyboard.press("r")
    settled(page, c2=0, c3=0)
    turned = "JSON.parse(document.querySelector('.pg-codes-knobs').dataset.state)"
    for how, sign in (("together", 1), ("apart", -1)):
        page.locator(f'[data-play="{how}"]').click()
        page.wait_for_function(f"Math.abs({turned}.c3) > 0.3")
        page.locator(f'[data-play="{how}"]').click()
        value = state(page)["c2"]
        settled(page, c2=value, c3=sign * value)
        shown_picture_is(page, 0, value, sign * value, 1)


def test_another_noise_keeps_the_codes(open_stage):
    page = open_stage("c1=5&c2=0.3&seed=0")
    first_other = bytes_of(page, "codes-others", 0, 0)
    page.locator('[data-act="another"]').click()
    settled(page, seed=1)
    assert state(page) == {"c1": 5, "c2": 0.3, "c3": 0, "seed": 1, "sweep": "c1_c2"}
    assert near(bytes_of(page, "codes-picture"), first_other)
    page.locator('#codes-others [data-col="3"]').click()
    page.mouse.move(5, 5)
    settled(page, seed=5)
    shown_picture_is(page, 5, 0.3, 0.0, 5)


def test_the_three_sweeps(open_stage):
    page = open_stage("c1=2&c2=-0.4&c3=0.6&seed=4")
    for kind in reversed(codes.KINDS):
        page.locator(f'[data-kind="{kind}"]').click()
        settled(page, sweep=kind)
        made = codes.sweep(kind, c1=2, c2=-0.4, c3=0.6, seed=4)
        for row, col in ((0, 0), (3, 7), (9, 9)):
            assert near(bytes_of(page, "codes-sweep", row, col), made.images[row, col])
        page.wait_for_function("(k) => new URLSearchParams(location.search).get('sweep') === k", arg=kind)


def test_a_link_opens_what_it_says(open_stage):
    page = open_stage("c1=3&c2=-0.5&c3=0.25&seed=77&sweep=c2_c3")
    assert state(page) == {"c1": 3, "c2": -0.5, "c3": 0.25, "seed": 77, "sweep": "c2_c3"}
    settled(page)
    shown_picture_is(page, 3, -0.5, 0.25, 77)
    assert page.locator("#codes-seed").input_value() == "77"


def test_a_broken_link_says_so_and_opens_the_default(new_page):
    page = new_page("/?tab=codes&c1=12&c2=wide&c3=nan&seed=-4&sweep=all", lang="ko")
    page.wait_for_function("document.querySelectorAll('.pg-toast').length === 4")  # at most four messages at once
    page.wait_for_function(READY)  # afterwards: a message goes after a while
    assert state(page) == {name: FIELDS[name].default for name in OWN}


def test_a_bad_seed_is_explained_and_taken_back(open_stage):
    page = open_stage("seed=8")
    field = page.locator("#codes-seed")
    for typed in ("-3", "2147483648", "1.5", "", "1e3000"):
        field.fill("")
        field.press_sequentially(typed)
        field.press("Enter")
        page.wait_for_selector(".pg-toast")
        assert "2147483647" in page.locator(".pg-toast").first.inner_text(), typed
        assert field.input_value() == "8" and state(page)["seed"] == 8, typed
        page.evaluate("document.querySelectorAll('.pg-toast').forEach((node) => node.remove())")


def test_korean_and_back(open_stage):
    page = open_stage(lang="ko")
    assert text("codes.c2", "ko") in page.locator(f'{KNOBS} [data-code="c2"]').inner_text()
    assert text("codes.others", "ko") in page.locator("#pg-codes").inner_text()
    cell = page.locator('#codes-sweep [data-row="0"][data-col="0"]')
    assert "행" in cell.get_attribute("aria-label")
    page.locator('[data-lang="en"]').click()
    page.wait_for_function("document.querySelector('#codes-sweep [data-row=\"0\"]').ariaLabel.startsWith('row')")
    assert text("codes.c2", "en") in page.locator(f'{KNOBS} [data-code="c2"]').inner_text()
    visible = page.locator("#pg-codes").inner_text()
    assert not re.search("[가-힣]", visible), f"expected no Korean left, got {visible}"


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_telephone_shows_all_of_it(open_stage, lang):
    page = open_stage(lang=lang, viewport=(390, 844), has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for selector in ("#codes-picture", "#codes-sweep", KNOBS):
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390, selector
    assert page.locator(KNOBS).bounding_box()["y"] > page.locator("#codes-sweep").bounding_box()["y"]
    page.locator('#codes-sweep [data-row="3"][data-col="9"]').tap()
    page.wait_for_function("JSON.parse(document.querySelector('.pg-codes-knobs').dataset.state).c1 === 3")
    assert state(page)["c2"] == 1


def test_legible_from_the_back_row(open_stage):
    page = open_stage()
    texts = "#pg-codes .pg-grid-head, .pg-codes-knobs label, .pg-knob-note, .pg-bar-value, .pg-codes-caption div"
    sizes = page.evaluate(
        """(texts) => [...document.querySelectorAll(texts)]
            .map((node) => [node.className || node.tagName, parseFloat(getComputedStyle(node).fontSize)])""",
        texts,
    )
    assert sizes and min(size for _, size in sizes) >= 14, min(sizes, key=lambda item: item[1])
    head = page.locator("#codes-sweep .pg-grid-head").first
    assert float(head.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")) >= 16
    assert page.locator("#codes-information").bounding_box()["y"] < 1000, "expected the bars on the first screen"


def test_missing_measurements_are_said_and_the_rest_works(new_page, monkeypatch, tmp_path):
    monkeypatch.setattr(codes.weights, "PRETRAINED", tmp_path)
    page = new_page("/?tab=codes")
    page.wait_for_selector(".pg-toast")
    assert "python -m playground.metrics infogan" in page.locator(".pg-toasts").inner_text()
    monkeypatch.undo()
    page.locator('[data-category="1"]').click()
    settled(page, c1=1)
    assert page.locator('[data-category="1"] span').inner_text() == "1"  # no name without a measurement

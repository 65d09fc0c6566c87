"""The ladder in a real Chromium: sorting by pointer and keyboard, the chart, links, both languages."""

from __future__ import annotations

import re

import pytest

from playground.inference import ladder as room

ROOT = ".pg-ladder"
TABLE = f"{ROOT} [data-group=binary]"
BINARY = {rung.id: rung for rung in room.rungs() if rung.group == "binary"}


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its tables."""

    def start(query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=ladder{query}", **options)
        page.wait_for_selector(f"{ROOT}[data-seq]", state="attached", timeout=90_000)
        return page

    return start


def ids(page) -> list[str]:
    return page.locator(f"{TABLE} tbody tr").evaluate_all("(rows) => rows.map((row) => row.dataset.id)")


def test_it_opens_from_the_lowest_rung_to_the_highest(stage):
    page = stage()
    assert ids(page) == sorted(BINARY, key=lambda id: -BINARY[id].value)
    values = page.locator(f"{TABLE} td.pg-col-value b").all_inner_texts()
    assert [float(v.removeprefix("≤ ")) for v in values] == [round(BINARY[id].value, 2) for id in ids(page)]
    bounds = {id for id, v in zip(ids(page), values, strict=True) if v.startswith("≤")}
    assert bounds == {id for id, rung in BINARY.items() if rung.bound} and "vae" in bounds
    tighter = page.locator(f"{TABLE} .pg-ladder-tighter").all_inner_texts()
    expected = [BINARY[id].tighter for id in ids(page) if BINARY[id].tighter is not None]
    assert tighter == [f"IW-200 ≤ {value:.2f}" for value in expected] and len(tighter) == 2


@pytest.mark.parametrize("column", ["parameters", "cached", "naive", "published", "calls", "gain", "bits", "name"])
def test_every_column_sorts_both_ways(stage, column):
    page = stage()
    keys = {
        "gain": lambda rung: rung.naive / rung.cached if rung.naive and rung.cached else None,
        "published": lambda rung: min((p.value for p in rung.published if p.binarization == "DYNAMIC"), default=None),
        "name": lambda rung: page.locator(f"{TABLE} tr[data-id={rung.id}] th").inner_text().lower(),
    }
    key = {id: keys.get(column, lambda rung: getattr(rung, column))(rung) for id, rung in BINARY.items()}
    heading = page.locator(f"{TABLE} th[data-column={column}]")
    for _ in range(2):
        heading.locator("button").click()
        shown, down = ids(page), heading.get_attribute("aria-sort") == "descending"
        there = [key[id] for id in shown if key[id] is not None]
        assert there == sorted(there, reverse=down), (column, down, shown)
        assert [key[id] for id in shown[len(there) :]] == [None] * (len(shown) - len(there)), "missing ones come last"
        page.wait_for_url(re.compile(f"sort={column}"))
        page.wait_for_url(re.compile(f"down={str(down).lower()}"))


def test_the_keyboard_sorts_and_keeps_its_place(stage):
    page = stage()
    page.locator(f"{TABLE} th[data-column=parameters] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{ROOT}[data-sort='parameters up']")
    page.keyboard.press("Space")
    page.wait_for_selector(f"{ROOT}[data-sort='parameters down']")
    assert page.evaluate("document.activeElement.closest('th').dataset.column") == "parameters"


def test_a_difference_stands_only_beside_the_same_binarization(stage):
    page = stage()
    lines = page.locator(f"{TABLE} .pg-ladder-published")
    seen = {"FIXED": 0, "DYNAMIC": 0}
    for text in lines.all_inner_texts():
        kind = "FIXED" if "FIXED" in text else "DYNAMIC"
        seen[kind] += 1
        assert ("ours" in text) == (kind == "DYNAMIC"), text
    assert min(seen.values()) > 0, seen


def test_numbers_of_other_data_stand_in_tables_of_their_own(stage):
    page = stage()
    groups = page.locator(f"{ROOT} section").evaluate_all("(all) => all.map((one) => one.dataset.group)")
    assert groups == [g for g in room.GROUPS if any(rung.group == g for rung in room.rungs())]
    assert set(ids(page)) == set(BINARY)


def test_the_chart_changes_its_axis(stage):
    page = stage()
    canvas = page.locator(".pg-ladder-canvas canvas")
    windows = sum(len(rung.windows) for rung in BINARY.values())
    assert int(canvas.get_attribute("data-points")) >= len([r for r in BINARY.values() if r.parameters]) + max(
        0, windows - 1
    )
    page.get_by_role("button", name="One image, cached").click()
    page.wait_for_selector(f"{ROOT}[data-axis=cached]")
    timed = [rung for rung in BINARY.values() if rung.cached]
    page.wait_for_function(f"document.querySelector('.pg-ladder-canvas canvas').dataset.points === '{len(timed)}'")
    page.wait_for_url(re.compile("axis=cached"))


def test_a_link_opens_the_ladder_as_it_was(stage):
    page = stage("&sort=parameters&down=false&axis=naive", lang="ko")
    assert ids(page) == sorted(BINARY, key=lambda id: BINARY[id].parameters)
    assert page.locator(ROOT).get_attribute("data-axis") == "naive"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_everything_has_words_and_fits(stage, lang, viewport):
    page = stage(lang=lang, viewport=viewport)
    words = page.inner_text(ROOT)
    assert "ladder." not in words and "{" not in words, words
    assert ("이진 숫자" if lang == "ko" else "Binary digits") in words and "84.49" in words
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "expected scrolling only inside a table"
    labels = page.evaluate("[...document.querySelectorAll('.pg-ladder [aria-label]')].map((e) => e.ariaLabel)")
    assert all(label and "ladder." not in label and "{" not in label for label in labels), labels
    small = page.evaluate(
        """() => [...document.querySelectorAll('.pg-ladder *')]
           .filter((e) => e.childElementCount === 0 && e.innerText?.trim() && e.offsetParent && !e.ariaHidden)
           .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.className + ': ' + e.innerText)"""
    )
    assert viewport[0] < 1000 or small == [], f"expected at least 16 px on a projector: {small}"
    if viewport[0] < 1000:  # the name stays in sight while the table is scrolled
        scroll = page.locator(f"{TABLE} .pg-ladder-scroll")
        scroll.evaluate("(node) => { node.scrollLeft = 400; }")
        box, name = scroll.bounding_box(), page.locator(f"{TABLE} tbody th").first.bounding_box()
        assert name["x"] == pytest.approx(box["x"], abs=2)
    other = {"en": "ko", "ko": "en"}[lang]
    page.click(f"[data-lang={other}]")
    page.wait_for_function(
        f"document.querySelector('{ROOT}').innerText.includes('{'이진 숫자' if other == 'ko' else 'Binary'}')"
    )

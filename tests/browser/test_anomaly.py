"""The anomaly stage in a real Chromium: thresholds, ROC and counts are computed here; drawings are scored and kept."""

from __future__ import annotations

import re

import numpy as np
import pytest

from playground.inference import anomaly as room

STAGES = ("anomaly",)
ROOT, HIST = ".pg-anomaly", ".pg-anomaly-hist canvas"
ASKED = re.compile("component_server|queue/join")


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its scores and the first drawing on it."""

    def start(query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=anomaly{query}", **options)
        page.wait_for_selector(f"{ROOT}[data-ready='1']", state="attached", timeout=90_000)
        page.wait_for_selector(f"{ROOT}[data-seq]", state="attached", timeout=90_000)
        return page

    return start


def counts(page) -> list[int]:
    return [int(n) for n in page.locator(".pg-anomaly-counts").get_attribute("data-counts").split()]


def expected(model: str, name: str, threshold: float) -> list[int]:
    digits, other = (room.scores(model).sets[n] for n in ("digits", name))
    return [int((digits < threshold).sum()), len(digits), int((other < threshold).sum()), len(other)]


def test_it_opens_with_one_false_alarm_in_twenty(stage):
    page = stage()
    assert counts(page)[:2] == [50, 1000]
    words = page.inner_text(".pg-anomaly-side")
    assert "printed letters (1,000)" in words and "5 %" in words
    auc = float(page.locator(".pg-anomaly-roc canvas").get_attribute("data-auc"))
    assert auc == pytest.approx(room.scores("pixel_cnn").auc["letters"], abs=2e-4)


def test_dragging_the_threshold_moves_counts_and_the_point_on_the_roc_without_a_request(stage):
    page = stage("&model=nade&set=letters")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    box = page.locator(HIST).bounding_box()
    seen = []
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.02 * step), box["y"] + box["height"] * 0.4)
        threshold = float(page.locator(ROOT).get_attribute("data-threshold"))
        assert counts(page) == expected("nade", "letters", threshold)
        false, n, caught, m = counts(page)
        point = page.locator(".pg-anomaly-roc canvas").get_attribute("data-point")
        assert point == f"{false / n:.3f},{caught / m:.3f}"
        seen.append((threshold, false))
    page.mouse.up()
    assert seen == sorted(seen) and len(set(seen)) > 8, seen
    assert [url for url in requests if ASKED.search(url)] == []
    page.wait_for_url(re.compile(r"threshold=-\d+"))


def test_the_areas_of_the_table_are_those_of_the_files_and_choose(stage):
    page = stage()
    for id in room.measured():
        for name in room.SETS:
            text = page.locator(f".pg-anomaly-table [data-cell='{id} {name}']").inner_text()
            assert float(text) == pytest.approx(room.scores(id).auc[name], abs=6e-4), (id, name)
    page.click(".pg-anomaly-table [data-cell='nade blank']")
    page.wait_for_selector(f"{ROOT}[data-model='nade'][data-set='blank']")
    assert counts(page)[2:] == [0, 1] and "it passes" in page.inner_text("[data-part=said]")
    assert page.locator("#pg-anomaly input[value=nade]").is_checked()
    page.wait_for_url(re.compile("set=blank"))
    page.wait_for_url(re.compile("model=nade"))


def test_the_second_rule_catches_the_blank_page(stage):
    page = stage("&model=nade&set=blank")
    assert counts(page)[2] == 0
    page.get_by_text("log p is unusual, low or high").click()
    page.wait_for_selector(f"{ROOT}[data-rule='typical']")
    assert counts(page)[0] == pytest.approx(50, abs=2) and counts(page)[2] == 1
    assert float(page.locator(".pg-anomaly-roc canvas").get_attribute("data-auc")) > 0.9


def test_drawings_are_scored_collected_kept_and_removed(stage):
    page = stage("&model=nade")
    before = page.locator(ROOT).get_attribute("data-seq")
    page.get_by_role("button", name="Add the drawing to my set").first.click()
    page.wait_for_selector(f"{ROOT}[data-mine='1'][data-set='mine']")
    page.click(".pg-digit-pad [data-example='1']")
    page.wait_for_function("([at, seq]) => document.querySelector(at).dataset.seq !== seq", arg=[ROOT, before])
    page.get_by_role("button", name="Add the drawing to my set").last.click()
    page.wait_for_selector(f"{ROOT}[data-mine='2']")
    values = [float(v.replace("−", "-")) for v in page.locator(".pg-anomaly-pictures span").all_inner_texts()]
    digits = room.scores("nade").sets["digits"]
    shown = float(page.locator(".pg-anomaly-table [data-cell='nade mine']").inner_text())
    assert len(values) == 2 and values[1] > values[0]
    assert shown == pytest.approx(np.mean([(digits > v).mean() for v in values]), abs=0.02)
    assert counts(page)[3] == 2
    page.wait_for_url(re.compile("set=mine"))
    page.reload()
    page.wait_for_selector(f"{ROOT}[data-ready='1'][data-mine='2']", timeout=90_000)
    page.wait_for_function("document.querySelectorAll('.pg-anomaly-pictures span').length === 2")
    again = [float(v.replace("−", "-")) for v in page.locator(".pg-anomaly-pictures span").all_inner_texts()]
    assert again == values
    page.locator(".pg-anomaly-pictures button").first.click()
    page.wait_for_selector(f"{ROOT}[data-mine='1']")
    page.get_by_role("button", name="Empty my set").click()
    page.wait_for_selector(f"{ROOT}[data-mine='0'][data-set='letters']")


def test_an_emptied_pad_takes_the_mark_away(stage):
    page = stage()
    before = page.locator(ROOT).get_attribute("data-seq")
    assert "(" in page.locator(".pg-anomaly-place").first.inner_text()
    page.click(".pg-digit-pad [data-act=clear]")
    page.wait_for_function("([at, seq]) => document.querySelector(at).dataset.seq !== seq", arg=[ROOT, before])
    assert page.locator(".pg-anomaly-place").count() == 0


def test_keys_move_the_threshold_and_choose_the_set(stage):
    page = stage("&model=nade&set=letters&threshold=-120")
    page.locator(".pg-anomaly-hist").focus()
    for key, value in [("ArrowRight", -119), ("Shift+ArrowLeft", -139), ("ArrowLeft", -140)]:
        page.keyboard.press(key)
        page.wait_for_selector(f"{ROOT}[data-threshold='{value}']")
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"{ROOT}[data-set='independent']")
    page.keyboard.press("r")
    page.wait_for_function("Math.abs(parseInt(document.querySelector('.pg-anomaly-counts').dataset.counts) - 50) < 3")


def test_a_link_opens_the_stage_as_it_was(stage):
    page = stage("&model=bernoulli&set=independent&rule=low&threshold=-210.5", lang="ko")
    assert counts(page) == expected("bernoulli", "independent", -210.5)
    assert page.locator("#pg-anomaly input[value=bernoulli]").is_checked()
    assert "독립 픽셀" in page.inner_text(".pg-anomaly-counts")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_everything_has_words_and_fits(stage, lang, viewport):
    page = stage(lang=lang, viewport=viewport)
    words = page.inner_text("#pg-anomaly")
    assert "anomaly." not in words and "{" not in words, words
    assert ("테스트 숫자" if lang == "ko" else "test digits") in words
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "expected no sideways scrolling"
    labels = page.evaluate("[...document.querySelectorAll('.pg-anomaly [aria-label]')].map((e) => e.ariaLabel)")
    assert all(label and "anomaly." not in label and "{" not in label for label in labels), labels
    small = page.evaluate(
        """() => [...document.querySelectorAll('.pg-anomaly *')]
           .filter((e) => e.childElementCount === 0 && e.innerText?.trim() && e.offsetParent)
           .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.className + ': ' + e.innerText)"""
    )
    assert viewport[0] < 1000 or small == [], f"expected at least 16 px on a projector: {small}"
    other = {"en": "ko", "ko": "en"}[lang]
    page.click(f"[data-lang={other}]")
    page.wait_for_function(
        f"document.querySelector('.pg-anomaly-counts').innerText.includes('{'숫자' if other == 'ko' else 'digits'}')"
    )


def test_a_finger_chooses_a_set_and_drags_the_slider(stage):
    page = stage("&model=nade", viewport=(390, 844), has_touch=True)
    page.locator(HIST).scroll_into_view_if_needed()
    box = page.locator(HIST).bounding_box()
    page.touchscreen.tap(box["x"] + 40, box["y"] + box["height"] * 0.88)
    page.wait_for_selector(f"{ROOT}[data-set='blank']")
    before = counts(page)
    page.locator(".pg-anomaly-slider input").evaluate(
        "(node) => { node.value = 900; node.dispatchEvent(new Event('input', {bubbles: true})); }"
    )
    assert counts(page) != before

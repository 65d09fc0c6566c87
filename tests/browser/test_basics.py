"""The basics stage in a real Chromium: exact counts, the table and its fits, dice, samples of every k, map, links."""

from __future__ import annotations

import json
import re

import pytest

from playground import weights
from playground.errors import WeightsError
from playground.inference import basics as room
from playground.locale import text

COUNT = ".pg-basics-count"
JOINT = ".pg-basics-joint"
DICE = ".pg-basics-dice"
SAMPLES = ".pg-basics-samples"
MAP = ".pg-basics-map"
VIEWS = {"count": COUNT, "table": JOINT, "dice": DICE, "samples": SAMPLES, "map": MAP}


@pytest.fixture
def basics(new_page):
    """basics(section, query, **options of new_page) -> the stage at one of its sections, drawn."""

    def start(section: str = "count", query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=basics&section={section}{query}", **options)
        page.wait_for_selector(VIEWS[section], state="visible")
        return page

    return start


def data(page: object, view: str, name: str) -> str:
    return page.locator(view).get_attribute(f"data-{name}")


def knob(page: object, name: str) -> object:
    return page.locator(f".pg-basics-knobs input[type=number][data-field={name}]")


def test_counts_are_pythons_to_the_last_digit(basics):
    page = basics()
    for pixels, kind, levels, reach, units in [
        (784, "binary", 2, 28, 500), (9, "binary", 2, 3, 16), (1, "binary", 2, 1, 1), (784, "levels", 256, 783, 4096),
        (5, "levels", 3, 2, 7), (1, "rgb", 2, 28, 500), (64, "rgb", 2, 10, 3),
    ]:  # fmt: skip
        values = {"kind": kind, "pixels": pixels, "levels": levels, "reach": reach, "units": units}
        shown = page.evaluate(
            """(values) => {
              playground.link.set('basics', values);
              document.querySelector('#pg-basics').dispatchEvent(new CustomEvent('knobs'));
              const rows = [...document.querySelectorAll('.pg-basics-count [data-row]')];
              return Object.fromEntries(rows.map((row) => [row.dataset.row, row.dataset.value]));
            }""",
            values,
        )
        expected = room.count_parameters(pixels, kind, levels, reach, units).spent
        assert shown == {name: "" if value is None else str(value) for name, value in expected.items()}, values


@pytest.mark.parametrize(("lang", "words"), [("en", "A number of 237 digits"), ("ko", "237자리 수")])
def test_the_large_number_is_readable_and_the_slips_are_named(basics, lang, words):
    page = basics(lang=lang)
    text = page.inner_text(COUNT)
    assert "2⁷⁸⁴ − 1 ≈ 1.02 × 10²³⁶" in text and words in text
    assert "16,777,215" in text and "16,581,375" in text and "2⁷⁶⁴" in text
    page.locator(f"{COUNT} summary").click()
    assert page.inner_text(f"{COUNT} code").replace(",", "") == str(2**784 - 1)


def test_a_knob_counts_at_once_and_goes_into_the_link(basics):
    page = basics()
    knob(page, "pixels").fill("9")
    page.wait_for_function(f"document.querySelector('{COUNT}').innerText.includes('511')")
    page.wait_for_url(re.compile(r"pixels=9(&|$)"))
    page.get_by_role("button", name="RGB, 256³").click()
    knob(page, "pixels").fill("1")
    page.wait_for_function(f"document.querySelector('{COUNT} strong').innerText.includes('= 16,777,215')")
    page.wait_for_url(re.compile(r"kind=rgb"))


@pytest.mark.parametrize(("lang", "words"), [("en", "expected an integer from 1 to 784"), ("ko", "784")])
def test_a_bad_number_and_a_bad_link_are_answered_in_words(basics, lang, words):
    page = basics(query="&pixels=9999", lang=lang)
    assert knob(page, "pixels").input_value() == "784", "expected the default instead of what the link asked for"
    knob(page, "pixels").fill("-3")
    knob(page, "pixels").press("Tab")
    said = page.wait_for_selector(".pg-toast:has-text('-3')").inner_text()
    assert words in said and text("field.pixels", lang) in said
    assert knob(page, "pixels").input_value() == "784"


def test_the_sections_show_their_own_view_knobs_and_notes(basics):
    page = basics()
    for section, view in VIEWS.items():
        page.locator(f".pg-basics-bar [data-section={section}]").click()
        page.wait_for_selector(view, state="visible")
        shown = page.evaluate("[...document.querySelectorAll('.pg-basics-view')].filter((v) => v.offsetParent).length")
        notes = page.evaluate("[...document.querySelectorAll('.pg-basics-note')].filter((v) => v.offsetParent).length")
        assert (shown, notes) == (1, 1), section
        page.wait_for_url(re.compile(f"section={section}"))


@pytest.mark.parametrize(
    ("joint", "shape", "fit", "past", "order"),
    [
        ("columns", "3x3", "markov", 2, "raster"), ("columns", "3x3", "ar_table", 3, "raster"),
        ("signs", "3x3", "ar_logistic", 2, "columns"), ("bars", "2x3", "fvsbn", 2, "columns"),
        ("parity", "2x2", "independent", 2, "raster"),
    ],
)  # fmt: skip
def test_the_nearest_q_is_pythons(basics, joint, shape, fit, past, order):
    page = basics("table", f"&joint={joint}&shape={shape}&fit={fit}&past={past}&order={order}")
    page.wait_for_selector(f"{JOINT}[data-kl]")
    expected = room.fit(room.joint(joint, shape), shape, fit, past, order)
    assert float(data(page, JOINT, "kl")) == pytest.approx(expected.kl, abs=1e-5)
    assert float(data(page, JOINT, "leak")) == pytest.approx(expected.leak, abs=1e-6)
    assert int(data(page, JOINT, "parameters")) == expected.parameters


def entry(page: object, index: int) -> tuple[float, float]:
    """Where one picture of the table is on the screen."""
    cells, box = json.loads(data(page, JOINT, "cells")), page.locator(f"{JOINT} .pg-basics-all canvas").bounding_box()
    row, column = divmod(index, cells["columns"])
    return (
        box["x"] + cells["left"] + (column + 0.5) * cells["pitch"],
        box["y"] + row * cells["line"] + cells["size"] / 2,
    )


def test_an_entry_is_clicked_in_and_dragged_and_the_link_brings_it_back(basics):
    page = basics("table", "&shape=2x2&joint=one&fit=independent")
    page.wait_for_selector(f"{JOINT}[data-kl]")
    place = entry(page, 0b1111)
    page.mouse.click(*place)
    said = page.inner_text(f"{JOINT} output")
    assert "x = 1111: p = 25 %" in said, "expected it to become as likely as the others were"
    page.mouse.down()
    page.mouse.move(place[0], place[1] - 60, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile(r"edits=15-[3-9]"))
    chosen = int(re.search(r"edits=15-(\d+)", page.url)[1]) / 1e5
    p = room.joint("one", "2x2") * (1 - chosen)
    p[15] = chosen
    assert float(data(page, JOINT, "kl")) == pytest.approx(room.fit(p, "2x2", "independent").kl, abs=1e-4)
    page.mouse.click(*entry(page, 0b1000))
    page.wait_for_url(re.compile(r"edits=15-\d+_8-0(&|$)"))
    p[8] = 0
    p /= p.sum()
    kl = float(data(page, JOINT, "kl"))
    assert kl == pytest.approx(room.fit(p, "2x2", "independent").kl, abs=1e-4), "expected both edits in the table"
    again = basics("table", page.url[page.url.index("&shape") :])
    again.wait_for_selector(f"{JOINT}[data-kl]")
    assert float(data(again, JOINT, "kl")) == pytest.approx(kl, abs=1e-4) and data(again, JOINT, "edited") == "2"
    again.get_by_role("button", name="Back to the built-in table").click()
    expected = room.fit(room.joint("one", "2x2"), "2x2", "independent").kl
    again.wait_for_function(f"Math.abs(document.querySelector('{JOINT}').dataset.kl - {expected}) < 1e-5")


@pytest.mark.parametrize("edits", ["15", "16-100", "3-60000_5-60000", "3-1_3-2", "a-b"])
def test_an_edited_table_that_cannot_be_is_answered_in_words(basics, edits):
    page = basics("table", f"&shape=2x2&joint=one&fit=independent&edits={edits}")
    said = page.wait_for_selector(".pg-toast:has-text('edited table')").inner_text()
    assert said.startswith(text("basics.table.bad_link")[:40])
    expected = room.fit(room.joint("one", "2x2"), "2x2", "independent").kl
    assert float(data(page, JOINT, "kl")) == pytest.approx(expected, abs=1e-5)


def test_an_entry_may_take_all_and_give_it_back(basics):
    page = basics("table", "&shape=2x2&joint=one&fit=independent")
    page.wait_for_selector(f"{JOINT}[data-kl]")
    area = page.locator(f"{JOINT} .pg-basics-all")
    page.mouse.click(*entry(page, 0b1111))
    page.evaluate(
        """playground.link.set('basics', {edits: '15-100000'});
           document.querySelector('#pg-basics').dispatchEvent(new CustomEvent('knobs'));"""
    )
    assert float(data(page, JOINT, "kl")) == pytest.approx(0, abs=1e-6), "expected one picture to be independent"
    area.press("-")
    page.wait_for_url(re.compile(r"edits=15-99000"))
    p = room.joint("one", "2x2") * 0.01
    p[15] = 0.99
    assert float(data(page, JOINT, "kl")) == pytest.approx(room.fit(p, "2x2", "independent").kl, abs=1e-4)


def test_the_list_of_fits_tells_what_each_costs(basics):
    page = basics("table", lang="ko")
    page.wait_for_selector(f"{JOINT}[data-kl]")
    words = page.inner_text(".pg-basics-list")
    assert "모수 511 · 0.00 nats" in words and "모수 17 · 4.16 nats" in words and "모수 9 · 4.16 nats" in words


def test_the_same_seed_throws_the_same_and_frequencies_approach_the_chances(basics):
    page = basics("dice", "&outcomes=4&w1=0.4&w2=0.3&w3=0.2&seed=7")
    page.get_by_role("button", name="Draw 1,000").click()
    page.wait_for_url(re.compile(r"draws=1000"))
    counts = [int(v) for v in data(page, DICE, "counts").split(",")]
    assert sum(counts) == 1000
    assert [c / 1000 for c in counts] == pytest.approx([0.4, 0.3, 0.2, 0.1], abs=0.06)
    again = basics("dice", "&outcomes=4&w1=0.4&w2=0.3&w3=0.2&seed=7&draws=1000")
    again.wait_for_selector(f"{DICE}[data-counts]")
    assert data(again, DICE, "counts") == data(page, DICE, "counts")


def test_free_probabilities_make_room_for_each_other(basics):
    page = basics("dice", "&outcomes=3&w1=0.5&w2=0.4")
    knob(page, "w1").fill("0.9")
    page.wait_for_function("playground.link.get('basics').w2 <= 0.1 + 1e-9")
    assert "3 outcomes, 2 parameters" in page.inner_text(DICE)
    assert knob(page, "w3").count() == 1 and not knob(page, "w3").is_visible(), "the last outcome has no knob"


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Given z, y says nothing more of x"), ("ko", "더 알려 주는 것이 없습니다")]
)
def test_three_pixels_are_independent_given_z_until_that_is_broken(basics, lang, words):
    page = basics("dice", "&part=three", lang=lang)
    page.wait_for_selector(f"{DICE}[data-knowing]")
    assert float(data(page, DICE, "knowing")) == 0 and float(data(page, DICE, "alone")) > 0.1
    assert words in page.inner_text(DICE)
    knob(page, "broken").fill("0.5")
    page.wait_for_function(f"document.querySelector('{DICE}').dataset.knowing > 0.05")
    rows = page.locator(f"{DICE} tbody tr").all_inner_texts()
    for row in rows:
        _, z, left, right, _ = row.split("\t")
        assert float(right) == {"0": 0.2, "1": 0.9}[z] and left != right


@pytest.fixture
def shipped():
    try:
        return weights.load("ar_k")
    except WeightsError as problem:
        pytest.skip(str(problem))


def test_every_k_is_there_after_one_call(basics, shipped):
    page = basics("samples", "&window=1")
    page.wait_for_selector(f"{SAMPLES}[data-seed='0'][data-weights='1']")
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or request.url))
    pixels = []
    for k in (1, 28, 57):
        knob(page, "window").fill(str(k))
        page.wait_for_selector(f"{SAMPLES}[data-window='{k}'][data-weights='1']")
        pixels.append(page.evaluate("document.querySelector('[data-sheet=ar_k] canvas').toDataURL()"))
    assert len(set(pixels)) == 3 and not any('"draw"' in post for post in asked), "expected one call for all k"


def test_the_window_tells_the_models_own_probability(basics, shipped):
    import numpy as np
    import torch

    page = basics("samples", "&window=28&seed=5&index=420")
    page.wait_for_selector(f"{SAMPLES}[data-seed='5'][data-weights='1'][data-p]")
    found = room.samples(5, 9)
    x = found.ar[found.windows.tolist().index(28), 0].astype(np.float32)
    p = shipped.at(28).conditionals(torch.from_numpy(x).view(1, 1, 28, 28))[0]
    assert float(data(page, SAMPLES, "p")) == pytest.approx(p[420].item(), abs=1e-4)
    page.locator(".pg-basics-window").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_selector(f"{SAMPLES}[data-index='448']")
    assert float(data(page, SAMPLES, "p")) == pytest.approx(p[448].item(), abs=1e-4)
    page.wait_for_url(re.compile(r"index=448"))


@pytest.mark.parametrize(("lang", "words"), [("en", "above right (27 back)"), ("ko", "오른쪽 위(27칸 앞)")])
def test_the_cliff_is_explained_where_it_is(basics, shipped, lang, words):
    page = basics("samples", "&window=24", lang=lang)
    page.wait_for_selector(f"{SAMPLES}[data-seed='0'][data-weights='1'][data-p]")
    assert words not in page.inner_text(".pg-basics-says")
    page.locator(".pg-basics-curve").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{SAMPLES}[data-window='29'][data-weights='1']")
    assert words in page.inner_text(".pg-basics-says")


def test_the_map_leads_to_the_stages(basics):
    page = basics("map")
    links = {a.get_attribute("data-model"): a.get_attribute("href") for a in page.locator("a.pg-basics-chip").all()}
    stages = page.evaluate("JSON.parse(document.getElementById('pg-config').textContent).stages")
    expected = {row["id"] for row in room.field() if row["stage"] in stages}
    assert set(links) == expected and {"nade", "vae", "wgan_gp", "cyclegan"} <= expected
    assert "tab=cyclegan" in links["cyclegan"]
    page.locator("a.pg-basics-chip[data-model=nade]").click()
    page.wait_for_url(re.compile(r"tab=pixels.*model=nade"))
    page.wait_for_selector("#pg-pixels", state="visible")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("section", VIEWS)
def test_a_phone_scrolls_down_only(basics, section, lang):
    page = basics(section, lang=lang, viewport=(390, 844))
    page.wait_for_timeout(200)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

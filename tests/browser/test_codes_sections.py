"""The sections of the codes stage in a real Chromium: tables, curves, a drawing's codes, the network without lambda."""

from __future__ import annotations

import base64
import json
import re

import numpy as np
import pytest

from playground.inference import codes, codes_drawing, codes_measured
from playground.locale import text
from playground.ui.components.codes_views import ATTRIBUTES, SECTIONS, WAYS

STAGES = ("codes",)
TWIN = codes.VARIANTS[1]
needs_twin = pytest.mark.skipif(
    not (codes.weights.directory("infogan", TWIN) / "codes.json").is_file(), reason="no network without lambda"
)
EXAMPLES = json.loads((codes.weights.PRETRAINED.parent / "assets" / "examples" / "digits.json").read_text("utf-8"))
VIEW = ".pg-codes-drawing"
SIDES = [(1920, 1080, "en"), (390, 844, "ko")]


@pytest.fixture
def open_section(new_page):
    def start(section: str, query: str = "", **options):
        page = new_page(f"/?tab=codes&section={section}&{query}", **options)
        page.wait_for_selector(f'#pg-codes[data-codes="{section}"]')
        return page

    return start


def read(page) -> None:
    page.wait_for_selector(f'{VIEW}[data-state="read"][data-searched="true"]')


def pad_shows(page, example: int) -> None:
    page.wait_for_function("(k) => new URLSearchParams(location.search).get('example') === String(k)", arg=example)


# ---- the bar ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_bar_shows_one_section_at_a_time(open_section, lang):
    page = open_section("turn", lang=lang)
    for section in SECTIONS:
        button = page.locator(f'.pg-codes-bar [data-section="{section}"]')
        assert button.inner_text() == text(f"codes.section.{section}", lang)
        button.click()
        page.wait_for_selector(f'#pg-codes[data-codes="{section}"]')
        assert button.get_attribute("aria-pressed") == "true"
        assert page.locator('.pg-codes-bar [aria-pressed="true"]').count() == 1
        for other in page.locator("#pg-codes .pg-codes-part").all():
            shown = f"pg-on-{section}" in other.get_attribute("class").split()
            assert (other.bounding_box() is not None) == shown or "pg-codes-asker" in other.inner_html()
        page.wait_for_function("(s) => new URLSearchParams(location.search).get('section') === s", arg=section)


def test_the_keyboard_walks_the_bar(open_section):
    page = open_section("turn")
    page.locator('.pg-codes-bar [data-section="turn"]').focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('#pg-codes[data-codes="carry"]')
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector(f'#pg-codes[data-codes="{SECTIONS[-1]}"]')


@pytest.mark.parametrize("section", SECTIONS)
@pytest.mark.parametrize(("width", "height", "lang"), SIDES)
def test_nothing_runs_over_the_side(open_section, section, width, height, lang):
    page = open_section(section, lang=lang, viewport=(width, height))
    page.wait_for_selector(".pg-bar", state="attached")
    if section in ("carry", "effects"):
        page.wait_for_selector(f".pg-codes-{'tables' if section == 'carry' else 'effects'}[data-ready]")
    if section == "drawing":
        read(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visible = page.locator("#pg-codes").inner_text()
    assert bool(re.search("[가-힣]", visible)) == (lang == "ko"), visible[:300]


# ---- what the codes carry --------------------------------------------------------------------------------------------


def test_the_table_is_the_judges_counts(open_section):
    page = open_section("carry")
    page.wait_for_selector(".pg-codes-tables[data-ready]")
    found = codes_measured.measured()
    table = page.locator('figure[data-variant="lambda_1"] tbody tr')
    shown = [[int(cell) for cell in row.locator("td span").all_inner_texts()] for row in table.all()]
    assert shown == found.counts.tolist()
    for c1, row in enumerate(table.all()):
        matched = row.locator("td").evaluate_all("cells => cells.findIndex((c) => c.classList.contains('pg-matched'))")
        assert matched == found.facts.digit_of_code[c1]
        shades = row.locator("td").evaluate_all("cells => cells.map((c) => getComputedStyle(c).backgroundColor)")
        assert shades[matched] not in shades[:matched] + shades[matched + 1 :], "expected the matched cell filled"
    assert f"{found.facts.code_accuracy:.1f} %" in page.locator('figure[data-variant="lambda_1"]').inner_text()


@needs_twin
def test_both_networks_stand_side_by_side(open_section):
    page = open_section("carry")
    page.wait_for_selector(".pg-codes-tables[data-ready]")
    left, right = (page.locator(f'figure[data-variant="{v}"] table').bounding_box() for v in codes.VARIANTS)
    assert left["y"] == right["y"] and left["x"] + left["width"] < right["x"]
    plain = codes_measured.measured(TWIN).facts
    for item in plain.information:
        shown = page.locator(f'.pg-bar[data-code="{item.code}"] .pg-bar-value.pg-plain').inner_text()
        assert f"{max(0, item.bound):.2f}" in shown


# ---- what each code does ---------------------------------------------------------------------------------------------


def test_the_curves_are_drawn_and_say_their_numbers(open_section):
    page = open_section("effects")
    page.wait_for_selector(".pg-codes-effects[data-ready]")
    found = codes_measured.measured()
    for way in WAYS:
        for name in ATTRIBUTES:
            figure = page.locator(f'section[data-way="{way}"] figure[data-attribute="{name}"]')
            change = f"{found.effects[way][name].change:+.1f}".replace("-", "−")
            assert change.lstrip("+−") in figure.inner_text(), (way, name)
            drawn = figure.locator("canvas").evaluate(
                """(c) => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
                return d.filter((v, i) => i % 4 === 3 && v > 200).length; }"""
            )
            assert drawn > 300, f"expected a curve for {name} of {way}"
        strongest = page.locator(f'section[data-way="{way}"] .pg-strongest')
        assert strongest.get_attribute("data-attribute") == found.name[way]


# ---- the codes of a drawing ------------------------------------------------------------------------------------------


def test_it_opens_on_the_example_of_the_link(open_section):
    page = open_section("drawing", "example=7&seed=3")
    read(page)
    made = codes_drawing.read({"strokes": EXAMPLES["7"]}, 3, search=True)
    likeliest = page.locator(f"{VIEW} .pg-likeliest").inner_text()
    assert likeliest.startswith(f"{made.c1} → {codes.facts().digit_of_code[made.c1]}")
    for code, value in (("c2", made.c2), ("c3", made.c3)):
        shown = page.locator(f'{VIEW} [data-part="turns"] [data-code="{code}"] em').inner_text()
        assert float(shown.replace("−", "-")) == pytest.approx(value, abs=0.006)
    errors = page.locator(f'{VIEW} [data-attempts="searched"] small').all_inner_texts()
    assert [float(re.search(r"[\d.]+", words)[0]) for words in errors] == pytest.approx(made.searched.errors, abs=0.02)
    assert page.locator(f"{VIEW} .pg-codes-note").get_attribute("data-kind") == "agree"


def test_a_drawn_stroke_is_read_and_a_cleared_pad_says_so(open_section):
    page = open_section("drawing", "example=-1")
    page.wait_for_selector(f'{VIEW}[data-state="empty"]')
    assert text("codes.drawing_empty", "en") in page.locator(f"{VIEW} .pg-codes-empty").inner_text()
    box = page.locator("#codes-pad canvas").first.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.15)
    page.mouse.down()
    for k in range(12):
        page.mouse.move(box["x"] + box["width"] * (0.5 - 0.01 * k), box["y"] + box["height"] * (0.15 + 0.06 * k))
    page.mouse.up()
    read(page)
    likeliest = page.locator(f"{VIEW} .pg-likeliest span").inner_text()
    assert likeliest.endswith("→ 1"), likeliest
    page.locator('#codes-pad [data-act="clear"]').click()
    page.wait_for_selector(f'{VIEW}[data-state="empty"]')
    assert page.locator(f"{VIEW} .pg-codes-empty").is_visible()
    assert page.locator(f"{VIEW} .pg-codes-found").is_hidden()


def test_a_scribble_is_named_one(open_section):
    page = open_section("drawing", "example=-1", lang="ko")
    box = page.locator("#codes-pad canvas").first.bounding_box()
    at = lambda u, v: (box["x"] + box["width"] * u, box["y"] + box["height"] * v)  # noqa: E731
    for start, end in (((0.1, 0.1), (0.9, 0.9)), ((0.9, 0.1), (0.1, 0.9)), ((0.5, 0.05), (0.5, 0.95))):
        page.mouse.move(*at(*start))
        page.mouse.down()
        page.mouse.move(*at(*end), steps=5)
        page.mouse.up()
    page.wait_for_function("document.querySelector('#codes-pad canvas').dataset.strokes === '3'")
    page.wait_for_selector(f'{VIEW} .pg-codes-note:is([data-kind="far"], [data-kind="unsure"], [data-kind="differ"])')


def test_the_search_can_be_left_out_and_other_noises_taken(open_section):
    page = open_section("drawing", "example=5&seed=0&search=false")
    page.wait_for_selector(f'{VIEW}[data-state="read"]')
    assert page.locator(f'{VIEW} [data-attempts="searched"]').is_hidden()
    before = page.get_attribute(VIEW, "data-key")
    page.locator('[data-act="noises"]').click()
    page.wait_for_function(
        "(k) => !['', k].includes(document.querySelector('.pg-codes-drawing').dataset.key)", arg=before
    )
    assert json.loads(page.get_attribute(VIEW, "data-key"))[1] == 8
    page.locator("#codes-search").check()
    read(page)
    page.wait_for_function("new URLSearchParams(location.search).get('search') === 'true'")
    page.locator(f'{VIEW} [data-attempt="made 2"]').click()
    assert page.locator(f'{VIEW} [aria-pressed="true"]').get_attribute("data-attempt") == "made 2"


def test_another_example_stands_in_the_link(open_section):
    page = open_section("drawing", "example=1&search=false")
    page.wait_for_selector(f'{VIEW}[data-state="read"]')
    page.locator('#codes-pad [data-example="8"]').click()
    pad_shows(page, 8)
    page.locator('#codes-pad [data-act="undo"]').click()
    pad_shows(page, -1)


# ---- without lambda --------------------------------------------------------------------------------------------------


def cell(page, variant: str, row: int, col: int) -> np.ndarray:
    script = """([id, row, col]) => btoa(String.fromCharCode(
        ...document.querySelector(`#${id} .pg-image-grid`).cell(row, col)))"""
    raw = base64.b64decode(page.evaluate(script, [f"codes-{variant}", row, col]))
    return np.frombuffer(raw, np.uint8).reshape(28, 28).astype(int)


@needs_twin
def test_the_same_sweep_in_both_networks(open_section):
    page = open_section("without", "c1=2&c2=0.2&c3=-0.6&seed=9&sweep=c1_c2")
    page.wait_for_selector('#codes-lambda_0 .pg-image-grid[data-key="c1_c2,-0.6,9"]')
    for variant in codes.VARIANTS:
        made = codes.sweep("c1_c2", c1=2, c2=0.2, c3=-0.6, seed=9, variant=variant)
        for row, col in ((0, 0), (4, 7), (9, 9)):
            assert np.abs(cell(page, variant, row, col) - made.images[row, col]).max() <= 1
    page.locator('[data-kind="c2_c3"]').click()
    page.wait_for_selector('#codes-lambda_0 .pg-image-grid[data-key="c2_c3,2,9"]')
    page.locator('#codes-lambda_0 [data-row="1"][data-col="8"]').click()
    page.wait_for_function("JSON.parse(document.querySelector('.pg-codes-knobs').dataset.state).c2 === -0.78")


def test_a_missing_network_is_said_and_the_knobs_work(new_page, watch, monkeypatch, tmp_path):
    kept = codes.weights.directory
    gone = lambda id, variant=None: tmp_path if variant == TWIN else kept(id, variant)  # noqa: E731
    monkeypatch.setattr(codes.weights, "directory", gone)
    codes.weights._load.cache_clear()
    page = new_page("/?tab=codes&section=without")
    page.wait_for_selector(".pg-toast")
    assert "python -m playground.training infogan --variant lambda_0" in page.locator(".pg-toasts").inner_text()
    page.locator('[data-section="carry"]').click()
    page.wait_for_selector('.pg-codes-tables[data-ready] figure[data-variant="lambda_1"] table')
    assert text("codes.not_measured", "en") in page.locator('figure[data-variant="lambda_0"]').inner_text()


# ---- speed -----------------------------------------------------------------------------------------------------------


def test_a_dragged_slider_shows_more_than_ten_pictures_a_second(open_section):
    """Pictures come from the sheet while the exact ones are on their way, and the last one is exact."""
    page = open_section("turn", "c1=0&seed=0")
    picture = "#codes-picture .pg-image-grid"
    page.wait_for_selector(f'{picture}[data-exact="true"]')
    page.wait_for_load_state("networkidle")
    rate = page.evaluate(
        """(picture) => new Promise((done) => {
            const input = document.querySelector('#codes-c2'), grid = document.querySelector(picture), seen = new Set();
            const start = performance.now();
            (function frame(now) {
                const t = Math.min(1, (performance.now() - start) / 1500);
                input.value = (1.8 * t - 0.9).toFixed(2);
                input.dispatchEvent(new Event('input', {bubbles: true}));
                seen.add(grid.cell(0, 0).join());
                if (t < 1) requestAnimationFrame(frame); else done(seen.size / 1.5);
            })();
        })""",
        picture,
    )
    assert rate >= 10, f"expected at least 10 different pictures a second, got {rate:.1f}"
    page.wait_for_selector(f'{picture}[data-exact="true"]')
    raw = page.evaluate("(p) => btoa(String.fromCharCode(...document.querySelector(p).cell(0, 0)))", picture)
    shown = np.frombuffer(base64.b64decode(raw), np.uint8).reshape(28, 28).astype(int)
    assert np.abs(shown - codes.generate(0, 0.9, 0.0, 0).image).max() <= 1

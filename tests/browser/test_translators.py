"""The tabs cyclegan and stargan in a real Chromium: pictures, patches, noise, uploads, the matrix, a telephone."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from playground.inference import cyclegan, stargan
from playground.locale import text
from playground.ui import app
from playground.ui.components import cyclegan_view, stargan_view
from playground.ui.stages import cyclegan as cyclegan_stage
from playground.ui.stages import stargan as stargan_stage
from tests.house import lived_in
from tests.translator_house import furnish

PIXELS = """(selector) => { const c = document.querySelector(selector);
    return [...c.getContext('2d').getImageData(0, 0, 32, 32).data].filter((_, i) => i % 4 < 3); }"""
FILE = 'input[type="file"]'


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"), without=("cyclegan/zebra_lambda_0",))):
        yield


@pytest.fixture(scope="module")
def server(house, serve):
    """A page of these two tabs, whose weights stand in for shipped ones."""
    return serve(app.build([cyclegan_stage.STAGE, stargan_stage.STAGE]))


@pytest.fixture
def open_tab(new_page):
    def start(tab: str, query: str = "", shown: bool = True, **options: object) -> object:
        page = new_page(f"/?tab={tab}&{query}", **options)
        page.wait_for_selector(f"#{tab}-view .pg-tr[data-state]")
        if shown:
            wait(page, tab)
        return page

    return start


def wait(page: object, tab: str, start: str = "") -> None:
    """Until the view has drawn an answer whose key begins so."""
    page.wait_for_function(f"document.querySelector('#{tab}-view .pg-tr').dataset.shown?.startsWith('{start}')")


def pixels(page: object, selector: str) -> np.ndarray:
    return np.array(page.evaluate(PIXELS, selector)).reshape(32, 32, 3)


def in_link(page: object, name: str, value: str) -> None:
    page.wait_for_function(f"new URLSearchParams(location.search).get('{name}') === '{value}'")


def test_there_and_back_with_patches(open_tab):
    page = open_tab("cyclegan", "way=zebra_coat&digit=7&seed=5", lang="ko")
    trip = cyclegan.trip("zebra_coat", "sample", 7, 5)
    cycle = "#cyclegan-view [data-section=cycle]"
    for name in ("x", "there", "back", "truth"):
        got = pixels(page, f"{cycle} [data-tile={name}] canvas")
        assert np.abs(got - getattr(trip, name)[0].astype(int)).max() <= 1, name
    assert f"{trip.cycle.mean():.3f}" in page.inner_text(f"{cycle} [data-tile=cycle] p")
    assert f"{trip.unchanged[0]:.3f}" in page.inner_text(f"{cycle} [data-tile=missed] p")
    patch = page.locator(f"{cycle} [data-tile=patches] .pg-tr-picture")
    patch.focus()
    for key in ("ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
    row, col = json.loads(f"[{page.get_attribute('#cyclegan-view .pg-tr', 'data-patch')}]")
    assert (row, col) == (5, 5), "expected the middle, then one up and one to the left"
    said = f"{trip.patches[0, row, col]:.2f}".replace("-", "−")
    assert said in page.inner_text(f"{cycle} [data-says=patch]")
    page.keyboard.press("Tab")
    page.locator("[data-choice=way][data-value=summer_winter]").click()
    page.wait_for_function("document.querySelector('#cyclegan-view .pg-tr').dataset.shown.includes('summer')")
    in_link(page, "way", "summer_winter")


def test_without_the_cycle_what_is_missing_says_so(open_tab):
    page = open_tab("cyclegan", "section=without")
    assert page.locator("[data-lambda='10'] .pg-tr-five").first.is_visible()
    assert page.locator("[data-lambda='0'] .pg-tr-five").is_hidden()
    assert "zebra_lambda_0" in page.inner_text("[data-lambda='0'] .pg-tr-notice")
    table = page.inner_text("#cyclegan-view .pg-tr-numbers")
    assert "96.5 %" in table and "0.200" in table and text("translators.number.cycle", "en") in table
    page.locator("[data-choice=way][data-value=summer_winter]").click()
    page.wait_for_selector("[data-lambda='0'] .pg-tr-five", state="visible")
    assert "36.5 %" not in table and "6.5 %" in page.inner_text("#cyclegan-view .pg-tr-numbers")


def test_gain_and_noise_play_in_the_browser(open_tab):
    page = open_tab("cyclegan", "section=hidden&way=zebra_coat&digit=2&seed=4&gain=4")
    found, tile = cyclegan.hidden("zebra_coat", "sample", 2, 4), "[data-tile=residual] canvas"
    expected = (255 * (0.5 + 4 * found.residuals["twin"]).clip(0, 1)).round()
    assert np.abs(pixels(page, tile) - expected).max() <= 1
    asked: list[str] = []
    page.on("request", lambda request: "component_server" in request.url and asked.append(request.url))
    page.locator("#cyclegan-noise").fill(str(len(found.sigmas) - 1))
    page.locator("[data-residual=fine]").click()
    page.locator("#cyclegan-gain").fill("6")
    in_link(page, "gain", "64")
    in_link(page, "noise", str(len(found.sigmas) - 1))
    assert np.abs(pixels(page, "[data-tile=returned] canvas") - found.returned[-1].astype(int)).max() <= 1
    assert f"{found.cycle[-1]:.3f}" in page.inner_text("[data-says=noise]")
    assert np.abs(pixels(page, tile) - (255 * (0.5 + 64 * found.residuals["fine"]).clip(0, 1)).round()).max() <= 1
    assert asked == [], "expected no question to the server"
    page.locator("[data-choice=way][data-value=coat_zebra]").click()
    page.wait_for_selector("[data-hint]", state="visible")
    assert page.locator("[data-residual=twin]").is_disabled()


def test_eight_at_once(open_tab):
    page = open_tab("cyclegan", "section=eight&digit=8&seed=3&way=summer_winter")
    made = cyclegan.eight("summer_winter", "sample", 8, 3)
    for k in (0, 7):
        got = pixels(page, f"[data-line=there] [role=cell]:nth-child({k + 2}) canvas")
        assert np.abs(got - made.there[k].astype(int)).max() <= 1
    kept = int((made.read["digit"].argmax(1) == made.digits).sum())
    assert page.inner_text("[data-says=eight]").startswith(f"{kept} of 8")


def test_pictures_of_ones_own(open_tab):
    page = open_tab("cyclegan", "source=photo", shown=False, lang="ko")
    page.wait_for_selector("#cyclegan-view .pg-tr-empty", state="visible")
    assert page.inner_text("#cyclegan-view .pg-tr-empty") == text("given.empty_photo", "ko")
    upload = page.locator(f"#pg-cyclegan {FILE}")
    out = io.BytesIO()
    Image.new("RGB", (90, 60), "teal").save(out, "JPEG")
    upload.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()})
    wait(page, "cyclegan")
    assert "90 × 60" in page.inner_text("#pg-cyclegan .pg-given-photo")
    assert np.ptp(pixels(page, "[data-section=cycle] [data-tile=x] canvas"), (0, 1)).max() <= 4
    assert page.get_attribute("[data-section=cycle] [data-tile=truth]", "data-empty") == text("cyclegan.no_truth", "ko")
    before = page.get_attribute("#cyclegan-view .pg-tr", "data-shown")
    for buffer, words in ((b"%PDF-1.7", "PDF"), (out.getvalue()[:300], "JPEG"), (bytes(9 << 20), "9.0 MB")):
        upload.set_input_files({"name": "b.jpg", "mimeType": "image/jpeg", "buffer": buffer})
        page.wait_for_function(f"document.querySelector('.pg-toasts')?.innerText.includes('{words}')")
    assert "이미지" in page.inner_text(".pg-toasts")
    assert page.get_attribute("#cyclegan-view .pg-tr", "data-shown") == before, "expected the picture to stay"


def test_the_matrix_and_what_is_chosen_in_it(open_tab):
    page = open_tab("stargan", "style=winter&seed=6&digit=3")
    made = stargan.matrix("winter", seed=6)
    cell = "#stargan-view .pg-star-cell[data-row='8'][data-col='4']"
    assert np.abs(pixels(page, f"{cell} canvas") - made.cells[8, 4].astype(int)).max() <= 1
    assert f"{100 * made.opinion[8, 4, 4]:.0f} %" in page.inner_text(cell)
    page.locator(cell).click()
    in_link(page, "target", "checker")
    in_link(page, "digit", "8")
    page.wait_for_selector(f"{cell}[aria-pressed=true]")
    around = stargan.round_trip("winter", "sample", 8, 6)
    page.wait_for_function("document.querySelector('#stargan-view .pg-tr').dataset.shown.includes(',8,')")
    back = pixels(page, ".pg-star-detail [data-tile=back] canvas")
    assert np.abs(back - around.back[4].astype(int)).max() <= 1
    page.locator(cell).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    in_link(page, "digit", "7")


def test_a_drawing_leads_the_matrix(open_tab):
    page = open_tab("stargan", "source=drawing&example=5", shown=False, lang="ko")
    page.wait_for_selector("#stargan-view .pg-tr[data-own=true]")
    assert page.inner_text(".pg-star-row.pg-own b") == text("stargan.own", "ko")
    assert page.locator("#stargan-pad").is_visible()
    page.locator('#stargan-pad [data-act="clear"]').click()
    page.wait_for_selector("#stargan-view .pg-tr-empty", state="visible")


def test_networks_are_counted_by_a_slider(open_tab):
    page = open_tab("stargan", "section=count")
    page.locator("#stargan-k").fill("12")
    in_link(page, "k", "12")
    row = stargan.counts()[-1]
    assert f"{row.pairs:,}" in page.inner_text("#stargan-view [data-says=pairs]")
    assert f"{row.one:,}" in page.inner_text("#stargan-view [data-says=one]")


@pytest.mark.parametrize(("tab", "lang"), [("cyclegan", "ko"), ("stargan", "en")])
def test_a_phone_scrolls_down_only(open_tab, tab, lang):
    page = open_tab(tab, lang=lang, viewport=(390, 844))
    for section in {"cyclegan": cyclegan_view, "stargan": stargan_view}[tab].SECTIONS:
        page.locator(f"#{tab}-view [data-go={section}]").click()
        if section == "objective":
            page.wait_for_selector(f"#{tab}-flow svg")
        else:
            wait(page, tab, section)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, section

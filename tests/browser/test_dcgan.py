"""The dcgan stage in a real Chromium: every section, its links, both languages, a telephone. Weights are untrained."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from playground import weights
from playground.inference import dcgan as room
from playground.locale import text
from playground.ui.components.dcgan_view import SECTIONS
from playground.ui.stages import dcgan as stage
from tests.dcgan_house import MOMENTS, furnish

VIEW = "#dcgan-view .pg-dcgan"
LAST = MOMENTS - 1
READY = {
    "grid": f"document.querySelector('{VIEW}')?.dataset.look",
    "walk": f"document.querySelector('{VIEW}')?.dataset.way",
    "sums": f"document.querySelector('{VIEW}')?.dataset.sum !== undefined",
    "losses": f"document.querySelector('{VIEW}')?.dataset.table",
    "film": "document.querySelector('.pg-dcgan-player')?.dataset.loaded",
    "game": "document.querySelector('#dcgan-flow svg g')",
}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("pretrained"))


@pytest.fixture(scope="module")
def url(serve, house):
    from playground.ui import app

    before = weights.PRETRAINED
    weights._load.cache_clear()
    weights.PRETRAINED = house
    yield serve(app.build([stage.STAGE]))
    weights.PRETRAINED = before
    weights._load.cache_clear()


@pytest.fixture
def open_stage(url, new_context) -> Callable[..., object]:
    def start(section: str = "grid", query: str = "", lang: str = "en", size: tuple[int, int] = (1920, 1080)) -> object:
        viewport = {"width": size[0], "height": size[1]}
        page = new_context(viewport=viewport, locale={"ko": "ko-KR", "en": "en-US"}[lang]).new_page()
        page.goto(f"{url}/?tab=dcgan&section={section}&lang={lang}&{query}")
        page.wait_for_function(READY[section])
        return page

    return start


def state(page) -> dict:
    return json.loads(page.get_attribute(VIEW, "data-state"))


def link(page, **values) -> None:
    for name, value in values.items():
        page.wait_for_function(
            "([name, value]) => new URLSearchParams(location.search).get(name) === value", arg=[name, str(value)]
        )


def cell(page, k: int, columns: int = 10) -> object:
    return page.locator(f'#dcgan-samples [data-row="{k // columns}"][data-col="{k % columns}"]')


def grid_bytes(page, k: int, columns: int = 10) -> np.ndarray:
    script = """([row, col]) => btoa(String.fromCharCode(
        ...document.querySelector('#dcgan-samples .pg-image-grid').cell(row, col)))"""
    raw = base64.b64decode(page.evaluate(script, [k // columns, k % columns]))
    return np.frombuffer(raw, np.uint8).reshape(28, 28).astype(int)


def drawn(page, selector: str) -> int:
    """The range of red in a canvas: 0 where it is empty or flat."""
    return page.evaluate(
        """(selector) => {
            const c = document.querySelector(selector);
            const red = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
            let [low, high] = [255, 0];
            for (let i = 0; i < red.length; i += 4) {
                if (red[i + 3]) [low, high] = [Math.min(low, red[i]), Math.max(high, red[i])];
            }
            return high - low;
        }""",
        selector,
    )


# ---- samples ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "size"), [("en", (1920, 1080)), ("ko", (390, 844))])
def test_a_picture_opens(open_stage, lang, size):
    page = open_stage("grid", "seed=20&loss=lsgan", lang, size)
    assert np.abs(grid_bytes(page, 7) - room.samples("lsgan", 27, 1).images[0]).max() <= 1
    cell(page, 7).click()
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.look === 'lsgan,27,1'")
    link(page, picked=27, loss="lsgan")
    found = room.opened("lsgan", 27)
    said = page.inner_text(VIEW)
    assert f"{found.neighbour.distance:.1f}" in said and f"{found.logit:.2f}".replace("-", "−") in said
    assert text("dcgan.opinion", lang) in said and "a = 0" in said
    for view in ("big", "near", "z", "opinion", "distance"):
        assert drawn(page, f'{VIEW} [data-view="{view}"] canvas') > 60, view
    assert drawn(page, '#dcgan-psi-view [data-view="psi"] canvas') > 60
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("loss", room.LOSSES)
def test_ds_opinion_is_in_its_own_terms(open_stage, loss):
    page = open_stage("grid", f"loss={loss}&picked=2")
    said = page.inner_text(f'{VIEW} [data-says="opinion"]')
    assert ("σ" in said) == (loss in ("minimax", "nonsaturating"))
    assert ("b = 1" in said) == (loss == "lsgan") and ("critic" in said) == (loss == "wgan_gp")
    assert said.count("%") == 2, "expected the score's place among real and among generated pictures"


def test_dragging_psi_ends_on_the_right_value(open_stage):
    page = open_stage("grid", "psi=0.4&picked=3")
    box = page.locator("#dcgan-psi").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, y)
    page.mouse.down()
    for k in range(40):
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.5 * k / 39), y)
    page.mouse.up()
    psi = float(page.locator("#dcgan-psi").input_value())
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.psi === '{psi:g}'")
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.look === 'nonsaturating,3,{psi:g}'")
    assert 1.1 < psi < 1.3
    assert np.abs(grid_bytes(page, 3) - room.samples("nonsaturating", 3, 1, psi).images[0]).max() <= 1
    link(page, psi=f"{psi:g}")
    page.click("[data-act=one]")
    link(page, psi=1)


def test_the_grid_goes_on_and_says_what_a_seed_is(open_stage, watch):
    page = open_stage("grid")
    page.click("[data-act=next]")
    link(page, seed=100)
    page.fill("#dcgan-seed", "2147483600")
    page.keyboard.press("Enter")
    link(page, seed=2147483600)
    page.wait_for_function("document.querySelector('#dcgan-samples .pg-image-grid').dataset.key.includes('2147483600')")
    cell(page, 50).click()
    link(page, picked=2)  # the seed after the last is the first
    page.fill("#dcgan-seed", "1.5")
    page.keyboard.press("Enter")
    page.wait_for_selector(".pg-toast")
    assert page.input_value("#dcgan-seed") == "2147483600"


def test_the_keyboard_chooses(open_stage):
    page = open_stage("grid")
    cell(page, 0).focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    link(page, picked=11)


# ---- walk and sums ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "size", "columns"), [("ko", (1920, 1080), 25), ("en", (390, 844), 10)])
def test_two_clicks_are_a_walk(open_stage, lang, size, columns):
    page = open_stage("walk", "loss=minimax", lang, size)
    cell(page, 30, columns).click()
    cell(page, 61, columns).click()
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.way === 'minimax,30,61'")
    link(page, walk_a=30, walk_b=61)
    assert cell(page, 30, columns).get_attribute("data-mark") == "A"
    assert cell(page, 61, columns).get_attribute("data-mark") == "B"
    shortest = room.walk("minimax", 30, 61)[0].lengths.min()
    said = page.inner_text(VIEW)
    assert f"{shortest:.1f}" in said and "300" in said and "79 %" in said
    for view in ("ways", "lengths"):
        assert drawn(page, f'{VIEW} [data-view="{view}"] canvas') > 60, view
    page.click("[data-act=swap]")
    link(page, walk_a=61, walk_b=30)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_sums_are_filled_by_clicks_and_by_example(open_stage):
    page = open_stage("sums", "loss=lsgan")
    assert text("dcgan.sum_waits") in page.inner_text(VIEW)
    for name, seeds in (("a", (1, 2, 30)), ("b", (4,)), ("c", (7, 8))):
        page.click(f"[data-fill={name}]")
        for seed in seeds:
            cell(page, seed, 25).click()
    cell(page, 8, 25).click()  # and out again
    link(page, sum="1.2.30_4_7")
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.sum === 'lsgan,1.2.30_4_7'")
    ink = room.arithmetic("lsgan", [1, 2, 30], [4], [7]).ink
    said = page.locator(f'{VIEW} [data-term="sum"]').inner_text()
    assert f"{ink[3]:.0f}" in said
    assert cell(page, 30, 25).get_attribute("data-mark") == "A"
    assert "60 %" in page.inner_text(f'{VIEW} [data-says="sum_measured"]')
    page.click("[data-act=works]")
    link(page, sum="1.2.3_4.5.6_7.8.9")
    page.click("[data-act=fails]")
    page.wait_for_selector(".pg-toast")
    page.click("[data-act=clear]")
    link(page, sum="")


# ---- losses, film, game ----------------------------------------------------------------------------------------------


def test_four_losses_stand_side_by_side(open_stage):
    page = open_stage("losses", "seed=5", "ko")
    cards = page.locator(f"{VIEW} .pg-dcgan-card")
    assert cards.count() == 4
    for k, found in enumerate(room.numbers()):
        said = cards.nth(k).inner_text()
        assert re.search(rf"\b{found.frechet:g}\b", said) and "1.5" in said and f"{found.real}" in said, said
        assert drawn(page, f'{VIEW} .pg-dcgan-card[data-loss="{found.loss}"] .pg-dcgan-sheet canvas') > 60
    page.click("[data-act=next]")
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.table === '105'")


def test_the_film_plays_steps_and_keeps_its_place(open_stage):
    page = open_stage("film", "loss=minimax&step=2")
    player = page.locator(".pg-dcgan-player")
    page.wait_for_function("document.querySelector('.pg-dcgan-player').dataset.frame === '2'")
    assert "200" in page.inner_text(f'{VIEW} [data-says="film"]')
    player.focus()
    page.keyboard.press("ArrowRight")
    link(page, step=3)
    page.keyboard.press("r")
    page.wait_for_function(f"document.querySelector('.pg-dcgan-player').dataset.frame === '{LAST}'")
    page.wait_for_function("document.querySelector('.pg-dcgan-player').dataset.playing === 'false'")
    link(page, step=LAST)
    for view in ("wins", "gradient", "covered", "readings"):
        assert drawn(page, f'{VIEW} [data-view="{view}"] canvas') > 60, view
    said = page.inner_text(f'{VIEW} [data-says="film"]')
    assert "10 of 10" in said and "50 %" in said  # 250 of 500 pictures are none


def test_four_films_run_in_step(open_stage):
    page = open_stage("film", "view=all&step=0", "ko")
    page.wait_for_function(f"document.querySelector('.pg-dcgan-player').dataset.loaded === '{','.join(room.LOSSES)}'")
    assert page.locator(f"{VIEW} .pg-dcgan-screen:visible").count() == 4
    page.click('.pg-dcgan-player [data-part="end"]')
    link(page, step=LAST)
    steps = page.locator(f"{VIEW} .pg-dcgan-screen span").all_inner_texts()
    assert len(set(steps)) == 1 and "500" in steps[0]
    grey = page.evaluate(
        """() => [...document.querySelectorAll('.pg-dcgan-screen canvas')].map((c) => {
            const [x, y] = [Math.round(c.width / 16), Math.round(c.height / 16)];
            return c.getContext('2d').getImageData(x, y, 1, 1).data[0];
        })"""
    )
    assert len(set(grey)) == 1, "expected the same moment in all four"
    page.click("[data-view=one]")
    page.wait_for_function("document.querySelectorAll('.pg-dcgan-screen:not([hidden])').length === 1")


def test_it_plays_by_itself_when_first_opened(open_stage):
    page = open_stage("film")
    page.wait_for_function(f"document.querySelector('.pg-dcgan-player').dataset.frame === '{LAST}'")
    link(page, step=LAST)


def test_the_data_flow_follows_the_loss(open_stage):
    page = open_stage("game", "loss=wgan_gp")
    page.wait_for_function("document.querySelector('#dcgan-flow').innerText.includes('∇')")
    page.click('.pg-dcgan-knobs [data-loss="lsgan"]')
    page.wait_for_function("!document.querySelector('#dcgan-flow .pg-flow-formula').innerText.includes('∇')")


# ---- the stage -------------------------------------------------------------------------------------------------------


def test_sections_open_by_click_and_arrow_and_by_link(open_stage):
    page = open_stage("grid", "loss=wgan_gp&seed=3&psi=0.7&picked=9&walk_a=5&walk_b=6&sum=1_2_3&view=all&step=4")
    for name in SECTIONS[1:]:
        page.click(f"#dcgan-bar [data-go={name}]")
        page.wait_for_function(READY[name])
        link(page, section=name)
        assert page.locator(f"{VIEW} [data-section]:visible").count() == (0 if name == "game" else 1)
    page.keyboard.press("ArrowRight")
    link(page, section="grid")
    kept = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    want = {"loss": "wgan_gp", "seed": "3", "psi": "0.7", "picked": "9", "walk_a": "5", "walk_b": "6", "sum": "1_2_3"}
    assert {name: kept[name] for name in want} == want and (kept["view"], kept["step"]) == ("all", "4")


@pytest.mark.parametrize("section", ["sums", "losses", "film", "game"])
def test_a_telephone_needs_no_sideways_scrolling(open_stage, section):
    page = open_stage(section, "step=1&sum=1.2_3_4", "ko", (390, 844))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_language_changes_everything_in_place(open_stage):
    page = open_stage("grid", "picked=4")
    page.click("[data-lang=ko]")
    page.wait_for_function("(words) => document.querySelector('#dcgan-bar').innerText.includes(words)", arg="학습 영상")
    assert text("dcgan.opinion", "ko") in page.inner_text(VIEW) and state(page)["picked"] == 4


def test_missing_weights_stay_said_and_the_other_losses_work(open_stage, house):
    file = house / "dcgan" / "wgan_gp" / "model.safetensors"
    file.rename(file.with_suffix(".away"))
    weights._load.cache_clear()
    try:
        page = open_stage("grid")
        page.click('.pg-dcgan-knobs [data-loss="wgan_gp"]')
        page.wait_for_selector(".pg-dcgan-notice:visible")
        assert "python -m playground.training dcgan --variant wgan_gp" in page.inner_text(".pg-dcgan-notice")
        page.click('.pg-dcgan-knobs [data-loss="lsgan"]')
        page.wait_for_function("document.querySelector('#dcgan-samples .pg-image-grid').dataset.key.includes('lsgan')")
        assert not page.locator(".pg-dcgan-notice").is_visible()
    finally:
        file.with_suffix(".away").rename(file)

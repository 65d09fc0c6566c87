"""The progan stage in a real Chromium: the slider, the drawing, the film, both languages, a telephone."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from playground import weights
from playground.inference import progan as room
from playground.locale import text
from playground.models.progan import ProGAN
from playground.ui.stages.progan import FIELDS, ROWS

CHANNELS = ProGAN.Config().channels

STAGES = ("progan",)
FILMED = ProGAN.Config(64, (16, 12, 8, 8), (0, 20_000, 30_000, 40_000), (20_000, 20_000, 30_000, 80_000))
VIEW, NET, PLAYER = ".pg-progan", ".pg-progan-net", ".pg-progan-player"
READY = {
    "grow": f"document.querySelector('{VIEW}').dataset.shown",
    "network": f"document.querySelector('{NET}').dataset.at && document.querySelector('{VIEW}').dataset.batches",
    "film": f"document.querySelector('{PLAYER}').dataset.frame",
}


@pytest.fixture(scope="module", autouse=True)
def untrained(tmp_path_factory):
    """A network fresh from its initialization, a film and numbers made up: nothing here is about the weights."""
    import torch

    root = tmp_path_factory.mktemp("pretrained")
    for other in weights.PRETRAINED.iterdir():
        if other.name != "progan":
            (root / other.name).symlink_to(other)
    folder = root / "progan"
    with torch.random.fork_rng():
        torch.manual_seed(2)
        weights.create("progan").save_pretrained(folder)
    rows = np.arange(5).repeat(32)[:, None] * np.full(64 * 32, 60)
    Image.fromarray(rows.astype(np.uint8)).save(folder / "film.png")
    steps = np.array([0, 1000, 1900, 8000, 26250], np.int32)
    told = {"levels": 16, "batch_size": 16, "config": asdict(FILMED)}
    rows = {"steps": steps, "digits": np.ones((5, 11), np.int16)}
    save_file(rows, folder / "film.safetensors", {"film": json.dumps(told)})
    numbers = [{"metric": "recognised", "value": 91.4, "real": 98.9}, {"metric": "digits", "value": 10}]
    numbers.append({"metric": "frechet", "value": 3.2, "real_vs_real": 0.5, "n": 10_000})
    (folder / "metrics.json").write_text(json.dumps(numbers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "PRETRAINED", root)
        weights._load.cache_clear()
        yield root
    weights._load.cache_clear()


@pytest.fixture
def open_stage(new_page):
    def start(query: str = "", **options):
        page = new_page(f"/?tab=progan&{query}", **options)
        section = re.search(r"section=(\w+)", query)
        page.wait_for_selector(VIEW)
        page.wait_for_function(READY[section[1] if section else "grow"])
        return page

    return start


def state(page) -> dict:
    return json.loads(page.get_attribute(VIEW, "data-state"))


def at(page, value: float) -> None:
    page.wait_for_function(f"Math.abs(document.querySelector('{VIEW}').dataset.at - {value}) < 1e-6")


def pixels(page, row: int) -> np.ndarray:
    script = f"(row) => btoa(String.fromCharCode(...document.querySelector('{VIEW}').pixels(row)))"
    raw = np.frombuffer(base64.b64decode(page.evaluate(script, row)), np.uint8)
    side = round(len(raw) ** 0.5)
    return raw.reshape(side, side)


def shows_the_model(page, seed: int, row: int, level: int, alpha: float) -> None:
    expected = room.generate(seed + row, 1, level, alpha).images[0].astype(int)
    got = pixels(page, row).astype(int)
    assert got.shape == expected.shape and np.abs(got - expected).max() <= 1, (level, alpha)


def test_dragging_the_slider_grows_the_picture_without_asking(open_stage):
    page = open_stage("seed=5&at=0")
    shows_the_model(page, 5, 0, 0, 1.0)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    box = page.locator("#progan-at").bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, y)
    page.mouse.down()
    for k in range(1, 25):
        page.mouse.move(box["x"] + 8 + (box["width"] - 16) * 0.6 * k / 24, y)
    page.mouse.up()
    page.wait_for_function(f"Math.abs(document.querySelector('{VIEW}').dataset.at - 1.8) < 0.05")
    now = state(page)["at"]
    for row in (0, ROWS - 1):
        shows_the_model(page, 5, row, 2, now - 1)
    assert not [url for url in asked if "component_server" in url], "expected no question to the server"
    assert page.locator('[data-says="old_weight"]').inner_text() == f"1 − α = {2 - now:.2f}"
    page.wait_for_function("(at) => new URLSearchParams(location.search).get('at') === String(at)", arg=now)


def test_the_canvas_shows_these_pixels_and_both_paths(open_stage):
    page = open_stage("at=1.25&row=2")
    sides = {"old": 8, "new": 16, "blend": 16}
    for name, side in sides.items():
        assert page.evaluate(f"document.querySelector('[data-path=\"{name}\"] canvas').width") == side
    cells = page.evaluate("[...document.querySelectorAll('[data-row=\"2\"] canvas')].map((c) => c.width)")
    assert cells == [4, 8, 16, 32, 16], "expected every level at its own size, and then the blend"
    grey = page.evaluate(
        """() => { const c = document.querySelector('[data-path="blend"] canvas');
        return [...c.getContext('2d').getImageData(0, 0, 16, 16).data].filter((_, i) => i % 4 === 0); }"""
    )
    ink = pixels(page, 2).ravel().astype(float)
    assert np.corrcoef(ink, grey)[0, 1] < -0.999, "expected ink on paper, dark on light"
    shows_the_model(page, 0, 2, 2, 0.25)


def test_the_keyboard(open_stage):
    page = open_stage("at=1")
    page.locator('[data-row="0"]').focus()
    page.keyboard.press("ArrowRight")
    at(page, 1.05)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    at(page, 0.95)
    page.keyboard.press("4")
    at(page, 3)
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.row") == "1" and state(page)["row"] == 1
    page.keyboard.press("n")
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.shown.startsWith('{ROWS},false')")
    shows_the_model(page, ROWS, 1, 3, 1.0)
    page.locator("#progan-at").focus()
    page.keyboard.press("Home")
    at(page, 0)


def test_it_grows_by_itself_and_stops(open_stage):
    page = open_stage("at=0.9")
    page.locator('[data-act="play"]').click()
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.at > 1.1")
    page.locator('[data-level="3"].pg-button').click()
    at(page, 3)
    assert page.locator('[data-act="play"]').get_attribute("aria-pressed") == "false"


def test_a_walk_from_one_z_to_the_next(open_stage):
    page = open_stage("seed=5&at=2.5")
    page.locator('[data-act="walk"]').click()
    page.wait_for_function(f"document.querySelector('{VIEW}').dataset.shown.startsWith('5,true')")
    shows_the_model(page, 5, 0, 3, 0.5)
    expected = room.generate(6, 1, 3, 0.5).images[0].astype(int)
    assert np.abs(pixels(page, ROWS - 1).astype(int) - expected).max() <= 1
    assert page.locator('[data-row="2"] > span').first.inner_text() == "0.4"
    page.wait_for_function("new URLSearchParams(location.search).get('walk') === 'true'")


def test_the_drawing_follows_the_slider(open_stage):
    page = open_stage("section=network&at=1.5")
    status = "(id) => document.querySelector(`[data-layer='${id}']`).dataset.status"
    expected = {
        **{
            "G:second.1": "in",
            "G:second.2": "fading",
            "G:second.3": "to_come",
            "D:last.1": "in",
            "D:second.1": "fading",
        },
        **{"G:to_rgb.0": "tuned", "G:to_rgb.1": "fading_out", "G:to_rgb.2": "fading", "D:from_rgb.0": "left"},
    }
    for id, want in expected.items():
        assert page.evaluate(status, id) == want, id
    assert f"16 × 16 × {CHANNELS[2]}" in page.locator(".pg-block[data-net='G'][data-level='2']").inner_text()
    page.locator('[data-level="3"].pg-button').click()
    page.wait_for_function(f"document.querySelector('{NET}').dataset.at === '3'")
    assert page.evaluate(status, "G:second.3") == "in" and page.evaluate(status, "D:from_rgb.2") == "left"


def test_a_layer_explains_itself_with_its_constant(open_stage):
    page = open_stage("section=network&at=3", lang="ko")
    told = page.locator('[data-says="layer"]')
    assert text("progan.told.equalized", "ko", n=25) == told.inner_text()
    layers = {f"{row.net}:{row.name}": row for row in room.layers()}
    page.locator('[data-layer="G:first.1"]').hover()
    page.wait_for_function(f"document.querySelector('{NET}').dataset.told === 'G:first.1'")
    assert f"{layers['G:first.1'].scale:.4f}" in told.inner_text() and f"√{9 * CHANNELS[1]}" in told.inner_text()
    page.locator('[data-layer="D:last.0"]').focus()
    page.wait_for_function(f"document.querySelector('{NET}').dataset.told === 'D:last.0'")
    assert str(CHANNELS[0] + 1) in told.inner_text()
    page.keyboard.press("Tab")
    page.wait_for_function(f"document.querySelector('{NET}').dataset.told === 'D:last.1'")


def test_each_device_is_marked_where_it_acts(open_stage):
    page = open_stage("section=network")
    counts = {"equalized": 25, "pixel_norm": 9, "minibatch_std": 1}
    for mark, count in counts.items():
        page.locator(f'.pg-progan-marks [data-mark="{mark}"]').click()
        page.wait_for_function(f"document.querySelector('{NET}').dataset.mark === '{mark}'")
        assert page.locator('.pg-layer[data-acts="true"]').count() == count, mark
        assert page.locator(f'[data-demo="{mark}"]').is_visible()
    made = room.variation(0)
    for name in ("real", "generated"):
        said = page.locator(f'[data-batch="{name}"] output').inner_text()
        assert f"{getattr(made, name).spread.mean():.3f}" in said
    assert "0.0001" in page.locator('[data-says="batches"]').inner_text()


def test_the_film_beside_its_schedule(open_stage):
    page, made = open_stage("section=film&step=2"), room.film()
    assert made.level[2] == 1 and 0 < made.alpha[2] < 1, "expected a moment at which a level fades in"
    assert page.get_attribute(PLAYER, "data-frame") == "2"
    assert page.get_attribute(PLAYER, "data-level") == "1"
    assert float(page.get_attribute(PLAYER, "data-alpha")) == pytest.approx(made.alpha[2])
    assert "30,400" in page.locator('[data-says="film"]').inner_text()
    own = ", ".join(map(str, ProGAN.Config().channels))
    other = text("progan.filmed").format(channels="16, 12, 8, 8", own=own)
    assert page.inner_text('[data-says="filmed"]') == other, "expected the film of another network to say so"
    page.locator(PLAYER).focus()
    page.keyboard.press("End")
    page.wait_for_function(f"document.querySelector('{PLAYER}').dataset.frame === '4'")
    grey = "document.querySelector('.pg-progan-sheet canvas').getContext('2d').getImageData(9, 9, 1, 1).data[0]"
    last = page.evaluate(grey)
    page.keyboard.press("Home")
    page.wait_for_function(f"document.querySelector('{PLAYER}').dataset.frame === '0'")
    assert page.evaluate(grey) > last + 100, "expected paper at first and ink at last"
    page.keyboard.press("Space")
    page.wait_for_function(f"document.querySelector('{PLAYER}').dataset.frame > 0")


def test_the_numbers_stand_beside_their_floors(open_stage):
    page = open_stage()
    page.wait_for_selector(".pg-progan-numbers .pg-value")
    said = page.locator(".pg-progan-numbers").inner_text()
    for part in ("91.4 %", "85 %", "98.9 %", "10 / 10", "3.20", "0.50", "6.4 times"):
        assert part in said, said


def test_links_and_bad_seeds(open_stage):
    page = open_stage("seed=77&row=3&at=0.4")
    assert {**state(page), "seed": 77, "row": 3, "at": 0.4} == state(page)
    shows_the_model(page, 77, 3, 1, 0.4)
    field = page.locator("#progan-seed")
    field.fill("-3")
    field.press("Enter")
    page.wait_for_selector(".pg-toast")
    assert "2147483647" in page.locator(".pg-toast").first.inner_text() and field.input_value() == "77"
    broken = open_stage("seed=x&row=9&at=4&section=grow")
    assert state(broken) == {name: field.default for name, field in FIELDS.items()}


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_telephone_shows_all_of_it(open_stage, lang):
    page = open_stage("at=2.5", lang=lang, viewport=(390, 844), has_touch=True)
    for section in ("grow", "network", "film"):
        page.locator(f'[data-go="{section}"]').tap()
        page.wait_for_function(READY[section])
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, section
    page.locator('[data-go="network"]').tap()
    page.locator('[data-layer="G:to_rgb.1"]').tap()
    page.wait_for_function(f"document.querySelector('{NET}').dataset.told === 'G:to_rgb.1'")
    assert text("progan.status.tuned", lang) in page.locator('[data-says="layer"]').inner_text()
    for layer in page.locator(".pg-layer").all():
        box = layer.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390


def test_korean_and_back(open_stage):
    page = open_stage("section=network&at=1.5", lang="ko")
    assert text("progan.short.dense", "ko") in page.locator(NET).inner_text()
    page.locator('[data-lang="en"]').click()
    page.wait_for_function(f"document.querySelector('{NET}').innerText.includes('dense')")
    left = page.locator("#pg-progan").inner_text()
    assert not re.search("[가-힣]", left), f"expected no Korean left, got {left}"


def test_missing_weights_are_said(new_page, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    page = new_page("/?tab=progan")
    page.wait_for_selector(".pg-progan-notice:not([hidden])")
    assert "python -m playground." in page.locator(".pg-progan-notice").inner_text()
    weights._load.cache_clear()

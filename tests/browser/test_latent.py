"""The latent plane in a real Chromium: hovering asks nobody, a click is exact, paths, draws, drawings, links, keys."""

from __future__ import annotations

import re

import pytest

STAGES = ("latent",)
PLANE = ".pg-latent-plane canvas"
ASKED = re.compile("component_server")
READY = f"document.querySelector('{PLANE}')?.dataset.ready === '1'"


@pytest.fixture
def latent(new_page):
    """latent(query, **options of new_page) -> the stage, its plane drawn and its example encoded."""

    def start(query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=latent{query}", **options)
        page.wait_for_function(READY, timeout=60_000)
        page.wait_for_selector(".pg-latent-film canvas[data-exact='1']", state="attached")
        if "example=-1" not in query:
            page.wait_for_selector(".pg-latent-encoded[data-seq]", state="attached")
        return page

    return start


def point(page, x: float, y: float) -> tuple[float, float]:
    """Where the code (x, y) lies on the screen, by the plane's own axes: 3.5 at the borders of the square."""
    box = page.locator(PLANE).bounding_box()
    scale = 1.25 if page.viewport_size["width"] >= 1600 else 1
    left, top = 34 * scale, 1
    size = min(box["width"] - left - 2, box["height"] - 30 * scale - 2)
    return box["x"] + left + (x + 3.5) / 7 * size, box["y"] + top + (3.5 - y) / 7 * size


def code(page) -> list[float]:
    return [float(v) for v in page.locator(PLANE).get_attribute("data-z").split(",")]


def exact(page) -> None:
    page.wait_for_selector(f"{PLANE}[data-exact='1']", state="attached")


def test_hovering_decodes_without_a_single_request(latent):
    page = latent()
    exact(page)
    requests, seen = [], set()
    page.on("request", lambda request: requests.append(request.url))
    for k in range(60):
        page.mouse.move(*point(page, -3 + k / 10, 2 - k / 15))
        seen.add(page.locator(PLANE).get_attribute("data-z"))
    assert [url for url in requests if "heartbeat" not in url] == []
    assert len(seen) > 50, f"expected a new code with nearly every move, got {len(seen)}"
    assert code(page) == pytest.approx([2.9, 2 - 59 / 15], abs=0.03)
    assert page.locator(PLANE).get_attribute("data-exact") == "0"
    assert "approximate" in page.inner_text(".pg-latent-badge")


def test_a_click_is_decoded_exactly_and_goes_into_the_link(latent):
    page = latent()
    with page.expect_request(ASKED) as asked:
        page.mouse.click(*point(page, -1.5, 0.5))
    assert asked.value.post_data_json["fn_name"] == "decode"
    page.mouse.move(0, 0)
    exact(page)
    assert code(page) == pytest.approx([-1.5, 0.5], abs=0.03)
    assert "exact" in page.inner_text(".pg-latent-badge")
    page.wait_for_url(re.compile(r"x=-1\.[45]"))


def test_the_shown_digit_is_the_decoders(latent):
    """The picture on screen against the decode in Python, pixel by pixel."""
    import numpy as np

    from playground.inference import latent as room

    page = latent("&x=-1.2&y=0.9&example=-1")
    exact(page)
    shown = page.evaluate(
        """() => {
          const c = document.querySelector('.pg-latent-digit canvas'), g = c.getContext('2d'), s = c.width / 28;
          const red = (k) => g.getImageData((k % 28 + 0.5) * s, (Math.floor(k / 28) + 0.5) * s, 1, 1).data[0];
          return Array.from({length: 784}, (_, k) => red(k)); }"""
    )
    ink, paper = (int(value) for value in (min(shown), max(shown)))
    x = room.decode([-1.2, 0.9]).x[0].ravel()
    expected = 255 + (20 - 255) * x  # --pg-panel #ffffff to --pg-ink #14181f, red
    assert paper == 255 and ink >= 20
    assert np.abs(np.array(shown) - expected).max() <= 2


def test_a_dragged_path_becomes_a_film_strip_at_once_and_then_exact(latent):
    page = latent()
    film = page.locator(".pg-latent-film canvas")
    before = int(film.get_attribute("data-seq"))
    page.mouse.move(*point(page, -2, 0))
    page.mouse.down()
    for k in range(1, 21):
        page.mouse.move(*point(page, -2 + k / 5, k / 10))
    assert film.get_attribute("data-exact") == "0" and film.get_attribute("data-seq") == str(before)
    page.mouse.up()
    page.wait_for_selector(f".pg-latent-film canvas[data-seq='{before + 1}'][data-exact='1']", state="attached")
    assert code(page) == pytest.approx([2, 2], abs=0.05)


def test_the_prior_is_drawn_by_seed_and_the_next_press_takes_the_next_seed(latent):
    page = latent()
    button = page.get_by_role("button", name="Draw 16 codes from the prior")
    button.click()
    page.wait_for_selector(".pg-latent[data-film='prior'][data-seed='0']")
    button.click()
    page.wait_for_selector(".pg-latent[data-seed='1']")
    assert page.get_by_label("Seed").input_value() == "1"
    page.wait_for_url(re.compile(r"film=prior"))
    page.wait_for_url(re.compile(r"seed=1(&|$)"))


def test_playing_walks_the_path_and_space_stops_it(latent):
    page = latent()
    page.focus(".pg-latent-plane")
    page.keyboard.press("Space")
    page.wait_for_function(f"Number(document.querySelector('{PLANE}').dataset.frame) > 5")
    page.keyboard.press("Space")
    exact(page)
    assert page.get_by_role("button", name="Play").get_attribute("aria-pressed") == "false"


def test_arrow_keys_move_the_code(latent):
    page = latent("&x=0&y=0")
    page.focus(".pg-latent-plane")
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    exact(page)
    assert code(page) == pytest.approx([-0.4, 0.2], abs=1e-6)


def test_a_drawing_appears_on_the_plane_with_its_terms(latent):
    page = latent("&example=-1")
    assert not page.locator(".pg-latent-terms").is_visible()
    page.locator(".pg-digit-pad [data-example='7']").click()
    page.wait_for_selector(".pg-latent-encoded[data-seq='1']")
    numbers = {
        row.get_attribute("data-term"): float(row.locator(".pg-number").inner_text().split()[0].replace("−", "-"))
        for row in page.locator(".pg-latent-terms tr").all()
    }
    assert numbers["elbo"] == pytest.approx(numbers["reconstruction"] + numbers["kl"], abs=0.11)
    assert numbers["gap"] == pytest.approx(numbers["log_prob"] - numbers["elbo"], abs=0.11) and numbers["kl"] < 0
    assert -300 < numbers["elbo"] <= numbers["log_prob"] < -20


def test_a_test_digit_is_encoded_and_linked(latent):
    page = latent()
    page.locator(".pg-latent-examples button[data-example='13']").click()
    page.wait_for_selector(".pg-latent-encoded[data-seq='2']")
    assert page.locator(".pg-latent-examples button[aria-pressed='true']").get_attribute("data-example") == "13"
    page.wait_for_url(re.compile(r"example=13"))


def test_a_link_opens_the_stage_as_it_was(latent):
    page = latent("&x=1.25&y=-0.5&codes=1&mosaic=0&prior=0&sample=sample&film=prior&seed=11&example=4", lang="ko")
    exact(page)
    assert code(page) == [1.25, -0.5]
    page.wait_for_selector(".pg-latent[data-film='prior'][data-seed='11']")
    assert page.locator(".pg-latent-classes").is_visible()
    knobs = {name: page.get_by_role("checkbox", name=name).is_checked() for name in ("시험 숫자 2,000개", "디코딩한")}
    assert knobs == {"시험 숫자 2,000개": True, "디코딩한": False}
    assert page.locator(".pg-latent-examples button[aria-pressed='true']").get_attribute("data-example") == "4"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_everything_has_words_and_fits(latent, lang, viewport):
    page = latent("&codes=1", lang=lang, viewport=viewport)
    exact(page)
    words = page.inner_text("#pg-latent")
    assert "latent." not in words and "field." not in words, words
    assert ("정확한 디코딩" if lang == "ko" else "exact decode") in words
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "expected no sideways scrolling"
    labels = page.evaluate("[...document.querySelectorAll('.pg-latent [aria-label]')].map((e) => e.ariaLabel)")
    assert all(label and "latent." not in label for label in labels), labels
    small = page.evaluate(
        """() => [...document.querySelectorAll('.pg-latent *')]
           .filter((e) => e.childElementCount === 0 && e.innerText?.trim() && e.offsetParent)
           .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.className + ': ' + e.innerText)"""
    )
    assert viewport[0] < 1000 or small == [], f"expected at least 16 px on a projector: {small}"


def test_touch_draws_a_path(latent):
    page = latent(viewport=(390, 844), has_touch=True)
    x, y = point(page, 1, 1)
    page.touchscreen.tap(x, y)
    exact(page)
    assert code(page) == pytest.approx([1, 1], abs=0.06)


def test_a_stage_without_weights_says_which_file_is_missing(serve, new_context, watch, monkeypatch, tmp_path):
    from playground import weights
    from playground.inference import latent as room
    from playground.ui import app
    from playground.ui.stages.latent import STAGE

    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    for cache in (weights._load, room._latent_map):
        cache.cache_clear()
    page = new_context().new_page()
    with page.expect_response(ASKED) as answer:
        page.goto(f"{serve(app.build([STAGE]))}/?tab=latent")
    error = answer.value.json()["error"]
    assert error["kind"] == "weights" and "python -m playground.training vae" in error["message"]["en"]
    page.wait_for_function(
        "document.querySelector('.pg-latent-what').innerText.includes('python -m playground.training')"
    )
    for cache in (weights._load, room._latent_map):
        cache.cache_clear()

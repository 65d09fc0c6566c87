"""Latent planes in a real Chromium: one cursor on all of them, no request while hovering, digits, links, strips."""

from __future__ import annotations

import re

import pytest

STAGES = ("planes", "blend")
ROOT = ".pg-planes"
ASKED = re.compile("component_server")
READY = f"Number(document.querySelector('{ROOT}')?.dataset.maps?.[0]) >= %d"


@pytest.fixture
def planes(new_page):
    """planes(query, n=3) -> the stage with its planes and their judged maps there, and a digit placed."""

    def start(query: str = "", n: int = 3, **options: object) -> object:
        page = new_page(f"/?tab=planes{query}", **options)
        page.wait_for_function(READY % n, timeout=120_000)
        if "example=-1" not in query:
            page.wait_for_selector(f"{ROOT}[data-placed]", timeout=60_000)
        page.wait_for_selector(f"{ROOT}[data-exact='1']", timeout=60_000)
        return page

    return start


def point(page, cell: int, u: float, v: float) -> tuple[float, float]:
    """Where the place (u, v) of a plane lies on the screen: 3.5 at the borders of its square."""
    box = page.locator(".pg-planes-over canvas").nth(cell).bounding_box()
    scale = 1.25 if page.viewport_size["width"] >= 1600 else 1
    left, bottom = 36 * scale, 26 * scale
    size = min(box["width"] - left - 2, box["height"] - bottom - 2)
    return box["x"] + left + (u + 3.5) / 7 * size, box["y"] + 1 + (3.5 - v) / 7 * size


def place(page) -> list[float]:
    return [float(v) for v in page.locator(ROOT).get_attribute("data-u").split(",")]


def shown(page, selector: str) -> list[bytes]:
    return page.evaluate(f"[...document.querySelectorAll('{selector}')].map((c) => c.toDataURL())")


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_hovering_decodes_on_all_planes_without_a_request(planes, lang):
    page = planes(lang=lang)
    requests, seen = [], [set(), set(), set()]
    page.on("request", lambda request: requests.append(request.url))
    for k in range(30):
        page.mouse.move(*point(page, 0, -2 + k / 8, 1.5 - k / 12))
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        for pictures, picture in zip(seen, shown(page, ".pg-planes-big canvas"), strict=True):
            pictures.add(picture)
    assert [url for url in requests if "heartbeat" not in url] == []
    assert len(seen[0]) > 25 and len(seen[2]) > 25, f"expected a new picture with every move, got {map(len, seen)}"
    assert place(page) == pytest.approx([-2 + 29 / 8, 1.5 - 29 / 12], abs=0.03)


def test_the_cursor_means_the_same_number_of_deviations(planes):
    """z on the plane of the VAE is u; on the autoencoder's it is centre + unit * u."""
    from playground.inference import planes as room

    page = planes("&x=1&y=-0.5&example=-1")
    words = [part.inner_text().replace("−", "-") for part in page.locator("[data-part='z']").all()]
    codes = [[float(v) for v in re.findall(r"-?[\d.]+", part)] for part in words]
    plane = room.plane("autoencoder")
    assert codes[0] == pytest.approx([plane.centre[0] + plane.unit, plane.centre[1] - 0.5 * plane.unit], abs=0.006)
    assert codes[1] == codes[2] == [1, -0.5]


def test_the_shown_pictures_are_the_decoders(planes):
    """The pictures on screen against the decodes in Python, pixel by pixel."""
    import numpy as np

    from playground.inference import planes as room

    page = planes("&x=-1.2&y=0.9&example=-1")
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.pg-planes-big canvas')].map((c) => {
          const g = c.getContext('2d'), s = c.width / 28;
          const red = (k) => g.getImageData((k % 28 + 0.5) * s, (Math.floor(k / 28) + 0.5) * s, 1, 1).data[0];
          return Array.from({length: 784}, (_, k) => red(k)); })"""
    )
    for name, red in zip(("autoencoder", "kl_only", "vae-beta1"), shown, strict=True):
        expected = 255 + (20 - 255) * room.decode(name, [-1.2, 0.9]).x.ravel()  # --pg-panel to --pg-ink, red
        assert np.abs(np.array(red) - expected).max() <= 2, name


def test_a_click_asks_for_all_exact_decodes_at_once(planes):
    page = planes()
    with page.expect_request(ASKED) as asked:
        page.mouse.click(*point(page, 2, -1.5, 0.5))
    sent = asked.value.post_data_json
    assert sent["fn_name"] == "decode" and sent["data"][0] == ["autoencoder", "kl_only", "vae-beta1"]
    page.mouse.move(0, 0)
    page.wait_for_selector(f"{ROOT}[data-exact='1']")
    assert place(page) == pytest.approx([-1.5, 0.5], abs=0.03)
    page.wait_for_url(re.compile(r"x=-1\.[45]"))


def test_a_drawing_is_placed_on_every_plane_and_stays_when_planes_change(planes):
    page = planes()
    page.locator("#pg-planes .pg-digit-pad [data-example='7']").click()
    page.wait_for_selector(f"{ROOT}[data-placed='2']")
    nats = [float(v.get_attribute("data-nats")) for v in page.locator("[data-part='nats']").all()]
    assert 30 < nats[0] < 300 and 30 < nats[2] < 300 and nats[1] == pytest.approx(543, abs=8)  # 784 ln 2: says nothing
    page.locator("[data-preset='priors']").click()
    page.wait_for_selector(f"{ROOT}[data-placed='3']", timeout=60_000)
    assert all(20 < float(v.get_attribute("data-nats")) < 400 for v in page.locator("[data-part='nats']").all())
    page.wait_for_url(re.compile(r"a=aae-normal.*b=aae-circle.*c=aae-swiss_roll"))
    assert page.locator("[data-preset='priors']").get_attribute("aria-pressed") == "true"


def test_arrow_keys_move_the_one_cursor_and_space_plays(planes):
    page = planes("&x=0&y=0")
    page.locator(".pg-planes-plane").nth(1).focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert place(page) == pytest.approx([-0.4, 0.2], abs=1e-6)
    page.keyboard.press("Space")
    page.wait_for_function(f"Number(document.querySelector('{ROOT}').dataset.frame) > 5")
    page.keyboard.press("Space")
    page.wait_for_selector(f"{ROOT}[data-exact='1']")


def test_a_link_opens_the_stage_as_it_was(planes):
    query = "&a=aae-circle&b=vae-beta1&c=none&x=1.25&y=-0.5&ground=holes&codes=1&prior=0&sample=sample&seed=3&example=4"
    page = planes(query, n=2, lang="ko")
    assert place(page) == [1.25, -0.5] and page.locator(ROOT).get_attribute("data-planes") == "2"
    assert [s.input_value() for s in page.locator(".pg-planes-choice select").all()] == [
        "aae-circle",
        "vae-beta1",
        "none",
    ]
    assert page.locator(".pg-planes-ground canvas").first.get_attribute("data-drawn") == "aae-circle holes"
    pressed = page.locator(".pg-planes-examples button[aria-pressed='true']")
    assert pressed.get_attribute("data-example") == "4"
    assert "빈틈" in page.inner_text(".pg-planes-legend")


def test_the_numbers_are_those_of_the_metrics_files(planes):
    from playground.inference import planes as room

    page = planes()
    for cell, name in enumerate(("autoencoder", "kl_only", "vae-beta1")):
        row = page.locator(f".pg-planes-tables section[data-cell='{cell}'] tr[data-metric='completeness'] td")
        assert row.inner_text().startswith(f"{room.numbers(name)['completeness']['value']:.1f} %"[:4])


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_everything_has_words_and_fits(planes, lang, viewport):
    page = planes("&ground=holes", lang=lang, viewport=viewport)
    words = page.inner_text("#pg-planes")
    assert "planes." not in words and "page." not in words, words
    assert ("완전성" if lang == "ko" else "Completeness") in words
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "expected no sideways scrolling"
    small = page.evaluate(
        """() => [...document.querySelectorAll('.pg-planes *')]
           .filter((e) => e.childElementCount === 0 && e.innerText?.trim() && e.offsetParent)
           .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 16).map((e) => e.className + ': ' + e.innerText)"""
    )
    assert viewport[0] < 1000 or small == [], f"expected at least 16 px on a projector: {small}"


def test_touch_moves_the_cursor_of_all_planes(planes):
    page = planes(viewport=(390, 844), has_touch=True)
    page.locator(".pg-planes-plane").first.scroll_into_view_if_needed()
    page.touchscreen.tap(*point(page, 0, 1, 1))
    page.wait_for_selector(f"{ROOT}[data-exact='1']")
    assert place(page) == pytest.approx([1, 1], abs=0.08)


def test_a_plane_without_weights_says_so_and_the_others_go_on(serve, new_context, monkeypatch):
    from playground.errors import WeightsError
    from playground.inference import planes as room
    from playground.ui import app
    from playground.ui.stages.planes import STAGE

    whole = room.plane

    def broken(name: str) -> object:
        if name == "kl_only":
            raise WeightsError(name, "model.safetensors", "missing", "python -m playground.training kl_only")
        return whole(name)

    monkeypatch.setattr(room, "plane", broken)
    page = new_context().new_page()
    page.goto(f"{serve(app.build([STAGE]))}/?tab=planes")
    page.wait_for_function(READY % 2, timeout=120_000)
    tables = page.locator(".pg-planes-tables section")
    assert "python -m playground.training kl_only" in tables.nth(1).inner_text()
    assert "%" in tables.nth(0).inner_text() and "%" in tables.nth(2).inner_text()


# -- strips ------------------------------------------------------------------------------------------------------------

BLEND = "document.querySelector('.pg-blend')"
STRIPS = f"Number({BLEND}?.dataset.seq) >= %d && {BLEND}.dataset.changed"


@pytest.mark.parametrize(("lang", "viewport"), [("en", (1920, 1080)), ("ko", (390, 844))])
def test_strips_between_two_digits(new_page, lang, viewport):
    page = new_page("/?tab=blend&from=4&to=14", lang=lang, viewport=viewport)
    page.wait_for_function(STRIPS % 1, timeout=120_000)
    words = page.inner_text("#pg-blend")
    assert "blend." not in words and "planes." not in words, words
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "expected no sideways scrolling"
    labels = page.evaluate("[...document.querySelectorAll('.pg-blend-film')].map((e) => e.ariaLabel)")
    assert len(labels) == 6 and all(re.search(r"[\d?] [\d?]", label) for label in labels), labels
    page.locator("[data-end='to'] [data-example='6']").click()
    page.wait_for_function(STRIPS % 2)
    page.wait_for_url(re.compile(r"to=6(&|$)"))


def test_a_drawing_becomes_one_end_and_slant_is_measured(new_page):
    page = new_page("/?tab=blend&pen=to")
    page.wait_for_function(STRIPS % 1, timeout=120_000)
    page.locator("#pg-blend .pg-digit-pad [data-example='3']").click()
    page.wait_for_function(STRIPS % 2)
    page.wait_for_url(re.compile(r"to=-1"))
    page.locator("[data-attribute='slant']").click()
    page.wait_for_selector(".pg-blend[data-changed^='slant']")
    assert "°" in page.inner_text("[data-part='effect']")

"""The colour stage in a real Chromium: sub-pixel by sub-pixel, a level by hand, other ways on, both languages."""

from __future__ import annotations

import re

import pytest

from playground import weights

STAGES = ("colour",)
CANVAS = ".pg-colour canvas"
ASKED = re.compile("component_server|queue/join")
LAST = 2352


@pytest.fixture(autouse=True)
def shipped():
    if not (weights.directory("pixel_cnn_rgb") / "model.safetensors").is_file():
        pytest.skip("no weights of pixel_cnn_rgb: python -m playground.training pixel_cnn_rgb")


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its first film on it."""

    def start(query: str = f"&step={LAST}", **options: object) -> object:
        page = new_page(f"/?tab=colour{query}", **options)
        page.wait_for_selector(f"{CANVAS}[data-seq]", state="attached", timeout=60_000)
        page.wait_for_selector(f"{CANVAS}[data-step]", state="attached")
        return page

    return start


def data(page) -> dict:
    return page.locator(CANVAS).evaluate("canvas => ({...canvas.dataset})")


def wait(page, **expected: object) -> None:
    for name, value in expected.items():
        page.wait_for_selector(f"{CANVAS}[data-{name}='{value}']", state="attached", timeout=60_000)


def colour_at(page, pixel: int) -> list[int]:
    """The colour on the canvas in the middle of a pixel of the picture."""
    return page.locator(CANVAS).evaluate(
        """(canvas, pixel) => {
          const g = canvas.getContext('2d'), ratio = canvas.width / canvas.clientWidth;
          const c = Number(canvas.dataset.side) / 28;
          const at = (i) => Math.round((i + 0.5) * c * ratio);
          return [...g.getImageData(at(pixel % 28), at(Math.floor(pixel / 28)), 1, 1).data].slice(0, 3);
        }""",
        pixel,
    )


def test_the_picture_is_the_model_s_and_stepping_asks_nobody(stage):
    from playground.inference import colour

    page = stage("&seed=3&step=1203")
    wait(page, step=1203)
    requests = []
    page.on("request", lambda request: ASKED.search(request.url) and requests.append(request.url))
    x = colour.sample_trace(3, n=1).x[0].reshape(-1, 3)
    for pixel in (0, 29, 200, 399):
        expected = [round(255 * int(v) / 7) for v in x[pixel]]
        assert all(abs(a - b) <= 2 for a, b in zip(colour_at(page, pixel), expected, strict=True)), pixel
    page.locator(".pg-colour").focus()
    for key, step in [
        ("ArrowRight", 1204),
        ("Shift+ArrowRight", 1207),
        ("ArrowLeft", 1206),
        ("ArrowUp", 1122),
        ("End", LAST),
        ("Home", 0),
    ]:
        page.keyboard.press(key)
        wait(page, step=step)
    assert requests == [], requests
    page.keyboard.press("Space")
    wait(page, playing="true")
    page.keyboard.press("Space")
    wait(page, playing="false")


def test_channels_come_one_after_the_other(stage):
    page = stage("&seed=3&step=1201")
    for step, own in [(1201, "R sees"), (1202, "G sees"), (1203, "B sees")]:
        wait(page, step=step, focus=step - 1)
        said = page.locator(".pg-colour [data-part=said]").text_content()
        assert f"p({own[0]} | past" in said, said
        page.locator(".pg-colour").focus()
        page.keyboard.press("ArrowRight")


def test_a_bar_sets_a_level_and_the_rest_follows(stage):
    page = stage("&seed=3&step=1203")
    wait(page, step=1203)
    before = data(page)
    red = int(before["levels"].split(",")[0])
    target = (red + 4) % 8
    left, top, width, height = map(int, before["bars"].split(";")[0].split(","))
    page.locator(CANVAS).click(position={"x": left + (target + 0.5) * width / 8, "y": top + height / 2})
    wait(page, forced=1200, n=1)
    assert data(page)["levels"].split(",")[0] == str(target)
    page.click(".pg-colour [data-part=undo]")
    wait(page, forced=-1, total=before["total"])


def test_other_ways_on_keep_the_beginning(stage):
    page = stage("&seed=3&step=1203")
    wait(page, step=1203)
    first = [colour_at(page, pixel) for pixel in range(0, 400, 40)]
    page.click(".pg-colour [data-part=resample]")
    wait(page, known=1203, n=8)
    page.locator(".pg-colour").focus()
    page.keyboard.press("End")
    wait(page, step=LAST)
    assert [colour_at(page, pixel) for pixel in range(0, 400, 40)] == first


def test_what_it_may_see_is_what_the_masks_allow(stage):
    from playground.inference import colour

    page = stage("&seed=3&step=1219&sees=true")  # row 15, column 15
    wait(page, seen=int(colour.context(14, 14).sum()))
    page.click(".pg-colour [data-part=sees]")
    wait(page, seen=0)
    page.wait_for_function("location.search.includes('sees=false')")


def test_the_link_brings_it_back(stage):
    page = stage("&seed=5&step=700&which=3&temperature=0.8")
    wait(page, step=700, sample=3)
    total = data(page)["total"]
    page.wait_for_timeout(500)
    query = page.evaluate("location.search")
    assert all(part in query for part in ("seed=5", "step=700", "which=3", "temperature=0.8")), query
    page.reload()
    wait(page, step=700, sample=3, total=total)


@pytest.mark.parametrize(("lang", "words"), [("en", "not yet"), ("ko", "여기서부터 8가지로")])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_both_languages_and_sizes(stage, lang, words, viewport):
    page = stage("&seed=3&step=1201", lang=lang, viewport=viewport)
    wait(page, step=1201)
    from playground.locale import text

    assert page.locator(".pg-colour [data-part=resample]").text_content() == text("colour.resample", lang)
    assert text("colour.p0", lang) in page.locator(".pg-colour [data-part=said]").text_content()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "expected no sideways scroll"
    assert "colour." not in page.locator("#pg-colour").inner_text()

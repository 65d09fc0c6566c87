"""The pixels stage in a real Chromium: the film plays here alone; hovers, flips, drawings, links, keys, languages."""

from __future__ import annotations

import re

import pytest

from playground.errors import WeightsError

STAGES = ("pixels",)
CANVAS = ".pg-pixel-player canvas"
ASKED = re.compile("component_server|queue/join")
SIDE = 28


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its first film on it."""

    def start(query: str = "&step=784", **options: object) -> object:
        page = new_page(f"/?tab=pixels{query}", **options)
        page.wait_for_selector(f"{CANVAS}[data-seq]", state="attached", timeout=60_000)
        page.wait_for_selector(f"{CANVAS}[data-step]", state="attached")
        return page

    return start


def data(page) -> dict:
    return page.locator(CANVAS).evaluate("canvas => ({...canvas.dataset})")


def wait(page, **expected: object) -> None:
    for name, value in expected.items():
        page.wait_for_selector(f"{CANVAS}[data-{name}='{value}']", state="attached", timeout=60_000)


def act(page, click) -> None:
    """Do something that brings a new film, and wait for it."""
    before = data(page)["seq"]
    click()
    page.wait_for_function("([at, seq]) => document.querySelector(at).dataset.seq !== seq", arg=[CANVAS, before])


def film(page) -> dict:
    """The picture on the canvas: where its cells are, and how many of them are drawn as ink."""
    return page.locator(CANVAS).evaluate(
        """canvas => {
          const g = canvas.getContext('2d'), ratio = canvas.width / canvas.clientWidth;
          const ink = getComputedStyle(document.body).getPropertyValue('--pg-ink').trim();
          const want = [1, 3, 5].map((i) => parseInt(ink.slice(i, i + 2), 16));
          const side = Number(canvas.dataset.side), cells = [];
          for (let r = 0; r < 28; r++) for (let c = 0; c < 28; c++) {
            const p = g.getImageData((c + 0.3) * side / 28 * ratio, (r + 0.3) * side / 28 * ratio, 1, 1).data;
            cells.push(want.every((v, i) => Math.abs(v - p[i]) < 3) ? 1 : 0);
          }
          return {side, cells};
        }"""
    )


def cell(page, row: int, column: int) -> tuple[float, float]:
    """Where a pixel of the picture lies on the screen."""
    page.locator(CANVAS).scroll_into_view_if_needed()
    box, side = page.locator(CANVAS).bounding_box(), float(data(page)["side"])
    return box["x"] + (column + 0.5) * side / SIDE, box["y"] + (row + 0.5) * side / SIDE


def test_the_stage_opens_on_a_film_that_plays(stage):
    page = stage(query="")
    wait(page, playing="true")
    page.wait_for_function(f"Number(document.querySelector('{CANVAS}').dataset.step) > 20")
    wait(page, step=784, playing="false")


def test_all_784_states_are_shown_without_a_request(stage):
    from playground.inference import pixels

    page = stage("&model=nade&seed=3&step=784")
    page.wait_for_timeout(500)
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    slider = page.locator(".pg-pixel-player input[type=range]")
    x = pixels.sample_trace("nade", 3).images[0].reshape(-1)
    for step in (0, 1, 100, 391, 600, 784):
        slider.evaluate("(node, v) => { node.value = v; node.dispatchEvent(new Event('input')); }", step)
        wait(page, step=step)
        assert film(page)["cells"] == [int(v) if i < step else 0 for i, v in enumerate(x)], f"at step {step}"
    asked = [url for url in requests if "heartbeat" not in url]
    assert len(asked) <= 6 and all("component_server" in url for url in asked), asked  # the gradient map of each rest


def test_keys_step_restart_and_play(stage):
    page = stage("&model=nade&step=300")
    wait(page, step=300, playing="false")
    page.locator(".pg-pixel-player").focus()
    top = page.evaluate("scrollY")
    for key, step in [("ArrowRight", 301), ("ArrowLeft", 300), ("Shift+ArrowRight", 328), ("Shift+ArrowLeft", 300)]:
        page.keyboard.press(key)
        wait(page, step=step)
    page.keyboard.press("Home")
    wait(page, step=0)
    page.keyboard.press("Space")
    wait(page, playing="true")
    page.keyboard.press("Space")
    wait(page, playing="false")
    page.keyboard.press("End")
    wait(page, step=784)
    page.keyboard.press("r")
    wait(page, playing="true")
    page.wait_for_function(f"Number(document.querySelector('{CANVAS}').dataset.step) < 784")
    assert page.evaluate("scrollY") == top, "expected keys not to scroll the page"


def test_buttons_do_what_the_keys_do(stage):
    page = stage("&model=nade&step=10")
    for part, step in [("step", 11), ("back", 10), ("end", 784)]:
        page.click(f".pg-pixel-player [data-part={part}]")
        wait(page, step=step)
    page.select_option(".pg-pixel-player [data-part=speed]", "480")
    page.click(".pg-pixel-player [data-part=restart]")
    wait(page, playing="true")
    wait(page, step=784, playing="false")
    page.wait_for_url(re.compile("step=784"))


@pytest.mark.parametrize("model", ["nade", "pixel_cnn", "bernoulli"])
def test_hovering_asks_for_the_pixel_s_dependence_once(stage, model):
    import numpy as np

    from playground.inference import pixels

    page = stage(f"&model={model}&seed=1&step=784")
    with page.expect_request(re.compile("component_server")) as asked:
        page.mouse.move(*cell(page, 14, 14))
    assert asked.value.post_data_json["fn_name"] == "depends"
    i = 14 * SIDE + 14
    expected = pixels.receptive_field(model, pixels.sample_trace(model, 1).images[0], i)
    wait(page, focus=i, field=f"{i}:{np.count_nonzero(expected)}")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.mouse.move(0, 0)
    page.mouse.move(*cell(page, 14, 14))
    wait(page, focus=i)
    page.wait_for_timeout(200)
    assert [url for url in requests if "component_server" in url] == [], "expected the second look to be remembered"


def test_a_click_flips_a_pixel_and_draws_the_rest_again(stage):
    page = stage("&model=nade&seed=2&step=784")
    before = film(page)["cells"]
    row, column = 12, 14
    page.mouse.click(*cell(page, row, column))
    i = row * SIDE + column
    wait(page, flipped=i)
    page.mouse.move(0, 0)
    wait(page, step=784, playing="false")
    after = film(page)["cells"]
    assert after[:i] == before[:i] and after[i] == 1 - before[i] and after[i + 1 :] != before[i + 1 :]
    page.click(".pg-pixel-player [data-part=undo]")
    wait(page, flipped="")
    assert film(page)["cells"] == before


def test_many_images_grow_together_and_one_can_be_chosen(stage):
    page = stage("&model=nade&n=16&step=784")
    wait(page, all="true")
    box, side = page.locator(CANVAS).bounding_box(), float(data(page)["side"])
    page.mouse.click(box["x"] + side * 0.9, box["y"] + side * 0.1)
    wait(page, all="false", sample=3)
    page.click(".pg-pixel-player [data-part=back-all]")
    wait(page, all="true")


def test_a_drawing_is_completed_six_times_and_scored(stage):
    page = stage("&model=nade&step=784")
    page.click(".pg-digit-pad [data-example='7']")
    act(page, lambda: page.get_by_role("button", name="Complete it 6 times").click())
    wait(page, kind="complete", all="true")
    page.wait_for_url(re.compile("task=complete"))
    act(page, lambda: page.get_by_role("button", name="How likely is it?").click())
    wait(page, kind="score", step=784)
    page.wait_for_selector(".pg-pixels-charts .gtitle", state="attached", timeout=60_000)
    page.wait_for_function("document.querySelectorAll('.pg-pixels-charts .gtitle').length === 2")
    one, every = page.locator(".pg-pixels-charts .gtitle").all_text_contents()
    assert "NADE" in one and "nats" in one and "test digits" in every, (one, every)
    lines = page.locator(".pg-pixels-charts .js-plotly-plot").last.locator(".ytick text").all_text_contents()
    assert len(lines) >= 3 and all("nats" in line for line in lines), lines


def test_drawing_with_the_mouse_and_hiding_with_the_brush(stage):
    page = stage("&model=nade&step=784")
    pad = page.locator(".pg-digit-pad canvas")
    page.click(".pg-digit-pad [data-act=clear]")
    box = pad.bounding_box()

    def stroke(*points: tuple[float, float]) -> None:
        for k, (x, y) in enumerate(points):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=5)
            if k == 0:
                page.mouse.down()
        page.mouse.up()

    stroke((0.5, 0.2), (0.5, 0.8))
    page.click("button[data-tool=hidden]")
    box = pad.bounding_box()
    stroke((0.3, 0.7), (0.7, 0.7))
    assert pad.get_attribute("data-strokes") == "1" and pad.get_attribute("data-hidden") == "1"
    page.get_by_text("What I hid").click()
    act(page, lambda: page.get_by_role("button", name="Complete it 6 times").click())
    wait(page, kind="complete")
    page.locator(".pg-digit-pad").focus()
    page.keyboard.press("z")
    page.wait_for_selector(".pg-digit-pad canvas[data-hidden='0']", state="attached")
    page.keyboard.press("5")
    page.wait_for_selector(".pg-digit-pad canvas[data-strokes='1']", state="attached")


def test_an_empty_pad_gets_a_message(stage):
    page = stage("&model=nade&step=784")
    page.click(".pg-digit-pad [data-act=clear]")
    page.get_by_role("button", name="How likely is it?").click()
    page.get_by_text("There is no drawing yet").first.wait_for()


def test_a_knob_draws_again_and_keeps_the_step(stage):
    page = stage("&model=nade&step=500")
    wait(page, step=500)
    act(page, lambda: page.get_by_label("PixelCNN", exact=True).check())
    wait(page, model="pixel_cnn", step=500)
    page.wait_for_url(re.compile("model=pixel_cnn"))
    act(page, lambda: page.get_by_role("button", name="New seed").click())
    wait(page, playing="true")


@pytest.mark.parametrize("ordering", ["column", "spiral"])
def test_made_grows_in_the_ordering_that_was_chosen(stage, ordering):
    from playground.inference import pixels

    try:
        trace = pixels.sample_trace("made", 1, ordering=ordering)
    except WeightsError as problem:
        pytest.skip(str(problem))
    page = stage("&model=made&seed=1&step=784")
    wait(page, model="made", ordering="raster")
    act(page, lambda: page.locator("#pg-pixels-ordering input[value='" + ordering + "']").check())
    wait(page, ordering=ordering)
    page.wait_for_url(re.compile(f"ordering={ordering}"))
    slider = page.locator(".pg-pixel-player input[type=range]")
    for step in (100, 400, 784):
        slider.evaluate("(node, v) => { node.value = v; node.dispatchEvent(new Event('input')); }", step)
        wait(page, step=step)
        drawn = trace.images[0].reshape(-1).copy()
        drawn[trace.order[step:]] = 0
        assert film(page)["cells"] == drawn.tolist(), f"at step {step}"
    page.get_by_label("NADE", exact=True).check()
    wait(page, model="nade", ordering="raster")
    page.wait_for_selector("#pg-pixels-ordering", state="hidden")


def test_a_link_opens_what_was_copied_and_a_bad_one_says_so(stage):
    page = stage("&model=nade&seed=41&temperature=0.5&n=4&step=123")
    wait(page, model="nade", step=123, all="true", playing="false")
    page = stage("&seed=-4&step=9999&temperature=nan&model=gpt")
    assert page.locator(".pg-toast").count() == 4
    wait(page, model="pixel_cnn")


def test_both_languages_and_the_switch_between_them(stage):
    page = stage("&task=score&model=nade&step=784", lang="ko")
    page.wait_for_selector(".pg-pixels-charts .gtitle", state="attached", timeout=60_000)
    assert "얼마나 그럴듯한가?" in page.locator("#pg-pixels").inner_text()
    assert "번째 픽셀" in page.locator(".pg-player-said").inner_text()
    assert "테스트 숫자 중" in page.locator(".pg-pixels-charts").inner_text()
    page.click("[data-lang=en]")
    page.wait_for_function("document.querySelector('.pg-pixels-charts').innerText.includes('of test digits')")
    assert "How likely is it?" in page.locator("#pg-pixels").inner_text()
    assert "pixel" in page.locator(".pg-player-said").inner_text()
    left = re.findall(r"\b(?:pixels|digit_pad|field)\.[a-z_]+", page.locator("body").inner_text())
    assert left == [], f"untranslated keys: {left}"


def test_a_phone_gets_everything(stage):
    page = stage("&model=nade&seed=2&step=784", viewport=(390, 844), has_touch=True, is_mobile=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"expected no sideways scrolling, the page is {width} wide"
    i = 12 * SIDE + 14
    page.touchscreen.tap(*cell(page, 12, 14))
    wait(page, focus=i, flipped="")
    page.touchscreen.tap(*cell(page, 12, 14))
    wait(page, flipped=i)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_drawn_outside_and_both_themes_differ(stage, theme):
    page = stage("&model=nade&step=784", color_scheme=theme)
    cells = film(page)["cells"]
    assert 30 < sum(cells) < 300, f"expected the ink of a digit, got {sum(cells)} cells"


def test_missing_weights_are_told_on_the_canvas(serve, new_context, tmp_path, monkeypatch):
    from playground import weights
    from playground.ui import app
    from playground.ui.stages.pixels import STAGE

    (tmp_path / "bernoulli").symlink_to(weights.directory("bernoulli"), target_is_directory=True)
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    try:
        page = new_context().new_page()
        page.goto(f"{serve(app.build([STAGE]))}/?tab=pixels&model=nade")
        page.wait_for_selector(f"{CANVAS}[data-message]", state="attached", timeout=60_000)
        assert "python -m playground.training nade" in page.locator(CANVAS).get_attribute("data-message")
        page.get_by_label("Independent Bernoulli").check()
        wait(page, model="bernoulli")
        assert page.locator(CANVAS).get_attribute("data-message") is None
    finally:
        weights._load.cache_clear()

"""The page around the stages, in Chromium: language, appearance, links, opening, messages, layout."""

from __future__ import annotations

import json
import re

import gradio as gr
import pytest

from playground.errors import InvalidInput
from playground.ui import app
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

FIELDS = {
    "seed": Field("int", 0, 0, 1000),
    "model": Field("choice", "nade", choices=["nade", "pixel_cnn"]),
    "temperature": Field("float", 1.0, 0.0, 2.0),
    "paused": Field("bool", False),
    "step": Field("int", 5, 0, 784),
}


def show(model: str, seed: int, temperature: float) -> str:
    if seed == 13:
        raise InvalidInput("integer_range", "seed", seed, low=14, high=1000)
    return f"{model} {seed} {temperature:g}"


def tiny(id: str) -> Stage:
    """A stage as small as the contract allows."""

    def build(page: Page) -> None:
        view, controls, notes = page.layout(id)
        with view:
            out = gr.Textbox(elem_id=f"out-{id}", label=T("page.stages"))
        with controls:
            model = gr.Radio(
                [(T("field.model"), "nade"), ("PixelCNN", "pixel_cnn")], value="nade", label=T("field.model")
            )
            seed = gr.Number(0, precision=0, label=T("field.seed"))
            temperature = gr.Slider(0, 2, 1.0, label=T("field.temperature"))
            paused = gr.Checkbox(False, label=T("page.stages"))
            again = gr.Button(T("page.look"), elem_id=f"again-{id}")
        with notes:
            page.notes(id, r"$$p(x) = \prod_i p(x_i \mid x_{<i})$$")
        inputs = [model, seed, temperature]
        page.state(id, {"model": model, "seed": seed, "temperature": temperature, "paused": paused}, FIELDS)
        page.on_open(id, show, inputs, out)
        page.event(again.click, show, inputs, out)

    return Stage(id, build, lambda page: None)


@pytest.fixture(scope="module")
def server(serve):
    return serve(app.build([tiny("pixels"), tiny("lab")]))


def shown(page, stage="pixels"):
    """What the stage opened on, once it has."""
    page.wait_for_function("id => document.querySelector(id)?.value", arg=f"#out-{stage} textarea")
    return page.input_value(f"#out-{stage} textarea")


def labelled(page, selector, words):
    """Until Gradio, a moment after the page's own parts, has these words there."""
    page.wait_for_function(
        "([at, words]) => document.querySelector(at).innerText.trim() === words", arg=[selector, words]
    )


def toasts(page):
    page.wait_for_selector(".pg-toast")
    return page.locator(".pg-toast > span").all_inner_texts()


def test_the_page_opens_alive(page):
    assert shown(page) == "nade 0 1"
    assert page.title() == page.inner_text("h1") == "Generative playground"
    assert page.locator(".katex").count() >= 1
    assert "?" not in page.url, "expected the address to stay as it was until something changes"


def test_language_switches_at_once_and_stays(page):
    shown(page)
    page.click("[data-lang=ko]")
    page.wait_for_function("document.querySelector('h1').textContent === '생성 모델 놀이터'")
    labelled(page, "#pg-tabs [role=tab]", "픽셀")
    labelled(page, "#again-pixels", "무엇을 볼까")
    assert page.locator("#pg-tabs [role=tab]").all_inner_texts() == ["픽셀", "GAN 실험실"]
    page.click("[data-tab-id=lab]")
    shown(page, "lab")
    labelled(page, "#again-lab", "무엇을 볼까")
    page.wait_for_url(re.compile("lang=ko"))
    page.goto(page.url.split("?")[0])
    assert page.inner_text("h1") == "생성 모델 놀이터" and page.title() == "생성 모델 놀이터"
    assert page.get_attribute("html", "lang") == "ko"
    assert {c["name"]: c["value"] for c in page.context.cookies()}["lang"] == "ko"


def test_language_of_the_browser_and_of_the_link(new_page):
    assert new_page(lang="ko").inner_text("h1") == "생성 모델 놀이터"
    assert new_page(path="/?lang=ko").inner_text("h1") == "생성 모델 놀이터"
    page = new_page(path="/?lang=en", lang="ko")
    assert page.inner_text("h1") == "Generative playground"
    shown(page)  # leaving while Gradio still asks is an error of its own in the console
    page.goto(page.url.split("?")[0])
    assert page.inner_text("h1") == "Generative playground", "expected the choice of the link to stay"


def test_server_messages_speak_the_page_language(new_page):
    page = new_page(path="/?lang=ko")
    before = shown(page)
    page.fill("#pg-pixels input[type=number]", "13")
    page.click("#again-pixels")
    message = page.wait_for_selector(".toast-body").inner_text()
    assert "14 이상 1000 이하의 정수여야 하는데 13 값을 받았습니다" in message
    assert shown(page) == before


def test_state_travels_in_the_link(new_page):
    page = new_page(path="/?tab=lab&seed=77&model=pixel_cnn&temperature=0.5&paused=1&step=12")
    assert shown(page, "lab") == "pixel_cnn 77 0.5"
    assert page.evaluate("playground.link.get('lab')") == {
        "seed": 77,
        "model": "pixel_cnn",
        "temperature": 0.5,
        "paused": True,
        "step": 12,
    }
    assert page.locator("#pg-lab input[type=checkbox]").is_checked()
    page.evaluate("playground.link.set('lab', {step: 99})")
    page.fill("#pg-lab input[type=number] >> nth=0", "78")
    page.wait_for_url(re.compile("step=99"))
    page.wait_for_url(re.compile("seed=78"))
    page.reload()
    assert shown(page, "lab") == "pixel_cnn 78 0.5"
    page.click("[data-tab-id=pixels]")
    page.wait_for_url(re.compile("tab=pixels"))
    assert "seed=0" in page.url and shown(page) == "nade 0 1"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("seed=-1", 'seed: expected an integer from 0 to 1000, got "-1". Using 0.'),
        ("seed=NaN", "expected an integer from 0 to 1000"),
        ("seed=99999999999999999999999", "expected an integer from 0 to 1000"),
        ("seed=", "expected an integer from 0 to 1000"),
        ("seed=1&seed=2", "seed: expected one value"),
        ("temperature=Infinity", "temperature: expected a number from 0 to 2"),
        ("model=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "model: expected one of nade, pixel_cnn"),
        ("paused=maybe", "expected one of true, false"),
        ("tab=nowhere", "tab: expected one of pixels, lab"),
        ("lang=xx", "language: expected one of en, ko"),
        ("tab=lab&tab=pixels", "tab: expected one value"),
    ],
)
def test_bad_links_say_what_was_expected_and_go_on(new_page, query, expected):
    page = new_page(path=f"/?{query}")
    assert shown(page) == "nade 0 1"
    messages = toasts(page)
    assert len(messages) == 1 and expected in messages[0], messages
    page.wait_for_url(re.compile("seed=0"))
    page.reload()
    shown(page)
    assert page.locator(".pg-toast").count() == 0, "expected the repaired address to be in order"


def test_many_bad_values_at_once(new_page):
    page = new_page(path="/?tab=&seed=" + "9" * 3000 + "&model=&temperature=--&paused=&step=1e9&lang=")
    assert shown(page) == "nade 0 1"
    assert 1 <= len(toasts(page)) <= 4


def test_the_browser_reads_links_as_the_server_does(page, root):
    table = json.loads((root / "tests" / "ui" / "link_cases.json").read_text("utf-8"))
    for name, raw, value, kind in table["cases"]:
        got = page.evaluate("([n, f, r]) => playground.read(n, f, r)", [name, table["fields"][name], raw])
        assert got.get("problem", {}).get("kind") == kind, f"{name}={raw!r}: {got}"
        assert kind or got["value"] == value, f"{name}={raw!r}: {got}"


def test_light_and_dark_stay(page):
    background = "getComputedStyle(document.body).backgroundColor"
    shown(page)  # a reload in the middle of an answer is an error of its own
    light = page.evaluate(background)
    page.click("[data-theme]")
    dark = page.evaluate(background)
    assert light != dark
    page.reload()
    page.wait_for_selector(".pg-header h1")
    shown(page)
    assert page.evaluate(background) == dark and page.evaluate("playground.theme") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(new_page, scheme):
    """WCAG AA for every colour that carries text, on both backgrounds."""
    page = new_page(color_scheme=scheme)
    contrast = """([a, b]) => { const lum = (name) => { const d = document.createElement('i');
        d.style.color = playground.color(name); document.body.append(d);
        const c = getComputedStyle(d).color.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255);
        d.remove(); const l = c.map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
        const [x, y] = [lum(a), lum(b)]; return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); }"""
    for name in ("ink", "muted", "accent", "accent-2", "good", "warn", "bad", "data", "generated"):
        for ground in ("bg", "panel"):
            ratio = page.evaluate(contrast, [name, ground])
            assert ratio >= 4.5, f"{name} on {ground}: expected at least 4.5, got {ratio:.2f}"
    assert page.evaluate(contrast, ["on-accent", "accent"]) >= 4.5


def oklab_lightness(rgb):
    """Perceived lightness in [0, 1] (Ottosson's OKLab)."""
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in rgb))
    long = 0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b
    middle = 0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b
    short = 0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b
    return 0.2104542553 * long ** (1 / 3) + 0.793617785 * middle ** (1 / 3) - 0.0040720468 * short ** (1 / 3)


def test_colour_maps_are_ordered_and_bounded(page):
    lightness = [oklab_lightness(rgb) for rgb in page.evaluate("[...Array(41)].map((_, i) => playground.ramp(i / 40))")]
    steps = [b - a for a, b in zip(lightness, lightness[1:], strict=False)]
    assert lightness[-1] - lightness[0] > 0.6
    assert min(steps) > 0.012 and max(steps) < 0.024, "expected equal steps to look equal"
    assert page.evaluate("[NaN, -5, 5].map(v => playground.ramp(v))") == page.evaluate("[0, 0, 1].map(playground.ramp)")
    assert len({tuple(page.evaluate("v => playground.diverging(v)", v)) for v in (-1, -0.5, 0, 0.5, 1)}) == 5
    assert len({page.evaluate("k => playground.classColor(k)", k) for k in range(10)}) == 10


def test_toolbox(page):
    packed = {"shape": [2], "dtype": "float32", "data": "AACAPwAAAMA="}
    assert page.evaluate("p => Array.from(playground.unpack(p))", packed) == [1, -2]
    calls = page.evaluate(
        """async () => { const seen = []; const ask = playground.gate(async (i) => {
             seen.push(i); await new Promise((r) => setTimeout(r, 20)); });
           for (let i = 0; i < 10; i++) ask(i); await new Promise((r) => setTimeout(r, 120)); return seen; }"""
    )
    assert calls == [0, 9], "expected the first and the newest call"
    keys = page.evaluate(
        """() => { const box = document.body.appendChild(document.createElement('div')); const seen = [];
           box.innerHTML = '<input><button>b</button><p>p</p>';
           const note = (name) => () => seen.push(name);
           playground.keys(box, {space: note('space'), 'shift+left': note('back'), r: note('r')});
           const press = (tag, key, more) => box.querySelector(tag).dispatchEvent(
             new KeyboardEvent('keydown', {key, bubbles: true, ...more}));
           press('p', ' '); press('input', ' '); press('button', ' ');
           press('p', 'ArrowLeft', {shiftKey: true});
           press('p', 'ㄱ', {code: 'KeyR'}); press('p', 'r', {ctrlKey: true});
           box.remove(); return seen; }"""
    )
    assert keys == ["space", "back", "r"], "expected keys to work under a Korean keyboard and to leave inputs alone"


def test_copy_link(new_page):
    page = new_page(path="/?tab=lab&seed=5", permissions=["clipboard-read", "clipboard-write"])
    shown(page, "lab")
    page.click("[data-copy]")
    assert toasts(page) == ["Link copied. It opens this page exactly as it is now."]
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url and "tab=lab" in copied and "seed=5" in copied and "lang=en" in copied


def test_width_of_screen_and_of_phone(new_page):
    wide = new_page()
    shown(wide)
    view, controls = (wide.locator(f"#pg-pixels .pg-{part}").bounding_box() for part in ("view", "controls"))
    assert view["width"] > 1400 and view["x"] < 60 and controls["x"] > view["x"] + view["width"]
    assert controls["x"] + controls["width"] > 1860
    for lang in ("en", "ko"):
        narrow = new_page(viewport=(390, 844), lang=lang)
        shown(narrow)
        view, controls = (narrow.locator(f"#pg-pixels .pg-{part}").bounding_box() for part in ("view", "controls"))
        assert controls["y"] > view["y"] + view["height"] and view["width"] > 350
        assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    assert wide.locator("footer").is_hidden()


def test_focus_is_visible(page):
    shown(page)
    page.keyboard.press("Tab")
    style = page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]; })()"
    )
    assert style == ["solid", "3px"]

"""The reparameterization stage in a real Chromium: graphs, histograms, descents, links, both languages."""

from __future__ import annotations

import pytest

STAGES = ("reparam",)
ROOT = ".pg-reparam"
GRAPHS = ".pg-reparam-graphs canvas"
HILL = ".pg-reparam-descent canvas"


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its numbers on it."""

    def start(query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=reparam{query}", **options)
        page.wait_for_selector(f"{ROOT}[data-seq]", state="attached", timeout=120_000)
        page.wait_for_selector(f"{GRAPHS}[data-z]", state="attached")
        return page

    return start


def ratios(page) -> list[float]:
    return [float(v) for v in page.get_attribute(ROOT, "data-ratio").split(",")]


@pytest.mark.parametrize("objective", ["quadratic", "wave", "step", "digit"])
def test_the_numbers_are_python_s(stage, objective):
    import numpy as np

    from playground.inference import reparam

    page = stage(f"&objective={objective}&mu=0.4&sigma=0.3&draws=3&seed=2&eps=-0.7")
    page.wait_for_selector(f"{ROOT}[data-objective={objective}]", state="attached")
    found = reparam.gradients(objective, 0.4, 0.3, 3, 2)
    assert ratios(page) == pytest.approx(found.ratio.tolist(), rel=1e-6)
    graph = page.locator(GRAPHS).evaluate("canvas => ({...canvas.dataset})")
    value, slope = reparam._function(objective)(np.array(0.4 - 0.7 * 0.3))
    assert float(graph["z"]) == pytest.approx(0.19, abs=1e-3)
    assert float(graph["f"]) == pytest.approx(float(value), rel=1e-4, abs=1e-3)
    assert float(graph["slope"]) == pytest.approx(float(slope), rel=1e-3, abs=1e-2)
    assert page.locator(".pg-reparam-table tbody tr").count() == 4


def test_knobs_change_the_numbers_and_the_link(stage):
    page = stage()
    before = ratios(page)
    page.locator("[data-objective=wave]").click()
    page.wait_for_selector(f"{ROOT}[data-objective=wave]", state="attached")
    page.locator("[data-knob=sigma]").evaluate("node => { node.value = 1; node.dispatchEvent(new Event('input')); }")
    page.wait_for_function(f"document.querySelector('{ROOT}').dataset.ratio.split(',').every((v) => v < 0.6)")
    assert min(before) > 10
    assert "varies less" in page.inner_text(".pg-reparam-said")
    page.wait_for_function("location.search.includes('objective=wave') && /sigma=1(&|$)/.test(location.search)")


def test_the_graphs_play_and_the_descents_run(stage):
    page = stage()
    page.locator(ROOT).focus()
    page.keyboard.press("Space")
    page.wait_for_function(f"document.querySelector('{GRAPHS}').dataset.frame > 5")
    page.keyboard.press("Space")
    page.wait_for_selector("[data-act=play][aria-pressed=false]")
    z = page.get_attribute(GRAPHS, "data-z")
    page.keyboard.press("n")
    page.wait_for_function(f"document.querySelector('{GRAPHS}').dataset.z !== '{z}'")
    page.wait_for_selector(f"{HILL}[data-seq]", state="attached")
    page.keyboard.press("d")
    page.wait_for_function(f"document.querySelector('{HILL}').dataset.step > 3")


def test_a_bad_seed_is_named_and_the_numbers_stay(stage):
    page = stage()
    before = ratios(page)
    page.fill("[data-knob=seed]", "-5")
    page.locator("[data-knob=seed]").blur()
    page.wait_for_selector(".pg-toast")
    assert ratios(page) == before and page.input_value("[data-knob=seed]") == "0"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
def test_both_languages_and_sizes(stage, lang, viewport):
    from playground.locale import text

    page = stage(f"&lang={lang}", lang=lang, viewport=viewport)
    assert text("reparam.objective", lang) in page.locator(".pg-reparam-knobs").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "expected no sideways scroll"
    assert "reparam." not in page.locator("#pg-reparam").inner_text()

"""The mask explorer in a real Chromium: masks by rule, paths against the gradient, steps, links, languages."""

from __future__ import annotations

import json
import math
import re

import pytest

from tests.oracles import made as oracle

STAGES = ("masks",)
CANVAS = ".pg-masks canvas"


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the explorer, its network drawn and proved."""

    def start(query: str = "", **options: object) -> object:
        page = new_page(f"/?tab=masks{query}", **options)
        page.wait_for_selector(f"{CANVAS}[data-agrees='true']", state="attached", timeout=60_000)
        return page

    return start


def data(page) -> dict:
    return page.locator(CANVAS).evaluate("canvas => ({...canvas.dataset})")


def settled(page, **expected: object) -> dict:
    """Wait for these values and for the answer of the real network to them."""
    for name, value in expected.items():
        page.wait_for_selector(f"{CANVAS}[data-{name}='{value}']", state="attached", timeout=30_000)
    page.wait_for_selector(f"{CANVAS}[data-agrees='true']", state="attached", timeout=30_000)
    return data(page)


def node(page, layer: int, k: int) -> tuple[float, float]:
    """Where a unit lies on the screen."""
    page.locator(CANVAS).scroll_into_view_if_needed()
    box, nodes = page.locator(CANVAS).bounding_box(), json.loads(data(page)["nodes"])
    return box["x"] + nodes[layer][k][0], box["y"] + nodes[layer][k][1]


def expected_masks(found: dict) -> list:
    order = [int(v) for v in found["order"]]
    m0 = [order.index(i + 1) + 1 for i in range(len(order))]
    return oracle.masks([m0, *([int(v) for v in m] for m in (found["m1"], found["m2"]) if m)])


def check(found: dict) -> None:
    """Masks by the paper's rule; no output sees its own turn or a later one; a distribution."""
    assert json.loads(found["masks"]) == expected_masks(found)
    order = [int(v) - 1 for v in found["order"]]
    seen = json.loads(found["seen"])
    for turn, d in enumerate(order):
        assert not any(seen[d][j] for j in order[turn:]), f"output {d + 1} sees its own turn or a later one"
    assert found["sum"] == found["torch"] == "1.000000", (found["sum"], found["torch"])


def test_it_opens_on_the_lecture_s_example(stage):
    page = stage()
    found = data(page)
    assert (found["order"], found["m1"], found["m2"], found["kind"]) == ("231", "2122", "1221", "made")
    check(found)
    assert json.loads(found["seen"]) == [[0, 1, 1], [0, 0, 0], [0, 1, 0]]
    assert float(found["nll"]) < math.log(3) + 0.1, f"expected a trained network, got {found['nll']} nats"


def test_the_browser_s_network_is_the_server_s(stage):
    found = data(stage("&order=461253&m1=1234552&m2=2134545"))
    for ours, torch in zip(json.loads(found["p"]), json.loads(found["proven"]), strict=True):
        assert math.isclose(ours, torch, abs_tol=1e-5), (ours, torch)
    check(found)


@pytest.mark.parametrize("example", ["four", "six", "image"])
def test_every_example_in_every_ordering_and_with_other_degrees(stage, example):
    page = stage()
    page.click(f"[data-example={example}]")
    for click in ("[data-order=reversed]", "[data-order=random]", "[data-degrees=resample]", "[data-layers='1']"):
        before = data(page)
        page.click(click)
        page.wait_for_function(
            "([at, seq]) => document.querySelector(at).dataset.seq !== seq", arg=[CANVAS, before["seq"]]
        )
        check(settled(page))
    assert data(page)["m2"] == ""


def test_pointing_at_an_output_lights_what_it_sees(stage):
    page = stage()
    for output, inputs in ((0, [2, 3]), (1, []), (2, [2])):
        page.mouse.move(*node(page, 3, output))
        page.wait_for_selector(f"{CANVAS}[data-focus='3:{output}']", state="attached")
        assert json.loads(data(page)["lit"]) == inputs
    assert "x₂" in page.locator(".pg-masks-story").inner_text()


def test_a_click_changes_a_degree_and_shift_takes_it_back(stage):
    page = stage()
    page.mouse.click(*node(page, 1, 1))
    check(settled(page, m1="2222"))
    page.wait_for_url(re.compile("m1=2222"))
    page.keyboard.down("Shift")
    page.mouse.click(*node(page, 1, 1))
    page.keyboard.up("Shift")
    check(settled(page, m1="2122"))
    page.keyboard.press("ArrowUp")
    check(settled(page, m1="2222"))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    check(settled(page, m1="2212"))
    page.click(".pg-masks [data-act=more]")
    check(settled(page, m1="2222"))


def test_two_inputs_swap_their_turns(stage):
    page = stage()
    page.mouse.click(*node(page, 0, 0))
    page.mouse.click(*node(page, 0, 1))
    found = settled(page, order="132")
    check(found)
    assert json.loads(found["seen"])[0] == [0, 0, 0], "expected x1 to come first now"


def test_an_autoencoder_leaks_and_made_does_not(stage):
    page = stage()
    page.click("[data-kind=autoencoder]")
    found = settled(page, kind="autoencoder")
    assert all(all(row) for row in json.loads(found["seen"]))
    assert float(found["torch"]) > 2 and math.isclose(float(found["sum"]), float(found["torch"]), abs_tol=1e-3)
    assert float(found["nll"]) < math.log(3) - 0.3, "expected it to copy"
    assert page.locator(".pg-masks-facts [data-kind=bad]").count() == 2
    page.click("[data-task=sample]")
    page.get_by_text("no way to begin").wait_for()
    page.click("[data-kind=made]")
    check(settled(page, kind="made"))


def test_a_likelihood_takes_one_pass_and_a_sample_n(stage):
    page = stage("&task=likelihood")
    page.locator(".pg-masks").focus()
    for step in (1, 2, 3, 4):
        page.keyboard.press("ArrowRight")
        page.wait_for_selector(f"{CANVAS}[data-step='{step}']", state="attached")
    assert data(page)["total"] == "4" and "One pass" in page.locator(".pg-masks-story").inner_text()
    before = data(page)["p"]
    page.mouse.click(*node(page, 0, 1))
    page.wait_for_function("([at, p]) => document.querySelector(at).dataset.p !== p", arg=[CANVAS, before])
    page.click("[data-task=sample]")
    page.wait_for_selector(f"{CANVAS}[data-task=sample]", state="attached")
    page.wait_for_function("document.querySelector('.pg-masks').dataset.playing === 'true'")
    page.locator(".pg-masks").focus()
    page.keyboard.press("Space")
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector(f"{CANVAS}[data-step='6'][data-total='6']", state="attached")
    assert "after 3 passes" in page.locator(".pg-masks-story").inner_text()


def test_samples_are_patterns_it_was_trained_on(stage):
    page = stage("&task=sample&step=6")
    drawn = []
    for _ in range(8):
        drawn.append(data(page)["x"])
        before = data(page)["seq"]
        page.click(".pg-masks [data-act=another]")
        page.wait_for_function("([at, seq]) => document.querySelector(at).dataset.seq !== seq", arg=[CANVAS, before])
    assert sum(x in ("100", "010", "001") for x in drawn) >= 7, drawn


def test_a_link_opens_what_was_copied_and_a_bad_one_says_so(stage):
    page = stage("&order=4231&m1=31221&m2=&kind=made&task=sample&step=5")
    found = data(page)
    assert (found["order"], found["m1"], found["m2"], found["step"]) == ("4231", "31221", "", "5")
    check(found)
    for bad, field in (("&order=2311", "order"), ("&order=abc", "order"), ("&m1=2923", "m1"), ("&m1=", "m1"),
                       ("&m2=99999", "m2"), ("&order=1", "order")):  # fmt: skip
        found = data(stage(bad))
        assert (found["order"], found["m1"], found["m2"], found["refused"]) == ("231", "2122", "1221", field), bad
        check(found)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_both_languages(stage, lang):
    page = stage(f"&lang={lang}", lang=lang)
    text = page.locator("#pg-masks").inner_text()
    assert {"en": "Drawing and gradient agree", "ko": "그림과 기울기가 9칸 모두 일치"}[lang] in text
    left = re.findall(r"\b(?:masks|field)\.[a-z_]+", page.locator("body").inner_text())
    assert left == [], f"untranslated keys: {left}"


def test_a_phone_gets_everything(stage):
    page = stage("&order=461253&m1=1234552&m2=2134545", viewport=(390, 844), has_touch=True, is_mobile=True)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390, f"expected no sideways scrolling, the page is {width} wide"
    page.touchscreen.tap(*node(page, 1, 0))
    page.wait_for_selector(f"{CANVAS}[data-focus='1:0']", state="attached")
    assert data(page)["m1"] == "1234552", "expected the first tap to ask only"
    page.touchscreen.tap(*node(page, 1, 0))
    check(settled(page, m1="2234552"))

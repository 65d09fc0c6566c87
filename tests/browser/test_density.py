"""The density stage in a real Chromium: films of grey digits, the plane taken apart, units, both languages."""

from __future__ import annotations

import math

import pytest

from playground import weights

STAGES = ("density",)
CANVAS = ".pg-density canvas"


@pytest.fixture(autouse=True)
def shipped():
    if not (weights.directory("rnade") / "model.safetensors").is_file():
        pytest.skip("no weights of rnade: python -m playground.training rnade")


@pytest.fixture
def stage(new_page):
    """stage(query, **options of new_page) -> the stage with its first picture on it."""

    def start(query: str = "&step=196", **options: object) -> object:
        page = new_page(f"/?tab=density{query}", **options)
        page.wait_for_selector(f"{CANVAS}[data-seq]", state="attached", timeout=60_000)
        page.wait_for_selector(f"{CANVAS}[data-kind]", state="attached")
        return page

    return start


def data(page) -> dict:
    return page.locator(CANVAS).first.evaluate("canvas => ({...canvas.dataset})")


def wait(page, **expected: object) -> None:
    for name, value in expected.items():
        page.wait_for_selector(f"{CANVAS}[data-{name}='{value}']", state="attached", timeout=60_000)


def table(page) -> list[list[str]]:
    """The table of units, a list of cells for every row."""
    rows = page.locator(".pg-density-units tbody tr")
    return rows.evaluate_all("rows => rows.map(row => [...row.children].map(cell => cell.textContent))")


def number(words: str) -> float:
    return float(words.replace("−", "-").replace(",", "").split()[0])


def test_the_film_is_the_model_s(stage):
    from playground.inference import density

    page = stage("&seed=3&step=100")
    trace = density.sample_trace(3, n=1)
    for step in (100, 101, 196):
        page.locator(".pg-density input[type=range]").first.evaluate(
            "(node, v) => { node.value = v; node.dispatchEvent(new Event('input')); }", step
        )
        wait(page, step=step)
        now = data(page)
        assert math.isclose(float(now["value"]), trace.x[0, int(now["focus"])], abs_tol=1e-4)
        assert math.isclose(float(now["total"]), trace.log_p[0].sum(), rel_tol=1e-3)


def test_keys_play_and_step(stage):
    page = stage("&step=50")
    wait(page, step=50)
    page.locator(".pg-density").focus()
    for key, step in [("ArrowRight", 51), ("ArrowDown", 65), ("ArrowUp", 51), ("Home", 0), ("End", 196)]:
        page.keyboard.press(key)
        wait(page, step=step)
    page.keyboard.press("r")
    wait(page, playing="true")
    page.keyboard.press("Space")
    wait(page, playing="false")


def test_units_move_every_log_density_by_the_log_of_the_factor(stage):
    page = stage("&seed=3&step=196")
    before = table(page)
    page.click(".pg-density [data-factor='255']")
    wait(page, factor=255)
    after = table(page)
    moved = 196 * math.log(255)
    for old, new in zip(before, after, strict=True):
        assert old[1] == new[1], "expected the numbers of x to stay"
        if "nats" in new[2] and old[1] != new[2]:
            sign = -1 if number(new[2]) < number(new[1]) else 1
            assert math.isclose(number(new[2]) - number(new[1]), sign * moved, abs_tol=0.2), new
    assert any(row[1] == row[2] for row in after), "expected something that does not change"
    assert number(after[0][1]) - number(after[0][2]) == pytest.approx(moved, abs=0.2)
    page.wait_for_function("location.search.includes('factor=255')")


@pytest.mark.parametrize("kind", ["ring8", "moons", "spiral"])
def test_the_plane_is_taken_apart_where_it_is_dragged(stage, kind):
    import torch

    page = stage(f"&data={kind}&x1=0.5&x2=0.25")
    wait(page, kind="plane", data=kind)
    found = data(page)
    axis = round((0.5 + 3) / 6 * 240) / 240 * 6 - 3  # the column that p(x2 | x1) is taken from
    model = weights.load("rnade", variant=kind)
    with torch.inference_mode():
        terms = model.log_density(torch.tensor([[axis, 0.25], [0.5, 0.25]])).exp()
    assert math.isclose(float(found["p1"]), terms[1, 0].item(), rel_tol=0.02, abs_tol=1e-6), (found["p1"], terms)
    assert math.isclose(float(found["p2"]), terms[0, 1].item(), rel_tol=0.05, abs_tol=1e-5), (found["p2"], terms)
    box = page.locator(CANVAS).first.bounding_box()
    left, top, side = map(float, found["map"].split(","))
    page.mouse.move(box["x"] + left + side / 2, box["y"] + top + side / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + left + side * 0.75, box["y"] + top + side * 0.25, steps=4)
    page.mouse.up()
    page.wait_for_function(f"Math.abs(document.querySelector('{CANVAS}').dataset.x1 - 1.5) < 0.05")
    page.wait_for_function("/x1=1\\.[45]/.test(location.search)")


def test_other_data_and_back(stage):
    page = stage("&step=196")
    page.get_by_label("Spiral").check()
    wait(page, kind="plane", data="spiral")
    assert page.locator(".pg-density [data-for=plane]").is_visible()
    page.get_by_label("Grey digits").check()
    wait(page, kind="digits")


def test_a_drawing_has_a_density_too(stage):
    page = stage("&step=196")
    page.get_by_role("button", name="How dense is it there?").click()
    wait(page, given="true")
    assert float(data(page)["total"]) > 0, "expected the density of a drawing on black to exceed 1"


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("viewport", [(1920, 1080), (390, 844)])
@pytest.mark.parametrize("kind", ["digits", "moons"])
def test_both_languages_and_sizes(stage, lang, viewport, kind):
    from playground.locale import text

    page = stage(f"&data={kind}&step=90", lang=lang, viewport=viewport)
    wait(page, kind="digits" if kind == "digits" else "plane")
    assert text("density.unit", lang) in page.locator(".pg-density-units").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), "expected no sideways scroll"
    assert "density." not in page.locator("#pg-density").inner_text()

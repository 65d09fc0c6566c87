"""The image grid on its own, fed from Python: any shape, binary or grey, chosen by pointer, keyboard and finger."""

from __future__ import annotations

import gradio as gr
import numpy as np
import pytest

from playground.ui import app
from playground.ui.components.base import pack
from playground.ui.components.image_grid import ImageGrid
from playground.ui.page import Page, Stage

BINARY = np.indices((2, 3, 5, 4)).sum(0) % 2  # (2, 3, 5, 4): 5 rows and 4 columns of pixels, a chessboard
GREY = np.arange(3 * 28 * 28).reshape(3, 28, 28) % 256


def small(kind: str) -> dict:
    if kind == "grey":
        return {"images": pack(GREY.astype(np.uint8)), "columns": ["page.light", "b", "c"], "selected": [0, 2]}
    titles = {"row_title": "field.seed", "column_title": "k", "rows": ["r0", "r1"], "columns": ["-1", "0", "1"]}
    return {"images": pack(BINARY.astype(np.uint8)), "top": 1, **titles}


def build(page: Page) -> None:
    view, controls, _ = page.layout("codes")
    with view:
        grid = ImageGrid(elem_id="grid")
    with controls:
        said = gr.Textbox(elem_id="said")
        passed = gr.Textbox(elem_id="passed")
        buttons = {kind: gr.Button(kind, elem_id=kind) for kind in ("binary", "grey")}

    def chosen(event: gr.EventData) -> str:
        return f"{event.row},{event.col}"

    for kind, button in buttons.items():
        page.event(button.click, lambda kind=kind: small(kind), None, grid)
    page.event(grid.pick, chosen, None, said)
    page.event(grid.hover, chosen, None, passed, live=True)


@pytest.fixture
def page(serve, new_context):
    page = new_context(has_touch=True).new_page()
    page.goto(serve(app.build([Stage("codes", build, lambda page: None)])) + "/?lang=en")
    page.locator("#binary").click()
    page.wait_for_selector("#grid canvas[data-seq]")
    return page


def said(page, where: str, words: str) -> None:
    page.wait_for_function(
        "([id, words]) => document.querySelector(`#${id} textarea, #${id} input`).value === words", arg=[where, words]
    )


def colours(page) -> list[list[int]]:
    """The colour in the middle of each pixel of the picture in row 0, column 0."""
    return page.evaluate(
        """() => {
            const c = document.querySelector('#grid canvas'), g = c.getContext('2d'), out = [];
            for (let i = 0; i < 5; i += 1) for (let j = 0; j < 4; j += 1) {
                out.push(g.getImageData((c.width / 3) * (j + 0.5) / 4, (c.height / 2) * (i + 0.5) / 5, 1, 1).data[0]);
            }
            return out;
        }"""
    )


def test_binary_pictures_are_paper_and_ink(page):
    shown = np.array(colours(page)).reshape(5, 4)
    ink, paper = shown[BINARY[0, 0] == 1], shown[BINARY[0, 0] == 0]
    assert ink.max() < paper.min() - 150, f"expected dark ink on light paper, got {ink} on {paper}"
    page.evaluate("playground.setTheme('dark')")
    page.wait_for_timeout(100)
    shown = np.array(colours(page)).reshape(5, 4)
    assert shown[BINARY[0, 0] == 1].min() > shown[BINARY[0, 0] == 0].max() + 150, "expected light ink on dark paper"


def test_headings_are_texts_or_keys_and_follow_the_language(page):
    assert page.locator("#grid [role=columnheader]").all_inner_texts() == ["-1", "0", "1"]
    assert page.locator("#grid [role=rowheader]").all_inner_texts() == ["r0", "r1"]
    label = page.locator('#grid [data-row="1"][data-col="2"]').get_attribute("aria-label")
    assert label == "row seed r1, column k 1"
    page.evaluate("playground.setLang('ko')")
    page.wait_for_function(
        "document.querySelector('#grid .pg-grid-row-title').textContent === playground.t('field.seed')"
    )
    assert "시드" in page.locator("#grid .pg-grid-row-title").inner_text()


def test_a_click_a_tap_and_a_key_choose(page):
    page.locator('#grid [data-row="1"][data-col="2"]').click()
    said(page, "said", "1,2")
    page.locator('#grid [data-row="0"][data-col="1"]').tap()
    said(page, "said", "0,1")
    page.locator('#grid [tabindex="0"]').focus()
    for key in ("End", "ArrowDown", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    said(page, "said", "1,1")
    selected = page.locator('#grid [aria-selected="true"]')
    assert selected.count() == 1 and selected.get_attribute("data-col") == "1"


def test_hovering_says_where_and_when_it_ends(page):
    page.locator('#grid [data-row="0"][data-col="2"]').hover()
    said(page, "passed", "0,2")
    page.mouse.move(2, 2)
    said(page, "passed", "-1,-1")


def test_one_row_of_another_shape_takes_its_place(page):
    page.locator("#grey").click()
    page.wait_for_function("document.querySelectorAll('#grid [role=gridcell]').length === 3")
    assert page.locator("#grid [role=columnheader]").first.inner_text() == "Light"
    assert page.locator('#grid [aria-selected="true"]').get_attribute("data-col") == "2"
    cell = page.evaluate("[...document.querySelector('#grid .pg-image-grid').cell(0, 1)]")
    assert cell == GREY[1].ravel().tolist()
    box = page.locator('#grid [data-col="0"][data-row="0"]').bounding_box()
    assert box["width"] == pytest.approx(box["height"], rel=0.02)

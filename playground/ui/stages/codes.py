"""The codes stage: InfoGAN's category, its two continuous codes and the noise, turned by hand."""

from __future__ import annotations

from dataclasses import asdict

import gradio as gr

from playground import catalog
from playground.ui.components.base import pack
from playground.ui.components.codes_knobs import INFORMATION, CodesKnobs
from playground.ui.components.image_grid import ImageGrid
from playground.ui.links import Field
from playground.ui.page import Page, Stage

KINDS = ("c1_c2", "c1_c3", "c2_c3")
OTHERS = 8
FIELDS = {
    "c1": Field("int", 3, 0, 9),
    "c2": Field("float", 0.0, -1, 1),
    "c3": Field("float", 0.0, -1, 1),
    "seed": Field("int", 17, 0, 2**31 - 1),
    "sweep": Field("choice", "c1_c2", choices=KINDS),
}
SPLIT = r",\qquad "
BOUNDS = r"$$c_1:\;H=\ln 10,\qquad c_2,\,c_3:\;L_I=\ln 2-\ln\!\left(\sigma\sqrt{2\pi e}\right)$$"
TITLE = '<div class="pg-codes-title" data-t="codes.others"></div>'


def build(page: Page) -> None:
    """Fills the stage's tab: the large picture, other noises, the sweep; the knobs."""
    view, controls, notes = page.layout("codes")
    with view:
        with gr.Row(elem_classes=["pg-codes-view"]):
            with gr.Column(min_width=0):
                ImageGrid(label="codes.picture", choose=False, elem_id="codes-picture")
                _text(TITLE)
                ImageGrid(label="codes.others", elem_id="codes-others")
            with gr.Column(min_width=0):
                ImageGrid(label="codes.sweep_label", elem_id="codes-sweep")
        _text(INFORMATION, elem_id="codes-information")
    with controls:
        CodesKnobs(
            picture="codes-picture",
            others="codes-others",
            sweep="codes-sweep",
            server_functions=[page.server(fn) for fn in (turn, sweep, sheet, facts)],
        )
    with notes:
        lines = [f"$${line}$$" for line in catalog.card("infogan").equation.split(SPLIT)]
        page.notes("codes", "\n\n".join([*lines, BOUNDS]))
    page.state("codes", {}, FIELDS)


def turn(c1: int, c2: float, c3: float, seed: int) -> dict:
    """The picture of these knobs, the other categories and other noises, and the judge's verdict."""
    from playground.inference import codes

    made = codes.generate(c1, c2, c3, seed, others=OTHERS, categories=True, judge=True)
    return {
        "image": pack(made.image),
        "categories": pack(made.categories),
        "others": pack(made.others),
        "other_seeds": made.other_seeds.tolist(),
        "verdict": asdict(made.verdict),
    }


def sweep(kind: str, c1: int, c2: float, c3: float, seed: int) -> dict:
    """A sweep's pictures and the values of its rows and columns."""
    from playground.inference import codes

    made = codes.sweep(kind, c1=c1, c2=c2, c3=c3, seed=seed)
    return {
        "kind": made.kind,
        "rows": made.rows.tolist(),
        "columns": made.columns.tolist(),
        "images": pack(made.images),
    }


def sheet(c1: int, seed: int) -> dict:
    """Pictures for every c2 and c3, to turn them without asking."""
    from playground.inference import codes

    made = codes.sheet(c1, seed)
    return {"axis": made.axis.tolist(), "images": pack(made.images)}


def facts() -> dict:
    """What was measured on the shipped weights: digits of the codes, information per code."""
    from playground.inference import codes

    return asdict(codes.facts())


def generate_codes(c1: int = 0, c2: float = 0.0, c3: float = 0.0, seed: int = 0, sweep: str = "none") -> dict:
    """An InfoGAN digit for a code and a noise, with the judge's reading of it.

    c1: category, 0..9 (an order of its own: `digit_of_code` says which digit each draws). c2, c3: in [-1, 1]. seed of
    the noise: 0..2147483647. sweep: none, or c1_c2, c1_c3, c2_c3 for a 10 x 10 grid of these two codes as well.
    Returns `image` and `sweep` packed as {"shape", "dtype": "uint8", "data": base64}, `digit`, `confidence`,
    `digit_of_code`, and the `rows` and `columns` of the sweep.
    """
    from playground.errors import InvalidInput
    from playground.inference import codes

    if not isinstance(sweep, str) or sweep not in ("none", *KINDS):
        raise InvalidInput("choice", "sweep", sweep, choices=["none", *KINDS])
    made = codes.generate(c1, c2, c3, seed, judge=True)
    answer = {
        "image": pack(made.image),
        "digit": made.verdict.digit,
        "confidence": made.verdict.confidence,
        "digit_of_code": list(codes.facts().digit_of_code),
    }
    if sweep == "none":
        return {**answer, "sweep": None, "rows": None, "columns": None}
    grid = codes.sweep(sweep, c1=c1, c2=c2, c3=c3, seed=seed)
    return {**answer, "sweep": pack(grid.images), "rows": grid.rows.tolist(), "columns": grid.columns.tolist()}


def register_api(page: Page) -> None:
    """The stage's named endpoint."""
    page.api(generate_codes, "generate_codes")


def _text(template: str, **kw: object) -> None:
    gr.HTML(html_template=template, js_on_load="playground.translate(element);", apply_default_css=False, **kw)


STAGE = Stage("codes", build, register_api)

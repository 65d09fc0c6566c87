"""The codes stage: InfoGAN's category, its two continuous codes and the noise, turned by hand.

Further sections: what the codes carry, what each does, the codes of a drawing, the same without lambda, the objective.
"""

from __future__ import annotations

from dataclasses import asdict

import gradio as gr

from playground import catalog
from playground.ui import flows
from playground.ui.components.base import pack
from playground.ui.components.codes_knobs import INFORMATION, CodesKnobs
from playground.ui.components.codes_views import (
    LEAD,
    OPTIONS,
    SECTIONS,
    TITLES,
    VARIANTS,
    CodesDrawing,
    CodesEffects,
    CodesPair,
    CodesSections,
    CodesTables,
)
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.image_grid import ImageGrid
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages.codes_answers import (
    NOISES,
    effects,
    grid,
    pair,
    read_codes,
    read_drawing,
    search_noise,
    tables,
    typical,
)

KINDS = ("c1_c2", "c1_c3", "c2_c3")
OTHERS = 8
FIELDS = {
    "c1": Field("int", 3, 0, 9),
    "c2": Field("float", 0.0, -1, 1),
    "c3": Field("float", 0.0, -1, 1),
    "seed": Field("int", 17, 0, 2**31 - 1),
    "sweep": Field("choice", "c1_c2", choices=(*KINDS, NOISES)),
    "section": Field("choice", "turn", choices=SECTIONS),
    "example": Field("int", 4, -1, 9),
    "search": Field("bool", True),
    "flow": Field("choice", "D", choices=flows.choices("infogan")),
}
PAIR = {variant: f"codes-{variant}" for variant in VARIANTS}  # ids of the two sweeps side by side
SPLIT = r",\qquad "
BOUNDS = r"$$c_1:\;H=\ln 10,\qquad c_2,\,c_3:\;L_I=\ln 2-\ln\!\left(\sigma\sqrt{2\pi e}\right)$$"
SEARCHING = """
playground.translate(element);
const box = element.querySelector('#codes-search'), stage = document.querySelector('#pg-codes');
box.checked = playground.link.get('codes').search;
box.addEventListener('change', () => {
  playground.link.set('codes', { search: box.checked });
  stage.dispatchEvent(new CustomEvent('codes-search'));
});
element.querySelector('[data-act="noises"]').addEventListener('click', () => {
  const { seed } = playground.link.get('codes');
  stage.dispatchEvent(new CustomEvent('codes-pick', { detail: { seed: (seed + 8) % 2147483648 } }));
});
"""
TITLE = '<div class="pg-codes-title" data-t="codes.others"></div>'


def build(page: Page) -> None:
    """Fills the stage's tab: the bar of sections and their views; the knobs, and a pad in their place."""
    view, controls, notes = page.layout("codes")
    with view:
        CodesSections()
        with gr.Row(elem_classes=["pg-codes-view", *_on("turn")]):
            with gr.Column(min_width=0):
                ImageGrid(label="codes.picture", choose=False, elem_id="codes-picture")
                _text(TITLE)
                ImageGrid(label="codes.others", elem_id="codes-others")
            with gr.Column(min_width=0):
                ImageGrid(label="codes.sweep_label", elem_id="codes-sweep")
        sections = _sections(page)
        _text(INFORMATION, elem_id="codes-information", elem_classes=_on("turn", "carry"))
    with controls:
        CodesKnobs(
            picture="codes-picture",
            others="codes-others",
            sweep="codes-sweep",
            server_functions=[page.server(fn) for fn in (turn, sweep, sheet, facts)],
            elem_classes=_on("turn", "without"),
        )
        pad = DigitPad(elem_id="codes-pad", elem_classes=_on("drawing"))
        gr.HTML(html_template=OPTIONS, js_on_load=SEARCHING, apply_default_css=False, elem_classes=_on("drawing"))
    with notes:
        lines = [f"$${line}$$" for line in catalog.card("infogan").equation.split(SPLIT)]
        page.notes("codes", "\n\n".join([*lines, BOUNDS]))
    page.state("codes", {}, FIELDS)
    page.event(pad.drawn, None, pad, sections, js="(drawn) => ({drawn})")
    page.event(sections.search, search_noise, sections, sections, live=True, lane="codes")


def _sections(page: Page) -> CodesDrawing:
    """The views of the other sections; gives the one that a drawing goes to."""
    CodesTables(server_functions=[page.server(tables)], elem_classes=_on("carry"))
    CodesEffects(server_functions=[page.server(effects)], elem_classes=_on("effects"))
    asked = [page.server(fn) for fn in (read_drawing, typical)]
    drawing = CodesDrawing(pad="codes-pad", server_functions=asked, elem_classes=_on("drawing"))
    _text(LEAD, elem_classes=_on("without"))
    with gr.Row(elem_classes=["pg-codes-both", *_on("without")]):
        for variant, id in PAIR.items():
            with gr.Column(min_width=0):
                _text(TITLES.replace("@V@", variant))
                ImageGrid(label=f"codes.sweep_{variant}", elem_id=id)
    CodesPair(grids=PAIR, server_functions=[page.server(fn) for fn in (pair, tables)], elem_classes=_on("without"))
    FlowPicture("infogan", link=("codes", "flow"), elem_id="codes-flow", elem_classes=_on("objective"))
    return drawing


def _on(*sections: str) -> list[str]:
    """Classes of what shows in these sections only."""
    return ["pg-codes-part", *(f"pg-on-{section}" for section in sections)]


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
    made = grid(kind, c1, c2, c3, seed)
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
    from playground.errors import WeightsError
    from playground.inference import codes

    try:
        without = asdict(codes.facts(codes.VARIANTS[1]))["information"]
    except WeightsError:  # the section that compares says so
        without = None
    return asdict(codes.facts()) | {"without": without}


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
    """The stage's named endpoints."""
    page.api(generate_codes, "generate_codes")
    page.api(read_codes, "read_codes", lane="codes")


def _text(template: str, **kw: object) -> None:
    gr.HTML(html_template=template, js_on_load="playground.translate(element);", apply_default_css=False, **kw)


STAGE = Stage("codes", build, register_api)

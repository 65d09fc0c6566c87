"""The puzzle_gan stage: three frames dragged over a digit, and the whole pictures made of what is in them."""

from __future__ import annotations

from dataclasses import asdict

import gradio as gr
import numpy as np

from playground import catalog
from playground.errors import InvalidInput
from playground.inference.puzzle_gan import KINDS, LARGEST_SEED, PATCH, PATCHES, SIDE
from playground.ui import flows
from playground.ui.components.base import pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.puzzle_gan_view import SECTIONS, PuzzleGanView, knobs
from playground.ui.links import Field
from playground.ui.page import Page, Stage

PLACES = ((9, 12), (16, 19), (24, 15))  # where the frames begin
FIELDS = {
    "section": Field("choice", SECTIONS[0], choices=SECTIONS),
    "source": Field("choice", KINDS[0], choices=KINDS),
    "digit": Field("int", 5, 0, 9),
    "seed": Field("int", 0, 0, LARGEST_SEED),
    "example": Field("int", 4, -1, 9),  # on the pad; -1: something of one's own, which no link holds
    "patches": Field("int", PATCHES, 1, PATCHES),
    "z": Field("int", 0, 0, LARGEST_SEED),
    **{
        f"{axis}{k + 1}": Field("int", at, 0, SIDE - 1)
        for k, place in enumerate(PLACES)
        for axis, at in zip(("row", "col"), place, strict=True)
    },
    "flow": Field("choice", "D", choices=flows.choices("puzzle_gan")),
}
MORE = r"""$$h_k=E(p_k),\quad h_k\leftarrow h_k+R\Bigl(h_k,\sum_j h_j\Bigr)$$

$$z\sim U(-1,1)^{32}$$

$$\mathcal{L}_D=-\ln D(x)-\tfrac13\left[\ln(1-D(\hat x))+\ln(1-D(m))+\ln(1-D(m'))\right]$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("puzzle_gan")
    with view:
        asked = [page.server(fn) for fn in (source, good, complete, counts, unmoved, numbers)]
        constants = {"PATCH": PATCH}
        shown = PuzzleGanView(pad="puzzle-pad", constants=constants, server_functions=asked)
        with gr.Column(min_width=0, elem_classes=["pg-puzzle-game"]):
            FlowPicture("puzzle_gan", link=("puzzle_gan", "flow"), elem_id="puzzle-flow")
    with controls:
        gr.HTML(
            html_template=knobs(),
            js_on_load="playground.translate(element);",
            apply_default_css=False,
            elem_id="puzzle-knobs",
        )
        pad = DigitPad(elem_id="puzzle-pad")
    with notes:
        loss = catalog.card("puzzle_gan").equation.split(r",\quad ")
        page.notes("puzzle_gan", "\n\n".join([*(f"$${line}$$" for line in loss), MORE]))
    page.state("puzzle_gan", {}, FIELDS)
    page.event(pad.drawn, None, pad, shown, js="(drawn) => ({drawn})")


def source(kind: str, digit: int, seed: int, strokes: dict | None) -> dict:
    """The digit to take patches from; `image` goes back with every further question."""
    from playground.inference import puzzle_gan

    made = puzzle_gan.source(kind, digit, seed, strokes)
    return {"image": pack(made.image), "digit": made.digit, "confidence": made.confidence}


def good(image: dict, seed: int) -> dict:
    """Three places that say much."""
    from playground.inference import puzzle_gan

    return {"places": puzzle_gan.good_places(_image(image), seed).tolist()}


def complete(image: dict, places: list, seed: int) -> dict:
    """Six pictures from the patches at these places."""
    from playground.inference import puzzle_gan

    return _completed(puzzle_gan.complete(_image(image), places, seed))


def counts(image: dict, places: list, seed: int) -> dict:
    """Six pictures from the first patch, from two and from all."""
    from playground.inference import puzzle_gan

    x = _image(image)
    if not isinstance(places, list):
        raise InvalidInput("shape", "places", places, expected=f"({PATCHES}, 2)")
    return {"rows": [_completed(puzzle_gan.complete(x, places[: n + 1], seed)) for n in range(len(places))]}


def unmoved(image: dict, places: list, seed: int) -> dict:
    """Every order of the patches, and the same patches from elsewhere."""
    from playground.inference import puzzle_gan

    made = puzzle_gan.unmoved(_image(image), places, seed)
    pictures = {name: pack(getattr(made, name)) for name in ("ordered", "sources", "shifted")}
    return {
        **pictures,
        "orders": [list(order) for order in made.orders],
        "order_change": made.order_change,
        "shifts": list(made.shifts),
        "shift_change": made.shift_change.tolist(),
        "cut": made.cut.tolist(),
    }


def numbers() -> dict:
    """What was measured once on the shipped weights."""
    from playground.inference import puzzle_gan

    return asdict(puzzle_gan.numbers())


def complete_puzzle(
    places: list, digit: int = 5, seed: int = 0, z: int = 0, drawing: dict | list | None = None
) -> dict:
    """Six whole digits from 1..3 patches of 10 x 10 pixels of a digit.

    places: [[row, column], ...] of the patches' middles, 0..31 each. digit, seed: which of our samples they are taken
    from; drawing instead: {"strokes": [[[x, y], ...], ...]} in [0, 1], or a grey image with ink = 1. z: seed of the
    first of six noises. Returns `source`, `patches`, `covered`, `mask` and `images` packed as {"shape", "dtype",
    "data": base64}, and by picture `places` (like those asked for, as the network laid them), `off` (pixels), `kept`,
    `home`, `elsewhere` (mean |difference|), `overlap`, `digits`, `confidence`.
    """
    from playground.inference import puzzle_gan

    taken = puzzle_gan.source("sample" if drawing is None else "drawing", digit, seed, drawing)
    return {"source": pack(taken.image), **_completed(puzzle_gan.complete(taken.image, places, z))}


def register_api(page: Page) -> None:
    """The stage's named endpoint."""
    page.api(complete_puzzle, "complete_puzzle")


def _image(value: object) -> np.ndarray:
    from playground.inference import puzzle_gan

    return puzzle_gan.picture(value)


def _completed(found: object) -> dict:
    pictures = {name: pack(getattr(found, name)) for name in ("patches", "covered", "mask", "images")}
    by_picture = ("off", "kept", "home", "elsewhere", "overlap")
    shares = {name: np.round(getattr(found, name), 5).tolist() for name in by_picture}
    read = {"digits": found.digits.tolist(), "confidence": np.round(found.confidence.astype(float), 4).tolist()}
    return {**pictures, **shares, **read, "places": found.places.tolist(), "empty": found.empty.tolist()}


STAGE = Stage("puzzle_gan", build, register_api)

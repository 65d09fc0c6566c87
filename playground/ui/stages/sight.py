"""The sight stage: which earlier pixels a model sees, and how Row LSTM and Diagonal BiLSTM come by theirs."""

from __future__ import annotations

import numpy as np

from playground import catalog
from playground.ui.components.base import pack
from playground.ui.components.sight_controls import NONE, SightControls
from playground.ui.components.sight_view import VIEWS, SightView
from playground.ui.links import Field
from playground.ui.page import Page, Stage

MODELS = [card.id for card in catalog.of_stage("pixels")]
NAMES = {card.id: card.name for card in reversed(catalog.of_stage("pixels"))}
SHOWN = [
    id for id in ("row_lstm", "pixel_cnn", "gated_pixel_cnn") if id in MODELS
]  # at first: three pasts, three shapes
SPACES = ("features", "pixels")
SHIFTS = ("down", "none", "zeroed")
TALL, WIDE = (3, 10), (3, 12)
LONGEST = 80  # steps of the longest film
FIELDS = {
    "view": Field("choice", "sees", choices=VIEWS),
    "a": Field("choice", [*SHOWN, *MODELS][0], choices=MODELS),
    "b": Field("choice", [*SHOWN, NONE, NONE][1], choices=[NONE, *MODELS]),
    "c": Field("choice", [*SHOWN, NONE, NONE][2], choices=[NONE, *MODELS]),
    "row": Field("int", 15, 1, 28),
    "column": Field("int", 15, 1, 28),
    "show": Field("choice", "set", choices=["set", "strength"]),
    "digit": Field("choice", "3", choices=[str(k) for k in range(10)]),
    "row_height": Field("int", 7, *TALL),
    "row_width": Field("int", 9, *WIDE),
    "row_cell": Field("int", -1, -1, TALL[1] * WIDE[1] - 1),  # the cell that is followed; -1 for the one below centre
    "diagonal_height": Field("int", 6, *TALL),
    "diagonal_width": Field("int", 6, *WIDE),
    "diagonal_cell": Field("int", -1, -1, TALL[1] * WIDE[1] - 1),
    "space": Field("choice", "features", choices=SPACES),
    "shift": Field("choice", "down", choices=SHIFTS),
    "step": Field("int", -1, -1, LONGEST),  # -1: plays from the start
}
EQUATION = r"""$$S_i=\Big\{\,j<i\;:\;\frac{\partial\,\mathrm{logit}_i}{\partial x_j}\not\equiv 0\,\Big\}$$

$$[o,f,i,g]=[\sigma,\sigma,\sigma,\tanh]\big(K^{ss}\circledast h_{t-1}+K^{is}\circledast x_t\big)$$

$$c_t=f\odot c_{t-1}+i\odot g,\qquad h_t=o\odot\tanh c_t$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("sight")
    with view:
        asked = [rules, look, strength, row_film, diagonal_film]
        served = [page.server(fn) for fn in asked]
        SightView("sight", "sight-controls", NAMES, server_functions=served, elem_id="sight-view")
    with controls:
        SightControls("sight", "sight-view", NAMES, SPACES, SHIFTS, elem_id="sight-controls")
    with notes:
        page.notes("sight", EQUATION)
    page.state("sight", {}, FIELDS)


def rules(model: str) -> dict:
    """What every pixel of a model may see by its rule, (784, 98) packed bits, and its turn in the model's order."""
    from playground.inference import sight

    known = sight.rule(model)
    return {"rule": None if known is None else pack(np.packbits(known, axis=1)), "turn": pack(sight.past(model).sum(1))}


def look(model: str, index: int) -> dict:
    """What one pixel's logit depends on, measured."""
    from playground.inference import sight

    found = sight.sees(model, index)
    return {"seen": pack(found.seen), "inputs": found.inputs, "trained": found.trained}


def strength(model: str, digit: int, index: int) -> dict:
    """|d logit / d x| at one pixel for an example digit, and that digit."""
    from playground.inference import sight

    image = sight.digit(digit)
    return {"map": pack(sight.strength(model, image, index)), "image": pack(image)}


def row_film(height: int, width: int, space: str) -> dict:
    """A Row LSTM's sets on a small grid."""
    from playground.inference import sight

    return wire(sight.row_film(height, width, space))


def diagonal_film(height: int, width: int, space: str, shift: str) -> dict:
    """A Diagonal BiLSTM's sets on a small grid."""
    from playground.inference import sight

    return wire(sight.diagonal_film(height, width, space, shift))


def wire(found: object) -> dict:
    """A dataclass of the room as JSON with packed arrays."""
    return {name: pack(value) if isinstance(value, np.ndarray) else value for name, value in vars(found).items()}


def register_api(page: Page) -> None:
    """The named endpoint `/sees`."""
    page.api(sees, "sees")


def sees(model: str = "pixel_cnn", index: int = 406) -> dict:
    """Which earlier pixels a model's logit at one pixel depends on; index is row * 28 + column, counted from 0.

    Gives {"seen", "rule", "allowed", "missed", "leaked": (28, 28) in {0, 1}, packed {"shape", "dtype", "data": base64},
    "counts": how many of each, "inputs": images and networks in the union of gradients, "trained"}. "rule" is null
    for a model without one.
    """
    from playground.inference import sight

    found = sight.sees(model, index)
    names = ("seen", "rule", "allowed", "missed", "leaked")
    maps = {name: getattr(found, name) for name in names}
    return {
        "model": found.model,
        "index": found.index,
        **{name: None if sets is None else pack(sets) for name, sets in maps.items()},
        "counts": {name: None if sets is None else int(sets.sum()) for name, sets in maps.items()},
        "inputs": found.inputs,
        "trained": found.trained,
    }


STAGE = Stage("sight", build, register_api)

"""The blend stage: between two digits, straight and along the sphere; thicker and more slanted."""

from __future__ import annotations

import gradio as gr
import numpy as np

from playground.errors import InvalidInput, PlaygroundError
from playground.inference import blend as room
from playground.inference import planes as maps
from playground.ui.components.base import pack
from playground.ui.components.blend_view import BlendView
from playground.ui.components.digit_pad import DigitPad
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages import planes

MODELS = list(maps.PLANES)
FIELDS = {
    "a": Field("choice", "autoencoder", choices=MODELS),
    "b": Field("choice", "vae-beta1", choices=MODELS),
    "c": Field("choice", "aae-normal", choices=MODELS),
    "from": Field("int", 4, -1, planes.EXAMPLES - 1),  # -1: the drawing
    "to": Field("int", 14, -1, planes.EXAMPLES - 1),
    "attribute": Field("choice", "ink", choices=room.ATTRIBUTES),
    "pen": Field("choice", "from", choices=("from", "to")),
}
EQUATION = (
    r"$$z_t=(1-t)\,z_A+t\,z_B$$"
    "\n\n"
    r"$$z_t=\frac{\sin((1-t)\,\omega)}{\sin\omega}\,z_A+\frac{\sin(t\,\omega)}{\sin\omega}\,z_B"
    r"\quad(|z_A|=|z_B|)$$"
    "\n\n"
    r"$$\mathbb{E}\,|z|^2=d\quad\text{for}\quad z\sim\mathcal N(0,I_d),\qquad \sqrt{20}\approx 4.47$$"
    "\n\n"
    r"$$z+t\,\bigl(\bar z_{\text{most}}-\bar z_{\text{least}}\bigr)$$"
)
ROOT = "document.querySelector('#pg-blend .pg-blend')"
TELL = f"{ROOT}?.dispatchEvent(new CustomEvent('knobs', {{detail: %s}}))"


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("blend")
    with view:
        models = {name: {"id": id, "variant": variant or ""} for name, (id, variant) in maps.PLANES.items()}
        BlendView(models, server_functions=[page.server(fn) for fn in (planes.examples, films, change)])
    with controls:
        gr.Markdown(T("blend.pad"))
        pen = gr.Radio([(T("blend.from"), "from"), (T("blend.to"), "to")], value="from", label=T("blend.pen"))
        pad = DigitPad()
    with notes:
        page.notes("blend", EQUATION)
    page.state("blend", {"pen": pen}, FIELDS)
    page.event(pen.change, None, pen, None, js=f"(value) => {{ {TELL % '{pen: value}'}; }}")
    page.event(pad.drawn, None, pad, None, js=f"(value) => {{ {TELL % '{drawing: value}'}; }}")


def films(names: list, a: object, b: object) -> dict:
    """All strips between two images: an example by its number, a drawing of the pad, or 28 x 28 numbers."""
    if not isinstance(names, list) or not 1 <= len(names) <= 3:
        raise InvalidInput("shape", "names", names, expected="1..3")
    one, two = (_read(image) for image in (a, b))
    strips = [_or_error(lambda name=name: _film(room.straight(name, one, two))) for name in (*names, "large")]
    strips.append(_or_error(lambda: _film(room.sphere(one, two))))
    return {"a": pack(one), "b": pack(two), "films": strips, "paths": _or_error(lambda: room.facts()["paths"])}


def change(image: object, attribute: str) -> dict:
    """One image along the direction of an attribute, with what was measured."""
    found = room.change(_read(image), attribute)
    measured = {name: pack(getattr(found, name)) for name in ("t", "ink", "slant")}
    return {**_film(found.film), **measured, "effect": found.effect}


def _read(image: object) -> np.ndarray:
    return planes.read(image, isinstance(image, dict) and "strokes" in image)


def _film(film: room.Film) -> dict:
    length = np.linalg.norm(film.z, axis=1)
    x = np.rint(film.x * 255).astype(np.uint8)
    arrays = {"x": x, "digit": film.digit, "confidence": film.confidence, "length": length}
    return {name: pack(array) for name, array in arrays.items()}


def _or_error(work: object) -> dict:
    """What a strip shows, or its error: the other strips go on."""
    try:
        return work()
    except PlaygroundError as problem:
        return {"error": problem.payload()}


def register_api(page: Page) -> None:
    """The named endpoint `/blend`."""
    page.api(blend_images, "blend")


def blend_images(names: list, a: list | dict, b: list | dict) -> dict:
    """Pictures between two images, 28 x 28 numbers in [0, 1] with ink = 1 (or {"strokes": ...} of the pad).

    names: up to three of "autoencoder", "vae-beta1", ... Gives {"films": [{"x" (11, 28, 28) uint8, "digit",
    "confidence", "length"} or {"error"}, ...]}, packed: one per name, then the VAE of twenty numbers straight and along
    the sphere.
    """
    return films(names, a, b)


STAGE = Stage("blend", build, register_api)

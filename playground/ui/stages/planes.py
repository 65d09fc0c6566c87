"""The planes stage: what makes a latent space one can generate from, on two or three planes under one cursor."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable

import gradio as gr
import numpy as np

from playground.errors import InvalidInput, PlaygroundError
from playground.inference import planes as room
from playground.ui.components.base import pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.planes_view import PlanesView
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

EXAMPLES = 20
PRESETS = {
    "lecture": ["autoencoder", "kl_only", "vae-beta1"],
    "beta": ["vae-beta0.1", "vae-beta1", "vae-beta10"],
    "family": ["vae-beta1", "aae-normal", "wae_mmd"],
    "priors": ["aae-normal", "aae-circle", "aae-swiss_roll"],
}
GROUNDS = ("mosaic", "holes", "picture", "digit", "none")
FIELDS = {
    "a": Field("choice", PRESETS["lecture"][0], choices=list(room.PLANES)),
    "b": Field("choice", PRESETS["lecture"][1], choices=list(room.PLANES)),
    "c": Field("choice", PRESETS["lecture"][2], choices=[*room.PLANES, "none"]),
    "x": Field("float", 0.4, -room.EXTENT, room.EXTENT),
    "y": Field("float", 0.8, -room.EXTENT, room.EXTENT),
    "example": Field("int", 8, -1, EXAMPLES - 1),
    "ground": Field("choice", "mosaic", choices=GROUNDS),
    "codes": Field("bool", False),
    "prior": Field("bool", True),
    "sample": Field("choice", "mean", choices=["mean", "sample"]),
    "seed": Field("int", 0, 0, 2**31 - 1),
}
EQUATION = (
    r"$$\text{AE:}\quad\min\;-\log p(x\mid f(x))$$"
    "\n\n"
    r"$$\text{KL only:}\quad\min\;\mathrm{KL}(q(z|x)\,\|\,p(z))$$"
    "\n\n"
    r"$$\beta\text{-VAE:}\quad\min\;-\mathbb{E}_q\log p(x|z)+\beta\,\mathrm{KL}(q(z|x)\,\|\,p(z))$$"
    "\n\n"
    r"$$\text{AAE, WAE:}\quad\min\;-\mathbb{E}\log p(x|z)+\lambda\,D(q(z),\,p(z))$$"
    "\n\n"
    r"$$q(z)=\mathbb{E}_x\,q(z|x)$$"
)
ROOT = "document.querySelector('#pg-planes .pg-planes')"
TELL = f"{ROOT}?.dispatchEvent(new CustomEvent('knobs', {{detail: %s}}))"


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("planes")
    with view:
        models = {name: {"id": id, "variant": variant or ""} for name, (id, variant) in room.PLANES.items()}
        limits = {"extent": room.EXTENT, "fastest": list(room.FASTEST)}
        asked = [page.server(fn) for fn in (plane, verdicts, speeds, decode, examples, encode)]
        PlanesView(models, PRESETS, limits, server_functions=asked)
    with controls:
        ground = gr.Radio(
            [(T(f"planes.ground_{name}"), name) for name in GROUNDS], value="mosaic", label=T("planes.ground")
        )
        codes = gr.Checkbox(False, label=T("planes.codes"))
        prior = gr.Checkbox(True, label=T("planes.prior"))
        sample = gr.Radio(
            [(T("planes.mean"), "mean"), (T("planes.sample"), "sample")], value="mean", label=T("planes.shown")
        )
        seed = gr.Number(0, label=T("planes.seed"), precision=0, minimum=0)
        gr.Markdown(T("planes.pad"))
        pad = DigitPad()
    with notes:
        page.notes("planes", EQUATION)
    knobs = {"ground": ground, "codes": codes, "prior": prior, "sample": sample, "seed": seed}
    page.state("planes", knobs, FIELDS)
    for name, knob in knobs.items():
        page.event(knob.change, None, knob, None, js=f"(value) => {{ {TELL % f'{{{name}: value}}'}; }}")
    page.event(pad.drawn, None, pad, None, js=f"(value) => {{ {TELL % '{drawing: value}'}; }}")


def plane(name: str) -> dict:
    """One plane for the browser to play with alone; its numbers, or why there are none."""
    found = room.plane(name)
    arrays = {key: pack(getattr(found, key)) for key in ("centre", "codes", "labels", "nodes", "scale")}
    plain = {"unit": found.unit, "length": found.length, "fitted": found.fitted}
    return {**arrays, **plain, "sprite": squeeze(found.sprite), "numbers": _or_error(room.numbers, name)}


def squeeze(array: np.ndarray) -> dict:
    """An uint8 array for `DecompressionStream('deflate')`: `{"shape", "data": base64}`."""
    return {"shape": list(array.shape), "data": base64.b64encode(zlib.compress(array.tobytes(), 9)).decode("ascii")}


def verdicts(name: str) -> dict:
    """The map of holes: confidence in 1/255, digit."""
    found = room.verdicts(name)
    return {"confidence": pack(np.rint(found.confidence * 255).astype(np.uint8)), "digit": pack(found.digit)}


def speeds(name: str) -> dict:
    """The maps of continuity, in 1/255 of `room.FASTEST`."""
    found = room.speeds(name)
    both = zip(("picture", "digit"), (found.picture, found.label), room.FASTEST, strict=True)
    return {key: pack(np.rint(np.clip(values / top, 0, 1) * 255).astype(np.uint8)) for key, values, top in both}


def decode(names: list, u: list) -> dict:
    """The exact decodes of one place, one answer per plane."""
    room.place(u)
    return {"planes": [_or_error(_decoded, name, u) for name in _listed(names)]}


def examples() -> dict:
    """The example digits that come with the weights."""
    x, labels = room.examples()
    return {"x": pack(x), "labels": labels.tolist()}


def encode(names: list, image: object, normalise: bool = False) -> dict:
    """One image on every plane: an example by its number, a drawing of the pad, or 28 x 28 numbers."""
    ink = read(image, bool(normalise))
    return {"x": pack(ink), "planes": [_or_error(_placed, name, ink) for name in _listed(names)]}


def read(image: object, normalise: bool) -> np.ndarray:
    """(28, 28) uint8 in {0, 1}; a whole number is an example's."""
    from playground.inference import checks, latent

    if isinstance(image, int):
        image, normalise = room.examples()[0][checks.whole("example", image, 0, EXAMPLES - 1)], False
    return latent.binary_image(image, normalise)


def _decoded(name: str, u: list) -> dict:
    return _wire(room.decode(name, u))


def _placed(name: str, ink: np.ndarray) -> dict:
    return _wire(room.encode(name, ink))


def _wire(found: object) -> dict:
    return {name: pack(value) if isinstance(value, np.ndarray) else value for name, value in vars(found).items()}


def _or_error(fn: Callable, *arguments: object) -> dict:
    """What a plane answers, or its error: the other planes go on."""
    try:
        return fn(*arguments)
    except PlaygroundError as problem:
        return {"error": problem.payload()}


def _listed(names: object) -> list:
    if not isinstance(names, list) or not 1 <= len(names) <= 3:
        raise InvalidInput("shape", "planes", names, expected="1..3")
    return names


def register_api(page: Page) -> None:
    """The named endpoints `/planes_decode` and `/planes_encode`."""
    page.api(decode_planes, "planes_decode")
    page.api(encode_planes, "planes_encode")


def decode_planes(names: list, u: list) -> dict:
    """Decode one place u [x, y], each in [-3.5, 3.5], with up to three models: "autoencoder", "vae-beta1", ...

    u is the code where the model has a prior, and in standard deviations of its codes where it has none. Gives
    {"planes": [{"z", "x" (28, 28) packed, "digit", "confidence"} or {"error"}, ...]}.
    """
    return decode(names, u)


def encode_planes(names: list, image: list | dict, normalise: bool = False) -> dict:
    """Encode one image, 28 x 28 numbers in [0, 1] with ink = 1, with up to three models.

    normalise: put a drawing of any size (or {"strokes": ...} of the pad) into MNIST's frame first. Gives {"x",
    "planes": [{"u", "spread", "x_hat" packed, "nats", "digit", "confidence"} or {"error"}, ...]}.
    """
    return encode(names, image, normalise)


STAGE = Stage("planes", build, register_api)

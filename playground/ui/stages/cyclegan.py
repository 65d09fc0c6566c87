"""The cyclegan stage: a source to the other style and back, with and without the cycle, and what hides in between."""

from __future__ import annotations

import gradio as gr

from playground.inference.cyclegan import EIGHT, SIGMAS, WAYS
from playground.ui import flows
from playground.ui.components.cyclegan_view import RESIDUALS, SECTIONS, CycleganView
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.translator_view import TranslatorSource
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages.translator_answers import SOURCE, picture, wire, with_and_without

FIELDS = {
    "section": Field("choice", "cycle", choices=SECTIONS),
    "way": Field("choice", WAYS[0], choices=WAYS),
    "lambda": Field("choice", "10", choices=("10", "0")),
    **SOURCE,
    "residual": Field("choice", "twin", choices=RESIDUALS),
    "gain": Field("float", 16.0, 1, 64),
    "noise": Field("int", 4, 0, len(SIGMAS) - 1),
    "flow": Field("choice", "D_both", choices=flows.choices("cyclegan")),
}
EQUATION = r"""$$\mathcal{L}=\mathcal{L}_{GAN}(G,D_Y)+\mathcal{L}_{GAN}(F,D_X)$$

$$+\;\lambda\left(\lVert F(G(x))-x\rVert_1+\lVert G(F(y))-y\rVert_1\right)$$

$$+\;\tfrac{\lambda}{2}\left(\lVert G(y)-y\rVert_1+\lVert F(x)-x\rVert_1\right)$$

$$\mathcal{L}_{GAN}(G,D_Y)=\mathbb{E}\,(D_Y(G(x))-1)^2$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("cyclegan")
    with view:
        asked = [page.server(fn) for fn in (trip, both, hidden, eight, numbers)]
        CycleganView(len(SIGMAS), EIGHT, server_functions=asked, elem_id="cyclegan-view")
        with gr.Column(min_width=0, elem_classes=["pg-tr-flow"]):
            FlowPicture("cyclegan", variants=False, link=("cyclegan", "flow"), elem_id="cyclegan-flow")
    with controls:
        choices = {"way": ("cyclegan.way", WAYS), "lambda": ("cyclegan.lambda", ("10", "0"))}
        source = TranslatorSource("cyclegan", choices, pad="cyclegan-pad", ask=page.server(picture))
        with gr.Column(min_width=0, elem_classes=["pg-given-pad"]):
            pad = DigitPad(elem_id="cyclegan-pad")
    with notes:
        page.notes("cyclegan", EQUATION)
    page.state("cyclegan", {}, FIELDS)
    page.event(pad.drawn, None, pad, source, js="(drawn) => ({drawn})")


def trip(way: str, kind: str, value: object, seed: int, cycle: bool) -> dict:
    """One source there and back."""
    from playground.inference import cyclegan

    return wire(cyclegan.trip(way, kind, value, seed, cycle=cycle))


def both(way: str, kind: str, value: object, seed: int) -> dict:
    """The same source with lambda = 10 and lambda = 0; what is not there says so in its place."""
    from playground.inference import cyclegan

    return with_and_without(lambda cycle: cyclegan.trip(way, kind, value, seed, cycle=cycle))


def hidden(way: str, kind: str, value: object, seed: int, cycle: bool) -> dict:
    """The middle under a magnifying glass and under noise."""
    from playground.inference import cyclegan

    return wire(cyclegan.hidden(way, kind, value, seed, cycle=cycle))


def eight(way: str, kind: str, value: object, seed: int, cycle: bool) -> dict:
    """Eight at once."""
    from playground.inference import cyclegan

    return wire(cyclegan.eight(way, kind, value, seed, cycle=cycle))


def numbers(way: str) -> list:
    """What was measured of a pair, with the cycle and without."""
    from playground.inference import cyclegan

    return wire(cyclegan.numbers(way))


def translate_cyclegan(
    way: str = "coat_zebra",
    source: str = "sample",
    digit: int = 3,
    seed: int = 0,
    picture: dict | list | None = None,
    cycle: bool = True,
) -> dict:
    """A digit, a drawing or a picture, translated by CycleGAN and back.

    way: coat_zebra, zebra_coat, summer_winter or winter_summer. source: "sample" (our own `digit` 0..9), "drawing"
    (`picture`: {"strokes": [[[x, y], ...], ...]} in [0, 1], or a grey image with ink = 1) or "photo" (`picture`: (32,
    32, 3) in 0..255, packed or as lists). seed of the scene. cycle: lambda = 10, else 0. Gives `x`, `there`, `back`,
    `truth`, `cycle`, `missed`, `patches`... packed as {"shape", "dtype", "data"}; `truth` is None for a photo.
    """
    return trip(way, source, digit if source == "sample" else picture, seed, cycle)


def prepare_picture(file: str) -> dict:
    """A picture file in base64 (PNG, JPEG, WebP, BMP or GIF, at most 8 MB) as the translators take it: `x` (32, 32, 3)
    packed, `size` and `format` of the original."""
    return picture(file)


def register_api(page: Page) -> None:
    """The named endpoints `/translate_cyclegan` and `/prepare_picture`."""
    page.api(translate_cyclegan, "translate_cyclegan")
    page.api(prepare_picture, "prepare_picture")


STAGE = Stage("cyclegan", build, register_api)

"""The stargan stage: every digit in every style, there and back, and what one generator for all pairs saves."""

from __future__ import annotations

import gradio as gr

from playground.inference.stargan import DOMAINS, FEWEST, MOST
from playground.ui import flows
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.stargan_view import SECTIONS, StarganView
from playground.ui.components.translator_view import TranslatorSource
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages.translator_answers import SOURCE, picture, wire, with_and_without

FIELDS = {
    "section": Field("choice", "matrix", choices=SECTIONS),
    "style": Field("choice", DOMAINS[0], choices=DOMAINS),
    **SOURCE,
    "target": Field("choice", DOMAINS[1], choices=DOMAINS),
    "k": Field("int", len(DOMAINS), FEWEST, MOST),
    "flow": Field("choice", "D", choices=flows.choices("stargan")),
}
EQUATION = r"""$$\mathcal{L}_D=\mathbb{E}\,D_{src}(G(x,c))-\mathbb{E}\,D_{src}(x)$$

$$+\;10\,\mathbb{E}(\lVert\nabla D_{src}(\hat x)\rVert-1)^2+\lambda_{cls}\,\mathbb{E}[-\ln D_{cls}(c'\mid x)]$$

$$\mathcal{L}_G=-w\,\mathbb{E}\,D_{src}(G(x,c))+\lambda_{cls}\,\mathbb{E}[-\ln D_{cls}(c\mid G(x,c))]$$

$$+\;\lambda_{rec}\,\mathbb{E}\left[\lVert x-G(G(x,c),c')\rVert_1+\tfrac12\lVert x-G(x,c')\rVert_1\right]$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("stargan")
    with view:
        asked = [page.server(fn) for fn in (matrix, around, counts, both, numbers)]
        StarganView(DOMAINS, server_functions=asked, elem_id="stargan-view")
        with gr.Column(min_width=0, elem_classes=["pg-tr-flow"]):
            FlowPicture("stargan", variants=False, link=("stargan", "flow"), elem_id="stargan-flow")
    with controls:
        choices = {"style": ("translators.style", DOMAINS)}
        source = TranslatorSource("stargan", choices, pad="stargan-pad", ask=page.server(picture))
        with gr.Column(min_width=0, elem_classes=["pg-given-pad"]):
            pad = DigitPad(elem_id="stargan-pad")
    with notes:
        page.notes("stargan", EQUATION)
    page.state("stargan", {}, FIELDS)
    page.event(pad.drawn, None, pad, source, js="(drawn) => ({drawn})")


def matrix(style: str, kind: str, value: object, seed: int) -> dict:
    """Every digit in every style, and the visitor's own source above them."""
    from playground.inference import stargan

    return wire(stargan.matrix(style, kind, value, seed))


def around(style: str, kind: str, value: object, seed: int) -> dict:
    """One source to every style and back."""
    from playground.inference import stargan

    return wire(stargan.round_trip(style, kind, value, seed))


def counts() -> dict:
    """Networks and parameters by number of domains."""
    from playground.inference import stargan

    return {"rows": wire(stargan.counts())}


def both(style: str, kind: str, value: object, seed: int) -> dict:
    """The same source with lambda_rec = 10 and 0; what is not there says so in its place."""
    from playground.inference import stargan

    return with_and_without(lambda cycle: stargan.round_trip(style, kind, value, seed, cycle=cycle))


def numbers() -> list:
    """What was measured, with the way back and without."""
    from playground.inference import stargan

    return wire(stargan.numbers())


def translate_stargan(
    style: str = "coat",
    source: str = "sample",
    digit: int = 3,
    seed: int = 0,
    picture: dict | list | None = None,
    cycle: bool = True,
) -> dict:
    """A digit, a drawing or a picture, translated by StarGAN into five styles and back.

    style of the source (where the way back leads): coat, zebra, winter, outline or checker. source, digit, picture,
    seed: as in `/translate_cyclegan`. cycle: lambda_rec = 10, else 0. Gives `x`, `there` and `back` (5, 32, 32, 3),
    `truth`, `cycle`, `missed` and `opinion` (5, 5), D's p(style), packed as {"shape", "dtype", "data"}.
    """
    from playground.inference import stargan

    return wire(stargan.round_trip(style, source, digit if source == "sample" else picture, seed, cycle=cycle))


def register_api(page: Page) -> None:
    """The named endpoint `/translate_stargan`."""
    page.api(translate_stargan, "translate_stargan")


STAGE = Stage("stargan", build, register_api)

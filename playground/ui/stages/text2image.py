"""The text2image stage: captions in two languages, their pictures, ways between them, and what D makes of pairs."""

from __future__ import annotations

from dataclasses import asdict

import gradio as gr
import numpy as np

from playground import catalog
from playground.inference.text2image import LARGEST_SEED, OPEN, VALUES
from playground.ui import flows
from playground.ui.components.base import pack
from playground.ui.components.flow_picture import FlowPicture
from playground.ui.components.text2image_view import SECTIONS, Text2ImageView, knobs
from playground.ui.links import Field
from playground.ui.page import Page, Stage

FIRST = {"digit": 7, "colour": "red", "ground": "blue", "position": "upper_left", "size": "small", "width": "thin"}
SECOND = {"digit": 3, "colour": "yellow", "ground": "blue", "position": "centre", "size": "large", "width": "thick"}
EXAMPLES = {
    "whole": "on a green background, a large yellow 4 with thick strokes in the centre",
    "korean": "검은 바탕의 오른쪽 아래에 크고 굵은 노란 숫자 8",
    "open": "a purple five",
    "unknown": "a smal pink sevn on a blue ground",
    "twice": "a small red seven, a large green two, in the centre on a white ground",
}
FIELDS = {
    "section": Field("choice", SECTIONS[0], choices=SECTIONS),
    "caption": Field("text", "", high=200),  # empty: FIRST in the page's language
    "second": Field("text", "", high=200),  # empty: SECOND
    "seed": Field("int", 0, 0, LARGEST_SEED),
    "open": Field("choice", OPEN[0], choices=OPEN),
    "word": Field("int", -1, -1, 23),  # number of the word to swap; -1: the colour
    "swap_to": Field("text", "", high=40),  # empty: the first that may stand there
    "flow": Field("choice", "D", choices=flows.choices("text2image")),
}
MORE = r"""$$t=\varphi(\text{caption}),\quad \hat t=\varphi(\text{wrong caption}),\quad \hat x=G(z,t)$$

$$\mathcal{L}_M(x,t)=-\sum_k\tfrac12\left[\ln p(k\mid x)+\ln p(k\mid t)\right],\quad p\propto e^{E(x)\cdot t}$$

$$\mathcal{L}_{G}^{\text{INT}}=-\ln D(G(z,\bar t\,),\bar t\,),\quad \bar t=\tfrac12(t_1+t_2)$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("text2image")
    with view:
        asked = [page.server(fn) for fn in (read, write, draw, between, swap, pairs, numbers)]
        constants = {"FIRST": FIRST, "SECOND": SECOND, "EXAMPLES": EXAMPLES}
        Text2ImageView(VALUES, constants=constants, server_functions=asked)
        with gr.Column(min_width=0, elem_classes=["pg-t2i-game"]):
            FlowPicture("text2image", link=("text2image", "flow"), elem_id="text2image-flow")
    with controls:
        gr.HTML(
            html_template=knobs(),
            js_on_load="playground.translate(element);",
            apply_default_css=False,
            elem_id="text2image-knobs",
        )
    with notes:
        loss = catalog.card("text2image").equation.split(r",\quad")
        page.notes("text2image", "\n\n".join([*(f"$${line}$$" for line in loss), MORE]))
    page.state("text2image", {}, FIELDS)


def read(text: str) -> dict:
    """A caption word by word."""
    from playground.inference import caption_words

    return _caption(caption_words.read(text))


def write(said: dict, lang: str) -> dict:
    """The caption that says this."""
    from playground.inference import text2image

    return {"text": text2image.write(said, lang)}


def draw(text: str, seed: int, open: str) -> dict:
    """Eight pictures, and what the judge reads from them."""
    from playground.inference import text2image

    made = text2image.draw(text, seed, open=open)
    return {
        "seeds": made.seeds.tolist(),
        "images": pack(made.images),
        "given": list(made.given),
        "asked": made.asked.tolist(),
        "reading": _reading(made.reading),
    }


def between(first: str, second: str, seed: int, open: str) -> dict:
    """Eight steps between two captions."""
    from playground.inference import text2image

    made = text2image.between(first, second, seed, open=open)
    p = made.p and {name: np.round(of.astype(float), 4).tolist() for name, of in made.p.items()}
    return {
        "share": made.share.tolist(),
        "images": pack(made.images),
        "given": list(made.given),
        "asked": made.asked.tolist(),
        "p": p,
    }


def swap(text: str, word: int, to: str, seed: int, open: str) -> dict:
    """Six pictures before and after one word was swapped."""
    from playground.inference import text2image

    made = text2image.swap(text, word, to, seed, open=open)
    return {
        "text": made.text,
        "attribute": made.attribute,
        "seeds": made.seeds.tolist(),
        **{name: pack(getattr(made, name)) for name in ("before", "after", "difference")},
        "given": [list(both) for both in made.given],
        "asked": made.asked.tolist(),
        "read": made.read and [_reading(one) for one in made.read],
    }


def pairs(text: str, seed: int) -> dict:
    """What D gives right, wrong and fake pairs."""
    from playground.inference import text2image

    made = text2image.pairs(text, seed)
    scores = {name: np.round(getattr(made, name).astype(float), 5).tolist() for name in ("right", "wrong", "fake")}
    pictures = {name: pack(getattr(made, name)) for name in ("real", "made")}
    return {"given": made.given, "captions": list(made.captions), **pictures, **scores}


def numbers() -> dict:
    """What was measured once on the shipped weights."""
    from playground.inference import text2image

    return asdict(text2image.numbers())


def generate_text2image(caption: str, seed: int = 0, open: str = "fill") -> dict:
    """Eight pictures of a caption in English or Korean, and what the judge reads from them.

    seed of the first noise: 0..2147483647. open: what the caption leaves open is drawn from each picture's seed
    ("fill") or left to the generator ("leave"). Returns `images` (8, 32, 32, 3) packed as {"shape", "dtype": "uint8",
    "data": base64}, `seeds`, `given` (the words that the generator read), `asked` and `reading.values` (8 x 6 indices
    of the values of digit, colour, ground, position, size, width; -1 where open), `reading.p`, and `caption`: `said`,
    `open`, and the `words` with their attribute, or `known`: false and `like`.
    """
    return {**draw(caption, seed, open), "caption": read(caption)}


def register_api(page: Page) -> None:
    """The stage's named endpoint."""
    page.api(generate_text2image, "generate_text2image")


def _caption(found: object) -> dict:
    return {**asdict(found), "open": list(found.open)}


def _reading(found: object) -> dict | None:
    if found is None:
        return None
    return {"values": found.values.tolist(), "p": np.round(found.p.astype(float), 4).tolist()}


STAGE = Stage("text2image", build, register_api)

"""The colour stage: one pixel is three conditionals, R, then G given R, then B given R and G."""

from __future__ import annotations

import gradio as gr
import numpy as np

from playground import catalog
from playground.errors import WeightsError
from playground.inference import colour as room
from playground.ui.components.base import pack
from playground.ui.components.colour_view import ColourView
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

NEW_SEED = "() => Math.floor(Math.random() * 1e6)"
FIELDS = {
    "temperature": Field("float", 1.0, 0.0, 2.0),
    "seed": Field("int", 0, 0, room.checks.LARGEST_SEED),
    "step": Field("int", -1, -1, room.SIZE),  # sub-pixels drawn, -1 while it plays from the start; lives in the view
    "which": Field("int", 0, 0, room.MOST_SAMPLES - 1),  # the sample that is shown
    "sees": Field("bool", False),  # whether the context is shown
}


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("colour")
    with view:
        player = ColourView(_facts(), server_functions=[page.server(resample), page.server(force)])
    with controls:
        temperature = gr.Slider(0, 2, 1.0, step=0.05, label=T("colour.temperature"), info=T("colour.temperature_info"))
        seed = gr.Number(0, label=T("colour.seed"), precision=0, minimum=0)
        with gr.Row():
            go = gr.Button(T("colour.sample"), variant="primary", min_width=80)
            new = gr.Button(T("colour.new_seed"), min_width=80)
        gr.Markdown(T("colour.try"), elem_classes=["pg-colour-try"])
    with notes:
        lines = catalog.card(room.MODEL).equation.split(r"\;p(")
        first, rest = lines[0], [f"p({line}" for line in lines[1:]]
        body = r"\\ &\quad\times ".join([first.replace("p(x)=", "p(x)&="), *rest])
        page.notes("colour", rf"$$\begin{{aligned}}{body}\end{{aligned}}$$")
    page.state("colour", {"temperature": temperature, "seed": seed}, FIELDS)
    page.on_open("colour", start, [seed, temperature], player)
    page.event(go.click, start, [seed, temperature], player)
    drawn = page.event(new.click, None, None, seed, js=NEW_SEED)
    page.event(drawn.then, start, [seed, temperature], player)
    for knob in (temperature, seed):
        page.event(knob.input, again, [seed, temperature], player, live=True)


def start(seed: int, temperature: float) -> dict:
    """Films, played from the start."""
    try:
        return film(room.sample_trace(seed, temperature), play=True)
    except WeightsError as problem:  # stays on the page
        return {"message": problem.payload()["message"]}


def again(seed: int | None, temperature: float) -> dict:
    """The same after a knob moved; the film stays where it was."""
    return gr.skip() if seed is None else {**start(seed, temperature), "play": False}


def film(trace: room.ColourTrace, *, play: bool = False, first: int = 0) -> dict:
    """A `ColourTrace` for the view, p in steps of 1/65535. first: number of its first sample among its seed's."""
    p = np.round(trace.p * 65535).astype(np.uint16)
    packed = {"x": pack(trace.x), "p": pack(p), "u": pack(trace.uniforms), "nats": pack(trace.log_p)}
    facts = {"seed": trace.seed, "temperature": trace.temperature, "known": trace.known, "forced": trace.forced}
    return {**packed, **facts, "first": first, "play": play}


def resample(x: dict, index: int, seed: int, temperature: float) -> dict:
    """Other ways on from one sub-pixel, for the view."""
    return film(room.resample(x, index, seed, temperature))


def force(x: dict, index: int, level: int, seed: int, temperature: float, sample: int) -> dict:
    """The film with one level set by hand, for the view."""
    return film(room.force(x, index, level, seed, temperature, sample), first=sample)


def _facts() -> dict:
    """What stands beside the films."""
    row, card = room.numbers(), catalog.card(room.MODEL)
    return {
        "levels": room.LEVELS,
        "blocks": card.config.get("blocks", 10),
        "value": row.get("value"),
        "bits": row.get("bits_per_dim"),
        "floor": row.get("floor"),
    }


def register_api(page: Page) -> None:
    """The named endpoint `/sample_colour`."""
    page.api(sample_colour, "sample_colour")


def sample_colour(seed: int = 0, temperature: float = 1.0, n: int = 1) -> dict:
    """Draw n coloured digits (1..16) sub-pixel by sub-pixel. The same seed gives the same images.

    Gives {"images": (n, 28, 28, 3) in [0, 1], "p": (n, 2352, 8) what each sub-pixel was drawn from, R, G, B of the
    first pixel first, "log_prob": n numbers in nats}; arrays are packed, {"shape", "dtype", "data": base64}.
    """
    trace = room.sample_trace(seed, temperature, n)
    total = trace.log_p.astype(np.float64).sum(1).tolist()
    return {"images": pack(trace.images), "p": pack(trace.p), "log_prob": total, "unit": "nats"}


STAGE = Stage("colour", build, register_api)

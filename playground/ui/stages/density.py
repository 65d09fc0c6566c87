"""The density stage: RNADE over grey digits and over the plane; what a density is and what its nats mean."""

from __future__ import annotations

import json

import gradio as gr
import numpy as np

from playground import catalog
from playground.errors import WeightsError
from playground.inference import density as room
from playground.ui.components.base import ASSETS, pack
from playground.ui.components.density_view import DensityView
from playground.ui.components.digit_pad import DigitPad
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

NEW_SEED = "() => Math.floor(Math.random() * 1e6)"
DATA = (room.DIGITS, *room.PLANE)
TASKS = ("sample", "score")
FIELDS = {
    "data": Field("choice", room.DIGITS, choices=DATA),
    "task": Field("choice", "sample", choices=TASKS),
    "seed": Field("int", 0, 0, room.checks.LARGEST_SEED),
    # the rest lives in the view
    "step": Field("int", -1, -1, room.SIZE),  # values drawn, -1 while it plays from the start
    "which": Field("int", 0, 0, room.MOST_SAMPLES - 1),  # the sample that is shown
    "factor": Field("float", 1.0, 0.01, 320.0),  # the unit: y = factor x
    "height": Field("choice", "linear", choices=("linear", "log")),
    "range": Field("choice", "whole", choices=("whole", "near")),
    "x1": Field("float", 0.0, -6.0, 6.0),
    "x2": Field("float", 0.0, -6.0, 6.0),
}
EXAMPLE = {"strokes": json.loads((ASSETS / "examples" / "digits.json").read_text("utf-8"))["3"], "hidden": []}


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("density")
    with view:
        player = DensityView({"value": room.numbers().get("value")})
    with controls:
        names = [(T(f"density.data_{name}"), name) for name in DATA]
        data = gr.Radio(names, value=room.DIGITS, label=T("density.data"))
        seed = gr.Number(0, label=T("density.seed"), precision=0, minimum=0)
        with gr.Row():
            go = gr.Button(T("density.sample"), variant="primary", min_width=80)
            new = gr.Button(T("density.new_seed"), min_width=80)
        with gr.Column(elem_classes=["pg-density-drawing"]):
            gr.Markdown(T("density.drawing"), elem_classes=["pg-density-heading"])
            pad = DigitPad(EXAMPLE)
            score = gr.Button(T("density.score"), min_width=80)
        task = gr.Radio(list(TASKS), value="sample", visible="hidden")
    with notes:
        lines = catalog.card(room.MODEL).equation.split(r",\qquad ")
        page.notes("density", "\n\n".join(f"$${line}$$" for line in [*lines, UNITS]))
    page.state("density", {"data": data, "task": task, "seed": seed}, FIELDS)
    inputs = [data, task, seed, pad]
    page.on_open("density", start, inputs, player)
    page.event(data.input, choose, inputs, [player, task], live=True)
    page.event(seed.input, again, inputs, player, live=True)
    page.event(go.click, sample, inputs, [player, task])
    drawn = page.event(new.click, None, None, seed, js=NEW_SEED)
    page.event(drawn.then, sample, inputs, [player, task])
    page.event(score.click, judge, inputs, [player, task, data])
    page.event(pad.drawn, redrawn, inputs, player, live=True)


UNITS = r"y=f\,x\;\Rightarrow\;\log p_Y(y)=\log p_X(x)-D\ln f"


def start(data: str, task: str, seed: int, pad: dict | None, play: bool = True) -> dict:
    """What the choices ask for."""
    try:
        if data != room.DIGITS:
            return plane(room.plane(data, seed))
        if task == "score":
            return film(room.score(pad, seed), play=False)
        return film(room.sample_trace(seed), play=play)
    except WeightsError as problem:  # stays on the page
        return {"message": problem.payload()["message"]}


def again(data: str, task: str, seed: int | None, pad: dict | None) -> dict:
    """The same after the seed moved; the film stays where it was."""
    return gr.skip() if seed is None else start(data, task, seed, pad, play=False)


def sample(data: str, task: str, seed: int, pad: dict | None) -> tuple[dict, str]:
    """Draw, from the start."""
    return start(data, "sample", seed, pad), "sample"


def choose(data: str, task: str, seed: int | None, pad: dict | None) -> tuple[dict, str]:
    """Other data."""
    return start(data, "sample", seed or 0, pad), "sample"


def judge(data: str, task: str, seed: int | None, pad: dict | None) -> tuple[dict, str, str]:
    """The density of the drawing."""
    return start(room.DIGITS, "score", seed or 0, pad), "score", room.DIGITS


def redrawn(data: str, task: str, seed: int | None, pad: dict | None) -> dict:
    """The drawing changed while its density is shown."""
    return start(data, task, seed or 0, pad) if task == "score" and data == room.DIGITS else gr.skip()


def film(trace: room.DensityTrace, *, play: bool = False) -> dict:
    """A `DensityTrace` for the view."""
    arrays = {"x": trace.x, "u": trace.uniforms, "weights": trace.weights, "means": trace.means}
    packed = {name: pack(array) for name, array in {**arrays, "sigmas": trace.sigmas, "nats": trace.log_p}.items()}
    facts = {"kind": "digits", "seed": trace.seed, "given": trace.given, "percentile": trace.percentile, "play": play}
    return {**packed, **facts}


def plane(found: room.Plane) -> dict:
    """A `Plane` for the view."""
    names = ("axis", "first", "second", "points", "samples")
    packed = {name: pack(getattr(found, name)) for name in names}
    return {**packed, "kind": "plane", "data": found.data, "box": found.box, "nll": found.nll, "best": found.best}


def register_api(page: Page) -> None:
    """The named endpoints `/sample_density` and `/density_plane`."""
    page.api(sample_density, "sample_density")
    page.api(density_plane, "density_plane")


def sample_density(seed: int = 0, n: int = 1) -> dict:
    """Draw n grey digits of 14 x 14 (1..16) from RNADE. The same seed gives the same pictures.

    Gives {"images": (n, 14, 14) float32, "log_density": n numbers in nats for grey in [0, 1]}; arrays are packed.
    """
    trace = room.sample_trace(seed, n)
    total = trace.log_p.astype(np.float64).sum(1).tolist()
    return {"images": pack(trace.images), "log_density": total, "unit": "nats (density, grey in [0, 1])"}


def density_plane(data: str = "moons", seed: int = 0) -> dict:
    """RNADE's density of a data set of the plane: p(x1) and p(x2 | x1) as mixtures.

    Gives {"axis": (241,), "first": (3, 16) weights, means, sigmas of p(x1), "second": (241, 3, 16) of p(x2 | x1) at
    each x1 of the axis, "points", "samples": (800, 2), "nll", "best" in nats}; arrays are packed.
    """
    return plane(room.plane(data, seed))


STAGE = Stage("density", build, register_api)

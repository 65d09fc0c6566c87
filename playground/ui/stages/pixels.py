"""The pixels stage: step through sampling pixel by pixel, complete a drawing, ask how likely it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import gradio as gr
import numpy as np

from playground import catalog
from playground.errors import WeightsError
from playground.inference import pixels as room
from playground.ui.components import pixel_charts
from playground.ui.components.base import ASSETS, pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.pixel_player import PixelPlayer
from playground.ui.handlers import current_lang
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import LATEX, Page, Stage

MODELS = [card.id for card in catalog.of_stage("pixels")]
BASELINE = "bernoulli"
ORDERED = "made"  # the model whose pixels can be drawn in several orders
ORDERINGS = room.orderings(ORDERED)
TASKS = ("sample", "complete", "score")
HIDDEN = ("lower", "right", "brush")
WAYS = 6
SIDE = 28
FIELDS = {
    "task": Field("choice", "sample", choices=TASKS),
    "model": Field("choice", "pixel_cnn", choices=MODELS),
    "ordering": Field("choice", ORDERINGS[0], choices=ORDERINGS),
    "temperature": Field("float", 1.0, 0.0, 2.0),
    "seed": Field("int", 0, 0, 2**31 - 1),
    "n": Field("choice", "1", choices=["1", "4", "16"]),
    "hide": Field("choice", "lower", choices=HIDDEN),
    "step": Field("int", -1, -1, SIDE * SIDE),  # pixels drawn, -1 while it plays from the start; lives in the player
}
EXAMPLE = {"strokes": json.loads((ASSETS / "examples" / "digits.json").read_text("utf-8"))["3"], "hidden": []}
CHARTS = 2
NEW_SEED = "() => Math.floor(Math.random() * 1e6)"


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("pixels")
    with view:
        player = PixelPlayer(_cards(), server_functions=[page.server(depends), page.server(flip)])
        with gr.Column(visible=False, elem_classes=["pg-pixels-charts"]) as chart_box:
            charts = [gr.Plot(show_label=False, container=False, min_width=0) for _ in range(CHARTS)]
    with controls:
        names = [(T(f"pixels.{card.id}"), card.id) for card in reversed(catalog.of_stage("pixels"))]
        model = gr.Radio(names, value=FIELDS["model"].default, label=T("pixels.model"), elem_id="pg-pixels-model")
        with gr.Column(visible=False, min_width=0) as ordering_box:
            orders = [(T(f"pixels.ordering_{name}"), name) for name in ORDERINGS]
            ordering = gr.Radio(
                orders,
                value=ORDERINGS[0],
                label=T("pixels.ordering"),
                info=T("pixels.ordering_info"),
                elem_id="pg-pixels-ordering",
            )
        temperature = gr.Slider(0, 2, 1.0, step=0.05, label=T("pixels.temperature"), info=T("pixels.temperature_info"))
        n = gr.Radio(["1", "4", "16"], value="1", label=T("pixels.n"))
        seed = gr.Number(0, label=T("pixels.seed"), precision=0, minimum=0)
        with gr.Row():
            go = gr.Button(T("pixels.sample"), variant="primary", min_width=80)
            new = gr.Button(T("pixels.new_seed"), min_width=80)
        gr.Markdown(T("pixels.drawing"), elem_classes=["pg-pixels-heading"])
        pad = DigitPad(EXAMPLE, hide=True)
        hide = gr.Radio(
            [(T(f"pixels.hide_{h}"), h) for h in HIDDEN],
            value="lower",
            label=T("pixels.hide"),
            info=T("pixels.hide_info"),
        )
        with gr.Row():
            complete = gr.Button(T("pixels.complete"), min_width=80)
            score = gr.Button(T("pixels.score"), min_width=80)
        task = gr.Radio(list(TASKS), value="sample", visible="hidden")
    with notes:
        equation = _notes(page)
    values = {"task": task, "model": model, "ordering": ordering, "temperature": temperature, "seed": seed}
    page.state("pixels", {**values, "n": n, "hide": hide}, FIELDS)
    inputs, outputs = [*values.values(), n, hide, pad], [player, chart_box, *charts]
    page.on_open("pixels", start, inputs, outputs)
    page.on_open("pixels", about, model, [equation, ordering_box])
    for button, name in ((go, "sample"), (complete, "complete"), (score, "score")):
        page.event(button.click, _play(name), inputs[1:], [*outputs, task])
    drawn = page.event(new.click, None, None, seed, js=NEW_SEED)
    page.event(drawn.then, _play("sample"), inputs[1:], [*outputs, task])
    for knob in (model, ordering, temperature, seed, n):
        page.event(knob.input, again, inputs, outputs, live=True)
    page.event(hide.input, _again_if("complete"), inputs, outputs, live=True)
    page.event(pad.drawn, _again_if("complete", "score"), inputs, outputs, live=True)
    page.event(model.change, about, model, [equation, ordering_box], live=True)
    page.event(player.relabel, relabel, [task, model, ordering, seed, pad], charts)


def about(model: str) -> tuple:
    """What the page shows of a model besides its films: its equation, and whether an ordering can be chosen."""
    return equation_of(model), gr.Column(visible=model == ORDERED)


def equation_of(model: str) -> str:
    """The equation of a model, in KaTeX."""
    lines = catalog.card(model).equation.split(r",\qquad ")  # one below the other: in one line they would be cut off
    return "\n\n".join(f"$${line}$$" for line in lines)


def start(*values: object) -> tuple:
    """The stage's first picture: what the URL asks for, played from the start."""
    return run(*values, play=True)


def again(task: str, model: str, ordering: str, temperature: float, seed: int, *values: object) -> tuple:
    """The same task after a knob moved; the film stays where it was."""
    if seed is None:  # a number field that is being typed into
        return _nothing(2 + CHARTS)
    return run(task, model, ordering, temperature, seed, *values, play=False)


def run(
    task: str,
    model: str,
    ordering: str,
    temperature: float,
    seed: int,
    n: str,
    hide: str,
    pad: dict | None,
    *,
    play: bool,
) -> tuple:
    """Player, whether the charts are shown, and the charts: of the chosen model, and of all of them."""
    if model != ORDERED:
        ordering = room.RASTER
    try:
        if task == "score":
            ready = room.prepare(pad, seed=seed)
            chosen = room.score(ready.x, model, ordering)
            charts = _charts(chosen, _line_up(ready.x, chosen))
            return film(chosen.trace, "score", play=play, seed=seed), gr.Column(visible=True), *charts
        if task == "complete":
            ready = room.prepare(pad, seed=seed)
            trace = room.complete(model, ready.x, _hidden(hide, ready), WAYS, seed, temperature, ordering)
        else:
            trace = room.sample_trace(model, seed, temperature, int(n), ordering=ordering)
        return film(trace, task, play=play), gr.Column(visible=False), *_nothing(CHARTS)
    except WeightsError as problem:  # stays on the page until another model is chosen
        return {"message": problem.payload()["message"]}, gr.Column(visible=False), *_nothing(CHARTS)


def film(trace: object, kind: str, *, play: bool = False, first: int = 0, **more: object) -> dict:
    """A `SamplingTrace` for the player. first: number of the first of its samples among those of its seed."""
    test, totals = room.histogram(trace.model, trace.ordering), trace.log_p.astype(np.float64).sum(1)
    arrays = {"order": trace.order, "p": trace.p, "u": trace.uniforms, "x": trace.x, "nats": trace.log_p}
    packed = {name: pack(array) for name, array in {**arrays, "given": trace.given}.items()}
    named = {"model": trace.model, "ordering": trace.ordering, "seed": trace.seed, "temperature": trace.temperature}
    facts = {"kind": kind, "first": first, **named}
    percentile = [test.percentile(total) for total in totals] if test else None
    return {**packed, **facts, "play": play, "percentile": percentile, **more}


def depends(model: str, image: dict, index: int, ordering: str = room.RASTER) -> dict:
    """Which earlier pixels the logit of one pixel depends on, for the player."""
    return {"map": pack(room.receptive_field(model, image, index, ordering))}


def flip(
    model: str,
    x: dict,
    index: int,
    seed: int,
    temperature: float,
    given: dict,
    sample: int,
    ordering: str = room.RASTER,
) -> dict:
    """The film with one pixel flipped, for the player."""
    trace = room.flip_and_resample(model, x, index, seed, temperature, given, sample, ordering)
    return film(trace, "sample", first=sample)


def relabel(task: str, model: str, ordering: str, seed: int, pad: dict | None) -> tuple:
    """The charts in the language the page has now."""
    if task != "score":
        return _nothing(CHARTS)
    x = room.prepare(pad, seed=seed).x
    chosen = room.score(x, model, ordering if model == ORDERED else room.RASTER)
    return _charts(chosen, _line_up(x, chosen))


def _nothing(outputs: int) -> tuple:
    """Leaves so many outputs as they are."""
    return tuple(gr.skip() for _ in range(outputs))


def _play(task: str) -> Callable:
    """A handler that starts a task from its beginning and notes it for the URL."""

    def handler(*values: object) -> tuple:
        return (*run(task, *values, play=True), task)

    return handler


def _again_if(*tasks: str) -> Callable:
    """`again`, where the page is at one of these tasks."""

    def handler(task: str, *values: object) -> tuple:
        return again(task, *values) if task in tasks else _nothing(2 + CHARTS)

    return handler


def _hidden(hide: str, ready: object) -> np.ndarray:
    """Where the model is to draw, (28, 28) bool."""
    row, column = np.mgrid[:SIDE, :SIDE]
    return {"lower": row >= SIDE // 2, "right": column >= SIDE // 2, "brush": ready.hidden}[hide]


def _line_up(x: np.ndarray, chosen: object) -> dict[str, object]:
    """Every model's score of an image, the chosen one as it is; models without usable weights are left out."""
    found = {}
    for model in MODELS:
        try:
            found[model] = chosen if model == chosen.trace.model else room.score(x, model)
        except WeightsError:
            continue
    return found


def _charts(chosen: object, found: dict[str, object]) -> tuple:
    """The drawing among the test digits: as the chosen model sees them, and as all models do."""
    lang = current_lang()
    return pixel_charts.one(chosen, lang), pixel_charts.line_up(found, chosen.trace.model, lang)


def _cards() -> dict[str, dict]:
    """Per model the numbers that stand beside its films; None where they were not measured."""
    rows = {model: room.numbers(model) for model in MODELS}
    worst = rows[BASELINE].get("value")
    return {
        model: {
            "value": rows[model].get("value"),
            "floor": rows[model].get("floor"),
            "worst": worst if model != BASELINE else None,
            "published": [vars(number) for number in catalog.card(model).published],
            "orders": room.numbers_of_orderings(model),
        }
        for model in MODELS
    }


def _notes(page: Page) -> gr.Markdown:
    """What to look at, and the equation of the chosen model, which is returned."""
    with gr.Row(elem_classes=["pg-note-row"]):
        with gr.Column(min_width=0, elem_classes=["pg-note"]):
            gr.Markdown(T("page.look"), elem_classes=["pg-note-title"])
            gr.Markdown(T("pixels.look"), latex_delimiters=LATEX)
        with gr.Column(min_width=0, elem_classes=["pg-note", "pg-equation"]):
            gr.Markdown(T("page.equation"), elem_classes=["pg-note-title"])
            equation = gr.Markdown(equation_of(FIELDS["model"].default), latex_delimiters=LATEX)
            gr.Markdown(T("pixels.chain"), latex_delimiters=LATEX)
    return equation


def register_api(page: Page) -> None:
    """The named endpoints `/sample_pixels`, `/log_prob` and `/complete`."""
    page.api(sample_pixels, "sample_pixels")
    page.api(log_prob, "log_prob")
    page.api(complete_image, "complete")


def sample_pixels(
    model: str = "pixel_cnn", seed: int = 0, temperature: float = 1.0, n: int = 1, ordering: str = room.RASTER
) -> dict:
    """Draw n images (1..64) pixel by pixel. The same seed gives the same images.

    ordering: "made" also draws "reversed", "column", "spiral" and "random".

    Gives {"images": (n, 28, 28) in {0, 1}, "order": (784,), "p": (n, 784) p(x_i = 1 | x_<i) in that order, "uniforms",
    "log_prob": n numbers in nats}; arrays are packed, {"shape", "dtype", "data": base64}.
    """
    return _wire(room.sample_trace(model, seed, temperature, n, ordering=ordering))


def complete_image(
    image: list | dict,
    hidden: list | dict | None = None,
    model: str = "pixel_cnn",
    n: int = 6,
    seed: int = 0,
    temperature: float = 1.0,
    normalise: bool = False,
) -> dict:
    """Let a model complete an image n times: 28 x 28 numbers in [0, 1], ink = 1, nested or packed.

    hidden: 28 x 28, nonzero where the model draws; the lower half if left out. normalise: put a drawing of any size (or
    {"strokes": ...} of the pad) into MNIST's frame first. Gives what /sample_pixels gives.
    """
    ready = room.prepare(image, normalise, seed)
    return _wire(room.complete(model, ready.x, hidden, n, seed, temperature))


def log_prob(
    image: list | dict,
    model: str = "pixel_cnn",
    normalise: bool = False,
    seed: int = 0,
    ordering: str = room.RASTER,
) -> dict:
    """How likely a model finds an image: 28 x 28 numbers in [0, 1], ink = 1, nested or packed; grey is binarized.

    normalise: put a drawing of any size (or {"strokes": ...} of the pad) into MNIST's frame first. Gives {"log_prob" in
    nats, "percentile": share of test digits that are less likely, "x": the binary image, "surprise": (28, 28) packed,
    -log p(x_i | x_<i) in nats}.
    """
    found = room.score(room.prepare(image, normalise, seed).x, model, ordering)
    surprise = np.empty(SIDE * SIDE, np.float32)
    surprise[found.trace.order] = -found.trace.log_p[0]
    return {
        "log_prob": found.log_prob,
        "unit": "nats",
        "percentile": found.percentile,
        "x": pack(found.trace.images[0]),
        "surprise": pack(surprise.reshape(SIDE, SIDE)),
    }


def _wire(trace: object) -> dict:
    """A `SamplingTrace` as JSON with packed arrays."""
    arrays = {"images": trace.images, "order": trace.order, "p": trace.p, "uniforms": trace.uniforms}
    given = np.empty_like(trace.given)
    given[trace.order] = trace.given
    packed = {name: pack(array) for name, array in {**arrays, "given": given.reshape(SIDE, SIDE)}.items()}
    return {**packed, "log_prob": trace.log_p.astype(np.float64).sum(1).tolist(), "unit": "nats"}


STAGE = Stage("pixels", build, register_api)

"""The pixels stage: step through sampling pixel by pixel, complete a drawing, ask how likely it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import gradio as gr
import numpy as np

from playground import catalog
from playground.errors import WeightsError
from playground.locale import text
from playground.ui.components.base import ASSETS, pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.components.pixel_player import PixelPlayer
from playground.ui.handlers import current_lang
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import LATEX, Page, Stage

MODELS = [card.id for card in catalog.of_stage("pixels")]
BASELINE = "bernoulli"
TASKS = ("sample", "complete", "score")
HIDDEN = ("lower", "right", "brush")
WAYS = 6
SIDE = 28
FIELDS = {
    "task": Field("choice", "sample", choices=TASKS),
    "model": Field("choice", "pixel_cnn", choices=MODELS),
    "temperature": Field("float", 1.0, 0.0, 2.0),
    "seed": Field("int", 0, 0, 2**31 - 1),
    "n": Field("choice", "1", choices=["1", "4", "16"]),
    "hide": Field("choice", "lower", choices=HIDDEN),
    "step": Field("int", -1, -1, SIDE * SIDE),  # pixels drawn, -1 while it plays from the start; lives in the player
}
EXAMPLE = {"strokes": json.loads((ASSETS / "examples" / "digits.json").read_text("utf-8"))["3"], "hidden": []}
NEW_SEED = "() => Math.floor(Math.random() * 1e6)"


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("pixels")
    with view:
        player = PixelPlayer(_cards(), server_functions=[page.server(depends), page.server(flip)])
        with gr.Column(visible=False, elem_classes=["pg-pixels-charts"]) as chart_box:
            charts = [gr.Plot(show_label=False, container=False, min_width=0) for _ in MODELS]
    with controls:
        names = [(T(f"pixels.{card.id}"), card.id) for card in reversed(catalog.of_stage("pixels"))]
        model = gr.Radio(names, value=FIELDS["model"].default, label=T("pixels.model"))
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
    values = {"task": task, "model": model, "temperature": temperature, "seed": seed, "n": n, "hide": hide}
    page.state("pixels", values, FIELDS)
    inputs, outputs = [task, model, temperature, seed, n, hide, pad], [player, chart_box, *charts]
    page.on_open("pixels", start, inputs, outputs)
    page.on_open("pixels", equation_of, model, equation)
    for button, name in ((go, "sample"), (complete, "complete"), (score, "score")):
        page.event(button.click, _play(name), inputs[1:], [*outputs, task])
    drawn = page.event(new.click, None, None, seed, js=NEW_SEED)
    page.event(drawn.then, _play("sample"), inputs[1:], [*outputs, task])
    for knob in (model, temperature, seed, n):
        page.event(knob.input, again, inputs, outputs, live=True)
    page.event(hide.input, _again_if("complete"), inputs, outputs, live=True)
    page.event(pad.drawn, _again_if("complete", "score"), inputs, outputs, live=True)
    page.event(model.change, equation_of, model, equation, live=True)
    page.event(player.relabel, relabel, [task, seed, pad], charts)


def equation_of(model: str) -> str:
    """The equation of a model, in KaTeX."""
    lines = catalog.card(model).equation.split(r",\qquad ")  # one below the other: in one line they would be cut off
    return "\n\n".join(f"$${line}$$" for line in lines)


def start(*values: object) -> tuple:
    """The stage's first picture: what the URL asks for, played from the start."""
    return run(*values, play=True)


def again(task: str, model: str, temperature: float, seed: int, *values: object) -> tuple:
    """The same task after a knob moved; the film stays where it was."""
    if seed is None:  # a number field that is being typed into
        return _nothing(2 + len(MODELS))
    return run(task, model, temperature, seed, *values, play=False)


def run(
    task: str, model: str, temperature: float, seed: int, n: str, hide: str, pad: dict | None, *, play: bool
) -> tuple:
    """Player, whether the charts are shown, and one chart per model."""
    from playground.inference import pixels

    try:
        if task == "score":
            found, ready = _scores(seed, pad)
            if model not in found:
                pixels.score(ready.x, model)  # raises what is wrong with it
            chosen = found[model]
            return film(chosen.trace, "score", play=play, seed=seed), gr.Column(visible=True), *_charts(found)
        if task == "complete":
            ready = pixels.prepare(pad, seed=seed)
            trace = pixels.complete(model, ready.x, _hidden(hide, ready), WAYS, seed, temperature)
        else:
            trace = pixels.sample_trace(model, seed, temperature, int(n))
        return film(trace, task, play=play), gr.Column(visible=False), *_nothing(len(MODELS))
    except WeightsError as problem:  # stays on the page until another model is chosen
        return {"message": problem.payload()["message"]}, gr.Column(visible=False), *_nothing(len(MODELS))


def film(trace: object, kind: str, *, play: bool = False, first: int = 0, **more: object) -> dict:
    """A `SamplingTrace` for the player. first: number of the first of its samples among those of its seed."""
    from playground.inference import pixels

    test, totals = pixels.histogram(trace.model), trace.log_p.astype(np.float64).sum(1)
    arrays = {"order": trace.order, "p": trace.p, "u": trace.uniforms, "x": trace.x, "nats": trace.log_p}
    packed = {name: pack(array) for name, array in {**arrays, "given": trace.given}.items()}
    facts = {"kind": kind, "model": trace.model, "seed": trace.seed, "temperature": trace.temperature, "first": first}
    percentile = [test.percentile(total) for total in totals] if test else None
    return {**packed, **facts, "play": play, "percentile": percentile, **more}


def depends(model: str, image: dict, index: int) -> dict:
    """Which earlier pixels the logit of one pixel depends on, for the player."""
    from playground.inference import pixels

    return {"map": pack(pixels.receptive_field(model, image, index))}


def flip(model: str, x: dict, index: int, seed: int, temperature: float, given: dict, sample: int) -> dict:
    """The film with one pixel flipped, for the player."""
    from playground.inference import pixels

    trace = pixels.flip_and_resample(model, x, index, seed, temperature, given, sample)
    return film(trace, "sample", first=sample)


def relabel(task: str, seed: int, pad: dict | None) -> tuple:
    """The charts in the language the page has now."""
    return _charts(_scores(seed, pad)[0]) if task == "score" else _nothing(len(MODELS))


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
        return again(task, *values) if task in tasks else _nothing(2 + len(MODELS))

    return handler


def _hidden(hide: str, ready: object) -> np.ndarray:
    """Where the model is to draw, (28, 28) bool."""
    row, column = np.mgrid[:SIDE, :SIDE]
    return {"lower": row >= SIDE // 2, "right": column >= SIDE // 2, "brush": ready.hidden}[hide]


def _scores(seed: int, pad: dict | None) -> tuple[dict, object]:
    """Every model's score of the drawing; models without usable weights are left out."""
    from playground.inference import pixels

    ready, found = pixels.prepare(pad, seed=seed), {}
    for model in MODELS:
        try:
            found[model] = pixels.score(ready.x, model)
        except WeightsError:
            continue
    return found, ready


def _charts(scores: dict) -> tuple:
    """One chart per model, in the order of the page; None for a model without a score."""
    lang = current_lang()
    return tuple(_chart(model, scores[model], lang) if model in scores else None for model in reversed(MODELS))


def _chart(model: str, found: object, lang: str) -> object:
    """log p of the drawing among that of the test digits."""
    import plotly.graph_objects as go

    figure = go.Figure()
    if found.histogram:
        edges, counts = found.histogram.edges, found.histogram.counts
        hover = text("pixels.chart_hover", lang, x="%{x:.0f}", y="%{y}") + "<extra></extra>"
        middle, width = (edges[1:] + edges[:-1]) / 2, float(edges[1] - edges[0])
        figure.add_bar(x=middle.tolist(), y=counts.tolist(), width=width, hovertemplate=hover, marker_line_width=0)
    figure.add_vline(found.log_prob, line_width=3)
    clear = "rgba(0,0,0,0)"
    figure.update_layout(
        title={"text": _chart_title(model, found, lang), "x": 0.5, "y": 0.93, "font_size": 17},
        xaxis_title=text("pixels.chart_x", lang), yaxis_title=text("pixels.chart_y", lang),
        height=290, showlegend=False, bargap=0, paper_bgcolor=clear, plot_bgcolor=clear, dragmode=False,
        margin={"l": 60, "r": 10, "t": 68, "b": 54}, font={"size": 16},
    )  # fmt: skip
    return figure


def _chart_title(model: str, found: object, lang: str) -> str:
    name, value = text(f"pixels.{model}", lang), f"{found.log_prob:.1f}".replace("-", "−")
    if found.percentile is None:
        return text("pixels.chart_title_alone", lang, name=name, value=value)
    return text("pixels.chart_title", lang, name=name, value=value, percent=round(found.percentile))


def _cards() -> dict[str, dict]:
    """Per model the numbers that stand beside its films; None where they were not measured."""
    from playground.inference import pixels

    rows = {model: pixels.numbers(model) for model in MODELS}
    worst = rows[BASELINE].get("value")
    return {
        model: {
            "value": rows[model].get("value"),
            "floor": rows[model].get("floor"),
            "worst": worst if model != BASELINE else None,
            "published": [vars(number) for number in catalog.card(model).published],
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


def sample_pixels(model: str = "pixel_cnn", seed: int = 0, temperature: float = 1.0, n: int = 1) -> dict:
    """Draw n images (1..64) pixel by pixel. The same seed gives the same images.

    Gives {"images": (n, 28, 28) in {0, 1}, "order": (784,), "p": (n, 784) p(x_i = 1 | x_<i) in that order, "uniforms",
    "log_prob": n numbers in nats}; arrays are packed, {"shape", "dtype", "data": base64}.
    """
    from playground.inference import pixels

    return _wire(pixels.sample_trace(model, seed, temperature, n))


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
    from playground.inference import pixels

    ready = pixels.prepare(image, normalise, seed)
    return _wire(pixels.complete(model, ready.x, hidden, n, seed, temperature))


def log_prob(image: list | dict, model: str = "pixel_cnn", normalise: bool = False, seed: int = 0) -> dict:
    """How likely a model finds an image: 28 x 28 numbers in [0, 1], ink = 1, nested or packed; grey is binarized.

    normalise: put a drawing of any size (or {"strokes": ...} of the pad) into MNIST's frame first. Gives {"log_prob" in
    nats, "percentile": share of test digits that are less likely, "x": the binary image, "surprise": (28, 28) packed,
    -log p(x_i | x_<i) in nats}.
    """
    from playground.inference import pixels

    found = pixels.score(pixels.prepare(image, normalise, seed).x, model)
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

"""The anomaly stage: log p as an alarm, with its histograms, its ROC, and the blank page that passes every one."""

from __future__ import annotations

import json

import gradio as gr

from playground import catalog
from playground.errors import WeightsError
from playground.inference import anomaly as room
from playground.ui.components.anomaly_view import AnomalyView
from playground.ui.components.base import ASSETS, pack
from playground.ui.components.digit_pad import DigitPad
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

MODELS = room.models()
MINE = "mine"
RULES = ("low", "typical")
FIELDS = {
    "model": Field("choice", "pixel_cnn", choices=MODELS),
    "set": Field("choice", "letters", choices=[*room.SETS, MINE]),
    "rule": Field("choice", "low", choices=RULES),
    "threshold": Field("float", 0.0, -20000.0, 0.0),  # of the rule's score, in nats; 0: where 5 % of the digits fall
}
DIGITS = json.loads((ASSETS / "examples" / "digits.json").read_text("utf-8"))
LETTER = {
    "strokes": [[[0.5, 0.1], [0.2, 0.9]], [[0.5, 0.1], [0.8, 0.9]], [[0.32, 0.6], [0.68, 0.6]]],
    "hidden": [],
}  # an A
OTHER = {"strokes": [[[0.3, 0.1], [0.3, 0.9]], [[0.75, 0.1], [0.3, 0.52], [0.78, 0.9]]]}  # a K
ROOT = "document.querySelector('#pg-anomaly .pg-anomaly')"
TELL = f"(value) => {{ {ROOT}?.dispatchEvent(new CustomEvent('knobs', {{detail: {{%s: value}}}})); }}"
ADD = f"() => {{ {ROOT}?.dispatchEvent(new CustomEvent('add')); }}"
EQUATION = (
    r"$$\text{alarm}\iff \log p(x)<t$$"
    "\n\n"
    r"$$\text{alarm}\iff \bigl|\log p(x)-\mathbb{E}\log p\bigr|>d$$"
    "\n\n"
    r"$$\mathrm{AUC}=P\bigl(\log p(x_{\text{digit}})>\log p(x_{\text{other}})\bigr)$$"
)


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("anomaly")
    with view:
        names = {id: catalog.card(id).name for id in MODELS}
        asked = [page.server(fn) for fn in (overview, sets_of, rate)]
        picture = AnomalyView(names, room.SETS, room.MOST, server_functions=asked)
    with controls:
        choices = [(T(f"pixels.{id}") if catalog.card(id).stage == "pixels" else names[id], id) for id in MODELS]
        model = gr.Radio(choices, value=FIELDS["model"].default, label=T("anomaly.model"))
        rule = gr.Radio([(T(f"anomaly.rule_{r}"), r) for r in RULES], value="low", label=T("anomaly.rule"))
        gr.Markdown(T("anomaly.drawing"))
        pad = DigitPad(LETTER)
        add = gr.Button(T("anomaly.add"), variant="primary")
    with notes:
        page.notes("anomaly", EQUATION)
    page.state("anomaly", {"model": model, "rule": rule}, FIELDS)
    for name, knob in {"model": model, "rule": rule}.items():
        page.event(knob.change, None, knob, None, js=TELL % name)
    page.on_open("anomaly", drawn, pad, picture)
    page.event(pad.drawn, drawn, pad, picture, live=True)
    page.event(add.click, None, None, None, js=ADD)


def drawn(pad: dict | None) -> dict:
    """The drawing on the pad under every model; an empty pad takes it away."""
    if not pad or not pad.get("strokes"):
        return {"drawing": None}
    from playground.inference import pixels

    x = pixels.prepare(pad).x
    return {"drawing": {"x": pack(x), "log_prob": {id: float(v[0]) for id, v in room.score(x[None]).items()}}}


def overview() -> dict:
    """Per model the AUC of both rules for every set and the digits' scores; one picture of every set."""
    found = {}
    for id in room.measured():
        try:
            scores = room.scores(id)
        except WeightsError:
            continue
        found[id] = {"auc": scores.auc, "typical": scores.auc_typical, "digits": pack(scores.sets[room.NORMAL])}
    return {"models": found, "examples": {name: pack(x) for name, x in room.examples(DIGITS["5"], OTHER).items()}}


def sets_of(model: str) -> dict:
    """One model's scores of every set, sorted, in nats."""
    return {"sets": {name: pack(values) for name, values in room.scores(model).sets.items()}}


def rate(images: dict) -> dict:
    """log p of a visitor's drawings, (n, 28, 28) in {0, 1}, under every model."""
    return {id: values.tolist() for id, values in room.score(images).items()}


def register_api(page: Page) -> None:
    """The named endpoint `/anomaly`."""
    page.api(alarm, "anomaly")


def alarm(image: list | dict, normalise: bool = False, seed: int = 0) -> dict:
    """How unusual every explicit model finds an image: 28 x 28 numbers in [0, 1], ink = 1, nested or packed.

    normalise: put a drawing of any size (or {"strokes": ...} of the pad) into MNIST's frame first. Gives per model
    {"log_prob" in nats, "below": share of 1,000 test digits that are less likely, in percent}.
    """
    from playground.inference import pixels

    x = pixels.prepare(image, normalise, seed).x
    found = {}
    for id, values in room.score(x[None]).items():
        digits, log_prob = room.scores(id).sets[room.NORMAL], float(values[0])
        found[id] = {"log_prob": log_prob, "below": float(100 * (digits < log_prob).mean())}
    return found


STAGE = Stage("anomaly", build, register_api)

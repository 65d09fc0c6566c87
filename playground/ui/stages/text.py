"""The text stage: a network writes character by character, says how surprising a text is, and learns four letters."""

from __future__ import annotations

import json
from dataclasses import asdict

import gradio as gr
import numpy as np

from playground import catalog
from playground.errors import PlaygroundError
from playground.ui.components.base import pack
from playground.ui.components.hello_net import HelloNet
from playground.ui.components.text_player import TextPlayer
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage

TASKS = ("write", "surprise", "hello")
PREFIX = "JULIET:\n"
TYPED = "To be, or not to be: that is the question."
EXAMPLES = {
    "quote": TYPED,
    "shuffled": "not question the that be, to: or is To be not.",
    "modern": "Please restart your computer and try again.",
    "noise": "qzx vkw jjf; QPXZ mwrt lkjh &xv",
}
LONGEST_PREFIX, LONGEST_TEXT = 200, 500
UNITS = 512
FIELDS = {
    "task": Field("choice", "write", choices=TASKS),
    "prefix": Field("text", PREFIX, high=LONGEST_PREFIX),
    "temperature": Field("float", 0.8, 0.0, 2.0),
    "seed": Field("int", 0, 0, 2**31 - 1),
    "typed": Field("text", TYPED, high=LONGEST_TEXT),
    # the rest lives in the players
    "step": Field("int", -1, -1, LONGEST_TEXT),  # characters drawn, -1 while it plays from the start
    "row": Field("int", 1, 0, 3),
    "paint": Field("choice", "plain", choices=["plain", "surprise", "unit"]),
    "order": Field("choice", "sorted", choices=["sorted", "alphabet"]),
    "unit": Field("int", 1, 1, UNITS),
    "hello_seed": Field("int", 1, 0, 2**31 - 1),
    "hello_lr": Field("float", 0.1, 0.01, 2.0),
    "hello_memory": Field("bool", True),
    "hello_step": Field("int", 0, 0, 5000),
}
NEW_SEED = "() => Math.floor(Math.random() * 1e6)"
# Which of the three ways of playing is shown is a matter of CSS.
SHOW = "document.getElementById('pg-text').dataset.task = {task};"


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("text")
    with view:
        player = TextPlayer(*_found(), server_functions=[page.server(focus)], elem_classes=["pg-text-film"])
        HelloNet(elem_classes=["pg-text-hello"])
    with controls:
        names = [(T(f"text.task_{task}"), task) for task in TASKS]
        task = gr.Radio(names, value="write", label=T("text.task"))
        with gr.Column(elem_classes=["pg-text-write"], min_width=0):
            prefix = gr.Textbox(PREFIX, lines=3, max_lines=6, label=T("text.prefix"), info=T("text.prefix_info"))
            temperature = gr.Slider(0, 2, 0.8, step=0.05, label=T("text.temperature"), info=T("text.temperature_info"))
            seed = gr.Number(0, label=T("text.seed"), precision=0, minimum=0)
            with gr.Row():
                go = gr.Button(T("text.go"), variant="primary", min_width=80)
                new = gr.Button(T("text.new_seed"), min_width=80)
        with gr.Column(elem_classes=["pg-text-surprise"], min_width=0):
            typed = gr.Textbox(TYPED, lines=6, max_lines=14, label=T("text.typed"), info=T("text.typed_info"))
            examples = {name: gr.Button(T(f"text.example_{name}"), min_width=80) for name in EXAMPLES}
        gr.Markdown(T("text.hello_why"), elem_classes=["pg-text-hello"])
        shown = "(playground.link.get('text').task)"
        gr.HTML("", js_on_load=SHOW.format(task=shown), apply_default_css=False, elem_classes=["pg-opener"])
    with notes:
        state, choice = catalog.card("char_rnn").equation.split(r",\qquad ")
        page.notes("text", f"$${state}$$\n\n$${choice}$$\n\n$$-\\log_2 p(c)=\\sum_t-\\log_2 p(c_t\\mid c_{{<t}})$$")
    values = {"task": task, "prefix": prefix, "temperature": temperature, "seed": seed, "typed": typed}
    page.state("text", values, FIELDS)
    inputs = [task, prefix, temperature, seed, typed]
    page.on_open("text", start, inputs, player)
    page.event(task.change, None, task, None, js=f"(task) => {{ {SHOW.format(task='task')} }}")
    page.event(task.change, start, inputs, player, live=True)
    page.event(go.click, start, inputs, player)
    drawn = page.event(new.click, None, None, seed, js=NEW_SEED)
    page.event(drawn.then, start, inputs, player)
    for knob in (prefix, temperature, seed):
        page.event(knob.input, again, inputs, player, live=True)
    page.event(typed.change, _again_if_surprise, inputs, player, live=True)
    for name, button in examples.items():
        page.event(button.click, None, None, typed, js=f"() => {json.dumps(EXAMPLES[name])}")


def start(*values: object) -> dict:
    """What the controls ask for, played from its start."""
    return run(*values, play=True)


def again(task: str, prefix: str, temperature: float, seed: int | None, typed: str) -> dict:
    """The same after a knob moved; the film stays where it was."""
    if seed is None:  # a number field that is being typed into
        return gr.skip()
    return run(task, prefix, temperature, seed, typed, play=False)


def run(task: str, prefix: str, temperature: float, seed: int, typed: str, *, play: bool) -> dict:
    """The player's value; a text that the alphabet cannot write, or weights that are missing, become a message."""
    from playground.inference import text

    try:
        if task == "surprise":
            found = text.surprise(typed)
            return {**wire(found), "kind": "surprise", "row": 1, "others": pack(found.x[None]), "play": False}
        texts, found = text.beside(prefix, seed, temperature), text.film(prefix, seed, temperature)
    except PlaygroundError as problem:  # stays on the page until it is mended; the last film stays too
        return {"refused": problem.payload()["message"]}
    return {
        **wire(found),
        "kind": "write",
        "row": 1,
        "others": pack(texts.x),
        "row_bits": [float(value) for value in texts.bits[:, found.given :].mean(1)],
        "loop": text.loop(texts.x[0]),
        "prefix": prefix,
        "seed": seed,
        "temperature": temperature,
        "play": play,
    }


def focus(prefix: str, seed: int, temperature: float, row: int) -> dict:
    """The film of another row, for the player."""
    from playground.inference import text

    return wire(text.film(prefix, seed, temperature, row=row))


def wire(film: object) -> dict:
    """A `Film` as JSON with packed arrays."""
    arrays = {"x": film.x, "p": film.p, "u": film.uniforms, "bits": film.bits, "hidden": film.hidden}
    packed = {name: pack(array) for name, array in arrays.items()}
    return {**packed, "alphabet": film.alphabet, "given": film.given, "bits_per_char": film.bits_per_char}


def _again_if_surprise(task: str, *values: object) -> dict:
    return run(task, *values, play=False) if task == "surprise" else gr.skip()


def _found() -> tuple[dict, list[dict]]:
    """What was measured on the shipped weights: marks in bits per character, units with a name."""
    from playground.inference import text

    return asdict(text.marks()), [asdict(unit) for unit in text.units()]


def register_api(page: Page) -> None:
    """The named endpoints `/sample_text` and `/surprise`."""
    page.api(sample_text, "sample_text")
    page.api(surprise, "surprise")


def sample_text(prefix: str = "", length: int = 300, seed: int = 0, temperature: float = 1.0, n: int = 1) -> dict:
    """Go on from a text with the char-RNN: n (1..16) texts, each with `length` (0..1000) characters more.

    prefix: up to 200 of the 65 characters of tiny Shakespeare. temperature in [0, 5]; 0 takes the likeliest character.
    The same seed gives the same texts. Gives {"texts": n strings, prefix included, "bits": (n, T) packed, -log2 p of
    each character, "bits_per_char": n numbers, of the drawn characters}; arrays are {"shape", "dtype", "data": base64}.
    """
    from playground.inference import text

    found = text.sample(prefix, seed, temperature, length, n)
    drawn = found.bits[:, found.x.shape[1] - length :].astype(np.float64)
    means = drawn.mean(1).tolist() if length else [None] * n
    return {"texts": found.texts, "bits": pack(found.bits), "bits_per_char": means}


def surprise(text: str) -> dict:
    """How surprising the char-RNN finds a text of up to 500 of the 65 characters of tiny Shakespeare.

    Gives {"bits": -log2 p(c_t | c_<t) of every character, "bits_per_char": their mean, null for an empty text,
    "log_prob": in nats, "marks": bits per character of the network and of n-grams on the test text, and log2 65}.
    """
    from playground.inference import text as room

    found = room.surprise(text)
    bits = found.bits.astype(np.float64)
    log_prob = -float(bits.sum()) * room.LN2
    marks = asdict(room.marks())
    return {"bits": bits.tolist(), "bits_per_char": found.bits_per_char, "log_prob": log_prob, "marks": marks}


STAGE = Stage("text", build, register_api)

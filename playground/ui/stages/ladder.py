"""The ladder: every explicit model on one page, with exact numbers, costs and samples of one seed."""

from __future__ import annotations

import gradio as gr
import numpy as np

from playground.ui.components.base import pack
from playground.ui.components.ladder_table import LadderTable
from playground.ui.links import Field
from playground.ui.page import Page, Stage

COLUMNS = ("name", "value", "bits", "published", "parameters", "calls", "cached", "naive", "gain")
AXES = ("parameters", "cached", "naive")
FIELDS = {
    "sort": Field("choice", "value", choices=COLUMNS),
    "down": Field("bool", True),  # the rungs from the bottom of the ladder upwards: nats fall
    "axis": Field("choice", "parameters", choices=AXES),
}
EQUATION = (
    r"$$\mathrm{NLL}=-\frac1N\sum_{n=1}^{N}\ln p\bigl(x^{(n)}\bigr)\;\;[\text{nats}]$$"
    "\n\n"
    r"$$\text{bits/dim}=\frac{\mathrm{NLL}}{784\,\ln 2}$$"
)


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("ladder")
    with view:
        table = LadderTable(COLUMNS, AXES)
    with controls:
        gr.HTML("", elem_classes=["pg-opener"])  # the table sorts itself: this column stays empty and is not shown
    with notes:
        page.notes("ladder", EQUATION)
    page.state("ladder", {}, FIELDS)
    page.on_open("ladder", rungs, None, table)


def rungs() -> dict:
    """Every rung as the table takes it, and what the times were measured on."""
    from playground.inference import ladder

    bench = ladder.recorded()
    about = {name: bench.get(name) for name in ("machine", "versions", "command")}
    return {"rungs": [wire(rung) for rung in ladder.rungs()], "groups": list(ladder.GROUPS), **about}


def wire(rung: object) -> dict:
    """`inference.ladder.Rung` as JSON, its samples packed."""
    plain = {name: pack(v) if isinstance(v, np.ndarray) else v for name, v in vars(rung).items()}
    return {**plain, "published": [vars(number) for number in rung.published]}


def register_api(page: Page) -> None:
    """The named endpoint `/ladder`."""
    page.api(ladder_rows, "ladder")


def ladder_rows() -> list:
    """Every explicit model: {"id", "group", "value", "bits", "bound", "binarization", "published", "parameters",
    "calls", "cached" and "naive" in ms for one image, "scored" in seconds for 1,000...}. Numbers of two groups, or of
    two binarizations, are of different data and must not be compared.
    """
    from playground.inference import ladder

    return [{k: v for k, v in wire(rung).items() if k != "images"} for rung in ladder.rungs()]


STAGE = Stage("ladder", build, register_api)

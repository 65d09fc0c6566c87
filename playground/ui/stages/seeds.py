"""The seeds stage: many seeds of one lab run at once, their distributions, and what a comparison in pairs says."""

from __future__ import annotations

import itertools
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import asdict

import gradio as gr
import numpy as np

from playground.errors import PlaygroundError
from playground.inference import lab, lab_seeds
from playground.ui.components.base import pack
from playground.ui.components.seeds_view import SeedsView
from playground.ui.handlers import session
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages import lab as lab_stage

SEEDS = [str(n) for n in lab_seeds.SEEDS]
FIELDS = {
    "preset": Field("choice", "A", choices=list(lab.PRESETS)),
    "seeds": Field("choice", SEEDS[0], choices=SEEDS),
    "seed": Field("int", 0, 0, lab.SEED_HIGH),
}
EQUATION = r"""$$p=\min\Bigl(1,\;2\sum_{i=0}^{\min(b,w)}\binom{b+w}{i}\,2^{-(b+w)}\Bigr)$$

$$b:\ \text{better},\quad w:\ \text{worse},\quad \text{ties left out}$$"""
_wishes = itertools.count(1)


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("seeds")
    with view:
        shown = SeedsView(elem_id="seeds-view")
    with controls:
        presets = [(T(f"lab.preset.{id}"), id) for id in lab.PRESETS]
        preset = gr.Radio(presets, value=FIELDS["preset"].default, label=T("lab.title.preset"))
        number = gr.Radio(SEEDS, value=FIELDS["seeds"].default, label=T("field.seeds"))
        seed = gr.Number(0, precision=0, minimum=0, maximum=lab.SEED_HIGH, label=T("seeds.first"))
        start = gr.Button(T("seeds.start"), variant="primary", elem_id="seeds-start")
        stop = gr.Button(T("seeds.stop"), elem_id="seeds-stop")
    with notes:
        page.notes("seeds", EQUATION)
    page.state("seeds", {"preset": preset, "seeds": number, "seed": seed}, FIELDS)
    page.on_open("seeds", opened, [preset], shown)
    page.event(preset.input, recorded, [preset], shown, live=True)
    page.event(start.click, train, [preset, number, seed], shown, concurrency_limit=None)
    page.event(stop.click, cancel, None, None, concurrency_limit=None)


def opened(preset: str) -> dict:
    """As `recorded`; who opens the stage may train soon."""
    lab_seeds.prepare()
    return recorded(preset)


def recorded(preset: str) -> dict:
    """The recorded result of a preset, `{"hint": True}` where there is none. Raises InvalidInput."""
    many = lab_seeds.recorded(preset)
    if many is None:
        return {"hint": True}
    message = told(many)
    return {"result": {**message["result"], "recorded": True}}


def visitor() -> str:
    """The visitor's own place for many seeds, beside the one for the lab's live run."""
    return f"{session()} seeds"


def cancel() -> None:
    """The visitor's training ends at its next report, and its place is free."""
    lab_stage.LANE.leave(visitor(), next(_wishes))


async def train(preset: str, seeds: str, seed: int) -> AsyncIterator[dict]:
    """Many seeds of a preset: `{"queue"}` until it is 0, `{"progress", "left"}`, then `{"result"}` or `{"cancelled"}`.

    progress: share that is done. left: seconds to go, or None at the start. Raises InvalidInput.
    """
    async with aclosing(watch(lab.make_run(preset, seed=seed), seeds)) as messages:
        async for message in messages:
            yield message


async def watch(run: lab.Run, seeds: object) -> AsyncIterator[dict]:
    """The same for any run."""
    work = lab_seeds.many(run, seeds)
    ticket = lab_stage.LANE.join(visitor(), next(_wishes))
    if ticket is None:
        raise PlaygroundError("busy")
    try:
        async for place in lab_stage.turn(ticket):
            yield {"queue": place}
        async with aclosing(lab_stage.each(work)) as reports:
            async for report in reports:
                ticket.place()
                if ticket.gone:
                    yield {"cancelled": True}
                    return
                yield told(report)
    finally:
        ticket.leave()


def told(report: lab_seeds.Progress | lab_seeds.Many) -> dict:
    """A report as JSON-able values."""
    if isinstance(report, lab_seeds.Progress):
        share = report.done / report.total
        return {"progress": share, "left": report.seconds * (1 - share) / share if share else None}
    around = lab.scene(report.run.dataset)
    panels = [
        {
            "loss": panel.loss,
            "points": pack(lab.quantize(panel.points, around.box)),
            **{name: spread(getattr(panel, name)) for name in ("modes", "hq", "js")},
            "full": asdict(panel.full),
            "diverged": asdict(panel.diverged),
        }
        for panel in report.panels
    ]
    result = {"seeds": list(report.seeds), "modes": report.modes, "steps": report.run.steps, "seconds": report.seconds}
    centers = pack((around.centers / around.box).astype(np.float32))
    pairs = [asdict(pair) for pair in report.pairs]
    across = [asdict(one) for one in lab_seeds.balances()] if report.run.preset in lab_seeds.BALANCES else []
    shown = {"preset": report.run.preset, "centers": centers, "panels": panels, "pairs": pairs, "across": across}
    return {"result": {**result, **shown}}


def spread(values: lab_seeds.Spread) -> dict:
    """Its numbers, None where there is none."""
    whole = {**asdict(values), "values": values.values.tolist()}
    return {name: _plain(value) for name, value in whole.items()}


def _plain(value: float | list) -> float | list | None:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return float(value) if math.isfinite(value) else None


def register_api(page: Page) -> None:
    """No endpoint of its own: `/run_lab` takes seeds one by one."""


STAGE = Stage("seeds", build, register_api)

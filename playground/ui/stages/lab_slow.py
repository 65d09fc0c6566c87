"""The lab's slow motion: one iteration of the run that the lab shows, in its phases. A part of the lab's tab."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from types import ModuleType

import gradio as gr
import numpy as np

from playground.errors import PlaygroundError
from playground.inference import lab, lab_slow
from playground.inference.lab_run import Panel, Run, settings
from playground.inference.lab_slow import DStep, GStep, Slow, SlowPanel
from playground.ui.components.base import pack
from playground.ui.components.lab_slow import D_PHASES, G_PHASES, Z_UNIT, LabSlow
from playground.ui.handlers import session
from playground.ui.links import Field
from playground.ui.page import Page

MOST = lab.CRITIC_HIGH * (len(D_PHASES) + len(G_PHASES))  # phases of one iteration
FIELDS = {
    "slow": Field("int", -1, -1, lab.STEPS_HIGH),  # the iteration that is told slowly; -1: none
    "slow_panel": Field("int", 0, 0, 3),
    "phase": Field("int", 0, 0, MOST),
}
SHOWN = 128  # points of a batch that are sent


def build(page: Page) -> LabSlow:
    """Adds the slow motion below the lab's view."""
    shown = LabSlow("lab-view", elem_id="lab-slow")
    page.event(shown.slowly, slowly, None, shown, trigger_mode="multiple", concurrency_limit=None)
    page.event(shown.leave, leave, None, None, trigger_mode="multiple", concurrency_limit=None)
    return shown


def visitor() -> str:
    """The visitor's own place in the lane, beside the one for the lab's live run."""
    return f"{session()} slow"


async def slowly(event: gr.EventData) -> AsyncIterator[dict]:
    """What the browser asked for: the run as `make_run` takes it, with `step` and the `token` of the wish.

    `{"queue": place}` until it is 0, `{"progress": steps trained}` on the way, `{"told"}`; or `{"error"}`.
    """
    asked, token = _asked(event)
    try:
        async with aclosing(watch(_run(asked), asked.get("step"), token)) as messages:
            async for message in messages:
                yield {"token": token, **message}
    except PlaygroundError as problem:
        yield {"token": token, "error": problem.payload()}


def leave(event: gr.EventData) -> None:
    """Nobody waits for the iteration any more: its training ends and its place is free."""
    _stage().LANE.leave(visitor(), _asked(event)[1])


def _stage() -> ModuleType:
    from playground.ui.stages import lab as stage  # which builds on this file

    return stage


def _asked(event: gr.EventData) -> tuple[dict, int]:
    asked = event._data if isinstance(event._data, dict) else {}
    token = asked.get("token")
    return asked, token if type(token) is int else 0


def _run(asked: dict) -> Run:
    told = {name: asked.get(name) for name in ("panels", "changes", *lab.CHANGEABLE)}
    return lab.make_run(asked.get("preset"), asked.get("dataset"), asked.get("seed"), **told)


async def watch(run: Run, step: object, wish: int = 0) -> AsyncIterator[dict]:
    """The messages of `slowly` for a run. Raises InvalidInput, and PlaygroundError where the lane is full."""
    stage, work = _stage(), lab_slow.slowly(run, step)
    ticket = stage.LANE.join(visitor(), wish)
    if ticket is None:
        raise PlaygroundError("busy")
    try:
        async for place in stage.turn(ticket):
            yield {"queue": place}
        async with aclosing(stage.each(work)) as reports:
            async for report in reports:
                ticket.place()
                if ticket.gone:
                    return
                yield {"told": told(run, report)} if isinstance(report, Slow) else {"progress": report}
    finally:
        ticket.leave()


def told(run: Run, slow: Slow) -> dict:
    """An iteration as JSON-able values; points in 1/32767 of 1.25 boxes, z in 1/Z_UNIT, fields in 1/255."""
    box, panels = lab.scene(run.dataset).box, settings(run, slow.step)[0]
    shown = [_panel(panel, own, box) for panel, own in zip(slow.panels, panels, strict=True)]
    return {"step": slow.step, "steps": run.steps, "batch": run.batch, "z_dim": run.z_dim, "panels": shown}


def _panel(panel: SlowPanel, own: Panel, box: float) -> dict:
    logits = [part for step in panel.d for part in (step.logits_real, step.logits_fake)]
    logits += [step.logits for step in panel.g]
    reach = _reach(np.concatenate(logits) if logits else np.zeros(0))
    curves = lab.loss_curves(own.loss, own.a, own.b, own.c, reach)
    return {
        "loss": own.loss,
        "targets": [own.a, own.b, own.c],
        "penalty": own.penalty,
        "field": _field(panel.field),
        "reach": reach,
        "curves": {name: pack(values) for name, values in vars(curves).items() if name != "pull"},
        "d": [_d_step(step, own, box) for step in panel.d],
        "g": [_g_step(step, box) for step in panel.g],
    }


def _d_step(step: DStep, own: Panel, box: float) -> dict:
    real, fake = lab_slow.parts(own, step)
    return {
        **_batch(step, box),
        "x": pack(lab.quantize(step.x[:SHOWN], box)),
        "logits_real": pack(step.logits_real),
        "logits": pack(step.logits_fake),
        "real_part": _number(real),
        "fake_part": _number(fake),
        "penalty": _number(step.penalty),
        "field": _field(step.field),
    }


def _g_step(step: GStep, box: float) -> dict:
    return {
        **_batch(step, box),
        "logits": pack(step.logits),
        "push": pack(np.nan_to_num(step.push[:SHOWN])),
        "median_push": _number(np.median(np.linalg.norm(step.push, axis=1))),
        "moved": pack(lab.quantize(step.moved[:SHOWN], box)),
        "median_move": _number(np.median(np.linalg.norm(step.moved - step.fake, axis=1))),
    }


def _batch(step: DStep | GStep, box: float) -> dict:
    z = np.nan_to_num(step.z[:SHOWN] * Z_UNIT).round().clip(-127, 127).astype(np.int8)
    numbers = {"loss": _number(step.loss), "gradient": _number(step.gradient)}
    layers = [_number(norm) for norm in step.layers]
    return {"z": pack(z), "fake": pack(lab.quantize(step.fake[:SHOWN], box)), **numbers, "layers": layers}


def _reach(logits: np.ndarray) -> float:
    """A whole number that nearly all logits are within; the few others lie at the ends."""
    finite = np.abs(logits[np.isfinite(logits)])
    return float(np.clip(np.ceil(np.quantile(finite, 0.98)) if len(finite) else 4, 4, 1e6))


def _field(field: np.ndarray) -> dict:
    return pack(np.nan_to_num(field * 255).round().astype(np.uint8))


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

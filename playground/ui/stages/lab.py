"""The lab stage: four GANs trained side by side on points of the plane, on one clock."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import asdict
from typing import TypeVar

import gradio as gr
import numpy as np

from playground.errors import InvalidInput, PlaygroundError
from playground.inference import gif as films
from playground.inference import lab
from playground.inference.lab_failures import FAILURES
from playground.ui.components.base import pack
from playground.ui.components.lab_controls import (
    ACTIVATIONS,
    CHOICES,
    CRITIC,
    DATA_KNOBS,
    DATASETS,
    NETWORK,
    RATES,
    LabControls,
)
from playground.ui.components.lab_view import BACKS, FURTHER, LAYERS, OWN_START, SERIES, LabView
from playground.ui.handlers import session
from playground.ui.lane import Lane, Ticket
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages import lab_slow

T = TypeVar("T")
LANE = Lane()
GIFS = threading.BoundedSemaphore(2)  # made at once
GIF_WAIT = 20.0  # seconds
LONGEST_TEXT = films.LARGEST * 4 // 3 + 4 * films.MOST_FRAMES  # base64
BEAT = 8.0  # seconds of silence after which a stream says that it is alive
POLL = 0.3  # seconds between two looks at one's place in the queue
RATED = ("lr_g", "lr_d", "k", "lr_gp", "k_gp", "k_g", "penalty", "a", "b", "c")
SHOWN = ("dataset", "seed", "steps", "every", "decay", "layers", "width", "slope", "z_dim", "batch", *RATED)
HOME = {**lab.HOME, "pair": "C", "mixture": "C", "points": "C"}
USUAL = {  # standard deviations
    "ring8": lab.plane("ring").std,
    "grid25": lab.plane("grid").std,
    **{id: lab.plane(id).std for id in ("moons", "spiral", "pair")},
    **{id: lab.plane(id, points=[(0, 0)]).std for id in ("mixture", "points")},
}
PRESETS = {id: {name: getattr(run, name) for name in SHOWN} for id, run in lab.PRESETS.items()}


def failing(id: str) -> dict:
    """A failure and what to try next, as two panels of one run."""
    found = FAILURES[id]
    panels = [asdict(lab.settings(run, -1)[0][0]) for run in (found.run, found.remedy)]
    told = {name: getattr(found.run, name) for name in ("preset", "dataset", "seed", "steps", "every")}
    return {**told, "panels": panels}


FAILING = {id: failing(id) for id in FAILURES}
FIELDS = {
    "failure": Field("choice", "none", choices=["none", *FAILING]),
    "preset": Field("choice", "A", choices=list(PRESETS)),
    "dataset": Field("choice", "ring8", choices=DATASETS),
    "modes": Field("int", 8, *DATA_KNOBS["modes"][:2]),
    "rows": Field("int", 5, *DATA_KNOBS["rows"][:2]),
    "columns": Field("int", 5, *DATA_KNOBS["columns"][:2]),
    "weight": Field("float", 0.2, *DATA_KNOBS["weight"][:2]),
    "std": Field("float", 0.0, 0.0, DATA_KNOBS["std"][1]),  # 0: as usual
    "centres": Field("text", "", high=1200),
    "seed": Field("int", 0, 0, lab.SEED_HIGH),
    "lr_g": Field("choice", "1", choices=RATES),
    "lr_d": Field("choice", "1", choices=RATES),
    "k": Field("choice", "preset", choices=CRITIC),
    "ema": Field("bool", False),
    "panels": Field("choice", "mnlw", choices=CHOICES),
    "own": Field("text", OWN_START, high=160),  # knob:value;...
    **{name: Field("int", 0, 0, NETWORK[name][1]) for name in NETWORK},  # 0: as the preset has it
    "activation": Field("choice", "preset", choices=ACTIVATIONS),
    "step": Field("int", 0, 0, lab.STEPS_HIGH),
    "changes": Field("text", "", high=1500),  # of a run while it trains: step:knob:value:panel;...
    "original": Field("text", "", high=1500),  # of the run that is shown beside it; "-": none
    "back": Field("choice", "d", choices=BACKS),
    "series": Field("choice", "modes", choices=[*SERIES, *FURTHER]),
    "numbers": Field("bool", False),  # all of them
    **{name: Field("bool", name != "mesh") for name in LAYERS},
}
FIELDS |= lab_slow.FIELDS
DRAWN = ("step", "back", "series", "numbers", *LAYERS, *lab_slow.FIELDS)  # how the run is looked at
SAVED = {name: field.spec() for name, field in FIELDS.items() if name not in DRAWN}  # what it is
EQUATION = r"""$$\begin{aligned}
\text{minimax}\quad & \min_G\,\mathbb E\,\ln\!\left(1-D(G(z))\right)\\
\text{non-saturating}\quad & \min_G\,-\mathbb E\,\ln D(G(z))\\
\text{LSGAN}\quad & \min_G\,\tfrac12\,\mathbb E\left(D(G(z))-c\right)^2\\
\text{WGAN-GP}\quad & \min_G\,-\mathbb E\,f(G(z)),\quad \lambda\,\mathbb E\left(\lVert\nabla f(\hat x)\rVert-1\right)^2
\end{aligned}$$"""


def build(page: Page) -> None:
    """Fills the stage's tab."""
    view, controls, notes = page.layout("lab")
    with view:
        served = [page.server(fn) for fn in (recorded, scene, curves, gif)]
        player = LabView(PRESETS, FAILING, elem_id="lab-view", server_functions=served)
        lab_slow.build(page)
    with controls:
        told = (PRESETS, HOME, lab.claims(), USUAL, FAILING, SAVED, OWN_START)
        LabControls("lab-view", *told, server_functions=[page.server(table)])
    with notes:
        page.notes("lab", EQUATION)
    page.state("lab", {}, FIELDS)
    page.event(player.run, train, None, player, trigger_mode="multiple", concurrency_limit=None)
    page.event(player.halt, halt, None, None, trigger_mode="multiple", concurrency_limit=None)


def recorded(preset: str) -> dict:
    """The recorded film of a preset."""
    return lab.recorded(preset)


def scene(dataset: str | dict) -> dict:
    """What stays the same in all frames on a data set: an id or {"name", ...}."""
    return plain(lab.packed_scene(lab.scene(lab.make_run(dataset=dataset).dataset)))


def curves(loss: str, a: float, b: float, c: float, reach: float) -> dict:
    """The curves of a loss over the logit, see `lab.loss_curves`."""
    check = lab.Panel(loss, a=a, b=b, c=c)
    (panel,) = lab.make_run(panels=[check]).panels
    if isinstance(reach, bool) or not isinstance(reach, (int, float)) or not 1 <= reach <= 1e6:
        raise InvalidInput("number_range", "reach", reach, low=1, high=1e6)
    return plain(vars(lab.loss_curves(panel.loss, panel.a, panel.b, panel.c, reach)))


def table(text: str) -> dict:
    """Points of a table: {"points" (n, 2), "middle", "unit"}, shown = (given - middle) / unit."""
    read = lab.table(text)
    return {"points": pack(read.points), "middle": list(read.middle), "unit": read.unit}


def gif(width: int, height: int, delay: int, pictures: list[str]) -> dict:
    """Pictures in base64 as {"data": a GIF in base64}; see `inference.gif`. Few are made at once, others wait."""
    if not isinstance(pictures, list) or sum(len(text) for text in pictures if isinstance(text, str)) > LONGEST_TEXT:
        raise InvalidInput("too_long", "pictures", len(pictures) if isinstance(pictures, list) else pictures, high=120)
    try:
        files = [base64.b64decode(text, validate=True) for text in pictures]
    except (ValueError, TypeError):
        raise InvalidInput("base64", "pictures", "…") from None
    if not GIFS.acquire(timeout=GIF_WAIT):
        raise PlaygroundError("busy")
    try:
        made = films.gif(files, width, height, delay)
    finally:
        GIFS.release()
    return {"data": base64.b64encode(made).decode("ascii")}


async def train(event: gr.EventData) -> AsyncIterator[dict]:
    """What the player asked for, frame by frame, as long as somebody watches."""
    asked, token = _asked(event)
    try:
        told = {name: asked.get(name) for name in ("panels", "changes", *lab.CHANGEABLE)}
        run = lab.make_run(asked.get("preset"), asked.get("dataset"), asked.get("seed"), **told)
        after, stop, settle = asked.get("after"), asked.get("stop"), asked.get("settle") is True
        last = None
        async with aclosing(watch(run, session(), after, stop, lab.HZ, token, lab.PARTS, settle)) as messages:
            async for message in messages:
                # Each value replaces the one before it, so only what a later one may replace is sent: no scene, no end.
                if not {"scene", "end"} & set(message):
                    yield {"token": token, **message}
                last = message if "frame" in message else last
                if settle and last and "end" in message:
                    yield {"token": token, **last, "settled": True}
    except PlaygroundError as problem:
        yield {"token": token, "error": problem.payload()}


def halt(event: gr.EventData) -> None:
    """The player was paused: its training ends at the next frame, and its place is free."""
    LANE.leave(session(), _asked(event)[1])


def _asked(event: gr.EventData) -> tuple[dict, int]:
    """What the browser sent, and the number of its wish."""
    asked = event._data if isinstance(event._data, dict) else {}
    token = asked.get("token")
    return asked, token if type(token) is int else 0


async def watch(
    run: lab.Run,
    visitor: str,
    after: object = None,
    stop: object = None,
    hz: float | None = None,
    wish: int = 0,
    parts: Sequence[str] = (),
    settle: bool = False,
) -> AsyncIterator[dict]:
    """A film as messages: the place in the queue until it is 0, the scene, frames, and the end. Place 0 comes again
    while a frame is long in coming.

    hz: frames per second of wall clock, or None for every frame of the film. parts: of `lab.PARTS`, what the frames
    have besides. settle: it ends by itself, see `lab.film`. Raises InvalidInput.
    """
    pace = () if hz is None else (hz,)
    film = (lab.live if pace else lab.film)(run, after, stop, *pace, parts, settle)
    ticket = LANE.join(visitor, wish)
    if ticket is None:
        raise PlaygroundError("busy")
    try:
        async for place in turn(ticket):
            yield {"queue": place}
        if ticket.gone:
            return
        around = await asyncio.to_thread(lab.scene, run.dataset)
        yield {"scene": plain(lab.packed_scene(around))}
        async with aclosing(each(film)) as made, aclosing(patient(made, BEAT)) as frames:
            async for frame in frames:
                ticket.place()
                if ticket.gone:
                    return
                if frame is None:  # it is on its way to a step far off
                    yield {"queue": 0}
                    continue
                yield {"frame": {"step": frame.step, **plain(lab.packed(frame, around.box))}}
        yield {"end": True}
    finally:
        ticket.leave()


async def patient(items: AsyncIterator[T], beat: float) -> AsyncIterator[T | None]:
    """The items, and None whenever none came for `beat` seconds: a long silence looks like a server that is gone."""
    coming = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(items, None))
            if not (await asyncio.wait({coming}, timeout=beat))[0]:
                yield None
                continue
            if (item := coming.result()) is None:
                return
            coming = None
            yield item
    finally:
        if coming is not None:
            coming.cancel()
            await asyncio.wait({coming})


async def turn(ticket: Ticket) -> AsyncIterator[int]:
    """The place in the queue, again and again, until it is 0."""
    yield (place := ticket.place())
    while place:
        await asyncio.sleep(POLL)
        yield (place := ticket.place())


async def each(film: Iterator[T]) -> AsyncIterator[T]:
    """The frames of a film, made in threads; the film is closed when nobody wants more, even in the middle of one."""
    busy, unwanted = threading.Lock(), threading.Event()

    def make() -> T | None:
        with busy:
            frame = next(film, None)
            if unwanted.is_set():
                film.close()
            return frame

    try:
        while (frame := await asyncio.to_thread(make)) is not None:
            yield frame
    finally:
        unwanted.set()
        if busy.acquire(blocking=False):  # else the thread that makes a frame closes the film
            film.close()


def plain(values: dict) -> dict:
    """JSON-able: arrays packed."""
    return {name: pack(value) if isinstance(value, np.ndarray) else value for name, value in values.items()}


async def run_lab(
    preset: str = "A",
    dataset: str | None = None,
    seed: int = 0,
    losses: list[str] | None = None,
    steps: int | None = None,
    every: int | None = None,
    changes: dict | None = None,
) -> AsyncIterator[dict]:
    """Train the four GANs and stream what the lab shows.

    preset: A, B, C, E, M or S. dataset: ring8, grid25, moons or spiral (None: the preset's own). losses: some of
    minimax, nonsaturating, lsgan, wgan_gp (None: all). steps: generator steps; every: steps between frames. changes:
    any of lr_g, lr_d, k, lr_gp, k_gp, ema. Streams {"queue": place} until it is 0, {"run", "scene"}, then {"frame"}
    messages with base64 arrays: points uint16 (L, n, 2), field uint8 (L, S, S), push int8, counts uint16 (L, K),
    numbers float32 (10, L) in the order of scene's "numbers"; {"end": true} comes last.
    """
    changes = {} if changes is None else changes
    if not isinstance(changes, dict):
        raise InvalidInput("choice", "changes", changes, choices=list(lab.CHANGEABLE))
    given = {**changes, "steps": steps, "every": every}
    run = lab.make_run(preset, dataset, seed, losses, **{str(name): value for name, value in given.items()})
    async with aclosing(watch(run, session())) as messages:
        async for message in messages:
            if "scene" in message:
                named = {**message["scene"], "numbers": list(lab.NUMBERS)}
                message = {"run": {**asdict(run), "losses": list(run.losses)}, "scene": named}
            yield message


def register_api(page: Page) -> None:
    """Adds `/run_lab`."""
    page.api(run_lab, "run_lab")


STAGE = Stage("lab", build, register_api)

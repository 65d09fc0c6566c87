"""The stage of one's own prior: draw it, and train a small adversarial autoencoder towards it, live."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing

import gradio as gr

from playground.errors import PlaygroundError
from playground.inference import checks
from playground.inference import own_prior as room
from playground.inference.shapes import SHAPES
from playground.ui.components.own_prior_view import OwnPriorView
from playground.ui.handlers import session
from playground.ui.i18n import T
from playground.ui.links import Field
from playground.ui.page import Page, Stage
from playground.ui.stages import lab

LIMIT = 90  # seconds of training after which a machine that is too busy gives up
OWN = "own"
FIELDS = {
    "drawing": Field("choice", "heart", choices=[*SHAPES, OWN]),
    "width": Field("int", 7, 2, 20),  # of the pen, in percent of the plane's side
    "seed": Field("int", 0, 0, checks.LARGEST_SEED),
    "step": Field("int", -1, -1, room.FRAMES),  # of a film that is not in the link: the player's row writes -1
}
ROOT = "document.querySelector('#pg-own_prior .pg-own')"
TELL = f"(value) => {{ {ROOT}?.dispatchEvent(new CustomEvent('seed', {{detail: value}})); }}"
EQUATION = r"""$$\min_D\;-\mathbb E_{z\sim p}\ln D(z)-\mathbb E_x\ln\bigl(1-D(f(x))\bigr)$$

$$\min_f\;-\mathbb E_x\ln D(f(x)),\qquad D=\tfrac12:\;2\ln2$$

$$\min_{f,g}\;-\mathbb E_x\ln p\bigl(x\mid g(f(x))\bigr)$$

$$p(z)=\frac1N\sum_{n=1}^{N}\mathcal N\bigl(z\mid m_n,s^2I\bigr),\quad m_n:\text{ink}$$"""


def build(page: Page) -> None:
    """Fills the tab."""
    view, controls, notes = page.layout("own_prior")
    with view:
        served = [page.server(prepare)]
        player = OwnPriorView(SHAPES, room.FRAMES, room.STEPS, LIMIT, server_functions=served, elem_id="own-prior-view")
    with controls:
        seed = gr.Number(0, label=T("field.seed"), precision=0, elem_id="own-prior-seed")
        gr.Markdown(T("own_prior.legend"), elem_classes=["pg-own-legend"])
    with notes:
        page.notes("own_prior", EQUATION)
    page.state("own_prior", {"seed": seed}, FIELDS)
    page.event(seed.change, None, seed, None, js=TELL)
    page.event(player.run, train, None, player, trigger_mode="multiple", concurrency_limit=None)
    page.event(player.halt, halt, None, None, trigger_mode="multiple", concurrency_limit=None)


def prepare(drawing: object, seed: object) -> dict:
    """What stays the same in all frames of a wish, its frame before the first step, and what trainings end with."""
    wish = room.make_wish(drawing, seed)
    first = next(room.film(wish))
    return {"scene": _scene(wish), "frame": _frame(first), "claims": room.claims()}


async def train(event: gr.EventData) -> AsyncIterator[dict]:
    """The training that the browser asked for, frame by frame, as long as somebody watches."""
    asked, token = lab._asked(event)
    try:
        wish = room.make_wish(asked.get("drawing"), asked.get("seed"))
        async with aclosing(watch(wish, session(), token)) as messages:
            async for message in messages:
                yield {"token": token, **message}
    except PlaygroundError as problem:
        yield {"token": token, "error": problem.payload()}


def halt(event: gr.EventData) -> None:
    """The training was cancelled: it ends at the next frame, and its place is free."""
    lab.LANE.leave(_visitor(session()), lab._asked(event)[1])


async def watch(wish: room.Wish, visitor: str, token: int = 0) -> AsyncIterator[dict]:
    """A training as messages: the place in the queue until it is 0, then frames; `late` where LIMIT was reached.

    It waits in the lab's lane: all trainings of the page share the machine's cores.
    """
    ticket = lab.LANE.join(_visitor(visitor), token)
    if ticket is None:
        raise PlaygroundError("busy")
    try:
        yield {"queue": (place := ticket.place())}
        while place:
            await asyncio.sleep(lab.POLL)
            yield {"queue": (place := ticket.place())}
        end = time.monotonic() + LIMIT
        async with aclosing(lab.each(room.film(wish))) as frames:
            async for frame in frames:
                ticket.place()
                if ticket.gone:
                    return
                late = time.monotonic() > end and frame.step < room.STEPS
                yield {"frame": _frame(frame), "late": late}
                if late:
                    return
    finally:
        ticket.leave()


def _visitor(session_hash: str) -> str:
    """In the lane a visitor of this stage is someone else than in the lab: their wishes are numbered apart."""
    return f"own_prior {session_hash}"


def _frame(frame: room.Frame) -> dict:
    return {"step": frame.step, **lab.plain(room.packed(frame))}


def _scene(wish: room.Wish) -> dict:
    return lab.plain(vars(room.scene(wish)))


async def own_prior(drawing: dict | list | str = "heart", seed: int = 0) -> AsyncIterator[dict]:
    """Train a small AAE on 2,000 drawn digits towards a prior of your own, and stream what the page shows.

    drawing: heart, star, smile, ring or gan; {"strokes": [[[x, y], ...], ...], "width": w} in [0, 1], y down; or an
    image, ink > 0. Streams {"queue": place}, then {"frame"} messages with base64 arrays: codes uint16 (n, 2), x_hat
    uint8 (8, 28, 28), numbers float32: discriminator loss (nats), sliced Wasserstein distance to the prior,
    reconstruction (nats), share of the codes on the ink. The last message is {"end": true, "floor": distance of two
    sets of samples of the prior}. The same drawing and seed give the same frames.
    """
    wish = room.make_wish(drawing, seed)
    async with aclosing(watch(wish, session())) as messages:
        async for message in messages:
            yield message
    yield {"end": True, "floor": room.scene(wish).floor}


def register_api(page: Page) -> None:
    """Adds `/own_prior`."""
    page.api(own_prior, "own_prior")


STAGE = Stage("own_prior", build, register_api)

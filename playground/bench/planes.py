"""Rows of the planes stage: one digit into three planes, and what three planes weigh.

The digit is measured as the browser sends it, over HTTP on localhost: one server function for all planes of a view,
against a queued event per plane, the usual way of a Gradio page. Both encode the same drawings with the same function.
"""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from collections.abc import Callable

import numpy as np

from playground.bench.row import Row

DRAWINGS, WARM = 45, 5


def planes_encode(quantile: float = 0.95) -> Row:
    """Milliseconds from a drawing to its place and reconstruction on three planes, at one quantile."""
    import gradio as gr

    from playground.ui import app
    from playground.ui.components.planes_view import PlanesView
    from playground.ui.page import Page, Stage
    from playground.ui.stages import planes

    def one(name: str, drawing: dict) -> dict:
        return planes.encode([name], drawing, True)

    def build(page: Page) -> None:
        planes.build(page)
        name, drawing, out = gr.Textbox(visible=False), gr.JSON(visible=False), gr.JSON(visible=False)
        gr.Button(visible=False).click(one, [name, drawing], out, api_name="queued_encode")

    blocks = app.build([Stage("planes", build, planes.register_api)])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    names = planes.PRESETS["lecture"]
    try:
        component = next(k for k, block in blocks.blocks.items() if isinstance(block, PlanesView))
        event = next(k for k, fn in blocks.fns.items() if fn.api_name == "queued_encode")
        rng, taken = np.random.default_rng(0), ([], [])
        for k in range(WARM + DRAWINGS):  # they take turns; the first ones warm both ways up
            drawing = {"strokes": [rng.uniform(0.2, 0.8, (12, 2)).round(3).tolist()], "hidden": []}
            ways = (
                lambda drawing=drawing: _served(url, component, [names, drawing, True]),
                lambda drawing=drawing: [_queued(url, event, [name, drawing]) for name in names],
            )
            for seconds, ask in zip(taken, ways, strict=True):
                start = time.perf_counter()
                ask()
                if k >= WARM:
                    seconds.append(time.perf_counter() - start)
    finally:
        blocks.close(verbose=False)
    ours, baseline = (1000 * float(np.quantile(seconds, quantile)) for seconds in taken)
    return Row(f"planes_encode/p{round(100 * quantile)}", ours, baseline, baseline / ours, "ms")


def planes_bytes() -> Row:
    """Kilobytes of the three sprites of a view as they are sent, against the same bytes in plain base64."""
    from playground.inference import planes as room
    from playground.ui.components.base import pack
    from playground.ui.stages import planes

    sprites = [room.plane(name).sprite for name in planes.PRESETS["lecture"]]
    ours, baseline = (sum(len(send(sprite)["data"]) for sprite in sprites) / 1000 for send in (planes.squeeze, pack))
    return Row("planes_bytes", ours, baseline, baseline / ours, "KB")


def _served(url: str, component: int, data: list) -> None:
    body = {"data": data, "component_id": component, "fn_name": "encode", "session_hash": "bench"}
    found = json.loads(_post(f"{url}gradio_api/component_server", body))
    if "planes" not in found or any("error" in one for one in found["planes"]):
        raise RuntimeError(f"expected three places, got {str(found)[:200]}")


def _queued(url: str, event: int, data: list) -> None:
    session = uuid.uuid4().hex
    _post(f"{url}gradio_api/queue/join", {"data": data, "fn_index": event, "session_hash": session})
    with urllib.request.urlopen(f"{url}gradio_api/queue/data?session_hash={session}", timeout=30) as stream:
        for line in stream:
            if line.startswith(b"data:") and (message := json.loads(line[5:]))["msg"] == "process_completed":
                if not message["success"]:
                    raise RuntimeError(f"expected a place, got {str(message)[:200]}")
                return


def _post(url: str, body: dict) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


ROWS: dict[str, Callable[[], Row]] = {
    "planes_encode/p50": lambda: planes_encode(0.5),
    "planes_encode/p95": lambda: planes_encode(0.95),
    "planes_bytes": planes_bytes,
}

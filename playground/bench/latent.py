"""Rows of the latent stage: the exact decode of a click, and the plane in one pass.

The click is measured as the browser makes it, over HTTP on localhost: as a server function, which passes the queue, and
as a queued event, the usual way of a Gradio page. Both decode the same codes with the same function.
"""

from __future__ import annotations

import json
import time
import urllib.request
import uuid
from collections.abc import Callable

import numpy as np

from playground.bench.row import Row, median_seconds

CLICKS = 60
MODEL = "vae"


def latent_decode(quantile: float = 0.5) -> Row:
    """Milliseconds from a click to its exact decode: a server function against a queued event, at one quantile."""
    import gradio as gr

    from playground.ui import app
    from playground.ui.components.latent_map import LatentMap
    from playground.ui.page import Stage
    from playground.ui.stages import latent

    def build(page: object) -> None:
        latent.build(page)
        x, y, out = gr.Number(visible=False), gr.Number(visible=False), gr.JSON(visible=False)
        gr.Button(visible=False).click(latent.decode, [x, y], out, api_name="queued_decode")

    blocks = app.build([Stage("latent", build, latent.register_api)])
    _, url, _ = app.launch(blocks, server_name="127.0.0.1", prevent_thread_lock=True, quiet=True)
    try:
        component = next(k for k, block in blocks.blocks.items() if isinstance(block, LatentMap))
        event = next(k for k, fn in blocks.fns.items() if fn.api_name == "queued_decode")
        clicks = np.random.default_rng(0).uniform(-3, 3, (CLICKS, 2)).tolist()
        taken: tuple[list[float], list[float]] = ([], [])
        for k, z in enumerate(clicks):  # they take turns; the first ones warm both ways up
            for seconds, ask in zip(taken, (_server_function, _queued), strict=True):
                spent = _timed(lambda ask=ask, z=z: ask(url, component if ask is _server_function else event, z))
                if k >= 5:
                    seconds.append(spent)
    finally:
        blocks.close(verbose=False)
    ours, baseline = (1000 * float(np.quantile(seconds, quantile)) for seconds in taken)
    return Row(f"latent_decode/p{round(100 * quantile)}", ours, baseline, baseline / ours, "ms")


def latent_sprite() -> Row:
    """Milliseconds for the whole plane: all codes in one pass against one code at a time, the same tiles."""
    from playground.inference import latent

    network, axis = latent._model(MODEL), latent.latent_map(MODEL).axis
    z = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)
    one_by_one = np.concatenate([latent._decode(network, code[None]) for code in z])
    worst = np.abs(latent._decode(network, z) - one_by_one).max()
    if worst > 1e-4:
        raise AssertionError(f"expected the same tiles from both sides, got a difference of {worst}")
    ours, baseline = median_seconds(
        lambda: latent._decode(network, z), lambda: [latent._decode(network, code[None]) for code in z]
    )
    return Row("latent_sprite", 1000 * ours, 1000 * baseline, baseline / ours, "ms")


def _server_function(url: str, component: int, z: list[float]) -> None:
    body = {"data": z, "component_id": component, "fn_name": "decode", "session_hash": "bench"}
    found = json.loads(_post(f"{url}gradio_api/component_server", body))
    if "x" not in found:
        raise RuntimeError(f"expected a decode, got {str(found)[:200]}")


def _queued(url: str, event: int, z: list[float]) -> None:
    session = uuid.uuid4().hex
    _post(f"{url}gradio_api/queue/join", {"data": z, "fn_index": event, "session_hash": session})
    with urllib.request.urlopen(f"{url}gradio_api/queue/data?session_hash={session}", timeout=30) as stream:
        for line in stream:
            if line.startswith(b"data:") and (message := json.loads(line[5:]))["msg"] == "process_completed":
                if not message["success"]:
                    raise RuntimeError(f"expected a decode, got {str(message)[:200]}")
                return


def _post(url: str, body: dict) -> bytes:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


ROWS: dict[str, Callable[[], Row]] = {
    "latent_decode/p50": lambda: latent_decode(0.5),
    "latent_decode/p95": lambda: latent_decode(0.95),
    "latent_sprite": latent_sprite,
}

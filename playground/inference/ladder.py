"""The ladder: every explicit model with its number, its cost and a row of samples. Reads files only; no torch.

Numbers come from `metrics.json`, parameters and samples from `facts.json` and `samples.png` beside the weights (`python
-m playground.metrics <id>`), times from `assets/recorded/bench.json` (`python -m playground.bench --record`).
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground import catalog, weights
from playground.catalog import ModelCard, Published

BENCH = Path(__file__).resolve().parents[2] / "assets" / "recorded" / "bench.json"
PIXELS = 784
GROUPS = ("binary", "density", "colour", "text")
UNITS = {"binary": "nats", "density": "density nats", "colour": "nats", "text": "nats/char"}
"""What is measured in each group. Numbers of two groups are of different data and never stand in one order."""


@dataclass(frozen=True)
class Rung:
    """One model, or a variant of one that is ranked on its own (id `<model>_<variant>`).

    value: its number in the group's unit (lower is better); bound: whether it is an upper bound on it. tighter: the
    importance-weighted bound where one was measured. bits: per pixel, per colour value or per character; None for a
    density, whose bits depend on the unit of x. binarization: "DYNAMIC", "FIXED" or "". windows: further (k, value) of
    a model that comes in several lengths. parameters: fitted numbers. calls: passes through the network that draw one
    image without a cache. cached, naive: milliseconds for one image; scored: seconds for log p of 1,000. images (n, H,
    W) or (n, H, W, 3) uint8, or text: samples of seed 0. What was not measured is None.
    """

    id: str
    variant: str | None
    name: str
    group: str
    stage: str
    value: float
    tighter: float | None
    bits: float | None
    bound: bool
    binarization: str
    published: tuple[Published, ...]
    windows: tuple[tuple[int, float], ...]
    parameters: int | None
    calls: int | None
    cached: float | None
    naive: float | None
    scored: float | None
    images: np.ndarray | None
    text: str | None


def group(card: ModelCard) -> str | None:
    """The group a model stands in; None for a model without a likelihood."""
    if card.stage == "pixels" or (card.stage == "latent" and "elbo" in card.capabilities):
        return "binary"
    return card.stage if card.stage in GROUPS else None


def rungs() -> list[Rung]:
    """Every explicit model that has been measured, in the order of the catalogue."""
    rows = recorded().get("rows", {})
    models = [(card, variant) for card in catalog.CARDS if group(card) for variant in (None, *card.ranked)]
    return [_rung(card, variant, rows) for card, variant in models if _metrics(card, variant)]


def recorded() -> dict:
    """What `python -m playground.bench --record` wrote: machine, versions, rows by name; {} where it was not run."""
    return _json(BENCH) or {}


def _rung(card: ModelCard, variant: str | None, rows: dict[str, dict]) -> Rung:
    id, metrics = f"{card.id}_{variant}" if variant else card.id, _metrics(card, variant)
    head, facts = metrics[0], _json(weights.directory(card.id, variant) / "facts.json") or {}
    value, drawn, scored = float(head["value"]), rows.get(f"{id}_sample/1"), rows.get(f"{id}_log_prob/1000")
    weighted = next((row["value"] for row in metrics if row["metric"] == "iw"), None)
    pixel_by_pixel = "sample" in card.capabilities
    windows = next((row for row in metrics if "windows" in row), None)
    return Rung(
        id=id,
        variant=variant,
        name=card.name,
        group=group(card),
        stage=card.stage,
        value=value,
        tighter=weighted,
        bits=value / PIXELS / math.log(2) if group(card) == "binary" else head.get("bits_per_dim", head.get("bits")),
        bound="bound" in head,
        binarization=str(head.get("binarization", "")).split(" ")[0],
        published=card.published_of(variant),
        windows=tuple(zip(windows["windows"], windows["values"], strict=True)) if windows else (),
        parameters=facts.get("parameters"),
        calls=facts.get("calls"),
        cached=1000 * drawn["ours"] if drawn else None,
        naive=1000 * drawn["baseline"] if drawn and pixel_by_pixel else None,
        scored=scored["ours"] if scored else None,
        images=samples(card.id, variant),
        text=facts.get("text"),
    )


def samples(id: str, variant: str | None = None) -> np.ndarray | None:
    """The samples beside the weights, (n, H, W) or (n, H, W, 3) uint8, ink = 255: n images side by side in samples.png.

    None where they were not drawn.
    """
    from PIL import Image

    folder = weights.directory(id, variant)
    file, n = folder / "samples.png", (_json(folder / "facts.json") or {}).get("samples")
    if not n or not file.is_file():
        return None
    with Image.open(file) as picture:
        row = np.asarray(picture)  # (H, n * W) or (H, n * W, 3)
    return np.stack(np.split(row, n, axis=1))


def _metrics(card: ModelCard, variant: str | None) -> list[dict]:
    return _json(weights.directory(card.id, variant) / "metrics.json") or []


def _json(file: Path) -> object:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None

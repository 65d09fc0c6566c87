"""What InfoGAN's continuous codes do to a picture, and what the same network does whose codes earn nothing.

For 500 noises, each with a random c1, a code runs from -1 to 1 while all else stays; every picture is measured. `c2`
and `c3` turn alone, the other one random; `together` sets c2 = c3 = t, `apart` c2 = t, c3 = -t. Per attribute:

    change       mean of a(t = 1) - a(t = -1)          size          mean of |a(1) - a(-1)|, over noises
    correlation  of t and a over all pictures           within        of t and a - (mean of a over t, same noise)

and per code `pixel` = mean |x(1) - x(-1)| over noises and pixels. `name` is what a code does most: the attribute with
the largest |correlation|. `factor` is pixel over that of the network trained with lambda = 0.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground import weights
from playground.errors import WeightsError
from playground.metrics import judge, reading, shape
from playground.models.base import Model
from playground.models.infogan import InfoGAN

N, SEED = 500, 0
AXIS = tuple(k / 4 for k in range(-4, 5))
WAYS = {"c2": (1, 0), "c3": (0, 1), "together": (1, 1), "apart": (1, -1)}
CODES = ("c2", "c3")
WITHOUT = "lambda_0"


def code_effects(model: InfoGAN) -> dict:
    """The smaller of what c2 and c3 change of a pixel between their ends, and all of it per code and attribute."""
    found = _measured(model)
    rows = {way: _row(*measured) for way, measured in found.items()}
    value = min(rows[code]["pixel"] for code in CODES)
    row = {"metric": "code_effects", "value": value, "unit": "of a pixel", "split": "generated", "seed": SEED, "n": N}
    return row | {"per_code": rows} | (_compared(rows) if model.config.weight else {})


def write(model: Model, directory: Path) -> None:
    """codes.json beside the weights: what the page draws of an InfoGAN, and how well drawings can be read.

    counts (10, 10): digits the judge reads, by c1. axis: values of t. curves: per way and attribute `mean`, `low` and
    `high` (quartiles of the pictures) over t. reading: see `metrics.reading`.
    """
    if not isinstance(model, InfoGAN):
        return
    counts = judge.code_table(model)
    curves = {way: {name: _curve(a) for name, a in values.items()} for way, (_, values) in _measured(model).items()}
    digits = judge.matching(counts)
    found = {"axis": AXIS, "n": N, "counts": counts.tolist(), "curves": curves, "reading": reading.facts(model, digits)}
    (directory / "codes.json").write_text(json.dumps(found) + "\n", encoding="utf-8")


def turned(model: InfoGAN, way: str, n: int = N) -> Tensor:
    """Pictures of n noises under the values of AXIS: (n, len(AXIS), 28, 28) in [0, 1]."""
    z, codes = model.draw(n, torch.Generator().manual_seed(SEED))
    signs = WAYS[way]
    parts = []
    for t in AXIS:
        c2, c3 = (sign * t if sign else own for sign, own in zip(signs, (codes.c2, codes.c3), strict=True))
        c2, c3 = (c if isinstance(c, Tensor) else torch.full((n,), float(c)) for c in (c2, c3))
        parts.append(model.generate(z, c1=codes.c1, c2=c2, c3=c3)[:, 0])
    return torch.stack(parts, 1)


@lru_cache(maxsize=2)  # the metric and the file of one model
@torch.inference_mode()
def _measured(model: InfoGAN) -> dict[str, tuple[float, dict[str, np.ndarray]]]:
    """Per way: the change of a pixel, and every attribute of every picture, (n, len(AXIS))."""
    found = {}
    for way in WAYS:
        x = turned(model, way)
        pixel = (x[:, -1] - x[:, 0]).abs().mean().item()
        flat = x.reshape(-1, 1, *x.shape[-2:])
        values = {name: of(flat).reshape(x.shape[:2]).double().numpy() for name, of in shape.ATTRIBUTES.items()}
        found[way] = pixel, values
    return found


def _row(pixel: float, values: dict[str, np.ndarray]) -> dict:
    rows = {name: _effect(a) for name, a in values.items()}
    return {"pixel": round(pixel, 5), "name": max(rows, key=lambda name: abs(rows[name]["correlation"])), **rows}


def _effect(a: np.ndarray) -> dict:
    """See the head of the file; a (n, len(AXIS))."""
    t, step = np.broadcast_to(AXIS, a.shape), a[:, -1] - a[:, 0]
    found = {"change": step.mean(), "size": np.abs(step).mean()}
    found |= {"correlation": _correlation(t, a), "within": _correlation(t, a - a.mean(1, keepdims=True))}
    return {name: round(float(value), 3) for name, value in found.items()}


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's; 0 where nothing varies."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) if a.std() and b.std() else 0.0


def _curve(a: np.ndarray) -> dict:
    """Mean and quartiles over noises of a (n, len(AXIS))."""
    low, high = np.quantile(a, (0.25, 0.75), axis=0)
    return {name: v.round(3).tolist() for name, v in {"mean": a.mean(0), "low": low, "high": high}.items()}


def _compared(rows: dict) -> dict:
    """The same change of a pixel in the network trained without the codes' pay, and how many times more it is here."""
    try:
        plain = _measured(weights.load("infogan", "cpu", WITHOUT))
    except WeightsError:  # this one is trained and measured first
        return {}
    without = {way: round(plain[way][0], 5) for way in rows}
    return {"without": without, "factor": {way: round(rows[way]["pixel"] / without[way], 2) for way in rows}}

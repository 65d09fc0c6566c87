"""Likelihoods of what is not binary, each on its own fixed test set: densities of real values, colours at few levels.

A density's nats have a unit: they are those of p per unit of x, and another unit of x shifts them by D ln(factor). They
are never to be compared with the nats of discrete pixels, so the metric has another name.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground.data import colour, dequantized, mnist
from playground.data.mixtures import mixture
from playground.metrics import facts
from playground.models.pixel_cnn_rgb import PixelCNNRGB
from playground.models.rnade import RNADE

POINTS = 10000


def write_companions(model: RNADE, directory: Path) -> None:
    """For the digits only: histogram.json, so that a drawing can be told its place among them, and what all have."""
    if model.config.data != "dequantized":
        return
    facts.write(model, directory)
    values = test_log_density(model)
    about = _density_test(model.config.data)[1]
    edges = torch.linspace(float(values.min()), float(values.max()), 61, dtype=torch.float64)
    counts = torch.histc(values, 60, edges[0].item(), edges[-1].item()).long().tolist()
    found = {**about, "edges": [round(v, 3) for v in edges.tolist()], "counts": counts}
    (directory / "histogram.json").write_text(json.dumps(found) + "\n", encoding="utf-8")


@torch.inference_mode()
def log_prob_in_parts(model: torch.nn.Module, x: Tensor, size: int) -> Tensor:
    """log p(x) in nats of every image (or point), (N,) float64."""
    return torch.cat([model.log_prob(part.to(model.device)).double().cpu() for part in x.split(size)])


def test_log_density(model: RNADE, limit: int | None = None) -> Tensor:
    """log p of the test set of the model's data: the dequantized digits, or 10,000 points drawn with a fixed seed."""
    return log_prob_in_parts(model, _density_test(model.config.data)[0][:limit], 250)


def density_nll(model: RNADE) -> dict:
    """Mean negative log-density of the test set: nats per image of 196 greys in [0, 1], or per point of the plane."""
    x, about = _density_test(model.config.data)
    value = -test_log_density(model).mean().item()
    return {"metric": "density_nll", "value": round(value, 4), **about, "n": len(x)}


def _density_test(data: str) -> tuple[Tensor, dict]:
    """x of the test set and what a number measured on it has to say of itself."""
    if data == "dequantized":
        x, _, digest = dequantized.test_set()
        about = {
            "unit": "nats (density, grey in [0, 1])",
            "split": "MNIST test at 14 x 14, dequantized (v + u) / 256",
            "binarization": "",
            "seed": mnist.TEST_SEED,
            "hash": digest,
        }
        return x, about
    points = mixture(data).sample(POINTS, torch.Generator().manual_seed(mnist.TEST_SEED))
    best = -np.log(mixture(data).density(points.double().numpy())).mean()  # the entropy: no model can do better
    about = {
        "unit": "nats (density, per unit of area)",
        "split": f"points of {data}",
        "binarization": "",
        "seed": mnist.TEST_SEED,
        "best": round(float(best), 4),
    }
    return points.view(-1, 1, 1, 2), about


def test_colour_log_prob(model: PixelCNNRGB, limit: int | None = None) -> Tensor:
    """log p of the coloured test digits (or the first `limit`), in nats, (N,)."""
    return log_prob_in_parts(model, colour.test_set()[0][:limit], 100)


def colour_nll(model: PixelCNNRGB) -> dict:
    """Mean negative log-likelihood of the coloured test digits, in nats per image of 28 x 28 x 3 sub-pixels."""
    x, _, digest = colour.test_set()
    value = -test_colour_log_prob(model).mean().item()
    return {
        "metric": "colour_nll",
        "value": round(value, 4),
        "unit": "nats",
        "bits_per_dim": round(value / math.log(2) / x[0].numel(), 5),
        "split": f"MNIST test, coloured, {colour.LEVELS} levels per channel",
        "binarization": "",
        "seed": mnist.TEST_SEED,
        "hash": digest,
        "n": len(x),
    }

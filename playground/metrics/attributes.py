"""Directions in a latent space that stand for something a person can name: how thick a digit is, how far it leans.

    direction of an attribute = mean over classes of (mean code of the quarter of a class that has most of it
                                                      - mean code of the quarter that has least)

Within a class, so that the direction does not simply lead from one digit to another. Both attributes are measured on
pictures, not taken from labels, so what a step along a direction does can be measured too: `effect` says so, over test
digits that no direction was made from. `paths` measures the middle of two ways between digits, straight and along the
sphere. `python -m playground.metrics vae --variant d20` writes attributes.json.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from playground import weights
from playground.data import mnist
from playground.metrics import regularity
from playground.models.base import LatentModel

KNOWN = 8000  # test digits that directions are made from; the effect is measured on the others
QUARTER = 0.25
STEPS = (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0)


def ink(x: Tensor) -> Tensor:
    """Ink of pictures (n, 1, H, W) in [0, 1]: sum over the pixels, (n,), in pixels."""
    return x.flatten(1).sum(1)


def slant(x: Tensor) -> Tensor:
    """How far pictures (n, 1, H, W) lean to the right, (n,), in degrees, by the moments of their ink.

    The shear mu_11 / mu_02 that makes x and y of the ink uncorrelated, as an angle; 0 without ink.
    """
    rows, columns = (torch.arange(side, dtype=x.dtype) for side in x.shape[-2:])
    mass = x[:, 0] / ink(x).clamp_min(1e-9)[:, None, None]  # (n, H, W), sums to 1
    down, across = mass.sum(2), mass.sum(1)
    y = rows - (down @ rows)[:, None]  # (n, H)
    z = columns - (across @ columns)[:, None]
    both = torch.einsum("nhw,nh,nw->n", mass, y, z)
    own = (down * y.square()).sum(1)
    return torch.atan(-both / own.clamp_min(1e-9)).rad2deg()  # rows run down: a lean to the right is negative there


ATTRIBUTES: dict[str, Callable[[Tensor], Tensor]] = {"ink": ink, "slant": slant}


def direction(codes: Tensor, values: Tensor, labels: Tensor) -> Tensor:
    """codes (n, d), values (n,) of an attribute, labels (n,) -> (d,); see the head of the file."""
    steps = []
    for digit in labels.unique():
        of_class = (labels == digit).nonzero().squeeze(1)
        order = of_class[values[of_class].argsort()]
        share = max(1, int(QUARTER * len(order)))
        steps.append(codes[order[-share:]].mean(0) - codes[order[:share]].mean(0))
    return torch.stack(steps).mean(0)


@torch.inference_mode()
def measure(model: LatentModel) -> dict:
    """Directions of every attribute, {"direction": d numbers, "effect": one row per step}, by attribute."""
    x, labels, _ = mnist.binary_test()
    codes = torch.cat([model.encode(part).mu for part in x.split(1000)])
    found = {}
    for name, value in ATTRIBUTES.items():
        along = direction(codes[:KNOWN], value(x[:KNOWN]), labels[:KNOWN])
        found[name] = {
            "direction": [round(v, 5) for v in along.tolist()],
            "effect": effect(model, codes[KNOWN:], along),
        }
    return found | {"paths": paths(model, codes[KNOWN:], labels[KNOWN:])}


def paths(model: LatentModel, codes: Tensor, labels: Tensor) -> dict:
    """The middle between codes (n, d) of two different digits, straight and along the sphere, over n / 2 pairs.

    recognised (%): how often the judge reads it with confidence; length: mean |z| there, `ends`: of the codes.
    """
    a, b = codes.chunk(2)
    different = torch.ne(*labels.chunk(2))
    a, b = a[different], b[different]
    found = {"n": len(a), "ends": round(torch.cat([a, b]).norm(dim=1).mean().item(), 3)}
    for name, z in {"straight": (a + b) / 2, "sphere": _turned(a, b)}.items():
        sure = regularity.recognised(model.decode(z))[0] >= regularity.SURE
        share = round(100 * sure.float().mean().item(), 1)
        found[name] = {"recognised": share, "length": round(z.norm(dim=1).mean().item(), 3)}
    return found


def _turned(a: Tensor, b: Tensor) -> Tensor:
    """Half the way from a to b (n, d) along the great circle, with the mean of their lengths."""
    lengths = a.norm(dim=1, keepdim=True), b.norm(dim=1, keepdim=True)
    return F.normalize(a / lengths[0] + b / lengths[1], dim=1) * (lengths[0] + lengths[1]) / 2


def effect(model: LatentModel, codes: Tensor, along: Tensor) -> list[dict]:
    """What steps of t * along do to the decodes of codes (n, d), on average.

    Each row: t; ink (pixels) and slant (degrees); kept (%): how often the judge reads the digit it read at t = 0.
    """
    judge = weights.load("judge")
    before = judge.classify(model.decode(codes)).argmax(1)
    rows = []
    for t in STEPS:
        x = model.decode(codes + t * along)
        kept = 100 * (judge.classify(x).argmax(1) == before).float().mean().item()
        means = {name: round(value(x).mean().item(), 2) for name, value in ATTRIBUTES.items()}
        rows.append({"t": t, **means, "kept": round(kept, 1), "n": len(codes)})
    return rows


def write(model: LatentModel, directory: Path) -> None:
    """attributes.json beside the weights."""
    found = measure(model)
    if any(not math.isfinite(v) for name in ATTRIBUTES for v in found[name]["direction"]):
        raise ValueError("expected finite directions of the attributes")
    (directory / "attributes.json").write_text(json.dumps(found) + "\n", encoding="utf-8")

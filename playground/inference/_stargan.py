"""The networks behind the stargan stage. Checked values in, the room's dataclasses out."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor, nn

from playground import weights
from playground.data.domains import STYLES
from playground.inference import _translators as shared
from playground.inference.given import Given
from playground.inference.stargan import DOMAINS, FEWEST, MODEL, MOST, PHOTO, Matrix, Round

S = len(DOMAINS)


@torch.inference_mode()
def matrix(rows: list[Given], style: str, variant: str) -> Matrix:
    """Every row in every style, in one pass."""
    model = shared.network(MODEL, variant)
    x = torch.cat([shared.painted(given, style, model.device) for given in rows])
    there = _everywhere(model, x)
    score, logits = model.D(2 * there - 1)
    read, table = shared.read(there), (len(x), S)
    targets = np.tile([STYLES.index(name) for name in DOMAINS], len(x))
    return Matrix(
        style,
        len(rows) > 1,
        np.concatenate([given.digits for given in rows]),
        shared.shown(x),
        shared.shown(there.unflatten(0, table)),
        logits.softmax(1).view(*table, S).cpu().numpy(),
        model.D(2 * x - 1)[1].softmax(1).cpu().numpy(),
        score.mean((1, 2, 3)).view(table).cpu().numpy(),
        *(of.reshape(table) for of in (read["digit"].argmax(1), read["digit"].max(1))),
        read["style"][np.arange(len(targets)), targets].reshape(table),
        np.concatenate([_missed(given, part) for given, part in zip(rows, _split(there, rows), strict=True)]),
    )


@torch.inference_mode()
def round_trip(given: Given, style: str, variant: str) -> Round:
    """One source to every style and back to `style`."""
    model = shared.network(MODEL, variant)
    x = shared.painted(given, style, model.device)
    there = _everywhere(model, x)
    back = model.translate(there, style)
    truth = None if given.x is not None else _truths(given, model.device)
    return Round(
        style,
        shared.shown(x)[0],
        shared.shown(there),
        shared.shown(back),
        None if truth is None else shared.shown(truth),
        shared.apart(x, back),
        None if truth is None else shared.apart(there, truth),
        model.D(2 * there - 1)[1].softmax(1).cpu().numpy(),
        shared.read(there),
        None if truth is None else shared.apart(x, truth).mean((1, 2)),
    )


@cache
def parameters() -> tuple[dict[int, int], int, int]:
    """Of StarGAN by number of domains, of one generator and of one discriminator of CycleGAN, for photographs."""
    star, cycle = weights.model_class(MODEL), weights.model_class("cyclegan")
    with torch.device("meta"):  # shapes without numbers
        cyclegan = cycle(cycle.sized(PHOTO, ("0", "1")))
        of = {k: star(star.sized(PHOTO, tuple(map(str, range(k))))) for k in range(FEWEST, MOST + 1)}
    return {k: _count(model) for k, model in of.items()}, _count(cyclegan.G), _count(cyclegan.D_Y)


def _everywhere(model: nn.Module, x: Tensor) -> Tensor:
    """(n, 3, H, W) -> (n * 5, 3, H, W): each picture in every domain."""
    c = torch.arange(S, device=x.device).repeat(len(x))
    return (model.aim(2 * x.repeat_interleave(S, 0) - 1, c) + 1) / 2


def _truths(given: Given, device: torch.device) -> Tensor:
    """(n * 5, 3, H, W): each source as it should be in every domain."""
    return torch.stack([shared.painted(given, name, device) for name in DOMAINS], 1).flatten(0, 1)


def _missed(given: Given, there: Tensor) -> np.ndarray:
    """(n, 5): distances from the truth; NaN for photographs."""
    if given.x is not None:
        return np.full((len(given.x), S), np.nan, np.float32)
    return shared.apart(there, _truths(given, there.device)).mean((1, 2)).reshape(-1, S)


def _split(there: Tensor, rows: list[Given]) -> tuple[Tensor, ...]:
    return there.split([S * len(given.seeds) for given in rows])


def _count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())

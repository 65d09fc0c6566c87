"""Whether a translator of styled digits translates, and whether it keeps what it was given.

Both questions have exact answers here: 1,000 test digits, in scenes of known light, relief and stripes, go from each
domain to each other one. A judge of styled digits reads the digit and the style of what comes out; the painting of the
same digit in the same scene in the target style is the hidden truth, which no translator was trained on.

Two numbers belong beside the distance to the truth: that of a translator that does nothing (`unchanged`), and the
distance that remains where the truth cannot be known (`truth_floor`: a zebra's stripes cannot be read off a horse).
"""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

import torch
from torch import Tensor

from playground import weights
from playground.data.domains import STYLES, paired
from playground.models.base import Model

N = 1000
PART = 250
SEED = 0


def digit_kept(model: Model) -> dict:
    """Share of translations in which the judge reads the digit that went in, in percent."""
    found = {pair: 100 * numbers["digit"] for pair, numbers in measured(model).items()}
    return _row("digit_kept", found, "%", worst=min(found.values()), real=100 * min(_real(model, "digit").values()))


def style_reached(model: Model) -> dict:
    """Share of translations that the judge takes for the target style, in percent."""
    found = {pair: 100 * numbers["style"] for pair, numbers in measured(model).items()}
    return _row("style_reached", found, "%", worst=min(found.values()), real=100 * min(_real(model, "style").values()))


def truth_l1(model: Model) -> dict:
    """Mean |difference| to the hidden truth, pixels in [0, 1]."""
    found = {pair: numbers["truth"] for pair, numbers in measured(model).items()}
    data = paired(N, SEED)
    unchanged = {pair: (data.x(pair[0]) - data.x(pair[1])).abs().mean().item() for pair in found}
    floors = {pair: data.truth_floor(pair[1]) for pair in found}
    beside = {"unchanged": _mean(unchanged), "truth_floor": _mean(floors)}
    return _row("truth_l1", found, "mean |difference|", **beside) | {"floors": _named(floors)}


def cycle_l1(model: Model) -> dict:
    """Mean |difference| between what went in and what comes back, pixels in [0, 1]."""
    found = {pair: numbers["cycle"] for pair, numbers in measured(model).items()}
    return _row("cycle_l1", found, "mean |difference|", worst=max(found.values()))


@lru_cache(maxsize=1)
def measured(model: Model) -> dict[tuple[str, str], dict[str, float]]:
    """Per ordered pair of the model's domains: shares `digit` and `style`, mean distances `truth` and `cycle`."""
    data = paired(N, SEED)
    return {
        (source, target): _of_pair(model, data.x(source), data.x(target), data.digits, source, target)
        for source, target in permutations(model.targets, 2)
    }


def _of_pair(model: Model, x: Tensor, truth: Tensor, digits: Tensor, source: str, target: str) -> dict[str, float]:
    made = _translated(model, x, target)
    back = _translated(model, made, source)
    style, digit = read(made)
    return {
        "digit": (digit == digits).float().mean().item(),
        "style": (style == STYLES.index(target)).float().mean().item(),
        "truth": (made - truth).abs().mean().item(),
        "cycle": (back - x).abs().mean().item(),
    }


def read(x: Tensor) -> tuple[Tensor, Tensor]:
    """What the judge of styled digits reads in pictures (n, 3, 32, 32): index of the style, digit, (n,) each."""
    judge = weights.load("style_judge")
    parts = [judge.classify(part) for part in x.split(PART)]
    style, digit = (torch.cat([part[name] for part in parts]).argmax(1) for name in ("style", "digit"))
    return style, digit


@torch.inference_mode()
def _translated(model: Model, x: Tensor, target: str) -> Tensor:
    return torch.cat([model.translate(part, target) for part in x.split(PART)])


def _real(model: Model, name: str) -> dict[str, float]:
    """Share of the true paintings of each of the model's styles that the judge reads right."""
    data = paired(N, SEED)
    shares = {}
    for domain in model.targets:
        style, digit = read(data.x(domain))
        right = digit == data.digits if name == "digit" else style == STYLES.index(domain)
        shares[domain] = right.float().mean().item()
    return shares


def _mean(found: dict) -> float:
    return sum(found.values()) / len(found)


def _named(found: dict[tuple[str, str], float]) -> dict[str, float]:
    return {f"{source} > {target}": round(value, 4) for (source, target), value in found.items()}


def _row(metric: str, found: dict[tuple[str, str], float], unit: str, **beside: float) -> dict:
    row = {"metric": metric, "value": round(_mean(found), 4), "unit": unit, "split": "MNIST test, painted"}
    row |= {"seed": SEED, "n": N * len(found), "pairs": _named(found)}
    return row | {name: round(value, 4) for name, value in beside.items()}

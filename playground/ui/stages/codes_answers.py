"""What the codes stage's sections beside the knobs ask: measurements of both networks, a sweep of both, a drawing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from playground.ui.components.base import pack

if TYPE_CHECKING:
    from playground.inference.codes import Sweep

NOISES = "c1_z"


def tables() -> dict:
    """Per network its matching, the judge's counts and what turning changes of a pixel; None where not measured."""
    return _networks(
        lambda found: {"facts": asdict(found.facts), "counts": found.counts.tolist(), "pixel": found.pixel}
    )


def effects() -> dict:
    """Per network what turning does to every attribute, over the turn; None where not measured."""
    return _networks(_effects)


def pair(kind: str, c1: int, c2: float, c3: float, seed: int) -> dict:
    """The same sweep in both networks. Raises WeightsError where one is missing."""
    from playground.inference import codes

    grids = {v: grid(kind, c1, c2, c3, seed, variant=v) for v in codes.VARIANTS}
    one = grids[codes.VARIANTS[0]]
    values = {"kind": kind, "rows": one.rows.tolist(), "columns": one.columns.tolist()}
    return values | {variant: pack(grid.images) for variant, grid in grids.items()}


def grid(kind: str, c1: int, c2: float, c3: float, seed: int, **network: str) -> Sweep:
    """Two codes under one noise, or the categories under ten noises."""
    from playground.inference import codes

    if kind == NOISES:
        return codes.noise_sweep(c2, c3, seed, **network)
    return codes.sweep(kind, c1=c1, c2=c2, c3=c3, seed=seed, **network)


def read_drawing(drawing: dict, seed: int) -> dict:
    """What Q reads from a drawing of the pad, and pictures with these codes."""
    from playground.inference import codes, codes_drawing

    return _reading(codes_drawing.read(drawing, seed)) | {"digit_of_code": list(codes.facts().digit_of_code)}


def search_noise(asked: dict | None) -> dict:
    """The pictures after the search for the noise; `key` is the asker's own."""
    from playground.inference import codes_drawing

    asked = asked or {}
    found = codes_drawing.read(asked.get("drawing"), asked.get("seed"), search=True)
    return {"found": _attempts(found.searched), "key": asked.get("key")}


def typical() -> dict:
    """What to expect of a drawing, from real test digits."""
    from playground.inference import codes_measured

    return asdict(codes_measured.typical())


def _networks(view: Callable) -> dict:
    """`view` of what was measured on each network. Raises WeightsError if the reference is not."""
    from playground.errors import WeightsError
    from playground.inference import codes, codes_measured

    reference, without = codes.VARIANTS
    found = {reference: view(codes_measured.measured(reference))}
    try:
        return found | {without: view(codes_measured.measured(without))}
    except WeightsError:
        return found | {without: None}


def _table(found: object) -> dict:
    return {"facts": asdict(found.facts), "counts": found.counts.tolist(), "pixel": found.pixel}


def _effects(found: object) -> dict:
    curves = {
        way: {
            name: {line: getattr(of, line).tolist() for line in ("mean", "low", "high")}
            | {"change": of.change, "correlation": of.correlation}
            for name, of in own.items()
        }
        for way, own in found.effects.items()
    }
    return {"axis": found.axis.tolist(), "n": found.n, "effects": curves, "pixel": found.pixel, "name": found.name}


def _reading(found: object) -> dict:
    values = {name: getattr(found, name) for name in ("c1", "c2", "c3")}
    values |= {"image": pack(found.image), "verdict": asdict(found.verdict), "p": found.p.astype(float).tolist()}
    return values | {"seeds": found.seeds.tolist(), "made": _attempts(found.made)}


def _attempts(found: object) -> dict:
    values = {"errors": found.errors.tolist(), "nearest": found.nearest}
    return values | {"images": pack(found.images), "verdicts": [asdict(verdict) for verdict in found.verdicts]}


def read_codes(drawing: dict | list, seed: int = 0, search: bool = False) -> dict:
    """The codes that InfoGAN's Q reads from a drawing, and eight pictures drawn with them.

    drawing: {"strokes": [[[x, y], ...], ...]} in [0, 1] (x to the right, y down), or a grey image with ink = 1, as
    nested lists or packed. seed of the first of eight noises. search: also the noises after 40 steps of Adam towards
    the drawing. Returns `c1`, `digit_of_code`, `p` (10 probabilities of c1), `c2`, `c3` as read, `image` (the drawing
    in MNIST's frame), `verdict` (the judge's), `seeds`, and `made` and `searched`, each with `images` packed, `errors`,
    `nearest`, `verdicts`.
    """
    from playground.errors import InvalidInput
    from playground.inference import codes, codes_drawing

    if not isinstance(search, bool):
        raise InvalidInput("choice", "search", search, choices=["true", "false"])
    found = codes_drawing.read(drawing, seed, search=search)
    searched = _attempts(found.searched) if found.searched else None
    return _reading(found) | {"searched": searched, "digit_of_code": list(codes.facts().digit_of_code)}

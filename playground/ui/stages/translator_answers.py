"""What the translator stages' handlers share: the fields of a source, an uploaded picture, results as JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import is_dataclass

import numpy as np

from playground.errors import PlaygroundError, WeightsError
from playground.inference.given import KINDS, SIDE
from playground.ui.components.base import pack
from playground.ui.links import Field

SOURCE = {
    "source": Field("choice", "sample", choices=KINDS),
    "digit": Field("int", 3, 0, 9),
    "seed": Field("int", 1, 0, 2**31 - 1),
    "example": Field("int", 4, -1, 9),  # on the pad; -1: a drawing, which is too long for a link
}


def picture(file: str) -> dict:
    """A file in base64 as a translator sees it: its centre square of 32 x 32 pixels. Nothing of it is kept."""
    from playground.inference import upload

    found = upload.read(file, SIDE)
    return {"x": pack(found.x), "size": list(found.size), "format": found.format}


def with_and_without(ask: Callable[[bool], object]) -> dict[str, object]:
    """ask(cycle) of a translator with the way back ("10") and without ("0"); what is not there says so in its place."""
    found: dict[str, object] = {}
    for name, cycle in (("10", True), ("0", False)):
        try:
            found[name] = wire(ask(cycle))
        except WeightsError as problem:
            found[name] = {"missing": wire(problem)}
    return found


def wire(value: object) -> object:
    """A dataclass of a room as JSON, arrays packed; an error as the message in both languages."""
    if isinstance(value, np.ndarray):
        return pack(value)
    if isinstance(value, PlaygroundError):
        return value.payload()["message"]
    if is_dataclass(value):
        return {name: wire(part) for name, part in vars(value).items()}
    if isinstance(value, dict):
        return {name: wire(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [wire(part) for part in value]
    return value

"""The stages of the page, in the order of their tabs. A new stage is one file here and one name in `IDS`."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from playground.ui.page import Stage

IDS = ("pixels", "latent", "lab", "codes")


def stages() -> list[Stage]:
    """Every stage, in order."""
    return [import_module(f"{__name__}.{id}").STAGE for id in IDS if find_spec(f"{__name__}.{id}")]

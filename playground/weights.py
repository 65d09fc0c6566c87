"""Pretrained weights: from a card of the catalogue to a model in eval mode, loaded once per process and device."""

from __future__ import annotations

import importlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from playground import catalog
from playground.errors import WeightsError

if TYPE_CHECKING:
    from playground.models.base import Model

PRETRAINED = Path(__file__).resolve().parent.parent / "pretrained"
_lock = threading.Lock()


def directory(id: str, variant: str | None = None) -> Path:
    """Where the weights, config and metrics of a model lie: `pretrained/<id>[/<variant>]`."""
    card = catalog.card(id)
    chosen = card.variant(variant)
    # The first variant is the reference; it lies at the top, so a model that gains variants keeps its place.
    return PRETRAINED / id if chosen == card.variant(None) else PRETRAINED / id / chosen


def model_class(id: str) -> type[Model]:
    """The class a card names, imported now."""
    module, _, name = catalog.card(id).path.partition(":")
    return getattr(importlib.import_module(module), name)


def create(id: str, variant: str | None = None) -> Model:
    """An untrained model with the card's (and the variant's) configuration."""
    card = catalog.card(id)
    cls = model_class(id)
    return cls(cls.Config(**{**card.config, **card.variants.get(card.variant(variant), {})}))


def load(id: str, device: str = "cpu", variant: str | None = None) -> Model:
    """See `playground.load`, with a device that torch knows. The model is shared: use it, do not train it."""
    chosen = catalog.card(id).variant(variant)
    with _lock:  # two visitors asking at once must not load twice
        return _load(id, device, chosen)


@lru_cache(maxsize=64)
def _load(id: str, device: str, variant: str) -> Model:
    path = directory(id, variant)
    command = f"python -m playground.training {id}" + (f" --variant {variant}" if variant else "")
    if not (path / "model.safetensors").is_file():
        raise WeightsError(id, str(path / "model.safetensors"), "missing", command)
    import torch

    try:
        # The caller may be in inference mode; weights made there could never take part in a gradient afterwards.
        with torch.inference_mode(False):
            return model_class(id).from_pretrained(path, map_location="cpu", strict=True).to(device).eval()
    except Exception as reason:  # a damaged file can fail anywhere between the header and load_state_dict
        raise WeightsError(id, str(path / "model.safetensors"), str(reason), command) from reason

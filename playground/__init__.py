"""Generative playground: the classic generative models, each in one readable file, with weights and a page.

    import playground
    model = playground.load("nade")
    model.log_prob(model.sample(4))  # nats

Importing this package imports neither torch nor gradio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.catalog import names, variants

if TYPE_CHECKING:
    from playground.models.base import Model

__version__ = "0.1.0"
__all__ = ["load", "names", "variants"]


def load(id: str, device: str = "cpu", variant: str | None = None) -> Model:
    """The model `id` with its pretrained weights, in eval mode.

    id: one of `names()`. device: "cpu", "cuda", "mps" or "auto". variant: one of `variants(id)`; None is the first.
    Raises InvalidInput for an unknown id or variant, WeightsError for missing or damaged weights.
    """
    from playground import weights
    from playground.inference.device import resolve

    return weights.load(id, str(resolve(device)), variant)

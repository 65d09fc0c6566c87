"""What the house knows of a model without importing it: paper, recipe, published numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from playground.errors import InvalidInput


@dataclass(frozen=True)
class Paper:
    """Where a model comes from. arxiv: number, or "" where there is none."""

    authors: str
    title: str
    venue: str
    arxiv: str = ""


@dataclass(frozen=True)
class Recipe:
    """How `python -m playground.training <id>` trains a model.

    data: "binary" (MNIST resampled x ~ Bern(pixel / 255) at every visit: DYNAMIC), "grey" (MNIST in [0, 1]),
    "none" (the model draws its own), points of the plane ("ring8", "grid25", "moons", "spiral"), "text" (tiny
    Shakespeare; batch_size counts streams that are read in parallel), or 32 x 32 pictures painted of MNIST: "styles"
    (unpaired, batch_size of each domain), "captions" (with a right and a wrong one), "patches" (grey, with three of
    them), "styled" and "told" (with what a judge is to say).
    epochs counts passes over the data; an epoch of "none" or of points is 100 steps.
    schedule: factor on lr over the run, "constant" or "one_cycle" (linear up over the first tenth, cosine to zero) or
    "linear_tail" (constant in the first half, linear to zero in the second).
    ema: decay of the averaged weights that are evaluated and shipped; 0 ships the last weights. clip: largest
    gradient norm; 0 does not clip. bf16, channels_last: faster arithmetic where the hardware has it.
    half: the weights are shipped as float16, and measured as shipped. film: moments at which the training of an image
    GAN is recorded; 0 records none.
    """

    data: str = "binary"
    epochs: float = 20
    batch_size: int = 128
    lr: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.0
    schedule: str = "one_cycle"
    ema: float = 0.0
    clip: float = 0.0
    bf16: bool = False
    channels_last: bool = False
    half: bool = False
    film: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Published:
    """A number of the literature beside ours. binarization: "FIXED", "DYNAMIC" or "" where it does not apply.

    variant: which of ours it stands beside; "" for the reference.
    """

    value: float
    source: str
    binarization: str = ""
    variant: str = ""


@dataclass(frozen=True)
class ModelCard:
    """What the house knows of a model without importing it.

    path: "module:Class". equation: LaTeX. capabilities: names of the protocols of `models.base` it has. config:
    arguments of its Config. variants: further configurations that ship weights, the first being the reference.
    recipes: what a variant is trained with that differs from `recipe`. ranked: variants that stand in the tables with
    a row of their own. shipped: whether its weights are in `pretrained/`; without them it can be trained, but no page
    and no table lists it.
    metrics: names in `playground.metrics.MEASURES`, the first heads its row of the README. floor: what the shipped
    weights must reach in that first metric. published: numbers of others beside it.
    """

    id: str
    name: str
    path: str
    stage: str
    family: str
    paper: Paper
    equation: str
    capabilities: tuple[str, ...]
    metrics: tuple[str, ...]
    floor: float
    recipe: Recipe = Recipe()
    config: Mapping[str, Any] = field(default_factory=dict)
    variants: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    recipes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    published: tuple[Published, ...] = ()
    ranked: tuple[str, ...] = ()
    shipped: bool = True

    def published_of(self, variant: str | None) -> tuple[Published, ...]:
        """The numbers of others that stand beside a variant (None: the reference)."""
        name = "" if self.variant(variant) == self.variant(None) else variant
        return tuple(number for number in self.published if number.variant == name)

    def recipe_of(self, variant: str | None) -> Recipe:
        """How a variant (None: the reference) is trained."""
        return replace(self.recipe, **self.recipes.get(self.variant(variant), {}))

    def variant(self, name: str | None) -> str:
        """The variant's checked name; the reference for None ("" where a model has no variants)."""
        if name is None:
            return next(iter(self.variants), "")
        if name not in self.variants and name != "":
            raise InvalidInput("choice", "variant", name, choices=list(self.variants))
        return name

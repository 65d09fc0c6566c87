"""The pixels stage: films of sampling pixel by pixel, completions, and how likely an image is.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Letters: n samples, D = H * W pixels.
Arrays of shape (n, D) are in pixel order, `order[i]` being the place of pixel i in the flattened image. All of log p is
in nats and the model's own (temperature 1), whatever temperature a film was drawn at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks, drawing
from playground.inference.device import one_thread, resolve

if TYPE_CHECKING:
    from playground.models.base import Autoregressive

STAGE = "pixels"
SIDE = 28
SIZE = SIDE * SIDE
MOST_SAMPLES = 64
HOTTEST = 5.0
RASTER = "raster"


@dataclass(frozen=True)
class SamplingTrace:
    """The whole film of n samples: everything that a page needs to play it.

    order (D,) int32. p (n, D) float32: p(x_i = 1 | x_<i) at this temperature, what pixel i was drawn from. uniforms
    (n, D) float32 in [0, 1): x_i = 1 where u_i < p_i. x (n, D) uint8. given (D,) bool: pixels that were not drawn but
    given. log_p (n, D) float32: log p(x_i | x_<i), given pixels included; their running sum ends at log p(x).
    ordering: the name of the order, "raster" where a model has one only.
    """

    model: str
    seed: int
    temperature: float
    order: np.ndarray
    p: np.ndarray
    uniforms: np.ndarray
    x: np.ndarray
    given: np.ndarray
    log_p: np.ndarray
    ordering: str = RASTER

    @property
    def images(self) -> np.ndarray:
        """The finished samples, (n, H, W) uint8 in {0, 1}."""
        images = np.empty_like(self.x)
        images[:, self.order] = self.x
        return images.reshape(-1, SIDE, SIDE)


@dataclass(frozen=True)
class Histogram:
    """log p(x) of the test digits: edges (k + 1,) float64 in nats, counts (k,) int64, and their mean."""

    edges: np.ndarray
    counts: np.ndarray
    mean: float

    def percentile(self, log_prob: float) -> float:
        """Share of test digits in percent that are less likely than this."""
        below = np.concatenate([[0], np.cumsum(self.counts)])
        return float(100 * np.interp(log_prob, self.edges, below) / below[-1])

    def quantile(self, percent: float) -> float:
        """log p that so many percent of the test digits stay below: the inverse of `percentile`."""
        below = np.concatenate([[0], np.cumsum(self.counts)])
        return float(np.interp(percent / 100 * below[-1], below, self.edges))


@dataclass(frozen=True)
class Score:
    """How likely one model finds one image: a film in which every pixel is given, and its place among the test digits.

    log_prob in nats. percentile: share of test digits that are less likely, in percent; None without a histogram.
    """

    trace: SamplingTrace
    log_prob: float
    percentile: float | None
    histogram: Histogram | None


@dataclass(frozen=True)
class Prepared:
    """A drawing made ready for the models. grey (28, 28) float32: normalised. x (28, 28) uint8: x ~ Bern(grey), as the
    test digits were binarized. hidden (28, 28) bool: where the brush hid it."""

    grey: np.ndarray
    x: np.ndarray
    hidden: np.ndarray


def models() -> list[str]:
    """Ids of the stage's models, in the order of the page."""
    return [card.id for card in catalog.of_stage(STAGE)]


def orderings(model: str) -> tuple[str, ...]:
    """The orders in which a model can draw its pixels, its own first: those of its card's variants, else raster."""
    return tuple(_variants(_known(model)))


def sample_trace(
    model: str,
    seed: int = 0,
    temperature: float = 1.0,
    n: int = 1,
    image: object = None,
    given: object = None,
    ordering: str = RASTER,
) -> SamplingTrace:
    """Draw n images and keep every step. The same seed gives the same film on every device.

    temperature in [0, 5] divides the logits; 0 takes the likelier value. image (28, 28) in {0, 1} and given (28, 28) or
    (D,): where `given` is nonzero, the image's pixels stay as they are. Conditioning is exact only where everything
    given comes before everything drawn; a pixel given later cannot influence those before it. ordering: one of
    `orderings`. Raises InvalidInput, or WeightsError for missing or damaged weights.
    """
    network, seed, temperature, n = _load(model, ordering), checks.seed(seed), _temperature(temperature), _count(n)
    order = network.order.cpu().numpy()
    known = np.full(SIZE, np.nan, np.float32)
    if image is not None:
        keep = _mask(given)[order]
        known[keep] = binary(image).reshape(-1)[order][keep]
    uniforms = np.random.Generator(np.random.PCG64(seed)).random((n, SIZE), dtype=np.float32)
    return _trace(model, network, known, uniforms, seed, temperature, ordering=ordering)


def complete(
    model: str,
    image: object,
    hidden: object = None,
    n: int = 6,
    seed: int = 0,
    temperature: float = 1.0,
    ordering: str = RASTER,
) -> SamplingTrace:
    """n ways in which a model completes an image, (28, 28) in {0, 1}.

    hidden (28, 28) or (D,): nonzero where the model draws; default: the lower half. Raises as `sample_trace`, and
    InvalidInput of kind `nothing_hidden` where the model would have nothing to do.
    """
    if hidden is None:
        hidden = np.arange(SIZE) >= SIZE // 2
    hidden = _mask(hidden, "hidden")
    if not hidden.any():
        raise InvalidInput("nothing_hidden", "hidden", 0)
    return sample_trace(model, seed, temperature, n, binary(image), ~hidden, ordering)


def flip_and_resample(
    model: str,
    pixels: Sequence[int] | np.ndarray,
    index: int,
    seed: int = 0,
    temperature: float = 1.0,
    given: object = None,
    sample: int = 0,
    ordering: str = RASTER,
) -> SamplingTrace:
    """One film in which pixel `index` came out the other way: all before it as it was, all after it drawn again.

    pixels (D,) in {0, 1} in pixel order: a film of `sample_trace`, of whose samples it was number `sample`. The same
    uniforms are used, so only the flip makes the difference. given (D,) in pixel order: pixels that were given then;
    they are now too, and the flipped one with them.
    """
    network, seed, temperature = _load(model, ordering), checks.seed(seed), _temperature(temperature)
    index, sample = checks.integer("index", index, 0, SIZE - 1), checks.integer("which", sample, 0, MOST_SAMPLES - 1)
    x = arrays.read(pixels, "pixels", (SIZE,))
    if not np.isin(x, (0, 1)).all():
        raise InvalidInput("choice", "pixels", float(x[~np.isin(x, (0, 1))][0]), choices=[0, 1])
    keep = np.zeros(SIZE, bool) if given is None else _mask(given)
    before = np.arange(SIZE) < index
    known = np.where(before | keep, x, np.nan).astype(np.float32)
    known[index] = 1 - x[index]
    uniforms = np.random.Generator(np.random.PCG64(seed)).random((sample + 1, SIZE), dtype=np.float32)[sample:]
    keep = keep | (np.arange(SIZE) == index)
    return _trace(model, network, known, uniforms, seed, temperature, keep, ordering)


def score(image: object, model: str, ordering: str = RASTER) -> Score:
    """How likely a model finds an image (28, 28) in {0, 1}, and every pixel of it."""
    network = _load(model, ordering)
    order = network.order.cpu().numpy().astype(np.int32)
    x, p, log_p = _scored(network, ordering, binary(image).tobytes())
    uniforms, given = np.zeros((1, SIZE), np.float32), np.ones(SIZE, bool)
    trace = SamplingTrace(model, 0, 1.0, order, p, uniforms, x, given, log_p, ordering)
    log_prob = float(log_p.astype(np.float64).sum())
    found = histogram(model, ordering)
    return Score(trace, log_prob, found.percentile(log_prob) if found else None, found)


def receptive_field(model: str, image: object, index: int, ordering: str = RASTER) -> np.ndarray:
    """Which pixels the logit of pixel `index` (in pixel order) depends on, and how much: |d logit / d x|, (28, 28).

    Nonzero only before `index` in the order, and there only where the model looks.
    """
    import torch

    network, index = _load(model, ordering), checks.integer("index", index, 0, SIZE - 1)
    pixels = binary(image)
    with torch.enable_grad():
        x = torch.from_numpy(pixels).float().view(1, 1, SIDE, SIDE).to(network.device).requires_grad_()
        logit = network.logits(x).flatten()[network.order[index]]
        if not logit.requires_grad:  # independent pixels
            return np.zeros((SIDE, SIDE), np.float32)
        (gradient,) = torch.autograd.grad(logit, x)
    return gradient.abs().view(SIDE, SIDE).float().cpu().numpy()


def conditionals(model: str, image: object) -> np.ndarray:
    """The map of p(x_i = 1 | x_<i) for an image (28, 28) in {0, 1}: (28, 28) float32."""
    network = _load(model)
    order = network.order.cpu().numpy()
    p, _ = _evaluate(network, binary(image).reshape(1, -1)[:, order].astype(np.float32))
    out = np.empty(SIZE, np.float32)
    out[order] = p[0]
    return out.reshape(SIDE, SIDE)


def binary(image: object, field: str = "image") -> np.ndarray:
    """An image from outside as (28, 28) uint8: exactly 28 x 28 numbers, each 0 or 1. Raises InvalidInput."""
    x = arrays.read(image, field, (SIDE, SIDE))
    outside = x[(x != 0) & (x != 1)]
    if outside.size:
        raise InvalidInput("choice", field, float(outside[0]), choices=[0, 1])
    return x.astype(np.uint8)


def prepare(image: object, normalise: bool = True, seed: int = 0) -> Prepared:
    """A drawing (strokes or any grey image) normalised and binarized; without `normalise`, 28 x 28 numbers as they are.

    Those are in [0, 1], or in 0..255 if one exceeds 1. Raises InvalidInput.
    """
    seed = checks.seed(seed)
    if not isinstance(normalise, bool):
        raise InvalidInput("choice", "normalise", normalise, choices=[True, False])
    if normalise:
        found = drawing.read(image)
        return Prepared(found.image, drawing.binarize(found.image, seed), found.hidden)
    grey = arrays.read(image, "image", (SIDE, SIDE))
    if grey.min() < 0 or grey.max() > 255:
        raise InvalidInput("number_range", "image", float(grey.flat[np.abs(grey - 127.5).argmax()]), low=0, high=255)
    grey = grey / (255 if grey.max() > 1 else 1)
    return Prepared(grey, drawing.binarize(grey, seed), np.zeros((SIDE, SIDE), bool))


@lru_cache(maxsize=32)
def histogram(model: str, ordering: str = RASTER) -> Histogram | None:
    """log p of the test digits, written by `python -m playground.metrics <id>`; None where that was not run."""
    try:
        name = "histogram.json" if ordering == RASTER else f"histogram_{ordering}.json"
        found = json.loads((weights.directory(*_variant(model, ordering)) / name).read_text("utf-8"))
        return Histogram(np.array(found["edges"], float), np.array(found["counts"], int), float(found["value"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def numbers(model: str) -> dict:
    """The heading row of a model's metrics.json (value in nats, floor, published...); {} where it is missing."""
    return next(iter(_metrics(_known(model), None)), {})


def numbers_of_orderings(model: str) -> dict:
    """Of a network with several orderings: {"orderings": {name: nats}, "value": nats of their mixture}, else {}."""
    for name in catalog.variants(_known(model)):
        for row in _metrics(model, name):
            if len(row.get("orderings", ())) > 1:
                return row
    return {}


def _metrics(model: str, variant: str | None) -> list[dict]:
    try:
        return json.loads((weights.directory(model, variant) / "metrics.json").read_text("utf-8"))
    except (OSError, ValueError):
        return []


def warm_up() -> None:
    """Load the stage's weights and run each model once, in the background after launch."""
    for model in models():
        try:
            receptive_field(model, sample_trace(model).images[0], SIZE - 1)
        except WeightsError:
            continue  # the page says so when this model is chosen; the others go on


def _trace(
    model: str,
    network: Autoregressive,
    known: np.ndarray,
    uniforms: np.ndarray,
    seed: int,
    temperature: float,
    given: np.ndarray | None = None,
    ordering: str = RASTER,
) -> SamplingTrace:
    """The film of given uniforms (n, D); known (D,) in pixel order, NaN where the model draws."""
    import torch

    order = network.order.cpu().numpy()
    prefix = np.empty(SIZE, np.float32)
    prefix[order] = known
    x, p = network.trace(
        len(uniforms),
        uniforms=torch.from_numpy(uniforms),
        prefix=None if np.isnan(known).all() else torch.from_numpy(prefix).view(1, 1, SIDE, SIDE),
        temperature=temperature,
    )
    x = x.flatten(1)[:, network.order].cpu().numpy()
    _, log_p = _evaluate(network, x)
    given = ~np.isnan(known) if given is None else given
    p = p.float().cpu().numpy()
    return SamplingTrace(
        model, seed, temperature, order.astype(np.int32), p, uniforms, x.astype(np.uint8), given, log_p, ordering
    )


@lru_cache(maxsize=64)  # a line-up asks every model, again and again while only one of them is being changed
def _scored(network: Autoregressive, ordering: str, image: bytes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image in pixel order, x (1, D) uint8, and what `_evaluate` says of it."""
    x = np.frombuffer(image, np.uint8)[network.order.cpu().numpy()][None]
    return x, *_evaluate(network, x.astype(np.float32))


def _evaluate(network: Autoregressive, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """p(x_i = 1 | x_<i) and log p(x_i | x_<i) of images x (n, D) float32 in pixel order, both (n, D) float32."""
    import torch
    import torch.nn.functional as F

    with torch.inference_mode():
        values = torch.from_numpy(x).to(network.device)
        images = torch.empty_like(values)
        images[:, network.order] = values
        logits = network.logits(images.view(-1, 1, SIDE, SIDE)).float().flatten(1)[:, network.order]
        log_p = -F.binary_cross_entropy_with_logits(logits, values, reduction="none")
        return logits.sigmoid().cpu().numpy(), log_p.cpu().numpy()


def _load(model: object, ordering: object = RASTER) -> Autoregressive:
    one_thread()
    id, variant = _variant(model, ordering)
    network = weights.load(id, str(resolve("auto", "small")), variant)
    return _ordered(network, ordering) if ordering != RASTER else network


@lru_cache(maxsize=16)  # one view per network and ordering, so that what is remembered of it is found again
def _ordered(network: Autoregressive, ordering: str) -> Autoregressive:
    return network.ordered(ordering)


def _variant(model: object, ordering: object) -> tuple[str, str | None]:
    """A model and the variant that draws in this order."""
    offered = _variants(_known(model))
    return model, offered[checks.choice("ordering", ordering, offered)]


def _variants(model: str) -> dict[str, str | None]:
    """Per ordering of a model the first of its variants that has it, the reference where it has no such choice."""
    found: dict[str, str | None] = {}
    for name, config in catalog.card(model).variants.items():
        for ordering in config.get("orderings", ()):
            found.setdefault(ordering, name)
    return found or {RASTER: None}


def _known(model: object) -> str:
    return checks.choice("model", model, models())


def _temperature(value: object) -> float:
    return checks.number("temperature", value, 0, HOTTEST)


def _count(n: object) -> int:
    return checks.integer("n", n, 1, MOST_SAMPLES)


def _mask(value: object, field: str = "given") -> np.ndarray:
    """(D,) bool in the layout of the argument: (28, 28) or (D,) numbers, nonzero where it holds."""
    mask = arrays.read(value, field)
    if mask.shape not in ((SIDE, SIDE), (SIZE,)):
        raise InvalidInput("shape", field, mask.shape, expected=f"({SIDE}, {SIDE})")
    return mask.reshape(-1) != 0

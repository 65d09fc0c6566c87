"""The density stage: RNADE's films over grey digits, value by value, and its densities of the plane.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Letters: n samples, D = 196 values of
a 14 x 14 picture in their order, K components of a mixture. Everything is per unit of x as the model has it, grey in
[0, 1]; in another unit, y = f x, every log-density is lower by ln f per value, and nothing else changes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks, drawing
from playground.inference.device import one_thread, resolve

if TYPE_CHECKING:
    from playground.models.rnade import RNADE

MODEL = "rnade"
DIGITS = "digits"
PLANE = ("ring8", "moons", "spiral")
SIDE = 14
SIZE = SIDE * SIDE
LEVELS = 256
MOST_SAMPLES = 16
COLUMNS = 241  # values of x1 for which p(x2 | x1) is sent
POINTS = 800


@dataclass(frozen=True)
class DensityTrace:
    """Films of n grey pictures, and every mixture that a value was drawn from.

    x (n, D) float32, grey (the density gives values a little outside [0, 1] too). uniforms (n, D) float32. weights,
    means, sigmas (n, D, K) float32, in units of grey. log_p (n, D) float32: log of the density p(x_i | x_<i) in nats.
    given: whether x was given (a drawing) or drawn. percentile (n,): share of test digits with a lower density, in
    percent, or None.
    """

    seed: int
    x: np.ndarray
    uniforms: np.ndarray
    weights: np.ndarray
    means: np.ndarray
    sigmas: np.ndarray
    log_p: np.ndarray
    given: bool
    percentile: list[float] | None

    @property
    def images(self) -> np.ndarray:
        """(n, 14, 14) float32."""
        return self.x.reshape(-1, SIDE, SIDE)


@dataclass(frozen=True)
class Plane:
    """A density of the plane, p(x1, x2) = p(x1) p(x2 | x1), as mixtures.

    box: half the side of the square shown. axis (G,) float32: values of x1. first (3, K) float32: weights, means and
    sigmas of p(x1). second (G, 3, K) float32: those of p(x2 | x1) for every x1 of the axis. points (m, 2), samples
    (m, 2) float32: of the data, of the model. sample_log_p, point_log_p (m,) float32: their log-densities. nll: of
    10,000 points in nats, best: their entropy, below which no model can be.
    """

    data: str
    seed: int
    box: float
    axis: np.ndarray
    first: np.ndarray
    second: np.ndarray
    points: np.ndarray
    samples: np.ndarray
    point_log_p: np.ndarray
    sample_log_p: np.ndarray
    nll: float | None
    best: float | None


def sample_trace(seed: int = 0, n: int = 8) -> DensityTrace:
    """Draw n grey digits value by value and keep every mixture. The same seed gives the same films."""
    import torch

    network, seed, n = _load(DIGITS), checks.seed(seed), checks.integer("n", n, 1, MOST_SAMPLES)
    uniforms = np.random.Generator(np.random.PCG64(seed)).random((n, SIZE), dtype=np.float32)
    x, _ = network.trace(n, uniforms=torch.from_numpy(uniforms))
    return _trace(network, x.flatten(1).float(), uniforms, seed, given=False)


def score(image: object, seed: int = 0) -> DensityTrace:
    """The density of a drawing: made 14 x 14 and dequantized as the test digits were, (v + u) / 256.

    image: what `drawing.read` takes (strokes of a pad, or a grey picture of any size). Raises InvalidInput.
    """
    import torch

    seed, grey = checks.seed(seed), drawing.read(image).image
    levels = np.round(255 * grey).reshape(SIDE, 2, SIDE, 2).mean((1, 3)).round()
    uniforms = np.random.Generator(np.random.PCG64(seed)).random((1, SIZE), dtype=np.float32)
    x = torch.from_numpy(((levels.reshape(1, SIZE) + uniforms) / LEVELS).astype(np.float32))
    return _trace(_load(DIGITS), x, uniforms, seed, given=True)


def log_density(image: object) -> float:
    """log of the density of a 14 x 14 picture with grey values as they are, in nats. Raises InvalidInput."""
    import torch

    x = arrays.read(image, "image", (SIDE, SIDE))
    if x.min() < -1 or x.max() > 2:
        raise InvalidInput("number_range", "image", float(x.flat[np.abs(x - 0.5).argmax()]), low=-1, high=2)
    with torch.inference_mode():
        return float(_load(DIGITS).log_prob(torch.from_numpy(x).view(1, 1, SIDE, SIDE)))


def plane(data: str = "moons", seed: int = 0) -> Plane:
    """The model's density of a data set of the plane, and points of both. Raises InvalidInput, WeightsError."""
    import torch

    from playground.data.mixtures import mixture

    data, seed = checks.choice("data", data, PLANE), checks.seed(seed)
    network, truth = _load(data), mixture(data)
    axis = torch.linspace(-truth.box, truth.box, COLUMNS)
    generator = torch.Generator().manual_seed(seed)
    points = truth.sample(POINTS, generator)
    with torch.inference_mode():
        found = network.outputs(torch.stack([axis, torch.zeros_like(axis)], 1).view(-1, 1, 1, 2))[
            :, 0, 0
        ]  # (G, 2, 3, K)
        samples = network.sample(POINTS, generator=generator).view(-1, 2)
        log_p = [network.log_prob(x).numpy() for x in (points, samples)]
    number = numbers(data)
    return Plane(
        data, seed, truth.box, axis.numpy(), found[0, 0].numpy(), found[:, 1].numpy(), points.numpy(), samples.numpy(),
        log_p[0], log_p[1], number.get("value"), number.get("best"),
    )  # fmt: skip


def numbers(data: str = DIGITS) -> dict:
    """The heading row of a variant's metrics.json (value in nats of density); {} where it is missing."""
    try:
        return json.loads((weights.directory(MODEL, data) / "metrics.json").read_text("utf-8"))[0]
    except (OSError, ValueError, LookupError):
        return {}


@lru_cache(maxsize=1)
def histogram() -> tuple[np.ndarray, np.ndarray] | None:
    """log-densities of the test digits as (edges (k + 1,), counts (k,)); None where they were not measured."""
    try:
        found = json.loads((weights.directory(MODEL) / "histogram.json").read_text("utf-8"))
        return np.array(found["edges"], float), np.array(found["counts"], int)
    except (OSError, ValueError, LookupError):
        return None


def warm_up() -> None:
    """Load the stage's weights and run them once, in the background after launch."""
    try:
        sample_trace(n=1)
        plane()
    except WeightsError:
        pass  # the page says so when they are asked for


def _trace(network: RNADE, x: object, uniforms: np.ndarray, seed: int, given: bool) -> DensityTrace:
    """The films of given values x, a tensor (n, D) float32."""
    import torch

    with torch.inference_mode():
        found = network.components(x)
        log_p = found.log_density(x).float().numpy()
    shares = _percentiles(log_p.astype(np.float64).sum(1))
    parts = [part.float().numpy() for part in found]
    return DensityTrace(seed, x.numpy(), uniforms, *parts, log_p, given, shares)


def _percentiles(log_p: np.ndarray) -> list[float] | None:
    test = histogram()
    if test is None:
        return None
    edges, counts = test
    below = np.concatenate([[0], np.cumsum(counts)])
    return [float(100 * np.interp(value, edges, below) / below[-1]) for value in log_p]


def _load(variant: str) -> RNADE:
    one_thread()
    return weights.load(MODEL, str(resolve("cpu", "small")), catalog.card(MODEL).variant(variant))

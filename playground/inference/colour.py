"""The colour stage: films of PixelCNN in colour, sub-pixel by sub-pixel, and what one value changes.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Letters: n samples, L levels per
channel, D = 3 * 784 sub-pixels in their order, R, G and B of the first pixel, then of the second: sub-pixel 3 i + c is
channel c of pixel i. log p is in nats and the model's own (temperature 1).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks
from playground.inference.device import one_thread, resolve

if TYPE_CHECKING:
    from playground.models.pixel_cnn_rgb import PixelCNNRGB

MODEL = "pixel_cnn_rgb"
SIDE, CHANNELS, LEVELS = 28, 3, 8
SIZE = CHANNELS * SIDE * SIDE
MOST_SAMPLES = 16
HOTTEST = 5.0


@dataclass(frozen=True)
class ColourTrace:
    """Films of n images.

    x (n, D) uint8: levels 0..L-1. p (n, D, L) float32: what each was drawn from, at this temperature. uniforms (n, D)
    float32: x is the level at which the cumulated p passes u. log_p (n, D) float32: log p(x_k | x_<k) in nats. known:
    so many sub-pixels at the start were given, not drawn. forced: a sub-pixel that was set by hand, or -1.
    """

    seed: int
    temperature: float
    x: np.ndarray
    p: np.ndarray
    uniforms: np.ndarray
    log_p: np.ndarray
    known: int = 0
    forced: int = -1

    @property
    def images(self) -> np.ndarray:
        """(n, 28, 28, 3) float32 in [0, 1]."""
        return (self.x / (LEVELS - 1)).astype(np.float32).reshape(-1, SIDE, SIDE, CHANNELS)


def sample_trace(seed: int = 0, temperature: float = 1.0, n: int = 8) -> ColourTrace:
    """Draw n images and keep every step. The same seed gives the same films."""
    seed, temperature = checks.seed(seed), checks.number("temperature", temperature, 0, HOTTEST)
    return _trace(_uniforms(seed, checks.integer("n", n, 1, MOST_SAMPLES)), None, seed, temperature)


def resample(x: object, index: int, seed: int = 0, temperature: float = 1.0, n: int = 8) -> ColourTrace:
    """n ways on from sub-pixel `index`: all before it as in x (D,), levels 0..L-1; it and all after it drawn anew."""
    levels, index = _levels(x), checks.integer("index", index, 0, SIZE - 1)
    seed, temperature = checks.seed(seed), checks.number("temperature", temperature, 0, HOTTEST)
    known = np.where(np.arange(SIZE) < index, levels / (LEVELS - 1), np.nan).astype(np.float32)
    found = _trace(_uniforms(seed, checks.integer("n", n, 1, MOST_SAMPLES)), known, seed, temperature)
    return _with(found, index, -1)


def force(x: object, index: int, level: int, seed: int = 0, temperature: float = 1.0, sample: int = 0) -> ColourTrace:
    """One film in which sub-pixel `index` has another level; all after it is drawn from the same uniforms as before.

    x (D,) levels of a film of `sample_trace`, of whose samples it was number `sample`. So the level alone makes the
    difference: G follows R, B follows R and G, and every later pixel all three.
    """
    levels, index = _levels(x), checks.integer("index", index, 0, SIZE - 1)
    level, sample = checks.integer("level", level, 0, LEVELS - 1), checks.integer("which", sample, 0, MOST_SAMPLES - 1)
    seed, temperature = checks.seed(seed), checks.number("temperature", temperature, 0, HOTTEST)
    known = np.where(np.arange(SIZE) < index, levels / (LEVELS - 1), np.nan).astype(np.float32)
    known[index] = level / (LEVELS - 1)
    found = _trace(_uniforms(seed, sample + 1)[sample:], known, seed, temperature)
    return _with(found, index + 1, index)


def context(row: int, column: int) -> np.ndarray:
    """Which earlier pixels a pixel's logits may depend on, by the masks: (28, 28) bool. Of each it sees all channels.

    Followed from layer to layer: the 3x3 masks of the blocks, then the 7x7 mask of the first layer. Of the pixel itself
    R sees nothing, G sees R, B sees R and G.
    """
    row, column = checks.integer("row", row, 0, SIDE - 1), checks.integer("column", column, 0, SIDE - 1)
    here = np.zeros((SIDE, SIDE), bool)
    here[row, column] = True
    near = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 0)]
    for _ in range(_load().config.blocks):
        here = _reach(here, near)
    return _reach(here, [(r, c) for r in range(-3, 1) for c in range(-3, 4) if r < 0 or c < 0])


def numbers() -> dict:
    """The heading row of the model's metrics.json (value in nats per image, bits_per_dim); {} where it is missing."""
    try:
        return json.loads((weights.directory(MODEL) / "metrics.json").read_text("utf-8"))[0]
    except (OSError, ValueError, LookupError):
        return {}


def warm_up() -> None:
    """Load the stage's weights and run them once, in the background after launch."""
    try:
        sample_trace(n=1)
    except WeightsError:
        pass  # the page says so when they are asked for


def _trace(uniforms: np.ndarray, known: np.ndarray | None, seed: int, temperature: float) -> ColourTrace:
    """Films from uniforms (n, D); known (D,) values in [0, 1], NaN where the model draws."""
    import torch

    network = _load()
    prefix = None
    if known is not None:
        memory = np.empty(SIZE, np.float32)
        memory[network.order.numpy()] = known
        prefix = torch.from_numpy(memory).view(1, CHANNELS, SIDE, SIDE)
    x, p = network.trace(len(uniforms), uniforms=torch.from_numpy(uniforms), prefix=prefix, temperature=temperature)
    with torch.inference_mode():
        log_p = network.log_terms(x).float().numpy()
        levels = network.levels(x).flatten(1)[:, network.order].to(torch.uint8).numpy()
    return ColourTrace(seed, temperature, levels, p.float().numpy(), uniforms, log_p)


def _with(trace: ColourTrace, known: int, forced: int) -> ColourTrace:
    return ColourTrace(**{**vars(trace), "known": known, "forced": forced})


def _reach(here: np.ndarray, taps: list[tuple[int, int]]) -> np.ndarray:
    """Every pixel of the image that is a tap away from one in `here`, (28, 28) bool."""
    found = np.zeros_like(here)
    rows, columns = np.nonzero(here)
    for dr, dc in taps:
        r, c = rows + dr, columns + dc
        inside = (r >= 0) & (c >= 0) & (c < SIDE)
        found[r[inside], c[inside]] = True
    return found


def _uniforms(seed: int, n: int) -> np.ndarray:
    return np.random.Generator(np.random.PCG64(seed)).random((n, SIZE), dtype=np.float32)


def _levels(x: object) -> np.ndarray:
    """(D,) levels from outside. Raises InvalidInput."""
    levels = arrays.read(x, "pixels", (SIZE,))
    outside = levels[(levels < 0) | (levels > LEVELS - 1) | (levels != np.round(levels))]
    if outside.size:
        raise InvalidInput("integer_range", "pixels", float(outside[0]), low=0, high=LEVELS - 1)
    return levels


def _load() -> PixelCNNRGB:
    one_thread()
    return weights.load(MODEL, str(resolve("cpu", "small")))

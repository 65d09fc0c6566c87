"""The film of a DCGAN's training, as `training.image_film` left it: pictures, D's logits, G's gradient, digits read.

Loads no torch. The sheet of pictures stays the PNG it is: a browser decodes it by itself.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from safetensors.numpy import load_file

from playground import catalog, weights
from playground.errors import WeightsError
from playground.inference import checks

FILES = ("film.png", "film.safetensors")
SHOWN, SIDE = 64, 28
BINS = 48
CUT = 0.5  # percent of the logits on each side of the histograms' range; what lies beyond counts in the last bin
COVERED = 0.04  # share of the pictures that a digit must have


@dataclass(frozen=True)
class Film:
    """T moments of a training.

    sheet: PNG of T rows with 64 pictures of 28 x 28 each, ink = 255. steps (T,) int32. edges (BINS + 1,): of the
    histograms real, fake (T, BINS) uint16 of D's logits (scores). wins (T,): how often, in percent, D scores a real
    picture above a generated one; 50 is what a coin does. gradient (T,): median |dL_G/dx|. digits (T, 11): shares in
    percent of what the judge reads, last: no digit. covered (T,) uint8: digits of at least 4 %.
    """

    sheet: bytes
    steps: np.ndarray
    edges: np.ndarray
    real: np.ndarray
    fake: np.ndarray
    wins: np.ndarray
    gradient: np.ndarray
    digits: np.ndarray
    covered: np.ndarray


def film(loss: str, id: str = "dcgan") -> Film:
    """The film of a loss's training. Raises InvalidInput, or WeightsError where its files are missing or damaged."""
    directory = weights.directory(id, checks.choice("loss", loss, catalog.variants(id)))
    path = directory / FILES[0]
    try:
        sheet = path.read_bytes()
        size = png_size(sheet)
        path = directory / FILES[1]
        rows = load_file(path)
        return _film(sheet, size, {name: rows[name] for name in ("steps", "real", "fake", "gradient", "digits")})
    except Exception as reason:  # missing, cut short, or of another shape
        said = "missing" if isinstance(reason, FileNotFoundError) else str(reason)
        raise WeightsError(id, str(path), said, f"python -m playground.training {id} --variant {loss}") from reason


def _film(sheet: bytes, size: tuple[int, int], rows: dict[str, np.ndarray]) -> Film:
    T = len(rows["steps"])
    if size != (SHOWN * SIDE, T * SIDE):
        raise ValueError(f"expected a sheet of {(SHOWN * SIDE, T * SIDE)} pixels, got {size}")
    real, fake = (rows[name].astype(np.float64) for name in ("real", "fake"))
    edges = bins(np.concatenate([real, fake], axis=None))
    counts = rows["digits"].astype(np.float64)
    shares = 100 * counts / counts.sum(1, keepdims=True)
    return Film(
        sheet,
        rows["steps"].astype(np.int32),
        edges,
        histograms(real, edges),
        histograms(fake, edges),
        np.array([wins(*pair) for pair in zip(real, fake, strict=True)]),
        rows["gradient"].astype(np.float64),
        shares,
        (shares[:, :10] >= 100 * COVERED).sum(1).astype(np.uint8),
    )


def wins(real: np.ndarray, fake: np.ndarray) -> float:
    """How often, in percent, a real logit lies above a generated one; half of the ties count (Mann and Whitney)."""
    order = np.sort(fake)
    below, upto = (np.searchsorted(order, real, side) for side in ("left", "right"))
    return 100 * float((below + upto).mean()) / (2 * len(fake))


def bins(values: np.ndarray) -> np.ndarray:
    """Edges that hold all but the outermost values: (BINS + 1,)."""
    low, high = np.percentile(values, [CUT, 100 - CUT])
    return np.linspace(low, max(high, low + 1e-3), BINS + 1)


def histograms(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """One histogram per row of values (T, n), the outermost in the last bins: (T, BINS) uint16."""
    inside = values.clip(edges[0], edges[-1])
    return np.stack([np.histogram(row, edges)[0] for row in inside]).astype(np.uint16)


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height from a PNG's header."""
    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        raise ValueError("expected a PNG")
    return struct.unpack(">II", data[16:24])

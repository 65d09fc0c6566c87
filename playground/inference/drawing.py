"""A person's drawing as MNIST would have stored it: ink in a 20x20 box, its centre of mass in the centre of 28x28.

The models have only ever seen digits made so [1]; a digit drawn small, in a corner or with a thick pen is far from all
of them whatever its shape. A drawing of strokes is drawn anew at its final size with MNIST's own pen, so it does not
depend on where and how large it was drawn. An image is resampled by area. NumPy only.

[1] LeCun, Cortes, Burges. The MNIST database of handwritten digits: "size normalized to fit in a 20x20 pixel box while
preserving their aspect ratio ... centered in a 28x28 image by computing the center of mass".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from playground.errors import InvalidInput
from playground.inference import arrays

SIDE = 28
BOX = 20  # pixels the longer side of the ink takes
PEN = 2.6  # width of the pen in those pixels
BRUSH = 0.14  # width of the brush that hides, as a share of the pad's side
SMALLEST = 0.04  # share of the pad's side: a dot stays a dot and is not blown up to a disc
STROKES, POINTS = 64, 4096  # as many as a pad sends


@dataclass(frozen=True)
class Drawing:
    """A normalised drawing. image: (28, 28) float32 grey in [0, 1]. hidden: (28, 28) bool, where the brush hid it."""

    image: np.ndarray
    hidden: np.ndarray


def read(value: object, field: str = "image") -> Drawing:
    """Whatever a pad or an endpoint sends, normalised.

    value: `{"strokes": [[[x, y], ...], ...], "hidden": [...]}` with coordinates in [0, 1] of the pad (x to the right, y
    down), or a grey image, ink = 1, of any size up to 1024 (packed, nested lists or array; 0..255 if it exceeds 1).
    Raises InvalidInput for anything else, and kind `empty_drawing` where there is no ink.
    """
    if value is None or (isinstance(value, dict) and "data" not in value):
        ink, hidden = (_strokes((value or {}).get(name, []), field) for name in ("strokes", "hidden"))
        return from_strokes(ink, hidden)
    image = arrays.read(value, field, (None, None))
    if max(image.shape) > 1024:
        raise InvalidInput("too_long", field, max(image.shape), high=1024)
    return Drawing(normalise(image, field), np.zeros((SIDE, SIDE), bool))


def normalise(image: np.ndarray, field: str = "image") -> np.ndarray:
    """A grey image (H, W), ink > 0, as (28, 28) float32 in [0, 1]: same aspect, 20x20 box, centre of mass centred."""
    image = np.asarray(image, np.float64)
    image = np.clip(image / (255 if image.size and image.max() > 1 else 1), 0, 1)
    rows, columns = np.flatnonzero(image.any(1)), np.flatnonzero(image.any(0))
    if not len(rows):
        raise InvalidInput("empty_drawing", field, image)
    scale = BOX / max(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
    mass = [(image.sum(1 - axis) @ (np.arange(n) + 0.5)) / image.sum() for axis, n in enumerate(image.shape)]
    down, across = (_overlap(n, scale, centre) for n, centre in zip(image.shape, mass, strict=True))
    return (down @ image @ across.T).clip(0, 1).astype(np.float32)


def from_strokes(strokes: list[np.ndarray], hidden: list[np.ndarray] = ()) -> Drawing:
    """Polylines (k, 2) in [0, 1] drawn with MNIST's pen; `hidden`: strokes of the brush, moved with the ink."""
    if not strokes:
        raise InvalidInput("empty_drawing", "image", None)
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    scale = (BOX - PEN) / max((high - low).max(), SMALLEST)
    shift = SIDE / 2 - scale * (low + high) / 2
    for _ in range(2):  # ink cut off at the border moves the centre of mass a little; the second round settles it
        image = _draw([scale * stroke + shift for stroke in strokes], PEN)
        shift = shift + SIDE / 2 - _centre(image)
    image = _draw([scale * stroke + shift for stroke in strokes], PEN)
    covered = _draw([scale * stroke + shift for stroke in hidden], BRUSH * scale) >= 0.5
    return Drawing(image.astype(np.float32), covered)


def binarize(image: np.ndarray, seed: int = 0) -> np.ndarray:
    """x ~ Bern(grey) with a seed: (28, 28) in [0, 1] -> uint8 {0, 1}, as the test digits were binarized."""
    uniforms = np.random.Generator(np.random.PCG64(seed)).random(image.shape, dtype=np.float32)
    return (uniforms < image).astype(np.uint8)


def _strokes(value: object, field: str) -> list[np.ndarray]:
    """Polylines of a pad, each (k, 2) in [0, 1]."""
    if not isinstance(value, (list, tuple)):
        raise InvalidInput("not_number", field, value)
    if len(value) > STROKES:
        raise InvalidInput("too_long", field, len(value), high=STROKES)
    strokes = [arrays.read(stroke, field, (None, 2)) for stroke in value if not _is_empty(stroke)]
    if (total := sum(map(len, strokes))) > POINTS:
        raise InvalidInput("too_long", field, total, high=POINTS)
    for stroke in strokes:
        outside = stroke[(stroke < 0) | (stroke > 1)]
        if outside.size:
            raise InvalidInput("number_range", field, float(outside[0]), low=0, high=1)
    return strokes


def _is_empty(stroke: object) -> bool:
    return isinstance(stroke, (list, tuple)) and not stroke


def _overlap(n: int, scale: float, centre: float) -> np.ndarray:
    """(28, n): how much of each old pixel falls into each new one when `centre` goes to the middle at this scale."""
    edges = (np.arange(n + 1) - centre) * scale + SIDE / 2
    new = np.arange(SIDE)[:, None]
    return (np.minimum(edges[1:], new + 1) - np.maximum(edges[:-1], new)).clip(0)


def _draw(strokes: list[np.ndarray], width: float) -> np.ndarray:
    """Strokes in pixels of 28x28 with a round pen: (28, 28) in [0, 1], edges one pixel soft."""
    centres = np.stack(np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5), -1).reshape(-1, 1, 2)  # x, y
    nearest = np.full(SIDE * SIDE, np.inf)
    for stroke in strokes:
        start, end = stroke[:-1] if len(stroke) > 1 else stroke, stroke[1:] if len(stroke) > 1 else stroke
        along = end - start  # (k, 2)
        length = np.maximum((along**2).sum(1), 1e-12)
        t = (((centres - start) * along).sum(2) / length).clip(0, 1)  # (784, k): nearest point of each segment
        distance = ((centres - start - t[..., None] * along) ** 2).sum(2).min(1)
        nearest = np.minimum(nearest, distance)
    return (width / 2 + 0.5 - np.sqrt(nearest)).clip(0, 1).reshape(SIDE, SIDE)


def _centre(image: np.ndarray) -> np.ndarray:
    """Centre of mass (x, y) of an image with ink, in pixels."""
    middle = np.arange(SIDE) + 0.5
    return np.array([image.sum(0) @ middle, image.sum(1) @ middle]) / image.sum()

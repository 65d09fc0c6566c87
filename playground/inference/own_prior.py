"""A prior drawn by hand for an adversarial autoencoder, and the training that brings the codes of digits into it.

A run is plain values (`Wish`); `film(wish)` yields its frames. The same wish is the same film: the number of steps is
fixed, weights, batches and noise are functions of the seed. The digits are ours: a Diagonal BiLSTM drew them
(`python -m playground.training.record_own_prior`), so no data set is needed where the page runs.

The plane is the drawing's square: [-EXTENT, EXTENT]^2, x to the right, y up. Axis letters: n digits, N nodes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks
from playground.inference.shapes import SHAPES

EXTENT = 3.0
CELLS = 64  # per side of the raster that the ink becomes
STROKES, POINTS = 64, 4096  # as many as the canvas sends
WIDTHS = (0.02, 0.2)  # of the pen, in sides of the canvas
WIDTH = 0.07
STEPS, FRAMES = 900, 60
PICTURES = 8  # digits whose reconstructions are shown
RECORDED = Path(__file__).resolve().parents[2] / "assets" / "recorded"
FILE, CLAIMS = "own_prior.safetensors", "own_prior_claims.json"
COMMAND = "python -m playground.training.record_own_prior"


@dataclass(frozen=True, eq=False)
class Wish:
    """What is to be trained. cells (CELLS, CELLS) bool: the ink, row 0 at the top. nodes (N, 2) float32: the inked
    cells' centres, and std: of the Gaussian on each, on the plane. seed."""

    cells: np.ndarray
    nodes: np.ndarray
    std: float
    seed: int

    def share(self, codes: np.ndarray) -> float:
        """Share of codes (n, 2) that lie on ink."""
        at = np.floor((codes * [1, -1] / EXTENT + 1) / 2 * CELLS).astype(int)
        inside = ((at >= 0) & (at < CELLS)).all(1)
        column, row = at.clip(0, CELLS - 1).T
        return float((self.cells[row, column] & inside).mean())


@dataclass(frozen=True)
class Frame:
    """The autoencoder at one step.

    codes (n, 2) float32: of all digits. x_hat (PICTURES, 28, 28) uint8: 255 * p(x = 1 | z) of the first ones. loss_d:
    of the discriminator in nats, mean since the last frame; 2 ln 2 where it cannot tell (NaN before the first step).
    distance: sliced Wasserstein between the codes and as many samples of the prior. nats: -log p(x | z), mean. share:
    of the codes on the ink.
    """

    step: int
    codes: np.ndarray
    x_hat: np.ndarray
    loss_d: float
    distance: float
    nats: float
    share: float


@dataclass(frozen=True)
class Scene:
    """What stays the same in all frames: labels (n,) uint8; x (PICTURES, 28, 28) uint8 in {0, 1}; cells (CELLS, CELLS)
    bool: the ink. floor: the sliced Wasserstein distance between two sets of n samples of the prior; share: of such
    samples on the ink; area: share of the plane that is ink."""

    labels: np.ndarray
    x: np.ndarray
    cells: np.ndarray
    floor: float
    share: float
    area: float


def make_wish(drawing: object, seed: object = 0) -> Wish:
    """A checked wish: a drawing (what `ink` takes) and a seed. Raises InvalidInput."""
    cells = ink(drawing)
    rows, columns = np.nonzero(cells)
    step = 2 * EXTENT / CELLS
    nodes = np.stack([(columns + 0.5) * step - EXTENT, EXTENT - (rows + 0.5) * step], 1).astype(np.float32)
    return Wish(cells, nodes, step / 3, checks.seed(seed))


def ink(drawing: object) -> np.ndarray:
    """The inked cells of a drawing, (CELLS, CELLS) bool, row 0 at the top.

    drawing: the name of a shape; `{"strokes": [[[x, y], ...], ...], "width": w}` with coordinates in [0, 1] and the
    pen's width in sides of the canvas (default WIDTH); or an image of any size up to 512, inked where it is at least
    half its largest value. Raises InvalidInput for anything else, and kind `no_ink` where nothing is drawn.
    """
    if isinstance(drawing, str):
        drawing = {"strokes": SHAPES[checks.choice("drawing", drawing, SHAPES)]}
    if isinstance(drawing, dict) and "strokes" in drawing:
        cells = _stroked(drawing)
    elif drawing is None or (isinstance(drawing, dict) and not drawing):
        cells = np.zeros((CELLS, CELLS), bool)
    else:
        cells = _image(drawing)
    if not cells.any():
        raise InvalidInput("no_ink", "drawing", 0)
    return cells


def film(wish: Wish, steps: int = STEPS, frames: int = FRAMES) -> Iterator[Frame]:
    """`frames` + 1 frames at equal distances from step 0 to the last. Raises WeightsError for a missing recording."""
    from playground.inference import _own_prior

    yield from _own_prior.frames(wish, steps, frames)


def scene(wish: Wish) -> Scene:
    """What stays the same in all frames of a wish. Raises WeightsError."""
    from playground.inference import _own_prior

    return _own_prior.scene(wish)


@lru_cache(maxsize=1)
def recorded() -> dict[str, np.ndarray]:
    """What the training starts from: digits (n, 784) uint8 in {0, 1}, labels (n,), and the networks' weights."""
    from safetensors.numpy import load_file

    path = RECORDED / FILE
    try:
        found = load_file(path)
        found["digits"] = np.unpackbits(found["digits"], axis=1)[:, :784]
    except Exception as reason:
        raise WeightsError("own_prior", str(path), str(reason), COMMAND) from reason
    return found


@lru_cache(maxsize=1)
def claims() -> dict:
    """What a training ends with, per shape and over seeds; see `record_own_prior`."""
    return json.loads((RECORDED / CLAIMS).read_text("utf-8"))


def warm_up() -> None:
    """Takes the first steps of a training, before the first visitor asks."""
    try:
        for _ in film(make_wish("ring"), steps=2, frames=1):
            pass
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


# -- drawings ------------------------------------------------------------------------------------------------------


def _stroked(drawing: dict) -> np.ndarray:
    strokes, width = drawing["strokes"], checks.number("width", drawing.get("width", WIDTH), *WIDTHS)
    if not isinstance(strokes, (list, tuple)):
        raise InvalidInput("not_number", "drawing", strokes)
    if len(strokes) > STROKES:
        raise InvalidInput("too_long", "drawing", len(strokes), high=STROKES)
    lines = [arrays.read(stroke, "drawing", (None, 2)) for stroke in strokes if stroke not in ([], ())]
    if (total := sum(map(len, lines))) > POINTS:
        raise InvalidInput("too_long", "drawing", total, high=POINTS)
    cells = np.zeros((CELLS, CELLS), bool)
    for line in lines:
        outside = line[(line < 0) | (line > 1)]
        if outside.size:
            raise InvalidInput("number_range", "drawing", float(outside[0]), low=0, high=1)
        cells |= _near(line.astype(np.float64), width / 2)
    return cells


def _near(line: np.ndarray, radius: float) -> np.ndarray:
    """Cells whose centre is within `radius` of a polyline (k, 2) in [0, 1]: (CELLS, CELLS) bool."""
    middle = (np.arange(CELLS) + 0.5) / CELLS
    centres = np.stack(np.meshgrid(middle, middle), -1).reshape(-1, 1, 2)  # x, y
    start, end = (line[:-1], line[1:]) if len(line) > 1 else (line, line)
    inked = np.zeros(CELLS * CELLS, bool)
    for k in range(0, len(start), 64):  # so that a long line takes no more memory than a short one
        a, along = start[k : k + 64], end[k : k + 64] - start[k : k + 64]
        t = (((centres - a) * along).sum(2) / np.maximum((along**2).sum(1), 1e-12)).clip(0, 1)
        inked |= (((centres - a - t[..., None] * along) ** 2).sum(2) <= radius**2).any(1)
    return inked.reshape(CELLS, CELLS)


def _image(value: object) -> np.ndarray:
    image = arrays.read(value, "drawing", (None, None))
    if 0 in image.shape or max(image.shape) > 512:
        raise InvalidInput("too_long", "drawing", max(image.shape), high=512)
    rows, columns = ((np.arange(CELLS) * side) // CELLS for side in image.shape)
    return (image > 0)[np.ix_(rows, columns)] & (image >= image.max() / 2)[np.ix_(rows, columns)]


# -- for the wire --------------------------------------------------------------------------------------------------

NUMBERS = ("loss_d", "distance", "nats", "share")


def packed(frame: Frame) -> dict[str, np.ndarray]:
    """A frame as small arrays: codes uint16 (see `lab.quantize`), x_hat uint8, numbers float32 in NUMBERS' order."""
    from playground.inference.lab import quantize

    numbers = np.array([getattr(frame, name) for name in NUMBERS], np.float32)
    return {"codes": quantize(frame.codes, EXTENT), "x_hat": frame.x_hat, "numbers": numbers}

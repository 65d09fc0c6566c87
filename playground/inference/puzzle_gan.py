"""The puzzle_gan stage: a whole digit from patches that a person takes out of one, and how near it is to that digit.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. A digit is one of our own samples,
for a digit and a seed, or a person's drawing. Places are (row, column) of a patch's middle in 32 x 32 pixels; a patch
may reach over the border, where there is no ink. Pictures are uint8, ink = 255.
"""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass

import numpy as np

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks, given

MODEL = "puzzle_gan"
SIDE, PATCH, PATCHES, Z_DIM = 32, 10, 3, 32
SHOWN = 6
SHIFT = 3  # pixels that a digit is moved, its frames with it
SHIFTS = {"up": (-SHIFT, 0), "down": (SHIFT, 0), "left": (0, -SHIFT), "right": (0, SHIFT)}
LARGEST_SEED = checks.LARGEST_SEED
KINDS = ("sample", "drawing")


@dataclass(frozen=True)
class Digit:
    """What the patches are taken from. image (32, 32) uint8. digit: the judge's reading, confidence in [0, 1]."""

    image: np.ndarray
    digit: int
    confidence: float


@dataclass(frozen=True)
class Completed:
    """Six pictures from the same patches, one per noise.

    patches (P, 10, 10) uint8: all that the network is given. empty (P,) bool: patches without ink. covered (32, 32)
    uint8 in {0, 1}: where they were taken. mask (32, 32) uint8: M_hat, the same for every noise. images (6, 32, 32)
    uint8: x_hat. places (6, P, 2) int64: middles of the patches as they lie there. off (6,) float64: pixels from there
    to where they were taken, mean over the patches. kept (6,) float64: mean |difference| of the patches from the places
    of x_hat most like them. home, elsewhere (6,) float64: mean |x_hat - x| where they were taken, and off that. overlap
    (6,) float64: intersection over union of what they cover there and here. digits (6,) uint8, confidence (6,) float32:
    the judge's reading.
    """

    patches: np.ndarray
    empty: np.ndarray
    covered: np.ndarray
    mask: np.ndarray
    images: np.ndarray
    places: np.ndarray
    off: np.ndarray
    kept: np.ndarray
    home: np.ndarray
    elsewhere: np.ndarray
    overlap: np.ndarray
    digits: np.ndarray
    confidence: np.ndarray


@dataclass(frozen=True)
class Unmoved:
    """The same patches in every order, and taken from a digit that was moved with its frames.

    orders: of the patches. ordered (6, 32, 32) uint8: the picture for each; order_change: largest |difference| of a
    pixel from the first, in [0, 1]. shifts: names of SHIFTS. sources (4, 32, 32) uint8: the moved digit; shifted
    (4, 32, 32) uint8: its picture; shift_change (4,) float64: largest |difference| from the unmoved one's, and cut (4,)
    bool: whether moving has changed a patch, because ink left the picture.
    """

    orders: tuple[tuple[int, ...], ...]
    ordered: np.ndarray
    order_change: float
    shifts: tuple[str, ...]
    sources: np.ndarray
    shifted: np.ndarray
    shift_change: np.ndarray
    cut: np.ndarray


@dataclass(frozen=True)
class Numbers:
    """Measured once on n test digits. recovered: percent of which the judge reads the right digit, by the number of
    patches; chance: what naming the most frequent one would get; real: what it gets from the digits themselves. The
    other names are those of `metrics.conditional.patches_kept`; overlap is its `mask`."""

    n: int
    recovered: dict[str, float]
    chance: float
    real: float
    kept: float
    luck: float
    home: float
    another: float
    elsewhere: float
    overlap: float
    near: float


def source(kind: str, digit: int = 0, seed: int = 0, strokes: object = None) -> Digit:
    """The digit to take patches from.

    kind: "sample" is ours for a digit 0..9 and a seed, "drawing" a person's, as in `drawing.read`.
    Raises InvalidInput (kind `empty_drawing` without ink) or WeightsError.
    """
    from playground.inference import _puzzle_gan as networks

    image = _image(kind, digit, seed, strokes)
    read, confidence = networks.judged(image[None])
    return Digit(image, int(read[0]), float(confidence[0]))


def picture(value: object) -> np.ndarray:
    """A digit from outside, packed or as lists of 0..255: (32, 32) uint8. Raises InvalidInput."""
    image = arrays.read(value, "image", (SIDE, SIDE))
    outside = image[(image < 0) | (image > 255)]
    if outside.size:
        raise InvalidInput("number_range", "image", float(outside[0]), low=0, high=255)
    return image.round().astype(np.uint8)


def good_places(image: np.ndarray, seed: int = 0) -> np.ndarray:
    """Three places where a digit (32, 32) uint8 changes most, as in training: (3, 2) int64."""
    from playground.inference import _puzzle_gan as networks

    return networks.places(image, checks.whole("seed", seed, 0, LARGEST_SEED))


def complete(image: np.ndarray, places: object, seed: int = 0) -> Completed:
    """Six pictures from the patches of a digit (32, 32) uint8 at 1..3 places, for six consecutive noises.

    Raises InvalidInput or WeightsError.
    """
    from playground.inference import _puzzle_gan as networks

    middles = _places(places)
    patches, covered = networks.cut(image, middles)
    made = networks.completed(np.repeat(patches[None], SHOWN, 0), noises(seed, SHOWN))
    digits, confidence = networks.judged(_bytes(made.pictures))
    differences = np.abs(made.pictures - image / 255.0)
    inside = covered.astype(bool)
    laid = np.stack([networks.cut(image, places)[1] for places in made.places]).astype(bool)
    return Completed(
        patches=patches,
        empty=patches.max((1, 2)) < 32,
        covered=covered,
        mask=_bytes(made.masks[0]),
        images=_bytes(made.pictures),
        places=made.places,
        off=np.linalg.norm(made.places - middles, axis=2).mean(1),
        kept=made.kept.mean(1).astype(float),
        home=differences[:, inside].mean(1),
        elsewhere=differences[:, ~inside].mean(1),
        overlap=_overlap(laid, inside),
        digits=digits,
        confidence=confidence,
    )


def unmoved(image: np.ndarray, places: object, seed: int = 0) -> Unmoved:
    """What does not change: the order of the patches, and where they were taken. Arguments and errors as above."""
    from playground.inference import _puzzle_gan as networks

    middles = _places(places)
    z = noises(seed, 1)
    patches, _ = networks.cut(image, middles)
    orders = tuple(itertools.permutations(range(len(middles))))
    ordered = networks.completed(patches[np.array(orders)], np.repeat(z, len(orders), 0)).pictures
    moved = [_shifted(image, middles, by) for by in SHIFTS.values()]
    parts = np.stack([networks.cut(*one)[0] for one in moved])
    shifted = networks.completed(parts, np.repeat(z, len(parts), 0)).pictures
    return Unmoved(
        orders=orders,
        ordered=_bytes(ordered),
        order_change=float(np.abs(ordered - ordered[0]).max()),
        shifts=tuple(SHIFTS),
        sources=np.stack([picture for picture, _ in moved]),
        shifted=_bytes(shifted),
        shift_change=np.abs(shifted - ordered[0]).max((1, 2)).astype(float),
        cut=(parts != patches).any((1, 2, 3)),
    )


def numbers() -> Numbers:
    """What was measured on the shipped weights. Raises WeightsError where it was not."""
    path = weights.directory(MODEL) / "metrics.json"
    try:
        rows = {row["metric"]: row for row in json.loads(path.read_text("utf-8"))}
        digit, kept = rows["digit_recovered"], rows["patches_kept"]
        others = (float(kept[name]) for name in ("luck", "home", "another", "elsewhere", "mask", "near"))
        shares = {k: float(digit["patches"][k]) for k in ("1", "2", "3")}
        return Numbers(
            int(digit["n"]), shares, float(digit["chance"]), float(digit["real"]), float(kept["value"]), *others
        )
    except Exception as reason:  # missing, not JSON, or not what measuring writes
        raise WeightsError(MODEL, str(path), str(reason), f"python -m playground.metrics {MODEL}") from reason


def warm_up() -> None:
    """Loads the networks and runs them once, in the background after launch."""
    try:
        image = source("sample", 3, 0).image
        complete(image, good_places(image).tolist())
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _image(kind: object, digit: object, seed: object, strokes: object) -> np.ndarray:
    """(32, 32) uint8."""
    value = strokes if checks.choice("source", kind, KINDS) == "drawing" else digit
    return _bytes(given.read(kind, value, seed).mask[0])


def _places(value: object) -> np.ndarray:
    """Places from outside: 1..3 pairs of whole numbers 0..31, as (P, 2) int64."""
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= PATCHES:
        raise InvalidInput("shape", "places", value, expected=f"(1..{PATCHES}, 2)")
    if any(not isinstance(place, (list, tuple)) or len(place) != 2 for place in value):
        raise InvalidInput("shape", "places", value, expected=f"(1..{PATCHES}, 2)")
    return np.array([[checks.whole("place", at, 0, SIDE - 1) for at in place] for place in value], np.int64)


def noises(seed: object, n: int) -> np.ndarray:
    """z ~ U(-1, 1) of n consecutive seeds, (n, 32) float32, from a bit stream that no version changes."""
    first = checks.whole("seed", seed, 0, LARGEST_SEED)
    words = [np.random.PCG64((first + k) % (LARGEST_SEED + 1)).random_raw(Z_DIM) for k in range(n)]
    return (2 * ((np.stack(words) >> np.uint64(11)).astype(np.float64) * 2.0**-53) - 1).astype(np.float32)


def _shifted(image: np.ndarray, middles: np.ndarray, by: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """A digit and its places moved by (rows, columns); what leaves the picture is gone, as are frames' middles."""
    padded = np.pad(image, SHIFT)
    moved = padded[SHIFT - by[0] : SHIFT - by[0] + SIDE, SHIFT - by[1] : SHIFT - by[1] + SIDE]
    return moved, (middles + by).clip(0, SIDE)


def _overlap(guess: np.ndarray, covered: np.ndarray) -> np.ndarray:
    """Intersection over union of masks (n, H, W) bool with one (H, W)."""
    return (guess & covered).sum((1, 2)) / (guess | covered).sum((1, 2))


def _bytes(x: np.ndarray) -> np.ndarray:
    return (255 * x).round().astype(np.uint8)

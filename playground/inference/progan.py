"""The progan stage: one Progressive GAN at every resolution from 4 to 32 pixels, and what its layers do.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. A picture is named by the seed of its
noise. `stages` gives what every toRGB draws, before clipping: two levels blend linearly (`blend`), so a browser
can grow a picture without asking. Pictures are uint8, ink = 255.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground import weights
from playground.data.noise import noises
from playground.data.walks import spherical
from playground.errors import WeightsError
from playground.inference import checks

MODEL = "progan"
SIDES = (4, 8, 16, 32)
TOP = len(SIDES) - 1
Z_DIM = 64
MOST = 100
WANTED = 85.0  # percent of the pictures that the judge should read with p >= 0.9
UNIT = 4096  # what a pixel of the value 1 is in `Stages.raw`
LARGEST_SEED = checks.LARGEST_SEED
COMPARED = 8  # pictures in a batch of the critic's
SHOWN = 64  # pictures of a moment of the film
DIGITS = Path(__file__).resolve().parents[2] / "assets" / "examples" / "test_digits.png"


@dataclass(frozen=True)
class Samples:
    """Pictures of consecutive seeds at one resolution: seeds (n,) int64, images (n, s, s) uint8."""

    seeds: np.ndarray
    images: np.ndarray


@dataclass(frozen=True)
class Stages:
    """What every toRGB draws from the same noises: seeds (n,) int64, raw per level (n, s, s) int16, UNIT = 1.

    A value is about in [-1, 1], paper to ink, and not yet clipped. Of a walk, seeds are those of both its ends.
    """

    seeds: np.ndarray
    raw: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Layer:
    """One layer with weights.

    net: "G" or "D". name: as in the model. kind: dense, conv, last_conv, to_rgb, from_rgb or score. level: that it came
    in with. side: of its feature maps, or of the picture. scale: c = gain / sqrt(fan_in), by which weights are
    multiplied when they are used. stored, used: measured standard deviation of the weights, before and after.
    normed: pixelwise normalization follows.
    """

    net: str
    name: str
    kind: str
    level: int
    inputs: int
    outputs: int
    kernel: int
    side: int
    fan_in: int
    gain: float
    scale: float
    stored: float
    used: float
    normed: bool


@dataclass(frozen=True)
class Batch:
    """Eight pictures as the critic gets them: images (8, 32, 32) uint8.

    spread (8,): the value of the map that `minibatch_std` adds for each picture's group. logit (8,): D's, of real.
    """

    images: np.ndarray
    spread: np.ndarray
    logit: np.ndarray


@dataclass(frozen=True)
class Variation:
    """Three batches: real test digits, generated ones, and one of these eight times over."""

    real: Batch
    generated: Batch
    copies: Batch


@dataclass(frozen=True)
class Film:
    """T moments of a training, and how far the network had grown.

    sheet: PNG of T rows with 64 pictures of 32 x 32 each, ink = 255. seen (T,) int32: real pictures shown. level (T,),
    alpha (T,): of the network then. digits (T, 11): shares in percent of what the judge reads, last: no digit.
    corner_seen (k,), corner_height (k,): corners of the growth, real pictures shown and level - 1 + alpha then.
    channels: of the filmed network's levels, own: of the shipped one's.
    """

    sheet: bytes
    seen: np.ndarray
    level: np.ndarray
    alpha: np.ndarray
    digits: np.ndarray
    corner_seen: np.ndarray
    corner_height: np.ndarray
    channels: tuple[int, ...]
    own: tuple[int, ...]


@dataclass(frozen=True)
class Numbers:
    """What was measured on the shipped weights.

    recognised: share of pictures in percent that the judge reads with p >= 0.9, wanted: what it should be at least,
    real: the same share of test digits. digits: of ten, those with at least 4 %. frechet: distance from test digits,
    floor: that of training digits. n: pictures on each side of it.
    """

    recognised: float
    wanted: float
    real: float
    digits: int
    frechet: float
    floor: float
    n: int


def generate(seed: int = 0, n: int = 1, level: int = TOP, alpha: float = 1.0) -> Samples:
    """Pictures of n consecutive seeds, the first after the last.

    seed: 0..2^31-1. n: 1..100. level: 0..3, for 4, 8, 16 or 32 pixels. alpha: how far this level has faded in, 0..1.
    Raises InvalidInput, or WeightsError.
    """
    from playground.inference import _progan

    seeds = _seeds(seed, n)
    level, alpha = checks.integer("level", level, 0, TOP), checks.number("alpha", alpha, 0, 1)
    return Samples(seeds, _progan.images(noises(seeds, Z_DIM), level, alpha))


def stages(seed: int = 0, n: int = 6) -> Stages:
    """What all four levels draw from n consecutive noises. Errors as in `generate`."""
    seeds = _seeds(seed, n)
    return Stages(seeds, _raw(noises(seeds, Z_DIM)))


def walk(seed: int = 0, n: int = 6) -> Stages:
    """What all four levels draw on the spherical way from the noise of a seed to that of the next, both included.

    n: pictures of the way, 2..100. Errors as in `generate`.
    """
    seeds, n = _seeds(seed, 2), checks.integer("n", n, 2, MOST)
    return Stages(seeds, _raw(spherical(*noises(seeds, Z_DIM), np.linspace(0, 1, n))))


def blend(raw: tuple[np.ndarray, ...], level: int, alpha: float) -> np.ndarray:
    """The pictures (n, s, s) uint8 of a level that has faded in by alpha, from `Stages.raw`.

    The page's script does the same for every position of its slider.
    """
    x = raw[level].astype(np.float64)
    if level:
        x = (1 - alpha) * raw[level - 1].repeat(2, 1).repeat(2, 2) + alpha * x
    return np.round(((x / UNIT + 1) * 127.5).clip(0, 255)).astype(np.uint8)


def layers() -> tuple[Layer, ...]:
    """All layers with weights, in the order that a picture takes through G and then D. Raises WeightsError."""
    from playground.inference import _progan

    return tuple(Layer(**row) for row in _progan.layers())


def variation(seed: int = 0) -> Variation:
    """What the critic's extra map says of three batches of eight. Errors as in `generate`.

    Generated are the pictures of eight consecutive seeds, copied is the first of them; the real digits are drawn from
    64 of the test set.
    """
    from playground.inference import _progan

    seeds = _seeds(seed, COMPARED)
    chosen = np.random.PCG64(int(seeds[0])).random_raw(len(digits())).argsort()[:COMPARED]
    fake = _progan.pictures(noises(seeds, Z_DIM))
    batches = (_progan.padded(digits()[chosen]), fake, np.repeat(fake[:1], COMPARED, 0))
    return Variation(*(Batch(*_progan.compared(x)) for x in batches))


def digits() -> np.ndarray:
    """The first 64 test digits of MNIST, grey, ink = 255: (64, 28, 28) uint8."""
    from PIL import Image

    with Image.open(DIGITS) as sheet:
        return np.asarray(sheet.convert("L")).reshape(-1, 28, 28)


def film() -> Film:
    """The film of a training. Raises WeightsError where it or the network is missing or damaged."""
    from PIL import Image
    from safetensors import safe_open

    from playground.inference import _progan

    path = weights.directory(MODEL) / "film.png"
    try:
        sheet = path.read_bytes()
        with Image.open(io.BytesIO(sheet)) as picture:
            size = picture.size
        path = path.with_suffix(".safetensors")
        with safe_open(path, "np") as file:
            steps, counts = file.get_tensor("steps").astype(np.int32), file.get_tensor("digits").astype(np.float64)
            told = json.loads(file.metadata()["film"])
        filmed = _progan.config(told["config"])
        if size != (SHOWN * SIDES[TOP], len(steps) * SIDES[TOP]) or counts.shape != (len(steps), 11):
            raise ValueError(
                f"expected {len(steps)} rows of {SHOWN} pictures, got {size} pixels, digits {counts.shape}"
            )
    except Exception as reason:  # missing, cut short, or of another shape
        said = "missing" if isinstance(reason, FileNotFoundError) else str(reason)
        raise WeightsError(MODEL, str(path), said, f"python -m playground.training {MODEL}") from reason
    seen = steps * told["batch_size"]
    shares = 100 * counts / counts.sum(1, keepdims=True)
    growth, corners = _progan.growth(filmed, seen), _progan.corners(filmed)
    return Film(sheet, seen, *growth, shares, *corners, filmed.channels, _progan.config().channels)


def numbers() -> Numbers:
    """What metrics.json says of the shipped weights. Loads no torch. Raises WeightsError."""
    path = weights.directory(MODEL) / "metrics.json"
    try:
        rows = {row["metric"]: row for row in json.loads(path.read_text("utf-8"))}
        read, distance = rows["recognised"], rows["frechet"]
        return Numbers(
            float(read["value"]),
            WANTED,
            float(read["real"]),
            int(rows["digits"]["value"]),
            float(distance["value"]),
            float(distance["real_vs_real"]),
            int(distance["n"]),
        )
    except Exception as reason:  # missing, not JSON, or not what measuring writes
        said = "missing" if isinstance(reason, FileNotFoundError) else str(reason)
        raise WeightsError(MODEL, str(path), said, f"python -m playground.metrics {MODEL}") from reason


def warm_up() -> None:
    """Loads the network and runs it once, in the background after launch."""
    try:
        stages()
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _raw(z: np.ndarray) -> tuple[np.ndarray, ...]:
    from playground.inference import _progan

    limit = np.iinfo(np.int16)
    return tuple(np.round(UNIT * x).clip(limit.min, limit.max).astype(np.int16) for x in _progan.drawn(z))


def _seeds(seed: object, n: object) -> np.ndarray:
    first, n = checks.whole("seed", seed, 0, LARGEST_SEED), checks.integer("n", n, 1, MOST)
    return (first + np.arange(n, dtype=np.int64)) % (LARGEST_SEED + 1)

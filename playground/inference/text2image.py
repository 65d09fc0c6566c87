"""The text2image stage: pictures of captions that a person writes, what a judge reads from them, what D makes of it.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. The same seed and the same words are
the same picture everywhere. Pictures are uint8 (32, 32, 3).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from playground import weights
from playground.data.captions import ATTRIBUTES, LANGS, VALUES
from playground.data.noise import noises
from playground.errors import WeightsError
from playground.inference import caption_words, checks
from playground.inference.caption_words import Caption
from playground.inference.progan import digits as test_digits

MODEL, JUDGE = "text2image", "caption_judge"
SIDE, Z_DIM = 32, 32
SHOWN = 8  # pictures of a caption, and steps between two
SWAPPED = 6
LARGEST_SEED = checks.LARGEST_SEED
OPEN = ("fill", "leave")
TEST_DIGITS = (
    *(7, 2, 1, 0, 4, 1, 4, 9, 5, 9, 0, 6, 9, 0, 1, 5, 9, 7, 3, 4, 9, 6, 6, 5, 4, 0, 7, 4, 0, 1, 3, 1),
    *(3, 4, 7, 2, 7, 1, 2, 1, 1, 7, 4, 2, 3, 5, 1, 2, 4, 4, 6, 3, 5, 5, 6, 0, 4, 1, 9, 5, 7, 8, 9, 3),
)
"""Classes of the test digits that the page ships (`progan.digits`)."""


@dataclass(frozen=True)
class Reading:
    """What the judge reads. values (n, 6) uint8: index of each of ATTRIBUTES' values in VALUES; p (n, 6) float32."""

    values: np.ndarray
    p: np.ndarray


@dataclass(frozen=True)
class Drawn:
    """Eight pictures of one caption.

    seeds (8,) int64. images (8, 32, 32, 3) uint8. given: the words that G read for each. asked (8, 6) int8: index of
    the value that each attribute should have, -1 where it is left to G. reading: None without the judge's weights.
    """

    caption: Caption
    seeds: np.ndarray
    images: np.ndarray
    given: tuple[str, ...]
    asked: np.ndarray
    reading: Reading | None


@dataclass(frozen=True)
class Way:
    """From one caption to another in the space of t, all with one z.

    share (8,) float64 of the second caption. images (8, 32, 32, 3) uint8. given: the two captions as G read them.
    asked (2, 6) int8: of each. p: by attribute that differs, what the judge gives the first and the second's value,
    (2, 8) float32; None without its weights.
    """

    first: Caption
    second: Caption
    given: tuple[str, str]
    share: np.ndarray
    images: np.ndarray
    asked: np.ndarray
    p: dict[str, np.ndarray] | None


@dataclass(frozen=True)
class Swap:
    """One word swapped, everything else kept, z too.

    before, after (6, 32, 32, 3) uint8; difference (6, 32, 32) uint8: mean |difference| over the colours. given: what G
    read before and after, for each z. attribute: what the word speaks of. read: the judge's before and after, or None.
    """

    text: str
    attribute: str
    seeds: np.ndarray
    before: np.ndarray
    after: np.ndarray
    difference: np.ndarray
    given: tuple[tuple[str, str], ...]
    asked: np.ndarray
    read: tuple[Reading, Reading] | None


@dataclass(frozen=True)
class Pairs:
    """D(x, t) = sigma(logit) of three kinds of pairs, eight each, in [0, 1], float32.

    right (8,): real test digits painted as the caption says. wrong (6, 8): the same pictures, with captions that are
    wrong in one attribute, in the order of ATTRIBUTES; captions: those six. fake (8,): made for the caption.
    given: the right caption. real, made (8, 32, 32, 3) uint8.
    """

    given: str
    captions: tuple[str, ...]
    real: np.ndarray
    made: np.ndarray
    right: np.ndarray
    wrong: np.ndarray
    fake: np.ndarray


@dataclass(frozen=True)
class Numbers:
    """Measured once, in percent by attribute.

    told: as told, by language, of n captions each. judge: what the judge itself gets right on test pictures; None where
    that is not there. chance: what guessing gets. variety: mean |difference| of two pictures of one caption, coarsely
    seen; real_variety: of two digits that people wrote.
    """

    n: int
    told: dict[str, dict[str, float]]
    judge: dict[str, float] | None
    chance: dict[str, float]
    variety: float
    real_variety: float


def draw(text: str, seed: int = 0, *, open: str = OPEN[0]) -> Drawn:
    """Eight pictures of a caption.

    seed: of the first, 0..2^31-1. open: "fill" draws what the caption leaves open from each picture's seed and tells G;
    "leave" gives G the words as they are. Raises InvalidInput, WeightsError.
    """
    from playground.inference import _text2image as networks

    caption, fill = caption_words.read(text), checks.choice("open", open, OPEN) == "fill"
    seeds = _seeds(seed, SHOWN)
    given, asked = zip(*(caption_words.for_generator(caption, int(s), fill) for s in seeds), strict=True)
    images = networks.generated(noises(seeds.tolist(), Z_DIM), list(given))
    return Drawn(caption, seeds, images, given, np.stack([_indices(one) for one in asked]), _read(images))


def between(first: str, second: str, seed: int = 0, *, open: str = OPEN[0]) -> Way:
    """Eight steps from one caption's t to another's. Arguments and errors as in `draw`."""
    from playground.inference import _text2image as networks

    both, fill = [caption_words.read(text) for text in (first, second)], checks.choice("open", open, OPEN) == "fill"
    seed = checks.whole("seed", seed, 0, LARGEST_SEED)
    given, asked = zip(*(_told(one, other, seed, fill) for one, other in (both, both[::-1])), strict=True)
    share = np.linspace(0, 1, SHOWN)
    t = networks.encoded(list(given))
    mixed = (1 - share[:, None]) * t[0] + share[:, None] * t[1]
    images = networks.drawn(np.repeat(noises([seed], Z_DIM), SHOWN, 0), mixed)
    indices = np.stack([_indices(one) for one in asked])
    return Way(*both, given, share, images, indices, _on_the_way(images, indices))


def swap(text: str, word: int, to: str, seed: int = 0, *, open: str = OPEN[0]) -> Swap:
    """The caption with another word in the place of word number `word`, for six z.

    to: one of that word's `others`. Other arguments and errors as in `draw`.
    """
    from playground.inference import _text2image as networks

    caption, fill = caption_words.read(text), checks.choice("open", open, OPEN) == "fill"
    other = caption_words.read(caption_words.replaced(caption, word, to))
    seeds = _seeds(seed, SWAPPED)
    both = (caption, other)
    told = [[_told(one, beside, int(s), fill) for s in seeds] for one, beside in (both, both[::-1])]
    z = np.tile(noises(seeds.tolist(), Z_DIM), (2, 1))
    images = networks.generated(z, [words for one in told for words, _ in one])
    before, after = images[:SWAPPED], images[SWAPPED:]
    change = np.abs(before.astype(np.int16) - after).mean(3).round().astype(np.uint8)
    given = tuple((a[0], b[0]) for a, b in zip(*told, strict=True))
    asked = np.stack([[_indices(meaning) for _, meaning in one] for one in told])
    read = _read(images)
    halves = read and (
        Reading(read.values[:SWAPPED], read.p[:SWAPPED]),
        Reading(read.values[SWAPPED:], read.p[SWAPPED:]),
    )
    attribute = caption.words[word].attribute
    return Swap(other.text, attribute, seeds, before, after, change, given, asked, halves)


def pairs(text: str, seed: int = 0) -> Pairs:
    """What D gives a real picture with its caption, with wrong ones, and a made one. What is open is filled in.

    Arguments and errors as in `draw`.
    """
    from playground.inference import _text2image as networks

    caption, seeds = caption_words.read(text), _seeds(seed, SHOWN)
    meaning = caption_words.filled(caption.said, int(seeds[0]))
    whole = not caption.open and not caption.twice
    given = caption.text if whole else caption_words.written(vars(meaning), caption.lang)
    others = [caption_words.another(meaning, name, int(seeds[0])) for name in ATTRIBUTES]
    captions = [caption_words.written(vars(other), caption.lang) for other in others]
    real_x = networks.painted(_digits(meaning.digit, int(seeds[0])), meaning, int(seeds[0]))
    made = networks.generated(noises(seeds.tolist(), Z_DIM), [given] * SHOWN)
    scores = networks.scores(real_x, [given, *captions])  # (7, 8)
    return Pairs(given, tuple(captions), real_x, made, scores[0], scores[1:], networks.scores(made, [given])[0])


def write(said: dict, lang: str) -> str:
    """A caption that says this and leaves the rest open. Raises InvalidInput."""
    return caption_words.written(caption_words.checked(said), checks.choice("lang", lang, LANGS))


def numbers() -> Numbers:
    """What was measured on the shipped weights. Raises WeightsError where it was not."""
    row, differ = (_measured(MODEL, name) for name in ("caption_attributes", "variety"))
    try:
        judge = _measured(JUDGE, "attributes_right")["attributes"]
    except WeightsError:
        judge = None
    chance = {name: 100 / len(VALUES[name]) for name in ATTRIBUTES}
    return Numbers(int(row["n"]) // len(LANGS), row["attributes"], judge, chance, differ["value"], differ["real"])


def warm_up() -> None:
    """Loads the networks and runs them once, in the background after launch."""
    try:
        pairs("a small thin red seven in the upper left on a blue ground")
        draw("a small thin red seven in the upper left on a blue ground")
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _told(caption: Caption, beside: Caption, seed: int, fill: bool) -> tuple[str, dict]:
    return caption_words.for_generator(caption, seed, fill, beside)


def _measured(id: str, metric: str) -> dict:
    path: Path = weights.directory(id) / "metrics.json"
    try:
        return {row["metric"]: row for row in json.loads(path.read_text("utf-8"))}[metric]
    except Exception as reason:  # missing, not JSON, or not what measuring writes
        raise WeightsError(id, str(path), str(reason), f"python -m playground.metrics {id}") from reason


def _seeds(seed: object, n: int) -> np.ndarray:
    return (checks.whole("seed", seed, 0, LARGEST_SEED) + np.arange(n, dtype=np.int64)) % (LARGEST_SEED + 1)


def _indices(said: dict) -> np.ndarray:
    return np.array([VALUES[name].index(said[name]) if name in said else -1 for name in ATTRIBUTES], np.int8)


def _read(images: np.ndarray) -> Reading | None:
    """The judge's reading, None where its weights are missing: the pictures can be seen all the same."""
    p = _judged(images)
    if p is None:
        return None
    best = [of.argmax(1) for of in p]
    sure = [of.max(1) for of in p]
    return Reading(np.stack(best, 1).astype(np.uint8), np.stack(sure, 1))


def _on_the_way(images: np.ndarray, asked: np.ndarray) -> dict[str, np.ndarray] | None:
    p = _judged(images)
    if p is None:
        return None
    differ = [k for k in range(len(ATTRIBUTES)) if asked[0, k] != asked[1, k] and (asked[:, k] >= 0).all()]
    return {ATTRIBUTES[k]: p[k][:, asked[:, k]].T for k in differ}


def _judged(images: np.ndarray) -> Sequence[np.ndarray] | None:
    from playground.inference import _text2image as networks

    try:
        return networks.judged(images)
    except WeightsError:
        return None


def _digits(digit: int, seed: int) -> np.ndarray:
    """Eight real test digits of one class, (8, 28, 28) uint8, some of them more than once."""
    of = [k for k, found in enumerate(TEST_DIGITS) if found == digit]
    return test_digits()[[of[(seed + k) % len(of)] for k in range(SHOWN)]]

"""Many seeds of one run at once, and what they say about its losses: medians, intervals, paired comparisons.

One run can differ from the next by its seed alone; a sentence about a loss needs many. All panels train from the same
initial weights, noise and data seed by seed, so two of them are compared in pairs: on how many seeds one does better,
on how many worse, and how likely so uneven a split is if neither were better (the exact sign test).

Axis letters: L panels, R seeds, n points shown.
"""

from __future__ import annotations

import base64
import json
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground.inference import checks, lab
from playground.inference.lab_run import PRESETS, Run, settings
from playground.inference.lab_run import load as load_run

SEEDS = (8, 16, 32)
BALANCES = ("A", "B", "C")  # presets that differ in the balance of D and G alone, on the same data
SHOWN = 200  # points kept of each model
CONFIDENCE = 0.95
RESAMPLES = 4000
SIGNIFICANT = 0.05
UPDATES = 40  # reports of progress on the way, at most


@dataclass(frozen=True)
class Progress:
    """How far it is: seeds x steps trained, of all of them; seconds of wall clock so far."""

    done: int
    total: int
    seconds: float


@dataclass(frozen=True)
class Spread:
    """One number over the R seeds of one panel.

    values (R,): nan where a seed has none. median, low, high: the median and its 95 % bootstrap interval. smallest,
    largest: the range.
    """

    values: np.ndarray
    median: float
    low: float
    high: float
    smallest: float
    largest: float


@dataclass(frozen=True)
class Share:
    """k of n seeds, with Wilson's 95 % interval for the share."""

    k: int
    n: int
    low: float
    high: float


@dataclass(frozen=True)
class SeedsPanel:
    """What the R seeds of one panel end with. loss: its loss. points (R, n, 2): samples of each; modes, hq, js: see
    `LabFrame`. full: seeds that cover every mode. diverged: seeds that are not finite any more."""

    loss: str
    points: np.ndarray
    modes: Spread
    hq: Spread
    js: Spread
    full: Share
    diverged: Share


@dataclass(frozen=True)
class Pair:
    """Two panels on the same seeds. first, second: their places. number: what is compared ("modes", "hq", "js").

    better, worse, ties: seeds on which the first does better (more modes, more HQ, less JS), worse, the same; a seed
    where one has no number is a tie if both have none, else a loss for that one. p: exact two-sided sign test on the
    seeds that are no ties; 1 if there are none. evidence: whether p < 0.05.
    """

    first: int
    second: int
    number: str
    better: int
    worse: int
    ties: int
    p: float
    evidence: bool


@dataclass(frozen=True)
class Many:
    """R seeds of a run. seeds: which. modes: of the data. panels: what each ends with. pairs: every two of them, by
    modes, hq and js. seconds: wall clock it took."""

    run: Run
    seeds: tuple[int, ...]
    modes: int
    panels: tuple[SeedsPanel, ...]
    pairs: tuple[Pair, ...]
    seconds: float


@dataclass(frozen=True)
class Across:
    """Two losses by one number under several presets. first, second: the losses. number: as in `Pair`. pairs: by
    preset, the first against the second. turns: whether the first does better under one preset and worse under another,
    with evidence for both."""

    first: str
    second: str
    number: str
    pairs: dict[str, Pair]
    turns: bool


def many(run: Run, seeds: object = 16) -> Iterator[Progress | Many]:
    """Train `seeds` (8, 16 or 32) seeds of a run, from run.seed on, to its end: progress, and at last the result.

    Raises InvalidInput at once.
    """
    chosen = int(checks.choice("seeds", str(seeds) if type(seeds) is int else seeds, map(str, SEEDS)))
    first = min(run.seed, checks.LARGEST_SEED - chosen + 1)
    return _many(run, tuple(range(first, first + chosen)))


def _many(run: Run, seeds: tuple[int, ...]) -> Iterator[Progress | Many]:
    from playground.inference import _lab_seeds

    yield from _lab_seeds.many(run, seeds)


def prepare() -> threading.Thread:
    """What the next `many` would have to wait for, in the background: a process that helps (`apart`), on the cores."""

    def work() -> None:
        from playground.inference import _lab_seeds

        _lab_seeds.prepare()

    thread = threading.Thread(target=work, name="prepare-seeds", daemon=True)
    thread.start()
    return thread


def summary(run: Run, seeds: tuple[int, ...], modes: int, ends: list[dict], seconds: float) -> Many:
    """The result from what each panel ends with: {"points", "modes", "hq", "js", "diverged"}, arrays by seed."""
    panels = tuple(
        SeedsPanel(
            panel.loss,
            end["points"],
            *(spread(end[name]) for name in ("modes", "hq", "js")),
            share(int((end["modes"] == modes).sum()), len(seeds)),
            share(int(end["diverged"].sum()), len(seeds)),
        )
        for panel, end in zip(settings(run, run.steps - 1)[0], ends, strict=True)
    )
    pairs = tuple(
        pair(i, j, name, ends[i][name], ends[j][name])
        for name in ("modes", "hq", "js")
        for i in range(len(ends))
        for j in range(i + 1, len(ends))
    )
    return Many(run, seeds, modes, panels, pairs, seconds)


def across(results: Sequence[Many]) -> tuple[Across, ...]:
    """Every two losses by every number under the presets of these results, which have the same losses in order."""
    losses = [[panel.loss for panel in many.panels] for many in results]
    if any(other != losses[0] for other in losses):
        raise ValueError(f"expected the same losses in all results, got {losses}")
    found = []
    for pairs in zip(*(many.pairs for many in results), strict=True):
        by = {many.run.preset: pair for many, pair in zip(results, pairs, strict=True)}
        ways = {pair.better > pair.worse for pair in pairs if pair.evidence}
        names = losses[0][pairs[0].first], losses[0][pairs[0].second]
        found.append(Across(*names, pairs[0].number, by, len(ways) == 2))
    return tuple(found)


@lru_cache(maxsize=16)
def recorded(preset: str) -> Many | None:
    """What 16 seeds of a preset ended with when `record_seeds` trained them; None where there is no recording. Medians,
    intervals and pairs are worked out here, from the numbers of each seed."""
    path = lab.RECORDED / f"seeds_{checks.choice('preset', preset, PRESETS)}.json"
    return load(json.loads(path.read_text("utf-8"))) if path.exists() else None


@lru_cache(maxsize=1)
def balances() -> tuple[Across, ...]:
    """`across` the recordings of BALANCES."""
    return across([many for many in map(recorded, BALANCES) if many])


def load(told: dict) -> Many:
    """What `record_seeds.describe` wrote."""
    run, R = load_run(told["run"]), len(told["seeds"])
    box = lab.scene(run.dataset).box
    ends = []
    for panel in told["panels"]:
        codes = np.frombuffer(base64.b64decode(panel["points"]), np.uint8).reshape(R, -1, 2)
        points = np.where(codes == 255, np.nan, (codes / 127 - 1) * 1.25 * box)
        numbers = {name: np.array(panel[name], float) for name in ("modes", "hq", "js")}
        ends.append({"points": points, "diverged": np.arange(R) < panel["diverged"], **numbers})
    return summary(run, tuple(told["seeds"]), told["modes"], ends, told["seconds"])


def spread(values: np.ndarray) -> Spread:
    """The median of values (R,) over the seeds that have one, with its bootstrap interval; the same every time."""
    values = np.asarray(values, float)
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return Spread(values, *[float("nan")] * 5)
    drawn = np.random.default_rng(0).choice(finite, (RESAMPLES, len(finite)))
    low, high = np.quantile(np.median(drawn, axis=1), [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Spread(values, float(np.median(finite)), float(low), float(high), float(finite.min()), float(finite.max()))


def share(k: int, n: int) -> Share:
    """k of n with Wilson's interval."""
    z = 1.959963984540054
    middle, half = k / n + z * z / (2 * n), z * math.sqrt(k / n * (1 - k / n) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return Share(k, n, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def pair(first: int, second: int, number: str, a: np.ndarray, b: np.ndarray) -> Pair:
    """Two panels by one number on the same seeds: a (R,), b (R,)."""
    sign = -1.0 if number == "js" else 1.0
    a, b = (np.nan_to_num(sign * np.asarray(x, float), nan=-np.inf) for x in (a, b))
    better, worse = int((a > b).sum()), int((a < b).sum())
    p = sign_test(better, worse)
    return Pair(first, second, number, better, worse, len(a) - better - worse, p, p < SIGNIFICANT)


def sign_test(better: int, worse: int) -> float:
    """Exact two-sided p of a split of better + worse fair coins at least so uneven."""
    n, k = better + worse, min(better, worse)
    return min(1.0, 2 * sum(math.comb(n, i) for i in range(k + 1)) / 2**n)

"""The lab's room: four GANs with four losses, trained side by side on 2-D data, as a film of frames.

A run is described by plain values (`Run`); `film(run)` yields its frames in order, NumPy arrays only. The same run is
the same film, wherever it is computed and from whichever step it is taken up again: weights, noise and data are pure
functions of (seed, step). Checkpoints of recent runs are kept in one bounded place of the process (`_lab.CHECKPOINTS`);
they save the way back to a step and nothing else depends on them, so any replica can go on with any run. What a run is,
and how it can change on the way, is in `lab_run`; many seeds at once in `lab_seeds`; failures in `lab_failures`.

Axis letters: L panels, K modes, n points shown, S cells per side of the heatmap, Z nodes per side of the mesh.
"""

from __future__ import annotations

import json
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np

from playground.data.plane import Plane, Table, plane, table
from playground.inference import checks
from playground.inference.lab_run import (
    ACTIVATIONS,
    CHANGEABLE,
    CRITIC_HIGH,
    DATASETS,
    EVERY_HIGH,
    HOME,
    LIVE,
    LOSSES,
    PRESETS,
    RATE,
    RESTART,
    STEPS_HIGH,
    Change,
    Panel,
    Run,
    branch,
    describe,
    load,
    make_run,
    settings,
)

__all__ = [  # what a run is, is told in `lab_run`; what its data can be, in `data.plane`
    "Plane",
    "Table",
    "plane",
    "table",
    "ACTIVATIONS",
    "CHANGEABLE",
    "CRITIC_HIGH",
    "DATASETS",
    "EVERY_HIGH",
    "HOME",
    "LIVE",
    "LOSSES",
    "PRESETS",
    "RATE",
    "RESTART",
    "STEPS_HIGH",
    "Change",
    "Panel",
    "Run",
    "branch",
    "describe",
    "load",
    "make_run",
    "settings",
]
SHOWN = 500  # points drawn of each generator; all metrics use 2500
ARROWS = 64  # of these, how many show the gradient they feel
CELLS = 64  # per side of the heatmap
HZ = 12.0  # frames per second of wall clock when somebody watches
SEED_HIGH = checks.LARGEST_SEED
PARTS = ("optimal", "manifold", "histogram", "seconds")  # of a frame, for those who ask
MESH = 24  # nodes per side of the generator's mesh
BINS = 40
CALM = 10  # frames in a row that make a panel converged
FAR = 1e4  # of a loss that has diverged
NEAR_FLOOR = 0.05  # nats of JS above its floor that a converged panel may have


@dataclass(frozen=True)
class LabFrame:
    """What the lab shows of L panels at one step. NaN where a number does not exist.

    points (L, n, 2): samples for the same z in every frame. field (L, S, S) in [0, 1], row y, column x: what D sees,
    sigma(logit) for the cross-entropy losses, (D - a) / (b - a) clipped to [0, 1] for least squares, the critic between
    its 2nd and 98th percentile for WGAN-GP. push (L, ARROWS, 2): -dL_G/dx at the first points, where each is pushed.
    counts (L, K): high-quality samples of 2500 per mode. modes (L,): modes with at least 20 of them. hq (L,): share of
    high quality. js, kl (L,): nats; swd (L,): sliced 2-Wasserstein distance. gradient (L,): median |dL_G/dx|.
    loss_d, loss_g (L,): on fixed points; what they mean depends on the loss (see `loss_curves`; a critic's loss_d is
    minus its estimate of a distance, without the penalty). invalid (L,): samples that are not finite. diverged (L,):
    weights that are not finite. near (L,): share within 6 standard deviations of a mode. away (L,): share of the finite
    samples outside three times the box. work (L,): forward and backward passes of a batch so far: 1 per D step, 2 with
    a penalty, 1 per G step.

    For those who ask (see PARTS), else None:
    optimal (S, S) per panel, (L, S, S) in [0, 1]: D*(x) = p_data / (p_data + p_G), both smoothed as for js; NaN for
    WGAN-GP, whose critic has no such optimum, and where there is neither data nor sample.
    manifold (L, Z, Z, 2): G at the nodes of a mesh over z, equally many of z's quantiles apart, and
    manifold_density (L, Z - 1, Z - 1): the density, per unit area, of the share of samples that a cell of the mesh
    holds on the area that G stretches it over. Only where z has two dimensions.
    histogram (L, 2, BINS) int: D's logits (scores) on real, then on generated points, and histogram_range (L,): they
    are counted from -range to range, what lies outside in the last bins. seconds (L,): wall clock of training so far,
    shared among the panels by their work; not the same from run to run.
    """

    step: int
    points: np.ndarray
    field: np.ndarray
    push: np.ndarray
    counts: np.ndarray
    modes: np.ndarray
    hq: np.ndarray
    js: np.ndarray
    kl: np.ndarray
    swd: np.ndarray
    gradient: np.ndarray
    loss_d: np.ndarray
    loss_g: np.ndarray
    invalid: np.ndarray
    diverged: np.ndarray
    near: np.ndarray
    away: np.ndarray
    work: np.ndarray
    optimal: np.ndarray | None = None
    manifold: np.ndarray | None = None
    manifold_density: np.ndarray | None = None
    histogram: np.ndarray | None = None
    histogram_range: np.ndarray | None = None
    seconds: np.ndarray | None = None


@dataclass(frozen=True)
class Scene:
    """What stays the same in all frames of a run: box: half the side of the square shown. real (n, 2): data points.
    centers (K, 2): the modes. std: of a mode, or the width of the kernel that smooths drawn points. floor_js, floor_kl
    (nats), floor_swd, floor_hq, floor_near: what as many real samples score."""

    box: float
    std: float
    real: np.ndarray
    centers: np.ndarray
    floor_js: float
    floor_kl: float
    floor_swd: float
    floor_hq: float
    floor_near: float


def film(
    run: Run, after: object = None, stop: object = None, parts: Sequence[str] = (), settle: bool = False
) -> Iterator[LabFrame]:
    """The frames of a run at step 0, every, 2 every, ..., run.steps.

    after: the last step that was already seen; the film goes on with the next one. stop: last step (its frame is
    given too, wherever it falls). parts: which of PARTS the frames have. settle: end with the frame in which every
    panel has converged or diverged (see `verdict`; frames up to `after` do not count). Raises InvalidInput at once.
    """
    return _film(run, after, stop, parts, settle, None)


def live(
    run: Run, after: object = None, stop: object = None, hz: float = HZ, parts: Sequence[str] = (), settle: bool = False
) -> Iterator[LabFrame]:
    """The same film against the wall clock: frames are left out where more than `hz` per second would come.

    Each frame that is shown is the one that `film` has at that step; the last one is never left out.
    """
    return _film(run, after, stop, parts, settle, Pace(hz))


def _film(
    run: Run, after: object, stop: object, parts: Sequence[str], settle: bool, pace: Pace | None
) -> Iterator[LabFrame]:
    asked = frozenset(checks.choice("parts", part, PARTS) for part in parts)
    steps = _steps(run, after, stop)

    def frames() -> Iterator[LabFrame]:
        from playground.inference import _lab

        made = _lab.frames(run, steps, pace, asked)
        yield from _until_settled(run, made) if settle else made

    return frames()


def _steps(run: Run, after: object, stop: object) -> list[int]:
    end = run.steps if stop is None else min(checks.integer("stop", stop, 0, STEPS_HIGH), run.steps)
    seen = -1 if after is None else checks.integer("after", after, 0, STEPS_HIGH)
    return [step for step in [*range(0, end, run.every), end] if step > seen]


def _until_settled(run: Run, frames: Iterator[LabFrame]) -> Iterator[LabFrame]:
    around, recent = scene(run.dataset), deque(maxlen=CALM)
    for frame in frames:
        yield frame
        recent.append(frame)
        if all(verdict(recent, around)):
            return


def verdict(frames: Sequence[LabFrame], scene: Scene) -> tuple[str, ...]:
    """Per panel, at the last of these frames: "diverged", "converged" or "" (neither).

    Diverged: weights or samples that are not finite, half of the samples outside three times the box, or a loss beyond
    FAR in size (a critic without its penalty).
    Converged: in the last CALM frames all modes were covered and JS was within NEAR_FLOOR nats of its floor. It says
    that this run has arrived, not that it will stay.
    """
    last, modes = frames[-1], len(scene.centers)
    recent = list(frames)[-CALM:]
    calm = np.array([(frame.modes == modes) & (frame.js <= scene.floor_js + NEAR_FLOOR) for frame in recent])
    arrived = calm.all(0) & (len(recent) == CALM)
    high = np.maximum(np.abs(last.loss_d), np.abs(last.loss_g)) > FAR
    gone = last.diverged | (last.invalid > 0) | (last.away > 0.5) | high
    return tuple("diverged" if g else "converged" if a else "" for g, a in zip(gone, arrived, strict=True))


class Pace:
    """Says whether a frame is due: at most `hz` per second of wall clock."""

    def __init__(self, hz: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.interval, self.clock, self.next = 1 / hz, clock, -math.inf

    def due(self) -> bool:
        now = self.clock()
        if now < self.next:
            return False
        # Keep the beat as long as the work keeps up with it.
        self.next = max(self.next, now - self.interval) + self.interval
        return True


def scene(dataset: object) -> Scene:
    """What stays the same in all frames on a data set: an id or a `Plane`. Raises InvalidInput."""
    from playground.inference import _lab

    return _lab.scene(dataset if isinstance(dataset, Plane) else checks.choice("dataset", dataset, DATASETS))


@dataclass(frozen=True)
class LossCurves:
    """What a loss makes of one logit (score) l: real (n,), fake (n,): D's loss on a real and on a generated point;
    generator (n,): G's; pull (n,): |d generator / dl|, what is left of it where D is sure."""

    logits: np.ndarray
    real: np.ndarray
    fake: np.ndarray
    generator: np.ndarray
    pull: np.ndarray


def loss_curves(
    loss: object,
    a: float = 0.0,
    b: float = 1.0,
    c: float = 1.0,
    reach: float = 8.0,
    logits: np.ndarray | None = None,
) -> LossCurves:
    """The curves of a loss over logits from -reach to reach, or over these (n,). Raises InvalidInput."""
    l = np.linspace(-reach, reach, 161) if logits is None else np.asarray(logits, float)
    soft, sigma = np.logaddexp(0, l), 0.5 * (1 + np.tanh(l / 2))
    one = np.ones_like(l)
    curves = {
        "minimax": (np.logaddexp(0, -l), soft, -soft, sigma),
        "nonsaturating": (np.logaddexp(0, -l), soft, np.logaddexp(0, -l), 1 - sigma),
        "lsgan": ((l - b) ** 2 / 2, (l - a) ** 2 / 2, (l - c) ** 2 / 2, np.abs(l - c)),
        "wgan_gp": (-l, l, -l, one),
    }
    return LossCurves(l, *curves[checks.choice("loss", loss, LOSSES)])


# -- for the wire: arrays in a few bytes each ----------------------------------------------------------------------

OUTSIDE = 65535
MORE = ("near", "away", "work")
NUMBERS = ("modes", "hq", "js", "kl", "swd", "gradient", "loss_d", "loss_g", "invalid", "diverged")


def quantize(points: np.ndarray, box: float) -> np.ndarray:
    """Points (..., 2) as uint16: [-1.25 box, 1.25 box] to 0..65534. 65535 where a point is outside or not finite."""
    scaled = np.nan_to_num((points / (1.25 * box) + 1) * 32767, nan=-1.0, posinf=-1.0, neginf=-1.0)
    inside = ((scaled >= 0) & (scaled <= OUTSIDE - 1)).all(-1, keepdims=True)
    return np.where(inside, np.round(scaled), OUTSIDE).astype(np.uint16)


def packed(frame: LabFrame, box: float) -> dict[str, np.ndarray]:
    """A frame as small arrays: points uint16 (see `quantize`), field uint8, push int8 (1/64 per unit, clipped), counts
    uint16, numbers float32 (len(NUMBERS), L), more float32 (len(MORE), L). Of the parts that the frame has: optimal
    uint8 (255: none), manifold uint16, manifold_density float32, histogram uint16, histogram_range and seconds
    float32."""
    return {
        "points": quantize(frame.points, box),
        "field": np.nan_to_num(frame.field * 255).round().astype(np.uint8),
        "push": np.nan_to_num(frame.push * 64).round().clip(-127, 127).astype(np.int8),
        "counts": frame.counts.astype(np.uint16),
        "numbers": np.stack([getattr(frame, name) for name in NUMBERS]).astype(np.float32),
        "more": np.stack([getattr(frame, name) for name in MORE]).astype(np.float32),
        **_packed_parts(frame, box),
    }


def _packed_parts(frame: LabFrame, box: float) -> dict[str, np.ndarray]:
    found = {}
    if frame.optimal is not None:
        found["optimal"] = np.where(np.isnan(frame.optimal), 255, np.nan_to_num(frame.optimal * 254).round())
        found["optimal"] = found["optimal"].astype(np.uint8)
    if frame.manifold is not None:
        found["manifold"] = quantize(frame.manifold, box)
        found["manifold_density"] = frame.manifold_density.astype(np.float32)
    if frame.histogram is not None:
        found["histogram"] = frame.histogram.astype(np.uint16)
        found["histogram_range"] = frame.histogram_range.astype(np.float32)
    if frame.seconds is not None:
        found["seconds"] = frame.seconds.astype(np.float32)
    return found


def packed_scene(scene: Scene) -> dict[str, object]:
    """A scene as small arrays and floats."""
    values = {item.name: getattr(scene, item.name) for item in fields(scene)}
    return {**values, "real": quantize(scene.real, scene.box), "centers": scene.centers.astype(np.float32)}


# -- recorded runs -------------------------------------------------------------------------------------------------

RECORDED = Path(__file__).resolve().parents[2] / "assets" / "recorded"


@lru_cache(maxsize=16)
def recorded(preset: str) -> dict:
    """The recorded film of a preset on its own data set with its own seed, as `record_lab` wrote it."""
    path = RECORDED / f"lab_{checks.choice('preset', preset, PRESETS)}.json"
    return json.loads(path.read_text("utf-8"))


@lru_cache(maxsize=1)
def claims() -> dict[str, dict]:
    """What several seeds of each preset end with: `{preset: {"seeds", "total", "modes", "hq", "js"}}`, the last three
    `{loss: [median, lowest, highest]}`. The page says no more; `record_lab` measures it, a slow test repeats it."""
    return json.loads((RECORDED / "claims.json").read_text("utf-8"))


def warm_up() -> None:
    """Loads what a run needs, before the first visitor asks."""
    for _ in film(make_run("A"), stop=1):
        pass

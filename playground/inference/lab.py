"""The lab's room: four GANs with four losses, trained side by side on 2-D data, as a film of frames.

A run is described by plain values (`Run`); `film(run)` yields its frames in order, NumPy arrays only. The same run is
the same film, wherever it is computed and from whichever step it is taken up again: weights, noise and data are pure
functions of (seed, step). Checkpoints of recent runs are kept in one bounded place of the process (`_lab.CHECKPOINTS`);
they save the way back to a step and nothing else depends on them, so any replica can go on with any run.

Axis letters: L losses, K modes, n points shown, S cells per side of the heatmap.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from playground.errors import InvalidInput
from playground.inference import checks

LOSSES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")
DATASETS = ("ring8", "grid25", "moons", "spiral")
SHOWN = 500  # points drawn of each generator; all metrics use 2500
ARROWS = 64  # of these, how many show the gradient they feel
CELLS = 64  # per side of the heatmap
HZ = 12.0  # frames per second of wall clock when somebody watches
SEED_HIGH = checks.LARGEST_SEED
STEPS_HIGH = 20_000
EVERY_HIGH = 5_000
RATE = (1e-5, 1e-1)
CRITIC_HIGH = 10


@dataclass(frozen=True)
class Run:
    """Everything that a run consists of, in plain values.

    dataset, preset: ids. losses: which of LOSSES, in that order. seed: of weights, noise and data; a preset's own is
    the one that is recorded. steps: G steps of the whole run. init, norm, slope, z_dim: the networks (see
    `models.gan_2d`; norm: data divided by its standard deviation). lr_g, lr_d, k: Adam's rates and D steps per G step;
    lr_gp, k_gp: the same for WGAN-GP, which has one rate for both. decay: rates fall linearly to 2 %. ema: samples come
    from the averaged generator. every: G steps between frames.
    """

    dataset: str = "ring8"
    preset: str = "A"
    losses: tuple[str, ...] = LOSSES
    seed: int = 0
    steps: int = 1000
    init: str = "torch"
    norm: bool = False
    slope: float = 0.0
    z_dim: int = 2
    lr_g: float = 1e-3
    lr_d: float = 1e-3
    k: int = 1
    lr_gp: float = 1e-3
    k_gp: int = 5
    decay: bool = False
    ema: bool = False
    every: int = 5


PRESETS: dict[str, Run] = {
    "A": Run(preset="A", z_dim=16, k=5, steps=1000),
    # Seed 0 ends far from the medians here: its non-saturating loss covers six modes.
    "B": Run(preset="B", seed=3, init="he", norm=True, slope=0.2, lr_d=2e-4, k_gp=3, steps=2000),
    "C": Run(preset="C", steps=4000, every=10),
    "E": Run(
        "grid25", "E", init="he", norm=True, lr_g=3e-3, lr_d=3e-3, lr_gp=2e-3, k_gp=3, decay=True, steps=8000, every=20
    ),
}
PRESETS["M"] = replace(PRESETS["E"], dataset="moons", preset="M", steps=2000, every=5)
PRESETS["S"] = replace(PRESETS["C"], dataset="spiral", preset="S")
HOME = {"ring8": "A", "grid25": "E", "moons": "M", "spiral": "S"}  # the preset that opens each data set
CHANGEABLE = ("steps", "lr_g", "lr_d", "k", "lr_gp", "k_gp", "ema", "every")


@dataclass(frozen=True)
class LabFrame:
    """What the lab shows of L models at one step. NaN where a number does not exist.

    points (L, n, 2): samples for the same z in every frame. field (L, S, S) in [0, 1], row y, column x: what D sees,
    sigma(logit) for the cross-entropy losses, D clipped to [0, 1] for least squares, the critic between its 2nd and
    98th percentile for WGAN-GP. push (L, ARROWS, 2): -dL_G/dx at the first points, where each is being pushed.
    counts (L, K): high-quality samples of 2500 per mode. modes (L,): modes with at least 20 of them. hq (L,): share of
    high quality. js, kl (L,): nats; swd (L,): sliced 2-Wasserstein distance. gradient (L,): median |dL_G/dx|.
    loss_d, loss_g (L,): on fixed points. invalid (L,): samples that are not finite. diverged (L,): weights that are
    not finite.
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


@dataclass(frozen=True)
class Scene:
    """What stays the same in all frames of a run: box: half the side of the square shown. real (n, 2): data points.
    centers (K, 2): the modes. std: of a mode. floor_js, floor_kl (nats), floor_swd: what real samples score."""

    box: float
    std: float
    real: np.ndarray
    centers: np.ndarray
    floor_js: float
    floor_kl: float
    floor_swd: float


def make_run(
    preset: object = "A", dataset: object = None, seed: object = 0, losses: object = None, **changes: object
) -> Run:
    """A checked run: a preset on its own data set or another one, with some of CHANGEABLE changed (None keeps).

    Raises InvalidInput for whatever does not fit.
    """
    base = PRESETS[checks.choice("preset", preset, PRESETS)]
    dataset = base.dataset if dataset is None else checks.choice("dataset", dataset, DATASETS)
    chosen = LOSSES if losses is None else _losses(losses)
    for name in changes:
        checks.choice("knob", name, CHANGEABLE)
    given = {name: _knob(name, value) for name, value in changes.items() if value is not None}
    return replace(base, dataset=dataset, losses=chosen, seed=checks.seed(seed), **given)


def film(run: Run, after: object = None, stop: object = None) -> Iterator[LabFrame]:
    """The frames of a run at step 0, every, 2 every, ..., run.steps.

    after: the last step that was already seen; the film goes on with the next one. stop: last step (its frame is
    given too, wherever it falls). Raises InvalidInput at once.
    """
    return _frames(run, _steps(run, after, stop), None)


def live(run: Run, after: object = None, stop: object = None, hz: float = HZ) -> Iterator[LabFrame]:
    """The same film against the wall clock: frames are left out where more than `hz` per second would come.

    Each frame that is shown is the one that `film` has at that step; the last one is never left out.
    """
    return _frames(run, _steps(run, after, stop), Pace(hz))


def _steps(run: Run, after: object, stop: object) -> list[int]:
    end = run.steps if stop is None else min(checks.integer("stop", stop, 0, STEPS_HIGH), run.steps)
    seen = -1 if after is None else checks.integer("after", after, 0, STEPS_HIGH)
    return [step for step in [*range(0, end, run.every), end] if step > seen]


def _frames(run: Run, steps: list[int], pace: Pace | None) -> Iterator[LabFrame]:
    from playground.inference import _lab

    yield from _lab.frames(run, steps, pace)


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
    """What stays the same in all frames on a data set. Raises InvalidInput."""
    from playground.inference import _lab

    return _lab.scene(checks.choice("dataset", dataset, DATASETS))


# -- for the wire: arrays in a few bytes each ----------------------------------------------------------------------

OUTSIDE = 65535
NUMBERS = ("modes", "hq", "js", "kl", "swd", "gradient", "loss_d", "loss_g", "invalid", "diverged")


def quantize(points: np.ndarray, box: float) -> np.ndarray:
    """Points (..., 2) as uint16: [-1.25 box, 1.25 box] to 0..65534. 65535 where a point is outside or not finite."""
    scaled = np.nan_to_num((points / (1.25 * box) + 1) * 32767, nan=-1.0, posinf=-1.0, neginf=-1.0)
    inside = ((scaled >= 0) & (scaled <= OUTSIDE - 1)).all(-1, keepdims=True)
    return np.where(inside, np.round(scaled), OUTSIDE).astype(np.uint16)


def packed(frame: LabFrame, box: float) -> dict[str, np.ndarray]:
    """A frame as small arrays: points uint16 (see `quantize`), field uint8, push int8 (1/64 per unit, clipped), counts
    uint16, numbers float32 (len(NUMBERS), L)."""
    return {
        "points": quantize(frame.points, box),
        "field": np.nan_to_num(frame.field * 255).round().astype(np.uint8),
        "push": np.nan_to_num(frame.push * 64).round().clip(-127, 127).astype(np.int8),
        "counts": frame.counts.astype(np.uint16),
        "numbers": np.stack([getattr(frame, name) for name in NUMBERS]).astype(np.float32),
    }


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


# -- checks --- ----------------------------------------------------------------------------------------------------


def _losses(value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not value:
        raise InvalidInput("choice", "losses", value, choices=list(LOSSES))
    chosen = {checks.choice("losses", name, LOSSES) for name in value}
    return tuple(name for name in LOSSES if name in chosen)


def _knob(name: str, value: object) -> int | float | bool:
    if name == "ema":
        if not isinstance(value, bool):
            raise InvalidInput("choice", name, value, choices=["true", "false"])
        return value
    if name in ("lr_g", "lr_d", "lr_gp"):
        return checks.number(name, value, *RATE)
    return checks.integer(name, value, 1, {"steps": STEPS_HIGH, "every": EVERY_HIGH}.get(name, CRITIC_HIGH))

"""Failure on demand: runs of the lab that go wrong in a known way, how to see it, and what to try next.

Each is a run with a seed that is tested to show it, and a slow test holds that most of eight seeds do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from playground.inference import checks
from playground.inference.lab import LabFrame, Scene, scene, verdict
from playground.inference.lab_run import Run, make_run

Frames = Sequence[LabFrame]


@dataclass(frozen=True)
class Failure:
    """A run of one panel that fails, on its seed and on most others.

    remedy: the run to try next, which differs in `knob` and has been tested not to fail like this.
    """

    run: Run
    knob: str
    remedy: Run


def collapsed(frames: Frames, around: Scene) -> np.ndarray:
    """Per panel (L,) bool: good samples of a quarter of the modes at most."""
    last = frames[-1]
    return (last.modes <= len(around.centers) / 4) & (last.hq >= 0.5)


def hops(frames: Frames, around: Scene) -> np.ndarray:
    """Per panel (L,) bool: in the second half of the run hardly ever more than a quarter of the modes at once, while
    the fullest one changes at least five times, among three modes or more."""
    half = list(frames)[len(frames) // 2 :]
    few = np.mean([frame.modes <= len(around.centers) / 4 for frame in half], axis=0) >= 0.8
    fullest = np.array([np.where(frame.counts.sum(1) > 50, frame.counts.argmax(1), -1) for frame in half])  # (F, L)
    seen = [row[row >= 0] for row in fullest.T]
    return few & [len(set(row.tolist())) >= 3 and int((np.diff(row) != 0).sum()) >= 5 for row in seen]


def stalled(frames: Frames, around: Scene) -> np.ndarray:
    """Per panel (L,) bool: bad samples, and of the gradient that once reached them less than a twentieth is left."""
    last, most = frames[-1], np.max([frame.gradient for frame in frames], axis=0)
    return (last.hq < 0.5) & (last.gradient < most / 20)


def lost(frames: Frames, around: Scene) -> np.ndarray:
    """Per panel (L,) bool: hardly a mode and hardly a good sample."""
    return (frames[-1].modes <= len(around.centers) / 4) & (frames[-1].hq < 0.3)


def diverged(frames: Frames, around: Scene) -> np.ndarray:
    """Per panel (L,) bool: at some frame it had diverged, see `lab.verdict`."""
    return np.any([[word == "diverged" for word in verdict([frame], around)] for frame in frames], axis=0)


def precise(frames: Frames, around: Scene) -> np.ndarray:
    """Per panel (L,) bool: most samples are good, and a third of the modes is missing."""
    last = frames[-1]
    return (last.hq >= 0.6) & (last.modes <= len(around.centers) * 2 / 3)


CRITERIA: dict[str, Callable[[Frames, Scene], np.ndarray]] = {
    "collapse": collapsed,
    "cycling": hops,
    "stalling": stalled,
    "weak_critic": lost,
    "divergence": diverged,
    "precision": precise,
}


_A = {"preset": "A", "every": 10}
_B = {"preset": "B", "seed": 3, "every": 10}
_C = {"preset": "C", "every": 20}
FAILURES: dict[str, Failure] = {
    # D is five steps ahead: G finds one place where it gets through.
    "collapse": Failure(make_run(**_A, losses=["nonsaturating"]), "loss", make_run(**_A, losses=["wgan_gp"])),
    # D is too slow to forbid the mode that G is at before G is gone.
    "cycling": Failure(make_run(**_B, losses=["nonsaturating"]), "loss", make_run(**_B, losses=["lsgan"])),
    # D is sure, and sigma(l) with it: nothing reaches G.
    "stalling": Failure(make_run(**_A, losses=["minimax"]), "loss", make_run(**_A, losses=["nonsaturating"])),
    # One step per G step: the critic's slope is not yet a distance.
    "weak_critic": Failure(make_run(**_C, losses=["wgan_gp"], k_gp=1), "k_d", make_run(**_C, losses=["wgan_gp"])),
    # Nothing holds the critic's slope: its scores grow without bound.
    "divergence": Failure(
        make_run(**_C, losses=["wgan_gp"], penalty=0.0, lr_gp=0.03, steps=300),
        "penalty",
        make_run(**_C, losses=["wgan_gp"], lr_gp=0.03, steps=300),
    ),
    # Most samples are on a mode, and half of the modes have none.
    "precision": Failure(
        make_run("E", losses=["lsgan"], every=80), "loss", make_run("E", losses=["wgan_gp"], every=80)
    ),
}


def failure(id: object) -> Failure:
    """A failure by its id. Raises InvalidInput."""
    return FAILURES[checks.choice("failure", id, FAILURES)]


def shows(id: object, frames: Frames) -> np.ndarray:
    """Per panel (L,) bool: whether these frames of a run on the failure's data show it. Raises InvalidInput."""
    found = failure(id)
    return CRITERIA[str(id)](frames, scene(found.run.dataset))

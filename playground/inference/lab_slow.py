"""One iteration of the lab told slowly: every D step and every G step of each panel, with what each hands to the next.

    draw z -> G(z) -> D on data and on G(z) -> D's loss -> D's gradient -> D moves
    draw z -> G(z) -> D on G(z) -> G's loss -> the gradient each G(z) receives through D -> G's gradient -> G moves

The numbers are the engine's own, read while it takes the step; the tests hold them against the textbook step.
Axis letters: B batch, S cells per side of the heatmap, n points shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from playground.inference import checks
from playground.inference.lab import loss_curves
from playground.inference.lab_run import STEPS_HIGH, Panel, Run


@dataclass(frozen=True)
class DStep:
    """One step of D. All points are in the data's units.

    z (B, d): noise. fake (B, 2): G(z). x (B, 2): data. logits_real, logits_fake (B,): D on both, before the step. loss:
    of D, the penalty included; penalty: its part, 0 without one. gradient: norm of dL_D by all of D's weights. layers
    (depth + 1,): the same by layer. field (S, S) in [0, 1]: what D sees after the step, as in `LabFrame.field`.
    """

    z: np.ndarray
    fake: np.ndarray
    x: np.ndarray
    logits_real: np.ndarray
    logits_fake: np.ndarray
    loss: float
    penalty: float
    gradient: float
    layers: np.ndarray
    field: np.ndarray


@dataclass(frozen=True)
class GStep:
    """One step of G. z (B, d): noise. fake (B, 2): G(z) before the step. logits (B,): D there. loss: of G. push (B, 2):
    -dL_G/dx of each point for itself, what reaches it through D. gradient: norm of dL_G by all of G's weights; layers
    (depth + 1,): the same by layer. moved (B, 2): G(z) of the same z after the step."""

    z: np.ndarray
    fake: np.ndarray
    logits: np.ndarray
    loss: float
    push: np.ndarray
    gradient: float
    layers: np.ndarray
    moved: np.ndarray


@dataclass(frozen=True)
class SlowPanel:
    """One panel in one iteration. loss: its loss. field (S, S): what D sees before it. points, points_after (n, 2): the
    samples that the frames before and after it show. d, g: its steps in order, as many as its k_d and k_g."""

    loss: str
    field: np.ndarray
    points: np.ndarray
    d: tuple[DStep, ...]
    g: tuple[GStep, ...]
    points_after: np.ndarray


@dataclass(frozen=True)
class Slow:
    """The iteration that leads from the frame at `step` to the one at `step + 1`, per panel."""

    step: int
    panels: tuple[SlowPanel, ...]


def slow(run: Run, step: object) -> Slow:
    """Iteration `step` of a run (0 is the first; at most the last) in its phases. Raises InvalidInput."""
    *_, told = slowly(run, step)
    return told


def slowly(run: Run, step: object) -> Iterator[int | Slow]:
    """The same with its way there: the steps trained so far, again and again, and at last the iteration.

    A run that was watched lately need not be trained again, nor one whose iteration before was told slowly. Raises
    InvalidInput at once.
    """
    step = checks.integer("step", step, 0, min(run.steps, STEPS_HIGH) - 1)

    def way() -> Iterator[int | Slow]:
        from playground.inference import _lab_slow

        yield from _lab_slow.slowly(run, step)

    return way()


def parts(panel: Panel, step: DStep) -> tuple[float, float]:
    """What a step's data and what its G(z) add to D's loss; with the penalty they are `step.loss`.

    panel: with nothing left at None, as `lab_run.settings` gives it.
    """
    real, fake = (
        loss_curves(panel.loss, panel.a, panel.b, panel.c, logits=logits)
        for logits in (step.logits_real, step.logits_fake)
    )
    return float(real.real.mean()), float(fake.fake.mean())

"""What a frame of the lab shows, taken from a trainer: samples, fields, numbers, and the parts that are asked for.

Axis letters: L panels, S cells per side, Z nodes per side of the mesh, n samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from playground.data.mixtures import mixture
from playground.data.plane import Plane
from playground.inference.lab import ARROWS, BINS, CELLS, MESH, SHOWN, LabFrame
from playground.inference.lab_run import Panel
from playground.metrics.coverage import GRID, SAMPLES, Reference, coverages, finite_rows, reference

if TYPE_CHECKING:
    from playground.inference._lab import Trainer
    from playground.nn.batched_gan import Observed

WATCHED = 500  # samples and data points on which losses and gradients are taken
NOTHING = 1e-7  # mass of a cell, data and samples together, below which D* says nothing


def samples(trainer: Trainer) -> np.ndarray:
    """SAMPLES points of every model (M, SAMPLES, 2), in the data's units, for the same z at every step."""
    z = _watch(trainer)[0].to(trainer.device)
    return (trainer.gan.generate(z) * trainer.scale).cpu().numpy()


def frame(trainer: Trainer, parts: frozenset[str]) -> LabFrame:
    """What the lab shows now of a trainer with one seed."""
    z, x, grid = _watch(trainer)
    gan, data, scale, against = trainer.gan, trainer.data, trainer.scale, reference(trainer.data)
    drawn = gan.generate(z)
    own = drawn[:, :WATCHED] if gan.average is None else gan.generate(z[:, :WATCHED], averaged=False)
    seen = gan.observe(x / scale, own)
    points = (drawn * scale).numpy()
    finite = [finite_rows(p) for p in points]
    smooth = _smoothed(against, finite)
    covered = coverages(points, data)
    distances = [against.compare(f, q) for f, q in zip(finite, smooth, strict=True)]
    pull = (seen.pull / scale).numpy()  # by points in the data's units
    return LabFrame(
        step=gan.steps,
        points=np.ascontiguousarray(points[:, :SHOWN]),
        field=field(trainer.panels, gan.discriminate(grid / scale).numpy()),
        push=-np.ascontiguousarray(pull[:, :ARROWS]),
        counts=np.stack([c.counts for c in covered]),
        modes=np.array([c.modes for c in covered]),
        hq=np.array([c.hq for c in covered]),
        js=np.array([d.js for d in distances]),
        kl=np.array([d.kl for d in distances]),
        swd=np.array([d.swd for d in distances]),
        gradient=np.median(np.hypot(pull[..., 0], pull[..., 1]), axis=1),
        loss_d=seen.loss_d.numpy(),
        loss_g=seen.loss_g.numpy(),
        invalid=np.array([c.invalid for c in covered]),
        diverged=gan.diverged.numpy(),
        near=np.array([c.near for c in covered]),
        away=np.array([_away(f, data.box) for f in finite]),
        work=np.array(gan.work),
        **_parts(trainer, parts, smooth, seen),
    )


def _smoothed(against: Reference, finite: Sequence[np.ndarray]) -> list[np.ndarray | None]:
    """The density of each panel's finite samples, None where there are none."""
    some = [f for f in finite if len(f)]
    made = iter(against.smoothed_all(some) if some else [])
    return [next(made) if len(f) else None for f in finite]


def field(panels: Sequence[Panel], scores: np.ndarray) -> np.ndarray:
    """Scores (L, S * S) of D as what is shown, in [0, 1], (L, S, S)."""
    shown = [_shown(panel, score) for panel, score in zip(panels, scores, strict=True)]
    return np.stack(shown).reshape(-1, CELLS, CELLS).astype(np.float32)


def _shown(panel: Panel, score: np.ndarray) -> np.ndarray:
    if panel.loss in ("minimax", "nonsaturating"):
        return 0.5 * (1 + np.tanh(score / 2))  # sigma, without overflow
    if panel.loss == "lsgan":
        span = panel.b - panel.a
        return ((score - panel.a) / (span if abs(span) > 1e-6 else 1.0)).clip(0, 1)
    low, high = _ends(score[np.isfinite(score)]) or (0.0, 1.0)
    return ((score - low) / max(high - low, 1e-12)).clip(0, 1)


def _ends(values: np.ndarray, share: float = 0.02) -> tuple[float, float] | None:
    """The values below and above which 2 % lie, None of nothing; NumPy's percentiles, without their detours."""
    if len(values) == 0:
        return None
    at, rest = divmod(share * (len(values) - 1), 1)
    low = int(at)
    high, next_to = len(values) - 1 - low, min(low + 1, len(values) - 1)
    s = np.partition(values, sorted({low, next_to, len(values) - 1 - next_to, high}))
    return float(s[low] + rest * (s[next_to] - s[low])), float(s[high] - rest * (s[high] - s[-1 - next_to]))


def _away(finite: np.ndarray, box: float) -> float:
    if len(finite) == 0:
        return float("nan")
    away = np.abs(finite) > 3 * box
    return float(away.any(1).mean()) if away.any() else 0.0


def _parts(
    trainer: Trainer, parts: frozenset[str], smooth: Sequence[np.ndarray | None], seen: Observed
) -> dict[str, np.ndarray]:
    found: dict[str, np.ndarray] = {}
    if "optimal" in parts:
        p = reference(trainer.data).p
        found["optimal"] = np.stack([_optimal(panel, p, q) for panel, q in zip(trainer.panels, smooth, strict=True)])
    if "manifold" in parts and trainer.run.z_dim == 2:
        nodes = (trainer.gan.generate(_mesh()) * trainer.scale).numpy().reshape(-1, MESH, MESH, 2)
        found["manifold"], found["manifold_density"] = nodes, density(nodes)
    if "histogram" in parts:
        found["histogram"], found["histogram_range"] = _histogram(seen.real.numpy(), seen.fake.numpy())
    if "seconds" in parts:
        work = np.array(trainer.gan.work, float)
        found["seconds"] = trainer.seconds * work / max(work.sum(), 1.0)
    return found


def _optimal(panel: Panel, p: np.ndarray, q: np.ndarray | None) -> np.ndarray:
    """D* = p / (p + q) on the heatmap's cells (S, S), both smoothed alike."""
    if panel.loss == "wgan_gp" or q is None:
        return np.full((CELLS, CELLS), np.nan, np.float32)
    p, q = (mass[:-1].reshape(GRID, GRID) for mass in (p, q))
    return np.where(p + q > NOTHING, p / np.maximum(p + q, NOTHING), np.nan).astype(np.float32)


@lru_cache(maxsize=1)
def _mesh() -> Tensor:
    """z at the nodes (1, Z * Z, 2): row y, column x, at the middles of Z equal shares of a normal variable."""
    line = torch.special.ndtri((torch.arange(MESH, dtype=torch.float64) + 0.5) / MESH).float()
    return torch.stack(torch.meshgrid(line, line, indexing="xy"), -1).view(1, -1, 2)


def density(nodes: np.ndarray) -> np.ndarray:
    """Share of samples per unit area in each cell of a mesh: nodes (L, Z, Z, 2) -> (L, Z - 1, Z - 1).

    A cell holds 1 / Z^2 of the samples; its area is that of the quadrilateral its corners go to.
    """
    across, up = nodes[:, 1:, 1:] - nodes[:, :-1, :-1], nodes[:, 1:, :-1] - nodes[:, :-1, 1:]  # its diagonals
    area = 0.5 * np.abs(across[..., 0] * up[..., 1] - across[..., 1] * up[..., 0])
    return (1 / MESH**2 / np.maximum(area, 1e-9)).astype(np.float32)


def _histogram(real: np.ndarray, fake: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(counts (L, 2, BINS), range (L,)) of D's logits on data and on samples, each (L, n)."""
    counts, reach = [], []
    for pair in zip(real, fake, strict=True):
        finite = [logits[np.isfinite(logits)] for logits in pair]
        both = np.sort(np.abs(np.concatenate(finite)))
        # Holds 99 in 100; powers of two, so that the axis seldom jumps.
        high = 2.0 ** np.ceil(np.log2(max(both[int(0.99 * (len(both) - 1))], 0.5))) if len(both) else 1.0
        bins = [((l / high + 1) * (BINS / 2)).clip(0, BINS - 1).astype(int) for l in finite]
        counts.append([np.bincount(b, minlength=BINS) for b in bins])
        reach.append(high)
    return np.array(counts), np.array(reach)


def _watch(trainer: Trainer) -> tuple[Tensor, Tensor, Tensor]:
    return _watched(trainer.seeds, trainer.run.z_dim, trainer.run.dataset)


@lru_cache(maxsize=8)
def _watched(seeds: tuple[int, ...], z_dim: int, dataset: str | Plane) -> tuple[Tensor, Tensor, Tensor]:
    """Fixed z (R, SAMPLES, d), data (R, WATCHED, 2) and the heatmap's points (CELLS * CELLS, 2)."""
    from playground.inference._lab import WATCH, generator

    data = mixture(dataset)
    z = torch.stack([torch.randn(SAMPLES, z_dim, generator=generator(WATCH, seed, 0)) for seed in seeds])
    x = torch.stack([data.sample(WATCHED, generator(WATCH, seed, 1)) for seed in seeds])
    axis = (torch.arange(CELLS) + 0.5) * (2 * data.box / CELLS) - data.box
    return z, x, torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).view(-1, 2)

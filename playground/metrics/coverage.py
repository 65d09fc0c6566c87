"""How much of a 2-D distribution a generator covers, and how exactly: modes, high-quality share, divergences.

All of it in NumPy on points (n, 2). A number is never alone: `floors` gives what real points of the same number score
against the real distribution.

Samples that are not finite are counted apart and belong to no mode: a run that diverged has not "collapsed".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from playground.data.mixtures import Mixture, mixture
from playground.models.gan_2d import GAN2D

Array = np.ndarray
LEAST = 20  # high-quality samples of 2500 that make a mode covered; one would be too generous
SAMPLES = 2500
QUALITY = 3.0  # standard deviations from the nearest mode within which a sample is of high quality
NEAR = 6.0  # the same, for a sample that is near
BANDWIDTH = 0.12
GRID = 64
TINY = 1e-12
STEPS = 32767  # to either side of zero, on which projections are sorted


@dataclass(frozen=True)
class Coverage:
    """counts (K,): high-quality samples per mode. modes: how many of them are covered. hq: share of the finite samples
    that are of high quality, nan where none is finite. invalid: samples that are not finite. near: share of the finite
    samples within 6 standard deviations of the nearest mode."""

    counts: Array
    modes: int
    hq: float
    invalid: int
    near: float = float("nan")


def coverage(x: Array, data: Mixture) -> Coverage:
    """Modes of `data` with at least 20 high-quality samples per 2500 of x (n, 2).

    Of a mode so small that real points would give fewer than 40, half of what they would give is enough.
    """
    return coverages([x], data)[0]


def coverages(several: Sequence[Array], data: Mixture) -> list[Coverage]:
    """`coverage` of several sets of samples, looked at together."""
    finite = [finite_rows(x) for x in several]
    (x, owner), n = _together(finite), [len(x) for x in finite]
    distance, mode = data.nearest(x)
    good, near = distance <= QUALITY * data.std, distance <= NEAR * data.std
    L, K = len(several), data.modes
    counts = np.bincount(owner[good] * K + mode[good], minlength=L * K).reshape(L, K)
    nearby = np.bincount(owner[near], minlength=L)
    return [
        _coverage(counts[l], int(nearby[l]), n[l], len(all_of_it), data.shares) for l, all_of_it in enumerate(several)
    ]


def _coverage(counts: Array, near: int, finite: int, n: int, shares: Array) -> Coverage:
    if finite == 0:
        return Coverage(counts, 0, float("nan"), n)
    least = np.minimum(LEAST * n / SAMPLES, shares * n / 2)
    return Coverage(counts, int((counts >= least).sum()), float(counts.sum() / finite), n - finite, near / finite)


def _together(several: Sequence[Array]) -> tuple[Array, Array]:
    """Points of several sets in one array (n, 2), and which set each is of (n,)."""
    return np.concatenate(several), np.repeat(np.arange(len(several)), [len(x) for x in several])


def finite_rows(x: Array) -> Array:
    """The points of x (n, 2) that are finite; x itself where all are."""
    found = np.isfinite(x)
    return x if found.all() else x[found.all(1)]


@dataclass(frozen=True)
class Divergences:
    """In nats: js = JS(p_data, p_G) in [0, ln 2], kl = KL(p_G || p_data), both smoothed alike. swd: sliced
    2-Wasserstein distance, in units of the plane. nan where there are no finite samples."""

    js: float
    kl: float
    swd: float


class Reference:
    """What samples of one data set are compared with: its smoothed density on a grid and a fixed set of real points."""

    def __init__(self, data: Mixture, n: int = SAMPLES, projections: int = 32) -> None:
        self.data, self.n = data, n
        self.width = 2 * data.box / GRID
        self.axis = -data.box + (np.arange(GRID) + 0.5) * self.width
        p = data.density_grid(self.axis, BANDWIDTH) * self.width**2
        # One more cell holds what lies outside the box: a generator must not gain by leaving it.
        self.p = np.maximum(np.append(p.ravel(), max(0.0, 1 - p.sum())), TINY)
        self.p /= self.p.sum()
        self.log_p = np.log(self.p)
        angle = np.arange(projections) * (np.pi / projections)
        self.directions = np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32)  # (projections, 2)
        self.real = np.sort(self.directions @ data.sample(n, torch.Generator().manual_seed(0)).numpy().T)
        self.reach = float(np.abs(self.real).max())

    def compare(self, x: Array, q: Array | None = None) -> Divergences:
        """The divergences of samples x (m, 2) from the data. q: what `smoothed` made of the finite ones, if known."""
        x = finite_rows(x).astype(np.float32, copy=False)
        if len(x) == 0:
            return Divergences(*[float("nan")] * 3)
        q = self.smoothed(x) if q is None else q
        entropy = q @ np.log(np.maximum(q, TINY))  # its negative
        twice = self.p + q
        js = (self.p @ self.log_p + entropy - twice @ np.log(twice / 2)) / 2
        return Divergences(float(js), float(entropy - q @ self.log_p), self._sliced(x))

    def smoothed(self, x: Array) -> Array:
        """Mass of the kernel density estimate of x (m, 2) in each cell, and outside: (GRID * GRID + 1,)."""
        return self.smoothed_all([x])[0]

    def smoothed_all(self, several: Sequence[Array]) -> Array:
        """`smoothed` of several sets of samples, none empty, together: (sets, GRID * GRID + 1)."""
        inside, mass = _bin(several, self.data.box, GRID)
        # Sharing a point linearly between cells widens it by width^2 / 6: the kernel is narrower by as much.
        kernel = _kernel(GRID, self.width, float(np.sqrt(BANDWIDTH**2 - self.width**2 / 6)))
        q = (kernel @ mass @ kernel.T).reshape(len(several), -1)
        return np.column_stack([q, np.maximum(0.0, inside - q.sum(1)) + 1 - inside])

    def _sliced(self, x: Array) -> float:
        other = self.directions @ x.clip(-1e6, 1e6).T  # (projections, m): neighbours in memory are sorted fastest
        # Whole numbers of 16 bits are sorted by their digits, in a third of the time. Both sides are rounded alike, by
        # errors of a hundred thousandth of the largest value, which add up to nothing in a mean of squares.
        scale = STEPS / max(float(other.max()), -float(other.min()), self.reach)
        other = np.sort(np.rint(other * scale).astype(np.int16), kind="stable")
        if other.shape[1] != self.n:  # compare quantiles
            at = ((np.arange(self.n) + 0.5) / self.n * other.shape[1]).astype(int)
            other = other[:, at]
        apart = (other - np.rint(self.real * scale)).ravel()
        return float(np.sqrt(apart @ apart / apart.size)) / scale


@lru_cache(maxsize=32)
def reference(data: Mixture) -> Reference:
    """The reference of a data set, made once."""
    return Reference(data)


@lru_cache(maxsize=32)
def floors(data: Mixture, draws: int = 8) -> Divergences:
    """What SAMPLES real points score against the data, the mean of a few draws: nobody can be better."""
    samples = [data.sample(SAMPLES, torch.Generator().manual_seed(k + 1)).numpy() for k in range(draws)]
    scores = [reference(data).compare(x) for x in samples]
    return Divergences(*(float(np.mean([getattr(s, name) for s in scores])) for name in ("js", "kl", "swd")))


def modes(model: GAN2D) -> dict:
    """Modes of its data that a generator covers."""
    data, x = _drawn(model)
    return _row("modes", coverage(x, data).modes, f"of {data.modes} modes")


def quality(model: GAN2D) -> dict:
    """Share of its samples that are of high quality, in percent; real points have 98.9."""
    data, x = _drawn(model)
    return _row("hq", 100 * coverage(x, data).hq, "%") | {"best": round(100 * (1 - np.exp(-4.5)), 1)}


def divergence(model: GAN2D) -> dict:
    """JS(p_data, p_G) in nats, beside what real points score."""
    data, x = _drawn(model)
    return _row("js", reference(data).compare(x).js, "nats") | {"real_vs_real": round(floors(data).js, 5)}


@torch.inference_mode()
def _drawn(model: GAN2D) -> tuple[Mixture, Array]:
    z = torch.randn(SAMPLES, model.z_dim, generator=torch.Generator().manual_seed(0))
    return mixture(model.config.data), model.generate(z).numpy()


def _row(metric: str, value: float, unit: str) -> dict:
    about = {"split": "generated", "binarization": "", "seed": 0, "n": SAMPLES}
    return {"metric": metric, "value": round(float(value), 4), "unit": unit, **about}


def _bin(several: Sequence[Array], box: float, size: int) -> tuple[Array, Array]:
    """Share points (m, 2) linearly between the four nearest cells, each set for itself: (share inside (sets,), mass
    (sets, size, size) by row y)."""
    x, owner = _together(several)
    at = (x.T + box) * (size / (2 * box)) - 0.5
    if not (at.min() >= 0 and at.max() < size - 1):
        inside = ((at >= 0) & (at < size - 1)).all(0)
        at, owner = at[:, inside], owner[inside]
    low = at.astype(np.intp)
    (fx, fy), corner = at - low, (owner * size + low[1]) * size + low[0]
    cells = np.concatenate([corner, corner + 1, corner + size, corner + size + 1])
    shares = np.concatenate([(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy])
    n = np.array([len(x) for x in several])
    mass = np.bincount(cells, shares, len(several) * size * size).reshape(-1, size, size)
    return np.bincount(owner, minlength=len(several)) / n, mass / n[:, None, None]


@lru_cache(maxsize=8)
def _kernel(size: int, width: float, std: float) -> Array:
    """Gaussian between cells, (size, size); each column sums to one except for what leaves the box."""
    offset = (np.arange(size)[:, None] - np.arange(size)) * width
    return np.exp(-(offset**2) / (2 * std**2)) * (width / (std * np.sqrt(2 * np.pi)))

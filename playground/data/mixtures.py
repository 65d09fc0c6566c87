"""Two-dimensional data for the lab: rings, grids, two moons, a spiral, an uneven pair, and what a visitor draws.

Every one of them is a mixture of N isotropic Gaussians of one width, so its density is exact, smoothed or not. On the
ring, the grid, the pair and the visitor's own mixture a component is a mode; the moons and the spiral are strings of
many components, cut into stretches of equal length that play the part of modes: something a generator can miss. Drawn
points are smoothed by a kernel of stated width (`std`), and the data are draws from that; their "modes" are at most
sixteen groups of points (see `plane.clusters`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from playground.data.plane import PARAMETERS, Plane, clusters, thinned
from playground.errors import InvalidInput

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of N Gaussians of one width in the plane.

    name: id of the data set. nodes (N, 2): their means. std: their standard deviation. mode (N,) int: the mode or
    stretch each belongs to. centers (K, 2): where each mode is marked. box: half the side of the square shown.
    weights (N,): their shares, None where all are equal.
    """

    name: str
    nodes: Array
    std: float
    mode: Array
    centers: Array
    box: float
    weights: Array | None = None

    @property
    def modes(self) -> int:
        """K: number of modes (ring, grid) or stretches (moons, spiral)."""
        return len(self.centers)

    @property
    def scale(self) -> float:
        """Standard deviation of the whole, per axis (root mean square of both)."""
        if self.weights is None:
            spread = ((self.nodes - self.nodes.mean(0)) ** 2).mean()
        else:
            spread = (self.weights @ (self.nodes - self.weights @ self.nodes) ** 2).mean()
        return float(np.sqrt(spread + self.std**2))

    @property
    def shares(self) -> Array:
        """Share of each mode (K,)."""
        return np.bincount(self.mode, self.weights, self.modes) / (len(self.mode) if self.weights is None else 1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """n points (n, 2), float32."""
        nodes = torch.from_numpy(self.nodes).float()
        if self.weights is None:
            chosen = torch.randint(len(nodes), (n,), generator=generator)
        else:
            up_to = torch.from_numpy(self.weights).cumsum(0)[:-1]
            chosen = torch.searchsorted(up_to, torch.rand(n, generator=generator, dtype=torch.float64), right=True)
        return nodes[chosen] + self.std * torch.randn(n, 2, generator=generator)

    def density(self, x: Array, bandwidth: float = 0.0) -> Array:
        """p(x), smoothed by a Gaussian of standard deviation `bandwidth`: x (n, 2) -> (n,) per unit area."""
        s2 = self.std**2 + bandwidth**2
        squared = ((x[:, None] - self.nodes) ** 2).sum(-1)  # (n, N)
        kernel = np.exp(-squared / (2 * s2))
        return (kernel.mean(1) if self.weights is None else kernel @ self.weights) / (2 * math.pi * s2)

    def density_grid(self, axis: Array, bandwidth: float = 0.0) -> Array:
        """The smoothed density at all points of a square grid: axis (S,) -> (S, S), row y, column x. Separable."""
        s2 = self.std**2 + bandwidth**2
        kernel = np.exp(-((axis[:, None, None] - self.nodes) ** 2) / (2 * s2))  # (S, N, 2)
        if self.weights is None:
            return kernel[:, :, 1] @ kernel[:, :, 0].T / (len(self.nodes) * 2 * math.pi * s2)
        return (kernel[:, :, 1] * self.weights) @ kernel[:, :, 0].T / (2 * math.pi * s2)

    def nearest(self, x: Array) -> tuple[Array, Array]:
        """(distance (n,) to the nearest node, its mode (n,)) for x (n, 2)."""
        nodes = self.nodes.astype(x.dtype)
        less, k = torch.from_numpy((nodes**2).sum(1)[:, None] - (2 * nodes) @ x.T).min(0)  # short of |x|^2
        return np.sqrt(np.maximum(less.numpy() + x[:, 0] ** 2 + x[:, 1] ** 2, 0)), self.mode[k.numpy()]


def _ring(std: float, modes: int = 8) -> Mixture:
    """Modes on a circle of radius 2."""
    angle = np.arange(modes) * (2 * math.pi / modes)
    nodes = 2 * np.stack([np.cos(angle), np.sin(angle)], 1)
    return _isolated(f"ring{modes}", nodes, std, 3.0)


def _grid(std: float, rows: int = 5, columns: int = 5) -> Mixture:
    """Modes at distance 2 around the middle; with five each way from -4 to 4."""
    x, y = (2.0 * np.arange(n) - (n - 1) for n in (columns, rows))
    nodes = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    return _isolated(
        "grid25" if rows == columns == 5 else f"grid{rows}x{columns}", nodes, std, max(rows, columns) + 0.0
    )


def _pair(std: float, weight: float) -> Mixture:
    """Two Gaussians three apart, the left one with a share of `weight`."""
    nodes = np.array([[-1.5, 0.0], [1.5, 0.0]])
    return _isolated("pair", nodes, std, 3.0, np.array([weight, 1 - weight]))


def _clicked(std: float, points: tuple[tuple[float, float], ...]) -> Mixture:
    """Equal Gaussians where a visitor clicked; centres in one place are one mode of more weight."""
    nodes, count = np.unique(np.array(points), axis=0, return_counts=True)
    weights = None if (count == count[0]).all() else count / count.sum()
    return _isolated("mixture", nodes, std, float(max(3.0, np.abs(nodes).max() + 3 * std)), weights)


def _drawn(std: float, points: tuple[tuple[float, float], ...]) -> Mixture:
    """Points under a kernel of width `std` (wider if there are too many: see `plane.thinned`)."""
    nodes, weights, std = thinned(np.array(points), std)
    group = clusters(nodes, weights)
    mass = np.bincount(group, weights)
    middle = np.stack([np.bincount(group, weights * nodes[:, axis]) for axis in (0, 1)], 1) / mass[:, None]
    box = float(max(3.0, np.abs(nodes).max() + 3 * std))
    return Mixture("points", nodes, std, group, middle, box, weights)


def _isolated(name: str, nodes: Array, std: float, box: float, weights: Array | None = None) -> Mixture:
    """Every component is a mode."""
    return Mixture(name, nodes, std, np.arange(len(nodes)), nodes, box, weights)


def _curve(name: str, branches: list[Array], std: float, stretches: int, box: float) -> Mixture:
    """A mixture strung along curves; each branch (n, 2) is cut into `stretches` pieces of equal length."""
    n = len(branches[0])
    nodes = np.concatenate(branches)
    mode = np.concatenate([b * stretches + np.arange(n) * stretches // n for b in range(len(branches))])
    middle = [branch[(2 * k + 1) * n // (2 * stretches)] for branch in branches for k in range(stretches)]
    return Mixture(name, nodes, std, mode, np.array(middle), box)


def _moons(std: float) -> Mixture:
    """Two half circles of radius 1.5 that reach into each other."""
    angle = (np.arange(64) + 0.5) * (math.pi / 64)
    upper = np.stack([np.cos(angle), np.sin(angle)], 1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], 1)
    center = np.array([0.5, 0.25])
    return _curve("moons", [1.5 * (upper - center), 1.5 * (lower - center)], std, 8, 3.0)


def _spiral(std: float) -> Mixture:
    """One arm, two turns, r = 0.2 theta, nodes at equal distances along it."""
    theta = np.linspace(0.4 * math.pi, 4 * math.pi, 4001)
    arc = np.concatenate([[0], np.cumsum(0.2 * np.sqrt(1 + ((theta[1:] + theta[:-1]) / 2) ** 2) * np.diff(theta))])
    at = np.interp((np.arange(192) + 0.5) / 192 * arc[-1], arc, theta)
    return _curve("spiral", [0.2 * np.stack([at * np.cos(at), at * np.sin(at)], 1)], std, 16, 3.0)


_MAKERS: dict[str, tuple[Callable[[float], Mixture], float]] = {
    "ring8": (_ring, 0.05),
    "grid25": (_grid, 0.05),
    "moons": (_moons, 0.1),
    "spiral": (_spiral, 0.05),
}

DATASETS = tuple(_MAKERS)


@dataclass(frozen=True)
class PointBatches:
    """Endless batches of points as a pure function of (seed, step), for `python -m playground.training`.

    name: of the data set. size: points per batch. rank: number of this process.
    """

    name: str
    size: int
    seed: int = 0
    rank: int = 0
    per_epoch: int = 100

    def at(self, step: int) -> tuple[Tensor]:
        """Batch number `step` of the run: (x (size, 2),)."""
        generator = torch.Generator().manual_seed(hash((self.seed, step, self.rank)) % 2**63)
        return (mixture(self.name).sample(self.size, generator),)


_BUILDERS: dict[str, Callable[..., Mixture]] = {
    "ring": _ring,
    "grid": _grid,
    "moons": _moons,
    "spiral": _spiral,
    "pair": _pair,
    "mixture": _clicked,
    "points": _drawn,
}


@lru_cache(maxsize=32)
def mixture(name: str | Plane, std: float | None = None) -> Mixture:
    """The data set of that name, with its usual standard deviation or a given one; or the one that a `Plane` says.

    Raises InvalidInput.
    """
    if isinstance(name, Plane):
        told = {knob: getattr(name, knob) for knob in PARAMETERS[name.name]}
        return _BUILDERS[name.name](**told)
    if name not in _MAKERS:
        raise InvalidInput("choice", "dataset", name, choices=list(_MAKERS))
    make, usual = _MAKERS[name]
    return make(usual if std is None else std)

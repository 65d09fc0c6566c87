"""Two-dimensional data for the lab: a ring of eight, a grid of twenty-five, two moons, a spiral.

Every one of them is a mixture of N equal isotropic Gaussians, so its density is exact, smoothed or not. On the ring and
the grid a component is a mode; the moons and the spiral are strings of many components, cut into stretches of equal
length that play the part of modes: something a generator can miss.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from playground.errors import InvalidInput

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of N equal Gaussians in the plane.

    name: id of the data set. nodes (N, 2): their means. std: their standard deviation. mode (N,) int: the mode or
    stretch each belongs to. centers (K, 2): where each mode is marked. box: half the side of the square shown.
    """

    name: str
    nodes: Array
    std: float
    mode: Array
    centers: Array
    box: float

    @property
    def modes(self) -> int:
        """K: number of modes (ring, grid) or stretches (moons, spiral)."""
        return len(self.centers)

    @property
    def scale(self) -> float:
        """Standard deviation of the whole, per axis (root mean square of both)."""
        spread = (self.nodes - self.nodes.mean(0)) ** 2
        return float(np.sqrt(spread.mean() + self.std**2))

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """n points (n, 2), float32."""
        nodes = torch.from_numpy(self.nodes).float()
        chosen = torch.randint(len(nodes), (n,), generator=generator)
        return nodes[chosen] + self.std * torch.randn(n, 2, generator=generator)

    def density(self, x: Array, bandwidth: float = 0.0) -> Array:
        """p(x), smoothed by a Gaussian of standard deviation `bandwidth`: x (n, 2) -> (n,) per unit area."""
        s2 = self.std**2 + bandwidth**2
        squared = ((x[:, None] - self.nodes) ** 2).sum(-1)  # (n, N)
        return np.exp(-squared / (2 * s2)).mean(1) / (2 * math.pi * s2)

    def density_grid(self, axis: Array, bandwidth: float = 0.0) -> Array:
        """The smoothed density at all points of a square grid: axis (S,) -> (S, S), row y, column x. Separable."""
        s2 = self.std**2 + bandwidth**2
        kernel = np.exp(-((axis[:, None, None] - self.nodes) ** 2) / (2 * s2))  # (S, N, 2)
        return kernel[:, :, 1] @ kernel[:, :, 0].T / (len(self.nodes) * 2 * math.pi * s2)

    def nearest(self, x: Array) -> tuple[Array, Array]:
        """(distance (n,) to the nearest node, its mode (n,)) for x (n, 2)."""
        squared = (x**2).sum(1)[:, None] - 2 * x @ self.nodes.T.astype(x.dtype) + (self.nodes**2).sum(1).astype(x.dtype)
        k = squared.argmin(1)
        return np.sqrt(np.maximum(squared[np.arange(len(x)), k], 0)), self.mode[k]


def _ring(std: float) -> Mixture:
    """Eight modes on a circle of radius 2."""
    angle = np.arange(8) * (2 * math.pi / 8)
    nodes = 2 * np.stack([np.cos(angle), np.sin(angle)], 1)
    return Mixture("ring8", nodes, std, np.arange(8), nodes, 3.0)


def _grid(std: float) -> Mixture:
    """Twenty-five modes at distance 2, from -4 to 4."""
    line = np.arange(-4.0, 5.0, 2.0)
    nodes = np.stack(np.meshgrid(line, line), -1).reshape(-1, 2)
    return Mixture("grid25", nodes, std, np.arange(25), nodes, 5.0)


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


@lru_cache(maxsize=32)
def mixture(name: str, std: float | None = None) -> Mixture:
    """The data set of that name, with its usual standard deviation or a given one. Raises InvalidInput."""
    if name not in _MAKERS:
        raise InvalidInput("choice", "dataset", name, choices=list(_MAKERS))
    make, usual = _MAKERS[name]
    return make(usual if std is None else std)

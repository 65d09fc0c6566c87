"""Priors of a code in the plane that can be sampled: what a variational posterior needs no closed form for.

Every prior is a mixture of equal isotropic Gaussians, so samples and density are both exact. Lengths are those of the
code's own axes; all priors fit into [-3.5, 3.5]^2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from playground.errors import InvalidInput

PRIORS = ("normal", "circle", "swiss_roll")


@dataclass(frozen=True, eq=False)
class Prior:
    """A mixture of N equal Gaussians. nodes (N, d): their means. std: their standard deviation on every axis."""

    nodes: Tensor
    std: float

    def sample(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """z ~ p(z): (n, d) float32, on the generator's device."""
        device = generator.device if generator else None
        chosen = torch.randint(len(self.nodes), (n,), generator=generator, device=device)
        noise = torch.randn(n, self.nodes.shape[1], generator=generator, device=device)
        return self.nodes.to(noise)[chosen] + self.std * noise

    def log_density(self, z: Tensor) -> Tensor:
        """log p(z) in nats: z (n, d) -> (n,)."""
        squared = torch.cdist(z, self.nodes.to(z), compute_mode="donot_use_mm_for_euclid_dist").square()  # (n, N)
        log_norm = math.log(len(self.nodes)) + 0.5 * z.shape[1] * math.log(2 * math.pi * self.std**2)
        return (-0.5 * squared / self.std**2).logsumexp(1) - log_norm


@lru_cache(maxsize=16)
def prior(name: str, dim: int = 2) -> Prior:
    """The prior of that name. normal: N(0, I) in `dim` dimensions; the others live in the plane.

    circle: ten Gaussians on a circle. swiss_roll: a spiral of two turns, equal mass along its length. Both as in
    Makhzani et al. (arXiv:1511.05644), figure 2, in sizes of our own. Raises InvalidInput for another name.
    """
    if name not in PRIORS:
        raise InvalidInput("choice", "prior", name, choices=list(PRIORS))
    if name == "normal":
        return Prior(torch.zeros(1, dim), 1.0)
    if dim != 2:
        raise ValueError(f"expected 2 dimensions for the prior {name!r}, got {dim}")
    return Prior(_circle(), 0.25) if name == "circle" else Prior(_swiss_roll(), 0.12)


def _circle(modes: int = 10, radius: float = 2.3) -> Tensor:
    angle = torch.arange(modes) * (2 * math.pi / modes)
    return radius * torch.stack([angle.cos(), angle.sin()], 1)


def _swiss_roll(nodes: int = 256, inner: float = 0.5, outer: float = 2.8, turns: float = 2.0) -> Tensor:
    t = torch.linspace(0, 1, 40_001, dtype=torch.float64)
    radius, angle = inner + (outer - inner) * t, 2 * math.pi * turns * t
    curve = radius[:, None] * torch.stack([angle.cos(), angle.sin()], 1)
    length = torch.cat([torch.zeros(1, dtype=torch.float64), curve.diff(dim=0).norm(dim=1).cumsum(0)])
    at = torch.searchsorted(length, (torch.arange(nodes) + 0.5) / nodes * length[-1])
    return curve[at].float()

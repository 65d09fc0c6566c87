"""RNADE: NADE for real values, every conditional a mixture of Gaussians [1].

Claim: a density over real-valued images that is exact, because the output of NADE's hidden layer may be the parameters
of any distribution over one number.

    a_i = c + W_{<i} x_{<i}                (H,)   running pre-activation, as in NADE
    h_i = max(0, rho_i a_i)                       rho_i, learned, undoes that a_i grows with i
    pi_i = softmax(V_i^pi h_i + b_i^pi)
    mu_i = V_i^mu h_i + b_i^mu
    sigma_i = floor + exp(V_i^sigma h_i + b_i^sigma)
    p(x_i | x_<i) = sum_k pi_ik N(x_i; mu_ik, sigma_ik^2)

p is a density: it has a unit (one over that of x), may exceed 1, and log p(x) in other units is another number. The
network works on z = (x - center) / scale; everything it gives is in the units of x again.

Deviations: sigma has a floor (one value repeated in the data would otherwise send the likelihood to infinity); the
gradient of mu is not multiplied by sigma, the optimizer is Adam. One uniform number draws a value: it picks the
component and, by what is left of it, the place in that component.

[1] Uria, Murray, Larochelle. RNADE: The real-valued neural autoregressive density-estimator. NIPS 2013,
arXiv:1306.0186.

Axis letters: B images, D values each, H hidden units, K components.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from playground.models.base import Sequential

BLOCK = 14  # values whose pre-activations are formed together
EDGE = 1e-9  # uniforms are kept this far from 0 and 1, where a Gaussian's quantile is infinite


class Components(NamedTuple):
    """The mixtures of some conditionals: weights, means, sigmas, each (..., K); means and sigmas in the units of x."""

    weights: Tensor
    means: Tensor
    sigmas: Tensor

    def log_density(self, x: Tensor) -> Tensor:
        """log p(x_i | x_<i) in nats at x (...,), per unit of x."""
        z = (x.unsqueeze(-1) - self.means) / self.sigmas
        terms = self.weights.log() - z.square() / 2 - self.sigmas.log() - math.log(2 * math.pi) / 2
        return terms.logsumexp(-1)


class RNADE(Sequential):
    """One autoregressive hidden layer over real values in raster order; a mixture of K Gaussians for each."""

    @dataclass(frozen=True)
    class Config:
        """data: what it is a density of, "dequantized" (grey digits) or points of the plane, "ring8", "moons", ...;
        points are images of height 1 and width 2. center, scale: z = (x - center) / scale. floor: the smallest sigma,
        in units of x.
        """

        data: str = "dequantized"
        height: int = 14
        width: int = 14
        hidden: int = 200
        components: int = 8
        center: float = 0.13
        scale: float = 0.3
        floor: float = 1e-3

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        D, H, K = config.height * config.width, config.hidden, config.components
        self.W = nn.Parameter(torch.randn(D, H) * (0.5 / math.sqrt(D)))  # W[i] is the paper's column W_{:,i}
        self.c = nn.Parameter(torch.randn(H))
        self.rho = nn.Parameter(torch.ones(D))
        self.V = nn.Parameter(torch.randn(D, H, 3 * K) * (0.3 / math.sqrt(H)))
        spread = torch.linspace(-1, 1, K).expand(D, -1)
        self.b = nn.Parameter(torch.cat([torch.zeros(D, K), 1.5 * spread, torch.full((D, K), -1.0)], 1))  # (D, 3K)

    def outputs(self, x: Tensor) -> Tensor:
        """Weights, means and sigmas of every conditional: x (B, 1, H, W) -> (B, 1, H, W, 3, K)."""
        a = self._running(self._standard(x).flatten(1))
        h = (self.rho[:, None, None] * a).relu()  # (D, B, H)
        raw = torch.baddbmm(self.b.unsqueeze(1), h, self.V)  # (D, B, 3K)
        return self._mixture(raw.transpose(0, 1)).view(len(x), *self.shape, 3, -1)

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        a = self.c.expand(n, -1).clone()  # (n, H)
        for W_i, rho_i, V_i, b_i in zip(self.W, self.rho, self.V, self.b, strict=True):
            x_i = yield self._mixture(torch.addmm(b_i, (rho_i * a).relu(), V_i))
            a.addr_(self._standard(x_i).to(a.dtype), W_i)

    def components(self, x: Tensor) -> Components:
        """The mixture of every conditional: x (B, 1, H, W) or (B, D) -> weights, means, sigmas, each (B, D, K)."""
        found = self.outputs(x.reshape(-1, *self.shape)).flatten(1, 3)[:, self.order]
        return Components(*found.unbind(-2))

    def log_density(self, x: Tensor) -> Tensor:
        """log p(x_i | x_<i) in nats per unit of x: x (B, 1, H, W) or (B, D) -> (B, D), in order."""
        values = x.reshape(len(x), -1)[:, self.order]
        return self.components(x).log_density(values)

    def log_prob(self, x: Tensor) -> Tensor:
        """log of the density p(x) in nats, with x in its own units: (B, 1, H, W) or (B, D) -> (B,)."""
        return self.log_density(x).sum(1)

    def _running(self, z: Tensor) -> Tensor:
        """a_i of all i: z (B, D) -> (D, B, H). A block is one matrix product; a cumulated sum would be slower."""
        a, parts = self.c.expand(len(z), -1), []
        for z_k, W_k in zip(z.split(BLOCK, 1), self.W.split(BLOCK), strict=True):
            earlier = z.new_ones(len(W_k), len(W_k)).tril(-1).unsqueeze(1)  # (k, 1, k): 1 where j < i
            parts.append(torch.matmul(z_k * earlier, W_k) + a)
            a = torch.addmm(a, z_k, W_k)
        return torch.cat(parts)

    def _standard(self, x: Tensor) -> Tensor:
        return (x - self.config.center) / self.config.scale

    def _mixture(self, raw: Tensor) -> Tensor:
        """What the network gives, (..., 3K), as weights, means and sigmas in units of x, (..., 3, K)."""
        config = self.config
        weight, mean, log_sigma = raw.unflatten(-1, (3, -1)).unbind(-2)
        mean = config.center + config.scale * mean
        sigma = config.floor + config.scale * log_sigma.clamp(max=5).exp()
        return torch.stack([weight.softmax(-1).clamp_min(1e-12), mean, sigma], -2)

    def _choose(self, output: Tensor, u: Tensor, temperature: float) -> tuple[Tensor, Tensor]:
        """A quantile of the component that u picked. Keeps weights, means and sigmas, (n, 3, K).

        At temperature T weights become weights^(1/T) and sigma sqrt(T) sigma; at 0 it is the mean of the heaviest.
        """
        weights, means, sigmas = output.unbind(-2)
        if temperature == 0:
            k = weights.argmax(-1, keepdim=True)
            return means.gather(-1, k).squeeze(-1), output
        if temperature != 1:
            weights, sigmas = (weights.log() / temperature).softmax(-1), sigmas * math.sqrt(temperature)
        k, left = pick(weights.double(), u.double())
        z = torch.special.ndtri(left.clamp(EDGE, 1 - EDGE)).to(means.dtype)
        value = means.gather(-1, k).squeeze(-1) + sigmas.gather(-1, k).squeeze(-1) * z
        return value, torch.stack([weights, means, sigmas], -2)


def pick(weights: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
    """The component (n, 1) that uniforms u (n,) pick by weights (n, K), and what is left of u inside it, in [0, 1]."""
    upper = weights.cumsum(-1)
    upper = upper / upper[..., -1:]
    k = (u.unsqueeze(-1) >= upper).sum(-1, keepdim=True).clamp(max=weights.shape[-1] - 1)
    high = upper.gather(-1, k).squeeze(-1)
    width = weights.gather(-1, k).squeeze(-1)
    return k, 1 - (high - u) / width

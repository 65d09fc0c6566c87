"""The true posterior p(z|x) = p(x|z) p(z) / p(x) of a code of two numbers, by brute force.

Nobody can write p(z|x) down, which is why a VAE learns q(z|x). But a plane can be searched: p(x|z) p(z) on a grid,
finer where it matters, shows the true posterior beside the encoder's ellipse, and its integral is p(x). What the ELBO
lacks to log p(x) is KL(q || p(z|x)): a drawing shows how much, and why. Imported inside the functions of `latent`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from playground import weights
from playground.losses.likelihood import bernoulli_log_likelihood, gaussian_log_likelihood
from playground.models.base import Posterior
from playground.models.vae import VAE

REACH = 4.5  # the search covers [-4.5, 4.5]^2
COARSE = 96  # its side: 0.09 apart, a few times the width of a posterior
CANDIDATES = 3
FINE = 25  # side of the grid around a candidate, and of the one that is summed
SHOWN = 49


@dataclass(frozen=True)
class TruePosterior:
    """mode, mean, std (2,): of p(z|x). log_prob: log p(x) in nats. centre (2,), half: the square shown, which holds q
    and p. density (SHOWN, SHOWN) float32: p(z|x) on it over its maximum, row 0 at the lowest z_2."""

    mode: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    log_prob: float
    centre: np.ndarray
    half: float
    density: np.ndarray


@torch.inference_mode()
def true_posterior(id: str, device: str, x: Tensor, q: Posterior) -> TruePosterior:
    """Search the plane for p(z|x): x (1, 1, 28, 28) in {0, 1}, q the encoder's answer, each (1, 2)."""
    network = weights.load(id, device)
    reach = 2 * REACH / COARSE * 1.5
    starts = [*_candidates(id, device, x), q.mu[0]]
    found = [_moments(network, x, start, torch.full_like(start, reach)) for start in starts]
    mean, std, _, _ = max(found, key=lambda moments: moments[2])
    for _ in range(2):  # the first window may have cut the mass off, or have been much too wide for it
        mean, std, log_prob, mode = _moments(network, x, mean, 6 * std + 1e-3)
    sigma = (0.5 * q.logvar[0]).exp()
    low = torch.minimum(q.mu[0] - 3.5 * sigma, mean - 4 * std)
    high = torch.maximum(q.mu[0] + 3.5 * sigma, mean + 4 * std)
    centre, half = (low + high) / 2, float((high - low).max() / 2)
    log_joint = _log_joint(network, x, _grid(centre, torch.full_like(centre, half), SHOWN))
    density = (log_joint - log_joint.max()).exp().view(SHOWN, SHOWN).float()
    arrays = (v.double().cpu().numpy().astype(np.float32) for v in (mode, mean, std, centre, density))
    mode, mean, std, centre, density = arrays
    return TruePosterior(mode, mean, std, log_prob, centre, half, density)


@lru_cache(maxsize=8)
def _plane(id: str, device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Codes (N, 2), their logits (N, 784), and what log p(x, z) has besides logits @ x, (N,)."""
    network = weights.load(id, device)
    with torch.inference_mode():
        zero = torch.zeros(2, device=device)
        z = _grid(zero, zero + REACH, COARSE)
        logits = torch.cat([network.decoder(part).flatten(1) for part in z.split(1024)])
        rest = gaussian_log_likelihood(z) - torch.nn.functional.softplus(logits).sum(1)
    return z, logits, rest


def _candidates(id: str, device: str, x: Tensor) -> list[Tensor]:
    """The codes of the coarse grid with the largest p(x, z), no two of them neighbours."""
    z, logits, rest = _plane(id, device)
    chosen: list[Tensor] = []
    for index in (logits @ x.flatten() + rest).topk(64).indices:
        if all((z[index] - other).abs().max() > 3 * REACH / COARSE for other in chosen):
            chosen.append(z[index])
        if len(chosen) == CANDIDATES:
            break
    return chosen


def _moments(network: VAE, x: Tensor, centre: Tensor, half: Tensor) -> tuple[Tensor, Tensor, float, Tensor]:
    """Mean and std of p(z|x) within a window, log of the integral of p(x, z) over it, and where p(x, z) is largest."""
    z = _grid(centre, half, FINE)
    log_joint = _log_joint(network, x, z)  # (FINE * FINE,)
    share = (log_joint - log_joint.logsumexp(0)).exp().unsqueeze(1)
    mean = (share * z).sum(0)
    step = 2 * half.double() / (FINE - 1)
    std = (share * (z - mean) ** 2).sum(0).sqrt().maximum(step / 2)  # a grid sees nothing narrower than its step
    log_integral = (log_joint.logsumexp(0) + step.log().sum()).item()
    return mean.float(), std.float(), log_integral, z[log_joint.argmax()].float()


def _log_joint(network: VAE, x: Tensor, z: Tensor) -> Tensor:
    """log p(x|z) + log p(z) in nats: x (1, 1, 28, 28), z (N, 2) -> (N,) float64."""
    z = z.float()
    likelihood = bernoulli_log_likelihood(network.decoder(z), x.expand(len(z), -1, -1, -1))
    return (likelihood + gaussian_log_likelihood(z)).double()


def _grid(centre: Tensor, half: Tensor, side: int) -> Tensor:
    """Codes (side * side, 2) on centre +- half, the first coordinate running fastest."""
    line = torch.linspace(-1, 1, side, device=centre.device, dtype=centre.dtype)
    columns, rows = centre[0] + half[0] * line, centre[1] + half[1] * line
    return torch.stack(torch.meshgrid(columns, rows, indexing="xy"), -1).view(-1, 2)

"""Divergences between distributions: KL in nats, maximum mean discrepancy in units of its kernel."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

IMQ_SCALES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, diag exp(logvar)) || N(0, I)) in closed form: mu, logvar (B, d) -> (B,).

    1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2): Kingma and Welling 2014, appendix B.
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)


def imq_kernel(a: Tensor, b: Tensor, std: float = 1.0) -> Tensor:
    """sum_s C_s / (C_s + |a - b|^2), C_s = 2 d std^2 s: a (n, d), b (m, d) -> (n, m). std: the prior's, per axis.

    The inverse multiquadratic kernel and its scales s are those of Tolstikhin et al. 2018, arXiv:1711.01558.
    """
    squared = torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").square()
    base = 2 * a.shape[1] * std**2
    return sum(base * s / (base * s + squared) for s in IMQ_SCALES)


def mmd(a: Tensor, b: Tensor, kernel: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Unbiased estimate of MMD^2 between the distributions of a (n, d) and b (m, d), n, m >= 2: a scalar.

    E k(a, a') + E k(b, b') - 2 E k(a, b) over pairs of different samples (Gretton et al. 2012, lemma 6); for equal
    distributions its mean is 0, so about half of the estimates are negative.
    """
    n, m = len(a), len(b)
    within_a, within_b = kernel(a, a), kernel(b, b)
    within = (within_a.sum() - within_a.trace()) / (n * (n - 1)) + (within_b.sum() - within_b.trace()) / (m * (m - 1))
    return within - 2 * kernel(a, b).mean()

"""Divergences between distributions, in nats."""

from __future__ import annotations

from torch import Tensor


def gaussian_kl(mu: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mu, diag exp(logvar)) || N(0, I)) in closed form: mu, logvar (B, d) -> (B,).

    1/2 sum_j (mu_j^2 + sigma_j^2 - 1 - log sigma_j^2): Kingma and Welling 2014, appendix B.
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(-1)

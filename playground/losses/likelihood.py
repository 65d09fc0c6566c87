"""Log-likelihoods in nats, summed over the dimensions of one example.

Summed, not averaged: the mean over 784 pixels would make the other term of an ELBO 784 times too strong, and the
encoder would learn nothing.
"""

from __future__ import annotations

import math

import torch.nn.functional as F
from torch import Tensor


def bernoulli_log_likelihood(logits: Tensor, x: Tensor) -> Tensor:
    """sum_i log Bern(x_i | sigma(logit_i)): logits (B, ...) and x of that shape in {0, 1} -> (B,).

    Where x is grey in [0, 1] this is the expected log-likelihood under x_i ~ Bern(x), which is no density.
    """
    return -F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def gaussian_log_likelihood(z: Tensor, mu: Tensor | float = 0.0, logvar: Tensor | None = None) -> Tensor:
    """sum_i log N(z_i | mu_i, exp(logvar_i)): z (B, d), mu and logvar broadcast to it -> (B,).

    Without mu and logvar: the standard normal prior.
    """
    squared, log_scale = (z - mu) ** 2, 0.0
    if logvar is not None:
        squared, log_scale = squared / logvar.exp(), logvar
    return (-0.5 * (squared + log_scale + math.log(2 * math.pi))).sum(-1)

"""The closed-form KL against torch.distributions, Monte Carlo, and its known derivatives."""

from __future__ import annotations

import torch
from torch.distributions import Normal, kl_divergence

from playground.losses.divergence import gaussian_kl
from playground.losses.likelihood import gaussian_log_likelihood


def posterior(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(6, 3, generator=generator, dtype=torch.float64) for _ in range(2))


def test_it_equals_torch_distributions():
    mu, logvar = posterior()
    expected = kl_divergence(Normal(mu, (0.5 * logvar).exp()), Normal(0.0, 1.0)).sum(1)
    torch.testing.assert_close(gaussian_kl(mu, logvar), expected)


def test_it_equals_the_average_log_ratio():
    mu, logvar = posterior()
    eps = torch.randn(100_000, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    z = mu + (0.5 * logvar).exp() * eps
    ratio = gaussian_log_likelihood(z, mu, logvar) - gaussian_log_likelihood(z)  # (draws, 6)
    error = (ratio.mean(0) - gaussian_kl(mu, logvar)).abs()
    assert (error < 5 * ratio.std(0) / 100_000**0.5).all(), error


def test_its_gradients_are_those_of_the_paper():
    mu, logvar = (v.requires_grad_() for v in posterior())
    d_mu, d_logvar = torch.autograd.grad(gaussian_kl(mu, logvar).sum(), (mu, logvar))
    torch.testing.assert_close(d_mu, mu.detach())
    torch.testing.assert_close(d_logvar, 0.5 * (logvar.detach().exp() - 1))
    assert torch.autograd.gradcheck(gaussian_kl, (mu, logvar))


def test_it_is_zero_only_at_the_prior():
    zero = torch.zeros(1, 2)
    assert gaussian_kl(zero, zero).item() == 0
    for mu, logvar in ((zero + 0.1, zero), (zero, zero + 0.1), (zero, zero - 0.1)):
        assert gaussian_kl(mu, logvar).item() > 0

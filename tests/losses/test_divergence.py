"""The closed-form KL against torch.distributions, Monte Carlo and its derivatives; the unbiased MMD against a loop."""

from __future__ import annotations

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from playground.losses.divergence import gaussian_kl, imq_kernel, mmd
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


def points(n, m, d=2, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (torch.randn(k, d, generator=generator, dtype=torch.float64) for k in (n, m))


def test_mmd_is_the_mean_over_pairs_of_different_samples():
    a, b = points(7, 5)
    b = b + 0.5

    def k(x, y):
        squared = float(((x - y) ** 2).sum())
        return sum(4 * s / (4 * s + squared) for s in (0.1, 0.2, 0.5, 1, 2, 5, 10))

    within_a = sum(k(x, y) for i, x in enumerate(a) for j, y in enumerate(a) if i != j) / (7 * 6)
    within_b = sum(k(x, y) for i, x in enumerate(b) for j, y in enumerate(b) if i != j) / (5 * 4)
    across = sum(k(x, y) for x in a for y in b) / (7 * 5)
    assert mmd(a, b, imq_kernel).item() == pytest.approx(within_a + within_b - 2 * across, abs=1e-12)


def test_mmd_of_equal_distributions_is_zero_on_average_and_often_negative():
    values = torch.stack([mmd(*points(40, 40, seed=seed), imq_kernel) for seed in range(300)])
    assert abs(values.mean().item()) < 4 * values.std().item() / 300**0.5
    assert 0.3 < (values < 0).double().mean().item() < 0.8


def test_mmd_grows_with_the_shift_and_its_gradient_pulls_back():
    a, b = points(300, 300)
    assert mmd(a + 2, b, imq_kernel) > mmd(a + 1, b, imq_kernel) > mmd(a, b, imq_kernel) + 0.01
    moved = (a + 1).requires_grad_()
    (gradient,) = torch.autograd.grad(mmd(moved, b, imq_kernel), moved)
    assert torch.isfinite(gradient).all() and (gradient.sum(0) > 0).all(), "descent moves the codes back"
    small = a[:4].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: mmd(z, b[:5], imq_kernel), (small,))

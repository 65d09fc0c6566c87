"""Log-likelihoods against torch.distributions, enumeration and numerical integration."""

from __future__ import annotations

import math
from itertools import product

import torch
from torch.distributions import Bernoulli, Normal

from playground.losses.likelihood import bernoulli_log_likelihood, gaussian_log_likelihood


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_bernoulli_equals_torch_distributions_summed_over_pixels():
    logits = 3 * normal(5, 1, 4, 3)
    x = (normal(5, 1, 4, 3, seed=1) > 0).double()
    expected = Bernoulli(logits=logits).log_prob(x).sum((1, 2, 3))
    torch.testing.assert_close(bernoulli_log_likelihood(logits, x), expected)


def test_bernoulli_sums_to_one_over_all_images():
    x = torch.tensor(list(product([0.0, 1.0], repeat=6)), dtype=torch.float64)
    total = bernoulli_log_likelihood(normal(1, 6).expand(64, 6), x).exp().sum()
    torch.testing.assert_close(total, torch.ones((), dtype=torch.float64))


def test_bernoulli_is_finite_where_the_decoder_is_sure_and_wrong():
    logits = torch.tensor([[200.0, -200.0]])
    assert bernoulli_log_likelihood(logits, torch.tensor([[0.0, 1.0]])).item() == -400.0


def test_gaussian_equals_torch_distributions():
    z, mu, logvar = normal(7, 3), normal(7, 3, seed=1), normal(7, 3, seed=2)
    expected = Normal(mu, (0.5 * logvar).exp()).log_prob(z).sum(1)
    torch.testing.assert_close(gaussian_log_likelihood(z, mu, logvar), expected)
    torch.testing.assert_close(gaussian_log_likelihood(z), Normal(0.0, 1.0).log_prob(z).sum(1))


def test_gaussian_integrates_to_one():
    line = torch.linspace(-8, 8, 401, dtype=torch.float64)
    z = torch.cartesian_prod(line, line)
    logvar = torch.tensor([0.3, -1.0], dtype=torch.float64)
    mass = gaussian_log_likelihood(z, torch.tensor([0.5, -1.0]), logvar).exp().sum() * (line[1] - line[0]) ** 2
    assert math.isclose(mass.item(), 1.0, rel_tol=1e-6), f"expected a mass of 1, got {mass.item()}"

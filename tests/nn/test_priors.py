"""Priors: density and samples belong together, and the shapes are the ones that are named."""

from __future__ import annotations

import math

import pytest
import torch

from playground.errors import InvalidInput
from playground.nn.priors import PRIORS, prior

AXIS = torch.linspace(-5, 5, 401, dtype=torch.float64)
GRID = torch.cartesian_prod(AXIS, AXIS)
CELL = (AXIS[1] - AXIS[0]).item() ** 2


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("name", PRIORS)
def test_the_density_integrates_to_one_and_its_moments_are_those_of_the_samples(name):
    p = prior(name).log_density(GRID).exp() * CELL
    assert p.sum().item() == pytest.approx(1, abs=1e-3)
    z = prior(name).sample(40_000, seeded())
    for power in (1, 2):
        expected = (p[:, None] * GRID**power).sum(0)
        error = (z.double() ** power).std(0) / 200
        assert ((z.double() ** power).mean(0) - expected).abs().max() < 5 * error.max(), (name, power)


@pytest.mark.parametrize("name", PRIORS)
def test_samples_fall_where_the_density_says(name):
    """Counts in the cells of a coarse grid against the density's integral over them: a chi-square."""
    middle = (torch.arange(400, dtype=torch.float64) + 0.5) / 40 - 5
    p = (prior(name).log_density(torch.cartesian_prod(middle, middle)).exp() / 1600).view(400, 400)
    expected = p.reshape(10, 40, 10, 40).sum((1, 3)).flatten()
    n = 50_000
    z = prior(name).sample(n, seeded(1)).double()
    cell = ((z + 5) // 1).long().clamp(0, 9)
    counts = torch.bincount(cell[:, 0] * 10 + cell[:, 1], minlength=100)
    often = expected * n > 20
    chi2 = ((counts[often] - n * expected[often]) ** 2 / (n * expected[often])).sum().item()
    assert chi2 < often.sum().item() + 6 * math.sqrt(2 * often.sum().item()), chi2


def test_the_normal_prior_is_the_normal_distribution_in_any_dimension():
    z = torch.randn(50, 20, generator=seeded(), dtype=torch.float64)
    expected = torch.distributions.Normal(0.0, 1.0).log_prob(z).sum(1)
    torch.testing.assert_close(prior("normal", 20).log_density(z), expected, atol=1e-5, rtol=1e-6)


def test_the_circle_has_ten_separate_modes_and_the_swiss_roll_even_mass_along_its_arm():
    nodes = prior("circle").nodes
    apart = torch.cdist(nodes, nodes) + 9 * torch.eye(10)
    assert len(nodes) == 10 and apart.min() > 5 * prior("circle").std
    steps = prior("swiss_roll").nodes.diff(dim=0).norm(dim=1)
    assert steps.max() / steps.min() < 1.05


def test_unknown_priors_and_dimensions_say_what_was_expected():
    with pytest.raises(InvalidInput, match="swiss_roll"):
        prior("heart")
    with pytest.raises(ValueError, match="2 dimensions"):
        prior("circle", 3)

"""RNADE: a density that integrates to one, the textbook's conditionals, the same film cached or not."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground import weights
from playground.data.mixtures import mixture
from playground.errors import WeightsError
from playground.models.rnade import RNADE, Components, pick
from tests.oracles import rnade as oracle

PINNED = {"digits": -745.6780, "ring8": -1.0705, "moons": 1.4602, "spiral": 1.2393}  # first 500 digits or points


def small(height: int = 3, width: int = 4, components: int = 3) -> RNADE:
    """A small random model in float64, its weights large enough that the conditionals differ."""
    torch.manual_seed(3)
    model = RNADE(RNADE.Config("", height, width, 6, components, center=0.2, scale=0.5, floor=0.05)).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.3 + (name == "rho"))
    return model


def test_the_density_integrates_to_one_in_the_plane():
    model = small(1, 2)
    axis = torch.linspace(-12, 12, 801, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(-1, 2)
    with torch.no_grad():
        p = torch.cat([model.log_prob(part).exp() for part in grid.split(500000)])
    total = p.sum().item() * (axis[1] - axis[0]).item() ** 2
    assert math.isclose(total, 1, abs_tol=1e-4), f"expected an integral of 1, got {total}"
    assert p.max() > 0 and model.log_prob(grid[:1]).dtype == torch.float64


@pytest.mark.parametrize("data", ["ring8", "moons", "spiral"])
def test_the_shipped_densities_of_the_plane_integrate_to_one(data):
    model = _shipped(data)
    axis = torch.linspace(-3.2, 3.2, 401)
    grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), -1).view(-1, 2)
    with torch.no_grad():
        p = torch.cat([model.log_prob(part).double().exp() for part in grid.split(100000)])
    total = p.sum().item() * (axis[1] - axis[0]).item() ** 2
    assert math.isclose(total, 1, abs_tol=0.01), f"expected an integral of 1, got {total}"


def test_conditionals_are_the_textbook_s():
    model = small()
    parameters = {name: value.detach().numpy() for name, value in model.named_parameters()}
    config = model.config
    x = torch.randn(4, 1, 3, 4, dtype=torch.float64)
    found, terms = model.components(x), model.log_density(x)
    for b, image in enumerate(x.flatten(1).numpy()):
        total = 0.0
        for i in range(12):
            expected = oracle.mixture(image, i, parameters, config.center, config.scale, config.floor)
            for name, got, want in zip(Components._fields, found, expected, strict=True):
                np.testing.assert_allclose(got[b, i].detach().numpy(), want, atol=1e-9, err_msg=f"{name} of {i}")
            term = oracle.log_density(image[i], *expected)
            assert math.isclose(terms[b, i].item(), term, abs_tol=1e-9), (i, terms[b, i].item(), term)
            total += term
        assert math.isclose(model.log_prob(x)[b].item(), total, abs_tol=1e-8)


def test_blocks_do_not_matter():
    """More values than a block holds: 5 x 7 = 35 > 2 blocks."""
    model = small(5, 7)
    parameters = {name: value.detach().numpy() for name, value in model.named_parameters()}
    x = torch.randn(1, 1, 5, 7, dtype=torch.float64)
    config, found = model.config, model.components(x)
    for i in (0, 13, 14, 15, 27, 28, 34):
        expected = oracle.mixture(x.flatten().numpy(), i, parameters, config.center, config.scale, config.floor)
        np.testing.assert_allclose(found.means[0, i].detach().numpy(), expected[1], atol=1e-9)


def test_a_conditional_depends_on_every_earlier_value_and_on_no_later_one():
    model = small()
    x = torch.randn(1, 1, 3, 4, dtype=torch.float64)
    means = lambda x: model.components(x).means[0].sum(-1)  # noqa: E731
    jacobian = torch.autograd.functional.jacobian(means, x).view(12, 12)
    assert torch.equal(jacobian != 0, torch.ones(12, 12).tril(-1).bool())


@pytest.mark.parametrize("n", [1, 5])
@pytest.mark.parametrize("temperature", [0.0, 0.7, 1.0])
def test_cached_sampling_is_naive_sampling(n, temperature):
    model = small(5, 4)
    uniforms = torch.rand(n, 20, dtype=torch.float64)
    x, p = model.trace(n, uniforms=uniforms, temperature=temperature)
    x_naive, p_naive = model.trace(n, uniforms=uniforms, temperature=temperature, cached=False)
    torch.testing.assert_close(x, x_naive, atol=1e-9, rtol=0)
    torch.testing.assert_close(p, p_naive, atol=1e-9, rtol=0)
    assert x.shape == (n, 1, 5, 4) and p.shape == (n, 20, 3, 3)
    if temperature == 1:
        for got, want in zip(p.unbind(2), model.components(x), strict=True):
            torch.testing.assert_close(got, want, atol=1e-9, rtol=0)


def test_the_same_seed_gives_the_same_film():
    model = small()
    draw = lambda seed: model.sample(3, generator=torch.Generator().manual_seed(seed))  # noqa: E731
    assert torch.equal(draw(1), draw(1)) and not torch.equal(draw(1), draw(2))


def test_a_prefix_is_kept_and_the_rest_follows_from_it():
    model = small()
    uniforms = torch.rand(2, 12, dtype=torch.float64)
    x, p = model.trace(2, uniforms=uniforms, prefix=torch.tensor([0.3, -0.2]))
    torch.testing.assert_close(x.flatten(1)[:, :2], torch.tensor([[0.3, -0.2]] * 2).double(), atol=1e-6, rtol=0)
    torch.testing.assert_close(p[:, :, 1], model.components(x).means, atol=1e-9, rtol=0)


def test_one_uniform_draws_from_the_whole_mixture():
    """Quantiles of the mixture as drawn, against its exact distribution function."""
    model = small(1, 1)
    n = 20000
    uniforms = (torch.arange(n, dtype=torch.float64)[:, None] + 0.5) / n
    x, p = model.trace(n, uniforms=uniforms)
    weights_, means, sigmas = p[0, 0]
    values = x.flatten().sort().values
    cumulated = (weights_ * torch.special.ndtr((values[:, None] - means) / sigmas)).sum(1)
    torch.testing.assert_close(cumulated, uniforms.flatten(), atol=2e-4, rtol=0)


def test_pick_leaves_the_place_inside_the_component():
    shares = torch.tensor([[0.2, 0.5, 0.3]]).expand(4, 3)
    k, left = pick(shares, torch.tensor([0.1, 0.2, 0.45, 0.999]))
    assert k.flatten().tolist() == [0, 1, 1, 2]
    torch.testing.assert_close(left, torch.tensor([0.5, 0.0, 0.5, 0.299 / 0.3]), atol=1e-4, rtol=0)


def test_sigma_has_its_floor():
    model = small()
    with torch.no_grad():
        model.b[:, -3:] = -1000.0
        model.V[:, :, -3:] = 0.0
    sigmas = model.components(torch.randn(2, 12).double()).sigmas
    assert (sigmas >= model.config.floor).all() and torch.allclose(sigmas, torch.tensor(model.config.floor).double())


def test_other_units_shift_the_log_density_by_the_log_of_the_factor():
    """y = f x: log p(y) = log p(x) - D ln f, and nothing else changes."""
    model, factor = small(), 255.0
    config = model.config
    scaled = RNADE(
        RNADE.Config("", 3, 4, 6, 3, center=config.center * factor, scale=config.scale * factor, floor=0.05 * factor)
    ).double()
    scaled.load_state_dict(model.state_dict())
    x = torch.randn(3, 1, 3, 4, dtype=torch.float64)
    torch.testing.assert_close(scaled.log_prob(x * factor), model.log_prob(x) - 12 * math.log(factor))


def _shipped(variant: str) -> RNADE:
    try:
        return weights.load("rnade", variant=variant)
    except WeightsError as problem:
        pytest.skip(str(problem))


@pytest.mark.parametrize("variant", ["ring8", "moons", "spiral"])
def test_a_shipped_density_of_the_plane_is_near_the_best_possible(variant):
    """Cross-entropy minus entropy is the KL divergence from the data: at least 0, at most a twentieth of a nat."""
    model, data = _shipped(variant), mixture(variant)
    x = data.sample(4000, torch.Generator().manual_seed(5))
    with torch.no_grad():
        ours = -model.log_prob(x).double()
    best = torch.from_numpy(-np.log(data.density(x.double().numpy())))
    gap = (ours - best).mean().item()
    assert -0.02 < gap < 0.06, f"expected at most 0.06 nats above the entropy, got {gap}"


@pytest.mark.parametrize("variant", PINNED)
def test_shipped_weights_keep_their_number(variant, request):
    from playground.metrics.density import test_log_density

    if variant == "digits":
        request.getfixturevalue("data_root")
    nll = -test_log_density(_shipped(variant), 500).mean().item()
    assert math.isclose(nll, PINNED[variant], abs_tol=0.02), f"expected {PINNED[variant]} nats, got {nll}"

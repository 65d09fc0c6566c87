"""The ELBO room: both terms against independent ones, the order of the bounds, what moves q, bad input."""

from __future__ import annotations

import base64
import math

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from playground import weights
from playground.errors import InvalidInput
from playground.inference import elbo, latent
from playground.losses.likelihood import bernoulli_log_likelihood

NAN, INF = float("nan"), float("inf")
ORDINARY = (0, 2, 8, 10, 14)  # digits that the encoder finds


@pytest.fixture(scope="module")
def examples() -> np.ndarray:
    return latent.latent_map().examples


@pytest.fixture(scope="module")
def taken(examples) -> dict[int, elbo.Drawing]:
    return {k: elbo.take(examples[k]) for k in (*ORDINARY, 3)}


def by_draws(x: np.ndarray, mu: np.ndarray, sigma: np.ndarray, n: int = 8000) -> tuple[float, float]:
    """E_q[log p(x|z)] by Monte Carlo in torch, and its standard error."""
    network, generator = weights.load("vae"), torch.Generator().manual_seed(5)
    z = torch.tensor(mu) + torch.tensor(sigma) * torch.randn(n, 2, generator=generator, dtype=torch.float64)
    image = torch.from_numpy(x).float().view(1, 1, 28, 28)
    with torch.inference_mode():
        parts = [
            bernoulli_log_likelihood(network.decoder(part), image.expand(len(part), -1, -1, -1))
            for part in z.float().split(1000)
        ]
    values = torch.cat(parts).double()
    return values.mean().item(), values.std().item() / math.sqrt(n)


@pytest.mark.parametrize(("mu", "sigma"), [(0.0, 1.0), (1.5, 0.3), (-3.9, 0.005), (0.2, 0.02)])
def test_the_kl_is_that_of_torch_and_of_monte_carlo(mu, sigma):
    q, p = Normal(torch.tensor(mu, dtype=torch.float64), torch.tensor(sigma, dtype=torch.float64)), Normal(0.0, 1.0)
    ours = float(elbo.gaussian_kl(mu, sigma))
    assert ours == pytest.approx(kl_divergence(q, p).item(), rel=1e-6, abs=1e-7)
    z = q.mean + q.stddev * torch.randn(200_000, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    draws = q.log_prob(z) - p.log_prob(z)
    assert abs(ours - draws.mean().item()) <= 5 * draws.std().item() / math.sqrt(len(z)) + 1e-7


@pytest.mark.parametrize("widths", [(1, 1), (3, 3), (1, 20)])
def test_the_reconstruction_term_is_the_mean_over_q(taken, widths):
    found = taken[10]
    sigma = np.minimum(found.sigma * widths, 1.0)
    ours = elbo.terms(found.x, found.mu, sigma)
    mean, error = by_draws(found.x, found.mu, sigma)
    assert abs(ours.reconstruction - mean) <= 5 * error, (ours.reconstruction, mean, error)


@pytest.mark.parametrize("sigma", [(0.02, 0.02), (0.1, 0.1), (0.3, 0.3), (1.0, 1.0), (0.02, 0.9)])
@pytest.mark.parametrize("mu", [(-0.9, -0.15), (0.4, 1.0)])
def test_a_four_times_finer_grid_moves_it_by_less_than_a_tenth_of_a_nat(taken, monkeypatch, mu, sigma):
    x = taken[8].x
    ours = elbo.terms(x, mu, sigma).reconstruction
    monkeypatch.setattr(elbo, "WIDTH", 0.5)
    monkeypatch.setattr(elbo, "FINEST", 0.05)
    monkeypatch.setattr(elbo, "REACH", 5.5)
    assert ours == pytest.approx(elbo.terms(x, mu, sigma).reconstruction, abs=0.1)


def test_the_pixels_sum_to_the_term_and_the_terms_to_the_bound(taken):
    found = taken[10]
    ours = elbo.terms(found.x, found.mu, found.sigma)
    assert ours.nats.sum() == pytest.approx(-ours.reconstruction, rel=1e-5) and (ours.nats >= 0).all()
    assert ours.elbo == pytest.approx(ours.reconstruction - ours.kl.sum())
    assert ours.kl.sum() == pytest.approx(latent.encode(found.x).kl, abs=1e-3)
    narrow = elbo.terms(found.x, found.mu, (elbo.NARROWEST,) * 2)  # a point, nearly: p_i is the decode of mu
    decoded = latent.decode(found.mu).x[0].astype(np.float64)
    np.testing.assert_allclose(narrow.p, decoded, atol=0.01)
    cross_entropy = -(found.x * np.log(decoded) + (1 - found.x) * np.log(1 - decoded))
    assert np.abs(narrow.nats - cross_entropy).max() < 0.1


@pytest.mark.parametrize("k", ORDINARY)
def test_bounds_rise_with_more_draws_up_to_log_p(taken, k):
    """In mean over repeats, within their standard errors; the spread is wider than eight of ten by three."""
    found = taken[k]
    bound = elbo.terms(found.x, found.mu, found.sigma).elbo
    ours = elbo.importance(found.x, found.mu, found.sigma, seed=1)
    error = (ours.high - ours.low) / np.sqrt(ours.repeats)
    assert ours.mean[0] == pytest.approx(bound, abs=3 * error[0] + 0.02)
    assert (np.diff(ours.mean) > -3 * error[1:] - 1e-3).all(), ours.mean
    assert (ours.mean <= found.log_prob + 3 * error + 0.05).all(), (ours.mean, found.log_prob)
    assert (ours.low <= ours.mean).all() and ours.repeats.tolist() == [20_000 // n for n in elbo.KS]


@pytest.mark.parametrize("k", ORDINARY)
def test_the_gap_is_the_kl_to_the_true_posterior(taken, k):
    """KL(q || p(z|x)) summed on a fine grid around q, against log p(x) - ELBO."""
    found = taken[k]
    eps = np.stack(np.meshgrid(*[np.linspace(-6, 6, 121)] * 2), -1).reshape(-1, 2)
    z = found.mu + found.sigma * eps
    log_q = -0.5 * (eps**2).sum(1) - np.log(found.sigma).sum() - math.log(2 * math.pi)
    log_joint = elbo._log_likelihood(found.x, z) - 0.5 * (z**2).sum(1) - math.log(2 * math.pi)
    q = np.exp(log_q) / np.exp(log_q).sum()
    kl = float((q * (log_q - (log_joint - found.log_prob))).sum())
    gap = found.log_prob - elbo.terms(found.x, found.mu, found.sigma).elbo
    assert gap == pytest.approx(kl, abs=0.05) and gap > -0.05


@pytest.mark.parametrize("k", [*ORDINARY, 3])
def test_climbing_raises_the_elbo_and_stays_below_log_p(taken, k):
    found = taken[k]
    path = elbo.climb(found.x, found.mu, found.sigma)
    np.testing.assert_allclose(path[0], [*found.mu, *found.sigma], rtol=1e-5)
    first, last = (elbo.terms(found.x, q[:2], q[2:]).elbo for q in (path[0], path[-1]))
    assert first - 0.02 <= last <= found.log_prob + 0.05, (first, last, found.log_prob)
    if k == 10:  # the example that opens the stage: what the page tells
        assert found.log_prob - first > 5 and found.log_prob - last < 0.2


def test_a_q_that_misses_the_posterior_does_not_find_it_in_a_thousand_draws(taken):
    found = taken[3]
    ours = elbo.importance(found.x, found.mu, found.sigma)
    assert found.log_prob - ours.mean[-1] > 20


def test_q_on_the_true_posterior_is_nearly_tight(taken):
    for k in ORDINARY:
        found = taken[k]
        assert found.log_prob - elbo.terms(found.x, found.mean, found.std).elbo < 1.5


def test_what_is_shown_of_the_plane(taken):
    found = taken[10]
    assert found.near.shape == (elbo.NEAR,) * 2 and found.near.max() == 0 and found.whole.max() == 0
    row, column = np.unravel_index(found.near.argmax(), found.near.shape)
    step = 2 * found.half / (elbo.NEAR - 1)
    peak = found.centre - found.half + step * np.array([column, row])
    np.testing.assert_allclose(peak, found.mean, atol=2 * step + 0.5 * found.std.max())


def test_bits_travel_both_ways(taken):
    x = taken[10].x
    text = base64.urlsafe_b64encode(np.packbits(x).tobytes()).decode()
    assert (elbo.from_bits(text) == x).all()


@pytest.mark.parametrize("bad", [None, 3, "", "A" * 10, "%" * 132, "A" * 140, ["A" * 132]])
def test_bad_bits_are_refused(bad):
    with pytest.raises(InvalidInput) as refusal:
        elbo.from_bits(bad)
    assert refusal.value.field == "drawing"


BAD = [
    ([0, NAN], [1, 1], "mu", "finite"),
    ([0, 5], [1, 1], "mu", "number_range"),
    ([0], [1, 1], "mu", "shape"),
    ("x", [1, 1], "mu", "not_number"),
    ([0, 0], [1, 0], "sigma", "number_range"),
    ([0, 0], [1, -1], "sigma", "number_range"),
    ([0, 0], [INF, 1], "sigma", "finite"),
    ([0, 0], [1, 1.2], "sigma", "number_range"),
    ([0, 0], None, "sigma", "not_number"),
]


@pytest.mark.parametrize(("mu", "sigma", "field", "kind"), BAD)
def test_a_bad_q_is_refused_by_name(examples, mu, sigma, field, kind):
    for call in (elbo.terms, elbo.importance, elbo.climb):
        with pytest.raises(InvalidInput) as refusal:
            call(examples[0], mu, sigma)
        assert (refusal.value.field, refusal.value.kind) == (field, kind)


def test_an_empty_page_is_refused():
    with pytest.raises(InvalidInput) as refusal:
        elbo.take(np.zeros((28, 28)))
    assert refusal.value.kind == "empty_drawing"

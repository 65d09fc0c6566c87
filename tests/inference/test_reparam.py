"""The reparameterization room: both estimators against closed forms and against each other, the descent, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground import weights
from playground.errors import InvalidInput
from playground.inference import latent, reparam

PLACES = [(-1.0, 0.5), (0.2, 0.3), (1.5, 0.2), (-2.0, 1.0)]


@pytest.mark.parametrize("baseline", [False, True])
@pytest.mark.parametrize("objective", reparam.OBJECTIVES)
@pytest.mark.parametrize(("mu", "sigma"), PLACES)
def test_both_estimators_have_the_same_mean_within_their_standard_errors(objective, mu, sigma, baseline):
    found = reparam.gradients(objective, mu, sigma, draws=20, seed=3, baseline=baseline)
    off = np.abs(found.mean - found.exact[:, None])
    assert (off <= 4.5 * found.stderr + 1e-9).all(), off / found.stderr
    apart = np.abs(found.mean[:, 0] - found.mean[:, 1])
    assert (apart <= 4.5 * np.hypot(*found.stderr.T) + 1e-9).all(), (found.mean, found.stderr)


@pytest.mark.parametrize(("mu", "sigma"), PLACES)
def test_the_quadratic_s_closed_forms(mu, sigma):
    """f = (z - a)^2, d = mu - a: E f = d^2 + sigma^2; Var of the estimators of d/dmu from the moments of eps."""
    d = mu - reparam.TARGET
    f = reparam._function("quadratic")
    value, by_mu, by_sigma = reparam.expectation(f, mu, sigma)
    assert (value, by_mu, by_sigma) == pytest.approx((d**2 + sigma**2, 2 * d, 2 * sigma), rel=1e-9)
    eps = np.linspace(-9, 9, 40_001)
    weight = np.exp(-0.5 * eps**2)
    weight /= weight.sum()
    singles = reparam.single(f, mu, sigma, eps, 0.0)
    variance = singles**2 @ weight - (singles @ weight) ** 2
    assert variance[0, 0] == pytest.approx(4 * sigma**2, rel=1e-6)
    assert variance[0, 1] == pytest.approx(d**4 / sigma**2 + 14 * d**2 + 15 * sigma**2, rel=1e-6)
    assert variance[1, 0] == pytest.approx(4 * d**2 + 8 * sigma**2, rel=1e-6)
    np.testing.assert_allclose(singles @ weight, [[2 * d] * 2, [2 * sigma] * 2], rtol=1e-6, atol=1e-9)
    found = reparam.gradients("quadratic", mu, sigma, draws=100, seed=0)
    ratio = variance[:, 1] / variance[:, 0]
    np.testing.assert_allclose(found.ratio, ratio, rtol=0.3)  # 2,000 repeats: 3 % on each standard deviation


def test_the_wave_s_closed_form():
    for mu, sigma in PLACES:
        damped = math.exp(-((reparam.PITCH * sigma) ** 2) / 2)
        value, by_mu, by_sigma = reparam.expectation(reparam._function("wave"), mu, sigma)
        angle = reparam.PITCH * mu
        expected = (
            math.sin(angle) * damped,
            reparam.PITCH * math.cos(angle) * damped,
            -(reparam.PITCH**2) * sigma * math.sin(angle) * damped,
        )
        assert (value, by_mu, by_sigma) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("objective", ["quadratic", "digit"])
def test_pathwise_is_what_autograd_gives_and_score_what_log_prob_gives(objective):
    """The same eps through torch: backward through z = mu + sigma eps, and f(z) times the gradient of log q(z)."""
    eps = np.random.default_rng(0).standard_normal(7)
    mu, sigma = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (0.3, 0.4))
    f = reparam._function(objective)
    ours = reparam.single(f, 0.3, 0.4, eps, 0.0)
    for k, e in enumerate(eps):
        z = mu + sigma * e
        if objective == "quadratic":
            pathwise = torch.autograd.grad((z - 1) ** 2, [mu, sigma])
            assert ours[:, 0, k] == pytest.approx([g.item() for g in pathwise])
        log_q = torch.distributions.Normal(mu, sigma).log_prob(z.detach())
        score = torch.autograd.grad(log_q, [mu, sigma])
        assert ours[:, 1, k] == pytest.approx([g.item() * f(z.item())[0] for g in score])


@pytest.mark.parametrize("objective", reparam.OBJECTIVES)
def test_every_slope_is_the_derivative_of_its_value(objective):
    f = reparam._function(objective)
    z = np.concatenate([np.random.default_rng(1).uniform(-7.9, 7.9, 400), [-9.0, 9.5]])
    h = 1e-5
    np.testing.assert_allclose((f(z + h)[0] - f(z - h)[0]) / (2 * h), f(z)[1], rtol=1e-4, atol=1e-3)


def test_the_digit_s_objective_is_the_decoder_s():
    network, x = weights.load("vae"), latent.binary_image(latent.latent_map().examples[reparam.EXAMPLE])
    image = torch.from_numpy(x).float().view(1, 1, 28, 28)
    f = reparam._function("digit")
    with torch.inference_mode():
        across = network.encode(image).mu[0, 1].item()
        for z in (-2.713, -0.4, 0.123, 1.777):
            p = network.decode(torch.tensor([[z, across]])).double().flatten()
            nats = -(torch.from_numpy(x).flatten() * p.log() + (1 - torch.from_numpy(x).flatten()) * (-p).log1p()).sum()
            assert f(np.array(z))[0] == pytest.approx(nats.item(), abs=0.01)


@pytest.mark.parametrize("objective", reparam.OBJECTIVES)
def test_averaging_s_draws_divides_both_variances_by_s(objective):
    one, many = (reparam.gradients(objective, -0.5, 0.4, draws=s, seed=2) for s in (1, 100))
    np.testing.assert_allclose(one.std**2 / many.std**2, 100, rtol=0.35)


def test_what_the_page_says_of_the_ratios():
    opening = reparam.gradients("quadratic", -1.0, 0.5)
    assert (opening.ratio > 10).all(), "expected the score function to be far noisier where the stage opens"
    wave = reparam.gradients("wave", -1.0, 1.0, seed=1)
    assert (wave.ratio < 0.5).all(), "expected the score function to be calmer where f wiggles within q"
    for mu in (-1.5, -0.5, 0.5, 1.5):  # a trained VAE's q is narrow: as narrow as the slider goes
        assert (reparam.gradients("digit", mu, reparam.NARROWEST).ratio > 3).all()
    plain, less = (reparam.gradients("digit", 0.5, 0.2, baseline=b) for b in (False, True))
    assert (less.std[:, 1] < plain.std[:, 1]).all() and (less.std[:, 0] == plain.std[:, 0]).all()
    assert less.baseline == pytest.approx(reparam.expectation(reparam._function("digit"), 0.5, 0.2)[0])


def test_histograms_hold_nearly_all_estimates_and_the_exact_value():
    found = reparam.gradients("step", 0.2, 0.3, draws=5)
    assert (found.counts.sum(-1) >= 0.98 * reparam.REPEATS).all()
    assert (found.low < found.exact).all() and (found.exact < found.high).all()


@pytest.mark.parametrize("objective", reparam.OBJECTIVES)
def test_descents_share_start_and_draws_and_come_down(objective):
    found = reparam.descent(objective, -1.0, 0.4, draws=300, seed=1)
    assert found.path.shape == (2, reparam.RUNS, reparam.STEPS + 1) and (found.path[:, :, 0] == -1).all()
    assert (np.abs(found.path) <= reparam.WALL).all()
    f = reparam._function(objective)
    before, after = (reparam.expectation(f, found.path[0, :, t], 0.4)[0].mean() for t in (0, -1))
    assert after < before, (before, after)
    again = reparam.descent(objective, -1.0, 0.4, draws=300, seed=1)
    assert (again.path == found.path).all()


def test_a_descent_follows_its_own_estimator():
    """The first step by hand, from the same generator."""
    found = reparam.descent("quadratic", 0.5, 0.3, draws=4, seed=9, rate=2.0)
    eps = np.random.default_rng(9).standard_normal((reparam.RUNS, 4))
    steps = reparam.single(reparam._function("quadratic"), 0.5, 0.3, eps, 0.0)[0].mean(-1)
    np.testing.assert_allclose(found.path[:, :, 1], 0.5 - 2 * reparam.RATES["quadratic"] * steps)


BAD = [
    ({"objective": "cubic"}, "objective"),
    ({"objective": None}, "objective"),
    ({"mu": float("nan")}, "mu"),
    ({"mu": 3.1}, "mu"),
    ({"mu": "1"}, "mu"),
    ({"sigma": 0}, "sigma"),
    ({"sigma": -1.0}, "sigma"),
    ({"sigma": float("inf")}, "sigma"),
    ({"draws": 0}, "draws"),
    ({"draws": 1001}, "draws"),
    ({"draws": 1.5}, "draws"),
    ({"seed": -1}, "seed"),
    ({"seed": True}, "seed"),
]


@pytest.mark.parametrize(("change", "field"), BAD)
def test_bad_input_is_refused_by_name(change, field):
    given = {"objective": "quadratic", "mu": 0.0, "sigma": 1.0, "draws": 1, "seed": 0, **change}
    for call in (reparam.gradients, reparam.descent):
        with pytest.raises(InvalidInput) as refusal:
            call(**given)
        assert refusal.value.field == field


@pytest.mark.parametrize("rate", [0, 11, float("nan"), "1", None])
def test_bad_rates_are_refused(rate):
    with pytest.raises(InvalidInput) as refusal:
        reparam.descent("quadratic", 0.0, 1.0, rate=rate)
    assert refusal.value.field == "rate"

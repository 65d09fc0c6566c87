"""Regularity of a latent space: each number against an oracle, and what the page says of the shipped planes."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from scipy.stats import wasserstein_distance

from playground import weights
from playground.metrics import regularity
from playground.models.aae import AAE
from playground.models.autoencoder import Autoencoder
from playground.models.vae import VAE
from playground.nn.priors import prior

TIMES = 3.0  # AAE: distance of its codes to the prior, in distances between two sets of samples of that prior


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def rows(id, variant=None):
    file = weights.directory(id, variant) / "metrics.json"
    return {row["metric"]: row for row in json.loads(file.read_text(encoding="utf-8"))}


# -- the numbers -----------------------------------------------------------------------------------------------------


def test_sliced_wasserstein_is_the_mean_of_distances_on_lines():
    a, b = (torch.randn(300, 2, generator=seeded(k)) * (k + 1) for k in (0, 1))
    angle = torch.linspace(0, math.pi, 16)
    lines = torch.stack([angle.cos(), angle.sin()], 1)
    expected = np.mean([wasserstein_distance((a @ line).numpy(), (b @ line).numpy()) for line in lines])
    assert regularity.sliced_wasserstein(a, b, lines) == pytest.approx(expected, rel=1e-5)


def test_sliced_wasserstein_of_a_shift_is_known():
    """A shift by v moves every projection by v . u: the mean of |cos| is 2 / pi."""
    a = torch.randn(500, 2, generator=seeded())
    angle = torch.arange(360) * (math.pi / 360)
    lines = torch.stack([angle.cos(), angle.sin()], 1)
    moved = regularity.sliced_wasserstein(a, a + torch.tensor([3.0, 0.0]), lines)
    assert moved == pytest.approx(3 * 2 / math.pi, rel=1e-3)


def test_the_speed_of_the_picture_is_its_derivative():
    torch.manual_seed(0)
    model = VAE(VAE.Config(hidden=(20, 20)))
    z, unit = (torch.randn(20, 2, generator=seeded(k)) for k in (0, 1))
    pixels, label = regularity.speed(model, z, unit)
    _, expected = torch.func.jvp(model.decode, (z,), (unit,))
    torch.testing.assert_close(pixels, expected.abs().flatten(1).mean(1), rtol=0.01, atol=1e-5)
    judge = weights.load("judge")
    _, turned = torch.func.jvp(lambda z: judge.classify(model.decode(z)), (z,), (unit,))
    torch.testing.assert_close(label, 0.5 * turned.abs().sum(1), rtol=0.05, atol=1e-3)


def test_what_is_no_picture_is_not_recognised():
    """The judge alone would call a grey cloud a digit with p > 0.99."""
    grey, blank = torch.full((1, 1, 28, 28), 0.5), torch.zeros(1, 1, 28, 28)
    digits = weights.load("pixel_cnn").sample(8, generator=seeded())
    confidence, digit = regularity.recognised(torch.cat([grey, blank, digits]))
    assert confidence[:2].tolist() == [0, 0]
    expected = weights.load("judge").classify(digits).max(1)
    torch.testing.assert_close(confidence[2:], expected.values)
    assert digit[2:].tolist() == expected.indices.tolist()


def test_information_of_codes_that_know_everything_half_and_nothing():
    labels = torch.arange(10).repeat(200)
    known, asked = labels[:1000], labels[1000:]
    noise = torch.randn(2000, 2, generator=seeded())

    def bound(z):
        return math.log(10) + regularity.neighbour_log_prob(z[:1000], known, z[1000:], asked).mean().item()

    places = torch.stack([labels % 10 * 10.0, torch.zeros(2000)], 1)
    assert bound(places + 0.1 * noise) == pytest.approx(math.log(10), abs=0.05)
    halves = torch.stack([labels % 2 * 10.0, torch.zeros(2000)], 1)  # even or odd: ln 2 nats
    assert bound(halves + 0.1 * noise) == pytest.approx(math.log(2), abs=0.15) and bound(noise) < 0.05


def test_an_autoencoder_is_drawn_from_the_gaussian_of_its_codes():
    z = torch.randn(5000, 2, generator=seeded()) @ torch.tensor([[3.0, 1.0], [0.0, 0.5]]) + torch.tensor([2.0, -1.0])
    source = regularity._fitted(z)
    drawn = source.draw(50_000, seeded(1))
    torch.testing.assert_close(drawn.mean(0), z.mean(0), atol=0.06, rtol=0)
    torch.testing.assert_close(drawn.T.cov(), z.T.cov(), atol=0.2, rtol=0.03)
    assert source.unit == pytest.approx(z.var(0).mean().sqrt().item())


def test_models_with_a_prior_are_drawn_from_it():
    small = {"height": 4, "width": 4, "hidden": (3,)}
    for name in ("normal", "circle", "swiss_roll"):
        source = regularity.sampling(AAE(AAE.Config(**small, prior=name)))
        z = source.draw(20_000, seeded())
        assert source.name == "prior" and source.unit == pytest.approx(z.var(0).mean().sqrt().item(), rel=0.03)
    assert regularity.sampling(VAE(VAE.Config(**small, latent_dim=5))).draw(3, seeded()).shape == (3, 5)


def test_codes_from_the_prior_itself_are_one_floor_away(monkeypatch):
    monkeypatch.setattr(regularity, "codes", lambda model: (prior("normal").sample(10_000, seeded(9)), None))
    row = regularity.prior_distance(SimpleNamespace(latent_dim=2))
    assert row["times"] == pytest.approx(1, abs=0.35)
    assert abs(row["mmd"]) < 4 * row["mmd_prior_pair"]


def test_a_model_that_draws_digits_everywhere_is_complete(monkeypatch):
    digits = weights.load("pixel_cnn").sample(40, generator=seeded())
    digits = digits[regularity.recognised(digits)[0] > regularity.SURE]
    model = Autoencoder()
    monkeypatch.setattr(model, "decode", lambda z: digits[torch.arange(len(z)) % len(digits)])
    monkeypatch.setattr(regularity, "codes", lambda model: (torch.randn(100, 2, generator=seeded()), None))
    row = regularity.completeness(model)
    assert row["value"] == row["fitted"] == 100 and sum(row["digits"]) == regularity.DRAWN


# -- what the page says of the shipped planes -----------------------------------------------------------------------


def test_the_vae_is_more_complete_than_autoencoder_and_kl_only():
    share = {id: rows(id)["completeness"]["value"] for id in ("vae", "autoencoder", "kl_only")}
    assert share["vae"] > share["autoencoder"] + 5 and share["kl_only"] == 0, share


def test_kl_only_says_nothing_about_the_digit():
    row = rows("kl_only")["information"]
    assert row["value"] < 0.05 and row["upper_bound"] < 0.05, row
    assert rows("vae")["information"]["value"] > 1.5


def test_a_larger_beta_says_less_and_lies_closer_to_the_prior():
    betas = [rows("vae", f"beta{beta}") for beta in ("0.1", "0.5", "1", "2", "4", "10")]
    kl = [found["information"]["upper_bound"] for found in betas]
    cost = [found["reconstruction"]["value"] for found in betas]
    assert kl == sorted(kl, reverse=True), kl
    assert cost[2:] == sorted(cost[2:]), cost


@pytest.mark.parametrize("variant", ["normal", "circle", "swiss_roll"])
def test_the_aae_takes_the_shape_of_any_prior(variant):
    found = rows("aae", variant)["prior_distance"]
    assert found["times"] < TIMES, found
    assert found["times"] < rows("autoencoder")["prior_distance"]["times"] / 10


@pytest.mark.parametrize("id", ["wae_mmd", "wae_gan"])
def test_the_wae_follows_the_prior_too(id):
    assert rows(id)["prior_distance"]["times"] < TIMES
    assert rows(id)["completeness"]["value"] > rows("kl_only")["completeness"]["value"]


def test_bounds_stand_in_their_order():
    for variant in ("beta1", "d20"):
        found = rows("vae", variant)
        assert found["iw"]["value"] < found["elbo"]["value"], variant
    assert rows("vae", "d20")["elbo"]["value"] <= 101 and rows("vae", "d20")["iw"]["value"] <= 97

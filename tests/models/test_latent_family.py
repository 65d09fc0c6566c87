"""Autoencoder, KL only, AAE, WAE: whom each phase trains, and objectives against their optimum and closed forms."""

from __future__ import annotations

import math

import pytest
import torch

import playground
from playground import catalog, weights
from playground.losses.divergence import gaussian_kl, imq_kernel, mmd
from playground.losses.likelihood import bernoulli_log_likelihood
from playground.models.aae import AAE
from playground.models.autoencoder import Autoencoder
from playground.models.base import LatentModel
from playground.models.kl_only import KLOnly
from playground.models.wae import WAEGAN, WAEMMD
from playground.nn.priors import PRIORS, prior

SMALL = {"height": 4, "width": 4, "hidden": (6, 5)}
CLASSES = (Autoencoder, KLOnly, AAE, WAEMMD, WAEGAN)
OWN = {  # what each phase updates
    Autoencoder: {"reconstruct": {"encoder", "decoder"}},
    KLOnly: {"kl": {"encoder"}},
    AAE: {"reconstruct": {"encoder", "decoder"}, "discriminate": {"discriminator"}, "fool": {"encoder"}},
    WAEMMD: {"transport": {"encoder", "decoder"}},
    WAEGAN: {"transport": {"encoder", "decoder"}, "discriminate": {"discriminator"}},
}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def small(cls):
    torch.manual_seed(0)
    return cls(cls.Config(**SMALL))


@pytest.fixture
def images():
    return (torch.rand(16, 1, 4, 4, generator=seeded(1)) > 0.5).float()


@pytest.mark.parametrize("cls", CLASSES)
def test_codes_and_pictures(cls, images):
    model = small(cls)
    assert isinstance(model, LatentModel)
    mu, logvar = model.encode(images)
    assert mu.shape == (16, 2) and (logvar is None) == (cls is not KLOnly)
    p = model.decode(mu)
    assert p.shape == images.shape and (p > 0).all() and (p < 1).all()


@pytest.mark.parametrize("cls", CLASSES)
def test_each_phase_moves_its_own_networks_and_every_part_of_them(cls, images):
    model = small(cls)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    assert [phase.name for phase in model.phases()] == list(OWN[cls])
    for phase in model.phases():
        assert {names[id(p)].split(".")[0] for p in phase.parameters} == OWN[cls][phase.name]
        loss = phase.loss((images,), seeded())["loss"]
        gradients = torch.autograd.grad(loss, phase.parameters)
        assert all(gradient.abs().max() > 0 for gradient in gradients), (cls, phase.name)


def test_the_discriminators_phase_leaves_the_encoder_alone(images):
    for cls in (AAE, WAEGAN):
        model = small(cls)
        phase = next(phase for phase in model.phases() if phase.name == "discriminate")
        loss = phase.loss((images,), seeded())["loss"]
        found = torch.autograd.grad(loss, list(model.encoder.parameters()), allow_unused=True)
        assert all(gradient is None for gradient in found)


def test_reconstruction_is_the_log_likelihood_of_the_code(images):
    model = small(Autoencoder)
    expected = torch.distributions.Bernoulli(model.decode(model.encode(images).mu)).log_prob(images).flatten(1).sum(1)
    torch.testing.assert_close(model.reconstruction(images), expected, atol=1e-5, rtol=1e-5)


def test_kl_only_is_the_vae_without_its_reconstruction(images):
    model = small(KLOnly)
    (phase,) = model.phases()
    assert phase.loss((images,), None)["loss"].item() == pytest.approx(
        gaussian_kl(*model.encode(images)).mean().item(), rel=1e-6
    )
    with torch.no_grad():  # smallest, and 0, where q(z|x) is the prior for every x
        for parameter in model.encoder[-1].parameters():
            parameter.zero_()
    assert phase.loss((images,), None)["loss"].item() == 0


class Codes(torch.nn.Module):
    """An encoder that gives the samples it was made with, whatever it is shown."""

    def __init__(self, z):
        super().__init__()
        self.z = z

    def forward(self, x):
        return self.z[: len(x)]


class Ratio(torch.nn.Module):
    """The best discriminator's logit, log p(z) - log q(z), moved by `shift`."""

    def __init__(self, p, q, shift=0.0):
        super().__init__()
        self.p, self.q, self.shift = p, q, shift

    def forward(self, z):
        return (self.p.log_density(z) - self.q.log_density(z) + self.shift)[:, None]


@pytest.mark.parametrize("name", PRIORS)
def test_the_discriminators_objective_at_its_optimum_is_two_ln_two_minus_two_js(name):
    """With codes of a known density q: D* = p / (p + q), its loss 2 ln 2 - 2 JS(p, q), and no other D does better."""
    n, q = 60_000, prior("normal" if name != "normal" else "circle")
    model = AAE(AAE.Config(height=2, width=2, hidden=(3,), prior=name))
    model.encoder = Codes(q.sample(n, seeded(5)))
    batch = (torch.zeros(n, 1, 2, 2),)
    axis = torch.linspace(-6, 6, 601, dtype=torch.float64)
    z, cell = torch.cartesian_prod(axis, axis), (axis[1] - axis[0]).item() ** 2
    log_p, log_q = (density.log_density(z) for density in (model.prior, q))
    log_m = torch.logaddexp(log_p, log_q) - math.log(2)
    js = 0.5 * cell * ((log_p.exp() * (log_p - log_m)).sum() + (log_q.exp() * (log_q - log_m)).sum()).item()

    def loss(shift):
        model.discriminator = Ratio(model.prior, q, shift)
        return model._discriminate(batch, seeded(6))["loss"].item()

    assert loss(0.0) == pytest.approx(2 * math.log(2) - 2 * js, abs=0.02)
    assert loss(0.0) < min(loss(-0.3), loss(0.3))


def test_the_encoder_is_pushed_to_where_the_prior_is_denser():
    """The non-saturating gradient against the ratio's: -(1 - D) grad log(p / q)."""
    z = (2 * torch.randn(50, 2, generator=seeded(), dtype=torch.float64)).requires_grad_()
    model = AAE(AAE.Config(height=2, width=2, hidden=(3,)))
    model.encoder, model.discriminator = Codes(z), Ratio(prior("normal"), prior("circle"))
    loss = model._fool((torch.zeros(50, 1, 2, 2, dtype=torch.float64),), None)["loss"]
    (gradient,) = torch.autograd.grad(loss, z)
    logit = model.discriminator(z)
    (ratio,) = torch.autograd.grad(logit.sum(), z)
    torch.testing.assert_close(gradient, -(1 - logit.sigmoid()) * ratio / 50)


def test_the_wae_adds_its_penalty_to_the_cost_in_nats(images):
    model = small(WAEMMD)
    cost = -bernoulli_log_likelihood(model.decoder(model.encoder(images)), images).mean()
    penalty = mmd(model.encoder(images), model.prior.sample(16, seeded(3)), imq_kernel)
    found = model._transport((images,), seeded(3))["loss"]
    torch.testing.assert_close(found, cost + model.config.weight * penalty)


def test_the_penalty_of_codes_that_follow_the_prior_is_zero_on_average():
    model = small(WAEMMD)
    values = []
    for seed in range(200):
        model.encoder = Codes(torch.randn(64, 2, generator=seeded(1000 + seed)))
        values.append(model.penalty(torch.zeros(64, 1, 4, 4), seeded(seed)))
    values = torch.stack(values)
    assert abs(values.mean().item()) < 4 * values.std().item() / 200**0.5 and (values < 0).any()


@pytest.mark.parametrize(
    ("id", "variant"),
    [(card.id, v) for card in catalog.of_stage("latent") for v in playground.variants(card.id) or [None]],
)
def test_every_variant_ships_small_weights_of_its_configuration(id, variant):
    model = playground.load(id, variant=variant)
    file = weights.directory(id, variant) / "model.safetensors"
    assert file.stat().st_size < 5e6
    assert model.config == weights.create(id, variant).config
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())

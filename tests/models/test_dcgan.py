"""DCGAN: losses at points computed by hand, the penalty of a linear critic, whose gradients go where, sampling."""

from __future__ import annotations

import math

import pytest
import torch

from playground import catalog, weights
from playground.data.noise import noises
from playground.losses.adversarial import LOSSES, gradient_penalty
from playground.models.dcgan import DCGAN

VARIANTS = catalog.variants("dcgan")
BOTH = pytest.mark.parametrize("variant", VARIANTS)


def small(variant: str = "nonsaturating") -> DCGAN:
    torch.manual_seed(0)
    options = {"critic_steps": 5, "normalized": False} if variant == "wgan_gp" else {}
    return DCGAN(DCGAN.Config(loss=variant, features=4, **options))


@pytest.fixture
def batch() -> tuple[torch.Tensor]:
    return (torch.rand(6, 1, 28, 28, generator=torch.Generator().manual_seed(1)),)


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(2)


# ---- losses ----------------------------------------------------------------------------------------------------------

LN3 = math.log(3)  # sigma(ln 3) = 3/4
POINTS = [  # real logits, fake logits, L_D, L_G by hand
    ("minimax", [LN3], [-LN3], math.log(4 / 3) * 2, math.log(3 / 4)),
    ("nonsaturating", [LN3], [-LN3], math.log(4 / 3) * 2, math.log(4)),
    ("lsgan", [1.5, 1.0], [0.5, -1.0], 0.5 * 0.125 + 0.5 * 0.625, 0.5 * 2.125),
    ("wgan_gp", [2.0, 4.0], [1.0, -2.0], -0.5 - 3.0, 0.5),
]


@pytest.mark.parametrize(("name", "real", "fake", "of_d", "of_g"), POINTS)
def test_losses_at_hand_computed_points(name, real, fake, of_d, of_g):
    loss = LOSSES[name]()
    assert loss.discriminator(torch.tensor(real), torch.tensor(fake)).item() == pytest.approx(of_d)
    assert loss.generator(torch.tensor(fake)).item() == pytest.approx(of_g)


def test_the_penalty_of_a_linear_critic_is_exact(batch):
    """f(x) = w . x has the gradient w everywhere: the penalty is (|w| - 1)^2, whatever x_hat is."""
    w = torch.randn(784, generator=generator(), dtype=torch.float64, requires_grad=True)
    x = batch[0].double()
    penalty = gradient_penalty(lambda x: x.flatten(1) @ w, x, x.flip(0), torch.rand(6, generator=generator()).double())
    norm = w.detach().norm()
    assert penalty.item() == pytest.approx((norm.item() - 1) ** 2)
    (got,) = torch.autograd.grad(penalty, w)
    torch.testing.assert_close(got, 2 * (norm - 1) * w.detach() / norm)


def test_the_penalty_is_taken_between_real_and_generated(batch):
    """A critic that is flat on one side of the middle and linear on the other tells where x_hat was."""
    real, fake = torch.zeros(4, 1, 1, 1), torch.ones(4, 1, 1, 1)
    eps = torch.tensor([0.0, 0.25, 0.75, 1.0])  # x_hat = 1 - eps
    penalty = gradient_penalty(lambda x: (2 * x.flatten(1).sum(1) - 1).relu(), real, fake, eps)
    assert penalty.item() == pytest.approx(1.0)  # |2 - 1| twice, |0 - 1| twice


# ---- phases ----------------------------------------------------------------------------------------------------------


@BOTH
def test_each_phase_reaches_only_its_own_part(variant, batch):
    model = small(variant)
    parts = {"discriminator": model.discriminator, "generator": model.generator}
    assert [phase.name for phase in model.phases()] == list(parts)
    for phase in model.phases():
        assert {id(p) for p in phase.parameters} == {id(p) for p in parts[phase.name].parameters()}
        gradients = torch.autograd.grad(phase.loss(batch, generator())["loss"], phase.parameters, allow_unused=True)
        assert all(g is not None for g in gradients[:-1]), f"{phase.name}: a parameter without a gradient"
        assert sum(g.abs().sum() for g in gradients if g is not None) > 0
    loss_of_d = model.phases()[0].loss(batch, generator())["loss"]
    of_g = torch.autograd.grad(loss_of_d, list(model.generator.parameters()), allow_unused=True)
    assert all(g is None for g in of_g), "expected D's turn to leave G alone"


@BOTH
def test_a_critic_takes_as_many_steps_as_its_config_says(variant):
    first, second = weights.create("dcgan", variant).phases()
    assert (first.repeats, second.repeats) == ((5, 1) if variant == "wgan_gp" else (1, 1))
    assert first.fresh_batch, "expected new pictures for each step of the critic"


def test_wgan_gp_logs_its_estimate_and_its_penalty(batch):
    model = small("wgan_gp")
    logged = model.phases()[0].loss(batch, generator())
    total = -logged["wasserstein"] + model.config.penalty * logged["penalty"]
    assert logged["loss"].item() == pytest.approx(total.item())


def test_an_unknown_loss_says_which_there_are():
    with pytest.raises(ValueError, match="hinge"):
        DCGAN(DCGAN.Config(loss="hinge"))


# ---- sampling --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trained", [False, True])
def test_sampling_does_not_depend_on_the_batch(trained, batch):
    model = small()
    if trained:  # running statistics that are not the initial ones
        model.train()
        model.generate(torch.randn(32, 64, generator=generator()))
    model.eval()
    z = torch.from_numpy(noises(range(12), 64))
    with torch.inference_mode():
        whole = model.generate(z)
        one_by_one = torch.cat([model.generate(row[None]) for row in z])
    assert whole.shape == (12, 1, 28, 28) and 0 <= whole.min() and whole.max() <= 1
    torch.testing.assert_close(whole, one_by_one, rtol=1e-4, atol=1e-6)


def test_all_losses_start_from_the_same_weights():
    states = []
    for variant in VARIANTS:
        torch.manual_seed(0)
        states.append(weights.create("dcgan", variant).state_dict())
    layers = [name for name, _ in DCGAN(DCGAN.Config(normalized=False)).named_parameters()]
    for state in states[1:]:  # what a critic lacks is its normalization, which nothing is drawn for
        assert set(layers) <= set(state) and all(torch.equal(state[name], states[0][name]) for name in layers)


def test_a_critic_has_no_normalization_over_a_batch(batch):
    """The penalty needs each picture's own gradient: its logit does not depend on the others."""
    assert not weights.create("dcgan", "wgan_gp").config.normalized
    model = small("wgan_gp").train()
    alone = torch.cat([model.logits(row[None]) for row in batch[0]])
    torch.testing.assert_close(model.logits(batch[0]), alone)

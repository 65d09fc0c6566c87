"""The textbook 2-D GAN and the adversarial losses: closed forms against autograd and against each other."""

from __future__ import annotations

import math

import pytest
import torch

from playground.losses.adversarial import LOSSES, LeastSquares, gradient_penalty
from playground.models.gan_2d import GAN2D, initialize, mlp

LOGITS = torch.linspace(-4, 4, 41, dtype=torch.float64)


@pytest.mark.parametrize("name", LOSSES)
def test_stated_gradients_equal_autograd(name):
    loss = LOSSES[name]()
    real, fake = LOGITS.clone().requires_grad_(), LOGITS.flip(0).clone().requires_grad_()
    expected = torch.autograd.grad(loss.discriminator(real, fake), (real, fake))
    for got, want in zip(loss.discriminator_grad(real.detach(), fake.detach()), expected, strict=True):
        torch.testing.assert_close(got / len(LOGITS), want)
    (want,) = torch.autograd.grad(loss.generator(fake), fake)
    torch.testing.assert_close(loss.generator_grad(fake.detach()) / len(LOGITS), want)


@pytest.mark.parametrize("name", LOSSES)
def test_nothing_overflows(name):
    """Logits in the hundreds, where sigma underflows: finite losses, finite gradients."""
    loss = LOSSES[name]()
    huge = torch.tensor([-700.0, -88.0, 0.0, 88.0, 700.0])
    values = [loss.discriminator(huge, huge), loss.generator(huge), *loss.discriminator_grad(huge, huge)]
    assert all(value.isfinite().all() for value in values), values


def test_values_at_the_optimum_of_the_game():
    """Where D cannot tell, cross-entropy is 2 ln 2 and minimax G's value is -ln 2 (-ln 4 both together)."""
    zero = torch.zeros(8)
    assert LOSSES["minimax"]().discriminator(zero, zero).item() == pytest.approx(2 * math.log(2))
    assert LOSSES["minimax"]().generator(zero).item() == pytest.approx(-math.log(2))
    assert LOSSES["nonsaturating"]().generator(zero).item() == pytest.approx(math.log(2))
    half = torch.full((8,), 0.5)
    assert LOSSES["lsgan"]().discriminator(half, half).item() == pytest.approx(0.25)


def test_minimax_saturates_where_the_other_does_not():
    sure = torch.tensor([-10.0])  # D is sure that the sample is generated
    assert LOSSES["minimax"]().generator_grad(sure).abs().item() < 1e-4
    assert LOSSES["nonsaturating"]().generator_grad(sure).abs().item() > 0.999


def test_least_squares_with_pearson_targets():
    """b - c = 1, b - a = 2: at the optimal D the criterion is half of Pearson's chi square (Mao et al., eq. 8-10)."""
    loss = LeastSquares(a=-1, b=1, c=0)
    p, q = torch.tensor([0.5, 0.3, 0.2]).double(), torch.tensor([0.2, 0.2, 0.6]).double()
    D = (loss.b * p + loss.a * q) / (p + q)
    two_c = ((p + q) * (D - loss.c) ** 2).sum()  # 2 C(G), with the constant term of the real data
    chi = ((2 * q - (p + q)) ** 2 / (p + q)).sum()
    assert two_c.item() == pytest.approx(chi.item())


def test_penalty_of_a_linear_critic():
    """f(x) = w . x has |grad f| = |w| everywhere, for any shape of x."""
    w = torch.randn(1, 4, 3)
    real, fake = torch.randn(6, 1, 4, 3), torch.randn(6, 1, 4, 3)
    value = gradient_penalty(lambda x: (x * w).sum((1, 2, 3)), real, fake, torch.rand(6))
    assert value.item() == pytest.approx((w.norm().item() - 1) ** 2, rel=1e-5)


def test_penalty_mixes_per_sample_and_keeps_the_graph():
    seen = []

    def critic(x):
        seen.append(x.detach())
        return (a * x).sum(1)

    a = torch.tensor([3.0, 4.0], requires_grad=True)
    eps = torch.tensor([0.0, 0.25, 1.0])
    real, fake = torch.ones(3, 2), torch.zeros(3, 2)
    value = gradient_penalty(critic, real, fake, eps)
    torch.testing.assert_close(seen[0][:, 0], eps)
    (grad,) = torch.autograd.grad(value, a)
    torch.testing.assert_close(grad, 2 * (5 - 1) * a.detach() / 5)


@pytest.mark.parametrize("loss", LOSSES)
def test_phases_update_only_their_own_side(loss):
    model = GAN2D(GAN2D.Config(loss=loss, critic_steps=3))
    discriminator, generator = model.phases()
    assert discriminator.repeats == 3 and discriminator.fresh_batch
    assert {id(p) for p in discriminator.parameters} == {id(p) for p in model.discriminator.parameters()}
    assert {id(p) for p in generator.parameters} == {id(p) for p in model.generator.parameters()}
    batch = (torch.randn(16, 2),)
    for phase in (discriminator, generator):
        value = phase.loss(batch, torch.Generator().manual_seed(0))["loss"]
        grads = torch.autograd.grad(value, phase.parameters)
        assert all(g.isfinite().all() for g in grads)


def test_generate_and_logits_are_in_the_data_s_units():
    model = GAN2D(GAN2D.Config(scale=3.0))
    z, x = torch.randn(5, 2), torch.randn(5, 2)
    torch.testing.assert_close(model.generate(z), 3 * model.generator(z))
    torch.testing.assert_close(model.logits(x), model.discriminator(x / 3).squeeze(1))
    assert model.generate(z).shape == (5, 2) and model.z_dim == 2


def test_the_same_generator_draws_the_same_weights():
    a, b = (GAN2D().reset(torch.Generator().manual_seed(4)).state_dict() for _ in range(2))
    assert all(torch.equal(a[key], b[key]) for key in a)


def test_initial_weights_have_their_bounds():
    net = mlp((2, 64, 64, 1), 0.2)
    initialize(net, "he", torch.Generator().manual_seed(0))
    first, second, last = net[0], net[2], net[4]
    assert 1.8 < first.bias.abs().max() <= 2 and second.bias.abs().max() == 0 and last.bias.abs().max() == 0
    for layer, gain in ((first, 6), (second, 6), (last, 3)):
        bound = math.sqrt(gain / layer.in_features)
        assert 0.9 * bound < layer.weight.abs().max() <= bound
    initialize(net, "torch", torch.Generator().manual_seed(0))
    assert second.weight.abs().max() <= 1 / 8 and second.bias.abs().max() > 0
    with pytest.raises(ValueError, match="expected init"):
        initialize(net, "xavier")


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="expected a loss of"):
        GAN2D(GAN2D.Config(loss="hinge"))

"""The batched engine against the textbook autograd loop, in float64."""

from __future__ import annotations

import pytest
import torch

from playground.losses.adversarial import LOSSES
from playground.nn.batched_gan import BatchedGAN, Rates
from tests.oracles.gan_2d import TextbookGAN, discriminator_loss, flat, generator_loss, network

NAMES = ("minimax", "nonsaturating", "lsgan", "wgan_gp")
H, B, R, D_Z = 16, 32, 3, 5
SIZES_G, SIZES_D = (D_Z, H, H, 2), (2, H, H, 1)


def weights(sizes: tuple[int, ...], seeds: int, generator: torch.Generator) -> torch.Tensor:
    count = sum(i * o + o for i, o in zip(sizes, sizes[1:], strict=False))
    return 0.4 * torch.randn(seeds, count, generator=generator, dtype=torch.float64)


def batch(K: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(K, R, B, *shape, generator=generator, dtype=torch.float64)

    return 2 * draw(2), draw(D_Z), torch.rand(K, R, B, generator=generator, dtype=torch.float64)


def build(rates: list[Rates], slope: float = 0.2, **options) -> tuple[BatchedGAN, list[list[TextbookGAN]]]:
    """The engine and its textbook twins [loss][seed], from equal weights."""
    generator = torch.Generator().manual_seed(1)
    theta_g, theta_d = weights(SIZES_G, R, generator), weights(SIZES_D, R, generator)
    gan = BatchedGAN(
        [LOSSES[name]() for name in NAMES], theta_g, theta_d, SIZES_G, SIZES_D, rates, batch=B, slope=slope, **options
    )
    twins = [
        [
            TextbookGAN(
                name, network(SIZES_G, slope, theta_g[r]), network(SIZES_D, slope, theta_d[r]), rate.lr_g, rate.lr_d
            )
            for r in range(R)
        ]
        for name, rate in zip(NAMES, rates, strict=True)
    ]
    return gan, twins


def relative(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).norm() / b.norm().clamp_min(1e-30))


@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_gradients_equal_autograd(slope: float) -> None:
    """Every gradient of one step, the penalty's included, before Adam touches it."""
    gan, twins = build([Rates(0.0, 0.0)] * 4, slope)
    x, z, eps = batch(1, torch.Generator().manual_seed(2))
    gan.step(x, z, eps)
    for l, name in enumerate(NAMES):
        for r in range(R):
            G, D = twins[l][r].G, twins[l][r].D
            fake = G(z[0, r])
            loss = discriminator_loss(name, D, x[0, r], fake.detach(), eps[0, r], 0.1)
            expected_d = torch.cat([g.flatten() for g in torch.autograd.grad(loss, list(D.parameters()))])
            expected_g = torch.autograd.grad(generator_loss(name, D(fake)), list(G.parameters()))
            m = l * R + r
            assert relative(gan.D.grad[m], expected_d) < 1e-12, f"{name}: D's gradient differs from autograd"
            got = relative(gan.G.grad[m], torch.cat([g.flatten() for g in expected_g]))
            assert got < 1e-12, f"{name}: G's gradient differs from autograd by {got}"


@pytest.mark.parametrize(
    "rates",
    [
        [Rates(1e-3, 1e-3, 1)] * 4,
        [Rates(1e-3, 1e-3, 5)] * 4,
        [Rates(1e-3, 2e-4, 1)] * 3 + [Rates(1e-3, 1e-3, 3)],
        [Rates(1e-3, 1e-3, 3), Rates(2e-3, 1e-3, 1), Rates(1e-3, 1e-3, 2), Rates(1e-3, 3e-3, 1)],
    ],
    ids=["k=1", "k=5", "slow D", "all different"],
)
def test_twenty_adam_steps_agree(rates: list[Rates]) -> None:
    gan, twins = build(rates)
    generator = torch.Generator().manual_seed(3)
    for t in range(20):
        x, z, eps = batch(gan.critic_steps, generator)
        gan.step(x, z, eps, lr_scale=1 - t / 40)
        for row, rate in zip(twins, rates, strict=True):
            k = rate.critic_steps
            for r, twin in enumerate(row):
                twin.step(x[:k, r], z[:k, r], eps[:k, r], lr_scale=1 - t / 40)
    for l, name in enumerate(NAMES):
        for r in range(R):
            for net, twin in ((gan.G, twins[l][r].G), (gan.D, twins[l][r].D)):
                error = relative(net.theta[l * R + r], flat(twin))
                assert error < 1e-11, f"{name}, seed {r}: weights differ by {error} after 20 steps"


def test_what_the_lab_sees_equals_autograd() -> None:
    gan, twins = build([Rates(1e-3, 1e-3)] * 4)
    generator = torch.Generator().manual_seed(4)
    z = torch.randn(R, 40, D_Z, generator=generator, dtype=torch.float64)
    x = torch.randn(R, 40, 2, generator=generator, dtype=torch.float64)
    points = torch.randn(50, 2, generator=generator, dtype=torch.float64)
    samples, logits, pull = gan.generate(z), gan.discriminate(points), gan.pull(z)
    loss_d, loss_g = gan.losses_at(x, z)
    for l, name in enumerate(NAMES):
        for r in range(R):
            m, G, D = l * R + r, twins[l][r].G, twins[l][r].D
            fake = G(z[r]).detach().requires_grad_()
            torch.testing.assert_close(samples[m], fake.detach())
            torch.testing.assert_close(logits[m], D(points).detach().squeeze(1))
            # the loss is a mean, `pull` is each sample's own gradient
            (expected,) = torch.autograd.grad(40 * generator_loss(name, D(fake)), fake)
            torch.testing.assert_close(pull[m], expected)
            torch.testing.assert_close(loss_g[m], generator_loss(name, D(fake)).detach())
            expected_d = discriminator_loss(name, D, x[r], fake.detach(), torch.zeros(40).double(), 0.0)
            torch.testing.assert_close(loss_d[m], expected_d.detach())


def test_a_subset_of_losses_trains_the_same() -> None:
    """A model does not depend on its neighbours in the batch."""
    rates = [Rates(1e-3, 1e-3, 1)] * 3 + [Rates(1e-3, 1e-3, 3)]
    gan, _ = build(rates)
    generator = torch.Generator().manual_seed(1)
    theta_g, theta_d = weights(SIZES_G, R, generator), weights(SIZES_D, R, generator)
    alone = BatchedGAN([LOSSES["lsgan"]()], theta_g, theta_d, SIZES_G, SIZES_D, rates[2:3], batch=B, slope=0.2)
    draw = torch.Generator().manual_seed(5)
    for _ in range(5):
        x, z, eps = batch(3, draw)
        gan.step(x, z, eps)
        alone.step(x, z, eps)
    torch.testing.assert_close(alone.G.theta, gan.G.theta[2 * R : 3 * R], rtol=1e-12, atol=1e-14)


def test_state_goes_back_exactly() -> None:
    gan, _ = build([Rates(1e-3, 1e-3, 2)] * 4, ema=0.9)
    generator = torch.Generator().manual_seed(6)
    batches = [batch(2, generator) for _ in range(6)]
    for b in batches[:3]:
        gan.step(*b)
    saved = gan.state()
    for b in batches[3:]:
        gan.step(*b)
    first, average = gan.G.theta.clone(), gan.average.clone()
    gan.restore(saved)
    assert gan.steps == 3
    for b in batches[3:]:
        gan.step(*b)
    assert torch.equal(first, gan.G.theta) and torch.equal(average, gan.average)


def test_divergence_stays_in_its_model() -> None:
    """A model that became NaN is reported as diverged and infects no other."""
    gan, _ = build([Rates(1e-3, 1e-3)] * 4)
    gan.G.theta[1 * R + 2, 0] = float("nan")
    x, z, eps = batch(1, torch.Generator().manual_seed(7))
    gan.step(x, z, eps)
    assert gan.diverged.nonzero().flatten().tolist() == [1 * R + 2]


def test_average_is_the_exponential_mean() -> None:
    gan, _ = build([Rates(1e-2, 1e-2)] * 4, ema=0.5)
    expected = gan.G.theta.clone()
    generator = torch.Generator().manual_seed(8)
    for _ in range(4):
        gan.step(*batch(1, generator))
        expected = 0.5 * expected + 0.5 * gan.G.theta
    torch.testing.assert_close(gan.average, expected)
    z = torch.randn(R, 7, D_Z, dtype=torch.float64)
    net = network(SIZES_G, 0.2, gan.average[4])
    torch.testing.assert_close(gan.generate(z)[4], net(z[4 % R]).detach())


def test_wrong_rows_say_what_was_expected() -> None:
    with pytest.raises(ValueError, match="expected rows of"):
        BatchedGAN([LOSSES["lsgan"]()], torch.zeros(1, 10), torch.zeros(1, 10), SIZES_G, SIZES_D, [Rates(0, 0)])

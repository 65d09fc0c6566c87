"""The batched engine against the textbook autograd loop, in float64."""

from __future__ import annotations

import pytest
import torch

from playground.losses.adversarial import LOSSES, LeastSquares
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


def build(
    rates: list[Rates],
    slope: float | None = 0.2,
    hidden: tuple[int, ...] = (H, H),
    names=NAMES,
    abc=(0, 1, 1),
    **options,
) -> tuple[BatchedGAN, list[list[TextbookGAN]]]:
    """The engine and its textbook twins [loss][seed], from equal weights."""
    generator = torch.Generator().manual_seed(1)
    sizes_g, sizes_d = (D_Z, *hidden, 2), (2, *hidden, 1)
    theta_g, theta_d = weights(sizes_g, R, generator), weights(sizes_d, R, generator)
    losses = [LeastSquares(*abc) if name == "lsgan" else LOSSES[name]() for name in names]
    gan = BatchedGAN(losses, theta_g, theta_d, sizes_g, sizes_d, rates, batch=B, slope=slope, **options)

    def twin(name: str, rate: Rates, r: int) -> TextbookGAN:
        G, D = network(sizes_g, slope, theta_g[r]), network(sizes_d, slope, theta_d[r])
        return TextbookGAN(name, G, D, rate.lr_g, rate.lr_d, weight=rate.penalty, abc=abc)

    return gan, [[twin(name, rate, r) for r in range(R)] for name, rate in zip(names, rates, strict=True)]


def train(
    gan: BatchedGAN, twins: list[list[TextbookGAN]], rates: list[Rates], steps: int, draw: torch.Generator
) -> None:
    """Both sides, on the same data and noise, with falling rates."""
    for t in range(steps):
        x, z, eps = batch(max(gan.critic_steps, 1), draw)
        more = torch.randn(max(gan.generator_steps - 1, 0), R, B, D_Z, generator=draw, dtype=torch.float64)
        gan.step(x, z, eps, 1 - t / 40, more)
        for row, rate in zip(twins, rates, strict=True):
            k, j = rate.critic_steps, rate.generator_steps
            for r, twin in enumerate(row):
                twin.step(x[:k, r], z[: max(k, 1), r], eps[:k, r], 1 - t / 40, more[: max(j - 1, 0), r], g=j > 0)


def compare(gan: BatchedGAN, twins: list[list[TextbookGAN]]) -> None:
    for l, row in enumerate(twins):
        for r, twin in enumerate(row):
            for name, net, expected in (("G", gan.G, twin.G), ("D", gan.D, twin.D)):
                error = relative(net.theta[l * R + r], flat(expected))
                assert error < 1e-11, f"{name} of panel {l} ({twin.name}), seed {r}: weights differ by {error}"


def relative(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a - b).norm() / b.norm().clamp_min(1e-30))


@pytest.mark.parametrize("slope", [0.0, 0.2, None], ids=["relu", "lrelu", "tanh"])
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_gradients_equal_autograd(slope: float | None, depth: int) -> None:
    """Every gradient of one step, the penalty's by double backward, before Adam touches it."""
    gan, twins = build([Rates(0.0, 0.0, penalty=weight) for weight in (0.1, 0.1, 0.1, 2.5)], slope, (H,) * depth)
    x, z, eps = batch(1, torch.Generator().manual_seed(2))
    gan.step(x, z, eps)
    for l, name in enumerate(NAMES):
        for r in range(R):
            G, D = twins[l][r].G, twins[l][r].D
            fake = G(z[0, r])
            loss = discriminator_loss(name, D, x[0, r], fake.detach(), eps[0, r], 2.5)
            # the last bias of a critic gets nothing from the penalty
            grads = torch.autograd.grad(loss, list(D.parameters()))
            expected_g = torch.autograd.grad(generator_loss(name, D(fake)), list(G.parameters()))
            m = l * R + r
            got = relative(gan.D.grad[m], torch.cat([g.flatten() for g in grads]))
            assert got < 1e-12, f"{name}: D's gradient differs from autograd by {got}"
            got = relative(gan.G.grad[m], torch.cat([g.flatten() for g in expected_g]))
            assert got < 1e-12, f"{name}: G's gradient differs from autograd by {got}"


RATES = {
    "k=1": [Rates(1e-3, 1e-3, 1)] * 4,
    "k=5": [Rates(1e-3, 1e-3, 5)] * 4,
    "slow D": [Rates(1e-3, 2e-4, 1)] * 3 + [Rates(1e-3, 1e-3, 3)],
    "all different": [Rates(1e-3, 1e-3, 3), Rates(2e-3, 1e-3, 1), Rates(1e-3, 1e-3, 2), Rates(1e-3, 3e-3, 1)],
    "more of G": [Rates(1e-3, 1e-3, 1, 3)] * 2 + [Rates(1e-3, 1e-3, 2, 2), Rates(1e-3, 1e-3, 3, 1, 1.5)],
    "D only, G only": [Rates(1e-3, 1e-3, 2, 0), Rates(1e-3, 1e-3, 0, 2), Rates(1e-3, 1e-3), Rates(1e-3, 1e-3, 0, 1)],
    "nobody": [Rates(1e-3, 1e-3, 0, 0)] * 4,
    "ten to one": [Rates(1e-3, 1e-3, 10, 1), Rates(1e-3, 1e-3, 1, 10), Rates(1e-3, 1e-3), Rates(1e-3, 1e-3, 4)],
}


@pytest.mark.parametrize("rates", RATES.values(), ids=RATES)
def test_twenty_adam_steps_agree(rates: list[Rates]) -> None:
    gan, twins = build(rates)
    train(gan, twins, rates, 20, torch.Generator().manual_seed(3))
    compare(gan, twins)
    passes = [2 if name == "wgan_gp" else 1 for name in NAMES]
    assert gan.work == [
        20 * (rate.critic_steps * p + rate.generator_steps) for rate, p in zip(rates, passes, strict=True)
    ]


@pytest.mark.parametrize("slope", [0.0, 0.2, None], ids=["relu", "lrelu", "tanh"])
@pytest.mark.parametrize("hidden", [(7,), (16, 16), (9, 12, 5), (8, 8, 8, 8)], ids=str)
def test_every_shape_trains_as_the_textbook(slope: float | None, hidden: tuple[int, ...]) -> None:
    rates = [Rates(1e-3, 1e-3, 2)] * 4
    gan, twins = build(rates, slope, hidden)
    train(gan, twins, rates, 10, torch.Generator().manual_seed(3))
    compare(gan, twins)


def test_pearson_s_targets_train_as_the_textbook() -> None:
    rates = [Rates(1e-3, 1e-3, 1), Rates(2e-3, 1e-3, 2)]
    gan, twins = build(rates, names=("lsgan", "lsgan"), abc=(-1, 1, 0))
    train(gan, twins, rates, 10, torch.Generator().manual_seed(3))
    compare(gan, twins)


def test_panels_change_their_loss_and_rates_while_they_train() -> None:
    """Ten steps, another loss and other rates, ten more: against a twin whose Adams keep their moments."""
    before, after = RATES["slow D"], RATES["more of G"]
    gan, twins = build(before)
    draw = torch.Generator().manual_seed(3)
    train(gan, twins, before, 10, draw)
    changed = NAMES[::-1]
    gan.configure([LOSSES[name]() for name in changed], after)
    for row, name, rate in zip(twins, changed, after, strict=True):
        for twin in row:
            twin.name, twin.rates, twin.weight = name, (rate.lr_g, rate.lr_d), rate.penalty
    train(gan, twins, after, 10, draw)
    compare(gan, twins)
    with pytest.raises(ValueError, match="expected 4 losses and Rates, got 1 losses"):
        gan.configure([LOSSES["lsgan"]()], after)


def test_equal_rates_with_unequal_pasts_keep_their_own_step_counts() -> None:
    """Adam's bias correction knows how often each panel has stepped, also after going back."""
    apart, alike = [Rates(1e-3, 1e-3, k + 1) for k in range(4)], [Rates(1e-3, 1e-3, 1)] * 4
    gan, twins = build(apart)
    draw = torch.Generator().manual_seed(3)
    train(gan, twins, apart, 3, draw)
    gan.configure(gan.losses, alike)
    saved = gan.state()
    train(gan, twins, alike, 3, draw)
    compare(gan, twins)
    fresh, _ = build(alike)
    fresh.restore(saved)
    x, z, eps = batch(1, draw)
    again, _ = build(apart)
    again.restore(saved)
    again.configure(again.losses, alike)
    fresh.step(x, z, eps)
    again.step(x, z, eps)
    assert torch.equal(fresh.D.theta, again.D.theta) and torch.equal(fresh.G.theta, again.G.theta)


def test_a_step_can_be_watched() -> None:
    rates = [Rates(1e-3, 1e-3, 2, 3)] * 4
    gan, _ = build(rates)
    x, z, eps = batch(2, torch.Generator().manual_seed(3))
    seen: list[tuple[str, int]] = []
    gan.step(x, z, eps, more_z=z, watch=lambda *what: seen.append(what))
    critic = [(name, k) for k in (1, 0) for name in ("d", "d_done")]
    assert seen == critic + [(name, j) for j in range(3) for name in ("g", "g_done")]


def test_what_the_lab_sees_equals_autograd() -> None:
    gan, twins = build([Rates(1e-3, 1e-3)] * 4)
    generator = torch.Generator().manual_seed(4)
    z = torch.randn(R, 40, D_Z, generator=generator, dtype=torch.float64)
    x = torch.randn(R, 40, 2, generator=generator, dtype=torch.float64)
    points = torch.randn(50, 2, generator=generator, dtype=torch.float64)
    samples, logits, seen = gan.generate(z), gan.discriminate(points), gan.observe(x, gan.generate(z))
    for l, name in enumerate(NAMES):
        for r in range(R):
            m, G, D = l * R + r, twins[l][r].G, twins[l][r].D
            fake = G(z[r]).detach().requires_grad_()
            torch.testing.assert_close(samples[m], fake.detach())
            torch.testing.assert_close(logits[m], D(points).detach().squeeze(1))
            torch.testing.assert_close(seen.real[m], D(x[r]).detach().squeeze(1))
            torch.testing.assert_close(seen.fake[m], D(fake).detach().squeeze(1))
            # the loss is a mean, `pull` is each sample's own gradient
            (expected,) = torch.autograd.grad(40 * generator_loss(name, D(fake)), fake)
            torch.testing.assert_close(seen.pull[m], expected)
            torch.testing.assert_close(seen.loss_g[m], generator_loss(name, D(fake)).detach())
            expected_d = discriminator_loss(name, D, x[r], fake.detach(), torch.zeros(40).double(), 0.0)
            torch.testing.assert_close(seen.loss_d[m], expected_d.detach())


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
    first, average = gan.G.theta.clone(), gan.average.theta
    gan.restore(saved)
    assert gan.steps == 3
    for b in batches[3:]:
        gan.step(*b)
    assert torch.equal(first, gan.G.theta) and torch.equal(average, gan.average.theta)


def test_divergence_stays_in_its_model() -> None:
    """A model that became NaN is reported as diverged and infects no other."""
    gan, _ = build([Rates(1e-3, 1e-3)] * 4)
    gan.G.W[0][1 * R + 2, 0, 0] = float("nan")
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
    torch.testing.assert_close(gan.average.theta, expected)
    z = torch.randn(R, 7, D_Z, dtype=torch.float64)
    net = network(SIZES_G, 0.2, gan.average.theta[4])
    torch.testing.assert_close(gan.generate(z)[4], net(z[4 % R]).detach())
    net = network(SIZES_G, 0.2, gan.G.theta[4])
    torch.testing.assert_close(gan.generate(z, averaged=False)[4], net(z[4 % R]).detach())


def test_wrong_rows_say_what_was_expected() -> None:
    with pytest.raises(ValueError, match="expected rows of"):
        BatchedGAN([LOSSES["lsgan"]()], torch.zeros(1, 10), torch.zeros(1, 10), SIZES_G, SIZES_D, [Rates(0, 0)])

"""Progressive GAN: growing does not jump, a level is the smaller network, and who learns from what."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from playground.models.progan import LAZY, PENALTY, ProGAN, down2, up2

TINY = {"z_dim": 5, "channels": (6, 5, 4, 3), "fade": (0, 8, 16, 24), "stay": (8, 8, 8, 8)}


def small(seen: int = 0) -> ProGAN:
    torch.manual_seed(0)
    model = ProGAN(ProGAN.Config(**TINY)).double()
    model.seen.fill_(seen)
    return model


def noise(n: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(n, 5, generator=torch.Generator().manual_seed(seed)).double()


def digits(n: int) -> torch.Tensor:
    return torch.rand(n, 1, 28, 28, generator=torch.Generator().manual_seed(3)).double()


@pytest.mark.parametrize(
    ("seen", "grown"),
    [
        (0, (0, 1.0)),
        (7, (0, 1.0)),
        (8, (1, 0.0)),
        (12, (1, 0.5)),
        (16, (1, 1.0)),
        (24, (2, 0.0)),
        (36, (2, 0.75)),
        (48, (3, 0.0)),
        (60, (3, 0.5)),
        (72, (3, 1.0)),
        (1000, (3, 1.0)),
    ],
)
def test_it_grows_by_the_pictures_it_was_shown(seen, grown):
    assert small(seen).grown == pytest.approx(grown)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_a_level_has_its_size_and_range(level):
    model = small()
    x = model.generate(noise(3), level=level)
    assert x.shape == (3, 1, 4 * 2**level, 4 * 2**level) and 0 <= x.min() and x.max() <= 1
    assert model.logits(x, level=level).shape == (3,)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_level_that_has_not_come_in_is_the_smaller_network(level):
    model, z = small(), noise(4)
    small_x = model.generate(z, level=level - 1)
    assert torch.equal(model.generate(z, level=level, alpha=0.0), up2(small_x))
    x = torch.rand(4, 1, 4 * 2**level, 4 * 2**level).double()
    torch.testing.assert_close(model.logits(x, level=level, alpha=0.0), model.logits(down2(x), level=level - 1))


@pytest.mark.parametrize("level", [1, 2, 3])
def test_fading_is_the_blend_and_has_no_jump(level):
    model, z = small(), noise(2)
    draw = [model._draw(z, level, alpha) for alpha in (0.0, 0.25, 1.0)]
    torch.testing.assert_close(draw[1], 0.75 * draw[0] + 0.25 * draw[2])
    x = torch.rand(4, 1, 4 * 2**level, 4 * 2**level).double()
    for near, far in ((1.0, 1 - 1e-7), (0.0, 1e-7), (0.5, 0.5 + 1e-7)):
        torch.testing.assert_close(
            model.logits(x, level=level, alpha=near), model.logits(x, level=level, alpha=far), atol=1e-5, rtol=0
        )


def test_real_digits_fade_as_generated_ones_do():
    model, x = small(), digits(2)
    padded = F.pad(x, (2, 2, 2, 2))
    assert torch.equal(model.as_shown(x, level=3), padded)
    torch.testing.assert_close(model.as_shown(x, level=0), F.avg_pool2d(padded, 8))
    half = model.as_shown(x, level=2, alpha=0.5)
    sharp = F.avg_pool2d(padded, 2)
    torch.testing.assert_close(half, 0.5 * sharp + 0.5 * up2(down2(sharp)))
    torch.testing.assert_close(model.as_shown(x, level=2, alpha=0.0), up2(model.as_shown(x, level=1)))


@pytest.mark.parametrize("seen", [0, 12, 20, 36, 60, 100])
def test_only_what_has_grown_learns(seen):
    """Layers of levels to come get no gradient, and so no moments of Adam, before their time."""
    model = small(seen)
    level, alpha = model.grown
    x = digits(4)
    for phase in model.phases():
        model.seen.fill_(seen)
        loss = phase.loss((x,), torch.Generator().manual_seed(0))["loss"]
        gradients = torch.autograd.grad(loss, phase.parameters, allow_unused=True)
        net = model.critic if phase.name == "critic" else model.generator
        names = [name for name, _ in net.named_parameters()]
        reached = {name for name, g in zip(names, gradients, strict=True) if g is not None}
        for l in range(4):
            expected = l <= level
            assert (f"first.{l - 1}.weight" in reached) == (expected and l > 0) or l == 0, (phase.name, l)
        rgb = "from_rgb" if phase.name == "critic" else "to_rgb"
        at = {l for l in range(4) if f"{rgb}.{l}.weight" in reached}
        game = {level} | ({level - 1} if level and alpha < 1 else set())
        taps = set(range(level)) if phase.name == "generator" else set()
        assert at == game | taps, (phase.name, at)


def test_the_taps_reach_the_old_to_rgb_only():
    model = small(100)
    h = model.generator.features(noise(3), 3)
    x = model.generator.draw(h, 3, 1.0)
    grads = torch.autograd.grad(model._tap(h, x, 3), list(model.generator.parameters()), allow_unused=True)
    names = [name for name, _ in model.generator.named_parameters()]
    reached = {name.rsplit(".", 1)[0] for name, g in zip(names, grads, strict=True) if g is not None}
    assert reached == {"to_rgb.0", "to_rgb.1", "to_rgb.2"}


def test_both_losses_by_hand():
    model, x = small(4 * 6 * LAZY), digits(4)
    found = model.phases()[0].loss((x,), torch.Generator().manual_seed(5))
    z = torch.randn(4, 5, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    fake = model._draw(z, 3, 1.0)
    real = (2 * F.pad(x, (2, 2, 2, 2)) - 1).requires_grad_()
    f, g = model.critic(real, 3, 1.0), model.critic(fake, 3, 1.0)
    (slope,) = torch.autograd.grad(f.sum(), real, retain_graph=True)
    penalty = sum((one**2).sum() for one in slope) / 4
    expected = -torch.log(torch.sigmoid(f)).mean() - torch.log(1 - torch.sigmoid(g)).mean()
    assert found["loss"].item() == pytest.approx((expected + LAZY * PENALTY * penalty).item(), rel=1e-12)
    found = model.phases()[0].loss((x,), torch.Generator().manual_seed(5))  # the next step has no penalty
    assert found["loss"].item() == pytest.approx(expected.item(), rel=1e-12) and "penalty" not in found
    found = model.phases()[1].loss((x,), torch.Generator().manual_seed(5))
    assert found["fool"].item() == pytest.approx(-torch.log(torch.sigmoid(g)).mean().item(), rel=1e-12)


def test_pictures_count_as_shown_once_per_step():
    model = small()
    for phase in model.phases():
        phase.loss((digits(4),), None)
    assert int(model.seen) == 4


def test_a_picture_does_not_depend_on_its_neighbours():
    model, z = small().eval(), noise(5)
    with torch.inference_mode():
        together = model.generate(z, level=3)
        alone = torch.cat([model.generate(one[None], level=3) for one in z])
    torch.testing.assert_close(together, alone)

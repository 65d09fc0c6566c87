"""CycleGAN and StarGAN: their objectives term by term, who learns from what, and what they refuse."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from playground.models.cyclegan import CycleGAN
from playground.models.stargan import PENALTY, StarGAN
from playground.nn.veil import veiled


def cyclegan(**options) -> CycleGAN:
    torch.manual_seed(0)
    return CycleGAN(CycleGAN.Config(**{"width": 3, "blocks": 1, "critic_width": 4, **options})).double()


def stargan(**options) -> StarGAN:
    torch.manual_seed(0)
    small = {"domains": ("a", "b", "c"), "width": 3, "blocks": 1, "critic_width": 3, "critic_layers": 3}
    return StarGAN(StarGAN.Config(**{**small, **options})).double()


def pictures(domains: int, n: int = 2) -> torch.Tensor:
    return torch.rand(domains, n, 3, 32, 32, generator=torch.Generator().manual_seed(1)).double()


def l1(a, b):
    return (a - b).abs().mean()


@pytest.mark.parametrize(("cycle", "identity"), [(10.0, 0.5), (10.0, 0.0), (0.0, 0.5)])
def test_the_generators_objective_term_by_term(cycle, identity):
    model, batch = cyclegan(cycle=cycle, identity=identity), pictures(2)
    x, y = 2 * batch - 1
    G, F_, D_X, D_Y = model.G, model.F, model.D_X, model.D_Y
    gan = ((D_Y(G(x)) - 1) ** 2).mean() + ((D_X(F_(y)) - 1) ** 2).mean()
    round_trip = l1(F_(G(x)), x) + l1(G(F_(y)), y)
    stays = l1(G(y), y) + l1(F_(x), x)  # each generator is fed with the domain that it makes
    expected = gan + cycle * round_trip + cycle * identity * stays
    found = model.phases()[0].loss((batch,), None)["loss"]
    assert found.item() == pytest.approx(expected.item(), rel=1e-12)


def test_the_discriminators_objective_is_halved():
    model, batch = cyclegan(pool=0), pictures(2)
    x, y = 2 * batch - 1
    model.phases()[0].loss((batch,), None)
    found = model.phases()[1].loss((batch,), None)["loss"]
    expected = 0
    for D, real, fake in ((model.D_X, x, model.F(y)), (model.D_Y, y, model.G(x))):
        expected = expected + 0.5 * (((D(real) - 1) ** 2).mean() + (D(fake.detach()) ** 2).mean())
    assert found.item() == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize("make", [cyclegan, stargan])
def test_each_phase_reaches_its_own_parameters_only(make):
    model = make()
    batch = (pictures(len(model.targets)),)
    own = [{id(p) for p in phase.parameters} for phase in model.phases()]
    assert not own[0] & own[1] and own[0] | own[1] == {id(p) for p in model.parameters()}
    for phase in reversed(model.phases()):
        loss = phase.loss(batch, torch.Generator().manual_seed(0))["loss"]
        gradients = torch.autograd.grad(loss, phase.parameters, allow_unused=True)
        assert all(g is not None and g.abs().sum() > 0 for g in gradients), phase.name


@pytest.mark.parametrize("make", [cyclegan, stargan])
def test_discriminators_do_not_reach_generators(make):
    model = make()
    name = "discriminators" if make is cyclegan else "D"
    (phase,) = [phase for phase in model.phases() if phase.name == name]
    loss = phase.loss((pictures(len(model.targets)),), torch.Generator().manual_seed(0))["loss"]
    generators = [p for n, p in model.named_parameters() if n[0] in "GF"]
    assert all(g is None for g in torch.autograd.grad(loss, generators, allow_unused=True))


def test_without_a_cycle_nothing_ties_a_translation_to_its_source():
    model = cyclegan(cycle=0.0)
    assert set(model.phases()[0].loss((pictures(2),), None)) == {"fool", "loss"}


def test_the_pools_are_part_of_a_checkpoint():
    model, batch = cyclegan(pool=3), pictures(2)
    generator = torch.Generator().manual_seed(0)
    for phase in model.phases():
        phase.loss((batch,), generator)
    assert set(model.carried) == {"pool_x", "pool_y"} and model.carried["pool_x"].shape == (2, 3, 32, 32)
    other = cyclegan(pool=3)
    other.carried = {name: value.clone() for name, value in model.carried.items()}
    for m in (model, other):
        for phase in m.phases():
            phase.loss((batch,), torch.Generator().manual_seed(1))
    assert all(torch.equal(model.carried[name], other.carried[name]) for name in model.carried)


@pytest.mark.parametrize("make", [cyclegan, stargan])
@pytest.mark.parametrize("n", [1, 3])
def test_translations_have_the_shape_and_range_of_pictures(make, n):
    model = make().eval()
    x = pictures(1, n)[0]
    for target in model.targets:
        y = model.translate(x, target)
        assert y.shape == x.shape and 0 <= y.min() and y.max() <= 1
        torch.testing.assert_close(y, torch.cat([model.translate(one[None], target) for one in x]))
    with pytest.raises(ValueError, match=model.targets[0]):
        model.translate(x, "giraffe")


def test_the_two_directions_are_two_networks():
    model, x = cyclegan(), pictures(1)[0]
    torch.testing.assert_close(model.translate(x, "zebra"), (model.G(2 * x - 1) + 1) / 2)
    torch.testing.assert_close(model.translate(x, "coat"), (model.F(2 * x - 1) + 1) / 2)
    assert model.opinion(x, "zebra").dim() == 3


@pytest.mark.parametrize("side", [64, 128, 256])
def test_the_papers_networks_can_be_built(side):
    config = CycleGAN.sized(side, ["horses", "zebras"])
    assert (config.blocks, config.critic_steps) == {64: (6, 2), 128: (6, 3), 256: (9, 3)}[side]
    assert config.domains == ("horses", "zebras")
    with torch.device("meta"):
        model = CycleGAN(config)
        star = StarGAN(StarGAN.sized(side, ["a", "b", "c"]))
        paper = star.config
        assert (paper.critic_steps, paper.adversarial, paper.identity, paper.halvings) == (5, 1.0, 0.0, 2)
        patches, logits = star.D(torch.empty(2, 3, side, side))
    count = sum(p.numel() for p in model.G.parameters())
    assert count == pytest.approx({64: 7.8e6, 128: 7.8e6, 256: 11.4e6}[side], rel=0.02), count
    assert logits.shape == (2, 3) and patches.shape[2] >= 1


@pytest.mark.parametrize(
    ("side", "domains"), [(32, ("a", "b")), (260, ("a", "b")), (100, ("a", "b")), (512, ("a", "b")), (128, ("a",) * 3)]
)
def test_other_sizes_are_refused(side, domains):
    with pytest.raises(ValueError, match="expected"):
        CycleGAN.sized(side, domains)


@pytest.mark.parametrize(("patches", "whole"), [(3, True), (2, False)])
@pytest.mark.parametrize(("adversarial", "identity", "veil"), [(1.0, 0.0, 0.0), (0.1, 0.5, 0.3)])
def test_stargans_objectives_term_by_term(adversarial, identity, veil, patches, whole):
    """The authors' own, and ours: patches of a layer before the last, and the slope of the mean over them."""
    terms = {"adversarial": adversarial, "identity": identity, "veil": veil, "patches": patches, "whole": whole}
    model, batch = stargan(**terms), pictures(3)
    x = (2 * batch - 1).flatten(0, 1)
    source = torch.tensor([0, 0, 1, 1, 2, 2])

    def drawn() -> tuple[torch.Tensor, torch.Generator]:
        generator = torch.Generator().manual_seed(3)
        return source[torch.rand(6, generator=generator).argsort()], generator

    target, generator = drawn()
    fake = model.aim(x, target)
    score, domain = model.D(veiled(fake, veil, generator))
    back = model.aim(fake, source)
    expected = -adversarial * score.mean() + F.cross_entropy(domain, target) + 10 * l1(x, back)
    expected = expected + 10 * identity * l1(x, model.aim(x, source))
    found = model.phases()[1].loss((batch,), torch.Generator().manual_seed(3))
    assert found["loss"].item() == pytest.approx(expected.item(), rel=1e-12)

    target, generator = drawn()
    fake = veiled(model.aim(x, target).detach(), veil, generator)  # all that D sees, it sees through noise
    x = veiled(x, veil, generator)
    eps = torch.rand(6, generator=generator, dtype=torch.float64).view(6, 1, 1, 1)
    middle = (eps * x + (1 - eps) * fake).requires_grad_()
    scores = model.D(middle)[0]
    (slope,) = torch.autograd.grad(scores.sum(), middle)
    size = slope.flatten(1).norm(dim=1) / (1 if whole else scores[0].numel())
    penalty = ((size - 1) ** 2).mean()
    (real, of_real), (made, _) = model.D(x), model.D(fake)
    expected = made.mean() - real.mean() + PENALTY * penalty + F.cross_entropy(of_real, source)
    found = model.phases()[0].loss((batch,), torch.Generator().manual_seed(3))
    assert found["loss"].item() == pytest.approx(expected.item(), rel=1e-10)


def test_the_label_gets_through_the_normalization():
    """Behind an instance normalization without scale a constant map is gone; zeros at the border keep its trace."""
    model, x = stargan(), pictures(1)[0] * 2 - 1
    a, b = (model.aim(x, torch.full((len(x),), c)) for c in (0, 2))
    assert (a - b).abs().mean() > 1e-3

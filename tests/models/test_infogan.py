"""InfoGAN: both losses against the textbook, who learns from what, and that a picture is a function of its codes."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path

import pytest
import torch

from playground.models.infogan import DISCRIMINATOR_LR, GENERATOR_LR, Codes, InfoGAN

SPEC = importlib.util.spec_from_file_location("oracle_infogan", Path(__file__).parents[1] / "oracles" / "infogan.py")
oracle = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(oracle)

B = 6
H_OF_C = math.log(10) + 2 * math.log(2)
GAUSS = math.log(2 * math.pi)  # of the two densities with sigma = 1, which the model's loss leaves out


def small(weight: float = 1.0, **config) -> InfoGAN:
    torch.manual_seed(0)
    model = InfoGAN(InfoGAN.Config(z_dim=5, features=3, hidden=16, weight=weight, **config)).double().train()
    for parameter in model.parameters():  # larger than at the start, so that every term matters
        parameter.data.add_(0.2 * torch.randn_like(parameter))
    return model


def known(model: InfoGAN, monkeypatch) -> tuple:
    """x, z and codes that both the model and the oracle use."""
    generator = torch.Generator().manual_seed(1)
    z = torch.randn(B, model.z_dim, generator=generator).double()
    c1 = torch.randint(10, (B,), generator=generator)
    c2, c3 = ((torch.rand(B, generator=generator) * 2 - 1).double() for _ in range(2))
    monkeypatch.setattr(model, "draw", lambda n, generator: (z[:n], Codes(c1[:n], c2[:n], c3[:n])))
    return torch.rand(B, 1, 28, 28, generator=generator).double(), z, (c1, c2, c3)


@pytest.mark.parametrize("weight", [0.0, 1.0, 0.3])
def test_both_losses_are_the_textbooks(weight, monkeypatch):
    model = small(weight)
    x, z, codes = known(model, monkeypatch)
    state = dict(model.named_parameters())
    constant = weight * (H_OF_C - GAUSS)  # a constant does not move any gradient
    expected = oracle.discriminator_loss(state, x, z, codes, weight), oracle.generator_loss(state, z, codes, weight)
    for phase, textbook in zip(model.phases(), expected, strict=True):
        loss = phase.loss((x, None), None)["loss"]
        assert loss.item() == pytest.approx(textbook.item() + constant, rel=1e-10), phase.name
        ours = torch.autograd.grad(loss, phase.parameters, allow_unused=True)
        theirs = torch.autograd.grad(textbook, phase.parameters, allow_unused=True)
        for mine, other in zip(ours, theirs, strict=True):
            assert (mine is None) == (other is None)
            if mine is not None:
                assert torch.allclose(mine, other, rtol=1e-7, atol=1e-11), (mine - other).abs().max()


def test_the_logged_error_is_the_bound_upside_down(monkeypatch):
    model = small()
    x, z, codes = known(model, monkeypatch)
    state = dict(model.named_parameters())
    features = oracle.trunk(state, oracle.generate(state, z, *codes))
    logged = model.phases()[1].loss((x, None), None)["code_error"]
    assert H_OF_C - logged.item() - GAUSS == pytest.approx(oracle.information(state, features, codes).item(), rel=1e-10)


def test_the_bound_never_exceeds_the_entropy_of_the_code():
    model = small()
    generator = torch.Generator().manual_seed(2)
    for scale in (1.0, 30.0):  # a confident Q as well
        model.guess_codes[3].weight.data.mul_(scale)
        z, codes = model.draw(200, generator)
        z, codes = z.double(), Codes(codes.c1, codes.c2.double(), codes.c3.double())
        logits = model.guess(model.generate(z, **codes._asdict())).logits
        bound = math.log(10) - torch.nn.functional.cross_entropy(logits, codes.c1).item()
        assert bound <= math.log(10)


def test_q_learns_in_the_discriminators_phase_and_pays_the_generator_too(monkeypatch):
    paid, unpaid = small(1.0), small(0.0)
    x, _, _ = known(paid, monkeypatch)
    known(unpaid, monkeypatch)
    q = list(paid.guess_codes.parameters())
    critic, generator = paid.phases()
    assert {id(p) for p in q} <= {id(p) for p in critic.parameters}
    gradients = torch.autograd.grad(critic.loss((x, None), None)["loss"], q)
    assert all(gradient.norm() > 0 for gradient in gradients)
    with_pay = torch.autograd.grad(generator.loss((x, None), None)["loss"], generator.parameters)
    without = torch.autograd.grad(unpaid.phases()[1].loss((x, None), None)["loss"], unpaid.phases()[1].parameters)
    assert any(not torch.allclose(a, b) for a, b in zip(with_pay, without, strict=True))


def test_a_probe_learns_alone(monkeypatch):
    """Q gets the gradient it would have had, D and G that of a plain GAN."""
    plain, probe = small(0.0), small(0.0, probe=True)
    paid = small(1.0)
    for model in (plain, probe, paid):
        x, _, _ = known(model, monkeypatch)
    for k in range(2):
        ours, theirs = (model.phases()[k].loss((x, None), None)["loss"] for model in (probe, plain))
        names = ("trunk", "real") if k == 0 else ("generator",)
        for name in names:
            pair = [
                torch.autograd.grad(loss, getattr(model, name).parameters(), retain_graph=True)
                for loss, model in ((ours, probe), (theirs, plain))
            ]
            assert all(torch.allclose(a, b, atol=1e-14) for a, b in zip(*pair, strict=True)), name
    grads = [
        torch.autograd.grad(m.phases()[0].loss((x, None), None)["loss"], m.guess_codes.parameters())
        for m in (probe, paid)
    ]
    assert all(torch.allclose(a, b) and a.norm() > 0 for a, b in zip(*grads, strict=True))


def test_phases_share_no_parameter_and_cover_all(monkeypatch):
    model = small()
    critic, generator = ({id(p) for p in phase.parameters} for phase in model.phases())
    assert not critic & generator and critic | generator == {id(p) for p in model.parameters()}
    assert [phase.lr_scale for phase in model.phases()] == [DISCRIMINATOR_LR, GENERATOR_LR] == [0.2, 1.0]  # 2e-4, 1e-3


def test_the_discriminators_loss_does_not_reach_the_generator(monkeypatch):
    model = small()
    x, _, _ = known(model, monkeypatch)
    loss = model.phases()[0].loss((x, None), None)["loss"]
    reached = torch.autograd.grad(loss, list(model.generator.parameters()), allow_unused=True)
    assert all(gradient is None for gradient in reached)


def test_codes_and_noise_follow_their_priors():
    model = InfoGAN()
    z, codes = model.draw(20_000, torch.Generator().manual_seed(0))
    assert z.shape == (20_000, 62) and abs(z.mean()) < 0.01 and abs(z.std() - 1) < 0.01
    share = torch.bincount(codes.c1, minlength=10) / 20_000
    assert len(share) == 10 and (share - 0.1).abs().max() < 5 * math.sqrt(0.09 / 20_000)
    for c in (codes.c2, codes.c3):
        assert -1 <= c.min() and c.max() <= 1 and abs(c.mean()) < 0.02
        assert c.var().item() == pytest.approx(1 / 3, abs=0.01)
    again = model.draw(5, torch.Generator().manual_seed(0))[1]
    assert torch.equal(again.c1, model.draw(5, torch.Generator().manual_seed(0))[1].c1)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_shapes_and_range(n):
    model = InfoGAN().eval()
    z, codes = model.draw(n, torch.Generator().manual_seed(0))
    with torch.inference_mode():
        x = model.generate(z, **codes._asdict())
        guess = model.guess(x)
    assert x.shape == (n, 1, 28, 28) and 0 <= x.min() and x.max() <= 1
    assert guess.logits.shape == (n, 10) and guess.mean.shape == (n, 2)


def test_a_picture_does_not_depend_on_its_neighbours_or_on_chance():
    model = small().eval()
    z, codes = model.draw(9, torch.Generator().manual_seed(0))
    z, codes = z.double(), Codes(codes.c1, codes.c2.double(), codes.c3.double())
    with torch.inference_mode():
        together = model.generate(z, **codes._asdict())
        again = model.generate(z, **codes._asdict())
        alone = torch.cat(
            [model.generate(z[i : i + 1], **{k: v[i : i + 1] for k, v in codes._asdict().items()}) for i in range(9)]
        )
    assert torch.equal(together, again)
    assert torch.allclose(together, alone, atol=1e-12)


def test_every_code_and_the_noise_change_the_picture():
    model = small().eval()
    z, codes = model.draw(1, torch.Generator().manual_seed(0))
    z, codes = z.double(), {k: v.double() if v.is_floating_point() else v for k, v in codes._asdict().items()}
    with torch.inference_mode():
        x = model.generate(z, **codes)
        changed = [
            {**codes, "c1": (codes["c1"] + 1) % 10},
            {**codes, "c2": -codes["c2"]},
            {**codes, "c3": -codes["c3"]},
        ]
        for other in changed:
            assert not torch.equal(x, model.generate(z, **other))
        assert not torch.equal(x, model.generate(z + 1, **codes))

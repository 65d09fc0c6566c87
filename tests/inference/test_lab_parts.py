"""What a frame can hold beyond the usual, and one iteration told slowly: against definitions and the textbook step."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.data.mixtures import mixture
from playground.errors import InvalidInput
from playground.inference import _lab, _lab_frame, lab
from playground.inference.lab import Panel, film, loss_curves, make_run
from playground.inference.lab_slow import slow
from playground.losses.adversarial import LOSSES
from playground.metrics.coverage import SAMPLES, coverage, reference
from tests.oracles.gan_2d import TextbookGAN, discriminator_loss, flat, generator_loss, network


@pytest.fixture(scope="module")
def frame():
    return list(film(make_run("C", steps=30, every=30, seed=1), parts=lab.PARTS))[-1]


def test_a_plain_frame_has_no_parts_and_an_unknown_part_is_refused():
    plain = next(iter(film(make_run("C"))))
    assert all(getattr(plain, name) is None for name in ("optimal", "manifold", "histogram", "seconds"))
    with pytest.raises(InvalidInput, match="expected one of optimal, manifold, histogram, seconds, got 'all'"):
        film(make_run("C"), parts=["all"])
    assert next(iter(film(make_run("A"), parts=["manifold"]))).manifold is None, "z of A has sixteen dimensions"


def test_the_optimal_d_is_p_over_p_plus_q(frame):
    data, trainer = mixture("ring8"), _lab.Trainer(make_run("C", steps=30, seed=1))
    trainer.advance(30)
    x = trainer.samples()[1].astype(float)
    axis = -3 + (np.arange(lab.CELLS) + 0.5) * 6 / lab.CELLS
    at = [(10, 53), (32, 32), (30, 50), (20, 40)]
    assert np.isnan(frame.optimal[3]).all() and np.nanmax(frame.optimal) <= 1
    for i, j in at:
        point = np.array([[axis[j], axis[i]]])
        p = data.density(point, 0.12)[0]
        q = np.exp(-((point - x) ** 2).sum(1) / (2 * 0.12**2)).mean() / (2 * np.pi * 0.12**2)
        shown = frame.optimal[1, i, j]
        assert np.isnan(shown) if p + q < 1e-6 else shown == pytest.approx(p / (p + q), abs=0.02), (i, j)


def test_the_mesh_holds_the_density_of_change_of_variables(frame):
    """p(G(z)) = p(z) / |det dG/dz|, by autograd in the middle of a cell."""
    trainer = _lab.Trainer(make_run("C", steps=30, seed=1))
    trainer.advance(30)
    assert frame.manifold.shape == (4, lab.MESH, lab.MESH, 2)
    G = network((2, 64, 64, 2), 0.0, trainer.gan.G.theta[0])
    line = torch.special.ndtri((torch.arange(lab.MESH, dtype=torch.float64) + 0.5) / lab.MESH).float()
    near = []
    for i, j in [(5, 9), (11, 11), (12, 7), (15, 15), (8, 16), (10, 14)]:
        corner = torch.stack([line[j], line[i]])
        torch.testing.assert_close(torch.tensor(frame.manifold[0, i, j]), G(corner).detach(), rtol=1e-4, atol=1e-4)
        z = torch.stack([line[j : j + 2].mean(), line[i : i + 2].mean()])
        jacobian = torch.autograd.functional.jacobian(G, z)
        exact = torch.exp(-z.square().sum() / 2) / (2 * np.pi) / jacobian.det().abs()
        near.append(frame.manifold_density[0, i, j] / exact.item())
    assert np.median(np.abs(np.log(near))) < 0.15, near


@pytest.mark.parametrize("n", [1, 2, 3, 51, 1000, 4096])
def test_the_ends_of_a_critic_s_scores_are_its_percentiles(n):
    scores = np.random.default_rng(n).normal(size=n)
    np.testing.assert_allclose(_lab_frame._ends(scores), np.percentile(scores, (2, 98)))
    assert _lab_frame._ends(scores[:0]) is None


def test_histograms_count_every_logit(frame):
    assert frame.histogram.shape == (4, 2, lab.BINS) and (frame.histogram.sum(2) == 500).all()
    trainer = _lab.Trainer(make_run("C", steps=30, seed=1))
    trainer.advance(30)
    z, x, _ = _lab_frame._watched((1,), 2, "ring8")
    D = network((2, 64, 64, 1), 0.0, trainer.gan.D.theta[2])
    with torch.no_grad():
        logits = D(x[0])[:, 0].numpy()
    reach = frame.histogram_range[2]
    expected = np.histogram(logits, lab.BINS, (-reach, reach))[0]
    assert np.abs(frame.histogram[2, 0] - expected).sum() <= 4, "rounding may move a logit by a bin"
    assert np.log2(reach) == round(np.log2(reach))


def test_seconds_are_shared_by_work(frame):
    np.testing.assert_allclose(frame.seconds / frame.seconds.sum(), frame.work / frame.work.sum())
    assert frame.work.tolist() == [60, 60, 60, 330], "five critic steps with a penalty are eleven passes, not two"


def test_parts_travel_in_few_bytes(frame):
    small = lab.packed(frame, 3.0)
    assert small["optimal"].dtype == np.uint8 and (small["optimal"][3] == 255).all()
    assert small["manifold"].shape == (4, 24, 24, 2) and small["histogram"].dtype == np.uint16
    assert small["more"].shape == (3, 4) and small["more"][2].tolist() == [60, 60, 60, 330]
    assert sum(array.nbytes for array in small.values()) < 80_000


@pytest.mark.parametrize("loss", lab.LOSSES)
def test_loss_curves_are_the_losses(loss):
    curves = loss_curves(loss, a=-1.0, b=1.0, c=0.5)
    made = LOSSES[loss](-1.0, 1.0, 0.5) if loss == "lsgan" else LOSSES[loss]()
    l = torch.tensor(curves.logits).unsqueeze(1)
    for k in range(0, 161, 20):
        zero = torch.full((1,), -1.0 if loss == "lsgan" else 0.0).double()
        offset = {"wgan_gp": 0.0, "lsgan": 0.0}.get(loss, np.log(2))
        one = torch.full((1,), 1.0 if loss == "lsgan" else 0.0).double()
        assert curves.real[k] == pytest.approx(float(made.discriminator(l[k], zero)) - offset)
        assert curves.fake[k] == pytest.approx(float(made.discriminator(one, l[k])) - offset)
        assert curves.generator[k] == pytest.approx(float(made.generator(l[k])))
        assert curves.pull[k] == pytest.approx(abs(float(made.generator_grad(l[k]))), abs=1e-12)


def test_a_perfect_sampler_is_at_every_floor_and_half_a_ring_is_not():
    data, scene = mixture("ring8"), lab.scene("ring8")
    for seed in (21, 22, 23):
        x = data.sample(SAMPLES, torch.Generator().manual_seed(seed)).numpy()
        scores, found = reference(data).compare(x), coverage(x, data)
        assert scores.js < 2 * scene.floor_js and scores.kl < 2 * scene.floor_kl and scores.swd < 3 * scene.floor_swd
        assert abs(found.hq - scene.floor_hq) < 0.01 and abs(found.near - scene.floor_near) < 0.002
    x = data.sample(40_000, torch.Generator().manual_seed(5)).numpy()
    half = x[x[:, 1] > 0.75 * x[:, 0] - 1e-9][:SAMPLES]
    scores = reference(data).compare(half)
    assert scores.js == pytest.approx(0.2158, abs=0.01) and scores.kl == pytest.approx(np.log(2), abs=0.03)
    assert coverage(half, data).near > 0.99, "precise, and yet half of it is missing"


# -- slow motion ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("norm", [False, True])
def test_an_iteration_told_slowly_is_the_textbook_step(norm):
    panels = [
        Panel("minimax", k_d=2),
        Panel("nonsaturating", k_g=2),
        Panel("lsgan", lr_d=3e-3),
        Panel("wgan_gp", k_d=3),
    ]
    run = make_run("C", panels=panels, seed=6, steps=20, every=10, batch=32, norm=norm)
    told = slow(run, 7)
    before, after = _lab.Trainer(run), _lab.Trainer(run)
    before.advance(7)
    after.advance(8)
    x, z, eps, more = before.batch(7)
    frames = list(film(run, after=6, stop=7)) + list(film(run, after=7, stop=8))
    for l, (panel, rates) in enumerate(zip(told.panels, before.gan.rates, strict=True)):
        np.testing.assert_allclose(panel.field, frames[0].field[l], atol=1e-6)
        np.testing.assert_allclose(panel.points, frames[0].points[l])
        np.testing.assert_allclose(panel.points_after, frames[1].points[l])
        assert (len(panel.d), len(panel.g)) == (rates.critic_steps, rates.generator_steps)
        G = network(before.gan.G.sizes, 0.0, before.gan.G.theta[l])
        D = network(before.gan.D.sizes, 0.0, before.gan.D.theta[l])
        for step, k in zip(panel.d[:1], [rates.critic_steps - 1], strict=True):  # the first, from the weights before
            fake = G(z[k, 0]).detach()
            loss = discriminator_loss(run.losses[l], D, x[k, 0], fake, eps[k, 0], 0.1)
            grads = torch.autograd.grad(loss, list(D.parameters()))
            np.testing.assert_allclose(step.x, x[k, 0] * before.scale, rtol=1e-5)
            np.testing.assert_allclose(step.fake, fake * before.scale, rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(step.logits_real, D(x[k, 0]).detach()[:, 0], rtol=1e-3, atol=1e-5)
            np.testing.assert_allclose(step.logits_fake, D(fake).detach()[:, 0], rtol=1e-3, atol=1e-5)
            assert step.loss == pytest.approx(loss.item(), rel=1e-4, abs=1e-6)
            assert step.gradient == pytest.approx(float(torch.cat([g.flatten() for g in grads]).norm()), rel=1e-3)
            np.testing.assert_allclose(step.layers @ step.layers, step.gradient**2, rtol=1e-5)
            assert (step.penalty > 0) == (run.losses[l] == "wgan_gp")
        D_after = network(before.gan.D.sizes, 0.0, after.gan.D.theta[l])
        step = panel.g[0]
        fake = (torch.tensor(step.fake) / before.scale).requires_grad_()
        np.testing.assert_allclose(step.z, z[0, 0])
        np.testing.assert_allclose(step.logits, D_after(fake).detach()[:, 0], rtol=1e-3, atol=1e-4)
        loss = generator_loss(run.losses[l], D_after(fake))
        assert step.loss == pytest.approx(loss.item(), rel=1e-3, abs=1e-5)
        (pull,) = torch.autograd.grad(loss * run.batch / before.scale, fake)
        np.testing.assert_allclose(step.push, -pull, rtol=1e-2, atol=1e-5)
        G_after = network(before.gan.G.sizes, 0.0, after.gan.G.theta[l])
        last = panel.g[-1]
        moved = G_after(torch.tensor(last.z)).detach() * before.scale
        np.testing.assert_allclose(last.moved, moved, rtol=1e-3, atol=1e-4)
        assert np.array_equal(panel.d[-1].field, _lab_frame.field(after.panels, _scores(after))[l])


def _scores(trainer):
    grid = _lab_frame._watched(trainer.seeds, trainer.run.z_dim, trainer.run.dataset)[2]
    return trainer.gan.discriminate(grid / trainer.scale).numpy()


def test_a_textbook_twin_takes_the_same_eight_steps():
    """From the initial weights on, with the trainer's own noise: the engine of the page is the textbook loop."""
    run = make_run("C", seed=6, steps=8, every=8, batch=32, panels=[Panel("nonsaturating", k_d=2, k_g=2)])
    trainer = _lab.Trainer(run)
    twin = TextbookGAN(
        "nonsaturating",
        network(trainer.gan.G.sizes, 0.0, trainer.gan.G.theta[0]),
        network(trainer.gan.D.sizes, 0.0, trainer.gan.D.theta[0]),
        1e-3,
        1e-3,
    )
    for step in range(8):
        x, z, eps, more = (part[:, 0] for part in trainer.batch(step))
        twin.step(x, z, eps, more=more)
    trainer.advance(8)
    torch.testing.assert_close(trainer.gan.G.theta[0], flat(twin.G), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(trainer.gan.D.theta[0], flat(twin.D), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("step", [-1, 20, "3", None, float("nan")])
def test_there_is_no_iteration_outside_of_the_run(step):
    with pytest.raises(InvalidInput):
        slow(make_run("C", steps=20), step)

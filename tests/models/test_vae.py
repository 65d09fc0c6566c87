"""The VAE: both terms against numerical integration, bounds in their order, and the numbers of the shipped weights."""

from __future__ import annotations

import json

import pytest
import torch
from torch.func import functional_call

import playground
from playground import weights
from playground.data import mnist
from playground.losses.likelihood import bernoulli_log_likelihood, gaussian_log_likelihood
from playground.models.base import LatentModel, Posterior
from playground.models.vae import VAE

PINNED = 129.5593  # -ELBO of the first 500 test digits, nats, one draw of z each from seed 0


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def shipped() -> VAE:
    torch.set_num_threads(1)
    return playground.load("vae")


@pytest.fixture
def tiny() -> VAE:
    torch.manual_seed(0)
    return VAE(VAE.Config(height=4, width=4, hidden=(6, 5))).double()


@pytest.fixture
def images() -> torch.Tensor:
    return (torch.rand(3, 1, 4, 4, generator=seeded(1)) > 0.5).double()


@pytest.mark.parametrize("network", ["mlp", "conv"])
@pytest.mark.parametrize("latent_dim", [2, 5])
def test_it_is_a_latent_model_of_any_size(network, latent_dim):
    model = VAE(VAE.Config(height=8, width=12, latent_dim=latent_dim, network=network, hidden=(4, 6)))
    assert isinstance(model, LatentModel) and model.latent_dim == latent_dim
    x = (torch.rand(3, 1, 8, 12, generator=seeded()) > 0.5).float()
    mu, logvar = model.encode(x)
    assert mu.shape == logvar.shape == (3, latent_dim)
    p = model.decode(torch.randn(7, latent_dim, generator=seeded()))
    assert p.shape == (7, 1, 8, 12) and (p >= 0).all() and (p <= 1).all()
    assert model.elbo(x, seeded()).shape == (3,) and model.importance_weighted(x, 4, seeded()).shape == (3,)


def test_z_is_mu_plus_sigma_eps_and_both_receive_gradients():
    mu, logvar = torch.zeros(200_000, 1), torch.full((200_000, 1), 2.0, requires_grad=True)
    model = VAE(VAE.Config(height=4, width=4, latent_dim=1, hidden=(4,)))
    mu.requires_grad_()
    z = model.reparameterize(Posterior(mu, logvar), seeded())
    assert z.mean().item() == pytest.approx(0, abs=0.02) and z.var().item() == pytest.approx(torch.e**2, rel=0.02)
    d_mu, d_logvar = torch.autograd.grad(z.sum(), (mu, logvar))
    torch.testing.assert_close(d_mu, torch.ones_like(mu))
    torch.testing.assert_close(d_logvar, (z / 2).detach())  # dz / dlogvar = sigma eps / 2


def test_the_reconstruction_terms_gradient_reaches_the_encoders_logvar(tiny, images):
    reconstruction = tiny.terms(images, seeded()).reconstruction.sum()
    last = tiny.encoder[-1]
    (gradient,) = torch.autograd.grad(reconstruction, last.weight)
    mu_rows, logvar_rows = gradient.chunk(2)
    assert mu_rows.abs().max() > 1e-4 and logvar_rows.abs().max() > 1e-4


def test_gradients_of_the_loss_are_right(tiny, images):
    names, parameters = zip(*tiny.named_parameters(), strict=True)

    def loss(*values):
        return functional_call(tiny, dict(zip(names, values, strict=True)), (images,))

    tiny.forward = lambda x: tiny._loss((x,), seeded())["loss"]  # functional_call calls forward; the same eps each time
    assert torch.autograd.gradcheck(loss, parameters)


def test_the_elbo_is_its_integral(tiny, images):
    """E_q[log p(x|z)] by quadrature over the plane, the KL as an integral of q log q/p."""
    draws = torch.stack([torch.stack(tiny.terms(images, seeded(k))) for k in range(3000)]).mean(0)  # (2, B)
    line = torch.linspace(-7, 7, 281, dtype=torch.float64)
    z = torch.cartesian_prod(line, line)
    for k, x in enumerate(images):
        mu, logvar = (v[0] for v in tiny.encode(x[None]))
        log_q = gaussian_log_likelihood(z, mu, logvar)
        q = log_q.exp() * (line[1] - line[0]) ** 2
        reconstruction = (q * bernoulli_log_likelihood(tiny.decoder(z), x.expand(len(z), -1, -1, -1))).sum()
        kl = (q * (log_q - gaussian_log_likelihood(z))).sum()
        assert draws[0, k].item() == pytest.approx(reconstruction.item(), abs=0.02)
        assert draws[1, k].item() == pytest.approx(kl.item(), abs=1e-4)


def test_importance_weighting_finds_log_p_of_a_small_model(tiny, images):
    line = torch.linspace(-7, 7, 281, dtype=torch.float64)
    z = torch.cartesian_prod(line, line)
    with torch.no_grad():
        for x in images:
            log_joint = bernoulli_log_likelihood(tiny.decoder(z), x.expand(len(z), -1, -1, -1))
            exact = (log_joint + gaussian_log_likelihood(z)).logsumexp(0) + 2 * (line[1] - line[0]).log()
            assert tiny.importance_weighted(x[None], 5000, seeded()).item() == pytest.approx(exact.item(), abs=0.01)


def test_beta_weighs_the_kl_of_the_loss_and_leaves_the_bound_alone(tiny, images):
    reconstruction, kl = tiny.terms(images, seeded())
    heavy = VAE(VAE.Config(height=4, width=4, hidden=(6, 5), beta=4.0)).double()
    heavy.load_state_dict(tiny.state_dict())
    loss = heavy.phases()[0].loss((images,), seeded())["loss"]
    torch.testing.assert_close(loss, (4 * kl - reconstruction).mean())
    torch.testing.assert_close(heavy.elbo(images, seeded()), reconstruction - kl)


def test_weights_and_config_survive_the_disk(tiny, images, tmp_path):
    tiny.save_pretrained(tmp_path)
    loaded = VAE.from_pretrained(tmp_path).double()
    assert loaded.config == tiny.config
    torch.testing.assert_close(loaded.elbo(images, seeded()), tiny.elbo(images, seeded()), rtol=1e-5, atol=1e-5)


@torch.inference_mode()
def test_the_bounds_stand_in_their_order(shipped, data_root):
    """ELBO <= IW-200 <= IW-2000 in expectation: digit by digit within the noise, and clearly on the average of 20."""
    x = mnist.binary_test(data_root)[0][:20]
    elbo = torch.stack([shipped.elbo(x, seeded(k)) for k in range(100)]).mean(0)
    tight, tighter = (shipped.importance_weighted(x, draws, seeded(draws)) for draws in (200, 2000))
    assert (tight > elbo - 0.2).all(), f"expected IW-200 above the ELBO, got {(tight - elbo).min():.3f}"
    assert (tighter > tight - 0.5).all(), f"expected IW-2000 above IW-200, got {(tighter - tight).min():.3f}"
    assert (tight - elbo).mean() > 0.3 and (tighter - tight).mean() > 0, (tight - elbo, tighter - tight)


@torch.inference_mode()
def test_reconstructions_beat_the_mean_image(shipped, data_root):
    x, _, _ = mnist.binary_test(data_root)
    x = x[:500]
    reconstruction = bernoulli_log_likelihood(shipped.decoder(shipped.encode(x).mu), x).mean().item()
    mean_image = x.mean(0, keepdim=True).clamp(1e-3, 1 - 1e-3).logit().expand_as(x)
    mean = bernoulli_log_likelihood(mean_image, x).mean().item()
    assert reconstruction > mean + 60, f"expected at least 60 nats above {mean:.1f}, got {reconstruction:.1f}"


@torch.inference_mode()
def test_the_shipped_weights_keep_their_number(shipped, data_root):
    x = mnist.binary_test(data_root)[0][:500]
    value = -shipped.elbo(x, generator=seeded()).double().mean().item()
    assert value == pytest.approx(PINNED, abs=0.01), f"expected {PINNED} nats on 500 test digits, got {value:.4f}"


def test_the_shipped_number_is_below_the_floor():
    row = json.loads((weights.directory("vae") / "metrics.json").read_text("utf-8"))[0]
    assert row["metric"] == "elbo" and 100 < row["value"] <= row["floor"] == 150.0, row

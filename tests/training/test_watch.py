"""A training can be watched: every step is seen before it is taken, the end too, and looking changes nothing."""

from __future__ import annotations

from dataclasses import replace

import torch
from accelerate import Accelerator

from playground.catalog import Recipe
from playground.models.vae import VAE
from playground.training import record_collapse
from playground.training.loop import train

STEPS = 4


def batch(step: int) -> tuple[torch.Tensor]:
    return (torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(step)).round(),)


def trained(path, watch=None) -> VAE:
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = VAE(VAE.Config(hidden=(8,)))
    options = {"accelerator": Accelerator(cpu=True), "checkpoint": path / "run.safetensors", "watch": watch}
    return train(model, Recipe(schedule="constant"), batch, STEPS, **options)


def test_every_step_is_seen_before_it_is_taken(tmp_path):
    seen = {}
    model = trained(tmp_path, lambda step, model: seen.update({step: model.encoder[1].weight.detach().clone()}))
    assert list(seen) == [*range(STEPS + 1)]
    assert (seen[STEPS] == model.encoder[1].weight).all() and (seen[0] != seen[1]).any()
    assert (trained(tmp_path).encoder[1].weight == seen[STEPS]).all(), "expected a watched training to be the same"


def test_the_watcher_of_the_collapse_lets_beta_jump(tmp_path):
    x = batch(99)[0]
    watcher = record_collapse.Watcher(x, [0, 1], [0, 2, STEPS], 2)
    model = trained(tmp_path, watcher)
    film = watcher.film
    assert model.config == replace(VAE.Config(hidden=(8,)), beta=record_collapse.BETA)
    assert film.mu.shape == (3, 8, 2) and film.x_hat.shape == (3, 2, 28, 28) and film.kl.shape == (3, 2)
    q = torch.distributions.Normal(torch.tensor(film.mu), torch.tensor(film.logvar).mul(0.5).exp())
    kl = torch.distributions.kl_divergence(q, torch.distributions.Normal(0.0, 1.0)).mean(1)
    torch.testing.assert_close(torch.tensor(film.kl), kl, rtol=1e-4, atol=1e-6)


def test_the_film_looks_often_where_much_happens():
    moments = record_collapse.moments(469)
    half = record_collapse.EPOCHS * 469 // 2
    assert moments[:4] == [0, 10, 25, 50] and moments[-1] == 2 * half
    assert {half, half + 5, half + 40} <= set(moments) and max(
        b - a for a, b in zip(moments, moments[1:], strict=False)
    ) <= 235

"""Models with a latent space: autoencoders and their relatives."""

from __future__ import annotations

from playground.catalog.model_card import ModelCard, Paper, Recipe

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="vae",
        name="VAE",
        path="playground.models.vae:VAE",
        stage="latent",
        family="latent",
        paper=Paper("Kingma, Welling", "Auto-Encoding Variational Bayes", "ICLR 2014", "1312.6114"),
        equation=(
            r"\log p(x)\;\ge\;\mathbb{E}_{q(z\mid x)}\!\left[\log p(x\mid z)\right]"
            r"-\mathrm{KL}\!\left(q(z\mid x)\,\|\,\mathcal N(0,I)\right),\qquad z=\mu+\sigma\odot\varepsilon"
        ),
        capabilities=("encode", "decode", "elbo"),
        metrics=("elbo",),
        floor=150.0,
        recipe=Recipe(epochs=80, batch_size=128, lr=1e-3, ema=0.999),
    ),
)

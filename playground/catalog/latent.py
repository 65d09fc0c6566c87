"""Models with a latent space: autoencoders and their relatives."""

from __future__ import annotations

from dataclasses import replace

from playground.catalog.model_card import ModelCard, Paper, Published, Recipe

WAE = Paper("Tolstikhin, Bousquet, Gelly, Schoelkopf", "Wasserstein Auto-Encoders", "ICLR 2018", "1711.01558")
PLANE = ("reconstruction", "information", "continuity", "completeness", "prior_distance")
BETAS = (0.1, 0.5, 2, 4, 10)
RECIPE = Recipe(epochs=80, batch_size=128, lr=1e-3, ema=0.999)
HALF = replace(RECIPE, epochs=40, bf16=True, half=True)

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="autoencoder",
        name="Autoencoder",
        path="playground.models.autoencoder:Autoencoder",
        stage="latent",
        family="latent",
        paper=Paper(
            "Hinton, Salakhutdinov", "Reducing the Dimensionality of Data with Neural Networks", "Science 313, 2006"
        ),
        equation=r"z=f(x),\qquad \min_{f,g}\;-\mathbb{E}_{x}\,\log p\!\left(x\mid g(f(x))\right)",
        capabilities=("encode", "decode"),
        metrics=PLANE,
        floor=140.0,
        recipe=replace(RECIPE, half=True),
    ),
    ModelCard(
        id="kl_only",
        name="KL only",
        path="playground.models.kl_only:KLOnly",
        stage="latent",
        family="latent",
        paper=Paper("Hoffman, Johnson", "ELBO Surgery", "NIPS 2016 workshop"),
        equation=r"\min_{q}\;\mathbb{E}_{x}\,\mathrm{KL}\!\left(q(z\mid x)\,\|\,\mathcal N(0,I)\right)",
        capabilities=("encode", "decode"),
        metrics=("information", "reconstruction", "continuity", "completeness", "prior_distance"),
        floor=0.05,
        recipe=replace(HALF, epochs=10, bf16=False),
    ),
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
        metrics=("elbo", "iw", *PLANE),
        floor=150.0,
        recipe=RECIPE,
        published=(
            Published(86.77, "pytorch-generative, convolutional", "DYNAMIC", "d20"),
            Published(89.9, "pythae, importance sampling", "FIXED", "d20"),
        ),
        ranked=("d20",),
        variants={
            "beta1": {},
            **{f"beta{beta:g}": {"beta": beta} for beta in BETAS},
            "d20": {"latent_dim": 20, "hidden": (512, 512)},
        },
        recipes={
            **{f"beta{beta:g}": {"bf16": True, "half": True} for beta in BETAS},
            "d20": {"epochs": 120, "ema": 0.9995, "bf16": True, "half": True},
        },
    ),
    ModelCard(
        id="aae",
        name="AAE",
        path="playground.models.aae:AAE",
        stage="latent",
        family="latent",
        paper=Paper("Makhzani et al.", "Adversarial Autoencoders", "2015", "1511.05644"),
        equation=(
            r"\min_{f,g}\,-\mathbb{E}_x\log p\!\left(x\mid g(f(x))\right),\qquad "
            r"\min_{f}\max_{D}\;\mathbb{E}_{p(z)}\log D(z)+\mathbb{E}_x\log\!\left(1-D(f(x))\right)"
        ),
        capabilities=("encode", "decode"),
        metrics=PLANE,
        floor=150.0,
        recipe=replace(HALF, epochs=30),
        variants={"normal": {}, "circle": {"prior": "circle"}, "swiss_roll": {"prior": "swiss_roll"}},
    ),
    ModelCard(
        id="wae_mmd",
        name="WAE-MMD",
        path="playground.models.wae:WAEMMD",
        stage="latent",
        family="latent",
        paper=WAE,
        equation=r"\min_{f,g}\;\mathbb{E}_x\,c\!\left(x,g(f(x))\right)+\lambda\,\mathrm{MMD}^2_k(Q_Z,P_Z)",
        capabilities=("encode", "decode"),
        metrics=PLANE,
        floor=150.0,
        recipe=replace(HALF, batch_size=256),
    ),
    ModelCard(
        id="wae_gan",
        name="WAE-GAN",
        path="playground.models.wae:WAEGAN",
        stage="latent",
        family="latent",
        paper=WAE,
        equation=(
            r"\min_{f,g}\;\mathbb{E}_x\left[c\!\left(x,g(f(x))\right)-\lambda\log D(f(x))\right],\qquad "
            r"\max_{D}\;\mathbb{E}_{p(z)}\log D(z)+\mathbb{E}_x\log\!\left(1-D(f(x))\right)"
        ),
        capabilities=("encode", "decode"),
        metrics=PLANE,
        floor=150.0,
        recipe=HALF,
    ),
)

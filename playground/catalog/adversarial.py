"""Models trained against an adversary: of images, and the four of the 2-D lab."""

from __future__ import annotations

from dataclasses import replace

from playground.catalog.model_card import ModelCard, Paper, Recipe

GOODFELLOW = Paper("Goodfellow et al.", "Generative Adversarial Nets", "NIPS 2014", "1406.2661")


_IMAGES = Recipe(
    data="grey",
    batch_size=64,
    lr=1e-3,
    betas=(0.5, 0.999),
    schedule="constant",
    ema=0.999,
    bf16=True,
    channels_last=True,
)


def _lab(id: str, name: str, loss: str, paper: Paper, equation: str, floor: float, critic_steps: int = 1) -> ModelCard:
    """A GAN of the lab: two small networks on a ring of eight Gaussians, preset C."""
    return ModelCard(
        id=id,
        name=name,
        path="playground.models.gan_2d:GAN2D",
        stage="lab",
        family="adversarial",
        paper=paper,
        equation=equation,
        capabilities=("generate",),
        metrics=("modes", "hq", "js"),
        floor=floor,
        recipe=Recipe(data="ring8", epochs=40, batch_size=128, lr=1e-3, betas=(0.5, 0.9), schedule="constant"),
        config={"loss": loss, "critic_steps": critic_steps},
    )


CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="progan",
        name="Progressive GAN",
        path="playground.models.progan:ProGAN",
        stage="codes",
        family="adversarial",
        paper=Paper(
            "Karras, Aila, Laine, Lehtinen",
            "Progressive Growing of GANs for Improved Quality, Stability, and Variation",
            "ICLR 2018",
            "1710.10196",
        ),
        equation=(
            r"x_l=(1-\alpha)\,\mathrm{up}_2\!\left(\mathrm{toRGB}_{l-1}(h_{l-1})\right)"
            r"+\alpha\,\mathrm{toRGB}_l(h_l)"
        ),
        capabilities=("generate",),
        metrics=("frechet", "digits", "recognised"),
        floor=14.9,  # ten times what as many training digits have
        recipe=replace(
            _IMAGES,
            epochs=62.25,
            batch_size=64,
            lr=2e-3,
            betas=(0.0, 0.99),
            schedule="linear_tail",
            ema=0.9995,
            half=True,
            film=40,
        ),
    ),
    ModelCard(
        id="dcgan",
        name="DCGAN",
        path="playground.models.dcgan:DCGAN",
        stage="codes",
        family="adversarial",
        paper=Paper(
            "Radford, Metz, Chintala",
            "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks",
            "ICLR 2016",
            "1511.06434",
        ),
        equation=r"\min_G\max_D\;\mathbb{E}_{x}\ln D(x)+\mathbb{E}_{z}\ln\left(1-D(G(z))\right)",
        capabilities=("generate",),
        metrics=("frechet", "digits", "recognised"),
        floor=14.9,  # ten times what as many training digits have
        recipe=replace(_IMAGES, epochs=6, half=True, film=40),
        variants={
            "nonsaturating": {"loss": "nonsaturating"},
            "minimax": {"loss": "minimax"},
            "lsgan": {"loss": "lsgan"},
            "wgan_gp": {"loss": "wgan_gp", "critic_steps": 5, "normalized": False, "critic_lr": 1.0},
        },
        recipes={"wgan_gp": {"betas": (0.5, 0.9), "lr": 4e-4, "epochs": 3}},
        ranked=("minimax", "lsgan", "wgan_gp"),
    ),
    ModelCard(
        id="infogan",
        name="InfoGAN",
        path="playground.models.infogan:InfoGAN",
        stage="codes",
        family="adversarial",
        paper=Paper(
            "Chen et al.",
            "InfoGAN: Interpretable Representation Learning by Information Maximizing GANs",
            "NIPS 2016",
            "1606.03657",
        ),
        equation=(
            r"\min_{G,Q}\max_D\;V(D,G)-\lambda L_I(G,Q),\qquad "
            r"L_I=\mathbb{E}\!\left[\log Q(c\mid G(z,c))\right]+H(c)\;\le\;I\!\left(c;G(z,c)\right)"
        ),
        capabilities=("generate",),
        metrics=("code_accuracy", "mutual_information", "code_effects"),
        floor=95.0,
        config={"moved": True},
        variants={"lambda_1": {}, "lambda_0": {"weight": 0.0, "probe": True}},
        recipes={"lambda_0": {"epochs": 4}},
        recipe=replace(_IMAGES, epochs=10, seed=4),
    ),
    _lab(
        "gan_minimax",
        "GAN, minimax",
        "minimax",
        GOODFELLOW,
        r"\min_G\max_D\;\mathbb{E}\ln D(x)+\mathbb{E}\ln(1-D(G(z)))",
        8,
    ),
    _lab("gan_nonsaturating", "GAN, non-saturating", "nonsaturating", GOODFELLOW, r"\min_G\;-\mathbb{E}\ln D(G(z))", 4),
    _lab(
        "lsgan",
        "LSGAN",
        "lsgan",
        Paper("Mao et al.", "Least Squares Generative Adversarial Networks", "ICCV 2017", "1611.04076"),
        r"\min_D\;\tfrac12\mathbb{E}(D(x)-b)^2+\tfrac12\mathbb{E}(D(G(z))-a)^2,\quad"
        r"\min_G\;\tfrac12\mathbb{E}(D(G(z))-c)^2",
        6,
    ),
    _lab(
        "wgan_gp",
        "WGAN-GP",
        "wgan_gp",
        Paper("Gulrajani et al.", "Improved Training of Wasserstein GANs", "NIPS 2017", "1704.00028"),
        r"\min_G\max_f\;\mathbb{E}f(x)-\mathbb{E}f(G(z))-\lambda\,\mathbb{E}(\lVert\nabla f(\hat x)\rVert-1)^2",
        8,
        critic_steps=5,
    ),
)

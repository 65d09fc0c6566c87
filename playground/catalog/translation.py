"""From something to an image: translators between sets of pictures, and generators that are told what to draw."""

from __future__ import annotations

from dataclasses import replace

from playground.catalog.model_card import ModelCard, Paper, Recipe

_GAME = Recipe(batch_size=64, lr=4e-4, betas=(0.5, 0.999), schedule="linear_tail", ema=0.999, bf16=True, half=True)

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="text2image",
        name="Text to image (GAN-CLS-INT)",
        path="playground.models.text2image:Text2Image",
        stage="text2image",
        family="adversarial",
        paper=Paper(
            "Reed, Akata, Yan, Logeswaran, Schiele, Lee",
            "Generative Adversarial Text to Image Synthesis",
            "ICML 2016",
            "1605.05396",
        ),
        equation=(
            r"\mathcal{L}_D=-\ln D(x,t)-\tfrac12\left[\ln(1-D(x,\hat t\,))+\ln(1-D(\hat x,t))\right],\quad"
            r"\mathcal{L}_G=-\ln D(\hat x,t)+\tfrac14\mathcal{L}_M(\hat x,t)"
            r"-w\min\!\left(\tfrac{\lVert\hat x-\hat x'\rVert}{\lVert z-z'\rVert},\tau\right)"
        ),
        capabilities=("generate",),
        metrics=("caption_attributes", "variety"),
        floor=90.0,
        recipe=replace(_GAME, data="captions", epochs=9, lr=1e-3),
    ),
    ModelCard(
        id="puzzle_gan",
        name="Puzzle-GAN",
        path="playground.models.puzzle_gan:PuzzleGAN",
        stage="puzzle_gan",
        family="adversarial",
        paper=Paper(
            "Lee, Yun, Choi, Yoo, Yang, Oh",
            "Unsupervised Holistic Image Generation from Key Local Patches",
            "ECCV 2018",
            "1703.10730",
        ),
        equation=(
            r"p(\text{place}\mid k)=\mathrm{softmax}\,W(h_k),\quad \mathcal{L}_G=\mathcal{L}_{adv}"
            r"-\tfrac13\sum_k\ln p(\text{place}_k\mid k)+w\,\lVert\hat x-x\rVert_1"
        ),
        capabilities=("generate",),
        metrics=("digit_recovered", "patches_kept"),
        floor=80.0,
        recipe=replace(_GAME, data="patches", epochs=42.2, batch_size=128, lr=1e-3),
    ),
    ModelCard(
        id="cyclegan",
        name="CycleGAN",
        path="playground.models.cyclegan:CycleGAN",
        stage="cyclegan",
        family="adversarial",
        paper=Paper(
            "Zhu, Park, Isola, Efros",
            "Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks",
            "ICCV 2017",
            "1703.10593",
        ),
        equation=(
            r"\mathcal{L}=\mathcal{L}_{GAN}(G,D_Y)+\mathcal{L}_{GAN}(F,D_X)"
            r"+\lambda\left(\lVert F(G(x))-x\rVert_1+\lVert G(F(y))-y\rVert_1\right)"
        ),
        capabilities=("translate",),
        metrics=("digit_kept", "style_reached", "truth_l1", "cycle_l1"),
        floor=95.0,
        variants={
            "zebra": {},
            "seasons": {"domains": ("summer", "winter")},
            "zebra_lambda_0": {"cycle": 0.0},
            "seasons_lambda_0": {"domains": ("summer", "winter"), "cycle": 0.0},
        },
        recipes={"zebra": {"epochs": 5}, "zebra_lambda_0": {"epochs": 0.5}, "seasons_lambda_0": {"epochs": 0.5}},
        ranked=("seasons",),
        recipe=replace(_GAME, data="styles", epochs=1.5, batch_size=8),
    ),
    ModelCard(
        id="stargan",
        name="StarGAN",
        path="playground.models.stargan:StarGAN",
        stage="stargan",
        family="adversarial",
        paper=Paper(
            "Choi, Choi, Kim, Ha, Kim, Choo",
            "StarGAN: Unified Generative Adversarial Networks for Multi-Domain Image-to-Image Translation",
            "CVPR 2018",
            "1711.09020",
        ),
        equation=(
            r"\mathcal{L}_G=w\,\mathcal{L}_{adv}+\lambda_{cls}\,\mathbb{E}[-\ln D_{cls}(c\mid G(x,c))]"
            r"+\lambda_{rec}\left(\lVert x-G(G(x,c),c')\rVert_1+\tfrac12\lVert x-G(x,c')\rVert_1\right)"
        ),
        capabilities=("translate",),
        metrics=("digit_kept", "style_reached", "truth_l1", "cycle_l1"),
        floor=95.0,
        variants={"lambda_10": {}, "lambda_0": {"reconstruction": 0.0}},
        recipes={"lambda_0": {"epochs": 1.8, "batch_size": 8}},
        recipe=replace(_GAME, data="styles", epochs=15.5, batch_size=12, lr=3e-4, clip=0.0, bf16=False),
    ),
)

"""The judge: no generative model, but what tells the digits of one."""

from __future__ import annotations

from playground.catalog.model_card import ModelCard, Paper, Recipe

CARDS: tuple[ModelCard, ...] = (
    ModelCard(
        id="judge",
        name="Digit classifier (judge)",
        path="playground.models.judge:Judge",
        stage="",
        family="classifier",
        paper=Paper("", "A small convolutional classifier that judges what the generators draw", ""),
        equation=r"p(y\mid x)=\mathrm{softmax}\!\left(f(x)\right)",
        capabilities=("classify",),
        metrics=("accuracy",),
        floor=99.0,
        recipe=Recipe(data="grey", epochs=8, batch_size=128, lr=2e-3, weight_decay=1e-2, bf16=True, channels_last=True),
    ),
)

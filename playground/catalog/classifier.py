"""The judges: no generative models, but what tells what those have made."""

from __future__ import annotations

from playground.catalog.model_card import ModelCard, Paper, Recipe

_COLOURED = Recipe(data="styled", epochs=4, batch_size=128, lr=2e-3, weight_decay=1e-2, bf16=True, channels_last=True)


def _of_colours(id: str, name: str, what: str, floor: float, **config: object) -> ModelCard:
    """A judge of coloured pictures; config: what differs from that of styled digits."""
    return ModelCard(
        id=id,
        name=name,
        path="playground.models.attribute_judge:AttributeJudge",
        stage="",
        family="classifier",
        paper=Paper("", what, ""),
        equation=r"p(y_k\mid x)=\mathrm{softmax}\!\left(W_kf(x)\right)",
        capabilities=("classify",),
        metrics=("attributes_right",),
        floor=floor,
        config=config,
        recipe=_COLOURED,
    )


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
    _of_colours(
        "style_judge", "Classifier of styled digits (judge)", "Style and digit of 32 x 32 colour pictures", 98.0
    ),
    _of_colours(
        "caption_judge",
        "Classifier of captioned digits (judge)",
        "Digit, colours, position, size and strokes of 32 x 32 colour pictures",
        95.0,
        data="told",
        attributes=("digit", "colour", "ground", "position", "size", "width"),
        values=(10, 7, 7, 5, 2, 2),
        width=24,
    ),
)

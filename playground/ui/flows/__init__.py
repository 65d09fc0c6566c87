"""What each adversarial model minimizes, as pictures by model and variant; `flows.base` says what they consist of."""

from __future__ import annotations

from playground.ui.flows.base import Edge, Gradient, Node, Picture
from playground.ui.flows.games import FORMULAS, gan, infogan, progan
from playground.ui.flows.translators import cyclegan, puzzle_gan, stargan, text2image

__all__ = ["FLOWS", "Edge", "Gradient", "Node", "Picture", "choices"]

FLOWS: dict[str, dict[str, Picture]] = {
    "dcgan": {loss: gan(loss, ("discriminator", "generator")) for loss in FORMULAS},
    "gan_2d": {loss: gan(loss, ("D", "G")) for loss in FORMULAS},
    "infogan": {"lambda_1": infogan(probe=False), "lambda_0": infogan(probe=True)},
    "progan": {"progan": progan()},
    "cyclegan": {"cyclegan": cyclegan()},
    "stargan": {"stargan": stargan()},
    "text2image": {"text2image": text2image()},
    "puzzle_gan": {"puzzle_gan": puzzle_gan()},
}


def choices(id: str) -> list[str]:
    """The losses that a visitor may choose in the pictures of a model, for a `Field`."""
    return list(dict.fromkeys(g.id for picture in FLOWS[id].values() for g in picture.gradients))

"""The catalogue: one card per model. Standard library only, so the page can list models before torch is loaded.

Adding a model to an existing stage is one file in `models/` and one card here, in the file of its family: training,
loading, metrics, the page, the tests over all models and the README's row follow from the card.
"""

from __future__ import annotations

from playground.catalog import adversarial, autoregressive, classifier, latent, translation
from playground.catalog.model_card import ModelCard, Paper, Published, Recipe
from playground.errors import InvalidInput

__all__ = ["CARDS", "ModelCard", "Paper", "Published", "Recipe", "card", "names", "of_stage", "shipped", "variants"]

CARDS: tuple[ModelCard, ...] = (
    *autoregressive.CARDS,
    *latent.CARDS,
    *adversarial.CARDS,
    *translation.CARDS,
    *classifier.CARDS,
)
_BY_ID = {card.id: card for card in CARDS}


def card(id: str) -> ModelCard:
    """The card of a model. Raises InvalidInput for an unknown id."""
    if id not in _BY_ID:
        raise InvalidInput("choice", "id", id, choices=list(_BY_ID))
    return _BY_ID[id]


def names() -> list[str]:
    """Ids of all models."""
    return list(_BY_ID)


def shipped() -> list[ModelCard]:
    """The cards of the models that have weights."""
    return [card for card in CARDS if card.shipped]


def of_stage(stage: str) -> list[ModelCard]:
    """The cards of one stage, in the order of the page."""
    return [card for card in CARDS if card.stage == stage]


def variants(id: str) -> list[str]:
    """The variants of a model that ship weights, the reference first; empty where there is one configuration."""
    return list(card(id).variants)

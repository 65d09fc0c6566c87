"""Every card of the catalogue keeps the promises that the page, the README and the training make from it."""

import inspect
import json
import math

import pytest

import playground
from playground import catalog, weights
from playground.errors import InvalidInput
from playground.models.base import Autoregressive, ImageGenerator, LatentModel

BINARY = {"nll", "elbo"}  # measured on the binarized test digits
LOWER_IS_BETTER = {*BINARY, "reconstruction", "information", "density_nll", "colour_nll", "nll_per_char", "frechet"}
CARDS = pytest.mark.parametrize("card", catalog.CARDS, ids=lambda card: card.id)
SHIPPED = pytest.mark.parametrize("card", catalog.shipped(), ids=lambda card: card.id)
METHODS = {"log_prob", "conditionals", "sample", "encode", "decode", "elbo", "generate", "classify", "translate"}


def metrics(card):
    return json.loads((weights.directory(card.id) / "metrics.json").read_text(encoding="utf-8"))


def test_ids_are_unique_and_public():
    ids = [card.id for card in catalog.CARDS]
    assert len(set(ids)) == len(ids) and ids == playground.names()


def test_unknown_names_say_what_is_offered():
    with pytest.raises(InvalidInput, match="pixel_cnn"):
        playground.load("pixelcnn")
    with pytest.raises(InvalidInput, match="variant"):
        playground.load("nade", variant="huge")


@CARDS
def test_class_takes_one_frozen_config_and_has_its_capabilities(card):
    cls = weights.model_class(card.id)
    assert list(inspect.signature(cls.__init__).parameters) == ["self", "config"]
    assert cls.Config.__dataclass_params__.frozen
    for capability in card.capabilities:
        assert capability in METHODS and callable(getattr(cls, capability)), (card.id, capability)
    model = weights.create(card.id)
    assert not model.training or model.phases() or isinstance(model, Autoregressive)
    if "encode" in card.capabilities:
        assert isinstance(model, LatentModel)
    if "generate" in card.capabilities:
        assert isinstance(model, ImageGenerator)


@CARDS
def test_phases_name_distinct_parameters_of_the_model(card):
    model = weights.create(card.id)
    own = {id(parameter) for parameter in model.parameters()}
    for phase in model.phases():
        given = [id(parameter) for parameter in phase.parameters]
        assert given and len(set(given)) == len(given) and set(given) <= own, (card.id, phase.name)


@SHIPPED
def test_shipped_weights_reach_their_floor(card):
    head = metrics(card)[0]
    assert head["metric"] == card.metrics[0] and math.isfinite(head["value"])
    if head["metric"] in LOWER_IS_BETTER:
        assert head["value"] <= card.floor, f"{card.id}: expected at most {card.floor}, got {head['value']}"
    else:
        assert head["value"] >= card.floor, f"{card.id}: expected at least {card.floor}, got {head['value']}"


@SHIPPED
def test_every_number_says_how_it_was_measured(card):
    for row in metrics(card):
        assert {"metric", "value", "unit", "split", "seed", "n", "command"} <= row.keys(), row
        assert f"playground.metrics {card.id}" in row["command"]
        if row["metric"] in BINARY:
            assert "DYNAMIC" in row["binarization"] and row["hash"]


@SHIPPED
def test_weights_are_small_and_shipped_with_their_config(card):
    directory = weights.directory(card.id)
    assert (directory / "model.safetensors").stat().st_size < 10e6
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    assert weights.load(card.id).config == weights.model_class(card.id).Config(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in config.items()}
    )


def test_a_model_without_weights_is_not_on_the_page():
    from playground.ui.stages import IDS

    for card in catalog.CARDS:
        assert card.shipped == (weights.directory(card.id) / "model.safetensors").is_file(), card.id
        assert card.shipped or card.stage not in IDS, card.id


def test_order_of_the_density_models_holds():
    """Bernoulli > NADE > PixelCNN, and none below 77 nats: a pixel model that good on MNIST sees its own future."""
    values = {id: metrics(catalog.card(id))[0]["value"] for id in ("bernoulli", "nade", "pixel_cnn")}
    assert values["bernoulli"] > values["nade"] > values["pixel_cnn"] > 77, values

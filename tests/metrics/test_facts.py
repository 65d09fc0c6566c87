"""Facts of the ladder: parameters counted by hand, calls counted by calling, samples drawn again."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from playground import catalog, weights
from playground.inference import ladder
from playground.metrics import facts
from playground.models.bernoulli import Bernoulli
from playground.models.nade import NADE
from playground.nn.masked import MaskedConv2d, MaskedLinear

SHIPPED = [card.id for card in catalog.CARDS if (weights.directory(card.id) / "facts.json").is_file()]


def test_parameters_of_nade_and_of_the_baseline():
    assert facts.parameters(Bernoulli()) == 784
    config = NADE.Config()
    D, H = config.height * config.width, config.hidden
    assert facts.parameters(NADE(config)) == 2 * D * H + D + H


def test_connections_that_a_mask_cuts_are_not_counted():
    linear = MaskedLinear(torch.ones(5, 5).tril(-1))
    assert facts.parameters(linear) == 10 + 5
    conv = MaskedConv2d("A", 2, 3, 3)
    assert facts.parameters(conv) == 2 * 3 * 4 + 3  # the row above and the left neighbour


@pytest.mark.parametrize("id", ["fvsbn", "made", "ar_k", "markov"])
def test_parameters_are_as_many_as_the_theory_says(id):
    if id not in catalog.names() or not (weights.directory(id) / "model.safetensors").is_file():
        pytest.skip(f"{id} is not shipped yet")
    model = weights.load(id)
    if id == "made":  # each weight that some ordering uses, each bias; all others are zero
        used = sum(int((p != 0).sum()) for p in model.parameters())
        assert facts.parameters(model) == pytest.approx(used, rel=1e-3)  # a few are zero in float16
        return
    expected = {"fvsbn": 784 * 783 // 2 + 784, "markov": 2 * 784, "ar_k": (getattr(model.config, "k", 0) + 1) * 784}
    assert facts.parameters(model) == expected[id]


@pytest.mark.parametrize(("id", "calls"), [("bernoulli", 1), ("nade", 784), ("vae", 1)])
def test_calls_are_counted_by_calling(id, calls, monkeypatch):
    model, counted = weights.load(id), []
    assert facts.calls(model) == calls
    if id == "nade":  # a full pass for each pixel
        small = NADE(NADE.Config(height=3, width=4, hidden=5)).eval()
        logits = small.logits
        monkeypatch.setattr(small, "logits", lambda x: counted.append(1) or logits(x))
        small.sample(1, generator=torch.Generator().manual_seed(0), cached=False)
        assert len(counted) == facts.calls(small) == 12


@pytest.mark.parametrize("id", [id for id in SHIPPED if id in ("bernoulli", "markov", "nade", "vae", "made", "fvsbn")])
def test_the_shipped_samples_are_those_of_the_seed(id):
    x = (facts.samples(weights.load(id)) * 255).round().to(torch.uint8)[:, 0].numpy()
    assert (ladder.samples(id) == x).mean() > 0.999  # another machine may round one uniform the other way


def test_one_seed_one_row_of_dice():
    """Models in raster order meet the same uniforms: where p agrees, so does the pixel."""
    first, second = (facts.samples(Bernoulli(), n=2, seed=0) for _ in range(2))
    assert torch.equal(first, second)
    u = torch.rand(2, 784, generator=torch.Generator().manual_seed(0))
    assert torch.equal(first.flatten(1), (u < 0.5).float())


@pytest.mark.parametrize("id", SHIPPED)
def test_facts_are_written_for_each(id):
    found = json.loads((weights.directory(id) / "facts.json").read_text("utf-8"))
    assert found["parameters"] > 0 and found["calls"] > 0 and found["seed"] == facts.SEED
    assert found.get("text") or np.ptp(ladder.samples(id)) == 255 or catalog.card(id).stage in ("density", "colour")

"""Alarms on log p(x): the AUC against counting pairs, the sets against what they say they are, the plane against
enumeration in both directions, and the shipped numbers against what the page claims."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from playground import catalog, weights
from playground.data.letters import LETTERS, letters
from playground.metrics import anomaly
from playground.models.vae import VAE


def shipped() -> dict[str, dict]:
    """anomaly.json of every model that ships one."""
    files = {card.id: weights.directory(card.id) / "anomaly.json" for card in catalog.CARDS}
    return {id: json.loads(file.read_text("utf-8")) for id, file in files.items() if file.is_file()}


SHIPPED = shipped()


@pytest.mark.parametrize("seed", range(4))
def test_auc_counts_pairs(seed):
    rng = np.random.default_rng(seed)
    normal, anomalous = rng.integers(0, 9, 40) / 2.0, rng.integers(0, 7, 30) / 2.0
    pairs = [(a > b) + (a == b) / 2 for a in normal for b in anomalous]
    assert anomaly.auc(normal, anomalous) == pytest.approx(np.mean(pairs))
    assert anomaly.auc(normal, normal) == pytest.approx(0.5)
    assert anomaly.auc(normal, anomalous) + anomaly.auc(anomalous, normal) == pytest.approx(1)


def test_the_typical_rule_finds_both_tails():
    digits = np.array([-90.0, -80.0, -70.0])
    assert anomaly.typical(np.array([-80.0, -30.0, -130.0]), digits).tolist() == [0, -50, -50]


def test_letters_lie_in_mnist_s_frame():
    x, names = letters(2 * len(LETTERS), 0)
    assert x.shape == (2 * len(LETTERS), 1, 28, 28) and 0 <= x.min() and x.max() <= 1
    assert names[: len(LETTERS)] == list(LETTERS)
    middle = torch.arange(28) + 0.5
    for image in x[:, 0]:
        centre = torch.stack([image.sum(1) @ middle, image.sum(0) @ middle]) / image.sum()
        assert centre.numpy() == pytest.approx([14, 14], abs=0.35), centre
        rows, columns = (int((image.sum(axis) > 0.5).sum()) for axis in (0, 1))
        assert 18 <= max(rows, columns) <= 22, (rows, columns)
    assert torch.equal(x, letters(2 * len(LETTERS), 0)[0]) and not torch.equal(x, letters(2 * len(LETTERS), 1)[0])


def test_sets_are_what_they_say(data_root):
    found = anomaly.sets()
    assert tuple(found) == anomaly.SETS
    digits = found["digits"]
    for name, x in found.items():
        assert x.shape == ((1 if name == "blank" else anomaly.N), 1, 28, 28) and x.unique().tolist() in ([0, 1], [0])
    assert torch.equal(found["inverted"] + digits, torch.ones_like(digits)) and not found["blank"].any()
    assert torch.equal(found["shuffled"].sum((1, 2, 3)), digits.sum((1, 2, 3))), "expected as much ink as the digits"
    assert found["noise"].mean().item() == pytest.approx(0.5, abs=0.002)
    assert found["independent"].mean().item() == pytest.approx(digits.mean().item(), abs=0.01)


def test_the_plane_sums_to_one_over_all_images():
    """A small VAE: the sum over the grid is a probability of every 2x3 image, and they add up to the prior's mass."""
    torch.manual_seed(0)
    model = VAE(VAE.Config(height=2, width=3, hidden=(8,))).eval()
    x = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 6).view(64, 1, 2, 3)
    assert anomaly.score(model, x).exp().sum().item() == pytest.approx(1, abs=1e-4)
    z = torch.randn(200_000, 2, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        p = model.decode(z).flatten(1)
        expected = torch.where(x[11].flatten() == 1, p, 1 - p).prod(1).mean().log()
    assert anomaly.score(model, x[11:12]).item() == pytest.approx(expected.item(), abs=0.02)


@pytest.mark.parametrize("id", SHIPPED)
def test_shipped_numbers_are_those_of_the_shipped_scores(id):
    found = SHIPPED[id]
    assert tuple(found["sets"]) == anomaly.SETS
    digits = np.array(found["sets"]["digits"]["scores"])
    for name, one in found["sets"].items():
        scores = np.array(one["scores"])
        assert len(scores) == (1 if name == "blank" else found["n"]) and (np.diff(scores) >= 0).all()
        typical = anomaly.auc(anomaly.typical(digits, digits), anomaly.typical(scores, digits))
        assert one["auc"] == pytest.approx(anomaly.auc(digits, scores), abs=1e-4)
        assert one["auc_typical"] == pytest.approx(typical, abs=1e-4)


@pytest.mark.parametrize("id", SHIPPED)
def test_shipped_scores_are_those_of_the_shipped_weights(id, data_root):
    model = weights.load(id)
    for name, x in anomaly.sets().items():
        scores, part = np.array(SHIPPED[id]["sets"][name]["scores"]), x[:6]
        for value in anomaly.score(model, part).numpy():
            assert np.abs(scores - value).min() < 0.11, f"{name}: {value:.2f} is not among the shipped scores"


def test_every_shipped_density_ships_its_scores():
    trained = [
        card.id
        for card in catalog.CARDS
        if (card.stage == "pixels" or "elbo" in card.capabilities)
        and (weights.directory(card.id) / "metrics.json").is_file()
    ]
    assert set(trained) <= set(SHIPPED), "run: python -m playground.metrics " + str(set(trained) - set(SHIPPED))

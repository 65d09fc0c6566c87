"""The judge: probabilities, features, and the small motions it is trained on."""

from __future__ import annotations

import json

import pytest
import torch

import playground
from playground.data import mnist
from playground.metrics import judge as measures
from playground.models import judge as module
from playground.models.judge import Judge


@pytest.fixture(scope="module")
def shipped() -> Judge:
    torch.set_num_threads(1)
    return playground.load("judge")


def test_it_gives_a_distribution_over_ten_digits(shipped):
    x = torch.rand(3, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    p = shipped.classify(x)
    assert p.shape == (3, 10) and (p >= 0).all() and torch.allclose(p.sum(1), torch.ones(3), atol=1e-6)
    features = shipped.features(x)
    assert features.shape == (3, 128) and (features >= 0).all()
    expected = (features @ shipped.classes.weight.T + shipped.classes.bias).softmax(1)
    assert torch.allclose(p, expected, atol=1e-6)
    assert torch.allclose(p[:1], shipped.classify(x[:1]), atol=1e-6)  # alone as in company


def test_it_names_the_test_digits(shipped, data_root):
    row = measures.accuracy(shipped)
    assert row["n"] == 10_000 and row["value"] >= 99.0, row
    stored = json.loads((playground.weights.directory("judge") / "metrics.json").read_text("utf-8"))
    assert row["value"] == pytest.approx(stored[0]["value"], abs=0.02)


def test_it_names_binary_digits_as_well(shipped, data_root):
    x, labels, _ = mnist.binary_test(data_root)
    hits = (shipped.classify(x[:2000]).argmax(1) == labels[:2000]).float().mean().item()
    assert hits >= 0.98, f"expected at least 98 % of binarized test digits, got {100 * hits:.1f} %"


def test_augmentation_at_rest_changes_nothing(monkeypatch):
    x = torch.rand(4, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    monkeypatch.setattr(torch, "rand", lambda *shape, **_: torch.full(shape, 0.5))  # the middle of every range
    moved = module._augment(x, None)
    assert torch.allclose(moved[2:], x[2:], atol=1e-4)
    assert set(moved[:2].unique().tolist()) <= {0.0, 1.0}  # the first half is made binary


def test_augmentation_stays_small_and_is_repeatable():
    dot = torch.zeros(400, 1, 28, 28)
    dot[:, :, 13:15, 13:15] = 1
    generator = lambda: torch.Generator().manual_seed(3)  # noqa: E731
    moved = module._augment(dot, generator())
    assert torch.equal(moved, module._augment(dot, generator()))
    assert moved.shape == dot.shape and 0 <= moved.min() and moved.max() <= 1
    grey = moved[200:, 0]  # (200, 28, 28)
    mass = grey.sum((1, 2))
    axis = torch.arange(28) + 0.5
    centre = torch.stack([(grey.sum(1) @ axis) / mass, (grey.sum(2) @ axis) / mass])
    assert (centre - 14).abs().max() < 5.5, "expected shifts of up to 4 pixels and a little turning"
    assert (centre - 14).abs().max() > 2, "expected digits to be moved at all"


def test_the_loss_is_cross_entropy_with_smoothed_labels(monkeypatch):
    torch.manual_seed(0)
    model = Judge(Judge.Config(width=2, features=6)).eval()
    x, label = torch.rand(5, 1, 28, 28), torch.tensor([0, 1, 2, 3, 9])
    monkeypatch.setattr(module, "_augment", lambda x, generator: x)
    result = model.phases()[0].loss((x, label), None)
    log_p = torch.log_softmax(model(x).double(), 1)
    target = torch.full((5, 10), 0.05 / 10, dtype=torch.float64)
    target[torch.arange(5), label] += 0.95
    assert result["loss"].item() == pytest.approx(-(target * log_p).sum(1).mean().item(), rel=1e-5)
    assert result["accuracy"].item() == pytest.approx((log_p.argmax(1) == label).double().mean().item())

"""What the judge says of generated pictures, against brute force and against channels whose information is known."""

from __future__ import annotations

import itertools
import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch

import playground
from playground import weights
from playground.metrics import judge as measures
from playground.models.infogan import Codes, Guess, InfoGAN


def test_the_matching_of_codes_to_digits_is_the_best_one(monkeypatch):
    """Against all 720 matchings of six codes to six digits."""
    counts = np.random.Generator(np.random.PCG64(0)).integers(0, 50, (6, 6))
    monkeypatch.setattr(measures, "code_table", lambda model: counts)
    row = measures.code_accuracy(None)
    best = max(sum(counts[i, p[i]] for i in range(6)) for p in itertools.permutations(range(6)))
    assert row["value"] == pytest.approx(100 * best / counts.sum(), abs=1e-4)
    assert sum(counts[i, digit] for i, digit in enumerate(row["digit_of_code"])) == best


def test_codes_in_any_order_are_perfect(monkeypatch):
    order = np.array([3, 1, 4, 0, 5, 9, 2, 6, 8, 7])
    monkeypatch.setattr(measures, "code_table", lambda model: 100 * np.eye(10, dtype=int)[order])
    row = measures.code_accuracy(None)
    assert row["value"] == 100.0 and row["digit_of_code"] == order.tolist()


class Channel:
    """A generator whose picture is its codes, and a Q that reads them through a channel of known information.

    c1 comes through with probability 1 - error, else as any of the other nine; c2 and c3 with Gaussian noise.
    """

    categories = 10

    def __init__(self, error: float, sigma: tuple[float, float]) -> None:
        self.error, self.sigma = error, torch.tensor(sigma)
        self.chance = torch.Generator().manual_seed(9)

    draw = InfoGAN.draw
    z_dim, device = 2, torch.device("cpu")

    def generate(self, z: torch.Tensor, *, c1: torch.Tensor, c2: torch.Tensor, c3: torch.Tensor) -> torch.Tensor:
        return torch.stack([c1.float(), c2, c3], 1)

    def guess(self, x: torch.Tensor) -> Guess:
        n, c1 = len(x), x[:, 0].long()
        wrong = torch.rand(n, generator=self.chance) < self.error
        seen = torch.where(wrong, (c1 + torch.randint(1, 10, (n,), generator=self.chance)) % 10, c1)
        p = torch.full((n, 10), self.error / 9)
        p[torch.arange(n), seen] = 1 - self.error  # Q knows its channel
        return Guess(p.clamp(min=1e-30).log(), x[:, 1:] + self.sigma * torch.randn(n, 2, generator=self.chance))


@pytest.mark.parametrize("error", [0.0, 0.1, 0.5, 0.9])
def test_the_information_of_a_symmetric_channel(error):
    row = measures.mutual_information(Channel(error, (0.1, 0.3)))
    entropy = -sum(p * math.log(p) for p in (1 - error, error) if p > 0) + error * math.log(9)
    assert row["per_code"]["c1"] == pytest.approx(math.log(10) - entropy, abs=0.03)  # error 0.9: nothing gets through
    assert row["per_code"]["c1"] <= math.log(10) + 1e-4 and row["best"]["c1"] == pytest.approx(math.log(10), abs=1e-4)


def test_the_bound_of_a_continuous_code_is_below_its_information():
    """For c + N(0, sigma^2) the true value follows by numerical integration; a small sigma brings the bound near it."""
    sigma = (0.05, 0.4)
    row = measures.mutual_information(Channel(0.0, sigma))
    for code, s in zip(("c2", "c3"), sigma, strict=True):
        noise_entropy = 0.5 * math.log(2 * math.pi * math.e * s**2)
        assert row["per_code"][code] == pytest.approx(math.log(2) - noise_entropy, abs=0.03)
        y, step = np.linspace(-1 - 6 * s, 1 + 6 * s, 4001, retstep=True)
        erf = np.vectorize(math.erf)
        density = 0.25 * (erf((y + 1) / (s * math.sqrt(2))) - erf((y - 1) / (s * math.sqrt(2))))
        truth = -(density * np.log(np.maximum(density, 1e-300))).sum() * step - noise_entropy  # H(c + noise) - H(noise)
        assert row["per_code"][code] < truth + 0.02
        assert truth - row["per_code"][code] < (0.1 if s < 0.1 else 1)


def test_the_total_is_the_sum_of_the_codes():
    row = measures.mutual_information(Channel(0.2, (0.2, 0.2)))
    assert row["value"] == pytest.approx(sum(row["per_code"].values()), abs=1e-3)
    assert (row["unit"], row["n"]) == ("nats", measures.N_GENERATED)


def test_an_untrained_generator_carries_no_category():
    torch.manual_seed(0)
    row = measures.mutual_information(InfoGAN(InfoGAN.Config(features=4, hidden=8)).eval())
    assert row["per_code"]["c1"] < 0.1


def test_the_table_counts_every_picture_once(monkeypatch):
    """A judge that reads the code itself puts every picture on the diagonal."""

    def classify(x: torch.Tensor) -> torch.Tensor:
        return torch.nn.functional.one_hot(x[:, 0].long(), 10).float()

    monkeypatch.setattr(measures.weights, "load", lambda id: SimpleNamespace(classify=classify))
    table = measures.code_table(Channel(0.0, (0.1, 0.1)), n=2000)
    assert table.sum() == 2000 and (np.diag(table) == table.sum(1)).all()


def test_the_shipped_codes_draw_digits():
    """Ten digits, each with a code of its own; measured again with the stored seed, the stored numbers come out."""
    stored = {
        row["metric"]: row for row in json.loads((weights.directory("infogan") / "metrics.json").read_text("utf-8"))
    }
    row = measures.code_accuracy(playground.load("infogan"))
    assert row["value"] >= 95.0, row
    assert sorted(row["digit_of_code"]) == list(range(10))
    assert row["digit_of_code"] == stored["code_accuracy"]["digit_of_code"]
    assert row["value"] == pytest.approx(stored["code_accuracy"]["value"], abs=0.1)
    bounds = measures.mutual_information(playground.load("infogan"))["per_code"]
    for code, value in stored["mutual_information"]["per_code"].items():
        assert bounds[code] == pytest.approx(value, abs=0.01)
    assert math.log(10) - 0.1 < bounds["c1"] <= math.log(10), bounds


def test_codes_are_what_the_generator_was_given():
    model = Channel(0.0, (0.1, 0.1))
    for _, codes, x in measures._generated(model, 1000):
        assert isinstance(codes, Codes) and torch.equal(x[:, 0].long(), codes.c1)

"""Likelihoods against enumeration and against the numbers of the literature of this data set."""

import json
import math

import pytest
import torch

from playground import weights
from playground.metrics import likelihood
from playground.models.bernoulli import Bernoulli


def test_log_prob_in_parts_is_log_prob_at_once(data_root):
    model = weights.load("bernoulli")
    parts = likelihood.test_log_prob(model, limit=250, batch=100)
    assert torch.equal(parts, likelihood.test_log_prob(model, limit=250, batch=250))


def test_bernoulli_has_the_known_likelihood(data_root):
    """205.8 +- 0.1 nats: the independent baseline on this data, add-one smoothing (DYNAMIC)."""
    row = likelihood.nll(weights.load("bernoulli"))
    assert row["value"] == pytest.approx(205.8, abs=0.1)
    shipped = json.loads((weights.directory("bernoulli") / "metrics.json").read_text(encoding="utf-8"))[0]
    assert row["value"] == pytest.approx(shipped["value"], abs=1e-3) and row["hash"] == shipped["hash"]


def test_one_shared_probability_costs_more_than_independent_pixels(data_root):
    """306.65 nats for one p: the first rung of the ladder, in closed form H(p) per pixel on the test set itself."""
    from playground.data import mnist

    x = mnist.binary_test()[0]
    p = float(mnist.grey(mnist.load(True)[0]).mean())
    model = Bernoulli()
    model.theta.fill_(p)
    expected = -(x.mean().item() * math.log(p) + (1 - x.mean().item()) * math.log(1 - p)) * 784
    value = -likelihood.test_log_prob(model).mean().item()
    assert value == pytest.approx(expected, abs=1e-2) and value == pytest.approx(306.65, abs=0.3)

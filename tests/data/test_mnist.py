"""MNIST as every number here sees it: the fixed binarization is pinned, the dynamic one has the right mean."""

from __future__ import annotations

import hashlib
import json

import numpy as np
import torch

from playground.data import mnist

HASH = "dea445d21ddff642"  # of the test bits; a number measured on other bits is another number


def test_the_test_set_is_the_pinned_one(data_root):
    x, labels, digest = mnist.binary_test(data_root)
    assert x.shape == (10_000, 1, 28, 28) and x.dtype == torch.float32
    assert set(x.unique().tolist()) == {0.0, 1.0}
    assert digest == HASH
    bits = np.packbits(x.numpy().astype(bool)).tobytes()
    assert hashlib.sha256(bits).hexdigest().startswith(HASH)
    assert labels[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]  # the first test digits, as everyone knows them


def test_binarization_keeps_paper_and_ink_and_follows_the_grey(data_root):
    images, _ = mnist.load(False, data_root)
    x, grey = mnist.binary_test(data_root)[0], mnist.grey(images)
    assert (x[grey == 0] == 0).all() and (x[grey == 1] == 1).all()
    assert abs((x - grey).mean().item()) < 5 * (grey * (1 - grey)).sum().sqrt().item() / grey.numel()


def test_shipped_likelihoods_name_the_pixels_they_were_measured_on(root):
    rows = [row for file in root.glob("pretrained/**/metrics.json") for row in json.loads(file.read_text("utf-8"))]
    likelihoods = [row for row in rows if row["metric"] in ("nll", "elbo")]
    assert likelihoods
    for row in likelihoods:
        assert (row["hash"], row["seed"]) == (HASH, mnist.TEST_SEED), row


def test_training_and_test_set_have_their_sizes(data_root):
    for train, n in ((True, 60_000), (False, 10_000)):
        images, labels = mnist.load(train, data_root)
        assert images.shape == (n, 1, 28, 28) and images.dtype == torch.uint8
        assert labels.shape == (n,) and sorted(labels.unique().tolist()) == list(range(10))


def test_dynamic_binarization_has_the_grey_as_its_mean():
    images = torch.arange(256, dtype=torch.uint8).repeat_interleave(784).view(256, 1, 28, 28)
    generator = torch.Generator().manual_seed(0)
    mean = torch.stack([mnist.binarize(images, generator) for _ in range(20)]).mean((0, 2, 3, 4))
    p = torch.arange(256) / 255
    error = (mean - p).abs() / ((p * (1 - p) / (20 * 784)).sqrt() + 1e-12)
    assert mean[0] == 0 and mean[255] == 1
    assert error[1:-1].max() < 5, f"expected the mean of each level within 5 sigma of it, got {error[1:-1].max():.1f}"


def test_the_same_generator_draws_the_same_pixels():
    images = torch.full((2, 1, 28, 28), 128, dtype=torch.uint8)
    draws = [mnist.binarize(images, torch.Generator().manual_seed(seed)) for seed in (3, 3, 4)]
    assert torch.equal(draws[0], draws[1]) and not torch.equal(draws[0], draws[2])


def test_the_data_is_looked_for_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    assert mnist.default_root() == tmp_path

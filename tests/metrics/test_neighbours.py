"""The stored digits find the neighbours that an exact search finds, or one that is hardly farther."""

from __future__ import annotations

import pytest
import torch

from playground import weights
from playground.data import mnist
from playground.errors import WeightsError
from playground.metrics import neighbours
from playground.metrics.generators import features
from playground.models.judge import Judge

ASKED = 400


@pytest.fixture(scope="module")
def test_digits(data_root) -> torch.Tensor:
    return torch.from_numpy(features(mnist.grey(mnist.load(False)[0][:ASKED]))).float()


def test_nearest_is_exact_among_the_rows_it_is_given():
    rows = torch.randn(200, 5, generator=torch.Generator().manual_seed(0))
    points = rows[:40] + 1e-3
    index, distance = neighbours.nearest(points, rows)
    assert index.tolist() == list(range(40))
    torch.testing.assert_close(distance, torch.full((40,), 5**0.5 * 1e-3), rtol=1e-2, atol=0)
    other = torch.randn(30, 5, generator=torch.Generator().manual_seed(1))
    every = torch.cdist(other, rows, compute_mode="donot_use_mm_for_euclid_dist")
    found = neighbours.nearest(other, rows)
    assert torch.equal(found[0], every.argmin(1))
    torch.testing.assert_close(found[1], every.amin(1))


def test_rounding_keeps_every_feature_within_half_a_step():
    found = torch.randn(300, 128, generator=torch.Generator().manual_seed(2)) * torch.linspace(3, 0.1, 128)
    tensors = neighbours.compressed(found) | {"labels": torch.zeros(300), "quantiles": torch.zeros(101)}
    known = neighbours.read(tensors)
    exact = (found - known.mean) @ known.basis
    assert (known.rows - exact).abs().max() <= neighbours.STEP / 2 + 1e-4
    torch.testing.assert_close(known.basis.T @ known.basis, torch.eye(128), atol=1e-5, rtol=0)


def test_most_test_digits_find_their_exact_neighbour(test_digits):
    """Against the 128 exact features of a tenth of the training digits, and the neighbour's label for all of them."""
    exact = torch.from_numpy(features(mnist.grey(mnist.load(True)[0][:6000]))).float()
    known = neighbours.load()
    some = neighbours.Neighbours(known.rows[:6000], known.labels, known.mean, known.basis, known.quantiles)
    index, _ = some.nearest(test_digits)
    best, distance = neighbours.nearest(test_digits, exact)
    same = (index == best).float().mean()
    farther = ((test_digits - exact[index]).norm(dim=1) / distance).mean()
    assert same >= 0.65, f"expected the exact neighbour for most, got {100 * same:.1f} %"
    assert farther <= 1.04, f"expected neighbours hardly farther, got {farther:.3f} times as far"


def test_neighbours_have_the_digits_label(test_digits):
    index, _ = neighbours.load().nearest(test_digits)
    agree = (neighbours.load().labels[index] == mnist.load(False)[1][:ASKED]).float().mean()
    assert agree >= 0.98, f"expected the same digit as the neighbour, got {100 * agree:.1f} %"
    assert torch.equal(neighbours.load().labels.long(), mnist.load(True)[1])


def test_the_quantiles_are_those_of_test_digits(test_digits):
    known = neighbours.load()
    assert known.quantiles.shape == (101,) and (known.quantiles.diff() >= 0).all()
    below = (known.nearest(test_digits)[1] <= known.quantiles[50]).float().mean()
    assert 0.4 < below < 0.6, f"expected half of them below the median, got {below:.2f}"


def test_the_file_is_small_and_training_digits_find_themselves(data_root):
    path = weights.directory("judge") / neighbours.FILE
    assert path.stat().st_size < 2_200_000
    found = torch.from_numpy(features(mnist.grey(mnist.load(True)[0][1000:1050]))).float()
    assert neighbours.load().nearest(found)[0].tolist() == list(range(1000, 1050))


@pytest.mark.parametrize("damage", [None, b"", b"no tensors"])
def test_a_missing_or_broken_file_says_how_to_make_it(damage, tmp_path, monkeypatch):
    neighbours.load.cache_clear()
    monkeypatch.setattr(neighbours.weights, "PRETRAINED", tmp_path)
    (tmp_path / "judge").mkdir()
    if damage is not None:
        (tmp_path / "judge" / neighbours.FILE).write_bytes(damage)
    with pytest.raises(WeightsError, match="python -m playground.metrics judge"):
        neighbours.load()
    neighbours.load.cache_clear()


def test_only_the_judge_of_grey_digits_is_asked_for_it(tmp_path, monkeypatch):
    from playground.metrics import companions

    asked = []
    monkeypatch.setattr(neighbours, "write", lambda model, directory: asked.append(type(model)))
    for name in ("judge", "style_judge", "caption_judge"):
        for write in companions.COMPANIONS[""]:
            write(weights.load(name), tmp_path)
    assert asked == [Judge]

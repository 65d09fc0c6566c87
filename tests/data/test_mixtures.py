"""The lab's data: exact densities against integration, sampling against the density, names refused clearly."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.data.mixtures import DATASETS, mixture
from playground.errors import InvalidInput


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("bandwidth", [0.0, 0.12])
def test_density_is_the_sum_of_its_gaussians_and_integrates_to_one(name, bandwidth):
    data = mixture(name)
    axis = np.linspace(-data.box - 1, data.box + 1, 601)
    grid = data.density_grid(axis, bandwidth)
    cell = (axis[1] - axis[0]) ** 2
    assert abs(grid.sum() * cell - 1) < 2e-3, f"{name}: integrates to {grid.sum() * cell}"
    points = np.stack(np.meshgrid(axis[::60], axis[::60]), -1).reshape(-1, 2)
    np.testing.assert_allclose(data.density(points, bandwidth), grid[::60, ::60].ravel(), rtol=1e-9, atol=1e-300)
    # straight from the definition, at one point
    x, s2 = data.nodes[3] + 0.07, data.std**2 + bandwidth**2
    terms = [np.exp(-((x - node) ** 2).sum() / (2 * s2)) / (2 * np.pi * s2) for node in data.nodes]
    assert data.density(x[None], bandwidth)[0] == pytest.approx(np.mean(terms), rel=1e-12)


@pytest.mark.parametrize("name", DATASETS)
def test_samples_have_the_density(name):
    """Counts in coarse cells against the integrated density, within five standard deviations."""
    data, n = mixture(name), 40_000
    x = data.sample(n, torch.Generator().manual_seed(5)).numpy()
    edges = np.linspace(-data.box, data.box, 9)
    got, *_ = np.histogram2d(x[:, 1], x[:, 0], bins=[edges, edges])
    fine = 40
    width = edges[1] - edges[0]
    axis = edges[0] + (np.arange(8 * fine) + 0.5) * width / fine
    p = data.density_grid(axis).reshape(8, fine, 8, fine).sum((1, 3)) * (width / fine) ** 2
    deviation = np.abs(got - n * p) / np.sqrt(n * p * (1 - p) + 1)
    assert deviation.max() < 5, f"{name}: a cell is {deviation.max():.1f} standard deviations off"


@pytest.mark.parametrize("name", DATASETS)
def test_what_is_shown_holds_the_data(name):
    data = mixture(name)
    x = data.sample(5000, torch.Generator().manual_seed(1)).numpy()
    assert np.abs(x).max() < data.box
    assert data.scale == pytest.approx(float(np.sqrt(x.var(0).mean())), rel=0.03)


@pytest.mark.parametrize(("name", "modes"), [("ring8", 8), ("grid25", 25), ("moons", 16), ("spiral", 16)])
def test_modes_have_equal_shares(name, modes):
    data = mixture(name)
    assert data.modes == modes and data.centers.shape == (modes, 2)
    shares = np.bincount(data.mode, minlength=modes) / len(data.mode)
    np.testing.assert_allclose(shares, 1 / modes)


@pytest.mark.parametrize("name", DATASETS)
def test_nearest_node_against_all_distances(name):
    data = mixture(name)
    x = np.random.default_rng(0).uniform(-3, 3, (300, 2))
    distance, mode = data.nearest(x)
    every = np.linalg.norm(x[:, None] - data.nodes, axis=2)
    np.testing.assert_allclose(distance, every.min(1), atol=1e-6)
    chosen = np.array([every[i][data.mode == m].min() for i, m in enumerate(mode)])
    np.testing.assert_allclose(chosen, every.min(1), atol=1e-6)


def test_curves_have_nodes_closer_than_their_width():
    """Otherwise the moons and the spiral would be pearls, not curves."""
    for name in ("moons", "spiral"):
        data = mixture(name)
        gaps = np.linalg.norm(np.diff(data.nodes, axis=0), axis=1)
        assert np.sort(gaps)[-2] < 2 * data.std, f"{name}: nodes are {np.sort(gaps)[-2]:.3f} apart"


def test_the_same_seed_is_the_same_data():
    a, b = (mixture("ring8").sample(10, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(a, b)


@pytest.mark.parametrize("name", ["ring9", "", None, 3, "RING8"])
def test_unknown_names_say_what_is_offered(name):
    with pytest.raises(InvalidInput, match="data set: expected one of ring8, grid25, moons, spiral"):
        mixture(name)

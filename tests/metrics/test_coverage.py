"""Coverage and divergences against direct computation, at their best, at half the modes, and with NaN."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.data.mixtures import DATASETS, mixture
from playground.metrics.coverage import BANDWIDTH, GRID, SAMPLES, coverage, coverages, floors, reference


def real(name, n=SAMPLES, seed=11):
    return mixture(name).sample(n, torch.Generator().manual_seed(seed)).numpy()


@pytest.mark.parametrize("name", DATASETS)
def test_real_points_cover_everything(name):
    found = coverage(real(name), mixture(name))
    assert found.modes == mixture(name).modes and found.invalid == 0
    # within 3 std of the nearest node: 1 - exp(-4.5) of an isolated Gaussian, more on a curve
    assert found.hq > 1 - np.exp(-4.5) - 0.01, found.hq
    assert found.counts.sum() == round(found.hq * SAMPLES)


def test_nineteen_samples_are_no_mode_and_twenty_are():
    data = mixture("ring8")
    far = np.full((SAMPLES - 39, 2), 2.9)
    x = np.concatenate([np.repeat(data.nodes[:1], 20, 0), np.repeat(data.nodes[1:2], 19, 0), far])
    found = coverage(x, data)
    assert found.counts[:2].tolist() == [20, 19] and found.modes == 1
    assert found.hq == pytest.approx(39 / SAMPLES)


def test_one_sharp_mode_has_full_quality_and_one_mode():
    found = coverage(np.repeat(mixture("grid25").nodes[7:8], SAMPLES, 0), mixture("grid25"))
    assert (found.modes, found.hq) == (1, 1.0)


def test_three_standard_deviations_is_the_edge():
    data = mixture("ring8")
    edge = np.stack([data.nodes[0] + [0.149, 0], data.nodes[0] + [0.151, 0]])
    assert coverage(edge, data).counts[0] == 1


def test_not_finite_is_counted_apart():
    x = real("ring8")
    x[:100] = np.nan
    x[100, 1] = np.inf
    found = coverage(x, mixture("ring8"))
    assert found.invalid == 101 and found.modes == 8 and found.hq > 0.97
    nothing = coverage(np.full((SAMPLES, 2), np.nan), mixture("ring8"))
    assert (nothing.modes, nothing.invalid) == (0, SAMPLES) and np.isnan(nothing.hq)
    gone = reference(mixture("ring8")).compare(np.full((SAMPLES, 2), np.nan))
    assert np.isnan([gone.js, gone.kl, gone.swd]).all()


def kl(p, q):
    return float((p[p > 0] * np.log(p[p > 0] / q[p > 0])).sum())


@pytest.mark.parametrize("name", ["ring8", "grid25"])
def test_js_and_kl_against_an_exact_kernel_density(name):
    """The binned, separable estimate against the plain sum over all samples."""
    data, x = mixture(name), real(name, 800)
    x = np.concatenate([x[:400], 0.7 * x[400:] + 0.3])
    ours = reference(data)
    cell = (2 * data.box / GRID) ** 2
    points = np.stack(np.meshgrid(ours.axis, ours.axis), -1).reshape(-1, 2)
    squared = ((points[:, None] - x) ** 2).sum(-1)
    q = np.exp(-squared / (2 * BANDWIDTH**2)).mean(1) / (2 * np.pi * BANDWIDTH**2) * cell
    p = data.density(points, BANDWIDTH) * cell
    p, q = (np.append(v, max(1 - v.sum(), 1e-12)) for v in (p, q))
    m = (p + q) / 2
    got = ours.compare(x)
    assert got.js == pytest.approx((kl(p, m) + kl(q, m)) / 2, rel=0.02)
    assert got.kl == pytest.approx(kl(q, np.maximum(p, 1e-12)), rel=0.05)


def test_half_the_modes_dropped_has_the_known_js():
    """Disjoint halves: JS(p, q) = 3/4 ln(4/3) + 1/2 * ... = 0.2158 nats when q covers half of p."""
    x = real("ring8", 40_000)
    kept = x[x[:, 1] > 0.75 * x[:, 0] - 1e-9][:SAMPLES]  # a line through the middle between modes
    modes = coverage(kept, mixture("ring8")).modes
    assert modes == 4
    exact = 0.5 * np.log(4 / 3) + 0.5 * (0.5 * np.log(2 / 3) + 0.5 * np.log(2))
    assert reference(mixture("ring8")).compare(kept).js == pytest.approx(exact, abs=0.01)


def test_floors_are_near_zero_and_below_any_generator():
    for name in DATASETS:
        floor, data = floors(mixture(name)), mixture(name)
        assert 0 < floor.js < 0.005 and 0 < floor.swd < 0.3, (name, floor)
        worse = reference(data).compare(real(name) + 0.5)
        assert worse.js > 10 * floor.js and worse.swd > floor.swd


def test_outside_of_the_box_is_the_worst():
    away = reference(mixture("ring8")).compare(np.full((SAMPLES, 2), 50.0))
    assert away.js == pytest.approx(np.log(2), abs=1e-3)


def test_sliced_wasserstein_of_a_shift():
    """A shift by d has sliced W2 = |d| / sqrt(2), whatever the data."""
    data = mixture("ring8")
    ours = reference(data)
    x = data.sample(SAMPLES, torch.Generator().manual_seed(0)).numpy()  # the reference's own points
    assert ours.compare(x + [3.0, 4.0]).swd == pytest.approx(5 / np.sqrt(2), rel=1e-4)
    assert ours.compare(x).swd == pytest.approx(0, abs=1e-6)


def test_a_rare_mode_needs_half_of_what_real_points_give():
    """Sixty-four modes would give 39 samples each, so 20 are enough; of a mode of 0.8 % ten are."""
    from playground.data.mixtures import Mixture

    nodes = np.array([[0.0, 0.0], [1.0, 0.0]])
    data = Mixture("pair", nodes, 0.05, np.arange(2), nodes, 3.0, np.array([0.992, 0.008]))
    for n, covered in ((9, 1), (10, 2)):
        x = np.repeat(nodes, [SAMPLES - n, n], axis=0)
        assert coverage(x, data).modes == covered, n


def test_near_is_six_standard_deviations():
    data = mixture("ring8")
    x = data.nodes[0] + np.array([[0.0, 0.0], [0.2, 0.0], [0.29, 0.0], [0.31, 0.0]])
    found = coverage(x, data)
    assert (found.hq, found.near) == (0.25, 0.75)


def test_several_sets_together_are_each_by_itself():
    """Whole, half, partly not finite, nothing finite, partly outside of the box."""
    data, x = mixture("ring8"), real("ring8")
    holes = np.where(np.arange(SAMPLES)[:, None] % 3 == 0, np.nan, x)
    sets = [x, x[:1000], holes, np.full_like(x, np.nan), 1.6 * x]
    for several, alone in zip(coverages(sets, data), (coverage(each, data) for each in sets), strict=True):
        np.testing.assert_equal(vars(several), vars(alone))
    ours, some = reference(data), [x, x[:1000], 1.6 * x]
    np.testing.assert_allclose(ours.smoothed_all(some), [ours.smoothed(each) for each in some], atol=1e-15)


@pytest.mark.parametrize("far", [0.0, 30.0, 1e5])
def test_sliced_wasserstein_on_sixteen_bits_is_that_of_the_numbers(far):
    """Against sorting in double precision, also where one stray point makes the steps coarse."""
    ours, x = reference(mixture("grid25")), 1.1 * real("grid25")
    x[0, 0] += far
    other, mine = (
        np.sort(ours.directions.astype(float) @ each.T.astype(float)) for each in (x, real("grid25", seed=0))
    )
    assert ours.compare(x).swd == pytest.approx(np.sqrt(((other - mine) ** 2).mean()), rel=1e-5)

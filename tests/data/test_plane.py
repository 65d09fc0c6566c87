"""Data sets as plain values: what is refused and how, tables line by line, drawn points against their own density."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground.data.mixtures import mixture
from playground.data.plane import LIMIT, MOST_POINTS, PARAMETERS, clusters, plane, table, thinned
from playground.errors import InvalidInput
from playground.metrics.coverage import BANDWIDTH, SAMPLES, coverage, floors

RNG = np.random.default_rng(0)
CENTERS = [[-1.0, 0.5], [2.0, -2.0], [0.0, 0.0]]
STROKE = np.stack([np.linspace(-2, 2, 900), np.sin(np.linspace(-3, 3, 900))], 1)
SETS = [
    plane("ring", modes=5, std=0.1),
    plane("grid", rows=2, columns=4),
    plane("moons"),
    plane("spiral", std=0.08),
    plane("pair", weight=0.1),
    plane("mixture", points=CENTERS),
    plane("mixture", points=[*CENTERS, CENTERS[0]]),
    plane("points", points=STROKE),
    plane("points", points=RNG.uniform(-3, 3, (10_000, 2))),
    plane("points", points=[[1.0, 1.0]]),
]


@pytest.mark.parametrize("data", SETS, ids=lambda d: d.name)
def test_samples_have_the_density(data):
    """Counts in coarse cells against the integrated density, and the whole against one."""
    data, n = mixture(data), 40_000
    x = data.sample(n, torch.Generator().manual_seed(5)).numpy()
    assert np.abs(x).max() < data.box + 2 * data.std
    edges = np.linspace(-data.box, data.box, 9)
    got, *_ = np.histogram2d(x[:, 1], x[:, 0], bins=[edges, edges])
    width, fine = edges[1] - edges[0], 40
    axis = edges[0] + (np.arange(8 * fine) + 0.5) * width / fine
    p = data.density_grid(axis).reshape(8, fine, 8, fine).sum((1, 3)) * (width / fine) ** 2
    assert abs(p.sum() - 1) < 3e-3, p.sum()
    deviation = np.abs(got - n * p) / np.sqrt(n * p + 1)
    assert deviation.max() < 5, f"a cell is {deviation.max():.1f} standard deviations off"
    assert data.scale == pytest.approx(float(np.sqrt(x.var(0).mean())), rel=0.03)
    points = x[:50].astype(float)
    on_grid = [data.density_grid(np.array([a, b]), 0.1)[1, 0] for a, b in points]  # x = a, y = b
    np.testing.assert_allclose(data.density(points, 0.1), on_grid, rtol=1e-9)


@pytest.mark.parametrize("data", SETS, ids=lambda d: d.name)
def test_real_points_cover_all_modes_and_their_floor_is_low(data):
    data = mixture(data)
    assert data.shares.sum() == pytest.approx(1)
    found = coverage(data.sample(SAMPLES, torch.Generator().manual_seed(11)).numpy(), data)
    assert found.modes == data.modes, (found.counts, data.shares * SAMPLES)
    assert found.hq > 0.978 and found.near > 0.999
    # A kernel estimate of n points that fill an area A has KL = A / (4 pi bw^2) / 2n, and JS is a quarter of that.
    assert floors(data).js < 1.5 * (2 * data.box) ** 2 / (4 * np.pi * BANDWIDTH**2) / (8 * SAMPLES) + 1e-3


def test_the_usual_parameters_are_the_named_sets():
    for given, name in ((plane("ring"), "ring8"), (plane("grid"), "grid25"), (plane("moons"), "moons")):
        a, b = mixture(given), mixture(name)
        assert np.array_equal(a.nodes, b.nodes) and (a.std, a.box, a.name) == (b.std, b.box, b.name)
        drawn = [d.sample(64, torch.Generator().manual_seed(0)) for d in (a, b)]
        assert torch.equal(*drawn)


@pytest.mark.parametrize("data", SETS, ids=lambda d: d.name)
def test_a_data_set_goes_through_json_and_is_a_key(data):
    import json

    again = plane(**json.loads(json.dumps(data.plain())))
    assert again == data and hash(again) == hash(data) and set(data.plain()) - {"name"} == set(PARAMETERS[data.name])


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("star", {}, "data set: expected one of ring, grid"),
        (None, {}, "data set"),
        ("ring", {"modes": 1}, "number of modes: expected an integer from 2 to 12, got 1"),
        ("ring", {"modes": 2.5}, "integer from 2 to 12"),
        ("ring", {"rows": 2}, "knob: expected one of modes, std"),
        ("grid", {"rows": 6}, "rows: expected an integer from 2 to 5, got 6"),
        ("ring", {"std": 0}, "standard deviation: expected a number from 0.01 to 0.5"),
        ("pair", {"weight": float("nan")}, "finite"),
        ("pair", {"weight": True}, "expected a number"),
        ("mixture", {}, r"points: expected shape \(n, 2\), got None"),
        ("mixture", {"points": [[0, 0]] * 65}, "at most 64, got 65"),
        ("points", {"points": [[0, 0, 0]]}, "expected shape"),
        ("points", {"points": []}, "expected shape"),
        ("points", {"points": [[0, "a"]]}, "expected shape"),
        ("points", {"points": [[0, 1], [2]]}, "expected shape"),
        ("points", {"points": [[0, float("inf")]]}, "finite"),
        ("points", {"points": [[0, 3.5]]}, "from -3 to 3, got 3.5"),
        ("points", {"points": np.zeros((MOST_POINTS + 1, 2))}, "at most 10000"),
    ],
)
def test_bad_data_sets_are_refused(name, given, expected):
    with pytest.raises(InvalidInput, match=expected):
        plane(name, **given)


@pytest.mark.parametrize(
    "text",
    [
        "1,2\n-0.5,1e-1\n",
        "x,y\n1,2\n-.5,.1",
        "\ufeffx; y\r\n1;2\r\n\r\n-0,5;0,1\r\n",
        "1 2\n-0.5   0.1\n",
        'x\ty\n1\t2\n"-0.5"\t0.1',
        "1, 2\n-0.5, 0.1\n\n  \n",
    ],
)
def test_tables_in_many_spellings(text):
    found = table(text)
    np.testing.assert_allclose(found.points, [[1, 2], [-0.5, 0.1]])
    assert found.unit == 1 and found.middle == (0, 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x,y\n1,2\n3\n", "table of points, line 3: expected two numbers, x and y; got 1 values: '3'"),
        ("1,2\n1,2,3", "line 2: .*got 3 values: '1, 2, 3'"),
        ("1,2\n\n3,four", "line 3: expected a number, got 'four'"),
        ("x,y\na,b\n", "line 2: expected a number, got 'a'"),
        ("1,2\nnan,0", "line 2: expected a finite number, got 'nan'"),
        ("1,2\n1e999,0", "line 2: expected a finite number"),
        ("1,\n", "line 1: expected a number, got ''"),
        ("1,2\n" * 10_001, "at most 10000 rows, got 10001; line 10001 is the first too many"),
        ("", "expected rows of two numbers, found none"),
        ("x,y\n", "found none"),
        ("1" * 1_000_001, "at most 1000000 characters"),
        (None, "expected a text"),
        (b"1,2", "expected a text"),
    ],
)
def test_bad_tables_name_the_line(text, expected):
    with pytest.raises(InvalidInput, match=expected) as caught:
        table(text)
    assert caught.value.message("ko") != str(caught.value)


def test_tables_that_are_too_wide_are_fitted_with_their_shape():
    given = np.array([[100.0, 5.0], [300.0, 5.0], [200.0, 55.0]])
    found = table("\n".join(f"{a},{b}" for a, b in given))
    assert np.abs(found.points).max() <= LIMIT
    np.testing.assert_allclose(found.points * found.unit + found.middle, given)
    lone = table("1000,1000\n1000,1000")
    np.testing.assert_allclose(lone.points, 0)
    plane("points", points=found.points)


def test_thinning_keeps_the_mean_and_says_how_wide_it_smooths():
    many = RNG.uniform(-3, 3, (10_000, 2))
    nodes, weights, width = thinned(many, 0.05)
    assert len(nodes) <= 1024 and weights.sum() == pytest.approx(1) and width in (0.1, 0.2, 0.4)
    np.testing.assert_allclose(weights @ nodes, many.mean(0))
    nodes, weights, width = thinned(many[:200], 0.05)
    assert width == 0.05 and len(nodes) > 190


def test_clusters_find_what_is_apart():
    nodes = np.concatenate([RNG.normal(center, 0.05, (30, 2)) for center in [(-2, 0), (2, 0), (0, 2)]])
    group = clusters(nodes, np.full(90, 1 / 90), most=3)
    assert sorted(np.bincount(group)) == [30, 30, 30]
    assert all(len(set(group[k : k + 30])) == 1 for k in (0, 30, 60))
    assert len(set(clusters(np.zeros((5, 2)), np.full(5, 0.2)))) == 1

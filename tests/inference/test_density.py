"""The density stage's room: films and their mixtures, drawings, densities of the plane, units, bad input."""

from __future__ import annotations

import math

import numpy as np
import pytest

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import density as room

NAN = float("nan")
DOWN = {"strokes": [[[0.5, 0.1], [0.5, 0.9]]], "hidden": []}


@pytest.fixture(scope="module", autouse=True)
def shipped():
    try:
        for variant in (room.DIGITS, *room.PLANE):
            weights.load(room.MODEL, variant=variant)
    except WeightsError as problem:
        pytest.skip(str(problem))


def log_density(x, weights_, means, sigmas):
    """log of a mixture of Gaussians, by hand, float64."""
    x = np.asarray(x, np.float64)[..., None]
    parts = weights_ * np.exp(-(((x - means) / sigmas) ** 2) / 2) / (sigmas * math.sqrt(2 * math.pi))
    return np.log(parts.astype(np.float64).sum(-1))


def test_a_film_holds_every_mixture_and_its_log_density():
    trace = room.sample_trace(3, n=2)
    assert trace.x.shape == trace.log_p.shape == (2, 196) and trace.weights.shape == trace.means.shape
    np.testing.assert_allclose(trace.weights.sum(-1), 1, atol=1e-4)
    assert (trace.sigmas >= 1e-3 - 1e-6).all()
    expected = log_density(trace.x, trace.weights, trace.means, trace.sigmas)
    np.testing.assert_allclose(trace.log_p, expected, atol=2e-3)
    total = [room.log_density(image) for image in trace.images.clip(-1, 2)]
    inside = (trace.images.min((1, 2)) > -1) & (trace.images.max((1, 2)) < 2)
    np.testing.assert_allclose(np.array(total)[inside], trace.log_p.sum(1)[inside], atol=0.05)


def test_the_drawn_value_is_where_its_uniform_says():
    """u picks a component by the cumulated weights; what is left of u is the Gaussian's distribution function there."""
    trace = room.sample_trace(1, n=1)
    upper = trace.weights[0].astype(np.float64).cumsum(-1)
    u = trace.uniforms[0].astype(np.float64)
    for i in range(0, 196, 7):
        k = int((u[i] >= upper[i] / upper[i, -1]).sum())
        left = 1 - (upper[i, k] - u[i]) / trace.weights[0, i, k]
        z = (trace.x[0, i] - trace.means[0, i, k]) / trace.sigmas[0, i, k]
        assert math.isclose(0.5 * (1 + math.erf(z / math.sqrt(2))), left, abs_tol=0.01), f"value {i}"


def test_the_same_seed_gives_the_same_film():
    assert np.array_equal(room.sample_trace(5, n=1).x, room.sample_trace(5, n=2).x[:1])
    assert not np.array_equal(room.sample_trace(5, n=1).x, room.sample_trace(6, n=1).x)


def test_a_digit_is_denser_than_its_pixels_shuffled():
    trace = room.score(DOWN)
    shuffled = np.random.default_rng(0).permutation(trace.x[0]).reshape(14, 14)
    assert trace.given and trace.x.min() >= 0 and trace.x.max() < 1
    assert trace.log_p.sum() > room.log_density(shuffled) + 50


def test_the_density_of_black_exceeds_one():
    """A dequantized black is 1/256 wide: its density is far above 1, so the log-density of a picture is positive."""
    trace = room.score(DOWN)
    corner = math.exp(trace.log_p[0, 0])
    assert corner > 20 and trace.log_p.sum() > 0, (corner, trace.log_p.sum())


@pytest.mark.parametrize("data", room.PLANE)
def test_a_plane_s_two_conditionals_make_its_density(data):
    found = room.plane(data, 0)
    assert found.second.shape == (241, 3, 16) and found.first.shape == (3, 16)
    near = np.abs(found.points[:, 0]) < found.box
    x = found.points[near]
    column = np.rint((x[:, 0] + found.box) / (2 * found.box) * 240).astype(int)
    exact = np.abs(found.axis[column] - x[:, 0]) < 0.002  # points that lie almost on a column
    x, column = x[exact], column[exact]
    got = log_density(x[:, 0], *found.first) + log_density(x[:, 1], *found.second[column].swapaxes(0, 1))
    assert len(x) > 10 and np.abs(got - found.point_log_p[near][exact]).mean() < 0.2
    area = np.exp(log_density(found.axis, *found.first)).sum() * (found.axis[1] - found.axis[0])
    assert math.isclose(area, 1, abs_tol=0.02), f"expected the area under p(x1) to be 1, got {area}"
    assert found.best - 0.02 <= found.nll <= found.best + 0.06


def test_samples_of_the_plane_look_like_its_data():
    from playground.data.mixtures import mixture

    for data in room.PLANE:
        distance, _ = mixture(data).nearest(room.plane(data, 1).samples.astype(np.float64))
        share = (distance < 4 * mixture(data).std).mean()
        assert share > 0.85, f"{data}: expected samples near the data, got {share:.2f} of them"


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, NAN, "7", None, True])
def test_bad_seeds_are_refused(seed):
    for ask in (lambda: room.sample_trace(seed), lambda: room.plane("moons", seed), lambda: room.score(DOWN, seed)):
        with pytest.raises(InvalidInput):
            ask()


@pytest.mark.parametrize("n", [0, 17, 2.5, None])
def test_bad_counts_are_refused(n):
    with pytest.raises(InvalidInput, match="1 to 16|number"):
        room.sample_trace(0, n)


@pytest.mark.parametrize("data", ["digits", "grid25", "", None, 3])
def test_unknown_planes_are_refused(data):
    with pytest.raises(InvalidInput, match="moons"):
        room.plane(data)


@pytest.mark.parametrize("image", [None, [[0.5] * 14] * 13, [[NAN] * 14] * 14, [[9.0] * 14] * 14, "x"])
def test_bad_pictures_are_refused(image):
    with pytest.raises(InvalidInput):
        room.log_density(image)


def test_an_empty_drawing_is_told_so():
    with pytest.raises(InvalidInput) as caught:
        room.score({"strokes": [], "hidden": []})
    assert caught.value.kind == "empty_drawing"

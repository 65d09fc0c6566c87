"""The blend room: lines and arcs against geometry, attributes against known pictures, what the page says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import blend, latent, planes
from playground.metrics import attributes


@pytest.fixture(scope="module")
def pair() -> list[np.ndarray]:
    return [latent.binary_image(planes.examples()[0][k]) for k in (4, 14)]


def test_an_arc_turns_and_changes_its_length_evenly():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 20)) * [[1], [2]]
    z = blend.slerp(a, b, np.linspace(0, 1, 9)).astype(np.float64)
    np.testing.assert_allclose(z[[0, -1]], [a, b], atol=1e-5)
    lengths = np.linalg.norm(z, axis=1)
    np.testing.assert_allclose(lengths, np.linspace(*np.linalg.norm([a, b], axis=1), 9), rtol=1e-5)
    unit = z / lengths[:, None]
    angles = np.arccos((unit[1:] * unit[:-1]).sum(1))
    np.testing.assert_allclose(angles, angles.mean(), rtol=1e-3)
    assert np.linalg.matrix_rank(np.stack([a, b, *z]), tol=1e-4) == 2, "expected the plane of a and b"


def test_a_quarter_of_a_circle_is_known():
    half = blend.slerp(np.array([2.0, 0]), np.array([0, 2.0]), [0.5])[0]
    np.testing.assert_allclose(half, [math.sqrt(2)] * 2, rtol=1e-6)


@pytest.mark.parametrize("b", [[3.0, 0], [-2.0, 0], [0, 0]])
def test_where_no_great_circle_is_the_arc_is_straight(b):
    z = blend.slerp(np.array([1.0, 0]), np.array(b), [0, 0.25, 1])
    np.testing.assert_allclose(z, [[1, 0], [0.75 + 0.25 * b[0], 0], b], atol=1e-6)


@pytest.mark.parametrize("name", ["autoencoder", "vae-beta1", "large"])
def test_a_strip_starts_and_ends_with_the_reconstructions(name, pair):
    film = blend.straight(name, *pair)
    id, variant = blend.LARGE if name == "large" else planes.PLANES[name]
    network = weights.load(id, "cpu", variant)
    with torch.inference_mode():
        mu = network.encode(torch.tensor(np.stack(pair), dtype=torch.float32)[:, None]).mu
        expected = network.decode(mu)[:, 0].numpy()
    np.testing.assert_allclose(film.x[[0, -1]], expected, atol=1e-5)
    np.testing.assert_allclose(np.diff(film.z, 2, axis=0), 0, atol=1e-5)
    confidence, digit = planes.judged(film.x)
    assert (film.digit == digit).all() and film.confidence == pytest.approx(confidence)


def test_both_ways_in_twenty_dimensions_share_their_ends_and_the_arc_is_longer(pair):
    straight, arc = blend.straight("large", *pair), blend.sphere(*pair)
    np.testing.assert_allclose(straight.z[[0, -1]], arc.z[[0, -1]], atol=1e-5)
    lengths = [np.linalg.norm(film.z, axis=1) for film in (straight, arc)]
    assert lengths[0][5] < min(lengths[0][0], lengths[0][-1]) <= lengths[1][5] + 1e-4


# -- attributes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [-35, -10, 0, 20, 40])
def test_the_slant_of_a_sheared_bar_is_its_angle(degrees):
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    middle = 13.5 - math.tan(math.radians(degrees)) * (rows - 13.5)  # further right at the top
    bar = torch.sigmoid(6 * (2 - (columns - middle).abs())) * ((rows - 13.5).abs() < 9)
    assert attributes.slant(bar[None, None]).item() == pytest.approx(degrees, abs=0.5)
    assert attributes.ink(bar[None, None]).item() == pytest.approx(4 * 18, rel=0.03)


def test_blank_paper_has_no_slant_and_no_ink():
    blank = torch.zeros(1, 1, 28, 28)
    assert attributes.slant(blank).item() == attributes.ink(blank).item() == 0


def test_a_direction_finds_the_attribute_and_not_the_class():
    generator = torch.Generator().manual_seed(0)
    labels, values = torch.arange(4000) % 10, torch.randn(4000, generator=generator)
    codes = torch.randn(4000, 6, generator=generator) * 0.1
    codes[:, 0] += values  # the attribute
    codes[:, 1] += 5 * labels  # the class
    values = values + 2 * labels  # which also has more of it
    found = attributes.direction(codes, values, labels)
    assert found[0] > 2 and found[1:].abs().max() < 0.05, found


def test_changes_are_measured_on_their_pictures(pair):
    for name in blend.ATTRIBUTES:
        found = blend.change(pair[0], name)
        x = torch.tensor(found.film.x)[:, None]
        np.testing.assert_allclose(found.ink, x.sum((1, 2, 3)), rtol=1e-5)
        np.testing.assert_allclose(found.slant, attributes.slant(x), atol=1e-4)
        assert (np.diff(getattr(found, name)) > 0).all(), f"{name}: expected more of it at every step"
        np.testing.assert_allclose(found.film.x[3], blend.straight("large", *pair).x[0], atol=1e-5)


def test_what_the_page_says_of_one_step_is_measured():
    for name, least in (("ink", 40), ("slant", 20)):
        rows = {row["t"]: row for row in blend.facts()[name]["effect"]}
        values = [rows[t][name] for t in sorted(rows)]
        assert values == sorted(values), f"{name}: {values}"
        assert rows[1][name] - rows[0][name] > least and rows[0][name] - rows[-1][name] > least, rows
        assert min(rows[t]["kept"] for t in (-1, 1)) > 80, rows


def test_the_arc_is_recognised_more_often_half_way():
    found = blend.facts()["paths"]
    assert found["sphere"]["recognised"] > found["straight"]["recognised"] + 5, found
    assert found["straight"]["length"] < 0.8 * found["ends"] and found["sphere"]["length"] > 0.99 * found["ends"]


# -- bad input ---------------------------------------------------------------------------------------------------------


def test_bad_input_is_refused(pair):
    for call in (
        lambda: blend.straight("vae-d20", *pair),
        lambda: blend.straight("large", *pair, n=1),
        lambda: blend.sphere(*pair, n=65),
        lambda: blend.sphere(pair[0], np.zeros((3, 3))),
        lambda: blend.change(pair[0], "age"),
    ):
        with pytest.raises(InvalidInput):
            call()


def test_missing_directions_say_how_to_make_them(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    with pytest.raises(WeightsError, match="python -m playground.metrics vae --variant d20"):
        blend.facts()

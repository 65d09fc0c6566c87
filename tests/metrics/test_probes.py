"""What is measured of a DCGAN's noises, on a network whose pictures can be foretold."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from playground.data.noise import noises
from playground.data.walks import arithmetic, spherical, straight
from playground.metrics import probes
from playground.models.dcgan import DCGAN
from playground.models.infogan import InfoGAN


@pytest.fixture(scope="module")
def model() -> DCGAN:
    torch.manual_seed(0)
    return DCGAN(DCGAN.Config(features=2)).eval()


@pytest.fixture
def oracle(monkeypatch):
    """A judge that reads the first number of z as the digit and the second as the ink, and is sure of short z."""

    def told(model, z):
        digit = np.floor(np.abs(z[:, 0]) * 5).astype(int).clip(0, 9)
        return np.where(np.linalg.norm(z[:, 2:], axis=1) < 9, 0.95, 0.2), digit, 100 + 10 * z[:, 1]

    monkeypatch.setattr(probes, "_told", told)
    monkeypatch.setattr(probes, "_read", lambda model, z: told(model, z)[:2])


# ---- ways and sums ---------------------------------------------------------------------------------------------------

A, B = noises(range(2), 64).astype(np.float64)
T = np.linspace(0, 1, 9)


@pytest.mark.parametrize("way", [straight, spherical])
def test_ways_start_and_end_at_their_ends(way):
    z = way(A, B, T)
    assert z.shape == (9, 64) and np.allclose(z[[0, -1]], [A, B])


def test_a_straight_way_is_shortest_and_loses_length():
    z = straight(A, B, T)
    assert np.allclose(np.diff(z, axis=0), (B - A) / 8)
    assert np.linalg.norm(z[4]) == pytest.approx(np.linalg.norm(A + B) / 2)


def test_a_spherical_way_turns_evenly_and_keeps_to_the_ends_lengths():
    z = spherical(A, B, T)
    lengths = np.linalg.norm(z, axis=1)
    assert np.allclose(lengths, np.linspace(*np.linalg.norm([A, B], axis=1), 9))
    u = z / lengths[:, None]
    angles = np.arccos((u[1:] * u[:-1]).sum(1))
    assert np.allclose(angles, angles[0])


def test_ways_without_a_direction_are_straight():
    for a, b in ((A, A), (A, 2 * A), (np.zeros(64), B)):
        assert np.allclose(spherical(a, b, T), straight(a, b, T))


def test_a_sum_is_a_minus_b_plus_c():
    groups = [noises(range(3 * k, 3 * k + 3), 64) for k in range(3)]
    means = [np.mean(group, axis=0) for group in groups]
    assert np.allclose(arithmetic(*groups), [*means, means[0] - means[1] + means[2]])


# ---- what is measured ------------------------------------------------------------------------------------------------


def test_the_middles_of_straight_ways_are_short(oracle, model):
    found = probes.walk(model)
    z = noises(range(2 * probes.WAYS), 64)
    assert found["n"] == probes.WAYS
    assert found["ends"] == pytest.approx(100 * (np.linalg.norm(z[:, 2:], axis=1) < 9).mean(), abs=0.01)
    assert found["straight"] == 100.0, "expected every middle to be shorter than 9"


def test_truncation_scales_the_noise(oracle, model):
    z = noises(range(probes.COUNTED), 64)
    for psi in (0.0, 0.5, 1.0, 1.5):
        sure = np.linalg.norm(psi * z[:, 2:], axis=1) < 9
        counts = np.bincount(np.floor(np.abs(psi * z[:, 0]) * 5).astype(int).clip(0, 9), minlength=10)
        found = probes.truncated(model, psi)
        assert found == {"psi": psi, "digits": (counts >= 40).sum(), "recognised": round(100 * sure.mean(), 2)}
    assert probes.truncated(model, 0.0) == {"psi": 0.0, "digits": 1, "recognised": 100.0}


def test_sums_of_a_linear_world_work(oracle, model):
    """Ink is a coordinate of z there: bold minus thin plus thin is bolder, always; without that, by chance."""
    found = probes.arithmetic(model)
    assert found["bolder"] == 100.0 and 20 < found["control"]["bolder"] < 80
    assert 0 < found["both"] == found["kept"] < 100
    works, fails = found["examples"]["works"], found["examples"]["fails"]
    for one in (works, fails):
        assert one["from"] != one["to"] and all(len(one[name]) == probes.GROUP for name in "abc")
    digit = np.floor(np.abs(noises(works["c"], 64)[:, 0]) * 5).astype(int).clip(0, 9)
    assert (digit == works["to"]).all()


def test_a_network_without_digits_has_nothing_to_add(monkeypatch, model):
    monkeypatch.setattr(probes, "_told", lambda model, z: (np.zeros(len(z)), np.zeros(len(z), int), np.zeros(len(z))))
    found = probes.arithmetic(model)
    assert found["n"] == 0 and found["examples"] == {"works": None, "fails": None}


def test_the_file_holds_all_of_it(monkeypatch, tmp_path, model, data_root):
    monkeypatch.setattr(probes, "PSI", (0.0, 1.0))
    monkeypatch.setattr(probes, "COUNTED", 20)
    monkeypatch.setattr(probes, "DRAWN", 60)
    monkeypatch.setattr(probes, "WAYS", 5)
    monkeypatch.setattr(probes, "WATCHED", 30)
    probes.write(model, tmp_path)
    found = json.loads((tmp_path / probes.FILE).read_text())
    assert list(found) == ["scores", "truncation", "walk", "arithmetic"]
    with torch.inference_mode():
        logits = model.logits(model.generate(torch.from_numpy(noises(range(30), 64))))
    assert found["scores"]["fake"] == pytest.approx(logits.tolist(), rel=1e-2, abs=1e-5)
    assert len(found["scores"]["real"]) == 30


def test_other_generators_have_none(tmp_path):
    probes.write(InfoGAN(), tmp_path)
    assert not list(tmp_path.iterdir())

"""The noise of a seed is standard normal, and the same everywhere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from playground.data.noise import noise, noises

PINNED = [0.79951304, -1.41686141, -0.76140505]


def test_the_noise_of_a_seed_is_the_same_everywhere():
    """Pinned to NumPy's PCG64 words and the Box-Muller map, written out here once more."""
    words = [int(w) for w in np.random.PCG64(7).random_raw(8)]
    u = [((w >> 11) + 0.5) / 2**53 for w in words]
    expected = [math.sqrt(-2 * math.log(u[i])) * math.cos(2 * math.pi * u[4 + i]) for i in range(4)]
    assert noise(7, 4) == pytest.approx(expected, rel=1e-6)
    assert noise(0, 62)[:3] == pytest.approx(PINNED, abs=1e-6)
    assert noise(0, 62).shape == (62,) and noise(0, 62).dtype == np.float32


def test_the_noise_is_standard_normal():
    z = noises(range(2000), 62)
    assert abs(z.mean()) < 5 / math.sqrt(z.size) and z.var() == pytest.approx(1, abs=0.02)
    assert (np.abs(z) < 1).mean() == pytest.approx(math.erf(1 / math.sqrt(2)), abs=0.005)
    assert (np.abs(z) > 2).mean() == pytest.approx(1 - math.erf(2 / math.sqrt(2)), abs=0.003)
    assert np.isfinite(z).all()


def test_a_row_of_many_is_the_noise_of_its_seed():
    assert np.array_equal(noises([3, 9], 5), np.stack([noise(3, 5), noise(9, 5)]))

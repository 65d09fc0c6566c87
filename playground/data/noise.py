"""The noise of a seed, for generators: a bit stream that no version and no device changes."""

from __future__ import annotations

import math

import numpy as np


def noise(seed: int, size: int) -> np.ndarray:
    """z ~ N(0, I) of a seed: (size,) float32.

    Box and Muller's map of raw PCG64 words: NumPy promises that bit stream, but not its own normal numbers.
    """
    words = np.random.PCG64(seed).random_raw(2 * size)
    u = ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53  # in (0, 1)
    return (np.sqrt(-2 * np.log(u[:size])) * np.cos(2 * math.pi * u[size:])).astype(np.float32)


def noises(seeds: range | list[int], size: int) -> np.ndarray:
    """One row of noise per seed: (n, size) float32."""
    return np.stack([noise(int(seed), size) for seed in seeds])

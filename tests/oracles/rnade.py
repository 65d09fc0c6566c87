"""RNADE as in the paper (Uria, Murray, Larochelle 2013): each conditional from its whole past, O(D^2 H), NumPy only."""

from __future__ import annotations

import math

import numpy as np


def mixture(
    x: np.ndarray, i: int, parameters: dict[str, np.ndarray], center: float, scale: float, floor: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights, means and sigmas (K,) of p(x_i | x_<i) for one x (D,); means and sigmas in the units of x."""
    z = [(value - center) / scale for value in x[:i]]
    a = parameters["c"].copy()
    for j, z_j in enumerate(z):
        a = a + parameters["W"][j] * z_j
    h = np.maximum(0, parameters["rho"][i] * a)
    raw = h @ parameters["V"][i] + parameters["b"][i]
    alpha, mu, log_sigma = np.split(raw, 3)
    weights = np.exp(alpha - alpha.max())
    return weights / weights.sum(), center + scale * mu, floor + scale * np.exp(log_sigma)


def log_density(value: float, weights: np.ndarray, means: np.ndarray, sigmas: np.ndarray) -> float:
    """log of a mixture of Gaussians at one value, in nats."""
    parts = weights * np.exp(-0.5 * ((value - means) / sigmas) ** 2) / (sigmas * math.sqrt(2 * math.pi))
    return math.log(parts.sum())

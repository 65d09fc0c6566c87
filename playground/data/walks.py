"""Ways between two noises, and sums of them: what latent arithmetic does before the generator sees it.

z ~ N(0, I) in R^d has a length near sqrt(d), hardly ever a much shorter one. A straight way between two draws goes
through short ones; a spherical way [1] turns the direction at an even pace and keeps to such lengths.

[1] White. Sampling Generative Networks. 2016, arXiv:1609.04468, there with lengths as they come.
"""

from __future__ import annotations

import numpy as np


def straight(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """(1 - t) a + t b: two noises (d,), t (n,) in [0, 1] -> (n, d)."""
    return (1 - t)[:, None] * a + t[:, None] * b


def spherical(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """The direction turns evenly from a to b, the length changes linearly from |a| to |b|: (n, d)."""
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    if min(lengths) == 0:
        return straight(a, b, t)  # a point without a direction
    u, v = a / lengths[0], b / lengths[1]
    angle = np.arccos(np.clip(u @ v, -1, 1))
    if np.sin(angle) < 1e-6:
        return straight(a, b, t)
    turned = (np.sin((1 - t) * angle)[:, None] * u + np.sin(t * angle)[:, None] * v) / np.sin(angle)
    return turned * ((1 - t) * lengths[0] + t * lengths[1])[:, None]


def arithmetic(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """Means of three groups of noises (k, d) and mean(a) - mean(b) + mean(c): (4, d)."""
    means = [group.mean(0) for group in (a, b, c)]
    return np.stack([*means, means[0] - means[1] + means[2]])

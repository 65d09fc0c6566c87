"""NADE as in the paper (Larochelle & Murray 2011, algorithm 1): one pixel after the other, float64, NumPy only."""

from __future__ import annotations

import numpy as np


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def conditionals(x: np.ndarray, W: np.ndarray, V: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
    """p(x_i = 1 | x_<i) of one image x (D,) with W, V (D, H), b (D,), c (H,): (D,)."""
    p = np.zeros(len(x))
    a = c.astype(np.float64).copy()
    for i in range(len(x)):
        h = sigmoid(a)
        p[i] = sigmoid(b[i] + V[i] @ h)
        a = a + W[i] * x[i]
    return p


def log_prob(x: np.ndarray, W: np.ndarray, V: np.ndarray, b: np.ndarray, c: np.ndarray) -> float:
    """log p(x) in nats."""
    p = conditionals(x, W, V, b, c)
    return float(np.sum(x * np.log(p) + (1 - x) * np.log(1 - p)))

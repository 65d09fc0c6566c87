"""An LSTM as in Graves 2013 (without peepholes), one character after the other, float64, NumPy only."""

from __future__ import annotations

import numpy as np

Layer = tuple[np.ndarray, np.ndarray, np.ndarray]  # W (4 H, in), U (4 H, H), b (4 H,), gates in the order i, f, g, o


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def step(x: np.ndarray, h: np.ndarray, s: np.ndarray, layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """One step of one layer: x (in,), h and s (H,) -> the new h and s."""
    W, U, b = layer
    H = len(h)
    a = W @ x + U @ h + b
    i, f, o = (sigmoid(a[k * H : (k + 1) * H]) for k in (0, 1, 3))
    g = np.tanh(a[2 * H : 3 * H])
    s = f * s + i * g
    return o * np.tanh(s), s


def read(text: list[int], layers: list[Layer], V: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logits (T, K) after each character of a text, from a state of zeros, and the last layer's h (T, H)."""
    K, H = V.shape
    h, s = np.zeros((len(layers), H)), np.zeros((len(layers), H))
    logits, hidden = [], []
    for character in text:
        value = np.eye(K)[character]
        for l, layer in enumerate(layers):
            h[l], s[l] = step(value, h[l], s[l], layer)
            value = h[l]
        logits.append(V @ value + c)
        hidden.append(value.copy())
    return np.array(logits), np.array(hidden)

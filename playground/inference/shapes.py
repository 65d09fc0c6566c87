"""Ready-made drawings of a prior: strokes in [0, 1], x to the right, y down, as a hand would send them."""

from __future__ import annotations

import math
from collections.abc import Callable

Stroke = list[list[float]]


def _curve(point: Callable[[float], tuple[float, float]], start: float, end: float, n: int = 48) -> Stroke:
    """n + 1 points of a curve t -> (x, y), rounded as a canvas would."""
    at = [start + (end - start) * k / n for k in range(n + 1)]
    return [[round(v, 3) for v in point(t)] for t in at]


def _arc(x: float, y: float, radius: float, start: float = 0.0, end: float = 360.0) -> Stroke:
    """An arc in degrees, clockwise on the screen from the right."""
    return _curve(
        lambda t: (x + radius * math.cos(math.radians(t)), y + radius * math.sin(math.radians(t))), start, end
    )


def _heart(t: float) -> tuple[float, float]:
    x = 16 * math.sin(t) ** 3
    y = 13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
    return 0.5 + x / 44, 0.47 - y / 44


def _star() -> Stroke:
    corners = [(0.42 if k % 2 == 0 else 0.18, math.radians(36 * k - 90)) for k in range(11)]
    return [[round(0.5 + r * math.cos(a), 3), round(0.53 + r * math.sin(a), 3)] for r, a in corners]


SHAPES: dict[str, list[Stroke]] = {
    "heart": [_curve(_heart, 0, 2 * math.pi)],
    "star": [_star()],
    "smile": [_arc(0.5, 0.5, 0.4), _arc(0.5, 0.52, 0.22, 20, 160), _arc(0.36, 0.38, 0.02), _arc(0.64, 0.38, 0.02)],
    "ring": [_arc(0.5, 0.5, 0.36)],
    "gan": [
        [*_arc(0.22, 0.5, 0.14, -45, -330), [0.36, 0.5], [0.26, 0.5]],
        [[0.4, 0.65], [0.5, 0.35], [0.6, 0.65]],
        [[0.44, 0.55], [0.56, 0.55]],
        [[0.67, 0.65], [0.67, 0.35], [0.87, 0.65], [0.87, 0.35]],
    ],
}

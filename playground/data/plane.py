"""Points of the plane as plain, checked values: which data set with which parameters, drawn points, tables of numbers.

A `Plane` says what `data.mixtures.mixture` builds. Nothing here needs torch.

    plane("ring", modes=5, std=0.1)     plane("grid", rows=3, columns=4)     plane("pair", weight=0.2)
    plane("moons")  plane("spiral")     plane("mixture", points=centers)     plane("points", points=drawn, std=0.05)
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np

from playground.errors import InvalidInput

LIMIT = 3.0  # the square that a visitor draws in reaches from -LIMIT to LIMIT
MOST_POINTS, MOST_CENTERS = 10_000, 64
LONGEST_TABLE = 1_000_000  # characters
STD = (0.01, 0.5)
WEIGHT = (0.05, 0.95)
# What each data set is told, with what it is when nothing is said.
PARAMETERS: dict[str, dict[str, object]] = {
    "ring": {"modes": 8, "std": 0.05},
    "grid": {"rows": 5, "columns": 5, "std": 0.05},
    "moons": {"std": 0.1},
    "spiral": {"std": 0.05},
    "pair": {"weight": 0.2, "std": 0.2},
    "mixture": {"points": None, "std": 0.1},
    "points": {"points": None, "std": 0.05},
}
INTEGERS = {"modes": (2, 12), "rows": (2, 5), "columns": (2, 5)}


@dataclass(frozen=True)
class Plane:
    """A data set of the plane. What a name does not use (see PARAMETERS) is None or empty.

    name: one of PARAMETERS. modes: of the ring, 2-12. rows, columns: of the grid, 2-5. weight: share of the pair's
    left Gaussian. std: of every Gaussian; for `points` the width of the kernel that smooths them. points: centres of
    the `mixture` (at most 64) or the `points` themselves (at most 10,000), within +-LIMIT.
    """

    name: str
    std: float
    modes: int | None = None
    rows: int | None = None
    columns: int | None = None
    weight: float | None = None
    points: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        # Ten thousand points are hashed once, not at every look into a cache.
        object.__setattr__(self, "_hash", hash(tuple(getattr(self, item.name) for item in fields(self))))

    def __hash__(self) -> int:
        return self._hash

    def plain(self) -> dict:
        """JSON-able; `plane(**plain)` is this again."""
        values = {name: value for name, value in asdict(self).items() if name in PARAMETERS[self.name]}
        return {"name": self.name, **values, **({"points": [list(p) for p in self.points]} if self.points else {})}


def plane(name: object = "ring", **given: object) -> Plane:
    """A checked data set. None keeps what is usual. Raises InvalidInput for whatever does not fit."""
    if not isinstance(name, str) or name not in PARAMETERS:
        raise InvalidInput("choice", "dataset", name, choices=list(PARAMETERS))
    usual = PARAMETERS[name]
    for knob in given:
        if knob not in usual:
            raise InvalidInput("choice", "knob", knob, choices=list(usual))
    values = {**usual, **{knob: value for knob, value in given.items() if value is not None}}
    return Plane(name, **{knob: _checked(name, knob, value) for knob, value in values.items()})


def _checked(name: str, knob: str, value: object) -> object:
    if knob == "points":
        return tuple(map(tuple, points(value, MOST_CENTERS if name == "mixture" else MOST_POINTS).tolist()))
    if knob in INTEGERS:
        low, high = INTEGERS[knob]
        number = _number(knob, value)
        if number != int(number) or not low <= number <= high:
            raise InvalidInput("integer_range", knob, value, low=low, high=high)
        return int(number)
    low, high = WEIGHT if knob == "weight" else STD
    number = _number(knob, value)
    if not low <= number <= high:
        raise InvalidInput("number_range", knob, value, low=low, high=high)
    return number


def _number(field: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InvalidInput("not_number", field, value)
    if not math.isfinite(value):
        raise InvalidInput("finite", field, value)
    return float(value)


def points(value: object, most: int = MOST_POINTS, limit: float = LIMIT) -> np.ndarray:
    """Checked points (n, 2), 1 <= n <= most, each coordinate within +-limit. Raises InvalidInput."""
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput("shape", "dots", value, expected="(n, 2)") from None
    if array.ndim != 2 or array.shape[1] != 2 or not len(array):
        raise InvalidInput("shape", "dots", value, expected="(n, 2)")
    if len(array) > most:
        raise InvalidInput("too_long", "dots", len(array), high=most)
    if not np.isfinite(array).all():
        raise InvalidInput("finite", "dots", value)
    if np.abs(array).max() > limit:
        raise InvalidInput("number_range", "dots", float(np.abs(array).max()), low=-limit, high=limit)
    return array


@dataclass(frozen=True, eq=False)
class Table:
    """Points (n, 2) read from text, as they fit into the square: shown = (given - middle) / unit.

    unit is 1 and middle 0 where they lay in it anyway.
    """

    points: np.ndarray
    middle: tuple[float, float]
    unit: float


def table(text: object) -> Table:
    """Two columns of numbers, at most 10,000 rows: CSV with comma, semicolon, tab or blanks; a header may come first.

    Points outside the square are moved and scaled into it, both axes alike. Raises InvalidInput that names the line.
    """
    if not isinstance(text, str):
        raise InvalidInput("not_text", "table", text)
    if len(text) > LONGEST_TABLE:
        raise InvalidInput("too_many_characters", "table", len(text), high=LONGEST_TABLE)
    lines = text.lstrip("\ufeff").splitlines()
    rows = [(at, cells) for at, line in enumerate(lines, 1) if any(cells := _cells(line))]
    if rows and not any(map(_is_number, rows[0][1])):
        rows = rows[1:]  # a header
    if not rows:
        raise InvalidInput("table_empty", "table", text)
    if len(rows) > MOST_POINTS:
        raise InvalidInput("table_rows", "table", len(rows), high=MOST_POINTS, line=rows[MOST_POINTS][0])
    return _fitted(np.array([_row(at, cells) for at, cells in rows]))


def _cells(line: str) -> list[str]:
    for separator in (";", "\t", ","):
        if separator in line:
            cells = [cell.strip().strip('"').strip() for cell in line.split(separator)]
            # Where a semicolon or a tab separates, a comma may be the decimal point.
            return cells if separator == "," else [cell.replace(",", ".") for cell in cells]
    return line.split()


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _row(line: int, cells: Sequence[str]) -> tuple[float, float]:
    if len(cells) != 2:
        raise InvalidInput("table_columns", "table", ", ".join(cells), line=line, found=len(cells))
    for cell in cells:
        if not _is_number(cell):
            raise InvalidInput("table_number", "table", cell, line=line)
        if not abs(float(cell)) < 1e15:  # nan, too
            raise InvalidInput("table_finite", "table", cell, line=line)
    return float(cells[0]), float(cells[1])


def _fitted(given: np.ndarray) -> Table:
    if np.abs(given).max() <= LIMIT:
        return Table(given, (0.0, 0.0), 1.0)
    low, high = given.min(0), given.max(0)
    middle, half = (low + high) / 2, float((high - low).max() / 2)
    unit = half / (0.8 * LIMIT) if half > 0 else 1.0
    return Table((given - middle) / unit, (float(middle[0]), float(middle[1])), unit)


def thinned(array: np.ndarray, std: float, most: int = 1024) -> tuple[np.ndarray, np.ndarray, float]:
    """(nodes (N, 2), weights (N,), width): many points as N <= most weighted ones.

    Points that share a square of side `width` become one at their mean. The width is `std`, doubled until few enough
    are left: the kernel that smooths them is as wide as what was put together, and never narrower than asked.
    """
    while True:
        _, cell, count = np.unique(
            np.floor(array / std).astype(np.int64), axis=0, return_inverse=True, return_counts=True
        )
        if len(count) <= most:
            break
        std *= 2
    cell = cell.reshape(-1)
    sums = np.stack([np.bincount(cell, array[:, axis], len(count)) for axis in (0, 1)], 1)
    return sums / count[:, None], count / len(array), std


def clusters(nodes: np.ndarray, weights: np.ndarray, most: int = 16) -> np.ndarray:
    """A group (N,) for each weighted node: k-means with at most 16 groups, started from far-apart nodes.

    The same nodes give the same groups. Groups are what counts as "modes" of points that have none.
    """
    centers = nodes[[int(np.argmax(weights))]]
    while len(centers) < min(most, len(nodes)):
        away = ((nodes[:, None] - centers) ** 2).sum(-1).min(1)
        if away.max() <= 0:
            break
        centers = np.concatenate([centers, nodes[[int(away.argmax())]]])
    for _ in range(30):
        group = ((nodes[:, None] - centers) ** 2).sum(-1).argmin(1)
        mass = np.bincount(group, weights, len(centers))
        moved = np.stack([np.bincount(group, weights * nodes[:, axis], len(centers)) for axis in (0, 1)], 1)
        moved = np.where(mass[:, None] > 0, moved / np.maximum(mass, 1e-300)[:, None], centers)
        if np.allclose(moved, centers, atol=1e-9):
            break
        centers = moved
    return np.unique(group, return_inverse=True)[1].reshape(-1)

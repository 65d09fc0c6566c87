"""Plain values from outside: what they may be, and InvalidInput where they are something else."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from playground.errors import InvalidInput

LARGEST_SEED = 2**31 - 1


def integer(field: str, value: object, low: int, high: int) -> int:
    """A whole number in low..high; 3.0 counts as 3, True does not count as 1."""
    number = _finite(field, value)
    if number is None or number != int(number) or not low <= number <= high:
        raise InvalidInput("integer_range", field, value, low=low, high=high)
    return int(number)


def whole(field: str, value: object, low: int, high: int) -> int:
    """An integer in low..high and nothing else, not even 3.0; the answer to words, too, is the range."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not low <= value <= high:
        raise InvalidInput("integer_range", field, value, low=low, high=high)
    return int(value)


def number(field: str, value: object, low: float, high: float) -> float:
    """A finite number in [low, high]."""
    number = _finite(field, value)
    if number is None or not low <= number <= high:
        raise InvalidInput("number_range", field, value, low=low, high=high)
    return number


def choice(field: str, value: object, choices: Iterable[str]) -> str:
    """One of the names in `choices`."""
    choices = list(choices)
    if not isinstance(value, str) or value not in choices:
        raise InvalidInput("choice", field, value, choices=choices)
    return value


def seed(value: object) -> int:
    """A seed, 0..2^31 - 1."""
    return integer("seed", value, 0, LARGEST_SEED)


def _finite(field: str, value: object) -> float | None:
    """`value` as a float, None where it is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise InvalidInput("not_number", field, value)
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None

"""MADE's masks as the paper's equations 8, 10 and 13 write them, one connection at a time."""

from __future__ import annotations


def masks(degrees: list[list[int]]) -> list[list[list[int]]]:
    """degrees: m^0 of the pixels, m^1, ..., m^L -> M^1, ..., M^L and the output mask, rows are receiving units."""
    found = []
    for below, above in zip(degrees[:-1], degrees[1:], strict=True):
        found.append([[1 if receiver >= sender else 0 for sender in below] for receiver in above])
    found.append([[1 if pixel > unit else 0 for unit in degrees[-1]] for pixel in degrees[0]])
    return found

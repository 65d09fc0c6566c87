"""Which inputs a computation can reach: sets carried through masks and recurrences in NumPy, without any network.

A map of sets is a bool array (H, W, D), D = H * W: [r, c, i] says whether the value at row r and column c may depend on
input i = row * W + column. Every operation below does to the sets what the layer of its name does to the values: a sum
becomes a union, a cut weight leaves its set out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

Tap = tuple[int, int]  # (rows down, columns to the right) from a cell to what it reads


def inputs(height: int, width: int) -> np.ndarray:
    """Every cell holds its own input."""
    return np.eye(height * width, dtype=bool).reshape(height, width, -1)


def nothing(height: int, width: int) -> np.ndarray:
    """No cell depends on anything."""
    return np.zeros((height, width, height * width), bool)


def moved(sets: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """At (r, c) what stood at (r + rows, c + columns); nothing comes from outside the image."""
    height, width = sets.shape[:2]
    out = np.zeros_like(sets)
    if abs(rows) < height and abs(columns) < width:
        to = np.s_[max(0, -rows) : height - max(0, rows), max(0, -columns) : width - max(0, columns)]
        source = np.s_[max(0, rows) : height + min(0, rows), max(0, columns) : width + min(0, columns)]
        out[to] = sets[source]
    return out


def convolution(sets: np.ndarray, taps: Iterable[Tap]) -> np.ndarray:
    """Each cell reads the cells at `taps`."""
    out = np.zeros_like(sets)
    for rows, columns in taps:
        out |= moved(sets, rows, columns)
    return out


def masked(kind: str, size: int) -> list[Tap]:
    """Taps of a size x size convolution that sees no later cell; mask "A" hides the cell itself, "B" shows it."""
    pad = size // 2
    above = [(row, column) for row in range(-pad, 0) for column in range(-pad, pad + 1)]
    return above + [(0, column) for column in range(-pad, 0 if kind == "A" else 1)]


def along_row(kind: str, size: int) -> list[Tap]:
    """Taps of a 1 x size convolution with mask "A" or "B"."""
    return [tap for tap in masked(kind, size) if tap[0] == 0]


def row_lstm(
    sets: np.ndarray, input_to_state: Iterable[Tap] = ((0, -1), (0, 0)), state_to_state: Iterable[int] = (-1, 0, 1)
) -> np.ndarray:
    """States of a Row LSTM: a cell joins its own row's inputs with the states at these columns of the row above."""
    states = convolution(sets, input_to_state)
    for r in range(1, len(states)):
        for column in state_to_state:
            states[r] |= moved(states[r - 1 : r], 0, column)[0]
    return states


def skew(sets: np.ndarray) -> np.ndarray:
    """Row i shifted right by i, (H, W, D) -> (H, W + H - 1, D): a diagonal becomes a column."""
    height, width, size = sets.shape
    out = np.zeros((height, width + height - 1, size), bool)
    for i, row in enumerate(sets):
        out[i, i : i + width] = row
    return out


def unskew(sets: np.ndarray, width: int) -> np.ndarray:
    """Takes `skew` back; width: of the image, not of the skewed map."""
    return np.stack([row[i : i + width] for i, row in enumerate(sets)])


def diagonal_lstm(sets: np.ndarray) -> np.ndarray:
    """States of one direction: column t of the skewed map joins its input with rows i - 1 and i of column t - 1."""
    states = skew(sets)
    for t in range(1, states.shape[1]):
        before = states[:, t - 1]
        states[:, t] |= before  # the same row: the pixel to the left
        states[1:, t] |= before[:-1]  # the row above: the pixel above
    return unskew(states, sets.shape[1])


def backward_diagonal_lstm(sets: np.ndarray) -> np.ndarray:
    """The other direction, before its map is shifted: flip the columns, run, flip back."""
    return diagonal_lstm(sets[:, ::-1])[:, ::-1]


def diagonal_bilstm(sets: np.ndarray, shift: str = "down", right: np.ndarray | None = None) -> np.ndarray:
    """Both directions added. shift: what is done to the backward map first, see `shifted`. right: what the LSTM from
    the right reads, where that is not what the other reads."""
    return diagonal_lstm(sets) | shifted(backward_diagonal_lstm(sets if right is None else right), shift)


def shifted(backward: np.ndarray, shift: str = "down") -> np.ndarray:
    """ "down" by one row, as it has to be; "none"; "zeroed": last row emptied instead, a slip of published code."""
    if shift == "down":
        return moved(backward, -1, 0)
    out = backward.copy()
    if shift == "zeroed":
        out[-1] = False
    return out


def gated_stacks(sets: np.ndarray, sizes: Iterable[int]) -> np.ndarray:
    """The horizontal stack of a Gated PixelCNN whose layers have kernels of these sizes, the first with mask A."""
    vertical = horizontal = sets
    for l, size in enumerate(sizes):
        pad = size // 2
        rows = [(row, column) for row in range(-pad, 1) for column in range(-pad, pad + 1)]
        vertical = convolution(vertical, rows)
        own_row = convolution(horizontal, along_row("B" if l else "A", size))
        horizontal = own_row | moved(vertical, -1, 0)
    return horizontal


def window(height: int, width: int, order: np.ndarray, k: int | None = None) -> np.ndarray:
    """Each cell reads the k cells before it in `order`, (D,) flat places; all before it where k is None."""
    size = height * width
    rank = np.empty(size, int)
    rank[order] = np.arange(size)
    distance = rank[:, None] - rank[None, :]
    near = (distance > 0) & (distance <= (size if k is None else k))
    return near.reshape(height, width, size)

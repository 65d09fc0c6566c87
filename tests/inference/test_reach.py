"""Sets carried through masks and recurrences: against formulas, against torch, and counts that are often got wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from playground.inference import reach

GRIDS = [(6, 6), (4, 7), (7, 4), (1, 5), (5, 1)]


def flat(sets: np.ndarray) -> np.ndarray:
    return sets.reshape(-1, sets.shape[-1])


def future(sets: np.ndarray) -> int:
    """Dependencies on inputs after the cell."""
    return int(np.triu(flat(sets), 1).sum())


def used(sets: np.ndarray) -> int:
    """Dependencies on inputs up to the cell, itself included."""
    return int(np.tril(flat(sets)).sum())


@pytest.mark.parametrize("grid", GRIDS)
def test_skewing_makes_a_column_of_every_diagonal_and_can_be_taken_back(grid):
    height, width = grid
    cells = reach.inputs(height, width)
    skewed = reach.skew(cells)
    assert skewed.shape == (height, width + height - 1, height * width)
    for t in range(skewed.shape[1]):
        places = {int(np.flatnonzero(cell)[0]) for cell in skewed[:, t] if cell.any()}
        diagonal = {i * width + j for i in range(height) for j in range(width) if i + j == t}
        assert places == diagonal, f"column {t}: expected the diagonal {diagonal}, got {places}"
    assert (reach.unskew(skewed, width) == cells).all()


@pytest.mark.parametrize("grid", GRIDS)
def test_a_diagonal_bilstm_sees_everything_up_to_the_cell_and_nothing_after(grid):
    size = grid[0] * grid[1]
    sets = reach.diagonal_bilstm(reach.inputs(*grid))
    assert (future(sets), used(sets)) == (0, size * (size + 1) // 2)


def test_six_by_six_has_666_dependencies_and_the_missing_shift_leaks():
    cells = reach.inputs(6, 6)
    found = {
        s: (future(reach.diagonal_bilstm(cells, s)), used(reach.diagonal_bilstm(cells, s))) for s in ("down", "none")
    }
    assert found == {"down": (0, 666), "none": (90, 666)}
    zeroed = reach.diagonal_bilstm(cells, "zeroed")  # the last row emptied instead of the map shifted
    assert future(zeroed) == 75, f"expected 75 future dependencies, got {future(zeroed)}"


@pytest.mark.parametrize("grid", GRIDS)
def test_one_direction_sees_the_rectangle_above_and_to_its_side(grid):
    height, width = grid
    row, column = np.divmod(np.arange(height * width), width)
    above = row[None, :] <= row[:, None]
    left, right = column[None, :] <= column[:, None], column[None, :] >= column[:, None]
    cells = reach.inputs(*grid)
    assert (flat(reach.diagonal_lstm(cells)) == (above & left)).all()
    assert (flat(reach.backward_diagonal_lstm(cells)) == (above & right)).all()


@pytest.mark.parametrize("grid", GRIDS)
def test_a_row_lstm_sees_a_triangle(grid):
    height, width = grid
    row, column = np.divmod(np.arange(height * width), width)
    up, side = row[:, None] - row[None, :], column[None, :] - column[:, None]
    # one column more to each side per row above; mask B adds the left neighbour and takes the right one away
    triangle = (up >= 0) & (side >= -up - 1) & (side <= up)
    found = flat(reach.row_lstm(reach.inputs(*grid)))
    assert (found == triangle).all(), f"expected {triangle.sum()} dependencies, got {found.sum()}"


@pytest.mark.parametrize(("kind", "size"), [("A", 3), ("B", 3), ("A", 7), ("B", 5)])
def test_a_convolution_reaches_what_torch_s_convolution_reaches(kind, size):
    height, width = 5, 8
    kernel = torch.zeros(1, 1, size, size)
    for row, column in reach.masked(kind, size):
        kernel[0, 0, size // 2 + row, size // 2 + column] = 1
    flat_kernel = kernel.flatten()
    assert (flat_kernel[: size * size // 2] == 1).all() and flat_kernel[size * size // 2] == (kind == "B")
    assert (flat_kernel[size * size // 2 + 1 :] == 0).all()
    cells = torch.eye(height * width).view(-1, 1, height, width)
    expected = F.conv2d(cells, kernel, padding=size // 2)[:, 0].permute(1, 2, 0).numpy() > 0
    assert (reach.convolution(reach.inputs(height, width), reach.masked(kind, size)) == expected).all()


def test_a_window_follows_its_order():
    order = np.array([3, 1, 0, 2, 5, 4])
    sets = flat(reach.window(2, 3, order, 2))
    assert [set(np.flatnonzero(sets[place])) for place in order] == [set(), {3}, {3, 1}, {1, 0}, {0, 2}, {2, 5}]
    assert flat(reach.window(2, 3, order)).sum() == 15


def test_the_vertical_stack_takes_the_blind_spot_away():
    cells = reach.inputs(28, 28)
    cnn = reach.convolution(cells, reach.masked("A", 7))
    for _ in range(15):
        cnn = cnn | reach.convolution(cnn, reach.masked("B", 3))
    gated = reach.gated_stacks(cells, [7] + [3] * 11)
    shallow = reach.gated_stacks(cells, [7] + [3] * 10)
    counts = [int(sets[14, 14].sum()) for sets in (cnn, gated, shallow)]
    assert counts == [351, 406, 391], f"expected 351, 406 and 391 of 406 at the centre, got {counts}"
    assert future(cnn) == future(gated) == 0 and not flat(gated).diagonal().any()

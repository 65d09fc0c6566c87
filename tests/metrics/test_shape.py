"""Measures of a digit's shape on bars whose width, height, slant and thickness are known."""

from __future__ import annotations

import math

import pytest
import torch

from playground.metrics import shape


def bar(w: int, h: int, shear: float = 0.0, side: int = 28) -> torch.Tensor:
    """A filled bar (1, 1, side, side); shear: pixels to the right per pixel up, drawn with grey edges."""
    rows, columns = torch.arange(side).double(), torch.arange(side).double()
    middle = (side - 1) / 2
    centre = middle + shear * (middle - rows)  # of the bar, by row
    inside = (w / 2 + 0.5 - (columns[None] - centre[:, None]).abs()).clamp(0, 1)
    inside[(rows - middle).abs() > h / 2] = 0
    return inside[None, None]


@pytest.mark.parametrize(("w", "h"), [(2, 20), (4, 20), (4, 8), (10, 12), (20, 4), (6, 6)])
def test_an_upright_bar_has_its_own_width_and_height(w, h):
    x = bar(w, h)
    assert x.sum() == w * h
    assert shape.width(x).item() == pytest.approx(w)
    assert shape.height(x).item() == pytest.approx(h)
    assert shape.slant(x).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("shear", [-0.8, -0.3, 0.1, 0.5, 1.0])
def test_a_sheared_bar_has_the_shears_slant_and_keeps_its_width(shear):
    x = bar(4, 14, shear)
    assert shape.slant(x).item() == pytest.approx(math.degrees(math.atan(shear)), abs=0.3)
    assert shape.width(x).item() == pytest.approx(4, abs=0.4), (
        "expected the lean to be taken out; grey edges widen a little"
    )
    assert shape.height(x).item() == pytest.approx(14)


@pytest.mark.parametrize("w", [2, 4, 6])
@pytest.mark.parametrize("lying", [False, True])
def test_a_long_stroke_is_as_thick_as_it_is_wide(w, lying):
    x = bar(w, 24)
    x = x.transpose(-1, -2).contiguous() if lying else x
    assert shape.thickness(x).item() == pytest.approx(w, rel=0.12)  # its two ends are thinner


def test_thickness_sees_the_stroke_and_not_the_digit():
    """A ring is as thick as its stroke, however large; pictures of a stack do not see each other."""
    y, x = torch.meshgrid(torch.arange(28) - 13.5, torch.arange(28) - 13.5, indexing="ij")
    radius = (x.square() + y.square()).sqrt()
    rings = torch.stack([(1.5 + 0.5 - (radius - r).abs()).clamp(0, 1) for r in (5.0, 8.0, 11.0)])[:, None]
    found = shape.thickness(rings)
    assert found.tolist() == pytest.approx([3, 3, 3], abs=0.25)
    assert torch.allclose(found, torch.cat([shape.thickness(ring[None]) for ring in rings]))


def test_moments_move_with_nothing_but_the_shape():
    x = bar(4, 10, 0.4)
    moved = x.roll((3, -2), (2, 3))
    for name, of in shape.ATTRIBUTES.items():
        assert torch.allclose(of(x).double(), of(moved).double(), atol=1e-6), name


def test_a_blank_picture_has_no_number_that_is_not_finite():
    blank = torch.zeros(2, 1, 28, 28)
    for name, of in shape.ATTRIBUTES.items():
        assert of(blank).isfinite().all(), name
    assert shape.thickness(blank).tolist() == [0, 0]

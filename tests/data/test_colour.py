"""Coloured digits: few levels, a bright digit on a darker ground, fixed where they are measured."""

from __future__ import annotations

import colorsys

import pytest
import torch

from playground.data import colour


def test_hsv_is_the_standard_library_s():
    torch.manual_seed(0)
    values = torch.rand(50, 3)
    got = colour.hsv(*values.unbind(1))
    expected = torch.tensor([colorsys.hsv_to_rgb(*row) for row in values.tolist()])
    torch.testing.assert_close(got, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("levels", [2, 4, 8])
def test_painting_gives_whole_levels_ground_and_digit(levels):
    images = torch.zeros(20, 1, 6, 6, dtype=torch.uint8)
    images[:, :, 2:4, 2:4] = 255
    x = colour.paint(images, torch.rand(20, 6), levels)
    steps = x * (levels - 1)
    torch.testing.assert_close(steps, steps.round())
    assert x.min() >= 0 and x.max() <= 1
    ground, digit = x[:, :, 0, 0], x[:, :, 2, 2]
    assert (x[:, :, 0] == ground[..., None]).all() and (x[:, :, 2:4, 2:4] == digit[..., None, None]).all()
    assert (digit.amax(1) >= ground.amax(1)).all(), "expected a darker ground"


def test_edges_lie_between_ground_and_digit():
    images = torch.tensor([0, 128, 255], dtype=torch.uint8).view(1, 1, 1, 3)
    x = colour.paint(images, torch.tensor([[0.1, 0.9, 0.9, 0.6, 0.2, 0.3]]))
    low, high = torch.minimum(x[..., 0], x[..., 2]), torch.maximum(x[..., 0], x[..., 2])
    assert ((x[..., 1] >= low) & (x[..., 1] <= high)).all()


def test_the_test_set_is_the_same_every_time(data_root):
    x, _, digest = colour.test_set()
    assert x.shape == (10000, 3, 28, 28) and digest == "8c19e97e5b07fede"

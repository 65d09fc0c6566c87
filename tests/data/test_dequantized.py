"""Grey digits as real numbers: shrunk, spread over their interval, fixed where they are measured."""

from __future__ import annotations

import torch

from playground.data import dequantized


def test_shrinking_takes_the_mean_of_four_pixels():
    images = torch.randint(0, 256, (3, 1, 28, 28), dtype=torch.uint8)
    got = dequantized.shrink(images)
    assert got.shape == (3, 1, 14, 14) and got.dtype == torch.uint8
    expected = images[1, 0, 4:6, 10:12].float().mean().round()
    assert got[1, 0, 2, 5] == expected


def test_a_level_lies_in_its_interval():
    levels = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(8, 1, 16, 16)
    x = dequantized.dequantize(levels, torch.Generator().manual_seed(0))
    assert torch.equal((x * 256).floor().to(torch.uint8), levels) and x.max() < 1
    assert x.unique().numel() > 2000, "expected values that do not repeat"


def test_the_test_set_is_the_same_every_time(data_root):
    x, labels, digest = dequantized.test_set()
    dequantized.test_set.cache_clear()
    again = dequantized.test_set()
    assert x.shape == (10000, 1, 14, 14) and len(labels) == 10000
    assert torch.equal(x, again[0]) and digest == again[2] == "4f9564aba51d132e"

"""Batches made ahead by other processes are the batches that this one would have made, in whatever order."""

from __future__ import annotations

import pytest
import torch

from playground.data.batches import Batches
from playground.training.ahead import STREAMS, Ahead

LAST = 40


def batches() -> Batches:
    images = torch.arange(24 * 784).view(24, 1, 28, 28).remainder(256).to(torch.uint8)
    return Batches(images, torch.arange(24), 4, seed=3, binary=True)


ORDERS = {
    "one after the other": range(8),
    "twice each": [k for k in range(6) for _ in range(2)],
    "critic and generator": [k for step in range(4) for k in (2 * step, 2 * step + 1, step)],
    "resumed": range(30, LAST),
    "here and there": [7, 1, 20, 2, 8, 21, 0, 9, 3, 15, 22],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_they_are_the_same(order):
    at, ahead = batches().at, Ahead(batches().at, LAST, workers=1)
    for step in order:
        for made, known in zip(ahead(step), at(step), strict=True):
            assert torch.equal(made, known), step
        assert len(ahead.streams) <= STREAMS


def test_the_last_one_is_the_last():
    ahead = Ahead(batches().at, LAST, workers=1)
    ahead(LAST - 1)
    with pytest.raises(StopIteration):
        ahead(LAST)

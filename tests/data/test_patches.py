"""Key patches: crops are where they say, also at the border; places follow the picture's edges."""

from __future__ import annotations

import pytest
import torch

from playground.data.patches import PATCH, Puzzles, coverage, crop, energy, lie_in, places


def draws(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=torch.Generator().manual_seed(0))


def test_energy_is_the_loop():
    x = draws(2, 1, 14, 14)
    found = energy(x)
    change = torch.zeros(2, 14, 14)
    for i in range(14):
        for j in range(14):
            down = (x[:, 0, i + 1, j] if i < 13 else 0) - x[:, 0, i, j]
            along = (x[:, 0, i, j + 1] if j < 13 else 0) - x[:, 0, i, j]
            change[:, i, j] = down**2 + along**2
    half = PATCH // 2
    for i in (0, 3, 7, 13):
        for j in (0, 6, 13):
            window = change[:, max(0, i - half) : i + half, max(0, j - half) : j + half]
            torch.testing.assert_close(found[:, i, j], window.sum((1, 2)))


@pytest.mark.parametrize("middle", [(16, 16), (0, 0), (31, 31), (0, 31), (3, 28)])
def test_a_crop_is_the_picture_there_with_zeros_outside(middle):
    x = draws(1, 1, 32, 32)
    patch = crop(x, torch.tensor([[middle]]))[0, 0, 0]
    for i in range(PATCH):
        for j in range(PATCH):
            row, column = middle[0] - PATCH // 2 + i, middle[1] - PATCH // 2 + j
            inside = 0 <= row < 32 and 0 <= column < 32
            assert patch[i, j] == (x[0, 0, row, column] if inside else 0)


def test_coverage_is_where_the_crops_come_from():
    middles = torch.tensor([[[16, 16], [0, 0], [31, 20]], [[5, 5], [5, 5], [5, 5]]])
    mask = coverage(middles)
    assert mask.shape == (2, 1, 32, 32) and mask[1].sum() == PATCH**2
    x = torch.zeros(1, 1, 32, 32)
    x[mask[:1] == 0] = 1.0
    assert crop(x, middles[:1]).sum() == 0, "expected nothing of the picture outside its coverage"


def test_a_patch_lies_where_the_picture_is_most_like_it():
    x = draws(2, 1, 32, 32)
    middles = torch.tensor([[[16, 16], [0, 31]], [[7, 20], [31, 3]]])
    parts = crop(x, middles)
    assert lie_in(x, parts).abs().max() < 1e-6
    parts[0, 0, 0, 3, 4] += 0.5
    assert lie_in(x, parts)[0, 0].item() == pytest.approx(0.5 / PATCH**2, rel=1e-4)
    by_hand = [
        min(
            (crop(x[1:], torch.tensor([[[r, c]]]))[0, 0] - parts[0, k]).abs().mean()
            for r in range(33)
            for c in range(33)
        )
        for k in (0, 1)
    ]
    torch.testing.assert_close(lie_in(x[1:], parts[:1])[0], torch.stack(by_hand))


def test_places_are_drawn_by_energy_and_apart():
    x = torch.zeros(200, 1, 32, 32)
    x[:, :, 6:12, 6:12] = 1.0  # all that happens, happens here
    middles = places(x, torch.Generator().manual_seed(0))
    assert middles.shape == (200, 3, 2)
    first = middles[:, 0].float()
    assert ((first - 9).abs() < PATCH / 2 + 5).all(), "expected the first patch to touch the square"
    gaps = (middles[:, :, None] - middles[:, None]).abs().amax(3)
    gaps = gaps[:, ~torch.eye(3, dtype=torch.bool)]
    assert gaps.min() >= PATCH // 2


def test_batches_are_a_function_of_seed_and_step():
    images = (draws(20, 1, 28, 28) * 255).to(torch.uint8)
    source = Puzzles(images, torch.arange(20), 6)
    a, b = source.at(2), source.at(2)
    assert all(torch.equal(p, q) for p, q in zip(a, b, strict=True))
    x, patches, mask, middles = a
    assert x.shape == (6, 1, 32, 32)
    assert torch.equal(patches, crop(x, middles)) and torch.equal(mask, coverage(middles))
    assert not torch.equal(x, source.at(3)[0])

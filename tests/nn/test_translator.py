"""Translators and patch critics: sizes, what a patch sees, and the pool's semantics."""

from __future__ import annotations

import pytest
import torch

from playground.nn.translator import ImagePool, PatchCritic, TranslatorNet, receptive_field


@pytest.mark.parametrize(("side", "blocks"), [(32, 3), (64, 6), (28, 1)])
def test_a_translation_has_the_size_of_its_picture(side, blocks):
    net = TranslatorNet(3, 3, 4, blocks).eval()
    y = net(torch.rand(2, 3, side, side) * 2 - 1)
    assert y.shape == (2, 3, side, side) and y.abs().max() <= 1


def test_a_translation_does_not_depend_on_its_neighbours():
    torch.manual_seed(0)
    net = TranslatorNet(3, 3, 4, 2).double().eval()
    x = torch.rand(3, 3, 32, 32).double() * 2 - 1
    torch.testing.assert_close(net(x), torch.cat([net(one[None]) for one in x]))


@pytest.mark.parametrize(("steps", "expected"), [(3, 70), (2, 34), (1, 16)])
def test_a_patch_sees_what_the_paper_says(steps, expected):
    """By the gradient of one score; without normalization, which lets every pixel in."""
    assert receptive_field(steps) == expected
    torch.manual_seed(0)
    critic = PatchCritic(1, 2, steps, norm=False).double()
    x = torch.rand(1, 1, 128, 128).double().requires_grad_()
    scores = critic(x)
    middle = scores.shape[-1] // 2
    (seen,) = torch.autograd.grad(scores[0, 0, middle, middle], x)
    rows = seen[0, 0].abs().sum(1).nonzero()
    assert int(rows.max() - rows.min()) + 1 == expected


def picture(k: int) -> torch.Tensor:
    return torch.full((1, 1, 2, 2), float(k))


def test_a_pool_that_fills_hands_back_what_comes():
    pool = ImagePool(5)
    for k in range(5):
        assert torch.equal(pool.query(picture(k)), picture(k))
    assert torch.equal(pool.kept[:, 0, 0, 0], torch.arange(5.0))


def test_a_full_pool_hands_back_old_ones_half_of_the_time_and_stores_the_new_for_them():
    pool, generator = ImagePool(50), torch.Generator().manual_seed(0)
    for k in range(50):
        pool.query(picture(k))
    same = 0
    for k in range(50, 2050):
        before = set(pool.kept[:, 0, 0, 0].tolist())
        back = pool.query(picture(k), generator)[0, 0, 0, 0].item()
        after = set(pool.kept[:, 0, 0, 0].tolist())
        if back == k:
            same += 1
            assert after == before
        else:
            assert back in before and after == before - {back} | {float(k)}
        assert len(pool.kept) == 50
    assert 900 < same < 1100, same


def test_a_pool_keeps_copies_and_no_gradient():
    pool = ImagePool(2)
    x = torch.ones(1, 1, 2, 2, requires_grad=True)
    assert not pool.query(x).requires_grad
    with torch.no_grad():
        x.mul_(7)
    assert pool.kept.max() == 1


def test_no_pool_is_no_memory():
    pool = ImagePool(0)
    assert torch.equal(pool.query(picture(3)), picture(3)) and pool.kept is None


def test_a_pool_is_a_function_of_its_generator():
    def run() -> list[float]:
        pool, generator = ImagePool(3), torch.Generator().manual_seed(4)
        return [pool.query(picture(k), generator)[0, 0, 0, 0].item() for k in range(40)]

    assert run() == run()

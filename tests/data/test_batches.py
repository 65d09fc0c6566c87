"""Training batches are a pure function of (seed, step): nothing is lost, shared or seen twice."""

from __future__ import annotations

import pytest
import torch

from playground.data.batches import Batches

N = 120


def numbered(n: int = N) -> tuple[torch.Tensor, torch.Tensor]:
    """Images that carry their own number: image i is filled with the value i, its label is i."""
    index = torch.arange(n)
    return index.to(torch.uint8)[:, None, None, None].expand(n, 1, 28, 28).contiguous(), index


def batches(size: int, n: int = N, **options) -> Batches:
    return Batches(*numbered(n), size, **{"binary": False, **options})


def numbers(x: torch.Tensor) -> list[int]:
    """Which images a grey batch holds."""
    return (x[:, 0, 0, 0] * 255).round().int().tolist()


def epoch(data: Batches, k: int) -> list[int]:
    return [i for step in range(k * data.per_epoch, (k + 1) * data.per_epoch) for i in numbers(data.at(step)[0])]


@pytest.mark.parametrize("size", [1, 10, 40, 120])
def test_an_epoch_is_a_permutation_and_the_next_one_another(size):
    data = batches(size)
    first, second = epoch(data, 0), epoch(data, 1)
    assert sorted(first) == sorted(second) == list(range(N))
    assert first != second and first != sorted(first)


def test_an_epoch_that_does_not_divide_fills_its_last_batch_from_its_start():
    data = batches(50)
    assert data.per_epoch == 3
    seen = epoch(data, 0)
    assert len(seen) == 150 and sorted(seen[:N]) == list(range(N)) and seen[N:] == seen[:30]


@pytest.mark.parametrize("world", [2, 3, 4])
def test_processes_share_an_epoch_without_overlap(world):
    whole = batches(10 * world)
    shares = [batches(10, rank=rank, world=world) for rank in range(world)]
    assert {share.per_epoch for share in shares} == {whole.per_epoch} == {N // (10 * world)}
    for step in range(2 * whole.per_epoch):
        parts = [numbers(share.at(step)[0]) for share in shares]
        assert sum(parts, []) == numbers(whole.at(step)[0]), f"expected the shares of step {step} to make its batch"
    everything = sum((epoch(share, 0) for share in shares), [])
    assert sorted(everything) == list(range(N))


def test_a_batch_depends_on_seed_and_step_only():
    one, other = batches(10, binary=True), batches(10, binary=True)
    later = one.at(17)
    for step in (3, 40, 17):  # in any order, from any object
        one.at(step)
    torch.manual_seed(5)
    for x, y in ((later, one.at(17)), (later, other.at(17))):
        assert torch.equal(x[0], y[0]) and torch.equal(x[1], y[1])
    assert not torch.equal(later[0], batches(10, binary=True, seed=1).at(17)[0])
    assert epoch(batches(10), 0) != epoch(batches(10, seed=1), 0)


def test_images_keep_their_labels():
    data = batches(10)
    for step in range(15):
        x, labels = data.at(step)
        assert x.shape == (10, 1, 28, 28) and x.dtype == torch.float32
        assert numbers(x) == labels.tolist()


def test_binary_pixels_are_drawn_anew_at_every_visit_with_the_grey_as_probability():
    data = batches(1, n=101, binary=True)
    images = torch.full_like(data.images, 64)
    data = Batches(images, data.labels, 1, binary=True)
    draws = torch.stack([data.at(step)[0] for step in range(101)])
    assert set(draws.unique().tolist()) == {0.0, 1.0}
    p, n = 64 / 255, draws.numel()
    assert abs(draws.mean().item() - p) < 5 * (p * (1 - p) / n) ** 0.5
    assert not torch.equal(draws[0], draws[1])

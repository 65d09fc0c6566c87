"""Replayed steps against the steps themselves; what a GPU computes against the CPU, where there is one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from playground.losses.adversarial import LOSSES
from playground.nn.batched_gan import BatchedGAN, Rates
from playground.nn.replayed import Replayed

B, R, D_Z = 32, 3, 5
SIZES_G, SIZES_D = (D_Z, 16, 16, 2), (2, 16, 16, 1)
RATE = 2**-10  # a graph holds rates in single precision, which holds this one exactly
RATES = [Rates(RATE, RATE, 2), Rates(2 * RATE, RATE, 1, 2), Rates(RATE, RATE, 0), Rates(RATE, RATE, 2)]
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="expected a CUDA device, found none")


def engine(dtype: torch.dtype = torch.float64, device: str = "cpu", slope: float | None = 0.2) -> BatchedGAN:
    generator = torch.Generator().manual_seed(1)

    def weights(sizes: tuple[int, ...]) -> torch.Tensor:
        count = sum(i * o + o for i, o in zip(sizes, sizes[1:], strict=False))
        return (0.4 * torch.randn(R, count, generator=generator, dtype=torch.float64)).to(device, dtype)

    theta_g, theta_d = weights(SIZES_G), weights(SIZES_D)
    losses = [make() for make in LOSSES.values()]
    return BatchedGAN(losses, theta_g, theta_d, SIZES_G, SIZES_D, RATES, batch=B, slope=slope, ema=0.9)


def batches(steps: int, dtype: torch.dtype = torch.float64, device: str = "cpu") -> list[tuple]:
    """(x, z, eps, lr_scale, more_z) of each step."""
    generator = torch.Generator().manual_seed(2)

    def draw(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64).to(device, dtype)

    return [
        (draw(2, R, B, 2), draw(2, R, B, D_Z), draw(2, R, B).sigmoid(), 1 - t / 16, draw(1, R, B, D_Z))
        for t in range(steps)
    ]


def same(a: BatchedGAN, b: BatchedGAN) -> bool:
    equal = [torch.equal(p, q) for p, q in zip(a.tensors(), b.tensors(), strict=True)]
    return all(equal) and (a.steps, a.work) == (b.steps, b.work)


def twice_and_then(made: list[int]) -> Callable:
    """Stands in for a graph: runs the work first, as a recording does, then repeats it on the same memory."""

    def record(work: Callable[[], None]) -> Callable[[], None]:
        made.append(1)
        work()
        work()
        return work

    return record


def test_replayed_steps_are_the_steps() -> None:
    """Bit by bit, falling rates and the average included; one recording serves them all."""
    plain, made = engine(), []
    replayed = Replayed(engine(), twice_and_then(made))
    for given in batches(6):
        plain.step(*given)
        replayed.step(*given)
        assert same(plain, replayed.gan)
    assert len(made) == 1


def test_what_a_step_is_given_may_be_overwritten_afterwards() -> None:
    plain, replayed = engine(), Replayed(engine(), twice_and_then([]))
    for x, z, eps, scale, more in batches(3):
        plain.step(x, z, eps, scale, more)
        mine = [t.clone() for t in (x, z, eps, more)]
        replayed.step(*mine[:3], scale, mine[3])
        for tensor in mine:
            tensor.fill_(float("nan"))
    assert same(plain, replayed.gan)


def test_another_plan_is_recorded_anew() -> None:
    """Other losses and rates on the way, other numbers of steps, going back: each of them, and nothing else."""
    plain, made = engine(), []
    replayed = Replayed(engine(), twice_and_then(made))
    given = batches(8)
    for gan, step in ((plain, plain.step), (replayed.gan, replayed.step)):
        step(*given[0])
        gan.configure(gan.losses[::-1], [Rates(RATE, 2 * RATE)] * 4, 0.9)
        for x, z, eps, scale, _ in given[1:3]:
            step(x[:1], z[:1], eps[:1], scale)
        saved = gan.state()
        step(*(part[:1] for part in given[3][:3]))
        gan.restore(saved)
        step(*(part[:1] for part in given[4][:3]))
    assert same(plain, replayed.gan) and len(made) == 3


@needs_cuda
@pytest.mark.parametrize("slope", [0.0, 0.2, None], ids=["relu", "lrelu", "tanh"])
def test_a_gpu_trains_as_the_cpu(slope: float | None) -> None:
    here, there = engine(slope=slope), engine(device="cuda", slope=slope)
    for a, b in zip(batches(10), batches(10, device="cuda"), strict=True):
        here.step(*a)
        there.step(*b)
    for a, b in zip(here.tensors(), there.tensors(), strict=True):
        torch.testing.assert_close(b.cpu(), a, rtol=1e-9, atol=1e-11)
    single = engine(torch.float32, "cuda", slope)
    for given in batches(10, torch.float32, "cuda"):
        single.step(*given)
    torch.testing.assert_close(single.G.theta.cpu().double(), here.G.theta, rtol=1e-3, atol=1e-3)


@needs_cuda
def test_a_graph_replays_the_batched_steps() -> None:
    plain, replayed = engine(torch.float32, "cuda"), Replayed(engine(torch.float32, "cuda"))
    for given in batches(10, torch.float32, "cuda"):
        plain.step(*given)
        replayed.step(*given)
    for a, b in zip(plain.tensors(), replayed.gan.tensors(), strict=True):
        torch.testing.assert_close(b, a, rtol=1e-5, atol=1e-6)
    saved = replayed.gan.state()
    replayed.gan.configure(plain.losses[::-1], RATES, 0.9)
    plain.configure(plain.losses[::-1], RATES, 0.9)
    given = batches(1, torch.float32, "cuda")[0]
    plain.step(*given)
    replayed.step(*given)
    torch.testing.assert_close(replayed.gan.G.theta, plain.G.theta, rtol=1e-5, atol=1e-6)
    replayed.gan.restore(saved)
    assert replayed.gan.steps == 10

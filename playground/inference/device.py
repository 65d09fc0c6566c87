"""Where a computation runs. Torch is imported inside the functions: the page is up before it is loaded.

Small work (one image, a decode, a 2-D GAN's step) stays on the CPU: launching a kernel costs more than the work.
Large work (training, many images at once) goes to the accelerator where a short measurement says that it is faster.
"""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TypeVar

from playground.errors import InvalidInput, PlaygroundError

if TYPE_CHECKING:
    import torch

NAMES = ("auto", "cpu", "cuda", "mps")
OVERRIDE = "PLAYGROUND_DEVICE"
WORTH_IT = 1.5  # an accelerator has to be this much faster, or moving the data eats the gain
F = TypeVar("F", bound=Callable)
_MAIN = os.getpid()


class DeviceError(PlaygroundError, RuntimeError):
    """A device that was asked for by name and is not there."""


def resolve(name: str = "auto", work: Literal["small", "large"] = "small") -> torch.device:
    """The device for a piece of work.

    name: `auto`, `cpu`, `cuda` or `mps`; `auto` gives way to the environment variable PLAYGROUND_DEVICE.
    Raises `InvalidInput` for any other name, `DeviceError` for a device that this machine lacks.
    """
    import torch

    if name == "auto":
        name = os.environ.get(OVERRIDE) or "auto"
    if name not in NAMES:
        raise InvalidInput("choice", "device", name, choices=NAMES)
    if work not in ("small", "large"):
        raise InvalidInput("choice", "work", work, choices=("small", "large"))
    present = available()
    if name == "auto":
        name = _fastest(present) if work == "large" else "cpu"
    if name not in present:
        raise DeviceError("device", name=name, choices=("auto", *present))
    return torch.device(name)


def available() -> tuple[str, ...]:
    """The devices of this machine, the CPU first. On a ZeroGPU Space torch pretends in the main process that there is
    a GPU; it has one only in the workers that `gpu` forks."""
    import torch

    found = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}
    if os.environ.get("SPACES_ZERO_GPU") and os.getpid() == _MAIN:
        del found["cuda"]
    return ("cpu", *(name for name, there in found.items() if there()))


@functools.cache
def measure(name: str) -> float:
    """Seconds for a convolution step (forward and backward) of training size on one device; measured once."""
    import torch

    x = torch.ones(64, 32, 28, 28, device=name)
    weight = torch.full((32, 32, 3, 3), 1e-3, device=name, requires_grad=True)

    def step() -> float:
        start = time.perf_counter()
        weight.grad = None
        # `.item()` waits until the device is done
        torch.nn.functional.conv2d(x, weight, padding=1).sum().backward()
        weight.grad.sum().item()
        return time.perf_counter() - start

    step()
    return min(step() for _ in range(3))


def one_thread() -> None:
    """One thread per operation: with two on a busy machine a 4 ms operation takes 100 ms. Repeated calls do nothing."""
    import torch

    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)


@contextmanager
def flushed() -> Iterator[None]:
    """Meanwhile, numbers too small for all their digits (below 1.2e-38) count as 0 in this thread.

    Where a gradient has vanished, Adam's moments fade into such numbers and stay there, and some processors calculate
    with them far more slowly.
    """
    import torch

    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def gpu(fn: F | None = None, **options: object) -> F | Callable[[F], F]:
    """Decorator for a function that borrows a GPU on a ZeroGPU Space; elsewhere the function itself.

    There the function runs in a forked worker: it takes and gives NumPy and plain values, and picks its device inside.
    """
    if fn is None:
        return lambda inner: gpu(inner, **options)
    if not os.environ.get("SPACES_ZERO_GPU"):
        return fn
    import spaces

    return spaces.GPU(**options)(fn)


def warm_up() -> None:
    """Loads torch and settles its threads, in the background after launch."""
    one_thread()


def _fastest(present: tuple[str, ...]) -> str:
    others = [name for name in present if name != "cpu"]
    best = min(others, key=measure, default="cpu")
    return best if best != "cpu" and measure("cpu") > WORTH_IT * measure(best) else "cpu"

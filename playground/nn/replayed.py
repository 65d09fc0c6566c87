"""Steps of `nn.batched_gan` recorded once and replayed.

A step of small networks is a hundred small operations; on a GPU, to launch them takes longer than they do. A CUDA graph
launches them all at once, and needs what it reads and writes at the same place every time: the engine's own buffers are
there anyway, and what a step is given goes into fixed ones. Whenever the engine's plan changes (other rates, other
losses, a state that was restored), the next step is recorded anew.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from playground.nn.batched_gan import BatchedGAN

WARM = 3  # runs before a recording: libraries allocate on their first calls, which a recording must not
Work = Callable[[], None]


def cuda_graph(work: Work) -> Work:
    """A function that does again what `work` does on the GPU, at the same addresses. Runs `work` WARM times."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(WARM):
            work()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    # Another thread may use the GPU meanwhile, which is no business of this recording.
    with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
        work()
    return graph.replay


class Replayed:
    """An engine whose steps are replayed; all else is asked of `gan` itself.

    record: gives a function that repeats the work on the same memory; it may run the work first, as often as it likes.
    """

    def __init__(self, gan: BatchedGAN, record: Callable[[Work], Work] = cuda_graph) -> None:
        self.gan, self._make = gan, record
        self._inputs: list[Tensor] = []
        self._scale = gan.G.theta.new_ones((), dtype=torch.float32)
        self._recorded: tuple[object, Work] | None = None

    def step(self, x: Tensor, z: Tensor, eps: Tensor, lr_scale: float = 1.0, more_z: Tensor | None = None) -> None:
        """`BatchedGAN.step`, which nobody can watch."""
        given = [x, z, eps] if more_z is None else [x, z, eps, more_z]
        if self._recorded is None or self._recorded[0] is not self.gan.plan or not self._fits(given):
            self._record(given)
        for fixed, value in zip(self._inputs, given, strict=True):
            fixed.copy_(value)
        self._scale.fill_(lr_scale)
        self._recorded[1]()
        self.gan.count_step()

    def _fits(self, given: list[Tensor]) -> bool:
        return [value.shape for value in given] == [fixed.shape for fixed in self._inputs]

    def _record(self, given: list[Tensor]) -> None:
        self._inputs = [value.clone() for value in given]
        x, z, eps, *more = self._inputs
        tensors = self.gan.tensors()
        before = [tensor.clone() for tensor in tensors]
        replay = self._make(lambda: self.gan.take_step(x, z, eps, self._scale, *more))
        for tensor, value in zip(tensors, before, strict=True):
            tensor.copy_(value)
        self._recorded = self.gan.plan, replay

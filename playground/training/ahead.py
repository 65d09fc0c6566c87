"""Batches that other processes make while this one trains: for a device that would wait for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from torch.utils.data import DataLoader, Dataset

from playground.models.base import Batch

STREAMS = 4  # orders in which a step's phases go through the batches, at most


class _Numbered(Dataset):
    """Batch number k as item k."""

    def __init__(self, at: Callable[[int], Batch], steps: int) -> None:
        self.at, self.steps = at, steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, step: int) -> Batch:
        return self.at(step)


class Ahead:
    """at(k), made ahead of time by `workers` processes wherever k is the one after one that was asked for.

    Phases that go through the batches at different speeds each get a stream. last: batches that a training asks for.
    """

    def __init__(self, at: Callable[[int], Batch], last: int, workers: int) -> None:
        self.data, self.workers = _Numbered(at, last), workers
        self.streams: dict[int, Iterator[Batch]] = {}  # by the number that comes next
        self.now: tuple[int, Batch] | None = None

    def __call__(self, step: int) -> Batch:
        """Batch number `step`."""
        if self.now and self.now[0] == step:
            return self.now[1]
        stream = self.streams.pop(step, None) or self._from(step)
        self.now = step, next(stream)
        self.streams[step + 1] = stream
        return self.now[1]

    def _from(self, step: int) -> Iterator[Batch]:
        while len(self.streams) >= STREAMS:
            del self.streams[next(iter(self.streams))]
        numbers = range(step, len(self.data))
        return iter(DataLoader(self.data, batch_size=None, sampler=numbers, num_workers=self.workers))

"""One row of the bench: the same work done two ways, measured in turn in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """ours and baseline in `unit`; ratio: how many times better ours is (above 1 is better)."""

    name: str
    ours: float
    baseline: float
    ratio: float
    unit: str

    def as_dict(self) -> dict:
        """JSON-able, with four significant digits."""
        return {
            key: float(f"{value:.4g}") if isinstance(value, float) else value for key, value in asdict(self).items()
        }


def median_seconds(
    *works: Callable[[], object], repeats: int = 5, warm: int = 1, clock: Callable[[], float] = time.perf_counter
) -> tuple[float, ...]:
    """Median seconds of each work. They take turns, so that a busy moment of the machine hits all of them alike.

    clock: `time.process_time` for work that only computes, on one thread; what others do then hardly counts.
    """
    for work in works:
        for _ in range(warm):
            work()
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for seconds, work in zip(taken, works, strict=True):
            start = clock()
            work()
            seconds.append(clock() - start)
    return tuple(statistics.median(seconds) for seconds in taken)

"""The torch side of `inference.lab_seeds`: a few seeds at a time, side by side in threads; or all at once on a GPU.

Sixteen seeds of one panel train for a chunk of steps, then the same seeds of the next panel on the same data: models
enough for their products to outlast the calls, and no more than the cache can hold between two of them. With a penalty,
which has half as many samples again, these are eight. One thread per core takes such a group of seeds after the other;
the engine's products leave the interpreter free for the other thread.
A GPU takes all seeds and panels together, step by step or by replaying a graph, where that was measured to be faster.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain

import numpy as np

from playground.inference._lab import CHUNK, Draws, SomeDraws, Trainer
from playground.inference.device import one_thread, resolve
from playground.inference.lab_run import Run, settings
from playground.inference.lab_seeds import SHOWN, UPDATES, Many, Progress, summary
from playground.losses.adversarial import LOSSES
from playground.metrics.coverage import coverage, reference

GROUP = 16  # seeds trained as one batch by a core
PENALIZED = 8  # the same of a panel with a gradient penalty
WORKERS = 2
TRIED = 20  # steps on which a way is measured


@dataclass(frozen=True)
class Way:
    """How seeds are trained: where, whether as CUDA graphs, how many as one batch, in how many threads. apart: one
    panel after the other."""

    device: str
    replayed: bool
    group: int
    workers: int
    apart: bool = False


def ways(seeds: int) -> list[Way]:
    """Those of this machine, the cores' way first."""
    workers = min(WORKERS, os.cpu_count() or 1)
    cores = Way("cpu", False, min(GROUP, -(-seeds // workers)), workers, apart=True)
    if resolve("auto", "large").type != "cuda":
        return [cores]
    return [cores, *(Way("cuda", replayed, seeds, 1) for replayed in (False, True))]


@lru_cache(maxsize=8)
def fastest(run: Run, seeds: int) -> Way:
    """The fastest way for so many seeds of a run; measured once where there is a choice."""
    found = ways(seeds)
    return found[0] if len(found) == 1 else max(found, key=lambda way: rate(way, run))


def rate(way: Way, run: Run) -> float:
    """Steps of seeds per second of wall clock, all threads together."""
    group = _Group(replace(run, decay=False, changes=()), tuple(range(way.group)), way)
    group.advance(TRIED)
    group.ends()  # waits until the device is done
    start = time.perf_counter()
    group.advance(2 * TRIED)
    group.ends()
    return TRIED * way.group * way.workers / (time.perf_counter() - start)


def many(run: Run, seeds: tuple[int, ...]) -> Iterator[Progress | Many]:
    """Progress on the way, then the result. Nobody wants more: the threads end at their next report."""
    one_thread()
    start, total = time.perf_counter(), run.steps * len(seeds)
    way = fastest(replace(run, seed=0), len(seeds))
    groups = [seeds[at : at + way.group] for at in range(0, len(seeds), way.group)]
    waiting: queue.SimpleQueue = queue.SimpleQueue()
    told: queue.SimpleQueue = queue.SimpleQueue()
    for place, group in enumerate(groups):
        waiting.put((place, group))
    unwanted = threading.Event()
    threads = [
        threading.Thread(target=_work, args=(run, way, waiting, told, unwanted), daemon=True)
        for _ in range(min(way.workers, len(groups)))
    ]
    for thread in threads:
        thread.start()
    ends: dict[int, list[dict]] = {}
    done = 0
    try:
        yield Progress(0, total, 0.0)
        while len(ends) < len(groups):
            what, value = told.get()
            if what == "failed":
                raise value
            if what == "ends":
                ends[value[0]] = value[1]
            else:
                done += value
                yield Progress(done, total, time.perf_counter() - start)
    finally:
        unwanted.set()
    joined = [_joined([ends[place][l] for place in range(len(groups))]) for l in range(len(run.losses))]
    modes = Trainer(run).data.modes
    yield summary(run, seeds, modes, joined, time.perf_counter() - start)


def _work(run: Run, way: Way, waiting: queue.SimpleQueue, told: queue.SimpleQueue, unwanted: threading.Event) -> None:
    try:
        while not unwanted.is_set():
            place, group = waiting.get_nowait()
            trained = _Group(run, group, way)
            reported = 0
            while trained.steps < run.steps:
                trained.advance(min(run.steps, trained.steps + CHUNK))
                if unwanted.is_set():
                    return
                if trained.steps - reported >= run.steps / UPDATES or trained.steps == run.steps:
                    told.put(("progress", (trained.steps - reported) * len(group)))
                    reported = trained.steps
            told.put(("ends", (place, trained.ends())))
    except queue.Empty:
        return
    except Exception as problem:  # belongs to whoever reads
        told.put(("failed", problem))


class _Group:
    """Some seeds of a run, trained as a way says."""

    def __init__(self, run: Run, seeds: tuple[int, ...], way: Way) -> None:
        draws = Draws(run, seeds, way.device)

        def trainer(only: slice, part: slice) -> Trainer:
            mine = draws if part == slice(0, len(seeds)) else SomeDraws(draws, part)
            return Trainer(run, seeds[part], way.device, way.replayed, mine, only)

        # what trains together: some panels, and of these some seeds after the other
        self.trainers = [[trainer(only, part) for part in parts] for only, parts in _together(run, len(seeds), way)]
        self.steps = 0

    def advance(self, step: int) -> None:
        """Train all up to this step, chunk by chunk."""
        while self.steps < step:
            self.steps = min(step, (self.steps // CHUNK + 1) * CHUNK)
            for trainer in chain(*self.trainers):
                trainer.advance(self.steps)

    def ends(self) -> list[dict]:
        """What each panel ends with, by seed."""
        return [_joined(parts) for trainers in self.trainers for parts in zip(*map(_ends, trainers), strict=True)]


def _together(run: Run, seeds: int, way: Way) -> list[tuple[slice, list[slice]]]:
    """Panels that train together, and the parts in which their seeds do."""
    if not way.apart:
        return [(slice(None), [slice(0, seeds)])]
    found = []
    for l, panel in enumerate(settings(run, -1)[0]):
        size = PENALIZED if LOSSES[panel.loss].penalized else seeds
        found.append((slice(l, l + 1), [slice(at, min(at + size, seeds)) for at in range(0, seeds, size)]))
    return found


def _joined(parts: Sequence[dict]) -> dict:
    """One after the other: what groups of seeds end with."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _ends(trainer: Trainer) -> list[dict]:
    """What each panel ends with, by seed."""
    L, R = trainer.gan.L, trainer.gan.R
    points = trainer.samples()
    covered = [coverage(p, trainer.data) for p in points]
    numbers = {
        "points": points[:, :SHOWN],
        "modes": np.array([c.modes for c in covered]),
        "hq": np.array([c.hq for c in covered]),
        "js": np.array([reference(trainer.data).compare(p).js for p in points]),
        "diverged": trainer.gan.diverged.cpu().numpy() | np.array([c.invalid > 0 for c in covered]),
    }
    return [{name: values[l * R : (l + 1) * R] for name, values in numbers.items()} for l in range(L)]

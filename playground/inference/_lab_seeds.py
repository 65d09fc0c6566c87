"""The torch side of `inference.lab_seeds`: some seeds on each core, side by side; or all at once on a GPU.

One thread per core takes one group of seeds (`_lab_groups`) after the other; the second thread lets another process
train them (`apart`), where that is worth its start.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import lru_cache, partial

from playground.inference._lab import CHUNK, Trainer
from playground.inference._lab_groups import Elsewhere, Group, Way, joined
from playground.inference.apart import OTHER
from playground.inference.device import one_thread, resolve
from playground.inference.lab_run import Run
from playground.inference.lab_seeds import UPDATES, Many, Progress, summary

GROUP = 16  # seeds that a core trains together
WORKERS = 2
TRIED = 20  # steps on which a way is measured
LARGE = 1e10  # products of one layer's numbers, all steps and seeds, from which on another process is worth its start


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
    """Steps of seeds per second of wall clock, all workers together."""
    group = Group(replace(run, decay=False, changes=()), tuple(range(way.group)), way)
    group.advance(TRIED)
    group.ends()  # waits until the device is done
    start = time.perf_counter()
    group.advance(2 * TRIED)
    group.ends()
    return TRIED * way.group * way.workers / (time.perf_counter() - start)


def prepare() -> None:
    """As `lab_seeds.prepare`, at once."""
    found = ways(GROUP)
    if len(found) == 1 and found[0].workers > 1:
        OTHER.prepare()


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
    workers = range(min(way.workers, len(groups)))
    elsewhere = len(seeds) * run.steps * len(run.losses) * run.batch * run.width**2 >= LARGE
    threads = [
        threading.Thread(target=_work, args=(run, way, elsewhere and n > 0, waiting, told, unwanted), daemon=True)
        for n in workers
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
    whole = [joined([ends[place][l] for place in range(len(groups))]) for l in range(len(run.losses))]
    modes = Trainer(run).data.modes
    yield summary(run, seeds, modes, whole, time.perf_counter() - start)


def _work(
    run: Run,
    way: Way,
    elsewhere: bool,
    waiting: queue.SimpleQueue,
    told: queue.SimpleQueue,
    unwanted: threading.Event,
) -> None:
    with ExitStack() as stack:
        if elsewhere := elsewhere and OTHER.claim():
            stack.callback(OTHER.release)
        try:
            while not unwanted.is_set():
                place, group = waiting.get_nowait()
                trained = Elsewhere(run, group, way, OTHER) if elsewhere else Group(run, group, way)
                if _train(trained, run, partial(_tell, told, len(group)), unwanted):
                    told.put(("ends", (place, trained.ends())))
        except queue.Empty:
            return
        except Exception as problem:  # belongs to whoever reads
            told.put(("failed", problem))


def _tell(told: queue.SimpleQueue, seeds: int, steps: int) -> None:
    told.put(("progress", steps * seeds))


def _train(trained: Group | Elsewhere, run: Run, tell: Callable[[int], None], unwanted: threading.Event) -> bool:
    """Whether it was wanted to its end. tell: told how many steps it has taken since the last time."""
    reported = 0
    while trained.steps < run.steps:
        trained.advance(min(run.steps, trained.steps + CHUNK))
        if unwanted.is_set():
            return False
        if trained.steps - reported >= run.steps / UPDATES or trained.steps == run.steps:
            tell(trained.steps - reported)
            reported = trained.steps
    return True

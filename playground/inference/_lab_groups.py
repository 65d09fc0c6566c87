"""Groups of seeds of a lab run, trained together: here, or in another process.

On the cores, eight seeds of one panel train for a chunk of steps, then the next eight, then those of the next panel on
the same data: models enough for their products to outlast the calls, and no more than the cache can hold between two of
them. A GPU takes all seeds and panels together, step by step or by replaying a graph.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count

import numpy as np

from playground.inference._lab import CHUNK, Draws, SomeDraws, Trainer
from playground.inference.apart import Gone, Other
from playground.inference.lab_run import Run, describe, load
from playground.inference.lab_seeds import SHOWN
from playground.metrics.coverage import coverage, reference

BATCH = 8  # seeds that a core trains as one batch
End = dict[str, np.ndarray]
"""What one panel ends with, by seed: {"points", "modes", "hq", "js", "diverged"}."""


@dataclass(frozen=True)
class Way:
    """How seeds are trained: where, whether as CUDA graphs, how many on data drawn together, by how many workers.
    apart: one panel and BATCH seeds after the other."""

    device: str
    replayed: bool
    group: int
    workers: int
    apart: bool = False


class Group:
    """Some seeds of a run, trained as a way says."""

    def __init__(self, run: Run, seeds: tuple[int, ...], way: Way) -> None:
        draws = Draws(run, seeds, way.device)
        panels = [slice(l, l + 1) for l in range(len(run.losses))] if way.apart else [slice(None)]
        size = BATCH if way.apart else len(seeds)
        parts = [slice(at, min(at + size, len(seeds))) for at in range(0, len(seeds), size)]
        self.trainers: list[list[Trainer]] = []
        for only in panels:
            alike: list[Trainer] = []
            for part in parts:
                room = alike[0].gan.tapes if alike and part.stop - part.start == size else None
                mine = SomeDraws(draws, part)
                alike.append(Trainer(run, seeds[part], way.device, way.replayed, mine, only, room))
            self.trainers.append(alike)
        self.steps = 0

    def advance(self, step: int) -> None:
        """Train all up to this step, chunk by chunk."""
        while self.steps < step:
            self.steps = min(step, (self.steps // CHUNK + 1) * CHUNK)
            for trainers in self.trainers:
                for trainer in trainers:
                    trainer.advance(self.steps)

    def ends(self) -> list[End]:
        """What each panel ends with."""
        return [joined(parts) for trainers in self.trainers for parts in zip(*map(_ends, trainers), strict=True)]


class Elsewhere:
    """A group in another process; here, from its start, if that ends or there is none. other: which, claimed."""

    _numbers = count()

    def __init__(self, run: Run, seeds: tuple[int, ...], way: Way, other: Other) -> None:
        self._what, self._other = (run, seeds, way), other
        self._told = next(self._numbers), describe(run), list(seeds), asdict(way)
        self._here: Group | None = None
        self.steps = 0

    def advance(self, step: int) -> None:
        """As `Group.advance`."""
        self._ask("advance", step)
        self.steps = step

    def ends(self) -> list[End]:
        """As `Group.ends`."""
        return self._ask("ends")

    def _ask(self, name: str, *given: int) -> list[End] | None:
        if self._here is None:
            try:
                ends = self._other.call(asked, *self._told, name, *given)
                return ends and [{key: _array(*value) for key, value in end.items()} for end in ends]
            except Gone:
                self._here = Group(*self._what)
                self._here.advance(self.steps)
        return getattr(self._here, name)(*given)


_group: tuple[int, Group] | None = None  # in the other process: its number there, and what it trains


def asked(number: int, run: dict, seeds: list[int], way: dict, name: str, *given: int) -> list[dict] | None:
    """In the other process: what a method of this group gives, as plain values. The group before it is forgotten."""
    global _group
    if _group is None or _group[0] != number:
        _group = number, Group(load(run), tuple(seeds), Way(**way))
    ends = getattr(_group[1], name)(*given)
    return ends and [{key: _plain(value) for key, value in end.items()} for end in ends]


def _plain(array: np.ndarray) -> list:
    return [array.dtype.str, array.shape, base64.b64encode(array.tobytes()).decode("ascii")]


def _array(kind: str, shape: list[int], data: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(data), kind).reshape(shape)


def joined(parts: Sequence[End]) -> End:
    """One after the other: what groups of seeds end with."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _ends(trainer: Trainer) -> list[End]:
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

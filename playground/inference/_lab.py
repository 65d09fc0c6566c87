"""The torch side of `inference.lab`: builds the engine of a run, feeds it, goes back to where it was.

Axis letters: L panels, R seeds, B batch, T steps of a chunk, K critic iterations, J generator iterations, d units.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from playground.data.mixtures import mixture
from playground.data.plane import Plane
from playground.inference.device import flushed, one_thread
from playground.inference.lab import SHOWN, LabFrame, Pace, Scene
from playground.inference.lab_run import Panel, Run, settings, trunk
from playground.losses.adversarial import LOSSES, AdversarialLoss, LeastSquares
from playground.metrics.coverage import SAMPLES, coverage, floors
from playground.models.gan_2d import GAN2D
from playground.nn.batched_gan import BatchedGAN, Rates, Watch
from playground.nn.batched_steps import Tapes
from playground.nn.replayed import Replayed

CHUNK = 32  # steps whose data are drawn together
DECAYED = 0.02
EMA = 0.998
Batch = tuple[Tensor, Tensor, Tensor, Tensor]
"""x (K, R, B, 2), z (K, R, B, d), eps (K, R, B), more z (J - 1, R, B, d) of a step, as `BatchedGAN.step` takes them;
one z where no panel takes a D step."""
MORE_NOISE = 100  # of G's second step and those after it: streams apart from the D steps'
WEIGHTS, NOISE, DATA, WATCH = range(4)  # what a stream of random numbers is for


def generator(*key: int) -> torch.Generator:
    """A generator of its own for each (purpose, seed, ...)."""
    state = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state) >> 1)


class Draws:
    """Data and noise of a run's steps for some seeds, drawn a chunk at a time, the same for every panel. The last chunk
    is kept, for all who train on it."""

    def __init__(self, run: Run, seeds: Sequence[int], device: str = "cpu") -> None:
        self.run, self.seeds, self.device = run, tuple(seeds), device
        self.data = mixture(run.dataset)
        self.scale = self.data.scale if run.norm else 1.0
        self._chunk: tuple[tuple[int, int, int], list[Batch]] | None = None

    def batch(self, step: int, K: int, J: int) -> Batch:
        """What a step sees: of K iterations of D and the J - 1 of G after its first."""
        return self.chunk(step, K, J)[step % CHUNK]

    def chunk(self, step: int, K: int, J: int) -> list[Batch]:
        """The same of all steps that are drawn with this one."""
        chunk = step // CHUNK
        if self._chunk is None or self._chunk[0] != (chunk, K, J):
            self._chunk = (chunk, K, J), self._draw(chunk, max(K, 1), max(J - 1, 0))
        return self._chunk[1]

    def _draw(self, chunk: int, K: int, J: int) -> list[Batch]:
        # Iteration k has streams of its own, so what a panel sees does not depend on how many D steps another takes.
        n, d = CHUNK * self.run.batch, self.run.z_dim
        x, z, eps, more = self._room(K, 2), self._room(K, d), self._room(K, 1), self._room(J, d)
        for r, seed in enumerate(self.seeds):
            for k in range(K):
                data, noise = generator(DATA, seed, k, chunk), generator(NOISE, seed, k, chunk)
                self._put(x, k, r, self.data.sample(n, data) / self.scale)
                self._put(z, k, r, torch.randn(n, d, generator=noise))
                self._put(eps, k, r, torch.rand(n, generator=noise))
            for j in range(J):
                noise = generator(NOISE, seed, MORE_NOISE + j, chunk)
                self._put(more, j, r, torch.randn(n, d, generator=noise))
        x, z, eps, more = (part.to(self.device).mT for part in (x, z, eps, more))
        return list(zip(*(part.unbind() for part in (x, z, eps.squeeze(-1), more)), strict=True))

    def _room(self, K: int, d: int) -> Tensor:
        """(T, K, R, d, B): samples last in memory, as the engine has them."""
        return torch.empty(CHUNK, K, len(self.seeds), d, self.run.batch)

    def _put(self, room: Tensor, k: int, r: int, drawn: Tensor) -> None:
        room[:, k, r] = drawn.view(CHUNK, self.run.batch, -1).mT


class SomeDraws:
    """Some seeds' part of what is drawn for more. The last chunk is kept."""

    def __init__(self, draws: Draws, part: slice) -> None:
        self.data, self.scale = draws.data, draws.scale
        self._draws, self._part = draws, part
        self._of: list[Batch] | None = None

    def batch(self, step: int, K: int, J: int) -> Batch:
        """As `Draws.batch`."""
        return self.chunk(step, K, J)[step % CHUNK]

    def chunk(self, step: int, K: int, J: int) -> list[Batch]:
        """As `Draws.chunk`."""
        whole = self._draws.chunk(step, K, J)
        if self._of is not whole:
            self._of, part = whole, self._part
            self._mine = [(x[:, part], z[:, part], eps[:, part], more[:, part]) for x, z, eps, more in whole]
        return self._mine


class Trainer:
    """A run being trained, for one seed or several at once: model l * R + r is seed r of panel l.

    device: where the weights are. replayed: whether its steps are CUDA graphs. draws: what it trains on, where it
    shares that with others. only: panels of the run that it trains, if not all. tapes: workspaces of a trainer of the
    same panels and as many seeds that never trains at the same time. seconds: wall clock of its training.
    """

    def __init__(
        self,
        run: Run,
        seeds: Sequence[int] | None = None,
        device: str = "cpu",
        replayed: bool = False,
        draws: Draws | SomeDraws | None = None,
        only: slice = slice(None),
        tapes: Tapes | None = None,
    ) -> None:
        self.run, self.seeds, self.device = run, tuple(seeds or [run.seed]), device
        self._draws = draws or Draws(run, self.seeds, device)
        self.data, self.scale = self._draws.data, self._draws.scale
        self._only = only
        self._set(-1)
        self.gan = self._engine(tapes)
        self._replayed = Replayed(self.gan) if replayed else None
        self.seconds = 0.0
        self._turns = {change.step for change in run.changes}

    def advance(self, step: int, watch: Watch | None = None) -> None:
        """Train up to this step."""
        start = time.perf_counter()
        with flushed():
            self._advance(step, watch)
        self.seconds += time.perf_counter() - start

    def _advance(self, step: int, watch: Watch | None) -> None:
        while self.gan.steps < step:
            if self.gan.steps in self._turns:
                self._configure(self.gan.steps)
            x, z, eps, more = self.batch(self.gan.steps)
            scale = 1 - (1 - DECAYED) * self.gan.steps / self.run.steps if self.run.decay else 1.0
            if self._replayed:
                self._replayed.step(x, z, eps, scale, more)
            else:
                self.gan.step(x, z, eps, scale, more, watch)

    def state(self) -> list[Tensor]:
        """All that `restore` needs to be here again."""
        return [torch.tensor(self.seconds), *self.gan.state()]

    def restore(self, state: list[Tensor]) -> None:
        """Go to a `state` of this run, or of one that is the same up to there."""
        self._configure(int(state[1][0]) - 1)
        self.gan.restore(state[1:])
        self.seconds = float(state[0])

    def _configure(self, step: int) -> None:
        """As iteration `step` is taken."""
        self._set(step)
        self.gan.configure(*self._told())

    def _set(self, step: int) -> None:
        panels, self._ema = settings(self.run, step)
        self.panels = panels[self._only]
        self._drawn = max(panel.k_d for panel in panels), max(panel.k_g for panel in panels)

    def _told(self) -> tuple[list[AdversarialLoss], list[Rates], float]:
        return [_loss(panel) for panel in self.panels], [_rates(panel) for panel in self.panels], EMA * self._ema

    def _engine(self, tapes: Tapes | None) -> BatchedGAN:
        run = self.run
        config = GAN2D.Config(z_dim=run.z_dim, slope=run.slope, init=run.init, layers=run.layers, hidden=run.width)
        models = [GAN2D(config).reset(generator(WEIGHTS, seed)) for seed in self.seeds]
        with torch.no_grad():
            theta_g = torch.stack([parameters_to_vector(model.generator.parameters()) for model in models])
            theta_d = torch.stack([parameters_to_vector(model.discriminator.parameters()) for model in models])
        hidden = (run.width,) * run.layers
        losses, rates, ema = self._told()
        return BatchedGAN(
            losses,
            theta_g.to(self.device),
            theta_d.to(self.device),
            (run.z_dim, *hidden, 2),
            (2, *hidden, 1),
            rates,
            batch=run.batch,
            slope=run.slope,
            ema=ema,
            tapes=tapes,
        )

    def batch(self, step: int) -> Batch:
        """What a step sees now, with the panels as they are."""
        return self._draws.batch(step, *self._drawn)

    # -- looking -- -------------------------------------------------------------------------------------------------

    def samples(self) -> np.ndarray:
        """SAMPLES points of every model (M, SAMPLES, 2), in the data's units, for the same z at every step."""
        from playground.inference import _lab_frame

        return _lab_frame.samples(self)

    def frame(self, parts: frozenset[str] = frozenset()) -> LabFrame:
        """What the lab shows now. One seed only."""
        from playground.inference import _lab_frame

        return _lab_frame.frame(self, parts)


def _loss(panel: Panel) -> AdversarialLoss:
    return LeastSquares(panel.a, panel.b, panel.c) if panel.loss == "lsgan" else LOSSES[panel.loss]()


def _rates(panel: Panel) -> Rates:
    return Rates(panel.lr_g, panel.lr_d, panel.k_d, panel.k_g, panel.penalty)


def scene(dataset: str | Plane) -> Scene:
    """What stays the same in all frames on a data set."""
    data = mixture(dataset)
    floor = floors(data)
    real = data.sample(SHOWN, generator(WATCH, 0, 2)).numpy()
    found = coverage(data.sample(SAMPLES, generator(WATCH, 0, 3)).numpy(), data)
    return Scene(
        data.box, data.std, real, data.centers, floor.js, floor.kl, floor.swd, floor_hq=found.hq, floor_near=found.near
    )


class Checkpoints:
    """States of recent runs, so that going on from a step need not train up to it again. An entry can vanish at any
    moment and only time is lost.

    Memory is bounded four ways: at most `most` states and `megabytes` in all, none older than `seconds`; and of one run
    with its branches at most `per_run`. A run offers its state every FIRST steps; when it has too many, those at odd
    multiples of the smallest interval go, and the interval doubles: a run of any length keeps between half of `per_run`
    and `per_run` states, evenly spread, and the way back to any step is at most one interval of training.
    """

    FIRST = 64

    def __init__(self, most: int = 256, seconds: float = 900.0, megabytes: float = 96.0, per_run: int = 32) -> None:
        self.most, self.seconds, self.bytes, self.per_run = most, seconds, megabytes * 1e6, per_run
        self._kept: OrderedDict[tuple[Run, int], tuple[float, list[Tensor]]] = OrderedDict()
        self._interval: OrderedDict[Run, int] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, trainer: Trainer) -> None:
        """Remember where this run is now."""
        key, family = (_key(trainer.run, trainer.gan.steps), trainer.gan.steps), _key(trainer.run, 0)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = time.monotonic(), trainer.state()
            self._thin(family, key)
            while len(self._kept) > self.most or (len(self._kept) > 1 and self._size() > self.bytes):
                self._kept.popitem(last=False)

    def next(self, trainer: Trainer) -> int:
        """The next step at which this run should be kept on its way."""
        interval = self._interval.get(_key(trainer.run, 0), self.FIRST)
        return (trainer.gan.steps // interval + 1) * interval

    def rewind(self, trainer: Trainer, step: int) -> None:
        """Bring a fresh trainer as near to `step` as a kept state allows, never past it."""
        now = time.monotonic()
        with self._lock:
            for key in [key for key, (born, _) in self._kept.items() if now - born > self.seconds]:
                del self._kept[key]
            steps = sorted({at for _, at in self._kept if at <= step}, reverse=True)
            found = next((key for at in steps if (key := (_key(trainer.run, at), at)) in self._kept), None)
            if found is None:
                return
            self._kept.move_to_end(found)
            trainer.restore(self._kept[found][1])

    def _thin(self, family: Run, latest: tuple[Run, int]) -> None:
        """Double a run's interval until few enough of its states are left; the latest stays, wherever it is."""
        mine = [key for key in self._kept if _key(key[0], 0) == family and key != latest]
        interval = self._interval.get(family, self.FIRST)
        while len(mine) >= self.per_run:
            for key in [key for key in mine if key[1] % interval]:
                del self._kept[key]
                mine.remove(key)
            if len(mine) >= self.per_run:
                interval *= 2
        self._interval[family] = interval
        self._interval.move_to_end(family)
        while len(self._interval) > self.most:
            self._interval.popitem(last=False)

    def _size(self) -> int:
        return sum(tensor.nbytes for _, state in self._kept.values() for tensor in state)


def _key(run: Run, step: int) -> Run:
    # How often a run is looked at does not change it, nor do changes that are still to come; how long it is going to be
    # only matters if the rates decay.
    return replace(trunk(run, step), every=1, steps=run.steps if run.decay else 1)


CHECKPOINTS = Checkpoints()


def frames(
    run: Run, steps: Sequence[int], pace: Pace | None = None, parts: frozenset[str] = frozenset()
) -> Iterator[LabFrame]:
    """The frames of a run at these rising steps. With a pace, those that are not due are left out, but not the last."""
    if not steps:
        return
    one_thread()
    trainer = Trainer(run)
    CHECKPOINTS.rewind(trainer, steps[0])
    try:
        for step in steps:
            while (stop := min(CHECKPOINTS.next(trainer), step)) < step:
                trainer.advance(stop)
                CHECKPOINTS.keep(trainer)
            trainer.advance(step)
            if pace is None or step == steps[-1] or pace.due():
                yield trainer.frame(parts)
    finally:  # also when nobody wants more
        CHECKPOINTS.keep(trainer)

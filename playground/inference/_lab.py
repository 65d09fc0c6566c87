"""The torch side of `inference.lab`: builds the engine of a run, feeds it, looks at it.

Axis letters: L losses, R seeds, B batch, T steps of a chunk, K critic iterations.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import parameters_to_vector

from playground.data.mixtures import mixture
from playground.inference.device import one_thread
from playground.inference.lab import ARROWS, CELLS, SHOWN, LabFrame, Pace, Run, Scene
from playground.losses.adversarial import LOSSES
from playground.metrics.coverage import SAMPLES, coverage, floors, reference
from playground.models.gan_2d import GAN2D
from playground.nn.batched_gan import BatchedGAN, Rates

BATCH = 128
CHUNK = 32  # steps whose data are drawn together
DECAYED = 0.02
EMA = 0.998
WATCHED = 500  # samples and data points on which losses and gradients are taken
WEIGHTS, NOISE, DATA, WATCH = range(4)  # what a stream of random numbers is for


def generator(*key: int) -> torch.Generator:
    """A generator of its own for each (purpose, seed, ...)."""
    state = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state) >> 1)


class Trainer:
    """A run being trained, for one seed or several at once: model l * R + r has loss l and seed r."""

    def __init__(self, run: Run, seeds: Sequence[int] | None = None) -> None:
        self.run, self.seeds = run, tuple(seeds or [run.seed])
        self.data = mixture(run.dataset)
        self.scale = self.data.scale if run.norm else 1.0
        self.gan = self._engine()
        self._chunk: tuple[int, tuple[Tensor, Tensor, Tensor]] | None = None

    def advance(self, step: int) -> None:
        """Train up to this step."""
        run, gan = self.run, self.gan
        while gan.steps < step:
            x, z, eps = self._batch(gan.steps)
            scale = 1 - (1 - DECAYED) * gan.steps / run.steps if run.decay else 1.0
            gan.step(x, z, eps, scale)

    def _engine(self) -> BatchedGAN:
        run = self.run
        config = GAN2D.Config(z_dim=run.z_dim, slope=run.slope, init=run.init)
        models = [GAN2D(config).reset(generator(WEIGHTS, seed)) for seed in self.seeds]
        plain, own = Rates(run.lr_g, run.lr_d, run.k), Rates(run.lr_gp, run.lr_gp, run.k_gp)
        with torch.no_grad():
            theta_g = torch.stack([parameters_to_vector(model.generator.parameters()) for model in models])
            theta_d = torch.stack([parameters_to_vector(model.discriminator.parameters()) for model in models])
        return BatchedGAN(
            [LOSSES[name]() for name in run.losses],
            theta_g,
            theta_d,
            (run.z_dim, config.hidden, config.hidden, 2),
            (2, config.hidden, config.hidden, 1),
            [own if name == "wgan_gp" else plain for name in run.losses],
            batch=BATCH,
            slope=run.slope,
            penalty=config.penalty,
            ema=EMA if run.ema else 0.0,
        )

    def _batch(self, step: int) -> tuple[Tensor, Tensor, Tensor]:
        """x (K, R, B, 2), z (K, R, B, d), eps (K, R, B) of a step; drawn a chunk at a time, the same for every loss."""
        chunk, at = divmod(step, CHUNK)
        if self._chunk is None or self._chunk[0] != chunk:
            self._chunk = chunk, self._draw(chunk)
        x, z, eps = self._chunk[1]
        return x[at], z[at], eps[at]

    def _draw(self, chunk: int) -> tuple[Tensor, Tensor, Tensor]:
        # Iteration k has streams of its own, so what a loss sees does not depend on how many D steps another takes.
        n, drawn = CHUNK * BATCH, []
        for k in range(self.gan.critic_steps):
            for seed in self.seeds:
                data, noise = generator(DATA, seed, k, chunk), generator(NOISE, seed, k, chunk)
                x = self.data.sample(n, data) / self.scale
                z = torch.randn(n, self.run.z_dim, generator=noise)
                drawn.append((x, z, torch.rand(n, generator=noise)))
        lead = (self.gan.critic_steps, len(self.seeds), CHUNK, BATCH)
        # (K, R, T, B, ...) -> (T, K, R, B, ...)
        return tuple(
            torch.stack(part).view(*lead, *part[0].shape[1:]).movedim(2, 0) for part in zip(*drawn, strict=True)
        )

    # -- looking -- -------------------------------------------------------------------------------------------------

    def samples(self) -> np.ndarray:
        """SAMPLES points of every model (M, SAMPLES, 2), in the data's units, for the same z at every step."""
        return (self.gan.generate(self._watch[0]) * self.scale).numpy()

    def frame(self) -> LabFrame:
        """What the lab shows now. One seed only."""
        z, x, grid = self._watch
        x, some = x / self.scale, z[:, :WATCHED]
        samples = self.samples()
        covered = [coverage(points, self.data) for points in samples]
        distances = [reference(self.data).compare(points) for points in samples]
        pull = (self.gan.pull(some) / self.scale).numpy()  # by points in the data's units
        loss_d, loss_g = self.gan.losses_at(x, some)
        return LabFrame(
            step=self.gan.steps,
            points=samples[:, :SHOWN],
            field=self._field(self.gan.discriminate(grid / self.scale).numpy()),
            push=-pull[:, :ARROWS],
            counts=np.stack([c.counts for c in covered]),
            modes=np.array([c.modes for c in covered]),
            hq=np.array([c.hq for c in covered]),
            js=np.array([d.js for d in distances]),
            kl=np.array([d.kl for d in distances]),
            swd=np.array([d.swd for d in distances]),
            gradient=np.median(np.hypot(pull[..., 0], pull[..., 1]), axis=1),
            loss_d=loss_d.numpy(),
            loss_g=loss_g.numpy(),
            invalid=np.array([c.invalid for c in covered]),
            diverged=self.gan.diverged.numpy(),
        )

    @property
    def _watch(self) -> tuple[Tensor, Tensor, Tensor]:
        """Fixed z (R, SAMPLES, d), data (R, WATCHED, 2) and the heatmap's points (CELLS * CELLS, 2)."""
        return _watched(self.seeds, self.run.z_dim, self.run.dataset)

    def _field(self, scores: np.ndarray) -> np.ndarray:
        """Scores (L, S * S) of D as what is shown, in [0, 1], (L, S, S)."""
        shown = []
        for name, score in zip(self.run.losses, scores, strict=True):
            if name in ("minimax", "nonsaturating"):
                shown.append(0.5 * (1 + np.tanh(score / 2)))  # sigma, without overflow
            elif name == "lsgan":
                shown.append(score.clip(0, 1))
            else:
                low, high = np.nanpercentile(score, (2, 98)) if np.isfinite(score).any() else (0.0, 1.0)
                shown.append(((score - low) / max(high - low, 1e-12)).clip(0, 1))
        return np.stack(shown).reshape(-1, CELLS, CELLS).astype(np.float32)


@lru_cache(maxsize=8)
def _watched(seeds: tuple[int, ...], z_dim: int, dataset: str) -> tuple[Tensor, Tensor, Tensor]:
    data = mixture(dataset)
    z = torch.stack([torch.randn(SAMPLES, z_dim, generator=generator(WATCH, seed, 0)) for seed in seeds])
    x = torch.stack([data.sample(WATCHED, generator(WATCH, seed, 1)) for seed in seeds])
    axis = (torch.arange(CELLS) + 0.5) * (2 * data.box / CELLS) - data.box
    return z, x, torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).view(-1, 2)


def scene(dataset: str) -> Scene:
    """What stays the same in all frames on a data set."""
    data, floor = mixture(dataset), floors(mixture(dataset))
    real = data.sample(SHOWN, generator(WATCH, 0, 2)).numpy()
    return Scene(data.box, data.std, real, data.centers, floor.js, floor.kl, floor.swd)


class Checkpoints:
    """States of recent runs, so that going on from a step need not train up to it again. Bounded, with a time to live;
    an entry can vanish at any moment and only time is lost."""

    def __init__(self, most: int = 48, seconds: float = 900.0) -> None:
        self.most, self.seconds = most, seconds
        self._kept: OrderedDict[tuple[Run, int], tuple[float, list[Tensor]]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, trainer: Trainer) -> None:
        """Remember where this run is now."""
        key = (_key(trainer.run), trainer.gan.steps)
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = time.monotonic(), trainer.gan.state()
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)

    def rewind(self, trainer: Trainer, step: int) -> None:
        """Bring a fresh trainer as near to `step` as a kept state allows, never past it."""
        wanted, now = _key(trainer.run), time.monotonic()
        with self._lock:
            for key in [key for key, (born, _) in self._kept.items() if now - born > self.seconds]:
                del self._kept[key]
            best = max((at for run, at in self._kept if run == wanted and at <= step), default=None)
            if best is None:
                return
            self._kept.move_to_end((wanted, best))
            trainer.gan.restore(self._kept[wanted, best][1])


def _key(run: Run) -> Run:
    # How often a run is looked at does not change it; how long it is going to be only matters if the rates decay.
    return replace(run, every=1, steps=run.steps if run.decay else 1)


CHECKPOINTS = Checkpoints()


def frames(run: Run, steps: Sequence[int], pace: Pace | None = None) -> Iterator[LabFrame]:
    """The frames of a run at these rising steps. With a pace, those that are not due are left out, but not the last."""
    if not steps:
        return
    one_thread()
    trainer = Trainer(run)
    CHECKPOINTS.rewind(trainer, steps[0])
    try:
        for step in steps:
            trainer.advance(step)
            if pace is None or step == steps[-1] or pace.due():
                yield trainer.frame()
    finally:  # also when nobody wants more
        CHECKPOINTS.keep(trainer)

"""Speed of the lab: training steps of the batched engine against the textbook loop; frames with every diagnostic."""

from __future__ import annotations

import time
from collections.abc import Callable

from playground.bench.row import Row

SECONDS = 1.5  # of each side, per turn
TURNS = 5


def step_row(seeds: int) -> Row:
    """Model-steps per second (one G and one D update of one model), mean of the four losses, preset C with k = 1.

    Both sides draw their own data and noise. Baseline: `GAN2D.phases()` with torch's default Adam, one model at a time.
    """
    from playground.inference._lab import Trainer
    from playground.inference.lab import make_run

    trainer = Trainer(make_run("C", k_gp=1), range(seeds))

    def ours() -> int:
        trainer.advance(trainer.gan.steps + 20)
        return 20 * trainer.gan.M

    fast, slow = _in_turn(ours, _textbook())
    return Row(f"lab_step/r{seeds}", fast, slow, fast / slow, "model-steps/s")


def frame_row() -> Row:
    """Frames per second of preset A at ten steps a frame, all four panels with every diagnostic, while it trains:
    against the 10 that a watcher needs."""
    from playground.inference._lab import Trainer
    from playground.inference.lab import make_run, packed

    run = make_run("A", every=10)
    trainer = Trainer(run)

    def frames() -> int:
        trainer.advance(trainer.gan.steps + run.every)
        packed(trainer.frame(), 3.0)
        return 1

    rate = max(_rate(frames) for _ in range(TURNS))
    return Row("lab_frame", rate, 10.0, rate / 10.0, "frames/s")


def _textbook() -> Callable[[], int]:
    """A function that takes one training step of each loss and returns how many model-steps that was."""
    import torch

    from playground.data.mixtures import mixture
    from playground.inference.lab import LOSSES
    from playground.models.gan_2d import GAN2D

    data, generator = mixture("ring8"), torch.Generator().manual_seed(0)
    models = [GAN2D(GAN2D.Config(loss=name)).reset(generator) for name in LOSSES]
    phases = [[(phase, torch.optim.Adam(phase.parameters, 1e-3, (0.5, 0.9))) for phase in m.phases()] for m in models]

    def step() -> int:
        for model in phases:
            batch = (data.sample(128, generator),)
            for phase, adam in model:
                adam.zero_grad()
                phase.loss(batch, generator)["loss"].backward()
                adam.step()
        return len(models)

    return step


def _in_turn(*sides: Callable[[], int]) -> list[float]:
    """The rate of each side, measured in turn; the best of TURNS, which a busy machine disturbs least."""
    rates = [[_rate(side) for side in sides] for _ in range(TURNS)]
    return [max(column) for column in zip(*rates, strict=True)]


def _rate(work: Callable[[], int]) -> float:
    """What `work` counts, per second of this process."""
    work()
    start, done = time.process_time(), 0
    while time.process_time() - start < SECONDS:
        done += work()
    return done / (time.process_time() - start)


ROWS: dict[str, Callable[[], Row]] = {
    "lab_step/r1": lambda: step_row(1),
    "lab_step/r8": lambda: step_row(8),
    "lab_frame": frame_row,
}

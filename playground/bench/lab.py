"""Speed of the lab: training steps of the batched engine against the textbook loop; frames with every diagnostic."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import lru_cache

from playground.bench.row import Row
from playground.inference.device import available
from playground.inference.lab_run import LOSSES

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


def wgan_row(seeds: int) -> Row:
    """Steps per second of WGAN-GP alone, one critic step and its penalty: against double backward, one model at a time.

    One model is so small that calling the operations takes as long as they do; eight show what the penalty costs.
    """
    from playground.inference._lab import Trainer
    from playground.inference.lab import make_run

    trainer = Trainer(make_run("C", losses=["wgan_gp"], k_gp=1), range(seeds))

    def ours() -> int:
        trainer.advance(trainer.gan.steps + 20)
        return 20 * trainer.gan.M

    fast, slow = _in_turn(ours, _textbook(["wgan_gp"]))
    name = "lab_step/wgan_gp" if seeds == 1 else f"lab_step/wgan_gp/r{seeds}"
    return Row(name, fast, slow, fast / slow, "model-steps/s")


def cuda_row(replayed: bool, seeds: int = 32) -> Row:
    """The same on a GPU, many seeds at once, its steps launched one operation after the other or replayed as a graph:
    against the textbook loop on that GPU. By wall clock, since this process waits for another processor."""
    from playground.inference._lab import Trainer
    from playground.inference.lab import make_run

    trainer = Trainer(make_run("C", k_gp=1), range(seeds), "cuda", replayed)

    def ours() -> int:
        trainer.advance(trainer.gan.steps + 20)
        trainer.gan.G.theta.sum().item()  # waits until it is done
        return 20 * trainer.gan.M

    fast, slow = _in_turn(ours, _textbook(device="cuda"), clock=time.perf_counter)
    name = "graph" if replayed else "batched"
    return Row(f"lab_step/cuda/{name}", fast, slow, fast / slow, "model-steps/s")


def frame_row() -> Row:
    """Milliseconds of one frame, four panels with every diagnostic, without the training between two of them: against
    the 10 that leave a core free to train."""
    from playground.inference._lab import Trainer
    from playground.inference.lab import PARTS, make_run, packed

    trainer = Trainer(make_run("C"))
    trainer.advance(50)
    parts = frozenset(PARTS)

    def frames() -> int:
        packed(trainer.frame(parts), 3.0)
        return 1

    spent = 1e3 / max(_rate(frames) for _ in range(TURNS))
    return Row("lab_frame", spent, 10.0, 10.0 / spent, "ms")


def live_row() -> Row:
    """Steps per second of each of the four losses while ten frames a second with every diagnostic are shown, one D step
    per G step: against the 450 that a watcher was promised. Both in seconds of this process."""
    from playground.inference._lab import Trainer
    from playground.inference.lab import PARTS, make_run, packed

    trainer = Trainer(make_run("C", k_gp=1))
    parts = frozenset(PARTS)

    def second() -> int:
        before, start = trainer.gan.steps, time.process_time()
        for frame in range(1, 11):
            packed(trainer.frame(parts), 3.0)
            while time.process_time() - start < frame / 10:
                trainer.advance(trainer.gan.steps + 5)
        return trainer.gan.steps - before

    rate = max(_rate(second) for _ in range(TURNS))
    return Row("lab_live", rate, 450.0, rate / 450.0, "steps/s")


@lru_cache(maxsize=1)
def _seeds() -> tuple[float, float]:
    """Seconds of wall clock and of both cores, for 32 seeds of the four losses of preset A to its end: once, all of it,
    since what it costs is not what a few of its steps suggest. As for a visitor who has just opened the stage: the
    process that helps is there."""
    from playground.inference.apart import OTHER
    from playground.inference.lab import make_run
    from playground.inference.lab_seeds import Many, many, prepare

    prepare().join()
    busy, start = OTHER.busy() + time.process_time(), time.perf_counter()
    *_, result = many(make_run("A"), 32)
    assert isinstance(result, Many)
    return time.perf_counter() - start, time.process_time() + OTHER.busy() - busy


def seeds_row() -> Row:
    """By wall clock: against the minute that a visitor waits, on two cores that do nothing else."""
    wall, _ = _seeds()
    return Row("lab_seeds/32", wall, 60.0, 60.0 / wall, "s")


def seeds_busy_row() -> Row:
    """Of the same run, the seconds that both cores worked: against those that a minute of them has. On a busy machine
    this says more."""
    _, busy = _seeds()
    return Row("lab_seeds/32/cpu", busy, 120.0, 120.0 / busy, "s")


def _textbook(losses: Sequence[str] = LOSSES, device: str = "cpu") -> Callable[[], int]:
    """A function that takes one training step of each loss and returns how many model-steps that was."""
    import torch

    from playground.data.mixtures import mixture
    from playground.models.gan_2d import GAN2D

    data, generator = mixture("ring8"), torch.Generator().manual_seed(0)
    noise = torch.Generator(device).manual_seed(0)
    models = [GAN2D(GAN2D.Config(loss=name)).reset(generator).to(device) for name in losses]
    phases = [[(phase, torch.optim.Adam(phase.parameters, 1e-3, (0.5, 0.9))) for phase in m.phases()] for m in models]

    def step() -> int:
        for model in phases:
            batch = (data.sample(128, generator).to(device),)
            for phase, adam in model:
                adam.zero_grad()
                phase.loss(batch, noise)["loss"].backward()
                adam.step()
        models[-1].generator[0].bias[0].item()  # waits until a GPU is done
        return len(models)

    return step


Clock = Callable[[], float]


def _in_turn(*sides: Callable[[], int], clock: Clock = time.process_time) -> list[float]:
    """The rate of each side, measured in turn; the best of TURNS, which a busy machine disturbs least."""
    rates = [[_rate(side, clock) for side in sides] for _ in range(TURNS)]
    return [max(column) for column in zip(*rates, strict=True)]


def _rate(work: Callable[[], int], clock: Clock = time.process_time) -> float:
    """What `work` counts, per second of this process."""
    work()
    start, done = clock(), 0
    while clock() - start < SECONDS:
        done += work()
    return done / (clock() - start)


ROWS: dict[str, Callable[[], Row]] = {
    "lab_step/r1": lambda: step_row(1),
    "lab_step/r8": lambda: step_row(8),
    "lab_step/wgan_gp": lambda: wgan_row(1),
    "lab_step/wgan_gp/r8": lambda: wgan_row(8),
    "lab_frame": frame_row,
    "lab_live": live_row,
    "lab_seeds/32": seeds_row,
    "lab_seeds/32/cpu": seeds_busy_row,
}
if "cuda" in available():
    ROWS |= {"lab_step/cuda/batched": lambda: cuda_row(False), "lab_step/cuda/graph": lambda: cuda_row(True)}

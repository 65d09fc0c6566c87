"""The torch side of `inference.lab_slow`: reads the engine's buffers while it takes one step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from playground.inference import _lab, _lab_frame
from playground.inference.device import one_thread
from playground.inference.lab import SHOWN
from playground.inference.lab_run import Run
from playground.inference.lab_slow import DStep, GStep, Slow, SlowPanel
from playground.nn.batched_mlp import BatchedMLP


def slowly(run: Run, step: int) -> Iterator[int | Slow]:
    """Steps trained on the way to iteration `step` of a run, then it in its phases."""
    one_thread()
    trainer = _lab.Trainer(run)
    _lab.CHECKPOINTS.rewind(trainer, step)
    while trainer.gan.steps < step:
        yield trainer.gan.steps
        trainer.advance(min(_lab.CHECKPOINTS.next(trainer), step))
        _lab.CHECKPOINTS.keep(trainer)
    yield _told(trainer, step)


def _told(trainer: _lab.Trainer, step: int) -> Slow:
    before, fields = _lab_frame.samples(trainer)[:, :SHOWN], _fields(trainer)
    watcher = _Watcher(trainer)
    trainer.advance(step + 1, watcher)
    _lab.CHECKPOINTS.keep(trainer)
    after = _lab_frame.samples(trainer)[:, :SHOWN]
    return Slow(
        step,
        tuple(
            SlowPanel(panel.loss, fields[l], before[l], tuple(watcher.d[l]), tuple(watcher.g[l]), after[l])
            for l, panel in enumerate(trainer.panels)
        ),
    )


class _Watcher:
    """Told by the engine where it is; writes down each panel's steps."""

    def __init__(self, trainer: _lab.Trainer) -> None:
        self.trainer, self.gan = trainer, trainer.gan
        panels = range(self.gan.L)
        self.d: list[list[DStep]] = [[] for _ in panels]
        self.g: list[list[GStep]] = [[] for _ in panels]
        self._open: dict[int, dict] = {}

    def __call__(self, what: str, at: int) -> None:
        rates = self.gan.rates
        if what in ("d", "d_done"):
            busy = [l for l, rate in enumerate(rates) if rate.critic_steps > at]
        else:
            busy = [l for l, rate in enumerate(rates) if rate.generator_steps > at]
        if what == "d":
            self._judge(busy, at)
        else:
            {"d_done": self._learned, "g": self._feel, "g_done": self._moved}[what](busy)

    def _judge(self, busy: list[int], k: int) -> None:
        x, z, eps, _ = self.trainer.batch(self.gan.steps)
        for l in busy:
            tape = self.gan.tapes.judged(self.gan.losses[l].penalized)
            real, fake = tape.h[-1][l, 0].clone().split(self.gan.B)[:2]
            shown, made = tape.h[0][l].split(self.gan.B, -1)[:2]
            penalty = self._penalty(l, torch.lerp(made, shown, eps[k, 0])) if self.gan.losses[l].penalized else 0.0
            self._open[l] = {
                "z": z[k, 0].numpy().copy(),
                "fake": (made.mT * self.trainer.scale).numpy().copy(),
                "x": (x[k, 0] * self.trainer.scale).numpy().copy(),
                "logits_real": real.numpy(),
                "logits_fake": fake.numpy(),
                "loss": float(self.gan.losses[l].discriminator(real, fake)) + penalty,
                "penalty": penalty,
                **_norms(self.gan.D, l),
            }

    def _learned(self, busy: list[int]) -> None:
        fields = _fields(self.trainer)
        for l in busy:
            self.d[l].append(DStep(**self._open.pop(l), field=fields[l]))

    def _feel(self, busy: list[int]) -> None:
        tape_g, tape_f, *_ = self.gan.tapes
        for l in busy:
            logits, scale = tape_f.h[-1][l, 0].clone(), self.trainer.scale
            self._open[l] = {
                "z": tape_g.h[0][l].mT.numpy().copy(),
                "fake": (tape_g.h[-1][l].mT * scale).numpy().copy(),
                "logits": logits.numpy(),
                "loss": float(self.gan.losses[l].generator(logits)),
                "push": (-tape_g.d[-1][l].mT * self.gan.B / scale).numpy().copy(),
                **_norms(self.gan.G, l),
            }

    def _moved(self, busy: list[int]) -> None:
        for l in busy:
            told = self._open.pop(l)
            moved = self.gan.G[l : l + 1]
            tape = moved.tape(self.gan.B, backward=False)
            tape.h[0].copy_(torch.from_numpy(told["z"]).mT)
            self.g[l].append(GStep(**told, moved=(moved.forward(tape)[0].mT * self.trainer.scale).numpy().copy()))

    def _penalty(self, l: int, points: Tensor) -> float:
        """The penalty's value at points (2, B), by a pass of its own: the engine keeps its gradient only."""
        D = self.gan.D[l : l + 1]
        tape = D.tape(self.gan.B)
        tape.h[0][0] = points
        D.forward(tape)
        tape.d[-1].fill_(1)
        norm = D.backward(tape, inputs=True).norm(dim=1)
        return self.gan.rates[l].penalty * float((norm - 1).square().mean())


def _norms(net: BatchedMLP, l: int) -> dict:
    squares = torch.stack([net.dW[i][l].square().sum() + net.db[i][l].square().sum() for i in range(len(net.dW))])
    return {"gradient": float(squares.sum().sqrt()), "layers": squares.sqrt().numpy()}


def _fields(trainer: _lab.Trainer) -> np.ndarray:
    grid = _lab_frame._watch(trainer)[2]
    return _lab_frame.field(trainer.panels, trainer.gan.discriminate(grid / trainer.scale).numpy())

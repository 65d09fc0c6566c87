"""Many small GANs trained at once: the engine of the 2-D lab.

M = L panels x R seeds models, each a generator and a discriminator with the same hidden layers, live in flat buffers:
parameters, gradients and Adam's moments, layers are views, a network's pass is one batched matrix product per layer
(`nn.batched_mlp`). Models are sorted by panel, so a panel is a slice with a loss, which only defines
dL/dlogit, and rates of its own; both may change between steps (`configure`). Nothing is recorded by autograd.

Axis letters: M models, R seeds, L panels, N samples, B batch, K critic iterations, J generator iterations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.adversarial import AdversarialLoss
from playground.nn.batched_mlp import BatchedMLP, Parameters, Tape
from playground.nn.batched_steps import Adam, DStep, Group, GStep, Tapes, by_seed

KEPT = 4  # models up to which the workspaces for looking are kept: all panels of one seed
PIECE = 512  # samples per model that are looked at in one go: as many as a core's cache holds
Watch = Callable[[str, int], None]


def _nobody(what: str, at: int) -> None:
    """Who watches a step when nobody does."""


@dataclass(frozen=True)
class Rates:
    """What one panel trains with: learning rates of Adam, D steps and G steps per iteration (each may be 0), weight of
    the gradient penalty."""

    lr_g: float
    lr_d: float
    critic_steps: int = 1
    generator_steps: int = 1
    penalty: float = 0.1


@dataclass(frozen=True)
class Observed:
    """real, fake (M, n): logits or scores of every D at data and at samples. pull (M, n, 2): dL_G/dx at the
    samples, each for itself: the signal that reaches G. loss_d, loss_g (M,): both losses, without the penalty."""

    real: Tensor
    fake: Tensor
    pull: Tensor
    loss_d: Tensor
    loss_g: Tensor


class BatchedGAN:
    """L panels x R seeds GANs; model l * R + r is trained with losses[l] from the initial weights r.

    theta_g (R, P_G), theta_d (R, P_D): initial weights, the same for every panel. sizes_g, sizes_d: layers, input
    first. rates: one per panel. ema: decay of the averaged generator, 0 for none. Everything lives on the device of
    theta_g. tapes: workspaces of a step, for those who watch one; given, those of an engine with the same losses and as
    many seeds, which never takes a step at the same time.
    """

    def __init__(
        self,
        losses: Sequence[AdversarialLoss],
        theta_g: Tensor,
        theta_d: Tensor,
        sizes_g: Sequence[int],
        sizes_d: Sequence[int],
        rates: Sequence[Rates],
        *,
        batch: int = 128,
        slope: float | None = 0.0,
        betas: tuple[float, float] = (0.5, 0.9),
        ema: float = 0.0,
        tapes: Tapes | None = None,
    ) -> None:
        self.L, self.R, self.B = len(losses), len(theta_g), batch
        self.M, self.betas = self.L * self.R, betas
        self.G = BatchedMLP(Parameters.of(theta_g.repeat(self.L, 1), sizes_g), slope)
        self.D = BatchedMLP(Parameters.of(theta_d.repeat(self.L, 1), sizes_d), slope)
        self._adam_g, self._adam_d = Adam(self.G, self.L), Adam(self.D, self.L)
        self.tapes = tapes or Tapes.of(self.G, self.D, batch, all(loss.penalized for loss in losses))
        self._looks: dict[tuple[tuple[int, ...], int, bool], Tape] = {}
        self.average: BatchedMLP | None = None
        self.steps = 0
        self.work = [0] * self.L
        self.configure(losses, rates, ema)

    def configure(self, losses: Sequence[AdversarialLoss], rates: Sequence[Rates], ema: float = 0.0) -> None:
        """From the next step on, train the panels with these. Weights and Adam's moments stay.

        An average that is asked for anew starts at the weights of now.
        """
        if not len(losses) == len(rates) == self.L:
            raise ValueError(f"expected {self.L} losses and Rates, got {len(losses)} losses and {len(rates)} Rates")
        self.losses, self.rates, self.ema = tuple(losses), tuple(rates), ema
        if ema and self.average is None:
            self.average = self._averaging(self.G.parameters.flat)
        elif not ema:
            self.average = None
        # K and J: steps of D and of G of the panel that takes most.
        self.critic_steps = max(rates.critic_steps for rates in self.rates)
        self.generator_steps = max(rates.generator_steps for rates in self.rates)
        self._passes = [
            rates.critic_steps * (2 if loss.penalized else 1) + rates.generator_steps
            for loss, rates in zip(self.losses, self.rates, strict=True)
        ]
        self._plan()

    def step(
        self,
        x: Tensor,
        z: Tensor,
        eps: Tensor,
        lr_scale: float = 1.0,
        more_z: Tensor | None = None,
        watch: Watch | None = None,
    ) -> None:
        """One iteration of every model: its D steps, then its G steps.

        x (K, R, B, 2) data, z (max(K, 1), R, B, d) noise, eps (K, R, B) in [0, 1] for the penalty. A panel with k
        critic steps uses iterations k-1 .. 0, so the last one and G's first step see the same z in every model; G step
        j > 0 sees more_z[j - 1], (J - 1, R, B, d). watch: told ("d", k) and ("g", j) when the gradients of a step
        stand, ("d_done", k) and ("g_done", j) when it is taken.
        """
        self.take_step(x, z, eps, lr_scale, more_z, watch or _nobody)
        self.count_step()

    @torch.inference_mode()  # a tenth faster: nobody counts the versions of what is written in place
    def take_step(
        self,
        x: Tensor,
        z: Tensor,
        eps: Tensor,
        lr_scale: float | Tensor = 1.0,
        more_z: Tensor | None = None,
        tell: Watch = _nobody,
    ) -> None:
        """What `step` does to the tensors, at the same addresses every time: `nn.replayed` records it."""
        d_steps, g_steps = self.plan
        for k in reversed(range(len(d_steps))):
            runs, groups = d_steps[k]
            for run in runs:
                run.gradients(x[k], z[k], eps[k])
            tell("d", k)
            for group in groups:
                group.step(lr_scale, self.betas)
            tell("d_done", k)
        for j, (runs, groups) in enumerate(g_steps):
            for run in runs:
                run.gradients(z[0] if j == 0 else more_z[j - 1])
            tell("g", j)
            for group in groups:
                group.step(lr_scale, self.betas)
            tell("g_done", j)
        if self.average is not None:
            self.average.parameters.flat.lerp_(self.G.parameters.flat, 1 - self.ema)

    def count_step(self) -> None:
        """What `step` keeps in mind besides."""
        self.steps += 1
        self.work = [done + more for done, more in zip(self.work, self._passes, strict=True)]

    # -- what the lab looks at --------------------------------------------------------------------------------------

    @torch.inference_mode()
    def generate(self, z: Tensor, averaged: bool = True) -> Tensor:
        """Samples (M, n, 2) of every model for z (R, n, d): of its averaged generator, where it has one and that is
        wanted."""
        return self._run(self.average if averaged and self.average else self.G, z)

    @torch.inference_mode()
    def discriminate(self, x: Tensor) -> Tensor:
        """Logits or scores (M, n) of every D at the points x (n, 2)."""
        return self._run(self.D, x.expand(self.R, *x.shape)).squeeze(2)

    @torch.inference_mode()
    def observe(self, x: Tensor, samples: Tensor) -> Observed:
        """How every D sees data x (R, n, 2) and its own G's samples (M, n, 2), and what reaches G."""
        tape = self._look(self.D, samples.shape[1], backward=True)
        tape.h[0].copy_(samples.mT)
        real, fake = self._run(self.D, x).squeeze(2), self.D.forward(tape).squeeze(1).clone()
        losses = []
        for loss, s in self._slices():
            tape.d[-1][s] = loss.generator_grad(fake[s]).unsqueeze(1)
            losses += [(loss.discriminator(r, f), loss.generator(f)) for r, f in zip(real[s], fake[s], strict=True)]
        pull = self.D.backward(tape, inputs=True).mT.clone()
        return Observed(real, fake, pull, *(torch.stack(each) for each in zip(*losses, strict=True)))

    @property
    def diverged(self) -> Tensor:
        """(M,) bool: a parameter of G or D is not finite any more."""
        nets = self.G, self.D
        if sum(net.parameters.flat.sum() for net in nets).isfinite():  # nearly always, and read off at once
            return self.G.W[0].new_zeros(self.M, dtype=torch.bool)
        return ~torch.stack([net.theta.isfinite().all(1) for net in nets]).all(0)

    # -- state ---- -------------------------------------------------------------------------------------------------

    def tensors(self) -> list[Tensor]:
        """All tensors that a step changes and the next one needs."""
        nets = [self.G, self.D] if self.average is None else [self.G, self.D, self.average]
        flat = [net.parameters.flat for net in nets]
        return [*flat[:2], *self._adam_g.tensors(), *self._adam_d.tensors(), *flat[2:]]

    def state(self) -> list[Tensor]:
        """Copies of all that a run consists of, for `restore`."""
        return [torch.tensor([self.steps, *self.work]), *(tensor.clone() for tensor in self.tensors())]

    def restore(self, state: list[Tensor]) -> None:
        """Go back to a `state()` of an engine built with the same arguments and configured alike."""
        self.average, (counts, *saved) = None, state
        tensors = self.tensors()
        for tensor, value in zip(tensors, saved, strict=False):
            tensor.copy_(value)
        self.steps, *self.work = counts.tolist()
        self.average = self._averaging(saved[-1]) if len(saved) > len(tensors) else None
        self._plan()

    # -- inside --- -------------------------------------------------------------------------------------------------

    def _averaging(self, flat: Tensor) -> BatchedMLP:
        """A generator with these parameters, laid out as those of G."""
        return BatchedMLP(Parameters(flat.clone(), self.G.sizes), self.G.slope)

    def _run(self, net: BatchedMLP, x: Tensor) -> Tensor:
        """Outputs (M, n, o) at x: (R, n, i), the same for every panel, or (M, n, i)."""
        out = x.new_empty(self.M, net.sizes[-1], x.shape[1])
        for some, into in zip(x.mT.split(PIECE, -1), out.split(PIECE, -1), strict=True):
            tape = self._look(net, some.shape[-1])
            by_seed(tape.h[0], len(x)).copy_(some)
            into.copy_(net.forward(tape))
        return out.mT

    def _look(self, net: BatchedMLP, n: int, backward: bool = False) -> Tape:
        """A workspace for n samples per model. Those of a few models are kept: fresh memory costs a frame more time
        than what it computes."""
        key = net.sizes, n, backward
        if key in self._looks:
            return self._looks[key]
        tape = net.tape(n, backward)
        if self.M <= KEPT:
            self._looks[key] = tape
        return tape

    def _slices(self) -> list[tuple[AdversarialLoss, slice]]:
        return [(loss, slice(l * self.R, (l + 1) * self.R)) for l, loss in enumerate(self.losses)]

    def _plan(self) -> None:
        """Which panels take each D and each G step, those that do it alike as one run, and whom Adam moves together."""
        d_steps = [self._d_step(k) for k in range(self.critic_steps)]
        self.plan = d_steps, [self._g_step(j) for j in range(self.generator_steps)]

    def _d_step(self, k: int) -> tuple[list[DStep], list[Group]]:
        busy = [rates.critic_steps > k for rates in self.rates]
        penalty = [
            rates.penalty if loss.penalized else None for loss, rates in zip(self.losses, self.rates, strict=True)
        ]
        runs = [DStep(self, a, b) for a, b in _stretches(list(zip(busy, penalty, strict=True))) if busy[a]]
        return runs, self._groups(self._adam_d, busy, [rates.lr_d for rates in self.rates])

    def _g_step(self, j: int) -> tuple[list[GStep], list[Group]]:
        busy = [rates.generator_steps > j for rates in self.rates]
        # The first step reuses the pass of the last D step, where there was one.
        fresh = [j == 0 and rates.critic_steps > 0 for rates in self.rates]
        runs = [GStep(self, a, b, fresh[a]) for a, b in _stretches(list(zip(busy, fresh, strict=True))) if busy[a]]
        return runs, self._groups(self._adam_g, busy, [rates.lr_g for rates in self.rates])

    def _groups(self, adam: Adam, busy: list[bool], lr: list[float]) -> list[Group]:
        alike = list(zip(self.rates, adam.count.tolist(), strict=True))
        return [adam.group(a, b, lr[a]) for a, b in _stretches(alike) if busy[a]]


def _stretches(values: Sequence[object]) -> list[tuple[int, int]]:
    """Neighbours that are equal, as (first, end)."""
    ends = [l for l in range(1, len(values)) if values[l] != values[l - 1]] + [len(values)]
    return list(zip([0, *ends[:-1]], ends, strict=True))

"""Many small GANs trained at once: the engine of the 2-D lab.

M = L panels x R seeds models, each a generator and a discriminator with the same hidden layers, live in flat (M, P)
buffers: parameters, gradients and Adam's moments are rows, layers are views, a network's pass is one batched matrix
product per layer (`nn.batched_mlp`). Models are sorted by panel, so a panel is a slice with a loss, which only defines
dL/dlogit, and rates of its own; both may change between steps (`configure`). Nothing is recorded by autograd.

Axis letters: M models, R seeds, L panels, N samples, B batch, K critic iterations, J generator iterations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.adversarial import AdversarialLoss
from playground.nn.batched_mlp import BatchedMLP, Tape

KEPT = 4  # models up to which the workspaces for looking are kept: all panels of one seed
Watch = Callable[[str, int], None]


@dataclass(frozen=True)
class Rates:
    """What one panel trains with: learning rates of Adam, D steps and G steps per iteration (each may be 0), weight of
    the gradient penalty."""

    lr_g: float
    lr_d: float
    critic_steps: int = 1
    generator_steps: int = 1
    penalty: float = 0.1


class BatchedGAN:
    """L panels x R seeds GANs; model l * R + r is trained with losses[l] from the initial weights r.

    theta_g (R, P_G), theta_d (R, P_D): initial weights, the same for every panel. sizes_g, sizes_d: layers, input
    first. rates: one per panel. ema: decay of the averaged generator, 0 for none. tapes: workspaces of a step, of G on
    z, of D on data and samples, of D on samples; for those who watch one.
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
    ) -> None:
        self.L, self.R, self.B = len(losses), len(theta_g), batch
        self.M, self.betas = self.L * self.R, betas
        self.G = BatchedMLP(theta_g.repeat(self.L, 1), sizes_g, slope)
        self.D = BatchedMLP(theta_d.repeat(self.L, 1), sizes_d, slope)
        self._adam_g, self._adam_d = _Adam(self.G, self.L), _Adam(self.D, self.L)
        self.tapes = self._tape(self.G, batch), self._tape(self.D, 2 * batch), self._tape(self.D, batch)
        self._looks: dict[tuple[tuple[int, ...], int, bool], Tape] = {}
        self.average: Tensor | None = None
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
            self.average = self.G.theta.clone()
        elif not ema:
            self.average = None
        self._plan()

    @property
    def critic_steps(self) -> int:
        """K: D steps of the panel that takes most."""
        return max(rates.critic_steps for rates in self.rates)

    @property
    def generator_steps(self) -> int:
        """J: G steps of the panel that takes most."""
        return max(rates.generator_steps for rates in self.rates)

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
        tell = watch or _nobody
        for k in reversed(range(self.critic_steps)):
            runs, groups = self._d_steps[k]
            for run in runs:
                run.critic_gradients(x[k], z[k], eps[k])
            tell("d", k)
            for group in groups:
                group.step(lr_scale, self.betas)
            tell("d_done", k)
        for j in range(self.generator_steps):
            runs, groups = self._g_steps[j]
            for run in runs:
                run.generator_gradients(None if j == 0 and run.fresh else z[0] if j == 0 else more_z[j - 1])
            tell("g", j)
            for group in groups:
                group.step(lr_scale, self.betas)
            tell("g_done", j)
        if self.average is not None:
            self.average.lerp_(self.G.theta, 1 - self.ema)
        self.steps += 1
        for l, (loss, rates) in enumerate(zip(self.losses, self.rates, strict=True)):
            self.work[l] += rates.critic_steps * (2 if loss.penalized else 1) + rates.generator_steps

    # -- what the lab looks at --------------------------------------------------------------------------------------

    def generate(self, z: Tensor) -> Tensor:
        """Samples (M, n, 2) of every model (of its averaged generator, where there is one) for z (R, n, d)."""
        net = self.G if self.average is None else BatchedMLP(self.average, self.G.sizes, self.G.slope)
        return self._run(net, z)

    def discriminate(self, x: Tensor) -> Tensor:
        """Logits or scores (M, n) of every D at the points x (n, 2)."""
        return self._run(self.D, x.expand(self.R, *x.shape)).squeeze(2)

    def judge(self, z: Tensor) -> Tensor:
        """Logits or scores (M, n) of every D at its own G's samples of z (R, n, d)."""
        return self._run(self.D, self._run(self.G, z), spread=False).squeeze(2)

    def pull(self, z: Tensor) -> Tensor:
        """dL_G/dx (M, n, 2) at the samples of z (R, n, d), each sample for itself: the signal that reaches G."""
        tape = self._look(self.D, z.shape[1], backward=True)
        tape.h[0].copy_(self._run(self.G, z))
        logits = self.D.forward(tape)
        for loss, s in self._slices():
            tape.d[-1][s] = loss.generator_grad(logits[s])
        return self.D.backward(tape, weights=False, inputs=True).clone()

    def losses_at(self, x: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        """(L_D, L_G), each (M,), on data x (R, n, 2) and noise z (R, n, d); without the penalty."""
        real, fake = self._run(self.D, x), self._run(self.D, self._run(self.G, z), spread=False)
        pairs = [
            (loss.discriminator(real[m], fake[m]), loss.generator(fake[m]))
            for loss, s in self._slices()
            for m in range(s.start, s.stop)
        ]
        return torch.stack([d for d, _ in pairs]), torch.stack([g for _, g in pairs])

    @property
    def diverged(self) -> Tensor:
        """(M,) bool: a parameter of G or D is not finite any more."""
        return ~(self.G.theta.isfinite().all(1) & self.D.theta.isfinite().all(1))

    # -- state ---- -------------------------------------------------------------------------------------------------

    def state(self) -> list[Tensor]:
        """Copies of all that a run consists of, for `restore`."""
        average = [] if self.average is None else [self.average.clone()]
        counts = torch.tensor([self.steps, *self.work])
        return [counts, *(tensor.clone() for tensor in self._tensors()), *average]

    def restore(self, state: list[Tensor]) -> None:
        """Go back to a `state()` of an engine built with the same arguments and configured alike."""
        tensors = self._tensors()
        for tensor, saved in zip(tensors, state[1:], strict=False):
            tensor.copy_(saved)
        self.steps, *self.work = state[0].tolist()
        self.average = state[1 + len(tensors)].clone() if len(state) > 1 + len(tensors) else None
        self._plan()

    def _tensors(self) -> list[Tensor]:
        return [self.G.theta, self.D.theta, *self._adam_g.tensors(), *self._adam_d.tensors()]

    # -- inside --- -------------------------------------------------------------------------------------------------

    def _tape(self, net: BatchedMLP, n: int) -> Tape:
        return Tape.empty(self.M, n, net.sizes, net.theta.dtype)

    def _run(self, net: BatchedMLP, x: Tensor, spread: bool = True) -> Tensor:
        tape = self._look(net, x.shape[1])
        _spread(tape.h[0], x) if spread else tape.h[0].copy_(x)
        return net.forward(tape).clone()

    def _look(self, net: BatchedMLP, n: int, backward: bool = False) -> Tape:
        """A workspace for n samples per model. Those of a few models are kept: fresh memory costs a frame more time
        than what it computes."""
        key = net.sizes, n, backward
        if key in self._looks:
            return self._looks[key]
        tape = Tape.empty(self.M, n, net.sizes, net.theta.dtype, backward)
        if self.M <= KEPT:
            self._looks[key] = tape
        return tape

    def _slices(self) -> list[tuple[AdversarialLoss, slice]]:
        return [(loss, slice(l * self.R, (l + 1) * self.R)) for l, loss in enumerate(self.losses)]

    def _plan(self) -> None:
        """Which models take each D and each G step, and which of them Adam moves together."""
        self._d_steps = [self._phase([r.critic_steps > k for r in self.rates]) for k in range(self.critic_steps)]
        self._g_steps = [
            self._phase([r.generator_steps > j for r in self.rates], j) for j in range(self.generator_steps)
        ]

    def _phase(self, busy: list[bool], g_step: int | None = None) -> tuple[list[_Run], list[_Group]]:
        # G's first step reuses the pass of the last D step, where there was one.
        fresh = [g_step == 0 and rates.critic_steps > 0 for rates in self.rates]
        runs = [
            _Run(self, a, b, *self.tapes, fresh=fresh[a])
            for a, b in _stretches(list(zip(busy, fresh, strict=True)))
            if busy[a]
        ]
        adam = self._adam_d if g_step is None else self._adam_g
        lr = [rates.lr_d if g_step is None else rates.lr_g for rates in self.rates]
        alike = list(zip(self.rates, adam.count.tolist(), strict=True))
        return runs, [adam.group(a, b, lr[a]) for a, b in _stretches(alike) if busy[a]]


def _stretches(values: Sequence[object]) -> list[tuple[int, int]]:
    """Neighbours that are equal, as (first, end)."""
    ends = [l for l in range(1, len(values)) if values[l] != values[l - 1]] + [len(values)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


class _Run:
    """Views of a run of neighbouring models: their networks, their rows of the tapes, their losses as slices.

    fresh: G's pass on the tape is that of G's present weights.
    """

    def __init__(
        self, gan: BatchedGAN, first: int, end: int, tape_g: Tape, tape_d: Tape, tape_f: Tape, fresh: bool
    ) -> None:
        models = slice(first * gan.R, end * gan.R)
        self.B, self.fresh = gan.B, fresh
        self.G, self.D = gan.G[models], gan.D[models]
        self.tape_g, self.tape_d, self.tape_f = tape_g[models], tape_d[models], tape_f[models]
        self.parts = [(gan.losses[l], slice((l - first) * gan.R, (l - first + 1) * gan.R)) for l in range(first, end)]
        self.x, self.fake = self.tape_d.h[0][:, : self.B], self.tape_d.h[0][:, self.B :]
        weights = [rates.penalty for rates in gan.rates[first:end]]
        self.penalized = [
            (self.D[part], self.tape_f[part], part, weight)
            for (loss, part), weight in zip(self.parts, weights, strict=True)
            if loss.penalized
        ]

    def critic_gradients(self, x: Tensor, z: Tensor, eps: Tensor) -> None:
        """dL_D into D.grad for one batch: x (R, B, 2), z (R, B, d), eps (R, B)."""
        _spread(self.tape_g.h[0], z)
        _spread(self.x, x)
        self.fake.copy_(self.G.forward(self.tape_g))
        logits, d = self.D.forward(self.tape_d), self.tape_d.d[-1]
        for loss, part in self.parts:
            real, fake = loss.discriminator_grad(logits[part, : self.B], logits[part, self.B :])
            torch.mul(real, 1 / self.B, out=d[part, : self.B])
            torch.mul(fake, 1 / self.B, out=d[part, self.B :])
        self.D.backward(self.tape_d)
        for D, tape, part, weight in self.penalized:
            torch.lerp(self.fake[part], self.x[part], eps.unsqueeze(2), out=tape.h[0])
            D.penalize(tape, weight)

    def generator_gradients(self, z: Tensor | None) -> None:
        """dL_G into G.grad, for z (R, B, d); None where G's own pass still stands on its tape."""
        if z is not None:
            _spread(self.tape_g.h[0], z)
            self.G.forward(self.tape_g)
        tape = self.tape_f
        tape.h[0].copy_(self.tape_g.h[-1])
        logits = self.D.forward(tape)
        for loss, part in self.parts:
            torch.mul(loss.generator_grad(logits[part]), 1 / self.B, out=tape.d[-1][part])
        self.tape_g.d[-1].copy_(self.D.backward(tape, weights=False, inputs=True))
        self.G.backward(self.tape_g)


class _Adam:
    """Adam for all panels of one network: moments in flat buffers, a step count for each panel."""

    def __init__(self, net: BatchedMLP, panels: int) -> None:
        self.net = net
        self.mean, self.square = torch.zeros_like(net.theta), torch.zeros_like(net.theta)
        self.count = torch.zeros(panels)

    def tensors(self) -> list[Tensor]:
        return [self.mean, self.square, self.count]

    def group(self, first: int, end: int, lr: float) -> _Group:
        """Panels first .. end - 1, which have the same rate and count."""
        seeds = len(self.mean) // len(self.count)
        rows = slice(first * seeds, end * seeds)
        buffers = [[buffer[rows]] for buffer in (self.net.theta, self.net.grad, self.mean, self.square)]
        return _Group(lr, self.count[first:end], buffers)


class _Group:
    """Neighbouring models that Adam moves at once, along the gradients that stand in the network's buffer."""

    def __init__(self, lr: float, count: Tensor, buffers: list[list[Tensor]]) -> None:
        self.lr, self.count, self.buffers = lr, count, buffers

    def step(self, lr_scale: float, betas: tuple[float, float]) -> None:
        self.count += 1
        torch._fused_adam_(
            *self.buffers,
            [],
            [self.count[0]],
            lr=self.lr * lr_scale,
            beta1=betas[0],
            beta2=betas[1],
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


def _nobody(what: str, at: int) -> None:
    """Who watches a step when nobody does."""


def _spread(out: Tensor, x: Tensor) -> None:
    """Give the same rows x (R, N, i) to every panel: out (L * R, N, i)."""
    out.unflatten(0, (-1, len(x))).copy_(x)

"""Many small GANs trained at once: the engine of the 2-D lab.

M = L panels x R seeds models, each a generator and a discriminator with the same hidden layers, live in flat (M, P)
buffers: parameters, gradients and Adam's moments are rows, layers are views, a network's pass is one batched matrix
product per layer (`nn.batched_mlp`). Models are sorted by panel, so a panel is a slice with a loss, which only defines
dL/dlogit, and rates of its own; both may change between steps (`configure`). Nothing is recorded by autograd.

Axis letters: M models, R seeds, L panels, N samples, B batch, K critic iterations, J generator iterations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    first. rates: one per panel. ema: decay of the averaged generator, 0 for none. Everything lives on the device of
    theta_g. tapes: workspaces of a step, of G on z, of D on data, samples and what is between them, of D on samples;
    for those who watch one.
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
        self.tapes = self._workspaces()
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
                run.gradients(x[k], z[k], eps[k])
            tell("d", k)
            for group in groups:
                group.step(lr_scale, self.betas)
            tell("d_done", k)
        for j in range(self.generator_steps):
            runs, groups = self._g_steps[j]
            for run in runs:
                run.gradients(z[0] if j == 0 else more_z[j - 1])
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
        tape.h[0].copy_(self._run(self.G, z).mT)
        logits = self.D.forward(tape)
        for loss, s in self._slices():
            tape.d[-1][s] = loss.generator_grad(logits[s])
        return self.D.backward(tape, inputs=True).mT.clone()

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

    def _workspaces(self) -> tuple[Tape, Tape, Tape]:
        """G's samples are what D is shown, and what D hands down is what G goes on from: the tapes share those."""
        B = self.B
        tape_g, tape_f = self.G.tape(B), self.D.tape(B)
        tape_d = self.D.tape(3 * B, penalty=True)  # data, samples, points between them
        fake = tape_d.h[0][..., B : 2 * B]
        tape_g = Tape([*tape_g.h[:-1], fake], [*tape_g.d[:-1], tape_f.d[0]], [])
        return tape_g, tape_d, Tape([fake, *tape_f.h[1:]], tape_f.d, [])

    def _run(self, net: BatchedMLP, x: Tensor, spread: bool = True) -> Tensor:
        tape = self._look(net, x.shape[1])
        _by_seed(tape.h[0], self.R).copy_(x.mT) if spread else tape.h[0].copy_(x.mT)
        return net.forward(tape).mT.clone()

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
        self._d_steps = [self._d_step(k) for k in range(self.critic_steps)]
        self._g_steps = [self._g_step(j) for j in range(self.generator_steps)]

    def _d_step(self, k: int) -> tuple[list[_DRun], list[_Group]]:
        busy = [rates.critic_steps > k for rates in self.rates]
        penalty = [
            rates.penalty if loss.penalized else None for loss, rates in zip(self.losses, self.rates, strict=True)
        ]
        runs = [_DRun(self, a, b) for a, b in _stretches(list(zip(busy, penalty, strict=True))) if busy[a]]
        return runs, self._groups(self._adam_d, busy, [rates.lr_d for rates in self.rates])

    def _g_step(self, j: int) -> tuple[list[_GRun], list[_Group]]:
        busy = [rates.generator_steps > j for rates in self.rates]
        # The first step reuses the pass of the last D step, where there was one.
        fresh = [j == 0 and rates.critic_steps > 0 for rates in self.rates]
        runs = [_GRun(self, a, b, fresh[a]) for a, b in _stretches(list(zip(busy, fresh, strict=True))) if busy[a]]
        return runs, self._groups(self._adam_g, busy, [rates.lr_g for rates in self.rates])

    def _groups(self, adam: _Adam, busy: list[bool], lr: list[float]) -> list[_Group]:
        alike = list(zip(self.rates, adam.count.tolist(), strict=True))
        return [adam.group(a, b, lr[a]) for a, b in _stretches(alike) if busy[a]]


def _stretches(values: Sequence[object]) -> list[tuple[int, int]]:
    """Neighbours that are equal, as (first, end)."""
    ends = [l for l in range(1, len(values)) if values[l] != values[l - 1]] + [len(values)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


class _Run:
    """Panels first .. end - 1, which take a step alike: views of their networks and tapes, made once.

    models: their rows; one model by its number, whose products are then those of matrices.
    """

    def __init__(self, gan: BatchedGAN, first: int, end: int) -> None:
        self.B, self.R = gan.B, gan.R
        self.rows = slice(first * gan.R, end * gan.R)
        self.models = first * gan.R if (end - first) * gan.R == 1 else self.rows
        self.G, self.D = gan.G[self.models], gan.D[self.models]
        self.tape_g = gan.tapes[0].part(self.models)
        self.z = _by_seed(gan.tapes[0].h[0][self.rows], gan.R)  # (L, R, d, B)
        self.share = gan.G.theta.new_tensor(1 / gan.B)  # of a sample in a mean; a tensor, for a number would be cast
        self.parts = [(gan.losses[l], slice((l - first) * gan.R, (l - first + 1) * gan.R)) for l in range(first, end)]


class _DRun(_Run):
    """A step of D. All of these panels have a penalty, of one weight, or none has."""

    def __init__(self, gan: BatchedGAN, first: int, end: int) -> None:
        super().__init__(gan, first, end)
        B, tape = gan.B, gan.tapes[1]
        self.x, self.fake, self.between = _by_seed(tape.h[0][self.rows], gan.R).split(B, -1)  # (L, R, 2, B) each
        self.penalized, self.weight = gan.losses[first].penalized, gan.rates[first].penalty
        self.pairs, self.apart = tape.part(self.models, slice(2 * B)), tape.part(self.models, slice(2 * B, None))
        self.tape = tape.part(self.models) if self.penalized else self.pairs
        rows = tape.part(self.rows)
        self.seeds = [
            (
                loss,
                [rows.h[-1][part].split(B, -1)[i] for i in (0, 1)],
                [rows.d[-1][part].split(B, -1)[i] for i in (0, 1)],
            )
            for loss, part in self.parts
        ]
        if self.penalized:  # what a critic's loss makes of a score is the same for all scores
            self._judge()
            self.apart.d[-1].fill_(1)

    def gradients(self, x: Tensor, z: Tensor, eps: Tensor) -> None:
        """dL_D into D.grad for one batch: x (R, B, 2), z (R, B, d), eps (R, B)."""
        self.z.copy_(z.mT)
        self.G.forward(self.tape_g)
        self.x.copy_(x.mT)
        if self.penalized:
            torch.lerp(self.fake, self.x, eps.unsqueeze(1), out=self.between)
        self.D.forward(self.tape)
        if not self.penalized:
            self._judge()
        self.D.backward(self.tape)
        self.D.gather(self.pairs)
        if self.penalized:
            self.D.penalize(self.apart, self.weight)

    def _judge(self) -> None:
        """dL_D/dlogit of data and samples."""
        for loss, logits, d in self.seeds:
            for grad, out in zip(loss.discriminator_grad(*logits), d, strict=True):
                torch.mul(grad, self.share, out=out)


class _GRun(_Run):
    """A step of G. fresh: its own pass on the tape is that of its present weights."""

    def __init__(self, gan: BatchedGAN, first: int, end: int, fresh: bool) -> None:
        super().__init__(gan, first, end)
        self.fresh = fresh
        self.tape = gan.tapes[2].part(self.models)
        rows = gan.tapes[2].part(self.rows)
        seeds = [(loss, rows.h[-1][part], rows.d[-1][part]) for loss, part in self.parts]
        self._judge(loss for loss in seeds if loss[0].penalized)  # the same for all scores
        self.seeds = [loss for loss in seeds if not loss[0].penalized]

    def gradients(self, z: Tensor) -> None:
        """dL_G into G.grad, for z (R, B, d)."""
        if not self.fresh:
            self.z.copy_(z.mT)
            self.G.forward(self.tape_g)
        self.D.forward(self.tape)
        self._judge(self.seeds)
        self.D.backward(self.tape, inputs=True)
        self.G.backward(self.tape_g)
        self.G.gather(self.tape_g)

    def _judge(self, seeds: Iterable[tuple[AdversarialLoss, Tensor, Tensor]]) -> None:
        """dL_G/dlogit."""
        for loss, logits, d in seeds:
            torch.mul(loss.generator_grad(logits), self.share, out=d)


class _Adam:
    """Adam for all panels of one network: moments in flat buffers, a step count for each panel."""

    def __init__(self, net: BatchedMLP, panels: int) -> None:
        self.net = net
        self.mean, self.square = torch.zeros_like(net.theta), torch.zeros_like(net.theta)
        self.count = net.theta.new_zeros(panels, dtype=torch.float32)

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
        self.lr, self.count, self.buffers, self.first = lr, count, buffers, [count[0]]

    def step(self, lr_scale: float | Tensor, betas: tuple[float, float]) -> None:
        self.count.add_(1)
        torch._fused_adam_(
            *self.buffers,
            [],
            self.first,
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


def _by_seed(rows: Tensor, R: int) -> Tensor:
    """Rows of models (L * R, ...) as (L, R, ...): what is copied there goes to every panel."""
    return rows.unflatten(0, (-1, R))

"""What a training step of `nn.batched_gan` consists of: gradients of D, gradients of G, and Adam, each for neighbours.

All views of buffers are made once, when the engine plans: with networks so small, making them would cost as much as
the products.

Axis letters: R seeds, L panels, B batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from playground.losses.adversarial import AdversarialLoss
from playground.nn.batched_mlp import BatchedMLP, Penalty, Tape

if TYPE_CHECKING:
    from playground.nn.batched_gan import BatchedGAN


class Tapes(NamedTuple):
    """Workspaces of all models in a step: g of G on z, f of D on G's samples, pairs of D on data and samples; more the
    same, points between them, and for tanh room for their penalty, for those with one. f goes on from the samples of g,
    g from the gradients of f; a batch of products wants its matrices without gaps, so the pairs are not a part of more.

    What is not needed at the same time shares its room: G's step comes when D's pairs (or more) have been used.
    """

    g: Tape
    f: Tape
    pairs: Tape
    more: Tape

    @classmethod
    def of(cls, G: BatchedMLP, D: BatchedMLP, B: int, penalized: bool = False) -> Tapes:
        """penalized: whether all models have a penalty."""
        g, f = G.tape(B), D.tape(B)
        g.d[-1] = f.d[0]
        pairs, more = D.tape(2 * B), D.tape((4 if D.slope is None else 3) * B)
        f = Tape([g.h[-1], *f.h[1:]], f.d).within(more if penalized else pairs)
        return cls(g.folded(), f.folded(), pairs.folded(), more)

    def judged(self, penalized: bool) -> Tape:
        """Where D sees data and samples."""
        return self.more if penalized else self.pairs


class _Run:
    """Panels first .. end - 1, which take a step alike: views of their networks and tapes, made once.

    models: their rows; one model by its number, whose products are then those of matrices.
    """

    def __init__(self, gan: BatchedGAN, first: int, end: int) -> None:
        self.rows = slice(first * gan.R, end * gan.R)
        self.models = first * gan.R if (end - first) * gan.R == 1 else self.rows
        self.G, self.D = gan.G[self.models], gan.D[self.models]
        self.tape_g = gan.tapes.g.part(self.models)
        self.z = by_seed(gan.tapes.g.h[0][self.rows], gan.R)  # (L, R, d, B)
        self.share = gan.G.W[0].new_tensor(1 / gan.B)  # of a sample in a mean; a tensor, for a number would be cast
        self.parts = [(gan.losses[l], slice((l - first) * gan.R, (l - first + 1) * gan.R)) for l in range(first, end)]


class DStep(_Run):
    """A step of D. All of these panels have a penalty, of one weight, or none has."""

    def __init__(self, gan: BatchedGAN, first: int, end: int) -> None:
        super().__init__(gan, first, end)
        B, penalized = gan.B, gan.losses[first].penalized
        tape = gan.tapes.judged(penalized)
        # (L, R, 2, B) each: data, samples, and what lies between them
        self.x, self.fake, *between = by_seed(tape.h[0][self.rows], gan.R).split(B, -1)
        self.made = by_seed(gan.tapes.g.h[-1][self.rows], gan.R)
        h, d = tape.h[-1][self.rows], tape.d[-1][self.rows]
        self.between = between[0] if penalized else None
        seen = slice(0, 3 * B) if penalized else slice(None)
        self.tape, self.seen = tape.part(self.models), tape.part(self.models, seen)
        if penalized:
            at, lifted = (tape.part(self.models, s) for s in (slice(2 * B, 3 * B), slice(-B, None)))
            self.trained = tape.part(self.models, slice(-B))  # the last samples are those of t, of no bias
            self.penalty = Penalty(self.D, at, lifted, gan.rates[first].penalty)
            for loss, part in self.parts:  # what a critic's loss makes of a score is the same for all scores
                real, fake, *_ = h[part].split(B, -1)
                for grad, out in zip(loss.discriminator_grad(real, fake), d[part].split(B, -1), strict=False):
                    torch.mul(grad, self.share, out=out)
            self.penalty.seed()
        else:
            targets = h.new_tensor([loss.targets for loss, _ in self.parts]).repeat_interleave(B, 1)
            self.seeds = [
                (loss, h[part], d[part], target) for (loss, part), target in zip(self.parts, targets, strict=True)
            ]

    def gradients(self, x: Tensor, z: Tensor, eps: Tensor) -> None:
        """dL_D into D's gradients for one batch: x (R, B, 2), z (R, B, d), eps (R, B)."""
        self.z.copy_(z.mT)
        self.G.forward(self.tape_g)
        self.x.copy_(x.mT)
        self.fake.copy_(self.made)
        if self.between is None:
            self.D.forward(self.tape)
            self._judge()
            self.D.backward(self.tape, gather=True)
        else:
            torch.lerp(self.fake, self.x, eps.unsqueeze(1), out=self.between)
            self.D.forward(self.seen)
            if self.D.slope is None:
                self.penalty.seed()
            self.D.backward(self.seen)
            self.penalty.lift()
            self.D.gather(self.tape, self.trained)

    def _judge(self) -> None:
        """dL_D/dlogit of data and samples, in one go."""
        for loss, logits, d, targets in self.seeds:
            torch.sub(loss.link(logits), targets, out=d)
            d.mul_(self.share)


class GStep(_Run):
    """A step of G. fresh: its own pass on the tape is that of its present weights."""

    def __init__(self, gan: BatchedGAN, first: int, end: int, fresh: bool) -> None:
        super().__init__(gan, first, end)
        self.fresh = fresh
        self.tape = gan.tapes.f.part(self.models)
        h, d = gan.tapes.f.h[-1][self.rows], gan.tapes.f.d[-1][self.rows]
        seeds = [(loss, h[part], d[part]) for loss, part in self.parts]
        self._judge(seed for seed in seeds if seed[0].penalized)  # the same for all scores
        self.seeds = [seed for seed in seeds if not seed[0].penalized]

    def gradients(self, z: Tensor) -> None:
        """dL_G into G's gradients, for z (R, B, d)."""
        if not self.fresh:
            self.z.copy_(z.mT)
            self.G.forward(self.tape_g)
        self.D.forward(self.tape)
        self._judge(self.seeds)
        self.D.backward(self.tape, inputs=True)
        self.G.backward(self.tape_g, gather=True)

    def _judge(self, seeds: Iterable[tuple[AdversarialLoss, Tensor, Tensor]]) -> None:
        """dL_G/dlogit."""
        for loss, logits, d in seeds:
            torch.mul(loss.generator_grad(logits), self.share, out=d)


class Adam:
    """Adam for all panels of one network: moments in flat buffers, a step count for each panel."""

    def __init__(self, net: BatchedMLP, panels: int) -> None:
        self.net = net
        self.mean, self.square = net.parameters.like(), net.parameters.like()
        self.count = net.W[0].new_zeros(panels, dtype=torch.float32)

    def tensors(self) -> list[Tensor]:
        return [self.mean.flat, self.square.flat, self.count]

    def group(self, first: int, end: int, lr: float) -> Group:
        """Panels first .. end - 1, which have the same rate and count."""
        seeds = len(self.mean.W[0]) // len(self.count)
        rows = slice(first * seeds, end * seeds)
        buffers = [each.blocks(rows) for each in (self.net.parameters, self.net.gradients, self.mean, self.square)]
        return Group(lr, self.count[first:end], buffers)


class Group:
    """Neighbouring models that Adam moves at once, along the gradients that stand in the network's buffer."""

    def __init__(self, lr: float, count: Tensor, buffers: list[list[Tensor]]) -> None:
        self.lr, self.count, self.buffers = lr, count, buffers
        self.one, self.counts = torch.ones_like(count[0]), [count[0]] * len(buffers[0])

    def step(self, lr_scale: float | Tensor, betas: tuple[float, float]) -> None:
        self.count.add_(self.one)
        torch._fused_adam_(
            *self.buffers,
            [],
            self.counts,
            lr=self.lr * lr_scale,
            beta1=betas[0],
            beta2=betas[1],
            weight_decay=0.0,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


def by_seed(rows: Tensor, R: int) -> Tensor:
    """Rows of models (L * R, ...) as (L, R, ...): what is copied there goes to every panel."""
    return rows.view(-1, R, *rows.shape[1:])

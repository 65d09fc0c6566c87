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
from playground.nn.batched_mlp import BatchedMLP, Tape

if TYPE_CHECKING:
    from playground.nn.batched_gan import BatchedGAN


class Tapes(NamedTuple):
    """Workspaces of all models in a step: g of G on z, f of D on G's samples, pairs of D on data and samples; triples
    the same and points between them, for those with a penalty. f goes on from the samples of g, g from the gradients
    of f; a batch of products wants its matrices without gaps, so the pairs are not a part of the triples.
    """

    g: Tape
    f: Tape
    pairs: Tape
    triples: Tape

    @classmethod
    def of(cls, G: BatchedMLP, D: BatchedMLP, B: int) -> Tapes:
        g, f = G.tape(B), D.tape(B)
        g.d[-1] = f.d[0]
        return cls(g, Tape([g.h[-1], *f.h[1:]], f.d, []), D.tape(2 * B), D.tape(3 * B, penalty=True))

    def judged(self, penalized: bool) -> Tape:
        """Where D sees data and samples."""
        return self.triples if penalized else self.pairs


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
        self.share = gan.G.theta.new_tensor(1 / gan.B)  # of a sample in a mean; a tensor, for a number would be cast
        self.parts = [(gan.losses[l], slice((l - first) * gan.R, (l - first + 1) * gan.R)) for l in range(first, end)]


class DStep(_Run):
    """A step of D. All of these panels have a penalty, of one weight, or none has."""

    def __init__(self, gan: BatchedGAN, first: int, end: int) -> None:
        super().__init__(gan, first, end)
        B = gan.B
        self.penalized, self.weight = gan.losses[first].penalized, gan.rates[first].penalty
        tape = gan.tapes.judged(self.penalized)
        self.x, self.fake, *self.between = by_seed(tape.h[0][self.rows], gan.R).split(B, -1)  # (L, R, 2, B) each
        self.made = by_seed(gan.tapes.g.h[-1][self.rows], gan.R)
        self.tape, self.pairs = tape.part(self.models), tape.part(self.models, slice(2 * B))
        self.apart = tape.part(self.models, slice(2 * B, None))
        h, d = tape.h[-1][self.rows], tape.d[-1][self.rows]
        self.seeds = [(loss, h[part].split(B, -1)[:2], d[part].split(B, -1)[:2]) for loss, part in self.parts]
        if self.penalized:  # what a critic's loss makes of a score is the same for all scores
            self._judge()
            self.apart.d[-1].fill_(1)

    def gradients(self, x: Tensor, z: Tensor, eps: Tensor) -> None:
        """dL_D into D.grad for one batch: x (R, B, 2), z (R, B, d), eps (R, B)."""
        self.z.copy_(z.mT)
        self.G.forward(self.tape_g)
        self.x.copy_(x.mT)
        self.fake.copy_(self.made)
        for points in self.between:
            torch.lerp(self.fake, self.x, eps.unsqueeze(1), out=points)
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


class Adam:
    """Adam for all panels of one network: moments in flat buffers, a step count for each panel."""

    def __init__(self, net: BatchedMLP, panels: int) -> None:
        self.net = net
        self.mean, self.square = torch.zeros_like(net.theta), torch.zeros_like(net.theta)
        self.count = net.theta.new_zeros(panels, dtype=torch.float32)

    def tensors(self) -> list[Tensor]:
        return [self.mean, self.square, self.count]

    def group(self, first: int, end: int, lr: float) -> Group:
        """Panels first .. end - 1, which have the same rate and count."""
        seeds = len(self.mean) // len(self.count)
        rows = slice(first * seeds, end * seeds)
        buffers = [[buffer[rows]] for buffer in (self.net.theta, self.net.grad, self.mean, self.square)]
        return Group(lr, self.count[first:end], buffers)


class Group:
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


def by_seed(rows: Tensor, R: int) -> Tensor:
    """Rows of models (L * R, ...) as (L, R, ...): what is copied there goes to every panel."""
    return rows.view(-1, R, *rows.shape[1:])

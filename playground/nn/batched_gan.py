"""Many small GANs trained at once: the engine of the 2-D lab.

M = L losses x R seeds models, each a generator and a discriminator with the same two or more hidden layers, live in
flat (M, P) buffers: parameters, gradients and Adam's moments are rows, layers are views, a network's pass is one
batched matrix product per layer. Models are sorted by loss, so a loss is a slice that only defines dL/dlogit. The
backward pass is written out by hand; nothing is recorded by autograd.

The gradient penalty needs no second derivative for (leaky) ReLU networks. With grad = grad_x f(x_hat),
v = dGP/dgrad and delta_l the backprop of a unit seed to the pre-activations of layer l:

    d<v, grad>/dW_l = delta_l^T t_{l-1},   t_0 = v,   t_l = (t_{l-1} W_l^T) * act'(a_l)

because act' is piecewise constant. Biases get none of it.

Axis letters: M models, R seeds, L losses, N samples, K critic iterations, i/o units in and out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.adversarial import AdversarialLoss

_leak_backward = torch.ops.aten.leaky_relu_backward.grad_input


class Tape:
    """Workspace of one pass: h[l] (M, N, n_l) activations, d[l] (M, N, n_l) gradients by the pre-activations."""

    def __init__(self, h: list[Tensor], d: list[Tensor]) -> None:
        self.h, self.d = h, d

    @classmethod
    def empty(cls, models: int, n: int, sizes: Sequence[int], dtype: torch.dtype) -> Tape:
        def rows(width: int) -> Tensor:
            return torch.zeros(models, n, width, dtype=dtype)

        # The last layer is thin (1 or 2 units): its products are faster with samples in the last, contiguous axis.
        def columns(width: int) -> Tensor:
            return torch.zeros(models, width, n, dtype=dtype).transpose(1, 2)

        return cls([*map(rows, sizes[:-1]), columns(sizes[-1])], [*map(rows, sizes[:-1]), columns(sizes[-1])])

    def __getitem__(self, models: slice) -> Tape:
        return Tape([h[models] for h in self.h], [d[models] for d in self.d])


class BatchedMLP:
    """M multilayer perceptrons of one shape as a flat (M, P) buffer, each row in the order of `nn.Sequential`.

    theta, grad: (M, P). sizes: units per layer, input first. slope: of the leaky ReLU; 0 is ReLU.
    """

    def __init__(self, theta: Tensor, sizes: Sequence[int], slope: float, grad: Tensor | None = None) -> None:
        self.theta, self.sizes, self.slope = theta, tuple(sizes), slope
        self.grad = torch.zeros_like(theta) if grad is None else grad
        self.W, self.b = self._views(self.theta)  # W[l] (M, o, i), b[l] (M, 1, o)
        self.dW, self.db = self._views(self.grad)

    def _views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        W, b, at = [], [], 0
        for i, o in zip(self.sizes, self.sizes[1:], strict=False):
            W.append(flat[:, at : at + o * i].unflatten(1, (o, i)))
            b.append(flat[:, at + o * i : at + o * i + o].unsqueeze(1))
            at += o * i + o
        if at != flat.shape[1]:
            raise ValueError(f"expected rows of {at} parameters for layers {self.sizes}, got {flat.shape[1]}")
        return W, b

    def __getitem__(self, models: slice) -> BatchedMLP:
        return BatchedMLP(self.theta[models], self.sizes, self.slope, self.grad[models])

    def forward(self, tape: Tape) -> Tensor:
        """Fill tape.h from tape.h[0]; returns the output (M, N, o)."""
        *hidden, last = range(len(self.W))
        for l in hidden:
            torch.baddbmm(self.b[l], tape.h[l], self.W[l].mT, out=tape.h[l + 1])
            torch.nn.functional.leaky_relu_(tape.h[l + 1], self.slope)
        torch.baddbmm(self.b[last].mT, self.W[last], tape.h[last].mT, out=tape.h[-1].mT)
        return tape.h[-1]

    def backward(self, tape: Tape, *, weights: bool = True, inputs: bool = False) -> Tensor:
        """From tape.d[-1] to the gradients: by the weights into `grad`, by the inputs into tape.d[0], returned."""
        for l in reversed(range(len(self.W))):
            d = tape.d[l + 1]
            if weights:
                _outer(d, tape.h[l], self.dW[l])
                torch.sum(d, 1, keepdim=True, out=self.db[l])
            if l > 0 or inputs:
                self._down(d, l, tape.d[l])
            if l > 0:
                self._through(tape.d[l], tape.h[l])
        return tape.d[0]

    def _down(self, d: Tensor, l: int, out: Tensor) -> None:
        """out = d W_l: (M, N, o) -> (M, N, i)."""
        if d.shape[2] == 1:
            torch.mul(d, self.W[l], out=out)
        else:
            torch.bmm(d, self.W[l], out=out)

    def _through(self, d: Tensor, h: Tensor) -> None:
        """d *= act'(a), read off the activation h = act(a)."""
        _leak_backward(d, h, self.slope, True, grad_input=d)

    def penalize(self, tape: Tape, weight: float) -> Tensor:
        """Add the gradient of weight * E (||grad_x f|| - 1)^2 at the points tape.h[0] to `grad`. Returns the penalty (M,).

        Overwrites tape. f has one output.
        """
        self.forward(tape)
        tape.d[-1].fill_(1)
        grad = self.backward(tape, weights=False, inputs=True)  # (M, N, i): grad_x f of every sample
        norm = grad.norm(dim=2, keepdim=True)
        scale = (norm - 1) / norm.clamp_min(1e-12) * (2 * weight / grad.shape[1])
        t = grad * scale  # v = dGP/dgrad
        for l in range(len(self.W)):
            self.dW[l].add_(_outer(tape.d[l + 1], t))
            if l + 1 < len(self.W):
                t = torch.bmm(t, self.W[l].mT)
                self._through(t, tape.h[l + 1])
        return (norm - 1).square_().mean((1, 2)).mul_(weight)


def _outer(d: Tensor, h: Tensor, out: Tensor | None = None) -> Tensor:
    """d^T h: (M, N, o), (M, N, i) -> (M, o, i). The thin factor goes left, where the product is several times faster."""
    if h.shape[2] < d.shape[2]:
        product = torch.bmm(h.mT, d).mT
        return product if out is None else out.copy_(product)
    return torch.bmm(d.mT, h) if out is None else torch.bmm(d.mT, h, out=out)


@dataclass(frozen=True)
class Rates:
    """What one loss trains with: learning rates of Adam and D steps per G step."""

    lr_g: float
    lr_d: float
    critic_steps: int = 1


class _Block:
    """Neighbouring models with equal rates: they step together, with one Adam for G and one for D."""

    def __init__(self, models: slice, rates: Rates, betas: tuple[float, float], gan: BatchedGAN) -> None:
        self.models, self.rates = models, rates
        self.adam_g = _adam(gan.G[models], rates.lr_g, betas)
        self.adam_d = _adam(gan.D[models], rates.lr_d, betas)


def _adam(net: BatchedMLP, lr: float, betas: tuple[float, float]) -> torch.optim.Adam:
    parameter = torch.nn.Parameter(net.theta)
    parameter.grad = net.grad
    return torch.optim.Adam([parameter], lr=lr, betas=betas, fused=True)


class BatchedGAN:
    """L losses x R seeds GANs, model l * R + r trained with losses[l] from initial weights r.

    theta_g (R, P_G), theta_d (R, P_D): initial weights, the same for every loss. sizes_g, sizes_d: layers, input first.
    rates: one per loss. penalty: weight of the gradient penalty. ema: decay of the averaged generator, 0 for none.
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
        slope: float = 0.0,
        penalty: float = 0.1,
        betas: tuple[float, float] = (0.5, 0.9),
        ema: float = 0.0,
    ) -> None:
        if len(losses) != len(rates):
            raise ValueError(f"expected one Rates per loss, got {len(rates)} for {len(losses)} losses")
        self.losses, self.rates, self.penalty, self.ema = tuple(losses), tuple(rates), penalty, ema
        self.R, self.B, L = len(theta_g), batch, len(losses)
        self.M = L * self.R
        dtype = theta_g.dtype
        self.G = BatchedMLP(theta_g.repeat(L, 1), sizes_g, slope)
        self.D = BatchedMLP(theta_d.repeat(L, 1), sizes_d, slope)
        self.average = self.G.theta.clone() if ema else None
        self.steps = 0
        self.slices = [slice(l * self.R, (l + 1) * self.R) for l in range(L)]
        self._tape_g = Tape.empty(self.M, batch, sizes_g, dtype)
        self._tape_d = Tape.empty(self.M, 2 * batch, sizes_d, dtype)  # real, then fake
        self._tape_f = Tape.empty(self.M, batch, sizes_d, dtype)  # fake alone, for G; mixtures, for the penalty
        self.loss_d = torch.zeros(self.M, dtype=dtype)  # of the last step that computed them (see `evaluate`)
        self._blocks = [_Block(models, rate, betas, self) for models, rate in self._runs()]

    def _runs(self) -> list[tuple[slice, Rates]]:
        runs: list[tuple[slice, Rates]] = []
        for models, rates in zip(self.slices, self.rates, strict=True):
            if runs and runs[-1][1] == rates:
                runs[-1] = (slice(runs[-1][0].start, models.stop), rates)
            else:
                runs.append((models, rates))
        return runs

    @property
    def critic_steps(self) -> int:
        """K: how many data batches a step takes."""
        return max(rates.critic_steps for rates in self.rates)

    def step(self, x: Tensor, z: Tensor, eps: Tensor, lr_scale: float = 1.0) -> None:
        """One G step of every model after its D steps.

        x (K, R, B, 2) data, z (K, R, B, d) noise, eps (K, R, B) in [0, 1] for the penalty. A loss with k critic steps
        uses iterations k-1 .. 0, so the last one and G's step see the same x and z in every model.
        """
        for k in reversed(range(self.critic_steps)):
            for models in self._active(k):
                self._critic_step(models, x[k], z[k], eps[k])
            for block in self._blocks:
                if block.rates.critic_steps > k:
                    _update(block.adam_d, block.rates.lr_d * lr_scale)
        self._generator_step()
        for block in self._blocks:
            _update(block.adam_g, block.rates.lr_g * lr_scale)
        if self.average is not None:
            self.average.lerp_(self.G.theta, 1 - self.ema)
        self.steps += 1

    def _active(self, k: int) -> list[slice]:
        """The models that take critic iteration k, in as few runs as possible."""
        runs: list[slice] = []
        for block in self._blocks:
            if block.rates.critic_steps <= k:
                continue
            if runs and runs[-1].stop == block.models.start:
                runs[-1] = slice(runs[-1].start, block.models.stop)
            else:
                runs.append(block.models)
        return runs

    def _parts(self, models: slice) -> list[tuple[AdversarialLoss, slice]]:
        """The losses inside a run of models, with slices counted from its start."""
        inside = [(loss, s) for loss, s in zip(self.losses, self.slices, strict=True) if s.start >= models.start]
        return [
            (loss, slice(s.start - models.start, s.stop - models.start)) for loss, s in inside if s.stop <= models.stop
        ]

    def _critic_step(self, models: slice, x: Tensor, z: Tensor, eps: Tensor) -> None:
        """Gradients of D for one batch: x (R, B, 2), z (R, B, d), eps (R, B)."""
        G, D, tape_g, tape_d = self.G[models], self.D[models], self._tape_g[models], self._tape_d[models]
        _spread(tape_g.h[0], z)
        fake = G.forward(tape_g)
        _spread(tape_d.h[0][:, : self.B], x)
        tape_d.h[0][:, self.B :] = fake
        logits, d = D.forward(tape_d), tape_d.d[-1]
        for loss, part in self._parts(models):
            real_grad, fake_grad = loss.discriminator_grad(logits[part, : self.B], logits[part, self.B :])
            torch.mul(real_grad, 1 / self.B, out=d[part, : self.B])
            torch.mul(fake_grad, 1 / self.B, out=d[part, self.B :])
        D.backward(tape_d)
        for loss, part in self._parts(models):
            if loss.penalized:
                tape = self._tape_f[models][part]
                real, fakes = tape_d.h[0][part, : self.B], tape_d.h[0][part, self.B :]
                torch.lerp(fakes, real, eps.repeat(len(real) // self.R, 1).unsqueeze(2), out=tape.h[0])
                D[part].penalize(tape, self.penalty)

    def _generator_step(self) -> None:
        """Gradients of G. Its own forward pass still stands on the tape: G has not moved since the last D step."""
        tape = self._tape_f
        tape.h[0].copy_(self._tape_g.h[-1])
        logits = self.D.forward(tape)
        self._seed_generator(tape, logits, 1 / self.B)
        self._tape_g.d[-1].copy_(self.D.backward(tape, weights=False, inputs=True))
        self.G.backward(self._tape_g)

    def _seed_generator(self, tape: Tape, logits: Tensor, scale: float) -> None:
        for loss, part in zip(self.losses, self.slices, strict=True):
            torch.mul(loss.generator_grad(logits[part]), scale, out=tape.d[-1][part])

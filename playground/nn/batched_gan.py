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
    """Workspace of one pass: h[l] (M, N, n_l) activations, d[l] (M, N, n_l) gradients by the pre-activations, t[l] the
    forward pass of the penalty's gradient (see above). Allocated once: fresh memory would cost more than the products.
    """

    def __init__(self, h: list[Tensor], d: list[Tensor], t: list[Tensor]) -> None:
        self.h, self.d, self.t = h, d, t

    @classmethod
    def empty(cls, models: int, n: int, sizes: Sequence[int], dtype: torch.dtype) -> Tape:
        def rows(width: int) -> Tensor:
            return torch.zeros(models, n, width, dtype=dtype)

        # The last layer is thin (1 or 2 units): its products are faster with samples in the last, contiguous axis.
        def columns(width: int) -> Tensor:
            return torch.zeros(models, width, n, dtype=dtype).transpose(1, 2)

        h, d = ([*map(rows, sizes[:-1]), columns(sizes[-1])] for _ in range(2))
        return cls(h, d, [*map(rows, sizes[:-1])])

    def __getitem__(self, models: slice) -> Tape:
        return Tape(*([tensor[models] for tensor in tensors] for tensors in (self.h, self.d, self.t)))


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
        layers = list(zip(self.sizes, self.sizes[1:], strict=False))
        expected = sum(o * i + o for i, o in layers)
        if expected != flat.shape[1]:
            raise ValueError(f"expected rows of {expected} parameters for layers {self.sizes}, got {flat.shape[1]}")
        W, b, at = [], [], 0
        for i, o in layers:
            W.append(flat[:, at : at + o * i].unflatten(1, (o, i)))
            b.append(flat[:, at + o * i : at + o * i + o].unsqueeze(1))
            at += o * i + o
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
        elif out.shape[2] < 8:  # thin: the transposed product is several times faster
            out.copy_(torch.bmm(self.W[l].mT.contiguous(), d.mT).mT)
        else:
            torch.bmm(d, self.W[l], out=out)

    def _through(self, d: Tensor, h: Tensor) -> None:
        """d *= act'(a), read off the activation h = act(a)."""
        _leak_backward(d, h, self.slope, True, grad_input=d)

    def penalize(self, tape: Tape, weight: float) -> Tensor:
        """Add the gradient of weight * E (||grad_x f|| - 1)^2 at the points tape.h[0] to `grad`.

        Returns the penalty (M,), overwrites tape. f has one output.
        """
        self.forward(tape)
        tape.d[-1].fill_(1)
        grad = self.backward(tape, weights=False, inputs=True)  # (M, N, i): grad_x f of every sample
        norm = grad.norm(dim=2, keepdim=True)
        scale = (norm - 1) / norm.clamp_min(1e-12) * (2 * weight / grad.shape[1])
        torch.mul(grad, scale, out=tape.t[0])  # v = dGP/dgrad
        for l, t in enumerate(tape.t):
            self.dW[l].add_(_outer(tape.d[l + 1], t))
            if l + 1 < len(self.W):
                torch.bmm(t, self.W[l].mT, out=tape.t[l + 1])
                self._through(tape.t[l + 1], tape.h[l + 1])
        return (norm - 1).square_().mean((1, 2)).mul_(weight)


def _outer(d: Tensor, h: Tensor, out: Tensor | None = None) -> Tensor:
    """d^T h: (M, N, o), (M, N, i) -> (M, o, i). The thin factor goes left, where the product is much faster."""
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


class BatchedGAN:
    """L losses x R seeds GANs; model l * R + r is trained with losses[l] from the initial weights r.

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
        self.L, self.R, self.B = len(losses), len(theta_g), batch
        self.M = self.L * self.R
        self.G = BatchedMLP(theta_g.repeat(self.L, 1), sizes_g, slope)
        self.D = BatchedMLP(theta_d.repeat(self.L, 1), sizes_d, slope)
        self.average = self.G.theta.clone() if ema else None
        self.steps = 0
        tapes = (self._tape(self.G, batch), self._tape(self.D, 2 * batch), self._tape(self.D, batch))
        self._blocks = [_Block(run, rate, betas) for run, rate in self._equal_rates(tapes)]
        self._active = [self._active_runs(k, tapes) for k in range(self.critic_steps)]
        self._all = _Run(self, slice(0, self.M), *tapes)

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
            for run in self._active[k]:
                run.critic_gradients(x[k], z[k], eps[k], self.penalty)
            for block in self._blocks:
                if block.rates.critic_steps > k:
                    block.step_d(lr_scale)
        self._all.generator_gradients()
        for block in self._blocks:
            block.step_g(lr_scale)
        if self.average is not None:
            self.average.lerp_(self.G.theta, 1 - self.ema)
        self.steps += 1

    # -- what the lab looks at --------------------------------------------------------------------------------------

    def generate(self, z: Tensor) -> Tensor:
        """Samples (M, n, 2) of every model (of its averaged generator, where there is one) for z (R, n, d)."""
        net = self.G if self.average is None else BatchedMLP(self.average, self.G.sizes, self.G.slope)
        return self._run(net, z)

    def discriminate(self, x: Tensor) -> Tensor:
        """Logits or scores (M, n) of every D at the points x (n, 2)."""
        return self._run(self.D, x.expand(self.R, *x.shape)).squeeze(2)

    def pull(self, z: Tensor) -> Tensor:
        """dL_G/dx (M, n, 2) at the samples of z (R, n, d), each sample for itself: the signal that reaches G."""
        tape = self._tape(self.D, z.shape[1])
        tape.h[0].copy_(self._run(self.G, z))
        logits = self.D.forward(tape)
        for loss, s in self._slices():
            tape.d[-1][s] = loss.generator_grad(logits[s])
        return self.D.backward(tape, weights=False, inputs=True)

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
        return [torch.tensor(self.steps), *(tensor.clone() for tensor in self._tensors())]

    def restore(self, state: list[Tensor]) -> None:
        """Go back to a `state()` of an engine built with the same arguments."""
        for tensor, saved in zip(self._tensors(), state[1:], strict=True):
            tensor.copy_(saved)
        self.steps = int(state[0])

    def _tensors(self) -> list[Tensor]:
        moments = [tensor for block in self._blocks for tensor in block.moments()]
        return [self.G.theta, self.D.theta, *([] if self.average is None else [self.average]), *moments]

    # -- inside --- -------------------------------------------------------------------------------------------------

    def _tape(self, net: BatchedMLP, n: int) -> Tape:
        return Tape.empty(self.M, n, net.sizes, net.theta.dtype)

    def _run(self, net: BatchedMLP, x: Tensor, spread: bool = True) -> Tensor:
        tape = self._tape(net, x.shape[1])
        _spread(tape.h[0], x) if spread else tape.h[0].copy_(x)
        return net.forward(tape)

    def _slices(self) -> list[tuple[AdversarialLoss, slice]]:
        return [(loss, slice(l * self.R, (l + 1) * self.R)) for l, loss in enumerate(self.losses)]

    def _equal_rates(self, tapes: tuple[Tape, Tape, Tape]) -> list[tuple[_Run, Rates]]:
        """Neighbouring losses with equal rates, as one run each."""
        ends = [l + 1 for l in range(self.L) if l + 1 == self.L or self.rates[l] != self.rates[l + 1]]
        starts = [0, *ends[:-1]]
        return [(self._make(a, b, tapes), self.rates[a]) for a, b in zip(starts, ends, strict=True)]

    def _active_runs(self, k: int, tapes: tuple[Tape, Tape, Tape]) -> list[_Run]:
        """The losses that take critic iteration k, in as few runs as possible."""
        busy = [rates.critic_steps > k for rates in self.rates]
        starts = [l for l in range(self.L) if busy[l] and (l == 0 or not busy[l - 1])]
        ends = [l + 1 for l in range(self.L) if busy[l] and (l + 1 == self.L or not busy[l + 1])]
        return [self._make(a, b, tapes) for a, b in zip(starts, ends, strict=True)]

    def _make(self, first: int, end: int, tapes: tuple[Tape, Tape, Tape]) -> _Run:
        return _Run(self, slice(first * self.R, end * self.R), *tapes)


class _Run:
    """Views of a run of neighbouring models: their networks, their rows of the tapes, their losses as slices."""

    def __init__(self, gan: BatchedGAN, models: slice, tape_g: Tape, tape_d: Tape, tape_f: Tape) -> None:
        self.B = gan.B
        self.G, self.D = gan.G[models], gan.D[models]
        self.tape_g, self.tape_d, self.tape_f = tape_g[models], tape_d[models], tape_f[models]
        self.parts = [
            (loss, slice(s.start - models.start, s.stop - models.start))
            for loss, s in gan._slices()
            if models.start <= s.start and s.stop <= models.stop
        ]
        self.x, self.fake = self.tape_d.h[0][:, : self.B], self.tape_d.h[0][:, self.B :]
        self.penalized = [(self.D[part], self.tape_f[part], part) for loss, part in self.parts if loss.penalized]

    def critic_gradients(self, x: Tensor, z: Tensor, eps: Tensor, penalty: float) -> None:
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
        for D, tape, part in self.penalized:
            torch.lerp(self.fake[part], self.x[part], eps.unsqueeze(2), out=tape.h[0])
            D.penalize(tape, penalty)

    def generator_gradients(self) -> None:
        """dL_G into G.grad. G's own pass still stands on its tape: G has not moved since the last D step."""
        tape = self.tape_f
        tape.h[0].copy_(self.tape_g.h[-1])
        logits = self.D.forward(tape)
        for loss, part in self.parts:
            torch.mul(loss.generator_grad(logits[part]), 1 / self.B, out=tape.d[-1][part])
        self.tape_g.d[-1].copy_(self.D.backward(tape, weights=False, inputs=True))
        self.G.backward(self.tape_g)


class _Block:
    """Neighbouring models with equal rates step together: one Adam for their Gs, one for their Ds."""

    def __init__(self, run: _Run, rates: Rates, betas: tuple[float, float]) -> None:
        self.rates = rates
        self._adam_g, self._adam_d = _adam(run.G, betas), _adam(run.D, betas)

    def step_g(self, lr_scale: float) -> None:
        _step(self._adam_g, self.rates.lr_g * lr_scale)

    def step_d(self, lr_scale: float) -> None:
        _step(self._adam_d, self.rates.lr_d * lr_scale)

    def moments(self) -> list[Tensor]:
        """Adam's step counts and moments, G's before D's."""
        return [
            state[name]
            for adam in (self._adam_g, self._adam_d)
            for state in adam.state.values()
            for name in ("step", "exp_avg", "exp_avg_sq")
        ]


def _adam(net: BatchedMLP, betas: tuple[float, float]) -> torch.optim.Adam:
    parameter = torch.nn.Parameter(net.theta)  # shares the memory of the flat buffer
    parameter.grad = net.grad
    adam = torch.optim.Adam([parameter], betas=betas, fused=True)
    _step(adam, 0.0)  # makes the moments exist, as zeros, for `state` and `restore`
    adam.state[parameter]["step"].zero_()
    return adam


def _step(adam: torch.optim.Adam, lr: float) -> None:
    adam.param_groups[0]["lr"] = lr
    adam.step()


def _spread(out: Tensor, x: Tensor) -> None:
    """Give the same rows x (R, N, i) to every loss: out (L * R, N, i)."""
    out.unflatten(0, (-1, len(x))).copy_(x)

"""Many multilayer perceptrons of one shape at once, with a backward pass written out by hand.

Samples are the last, contiguous axis: a layer is h_{l+1} = act(W h_l + b) as it stands in the books, nothing has to be
transposed on the way, and the products with the thin layers at both ends (1 or 2 units) are the fast ones.

The gradient penalty needs no second derivative for (leaky) ReLU networks. With grad = grad_x f(x_hat),
v = dGP/dgrad and delta_l the backprop of a unit seed to the pre-activations of layer l:

    d<v, grad>/dW_l = delta_l t_{l-1}^T,   t_0 = v,   t_l = (W_l t_{l-1}) * act'(a_l)

because act' is piecewise constant. Biases get none of it. For tanh, act'' = -2 h act' adds one more pass down,

    abar_l = -2 h_l (W_l t_{l-1}) delta_l + act'(a_l) (W_{l+1}^T abar_{l+1}),   dW_l += abar_l h_{l-1}^T,

and db_l += abar_l, summed over the samples.

Axis letters: M models, N samples, i/o units in and out. A single model may come without the axis M: its products are
then those of matrices, which are cheaper to call than those of batches.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_leak_backward = torch.ops.aten.leaky_relu_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


class Tape:
    """Workspace of one pass: h[l] (M, n_l, N) activations, d[l] (M, n_l, N) gradients by the pre-activations, t[l] the
    forward pass of the penalty's gradient (see above); hT, tT: their transposes. d or t may be empty.

    Allocated once, views and all: fresh memory would cost more than the products, and so would making the views.
    """

    def __init__(self, h: list[Tensor], d: list[Tensor], t: list[Tensor]) -> None:
        self.h, self.d, self.t = h, d, t
        self.hT, self.tT = [a.mT for a in h], [a.mT for a in t]

    def part(self, models: slice | int, samples: slice = slice(None)) -> Tape:
        """Views of some models and samples; of one model, by its number, without the axis M."""
        return Tape(*([a[models][..., samples] for a in arrays] for arrays in (self.h, self.d, self.t)))


class BatchedMLP:
    """M multilayer perceptrons of one shape as a flat (M, P) buffer, each row in the order of `nn.Sequential`.

    theta, grad: (M, P), or (P,) for a single one. sizes: units per layer, input first. slope: of the leaky ReLU; 0 is
    ReLU, None is tanh.
    """

    def __init__(self, theta: Tensor, sizes: Sequence[int], slope: float | None, grad: Tensor | None = None) -> None:
        self.theta, self.sizes, self.slope = theta, tuple(sizes), slope
        self.grad = torch.zeros_like(theta) if grad is None else grad
        self.W, self.b = self._views(self.theta)  # W[l] (M, o, i), b[l] (M, o, 1)
        self.dW, self.db = self._views(self.grad)
        self.WT = [W.mT for W in self.W]
        self._mm, self._addmm = (torch.mm, torch.addmm) if theta.dim() == 1 else (torch.bmm, torch.baddbmm)

    def _views(self, flat: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        layers = list(zip(self.sizes, self.sizes[1:], strict=False))
        expected = sum(o * i + o for i, o in layers)
        if expected != flat.shape[-1]:
            raise ValueError(f"expected rows of {expected} parameters for layers {self.sizes}, got {flat.shape[-1]}")
        W, b, at = [], [], 0
        for i, o in layers:
            W.append(flat[..., at : at + o * i].unflatten(-1, (o, i)))
            b.append(flat[..., at + o * i : at + o * i + o].unsqueeze(-1))
            at += o * i + o
        return W, b

    def __getitem__(self, models: slice | int) -> BatchedMLP:
        return BatchedMLP(self.theta[models], self.sizes, self.slope, self.grad[models])

    def tape(self, n: int, backward: bool = True, penalty: bool = False) -> Tape:
        """A workspace for n samples per model: for the pass forward, and for the others that are asked for."""

        def arrays(wanted: bool) -> list[Tensor]:
            return [self.theta.new_zeros(*self.theta.shape[:-1], width, n) for width in self.sizes if wanted]

        return Tape(arrays(True), arrays(backward), arrays(penalty))

    def forward(self, tape: Tape) -> Tensor:
        """Fill tape.h from tape.h[0]; returns the output (M, o, N)."""
        last = len(self.W) - 1
        for l, W in enumerate(self.W):
            self._addmm(self.b[l], W, tape.h[l], out=tape.h[l + 1])
            if l < last:
                self._activate(tape.h[l + 1])
        return tape.h[-1]

    def backward(self, tape: Tape, inputs: bool = False) -> Tensor:
        """From tape.d[-1] down to the gradients by the pre-activations, and by the inputs: tape.d[0], returned."""
        for l in range(len(self.W) - 1, 0, -1):
            self._down(tape, l)
            self._through(tape.d[l], tape.h[l])
        if inputs:
            self._down(tape, 0)
        return tape.d[0]

    def gather(self, tape: Tape) -> None:
        """Fill `grad`, summed over the samples, from both passes on the tape."""
        for l, d in enumerate(tape.d[1:]):
            self._mm(d, tape.hT[l], out=self.dW[l])
            torch.sum(d, -1, keepdim=True, out=self.db[l])

    def _down(self, tape: Tape, l: int) -> None:
        """d_l = W_l^T d_{l+1}, not yet through the activation."""
        product = torch.mul if self.sizes[l + 1] == 1 else self._mm  # of a column and a row: the same, and faster
        product(self.WT[l], tape.d[l + 1], out=tape.d[l])

    def _activate(self, a: Tensor) -> None:
        if self.slope is None:
            a.tanh_()
        elif self.slope == 0:
            a.relu_()
        else:
            torch.nn.functional.leaky_relu_(a, self.slope)

    def _through(self, d: Tensor, h: Tensor) -> None:
        """d *= act'(a), read off the activation h = act(a)."""
        if self.slope is None:
            _tanh_backward(d, h, grad_input=d)
        else:
            _leak_backward(d, h, self.slope, True, grad_input=d)

    def penalize(self, tape: Tape, weight: float) -> None:
        """Add the gradient of weight * E (||grad_x f|| - 1)^2 to `grad`, at the points tape.h[0], from where both
        passes of a unit seed stand on the tape. f has one output. Overwrites tape.d.
        """
        self._down(tape, 0)
        grad = tape.d[0]  # grad_x f of every sample (M, i, N)
        scale = 2 * weight / grad.shape[-1]
        norm = grad.square().sum(-2, keepdim=True).sqrt_().clamp_min_(1e-12)
        torch.addcdiv(grad, grad, norm, value=-1, out=tape.t[0])  # v / scale
        for l, W in enumerate(self.W):
            self._addmm(self.dW[l], tape.d[l + 1], tape.tT[l], alpha=scale, out=self.dW[l])
            if l + 1 < len(self.W):
                self._mm(W, tape.t[l], out=tape.t[l + 1])
                if self.slope is None:  # what delta is needed for is done: its place takes the source of abar
                    tape.d[l + 1].mul_(tape.t[l + 1]).mul_(tape.h[l + 1]).mul_(-2)
                self._through(tape.t[l + 1], tape.h[l + 1])
        if self.slope is None:
            self._curvature(tape, scale)

    def _curvature(self, tape: Tape, scale: float) -> None:
        """The penalty's second pass down, from the sources in tape.d of the hidden layers; see the module."""
        for l in reversed(range(len(self.W) - 1)):
            d = tape.d[l + 1]
            self._addmm(self.dW[l], d, tape.hT[l], alpha=scale, out=self.dW[l])
            self.db[l].add_(d.sum(-1, keepdim=True), alpha=scale)
            if l > 0:
                below = self._mm(self.WT[l], d)
                self._through(below, tape.h[l])
                tape.d[l].add_(below)

"""Many multilayer perceptrons of one shape at once, with a backward pass written out by hand.

The gradient penalty needs no second derivative for (leaky) ReLU networks. With grad = grad_x f(x_hat),
v = dGP/dgrad and delta_l the backprop of a unit seed to the pre-activations of layer l:

    d<v, grad>/dW_l = delta_l^T t_{l-1},   t_0 = v,   t_l = (t_{l-1} W_l^T) * act'(a_l)

because act' is piecewise constant. Biases get none of it. For tanh, act'' = -2 h act' adds one more pass down,

    abar_l = -2 h_l (t_{l-1} W_l^T) delta_l + act'(a_l) (abar_{l+1} W_{l+1}),   dW_l += abar_l^T h_{l-1},

and db_l += abar_l, summed over the samples.

Axis letters: M models, N samples, i/o units in and out.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_leak_backward = torch.ops.aten.leaky_relu_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


class Tape:
    """Workspace of one pass: h[l] (M, N, n_l) activations, d[l] (M, N, n_l) gradients by the pre-activations, t[l] the
    forward pass of the penalty's gradient (see above). Allocated once: fresh memory would cost more than the products.
    """

    def __init__(self, h: list[Tensor], d: list[Tensor], t: list[Tensor]) -> None:
        self.h, self.d, self.t = h, d, t

    @classmethod
    def empty(cls, models: int, n: int, sizes: Sequence[int], dtype: torch.dtype, backward: bool = True) -> Tape:
        def rows(width: int) -> Tensor:
            return torch.zeros(models, n, width, dtype=dtype)

        # The last layer is thin (1 or 2 units): its products are faster with samples in the last, contiguous axis.
        def columns(width: int) -> Tensor:
            return torch.zeros(models, width, n, dtype=dtype).transpose(1, 2)

        h = [*map(rows, sizes[:-1]), columns(sizes[-1])]
        if not backward:
            return cls(h, [], [])
        d = [*map(rows, sizes[:-1]), columns(sizes[-1])]
        return cls(h, d, [*map(rows, sizes[:-1])])

    def __getitem__(self, models: slice) -> Tape:
        return Tape(*([tensor[models] for tensor in tensors] for tensors in (self.h, self.d, self.t)))


class BatchedMLP:
    """M multilayer perceptrons of one shape as a flat (M, P) buffer, each row in the order of `nn.Sequential`.

    theta, grad: (M, P). sizes: units per layer, input first. slope: of the leaky ReLU; 0 is ReLU, None is tanh.
    """

    def __init__(self, theta: Tensor, sizes: Sequence[int], slope: float | None, grad: Tensor | None = None) -> None:
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
            self._activate(tape.h[l + 1])
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
                if self.slope is None:  # what delta is needed for is done: its place takes the source of abar
                    tape.d[l + 1].mul_(tape.t[l + 1]).mul_(tape.h[l + 1]).mul_(-2)
                self._through(tape.t[l + 1], tape.h[l + 1])
        if self.slope is None:
            self._curvature(tape)
        return (norm - 1).square_().mean((1, 2)).mul_(weight)

    def _curvature(self, tape: Tape) -> None:
        """The penalty's second pass down, from the sources in tape.d of the hidden layers; see the module."""
        for l in reversed(range(len(self.W) - 1)):
            d = tape.d[l + 1]
            self.dW[l].add_(_outer(d, tape.h[l]))
            self.db[l].add_(d.sum(1, keepdim=True))
            if l > 0:
                below = torch.bmm(d, self.W[l])
                self._through(below, tape.h[l])
                tape.d[l].add_(below)


def _outer(d: Tensor, h: Tensor, out: Tensor | None = None) -> Tensor:
    """d^T h: (M, N, o), (M, N, i) -> (M, o, i). The thin factor goes left, where the product is much faster."""
    if h.shape[2] < d.shape[2]:
        product = torch.bmm(h.mT, d).mT
        return product if out is None else out.copy_(product)
    return torch.bmm(d.mT, h) if out is None else torch.bmm(d.mT, h, out=out)

"""Many multilayer perceptrons of one shape at once, with a backward pass written out by hand.

Samples are the last, contiguous axis: a layer is h_{l+1} = act(W h_l + b) as it stands in the books, nothing has to be
transposed on the way, and the products with the thin layers at both ends (1 or 2 units) are the fast ones. Parameters
lie layer by layer, all models of a layer together: a batch of products wants to write its matrices without gaps.

The gradient penalty needs no second derivative for (leaky) ReLU networks. With grad = grad_x f(x_hat),
v = dGP/dgrad and delta_l the backprop of a unit seed to the pre-activations of layer l:

    d<v, grad>/dW_l = delta_l t_{l-1}^T,   t_0 = v,   t_l = (W_l t_{l-1}) * act'(a_l)

because act' is piecewise constant. Biases get none of it. The activations at x_hat are needed for act' only, so t takes
their place, and one product per layer gives the gradient of loss and penalty together.

For tanh, act'' = -2 h act' adds one more pass down,

    abar_l = -2 h_l (W_l t_{l-1}) delta_l + act'(a_l) (W_{l+1}^T abar_{l+1}),   dW_l += abar_l h_{l-1}^T,

and db_l += abar_l, summed over the samples. There delta and t get samples of their own, and abar takes delta's place.

Axis letters: M models, N samples, i/o units in and out, P parameters. A single model may come without the axis M: its
products are then those of matrices, which are cheaper to call than those of batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

_leak_backward = torch.ops.aten.leaky_relu_backward.grad_input
_relu_backward = torch.ops.aten.threshold_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


class Tape:
    """Workspace of one pass: h[l] (M, n_l, N) activations, d[l] (M, n_l, N) gradients by the pre-activations; hT: the
    transposed h. d may be empty.

    Allocated once, views and all: fresh memory would cost more than the products, and so would making the views.
    """

    def __init__(self, h: list[Tensor], d: list[Tensor]) -> None:
        self.h, self.d = h, d
        self.hT = [a.mT for a in h]

    def within(self, room: Tape) -> Tape:
        """The same, with what lies between its ends in the room of a larger tape that nobody needs meanwhile."""

        def there(inner: Tensor, large: Tensor) -> Tensor:
            return large.flatten()[: inner.numel()].view_as(inner)

        h, d = (
            [own[0], *map(there, own[1:-1], other[1:-1]), own[-1]]
            for own, other in ((self.h, room.h), (self.d, room.d))
        )
        return Tape(h, d)

    def folded(self) -> Tape:
        """The same with d_l in the room of h_{l+1}, which nobody needs any more when `backward` makes d_l, unless the
        parameters' gradients are gathered later. A core's cache then holds more models."""
        inner = zip(self.d[1:-2], self.h[2:-1], strict=True)
        return Tape(self.h, [self.d[0], *(h if h.shape == d.shape else d for d, h in inner), *self.d[-2:]])

    def part(self, models: slice | int, samples: slice = slice(None)) -> Tape:
        """Views of some models and samples; of one model, by its number, without the axis M."""
        return Tape(*([a[models][..., samples] for a in arrays] for arrays in (self.h, self.d)))


class Parameters:
    """The parameters of M networks, or something for each of them: flat, and as W[l] (M, o, i) and b[l] (M, o, 1)."""

    def __init__(self, flat: Tensor, sizes: Sequence[int]) -> None:
        self.flat, self.sizes = flat, sizes
        M, at = len(flat) // count(sizes), 0
        self.W: list[Tensor] = []
        self.b: list[Tensor] = []
        for i, o in zip(sizes, sizes[1:], strict=False):
            for kept, width in ((self.W, i), (self.b, 1)):
                kept.append(flat[at : at + M * o * width].view(M, o, width))
                at += M * o * width

    @classmethod
    def of(cls, rows: Tensor, sizes: Sequence[int]) -> Parameters:
        """From rows (M, P), each in the order of `nn.Sequential`."""
        if count(sizes) != rows.shape[-1]:
            raise ValueError(
                f"expected rows of {count(sizes)} parameters for layers {tuple(sizes)}, got {rows.shape[-1]}"
            )
        made = cls(torch.empty_like(rows).flatten(), sizes)
        for array, part in zip(made.arrays, rows.split([a[0].numel() for a in made.arrays], 1), strict=True):
            array.copy_(part.view_as(array))
        return made

    def like(self) -> Parameters:
        """Zeros of the same shape."""
        return Parameters(torch.zeros_like(self.flat), self.sizes)

    @property
    def arrays(self) -> list[Tensor]:
        """W and b of the first layer, of the second, ..."""
        return [array for pair in zip(self.W, self.b, strict=True) for array in pair]

    @property
    def rows(self) -> Tensor:
        """A copy (M, P), each row in the order of `nn.Sequential`."""
        return torch.cat([array.flatten(1) for array in self.arrays], 1)

    def blocks(self, models: slice) -> list[Tensor]:
        """What belongs to some models, in as few pieces without gaps as there are."""
        parts = [array[models] for array in self.arrays]
        return [self.flat] if len(parts[0]) == len(self.W[0]) else parts


def count(sizes: Sequence[int]) -> int:
    """P: parameters of one network."""
    return sum(o * i + o for i, o in zip(sizes, sizes[1:], strict=False))


class BatchedMLP:
    """M multilayer perceptrons of one shape, and room for their gradients.

    sizes: units per layer, input first. slope: of the leaky ReLU; 0 is ReLU, None is tanh. models: those of the
    parameters that are meant; a single one, by its number, has no axis M.
    """

    def __init__(
        self,
        parameters: Parameters,
        slope: float | None,
        gradients: Parameters | None = None,
        models: slice | int = slice(None),
    ) -> None:
        self.parameters, self.slope, self.sizes = parameters, slope, tuple(parameters.sizes)
        self.gradients = parameters.like() if gradients is None else gradients
        self.W, self.b = ([a[models] for a in arrays] for arrays in (parameters.W, parameters.b))
        self.dW, self.db = ([a[models] for a in arrays] for arrays in (self.gradients.W, self.gradients.b))
        self.WT = [W.mT for W in self.W]
        self._mm, self._addmm = (torch.mm, torch.addmm) if self.W[0].dim() == 2 else (torch.bmm, torch.baddbmm)
        self._activate, self._through = _activation(slope)

    @property
    def theta(self) -> Tensor:
        """A copy of all parameters (M, P), each row in the order of `nn.Sequential`."""
        return self.parameters.rows

    @property
    def grad(self) -> Tensor:
        """The same of the gradients."""
        return self.gradients.rows

    def __getitem__(self, models: slice | int) -> BatchedMLP:
        return BatchedMLP(self.parameters, self.slope, self.gradients, models)

    def tape(self, n: int, backward: bool = True) -> Tape:
        """A workspace for n samples per model: for the pass forward, and for the one back if asked for."""

        def arrays(wanted: bool) -> list[Tensor]:
            return [self.W[0].new_zeros(*self.W[0].shape[:-2], width, n) for width in self.sizes if wanted]

        return Tape(arrays(True), arrays(backward))

    def forward(self, tape: Tape) -> Tensor:
        """Fill tape.h from tape.h[0]; returns the output (M, o, N)."""
        last = len(self.W) - 1
        for l, W in enumerate(self.W):
            self._addmm(self.b[l], W, tape.h[l], out=tape.h[l + 1])
            if l < last:
                self._activate(tape.h[l + 1])
        return tape.h[-1]

    def backward(self, tape: Tape, inputs: bool = False, gather: bool = False) -> Tensor:
        """From tape.d[-1] down to the gradients by the pre-activations, and by the inputs: tape.d[0], returned.

        gather: fill the parameters' gradients on the way, while what they are made of is near.
        """
        for l in range(len(self.W) - 1, -1, -1):
            if gather:
                self._gather(l, tape)
            if l > 0 or inputs:
                self._down(tape.d[l + 1], l, tape.d[l])
            if l > 0:
                self._through(tape.d[l], tape.h[l], tape.d[l])
        return tape.d[0]

    def gather(self, tape: Tape, biases: Tape) -> None:
        """Fill the parameters' gradients, summed over the samples, from both passes on the tape. biases: the part of
        it that these get a gradient of."""
        for l in range(len(self.W)):
            self._gather(l, tape, biases)

    def _gather(self, l: int, tape: Tape, biases: Tape | None = None) -> None:
        self._mm(tape.d[l + 1], tape.hT[l], out=self.dW[l])
        torch.sum((biases or tape).d[l + 1], -1, keepdim=True, out=self.db[l])

    def _down(self, above: Tensor, l: int, out: Tensor) -> None:
        """d_l = W_l^T d_{l+1}, not yet through the activation."""
        product = torch.mul if self.sizes[l + 1] == 1 else self._mm  # of a column and a row: the same, and faster
        product(self.WT[l], above, out=out)


class Penalty:
    """weight * E (||grad_x f(x_hat)||_2 - 1)^2 of networks f with inputs in the plane and one output, by its gradient.

    at: where f has seen x_hat. lifted: where delta and t go; the same tape, for tanh another one.
    """

    def __init__(self, net: BatchedMLP, at: Tape, lifted: Tape, weight: float) -> None:
        self.net, self.at, self.lifted = net, at, lifted
        # A seed s for f multiplies delta, and t as it is computed here: their product is short of v by 2 weight / N.
        self.scale = (2 * weight / at.h[0].shape[-1]) ** 0.5
        self.products = [torch.zeros_like(h, memory_format=torch.contiguous_format) for h in at.h[:-1]]
        self.grad = torch.zeros_like(self.products[0])
        self.norm = torch.zeros_like(self.grad[..., :1, :])
        self.sides = self.grad.split(1, -2)
        self.curved = net.slope is None

    def seed(self) -> None:
        """What f at x_hat is to be differentiated by, for `BatchedMLP.backward`."""
        self.at.d[-1].fill_(self.scale)

    def lift(self) -> None:
        """From both passes at x_hat to what `BatchedMLP.gather` makes the penalty's gradient of. Needs a seed again,
        if the networks are curved."""
        net, at, t = self.net, self.at, self.lifted.h
        net._down(at.d[1], 0, self.grad)
        torch.hypot(*self.sides, out=self.norm)
        torch.addcdiv(self.grad, self.grad, self.norm.clamp_min_(1e-12), value=-self.scale, out=t[0])
        for l, product in enumerate(self.products[1:]):
            net._mm(net.W[l], t[l], out=product)
            if self.curved:
                self.lifted.d[l + 1].copy_(at.d[l + 1])
                at.d[l + 1].mul_(product).mul_(at.h[l + 1]).mul_(-2)
            net._through(product, at.h[l + 1], t[l + 1])
        if self.curved:
            self._curve()

    def _curve(self) -> None:
        """The pass down from the sources of abar, in the place of delta."""
        net, at = self.net, self.at
        self.lifted.d[-1].copy_(at.d[-1])
        at.d[-1].zero_()
        for l in range(len(net.W) - 2, 0, -1):
            net._down(at.d[l + 1], l, self.products[l])
            net._through(self.products[l], at.h[l], self.products[l])
            at.d[l].add_(self.products[l])


Activate = Callable[[Tensor], object]
Through = Callable[[Tensor, Tensor, Tensor], object]


def _activation(slope: float | None) -> tuple[Activate, Through]:
    """(in place: a to act(a); (d, h, out): d * act'(a), read off the activation h = act(a))."""
    if slope is None:
        return torch.tanh_, lambda d, h, out: _tanh_backward(d, h, grad_input=out)
    if slope == 0:
        return torch.relu_, lambda d, h, out: _relu_backward(d, h, 0, grad_input=out)
    return (
        lambda a: torch.nn.functional.leaky_relu_(a, slope),
        lambda d, h, out: _leak_backward(d, h, slope, True, grad_input=out),
    )

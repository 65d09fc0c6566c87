"""MADE: an autoencoder whose connections are cut until it is a distribution [1].

Claim: with the right masks, one pass through an ordinary network gives all D conditionals at once.

    m^0 = the ordering: m^0(d) in 1..D is the turn of pixel d       m^l(k) ~ U{min m^{l-1}, ..., D - 1}
    M^l[k', k] = 1 where m^l(k') >= m^{l-1}(k)                      a unit sees at most its first m^l pixels
    M^out[d, k] = 1 where m^0(d) > m^L(k)                           strictly: a pixel never sees itself
    h^l = relu((W^l * M^l) h^{l-1} + c^l),   logit = (V * M^out) h^L + (A * M^direct) x + b

Another ordering is another set of masks over the same weights, so one network holds several of them and `ordered(name)`
samples and scores in another order. Each ordering gives a likelihood of its own; their mixture, `log_prob_averaged`,
is the mean of the *likelihoods*. The mean of the logits is no distribution: every pixel would see its own future
through the other orderings.

Deviations: a network serves a handful of named orderings, so what the paper learns for a mask through a masked
constant input, (U * M) 1, is learned directly as one vector of biases per ordering. Degrees are drawn by systematic
sampling: each is uniform, together they spread evenly, and no unit is dead however narrow the network is. Masks follow
from the degrees and are not stored; weights that no ordering uses are not stored either, the others as float16.

[1] Germain, Gregor, Murray, Larochelle. ICML 2015, arXiv:1502.03509, sections 3.1, 4.1 to 4.3 and 5.

Axis letters: D pixels, H hidden units, K orderings.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor, nn

from playground.models.base import Autoregressive, Batch

ORDERINGS = ("raster", "reversed", "column", "spiral", "random")


def ordering(name: str, height: int, width: int) -> Tensor:
    """The pixels in their turn: (D,) flat indices.

    raster, reversed, column (top to bottom, left to right), spiral (from the middle outwards), random (one shuffle).
    """
    places = torch.arange(height * width).view(height, width)
    if name == "raster":
        return places.flatten()
    if name == "reversed":
        return places.flatten().flip(0)
    if name == "column":
        return places.T.flatten()
    if name == "random":
        return torch.randperm(height * width, generator=torch.Generator().manual_seed(0))
    if name == "spiral":
        return _spiral(places)
    raise ValueError(f"expected an ordering of {ORDERINGS}, got {name!r}")


def _spiral(places: Tensor) -> Tensor:
    """Peels the outer rows and columns off one by one; read backwards it winds out of the middle."""
    peeled = []
    while places.numel():
        peeled.append(places[0])
        places = places[1:].rot90()  # the right column becomes the upper row
    return torch.cat(peeled).flip(0)


def draw_degrees(order: Tensor, hidden: Sequence[int], generator: torch.Generator) -> list[Tensor]:
    """m^0, m^1, ..., m^L of one ordering, float: (D,) and (H_l,), each m^l(k) uniform in {min m^{l-1}, ..., D - 1}."""
    size = len(order)
    turns = torch.empty(size)
    turns[order] = torch.arange(1.0, size + 1)
    degrees = [turns]
    for units in hidden:
        low = int(degrees[-1].min())
        spread = (torch.arange(units) + torch.rand(1, generator=generator)) / units  # in [0, 1), evenly
        m = low + (spread * (size - low)).floor().clamp(max=size - 1 - low)
        if len(degrees) > 1:  # or the last units below would reach nothing
            m[-1] = max(m[-1], degrees[-1].max())
        degrees.append(m[torch.randperm(units, generator=generator)])
    return degrees


class OrderedLinear(nn.Linear):
    """y = (W * M) x + c_k under the mask M and the bias c_k of ordering k.

    Input i is seen by output j where `turn_in[k, i] <= turn_out[k, j]`. Weights that no ordering uses are zero and are
    left out of the state that `packed` gives, which `load_state_dict` accepts as well as the plain one.
    """

    turn_in: Tensor  # (K, in)
    turn_out: Tensor  # (K, out)

    def __init__(self, turn_in: Tensor, turn_out: Tensor, bias: bool = True) -> None:
        super().__init__(turn_in.shape[1], turn_out.shape[1], bias=False)
        self.register_buffer("turn_in", turn_in, persistent=False)
        self.register_buffer("turn_out", turn_out, persistent=False)
        self.biases = nn.Parameter(torch.zeros(turn_out.shape)) if bias else None  # (K, out)
        with torch.no_grad():
            self.weight.copy_(self.weight.half() * self.used())

    def mask(self, k: int) -> Tensor:
        """M, (out, in) bool."""
        return self.turn_out[k][:, None] >= self.turn_in[k]

    def used(self) -> Tensor:
        """Where any ordering's mask is 1, (out, in) bool."""
        return torch.stack([self.mask(k) for k in range(len(self.turn_in))]).any(0)

    def forward(self, x: Tensor, k: int) -> Tensor:
        return F.linear(x, self.weight * self.mask(k), None if self.biases is None else self.biases[k])

    def packed(self) -> dict[str, Tensor]:
        """The state as float16, without the weights that are never used."""
        state = {"weight": self.weight.detach()[self.used()].half()}
        return state if self.biases is None else state | {"biases": self.biases.detach().half()}

    def _load_from_state_dict(self, state_dict: dict[str, Tensor], prefix: str, *rest: Any) -> None:
        stored = state_dict.get(f"{prefix}weight")
        if stored is not None and stored.dim() == 1 and len(stored) == self.used().sum():
            weight = torch.zeros_like(self.weight)
            weight[self.used()] = stored.to(weight)
            state_dict[f"{prefix}weight"] = weight
        super()._load_from_state_dict(state_dict, prefix, *rest)


class MADE(Autoregressive):
    """A masked autoencoder under one or several orderings; `order`, `logits` and all else follow the current one."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        hidden: tuple[int, ...] = (4000,)
        orderings: tuple[str, ...] = ("raster",)
        seed: int = 0  # of the degrees

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        generator = torch.Generator().manual_seed(config.seed)
        orders = [ordering(name, config.height, config.width) for name in config.orderings]
        degrees = [draw_degrees(order, config.hidden, generator) for order in orders]
        layers = [torch.stack(m) for m in zip(*degrees, strict=True)]  # m^0 (K, D), m^1 (K, H_1), ...
        self.register_buffer("orders", torch.stack(orders).float(), persistent=False)  # an EMA may average it
        self.layers = nn.ModuleList(OrderedLinear(a, b) for a, b in zip(layers[:-1], layers[1:], strict=True))
        self.out = OrderedLinear(layers[-1], layers[0] - 1)  # strict: m^0(d) > m, that is m^0(d) - 1 >= m
        self.direct = OrderedLinear(layers[0], layers[0] - 1, bias=False)
        nn.init.constant_(self.out.biases, -2.0)  # about the share of white pixels, so training starts near it
        self.current = 0
        self.order = orders[0]

    @property
    def ordering(self) -> str:
        """The name of the current ordering."""
        return self.config.orderings[self.current]

    def ordered(self, name: str) -> MADE:
        """This model under another of its orderings: the same weights, another `order`, other masks."""
        if name not in self.config.orderings:
            raise ValueError(f"expected one of {self.config.orderings}, got {name!r}")
        view = copy.copy(self)
        view._buffers = dict(self._buffers)  # the weights stay shared, `order` does not
        view.current = self.config.orderings.index(name)
        view.order = self.orders[view.current].long()
        return view

    def logits(self, x: Tensor) -> Tensor:
        return self._logits(x.flatten(1), self.current).view_as(x)

    def _logits(self, x: Tensor, k: int) -> Tensor:
        h = x  # (B, D)
        for layer in self.layers:
            h = F.relu(layer(h, k))  # (B, H)
        return self.out(h, k) + self.direct(x, k)

    def log_prob_averaged(self, x: Tensor) -> Tensor:
        """log of the mean over orderings of p(x), in nats: x (B, 1, H, W) in {0, 1} -> (B,). A mixture: sums to one."""
        each = torch.stack([self.ordered(name).log_prob(x) for name in self.config.orderings])  # (K, B)
        return each.logsumexp(0) - math.log(len(each))

    def _loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        """Minus log p(x) in nats under one of the orderings, drawn anew for every batch."""
        names = self.config.orderings
        k = torch.randint(len(names), (), generator=generator, device=generator.device if generator else None).item()
        return {"loss": -self.ordered(names[k]).log_prob(batch[0]).mean()}

    def incremental(self, n: int) -> Generator[Tensor, Tensor, None]:
        """Every hidden unit once, as soon as the last pixel it may see is known.

        With units sorted by degree and pixels by turn, what is known is the beginning of every layer: the units that
        come with a pixel are one slice, and all they see is one prefix.
        """
        size, k = self.order.numel(), self.current
        turn = [torch.argsort(layer.turn_in[k], stable=True) for layer in (*self.layers, self.out)]  # pixels, units...
        # ends[l][i]: how many units of layer l are known once i pixels are
        degrees = [layer.turn_out[k] for layer in self.layers]
        pixels = torch.arange(size, device=self.order.device) + 0.5
        ends = [torch.searchsorted(m.sort().values, pixels).tolist() for m in degrees]
        hidden = [
            (layer.weight[after][:, before].T.contiguous(), layer.biases[k][after])
            for layer, before, after in zip(self.layers, turn[:-1], turn[1:], strict=True)
        ]
        V, b = self.out.weight[self.order][:, turn[-1]], self.out.biases[k][self.order]
        A = self.direct.weight[self.order][:, self.order]
        x = self.order.new_zeros(n, size, dtype=V.dtype)
        units = [x.new_zeros(n, len(c)) for _, c in hidden]
        known = [0] * len(units)
        for i in range(size):
            below, seen = x, i
            for l, (W, c) in enumerate(hidden):
                start, end = known[l], ends[l][i]
                if end > start:  # their weights to what they may not see are cut: of equal degree, so one prefix
                    units[l][:, start:end] = (below[:, :seen] @ W[:seen, start:end] + c[start:end]).relu_()
                known[l], below, seen = end, units[l], end
            x[:, i] = yield below[:, :seen] @ V[i, :seen] + x[:, :i] @ A[i, :i] + b[i]

    def _save_pretrained(self, save_directory: Path) -> None:
        state = {}
        for name, layer in self.named_modules():
            if isinstance(layer, OrderedLinear):
                state |= {f"{name}.{key}": value.contiguous() for key, value in layer.packed().items()}
        save_file(state, Path(save_directory) / "model.safetensors", metadata={"format": "pt"})

"""The masks stage: what a small masked network may see, measured on the real thing.

The page draws degrees, masks and paths by itself; here the same degrees and weights become layers of `models.made`, and
the gradient says which inputs each output depends on. Letters: n inputs, L hidden layers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import InvalidInput
from playground.inference import arrays, checks
from playground.inference.device import one_thread

if TYPE_CHECKING:
    from torch import Tensor

    from playground.models.made import OrderedLinear

MOST_INPUTS = 9
MOST_UNITS = 12
MOST_LAYERS = 2
LARGEST_WEIGHT = 100.0


@dataclass(frozen=True)
class Evidence:
    """What a network was found to do, over all 2^n binary inputs.

    seen (n, n) float32: the largest |d logit_d / d x_j| in row d, column j, in the order of the inputs. total: the sum
    over all x of prod_d p(x_d | ...), which is 1 for a distribution. p (n,) float32: p(x_d = 1 | ...) for the given x.
    """

    seen: np.ndarray
    total: float
    p: np.ndarray


def evidence(order: object, degrees: object, weights: object, x: object, masked: object = True) -> Evidence:
    """Build the network and look at its gradient.

    order: the inputs in their turn, a permutation of 1..n, n in 2..9. degrees: one list per hidden layer (one or two),
    1..12 degrees in 1..n-1 each. weights: all numbers in one array: per layer W (out, in) by rows, then its bias.
    x: n numbers in {0, 1}. masked: False leaves every connection: an autoencoder. Hidden units are sigmoids, so that a
    path that exists shows in the gradient everywhere. Raises InvalidInput.
    """
    import torch

    one_thread()
    layers = network(order, degrees, weights, masked)
    n = layers[0].in_features
    given = arrays.read(x, "x", (n,))
    if not np.isin(given, (0, 1)).all():
        raise InvalidInput("choice", "x", float(given[~np.isin(given, (0, 1))][0]), choices=[0, 1])
    with torch.enable_grad():
        images = (torch.arange(2**n)[:, None] >> torch.arange(n) & 1).double().requires_grad_()  # (2^n, n)
        logits = _logits(layers, images)
        rows = [torch.autograd.grad(logits[:, d].sum(), images, retain_graph=True)[0] for d in range(n)]
    seen = torch.stack([row.abs().amax(0) for row in rows])
    p_x = torch.where(images == 1, logits.sigmoid(), (-logits).sigmoid()).prod(1)
    p = _logits(layers, torch.from_numpy(given).double()[None]).sigmoid()[0]
    return Evidence(seen.float().numpy(), p_x.sum().item(), p.detach().float().numpy())


def network(order: object, degrees: object, weights: object, masked: object = True) -> list[OrderedLinear]:
    """The layers of `models.made` with these degrees and weights, in float64; checks everything."""
    import torch

    from playground.models.made import OrderedLinear

    if not isinstance(masked, bool):
        raise InvalidInput("choice", "masked", masked, choices=[True, False])
    turns = _turns(order)
    n = len(turns)
    hidden = [_degrees(m, n) for m in _layers(degrees)]
    # Without masks every sender has turn 0 and every receiver sees it.
    into = [turns, *hidden] if masked else [np.zeros(len(m)) for m in (turns, *hidden)]
    out_of = [*hidden, turns - 1] if masked else [np.zeros(len(m)) for m in (*hidden, turns)]
    layers = []
    given = arrays.read(weights, "weights", (sum((len(a) + 1) * len(b) for a, b in zip(into, out_of, strict=True)),))
    if np.abs(given).max() > LARGEST_WEIGHT:
        value = float(given[np.abs(given).argmax()])
        raise InvalidInput("number_range", "weights", value, low=-LARGEST_WEIGHT, high=LARGEST_WEIGHT)
    for a, b in zip(into, out_of, strict=True):
        W, c, given = np.split(given, [len(a) * len(b), (len(a) + 1) * len(b)])
        layer = OrderedLinear(torch.tensor(a)[None], torch.tensor(b)[None]).double()
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(W).view(len(b), len(a)))
            layer.biases.copy_(torch.from_numpy(c)[None])
        layers.append(layer)
    return layers


def _logits(layers: list[OrderedLinear], x: Tensor) -> Tensor:
    *hidden, out = layers
    for layer in hidden:
        x = layer(x, 0).sigmoid()
    return out(x, 0)


def _turns(order: object) -> np.ndarray:
    """m^0: the turn of each input, 1..n."""
    if not isinstance(order, Sequence) or isinstance(order, str) or not 2 <= len(order) <= MOST_INPUTS:
        raise InvalidInput("shape", "order", order, expected=f"2..{MOST_INPUTS}")
    n = len(order)
    places = [checks.integer("order", place, 1, n) for place in order]
    if len(set(places)) < n:
        raise InvalidInput("permutation", "order", order, n=n)
    turns = np.empty(n)
    turns[np.array(places) - 1] = np.arange(1, n + 1)
    return turns


def _layers(degrees: object) -> Sequence:
    if not isinstance(degrees, Sequence) or isinstance(degrees, str) or not 1 <= len(degrees) <= MOST_LAYERS:
        raise InvalidInput("shape", "degrees", degrees, expected=f"1..{MOST_LAYERS}")
    return degrees


def _degrees(m: object, n: int) -> np.ndarray:
    if not isinstance(m, Sequence) or isinstance(m, str) or not 1 <= len(m) <= MOST_UNITS:
        raise InvalidInput("shape", "degrees", m, expected=f"1..{MOST_UNITS}")
    return np.array([checks.integer("degrees", degree, 1, n - 1) for degree in m], float)


def warm_up() -> None:
    """Run once, in the background after launch: what torch imports for its first gradient takes a moment."""
    evidence([2, 3, 1], [[2, 1, 2, 2]], np.ones(4 * 4 + 5 * 3), [0, 0, 0])

"""Encoders and decoders of images, shared by the models with a code: an MLP, or strided convolutions.

Both halves mirror each other: `hidden` counts from the image inwards.
"""

from __future__ import annotations

import math
from itertools import pairwise

from torch import nn

NETWORKS = ("mlp", "conv")
Shape = tuple[int, int, int]


def encoder(network: str, shape: Shape, hidden: tuple[int, ...], outputs: int) -> nn.Sequential:
    """Images (B, C, H, W) -> (B, outputs). hidden: units per layer (mlp) or channels per halving of H and W (conv).

    Raises ValueError for an unknown network, or sides that cannot be halved once per layer of "conv".
    """
    _check(network, shape, hidden)
    if network == "mlp":
        return nn.Sequential(nn.Flatten(), *_mlp((math.prod(shape), *hidden)), nn.Linear(hidden[-1], outputs))
    layers, channels = [], shape[0]
    for width in hidden:
        layers += [nn.Conv2d(channels, width, 4, stride=2, padding=1), nn.SiLU()]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(math.prod(_inner(shape, hidden)), outputs))


def decoder(network: str, shape: Shape, hidden: tuple[int, ...], inputs: int) -> nn.Sequential:
    """Codes (B, inputs) -> logits (B, C, H, W), the mirror image of `encoder`; raises what it raises."""
    _check(network, shape, hidden)
    outwards = tuple(reversed(hidden))
    if network == "mlp":
        return nn.Sequential(
            *_mlp((inputs, *outwards)), nn.Linear(outwards[-1], math.prod(shape)), nn.Unflatten(1, shape)
        )
    inner = _inner(shape, hidden)
    layers: list[nn.Module] = [nn.Linear(inputs, math.prod(inner)), nn.SiLU(), nn.Unflatten(1, inner)]
    for channels, width in zip(outwards, (*outwards[1:], shape[0]), strict=True):
        layers += [nn.ConvTranspose2d(channels, width, 4, stride=2, padding=1), nn.SiLU()]
    return nn.Sequential(*layers[:-1])  # the last layer gives logits


def code_discriminator(dim: int, hidden: tuple[int, ...]) -> nn.Sequential:
    """Codes (B, dim) -> logits (B, 1): whether a code comes from the prior. `hidden`: units per layer."""
    sizes = (dim, *hidden)
    layers = [m for a, b in pairwise(sizes) for m in (nn.Linear(a, b), nn.LeakyReLU(0.2))]
    return nn.Sequential(*layers, nn.Linear(hidden[-1], 1))


def _mlp(sizes: tuple[int, ...]) -> list[nn.Module]:
    # SiLU, not ReLU: a plane decoded through ReLUs shows their kinks as creases.
    return [m for a, b in pairwise(sizes) for m in (nn.Linear(a, b), nn.SiLU())]


def _inner(shape: Shape, hidden: tuple[int, ...]) -> Shape:
    """Shape of the feature map at the code's end of the convolutions."""
    return hidden[-1], shape[1] >> len(hidden), shape[2] >> len(hidden)


def _check(network: str, shape: Shape, hidden: tuple[int, ...]) -> None:
    if network not in NETWORKS or not hidden:
        raise ValueError(f"expected a network of {NETWORKS} with hidden layers, got {network!r} with {hidden}")
    if network == "conv" and any(side % 2 ** len(hidden) for side in shape[1:]):
        raise ValueError(f"expected sides that are multiples of {2 ** len(hidden)}, got {shape[1:]}")

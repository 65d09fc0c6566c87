"""The textbook InfoGAN losses, written from the paper with torch.nn.functional on a state dict alone.

Probabilities and logarithms as they stand in the equations, in the precision of the tensors given (float64 in tests).
Nothing of the playground is imported.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]


def normalize(x: Tensor, s: State, name: str) -> Tensor:
    """Batch normalization with the batch's own statistics, by its definition."""
    axes = [0, *range(2, x.dim())]
    mean, var = x.mean(axes, keepdim=True), x.var(axes, unbiased=False, keepdim=True)
    shape = [1, -1, *[1] * (x.dim() - 2)]
    return (x - mean) / (var + 1e-5).sqrt() * s[f"{name}.weight"].view(shape) + s[f"{name}.bias"].view(shape)


def leaky(x: Tensor) -> Tensor:
    return torch.where(x > 0, x, 0.1 * x)


def generate(s: State, z: Tensor, c1: Tensor, c2: Tensor, c3: Tensor) -> Tensor:
    one_hot = torch.zeros(len(z), 10, dtype=z.dtype)
    one_hot[torch.arange(len(z)), c1] = 1
    h = torch.cat([z, one_hot, c2[:, None], c3[:, None]], 1)
    h = normalize(h @ s["generator.0.weight"].T, s, "generator.1").clamp(min=0)
    h = normalize(h @ s["generator.3.weight"].T, s, "generator.4").clamp(min=0)
    h = h.view(len(z), -1, 7, 7)
    h = F.conv_transpose2d(h, s["generator.7.weight"], stride=2, padding=1)
    h = normalize(h, s, "generator.8").clamp(min=0)
    h = F.conv_transpose2d(h, s["generator.10.weight"], s["generator.10.bias"], stride=2, padding=1)
    return 1 / (1 + torch.exp(-h))


def trunk(s: State, x: Tensor) -> Tensor:
    h = leaky(F.conv2d(x, s["trunk.0.weight"], s["trunk.0.bias"], stride=2, padding=1))
    h = leaky(normalize(F.conv2d(h, s["trunk.2.weight"], stride=2, padding=1), s, "trunk.3"))
    return leaky(normalize(h.flatten(1) @ s["trunk.6.weight"].T, s, "trunk.7"))


def D(s: State, features: Tensor) -> Tensor:
    """Probability of being real."""
    return 1 / (1 + torch.exp(-(features @ s["real.weight"].T + s["real.bias"])))


def log_q(s: State, features: Tensor, c1: Tensor, c2: Tensor, c3: Tensor) -> Tensor:
    """log Q(c | x) = log Cat(c1) + log N(c2; mu2, 1) + log N(c3; mu3, 1), (B,)."""
    h = leaky(normalize(features @ s["guess_codes.0.weight"].T, s, "guess_codes.1"))
    out = h @ s["guess_codes.3.weight"].T + s["guess_codes.3.bias"]
    p = torch.exp(out[:, :10]) / torch.exp(out[:, :10]).sum(1, keepdim=True)
    gauss = [-0.5 * math.log(2 * math.pi) - 0.5 * (c - mu) ** 2 for c, mu in ((c2, out[:, 10]), (c3, out[:, 11]))]
    return torch.log(p[torch.arange(len(p)), c1]) + gauss[0] + gauss[1]


def information(s: State, features: Tensor, codes: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """L_I = E log Q(c | x) + H(c), with H = ln 10 + ln 2 + ln 2, in nats."""
    return log_q(s, features, *codes).mean() + math.log(10) + 2 * math.log(2)


def discriminator_loss(s: State, x: Tensor, z: Tensor, codes: tuple[Tensor, Tensor, Tensor], weight: float) -> Tensor:
    """-V(D, G) - lambda L_I."""
    fake = generate(s, z, *codes).detach()
    features = trunk(s, fake)
    value = torch.log(D(s, trunk(s, x))).mean() + torch.log(1 - D(s, features)).mean()
    return -value - weight * information(s, features, codes)


def generator_loss(s: State, z: Tensor, codes: tuple[Tensor, Tensor, Tensor], weight: float) -> Tensor:
    """-E log D(G(z, c)) - lambda L_I, the non-saturating form."""
    features = trunk(s, generate(s, z, *codes))
    return -torch.log(D(s, features)).mean() - weight * information(s, features, codes)

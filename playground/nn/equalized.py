"""Blocks of the Progressive GAN [1]: equalized learning rate, pixelwise normalization, minibatch standard deviation.

[1] Karras, Aila, Laine, Lehtinen. ICLR 2018, arXiv:1710.10196.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SQRT2 = math.sqrt(2.0)
TINY = 1e-8


class EqualizedConv2d(nn.Module):
    """A convolution whose weights are drawn from N(0, 1) and multiplied by gain / sqrt(fan_in) when they are used.

    Adam moves every parameter by about the same amount, whatever its scale; so all layers learn equally fast only if
    their weights have the same scale, and what He's initialization would have scaled is scaled at run time.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, padding: int = 0, gain: float = SQRT2) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.padding, self.scale = padding, gain / math.sqrt(inputs * kernel * kernel)

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * self.scale, self.bias, padding=self.padding)


class EqualizedLinear(nn.Module):
    """The same for a linear layer."""

    def __init__(self, inputs: int, outputs: int, gain: float = SQRT2) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain / math.sqrt(inputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.scale, self.bias)


def pixel_norm(x: Tensor) -> Tensor:
    """x / sqrt(mean over the channels of x^2): (B, C, ...) -> the same; every pixel has features of length sqrt(C)."""
    return x * torch.rsqrt(x.float().square().mean(1, keepdim=True) + TINY).to(x.dtype)


def minibatch_std(x: Tensor, group: int = 4) -> Tensor:
    """One more map that says how different the pictures of a group are: x (B, C, H, W) -> (B, C + 1, H, W).

    The standard deviation over the group, averaged over channels and places. Picture b belongs to group b mod (B / k),
    of k = `group` pictures, or of all of them where B is not a multiple of `group`.
    """
    B, C, H, W = x.shape
    k = group if B % group == 0 else B
    groups = x.float().view(k, B // k, C, H, W)
    spread = (groups.var(0, unbiased=False) + TINY).sqrt().mean((1, 2, 3))  # (B / k,)
    return torch.cat([x, spread.to(x.dtype).repeat(k).view(B, 1, 1, 1).expand(B, 1, H, W)], 1)

"""Masked layers: linear and convolutional maps in which some connections are cut for good.

A mask is a buffer and is applied in the forward pass, `W * M`; the free weights stay in `weight`, so an optimizer
that keeps moments or decays weights cannot bring a cut connection back.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MaskedLinear(nn.Linear):
    """y = x (W * M)^T + b with a fixed 0/1 mask M, (out_features, in_features)."""

    mask: Tensor

    def __init__(self, mask: Tensor, bias: bool = True) -> None:
        super().__init__(mask.shape[1], mask.shape[0], bias)
        self.register_buffer("mask", mask.to(self.weight.dtype), persistent=False)  # the constructor knows it

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight * self.mask, self.bias)


class MaskedConv2d(nn.Module):
    """Convolution that sees only pixels before its own in raster order (van den Oord et al. 2016, section 3.4).

    Mask "A" also hides the pixel itself (first layer of a network), mask "B" shows it. The taps below the centre row
    are always masked, so only the upper `k // 2 + 1` rows of the k x k kernel exist: a third of the work saved for
    k = 3 with the same function.

    groups: 3 for colour. The channels are then cut into that many equal runs, R before G before B, and of the pixel
    itself run j of the output sees the runs i < j of the input under mask "A", i <= j under mask "B"; of all earlier
    pixels it sees every run.

    forward: x (B, in_channels, H, W) -> (B, out_channels, H, W); outside the image there are zeros.
    """

    mask: Tensor

    def __init__(
        self,
        kind: str,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        bias: bool = True,
        groups: int = 1,
    ) -> None:
        super().__init__()
        if kind not in ("A", "B") or kernel_size % 2 == 0:
            raise ValueError(f"expected kind 'A' or 'B' and an odd kernel_size, got {kind!r} and {kernel_size}")
        if in_channels % groups or out_channels % groups:
            raise ValueError(f"expected channels in {groups} equal runs, got {in_channels} in and {out_channels} out")
        self.kind, self.pad, self.groups = kind, kernel_size // 2, groups
        reference = nn.Conv2d(in_channels, out_channels, (self.pad + 1, kernel_size), bias=bias)
        self.weight, self.bias = reference.weight, reference.bias
        sizes = (out_channels, in_channels) if groups > 1 else (1, 1)  # one mask for all channels where all are alike
        out_run, in_run = (torch.arange(n) * groups // n for n in sizes)
        before = out_run[:, None] > in_run if kind == "A" else out_run[:, None] >= in_run
        mask = torch.ones(*sizes, self.pad + 1, kernel_size)
        mask[..., -1, self.pad] = before.float()
        mask[..., -1, self.pad + 1 :] = 0
        self.register_buffer("mask", mask)

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (self.pad, self.pad, self.pad, 0))
        return F.conv2d(x, self.weight * self.mask, self.bias)


class RowConv2d(nn.Module):
    """Convolution over the rows i - rows + 1..i and the columns j - left..j + right, zeros outside the image.

    What a stack of Gated PixelCNN or an LSTM over rows may see is such a rectangle, so nothing has to be masked;
    right = -1 leaves the pixel itself out. forward: x (B, in_channels, H, W) -> (B, out_channels, H, W).
    """

    def __init__(
        self, in_channels: int, out_channels: int, rows: int, left: int, right: int, bias: bool = True
    ) -> None:
        super().__init__()
        reference = nn.Conv2d(in_channels, out_channels, (rows, left + 1 + right), bias=bias)
        self.weight, self.bias = reference.weight, reference.bias
        self.rows, self.left, self.right = rows, left, right

    def forward(self, x: Tensor) -> Tensor:
        x = F.pad(x, (self.left, self.right, self.rows - 1, 0))  # a negative pad cuts the last column off
        return F.conv2d(x, self.weight, self.bias)

"""Random small changes of pictures that leave the digit what it is; differentiable, for losses as well as for data."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def random_affine(
    x: Tensor,
    generator: torch.Generator | None = None,
    *,
    angle: float = 0.2,
    shear: float = 0.2,
    scale: float = 0.12,
    shift: float = 4.0,
) -> Tensor:
    """Turn, shear, scale and shift every picture by its own uniform draw: x (B, C, H, W) -> the same shape.

    angle in radians, shear and scale as shares, shift in pixels; each is the largest change either way. Bilinear, with
    zeros from outside.
    """
    B, _, H, W = x.shape
    u = torch.rand(5, B, generator=generator, device=x.device, dtype=x.dtype) * 2 - 1  # each in [-1, 1)
    turn, slant, grow = angle * u[0], shear * u[1], 1 + scale * u[2]
    cos, sin = turn.cos() / grow, turn.sin() / grow
    dx, dy = 2 * shift / W * u[3], 2 * shift / H * u[4]  # affine_grid counts from -1 to 1
    theta = torch.stack([cos, cos * slant - sin, dx, sin, sin * slant + cos, dy], 1).view(B, 2, 3)
    grid = F.affine_grid(theta, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, align_corners=False)

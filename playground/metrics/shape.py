"""How a digit looks, measured on its ink: how wide and how tall it is, and how thick its stroke.

Beside `ink` and `slant` of `attributes`. Width and height come from second moments, scaled so that a filled upright bar
of w x h pixels has width w and height h. Width is that of the digit set upright again: what is left of the spread of x
once the slant is taken out, so that leaning alone does not make a digit wide.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import distance_transform_edt
from torch import Tensor

from playground.metrics.attributes import ink, slant

FINER = 4  # grey edges are cut at one half on a grid this much finer
PIXEL = 1 / 12  # variance of the ink within one pixel


def moments(x: Tensor) -> Tensor:
    """Second central moments of the ink of pictures (n, 1, H, W): (n, 3), those of x, of y (down) and of both."""
    rows, columns = (torch.arange(side, dtype=x.dtype) for side in x.shape[-2:])
    mass = x[:, 0] / ink(x).clamp_min(1e-9)[:, None, None]  # (n, H, W), sums to 1
    down, across = mass.sum(2), mass.sum(1)
    y = rows - (down @ rows)[:, None]
    z = columns - (across @ columns)[:, None]
    both = torch.einsum("nhw,nh,nw->n", mass, y, z)
    return torch.stack([(across * z.square()).sum(1), (down * y.square()).sum(1), both], 1)


def width(x: Tensor) -> Tensor:
    """Width of pictures (n, 1, H, W) in [0, 1] with their slant taken out, (n,), in pixels."""
    across, down, both = moments(x).unbind(1)
    return (12 * (across - both.square() / down.clamp_min(1e-9) + PIXEL)).sqrt()


def height(x: Tensor) -> Tensor:
    """Height of pictures (n, 1, H, W) in [0, 1], (n,), in pixels."""
    return (12 * (moments(x)[:, 1] + PIXEL)).sqrt()


def thickness(x: Tensor) -> Tensor:
    """Thickness of the stroke of pictures (n, 1, H, W) in [0, 1], (n,), in pixels; 0 without ink.

    Within a stroke of thickness t the distance to the paper runs from 0 to t / 2, on average t / 4.
    """
    fine = F.interpolate(x.float(), scale_factor=FINER, mode="bilinear", align_corners=False)
    stroke = F.pad(fine[:, 0] >= 0.5, (1, 1, 1, 1)).numpy()  # the border is paper, so pictures can be stacked
    n, rows, columns = stroke.shape
    depth = distance_transform_edt(stroke.reshape(n * rows, columns)).reshape(n, -1)
    mean = depth.sum(1) / np.maximum(stroke.reshape(n, -1).sum(1), 1)
    # Distances are to the centre of the nearest pixel of paper, half a pixel beyond the edge.
    return torch.from_numpy(4 * np.maximum(mean - 0.5, 0) / FINER)


ATTRIBUTES: dict[str, Callable[[Tensor], Tensor]] = {
    "slant": slant,
    "width": width,
    "thickness": thickness,
    "height": height,
}
"""In degrees, then pixels."""

"""What the translator stages share on torch's side: painting sources, reading pictures, patches. NumPy in and out.

Pictures here are float32 (n, 3, 32, 32) tensors in [0, 1]; `shown` turns them into what a room hands out.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from playground import weights
from playground.data.domains import Looks, draw_looks, paint
from playground.inference.device import one_thread, resolve
from playground.inference.given import Given
from playground.models.base import Model


def network(id: str, variant: str | None = None) -> Model:
    """A model in eval mode, on the device of small work."""
    one_thread()
    return weights.load(id, str(resolve("auto", "small")), variant)


def looks(seeds: np.ndarray) -> Looks:
    """The scene of each seed."""
    each = [draw_looks(1, torch.Generator().manual_seed(int(seed))) for seed in seeds]
    return Looks(*(torch.cat([getattr(one, name) for one in each]) for name in Looks.__dataclass_fields__))


def painted(given: Given, style: str, device: torch.device) -> Tensor:
    """The sources in one style; photographs as they are."""
    if given.x is not None:
        return torch.from_numpy(given.x).permute(0, 3, 1, 2).contiguous().to(device)
    return paint(torch.from_numpy(given.mask)[:, None], style, looks(given.seeds)).to(device)


def twins(given: Given, style: str, device: torch.device, others: list[int]) -> Tensor:
    """The sources of n scenes with other stripes, by k seeds: (k, n, 3, 32, 32)."""
    scene = looks(given.seeds)
    each = [scene.restriped(torch.Generator().manual_seed(other)) for other in others]
    every = Looks(*(torch.cat([getattr(one, name) for one in each]) for name in Looks.__dataclass_fields__))
    mask = torch.from_numpy(given.mask)[:, None].repeat(len(others), 1, 1, 1)
    return paint(mask, style, every).to(device).unflatten(0, (len(others), -1))


def read(x: Tensor) -> dict[str, np.ndarray]:
    """The judge of styled digits: p(style) (n, 6) and p(digit) (n, 10) for pictures."""
    judge = network("style_judge")
    return {name: p.cpu().numpy() for name, p in judge.classify(x.to(judge.device)).items()}


def shown(x: Tensor) -> np.ndarray:
    """Pictures (..., 3, H, W) as (..., H, W, 3) uint8."""
    return x.clamp(0, 1).mul(255).round().to(torch.uint8).movedim(-3, -1).cpu().numpy()


def apart(a: Tensor, b: Tensor) -> np.ndarray:
    """|a - b|, mean over the colours: (..., 3, H, W) -> (..., H, W) float32."""
    return (a - b).abs().mean(-3).float().cpu().numpy()


def geometry(net: nn.Module) -> tuple[int, int, float]:
    """How outputs of a chain of convolutions lie on the picture: pixels that one sees per side, pixels between two,
    and where the first one's middle is, counted from the picture's edge."""
    field, stride, middle = 1, 1, 0.5
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d):
            size, padding = layer.kernel_size[0], layer.padding[0]
            middle += stride * ((size - 1) / 2 - padding)
            field += (size - 1) * stride
            stride *= layer.stride[0]
    return field, stride, middle

"""Which arithmetic is faster on this machine: decided by a measurement of a fraction of a second."""

from __future__ import annotations

import time

import torch
from torch import nn


def bf16_is_faster(device: torch.device) -> bool:
    """Whether a small masked-convolution-like step runs faster under bfloat16 autocast than in float32."""
    if device.type == "mps" or (device.type == "cuda" and not torch.cuda.is_bf16_supported()):
        return False
    return _seconds(device, True) < 0.9 * _seconds(device, False)


def _seconds(device: torch.device, bf16: bool, repeats: int = 3) -> float:
    # No drawn numbers: measuring must not move the random stream that the training is about to use.
    layer = nn.utils.skip_init(nn.Conv2d, 32, 32, 3, padding=1, device=device)
    nn.init.constant_(layer.weight, 0.01)
    nn.init.zeros_(layer.bias)
    layer = layer.to(memory_format=torch.channels_last)
    x = torch.ones(32, 32, 28, 28, device=device).contiguous(memory_format=torch.channels_last)
    best = float("inf")
    for _ in range(repeats + 1):  # the first one warms up and cannot win
        start = time.perf_counter()
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            loss = layer(layer(x)).float().square().mean()
        torch.autograd.grad(loss, layer.weight)
        if device.type == "cuda":
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - start)
    return best

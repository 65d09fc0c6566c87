"""What the ladder tells of a model besides its number: how many parameters, how many calls, a row of samples.

`python -m playground.metrics <id>` writes `facts.json` and `samples.png` beside the weights.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from playground.models.base import Model

SEED = 0
SAMPLES = 8
LETTERS = 120  # characters of a text
FIXED = ("mask", "masks", "degrees")  # buffers of a model that nobody fitted


def parameters(model: Model) -> int:
    """Numbers that were fitted: parameters and fitted buffers, without the connections that a mask cuts for good."""
    if hasattr(model, "at"):  # one file, several models
        model = model.at(model.config.k)
    values = {name: value for name, value in model.state_dict().items() if value.is_floating_point()}
    total = sum(value.numel() for name, value in values.items() if name.rsplit(".", 1)[-1] not in FIXED)
    for module in model.modules():
        kept = module.used() if hasattr(module, "used") else getattr(module, "mask", None)
        if isinstance(kept, Tensor):
            total -= int((torch.broadcast_to(kept, module.weight.shape) == 0).sum())
    return total


def calls(model: Model) -> int:
    """Passes through the whole network that draw one image without a cache: one per pixel, or one for all of them.

    One is enough where no pixel depends on another, given the code or at all; of a text, one draws a character.
    """
    if not hasattr(model, "order"):
        return 1
    x = torch.zeros(1, *model.shape, device=model.device, requires_grad=True)
    return model.order.numel() if model.outputs(x).requires_grad else 1


@torch.inference_mode()
def samples(model: Model, n: int = SAMPLES, seed: int = SEED) -> Tensor:
    """n images, (n, C, H, W) in [0, 1]. Models with one order of the pixels meet the same uniforms at each of them."""
    generator = torch.Generator().manual_seed(seed)
    if hasattr(model, "sample"):
        return model.sample(n, generator=generator).float().clamp(0, 1)
    z = torch.randn(n, model.latent_dim, generator=generator)
    return torch.bernoulli(model.decode(z), generator=generator)


def write(model: Model, directory: Path) -> None:
    """facts.json with a sample of a text, or samples.png: the samples side by side, ink = 255."""
    found = {"parameters": parameters(model), "calls": calls(model), "seed": SEED}
    if hasattr(model, "text"):
        drawn = model.sample(1, length=LETTERS, generator=torch.Generator().manual_seed(SEED))
        (directory / "facts.json").write_text(json.dumps(found | {"text": model.text(drawn[0])}) + "\n", "utf-8")
        return
    (directory / "facts.json").write_text(json.dumps(found | {"samples": SAMPLES}) + "\n", encoding="utf-8")
    x = (samples(model) * 255).round().to(torch.uint8)  # (n, C, H, W)
    row = np.concatenate(list(x.permute(0, 2, 3, 1).numpy()), axis=1)  # (H, n * W, C)
    Image.fromarray(row[..., 0] if row.shape[-1] == 1 else row).save(directory / "samples.png", optimize=True)

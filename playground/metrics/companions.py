"""What a stage's page needs beside the weights and cannot compute offline, because it comes from the test set.

`python -m playground.metrics <id>` writes these files beside metrics.json.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file

from playground.data import mnist
from playground.models.base import LatentModel, Model

CODES = 2000
PER_CLASS = 2


@torch.inference_mode()
def write_codes(model: LatentModel, directory: Path) -> None:
    """codes.safetensors: posterior means and labels of 2,000 test digits, and two example digits per class."""
    x, labels, _ = mnist.binary_test()
    x, labels = x[:CODES], labels[:CODES]
    mu = model.encode(x).mu
    examples = torch.cat([_examples(mu[labels == digit], x[labels == digit]) for digit in range(10)])
    tensors = {
        "mu": mu.half(),
        "labels": labels.to(torch.uint8),
        "examples": (examples[:, 0] * 255).to(torch.uint8),
        "example_labels": torch.arange(10).repeat_interleave(PER_CLASS).to(torch.uint8),
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, directory / "codes.safetensors")


def _examples(mu: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """Of one class: the digit in the middle of its codes, and the first that lies far out."""
    distance = (mu - mu.median(0).values).norm(dim=1)
    return x[torch.stack([distance.argmin(), (distance > distance.quantile(0.97)).nonzero()[0, 0]])]


COMPANIONS: dict[str, Callable[[Model, Path], None]] = {"latent": write_codes}
"""Per stage of the page: what `measure` writes for each of its models."""

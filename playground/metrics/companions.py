"""What a stage's page needs beside the weights and cannot compute offline, because it comes from the test set.

`python -m playground.metrics <id>` writes these files beside metrics.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file

from playground.data import mnist
from playground.metrics import likelihood
from playground.models.base import Autoregressive, LatentModel, Model

CODES = 2000


@torch.inference_mode()
def write_codes(model: LatentModel, directory: Path) -> None:
    """codes.safetensors: posterior means and labels of 2,000 test digits, and two example digits per class."""
    x, labels, _ = mnist.binary_test()
    x, labels = x[:CODES], labels[:CODES]
    bound = model.elbo(x, generator=torch.Generator().manual_seed(0)) if hasattr(model, "elbo") else None
    examples = torch.cat([_examples(x[labels == d], None if bound is None else bound[labels == d]) for d in range(10)])
    tensors = {
        "mu": model.encode(x).mu.half(),
        "labels": labels.to(torch.uint8),
        "examples": (examples[:, 0] * 255).to(torch.uint8),
        "example_labels": torch.arange(10).repeat_interleave(2).to(torch.uint8),
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, directory / "codes.safetensors")


def write_histogram(model: Autoregressive, directory: Path) -> None:
    """histogram.json: log p of the test digits, so that a drawing can be told its place among them."""
    found = likelihood.histogram(likelihood.test_log_prob(model))
    (directory / "histogram.json").write_text(json.dumps(found) + "\n", encoding="utf-8")


def _examples(x: torch.Tensor, bound: torch.Tensor | None) -> torch.Tensor:
    """Two digits of one class: one that the model explains well and one that it does not (or the first two)."""
    if bound is None:
        return x[:2]
    order = bound.argsort(descending=True)
    return x[order[[len(x) // 4, len(x) * 97 // 100]]]


COMPANIONS: dict[str, Callable[[Model, Path], None]] = {"latent": write_codes, "pixels": write_histogram}
"""Per stage of the page: what `measure` writes for each of its models."""

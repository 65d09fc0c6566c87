"""What a stage's page needs beside the weights and cannot compute offline, because it comes from the test set.

`python -m playground.metrics <id>` writes these files beside metrics.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file

from playground import weights
from playground.data import mnist
from playground.metrics import anomaly, density, facts, likelihood, text
from playground.models.base import Autoregressive, LatentModel, Model

CODES = 2000
SAMPLES, SURE = 600, 0.95  # drawings to choose examples from, and how sure the judge must be of one


@torch.inference_mode()
def write_codes(model: LatentModel, directory: Path) -> None:
    """codes.safetensors: posterior means and labels of 2,000 test digits, and two example digits per class.

    The examples are drawn by our PixelCNN, not taken from MNIST: the project ships no data.
    """
    x, labels, _ = mnist.binary_test()
    examples, example_labels = _examples(model)
    tensors = {
        "mu": model.encode(x[:CODES]).mu.half(),
        "labels": labels[:CODES].to(torch.uint8),
        "examples": (examples[:, 0] * 255).to(torch.uint8),
        "example_labels": example_labels.to(torch.uint8),
    }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, directory / "codes.safetensors")


def write_histogram(model: Autoregressive, directory: Path) -> None:
    """histogram.json: log p of the test digits, so that a drawing can be told its place among them.

    Of a model with several orderings of the pixels also histogram_<ordering>.json for each other one.
    """
    views = {f"_{name}": model.ordered(name) for name in getattr(model.config, "orderings", ())[1:]}
    for suffix, view in {"": model, **views}.items():
        found = likelihood.histogram(likelihood.test_log_prob(view))
        (directory / f"histogram{suffix}.json").write_text(json.dumps(found) + "\n", encoding="utf-8")


def _examples(model: LatentModel) -> tuple[torch.Tensor, torch.Tensor]:
    """Two digits per class, (20, 1, 28, 28): one that the model explains well and one that it does not.

    The judge reads the digits that PixelCNN draws; only those it is sure of are taken.
    """
    x = weights.load("pixel_cnn").sample(SAMPLES, generator=torch.Generator().manual_seed(0))
    confidence, label = weights.load("judge").classify(x).max(1)
    x, label = x[confidence > SURE], label[confidence > SURE]
    explained = model.elbo(x, generator=torch.Generator().manual_seed(0))
    chosen = []
    for digit in range(10):
        of_class = (label == digit).nonzero().squeeze(1)
        order = of_class[explained[of_class].argsort(descending=True)]
        chosen += [order[len(order) // 4], order[len(order) * 97 // 100]]
    return x[torch.stack(chosen)], label[torch.stack(chosen)]


COMPANIONS: dict[str, tuple[Callable[[Model, Path], None], ...]] = {
    "latent": (write_codes, anomaly.write, facts.write),
    "pixels": (write_histogram, anomaly.write, facts.write),
    "density": (density.write_companions,),
    "colour": (facts.write,),
    "text": (text.write_units, facts.write),
}
"""Per stage of the page: what `measure` writes for each of its models."""

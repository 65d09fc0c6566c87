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
from playground.metrics import (
    anomaly,
    attributes,
    codes,
    density,
    facts,
    likelihood,
    neighbours,
    probes,
    regularity,
    text,
)
from playground.models.base import Autoregressive, LatentModel, Model
from playground.models.judge import Judge

CODES = 2000
SAMPLES, SURE = 600, 0.95  # drawings to choose examples from, and how sure the judge must be of one


@torch.inference_mode()
def write_codes(model: LatentModel, directory: Path) -> None:
    """codes.safetensors: where 2,000 test digits lie, and where codes of this model are drawn from.

    mu, z (n, d) half: mean and a sample of q(z|x), one and the same where the code is a point. labels (n,) uint8.
    centre (d,) and scale (d, d): mean and Cholesky factor of the Gaussian that stands in for a prior, only of a model
    without one. The reference VAE adds `examples` and `example_labels`, two digits per class, drawn by our PixelCNN and
    not taken from MNIST: the project ships no data.
    """
    x, labels, _ = mnist.binary_test()
    tensors = {
        "mu": model.encode(x[:CODES]).mu.half(),
        "z": regularity.codes(model)[0][:CODES].half(),
        "labels": labels[:CODES].to(torch.uint8),
    }
    source = regularity.sampling(model)
    if source.scale is not None:
        tensors |= {"centre": source.centre, "scale": source.scale}
    if _reference(directory):
        examples, example_labels = _examples(model)
        tensors |= {
            "examples": (examples[:, 0] * 255).to(torch.uint8),
            "example_labels": example_labels.to(torch.uint8),
        }
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, directory / "codes.safetensors")


def write_latent(model: LatentModel, directory: Path) -> None:
    """Of a code in the plane codes.safetensors, of a larger one its attributes; facts of the VAEs that are ranked."""
    if model.latent_dim != 2:
        attributes.write(model, directory)
        return facts.write(model, directory)
    write_codes(model, directory)
    if _reference(directory):
        anomaly.write(model, directory)
        facts.write(model, directory)


def _reference(directory: Path) -> bool:
    """Whether these are the weights that the stage `latent` shows."""
    return directory == weights.directory("vae")


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


def write_neighbours(model: Model, directory: Path) -> None:
    """neighbours.safetensors of the judge of grey digits."""
    if isinstance(model, Judge):
        neighbours.write(model, directory)


COMPANIONS: dict[str, tuple[Callable[[Model, Path], None], ...]] = {
    "": (write_neighbours,),
    "codes": (codes.write, probes.write),
    "latent": (write_latent,),
    "pixels": (write_histogram, anomaly.write, facts.write),
    "density": (density.write_companions,),
    "colour": (facts.write,),
    "text": (text.write_units, facts.write),
}
"""Per stage of the page: what `measure` writes for each of its models."""

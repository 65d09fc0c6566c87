"""What the judge, our own digit classifier, says of pictures: accuracy, code-to-digit matching, mutual information."""

from __future__ import annotations

import math

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from playground import weights
from playground.data import mnist
from playground.models.infogan import InfoGAN
from playground.models.judge import Judge

N_GENERATED = 10_000
SEED = 0


@torch.inference_mode()
def accuracy(model: Judge) -> dict:
    """Share of the grey MNIST test digits that the judge names right, in percent."""
    images, labels = mnist.load(False)
    hits = sum((model.classify(mnist.grey(x)).argmax(1) == y).sum().item() for x, y in _pairs(images, labels))
    row = _row("accuracy", 100 * hits / len(labels), "%", len(labels))
    return row | {"split": "MNIST test", "binarization": "grey", "seed": None}


def code_accuracy(model: InfoGAN) -> dict:
    """Share of generated digits whose judged class is the one best matched to their code c1, in percent.

    The codes carry no names, so the one-to-one matching of codes to digits that is best overall is taken.
    """
    counts = code_table(model)
    digits = matching(counts)
    hits = counts[np.arange(len(counts)), digits].sum()
    row = _row("code_accuracy", 100 * hits / counts.sum(), "%", int(counts.sum()))
    return row | {"digit_of_code": digits}


def matching(counts: np.ndarray) -> list[int]:
    """The digit of each code under the one-to-one matching that is best for counts (codes, digits)."""
    return linear_sum_assignment(-counts)[1].tolist()


@torch.inference_mode()
def code_table(model: InfoGAN, n: int = N_GENERATED) -> np.ndarray:
    """How often the judge reads each digit from pictures of each code: (codes, digits) counts."""
    judge, counts = weights.load("judge"), np.zeros((model.categories, 10), dtype=int)
    for _, codes, x in _generated(model, n):
        np.add.at(counts, (codes.c1.numpy(), judge.classify(x).argmax(1).numpy()), 1)
    return counts


@torch.inference_mode()
def mutual_information(model: InfoGAN) -> dict:
    """Lower bounds on I(c; G(z, c)) for each code in nats: H(c) + E log Q(c | x), with sigma of Q fitted for c2, c3."""
    cross, squares, n = 0.0, np.zeros(2), 0
    for _, codes, x in _generated(model, N_GENERATED):
        logits, mean = model.guess(x)
        cross += torch.nn.functional.cross_entropy(logits, codes.c1, reduction="sum").item()
        squares += (mean - torch.stack([codes.c2, codes.c3], 1)).square().sum(0).numpy()
        n += len(x)
    # H(U(-1, 1)) = ln 2; the best Gaussian with the network's mean has sigma^2 = mean square error.
    continuous = math.log(2) - 0.5 * np.log(2 * math.pi * math.e * squares / n)
    values = {"c1": math.log(model.categories) - cross / n, "c2": continuous[0], "c3": continuous[1]}
    row = _row("mutual_information", sum(values.values()), "nats", n)
    per_code = {name: round(float(value), 4) for name, value in values.items()}
    return row | {"per_code": per_code, "best": {"c1": round(math.log(model.categories), 4)}}


def _generated(model: InfoGAN, n: int):
    generator = torch.Generator().manual_seed(SEED)
    for _ in range(0, n, 500):
        z, codes = model.draw(500, generator)
        yield z, codes, model.generate(z, **codes._asdict())


def _pairs(images: Tensor, labels: Tensor):
    return zip(images.split(500), labels.split(500), strict=True)


def _row(metric: str, value: float, unit: str, n: int) -> dict:
    return {"metric": metric, "value": round(float(value), 4), "unit": unit, "split": "generated", "seed": SEED, "n": n}

"""Likelihoods on the MNIST test set, binarized once with a fixed seed (`playground.data.mnist.binary_test`)."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from playground.data import mnist
from playground.models.base import Autoregressive


@torch.inference_mode()
def test_log_prob(model: Autoregressive, limit: int | None = None, batch: int = 100) -> Tensor:
    """log p(x) in nats of every test image (or the first `limit`), (N,)."""
    x = mnist.binary_test()[0][:limit]
    return torch.cat([model.log_prob(part.to(model.device)).double().cpu() for part in x.split(batch)])


def histogram(log_prob: Tensor, width: float = 2.0) -> dict:
    """log p(x) of test images (N,) as JSON-able counts per `width` nats: edges (k + 1), counts (k), value (mean)."""
    low = math.floor(log_prob.min().item() / width) * width
    bins = int((log_prob.max().item() - low) // width) + 1
    edges = [low + width * i for i in range(bins + 1)]
    counts = torch.histc(log_prob.double(), bins, edges[0], edges[-1]).long().tolist()
    return binary_row("log_prob", log_prob.mean().item(), len(log_prob)) | {"edges": edges, "counts": counts}


def nll(model: Autoregressive) -> dict:
    """Mean negative log-likelihood of the test set, in nats."""
    values = -test_log_prob(model)
    return binary_row("nll", values.mean().item(), len(values))


def nll_of_windows(model: Autoregressive) -> dict:
    """The same for every window length that AR(k) holds: `windows` and `values`; `value` is the longest one's."""
    windows = sorted(map(int, model.windows))
    values = [round(-test_log_prob(model.at(k)).mean().item(), 4) for k in windows]
    row = binary_row("nll_of_windows", values[-1], len(mnist.binary_test()[0]))
    return row | {"windows": windows, "values": values}


def nll_averaged(model: Autoregressive) -> dict:
    """Of a model with several orderings of the pixels: -log of the mean likelihood over them, and each one's NLL.

    A mean over likelihoods, hence a distribution again; the mean of logits would not be one.
    """
    each = {name: test_log_prob(model.ordered(name)) for name in model.config.orderings}
    values = math.log(len(each)) - torch.stack(list(each.values())).logsumexp(0)
    row = binary_row("nll_averaged", values.mean().item(), len(values))
    return row | {"orderings": {name: round(-log_p.mean().item(), 4) for name, log_p in each.items()}}


@torch.inference_mode()
def elbo(model: torch.nn.Module, draws: int = 16, seed: int = 0) -> dict:
    """Negative ELBO of the test set in nats, a bound: `draws` samples of z per image."""
    x = mnist.binary_test()[0]
    generator = torch.Generator().manual_seed(seed)
    total = 0.0
    for part in x.split(500):
        for _ in range(draws):
            total -= model.elbo(part, generator=generator).double().sum().item() / draws
    return binary_row("elbo", total / len(x), len(x)) | {"bound": "upper bound on the negative log-likelihood"}


@torch.inference_mode()
def importance_weighted(model: torch.nn.Module, draws: int = 200, seed: int = 0) -> dict:
    """IW-200: the importance-weighted bound of the test set in nats, between the negative ELBO and the true value."""
    x, generator = mnist.binary_test()[0], torch.Generator().manual_seed(seed)
    values = [-model.importance_weighted(part, draws, generator).double() for part in x.split(250)]
    row = binary_row("iw", torch.cat(values).mean().item(), len(x)) | {"draws": draws}
    return row | {"bound": "upper bound on the negative log-likelihood"}


def binary_row(metric: str, value: float, n: int) -> dict:
    """A row of metrics.json measured on the fixed test binarization."""
    return {
        "metric": metric,
        "value": round(value, 4),
        "unit": "nats",
        "split": "MNIST test",
        "binarization": "DYNAMIC (test set binarized once)",
        "seed": mnist.TEST_SEED,
        "hash": mnist.binary_test()[2],
        "n": n,
    }

"""What the judge sees in many pictures of a generator: which digits, how clearly, and how far they are from real ones.

The Frechet distance is that between two Gaussians fitted to the judge's 128 features [1]: of generated and of real test
digits. A finite sample of the real digits has a distance from the others as well, so `floor` stands beside it: that of
training digits, as many, from the same test digits.

    d^2 = |m_1 - m_2|^2 + tr(S_1 + S_2 - 2 (S_1 S_2)^(1/2))

[1] Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter. NIPS 2017, arXiv:1706.08500, with another network's features.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from scipy.linalg import eigh
from torch import Tensor

from playground import weights
from playground.data import mnist
from playground.data.noise import noises
from playground.metrics.regularity import SURE
from playground.metrics.regularity import recognised as read
from playground.models.base import ImageGenerator

N = 10_000  # pictures on each side of a Frechet distance
COUNTED = 1000  # pictures whose digits are counted
PART = 500
Gaussian = tuple[np.ndarray, np.ndarray]
"""Mean (d,) and covariance (d, d)."""


def frechet(model: ImageGenerator) -> dict:
    """Squared Frechet distance of generated from real test digits in the judge's features, beside that of real ones."""
    value = frechet_distance(gaussian(features(pictures(model, N))), _real(False))
    floor = frechet_distance(_real(True), _real(False))
    row = {"metric": "frechet", "value": round(value, 4), "unit": "squared feature distance", "split": "MNIST test"}
    return row | {"binarization": "grey", "seed": 0, "n": N, "real_vs_real": round(floor, 4)}


def digits(model: ImageGenerator) -> dict:
    """Digits that make up at least 4 % of 1,000 pictures, as the judge reads them."""
    confidence, digit = _read(pictures(model, COUNTED))
    shares = np.bincount(digit[confidence > 0], minlength=10) / COUNTED
    row = {"metric": "digits", "value": int((shares >= 0.04).sum()), "unit": "of 10 digits", "split": "generated"}
    return row | {"seed": 0, "n": COUNTED, "shares": shares.round(4).tolist()}


def recognised(model: ImageGenerator) -> dict:
    """Share of 1,000 pictures in which the judge reads one digit with p >= 0.9, in percent."""
    share = 100 * float((_read(pictures(model, COUNTED))[0] >= SURE).mean())
    return {
        "metric": "recognised",
        "value": round(share, 2),
        "unit": "%",
        "split": "generated",
        "seed": 0,
        "n": COUNTED,
        "real": round(100 * _recognised_digits(), 2),
    }


@torch.inference_mode()
def pictures(model: ImageGenerator, n: int) -> Tensor:
    """Pictures of the noises of seeds 0 .. n - 1 as a judge of 28 x 28 digits wants them, (n, 1, 28, 28) in [0, 1]."""
    parts = [model.generate(torch.from_numpy(noises(seeds, model.z_dim))) for seeds in _parts(n)]
    return as_digits(torch.cat(parts))


def as_digits(x: Tensor) -> Tensor:
    """Pictures (n, 1, s, s) as 28 x 28: those of 32 without their border, others by area or bilinear interpolation."""
    side = x.shape[-1]
    if side == 28:
        return x
    if side == 32:
        return x[..., 2:-2, 2:-2]
    large = F.interpolate(x, size=32, mode="nearest") if side < 32 else F.interpolate(x, size=32, mode="area")
    return large[..., 2:-2, 2:-2]


@torch.inference_mode()
def features(x: Tensor) -> np.ndarray:
    """The judge's features of digits x (n, 1, 28, 28) in [0, 1]: (n, 128) float64."""
    judge = weights.load("judge")
    return torch.cat([judge.features(part) for part in x.split(PART)]).double().numpy()


def gaussian(values: np.ndarray) -> Gaussian:
    """Mean and covariance of values (n, d)."""
    return values.mean(0), np.cov(values, rowvar=False)


def frechet_distance(a: Gaussian, b: Gaussian) -> float:
    """Squared Frechet distance between two Gaussians, see the head of the file."""
    (mean_a, cov_a), (mean_b, cov_b) = a, b
    values, vectors = eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    # tr (S_1 S_2)^(1/2) = sum of the roots of the eigenvalues of S_1^(1/2) S_2 S_1^(1/2), which is symmetric
    cross = np.sqrt(eigh(root @ cov_b @ root, eigvals_only=True).clip(0)).sum()
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


@lru_cache(maxsize=2)
def _real(train: bool) -> Gaussian:
    return gaussian(features(mnist.grey(mnist.load(train)[0][:N])))


@lru_cache(maxsize=1)
def _recognised_digits() -> float:
    return float((_read(mnist.grey(mnist.load(False)[0][:N]))[0] >= SURE).mean())


def _read(x: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """How sure the judge is of pictures (n, 1, 28, 28) and of which digit: (n,) each; 0 where there is no picture."""
    parts = [read(part) for part in x.split(PART)]
    confidence, digit = (torch.cat(found) for found in zip(*parts, strict=True))
    return confidence.numpy(), digit.numpy()


def _parts(n: int) -> list[range]:
    return [range(at, min(at + PART, n)) for at in range(0, n, PART)]

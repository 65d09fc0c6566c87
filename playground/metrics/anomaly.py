"""What log p(x) is worth as an alarm: scores of digits and of what are no digits, and how well they can be told apart.

The digits are the normal case; every other set is an anomaly that a threshold on log p(x) should catch. All sets are
binary 28x28 images, made from a fixed seed, 1,000 of each; blank paper is a single image.

An area under the ROC curve is the probability that a digit scores higher than an anomaly, ties counted half: 1 tells
the two apart, 0.5 guesses, and 0 is wrong every time.
"""

from __future__ import annotations

import json
import math
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from playground import weights
from playground.data import mnist
from playground.data.letters import letters
from playground.metrics.likelihood import binary_row
from playground.models.base import Model

SEED = 20
N = 1000
SETS = ("digits", "letters", "independent", "shuffled", "noise", "inverted", "blank")
PLANE, CODES = 4.5, 161  # for a model with a latent plane: half its side, codes along it


@lru_cache(maxsize=1)
def sets() -> dict[str, Tensor]:
    """Every set, (n, 1, 28, 28) in {0, 1}.

    digits: of the MNIST test set, binarized once. letters: printed capitals, binarized like the digits. independent:
    every pixel drawn alone with the training set's frequency of ink. shuffled: the digits, the pixels of each in an
    order of its own. noise: fair coins. inverted: the digits, ink and paper exchanged. blank: no ink, one image.
    """
    rng = np.random.Generator(np.random.PCG64(SEED))
    x = mnist.binary_test()[0]
    digits = x[torch.from_numpy(rng.choice(len(x), N, replace=False))]
    moved = rng.permuted(np.tile(np.arange(784), (N, 1)), axis=1)
    shuffled = digits.flatten(1).gather(1, torch.from_numpy(moved)).view_as(digits)
    grey, _ = letters(N, SEED)
    uniforms = torch.from_numpy(rng.random((2, *digits.shape), dtype=np.float32))
    return {
        "digits": digits,
        "letters": (uniforms[0] < grey).float(),
        "independent": weights.load("bernoulli").sample(N, generator=torch.Generator().manual_seed(SEED)),
        "shuffled": shuffled,
        "noise": (uniforms[1] < 0.5).float(),
        "inverted": 1 - digits,
        "blank": torch.zeros(1, 1, 28, 28),
    }


@torch.inference_mode()
def score(model: Model, x: Tensor, batch: int = 100) -> Tensor:
    """log p(x) in nats, (n,): of the model itself, or summed over its latent plane. x (n, 1, 28, 28) in {0, 1}."""
    parts = x.to(model.device).split(batch)
    found = [model.log_prob(part) if hasattr(model, "log_prob") else _over_plane(model, part) for part in parts]
    return torch.cat(found).double().cpu()


def _over_plane(model: Model, x: Tensor) -> Tensor:
    """log p(x) = log int p(x|z) p(z) dz, (n,), as a sum over a grid of codes (m, 2).

    Not the encoder's bound: of a picture that is no digit the encoder makes a code far outside, and its bound says
    nothing. The grid's spacing is 0.056 of the prior's standard deviation.
    """
    logits, log_weight = _plane(model)
    log_joint = x.flatten(1) @ logits.T + log_weight  # (n, m)
    return log_joint.logsumexp(1)


@lru_cache(maxsize=2)
def _plane(model: Model) -> tuple[Tensor, Tensor]:
    """Of every code of the grid: logits (m, 784), and log p(z) dz + log p(blank paper | z), (m,)."""
    axis = torch.linspace(-PLANE, PLANE, CODES, device=model.device)
    z = torch.cartesian_prod(axis, axis)
    logits = torch.cat([model.decoder(part).flatten(1) for part in z.split(1000)])
    log_mass = -(z.square().sum(1) + math.log(4 * math.pi**2)) / 2 + 2 * math.log(2 * PLANE / (CODES - 1))
    return logits, log_mass - F.softplus(logits).sum(1)


def auc(normal: np.ndarray, anomalous: np.ndarray) -> float:
    """Probability that a normal score is higher than an anomalous one, ties counted half."""
    ordered = np.sort(anomalous)
    below, not_above = (np.searchsorted(ordered, normal, side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(anomalous))


def typical(scores: np.ndarray, digits: np.ndarray) -> np.ndarray:
    """The other rule: how near a score is to the digits' mean, -|score - mean|; too likely is an alarm as well."""
    return -np.abs(scores - digits.mean())


def measure(model: Model) -> dict:
    """JSON-able: per set its sorted scores in nats (to 0.1), their mean, and the AUC of both rules."""
    scores = {name: np.sort(score(model, x).numpy().round(1)) for name, x in sets().items()}
    digits = scores["digits"]
    found = {}
    for name, values in scores.items():
        found[name] = {
            "mean": round(float(values.mean()), 2),
            "auc": round(auc(digits, values), 4),
            "auc_typical": round(auc(typical(digits, digits), typical(values, digits)), 4),
            "scores": values.tolist(),
        }
    return {"seed": SEED, "n": N, "sets": found}


def write(model: Model, directory: Path) -> None:
    """anomaly.json beside the weights."""
    about = {name: value for name, value in binary_row("", 0.0, N).items() if name in ("binarization", "hash")}
    (directory / "anomaly.json").write_text(json.dumps(about | measure(model)) + "\n", encoding="utf-8")

"""What makes a latent space one can generate from: continuity, completeness, information, distance to the prior.

All of it is said of a *sampling distribution* over codes, the one a visitor would draw from: the model's prior, or for
a plain autoencoder, which has none, the Gaussian with the mean and covariance of its codes (the kindest choice there
is without training anything more). Lengths are in standard deviations of that distribution (root mean square over the
axes), so that an autoencoder is not called rough because its plane is large.

continuity     median over drawn codes, in a random direction, of how much changes per unit of length: the mean absolute
               difference of the pixels' p(x_i = 1 | z), and the total variation of the judge's p(digit | x_hat)
completeness   share of samples of the prior whose decoded picture the judge recognises: p(digit | x_hat) of at least
               0.9, and a picture at all (see `recognised`); of a plain autoencoder N(0, I) counts as prior, and the
               fitted Gaussian stands beside it
information    a lower bound on I(digit; z): H(digit) - E[-log p(digit | z)] of a nearest-neighbour classifier that
               never saw the codes it is asked about; z ~ q(z|x)
prior_distance sliced Wasserstein distance and MMD between the codes of all test digits, z ~ q(z|x), and samples of the
               prior, beside the same between two sets of samples of the prior
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from playground import weights
from playground.data import mnist
from playground.losses.divergence import imq_kernel, mmd
from playground.losses.likelihood import bernoulli_log_likelihood
from playground.metrics.likelihood import binary_row
from playground.models.base import Model
from playground.nn.priors import prior

SEED = 0
DRAWN = 2000  # codes drawn for each number
STEP = 0.02  # of a standard deviation: what stands for an infinitely short step
SURE = 0.9  # confidence of the judge in a picture that counts as a digit
CLEAR = 0.5  # mean of |2 p - 1| over the pixels: above it a decoded picture says what it is, below it is a grey cloud
NEIGHBOURS, PSEUDO = 40, 0.1  # of the classifier of codes: neighbours, and what every class is given beside them
DIRECTIONS = 200  # lines on which sliced distances are measured
REPEATS = 10  # pairs of sample sets of the prior
PER_DISTANCE = 2000  # codes on each side of a distance


@dataclass(frozen=True)
class Sampling:
    """Where codes are drawn from. name: "prior" or "fitted". draw(n, generator) -> (n, d).

    unit: its standard deviation. centre (d,): its mean. scale (d, d): the Cholesky factor of a fitted covariance.
    """

    name: str
    draw: Callable[[int, torch.Generator], Tensor]
    unit: float
    centre: Tensor
    scale: Tensor | None = None


def sampling(model: Model) -> Sampling:
    """The distribution a visitor draws codes of this model from; see the head of the file."""
    if hasattr(model, "prior"):
        chosen = model.prior
    elif hasattr(model, "terms"):  # a VAE
        chosen = prior("normal", model.latent_dim)
    else:
        return _fitted(codes(model)[0])
    nodes = chosen.nodes
    spread = (nodes - nodes.mean(0)).square().mean().item() + chosen.std**2
    return Sampling("prior", chosen.sample, math.sqrt(spread), nodes.mean(0))


def _fitted(z: Tensor) -> Sampling:
    """The Gaussian with the mean and covariance of the codes z (n, d)."""
    centre, factor = z.mean(0), torch.linalg.cholesky(z.T.cov())

    def draw(n: int, generator: torch.Generator) -> Tensor:
        return centre + torch.randn(n, z.shape[1], generator=generator) @ factor.T

    return Sampling("fitted", draw, z.var(0).mean().sqrt().item(), centre, factor)


@torch.inference_mode()
def codes(model: Model, seed: int = SEED) -> tuple[Tensor, Tensor]:
    """z ~ q(z|x) of every test digit (binarized once), (N, d), and the labels (N,)."""
    x, labels, _ = mnist.binary_test()
    generator = torch.Generator().manual_seed(seed)
    found = []
    for part in x.split(1000):
        mu, logvar = model.encode(part)
        found.append(mu if logvar is None else mu + (0.5 * logvar).exp() * torch.randn(mu.shape, generator=generator))
    return torch.cat(found), labels


@torch.inference_mode()
def recognised(x: Tensor) -> tuple[Tensor, Tensor]:
    """How sure the judge is of pictures (n, 1, 28, 28) in [0, 1]: confidence (n,) and digit (n,).

    The judge knows digits only and calls a grey cloud some digit, often with confidence. A picture whose pixels are
    undecided on average (`CLEAR`), or that holds no ink at all, is nothing to be recognised: its confidence is 0.
    """
    confidence, digit = _judged(x).max(1)
    decided = (2 * x - 1).abs().flatten(1).mean(1) > CLEAR
    inked = (x > 0.5).flatten(1).any(1)
    return confidence * (decided & inked), digit


def completeness(model: Model) -> dict:
    """Share of samples of the prior, in percent, whose picture the judge recognises; `digits`: how often it reads each.

    A plain autoencoder is drawn from N(0, I), of which it was never told; `fitted` and `fitted_digits` say what the
    Gaussian of its codes would give, which somebody has to fit after the training.
    """
    source = sampling(model)
    target = source.draw if source.name == "prior" else prior("normal", model.latent_dim).sample
    share, digits = _share(model, target(DRAWN, _generator()))
    row = _row("completeness", 100 * share, "%") | {"digits": digits}
    if source.name == "fitted":
        share, digits = _share(model, source.draw(DRAWN, _generator()))
        row |= {"fitted": round(100 * share, 2), "fitted_digits": digits}
    return row


def _share(model: Model, z: Tensor) -> tuple[float, list[int]]:
    confidence, digit = recognised(decoded(model, z))
    sure = confidence >= SURE
    return sure.float().mean().item(), digit[sure].bincount(minlength=10).tolist()


def continuity(model: Model) -> dict:
    """Median change of the pixels per unit of length; `label`: of the judge's opinion, median and 95th percentile."""
    source, generator = sampling(model), _generator()
    z = source.draw(DRAWN, generator)
    direction = F.normalize(torch.randn(z.shape, generator=generator), dim=1)
    pixels, label = speed(model, z, direction * source.unit)
    row = _row("continuity", pixels.median().item(), "mean |dp| per unit")
    quantiles = label.quantile(torch.tensor([0.5, 0.95])).tolist()
    return row | {"label_median": round(quantiles[0], 4), "label_95": round(quantiles[1], 4), "length": source.unit}


@torch.inference_mode()
def speed(model: Model, z: Tensor, unit: Tensor) -> tuple[Tensor, Tensor]:
    """Change per step `unit` at z, both (n, d): of the pixels (mean absolute difference) and of the judge's opinion
    (total variation between its class probabilities), each (n,). Central differences."""
    ahead, behind = decoded(model, z + STEP / 2 * unit), decoded(model, z - STEP / 2 * unit)
    pixels = (ahead - behind).abs().flatten(1).mean(1) / STEP
    label = 0.5 * (_judged(ahead) - _judged(behind)).abs().sum(1) / STEP
    return pixels, label


def information(model: Model) -> dict:
    """Lower bound on I(digit; z) in nats against its maximum H(digit); of a VAE also the upper bound E KL."""
    z, labels = codes(model)
    order = torch.randperm(len(z), generator=_generator())
    known, asked = order.chunk(2)
    log_p = neighbour_log_prob(z[known], labels[known], z[asked], labels[asked])
    share = labels[asked].bincount(minlength=10) / len(asked)
    entropy = -(share * share.log()).sum().item()
    row = binary_row("information", max(0.0, entropy + log_p.mean().item()), len(asked)) | {"best": round(entropy, 4)}
    if hasattr(model, "terms"):
        row["upper_bound"] = round(mean_kl(model), 4)
    return row


def neighbour_log_prob(known: Tensor, labels: Tensor, z: Tensor, y: Tensor) -> Tensor:
    """log p(y | z) of the nearest neighbours among known codes (m, d) with labels (m,): z (n, d), y (n,) -> (n,)."""
    found = []
    for part, truth in zip(z.split(500), y.split(500), strict=True):
        near = torch.cdist(part, known).topk(NEIGHBOURS, largest=False).indices
        hits = (labels[near] == truth[:, None]).sum(1)
        found.append(((hits + PSEUDO) / (NEIGHBOURS + 10 * PSEUDO)).log())
    return torch.cat(found)


@torch.inference_mode()
def mean_kl(model: Model) -> float:
    """E KL(q(z|x) || p(z)) over the test digits, in nats."""
    x = mnist.binary_test()[0]
    return torch.cat([model.terms(part, _generator()).kl for part in x.split(1000)]).double().mean().item()


@torch.inference_mode()
def reconstruction(model: Model) -> dict:
    """-log p(x | z) in nats at the mean of q(z|x): how well two numbers bring a test digit back."""
    x = mnist.binary_test()[0]
    nats = [-bernoulli_log_likelihood(model.decoder(model.encode(part).mu), part) for part in x.split(1000)]
    return binary_row("reconstruction", torch.cat(nats).double().mean().item(), len(x))


def prior_distance(model: Model) -> dict:
    """Sliced Wasserstein distance of the codes to the prior (N(0, I) where there is none), in units of its axes.

    `prior_pair`: the same between two sets of samples of the prior, mean over pairs; `times`: how many times that.
    `mmd`, `mmd_prior_pair`: the unbiased squared MMD, and its standard deviation between two such sets (mean 0).
    """
    target = getattr(model, "prior", None) or prior("normal", model.latent_dim)
    z = codes(model)[0]
    generator = _generator()
    z = z[torch.randperm(len(z), generator=generator)[:PER_DISTANCE]]
    pairs = [[target.sample(len(z), generator) for _ in range(2)] for _ in range(REPEATS)]
    kernel = partial(imq_kernel, std=target_std(target.nodes, target.std))
    lines = F.normalize(torch.randn(DIRECTIONS, z.shape[1], generator=generator), dim=1)
    value = _mean([sliced_wasserstein(z, a, lines) for a, _ in pairs])
    pair = _mean([sliced_wasserstein(a, b, lines) for a, b in pairs])
    found = _mean([mmd(z, a, kernel).item() for a, _ in pairs])
    null = torch.tensor([mmd(a, b, kernel).item() for a, b in pairs]).std().item()
    row = _row("prior_distance", value, "sliced Wasserstein", len(z))
    rest = {"prior_pair": pair, "times": value / pair, "mmd": found, "mmd_prior_pair": null}
    return row | {name: round(number, 5) for name, number in rest.items()}


def sliced_wasserstein(a: Tensor, b: Tensor, lines: Tensor) -> float:
    """Mean over lines (k, d) of the Wasserstein-1 distance between the projections of a and b, both (n, d)."""
    along_a, along_b = ((points @ lines.T).sort(dim=0).values for points in (a, b))
    return (along_a - along_b).abs().mean().item()


def target_std(nodes: Tensor, std: float) -> float:
    """Standard deviation of a prior per axis (root mean square)."""
    return math.sqrt((nodes - nodes.mean(0)).square().mean().item() + std**2)


@torch.inference_mode()
def decoded(model: Model, z: Tensor) -> Tensor:
    """p(x = 1 | z) of many codes: z (n, d) -> (n, 1, 28, 28)."""
    return torch.cat([model.decode(part) for part in z.split(500)])


def _judged(x: Tensor) -> Tensor:
    judge = weights.load("judge")
    with torch.inference_mode():
        return torch.cat([judge.classify(part) for part in x.split(500)])


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(SEED)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _row(metric: str, value: float, unit: str, n: int = DRAWN) -> dict:
    return {"metric": metric, "value": round(value, 4), "unit": unit, "split": "generated", "seed": SEED, "n": n}

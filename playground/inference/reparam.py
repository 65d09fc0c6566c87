"""The reparameterization stage: the gradient of E[f(z)], z ~ N(mu, sigma^2), estimated in two ways.

    pathwise   z = mu + sigma * eps:  d/dmu = f'(z),                    d/dsigma = f'(z) eps
    score      f(z) d log q(z):       d/dmu = (f(z) - b) eps / sigma,   d/dsigma = (f(z) - b) (eps^2 - 1) / sigma

Both have the same mean [1]; b is any constant (a baseline). NumPy in float64; torch only for the objective of the VAE,
which is a table of -log p(x|z) and its derivative along z_1, joined by cubics.

[1] Kingma, Welling. ICLR 2014, arXiv:1312.6114.  [2] Mohamed et al. Monte Carlo gradient estimation. JMLR 2020,
arXiv:1906.10652: which of the two varies less depends on f.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground.inference import checks, latent

OBJECTIVES = ("quadratic", "wave", "step", "digit")
PARAMETERS = ("mu", "sigma")
ESTIMATORS = ("pathwise", "score")
TARGET, PITCH, STEEPNESS, MIDDLE = 1.0, 3.0, 8.0, 0.5
EXAMPLE = 10  # a 5 of the examples that come with the VAE's weights
FARTHEST, NARROWEST, WIDEST = 3.0, 0.1, 2.0  # |mu|, sigma
MOST_DRAWS = 1000
REPEATS = 2000
BINS = 81
EDGE, CELLS = 8.0, 1600  # the table of an objective; beyond its edge it goes on as a straight line
STEPS, RUNS, WALL = 100, 12, 4.0  # of the descent; mu stays within the wall
RATES = {"quadratic": 0.05, "wave": 0.05, "step": 0.15, "digit": 1e-4}  # the learning rate that is called 1


@dataclass(frozen=True)
class Curve:
    """An objective as a table: z (n,) at equal steps, f and df (n,), all float64."""

    z: np.ndarray
    f: np.ndarray
    df: np.ndarray


@dataclass(frozen=True)
class Estimates:
    """Both estimators, each repeated 2,000 times with `draws` z a time. Arrays are [parameter, estimator], (2, 2).

    exact (2,): the gradient itself. mean, std: of the estimates; stderr: std / sqrt(repeats). ratio (2,): variance of
    score over that of pathwise. low, high (2,): ends of the histograms; counts (2, 2, bins) int; the rest lies outside.
    baseline: the b in use. axis (m,), expected (m,): E[f(z)] for every mu of the axis.
    """

    exact: np.ndarray
    mean: np.ndarray
    std: np.ndarray
    stderr: np.ndarray
    ratio: np.ndarray
    low: np.ndarray
    high: np.ndarray
    counts: np.ndarray
    baseline: float
    axis: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True)
class Descent:
    """mu on its way down E[f]: path (2, runs, steps + 1), pathwise first; rate: the learning rate in use."""

    path: np.ndarray
    rate: float


def curve(objective: str) -> Curve:
    """The table of an objective on [-8, 8]; between its points cubics that fit f and df. Raises InvalidInput."""
    if checks.choice("objective", objective, OBJECTIVES) == "digit":
        return _digit()
    z = np.linspace(-EDGE, EDGE, CELLS + 1)
    return Curve(z, *_function(objective)(z))


def gradients(
    objective: str, mu: float, sigma: float, draws: int = 1, seed: int = 0, baseline: bool = False
) -> Estimates:
    """Means, spreads and histograms of both estimators.

    mu in [-3, 3], sigma in [0.1, 2], draws 1..1000 averaged in each estimate; with `baseline` b = E[f], else 0.
    Raises InvalidInput.
    """
    f, mu, sigma, draws, rng = _given(objective, mu, sigma, draws, seed)
    b = expectation(f, mu, sigma)[0] if baseline else 0.0
    estimates = np.empty((2, 2, REPEATS))
    for part in np.array_split(np.arange(REPEATS), max(1, REPEATS * draws // 200_000)):
        eps = rng.standard_normal((len(part), draws))
        estimates[:, :, part] = single(f, mu, sigma, eps, b).mean(-1)
    mean, std = estimates.mean(-1), estimates.std(-1, ddof=1)
    exact = np.array(expectation(f, mu, sigma)[1:])
    low, high, counts = _histograms(estimates, exact)
    axis = np.linspace(-WALL, WALL, 201)
    ratio = (std[:, 1] / np.maximum(std[:, 0], 1e-300)) ** 2
    spread = (mean, std, std / np.sqrt(REPEATS), ratio)
    return Estimates(exact, *spread, low, high, counts, float(b), axis, expectation(f, axis, sigma)[0])


def descent(
    objective: str, mu: float, sigma: float, draws: int = 1, seed: int = 0, baseline: bool = False, rate: float = 1.0
) -> Descent:
    """Gradient descent of mu with each estimator, sigma fixed: the same start, learning rate and eps for both.

    rate: in [0.1, 10], a multiple of the objective's own learning rate `RATES`. Raises InvalidInput.
    """
    f, start, sigma, draws, rng = _given(objective, mu, sigma, draws, seed)
    step = checks.number("rate", rate, 0.1, 10.0) * RATES[objective]
    path = np.full((2, RUNS, STEPS + 1), start)
    for t in range(STEPS):
        eps = rng.standard_normal((RUNS, draws))
        for k in range(2):
            here = path[k, :, t]
            b = np.interp(here, *_baseline(objective, sigma))[:, None] if baseline else 0.0
            gradient = single(f, here[:, None], sigma, eps, b)[0, k].mean(-1)
            path[k, :, t + 1] = np.clip(here - step * gradient, -WALL, WALL)
    return Descent(path, step)


def single(f: Callable, mu: float | np.ndarray, sigma: float, eps: np.ndarray, b: float | np.ndarray) -> np.ndarray:
    """Both estimators of both gradients at each eps (...): (2 parameters, 2 estimators, ...)."""
    value, slope = f(mu + sigma * eps)
    weight = (value - b) / sigma
    return np.array([[slope, weight * eps], [slope * eps, weight * (eps**2 - 1)]])


def expectation(f: Callable, mu: float | np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """E[f(z)] and its derivatives by mu and sigma, by a sum over a fine grid of eps; mu () or (m,)."""
    eps = np.linspace(-8, 8, 2001)
    weights = np.exp(-0.5 * eps**2)
    value, slope = f(np.asarray(mu)[..., None] + sigma * eps)
    return tuple(v @ (weights / weights.sum()) for v in (value, slope, slope * eps))


def warm_up() -> None:
    """The VAE's objective, in the background after launch."""
    _digit()


@lru_cache(maxsize=64)
def _baseline(objective: str, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """E[f] for every mu within the wall."""
    axis = np.linspace(-WALL, WALL, 401)
    return axis, expectation(_function(objective), axis, sigma)[0]


def _function(objective: str) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """f and f' at any z."""
    if objective == "quadratic":
        return lambda z: ((z - TARGET) ** 2, 2 * (z - TARGET))
    if objective == "wave":
        return lambda z: (np.sin(PITCH * z), PITCH * np.cos(PITCH * z))
    if objective == "step":
        return _step
    return _cubics(_digit())


def _step(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    half = np.tanh(0.5 * STEEPNESS * (z - MIDDLE))
    return 0.5 * (1 + half), 0.25 * STEEPNESS * (1 - half**2)


def _cubics(table: Curve) -> Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """f and f' between the points of a table, by the cubics that fit f and df at both ends of a cell."""
    h = 2 * EDGE / CELLS

    def between(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = np.clip(z, -EDGE, EDGE)
        at = (inside + EDGE) / h
        k = np.minimum(at.astype(np.int64), CELLS - 1)
        t = at - k
        f0, f1, d0, d1 = table.f[k], table.f[k + 1], h * table.df[k], h * table.df[k + 1]
        rise = f1 - f0
        b, c = 3 * rise - 2 * d0 - d1, d0 + d1 - 2 * rise
        value, slope = f0 + t * (d0 + t * (b + t * c)), (d0 + t * (2 * b + 3 * c * t)) / h
        return value + slope * (z - inside), slope

    return between


@lru_cache(maxsize=1)
def _digit() -> Curve:
    """-log p(x|z) along z_1 through the encoder's z_2, in nats."""
    import torch

    from playground.losses.likelihood import bernoulli_log_likelihood

    ink = latent.binary_image(latent.latent_map().examples[EXAMPLE])
    network = latent._model("vae")
    device = next(network.parameters()).device
    x = torch.from_numpy(ink).float().view(1, 1, 28, 28).to(device)
    with torch.no_grad():
        across = network.encode(x).mu[0, 1].item()
    line = np.linspace(-EDGE, EDGE, CELLS + 1)
    first = torch.tensor(line, dtype=torch.float32, device=device, requires_grad=True)
    z = torch.stack([first, torch.full_like(first, across)], 1)
    nats = -bernoulli_log_likelihood(network.decoder(z), x.expand(len(z), -1, -1, -1))
    (slope,) = torch.autograd.grad(nats.sum(), first)
    return Curve(line, *(v.detach().cpu().double().numpy() for v in (nats, slope)))


def _histograms(estimates: np.ndarray, exact: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One axis for both estimators of a parameter: it holds all but one in a hundred of each, and the exact value."""
    low, high = np.quantile(estimates, [0.005, 0.995], axis=-1)
    low, high = np.minimum(low.min(1), exact), np.maximum(high.max(1), exact)
    pad = 0.06 * (high - low) + 1e-6 * (1 + np.abs(exact))
    low, high = low - pad, high + pad
    counts = [[np.histogram(e, BINS, (a, b))[0] for e in pair] for pair, a, b in zip(estimates, low, high, strict=True)]
    return low, high, np.array(counts)


def _given(objective: object, mu: object, sigma: object, draws: object, seed: object) -> tuple:
    f = _function(checks.choice("objective", objective, OBJECTIVES))
    mu = checks.number("mu", mu, -FARTHEST, FARTHEST)
    sigma = checks.number("sigma", sigma, NARROWEST, WIDEST)
    draws = checks.integer("draws", draws, 1, MOST_DRAWS)
    return f, mu, sigma, draws, np.random.default_rng(checks.seed(seed))

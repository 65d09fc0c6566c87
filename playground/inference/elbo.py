"""The ELBO stage: the bound taken apart for one image, and any axis-parallel Gaussian q as the encoder's rival.

E_q[log p(x|z)] is a sum over a grid of eps, z = mu + sigma * eps, so it is the same number every time; its grid is at
most 0.75 sigma and 0.1 wide, and a four times finer one moves it by less than 0.1 nats (tests/inference/test_elbo.py).
The KL is the closed form, log p(x) the sum over the plane of `_posterior`. All in nats; torch is imported inside.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import InvalidInput
from playground.inference import arrays, checks, latent

if TYPE_CHECKING:
    from torch import Tensor

MODEL = "vae"
FARTHEST = 4.0  # |mu| at most: beyond it the prior has nothing
NARROWEST, WIDEST = 0.005, 1.0  # sigma
KS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
REPEATS = 20  # of the estimate with the most draws; those with fewer have more repeats of the same draws
STEPS = 60
NEAR, SMALLEST = 65, 0.15  # side of the heat around the posterior; half-width of its square at least
REACH, WIDTH, FINEST = 4.5, 0.75, 0.1  # the grid of eps: how far, how wide in sigmas, how wide on the plane
PART = 1024


@dataclass(frozen=True)
class Drawing:
    """One image and what is known of it whatever q is.

    x (28, 28) uint8 in {0, 1}. mu, sigma (2,): the encoder's q(z|x); its network gives mu and log sigma^2. log_prob:
    log p(x). mean, std (2,): of the true posterior. near (65, 65) float32: log p(z|x) less its maximum, on the square
    of half-width `half` around `centre` (2,), row 0 at the lowest z_2; whole (96, 96): the same on [-4.5, 4.5]^2.
    """

    x: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    log_prob: float
    mean: np.ndarray
    std: np.ndarray
    centre: np.ndarray
    half: float
    near: np.ndarray
    whole: np.ndarray
    extent: float


@dataclass(frozen=True)
class Terms:
    """The bound for one q = N(mu, diag sigma^2), in nats.

    reconstruction: E_q[log p(x|z)]; nats (28, 28) float32: what each pixel takes from it, so they sum to
    -reconstruction. p (28, 28) float32: E_q[p(x_i = 1 | z)]. kl (2,): of each dimension to N(0, 1).
    elbo = reconstruction - kl[0] - kl[1].
    """

    reconstruction: float
    nats: np.ndarray
    p: np.ndarray
    kl: np.ndarray
    elbo: float


@dataclass(frozen=True)
class Importance:
    """log 1/K sum_k p(x, z_k) / q(z_k), z_k ~ q, for the K of `draws` (10,): mean over repeats, and where eight of ten
    repeats lie (low to high), each (10,) in nats; repeats (10,): how many. K = 1 is the ELBO in mean."""

    draws: np.ndarray
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    repeats: np.ndarray


def gaussian_kl(mu: np.ndarray, sigma: np.ndarray) -> np.ndarray:
    """KL(N(mu, sigma^2) || N(0, 1)) of each dimension: 1/2 (mu^2 + sigma^2 - ln sigma^2 - 1)."""
    mu, sigma = np.asarray(mu, np.float64), np.asarray(sigma, np.float64)
    return 0.5 * (mu**2 + sigma**2 - np.log(sigma**2) - 1)


def take(image: object, normalise: bool = False) -> Drawing:
    """An image as `latent.binary_image` reads it, its encoder's answer and its true posterior."""
    import torch

    from playground.inference import _posterior as truth

    ink = latent.binary_image(image, normalise)
    network, device = latent._model(MODEL), latent._device()
    with torch.inference_mode():
        x = torch.from_numpy(ink).float().view(1, 1, 28, 28).to(device)
        q = network.encode(x)
        p = truth.true_posterior(MODEL, device, x, q)
        mu, sigma = (v[0].cpu().numpy().astype(np.float64) for v in (q.mu, (0.5 * q.logvar).exp()))
        half = max(1.15 * p.half, SMALLEST)
        middle = torch.from_numpy(p.centre).to(device)
        near = truth._log_joint(network, x, truth._grid(middle, torch.full_like(middle, half), NEAR))
        _, logits, rest = truth._plane(MODEL, device)
        whole = (logits @ x.flatten() + rest).double()
        shown = [
            (v - v.max()).view(side, side).float().cpu().numpy() for v, side in ((near, NEAR), (whole, truth.COARSE))
        ]
    return Drawing(ink, mu, sigma, p.log_prob, p.mean, p.std, p.centre, half, *shown, truth.REACH)


def terms(image: object, mu: object, sigma: object) -> Terms:
    """The two terms of the bound under q = N(mu, diag sigma^2).

    mu (2,) in [-4, 4], sigma (2,) in [0.005, 1]. Raises InvalidInput.
    """
    import torch

    x, mu, sigma = _given(image, mu, sigma)
    eps, weights = _grid_of_eps(sigma)
    ink = torch.from_numpy(x).float().flatten()
    network = latent._model(MODEL)
    nats, p = np.zeros(784), np.zeros(784)
    with torch.inference_mode():
        for part, w in zip(_parts(mu + sigma * eps), _parts(weights), strict=True):
            logits = _logits(network, part).cpu()
            log_p = logits * ink - torch.nn.functional.softplus(logits)  # (n, 784)
            nats -= w @ log_p.double().numpy()
            p += w @ logits.sigmoid().double().numpy()
    kl = gaussian_kl(mu, sigma)
    reconstruction = -float(nats.sum())
    pictures = (v.reshape(28, 28).astype(np.float32) for v in (nats, p))
    return Terms(reconstruction, *pictures, kl, reconstruction - float(kl.sum()))


def importance(image: object, mu: object, sigma: object, seed: int = 0) -> Importance:
    """The importance-weighted bound under q as K grows; its draws come from the seed. Takes what `terms` takes."""
    import torch

    x, mu, sigma = _given(image, mu, sigma)
    generator = torch.Generator().manual_seed(checks.seed(seed))
    eps = torch.randn(REPEATS * KS[-1], 2, generator=generator, dtype=torch.float64).numpy()
    z = mu + sigma * eps
    log_w = _log_likelihood(x, z) - 0.5 * (z**2).sum(1) + 0.5 * (eps**2).sum(1) + np.log(sigma).sum()
    found = []
    for k in KS:
        bound = np.logaddexp.reduce(log_w.reshape(-1, k), axis=1) - math.log(k)  # one for each repeat
        found.append((bound.mean(), *np.quantile(bound, [0.1, 0.9]), len(bound)))
    mean, low, high, repeats = (np.array(v) for v in zip(*found, strict=True))
    return Importance(np.array(KS), mean, low, high, repeats)


def climb(image: object, mu: object, sigma: object, steps: int = STEPS) -> np.ndarray:
    """q on its way up the ELBO from where it is: (steps + 1, 4), each mu_1, mu_2, sigma_1, sigma_2, the first as given.

    Adam on mu and log sigma; z = mu + sigma * eps on a fixed grid of eps, so gradients reach both and nothing is drawn
    at random. What is found is a maximum near the start, not the best of the plane.
    """
    import torch

    from playground.losses.divergence import gaussian_kl as kl

    x, mu, sigma = _given(image, mu, sigma)
    steps = checks.whole("steps", steps, 1, 200)
    ink, network = torch.from_numpy(x).float().flatten(), latent._model(MODEL)
    m, s = (torch.tensor(v, dtype=torch.float32, requires_grad=True) for v in (mu, np.log(sigma)))
    optimizer = torch.optim.Adam([{"params": [m], "lr": 0.03}, {"params": [s], "lr": 0.15}], betas=(0.8, 0.95))
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    eps, weights = (torch.from_numpy(v).float() for v in _grid_of_eps(np.full(2, NARROWEST)))
    path = [(*mu, *sigma)]
    for _ in range(steps):
        logits = _logits(network, m + s.exp() * eps)
        log_p = (logits.to(ink) * ink - torch.nn.functional.softplus(logits.to(ink))).sum(1)
        loss = kl(m, 2 * s) - weights @ log_p
        m.grad, s.grad = torch.autograd.grad(loss, [m, s])
        optimizer.step()
        schedule.step()
        with torch.no_grad():
            m.clamp_(-FARTHEST, FARTHEST)
            s.clamp_(math.log(NARROWEST), math.log(WIDEST))
        path.append((*m.tolist(), *s.exp().tolist()))
    return np.array(path)


def from_bits(text: object) -> np.ndarray:
    """An image from a link: 784 bits, row by row, as base64 of 98 bytes (URL alphabet) -> (28, 28) uint8 in {0, 1}."""
    raw = text.replace("-", "+").replace("_", "/") if isinstance(text, str) else text
    packed = arrays._unpack({"shape": [98], "dtype": "uint8", "data": raw}, "drawing")
    return np.unpackbits(packed).reshape(28, 28)


def warm_up() -> None:
    """Nothing but what the latent stage warms up."""


def _given(image: object, mu: object, sigma: object) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = latent.binary_image(image)
    mu, sigma = (arrays.read(v, name, (2,)).astype(np.float64) for v, name in ((mu, "mu"), (sigma, "sigma")))
    for name, values, low, high in (("mu", mu, -FARTHEST, FARTHEST), ("sigma", sigma, NARROWEST, WIDEST)):
        slack = 1e-6  # float32 on the way
        if values.min() < low - slack or values.max() > high + slack:
            worst = values[np.abs(values - (low + high) / 2).argmax()]
            raise InvalidInput("number_range", name, float(worst), low=low, high=high)
        np.clip(values, low, high, out=values)
    return x, mu, sigma


def _grid_of_eps(sigma: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """eps (n, 2) and weights (n,) that sum to 1: a sum over them is E over eps ~ N(0, I)."""
    axes = []
    for s in sigma:
        step = min(WIDTH, FINEST / s)
        count = math.ceil(REACH / step)
        axes.append(np.arange(-count, count + 1) * step)
    eps = np.stack(np.meshgrid(*axes), -1).reshape(-1, 2)
    weights = np.exp(-0.5 * (eps**2).sum(1))
    return eps, weights / weights.sum()


def _log_likelihood(x: np.ndarray, z: np.ndarray) -> np.ndarray:
    """log p(x|z) in nats: x (28, 28), z (n, 2) -> (n,) float64."""
    import torch

    ink, network = torch.from_numpy(x).float().flatten(), latent._model(MODEL)
    with torch.inference_mode():
        parts = []
        for part in _parts(z):
            logits = _logits(network, part).cpu()
            parts.append((logits @ ink - torch.nn.functional.softplus(logits).sum(1)).double().numpy())
    return np.concatenate(parts)


def _logits(network: object, z: np.ndarray | Tensor) -> Tensor:
    """(n, 784), with gradients where z has them."""
    import torch

    codes = torch.as_tensor(z, dtype=torch.float32).to(next(network.parameters()).device)
    return network.decoder(codes).flatten(1)


def _parts(array: np.ndarray) -> list[np.ndarray]:
    return [array[k : k + PART] for k in range(0, len(array), PART)]

"""VAE: the variational autoencoder [1, 2], with a code of two numbers so that all of it can be seen at once.

Claim: a decoder p(x|z) and an encoder q(z|x) trained together on a lower bound of log p(x) give a generative model
whose codes fill the prior without holes.

    q(z|x) = N(mu(x), diag sigma(x)^2),  logvar = log sigma^2
    z      = mu + sigma * eps,  eps ~ N(0, I)                      the reparameterization: gradients reach mu and sigma
    p(x|z) = prod_i Bern(x_i | sigmoid(logit_i(z)))
    ELBO   = E_q[log p(x|z)] - KL(q(z|x) || N(0, I)) <= log p(x)   both terms in nats, summed over pixels

`loss` is -(E_q[log p(x|z)] - beta KL) with one z per image; beta = 1 is the VAE, other values the beta-VAE [3]. `elbo`
is the bound whatever beta is.

Deviation: three hidden layers of SiLU units instead of one of tanh units, and images binarized anew at every visit.

[1] Kingma, Welling. ICLR 2014, arXiv:1312.6114.  [2] Rezende, Mohamed, Wierstra. ICML 2014, arXiv:1401.4082.
[3] Higgins et al. beta-VAE. ICLR 2017.  [4] Burda, Grosse, Salakhutdinov. ICLR 2016, arXiv:1509.00519.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from playground.losses.divergence import gaussian_kl
from playground.losses.likelihood import bernoulli_log_likelihood, gaussian_log_likelihood
from playground.models.base import Batch, Model, Phase, Posterior
from playground.nn import autoencoder


class ElboTerms(NamedTuple):
    """The two terms of the bound, each (B,) in nats; ELBO = reconstruction - kl."""

    reconstruction: Tensor
    kl: Tensor


class VAE(Model):
    """A Gaussian encoder and a Bernoulli decoder over binary images."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        latent_dim: int = 2
        network: str = "mlp"
        hidden: tuple[int, ...] = (400, 256, 256)
        beta: float = 1.0

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        self.latent_dim = self.config.latent_dim
        self.shape = (1, self.config.height, self.config.width)
        network, hidden = self.config.network, tuple(self.config.hidden)
        self.encoder = autoencoder.encoder(network, self.shape, hidden, 2 * self.latent_dim)
        self.decoder = autoencoder.decoder(network, self.shape, hidden, self.latent_dim)

    def encode(self, x: Tensor) -> Posterior:
        """q(z|x): x (B, 1, H, W) in [0, 1] -> mu, logvar, each (B, d)."""
        return Posterior(*self.encoder(x).to(x.dtype).chunk(2, dim=1))  # bf16 has too few digits for ln sigma^2

    def decode(self, z: Tensor) -> Tensor:
        """p(x_i = 1 | z): z (n, d) -> (n, 1, H, W) in [0, 1]."""
        return self.decoder(z).sigmoid()

    def reparameterize(self, posterior: Posterior, generator: torch.Generator | None = None) -> Tensor:
        """z = mu + sigma * eps, (B, d): a sample of q(z|x) that mu and logvar receive gradients through."""
        mu, logvar = posterior
        eps = torch.randn(mu.shape, generator=generator, device=generator.device if generator else mu.device)
        return mu + (0.5 * logvar).exp() * eps.to(mu)

    def terms(self, x: Tensor, generator: torch.Generator | None = None) -> ElboTerms:
        """log p(x|z) at one z ~ q(z|x), and the KL in closed form: x (B, 1, H, W) in {0, 1} -> each (B,) in nats."""
        posterior = self.encode(x)
        z = self.reparameterize(posterior, generator)
        return ElboTerms(bernoulli_log_likelihood(self.decoder(z), x), gaussian_kl(*posterior))

    def elbo(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """One-sample estimate of the ELBO, (B,) in nats; its expectation is at most log p(x)."""
        reconstruction, kl = self.terms(x, generator)
        return reconstruction - kl

    def importance_weighted(self, x: Tensor, draws: int, generator: torch.Generator | None = None) -> Tensor:
        """log 1/K sum_k p(x|z_k) p(z_k) / q(z_k|x), K = draws: a tighter bound on log p(x) [4], (B,) in nats."""
        mu, logvar = self.encode(x)
        log_w = []
        for _ in range(draws):
            z = self.reparameterize(Posterior(mu, logvar), generator)
            prior_over_q = gaussian_log_likelihood(z) - gaussian_log_likelihood(z, mu, logvar)
            log_w.append(bernoulli_log_likelihood(self.decoder(z), x) + prior_over_q)
        return torch.stack(log_w).logsumexp(0) - math.log(draws)

    def phases(self) -> list[Phase]:
        return [Phase("elbo", list(self.parameters()), self._loss)]

    def _loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        reconstruction, kl = (term.mean() for term in self.terms(batch[0], generator))
        return {"loss": self.config.beta * kl - reconstruction, "reconstruction": reconstruction, "kl": kl}

"""Autoencoder: a code from which the picture can be rebuilt [1], and nothing more is asked of it.

Claim: two numbers per image are enough for a recognisable reconstruction. Nothing tells the codes where to lie, so
they leave gaps, and a code drawn from N(0, I) means nothing in particular: this is no generative model [2].

    z     = f(x)                                    a point, not a distribution: Posterior.logvar is None
    x_hat = sigmoid(g(z))
    loss  = -log p(x|z) = -sum_i log Bern(x_i | x_hat_i)         in nats, summed over pixels

Deviation: the networks of our VAE (SiLU, two numbers as code) trained as a whole, instead of [1]'s layer-wise
pretraining; binary cross-entropy instead of squared error, so that all models of the plane are measured in nats.

[1] Hinton, Salakhutdinov. Science 313, 2006.  [2] Ghosh et al. From variational to deterministic autoencoders. ICLR
2020, arXiv:1903.12436.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.likelihood import bernoulli_log_likelihood
from playground.models.base import Batch, Model, Phase, Posterior
from playground.nn import autoencoder


class Autoencoder(Model):
    """A deterministic encoder and a Bernoulli decoder; the models with another rule for the codes build on it."""

    @dataclass(frozen=True)
    class Config:
        height: int = 28
        width: int = 28
        latent_dim: int = 2
        network: str = "mlp"
        hidden: tuple[int, ...] = (400, 256, 256)

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        self.latent_dim = self.config.latent_dim
        self.shape = (1, self.config.height, self.config.width)
        network, hidden = self.config.network, tuple(self.config.hidden)
        self.encoder = autoencoder.encoder(network, self.shape, hidden, self.latent_dim)
        self.decoder = autoencoder.decoder(network, self.shape, hidden, self.latent_dim)

    def encode(self, x: Tensor) -> Posterior:
        """The code of an image: x (B, 1, H, W) in [0, 1] -> mu (B, d), no logvar."""
        return Posterior(self.encoder(x).to(x.dtype), None)

    def decode(self, z: Tensor) -> Tensor:
        """p(x_i = 1 | z): z (n, d) -> (n, 1, H, W) in [0, 1]."""
        return self.decoder(z).sigmoid()

    def reconstruction(self, x: Tensor) -> Tensor:
        """log p(x | f(x)): x (B, 1, H, W) in {0, 1} -> (B,) in nats."""
        return bernoulli_log_likelihood(self.decoder(self.encode(x).mu), x)

    def phases(self) -> list[Phase]:
        return [Phase("reconstruct", [*self.encoder.parameters(), *self.decoder.parameters()], self._reconstruct)]

    def _reconstruct(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        return {"loss": -self.reconstruction(batch[0]).mean()}

"""WAE: the Wasserstein autoencoder [1], with its two penalties on the codes.

Claim: an optimal transport cost between data and model can be bounded by a reconstruction cost under the constraint
that the codes of all images together follow the prior, Q_Z = P_Z. Not each q(z|x) is pulled to the prior, as the
VAE's KL does, but only their mixture: codes of different images may stay apart.

    min_{f, g}  E c(x, g(f(x))) + lambda D(Q_Z, P_Z)
    WAE-MMD     D = MMD^2 with the kernel sum_s C_s / (C_s + |z - z'|^2), unbiased, so it may be negative
    WAE-GAN     D = a discriminator's estimate; the encoder's share is lambda E[-log D(f(x))]

With the squared error as c the WAE-GAN is the AAE: [1] shows that the AAE is that one case, not that the two are
equal.

Deviations: c = -log p(x|z) in nats, as everywhere on our plane, instead of the squared error; lambda belongs to it.
The networks of our VAE and a code of two numbers; no pretraining of the encoder, no noise on the input.

[1] Tolstikhin, Bousquet, Gelly, Schoelkopf. ICLR 2018, arXiv:1711.01558.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.divergence import imq_kernel, mmd
from playground.models.aae import AAE
from playground.models.autoencoder import Autoencoder
from playground.models.base import Batch, Phase
from playground.nn.priors import Prior, prior


class WAEMMD(Autoencoder):
    """Codes are held to N(0, I) by the maximum mean discrepancy of each batch."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        weight: float = 100.0

    @property
    def prior(self) -> Prior:
        """p(z) = N(0, I)."""
        return prior("normal", self.latent_dim)

    def phases(self) -> list[Phase]:
        return [Phase("transport", list(self.parameters()), self._transport)]

    def _transport(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        cost, penalty = -self.reconstruction(batch[0]).mean(), self.penalty(batch[0], generator)
        return {"loss": cost + self.config.weight * penalty, "cost": cost, "penalty": penalty}

    def penalty(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """MMD^2 between the codes of a batch (B, 1, H, W) and as many samples of the prior; a scalar, may be < 0."""
        codes = self.encode(x).mu
        return mmd(codes, self.prior.sample(len(codes), generator), imq_kernel)


class WAEGAN(AAE):
    """Codes are held to the prior by a discriminator, within the one objective of encoder and decoder."""

    @dataclass(frozen=True)
    class Config(AAE.Config):
        weight: float = 20.0

    def phases(self) -> list[Phase]:
        both = [*self.encoder.parameters(), *self.decoder.parameters()]
        critic = Phase("discriminate", list(self.discriminator.parameters()), self._discriminate)
        return [Phase("transport", both, self._transport), critic]

    def _transport(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        cost = -self.reconstruction(batch[0]).mean()
        penalty = self._fool(batch, generator)["loss"]
        return {"loss": cost + self.config.weight * penalty, "cost": cost, "penalty": penalty}

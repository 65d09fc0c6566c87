"""The VAE without its reconstruction term: what the KL alone makes of a latent space.

Claim: KL(q(z|x) || N(0, I)) alone is smallest where q(z|x) is the prior for every x. The codes then fill the plane as
completely as one can wish, and say nothing about the image: I(x; z) <= E KL = 0 [1].

    loss = KL(q(z|x) || N(0, I))                      in nats; the decoder is never asked and stays as it was drawn

This is the limit of the beta-VAE [2] for large beta.

[1] Hoffman, Johnson. ELBO surgery. NIPS workshop 2016.  [2] Higgins et al. ICLR 2017.
"""

from __future__ import annotations

import torch
from torch import Tensor

from playground.losses.divergence import gaussian_kl
from playground.models.base import Batch, Phase
from playground.models.vae import VAE


class KLOnly(VAE):
    """A VAE of which only the encoder is trained, towards the prior."""

    def phases(self) -> list[Phase]:
        return [Phase("kl", list(self.encoder.parameters()), self._kl)]

    def _kl(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        return {"loss": gaussian_kl(*self.encode(batch[0])).mean()}

"""AAE: the adversarial autoencoder [1]. A discriminator of codes takes the place of the VAE's KL term.

Claim: the codes of all images together, q(z) = E_x q(z|x), can be given the shape of any prior that can be sampled;
no density and no closed form is needed.

Three phases per step, each with an optimizer of its own:
    reconstruct   min_{f, g}  -E log p(x | f(x))
    discriminate  min_D       -E_{p(z)} log D(z) - E_x log(1 - D(f(x)))        2 ln 2 where D cannot tell
    fool          min_f       -E_x log D(f(x))                                   non-saturating

D works on logits. Its best answer is p(z) / (p(z) + q(z)), as in any GAN, with codes in the place of images.

Deviations: the networks of our VAE and a code of two numbers, no batch normalisation (its statistics would tell D the
two kinds of batches apart), a deterministic encoder as in most of [1]'s experiments.

[1] Makhzani, Shlens, Jaitly, Goodfellow, Frey. Adversarial Autoencoders. 2015, arXiv:1511.05644.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.adversarial import NonSaturating
from playground.models.autoencoder import Autoencoder
from playground.models.base import Batch, Phase
from playground.nn.autoencoder import code_discriminator
from playground.nn.priors import Prior, prior


class AAE(Autoencoder):
    """An autoencoder whose codes a discriminator compares with samples of a prior."""

    @dataclass(frozen=True)
    class Config(Autoencoder.Config):
        prior: str = "normal"
        critic: tuple[int, ...] = (256, 256)

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        self.discriminator = code_discriminator(self.latent_dim, tuple(self.config.critic))
        self.adversary = NonSaturating()

    @property
    def prior(self) -> Prior:
        """p(z), which the codes are to follow."""
        return prior(self.config.prior, self.latent_dim)

    def phases(self) -> list[Phase]:
        return [
            *super().phases(),
            Phase("discriminate", list(self.discriminator.parameters()), self._discriminate),
            Phase("fool", list(self.encoder.parameters()), self._fool),
        ]

    def _discriminate(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        real = self.discriminator(self.prior.sample(len(batch[0]), generator))
        fake = self.discriminator(self.encode(batch[0]).mu.detach())
        return {"loss": self.adversary.discriminator(real, fake)}

    def _fool(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        return {"loss": self.adversary.generator(self.discriminator(self.encode(batch[0]).mu))}

"""Puzzle-GAN [1]: a whole picture from a few key patches of it, without being told where they were.

    h = sum over the patches of E(patch)                       one encoder for all, so their order does not matter
    M_hat = M(h, z): where the patches belong                   x_hat = X(h, z): the picture
    L_G = L_adv + w E |M_hat - M|_1 + w E |x_hat M_hat - x M|_1
    D: real is x; not real are x_hat, and real pictures whose patches, or whose surroundings, are another's

Sums of absolute values run over the pixels, as in the authors' code, but not over the batch. The paper is known as
"Unsupervised holistic image generation from key local patches"; the name Puzzle-GAN comes from the lectures of one of
its authors.

Deviations: 32 x 32 digits, patches of 10 x 10 at their own size; non-saturating loss; `weight` is constant instead of
falling from 1e-2 to 1e-4, and larger, as a sum over a twelfth of the pixels needs it.

[1] Lee, Yun, Choi, Yoo, Yang, Oh. ECCV 2018, arXiv:1703.10730.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.losses.adversarial import NonSaturating
from playground.models.base import Batch, Model, Phase

GAME = NonSaturating()
STD = 0.02


class PuzzleGAN(Model):
    """Part encoder, mask and image generators, discriminator."""

    @dataclass(frozen=True)
    class Config:
        side: int = 32
        patch: int = 10
        z_dim: int = 32
        features: int = 32
        hidden: int = 256
        weight: float = 0.1
        critic_lr: float = 0.4  # D's learning rate, relative to the generators'

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        f, h, self.z_dim = config.features, config.hidden, config.z_dim
        reduced = -(-config.patch // 4)
        self.encoder = nn.Sequential(
            nn.Conv2d(1, f, 3, 1, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(f, f, 3, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(f, 2 * f, 3, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * f * reduced**2, h),
            nn.LeakyReLU(0.2),
            nn.Linear(h, h),
        )
        self.mask = _decoder(h + config.z_dim, f)
        self.image = _decoder(h + config.z_dim, f)
        self.discriminator = nn.Sequential(
            nn.Conv2d(1, f, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(f, 2 * f, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(2 * f, 4 * f, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(4 * f * 16, 1),
        )

    def gather(self, patches: Tensor) -> Tensor:
        """Patches (B, P, 1, 10, 10) in [0, 1], any number of them in any order -> h (B, hidden)."""
        B, P = patches.shape[:2]
        return self.encoder(patches.flatten(0, 1)).view(B, P, -1).sum(1)

    def complete(self, z: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """z (B, z_dim), patches (B, P, 1, 10, 10) -> the picture and the mask, (B, 1, 32, 32) each, in [0, 1]."""
        told = torch.cat([F.relu(self.gather(patches)), z], 1)
        return self.image(told), self.mask(told)

    def generate(self, z: Tensor, *, patches: Tensor) -> Tensor:
        """z (n, z_dim), patches (n, P, 1, 10, 10) in [0, 1] -> (n, 1, 32, 32) in [0, 1]."""
        return self.complete(z, patches)[0]

    def logits(self, x: Tensor) -> Tensor:
        """Whether pictures (B, 1, 32, 32) in [0, 1] are whole and real: (B,)."""
        return self.discriminator(x).squeeze(1)

    def phases(self) -> list[Phase]:
        generator = [*self.encoder.parameters(), *self.mask.parameters(), *self.image.parameters()]
        return [
            Phase(
                "discriminator",
                list(self.discriminator.parameters()),
                self._discriminator_loss,
                lr_scale=self.config.critic_lr,
            ),
            Phase("generator", generator, self._generator_loss),
        ]

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, patches, mask = batch
        with torch.no_grad():
            x_hat, _ = self.complete(self._noise(x, generator), patches)
        other = x.roll(1, 0)
        mixed = mask * x + (1 - mask) * other  # its parts in another's surroundings, and another's parts in its own
        mixed_too = mask * other + (1 - mask) * x
        real = F.softplus(-self.logits(x)).mean()
        not_real = [F.softplus(self.logits(picture)).mean() for picture in (x_hat, mixed, mixed_too)]
        return {"loss": real + sum(not_real) / 3, "real": real, "made": not_real[0]}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, patches, mask = batch
        x_hat, mask_hat = self.complete(self._noise(x, generator), patches)
        fool = GAME.generator(self.logits(x_hat))
        spatial = (mask_hat - mask).abs().flatten(1).sum(1).mean()
        appearance = (x_hat * mask_hat - x * mask).abs().flatten(1).sum(1).mean()
        loss = fool + self.config.weight * (spatial + appearance)
        return {"loss": loss, "fool": fool, "spatial": spatial, "appearance": appearance}

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.rand(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype) * 2 - 1


def _decoder(inputs: int, f: int) -> nn.Sequential:
    """(B, inputs) -> (B, 1, 32, 32) in [0, 1]."""
    return nn.Sequential(
        nn.Linear(inputs, 4 * f * 16, bias=False),
        nn.BatchNorm1d(4 * f * 16),
        nn.ReLU(),
        nn.Unflatten(1, (4 * f, 4, 4)),
        nn.ConvTranspose2d(4 * f, 2 * f, 4, 2, 1, bias=False),
        nn.BatchNorm2d(2 * f),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * f, f, 4, 2, 1, bias=False),
        nn.BatchNorm2d(f),
        nn.ReLU(),
        nn.ConvTranspose2d(f, 1, 4, 2, 1),
        nn.Sigmoid(),
    )

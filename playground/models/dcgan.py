"""DCGAN [1]: a GAN of convolutions alone, here with any of the four adversarial losses on one backbone.

    z ~ N(0, I) in R^64 -> 256 -> 7 x 7 x 2f -> 14 x 14 x f -> 28 x 28   G: batch normalization, ReLU, then a sigmoid
    x -> 14 x 14 x f -> 7 x 7 x 2f -> 256 -> one logit                   D: batch normalization, LeakyReLU 0.2

G and D take turns; what each minimizes is a loss of `losses.adversarial`, and only that differs between the variants:
minimax and non-saturating [2], least squares [3], Wasserstein with gradient penalty [4], whose critic takes
`critic_steps` steps for one of G. Layers and initial weights are the same for all of them; a critic alone leaves out
D's batch normalization (`normalized`): the penalty asks for a gradient at each picture by itself, which a normalized
batch does not have [4]. G learns at the recipe's rate, D at `critic_lr` times that.

Deviations from the paper: 28 x 28 grey pixels in [0, 1] and hence a sigmoid instead of tanh; fewer layers and channels,
and a dense layer at the side of z and of the logit, as in the authors' own network for MNIST: without it D could only
add up what it thinks of patches of 10 x 10 pixels, and strokes would be right where digits are not; normal instead of
uniform noise, so that the length of z means something.

[1] Radford, Metz, Chintala. ICLR 2016, arXiv:1511.06434.
[2] Goodfellow et al. NIPS 2014, arXiv:1406.2661.
[3] Mao et al. ICCV 2017, arXiv:1611.04076.
[4] Gulrajani et al. NIPS 2017, arXiv:1704.00028.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.losses.adversarial import LOSSES, gradient_penalty
from playground.models.base import Batch, Model, Phase

STD = 0.02  # of the initial weights


class DCGAN(Model):
    """Generator and discriminator of 28 x 28 digits."""

    @dataclass(frozen=True)
    class Config:
        loss: str = "nonsaturating"
        z_dim: int = 64
        features: int = 32
        hidden: int = 256
        normalized: bool = True  # batch normalization in D
        critic_steps: int = 1
        critic_lr: float = 0.2
        penalty: float = 10.0  # weight of the gradient penalty, Wasserstein only

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        if config.loss not in LOSSES:
            raise ValueError(f"expected a loss of {sorted(LOSSES)}, got {config.loss!r}")
        self.loss = LOSSES[config.loss]()
        f, h, self.z_dim = config.features, config.hidden, config.z_dim
        self.generator = nn.Sequential(
            nn.Linear(config.z_dim, h, bias=False),
            nn.BatchNorm1d(h),
            nn.ReLU(),
            nn.Linear(h, 2 * f * 49, bias=False),
            nn.BatchNorm1d(2 * f * 49),
            nn.ReLU(),
            nn.Unflatten(1, (2 * f, 7, 7)),
            nn.ConvTranspose2d(2 * f, f, 4, 2, 1, bias=False),  # (B, f, 14, 14)
            nn.BatchNorm2d(f),
            nn.ReLU(),
            nn.ConvTranspose2d(f, 1, 4, 2, 1),  # (B, 1, 28, 28)
            nn.Sigmoid(),
        )
        normalized = config.normalized
        self.discriminator = nn.Sequential(
            nn.Conv2d(1, f, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(f, 2 * f, 4, 2, 1),
            nn.BatchNorm2d(2 * f) if normalized else nn.Identity(),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * f * 49, h),
            nn.BatchNorm1d(h) if normalized else nn.Identity(),
            nn.LeakyReLU(0.2),
            nn.Linear(h, 1),
        )
        self.apply(_initialize)

    def generate(self, z: Tensor) -> Tensor:
        """z (n, 64) -> (n, 1, 28, 28) in [0, 1]."""
        return self.generator(z)

    def logits(self, x: Tensor) -> Tensor:
        """D's logit, or the critic's score, (B,) of pictures x (B, 1, 28, 28) in [0, 1]."""
        return self.discriminator(x).squeeze(1)

    def phases(self) -> list[Phase]:
        critic, generator = list(self.discriminator.parameters()), list(self.generator.parameters())
        repeats = self.config.critic_steps
        return [
            Phase(
                "discriminator",
                critic,
                self._discriminator_loss,
                repeats=repeats,
                lr_scale=self.config.critic_lr,
                fresh_batch=True,
            ),
            Phase("generator", generator, self._generator_loss),
        ]

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x = batch[0]
        with torch.no_grad():
            fake = self.generate(self._noise(x, generator))
        value = self.loss.discriminator(self.logits(x), self.logits(fake))
        if not self.loss.penalized:
            return {"loss": value}
        eps = torch.rand(len(x), generator=generator, device=x.device, dtype=x.dtype)
        penalty = gradient_penalty(self.logits, x, fake, eps)
        return {"loss": value + self.config.penalty * penalty, "wasserstein": -value, "penalty": penalty}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        return {"loss": self.loss.generator(self.logits(self.generate(self._noise(batch[0], generator))))}

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.randn(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(layer.weight, 0.0, STD)

"""InfoGAN [1]: a GAN whose generator must not ignore a few of its inputs.

The input is noise z and codes c = (c1, c2, c3). Beside the usual game, a network Q guesses the codes back from the
picture, and G is paid for being guessable. The pay is a lower bound on the mutual information:

    min_{G,Q} max_D  V(D, G) - lambda L_I
    L_I = E[log Q(c | G(z, c))] + H(c)  <=  I(c; G(z, c))            nats; at most ln 10 for c1

    z ~ N(0, I) in R^62,  c1 ~ Cat(10),  c2, c3 ~ U(-1, 1)
    Q(c1 | x) categorical;  Q(c2 | x), Q(c3 | x) Gaussian with mean from the network and sigma = 1 while training

No label is used anywhere. c1 finds the digits, in an order of its own; what c2 and c3 turn is found by looking.
-lambda L_I stands in both losses, as in the authors' code: Q sits on D's trunk and learns with it (lr 2e-4), while G
learns at 1e-3. With sigma fixed at 1 the bound for c2 and c3 says little, so `mutual_information` in
`playground.metrics` fits sigma first; any sigma gives a valid bound.

Deviations: half the channels of the paper (32, 64) and 256 instead of 1024 units, so that the file stays small; normal
instead of uniform noise z. The shipped weights are trained with `moved`: Q guesses c1 from a picture that was turned,
sheared, scaled and shifted a little at random, c2 and c3 from the picture as it is. c1 cannot be spent on what such a
move destroys, so it is left with the shape: without it two codes often share two digits, say 4 and 9, by slant or size.

[1] Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel. NIPS 2016, arXiv:1606.03657.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.losses.adversarial import NonSaturating
from playground.models.base import Batch, Model, Phase
from playground.nn.augment import random_affine

GAME = NonSaturating()
MOVE = {"angle": 0.35, "shear": 0.35, "scale": 0.2, "shift": 3.0}
GENERATOR_LR, DISCRIMINATOR_LR = 1.0, 0.2  # factors on the recipe's 1e-3


class Codes(NamedTuple):
    """c1 (n,) int in 0..9; c2, c3 (n,) float in [-1, 1]."""

    c1: Tensor
    c2: Tensor
    c3: Tensor


class Guess(NamedTuple):
    """Q(c | x): logits (B, 10) of c1, mean (B, 2) of c2 and c3."""

    logits: Tensor
    mean: Tensor


class InfoGAN(Model):
    """Generator, discriminator and Q of one InfoGAN for 28 x 28 digits."""

    @dataclass(frozen=True)
    class Config:
        z_dim: int = 62
        categories: int = 10
        features: int = 32
        hidden: int = 256
        weight: float = 1.0  # lambda
        moved: bool = False  # whether c1 is guessed from a moved picture
        probe: bool = False  # whether Q learns without D or G learning from it

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        f, h = config.features, config.hidden
        self.z_dim, self.categories = config.z_dim, config.categories
        self.generator = nn.Sequential(
            nn.Linear(config.z_dim + config.categories + 2, h, bias=False),
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
        self.trunk = nn.Sequential(
            nn.Conv2d(1, f, 4, 2, 1),
            nn.LeakyReLU(0.1),
            nn.Conv2d(f, 2 * f, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * f),
            nn.LeakyReLU(0.1),
            nn.Flatten(),
            nn.Linear(2 * f * 49, h, bias=False),
            nn.BatchNorm1d(h),
            nn.LeakyReLU(0.1),
        )
        self.real = nn.Linear(h, 1)
        self.guess_codes = nn.Sequential(
            nn.Linear(h, 128, bias=False), nn.BatchNorm1d(128), nn.LeakyReLU(0.1), nn.Linear(128, config.categories + 2)
        )
        self.apply(_initialize)

    def generate(self, z: Tensor, *, c1: Tensor, c2: Tensor, c3: Tensor) -> Tensor:
        """z (n, 62), c1 (n,) int in 0..9, c2 and c3 (n,) in [-1, 1] -> (n, 1, 28, 28) in [0, 1]."""
        one_hot = F.one_hot(c1.long(), self.categories).to(z.dtype)
        return self.generator(torch.cat([z, one_hot, c2.to(z.dtype)[:, None], c3.to(z.dtype)[:, None]], 1))

    def guess(self, x: Tensor) -> Guess:
        """Q(c | x): x (B, 1, 28, 28) in [0, 1]."""
        return self._guess(self.trunk(x))

    def _guess(self, features: Tensor) -> Guess:
        out = self.guess_codes(features)
        return Guess(out[:, : self.categories], out[:, self.categories :])

    def phases(self) -> list[Phase]:
        critic = [*self.trunk.parameters(), *self.real.parameters(), *self.guess_codes.parameters()]
        return [
            Phase("discriminator", critic, self._discriminator_loss, lr_scale=DISCRIMINATOR_LR),
            Phase("generator", list(self.generator.parameters()), self._generator_loss, lr_scale=GENERATOR_LR),
        ]

    def draw(self, n: int, generator: torch.Generator | None) -> tuple[Tensor, Codes]:
        """z and codes from their priors."""
        options = {"generator": generator, "device": self.device}
        codes = Codes(
            torch.randint(self.categories, (n,), **options),
            torch.rand(n, **options) * 2 - 1,
            torch.rand(n, **options) * 2 - 1,
        )
        return torch.randn(n, self.z_dim, **options), codes

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x = batch[0]
        z, codes = self.draw(len(x), generator)
        with torch.no_grad():
            fake = self.generate(z, **codes._asdict())
        features = self.trunk(fake)
        value = GAME.discriminator(self.real(self.trunk(x)), self.real(features))
        information = self._code_error(fake, features, codes, generator)
        weight = 1.0 if self.config.probe else self.config.weight
        return {"loss": value + weight * information, "value": value, "code_error": information}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        z, codes = self.draw(len(batch[0]), generator)
        fake = self.generate(z, **codes._asdict())
        features = self.trunk(fake)
        fool = GAME.generator(self.real(features))
        if self.config.probe:
            return {"loss": fool}
        information = self._code_error(fake, features, codes, generator)
        return {"loss": fool + self.config.weight * information, "fool": fool, "code_error": information}

    def _code_error(self, x: Tensor, features: Tensor, codes: Codes, generator: torch.Generator | None) -> Tensor:
        """-E[log Q(c | x)] up to constants, in nats: L_I = H(c) - this."""
        guess = self._guess(self._read(features))
        square = (guess.mean - torch.stack([codes.c2, codes.c3], 1)).square().sum(1).mean()
        if self.config.moved:
            guess = self._guess(self._read(self.trunk(random_affine(x, generator, **MOVE))))
        return F.cross_entropy(guess.logits, codes.c1) + 0.5 * square

    def _read(self, features: Tensor) -> Tensor:
        """D's features as Q reads them: a probe leaves them as they are."""
        return features.detach() if self.config.probe else features


def _initialize(layer: nn.Module) -> None:
    """N(0, 0.02) for every map, as in DCGAN."""
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(layer.weight, 0.0, 0.02)

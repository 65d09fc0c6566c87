"""GAN, LSGAN and WGAN-GP on points of the plane: one pair of small networks, four losses [1, 2, 3].

Claim: the loss decides what G feels. minimax: E ln(1 - D(G(z))), whose gradient vanishes where D is sure.
Non-saturating: -E ln D(G(z)). Least squares: 1/2 E (D(G(z)) - c)^2, no sigmoid. Wasserstein: -E f(G(z)), the critic f
held near 1-Lipschitz by lambda E (||grad_x f(x_hat)|| - 1)^2. No loss is immune to mode collapse: the loss changes how
collapse looks and which balance of D and G it tolerates.

    G: z (B, d) -> x (B, 2)      D: x (B, 2) -> logit (B,)      both: two hidden layers of 64 (leaky) ReLUs

Deviations: lambda = 0.1 instead of 10, which is as good on these scales and faster; Adam betas (0.5, 0.9) for all.
This is the textbook version, one pair at a time; the lab trains many pairs at once with `nn.batched_gan`.

[1] Goodfellow et al. 2014, arXiv:1406.2661.  [2] Mao et al. 2017, arXiv:1611.04076.  [3] Gulrajani et al. 2017,
arXiv:1704.00028.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.losses.adversarial import LOSSES, gradient_penalty
from playground.models.base import Batch, Model, Phase

HIDDEN = 64


class GAN2D(Model):
    """A generator and a discriminator (or critic) in the plane."""

    @dataclass(frozen=True)
    class Config:
        """loss: "minimax", "nonsaturating", "lsgan" or "wgan_gp". data: what it is trained on.

        slope: of the leaky ReLU, 0 is ReLU, None is tanh. layers, hidden: hidden layers of both networks, and the units
        of each. init: "torch" (as nn.Linear does) or "he" (He-uniform, first biases
        U(-2, 2)). scale: the data's standard deviation, by which it is divided for the networks; 1 leaves it.
        lr_ratio: D's learning rate over G's.
        """

        loss: str = "nonsaturating"
        data: str = "ring8"
        z_dim: int = 2
        hidden: int = HIDDEN
        slope: float | None = 0.0
        init: str = "torch"
        scale: float = 1.0
        critic_steps: int = 1
        lr_ratio: float = 1.0
        penalty: float = 0.1
        layers: int = 2

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        if config.loss not in LOSSES:
            raise ValueError(f"expected a loss of {sorted(LOSSES)}, got {config.loss!r}")
        self.loss = LOSSES[config.loss]()
        hidden = (config.hidden,) * config.layers
        self.generator = mlp((config.z_dim, *hidden, 2), config.slope)
        self.discriminator = mlp((2, *hidden, 1), config.slope)
        self.reset()

    @property
    def z_dim(self) -> int:
        return self.config.z_dim

    def reset(self, generator: torch.Generator | None = None) -> GAN2D:
        """Draw the initial weights again."""
        initialize(self.generator, self.config.init, generator)
        initialize(self.discriminator, self.config.init, generator)
        return self

    def generate(self, z: Tensor) -> Tensor:
        """z (n, z_dim) -> points (n, 2) in the data's units."""
        return self.generator(z) * self.config.scale

    def logits(self, x: Tensor) -> Tensor:
        """D's logit, or the critic's score, (n,) at points x (n, 2) in the data's units."""
        return self.discriminator(x / self.config.scale).squeeze(1)

    def phases(self) -> list[Phase]:
        return [
            Phase(
                "D",
                list(self.discriminator.parameters()),
                self._discriminator_loss,
                repeats=self.config.critic_steps,
                lr_scale=self.config.lr_ratio,
                fresh_batch=True,
            ),
            Phase("G", list(self.generator.parameters()), self._generator_loss),
        ]

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x = batch[0] / self.config.scale  # (B, 2)
        fake = self.generator(self._noise(x, generator)).detach()
        value = self.loss.discriminator(self.discriminator(x), self.discriminator(fake))
        if not self.loss.penalized:
            return {"loss": value}
        eps = torch.rand(len(x), generator=generator, device=x.device, dtype=x.dtype)
        penalty = gradient_penalty(self.discriminator, x, fake, eps)
        return {"loss": value + self.config.penalty * penalty, "wasserstein": -value, "penalty": penalty}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        fake = self.generator(self._noise(batch[0], generator))
        return {"loss": self.loss.generator(self.discriminator(fake))}

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.randn(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype)


def mlp(sizes: Sequence[int], slope: float | None) -> nn.Sequential:
    """Linear layers with (leaky) ReLUs, or with tanh where there is no slope, between them."""
    layers: list[nn.Module] = []
    for i, o in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(i, o), nn.Tanh() if slope is None else nn.LeakyReLU(slope)]
    return nn.Sequential(*layers[:-1])


@torch.no_grad()
def initialize(net: nn.Sequential, scheme: str, generator: torch.Generator | None = None) -> None:
    """Draw weights: "torch" is nn.Linear's U(+-1/sqrt(fan_in)); "he" is He-uniform with first biases U(-2, 2), which
    spread the kinks of the first layer over the data, and gain 1 in the last layer."""
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    for l, layer in enumerate(linear):
        bound = 1 / math.sqrt(layer.in_features)
        if scheme == "torch":
            weight, bias = bound, bound
        elif scheme == "he":
            weight = bound * math.sqrt(3 if l == len(linear) - 1 else 6)
            bias = 2.0 if l == 0 else 0.0
        else:
            raise ValueError(f"expected init 'torch' or 'he', got {scheme!r}")
        layer.weight.uniform_(-weight, weight, generator=generator)
        layer.bias.uniform_(-bias, bias, generator=generator)

"""Adversarial losses on logits: minimax, non-saturating, least squares, Wasserstein with a gradient penalty.

D's output stays a logit l (or a critic's score); probabilities never appear, so nothing overflows:
ln sigma(l) = -softplus(-l) and ln(1 - sigma(l)) = -softplus(l).

Each loss also states dL/dl in closed form. `nn.batched_gan` trains on those; the tests hold them against autograd.
Used by the 2-D lab and by the image GANs alike: logits may have any shape, losses average over all of it.

[1] Goodfellow et al. 2014, arXiv:1406.2661 (minimax and non-saturating).
[2] Mao et al. 2017, arXiv:1611.04076 (least squares).
[3] Gulrajani et al. 2017, arXiv:1704.00028 (Wasserstein, gradient penalty).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Minimax:
    """min_G max_D E ln D(x) + E ln(1 - D(G(z))). G's gradient vanishes where D is sure: sigma(l) -> 0."""

    name: ClassVar[str] = "minimax"
    penalized: ClassVar[bool] = False
    targets: ClassVar[tuple[float, float]] = 1.0, 0.0

    link = staticmethod(torch.sigmoid)

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """D's loss in nats; 2 ln 2 where D cannot tell."""
        return F.softplus(-real).mean() + F.softplus(fake).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """E ln(1 - D(G(z))), minimized by G."""
        return -F.softplus(fake).mean()

    def discriminator_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        """dL_D/dl of each real and each fake logit, before division by the batch size: `link` of it, less its target
        of `targets` (real, fake). A critic has neither."""
        return torch.sigmoid(real) - 1, torch.sigmoid(fake)

    def generator_grad(self, fake: Tensor) -> Tensor:
        """dL_G/dl of each fake logit, before division by the batch size."""
        return -torch.sigmoid(fake)


@dataclass(frozen=True)
class NonSaturating(Minimax):
    """The same D; G maximizes E ln D(G(z)) instead, so its gradient is largest where D is sure."""

    name: ClassVar[str] = "nonsaturating"

    def generator(self, fake: Tensor) -> Tensor:
        return F.softplus(-fake).mean()

    def generator_grad(self, fake: Tensor) -> Tensor:
        return torch.sigmoid(fake) - 1


@dataclass(frozen=True)
class LeastSquares:
    """D regresses real to b and fake to a, G moves fake to c; no sigmoid.

    a, b, c = 0, 1, 1 is the practical choice of [2]; -1, 1, 0 (b - c = 1, b - a = 2) makes it Pearson's chi square.
    """

    name: ClassVar[str] = "lsgan"
    penalized: ClassVar[bool] = False
    a: float = 0.0
    b: float = 1.0
    c: float = 1.0

    link = staticmethod(torch.positive)

    @property
    def targets(self) -> tuple[float, float]:
        return self.b, self.a

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        return 0.5 * (real - self.b).square().mean() + 0.5 * (fake - self.a).square().mean()

    def generator(self, fake: Tensor) -> Tensor:
        return 0.5 * (fake - self.c).square().mean()

    def discriminator_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return real - self.b, fake - self.a

    def generator_grad(self, fake: Tensor) -> Tensor:
        return fake - self.c


@dataclass(frozen=True)
class Wasserstein:
    """The critic maximizes E f(x) - E f(G(z)) among 1-Lipschitz f; `gradient_penalty` keeps it near them."""

    name: ClassVar[str] = "wgan_gp"
    penalized: ClassVar[bool] = True

    def discriminator(self, real: Tensor, fake: Tensor) -> Tensor:
        """Minus the critic's estimate of the Wasserstein distance (without the penalty)."""
        return fake.mean() - real.mean()

    def generator(self, fake: Tensor) -> Tensor:
        return -fake.mean()

    def discriminator_grad(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        return torch.full_like(real, -1), torch.ones_like(fake)

    def generator_grad(self, fake: Tensor) -> Tensor:
        return torch.full_like(fake, -1)


AdversarialLoss = Minimax | LeastSquares | Wasserstein
LOSSES: dict[str, type] = {cls.name: cls for cls in (Minimax, NonSaturating, LeastSquares, Wasserstein)}


def slope_penalty(score: Tensor, x: Tensor) -> Tensor:
    """E ||grad_x D(x)||_2^2 at real x, which keeps D's slope small there (R1 of Mescheder et al., arXiv:1801.04406).

    score (B,): D at x (B, ...), which requires a gradient. Keeps the graph.
    """
    (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
    return slope.square().flatten(1).sum(1).mean()


def gradient_penalty(critic: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, eps: Tensor) -> Tensor:
    """E (||grad_x f(x_hat)||_2 - 1)^2 at x_hat = eps * real + (1 - eps) * fake.

    real, fake (B, ...); eps (B,) in [0, 1], one per sample. The norm is over everything but the batch. Keeps the
    graph, so the result can be differentiated by the critic's parameters.
    """
    eps = eps.view(-1, *[1] * (real.dim() - 1))
    x_hat = (eps * real + (1 - eps) * fake).detach().requires_grad_()
    (grad,) = torch.autograd.grad(critic(x_hat).sum(), x_hat, create_graph=True)
    return (grad.flatten(1).norm(dim=1) - 1).square().mean()

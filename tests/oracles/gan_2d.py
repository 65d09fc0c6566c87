"""The textbook GAN step, one model at a time, by autograd: the oracle of `nn.batched_gan`.

Written from the papers with `torch.nn` only; nothing of the playground is imported.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def network(sizes: tuple[int, ...], slope: float, theta: Tensor) -> nn.Sequential:
    """An MLP with the parameters of one flat vector, in the order of nn.Sequential."""
    layers: list[nn.Module] = []
    for i, o in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(i, o, dtype=theta.dtype), nn.LeakyReLU(slope)]
    net = nn.Sequential(*layers[:-1])
    nn.utils.vector_to_parameters(theta.clone(), net.parameters())
    return net


def flat(net: nn.Module) -> Tensor:
    return nn.utils.parameters_to_vector(net.parameters()).detach()


def discriminator_loss(name: str, D: nn.Module, x: Tensor, fake: Tensor, eps: Tensor, weight: float) -> Tensor:
    real, made = D(x), D(fake)
    if name in ("minimax", "nonsaturating"):
        ones, zeros = torch.ones_like(real), torch.zeros_like(made)
        bce = F.binary_cross_entropy_with_logits
        return bce(real, ones) + bce(made, zeros)
    if name == "lsgan":
        return 0.5 * ((real - 1) ** 2).mean() + 0.5 * (made**2).mean()
    x_hat = (eps[:, None] * x + (1 - eps[:, None]) * fake).requires_grad_()
    (grad,) = torch.autograd.grad(D(x_hat).sum(), x_hat, create_graph=True)
    return made.mean() - real.mean() + weight * ((grad.square().sum(1).sqrt() - 1) ** 2).mean()


def generator_loss(name: str, logits: Tensor) -> Tensor:
    return {
        "minimax": lambda l: torch.log(1 - torch.sigmoid(l)).mean(),
        "nonsaturating": lambda l: -torch.log(torch.sigmoid(l)).mean(),
        "lsgan": lambda l: 0.5 * ((l - 1) ** 2).mean(),
        "wgan_gp": lambda l: -l.mean(),
    }[name](logits)


class TextbookGAN:
    """One GAN with two Adams. step(x (k, B, 2), z (k, B, d), eps (k, B)): k critic steps, last index first, then G."""

    def __init__(
        self, name: str, G: nn.Module, D: nn.Module, lr_g: float, lr_d: float, betas=(0.5, 0.9), weight: float = 0.1
    ) -> None:
        self.name, self.G, self.D, self.weight = name, G, D, weight
        self.adam_g = torch.optim.Adam(G.parameters(), lr=lr_g, betas=betas)
        self.adam_d = torch.optim.Adam(D.parameters(), lr=lr_d, betas=betas)
        self.rates = (lr_g, lr_d)

    def step(self, x: Tensor, z: Tensor, eps: Tensor, lr_scale: float = 1.0) -> None:
        self.adam_g.param_groups[0]["lr"], self.adam_d.param_groups[0]["lr"] = (lr * lr_scale for lr in self.rates)
        for k in reversed(range(len(x))):
            loss = discriminator_loss(self.name, self.D, x[k], self.G(z[k]).detach(), eps[k], self.weight)
            self.adam_d.zero_grad()
            loss.backward()
            self.adam_d.step()
        self.adam_g.zero_grad()
        generator_loss(self.name, self.D(self.G(z[0]))).backward()
        self.adam_g.step()

"""The textbook GAN step, one model at a time, by autograd: the oracle of `nn.batched_gan`.

Written from the papers with `torch.nn` only; nothing of the playground is imported.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def network(sizes: tuple[int, ...], slope: float | None, theta: Tensor) -> nn.Sequential:
    """An MLP with the parameters of one flat vector, in the order of nn.Sequential; without a slope it is of tanh."""
    layers: list[nn.Module] = []
    for i, o in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(i, o, dtype=theta.dtype), nn.Tanh() if slope is None else nn.LeakyReLU(slope)]
    net = nn.Sequential(*layers[:-1])
    nn.utils.vector_to_parameters(theta.clone(), net.parameters())
    return net


def flat(net: nn.Module) -> Tensor:
    return nn.utils.parameters_to_vector(net.parameters()).detach()


ABC = (0.0, 1.0, 1.0)  # targets of least squares: fake and real for D, fake for G


def discriminator_loss(
    name: str, D: nn.Module, x: Tensor, fake: Tensor, eps: Tensor, weight: float, abc: tuple[float, ...] = ABC
) -> Tensor:
    real, made = D(x), D(fake)
    if name in ("minimax", "nonsaturating"):
        ones, zeros = torch.ones_like(real), torch.zeros_like(made)
        bce = F.binary_cross_entropy_with_logits
        return bce(real, ones) + bce(made, zeros)
    if name == "lsgan":
        return 0.5 * ((real - abc[1]) ** 2).mean() + 0.5 * ((made - abc[0]) ** 2).mean()
    x_hat = (eps[:, None] * x + (1 - eps[:, None]) * fake).requires_grad_()
    (grad,) = torch.autograd.grad(D(x_hat).sum(), x_hat, create_graph=True)
    return made.mean() - real.mean() + weight * ((grad.norm(dim=1) - 1) ** 2).mean()


def generator_loss(name: str, logits: Tensor, abc: tuple[float, ...] = ABC) -> Tensor:
    return {
        "minimax": lambda l: torch.log(1 - torch.sigmoid(l)).mean(),
        "nonsaturating": lambda l: -torch.log(torch.sigmoid(l)).mean(),
        "lsgan": lambda l: 0.5 * ((l - abc[2]) ** 2).mean(),
        "wgan_gp": lambda l: -l.mean(),
    }[name](logits)


class TextbookGAN:
    """One GAN with two Adams. step(x (k, B, 2), z (k, B, d), eps (k, B), more (j, B, d)): k critic steps, last index
    first, then G steps: one on z[0] unless `g` is False, one on each of `more`."""

    def __init__(
        self,
        name: str,
        G: nn.Module,
        D: nn.Module,
        lr_g: float,
        lr_d: float,
        betas: tuple[float, float] = (0.5, 0.9),
        weight: float = 0.1,
        abc: tuple[float, ...] = ABC,
    ) -> None:
        self.name, self.G, self.D, self.weight, self.abc = name, G, D, weight, abc
        self.adam_g = torch.optim.Adam(G.parameters(), lr=lr_g, betas=betas)
        self.adam_d = torch.optim.Adam(D.parameters(), lr=lr_d, betas=betas)
        self.rates = (lr_g, lr_d)

    def step(
        self, x: Tensor, z: Tensor, eps: Tensor, lr_scale: float = 1.0, more: Tensor | None = None, g: bool = True
    ) -> None:
        self.adam_g.param_groups[0]["lr"], self.adam_d.param_groups[0]["lr"] = (lr * lr_scale for lr in self.rates)
        for k in reversed(range(len(x))):
            fake = self.G(z[k]).detach()
            loss = discriminator_loss(self.name, self.D, x[k], fake, eps[k], self.weight, self.abc)
            self.adam_d.zero_grad()
            loss.backward()
            self.adam_d.step()
        for noise in ([z[0]] if g else []) + ([] if more is None else list(more)):
            self.adam_g.zero_grad()
            generator_loss(self.name, self.D(self.G(noise)), self.abc).backward()
            self.adam_g.step()

"""Puzzle-GAN [1]: a whole picture from a few key patches of it, without being told where they were.

    h_1 .. h_P = E(p_i), then rounds of h_i + R(h_i, sum_j h_j)         one network for all patches
    p(place | i) = softmax W(h_i)                                       M_hat: how likely a pixel is under a patch
    x_hat = the patches at places drawn by z, and around them X(those, sum_j h_j, z)
    L_G = L_adv + E mean_i -ln p(true place | i) + w E |x_hat - x|_1
    D: real is x; not real are x_hat, and real pictures whose patches, or whose surroundings, are another's

The patches enter by a sum and by what is done to each alike, so their order does not matter. Sums of absolute values
run over the pixels, as in the authors' code, but not over the batch. The paper is known as "Unsupervised holistic image
generation from key local patches"; the name Puzzle-GAN comes from the lectures of one of its authors.

Deviations: 32 x 32 digits, patches of 10 x 10 at their own size; non-saturating loss. In [1] one network paints the
mask and another the whole picture, and a patch is kept as far as that one manages. Here every patch gets a place and
lies there as it is: the loss of the mask becomes a cross entropy over places, and only the rest is painted. In training
a patch lies at its likeliest place, otherwise where the first two numbers of z say.

[1] Lee, Yun, Choi, Yoo, Yang, Oh. ECCV 2018, arXiv:1703.10730.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.losses.adversarial import NonSaturating
from playground.models.base import Batch, Model, Phase

GAME = NonSaturating()


class Completed(NamedTuple):
    """What is made of patches. picture, mask: x_hat and M_hat, (B, 1, 32, 32) in [0, 1]. middles (B, P, 2) int: where
    the patches lie in the picture, rows and columns."""

    picture: Tensor
    mask: Tensor
    middles: Tensor


class PuzzleGAN(Model):
    """Solver (part encoder, rounds, places), painter, discriminator."""

    @dataclass(frozen=True)
    class Config:
        side: int = 32
        patch: int = 10
        z_dim: int = 32
        features: int = 32
        hidden: int = 384
        rounds: int = 3
        weight: float = 0.03  # of |x_hat - x|_1
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
        self.rounds = nn.ModuleList(_Round(h) for _ in range(config.rounds))
        self.where = nn.Sequential(nn.LayerNorm(h), nn.ReLU(), nn.Linear(h, config.side**2))
        self.painter = _Painter(h + config.z_dim, f)
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

    def solve(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Patches (B, P, 1, 10, 10) in [0, 1], any number of them in any order.

        Returns the sum of what they are in view of each other, (B, hidden), and logits of where each has its middle,
        (B, P, 32 * 32), row by row.
        """
        B, P = patches.shape[:2]
        h = self.encoder(patches.flatten(0, 1)).view(B, P, -1)
        for turn in self.rounds:
            h = turn(h)
        return h.sum(1), self.where(h)

    def mask(self, where: Tensor) -> Tensor:
        """Probability that a patch covers a pixel, from `solve`'s logits: (B, 1, 32, 32) in [0, 1]."""
        side, patch = self.config.side, self.config.patch
        middles = where.softmax(2).unflatten(2, (side, side))
        before = (
            patch // 2 - 1
        )  # a pixel is covered by patches whose middle is that far before it, or half a patch behind
        around = F.pad(middles, (before, patch // 2) * 2)
        each = F.avg_pool2d(around, patch, 1) * patch**2
        return 1 - (1 - each.clamp(0, 1)).prod(1, keepdim=True)

    def likeliest(self, where: Tensor) -> Tensor:
        """The places with the largest of `solve`'s logits: rows and columns of middles (B, P, 2)."""
        at, side = where.argmax(2), self.config.side
        return torch.stack([at // side, at % side], 2)

    def drawn(self, z: Tensor, where: Tensor) -> Tensor:
        """Places as likely as `solve`'s logits say, chosen by z: rows and columns of middles (B, P, 2).

        u = (z_1 + 1) / 2 is the quantile of a patch's row and v = (z_2 + 1) / 2 that of its column in this row. All
        patches of a picture have the same u and v: if one lies higher than usual, so do the others.
        """
        side = self.config.side
        p = where.softmax(2).unflatten(2, (side, side))
        u, v = ((z[:, :2] + 1) / 2).unbind(1)
        row = _quantile(p.sum(3), u)
        in_row = p.gather(2, row[..., None, None].expand(-1, -1, 1, side)).squeeze(2)
        return torch.stack([row, _quantile(in_row, v)], 2)

    def lay(self, middles: Tensor, patches: Tensor) -> tuple[Tensor, Tensor]:
        """Patches around their middles, the darker ink on top.

        Returns the picture so far in [0, 1] and what it covers in {0, 1}, (B, 1, 32, 32) each.
        """
        side, patch = self.config.side, self.config.patch
        wide = side + patch
        axis = torch.arange(patch, device=middles.device)
        corner = middles[..., 0] * wide + middles[..., 1]  # in a picture that is half a patch wider all around
        pixels = (corner[..., None, None] + axis[:, None] * wide + axis).flatten(1)
        empty = patches.new_zeros(len(middles), wide**2)
        laid = empty.scatter_reduce(1, pixels, patches.flatten(1), "amax")
        covered = empty.scatter(1, pixels, 1.0)
        inside = slice(patch // 2, patch // 2 + side)
        return tuple(x.view(-1, 1, wide, wide)[..., inside, inside] for x in (laid, covered))

    def paint(self, z: Tensor, told: Tensor, middles: Tensor, patches: Tensor) -> Tensor:
        """The picture (B, 1, 32, 32): the patches around their middles, and around them what the painter makes of it.

        told: `solve`'s, (B, hidden).
        """
        laid, covered = self.lay(middles, patches)
        around = self.painter(torch.cat([laid, covered], 1), torch.cat([F.relu(told), z], 1))
        return covered * laid + (1 - covered) * around

    def complete(self, z: Tensor, patches: Tensor) -> Completed:
        """z (B, z_dim) and patches (B, P, 1, 10, 10) -> picture, mask and places."""
        told, where = self.solve(patches)
        middles = self.drawn(z, where)
        return Completed(self.paint(z, told, middles, patches), self.mask(where), middles)

    def generate(self, z: Tensor, *, patches: Tensor) -> Tensor:
        """z (n, z_dim), patches (n, P, 1, 10, 10) in [0, 1] -> (n, 1, 32, 32) in [0, 1]."""
        return self.complete(z, patches).picture

    def logits(self, x: Tensor) -> Tensor:
        """Whether pictures (B, 1, 32, 32) in [0, 1] are whole and real: (B,)."""
        return self.discriminator(x).squeeze(1)

    def phases(self) -> list[Phase]:
        nets = (self.encoder, self.rounds, self.where, self.painter)
        d = list(self.discriminator.parameters())
        return [
            Phase("discriminator", d, self._discriminator_loss, lr_scale=self.config.critic_lr),
            Phase("generator", [p for net in nets for p in net.parameters()], self._generator_loss),
        ]

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, patches, mask, _ = batch
        with torch.no_grad():
            x_hat = self._made(x, patches, generator)[0]
        other = x.roll(1, 0)
        mixed = mask * x + (1 - mask) * other  # its parts in another's surroundings, and another's parts in its own
        mixed_too = mask * other + (1 - mask) * x
        real = F.softplus(-self.logits(x)).mean()
        not_real = [F.softplus(self.logits(picture)).mean() for picture in (x_hat, mixed, mixed_too)]
        return {"loss": real + sum(not_real) / 3, "real": real, "made": not_real[0]}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, patches, _, middles = batch
        x_hat, where = self._made(x, patches, generator)
        fool = GAME.generator(self.logits(x_hat))
        places = middles[..., 0] * self.config.side + middles[..., 1]
        lying = F.cross_entropy(where.flatten(0, 1), places.flatten())
        whole = (x_hat - x).abs().flatten(1).sum(1).mean()
        loss = fool + lying + self.config.weight * whole
        return {"loss": loss, "fool": fool, "place": lying, "whole": whole}

    def _made(self, x: Tensor, patches: Tensor, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
        """Pictures from patches at their likeliest places, and the logits of all places."""
        told, where = self.solve(patches)
        return self.paint(self._noise(x, generator), told, self.likeliest(where), patches), where

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.rand(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype) * 2 - 1


def _quantile(p: Tensor, u: Tensor) -> Tensor:
    """Where the weights p (B, P, n), summed from the left, come to the share u (B,) of all: (B, P) int."""
    total = p.cumsum(2)
    return (total < u[:, None, None] * total[..., -1:]).sum(2).clamp(max=p.shape[2] - 1)


class _Round(nn.Module):
    """Every patch looks at itself and at the sum of all: h (B, P, hidden) -> (B, P, hidden)."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(hidden)
        self.own, self.all = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden, bias=False)
        self.out = nn.Linear(hidden, hidden)

    def forward(self, h: Tensor) -> Tensor:
        seen = self.norm(h)
        return h + self.out(F.relu(self.own(seen) + self.all(seen.sum(1, keepdim=True))))


class _Painter(nn.Module):
    """What is laid and covered (B, 2, 32, 32), and a vector (B, inputs) -> a picture (B, 1, 32, 32) in [0, 1]."""

    def __init__(self, inputs: int, f: int) -> None:
        super().__init__()
        widths = (f, 2 * f, 4 * f, 4 * f)  # at 32, 16, 8 and 4 pixels
        self.first = nn.Conv2d(2, f, 3, 1, 1)
        steps = list(zip(widths, widths[1:], strict=False))
        self.down = nn.ModuleList(_block(nn.Conv2d(a, b, 4, 2, 1)) for a, b in steps)
        self.told = nn.Linear(inputs, 4 * f * 16)
        # what comes from below and what was seen there go up together
        self.up = nn.ModuleList(_block(nn.ConvTranspose2d(2 * b, a, 4, 2, 1)) for a, b in reversed(steps))
        self.last = nn.Conv2d(2 * f, 1, 3, 1, 1)

    def forward(self, x: Tensor, told: Tensor) -> Tensor:
        seen = [F.leaky_relu(self.first(x), 0.2)]
        for down in self.down:
            seen.append(down(seen[-1]))
        h = F.leaky_relu(self.told(told), 0.2).view_as(seen[-1])
        for up in self.up:
            h = up(torch.cat([h, seen.pop()], 1))
        return torch.sigmoid(self.last(torch.cat([h, seen.pop()], 1)))


def _block(conv: nn.Module) -> nn.Sequential:
    return nn.Sequential(conv, nn.BatchNorm2d(conv.out_channels), nn.LeakyReLU(0.2))

"""CycleGAN [1]: translates between two sets of pictures of which no pair is known.

    G: X -> Y,  F: Y -> X,  D_Y tells y from G(x),  D_X tells x from F(y)
    L = L_GAN(G, D_Y) + L_GAN(F, D_X)
        + lambda (E |F(G(x)) - x|_1 + E |G(F(y)) - y|_1)                      there and back again
        + lambda / 2 (E |G(y) - y|_1 + E |F(x) - x|_1)                        what is there already stays

The adversarial part is least squares (a, b, c = 0, 1, 1), a discriminator's loss is halved, and the discriminators also
see older translations from a pool of 50. The identity term feeds each generator its own target domain. With lambda = 0
nothing but the discriminators is left, and nothing ties a translation to what it was made of.

Deviations for 32 pixels: three residual blocks, few channels, discriminators that see 16 x 16 pixels, batches of more
than one, and averaged weights are shipped. `CycleGAN.sized` gives the paper's networks.

[1] Zhu, Park, Isola, Efros. ICCV 2017, arXiv:1703.10593.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.losses.adversarial import LeastSquares
from playground.models.base import Batch, Model, Phase
from playground.nn.translator import ImagePool, PatchCritic, TranslatorNet, check_side, initialize

GAME = LeastSquares()


class CycleGAN(Model):
    """Two generators and two discriminators between two domains."""

    @dataclass(frozen=True)
    class Config:
        domains: tuple[str, str] = ("coat", "zebra")  # X, Y
        side: int = 32
        width: int = 16
        blocks: int = 3
        critic_width: int = 24
        critic_steps: int = 1
        cycle: float = 10.0  # lambda
        identity: float = 0.5  # of lambda
        pool: int = 50

    @classmethod
    def sized(cls, side: int, domains: Sequence[str]) -> Config:
        """The paper's networks for pictures of 64 to 256 pixels a side; smaller patches below 128."""
        if len(domains) != 2:
            raise ValueError(f"expected two domains, got {list(domains)}")
        check_side(side)
        blocks, steps = (9 if side >= 256 else 6), (3 if side >= 128 else 2)
        return cls.Config(tuple(domains), side, 64, blocks, critic_width=64, critic_steps=steps)

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        generators = [TranslatorNet(3, 3, config.width, config.blocks) for _ in range(2)]
        critics = [PatchCritic(3, config.critic_width, config.critic_steps) for _ in range(2)]
        self.G, self.F = generators
        self.D_X, self.D_Y = critics
        self.apply(initialize)
        self.pools = {name: ImagePool(config.pool) for name in ("x", "y")}
        self._fresh: tuple[Tensor, Tensor] | None = None  # what the generators made last: x_hat, y_hat

    @property
    def targets(self) -> list[str]:
        """Names of the domains that `translate` can aim at."""
        return list(self.config.domains)

    def translate(self, x: Tensor, target: str) -> Tensor:
        """Pictures (n, 3, H, W) in [0, 1] of the other domain -> the same shape, in the domain `target`."""
        if target not in self.targets:
            raise ValueError(f"expected a target of {self.targets}, got {target!r}")
        net = self.G if target == self.config.domains[1] else self.F
        return (net(2 * x - 1) + 1) / 2

    def opinion(self, x: Tensor, domain: str) -> Tensor:
        """What the discriminator of a domain says of patches: (n, 3, H, W) in [0, 1] -> (n, h, w); 1 real, 0 made."""
        net = self.D_Y if domain == self.config.domains[1] else self.D_X
        return net(2 * x - 1)[:, 0]

    def phases(self) -> list[Phase]:
        generators = [*self.G.parameters(), *self.F.parameters()]
        critics = [*self.D_X.parameters(), *self.D_Y.parameters()]
        return [
            Phase("generators", generators, self._generator_loss),
            Phase("discriminators", critics, self._discriminator_loss),
        ]

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, y = 2 * batch[0] - 1  # (2, B, 3, H, W)
        y_hat, x_hat = self.G(x), self.F(y)
        self._fresh = x_hat.detach(), y_hat.detach()
        # twice: `LeastSquares` halves each square, the paper only those of a discriminator
        fool = 2 * (GAME.generator(self.D_Y(y_hat)) + GAME.generator(self.D_X(x_hat)))
        losses = {"fool": fool, "loss": fool}
        if self.config.cycle:
            losses["cycle"] = _l1(self.F(y_hat), x) + _l1(self.G(x_hat), y)
            losses["loss"] = losses["loss"] + self.config.cycle * losses["cycle"]
        if self.config.cycle * self.config.identity:
            losses["identity"] = _l1(self.G(y), y) + _l1(self.F(x), x)
            losses["loss"] = losses["loss"] + self.config.cycle * self.config.identity * losses["identity"]
        return losses

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, y = 2 * batch[0] - 1
        if self._fresh is None:
            with torch.no_grad():
                self._fresh = self.F(y), self.G(x)
        x_hat, y_hat = self._from_pools(generator)
        d_x = GAME.discriminator(self.D_X(x), self.D_X(x_hat))
        d_y = GAME.discriminator(self.D_Y(y), self.D_Y(y_hat))
        return {"loss": d_x + d_y}

    def _from_pools(self, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
        """The latest translations, mixed with older ones; what the pools hold goes into checkpoints."""
        found = []
        for name, fresh in zip(("x", "y"), self._fresh, strict=True):
            pool = self.pools[name]
            pool.kept = self.carried.get(f"pool_{name}", pool.kept)
            found.append(pool.query(fresh, generator))
            if pool.kept is not None:
                self.carried[f"pool_{name}"] = pool.kept
        return found[0], found[1]


def _l1(a: Tensor, b: Tensor) -> Tensor:
    return (a - b).abs().mean()

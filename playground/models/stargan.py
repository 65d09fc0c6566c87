"""StarGAN [1]: one generator for every pair of k domains; which one it aims at is an input.

    G(x, c): X_c' -> X_c          D(x) -> scores of patches D_src(x), and log p(domain | x) D_cls(x)
    L_D = E D_src(G(x, c)) - E D_src(x) + 10 GP + lambda_cls E -log D_cls(c' | x)            c': where x is from
    L_G = -w E D_src(G(x, c)) + lambda_cls E -log D_cls(c | G(x, c))
          + lambda_rec E (|x - G(G(x, c), c')|_1 + 1/2 |x - G(x, c')|_1)             w = 1 and no last term in the paper

D learns the domains from real pictures only. lambda_cls = 1, lambda_rec = 10. The label comes in as constant maps; the
generator pads with zeros, because with reflection instance normalization would take constant maps away without a trace.

Deviations: 32 instead of 128 pixels, hence one halving of the resolution, three residual blocks and a discriminator of
four layers. Its scores are read behind the third, of patches, and the penalty is on the slope of their mean, which is
what the loss has (`whole` is the authors' code). Strokes are few of the pixels that the reconstruction is a mean over,
and a picture of the ground alone pleases D: for G to keep digits, the adversarial term weighs w = `adversarial`, and
G(x, c') should also be x, as in CycleGAN [2]. D learns twice as fast as G: a D that lags behind lets G recolour, and
leave the stripes of a zebra where they are. And D sees pictures through a little noise (`nn.veil`): otherwise G reaches
a domain in D's eyes by patterns that nobody sees. Photographs (`sized`) are trained as in the paper.

[1] Choi, Choi, Kim, Ha, Kim, Choo. CVPR 2018, arXiv:1711.09020.
[2] Zhu, Park, Isola, Efros. ICCV 2017, arXiv:1703.10593.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.losses.adversarial import Wasserstein, gradient_penalty
from playground.models.base import Batch, Model, Phase
from playground.nn.translator import TranslatorNet, check_side
from playground.nn.veil import veiled

GAME = Wasserstein()
PENALTY = 10.0


class Discriminator(nn.Module):
    """Pictures (B, 3, s, s) in [-1, 1] -> scores of patches (B, 1, h, w), logits of the domains (B, k)."""

    def __init__(self, side: int, width: int, layers: int, domains: int, patches: int) -> None:
        super().__init__()
        self.patches = patches
        widths = [3, *(width * 2**k for k in range(layers))]
        self.trunk = nn.Sequential(
            *(
                nn.Sequential(nn.Conv2d(i, o, 4, 2, 1), nn.LeakyReLU(0.01))
                for i, o in zip(widths, widths[1:], strict=False)
            )
        )
        w = widths[patches]
        look = nn.Conv2d(w, 1, 3, 1, 1, bias=False)
        between = [nn.Conv2d(w, w, 3, 1, 1), nn.LeakyReLU(0.01)] if patches < layers else []
        self.source = nn.Sequential(*between, look)
        self.domain = nn.Conv2d(widths[-1], domains, side // 2**layers, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h = self.trunk[: self.patches](x)
        return self.source(h), self.domain(self.trunk[self.patches :](h)).flatten(1)


class StarGAN(Model):
    """One generator and one discriminator for several domains."""

    @dataclass(frozen=True)
    class Config:
        domains: tuple[str, ...] = ("coat", "zebra", "winter", "outline", "checker")
        side: int = 32
        width: int = 32
        blocks: int = 3
        halvings: int = 1
        critic_width: int = 64
        critic_layers: int = 4
        patches: int = 3  # layers of D behind which it scores patches
        whole: bool = False  # whether the penalty holds the slope of the sum of the patches' scores, not of their mean
        critic_steps: int = 5
        critic_lr: float = 2.0  # D's learning rate, relative to G's
        adversarial: float = 0.3  # weight of E D_src(G(x, c))
        classification: float = 1.0  # lambda_cls
        reconstruction: float = 10.0  # lambda_rec
        identity: float = 0.5  # weight of the identity term, relative to lambda_rec
        veil: float = 0.05  # standard deviation of the noise on all that D sees

    @classmethod
    def sized(cls, side: int, domains: Sequence[str]) -> Config:
        """The paper's networks, made for 128 pixels a side, for 64 to 256."""
        check_side(side)
        layers = min(6, (side & -side).bit_length() - 1)  # each halves the side
        paper = {"critic_lr": 1.0, "adversarial": 1.0, "identity": 0.0, "veil": 0.0, "whole": True}
        critic = {"critic_width": 64, "critic_layers": layers, "patches": layers}
        return cls.Config(tuple(domains), side, 64, 6, halvings=2, **critic, **paper)

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        k = len(config.domains)
        self.G = TranslatorNet(
            3 + k, 3, config.width, config.blocks, padding_mode="zeros", affine=True, halvings=config.halvings
        )
        self.D = Discriminator(config.side, config.critic_width, config.critic_layers, k, config.patches)

    @property
    def targets(self) -> list[str]:
        """Names of the domains that `translate` can aim at."""
        return list(self.config.domains)

    def translate(self, x: Tensor, target: str) -> Tensor:
        """Pictures (n, 3, s, s) in [0, 1] of any domain -> the same shape, in the domain `target`."""
        if target not in self.targets:
            raise ValueError(f"expected a target of {self.targets}, got {target!r}")
        c = torch.full((len(x),), self.targets.index(target), device=x.device)
        return (self.aim(2 * x - 1, c) + 1) / 2

    def aim(self, x: Tensor, c: Tensor) -> Tensor:
        """G(x, c): x (B, 3, s, s) in [-1, 1], c (B,) index of the domain -> (B, 3, s, s) in [-1, 1]."""
        maps = F.one_hot(c, len(self.config.domains)).to(x.dtype)[:, :, None, None]
        return self.G(torch.cat([x, maps.expand(-1, -1, *x.shape[2:])], 1))

    def phases(self) -> list[Phase]:
        repeats = self.config.critic_steps
        return [
            Phase(
                "D",
                list(self.D.parameters()),
                self._discriminator_loss,
                repeats=repeats,
                lr_scale=self.config.critic_lr,
                fresh_batch=True,
            ),
            Phase("G", list(self.G.parameters()), self._generator_loss),
        ]

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, source, target = self._drawn(batch, generator)
        with torch.no_grad():
            fake = veiled(self.aim(x, target), self.config.veil, generator)
        x = veiled(x, self.config.veil, generator)
        score, domain = self.D(x)
        value = GAME.discriminator(score, self.D(fake)[0])
        eps = torch.rand(len(x), generator=generator, device=x.device, dtype=x.dtype)
        penalty = gradient_penalty(self._critic, x, fake, eps)
        classified = F.cross_entropy(domain.to(x.dtype), source)
        loss = value + PENALTY * penalty + self.config.classification * classified
        return {"loss": loss, "wasserstein": -value, "penalty": penalty, "classified": classified}

    def _critic(self, x: Tensor) -> Tensor:
        """What the penalty is on, (B,): in the authors' code the sum over the patches, where the loss has the mean."""
        scores = self.D(x)[0].flatten(1)
        return scores.sum(1) if self.config.whole else scores.mean(1)

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, source, target = self._drawn(batch, generator)
        fake = self.aim(x, target)
        score, domain = self.D(veiled(fake, self.config.veil, generator))
        fool, classified = GAME.generator(score), F.cross_entropy(domain.to(x.dtype), target)
        loss = self.config.adversarial * fool + self.config.classification * classified
        losses = {"fool": fool, "classified": classified}
        if self.config.reconstruction:
            losses["back"] = (x - self.aim(fake, source)).abs().mean()
            loss = loss + self.config.reconstruction * losses["back"]
        if self.config.reconstruction * self.config.identity:
            losses["identity"] = (x - self.aim(x, source)).abs().mean()
            loss = loss + self.config.reconstruction * self.config.identity * losses["identity"]
        return {"loss": loss, **losses}

    def _drawn(self, batch: Batch, generator: torch.Generator | None) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures (B, 3, s, s) in [-1, 1] of all domains, where each is from, and where each is to go."""
        x = 2 * batch[0] - 1  # (S, n, 3, s, s)
        source = torch.arange(len(x), device=x.device).repeat_interleave(x.shape[1])
        target = source[torch.rand(len(source), generator=generator, device=x.device).argsort()]
        return x.flatten(0, 1), source, target

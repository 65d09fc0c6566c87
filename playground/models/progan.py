"""Progressive GAN [1]: generator and discriminator grow together, from 4 x 4 to 32 x 32 pixels.

    level l = 0..3 has 4 * 2^l pixels a side. A new level fades in with alpha from 0 to 1:

    G   x_l = (1 - alpha) up2(toRGB_{l-1}(h_{l-1})) + alpha toRGB_l(h_l)
    D   h_{l-1} = (1 - alpha) fromRGB_{l-1}(down2(x)) + alpha down2(block_l(fromRGB_l(x)))
    real pictures   (1 - alpha) up2(down2(x)) + alpha x

    L_D = E softplus(f(G(z))) + E softplus(-f(x)) + E |grad f(x)|^2,    L_G = E softplus(-f(G(z)))

Every layer is equalized, every feature of G normalized pixel by pixel, D sees how much the pictures of a batch differ
(`nn.equalized`), and the weights that are shipped are an average. How far a network has grown follows from `seen`, the
number of real pictures it was shown.

Deviations: few channels. With them the paper's Wasserstein loss with its penalty collapsed here; the non-saturating
loss with a penalty on D's slope at real pictures [2], which the same authors went over to, does not.
The penalty is taken every fourth step, four times as strong, as they came to do as well [3].
Adam's moments are kept when a level comes in, where the authors start them anew. Digits are padded from 28 to 32
pixels. And `tap`: once a level is in, the authors leave the toRGB of the levels below it behind. Here those layers, and
nothing else, go on learning to draw the final picture, made small, from what the blocks below hand on, so that one
network can show all its levels for one z. No gradient of it reaches the game.

[1] Karras, Aila, Laine, Lehtinen. ICLR 2018, arXiv:1710.10196.
[2] Mescheder, Geiger, Nowozin. ICML 2018, arXiv:1801.04406; Karras, Laine, Aila. CVPR 2019, arXiv:1812.04948.
[3] Karras, Laine, Aittala, Hellsten, Lehtinen, Aila. CVPR 2020, arXiv:1912.04958.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.losses.adversarial import NonSaturating, slope_penalty
from playground.models.base import Batch, Model, Phase
from playground.nn.equalized import SQRT2, EqualizedConv2d, EqualizedLinear, minibatch_std, pixel_norm

GAME = NonSaturating()
PENALTY = 1.0  # half of gamma in [2]
LAZY = 4  # steps from one penalty to the next
SLOPE = 0.2
LEVELS = 4


class Generator(nn.Module):
    """z (n, z_dim) -> pictures of one level in about [-1, 1]."""

    def __init__(self, z_dim: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.dense = EqualizedLinear(z_dim, channels[0] * 16, gain=SQRT2 / 4)
        below = (channels[0], *channels)
        self.first = nn.ModuleList(EqualizedConv2d(below[l], c, 3, 1) for l, c in enumerate(channels) if l)
        self.second = nn.ModuleList(EqualizedConv2d(c, c, 3, 1) for c in channels)
        self.to_rgb = nn.ModuleList(EqualizedConv2d(c, 1, 1, gain=1.0) for c in channels)

    def features(self, z: Tensor, level: int) -> list[Tensor]:
        """h_0 .. h_level, h_l (n, c_l, 4 * 2^l, 4 * 2^l)."""
        h = self.dense(pixel_norm(z)).view(len(z), -1, 4, 4)
        found = [_act(self.second[0](_act(h)))]
        for l in range(1, level + 1):
            found.append(_act(self.second[l](_act(self.first[l - 1](up2(found[-1]))))))
        return found

    def draw(self, h: list[Tensor], level: int, alpha: float) -> Tensor:
        """The picture of a level from its features, fading in with alpha: (n, 1, s, s)."""
        x = self.to_rgb[level](h[level])
        return x if level == 0 or alpha == 1 else torch.lerp(up2(self.to_rgb[level - 1](h[level - 1])), x, alpha)


class Critic(nn.Module):
    """Pictures of one level in about [-1, 1] -> scores (B,)."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        c0, below = channels[0], (channels[0], *channels)
        self.from_rgb = nn.ModuleList(EqualizedConv2d(1, c, 1) for c in channels)
        self.first = nn.ModuleList(EqualizedConv2d(c, c, 3, 1) for c in channels[1:])
        self.second = nn.ModuleList(EqualizedConv2d(c, below[l], 3, 1) for l, c in enumerate(channels) if l)
        self.last = nn.ModuleList([EqualizedConv2d(c0 + 1, c0, 3, 1), EqualizedConv2d(c0, c0, 4)])
        self.score = EqualizedLinear(c0, 1, gain=1.0)

    def features(self, x: Tensor, level: int, alpha: float) -> Tensor:
        """What the last block gets of each picture, before it compares them: (B, c_0, 4, 4)."""
        h = _leak(self.from_rgb[level](x))
        for l in range(level, 0, -1):
            h = down2(_leak(self.second[l - 1](_leak(self.first[l - 1](h)))))
            if l == level and alpha < 1:
                h = torch.lerp(_leak(self.from_rgb[l - 1](down2(x))), h, alpha)
        return h

    def forward(self, x: Tensor, level: int, alpha: float) -> Tensor:
        h = self.features(x, level, alpha)
        for layer in (lambda h: self.last[0](minibatch_std(h)), self.last[1]):
            h = _leak(layer(h))
        return self.score(h.flatten(1)).squeeze(1)


class ProGAN(Model):
    """Generator and critic of digits with 4 to 32 pixels a side."""

    @dataclass(frozen=True)
    class Config:
        z_dim: int = 64
        channels: tuple[int, ...] = (128, 96, 48, 16)  # of the levels
        fade: tuple[int, ...] = (0, 80_000, 120_000, 160_000)  # real pictures shown while a level fades in
        stay: tuple[int, ...] = (80_000, 80_000, 120_000, 320_000)  # and then, before the next one does

        def growth(self, seen: int) -> tuple[int, float]:
            """(level, alpha) of a network that was shown so many real pictures."""
            left = seen
            for level, (fade, stay) in enumerate(zip(self.fade, self.stay, strict=True)):
                if left < fade:
                    return level, left / fade
                left -= fade
                if left < stay:
                    return level, 1.0
                left -= stay
            return LEVELS - 1, 1.0

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        if not len(config.channels) == len(config.fade) == len(config.stay) == LEVELS:
            raise ValueError(f"expected channels, fade and stay of {LEVELS} levels, got {config}")
        self.z_dim = config.z_dim
        self.generator = Generator(config.z_dim, config.channels)
        self.critic = Critic(config.channels)
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    @property
    def grown(self) -> tuple[int, float]:
        """(level, alpha) of the network as it has been trained so far."""
        return self.growth(int(self.seen))

    def growth(self, seen: int) -> tuple[int, float]:
        """(level, alpha) after so many real pictures."""
        return self.config.growth(seen)

    def generate(self, z: Tensor, *, level: int | None = None, alpha: float = 1.0) -> Tensor:
        """z (n, 64) -> (n, 1, s, s) in [0, 1], s = 4 * 2^level; without a level, as far as the network has grown."""
        level, alpha = self.grown if level is None else (level, alpha)
        return ((self._draw(z, level, alpha) + 1) / 2).clamp(0, 1)

    def logits(self, x: Tensor, *, level: int | None = None, alpha: float = 1.0) -> Tensor:
        """The critic's score (B,) of pictures x (B, 1, s, s) in [0, 1] of a level; without one, of the present."""
        level, alpha = self.grown if level is None else (level, alpha)
        return self.critic(2 * x - 1, level, alpha)

    @property
    def loss(self) -> NonSaturating:
        """The game that is played."""
        return GAME

    def as_shown(self, x: Tensor, *, level: int | None = None, alpha: float = 1.0) -> Tensor:
        """What the critic of a level sees of digits x (B, 1, 28, 28) in [0, 1]: (B, 1, s, s)."""
        level, alpha = self.grown if level is None else (level, alpha)
        x = F.pad(x, (2, 2, 2, 2))
        x = F.avg_pool2d(x, 2 ** (LEVELS - 1 - level)) if level < LEVELS - 1 else x
        return x if level == 0 or alpha == 1 else torch.lerp(up2(down2(x)), x, alpha)

    def phases(self) -> list[Phase]:
        return [
            Phase("critic", list(self.critic.parameters()), self._critic_loss),
            Phase("generator", list(self.generator.parameters()), self._generator_loss),
        ]

    def _draw(self, z: Tensor, level: int, alpha: float) -> Tensor:
        return self.generator.draw(self.generator.features(z, level), level, alpha)

    def _critic_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        level, alpha = self.grown
        x = 2 * self.as_shown(batch[0]) - 1
        due = (int(self.seen) // len(x)) % LAZY == 0
        x.requires_grad_(due)
        self.seen += len(x)
        with torch.no_grad():
            fake = self._draw(self._noise(x, generator), level, alpha).to(x.dtype)
        f_real = self.critic(x, level, alpha)
        value = GAME.discriminator(f_real, self.critic(fake, level, alpha))
        at = torch.tensor(level - 1 + alpha if level else 0.0)
        if not due:
            return {"loss": value, "value": value, "level": at}
        penalty = slope_penalty(f_real, x)
        return {"loss": value + LAZY * PENALTY * penalty, "value": value, "penalty": penalty, "level": at}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        level, alpha = self.grown
        h = self.generator.features(self._noise(batch[0], generator), level)
        x = self.generator.draw(h, level, alpha)
        fool, tap = GAME.generator(self.critic(x, level, alpha)), self._tap(h, x, level if alpha == 1 else level - 1)
        return {"loss": fool + tap, "fool": fool, "tap": tap}

    def _tap(self, h: list[Tensor], x: Tensor, below: int) -> Tensor:
        """How far the pictures of the levels below `below`, which left the game, are from x made small."""
        total = x.new_zeros(())
        for l in range(below):
            small = F.avg_pool2d(x.detach(), x.shape[-1] // (4 * 2**l))
            total = total + (self.generator.to_rgb[l](h[l].detach()) - small).square().mean()
        return total

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.randn(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype)


def up2(x: Tensor) -> Tensor:
    """Every pixel twice, both ways: (n, C, h, w) -> (n, C, 2h, 2w). `F.interpolate` takes three times as long here."""
    n, C, h, w = x.shape
    return x[:, :, :, None, :, None].expand(n, C, h, 2, w, 2).reshape(n, C, 2 * h, 2 * w)


def down2(x: Tensor) -> Tensor:
    """The mean of every 2 x 2 pixels."""
    return F.avg_pool2d(x, 2)


def _leak(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE)


def _act(x: Tensor) -> Tensor:
    return pixel_norm(_leak(x))

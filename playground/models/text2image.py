"""Text to image, GAN-CLS-INT [1]: a generator told by a caption, a discriminator that knows whether it fits.

    t = phi(caption),  t_hat = phi(a caption that does not fit)
    L_D = -E ln D(x, t) - 1/2 (E ln(1 - D(x, t_hat)) + E ln(1 - D(G(z, t), t))) + L_joint  right, wrong caption; made
    L_G = -E ln D(G(z, t), t),      a quarter of these t being (t' + t'') / 2 between two captions of the batch

Without the middle term D would only learn to tell real from made, and G could leave the caption aside. A caption that
does not fit must differ in meaning, not in wording only.

L_joint is what the paper trains phi with before, on features of pictures that a network knows already: a structured
joint embedding [2], which takes the class of a picture to be the one whose captions fit it best on average, and the
other way round. Here phi, embeddings of words and a GRU, learns along with D, and the features are D's own. Without it
D finds colours and places at once, but takes very long to see that a digit is not the one of the caption, and G learns
no digit before D does.

Deviations: captions of digits by a grammar in two languages; 32 x 32 pixels; the class of L_joint is the digit, and
cross-entropy takes the place of a hinge. As in `models.dcgan`, a dense layer stands beside z and the logit and D learns
more slowly than G. The paper weighs pictures of mixed captions as much as others; here, where D and phi learn together
and phi may well put two captions so that their middle means nothing, they would drown the rest. Besides joining t to
what it sees, D adds the inner product of both [3], which is what L_joint is about.

[1] Reed, Akata, Yan, Logeswaran, Schiele, Lee. ICML 2016, arXiv:1605.05396.
[2] Reed, Akata, Lee, Schiele. CVPR 2016, arXiv:1605.05395.
[3] Miyato, Koyama. ICLR 2018, arXiv:1802.05637.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Batch, Model, Phase

STD = 0.02
MIXED = 0.25  # share of G's captions that are mixed


class Encoder(nn.Module):
    """Tokens (B, T), 0 behind the last word -> t (B, text)."""

    def __init__(self, words: int, text: int) -> None:
        super().__init__()
        self.embed = nn.Embedding(words, text, padding_idx=0)
        self.gru = nn.GRU(text, text // 2, batch_first=True, bidirectional=True)

    def forward(self, tokens: Tensor) -> Tensor:
        states = self.gru(self.embed(tokens))[0]  # (B, T, text)
        return states.masked_fill((tokens == 0)[..., None], -1.0).amax(1)  # states lie in (-1, 1)


class Text2Image(Model):
    """Encoder, generator and discriminator of captioned pictures."""

    @dataclass(frozen=True)
    class Config:
        words: int = 104
        text: int = 96
        z_dim: int = 32
        features: int = 32
        hidden: int = 256
        interpolation: float = 0.5  # between two captions; 0 leaves the term out
        critic_lr: float = 0.4

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        f, h, self.z_dim = config.features, config.hidden, config.z_dim
        self.encoder = Encoder(config.words, config.text)
        self.generator = nn.Sequential(
            nn.Linear(config.z_dim + config.text, h, bias=False),
            nn.BatchNorm1d(h),
            nn.ReLU(),
            nn.Linear(h, 2 * f * 64, bias=False),
            nn.BatchNorm1d(2 * f * 64),
            nn.ReLU(),
            nn.Unflatten(1, (2 * f, 8, 8)),
            nn.ConvTranspose2d(2 * f, f, 4, 2, 1, bias=False),  # (B, f, 16, 16)
            nn.BatchNorm2d(f),
            nn.ReLU(),
            nn.ConvTranspose2d(f, 3, 4, 2, 1),  # (B, 3, 32, 32)
            nn.Sigmoid(),
        )
        self.trunk = nn.Sequential(
            nn.Conv2d(3, f, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(f, 2 * f, 4, 2, 1, bias=False),
            nn.BatchNorm2d(2 * f),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            nn.Linear(2 * f * 64, h, bias=False),
            nn.BatchNorm1d(h),
            nn.LeakyReLU(0.2),
        )
        self.joint = nn.Sequential(nn.Linear(h + config.text, h), nn.LeakyReLU(0.2), nn.Linear(h, 1))
        self.project = nn.Linear(config.text, h, bias=False)
        self.apply(_initialize)

    def encode_text(self, tokens: Tensor) -> Tensor:
        """Tokens (B, T) -> t (B, text) in (-1, 1)."""
        return self.encoder(tokens)

    def draw(self, z: Tensor, t: Tensor) -> Tensor:
        """z (n, z_dim) and encoded captions t (n, text) -> (n, 3, 32, 32) in [0, 1]."""
        return self.generator(torch.cat([z, t], 1))

    def generate(self, z: Tensor, *, tokens: Tensor) -> Tensor:
        """z (n, z_dim), captions' tokens (n, T) -> (n, 3, 32, 32) in [0, 1]."""
        return self.draw(z, self.encode_text(tokens))

    def logits(self, x: Tensor, t: Tensor) -> Tensor:
        """Whether pictures (B, 3, 32, 32) are real and fit the encoded captions (B, text): logits (B,)."""
        return self._fit(self.trunk(2 * x - 1), t)

    def _fit(self, h: Tensor, t: Tensor) -> Tensor:
        return self.joint(torch.cat([h, t], 1)).squeeze(1) + (h * self.project(t)).sum(1)

    def phases(self) -> list[Phase]:
        critic = [*self.trunk.parameters(), *self.joint.parameters()]
        critic += [*self.project.parameters(), *self.encoder.parameters()]
        return [
            Phase("discriminator", critic, self._discriminator_loss, lr_scale=self.config.critic_lr),
            Phase("generator", list(self.generator.parameters()), self._generator_loss),
        ]

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, right, wrong, digits = batch
        t, t_hat = self.encode_text(right), self.encode_text(wrong)
        with torch.no_grad():
            fake = self.draw(self._noise(x, generator), t)
        h = self.trunk(2 * x - 1)
        real, unfit = F.softplus(-self._fit(h, t)).mean(), F.softplus(self._fit(h, t_hat)).mean()
        made = F.softplus(self.logits(fake, t)).mean()
        joint = joint_embedding(h @ self.project(t).T, digits)
        loss = real + 0.5 * (unfit + made) + joint
        return {"loss": loss, "real": real, "unfit": unfit, "made": made, "joint": joint}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, right = batch[:2]
        t = self._some_mixed(self.encode_text(right).detach())
        return {"loss": F.softplus(-self.logits(self.draw(self._noise(x, generator), t), t)).mean()}

    def _some_mixed(self, t: Tensor) -> Tensor:
        """Encoded captions (B, text), the last MIXED of them each mixed with the next of those."""
        count = int(MIXED * len(t)) if self.config.interpolation else 0
        if count < 2:
            return t
        last = t[-count:]
        return torch.cat([t[:-count], torch.lerp(last, last.roll(1, 0), self.config.interpolation)])

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.randn(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype)


def joint_embedding(fit: Tensor, classes: Tensor) -> Tensor:
    """Mean cross-entropy of the class of pictures given captions and of captions given pictures.

    fit (B, B): how well picture i and caption j of a batch fit. classes (B,): of both. A class fits as well as its
    pictures, or captions, do on average.
    """
    present, index = classes.unique(return_inverse=True)
    share = F.one_hot(index, len(present)).to(fit.dtype)
    share = share / share.sum(0)  # (B, classes present)
    return (F.cross_entropy(fit @ share, index) + F.cross_entropy(fit.T @ share, index)) / 2


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(layer.weight, 0.0, STD)

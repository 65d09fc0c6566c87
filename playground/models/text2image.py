"""Text to image, GAN-CLS-INT [1]: a generator told by a caption, a discriminator that knows whether it fits.

    t = phi(caption),  t_hat = phi(a caption that does not fit),  s(x, t) = E(x) . t      how well picture and text fit
    L_M = cross-entropies of what pictures show given captions, and the other way round        [2], from s of real pairs
    L_D = -E ln D(x, t) - 1/2 (E ln(1 - D(x, t_hat)) + E ln(1 - D(x_hat, t))),  x_hat = G(z, t)      right, wrong; made
    L_G = -E ln D(x_hat, t) + L_M of made pictures / 4 - w E min(|x_hat - x_hat'| / |z - z'|, SPREAD)
                                                   a quarter of these t being (t' + t'') / 2 between two captions

Without the middle term D would only learn to tell real from made, and G could leave the caption aside. A caption that
does not fit must differ in meaning, not in wording only.

L_M is what the paper trains phi with before, on features of pictures that a network knows already: a structured joint
embedding [2], which takes the class of a picture to be the one whose captions fit it best on average, and the other way
round. Here phi, embeddings of words and a GRU, and a network E that looks at pictures learn it along with the game, and
from real pictures only, with each attribute of a caption as the class in turn. D is told what they say, s. Left to its
own features, D finds colours and places at once but takes very long to see that a digit is not the one of the caption,
forgets it again in the course of the game, and G learns no digit before D does.

L_M also tells G what its pictures do not show yet, as in later models [3], with a weight of `tell`. E sees pictures
through noise: otherwise G finds faint patterns that please E and show nothing. A G that is told so much leaves z aside:
no caption comes up twice, so D cannot see that all pictures of one are alike. Hence the last term [4]: two pictures of
a caption shall differ, until they do so as much as real ones.

Deviations: captions of digits by a grammar in two languages; 32 x 32 pixels; the terms above; cross-entropy in L_M
takes the place of a hinge. As in `models.dcgan`, a dense layer stands beside z and the logit and D learns more slowly
than G. The paper weighs pictures of mixed captions as much as others; here, where phi learns too and may well put two
captions so that their middle means nothing, they would drown the rest.

[1] Reed, Akata, Yan, Logeswaran, Schiele, Lee. ICML 2016, arXiv:1605.05396.
[2] Reed, Akata, Lee, Schiele. CVPR 2016, arXiv:1605.05395.
[3] Xu, Zhang, Huang, Zhang, Gan, Huang, He. CVPR 2018, arXiv:1711.10485.
[4] Yang, Hong, Jang, Zhao, Lee. ICLR 2019, arXiv:1901.09024.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Batch, Model, Phase
from playground.nn.veil import veiled

STD = 0.02
MIXED = 0.25  # share of G's captions that are mixed
COARSE = 4  # pixels a side over which pictures are averaged before they are compared; noise is no variety
SPREAD = 0.0376  # as much as pictures of digits with one caption differ then (0.0424), over the difference of noises


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
        tell: float = 0.25  # weight of L_M in L_G
        veil: float = 0.3  # standard deviation of the noise on what E learns from, and from which G learns
        diversity: float = 25.0  # weight of what two pictures of a caption differ by
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
        self.eye = nn.Sequential(
            nn.Conv2d(3, f, 4, 2, 1),  # (B, f, 16, 16)
            nn.LeakyReLU(0.2),
            *_block(f, 2 * f, 1),
            *_block(2 * f, 2 * f, 2),  # (B, 2 f, 8, 8)
            *_block(2 * f, 4 * f, 2),  # (B, 4 f, 4, 4)
            nn.Flatten(),
            nn.Linear(4 * f * 16, config.text),
        )
        self.joint = nn.Sequential(nn.Linear(h + config.text + 1, h), nn.LeakyReLU(0.2), nn.Linear(h, 1))
        for part in (self.generator, self.trunk, self.joint):
            part.apply(_initialize)

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
        x = 2 * x - 1
        return self._judge(self.trunk(x), t, self.eye(x))

    def _judge(self, h: Tensor, t: Tensor, seen: Tensor) -> Tensor:
        fit = (seen * t).sum(1, keepdim=True)
        return self.joint(torch.cat([h, t, fit], 1)).squeeze(1)

    def phases(self) -> list[Phase]:
        matching = [*self.eye.parameters(), *self.encoder.parameters()]
        critic = [*self.trunk.parameters(), *self.joint.parameters()]
        return [
            Phase("matching", matching, self._matching_loss),
            Phase("discriminator", critic, self._discriminator_loss, lr_scale=self.config.critic_lr),
            Phase("generator", list(self.generator.parameters()), self._generator_loss),
        ]

    def _matching_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, right, _, told = batch
        return {"loss": joint_embedding(self._look(x, generator) @ self.encode_text(right).T, told)}

    def _discriminator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, right, wrong, _ = batch
        with torch.no_grad():
            t, t_hat = self.encode_text(right), self.encode_text(wrong)
            fake = self.draw(self._noise(x, generator), t)
            seen, seen_fake = (self._look(picture, generator) for picture in (x, fake))
        h = self.trunk(2 * x - 1)
        real, unfit = F.softplus(-self._judge(h, t, seen)).mean(), F.softplus(self._judge(h, t_hat, seen)).mean()
        made = F.softplus(self._judge(self.trunk(2 * fake - 1), t, seen_fake)).mean()
        return {"loss": real + 0.5 * (unfit + made), "real": real, "unfit": unfit, "made": made}

    def _generator_loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, right, _, told = batch
        half = len(x) // 2
        t = self._some_mixed(self.encode_text(right[:half]).detach()).repeat(2, 1)  # two pictures of each
        z = self._noise(x[: 2 * half], generator)
        made = self.draw(z, t)
        seen = self._look(made, generator)
        fool = F.softplus(-self._judge(self.trunk(2 * made - 1), t, seen)).mean()
        whole = torch.arange(2 * half) % half < half - self._mixed(half)
        joint = joint_embedding(seen[whole] @ t[whole].T, told[:half].repeat(2, 1)[whole])
        spread = self._spread(made, z)
        loss = fool + self.config.tell * joint - self.config.diversity * spread
        return {"loss": loss, "fool": fool, "joint": joint, "spread": spread}

    def _look(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        """E of pictures (B, 3, 32, 32) in [0, 1], in training: (B, text)."""
        return self.eye(veiled(2 * x - 1, self.config.veil, generator))

    def _spread(self, made: Tensor, z: Tensor) -> Tensor:
        """How much two pictures of a caption differ, relative to their noises, up to SPREAD: in [0, SPREAD]."""
        (x, y), (u, v) = (both.flatten(1).chunk(2) for both in (F.avg_pool2d(made, COARSE), z))
        return ((x - y).abs().mean(1) / (u - v).abs().mean(1)).clamp(max=SPREAD).mean()

    def _mixed(self, captions: int) -> int:
        """How many of G's captions are mixed: none or at least two."""
        count = int(MIXED * captions) if self.config.interpolation else 0
        return count if count >= 2 else 0

    def _some_mixed(self, t: Tensor) -> Tensor:
        """Encoded captions (B, text), the last MIXED of them each mixed with the next of those."""
        count = self._mixed(len(t))
        if not count:
            return t
        last = t[-count:]
        return torch.cat([t[:-count], torch.lerp(last, last.roll(1, 0), self.config.interpolation)])

    def _noise(self, x: Tensor, generator: torch.Generator | None) -> Tensor:
        return torch.randn(len(x), self.z_dim, generator=generator, device=x.device, dtype=x.dtype)


def joint_embedding(fit: Tensor, classes: Tensor) -> Tensor:
    """Cross-entropies of the classes of pictures given captions and of captions given pictures, summed over attributes.

    fit (B, B): how well picture i and caption j of a batch fit. classes (B, K): those of both by attribute. A class
    fits as well as its pictures, or captions, do on average. Each attribute's value is the mean over the batch.
    """
    return torch.stack([_class_embedding(fit, told) for told in classes.T]).sum()


def _class_embedding(fit: Tensor, classes: Tensor) -> Tensor:
    present, index = classes.unique(return_inverse=True)
    share = F.one_hot(index, len(present)).to(fit.dtype)
    share = share / share.sum(0)  # (B, classes present)
    return (F.cross_entropy(fit @ share, index) + F.cross_entropy(fit.T @ share, index)) / 2


def _block(inputs: int, outputs: int, stride: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
    return convolution, nn.GroupNorm(max(1, outputs // 8), outputs), nn.LeakyReLU(0.2)


def _initialize(layer: nn.Module) -> None:
    if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.normal_(layer.weight, 0.0, STD)

"""The torch side of `inference.own_prior`: a small AAE that trains towards a drawn prior.

Deviation from `models.aae`: the discriminator sees a code together with sines and cosines of it [1]. A plain MLP of two
inputs learns smooth functions first; with the waves it sees the edge of a stroke within the ten seconds there are.

[1] Tancik et al. Fourier Features Let Networks Learn High Frequency Functions in Low Dimensional Domains. NeurIPS 2020.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.inference import own_prior
from playground.inference.device import one_thread
from playground.inference.own_prior import PICTURES, Frame, Scene, Wish
from playground.losses.likelihood import bernoulli_log_likelihood
from playground.metrics.regularity import sliced_wasserstein
from playground.models.aae import AAE
from playground.nn.autoencoder import code_discriminator
from playground.nn.priors import Prior

CONFIG = AAE.Config(hidden=(128, 64), critic=(128, 128))
BATCH = 250
LR, LR_CRITIC, BETAS = 1.5e-3, 2e-3, (0.5, 0.999)
WAVES, CYCLES = 32, 0.2  # sines beside a code, and the standard deviation of their cycles per unit of length
LINES = 32  # on which the distance of a frame is measured
ASKED = 250  # digits on which the reconstruction is measured
PAIRS = 8  # of sample sets, for the floor
WEIGHTS, NOISE, WATCH, WAVE = range(4)  # what a stream of random numbers is for


class Waves(nn.Module):
    """Codes (B, 2) -> (B, 2 + 2 WAVES): the code, and sines and cosines of it along fixed directions."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("directions", 2 * math.pi * CYCLES * torch.randn(2, WAVES, generator=generator(WAVE)))

    def forward(self, z: Tensor) -> Tensor:
        phase = z @ self.directions
        return torch.cat([z, phase.sin(), phase.cos()], 1)


class DrawnAAE(AAE):
    """An AAE whose prior is given as it is, not by name, and whose discriminator sees waves."""

    def __init__(self, drawn: Prior, config: AAE.Config = CONFIG) -> None:
        super().__init__(config)
        self.drawn = drawn
        self.discriminator = nn.Sequential(Waves(), code_discriminator(2 + 2 * WAVES, tuple(config.critic)))

    @property
    def prior(self) -> Prior:
        return self.drawn


def generator(*key: int) -> torch.Generator:
    """A generator of its own for each (purpose, seed, ...)."""
    state = np.random.SeedSequence(key).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state) >> 1)


class Trainer:
    """A training towards a drawn prior."""

    def __init__(self, wish: Wish) -> None:
        self.wish, self.model = wish, _start(wish)
        self.x = _digits()[0]
        self.phases = self.model.phases()
        self.optimizers = [
            torch.optim.Adam(phase.parameters, LR_CRITIC if phase.name == "discriminate" else LR, BETAS, fused=True)
            for phase in self.phases
        ]
        self.noise = generator(NOISE, wish.seed)
        self.prior = _samples(wish, 0)
        self.losses: list[Tensor] = []
        self.step = 0

    def advance(self, step: int, total: int) -> None:
        """Train up to this step of `total`."""
        while self.step < step:
            rows = torch.randint(len(self.x), (BATCH,), generator=self.noise)
            batch = (self.x[rows],)
            scale = rate(self.step / total)
            for phase, optimizer in zip(self.phases, self.optimizers, strict=True):
                self._update(phase, optimizer, batch, scale)
            self.step += 1

    def _update(self, phase: object, optimizer: torch.optim.Optimizer, batch: tuple[Tensor], scale: float) -> None:
        loss = phase.loss(batch, self.noise)["loss"]
        for parameter, gradient in zip(phase.parameters, torch.autograd.grad(loss, phase.parameters), strict=True):
            parameter.grad = gradient
        for group in optimizer.param_groups:
            group["lr"] = scale * (LR_CRITIC if phase.name == "discriminate" else LR)
        optimizer.step()
        if phase.name == "discriminate":
            self.losses.append(loss.detach())

    @torch.inference_mode()
    def frame(self) -> Frame:
        """What is shown now."""
        codes = self.model.encode(self.x).mu
        logits = self.model.decoder(codes[:ASKED])
        nats = -bernoulli_log_likelihood(logits, self.x[:ASKED]).mean().item()
        x_hat = (255 * logits[:PICTURES, 0].sigmoid()).round().byte().numpy()
        loss = torch.stack(self.losses).mean().item() if self.losses else float("nan")
        self.losses.clear()
        distance = sliced_wasserstein(codes, self.prior, _lines())
        return Frame(self.step, codes.numpy(), x_hat, loss, distance, nats, self.wish.share(codes.numpy()))


def rate(progress: float) -> float:
    """Factor on the learning rates: constant, and down to a tenth in the last third so that the codes settle."""
    return 1.0 if progress < 0.65 else 1.0 - 0.9 * (progress - 0.65) / 0.35


def frames(wish: Wish, steps: int, count: int) -> Iterator[Frame]:
    """The frames of a wish; see `own_prior.film`."""
    one_thread()
    trainer = Trainer(wish)
    for k in range(count + 1):
        trainer.advance(k * steps // count, steps)
        yield trainer.frame()


def scene(wish: Wish) -> Scene:
    """What stays the same in all frames."""
    one_thread()
    x, labels = _digits()
    sets = [_samples(wish, k) for k in range(2 * PAIRS)]
    floor = np.mean([sliced_wasserstein(a, b, _lines()) for a, b in zip(sets[::2], sets[1::2], strict=True)])
    share = float(np.mean([wish.share(part.numpy()) for part in sets]))
    return Scene(labels, x[:PICTURES, 0].byte().numpy(), wish.cells, float(floor), share, float(wish.cells.mean()))


def _samples(wish: Wish, k: int) -> Tensor:
    """As many samples of the drawn prior as there are digits; k: which set of them."""
    prior = Prior(torch.from_numpy(wish.nodes), wish.std)
    return prior.sample(len(_digits()[0]), generator(WATCH, wish.seed, k))


def _start(wish: Wish) -> DrawnAAE:
    """The recorded encoder and decoder with a discriminator that has seen nothing."""
    model = DrawnAAE(Prior(torch.from_numpy(wish.nodes), wish.std))
    kept = {name: torch.from_numpy(a).float() for name, a in own_prior.recorded().items() if "." in name}
    drawn = generator(WEIGHTS, wish.seed)
    kept["discriminator.0.directions"] = model.discriminator[0].directions
    for name, parameter in model.discriminator.named_parameters():
        fan_in = parameter.shape[1] if parameter.dim() > 1 else 0
        bound = fan_in**-0.5 if fan_in else 0.0
        kept[f"discriminator.{name}"] = (2 * torch.rand(parameter.shape, generator=drawn) - 1) * bound
    model.load_state_dict(kept)
    return model.train()


@lru_cache(maxsize=1)
def _digits() -> tuple[Tensor, np.ndarray]:
    """x (n, 1, 28, 28) float in {0, 1} and labels (n,) uint8."""
    found = own_prior.recorded()
    return torch.from_numpy(found["digits"]).float().view(-1, 1, 28, 28), found["labels"]


@lru_cache(maxsize=1)
def _lines() -> Tensor:
    return F.normalize(torch.randn(LINES, 2, generator=generator(WATCH, 0, 0, 1)), dim=1)

"""The judge: a digit classifier of our own, the measure of every generator that has no likelihood.

    p(y | x) = softmax(W relu(f(x)))

Four 3x3 convolutions, the second and the fourth with stride 2, batch normalization, 128 features, ten classes. The
features are also the space in which Frechet distances between sets of digits are measured.

It must judge what generators draw, not only what MNIST holds: it is trained on digits moved, turned, scaled and sheared
a little, half of them with binary pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Batch, Model, Phase
from playground.nn.augment import random_affine

CLASSES = 10


def _conv(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )


class Judge(Model):
    """Digits (B, 1, 28, 28) in [0, 1] -> class logits (B, 10)."""

    @dataclass(frozen=True)
    class Config:
        width: int = 16
        features: int = 128

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        w = config.width
        self.trunk = nn.Sequential(
            _conv(1, w, 1), _conv(w, 2 * w, 2), _conv(2 * w, 2 * w, 1), _conv(2 * w, 4 * w, 2), nn.Flatten()
        )
        self.hidden = nn.Linear(4 * w * 7 * 7, config.features)
        self.classes = nn.Linear(config.features, CLASSES)

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer, (B, 1, 28, 28) -> (B, 128), non-negative."""
        return F.relu(self.hidden(self.trunk(x)))

    def forward(self, x: Tensor) -> Tensor:
        return self.classes(self.features(x))

    @torch.inference_mode()
    def classify(self, x: Tensor) -> Tensor:
        """p(y | x): (B, 1, 28, 28) in [0, 1] -> (B, 10)."""
        return self(x).float().softmax(1)

    def phases(self) -> list[Phase]:
        return [Phase("classifier", list(self.parameters()), self._loss)]

    def _loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, label = batch
        logits = self(_augment(x, generator)).float()
        loss = F.cross_entropy(logits, label, label_smoothing=0.05)
        return {"loss": loss, "accuracy": (logits.argmax(1) == label).float().mean()}


def _augment(x: Tensor, generator: torch.Generator | None) -> Tensor:
    """A small random affine map of each digit, then binary pixels for the first half of the batch."""
    x = random_affine(x, generator).clamp(0, 1)
    half = len(x) // 2
    return torch.cat([torch.bernoulli(x[:half], generator=generator), x[half:]])

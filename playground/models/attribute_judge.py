"""Judges of coloured pictures of digits: what several classifiers with one trunk say of them.

    p(y_k | x) = softmax(W_k relu(f(x))) for each attribute k

Five 3x3 convolutions, the second, fourth and fifth with stride 2, batch normalization, 128 features, one linear layer
per attribute. A judge must judge what generators make and not only what it has seen: it is trained on pictures made
brighter or darker, smoother and noisier a little.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from playground.models.base import Batch, Model, Phase

NOISE = 0.08  # largest standard deviation of the noise that is added
LIGHT = 0.08  # largest change of the brightness


class AttributeJudge(Model):
    """Pictures (B, 3, 32, 32) in [0, 1] -> logits of each attribute's values."""

    @dataclass(frozen=True)
    class Config:
        data: str = "styled"
        attributes: tuple[str, ...] = ("style", "digit")
        values: tuple[int, ...] = (6, 10)  # how many each attribute has
        width: int = 16
        features: int = 128

    def __init__(self, config: Config = Config()) -> None:
        super().__init__(config)
        if len(config.attributes) != len(config.values):
            raise ValueError(f"expected as many values as attributes, got {config}")
        w = config.width
        self.trunk = nn.Sequential(
            _conv(3, w, 1), _conv(w, 2 * w, 2), _conv(2 * w, 2 * w, 1), _conv(2 * w, 4 * w, 2), _conv(4 * w, 4 * w, 2)
        )
        self.hidden = nn.Linear(4 * w * 4 * 4, config.features)
        self.heads = nn.ModuleList(nn.Linear(config.features, count) for count in config.values)

    def forward(self, x: Tensor) -> list[Tensor]:
        h = F.relu(self.hidden(self.trunk(2 * x - 1).flatten(1)))
        return [head(h) for head in self.heads]

    @torch.inference_mode()
    def classify(self, x: Tensor) -> dict[str, Tensor]:
        """p(y_k | x) by the attribute's name: x (B, 3, 32, 32) in [0, 1] -> (B, values) each."""
        logits = self(x)
        return {name: of.float().softmax(1) for name, of in zip(self.config.attributes, logits, strict=True)}

    def phases(self) -> list[Phase]:
        return [Phase("classifier", list(self.parameters()), self._loss)]

    def _loss(self, batch: Batch, generator: torch.Generator | None) -> dict[str, Tensor]:
        x, truth = batch
        logits = [of.float() for of in self(disturbed(x, generator))]
        losses = [F.cross_entropy(of, y, label_smoothing=0.05) for of, y in zip(logits, truth.T, strict=True)]
        right = {
            name: (of.argmax(1) == y).float().mean()
            for name, of, y in zip(self.config.attributes, logits, truth.T, strict=True)
        }
        return {"loss": torch.stack(losses).sum(), **right}


def disturbed(x: Tensor, generator: torch.Generator | None = None) -> Tensor:
    """Pictures (B, 3, H, W) a little brighter or darker, half of them smoothed, all noisier, each by its own draw."""
    B = len(x)
    u = torch.rand(3, B, 1, 1, 1, generator=generator, device=x.device, dtype=x.dtype)
    smooth = F.avg_pool2d(F.pad(x, (1, 1, 1, 1), mode="replicate"), 3, 1)
    x = torch.where(u[0] < 0.5, torch.lerp(x, smooth, u[0]), x)
    noise = torch.randn(x.shape, generator=generator, device=x.device, dtype=x.dtype)
    return (x * (1 + LIGHT * (2 * u[1] - 1)) + NOISE * u[2] * noise).clamp(0, 1)


def _conv(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )

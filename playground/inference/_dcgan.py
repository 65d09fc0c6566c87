"""The torch side of `inference.dcgan`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from playground import weights
from playground.inference.device import one_thread, resolve
from playground.metrics import neighbours
from playground.metrics.regularity import recognised
from playground.models.base import Model


@dataclass(frozen=True)
class Near:
    """The nearest training digit: see `inference.dcgan.Neighbour`."""

    index: int
    digit: int
    distance: float
    beyond: float
    quantiles: np.ndarray


@dataclass(frozen=True)
class Told:
    """One picture (28, 28) uint8, D's logit, the judge's reading, the nearest training digit."""

    image: np.ndarray
    logit: float
    digit: int
    confidence: float
    neighbour: Near


@torch.inference_mode()
def images(loss: str, z: np.ndarray) -> np.ndarray:
    """Pictures of noises z (n, 64): (n, 28, 28) uint8."""
    return _bytes(_generated(loss, z))


@torch.inference_mode()
def judged(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The judge's digit (n,) uint8 and its confidence (n,) for pictures (n, 28, 28) uint8; 0 for a grey cloud."""
    one_thread()
    confidence, digit = recognised(torch.from_numpy(images).float().div(255)[:, None])
    return digit.to(torch.uint8).numpy(), confidence.numpy()


@torch.inference_mode()
def told(loss: str, z: np.ndarray) -> Told:
    """All that is known of the picture of one noise z (1, 64)."""
    x = _generated(loss, z)
    logit = float(_model("dcgan", loss).logits(x)[0])
    confidence, digit = recognised(x.cpu())
    features = _model("judge").features(x)
    return Told(_bytes(x)[0], logit, int(digit[0]), float(confidence[0]), _near(features.cpu()))


def _near(features: Tensor) -> Near:
    known = neighbours.load()
    index, distance = (values[0].item() for values in known.nearest(features))
    quantiles = known.quantiles.numpy()
    beyond = 100 - float(np.interp(distance, quantiles, np.arange(101)))
    return Near(index, int(known.labels[index]), distance, beyond, quantiles)


def _generated(loss: str, z: np.ndarray) -> Tensor:
    model = _model("dcgan", loss)
    return model.generate(torch.from_numpy(np.asarray(z, np.float32)).to(model.device))


def _bytes(x: Tensor) -> np.ndarray:
    return x[:, 0].mul(255).round().to(torch.uint8).cpu().numpy()


def _model(id: str, variant: str | None = None) -> Model:
    one_thread()
    return weights.load(id, str(resolve("auto", "small")), variant)

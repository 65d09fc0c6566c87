"""The networks behind the codes stage: InfoGAN with and without lambda, its Q, and the judge. NumPy in, NumPy out."""

from __future__ import annotations

import numpy as np
import torch

from playground import weights
from playground.inference.device import one_thread, resolve
from playground.metrics import reading
from playground.models.infogan import Codes, InfoGAN

MODEL = "infogan"


def images(z: np.ndarray, codes: np.ndarray, variant: str | None = None) -> np.ndarray:
    """(n, 28, 28) uint8 of noises (n, 62) and codes (n, 3)."""
    network = _network(MODEL, variant)
    with torch.inference_mode():
        x = network.generate(_tensor(z, network), **_codes(codes, network)._asdict())
        return x[:, 0].mul(255).round().to(torch.uint8).cpu().numpy()


def judged(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The judge's digit (n,) uint8 and its probability (n,) float32 for pictures (n, 28, 28) uint8."""
    judge = _network("judge")
    p = judge.classify(_tensor(images, judge).div(255)[:, None])
    confidence, digits = p.max(1)
    return digits.to(torch.uint8).cpu().numpy(), confidence.cpu().numpy()


def guessed(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Q of one picture (28, 28) float in [0, 1]: p(c1 | x) (10,), means of c2 and c3 (2,)."""
    network = _network(MODEL)
    with torch.inference_mode():
        p, mean = reading.read(network, _tensor(image, network)[None, None])
        return p[0].cpu().numpy(), mean[0].double().cpu().numpy()


def searched(image: np.ndarray, codes: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Noises (n, 62) nearer to a picture (28, 28) float in [0, 1], each from its own start in z; codes (n, 3)."""
    network = _network(MODEL)
    x = _tensor(image, network).expand(len(z), 1, *image.shape)
    return reading.search(network, x, _codes(codes, network), _tensor(z, network)).cpu().numpy()


def _codes(codes: np.ndarray, network: InfoGAN) -> Codes:
    c = _tensor(codes, network)
    return Codes(c[:, 0].long(), c[:, 1], c[:, 2])


def _tensor(values: np.ndarray, network: torch.nn.Module) -> torch.Tensor:
    return torch.from_numpy(np.array(values, dtype=np.float32)).to(network.device)


def _network(id: str, variant: str | None = None) -> InfoGAN:
    one_thread()
    return weights.load(id, str(resolve("auto", "small")), variant)

"""The torch side of `inference.progan`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor, nn

from playground import weights
from playground.inference.device import one_thread, resolve
from playground.models.progan import LEVELS, ProGAN
from playground.nn.equalized import EqualizedConv2d, EqualizedLinear, minibatch_std

PART = 25  # pictures that are drawn in one go: room for a hundred is new memory at every layer


def images(z: np.ndarray, level: int, alpha: float) -> np.ndarray:
    """Pictures (n, s, s) uint8 of noises z (n, 64)."""
    network = _network()

    @torch.inference_mode()  # of the thread that it is called in
    def draw(part: Tensor) -> np.ndarray:
        return _bytes(network.generate(part, level=level, alpha=alpha))

    parts = _tensor(z, network).split(PART)
    with ThreadPoolExecutor(2) as pool:  # torch itself takes one thread for each visitor
        return np.concatenate(list(pool.map(draw, parts) if len(parts) > 1 else map(draw, parts)))


@torch.inference_mode()
def drawn(z: np.ndarray) -> list[np.ndarray]:
    """What the toRGB of each level draws of noises z (n, 64), not clipped: (n, s, s) float32 each."""
    network = _network()
    h = network.generator.features(_tensor(z, network), LEVELS - 1)
    return [network.generator.draw(h, level, 1.0)[:, 0].float().cpu().numpy() for level in range(LEVELS)]


@torch.inference_mode()
def pictures(z: np.ndarray) -> np.ndarray:
    """What the critic gets of noises z (n, 64): pictures (n, 32, 32) float32 in about [-1, 1], not clipped."""
    return drawn(z)[-1]


@torch.inference_mode()
def padded(digits: np.ndarray) -> np.ndarray:
    """Digits (n, 28, 28) uint8 as the critic gets them: (n, 32, 32) float32 in [-1, 1]."""
    network = _network()
    x = network.as_shown(_tensor(digits, network)[:, None] / 255, level=LEVELS - 1)
    return (2 * x - 1)[:, 0].cpu().numpy()


@torch.inference_mode()
def compared(x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures x (n, 32, 32) in [-1, 1], seen by the critic together.

    Returns them as uint8, the value of its extra map for each (n,), and its logits (n,).
    """
    network = _network()
    seen = _tensor(x, network)[:, None]
    spread = minibatch_std(network.critic.features(seen, LEVELS - 1, 1.0))[:, -1, 0, 0]
    logit = network.critic(seen, LEVELS - 1, 1.0)
    return _bytes(((seen + 1) / 2).clamp(0, 1)), spread.cpu().numpy(), logit.cpu().numpy()


@torch.inference_mode()
def layers() -> list[dict]:
    """All layers with weights: the fields of `inference.progan.Layer`, as dicts."""
    network = _network()
    rows = [("G", *row) for row in _generator(network.generator)] + [("D", *row) for row in _critic(network.critic)]
    return [_told(*row) for row in rows]


def config(told: dict | None = None) -> ProGAN.Config:
    """The network's, or one that was written down as JSON."""
    if told is None:
        return _network().config
    return ProGAN.Config(**{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})


def growth(config: ProGAN.Config, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(level (T,) uint8, alpha (T,)) of a network after so many real pictures (T,)."""
    found = [config.growth(int(k)) for k in seen]
    return np.array([level for level, _ in found], np.uint8), np.array([alpha for _, alpha in found])


def corners(config: ProGAN.Config) -> tuple[np.ndarray, np.ndarray]:
    """Corners of the growth: real pictures shown (k,) int64, and level - 1 + alpha then (k,)."""
    spans = [span for pair in zip(config.fade, config.stay, strict=True) for span in pair]
    return np.cumsum([0, *spans]), np.array([0, *np.repeat(range(LEVELS), 2)], np.float64)


def _generator(net: nn.Module) -> Iterator[tuple]:
    """(name, layer, kind, level, side, normed) of G's layers."""
    for level in range(LEVELS):
        side = 4 * 2**level
        if level == 0:
            yield "dense", net.dense, "dense", 0, side, True
        else:
            yield f"first.{level - 1}", net.first[level - 1], "conv", level, side, True
        yield f"second.{level}", net.second[level], "conv", level, side, True
    for level in range(LEVELS):
        yield f"to_rgb.{level}", net.to_rgb[level], "to_rgb", level, 4 * 2**level, False


def _critic(net: nn.Module) -> Iterator[tuple]:
    for level in range(LEVELS):
        yield f"from_rgb.{level}", net.from_rgb[level], "from_rgb", level, 4 * 2**level, False
    for level in range(LEVELS - 1, 0, -1):
        yield f"first.{level - 1}", net.first[level - 1], "conv", level, 4 * 2**level, False
        yield f"second.{level - 1}", net.second[level - 1], "conv", level, 4 * 2**level, False
    yield "last.0", net.last[0], "conv", 0, 4, False
    yield "last.1", net.last[1], "last_conv", 0, 1, False
    yield "score", net.score, "score", 0, 1, False


def _told(
    net: str, name: str, layer: EqualizedConv2d | EqualizedLinear, kind: str, level: int, side: int, normed: bool
) -> dict:
    weight = layer.weight.float()
    fan_in = weight[0].numel()
    return {
        "net": net,
        "name": name,
        "kind": kind,
        "level": level,
        "inputs": weight.shape[1],
        "outputs": weight.shape[0],
        "kernel": weight.shape[2] if weight.ndim == 4 else 1,
        "side": side,
        "fan_in": fan_in,
        "gain": layer.scale * math.sqrt(fan_in),
        "scale": layer.scale,
        "stored": float(weight.std(unbiased=False)),
        "used": float((weight * layer.scale).std(unbiased=False)),
        "normed": normed,
    }


def _bytes(x: Tensor) -> np.ndarray:
    return x[:, 0].float().mul(255).round().to(torch.uint8).cpu().numpy()


def _tensor(values: np.ndarray, network: nn.Module) -> Tensor:
    return torch.from_numpy(np.array(values, dtype=np.float32)).to(network.device)


def _network() -> ProGAN:
    one_thread()
    return weights.load("progan", str(resolve("auto", "small")))

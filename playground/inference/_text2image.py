"""The networks behind the text2image stage: encoder, generator and discriminator, and the judge. NumPy in and out."""

from __future__ import annotations

import numpy as np
import torch

from playground import weights
from playground.data import captioned, captions
from playground.data.captions import Meaning
from playground.inference.device import one_thread, resolve

MODEL, JUDGE = "text2image", "caption_judge"


def encoded(texts: list[str]) -> np.ndarray:
    """t of captions: (n, text) float32."""
    network = _network(MODEL)
    with torch.inference_mode():
        return network.encode_text(_tokens(texts, network)).float().cpu().numpy()


def drawn(z: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Pictures of noises (n, z_dim) and encoded captions (n, text): (n, 32, 32, 3) uint8."""
    network = _network(MODEL)
    with torch.inference_mode():
        return _bytes(network.draw(_tensor(z, network), _tensor(t, network)))


def generated(z: np.ndarray, texts: list[str]) -> np.ndarray:
    """Pictures of noises and captions, one each: (n, 32, 32, 3) uint8."""
    return drawn(z, encoded(texts))


def scores(images: np.ndarray, texts: list[str]) -> np.ndarray:
    """D = sigma(logit) of every picture (n, 32, 32, 3) uint8 with every caption: (captions, n) float32."""
    network, n = _network(MODEL), len(images)
    with torch.inference_mode():
        x, t = _pictures(images, network), network.encode_text(_tokens(texts, network))
        logits = network.logits(x.repeat(len(texts), 1, 1, 1), t.repeat_interleave(n, 0))
        return logits.float().sigmoid().view(len(texts), n).cpu().numpy()


def judged(images: np.ndarray) -> list[np.ndarray]:
    """The judge's probabilities of each attribute's values, of pictures (n, 32, 32, 3) uint8: (n, values) each."""
    judge = _network(JUDGE)
    found = judge.classify(_pictures(images, judge))
    return [found[name].cpu().numpy() for name in captions.ATTRIBUTES]


def painted(digits: np.ndarray, meaning: Meaning, seed: int) -> np.ndarray:
    """Digits (n, 28, 28) uint8 as the meaning says, as in the training data: (n, 32, 32, 3) uint8."""
    generator = torch.Generator().manual_seed(seed)
    x = captioned.paint(torch.from_numpy(digits)[:, None], [meaning] * len(digits), generator)
    return _bytes(x)


def _bytes(x: torch.Tensor) -> np.ndarray:
    return x.permute(0, 2, 3, 1).mul(255).round().to(torch.uint8).cpu().contiguous().numpy()


def _pictures(images: np.ndarray, network: torch.nn.Module) -> torch.Tensor:
    return _tensor(images, network).div(255).permute(0, 3, 1, 2).contiguous()


def _tokens(texts: list[str], network: torch.nn.Module) -> torch.Tensor:
    return torch.tensor([captions.tokens(text) for text in texts], device=network.device)


def _tensor(values: np.ndarray, network: torch.nn.Module) -> torch.Tensor:
    return torch.from_numpy(np.array(values, dtype=np.float32)).to(network.device)


def _network(id: str) -> torch.nn.Module:
    one_thread()
    return weights.load(id, str(resolve("auto", "small")))

"""The networks behind the puzzle_gan stage: Puzzle-GAN and the judge of digits. NumPy in, NumPy out."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from playground import weights
from playground.data import patches
from playground.inference.device import one_thread, resolve

MODEL, JUDGE = "puzzle_gan", "judge"


def places(image: np.ndarray, seed: int) -> np.ndarray:
    """Middles of three key patches of a digit (32, 32) uint8: (3, 2) int64."""
    x = torch.from_numpy(np.array(image, dtype=np.float32)).div(255)[None, None]
    return patches.places(x, torch.Generator().manual_seed(seed))[0].numpy()


def cut(image: np.ndarray, middles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Patches of a digit (32, 32) uint8 at middles (P, 2): (P, 10, 10) uint8, and where they are, (32, 32) uint8."""
    x, at = torch.from_numpy(image.astype(np.float32))[None, None], torch.from_numpy(middles)[None]
    covered = patches.coverage(at)[0, 0].to(torch.uint8).numpy()
    return patches.crop(x, at)[0, :, 0].to(torch.uint8).numpy(), covered


class Made(NamedTuple):
    """pictures, masks (n, 32, 32) float32 in [0, 1]; places (n, P, 2) int64: middles of the patches as they were laid;
    kept (n, P) float32: mean |difference| of a patch from the place of the picture that is most like it."""

    pictures: np.ndarray
    masks: np.ndarray
    places: np.ndarray
    kept: np.ndarray


def completed(parts: np.ndarray, z: np.ndarray) -> Made:
    """What is made of patches (n, P, 10, 10) uint8 with noises (n, z_dim)."""
    network = _network(MODEL)
    with torch.inference_mode():
        given = torch.from_numpy(parts.astype(np.float32)).div(255)[:, :, None].to(network.device)
        made = network.complete(torch.from_numpy(z).to(network.device), given)
        kept = patches.lie_in(made.picture.float(), given)
    pictures, masks = made.picture[:, 0].float(), made.mask[:, 0].float()
    return Made(*(value.cpu().numpy() for value in (pictures, masks, made.middles, kept)))


def judged(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The judge's digit (n,) uint8 and its probability (n,) float32 for pictures (n, 32, 32) uint8."""
    judge = _network(JUDGE)
    x = torch.from_numpy(images[:, 2:-2, 2:-2].astype(np.float32)).div(255)[:, None].to(judge.device)
    confidence, digits = judge.classify(x).max(1)
    return digits.to(torch.uint8).cpu().numpy(), confidence.cpu().numpy()


def _network(id: str) -> torch.nn.Module:
    one_thread()
    return weights.load(id, str(resolve("auto", "small")))

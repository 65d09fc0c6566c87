"""A `pretrained` folder whose Text2Image and Puzzle-GAN are untrained and whose numbers are made up, for plumbing."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from playground import weights
from playground.data.captions import ATTRIBUTES

UNTRAINED = {"text2image": 0.2, "caption_judge": 0.2, "puzzle_gan": 0.08}  # the size of their weights


def furnish(path: Path) -> Path:
    """Fills an empty folder; all other networks are the shipped ones."""
    for shipped in weights.PRETRAINED.iterdir():
        if shipped.name not in UNTRAINED:
            (path / shipped.name).symlink_to(shipped)
    for k, id in enumerate(UNTRAINED):
        untrained(id, k).save_pretrained(path / id)
        (path / id / "metrics.json").write_text(json.dumps(METRICS[id]))
    return path


def untrained(id: str, seed: int) -> torch.nn.Module:
    """Weights large enough that two captions, or two patches, are two pictures, and not only black and white ones."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)  # biases keep what the layers gave them, which is drawn as well
        model, generator = weights.create(id), torch.Generator().manual_seed(seed)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * UNTRAINED[id])
    return model.eval()


def shares(first: float) -> dict[str, float]:
    return {name: first + k for k, name in enumerate(ATTRIBUTES)}


PLACED = {"luck": 0.18, "home": 0.12, "another": 0.265, "elsewhere": 0.066, "mask": 0.61, "near": 58.0}
METRICS = {
    "text2image": [
        {"metric": "caption_attributes", "value": 90.0, "n": 1000, "attributes": {"en": shares(91), "ko": shares(90)}},
        {"metric": "variety", "value": 0.0125, "real": 0.0425},
    ],
    "caption_judge": [{"metric": "attributes_right", "value": 92.5, "attributes": shares(92.5)}],
    "puzzle_gan": [
        {
            "metric": "digit_recovered",
            "value": 83.0,
            "n": 1000,
            "patches": {"1": 41.0, "2": 67.0, "3": 83.0},
            "chance": 12.6,
            "real": 99.5,
        },
        {"metric": "patches_kept", "value": 0.044, **PLACED},
    ],
}

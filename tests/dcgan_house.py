"""A `pretrained` folder whose DCGANs are untrained and whose numbers are made up, for tests of the stage's plumbing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

from playground import catalog, weights
from playground.metrics.probes import PSI
from playground.training.image_film import sheet

MOMENTS, SHOWN, WATCHED = 6, 64, 500
VARIANTS = catalog.variants("dcgan")


def furnish(path: Path) -> Path:
    """Fills an empty folder; the judge and all else are the shipped ones."""
    for shipped in weights.PRETRAINED.iterdir():
        if shipped.name != "dcgan":
            (path / shipped.name).symlink_to(shipped)
    for k, variant in enumerate(VARIANTS):
        home = path / "dcgan" if k == 0 else path / "dcgan" / variant
        home.mkdir(parents=True)
        untrained(variant, k).save_pretrained(home)
        (home / "metrics.json").write_text(json.dumps(metrics(k)))
        (home / "probes.json").write_text(json.dumps(probes(k)))
        film(home, k)
    return path


def untrained(variant: str, seed: int) -> torch.nn.Module:
    """Weights of its own for each loss, large enough that two noises are two pictures."""
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)  # biases keep what the layers gave them, which is drawn as well
        model, generator = weights.create("dcgan", variant), torch.Generator().manual_seed(seed)
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.12)
    return model


def metrics(k: int) -> list[dict]:
    shares = [0.1] * 10 if k == 0 else [0.01 * k, *[0.1] * 9]
    return [
        {"metric": "frechet", "value": 12.5 + k, "real_vs_real": 1.5},
        {"metric": "digits", "value": sum(share >= 0.04 for share in shares), "shares": shares},
        {"metric": "recognised", "value": 80.0 + k, "real": 94.8},
    ]


def probes(k: int) -> dict:
    spread = np.linspace(-2, 2, WATCHED)
    share = {"kept": 70.0, "bolder": 80.0, "both": 60.0}
    examples = {"works": {"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9], "from": 1, "to": 7}, "fails": None}
    return {
        "scores": {"real": (spread + 1 + k).tolist(), "fake": spread.tolist()},
        "truncation": [{"psi": psi, "digits": 10, "recognised": 90.0 - 10 * psi} for psi in PSI],
        "walk": {"n": 300, "ends": 80.0, "straight": 60.0, "spherical": 79.0},
        "arithmetic": {"n": 90, **share, "control": {name: v / 2 for name, v in share.items()}, "examples": examples},
    }


def film(home: Path, k: int, moments: int = MOMENTS) -> None:
    rng = np.random.Generator(np.random.PCG64(k))
    images = np.zeros((moments, SHOWN, 28, 28), np.uint8)
    images += (np.arange(moments) * 40).astype(np.uint8)[:, None, None, None]  # each moment a grey of its own
    images[:, :, 0, 0] = 255
    sheet(images).save(home / "film.png")
    real = rng.normal(np.linspace(0, 3, moments)[:, None], 1, (moments, WATCHED)).astype(np.float16)
    rows = {"real": real, "fake": rng.normal(0, 1, real.shape).astype(np.float16)}
    digits = np.zeros((moments, 11), np.int16)
    digits[:, 10] = np.arange(WATCHED, WATCHED - 50 * moments, -50)
    digits[:, :10] = ((WATCHED - digits[:, 10]) // 10)[:, None]
    rows |= {"digits": digits, "gradient": np.geomspace(1, 1e-4, moments).astype(np.float32)}
    rows["steps"] = np.arange(0, 100 * moments, 100, dtype=np.int32)
    save_file(rows, home / "film.safetensors")

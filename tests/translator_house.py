"""A `pretrained` folder with untrained translators and numbers that are made up, for tests of the stages' plumbing."""

from __future__ import annotations

import json
from pathlib import Path

import torch

from playground import catalog, weights

IDS = ("cyclegan", "stargan")


def furnish(path: Path, without: tuple[str, ...] = ()) -> Path:
    """Fills an empty folder; judges and all else are the shipped ones. without: "<id>/<variant>" that are left out."""
    for shipped in weights.PRETRAINED.iterdir():
        if shipped.name not in IDS:
            (path / shipped.name).symlink_to(shipped)
    for id in IDS:
        for k, variant in enumerate(catalog.variants(id)):
            if f"{id}/{variant}" in without:
                continue
            home = path / id if k == 0 else path / id / variant
            untrained(id, variant, k).save_pretrained(home)
            (home / "metrics.json").write_text(json.dumps(metrics(id, variant, k)))
    return path


def untrained(id: str, variant: str, seed: int) -> torch.nn.Module:
    """Weights of its own for each variant."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return weights.create(id, variant)


def metrics(id: str, variant: str, k: int) -> list[dict]:
    """Rows as `metrics.translation` writes them."""
    domains = weights.create(id, variant).targets
    pairs = [f"{a} > {b}" for a in domains for b in domains if a != b]

    def row(metric: str, value: float, **more: object) -> dict:
        return {"metric": metric, "value": value, "n": 1000 * len(pairs), "pairs": dict.fromkeys(pairs, value), **more}

    return [
        row("digit_kept", 96.5 - 30 * k, worst=90.0 - 30 * k, real=98.9),
        row("style_reached", 99.0 - k, worst=98.0 - k, real=100.0),
        row("truth_l1", 0.05 + 0.01 * k, unchanged=0.2, truth_floor=0.02, floors=dict.fromkeys(pairs, 0.02)),
        row("cycle_l1", 0.03 + 0.1 * k, worst=0.04 + 0.1 * k),
    ]

"""What a DCGAN does with noises that nobody drew: shorter ones, ways between two, sums; and what its D says.

`python -m playground.metrics dcgan` writes probes.json beside the weights:

    scores       {"real", "fake"}: D's logits (scores) of 500 training digits and of the pictures of seeds 0..499
    truncation   rows {"psi", "digits", "recognised"} of 1,000 pictures G(psi z), measured as in metrics.generators
    walk         {"n", "ends", "straight", "spherical"}: percent recognised of the ends and the middles of n ways
    arithmetic   {"n", "kept", "bolder", "both", "control": the same}: see `arithmetic`; "examples": seeds of one sum
                 that does what one hopes for and of one that does not, null where there is none
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from playground.data import mnist
from playground.data.noise import noises
from playground.data.walks import arithmetic as sums
from playground.data.walks import spherical, straight
from playground.metrics.regularity import SURE, recognised
from playground.models.base import Model
from playground.models.dcgan import DCGAN

FILE = "probes.json"
WATCHED, COUNTED, DRAWN, WAYS, GROUP = 500, 1000, 3000, 300, 3
PSI = tuple(round(0.1 * k, 1) for k in range(16))
DIGITS = range(10)


def write(model: Model, directory: Path) -> None:
    """probes.json of a DCGAN; other models have none."""
    if isinstance(model, DCGAN):
        found = {"scores": scores(model), "truncation": [truncated(model, psi) for psi in PSI]}
        found |= {"walk": walk(model), "arithmetic": arithmetic(model)}
        (directory / FILE).write_text(json.dumps(found) + "\n", encoding="utf-8")


@torch.inference_mode()
def scores(model: DCGAN) -> dict:
    """D's logits of as many real as generated pictures."""
    real = mnist.grey(mnist.load(True)[0][:WATCHED])
    both = {"real": real, "fake": _pictures(model, noises(range(WATCHED), model.z_dim))}
    return {name: [float(f"{v:.4g}") for v in model.logits(x).tolist()] for name, x in both.items()}


def truncated(model: DCGAN, psi: float) -> dict:
    """Digits of at least 4 % among 1,000 pictures G(psi z), and percent recognised."""
    confidence, digit = _read(model, psi * noises(range(COUNTED), model.z_dim))
    shares = np.bincount(digit[confidence > 0], minlength=10) / COUNTED
    return {"psi": psi, "digits": int((shares >= 0.04).sum()), "recognised": _percent(confidence >= SURE)}


def walk(model: DCGAN) -> dict:
    """Percent recognised at the ends and in the middle of straight and of spherical ways."""
    z, half = noises(range(2 * WAYS), model.z_dim), np.array([0.5])
    found = {"n": WAYS, "ends": _percent(_read(model, z)[0] >= SURE)}
    for name, way in (("straight", straight), ("spherical", spherical)):
        middles = np.concatenate([way(z[2 * k], z[2 * k + 1], half) for k in range(WAYS)])
        found[name] = _percent(_read(model, middles)[0] >= SURE)
    return found


def arithmetic(model: DCGAN) -> dict:
    """Is "bold d - thin d + thin e" a bold e? For all 90 pairs of digits, with means of three noises each.

    kept: percent of sums read as e, surely. bolder: percent with more ink than the picture of the mean of the three
    thin e. both. control: the same with any three noises of d in place of the bold and of the thin ones.
    """
    z = noises(range(DRAWN), model.z_dim)
    confidence, digit, ink = _told(model, z)
    order = {d: _by_ink(np.flatnonzero((digit == d) & (confidence >= SURE)), ink) for d in DIGITS}
    pairs = [(d, e) for d in DIGITS for e in DIGITS if d != e and min(len(order[d]), len(order[e])) >= 4 * GROUP]
    chosen = [(order[d][-GROUP:], order[d][:GROUP], order[e][:GROUP]) for d, e in pairs]
    rng = np.random.Generator(np.random.PCG64(0))
    plain = [(*rng.choice(order[d], (2, GROUP), replace=False), order[e][:GROUP]) for d, e in pairs]
    kept, bolder = _sums(model, z, pairs, chosen)
    found = {"n": len(pairs), **_shares(kept, bolder), "control": _shares(*_sums(model, z, pairs, plain))}
    examples = {"works": kept & bolder, "fails": ~kept}
    return found | {"examples": {name: _example(chosen, pairs, those) for name, those in examples.items()}}


def _sums(model: DCGAN, z: np.ndarray, pairs: list, chosen: list) -> tuple[np.ndarray, np.ndarray]:
    """Of every pair of digits whether the sum is read as the second, and whether it has more ink: (n,) bool each."""
    if not pairs:
        return np.zeros(0, bool), np.zeros(0, bool)
    four = np.stack([sums(*(z[group] for group in groups)) for groups in chosen])  # (n, 4, d)
    confidence, digit, ink = (v.reshape(len(pairs), 4) for v in _told(model, four.reshape(-1, z.shape[1])))
    kept = (digit[:, 3] == [e for _, e in pairs]) & (confidence[:, 3] >= SURE)
    return kept, ink[:, 3] > ink[:, 2]


def _shares(kept: np.ndarray, bolder: np.ndarray) -> dict:
    return {"kept": _percent(kept), "bolder": _percent(bolder), "both": _percent(kept & bolder)}


def _example(chosen: list, pairs: list, those: np.ndarray) -> dict | None:
    """The middle one of the sums that are marked, neither the best nor the worst."""
    marked = np.flatnonzero(those)
    if not len(marked):
        return None
    k = int(marked[len(marked) // 2])
    names = dict(zip("abc", ([int(seed) for seed in group] for group in chosen[k]), strict=True))
    return names | {"from": pairs[k][0], "to": pairs[k][1]}


def _by_ink(seeds: np.ndarray, ink: np.ndarray) -> np.ndarray:
    return seeds[ink[seeds].argsort(kind="stable")]


def _told(model: DCGAN, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Confidence, digit and ink (sum over the pixels) of the pictures of noises z (n, 64): (n,) each."""
    confidence, digit = _read(model, z)
    return confidence, digit, _pictures(model, z).flatten(1).sum(1).numpy()


def _read(model: DCGAN, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    parts = [recognised(part) for part in _pictures(model, z).split(WATCHED)]
    confidence, digit = (torch.cat(found).numpy() for found in zip(*parts, strict=True))
    return confidence, digit


@torch.inference_mode()
def _pictures(model: DCGAN, z: np.ndarray) -> Tensor:
    return torch.cat([model.generate(part) for part in torch.from_numpy(np.float32(z)).split(WATCHED)])


def _percent(hits: np.ndarray) -> float:
    return round(100 * float(hits.mean()), 2) if len(hits) else 0.0

"""Posterior collapse as a recorded film: the codes of the same test digits in several trainings, moment by moment.

`python -m playground.training.record_collapse` trains and writes; here it is read. Nothing of this imports torch.

Axis letters: M moments of the film, n digits, k digits whose reconstructions are kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from playground.errors import WeightsError
from playground.inference import checks
from playground.inference.record_lab import decode, encode

RECORDED = Path(__file__).resolve().parents[2] / "assets" / "recorded"
FILE = "collapse.json"
COMMAND = "python -m playground.training.record_collapse"
BETA = 50.0  # at 20 one of the two numbers still holds a little on this network, at 30 none; see the table of betas
RUNS = ("autoencoder", "kl_only", "vae", "late", "strong")
LEVELS = 1023  # a coordinate is stored in 10 bits of its moment's range
PICTURE_LEVELS = 31  # and a pixel's probability in 5
LOGVAR = (-12.0, 2.0)  # range of ln sigma^2, in 8 bits; the upper end is higher where a training went there


@dataclass(frozen=True)
class Film:
    """One training. mu (M, n, 2) float32; logvar (M, n, 2) float32, or None where a code is a point; extent (M,): the
    largest |mu|. x_hat (M, k, 28, 28) float32: p(x = 1 | mu). kl (M, 2): KL per dimension, mean over the digits, in
    nats (zero for points); reconstruction (M,): -E log p(x | z), in nats."""

    mu: np.ndarray
    logvar: np.ndarray | None
    extent: np.ndarray
    x_hat: np.ndarray
    kl: np.ndarray
    reconstruction: np.ndarray


@lru_cache(maxsize=1)
def recorded() -> dict:
    """The whole recording as the browser gets it. Raises WeightsError."""
    path = RECORDED / FILE
    try:
        return json.loads(path.read_text("utf-8"))
    except Exception as reason:
        raise WeightsError("collapse", str(path), str(reason), COMMAND) from reason


@lru_cache(maxsize=len(RUNS))
def film(run: str) -> Film:
    """One training of the recording, unpacked. Raises InvalidInput, WeightsError."""
    found = recorded()["runs"][checks.choice("run", run, RUNS)]
    extent = np.array(found["extent"], np.float32)
    mu = (decode(found["mu"]) * (2 / LEVELS) - 1) * extent[:, None, None]
    low, high = LOGVAR[0], found["logvar_high"]
    logvar = low + (high - low) * decode(found["logvar"]) / np.float32(255) if found["logvar"] else None
    numbers = (np.array(found[name], np.float32) for name in ("kl", "reconstruction"))
    x_hat = decode(found["x_hat"]) / np.float32(PICTURE_LEVELS)
    return Film(mu.astype(np.float32), logvar, extent, x_hat.astype(np.float32), *numbers)


def pack_film(film: Film) -> dict:
    """A training as JSON: what `film` reads back, to the precision of its bits."""
    mu = np.rint((film.mu / film.extent[:, None, None] + 1) / 2 * LEVELS).astype(np.uint16)
    (low, high), logvar = LOGVAR, None
    if film.logvar is not None:
        high = max(high, round(float(film.logvar.max()) + 0.05, 1))
        logvar = encode(np.rint((film.logvar.clip(low, high) - low) / (high - low) * 255).astype(np.uint8))
    return {
        "mu": encode(mu),
        "logvar": logvar,
        "logvar_high": high,
        "extent": [float(f"{v:.5g}") for v in film.extent],
        "x_hat": encode(np.rint(film.x_hat * PICTURE_LEVELS).astype(np.uint8)),
        "kl": [[round(float(v), 4) for v in row] for row in film.kl],
        "reconstruction": [round(float(v), 2) for v in film.reconstruction],
    }

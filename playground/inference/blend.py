"""The blend stage: from one digit to another in several latent spaces, and along directions that mean something.

Straight between two codes, and in the VAE of twenty numbers also along the sphere: nearly all of N(0, I) in d axes lies
in a thin shell of radius sqrt(d), and a straight line between two of its points passes through the inside, where
hardly any code lies. Every picture is judged. torch is imported inside.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

import numpy as np

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import checks, planes
from playground.inference.device import one_thread

LARGE = ("vae", "d20")
FRAMES, MOST = 11, 64
ATTRIBUTES = ("ink", "slant")
STEPS = (-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)


@dataclass(frozen=True)
class Film:
    """Pictures along a way through a latent space: z (n, d), x (n, 28, 28) in [0, 1].

    digit (n,) uint8 and confidence (n,): what the judge reads, 0 where there is no picture.
    """

    z: np.ndarray
    x: np.ndarray
    digit: np.ndarray
    confidence: np.ndarray


@dataclass(frozen=True)
class Changed:
    """A digit along the direction of an attribute. t (n,): steps, 1 is a whole direction. film: its pictures.

    ink (n,) in pixels, slant (n,) in degrees: measured on the pictures. effect: rows of attributes.json, the same
    measured over test digits.
    """

    t: np.ndarray
    film: Film
    ink: np.ndarray
    slant: np.ndarray
    effect: list[dict]


def straight(name: str, a: np.ndarray, b: np.ndarray, n: int = FRAMES) -> Film:
    """`n` pictures evenly along the straight line between the codes of two images (28, 28) in {0, 1}.

    name: one of `planes.PLANES`, or "large" for the VAE of twenty numbers.
    """
    z_a, z_b = _codes(name, a, b)
    t = np.linspace(0, 1, checks.whole("n", n, 2, MOST), dtype=np.float32)[:, None]
    return _film(name, (1 - t) * z_a + t * z_b)


def sphere(a: np.ndarray, b: np.ndarray, n: int = FRAMES) -> Film:
    """The same along the great circle in the VAE of twenty numbers, the length going evenly from one to the other."""
    z_a, z_b = _codes("large", a, b)
    return _film("large", slerp(z_a, z_b, np.linspace(0, 1, checks.whole("n", n, 2, MOST))))


def slerp(a: np.ndarray, b: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Codes at shares t (n,) of the way from a to b (d,) that turn and change their length evenly: (n, d) float32.

    Straight where the two point the same way or exactly opposite, or one is zero: there is no one great circle then.
    """
    a, b, t = a.astype(np.float64), b.astype(np.float64), np.asarray(t, np.float64)[:, None]
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    if min(lengths) < 1e-9:
        return ((1 - t) * a + t * b).astype(np.float32)
    u, v = a / lengths[0], b / lengths[1]
    angle = math.acos(float(np.clip(u @ v, -1, 1)))
    if math.sin(angle) < 1e-6:
        return ((1 - t) * a + t * b).astype(np.float32)
    turned = (np.sin((1 - t) * angle) * u + np.sin(t * angle) * v) / math.sin(angle)
    return (((1 - t) * lengths[0] + t * lengths[1]) * turned).astype(np.float32)


def change(image: np.ndarray, attribute: str) -> Changed:
    """One image (28, 28) in {0, 1} with more and less of an attribute, by the VAE of twenty numbers."""
    import torch

    from playground.metrics import attributes

    stored = facts()[checks.choice("attribute", attribute, ATTRIBUTES)]
    t, along = np.array(STEPS, np.float32), np.array(stored["direction"], np.float32)
    film = _film("large", _codes("large", image)[0] + t[:, None] * along)
    x = torch.from_numpy(film.x)[:, None]
    return Changed(t, film, attributes.ink(x).numpy(), attributes.slant(x).numpy(), stored["effect"])


def facts() -> dict:
    """attributes.json of the VAE of twenty numbers: directions, what they do, what two ways do. Raises WeightsError."""
    file = weights.directory(*LARGE) / "attributes.json"
    try:
        found = json.loads(file.read_text("utf-8"))
        if missing := {*ATTRIBUTES, "paths"} - set(found):
            raise KeyError(f"expected {sorted(missing)} in it, got {sorted(found)}")
    except Exception as reason:
        command = "python -m playground.metrics vae --variant d20"
        raise WeightsError("vae", str(file), str(reason), command) from reason
    return found


def warm_up() -> None:
    """The weights, in the background after launch."""
    try:
        _network("large")
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


def _network(name: str) -> object:
    one_thread()
    return weights.load(LARGE[0], "cpu", LARGE[1]) if name == "large" else planes.model(name)


def _codes(name: str, *images: np.ndarray) -> np.ndarray:
    """Means of q(z|x): (k, d)."""
    import torch

    for image in images:
        if np.shape(image) != (28, 28):
            raise InvalidInput("shape", "image", np.shape(image), expected="(28, 28)")
    with torch.inference_mode():
        x = torch.from_numpy(np.stack(images).astype(np.float32))[:, None]
        return _network(name).encode(x).mu.numpy()


def _film(name: str, z: np.ndarray) -> Film:
    import torch

    with torch.inference_mode():
        x = _network(name).decode(torch.from_numpy(np.ascontiguousarray(z, np.float32)))[:, 0].numpy()
    confidence, digit = planes.judged(x)
    return Film(z.astype(np.float32), x, digit, confidence)

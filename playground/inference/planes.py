"""The planes stage: several latent spaces of two numbers, decoded, judged and measured, under one cursor.

A place on a plane is u in [-3.5, 3.5]^2. Where a model has a prior, u is the code z itself: all priors of ours fit in.
A plain autoencoder has none; there z = centre + unit * u, in standard deviations of its own codes around their mean, so
that one u means the same to all: so many deviations of what codes are drawn from. Plain values in, frozen dataclasses
of NumPy arrays out; torch is imported inside.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks, latent

if TYPE_CHECKING:
    from playground.models.base import Model
    from playground.nn.priors import Prior

EXTENT = latent.EXTENT
TILES = 28
FASTEST = 0.5, 4.0  # where the colours of the two speeds end: mean |dp|, total variation, per unit
ROWS = ("reconstruction", "information", "continuity", "completeness", "prior_distance")
_lock = threading.RLock()


def _names() -> dict[str, tuple[str, str | None]]:
    """Every plane by the name it has in links: model and variant."""
    found = {}
    for card in catalog.of_stage("latent"):
        for variant in card.variants or (None,):
            if "latent_dim" not in card.variants.get(variant, {}):  # two numbers
                found[f"{card.id}-{variant}" if variant else card.id] = (card.id, variant)
    return found


PLANES = _names()


@dataclass(frozen=True)
class Plane:
    """One model's plane, decoded once. All places in u; see the head of the file.

    centre (2,), unit: z = centre + unit * u. length: the unit of continuity, in u. sprite (n, n, 28, 28) uint8: tile
    [i, j] is 255 * p(x = 1) at u = (axis[j], axis[i]). codes (m, 2): z ~ q(z|x) of test digits; labels (m,) uint8.
    nodes (k, 2) and scale (2, 2): what codes are drawn from is a mixture of k equal Gaussians with these means and this
    Cholesky factor; fitted: whether that is no prior but the Gaussian of the codes. All float32 where nothing is said.
    """

    name: str
    centre: np.ndarray
    unit: float
    length: float
    axis: np.ndarray
    sprite: np.ndarray
    codes: np.ndarray
    labels: np.ndarray
    nodes: np.ndarray
    scale: np.ndarray
    fitted: bool


@dataclass(frozen=True)
class Verdicts:
    """What the judge reads on the tiles: confidence (n, n) in [0, 1], 0 where there is no picture; digit (n, n)."""

    confidence: np.ndarray
    digit: np.ndarray


@dataclass(frozen=True)
class Speeds:
    """How fast it changes on the tiles, per unit of length, mean over the two axes: picture, label (n, n)."""

    picture: np.ndarray
    label: np.ndarray


@dataclass(frozen=True)
class Point:
    """The exact decode of one place: z (2,), x (28, 28) in [0, 1], and what the judge reads in it."""

    z: np.ndarray
    x: np.ndarray
    digit: int
    confidence: float


@dataclass(frozen=True)
class Placed:
    """One image on one plane. u (2,): its code; spread (2,): sigma of q(z|x), 0 where the code is a point.

    x_hat (28, 28): its reconstruction. nats: -log p(x | mu). digit, confidence: what the judge reads in x_hat.
    """

    u: np.ndarray
    spread: np.ndarray
    x_hat: np.ndarray
    nats: float
    digit: int
    confidence: float


def plane(name: str) -> Plane:
    """The decoded plane; computed once per process. Raises InvalidInput, or WeightsError for a missing file."""
    return _plane(_known(name))


def verdicts(name: str) -> Verdicts:
    """The map of holes; computed once per process."""
    return _verdicts(_known(name))


def speeds(name: str) -> Speeds:
    """The maps of continuity; computed once per process."""
    return _speeds(_known(name))


def numbers(name: str) -> dict[str, dict]:
    """The rows of metrics.json that tell what kind of a latent space it is, by name. Raises WeightsError."""
    id, variant = PLANES[_known(name)]
    file = weights.directory(id, variant) / "metrics.json"
    command = f"python -m playground.metrics {id}" + (f" --variant {variant}" if variant else "")
    try:
        found = {row["metric"]: row for row in json.loads(file.read_text("utf-8"))}
        return {metric: found[metric] for metric in ROWS}
    except Exception as reason:
        raise WeightsError(id, str(file), str(reason), command) from reason


def decode(name: str, u: object) -> Point:
    """The exact decode of one place u (2,) on the plane."""
    here, at = plane(name), place(u)
    z = here.centre + here.unit * at
    x = _decode(name, z[None])
    confidence, digit = _judge(x)
    return Point(z, x[0], int(digit[0]), float(confidence[0]))


def place(value: object) -> np.ndarray:
    """A place on the planes from outside: (2,) float32 in [-3.5, 3.5]. Raises InvalidInput."""
    at = arrays.read(value, "u", (2,))
    if np.abs(at).max() > EXTENT:
        raise InvalidInput("number_range", "u", float(at[np.abs(at).argmax()]), low=-EXTENT, high=EXTENT)
    return at


def encode(name: str, ink: np.ndarray) -> Placed:
    """Where a model puts an image, and what it makes of it: ink (28, 28) in {0, 1}, see `latent.binary_image`."""
    import torch

    from playground.losses.likelihood import bernoulli_log_likelihood

    here, network = plane(name), model(name)
    with torch.inference_mode():
        x = torch.from_numpy(np.asarray(ink, np.float32)).view(1, 1, 28, 28)
        mu, logvar = network.encode(x)
        logits = network.decoder(mu)
        nats = -bernoulli_log_likelihood(logits, x).double().item()
        spread = np.zeros(2) if logvar is None else (0.5 * logvar[0]).exp().numpy() / here.unit
        x_hat = logits.sigmoid().view(1, 28, 28).numpy()
    confidence, digit = _judge(x_hat)
    u = (mu[0].numpy() - here.centre) / here.unit
    kinds = (array.astype(np.float32) for array in (u, spread, x_hat[0]))
    return Placed(*kinds, nats, int(digit[0]), float(confidence[0]))


def examples() -> tuple[np.ndarray, np.ndarray]:
    """The example digits that come with the reference VAE: (k, 28, 28) uint8 in {0, 255}, and their classes (k,)."""
    found = latent.codes("vae", names=("examples", "example_labels"))
    return found["examples"], found["example_labels"]


def judged(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """confidence (n,) and digit (n,) of pictures (n, 28, 28), as `metrics.regularity.recognised` gives them."""
    return _judge(x)


def model(name: str) -> Model:
    """The network of a plane, on the CPU: two numbers are decoded sooner than they travel."""
    from playground.inference.device import one_thread

    one_thread()
    id, variant = PLANES[_known(name)]
    return weights.load(id, "cpu", variant)


def warm_up() -> None:
    """The lecture's trio, in the background after launch."""
    for name in ("autoencoder", "kl_only", "vae-beta1"):
        try:
            plane(name)
            verdicts(name)
        except WeightsError:
            pass  # the stage itself says so, with the command that helps


@lru_cache(maxsize=32)
def _plane(name: str) -> Plane:
    with _lock:
        id, variant = PLANES[name]
        network = model(name)
        stored = latent.codes(id, variant, ("z", "labels"))
        length, centre, unit, nodes, scale = _source(network, stored, id, variant)
        axis = ((np.arange(TILES) + 0.5) * (2 * EXTENT / TILES) - EXTENT).astype(np.float32)
        z = centre + unit * np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)  # (n * n, 2): x runs fastest
        sprite = np.rint(_decode(name, z) * 255).astype(np.uint8).reshape(TILES, TILES, 28, 28)
        found = (axis, sprite, ((stored["z"] - centre) / unit).astype(np.float32), stored["labels"], nodes, scale)
        for array in (centre, *found):
            array.flags.writeable = False  # one plane is shared by all visitors
        return Plane(name, centre, unit, length / unit, *found, "scale" in stored)


def _source(network: Model, stored: dict[str, np.ndarray], id: str, variant: str | None) -> tuple:
    """What codes are drawn from, as `metrics.regularity.sampling` has it, without the test set.

    Gives its standard deviation (in z), centre and unit of the plane, and nodes and scale of `Plane`.
    """
    if "scale" in stored and "centre" in stored:
        unit = math.sqrt(float(np.square(stored["scale"]).sum()) / 2)  # root mean square over the axes
        return unit, stored["centre"], unit, np.zeros((1, 2), np.float32), stored["scale"] / np.float32(unit)
    prior = _prior(network)
    if prior is None:
        file = str(weights.directory(id, variant) / "codes.safetensors")
        raise WeightsError(id, file, "expected centre and scale in it", f"python -m playground.metrics {id}")
    nodes = prior.nodes.numpy().astype(np.float32)
    spread = float(np.square(nodes - nodes.mean(0)).mean()) + prior.std**2
    return math.sqrt(spread), np.zeros(2, np.float32), 1.0, nodes, prior.std * np.eye(2, dtype=np.float32)


def _prior(network: Model) -> Prior | None:
    from playground.nn.priors import prior

    if hasattr(network, "prior"):
        return network.prior
    return prior("normal", 2) if hasattr(network, "terms") else None


@lru_cache(maxsize=32)
def _verdicts(name: str) -> Verdicts:
    with _lock:
        confidence, digit = (array.reshape(TILES, TILES) for array in _judge(_tiles(name)))
        return Verdicts(confidence, digit)


@lru_cache(maxsize=32)
def _speeds(name: str) -> Speeds:
    import torch

    from playground.metrics import regularity

    with _lock:
        here, network = plane(name), model(name)
        z = torch.from_numpy(_grid(here))
        picture, label = (torch.zeros(len(z)) for _ in range(2))
        for axis in torch.eye(2):
            found = regularity.speed(network, z, axis.expand_as(z) * here.length * here.unit)
            picture, label = (sum_ + part / 2 for sum_, part in zip((picture, label), found, strict=True))
        return Speeds(*(array.view(TILES, TILES).numpy() for array in (picture, label)))


def _grid(here: Plane) -> np.ndarray:
    """The codes z of the tiles, (n * n, 2) float32."""
    u = np.stack(np.meshgrid(here.axis, here.axis), -1).reshape(-1, 2)
    return (here.centre + here.unit * u).astype(np.float32)


def _tiles(name: str) -> np.ndarray:
    return _decode(name, _grid(plane(name)))


def _decode(name: str, z: np.ndarray) -> np.ndarray:
    """p(x = 1 | z): z (n, 2) -> (n, 28, 28) float32."""
    import torch

    network = model(name)
    with torch.inference_mode():
        return network.decode(torch.from_numpy(np.ascontiguousarray(z, dtype=np.float32)))[:, 0].float().numpy()


def _judge(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    import torch

    from playground.metrics.regularity import recognised

    with torch.inference_mode():
        confidence, digit = recognised(torch.from_numpy(np.ascontiguousarray(x, dtype=np.float32))[:, None])
    return confidence.numpy(), digit.numpy().astype(np.uint8)


def _known(name: object) -> str:
    return checks.choice("model", name, PLANES)

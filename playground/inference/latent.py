"""The latent stage: a plane of codes decoded at once, single codes decoded exactly, drawings encoded.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. Lengths on the plane are in units of
the prior's standard deviation, likelihoods are in nats.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks, drawing
from playground.inference.device import one_thread, resolve

if TYPE_CHECKING:
    from playground.models.vae import VAE

EXTENT = 3.5  # the plane shows [-3.5, 3.5]^2: all but 0.1 % of the prior
FARTHEST = 8.0  # codes outside of this are refused: no encoder puts a digit there
TILES = 28
MOST_TILES = 64
MOST_CODES = 64
MOST_POINTS = 2000
DRAWS = 64  # samples of z for the reconstruction term


@dataclass(frozen=True)
class LatentMap:
    """The plane, decoded once so that a browser can hover over it without asking.

    axis (n,) float32: codes at the tiles' centres, in both directions. sprite (n, n, 28, 28) uint8: tile [i, j]
    is 255 * p(x = 1 | z = (axis[j], axis[i])). codes (m, 2) float32 and labels (m,) uint8: posterior means of test
    digits and their classes. examples (k, 28, 28) uint8 in {0, 255} and example_labels (k,): drawn
    by our PixelCNN, to encode.
    """

    extent: float
    axis: np.ndarray
    sprite: np.ndarray
    codes: np.ndarray
    labels: np.ndarray
    examples: np.ndarray
    example_labels: np.ndarray


@dataclass(frozen=True)
class Decoded:
    """Exact decodes: z (n, 2) float32, x (n, 28, 28) float32 = p(x_i = 1 | z) in [0, 1]."""

    z: np.ndarray
    x: np.ndarray


@dataclass(frozen=True)
class Encoded:
    """What the encoder makes of one image, and what it should have made of it.

    x (28, 28) uint8 in {0, 1}: the image it saw. mu, sigma (2,): q(z|x), an axis-parallel ellipse. x_hat (28, 28)
    float32: p(x_i = 1 | mu). reconstruction, kl, elbo: E_q[log p(x|z)], KL(q || prior) and their difference, in nats.
    log_prob: log p(x), summed over the plane; gap: log_prob - elbo = KL(q || p(z|x)). best (2,) and x_best (28, 28):
    the mode of the true posterior p(z|x) and its decode. zoom (m, m) float32: p(z|x) over its maximum on the square of
    half-width `half` around `centre` (2,), row 0 at the lowest z_2.
    """

    x: np.ndarray
    mu: np.ndarray
    sigma: np.ndarray
    x_hat: np.ndarray
    reconstruction: float
    kl: float
    elbo: float
    log_prob: float
    gap: float
    best: np.ndarray
    x_best: np.ndarray
    centre: np.ndarray
    half: float
    zoom: np.ndarray


def latent_map(model: str = "vae", size: int = TILES) -> LatentMap:
    """The decoded plane of a VAE; computed once per process.

    size: tiles per side, 2..64. Raises InvalidInput, or WeightsError for missing or damaged weights.
    """
    return _latent_map(_known(model), checks.whole("size", size, 2, MOST_TILES))


def decode(z: Sequence[float] | np.ndarray, model: str = "vae") -> Decoded:
    """Exact decode of one code (2,) or up to 64 codes (n, 2), each coordinate in [-8, 8]."""
    codes = _points("z", z, MOST_CODES)
    return Decoded(codes, _decode(_model(_known(model)), codes))


def path(points: Sequence[Sequence[float]], n: int = 16, model: str = "vae") -> Decoded:
    """A film strip: `n` codes in 2..64, evenly along the polyline through `points` (k, 2), and their decodes."""
    n = checks.whole("n", n, 2, MOST_CODES)
    corners = _points("points", points, MOST_POINTS)
    return decode(along(corners, n), model)


def along(points: np.ndarray, n: int) -> np.ndarray:
    """`n` points at equal arc length along the polyline through `points` (k, 2): (n, 2) float32, ends included."""
    steps = np.hypot(*np.diff(points.astype(np.float64), axis=0).T) if len(points) > 1 else np.zeros(0)
    travelled = np.concatenate([[0.0], np.cumsum(steps)])  # (k,)
    at = np.linspace(0, travelled[-1], n)
    return np.stack([np.interp(at, travelled, points[:, d]) for d in (0, 1)], 1).astype(np.float32)


def prior(seed: int, n: int = 16, model: str = "vae") -> Decoded:
    """`n` codes z ~ N(0, I) from a seed and their decodes: what "sampling from the model" is."""
    import torch

    seed = checks.whole("seed", seed, 0, checks.LARGEST_SEED)
    n = checks.whole("n", n, 1, MOST_CODES)
    z = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed)).numpy()
    return Decoded(z, _decode(_model(_known(model)), z))


def encode(image: object, model: str = "vae", normalise: bool = False) -> Encoded:
    """Posterior, reconstruction and the two terms of the ELBO of one image.

    image: 28 x 28 grey or binary, ink = 1; or, with `normalise`, a drawing of any size or its strokes, put into MNIST's
    frame first. Raises what `binary_image` raises.
    """
    import torch

    from playground.inference._posterior import true_posterior

    ink = binary_image(image, normalise)
    network, device = _model(_known(model)), _device()
    with torch.inference_mode():
        x = torch.from_numpy(ink).float().view(1, 1, 28, 28).to(device)
        q = network.encode(x)
        generator = torch.Generator().manual_seed(0)  # the same drawing gets the same numbers
        terms = network.terms(x.expand(DRAWS, -1, -1, -1), generator)
        reconstruction, kl = terms.reconstruction.double().mean().item(), terms.kl[0].item()
        p = true_posterior(model, device, x, q)
        mu, sigma = (v[0].cpu().numpy() for v in (q.mu, (0.5 * q.logvar).exp()))
    x_hat, x_best = _decode(network, np.stack([mu, p.mode]))
    elbo = reconstruction - kl
    numbers = (reconstruction, kl, elbo, p.log_prob, p.log_prob - elbo)
    return Encoded(ink, mu, sigma, x_hat, *numbers, p.mode, x_best, p.centre, p.half, p.density)


def binary_image(image: object, normalise: bool = False) -> np.ndarray:
    """An image from outside as (28, 28) uint8 in {0, 1}: grey is binarized as the test digits were, with a fixed seed.

    image: 28 x 28 numbers in [0, 1] (or 0..255 if one exceeds 1), packed, nested or an array; with `normalise` also
    whatever `drawing.read` takes. Raises InvalidInput for anything else, and where no ink is left.
    """
    if normalise:
        grey = drawing.read(image).image
    else:
        grey = arrays.read(image, "image", (28, 28))
        if grey.min() < 0 or grey.max() > 255:
            raise InvalidInput("number_range", "image", float(grey.flat[np.abs(grey).argmax()]), low=0, high=255)
        grey = grey / (255 if grey.max() > 1 else 1)
    ink = drawing.binarize(grey)
    if not ink.any():
        raise InvalidInput("empty_drawing", "image", 0)
    return ink


def numbers(model: str = "vae") -> dict:
    """The heading row of the model's metrics.json: value (nats), floor, n, and what made it. Raises WeightsError."""
    file = weights.directory(_known(model)) / "metrics.json"
    try:
        return json.loads(file.read_text("utf-8"))[0]
    except Exception as reason:
        raise WeightsError(model, str(file), str(reason), f"python -m playground.metrics {model}") from reason


def codes(model: str, variant: str | None = None, names: Sequence[str] = ("mu", "labels")) -> dict[str, np.ndarray]:
    """What `metrics.companions.write_codes` wrote beside the weights, by name: float32 or uint8, read anew.

    Raises WeightsError, with the command that writes the file, where it or one of `names` is missing.
    """
    from safetensors.numpy import load_file

    file = weights.directory(model, variant) / "codes.safetensors"
    command = f"python -m playground.metrics {model}" + (f" --variant {variant}" if variant else "")
    try:
        found = {k: v.astype(np.uint8 if v.dtype == np.uint8 else np.float32) for k, v in load_file(file).items()}
    except Exception as reason:
        raise WeightsError(model, str(file), str(reason), command) from reason
    if missing := sorted(set(names) - set(found)):
        raise WeightsError(model, str(file), f"expected {missing} in it, got {sorted(found)}", command)
    return found


def warm_up() -> None:
    """Load the weights and decode the plane, in the background after launch."""
    try:
        latent_map()
        encode(np.eye(28))
    except WeightsError:
        pass  # the stage itself says so, with the command that helps


@lru_cache(maxsize=8)
def _latent_map(model: str, size: int) -> LatentMap:
    step = 2 * EXTENT / size
    axis = ((np.arange(size) + 0.5) * step - EXTENT).astype(np.float32)
    z = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2)  # (n * n, 2): x runs fastest
    sprite = np.rint(_decode(_model(model), z) * 255).astype(np.uint8).reshape(size, size, 28, 28)
    names = ("mu", "labels", "examples", "example_labels")
    found = codes(model, names=names)
    arrays = (axis, sprite, *(found[name] for name in names))
    for array in arrays:
        array.flags.writeable = False  # one map is shared by all visitors
    return LatentMap(EXTENT, *arrays)


def _decode(network: VAE, z: np.ndarray) -> np.ndarray:
    import torch

    with torch.inference_mode():
        codes = torch.from_numpy(np.ascontiguousarray(z, dtype=np.float32)).to(next(network.parameters()).device)
        return network.decode(codes)[:, 0].float().cpu().numpy()


def _model(id: str) -> VAE:
    one_thread()
    return weights.load(id, _device())


def _device() -> str:
    return str(resolve("auto", "small"))


def _known(model: object) -> str:
    bounded = (card.id for card in catalog.of_stage("latent") if "elbo" in card.capabilities)
    return checks.choice("model", model, bounded)


def _points(field: str, value: object, most: int) -> np.ndarray:
    """Codes from outside as (n, 2) float32 in [-FARTHEST, FARTHEST]."""
    points = arrays.read(value, field)
    if points.shape == (2,):
        points = points[None]
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise InvalidInput("shape", field, points.shape, expected="(2,) or (n, 2)")
    if len(points) > most:
        raise InvalidInput("too_long", field, len(points), high=most)
    if np.abs(points).max() > FARTHEST:
        worst = float(points.flat[np.abs(points).argmax()])
        raise InvalidInput("number_range", field, worst, low=-FARTHEST, high=FARTHEST)
    return points

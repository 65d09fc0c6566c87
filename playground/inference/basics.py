"""The basics stage: what a distribution over pictures costs, exactly, and what each shortcut can still express.

Counting is done in Python's integers, so every number is exact. Joint tables are over pictures of at most nine binary
pixels: an array (2^n,) in which bit i of the index is pixel i in raster order. KL is in nats. Samples of the shipped
independent, Markov and AR(k) models come from one and the same (n, D) uniforms. torch is imported inside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground import catalog, weights
from playground.errors import InvalidInput
from playground.inference import arrays, checks
from playground.inference.device import one_thread

SIDE = 28
SIZE = SIDE * SIDE
KINDS = ("binary", "levels", "rgb")
SHAPES = {"2x2": (2, 2), "2x3": (2, 3), "3x3": (3, 3)}
JOINTS = ("columns", "rows", "bars", "signs", "one", "parity", "uniform")
SIGNS = {
    "2x2": ("10/01", "01/10"),
    "2x3": ("101/010", "010/101", "111/101"),
    "3x3": ("010/111/010", "101/010/101", "111/101/111", "111/010/010", "100/100/111"),
}
FITS = ("chain", "independent", "markov", "ar_table", "ar_logistic", "fvsbn")
ORDERS = ("raster", "columns")
MOST_SAMPLES = 64
PIXEL_CNN = {"hidden": 16, "blocks": 15}  # of the shipped model; `count_parameters` is tested against its weights
RIDGE = 1e-6  # on logistic weights, of a table whose probabilities sum to 1: the best fit may lie at infinity


@dataclass(frozen=True)
class Counts:
    """Free parameters of distributions over n pixels, exact. outcomes: values of one pixel, M.

    spent: per kind of model its number of parameters, None where it does not apply. Tables: `joint` M^n - 1, `chain`
    (the same, as conditionals), `ar_table`, `markov`, `independent`. Networks: `ar_logistic`, `fvsbn`, `nade`,
    `pixel_cnn`; of colour they read 3 n sub-pixels of 256 values each.
    """

    outcomes: int
    spent: dict[str, int | None]


@dataclass(frozen=True)
class Fit:
    """The best approximation q of a joint table p in KL(p || q). q (2^n,) float64, kl in nats (inf where q misses a
    picture of p), parameters, and the share of q on pictures that p never shows."""

    q: np.ndarray
    kl: float
    parameters: int
    leak: float


@dataclass(frozen=True)
class Samples:
    """The same uniforms through three models. bernoulli, markov (n, D) uint8; windows (m,) the fitted lengths k of
    AR(k), ar (m, n, D) uint8: one set of samples for each."""

    bernoulli: np.ndarray
    markov: np.ndarray
    windows: np.ndarray
    ar: np.ndarray


def count_parameters(n: int = SIZE, kind: str = "binary", levels: int = 2, k: int = 28, hidden: int = 500) -> Counts:
    """What n pixels (1..784) cost. kind: "binary", "levels" (2..256 values per pixel) or "rgb" (256^3).

    k (1..783): reach of AR(k), cut at n - 1. hidden (1..4096): hidden units of NADE. Raises InvalidInput.
    """
    n, kind = checks.integer("pixels", n, 1, SIZE), checks.choice("kind", kind, KINDS)
    levels, k = checks.integer("levels", levels, 2, 256), checks.integer("reach", k, 1, SIZE - 1)
    hidden = checks.integer("units", hidden, 1, 4096)
    outcomes = {"binary": 2, "levels": levels, "rgb": 256**3}[kind]
    free, window = outcomes - 1, min(k, n - 1)
    tables = {
        "joint": outcomes**n - 1,
        "chain": outcomes**n - 1,
        "ar_table": outcomes**window - 1 + (n - window) * free * outcomes**window,
        "markov": free + (n - 1) * outcomes * free,
        "independent": n * free,
    }
    inputs, free = (3 * n, 255) if kind == "rgb" else (n, outcomes - 1)
    window = min(k, inputs - 1)
    networks = {
        "ar_logistic": inputs * free + (window * inputs - window * (window + 1) // 2) * free**2,
        "fvsbn": inputs * free + inputs * (inputs - 1) // 2 * free**2,
        "nade": 2 * inputs * free * hidden + inputs * free + hidden,
        "pixel_cnn": None if kind == "rgb" else pixel_cnn_parameters(outcomes),
    }
    return Counts(outcomes, tables | networks)


def pixel_cnn_parameters(levels: int = 2) -> int:
    """Weights and biases of the shipped PixelCNN that no mask hides, with one logit per pixel value but the first."""
    h, blocks = PIXEL_CNN["hidden"], PIXEL_CNN["blocks"]
    first = 2 * h * (24 + 1)  # a 7 x 7 kernel sees 24 pixels before its own
    block = (2 * h * h + h) + (h * h * 5 + h) + (h * 2 * h + 2 * h)  # down, masked 3 x 3 with 5 taps, up
    return first + blocks * block + (2 * h + 1) * 2 * h + (2 * h + 1) * (levels - 1)


def joint(name: str = "columns", shape: str = "3x3") -> np.ndarray:
    """A built-in joint table, (2^n,) float64 that sums to 1.

    "columns", "rows": every column (row) is all white or all dark, by a fair coin each. "bars": the two mixed. "signs":
    a few small signs, the first ones likelier. "one": one white pixel. "parity": an even number of white pixels.
    """
    height, width = SHAPES[checks.choice("shape", shape, SHAPES)]
    x = pictures(shape).reshape(-1, height, width)
    rows, columns = (x == x[:, :, :1]).all((1, 2)), (x == x[:, :1]).all((1, 2))
    white = x.sum((1, 2))
    table = {
        "columns": columns,
        "rows": rows,
        "bars": rows | columns,
        "signs": _signs(shape),
        "one": white == 1,
        "parity": white % 2 == 0,
        "uniform": np.ones(len(x)),
    }[checks.choice("joint", name, JOINTS)]
    return table / table.sum()


def pictures(shape: str) -> np.ndarray:
    """All binary pictures of a shape, (2^n, n) uint8 in raster order."""
    height, width = SHAPES[shape]
    return (np.arange(2 ** (height * width))[:, None] >> np.arange(height * width) & 1).astype(np.uint8)


def fit(p: object, shape: str = "3x3", kind: str = "markov", k: int = 3, order: str = "raster") -> Fit:
    """The q of one kind that is nearest to a joint table p (2^n,) in KL(p || q), i.e. fitted by maximum likelihood.

    p: weights >= 0, normalised here. kind: one of `FITS`. k (1..8): reach of the two AR(k). order of the chain rule:
    "raster" (row by row) or "columns" (column by column). Raises InvalidInput.
    """
    p = _table(p, shape)
    kind, k = checks.choice("fit", kind, FITS), checks.integer("reach", k, 1, 8)
    height, width = SHAPES[shape]
    n = height * width
    places = np.arange(n).reshape(height, width)
    places = (places if checks.choice("order", order, ORDERS) == "raster" else places.T).reshape(-1)
    reach = {"chain": n, "independent": 0, "markov": 1, "fvsbn": n}.get(kind, k)
    x = pictures(shape)[:, places].astype(np.float64)  # in the order of the chain
    q, parameters = np.ones(len(x)), 0
    for i in range(n):
        before = x[:, max(0, i - reach) : i]
        logistic = kind in ("ar_logistic", "fvsbn")
        q *= _conditional(p, x[:, i], before, logistic)
        parameters += 1 + before.shape[1] if logistic else 2 ** before.shape[1]
    seen = p > 0
    with np.errstate(divide="ignore"):
        kl = float((p[seen] * (np.log(p[seen]) - np.log(q[seen]))).sum())
    return Fit(q, max(0.0, kl), parameters, float(q[~seen].sum()))


def samples(seed: int = 0, n: int = 9) -> Samples:
    """n samples (1..64) of `bernoulli`, `markov` and every fitted window of `ar_k`, from the same uniforms."""
    import torch

    one_thread()
    seed, n = checks.seed(seed), checks.integer("n", n, 1, MOST_SAMPLES)
    uniforms = np.random.Generator(np.random.PCG64(seed)).random((n, SIZE), dtype=np.float32)
    drawn = {
        id: weights.load(id).sample(n, uniforms=torch.from_numpy(uniforms)).view(n, SIZE).numpy().astype(np.uint8)
        for id in ("bernoulli", "markov")
    }
    windows = _windows()
    ar = _sample_windows(windows, uniforms)
    return Samples(drawn["bernoulli"], drawn["markov"], np.array(list(windows), np.int32), ar)


def window(k: int = 28) -> tuple[np.ndarray, np.ndarray]:
    """Fitted weights of AR(k): w (D, k) float32, the last column for x_{i-1}, and b (D,) float32."""
    found = _windows()
    k = checks.integer("window", k, min(found), max(found))
    if k not in found:
        raise InvalidInput("choice", "window", k, choices=list(found))
    return found[k]


@lru_cache(maxsize=1)
def numbers() -> dict:
    """Test NLL in nats from the metrics.json files: per model of this line its number, and AR(k) over k.

    {"bernoulli", "markov", "fvsbn": nats or None, "windows": [k...], "values": [nats...]}.
    """
    found: dict = {id: _metric(id, "nll").get("value") for id in ("bernoulli", "markov", "fvsbn")}
    curve = _metric("ar_k", "nll_of_windows")
    return found | {"windows": curve.get("windows", []), "values": curve.get("values", [])}


def warm_up() -> None:
    """Load the weights in the background after launch."""
    samples(n=1)


def _signs(shape: str) -> np.ndarray:
    table = np.zeros(len(pictures(shape)))
    for rank, sign in enumerate(reversed(SIGNS[shape]), 1):
        table[int(sign.replace("/", "")[::-1], 2)] = rank
    return table


def _table(p: object, shape: object) -> np.ndarray:
    """A joint table from outside as probabilities (2^n,) float64."""
    height, width = SHAPES[checks.choice("shape", shape, SHAPES)]
    table = arrays.read(p, "joint", (2 ** (height * width),)).astype(np.float64)
    if table.min() < 0 or table.sum() <= 0:
        raise InvalidInput("number_range", "joint", float(table.min()), low=0, high=1)
    return table / table.sum()


def _conditional(p: np.ndarray, x_i: np.ndarray, before: np.ndarray, logistic: bool) -> np.ndarray:
    """q(x_i | before) of every picture under the best conditional: a table of p's own, or a logistic regression.

    p, x_i (2^n,), before (2^n, r).
    """
    if logistic:
        theta = _logistic(p, x_i, before)
        one = 1 / (1 + np.exp(-(theta[0] + before @ theta[1:])))
    else:
        context = (before @ 2 ** np.arange(before.shape[1])).astype(int)
        total, white = np.bincount(context, p), np.bincount(context, p * x_i)
        one = np.divide(white, total, out=np.full_like(total, 0.5), where=total > 0)[context]
    return np.where(x_i == 1, one, 1 - one)


def _logistic(p: np.ndarray, y: np.ndarray, before: np.ndarray) -> np.ndarray:
    """argmin over theta = (b, w) of the cross-entropy of y under p, with a small ridge, by Newton's method."""
    features = np.concatenate([np.ones((len(p), 1)), before], 1)
    theta = np.zeros(features.shape[1])
    for _ in range(60):
        q = 1 / (1 + np.exp(-(features @ theta)))
        gradient = features.T @ (p * (y - q)) - RIDGE * theta
        hessian = features.T @ (features * (p * q * (1 - q))[:, None]) + RIDGE * np.eye(len(theta))
        step = np.linalg.solve(hessian, gradient)
        theta += step * min(1.0, 4 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return theta


@lru_cache(maxsize=1)
def _windows() -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Per fitted window length the weights (D, k) and (D,) as float32."""
    model = weights.load("ar_k")
    lengths = sorted(map(int, model.windows))
    return {k: tuple(getattr(model.windows[str(k)], name).float().numpy() for name in "wb") for k in lengths}


def _sample_windows(windows: dict[int, tuple[np.ndarray, np.ndarray]], uniforms: np.ndarray) -> np.ndarray:
    """Samples (m, n, D) uint8 of all m windows at once: pixel after pixel, the shorter windows padded with zeros."""
    longest, (n, size) = max(windows), uniforms.shape
    w = np.zeros((size, len(windows), longest, 1), np.float32)
    for row, (k, (w_k, _)) in enumerate(windows.items()):
        w[:, row, longest - k :, 0] = w_k
    b = np.stack([b_k for _, b_k in windows.values()], 1)[:, :, None]  # (D, m, 1)
    x = np.zeros((len(windows), n, longest + size), np.float32)
    with np.errstate(over="ignore"):
        for i in range(size):
            logit = (x[:, :, i : i + longest] @ w[i])[:, :, 0] + b[i]
            x[:, :, longest + i] = uniforms[:, i] < 1 / (1 + np.exp(-logit))
    return x[:, :, longest:].astype(np.uint8)


def _metric(id: str, name: str) -> dict:
    """A row of a model's metrics.json by its metric; {} where it is missing."""
    try:
        rows: Sequence[dict] = json.loads((weights.directory(id) / "metrics.json").read_text("utf-8"))
        return next(row for row in rows if row["metric"] == name)
    except (OSError, ValueError, LookupError, StopIteration):
        return {}


# The map of the field: model, whether it gives p(x) ("exact", "bound", "none"), and how it samples ("steps": one number
# after the other, "pass": one pass of a network).
_EXACT = "bernoulli markov ar_k fvsbn nade made rnade row_lstm diagonal_bilstm pixel_cnn gated_pixel_cnn pixel_cnn_rgb"
_NONE = "aae wae_mmd wae_gan gan_minimax gan_nonsaturating lsgan wgan_gp dcgan infogan progan"
FIELD = (
    *((id, "exact", "steps") for id in (*_EXACT.split(), "char_rnn")),
    ("vae", "bound", "pass"),
    *((id, "none", "pass") for id in (*_NONE.split(), "text2image", "puzzle_gan", "cyclegan", "stargan")),
)
APART = ("autoencoder", "kl_only")  # steps of an argument: half of the VAE's objective each, no generative models


def field() -> list[dict]:
    """The map, a dict per model: id, name, density, sampling, stage, nll (nats or None).

    Names and stages come from the catalogue, numbers from metrics.json.
    """
    rows = []
    for id, density, sampling in FIELD:
        card, row = catalog.card(id), _metric(id, "nll")
        row = row if "DYNAMIC" in str(row.get("binarization")) else {}  # others are on other scales
        rows.append({"id": id, "name": card.name, "density": density, "sampling": sampling})
        rows[-1] |= {"stage": card.stage, "nll": row.get("value")}
    return rows

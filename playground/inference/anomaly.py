"""The anomaly stage: what log p(x) says of digits, of what are no digits, and of a visitor's own drawings.

Plain values in, frozen dataclasses of NumPy arrays out; torch is imported inside. The scores of the test digits and of
the other sets come from `pretrained/<id>/anomaly.json`, written by `python -m playground.metrics <id>`; a drawing is
scored here, by the same function. All of log p is in nats.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import arrays, checks, drawing, ladder
from playground.inference.device import one_thread, resolve

STAGE = "anomaly"
NORMAL = "digits"
SETS = ("letters", "independent", "shuffled", "noise", "inverted", "blank")  # what an alarm should find
MOST = 60  # drawings of one visitor
SIDE = 28


@dataclass(frozen=True)
class Scores:
    """One model's log p of every set. sets: name -> (n,) float32 in nats, sorted; the first set is the digits.

    auc, auc_typical: name -> probability that a digit scores higher than one of that set, by log p and by how near log
    p is to the digits' mean.
    """

    model: str
    sets: dict[str, np.ndarray]
    auc: dict[str, float]
    auc_typical: dict[str, float]

    @property
    def mean(self) -> float:
        """Mean log p of the digits, in nats."""
        return float(self.sets[NORMAL].mean(dtype=np.float64))


def models() -> list[str]:
    """Ids of the models that give log p(x) of a binary 28 x 28 image: autoregressive, the latest first, then VAEs."""
    latent = [card.id for card in catalog.of_stage("latent") if "elbo" in card.capabilities]
    return [card.id for card in reversed(catalog.of_stage("pixels"))] + latent


def measured() -> list[str]:
    """Those of them whose sets have been scored."""
    return [id for id in models() if (weights.directory(id) / "anomaly.json").is_file()]


def scores(model: str) -> Scores:
    """A model's scores of all sets. Raises InvalidInput, or WeightsError where they were not measured."""
    return _scores(checks.choice("model", model, models()))


@lru_cache(maxsize=32)
def _scores(model: str) -> Scores:
    file = weights.directory(model) / "anomaly.json"
    try:
        found = json.loads(file.read_text("utf-8"))["sets"]
        values = {name: np.array(found[name]["scores"], np.float32) for name in (NORMAL, *SETS)}
        auc, typical = ({name: float(found[name][key]) for name in SETS} for key in ("auc", "auc_typical"))
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise WeightsError(model, str(file), str(reason), f"python -m playground.metrics {model}") from reason
    return Scores(model, values, auc, typical)


def score(images: object) -> dict[str, np.ndarray]:
    """log p of up to 60 images (n, 28, 28) in {0, 1} under every model that can be used: id -> (n,) float32 in nats.

    Raises InvalidInput.
    """
    import torch

    from playground.metrics import anomaly

    x = arrays.read(images, "images", (None, SIDE, SIDE))
    if len(x) > MOST:
        raise InvalidInput("too_long", "images", len(x), high=MOST)
    outside = x[(x != 0) & (x != 1)]
    if outside.size:
        raise InvalidInput("choice", "images", float(outside[0]), choices=[0, 1])
    one_thread()
    found = {}
    for id in measured():
        try:
            model = weights.load(id, str(resolve("auto", "small")))
        except WeightsError:
            continue  # the page shows what can be shown
        batch = torch.from_numpy(x)[:, None]
        found[id] = anomaly.score(model, batch).float().numpy() if len(x) else np.zeros(0, np.float32)
    return found


def examples(digit: object, letter: object) -> dict[str, np.ndarray]:
    """One picture of every set, (28, 28) uint8 in {0, 1}, made from the strokes of a digit and of a letter.

    Nothing of the test set: the project ships no data. `independent` is a sample of the baseline of that name.
    """
    rng = np.random.Generator(np.random.PCG64(0))
    x, other = (drawing.binarize(drawing.read(value).image) for value in ({"strokes": digit}, letter))
    baseline = ladder.samples("bernoulli")
    return {
        NORMAL: x,
        "letters": other,
        "independent": x * 0 if baseline is None else (baseline[0] > 127).astype(np.uint8),
        "shuffled": rng.permutation(x.ravel()).reshape(SIDE, SIDE),
        "noise": rng.integers(0, 2, (SIDE, SIDE), dtype=np.uint8),
        "inverted": 1 - x,
        "blank": np.zeros((SIDE, SIDE), np.uint8),
    }


def warm_up() -> None:
    """Score one image under every model, in the background after launch."""
    score(np.zeros((1, SIDE, SIDE)))

"""How well a text model foretells the last 10 % of tiny Shakespeare, and what counting n-grams reaches there."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import torch

from playground.data import text
from playground.models.char_rnn import CharRNN

ORDERS = range(1, 7)


@torch.inference_mode()
def nll_per_char(model: CharRNN) -> dict:
    """Mean -log p(c_t | c_<t) in nats per character, the state carried over the whole test text."""
    words = text.split(False)
    x = model.numbers(words)[None].to(model.device)
    return _row("nll_per_char", -model.log_probs(x).double().mean().item(), words)


def ngram(model: CharRNN) -> dict:
    """The best of counted n-grams, n = 1..6, add-0.01: what a network has to beat; and log K of a fair die."""
    alphabet, words = model.config.alphabet, text.split(False)
    train, test = (text.indices(part, alphabet).numpy() for part in (text.split(True), words))
    values = {n: text.ngram_nll(n, train, test, len(alphabet)) for n in ORDERS}
    best = min(values, key=values.get)
    return _row("ngram", values[best], words) | {
        "order": best,
        "per_order": {str(n): round(value, 4) for n, value in values.items()},
        "uniform": round(math.log(len(alphabet)), 4),
    }


def _row(metric: str, value: float, words: str) -> dict:
    return {
        "metric": metric,
        "value": round(value, 4),
        "unit": "nats/char",
        "bits": round(value / math.log(2), 4),
        "split": "tiny Shakespeare, last 10 %",
        "binarization": "",
        "seed": None,
        "hash": text.digest(words),
        "n": len(words),
    }


NAMED = 0.65  # a unit gets a name where it correlates so strongly with what the name says, on text it was not chosen on


@torch.inference_mode()
def named_units(model: CharRNN) -> list[dict]:
    """Units that follow something a person can name: chosen on the first half of the test text, scored on the second.

    A row is {"index": of all units, layer after layer, "follows", "score": correlation of h after a character with it}.
    """
    words = text.split(False)
    hidden = _hidden(model, words)
    half, found = len(words) // 2, []
    for follows, values in features(words).items():
        index = int(np.abs(_correlations(hidden[:half], values[:half])).argmax())
        score = float(_correlations(hidden[half:, index : index + 1], values[half:])[0])
        if abs(score) >= NAMED:
            found.append({"index": index, "follows": follows, "score": round(score, 4)})
    return found


def write_units(model: CharRNN, directory: Path) -> None:
    """units.json: the units with a name."""
    (directory / "units.json").write_text(json.dumps(named_units(model), indent=2) + "\n", encoding="utf-8")


def features(words: str) -> dict[str, np.ndarray]:
    """Per character of a text what a unit might follow, (T,) each: characters since the line break, whether this line
    says who speaks, letters of the word so far."""
    lines = [(line, f"{line}\n") for line in words.split("\n")]
    speaks = [bool(re.fullmatch(r"[A-Z][A-Za-z' ]*:", line)) for line, _ in lines]
    column = np.concatenate([np.arange(len(whole)) + 1 for _, whole in lines])
    name = np.concatenate([np.full(len(whole), speaking) for (_, whole), speaking in zip(lines, speaks, strict=True)])
    word = np.zeros(len(words))
    for t, character in enumerate(words):
        word[t] = (word[t - 1] if t else 0) + 1 if character.isalpha() else 0
    T = len(words)
    column[:T][np.array(list(words)) == "\n"] = 0  # the break itself starts a line
    return {"column": column[:T].astype(float), "name": name[:T].astype(float), "word": word}


@torch.inference_mode()
def _hidden(model: CharRNN, words: str, size: int = 4096) -> np.ndarray:
    """h of every unit after each character, (T, layers * units) float32."""
    state, parts = None, []
    for part in model.numbers(words)[None].to(model.device).split(size, 1):
        _, state, hidden = model(part, state)
        parts.append(hidden[0].flatten(1).float().cpu())
    return torch.cat(parts).numpy()


def _correlations(hidden: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Pearson's r of each column of hidden (T, U) with values (T,)."""
    h, v = hidden - hidden.mean(0), values - values.mean()
    return h.T @ v / (np.linalg.norm(h, axis=0) * np.linalg.norm(v) + 1e-12)

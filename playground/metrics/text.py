"""How well a text model foretells the last 10 % of tiny Shakespeare, and what counting n-grams reaches there."""

from __future__ import annotations

import math

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

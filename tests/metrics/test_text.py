"""Numbers about texts: what is measured on the test text, and units that get a name."""

from __future__ import annotations

import json

import numpy as np

from playground import weights
from playground.metrics import text


def test_features_of_a_text():
    words = "ROMEO:\nIs it so?\n"
    found = text.features(words)
    assert found["column"].tolist() == [1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    assert found["name"].tolist() == [1] * 7 + [0] * 10
    assert found["word"].tolist() == [1, 2, 3, 4, 5, 0, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 0]


def test_correlations_are_pearsons():
    dice = np.random.default_rng(0)
    hidden, values = dice.normal(size=(50, 3)), dice.normal(size=50)
    expected = [np.corrcoef(hidden[:, k], values)[0, 1] for k in range(3)]
    np.testing.assert_allclose(text._correlations(hidden, values), expected, atol=1e-9)


def test_noise_gets_no_name_and_a_counter_does(monkeypatch):
    """Chosen on one half and scored on the other: the best of many units of noise is not strong by luck."""
    words = "So it is.\nAnd\n" * 300
    hidden = np.random.default_rng(0).normal(size=(len(words), 500)).astype(np.float32)
    monkeypatch.setattr(text.text, "split", lambda train: words)
    monkeypatch.setattr(text, "_hidden", lambda model, words: hidden)
    assert text.named_units(None) == []
    hidden[:, 7] -= 3 * text.features(words)["column"]
    found = text.named_units(None)
    assert [(unit["index"], unit["follows"]) for unit in found] == [(7, "column")] and found[0]["score"] < -0.9


def test_the_shipped_names_are_strong_and_the_numbers_are_of_the_test_text():
    folder = weights.directory("char_rnn")
    units = json.loads((folder / "units.json").read_text("utf-8"))
    assert {unit["follows"] for unit in units} <= {"column", "name", "word"}
    assert units and all(abs(unit["score"]) >= text.NAMED for unit in units)
    rows = json.loads((folder / "metrics.json").read_text("utf-8"))
    assert [row["metric"] for row in rows] == ["nll_per_char", "ngram"]
    for row in rows:
        assert (row["n"], row["hash"], row["unit"]) == (111_540, "c54f3753a4e6e3c3", "nats/char")
        assert abs(row["bits"] * np.log(2) - row["value"]) < 1e-4
    assert min(rows[1]["per_order"].values()) == rows[1]["value"] and rows[1]["order"] == 5

"""Codes of a drawing: what Q reads, what G draws again, and what is refused."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest

from playground.errors import InvalidInput, WeightsError
from playground.inference import codes, codes_drawing, codes_measured

EXAMPLES = json.loads((codes.weights.PRETRAINED.parent / "assets" / "examples" / "digits.json").read_text("utf-8"))
SCRIBBLE = {"strokes": [[[0.1, 0.1], [0.9, 0.9]], [[0.9, 0.1], [0.1, 0.9]], [[0.5, 0.05], [0.5, 0.95]]]}


def drawn(digit: int) -> dict:
    return {"strokes": EXAMPLES[str(digit)]}


def test_importing_the_rooms_does_not_import_torch(root):
    code = (
        "import sys, playground.inference.codes_drawing, playground.inference.codes_measured as m; "
        "m.typical(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


def test_what_it_made_is_recovered():
    """A picture of known codes, sent as a drawing: the category comes back, and the codes nearly."""
    digit_of_code = codes.facts().digit_of_code
    hits, errors = 0, []
    for k in range(20):
        c1, c2, c3 = k % 10, -0.8 + 0.08 * k, 0.7 - 0.07 * k
        image = codes.generate(c1, c2, c3, 1000 + k).image
        found = codes_drawing.read(image)
        hits += found.c1 == c1
        errors.append([found.c2 - c2, found.c3 - c3])
        assert found.p.shape == (10,) and found.p.sum() == pytest.approx(1, abs=1e-5)
    assert hits >= 19 and sorted(digit_of_code) == list(range(10))
    assert np.abs(errors).mean() < 0.25, "expected the codes but for the way into MNIST's frame"


def test_the_examples_are_read_as_their_digits():
    digit_of_code = codes.facts().digit_of_code
    hits = sum(digit_of_code[codes_drawing.read(drawn(digit)).c1] == digit for digit in range(10))
    assert hits >= 8, hits


def test_all_attempts_are_pictures_of_the_read_codes():
    found = codes_drawing.read(drawn(3), 7)
    assert found.seeds.tolist() == list(range(7, 15)) and found.searched is None
    for k in (0, 5):
        image = codes.generate(found.c1, *np.clip([found.c2, found.c3], -1, 1), int(found.seeds[k])).image
        assert np.abs(found.made.images[k].astype(int) - image).max() <= 1
    errors = np.sqrt(((found.made.images / 255 - found.image / 255) ** 2).mean((1, 2)))
    assert np.allclose(found.made.errors, errors, atol=2e-3) and found.made.nearest == errors.argmin()
    assert len(found.made.verdicts) == 8 and all(0 < v.confidence <= 1 for v in found.made.verdicts)


def test_the_search_comes_much_nearer_with_the_same_codes():
    found = codes_drawing.read(drawn(4), search=True)
    again = codes_drawing.read(drawn(4), search=True)
    assert np.array_equal(found.searched.images, again.searched.images), "expected the same answer twice"
    assert found.searched.errors.max() < found.made.errors.min()
    assert found.searched.errors[found.searched.nearest] < codes_measured.typical().high


def test_a_scribble_is_drawn_worse_than_real_digits():
    found = codes_drawing.read(SCRIBBLE, search=True)
    assert found.searched.errors[found.searched.nearest] > codes_measured.typical().high


@pytest.mark.parametrize("value", [None, {}, {"strokes": []}, {"strokes": [[]]}, np.zeros((28, 28))], ids=repr)
def test_an_empty_pad_is_said_to_be_empty(value):
    with pytest.raises(InvalidInput) as caught:
        codes_drawing.read(value)
    assert caught.value.kind == "empty_drawing"


@pytest.mark.parametrize("value", ["four", 4, {"strokes": 3}, {"strokes": [[[2, 2], [0, 0]]]}, [[math.nan]]], ids=repr)
def test_what_is_no_drawing_is_refused(value):
    with pytest.raises(InvalidInput):
        codes_drawing.read(value)


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5, "1", None, True])
def test_a_bad_seed_is_refused(seed):
    with pytest.raises(InvalidInput, match="from 0 to 2147483647"):
        codes_drawing.read(drawn(1), seed)


def test_the_last_seed_is_followed_by_the_first():
    assert codes_drawing.read(drawn(1), codes.LARGEST_SEED).seeds.tolist() == [codes.LARGEST_SEED, *range(7)]


@pytest.mark.parametrize("variant", codes.VARIANTS)
def test_missing_measurements_say_how_to_make_them(variant, tmp_path, monkeypatch):
    monkeypatch.setattr(codes.weights, "PRETRAINED", tmp_path)
    command = "python -m playground.metrics infogan" + (" --variant lambda_0" if variant == "lambda_0" else "")
    with pytest.raises(WeightsError, match=command):
        codes_measured.measured(variant)


def test_a_network_without_weights_says_which(tmp_path, monkeypatch):
    monkeypatch.setattr(codes.weights, "PRETRAINED", tmp_path)
    codes.weights._load.cache_clear()
    with pytest.raises(WeightsError, match="python -m playground.training infogan --variant lambda_0"):
        codes.sweep("c1_c2", variant="lambda_0")
    codes.weights._load.cache_clear()


def test_an_unknown_network_is_refused():
    with pytest.raises(InvalidInput, match="lambda_1, lambda_0"):
        codes.sweep("c1_c2", variant="lambda_2")

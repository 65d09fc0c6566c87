"""What is measured of translators, of translators whose numbers are known: one that knows the truth, one that does
nothing, one that forgets the digit."""

from __future__ import annotations

import pytest
import torch

from playground.data.domains import paint, paired
from playground.metrics import translation

N = 60
STYLES = ("coat", "zebra", "winter")


class Translator:
    """Knows the pictures that are measured: finds each in its own table and gives what `make` says."""

    targets = list(STYLES)

    def __init__(self) -> None:
        self.data = paired(N, translation.SEED)
        self.known = {x.numpy().tobytes(): k for style in STYLES for k, x in enumerate(self.data.x(style))}

    def translate(self, x: torch.Tensor, target: str) -> torch.Tensor:
        return self.made(torch.tensor([self.known[picture.numpy().tobytes()] for picture in x]), target)

    def made(self, rows: torch.Tensor, target: str) -> torch.Tensor:
        return self.data.x(target)[rows]


class Nothing(Translator):
    def translate(self, x: torch.Tensor, target: str) -> torch.Tensor:
        return x


class Forgetful(Translator):
    """Always the first digit, in the scene and style that were asked for."""

    def made(self, rows: torch.Tensor, target: str) -> torch.Tensor:
        return paint(self.data.mask[:1].expand(len(rows), -1, -1, -1), target, self.data.looks[rows])

    def translate(self, x: torch.Tensor, target: str) -> torch.Tensor:
        known = [self.known.get(picture.numpy().tobytes(), 0) for picture in x]
        return self.made(torch.tensor(known), target)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(translation, "N", N)
    translation.measured.cache_clear()
    yield
    translation.measured.cache_clear()


def test_a_translator_that_knows_the_truth():
    model = Translator()
    assert translation.digit_kept(model)["value"] >= 95 and translation.style_reached(model)["value"] == 100
    assert translation.truth_l1(model)["value"] == 0 and translation.cycle_l1(model)["value"] == 0
    assert translation.digit_kept(model)["worst"] >= translation.digit_kept(model)["real"] - 5


def test_a_translator_that_does_nothing_keeps_the_digit_and_reaches_no_style():
    model = Nothing()
    assert translation.digit_kept(model)["value"] >= 95 and translation.style_reached(model)["value"] == 0
    row = translation.truth_l1(model)
    assert row["value"] == pytest.approx(row["unchanged"], abs=1e-4) and row["value"] > 0.1
    assert translation.cycle_l1(model)["value"] == 0


def test_a_translator_that_forgets_the_digit_reaches_the_style():
    model = Forgetful()
    share = 100 * (model.data.digits == model.data.digits[0]).float().mean().item()
    assert translation.digit_kept(model)["value"] == pytest.approx(share, abs=5)
    assert translation.style_reached(model)["value"] == 100
    assert translation.cycle_l1(model)["value"] > 0.02


def test_only_a_zebras_stripes_cannot_be_known():
    row = translation.truth_l1(Translator())
    assert {pair for pair, floor in row["floors"].items() if floor > 0} == {"coat > zebra", "winter > zebra"}
    assert set(row["pairs"]) == {f"{a} > {b}" for a in STYLES for b in STYLES if a != b}
    assert row["n"] == 6 * N


def test_it_does_not_matter_how_many_are_translated_at_once(monkeypatch):
    large = translation.truth_l1(Forgetful())
    translation.measured.cache_clear()
    monkeypatch.setattr(translation, "PART", 7)
    assert translation.truth_l1(Forgetful())["pairs"] == large["pairs"]

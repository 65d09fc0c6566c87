"""What is measured of models that are told what to draw, of models whose numbers are known."""

from __future__ import annotations

import random

import pytest
import torch

from playground import weights
from playground.data import captioned, captions, mnist, patches
from playground.data.captions import ATTRIBUTES, MOST_TOKENS, VOCABULARY
from playground.metrics import conditional
from playground.models.puzzle_gan import Completed


class Painter:
    """Draws what a caption says, or all but one attribute of it, from test digits."""

    z_dim = 4

    def __init__(self, forgets: str = "") -> None:
        self.forgets = forgets
        self.images, self.labels = mnist.load(False)
        self.chance = random.Random(0)

    def generate(self, z: torch.Tensor, *, tokens: torch.Tensor) -> torch.Tensor:
        assert z.shape == (len(tokens), 4) and tokens.shape[1] == MOST_TOKENS
        meanings = [self._meaning(row) for row in tokens.tolist()]
        rows = [int((self.labels == m.digit).nonzero()[self.chance.randrange(500)]) for m in meanings]
        return captioned.paint(self.images[rows], meanings, torch.Generator().manual_seed(1))

    def _meaning(self, row: list[int]) -> captions.Meaning:
        told = captions.parse(" ".join(VOCABULARY[k] for k in row if k))
        if self.forgets:
            told[self.forgets] = captions.VALUES[self.forgets][0]
        return captions.Meaning(**told)


@pytest.fixture(autouse=True)
def few(monkeypatch, data_root):
    monkeypatch.setattr(conditional, "ASKED", 600)


def test_one_that_draws_what_it_is_told_reaches_what_the_judge_can_see():
    row = conditional.caption_attributes(Painter())
    assert row["value"] >= 93, row
    assert set(row["attributes"]) == {"en", "ko"} and set(row["attributes"]["ko"]) == set(ATTRIBUTES)


@pytest.mark.parametrize("name", ["position", "width", "digit"])
def test_one_that_forgets_an_attribute_is_found_out_in_that_one(name):
    row = conditional.caption_attributes(Painter(name))
    chance = 100 / len(captions.VALUES[name])
    for of in row["attributes"].values():
        assert abs(of[name] - chance) < 12
        assert min(of[other] for other in ATTRIBUTES if other != name) >= 90, row
    assert row["value"] == pytest.approx(min(of[name] for of in row["attributes"].values()), abs=0.01)


def test_variety_is_that_of_digits_or_none_at_all(monkeypatch):
    row = conditional.variety(Painter())
    assert 0.5 * row["real"] < row["value"] < row["real"]  # other digits, but each time in the same place and light
    monkeypatch.setattr(Painter, "generate", lambda self, z, tokens: torch.full((len(z), 3, 32, 32), 0.5))
    assert conditional.variety(Painter())["value"] == 0


class Puzzler:
    """Gives the pictures that the puzzles were cut from back, or those of other puzzles."""

    z_dim = 3

    def __init__(self, shift: int = 0) -> None:
        x, _, middles = patches.puzzle(conditional.ASKED, conditional.SEED)
        self.x, self.middles = x.roll(shift, 0), middles.roll(shift, 0)

    def generate(self, z: torch.Tensor, *, patches: torch.Tensor) -> torch.Tensor:
        assert patches.shape[2:] == (1, 10, 10) and patches.shape[1] in (1, 2, 3)
        return self.x

    def complete(self, z: torch.Tensor, parts: torch.Tensor) -> Completed:
        return Completed(self.x, patches.coverage(self.middles), self.middles)


def test_one_that_knows_the_digits():
    kept, recovered = conditional.patches_kept(Puzzler()), conditional.digit_recovered(Puzzler())
    assert kept["value"] == kept["home"] == kept["elsewhere"] == 0 and kept["mask"] == 1 and kept["near"] == 100
    assert kept["another"] > 0.2 and kept["luck"] > 0.1
    assert recovered["value"] == pytest.approx(recovered["real"], abs=0.01) and recovered["real"] > 98
    assert 10 <= recovered["chance"] < 16


def test_one_that_gives_other_digits_back_is_at_chance():
    kept, recovered = conditional.patches_kept(Puzzler(1)), conditional.digit_recovered(Puzzler(1))
    assert kept["home"] == pytest.approx(kept["another"], abs=1e-4) and kept["near"] < 20
    assert kept["value"] > 0.1 and kept["luck"] > 0.1
    assert recovered["value"] < 20
    assert set(recovered["patches"]) == {"1", "2", "3"}


def test_the_judges_numbers_are_their_lowest_attribute():
    row = conditional.attributes_right(weights.load("style_judge"))
    assert row["value"] == pytest.approx(min(row["attributes"].values()), abs=0.01) and row["value"] >= 98

"""The grammar of captions: what is said is read back, in both languages; wrong captions are wrong in meaning."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
import torch

from playground.data import captioned, captions, mnist
from playground.data.captions import ATTRIBUTES, LANGS, VALUES, WORDINGS, Meaning
from playground.errors import InvalidInput

SEVEN = Meaning(7, "red", "blue", "upper_left", "small", "thin")


def meanings(n: int, seed: int = 0) -> list[Meaning]:
    chance = random.Random(seed)
    return [captions.draw(chance) for _ in range(n)]


def test_every_caption_is_read_back():
    for meaning in meanings(400):
        for text in captions.captions(meaning):
            assert captions.parse(text) == vars(meaning), text
            assert captions.unknown(captions.split(text)) == {}, text


def test_every_value_of_every_attribute_is_read_back_in_every_wording():
    for name in ATTRIBUTES:
        for value in VALUES[name]:
            meaning = replace(SEVEN, **{name: value})
            if meaning.colour == meaning.ground:
                meaning = replace(meaning, **({"ground": "white"} if name == "colour" else {"colour": "white"}))
            assert all(captions.parse(text) == vars(meaning) for text in captions.captions(meaning))


def test_wordings_differ_and_mean_the_same():
    texts = list(captions.captions(SEVEN))
    assert len(set(texts)) == len(texts) == sum(2 * len(WORDINGS[lang]) for lang in LANGS)
    assert texts[0] == "a small thin red seven in the upper left on a blue ground"
    assert "파란 바탕의 왼쪽 위에 작고 가는 빨간 숫자 7" in texts


def test_a_wrong_caption_never_means_the_same():
    chance = random.Random(1)
    changed = {name: 0 for name in ATTRIBUTES}
    for meaning in meanings(2000):
        other = captions.mismatch(meaning, chance)
        assert other != meaning and meaning.differs(other) and other.colour != other.ground
        for name in meaning.differs(other):
            changed[name] += 1
    assert min(changed.values()) > 200, changed


def test_tokens_are_the_words_in_order_with_zeros_behind():
    tokens = captions.tokens("a red 7, upper left")
    words = [captions.VOCABULARY[t] for t in tokens if t]
    assert words == ["a", "red", "7", "upper", "left"] and len(tokens) == captions.MOST_TOKENS
    assert max(len(captions.split(text)) for m in meanings(50) for text in captions.captions(m)) <= captions.MOST_TOKENS


def test_what_is_left_open_is_missing_and_the_last_word_holds():
    assert captions.parse("a red seven") == {"digit": 7, "colour": "red"}
    assert captions.parse("three, no: five") == {"digit": 5}
    assert captions.parse("upper") == {}
    assert captions.parse("빨간 7 왼쪽 위에") == {"digit": 7, "colour": "red", "position": "upper_left"}


def test_unknown_words_are_named_with_known_ones_like_them():
    found = captions.unknown(captions.split("a sevn in purpel, turquoise 🐴 큰은"))
    assert "seven" in found["sevn"] and "purple" in found["purpel"]
    assert "turquoise" in found and "a" not in found
    assert captions.parse("a sevn in red") == {"colour": "red"}


@pytest.mark.parametrize("bad", [None, 7, ["a"], "", "   ", "🐴🐴🐴", "!?", "a" * 10_000, "red " * 40])
def test_what_is_no_caption_is_refused(bad):
    with pytest.raises(InvalidInput) as caught:
        captions.parse(bad)
    for lang in LANGS:
        assert caught.value.message(lang)


def digits(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    images = torch.zeros(n, 1, 28, 28, dtype=torch.uint8)
    images[:, :, 4:24, 12:16] = 255
    return images, torch.full((n,), 7)


def painted(**changes) -> torch.Tensor:
    images, _ = digits(16)
    made = [replace(SEVEN, **changes)] * 16
    return captioned.paint(images, made, torch.Generator().manual_seed(0))


def ink(x: torch.Tensor) -> torch.Tensor:
    """Pixels that are nearer to red than to blue, (B, 32, 32)."""
    return (x[:, 0] > x[:, 2]).float()


def test_a_picture_shows_what_its_caption_says():
    x = painted()
    assert x.shape == (16, 3, 32, 32) and 0 <= x.min() and x.max() <= 1
    assert x[:, 2, -1, -1].mean() > 0.7 > x[:, 0, -1, -1].mean(), "expected a blue ground"
    large, thick = painted(size="large", position="centre"), painted(width="thick")
    assert ink(large).sum((1, 2)).mean() > 1.6 * ink(x).sum((1, 2)).mean()
    assert ink(thick).sum((1, 2)).mean() > 1.15 * ink(x).sum((1, 2)).mean()


def test_strokes_have_the_width_that_was_asked_for_whatever_the_pen(data_root):
    x = mnist.grey(mnist.load(False)[0][:300])
    thin, thick = (captioned.stroke_width(captioned.strokes(x, [w] * 300)) for w in ("thin", "thick"))
    assert (thick > thin).all()
    assert thin.quantile(0.95) < thick.quantile(0.05), "expected no pen to blur the two"


@pytest.mark.parametrize("size", [2, 5, 9])
def test_the_width_of_a_bar_is_its_width(size):
    bar = torch.zeros(1, 1, 56, 56)
    bar[..., 4:52, 20 : 20 + size] = 1
    exact = 2 * 48 * size / (2 * 48 + 2 * size)  # its ends belong to its outline
    assert captioned.stroke_width(bar).item() == pytest.approx(exact, rel=0.02)


@pytest.mark.parametrize("position", captions.POSITIONS)
def test_the_digit_is_at_its_place(position):
    mask = ink(painted(position=position))
    axis = torch.arange(32) - 15.5
    row, column = ((mask.sum(d) * axis).sum(1) / mask.sum((1, 2)) for d in (2, 1))
    down, along = captioned.PLACE[position]
    for found, sign in ((row, down), (column, along)):
        expected = sign * captioned.SHIFT["small"]
        assert (found - expected).abs().max() < 2.0, (position, found)


def test_batches_are_a_function_of_seed_and_step_with_wrong_captions_that_are_wrong():
    images, labels = digits(30)
    source = captioned.Captioned(images, labels, 12)
    x, right, wrong, told = source.at(3)
    again = source.at(3)
    assert all(torch.equal(a, b) for a, b in zip((x, right, wrong, told), again, strict=True))
    digit, ground = (captions.ATTRIBUTES.index(name) for name in ("digit", "ground"))
    assert told[:, digit].tolist() == [7] * 12
    said = [captions.parse(" ".join(captions.VOCABULARY[t] for t in row if t)) for row in right.tolist()]
    assert told[:, ground].tolist() == [captions.VALUES["ground"].index(one["ground"]) for one in said]
    assert x.shape == (12, 3, 32, 32) and right.shape == wrong.shape == (12, captions.MOST_TOKENS)
    for a, b in zip(right.tolist(), wrong.tolist(), strict=True):
        read = [captions.parse(" ".join(captions.VOCABULARY[t] for t in tokens if t)) for tokens in (a, b)]
        assert read[0] != read[1] and read[0]["digit"] == 7 and len(read[0]) == len(read[1]) == 6

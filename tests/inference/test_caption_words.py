"""Captions word by word: readings agree with the grammar's, writing is reading's inverse, filling in and swapping."""

from __future__ import annotations

import random

import pytest

from playground.data import captions
from playground.data.captions import ATTRIBUTES, LANGS, VALUES, Meaning
from playground.errors import InvalidInput
from playground.inference import caption_words as room

MEANINGS = [captions.draw(random.Random(k)) for k in range(25)]


def some(meaning: Meaning, chance: random.Random) -> dict:
    return {name: value for name, value in vars(meaning).items() if chance.random() < 0.6}


@pytest.mark.parametrize("meaning", MEANINGS[:8], ids=range(8))
def test_every_wording_is_read_and_every_word_has_its_attribute(meaning):
    for text in captions.captions(meaning):
        found = room.read(text)
        assert found.said == vars(meaning) and not (found.open or found.twice or found.half or found.hidden), text
        told = {word.attribute for word in found.words} - {""}
        assert told == set(ATTRIBUTES) and all(word.known and not word.overruled for word in found.words), text
        assert found.lang == ("ko" if any("가" <= letter <= "힣" for letter in text) else "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("k", range(len(MEANINGS)))
def test_writing_is_the_inverse_of_reading(lang, k):
    said = some(MEANINGS[k], random.Random(k))
    found = room.read(room.written(said, lang))
    assert found.said == said and not found.twice and all(word.known for word in found.words), found.text
    assert set(found.open) == set(ATTRIBUTES) - set(said)
    numeral = lang == "ko"
    assert room.written(vars(MEANINGS[k]), lang) == captions.caption(MEANINGS[k], lang, 0, numeral)


def test_filling_in_keeps_what_was_said_and_draws_the_rest():
    drawn: dict[str, set] = {name: set() for name in ATTRIBUTES}
    for seed in range(400):
        said = some(MEANINGS[seed % 25], random.Random(seed))
        meaning = room.filled(said, seed)
        assert {name: getattr(meaning, name) for name in said} == said and room.filled(said, seed) == meaning
        assert meaning.colour != meaning.ground
        for name in ATTRIBUTES:
            if name not in said:
                drawn[name].add(getattr(meaning, name))
    assert drawn == {name: set(VALUES[name]) for name in ATTRIBUTES}, "expected every value to be drawn"


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_another_meaning_differs_in_one_attribute_only(attribute):
    for seed, meaning in enumerate(MEANINGS):
        other = room.another(meaning, attribute, seed)
        assert meaning.differs(other) == (attribute,) and other.colour != other.ground


@pytest.mark.parametrize(
    ("text", "said", "twice"),
    [
        ("a red, no, a blue 3", {"digit": 3, "colour": "blue"}, ("colour",)),
        ("a red red 3", {"digit": 3, "colour": "red"}, ()),
        ("three or 3", {"digit": 3}, ()),
        ("upper left, lower right", {"position": "lower_right"}, ("position",)),
        ("upper left, centre", {"position": "centre"}, ("position",)),
        ("작은 숫자 7, 아니 큰 숫자 8", {"digit": 8, "size": "large"}, ("digit", "size")),
        ("빨간 바탕의 숫자 7, 파란 바탕", {"digit": 7, "ground": "blue"}, ("ground",)),
    ],
)
def test_the_last_word_holds_and_it_is_said(text, said, twice):
    found = room.read(text)
    assert found.said == said and found.twice == twice
    assert any(word.overruled for word in found.words) == bool(twice)


def test_what_is_odd_is_named():
    found = room.read("a smal pink sevn on a blue ground")
    strange = {word.word: word.like for word in found.words if not word.known}
    assert set(strange) == {"smal", "pink", "sevn"} and "small" in strange["smal"] and "seven" in strange["sevn"]
    assert found.said == {"ground": "blue"}, "expected the known rest to be read"
    assert room.read("a seven at the top").half and not room.read("a seven at the top left").half
    assert room.read("a red seven on a red ground").hidden
    assert room.read("파란 배경에 뺄간 숫자 7").said == {"ground": "blue", "digit": 7}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "caption_empty"),
        ("  \n", "caption_empty"),
        ("🙂🎨✨", "caption_empty"),
        ("a" * 10_000, "too_many_characters"),
        ("red " * 25, "caption_words"),
        ("<>&;", "caption_empty"),
        (None, "caption_text"),
        (["red"], "caption_text"),
    ],
)
def test_bad_captions_get_a_clear_message(text, kind):
    with pytest.raises(InvalidInput) as caught:
        room.read(text)
    assert caught.value.kind == kind and caught.value.message("ko") != caught.value.message("en")


def test_markup_is_words_like_any_other():
    found = room.read("<b onclick=alert(1)>red</b> 7")
    assert found.said == {"colour": "red", "digit": 7} and found.text.startswith("<b")


# -- swapping ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("meaning", MEANINGS[:6], ids=range(6))
def test_every_swap_changes_its_attribute_alone(meaning):
    for text in captions.captions(meaning):
        found = room.read(text)
        for k, word in enumerate(found.words):
            assert bool(word.others) == bool(word.attribute), f"{word.word} of {text}"
            for other in word.others:
                after = room.read(room.replaced(found, k, other))
                changed = {n for n in ATTRIBUTES if after.said.get(n) != found.said.get(n)}
                assert changed == {word.attribute} and all(w.known for w in after.words), (text, other, after)


def test_a_swap_keeps_all_else_of_the_text():
    found = room.read("On a  BLUE ground: (small) thin red 7!")
    assert room.replaced(found, 6, "yellow") == "On a  BLUE ground: (small) thin yellow 7!"
    with pytest.raises(InvalidInput, match="yellow, green"):
        room.replaced(found, 6, "pink")
    with pytest.raises(InvalidInput) as caught:
        room.replaced(found, 0, "red")
    assert caught.value.kind == "no_other_word"
    with pytest.raises(InvalidInput, match="from 0 to 7"):
        room.replaced(found, 8, "red")


def test_a_letter_that_is_two_in_lower_case_breaks_nothing():
    found = room.read("İ red 7")
    assert "blue" in room.replaced(found, [w.word for w in found.words].index("red"), "blue")


# -- for G ---------------------------------------------------------------------------------------------------------


def test_g_reads_what_was_typed_unless_something_is_missing_or_said_twice():
    whole = "숫자 7: 작고 가는 빨간 글씨, 왼쪽 위, 바탕은 파란색"
    assert room.for_generator(room.read(whole), 3)[0] == whole
    half = room.read("a red seven")
    words, asked = room.for_generator(half, 3)
    assert room.read(words).said == asked == vars(room.filled(half.said, 3)) and asked["colour"] == "red"
    assert room.for_generator(half, 3, fill=False) == ("a red seven", {"digit": 7, "colour": "red"})
    twice = room.read(f"{captions.caption(MEANINGS[0])}, no, 4")
    assert room.read(room.for_generator(twice, 0)[0]).said["digit"] == 4


@pytest.mark.parametrize("said", [None, [], {"size": "huge"}, {"digit": True}, {"taste": "sweet"}, {"digit": "7"}])
def test_menus_from_outside_are_checked(said):
    with pytest.raises(InvalidInput):
        room.checked(said)
    assert room.checked({"digit": 7, "size": None}) == {"digit": 7}

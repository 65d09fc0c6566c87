"""Captions of coloured digits, made by a grammar and read back by it, in English and in Korean.

    a small thin red seven in the upper left on a blue ground
    파란 바탕의 왼쪽 위에 작고 가는 빨간 숫자 7

A caption says six things (`Meaning`), in one of several wordings. Two captions are equal in meaning or not, however
they are worded: that is what a discriminator needs that has to tell a wrong caption from a right one. Standard library
only.
"""

from __future__ import annotations

import difflib
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace

from playground.errors import InvalidInput

COLOURS = ("red", "yellow", "green", "blue", "purple", "white", "black")
POSITIONS = ("centre", "upper_left", "upper_right", "lower_left", "lower_right")
SIZES = ("small", "large")
WIDTHS = ("thin", "thick")
LANGS = ("en", "ko")
LONGEST = 200  # characters of a caption
MOST_TOKENS = 24


@dataclass(frozen=True)
class Meaning:
    """digit 0..9; colour and ground: two of COLOURS; position, size, width: of POSITIONS, SIZES, WIDTHS."""

    digit: int
    colour: str
    ground: str
    position: str
    size: str
    width: str

    def differs(self, other: Meaning) -> tuple[str, ...]:
        """The attributes in which two meanings differ."""
        return tuple(name for name in ATTRIBUTES if getattr(self, name) != getattr(other, name))


ATTRIBUTES = tuple(field.name for field in fields(Meaning))
VALUES: Mapping[str, tuple] = {
    "digit": tuple(range(10)),
    "colour": COLOURS,
    "ground": COLOURS,
    "position": POSITIONS,
    "size": SIZES,
    "width": WIDTHS,
}

DIGITS = {
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "ko": ("영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"),
}
# Forms of the Korean words: before a noun, and as a colour's name.
KO_COLOURS = {
    "red": ("빨간", "빨간색"),
    "yellow": ("노란", "노란색"),
    "green": ("초록", "초록색"),
    "blue": ("파란", "파란색"),
    "purple": ("보라", "보라색"),
    "white": ("하얀", "흰색"),
    "black": ("검은", "검은색"),
}
PLACES = {
    "en": dict(zip(POSITIONS, ("centre", "upper left", "upper right", "lower left", "lower right"), strict=True)),
    "ko": dict(zip(POSITIONS, ("가운데", "왼쪽 위", "오른쪽 위", "왼쪽 아래", "오른쪽 아래"), strict=True)),
}
WORDINGS = {
    "en": (
        "a {size} {width} {colour} {digit} in the {position} on a {ground} ground",
        "on a {ground} background, a {size} {colour} {digit} with {width} strokes in the {position}",
        "{ground} background, {position}: a {width} {size} {digit} in {colour}",
        "the digit {digit}, {size} and {width}, {colour} over {ground}, {position}",
    ),
    "ko": (
        "{ground} 바탕의 {position}에 {size_and} {width} {colour} 숫자 {digit}",
        "{ground_noun} 배경, {position}에 놓인 {size} {colour} {digit}, {width} 획",
        "{position}, {width_and} {size} {colour_noun} {digit}, {ground} 배경",
        "숫자 {digit}: {size_and} {width} {colour} 글씨, {position}, 바탕은 {ground_noun}",
    ),
}
KO_SIZES = {"small": ("작은", "작고"), "large": ("큰", "크고")}
KO_WIDTHS = {"thin": ("가는", "가늘고"), "thick": ("굵은", "굵고")}
GROUND_AFTER = ("ground", "background", "바탕", "바탕의", "배경", "배경에")  # behind a colour: it is the ground's
GROUND_BEFORE = ("over", "바탕은", "배경은")  # before it
FILLERS = {"a", "an", "in", "on", "the", "at", "and", "with", "strokes", "digit", "숫자", "획", "놓인", "글씨"}
CORNERS = {
    **{word: ("row", "upper") for word in ("upper", "top", "위", "위에")},
    **{word: ("row", "lower") for word in ("lower", "bottom", "아래", "아래에")},
    **{word: ("column", "left") for word in ("left", "왼쪽")},
    **{word: ("column", "right") for word in ("right", "오른쪽")},
    **{word: ("column", "centre") for word in ("centre", "center", "middle", "가운데", "가운데에")},
}


def _words() -> dict[str, tuple[str, object]]:
    """What every word says that says one thing by itself: (attribute, value)."""
    found: dict[str, tuple[str, object]] = {}
    for lang in LANGS:
        for digit, word in enumerate(DIGITS[lang]):
            found |= {word: ("digit", digit), str(digit): ("digit", digit)}
    for colour in COLOURS:
        found |= {word: ("colour", colour) for word in (colour, *KO_COLOURS[colour])}
    for name, english, korean in (("size", SIZES, KO_SIZES), ("width", WIDTHS, KO_WIDTHS)):
        for value in english:
            found |= {word: (name, value) for word in (value, *korean[value])}
    return found


WORDS = _words()
VOCABULARY: tuple[str, ...] = ("", *sorted({*WORDS, *CORNERS, *GROUND_AFTER, *GROUND_BEFORE, *FILLERS}))
"""Every word that a caption may have; "" stands behind its end."""
INDEX = {word: k for k, word in enumerate(VOCABULARY)}


def caption(meaning: Meaning, lang: str = "en", wording: int = 0, numeral: bool = False) -> str:
    """A caption of a meaning. wording: which of WORDINGS[lang]; numeral: the digit as a figure, not as a word."""
    digit = str(meaning.digit) if numeral else DIGITS[lang][meaning.digit]
    position = PLACES[lang][meaning.position]
    if lang == "en":
        told = asdict(meaning) | {"digit": digit, "position": position}
    else:
        told = {
            "digit": digit,
            "position": position,
            "size": KO_SIZES[meaning.size][0],
            "size_and": KO_SIZES[meaning.size][1],
            "width": KO_WIDTHS[meaning.width][0],
            "width_and": KO_WIDTHS[meaning.width][1],
            "colour": KO_COLOURS[meaning.colour][0],
            "colour_noun": KO_COLOURS[meaning.colour][1],
            "ground": KO_COLOURS[meaning.ground][0],
            "ground_noun": KO_COLOURS[meaning.ground][1],
        }
    return WORDINGS[lang][wording].format(**told)


def captions(meaning: Meaning) -> Iterator[str]:
    """Every caption of a meaning."""
    for lang in LANGS:
        for wording in range(len(WORDINGS[lang])):
            for numeral in (False, True):
                yield caption(meaning, lang, wording, numeral)


def draw(random: random.Random) -> Meaning:
    """A meaning, each of them equally likely."""
    colour, ground = random.sample(COLOURS, 2)
    others = {name: random.choice(VALUES[name]) for name in ("digit", "position", "size", "width")}
    return Meaning(colour=colour, ground=ground, **others)


def mismatch(meaning: Meaning, random: random.Random) -> Meaning:
    """Another meaning: half the time one attribute is different, else several or all of them.

    Of single ones every other is the digit, which is the hardest to see.
    """
    other = draw(random)
    count = random.choice((1, random.randint(1, len(ATTRIBUTES))))
    changed = ["digit"] if count == 1 and random.random() < 0.5 else random.sample(ATTRIBUTES, count)
    found = replace(meaning, **{name: getattr(other, name) for name in changed})
    if found.colour == found.ground or found == meaning:
        return mismatch(meaning, random)
    return found


# -- reading -------------------------------------------------------------------------------------------------------


def split(text: object) -> list[str]:
    """The words of a caption. Raises InvalidInput where it is no text, is empty or too long."""
    if not isinstance(text, str):
        raise InvalidInput("caption_text", "caption", text)
    if len(text) > LONGEST:
        raise InvalidInput("too_long", "caption", len(text), high=LONGEST)
    words = [_bare(word) for word in re.findall(r"\w+", text.lower())]
    if not words:
        raise InvalidInput("caption_empty", "caption", text)
    if len(words) > MOST_TOKENS:
        raise InvalidInput("caption_words", "caption", len(words), high=MOST_TOKENS)
    return words


def _bare(word: str) -> str:
    """A Korean place without its particle, where only the bare one is known."""
    return word[:-1] if word not in INDEX and word.endswith("에") and word[:-1] in INDEX else word


def unknown(words: list[str]) -> dict[str, tuple[str, ...]]:
    """The words that no caption has, each with up to three known ones that look like it."""
    known = [word for word in VOCABULARY if word]
    return {word: tuple(difflib.get_close_matches(word, known, n=3, cutoff=0.5)) for word in words if word not in INDEX}


def parse(text: object) -> dict[str, object]:
    """What a caption says: some of ATTRIBUTES with their values; what it leaves open is missing.

    The last word on an attribute holds. Raises InvalidInput as `split` does; unknown words are passed over.
    """
    words, found, corner = split(text), {}, {}
    for k, word in enumerate(words):
        if word in CORNERS:
            axis, value = CORNERS[word]
            corner[axis] = value
        if word in WORDS:
            name, value = WORDS[word]
            found["ground" if name == "colour" and _of_ground(words, k) else name] = value
    if corner.get("column") == "centre":
        found["position"] = "centre"
    elif len(corner) == 2:
        found["position"] = f"{corner['row']}_{corner['column']}"
    return found


def _of_ground(words: list[str], k: int) -> bool:
    return (k + 1 < len(words) and words[k + 1] in GROUND_AFTER) or (k > 0 and words[k - 1] in GROUND_BEFORE)


def tokens(text: object) -> list[int]:
    """Indices into VOCABULARY, MOST_TOKENS of them, zeros behind the last word. Unknown words are passed over."""
    known = [INDEX[word] for word in split(text) if word in INDEX]
    return known + [0] * (MOST_TOKENS - len(known))

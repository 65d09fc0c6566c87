"""A caption as a person sees it: every word with what it says, what is unknown, what is said twice or left open.

The grammar reads captions (`data.captions`); this says how it came to its reading, writes captions that leave something
open, and fills in what is open. Standard library only.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from playground.data import captions
from playground.data.captions import (
    ATTRIBUTES,
    CORNERS,
    DIGITS,
    GROUND_AFTER,
    GROUND_BEFORE,
    KO_COLOURS,
    KO_SIZES,
    KO_WIDTHS,
    VALUES,
    WORDS,
    Meaning,
)
from playground.errors import InvalidInput
from playground.inference import checks

CENTRES = {
    "en": ("upper left", "upper right", "lower left", "lower right"),
    "ko": tuple(captions.PLACES["ko"].values()),
}
FORMS: tuple[tuple[str, ...], ...] = (
    *DIGITS.values(),
    tuple(str(digit) for digit in range(10)),
    captions.COLOURS,
    *zip(*KO_COLOURS.values(), strict=True),
    captions.SIZES,
    *zip(*KO_SIZES.values(), strict=True),
    captions.WIDTHS,
    *zip(*KO_WIDTHS.values(), strict=True),
    *[("upper", "lower"), ("top", "bottom"), ("left", "right"), ("위", "아래"), ("위에", "아래에"), ("왼쪽", "오른쪽")],
)
"""Words of one form: each may stand where another does."""


@dataclass(frozen=True)
class Word:
    """One word as it is read.

    attribute: of ATTRIBUTES, the one it speaks of; empty where it says nothing by itself. known: whether any caption
    has it. overruled: a later word says something else. like: up to three known words that look like an unknown one.
    others: what may stand in its place and says something else.
    """

    word: str
    attribute: str = ""
    known: bool = True
    overruled: bool = False
    like: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Caption:
    """A caption that was read.

    said: some of ATTRIBUTES with their values. twice: attributes that it says differently in two places. half: of the
    position only one direction is said. hidden: digit and ground have the same colour.
    """

    text: str
    lang: str
    words: tuple[Word, ...]
    said: dict[str, object]
    twice: tuple[str, ...]
    half: bool
    hidden: bool

    @property
    def open(self) -> tuple[str, ...]:
        """What it leaves open."""
        return tuple(name for name in ATTRIBUTES if name not in self.said)


def read(text: object) -> Caption:
    """What a caption says, word by word. Raises InvalidInput as `captions.split` does."""
    if isinstance(text, str) and len(text) > captions.LONGEST:  # a person who types wants to know of what, and that
        raise InvalidInput("too_many_characters", "caption", len(text), high=captions.LONGEST)  # nothing is lost
    words, said = captions.split(text), captions.parse(text)
    strange, told = captions.unknown(words), [_says(words, k) for k in range(len(words))]
    overruled = {k for k, one in enumerate(told) if one and _overruled(one, told[k + 1 :])}
    shown = tuple(
        Word(
            word,
            told[k][0] if told[k] else "",
            word not in strange,
            k in overruled,
            strange.get(word, ()),
            alternatives(word),
        )
        for k, word in enumerate(words)
    )
    twice = {told[k][0] for k in overruled}
    half = "position" not in said and any(word.attribute == "position" for word in shown)
    hidden = "colour" in said and said.get("ground") == said["colour"]
    return Caption(
        text, language(words), shown, said, tuple(name for name in ATTRIBUTES if name in twice), half, hidden
    )


def language(words: list[str]) -> str:
    """Korean where any word has a Korean letter, else English."""
    return "ko" if any("가" <= letter <= "힣" for word in words for letter in word) else "en"


def _says(words: list[str], k: int) -> tuple[str, object] | None:
    """(attribute, what word number k says of it), None for a word that says nothing by itself."""
    word = words[k]
    if word in CORNERS:
        return "position", CORNERS[word]
    if word not in WORDS:
        return None
    name, value = WORDS[word]
    behind, before = words[k + 1 : k + 2], words[max(0, k - 1) : k]
    of_ground = {*behind} & {*GROUND_AFTER} or {*before} & {*GROUND_BEFORE}
    return ("ground" if name == "colour" and of_ground else name), value


def _overruled(one: tuple[str, object], later: list[tuple[str, object] | None]) -> bool:
    """Whether a later word says something else of the same thing."""
    name, value = one
    if name != "position":
        return any(other and other[0] == name and other[1] != value for other in later)
    axis, where = value
    others = [other[1] for other in later if other and other[0] == "position"]
    return any(a == axis and at != where for a, at in others) or (axis == "row" and ("column", "centre") in others)


def alternatives(word: str) -> tuple[str, ...]:
    """What may stand in a word's place and says something else: words of its form, or the corners for the centre."""
    if CORNERS.get(word) == ("column", "centre"):
        at = "에" if word.endswith("에") else ""
        return tuple(f"{place}{at}" for place in CENTRES[language([word])] if place != "가운데")
    return tuple(other for form in FORMS if word in form for other in form if other != word)


def replaced(caption: Caption, k: object, to: object) -> str:
    """The caption with one of its word's `others` in the place of word number k. Raises InvalidInput."""
    k = checks.whole("word", k, 0, len(caption.words) - 1)
    others = caption.words[k].others
    if not others:
        raise InvalidInput("no_other_word", "word", caption.words[k].word)
    checks.choice("swap_to", to, others)
    places = list(re.finditer(r"\w+", caption.text))
    if len(places) != len(caption.words):  # a letter that is two in lower case
        words = [word.word for word in caption.words]
        return " ".join([*words[:k], to, *words[k + 1 :]])
    start, end = places[k].span()
    return caption.text[:start] + to + caption.text[end:]


# -- writing -------------------------------------------------------------------------------------------------------


def checked(said: object) -> dict[str, object]:
    """Some attributes with their values, from outside. Raises InvalidInput."""
    if not isinstance(said, Mapping):
        raise InvalidInput("choice", "said", said, choices=ATTRIBUTES)
    for name in said:
        checks.choice("attribute", name, ATTRIBUTES)
    found = {name: said[name] for name in ATTRIBUTES if said.get(name) is not None}
    for name, value in found.items():
        if isinstance(value, bool) or value not in VALUES[name]:
            raise InvalidInput("choice", f"caption_{name}", value, choices=VALUES[name])
    return found


def written(said: Mapping[str, object], lang: str) -> str:
    """A caption that says this and leaves the rest open; of a whole meaning the grammar's first wording."""
    return (_korean if lang == "ko" else _english)(said)


def _english(said: Mapping[str, object]) -> str:
    digit = DIGITS["en"][said["digit"]] if "digit" in said else "digit"
    parts = ["a", *(str(said[name]) for name in ("size", "width", "colour") if name in said), digit]
    parts += [f"in the {captions.PLACES['en'][said['position']]}"] if "position" in said else []
    parts += [f"on a {said['ground']} ground"] if "ground" in said else []
    return " ".join(parts)


def _korean(said: Mapping[str, object]) -> str:
    parts = [f"{KO_COLOURS[said['ground']][0]} 바탕의"] if "ground" in said else []
    parts += [f"{captions.PLACES['ko'][said['position']]}에"] if "position" in said else []
    parts += [KO_SIZES[said["size"]]["width" in said]] if "size" in said else []  # "작고 가는", but "작은 숫자"
    parts += [KO_WIDTHS[said["width"]][0]] if "width" in said else []
    parts += [KO_COLOURS[said["colour"]][0]] if "colour" in said else []
    return " ".join([*parts, "숫자", *([str(said["digit"])] if "digit" in said else [])])


# -- filling in ----------------------------------------------------------------------------------------------------


def filled(said: Mapping[str, object], seed: int, beside: Mapping[str, object] | None = None) -> Meaning:
    """A whole meaning: what is open is drawn from the seed, each value equally likely, colours never the same.

    beside: what another caption says that is filled in alike; its colours are not drawn either.
    """
    found, other = dict(said), beside or {}
    for name in ATTRIBUTES:
        if name not in found:
            paints = {paint for of in (found, other) for paint in (of.get("colour"), of.get("ground"))}
            taken = paints if name in ("colour", "ground") else set()
            found[name] = random.Random(f"{seed} {name}").choice([v for v in VALUES[name] if v not in taken])
    return Meaning(**found)


def another(meaning: Meaning, attribute: str, seed: int) -> Meaning:
    """The same but for one attribute, drawn from the seed."""
    taken = {getattr(meaning, attribute)}
    if attribute in ("colour", "ground"):
        taken |= {meaning.colour, meaning.ground}
    values = [value for value in VALUES[attribute] if value not in taken]
    return replace(meaning, **{attribute: random.Random(f"{seed} other {attribute}").choice(values)})


def for_generator(
    caption: Caption, seed: int, fill: bool = True, beside: Caption | None = None
) -> tuple[str, dict[str, object]]:
    """The words that the generator reads, and the attributes that they ask for.

    As they were typed, if nothing is open and nothing said twice. Else, with `fill`, the whole meaning for this seed in
    the grammar's words, which is what the generator has learned from; without it still as typed. beside: a caption that
    is filled in alike.
    """
    whole = not caption.open and not caption.twice
    if whole or not fill:
        return caption.text, dict(caption.said)
    meaning = vars(filled(caption.said, seed, beside and beside.said))
    return written(meaning, caption.lang), dict(meaning)

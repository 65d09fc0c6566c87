"""Texts of the page and of its messages, from `assets/locale/<lang>.json`. Standard library only."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

LANGS: tuple[str, ...] = ("en", "ko")
FOLDER = Path(__file__).resolve().parent.parent / "assets" / "locale"
PLACEHOLDER = re.compile(r"\{([a-z_][a-z_0-9]*)\}")


@cache
def table(lang: str) -> dict[str, str]:
    """All texts of one language with their dotted keys: `{"page.title": "..."}`.

    Raises `ValueError` for a language that has no file.
    """
    if lang not in LANGS:
        raise ValueError(f"expected a language of {LANGS}, got {lang!r}")
    return _flatten(json.loads((FOLDER / f"{lang}.json").read_text("utf-8")))


def text(key: str, lang: str = "en", /, **params: object) -> str:
    """The text of `key` with `{name}` replaced by the parameter of that name.

    A brace that names no parameter stays as it is, so formulas can stand in a text. A key without an entry comes
    back as it is: a page with one raw key beats no page (the test suite fails on it).
    """
    found = table(lang if lang in LANGS else "en").get(key)
    return key if found is None else PLACEHOLDER.sub(lambda m: str(params.get(m[1], m[0])), found)


def has(key: str) -> bool:
    """Whether `key` has an entry (in English, which has them all)."""
    return key in table("en")


def _flatten(node: dict, prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in node.items():
        flat.update(_flatten(value, f"{prefix}{name}.") if isinstance(value, dict) else {f"{prefix}{name}": value})
    return flat

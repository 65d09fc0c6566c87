"""Both languages say everything: keys, placeholders, formulas, and every key that the code names."""

from __future__ import annotations

import re

import pytest

from playground.locale import LANGS, PLACEHOLDER, table, text
from playground.ui.stages import IDS

PYTHON_KEYS = re.compile(r"""\b(?:T|text)\(\s*["']([a-z0-9_]+(?:\.[a-z0-9_]+)+)["']""")
SCRIPT_KEYS = re.compile(r"""\bt\(\s*["'`]([a-z0-9_]+(?:\.[a-z0-9_]+)+)["'`]""")
MARKUP_KEYS = re.compile(r"""data-t(?:-label|-title)?=\\?["']([a-z0-9_.]+)\\?["']""")
ERROR_KINDS = re.compile(r"""\b(?:InvalidInput|PlaygroundError|DeviceError)\(\s*["']([a-z0-9_]+)["']""")
FORMULA = re.compile(r"\$\$.*?\$\$|\$.*?\$", re.DOTALL)


@pytest.fixture(scope="module")
def sources(root):
    """Text of all Python and JavaScript of the app, by path."""
    files = [*root.glob("playground/**/*.py"), *root.glob("assets/js/*.js"), root / "app.py"]
    return {str(path.relative_to(root)): path.read_text("utf-8") for path in files}


def found(sources, pattern, prefix=""):
    """Every key that the pattern finds, with the file it stands in; docstrings of the contract give examples."""
    examples = ("playground/ui/page.py", "playground/ui/components/base.py")
    return {
        prefix + key: path
        for path, source in sources.items()
        if path not in examples
        for key in pattern.findall(source)
    }


def test_every_key_is_in_both_languages():
    en, ko = table("en"), table("ko")
    assert sorted(en.keys() - ko.keys()) == [], "expected a Korean text for each English one"
    assert sorted(ko.keys() - en.keys()) == [], "expected an English text for each Korean one"


def test_no_text_is_empty_and_korean_is_korean():
    for lang in LANGS:
        assert [key for key, words in table(lang).items() if not words.strip()] == []
    words = [t for t in table("ko").values() if re.search(r"[가-힣]", t)]
    assert len(words) > 0.6 * len(table("ko")), "expected most Korean texts to be in Hangul"


@pytest.mark.parametrize("pattern", [PYTHON_KEYS, SCRIPT_KEYS, MARKUP_KEYS], ids=["python", "javascript", "markup"])
def test_every_key_in_the_code_has_a_text(sources, pattern):
    missing = {key: path for key, path in found(sources, pattern).items() if key not in table("en")}
    assert missing == {}


def test_every_kind_of_error_has_a_text(sources):
    kinds = found(sources, ERROR_KINDS, "error.")
    assert kinds, "expected errors in the code"
    assert {key: path for key, path in kinds.items() if key not in table("en")} == {}


@pytest.mark.parametrize("stage", IDS)
def test_every_stage_has_a_tab_and_something_to_look_at(stage):
    for key in (f"page.tab.{stage}", f"{stage}.look"):
        assert key in table("en"), key


def test_placeholders_and_formulas_are_the_same():
    for key, english in table("en").items():
        korean = table("ko").get(key, "")
        bare = [set(PLACEHOLDER.findall(FORMULA.sub("", words))) for words in (english, korean)]
        assert bare[0] == bare[1], f"{key}: expected {bare[0]}, got {bare[1]}"
        assert sorted(FORMULA.findall(english)) == sorted(FORMULA.findall(korean)), f"{key}: expected equal formulas"


def test_text_fills_in_and_leaves_formulas_alone():
    words = text("error.choice", "ko", field="모델", choices="a, b", got="c")
    assert "{" not in words and "모델" in words and "a, b" in words
    assert text("no.such.key") == "no.such.key"
    assert text("page.title", "fr") == text("page.title", "en")
    assert PLACEHOLDER.sub(lambda m: {"x": "1"}.get(m[1], m[0]), r"\hat{X} {x} {i}") == r"\hat{X} 1 {i}"


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="expected a language of"):
        table("../en")

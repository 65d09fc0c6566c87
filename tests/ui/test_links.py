"""URL values: every way of being wrong gives a message and the default. The browser's reader takes the same cases."""

from __future__ import annotations

import json
import math
import random
import string

import pytest

from playground.ui.links import Field, parse


@pytest.fixture(scope="module")
def table(root):
    return json.loads((root / "tests" / "ui" / "link_cases.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def fields(table):
    return {name: Field(**spec) for name, spec in table["fields"].items()}


def test_every_case(table, fields):
    for name, raw, value, kind in table["cases"]:
        values, problems = parse({name: raw}, fields)
        assert [p.kind for p in problems] == ([kind] if kind else []), f"{name}={raw!r}"
        assert values[name] == (fields[name].default if kind else value), f"{name}={raw!r}"
        assert type(values[name]) is type(fields[name].default), f"{name}={raw!r}"


def test_not_finite_numbers_of_a_component(fields):
    for raw in (math.nan, math.inf, -math.inf, 10**400):
        values, problems = parse({"seed": raw, "temperature": raw}, fields)
        assert values["seed"] == 3 and values["temperature"] == 1.0
        assert [p.kind for p in problems] == ["integer_range", "number_range"]


def test_missing_values_are_no_problem(fields):
    values, problems = parse({"utm_source": "lecture"}, fields)
    assert problems == [] and values == {"seed": 3, "temperature": 1.0, "model": "nade", "paused": False, "words": ""}


def test_messages_say_what_was_expected_and_what_came(fields):
    _, problems = parse({"seed": "-1", "model": "gan"}, fields)
    assert str(problems[0]) == "seed: expected an integer from 0 to 2147483647, got '-1'"
    assert str(problems[1]) == "model: expected one of nade, pixel_cnn, got 'gan'"
    assert "0 이상 2147483647 이하" in problems[0].message("ko")


def test_noise_never_raises_and_stays_in_bounds(fields):
    dice = random.Random(0)
    alphabet = string.printable + "０１ｅ∞한"
    for _ in range(2000):
        raw = "".join(dice.choice(alphabet) for _ in range(dice.randrange(12)))
        values, _ = parse({name: raw for name in fields}, fields)
        assert 0 <= values["seed"] < 2**31 and 0.1 <= values["temperature"] <= 2.0
        assert values["model"] in ("nade", "pixel_cnn") and isinstance(values["paused"], bool)


@pytest.mark.parametrize(
    "arguments",
    [
        {"kind": "int", "default": 0},
        {"kind": "int", "default": 5, "low": 0, "high": 4},
        {"kind": "choice", "default": "a"},
        {"kind": "choice", "default": "c", "choices": ["a", "b"]},
    ],
)
def test_a_field_refuses_what_it_could_not_read_itself(arguments):
    with pytest.raises(ValueError, match="expected"):
        Field(**arguments)

"""State of a stage as URL values: what each may be, and how a value from outside is read.

The browser checks the same fields (assets/js/playground.js); `tests/ui/link_cases.json` holds both to one behaviour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from playground.errors import InvalidInput

Value = int | float | str | bool
Kind = Literal["int", "float", "choice", "bool", "text"]

RESERVED = frozenset({"tab", "lang"})
INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
BOOLS = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True)
class Field:
    """One URL value: its kind, its default, and its bounds (`low`, `high` inclusive) or its `choices`.

    A "text" is any text of at most `high` characters; what it may say is for the inference room to judge.
    """

    kind: Kind
    default: Value
    low: float | None = None
    high: float | None = None
    choices: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.kind in ("int", "float") and (self.low is None or self.high is None):
            raise ValueError(f"expected low= and high= for a field of kind {self.kind}, got {self.low} and {self.high}")
        if self.kind == "text" and self.high is None:
            raise ValueError("expected high= for a field of kind text, got None")
        if self.kind == "choice" and not self.choices:
            raise ValueError("expected choices= for a field of kind choice, got none")
        self.read("default", self.default)

    def read(self, name: str, raw: object) -> Value:
        """`raw` (URL text, or a plain value of a component) as a value of this field; raises `InvalidInput`."""
        if isinstance(raw, (list, tuple)):
            if len(raw) != 1:
                raise InvalidInput("single", name, list(raw))
            raw = raw[0]
        if self.kind == "choice":
            if not isinstance(raw, str) or raw not in self.choices:
                raise InvalidInput("choice", name, raw, choices=list(self.choices))
            return raw
        if self.kind == "bool":
            return self._bool(name, raw)
        if self.kind == "text":
            if not isinstance(raw, str) or len(raw) > self.high:
                raise InvalidInput("too_long", name, raw, high=self.high)
            return raw
        return self._number(name, raw)

    def spec(self) -> dict:
        """JSON-able, for the browser."""
        choices = list(self.choices) if self.choices else None
        return {"kind": self.kind, "default": self.default, "low": self.low, "high": self.high, "choices": choices}

    def _bool(self, name: str, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        if isinstance(raw, str) and raw.lower() in BOOLS:
            return BOOLS[raw.lower()]
        raise InvalidInput("choice", name, raw, choices=["true", "false"])

    def _number(self, name: str, raw: object) -> int | float:
        kind = "integer_range" if self.kind == "int" else "number_range"
        refusal = InvalidInput(kind, name, raw, low=self.low, high=self.high)
        if isinstance(raw, str):
            if not (INTEGER if self.kind == "int" else NUMBER).fullmatch(raw):
                raise refusal
            raw = float(raw)
        if not isinstance(raw, (int, float)) or isinstance(raw, bool) or not self.low <= raw <= self.high:
            raise refusal  # a comparison with NaN is false
        if self.kind == "int" and raw != int(raw):
            raise refusal
        return int(raw) if self.kind == "int" else float(raw)


def parse(query: Mapping[str, object], fields: Mapping[str, Field]) -> tuple[dict[str, Value], list[InvalidInput]]:
    """Every field's value, from `query` where that is usable and its default where not; and what was wrong.

    Never raises. A field that `query` leaves out is not a problem; names that are no fields are left alone.
    """
    values: dict[str, Value] = {}
    problems: list[InvalidInput] = []
    for name, field in fields.items():
        values[name] = field.default
        if name in query:
            try:
                values[name] = field.read(name, query[name])
            except InvalidInput as problem:
                problems.append(problem)
    return values, problems

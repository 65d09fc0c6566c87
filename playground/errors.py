"""Errors that a person can read, in the page's language. Standard library only; every layer may use it.

    raise InvalidInput("integer_range", "seed", seed, low=0, high=2**31 - 1)
    # seed: expected an integer from 0 to 2147483647, got -1

`kind` names a template `error.<kind>` of the locale files; the limits fill it in.
"""

from __future__ import annotations

import os

from playground.locale import FOLDER, has, text

LONGEST_GOT = 60


class PlaygroundError(Exception):
    """An error with a template `error.<kind>` and the values that fill it in.

    `str(e)` is English; `e.message("ko")` is localized; `e.payload()` is what the browser gets.
    """

    def __init__(self, kind: str, **params: object) -> None:
        self.kind = kind
        self.params = params
        super().__init__(self.message("en"))

    def message(self, lang: str = "en") -> str:
        """The message in one language; a field and a reason are translated where `field.<name>` has an entry."""
        params = {name: _plain(value) for name, value in self.params.items()}
        for name in ("field", "reason"):
            if has(f"{name}.{params.get(name)}"):
                params[name] = text(f"{name}.{params[name]}", lang)
        return text(f"error.{self.kind}", lang, **params)

    def payload(self) -> dict:
        """JSON-able: `{"kind", "params", "message": {"en", "ko"}}`."""
        params = {name: _plain(value) for name, value in self.params.items()}
        return {"kind": self.kind, "params": params, "message": {lang: self.message(lang) for lang in ("en", "ko")}}


class InvalidInput(PlaygroundError, ValueError):
    """A value from outside (page, URL, API, command line) that is not what was asked for.

    Kinds and their limits: `integer_range` and `number_range` (low=, high=), `choice` (choices=), `shape` (expected=),
    `finite`, `not_number`, `base64`, `too_long` (high=), `single`.
    """

    def __init__(self, kind: str, field: str, got: object, **limits: object) -> None:
        self.field = field
        self.got = got
        super().__init__(kind, field=field, got=_short(got), **limits)


class WeightsError(PlaygroundError, RuntimeError):
    """A weights file that is missing or broken: which one, why, and the command that makes it again."""

    def __init__(self, id: str, path: object, reason: str, command: str) -> None:
        super().__init__("weights", id=id, path=_inside(path), reason=_inside(reason), command=command)


def _inside(words: object) -> str:
    """Paths as they read in the repository: a page tells nobody where on a machine it is installed."""
    return str(words).replace(f"{FOLDER.parents[1]}{os.sep}", "")


def _short(value: object) -> str:
    """`repr` of anything, never longer than a line and never an error itself."""
    try:
        shape = getattr(value, "shape", None)
        shown = f"shape {tuple(shape)}" if shape is not None and shape != () else repr(value)
    except Exception:
        shown = type(value).__name__
    return shown if len(shown) <= LONGEST_GOT else shown[: LONGEST_GOT - 1] + "…"


def _plain(value: object) -> object:
    """Lists as `a, b, c`; floats without noise; the rest as it is."""
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(item) for item in value)
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, (int, str)) else str(value)

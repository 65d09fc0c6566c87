"""python -m playground.bench [row prefix]    e.g.  start   pixel_cnn_sample/16   lab_step

Prints one JSON line per row: {"name", "ours", "baseline", "ratio", "unit"}. Every other module of this package whose
name is public and which has a `ROWS: dict[name, function]` takes part. With --record only the rows that the ladder
shows are measured, and each goes into assets/recorded/bench.json as soon as it is there.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import pkgutil
import sys
from collections.abc import Callable
from importlib import import_module

import playground.bench
from playground.bench import record
from playground.bench.row import Row
from playground.inference.device import one_thread


def rows() -> dict[str, Callable[[], Row]]:
    """Every row of every module, by name."""
    found: dict[str, Callable[[], Row]] = {}
    for module in pkgutil.iter_modules(playground.bench.__path__):
        if not module.name.startswith("_"):
            found |= getattr(import_module(f"playground.bench.{module.name}"), "ROWS", {})
    return dict(sorted(found.items()))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m playground.bench", description=playground.bench.__doc__)
    parser.add_argument("prefix", nargs="?", default="", help="only the rows whose name starts so")
    parser.add_argument("--record", action="store_true", help=f"keep what the ladder shows in {record.FILE.name}")
    options = parser.parse_args(argv)
    prefix, every = options.prefix, rows()
    names = [name for name in (record.shown(every) if options.record else every) if name.startswith(prefix)]
    chosen = {name: every[name] for name in names}
    if not chosen:
        parser.error(f"expected the start of one of {', '.join(rows())}; got {prefix!r}")
    one_thread()
    for measure in chosen.values():
        with contextlib.redirect_stdout(sys.stderr):  # what libraries say on the way is not a row
            row = measure()
        print(json.dumps(row.as_dict(), ensure_ascii=False), flush=True)
        if options.record:
            record.keep([row])


if __name__ == "__main__":
    main()

"""The bench's rows that the page shows, kept in a file with the machine they were measured on."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from playground.bench.row import Row

FILE = Path(__file__).resolve().parents[2] / "assets" / "recorded" / "bench.json"
SHOWN = re.compile(r"\w+_(sample/1|log_prob/1000)")
COMMAND = "python -m playground.bench --record"


def shown(names: Iterable[str]) -> list[str]:
    """Those rows of the bench that the ladder shows."""
    return [name for name in names if SHOWN.fullmatch(name)]


def about() -> dict:
    """The machine and the versions, without a date: the same machine writes the same again."""
    machine = {"processor": _processor(), "cores": os.cpu_count(), "threads": 1, "system": platform.system()}
    versions = {"python": platform.python_version(), "torch": version("torch")}
    return {"command": COMMAND, "machine": machine, "versions": versions}


def keep(rows: Iterable[Row], file: Path = FILE) -> None:
    """Put rows into the file; those of another machine or another torch go, for they cannot be compared."""
    try:
        old = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        old = {}
    here = about()
    before = old.get("rows", {}) if {name: old.get(name) for name in here} == here else {}
    after = {row.name: {k: v for k, v in row.as_dict().items() if k != "name"} for row in rows}
    text = json.dumps({**here, "rows": dict(sorted({**before, **after}.items()))}, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def _processor() -> str:
    """The name of the processor, without clock rate."""
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.MULTILINE)
    except OSError:
        names = []
    return re.sub(r"\s*@.*", "", names[0]).strip() if names else platform.processor() or platform.machine()

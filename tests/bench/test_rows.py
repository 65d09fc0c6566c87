"""The bench's frame: rows are found, printed as promised, and timed in turn. Nothing is timed here."""

from __future__ import annotations

import json

import pytest

from playground.bench import __main__ as bench
from playground.bench.row import Row, median_seconds


def test_every_row_has_a_name_and_a_function():
    rows = bench.rows()
    assert {"start/page", "start/memory"} <= set(rows)
    assert list(rows) == sorted(rows) and all(callable(measure) for measure in rows.values())


def test_one_json_line_per_row(monkeypatch, capsys):
    made = {"a/1": lambda: Row("a/1", 1.23456, 2.0, 1.62, "s"), "b": lambda: Row("b", 1, 2, 2.0, "MB")}
    monkeypatch.setattr(bench, "rows", lambda: made)
    bench.main(["a/"])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"name": "a/1", "ours": 1.235, "baseline": 2.0, "ratio": 1.62, "unit": "s"}
    ]


def test_an_unknown_prefix_names_the_rows(monkeypatch, capsys):
    monkeypatch.setattr(bench, "rows", lambda: {"a/1": None})
    with pytest.raises(SystemExit):
        bench.main(["z"])
    assert "expected the start of one of a/1; got 'z'" in capsys.readouterr().err


def test_both_sides_take_turns():
    order = []
    times = median_seconds(lambda: order.append("a"), lambda: order.append("b"), repeats=3, warm=1)
    assert "".join(order) == "ab" + "ab" * 3 and len(times) == 2

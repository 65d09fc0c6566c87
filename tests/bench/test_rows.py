"""The bench's frame: rows are found, printed as promised, and timed in turn. Nothing is timed here."""

from __future__ import annotations

import json

import pytest

from playground import catalog
from playground.bench import __main__ as bench
from playground.bench import pixels, record
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


def test_every_explicit_model_has_its_rows():
    names = set(bench.rows())
    for card in catalog.CARDS:
        if "sample" in card.capabilities or "elbo" in card.capabilities:
            assert f"{card.id}_sample/1" in names, card.id
        if card.stage == "pixels":
            assert f"{card.id}_log_prob/1000" in names, card.id
    for prefix in (
        "made_sample",
        "row_lstm_sample",
        "gated_pixel_cnn_sample",
        "diagonal_bilstm_sample",
        "pixel_cnn_sample/16",
    ):
        assert any(name.startswith(prefix) for name in names), prefix


def test_a_row_draws_the_same_from_both_sides():
    row = pixels.sample("bernoulli", 2)
    assert row.name == "bernoulli_sample/2" and row.ours > 0 and row.ratio == pytest.approx(row.baseline / row.ours)


def test_recording_keeps_what_the_ladder_shows(monkeypatch, capsys, tmp_path):
    file = tmp_path / "bench.json"
    monkeypatch.setattr(record, "keep", lambda rows, keep=record.keep: keep(rows, file))
    made = {
        name: (lambda name=name: Row(name, 1.0, 2.0, 2.0, "s")) for name in ("a_sample/1", "a_sample/16", "lab_step")
    }
    monkeypatch.setattr(bench, "rows", lambda: made)
    bench.main(["--record"])
    found = json.loads(file.read_text("utf-8"))
    assert found["rows"] == {"a_sample/1": {"ours": 1.0, "baseline": 2.0, "ratio": 2.0, "unit": "s"}}
    assert found["machine"]["threads"] == 1 and found["versions"]["torch"] and "date" not in found
    record.keep([Row("b_log_prob/1000", 1.0, 10.0, 10.0, "s")])
    assert list(json.loads(file.read_text("utf-8"))["rows"]) == ["a_sample/1", "b_log_prob/1000"]
    monkeypatch.setattr(record, "_processor", lambda: "another")
    record.keep([Row("b_log_prob/1000", 1.0, 10.0, 10.0, "s")])
    assert list(json.loads(file.read_text("utf-8"))["rows"]) == ["b_log_prob/1000"], "expected one machine in one file"


def test_the_times_of_two_clocks():
    ticks = iter(range(100))
    assert median_seconds(lambda: None, repeats=3, warm=0, clock=lambda: float(next(ticks))) == (1.0,)


@pytest.mark.slow
@pytest.mark.parametrize("id", [card.id for card in catalog.of_stage("pixels") if card.id not in ("nade",)])
def test_a_thousand_images_are_scored_in_under_ten_seconds(id):
    row = pixels.log_prob(id)
    assert row.ours < 10, f"{id}: {row.ours:.1f} s"

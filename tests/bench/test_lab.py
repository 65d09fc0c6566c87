"""The lab's rows: which there are, and that both sides of one count the same work. Speed itself is measured by hand."""

from __future__ import annotations

import torch

from playground.bench import lab


def test_rows_of_a_gpu_are_there_where_one_is():
    gpu = {name for name in lab.ROWS if "cuda" in name}
    assert gpu == ({"lab_step/cuda/batched", "lab_step/cuda/graph"} if torch.cuda.is_available() else set())
    promised = {"lab_step/r1", "lab_step/r8", "lab_step/wgan_gp", "lab_frame", "lab_live", "lab_seeds/32"}
    assert promised <= set(lab.ROWS)


def test_both_sides_take_turns_and_count_steps_of_models(monkeypatch):
    monkeypatch.setattr(lab, "SECONDS", 1.5)
    monkeypatch.setattr(lab, "TURNS", 2)
    ticks, order = iter(range(100)), []

    def side(name, done):
        return lambda: order.append(name) or done

    rates = lab._in_turn(side("ours", 8), side("textbook", 2), clock=lambda: float(next(ticks)))
    assert order == ["ours", "ours", "textbook", "textbook"] * 2, "each warms up before it is timed"
    assert rates == [8 / 3, 2 / 3], "one run in three ticks"
    assert lab._textbook()() == 4 and lab._textbook(["wgan_gp"])() == 1


def test_all_seeds_are_trained_once_for_both_of_their_rows(monkeypatch):
    from playground.inference import lab_seeds
    from playground.inference.lab import make_run

    asked, tiny = [], make_run("A", steps=2, batch=16, width=8)

    def some(run, seeds, many=lab_seeds.many):
        asked.append((run, seeds))
        return many(tiny, 8)

    monkeypatch.setattr(lab_seeds, "many", some)
    lab._seeds.cache_clear()
    wall, busy = lab.seeds_row(), lab.seeds_busy_row()
    lab._seeds.cache_clear()
    assert asked == [(make_run("A"), 32)], "expected one run to its end, and no more"
    assert (wall.baseline, busy.baseline) == (60, 120) and wall.ours > 0 and busy.ours > 0


def test_a_frame_and_steps_are_measured(monkeypatch):
    monkeypatch.setattr(lab, "SECONDS", 1e-3)
    monkeypatch.setattr(lab, "TURNS", 1)
    for row in (lab.frame_row(), lab.step_row(2), lab.wgan_row(1)):
        assert row.ours > 0 and row.baseline > 0 and row.ratio > 0

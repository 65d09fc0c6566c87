"""Runs that change while they train, panels with settings of their own, descriptions that load back."""

from __future__ import annotations

import gc
import json
import tracemalloc

import numpy as np
import pytest
import torch

from playground.data.plane import plane
from playground.errors import InvalidInput
from playground.inference import _lab, lab
from playground.inference.lab import PRESETS, Change, Panel, branch, describe, film, load, make_run
from tests.inference.test_lab import same

SHORT = {"steps": 40, "every": 10}


@pytest.fixture(autouse=True)
def checkpoints(monkeypatch):
    fresh = _lab.Checkpoints()
    monkeypatch.setattr(_lab, "CHECKPOINTS", fresh)
    return fresh


@pytest.mark.parametrize(
    ("knob", "value", "panel"),
    [
        ("lr_g", 1e-2, 1),
        ("lr_d", 1e-2, None),
        ("loss", "wgan_gp", 0),
        ("loss", "lsgan", None),
        ("k_d", 0, None),
        ("k_g", 3, 2),
        ("k_g", 0, None),
        ("ema", True, None),
        ("penalty", 5.0, 3),
        ("c", 0.5, 2),
    ],
)
def test_a_branch_is_the_same_film_until_it_leaves(checkpoints, knob, value, panel):
    """From its step on it differs; taken up from a checkpoint of the trunk it is what it is from the start."""
    run = make_run("A", seed=2, k=2, k_gp=2, batch=32, width=16, **SHORT)
    trunk = list(film(run))
    other = branch(run, 20, knob, value, panel)
    quick = list(film(other, after=10))
    assert [frame.step for frame in quick] == [20, 30, 40]
    checkpoints._kept.clear()
    whole = list(film(other))
    assert all(same(a, b) for a, b in zip(trunk[:3], whole[:3], strict=True)), "expected equal frames up to the branch"
    assert all(same(a, b) for a, b in zip(whole[2:], quick, strict=True)), "expected the film from the start"
    assert not same(trunk[3], whole[3])
    touched = range(4) if panel is None else [panel]
    for l in range(4):
        equal = np.array_equal(trunk[3].points[l], whole[3].points[l])
        if knob in ("lr_g", "lr_d", "loss", "k_d", "k_g") and l not in touched:
            np.testing.assert_allclose(trunk[3].points[l], whole[3].points[l], atol=1e-3)
        if knob in ("lr_g", "ema", "k_g"):
            assert equal == (l not in touched) or l not in touched


def test_training_only_d_leaves_g_and_only_g_leaves_d():
    run = make_run("C", seed=1, batch=32, width=16, **SHORT)
    only_d = list(film(branch(run, 20, "k_g", 0)))
    assert np.array_equal(only_d[2].points, only_d[4].points) and not np.array_equal(only_d[2].field, only_d[4].field)
    only_g = list(film(branch(run, 20, "k_d", 0)))
    assert np.array_equal(only_g[2].field, only_g[4].field) and not np.array_equal(only_g[2].points, only_g[4].points)
    work = [frame.work for frame in only_d]
    assert work[2].tolist() == [40, 40, 40, 220] and work[4].tolist() == [60, 60, 60, 420]


def test_a_branch_replaces_what_came_later_of_the_same_knob():
    run = make_run("C", **SHORT)
    first = branch(branch(run, 10, "lr_g", 1e-2), 30, "lr_d", 1e-2)
    again = branch(first, 5, "lr_g", 1e-4)
    assert [(c.step, c.knob, c.value) for c in again.changes] == [(5, "lr_g", 1e-4), (30, "lr_d", 1e-2)]
    panels, ema = lab.settings(again, 4)
    assert panels[0].lr_g == 1e-3 and not ema
    assert lab.settings(again, 5)[0][2].lr_g == 1e-4 and lab.settings(again, 30)[0][3].lr_d == 1e-2


def test_panels_have_settings_of_their_own():
    own = [Panel("lsgan"), {"loss": "lsgan", "lr_d": 2e-3, "k_d": 3}, Panel("lsgan", a=-1, c=0)]
    run = make_run("C", panels=own, seed=3, **SHORT)
    assert run.losses == ("lsgan",) * 3
    panels, _ = lab.settings(run, 0)
    assert [(p.lr_d, p.k_d, p.a, p.c) for p in panels] == [(1e-3, 1, 0, 1), (2e-3, 3, 0, 1), (1e-3, 1, -1, 0)]
    frames = list(film(run))
    np.testing.assert_allclose(frames[0].points[0], frames[0].points[1], atol=1e-6)
    alone = list(film(make_run("C", losses=["lsgan"], seed=3, **SHORT)))
    np.testing.assert_allclose(frames[-1].points[0], alone[-1].points[0], atol=1e-4)
    assert frames[-1].work.tolist() == [80, 160, 80]


@pytest.mark.parametrize(
    "knobs",
    [
        {"layers": 1, "width": 8, "activation": "tanh"},
        {"layers": 4, "width": 128, "activation": "lrelu", "batch": 16},
        {"z_dim": 32, "batch": 512, "init": "he", "norm": True},
        {"k": 0, "k_gp": 0, "k_g": 2},
    ],
)
def test_networks_of_any_shape_train(knobs):
    last = list(film(make_run("C", steps=3, every=3, **knobs)))[-1]
    assert not last.diverged.any() and np.isfinite(last.points).all()


@pytest.mark.parametrize("dataset", [plane("ring", modes=5), {"name": "grid", "rows": 2, "columns": 3}, plane("pair")])
def test_any_data_set_makes_a_film(dataset):
    run = make_run("C", dataset, steps=2, every=2)
    scene = lab.scene(run.dataset)
    frames = list(film(run))
    assert frames[0].counts.shape == (4, len(scene.centers)) and scene.floor_hq > 0.97 and scene.floor_near > 0.999


def test_a_description_loads_back():
    points = plane("points", points=[[0.0, 1.0], [2.0, -1.0]])
    runs = [
        *PRESETS.values(),
        make_run("A", points, 7, panels=[Panel("minimax", k_d=0), Panel("wgan_gp", penalty=3.0)], activation="tanh"),
        branch(branch(make_run("B", ema=True, losses=["lsgan", "wgan_gp"]), 5, "loss", "minimax", 1), 9, "ema", False),
    ]
    for run in runs:
        assert load(json.loads(json.dumps(describe(run)))) == run
    for preset in PRESETS:
        kept = lab.recorded(preset)["run"]
        assert load(kept) == make_run(preset, seed=PRESETS[preset].seed, every=kept["every"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"panels": []}, "panels: expected an integer from 1 to 4, got 0"),
        ({"panels": [{"loss": "lsgan"}] * 5}, "got 5"),
        ({"panels": "lsgan"}, "panels"),
        ({"panels": [{"loss": "hinge"}]}, "loss: expected one of minimax"),
        ({"panels": [{"lr_g": 1e-3}]}, "loss: expected one of minimax"),
        ({"panels": [{"loss": "lsgan", "width": 3}]}, "knob: expected one of loss"),
        ({"panels": [{"loss": "lsgan", "k_d": 11}]}, "from 0 to 10"),
        ({"panels": [3]}, "panel"),
        ({"changes": 5}, "changes"),
        ({"changes": [5]}, "changes"),
        ({"changes": [{"step": 5, "knob": "lr_g"}]}, "changes"),
        ({"changes": [{"step": -1, "knob": "lr_g", "value": 1e-3}]}, "step: expected an integer from 0"),
        ({"changes": [{"step": 1, "knob": "width", "value": 3}]}, "knob: expected one of loss, lr_g"),
        ({"changes": [{"step": 1, "knob": "lr_g", "value": "x"}]}, "expected a number"),
        ({"changes": [{"step": 1, "knob": "lr_g", "value": None}]}, "expected a number"),
        ({"changes": [{"step": 1, "knob": "loss", "value": "x"}]}, "loss: expected one of"),
        ({"changes": [{"step": 1, "knob": "c", "value": 9.0}]}, "c of LSGAN: expected a number from -2 to 2"),
        (
            {"changes": [{"step": 1, "knob": "lr_g", "value": 1e-3, "panel": 4}]},
            "panel: expected an integer from 0 to 3",
        ),
        ({"changes": [{"step": 1, "knob": "ema", "value": True, "panel": 0}]}, "panel: expected one of None"),
        ({"changes": [Change(1, "lr_g", 1e-3)] * 65}, "at most 64"),
        ({"layers": 5}, "from 1 to 4"),
        ({"width": 129}, "from 8 to 128"),
        ({"z_dim": 0}, "from 1 to 32"),
        ({"batch": 8}, "from 16 to 512"),
        ({"activation": "gelu"}, "expected one of relu, lrelu, tanh"),
        ({"init": "xavier"}, "expected one of torch, he"),
        ({"norm": 1}, "expected one of true, false"),
        ({"penalty": -1.0}, "from 0 to 100"),
        ({"dataset": {"name": "ring", "modes": 1}}, "number of modes"),
        ({"dataset": {}}, "data set: expected one of ring"),
        ({"dataset": {"nome": "ring"}}, "data set"),
    ],
)
def test_bad_runs_are_refused(given, expected):
    with pytest.raises(InvalidInput, match=expected):
        make_run(**given)


@pytest.mark.parametrize("junk", [None, [], "A", {"slope": 0.5}, {"preset": "Q"}, {"wings": 2}, {"panels": {}}])
def test_bad_descriptions_are_refused(junk):
    with pytest.raises(InvalidInput):
        load(junk)


def test_snapshots_thin_out_and_memory_stays_bounded(checkpoints):
    """However long a run, at most `per_run` states of it, evenly spread, and any step is one interval away."""
    kept = _lab.Checkpoints(per_run=8)
    run = make_run("C", losses=["lsgan"], batch=16, width=8, steps=20_000)
    trainer = _lab.Trainer(run)
    for _ in range(200):
        trainer.gan.steps = kept.next(trainer)  # as if it had trained so far
        kept.keep(trainer)
        steps = sorted(step for _, step in kept._kept)
        assert len(steps) <= 8 + 1, steps
    interval = kept.next(trainer) - trainer.gan.steps
    assert set(np.diff(steps)) <= {interval, interval // 2, interval * 2} and steps[0] <= 2 * interval, steps
    small = _lab.Checkpoints(megabytes=4 * sum(t.nbytes for t in trainer.state()) / 1e6)
    for step in range(20):
        trainer.gan.steps = step
        small.keep(trainer)
    assert len(small._kept) == 4


def test_nothing_else_grows_with_the_length_of_a_run(checkpoints, monkeypatch):
    """A film with every part holds as much after 400 steps as after 200: arrays, tensors, and all that Python counts.
    Snapshots are the one thing that is kept (see above); here there are none."""
    monkeypatch.setattr(checkpoints, "keep", lambda trainer: None)
    run = make_run("C", batch=16, width=8, steps=400, every=5)
    held = {}
    tracemalloc.start()
    try:
        for frame in film(run, parts=lab.PARTS):
            if frame.step in (200, 400):
                gc.collect()
                sizes = [kept.nbytes for kept in gc.get_objects() if type(kept) is torch.Tensor]
                held[frame.step] = len(sizes), sum(sizes), tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    (count, size, python), (later_count, later_size, later_python) = held[200], held[400]
    assert (later_count, later_size) == (count, size), held
    assert later_python - python < 20_000, held  # 40 frames; one that was kept would be 200 kB


def test_scrubbing_back_in_a_long_run_starts_from_a_snapshot(checkpoints, monkeypatch):
    run = make_run("C", losses=["lsgan"], batch=16, width=8, steps=400, every=50, seed=4)
    frames = list(film(run))
    began = []
    rewind = checkpoints.rewind
    monkeypatch.setattr(checkpoints, "rewind", lambda t, step: (rewind(t, step), began.append(t.gan.steps)))
    (again,) = film(
        make_run("C", losses=["lsgan"], batch=16, width=8, steps=400, every=50, seed=4), after=100, stop=150
    )
    assert began == [128] and same(again, frames[3])


def test_settled_panels_end_the_film(monkeypatch):
    """Converged: all modes, JS near its floor, for a while. Diverged: not finite, or far outside."""
    run = make_run("C", **SHORT)
    scene, start = lab.scene("ring8"), next(iter(film(run)))
    from dataclasses import replace

    good = replace(start, modes=np.full(4, 8), js=np.full(4, scene.floor_js + 0.04), away=np.zeros(4))
    assert lab.verdict([good] * 10, scene) == ("converged",) * 4
    assert lab.verdict([good] * 9, scene) == ("",) * 4
    once = replace(good, js=np.array([0.1, 0.0, 0.0, np.nan]))
    assert lab.verdict([good] * 5 + [once] + [good] * 5, scene) == ("", "converged", "converged", "")
    bad = replace(good, invalid=np.array([0, 3, 0, 0]), away=np.array([0.6, 0, 0.4, 0]))
    assert lab.verdict([good] * 9 + [bad], scene) == ("diverged", "diverged", "converged", "converged")
    monkeypatch.setattr(lab, "verdict", lambda frames, scene: ("converged",) * 4 if len(frames) == 3 else ("",) * 4)
    assert [frame.step for frame in film(run, settle=True)] == [0, 10, 20]


def test_a_critic_without_its_penalty_is_seen_to_diverge():
    """Its scores grow beyond all bounds, and the film ends there."""
    run = make_run("C", losses=["wgan_gp"], penalty=0.0, lr_gp=0.03, steps=300, every=10, seed=0)
    frames = list(film(run, settle=True))
    assert lab.verdict(frames, lab.scene("ring8")) == ("diverged",) and frames[-1].step < 300

"""The lab's room: the same seed is the same film wherever it is taken up, every input is checked, claims hold."""

from __future__ import annotations

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import lab
from playground.inference.lab import LOSSES, PRESETS, film, live, make_run

SHORT = {"steps": 40, "every": 10}


def same(a: lab.LabFrame, b: lab.LabFrame) -> bool:
    return a.step == b.step and all(
        np.array_equal(value, getattr(b, name), equal_nan=True) if value is not None else getattr(b, name) is None
        for name, value in vars(a).items()
        if name not in ("step", "seconds")
    )


@pytest.fixture
def no_checkpoints(monkeypatch):
    from playground.inference import _lab

    fresh = _lab.Checkpoints()
    monkeypatch.setattr(_lab, "CHECKPOINTS", fresh)
    return fresh


def test_a_film_has_the_frames_that_its_docs_promise():
    frames = list(film(make_run("A", **SHORT)))
    assert [frame.step for frame in frames] == [0, 10, 20, 30, 40]
    for frame in frames:
        assert frame.points.shape == (4, lab.SHOWN, 2) and frame.field.shape == (4, lab.CELLS, lab.CELLS)
        assert frame.push.shape == (4, lab.ARROWS, 2) and frame.counts.shape == (4, 8)
        assert 0 <= frame.field.min() and frame.field.max() <= 1
        for name in lab.NUMBERS:
            assert getattr(frame, name).shape == (4,), name
        assert not frame.diverged.any() and (frame.invalid == 0).all()


def test_the_same_seed_is_the_same_film_and_another_is_not(no_checkpoints):
    first, again = list(film(make_run("A", seed=5, **SHORT))), list(film(make_run("A", seed=5, **SHORT)))
    assert all(same(a, b) for a, b in zip(first, again, strict=True))
    other = list(film(make_run("A", seed=6, **SHORT)))
    assert not np.array_equal(first[0].points, other[0].points)


@pytest.mark.parametrize("preset", PRESETS)
def test_all_losses_start_from_the_same_weights_and_noise(preset):
    start = next(iter(film(make_run(preset))))
    for l in range(1, 4):
        np.testing.assert_allclose(start.points[l], start.points[0], atol=1e-5)
    # the raw D is the same as well; its heatmap differs only by what each loss shows of it
    np.testing.assert_allclose(start.field[0], start.field[1], atol=1e-6)


@pytest.mark.parametrize("kept", [True, False])
def test_a_film_goes_on_where_it_was_left(no_checkpoints, monkeypatch, kept):
    """From a checkpoint or, on another replica, trained up to it again: the same frames."""
    run = make_run("A", seed=2, **SHORT)
    whole = list(film(run))
    no_checkpoints._kept.clear()
    first = film(run)
    seen = [next(first), next(first)]
    first.close()
    if not kept:
        no_checkpoints._kept.clear()
    rest = list(film(run, after=seen[-1].step))
    assert [frame.step for frame in rest] == [20, 30, 40]
    assert all(same(a, b) for a, b in zip(whole, [*seen, *rest], strict=True))


def test_one_training_step_is_a_frame(no_checkpoints):
    run = make_run("A", seed=2, **SHORT)
    (frame,) = film(make_run("A", seed=2, steps=40, every=1), after=13, stop=14)
    every = list(film(make_run("A", seed=2, steps=40, every=1), stop=14))
    assert frame.step == 14 and same(frame, every[-1])
    assert same(list(film(run))[1], every[10])  # how often one looks does not change the run


def test_a_subset_of_losses_is_the_same_film(no_checkpoints):
    """A panel does not depend on its neighbours."""
    whole = list(film(make_run("C", **SHORT), stop=20))[-1]
    part = list(film(make_run("C", losses=["wgan_gp", "lsgan"], **SHORT), stop=20))[-1]
    np.testing.assert_allclose(part.points, whole.points[2:], atol=1e-4)  # rounding grows: the game is chaotic


def test_live_shows_frames_of_the_film_and_always_the_last(no_checkpoints):
    run = make_run("A", seed=3, steps=60, every=5)
    frames = {frame.step: frame for frame in film(run)}
    shown = list(live(run, hz=20))
    assert shown[0].step == 0 and shown[-1].step == 60 and len(shown) <= len(frames)
    assert all(same(frame, frames[frame.step]) for frame in shown)


def test_pace_gives_so_many_frames_a_second():
    now = [0.0]
    pace, due = lab.Pace(12, lambda: now[0]), 0
    for _ in range(1000):
        due += pace.due()
        now[0] += 0.01
    assert 118 <= due <= 121, f"expected 12 frames in each of ten seconds, got {due} in all"


def test_checkpoints_are_bounded_and_forget(monkeypatch):
    from playground.inference import _lab

    kept = _lab.Checkpoints(most=3, seconds=10)
    now = [0.0]
    monkeypatch.setattr(_lab.time, "monotonic", lambda: now[0])
    trainer = _lab.Trainer(make_run("C"))
    for step in range(1, 7):
        trainer.advance(step)
        kept.keep(trainer)
    assert len(kept._kept) == 3
    fresh = _lab.Trainer(make_run("C"))
    kept.rewind(fresh, 5)
    assert fresh.gan.steps == 5
    other = _lab.Trainer(make_run("C", seed=1))
    kept.rewind(other, 5)
    assert other.gan.steps == 0
    now[0] = 11
    late = _lab.Trainer(make_run("C"))
    kept.rewind(late, 5)
    assert late.gan.steps == 0 and not kept._kept


def test_divergence_is_a_state_of_its_own():
    """A run that became NaN is no collapse: its samples are counted apart."""
    from playground.inference import _lab

    trainer = _lab.Trainer(make_run("A"))
    trainer.advance(3)
    trainer.gan.G.parameters.b[0][2] = float("nan")
    frame = trainer.frame()
    assert frame.diverged.tolist() == [False, False, True, False]
    assert frame.invalid.tolist() == [0, 0, 2500, 0]
    assert np.isnan(frame.hq[2]) and np.isnan(frame.js[2]) and np.isfinite(frame.js[[0, 1, 3]]).all()
    small = lab.packed(frame, 3.0)
    assert (small["points"][2] == lab.OUTSIDE).all()


def test_packing_is_near_and_marks_what_is_outside():
    points = np.array([[0.0, 0.0], [3.0, -3.0], [3.74, 0.0], [3.76, 0.0], [np.nan, 1.0], [np.inf, 0.0]])
    small = lab.quantize(points, 3.0)
    back = (small.astype(float) / 32767 - 1) * 1.25 * 3.0
    np.testing.assert_allclose(back[:3], points[:3], atol=1e-4)
    assert (small[3:] == lab.OUTSIDE).all()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"preset": "Z"}, "preset: expected one of A, B, C, E, M, S"),
        ({"preset": None}, "preset"),
        ({"preset": ["A"]}, "preset"),
        ({"dataset": "rings"}, "data set: expected one of ring8"),
        ({"seed": -1}, "seed: expected an integer from 0 to 2147483647, got -1"),
        ({"seed": 2**31}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"seed": float("nan")}, "seed"),
        ({"seed": True}, "seed"),
        ({"seed": "7"}, "seed"),
        ({"seed": None}, "seed"),
        ({"losses": []}, "losses: expected one of minimax"),
        ({"losses": ["hinge"]}, "losses"),
        ({"losses": "lsgan"}, "losses"),
        ({"losses": [["lsgan"]]}, "losses"),
        ({"steps": 0}, "steps: expected an integer from 1 to 20000, got 0"),
        ({"steps": 10**9}, "steps"),
        ({"every": 0}, "steps between frames"),
        ({"lr_g": 0}, "lr_g|learning rate"),
        ({"lr_d": float("inf")}, "number from"),
        ({"lr_gp": "fast"}, "expected a number, got"),
        ({"k": 11}, "integer from 0 to 10, got 11"),
        ({"k_gp": 2.5}, "integer from 0 to 10"),
        ({"ema": 1}, "expected one of true, false"),
        ({"depth": 3}, "knob: expected one of steps"),
    ],
)
def test_bad_input_says_what_was_expected(given, expected):
    with pytest.raises(InvalidInput, match=expected):
        make_run(**given)


@pytest.mark.parametrize("bad", [{"after": -1}, {"after": "3"}, {"stop": -5}, {"stop": float("nan")}, {"after": 10**9}])
def test_bad_places_in_a_film_are_refused_at_once(bad):
    with pytest.raises(InvalidInput):
        film(make_run("A"), **bad)


def test_recorded_films_are_what_training_gives(no_checkpoints):
    """The first frames of a shipped film against a fresh run: the same numbers, points to ten bits."""
    from playground.inference.record_lab import decode

    for preset in PRESETS:
        kept = lab.recorded(preset)
        run = make_run(preset, seed=PRESETS[preset].seed, every=kept["run"]["every"])
        assert kept["steps"][-1] == run.steps and kept["run"]["seed"] == run.seed
        (frame,) = film(run, stop=0)
        small = lab.packed(frame, kept["scene"]["box"])
        numbers = decode({**kept["numbers"], "dtype": "uint32"}).view(np.float32)
        np.testing.assert_allclose(numbers[0], small["numbers"], rtol=1e-2, atol=1e-4)
        points = decode(kept["points"])[0].astype(int)
        assert np.abs(points - small["points"][:, : points.shape[1]]).max() <= 64


def test_recorded_films_are_small(root):
    total = sum(path.stat().st_size for path in (root / "assets" / "recorded").glob("lab_*.json"))
    assert total < 3e6, f"expected less than 3 MB of recorded runs, got {total / 1e6:.2f}"


def test_recorded_films_end_as_the_page_says():
    """One run can differ from the medians; the one that everybody sees first must not."""
    from playground.inference.record_lab import decode

    for preset in PRESETS:
        kept, claim = lab.recorded(preset), lab.claims()[preset]["modes"]
        numbers = decode({**kept["numbers"], "dtype": "uint32"}).view(np.float32)
        end = dict(zip(LOSSES, numbers[-1][lab.NUMBERS.index("modes")], strict=True))
        assert all(claim[loss][1] <= end[loss] <= claim[loss][2] for loss in LOSSES), (preset, end, claim)
        if preset == "A":
            assert max(end["minimax"], end["nonsaturating"], end["lsgan"]) <= 3 and end["wgan_gp"] >= 7, end
        if preset == "B":
            assert max(end["minimax"], end["nonsaturating"]) <= 2 and min(end["lsgan"], end["wgan_gp"]) >= 7, end
        if preset == "C":
            assert end["minimax"] == 8 and end["nonsaturating"] < 8 and end["wgan_gp"] >= 7, end


def test_encoding_is_exact():
    from playground.inference.record_lab import decode, encode

    rng = np.random.default_rng(0)
    for kind in (np.uint8, np.int8, np.uint16):
        info = np.iinfo(kind)
        array = rng.integers(info.min, info.max, (5, 3, 4), dtype=kind, endpoint=True)
        assert np.array_equal(decode(encode(array)), array)


# -- what the page claims, as medians over eight seeds (GAN2D.md section 2) ----------------------------------------


def medians(preset: str, seeds: int = 8) -> dict[str, float]:
    from playground.inference.record_lab import measure

    row = measure(PRESETS[preset], range(seeds))
    print(preset, row)
    return {loss: row["modes"][loss][0] for loss in LOSSES}


@pytest.mark.slow
def test_a_strong_d_collapses_all_but_wgan_gp():
    modes = medians("A")
    assert modes["nonsaturating"] <= 3 and modes["lsgan"] <= 4 and modes["minimax"] <= 2, modes
    assert modes["wgan_gp"] >= 7, modes


@pytest.mark.slow
def test_a_slow_d_is_what_lsgan_survives():
    modes = medians("B")
    assert modes["lsgan"] >= 7 and modes["minimax"] <= 2 and modes["nonsaturating"] <= 2, modes
    assert modes["wgan_gp"] >= 7, modes


@pytest.mark.slow
def test_balanced_is_where_minimax_wins():
    modes = medians("C")
    assert modes["minimax"] == 8 and modes["wgan_gp"] >= 7, modes
    assert modes["nonsaturating"] < 8 and modes["lsgan"] < 8, modes


@pytest.mark.slow
def test_one_critic_step_is_too_few_for_wgan_gp():
    from playground.inference.record_lab import measure

    row = measure(make_run("C", losses=["wgan_gp"], k_gp=1), range(8))
    assert row["modes"]["wgan_gp"][0] <= 2, row


@pytest.mark.slow
def test_grid_sets_coverage_against_precision():
    from playground.inference.record_lab import measure

    row = measure(PRESETS["E"], range(8))
    modes, hq = ({loss: row[name][loss][0] for loss in LOSSES} for name in ("modes", "hq"))
    assert max(modes, key=modes.get) == "wgan_gp" and modes["wgan_gp"] >= 13, modes
    assert min(hq, key=hq.get) == "wgan_gp" and hq["lsgan"] > hq["minimax"], hq


@pytest.mark.slow
def test_moons_are_a_negative_control():
    from playground.inference.record_lab import measure

    row = measure(PRESETS["M"], range(8))
    assert all(row["modes"][loss][0] == 16 for loss in LOSSES), row["modes"]
    js = [row["js"][loss][0] for loss in LOSSES]
    assert max(js) - min(js) < 0.02, js


@pytest.mark.slow
def test_spiral_collapses_the_nonsaturating_loss_in_some_seeds():
    from playground.inference.record_lab import measure

    row = measure(PRESETS["S"], range(8))
    lowest = {loss: row["modes"][loss][1] for loss in LOSSES}
    assert lowest["nonsaturating"] <= 4, lowest
    assert all(lowest[loss] >= 12 for loss in ("minimax", "lsgan", "wgan_gp")), lowest


def test_claims_on_the_page_are_within_what_slow_tests_assert():
    """The table under a preset, measured over sixteen seeds, tells the same story as GAN2D.md."""
    modes = {preset: {loss: row["modes"][loss][0] for loss in LOSSES} for preset, row in lab.claims().items()}
    assert set(modes) == set(PRESETS)
    assert modes["A"]["minimax"] <= 2 and modes["A"]["nonsaturating"] <= 3 and modes["A"]["lsgan"] <= 4
    assert modes["B"]["lsgan"] >= 7 and max(modes["B"]["minimax"], modes["B"]["nonsaturating"]) <= 2
    assert modes["C"]["minimax"] == 8 and all(modes[p]["wgan_gp"] >= 7 for p in "ABC")
    assert modes["E"]["wgan_gp"] == max(modes["E"].values())
    hq = {loss: row[0] for loss, row in lab.claims()["E"]["hq"].items()}
    assert max(hq, key=hq.get) == "lsgan" and min(hq, key=hq.get) == "wgan_gp", hq
    assert set(modes["M"].values()) == {16}
    lowest = {loss: row[1] for loss, row in lab.claims()["S"]["modes"].items()}
    assert lowest.pop("nonsaturating") <= 4 and min(lowest.values()) >= 12, lowest

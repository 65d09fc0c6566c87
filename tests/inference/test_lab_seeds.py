"""Many seeds at once: the same as one by one, intervals and tests against enumeration."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest

from playground.data.plane import plane
from playground.errors import InvalidInput
from playground.inference import _lab, lab_seeds
from playground.inference.lab import make_run
from playground.inference.lab_seeds import Many, Progress, many, pair, share, sign_test, spread
from playground.metrics.coverage import coverage


def test_many_seeds_are_the_single_seeds():
    run = make_run("C", seed=40, losses=["minimax", "wgan_gp"], steps=6, batch=32, width=16)
    *reports, result = many(run, 16)
    assert all(isinstance(report, Progress) for report in reports) and isinstance(result, Many)
    done = [report.done for report in reports]
    assert done == sorted(done) and done[0] == 0 and done[-1] == reports[-1].total == 16 * 6
    assert result.seeds == tuple(range(40, 56)) and result.modes == 8
    assert [panel.loss for panel in result.panels] == ["minimax", "wgan_gp"]
    for r in (0, 7, 8, 15):
        alone = _lab.Trainer(run, [40 + r])
        alone.advance(6)
        for l, panel in enumerate(result.panels):
            np.testing.assert_allclose(panel.points[r], alone.samples()[l][: lab_seeds.SHOWN], atol=1e-4)
            assert abs(panel.modes.values[r] - coverage(alone.samples()[l], alone.data).modes) <= 1
    assert len(result.pairs) == 3 and {p.number for p in result.pairs} == {"modes", "hq", "js"}
    for p in result.pairs:
        assert p.better + p.worse + p.ties == 16 and p.evidence == (p.p < 0.05)


@pytest.mark.parametrize("batch", [1, 3])
def test_seeds_of_a_panel_train_in_parts(monkeypatch, batch):
    """In any parts, on the same data: every panel ends with the same samples, seed by seed."""
    from playground.inference import _lab_groups

    run = make_run("C", seed=5, losses=["nonsaturating", "wgan_gp"], steps=40, batch=16, width=8)
    at_once = list(many(run, 8))[-1]
    monkeypatch.setattr(_lab_groups, "BATCH", batch)
    in_parts = list(many(run, 8))[-1]
    for whole, joined in zip(at_once.panels, in_parts.panels, strict=True):
        np.testing.assert_allclose(joined.points, whole.points, atol=1e-5)
        assert np.array_equal(joined.modes.values, whole.modes.values) and joined.diverged == whole.diverged


@pytest.fixture
def elsewhere(monkeypatch):
    """Another process, for runs of any size."""
    from playground.inference import _lab_seeds
    from playground.inference.apart import Other

    other = Other()
    monkeypatch.setattr(_lab_seeds, "LARGE", 0.0)
    monkeypatch.setattr(_lab_seeds, "OTHER", other)
    yield other
    other.end()


@pytest.mark.parametrize("dataset", ["ring8", plane("mixture", points=[[0.0, 1.0], [1.0, 0.25]], std=0.1)])
def test_seeds_in_another_process_are_the_same(elsewhere, dataset):
    from playground.inference import _lab_seeds

    run = make_run("C", dataset, seed=3, losses=["lsgan", "wgan_gp"], steps=70, batch=16, width=8)
    *reports, apart = many(run, 8)
    assert elsewhere.busy() > 0 and elsewhere.claim(), "expected it to have worked, and to be free"
    *_, here = many(run, 8)  # as nobody else can have it now
    assert reports[-1].done == reports[-1].total
    assert _lab_seeds.OTHER is elsewhere
    for one, two in zip(here.panels, apart.panels, strict=True):
        assert np.array_equal(one.points, two.points, equal_nan=True) and one.full == two.full


@pytest.mark.parametrize("when", ["at once", "later"])
def test_another_process_that_ends_is_made_up_for(elsewhere, monkeypatch, when):
    """Its seeds are trained here, from their start, and nothing is lost."""
    from playground.inference.apart import Other

    run = make_run("C", seed=3, losses=["lsgan"], steps=70, batch=16, width=8)
    call, calls = Other.call, []

    def broken(self, work, *given):
        calls.append(given)
        return call(self, os._exit, 1) if when == "at once" or len(calls) == 3 else call(self, work, *given)

    *_, here = many(run, 8)
    monkeypatch.setattr(Other, "call", broken)
    *reports, apart = many(run, 8)
    assert len(calls) == (1 if when == "at once" else 3) and reports[-1].done == reports[-1].total
    assert np.array_equal(here.panels[0].points, apart.panels[0].points)


def test_progress_comes_at_most_so_often(monkeypatch):
    monkeypatch.setattr("playground.inference._lab_seeds.UPDATES", 4)
    *reports, result = many(make_run("C", losses=["lsgan"], steps=200, batch=16, width=8), 8)
    done = [report.done for report in reports]
    assert done[0] == 0 and done[-1] == 8 * 200 and isinstance(result, Many)
    assert np.diff(done).min() >= 4 * 8 and len(done) <= 1 + 2 * 4, "two threads, four reports each"


def test_nobody_waits_for_threads_that_nobody_wants():
    import threading

    before = set(threading.enumerate())
    film = many(make_run("C", steps=20_000, losses=["lsgan"], batch=16, width=8), 8)
    next(film)
    film.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive()


def test_without_a_gpu_the_cores_train_and_nothing_is_measured(monkeypatch):
    from playground.inference import _lab_seeds

    monkeypatch.setenv("PLAYGROUND_DEVICE", "cpu")
    monkeypatch.setattr(_lab_seeds, "rate", lambda *_: pytest.fail("expected no measurement"))
    (way,) = _lab_seeds.ways(32)
    assert _lab_seeds.fastest(make_run("A"), 32) == way and (way.device, way.replayed) == ("cpu", False)


def test_the_fastest_way_is_taken(monkeypatch):
    """Measured on the very run; a way that takes all seeds at once, in one thread, ends with the same samples."""
    from playground.inference import _lab_seeds

    run = make_run("C", seed=7, losses=["lsgan"], steps=4, batch=16, width=8)
    cores, at_once = _lab_seeds.Way("cpu", False, 4, 2), _lab_seeds.Way("cpu", False, 8, 1)
    monkeypatch.setattr(_lab_seeds, "ways", lambda seeds: [cores, at_once])
    ends = []
    for better in (cores, at_once):
        _lab_seeds.fastest.cache_clear()
        monkeypatch.setattr(_lab_seeds, "rate", lambda way, _, better=better: float(way == better))
        assert _lab_seeds.fastest(run, 8) == better
        ends.append(list(many(run, 8))[-1].panels[0].points)
    _lab_seeds.fastest.cache_clear()
    np.testing.assert_allclose(*ends, atol=1e-5)


def test_a_way_is_measured_in_steps_of_seeds():
    from playground.inference import _lab_seeds

    run = make_run("C", losses=["lsgan"], batch=16, width=8, decay=True, steps=10)
    assert _lab_seeds.rate(_lab_seeds.Way("cpu", False, 2, 1), run) > 1


def test_a_failure_reaches_the_reader(monkeypatch):
    from playground.inference import _lab_groups

    def broken(*_):
        raise MemoryError("expected room for the models, got none")

    monkeypatch.setattr(_lab_groups, "_ends", broken)
    with pytest.raises(MemoryError, match="expected room"):
        list(many(make_run("C", steps=1, losses=["lsgan"], batch=16, width=8), 8))


@pytest.mark.parametrize("seeds", [0, 7, 64, "many", None, 8.0, True, [8]])
def test_so_many_seeds_are_refused(seeds):
    with pytest.raises(InvalidInput, match="expected one of 8, 16, 32"):
        many(make_run("C"), seeds)


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (3, 3), (5, 0), (7, 1), (15, 1), (2, 6)])
def test_the_sign_test_against_all_outcomes(better, worse):
    n, distance = better + worse, abs(better - worse)
    if n <= 10:
        outcomes = [abs(2 * sum(flips) - n) >= distance for flips in itertools.product((0, 1), repeat=n)]
        assert sign_test(better, worse) == pytest.approx(np.mean(outcomes))
    else:
        assert sign_test(15, 1) == pytest.approx(2 * 17 / 2**16)


def test_pairs_count_what_is_better():
    a, b = np.array([8, 7, 3, np.nan, np.nan, 2]), np.array([5, 7, 6, 1, np.nan, np.nan])
    found = pair(0, 2, "modes", a, b)
    assert (found.better, found.worse, found.ties) == (2, 2, 2)
    less = pair(0, 1, "js", np.array([0.1, 0.2, np.nan]), np.array([0.3, 0.1, 0.4]))
    assert (less.better, less.worse, less.ties) == (1, 2, 0), "less JS is better, none at all is worst"
    assert pair(0, 1, "hq", np.arange(8) + 1, np.arange(8)).evidence
    assert not pair(0, 1, "hq", np.arange(5) + 1, np.arange(5)).evidence, "five of five: p = .06"


def test_wilson_s_interval_holds_the_shares_that_explain_the_count():
    """The ends are where the count is 1.96 standard deviations from n p."""
    for k, n in [(0, 8), (3, 8), (16, 16), (15, 32)]:
        found = share(k, n)
        for p in (found.low, found.high):
            if 0 < p < 1:
                assert abs(k - n * p) == pytest.approx(1.959964 * np.sqrt(n * p * (1 - p)), rel=1e-6)
        assert found.low <= k / n <= found.high


def test_the_bootstrap_covers_the_median_about_as_often_as_it_says():
    rng = np.random.default_rng(3)
    hits = [(s := spread(rng.normal(size=32))).low <= 0 <= s.high for _ in range(200)]
    assert 0.88 <= np.mean(hits) <= 1.0, np.mean(hits)
    empty = spread(np.full(8, np.nan))
    assert np.isnan(empty.median) and np.isnan(empty.low)
    assert spread(np.array([1.0, np.nan, 3.0])).median == 2

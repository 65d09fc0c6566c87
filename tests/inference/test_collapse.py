"""The recorded collapse: how it is packed, and what the page says of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from playground.errors import InvalidInput, WeightsError
from playground.inference import collapse
from playground.inference.collapse import BETA, RUNS, film, pack_film, recorded

END = -1


def moment(step: int) -> int:
    return recorded()["steps"].index(step)


def half() -> int:
    return recorded()["steps"][END] // 2


def test_the_recording_is_small_and_whole():
    found = recorded()
    assert (collapse.RECORDED / collapse.FILE).stat().st_size < 1_500_000
    assert set(found["runs"]) == set(RUNS) and found["beta"] == BETA and len(found["labels"]) == 1000
    moments = len(found["steps"])
    assert found["steps"] == sorted(set(found["steps"])) and found["steps"][:4] == [0, 10, 25, 50]
    for run in RUNS:
        one = film(run)
        assert one.mu.shape == (moments, 1000, 2) and one.x_hat.shape == (moments, 8, 28, 28)
        assert one.kl.shape == (moments, 2) and one.reconstruction.shape == (moments,)
        assert (one.logvar is None) == (run == "autoencoder") and np.isfinite(one.mu).all()


def test_packing_keeps_the_bits_it_promises():
    rng = np.random.default_rng(0)
    one = collapse.Film(
        rng.normal(size=(3, 50, 2)).astype(np.float32),
        rng.uniform(-6, 1, (3, 50, 2)).astype(np.float32),
        np.zeros(3, np.float32),
        rng.random((3, 2, 28, 28)).astype(np.float32),
        rng.random((3, 2)),
        rng.random(3),
    )
    one = replace(one, extent=np.abs(one.mu).max((1, 2)))
    packed = json.loads(json.dumps(pack_film(one)))
    back = collapse.decode(packed["mu"]) * (2 / collapse.LEVELS) - 1
    assert np.abs(back * one.extent[:, None, None] - one.mu).max() <= one.extent.max() / collapse.LEVELS + 1e-6
    low, high = collapse.LOGVAR
    logvar = low + (high - low) * collapse.decode(packed["logvar"]) / 255
    assert np.abs(logvar - one.logvar).max() <= (high - low) / 255 / 2 + 1e-6
    x_hat = collapse.decode(packed["x_hat"]) / collapse.PICTURE_LEVELS
    assert np.abs(x_hat - one.x_hat).max() <= 0.5 / collapse.PICTURE_LEVELS + 1e-6


@pytest.mark.parametrize("run", [run for run in RUNS if run != "autoencoder"])
def test_the_bars_are_the_kl_of_the_codes_shown(run):
    one = film(run)
    again = 0.5 * (one.mu**2 + np.exp(one.logvar) - one.logvar - 1).mean(1)
    # ln sigma^2 has 8 bits: where sigma is near 1, the error of KL is about the square of half a step
    assert np.abs(again - one.kl).max() < 0.04


def test_another_training_and_a_missing_file_are_named(monkeypatch, tmp_path):
    with pytest.raises(InvalidInput, match="autoencoder"):
        film("gan")
    recorded.cache_clear()
    monkeypatch.setattr(collapse, "RECORDED", tmp_path)
    with pytest.raises(WeightsError, match="record_collapse"):
        recorded()
    recorded.cache_clear()


# ---- what the page says under "What to look at" ----------------------------------------------------------------------


def test_the_autoencoder_leaves_the_circles_of_the_prior():
    assert film("autoencoder").extent[END] > 10, "expected codes far outside two standard deviations"
    assert film("vae").extent[END] < 6


def test_kl_only_empties_both_dimensions_and_never_asks_the_decoder():
    one = film("kl_only")
    assert (np.abs(one.kl[END]) < 1e-3).all() and one.extent[END] < 0.01
    assert one.reconstruction == pytest.approx(one.reconstruction[0], abs=0.5)


def test_the_vae_holds_more_than_two_nats_in_each_dimension():
    assert (film("vae").kl[END] > 2).all()


def test_until_half_time_the_fourth_training_is_the_third():
    until = moment(half()) + 1
    assert (film("late").mu[:until] == film("vae").mu[:until]).all()
    assert film("late").reconstruction[:until].tolist() == film("vae").reconstruction[:until].tolist()


def test_forty_steps_after_the_jump_both_bars_are_gone_for_good():
    one, after = film("late"), moment(half() + 40)
    assert (one.kl[moment(half())] > 2).all()
    assert (one.kl[after:] < 0.1).all(), one.kl[after:]


@pytest.mark.parametrize("run", ["late", "strong"])
def test_a_collapsed_decoder_ignores_z_and_is_as_good_as_independent_pixels(run):
    one = film(run)
    assert abs(one.reconstruction[END] - recorded()["independent"]) < 1
    assert (one.kl[END] < 0.01).all()
    spread = one.x_hat[END].max(0) - one.x_hat[END].min(0)  # over the eight digits
    assert spread.max() <= 2 / collapse.PICTURE_LEVELS, "expected the same blur for all digits"
    assert one.x_hat[END].std() > 0.1  # a blur, but a picture
    assert (film("vae").x_hat[END].max(0) - film("vae").x_hat[END].min(0)).max() > 0.9


def test_independent_pixels_reach_206_nats_on_the_whole_test_set(root):
    rows = json.loads((root / "pretrained" / "bernoulli" / "metrics.json").read_text("utf-8"))
    assert round(rows[0]["value"]) == 206 and round(recorded()["independent"]) == 200


def test_a_collapsed_code_is_the_prior():
    one = film("late")
    z = one.mu[END] + np.exp(0.5 * one.logvar[END]) * np.random.default_rng(0).normal(size=one.mu[END].shape)
    assert np.abs(z.mean(0)).max() < 0.15 and np.abs(z.std(0) - 1).max() < 0.1


def test_the_code_empties_between_beta_10_and_30():
    found = recorded()
    shipped = {row["beta"]: row["kl"] for row in found["betas"]}
    assert list(shipped) == [0.1, 0.5, 1, 2, 4, 10] and min(shipped[10]) > 1
    short = {row["beta"]: row["kl"] for row in found["short"]}
    assert min(short[20]) < 0.01 and 0.1 < max(short[20]) < 0.5
    assert max(short[30]) < 0.01

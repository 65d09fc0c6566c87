"""What the pixels stage says under "What to look at", asked of the shipped weights."""

from __future__ import annotations

import numpy as np
import pytest

from playground.errors import WeightsError
from playground.inference import pixels

STROKES = {
    "square": [[[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8], [0.2, 0.2]]],
    "scribble": [np.random.default_rng(0).uniform(0.1, 0.9, (14, 2)).tolist()],
    "plus": [[[0.5, 0.2], [0.5, 0.8]], [[0.2, 0.5], [0.8, 0.5]]],
}


def percentile(model: str, name: str) -> float:
    """The median over eight binarizations of one drawing."""
    found = [pixels.score(pixels.prepare({"strokes": STROKES[name]}, seed=seed).x, model) for seed in range(8)]
    return float(np.median([score.percentile for score in found]))


@pytest.fixture(scope="module", autouse=True)
def shipped():
    for model in ("bernoulli", "nade", "pixel_cnn"):
        try:
            pixels.sample_trace(model)
        except WeightsError as problem:
            pytest.skip(str(problem))


@pytest.mark.parametrize("model", ["nade", "pixel_cnn"])
@pytest.mark.parametrize("name", ["square", "scribble"])
def test_a_square_and_a_scribble_fall_to_the_far_left(model, name):
    assert (got := percentile(model, name)) < 5, f"{got:.1f} % of the test digits are less likely"


def test_pixel_cnn_takes_a_plus_sign_for_likely_strokes():
    assert (got := percentile("pixel_cnn", "plus")) > 25, f"only {got:.1f} % of the test digits are less likely"


@pytest.mark.parametrize("model", ["nade", "pixel_cnn"])
def test_surprise_sits_on_the_edges(model):
    trace = pixels.sample_trace(model, n=32)
    surprise = np.empty_like(trace.log_p)
    surprise[:, trace.order] = -trace.log_p
    around = np.pad(trace.images, ((0, 0), (1, 1), (1, 1)))
    near = np.stack([around[:, r : r + 28, c : c + 28] for r in range(3) for c in range(3)])
    edge = (near.max(0) != near.min(0)).reshape(32, -1)
    share, area = surprise[edge].sum() / surprise.sum(), edge.mean()
    assert share > 0.9 and area < 0.35, f"{share:.0%} of the nats on {area:.0%} of the pixels"


@pytest.mark.parametrize("model", ["nade", "pixel_cnn"])
def test_independent_pixels_form_no_strokes(model):
    """A model of strokes finds every sample of the baseline less likely than nearly all digits."""
    samples = pixels.sample_trace("bernoulli", n=8).images
    assert max(pixels.score(image, model).percentile for image in samples) < 1
    own = pixels.sample_trace(model, n=32).images
    assert np.median([pixels.score(image, model).percentile for image in own]) > 20


def test_early_pixels_decide_more_than_late_ones():
    """A flip in the upper half changes more of what follows, per pixel that follows, than one near the end."""
    changed = {}
    for where in (150, 600):
        shares = []
        for seed in range(16):
            film = pixels.sample_trace("pixel_cnn", seed)
            flipped = pixels.flip_and_resample("pixel_cnn", film.x[0], where, seed)
            shares.append((film.x[0, where + 1 :] != flipped.x[0, where + 1 :]).sum())
        changed[where] = float(np.mean(shares))
    assert changed[150] > 2 * changed[600], changed

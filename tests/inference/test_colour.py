"""The colour stage's room: films sub-pixel by sub-pixel, a level set by hand, other ways on, what the masks allow."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import colour as room

NAN = float("nan")


@pytest.fixture(scope="module", autouse=True)
def network():
    try:
        return weights.load(room.MODEL)
    except WeightsError as problem:
        pytest.skip(str(problem))


@pytest.fixture(scope="module")
def trace():
    return room.sample_trace(3, n=2)


def test_a_film_holds_every_distribution(trace, network):
    assert trace.x.shape == trace.log_p.shape == (2, 2352) and trace.p.shape == (2, 2352, 8)
    np.testing.assert_allclose(trace.p.sum(-1), 1, atol=1e-5)
    chosen = np.take_along_axis(trace.p, trace.x[..., None].astype(int), -1)[..., 0]
    np.testing.assert_allclose(trace.log_p, np.log(chosen), atol=2e-3)
    below = np.where(np.arange(8) < trace.x[..., None], trace.p, 0).sum(-1)
    assert (below <= trace.uniforms + 1e-5).all() and (trace.uniforms <= below + chosen + 1e-5).all()
    x = torch.from_numpy(trace.images).permute(0, 3, 1, 2)
    with torch.inference_mode():
        np.testing.assert_allclose(network.log_prob(x).numpy(), trace.log_p.sum(1), rtol=1e-4)


def test_the_same_seed_gives_the_same_film(trace):
    again = room.sample_trace(3, n=1)
    assert np.array_equal(again.x, trace.x[:1]) and not np.array_equal(room.sample_trace(4, n=1).x, again.x)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_a_forced_level_changes_nothing_before_it_and_every_later_channel_may_change(trace, channel):
    index = 3 * 400 + channel
    level = (int(trace.x[1, index]) + 4) % 8
    found = room.force(trace.x[1], index, level, seed=3, sample=1)
    assert np.array_equal(found.x[0, :index], trace.x[1, :index]) and found.x[0, index] == level
    assert (found.forced, found.known) == (index, index + 1)
    np.testing.assert_allclose(found.p[0, : index + 1], trace.p[1, : index + 1], atol=1e-5)
    for later in range(channel + 1, 3):
        moved = np.abs(found.p[0, 1200 + later] - trace.p[1, 1200 + later]).max()
        assert moved > 1e-6, f"expected channel {later} to depend on channel {channel} of its pixel"


def test_forcing_the_level_that_was_drawn_changes_nothing(trace):
    found = room.force(trace.x[1], 1000, int(trace.x[1, 1000]), seed=3, sample=1)
    assert np.array_equal(found.x[0], trace.x[1])


def test_other_ways_on_share_the_beginning(trace):
    found = room.resample(trace.x[0], 1500, seed=9, n=4)
    assert (found.x[:, :1500] == trace.x[0, :1500]).all() and found.known == 1500 and found.forced == -1
    assert len(np.unique(found.x, axis=0)) == 4


def test_the_context_is_what_the_gradient_sees():
    from playground.models.pixel_cnn_rgb import PixelCNNRGB

    model = PixelCNNRGB(PixelCNNRGB.Config(hidden=1)).double()
    for parameter in model.parameters():
        torch.nn.init.constant_(parameter, 0.05)
    x = torch.ones(1, 3, 28, 28, dtype=torch.float64, requires_grad=True)
    logits = model.outputs(x)
    for row, column in [(14, 14), (0, 0), (27, 3), (2, 27)]:
        (grad,) = torch.autograd.grad(logits[0, 0, row, column].sum(), x, retain_graph=True)
        seen = (grad[0] != 0).numpy()
        expected = room.context(row, column)
        for channel in range(3):
            assert np.array_equal(seen[channel], expected), f"channel {channel} of ({row}, {column})"
    assert room.context(14, 14).sum() == 309


@pytest.mark.parametrize("temperature", [-1, 6, NAN, "1", None])
def test_bad_temperatures_are_refused(temperature):
    with pytest.raises(InvalidInput):
        room.sample_trace(0, temperature)


@pytest.mark.parametrize("x", [None, [0] * 5, [9] * 2352, [0.5] * 2352, [-1] * 2352, {"shape": [2352], "data": "?"}])
def test_bad_films_are_refused(x):
    for ask in (lambda: room.force(x, 3, 1), lambda: room.resample(x, 3)):
        with pytest.raises(InvalidInput):
            ask()


@pytest.mark.parametrize("bad", [(-1, 0), (2352, 0), (0, 8), (0, -1), (1.5, 0), ("a", 0)])
def test_bad_places_and_levels_are_refused(trace, bad):
    with pytest.raises(InvalidInput):
        room.force(trace.x[0], *bad)

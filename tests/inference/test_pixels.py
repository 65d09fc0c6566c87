"""The pixels room: films against the models they come from, and every kind of bad input."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from playground import catalog, weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import pixels
from playground.models.base import Autoregressive
from playground.models.bernoulli import Bernoulli
from playground.models.made import MADE, ORDERINGS
from playground.models.nade import NADE
from playground.models.pixel_cnn import PixelCNN

NAN, INF = float("nan"), float("inf")
IDS = ("bernoulli", "nade", "made", "pixel_cnn")
SMALL = {
    "bernoulli": (Bernoulli, Bernoulli.Config()),
    "nade": (NADE, NADE.Config(hidden=6)),
    "made": (MADE, MADE.Config(hidden=(60,))),
    "pixel_cnn": (PixelCNN, PixelCNN.Config(hidden=3, blocks=2)),
}


@pytest.fixture(scope="module", autouse=True)
def shipped(tmp_path_factory):
    """Small random models where the room looks for weights, so that nothing depends on what is shipped."""
    folder = tmp_path_factory.mktemp("pretrained")
    torch.manual_seed(3)
    for id, (cls, config) in SMALL.items():
        model = cls(config)
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.copy_(torch.randn_like(parameter) * 0.4)
            if id == "bernoulli":
                model.theta.copy_(torch.rand_like(model.theta))
        model.save_pretrained(folder / id)
        model.config = config
    orders = MADE(MADE.Config(hidden=(60,), orderings=ORDERINGS))
    with torch.no_grad():
        for parameter in orders.parameters():
            parameter.copy_(torch.randn_like(parameter) * 0.4)
    orders.save_pretrained(folder / "made" / "orders")
    edges = list(range(-1000, 1, 100))
    (folder / "nade" / "histogram.json").write_text(json.dumps({"edges": edges, "counts": [10] * 10, "value": -500}))
    before = weights.PRETRAINED
    weights.PRETRAINED = folder
    weights._load.cache_clear(), pixels.histogram.cache_clear()
    yield folder
    weights.PRETRAINED = before
    weights._load.cache_clear(), pixels.histogram.cache_clear()


def network(id: str) -> Autoregressive:
    return weights.load(id)


def log_prob(id: str, images: np.ndarray) -> np.ndarray:
    return network(id).log_prob(torch.from_numpy(images).float().view(-1, 1, 28, 28)).detach().numpy()


def test_the_stage_shows_the_catalogue_s_models():
    assert pixels.models() == [card.id for card in catalog.of_stage("pixels")] and set(pixels.models()) >= set(IDS)


@pytest.mark.parametrize("id", IDS)
def test_a_film_tells_what_happened(id):
    film = pixels.sample_trace(id, seed=5, n=3)
    assert film.p.shape == film.uniforms.shape == film.x.shape == film.log_p.shape == (3, 784)
    assert not film.given.any() and (film.x == (film.uniforms < film.p)).all()
    assert sorted(film.order.tolist()) == list(range(784))
    p_x = np.where(film.x == 1, film.p, 1 - film.p).astype(np.float64)
    np.testing.assert_allclose(film.log_p, np.log(p_x), atol=1e-2)
    np.testing.assert_allclose(film.log_p.sum(1), log_prob(id, film.images), atol=1e-2)


@pytest.mark.parametrize("id", IDS)
def test_the_same_seed_is_the_same_film_and_a_sample_does_not_depend_on_how_many_are_drawn(id):
    one, many, other = pixels.sample_trace(id, 9), pixels.sample_trace(id, 9, n=4), pixels.sample_trace(id, 10)
    assert (one.x == many.x[:1]).all() and (one.uniforms == many.uniforms[:1]).all()
    assert (one.x != other.x).any()
    expected = np.random.Generator(np.random.PCG64(9)).random((4, 784), dtype=np.float32)
    assert (many.uniforms == expected).all()


@pytest.mark.parametrize("id", IDS)
def test_temperature_zero_takes_the_likelier_value_and_keeps_the_model_s_own_likelihood(id):
    film = pixels.sample_trace(id, 1, temperature=0)
    assert set(np.unique(film.p)) <= {0, 1} and (film.x == film.p).all()
    assert (np.exp(film.log_p) >= 0.5 - 1e-5).all()
    np.testing.assert_allclose(film.log_p.sum(1), log_prob(id, film.images), atol=1e-2)


def test_heat_flattens_the_probabilities():
    cold, hot = (pixels.sample_trace("nade", 0, temperature=t).p for t in (0.5, 2))
    assert np.abs(cold - 0.5).mean() > np.abs(hot - 0.5).mean()


@pytest.mark.parametrize("id", IDS)
def test_a_completion_keeps_what_is_given_and_draws_the_rest(id):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 2, (28, 28))
    film = pixels.complete(id, image, n=4, seed=2)
    assert (film.images[:, :14] == image[:14]).all()
    assert film.given[:392].all() and not film.given[392:].any()
    assert (film.x[:, 392:] == (film.uniforms < film.p)[:, 392:]).all()
    if id != "bernoulli":
        assert len({film.x[k].tobytes() for k in range(4)}) == 4
    hidden = rng.integers(0, 2, (28, 28))
    film = pixels.complete(id, image, hidden, n=2)
    assert (film.images[:, hidden == 0] == image[hidden == 0]).all()


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("index", [0, 300, 783])
def test_a_flip_keeps_the_past_and_draws_the_future_again(id, index):
    film = pixels.sample_trace(id, 4, 1.3, n=2)
    flipped = pixels.flip_and_resample(id, film.x[1], index, 4, 1.3, sample=1)
    assert (flipped.x[0, :index] == film.x[1, :index]).all()
    assert flipped.x[0, index] == 1 - film.x[1, index]
    np.testing.assert_allclose(flipped.p[0, : index + 1], film.p[1, : index + 1], atol=1e-5)
    assert (flipped.uniforms[0] == film.uniforms[1]).all()
    after = slice(index + 1, None)
    assert (flipped.x[0, after] == (flipped.uniforms < flipped.p)[0, after]).all()
    assert flipped.given.tolist() == [i == index for i in range(784)]
    again = pixels.flip_and_resample(id, flipped.x[0], index, 4, 1.3, sample=1)
    assert (again.x[0] == film.x[1]).all(), "expected a second flip of the same pixel to bring the film back"


def test_a_flip_keeps_what_was_given():
    image = np.ones((28, 28))
    hidden = np.zeros((28, 28))
    hidden[5:10] = 1
    film = pixels.complete("nade", image, hidden, n=1)
    flipped = pixels.flip_and_resample("nade", film.x[0], 145, given=film.given)
    assert flipped.given[145] and (flipped.images[0][10:] == 1).all()


@pytest.mark.parametrize("id", IDS)
def test_a_score_is_the_model_s_log_prob(id):
    image = np.random.default_rng(1).integers(0, 2, (28, 28))
    found = pixels.score(image, id)
    assert math.isclose(found.log_prob, log_prob(id, image[None])[0], abs_tol=1e-2)
    assert (found.trace.images[0] == image).all() and found.trace.given.all()
    np.testing.assert_allclose(
        found.trace.p[0], pixels.conditionals(id, image).reshape(-1)[found.trace.order], atol=1e-6
    )
    assert (found.histogram is None) == (id != "nade") == (found.percentile is None)


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_made_draws_scores_completes_and_flips_in_every_order(ordering):
    film = pixels.sample_trace("made", 3, n=2, ordering=ordering)
    variant = "raster" if ordering == "raster" else "orders"
    model = weights.load("made", "cpu", variant).ordered(ordering)
    assert film.ordering == ordering and (film.order == model.order.numpy()).all()
    assert (film.x == (film.uniforms < film.p)).all()
    images = torch.from_numpy(film.images).float()[:, None]
    np.testing.assert_allclose(film.log_p.sum(1), model.log_prob(images).detach(), atol=1e-2)
    assert math.isclose(pixels.score(film.images[0], "made", ordering).log_prob, film.log_p[0].sum(), abs_tol=1e-2)
    seen = pixels.receptive_field("made", film.images[0], 500, ordering).reshape(-1)
    assert (seen[film.order[500:]] == 0).all() and seen[film.order[:500]].all()
    flipped = pixels.flip_and_resample("made", film.x[1], 400, 3, sample=1, ordering=ordering)
    assert (flipped.x[0, :400] == film.x[1, :400]).all() and flipped.x[0, 400] != film.x[1, 400]
    hidden = np.zeros((28, 28))
    hidden[:, 10:] = 1
    completed = pixels.complete("made", film.images[0], hidden, 2, ordering=ordering)
    assert (completed.images[:, :, :10] == film.images[0][:, :10]).all()


def test_only_made_has_more_than_one_order():
    assert pixels.orderings("made") == ORDERINGS
    assert all(pixels.orderings(id) == ("raster",) for id in pixels.models() if id != "made")


def test_a_quantile_is_the_inverse_of_a_percentile():
    found = pixels.histogram("nade")
    for percent in (0, 5, 50, 95, 100):
        assert math.isclose(found.percentile(found.quantile(percent)), percent, abs_tol=1e-9)


@pytest.mark.parametrize(("value", "expected"), [(-1200, 0), (-1000, 0), (-550, 45), (0, 100), (5, 100)])
def test_the_percentile_counts_the_less_likely_ones(value, expected):
    assert math.isclose(pixels.histogram("nade").percentile(value), expected)


@pytest.mark.parametrize("id", IDS)
def test_the_receptive_field_is_the_gradient_and_looks_back_only(id):
    image = pixels.sample_trace(id, 2).images[0]
    index = 400
    got = pixels.receptive_field(id, image, index)
    assert got.shape == (28, 28) and (got >= 0).all() and (got.reshape(-1)[index:] == 0).all()
    if id == "bernoulli":
        assert not got.any()
        return
    model, x = network(id), torch.from_numpy(image).double().view(1, 1, 28, 28)
    place = int(got.argmax())
    step = torch.zeros_like(x)
    step.view(-1)[place] = 1e-5
    model = type(model)(SMALL[id][1]).double()
    model.load_state_dict(network(id).state_dict())
    slope = (model.logits(x + step) - model.logits(x - step)).flatten()[index].item() / 2e-5
    assert math.isclose(abs(slope), got.reshape(-1)[place], rel_tol=1e-3)


def test_a_drawing_is_prepared_like_the_test_digits():
    seven = {"strokes": [[[0.2, 0.2], [0.7, 0.2], [0.4, 0.8]]], "hidden": [[[0.4, 0.8]]]}
    ready = pixels.prepare(seven, seed=3)
    assert set(np.unique(ready.x)) == {0, 1} and ready.hidden.any()
    assert (ready.x[ready.grey == 1] == 1).all() and (ready.x[ready.grey == 0] == 0).all()
    assert (pixels.prepare(seven, seed=3).x == ready.x).all() and (pixels.prepare(seven, seed=4).x != ready.x).any()
    binary = np.eye(28)
    assert (pixels.prepare(binary, normalise=False).x == binary).all()
    assert (pixels.prepare(binary * 255, normalise=False).x == binary).all()


GOOD = np.zeros((28, 28))
BAD = [
    (lambda: pixels.sample_trace("resnet"), "choice"),
    (lambda: pixels.sample_trace(None), "choice"),
    (lambda: pixels.sample_trace(["nade"]), "choice"),
    (lambda: pixels.sample_trace("vae"), "choice"),
    (lambda: pixels.sample_trace("nade", ordering="spiral"), "choice"),
    (lambda: pixels.sample_trace("made", ordering="diagonal"), "choice"),
    (lambda: pixels.score(GOOD, "made", ["raster"]), "choice"),
    *[(lambda v=v: pixels.sample_trace("nade", seed=v), "integer_range") for v in (-1, 2**31, 1.5, NAN, INF, 10**400)],
    *[(lambda v=v: pixels.sample_trace("nade", seed=v), "not_number") for v in (None, "7", True, [1])],
    *[(lambda v=v: pixels.sample_trace("nade", temperature=v), "number_range") for v in (-0.1, 5.1, NAN, INF, -INF)],
    *[(lambda v=v: pixels.sample_trace("nade", temperature=v), "not_number") for v in (None, "hot", False, {})],
    *[(lambda v=v: pixels.sample_trace("nade", n=v), "integer_range") for v in (0, 65, 2.5, NAN)],
    (lambda: pixels.sample_trace("nade", image=np.zeros((27, 28)), given=GOOD), "shape"),
    (lambda: pixels.sample_trace("nade", image=GOOD, given=None), "not_number"),
    (lambda: pixels.sample_trace("nade", image=GOOD, given=np.zeros(7)), "shape"),
    (lambda: pixels.sample_trace("nade", image=GOOD + 0.5, given=GOOD), "choice"),
    (lambda: pixels.sample_trace("nade", image=GOOD * NAN, given=GOOD), "finite"),
    (lambda: pixels.sample_trace("nade", image="abc", given=GOOD), "not_number"),
    (lambda: pixels.sample_trace("nade", image=[["a"] * 28] * 28, given=GOOD), "not_number"),
    (lambda: pixels.complete("nade", None), "not_number"),
    (lambda: pixels.complete("nade", GOOD, hidden=GOOD), "nothing_hidden"),
    (lambda: pixels.complete("nade", GOOD, hidden=[[1, 2], [3]]), "shape"),
    (lambda: pixels.complete("nade", GOOD, n=10**9), "integer_range"),
    *[(lambda v=v: pixels.flip_and_resample("nade", np.zeros(784), v), "integer_range") for v in (-1, 784, 0.5, INF)],
    (lambda: pixels.flip_and_resample("nade", np.zeros(784), None), "not_number"),
    (lambda: pixels.flip_and_resample("nade", np.zeros(783), 0), "shape"),
    (lambda: pixels.flip_and_resample("nade", np.full(784, 2), 0), "choice"),
    (lambda: pixels.flip_and_resample("nade", np.zeros(784), 0, given=np.zeros(3)), "shape"),
    (lambda: pixels.flip_and_resample("nade", np.zeros(784), 0, sample=64), "integer_range"),
    (lambda: pixels.score(np.zeros((1, 28, 28)), "nade"), "shape"),
    (lambda: pixels.score({"shape": [28, 28], "dtype": "uint8", "data": "?"}, "nade"), "base64"),
    (lambda: pixels.receptive_field("nade", GOOD, 784), "integer_range"),
    (lambda: pixels.conditionals("nade", GOOD - 1), "choice"),
    (lambda: pixels.prepare(GOOD), "empty_drawing"),
    (lambda: pixels.prepare(GOOD - 1, normalise=False), "number_range"),
    (lambda: pixels.prepare(GOOD + 300, normalise=False), "number_range"),
    (lambda: pixels.prepare(GOOD, normalise="yes"), "choice"),
    (lambda: pixels.prepare(np.ones((2, 2)), normalise=False), "shape"),
]


@pytest.mark.parametrize(("call", "kind"), BAD)
def test_bad_input_is_refused_with_what_was_expected(call, kind):
    with pytest.raises(InvalidInput) as problem:
        call()
    assert problem.value.kind == kind, problem.value
    assert "expected" in str(problem.value) or kind in ("empty_drawing",), problem.value


def test_missing_and_damaged_weights_name_the_file_and_the_command(shipped):
    file = shipped / "nade" / "model.safetensors"
    good = file.read_bytes()
    weights._load.cache_clear()
    try:
        for damage, word in ((None, "missing"), (good[:100], "nade"), (b"\0" * len(good), "nade")):
            file.unlink(missing_ok=True)
            if damage is not None:
                file.write_bytes(damage)
            with pytest.raises(WeightsError, match="python -m playground.training nade") as problem:
                pixels.sample_trace("nade")
            assert word in str(problem.value) and "model.safetensors" in str(problem.value)
            assert pixels.sample_trace("bernoulli").x.shape == (1, 784), "expected the other models to go on"
            pixels.warm_up()
    finally:
        file.write_bytes(good)
        weights._load.cache_clear()


def test_numbers_come_from_metrics_json(shipped):
    assert pixels.numbers("bernoulli") == {}
    (shipped / "bernoulli" / "metrics.json").write_text('[{"metric": "nll", "value": 205.7}]')
    assert pixels.numbers("bernoulli")["value"] == 205.7
    (shipped / "bernoulli" / "metrics.json").write_text("{")
    assert pixels.numbers("bernoulli") == {}


def test_the_histogram_of_test_digits_counts_each_once():
    from playground.metrics.likelihood import histogram

    values = torch.tensor([-10.0, -9.5, -3.0, -0.1, 0.0])
    found = _without_data(histogram, values)
    assert sum(found["counts"]) == 5 and len(found["edges"]) == len(found["counts"]) + 1
    assert found["edges"][0] <= -10 and found["edges"][-1] >= 0
    edges = np.array(found["edges"])
    assert found["counts"] == np.histogram(values.numpy(), edges)[0].tolist()


def _without_data(histogram, values):
    """The row's header names the test set's hash; it is not needed here."""
    from playground.metrics import likelihood

    original = likelihood.mnist.binary_test
    likelihood.mnist.binary_test = lambda: (None, None, "no data")
    try:
        return histogram(values)
    finally:
        likelihood.mnist.binary_test = original

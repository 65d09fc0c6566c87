"""The anomaly stage: scores against the shipped files, input checked, and what its page says, asked of them."""

from __future__ import annotations

import numpy as np
import pytest

from playground import weights
from playground.errors import InvalidInput, WeightsError
from playground.inference import anomaly, ladder, pixels

MEASURED = anomaly.measured()
EACH = pytest.mark.parametrize("model", MEASURED)


def test_models_are_those_with_a_likelihood_of_binary_images():
    found = anomaly.models()
    assert set(found) >= {"bernoulli", "nade", "pixel_cnn", "vae"} and found[-1] == "vae"
    assert not {"rnade", "char_rnn", "pixel_cnn_rgb", "infogan", "judge"} & set(found)


def test_a_drawing_gets_the_score_it_has_elsewhere():
    images = pixels.sample_trace("bernoulli", 3, n=2).images
    found = anomaly.score(images)
    assert set(found) == set(MEASURED)
    for model in set(found) - {"vae"}:
        for k in range(2):
            assert found[model][k] == pytest.approx(pixels.score(images[k], model).log_prob, rel=1e-4), model


def test_the_vae_s_score_is_the_one_of_the_plane():
    from playground.inference import latent

    images = pixels.sample_trace("nade", 5, n=3).images
    found = anomaly.score(images)["vae"]
    expected = [latent.encode(image.astype(float)).log_prob for image in images]
    assert found == pytest.approx(expected, abs=2)  # two grids of different spacing


@pytest.mark.parametrize(
    ("images", "kind"),
    [
        (np.zeros((anomaly.MOST + 1, 28, 28)), "too_long"),
        (np.zeros((28, 28)), "shape"),
        (np.zeros((1, 28, 27)), "shape"),
        (np.full((1, 28, 28), 0.5), "choice"),
        (np.full((1, 28, 28), np.nan), "finite"),
        ("drawing", "not_number"),
        (None, "not_number"),
    ],
)
def test_what_comes_from_outside_is_checked(images, kind):
    with pytest.raises(InvalidInput) as problem:
        anomaly.score(images)
    assert problem.value.kind == kind


def test_no_drawings_are_no_scores():
    assert {len(values) for values in anomaly.score(np.zeros((0, 28, 28))).values()} == {0}


def test_a_model_without_scores_names_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    anomaly._scores.cache_clear()
    with pytest.raises(WeightsError, match="playground.metrics nade"):
        anomaly.scores("nade")
    assert anomaly.measured() == [] and anomaly.score(np.zeros((1, 28, 28))) == {}
    anomaly._scores.cache_clear()
    with pytest.raises(InvalidInput):
        anomaly.scores("judge")


def test_examples_show_each_set():
    found = anomaly.examples([[[0.5, 0.1], [0.5, 0.9]]], {"strokes": [[[0.1, 0.5], [0.9, 0.5]]]})
    assert list(found) == [anomaly.NORMAL, *anomaly.SETS]
    x = found[anomaly.NORMAL]
    assert (found["inverted"] == 1 - x).all() and found["shuffled"].sum() == x.sum() and not found["blank"].any()
    assert all(image.shape == (28, 28) and set(np.unique(image)) <= {0, 1} for image in found.values())


# ---- what the page says under "What to look at" ----------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("name", ["noise", "shuffled", "inverted"])
def test_what_is_nothing_like_a_digit_is_caught(model, name):
    found = anomaly.scores(model)
    assert found.auc[name] >= 0.99, f"{model}, {name}: AUC {found.auc[name]}"
    assert found.mean - found.sets[name].mean() > 150, f"{model}, {name}: not 150 nats below a digit"


@EACH
def test_the_blank_page_passes_and_the_other_rule_catches_it(model):
    found = anomaly.scores(model)
    assert found.auc["blank"] < 0.05, f"{model}: AUC {found.auc['blank']}"
    assert found.auc_typical["blank"] >= 0.9, f"{model}: AUC {found.auc_typical['blank']}"
    assert found.auc_typical["letters"] < found.auc["letters"], f"{model}: expected letters to be forgiven more"


@EACH
def test_a_short_stroke_passes_as_well(model):
    x = np.zeros((1, 28, 28), np.uint8)
    x[0, 11:17, 13:16] = 1
    digits, value = anomaly.scores(model).sets[anomaly.NORMAL], anomaly.score(x)[model][0]
    assert (digits < value).mean() > 0.9, f"{model}: {value:.1f} nats"


@EACH
def test_only_independent_pixels_take_dust_for_digits(model):
    found = anomaly.scores(model).auc["independent"]
    assert (found < 0.65) if model == "bernoulli" else (found > 0.99), f"{model}: AUC {found}"


def test_a_better_density_is_not_a_better_alarm():
    """The VAE separates letters best, though PixelCNN's likelihood is far better."""
    letters = {model: anomaly.scores(model).auc["letters"] for model in MEASURED}
    assert max(letters, key=letters.get) == "vae" and letters["vae"] > letters["pixel_cnn"] + 0.1, letters
    nll = {rung.id: rung.value for rung in ladder.rungs()}
    assert anomaly.scores("pixel_cnn").mean > anomaly.scores("vae").mean + 20 and nll["pixel_cnn"] < nll["vae"]


def test_digits_are_as_many_as_the_page_says():
    """The page speaks of e^84 digits of -84 nats each: the mean of PixelCNN."""
    assert anomaly.scores("pixel_cnn").mean == pytest.approx(-84, abs=1)

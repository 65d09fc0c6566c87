"""The shipped translators and what is told what to draw: what was written down and promised, and the ablations."""

from __future__ import annotations

import json

import pytest
import torch

from playground import catalog, weights
from playground.data import mnist
from playground.metrics import conditional, translation

ALL_TRANSLATORS = [("cyclegan", "zebra"), ("cyclegan", "seasons"), ("stargan", "lambda_10")]
TRANSLATORS = [(id, variant) for id, variant in ALL_TRANSLATORS if catalog.card(id).shipped]
WITHOUT = {"zebra": "zebra_lambda_0", "seasons": "seasons_lambda_0", "lambda_10": "lambda_0"}
ALL = pytest.mark.parametrize(("id", "variant"), TRANSLATORS, ids=[variant for _, variant in TRANSLATORS])


def rows(id: str, variant: str | None = None) -> dict[str, dict]:
    written = (weights.directory(id, variant) / "metrics.json").read_text("utf-8")
    return {row["metric"]: row for row in json.loads(written)}


@ALL
def test_the_digit_is_kept_and_the_style_reached(id, variant):
    """On average over the directions."""
    found = rows(id, variant)
    assert found["digit_kept"]["value"] >= 95
    assert found["style_reached"]["value"] >= 95


@pytest.mark.parametrize(("id", "variant"), TRANSLATORS[1:])
def test_a_translation_is_nearer_to_the_truth_than_what_went_in(id, variant):
    row = rows(id, variant)["truth_l1"]
    assert row["truth_floor"] <= row["value"] < 0.5 * row["unchanged"]


@ALL
def test_without_cycle_consistency_the_way_back_is_lost(id, variant):
    found, without = rows(id, variant)["cycle_l1"], rows(id, WITHOUT[variant])["cycle_l1"]
    assert without["value"] > 1.5 * found["value"], f"expected more than 1.5 times {found['value']}: {without['value']}"


@ALL
def test_what_is_measured_again_is_what_was_written_down(id, variant, data_root, monkeypatch):
    """200 of the 1,000 digits, so only about."""
    monkeypatch.setattr(translation, "N", 200)
    translation.measured.cache_clear()
    model, written = weights.load(id, variant=variant), rows(id, variant)
    torch.manual_seed(0)
    for measure in (translation.digit_kept, translation.style_reached):
        row = measure(model)
        assert row["value"] == pytest.approx(written[row["metric"]]["value"], abs=3)
    assert translation.truth_l1(model)["value"] == pytest.approx(written["truth_l1"]["value"], rel=0.1)
    assert translation.cycle_l1(model)["value"] == pytest.approx(written["cycle_l1"]["value"], rel=0.1)
    translation.measured.cache_clear()


@pytest.mark.skipif(not catalog.card("text2image").shipped, reason="no weights of text2image yet")
def test_every_attribute_of_a_caption_is_drawn_in_both_languages():
    row = rows("text2image")["caption_attributes"]
    for lang, shares in row["attributes"].items():
        assert min(shares.values()) >= 90, (lang, shares)
    korean, english = (min(row["attributes"][lang].values()) for lang in ("ko", "en"))
    assert abs(korean - english) < 6


def test_three_patches_bring_their_digit_back_more_often_than_not():
    recovered, kept = rows("puzzle_gan")["digit_recovered"], rows("puzzle_gan")["patches_kept"]
    assert recovered["value"] >= 80 and recovered["value"] > 6 * recovered["chance"]
    assert recovered["patches"]["1"] < recovered["patches"]["2"] < recovered["patches"]["3"]
    assert kept["value"] <= 0.05 < kept["luck"] and kept["home"] < 0.5 * kept["another"] and kept["near"] > 60


def test_what_is_told_what_to_draw_is_measured_again(data_root):
    for id in [id for id in ("text2image", "puzzle_gan") if catalog.card(id).shipped]:
        model = weights.load(id)
        for name, row in rows(id).items():
            again = getattr(conditional, name)(model)
            assert again["value"] == pytest.approx(row["value"], abs=0.5 if row["unit"] == "%" else 1e-3), name


def test_no_digit_of_the_test_set_was_seen_in_training():
    train, test = mnist.load(True)[0], mnist.load(False)[0][: translation.N]
    seen = {image.numpy().tobytes() for image in train}
    assert not any(image.numpy().tobytes() in seen for image in test)

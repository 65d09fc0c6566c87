"""What a model can see: the gradient of the real network against the rule, at several pixels, for every pixel model."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground import catalog, weights
from playground.errors import InvalidInput
from playground.inference import sight
from playground.models.pixel_cnn import PixelCNN

IDS = [card.id for card in catalog.of_stage("pixels")]
CENTRE = 14 * 28 + 14
PLACES = (0, 28 * 5 + 3, CENTRE, 28 * 14 + 27, 28 * 20, 783)
# Pixels seen at (14, 14), of 406 before it.
AT_CENTRE = {
    "bernoulli": 0,
    "markov": 1,
    "ar_k": 28,
    "fvsbn": 406,
    "nade": 406,
    "made": 406,
    "row_lstm": 315,
    "diagonal_bilstm": 406,
    "pixel_cnn": 351,
    "gated_pixel_cnn": 406,
}


@pytest.mark.parametrize("id", IDS)
def test_the_gradient_sees_exactly_what_the_rule_allows(id):
    assert id in sight.RULES, f"expected a rule for {id}, got rules for {sorted(sight.RULES)}"
    for index in PLACES:
        found = sight.sees(id, index)
        assert not found.leaked.any(), f"{id} at {index}: {found.leaked.sum()} later pixels seen"
        wrong = np.flatnonzero(found.seen != found.rule).tolist()
        assert wrong == [], f"{id} at {index}: rule {found.rule.sum()}, gradient {found.seen.sum()}, differ at {wrong}"


@pytest.mark.parametrize("id", IDS)
def test_counts_at_the_centre(id):
    found = sight.sees(id, CENTRE)
    assert int(found.allowed.sum()) == 406
    assert int(found.seen.sum()) == AT_CENTRE[id], f"{id}: expected {AT_CENTRE[id]} of 406, got {found.seen.sum()}"
    assert int(found.missed.sum()) == 406 - AT_CENTRE[id]


@pytest.mark.parametrize("id", IDS)
def test_no_rule_reaches_the_future(id):
    assert not (sight.rule(id) & ~sight.past(id)).any()


def test_the_blind_spot_is_a_wedge_to_the_right_widest_just_above():
    missed = sight.sees("pixel_cnn", CENTRE).missed
    # the row above is seen three columns to the right (7x7), and one column more for every 3x3 step further up
    expected = [max(0, 10 - (13 - r)) for r in range(14)]
    assert missed.sum(1)[:14].tolist() == expected
    assert not missed[:, :15].any(), "expected nothing missing above and to the left"


def leaky() -> PixelCNN:
    model = PixelCNN(PixelCNN.Config(hidden=3, blocks=1))
    model.first.mask.fill_(1)  # the fault: mask A forgotten
    return model


def test_a_leak_is_found_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    torch.manual_seed(0)
    monkeypatch.setattr(sight, "_networks", lambda *_: (None, leaky().double().eval()))
    leaked = sight.sees("pixel_cnn", CENTRE).leaked
    assert leaked[14, 14] and leaked.sum() == 4, f"expected the pixel itself and three after it, got {leaked.sum()}"


def test_missing_weights_are_replaced_by_random_ones(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    found = sight.sees("nade", 30)
    assert (found.trained, int(found.seen.sum())) == (False, 30)
    weights._load.cache_clear()


def test_strength_is_the_gradient_at_that_place():
    found = sight.strength("nade", sight.digit(3), CENTRE)
    assert found.shape == (28, 28) and (found.reshape(-1)[CENTRE:] == 0).all() and (found > 0).sum() > 300


@pytest.mark.parametrize(
    ("model", "index"), [("gpt", 0), ("nade", 784), ("nade", -1), ("nade", 1.5), ("nade", True), ("nade", "3")]
)
def test_bad_questions_get_a_message(model, index):
    with pytest.raises(InvalidInput):
        sight.sees(model, index)


@pytest.mark.parametrize("space", sight.SPACES)
@pytest.mark.parametrize("grid", [(7, 9), (3, 12), (10, 3)])
def test_a_row_film_s_cone_and_rows_make_up_what_a_state_sees(grid, space):
    film = sight.row_film(*grid, space)
    # what the browser shows: the union of what the states of the cone take in from their own rows
    grown = (film.cone.astype(int) @ film.own.astype(int)) > 0
    assert (grown == film.sees).all()
    assert not (film.sees & ~film.allowed).any()
    row, column = np.divmod(np.arange(grid[0] * grid[1]), grid[1])
    up, side = row[:, None] - row[None, :], np.abs(column[:, None] - column[None, :])
    assert (film.cone == ((up >= 0) & (side <= up))).all()


@pytest.mark.parametrize(("shift", "future"), [("down", 0), ("none", 90), ("zeroed", 75)])
def test_a_diagonal_film_counts_the_leaks_of_a_missing_shift(shift, future):
    film = sight.diagonal_film(6, 6, "features", shift)
    assert int((film.both & ~film.allowed).sum()) == future
    assert int(film.allowed.sum()) == 666 and (shift == "zeroed") == bool((film.allowed & ~film.both).any())
    assert (film.both == film.forward | film.shifted).all()


@pytest.mark.parametrize("space", sight.SPACES)
@pytest.mark.parametrize("grid", [(6, 6), (4, 9), (9, 4), (3, 3), (10, 12)])
def test_a_diagonal_film_sees_everything_before_and_nothing_after(grid, space):
    film = sight.diagonal_film(*grid, space)
    assert (film.both == film.allowed).all() and film.steps == sum(grid) - 1
    for way in ("forward", "backward"):  # what the browser shows: the union of what the states of the cone take in
        cone, own = (getattr(film, f"{way}_{name}").astype(int) for name in ("cone", "own"))
        assert ((cone @ own > 0) == getattr(film, way)).all()


@pytest.mark.parametrize(
    "bad", [{"height": 2}, {"width": 13}, {"height": float("nan")}, {"space": "states"}, {"width": "6"}]
)
def test_bad_grids_get_a_message(bad):
    with pytest.raises(InvalidInput):
        sight.row_film(**bad)
    with pytest.raises(InvalidInput):
        sight.diagonal_film(**bad)
    with pytest.raises(InvalidInput):
        sight.diagonal_film(shift="up")

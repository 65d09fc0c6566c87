"""A drawn prior: what is taken for a drawing, that a wish decides its film, and what trainings end with."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from playground.errors import InvalidInput, WeightsError
from playground.inference import own_prior as room
from playground.inference.own_prior import CELLS, EXTENT, film, ink, make_wish, scene
from playground.inference.shapes import SHAPES

DOT = {"strokes": [[[0.25, 0.25]]], "width": 0.1}


def test_ink_is_a_disc_around_a_dot():
    cells = ink(DOT)
    assert abs(cells.mean() - math.pi * 0.05**2) < 0.002
    rows, columns = np.nonzero(cells)
    assert rows.mean() == pytest.approx(CELLS / 4 - 0.5) and columns.mean() == pytest.approx(CELLS / 4 - 0.5)


def test_nodes_lie_where_the_hand_drew_with_y_up():
    wish = make_wish(DOT)
    assert wish.nodes.mean(0) == pytest.approx([-EXTENT / 2, EXTENT / 2], abs=1e-5)
    assert wish.share(wish.nodes) == 1 and wish.share(-wish.nodes) == 0
    assert wish.share(np.full((3, 2), 99.0)) == 0


def test_a_long_line_is_the_same_as_its_parts():
    line = np.random.default_rng(0).random((300, 2)).tolist()
    parts = [line[k : k + 2] for k in range(299)]
    whole = ink({"strokes": [line], "width": 0.02})
    assert (whole == np.any([ink({"strokes": [part], "width": 0.02}) for part in parts], axis=0)).all()


def test_an_image_is_its_ink():
    image = np.zeros((128, 128))
    image[:64, 64:] = 200
    cells = ink(image.tolist())
    assert cells[: CELLS // 2, CELLS // 2 :].all() and cells.sum() == CELLS**2 // 4
    assert (ink(image / 200) == cells).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_ready_made_shapes_are_drawings(shape):
    cells = ink(shape)
    assert 0.05 < cells.mean() < 0.35
    assert (cells == ink({"strokes": SHAPES[shape]})).all()
    assert all(0 <= v <= 1 for stroke in SHAPES[shape] for point in stroke for v in point)


@pytest.mark.parametrize(
    ("drawing", "kind"),
    [
        (None, "no_ink"),
        ({}, "no_ink"),
        ({"strokes": []}, "no_ink"),
        ({"strokes": [[]]}, "no_ink"),
        (np.zeros((28, 28)), "no_ink"),
        ({"strokes": [[[0.5, math.nan]]]}, "finite"),
        ({"strokes": [[[0.5, 1.5]]]}, "number_range"),
        ({"strokes": [[[0.5]]]}, "shape"),
        ({"strokes": [[["a", "b"]]]}, "not_number"),
        ({"strokes": "heart"}, "not_number"),
        ({"strokes": [[[0.5, 0.5]]] * 65}, "too_long"),
        ({"strokes": [[[0.5, 0.5]] * 4097]}, "too_long"),
        ({"strokes": [[[0.5, 0.5]]], "width": 3}, "number_range"),
        ({"strokes": [[[0.5, 0.5]]], "width": math.nan}, "number_range"),
        ("cat", "choice"),
        (7, "not_number"),
        ([[1, 2], [3]], "shape"),
        (np.full((4, 4), np.inf), "finite"),
        (np.ones((4, 4, 4)), "shape"),
        (np.ones((513, 2)), "too_long"),
        (np.ones((0, 4)), "too_long"),
    ],
)
def test_what_is_no_drawing_is_refused(drawing, kind):
    with pytest.raises(InvalidInput) as problem:
        make_wish(drawing)
    assert problem.value.kind == kind


@pytest.mark.parametrize("seed", [-1, 1.5, 2**31, "7", None, True])
def test_what_is_no_seed_is_refused(seed):
    with pytest.raises(InvalidInput):
        make_wish("ring", seed)


def test_the_digits_are_two_thousand_of_ours():
    found = room.recorded()
    assert found["digits"].shape == (2000, 784) and set(np.unique(found["digits"])) == {0, 1}
    counts = np.bincount(found["labels"], minlength=10)
    assert counts.min() > 100, f"expected all ten digits, got {counts}"
    assert (room.RECORDED / room.FILE).stat().st_size < 700_000


def test_a_missing_recording_names_the_command(monkeypatch, tmp_path):
    room.recorded.cache_clear()
    monkeypatch.setattr(room, "RECORDED", tmp_path)
    with pytest.raises(WeightsError, match="record_own_prior"):
        room.recorded()
    room.recorded.cache_clear()


def test_the_same_wish_is_the_same_film_and_another_seed_another():
    films = [list(film(make_wish("star", seed), steps=12, frames=3)) for seed in (3, 3, 4)]
    assert [frame.step for frame in films[0]] == [0, 4, 8, 12]
    for one, same, other in zip(*films, strict=True):
        assert (one.codes == same.codes).all() and (one.x_hat == same.x_hat).all()
        assert (one.codes == other.codes).all() == (one.step == 0), "expected another seed to train otherwise"
    assert math.isnan(films[0][0].loss_d) and films[0][1].loss_d == pytest.approx(2 * math.log(2), abs=0.2)


def test_how_often_one_looks_does_not_change_the_training():
    wish = make_wish("ring", 1)
    seldom, often = ([*film(wish, steps=12, frames=n)][-1] for n in (1, 6))
    assert (seldom.codes == often.codes).all()


def test_the_floor_is_the_distance_of_two_sample_sets():
    wish, rng = make_wish("ring"), np.random.default_rng(0)
    draw = [
        wish.nodes[rng.integers(len(wish.nodes), size=2000)] + wish.std * rng.normal(size=(2000, 2)) for _ in (0, 1)
    ]
    lines = np.linspace(0, math.pi, 90, endpoint=False)
    along = [np.sort(z @ np.stack([np.cos(lines), np.sin(lines)]), axis=0) for z in draw]
    assert 0.3 < scene(wish).floor / np.abs(along[0] - along[1]).mean() < 3
    assert scene(wish).share == pytest.approx(wish.share(draw[0]), abs=0.03)


def test_a_training_moves_the_codes_onto_the_ink():
    wish = make_wish("gan", 0)
    first, *_, last = film(wish, steps=300, frames=2)
    assert last.share > first.share + 0.2, f"{first.share:.2f} -> {last.share:.2f}"
    assert torch.get_num_threads() == 1


def test_packed_frames_are_small_and_true():
    frame = next(film(make_wish("heart")))
    small = room.packed(frame)
    assert sum(array.nbytes for array in small.values()) < 16_000
    inside = (small["codes"] != 65535).all(1)
    back = (small["codes"][inside] / 32767 - 1) * 1.25 * EXTENT
    assert np.abs(back - frame.codes[inside]).max() < 1e-3 and inside.mean() > 0.95


# ---- what the page says ----------------------------------------------------------------------------------------------


def test_claims_are_of_this_training_and_every_shape():
    found = room.claims()
    assert found["steps"] == room.STEPS and list(found["shapes"]) == list(SHAPES) and found["seeds"] >= 5
    for shape, one in found["shapes"].items():
        assert one["times"][1] <= one["times"][0] <= one["times"][2]
        assert one["share"][1] > 0.8 > 3 * one["area"], f"{shape}: {one}"
        assert 1 < one["loss_d"][0] < 2 * math.log(2) + 0.02


@pytest.mark.slow
@pytest.mark.parametrize("shape", ["gan", "star"])
def test_a_whole_training_ends_where_the_page_says(shape):
    wish, said = make_wish(shape, 0), room.claims()["shapes"][shape]
    *_, last = film(wish)
    assert said["times"][1] * 0.8 <= last.distance / scene(wish).floor <= said["times"][2] * 1.25
    assert last.share > said["share"][1] - 0.03

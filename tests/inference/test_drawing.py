"""Normalising a drawing: where the ink lies must not depend on where, how large or how thick it was drawn."""

from __future__ import annotations

import numpy as np
import pytest

from playground.errors import InvalidInput
from playground.inference import drawing

SEVEN = np.array([[0.2, 0.2], [0.7, 0.2], [0.4, 0.8]], np.float32)


def centre(image: np.ndarray) -> np.ndarray:
    middle = np.arange(28) + 0.5
    return np.array([image.sum(0) @ middle, image.sum(1) @ middle]) / image.sum()


def extent(image: np.ndarray) -> tuple[int, int]:
    inked = image > 0.02
    return int(np.ptp(np.flatnonzero(inked.any(1)))) + 1, int(np.ptp(np.flatnonzero(inked.any(0)))) + 1


def test_strokes_land_in_the_box_with_their_mass_in_the_middle():
    image = drawing.read({"strokes": [SEVEN.tolist()]}).image
    assert image.shape == (28, 28) and image.dtype == np.float32 and image.min() >= 0 and image.max() <= 1
    np.testing.assert_allclose(centre(image), [14, 14], atol=0.02)
    assert 20 <= extent(image)[0] <= 22, extent(image)  # 20 pixels of ink and a soft edge


@pytest.mark.parametrize(("scale", "shift"), [(1, 0.2), (0.5, 0.1), (0.3, 0.6), (1.2, 0.0)])
def test_strokes_drawn_elsewhere_and_smaller_give_the_same_image(scale, shift):
    moved = [(SEVEN * scale + shift).tolist()]
    np.testing.assert_allclose(
        drawing.read({"strokes": moved}).image, drawing.read({"strokes": [SEVEN.tolist()]}).image, atol=1e-3
    )


@pytest.mark.parametrize(("top", "left", "factor"), [(0, 0, 1), (30, 55, 1), (10, 3, 3), (0, 0, 4)])
def test_an_image_moved_and_enlarged_gives_the_same_image(top, left, factor):
    shape = np.zeros((20, 12))
    shape[:, 3:6] = 1
    shape[14:18, :] = 0.5
    large = np.kron(shape, np.ones((factor, factor)))
    page = np.zeros((100, 120))
    page[top : top + large.shape[0], left : left + large.shape[1]] = large
    expected = drawing.normalise(shape)
    np.testing.assert_allclose(drawing.normalise(page), expected, atol=1e-6)
    np.testing.assert_allclose(drawing.normalise(page * 255), expected, atol=1e-6)
    np.testing.assert_allclose(centre(expected), [14, 14], atol=1e-4)
    assert abs(float(expected.sum()) - float(shape.sum())) < 1e-3  # 20 rows in, 20 rows out: no ink is lost


def test_a_wide_drawing_keeps_its_aspect():
    image = np.zeros((40, 80))
    image[10:20, 10:70] = 1
    rows, columns = extent(drawing.normalise(image))
    assert columns in (20, 21) and rows in (4, 5), (rows, columns)


def test_the_brush_moves_with_the_ink():
    line = [[0.5, 0.1], [0.5, 0.5]]
    brush = [[0.35, 0.5], [0.65, 0.5]]  # over the lower end of the line
    found = drawing.read({"strokes": [line], "hidden": [brush]})
    rows = np.flatnonzero(found.hidden.any(1))
    ink = np.flatnonzero((found.image > 0.5).any(1))
    assert found.hidden.dtype == bool and rows[0] < ink[-1] <= rows[-1], (rows, ink)
    assert not drawing.read({"strokes": [line]}).hidden.any()


def test_a_dot_is_no_disc():
    assert drawing.read({"strokes": [[[0.3, 0.9]]]}).image.sum() < 12


def test_binarize_follows_the_grey_values_and_the_seed():
    grey = np.full((28, 28), 0.3, np.float32)
    drawn = np.stack([drawing.binarize(grey, seed) for seed in range(64)])
    assert set(np.unique(drawn)) == {0, 1} and abs(drawn.mean() - 0.3) < 0.01
    assert (drawn[3] == drawing.binarize(grey, 3)).all() and (drawn[3] != drawn[4]).any()
    assert drawing.binarize(np.ones((28, 28)), 1).all() and not drawing.binarize(np.zeros((28, 28)), 1).any()


@pytest.mark.parametrize("value", [None, {}, {"strokes": []}, {"strokes": [[]]}, np.zeros((28, 28))])
def test_an_empty_drawing_says_so(value):
    with pytest.raises(InvalidInput, match="[Dd]raw") as problem:
        drawing.read(value)
    assert problem.value.kind == "empty_drawing"
    assert problem.value.message("ko") != problem.value.message("en")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"strokes": "abc"}, "not_number"),
        ({"strokes": [[[0, 0, 0]]]}, "shape"),
        ({"strokes": [[["a", 0]]]}, "not_number"),
        ({"strokes": [[[0, float("nan")]]]}, "finite"),
        ({"strokes": [[[0, 1.5]]]}, "number_range"),
        ({"strokes": [[[0, 0]]] * 65}, "too_long"),
        ({"strokes": [[[0, 0]] * 5000]}, "too_long"),
        ({"strokes": [[[0, 0]]], "hidden": 3}, "not_number"),
        (7, "not_number"),
        ("seven", "not_number"),
        ([[1, 2], [3]], "shape"),
        ([1, 2, 3], "shape"),
        ([[[1]]], "shape"),
        ([[float("inf")]], "finite"),
        (np.ones((2000, 2)), "too_long"),
        ({"shape": [2, 2], "dtype": "uint8", "data": "!!"}, "base64"),
        ({"shape": [2, 2], "dtype": "uint8", "data": "AAA="}, "shape"),
        ({"shape": [2, -2], "dtype": "uint8", "data": "AAAA"}, "shape"),
        ({"shape": [1 << 30, 1 << 30], "dtype": "uint8", "data": "AAAA"}, "shape"),
        ({"shape": [2, 2], "dtype": "object", "data": "AAAA"}, "choice"),
    ],
)
def test_bad_drawings_are_refused_with_what_was_expected(value, kind):
    with pytest.raises(InvalidInput) as problem:
        drawing.read(value)
    assert problem.value.kind == kind, problem.value

"""The puzzle_gan room: patches, borders, order, places; every number again by hand. Weights are untrained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground import weights
from playground.data import patches
from playground.errors import InvalidInput, WeightsError
from playground.inference import puzzle_gan
from playground.ui.components.base import pack
from tests.house import lived_in
from tests.told_house import furnish

PLACES = [[9, 12], [16, 19], [24, 15]]
STROKES = {"strokes": [[[0.3, 0.2], [0.6, 0.25], [0.5, 0.5], [0.65, 0.7], [0.3, 0.8]]]}


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"))):
        yield


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return puzzle_gan.source("sample", 5, 3).image


def test_samples_are_the_digit_asked_for():
    for digit in range(10):
        made = puzzle_gan.source("sample", digit, 2)
        assert made.digit == digit and made.confidence > 0.5 and made.image.shape == (32, 32)
        assert not made.image[:2].any() and not made.image[:, -2:].any()
    assert not np.array_equal(puzzle_gan.source("sample", 3, 0).image, puzzle_gan.source("sample", 3, 1).image)


def test_a_drawing_is_a_digit_like_any_other():
    made = puzzle_gan.source("drawing", strokes=STROKES)
    assert made.image.max() == 255 and puzzle_gan.complete(made.image, PLACES).images.shape == (6, 32, 32)


@pytest.mark.parametrize("places", [PLACES, PLACES[:1], [[0, 0], [31, 31]], [[16, 16]] * 3])
def test_numbers_by_hand(image, places):
    made = puzzle_gan.complete(image, places, 7)
    covered = np.zeros((32, 32), bool)
    for k, (row, column) in enumerate(places):
        around = np.pad(image, 5)[row : row + 10, column : column + 10]  # no ink outside
        assert np.array_equal(made.patches[k], around) and made.empty[k] == (around.max() < 32)
        covered[max(0, row - 5) : row + 5, max(0, column - 5) : column + 5] = True
    assert np.array_equal(made.covered.astype(bool), covered)
    for k in range(6):
        change = np.abs(made.images[k] / 255 - image / 255)
        assert made.home[k] == pytest.approx(change[covered].mean(), abs=0.003)
        assert made.elsewhere[k] == pytest.approx(change[~covered].mean(), abs=0.003)
        laid = np.zeros((32, 32), bool)
        for row, column in made.places[k]:
            laid[max(0, row - 5) : row + 5, max(0, column - 5) : column + 5] = True
        assert made.overlap[k] == pytest.approx((laid & covered).sum() / (laid | covered).sum())
        assert made.off[k] == pytest.approx(np.sqrt(((made.places[k] - places) ** 2).sum(1)).mean())
        wide = np.pad(made.images[k] / 255, 5)
        nearest = [
            min(np.abs(wide[r : r + 10, c : c + 10] - patch / 255).mean() for r in range(33) for c in range(33))
            for patch in made.patches
        ]
        assert made.kept[k] == pytest.approx(np.mean(nearest), abs=0.003)


def test_pictures_are_the_networks(image):
    made = puzzle_gan.complete(image, PLACES, 7)
    model, x = weights.load("puzzle_gan"), torch.from_numpy(image).float().div(255)[None, None]
    parts = patches.crop(x, torch.tensor([PLACES])).expand(6, -1, -1, -1, -1)
    with torch.no_grad():
        known = model.complete(torch.from_numpy(puzzle_gan.noises(7, 6)), parts)
    assert np.abs(made.images / 255 - known.picture[:, 0].numpy()).max() < 0.0025
    assert np.abs(made.mask / 255 - known.mask[:, 0].numpy()).max() < 0.0025
    assert np.array_equal(made.places, known.middles.numpy())
    assert len(np.unique(made.images.reshape(6, -1), axis=0)) == 6, "expected z to matter"


def test_noises_are_uniform_and_follow_each_other():
    z = puzzle_gan.noises(0, 400)
    assert -1 <= z.min() < -0.99 and 0.99 < z.max() <= 1
    assert abs(z.mean()) < 0.02 and z.var() == pytest.approx(1 / 3, abs=0.01)
    last = puzzle_gan.LARGEST_SEED
    assert np.array_equal(puzzle_gan.noises(last, 2)[1], z[0])


def test_good_places_lie_on_strokes(image):
    for seed in range(5):
        found = puzzle_gan.good_places(image, seed)
        assert found.shape == (3, 2) and ((found >= 0) & (found < 32)).all()
        assert not puzzle_gan.complete(image, found.tolist()).empty.any()
    assert len({puzzle_gan.good_places(image, seed).tobytes() for seed in range(5)}) > 1


@pytest.mark.parametrize("n", [1, 2, 3])
def test_neither_order_nor_place_changes_anything(image, n):
    found = puzzle_gan.unmoved(image, PLACES[:n], 1)
    assert len(found.orders) == len(found.ordered) == {1: 1, 2: 2, 3: 6}[n]
    assert found.order_change < 1e-3 and np.ptp(found.ordered.astype(int), 0).max() <= 1
    assert not found.cut.any() and (found.shift_change < 1e-3).all()
    assert np.abs(found.shifted.astype(int) - found.ordered[0]).max() <= 1
    for name, picture in zip(found.shifts, found.sources, strict=True):
        down, along = puzzle_gan.SHIFTS[name]
        assert np.array_equal(picture, np.roll(image, (down, along), (0, 1))), "a digit in the middle loses nothing"


def test_a_patch_cut_at_the_border_is_said_to_be():
    full = np.full((32, 32), 255, np.uint8)
    found = puzzle_gan.unmoved(full, [[2, 16]], 0)
    assert found.cut[found.shifts.index("up")], "expected ink that left the picture to be missed"
    assert not found.cut[found.shifts.index("down")]


def test_numbers_are_those_that_were_measured(tmp_path, monkeypatch):
    found = puzzle_gan.numbers()
    assert found.n == 1000 and found.recovered == {"1": 41, "2": 67, "3": 83} and found.chance == 12.6
    assert (found.kept, found.luck, found.home, found.another) == (0.044, 0.18, 0.12, 0.265)
    assert (found.elsewhere, found.overlap, found.near) == (0.066, 0.61, 58.0)
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    with pytest.raises(WeightsError, match="python -m playground.metrics puzzle_gan"):
        puzzle_gan.numbers()
    weights._load.cache_clear()
    puzzle_gan.warm_up()
    weights._load.cache_clear()


@pytest.mark.parametrize(
    ("ask", "kind"),
    [
        (lambda x: puzzle_gan.source("photo"), "choice"),
        (lambda x: puzzle_gan.source("sample", 10), "integer_range"),
        (lambda x: puzzle_gan.source("sample", 1, -1), "integer_range"),
        (lambda x: puzzle_gan.source("drawing"), "empty_drawing"),
        (lambda x: puzzle_gan.source("drawing", strokes={"strokes": [[[2, 0]]]}), "number_range"),
        (lambda x: puzzle_gan.complete(x, []), "shape"),
        (lambda x: puzzle_gan.complete(x, PLACES * 2), "shape"),
        (lambda x: puzzle_gan.complete(x, [[1, 2, 3]]), "shape"),
        (lambda x: puzzle_gan.complete(x, "places"), "shape"),
        (lambda x: puzzle_gan.complete(x, [[32, 0]]), "integer_range"),
        (lambda x: puzzle_gan.complete(x, [[1.5, 0]]), "integer_range"),
        (lambda x: puzzle_gan.complete(x, PLACES, 2**31), "integer_range"),
        (lambda x: puzzle_gan.picture([[1, 2], [3, 4]]), "shape"),
        (lambda x: puzzle_gan.picture(pack(np.full((32, 32), 256.0))), "number_range"),
        (lambda x: puzzle_gan.picture("x"), "not_number"),
    ],
)
def test_bad_input_is_refused(image, ask, kind):
    with pytest.raises(InvalidInput) as caught:
        ask(image)
    assert caught.value.kind == kind

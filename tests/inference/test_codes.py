"""The codes stage: sweeps are the single pictures, a seed is a picture, c2 and c3 turn what the page says they turn."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys

import numpy as np
import pytest

from playground.errors import InvalidInput, WeightsError
from playground.inference import codes
from playground.locale import text

KINDS = pytest.mark.parametrize("kind", codes.KINDS)


def near(a: np.ndarray, b: np.ndarray) -> bool:
    """The same picture, but for the last bit: one pass of a hundred rounds differently from a hundred passes of one."""
    return np.abs(a.astype(int) - b.astype(int)).max() <= 1


def test_importing_the_room_does_not_import_torch(root):
    code = "import sys, playground.inference.codes as c; c.facts(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


# ---- pictures ----------------------------------------------------------------------------------------------


def test_one_picture_and_what_lies_beside_it():
    made = codes.generate(3, 0.5, -0.5, 11, others=4, categories=True, judge=True)
    assert made.image.shape == (28, 28) and made.image.dtype == np.uint8
    assert made.others.shape == (4, 28, 28) and made.other_seeds.tolist() == [12, 13, 14, 15]
    assert made.categories.shape == (10, 28, 28)
    assert near(made.categories[3], made.image)
    for k in range(4):
        assert near(made.others[k], codes.generate(3, 0.5, -0.5, 12 + k).image)
    for c1 in range(10):
        assert near(made.categories[c1], codes.generate(c1, 0.5, -0.5, 11).image)
    assert 0 <= made.verdict.digit <= 9 and 0 < made.verdict.confidence <= 1


def test_only_what_was_asked_for():
    made = codes.generate(0, 0.0, 0.0, 0)
    assert made.others.shape == (0, 28, 28) and made.other_seeds.shape == (0,)
    assert made.categories is None and made.verdict is None
    assert dataclasses.is_dataclass(made)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.image = None


def test_the_same_seed_is_the_same_picture_and_another_seed_another():
    first, again, other = (codes.generate(2, 0.0, 0.0, seed).image for seed in (5, 5, 6))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_the_next_seed_after_the_last_is_the_first():
    made = codes.generate(0, 0.0, 0.0, codes.LARGEST_SEED, others=2)
    assert made.other_seeds.tolist() == [0, 1]
    assert near(made.others[0], codes.generate(0, 0.0, 0.0, 0).image)


def test_the_picture_is_the_models(monkeypatch):
    import torch

    import playground

    model = playground.load("infogan")
    z = torch.from_numpy(codes.noise(4, codes.Z_DIM))[None]
    c2, c3 = torch.tensor([0.25]), torch.tensor([-1.0])
    with torch.inference_mode():
        x = model.generate(z, c1=torch.tensor([6]), c2=c2, c3=c3)
    assert near(codes.generate(6, 0.25, -1.0, 4).image, (x[0, 0] * 255).round().numpy())


# ---- sweeps ------------------------------------------------------------------------------------------------


@KINDS
def test_a_sweep_is_its_single_pictures(kind):
    kept = {"c1": 4, "c2": -0.3, "c3": 0.7}
    grid = codes.sweep(kind, **kept, seed=9)
    down, along = kind.split("_")
    assert grid.images.shape == (10, 10, 28, 28) and grid.images.dtype == np.uint8
    assert grid.rows.tolist() == (list(range(10)) if down == "c1" else codes.TURNS.tolist())
    assert grid.columns.tolist() == codes.TURNS.tolist()
    assert grid.digits is None and grid.confidence is None
    for i, row in enumerate(grid.rows):
        for j, column in list(enumerate(grid.columns))[i % 3 :: 3]:
            value = {**kept, down: row, along: column}
            single = codes.generate(int(value["c1"]), value["c2"], value["c3"], 9).image
            assert near(grid.images[i, j], single), (kind, row, column)


def test_the_sweep_of_noises_is_its_single_pictures():
    """The other way round: along a row the codes stay and the noise does not, so the digit stays."""
    grid = codes.noise_sweep(0.3, -0.5, codes.LARGEST_SEED - 3)
    assert (grid.kind, grid.rows.tolist()) == (codes.NOISES, list(range(10)))
    assert grid.columns.tolist() == [*range(codes.LARGEST_SEED - 3, codes.LARGEST_SEED + 1), *range(6)]
    for i, j in ((0, 0), (3, 7), (9, 9)):
        assert near(grid.images[i, j], codes.generate(i, 0.3, -0.5, int(grid.columns[j])).image)


def test_headings_are_the_exact_values():
    assert codes.TURNS[0] == -1 and codes.TURNS[-1] == 1
    assert [f"{v:.2f}" for v in codes.TURNS] == [f"{v:.2f}" for v in np.linspace(-1, 1, 10)]
    assert all(float(f"{v:.2f}") == v for v in codes.TURNS)


def test_the_judge_reads_a_sweep_on_request():
    grid = codes.sweep("c1_c2", seed=3, judge=True)
    assert grid.digits.shape == grid.confidence.shape == (10, 10)
    verdict = codes.generate(2, float(codes.TURNS[7]), 0.0, 3, judge=True).verdict
    assert verdict.digit == grid.digits[2, 7]
    assert verdict.confidence == pytest.approx(float(grid.confidence[2, 7]), abs=0.01)


def test_the_sheet_is_its_single_pictures():
    sheet = codes.sheet(5, 2)
    assert sheet.images.shape == (11, 11, 28, 28) and sheet.axis.tolist() == [k / 5 for k in range(-5, 6)]
    for i in range(0, 11, 2):
        for j in range(0, 11, 5):
            assert near(sheet.images[i, j], codes.generate(5, float(sheet.axis[i]), float(sheet.axis[j]), 2).image)


# ---- what was measured -------------------------------------------------------------------------------------


def test_the_facts_are_the_stored_measurements():
    facts = codes.facts()
    assert sorted(facts.digit_of_code) == list(range(10)) and facts.code_accuracy >= 95 and facts.n == 10_000
    c1, *continuous = facts.information
    assert (c1.code, c1.sigma) == ("c1", None) and c1.best == pytest.approx(math.log(10))
    assert 0 < c1.bound <= c1.best
    for item in continuous:
        assert item.best is None
        bound = math.log(2) - math.log(item.sigma * math.sqrt(2 * math.pi * math.e))  # H(c) - H(N(., sigma^2))
        assert item.bound == pytest.approx(bound) and item.bound > 0


@pytest.mark.parametrize("text", [None, "{", "[]", '[{"metric": "code_accuracy"}]', "3"])
def test_missing_or_broken_measurements_say_how_to_make_them(text, tmp_path, monkeypatch):
    monkeypatch.setattr(codes.weights, "PRETRAINED", tmp_path)
    (tmp_path / "infogan").mkdir()
    if text is not None:
        (tmp_path / "infogan" / "metrics.json").write_text(text)
    with pytest.raises(WeightsError, match="python -m playground.metrics infogan"):
        codes.facts()


def test_missing_weights_say_which_and_leave_the_warm_up_alone(tmp_path, monkeypatch):
    codes.weights._load.cache_clear()
    monkeypatch.setattr(codes.weights, "PRETRAINED", tmp_path)
    with pytest.raises(WeightsError, match="python -m playground.training infogan"):
        codes.generate(0, 0.0, 0.0, 0)
    codes.warm_up()
    codes.weights._load.cache_clear()


def test_each_code_draws_its_digit():
    """What a button says, "3 -> 7", holds for most noises and turns of c2 and c3."""
    facts = codes.facts()
    for c1, digit in enumerate(facts.digit_of_code):
        read = [codes.sweep("c2_c3", c1=c1, seed=seed, judge=True).digits for seed in range(3)]
        share = (np.stack(read) == digit).mean()
        assert share >= 0.7, f"expected code {c1} to draw {digit}, the judge reads it in {100 * share:.0f} %"


# ---- what c2 and c3 turn -----------------------------------------------------------------------------------


def shape(images: np.ndarray) -> dict[str, np.ndarray]:
    """Stroke (all ink, in pixels) and slant (degrees to the right, by image moments) of pictures (..., 28, 28)."""
    ink = np.where(images > 40, images, 0).astype(float)
    mass, axis = ink.sum((-1, -2)), np.arange(28)
    x = axis - ((ink.sum(-2) * axis).sum(-1) / mass)[..., None]
    y = axis - ((ink.sum(-1) * axis).sum(-1) / mass)[..., None]
    yy = (ink.sum(-1) * y**2).sum(-1) / mass
    xy = np.einsum("...ij,...i,...j->...", ink, y, x) / mass
    return {"stroke": mass / 255, "slant": np.degrees(np.arctan(-xy / yy))}


def test_the_moments_know_a_slanted_stroke():
    image = np.zeros((2, 28, 28), np.uint8)
    image[0, 4:24, 14] = 255  # upright
    image[1, np.arange(4, 24), 23 - np.arange(4, 24) // 2] = 255  # one to the right for two up
    slant = shape(image)["slant"]
    assert slant[0] == pytest.approx(0) and slant[1] == pytest.approx(math.degrees(math.atan(0.5)), abs=2)


@pytest.fixture(scope="module")
def plane() -> dict[str, np.ndarray]:
    """Slant and stroke over (noise, category, c2, c3), as the page's own sweeps show them."""
    images = np.stack([[codes.sweep("c2_c3", c1=c1, seed=seed).images for c1 in range(10)] for seed in range(4)])
    return shape(images)


def test_each_code_turns_both_stroke_and_slant(plane):
    """The ends of the sliders: c2 from thin, leaning right to bold, leaning left; c3 from bold to thin, and left."""
    for axis, code, stroke_grows in ((2, "c2", True), (3, "c3", False)):
        low, high = text(f"codes.{code}_low", "en"), text(f"codes.{code}_high", "en")
        assert ("thin" in low, "bold" in high) == (stroke_grows, stroke_grows) and "right" in low and "left" in high
        other = tuple(k for k in range(4) if k != axis)
        stroke, slant = plane["stroke"].mean(other), plane["slant"].mean(other)
        assert (np.diff(stroke) > 0).all() == stroke_grows and (np.diff(stroke) < 0).all() != stroke_grows, stroke
        assert (np.diff(slant) < 0).all(), slant
        assert max(stroke[0], stroke[-1]) > 1.2 * min(stroke[0], stroke[-1]) and slant[0] - slant[-1] > 10


def test_together_the_codes_turn_the_slant_and_apart_the_stroke(plane):
    """What to look at: the two diagonals of the sweep of c2 and c3."""
    stroke, slant = (plane[name].mean((0, 1)) for name in ("stroke", "slant"))  # (c2, c3)
    together, apart = np.arange(10), np.arange(10)[::-1]
    lean = slant[np.arange(10), together]
    assert (np.diff(lean) < 0).all() and lean[0] - lean[-1] > 40, f"expected more than 40 degrees, got {lean.round(1)}"
    line = slant[np.arange(10), apart]
    assert np.ptp(line) < 10, f"expected less than 10 degrees, got {line.round(1)}"
    pen = stroke[np.arange(10), apart]
    assert (np.diff(pen) > 0).all() and pen[-1] > 2 * pen[0], f"expected twice the ink, got {pen.round(0)}"
    kept = stroke[np.arange(10), together]
    assert kept.max() < 1.4 * kept.min(), f"expected nearly the same ink, got {kept.round(0)}"


def test_every_category_follows_but_the_one(plane):
    lean = plane["slant"].mean(0)[:, np.arange(10), np.arange(10)]  # (c1, together)
    pen = plane["stroke"].mean(0)[:, np.arange(10), np.arange(10)[::-1]]
    assert (pen[:, -1] > 1.3 * pen[:, 0]).all(), (pen[:, -1] / pen[:, 0]).round(2)
    digits = np.array(codes.facts().digit_of_code)
    assert sorted(digits[lean[:, -1] < lean[:, 0]]) == [0, 2, 3, 4, 5, 6, 7, 8, 9], (lean[:, -1] - lean[:, 0]).round(1)
    assert "Only the 1 leans the other way" in text("codes.look", "en")


# ---- input -------------------------------------------------------------------------------------------------

BAD_C1 = [-1, 10, 1.5, 1.0, "3", None, True, math.nan, math.inf, [1], 10**30]
BAD_TURN = [-1.01, 1.01, math.nan, math.inf, -math.inf, "0", None, True, [0.0], 10**400, 1j]
BAD_SEED = [-1, 2**31, 0.5, math.nan, "1", None, False, [], 10**30]


@pytest.mark.parametrize("c1", BAD_C1, ids=repr)
def test_a_bad_category_is_refused(c1):
    for act in (
        lambda: codes.generate(c1, 0.0, 0.0, 0),
        lambda: codes.sweep("c1_c2", c1=c1),
        lambda: codes.sheet(c1, 0),
    ):
        with pytest.raises(InvalidInput, match="from 0 to 9"):
            act()


@pytest.mark.parametrize("value", BAD_TURN, ids=lambda value: repr(value)[:12])
def test_a_bad_turn_is_refused(value):
    for act in (
        lambda: codes.generate(0, value, 0.0, 0),
        lambda: codes.generate(0, 0.0, value, 0),
        lambda: codes.sweep("c1_c2", c2=value),
        lambda: codes.sweep("c1_c2", c3=value),
    ):
        with pytest.raises(InvalidInput, match="c₂|c₃") as caught:
            act()
        assert caught.value.message("ko") != str(caught.value)


@pytest.mark.parametrize("seed", BAD_SEED, ids=repr)
def test_a_bad_seed_is_refused(seed):
    for act in (
        lambda: codes.generate(0, 0, 0, seed),
        lambda: codes.sweep("c1_c2", seed=seed),
        lambda: codes.sheet(0, seed),
    ):
        with pytest.raises(InvalidInput, match="from 0 to 2147483647"):
            act()


@pytest.mark.parametrize("kind", ["c2_c1", "c1", "", None, 3, ["c1_c2"], "c1_c2 "], ids=repr)
def test_a_bad_kind_of_sweep_is_refused(kind):
    with pytest.raises(InvalidInput, match="c1_c2, c1_c3, c2_c3"):
        codes.sweep(kind)


@pytest.mark.parametrize("count", [-1, 65, 1.5, "2", None])
def test_a_bad_number_of_others_is_refused(count):
    with pytest.raises(InvalidInput, match="from 0 to 64"):
        codes.generate(0, 0.0, 0.0, 0, others=count)


def test_numpy_numbers_and_whole_floats_of_a_slider_are_welcome():
    a = codes.generate(np.int64(1), np.float32(0.5), 0, np.int32(3)).image
    assert np.array_equal(a, codes.generate(1, 0.5, 0.0, 3).image)

"""What the translator rooms share: sources, paintings, patches on the picture, measured numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from playground import weights
from playground.data.domains import draw_looks, paint
from playground.errors import InvalidInput
from playground.inference import _translators, given, translated
from playground.nn.translator import PatchCritic, receptive_field
from tests.translator_house import furnish


def test_samples_are_the_digits_asked_for_and_their_own():
    found = given.samples(list(range(10)), 5)
    assert found.mask.shape == (10, 32, 32) and found.digits.tolist() == list(range(10))
    assert found.seeds.tolist() == list(range(5, 15))
    again = given.samples([7], 5)
    assert np.array_equal(again.mask[0], found.mask[7]), "expected the same digit whoever stands beside it"
    assert not np.array_equal(given.samples([7], 6).mask[0], found.mask[7])
    style_read = _translators.read(_translators.painted(found, "coat", torch.device("cpu")))
    assert (style_read["digit"].argmax(1) == found.digits).all()


def test_a_scene_belongs_to_its_seed():
    three = given.samples([1, 1, 1], 40)
    one = given.read("sample", 1, 40)
    for style in ("zebra", "summer"):
        assert torch.equal(_translators.painted(three, style, "cpu")[:1], _translators.painted(one, style, "cpu"))
    scene = draw_looks(1, torch.Generator().manual_seed(40))
    expected = paint(torch.from_numpy(one.mask)[:, None], "winter", scene)
    assert torch.equal(_translators.painted(one, "winter", "cpu"), expected)


def test_other_stripes_change_nothing_else():
    one = given.read("sample", 8, 3)
    for style in ("zebra", "coat", "winter"):
        same = _translators.painted(one, style, "cpu")
        other = _translators.twins(one, style, "cpu", [7, 8])
        assert other.shape == (2, 1, 3, 32, 32)
        changed = (same != other[1]).any(1)[0].numpy()
        assert changed.any() == (style == "zebra") and not changed[one.mask[0] == 0].any()


def test_a_drawing_is_painted_like_a_sample():
    found = given.read("drawing", {"strokes": [[[0.2, 0.2], [0.8, 0.8]]]}, 3)
    assert found.mask.shape == (1, 32, 32) and found.mask.max() > 0.9 and found.digits.tolist() == [-1]
    assert not found.mask[:, :2].any() and not found.mask[:, :, -2:].any()
    eight = given.again(found, 8)
    assert np.array_equal(eight.mask, np.repeat(found.mask, 8, 0)) and eight.seeds.tolist() == list(range(3, 11))


def test_a_photograph_stays_as_it_is():
    x = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (32, 32, 3))
    found = given.read("photo", x.tolist())
    assert np.array_equal(_translators.shown(_translators.painted(found, "zebra", "cpu"))[0], x)


@pytest.mark.parametrize(
    ("kind", "value", "seed", "problem"),
    [
        ("film", 3, 0, "choice"),
        ("sample", 10, 0, "integer_range"),
        ("sample", "three", 0, "not_number"),
        ("sample", 3, -1, "integer_range"),
        ("drawing", None, 0, "empty_drawing"),
        ("drawing", {"strokes": [[[0, 2]]]}, 0, "number_range"),
        ("photo", None, 0, "not_number"),
        ("photo", np.zeros((32, 32)), 0, "shape"),
        ("photo", np.full((32, 32, 3), 256), 0, "number_range"),
        ("photo", np.full((32, 32, 3), np.nan), 0, "finite"),
    ],
)
def test_what_is_no_source_is_refused(kind, value, seed, problem):
    with pytest.raises(InvalidInput) as refused:
        given.read(kind, value, seed)
    assert refused.value.kind == problem


@pytest.mark.parametrize("steps", [1, 2])
def test_patches_lie_where_their_gradients_lie(steps):
    """What one output of the critic looks at, by its gradient, is the square that `geometry` says."""
    torch.manual_seed(0)
    critic = PatchCritic(3, 4, steps, norm=False)
    field, stride, first = _translators.geometry(critic)
    assert field == receptive_field(steps)
    x = torch.rand(1, 3, 64, 64, requires_grad=True)
    out = critic(x)[0, 0]
    for i in range(len(out) // 2 - 1, len(out) // 2 + 2):
        (gradient,) = torch.autograd.grad(out[i, i], x, retain_graph=True)
        seen = gradient.abs().sum((0, 1)).nonzero()
        middle = first + stride * i
        assert seen.min(0).values.tolist() == [round(middle - field / 2)] * 2
        assert seen.max(0).values.tolist() == [round(middle + field / 2) - 1] * 2


def test_measured_numbers_and_their_absence(tmp_path, monkeypatch):
    furnish(tmp_path, without=("cyclegan/zebra_lambda_0",))
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    found = translated.numbers("cyclegan", "zebra")
    assert (found.digit, found.digit_worst, found.unchanged, found.floor, found.n) == (96.5, 90.0, 0.2, 0.02, 1000)
    assert set(found.pairs) == {"coat > zebra", "zebra > coat"} and found.wanted == 95 and found.missing is None
    gone = translated.numbers("cyclegan", "zebra_lambda_0")
    assert "zebra_lambda_0" in str(gone.missing) and "playground.metrics" in str(gone.missing)
    (tmp_path / "stargan" / "metrics.json").write_text(json.dumps([{"metric": "digit_kept"}]))
    assert "KeyError" in str(translated.numbers("stargan", "lambda_10").missing)

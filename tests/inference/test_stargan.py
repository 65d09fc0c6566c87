"""The stargan room: the matrix, there and back, and networks counted on the models."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground import weights
from playground.data.domains import paint
from playground.errors import InvalidInput, WeightsError
from playground.inference import _translators, given, stargan
from playground.models.cyclegan import CycleGAN
from playground.models.stargan import StarGAN
from tests.house import lived_in
from tests.translator_house import furnish

PHOTO = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (32, 32, 3))
STROKES = {"strokes": [[[0.3, 0.2], [0.6, 0.8]]]}


@pytest.fixture(scope="module", autouse=True)
def house(tmp_path_factory):
    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"), without=("stargan/lambda_0",))) as root:
        yield root


def test_the_matrix_is_one_generator_told_where_to_go():
    found = stargan.matrix("winter", seed=3)
    model = weights.load("stargan")
    source = given.samples(list(range(10)), 3)
    x = paint(torch.from_numpy(source.mask)[:, None], "winter", _translators.looks(source.seeds))
    assert found.x.shape == (10, 32, 32, 3) and found.cells.shape == (10, 5, 32, 32, 3) and not found.own
    with torch.inference_mode():
        for c, target in enumerate(stargan.DOMAINS):
            there = model.translate(x, target)
            assert np.abs(found.cells[:, c].astype(int) - _translators.shown(there)).max() <= 1
            score, logits = model.D(2 * there - 1)
            assert np.allclose(found.opinion[:, c], logits.softmax(1), atol=1e-4)
            assert np.allclose(found.score[:, c], score.mean((1, 2, 3)), atol=1e-4)
            truth = paint(torch.from_numpy(source.mask)[:, None], target, _translators.looks(source.seeds))
            assert np.allclose(found.missed[:, c], (there - truth).abs().mean((1, 2, 3)), atol=1e-5)
    assert np.allclose(found.opinion.sum(2), 1, atol=1e-5) and ((0 <= found.sure) & (found.sure <= 1)).all()


@pytest.mark.parametrize(("kind", "value"), [("drawing", STROKES), ("photo", PHOTO)])
def test_the_visitors_own_comes_first(kind, value):
    found, samples = stargan.matrix("coat", kind, value, 3), stargan.matrix("coat", seed=3)
    assert found.own and found.digits.tolist() == [-1, *range(10)] and len(found.cells) == 11
    assert np.abs(found.cells[1:].astype(int) - samples.cells).max() <= 1
    assert np.isnan(found.missed[0]).all() == (kind == "photo") and np.isfinite(found.missed[1:]).all()


def test_there_and_back():
    found, all_digits = stargan.round_trip("zebra", "sample", 6, 2), stargan.matrix("zebra", seed=2)
    assert np.array_equal(found.x, all_digits.x[6]), "expected the sample in the scene that it has in the matrix"
    assert np.abs(found.there.astype(int) - all_digits.cells[6]).max() <= 1
    assert np.allclose(found.missed.mean((1, 2)), all_digits.missed[6], atol=1e-5)
    there, x = torch.from_numpy(found.there).movedim(-1, 1) / 255, torch.from_numpy(found.x).movedim(-1, 0) / 255
    with torch.inference_mode():
        back = weights.load("stargan").translate(there, "zebra")
    assert np.abs(found.back / 255 - back.movedim(1, -1).numpy()).mean() < 0.02  # from pictures rounded to 8 bits
    assert np.abs(found.cycle.mean() - (back - x).abs().mean().item()) < 0.02
    assert found.unchanged[stargan.DOMAINS.index("zebra")] == 0


def test_a_photograph_goes_round_without_a_truth():
    found = stargan.round_trip("outline", "photo", PHOTO)
    assert found.truth is found.missed is found.unchanged is None and np.array_equal(found.x, PHOTO)


def test_networks_are_counted_on_the_models():
    rows = stargan.counts()
    assert [row.k for row in rows] == list(range(stargan.FEWEST, stargan.MOST + 1))
    five = next(row for row in rows if row.k == 5)
    names = ("a", "b", "c", "d", "e")
    with torch.device("meta"):
        ours, pair = StarGAN(StarGAN.sized(128, names)), CycleGAN(CycleGAN.sized(128, names[:2]))

    def size(*nets: torch.nn.Module) -> int:
        return sum(p.numel() for net in nets for p in net.parameters())

    assert five.one == size(ours) and five.generators == five.discriminators == 20
    assert five.pairs == 10 * size(pair.G, pair.F, pair.D_X, pair.D_Y)
    steps = {b.one - a.one for a, b in zip(rows, rows[1:], strict=False)}
    assert len(steps) == 1, "expected every further domain to cost the same: an input map and an output"


def test_numbers_and_missing_weights():
    one, other = stargan.numbers()
    assert one.missing is None and len(one.pairs) == 20 and other.missing is not None
    with pytest.raises(WeightsError, match="lambda_0"):
        stargan.round_trip("coat", cycle=False)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"style": "summer"}, "choice"),
        ({"style": "coat", "kind": "film"}, "choice"),
        ({"style": "coat", "kind": "drawing", "value": None}, "empty_drawing"),
        ({"style": "coat", "seed": 1.5}, "integer_range"),
        ({"style": "coat", "cycle": 1}, "choice"),
    ],
)
@pytest.mark.parametrize("ask", [stargan.matrix, stargan.round_trip])
def test_bad_input_is_refused(ask, arguments, kind):
    with pytest.raises(InvalidInput) as refused:
        ask(**arguments)
    assert refused.value.kind == kind

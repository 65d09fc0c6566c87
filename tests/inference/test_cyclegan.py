"""The cyclegan room: what it says of a trip is true of the networks, trained or not."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from playground import weights
from playground.data.domains import draw_looks, paint
from playground.errors import InvalidInput, WeightsError
from playground.inference import cyclegan, given
from tests.house import lived_in
from tests.translator_house import furnish

PHOTO = np.random.Generator(np.random.PCG64(1)).integers(0, 256, (32, 32, 3))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    with lived_in(furnish(tmp_path_factory.mktemp("pretrained"), without=("cyclegan/seasons_lambda_0",))) as root:
        yield root


def as_tensor(pictures: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(pictures).movedim(-1, -3).float() / 255


@pytest.mark.parametrize("way", cyclegan.WAYS)
def test_a_trip_goes_there_and_back(house, way):
    source, target = way.split("_")
    trip = cyclegan.trip(way, "sample", 4, 9)
    model = weights.load("cyclegan", variant="zebra" if "zebra" in way else "seasons")
    mask = torch.from_numpy(given.samples([4], 9).mask)[:, None]
    scene = draw_looks(1, torch.Generator().manual_seed(9))
    x, truth = paint(mask, source, scene), paint(mask, target, scene)
    with torch.inference_mode():
        there = model.translate(x, target)
        back = model.translate(there, source)
        opinion = model.opinion(there, target)
    for got, expected in ((trip.x, x), (trip.there, there), (trip.back, back), (trip.truth, truth)):
        assert got.dtype == np.uint8 and (as_tensor(got) - expected).abs().max() < 0.5 / 255 + 1e-6
    assert np.allclose(trip.cycle, (x - back).abs().mean(1), atol=1e-6)
    assert np.allclose(trip.missed, (there - truth).abs().mean(1), atol=1e-6)
    assert np.allclose(trip.unchanged, (x - truth).abs().mean(), atol=1e-6)
    assert np.allclose(trip.patches, opinion, atol=1e-5) and trip.patches.shape == (1, 14, 14)
    assert (trip.floor[0] > 0) == (target == "zebra")
    assert np.allclose(trip.read["digit"].sum(1), 1, atol=1e-5) and trip.read["style"].shape == (1, 6)
    assert (trip.field, trip.stride, trip.first) == (16, 2, 3.0)


def test_lambda_chooses_the_network(house):
    one, other = (cyclegan.trip("coat_zebra", cycle=cycle) for cycle in (True, False))
    assert np.array_equal(one.x, other.x) and not np.array_equal(one.there, other.there)
    with pytest.raises(WeightsError, match="seasons_lambda_0"):
        cyclegan.trip("summer_winter", cycle=False)


def test_a_photograph_has_no_truth(house):
    trip = cyclegan.trip("zebra_coat", "photo", PHOTO.tolist())
    assert np.array_equal(trip.x[0], PHOTO) and trip.digits.tolist() == [-1]
    assert trip.truth is trip.missed is trip.unchanged is trip.floor is trip.patches_truth is None
    assert trip.cycle.shape == (1, 32, 32)
    found = cyclegan.hidden("zebra_coat", "photo", PHOTO)
    assert list(found.residuals) == ["fine"] and found.stranger is None and found.memory is None and len(found.x) == 1


def test_eight_at_once_are_eight_alone(house):
    batch = cyclegan.eight("summer_winter", "sample", 6, 20)
    assert batch.digits.tolist() == [6, 7, 8, 9, 0, 1, 2, 3]
    alone = cyclegan.trip("summer_winter", "sample", 6, 20)
    assert np.abs(batch.there[0].astype(int) - alone.there[0]).max() <= 1
    drawn = cyclegan.eight("coat_zebra", "drawing", {"strokes": [[[0.3, 0.2], [0.6, 0.8]]]}, 2)
    assert len({picture.tobytes() for picture in drawn.x}) == 8, "expected eight scenes"
    with pytest.raises(InvalidInput) as refused:
        cyclegan.eight("coat_zebra", "photo", PHOTO)
    assert refused.value.kind == "choice"


def test_what_hides_is_what_differs(house):
    found = cyclegan.hidden("zebra_coat", "sample", 2, 4)
    assert found.x.shape == found.there.shape == found.back.shape == (2, 32, 32, 3)
    assert not np.array_equal(found.x[0], found.x[1]), "expected twins with other stripes"
    twins = found.there.astype(float) / 255
    assert np.abs(found.residuals["twin"] - (twins[0] - twins[1])).max() < 1.01 / 255
    truth = cyclegan.trip("zebra_coat", "sample", 2, 4).truth[0] / 255
    assert np.abs(found.residuals["truth"] - (twins[0] - truth)).max() < 1.01 / 255
    assert abs(found.residuals["fine"].mean()) < 0.02
    assert set(cyclegan.hidden("coat_zebra").residuals) == {"truth", "fine"}


def test_noise_starts_at_none(house):
    found = cyclegan.hidden("zebra_coat", "sample", 2, 4)
    trip = cyclegan.trip("zebra_coat", "sample", 2, 4)
    assert found.sigmas[0] == 0 and np.array_equal(found.noisy[0], found.there[0])
    assert np.abs(found.returned[0].astype(int) - found.back[0]).max() <= 1
    assert found.cycle[0] == pytest.approx(trip.cycle.mean(), abs=1e-6) == found.low[0] == found.high[0]
    assert (found.low <= found.cycle + 1e-9).all() and (found.cycle <= found.high + 1e-9).all()
    spread = np.abs(found.noisy.astype(float) - found.noisy[0]).mean((1, 2, 3))
    assert (np.diff(spread) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        ({"way": "coat_coat"}, "choice"),
        ({"way": None}, "choice"),
        ({"way": "coat_zebra", "cycle": "yes"}, "choice"),
        ({"way": "coat_zebra", "seed": 2**31}, "integer_range"),
    ],
)
@pytest.mark.parametrize("ask", [cyclegan.trip, cyclegan.eight, cyclegan.hidden])
def test_bad_input_is_refused(house, ask, arguments, kind):
    with pytest.raises(InvalidInput) as refused:
        ask(**arguments)
    assert refused.value.kind == kind

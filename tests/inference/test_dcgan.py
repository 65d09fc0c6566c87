"""The dcgan room: seeds are pictures, opinions and neighbours are what they say, films are read as stored."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
import torch

from playground import weights
from playground.data.noise import noises
from playground.errors import InvalidInput, WeightsError
from playground.inference import dcgan, dcgan_film
from playground.metrics import neighbours
from tests.dcgan_house import MOMENTS, WATCHED, film, furnish

LOSS = pytest.mark.parametrize("loss", dcgan.LOSSES)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return furnish(tmp_path_factory.mktemp("pretrained"))


@pytest.fixture(autouse=True)
def furnished(house, monkeypatch):
    weights._load.cache_clear()
    monkeypatch.setattr(weights, "PRETRAINED", house)
    yield
    weights._load.cache_clear()


def near(a: np.ndarray, b: np.ndarray) -> bool:
    """The same picture, but for the last bit: one pass of a hundred rounds differently from a hundred passes of one."""
    return np.abs(a.astype(int) - b.astype(int)).max() <= 1


# ---- pictures --------------------------------------------------------------------------------------------------------


@LOSS
def test_the_pictures_are_the_models(loss):
    found = dcgan.samples(loss, 5, 7, 0.8)
    model = weights.load("dcgan", variant=loss)
    with torch.inference_mode():
        x = model.generate(torch.from_numpy(np.float32(0.8) * noises(range(5, 12), 64)))
    assert found.seeds.tolist() == list(range(5, 12)) and found.images.dtype == np.uint8
    assert near(found.images, (x[:, 0] * 255).round().numpy())


def test_a_seed_is_a_picture_and_psi_shrinks_all_to_one():
    grid = dcgan.samples("lsgan", 0, 9)
    assert near(dcgan.samples("lsgan", 3, 1).images[0], grid.images[3])
    assert not near(grid.images[3], grid.images[4])
    still = dcgan.samples("lsgan", 0, 9, 0.0).images
    assert (still == still[0]).all()


def test_the_seed_after_the_last_is_the_first():
    found = dcgan.samples("minimax", dcgan.LARGEST_SEED, 2)
    assert found.seeds.tolist() == [dcgan.LARGEST_SEED, 0]
    assert near(found.images[1], dcgan.samples("minimax", 0, 1).images[0])


def test_typical_lengths_are_those_of_noises():
    lengths = np.linalg.norm(noises(range(4000), dcgan.Z_DIM), axis=1)
    outside = (lengths < dcgan.TYPICAL[0]).mean(), (lengths > dcgan.TYPICAL[1]).mean()
    assert all(0.02 < share < 0.03 for share in outside), outside


# ---- one picture -----------------------------------------------------------------------------------------------------


@LOSS
def test_an_opened_picture_has_ds_own_opinion(loss):
    found = dcgan.opened(loss, 3, 0.9)
    assert np.allclose(found.z, 0.9 * noises([3], 64)[0])
    with torch.inference_mode():
        model = weights.load("dcgan", variant=loss)
        logit = model.logits(model.generate(torch.from_numpy(found.z)[None])).item()
    assert found.logit == pytest.approx(logit, abs=1e-5)
    known = dcgan.probes(loss)["scores"]
    assert found.above == tuple(100 * np.mean(np.array(known[side]) < logit) for side in ("real", "fake"))
    if loss in ("minimax", "nonsaturating"):
        assert found.probability == pytest.approx(1 / (1 + math.exp(-logit)))
    else:
        assert found.probability is None, "expected no probability where the loss has none"


def test_its_neighbour_is_the_judges():
    found = dcgan.opened("nonsaturating", 3)
    with torch.inference_mode():
        features = weights.load("judge").features(torch.from_numpy(found.image).float()[None, None] / 255)
    index, distance = neighbours.load().nearest(features)
    assert found.neighbour.index == index.item() and 0 <= found.neighbour.digit <= 9
    assert found.neighbour.distance == pytest.approx(distance.item(), rel=0.05)  # of the picture's bytes
    assert 0 <= found.neighbour.beyond <= 100 and found.neighbour.quantiles.shape == (101,)


def test_the_neighbours_picture_is_there_only_with_the_data(data_root, tmp_path, monkeypatch):
    from playground.data import mnist

    found = dcgan.opened("nonsaturating", 3).neighbour
    assert np.array_equal(found.image, mnist.load(True)[0][found.index, 0].numpy())
    assert mnist.load(True)[1][found.index] == found.digit
    monkeypatch.setenv("PLAYGROUND_DATA", str(tmp_path))
    assert dcgan.opened("nonsaturating", 3).neighbour.image is None, "expected nothing to be downloaded"


def test_sigmoid_never_overflows():
    assert [dcgan._sigmoid(v) for v in (-1e4, 0.0, 1e4)] == [0.0, 0.5, 1.0]


# ---- ways and sums ---------------------------------------------------------------------------------------------------


def test_both_ways_lead_from_one_seed_to_the_other():
    ends = [dcgan.samples("wgan_gp", seed, 1).images[0] for seed in (4, 9)]
    for way in dcgan.walk("wgan_gp", 4, 9, 8):
        assert way.images.shape == (8, 28, 28) and way.lengths.shape == way.reading.digits.shape == (8,)
        assert near(way.images[0], ends[0]) and near(way.images[-1], ends[1])
        assert np.allclose(way.lengths[[0, -1]], np.linalg.norm(noises([4, 9], 64), axis=1), rtol=1e-5)
    straight, spherical = dcgan.walk("wgan_gp", 4, 9, 9)
    assert straight.lengths.min() < 0.9 * spherical.lengths.min()


def test_a_sum_is_made_of_means():
    found = dcgan.arithmetic("lsgan", [1, 2, 3], [4], [5, 6])
    assert found.images.shape == (4, 28, 28) and found.members.shape == (6, 28, 28)
    assert near(found.members, np.concatenate([dcgan.samples("lsgan", k, 1).images for k in range(1, 7)]))
    assert near(found.images[1], found.members[3]), "expected the mean of one to be itself"
    z = [noises(group, 64).mean(0) for group in ([1, 2, 3], [4], [5, 6])]
    assert np.allclose(found.lengths, [np.linalg.norm(v) for v in (*z, z[0] - z[1] + z[2])], rtol=1e-5)
    assert np.allclose(found.ink, found.images.astype(float).sum((1, 2)) / 255)
    same = dcgan.arithmetic("lsgan", [1, 2], [1, 2], [7])
    assert near(same.images[3], same.images[2]), "expected a - a + c to be c"


# ---- what was measured -----------------------------------------------------------------------------------------------


def test_numbers_are_those_of_the_files(house):
    rows = dcgan.numbers()
    assert [row.loss for row in rows] == list(dcgan.LOSSES)
    assert [row.frechet for row in rows] == [12.5, 13.5, 14.5, 15.5] and rows[0].floor == 1.5
    assert [row.digits for row in rows] == [10, 9, 9, 9] and len(rows[1].shares) == 10
    assert rows[3].recognised == 83.0 and rows[3].real == 94.8 and rows[3].missing is None


@pytest.mark.parametrize("text", [None, "{", "[]", '[{"metric": "frechet"}]', "3"])
def test_a_loss_without_numbers_says_so_in_its_place(text, tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    (tmp_path / "dcgan" / "lsgan").mkdir(parents=True)
    if text is not None:
        for file in ("metrics.json", "probes.json"):
            (tmp_path / "dcgan" / "lsgan" / file).write_text(text)
    found = dcgan.numbers()[2]
    assert found.frechet is None and "python -m playground.metrics dcgan --variant lsgan" in str(found.missing)
    with pytest.raises(WeightsError, match="python -m playground.metrics dcgan --variant lsgan"):
        dcgan.probes("lsgan")


def test_missing_weights_say_which_and_leave_the_warm_up_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    with pytest.raises(WeightsError, match="python -m playground.training dcgan --variant minimax"):
        dcgan.samples("minimax")
    dcgan.warm_up()


# ---- the film --------------------------------------------------------------------------------------------------------


@LOSS
def test_a_film_is_the_files(loss, house):
    found = dcgan_film.film(loss)
    assert found.steps.tolist() == [100 * k for k in range(MOMENTS)]
    assert found.sheet == (weights.directory("dcgan", loss) / "film.png").read_bytes()
    for counts in (found.real, found.fake):
        assert counts.shape == (MOMENTS, dcgan_film.BINS) and (counts.sum(1) == WATCHED).all()
    assert np.allclose(found.digits.sum(1), 100) and (found.digits >= 0).all()
    assert found.digits[-1, 10] == 50.0 and found.covered.tolist() == [0, 0, 0, 0, 10, 10]
    assert 45 < found.wins[0] < 55 and found.wins[-1] > 95
    assert np.allclose(found.gradient, np.geomspace(1, 1e-4, MOMENTS), rtol=1e-5)


def test_wins_are_counted_over_all_pairs():
    rng = np.random.Generator(np.random.PCG64(0))
    real, fake = rng.integers(0, 8, 40).astype(float), rng.integers(0, 6, 30).astype(float)
    by_hand = np.mean([(r > f) + 0.5 * (r == f) for r in real for f in fake])
    assert dcgan_film.wins(real, fake) == pytest.approx(100 * by_hand)
    assert dcgan_film.wins(fake, fake) == pytest.approx(50) and dcgan_film.wins(fake + 9, fake) == 100


def test_a_sheet_of_another_size_is_refused(tmp_path, house, monkeypatch):
    home = furnish(tmp_path) / "dcgan"
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    (home / "film.png").write_bytes((home / "film.png").read_bytes()[:20])
    with pytest.raises(WeightsError, match="film.png"):
        dcgan_film.film("nonsaturating")
    film(home, 0, moments=3)
    (home / "film.png").write_bytes((house / "dcgan" / "film.png").read_bytes())
    with pytest.raises(WeightsError, match="84"):
        dcgan_film.film("nonsaturating")
    (home / "film.png").unlink()
    with pytest.raises(WeightsError, match="missing"):
        dcgan_film.film("nonsaturating")


# ---- input -----------------------------------------------------------------------------------------------------------

BAD_SEED = [-1, 2**31, 0.5, math.nan, "1", None, True, [], 10**30]


@pytest.mark.parametrize("seed", BAD_SEED, ids=lambda seed: repr(seed)[:12])
def test_a_bad_seed_is_refused(seed):
    acts = [
        lambda: dcgan.samples("lsgan", seed),
        lambda: dcgan.opened("lsgan", seed),
        lambda: dcgan.walk("lsgan", seed, 0),
        lambda: dcgan.walk("lsgan", 0, seed),
        lambda: dcgan.arithmetic("lsgan", [0], [seed], [1]),
    ]
    for act in acts:
        with pytest.raises(InvalidInput) as caught:
            act()
        assert caught.value.message("ko") != str(caught.value)


@pytest.mark.parametrize("loss", ["gan", "", None, 3, ["lsgan"], "LSGAN"], ids=repr)
def test_an_unknown_loss_is_refused(loss):
    acts = [dcgan.samples, dcgan_film.film, dcgan.probes, lambda loss: dcgan.opened(loss, 0)]
    acts += [lambda loss: dcgan.walk(loss, 0, 1), lambda loss: dcgan.arithmetic(loss, [1], [2], [3])]
    for act in acts:
        with pytest.raises(InvalidInput, match="nonsaturating, minimax, lsgan, wgan_gp"):
            act(loss)


@pytest.mark.parametrize("psi", [-0.1, 1.6, math.nan, math.inf, "1", None, [1.0]], ids=repr)
def test_a_bad_psi_is_refused(psi):
    for act in (lambda: dcgan.samples("lsgan", 0, 4, psi), lambda: dcgan.opened("lsgan", 0, psi)):
        with pytest.raises(InvalidInput, match="ψ"):
            act()


@pytest.mark.parametrize("term", [[], list(range(11)), None, 3, "123", {"a": 1}], ids=lambda term: repr(term)[:12])
def test_a_bad_term_is_refused(term):
    for k in range(3):
        groups = [[1], [2], [3]]
        groups[k] = term
        with pytest.raises(InvalidInput, match=f"term {'ABC'[k]}"):
            dcgan.arithmetic("lsgan", *groups)


@pytest.mark.parametrize(("n", "steps"), [(0, 2), (101, 33), (1.5, None), ("4", "4"), (None, True)])
def test_a_bad_number_of_pictures_is_refused(n, steps):
    for act in (lambda: dcgan.samples("lsgan", 0, n), lambda: dcgan.walk("lsgan", 0, 1, steps)):
        with pytest.raises(InvalidInput):
            act()


def test_importing_the_room_does_not_import_torch(root):
    code = "import sys, playground.inference.dcgan, playground.inference.dcgan_film; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


# ---- the shipped weights ---------------------------------------------------------------------------------------------

SHIPPED = weights.PRETRAINED  # read before any test moves it


@pytest.fixture(params=dcgan.LOSSES)
def shipped(request, monkeypatch):
    """A loss whose weights are here."""
    monkeypatch.setattr(weights, "PRETRAINED", SHIPPED)
    if not (weights.directory("dcgan", request.param) / "probes.json").is_file():
        pytest.skip(f"no weights of dcgan {request.param} here")
    return request.param


def test_shipped_probes_and_film_are_whole(shipped):
    found = dcgan.probes(shipped)
    assert [len(found["scores"][side]) for side in ("real", "fake")] == [500, 500]
    assert [row["psi"] for row in found["truncation"]] == [round(0.1 * k, 1) for k in range(16)]
    shown = dcgan_film.film(shipped)
    assert len(shown.steps) == 40 and shown.covered[0] == 0
    row = next(row for row in found["truncation"] if row["psi"] == 1.0)
    numbers = next(row for row in dcgan.numbers() if row.loss == shipped)
    assert row["digits"] == numbers.digits and row["recognised"] == numbers.recognised


def test_shipped_scores_are_ds(shipped):
    known = dcgan.probes(shipped)["scores"]["fake"]
    for seed in (0, 7, 499):
        assert dcgan.opened(shipped, seed).logit == pytest.approx(known[seed], rel=2e-3, abs=2e-3)

"""The progan stage: a level is the smaller network, the browser's blend is the network's own picture, bad input."""

from __future__ import annotations

import io
import json
import math
import shutil
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from playground import weights
from playground.data.noise import noises
from playground.errors import InvalidInput, WeightsError
from playground.inference import progan as room
from playground.models.progan import ProGAN

FILM = {"film": json.dumps({"levels": 16, "batch_size": 16, "config": asdict(ProGAN.Config())})}
LEVELS = pytest.mark.parametrize("level", range(4))
PART = pytest.mark.parametrize("alpha", [0.0, 0.01, 0.25, 0.5, 0.77, 1.0])


@pytest.fixture(scope="module", autouse=True)
def untrained(tmp_path_factory):
    """A network fresh from its initialization, and a film and numbers made up: nothing here is about the weights."""
    import torch

    root = tmp_path_factory.mktemp("pretrained")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        weights.create("progan").half().save_pretrained(root / "progan")
    steps = np.array([0, 1000, 2000, 3500, 26250], np.int32)
    sheet = np.arange(5 * 32 * 64 * 32).reshape(5 * 32, 64 * 32) % 256
    Image.fromarray(sheet.astype(np.uint8)).save(root / "progan" / "film.png")
    counts = np.tile(np.arange(11, dtype=np.int16), (5, 1))
    save_file({"steps": steps, "digits": counts}, root / "progan" / "film.safetensors", FILM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights, "PRETRAINED", root)
        weights._load.cache_clear()
        yield root
    weights._load.cache_clear()


def network():
    return weights.load("progan")


def near(a: np.ndarray, b: np.ndarray) -> bool:
    """The same picture within one grey level."""
    return a.shape == b.shape and np.abs(a.astype(int) - b.astype(int)).max() <= 1


def double(x: np.ndarray) -> np.ndarray:
    return x.repeat(2, 1).repeat(2, 2)


def test_importing_the_room_does_not_import_torch(root):
    code = "import sys, playground.inference.progan as p; p.digits(); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=root)


# ---- pictures ----------------------------------------------------------------------------------------------


@LEVELS
def test_pictures_of_a_level(level):
    made = room.generate(7, 3, level)
    assert made.images.shape == (3, room.SIDES[level], room.SIDES[level]) and made.images.dtype == np.uint8
    assert made.seeds.tolist() == [7, 8, 9]
    assert near(made.images[1:2], room.generate(8, 1, level).images)


@LEVELS
def test_the_picture_is_the_models(level):
    import torch

    z = torch.from_numpy(noises([4, 5], room.Z_DIM))
    with torch.inference_mode():
        x = network().generate(z, level=level, alpha=0.4)
    assert near(room.generate(4, 2, level, 0.4).images, (255 * x[:, 0]).round().numpy())


@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_level_that_has_not_come_in_is_the_smaller_network(level):
    assert np.array_equal(room.generate(0, 5, level, 0.0).images, double(room.generate(0, 5, level - 1).images))


def test_the_seed_after_the_last_is_the_first():
    assert room.generate(room.LARGEST_SEED, 2, 0).seeds.tolist() == [room.LARGEST_SEED, 0]


# ---- what a browser blends -----------------------------------------------------------------------------------


@LEVELS
@PART
def test_the_browsers_blend_is_the_models_picture(level, alpha):
    made = room.stages(3, 6)
    assert near(room.blend(made.raw, level, alpha), room.generate(3, 6, level, alpha).images)


def test_the_blend_is_of_raw_values_not_of_clipped_ones():
    """Half of a pixel far beyond ink and half of one beyond paper is grey, and neither ink nor paper."""
    raw = (np.full((1, 1, 1), -3 * room.UNIT, np.int16), np.full((1, 2, 2), 3 * room.UNIT, np.int16))
    assert np.abs(room.blend(raw, 1, 0.5).astype(int) - 127.5).max() < 1
    assert room.blend(raw, 1, 1.0).min() == 255 and room.blend(raw, 1, 0.0).max() == 0


def test_a_walk_leads_from_one_noise_to_the_next():
    way, ends = room.walk(7, 5), room.stages(7, 2)
    assert way.seeds.tolist() == [7, 8]
    for level in range(4):
        assert near(room.blend(way.raw, level, 1.0)[[0, -1]], room.blend(ends.raw, level, 1.0))
    from playground.inference import _progan

    a, b = noises([7, 8], room.Z_DIM)
    lengths, middle = [np.linalg.norm(z) for z in (a, b)], a / np.linalg.norm(a) + b / np.linalg.norm(b)
    z = middle / np.linalg.norm(middle) * np.mean(lengths)
    assert near(room.blend(way.raw, 3, 1.0)[2:3], _progan.images(z[None], 3, 1.0))


def test_every_level_comes_from_one_network():
    made = room.stages(0, 2)
    assert [x.shape for x in made.raw] == [(2, s, s) for s in room.SIDES]
    for level in range(4):
        assert near(room.blend(made.raw, level, 1.0), room.generate(0, 2, level).images)


def test_the_fixed_point_is_fine_enough():
    assert 127.5 / room.UNIT < 0.05, "expected steps far below one grey level"
    assert np.iinfo(np.int16).max / room.UNIT > 7, "expected room for pixels far beyond ink"


# ---- the drawing of the network --------------------------------------------------------------------------------


def test_every_weight_of_the_network_is_in_one_layer():
    layers, model = room.layers(), network()
    found = {f"{'generator' if row.net == 'G' else 'critic'}.{row.name}.weight" for row in layers}
    assert found == {name for name, _ in model.named_parameters() if name.endswith("weight")}
    count = sum(row.outputs * row.fan_in + row.outputs for row in layers)
    assert count == sum(p.numel() for p in model.parameters())


def test_the_constants_are_those_of_the_layers():
    for row in room.layers():
        net = network().generator if row.net == "G" else network().critic
        layer = net.get_submodule(row.name)
        assert row.scale == pytest.approx(layer.scale) == pytest.approx(row.gain / math.sqrt(row.fan_in))
        assert row.fan_in == row.inputs * row.kernel**2 == layer.weight[0].numel()
        assert row.used == pytest.approx(row.stored * row.scale, rel=1e-4), row.name


def test_weights_are_stored_as_drawn_from_a_unit_gaussian():
    """Of an untrained network: a standard deviation of 1, within five standard errors; used, c times that."""
    for row in room.layers():
        n = row.outputs * row.fan_in
        assert abs(row.stored - 1) < 5 / math.sqrt(2 * n) + 0.01, (row.name, row.stored)


def test_the_shapes_fit_together():
    layers = {(row.net, row.name): row for row in room.layers()}
    assert layers["G", "dense"].outputs == layers["G", "second.0"].inputs * 16
    for level in (1, 2, 3):
        assert layers["G", f"first.{level - 1}"].inputs == layers["G", f"second.{level - 1}"].outputs
        assert layers["D", f"second.{level - 1}"].outputs == layers["D", f"from_rgb.{level - 1}"].outputs
    assert layers["D", "last.0"].inputs == layers["D", "from_rgb.0"].outputs + 1  # and the map of the batch
    normed = {row.name for row in room.layers() if row.normed}
    assert normed == {"dense", *(f"first.{l}" for l in range(3)), *(f"second.{l}" for l in range(4))}


def test_normed_layers_have_features_of_one_length():
    import torch

    z = torch.from_numpy(noises([0], room.Z_DIM))
    with torch.inference_mode():
        for h in network().generator.features(z, 3):
            torch.testing.assert_close(h.square().mean(1), torch.ones(1, *h.shape[2:]), atol=1e-3, rtol=0)


# ---- the extra map -----------------------------------------------------------------------------------------------


def test_the_extra_map_is_what_the_critic_gets():
    caught = []
    hook = network().critic.last[0].register_forward_pre_hook(lambda layer, given: caught.append(given[0][:, -1]))
    try:
        made = room.variation(11)
    finally:
        hook.remove()
    for batch, seen in zip((made.real, made.generated, made.copies), caught, strict=True):
        assert batch.images.shape == (8, 32, 32) and batch.images.dtype == np.uint8
        np.testing.assert_allclose(batch.spread, seen[:, 0, 0].numpy(), rtol=1e-6)
        assert np.array_equal(batch.spread[::2], batch.spread[::2][::-1]), "expected one value per group of every other"


def test_copies_have_no_spread_and_others_have():
    made = room.variation(2)
    np.testing.assert_allclose(made.copies.spread, 1e-4, rtol=1e-3)  # the root of what keeps it differentiable
    assert made.generated.spread.min() > 100 * 1e-4 and made.real.spread.min() > 100 * 1e-4
    assert np.ptp(made.copies.logit) < 1e-5 and np.array_equal(made.copies.images[0], made.generated.images[0])


def test_the_real_digits_are_test_digits(data_root):
    raw = (data_root / "MNIST" / "raw" / "t10k-images-idx3-ubyte").read_bytes()[16 : 16 + 64 * 784]
    assert np.array_equal(room.digits(), np.frombuffer(raw, np.uint8).reshape(64, 28, 28))


def test_the_real_digits_keep_their_pixels():
    first, again, other = (room.variation(seed).real.images for seed in (5, 5, 6))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    padded = {np.pad(x, 2).tobytes() for x in room.digits()}
    assert all(x.tobytes() in padded for x in first) and len({x.tobytes() for x in first}) == 8


# ---- film and numbers ----------------------------------------------------------------------------------------------


def test_the_film_says_how_far_the_network_had_grown():
    film = room.film()
    assert film.seen.tolist() == [0, 16_000, 32_000, 56_000, 420_000]
    for k, seen in enumerate(film.seen.tolist()):
        assert (film.level[k], film.alpha[k]) == pytest.approx(network().growth(seen))
    np.testing.assert_allclose(film.digits.sum(1), 100)
    with Image.open(io.BytesIO(film.sheet)) as sheet:
        assert sheet.size == (64 * 32, 5 * 32)


def test_the_schedule_is_the_growth():
    film = room.film()
    seen, at = film.corner_seen, film.corner_height
    assert seen[0] == 0 and at[0] == 0 and at[-1] == 3 and (np.diff(seen) >= 0).all() and (np.diff(at) >= 0).all()
    for shown in range(0, int(seen[-1]), 7321):
        level, alpha = network().growth(shown)
        assert np.interp(shown, seen, at) == pytest.approx(level - 1 + alpha if level else 0)


def test_a_film_of_another_network_has_its_own_growth(untrained, tmp_path, monkeypatch):
    folder = tmp_path / "progan"
    shutil.copytree(untrained / "progan", folder)
    other = ProGAN.Config(channels=(8, 8, 4, 4), fade=(0, 10, 20, 30), stay=(5, 10, 20, 30))
    told = {"levels": 16, "batch_size": 2, "config": asdict(other)}
    rows = {"steps": np.array([0, 5, 10, 40, 100], np.int32), "digits": np.ones((5, 11), np.int16)}
    save_file(rows, folder / "film.safetensors", {"film": json.dumps(told)})
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    film = room.film()
    assert film.channels == (8, 8, 4, 4) and film.own == network().config.channels
    assert film.seen.tolist() == [0, 10, 20, 80, 200] and film.corner_seen.tolist() == [
        0,
        0,
        5,
        15,
        25,
        45,
        65,
        95,
        125,
    ]
    assert (film.level.tolist(), film.alpha.tolist()) == ([0, 1, 1, 3, 3], [1, 0.5, 1, 0.5, 1])


@pytest.mark.parametrize("name", ["film.png", "film.safetensors"])
@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_a_damaged_film_says_how_to_make_it_again(name, damage, untrained, tmp_path, monkeypatch):
    folder = tmp_path / "progan"
    folder.mkdir()
    for file in (untrained / "progan").iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    if damage == "missing":
        (folder / name).unlink()
    elif damage == "cut":
        (folder / name).write_bytes((folder / name).read_bytes()[:20])
    elif name == "film.png":
        Image.new("L", (64 * 28, 5 * 28)).save(folder / name)
    else:
        save_file({"steps": np.arange(4, dtype=np.int32), "digits": np.ones((4, 11), np.int16)}, folder / name, FILM)
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    with pytest.raises(WeightsError, match="python -m playground.training progan"):
        room.film()


def test_the_numbers_are_those_of_metrics_json(untrained):
    rows = [
        {"metric": "recognised", "value": 90.5, "real": 98.9},
        {"metric": "digits", "value": 9},
        {"metric": "frechet", "value": 4.0, "real_vs_real": 0.5, "n": 10_000},
    ]
    (untrained / "progan" / "metrics.json").write_text(json.dumps(rows))
    assert room.numbers() == room.Numbers(90.5, 85.0, 98.9, 9, 4.0, 0.5, 10_000)


@pytest.mark.parametrize("text", [None, "{", "[]", '[{"metric": "frechet"}]', "3"])
def test_missing_or_broken_numbers_say_how_to_make_them(text, untrained):
    path = untrained / "progan" / "metrics.json"
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
    with pytest.raises(WeightsError, match="python -m playground.metrics progan"):
        room.numbers()


def test_missing_weights_say_which_and_leave_the_warm_up_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(weights, "PRETRAINED", tmp_path)
    weights._load.cache_clear()
    for act in (room.generate, room.stages, room.layers, room.variation):
        with pytest.raises(WeightsError, match="python -m playground.training progan"):
            act()
    room.warm_up()


# ---- input ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [-1, 2**31, 0.5, math.nan, "1", None, True, [], 10**400])
def test_a_bad_seed_is_refused(seed):
    for act in (room.generate, room.stages, room.walk, room.variation):
        with pytest.raises(InvalidInput):
            act(seed)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"n": 0}, "from 1 to 100"),
        ({"n": 101}, "from 1 to 100"),
        ({"n": "2"}, "a number"),
        ({"level": 4}, "from 0 to 3"),
        ({"level": -1}, "from 0 to 3"),
        ({"level": 1.5}, "from 0 to 3"),
        ({"level": None}, "a number"),
        ({"alpha": 1.01}, "from 0 to 1"),
        ({"alpha": -0.01}, "from 0 to 1"),
        ({"alpha": math.nan}, "from 0 to 1"),
        ({"alpha": "half"}, "a number"),
    ],
)
def test_bad_values_say_what_was_expected(given, says):
    with pytest.raises(InvalidInput, match=says):
        room.generate(**given)

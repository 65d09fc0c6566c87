"""The film of a GAN's training: when it looks, what it keeps, that a resumed run films what an unbroken one does."""

from __future__ import annotations

import itertools
import json
import shutil
from dataclasses import asdict

import numpy as np
import pytest
import torch
from accelerate import Accelerator
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from playground.catalog import Recipe
from playground.data.noise import noises
from playground.losses.adversarial import LOSSES
from playground.models.dcgan import DCGAN
from playground.training import image_film, loop
from playground.training.image_film import ImageFilm, enlarged, look, moments, sheet

STEPS, FRAMES, SEEN = 9, 4, 70


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Seventy watched pictures, without MNIST."""
    torch.set_num_threads(1)
    real = torch.randint(0, 256, (SEEN, 1, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))
    monkeypatch.setattr(image_film, "WATCHED", SEEN)
    monkeypatch.setattr(image_film.mnist, "load", lambda train: (real, torch.zeros(SEEN)))


def tiny(loss: str = "nonsaturating") -> DCGAN:
    torch.manual_seed(0)
    return DCGAN(DCGAN.Config(loss=loss, features=2))


def batch(step: int) -> tuple[torch.Tensor]:
    return (torch.rand(8, 1, 28, 28, generator=torch.Generator().manual_seed(step)),)


def train(path, watch, resume=False) -> None:
    options = {"accelerator": Accelerator(cpu=True), "checkpoint": path / "run.safetensors", "resume": resume}
    loop.train(tiny(), Recipe(schedule="constant", lr=1e-3), batch, STEPS, watch=watch, **options)


def film(path) -> ImageFilm:
    return ImageFilm(path / "moments.safetensors", STEPS, FRAMES, 8)


# ---- moments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("total", "frames"), [(14_070, 40), (9_380, 40), (281, 40), (9, 4)])
def test_moments_start_at_the_start_end_at_the_end_and_spread(total, frames):
    found = moments(total, frames)
    assert found[0] == 0 and found[-1] == total and len(found) <= frames
    gaps = np.diff(found)
    assert (gaps > 0).all() and gaps[-1] == gaps.max()
    if total > 2 * frames**2:
        assert len(found) == frames and (np.diff(gaps) >= -1).all(), "expected ever longer gaps"


# ---- what is kept ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSSES)
def test_a_look_is_the_networks_own(loss):
    """Pictures in eval mode, logits and the gradient at each picture in training mode, against autograd."""
    model, x = tiny(loss), batch(1)[0]
    z = torch.from_numpy(noises(range(8), 64))
    seen = look(model.train(), x, z)
    assert model.training, "expected the model to be left as it was"
    model.eval()
    fake = model.generate(z).detach().requires_grad_()
    assert torch.equal(seen["images"], (fake[:, 0] * 255).round().to(torch.uint8))
    model.train()  # D judges as it does in training: each set by its own mean and spread
    torch.testing.assert_close(seen["real"].float(), model.logits(x).detach(), rtol=1e-2, atol=1e-3)
    torch.testing.assert_close(seen["fake"].float(), model.logits(fake).detach(), rtol=1e-2, atol=1e-3)
    (gradient,) = torch.autograd.grad(len(fake) * model.loss.generator(model.logits(fake)), fake)
    torch.testing.assert_close(seen["gradient"], gradient.flatten(1).norm(dim=1).median())
    assert seen["digits"].shape == (11,) and seen["digits"].sum() == 8
    assert all(parameter.grad is None for parameter in model.parameters())


def test_looking_changes_nothing(tmp_path):
    once, twice = tiny(), tiny()
    look(once, batch(0)[0], torch.from_numpy(noises(range(8), 64)))
    assert all(torch.equal(a, b) for a, b in zip(once.state_dict().values(), twice.state_dict().values(), strict=True))


# ---- the files -------------------------------------------------------------------------------------------------------


def test_a_sheet_decodes_back(tmp_path):
    images = np.random.Generator(np.random.PCG64(0)).integers(0, 256, (3, 5, 28, 28), dtype=np.uint8)
    sheet(images).save(tmp_path / "film.png", optimize=True)
    decoded = np.asarray(Image.open(tmp_path / "film.png").convert("L"))
    assert decoded.shape == (3 * 28, 5 * 28)
    for m, i in itertools.product(range(3), range(5)):
        tile = decoded[m * 28 : (m + 1) * 28, i * 28 : (i + 1) * 28].astype(int)
        assert np.abs(tile - images[m, i]).max() <= 255 / (image_film.LEVELS - 1) / 2 + 1, (m, i)


def test_small_pictures_keep_their_pixels():
    small = np.arange(8, dtype=np.uint8).reshape(2, 2, 2)
    large = enlarged(small, 6)
    assert large.shape == (2, 6, 6) and (large[:, ::3, ::3] == small).all() and (large[:, 2::3, 2::3] == small).all()


def test_a_resumed_run_films_what_an_unbroken_one_does(tmp_path, monkeypatch):
    """Broken after the checkpoint of step 3 and some more moments; those are filmed once again."""
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    watched = film(whole)
    train(whole, watched)
    watched.write(whole)

    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", -1.0)
    first = film(broken)

    def until_it_breaks(step, model):
        if step == 3:
            shutil.copy(broken / "run.safetensors", broken / "kept.safetensors")
        if step == 7:
            raise KeyboardInterrupt
        first(step, model)

    with pytest.raises(KeyboardInterrupt):
        train(broken, until_it_breaks)
    shutil.move(broken / "kept.safetensors", broken / "run.safetensors")
    second = film(broken)
    train(broken, second, resume=True)
    second.write(broken)

    assert sorted(load_file(whole / "film.safetensors")["steps"].tolist()) == moments(STEPS, FRAMES)
    for path in (whole, broken):
        with safe_open(path / "film.safetensors", "pt") as file:
            told = json.loads(file.metadata()["film"])
        assert told == {"levels": image_film.LEVELS, "batch_size": 8, "config": asdict(tiny().config)}
    for name, value in load_file(whole / "film.safetensors").items():
        assert torch.equal(value, load_file(broken / "film.safetensors")[name]), name
    sheets = [np.asarray(Image.open(path / "film.png")) for path in (whole, broken)]
    assert sheets[0].shape == (FRAMES * 28, image_film.SHOWN * 28) and (sheets[0] == sheets[1]).all()

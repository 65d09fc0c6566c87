"""Folders of pictures as domains: every kind of picture file becomes RGB of one size, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from playground.data.folders import Folders, opened


def picture(path: Path, mode: str = "RGB", size: tuple[int, int] = (90, 70), **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.Generator(np.random.PCG64(len(path.name))).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).convert(mode).save(path, **options)
    return path


@pytest.fixture
def root(tmp_path) -> Path:
    for k in range(5):
        picture(tmp_path / "horses" / f"{k}.png")
    for k in range(3):
        picture(tmp_path / "zebras" / f"{k}.jpg", size=(64, 200))
    (tmp_path / "zebras" / "notes.txt").write_text("no picture")
    (tmp_path / "readme.md").write_text("no domain")
    return tmp_path


def test_domains_are_the_folders_and_batches_have_one_size(root):
    source = Folders(root, 2, 64)
    assert source.domains == ("horses", "zebras") and [len(files) for files in source.files] == [5, 3]
    assert source.per_epoch == 3
    (x,) = source.at(0)
    assert x.shape == (2, 2, 3, 64, 64) and x.dtype == torch.float32 and 0 <= x.min() and x.max() <= 1


def test_a_batch_is_a_function_of_seed_step_and_process(root):
    source = Folders(root, 2, 64, seed=1)
    assert torch.equal(source.at(3)[0], Folders(root, 2, 64, seed=1).at(3)[0])
    others = [source.at(4), Folders(root, 2, 64, seed=2).at(3), Folders(root, 2, 64, seed=1, rank=1, world=2).at(3)]
    assert all(not torch.equal(source.at(3)[0], other[0]) for other in others)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1", "I;16"])
def test_every_mode_becomes_rgb(mode, tmp_path):
    path = picture(tmp_path / f"a.{'tif' if mode in ('CMYK', 'I;16') else 'png'}", "L" if mode == "I;16" else mode)
    assert opened(path).shape == (3, 70, 90)


def test_what_is_transparent_is_white_and_a_photograph_stands_upright(tmp_path):
    clear = Image.new("RGBA", (8, 6), (200, 0, 0, 0))
    clear.save(tmp_path / "clear.png")
    assert (opened(tmp_path / "clear.png") == 1).all()
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (8, 6)).save(tmp_path / "turned.jpg", exif=exif)
    assert opened(tmp_path / "turned.jpg").shape == (3, 8, 6)


def test_one_folder_or_an_empty_one_is_refused(tmp_path):
    picture(tmp_path / "horses" / "a.png")
    with pytest.raises(FileNotFoundError, match="two folders"):
        Folders(tmp_path, 1, 64).domains  # noqa: B018
    (tmp_path / "zebras").mkdir()
    with pytest.raises(FileNotFoundError, match="zebras"):
        Folders(tmp_path, 1, 64).files  # noqa: B018

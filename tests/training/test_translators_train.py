"""`python -m playground.training cyclegan --images DIR`: folders of photographs train with the same command."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from playground.models.stargan import StarGAN


@pytest.fixture
def photographs(tmp_path):
    generator = np.random.Generator(np.random.PCG64(0))
    for name in ("horses", "zebras", "mules"):
        (tmp_path / "in" / name).mkdir(parents=True)
        for k in range(2):
            Image.fromarray(generator.integers(0, 256, (80, 90, 3), np.uint8)).save(tmp_path / "in" / name / f"{k}.jpg")
    return tmp_path / "in"


def run(*arguments: object, cwd: object) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "playground.training", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def test_a_folder_of_domains_trains_with_the_papers_networks(root, photographs, tmp_path):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "playground").symlink_to(root / "playground")
    options = ["--images", photographs, "--side", 64, "--batch-size", 1, "--epochs", 0.5, "--out", tmp_path / "out"]
    done = run("stargan", *options, "--device", "cpu", "--threads", 1, cwd=tmp_path / "work")
    assert done.returncode == 0, done.stderr
    config = json.loads((tmp_path / "out" / "config.json").read_text("utf-8"))
    assert config["domains"] == ["horses", "mules", "zebras"] and config["side"] == 64 and config["width"] == 64
    model = StarGAN.from_pretrained(tmp_path / "out", strict=True).float().eval()
    with torch.inference_mode():
        assert model.translate(torch.rand(1, 3, 64, 64), "zebras").shape == (1, 3, 64, 64)


@pytest.mark.parametrize(
    ("id", "options", "said"),
    [
        ("cyclegan", ["--out", "out"], "expected two domains"),
        ("stargan", [], "expected --out"),
        ("stargan", ["--out", "out", "--side", "50"], "expected a side"),
        ("vae", ["--out", "out"], "expected a translator"),
    ],
)
def test_what_cannot_be_trained_is_refused_with_a_word(id, options, said, photographs, monkeypatch):
    from playground.training import __main__ as command

    with pytest.raises(SystemExit, match=said):
        command.main([id, "--images", str(photographs), *options])

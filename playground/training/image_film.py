"""The film of an image GAN's training: the same 64 z again and again, and what D said of pictures meanwhile.

`python -m playground.training dcgan` keeps it beside the weights: `film.png`, one row of 64 pictures per moment, and
`film.safetensors`, one row of numbers per moment. What is recorded is the network in training, not its average: G in
eval mode, D as it judges in training, where real and generated pictures are normalized apart from each other. Its
running statistics would lag behind at first, and tell of another D. A run that is resumed goes on with what its moments
before that had left beside the checkpoint.

    steps (T,) int32                  generator steps taken
    real, fake (T, WATCHED) half      D's logits (scores) on the same training digits, on the same z
    gradient (T,) float               median over these z of |dL_G/dx| before the mean over the batch
    digits (T, 11) int16              how often the judge reads each digit in these pictures; last: none

Its metadata `film` says of which network: {"levels": greys of the sheet, "batch_size", "config": the model's}.
"""

from __future__ import annotations

import copy
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor

from playground.data import mnist
from playground.data.noise import noises
from playground.metrics.generators import as_digits
from playground.metrics.regularity import recognised
from playground.models.base import Model

SHOWN, WATCHED, LEVELS = 64, 500, 16
UNSURE = 0.5  # a confidence of the judge below which a picture shows no digit


def moments(total: int, frames: int) -> list[int]:
    """Steps at which a run of `total` steps is looked at: densest at the start, the last one its end."""
    return sorted({round(total * (k / (frames - 1)) ** 2) for k in range(frames)})


class ImageFilm:
    """Watches a training (`training.loop.train`): told of every step, it looks at its moments only.

    path: where the moments are kept on the way. total, frames: see `moments`. batch_size: real pictures in a step.
    """

    def __init__(self, path: Path, total: int, frames: int, batch_size: int) -> None:
        self.path, self.moments = path, set(moments(total, frames))
        self.told: dict = {"levels": LEVELS, "batch_size": batch_size}
        self.z: Tensor | None = None
        self.x: Tensor | None = None
        self.seen: dict[int, dict[str, Tensor]] = {}

    def __call__(self, step: int, model: Model) -> None:
        if step not in self.moments:
            return
        if self.z is None:
            self._begin(step, model)
        self.seen[step] = look(model, self.x, self.z)
        save_file({f"{at}.{name}": value for at, seen in self.seen.items() for name, value in seen.items()}, self.path)

    def _begin(self, step: int, model: Model) -> None:
        """What is watched, and what an interrupted run had seen before this step."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.told["config"] = asdict(model.config)
        self.z = torch.from_numpy(noises(range(WATCHED), model.z_dim)).to(model.device)
        self.x = mnist.grey(mnist.load(True)[0][:WATCHED]).to(model.device)
        if step and self.path.is_file():
            for key, value in load_file(self.path).items():
                at, _, name = key.partition(".")
                if int(at) < step:
                    self.seen.setdefault(int(at), {})[name] = value

    def write(self, directory: Path) -> None:
        """film.png and film.safetensors beside the weights."""
        directory.mkdir(parents=True, exist_ok=True)
        steps = sorted(self.seen)
        side = max(seen["images"].shape[-1] for seen in self.seen.values())
        images = np.stack([enlarged(self.seen[at].pop("images").numpy(), side) for at in steps])
        rows = {name: torch.stack([self.seen[at][name] for at in steps]) for name in self.seen[steps[0]]}
        sheet(images).save(directory / "film.png", optimize=True)
        rows["steps"] = torch.tensor(steps, dtype=torch.int32)
        save_file(rows, directory / "film.safetensors", metadata={"film": json.dumps(self.told)})


def look(model: Model, x: Tensor, z: Tensor) -> dict[str, Tensor]:
    """What the film keeps of a model now: digits x (n, 1, 28, 28), noises z (n, d); see the head of the file."""
    judging = copy.deepcopy(model).train()  # a copy: the running statistics of the model itself do not move
    was = model.training
    model.eval()
    with torch.no_grad():
        fake = model.generate(z)
        confidence, digit = recognised(as_digits(fake).cpu())
        real = judging.logits(model.as_shown(x) if hasattr(model, "as_shown") else x)  # of a network that grows
    model.train(was)
    logits, gradient = _pull(judging, fake)
    counts = torch.where(confidence >= UNSURE, digit, 10).bincount(minlength=11)
    seen = {
        "images": (fake[:SHOWN, 0] * 255).round().to(torch.uint8),
        "real": real.half(),
        "fake": logits.half(),
        "gradient": gradient,
        "digits": counts.short(),
    }
    return {name: value.detach().cpu().contiguous() for name, value in seen.items()}


def _pull(model: Model, fake: Tensor) -> tuple[Tensor, Tensor]:
    """D's logits (n,) on pictures, and the median size of dL_G/dx that each of them receives."""
    fake = fake.detach().requires_grad_()
    logits = model.logits(fake)
    each = model.loss.generator_grad(logits.detach())  # dL/dl of each logit, before the mean over the batch
    (gradient,) = torch.autograd.grad(logits, fake, each)
    return logits, gradient.flatten(1).norm(dim=1).median().float()


def enlarged(images: np.ndarray, side: int) -> np.ndarray:
    """Pictures (n, s, s) of a network that had not grown yet, with every pixel repeated: (n, side, side)."""
    return images.repeat(side // images.shape[-1], 1).repeat(side // images.shape[-1], 2)


def sheet(images: np.ndarray) -> Image.Image:
    """Pictures (T, n, s, s) uint8 as one picture of LEVELS greys, (T * s, n * s)."""
    levels = np.round(images / 255 * (LEVELS - 1)).astype(np.uint8)
    T, n, s, _ = levels.shape
    picture = Image.fromarray(levels.transpose(0, 2, 1, 3).reshape(T * s, n * s), "P")
    picture.putpalette([v for k in range(LEVELS) for v in (round(255 * k / (LEVELS - 1)),) * 3])
    return picture

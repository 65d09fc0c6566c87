"""The training digits as the judge sees them, small enough to ship: which of them is nearest to a picture?

`python -m playground.metrics judge` writes neighbours.safetensors beside the judge's weights. The 128 features of each
of the 60,000 digits are turned to their principal axes and rounded to multiples of `STEP`; most are then zero and the
rest is packed by LZMA, so the page can look for neighbours without the data. Distances are those from such rounded
rows: a little longer than exact ones, for a generated picture and for the test digits beside it alike.

    codes (bytes,) uint8          packed int8 (128, 60000): multiples of STEP, axis by axis
    labels (60000,) uint8
    mean (128,), basis (128, 128) float32
    quantiles (101,) float32      of the distance of a test digit from its nearest training digit, in percent steps
"""

from __future__ import annotations

import lzma
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from playground import weights
from playground.data import mnist
from playground.errors import WeightsError
from playground.metrics.generators import features
from playground.models.judge import Judge

FILE = "neighbours.safetensors"
STEP = 0.75  # smaller: more often the exact neighbour, and a larger file
PART = 500


@dataclass(frozen=True)
class Neighbours:
    """The stored digits: rows (n, 128) float32 and labels (n,); the map of features to rows; quantiles."""

    rows: Tensor
    labels: Tensor
    mean: Tensor
    basis: Tensor
    quantiles: Tensor

    def nearest(self, found: Tensor) -> tuple[Tensor, Tensor]:
        """Index (n,) of the training digit nearest to features (n, 128), and its distance (n,)."""
        at = (found.float() - self.mean) @ self.basis
        parts = [nearest(part, self.rows) for part in at.split(PART)]
        return torch.cat([index for index, _ in parts]), torch.cat([distance for _, distance in parts])


def nearest(points: Tensor, among: Tensor) -> tuple[Tensor, Tensor]:
    """Index and distance (n,) of the row of `among` (m, d) that is nearest to each row of points (n, d)."""
    squares = among.square().sum(1) - 2 * points @ among.T
    index = squares.argmin(1)
    return index, (points - among[index]).norm(dim=1)  # not from the squares: they cancel where the two are close


@torch.inference_mode()
def write(model: Judge, directory: Path) -> None:
    """neighbours.safetensors, see the head of the file."""
    images, labels = mnist.load(True)
    tensors = compressed(torch.from_numpy(features(mnist.grey(images))).float()) | {"labels": labels.to(torch.uint8)}
    unseen = torch.from_numpy(features(mnist.grey(mnist.load(False)[0])))
    distance = read(tensors | {"quantiles": torch.zeros(101)}).nearest(unseen)[1]
    tensors["quantiles"] = distance.quantile(torch.linspace(0, 1, 101))
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, directory / FILE)


def compressed(found: Tensor, step: float = STEP) -> dict[str, Tensor]:
    """Features (n, 128) as multiples of `step` along their principal axes, packed; names as in the file."""
    mean = found.mean(0)
    basis = torch.linalg.eigh(torch.cov(found.double().T))[1].flip(1).float()
    codes = ((found - mean) @ basis / step).round().clamp(-127, 127).to(torch.int8)
    packed = lzma.compress(codes.T.contiguous().numpy().tobytes())
    return {"codes": torch.frombuffer(bytearray(packed), dtype=torch.uint8), "mean": mean, "basis": basis}


def read(tensors: dict[str, Tensor], step: float = STEP) -> Neighbours:
    """The digits of the file's tensors."""
    codes = torch.frombuffer(bytearray(lzma.decompress(tensors["codes"].numpy().tobytes())), dtype=torch.int8)
    rows = step * codes.view(len(tensors["mean"]), -1).T.float()
    return Neighbours(rows.contiguous(), tensors["labels"], tensors["mean"], tensors["basis"], tensors["quantiles"])


@lru_cache(maxsize=1)
def load() -> Neighbours:
    """The shipped digits. Raises WeightsError where the file is missing or damaged."""
    path = weights.directory("judge") / FILE
    try:
        return read(load_file(path))
    except Exception as reason:  # missing, cut short, or another file under this name
        said = str(reason) if path.is_file() else "missing"
        raise WeightsError("judge", str(path), said, "python -m playground.metrics judge") from reason

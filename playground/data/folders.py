"""Folders of pictures as domains to translate between: one folder per domain, any sizes, at least as large as wanted.

    horses/ a.jpg b.png ...      zebras/ c.jpg ...

As CycleGAN's authors do, a picture's shorter side becomes 286/256 of what is wanted, a square of it is cut out at
random and mirrored half of the time. Grey and palette pictures become RGB, transparent ones lie on white, and a
photograph stands as its camera says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import torch
import torchvision.transforms.v2.functional as T
from PIL import Image, ImageOps
from torch import Tensor
from torchvision.datasets.folder import IMG_EXTENSIONS, find_classes, make_dataset

ENLARGED = 286 / 256


@dataclass(frozen=True)
class Folders:
    """Training batches of several domains, each from its own folder.

    root: where the folders are, at least two. size: pictures per domain and batch. side: of the squares, in pixels.
    Raises FileNotFoundError where a folder has no picture.
    """

    root: Path
    size: int
    side: int
    seed: int = field(default=0, kw_only=True)
    rank: int = field(default=0, kw_only=True)
    world: int = field(default=1, kw_only=True)

    @cached_property
    def domains(self) -> tuple[str, ...]:
        """The folders' names, sorted."""
        names = find_classes(self.root)[0]
        if len(names) < 2:
            raise FileNotFoundError(f"expected at least two folders of pictures in {self.root}, got {names}")
        return tuple(names)

    @cached_property
    def files(self) -> tuple[tuple[str, ...], ...]:
        """The pictures of each domain."""
        index = {name: k for k, name in enumerate(self.domains)}
        found = make_dataset(str(self.root), index, extensions=IMG_EXTENSIONS)
        return tuple(tuple(path for path, of in found if of == k) for k in index.values())

    @property
    def per_epoch(self) -> int:
        """Steps in one pass over the largest folder, all processes together."""
        return -(-max(map(len, self.files)) // (self.size * self.world))

    def at(self, step: int) -> tuple[Tensor]:
        """Batch number `step`: x (S, size, 3, side, side) in [0, 1]."""
        generator = torch.Generator().manual_seed(hash((self.seed, step, self.rank)) % 2**63)
        return (
            torch.stack([torch.stack([self._one(paths, generator) for _ in range(self.size)]) for paths in self.files]),
        )

    def _one(self, paths: tuple[str, ...], generator: torch.Generator) -> Tensor:
        which, down, along, mirrored = torch.rand(4, generator=generator).tolist()
        x = T.resize(opened(paths[int(which * len(paths))]), [round(self.side * ENLARGED)], antialias=True)
        top, left = (int(u * (extent - self.side + 1)) for u, extent in zip((down, along), x.shape[1:], strict=True))
        x = T.crop(x, top, left, self.side, self.side)
        return T.horizontal_flip(x) if mirrored < 0.5 else x


def opened(path: str | Path) -> Tensor:
    """A picture file as (3, H, W) in [0, 1]."""
    with Image.open(path) as image:
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    white = Image.new("RGBA", upright.size, "white")
    return T.to_dtype(T.pil_to_tensor(Image.alpha_composite(white, upright).convert("RGB")), torch.float32, scale=True)

"""Another `pretrained` folder for some tests, in place of the shipped one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playground import weights


@contextmanager
def lived_in(root: Path) -> Iterator[Path]:
    """Inside, weights are read from `root`; networks that were loaded before or inside are not mixed up."""
    before = weights.PRETRAINED
    weights._load.cache_clear()
    weights.PRETRAINED = root
    try:
        yield root
    finally:
        weights.PRETRAINED = before
        weights._load.cache_clear()

"""Bench of the image generators: a grid in one pass against a loop over its pictures. Pages want it below 150 ms."""

from __future__ import annotations

from collections.abc import Callable

from playground.bench.row import Row, median_seconds
from playground.inference import dcgan

REPEATS = 9


def dcgan_grid() -> Row:
    """The dcgan stage's 100 pictures, as its slider asks for them, against a pass for each."""
    loss = dcgan.LOSSES[0]
    ours, loop = median_seconds(
        lambda: dcgan.samples(loss, 0, dcgan.MOST),
        lambda: [dcgan.samples(loss, seed, 1) for seed in range(dcgan.MOST)],
        repeats=REPEATS,
    )
    return Row(f"dcgan_grid/{dcgan.MOST}", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


ROWS: dict[str, Callable[[], Row]] = {f"dcgan_grid/{dcgan.MOST}": dcgan_grid}

"""Bench of the image generators: a grid in one pass against a loop over its pictures. Pages want it below 150 ms."""

from __future__ import annotations

from collections.abc import Callable

from playground.bench.row import Row, median_seconds
from playground.inference import dcgan, progan

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


def progan_grid() -> Row:
    """100 pictures of 32 x 32 of the Progressive GAN, against a pass for each."""
    ours, loop = median_seconds(
        lambda: progan.generate(0, progan.MOST),
        lambda: [progan.generate(seed, 1) for seed in range(progan.MOST)],
        repeats=REPEATS,
    )
    return Row(f"progan_grid/{progan.MOST}", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


ROWS: dict[str, Callable[[], Row]] = {
    f"dcgan_grid/{dcgan.MOST}": dcgan_grid,
    f"progan_grid/{progan.MOST}": progan_grid,
}

"""Bench of the codes stage: a sweep in one pass against a loop over its pictures; one answer of the page."""

from __future__ import annotations

from collections.abc import Callable

from playground.bench.row import Row, median_seconds
from playground.inference import codes

OTHERS, REPEATS = 8, 9


def infogan_sweep() -> Row:
    """A 10 x 10 sweep in one batched pass against a loop over 100 single pictures. The stage wants it below 100 ms."""
    grid = [(c1, float(c2)) for c1 in range(codes.CATEGORIES) for c2 in codes.TURNS]
    ours, loop = median_seconds(
        lambda: codes.sweep("c1_c2", c3=0.0, seed=0),
        lambda: [codes.generate(c1, c2, 0.0, 0) for c1, c2 in grid],
        repeats=REPEATS,
    )
    return Row("infogan_sweep", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


def infogan_generate() -> Row:
    """What the page asks while a knob turns: the picture, ten categories, eight other noises and the judge's verdict.

    In one pass, against one pass per picture.
    """

    def one_by_one() -> None:
        codes.generate(3, 0.5, 0.0, 0, judge=True)
        for c1 in range(codes.CATEGORIES):
            codes.generate(c1, 0.5, 0.0, 0)
        for seed in range(1, OTHERS + 1):
            codes.generate(3, 0.5, 0.0, seed)

    ours, loop = median_seconds(
        lambda: codes.generate(3, 0.5, 0.0, 0, others=OTHERS, categories=True, judge=True), one_by_one, repeats=REPEATS
    )
    return Row("infogan_generate", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


ROWS: dict[str, Callable[[], Row]] = {"infogan_sweep": infogan_sweep, "infogan_generate": infogan_generate}

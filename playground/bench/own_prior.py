"""Speed of the training towards a drawn prior: the whole film against the ten seconds that the page speaks of."""

from __future__ import annotations

import time
from collections.abc import Callable

from playground.bench.row import Row

PROMISED = 10.0  # seconds of one core


def training_row() -> Row:
    """Seconds of this process for a whole training with all its frames, packed; the page says about ten."""
    from playground.inference.own_prior import film, make_wish, packed

    wish = make_wish("gan", 0)
    next(film(wish))
    start = time.process_time()
    for frame in film(wish):
        packed(frame)
    ours = time.process_time() - start
    return Row("own_prior_training", ours, PROMISED, PROMISED / ours, "s")


ROWS: dict[str, Callable[[], Row]] = {"own_prior_training": training_row}

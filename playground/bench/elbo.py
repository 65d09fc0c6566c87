"""Row of the ELBO stage: one answer while q is dragged, as a sum over a grid against draws of the same accuracy."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from playground.bench.row import Row, median_seconds

EXAMPLE = 10
ACCURACY = 0.1  # nats: what tests/inference/test_elbo.py holds the grid to


def elbo_move() -> Row:
    """Milliseconds for E_q[log p(x|z)]: the grid of eps against as many draws as give a standard error of 0.1 nats."""
    from playground.inference import elbo, latent

    known = elbo.take(latent.latent_map().examples[EXAMPLE])
    rng = np.random.default_rng(0)
    trial = elbo._log_likelihood(known.x, known.mu + known.sigma * rng.standard_normal((4000, 2)))
    draws = math.ceil(trial.var() / ACCURACY**2)
    z = known.mu + known.sigma * rng.standard_normal((draws, 2))
    off = abs(elbo.terms(known.x, known.mu, known.sigma).reconstruction - elbo._log_likelihood(known.x, z).mean())
    if off > 5 * ACCURACY:
        raise AssertionError(f"expected the same term from both sides, got a difference of {off:.2f} nats")
    ours, baseline = median_seconds(
        lambda: elbo.terms(known.x, known.mu, known.sigma), lambda: elbo._log_likelihood(known.x, z).mean()
    )
    return Row("elbo_move", 1000 * ours, 1000 * baseline, baseline / ours, "ms")


ROWS: dict[str, Callable[[], Row]] = {"elbo_move": elbo_move}

"""Sampling character by character: a kept state against reading the whole text again for each character.

Seconds for n texts of 200 characters with all their probabilities; shipped weights where they are there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from playground.bench.row import Row, median_seconds
from playground.errors import WeightsError

LENGTH = 200
TIMES = 5  # the fast side runs so often in its turn, or the turn would be too short to time beside other work


def sample(n: int, repeats: int) -> Row:
    """n texts, both ways in turn. Raises if the characters differ."""
    import torch

    from playground import weights

    try:
        model = weights.load("char_rnn")
    except WeightsError:
        model = weights.create("char_rnn").eval()
    uniforms = torch.rand(n, LENGTH, generator=torch.Generator().manual_seed(0))
    texts = {}

    def draw(cached: bool, times: int) -> None:
        for _ in range(times):
            texts[cached] = model.sample(n, uniforms=uniforms, cached=cached)

    ours, baseline = median_seconds(partial(draw, True, TIMES), partial(draw, False, 1), repeats=repeats, warm=1)
    ours /= TIMES
    if not torch.equal(texts[True], texts[False]):
        different = int((texts[True] != texts[False]).sum())
        raise AssertionError(f"expected the same characters from the same uniforms, got {different} different ones")
    return Row(f"char_rnn_sample/{n}", ours, baseline, baseline / ours, "s")


ROWS: dict[str, Callable[[], Row]] = {
    "char_rnn_sample/1": partial(sample, 1, 3),
    "char_rnn_sample/16": partial(sample, 16, 3),
}

"""Sampling pixel by pixel: `incremental` against one full pass of the network per pixel, the same pixels from both.

Seconds for n whole images with all their probabilities; shipped weights where they are there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from playground.bench.row import Row, median_seconds
from playground.errors import WeightsError

TIMES = 10  # the fast side runs so often in its turn, or the turn would be too short to time beside other work


def sample(id: str, n: int, repeats: int) -> Row:
    """One row: n images of a model, cached and with full passes, in turn. Raises if the pixels differ."""
    import torch

    from playground import weights

    try:
        model = weights.load(id)
    except WeightsError:
        model = weights.create(id).eval()
    uniforms = torch.rand(n, model.order.numel(), generator=torch.Generator().manual_seed(0))
    images = {}

    def draw(cached: bool, times: int) -> None:
        for _ in range(times):
            images[cached] = model.sample(n, uniforms=uniforms, cached=cached)

    ours, baseline = median_seconds(partial(draw, True, TIMES), partial(draw, False, 1), repeats=repeats, warm=0)
    ours /= TIMES
    if not torch.equal(images[True], images[False]):
        different = int((images[True] != images[False]).sum())
        raise AssertionError(f"expected the same pixels from the same uniforms, got {different} different ones")
    return Row(f"{id}_sample/{n}", ours, baseline, baseline / ours, "s")


ROWS: dict[str, Callable[[], Row]] = {
    "pixel_cnn_sample/1": partial(sample, "pixel_cnn", 1, 7),
    "pixel_cnn_sample/16": partial(sample, "pixel_cnn", 16, 3),
    "nade_sample/1": partial(sample, "nade", 1, 7),
    "nade_sample/16": partial(sample, "nade", 16, 3),
}

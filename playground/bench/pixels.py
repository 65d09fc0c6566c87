"""Drawing and scoring images, a row for every explicit model of the catalogue.

`<id>_sample/n`: seconds for n whole images, `incremental` against one full pass of the network per value, the same
images from both; a VAE, whose image is one pass anyway, stands against the sampler of PixelCNN. `<id>_log_prob/1000`:
seconds for log p of 1,000 images in one call, against the ten that a lecture can wait. Seconds are of one processor,
so that a busy machine changes little. Shipped weights where they are there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from playground import catalog
from playground.bench.row import Row, median_seconds
from playground.errors import WeightsError

if TYPE_CHECKING:
    import torch

    from playground.models.base import Model

TIMES = 10  # the fast side runs so often in its turn, or the turn would be too short to time beside other work
LONGEST = 20.0  # seconds that the slow side may take in all, where three turns do not take longer
PATIENCE = 10.0  # seconds
SCORED = 1000
BATCHES = ("nade", "made", "pixel_cnn")  # of these also 16 images at once; the slow side takes minutes


def sample(id: str, n: int) -> Row:
    """One row: n images of a model, cached and with full passes, in turn. Raises if they differ."""
    import torch

    model, images = _model(id), {}

    def draw(cached: bool, times: int) -> None:
        for _ in range(times):
            images[cached] = model.sample(n, generator=torch.Generator().manual_seed(0), cached=cached)

    (once,) = _seconds(partial(draw, False, 1), repeats=1, warm=0)
    repeats = int(min(7, max(3, LONGEST // once)))
    ours, baseline = _seconds(partial(draw, True, TIMES), partial(draw, False, 1), repeats=repeats, warm=0)
    ours /= TIMES
    different = int(((images[True] - images[False]).abs() > 1e-3).sum())  # real values differ in the last digits
    if different:
        raise AssertionError(f"expected the same values from the same uniforms, got {different} different ones")
    return Row(f"{id}_sample/{n}", ours, baseline, baseline / ours, "s")


def decoded(id: str, n: int, variant: str | None = None) -> Row:
    """One row: n images of a latent model or its variant, each one pass, against the cached sampler of PixelCNN."""
    import torch

    model, pixels = _model(id, variant), _model("pixel_cnn")

    @torch.inference_mode()
    def one_pass() -> torch.Tensor:
        for _ in range(TIMES):
            generator = torch.Generator().manual_seed(0)
            z = torch.randn(n, model.latent_dim, generator=generator)
            x = torch.bernoulli(model.decode(z), generator=generator)
        return x

    ours, baseline = _seconds(one_pass, lambda: pixels.sample(n, generator=torch.Generator().manual_seed(0)))
    name = f"{id}_{variant}" if variant else id
    return Row(f"{name}_sample/{n}", ours / TIMES, baseline, baseline * TIMES / ours, "s")


def log_prob(id: str) -> Row:
    """One row: log p of 1,000 images in one call, against what one can wait for."""
    import torch

    x = _model("bernoulli").sample(SCORED, generator=torch.Generator().manual_seed(0))
    model = _model(id)
    with torch.inference_mode():
        (ours,) = _seconds(lambda: model.log_prob(x), repeats=3)
    return Row(f"{id}_log_prob/{SCORED}", ours, PATIENCE, PATIENCE / ours, "s")


_seconds = partial(median_seconds, clock=time.process_time)


def _model(id: str, variant: str | None = None) -> Model:
    from playground import weights

    try:
        return weights.load(id, variant=variant)
    except WeightsError:
        return weights.create(id, variant).eval()


def _rows() -> dict[str, Callable[[], Row]]:
    rows: dict[str, Callable[[], Row]] = {}
    for card in catalog.CARDS:
        draw = sample if "sample" in card.capabilities else decoded if "elbo" in card.capabilities else None
        if draw is None:
            continue
        for n in (1, 16) if card.id in BATCHES else (1,):
            rows[f"{card.id}_sample/{n}"] = partial(draw, card.id, n)
        for variant in card.ranked:
            rows[f"{card.id}_{variant}_sample/1"] = partial(decoded, card.id, 1, variant)
        if card.stage == "pixels":
            rows[f"{card.id}_log_prob/{SCORED}"] = partial(log_prob, card.id)
    return rows


ROWS: dict[str, Callable[[], Row]] = _rows()

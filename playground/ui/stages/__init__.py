"""The stages of the page, in the order of their tabs. A new stage is one file here and one name in `STAGES`."""

from __future__ import annotations

from playground.ui.page import Stage
from playground.ui.stages import (
    anomaly,
    basics,
    codes,
    colour,
    density,
    lab,
    ladder,
    latent,
    masks,
    pixels,
    sight,
    text,
)

STAGES: tuple[Stage, ...] = (
    basics.STAGE,
    pixels.STAGE,
    masks.STAGE,
    sight.STAGE,
    density.STAGE,
    colour.STAGE,
    anomaly.STAGE,
    text.STAGE,
    latent.STAGE,
    lab.STAGE,
    codes.STAGE,
    ladder.STAGE,
)
IDS = tuple(stage.id for stage in STAGES)

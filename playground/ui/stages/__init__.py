"""The stages of the page, in the order of their tabs. A new stage is one file here and one name in `GROUPS`."""

from __future__ import annotations

from playground import catalog
from playground.ui.page import Stage
from playground.ui.stages import (
    anomaly,
    basics,
    blend,
    codes,
    collapse,
    colour,
    cyclegan,
    dcgan,
    density,
    elbo,
    lab,
    ladder,
    latent,
    masks,
    own_prior,
    pixels,
    planes,
    progan,
    puzzle_gan,
    reparam,
    seeds,
    sight,
    stargan,
    text,
    text2image,
)

TRANSLATION = (text2image.STAGE, puzzle_gan.STAGE, cyclegan.STAGE, stargan.STAGE)

GROUPS: dict[str, tuple[Stage, ...]] = {
    "basics": (basics.STAGE,),
    "autoregressive": (
        pixels.STAGE,
        masks.STAGE,
        sight.STAGE,
        density.STAGE,
        colour.STAGE,
        text.STAGE,
        anomaly.STAGE,
    ),
    "latent": (latent.STAGE, planes.STAGE, blend.STAGE, elbo.STAGE, reparam.STAGE, collapse.STAGE, own_prior.STAGE),
    "adversarial": (lab.STAGE, seeds.STAGE, dcgan.STAGE, codes.STAGE, progan.STAGE),
    "translation": tuple(s for s in TRANSLATION if catalog.card(s.id).shipped),
    "ladder": (ladder.STAGE,),
}
"""The lecture's chapters, each with its stages in the order of their tabs; its name is `page.group.<id>`."""

STAGES = tuple(stage for group in GROUPS.values() for stage in group)
IDS = tuple(stage.id for stage in STAGES)

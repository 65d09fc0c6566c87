"""Bench of the stages that make a picture of something. Pages want an answer below 150 ms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from playground import catalog
from playground.bench.row import Row, median_seconds
from playground.inference import cyclegan, puzzle_gan, stargan, text2image

REPEATS = 9
CAPTION = "a small thin red seven in the upper left on a blue ground"


def text2image_eight() -> Row:
    """What the page asks for a caption: eight pictures and the judge's reading of them, against a pass for each."""
    from playground.data.noise import noises
    from playground.inference import _text2image as networks

    def one_by_one() -> None:
        for seed in range(text2image.SHOWN):
            networks.judged(networks.generated(noises([seed], text2image.Z_DIM), [CAPTION]))

    ours, loop = median_seconds(lambda: text2image.draw(CAPTION), one_by_one, repeats=REPEATS)
    return Row("text2image_eight", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


def puzzle_gan_six() -> Row:
    """What the page asks while a frame is dragged: six pictures, masks and the judge, against a pass for each."""
    from playground.inference import _puzzle_gan as networks

    image = puzzle_gan.source("sample", 5).image
    places = [[9, 12], [16, 19], [24, 15]]

    def one_by_one() -> None:
        patches, _ = networks.cut(image, np.array(places))
        for seed in range(puzzle_gan.SHOWN):
            pictures = networks.completed(patches[None], puzzle_gan.noises(seed, 1)).pictures
            networks.judged((255 * pictures).round().astype(np.uint8))

    ours, loop = median_seconds(lambda: puzzle_gan.complete(image, places), one_by_one, repeats=REPEATS)
    return Row("puzzle_gan_six", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


def cyclegan_translate() -> Row:
    """Eight digits there and back with all that the page says of them, against one at a time."""
    way = cyclegan.WAYS[0]
    ours, loop = median_seconds(
        lambda: cyclegan.eight(way, value=0),
        lambda: [cyclegan.trip(way, value=digit, seed=digit) for digit in range(cyclegan.EIGHT)],
        repeats=REPEATS,
    )
    return Row("cyclegan_translate", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


def stargan_translate() -> Row:
    """One digit in every style and back, against a pass for each of the ten pictures."""
    import torch

    from playground.inference import _translators, given

    style = stargan.DOMAINS[0]

    def one_by_one() -> None:
        model = _translators.network(stargan.MODEL)
        x = _translators.painted(given.samples([3], 0), style, model.device)
        for target in stargan.DOMAINS:
            made = model.translate(x, target)
            model.translate(made, style)
            model.D(2 * made - 1)
            _translators.read(made)

    with torch.inference_mode():
        ours, loop = median_seconds(lambda: stargan.round_trip(style), one_by_one, repeats=REPEATS)
    return Row("stargan_translate", 1e3 * ours, 1e3 * loop, loop / ours, "ms")


_OF_MODELS = {
    "text2image": ("text2image_eight", text2image_eight),
    "puzzle_gan": ("puzzle_gan_six", puzzle_gan_six),
    "cyclegan": ("cyclegan_translate", cyclegan_translate),
    "stargan": ("stargan_translate", stargan_translate),
}
ROWS: dict[str, Callable[[], Row]] = dict(row for id, row in _OF_MODELS.items() if catalog.card(id).shipped)

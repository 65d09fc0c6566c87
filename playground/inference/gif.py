"""Still pictures, as a browser draws them, as one animated GIF.

    gif([png, png, ...], 800, 280, 90) -> b"GIF89a..."

All pictures come from outside. How many, how many bytes and of which size is checked before anything is decoded, the
size by what each picture's own header announces, so a small file cannot unfold into a large one.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image

from playground.errors import InvalidInput
from playground.inference import checks

MOST_FRAMES = 120
WIDEST, HIGHEST = 1000, 600  # pixels
LARGEST = 12_000_000  # bytes of all pictures together
DELAY = (20, 5000)  # milliseconds; a GIF counts in hundredths of a second
REST = 2000  # milliseconds that the last picture stays
KINDS = ("PNG", "JPEG", "WEBP")
SAMPLED = 6  # pictures from which the colours are chosen
# How many and how: a median cut alone mixes away what is small (a panel's colour, the ring of a covered mode), the
# other alone has few shades for what is large.
COLOURS = ((160, Image.Quantize.MEDIANCUT), (96, Image.Quantize.MAXCOVERAGE))


def gif(pictures: Sequence[bytes], width: object, height: object, delay: object) -> bytes:
    """A GIF that repeats for ever: each picture for `delay` milliseconds, the last for at least REST.

    pictures: PNG, JPEG or WebP files, all of width x height pixels. One palette of 256 colours for all of them, so that
    nothing flickers. Raises InvalidInput for whatever does not fit.
    """
    size = (checks.integer("width", width, 1, WIDEST), checks.integer("height", height, 1, HIGHEST))
    delay = checks.integer("delay", delay, *DELAY)
    if not 1 <= len(pictures) <= MOST_FRAMES:
        raise InvalidInput("integer_range", "pictures", len(pictures), low=1, high=MOST_FRAMES)
    if (total := sum(map(len, pictures))) > LARGEST:
        raise InvalidInput("too_long", "pictures", total, high=LARGEST)
    opened = [_opened(picture, size) for picture in pictures]  # headers only
    frames = [_decoded(image) for image in opened]
    palette = _palette(frames)
    first, *rest = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    out = io.BytesIO()
    durations = [delay] * len(rest) + [max(delay, REST)]
    first.save(out, "GIF", save_all=True, append_images=rest, duration=durations, loop=0, optimize=False, disposal=1)
    return out.getvalue()


def _opened(picture: bytes, size: tuple[int, int]) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(picture), formats=KINDS)
    except Exception:  # Pillow has many ways to say that this is no picture
        raise InvalidInput("choice", "pictures", picture[:16], choices=list(KINDS)) from None
    if image.size != size or getattr(image, "n_frames", 1) != 1:
        got = f"{image.size[0]} x {image.size[1]}"
        raise InvalidInput("shape", "pictures", got, expected=f"{size[0]} x {size[1]}")
    return image


def _decoded(image: Image.Image) -> Image.Image:
    try:
        return image.convert("RGB")
    except Exception:
        raise InvalidInput("choice", "pictures", "…", choices=list(KINDS)) from None


def _palette(frames: Sequence[Image.Image]) -> Image.Image:
    """256 colours for pictures spread over the whole film."""
    some = frames[:: max(1, len(frames) // SAMPLED)]
    width, height = some[0].size
    sheet = Image.new("RGB", (width, height * len(some)))
    for k, frame in enumerate(some):
        sheet.paste(frame, (0, k * height))
    palette = Image.new("P", (1, 1))
    palette.putpalette(
        [part for n, method in COLOURS for part in sheet.quantize(n, method=method).getpalette()[: 3 * n]]
    )
    return palette

"""Pictures as a GIF: what comes out, and everything that must not come in."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageSequence

from playground.errors import InvalidInput
from playground.inference import gif as room
from playground.inference.gif import gif


def picture(value=0, size=(40, 30), kind="PNG", **options):
    """One picture of a square that has gone `value` pixels to the right."""
    image = Image.new("RGB", size, "white")
    image.paste((200, 60, 10), (value, 5, value + 8, 13))
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def test_every_picture_is_a_frame_in_its_order_with_its_time():
    made = Image.open(io.BytesIO(gif([picture(k) for k in range(9)], 40, 30, 90)))
    assert made.format == "GIF" and made.size == (40, 30) and made.n_frames == 9 and made.info["loop"] == 0
    seen = [(frame.info["duration"], np.array(frame.convert("RGB"))) for frame in ImageSequence.Iterator(made)]
    assert [duration for duration, _ in seen] == [90] * 8 + [room.REST]
    for k, (_, pixels) in enumerate(seen):
        want = np.array(Image.open(io.BytesIO(picture(k))).convert("RGB")).astype(int)
        assert np.abs(pixels - want).max() <= 8, f"expected picture {k} but for the palette"


def test_the_three_kinds_of_a_browser_are_read():
    pictures = [picture(0), picture(1, kind="JPEG", quality=95), picture(2, kind="WEBP", lossless=True)]
    assert Image.open(io.BytesIO(gif(pictures, 40, 30, 20))).n_frames == 3


def test_small_marks_keep_their_colour():
    y, x = np.mgrid[:120, :200]
    page = np.stack([100 + x // 2, 120 + y, 255 - x // 2], -1).astype(np.uint8)  # far more than 256 shades
    marks = [(31, 95, 191), (179, 74, 8), (11, 122, 91), (163, 48, 143), (138, 109, 0)]
    for k, colour in enumerate(marks):
        page[10:14, 10 + 30 * k : 22 + 30 * k] = colour
    out = io.BytesIO()
    Image.fromarray(page).save(out, "PNG")
    made = np.array(Image.open(io.BytesIO(gif([out.getvalue()], 200, 120, 90))).convert("RGB")).astype(int)
    for k, colour in enumerate(marks):
        assert np.abs(made[12, 15 + 30 * k] - colour).max() <= 12, f"expected {colour} in the GIF"


def announced(width, height):
    """A PNG of a few bytes whose header announces a size."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")


def animated():
    out = io.BytesIO()
    Image.new("RGB", (40, 30)).save(out, "WEBP", save_all=True, append_images=[Image.new("RGB", (40, 30), "red")])
    return out.getvalue()


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ([], "pictures: expected an integer from 1 to 120, got 0"),
        ([picture()] * 121, "got 121"),
        ([b"no picture"], "pictures: expected one of PNG, JPEG, WEBP"),
        ([b""], "pictures: expected one of PNG"),
        ([picture(kind="GIF")], "pictures: expected one of PNG"),
        ([picture(kind="BMP")], "pictures: expected one of PNG"),
        ([picture(), picture(size=(41, 30))], "pictures: expected shape 40 x 30, got '41 x 30'"),
        ([announced(30_000, 30_000)], "pictures: expected"),
        ([announced(4_000, 4_000)], "expected shape 40 x 30"),
        ([announced(40, 30)], "pictures"),  # too little inside
        ([picture()[:60]], "pictures"),
        ([picture(kind="JPEG")[:300]], "pictures"),
        ([animated()], "expected shape 40 x 30"),
    ],
)
def test_whatever_is_no_picture_of_that_size_is_refused(pictures, expected):
    with pytest.raises(InvalidInput, match=expected):
        gif(pictures, 40, 30, 90)


@pytest.mark.parametrize("bad", [(1001, 30, 90), (40, 601, 90), (0, 30, 90), (40, 30, 5), (40, 30, 9e9), (40, "x", 90)])
def test_bounds_of_size_and_time(bad):
    with pytest.raises(InvalidInput):
        gif([picture()], *bad)


def test_nothing_is_decoded_before_all_was_checked(monkeypatch):
    monkeypatch.setattr(room, "LARGEST", 500)
    monkeypatch.setattr(room, "_opened", lambda *_: pytest.fail("expected no picture to be opened"))
    with pytest.raises(InvalidInput, match="expected at most 500"):
        gif([picture()] * 100, 40, 30, 90)


def test_a_hundred_frames_of_a_lecture_take_seconds():
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:280, :800]
    pictures = []
    for k in range(100):
        shade = (127 + 60 * np.sin(x / 90 + k / 9) + 60 * np.cos(y / 70)).clip(0, 255).astype(np.uint8)
        image = np.stack([shade, 255 - shade, np.full_like(shade, 230)], -1)
        for cx, cy in rng.integers(4, 270, (300, 2)):
            image[cy : cy + 3, cx * 2 : cx * 2 + 3] = (220, 110, 20)
        out = io.BytesIO()
        Image.fromarray(image).save(out, "PNG", compress_level=1)
        pictures.append(out.getvalue())
    began = time.process_time()
    made = gif(pictures, 800, 280, 90)
    assert time.process_time() - began < 5, "expected a GIF in a few seconds"
    assert Image.open(io.BytesIO(made)).n_frames == 100

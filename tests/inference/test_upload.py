"""Pictures of visitors: every mode and orientation becomes what a person sees, everything else a message."""

from __future__ import annotations

import base64
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from playground.errors import InvalidInput
from playground.inference import upload

RNG = np.random.Generator(np.random.PCG64(0))
COLOURS = RNG.integers(0, 256, (6, 9, 3), dtype=np.uint8)  # 9 wide, 6 high


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def refused(source: object, kind: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as problem:
        upload.opened(source)
    assert problem.value.kind == kind
    for lang in ("en", "ko"):
        assert "{" not in problem.value.message(lang)
    return problem.value


@pytest.mark.parametrize("kind", ["PNG", "BMP", "WEBP"])
def test_colours_arrive_as_they_are(kind):
    raw = encoded(Image.fromarray(COLOURS), kind, **({"lossless": True} if kind == "WEBP" else {}))
    assert np.array_equal(upload.opened(raw), COLOURS.astype(np.float32) / 255)


def test_a_file_is_read_from_its_path(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(Image.fromarray(COLOURS)))
    assert np.array_equal(upload.opened(tmp_path / "a.png"), upload.opened(str(tmp_path / "a.png")))
    refused(tmp_path / "none.png", "upload_broken")


def test_a_jpeg_is_close():
    flat = np.full((40, 40, 3), (200, 30, 90), np.uint8)
    found = upload.opened(encoded(Image.fromarray(flat), "JPEG", quality=95))
    assert np.abs(255 * found - flat).max() < 4


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_every_exif_orientation_is_undone(orientation, kind):
    """What a camera stores so that its orientation gives the upright picture back."""
    seen = np.zeros((32, 48, 3), np.uint8)
    seen[:16, :16] = (255, 0, 0)
    seen[16:, 32:] = (0, 0, 255)
    back = {1: None, 2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_90"}
    back |= {7: "TRANSVERSE", 8: "ROTATE_270"}
    image = Image.fromarray(seen)
    stored = image.transpose(Image.Transpose[back[orientation]]) if back[orientation] else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    raw = encoded(stored, kind, exif=exif, **({} if kind == "PNG" else {"quality": 98}))
    found = upload.opened(raw)
    assert found.shape == seen.shape and np.abs(255 * found - seen).mean() < 3
    assert upload.read(base64.b64encode(raw).decode(), 8).size == (48, 32)


def test_alpha_stands_on_white():
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 0] = (255, 0, 0, 255)
    rgba[0, 1] = (0, 0, 0, 0)
    rgba[1, 0] = (0, 0, 0, 128)
    found = (255 * upload.opened(encoded(Image.fromarray(rgba)))).round()
    assert found[0, 0].tolist() == [255, 0, 0] and found[0, 1].tolist() == [255] * 3
    assert np.abs(found[1, 0] - 127).max() <= 1


def test_palettes_with_a_transparent_colour():
    image = Image.fromarray(np.array([[0, 1]], np.uint8), "P")
    image.putpalette([10, 20, 30, 40, 50, 60])
    plain = (255 * upload.opened(encoded(image))).round()
    assert plain[0].tolist() == [[10, 20, 30], [40, 50, 60]]
    clear = (255 * upload.opened(encoded(image, transparency=1))).round()
    assert clear[0].tolist() == [[10, 20, 30], [255, 255, 255]]


@pytest.mark.parametrize("mode", ["1", "L", "LA"])
def test_greys_of_every_mode(mode):
    raw = encoded(Image.fromarray(np.array([[0, 255]], np.uint8)).convert(mode))
    assert upload.opened(raw).tolist() == [[[0.0] * 3, [1.0] * 3]]


def test_sixteen_bits_of_grey_are_scaled_not_cut():
    found = upload.opened(encoded(Image.fromarray(np.array([[0, 32896, 65535]], np.uint16))))
    assert (255 * found[0, :, 0]).round().tolist() == [0, 128, 255]


def test_a_printers_colours():
    found = upload.opened(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))
    assert found[..., 0].mean() > 0.9 and found[..., 1:].mean() < 0.1


def test_the_first_frame_of_a_film():
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "lime", "blue")]
    for kind in ("GIF", "WEBP", "PNG"):
        more = {"lossless": True} if kind == "WEBP" else {}
        raw = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **more)
        assert upload.opened(raw)[0, 0].tolist() == [1.0, 0.0, 0.0]


def test_large_pictures_are_reduced():
    found = upload.opened(encoded(Image.new("RGB", (3000, 1500), "teal"), "JPEG"))
    assert max(found.shape) <= upload.LARGEST and found.shape[1] == pytest.approx(2 * found.shape[0], abs=2)
    sent = base64.b64encode(encoded(Image.new("RGB", (3000, 1500), "teal"), "JPEG")).decode()
    assert upload.read(sent, 32).size == (3000, 1500)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP"])
def test_files_that_end_too_early(kind, cut):
    raw = encoded(Image.fromarray(RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)), kind)
    refused(raw[: int(cut * len(raw))], "upload_broken")


def test_damaged_files_are_refused_or_read_but_never_crash():
    raw = bytearray(encoded(Image.fromarray(RNG.integers(0, 256, (32, 32, 3), dtype=np.uint8))))
    for _ in range(60):
        hurt = bytearray(raw)
        for at in RNG.integers(8, len(raw), 4):
            hurt[at] ^= int(RNG.integers(1, 256))
        try:
            assert upload.opened(bytes(hurt)).shape[2] == 3
        except InvalidInput as problem:
            assert problem.kind in ("upload_broken", "upload_type", "upload_pixels")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"", "0 B"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\3\4....", "ZIP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic....", "HEIC"),
        (b"\0\0\0\x18ftypisom....", "MP4"),
        (b"hello, world", "12 B"),
    ],
)
def test_what_is_no_picture_is_named(raw, name):
    assert name in refused(raw, "upload_type").message("ko")


def test_a_tiff_is_no_allowed_type():
    refused(encoded(Image.fromarray(COLOURS), "TIFF"), "upload_type")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header claims this size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [5_001, 12_000, 60_000])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_decompression_bombs_are_refused_by_their_header(side, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("expected no pixel to be decoded"))
    problem = refused(bomb(side, side), "upload_pixels")
    assert "25" in problem.message("en")


def test_large_files_are_refused_unread(tmp_path):
    assert "8" in refused(b"\0" * (upload.MOST_BYTES + 1), "upload_bytes").message("ko")
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(1 << 33)  # a hole of 8 GB: reading it would take the memory
    refused(path, "upload_bytes")
    with pytest.raises(InvalidInput) as problem:
        upload.decoded("A" * (2 * upload.MOST_BYTES))
    assert problem.value.kind == "upload_bytes"


@pytest.mark.parametrize("text", [None, 3, "not base64!", "data:image/png;base64,###"])
def test_damaged_base64(text):
    with pytest.raises(InvalidInput) as problem:
        upload.decoded(text)
    assert problem.value.kind == "base64"


@pytest.mark.parametrize("shape", [(32, 32), (50, 80), (7, 1), (1, 1), (1000, 33)])
def test_the_centre_square_keeps_its_mean(shape):
    x = RNG.random((*shape, 3), dtype=np.float32)
    found = upload.square(x, 32)
    assert found.shape == (32, 32, 3)
    short = min(shape)
    top, left = (shape[0] - short) // 2, (shape[1] - short) // 2
    middle = x[top : top + short, left : left + short]
    assert np.allclose(found.mean((0, 1)), middle.mean((0, 1)), atol=1e-5)
    if short == 32:
        assert np.allclose(found, middle, atol=1e-6)


def test_reading_what_a_browser_sends():
    raw = encoded(Image.fromarray(COLOURS))
    found = upload.read("data:image/png;base64," + base64.b64encode(raw).decode(), 6)
    assert found.size == (9, 6) and found.format == "PNG" and np.array_equal(found.x, COLOURS[:, 1:7])

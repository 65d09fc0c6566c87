"""A visitor's picture: from the bytes of a file to RGB in [0, 1], or a message that says what was expected.

The header is read before anything is decoded, so a small file that claims a billion pixels costs nothing. Nothing of a
file is kept or written to disk. Pillow decodes; NumPy does the rest.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from playground.errors import InvalidInput

FIELD = "picture"
MOST_BYTES = 8 * 2**20
MOST_PIXELS = 25_000_000
LARGEST = 1024  # pixels of the longer side that are kept; nothing here looks at more
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
OTHERS = {b"%PDF": "PDF", b"PK": "ZIP", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"<svg": "SVG", b"<": "HTML / XML"}
BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"avif")  # of ISO media files: what some telephones take pictures in


@dataclass(frozen=True)
class Upload:
    """A picture to translate. x (side, side, 3) uint8: the centre square. size: width and height of the original, as it
    is seen (after its EXIF orientation). format: one of FORMATS."""

    x: np.ndarray
    size: tuple[int, int]
    format: str


def opened(source: bytes | str | Path) -> np.ndarray:
    """A picture as (H, W, 3) float32 in [0, 1], upright, alpha on white, the first frame, its longer side <= LARGEST.

    source: the bytes of a file, or its path. Raises InvalidInput: more than MOST_BYTES or MOST_PIXELS, none of FORMATS,
    damaged or cut off.
    """
    return _upright(_image(source))


def square(x: np.ndarray, side: int) -> np.ndarray:
    """The centre square of (H, W, C), resampled by area: (side, side, C) float32."""
    short = min(x.shape[:2])
    top, left = ((n - short) // 2 for n in x.shape[:2])
    middle = x[top : top + short, left : left + short].astype(np.float64)
    area = _area(short, side)
    down = np.tensordot(area, middle, 1)  # (side, short, C)
    return np.moveaxis(np.tensordot(down, area, (1, 1)), 1, 2).astype(np.float32)  # one axis after the other: fast


def read(text: object, side: int) -> Upload:
    """What a browser sends: the file in base64. Raises InvalidInput as `opened` does, or for damaged base64."""
    image = _image(decoded(text))
    size = image.size  # before a JPEG is decoded at less
    x = _upright(image)
    turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)  # EXIF: these orientations swap the sides
    return Upload((255 * square(x, side)).round().astype(np.uint8), size[::-1] if turned else size, image.format)


def decoded(text: object) -> bytes:
    """Bytes of a base64 text that may stand behind `data:...;base64,`. Too long a text is not decoded."""
    if not isinstance(text, str):
        raise InvalidInput("base64", FIELD, text)
    _check_bytes(len(text) * 3 // 4 - 2)
    try:
        return base64.b64decode(text.rpartition(",")[2], validate=True)
    except (ValueError, binascii.Error):
        raise InvalidInput("base64", FIELD, text) from None


def _image(source: bytes | str | Path) -> Image.Image:
    """The file with its header read and checked, its pixels not yet decoded."""
    if not isinstance(source, bytes):
        source = _contents(Path(source))
    _check_bytes(len(source))
    try:
        image = Image.open(io.BytesIO(source), formats=FORMATS)
    except UnidentifiedImageError:
        raise InvalidInput("upload_type", FIELD, _named(source)) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        claimed = re.search(r"\d+", str(problem))  # Pillow says how many in words
        raise InvalidInput("upload_pixels", FIELD, claimed and int(claimed[0]), high=MOST_PIXELS // 10**6) from None
    except Exception as problem:  # a hostile header can fail anywhere in a decoder
        raise InvalidInput("upload_broken", FIELD, f"{type(problem).__name__}: {problem}") from None
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise InvalidInput("upload_pixels", FIELD, f"{width} × {height}", high=MOST_PIXELS // 10**6)
    return image


def _upright(image: Image.Image) -> np.ndarray:
    try:
        image.draft("RGB", (LARGEST, LARGEST))  # a JPEG is decoded at an eighth of its size where that is enough
        image.load()
        rgb = _rgb(ImageOps.exif_transpose(image))
    except Exception as problem:  # cut off, damaged, or made to break a decoder
        raise InvalidInput("upload_broken", FIELD, f"{image.format}: {problem}") from None
    rgb.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return np.asarray(rgb, np.float32) / 255


def _rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB: alpha on white, 16 bits of grey as 8."""
    if image.mode.startswith("I"):
        image = Image.fromarray((np.asarray(image, np.float64) / 257).round().clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert("RGB")


def _contents(path: Path) -> bytes:
    try:
        _check_bytes(path.stat().st_size)
        return path.read_bytes()
    except OSError as problem:
        raise InvalidInput("upload_broken", FIELD, problem.strerror or "file") from None


def _check_bytes(count: int) -> None:
    if count > MOST_BYTES:
        raise InvalidInput("upload_bytes", FIELD, f"{count / 2**20:.1f} MB", high=MOST_BYTES // 2**20)


def _named(source: bytes) -> str:
    """What a file that is no picture seems to be."""
    if source[4:8] == b"ftyp":
        return "HEIC / AVIF" if source[8:12] in BRANDS else "MP4"
    start = source[:64].lstrip().lower()
    found = next((name for head, name in OTHERS.items() if start.startswith(head.lower())), "")
    return found or (f"{len(source)} B: {source[:8].hex(' ')}" if source else "0 B")


def _area(n: int, side: int) -> np.ndarray:
    """(side, n), rows sum to 1: how much of each old pixel is in each new one."""
    edges = np.arange(side + 1) * n / side
    old = np.arange(n)[None, :]
    shares = (np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)).clip(0)
    return shares * side / n

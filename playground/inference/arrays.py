"""Arrays from outside (page, endpoints): packed or as nested lists, checked before anything computes with them."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence

import numpy as np

from playground.errors import InvalidInput

DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32")
LARGEST = 1 << 22  # numbers: more than any picture here, less than a machine minds


def read(value: object, field: str, shape: Sequence[int | None] | None = None) -> np.ndarray:
    """`value` as float32: `{"shape", "dtype", "data": base64}`, nested lists of numbers, or an array.

    shape: what is expected, None for a free axis. Raises InvalidInput: not an array of numbers, damaged base64, NaN or
    infinite entries, or another shape.
    """
    array = _unpack(value, field) if isinstance(value, dict) else _plain(value, field)
    if shape is not None:
        fits = array.ndim == len(shape) and all(
            want in (None, got) for want, got in zip(shape, array.shape, strict=True)
        )
        if not fits:
            expected = tuple("*" if want is None else want for want in shape)
            raise InvalidInput("shape", field, array.shape, expected=str(expected).replace("'", ""))
    if not np.isfinite(array).all():
        raise InvalidInput("finite", field, float(array[~np.isfinite(array)].flat[0]))
    return array.astype(np.float32)


def _unpack(value: dict, field: str) -> np.ndarray:
    """The array of a packed dict; see `ui.components.base.pack`."""
    dtype, shape, data = value.get("dtype"), value.get("shape"), value.get("data")
    if dtype not in DTYPES:
        raise InvalidInput("choice", f"{field}.dtype", dtype, choices=list(DTYPES))
    whole = isinstance(shape, (list, tuple)) and all(type(side) is int and 0 <= side <= LARGEST for side in shape)
    if not whole or math.prod(shape) > LARGEST:
        raise InvalidInput("shape", field, shape, expected="[rows, columns]")
    try:
        raw = base64.b64decode(data, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise InvalidInput("base64", field, data) from None
    kind = np.dtype(dtype).newbyteorder("<")
    if len(raw) != math.prod(shape) * kind.itemsize:
        raise InvalidInput("shape", field, (len(raw) // kind.itemsize,), expected=tuple(shape))
    return np.frombuffer(raw, kind).reshape(shape)


def _plain(value: object, field: str) -> np.ndarray:
    """An array of the numbers in nested lists."""
    if not isinstance(value, (list, tuple, np.ndarray)):
        raise InvalidInput("not_number", field, value)
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        raise InvalidInput("shape", field, value, expected="[rows, columns]") from None
    if array.dtype.kind not in "biuf":
        raise InvalidInput("not_number", field, value)
    if array.size > LARGEST:
        raise InvalidInput("too_long", field, array.size, high=LARGEST)
    return array

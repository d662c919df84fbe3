"""libde265: an HEVC decoder that shares no code with libavcodec's, as the wheel of `pi-heif` carries it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.metadata import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_OK, _WAITING_FOR_INPUT = 0, 13
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
# de265.h: name, result, arguments.
_FUNCTIONS: tuple[tuple[str, Any, list[Any]], ...] = (
    ("de265_new_decoder", _POINTER, []),
    ("de265_free_decoder", _INT, [_POINTER]),
    ("de265_push_data", _INT, [_POINTER, ctypes.c_char_p, _INT, ctypes.c_int64, _POINTER]),
    ("de265_flush_data", _INT, [_POINTER]),
    ("de265_decode", _INT, [_POINTER, ctypes.POINTER(_INT)]),
    ("de265_get_warning", _INT, [_POINTER]),
    ("de265_get_error_text", ctypes.c_char_p, [_INT]),
    ("de265_get_next_picture", _POINTER, [_POINTER]),
    ("de265_get_image_width", _INT, [_POINTER, _INT]),
    ("de265_get_image_height", _INT, [_POINTER, _INT]),
    ("de265_get_image_plane", _POINTER, [_POINTER, _INT, ctypes.POINTER(_INT)]),
)


def decode_hevc(packets: Iterable[bytes]) -> list[Picture]:
    """Every picture of an Annex B stream, in the order in which they are shown.

    Raises:
        ValueError: the decoder finds a fault in the stream, even one that it can get over.
    """
    library = _library()
    decoder = library.de265_new_decoder()
    try:
        return list(_pictures(library, decoder, b"".join(packets)))
    finally:
        library.de265_free_decoder(decoder)


def _pictures(library: ctypes.CDLL, decoder: int, stream: bytes) -> Iterator[Picture]:
    _must(library, library.de265_push_data(decoder, stream, len(stream), 0, None))
    _must(library, library.de265_flush_data(decoder))
    more = _INT(1)
    while more.value:
        ended = library.de265_decode(decoder, ctypes.byref(more))
        if ended == _WAITING_FOR_INPUT:
            break
        _must(library, ended)
        _must(library, library.de265_get_warning(decoder))
        while image := library.de265_get_next_picture(decoder):
            planes = [_plane(library, image, channel) for channel in range(3)]
            height, width = planes[0].shape
            yield np.concatenate([plane.ravel() for plane in planes]).reshape(height * 3 // 2, width)


def _plane(library: ctypes.CDLL, image: int, channel: int) -> NDArray[np.uint8]:
    stride = _INT()
    address = library.de265_get_image_plane(image, channel, ctypes.byref(stride))
    height, width = library.de265_get_image_height(image, channel), library.de265_get_image_width(image, channel)
    rows = np.frombuffer(ctypes.string_at(address, height * stride.value), np.uint8).reshape(height, stride.value)
    return rows[:, :width]


def _must(library: ctypes.CDLL, result: int) -> None:
    if result != _OK:
        raise ValueError(f"libde265: {library.de265_get_error_text(result).decode()}")


@cache
def _library() -> ctypes.CDLL:
    # Loaded on its own: the module around it, which opens pictures, is of no use to streams.
    (path,) = (Path(file.locate()) for file in files("pi-heif") or () if file.name.startswith("libde265"))
    library = ctypes.CDLL(str(path))
    for name, result, arguments in _FUNCTIONS:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library

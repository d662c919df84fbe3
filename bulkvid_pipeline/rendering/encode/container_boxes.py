"""The outermost boxes of mp4 and mov files (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_LARGE_SIZE, _TO_END = 1, 0


def top_level_boxes(path: Path) -> Iterator[tuple[str, int]]:
    """Type and size in bytes of each outermost box, in order.

    Raises:
        ValueError: the file ends inside a box.
    """
    length = path.stat().st_size
    position = 0
    with path.open("rb") as file:
        while position < length:
            file.seek(position)
            head = file.read(16)
            if len(head) < 8:
                raise ValueError("the file is cut off")
            size, kind = struct.unpack_from(">I4s", head)
            if size == _LARGE_SIZE:
                if len(head) < 16:
                    raise ValueError("the file is cut off")
                size = struct.unpack_from(">Q", head, 8)[0]
            elif size == _TO_END:
                size = length - position
            if size < 8 or position + size > length:
                raise ValueError("the file is cut off")
            yield kind.decode("latin-1"), size
            position += size


def is_faststart(path: Path) -> bool:
    """Whether the index (moov) stands before the media (mdat), so that playing can start while the file still loads.

    Raises:
        ValueError: the file ends inside a box.
    """
    kinds = [kind for kind, _ in top_level_boxes(path)]
    return "moov" in kinds and "mdat" in kinds and kinds.index("moov") < kinds.index("mdat")

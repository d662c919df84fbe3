"""The file of a sheet, wherever it comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from .requests import Upload

SheetFile = str | os.PathLike[str] | tuple[str, bytes] | BinaryIO
"""A path, a name with the file's content, or a binary file that is open."""
LARGEST_BYTES = 10 * 1024 * 1024


def upload_of(file: SheetFile) -> Upload:
    """The file as it goes to the server.

    Raises:
        OSError: it cannot be read.
        ValueError: it is empty or larger than 10 MiB.
    """
    name, content = _read(file)
    if not content:
        raise ValueError(f"The sheet {name} is empty")
    if len(content) > LARGEST_BYTES:
        raise ValueError(f"The sheet {name} has {len(content)} bytes; the most is {LARGEST_BYTES}: split it")
    return Upload(name, content)


def _read(file: SheetFile) -> tuple[str, bytes]:
    if isinstance(file, str | os.PathLike):
        path = Path(file)
        with path.open("rb") as opened:
            return path.name, opened.read(LARGEST_BYTES + 1)
    if isinstance(file, tuple):
        return file
    name = getattr(file, "name", "")
    content = file.read(LARGEST_BYTES + 1)
    if not isinstance(content, bytes):
        raise TypeError("The sheet's file is open as text; open it with mode 'rb'")
    return Path(name).name if isinstance(name, str) and name else "sheet.csv", content

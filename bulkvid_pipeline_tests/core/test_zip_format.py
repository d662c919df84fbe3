"""ZIP archives whose every length is known before any content: as Python's and other programs read them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest

from bulkvid_pipeline.core.zip_format import LARGEST_32, ZipEntry, ZipLayout

AT = datetime(2026, 11, 28, 16, 30, 10, tzinfo=UTC)
CONTENTS = {"report.html": b"<p>", "größe/東京-1a/مرحبا.mp4": b"film" * 1000, "empty.srt": b""}


def archive_of(contents: dict[str, bytes]) -> bytes:
    layout = ZipLayout([ZipEntry(name, len(content), AT) for name, content in contents.items()])
    parts = []
    for entry, content in zip(layout.entries, contents.values(), strict=True):
        parts += [entry.local_header(), content, entry.descriptor(zlib.crc32(content))]
    for entry, content, offset in zip(layout.entries, contents.values(), layout.offsets, strict=False):
        parts.append(entry.directory_record(zlib.crc32(content), offset))
    whole = b"".join([*parts, layout.end_records])
    assert len(whole) == layout.size
    return whole


def test_an_archive_is_read_by_others_with_names_times_and_kinds() -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(CONTENTS))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == CONTENTS
        info = archive.infolist()[1]
    assert info.date_time == (2026, 11, 28, 16, 30, 10)
    assert info.compress_type == zipfile.ZIP_STORED
    assert info.external_attr >> 16 == 0o100644
    assert info.flag_bits == 0x808, "UTF-8 names, and the CRC after the content"


@pytest.mark.heavy
def test_an_archive_of_nothing_and_one_of_many_files_are_read_by_others() -> None:
    assert zipfile.ZipFile(io.BytesIO(archive_of({}))).namelist() == []
    many = {f"{number}.txt": b"" for number in range(65_535)}
    whole = archive_of(many)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert len(archive.namelist()) == 65_535
    assert b"PK\x06\x06" in whole[-200:]
    assert b"PK\x06\x06" not in archive_of({f"{number}.txt": b"" for number in range(65_534)})[-200:]


@pytest.mark.parametrize("size", [LARGEST_32 - 1, LARGEST_32, LARGEST_32 + 5])
def test_files_of_four_gibibytes_are_told_with_wider_fields(size: int) -> None:
    layout = ZipLayout([ZipEntry("long.mp4", size, AT), ZipEntry("b.txt", 1, AT)])
    long, small = layout.entries
    is_large = size >= LARGEST_32
    assert len(long.local_header()) == long.local_length == 30 + 8 + 20 * is_large
    assert len(long.descriptor(7)) == long.descriptor_length == (24 if is_large else 16)
    assert struct.unpack_from("<Q" if is_large else "<I", long.descriptor(7), 8)[0] == size
    far = layout.offsets[1]
    assert far > LARGEST_32 - 1
    directory = long.directory_record(1, 0) + small.directory_record(2, far)
    assert len(directory) == layout.directory_places[-1] - layout.offsets[-1]
    # Python reads the directory alone: nothing of the content has to be there.
    sparse = Sparse(directory + layout.end_records, layout.size)
    with zipfile.ZipFile(sparse) as archive:
        infos = archive.infolist()
    assert [(info.file_size, info.header_offset) for info in infos] == [(size, 0), (1, far)]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), (1980, 1, 1, 0, 0, 0)),
        (datetime(2500, 1, 1, tzinfo=UTC), (2107, 12, 31, 23, 59, 58)),
        (datetime(2026, 1, 1, 1, 0, 1, tzinfo=timezone(timedelta(hours=2))), (2025, 12, 31, 23, 0, 0)),
    ],
)
def test_times_are_told_in_utc_as_far_as_the_format_goes(at: datetime, told: tuple[int, ...]) -> None:
    record = ZipEntry("a", 0, at).directory_record(0, 0)
    end = ZipLayout([ZipEntry("a", 0, at)])
    body = ZipEntry("a", 0, at).local_header() + ZipEntry("a", 0, at).descriptor(0) + record + end.end_records
    assert zipfile.ZipFile(io.BytesIO(body)).infolist()[0].date_time == told


def test_what_stands_at_a_position_is_found() -> None:
    layout = ZipLayout([ZipEntry(name, len(content), AT) for name, content in CONTENTS.items()])
    for number in range(3):
        begin, after = layout.offsets[number], layout.offsets[number + 1]
        assert layout.entry_at(begin) == layout.entry_at(after - 1) == number
        begin, after = layout.directory_places[number], layout.directory_places[number + 1]
        assert layout.record_at(begin) == layout.record_at(after - 1) == number


class Sparse(io.RawIOBase):
    """A file of `size` bytes that ends with `end`, and is zero before."""

    def __init__(self, end: bytes, size: int) -> None:
        super().__init__()
        self._end, self._size, self._position = end, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = 0) -> int:
        self._position = offset + {0: 0, 1: self._position, 2: self._size}[whence]
        if self._position < 0:
            raise OSError("before the beginning")
        return self._position

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._size, self._position + size)
        zeros = max(0, min(end, self._size - len(self._end)) - self._position)
        begin = self._position + zeros - (self._size - len(self._end))
        data = bytes(zeros) + (self._end[begin : begin + end - self._position - zeros] if end > self._position else b"")
        self._position += len(data)
        return data

"""The ZIP format as far as an archive needs it that is sent while it is made: files as they are, in known order.

Of such an archive every length and place is known before any content is: each file is stored uncompressed, and its
CRC-32 follows it in a data descriptor (APPNOTE.TXT 6.3.10, sections 4.3.7 to 4.3.16, 4.4.4, 4.5.3). ZIP64 records stand
only where a size, place or number is too large for the older fields. The same files give the same bytes.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import accumulate

LARGEST_32, LARGEST_16 = 0xFFFFFFFF, 0xFFFF
"""What stands in a field whose value is in a ZIP64 record; the value itself is one that needs such a record too."""

_LOCAL, _DESCRIPTOR, _CENTRAL = 0x04034B50, 0x08074B50, 0x02014B50
_END, _END_64, _LOCATOR_64 = 0x06054B50, 0x06064B50, 0x07064B50
_PLAIN, _WITH_64 = 20, 45
"""Version needed to extract: of files in folders, and of ZIP64."""
_UNIX = 3 << 8
_ORDINARY_FILE = 0o100644 << 16
_FLAGS = 1 << 3 | 1 << 11
"""The CRC and sizes follow the content; names are UTF-8."""
_EXTRA_64 = 1
_END_64_REST = 44
"""Bytes of the ZIP64 end record that follow the field which tells of them."""


@dataclass(frozen=True)
class ZipEntry:
    """A file of an archive: its path with `/` between folders, its bytes, and when it was changed (aware)."""

    name: str
    size: int
    modified_at: datetime

    @cached_property
    def encoded_name(self) -> bytes:
        return self.name.encode()

    @property
    def is_large(self) -> bool:
        """Whether its size needs ZIP64."""
        return self.size >= LARGEST_32

    @property
    def local_length(self) -> int:
        """Of what stands before its content."""
        return 30 + len(self.encoded_name) + (20 if self.is_large else 0)

    @property
    def descriptor_length(self) -> int:
        """Of what stands after its content."""
        return 24 if self.is_large else 16

    @property
    def length(self) -> int:
        """Of all that stands of it before the directory."""
        return self.local_length + self.size + self.descriptor_length

    def local_header(self) -> bytes:
        """What stands before its content."""
        extra = struct.pack("<HHQQ", _EXTRA_64, 16, 0, 0) if self.is_large else b""
        sizes = LARGEST_32 if self.is_large else 0
        fields = (self._version, _FLAGS, 0, *self._dos_time, 0, sizes, sizes, len(self.encoded_name), len(extra))
        return struct.pack("<IHHHHHIIIHH", _LOCAL, *fields) + self.encoded_name + extra

    def descriptor(self, crc: int) -> bytes:
        """What stands after its content, of that CRC-32."""
        return struct.pack("<IIQQ" if self.is_large else "<IIII", _DESCRIPTOR, crc, self.size, self.size)

    def directory_length(self, offset: int) -> int:
        """Of its record in the directory."""
        return 46 + len(self.encoded_name) + len(self._directory_extra(offset))

    def directory_record(self, crc: int, offset: int) -> bytes:
        """Its record in the directory; `offset` is where its local header begins."""
        extra = self._directory_extra(offset)
        size, place = min(self.size, LARGEST_32), min(offset, LARGEST_32)
        version = max(self._version, _WITH_64 if extra else _PLAIN)
        fields = (_UNIX | version, version, _FLAGS, 0, *self._dos_time, crc, size, size)
        lengths = (len(self.encoded_name), len(extra), 0, 0, 0)
        head = struct.pack("<IHHHHHHIIIHHHHHII", _CENTRAL, *fields, *lengths, _ORDINARY_FILE, place)
        return head + self.encoded_name + extra

    def _directory_extra(self, offset: int) -> bytes:
        values = [self.size, self.size] if self.is_large else []
        values += [offset] if offset >= LARGEST_32 else []
        return struct.pack(f"<HH{len(values)}Q", _EXTRA_64, 8 * len(values), *values) if values else b""

    @property
    def _version(self) -> int:
        return _WITH_64 if self.is_large else _PLAIN

    @property
    def _dos_time(self) -> tuple[int, int]:
        """Time and date in UTC, as MS-DOS counts: from 1980 to 2107, in steps of two seconds."""
        at = self.modified_at.astimezone(UTC)
        earliest, latest = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
        at = min(max(at, earliest), latest)
        return at.hour << 11 | at.minute << 5 | at.second // 2, (at.year - 1980) << 9 | at.month << 5 | at.day


@dataclass(frozen=True)
class ZipLayout:
    """Where everything stands in an archive of these files."""

    entries: Sequence[ZipEntry]

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """Where the files begin, and after them where the directory does."""
        return tuple(accumulate((entry.length for entry in self.entries), initial=0))

    @cached_property
    def directory_places(self) -> tuple[int, ...]:
        """Where the records of the directory begin, and after them where the end records do."""
        lengths = (entry.directory_length(offset) for entry, offset in zip(self.entries, self.offsets, strict=False))
        return tuple(accumulate(lengths, initial=self.offsets[-1]))

    @cached_property
    def end_records(self) -> bytes:
        """What stands after the directory."""
        number, begin, end = len(self.entries), self.offsets[-1], self.directory_places[-1]
        numbers, size, place = min(number, LARGEST_16), min(end - begin, LARGEST_32), min(begin, LARGEST_32)
        last = struct.pack("<IHHHHIIH", _END, 0, 0, numbers, numbers, size, place, 0)
        if numbers != LARGEST_16 and LARGEST_32 not in (size, place):
            return last
        versions = (_UNIX | _WITH_64, _WITH_64)
        whole = struct.pack("<IQHHIIQQQQ", _END_64, _END_64_REST, *versions, 0, 0, number, number, end - begin, begin)
        return whole + struct.pack("<IIQI", _LOCATOR_64, 0, end, 1) + last

    @property
    def size(self) -> int:
        """Of the archive, in bytes."""
        return self.directory_places[-1] + len(self.end_records)

    def entry_at(self, position: int) -> int:
        """Which file that position before the directory belongs to."""
        return bisect_right(self.offsets, position) - 1

    def record_at(self, position: int) -> int:
        """Whose record that position in the directory belongs to."""
        return bisect_right(self.directory_places, position) - 1

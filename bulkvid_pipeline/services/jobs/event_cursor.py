"""Where a reader stands in the events of a job, as a short text that it can hand back later.

A job has several runs, each with a log of its own, so a place in all of them is one number for each run: the storage id
of the newest event that the reader has seen. Every API process understands the text; none has to remember it.

The text is URL-safe base64 without padding, so it fits a query, a header and the `id` of a server-sent event. Its bytes
are a version, then for each run its id and its number, then a checksum, which tells a damaged cursor from a whole one.
It is not a secret and grants nothing: ids of runs that are not the job's are ignored by those who read by it.
"""

from __future__ import annotations

import base64
import binascii
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bulkvid_pipeline.core.errors import InvalidRequestError

MAX_TEXT = 8192
"""Longest cursor that is looked at: more than 200 runs."""

_VERSION = 1
_CHECKSUM_BYTES = 4
_UUID = 0
"""Stands for the length of a run's id that is a UUID, which is stored as 16 bytes."""


@dataclass(frozen=True)
class EventCursor:
    """For each run the storage id of the newest event that has been seen; runs without an entry are unseen."""

    positions: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, run_id: str) -> int:
        """The place in a run's log: all events with a larger storage id are new. 0 is before the first one."""
        return self.positions.get(run_id, 0)

    def moved(self, run_id: str, storage_id: int) -> EventCursor:
        """The cursor after that event of that run has been seen."""
        return EventCursor({**self.positions, run_id: storage_id})

    def __str__(self) -> str:
        content = bytearray([_VERSION])
        for run_id, storage_id in sorted(self.positions.items()):
            content += _packed_id(run_id) + _packed_number(storage_id)
        content += zlib.crc32(content).to_bytes(_CHECKSUM_BYTES)
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    @classmethod
    def parse(cls, text: str) -> EventCursor:
        """The cursor that `str` has written.

        Raises:
            InvalidRequestError: it is damaged, or was never a cursor.
        """
        try:
            return cls(_unpacked(_checked(text)))
        except (ValueError, IndexError, binascii.Error) as error:
            raise InvalidRequestError(
                f"'{text[:40]}' is not a cursor of events",
                fix="Use a cursor or an event id as this API gave it, or leave it out to begin anew",
            ) from error


def _checked(text: str) -> bytes:
    """The bytes between version and checksum."""
    if len(text) > MAX_TEXT or not text.isascii():
        raise ValueError("too long, or not ASCII")
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    content, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    if zlib.crc32(content).to_bytes(_CHECKSUM_BYTES) != checksum or content[0] != _VERSION:
        raise ValueError("damaged, or of another version")
    return content[1:]


def _unpacked(content: bytes) -> dict[str, int]:
    positions: dict[str, int] = {}
    at = 0
    while at < len(content):
        length = content[at]
        end = at + 1 + (16 if length == _UUID else length)
        packed = content[at + 1 : end]
        run_id = str(uuid.UUID(bytes=packed)) if length == _UUID else packed.decode()
        positions[run_id], at = _number(content, end)
    return positions


def _packed_id(run_id: str) -> bytes:
    try:
        known = uuid.UUID(run_id)
    except ValueError:
        known = None
    if known is not None and str(known) == run_id:
        return bytes([_UUID]) + known.bytes
    plain = run_id.encode()
    return bytes([len(plain)]) + plain


def _packed_number(value: int) -> bytes:
    """Seven bits a byte, least significant first; the highest bit says that more follow."""
    packed = bytearray()
    while value > 0x7F:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)
    return bytes(packed)


def _number(content: bytes, at: int) -> tuple[int, int]:
    """A packed number and where it ends."""
    value, shift = 0, 0
    while content[at] & 0x80:
        value |= (content[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
    return value | content[at] << shift, at + 1

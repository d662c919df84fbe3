"""Spoken utterances as cache entries."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass

import numpy as np

from bulkvid_pipeline.adapters.cache.contract import CacheOfKind
from bulkvid_pipeline.adapters.speech.contract import Utterance, WordTime

_INDEX_LENGTH = struct.Struct("<I")
_FULL_SCALE = np.float32(32768)


@dataclass(frozen=True)
class UtteranceCache:
    """An `UtteranceStore` in a cache. Utterances are read back bit by bit as they were put.

    Sound whose samples are exact 16-bit values takes 2 bytes a sample, other sound 4.
    """

    pieces: CacheOfKind

    def get(self, key: str) -> Utterance | None:
        """The utterance, or None."""
        piece = self.pieces.get(key)
        if piece is None:
            return None
        try:
            return utterance_of(piece)
        except (ValueError, KeyError, TypeError, struct.error):
            return None  # complete, but written by another version of the code: it is spoken again and replaced

    def put(self, key: str, utterance: Utterance) -> None:
        """Store the utterance."""
        self.pieces.put(key, bytes_of(utterance))


def bytes_of(utterance: Utterance) -> bytes:
    """The utterance as a cache entry: length of a JSON index, index, samples."""
    pcm = np.ascontiguousarray(utterance.pcm, np.float32)
    scaled = pcm * _FULL_SCALE
    coarse = np.clip(scaled, -32768, 32767).astype("<i2")
    exact = bool(np.array_equal(coarse, scaled))
    index = {
        "sample": "<i2" if exact else "<f4",
        "words": [[word.offset, word.seconds] for word in utterance.words],
        "warnings": utterance.warnings,
        "unread": utterance.unread,
    }
    head = json.dumps(index, separators=(",", ":")).encode()
    return _INDEX_LENGTH.pack(len(head)) + head + (coarse if exact else pcm.astype("<f4", copy=False)).tobytes()


def utterance_of(piece: bytes) -> Utterance:
    """The utterance that `bytes_of` encoded.

    Raises:
        ValueError, KeyError, TypeError, struct.error: the bytes are not an encoded utterance.
    """
    (length,) = _INDEX_LENGTH.unpack_from(piece)
    start = _INDEX_LENGTH.size + length
    index = json.loads(piece[_INDEX_LENGTH.size : start])
    samples = np.frombuffer(piece, index["sample"], offset=start)
    pcm = samples.astype(np.float32)
    if samples.dtype.kind == "i":
        pcm /= _FULL_SCALE
    words = tuple(WordTime(int(offset), float(seconds)) for offset, seconds in index["words"])
    unread = tuple((int(start), int(end)) for start, end in index["unread"])
    return Utterance(pcm, words, tuple(map(str, index["warnings"])), unread)

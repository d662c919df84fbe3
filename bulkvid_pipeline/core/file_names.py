"""Names of a video's files, by its title: people download hundreds of them into one folder.

    how-to-bake-bread-youtube.mp4    how-to-bake-bread-youtube.jpg    how-to-bake-bread-youtube.srt

All files of a video share one stem, so that players find the captions and media libraries the poster. The name has no
character that Windows, macOS or a web server takes amiss; letters of all scripts are kept.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping

from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.core.keys import UNDECOMPOSED_LATIN, WITHOUT_APOSTROPHES, shortened_slug, slug

MAX_TITLE_CHARACTERS = 60
MAX_TITLE_BYTES = 84
"""In UTF-8, 28 Chinese characters: with platform and suffix still below 143 bytes, the longest name on some encrypted
disks, and below what `keys.MAX_KEY_BYTES` leaves."""
_LONGEST_KEY = 20

_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Letters and marks without ink (Unicode's Default_Ignorable_Code_Point), besides format characters and selectors."""
_ONE_IN_WRITING = frozenset("\u0e33\u0eb3")
"""Vowels of Thai and Lao that compatibility forms would tear into two parts that keyboards do not type."""


def file_name(title: str, row_key: str, platform: str, suffix: str, *, shared: bool = False) -> str:
    """The name of one file of a video, e.g. `how-to-bake-bread-youtube.mp4`.

    Args:
        title: the row's title; if it has neither letter nor digit, the row's key stands for it.
        row_key: the row's stable key.
        platform: where the video is published, e.g. "youtube".
        suffix: with its dot.
        shared: whether another row of the sheet would have the same name: the row's key then follows the title.
    """
    return f"{_stem(title, row_key, shared=shared)}-{slug(platform, max_length=20)}{suffix}"


def keys_of_shared_names(titles: Mapping[str, str]) -> frozenset[str]:
    """The keys of rows, given with their titles, whose files would be called as those of another row."""
    shared: set[str] = set()
    while True:
        stems = {row_key: _stem(title, row_key, shared=row_key in shared) for row_key, title in titles.items()}
        uses = Counter(stems.values())
        # A name with its key can be another row's title: "Tea" of row 17 beside "Tea 17".
        more = {row_key for row_key, stem in stems.items() if uses[stem] > 1}.difference(shared)
        if not more:
            return frozenset(shared)
        shared |= more


def title_slug(title: str) -> str:
    """The title in lower-case letters and digits of any script, joined by hyphens; empty if it has none.

    Latin letters lose their accents, as in `keys.slug`; marks of other scripts are kept, as they are part of the word.
    """
    written = unicodedata.normalize("NFC", title).translate(WITHOUT_APOSTROPHES)
    plain = "".join(char if char in _ONE_IN_WRITING else unicodedata.normalize("NFKC", char) for char in written)
    kept: list[str] = []
    for char in unicodedata.normalize("NFD", plain.casefold().translate(UNDECOMPOSED_LATIN)):
        category = unicodedata.category(char)
        if category == "Cf" or char in _INVISIBLE or _is_selector(char):
            continue
        if category in ("Mn", "Mc"):
            if kept and kept[-1] != "-" and not kept[-1].isascii():
                kept.append(char)
        elif category[0] in "LN":
            kept.append(char)
        elif kept and kept[-1] != "-":
            kept.append("-")
    return unicodedata.normalize("NFC", "".join(kept)).strip("-")


def _stem(title: str, row_key: str, *, shared: bool) -> str:
    named = title_slug(title) or slug(row_key)
    if not shared:
        return _shortened(named)
    if row_key.startswith(f"{named}-") and _is_short_slug(row_key, MAX_TITLE_CHARACTERS):
        return row_key
    key = row_key if _is_short_slug(row_key, _LONGEST_KEY) else fingerprint_of("row key", {"key": row_key})[:8]
    return f"{_shortened(named, len(key) + 1)}-{key}"


def _is_short_slug(row_key: str, most: int) -> bool:
    """Whether a row's key can stand in a file name as it is, so that different keys stay different."""
    return len(row_key) <= most and slug(row_key) == row_key


def _shortened(named: str, reserved: int = 0) -> str:
    """The slug within the limits less what is reserved for a key; no letter is parted from its marks."""
    fitting = named.encode()[: MAX_TITLE_BYTES - reserved].decode(errors="ignore")
    end = min(len(fitting), MAX_TITLE_CHARACTERS - reserved)
    while 0 < end < len(named) and unicodedata.category(named[end])[0] == "M":
        end -= 1
    return shortened_slug(named, end)


def _is_selector(char: str) -> bool:
    """Whether it only chooses between shapes of the character before, such as emoji and text."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"

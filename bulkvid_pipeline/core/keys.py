"""Storage keys: readable, safe on every storage, and different whenever the content may differ.

    <prefix>/<job folder>/<row>/<platform>-<fingerprint>/<name>
    campaigns/spring-launch/how-to-bake-bread-17/youtube-3f2a9c0d1b4e/how-to-bake-bread-youtube.mp4

Folders from a sheet's text pass through `slug`, an allow-list, and file names through `file_names`; the user's own
prefix is kept as written or refused.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from bulkvid_pipeline.core.errors import InvalidRequestError, InvalidSpecError

MAX_KEY_BYTES = 512
"""Half of what S3 allows, so that a bucket's replication or backup tool may put its own prefix before ours."""
MAX_PREFIX_BYTES = 200
FINGERPRINT_LENGTH = 12
"""Hexadecimal digits of a fingerprint that stand in a key: 48 bits, 1e-9 chance of a clash among 1,000 outputs."""

_MAX_ROW_KEY_LENGTH = 64
UNDECOMPOSED_LATIN = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th", "ħ": "h", "ŧ": "t"}
)
"""Latin letters with a stroke or ligature that NFKD does not decompose, as it does accents and wide forms."""
WITHOUT_APOSTROPHES = str.maketrans(dict.fromkeys("'’ʼ`´"))
"""Removed without a hyphen in their place, so that "don't" stays one word."""
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_PREFIX_SEGMENT = re.compile(r"[A-Za-z0-9_=][A-Za-z0-9._=-]*")
_FILE_NAME = re.compile(r"(?P<stem>[^.]{1,120})(\.[a-z0-9]{1,8})?")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))}
)
"""Names that Windows keeps for devices: https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file"""
_FINGERPRINT = re.compile(rf"[0-9a-f]{{{FINGERPRINT_LENGTH},}}")


def slug(title: str, *, max_length: int = 60, fallback: str = "") -> str:
    """The title in lower-case ASCII letters, digits and single hyphens; never empty.

    Accents are dropped ("Café" is "cafe"). If nothing of the title is left (other scripts are not transliterated), the
    slug of `fallback` is used. If nothing of that is left either, a hash of the fallback is used, or of the title if
    there is no fallback. A name that Windows reserves for a device gets "row-" before it.

    Args:
        title: any text.
        max_length: in characters; a longer title is cut at the end of a word if one ends in the last third.
        fallback: another name for the same item, such as its row key.
    """
    for text in (title, fallback):
        cleaned = _ascii_words(text)
        if cleaned:
            short = shortened_slug(cleaned, max_length)
            return f"row-{short}"[:max_length] if short in _RESERVED else short
    return f"row-{_digest(fallback or title)}"[:max_length]


def clean_prefix(prefix: str) -> str:
    """The user's prefix without empty segments; "" if there is no prefix.

    Raises:
        InvalidSpecError: it has characters that some storages change or refuse, or is too long.
    """
    segments = [segment for segment in prefix.split("/") if segment]
    for segment in segments:
        if not _PREFIX_SEGMENT.fullmatch(segment) or ".." in segment:
            raise InvalidSpecError(
                f"The output prefix {prefix[:80]!r} has a part that cannot be used in a key: {segment[:40]!r}",
                fix="Use letters A-Z a-z, digits, '-', '_', '=' and single dots, with '/' between folders",
            )
    cleaned = "/".join(segments)
    if len(cleaned) > MAX_PREFIX_BYTES:
        raise InvalidSpecError(
            f"The output prefix has {len(cleaned)} characters", fix=f"Use at most {MAX_PREFIX_BYTES} characters"
        )
    return cleaned


def output_folder(
    *, prefix: str = "", job_folder: str | None = None, title: str, row_key: str, platform: str, fingerprint: str
) -> str:
    """The folder of one finished output: all keys of that output begin with it and a "/".

    Two outputs share a folder only when their fingerprints, and therefore their contents, are the same.

    Args:
        prefix: the user's prefix, see `clean_prefix`.
        job_folder: title of the job or sheet; None to leave this level out.
        title: the row's title.
        row_key: the row's stable key.
        platform: where the video is published, e.g. "youtube".
        fingerprint: lower-case hexadecimal hash of all inputs; its first 12 digits are used.

    Raises:
        InvalidSpecError: the prefix is not usable.
        ValueError: the fingerprint is not lower-case hexadecimal of at least 12 digits.
    """
    if not _FINGERPRINT.fullmatch(fingerprint):
        raise ValueError(f"not a fingerprint of at least {FINGERPRINT_LENGTH} hexadecimal digits: {fingerprint!r}")
    parts = [
        clean_prefix(prefix),
        slug(job_folder) if job_folder else "",
        _row_folder(title, row_key),
        f"{slug(platform, max_length=20)}-{fingerprint[:FINGERPRINT_LENGTH]}",
    ]
    return "/".join(part for part in parts if part)


def output_key(
    name: str,
    *,
    prefix: str = "",
    job_folder: str | None = None,
    title: str,
    row_key: str,
    platform: str,
    fingerprint: str,
) -> str:
    """The key of one file of an output; `name` as `file_names.file_name`, the other arguments as `output_folder`.

    Raises:
        InvalidSpecError: the prefix is not usable.
        ValueError: the name or the fingerprint does not have the form that this package uses.
    """
    match = _FILE_NAME.fullmatch(name)
    if match is None or not all(map(_is_plain, match["stem"])):
        raise ValueError(f"not a plain lower-case file name: {name!r}")
    folder = output_folder(
        prefix=prefix,
        job_folder=job_folder,
        title=title,
        row_key=row_key,
        platform=platform,
        fingerprint=fingerprint,
    )
    return checked_key(f"{folder}/{name}")


def checked_key(key: str) -> str:
    """The key itself, if it is safe as an S3 key and as a relative path.

    Raises:
        InvalidRequestError: it is empty or too long, leads out of its folder, or has control characters or backslashes.
    """
    segments = key.split("/")
    if not key or any(segment in ("", ".", "..") for segment in segments) or ".." in key:
        raise InvalidRequestError(
            f"The storage key {key[:80]!r} is not a plain relative path",
            fix="Use names joined by single '/', without '..' and without a '/' at either end",
        )
    is_plain = key.isascii() and key.isprintable()
    if "\\" in key or not (is_plain or all(unicodedata.category(char) not in _UNPRINTABLE for char in key)):
        raise InvalidRequestError(
            f"The storage key {key[:80]!r} has control characters or backslashes", fix="Use printable characters only"
        )
    if len(key.encode()) > MAX_KEY_BYTES:
        raise InvalidRequestError(
            f"The storage key {key[:80]!r}... has {len(key.encode())} bytes", fix=f"Use at most {MAX_KEY_BYTES} bytes"
        )
    return key


def _row_folder(title: str, row_key: str) -> str:
    """Title and row key; only one of them where the key was derived from the title."""
    title_slug = slug(title, fallback=row_key)
    key_slug = slug(row_key, max_length=_MAX_ROW_KEY_LENGTH)
    if key_slug.startswith(f"{title_slug}-") or title_slug.startswith(key_slug.rsplit("-", 1)[0]):
        return key_slug
    return f"{title_slug}-{key_slug}"


def _is_plain(char: str) -> bool:
    """Whether it is a letter but A to Z, a digit, a mark of a letter, a hyphen or an underscore."""
    return char in "-_" or (unicodedata.category(char)[0] in "LMN" and not "A" <= char <= "Z")


def _ascii_words(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).translate(WITHOUT_APOSTROPHES)
    letters = unicodedata.normalize("NFKD", plain).casefold().translate(UNDECOMPOSED_LATIN)
    bare = "".join(char for char in letters if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", "-", bare).strip("-")


def shortened_slug(cleaned: str, max_length: int) -> str:
    """A slug cut to so many characters, at the end of a word if one ends in the last third."""
    if len(cleaned) <= max_length:
        return cleaned
    head = cleaned[: max_length + 1]
    at_word = head.rfind("-")
    return head[:at_word] if at_word >= max_length * 2 // 3 else cleaned[:max_length].rstrip("-")


def _digest(text: str) -> str:
    """A short hash of `text` that does not depend on how its accents are encoded (NFC)."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")).hexdigest()[:10]

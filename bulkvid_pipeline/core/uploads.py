"""Ids of uploaded sheets.

    upload_3f2a9c0d1b4e5f60_spring-ideas-a1b2c3

The last part is the sheet's label, which names it in partition keys and output folders. It is made of project and file
name alone, so that a file that is uploaded again with one changed row is the same sheet: only that row is rendered.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from bulkvid_pipeline.core.keys import slug

_ID = re.compile(r"upload_[0-9a-f]{16}_(?P<label>[a-z0-9]+(?:-[a-z0-9]+)*)")
_LONGEST_ID = 80
_KEPT = re.compile(r"[^\w .()+-]+")
_LONGEST_NAME = 100


def upload_id(project_id: str, name: str, token: str) -> str:
    """The id of an upload; `token` is 16 hexadecimal digits that no other upload has."""
    stem = name.rpartition(".")[0] or name
    digest = blake2b(f"{project_id}\n{name}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"upload_{token}_{slug(stem, max_length=32)}-{digest[:6]}"


def is_upload_id(text: str | None) -> bool:
    """Whether the text has the form of an upload's id."""
    return text is not None and len(text) <= _LONGEST_ID and _ID.fullmatch(text) is not None


def label_of_upload(text: str) -> str:
    """The sheet's label in an upload's id."""
    match = _ID.fullmatch(text)
    if match is None:
        raise ValueError(f"not an upload's id: {text!r}")
    return match["label"]


def safe_name(name: str) -> str:
    """The file's name without folders and without characters that a storage key or a header may not hold."""
    base = re.split(r"[\\/]", name)[-1]
    kept = " ".join(_KEPT.sub("_", base).split()).strip(". ")
    stem, dot, suffix = kept.rpartition(".")
    if len(kept) > _LONGEST_NAME:
        kept = f"{stem[: _LONGEST_NAME - len(suffix) - 1]}{dot}{suffix}"[:_LONGEST_NAME]
    while ".." in kept:
        kept = kept.replace("..", ".")
    return kept or "sheet"


def project_folder(project_id: str) -> str:
    """The folder of a project's uploads: one name for each project, whatever characters its id has."""
    digest = blake2b(project_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{slug(project_id, max_length=40)}-{digest}"

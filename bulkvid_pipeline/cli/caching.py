"""`bulkvid cache`: show and prune the cache."""

from __future__ import annotations

from pydantic import ByteSize, TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Column, Table

from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.wording import plural, size_in_words
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.settings import Settings, settings

_SIZES = TypeAdapter(ByteSize)


def show_cache(*, as_json: bool) -> int:
    """Print what the cache of this machine holds, by kind; returns the exit code."""

    here = settings()
    held = _pieces(here).statistics()
    kinds = {name: {"pieces": kind.pieces, "bytes": kind.bytes} for name, kind in held.kinds.items()}
    if as_json:
        print_json(
            {
                "folder": str(here.cache_dir),
                "bucket": here.cache_bucket,
                "in_use": here.cache,
                "pieces": held.pieces,
                "bytes": held.bytes,
                "max_bytes": int(here.cache_max_bytes),
                "kinds": kinds,
            }
        )
        return 0
    print(f"Folder: {here.cache_dir}" + ("" if here.cache else " (switched off by BULKVID_CACHE)"))
    if here.cache_bucket:
        print(f"Bucket: {here.cache_bucket}")
    if kinds:
        table = Table("kind", *(_right(name) for name in ("pieces", "size")), box=None)
        for name, kind in kinds.items():
            table.add_row(name, f"{kind['pieces']:,}", size_in_words(kind["bytes"]))
        Console(highlight=False).print(table)
    print(
        f"{plural(held.pieces, 'piece')}, {size_in_words(held.bytes)} of at most {size_in_words(here.cache_max_bytes)}"
    )
    return 0


def prune_cache(down_to: str) -> int:
    """Remove what is longest unused until the cache holds no more than a size such as 500MB; returns the exit code.

    Raises:
        InvalidRequestError: the text is no size.
        BulkVideoError: the folder cannot be written.
    """
    try:
        goal = _SIZES.validate_python(down_to)
    except ValidationError as error:
        raise InvalidRequestError(f"{down_to!r} is no size", fix="Write it as 500MB, 2GB or 0") from error
    here = settings()
    try:
        gone = _pieces(here).shrink(goal)
    except OSError as error:
        raise BulkVideoError(
            f"Pruning {here.cache_dir} failed: {error.strerror or error}", fix="Check who may write to that folder"
        ) from error
    print(f"{plural(len(gone), 'piece')} removed, {size_in_words(sum(piece.bytes for piece in gone))} freed")
    return 0


def _pieces(here: Settings) -> FolderCache:
    cache = local_cache(here)
    if cache is None:
        raise InvalidRequestError("There is no cache: this user has no home folder", fix="Set BULKVID_CACHE_DIR")
    return cache


def _right(name: str) -> Column:
    return Column(name, justify="right")

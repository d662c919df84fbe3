"""Logos and music that templates name: files in the folder of a project, beside its templates.

What a file is, its content decides; its name only names it. Files of the installation's templates folder are seen by
all projects and changed by none.
"""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path, PurePosixPath

from bulkvid_pipeline.adapters.one_at_a_time import OneAtATime
from bulkvid_pipeline.core.errors import (
    ActionNotAllowedError,
    AssetNotFoundError,
    InvalidAssetError,
    TemplateInvalidError,
    UploadTooLargeError,
)
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.service_wire import TemplateAsset
from bulkvid_pipeline.core.templates import parse_template
from bulkvid_pipeline.core.uploads import safe_name
from bulkvid_pipeline.services.templates.project_folder import ProjectFolder
from bulkvid_pipeline.services.templates.template_store import Origin, TemplateStore

MIB = 2**20
MOST_BYTES = 10 * MIB
"""Of one file: ten minutes of music as MP3 with 128 kbit/s."""
MOST_ASSETS = 200
MOST_PROJECT_BYTES = 500 * MIB
_CHECKING = OneAtATime("Checking logos and music", most_waiting=3)


class AssetKind(StrEnum):
    """What a file is for."""

    LOGO = "logo"
    MUSIC = "music"


LOGO_TYPES: Mapping[str, str] = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
MUSIC_TYPES: Mapping[str, str] = {
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".oga": "audio/ogg",
    ".aiff": "audio/aiff",
    ".aif": "audio/aiff",
    ".mka": "audio/x-matroska",
    ".weba": "audio/webm",
}
"""Suffixes of the files, and the media types in which they are sent."""
_TYPES = {**LOGO_TYPES, **MUSIC_TYPES}
_SUFFIXES_OF: Mapping[str, tuple[str, ...]] = {
    "png": (".png",),
    "jpg": (".jpg", ".jpeg"),
    "webp": (".webp",),
    "wav": (".wav",),
    "aiff": (".aiff", ".aif"),
    "mov": (".m4a",),
    "flac": (".flac",),
    "ogg": (".ogg", ".opus", ".oga"),
    "matroska": (".mka", ".weba"),
    "mp3": (".mp3",),
    "aac": (".aac",),
}
"""The suffixes that a file may have by its content; the first is given to one that has another."""


@dataclass(frozen=True)
class StoredAsset:
    """A file that is there, and how it is sent."""

    path: Path
    kind: AssetKind
    media_type: str
    origin: Origin


class ProjectAssets:
    """The logos and the music that the templates of one project may name; its own it may change.

    Args:
        store: the templates as the project sees them.
    """

    def __init__(self, store: TemplateStore) -> None:
        if store.project_folder is None:
            raise ValueError("Files for templates are kept for a project only")
        self._shared = store.folder
        self._folder = ProjectFolder(store.project_folder)

    def list(self) -> tuple[TemplateAsset, ...]:
        """All files by kind and name, the project's own first."""
        uses = self._uses()
        views = []
        for name in {*_names_in(self._folder.path), *_names_in(self._shared)}:
            with suppress(AssetNotFoundError, FileNotFoundError):  # deleted since
                views.append(_view(self.find(name), uses.of(name)))
        return tuple(sorted(views, key=lambda each: (each.kind, each.origin, each.name.casefold())))

    def find(self, name: str) -> StoredAsset:
        """The file of that name.

        Raises:
            AssetNotFoundError: the project has none.
        """
        for origin, folder in ((Origin.PROJECT, self._folder.path), (Origin.SHARED, self._shared)):
            # A name is typed by anybody; it must not lead out of the folder.
            if name in _names_in(folder):
                suffix = PurePosixPath(name).suffix.lower()
                kind = AssetKind.LOGO if suffix in LOGO_TYPES else AssetKind.MUSIC
                return StoredAsset(folder / name, kind, _TYPES[suffix], origin)
        raise _no_such_file(name)

    def read(self, name: str) -> tuple[StoredAsset, bytes]:
        """The file of that name, and its content.

        Raises:
            AssetNotFoundError: the project has none.
        """
        asset = self.find(name)
        try:
            return asset, asset.path.read_bytes()
        except FileNotFoundError as error:  # deleted since it was found
            raise _no_such_file(name) from error

    def view(self, name: str) -> TemplateAsset:
        """What is known of the file of that name.

        Raises:
            AssetNotFoundError: the project has none.
        """
        return _view(self.find(name), self._uses().of(name))

    def add(self, name: str, data: bytes) -> tuple[TemplateAsset, bool]:
        """Keep a file, if a template can use it; returns it and whether it is new.

        It is named as it was, with the suffix of what it is. A file of that name that is there already stays what it
        is: if the new one differs, it gets a number, so that no template changes behind anybody's back.

        Raises:
            InvalidAssetError: it is no logo or music that videos can be made with.
            UploadTooLargeError: it is too large.
            ActionNotAllowedError: the project has as many files as it may have.
            ServiceUnavailableError: others are being checked; see `OneAtATime`.
        """
        told = unicodedata.normalize("NFC", safe_name(name or "file"))
        suffixes = _checked(data, told)
        stem, given = told.removesuffix(PurePosixPath(told).suffix) or "file", PurePosixPath(told).suffix.lower()
        suffix = given if given in suffixes else suffixes[0]
        with self._folder.alone("Saving the file"):
            for kept in _numbered(stem, suffix):
                own = self._folder.path / kept
                if own.is_file():
                    if own.read_bytes() == data:
                        return self.view(kept), False
                elif kept not in _names_in(self._shared):
                    break
            self._check_room(len(data))
            self._folder.write(kept, data)
            return self.view(kept), True

    def delete(self, name: str) -> None:
        """Delete a file of the project.

        Raises:
            AssetNotFoundError: the project has none of this name.
            ActionNotAllowedError: it is of the installation, or one of the project's templates names it.
        """
        with self._folder.alone("Deleting the file"):
            if self.find(name).origin is Origin.SHARED:
                raise ActionNotAllowedError(
                    f"'{shortened(name)}' is shared by all projects and cannot be deleted",
                    fix="Ask whoever runs this installation",
                )
            users = self._uses().of(name)
            if users:
                raise ActionNotAllowedError(
                    f"'{shortened(name)}' is used by {_these(users)}",
                    fix="Give the template another file, or none, and delete this one then",
                    details={"used_by": users},
                )
            self._folder.remove(name)

    def _check_room(self, size: int) -> None:
        names = _names_in(self._folder.path)
        kept = sum((self._folder.path / name).stat().st_size for name in names)
        if len(names) >= MOST_ASSETS or kept + size > MOST_PROJECT_BYTES:
            raise ActionNotAllowedError(
                f"The project has {len(names)} files of together {kept / MIB:.0f} MiB for its templates; it may have "
                f"{MOST_ASSETS} files of {MOST_PROJECT_BYTES // MIB} MiB",
                fix="Delete files that no template uses",
            )

    def _uses(self) -> _Uses:
        return _Uses(dict(_documents(self._folder.path)))


@dataclass(frozen=True)
class _Uses:
    """The project's templates and the names of files in them; of one that cannot be read, all of its text."""

    names: Mapping[str, frozenset[str] | str]

    def of(self, name: str) -> tuple[str, ...]:
        return tuple(sorted(template_id for template_id, names in self.names.items() if name in names))


def style_music(style: Style) -> Path:
    """The file of the music that a style has of its own, an Ogg."""
    from bulkvid_pipeline.rendering.sound.beds import bed_file

    return bed_file(style)


def _documents(folder: Path) -> Iterator[tuple[str, frozenset[str] | str]]:
    for path in folder.glob("*.json") if folder.is_dir() else ():
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError:  # deleted since
            continue
        try:
            settings = parse_template(json.loads(text), template_id=path.stem).settings
        except (TemplateInvalidError, ValueError, RecursionError):
            yield path.stem, text
            continue
        named = (settings.style.logo, settings.audio.background_music)
        yield path.stem, frozenset(PurePosixPath(name).as_posix() for name in named if name)


def _names_in(folder: Path) -> frozenset[str]:
    """The files in a folder that are logos or music by their suffix; links and what lies deeper are none."""
    if not folder.is_dir():
        return frozenset()
    return frozenset(
        path.name
        for path in folder.iterdir()
        if path.suffix.lower() in _TYPES and not path.name.startswith(".") and path.is_file() and not path.is_symlink()
    )


def _checked(data: bytes, name: str) -> tuple[str, ...]:
    """The suffixes that a file may have, of which templates can use the content.

    Raises:
        InvalidAssetError, UploadTooLargeError, ServiceUnavailableError: see `ProjectAssets.add`.
    """
    from bulkvid_pipeline.rendering.pictures.logos import is_whole, logo_of, picture_kind
    from bulkvid_pipeline.rendering.sound.beds import music_container, music_seconds

    if not data:
        raise InvalidAssetError(f"'{name}' is empty", field="file")
    picture = picture_kind(data)
    kind = picture or music_container(data[:16])
    if kind is None:
        raise InvalidAssetError(f"'{name}' is neither a logo nor music that templates can use", field="file")
    if len(data) > MOST_BYTES:
        raise UploadTooLargeError(
            f"'{name}' is larger than {MOST_BYTES // MIB} MiB",
            fix="Upload a smaller or a compressed file",
            field="file",
        )
    try:
        with _CHECKING.turn():
            if picture:
                logo_of(data, name)
                if not is_whole(data):
                    raise TemplateInvalidError(f"The end of '{name}' is missing", fix="Upload the file again")
            else:
                music_seconds(io.BytesIO(data), name)
    except TemplateInvalidError as error:
        raise InvalidAssetError(error.message, fix=error.fix, field="file") from error
    return _SUFFIXES_OF[kind]


def _no_such_file(name: str) -> AssetNotFoundError:
    return AssetNotFoundError(f"There is no logo or music named '{shortened(name)}'")


def _numbered(stem: str, suffix: str) -> Iterator[str]:
    """`logo.png`, `logo-2.png`, `logo-3.png`, ..."""
    yield f"{stem}{suffix}"
    for number in range(2, 10_000):
        yield f"{stem}-{number}{suffix}"


def _view(asset: StoredAsset, used_by: tuple[str, ...]) -> TemplateAsset:
    found = asset.path.stat()
    width, height, seconds = _measures(asset.path, found.st_mtime_ns, found.st_size)
    return TemplateAsset(
        name=asset.path.name,
        kind=asset.kind.value,
        media_type=asset.media_type,
        size=found.st_size,
        origin="project" if asset.origin is Origin.PROJECT else "shared",
        width=width,
        height=height,
        duration_s=seconds,
        used_by=used_by,
        uploaded_at=datetime.fromtimestamp(found.st_mtime, UTC).replace(microsecond=0),
    )


@lru_cache(maxsize=1024)
def _measures(path: Path, _changed: int, _size: int) -> tuple[int | None, int | None, float | None]:
    """Width and height of a logo, seconds of music, as the file's header tells them; None where it does not."""
    from bulkvid_pipeline.rendering.pictures.logos import told_size
    from bulkvid_pipeline.rendering.sound.beds import told_seconds

    if path.suffix.lower() in LOGO_TYPES:
        size = told_size(path)
        return (*size, None) if size else (None, None, None)
    seconds = told_seconds(path)
    return None, None, None if seconds is None else round(seconds, 1)


def _these(template_ids: tuple[str, ...]) -> str:
    named = ", ".join(f"'{template_id}'" for template_id in template_ids[:3])
    more = f" and {len(template_ids) - 3} more" if len(template_ids) > 3 else ""
    return f"the template{'s' if len(template_ids) > 1 else ''} {named}{more}"

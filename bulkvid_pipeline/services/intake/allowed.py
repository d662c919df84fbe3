"""What a project may name over the API: which sheets, output places and templates.

Everybody may use the uploads and templates of his own project, the installation's default output and the built-in
templates; the setting `api_allowed` adds to that. Local paths are never allowed: they would let callers read and write
this machine's files. The project `default`, which an installation for one team has alone, may use all Google sheets and
all templates of the installation unless the setting says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bulkvid_pipeline.adapters.storage.location import FolderLocation, Location, S3Location, parse_location
from bulkvid_pipeline.core.errors import InvalidSheetIdError, InvalidSpecError, PlaceNotAllowedError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.ranges import parse_sheet_id
from bulkvid_pipeline.core.spec import InputSource
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.core.uploads import is_upload_id
from bulkvid_pipeline.services.templates.template_store import Origin, TemplateStore
from bulkvid_pipeline.settings import Settings

DEFAULT_PROJECT = "default"
EVERYTHING = "*"
Kind = Literal["sheets", "outputs", "templates"]


@dataclass(frozen=True)
class AllowedPlaces:
    """What a project may name beyond what everybody may."""

    project_id: str
    sheets: tuple[str, ...]
    outputs: tuple[str, ...]
    templates: tuple[str, ...]

    @classmethod
    def of(cls, project_id: str, settings: Settings) -> AllowedPlaces:
        """The project's places, by the settings."""
        rules = settings.api_allowed

        def of_kind(kind: Kind) -> tuple[str, ...]:
            own, shared = rules.get(project_id, {}).get(kind), rules.get(EVERYTHING, {}).get(kind, ())
            if own is None and project_id == DEFAULT_PROJECT and kind != "outputs":
                own = (EVERYTHING,)
            return (*(own or ()), *shared)

        outputs = of_kind("outputs")
        return cls(project_id, of_kind("sheets"), (*outputs, settings.output_url), of_kind("templates"))

    def check_source(self, source: InputSource) -> None:
        """Refuse a sheet that the project may not use.

        Raises:
            PlaceNotAllowedError: names the field, and the setting that would allow it.
        """
        if source.path is not None and not is_upload_id(source.path):
            raise PlaceNotAllowedError(
                "Permission denied: files of the server cannot be named over the API",
                fix="Upload the file with POST /api/sheets and give the id in its response as input_source.path",
                field="input_source.path",
            )
        if source.sheet_id is not None and not self._has_sheet(source.sheet_id):
            raise PlaceNotAllowedError(
                f"Permission denied: the project '{shortened(self.project_id)}' may not use this Google sheet",
                fix=self._remedy("sheets", source.sheet_id),
                field="input_source.sheet_id",
            )

    def check_output(self, bucket: str | None) -> None:
        """Refuse an output place; see `check_source`."""
        if bucket is None:
            return
        wanted = parse_location(bucket)
        if isinstance(wanted, FolderLocation):
            raise PlaceNotAllowedError(
                "Storage access denied: folders of the server cannot be named over the API",
                fix="Leave output_bucket out for the installation's default output, or name a bucket",
                field="output.output_bucket",
            )
        if not any(_holds(allowed, wanted) for allowed in self.outputs):
            raise PlaceNotAllowedError(
                f"Storage access denied: the project '{shortened(self.project_id)}' may not write to "
                f"'{shortened(bucket, 80)}'",
                fix=f"Leave output_bucket out for the default output, or {self._remedy('outputs', bucket, lower=True)}",
                field="output.output_bucket",
            )

    def check_template(self, store: TemplateStore, template_id: str) -> None:
        """Refuse a template that is neither the project's own nor built in; see `check_source`.

        Raises:
            TemplateError: there is no such template, or it cannot be used.
        """
        store.load(template_id)
        if self.has_template(store.find(template_id)[0], template_id):
            return
        raise PlaceNotAllowedError(
            f"Permission denied: the project '{shortened(self.project_id)}' may not use the template '{template_id}'",
            fix=f"Use {', '.join(BUILT_IN_TEMPLATES)}, or {self._remedy('templates', template_id, lower=True)}",
            field="template.template_id",
        )

    def has_template(self, origin: Origin, template_id: str) -> bool:
        """Whether the project may use a template of that origin. It is not opened."""
        return origin is not Origin.SHARED or bool({template_id, EVERYTHING} & {*self.templates})

    def _has_sheet(self, sheet_id: str) -> bool:
        return EVERYTHING in self.sheets or sheet_id in {_id_in(text) for text in self.sheets}

    def _remedy(self, kind: Kind, value: str, *, lower: bool = False) -> str:
        text = (
            f"Have '{shortened(value, 80)}' added to the {kind} of the project in BULKVID_API_ALLOWED, "
            "where the administrator lists what a project may use"
        )
        return text[0].lower() + text[1:] if lower else text


def _id_in(text: str) -> str:
    """The id of a sheet that is listed by id or by link."""
    try:
        return parse_sheet_id(text)
    except InvalidSheetIdError:
        return text


def _holds(allowed: str, wanted: Location) -> bool:
    """Whether a place that is listed is, or holds, the one that is wanted."""
    if allowed == EVERYTHING:
        return True
    try:
        place = parse_location(allowed)
    except InvalidSpecError:
        return False
    if isinstance(place, S3Location) and isinstance(wanted, S3Location):
        return place.bucket == wanted.bucket and _is_within(wanted.prefix, place.prefix)
    if isinstance(place, S3Location | FolderLocation) or isinstance(wanted, S3Location | FolderLocation):
        return False
    return place.scheme == wanted.scheme and ".." not in wanted.url and _is_within(wanted.url, place.url)


def _is_within(inner: str, outer: str) -> bool:
    outer = outer.rstrip("/")
    return not outer or inner == outer or inner.startswith(f"{outer}/")

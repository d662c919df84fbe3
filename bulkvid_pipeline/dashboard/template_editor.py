"""What the page of a template shows: the document as texts, what is wrong with them, and what it looks like."""

from __future__ import annotations

import copy
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.keys import slug
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.service_wire import ColorCheck, FieldProblem, TemplateDocumentCheck, TemplateField
from bulkvid_pipeline.core.templates import UNKNOWN_KEY
from bulkvid_pipeline.services.previews.template_preview import EDITED
from bulkvid_pipeline.services.templates.document_check import DRAFT, check_document
from bulkvid_pipeline.services.templates.template_fields import template_fields
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.templates.template_texts import (
    COLORS,
    SHOWN_COLORS,
    changed,
    color_place,
    own_colors,
    texts_of,
)

TEMPLATE_ID = "template_id"
_LONGEST_ID = 64
_COLOR_NAMES = ("Accent", "Second accent", "Background")
_COLOR_PARTS = ("accent", "second_accent", "background")


@dataclass(frozen=True)
class Difference:
    """A field that somebody else has saved otherwise than it is here."""

    title: str
    saved: str
    here: str


@dataclass(frozen=True)
class Editor:
    """A document that is being edited.

    `version` is that of the saved template on which it is made; empty for a new one. `document` is what it was begun
    with, and holds what no field shows.
    """

    template_id: str
    document: Mapping[str, Any]
    texts: Mapping[str, str]
    version: str = ""
    problems: tuple[FieldProblem, ...] = ()
    check: TemplateDocumentCheck | None = None
    differences: tuple[Difference, ...] = ()
    is_deleted: bool = False
    picture: bytes = field(default=b"", repr=False)

    @classmethod
    def of(cls, document: Mapping[str, Any], *, template_id: str = "", version: str = "") -> Editor:
        """An editor of a document as it is saved, or of a new one."""
        return cls(template_id, document, texts_of(document), version)

    @classmethod
    def sent(cls, form: FormData) -> Editor:
        """What a form of the page holds. `document` in it is ours, but anybody can send anything."""
        try:
            document = json.loads(_text(form, "document") or "{}")
            json.dumps(document, ensure_ascii=False).encode()  # half a character cannot be shown again
        except (ValueError, RecursionError):
            document = {}
        base = document if isinstance(document, dict) else {}
        typed = {name: _text(form, name) for name in texts_of({}) if name in form}
        texts = texts_of(base) | typed
        named = _text(form, TEMPLATE_ID).strip() or slug(texts.get("name", ""), max_length=_LONGEST_ID)
        return cls(named, base, texts, _text(form, "version"))

    @property
    def edited(self) -> dict[str, Any]:
        """The document with what was typed."""
        return self._changed[0] | ({TEMPLATE_ID: self.template_id} if self.template_id else {})

    @property
    def _changed(self) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
        document, problems = changed({k: v for k, v in self.document.items() if k != TEMPLATE_ID}, self.texts)
        return document, problems

    @property
    def has_problems(self) -> bool:
        return bool(self.problems)

    def checked(self, store: TemplateStore) -> Editor:
        """The same with what is wrong, and how its colours are seen."""
        found = check_document(store, self.template_id or DRAFT, self.edited)
        return replace(self, check=found, problems=(*self.problems, *self._changed[1], *found.problems))

    def refused(self, error: TemplateInvalidError, problems: tuple[FieldProblem, ...]) -> Editor:
        """The same after it could not be saved."""
        return replace(self, problems=(*self.problems, *problems) or (FieldProblem(field="", problem=str(error)),))

    def beside(self, saved: Mapping[str, Any], version: str) -> Editor:
        """The same on top of what somebody else has saved meanwhile, with the fields in which they differ."""
        theirs = texts_of(saved)
        differing = tuple(
            Difference(title, theirs.get(place, ""), self.texts.get(place, ""))
            for place, title in _titles()
            if theirs.get(place, "") != self.texts.get(place, "")
        )
        return replace(self, version=version, differences=differing)

    def deleted(self) -> Editor:
        """The same after somebody else has deleted what was saved: saving makes it anew."""
        return replace(self, version="", is_deleted=True)

    def named(self, template_id: str) -> Editor:
        """The same under an id."""
        return replace(self, template_id=template_id)

    def with_problem(self, problem: FieldProblem) -> Editor:
        """The same with a problem more, which no check of the document finds."""
        return replace(self, problems=(*self.problems, problem))

    def with_picture(self, picture: bytes) -> Editor:
        """The same with its picture."""
        return replace(self, picture=picture)

    def with_texts(self, texts: Mapping[str, str]) -> Editor:
        """The same with other texts in some places."""
        return replace(self, texts={**self.texts, **texts})

    def problem(self, place: str) -> str:
        """What is wrong in a place; a fault of a colour is told at the first place of colours."""
        told = [each.problem for each in self.problems if each.field == place]
        if place == color_place(0):
            told += [each.problem for each in self.problems if each.field == COLORS]
        return "; ".join(dict.fromkeys(told))

    @property
    def other_problems(self) -> tuple[str, ...]:
        """What is wrong in places that the page does not show."""
        shown = {TEMPLATE_ID, COLORS, *self.texts}
        return tuple(
            f"{each.field}: {each.problem}" if each.field else each.problem
            for each in self.problems
            if each.field not in shown
        )

    @property
    def unknown_places(self) -> tuple[str, ...]:
        """The places of the document that no template has."""
        return tuple(each.field for each in self.problems if each.problem == UNKNOWN_KEY)

    def without_unknown(self, store: TemplateStore) -> Editor:
        """The same without the places that no template has."""
        document = copy.deepcopy(dict(self.document))
        for place in self.checked(store).unknown_places:
            *folders, name = place.split(".")
            inner: Any = document
            for folder in folders:
                inner = inner.get(folder) if isinstance(inner, dict) else None
            if isinstance(inner, dict):
                inner.pop(name, None)
        return replace(self, document=document)

    @property
    def groups(self) -> tuple[tuple[str, tuple[TemplateField, ...]], ...]:
        """The fields in the order in which the page shows them, by their groups."""
        names = dict.fromkeys(each.group for each in template_fields())
        return tuple((name, tuple(each for each in template_fields() if each.group == name)) for name in names)

    @property
    def colors(self) -> tuple[ColorShown, ...]:
        """The colours, each with its verdicts."""
        own = own_colors(self.style)
        checks: Sequence[ColorCheck] = self.check.colors if self.check else ()
        suggested = self.check.suggested_colors if self.check else ()
        return tuple(
            ColorShown(
                color_place(at),
                _COLOR_NAMES[at],
                self.texts.get(color_place(at), ""),
                own[at],
                tuple(each for each in checks if each.part == _COLOR_PARTS[at]),
                suggested[at] if at < len(suggested) else "",
            )
            for at in range(SHOWN_COLORS)
        )

    @property
    def caption_checks(self) -> tuple[ColorCheck, ...]:
        return tuple(each for each in (self.check.colors if self.check else ()) if each.part == "captions")

    @property
    def style(self) -> Style:
        """The style that is chosen; the first one if what is sent is none."""
        try:
            return Style(self.texts["settings.style.base"].strip().lower())
        except ValueError:
            return Style.MODERN

    @property
    def source(self) -> str:
        """The document that it was begun with, for the form to carry along."""
        return json.dumps(dict(self.document), ensure_ascii=False)

    @property
    def picture_address(self) -> str:
        """The picture in the page itself, as the document is saved nowhere."""
        return f"data:{EDITED.media_type};base64,{b64encode(self.picture).decode()}" if self.picture else ""


@dataclass(frozen=True)
class ColorShown:
    """A colour of a template on the page."""

    place: str
    name: str
    text: str
    own: str
    """The style's own colour, where none is given."""
    checks: tuple[ColorCheck, ...]
    suggested: str

    @property
    def shown(self) -> str:
        """The colour that is given, if it is one, else the style's own."""
        checked = next((each.color for each in self.checks if self.text), "")
        return checked or self.own

    @property
    def passes(self) -> bool:
        return all(each.passes for each in self.checks)


def _titles() -> Iterator[tuple[str, str]]:
    for each in template_fields():
        if each.kind == "colors":
            yield from ((color_place(at), name) for at, name in enumerate(_COLOR_NAMES))
        else:
            yield each.path, each.title


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""

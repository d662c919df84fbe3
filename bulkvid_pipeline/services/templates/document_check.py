"""What a template's document comes to, told before it is saved."""

from __future__ import annotations

from collections.abc import Iterable

from bulkvid_pipeline.core.colors import hex_of
from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.service_wire import ColorCheck, FieldProblem, TemplateDocumentCheck
from bulkvid_pipeline.core.templates import StyleSettings
from bulkvid_pipeline.services.templates.template_store import TemplateStore, warnings_of

DRAFT = "draft"
"""The id of a template that has none yet."""


def check_document(store: TemplateStore, template_id: str, document: object) -> TemplateDocumentCheck:
    """Every problem of a document, what cannot be used as given, and how its colours are seen; music is not opened."""
    try:
        template = store.pictured(template_id, document)
    except TemplateInvalidError as error:
        return TemplateDocumentCheck(problems=problems_of(error))
    look = template.settings.style
    return TemplateDocumentCheck(
        problems=(),
        warnings=warnings_of(template),
        colors=color_checks(look),
        suggested_colors=suggested_colors(look),
    )


def problems_of(error: TemplateInvalidError) -> tuple[FieldProblem, ...]:
    """The faults that an error tells, one a field."""
    details = error.details if isinstance(error.details, Iterable) else ()
    told = tuple(
        FieldProblem(field=str(each["field"]), problem=str(each["problem"])) for each in details if "field" in each
    )
    return told or (FieldProblem(field=error.field or "", problem=str(error)),)


def color_checks(look: StyleSettings) -> tuple[ColorCheck, ...]:
    """The colours of a look where its style draws them."""
    from bulkvid_pipeline.rendering.pictures.color_verdicts import color_verdicts

    return tuple(
        ColorCheck(
            part=each.part.value,
            use=each.use,
            color=hex_of(each.contrast.color),
            against=hex_of(each.contrast.ground),
            # Never told as enough where it is not.
            ratio=int(each.contrast.ratio * 100) / 100,
            limit=each.limit,
            needed=round(each.contrast.needed, 2),
            passes=each.contrast.passes,
            nearest=hex_of(each.contrast.nearest),
        )
        for each in color_verdicts(look.base, look.colors)
    )


def suggested_colors(look: StyleSettings) -> tuple[str, ...]:
    """The colours of a look, changed by as little as makes all of them seen."""
    from bulkvid_pipeline.rendering.pictures.color_verdicts import nearest_colors

    return nearest_colors(look.base, look.colors)

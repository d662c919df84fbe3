from __future__ import annotations

from typing import Any

import pytest

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.service_wire import TemplateField
from bulkvid_pipeline.core.templates import document_of, parse_template
from bulkvid_pipeline.services.templates.template_fields import template_fields
from bulkvid_pipeline.services.templates.template_store import warnings_of

FIELDS = {field.path: field for field in template_fields()}


def placed(path: str, value: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    inner = document
    *folders, name = path.split(".")
    for folder in folders:
        inner = inner.setdefault(folder, {})
    inner[name] = value
    return document


def leaves(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict) and value:
        return [leaf for name, inner in value.items() for leaf in leaves(inner, f"{path}{name}.")]
    return [path.rstrip(".")]


def test_every_setting_of_a_template_is_a_field_with_words() -> None:
    whole = document_of(parse_template({}, template_id="t"))

    assert [*leaves(whole)] == ["template_id", *FIELDS]
    for field in FIELDS.values():
        assert field.title
        assert field.explanation
        assert field.group


@pytest.mark.parametrize("field", [field for field in FIELDS.values() if field.kind in {"choice", "font"}], ids=str)
def test_each_choice_is_one_that_a_template_takes(field: TemplateField) -> None:
    assert len({choice.label for choice in field.choices}) == len(field.choices) > 1
    for choice in field.choices:
        template = parse_template(placed(field.path, choice.value), template_id="t")
        assert warnings_of(template) == ()


@pytest.mark.parametrize("field", [field for field in FIELDS.values() if field.kind == "number"], ids=str)
def test_a_number_has_the_limits_of_the_model(field: TemplateField) -> None:
    assert field.least is not None
    assert field.most is not None
    assert field.step
    for value in (field.least, field.most, field.default):
        parse_template(placed(field.path, value), template_id="t")
    for value in (field.least - 0.01, field.most + 0.01):
        with pytest.raises(TemplateInvalidError, match=field.path):
            parse_template(placed(field.path, value), template_id="t")


def test_a_font_says_which_scripts_it_has_letters_for() -> None:
    scripts = {choice.value: choice.explanation.split(", ") for choice in FIELDS["settings.style.font_family"].choices}

    assert {"Latin", "Greek", "Cyrillic"} <= set(scripts["Noto Serif"])
    assert "Devanagari" in scripts["Noto Sans"]
    assert all("Arabic" not in found for found in scripts.values())

"""The JSON schema of a template as it is sent; `core.templates` reads it and says what is wrong with it."""

from __future__ import annotations

from typing import Any

from pydantic import WithJsonSchema

from bulkvid_pipeline.core.templates import TemplateSettings

EXAMPLE = {
    "name": "My Brand Style",
    "description": "Custom template for brand videos",
    "settings": {
        "style": {"colors": ["#FF0000", "#00FF00", "#0000FF"], "font_family": "Arial", "logo_position": "bottom_right"},
        "audio": {"voice": "female", "voice_settings": {"speed": 1.0, "pitch": 0.0}},
    },
}
"""The custom template of the user guide, without files that only the reader's installation has."""


def _without_references(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema with each `$ref` to a definition replaced by it, since in a larger document it would lead nowhere."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            found = definitions[schema["$ref"].rpartition("/")[2]]
            return _without_references({**found, **{k: v for k, v in schema.items() if k != "$ref"}}, definitions)
        return {key: _without_references(value, definitions) for key, value in schema.items() if key != "$defs"}
    if isinstance(schema, list):
        return [_without_references(part, definitions) for part in schema]
    return schema


def _schema() -> dict[str, Any]:
    settings = TemplateSettings.model_json_schema()
    return {
        "type": "object",
        "title": "TemplateDocument",
        "description": "A template; every part may be left out",
        "additionalProperties": False,
        "properties": {
            "template_id": {"type": "string", "description": "If given, the id in the path"},
            "name": {"type": "string", "description": "Its name for people"},
            "description": {"type": "string", "description": "What it is for"},
            "style": {"type": "string", "description": "Short for settings.style.base", "examples": ["modern"]},
            "voice": {"type": "string", "description": "Short for settings.audio.voice", "examples": ["female"]},
            "settings": _without_references(settings, settings.get("$defs", {})),
        },
        "examples": [EXAMPLE],
    }


TEMPLATE_DOCUMENT = WithJsonSchema(_schema())

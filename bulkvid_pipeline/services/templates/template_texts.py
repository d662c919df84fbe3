"""A template's document as texts that people type, one a field, and back.

What was not typed anew stays as it is in the document, also what no form shows.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from bulkvid_pipeline.core.colors import hex_of, parse_hex
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.service_wire import FieldProblem, TemplateField
from bulkvid_pipeline.services.templates.template_fields import template_fields

COLORS = "settings.style.colors"
PRONUNCIATIONS = "settings.audio.pronunciations"
STYLE = "settings.style.base"
SHOWN_COLORS = 3
"""Accent, second accent, background; videos use no others."""


def color_place(at: int) -> str:
    """Where the text of a colour is."""
    return f"{COLORS}.{at}"


def texts_of(document: Mapping[str, Any]) -> dict[str, str]:
    """The texts of a document in its full form, by the places of their fields."""
    texts: dict[str, str] = {}
    for field in template_fields():
        value = _at(document, field.path)
        if field.kind == "colors":
            colors = [str(color) for color in value] if isinstance(value, list | tuple) else []
            for at in range(SHOWN_COLORS):
                texts[color_place(at)] = colors[at] if at < len(colors) else ""
        else:
            texts[field.path] = _text(field, value)
    return texts


def changed(document: Mapping[str, Any], texts: Mapping[str, str]) -> tuple[dict[str, Any], tuple[FieldProblem, ...]]:
    """The document with what was typed, and what of that cannot be understood; places that are missing stay as they
    are.

    Values that a template may not have are taken over as they were typed: whoever checks the document says what is
    wrong with them.
    """
    found: dict[str, Any] = copy.deepcopy(dict(document))
    before, problems = texts_of(document), []
    for field in template_fields():
        if field.kind == "colors":
            if any(texts.get(color_place(at), before[color_place(at)]).strip() != before[color_place(at)]
                   for at in range(SHOWN_COLORS)):  # fmt: skip
                _put(found, field.path, _colors(document, before | dict(texts)))
            continue
        typed = texts.get(field.path)
        if typed is None or _lines(typed) == _lines(before[field.path]):
            continue
        if field.kind == "pronunciations":
            pairs, fault = _pronunciations(typed)
            _put(found, field.path, pairs)
            problems += [FieldProblem(field=field.path, problem=fault)] if fault else []
        else:
            _put(found, field.path, _value(field, typed.strip()))
    return found, tuple(problems)


def own_colors(style: Style) -> tuple[str, str, str]:
    """Accent, second accent and background of a style without a template."""
    from bulkvid_pipeline.rendering.pictures.themes import THEMES

    theme = THEMES[style]
    return hex_of(theme.accent), hex_of(theme.accent_2), hex_of(theme.background)


def _text(field: TemplateField, value: Any) -> str:
    if value is None:
        return ""
    if field.kind == "pronunciations":
        return "\n".join(_pronunciation_lines(value)) if isinstance(value, Mapping) else ""
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _value(field: TemplateField, typed: str) -> Any:
    if field.kind == "number":
        try:
            return float(typed.replace(",", "."))
        except ValueError:
            return typed
    return typed or (None if field.kind in {"font", "logo", "music"} else "")


def _colors(document: Mapping[str, Any], texts: Mapping[str, str]) -> list[str]:
    """The colours up to the last one that is given; where one before it is not, the style's own stands."""
    given = [texts[color_place(at)].strip() for at in range(SHOWN_COLORS)]
    kept = _at(document, COLORS)
    others = [str(color) for color in kept[SHOWN_COLORS:]] if isinstance(kept, list | tuple) else []
    last = SHOWN_COLORS if others else max((at + 1 for at, color in enumerate(given) if color), default=0)
    try:
        own = own_colors(Style(texts[STYLE].strip().lower()))
    except ValueError:
        own = own_colors(Style.MODERN)
    return [_color(color) or own[at] for at, color in enumerate(given[:last])] + others


def _color(typed: str) -> str:
    color = parse_hex(typed)
    return typed if color is None else hex_of(color)


def _pronunciation_lines(pairs: Mapping[str, Any]) -> Iterator[str]:
    """`SQL = sequel`; `[de]` begins those of a language."""
    yield from (f"{written} = {spoken}" for written, spoken in pairs.items() if not isinstance(spoken, Mapping))
    for language, own in pairs.items():
        if isinstance(own, Mapping):
            yield f"[{language}]"
            yield from (f"{written} = {spoken}" for written, spoken in own.items())


def _pronunciations(typed: str) -> tuple[dict[str, Any], str]:
    pairs: dict[str, Any] = {}
    within, fault = pairs, ""
    for number, line in enumerate(_lines(typed).split("\n"), 1):
        text = line.strip()
        if text.startswith("[") and text.endswith("]"):
            within = pairs.setdefault(text[1:-1].strip(), {})
            if not isinstance(within, dict):
                within, fault = {}, fault or f"Line {number}: {text} is a language and a word at once"
        elif text:
            written, sign, spoken = (part.strip() for part in text.partition("="))
            if not sign:
                fault = fault or f"Line {number}: write it as SQL = sequel"
            within[written] = spoken
    return pairs, fault


def _lines(text: str) -> str:
    return "\n".join(text.strip().splitlines())


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _put(document: dict[str, Any], path: str, value: Any) -> None:
    *folders, name = path.split(".")
    for folder in folders:
        inner = document.get(folder)
        if not isinstance(inner, dict):
            inner = document[folder] = {}
        document = inner
    document[name] = value

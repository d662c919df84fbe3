"""What the voice is given, for the tables of the languages."""

from __future__ import annotations

from bulkvid_pipeline.rendering.spoken import spoken_form


def said(text: str, language: str) -> str:
    """The spoken form with single blanks."""
    return " ".join(spoken_form(text, language).text.split())

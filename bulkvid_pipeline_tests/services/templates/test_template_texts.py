from __future__ import annotations

from typing import Any

import pytest

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.templates import document_of, parse_template
from bulkvid_pipeline.services.templates.template_texts import changed, own_colors, texts_of

BRAND = document_of(
    parse_template(
        {
            "name": "Brand",
            "settings": {
                "style": {
                    "base": "classic",
                    "colors": ["#0B6E4F", "#7A1FA2", "#FFF3D6", "#111111"],
                    "font_family": "Inter",
                },
                "audio": {
                    "background_music": "none",
                    "voice_settings": {"speed": 1.25},
                    "pronunciations": {"SQL": "sequel", "de": {"SQL": "Es-Ku-El"}},
                },
            },
        },
        template_id="brand",
    )
)


def style_after(**texts: str) -> dict[str, Any]:
    places = {f"settings.style.{name.replace('__', '.')}": text for name, text in texts.items()}
    document, problems = changed(BRAND, texts_of(BRAND) | places)
    assert problems == ()
    style: dict[str, Any] = document["settings"]["style"]
    return style


def test_texts_that_were_not_changed_leave_the_document_as_it_is() -> None:
    odd = {**BRAND, "of_tomorrow": {"x": 1}, "settings": {**BRAND["settings"], "more": [1]}}

    assert changed(odd, texts_of(odd)) == (odd, ())
    assert changed(odd, {}) == (odd, ())
    # As forms send them.
    crlf = {place: text.replace("\n", "\r\n") for place, text in texts_of(odd).items()}
    assert changed(odd, crlf) == (odd, ())


def test_what_no_field_shows_is_kept_beside_what_is_changed() -> None:
    odd = {**BRAND, "of_tomorrow": 1}

    document, _ = changed(odd, {"name": "  Other "})

    assert document == {**odd, "name": "Other"}
    assert odd["name"] == "Brand"


def test_pronunciations_are_lines_and_languages_begin_with_their_tag() -> None:
    place = "settings.audio.pronunciations"
    texts = texts_of(BRAND)

    assert texts[place] == "SQL = sequel\n[de]\nSQL = Es-Ku-El"
    document, problems = changed(BRAND, {place: "GIF = jif\r\n\r\n[ fr ]\r\nSQL=ès-cu-elle\r\n"})
    assert document["settings"]["audio"]["pronunciations"] == {"GIF": "jif", "fr": {"SQL": "ès-cu-elle"}}
    assert problems == ()
    _, (problem,) = changed(BRAND, {place: "GIF = jif\nSQL sequel"})
    assert (problem.field, problem.problem) == (place, "Line 2: write it as SQL = sequel")


def test_numbers_are_read_with_a_comma_or_a_point_and_others_stay_for_the_model_to_refuse() -> None:
    place = "settings.audio.voice_settings.speed"

    for typed, value in (("1,5", 1.5), (" 0.75 ", 0.75), ("fast", "fast"), ("", "")):
        document, _ = changed(BRAND, {place: typed})
        assert document["settings"]["audio"]["voice_settings"]["speed"] == value


def test_an_emptied_choice_is_the_style_s_own() -> None:
    document, _ = changed(BRAND, {"settings.style.font_family": "", "settings.audio.background_music": ""})

    assert document["settings"]["style"]["font_family"] is None
    assert document["settings"]["audio"]["background_music"] is None


def test_a_colour_that_is_left_out_before_another_is_the_style_s_own() -> None:
    accent, second, _ = own_colors(Style.CLASSIC)

    assert style_after(colors__0="")["colors"] == [accent, "#7A1FA2", "#FFF3D6", "#111111"]
    plain = {**BRAND, "settings": {"style": {"base": "classic"}}}
    document, _ = changed(plain, {"settings.style.colors.2": "#fff"})
    assert document["settings"]["style"]["colors"] == [accent, second, "#FFFFFF"]
    document, _ = changed(plain, {"settings.style.colors.0": "red"})
    assert document["settings"]["style"]["colors"] == ["red"]


@pytest.mark.parametrize("hostile", [{"settings": 3}, {"settings": {"style": []}}, {"name": {"a": 1}}, {}])
def test_a_document_of_any_shape_has_texts_and_can_be_changed(hostile: dict[str, Any]) -> None:
    texts = texts_of(hostile)

    document, _ = changed(hostile, texts | {"settings.style.base": "minimal", "settings.audio.voice": "male"})

    assert document["settings"]["style"]["base"] == "minimal"
    assert document["settings"]["audio"]["voice"] == "male"

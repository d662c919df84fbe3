from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.options import Style, Voice
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, parse_template

GUIDE_TEMPLATE = {
    "template_id": "my_brand_template",
    "name": "My Brand Style",
    "description": "Custom template for brand videos",
    "settings": {
        "style": {
            "colors": ["#FF0000", "#00FF00", "#0000FF"],
            "font_family": "Arial",
            "logo_position": "bottom_right",
        },
        "audio": {
            "background_music": "brand_track.mp3",
            "voice_settings": {"speed": 1.0, "pitch": 0.0},
        },
    },
}
"""The custom template of the user guide, as it stands there."""


def parsed(document: object) -> Template:
    return parse_template(document, template_id="mine")


def refusal(document: object) -> TemplateInvalidError:
    with pytest.raises(TemplateInvalidError) as refused:
        parsed(document)
    return refused.value


# The two forms


def test_the_template_of_the_user_guide_is_one() -> None:
    template = parse_template(GUIDE_TEMPLATE, template_id="my_brand_template", folder="templates")
    assert template.name == "My Brand Style"
    assert template.settings.style.colors == ("#FF0000", "#00FF00", "#0000FF")
    assert (template.settings.style.font_family, template.settings.style.logo_position) == ("Arial", "bottom_right")
    assert template.settings.audio.background_music == "brand_track.mp3"
    assert template.settings.audio.voice_settings.speed == 1.0
    assert template.folder == "templates"


@pytest.mark.parametrize(
    "document",
    [
        {"style": "classic", "voice": "male"},
        {"settings": {"style": "classic", "voice": "male"}},
        {"style": "Classic", "settings": {"voice": " MALE "}},
        {"settings": {"style": {"base": "classic"}, "audio": {"voice": "male"}}},
        {"template_id": "mine", "settings": {"style": "classic", "audio": {"voice": "male"}}},
    ],
)
def test_the_short_form_means_the_same_as_the_full_one(document: dict[str, object]) -> None:
    assert parsed(document).settings == parsed({"style": "classic", "voice": "male"}).settings
    assert parsed(document).settings.style.base is Style.CLASSIC
    assert parsed(document).settings.audio.voice is Voice.MALE


def test_the_short_forms_voice_leaves_the_rest_of_the_sound_alone() -> None:
    audio = parsed({"voice": "male", "settings": {"audio": {"voice_settings": {"speed": 1.1}}}}).settings.audio
    assert (audio.voice, audio.voice_settings.speed) == (Voice.MALE, 1.1)


def test_an_empty_document_is_the_default_look_and_sound() -> None:
    assert parsed({}).settings == BUILT_IN_TEMPLATES["default_template"].settings


def test_parsing_leaves_the_document_as_it_was() -> None:
    document = {"style": "classic", "settings": {"voice": "male"}}
    parsed(document)
    assert document == {"style": "classic", "settings": {"voice": "male"}}


# What is wrong is named


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"colour": 1}, "colour: unknown key"),
        ({"settings": {"colours": []}}, "settings.colours: unknown key"),
        ({"settings": {"style": {"colour": "#FFFFFF"}}}, "settings.style.colour: unknown key"),
        ({"settings": {"audio": {"volume": 3}}}, "settings.audio.volume: unknown key"),
        ({"settings": {"audio": {"voice_settings": {"tempo": 3}}}}, "settings.audio.voice_settings.tempo: unknown key"),
        ({"folder": "/etc"}, "folder: unknown key"),
        ({"file_digests": {}}, "file_digests: unknown key"),
        ({"style": "brutalist"}, "settings.style.base: Input should be 'modern', 'classic', 'minimal' or 'corporate'"),
        ({"voice": "robot"}, "settings.audio.voice: Input should be 'female', 'male' or 'neutral'"),
        ({"settings": {"style": {"colors": ["red"]}}}, "settings.style.colors: 'red' is not a colour such as #1E90FF"),
        ({"settings": {"style": {"colors": ["#12345G"]}}}, "'#12345G' is not a colour"),
        ({"settings": {"style": {"colors": ["#FFF"] * 6}}}, "settings.style.colors: "),
        ({"settings": {"style": {"logo_position": "middle"}}}, "settings.style.logo_position: "),
        ({"settings": {"audio": {"voice_settings": {"speed": 3}}}}, "settings.audio.voice_settings.speed: "),
        ({"settings": {"audio": {"voice_settings": {"speed": float("nan")}}}}, "settings.audio.voice_settings.speed: "),
        ({"settings": {"audio": {"voice_settings": {"pitch": -13}}}}, "settings.audio.voice_settings.pitch: "),
        ({"settings": "modern"}, "settings: "),
        ({"style": "modern", "settings": "loud"}, "settings: "),
        ({"voice": "male", "settings": None}, "settings: "),
        ({"settings": {"voice": "male", "audio": "loud"}}, "settings.audio: "),
        ({"name": 7}, "name: "),
    ],
)
def test_each_wrong_key_or_value_is_named(document: dict[str, object], problem: str) -> None:
    error = refusal(document)
    assert error.message.startswith("Template configuration invalid: 'mine': ")
    assert problem in error.message
    assert error.fix
    assert (error.code, error.http_status) == ("TEMPLATE_INVALID", 500)


def test_all_that_is_wrong_is_named_at_once() -> None:
    message = refusal({"a": 1, "settings": {"b": 2, "style": {"c": 3}}}).message
    assert all(f"{key}: unknown key" in message for key in ("a", "settings.b", "settings.style.c"))


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({"style": "modern", "settings": {"style": "classic"}}, "style is given twice, alone and in settings"),
        ({"voice": "male", "settings": {"voice": "female"}}, "voice is given twice, alone and in settings"),
        (
            {"voice": "male", "settings": {"audio": {"voice": "female"}}},
            "voice is given twice, alone and in settings.audio",
        ),
    ],
)
def test_what_is_given_in_both_forms_is_not_guessed(document: dict[str, object], where: str) -> None:
    assert refusal(document).message.endswith(where)


@pytest.mark.parametrize("document", [None, [], "modern", 3, True])
def test_only_an_object_is_a_template(document: object) -> None:
    assert refusal(document).message == "Template 'mine' is not a JSON object"


def test_a_template_goes_by_its_own_id() -> None:
    assert refusal({"template_id": "yours"}).message == "Template 'mine' calls itself 'yours'"


@pytest.mark.parametrize("template_id", ["", "my template", "../mine", "x" * 65, "é"])
def test_ids_are_letters_digits_underscores_and_hyphens(template_id: str) -> None:
    with pytest.raises(TemplateInvalidError, match="template_id: "):
        parse_template({}, template_id=template_id)


# Files


@pytest.mark.parametrize("name", ["logo.png", "brand/logo.png", "Logo 2 (final).webp", "ロゴ.png", "..logo.png"])
def test_files_lie_beside_the_template_or_below(name: str) -> None:
    assert parsed({"settings": {"style": {"logo": name}}}).settings.style.logo == name


@pytest.mark.parametrize(
    "name",
    [
        "../logo.png",
        "a/../../logo.png",
        "..",
        "/etc/passwd",
        "//host/x",
        "..\\logo.png",
        "C:\\logo.png",
        "C:/logo.png",
        "file:///etc/passwd",
        "http://169.254.169.254/",
        "a\x00.png",
        "a\n.png",
        "",
        "  ",
    ],
)
def test_no_file_name_leads_out_of_the_templates_folder(name: str) -> None:
    for settings in ({"style": {"logo": name}}, {"audio": {"background_music": name}}):
        assert "is not the name of a file beside the template" in refusal({"settings": settings}).message


def test_music_may_be_none() -> None:
    assert parsed({"settings": {"audio": {"background_music": "none"}}}).settings.audio.background_music == "none"


# Built in


def test_there_is_a_default_and_one_template_for_each_style() -> None:
    assert {*BUILT_IN_TEMPLATES} == {"default_template", *Style}
    assert all(BUILT_IN_TEMPLATES[style].settings.style.base is style for style in Style)
    assert all(template.description for template in BUILT_IN_TEMPLATES.values())


# Anything at all

any_text = st.text(alphabet=st.characters(), max_size=20)
keys = st.sampled_from(
    ["template_id", "name", "settings", "style", "audio", "voice", "colors", "logo", "base", "speed", "voice_settings"]
)
documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text | st.sampled_from(["mine", "modern", "male"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys | any_text, inner, max_size=4),
    max_leaves=10,
)


@given(documents)
@example({1: 2})
@example({"settings": {1: 2}})
@example({"style": {"base": {"base": {}}}})
def test_any_document_is_a_template_or_a_typed_error(document: Any) -> None:
    error = _error(document)
    assert error is None or error.message.isprintable()


def _error(document: Any) -> TemplateInvalidError | None:
    try:
        parsed(document)
    except TemplateInvalidError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("written", "captions"), [("off", "off"), (False, "off"), ("burned", "burned"), (True, "burned")]
)
def test_captions_of_a_template_are_burned_or_off(written: object, captions: str) -> None:
    template = parse_template({"settings": {"style": {"captions": written}}}, template_id="t")
    assert template.settings.style.captions == captions

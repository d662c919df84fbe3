"""Templates: JSON documents that define the look and the sound of a job's videos."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.languages import read_language
from bulkvid_pipeline.core.options import Captions, Style, Voice
from bulkvid_pipeline.core.pronunciations import Pronunciation, merged, template_pairs
from bulkvid_pipeline.core.spec import DEFAULT_TEMPLATE
from bulkvid_pipeline.core.vocabulary.captions import as_captions

UNKNOWN_KEY = "unknown key"
"""What is told of a key that templates do not have."""
LogoPosition = Literal["top_left", "top_right", "bottom_left", "bottom_right"]
_lower = BeforeValidator(lambda value: value.strip().lower() if isinstance(value, str) else value)


def _file_beside(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not name or name.startswith("/") or ".." in parts or re.search(r"[\\:\x00-\x1f]", name):
        raise ValueError(f"'{shortened(name)}' is not the name of a file beside the template")
    return name


FileName = Annotated[str, AfterValidator(_file_beside)]
"""Path of a file in the template's folder or below it; paths out of the folder are refused."""


class TemplatePart(BaseModel):
    """A part of a template: immutable, and an unknown key is an error that names it."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


@dataclass(frozen=True)
class Shown:
    """How a field of a template is chosen in a form; its title and description are those of the field.

    `kind` is empty where the field's type says it all; `step` is how finely a number is chosen.
    """

    group: str
    kind: Literal["", "colors", "font", "logo", "music", "pronunciations"] = ""
    step: float | None = None


LABELS: Mapping[type[StrEnum] | str, Mapping[str, tuple[str, str]]] = {
    Style: {
        Style.MODERN: ("Modern", "Bold sans serif on a deep gradient"),
        Style.CLASSIC: ("Classic", "Serif on warm paper"),
        Style.MINIMAL: ("Minimal", "Much white, one accent"),
        Style.CORPORATE: ("Corporate", "Sober blocks and clear numbers"),
    },
    Captions: {
        Captions.BURNED: ("In the picture", "Everybody sees them, even where the sound is off"),
        Captions.OFF: ("As files only", "Cards take their room; .srt and .vtt files are made in any case"),
    },
    Voice: {
        Voice.FEMALE: ("Female", ""),
        Voice.MALE: ("Male", ""),
        Voice.NEUTRAL: ("Neutral", ""),
    },
    "logo_position": {
        "top_left": ("Top left", ""),
        "top_right": ("Top right", ""),
        "bottom_left": ("Bottom left", ""),
        "bottom_right": ("Bottom right", ""),
    },
}
"""Name and explanation of each value of a closed vocabulary, by its type, or by the field's name."""


class VoiceSettings(TemplatePart):
    """How the voice speaks: `speed` is a factor, `pitch` in semitones."""

    speed: Annotated[float, Shown("Voice", step=0.05)] = Field(
        1.0, ge=0.5, le=2.0, title="Speed", description="How fast the voice speaks; 1 is its own pace"
    )
    pitch: Annotated[float, Shown("Voice", step=0.5)] = Field(
        0.0, ge=-12.0, le=12.0, title="Pitch", description="How much higher or lower than its own, in semitones"
    )


class StyleSettings(TemplatePart):
    """The look. `base` is the built-in style; the other settings change it."""

    base: Annotated[Style, _lower, Shown("Look")] = Field(
        Style.MODERN, title="Style", description="The built-in style, which the other settings change"
    )
    colors: Annotated[tuple[str, ...], Shown("Look", "colors")] = Field(
        (),
        max_length=5,
        title="Brand colours",
        description="Accent, second accent, background, as #RRGGBB; a style keeps its own where none is given, and "
        "shows one that could not be seen as the nearest that can",
    )
    font_family: Annotated[str | None, Shown("Look", "font")] = Field(
        None, title="Font", description="The style's own if none is chosen"
    )
    logo: Annotated[FileName | None, Shown("Logo", "logo")] = Field(
        None, title="Logo", description="A PNG, JPEG or WebP picture, best with a transparent background"
    )
    logo_position: Annotated[LogoPosition, _lower, Shown("Logo")] = Field(
        "bottom_right", title="Place of the logo", description="The corner in which it stands in every card"
    )
    captions: Annotated[Captions, BeforeValidator(as_captions), Shown("Captions")] = Field(
        Captions.BURNED, title="Captions", description="Whether the spoken words stand in the picture"
    )

    @field_validator("colors")
    @classmethod
    def _hex(cls, colors: tuple[str, ...]) -> tuple[str, ...]:
        for color in colors:
            if not re.fullmatch(r"#[0-9A-Fa-f]{6}", color):
                raise ValueError(f"'{shortened(color, 20)}' is not a colour such as #1E90FF")
        return tuple(color.upper() for color in colors)


class AudioSettings(TemplatePart):
    """The sound. `background_music` is a file beside the template; None: the style's own music, "none": no music."""

    voice: Annotated[Voice, _lower, Shown("Voice")] = Field(
        Voice.FEMALE, title="Voice", description="Who speaks, where a row of the sheet does not say so"
    )
    background_music: Annotated[FileName | None, Shown("Music", "music")] = Field(
        None,
        title="Background music",
        description="It is repeated to the video's length, and goes down while somebody speaks",
    )
    voice_settings: VoiceSettings = VoiceSettings()
    pronunciations: Annotated[dict[str, str | dict[str, str]], Shown("Voice", "pronunciations")] = Field(
        default_factory=dict,
        title="Pronunciations",
        description="How words are spoken that the voice gets wrong: written form, spoken form; or a language, and "
        "such a list for scripts in it",
    )

    @field_validator("pronunciations")
    @classmethod
    def _speakable(cls, given: dict[str, str | dict[str, str]]) -> dict[str, str | dict[str, str]]:
        template_pairs({written: spoken for written, spoken in given.items() if isinstance(spoken, str)})
        for name, pairs in given.items():
            if not isinstance(pairs, str):
                if read_language(name).value is None:
                    raise ValueError(f"'{shortened(name)}' is not a language such as de or pt-BR")
                template_pairs(pairs)
        return given

    def pronunciations_in(self, tag: str | None) -> tuple[Pronunciation, ...]:
        """The pairs for scripts in a language (BCP 47 tag); those of a nearer language count more."""
        general = {written: spoken for written, spoken in self.pronunciations.items() if isinstance(spoken, str)}
        lists = [
            (read_language(name).value or "", pairs)
            for name, pairs in self.pronunciations.items()
            if not isinstance(pairs, str)
        ]
        own = [
            pairs for name, pairs in sorted(lists, key=lambda each: len(each[0])) if f"{tag}-".startswith(f"{name}-")
        ]
        return merged(*map(template_pairs, (general, *own)))


class TemplateSettings(TemplatePart):
    style: StyleSettings = StyleSettings()
    audio: AudioSettings = AudioSettings()


class Template(TemplatePart):
    """One template. `folder` holds its files (logo, music); None for the built-in templates."""

    template_id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    name: Annotated[str, Shown("Name")] = Field("", title="Name", description="What people see in lists")
    description: Annotated[str, Shown("Name")] = Field("", title="Description", description="What it is for")
    settings: TemplateSettings = TemplateSettings()
    folder: str | None = None
    file_digests: dict[str, str] = Field(default_factory=dict)
    """File name -> content digest of each file that the settings name."""


def parse_template(data: object, *, template_id: str, folder: str | None = None) -> Template:
    """The template in a JSON document: the full form, or the short form `{"style": "modern", "voice": "female"}`.

    The short form may stand alone or under `settings`.

    Raises:
        TemplateInvalidError: names each key or value that is wrong.
    """
    if not isinstance(data, Mapping):
        raise TemplateInvalidError(f"Template '{template_id}' is not a JSON object")
    document = dict(data)
    for ours in ("folder", "file_digests"):
        if ours in document:
            raise _invalid(template_id, [(ours, UNKNOWN_KEY)])
    short = {key: document.pop(key) for key in ("style", "voice") if key in document}
    if short:
        document["settings"] = _joined(template_id, "settings", document.get("settings", {}), short)
    if "settings" in document:
        document["settings"] = _full_settings(template_id, document["settings"])
    try:
        template = Template.model_validate({"template_id": template_id, **document, "folder": folder})
    except ValidationError as error:
        raise _invalid(template_id, _problems(error)) from error
    if template.template_id != template_id:
        raise TemplateInvalidError(
            f"Template '{template_id}' calls itself '{template.template_id}'",
            fix="Name the file like the template_id in it",
            field="template_id",
        )
    return template


def document_of(template: Template) -> dict[str, Any]:
    """The template's document in its full form, with every default written out."""
    return template.model_dump(mode="json", include={"template_id", "name", "description", "settings"})


def _full_settings(template_id: str, settings: object) -> object:
    """The short form `{"style": "modern", "voice": "female"}` written out; the full form is left as it is."""
    if not isinstance(settings, Mapping):
        return settings
    full = dict(settings)
    if isinstance(full.get("style"), str):
        full["style"] = {"base": full["style"]}
    if "voice" in full:
        voice = {"voice": full.pop("voice")}
        full["audio"] = _joined(template_id, "settings.audio", full.get("audio", {}), voice)
    return full


def _joined(template_id: str, where: str, written: object, short: Mapping[str, object]) -> object:
    """`written` with the short form's keys added; a value that is not an object is returned as it is and refused later.

    Raises:
        TemplateInvalidError: both forms give the same key.
    """
    if not isinstance(written, Mapping):
        return written
    twice = sorted(short.keys() & written.keys())
    if twice:
        told = f"is given twice, alone and in {where}"
        raise TemplateInvalidError(
            f"Template configuration invalid: '{template_id}': {twice[0]} {told}",
            fix="Remove one of them",
            field=twice[0],
        )
    return {**written, **short}


def _problems(error: ValidationError) -> list[tuple[str, str]]:
    return [
        (
            ".".join(shortened(str(part)) for part in problem["loc"]),
            UNKNOWN_KEY if problem["type"] == "extra_forbidden" else problem["msg"].removeprefix("Value error, "),
        )
        for problem in error.errors(include_url=False)
    ]


def _invalid(template_id: str, problems: Sequence[tuple[str, str]]) -> TemplateInvalidError:
    lines = "; ".join(f"{where}: {text}" for where, text in problems)
    return TemplateInvalidError(
        f"Template configuration invalid: '{template_id}': {lines}",
        fix="Correct the keys named, or use default_template",
        field=problems[0][0] or None,
        details=[{"field": where, "problem": text} for where, text in problems],
    )


def _built_in(template_id: str, name: str, description: str, base: Style, voice: Voice) -> Template:
    settings = TemplateSettings(style=StyleSettings(base=base), audio=AudioSettings(voice=voice))
    return Template(template_id=template_id, name=name, description=description, settings=settings)


BUILT_IN_TEMPLATES: dict[str, Template] = {
    template.template_id: template
    for template in (
        _built_in(DEFAULT_TEMPLATE, "Default", "The modern look with a female voice", Style.MODERN, Voice.FEMALE),
        _built_in("modern", *LABELS[Style][Style.MODERN], Style.MODERN, Voice.FEMALE),
        _built_in("classic", *LABELS[Style][Style.CLASSIC], Style.CLASSIC, Voice.MALE),
        _built_in("minimal", *LABELS[Style][Style.MINIMAL], Style.MINIMAL, Voice.FEMALE),
        _built_in("corporate", *LABELS[Style][Style.CORPORATE], Style.CORPORATE, Voice.NEUTRAL),
    )
}

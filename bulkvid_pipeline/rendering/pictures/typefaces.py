"""The bundled fonts: the file for each family, weight and character.

Every file is named here; system fonts are never used. Files are opened when first needed (they are mapped, not read:
about 0.2 ms each). Each text uses only the fonts that its characters need, in a fixed order, so the same text looks the
same on every machine.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import skia

from bulkvid_pipeline.rendering.pictures.scripts import HanVariant, is_invisible, split_emoji

VENDORED = "bulkvid_pipeline.rendering"
WESTERN = "justmytype_western_core"
RTL = "justmytype_intl_rtl"
CJK = "justmytype_intl_cjk"
BOLD_FROM = 600
"""Least weight for which the bold file of a family without a weight axis is used."""


_HEAVIEST_BESIDE_BOLD = 500
"""Largest value of the `wght` axis used of a family that has a separate bold file."""


@dataclass(frozen=True)
class FontFile:
    """The files of one family: one with a `wght` axis or a regular one, and optionally a vendored bold one."""

    family: str
    package: str
    regular: str
    bold: str = ""
    variable: bool = False
    optical_sizes: tuple[float, float] | None = None
    """Values of the `opsz` axis for text and for display."""

    def path(self, weight: int) -> Path:
        if self.bold and weight >= BOLD_FROM:
            return _package_folder(VENDORED) / "fonts" / self.bold
        return _package_folder(self.package) / "fonts" / self.regular

    def is_variable(self, weight: int) -> bool:
        return self.variable and not (self.bold and weight >= BOLD_FROM)


def _noto_variable(family: str, package: str, folder: str, file: str) -> FontFile:
    return FontFile(family, package, f"ofl/{folder}/{file}", variable=True)


def _noto_pair(script: str) -> FontFile:
    return FontFile(f"Noto Sans {script}", VENDORED, f"NotoSans{script}-Regular.ttf", f"NotoSans{script}-Bold.ttf")


def _noto_bold(script: str) -> FontFile:
    return FontFile(f"Noto Sans {script}", VENDORED, f"NotoSans{script}-Bold.ttf")


TEXT_FONTS: dict[str, FontFile] = {
    font.family: font
    for font in (
        FontFile("Inter", WESTERN, "ofl/inter/Inter[opsz,wght].ttf", variable=True, optical_sizes=(14, 32)),
        FontFile(
            "Source Serif 4",
            WESTERN,
            "ofl/sourceserif4/SourceSerif4[opsz,wght].ttf",
            variable=True,
            optical_sizes=(14, 60),
        ),
        FontFile(
            "Source Serif 4 Italic",
            WESTERN,
            "ofl/sourceserif4/SourceSerif4-Italic[opsz,wght].ttf",
            variable=True,
            optical_sizes=(14, 60),
        ),
        # Between 500 and 900 the variable file draws some letters too black, so bold text has a file of its own.
        FontFile("Noto Sans", WESTERN, "ofl/notosans/NotoSans[wdth,wght].ttf", "NotoSans-Bold.ttf", variable=True),
        _noto_variable("Noto Serif", WESTERN, "notoserif", "NotoSerif[wdth,wght].ttf"),
        _noto_variable("Noto Serif Italic", WESTERN, "notoserif", "NotoSerif-Italic[wdth,wght].ttf"),
        _noto_variable("JetBrains Mono", WESTERN, "jetbrainsmono", "JetBrainsMono[wght].ttf"),
    )
}
"""Families that a theme may name."""

EMOJI_FONT = FontFile("Noto Color Emoji", VENDORED, "NotoColorEmoji.ttf")
_HAN_FONTS: dict[HanVariant, FontFile] = {
    variant: _noto_variable(
        f"Noto Sans {variant.upper()}", CJK, f"notosans{variant}", f"NotoSans{variant.upper()}[wght].ttf"
    )
    for variant in (HanVariant.SIMPLIFIED, HanVariant.TRADITIONAL, HanVariant.JAPANESE, HanVariant.KOREAN)
}
_SCRIPT_FONTS: tuple[FontFile, ...] = (
    _noto_variable("Noto Sans Arabic", RTL, "notosansarabic", "NotoSansArabic[wdth,wght].ttf"),
    _noto_variable("Noto Sans Hebrew", RTL, "notosanshebrew", "NotoSansHebrew[wdth,wght].ttf"),
    *(_noto_pair(script) for script in ("Devanagari", "Thai")),
    *(
        _noto_bold(script)
        for script in (
            "Tamil",
            "Armenian",
            "Georgian",
            "Bengali", "Telugu", "Gujarati", "Gurmukhi", "Kannada", "Malayalam",
            "Sinhala", "Khmer", "Lao", "Myanmar", "Ethiopic",
        )
    ),
)  # fmt: skip
_SYMBOL_FONTS: tuple[FontFile, ...] = (
    FontFile("Noto Sans Symbols 2", WESTERN, "ofl/notosanssymbols2/NotoSansSymbols2-Regular.ttf"),
    FontFile("STIX Two Math", WESTERN, "ofl/stixtwomath/STIXTwoMath-Regular.ttf"),
    EMOJI_FONT,
)


@cache
def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The fonts of {package} are not installed", name=package)
    return Path(spec.origin).parent


@lru_cache(maxsize=64)
def fallback_fonts(family: str, variant: HanVariant | None) -> tuple[FontFile, ...]:
    """The fonts to search for a character, in order; of the Han fonts the one of `variant` comes first."""
    plain = TEXT_FONTS["Noto Serif"] if "Serif" in family else TEXT_FONTS["Noto Sans"]
    han = sorted(_HAN_FONTS, key=lambda candidate: candidate is not variant)
    return (
        TEXT_FONTS[family],
        plain,
        *_SCRIPT_FONTS,
        *(_HAN_FONTS[candidate] for candidate in han),
        TEXT_FONTS["Noto Sans"],
        *_SYMBOL_FONTS,
    )


class FontShelf:
    """The open fonts of this process, registered with skia under a name per family, weight and optical size."""

    def __init__(self) -> None:
        self._manager = skia.FontMgr.New_Custom_Empty()
        self._provider = skia.textlayout.TypefaceFontProvider()
        self._faces: dict[str, skia.Typeface] = {}
        self._files: dict[Path, skia.Typeface] = {}
        self._lock = threading.Lock()
        self.collection = skia.textlayout.FontCollection()
        self.collection.setDefaultFontManager(self._provider)
        self.unicode = skia.Unicodes.ICU.Make()

    def alias(self, font: FontFile, weight: int, display: bool) -> str:
        """The name under which this cut is registered with skia; opens it if necessary."""
        name = f"{font.family}:{weight}:{int(display)}"
        with self._lock:
            if name not in self._faces:
                face = self._open(font, weight, display)
                self._provider.registerTypeface(face, name)
                self._faces[name] = face
        return name

    def typeface(self, font: FontFile, weight: int, display: bool = True) -> skia.Typeface:
        return self._faces[self.alias(font, weight, display)]

    def _open(self, font: FontFile, weight: int, display: bool) -> skia.Typeface:
        path = font.path(weight)
        if path not in self._files:
            face = self._manager.makeFromFile(str(path))
            if face is None:
                raise FileNotFoundError(f"The font file {path.name} is missing or damaged")
            self._files[path] = face
        face = self._files[path]
        if not font.is_variable(weight):
            return face
        axes: dict[str, float] = {"wght": min(weight, _HEAVIEST_BESIDE_BOLD) if font.bold else weight}
        if font.optical_sizes:
            axes["opsz"] = font.optical_sizes[int(display)]
        return _varied(face, axes)


def _varied(face: skia.Typeface, axes: dict[str, float]) -> skia.Typeface:
    position = skia.FontArguments.VariationPosition
    # The arguments only refer to `coordinates`, so it must stay alive until the clone is made.
    coordinates = position.Coordinates(
        [position.Coordinate(struct.unpack(">I", tag.encode())[0], value) for tag, value in axes.items()]
    )
    where = position(coordinates)
    arguments = skia.FontArguments()
    arguments.setVariationDesignPosition(where)
    return face.makeClone(arguments)


@cache
def shelf() -> FontShelf:
    """The process's fonts."""
    return FontShelf()


@lru_cache(maxsize=20_000)
def font_for(char: str, family: str, variant: HanVariant | None) -> FontFile | None:
    """The first font that has the character; None if no font has it.

    Private-use characters differ in every font, so they count as missing.
    """
    if unicodedata.category(char) == "Co":
        return None
    for font in fallback_fonts(family, variant):
        if shelf().typeface(font, 700).unicharToGlyph(ord(char)):
            return font
    return None


@dataclass(frozen=True)
class Cut:
    """The cut of a text's font: family, weight, and whether it has the display optical size."""

    family: str
    weight: int
    display: bool = True


@lru_cache(maxsize=4_000)
def families_of(text: str, cut: Cut, variant: HanVariant | None) -> tuple[str, ...]:
    """The aliases of the fonts that draw a text without its emoji, best first."""
    aliases = [shelf().alias(TEXT_FONTS[cut.family], cut.weight, cut.display)]
    for stretch, is_emoji in split_emoji(text):
        for char in dict.fromkeys(stretch):
            font = None if is_emoji or is_invisible(char) else font_for(char, cut.family, variant)
            if font is not None:
                aliases.append(shelf().alias(font, cut.weight, cut.display))
    return tuple(dict.fromkeys(aliases))


def runs_of(text: str, families: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """The text as runs, each with the aliases of its fonts, best first; `families` are those of the whole text."""
    emoji = (shelf().alias(EMOJI_FONT, 400, False), *families)
    return [(stretch, emoji if is_emoji else families) for stretch, is_emoji in split_emoji(text)]


def all_fonts() -> tuple[FontFile, ...]:
    """Every bundled font."""
    return (*TEXT_FONTS.values(), *_SCRIPT_FONTS, *_HAN_FONTS.values(), *_SYMBOL_FONTS)


def unwritable(text: str) -> str:
    """The characters of a text that no bundled font has, with all fonts opened anew from their files.

    Raises:
        FileNotFoundError: a font's file is missing or damaged.
        ModuleNotFoundError: a package of fonts is not installed.
    """
    opened = FontShelf()
    faces = [opened.typeface(font, weight) for font in all_fonts() for weight in (400, 700)]
    return "".join(
        char
        for char in dict.fromkeys(text)
        if not is_invisible(char) and not any(face.unicharToGlyph(ord(char)) for face in faces)
    )


@cache
def fonts_digest() -> str:
    """Hash of all bundled fonts, from each file's size and table directory.

    The table directory of an OpenType font contains a checksum of every table, so the first kilobytes identify the
    whole file (OpenType 1.9, "Table Directory").
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted({font.path(weight) for font in all_fonts() for weight in (400, 700)}):
        digest.update(f"{path.name}:{path.stat().st_size}:".encode())
        with path.open("rb") as file:
            digest.update(file.read(2048))
    return digest.hexdigest()

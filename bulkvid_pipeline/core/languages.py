"""Reading a cell that names a language: by its BCP 47 tag, its code, or its name in any language.

Names come from the Unicode CLDR through `langcodes`, which is imported when the first cell is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache, lru_cache

from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.empties import is_empty_option
from bulkvid_pipeline.core.vocabulary.words import plain


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


COMMON = _words(
    "af am ar as az ba be bg bn bo bs ca ceb cs cv cy da de el en eo es et eu fa fi fil fo fr ga gd gl gsw gu "
    "ha he hi hr ht hu hy id ig is it ja jv ka kk km kn ko kok ku ky la lb lo lt lv mg mi mk ml mn mr ms mt "
    "my nb ne nl nn om or pa pl ps pt qu ro ru rw sd si sk sl sn so sq sr su sv sw ta te tg th ti tk tn tr "
    "tt ug uk ur uz vi xh yo yue zh zu"
)
"""Languages that a cell may name, by primary subtag. Rarer ones are left out: a cell with such a code (`br` is Breton,
`kr` Kanuri) more likely means something else."""

_SAME = {"cmn": "zh", "no": "nb", "tl": "fil"}
"""Tags that are read as another one: a script in Chinese is spoken in Mandarin."""

_ALSO = {
    "anglophone": "en",
    "ภาษาไทย": "th",
    "azeri": "az",
    "bahasa": "id",
    "bahasa melayu": "ms",
    "bangla": "bn",
    "brazilian": "pt-BR",
    "castellano": "es",
    "esp": "es",
    "msa": "ar",
    "cymraeg": "cy",
    "espanol": "es",
    "flemish": "nl-BE",
    "isizulu": "zu",
    "limba romana": "ro",
    "mexican": "es-MX",
    "portugues": "pt",
    "putonghua": "zh",
    "schweizerdeutsch": "gsw",
    "tieng viet": "vi",
    "中国语": "zh",
    "中國語": "zh",
    "汉语": "zh",
    "漢語": "zh",
    "华语": "zh",
    "華語": "zh",
    "国语": "zh",
    "國語": "zh",
    "粵語": "yue",
    "広東語": "yue",
    "廣東話": "yue",
    "广东话": "yue",
    "简体": "zh-Hans",
    "簡體": "zh-Hans",
    "繁體": "zh-Hant",
    "繁体": "zh-Hant",
}
"""Names that CLDR does not list, without accents."""

_QUALIFIERS = {
    "american": "US",
    "us": "US",
    "u.s.": "US",
    "usa": "US",
    "british": "GB",
    "uk": "GB",
    "u.k.": "GB",
    "gb": "GB",
    "england": "GB",
    "brasil": "BR",
    "brasileiro": "BR",
    "brasileira": "BR",
    "brasileno": "BR",
    "bresilien": "BR",
    "brasilianisch": "BR",
    "canadian": "CA",
    "australian": "AU",
    "indian": "IN",
    "irish": "IE",
    "austrian": "AT",
    "swiss": "CH",
    "belgian": "BE",
    "egyptian": "EG",
    "argentinian": "AR",
    "colombian": "CO",
    "neutral": "419",
    "brazilian": "BR",
    "european": "150",
    "europe": "150",
    "latin america": "419",
    "latin american": "419",
    "latam": "419",
    "latinoamerica": "419",
    "america latina": "419",
    "hispanoamerica": "419",
    "mexican": "MX",
    "castilian": "ES",
    "latino": "419",
    "neutro": "419",
    "simplified": "Hans",
    "simplificado": "Hans",
    "simplifie": "Hans",
    "vereinfacht": "Hans",
    "semplificato": "Hans",
    "简体": "Hans",
    "簡體": "Hans",
    "簡体": "Hans",
    "traditional": "Hant",
    "tradicional": "Hant",
    "traditionnel": "Hant",
    "traditionell": "Hant",
    "tradizionale": "Hant",
    "繁體": "Hant",
    "繁体": "Hant",
    "cyrillic": "Cyrl",
    "mandarin": "",
    "standard": "",
    "modern": "",
}
"""Qualifiers beside a language's name: a region or a script; "" has no effect."""
_EUROPEAN = {"pt": "PT", "es": "ES", "fr": "FR", "en": "GB"}
_MANY_LANGUAGES = {
    "BE": ("nl", "fr", "de"),
    "CH": ("de", "fr", "it"),
    "IN": ("hi", "en", "bn", "ta", "te", "mr"),
    "LU": ("lb", "fr", "de"),
    "SG": ("en", "zh", "ms", "ta"),
    "ZA": ("en", "af", "zu", "xh"),
    "NG": ("en", "ha", "yo", "ig"),
    "PK": ("ur", "en", "pa"),
    "KE": ("sw", "en"),
    "LK": ("si", "ta"),
    "AF": ("fa", "ps"),
}
"""Countries with several languages, with the likely ones."""

_UNCLEAR = {
    "in": ("id", "hi", "en"),
    "ge": ("de", "ka"),
    "sp": ("es",),
    "po": ("pl", "pt"),
    "ma": ("ar", "mr"),
}
"""Codes that may mean a language, or a country or another abbreviation."""
_NOWHERE = frozenset({"XX", "ZZ", "EU", "UN", "XK", "AQ"})

_UNKNOWN = "Unknown language"
_NAMED = "Write a language by its name or code, such as German, de or pt-BR"
_DETECT = frozenset(
    {"auto", "automatic", "automatically", "detect", "auto detect", "autodetect", "original", "as script"}
    | {"same as script", "same as the script", "as in script", "original language", "language of the script"}
)
_TAG = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,3}")
_IN_BRACKETS = re.compile(r"(.+?)\s*[(（\[]\s*(.+?)\s*[)）\]]")
_LABEL = re.compile(r"\b(?:language|lang|idioma|lengua|langue|sprache|lingua|only)\b|^(?:in|auf|en)\s(?=\w{4})")
_ORNAMENTS = " .!:;,"
_WITH_REGION = frozenset({"pt", "es", "en", "zh", "fr"})
"""Languages that differ enough from country to country."""
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_JOINING = re.compile(r"(?<=\w)\s(?:do|de|del|du|of|from|von|di)\s(?=\w)")
LONGEST_CELL = 1000
"""Characters. Nobody names a language with more; finding several in a text takes the square of its length."""
_SEPARATORS = re.compile(r"\s*[,;/|+&、，；]\s*|\s+(?:and|und|y|et|e|和)\s+|\s+[-–—]\s+")


@lru_cache(maxsize=4096)
def read_language(cell: str) -> Reading[str]:
    """The language that a cell names, as a BCP 47 tag such as `pt-BR`; no value where it asks for detection."""
    if len(cell.strip()) > LONGEST_CELL:
        return Reading(problem=_UNKNOWN, fix=_NAMED)
    text = plain(cell)
    text = text.strip(_ORNAMENTS) or text
    if not text:
        return Reading()
    if text in _DETECT:
        return Reading(understood="an empty cell")
    tag = _of_flag(text) if _FLAG.search(text) else _read(text)  # before empty words: `no` is Norwegian here
    if tag is None and is_empty_option(cell):
        return Reading(understood="an empty cell")
    if tag is not None:
        in_our_words = text.replace("_", "-") == tag.casefold()
        return Reading(tag, "" if in_our_words else f"{language_name(tag)} ({tag})")
    problem, fix = _fault(text)
    return Reading(problem=problem, fix=fix)


def _fault(text: str) -> tuple[str, str]:
    """The problem with a text that names no single language, and the fix."""
    several = _several(text)
    if several:
        names = " and ".join(map(language_name, several))
        return f"Names {len(several)} languages: {names}", "Write one; make a row for each language"
    likely = tuple(dict.fromkeys(_likely(text)))
    if likely:
        meanings = ", ".join(f"{language_name(tag)} ({tag})" for tag in likely)
        return "Not clear which language this is", f"Write one of {meanings}, or another language by name or code"
    return _UNKNOWN, _NAMED


def _of_flag(text: str) -> str | None:
    """The language of a flag: its country's, or the language beside it as that country has it."""
    flags, beside = _FLAG.findall(text), _FLAG.sub(" ", text).strip(_ORNAMENTS)
    if len(flags) != 1:
        return None
    country = "".join(chr(ord(letter) - ord("\U0001f1e6") + ord("a")) for letter in flags[0])
    if not beside:
        return _of_country(country)
    language = _read(beside)
    return f"{language}-{country.upper()}" if language in _WITH_REGION else language


@lru_cache(maxsize=512)
def language_name(tag: str) -> str:
    """The English name of a tag: `Portuguese (Brazil)`."""
    import langcodes

    return str(langcodes.Language.get(tag).display_name("en"))


@lru_cache(maxsize=4096)
def _read(text: str) -> str | None:
    text = _JOINING.sub(" ", _LABEL.sub(" ", text)).strip(" :")
    found = _one(text)
    if found or _several(text):
        return found
    return _qualified(text) or _of_country(text)


def _one(text: str) -> str | None:
    """The tag of a code or a name without a qualifier."""
    import langcodes

    if text in _UNCLEAR:
        return None
    also = _ALSO.get(text) or _ALSO.get(_without_accents(text))
    if also:
        return also
    if _TAG.fullmatch(text):
        try:
            found = langcodes.Language.get(langcodes.standardize_tag(text))
        except ValueError:
            return None
        return _common(found.to_tag()) if found.is_valid() else None
    name = _code("language", text)
    return _common(name) if name else _without_accents_known().get(_without_accents(text))


def _common(tag: str) -> str | None:
    primary, _, rest = tag.partition("-")
    primary = _SAME.get(primary, primary)
    if primary not in COMMON:
        return None
    return f"{primary}-{rest}" if rest else primary


def _qualified(text: str) -> str | None:
    """`Portuguese (Brazil)`, `Spanish - Mexico`, `US English`, `de - Deutsch`."""
    for one, other in _pairs(text):
        tags = _one(one), _one(other)
        if tags[0] and tags[1] and _primary(tags[0]) == _primary(tags[1]):
            return max(tags[0], tags[1], key=len)
    for base, qualifier in _pairs(text):
        tag = _one(base)
        subtag = _subtag(qualifier) if tag and "-" not in tag else None
        if tag and subtag is not None:
            if subtag == "150":
                subtag = _EUROPEAN.get(tag, "")
            return f"{tag}-{subtag}" if subtag else tag
    return None


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Possible splits of a text into a language and its qualifier."""
    bracketed = _IN_BRACKETS.fullmatch(text)
    if bracketed:
        yield bracketed[1], bracketed[2]
        yield bracketed[2], bracketed[1]
    parts = [part for part in _SEPARATORS.split(text) if part]
    if len(parts) == 2:
        yield parts[0], parts[1]
        yield parts[1], parts[0]
    words = text.split()
    for at in range(1, len(words)):
        before, after = " ".join(words[:at]), " ".join(words[at:])
        yield before, after
        yield after, before
    if not text.isascii() and len(words) == 1:  # 简体中文
        for at in range(1, len(text)):
            yield text[:at], text[at:]
            yield text[at:], text[:at]


def _subtag(text: str) -> str | None:
    """The region or script that a qualifier names."""
    bare = _without_accents(text)
    if bare in _QUALIFIERS:
        return _QUALIFIERS[bare]
    if re.fullmatch("[a-z]{2}", text):
        return _country(text)
    return _code("territory", text) or _code("script", text)


def _country(text: str) -> str | None:
    """The country that a text names, by name or code."""
    import langcodes

    if re.fullmatch("[a-z]{2}", text):
        code = {"uk": "GB"}.get(text, text.upper())
        known = code not in _NOWHERE and langcodes.Language.make(language="en", territory=code).is_valid()
        return code if known else None
    found = _QUALIFIERS.get(_without_accents(text)) or _code("territory", text)
    return found if found and re.fullmatch("[A-Z]{2}", found) else None


def _of_country(text: str) -> str | None:
    """The language of a country that has a single one: `jp`, `Brazil`."""
    import langcodes

    country = _country(text)
    if country is None or country in _MANY_LANGUAGES or text in _UNCLEAR:
        return None
    spoken = langcodes.Language.make(territory=country).maximize().language
    tag = _common(str(spoken))
    return f"{tag}-{country}" if tag in _WITH_REGION else tag


def _several(text: str) -> tuple[str, ...]:
    """The languages of a cell that names more than one."""
    parts = [part for part in _SEPARATORS.split(text) if part]
    tags = dict.fromkeys(_one(part) or _of_country(part) for part in parts)
    found = [tag for tag in tags if tag]
    return tuple(found) if len(found) == len(tags) and len(set(map(_primary, found))) > 1 else ()


def _primary(tag: str) -> str:
    return tag.partition("-")[0]


def _likely(text: str) -> Iterator[str]:
    yield from _UNCLEAR.get(text, ())
    country = _country(text)
    if country in _MANY_LANGUAGES:
        yield from _MANY_LANGUAGES[country]
    bracketed = _IN_BRACKETS.fullmatch(text)
    for part in (bracketed[1] if bracketed else text, text.split()[0] if text else ""):
        read = _one(part) if part else None
        if read:
            yield read
    names = _known_names()
    near = get_close_matches(text, names, n=3, cutoff=0.75)
    yield from (names[name] for name in near)


@cache
def _known_names() -> dict[str, str]:
    """English and native names of the common languages."""
    import langcodes

    names: dict[str, str] = {}
    for tag in sorted(COMMON):
        language = langcodes.Language.get(tag)
        names.setdefault(plain(language.autonym()), tag)
        names.setdefault(plain(language.display_name("en")), tag)
    return names


@cache
def _without_accents_known() -> dict[str, str]:
    return {_without_accents(name): tag for name, tag in _known_names().items()}


def _code(kind: str, name: str) -> str | None:
    """The code of a language, script or territory with exactly this name in some language."""
    from language_data import names

    if not name.isprintable() or not any(
        map(str.isalpha, name)
    ):  # the library behind the table fails on control characters
        return None
    # `name_to_code` also accepts a known name followed by other text: "English, German" would be English.
    names.name_to_code(kind, "english")  # loads the table
    table, wanted = names.TRIES[f"und/name_to_{kind}"], names.normalize_name(name)
    return str(names.get_trie_value(table, wanted)) if wanted in table else None


def _without_accents(text: str) -> str:
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(char for char in parts if not "\u0300" <= char <= "\u036f"))

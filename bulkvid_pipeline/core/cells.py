"""The meaning of one cell: pure readings, which never raise, of text that anybody may have typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from bulkvid_pipeline.core.durations import read_duration
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.languages import read_language
from bulkvid_pipeline.core.media import source_fault
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.approvals import APPROVALS, CONDITIONS, NEGATIONS, SIGNATURES, Approval
from bulkvid_pipeline.core.vocabulary.empties import (
    AS_BEFORE_FIX,
    AS_BEFORE_PROBLEM,
    is_as_before,
    is_empty_option,
    is_empty_text,
)
from bulkvid_pipeline.core.vocabulary.named_voices import NamedVoice, named_voices
from bulkvid_pipeline.core.vocabulary.priorities import PRIORITIES
from bulkvid_pipeline.core.vocabulary.styles import STYLES
from bulkvid_pipeline.core.vocabulary.voices import VOICES
from bulkvid_pipeline.core.vocabulary.words import Vocabulary, key_of, plain, spoken_list

_Option = TypeVar("_Option", Voice, Style, Priority)

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Control characters that are no white space."""
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONGEST_OPTION = 200
"""Characters; what is longer is prose in the wrong column."""
_SHOWN = 20
_FORMULA_ERROR = re.compile(
    r"#(?:REF|VALUE|NAME|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|ERROR|EXTERNAL|PYTHON"
    r"|BEZUG|WERT|ZAHL|¡REF|¡VALOR|¿NOMBRE|¡DIV/0|¡NUM|¡NULO|VALEUR|NOM|NOMBRE|NUL|RIF|VALORE|NOME|VALOR"
    r"|ССЫЛКА|ЗНАЧ|ИМЯ|ДЕЛ/0|ЧИСЛО|ПУСТО|BAŞV|DEĞER|AD|SAYI|VERW|WAARDE|NAAM|ADR|ARG|NAZWA|LICZBA)[!?]"
    r"|#(?:N/A|NV|N/D|N/DISP|Н/Д|YOK|N/B|GETTING_DATA)!?|(?:Err|Fehler|Erreur):\d{3}",
    re.IGNORECASE,
)
"""What spreadsheet programs show for a formula without a result, in the languages that they translate it to."""
_STILL_LOADING = re.compile(
    r"(?i)(?:loading(?: data)?|wird geladen|chargement|cargando|carregando|caricamento|読み込み中|正在加载|加载中"
    r"|загрузка)\s*(?:\.{2,3}|…)"
)
_APPROVAL_WORD = re.compile(r"[^\W\d_]+(?:['][^\W\d_]+)*|\d+|[✓✔✅]")
_DATE_WORD = re.compile(
    r"(?:on|am|le|el|il|em|de|th|st|nd|rd)$|jan|feb|fév|feb|mar|mär|apr|abr|avr|ma[iy]|jun|juin|jul|juil|aug|ago|aoû|sep|set|oct|okt|ott|out|"
    r"nov|dec|dez|dic|déc"
)
_BY = frozenset({"by", "von", "por", "par", "da", "durch", "от", "door", "przez"})
_ASKS = re.compile(r"[?？؟]")
_FORMULA = re.compile(r"=\s*[A-Za-zÀ-ÿА-я_.]{2,40}\s*\(.*\)|=\$?[A-Za-z]{1,3}\$?\d{1,7}", re.DOTALL)


def cleaned(cell: str) -> str:
    """The cell's text as it can be stored and shown: "" when nothing in it is visible.

    Control characters go. Half a surrogate pair, which no encoding can write, becomes U+FFFD, so that it is seen.
    """
    text = _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", cell))
    return text if any(_is_visible(character) for character in text) else ""


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"


def text_of(cell: str) -> str:
    """The text of a cell without blanks around it; "" where it only marks a text that is not there: `TBD`, `#REF!`."""
    return "" if is_empty_text(cell) or formula_fault(cell) else cell.strip()


def script_of(cell: str) -> str:
    """The script in a cell; "" where nothing in it could be spoken."""
    text = text_of(cell)
    return text if can_be_spoken(text) else ""


def can_be_spoken(text: str) -> bool:
    """Whether there is a letter or a digit in `text`."""
    return any(character.isalnum() for character in text)


def formula_fault(cell: str) -> str:
    """What is wrong with a cell that holds the outcome of a formula that failed, or the formula itself; else ""."""
    text = cell.strip()
    if _FORMULA_ERROR.fullmatch(text):
        return "The formula of this cell has failed"
    if _STILL_LOADING.fullmatch(text):
        return "This cell was still being calculated when the sheet was saved"
    return ""


def is_formula(cell: str) -> bool:
    """Whether a cell holds a formula as text, such as `=CONCAT(A1, B1)`."""
    return bool(_FORMULA.fullmatch(cell.strip()))


@lru_cache(maxsize=4096)
def read_platforms(cell: str) -> Reading[tuple[Platform, ...]]:
    """The platforms that a cell names, each once; what it names besides is the problem."""
    if is_as_before(cell):
        return Reading(problem=AS_BEFORE_PROBLEM, fix=AS_BEFORE_FIX)
    found = read_platform_names(cell[: 5 * _LONGEST_OPTION])
    if found.unknown:
        names = ", ".join(shortened(name, _SHOWN) for name in found.unknown)
        likely = f" (likely {spoken_list(found.likely)})" if found.likely else ""
        return Reading(found.known or None, problem=f"Unknown platform {names}{likely}")
    if not found.known:
        if is_empty_option(cell):
            return Reading(understood="an empty cell" if cell.strip() else "")
        return Reading(problem="No platform is named")
    return Reading(found.known, "" if found.in_our_words else ", ".join(found.known))


@dataclass(frozen=True)
class VoiceWish:
    """What a row wishes for: a character of voice, and the providers' voices that bear the name in its cell."""

    character: Voice | None
    named: tuple[NamedVoice, ...] = ()


@lru_cache(maxsize=4096)
def read_voice(cell: str) -> Reading[VoiceWish]:
    """The voice that a cell wishes for: a character, or a voice of a known provider by its name."""
    reading = _read_option(VOICES, cell, "voice")
    if reading.value is not None:
        return Reading(VoiceWish(reading.value), reading.understood)
    named = named_voices(cell) if reading.problem and len(cell) <= _LONGEST_OPTION else ()
    if named:
        return Reading(VoiceWish(named[0].character, named))
    return Reading(understood=reading.understood, problem=reading.problem, fix=reading.fix)


@lru_cache(maxsize=4096)
def read_style(cell: str) -> Reading[Style]:
    """The style that a cell names."""
    return _read_option(STYLES, cell, "style")


@lru_cache(maxsize=4096)
def read_priority(cell: str) -> Reading[Priority]:
    """The priority that a cell names. A number alone is refused: 1 is the first to some and the least to others."""
    reading = _read_option(PRIORITIES, cell, "priority")
    number = key_of(cell)
    if reading.problem and number.isdecimal() and len(number) <= 2:
        return Reading(problem=f"{int(number)} may be the most urgent, or the least urgent")
    if reading.problem and number and all(sign in "🔥❗‼⭐⚡🚨🔴!" for sign in number):
        return Reading(problem="Unknown priority (likely urgent or high)")
    return reading


def _read_option(words: Vocabulary[_Option], cell: str, name: str) -> Reading[_Option]:
    if is_empty_option(cell):
        return Reading(understood="an empty cell" if cell.strip() else "")
    if is_as_before(cell):
        return Reading(problem=AS_BEFORE_PROBLEM, fix=AS_BEFORE_FIX)
    meaning = words.meaning(cell) if len(cell) <= _LONGEST_OPTION else None
    if meaning is not None:
        return Reading(meaning, "" if plain(cell) == meaning.value else meaning.value)
    likely = words.meanings_in(cell[:_LONGEST_OPTION])
    return Reading(problem=f"Unknown {name}" + (f" (likely {spoken_list(likely)})" if likely else ""))


def read_approval(cell: str) -> Approval:
    """What a status cell says; text that is no word for it is not approved, and neither is an empty cell."""
    if len(cell) > _LONGEST_OPTION:
        return Approval.WAITING
    meaning = APPROVALS.meaning(cell)
    words = _APPROVAL_WORD.findall(plain(cell).replace("’", "'"))
    if meaning is None:
        if not NEGATIONS.isdisjoint(words) or not APPROVALS.meanings_in(cell):
            return Approval.WAITING
        return Approval.APPROVED if _is_signed(words) else Approval.UNCLEAR
    doubtful = _ASKS.search(cell) or (APPROVALS.word(cell) is None and not CONDITIONS.isdisjoint(words))
    return Approval.UNCLEAR if meaning is Approval.APPROVED and doubtful else meaning


def _is_signed(words: list[str]) -> bool:
    """`Approved by Anna`, `OK 12/03`: an approval with a name or a date after it."""
    heads = [size for size in (1, 2) if SIGNATURES.word(" ".join(words[:size]))]
    if not heads or not CONDITIONS.isdisjoint(words):
        return False
    rest = words[heads[-1] :]
    if rest[0] in _BY:
        return 1 < len(rest) <= 5
    return any(map(str.isdecimal, rest)) and all(word.isdecimal() or _DATE_WORD.match(word) for word in rest)


def read_medium(cell: str) -> Reading[str]:
    """The address or path of a medium, as written."""
    if is_empty_option(cell):
        return Reading(understood="an empty cell" if cell.strip() else "")
    fault = source_fault(cell)
    return Reading(problem=fault[0], fix=fault[1]) if fault else Reading(cell.strip())


READINGS: Mapping[str, Callable[[str], Reading[object]]] = {
    "duration_seconds": read_duration,
    "platform_preferences": read_platforms,
    "voice_preference": read_voice,
    "style_override": read_style,
    "priority": read_priority,
    "image_url": read_medium,
    "background_url": read_medium,
    "language": read_language,
}
"""How the cells of each column are read that do not hold text."""


def is_filled(column: str, cell: str) -> bool:
    """Whether a cell holds anything: a mark for a text that is not there and a script without a word are nothing."""
    if column in READINGS:
        return not is_empty_option(cell)
    return not is_empty_text(cell) and (column != "script_content" or can_be_spoken(cell))


def is_valid(column: str, cell: str) -> bool:
    """Whether what a filled cell holds can be used."""
    if formula_fault(cell) or (column == "script_content" and is_formula(cell)):
        return False
    return column not in READINGS or not READINGS[column](cell).problem

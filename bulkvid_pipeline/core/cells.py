"""The meaning of one cell. All functions are pure and never raise, whatever the cell holds."""

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
from bulkvid_pipeline.core.options import Captions, Platform, Priority, Style, Voice
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.core.pronunciations import read_say_as
from bulkvid_pipeline.core.readings import Reading
from bulkvid_pipeline.core.vocabulary.approvals import APPROVALS, CONDITIONS, NEGATIONS, SIGNATURES, Approval
from bulkvid_pipeline.core.vocabulary.captions import CAPTIONS
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
from bulkvid_pipeline.core.vocabulary.voices import SILENCE, SILENT, VOICES
from bulkvid_pipeline.core.vocabulary.words import Vocabulary, key_of, plain, spoken_list

_Option = TypeVar("_Option", Voice, Style, Priority, Captions)

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")
"""Control characters other than white space."""
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONGEST_OPTION = 200
"""In characters; a longer text is prose in the wrong column."""
_LONGEST_CAPTIONS = 40
"""In characters; a longer text in the column of captions is that of a post, which is called a caption as well."""
_SHOWN = 20
_FORMULA_ERROR = re.compile(
    r"#(?:REF|VALUE|NAME|DIV/0|NUM|NULL|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|BUSY|ERROR|EXTERNAL|PYTHON"
    r"|BEZUG|WERT|ZAHL|¡REF|¡VALOR|¿NOMBRE|¡DIV/0|¡NUM|¡NULO|VALEUR|NOM|NOMBRE|NUL|RIF|VALORE|NOME|VALOR"
    r"|ССЫЛКА|ЗНАЧ|ИМЯ|ДЕЛ/0|ЧИСЛО|ПУСТО|BAŞV|DEĞER|AD|SAYI|VERW|WAARDE|NAAM|ADR|ARG|NAZWA|LICZBA)[!?]"
    r"|#(?:N/A|NV|N/D|N/DISP|Н/Д|YOK|N/B|GETTING_DATA)!?|(?:Err|Fehler|Erreur):\d{3}",
    re.IGNORECASE,
)
"""Error values that spreadsheet programs show for a failed formula, in all languages that translate them."""
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
    """The cell's text in a form that can be stored and shown; "" when it has no visible character.

    Control characters are removed. An unpaired surrogate, which cannot be encoded, becomes the visible U+FFFD.
    """
    text = _LONE_SURROGATE.sub("\ufffd", _CONTROL.sub("", cell))
    return text if any(_is_visible(character) for character in text) else ""


def _is_visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) != "Cf"


def text_of(cell: str) -> str:
    """The text of a cell without surrounding blanks; "" for placeholders and failed formulas: `TBD`, `#REF!`."""
    return "" if is_empty_text(cell) or formula_fault(cell) else cell.strip()


def script_of(cell: str) -> str:
    """The script in a cell; "" where nothing in it could be spoken."""
    text = text_of(cell)
    return text if can_be_spoken(text) else ""


def can_be_spoken(text: str) -> bool:
    """Whether there is a letter or a digit in `text`."""
    return any(character.isalnum() for character in text)


def formula_fault(cell: str) -> str:
    """The problem of a cell that shows a formula's error value or a formula that was not calculated yet; else ""."""
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
    """The platforms that a cell names, each once; unknown names are reported as the problem."""
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
class RequestedVoice:
    """The voice that a row asks for: a character, and the providers' voices that have the name in its cell."""

    character: Voice | None
    named: tuple[NamedVoice, ...] = ()
    is_silent: bool = False
    """Whether no voice is wanted: captions alone."""


@lru_cache(maxsize=4096)
def read_voice(cell: str) -> Reading[RequestedVoice]:
    """The voice that a cell asks for: a character, or the name of a voice of a known provider."""
    reading = _read_option(VOICES, cell, "voice")
    if reading.value is not None:
        return Reading(RequestedVoice(reading.value), reading.understood)
    if reading.problem and len(cell) <= _LONGEST_OPTION and SILENCE.meaning(cell) is not None:
        return Reading(RequestedVoice(None, is_silent=True), "" if plain(cell) == SILENT else SILENT)
    named = named_voices(cell) if reading.problem and len(cell) <= _LONGEST_OPTION else ()
    if named:
        return Reading(RequestedVoice(named[0].character, named))
    return Reading(understood=reading.understood, problem=reading.problem, fix=reading.fix)


@lru_cache(maxsize=4096)
def read_style(cell: str) -> Reading[Style]:
    """The style that a cell names."""
    return _read_option(STYLES, cell, "style")


@lru_cache(maxsize=4096)
def read_captions(cell: str) -> Reading[Captions]:
    """Whether a cell wants captions in the picture."""
    # Here `no` and `none` say something; in other columns they leave the choice to us.
    meaning = CAPTIONS.meaning(cell) if len(cell) <= _LONGEST_OPTION else None
    if meaning is not None:
        return Reading(meaning, "" if plain(cell) == meaning.value else meaning.value)
    if len(cell) > _LONGEST_CAPTIONS:
        return Reading(understood="the text of a post, which is not used")
    return _read_option(CAPTIONS, cell, "captions")


@lru_cache(maxsize=4096)
def read_priority(cell: str) -> Reading[Priority]:
    """The priority that a cell names. A bare number is refused: 1 may mean the highest or the lowest priority."""
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
    """Whether a status cell approves its row; an unknown word or an empty cell does not."""
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
    "captions": read_captions,
    "say_as": read_say_as,
}
"""The reading function of each column that does not hold free text."""


def is_filled(column: str, cell: str) -> bool:
    """Whether a cell holds a value: a placeholder such as `TBD` and a script without a word count as empty."""
    if column in READINGS:
        return not is_empty_option(cell)
    return not is_empty_text(cell) and (column != "script_content" or can_be_spoken(cell))


def is_valid(column: str, cell: str) -> bool:
    """Whether the value of a filled cell can be used."""
    if formula_fault(cell) or (column == "script_content" and is_formula(cell)):
        return False
    return column not in READINGS or not READINGS[column](cell).problem

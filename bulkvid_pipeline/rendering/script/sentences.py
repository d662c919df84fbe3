"""Where sentences end, in any script, and how long they take to say, roughly."""

from __future__ import annotations

import re
import unicodedata

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.rendering.script.words import gap_between, script_words

_ABBREVIATIONS = re.compile(
    r"mr|mrs|ms|dr|prof|sr|jr|st|vs|etc|e\.g|i\.e|eg|ie|cf|approx|dept|est|fig|inc|ltd|co|corp|no|nos|vol|pp|ed|al|gen|"
    r"col|lt|sgt|capt|rev|hon|mt|ave|blvd|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|a\.m|p\.m|u\.[skn]|ph\.d|"
    r"z\.b|d\.h|u\.a|bzw|ca|evtl|ggf|usw|nr|str|hr|fr|bspw|sog|inkl|exkl|mio|mrd|"
    r"sra|srta|uds?|ej|pág|núm|av|m|mm|mme|mlle|env|p\.ex|sig|dott|ing|ecc|pag|"
    r"т\.[едпк]|гг?|др|см|ул|тыс|млн|млрд|руб"
)
# Abbreviations that may stand at a sentence's end: they end it when a capital follows.
_MAY_END = re.compile(r"etc|usw|ecc|inc|ltd|corp|a\.m|p\.m|ph\.d|al|т\.[дп]|др|г")
_GERMAN_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_END = re.compile(
    r"(?:[.!?…؟۔।॥]+|[。！？｡]+)"  # terminators
    r"(?:[\"'”’»)\]】」』》）]*)"  # what closes with them
)
_AFTER_DATE_NUMBER = re.compile(rf"\s+(?:{_GERMAN_MONTHS})\b")
_CLAUSE_END = re.compile(r"[,;:،؛](?=\s)|[，、；：]|(?<=\s)[—–-](?=\s)")
_DASH_FOLLOWS = re.compile(r"\s*[—–]\s*\S")

# Measured with the offline voice at rate 1; scripts that write no or few vowels take longer for each letter.
_SECONDS: dict[Script, float] = {
    Script.HAN: 0.28,
    Script.KANA: 0.14,
    Script.HANGUL: 0.2,
    Script.ARABIC: 0.115,
    Script.HEBREW: 0.095,
    Script.DEVANAGARI: 0.13,
    Script.BENGALI: 0.125,
    Script.TAMIL: 0.09,
    Script.THAI: 0.15,
}
_SECONDS_LETTER, _SECONDS_DIGIT, _SECONDS_PAUSE = 0.075, 0.22, 0.3
LONGEST_SECONDS = 13.0
COMFORTABLE_SECONDS = 6.5
"""A sentence up to this long is one part whatever clauses it has."""
_LEAST_CLAUSE_SECONDS = 1.8
_LONGEST_WORD = 80


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a stretch of prose, trimmed, with inner white space as single blanks.

    Together they hold every character of `text` that is not white space, in order.
    """
    flat = " ".join(text.split())
    ends = (match for match in _END.finditer(flat) if match.end() < len(flat))
    cuts = [0, *(match.end() for match in ends if _ends_sentence(flat, match))]
    pieces = [flat[a:b].strip() for a, b in zip(cuts, [*cuts[1:], len(flat)], strict=True)]
    joined: list[str] = []
    for piece in pieces:
        if joined and not any(
            char.isalnum() for char in piece
        ):  # stray punctuation or an emoji belongs to what it ends
            joined[-1] += " " + piece if piece else ""
        elif piece:
            joined.append(piece)
    return tuple(joined)


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    mark, end = match.group(), match.end()
    if mark[0] in "。！？｡":
        return True
    if not text[end].isspace():
        # Without a blank only a script that uses none starts anew.
        return is_spaceless(text[end]) and mark[0] != "."
    following = text[end:].lstrip()
    first = next((char for char in following[:4] if char.isalpha()), "")
    if first.islower() or _DASH_FOLLOWS.match(text, end):
        return False
    if mark != ".":
        return True
    word = text[: match.start()].rpartition(" ")[2].lstrip("(\"'“„«[").lower()
    if re.fullmatch(r"\d{1,2}", word) and _AFTER_DATE_NUMBER.match(text, end):
        return False
    if _MAY_END.fullmatch(word):
        return first.isupper()
    initial = len(word) == 1 and word.isalpha() and word != "i" and text[match.start() - 1].isupper()
    return not (_ABBREVIATIONS.fullmatch(word) or initial)


def estimated_seconds(text: str) -> float:
    """How long the text takes to say at a normal pace; within about a fifth, for planning scenes only."""
    total = 0.0
    for char in text:
        if char.isalpha() or unicodedata.category(char) == "Mc":
            total += _SECONDS.get(script_of(char), _SECONDS_LETTER) if char > "ÿ" else _SECONDS_LETTER
        elif char.isdigit():
            total += _SECONDS_DIGIT
        elif char in ",;:.!?…、，。！？،؛؟।":
            total += _SECONDS_PAUSE
    return total


def join(parts: list[str]) -> str:
    """Sentences or clauses put together again as their script writes them."""
    text = ""
    for part in parts:
        text += (gap_between(text, part) if text and part else "") + part
    return text


def speakable_parts(sentence: str, comfortable: float = COMFORTABLE_SECONDS) -> tuple[str, ...]:
    """The sentence, or where it is long, its clauses; where it is too long to be one scene, if need be word groups.

    Clauses are only parted from sentences over `comfortable` seconds, and no part is over LONGEST_SECONDS.
    """
    seconds = estimated_seconds(sentence)
    if seconds <= comfortable:
        return (sentence,)
    clauses = [match.end() for match in _CLAUSE_END.finditer(sentence)]
    if seconds <= LONGEST_SECONDS:
        clauses = [cut for cut in clauses if _is_worth_parting(sentence, cut)]
    parts = _split_at(clauses, sentence)
    if len(parts) == 1 and seconds > LONGEST_SECONDS:
        parts = _split_at(_word_cuts(sentence), sentence)
    if len(parts) == 1:
        return (sentence,)
    return tuple(part for half in parts for part in speakable_parts(half, comfortable))


def _is_worth_parting(sentence: str, cut: int) -> bool:
    return min(estimated_seconds(sentence[:cut]), estimated_seconds(sentence[cut:])) >= _LEAST_CLAUSE_SECONDS


def _word_cuts(sentence: str) -> list[int]:
    cuts: list[int] = []
    for word in script_words(sentence):
        cuts.append(word.start)
        cuts.extend(range(word.start + _LONGEST_WORD, word.end, _LONGEST_WORD))
    return cuts


def _split_at(cuts: list[int], sentence: str) -> tuple[str, ...]:
    """Two parts, cut where they come out most alike; one, where no cut leaves words on both sides."""
    half = len(sentence) / 2
    spoken = [index for index, char in enumerate(sentence) if char.isalnum()]
    # Only cuts with something to say on both sides.
    inner = [cut for cut in cuts if spoken and spoken[0] < cut <= spoken[-1]]
    if not inner:
        return (sentence,)
    cut = min(inner, key=lambda cut: abs(cut - half))
    return sentence[:cut].strip(), sentence[cut:].strip()

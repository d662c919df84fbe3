"""Where sentences end, in any script, and how long they take to say, roughly."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import accumulate

from bulkvid_pipeline.adapters.speech.scripts import Script, is_spaceless, script_of
from bulkvid_pipeline.rendering.pictures.scripts import EMOJI
from bulkvid_pipeline.rendering.script.tokens import Unit, units_of
from bulkvid_pipeline.rendering.script.words import script_words

_ABBREVIATIONS = re.compile(
    r"mr|mrs|ms|dr|prof|sr|jr|st|vs|etc|e\.g|i\.e|eg|ie|cf|viz|approx|dept|est|inc|ltd|co|corp|ed|al|gen|"
    r"col|lt|sgt|capt|cpl|adm|maj|pres|gov|rev|hon|messrs|mt|ave|blvd|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|"
    r"dec|a\.m|p\.m|u\.[skn]|ph\.d|tbsp|tsp|oz|lb|lbs|"
    r"z\.b|d\.h|u\.a|bzw|ca|evtl|ggf|usw|str|hr|fr|bspw|sog|inkl|exkl|mio|mrd|jur|phil|dipl|ing|hl|geb|gest|vgl|"
    r"sra|srta|dra|uds?|ej|ee|uu|dña|av|avda|m|mm|mme|mlle|env|p\.ex|sig|dott|avv|ecc|bijv|dhr|mevr|mw|"
    r"np|tzn|ul|pl|al|inż|mgr|ks|św|např|tj|tzv|t\.ex|bl\.a|f\.eks|dvs|esim|örn|bkz|doç|"
    r"т\.[едпк]|т|гг?|др|см|ул|просп|пер|тыс|млн|млрд|руб|коп|проф|акад|наб|пл|"
    r"tp|ths|bs|gs|đ\.c|डॉ|श्री|प्रो|কি|ডা|டாக்டர்|திரு|ดร|พ\.ศ|ค\.ศ|د|أ"
)
_NUMBERED = re.compile(
    r"nos?|nr|nrs|vol|vols|pp?|figs?|eqs?|exts?|ch|secs?|ver|rp|rs|núm|n|pág|págs|pag|str|д|кв|стр|рис|гл|п|ст|art|cap|kap|"
    r"abs|abb|chap|crap|tab|pos|сек|тел|tel|स|सं|क्र|รศ|č|obr",
    re.IGNORECASE,
)
"""Abbreviations before a number."""
_PLACES = re.compile(r"u\.[skn]|e\.u|d\.c|u\.a\.e")
_LETTERS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_BEGINS = re.compile(
    r"\s*(?:The|This|That|These|Those|It|He|She|They|We|You|But|And|So|Then|There|Here|If|When|Now|In|On|At|For|After|Her|His|Their)\b"
)
"""Words that begin a sentence after the name of a place, rather than go on with it: `the U.S. Army`."""
_ORDINAL_BEFORE = re.compile(
    r"\b(?:der|die|das|dem|den|des|am|vom|zum|zur|im|beim|ab|seit|bis|jede[rnms]?) \d{1,2}$", re.IGNORECASE
)
_QUOTES_GO_ON = re.compile(r"(?:と(?![てもき])|って|という|など|の|を|が|は|に|も)")
"""What goes on with a sentence after words that are quoted in it."""
_GREEK_QUESTION = re.compile(r"(?<=[\u0370-\u03ff]);(?=\s+[\u0370-\u03ff\u1f00-\u1fff])")
_SAID_AFTER = re.compile(r"\w{0,6}?(?:说|說|道|问|問|喊|叫|答|回答|笑|想|写|寫)(?!\w{0,2}[：:])")
"""What goes on with a Chinese sentence after words that are quoted in it."""
# Abbreviations that may stand at a sentence's end: they end it when a capital follows.
_MAY_END = re.compile(r"etc|usw|ecc|inc|ltd|corp|jr|a\.m|p\.m|ph\.d|al|т\.[дп]|т|др|гг?|руб|mio|mrd|uu|uds?")
_MEASURE = re.compile(r"\d[½¼¾]? ?(?:tbsp|tsp|oz|lbs?|mm?|cm|km|kg|ft|in|min|sec|hrs?|st)$", re.IGNORECASE)
_TITLE_AFTER_TITLE = re.compile(r"\b(?:[Dd]r|[Pp]rof)\. (?:med|rer|phil|jur|h\. ?c)$")
_HALF_OF_DAY = re.compile(r"\b[ap]\. ?m\.?$", re.IGNORECASE)
_LOWER_THOUGH_FIRST = re.compile(r"\s*[\"'“„«‘(\[]*[a-z][A-Z]")
"""A name such as iPhone, with which a sentence may begin."""
_GERMAN_MONTHS = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
TERMINATORS = ".!?…؟۔।॥።፧፨։៕។။།๚๛⸮‼⁇⁈⁉。！？｡"
"""Marks that end sentences: Latin, Arabic, Devanagari, Ethiopic, Armenian, Khmer, Burmese, Tibetan, Thai, Han."""
_ALWAYS = frozenset("。！？｡।॥۔؟።፧፨։៕။")
"""Those that end a sentence even where no blank follows."""
_CLOSERS = "\"'”’»›)\\]】」』》）"
_END = re.compile(
    rf"[{re.escape(TERMINATORS)}]+(?:[{_CLOSERS}]|[“‘«‹](?=\s|$))*(?:(?:{EMOJI.pattern}){{1,6}}(?=\s|$))?"
)
"""Some quotation marks close in one language and open in another, and emoji end one sentence or begin the next: then a
blank tells."""
_KHMER_ET_CETERA = "។ល។"
_AFTER_DATE_NUMBER = re.compile(rf"\s+(?:{_GERMAN_MONTHS})\b")
_BLANKS_PART = "\u0e01-\u0e45\u0e47-\u0eff\u1000-\u109f\u1780-\u17ff"
"""Letters of Thai, Lao, Burmese and Khmer, which have blanks between phrases; not the repetition mark."""
_CLAUSE_END = re.compile(
    rf"[,;:،؛](?=\s)|[，、；：]|(?<=\s)[—–-](?=\s)|(?<=[{_BLANKS_PART}])[”\"»]?(?=\s[“\"«]?[{_BLANKS_PART}])"
)
_CONJUNCTIONS = (
    "and|or|but|because|so|while|when|where|which|who|until|unless|although|though|since|before|after|if|that|then|than|"
    "und|oder|aber|weil|damit|während|wenn|bevor|nachdem|sondern|denn|dass|"
    "et|ou|mais|parce|pour|quand|lorsque|avant|après|si|que|qui|dont|puis|"
    "y|o|pero|porque|para|cuando|mientras|antes|después|como|donde|"
    "e|ma|perché|quando|mentre|prima|dopo|che|"
    "mas|enquanto|depois|onde|ou|"
    "en|of|maar|omdat|terwijl|zodat|voordat|nadat|"
    "и|или|но|а|потому|чтобы|когда|пока|если|который|которая|которые|где|і|або|але|"
    "i|lub|ale|ponieważ|żeby|kiedy|który|która|a|nebo|protože|aby|"
    "ve|veya|ama|çünkü|için|"
    "och|eller|men|för|när|som|"
    "और|या|लेकिन|क्योंकि|जब|ताकि|أو|لكن|لأن|عندما|حتى|ثم|الذي|التي"
)
_PREPOSITIONS = (
    "in|on|at|to|for|from|with|without|by|into|through|during|between|about|over|under|around|right|just|"
    "mit|ohne|für|von|zu|zum|zur|auf|bei|nach|über|unter|durch|im|am|an|aus|"
    "avec|sans|dans|sur|par|chez|vers|pendant|con|sin|por|hacia|desde|hasta|sobre|entre|per|senza|da|di|tra|com|sem|"
    "met|zonder|voor|naar|door|в|на|с|без|для|по|от|до|из|через|у|w|na|z|do|bez|dla|från|till|med|utan|på|"
    "في|من|إلى|على|مع|بدون"
)
_CONJUNCTION = re.compile(rf"(?<=\s)(?=(?:{_CONJUNCTIONS})\s)", re.IGNORECASE)
_PREPOSITION = re.compile(rf"(?<=\s)(?=(?:{_PREPOSITIONS})\s)", re.IGNORECASE)
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
_TICKS = 200
LONGEST_SECONDS = 13.0
COMFORTABLE_SECONDS = 6.5
"""A sentence up to this long is one part whatever clauses it has."""
_READABLE_SECONDS = 9.0
"""A sentence over this, without clauses, is divided where a phrase begins."""
_LEAST_CLAUSE_SECONDS = 1.8
_LONGEST_PART = 210
"""Most characters of a part; of most texts LONGEST_SECONDS has fewer."""
_LONGEST_WORD = 80
_LONGEST_ABBREVIATION = 12


def sentences_of(text: str) -> tuple[str, ...]:
    """The sentences of a stretch of prose, trimmed, with inner white space as single blanks.

    Together they hold every character of `text` that is not white space, in order.
    """
    flat = " ".join(text.split())
    return tuple(flat[start:end] for start, end in sentence_spans(flat))


def sentence_spans(flat: str) -> list[tuple[int, int]]:
    """Where the sentences of a text stand whose white space is single blanks."""
    spans: list[tuple[int, int]] = []
    start = 0
    for end in [*_ends_of(flat), len(flat)]:
        while start < end and flat[start] == " ":
            start += 1
        if start == end:
            continue
        if spans and not any(map(str.isalnum, flat[start:end])):
            spans[-1] = spans[-1][0], end  # stray punctuation or an emoji belongs to what it ends
        else:
            spans.append((start, end))
        start = end
    return [(start, len(flat[start:end].rstrip()) + start) for start, end in spans]


def _ends_of(flat: str) -> Iterator[int]:
    units: Iterator[Unit] | None = None
    unit: Unit | None = None
    has_capitals = not flat.islower()
    ends: Iterable[re.Match[str]] = _END.finditer(flat)
    if ";" in flat and _GREEK_QUESTION.search(flat):
        ends = sorted([*ends, *_GREEK_QUESTION.finditer(flat)], key=lambda match: match.start())
    for match in ends:
        if match.end() >= len(flat) or not _ends_sentence(flat, match, has_capitals=has_capitals):
            continue
        if units is None:
            units = iter(units_of(flat))
            unit = next(units, None)
        while unit is not None and unit.end < match.end():
            unit = next(units, None)
        if unit is None or not (unit.start <= match.start() and match.end() < unit.end):
            yield match.end()


def is_ended(text: str) -> bool:
    """Whether a text ends with a mark that ends sentences, closing quotation marks after it aside."""
    whole = text.rstrip()
    return any(match.end() == len(whole) for match in _END.finditer(whole))


def _ends_sentence(text: str, match: re.Match[str], *, has_capitals: bool) -> bool:
    """Whether a mark in the middle of a text ends a sentence; in a text without capitals, none tells the next one."""
    mark, start, end = match.group(), match.start(), match.end()
    if text.startswith(_KHMER_ET_CETERA, start):
        return False
    if text.startswith(_KHMER_ET_CETERA, max(0, start - 2)):
        return text[end].isspace()
    if not _ALWAYS.isdisjoint(mark):
        if mark[-1] in "」』":
            return not _QUOTES_GO_ON.match(text, end)
        return not (mark[-1] in "”』" and _SAID_AFTER.match(text, end))
    if not text[end].isspace():
        # Without a blank only a script that uses none starts anew.
        return is_spaceless(text[end]) and mark[0] != "."
    first = next((char for char in text[end : end + 6].lstrip()[:4] if char.isalpha()), "")
    is_lower = first.islower() and not _is_georgian(first) and not _LOWER_THOUGH_FIRST.match(text, end)
    if (is_lower and has_capitals) or _DASH_FOLLOWS.match(text, end):
        return False
    if mark != ".":
        return True
    if _ORDINAL_BEFORE.search(text[max(0, start - 12) : start]) and first:
        return False
    word = text[max(0, start - _LONGEST_ABBREVIATION) : start].rpartition(" ")[2].lstrip("(\"'“„«[").lower()
    if re.fullmatch(r"\d{1,2}", word) and _AFTER_DATE_NUMBER.match(text, end):
        return False
    before = text[max(0, start - _LONGEST_ABBREVIATION) : start]
    if _MAY_END.fullmatch(word) or _HALF_OF_DAY.search(before) or _MEASURE.search(before):
        return first.isupper()
    if _TITLE_AFTER_TITLE.search(before):
        return False
    if _NUMBERED.fullmatch(word):
        return not text[end : end + 3].strip().lstrip("+(")[:1].isdigit()
    if _PLACES.fullmatch(word) or (_LETTERS.fullmatch(word) and not _ABBREVIATIONS.fullmatch(word)):
        return _BEGINS.match(text, end) is not None
    initial = len(word) == 1 and word.isalpha() and word != "i" and text[start - 1].isupper()
    return not (_ABBREVIATIONS.fullmatch(word) or (initial and not _BEGINS.match(text, end)))


def _is_georgian(char: str) -> bool:
    """Whether it is a letter of Georgian, which Unicode calls lower case, though the language has no capitals."""
    return "\u10d0" <= char <= "\u10ff"


def estimated_seconds(text: str) -> float:
    """How long the text takes to say at a normal pace; within about a fifth, for planning scenes only."""
    return sum(map(_ticks, text)) / _TICKS


@lru_cache(maxsize=8192)
def _ticks(char: str) -> int:
    """How long a character takes, in steps of 5 ms."""
    if char.isalpha() or unicodedata.category(char) == "Mc":
        seconds = _SECONDS.get(script_of(char), _SECONDS_LETTER) if char > "ÿ" else _SECONDS_LETTER
    elif char.isdigit():
        seconds = _SECONDS_DIGIT
    elif char in ",;:.!?…、，。！？،؛؟।":
        seconds = _SECONDS_PAUSE
    else:
        return 0
    return round(seconds * _TICKS)


def speakable_spans(sentence: str, comfortable: float = COMFORTABLE_SECONDS) -> list[tuple[int, int]]:
    """The sentence, or where it is long, its clauses, or phrases; where it is too long to be one scene, if need be
    groups of words.

    Clauses are only parted from sentences over `comfortable` seconds. No part is over LONGEST_SECONDS, and but for
    units that are longer, over 210 characters.
    """
    if estimated_seconds(sentence) <= comfortable and len(sentence) <= _LONGEST_PART:
        return [(0, len(sentence))]
    return list(_Division(sentence, comfortable).parts(0, len(sentence)))


class _Division:
    """A long sentence, with all places where it may be cut, found once."""

    def __init__(self, sentence: str, comfortable: float) -> None:
        self._sentence, self._comfortable = sentence, comfortable
        self._until = [0, *accumulate(map(_ticks, sentence))]
        self._spoken = [index for index, char in enumerate(sentence) if char.isalnum()]
        self._units = units_of(sentence)
        self._clauses = _outside(self._units, [match.end() for match in _CLAUSE_END.finditer(sentence)])

    @cached_property
    def _conjunctions(self) -> list[int]:
        return _outside(self._units, [match.start() for match in _CONJUNCTION.finditer(self._sentence)])

    @cached_property
    def _prepositions(self) -> list[int]:
        return _outside(self._units, [match.start() for match in _PREPOSITION.finditer(self._sentence)])

    @cached_property
    def _words(self) -> list[int]:
        return _word_cuts(self._sentence)

    @cached_property
    def _whole_words(self) -> list[int]:
        return _outside(self._units, self._words)

    def _seconds(self, start: int, end: int) -> float:
        return (self._until[end] - self._until[start]) / _TICKS

    def parts(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The stretch, halved at its best cut for as long as it is too long."""
        cut = self._cut(start, end)
        if cut is None:
            yield start, end
            return
        left, right = cut, cut
        while left > start and self._sentence[left - 1].isspace():
            left -= 1
        while right < end and self._sentence[right].isspace():
            right += 1
        yield from self.parts(start, left)
        yield from self.parts(right, end)

    def _cut(self, start: int, end: int) -> int | None:
        seconds = self._seconds(start, end)
        fits = end - start <= _LONGEST_PART
        if seconds <= self._comfortable and fits:
            return None
        cut = self._nearest(self._clauses, start, end, _LEAST_CLAUSE_SECONDS)
        if cut is None and (seconds > _READABLE_SECONDS or not fits):
            cut = self._nearest(self._conjunctions, start, end, _LEAST_CLAUSE_SECONDS)
            if cut is None:
                cut = self._nearest(self._prepositions, start, end, _LEAST_CLAUSE_SECONDS)
        if cut is None and (seconds > LONGEST_SECONDS or not fits):
            cut = self._nearest(self._whole_words, start, end, 0.0)
            if cut is None:
                cut = self._nearest(self._words, start, end, 0.0)
        return cut

    def _nearest(self, cuts: list[int], start: int, end: int, least: float) -> int | None:
        """The cut nearest to the middle that leaves words, and so many seconds, on both sides."""
        first = bisect_left(self._spoken, start)
        last = bisect_left(self._spoken, end) - 1
        if last <= first:
            return None
        low = bisect_right(cuts, self._spoken[first])
        high = bisect_right(cuts, self._spoken[last])
        middle = (start + end) / 2
        candidates: Iterable[int] = cuts[low:high]
        if not least:
            near = bisect_left(cuts, middle, low, high)
            candidates = cuts[max(low, near - 1) : min(high, near + 1)]
        fitting = [
            cut for cut in candidates if not least or min(self._seconds(start, cut), self._seconds(cut, end)) >= least
        ]
        return min(fitting, key=lambda cut: abs(cut - middle), default=None)


def _outside(units: tuple[Unit, ...], cuts: list[int]) -> list[int]:
    """The cuts that part no unit."""
    kept: list[int] = []
    index = 0
    for cut in cuts:
        while index < len(units) and units[index].end <= cut:
            index += 1
        if index == len(units) or cut <= units[index].start:
            kept.append(cut)
    return kept


def _word_cuts(sentence: str) -> list[int]:
    cuts: list[int] = []
    for word in script_words(sentence):
        cuts.append(word.start)
        cuts.extend(range(word.start + _LONGEST_WORD, word.end, _LONGEST_WORD))
    return cuts

"""What counts up in a script: lines such as `[1] Fill`, words such as `Step 1:`, entries of a list on one line.

A number, a letter or a dash alone proves nothing; it counts where the next one follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.rendering.script.tokens import UnitKind, units_of

_SERIES = (
    "абвгдежзик", "αβγδεζηθικ", "אבגדהוזחטי", "أبجدهوزحطي", "الفبپتثجچ", "กขคงจฉชซ", "가나다라마바사아", "कखगघङचछज",
    "কখগঘঙচছজ", "աբգդեզէը", "აბგდევზთ",
)  # fmt: skip
"""The letters that entries of lists are counted with, by alphabet."""
_LINE = re.compile(
    r"\s*(?P<marker>(?P<tight>\d{1,2})[.)．](?=[^\W\d_\"“„«(]|(?<=．)[0-9])|\[(?P<square>\d{1,2})\](?=\s)|[#№]\s?(?P<sign>\d{1,2})[.:)]?(?=\s)|"
    r"(?P<letter>[A-Za-z])\.(?=\s)|(?P<roman>[ivxIVX]{2,5})\.(?=\s)|"
    rf"[(]?(?P<series>[{''.join(_SERIES)}])\u0640?[.)](?=\s))\s*(?P<text>\S.*)$"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}

_STEPS = (
    "step|tip|number|reason|way|trick|hack|schritt|tipp|grund|trick|étape|astuce|conseil|raison|paso|consejo|truco|razón|"
    "passo|dica|motivo|consiglio|trucco|stap|krok|adım|ipucu|шаг|совет|этап|причина|चरण|टिप|कारण|सुझाव|الخطوة|خطوة|نصيحة|"
    "السبب|سبب|步骤|步驟|技巧|贴士|理由|原因|ステップ|手順|ポイント|コツ|단계|팁|방법|이유"
)
_NUMERALS = "一二三四五六七八九十"
_STEP = re.compile(
    rf"(?:(?:{_STEPS})\s?[#№]?\s?(?P<number>\d{{1,2}}|[{_NUMERALS}])|(?P<before>\d{{1,2}})단계|"
    rf"第(?P<ordinal>\d{{1,2}}|[{_NUMERALS}])(?:步|点|點|个|條|条)?)\s*[:：,，、–—-]\s*(?=\S)",
    re.IGNORECASE,
)
FIRST = re.compile(
    r"(?:First(?:ly)?|First of all|Step one|Tip one|Number one|Erstens|Zuerst|Primero|En primer lugar|Premièrement|"
    r"D'abord|Tout d'abord|Primo|In primo luogo|Per prima cosa|Primeiro|Em primeiro lugar|Во-первых|Сначала|"
    r"Öncelikle|İlk olarak|"
    r"Ten eerste|Po pierwsze|पहला|सबसे पहले|أولاً|أولا|首先|まず|はじめに|最初に|첫째|먼저)\s*[,:，：、]\s*(?=\S)",
    re.IGNORECASE,
)
LATER = re.compile(
    r"(?:Second(?:ly)?|Third(?:ly)?|Fourth(?:ly)?|Fifth(?:ly)?|Sixth(?:ly)?|Next|Then|Last(?:ly)?|Finally|"
    r"(?:Step|Tip|Number) (?:two|three|four|five|six|seven|eight|nine|ten)|Zweitens|Drittens|Viertens|Danach|Zuletzt|"
    r"Schließlich|Segundo|Tercero|Luego|Después|Por último|Finalmente|Deuxièmement|Troisièmement|Ensuite|Puis|Enfin|"
    r"Secondo|Terzo|Poi|Infine|Terceiro|Depois|Por fim|Em segundo lugar|Во-вторых|В-третьих|Затем|Наконец|"
    r"İkinci olarak|Üçüncü olarak|"
    r"Son olarak|Ten tweede|Ten derde|Ten slotte|Po drugie|Po trzecie|"
    r"दूसरा|तीसरा|फिर|अंत में|ثانياً|ثانيا|ثالثاً|ثالثا|أخيراً|أخيرا|"
    r"其次|再次|然后|接着|最后|最後|次に|続いて|最後に|둘째|셋째|다음으로|마지막으로)\s*[,:，：、]\s*(?=\S)",
    re.IGNORECASE,
)

_IN_LINE = re.compile(
    r"(?:(?<!\S)|(?<=[。；;：:，,]))(?P<mark>[(（](?P<both>\d{1,2})[)）]|(?P<paren>\d{1,2})[)）]|(?P<dot>\d{1,2})[.．、]|"
    r"[(]?(?P<letter>[a-h])[)])(?:\s+|(?=[^\W\d_]))(?=\S)"
)
_DASH = re.compile(r"(?<=[:：])\s+(?P<mark>[-–—*•‣◦·∙●▪])\s+(?=\S)")
_BULLET_FIRST = re.compile(r"\s*(?P<mark>[-–—*•‣◦·∙●▪])\s+(?=\S)")
_LEAST_BULLETS = {"-": 3, "–": 3, "—": 3, "*": 3}
"""How often a mark stands on a line that begins with it, for it to be a list: a dash is a dash, too. Others: twice."""
_ENDED = re.compile(r"[.!?…;,:。！？；，][\"”’»)]*\s*$")


@dataclass(frozen=True)
class Entry:
    """An entry: its marker stands at text[begin], its words are text[start:end]."""

    marker: str
    value: int
    begin: int
    start: int
    end: int


def counted_line(words: str) -> Entry | None:
    """The entry that a line would be among others that count."""
    match = _LINE.match(words)
    if match is None:
        return None
    start, end = match.span("text")
    return Entry(match["marker"], _values(match)[0], match.start("marker"), start, end)


def follow_each_other(first: str, second: str) -> bool:
    """Whether two lines have markers of one form that count up, or down."""
    one, other = _LINE.match(first), _LINE.match(second)
    if one is None or other is None:
        return False
    forms = {_form(one), _form(other)}
    if forms == {"series"}:
        marks = one["series"].casefold() + other["series"].casefold()
        return any(marks in letters for letters in _SERIES)
    if len(forms) > 1 and forms != {"letter", "roman"}:
        return False
    if {one["marker"].isupper(), other["marker"].isupper()} == {True, False}:
        return False
    return any(abs(a - b) == 1 for a in _values(one) for b in _values(other))


def _form(match: re.Match[str]) -> str:
    return next(name for name in ("tight", "square", "sign", "letter", "roman", "series") if match[name])


def _values(match: re.Match[str]) -> list[int]:
    written = match[_form(match)].casefold()
    if written.isdecimal():
        return [int(written)]
    if match["series"]:
        return [next(letters.index(written) + 1 for letters in _SERIES if written in letters)]
    roman = [_roman(written)] if set(written) <= _ROMAN.keys() else []
    return roman + ([ord(written) - ord("a") + 1] if len(written) == 1 else [])


def _roman(letters: str) -> int:
    values = [_ROMAN[letter] for letter in letters]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def step_of(sentence: str) -> tuple[int, int] | None:
    """The number of `Step 2:`, `第二，`, and where the words after it begin."""
    match = _STEP.match(sentence)
    if match is None:
        return None
    written = match["number"] or match["before"] or match["ordinal"]
    return (int(written) if written.isdecimal() else _NUMERALS.index(written) + 1), match.end()


def list_in_line(text: str) -> tuple[Entry, ...]:
    """The entries of a list on one line, `Do this: 1) fill 2) boil`; none where nothing counts up from 1."""
    if not any(char in text for char in ".)．、）:：") and not _BULLET_FIRST.match(text):
        return ()
    marks = list(_counting(text)) or list(_dashed(text))
    if not marks:
        return ()
    edges = [*(mark.start() for mark in marks[1:]), len(text)]
    entries = [
        Entry(mark["mark"], number, mark.start("mark"), mark.end(), edge)
        for number, (mark, edge) in enumerate(zip(marks, edges, strict=True), start=1)
    ]
    spoken = all(any(map(str.isalpha, text[entry.start : entry.end])) for entry in entries)
    return tuple(entries) if spoken and len(entries) > 1 else ()


def _counting(text: str) -> Iterator[re.Match[str]]:
    found: list[re.Match[str]] = []
    for match in _IN_LINE.finditer(text):
        if not found and not _may_begin(text, match.start()):
            continue
        value = _value_in_line(match)
        if value == len(found) + 1 and (not found or _style(match) == _style(found[0])):
            found.append(match)
    if found and found[0]["dot"] and not _are_entries(text, found):
        return
    yield from found


def _may_begin(text: str, place: int) -> bool:
    """Whether a list may begin here: with the text, a sentence, or after a colon."""
    before = text[max(0, place - 8) : place].rstrip()
    return not before or before[-1] in ".!?…:：。！？"


def _style(match: re.Match[str]) -> str:
    return next(name for name in ("both", "paren", "dot", "letter") if match[name])


def _value_in_line(match: re.Match[str]) -> int:
    written = match["both"] or match["paren"] or match["dot"]
    return int(written) if written else ord(match["letter"]) - ord("a") + 1


def _are_entries(text: str, marks: Sequence[re.Match[str]]) -> bool:
    """Whether numbers with stops are no ordinals: `1. Mai und 2. Juni`."""
    dates = [unit.start for unit in units_of(text) if unit.kind is UnitKind.DATE]
    if any(mark.start() in dates for mark in marks):
        return False
    return len(marks) > 2 or all(_ENDED.search(text[max(0, mark.start() - 8) : mark.start()]) for mark in marks[1:])


def _dashed(text: str) -> Iterator[re.Match[str]]:
    opening = _BULLET_FIRST.match(text)
    first = opening or _DASH.search(text)
    if first is None:
        return
    mark = first["mark"]
    later = re.compile(rf"(?<=\s)(?P<mark>{re.escape(mark)})\s+(?=\S)")
    marks = [first, *later.finditer(text, first.end())]
    if opening is None or len(marks) >= _LEAST_BULLETS.get(mark, 2):
        yield from marks

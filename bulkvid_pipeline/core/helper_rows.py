"""Rows in the body of a sheet that are not ideas: repeated headers, explanations, units, examples, totals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from bulkvid_pipeline.core.columns import map_headers
from bulkvid_pipeline.core.vocabulary.words import plain

EXPLAINING_ROWS = 3
"""Number of rows below the header that may be explanations of it."""

_LONGEST_HEADER = 100


class HelperRow(StrEnum):
    """The reason why a row is left out; the value continues a sentence that begins with `Row 3`."""

    HEADER_AGAIN = "names the columns again"
    EXPLANATION = "explains the columns"
    EXAMPLE = "is an example"
    TOTAL = "holds totals"
    BAND = "is a heading across the sheet"


_HINTS = frozenset(
    """
    required optional mandatory recommended text number seconds sec secs s min minutes url link image date time string
    integer dropdown list choose select "yes/no" characters words free obligatorio opcional texto número segundos
    obligatoire facultatif texte nombre secondes pflicht pflichtfeld erforderlich zahl sekunden obrigatório
    obbligatorio opzionale facoltativo testo numero secondi अनिवार्य वैकल्पिक مطلوب إلزامي اختياري نص ثوان
    必填 选填 可选 文本 数字 秒 必須 任意 テキスト 数値 обязательно необязательно текст число секунды
    """.replace('"', "").split()
)
"""Words of cells under a header that explain what to type there."""
_HINT_SENTENCE = re.compile(
    r"(?:e\.\s?g\.|eg:|for example|ex\.?:|z\.\s?b\.|p\.\s?ej\.|par ex|por ex|ad es|"
    r"(?:max|min|up to|at most|bis zu|máx|máximo|massimo)\b\.?\s*\d|"
    r"(?:enter|type|write|choose|select|pick|paste|fill in|one of)\s+(?:the|a|an|your|one|from|either|of|in|here)\b|"
    r"(?:in|en|dans|em)\s+(?:seconds|sekunden|segundos|secondes|secondi)$)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(
    r"(?:example|sample|e\.\s?g\.|beispiel|z\.\s?b\.|ejemplo|exemple|exemplo|esempio|пример|उदाहरण|مثال|示例|例子|例|見本)"
    r"(?:\s*(?:row|idea|zeile|fila|ligne|行))?\s*(?:$|[:：]|[-–—]\s)",
    re.IGNORECASE,
)
"""Matches the beginning of an example row: `Example`, `Example: Morning tea`."""
_TOTAL = re.compile(
    r"(?:(?:grand |sub-?\s?)?totals?|sum|count|average|avg|(?:gesamt|zwischen)?summe|gesamt|insgesamt|anzahl|"
    r"(?:sub)?total(?:es)?(?: general)?|suma|total général|sous-total|somme|totale|somma|subtotale|soma|"
    r"итого|всего|сумма|कुल|कुल योग|योग|المجموع|الإجمالي|مجموع|合计|总计|小计|共计|合計|総計|小計)"
    r"(?:\s*(?:videos?|ideas?|rows?|seconds|count|amount|duration|runtime|minutes))?\s*[:：=]?\s*[\d.,:\s]*",
    re.IGNORECASE,
)
_FIGURE = re.compile(r"[-+]?[\d.,:%\s]*\d[\d.,:%\s]*")
_BRACKETED = re.compile(r"[(\[<{（【].*[)\]>}）】]", re.DOTALL)


def helper_rows(rows: Sequence[Sequence[str]], header_at: int, positions: Mapping[str, int]) -> dict[int, HelperRow]:
    """Index of each row below the header that is not an idea, and the reason."""
    found: dict[int, HelperRow] = {}
    begun = False
    for at in range(header_at + 1, len(rows)):
        row = rows[at]
        if not any(row):
            continue
        explaining = not begun and at <= header_at + EXPLAINING_ROWS and any(map(any, rows[at + 1 :]))
        again = tuple(row) == tuple(rows[header_at])  # word for word, also where no word of it is known
        kind = HelperRow.HEADER_AGAIN if again else _kind(row, positions, explaining=explaining)
        if kind is not None:
            found[at] = kind
        else:
            begun = True
    return found | _trailing_figures(rows, header_at, positions, found)


def _kind(row: Sequence[str], positions: Mapping[str, int], *, explaining: bool) -> HelperRow | None:
    if _repeats_header(row, positions):
        return HelperRow.HEADER_AGAIN
    if explaining and _EXAMPLE.match(next(cell for cell in row if cell).strip()):
        return HelperRow.EXAMPLE
    ours = [row[at] for at in positions.values() if at < len(row) and row[at]]
    if explaining and ours and all(map(_is_hint, ours)):
        return HelperRow.EXPLANATION
    return HelperRow.TOTAL if _is_total(row, positions) else None


def _repeats_header(row: Sequence[str], positions: Mapping[str, int]) -> bool:
    """Whether nearly all cells under our columns name these columns again, perhaps in another language."""
    at = min(positions.values())
    first = next((cell for cell in row[at:] if cell), "")
    if len(first) > _LONGEST_HEADER or not map_headers([first]).positions:
        return False  # most rows end here, so that the rest does not slow down large sheets
    filled = sum(bool(row[at]) for at in positions.values() if at < len(row))
    again = map_headers(row).positions
    same = sum(positions.get(column) == at for column, at in again.items())
    return same >= 2 and 4 * same >= 3 * filled


def _is_hint(cell: str) -> bool:
    text = cell.strip()
    if _BRACKETED.fullmatch(text) or _HINT_SENTENCE.match(text):
        return True
    words = re.split(r"[\s,/|()*]+", plain(text))
    return all(word in _HINTS or not word for word in words)


def _is_total(row: Sequence[str], positions: Mapping[str, int]) -> bool:
    """Whether the first filled cell is a word for a total, others are figures or such words, and no script is there."""
    script = positions.get("script_content")
    spoken = row[script].strip() if script is not None and script < len(row) else ""
    first = next(cell for cell in row if cell).strip()
    if (spoken and not _FIGURE.fullmatch(spoken)) or _FIGURE.fullmatch(first) or not _TOTAL.fullmatch(first):
        return False
    return all(_FIGURE.fullmatch(cell.strip()) or _TOTAL.fullmatch(cell.strip()) for cell in row if cell)


def _trailing_figures(
    rows: Sequence[Sequence[str]], header_at: int, positions: Mapping[str, int], known: Mapping[int, HelperRow]
) -> dict[int, HelperRow]:
    """Rows at the end with only figures, such as a count under a column, and without a title."""
    found: dict[int, HelperRow] = {}
    title = positions.get("idea_title")
    for at in range(len(rows) - 1, header_at, -1):
        row = rows[at]
        if not any(row) or at in known:
            continue
        titled = title is None or (title < len(row) and bool(row[title]))
        if titled or not all(_FIGURE.fullmatch(cell.strip()) for cell in row if cell):
            break
        found[at] = HelperRow.TOTAL
    return found

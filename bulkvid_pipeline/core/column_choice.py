"""Columns that a job names by hand, where a sheet's headers do not say what they hold, or say it wrongly.

A column is named by its header, as the sheet shows it, so that it is found again when it is moved; or by its letter as
sheets write a whole column, `C:C`, which also names columns without a header. A bare `C` is a header: `VO`, `AD` and
`TON` are headers that people write, and letters of columns besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from bulkvid_pipeline.core.columns import IGNORE, NAMES, column_of, is_report_column
from bulkvid_pipeline.core.errors import InvalidSheetError, InvalidSpecError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.ranges import column_index, column_letter
from bulkvid_pipeline.core.vocabulary.words import plain

FIELD = "input_source.columns"

_LETTER = re.compile(r"\$?([A-Za-z]{1,3})\s*:\s*\$?([A-Za-z]{1,3})")
_BARE_LETTER = re.compile(r"[A-Za-z]{1,3}")
_HEADER_SHOWN = 40
_LONGEST_KEY = 200
_HEADERS_SHOWN = 12


def read_columns(value: object) -> dict[str, str]:
    """A mapping as people write it, with our names as they are: `Title` becomes `idea_title`, nothing becomes `ignore`.

    Raises:
        InvalidSpecError: it is no mapping, names a column that we do not have, or takes one from two columns.
    """
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise InvalidSpecError(
            "columns is not a mapping of the sheet's columns to ours",
            fix='Write it as {"Hook line": "idea_title", "D:D": "ignore"}',
        )
    columns = {str(key).strip(): _name(str(key), name) for key, name in value.items()}
    if "" in columns:
        raise InvalidSpecError("A column is named by nothing", fix="Name it by its header, or by its letter: C:C")
    taken: dict[str, str] = {}
    for key, name in columns.items():
        if name != IGNORE and taken.setdefault(name, key) != key:
            raise InvalidSpecError(
                f"{name} is taken from two columns, '{_shown(taken[name])}' and '{_shown(key)}'",
                fix=f"Keep one of them, and set the other one to {IGNORE} or to another name",
            )
    ColumnChoice.of(columns)
    return columns


def _name(key: str, name: object) -> str:
    """The column of ours that is meant."""
    if name is None or (isinstance(name, str) and not name.strip()):
        return IGNORE
    text = str(name).strip()
    folded = re.sub(r"[\s-]+", "_", text.lower())
    found = folded if folded in {*NAMES, IGNORE} else column_of(text)
    if found is None:
        raise InvalidSpecError(
            f"There is no column '{shortened(text, _HEADER_SHOWN)}', which '{_shown(key)}' is said to be",
            fix=f"Use one of {', '.join(NAMES)}, or {IGNORE}",
        )
    return found


def letter_key(letter: str) -> str:
    """How a mapping names a column by its letter: `C:C`."""
    return f"{letter}:{letter}"


def key_of_column(headers: Sequence[str], at: int, letter: str) -> str:
    """How a mapping names the column at an index: by its header where only this one has it, else by its letter."""
    header = headers[at].strip() if at < len(headers) else ""
    usable = header and len(header) <= _LONGEST_KEY and not _LETTER.fullmatch(header)
    return header if usable and _places(header, headers) == [at] else letter_key(letter)


@dataclass(frozen=True)
class ColumnChoice:
    """What a job says of columns: our names, or `ignore`, by 0-based column and by header."""

    by_letter: Mapping[int, str] = field(default_factory=dict)
    by_header: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, columns: Mapping[str, str]) -> Self:
        """The choice in a spec's `columns`.

        Raises:
            InvalidSpecError: one column is named twice by its letter.
        """
        by_letter: dict[int, str] = {}
        by_header: dict[str, str] = {}
        for key, name in columns.items():
            letters = _LETTER.fullmatch(key)
            if letters is None or letters[1].upper() != letters[2].upper():
                by_header[key] = name
            elif column_index(letters[1]) in by_letter:
                letter = column_letter(column_index(letters[1]))
                raise InvalidSpecError(
                    f"Column {letter} is named twice, by its letter", fix="Name it once", field=FIELD
                )
            else:
                by_letter[column_index(letters[1])] = name
        return cls(by_letter, by_header)

    def __bool__(self) -> bool:
        return bool(self.by_letter or self.by_header)

    def in_row(self, headers: Sequence[str]) -> dict[int, str]:
        """Our name, by index, of each cell that is one of the headers named; for finding the header row."""
        found = {}
        for key, name in self.by_header.items():
            places = _places(key, headers)
            if len(places) == 1:
                found[places[0]] = name
        return found

    def places(
        self, headers: Sequence[str] | None, *, width: int, first_column: int, header_row: int | None
    ) -> dict[int, str]:
        """Our name, by index in a row, of each column that is named.

        Args:
            headers: the cells of the header row; None for a sheet without one.
            width: number of columns that were read.
            first_column: 0-based column of the first of them.
            header_row: sheet row number of the headers, for messages.

        Raises:
            InvalidSheetError: a column that is named is not there, or there twice, or named twice, or is filled by
                write-back.
        """
        found: dict[int, str] = {}
        named = [(self._at(letter, width, first_column), name) for letter, name in self.by_letter.items()]
        for key, name in self.by_header.items():
            named.append((_only_place(key, headers, first_column, header_row), name))
        for at, name in named:
            letter = column_letter(first_column + at)
            if at in found:
                raise _named_twice(letter)
            if name != IGNORE and headers is not None and at < len(headers) and is_report_column(headers[at]):
                raise _error(
                    f"{FIELD} takes {name} from column {letter}, '{_shown(headers[at])}', which holds results",
                    f"Take {name} from another column, or rename the header of this one",
                )
            found[at] = name
        return found

    @staticmethod
    def _at(column: int, width: int, first_column: int) -> int:
        if first_column <= column < first_column + width:
            return column - first_column
        letter, last = column_letter(column), column_letter(first_column + width - 1)
        raise _error(
            f"{FIELD} names column {letter}, which was not read: "
            f"the sheet's filled columns are {column_letter(first_column)} to {last}",
            f"Name one of them, widen input_source.range, or take {letter_key(letter)} out of {FIELD}",
        )


NO_CHOICE = ColumnChoice()


def _places(key: str, headers: Sequence[str]) -> list[int]:
    """Where a header stands: as it is written, else but for case, width and blanks."""
    exact = [at for at, header in enumerate(headers) if header.strip() == key]
    if exact:
        return exact
    folded = _folded(key)
    return [at for at, header in enumerate(headers) if header and _folded(header) == folded]


def _folded(header: str) -> str:
    return " ".join(plain(header).split())


def _only_place(key: str, headers: Sequence[str] | None, first_column: int, header_row: int | None) -> int:
    letter = letter_key(key.upper()) if _BARE_LETTER.fullmatch(key) else ""
    if headers is None:
        raise _error(
            f"{FIELD} names the column '{_shown(key)}', but a positional sheet has no headers",
            f"Name the column by its letter: {letter or letter_key('C')}",
        )
    places = _places(key, headers)
    if len(places) == 1:
        return places[0]
    letters = [column_letter(first_column + at) for at in places]
    if places:
        raise _error(
            f"{FIELD} names the column '{_shown(key)}', and columns {', '.join(letters)} are all headed so",
            f"Name the one that is meant by its letter: {' or '.join(map(letter_key, letters))}",
        )
    there = [
        f"'{_shown(header)}' ({column_letter(first_column + at)})"
        for at, header in enumerate(headers)
        if header.strip()
    ]
    more = f" and {len(there) - _HEADERS_SHOWN} more" if len(there) > _HEADERS_SHOWN else ""
    by_letter = f" To name a column by its letter write {letter}" if letter else ""
    raise _error(
        f"{FIELD} names the column '{_shown(key)}', which the sheet does not have: "
        f"the headers in row {header_row} are {', '.join(there[:_HEADERS_SHOWN]) or 'all empty'}{more}",
        f"Name one of them, or take '{_shown(key)}' out of {FIELD}.{by_letter}".removesuffix("."),
    )


def _named_twice(letter: str) -> InvalidSheetError:
    return _error(f"{FIELD} names column {letter} twice", "Name it once, by its header or by its letter")


def _error(message: str, fix: str) -> InvalidSheetError:
    return InvalidSheetError(message, fix=fix, field=FIELD)


def _shown(text: str) -> str:
    return shortened(text, _HEADER_SHOWN)

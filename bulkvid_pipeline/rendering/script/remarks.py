"""What was read as something else than words to show and say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_SHOWN = 60


class RemarkKind(StrEnum):
    """What became of a stretch of a script."""

    DIRECTION = "direction"
    """A note for the makers: left out."""
    LABEL = "label"
    """Who or what speaks, or the part that begins, before what is said: left out."""
    TIMESTAMP = "timestamp"
    """A place in time, a subtitle's number: left out."""
    PAUSE = "pause"
    """Silence is heard."""
    TAG = "tag"
    """HTML or SSML: left out, what it holds stays."""
    COMMENT = "comment"
    """Left out."""
    IMAGE = "image"
    """A picture's address: left out."""
    LINK = "link"
    """Only its text is shown and said."""
    NOTE = "note"
    """A footnote or a link's definition: left out."""
    CODE = "code"
    """A code block: its lines are phrases."""
    LONG_CODE = "long_code"
    """A code block of many lines: left out."""
    TABLE = "table"
    """Its rows are the entries of a list; a heading row is left out."""
    PLACEHOLDER = "placeholder"
    """What somebody meant to fill in: shown and said as it is."""

    @property
    def is_doubtful(self) -> bool:
        """Whether the author should look at it, rather than be told."""
        return self in _DOUBTFUL


_DOUBTFUL = frozenset(
    {RemarkKind.CODE, RemarkKind.LONG_CODE, RemarkKind.TABLE, RemarkKind.PLACEHOLDER, RemarkKind.IMAGE}
)


@dataclass(frozen=True)
class Remark:
    """One stretch that was not taken for words."""

    kind: RemarkKind
    text: str
    """What stands there, shortened, on one line."""
    line: int
    """In which line of the cell it begins, from 1 on."""
    left_out: str = ""
    """All of it that is neither shown nor said."""


def remark(kind: RemarkKind, text: str, line: int, *, left_out: bool = True) -> Remark:
    """A remark about `text`, which begins in a line of the cell."""
    flat = " ".join(text.split())
    return Remark(kind, flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…", line, text if left_out else "")

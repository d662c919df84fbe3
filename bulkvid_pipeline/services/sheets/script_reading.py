"""How a row's script is read: what of it is no word to show and say, as findings."""

from __future__ import annotations

from collections.abc import Iterator

from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.validation import RowProblem
from bulkvid_pipeline.rendering.script.dialect import parse_script
from bulkvid_pipeline.rendering.script.remarks import Remark, RemarkKind

_QUOTED = 3
_LEFT_OUT = "neither shown nor said"
_MEANINGS: dict[RemarkKind, tuple[str, str]] = {
    RemarkKind.DIRECTION: (f"Read as a stage direction, {_LEFT_OUT}", "Take the brackets away if it should be said"),
    RemarkKind.LABEL: (f"Read as a label, {_LEFT_OUT}", "Take the colon away if it should be said"),
    RemarkKind.TIMESTAMP: (
        f"Read as a time in the video, {_LEFT_OUT}",
        "Write it in a sentence if it should be said",
    ),
    RemarkKind.PAUSE: ("Read as a pause: silence is heard", "Remove it if no pause is wanted"),
    RemarkKind.TAG: ("Read as HTML or SSML: the tags are left out, their text stays", "Nothing needs to be done"),
    RemarkKind.COMMENT: (f"Read as a comment, {_LEFT_OUT}", "Nothing needs to be done"),
    RemarkKind.IMAGE: (
        f"A picture's address in the script is {_LEFT_OUT}",
        "Name the picture in the image_url column to show it",
    ),
    RemarkKind.LINK: ("Of a link only the text is shown and said", "Write the address itself if it should be shown"),
    RemarkKind.NOTE: (f"Read as a footnote or a link's definition, {_LEFT_OUT}", "Nothing needs to be done"),
    RemarkKind.CODE: ("A code block is shown and said line by line", "Take it out if it should not be read aloud"),
    RemarkKind.LONG_CODE: (f"A code block of many lines is {_LEFT_OUT}", "Say in words what it does"),
    RemarkKind.TABLE: (
        "A table is shown and said row by row, as a list, without the names of its columns",
        "Write it as sentences or as a list if that is better",
    ),
    RemarkKind.PLACEHOLDER: (
        "It looks like something that was to be filled in; it is shown and said as it stands",
        "Write what belongs there",
    ),
}


def script_problems(idea: VideoIdea) -> Iterator[RowProblem]:
    """One finding for each kind of thing that the script was not taken at its word for; none stops the row."""
    by_kind: dict[RemarkKind, list[Remark]] = {}
    for each in parse_script(idea.script).remarks:
        by_kind.setdefault(each.kind, []).append(each)
    for kind, remarks in by_kind.items():
        meaning, fix = _MEANINGS[kind]
        lines = sorted({each.line for each in remarks})
        where = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} to {lines[-1]}"
        yield RowProblem(
            "script_content",
            _quoted(remarks),
            f"{meaning} ({where} of the cell)",
            fix,
            f"SCRIPT_{kind.value.upper()}",
            frozenset(),
            informs=not kind.is_doubtful,
        )


def _quoted(remarks: list[Remark]) -> str:
    texts = list(dict.fromkeys(each.text for each in remarks))
    more = f" and {len(texts) - _QUOTED} more" if len(texts) > _QUOTED else ""
    return ", ".join(texts[:_QUOTED]) + more

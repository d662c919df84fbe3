"""Videos that others have made; and whether what a generation returns is one, or what else was expected."""

from __future__ import annotations

import contextlib
import json
import math
import os
import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from bulkvid_pipeline.core.errors import GenerationError

EXPECTED = 'a mapping such as {"output_url": "https://...", "cost": 0.12, "duration": 31.5}'
LONGEST_URL = 8192
MOST_DETAIL_BYTES = 64 * 1024
"""Of what is kept of an answer beside its video."""

_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = 120


@dataclass(frozen=True)
class Generated:
    """A video that was made elsewhere; see `generated_of` for what is taken for one.

    `output_url` is where it can be seen, or a path on this machine, whose file is then published like our own.
    """

    output_url: str
    cost: float = 0.0
    duration_s: float | None = None
    """None: nobody has said."""
    details: Mapping[str, object] = field(default_factory=dict)
    """All that the generation has answered, as JSON."""
    file: Path | None = None
    """The file to publish, where `output_url` is a path."""
    warnings: tuple[str, ...] = ()


def generated_of(answer: object) -> Generated:
    """The video that a generation has returned.

    Values that are no JSON, or too much, are left out of the details, with a warning: the video is there, and may have
    been paid for.

    Raises:
        GenerationError: it is none: no mapping, without a URL or file, or with a cost or length that is no number.
    """
    if isinstance(answer, Generated):
        about = {"output_url": answer.output_url, "cost": answer.cost, "duration": answer.duration_s}
        answer = {**answer.details, **about}
    if not isinstance(answer, Mapping):
        raise _nonsense(f"returned {_told(answer)}", EXPECTED)
    try:
        given = dict(answer)
    except Exception as error:
        raise _nonsense(f"returned {_told(answer)}, which cannot be read ({_told(error)})", EXPECTED) from error
    if "output_url" not in given:
        raise _nonsense(f"returned {_told(given)}, without output_url", EXPECTED)
    url, file = _place(given["output_url"])
    cost = _number("cost", given.get("cost"))
    details, warnings = _details({**given, "output_url": url})
    return Generated(
        output_url=url,
        cost=0.0 if cost is None else cost,
        duration_s=_number("duration", given.get("duration")),
        details=details,
        file=file,
        warnings=warnings,
    )


def _place(value: object) -> tuple[str, Path | None]:
    """Where the video is: its URL, and the file where it lies on this machine."""
    expected = "an http(s) URL, or the path of a file on this machine"
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str) or not value.strip():
        raise _nonsense(f"returned output_url {_told(value)}", expected)
    text = value.strip()
    try:
        parts = urlsplit(text) if "://" in text else None
        is_fit = len(text) <= LONGEST_URL and text.isprintable() and bool(text.encode())
    except ValueError as error:
        raise _nonsense(f"returned output_url {_told(value)} ({error})", expected) from error
    if not is_fit:
        raise _nonsense(f"returned output_url {_told(value)}", f"{expected}, of printable characters")
    if parts is None or parts.scheme == "file":
        return text, _file(text if parts is None else url2pathname(parts.path))
    if parts.scheme not in {"http", "https"} or not parts.hostname or " " in text:
        raise _nonsense(f"returned output_url {_told(value)}", expected)
    return text, None


def _file(text: str) -> Path:
    path = Path(text).absolute()
    try:
        size = path.stat().st_size if path.is_file() else None
    except OSError as error:
        raise _nonsense(
            f"returned the path {text!r}, which cannot be read: {error.strerror}", "a readable file"
        ) from error
    if size is None:
        what = "which is a folder" if path.is_dir() else "where there is no file"
        raise _nonsense(
            f"returned output_url {text!r}, {what} ({path})", "an http(s) URL, or the path of a finished file"
        )
    if size == 0:
        raise _nonsense(f"returned the path {text!r}, where the file is empty", "the path of a finished file")
    if not os.access(path, os.R_OK):
        raise _nonsense(f"returned the path {text!r}, which may not be read", "a readable file")
    return path


def _number(name: str, value: object) -> float | None:
    """A number that is not negative; None where nothing is said."""
    if value is None:
        return None
    number = math.nan
    if not isinstance(value, bool) and isinstance(value, (Real, Decimal)):
        with contextlib.suppress(ValueError, OverflowError):
            number = float(value)
    if not math.isfinite(number) or number < 0:
        unit = " of seconds" if name == "duration" else ""
        raise _nonsense(f"returned {name} {_told(value)}", f"a number{unit} that is not negative, or None")
    return number


def _details(given: Mapping[object, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    """What of the answer is JSON, and what is left out of it, in words."""
    kept: dict[str, object] = {}
    left_out: list[str] = []
    room = MOST_DETAIL_BYTES
    for name, value in given.items():
        if not isinstance(name, str):
            left_out.append(f"{_told(name)} is no text, as names of JSON are")
            continue
        try:
            plain = float(value) if isinstance(value, Decimal) else value
            text = json.dumps({name: plain}, allow_nan=False, ensure_ascii=False)
            size = len(text.encode())
            read = json.loads(text)[name]
        except Exception as error:
            left_out.append(f"{_told(name)} is no JSON ({type(error).__name__}: {_told(value)})")
            continue
        if size > room:
            left_out.append(f"{_told(name)} is too long ({size} bytes)")
            continue
        kept[name] = read
        room -= size
    return kept, tuple(f"Left out of what the generation returned: {text}" for text in left_out)


def _told(value: object) -> str:
    return _shown.repr(value)


def _nonsense(what: str, expected: str) -> GenerationError:
    return GenerationError(f"The generation {what}; expected: {expected}", fix=f"Return {expected}")

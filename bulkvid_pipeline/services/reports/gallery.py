"""The gallery that a job leaves beside its videos: `report.html`.

Titles, reasons and cell values come from sheets and are hostile: the page is autoescaped, its links can only be
relative and only its own script runs.
"""

from __future__ import annotations

import base64
import hashlib
import math
from datetime import UTC, datetime
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowState


def report_html(job: JobReport) -> str:
    """The gallery: one page that needs nothing but the files it links to, from disk or from a bucket."""
    environment = _environment()
    style, script = _asset("report.css"), _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template("report.html")
    return page.render(job=job, states=list(RowState), style=style, script=script, script_hash=f"sha256-{digest}")


def _link(path: str) -> str:
    """A relative URL: whatever the path is made of, it can name no scheme and no other host."""
    return "./" + quote(path, safe="/~")


def _clock(seconds: float) -> str:
    """`0:42`, `12:05`, `1:02:03`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _span(seconds: float) -> str:
    """`4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _size(size_bytes: int) -> str:
    """`812 KB`, `4.2 MB`, `1.3 GB`: powers of 1000, as file managers show them."""
    if size_bytes < 1e6:
        return f"{math.ceil(size_bytes / 1e3)} KB"
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:.1f} GB"


def _moment(iso: str) -> str:
    """`22 Nov 2026, 00:28 UTC`; text that is no date is shown as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _frame(output: RowOutput) -> str:
    return f"{output.width}×{output.height}"


def _measures(output: RowOutput) -> str:
    """`1920×1080 · 3.1 MB`, as far as they are known."""
    size = [_size(output.size_bytes)] if output.size_bytes else []
    return " · ".join([*([_frame(output)] if output.width else []), *size])


def _elsewhere(url: str) -> str:
    """A URL of another host; what is none leads nowhere, since documents in a bucket may have been tampered with."""
    return url if url.startswith(("http://", "https://")) else "#"


def _facts(output: RowOutput) -> str:
    """`1920×1080 · 0:42 · 3.1 MB · -14.0 LUFS · made in 4.1 s`."""
    facts = [_frame(output)] if output.width else []
    facts += [_clock(output.duration_s)] if output.duration_s else []
    facts += [_size(output.size_bytes)] if output.size_bytes else []
    if output.loudness_lufs is not None and math.isfinite(output.loudness_lufs):
        facts.append(f"{output.loudness_lufs:.1f} LUFS")
    if output.render_seconds:
        facts.append(f"made in {_span(output.render_seconds)}")
    return " · ".join(facts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bulkvid_pipeline.services.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "link": _link,
        "clock": _clock,
        "span": _span,
        "size": _size,
        "moment": _moment,
        "facts": _facts,
        "measures": _measures,
        "elsewhere": _elsewhere,
    }
    return environment


@cache
def _asset(name: str) -> Markup:
    """Our own style sheet or script, as it is."""
    environment = _environment()
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])

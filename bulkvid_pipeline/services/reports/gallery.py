"""The gallery that a job leaves beside its videos: `report.html`.

Titles, reasons and cell values come from sheets and are hostile: the page is autoescaped, its links can only be
relative and only its own script runs.
"""

from __future__ import annotations

import base64
import hashlib
import math
from functools import cache
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bulkvid_pipeline.core.wording import clock, file_size, moment, span
from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowState


def report_html(job: JobReport) -> str:
    """The gallery: one page that needs nothing but the files it links to, from disk or from a bucket."""
    style, script = _asset("report.css"), _asset("report.js")
    page = _environment().get_template("report.html")
    return page.render(job=job, states=list(RowState), style=style, script=script, script_hash=report_script_hash())


def report_script_hash() -> str:
    """Names the script of our reports in a content security policy: `sha256-...`."""
    return f"sha256-{base64.b64encode(hashlib.sha256(_asset('report.js').encode()).digest()).decode()}"


def _link(path: str) -> str:
    """A relative URL: whatever the path is made of, it can name no scheme and no other host."""
    return "./" + quote(path, safe="/~")


def _frame(output: RowOutput) -> str:
    return f"{output.width}×{output.height}"


def _measures(output: RowOutput) -> str:
    """`1920×1080 · 3.1 MB`, as far as they are known."""
    size = [file_size(output.size_bytes)] if output.size_bytes else []
    return " · ".join([*([_frame(output)] if output.width else []), *size])


def _elsewhere(url: str) -> str:
    """A URL of another host; what is none leads nowhere, since documents in a bucket may have been tampered with."""
    return url if url.startswith(("http://", "https://")) else "#"


def _facts(output: RowOutput) -> str:
    """`1920×1080 · 0:42 · 3.1 MB · -14.0 LUFS · made in 4.1 s`."""
    facts = [_frame(output)] if output.width else []
    facts += [clock(output.duration_s)] if output.duration_s else []
    facts += [file_size(output.size_bytes)] if output.size_bytes else []
    if output.loudness_lufs is not None and math.isfinite(output.loudness_lufs):
        facts.append(f"{output.loudness_lufs:.1f} LUFS")
    if output.render_seconds:
        facts.append(f"made in {span(output.render_seconds)}")
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
        "clock": clock,
        "span": span,
        "size": file_size,
        "moment": moment,
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

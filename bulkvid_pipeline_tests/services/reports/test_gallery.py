from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from bulkvid_pipeline.core.findings import Finding, Severity
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice
from bulkvid_pipeline.services.reports.gallery import report_html
from bulkvid_pipeline.services.reports.manifest import manifest_json, rows_of_manifest
from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowReport, RowState
from bulkvid_pipeline.services.reports.results import results_csv

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"' onmouseover=alert(3) x='"


class Page(HTMLParser):
    """The elements of a page with their attributes, and the text that a reader sees."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.words: list[str] = []
        self._open: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in ("script", "style"):
            self._open.append(tag)
            self.scripts.append("") if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open:
            self.text += data
            self.words += data.split()
        elif self._open[-1] == "script":
            self.scripts[-1] += data

    def all(self, tag: str, *, kind: str = "") -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag and kind in ("", *attrs.get("class", "").split())]


def _output(platform: Platform, folder: str = "row-2", *, width: int = 1920, height: int = 1080) -> RowOutput:
    base = f"{folder}/{platform.value}"
    return RowOutput(
        platform, f"{base}.mp4", f"{base}.jpg", f"{base}.srt", f"{base}.vtt", f"{base}.json",
        duration_s=60.0, size_bytes=4_000_000, loudness_lufs=-14.02, width=width, height=height, render_seconds=5.0,
    )  # fmt: skip


COMPLETED = RowReport(
    "k-2",
    2,
    "Batch cooking",
    RowState.COMPLETED,
    (_output(Platform.YOUTUBE), _output(Platform.TIKTOK, width=1080, height=1920)),
    warnings=("Two words too many",),
    priority=Priority.URGENT,
    style=Style.MODERN,
    voice=Voice.FEMALE,
)
FAILED = RowReport(
    "k-3", 3, "Ἀθῆναι", RowState.FAILED, reason="The voice failed", fix="Try again", error_code="NARRATION_FAILED"
)
REJECTED = RowReport("k-4", 4, "", RowState.REJECTED, reason="idea_title is empty", fix="Fill A4")
FINDING = Finding(Severity.ERROR, "must not be empty", "Fill A4", 4, "idea_title", "A", "")
JOB = JobReport(
    "bj_1",
    "November",
    "Ideas",
    "2026-11-21T23:10:04+00:00",
    "2026-11-21T23:10:14+00:00",
    10.0,
    (COMPLETED, FAILED, REJECTED),
    (FINDING,),
)


def _csv_rows(job: JobReport) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(results_csv(job).removeprefix("\ufeff"), newline="")))


def _hostile_job() -> JobReport:
    row = replace(FAILED, title=HOSTILE, reason=HOSTILE, fix=HOSTILE, error_code=HOSTILE, warnings=(HOSTILE,))
    path = "javascript:alert(1)//" + HOSTILE
    output = RowOutput(Platform.YOUTUBE, path, path, path, path, path, width=16, height=9)
    video = replace(COMPLETED, title=HOSTILE, outputs=(output, replace(output, video="//evil.example/a.mp4")))
    finding = replace(FINDING, value=HOSTILE, problem=HOSTILE, fix=HOSTILE, column=HOSTILE, column_letter=HOSTILE)
    return replace(
        JOB, job_id=HOSTILE, title=HOSTILE, sheet=HOSTILE, started_at=HOSTILE, rows=(row, video), findings=(finding,)
    )


class TestPage:
    def test_says_what_became_of_every_row(self) -> None:
        text = Page(report_html(JOB)).text
        for words in ("November", "Ideas", "Batch cooking", "Ἀθῆναι", "Untitled row", "The voice failed", "Try again"):
            assert words in text
        for words in (
            "NARRATION_FAILED",
            "Two words too many",
            "must not be empty",
            "urgent",
            "modern",
            "female voice",
        ):
            assert words in text

    def test_sums_up_the_job(self) -> None:
        text = " ".join(Page(report_html(JOB)).words)
        assert "Videos 2 from 1 of 3 rows" in text
        assert "Playing time 2:00 1:00 on average" in text
        assert "Size 8.0 MB 4.0 MB on average" in text
        assert "Speed 12.0×" in text
        assert "21 Nov 2026, 23:10 UTC" in text
        assert "1920×1080 · 4.0 MB" in text

    def test_filters_by_the_states_that_occur(self) -> None:
        chips = [a["data-state"] for a in Page(report_html(JOB)).all("button") if "data-state" in a]
        assert chips == ["", "completed", "failed", "rejected"]
        cards = Page(report_html(JOB)).all("li", kind="card")
        assert [card["data-state"] for card in cards] == ["completed", "failed", "rejected"]

    def test_sorts_by_the_longest_video_and_the_whole_size(self) -> None:
        card, *_ = Page(report_html(JOB)).all("li", kind="card")
        assert (card["data-duration"], card["data-size"], card["data-render"]) == ("60.0", "8000000", "10.0")

    def test_plays_each_output_with_poster_and_captions(self) -> None:
        plays = Page(report_html(JOB)).all("a", kind="play")
        assert [(a["href"], a["data-poster"], a["data-vtt"]) for a in plays] == [
            ("./row-2/youtube.mp4", "./row-2/youtube.jpg", "./row-2/youtube.vtt"),
            ("./row-2/tiktok.mp4", "./row-2/tiktok.jpg", "./row-2/tiktok.vtt"),
        ]
        assert all(a["aria-label"].startswith("Play Batch cooking") for a in plays)
        assert Page(report_html(JOB)).all("video") == [{"controls": "", "preload": "none", "playsinline": ""}]

    def test_gives_the_files_to_download(self) -> None:
        links = {a["href"] for a in Page(report_html(JOB)).all("a") if "download" in a}
        files = {f"./row-2/{p}.{end}" for p in ("youtube", "tiktok") for end in ("mp4", "srt", "vtt", "json")}
        assert links == files | {"./results.csv", "./manifest.json"}

    def test_loads_posters_only_when_they_come_into_view(self) -> None:
        images = Page(report_html(JOB)).all("img")
        assert len(images) == 2
        assert all(image["loading"] == "lazy" and image["alt"] == "" for image in images)

    def test_leaves_out_what_a_row_does_not_have(self) -> None:
        bare = replace(COMPLETED, outputs=(RowOutput(Platform.INSTAGRAM, "a.webm"),))
        page = Page(report_html(replace(JOB, rows=(bare,))))
        assert not page.all("img")
        (play,) = page.all("a", kind="play")
        assert not {"data-poster", "data-vtt"} & play.keys()
        assert "WEBM" in page.text

    def test_of_no_rows_or_no_time_is_still_a_page(self) -> None:
        assert "0.0×" in Page(report_html(replace(JOB, rows=(), wall_seconds=0.0, findings=()))).text

    def test_asks_nothing_of_any_other_host(self) -> None:
        for job in (JOB, _hostile_job()):
            html = report_html(job)
            for tag, attrs in Page(html).elements:
                for name in ("href", "src", "poster", "data-poster", "data-vtt", "action", "srcset"):
                    if name in attrs and (tag, name) != ("link", "href"):
                        assert attrs[name].startswith(("./", "#")), (tag, attrs)
            style = html[html.index("<style>") : html.index("</style>")]
            assert "url(" not in style
            assert "@import" not in style
            assert not re.search(r"https?://", html.replace(HOSTILE, ""))

    def test_shows_hostile_text_as_text(self) -> None:
        page, harmless = Page(report_html(_hostile_job())), Page(report_html(JOB))
        assert page.text.count(HOSTILE) >= 10
        assert {tag for tag, _ in page.elements} <= {tag for tag, _ in harmless.elements}
        assert len(page.scripts) == 1
        assert page.scripts == harmless.scripts
        assert not [attrs for _, attrs in page.elements if any(name.startswith("on") for name in attrs)]

    def test_runs_its_own_script_alone(self) -> None:
        page = Page(report_html(JOB))
        (policy,) = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        digest = base64.b64encode(hashlib.sha256(page.scripts[0].encode()).digest()).decode()
        assert f"script-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy

    def test_gives_every_control_a_name_and_every_id_once(self) -> None:
        page = Page(report_html(replace(JOB, rows=tuple(replace(COMPLETED, sheet_row=n) for n in range(2, 40)))))
        ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
        assert len(ids) == len(set(ids))
        for tag in ("input", "select"):
            assert all(attrs.get("aria-label") for attrs in page.all(tag))

    def test_of_a_thousand_rows_stays_small(self) -> None:
        html = report_html(replace(JOB, rows=tuple(replace(COMPLETED, sheet_row=n) for n in range(2, 1002))))
        assert len(Page(html).all("li", kind="card")) == 1000
        assert len(html.encode()) < 4_000_000


class TestTable:
    def test_has_a_line_for_each_video_and_each_row_without_one(self) -> None:
        lines = _csv_rows(JOB)
        assert [(line["sheet_row"], line["state"], line["platform"]) for line in lines] == [
            ("2", "completed", "youtube"),
            ("2", "completed", "tiktok"),
            ("3", "failed", ""),
            ("4", "rejected", ""),
        ]
        assert lines[0]["video"] == "row-2/youtube.mp4"
        assert lines[0]["duration_s"] == "60.0"
        assert lines[2]["title"] == "Ἀθῆναι"
        assert (lines[2]["error_code"], lines[2]["reason"], lines[2]["fix"]) == (
            "NARRATION_FAILED",
            "The voice failed",
            "Try again",
        )
        assert lines[0]["warnings"] == "Two words too many"

    def test_opens_as_utf_8_in_a_spreadsheet(self) -> None:
        assert results_csv(JOB).encode().startswith(b"\xef\xbb\xbfsheet_row,row_key,title,")

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
    def test_holds_no_formula(self, start: str) -> None:
        attack = f'{start}HYPERLINK("x")'
        row = replace(FAILED, row_key=attack, title=attack, reason=attack, fix=attack, warnings=(attack,))
        (line,) = _csv_rows(replace(JOB, rows=(row,)))
        assert [line[name] for name in ("row_key", "title", "reason", "fix", "warnings")] == ["'" + attack] * 5

    def test_keeps_negative_numbers_numbers(self) -> None:
        assert _csv_rows(JOB)[0]["loudness_lufs"] == "-14.02"

    def test_keeps_quotes_commas_and_line_ends_inside_a_cell(self) -> None:
        title = 'He said "a, b"\nand; c'
        assert _csv_rows(replace(JOB, rows=(replace(FAILED, title=title),)))[0]["title"] == title


class TestManifest:
    def test_names_its_schema_and_sums_up(self) -> None:
        manifest = json.loads(manifest_json(JOB))
        assert list(manifest) == ["schema", "schema_version", "job", "totals", "rows", "findings"]
        assert (manifest["schema"], manifest["schema_version"]) == ("bulkvid.job_manifest", 1)
        assert manifest["job"]["job_id"] == "bj_1"
        assert manifest["totals"] == {
            "rows": 3,
            "rows_by_state": {"completed": 1, "failed": 1, "rejected": 1, "skipped": 0, "cancelled": 0, "pending": 0},
            "videos": 2,
            "video_seconds": 120.0,
            "size_bytes": 8_000_000,
            "render_seconds": 10.0,
            "speed_x_real_time": 12.0,
            "cost": 0.0,
        }

    def test_has_the_same_keys_for_every_row_and_output(self) -> None:
        rows = json.loads(manifest_json(JOB))["rows"]
        assert len({tuple(row) for row in rows}) == 1
        assert len({tuple(output) for row in rows for output in row["outputs"]}) == 1
        assert rows[0]["error"] is None
        assert rows[1]["error"] == {"code": "NARRATION_FAILED", "reason": "The voice failed", "fix": "Try again"}
        assert rows[1]["style"] is None
        assert rows[0]["outputs"][1]["poster"] == "row-2/tiktok.jpg"

    def test_says_what_came_of_the_checks(self) -> None:
        outputs = (replace(COMPLETED.outputs[0], quality="33 checks passed"), COMPLETED.outputs[1])
        job = replace(JOB, rows=(replace(COMPLETED, outputs=outputs),))
        assert [output["quality"] for output in json.loads(manifest_json(job))["rows"][0]["outputs"]] == [
            "33 checks passed",
            None,
        ]
        assert [line["quality"] for line in _csv_rows(job)] == ["33 checks passed", ""]
        assert "33 checks passed" in Page(report_html(job)).text

    def test_has_null_where_there_is_no_number(self) -> None:
        silent = replace(COMPLETED, outputs=(replace(COMPLETED.outputs[0], loudness_lufs=float("-inf")),))
        job = replace(JOB, rows=(silent,))
        assert "LUFS" in report_html(JOB)
        assert "LUFS" not in report_html(job)
        assert json.loads(manifest_json(job))["rows"][0]["outputs"][0]["loudness_lufs"] is None
        assert _csv_rows(job)[0]["loudness_lufs"] == ""

    def test_gives_back_the_rows_that_it_was_made_of(self) -> None:
        spent = replace(FAILED, spent_in_vain=0.25)
        assert rows_of_manifest(manifest_json(replace(JOB, rows=(COMPLETED, spent, REJECTED)))) == (
            COMPLETED,
            spent,
            REJECTED,
        )

    @pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"schema": "else", "schema_version": 1}'])
    def test_gives_back_no_rows_where_it_is_none(self, text: str) -> None:
        assert rows_of_manifest(text) == ()

    def test_gives_back_no_rows_of_another_version(self) -> None:
        newer = manifest_json(JOB).replace('"schema_version": 1', '"schema_version": 2')
        assert rows_of_manifest(newer) == ()

    def test_keeps_text_as_it_was(self) -> None:
        manifest = json.loads(manifest_json(_hostile_job()))
        assert manifest["rows"][0]["title"] == HOSTILE
        assert manifest["findings"][0]["problem"] == HOSTILE
        assert "Ἀθῆναι" in manifest_json(JOB)

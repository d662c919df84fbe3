"""A plan tells exactly what the run after it does: whatever is changed between two runs of a sheet, many times over.

Both look at the same storage: the run as the row loop does, with small files in place of films.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core.planning import in_priority_order
from bulkvid_pipeline.services.outputs.published import PublishedRows, Work
from bulkvid_pipeline.services.plans.sheet_plan import SheetPlan
from bulkvid_pipeline_tests.services.plans.made import publish
from bulkvid_pipeline_tests.services.plans.test_sheet_plan import SCRIPT, Desk, Row, idea

WORDS = ("water", "light", "paper", "bread", "tides", "chess")


@dataclass
class Bench:
    """A sheet that somebody works at between runs of it."""

    desk: Desk
    random: random.Random
    rows: list[dict[str, str]]
    fields: dict[str, Any] = field(default_factory=dict)

    @property
    def templates(self) -> Path:
        return self.desk.folder / "templates"

    def plan(self) -> SheetPlan:
        return self.desk.plan(*self.rows, **self.fields)


def made_by_a_run(plan: SheetPlan, work: Path) -> set[tuple[int, str]]:
    """Run the rows as the row loop does; returns what it made, by sheet row and platform."""
    unfinished: list[Work] = []
    published = PublishedRows.listed(plan.store)
    list(published.outcomes(in_priority_order(plan.sheet.plans), unfinished))
    made = set()
    for each in unfinished:
        publish(plan.store, each.plan, work, each.outputs)
        made |= {(each.plan.sheet_row, output.platform.value) for output in each.outputs}
    return made


def planned(plan: SheetPlan) -> set[tuple[int, str]]:
    return {(row.plan.sheet_row, output.platform.value) for row in plan.to_render for output in row.work}


def change_a_cell(bench: Bench) -> None:
    cells = {
        "script_content": f"{SCRIPT} Then look at the {bench.random.choice(WORDS)}.",
        "voice_preference": bench.random.choice(("", "male", "neutral", "silent")),
        "style_override": bench.random.choice(("", "classic", "minimal")),
        "platform_preferences": bench.random.choice(("youtube", "tiktok", "youtube, tiktok", "instagram")),
        "duration_seconds": bench.random.choice(("", "8", "max 20")),
        "captions": bench.random.choice(("", "off")),
        "language": bench.random.choice(("", "en", "de")),
        "say_as": bench.random.choice(("", "tap = tapp")),
        "priority": bench.random.choice(("", "urgent")),
    }
    column = bench.random.choice(list(cells))
    bench.random.choice(bench.rows)[column] = cells[column]


def rename_a_title(bench: Bench) -> None:
    bench.random.choice(bench.rows)["idea_title"] = (
        f"All about {bench.random.choice(WORDS)} {bench.random.random():.3f}"
    )


def duplicate_a_row(bench: Bench) -> None:
    bench.rows.append(dict(bench.random.choice(bench.rows)))


def reorder(bench: Bench) -> None:
    bench.random.shuffle(bench.rows)


def remove_a_row(bench: Bench) -> None:
    if len(bench.rows) > 2:
        bench.rows.pop(bench.random.randrange(len(bench.rows)))


def break_a_row(bench: Bench) -> None:
    bench.random.choice(bench.rows)["script_content"] = bench.random.choice(("", "TBD"))


def edit_the_template(bench: Bench) -> None:
    look = {"base": bench.random.choice(("modern", "minimal")), "colors": [f"#{bench.random.randrange(16**6):06X}"]}
    audio = {"voice": bench.random.choice(("male", "female")), "pronunciations": {"water": "wotter"}}
    settings = {"style": look, **({"audio": audio} if bench.random.random() < 0.5 else {})}
    (bench.templates / "brand.json").write_text(json.dumps({"settings": settings}))


def choose_another_template(bench: Bench) -> None:
    chosen = bench.random.choice(("brand", "default_template"))
    bench.fields["template"] = {**bench.fields.get("template", {}), "template_id": chosen}


def change_an_option(bench: Bench) -> None:
    bench.fields["output"] = {"resolution": bench.random.choice(("720p", "1080p"))}
    overrides = {"voice": bench.random.choice(("male", None)), "captions": bench.random.choice(("off", None))}
    bench.fields["template"] = {**bench.fields.get("template", {}), "overrides": overrides}


def change_the_provider(bench: Bench) -> None:
    bench.desk.settings["speech_provider"] = bench.random.choice(("espeak", "openai"))


def delete_a_file(bench: Bench) -> None:
    documents = bench.desk.documents()
    if documents:
        bench.random.choice(documents).unlink()


def truncate_a_document(bench: Bench) -> None:
    documents = bench.desk.documents()
    if documents:
        bench.random.choice(documents).write_text('{"row_key": ')


def forget_what_a_video_was_made_of(bench: Bench) -> None:
    documents = bench.desk.documents()
    if documents:
        chosen = bench.random.choice(documents)
        try:
            told = json.loads(chosen.read_text())
        except ValueError:
            return
        told["ingredients"] = {}
        chosen.write_text(json.dumps(told))


CHANGES: tuple[Callable[[Bench], None], ...] = (
    change_a_cell,
    rename_a_title,
    duplicate_a_row,
    reorder,
    remove_a_row,
    break_a_row,
    edit_the_template,
    choose_another_template,
    change_an_option,
    change_the_provider,
    delete_a_file,
    truncate_a_document,
    forget_what_a_video_was_made_of,
)


SEEDS = [1, 2, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(3, 6))]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_planned_is_what_the_run_makes_and_every_reason_is_told(tmp_path: Path, seed: int) -> None:
    desk = Desk(tmp_path, {"templates_folder": tmp_path / "templates", "speech_api_key": "key"})
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "brand.json").write_text('{"voice": "female"}')
    rows: list[Row] = [idea(f"Save {word}") for word in WORDS[:4]]
    bench = Bench(desk, random.Random(seed), [dict(row) for row in rows])
    told: list[str] = []
    for _ in range(8):
        for change in bench.random.choices(CHANGES, k=bench.random.randint(1, 2)):
            change(bench)
            told.append(change.__name__)
        plan = bench.plan()
        made = made_by_a_run(plan, tmp_path / "work") if not plan.sheet.report.stops_job else set()
        assert planned(plan) == made, told
        reasons = [video.reasons for row in plan.rows for video in row.videos]
        assert sum(map(bool, reasons)) == len(made)
        again = bench.plan()
        assert planned(again) == set(), told

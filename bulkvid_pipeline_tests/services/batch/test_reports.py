"""A job's report tells of all rows of its sheet, whichever of them a run has looked at."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from dagster import ExecuteInProcessResult, materialize

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.dagster.leases import Leases
from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.defs.assets import video
from bulkvid_pipeline_tests import media_files
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy

NO_FONT_HAS_THIS = "\U00012000"


def partition(workplace: Workplace, title: str) -> str:
    (row,) = (row for row in workplace.manifest()["rows"] if row["title"] == title)
    (found,) = (
        key
        for key in workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS)
        if tags.split_partition_key(key)[1] == row["row_key"]
    )
    return found


def materialise(workplace: Workplace, title: str, *, force: bool = False) -> ExecuteInProcessResult:
    """Make one row again, as from the web UI."""
    return materialize(
        [video],
        instance=workplace.instance,
        partition_key=partition(workplace, title),
        selection=[video],
        run_config={"ops": {"video": {"config": {"force": force}}}},
        raise_on_error=False,
    )


def rows(workplace: Workplace) -> dict[str, dict[str, Any]]:
    return {row["title"]: row for row in workplace.manifest()["rows"]}


def states(workplace: Workplace) -> Mapping[str, str]:
    return {title: row["state"] for title, row in rows(workplace).items()}


def test_a_row_that_is_made_again_leaves_the_others_as_they_were(workplace: Workplace) -> None:
    bad = f"Bad {NO_FONT_HAS_THIS}"
    sheet = workplace.sheet([idea("One"), idea(bad), idea("Three"), idea("Four", voice_preference="loud")])
    workplace.run(sheet, validation_level="permissive")
    before = rows(workplace)
    assert [row["state"] for row in before.values()] == ["completed", "failed", "completed", "completed"]

    assert materialise(workplace, "Three", force=True).success

    after = rows(workplace)
    assert after["Three"]["outputs"][0]["video"] == before["Three"]["outputs"][0]["video"]
    for title in ("One", bad, "Four"):
        assert after[title] == before[title]
    (gallery,) = (workplace.folder / "output").rglob("report.html")
    assert "begun" not in gallery.read_text()


def test_a_row_that_fails_again_stays_failed_and_one_that_no_run_has_begun_says_so(workplace: Workplace) -> None:
    bad = f"Bad {NO_FONT_HAS_THIS}"
    workplace.run(workplace.sheet([idea("One"), idea(bad)]), validation_level="permissive")
    reason = rows(workplace)[bad]["error"]
    workplace.sheet([idea("One"), idea(bad), idea("New")])

    assert not materialise(workplace, bad).success

    assert states(workplace) == {"One": "completed", bad: "failed", "New": "pending"}
    assert rows(workplace)[bad]["error"] == reason
    assert rows(workplace)["New"]["error"]["reason"] == "Not begun yet"


def test_an_older_video_is_told_as_what_it_is(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    before = rows(workplace)["One"]
    workplace.sheet([idea("One", "Every drop counts."), idea("Two")])

    materialise(workplace, "Two")

    after = rows(workplace)["One"]
    assert (after["state"], after["outputs"]) == ("completed", before["outputs"])
    assert any("changed since" in warning for warning in after["warnings"])


def test_lost_files_are_not_told_as_finished(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    (manifest,) = (workplace.folder / "output").rglob("manifest.json")
    (manifest.parent / rows(workplace)["One"]["outputs"][0]["document"]).unlink()

    materialise(workplace, "Two")

    assert states(workplace) == {"One": "pending", "Two": "completed"}


def test_a_failed_rendering_of_a_finished_row_does_not_hide_its_video(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    workplace.run(workplace.sheet([idea("One")]))
    (workplace.videos()[0].parent / "video.json").touch()
    monkeypatch.setattr(Storage, "publish", refuse)

    materialise(workplace, "One", force=True)

    row = rows(workplace)["One"]
    assert row["state"] == "completed"
    assert any("Rendering it again failed" in warning for warning in row["warnings"])


def refuse(*_: object, **__: object) -> None:
    raise ValueError("no")


def test_rows_that_another_run_published_meanwhile_are_told_too(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs over one sheet, each of a row: the one that ends last has looked before the other had published."""
    workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    partitions = {title: partition(workplace, title) for title in ("One", "Two")}
    for path in (workplace.folder / "output").rglob("*.json"):
        path.unlink()
    inside: list[str] = []
    real = Leases.alone

    def alone_after_the_other(self: Leases, name: str, within_s: float) -> Any:
        if not inside:
            inside.append(name)
            assert materialize(
                [video], instance=workplace.instance, partition_key=partitions["Two"], selection=[video]
            ).success
        return real(self, name, within_s)

    monkeypatch.setattr(Leases, "alone", alone_after_the_other)

    assert materialize([video], instance=workplace.instance, partition_key=partitions["One"], selection=[video]).success

    assert states(workplace) == {"One": "completed", "Two": "completed"}


def test_a_report_of_unchanged_rows_reads_no_document(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    workplace.run(workplace.sheet([idea(f"Row {n}") for n in range(4)]))
    read: list[str] = []
    real = Storage.read_bytes

    def noted(self: Storage, key: str) -> bytes:
        read.append(Path(key).name)
        return real(self, key)

    monkeypatch.setattr(Storage, "read_bytes", noted)

    materialise(workplace, "Row 1")

    assert sorted(name for name in read if name.endswith(".json")) == ["manifest.json", "video.json"]
    assert set(states(workplace).values()) == {"completed"}


def test_a_row_with_a_picture_keeps_its_video_though_the_picture_is_not_fetched(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = workplace.folder / "media"
    media.mkdir()
    (media / "red.png").write_bytes(media_files.encoded(media_files.flat(640, 480, (230, 20, 20))))
    monkeypatch.setenv("BULKVID_MEDIA_FOLDER", str(media))
    settings_module.settings.cache_clear()
    path = workplace.folder / "ideas.csv"
    path.write_text("idea_title,script_content,Image URL\nOne,Save the water.,red.png\nTwo,Turn off the tap.,\n")
    workplace.run(path)
    before = rows(workplace)["One"]

    materialise(workplace, "Two")
    assert rows(workplace)["One"] == before

    for manifest in (workplace.folder / "output").rglob("manifest.json"):
        two = partition(workplace, "Two")
        manifest.unlink()
    materialize([video], instance=workplace.instance, partition_key=two, selection=[video])
    assert rows(workplace)["One"] == before

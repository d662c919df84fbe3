"""Looks at rows are made in another process, once for the same choices, and stopped when nobody waits for them."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av
import pytest
import skia
from dagster import DagsterInstance

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.errors import (
    InvalidRequestError,
    NotFoundError,
    PlaceNotAllowedError,
    QuotaExceededError,
    RenderCancelledError,
    ServiceUnavailableError,
)
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.previews import row_looks
from bulkvid_pipeline.services.previews.look_process import LookAnswer, LookProcess, LookRequest
from bulkvid_pipeline.services.previews.row_look import look_of, piece_of
from bulkvid_pipeline.services.previews.row_looks import NamedLook, RowLooks
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.settings import Settings

SCRIPT = "Turn off the tap while you brush. It saves twelve litres. Then tell a friend about it."
ROWS = (
    {"idea_title": "Save water", "script_content": SCRIPT, "platform_preferences": "youtube,tiktok"},
    {"idea_title": "", "script_content": SCRIPT},
)


@dataclass(frozen=True)
class Desk:
    """Looks at the rows of an uploaded sheet."""

    looks: RowLooks
    upload: str

    def spec(self, **overrides: str) -> BulkJobSpec:
        return BulkJobSpec.parse({"input_source": {"path": self.upload}, "template": {"overrides": overrides}})

    def look(self, row: int, platform: Platform | None = None, **overrides: str) -> NamedLook:
        return asyncio.run(self.looks.look(self.spec(**overrides), row, platform))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    settings = Settings(cache_dir=folder / "cache", uploads_url=str(folder / "uploads"), templates_folder=folder / "t")
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(ROWS)
    upload = Uploads(settings).add("default", "ideas.csv", text.getvalue().encode())
    with DagsterInstance.ephemeral() as instance:
        looks = RowLooks(settings, folder, instance, at_once=1)
        yield Desk(looks, upload.id)
        looks.close()


def size(jpeg: bytes) -> tuple[int, int]:
    picture = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(jpeg))
    return picture.width(), picture.height()


def seconds(mp4: bytes) -> float:
    with av.open(io.BytesIO(mp4), "r") as file:
        assert file.streams.audio
        return sum(1 for _ in file.decode(video=0)) / 30


def test_a_look_has_pictures_of_the_scenes_and_a_draft_with_sound(desk: Desk) -> None:
    found = desk.look(2)
    look = found.look
    assert (look.title, look.platform, look.platforms) == (
        "Save water",
        Platform.YOUTUBE,
        (Platform.YOUTUBE, Platform.TIKTOK),
    )
    assert len(look.stills) == look.scenes
    assert {size(still) for still in look.stills} == {(960, 540)}
    assert look.first_spoken == 1
    assert seconds(look.draft) == 5
    assert desk.look(2).name == found.name
    assert desk.looks.kept("default", found.name) == look
    with pytest.raises(NotFoundError):
        desk.looks.kept("news", found.name)


@pytest.mark.heavy
def test_every_choice_has_a_look_of_its_own(desk: Desk) -> None:
    plain, classic, upright = desk.look(2), desk.look(2, style="classic"), desk.look(2, Platform.STORY)
    assert len({plain.name, classic.name, upright.name}) == 3
    assert plain.look.stills[0] != classic.look.stills[0]
    assert size(upright.look.stills[0]) == (540, 960)


def test_a_row_that_would_be_refused_tells_its_findings_in_place_of_pictures(desk: Desk) -> None:
    look = desk.look(3).look
    assert look.refusal == "Row 3 would be rejected"
    assert [finding.cell for finding in look.findings] == ["A3"]
    assert (look.stills, look.draft) == ((), b"")


def test_a_row_that_is_not_there_is_told_with_those_that_are(desk: Desk) -> None:
    with pytest.raises(InvalidRequestError, match=r"no idea in row 9 .*rows: 2-3") as told:
        desk.look(9)
    assert told.value.field == "row"


def test_the_server_s_own_files_cannot_be_looked_at(desk: Desk) -> None:
    spec = BulkJobSpec.parse({"input_source": {"path": "/etc/passwd"}})
    with pytest.raises(PlaceNotAllowedError):
        asyncio.run(desk.looks.look(spec, 2))


@dataclass
class Asked:
    """What the processes were asked to look at."""

    begun: threading.Event = field(default_factory=threading.Event)
    voices: list[str | None] = field(default_factory=list)
    ends: list[type[BaseException] | None] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    told, look = Asked(), LookProcess.look

    def watched(self: LookProcess, request: LookRequest, may_read: Callable[[BulkJobSpec], None]) -> LookAnswer:
        told.voices.append(request.spec.template.overrides.voice)
        told.begun.set()
        try:
            answer = look(self, request, may_read)
        except BaseException as error:
            told.ends.append(type(error))
            raise
        told.ends.append(None)
        return answer

    monkeypatch.setattr(LookProcess, "look", watched)
    return told


def test_a_look_that_nobody_waits_for_is_stopped_and_one_that_has_not_begun_is_never_made(
    desk: Desk, asked: Asked
) -> None:
    async def choose_quickly() -> None:
        first = asyncio.create_task(desk.looks.look(desk.spec(voice="male", style="minimal"), 2))
        await asyncio.to_thread(asked.begun.wait)  # the only thread is at work for it
        second = asyncio.create_task(desk.looks.look(desk.spec(voice="neutral", style="minimal"), 2))
        while len(desk.looks._asked) < 2:
            await asyncio.sleep(0.01)
        for task in (first, second):
            task.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        await desk.looks.look(desk.spec(voice="female", style="minimal"), 2)

    asyncio.run(choose_quickly())
    assert asked.voices == ["male", "female"]
    assert asked.ends == [RenderCancelledError, None]


def test_two_who_ask_for_the_same_wait_for_one(desk: Desk, asked: Asked) -> None:
    async def both() -> list[NamedLook]:
        spec = desk.spec(voice="neutral", style="corporate")
        return list(await asyncio.gather(desk.looks.look(spec, 2), desk.looks.look(spec, 2)))

    first, second = asyncio.run(both())
    assert first == second
    assert asked.voices == ["neutral"]


@pytest.mark.heavy
def test_a_process_that_has_ended_is_replaced(desk: Desk) -> None:
    desk.look(2)
    (idle,) = desk.looks._idle
    assert idle._process is not None
    os.killpg(idle._process.pid, signal.SIGKILL)
    idle._process.wait()
    assert desk.look(2, style="corporate").look.stills


def test_google_sheets_are_read_only_when_it_is_the_user_s_turn(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_turn(*_: object, **__: object) -> None:
        raise QuotaExceededError("No turn")

    monkeypatch.setattr(row_looks, "wait_for_sheet_read", no_turn)
    spec = BulkJobSpec.parse({"input_source": {"sheet_id": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"}})
    with pytest.raises(QuotaExceededError, match="No turn"):
        asyncio.run(desk.looks.look(spec, 2))
    assert desk.look(2).look.stills


def test_after_the_end_nothing_is_begun(tmp_path: Path) -> None:
    with DagsterInstance.ephemeral() as instance:
        looks = RowLooks(Settings(cache_dir=tmp_path), tmp_path, instance)
        looks.close()
        looks.warm()
        spec = BulkJobSpec.parse({"input_source": {"path": "upload_0123456789abcdef_ideas-aaaaaa"}})
        with pytest.raises(ServiceUnavailableError):
            asyncio.run(looks.look(spec, 2))


def test_a_piece_of_another_version_is_no_look() -> None:
    assert look_of(b"") is None
    assert look_of(b"\x02\0\0\0{}") is None


def test_a_look_is_the_same_after_it_was_kept(desk: Desk) -> None:
    look = desk.look(2).look
    assert look_of(piece_of(look)) == look

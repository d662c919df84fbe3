"""Texts are read back from the pictures of a finished file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline.rendering.encode.renderer import Progress
from bulkvid_pipeline.rendering.encode.sound import Sound
from bulkvid_pipeline.rendering.model import Change, Film, Planes, VideoFormat
from bulkvid_pipeline.rendering.pictures.canvas import converted
from bulkvid_pipeline.rendering.quality.probes import Probe, probe_of
from bulkvid_pipeline.rendering.row import render_row
from bulkvid_pipeline_tests.rendering.quality.rehearsal import TALL, WIDE, plan_of, rehearsal, speech

SCRIPT = "Turn off the tap while you brush your teeth."


def _probed(style: Style, fmt: VideoFormat) -> tuple[Probe, NDArray[np.uint8]]:
    """A card's probe, and the luma of its picture."""
    row = rehearsal(SCRIPT, style=style, fmt=fmt)
    film = row.compose(row.timed[-1])
    probe = probe_of(film.parts, 20, fmt.width, fmt.height)
    assert probe is not None
    picture = film.still(20)
    opaque = np.full((*picture.shape[:2], 1), 255, np.uint8)
    return probe, converted(np.concatenate([picture, opaque], axis=2)).y


@pytest.mark.parametrize("fmt", [WIDE, TALL], ids=["16:9", "9:16"])
@pytest.mark.parametrize("style", list(Style))
def test_a_card_is_found_in_its_own_picture(style: Style, fmt: VideoFormat) -> None:
    probe, luma = _probed(style, fmt)
    assert probe.fault(luma) == ""
    assert len(probe.ink) > 50
    assert len(probe.ground) > 20


def test_a_word_that_is_wiped_away_is_named() -> None:
    probe, luma = _probed(Style.MODERN, WIDE)
    wiped = [point for point in probe.ink if probe.words[point[3]] == "brush"]
    rows, columns = ([point[at] for point in wiped] for at in (0, 1))
    changed = luma.copy()
    changed[min(rows) : max(rows) + 1, min(columns) : max(columns) + 1] = 30
    assert "does not show 'brush" in probe.fault(changed)


def test_a_box_in_the_colour_of_the_text_is_no_text() -> None:
    probe, luma = _probed(Style.MODERN, WIDE)
    assert "cannot be told from its ground" in probe.fault(np.full_like(luma, probe.ink[0][2]))


class Wiped:
    """A film whose lower half is wiped when it is at rest, as a fault between layout and encoder would do."""

    def __init__(self, film: Film) -> None:
        self._film = film

    def __getattr__(self, name: str) -> Any:
        return getattr(self._film, name)

    def changes(self) -> Iterator[Change]:
        for change in self._film.changes():
            luma = change.planes.y.copy()
            luma[len(luma) // 3 : len(luma) * 2 // 3] = 60
            yield replace(change, planes=Planes(luma, change.planes.u, change.planes.v))


class Wiping(EventRenderer):
    """Encodes wiped films."""

    def render(
        self,
        films: Sequence[Film],
        sound: Sound,
        fmt: VideoFormat,
        metadata: Mapping[str, str],
        destination: Path,
        *,
        progress: Progress = lambda _done, _total: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        wiped = [Wiped(film) for film in films]
        super().render(wiped, sound, fmt, metadata, destination, progress=progress, cancelled=cancelled)


@pytest.mark.heavy
def test_a_fault_between_layout_and_file_is_found_and_rendered_by_other_means(tmp_path: Path) -> None:
    plan = plan_of(SCRIPT)
    small = tuple(replace(output, width=640, height=360) for output in plan.outputs[:1])
    row = render_row(plan, small, tmp_path, speech=speech(), renderer=Wiping(), progress=lambda _stage, _share: None)
    (note,) = row.outputs[0].quality.repaired
    assert "the file's picture does not show" in note
    assert row.outputs[0].quality.faults == ()

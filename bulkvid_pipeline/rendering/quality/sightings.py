"""What was seen of a scene's texts while its film was composed: kept, since a cached scene is not composed again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from bulkvid_pipeline.rendering.model import TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures.film import SceneFilm
from bulkvid_pipeline.rendering.pictures.motion import entrance_length
from bulkvid_pipeline.rendering.quality.drawn_words import drawn_faults
from bulkvid_pipeline.rendering.quality.probes import Probe, probe_of
from bulkvid_pipeline.rendering.quality.script_words import ExpectedCard
from bulkvid_pipeline.rendering.quality.texts import Overrun, overrun
from bulkvid_pipeline.rendering.quality.written import TextFault

SIGHTING_VERSION = 3
"""Part of the key under which a sighting is kept: increase it when a check judges the same picture otherwise."""


@dataclass(frozen=True)
class Sighting:
    """The texts of one scene in one format. Frames are those of the scene."""

    overrun: Overrun = field(default_factory=Overrun)
    faults: tuple[TextFault, ...] = ()
    """Words that its pictures do not show."""
    probe: Probe | None = None
    """What to find again in the finished file."""

    def to_json(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, document: bytes) -> Sighting:
        """
        Raises:
            ValueError: the document was not made by `to_json`.
        """
        values = json.loads(document)
        probe = values["probe"]
        return cls(
            Overrun(**values["overrun"]),
            tuple(TextFault(**fault) for fault in values["faults"]),
            probe
            and Probe(
                probe["frame"],
                tuple(probe["words"]),
                tuple(map(tuple, probe["ink"])),
                tuple(map(tuple, probe["ground"])),
            ),
        )


def sighting_of(
    film: SceneFilm, timed: TimedScene, fmt: VideoFormat, card: ExpectedCard, *, probed: bool = False
) -> Sighting:
    """Look at all texts of a scene.

    Args:
        timed: the scene with the captions that stand in the picture.
        card: what its card has to show.
        probed: whether to look for its text in the finished file.
    """
    return Sighting(
        overrun(film, timed, fmt),
        tuple(drawn_faults(film, timed, card)),
        probe_of(film.parts, min(entrance_length(timed.frames), film.rest), fmt.width, fmt.height) if probed else None,
    )

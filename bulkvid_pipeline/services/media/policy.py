"""The installation's rules for media, and what validation says by them without asking any server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.core.media import shown_source
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.validation import RowProblem
from bulkvid_pipeline.services.wiring.s3 import s3_access
from bulkvid_pipeline.settings import Settings

_NOT_PERMISSIVE = frozenset({ValidationLevel.STRICT, ValidationLevel.MODERATE})


def media_policy(settings: Settings) -> MediaPolicy:
    """Where media may come from, as the settings say."""
    s3 = s3_access(settings)
    return MediaPolicy(
        folder=settings.media_folder.expanduser().absolute() if settings.media_folder else None,
        buckets=tuple(settings.media_buckets),
        allow_http=settings.media_allow_http,
        allow_private=settings.media_allow_private,
        max_bytes=settings.media_max_bytes,
        deadline_s=settings.media_timeout_s,
        s3_endpoint_url=s3.endpoint_url,
        s3_key=s3.key,
        s3_secret=s3.secret,
        s3_region=s3.region,
    )


@dataclass(frozen=True)
class MediaCheck:
    """A `RowCheck` of a row's media: whether the rules let them be read, and whether a local file is there."""

    policy: MediaPolicy
    level: ValidationLevel

    def __call__(self, idea: VideoIdea) -> Iterator[RowProblem]:
        left_out = "; the medium is left out" if self.level is ValidationLevel.PERMISSIVE else ""
        for column, source in (("image_url", idea.image), ("background_url", idea.background)):
            error = self.policy.refusal(source) if source else None
            if source and error:
                problem = error.message + left_out
                yield RowProblem(column, shown_source(source), problem, error.fix, error.code, _NOT_PERMISSIVE)

    def permitted(self, idea: VideoIdea) -> VideoIdea:
        """The idea without the media that may not be read: only permissive lets such an idea come so far."""

        def kept(source: str | None) -> str | None:
            return source if source and self.policy.refusal(source) is None else None

        if not (idea.image or idea.background):
            return idea
        return replace(idea, image=kept(idea.image), background=kept(idea.background))

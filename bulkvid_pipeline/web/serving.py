"""What an app over HTTP needs while it serves: services, a record of requests that go out, an end that comes soon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkvid_pipeline.services.diagnostics.recording import recording
from bulkvid_pipeline.services.opened import OpenServices, open_services
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline.web.stopping import heard_before_the_server


@contextmanager
def serving(settings: Settings, home: Path) -> Iterator[OpenServices]:
    """The services over the instance in `home`, for the lifespan of an app. Call it on the event loop.

    Raises:
        InvalidSettingsError: a setting cannot be used.
    """
    with (
        open_services(settings, home) as services,
        recording(services.instance, settings, role="api"),
        heard_before_the_server(services.end_streams),
    ):
        yield services

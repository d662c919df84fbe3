"""What starts runs: workers on many machines if BULKVID_BROKER_URL is set, else the code server."""

from __future__ import annotations

from bulkvid_pipeline.adapters.dagster.run_launchers import (
    ConfigurableClassData,
    DefaultRunLauncher,
    LauncherByChoice,
    RunLauncher,
)
from bulkvid_pipeline.services.workers.broker import broker_url
from bulkvid_pipeline.settings import settings_now


class ChosenLauncher(LauncherByChoice):
    """The launcher chosen by the settings. `dagster.yaml` has no conditions, so it names this class."""

    @classmethod
    def choose(cls, inst_data: ConfigurableClassData) -> RunLauncher:
        """dagster-celery's launcher over our broker where the settings name one, else Dagster's default launcher.

        Raises:
            InvalidSettingsError: the broker cannot be used as things are; see `broker_url`.
        """
        known = settings_now()
        if known.broker_url is None:
            return DefaultRunLauncher(inst_data)
        url = broker_url(known)
        # Installations without a broker need not have Celery.
        from bulkvid_pipeline.adapters.dagster.celery_launcher import WorkersLauncher

        return WorkersLauncher(url, inst_data)

"""A hall in which jobs are spread over two machines, however small they are."""

from __future__ import annotations

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.services.wiring import rendering
from bulkvid_pipeline_tests.services.batch.studio import Studio
from bulkvid_pipeline_tests.services.shards.hall import Hall, setup_of
from bulkvid_pipeline_tests.workplace import Workplace


@pytest.fixture
def hall(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """An installation for two machines with one worker each."""
    for name, value in {"MAX_MACHINES": "2", "MACHINE_WORTH_S": "0.001", "WORKERS": "1"}.items():
        monkeypatch.setenv(f"BULKVID_{name}", value)
    settings_module.settings.cache_clear()
    studio = Studio(workers=1, work_dir=workplace.folder / "work")
    monkeypatch.setattr(rendering, "render_setup", setup_of(studio))
    return Hall(workplace, studio)

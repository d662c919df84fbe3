"""The README names every setting, and no setting that there is not."""

from __future__ import annotations

import re
from pathlib import Path

from bulkvid_pipeline.settings import Settings

README = Path(__file__).parents[1] / "README.md"


def known_settings() -> set[str]:
    prefix = Settings.model_config["env_prefix"]
    return {f"{prefix}{name}".upper() for name in Settings.model_fields}


def test_every_setting_stands_in_the_table_of_settings() -> None:
    settings = README.read_text().partition("\n## Settings\n")[2].partition("\n## ")[0]
    first_cells = [line.split("|")[1] for line in settings.splitlines() if line.startswith("|")]
    documented = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}

    assert documented == known_settings() | {"DAGSTER_HOME"}


def test_every_setting_that_is_named_anywhere_exists() -> None:
    named = set(re.findall(r"BULKVID_\w+", README.read_text()))

    assert named <= known_settings()
    assert len(named) > 30

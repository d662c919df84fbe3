"""The database of an instance, when it is not there."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.adapters.dagster.instance_storage import postgres_storage
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline_tests.peers.ports import free_port


@pytest.mark.heavy  # Dagster tries for ten seconds
def test_a_database_that_is_away_is_told_with_what_to_check_and_without_its_password() -> None:
    with pytest.raises(ServiceUnavailableError, match=r"cannot be opened: .*Connection refused") as told:
        postgres_storage(f"postgresql://bulkvid:pass-word@127.0.0.1:{free_port()}/bulkvid")

    assert "BULKVID_POSTGRES_URL" in str(told.value.fix)
    assert "pass-word" not in f"{told.value.message} {told.value.fix}"

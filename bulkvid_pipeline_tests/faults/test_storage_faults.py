"""Storage that cuts, stalls, loses answers, denies, fills up and vanishes in the middle of a job."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline_tests.faults.conftest import BUCKET, BadNetwork, remove_bucket
from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation, Running
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.peers.cutting_proxy import CuttingProxy
from bulkvid_pipeline_tests.peers.s3 import READER
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]

NETWORK_FAULTS: dict[str, Callable[[CuttingProxy], None]] = {
    "cuts": lambda proxy: proxy.cut_after(30_000),
    "stalls": lambda proxy: proxy.stall_after(30_000),
    "loses_answers": lambda proxy: proxy.lose_replies(),
    "refuses": lambda proxy: proxy.refuse(),
}


@pytest.mark.parametrize("fault", NETWORK_FAULTS.values(), ids=NETWORK_FAULTS)
def test_a_network_that_fails_for_a_while_costs_no_row(
    place_with_bucket: Installation, network: BadNetwork, fault: Callable[[CuttingProxy], None]
) -> None:
    place = place_with_bucket
    job = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("after render", Deed.HOLD, nth=2)
    )
    job.wait_for_strike()
    fault(network.proxy)
    job.let_go()
    time.sleep(1.5)
    network.proxy.heal()

    assert job.wait() == 0, job.output
    check(place, place.job().job_id, completed=TITLES, faults=0)


def stopped_by(place: Installation, job: Running, words: str) -> str:
    """Wait for the job's end; it must have failed for the system's fault, with rows left. Returns its id."""
    assert job.wait() > 0, job.output
    assert words in job.output
    ended = place.job()
    assert ended.state is JobState.FAILED
    assert ended.items["failed"] + ended.items["pending"] >= 1
    return ended.job_id


def test_a_bucket_that_denies_in_mid_job_stops_it_and_a_retry_finishes_it(
    place_with_bucket: Installation, network: BadNetwork
) -> None:
    place = place_with_bucket
    place.environment |= {"BULKVID_S3_KEY": READER.key, "BULKVID_S3_SECRET": READER.secret}
    job = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("after render", Deed.HOLD, nth=3)
    )
    job.wait_for_strike()
    network.server.change_bucket(BUCKET, readable_by=READER)
    job.let_go()
    job_id = stopped_by(place, job, "Storage access denied")

    network.server.change_bucket(BUCKET, readable_by=READER, writable_by=READER)
    place.retry(job_id)

    check(place, job_id, completed=TITLES)


def test_a_bucket_that_is_deleted_in_mid_job_stops_it_and_a_retry_makes_all_rows_again(
    place_with_bucket: Installation, network: BadNetwork
) -> None:
    place = place_with_bucket
    job = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("after render", Deed.HOLD, nth=3)
    )
    job.wait_for_strike()
    remove_bucket(network.server)
    job.let_go()
    job_id = stopped_by(place, job, "Output bucket not found")

    network.server.create_bucket(BUCKET)
    place.retry(job_id)

    check(place, job_id, completed=TITLES, objects_lost=True)


def test_a_bucket_that_is_full_in_mid_job_stops_it_and_a_retry_finishes_it(
    place_with_bucket: Installation, network: BadNetwork
) -> None:
    place = place_with_bucket
    job = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("after render", Deed.HOLD, nth=3)
    )
    job.wait_for_strike()
    network.server.change_bucket(BUCKET, quota_bytes=1)
    job.let_go()
    job_id = stopped_by(place, job, "Insufficient storage quota")

    network.server.change_bucket(BUCKET, quota_bytes=10**9)
    place.retry(job_id)

    check(place, job_id, completed=TITLES)


def test_a_job_that_is_killed_while_the_network_stalls_is_finished_by_one_retry(
    place_with_bucket: Installation, network: BadNetwork
) -> None:
    place = place_with_bucket
    job = place.start_job(place.sheet([idea(title) for title in TITLES]))
    wait_until(lambda: len(place.published()) >= 1)
    network.proxy.stall_after(10_000)
    time.sleep(1.0)
    job.kill()
    network.proxy.heal()

    place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)

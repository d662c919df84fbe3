from __future__ import annotations

from bulkvid_pipeline.services.batch.job_means import JobMeans, lend, means_of, take_back


def test_who_has_ended_takes_back_its_own_means_alone() -> None:
    before, after = JobMeans(), JobMeans()

    lend("job_1", before)
    lend("job_1", after)
    take_back("job_1", before)
    assert means_of("job_1") is after

    take_back("job_1", after)
    assert means_of("job_1") is not after

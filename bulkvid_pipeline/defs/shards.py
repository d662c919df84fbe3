"""The Dagster side of jobs that are spread over several runs: shards, conclusion, and the sensor that asks for them.

Dagster reads the annotations of ops and sensors when they are defined, so this file does not defer them.
"""

from collections.abc import Iterator

import dagster as dg

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.defs.row_events import failures_in_words, job_at_work, means_of_run, row_events, spec_of_run
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.retention.row_partitions import shown_rows
from bulkvid_pipeline.services.shards.conclusion import Conclusion
from bulkvid_pipeline.services.shards.shard_run import open_shard
from bulkvid_pipeline.services.shards.upkeep import runs_wanted


@dg.op(required_resource_keys={tags.SPEC_RESOURCE}, out=dg.Out(dg.Nothing))
def make_rows(
    context: dg.OpExecutionContext,
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation | dg.Output[None]]:
    """Make rows that the job's planning run has left, one after the other, as long as there are any."""
    spec = spec_of_run(context)
    with job_at_work(context, spec) as stopping:
        with failures_in_words():
            shard = open_shard(spec, means_of_run(context), context.instance, context.run.run_id, stopping)
        with shown_rows(context.instance, context.run.run_id, (), shard.settings.row_partitions) as shown:
            yield from row_events(context, shard, planned=False, on_work=shown.worked_on, on_recorded=shard.settle)
    yield dg.Output(None)


@dg.op(required_resource_keys={tags.SPEC_RESOURCE}, out=dg.Out(dg.Nothing))
def conclude_job(context: dg.OpExecutionContext) -> None:
    """Write the job's report and tell how it has ended, once all shards are through."""
    spec = spec_of_run(context)
    with job_at_work(context, spec) as stopping:
        plan_id = context.run.tags.get(tags.PLANNED_BY, "")
        conclusion = Conclusion(spec, means_of_run(context), context.instance, context.run.run_id, plan_id, stopping)
        ending = conclusion.conclude()
    if ending is None:
        context.log.info("The job was concluded already")
    elif ending.state is not JobState.COMPLETED or ending.failed:
        raise dg.Failure(
            f"The job is {ending.state}: of {ending.total} rows {ending.completed} are finished, "
            f"{ending.failed} failed and {ending.left} are left. Run it again to go on with them.",
            allow_retries=False,
        )


def _job(op: dg.OpDefinition, name: str, description: str) -> dg.JobDefinition:
    @dg.graph(name=name)
    def graph() -> None:
        op()

    return graph.to_job(description=description, executor_def=dg.in_process_executor, tags={"dagster/max_retries": "0"})


shard_job = _job(make_rows, tags.SHARD_JOB, "A part of a large job's rows: started by open_jobs_sensor, not by hand")
conclusion_job = _job(
    conclude_job, tags.CONCLUSION_JOB, "The end of a large job: its report and results; started by open_jobs_sensor"
)


@dg.sensor(
    jobs=[shard_job, conclusion_job],
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Launches what jobs need that are spread over several runs: shards, and at last the conclusion",
)
def open_jobs_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """What open jobs need next, once runs are closed whose worker is gone."""
    close_orphans(context.instance)
    wanted = [
        dg.RunRequest(run_key=run.key, job_name=run.job, run_config=dict(run.config), tags=dict(run.tags))
        for run in runs_wanted(context.instance)
    ]
    return dg.SensorResult(wanted or None, skip_reason=None if wanted else dg.SkipReason("No open job needs a run"))

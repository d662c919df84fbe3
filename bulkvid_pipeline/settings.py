"""Settings from the environment (variables with the prefix BULKVID_) and from an `.env` file, read only here."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from pydantic import AliasChoices, ByteSize, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from bulkvid_pipeline.core.durations import LONGEST_VIDEO_S, MAX_DURATION_S
from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.core.findings import shortened

_PREFIX = "BULKVID_"
_ENV_FILE = ".env"
_MOST_SLOTS = 1000
"""Of a pool of Dagster's, unless DAGSTER_MAX_GLOBAL_OP_CONCURRENCY_LIMIT raises it."""


class Settings(BaseSettings):
    """Settings of an installation; a job's own options are in its BulkJobSpec."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=_ENV_FILE,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        populate_by_name=True,
    )

    output_url: str = Field("file://output", description="Where videos go when a job names no bucket")
    templates_folder: Path = Field(
        Path("templates"), description="Folder that holds custom templates, one JSON file each"
    )
    jobs_folder: Path = Field(Path("jobs"), description="Folder of saved job specs that are watched or scheduled")
    work_dir: Path | None = Field(
        None, description="Folder for unfinished files; the system's temporary folder if empty"
    )
    workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, ge=1, le=256, description="Rows that one job renders at once"
    )
    max_machines: int = Field(
        1,
        ge=1,
        le=200,
        description="Runs that may make the rows of one job side by side, where the job says nothing of it",
    )
    render_slots: int = Field(
        default_factory=lambda known: min(_MOST_SLOTS, (os.cpu_count() or 1) * known["max_machines"]),
        ge=1,
        le=_MOST_SLOTS,
        description="Rows rendered at once by all jobs of the instance, on all machines; read when its first job runs",
    )
    machine_worth_s: float = Field(
        120.0,
        gt=0.0,
        description="Seconds of work that each of them must have: smaller jobs stay with fewer runs",
    )
    batch_max_workers: int = Field(
        4,
        ge=1,
        le=256,
        description="Rows that one BatchProcessor makes at once",
        validation_alias=AliasChoices("BULKVID_BATCH_MAX_WORKERS", "BATCH_PROCESSOR_MAX_WORKERS"),
    )
    limit_per_user: int = Field(
        60,
        ge=1,
        description="Requests a minute of one user in each budget",
        validation_alias=AliasChoices("BULKVID_LIMIT_PER_USER", "BATCH_PROCESSOR_RATE_LIMIT_USER"),
    )
    limit_per_project: int = Field(
        300,
        ge=1,
        description="Requests a minute of one project in each budget",
        validation_alias=AliasChoices("BULKVID_LIMIT_PER_PROJECT", "BATCH_PROCESSOR_RATE_LIMIT_PROJECT"),
    )
    limit_refill_per_s: float = Field(
        5.0, gt=0, description="Refill rate of a project's token bucket, in requests a second"
    )
    limit_rows: bool | None = Field(
        None,
        description="Apply these limits to rows too, not only to Google and paid voices; if empty, to rows of jobs "
        "that name a user or a project",
    )
    longest_video_s: float = Field(
        LONGEST_VIDEO_S,
        ge=1,
        le=MAX_DURATION_S,
        description="Longest video of a row without a wanted length, in seconds; duration_seconds may ask for more",
    )
    renderer: Literal["event", "graph"] = Field("event", description="event (fast) or graph (plain ffmpeg)")
    ffmpeg: str | None = Field(None, description="ffmpeg binary; the bundled one if empty")

    speech_provider: Literal["espeak", "piper", "openai"] = Field(
        "espeak",
        description="Speech provider: espeak (offline), piper (neural, local) or openai (any OpenAI-compatible server)",
    )
    speech_voices: dict[Literal["female", "male", "neutral"], str] = Field(
        default_factory=dict, description='Names of the provider\'s voices as JSON, e.g. {"female": "nova"}'
    )
    speech_api_key: SecretStr | None = Field(None, description="Key of the speech server")
    speech_base_url: str = Field(
        "https://api.openai.com/v1", description="Base URL of the speech server; requests go to its /audio/speech"
    )
    speech_model: str = Field("tts-1", description="The speech server's model")
    speech_price: float = Field(15.0, ge=0, description="Price of a million characters of the speech server")
    speech_pace: Literal["here", "server"] = Field(
        "here",
        description="Where speech is made faster or slower: here (one request a sentence) or server (one each pace)",
    )
    piper_model: Path | None = Field(None, description="A Piper voice (.onnx with its .onnx.json) or a folder of them")

    dagster_url: SecretStr = Field(
        SecretStr("http://127.0.0.1:3000"),
        description="Dagster web server to which `--queue` submits jobs",
    )
    dagster_public_url: str | None = Field(
        None,
        description="Address under which people reach Dagster's web UI, for links to runs; if empty, that of "
        "BULKVID_DAGSTER_URL for people on this machine, and none for others",
    )
    postgres_url: SecretStr | None = Field(
        None,
        description="Database of the Dagster instance; SQLite if empty",
        validation_alias=AliasChoices("BULKVID_POSTGRES_URL", "BATCH_PROCESSOR_DB_URL"),
    )
    require_postgres: bool = Field(
        False, description="Refuse to work on SQLite, as production should: a forgotten database URL is then an error"
    )
    broker_url: SecretStr | None = Field(
        None,
        description="Broker that spreads runs over machines with `bulkvid worker`: redis://, rediss://, amqp:// or "
        "amqps://; runs stay with the code server if empty",
    )

    cache: bool = Field(
        True, description="Keep narration and encoded scenes, so that only the changed parts of a row are made again"
    )
    cache_dir: Path | None = Field(
        default_factory=lambda: _cache_home(), description="Folder of the cache; ~/.cache/bulkvid if empty"
    )
    cache_max_bytes: ByteSize = Field(
        ByteSize(5_000_000_000), ge=0, description="Largest size of the cache folder, e.g. 500MB or 20GB"
    )
    cache_bucket: str | None = Field(
        None, description="Bucket, bucket/prefix or URL of a cache shared by machines; uses the S3 settings below"
    )

    retention_days: int = Field(
        30,
        ge=1,
        le=3650,
        description="Days to keep logs of finished jobs, and partitions of rows that are in no sheet any more",
    )
    row_partitions: int = Field(
        20_000,
        ge=1,
        le=50_000,
        description="Largest number of rows that Dagster's web UI shows as partitions: those worked on last; what is "
        "known of all others, and their videos, stays",
    )

    batch_debug: bool = Field(
        False, description="Record what jobs ask of other services, without an end, in processes started with this"
    )
    debug_folder: Path | None = Field(
        None, description="Folder of these records; DAGSTER_HOME/debug_logs/batch_jobs if empty"
    )

    google_credentials: Path | None = Field(
        None,
        description="Service account file; without it and without an API key, sheets are read by public link",
        validation_alias=AliasChoices("BULKVID_GOOGLE_CREDENTIALS", "GOOGLE_SHEETS_CREDENTIALS_PATH"),
    )
    google_api_key: SecretStr | None = Field(None, description="API key for public sheets")
    network_timeout_s: float = Field(
        30.0, gt=0, description="Longest wait for one response of a remote service, in seconds"
    )

    s3_endpoint_url: str | None = Field(None, description="Endpoint of an S3 server other than AWS")
    s3_key: SecretStr | None = Field(None, description="Access key; the AWS default chain if empty")
    s3_secret: SecretStr | None = Field(None, description="Secret key; the AWS default chain if empty")
    s3_region: str | None = Field(None, description="Region")
    s3_public_url: str | None = Field(
        None,
        description="Address under which people reach that S3 server, for links to videos; BULKVID_S3_ENDPOINT_URL if "
        "empty",
    )
    storage_timeout_s: float = Field(
        60.0, gt=0, description="Longest time without transferring a byte to or from storage, in seconds"
    )

    media_folder: Path | None = Field(
        None, description="Folder of the pictures and videos that sheets name by relative path"
    )
    media_buckets: tuple[str, ...] = Field(
        (), description='Buckets that sheets may read pictures from, as JSON, e.g. ["my-pictures", "brand/photos"]'
    )
    media_allow_http: bool = Field(False, description="Allow media at http:// addresses too")
    media_allow_private: bool = Field(
        False, description="Fetch pictures from private, loopback and link-local addresses too"
    )
    media_max_bytes: ByteSize = Field(
        ByteSize(100_000_000), gt=0, description="Largest size of a picture or video, e.g. 100MB"
    )
    media_timeout_s: float = Field(
        60.0, gt=0, description="Time limit of one attempt to fetch a picture or video, in seconds"
    )

    webhook_secret: SecretStr | None = Field(
        None, description="Secret that signs callbacks: whsec_ followed by the base64 of 24 to 64 random bytes"
    )
    notify_url: SecretStr | None = Field(
        None, description='URL notified when a job ends: a Slack webhook, or any that accepts {"text": ...}'
    )
    webhook_allow_private: bool = Field(
        False, description="Let callbacks go to private, loopback and link-local addresses"
    )

    api_secret: SecretStr | None = Field(
        None,
        description="Secret of 32 bytes or more that signs the API's tokens (HS256); one in DAGSTER_HOME if empty",
    )
    api_public_key: Path | None = Field(
        None, description="PEM file of the public key that verifies tokens signed elsewhere (RS256 or ES256)"
    )
    api_jwks_url: str | None = Field(
        None, description="URL of the key set of an identity provider that signs the API's tokens"
    )
    api_jwks_algorithm: Literal["RS256", "ES256"] = Field("RS256", description="Algorithm of that provider's tokens")
    api_issuer: str = Field("bulkvid", min_length=1, description="Issuer (iss) that tokens must name")
    api_audience: str = Field("bulkvid-api", min_length=1, description="Audience (aud) that tokens must name")
    api_limit_per_user: int = Field(60, ge=1, description="API requests a minute of one user")
    api_limit_per_project: int = Field(300, ge=1, description="API requests a minute of one project")
    api_url: str = Field(
        "http://127.0.0.1:8000", description="Address under which users reach the API, for links that it hands out"
    )
    link_lifetime_s: int = Field(
        3600, ge=60, le=604_800, description="Lifetime of links to videos that the API hands out, in seconds"
    )

    api_sheet_timeout_s: float = Field(
        20.0,
        gt=0,
        description="Longest time the API reads and validates a sheet before it answers without the number of rows",
    )
    api_allowed: dict[str, dict[Literal["sheets", "outputs", "templates"], tuple[str, ...]]] = Field(
        default_factory=dict,
        description="What projects may name over the API besides uploads, the default output and built-in templates, "
        'as JSON: {"news": {"sheets": ["1A2b..."], "outputs": ["my-videos/news"], "templates": ["*"]}}; the project '
        '"*" is every project, the value "*" everything',
    )
    uploads_url: str | None = Field(
        None,
        description="Where uploaded sheets are kept: a folder or s3://bucket/prefix; DAGSTER_HOME/uploads if empty",
    )
    sample_sheet_url: str | None = Field(
        None, description="Google sheet that newcomers may copy from the dashboard; anybody with the link must see it"
    )


def _cache_home() -> Path | None:
    """The user's cache folder for this program (XDG Base Directory Specification); None for a user without a home."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named / "bulkvid"
    try:
        return Path.home() / ".cache" / "bulkvid"
    except RuntimeError:
        return None


@cache
def settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        InvalidSettingsError: see `settings_now`.
    """
    return settings_now()


def settings_now() -> Settings:
    """The settings as the environment has them now.

    Raises:
        InvalidSettingsError: a variable's value is wrong (all wrong ones are named), or the `.env` file is no text.
    """
    try:
        return Settings()
    except ValidationError as error:
        # A default that follows from other settings is not known while one of these is wrong: no fault of its own.
        faults = [_fault(problem) for problem in error.errors() if problem["type"] != "default_factory_not_called"]
        raise InvalidSettingsError("; ".join(faults)) from error
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable(error) from error


def _unreadable(error: UnicodeDecodeError | OSError) -> InvalidSettingsError:
    """The error about an `.env` file that cannot be read."""
    if isinstance(error, OSError):
        why = f"cannot be read: {error.strerror}"
    else:
        why = f"is not UTF-8: {error.reason} at byte {error.start}"
    return InvalidSettingsError(
        f"The file {_ENV_FILE} in the current folder {why}", fix=f"Save {_ENV_FILE} anew as UTF-8, or remove it"
    )


def _fault(problem: ErrorDetails) -> str:
    """`BULKVID_WORKERS is 'many': Input should be a valid integer`; values of secrets are not shown."""
    names = {alias.upper(): field for field in Settings.model_fields.values() for alias in _aliases(field)}
    name = "_".join(map(str, problem["loc"])).upper()
    first = str(problem["loc"][0]) if problem["loc"] else ""
    field = Settings.model_fields.get(first) or names.get(first.upper())
    is_secret = field is None or "SecretStr" in str(field.annotation)
    value = "" if is_secret else f" is {shortened(str(problem['input']))!r}"
    message = problem["msg"].partition(", unable to ")[0]
    given = [alias.upper() for alias in _aliases(field) if alias.upper() in os.environ] if field else []
    told = given[0] if given else name if name in names else f"{_PREFIX}{name}"
    return f"{told}{value}: {message}"


def _aliases(field: FieldInfo) -> list[str]:
    """The other names of a setting's variable."""
    aliases = field.validation_alias
    return [str(alias) for alias in aliases.choices] if isinstance(aliases, AliasChoices) else []


def variables_known() -> frozenset[str]:
    """The names of all settings, as they are written in the environment."""
    names: set[str] = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        named = alias.choices if isinstance(alias, AliasChoices) else [f"{_PREFIX}{name}"]
        names.update(str(each).upper() for each in named)
    return frozenset(name for name in names if name.startswith(_PREFIX))


SERVE_MARK = "BULKVID_SERVE"
"""Environment variable with the id of the `bulkvid serve` that a process belongs to; no setting."""


def variables_given() -> frozenset[str]:
    """The names of the variables with our prefix that people give in the environment or the `.env` file, with any
    value."""
    try:
        given = [*os.environ, *dotenv_values(_ENV_FILE)]
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable(error) from error
    return frozenset(name.upper() for name in given if name.upper().startswith(_PREFIX)) - {SERVE_MARK}


SQLITE_RUNS = Path("history", "runs.db")
"""Where in its home Dagster keeps the runs of an instance on SQLite."""


def dagster_home() -> Path:
    """DAGSTER_HOME, or `.dagster` in the current folder: without a home Dagster keeps no data after exit."""
    return Path(os.environ.get("DAGSTER_HOME") or ".dagster").absolute()

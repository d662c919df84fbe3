"""Links to files: they open what they are for, for a while, and nothing else."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core.errors import AccessDeniedError, NotFoundError
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.links import FILES_PATH, FileToken, Links
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.services.jobs.test_job_list import a_job

BASE = "https://videos.example"
LIFETIME_S = 400


class Clock:
    """A clock that a test moves by hand."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job that publishes to a folder with a blank in its name."""
    folder = tmp_path / "my videos"
    (folder / "ideas").mkdir(parents=True)
    (folder / "ideas" / "größe.mp4").write_bytes(b"film")
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "ideas" / "out.mp4").symlink_to(tmp_path / "secret.txt")
    return a_job(1, output=f"file://{folder}")


def links_with(clock: Clock, secret: bytes = b"k" * 32, **about: object) -> Links:
    return Links(Settings(link_lifetime_s=LIFETIME_S, **about), secret, clock)  # type: ignore[arg-type]


def token_of(url: str | None) -> str:
    assert url is not None
    return url.removeprefix(BASE + FILES_PATH).partition("/")[0]


def test_a_link_opens_its_file_until_it_ends(job: Job, clock: Clock) -> None:
    links = links_with(clock)
    made = links.of(job, ["ideas/größe.mp4", ""], BASE)
    file = links.file_of(token_of(made.urls[0]))

    assert made.urls[1] is None
    assert file == FileToken(job.job_id, "ideas/größe.mp4", round(made.expire_at.timestamp()))
    assert links.path(job, file.key).read_bytes() == b"film"
    clock.now = made.expire_at.timestamp() - 1
    assert links_with(clock).file_of(token_of(made.urls[0])) == file  # another process of the API
    clock.now += 1
    with pytest.raises(AccessDeniedError, match="expired"):
        links.file_of(token_of(made.urls[0]))


def test_links_stay_the_same_for_a_while_and_never_last_less_than_three_quarters(job: Job, clock: Clock) -> None:
    links, seen = links_with(clock), set()
    for second in range(100):
        clock.now = 1_000_000.0 + second
        made = links.of(job, ["ideas/größe.mp4"], BASE)
        seen.add(made.urls[0])
        assert 0.75 * LIFETIME_S <= made.expire_at.timestamp() - clock.now <= LIFETIME_S
    assert len(seen) <= 2


def test_a_token_that_is_not_ours_opens_nothing(job: Job, clock: Clock) -> None:
    token = token_of(links_with(clock).of(job, ["ideas/größe.mp4"], BASE).urls[0])
    raw = base64.urlsafe_b64decode(token + "==")
    changed = base64.urlsafe_b64encode(raw[:-1] + b"5").decode().rstrip("=")
    later = base64.urlsafe_b64encode(raw[:16] + b"\xff" + raw[17:]).decode().rstrip("=")
    for text in (
        "",
        "x",
        changed,
        later,
        token[:-4],
        token + "AAAA",
        token[::-1],
        "A" * 5000,
        "é",
        "%00",
        token + "=%",
    ):
        with pytest.raises(NotFoundError):
            links_with(clock).file_of(text)
    with pytest.raises(NotFoundError):
        links_with(clock, b"other" * 7).file_of(token)


@pytest.mark.parametrize(
    "key", ["../secret.txt", "ideas/../../secret.txt", "/etc/passwd", "ideas/out.mp4", "ideas", "ideas/none.mp4", ""]
)
def test_no_key_leads_out_of_the_folder(job: Job, clock: Clock, key: str) -> None:
    links = links_with(clock)
    signed = links.file_of(links.token(FileToken(job.job_id, key, 2_000_000)))

    with pytest.raises(NotFoundError):
        links.path(job, signed.key)


def test_links_into_s3_are_presigned(job: Job, clock: Clock) -> None:
    settings: dict[str, Any] = {
        "s3_endpoint_url": "http://127.0.0.1:9",
        "s3_key": "AK",
        "s3_secret": "hidden",
        "s3_region": "eu-west-1",
    }
    there = replace(job, output="s3://my-videos/spring")
    links = links_with(clock, b"k" * 32, **settings)
    made = links.of(there, ["ideas/a.mp4", "", "ideas/b.jpg"], BASE)

    assert made.urls[1] is None
    assert str(made.urls[0]).startswith("http://127.0.0.1:9/my-videos/spring/ideas/a.mp4?X-Amz-Algorithm=")
    assert f"X-Amz-Expires={LIFETIME_S}" in str(made.urls[2])
    assert "hidden" not in "".join(map(str, made.urls))
    assert links.of(there, ["ideas/a.mp4"], BASE).urls == made.urls[:1]
    with pytest.raises(NotFoundError):
        links.path(there, "ideas/a.mp4")


def test_links_into_s3_lead_where_people_reach_it(job: Job, clock: Clock) -> None:
    settings: dict[str, Any] = {
        "s3_endpoint_url": "http://s3:8333",
        "s3_public_url": "https://files.example.com",
        "s3_key": "AK",
        "s3_secret": "hidden",
    }
    there = replace(job, output="s3://my-videos/spring")

    made = links_with(clock, b"k" * 32, **settings).of(there, ["ideas/a.mp4"], BASE)

    assert str(made.urls[0]).startswith("https://files.example.com/my-videos/spring/ideas/a.mp4?X-Amz-Algorithm=")


def test_a_storage_without_links_gives_none(job: Job, clock: Clock) -> None:
    there = replace(job, output="memory://films")

    assert links_with(clock).of(there, ["ideas/a.mp4"], BASE).urls == (None,)

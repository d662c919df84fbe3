"""Downloads that are cut, resumed, checked and refused."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.client import AsyncBulkJobsClient, BulkJobsClient, DownloadError, DownloadProgress, downloads
from bulkvid_pipeline_tests.client.clients import TOKEN
from bulkvid_pipeline_tests.peers.api_peer import ApiPeer, Reply, dropped, failed, file, half, page, raw
from bulkvid_pipeline_tests.waiting import wait_until

RESULTS = "/api/bulk-jobs/job_1/results"
VIDEO = bytes(range(256)) * 4000


@pytest.fixture
def store() -> Iterator[ApiPeer]:
    """A storage on a host of its own, as behind presigned links."""
    with ApiPeer() as running:
        yield running


def result(url: str | None, row: int = 2, platform: str = "youtube", **fields: Any) -> dict[str, Any]:
    return {
        "row_key": f"s:{row}",
        "sheet_row": row,
        "title": "Bread",
        "state": "completed" if url else "failed",
        "platform": platform,
        "size_bytes": len(VIDEO) if url else 0,
        "video_url": url,
        **fields,
    }


def parts_in(folder: Path) -> list[Path]:
    return list(folder.glob("*.part"))


def test_videos_get_their_names_when_they_are_whole(peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "videos"
    names = ["how-to-bake-youtube.mp4", "how-to-bake-tiktok.mp4"]
    links = [result(f"{store.url}/b/{name}?sig=1", platform=name[12:-4]) for name in names]
    peer.on("GET", RESULTS, page(links[:1], "t2"), page([*links[1:], result(None, row=3)]))
    for name in names:
        store.on("GET", f"/b/{name}", file(VIDEO))

    files = client.download_results("job_1", folder)

    assert [one.path.name for one in files] == names
    assert all(one.path.read_bytes() == VIDEO and one.bytes == len(VIDEO) and not one.was_there for one in files)
    assert [one.platform for one in files] == ["youtube", "tiktok"]
    assert parts_in(folder) == []
    assert all("authorization" not in seen.headers for seen in store.seen)


def test_what_is_there_is_not_fetched_again(peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4"), result(f"{store.url}/b.mp4", row=3)]))
    store.on("GET", "/b.mp4", file(VIDEO))
    (tmp_path / "a.mp4").write_bytes(VIDEO)
    (tmp_path / "b.mp4").write_bytes(VIDEO[:-1])

    assert [one.was_there for one in client.download_results("job_1", tmp_path)] == [True, False]
    assert [seen.path for seen in store.seen] == ["/b.mp4"]
    assert (tmp_path / "b.mp4").read_bytes() == VIDEO


def test_a_download_that_is_cut_goes_on_where_it_stopped(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    store.on("GET", "/a.mp4", half(VIDEO, 600_000, "video/mp4"), file(VIDEO))

    client.download_results("job_1", tmp_path)

    first, second = store.seen
    assert "range" not in first.headers
    start = int(second.headers["range"].removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= 600_000
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO


def test_pieces_of_a_content_that_changed_meanwhile_are_not_joined(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    old, new = b"x" * len(VIDEO), VIDEO
    store.on("GET", "/a.mp4", half(old, 600_000, "video/mp4", etag='"old"'), file(new, etag='"new"'))

    client.download_results("job_1", tmp_path)
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO
    assert parts_in(tmp_path) == []


def test_links_of_the_same_content_go_on_with_each_others_pieces(
    peer: ApiPeer, store: ApiPeer, connect: Any, tmp_path: Path
) -> None:
    """Links of the API hold a token, which is another one each time."""
    peer.on("GET", RESULTS, page([result(f"{store.url}/t1/a.mp4")]), page([result(f"{store.url}/t2/a.mp4")]))
    store.on("GET", "/t1/a.mp4", half(VIDEO, 600_000, "video/mp4", etag='"one"'))
    store.on("GET", "/t2/a.mp4", file(VIDEO, etag='"one"'))
    with connect(peer.url, max_retries=0) as client:
        with pytest.raises(DownloadError):
            client.download_results("job_1", tmp_path)
        client.download_results("job_1", tmp_path)
    assert int(store.seen[-1].headers["range"].removeprefix("bytes=").removesuffix("-")) > 0
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO


def test_a_program_that_was_killed_goes_on_where_it_stopped(
    peer: ApiPeer, store: ApiPeer, connect: Any, tmp_path: Path
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4?sig=1")]), page([result(f"{store.url}/a.mp4?sig=2")]))
    store.on("GET", "/a.mp4", half(VIDEO, 600_000, "video/mp4"))
    with connect(peer.url, max_retries=0) as client, pytest.raises(DownloadError):
        client.download_results("job_1", tmp_path)
    [part] = parts_in(tmp_path)
    assert not (tmp_path / "a.mp4").exists()
    start = part.stat().st_size
    assert start > 0

    store.on("GET", "/a.mp4", file(VIDEO))
    with connect(peer.url) as client:
        client.download_results("job_1", tmp_path)
    assert store.seen[-1].headers["range"] == f"bytes={start - 1}-"
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO
    assert parts_in(tmp_path) == []


@pytest.mark.parametrize(
    "without_ranges",
    [
        file(VIDEO, ranges=False),
        raw(206, VIDEO[5:], "video/mp4", content_range=f"bytes 5-{len(VIDEO) - 1}/{len(VIDEO)}"),
        raw(206, VIDEO[5:], "video/mp4"),
        raw(416, b"", "text/plain", content_range="bytes */3"),
    ],
)
def test_a_storage_that_sends_other_ranges_is_asked_for_it_all(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path, without_ranges: Reply
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    store.on("GET", "/a.mp4", half(VIDEO, 600_000, "video/mp4"), without_ranges, file(VIDEO))

    client.download_results("job_1", tmp_path)
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO


def test_a_storage_that_sends_pieces_unasked_is_refused(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    store.on("GET", "/a.mp4", raw(206, VIDEO[5:], "video/mp4", content_range="bytes 5-9/10"))

    with pytest.raises(DownloadError, match="nobody asked for"):
        client.download_results("job_1", tmp_path)


@pytest.mark.parametrize("sent", [VIDEO[:-1], VIDEO + b"x", b"<html>Sorry</html>"])
def test_what_arrives_in_another_size_does_not_get_the_name(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path, sent: bytes
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    store.on("GET", "/a.mp4", raw(200, sent, "video/mp4"))

    with pytest.raises(DownloadError, match=f"{len(VIDEO)} bytes, and {len(sent)} arrived"):
        client.download_results("job_1", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_links_that_expired_are_fetched_anew(peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path) -> None:
    old, new = ([result(f"{store.url}/{age}/{n}.mp4", row=n) for n in (2, 3, 4)] for age in ("old", "new"))
    peer.on("GET", RESULTS, page(old), page(new))
    store.on("GET", "/old/2.mp4", file(VIDEO))
    expired = raw(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>")
    for n in (3, 4):
        store.on("GET", f"/old/{n}.mp4", expired)
        store.on("GET", f"/new/{n}.mp4", file(VIDEO))

    files = client.download_results("job_1", tmp_path)

    assert [one.path.read_bytes() == VIDEO for one in files] == [True] * 3
    assert len(peer.requests("GET", RESULTS)) == 2
    assert not store.requests("GET", "/new/2.mp4")


def test_once_links_have_expired_the_others_of_their_age_are_not_tried(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloads, "_YOUNG_S", 0.0)
    old, new = ([result(f"{store.url}/{age}/{n}.mp4", row=n) for n in range(50)] for age in ("old", "new"))
    peer.on("GET", RESULTS, page(old), page(new))
    for n in range(50):
        store.on("GET", f"/old/{n}.mp4", failed(403))
        store.on("GET", f"/new/{n}.mp4", file(VIDEO[:1000] + bytes([n]) + VIDEO[1001:]))

    assert len(client.download_results("job_1", tmp_path, workers=2)) == 50
    assert len([seen for seen in store.seen if seen.path.startswith("/old")]) <= 4


@pytest.mark.parametrize("refusal", [failed(403), failed(404), failed(410)])
def test_a_file_that_is_gone_fails_alone(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path, refusal: Reply
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/{n}.mp4", row=n) for n in (2, 3, 4)]))
    store.on("GET", "/3.mp4", refusal)
    for n in (2, 4):
        store.on("GET", f"/{n}.mp4", file(VIDEO))

    with pytest.raises(DownloadError, match=r"1 of 3 files .* the first is 3\.mp4") as caught:
        client.download_results("job_1", tmp_path)
    assert list(caught.value.failures) == ["3.mp4"]
    assert [one.path.name for one in caught.value.files] == ["2.mp4", "4.mp4"]
    assert len(store.requests("GET", "/3.mp4")) <= 3


@pytest.mark.parametrize("fault", [failed(503), failed(500), dropped])
def test_passing_faults_of_the_storage_are_waited_out(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path, fault: Reply
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    store.on("GET", "/a.mp4", fault, fault, file(VIDEO))

    client.download_results("job_1", tmp_path)
    assert (tmp_path / "a.mp4").read_bytes() == VIDEO


def test_no_link_gets_the_token_wherever_it_leads(peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path) -> None:
    peer.on("GET", RESULTS, page([result(f"{peer.url}/api/files/x/a.mp4")]))
    peer.on("GET", "/api/files/x/a.mp4", raw(307, b"", location=f"{store.url}/a.mp4"))
    store.on("GET", "/a.mp4", file(VIDEO))

    client.download_results("job_1", tmp_path)
    for seen in (peer.seen[-1], store.seen[0]):
        assert "authorization" not in seen.headers
        assert TOKEN not in str(seen)


def test_links_to_the_disk_of_the_server_are_refused_in_words(peer: ApiPeer, client: Any, tmp_path: Path) -> None:
    peer.on("GET", RESULTS, page([result("file:///etc/passwd")]))

    with pytest.raises(DownloadError, match="no web address"):
        client.download_results("job_1", tmp_path)


def test_names_that_lead_elsewhere_stay_in_the_folder(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path
) -> None:
    folder = tmp_path / "videos"
    peer.on("GET", RESULTS, page([result(f"{store.url}/..%2F..%2Fa.mp4"), result(f"{store.url}/x/a.mp4", row=3)]))
    store.on("GET", "/..%2F..%2Fa.mp4", file(VIDEO))
    store.on("GET", "/x/a.mp4", file(VIDEO))

    files = client.download_results("job_1", folder)
    assert [one.path.name for one in files] == ["s_2-a.mp4", "s_3-a.mp4"]
    assert {one.path.parent for one in files} == {folder}


def test_platforms_and_kinds_are_chosen(peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path) -> None:
    more: dict[str, Any] = {"poster_url": f"{store.url}/a.jpg", "srt_url": f"{store.url}/a.srt", "vtt_url": None}
    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4", **more), result(f"{store.url}/b.mp4", 3, "tiktok")]))
    for name in ("a.mp4", "a.jpg", "a.srt"):
        store.on("GET", f"/{name}", file(VIDEO))

    files = client.download_results("job_1", tmp_path, platforms=["youtube"], kinds=["video", "poster", "srt", "vtt"])
    assert [one.path.name for one in files] == ["a.mp4", "a.jpg", "a.srt"]


def test_news_of_progress_come_one_at_a_time_and_add_up(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/{n}.mp4", row=n) for n in range(6)]))
    for n in range(6):
        store.on("GET", f"/{n}.mp4", file(VIDEO))
    news: list[DownloadProgress] = []
    at_once = threading.Lock()

    def tell(one: DownloadProgress) -> None:
        assert at_once.acquire(blocking=False)
        news.append(one)
        at_once.release()

    client.download_results("job_1", tmp_path, on_progress=tell)
    assert (news[-1].files_done, news[-1].files_total) == (6, 6)
    assert news[-1].bytes_done == news[-1].bytes_total == 6 * len(VIDEO)
    assert [one.bytes_done for one in news] == sorted(one.bytes_done for one in news)


def test_an_empty_job_has_no_files(peer: ApiPeer, client: Any, tmp_path: Path) -> None:
    peer.on("GET", RESULTS, page([]))

    assert client.download_results("job_1", tmp_path) == []
    with pytest.raises(ValueError, match="workers"):
        client.download_results("job_1", tmp_path, workers=0)


def test_files_are_fetched_at_once_but_not_more_than_asked(
    peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path
) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/{n}.mp4", row=n) for n in range(8)]))
    met = threading.Barrier(4, timeout=60)
    at_work: list[int] = [0, 0]
    lock = threading.Lock()

    def together(handler: BaseHTTPRequestHandler) -> None:
        with lock:
            at_work[0] += 1
            at_work[1] = max(at_work)
        met.wait()
        with lock:
            at_work[0] -= 1
        file(VIDEO)(handler)

    for n in range(8):
        store.on("GET", f"/{n}.mp4", together)
    client.download_results("job_1", tmp_path, workers=4)
    assert at_work == [0, 4]


def test_a_callback_that_raises_ends_the_download(peer: ApiPeer, store: ApiPeer, client: Any, tmp_path: Path) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/{n}.mp4", row=n) for n in range(20)]))
    for n in range(20):
        store.on("GET", f"/{n}.mp4", file(VIDEO))

    def leave(_progress: DownloadProgress) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError, match="enough"):
        client.download_results("job_1", tmp_path, workers=2, on_progress=leave)
    assert len(store.seen) < 20


def test_a_blocked_download_does_not_hold_its_event_loop(peer: ApiPeer, store: ApiPeer, tmp_path: Path) -> None:
    let_go = threading.Event()

    def slowly(handler: BaseHTTPRequestHandler) -> None:
        let_go.wait(60)
        file(VIDEO)(handler)

    peer.on("GET", RESULTS, page([result(f"{store.url}/a.mp4")]))
    store.on("GET", "/a.mp4", slowly)

    async def meanwhile() -> None:
        async with AsyncBulkJobsClient(TOKEN, peer.url) as client:
            downloading = asyncio.create_task(client.download_results("job_1", tmp_path))
            while not store.seen:
                await asyncio.sleep(0.01)
            let_go.set()
            [done] = await downloading
            assert done.path.read_bytes() == VIDEO

    asyncio.run(meanwhile())


def test_threads_end_when_the_caller_goes_away(peer: ApiPeer, store: ApiPeer, tmp_path: Path) -> None:
    peer.on("GET", RESULTS, page([result(f"{store.url}/{n}.mp4", row=n) for n in range(4)]))
    for n in range(4):
        store.on("GET", f"/{n}.mp4", file(VIDEO))

    def leave(_progress: DownloadProgress) -> None:
        raise KeyboardInterrupt

    with BulkJobsClient(TOKEN, peer.url) as client, pytest.raises(KeyboardInterrupt):
        client.download_results("job_1", tmp_path, on_progress=leave)
    wait_until(lambda: not [t for t in threading.enumerate() if t.name.startswith("bulkvid-client")])

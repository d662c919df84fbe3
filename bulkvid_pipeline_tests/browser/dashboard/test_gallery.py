"""The gallery in Chromium: the wall, the player and its keys, filters, and what works without script."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bulkvid_pipeline.services.outputs.archived_report import report_of_rows
from bulkvid_pipeline_tests.browser.dashboard.conftest import WITHOUT_CLIPBOARD, Dashboard, expect_accessible
from bulkvid_pipeline_tests.dashboard.filmed_job import SRT, VTT, FilmedJob
from bulkvid_pipeline_tests.media_files import clip
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=document.title='taken'>"
TITLES = {
    2: "How to save water at home",
    3: "كيف تحافظ على الماء في منزلك كل يوم بخطوات سهلة",
    4: "東京の朝ごはん",
    5: "A very long title that goes on and on about everything that can be said of a tap which drips all night long",
    6: HOSTILE,
    7: "The last one",
}
PIXEL_SIZES = {"youtube": "1280x720", "tiktok": "720x1280", "instagram": "720x720"}


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The files of a video for each platform: real ones, that a browser plays."""
    folder, found = tmp_path_factory.mktemp("films"), {}
    for at, (platform, size) in enumerate(PIXEL_SIZES.items()):
        source = f"testsrc2=size={size}:rate=10,hue=h={at * 70}"
        video = clip(folder / f"{platform}.mp4", source, 8, "-g", "10", "-movflags", "+faststart")
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", "-f", "lavfi", "-i", source]
        subprocess.run([*command, "-frames:v", "1", str(folder / "poster.jpg")], check=True, stdin=subprocess.DEVNULL)
        poster = (folder / "poster.jpg").read_bytes()
        found[platform] = {"video": video, "poster": poster, "srt": SRT.encode(), "vtt": VTT.encode()}
    return found


@pytest.fixture
def job(workplace: Workplace, films: dict[str, dict[str, bytes]]) -> FilmedJob:
    """Mixed shapes, titles of several scripts, and a row that failed."""
    job = FilmedJob(workplace, title="Spring launch")
    job.finish(2, ["youtube"], title=TITLES[2], contents=films["youtube"])
    job.finish(3, ["tiktok"], title=TITLES[3], contents=films["tiktok"], warnings="The voice is quick")
    job.finish(4, ["instagram"], title=TITLES[4], contents=films["instagram"])
    for number in (5, 6, 7):
        job.finish(number, ["tiktok" if number == 6 else "youtube"], title=TITLES[number], contents=films["youtube"])
    job.run.fail(8)
    return job


def title_in_player(page: Page) -> str:
    return page.locator("#player-title").inner_text()


def expect_playing(page: Page) -> None:
    film = page.locator("#player video")
    wait_until(lambda: bool(film.evaluate("film => !film.paused && film.currentTime > 0.2")), "it does not play")


def test_of_two_quick_steps_the_later_one_is_shown(dashboard: Dashboard, job: FilmedJob) -> None:
    page = dashboard.page
    dashboard.open(job.gallery)
    held: list[Route] = []
    page.route("**/gallery/row-3/tiktok", lambda route: held.append(route))
    page.locator(".poster").first.click()
    expect(page.locator("#player-title")).to_have_text(TITLES[2])

    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#player-title")).to_have_text(TITLES[4])
    page.evaluate("document.body.addEventListener('htmx:afterOnLoad', () => document.body.dataset.late = 'yes')")
    held[0].continue_()
    expect(page.locator("body[data-late]")).to_have_count(1)

    expect(page.locator("#player-title")).to_have_text(TITLES[4])
    expect_playing(page)


def test_posters_play_in_a_dialog_that_the_keyboard_goes_through(dashboard: Dashboard, job: FilmedJob) -> None:
    page = dashboard.page
    dashboard.open(job.gallery)
    posters = page.locator(".poster")
    expect(posters).to_have_count(6)
    for at, ratio in ((0, 16 / 9), (1, 9 / 16), (2, 1.0)):
        box = posters.nth(at).bounding_box()
        assert box is not None
        assert abs(box["width"] / box["height"] - ratio) < 0.03, "posters keep their shape"
    wait_until(lambda: bool(posters.nth(1).locator("img").evaluate("image => image.naturalWidth > 0")))
    dashboard.pictures("wall")

    posters.first.click()
    expect(page.locator("#player video")).to_be_visible()
    expect_playing(page)
    assert title_in_player(page) == TITLES[2]
    track = page.locator("#player track")
    track.evaluate("track => { track.track.mode = 'showing' }")
    wait_until(lambda: track.evaluate("track => track.track.cues?.length") == 1, "the captions do not come")
    dashboard.pictures("player")

    page.keyboard.press("Space")
    wait_until(lambda: bool(page.locator("#player video").evaluate("film => film.paused")))
    before = page.locator("#player video").evaluate("film => film.currentTime")
    page.keyboard.press("ArrowRight")
    wait_until(lambda: page.locator("#player video").evaluate("film => film.currentTime") >= min(before + 4.5, 7.9))
    page.keyboard.press("j")
    expect(page.locator("#player-title")).to_have_text(TITLES[3])
    expect_playing(page)
    dashboard.screen.picture("player-tall-arabic")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator("#player-title")).to_have_text(TITLES[3])
    page.keyboard.press("Escape")
    expect(page.locator("#player")).to_be_hidden()
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"{job.gallery}/row-3/tiktok"

    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.getAttribute('href')") == f"{job.gallery}/row-4/instagram"
    page.keyboard.press("Space")
    expect(page.locator("#player-title")).to_have_text(TITLES[4])
    page.get_by_role("button", name="Close the player").click()
    assert page.title() != "taken"
    assert dashboard.screen.faults == []


def test_the_wall_is_filtered_at_once_and_leads_to_the_page_of_a_video(dashboard: Dashboard, job: FilmedJob) -> None:
    page = dashboard.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.open(job.gallery)
    page.get_by_label("Search titles").fill("الماء")
    expect(page.locator(".poster")).to_have_count(1)
    assert "q=" in page.url
    page.get_by_label("Search titles").fill("")
    expect(page.locator(".poster")).to_have_count(6)
    page.get_by_label("Platform").select_option("tiktok")
    expect(page.locator(".poster")).to_have_count(2)
    page.get_by_label("Search titles").fill("الماء")
    expect(page.locator(".poster")).to_have_count(1)
    page.get_by_role("link", name="With notes").click()
    expect(page.get_by_label("Search titles")).to_have_value("الماء")
    expect(page.locator(".poster")).to_have_count(1)
    page.get_by_label("Search titles").fill("nobody has this")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    dashboard.pictures("nothing")
    dashboard.open(f"{job.gallery}?show=failed")
    expect(page.get_by_text("no font has this")).to_be_visible()
    dashboard.pictures("failed")

    dashboard.open(f"{job.gallery}?platform=tiktok")
    page.locator(".poster").first.click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_text("Link copied")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    page.goto(address)
    expect(page.get_by_role("heading", name=TITLES[3])).to_be_visible()
    page.evaluate(WITHOUT_CLIPBOARD)
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".copied")).to_have_text(address)
    page.locator("video").evaluate("film => film.play()")
    wait_until(lambda: bool(page.locator("video").evaluate("film => film.currentTime > 0.2")))
    dashboard.pictures("video")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download captions as SRT").click()
    assert saving.value.suggested_filename == "row-3-tiktok.srt"
    page.keyboard.press("j")
    expect(page.get_by_role("heading", name=TITLES[4])).to_be_visible()

    dashboard.open(job.gallery)
    with page.expect_download() as saving:
        page.get_by_role("link", name="Download all").click()
    assert saving.value.suggested_filename == "spring-launch.zip"
    dashboard.open("/gallery")
    expect(page.locator(".poster")).to_have_count(6)
    dashboard.pictures("all")
    assert dashboard.screen.faults == []


def test_without_script_posters_lead_to_a_page_that_plays(
    dashboard: Dashboard, browser: Browser, job: FilmedJob
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    page = context.new_page()
    dashboard.log_in(page)
    page.goto(dashboard.address + job.gallery)
    page.get_by_label("Search titles").fill("water")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".poster")).to_have_count(1)
    page.locator(".poster").click()
    expect(page.locator("video[controls]")).to_be_visible()
    expect(page.get_by_role("heading", name=TITLES[2])).to_be_visible()
    context.close()


def test_a_long_wall_goes_on_in_the_player(
    dashboard: Dashboard, workplace: Workplace, films: dict[str, dict[str, bytes]]
) -> None:
    job = FilmedJob(workplace, "job_long", title="Long")
    for number in range(2, 54):
        job.finish(number, contents=films["youtube"])
    page = dashboard.page
    dashboard.open(job.gallery)
    expect(page.locator(".poster")).to_have_count(48)
    page.locator(".poster").last.click()
    expect(page.locator("#player-title")).to_have_text("Title 49")
    page.route(lambda _: True, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.keyboard.press("j")  # the server is gone, and comes back
    page.unroute_all()
    page.wait_for_function("() => !document.querySelector('.htmx-request')")
    page.keyboard.press("j")
    expect(page.locator("#player-title")).to_have_text("Title 50")
    expect(page.locator(".poster")).to_have_count(52)
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Show more")).to_have_count(0)
    expect_accessible(page)


def test_the_published_report_shows_its_pictures_and_runs_no_script_but_ours(
    dashboard: Dashboard, job: FilmedJob
) -> None:
    reads = dashboard.services.reads
    reads.jobs.refresh(at_once=True)
    found = reads.jobs.find(job.job_id)
    text = report_of_rows(found, reads.rows.rows(found).rows, (), datetime.now(UTC))["report.html"]
    for name in ("results.csv", "manifest.json"):
        (job.folder / name).write_text("{}")
    (job.folder / "report.html").write_text(text + "<script>document.title = 'taken'</script>")
    page = dashboard.page
    dashboard.open(f"/jobs/{job.job_id}/report.html")
    picture = page.locator(".play img").first
    wait_until(lambda: bool(picture.evaluate("image => image.naturalWidth > 0")), "posters do not come")
    page.get_by_label("Search").fill("The last one")
    expect(page.locator(".card:not([hidden])")).to_have_count(1)
    page.locator(".card:not([hidden]) .play").click()
    wait_until(lambda: bool(page.locator("#player video").evaluate("film => film.currentTime > 0.2")))
    dashboard.screen.picture("report")
    assert page.title() != "taken"
    assert any("Content Security Policy" in fault for fault in dashboard.screen.faults)

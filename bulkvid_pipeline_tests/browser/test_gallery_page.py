"""The gallery of a job as a web server shows it, and whether a browser can play what was made."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import expect

from bulkvid_pipeline_tests.browser.screen import Screen
from bulkvid_pipeline_tests.rendering.encode.decoding import psnr
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.browser

SCRIPT = "Turn off the tap. Save the water. Every drop counts when you brush your teeth."
PLAY_TO_ITS_END = """async (video, rate) => {
  video.playbackRate = rate;
  video.muted = true;
  const ended = new Promise((good, bad) => {
    video.onended = good;
    video.onerror = () => bad(new Error(video.error.message));
  });
  await video.play();
  await ended;
  const {totalVideoFrames: total, droppedVideoFrames: dropped, corruptedVideoFrames: corrupted}
    = video.getVideoPlaybackQuality();
  return {total, dropped, corrupted, at: video.currentTime, duration: video.duration};
}"""
PICTURES_AT = """async ([url, times]) => {
  const video = document.createElement("video");
  video.muted = true;
  video.src = URL.createObjectURL(await (await fetch(url)).blob());
  await new Promise((good, bad) => {
    video.onloadeddata = good;
    video.onerror = () => bad(new Error(video.error.message));
  });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pictures = [];
  for (const time of times) {
    await new Promise((good) => {
      video.requestVideoFrameCallback(good);
      video.currentTime = time;
    });
    canvas.getContext("2d").drawImage(video, 0, 0);
    pictures.push(canvas.toDataURL("image/png").split(",")[1]);
  }
  return pictures;
}"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the requests of a browser are of no interest."""


@pytest.fixture
def gallery(workplace: Workplace) -> Iterator[str]:
    """The URL of the folder of a finished job with two videos and a failed row."""
    sheet = workplace.sheet(
        [idea("Save water", SCRIPT, platform_preferences="youtube,tiktok"), idea("No words here", "")]
    )
    # A process of its own: this one has the browser's event loop, in which Dagster cannot close its own.
    command = [str(Path(sys.executable).with_name("bulkvid")), "run", str(sheet), "--resolution", "720p"]
    environment = {**os.environ, "DAGSTER_HOME": str(workplace.folder / "home")}
    subprocess.run(command, env=environment, check=False, capture_output=True, timeout=300)
    (report,) = (workplace.folder / "output").glob("*/report.html")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(report.parent))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_gallery_shows_posters_plays_videos_with_captions_and_filters(
    workplace: Workplace, gallery: str, screen: Screen
) -> None:
    page = screen.page
    page.goto(f"{gallery}/report.html")
    posters = page.locator(".play img")
    expect(posters).to_have_count(2)
    for poster in posters.all():
        poster.scroll_into_view_if_needed()
        poster.evaluate("picture => picture.decode()")
        assert poster.evaluate("picture => picture.naturalWidth") >= 720
    page.evaluate("scrollTo(0, 0)")
    screen.picture("gallery")

    page.locator(".play").first.click()
    video = page.locator("#player video")
    # Asked again and again from here: waiting inside the page would take `eval`, which its own rules forbid.
    wait_until(lambda: bool(video.evaluate("video => video.currentTime > 1")))
    screen.picture("player")
    track = video.locator("track")
    track.evaluate("track => { track.track.mode = 'showing' }")
    wait_until(lambda: bool(track.evaluate("track => track.readyState === HTMLTrackElement.LOADED")))
    spoken = track.evaluate("track => [...track.track.cues].map(cue => cue.text).join(' ')")
    assert "Turn off the tap" in " ".join(spoken.split())
    # The page itself plays on from here: at four times the speed, to the last frame.
    seen = video.evaluate(PLAY_TO_ITS_END, 4)
    made = workplace.manifest()["rows"][0]["outputs"][0]
    assert seen["corrupted"] == 0
    assert seen["at"] == pytest.approx(made["duration_s"], abs=0.1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#player")).to_be_hidden()

    page.locator("button[data-state=rejected]").click()
    expect(page.locator("#rows .card:visible")).to_have_count(1)
    expect(page.locator("#rows .card:visible")).to_contain_text("Empty cell")
    screen.picture("rejected")
    page.locator("button[data-state='']").click()
    page.get_by_role("searchbox").fill("water")
    expect(page.locator("#rows .card:visible")).to_have_count(1)
    expect(page.locator("#rows .card:visible")).to_contain_text("Save water")
    page.get_by_role("searchbox").fill("nothing of that kind")
    expect(page.locator("#nothing")).to_be_visible()
    assert screen.faults == []


def test_the_browser_sees_every_frame_as_it_was_encoded(workplace: Workplace, gallery: str, screen: Screen) -> None:
    path = workplace.videos()[0]
    pictures, times = _pictures(path)
    chosen = [round(part * (len(pictures) - 1)) for part in (0.02, 0.2, 0.4, 0.6, 0.8, 0.98)]
    half_a_frame = (times[1] - times[0]) / 2
    # A plain file of the same server: the gallery's own page allows no other script, and rightly so.
    screen.page.goto(f"{gallery}/manifest.json")
    link = f"{gallery}/{'/'.join(path.parts[-3:])}"

    shown = screen.page.evaluate(PICTURES_AT, [link, [times[index] + half_a_frame for index in chosen]])

    for index, png in zip(chosen, shown, strict=True):
        assert psnr(_rgb_of_png(png), pictures[index]) > 35, f"frame {index} looks different"

    screen.page.evaluate("url => { document.body.innerHTML = `<video src='${url}'></video>` }", link)
    played = screen.page.locator("video").evaluate(PLAY_TO_ITS_END, 1)
    assert played["total"] == len(pictures)
    assert played["corrupted"] == 0
    screen.note(f"dropped {played['dropped']} of {played['total']} frames")
    assert screen.faults == []


def _pictures(path: Path) -> tuple[list[NDArray[np.uint8]], list[float]]:
    """All frames as RGB by the colours that the file says, and when each is shown."""
    pictures, times = [], []
    with av.open(str(path)) as file:
        for frame in file.decode(file.streams.video[0]):
            rgb = frame.reformat(format="rgb24", src_colorspace=frame.colorspace, src_color_range=frame.color_range)
            pictures.append(rgb.to_ndarray().astype(np.uint8))
            times.append(float(frame.time or 0.0))
    return pictures, times


def _rgb_of_png(encoded: str) -> NDArray[np.uint8]:
    codec = av.CodecContext.create("png", "r")
    (frame,) = codec.decode(av.Packet(base64.b64decode(encoded)))
    return frame.to_ndarray(format="rgb24").astype(np.uint8)

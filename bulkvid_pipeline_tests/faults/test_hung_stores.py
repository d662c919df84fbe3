"""Cancel while somebody takes connections and never answers: the job leaves the call behind and ends.

The promise is two seconds. Beside busy loops a job may take longer to get that far, but never as long as it would wait
for an answer: five minutes, here.
"""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from itertools import cycle

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.control.actions import cancel_job
from bulkvid_pipeline_tests.faults.conftest import BadNetwork
from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation, Running
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]
ANSWER_S = 300
ENDED_S = 120.0

STRIKES = [
    Strike("judging the sheet", Deed.HOLD),  # the store is asked for the first time after that
    Strike("looking for what is published", Deed.HOLD),
    Strike("after render", Deed.HOLD, nth=2),
    Strike("before the document", Deed.HOLD, nth=2),
    Strike("before the report", Deed.HOLD),
]


def cancel(place: Installation, _job: Running) -> None:
    with place.instance() as instance:
        cancel_job(instance, place.job().job_id)


def interrupt(_place: Installation, job: Running) -> None:
    job.process.send_signal(signal.SIGINT)


Stop = Callable[[Installation, Running], None]
STOPS: dict[str, Stop] = {"cancel": cancel, "ctrl_c": interrupt}


def seconds_to_stop(place: Installation, job: Running, stop: Stop) -> float:
    stop(place, job)
    began = time.monotonic()
    job.wait()
    seconds = time.monotonic() - began
    print(f"The job ended {seconds:.2f} s after it was told to")  # noqa: T201
    return seconds


@pytest.mark.parametrize(
    ("strike", "stop"),
    [
        pytest.param(strike, STOPS[way], id=f"{strike.edge.replace(' ', '_')}-{way}")
        for strike, way in zip(STRIKES, cycle(STOPS), strict=False)
    ],
)
def test_a_store_that_never_answers_does_not_hold_up_a_stopped_job(
    place_with_bucket: Installation, network: BadNetwork, strike: Strike, stop: Stop
) -> None:
    place = place_with_bucket
    place.environment["BULKVID_STORAGE_TIMEOUT_S"] = str(ANSWER_S)
    job = place.start_job(place.sheet([idea(title) for title in TITLES]), strike=strike)
    job.wait_for_strike()
    network.proxy.stall_after(0)
    sent = network.proxy.bytes_sent
    job.let_go()
    wait_until(lambda: network.proxy.bytes_sent > sent)

    assert seconds_to_stop(place, job, stop) < ENDED_S, job.output
    assert place.processes() == []
    finished = strike.edge == "before the report"
    assert place.job().state is (JobState.COMPLETED if finished else JobState.CANCELED)

    network.proxy.heal()
    again = place.start_job(place.folder / "ideas.csv")
    assert again.wait() == 0, again.output
    check(place, place.jobs()[-1].job_id, completed=TITLES, faults=2)


class SilentServer:
    """Takes connections and never says a word."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self.asked = threading.Event()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            threading.Thread(target=self._hear, args=(connection,), daemon=True).start()

    def _hear(self, connection: socket.socket) -> None:
        if connection.recv(1):
            self.asked.set()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            connection.close()


@pytest.fixture
def silent() -> Iterator[SilentServer]:
    server = SilentServer()
    yield server
    server.close()


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_google_that_never_answers_does_not_hold_up_a_stopped_job(
    place: Installation, silent: SilentServer, stop: Stop
) -> None:
    place.environment |= {"HTTPS_PROXY": f"http://127.0.0.1:{silent.port}", "BULKVID_NETWORK_TIMEOUT_S": str(ANSWER_S)}
    job = place.start_job("https://docs.google.com/spreadsheets/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789/edit")
    assert silent.asked.wait(PATIENCE_S), job.output

    assert seconds_to_stop(place, job, stop) < ENDED_S, job.output
    assert place.job().state is JobState.CANCELED


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_media_that_never_come_do_not_hold_up_a_stopped_job(
    place: Installation, silent: SilentServer, stop: Stop
) -> None:
    place.environment |= {
        "BULKVID_MEDIA_ALLOW_PRIVATE": "true",
        "BULKVID_MEDIA_ALLOW_HTTP": "true",
        "BULKVID_NETWORK_TIMEOUT_S": str(ANSWER_S),
    }
    picture = f"http://127.0.0.1:{silent.port}/picture.png"
    sheet = place.folder / "pictures.csv"
    sheet.write_text(f"idea_title,script_content,image_url\nOne,A script that is said.,{picture}\n")
    job = place.start_job(sheet)
    assert silent.asked.wait(PATIENCE_S), job.output

    assert seconds_to_stop(place, job, stop) < ENDED_S, job.output
    assert place.job().state is JobState.CANCELED


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
def test_a_callback_that_is_never_taken_does_not_hold_up_a_stopped_job(
    place: Installation, silent: SilentServer, stop: Stop
) -> None:
    place.environment |= {
        "BULKVID_WEBHOOK_SECRET": "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "BULKVID_WEBHOOK_ALLOW_PRIVATE": "true",
    }
    place.sheet([idea(title) for title in TITLES])
    spec = place.folder / "job.yaml"
    spec.write_text(
        f"input_source: {{path: {place.folder}/ideas.csv}}\ncallback_url: http://127.0.0.1:{silent.port}/hook\n"
    )
    job = place.start_job(spec, strike=Strike("during render", Deed.HOLD))
    job.wait_for_strike()
    assert silent.asked.wait(PATIENCE_S), job.output

    def stop_in_mid_row(place: Installation, job: Running) -> None:
        stop(place, job)
        job.let_go()

    assert seconds_to_stop(place, job, stop_in_mid_row) < ENDED_S, job.output

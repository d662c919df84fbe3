"""A small stand-in for Dagster's web server: it keeps runs, and answers, refuses or loses answers as it is told."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from bulkvid_pipeline.core import tags

Answer = dict[str, Any]
LOSE = "lose"
"""What a `Deed` returns to have the connection closed in place of an answer."""

Deed = Callable[["FakeDagster", Mapping[str, Any]], "Answer | str | tuple[int, str]"]


@dataclass
class FakeRun:
    run_id: str
    tags: Mapping[str, str]
    status: str = "QUEUED"


def locations(**jobs: list[str]) -> Answer:
    """A workspace whose locations have these jobs."""
    entries = [
        {
            "name": name.replace("__", "."),
            "loadStatus": "LOADED",
            "locationOrLoadError": {
                "__typename": "RepositoryLocation",
                "repositories": [{"name": "__repository__", "jobs": [{"name": job} for job in known]}],
            },
        }
        for name, known in jobs.items()
    ]
    return {"__typename": "Workspace", "locationEntries": entries}


VERSION = "1.13.27"


@dataclass
class FakeDagster:
    """Use as a context manager. `launches` are what the next launches do, the last of them again and again."""

    launches: list[Deed] = field(default_factory=list)
    workspace: Answer = field(default_factory=lambda: locations(bulkvid_pipeline__definitions=[tags.JOB]))
    status: int = 200
    body: str | None = None
    """What every request gets instead of an answer."""
    runs: list[FakeRun] = field(default_factory=list)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    authorization: str | None = None
    """The last request's header."""

    def __enter__(self) -> Self:
        house = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                house.authorization = self.headers.get("Authorization")
                answer = house.answer(request["query"], request["variables"])
                if answer == LOSE:
                    self.close_connection = True
                    return
                status, body = answer if isinstance(answer, tuple) else (200, json.dumps({"data": {"it": answer}}))
                self.send_response(status)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_words: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, query: str, variables: Mapping[str, Any]) -> Answer | str | tuple[int, str]:
        if self.body is not None:
            return self.status, self.body
        if query == "{ version }":
            return 200, json.dumps({"data": {"version": VERSION}})
        if "workspaceOrError" in query:
            return self.workspace
        if "launchRun" in query:
            self.asked.append(variables["params"])
            deed = self.launches.pop(0) if len(self.launches) > 1 else (*self.launches, launched)[0]
            return deed(self, variables["params"])
        if "runsOrError" in query:
            (wanted,) = variables["filter"]["tags"]
            found = [run for run in self.runs if run.tags.get(wanted["key"]) == wanted["value"]]
            results = [{"runId": run.run_id, "status": run.status} for run in reversed(found)]
            return {"__typename": "Runs", "results": results}
        if "terminateRun" in query:
            return {"__typename": "TerminateRunSuccess"}
        assert "deleteRun" in query
        self.runs = [run for run in self.runs if run.run_id != variables["run"]]
        return {"__typename": "DeletePipelineRunSuccess"}

    def add(self, params: Mapping[str, Any], status: str = "QUEUED") -> FakeRun:
        known = {tag["key"]: tag["value"] for tag in params["executionMetadata"]["tags"]}
        self.runs.append(FakeRun(str(uuid.uuid4()), known, status))
        return self.runs[-1]


def launched(house: FakeDagster, params: Mapping[str, Any]) -> Answer:
    return {"__typename": "LaunchRunSuccess", "run": {"runId": house.add(params).run_id}}


def launched_without_saying(house: FakeDagster, params: Mapping[str, Any]) -> str:
    house.add(params)
    return LOSE


def begun_without_saying(house: FakeDagster, params: Mapping[str, Any]) -> str:
    """The server dies between making the run and handing it to the queue."""
    house.add(params, "NOT_STARTED")
    return LOSE


def lost(_house: FakeDagster, _params: Mapping[str, Any]) -> str:
    """The server dies before it has done anything."""
    return LOSE


def refused(kind: str, *, half_made: bool = False, **fields: Any) -> Deed:
    def deed(house: FakeDagster, params: Mapping[str, Any]) -> Answer:
        if half_made:
            house.add(params, "NOT_STARTED")
        return {"__typename": kind, **fields}

    return deed

"""A client of Dagster's web server, over its public GraphQL API: launching, finding and withdrawing runs.

Dagster's own client can neither find runs by their tags nor distinguish a refusal from a lost response, which launching
exactly once requires.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    BulkVideoError,
    InvalidRequestError,
    InvalidSpecError,
    ServiceUnavailableError,
)

CONNECT_S = 5.0
UNAVAILABLE = "Processing service unavailable"
_SHOWN = 300

_VERSION = "{ version }"
_PLACES = """{ workspaceOrError { __typename ... on PythonError { message } ... on Workspace { locationEntries {
  name loadStatus locationOrLoadError { __typename ... on PythonError { message }
  ... on RepositoryLocation { repositories { name jobs { name } } } } } } } }"""
_LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on RunConfigValidationInvalid { errors { message } }
  ... on Error { message } } }"""
_RUNS = """query($filter: RunsFilter!) { runsOrError(filter: $filter) { __typename
  ... on Runs { results { runId status } } ... on Error { message } } }"""
_TERMINATE = """mutation($run: String!) { terminateRun(runId: $run, terminatePolicy: MARK_AS_CANCELED_IMMEDIATELY) {
  __typename ... on Error { message } } }"""
_DELETE = """mutation($run: String!) { deleteRun(runId: $run) { __typename } }"""


class AnswerLostError(ServiceUnavailableError):
    """The connection ended before the response arrived, so the request may have been carried out or not."""

    default_fix = "Check with `bulkvid jobs list` whether the job exists, then try again"


@dataclass(frozen=True)
class JobPlace:
    """The code location and repository of a job on a web server."""

    location: str
    repository: str
    job: str


class DagsterWebServer:
    """The web server at a URL; use as a context manager.

    Args:
        url: such as `http://127.0.0.1:3000`, with the path prefix that the server has, if any.
        timeout_s: longest time without data from the server.

    Raises:
        InvalidRequestError: the URL is not an http or https URL.
        AuthenticationError, AccessDeniedError: from every method, if the server denies access.
        ServiceUnavailableError: from every method, if it does not respond, or its response is not Dagster's.
        AnswerLostError: from every method, if the request may have been carried out.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        parts = _parts(url)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
        port = f":{parts.port}" if parts.port else ""
        path = parts.path.rstrip("/").removesuffix("/graphql")
        self.address = f"{parts.scheme}://{host}{port}{path}"
        """The URL without a password, for messages."""
        self._timeout_s = timeout_s
        self._session = requests.Session()
        # A proxy from the environment cannot reach a server of this machine.
        self._session.trust_env = not _is_here(str(parts.hostname))
        if parts.username:
            self._session.auth = (parts.username, parts.password or "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._session.close()

    def version(self) -> str:
        """The version of Dagster that the server runs."""
        response = self._post("tell its version", _VERSION, {})
        try:
            return str(response.json()["data"]["version"])
        except (ValueError, KeyError, TypeError):
            self._value("tell its version", response)
            raise

    def find_job(self, job: str, *, preferred_location: str) -> JobPlace:
        """The place of the job on the server; of several locations with this job, the preferred one.

        Raises:
            InvalidRequestError: several locations have the job, and none of them is the preferred one.
            ServiceUnavailableError: no location has the job; the message says why locations could not be loaded.
        """
        workspace = self._ask("find the job", _PLACES, {})
        if workspace["__typename"] != "Workspace":
            raise self._unavailable(f"cannot list its code: {_line(workspace.get('message'))}")
        places, faults = [], []
        for entry in workspace["locationEntries"]:
            loaded = entry.get("locationOrLoadError") or {}
            if loaded.get("__typename") == "PythonError":
                faults.append(f"{entry['name']} could not be loaded: {_line(loaded['message'])}")
            elif entry.get("loadStatus") == "LOADING" and not loaded:
                faults.append(f"{entry['name']} is being loaded")
            places += [
                JobPlace(entry["name"], repository["name"], job)
                for repository in loaded.get("repositories", ())
                if any(found["name"] == job for found in repository["jobs"])
            ]
        chosen = [place for place in places if place.location == preferred_location] or places
        if not chosen:
            known = "; ".join(faults)
            raise self._unavailable(
                f"has no job '{job}'" + (f": {known}" if known else ""),
                fix="Start it with `bulkvid ui`, or name bulkvid_pipeline.definitions in its workspace.yaml",
            )
        if len(chosen) > 1:
            names = ", ".join(place.location for place in chosen)
            raise InvalidRequestError(
                f"The Dagster web server at {self.address} has the job '{job}' several times: in {names}",
                fix=f"Leave one of them in its workspace.yaml, or call one {preferred_location}",
            )
        return chosen[0]

    def launch(self, place: JobPlace, run_config: Mapping[str, Any], tags: Mapping[str, str]) -> str:
        """Submit a run of the job to Dagster's run coordinator; returns the run's id.

        Raises:
            InvalidSpecError: the job does not accept this run config.
            BulkVideoError: the server refused or failed; a run that never starts may have been created.
        """
        params = {
            "selector": {
                "repositoryLocationName": place.location,
                "repositoryName": place.repository,
                "jobName": place.job,
            },
            "runConfigData": run_config,
            "executionMetadata": {"tags": [{"key": key, "value": value} for key, value in tags.items()]},
        }
        answer = self._ask("launch the job", _LAUNCH, {"params": params})
        kind = answer["__typename"]
        if kind == "LaunchRunSuccess":
            return str(answer["run"]["runId"])
        raise self._refusal(kind, answer)

    def runs_with_tag(self, name: str, value: str) -> Mapping[str, str]:
        """Ids and statuses of the runs with the tag, newest first; a run that is not queued yet is NOT_STARTED."""
        answer = self._ask("look for the job's run", _RUNS, {"filter": {"tags": [{"key": name, "value": value}]}})
        if answer["__typename"] != "Runs":
            raise self._refusal(answer["__typename"], answer)
        return {str(run["runId"]): str(run["status"]) for run in answer["results"]}

    def withdraw(self, run_id: str) -> None:
        """Cancel the run, whether queued, running or never started, and delete it if the server permits it."""
        answer = self._ask("take the run back", _TERMINATE, {"run": run_id})
        if answer["__typename"] not in {"TerminateRunSuccess", "RunNotFoundError"}:
            raise self._refusal(answer["__typename"], answer)
        self._ask("delete the run", _DELETE, {"run": run_id})

    def _refusal(self, kind: str, answer: Mapping[str, Any]) -> BulkVideoError:
        said = _line(answer.get("message"))
        if kind == "RunConfigValidationInvalid":
            problems = "; ".join(_line(error["message"]) for error in answer["errors"])
            return InvalidSpecError(
                f"The Dagster web server at {self.address} does not take the job's spec: {problems}",
                fix="Correct the spec; where it is right, restart the web server, whose code may be older",
            )
        if kind == "UnauthorizedError":
            return AccessDeniedError(
                f"The Dagster web server at {self.address} may not launch jobs: {said}",
                fix="Start it without --read-only, or set BULKVID_DAGSTER_URL to one that may",
            )
        if kind == "PipelineNotFoundError":
            return self._unavailable(f"has lost the job: {said}", fix="Wait until its code is loaded and try again")
        return self._unavailable(f"failed: {said or kind}", fix="Look at the web server's log and try again")

    def _ask(self, what: str, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The single value of a GraphQL response."""
        return self._value(what, self._post(what, query, variables))

    def _post(self, what: str, query: str, variables: Mapping[str, Any]) -> requests.Response:
        try:
            return self._session.post(
                f"{self.address}/graphql",
                json={"query": query, "variables": variables},
                timeout=(min(CONNECT_S, self._timeout_s), self._timeout_s),
                allow_redirects=False,  # they turn a POST into a GET, and would send the password to another server
            )
        except requests.exceptions.SSLError as error:
            raise self._unavailable("shows no certificate that is trusted", fix=_SEE_URL) from error
        except (requests.exceptions.ConnectTimeout, requests.exceptions.ConnectionError) as error:
            if _never_connected(error):
                raise self._unavailable("cannot be reached", fix=_SEE_URL) from error
            raise self._lost(what) from error
        except requests.RequestException as error:
            raise self._lost(what) from error

    def _value(self, what: str, response: requests.Response) -> dict[str, Any]:
        if response.status_code == requests.codes.unauthorized:
            raise AuthenticationError(
                f"The Dagster web server at {self.address} wants to know who we are",
                fix="Put user and password into BULKVID_DAGSTER_URL: https://user:password@host",
            )
        if response.status_code == requests.codes.forbidden:
            raise AccessDeniedError(f"The Dagster web server at {self.address} does not let us in", fix=_SEE_URL)
        if response.status_code in {requests.codes.bad_gateway, requests.codes.gateway_timeout}:
            raise self._lost(what)
        try:
            document = response.json()
            data = document.get("data") or {}
            value = next(iter(data.values()), None)
        except (ValueError, AttributeError):
            document, value = {}, None
        if isinstance(value, dict) and "__typename" in value:
            return value
        errors = document.get("errors") if isinstance(document, dict) else None
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            raise self._unavailable(f"could not {what}: {_line(errors[0].get('message'))}")
        raise self._unavailable(
            f"answered {response.status_code}, and not as Dagster does",
            fix="Set BULKVID_DAGSTER_URL to the address of a Dagster web server, such as http://127.0.0.1:3000",
        )

    def _unavailable(self, problem: str, *, fix: str = "") -> ServiceUnavailableError:
        return ServiceUnavailableError(
            f"{UNAVAILABLE}: the Dagster web server at {self.address} {problem}",
            fix=fix or "Look at the web server's log and try again",
        )

    def _lost(self, what: str) -> AnswerLostError:
        return AnswerLostError(
            f"{UNAVAILABLE}: the Dagster web server at {self.address} was asked to {what} and did not answer"
        )


_SEE_URL = "Start it with `bulkvid ui`, or set BULKVID_DAGSTER_URL to where it is"


def _parts(url: str) -> Any:
    try:
        parts = urlsplit(url)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return parts
    except ValueError:
        pass
    raise InvalidRequestError(
        "BULKVID_DAGSTER_URL is not the address of a web server", fix="Use http://host:port, as http://127.0.0.1:3000"
    )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _never_connected(error: requests.RequestException) -> bool:
    """Whether the connection was never established, so that the server cannot have received the request."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = getattr(cause, "reason", cause)
    return type(reason).__name__ in {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"}


def _line(message: object) -> str:
    """The server's message as one short line."""
    words = " ".join(str(message or "").split())
    return (words if len(words) <= _SHOWN else f"{words[:_SHOWN]}...").rstrip(".")

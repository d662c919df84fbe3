"""docker-compose.yml as Docker Compose reads it, and what the image gives to each container."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "Dockerfile"
_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<how>:-|:\?)(?P<rest>[^}]*))?\})")
"""The forms that our file uses: https://docs.docker.com/reference/compose-file/interpolation/"""


class MissingVariableError(Exception):
    """A variable without which Docker Compose refuses to start anything."""


def read_compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The file with its variables filled in.

    Raises:
        MissingVariableError: one that is demanded is missing or empty.
    """
    document: dict[str, Any] = _filled(yaml.safe_load(COMPOSE.read_text()), variables)
    return document


def read_env(path: Path) -> dict[str, str]:
    """The variables of an `.env` file without quotes."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


def image_environment() -> dict[str, str]:
    """What the last stage of our Dockerfile sets."""
    last_stage = DOCKERFILE.read_text().rpartition("\nFROM ")[2].replace("\\\n", " ")
    found = [shlex.split(line.removeprefix("ENV ")) for line in last_stage.splitlines() if line.startswith("ENV ")]
    return {name: value for words in found for name, _, value in (word.partition("=") for word in words)}


@dataclass(frozen=True)
class Mount:
    """A volume's name ("" for one of this container alone), or a file beside the compose file, and where it is."""

    source: str
    target: str


@dataclass(frozen=True)
class Service:
    """A container of the file.

    Args:
        name: of the service.
        command, environment, healthcheck: the last one without "CMD"; a shell's command as `sh -c`.
        mounts: volumes and files.
        is_ours: whether it runs our image.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    healthcheck: tuple[str, ...]
    mounts: tuple[Mount, ...]
    is_ours: bool
    configs: Mapping[str, str] = field(default_factory=dict)


def services_of(document: Mapping[str, Any]) -> dict[str, Service]:
    """The services of a filled-in file."""
    return {name: _service(name, each, document) for name, each in document["services"].items()}


def _service(name: str, each: Mapping[str, Any], document: Mapping[str, Any]) -> Service:
    is_ours = "build" in each
    environment = {key: str(value) for key, value in each.get("environment", {}).items()}
    mounts = [text.split(":") for text in each.get("volumes", [])]
    kind, *words = each.get("healthcheck", {}).get("test", ["CMD"])
    return Service(
        name=name,
        command=tuple(each["command"]),
        environment={**(image_environment() if is_ours else {}), **environment},
        healthcheck=("sh", "-c", *words) if kind == "CMD-SHELL" else tuple(words),
        mounts=tuple(Mount("", parts[0]) if len(parts) == 1 else Mount(parts[0], parts[1]) for parts in mounts),
        is_ours=is_ours,
        configs={given["target"]: document["configs"][given["source"]]["content"] for given in each.get("configs", [])},
    )


def _filled(value: Any, variables: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, variables) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, variables) for each in value]
    return _VARIABLE.sub(lambda match: _value(match, variables), value) if isinstance(value, str) else value


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    if match["dollar"]:
        return "$"
    found = variables.get(match["name"], "")
    if not found and match["how"] == ":?":
        raise MissingVariableError(match["name"])
    return found or (match["rest"] if match["how"] == ":-" else "") or ""

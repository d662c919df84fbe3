"""The settings under deploy/ for runs in containers of their own: Docker and Kubernetes, without either."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster._config import process_config, resolve_to_config_type
from dagster_docker import DockerRunLauncher
from dagster_k8s import K8sRunLauncher
from dagster_k8s.job import UserDefinedDagsterK8sConfig
from dagster_k8s.models import k8s_model_from_dict, k8s_snake_case_dict
from kubernetes import client  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field

from bulkvid_pipeline.settings import variables_known
from bulkvid_pipeline_tests.deploy.compose import ROOT, read_compose

DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
ANY_SECRETS = dict.fromkeys(
    ("POSTGRES_PASSWORD", "BROKER_PASSWORD", "S3_KEY", "S3_SECRET", "API_SECRET", "DAGSTER_PASSWORD", "SITE_HOST"), "x"
)


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text())


@pytest.mark.parametrize("engine", ["docker", "kubernetes"])
def test_an_instance_differs_from_ours_by_its_launcher_alone(engine: str) -> None:
    theirs = read(DEPLOY / engine / "dagster.yaml")
    ours = read(ROOT / "bulkvid_pipeline" / "dagster.yaml")

    assert {**theirs, "run_launcher": None} == {**ours, "run_launcher": None}


@pytest.mark.parametrize(("engine", "launcher"), [("docker", DockerRunLauncher), ("kubernetes", K8sRunLauncher)])
def test_the_launchers_know_their_settings(engine: str, launcher: Any) -> None:
    said = read(DEPLOY / engine / "dagster.yaml")["run_launcher"]

    assert said["class"] == launcher.__name__
    checked = process_config(resolve_to_config_type(launcher.config_type()), said["config"])
    assert checked.success, checked.errors


def test_a_run_in_a_container_of_docker_has_the_settings_of_a_worker() -> None:
    config = read(DEPLOY / "docker" / "dagster.yaml")["run_launcher"]["config"]
    DockerRunLauncher(**config)
    document = read_compose(ANY_SECRETS)
    worker = document["services"]["worker"]

    # Only the broker is not for it, and the links to Dagster's pages, which runs do not write.
    given = set(worker["environment"]) - {"BULKVID_BROKER_URL", "BULKVID_DAGSTER_PUBLIC_URL"}
    assert set(config["env_vars"]) == given
    assert config["networks"] == [f"bulkvid_{name}" for name in worker["networks"]]
    for volume in config["container_kwargs"]["volumes"]:
        assert volume.removeprefix("bulkvid_") in worker["volumes"]


def test_only_what_launches_reaches_dockers_socket() -> None:
    added = read(DEPLOY / "docker" / "compose.yml")["services"]

    assert set(added) == {"dagster", "daemon"}
    assert "docker.sock" not in (ROOT / "docker-compose.yml").read_text()


def test_kubernetes_knows_what_a_run_is_to_have() -> None:
    config = read(KUBERNETES / "dagster.yaml")["run_launcher"]["config"]
    wanted = UserDefinedDagsterK8sConfig(**config["run_k8s_config"])

    container = k8s_model_from_dict(client.V1Container, {**wanted.container_config, "name": "run"})
    pod = k8s_model_from_dict(client.V1PodSpec, {**wanted.pod_spec_config, "containers": []})
    job = k8s_model_from_dict(client.V1JobSpec, {**wanted.job_spec_config, "template": {}})
    assert container.resources.limits["memory"] == "4Gi"
    assert pod.security_context.run_as_non_root
    assert job.backoff_limit == 0


def test_kubernetes_knows_every_field_of_api_and_dashboard() -> None:
    kinds = {
        "ConfigMap": client.V1ConfigMap,
        "Deployment": client.V1Deployment,
        "Service": client.V1Service,
        "Ingress": client.V1Ingress,
    }
    objects = list(yaml.safe_load_all((KUBERNETES / "api.yaml").read_text()))

    assert [each["kind"] for each in objects] == list(kinds)
    for each in objects:
        k8s_model_from_dict(kinds[each["kind"]], k8s_snake_case_dict(kinds[each["kind"]], each))
    settings, deployment = objects[0]["data"], objects[1]["spec"]["template"]["spec"]
    assert set(settings) <= variables_known()
    assert not [name for name in settings if name.endswith(("_KEY", "_SECRET", "POSTGRES_URL"))]
    image = values().web_server.image
    assert deployment["containers"][0]["image"] == f"{image.repository}:{image.tag}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Image(_Strict):
    repository: str
    tag: str
    pullPolicy: str  # noqa: N815


class Part(_Strict):
    """What the chart knows of a part of Dagster, as far as we say it; what is Kubernetes' is read with its models."""

    image: Image
    enabled: bool = True
    name: str = ""
    replicaCount: int = 1  # noqa: N815
    port: int = 0
    service: dict[str, Any] = {}
    dagsterApiGrpcArgs: tuple[str, ...] = ()  # noqa: N815
    includeConfigInLaunchedRuns: dict[str, bool] = {}  # noqa: N815
    envConfigMaps: tuple[dict[str, str], ...]  # noqa: N815
    envSecrets: tuple[dict[str, str], ...]  # noqa: N815
    readinessProbe: dict[str, Any] = {}  # noqa: N815
    podSecurityContext: dict[str, Any]  # noqa: N815
    securityContext: dict[str, Any]  # noqa: N815
    resources: dict[str, Any]


class Code(_Strict):
    enabled: bool
    enableSubchart: bool  # noqa: N815
    deployments: tuple[Part, ...]


class Values(_Strict):
    """Values of the chart, helm/dagster/schema of github.com/dagster-io/dagster."""

    chart: dict[str, str] = Field(alias="global")
    serviceAccount: dict[str, Any]  # noqa: N815
    generatePostgresqlPasswordSecret: bool  # noqa: N815
    generateCeleryConfigSecret: bool  # noqa: N815
    rabbitmq: dict[str, bool]
    redis: dict[str, bool]
    flower: dict[str, bool]
    telemetry: dict[str, bool]
    postgresql: dict[str, Any]
    runLauncher: dict[str, str]  # noqa: N815
    web_server: Part = Field(alias="dagsterWebserver")
    daemon: Part = Field(alias="dagsterDaemon")
    code: Code = Field(alias="dagster-user-deployments")
    ingress: dict[str, bool]


def values() -> Values:
    return Values.model_validate(read(KUBERNETES / "values.yaml"))


def test_the_charts_values_and_the_instance_name_the_same_things() -> None:
    said, config = values(), read(KUBERNETES / "dagster.yaml")["run_launcher"]["config"]

    assert said.chart["dagsterInstanceConfigMap"] == config["instance_config_map"]
    assert said.chart["dagsterHome"] == config["dagster_home"]
    assert said.serviceAccount["name"] == config["service_account_name"]
    assert not said.ingress["enabled"]
    assert not said.telemetry["enabled"]
    assert not said.generatePostgresqlPasswordSecret
    assert not [name for name in said.postgresql if "assword" in name]
    for part in (said.web_server, said.daemon, *said.code.deployments):
        assert [each["name"] for each in part.envSecrets] == config["env_secrets"]
        assert [each["name"] for each in part.envConfigMaps] == config["env_config_maps"]
        assert part.image == said.web_server.image
        fits(client.V1PodSecurityContext, part.podSecurityContext)
        fits(client.V1SecurityContext, part.securityContext)
        fits(client.V1ResourceRequirements, part.resources)
        fits(client.V1Probe, part.readinessProbe)


def fits(model: Any, fields: Mapping[str, Any]) -> None:
    """Fail where Kubernetes does not know a field."""
    k8s_model_from_dict(model, k8s_snake_case_dict(model, dict(fields)))

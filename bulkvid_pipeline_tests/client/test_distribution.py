"""The client as its users get it: built, installed into an empty environment, and type-checked there."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import tomllib
import zipfile
from importlib.metadata import version
from pathlib import Path

import pytest

import bulkvid_pipeline.client as client_package
from bulkvid_pipeline_tests.client.texts import EXAMPLE, ROOT, documented_blocks, reference_snippet

SOURCE = Path(client_package.__file__).parent
MOST_BYTES = 2_000_000


def ran(*command: object, folder: Path) -> str:
    done = subprocess.run([str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client's wheel and those of all that it needs."""
    folder = tmp_path_factory.mktemp("wheels")
    ran(sys.executable, "-m", "pip", "wheel", "--quiet", "--wheel-dir", folder, SOURCE, folder=folder)
    return folder


@pytest.fixture(scope="module")
def installed(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds nothing but the client and what it needs."""
    home = tmp_path_factory.mktemp("empty")
    ran(sys.executable, "-m", "venv", "--without-pip", home / "venv", folder=home)
    python = home / "venv" / "bin" / "python"
    offline = ["--no-index", "--find-links", wheels, "--no-compile", "--quiet"]
    ran(sys.executable, "-m", "pip", "--python", python, "install", *offline, "bulkvid-client", folder=home)
    return python


def test_its_version_and_licence_are_those_of_the_house() -> None:
    assert client_package.__version__ == version("bulkvid-pipeline")
    assert (SOURCE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_it_needs_one_package() -> None:
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]

    assert [need.partition(">")[0] for need in project["dependencies"]] == ["httpx2"]


@pytest.mark.heavy
def test_the_wheel_holds_the_client_its_types_and_its_licence_and_nothing_else(wheels: Path) -> None:
    [wheel] = wheels.glob("bulkvid_client-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        text = next(archive.read(name).decode() for name in names if name.endswith("METADATA"))

    modules = {f"bulkvid_client/{path.name}" for path in SOURCE.glob("*.py")}
    assert {name for name in names if ".dist-info/" not in name} == {*modules, "bulkvid_client/py.typed"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert "# bulkvid-client" in text


@pytest.mark.heavy
def test_all_that_is_fetched_is_small_and_neither_dagster_nor_pydantic(wheels: Path) -> None:
    sizes = {wheel.name: wheel.stat().st_size for wheel in wheels.iterdir()}

    assert sum(sizes.values()) < MOST_BYTES, sizes
    assert [name for name in sizes if name.lower().startswith(("dagster", "pydantic", "fastapi"))] == []


@pytest.mark.heavy
def test_it_runs_in_an_empty_environment(installed: Path, tmp_path: Path) -> None:
    code = """
    import sys
    import bulkvid_client
    print(bulkvid_client.__version__, bulkvid_client.__file__)
    bulkvid_client.BulkJobsClient("token", "http://127.0.0.1:1").close()
    foreign = {name.partition(".")[0] for name in sys.modules}
    print(sorted(foreign & {"dagster", "pydantic", "bulkvid_pipeline", "pandas"}))
    """
    first, second = ran(installed, "-c", textwrap.dedent(code), folder=tmp_path).splitlines()

    assert first.startswith(client_package.__version__)
    assert str(installed.parents[1]) in first
    assert second == "[]"


@pytest.mark.heavy
def test_strict_type_checks_of_all_that_users_copy_pass_with_the_installed_client(
    installed: Path, tmp_path: Path
) -> None:
    (tmp_path / "reference.py").write_text(
        reference_snippet(module="bulkvid_client", url="https://api.example.com", token="x")
    )
    (tmp_path / "documented.py").write_text("\n".join(documented_blocks()))
    (tmp_path / "example.py").write_text(EXAMPLE.read_text())

    strict = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", installed]
    ran(*strict, "reference.py", "documented.py", "example.py", folder=tmp_path)


@pytest.mark.heavy
def test_type_checks_find_what_is_wrong(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(
        "from bulkvid_client import BulkJobsClient\n"
        "client = BulkJobsClient('a', 'https://a.example')\n"
        "client.create_job(titel='x')\n"
        "client.create_job(style='baroque')\n"
        "print(client.get_job('x').percent_compelte)\n"
        "plan: int = client.create_job(dry_run=True).items_total\n"
        "many: int = client.create_job().items_total\n"
    )
    strict = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--python-executable", str(installed)]
    done = subprocess.run([*strict, "wrong.py"], cwd=tmp_path, capture_output=True, text=True, check=False)

    found = [int(line.split(":")[1]) for line in done.stdout.splitlines() if " error: " in line]
    assert sorted(set(found)) == [3, 4, 5, 7], done.stdout

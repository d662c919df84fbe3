"""Python and the packages that this program is made of."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata, requires
from importlib.metadata import version as installed_version

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, warning

DISTRIBUTION = "bulkvid-pipeline"
_MEND = "Install the packages again: `uv sync --frozen` in a checkout, else `pip install --force-reinstall {name}`"
_SHOWN = ("dagster", "sqlalchemy", "av", "skia-python")


def _python(_site: Site) -> Finding:
    wanted = metadata(DISTRIBUTION)["Requires-Python"] or ""
    version = platform.python_version()
    if not SpecifierSet(wanted).contains(version, prereleases=True):
        return broken(
            f"Python {version} at {sys.executable}; {wanted} is required", f"Install a Python {wanted} and use it"
        )
    return ok(f"Python {version} at {sys.executable}")


def _packages(_site: Site) -> Finding:
    own, others = _misfits()
    if own:
        name = own[0].partition(" ")[0]
        return broken("; ".join(own[:5]), _MEND.format(name=DISTRIBUTION if name.startswith("dagster") else name))
    if others:
        return warning("; ".join(others[:5]), _MEND.format(name=DISTRIBUTION))
    return ok(", ".join(f"{name} {installed_version(name)}" for name in _SHOWN) + " and the others fit together")


def _misfits() -> tuple[list[str], list[str]]:
    """What does not fit among our own requirements and Dagster's, and among those of other packages."""
    own: list[str] = []
    others: list[str] = []
    waiting, seen = [DISTRIBUTION], {DISTRIBUTION}
    while waiting:
        package = waiting.pop()
        for requirement in _requirements(package):
            name = canonicalize_name(requirement.name)
            fault = _fault(package, requirement)
            if fault:
                (own if package == DISTRIBUTION or package.startswith("dagster") else others).append(fault)
            elif name not in seen:
                seen.add(name)
                waiting.append(name)
    return own, others


def _requirements(package: str) -> Iterator[Requirement]:
    """What the package needs here; extras are nobody's need."""
    for line in requires(package) or ():
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield requirement


def _fault(package: str, requirement: Requirement) -> str:
    try:
        version = installed_version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is missing, which {package} requires"
    if requirement.specifier.contains(version, prereleases=True):
        return ""
    return f"{requirement.name} {version} is installed, and {package} requires {requirement.specifier}"


CHECKS = grouped(
    "python",
    Check("python", _python, "Install a Python that this program supports", needs_settings=False),
    Check("packages", _packages, _MEND.format(name=DISTRIBUTION), needs_settings=False),
)

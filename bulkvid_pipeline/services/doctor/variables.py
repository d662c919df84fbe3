"""The settings: their values, and variables that are none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken_by, grouped, ok, warning
from bulkvid_pipeline.settings import variables_given, variables_known

_MEND = "Correct the variables named; README.md lists all settings"
_SHOWN = 8


def _settings(site: Site) -> Finding:
    if site.fault is not None:
        return broken_by(site.fault, _MEND)
    given = sorted({name for name in variables_given() if name in variables_known()})
    if not given:
        return ok("All settings have their defaults")
    more = f" and {len(given) - _SHOWN} more" if len(given) > _SHOWN else ""
    return ok(f"{plural(len(given), 'setting')} given, all valid: {', '.join(given[:_SHOWN])}{more}")


def _variables(_site: Site) -> Finding:
    unknown = unknown_variables(variables_given(), variables_known())
    if not unknown:
        return ok("Every BULKVID_ variable is a setting")
    meant = [f"{near} in place of {name}" for name, near in unknown.items() if near]
    alone = [name for name, near in unknown.items() if not near]
    mends = [*([f"write {' and '.join(meant)}"] if meant else []), *([f"unset {' and '.join(alone)}"] if alone else [])]
    mend = ", and ".join(mends)
    return warning(f"No setting has this name: {', '.join(unknown)}", f"{mend[0].upper()}{mend[1:]}")


def unknown_variables(given: Mapping[str, str] | Collection[str], known: Collection[str]) -> dict[str, str]:
    """The variables given that are no settings, each with the setting that was likely meant, or an empty text."""
    return {
        name: next(iter(get_close_matches(name, known, n=1, cutoff=0.8)), "")
        for name in sorted(given)
        if name not in known
    }


CHECKS = grouped(
    "settings",
    Check("settings", _settings, _MEND, needs_settings=False),
    Check("variables", _variables, _MEND, needs_settings=False),
)

"""The languages' readings, one module each; see `readings` for what a module holds."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module

from bulkvid_pipeline.rendering.spoken import cldr
from bulkvid_pipeline.rendering.spoken.readings import Readings

_MODULES = frozenset(module.name for module in pkgutil.iter_modules(__path__))


@lru_cache(maxsize=128)
def readings_of(language: str) -> Readings:
    """The readings of a speech code ("pt-br"); a language without a module has the CLDR's words."""
    family = language.partition("-")[0]
    if family not in _MODULES:
        return Readings(locale=family if cldr.knows(family) else cldr.ROOT)
    module = import_module(f"{__name__}.{family}")
    variants: Mapping[str, Readings] = getattr(module, "VARIANTS", {})
    readings: Readings = variants.get(language, module.READINGS)
    return readings

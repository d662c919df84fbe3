"""All checks, in the order in which they are told."""

from __future__ import annotations

from bulkvid_pipeline.services.doctor import (
    cache,
    clock,
    daemon,
    database,
    disks,
    encoding,
    fonts,
    limits,
    ports,
    programs,
    secrecy,
    sheets,
    storage,
    variables,
    voices,
)

CHECKS = (
    *programs.CHECKS,
    *variables.CHECKS,
    *encoding.CHECKS,
    *fonts.CHECKS,
    *voices.CHECKS,
    *storage.CHECKS,
    *sheets.CHECKS,
    *database.CHECKS,
    *daemon.CHECKS,
    *clock.CHECKS,
    *disks.CHECKS,
    *limits.CHECKS,
    *ports.CHECKS,
    *secrecy.CHECKS,
    *cache.CHECKS,
)

"""The cache of narration and scenes."""

from __future__ import annotations

from bulkvid_pipeline.adapters.storage.location import without_credentials
from bulkvid_pipeline.adapters.work_disk import nearest_folder, try_disk
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.wording import plural, size_in_words
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, grouped, ok, skipped, warning
from bulkvid_pipeline.services.doctor.storage import s3_modules
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.services.wiring.storage import open_place

_MEND = "Set BULKVID_CACHE_DIR to a folder that this user may write, or BULKVID_CACHE=false"
_BUCKET_MEND = "Check BULKVID_CACHE_BUCKET and the BULKVID_S3_ settings"


def _cache(site: Site) -> Finding:
    """Without a cache jobs run, only slower: nothing here is worse than a warning."""
    settings = site.settings
    if not settings.cache:
        return skipped("BULKVID_CACHE switches it off")
    cache = local_cache(settings)
    if cache is None or settings.cache_dir is None:
        return warning("This user has no home folder, so that nothing is cached", "Set BULKVID_CACHE_DIR")
    folder = settings.cache_dir.expanduser().absolute()
    try:
        free = try_disk(nearest_folder(folder), f"Writing to the cache at {folder}")
    except BulkVideoError as error:
        return warning(error.message, _MEND)
    held = cache.statistics()
    told = (
        f"{folder}: {plural(held.pieces, 'piece')}, {size_in_words(held.bytes)} of "
        f"at most {size_in_words(settings.cache_max_bytes)}"
    )
    if not folder.exists():
        told = f"{told}; the first job makes this folder"
    if settings.cache_max_bytes - held.bytes > free:
        mend = f"Set BULKVID_CACHE_MAX_BYTES to {max(free // 2, 0)}"
        return warning(f"{told}, and only {size_in_words(free)} free", mend)
    return ok(told)


def _bucket(site: Site) -> Finding:
    place = site.settings.cache_bucket
    if place is None or not site.settings.cache:
        return skipped("No cache is shared with other machines")
    try:
        open_place(place, site.hasty_settings).check_writable()
    except BulkVideoError as error:
        return warning(error.message, error.fix if error.fix != error.default_fix else _BUCKET_MEND)
    return ok(f"{without_credentials(place) if '://' in place else place}: written, read and deleted")


def _modules(site: Site) -> tuple[str, ...]:
    place = site.settings.cache_bucket
    return s3_modules(place) if place is not None and site.settings.cache else ()


CHECKS = grouped("cache", Check("cache", _cache, _MEND), Check("shared-cache", _bucket, _BUCKET_MEND, loads=_modules))

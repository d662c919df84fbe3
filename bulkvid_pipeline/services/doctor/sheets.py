"""Google's sheets, and the sheet that the user names."""

from __future__ import annotations

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import SheetNotFoundError
from bulkvid_pipeline.core.spec import SourceType
from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.services.doctor.check import Check, Finding, Site, broken, grouped, ok, skipped

ONCE = RetryPolicy(tries=1)
_NO_SHEET = "1" + "0" * 43
"""An id that no sheet has: how Google answers tells whether it accepts an API key."""
_MEND = "Check BULKVID_GOOGLE_CREDENTIALS or BULKVID_GOOGLE_API_KEY, and that this machine reaches Google"
_SHEET_MEND = "Check the sheet's address, with whom it is shared, and that this machine reaches Google"


def _google(site: Site) -> Finding:
    if site.settings.google_credentials is not None:
        return _service_account(site)
    if site.settings.google_api_key is not None:
        return _api_key(site)
    return skipped("No credentials: files and sheets by public link alone (set BULKVID_GOOGLE_CREDENTIALS for others)")


def _service_account(site: Site) -> Finding:
    """A token is asked for, as every job does."""
    from bulkvid_pipeline.adapters.sheets.google_credentials import ServiceAccount
    from bulkvid_pipeline.adapters.sheets.google_sheets import GoogleSheets

    assert site.settings.google_credentials is not None
    account = ServiceAccount(site.settings.google_credentials)
    sheets = GoogleSheets(account, timeout_s=site.hasty_settings.network_timeout_s, retry=ONCE)
    return ok(f"Google has signed in the service account {sheets.sign_in()}: share sheets with it")


def _api_key(site: Site) -> Finding:
    from bulkvid_pipeline.services.sheets.loading import google_sheets

    try:
        google_sheets(site.hasty_settings, ONCE).read(_NO_SHEET)
    except SheetNotFoundError:
        return ok("Google accepts the API key: enough for sheets that anyone with the link may see")
    return broken("Google has given a sheet that does not exist: something on the way changes its answers", _MEND)


def _sheet(site: Site) -> Finding:
    if site.spec is None:
        return skipped("No sheet was named: `bulkvid doctor SHEET` reads one")
    from bulkvid_pipeline.services.sheets.loading import load_sheet

    sheet = load_sheet(site.spec.input_source, site.hasty_settings, site.spec.project_id, ONCE)
    return ok(f"'{sheet.name}' can be read: {plural(len(sheet.table.frame), 'row')}")


def _write_back(site: Site) -> Finding:
    if site.spec is None or not site.spec.write_back:
        return skipped("No write-back was asked for")
    if site.spec.input_source.type is SourceType.FILE:
        return broken("Results are written back into Google sheets alone, and this is a file", "Leave out --write-back")
    if site.settings.google_credentials is None:
        return broken("Writing into a sheet needs a service account", "Set BULKVID_GOOGLE_CREDENTIALS to its key file")
    from bulkvid_pipeline.adapters.sheets.google_credentials import ServiceAccount
    from bulkvid_pipeline.adapters.sheets.google_writing import SheetWriter

    assert site.spec.input_source.sheet_id is not None
    account = ServiceAccount(site.settings.google_credentials)
    writer = SheetWriter(account, timeout_s=site.hasty_settings.network_timeout_s, retry=ONCE)
    writer.check_editable(site.spec.input_source.sheet_id)
    return ok("The service account may edit the sheet")


def _modules(site: Site) -> tuple[str, ...]:
    reads = ("bulkvid_pipeline.services.sheets.loading",) if site.spec is not None else ()
    of_google = site.spec is not None and site.spec.input_source.type is SourceType.SHEET
    if of_google or site.settings.google_credentials is not None or site.settings.google_api_key is not None:
        return (*reads, "bulkvid_pipeline.adapters.sheets.google_writing", "bulkvid_pipeline.services.sheets.loading")
    return reads


CHECKS = grouped(
    "sheet",
    Check("google", _google, _MEND, loads=_modules),
    Check("sheet", _sheet, _SHEET_MEND, loads=_modules),
    Check("write-back", _write_back, _SHEET_MEND, loads=_modules),
)

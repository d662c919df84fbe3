"""Texts of strangers in a real browser: none of them is more than text, on any page that shows them."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.services.access.minted import MintedTokens
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.drafts.drafts import Drafts
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline_tests.browser.dashboard.conftest import Dashboard
from bulkvid_pipeline_tests.core.diagnostics.exchanges import speech_error
from bulkvid_pipeline_tests.dashboard.filmed_job import FilmedJob
from bulkvid_pipeline_tests.dashboard.test_wizard import as_csv
from bulkvid_pipeline_tests.services.diagnostics.recorded import recorded
from bulkvid_pipeline_tests.services.webhooks.test_deliveries import put
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.browser
DAGSTER = "http://127.0.0.1:3000/runs/"
"""The only other host that pages lead to here."""
EVIL = (
    """"'></title></textarea></script><script>owned=1</script><img src=x onerror=owned=1><a href=javascript:owned=1>x"""
)
LOOK = """() => ({
    owned: typeof window.owned,
    inline: document.querySelectorAll("script:not([src]), [onerror], [onload], [style], img[src='x'], iframe").length,
    links: [...document.querySelectorAll("[href], [src], [action], [formaction]")].flatMap((each) =>
        ["href", "src", "action", "formaction"].map((name) => each.getAttribute(name)).filter(Boolean))
        .filter((to) => /^\\s*(javascript|vbscript|data:text|https?:|\\/\\/)/i.test(to)),
})"""


def test_no_page_takes_the_text_of_a_stranger_for_more_than_text(dashboard: Dashboard, workplace: Workplace) -> None:
    services, page = dashboard.services, dashboard.page
    dashboard.log_in(page, user=EVIL[:100], scopes=[Scope.ADMIN])
    film = FilmedJob(workplace, "job_00000000e41", title=EVIL)
    film.run.plan([1, 2], {1: EVIL, 2: EVIL})
    film.finish(1, title=EVIL)
    film.run.fail(2, EVIL)
    recorded(
        Diagnostics(services.instance, services.settings, services.home), film.job_id, speech_error(500, EVIL, at=1.0)
    )
    sent = put(services.instance, film.job_id, project="default", title=EVIL, url="javascript:owned=1//" + EVIL)
    told = MintedTokens(services.instance).mint(
        services.settings, services.home, name=EVIL[:70], user_id=EVIL[:100], project_id="default",
        scopes=[Scope.ADMIN], lifetime_s=600,
    ).told  # fmt: skip
    rows = [
        idea(EVIL, **dict.fromkeys(("description", "tone", "target_audience", "style_override"), EVIL)),
        idea("Second"),
    ]
    sheet = as_csv(rows).replace(b"description", b"description,<script>owned=1</script>", 1)
    upload = Uploads(services.settings).add("default", f"{EVIL}.csv", sheet)
    spec = {
        "title": EVIL,
        "input_source": {"path": upload.id, "range": EVIL},
        "callback_url": "javascript:owned=1",
        "template": {"template_id": EVIL, "overrides": {"language": EVIL, "platforms": EVIL}},
        "output": {"output_bucket": EVIL, "prefix": EVIL},
    }
    drafts = Drafts(services.instance, "default", EVIL[:100])
    wrong = drafts.start(spec, source_name=EVIL)
    right = drafts.start({"input_source": {"path": upload.id}, "title": EVIL}, source_name=EVIL)
    asked = EVIL.replace("&", "").replace("#", "")
    job = f"/jobs/{film.job_id}"
    for path in (
        "/jobs", f"/jobs?q={asked}", job, f"{job}?q={asked}", f"{job}/log", f"{job}/about", f"{job}/check",
        f"{job}/rows/row-2", f"{job}/gallery?q={asked}", f"{job}/gallery?show=failed", f"{job}/gallery/row-1/youtube",
        f"{job}/cancel", f"{job}/diagnostics?q={asked}", "/gallery", f"/gallery?q={asked}", "/deliveries",
        f"/deliveries?job={asked}", f"/deliveries/{sent}", "/tokens", f"/tokens/{told.id}/revoke", "/new",
        f"/new?template={asked}", *(f"/new/{one.id}/{step}" for one in (wrong, right)
                                     for step in ("sheet", "look", "details", "review", "check", "sheet/table")),
        f"/login?next={asked}&code={asked}", f"/analytics?user={asked}", "/system", "/diagnostics",
        f"/nowhere/{asked}", f"/templates/{asked}", f"/jobs?state={asked}", f"/template-assets/{asked}/delete",
    ):  # fmt: skip
        dashboard.open(path)
        found = page.evaluate(LOOK)
        outside = [to for to in found["links"] if not to.startswith(DAGSTER)]
        assert (found["owned"], found["inline"], outside) == ("undefined", 0, []), path
    refused = [fault for fault in dashboard.screen.faults if "Content Security Policy" in fault]
    assert refused == [], "what a policy has to stop was on a page"

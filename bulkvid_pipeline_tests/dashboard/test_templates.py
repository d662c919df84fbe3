from __future__ import annotations

import html
import re
from typing import Any

from httpx2 import Response

from bulkvid_pipeline_tests.dashboard.conftest import Visitor, words

HOSTILE = "\"><script>alert(1)</script>'{{7*7}}"


def fields_of(page: Response) -> dict[str, str]:
    """What the editor's form would send: its fields as a browser without script has them."""
    form = re.search(r'<form id="editor".*?</form>', page.text, re.DOTALL)
    assert form is not None, page.text[:2000]
    fields: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form[0]):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if "name" not in given or given["type"] == "file" or (given["type"] == "radio" and " checked" not in tag):
            continue
        fields[given["name"]] = html.unescape(given["value"])
    for name, text in re.findall(r'<textarea[^>]* name="([^"]*)"[^>]*>(.*?)</textarea>', form[0], re.DOTALL):
        fields[name] = html.unescape(text)
    for name, options in re.findall(r'<select[^>]* name="([^"]*)"[^>]*>(.*?)</select>', form[0], re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        fields[name] = html.unescape(chosen[1]) if chosen else ""
    assert "csrf" in fields
    return {name: value for name, value in fields.items() if name != "csrf"}


def made(visitor: Visitor, template_id: str = "brand", **texts: str) -> Response:
    answer = visitor.post(
        "/new-template", {**fields_of(visitor.get("/new-template")), "template_id": template_id} | texts
    )
    assert answer.status_code == 303, words(answer)
    return answer


def document(visitor: Visitor, template_id: str = "brand") -> Any:
    return visitor.get(f"/templates/{template_id}/document.json").json()


def test_a_template_is_made_as_a_copy_changed_and_deleted(visitor: Visitor) -> None:
    begun = fields_of(visitor.get("/new-template?from=classic"))
    saved = visitor.post("/new-template", begun | {"name": "Ünser Haus", "settings.style.colors.0": "#0b6e4f"})
    page = visitor.get(saved.headers["location"])
    again = visitor.post(saved.headers["location"], fields_of(page) | {"settings.audio.voice_settings.speed": "1,25"})
    asked = visitor.get("/templates/unser-haus/delete")
    deleted = visitor.post("/templates/unser-haus/delete", {"version": fields_of(page)["version"]})

    assert saved.headers["location"] == "/templates/unser-haus"
    assert "Ünser Haus" in words(visitor.get("/templates"))
    assert again.status_code == 303
    assert "Delete Ünser Haus?" in words(asked)
    assert deleted.status_code == 412, "it was saved since the page was shown"

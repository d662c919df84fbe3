"""What users copy: the reference's snippet, the examples, and the blocks of the documentation."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sdk_python.py"

REFERENCE = """
from content_creator import BulkJobsClient

client = BulkJobsClient(
    api_key="your_api_key",
    base_url="https://api.example.com"
)

# Create bulk job
job = client.create_job(
    title="My Campaign Videos",
    sheet_id="1A2B3C4D5E6F7G8H9I0J",
    range="A1:Z100",
    output_bucket="my-videos",
    template_id="tpl_abc123"
)

# Monitor progress
for update in client.monitor_job(job['id']):
    print(f"Progress: {update['percent_complete']}%")
    if update['percent_complete'] == 100:
        print("Job completed!")
        break
"""
"""The Python SDK example of the API reference, word for word."""


def reference_snippet(*, module: str, url: str, token: str) -> str:
    """The reference's example with another import name, URL and token, and else as it is."""
    return (
        REFERENCE.replace("content_creator", module)
        .replace("https://api.example.com", url)
        .replace("your_api_key", token)
    )


def documented_blocks() -> list[str]:
    """The Python blocks of the documentation, in their order."""
    return re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "sdk.md").read_text(), re.DOTALL)

"""Make videos out of a sheet over the API: `python sdk_python.py ideas.csv videos`.

Needs `pip install bulkvid-client`, and BULKVID_API_KEY (`bulkvid token` makes one).
"""

from __future__ import annotations

import os
import sys

from bulkvid_client import BulkJobsClient, BulkJobsError


def main(sheet: str, folder: str) -> None:
    base_url = os.environ.get("BULKVID_API_URL", "http://127.0.0.1:8000")
    with BulkJobsClient(api_key=os.environ["BULKVID_API_KEY"], base_url=base_url) as client:
        job = client.create_job(title="Videos by API", file=sheet, resolution="720p")
        for update in client.monitor_job(job.id, raise_on_failure=True):
            print(f"{update.percent_complete:5.1f} % {update.state}")
        for file in client.download_results(job.id, folder):
            print(file.path)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:3])
    except BulkJobsError as error:
        sys.exit(str(error))

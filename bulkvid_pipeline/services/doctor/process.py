"""An examination in a process of its own, for programs that serve others: `python -m ...`.

It prints the report as JSON. Some checks encode, load voices or hang: a server starts this, and ends it in time.
"""

from __future__ import annotations

import os
import sys

from bulkvid_pipeline.services.doctor.check import LIMIT_S, site_here
from bulkvid_pipeline.services.doctor.examination import examine
from bulkvid_pipeline.services.doctor.registry import CHECKS

_POLITE = 10


def main() -> None:
    """Look at everything, behind those who work."""
    os.nice(_POLITE)
    sys.stdout.write(examine(site_here(None, LIMIT_S, paid=False), CHECKS).model_dump_json())


if __name__ == "__main__":
    main()
